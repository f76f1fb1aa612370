"""Compiles one statement as its module's own compile would (pure)."""

from __future__ import annotations

import ast
from types import CodeType

from .parsing import Parsed
from .statements import Statement


def compile_statement(node: ast.stmt, parsed: Parsed, path: str) -> CodeType:
    """Module code that runs `node` alone, with the file's name, line numbers and ``__future__`` flags.

    Since 3.12 the compiler makes other instructions for calls on names that the module imports, so the module's
    imports of the names that `node` uses stand before it, where they never run.
    """
    body: list[ast.stmt] = [node]
    if parsed.annotations_wait and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        body = [_without_annotation(node)]  # else the module's annotations would be those of this statement alone
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} & parsed.import_names
    if used and not isinstance(node, (ast.Import, ast.ImportFrom)):
        imports = ast.Import([ast.alias("_", name) for name in sorted(used)])
        never = ast.If(ast.Constant(False), [imports], [])
        body.insert(0, ast.fix_missing_locations(ast.copy_location(never, node)))
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        body = [ast.copy_location(ast.Pass(), node)]
    tree = ast.Module(body, [])
    code: CodeType = compile(tree, path, "exec", flags=parsed.future, dont_inherit=True)
    return code


def compile_text(statement: Statement, parsed: Parsed, path: str) -> CodeType:
    """The same for a statement that is run as it stands, without a syntax tree in between."""
    used: list[str] = []
    if statement.kind not in ("import", "from", "doc") and "(" in statement.text:
        used = sorted(name for name in parsed.import_names if name in statement.text)
    if (used and statement.line < 2) or statement.annotated or statement.column:
        return compile_statement(statement.parse(), parsed, path)
    never = f"if 0: import {', '.join(f'_ as {name}' for name in used)}\n" if used else ""
    text = "\n" * (statement.line - 1 - bool(never)) + never + statement.text + "\n"
    code: CodeType = compile(text, path, "exec", flags=parsed.future, dont_inherit=True)
    return code


def _without_annotation(node: ast.AnnAssign) -> ast.stmt:
    if node.value is None:
        return ast.copy_location(ast.Pass(), node)
    return ast.copy_location(ast.Assign([node.target], node.value), node)
