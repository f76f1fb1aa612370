"""Functions that many classes are given: what gives them says each time whose they are, and the last word stays."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

from ..live.kinds import is_a
from ..planning.records import Node, imported_module
from .definitions import is_of
from .telling import Telling

FACE = ("__module__", "__qualname__", "__doc__")
"""What a function says of itself."""


@contextmanager
def kept(run: Telling, node: Node, before: Mapping[str, Any]) -> Iterator[None]:
    """Meanwhile a statement makes its classes again, or classes more, whose these functions are not by the end.

    attrs gives all classes the same ``__replace__``, and some packages say of all that they hand on that it is theirs.
    """
    given = [function for cls in before.values() for function in _given(cls)]
    if _says_where_from(run, node):
        found = [function for cls in list(node.module.namespace.values()) for function in _given(cls)]
        given += [function for function in found if id(function.__globals__) not in run.graph.namespaces]
    if _makes_anew(run, node) or _imports_new(run, node):
        lent = _lent(run).values()
        given += [f for f, classes in lent if any(run.made_later(node, cls) for cls in reversed(classes))]
    faces = [(function, name, getattr(function, name)) for function in given for name in FACE]

    def give_back() -> None:
        for function, name, value in faces:
            setattr(function, name, value)

    run.transaction.on_undo(give_back)  # the reload may fail before the statement is done
    yield
    give_back()


def _given(value: object) -> list[FunctionType]:
    """The functions of a class that were defined outside of it, at the top level of some module."""
    members = list(vars(value).values()) if is_a(value, type) else []
    plain = [member for member in members if type(member) is FunctionType]
    return [member for member in plain if member.__globals__.get(member.__code__.co_qualname) is member]


def _makes_anew(run: Telling, node: Node) -> bool:
    """Whether a statement defines a class that is new, or that decorators or bases make otherwise than before."""
    if node.statement.kind != "class":
        return False
    old = run.previous.get(node)
    return node in run.added or (old is not None and old.statement.heads != node.statement.heads)


def _imports_new(run: Telling, node: Node) -> bool:
    """Whether a statement may import modules that are not loaded yet, with classes of theirs."""
    if node.statement.kind not in ("import", "from") or not (node in run.added or node in run.previous):
        return False
    if isinstance(tree := node.statement.parse(), ast.Import):
        return any(alias.name not in sys.modules for alias in tree.names)
    names = [(imported_module(node.module, level, source), name) for level, source, name, _ in node.statement.imports]
    return any(source not in sys.modules or name not in vars(sys.modules[source]) for source, name in names)


def _lent(run: Telling) -> dict[int, tuple[FunctionType, list[type]]]:
    """All of these, by identity, each with the classes that have it."""
    if run.lent is None:
        run.lent = {}
        for record in sorted(run.graph.modules.values(), key=lambda each: each.sequence):
            for cls in [v for v in list(record.namespace.values()) if is_a(v, type) and is_of(v, record)]:
                for function in _given(cls):
                    run.lent.setdefault(id(function), (function, []))[1].append(cls)
    return run.lent


def _says_where_from(run: Telling, node: Node) -> bool:
    """Whether a statement may tell what it meets from which module that is."""
    if node.statement.kind in ("def", "class", "import", "from", "assign"):
        return False
    return "__module__" in node.statement.text or any(
        id(code) in node.ran for _, code in run.lookups.mentioning("__module__").values()
    )
