"""Imports that a program can do without: it catches their failing, or asks first (pure)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .statements import FunctionNode, Statement

FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
ASKING = "find_spec"
BY_NAME = (ASKING, "import_module", "__import__")


def can_do_without(statement: Statement, module: str, asked: bool) -> bool:
    """Whether a statement runs, or may run, where there is no such module; `asked` tells that its own module asks."""
    return not any(_imports(node, module) for node in _unguarded(statement.parse(), asked))


def may_import(statement: Statement, module: str) -> bool:
    """Whether a statement imports a module, or asks for modules by their names."""
    if any(_imports(node, module) for node in ast.walk(statement.parse())):
        return True
    return module.rpartition(".")[2] in statement.text and any(word in statement.text for word in BY_NAME)


def imports_nothing(statement: Statement) -> bool:
    return not any(isinstance(node, (ast.Import, ast.ImportFrom)) for node in ast.walk(statement.parse()))


def _unguarded(tree: ast.AST, asked: bool) -> Iterator[ast.AST]:
    """What surely runs, and whose failing nothing catches."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, (*FunctionNode, ast.Lambda)):
            continue  # whoever calls it finds out
        inner = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.Try) and any(map(_catches, node.handlers)):
            inner = [*node.handlers, *node.finalbody]
        elif isinstance(node, ast.With) and any("suppress" in ast.unparse(item) for item in node.items):
            inner = []
        elif isinstance(node, ast.If) and asked:
            inner = [node.test]
        waiting += inner


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {getattr(node, "id", getattr(node, "attr", "")) for node in ast.walk(handler.type)}
    return not FAILURES.isdisjoint(names)


def _imports(node: ast.AST, module: str) -> bool:
    package, _, last = module.rpartition(".")
    if isinstance(node, ast.Import):
        return any(name.name == module or name.name.startswith(module + ".") for name in node.names)
    if isinstance(node, ast.ImportFrom):
        source = node.module or ""
        named = source.rpartition(".")[2] == last or f".{last}." in f".{source}."
        return named or (package.endswith(source) and any(name.name == last for name in node.names))
    return False
