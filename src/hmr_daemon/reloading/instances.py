"""Instances of a class whose special methods or bases are others now: they stay, and who uses them is told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ..live import changes, insides
from ..live.entries import held
from ..live.kinds import derives, plain_type
from ..planning.records import Node
from ..syntax.trees import mentions, name_of
from .families import accounted_kinds, holds_any
from .scheduling import Scheduling

OF_MAKING = frozenset({
    "__init__", "__new__", "__post_init__", "__setattr__", "__getattribute__", "__getattr__", "__delattr__",
    "__set_name__", "__prepare__", "__instancecheck__", "__subclasscheck__",
})  # fmt: skip
"""Special methods that may run, or make a difference, as an instance is made."""


def stays(reader: Node, known: str, change: changes.ClassChange) -> bool:
    """Whether a statement has only made instances of a class, of which nothing changed that this runs."""
    if not (change.by_bases or (change.special_names and not change.whole)) or issubclass(change.cls, type):
        return False
    if not change.names.isdisjoint(OF_MAKING):
        return False
    values = [reader.module.namespace.get(name) for name in reader.writes]
    return _only_makes(reader, known) and all(_is_made_by(value, reader, known, change.cls) for value in values)


def hold_nothing_of(reader: Node, cls: type) -> bool:
    """Whether a statement has bound instances of a class, that hold nothing like what a library found in this."""
    values = [reader.module.namespace.get(name) for name in reader.writes]
    made = [part for each in values for part in (held(each) if plain_type(each) in (list, tuple, dict) else (each,))]
    kinds = accounted_kinds(cls) if made and reader.statement.kind == "assign" else ()
    return bool(kinds) and all(derives(type(each), cls) and not holds_any(each, kinds) for each in made)


def _is_made_by(value: Any, reader: Node, known: str, cls: type) -> bool:
    """Whether a value is an instance of a class, or of the subclass of it that a name stands for, or holds such."""
    kind = type(value)
    made = kind is cls or (derives(kind, cls) and reader.module.namespace.get(known) is kind)
    return made or plain_type(value) in (list, tuple, dict)


def _only_makes(reader: Node, known: str) -> bool:
    value = getattr(reader.statement.parse(), "value", None)
    return reader.statement.kind == "assign" and isinstance(value, ast.expr) and _makes(value, known, alone=True)


def _makes(node: ast.expr, known: str, alone: bool = False) -> bool:
    """Whether an expression makes an instance by a name, or a list, a tuple or the values of a dict of such.

    What else it holds does not mention the name; `alone` tells that there has to be one.
    """
    match node:
        case ast.Call(func=function):
            inner = [*node.args, *node.keywords]
            return name_of(function) == known and not any(mentions(each, known) for each in inner)
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return all(_makes(each, known) for each in parts)
        case ast.Dict(keys=keys, values=parts):
            return not any(mentions(k, known) for k in keys if k) and all(_makes(each, known) for each in parts)
        case ast.ListComp(elt=part, generators=loops) | ast.DictComp(value=part, generators=loops):
            key = [node.key] if isinstance(node, ast.DictComp) else []
            return not any(mentions(each, known) for each in (*key, *loops)) and _makes(part, known)
    return not alone and not mentions(node, known)


def tell_users(run: Scheduling, maker: Node) -> None:
    """Who reads an instance, by whatever name, or what holds it, runs again: what it does with it is not known."""
    bound = [maker.module.namespace.get(name) for name in maker.writes]
    made = [*bound, *(part for each in bound if plain_type(each) in (list, tuple, dict) for part in held(each))]
    waiting = [(maker.module, name, maker) for name in maker.writes]
    seen = set[tuple[int, str]]()
    while waiting:
        record, name, node = waiting.pop()
        if (id(record), name) in seen:
            continue
        seen.add((id(record), name))
        for reader, known in [*run.agenda.readers(record, name, node)]:
            if reader.statement.kind not in ("from", "import"):
                run.schedule(reader, f"{name} does something else", known, code_changed=True)
            waiting += [(reader.module, bound, reader) for bound in _holding(reader, made)]
        for reader in [*run.agenda.function_readers(record, name, node)]:
            run.schedule(reader, f"ran what uses {name}", name, code_changed=True)


def _holding(reader: Node, made: list[Any]) -> Iterator[str]:
    for name in reader.writes:
        value = reader.module.namespace.get(name)
        if any(insides.keeps(value, each) for each in made):
            yield name
