"""What a statement does to objects by calls that stand alone, and by what it sets or deletes of them (pure)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .trees import FunctionNode, loaded, nested, path_of

LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
BRANCHING = (ast.If, ast.While, ast.For, ast.AsyncFor, ast.Try, ast.TryStar, ast.Match)


@dataclass(frozen=True, eq=False, repr=False)
class Deed:
    """One thing that a statement does to an object."""

    path: tuple[str, ...]
    """The names that lead to the object: ``("sys", "path")`` of ``sys.path.append(x)``."""
    method: str | None = None
    """What is called of it; None where something of it is set or deleted."""
    of_result: bool = False
    """Whether the method is one of what calling `path` gave: ``logging.getLogger("a").addHandler(h)``."""
    asked: tuple[ast.expr, ...] = ()
    """What the path is called with then."""
    arguments: tuple[ast.expr, ...] = ()
    """What the method is given."""
    attribute: str | None = None
    """The attribute that is set or deleted."""
    item: ast.expr | None = None
    """The key of the item that is set or deleted."""
    unsure: bool = False
    """Whether it stands under a condition."""


def deeds(statement: ast.stmt, unsure: bool = False) -> Iterator[Deed]:
    """What the statement, and those in it that run with it, do to objects that names lead to."""
    if isinstance(statement, (*FunctionNode, ast.ClassDef)):
        return
    conditional = under_conditions(statement)
    for part in (statement, *nested(statement)):
        for deed in _deeds(part):
            yield replace(deed, unsure=True) if unsure or id(part) in conditional else deed


def under_conditions(statement: ast.stmt) -> set[int]:
    """The identities of all syntax in a statement that may run, or not."""
    branching = [each for each in (statement, *nested(statement)) if isinstance(each, BRANCHING)]
    return {id(part) for each in branching for inner in nested(each) for part in ast.walk(inner)}


def may_leave(statement: ast.stmt) -> bool:
    """Whether a function may be left there, or not: what follows is under a condition as well."""
    conditional = under_conditions(statement)
    return any(id(part) in conditional and isinstance(part, ast.Return) for part in nested(statement))


def _deeds(part: ast.stmt) -> Iterator[Deed]:
    if isinstance(part, ast.Expr) and isinstance(part.value, ast.Call):
        yield from _called(part.value)
    elif isinstance(part, ast.Assign | ast.Delete):
        yield from (deed for target in part.targets for deed in _set(target))
    elif isinstance(part, ast.AugAssign | ast.AnnAssign):
        yield from _set(part.target)
    if isinstance(part, ast.AugAssign) and (path := path_of(part.target)):  # ``sys.path += ["a"]``
        yield Deed(path, "extend", arguments=(part.value,))


def is_message(call: ast.Call) -> bool:
    """Whether a call writes a message to a log: ``log.info("up: %s", app)``."""
    match call:
        case ast.Call(ast.Attribute(attr=level), [ast.Constant(value=str()) | ast.JoinedStr(), *_]):
            return level in LEVELS
    return False


def _called(call: ast.Call) -> Iterator[Deed]:
    function, given = call.func, _given(call)
    if isinstance(function, ast.Name) and function.id in ("setattr", "delattr"):
        path, name = path_of(call.args[0]) if call.args else (), call.args[1] if len(call.args) > 1 else None
        if path and isinstance(name, ast.Constant) and isinstance(name.value, str):
            yield Deed(path, attribute=name.value)
    elif (path := path_of(function)) and not is_message(call):
        yield Deed(path[:-1] or path, path[-1] if path[1:] else "", arguments=given)
        yield from (Deed(path[:-1], item=key) for key in _keys(path[-1], call)) if path[1:] else ()
    elif isinstance(function, ast.Attribute) and isinstance(inner := function.value, ast.Call):
        path = path_of(inner.func)
        yield from [Deed(path, function.attr, True, _given(inner), given)] if path else ()


def _keys(method: str, call: ast.Call) -> Iterator[ast.expr]:
    """The keys that a method of a mapping sets or deletes: ``os.environ.update(A="1")``, ``os.environ.pop("A")``."""
    if method == "pop":
        yield from call.args[:1]
    elif method == "update":
        for argument in call.args:
            yield from (key for key in argument.keys if key is not None) if isinstance(argument, ast.Dict) else ()
        yield from (ast.Constant(keyword.arg) for keyword in call.keywords if keyword.arg is not None)


def decorating(definition: ast.stmt) -> list[ast.stmt]:
    """What runs with a definition, as calls of its decorators."""
    name = loaded(getattr(definition, "name", ""))
    return [ast.Expr(ast.Call(each, [name], [])) for each in getattr(definition, "decorator_list", ())]


def _given(call: ast.Call) -> tuple[ast.expr, ...]:
    return *call.args, *(keyword.value for keyword in call.keywords)


def _set(target: ast.expr) -> Iterator[Deed]:
    if isinstance(target, ast.Attribute) and (path := path_of(target.value)):
        yield Deed(path, attribute=target.attr)
    elif isinstance(target, ast.Subscript) and (path := path_of(target.value)):
        yield Deed(path, item=target.slice)
