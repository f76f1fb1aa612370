"""Instances of a class whose special methods or bases are others now: they stay, and who uses them is told."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from ..live import changes, insides
from ..live.kinds import derives
from ..planning.records import Node
from .scheduling import Scheduling

OF_MAKING = frozenset({
    "__init__", "__new__", "__post_init__", "__setattr__", "__getattribute__", "__getattr__", "__delattr__",
    "__set_name__", "__prepare__", "__instancecheck__", "__subclasscheck__",
})  # fmt: skip
"""Special methods that may run, or make a difference, as an instance is made."""


def stays(reader: Node, known: str, change: changes.ClassChange) -> bool:
    """Whether a statement has only made an instance of a class, of which nothing changed that this runs."""
    if not (change.by_bases or (change.special_names and not change.whole)) or issubclass(change.cls, type):
        return False
    if not change.names.isdisjoint(OF_MAKING):
        return False
    values = [reader.module.namespace.get(name) for name in reader.writes]
    return _only_makes(reader, known) and all(_is_made_by(value, reader, known, change.cls) for value in values)


def _is_made_by(value: Any, reader: Node, known: str, cls: type) -> bool:
    """Whether a value is an instance of a class, or of the subclass of it that a name stands for."""
    kind = type(value)
    return kind is cls or (derives(kind, cls) and reader.module.namespace.get(known) is kind)


def _only_makes(reader: Node, known: str) -> bool:
    if reader.statement.kind not in ("assign", "AnnAssign"):
        return False
    tree = reader.statement.parse()
    call = getattr(tree, "value", None)
    if not isinstance(call, ast.Call):
        return False
    called = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", None)
    given = {each.id for part in (*call.args, *call.keywords) for each in ast.walk(part) if isinstance(each, ast.Name)}
    return called == known and known not in given


def tell_users(run: Scheduling, maker: Node) -> None:
    """Who reads an instance, by whatever name, or what holds it, runs again: what it does with it is not known."""
    made = [maker.module.namespace.get(name) for name in maker.writes]
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
