"""Entries that new statements put by hand into what classes hold: they stand before those of later statements."""

from __future__ import annotations

from collections.abc import Iterator, Set
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

from ..live import entries, insides
from ..live.containers import copied
from ..live.kinds import is_a
from ..planning.records import Node
from ..planning.targets import holder_of, is_ours
from ..syntax import trees
from .later_entries import comes_again
from .telling import Telling


@contextmanager
def placed(run: Telling, node: Node) -> Iterator[None]:
    """What a new statement puts into what a class holds comes before what later statements have put there."""
    found = list(_filled(run, node)) if node in run.added and node.statement.effects.mutates else []
    before = [copied(container) for container, *_ in found]
    for container, *_ in found:
        run.transaction.guard(container)
    yield
    for (container, holder, name), snapshot in zip(found, before, strict=True):
        if not entries.same_entries(container, snapshot):
            only_later = _given_later(run, node, holder, name)
            entries.place_before(container, snapshot, partial(_is_one_of, only_later), partial(comes_again, run))


def _filled(run: Telling, node: Node) -> Iterator[tuple[Any, type, str]]:
    """The dicts and lists that a statement fills, with the classes that hold them, and by which names."""
    for path in trees.grown_paths(node.statement.parse()):
        holder = holder_of(node.module.namespace, path) if len(path) > 1 else None
        if is_a(holder, type) and is_ours(holder, run.graph):
            container = insides.own_dict(holder).get(path[-1])
            if is_a(container, (dict, list)):
                yield container, holder, path[-1]


def _given_later(run: Telling, node: Node, holder: type, name: str) -> Set[object]:
    """What only later statements have put there, by its text or its identity."""
    key = id(holder), name
    if key not in run.filling:  # many may be new at once
        record = run.graph.modules[holder.__module__]
        adders = dict.fromkeys(adder for adder, _ in run._adders(record, holder.__qualname__.partition(".")[0]))
        run.filling[key] = [adder for adder in adders if _fills(adder, holder, name)]
    earlier, later = set[object](), set[object]()
    for adder in run.filling[key]:
        (later if run.graph.comes_after(adder, node) else earlier).update(_given(adder))
    return later - earlier


def _fills(adder: Node, holder: type, name: str) -> bool:
    """Whether a statement fills what a class holds by a name; who deletes the class's own name may well do so."""
    paths = trees.grown_paths(adder.statement.parse()) if adder.statement.effects.mutates else ()
    held = [holder_of(adder.module.namespace, path) for path in paths if len(path) > 1 and path[-1] == name]
    return any(each is holder or not is_a(each, type) for each in held)


def _given(adder: Node) -> Iterator[object]:
    yield from (text for kind, text in adder.statement.constants if kind is str)
    read = (adder.module.namespace.get(name) for name in adder.statement.effects.reads)
    yield from (id(value) for value in read if not is_a(value, (*entries.PLAIN, ModuleType)))


def _is_one_of(given: Set[object], entry: Any) -> bool:
    return not given.isdisjoint(entries.texts(entry)) or not given.isdisjoint(entries.held_in_entry(entry))
