"""Compiles one statement as its module's own compile would (pure)."""

from __future__ import annotations

import ast
from collections.abc import Collection
from types import CodeType

from .parsing import Parsed
from .statements import Statement


def compile_statement(node: ast.stmt, parsed: Parsed, path: str) -> CodeType:
    """Module code that runs `node` alone, with the file's name, line numbers and ``__future__`` flags.

    Since 3.12 the compiler makes other instructions for calls on names that the module imports, and on ``super`` where
    the module names that itself. So the imports of the names that `node` uses stand before it, where they never run.
    """
    body: list[ast.stmt] = [node]
    if parsed.annotations_wait and isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        body = [_without_annotation(node)]  # else the module's annotations would be those of this statement alone
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    imported = used & parsed.import_names
    named = used & {"super"} if parsed.names_super else set[str]()
    if (imported or named) and not isinstance(node, (ast.Import, ast.ImportFrom)):
        never = ast.parse(_never_run(imported, named)).body[0]
        for part in ast.walk(never):
            ast.copy_location(part, node)
        body.insert(0, never)
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        body = [ast.copy_location(ast.Pass(), node)]
    tree = ast.Module(body, [])
    code: CodeType = compile(tree, path, "exec", flags=parsed.future, dont_inherit=True)
    return code


def compile_text(statement: Statement, parsed: Parsed, path: str) -> CodeType:
    """The same for a statement that is run as it stands, without a syntax tree in between."""
    never = ""
    if statement.kind not in ("import", "from", "doc") and "(" in statement.text:
        imported = {name for name in parsed.import_names if name in statement.text}
        never = _never_run(imported, ["super"] if "super" in statement.text and parsed.names_super else ())
    if (never and statement.line < 2) or statement.annotated or statement.column:
        return compile_statement(statement.parse(), parsed, path)
    text = "\n" * (statement.line - 1 - bool(never)) + never + statement.text + "\n"
    code: CodeType = compile(text, path, "exec", flags=parsed.future, dont_inherit=True)
    return code


def _never_run(imported: Collection[str], named: Collection[str]) -> str:
    """A line that imports some names and mentions others, and does nothing."""
    parts = [f"import {', '.join(f'_ as {name}' for name in sorted(imported))}"] if imported else []
    return f"if 0: {'; '.join([*parts, *named])}\n" if imported or named else ""


def _without_annotation(node: ast.AnnAssign) -> ast.stmt:
    if node.value is None:
        return ast.copy_location(ast.Pass(), node)
    return ast.copy_location(ast.Assign([node.target], node.value), node)
