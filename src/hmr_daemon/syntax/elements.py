"""What a loop does to what it goes through: ``for row in rows: row["total"] = 1`` (pure)."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .trees import GROWING, nested, path_of, root_name

PASSING = frozenset({"enumerate", "iter", "list", "reversed", "sorted", "tuple", "zip"})
"""Builtin functions that give on the elements of what they are given."""
ENTRIES = frozenset({"items", "values"})


def gone_through(loop: ast.For | ast.AsyncFor) -> Iterator[ast.expr]:
    """The expressions whose elements a loop has one by one."""
    waiting = [loop.iter]
    for each in waiting:
        match each:
            case ast.Call(ast.Name(function), arguments) if function in PASSING:
                waiting += arguments
            case ast.Call(ast.Attribute(value, method), []) if method in ENTRIES:
                waiting.append(value)
            case ast.List(several) | ast.Tuple(several):
                waiting += several
            case ast.Name() | ast.Attribute() | ast.Subscript():
                yield each


def adds(loop: ast.For | ast.AsyncFor) -> bool:
    """Whether a loop adds to elements, or makes them of what they were."""
    names = _names(loop)
    return any(root_name(each) in names for part in nested(loop) for each in _added_to(part))


def attributes_set(loop: ast.For | ast.AsyncFor) -> Iterator[str]:
    """The attributes that a loop sets of elements."""
    names = _names(loop)
    for target in [each for part in nested(loop) if isinstance(part, ast.Assign) for each in part.targets]:
        if len(path := path_of(target)) == 2 and path[0] in names:
            yield path[1]


def _names(loop: ast.For | ast.AsyncFor) -> set[str]:
    return {each.id for each in ast.walk(loop.target) if isinstance(each, ast.Name)}


def _added_to(statement: ast.stmt) -> Iterator[ast.expr]:
    match statement:
        case ast.Expr(ast.Call(ast.Attribute(ast.Name() as container, method))) if method in GROWING:
            yield container
        case ast.Assign(targets) | ast.Delete(targets):
            yield from (each for each in targets if isinstance(each, ast.Subscript))
        case ast.AugAssign(ast.Subscript() | ast.Attribute() as target):
            yield target
