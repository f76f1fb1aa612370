"""What text imports a module, and whether it can do without: it catches the failing, or asks first (pure)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from .statements import Statement
from .trees import FunctionNode, is_for_type_checkers

FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
ASKING = "find_spec"
BY_NAME = (ASKING, "import_module", "__import__")


def can_do_without(statement: Statement, package: str, module: str, asked: bool) -> bool:
    """Whether a statement of a package runs, or may run, where there is no such module.

    `asked` tells that the statement's own module asks.
    """
    return not any(_imports(node, package, module) for node in _unguarded(statement.parse(), asked))


def may_import(statement: Statement, package: str, module: str) -> bool:
    """Whether a statement of a package imports a module, or asks for modules by their names."""
    if any(_imports(node, package, module) for node in _running(statement.parse())):
        return True
    return module.rpartition(".")[2] in statement.text and any(word in statement.text for word in BY_NAME)


def functions_may_import(statement: Statement, package: str, module: str) -> bool:
    """Whether functions that a statement of a package defines import a module, or ask for modules by their names."""
    inner = [node for node in ast.walk(statement.parse()) if isinstance(node, (*FunctionNode, ast.Lambda))]
    found = {id(node): node for function in inner for node in ast.walk(function)}
    if any(_imports(node, package, module) for node in found.values()):
        return True
    last = module.rpartition(".")[2]
    return any(last in text and any(word in text for word in BY_NAME) for text in map(ast.unparse, inner))


def names_in_strings(statement: Statement, word: str) -> bool:
    """Whether a word is part of a string in a statement."""
    if word not in statement.text:
        return False
    found = (node.value for node in ast.walk(statement.parse()) if isinstance(node, ast.Constant))
    return any(isinstance(value, str) and re.search(rf"\b{re.escape(word)}\b", value) for value in found)


def _running(tree: ast.AST) -> Iterator[ast.AST]:
    """All of a tree but what only type checkers look at."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        never = isinstance(node, ast.If) and is_for_type_checkers(node.test)
        waiting += node.orelse if isinstance(node, ast.If) and never else ast.iter_child_nodes(node)


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


def _imports(node: ast.AST, package: str, module: str) -> bool:
    if isinstance(node, ast.Import):
        return any(_is_in(name.name, module) for name in node.names)
    if isinstance(node, ast.ImportFrom):
        source = absolute(package, node.level, node.module or "")
        return _is_in(source, module) or any(f"{source}.{name.name}" == module for name in node.names)
    return False


def _is_in(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


def absolute(package: str, level: int, module: str) -> str:
    """The name of the module that ``from ...module import x`` means, with `level` dots, in a module of a package."""
    if not level:
        return module
    base = package.rsplit(".", level - 1)[0]
    return f"{base}.{module}" if base and module else base or module


def mention(module: str) -> re.Pattern[bytes]:
    """What a source looks like that may import a module, or reach it through its package."""
    *packages, last = (re.escape(part) for part in module.encode().split(b"."))
    forms = [
        rb"\bimport\b[^\n]*\b%b\b" % last,
        rb"\bimport\s*\([^)]*\b%b\b" % last,
        rb"\bfrom\s+[\w.]*\b%b\s+import\b" % last,
        *(rb"\b%b\.%b\b" % (package, last) for package in packages[-1:]),
    ]
    return re.compile(b"|".join(forms))
