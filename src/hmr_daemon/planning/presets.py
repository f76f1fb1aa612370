"""New names whose values need nothing to be run: bound before the code that uses them becomes live."""

from __future__ import annotations

import abc
import ast
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from types import CellType, CodeType, FunctionType
from typing import Any

from ..live.classes import is_special
from ..live.kinds import plain_type
from ..live.transaction import MISSING
from ..syntax import codes
from ..syntax.redefinition import mangled
from ..syntax.trees import FunctionNode
from .records import Node

Binding = tuple[str, Any]

PLAIN_METACLASSES = (type, abc.ABCMeta)
"""Of these a class holds what its body binds, and nothing is made of it."""
DECORATORS: Mapping[str, Any] = {"classmethod": classmethod, "property": property, "staticmethod": staticmethod}


def bindings(node: Node) -> Iterator[Binding]:
    """What a statement will bind, where that shows without running it: a literal, a function, what is imported."""
    statement = node.statement
    if statement.kind == "from":
        yield from _imported_from(node)
    elif statement.kind in ("assign", "AnnAssign", "def", "import"):
        tree = statement.parse()
        if isinstance(tree, ast.Import):
            yield from _imported(tree)
        elif isinstance(tree, (ast.Assign, ast.AnnAssign)):
            yield from _assigned(tree)
        elif isinstance(tree, FunctionNode) and not tree.decorator_list:
            yield from _defined(tree, node.codes, node.module.namespace)


def members(node: Node) -> Iterator[tuple[type, str, Any]]:
    """The same of the class that a statement defines already: new methods and plain values, with the class."""
    tree = node.statement.parse() if node.statement.kind == "class" else None
    body = next((code for code in node.codes if isinstance(tree, ast.ClassDef) and code.co_name == tree.name), None)
    if not isinstance(tree, ast.ClassDef) or body is None:
        return
    cls: Any = node.module.namespace.get(tree.name)
    if plain_type(cls) not in PLAIN_METACLASSES or not _is_defined_by(cls, tree, node.module.namespace):
        return
    bindings = [each for statement in tree.body for each in _members(statement, body, node.module.namespace, cls)]
    counts, elsewhere = Counter(name for name, _ in bindings), codes.global_writes(body) | _deleted(tree)
    for plain, value in bindings:
        name = mangled(plain, tree.name)
        if counts[plain] == 1 and plain not in elsewhere and name not in vars(cls) and not is_special(name):
            yield cls, name, value


def _deleted(tree: ast.ClassDef) -> set[str]:
    """The names that a class body has on the way only: ``del helper``."""
    targets = [target for each in ast.walk(tree) if isinstance(each, ast.Delete) for target in each.targets]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _is_defined_by(cls: Any, tree: ast.ClassDef, namespace: Mapping[str, Any]) -> bool:
    return bool(cls.__qualname__ == tree.name and cls.__module__ == namespace.get("__name__"))


def _members(statement: ast.stmt, body: CodeType, namespace: dict[str, Any], cls: Any) -> Iterator[Binding]:
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        yield from _assigned(statement)
    elif isinstance(statement, FunctionNode):
        names = [each.id for each in statement.decorator_list if isinstance(each, ast.Name)]
        wraps = [DECORATORS[name] for name in names if name in DECORATORS and name not in namespace]
        if len(wraps) == len(statement.decorator_list):
            for name, value in _defined(statement, codes.children(body), namespace, cls):
                for wrap in reversed(wraps):
                    value = wrap(value)
                yield name, value


def _assigned(tree: ast.Assign | ast.AnnAssign) -> Iterator[Binding]:
    targets = tree.targets if isinstance(tree, ast.Assign) else [tree.target]
    value = _literal(tree.value) if tree.value is not None else MISSING
    for target in targets if value is not MISSING else ():
        yield from _unpacked(target, value)


def _unpacked(target: ast.expr, value: Any) -> Iterator[Binding]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif (
        isinstance(target, (ast.Tuple, ast.List))
        and plain_type(value) in (tuple, list)
        and len(value) == len(target.elts)
    ):
        for each, part in zip(target.elts, value, strict=True):
            yield from _unpacked(each, part)


def _defined(
    tree: ast.FunctionDef | ast.AsyncFunctionDef,
    candidates: Iterable[CodeType],
    namespace: dict[str, Any],
    cls: type | None = None,
) -> Iterator[Binding]:
    """A function, before its decorators; of a method, `cls` is what ``super()`` and ``__class__`` mean."""
    free = () if cls is None else ("__class__",)
    code = next((each for each in candidates if each.co_name == tree.name and each.co_freevars in ((), free)), None)
    defaults = [_literal(each) for each in tree.args.defaults]
    named = {
        argument.arg: _literal(each)
        for argument, each in zip(tree.args.kwonlyargs, tree.args.kw_defaults, strict=True)
        if each is not None
    }
    if code is None or any(each is MISSING for each in (*defaults, *named.values())):
        return
    closure = (CellType(cls),) if code.co_freevars else None
    function = FunctionType(code, namespace, tree.name, tuple(defaults) or None, closure)
    function.__kwdefaults__ = named or None
    yield tree.name, function


def _imported(tree: ast.Import) -> Iterator[Binding]:
    for alias in tree.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        if alias.name in sys.modules and name in sys.modules:
            yield alias.asname or name, sys.modules[name]


def _imported_from(node: Node) -> Iterator[Binding]:
    package = node.module.namespace.get("__package__")
    for level, module, name, bound in node.statement.imports:
        try:
            origin = importlib.util.resolve_name("." * level + module, package)
        except (ImportError, ValueError):
            continue
        value = getattr(sys.modules.get(origin), "__dict__", {}).get(name, MISSING)
        if value is not MISSING:
            yield bound, value


def _literal(tree: ast.expr) -> Any:
    try:
        return ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return MISSING
