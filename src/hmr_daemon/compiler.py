"""Compiles one statement as its module's own compile would (pure)."""

from __future__ import annotations

import ast
from types import CodeType

from .statements import Parsed


def compile_statement(node: ast.stmt, parsed: Parsed, path: str) -> CodeType:
    """Module code that runs `node` alone, with the file's name, line numbers and ``__future__`` flags.

    Since 3.12 the compiler makes other instructions for calls on names that the module imports, so the module's
    imports of the names that `node` uses stand before it, where they never run.
    """
    body: list[ast.stmt] = [node]
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & parsed.import_names
    if used and not isinstance(node, (ast.Import, ast.ImportFrom)):
        imports = ast.Import([ast.alias("_", name) for name in sorted(used)])
        never = ast.If(ast.Constant(False), [imports], [])
        body.insert(0, ast.fix_missing_locations(ast.copy_location(never, node)))
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        body = [ast.copy_location(ast.Pass(), node)]
    tree = ast.Module(body, [])
    return compile(tree, path, "exec", flags=parsed.future, dont_inherit=True)
