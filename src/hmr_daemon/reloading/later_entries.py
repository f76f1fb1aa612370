"""Entries of later statements in registries that objects hold: out of them while an earlier one looks at these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from functools import cache, partial
from types import FunctionType
from typing import Any

from ..live import caches, entries, insides
from ..live.containers import Bare, copied, size
from ..live.kinds import is_a
from ..planning.records import ModuleRecord, Node
from . import contributions, registries
from .registries import Place
from .telling import Telling

Found = tuple[Any, Any, list[Any]]
"""A registry, a copy of it, and the positions or keys of what later statements have put there."""
Put = Callable[[str], Set[object]]
"""By the attribute that holds a registry, what tells the entries of later statements."""


@contextmanager
def hidden(run: Telling, node: Node) -> Iterator[None]:
    """While a statement runs, what only later ones have put into what it looks at is not there yet."""
    effects = node.statement.effects
    if node.statement.kind in ("from", "import") or not (effects.attributes or effects.calls):
        yield
        return
    names, elsewhere = run.names_seen(node), list(run.read_elsewhere(node))
    put: Put = cache(partial(run.put_later, node, read=True))
    dispatching = list(_dispatching(run, node, names, elsewhere, put))
    found = [*_found(run, node, names, elsewhere, put), *(each for _, each in dispatching)]
    for container, _, gone in found:
        run.transaction.guard(container)
        entries.remove(container, gone)
    for forget, _ in dispatching:
        forget()
    yield
    for container, before, gone in found:
        _put_back(run, container, before, gone)
    for forget, _ in dispatching:
        forget()


def _dispatching(
    run: Telling, node: Node, names: Set[str], elsewhere: Sequence[tuple[ModuleRecord, str]], put: Put
) -> Iterator[tuple[Callable[[], object], Found]]:
    """The functions for which others may be registered by class, that a statement may call, and their registries."""
    if node.statement.kind == "def" or not node.statement.effects.calls:
        return
    seen = [node.module.namespace.get(name) for name in names]
    seen += [record.namespace.get(name) for record, name in elsewhere]
    called = [value for value in seen if type(value) is FunctionType and value.__module__ in run.graph.modules]
    seen += [value.__globals__.get(name) for value in called for name in value.__code__.co_names]  # which may be new
    for value in {id(value): value for value in seen}.values():
        forget, dispatch = caches.forgets_classes(value), insides.own(value, "dispatch")
        if forget is not None and type(dispatch) is FunctionType:
            registry = dict(insides.free_variables(dispatch)).get("registry")
            if type(registry) is dict and (gone := _later_in(run, node, registry, put)):
                yield forget, (registry, dict(registry), gone)


def _found(
    run: Telling, node: Node, names: Set[str], elsewhere: Sequence[tuple[ModuleRecord, str]], put: Put
) -> Iterator[Found]:
    """The registries that a statement looks at.

    What an assignment made, and has not put there itself, a later statement did.
    """
    grown = run.grown_by(node)
    values = [each for each in run.made.get(node, {}).values() if not is_a(each, (*entries.PLAIN, *entries.DEFINED))]
    made = frozenset(id(each) for each in values if not run._is_looked_up(node, each))
    for container, place in registries.containers(node, run.graph, names, elsewhere):
        if (
            place.attribute is None
            or not 0 < size(container) <= contributions.LARGEST
            or not _looks_at(run, node, place)
        ):
            continue
        before = copied(container)
        own = made if grown is not None and place.attribute not in grown else frozenset[int]()
        gone = _later_in(run, node, before, put, place.attribute, own)
        if gone and is_a(container, dict):  # what a key led to from the start may have been filled later
            made_with = contributions.made_with(run.graph, place)
            gone = [key for key in gone if not (type(key) is str and key in made_with)]
        if gone:
            yield container, before, gone


def _looks_at(run: Telling, node: Node, place: Place) -> bool:
    """Whether a statement may read the entries at a place: what is new may do so by all that it calls."""
    assert place.attribute is not None
    if place.attribute in node.statement.effects.attributes:
        return True
    if node.statement.kind == "def":
        return False  # its decorators rather add to it
    return node in run.added or run.runs_what_looks_too(node, place.attribute)


def _later_in(
    run: Telling, node: Node, container: Any, put: Put, name: str = "", own: frozenset[int] = frozenset()
) -> list[Any]:
    """Positions or keys of what only later statements have made, or given where it is plain; and of its `own`.

    `name` is that by which code knows the container.
    """
    given = run.given_after(node, name) if name else frozenset[str]()

    def later(entry: Any) -> bool:
        parts = entries.texts(entry)
        if not given.isdisjoint(parts) or id(entry) in own or run.made_later(node, entry):
            return True
        return not put(name).isdisjoint({*parts, *entries.held_in_entry(entry)})

    if is_a(container, dict):
        return [
            k for k, entry in container.items() if entries.is_later(k, entry, later, put(name) if is_a(k, str) else ())
        ]
    keyed = enumerate(container) if is_a(container, list) else ((entry, entry) for entry in container)
    return [key for key, entry in keyed if later(entry)]


def _put_back(run: Telling, container: Any, before: Any, gone: list[Any]) -> None:
    """Let the later entries stand where they stood; what the statement has added comes before the first of them."""
    if is_a(container, set):
        Bare(container).update(gone)
    elif is_a(container, list):
        stayed, held = entries.without(before, gone), copied(container)
        added = held[len(stayed) :]
        if len(held) >= len(stayed) and all(a is b for a, b in zip(held, stayed, strict=False)):
            Bare(container)[:] = [*before[: gone[0]], *added, *before[gone[0] :]]
        else:
            Bare(container).extend(before[position] for position in gone)
    else:
        held = copied(container)
        keys = _in_order(list(before), list(held), gone)
        stay = [key for key in gone if key not in held or not comes_again(run, before[key])]
        for key in stay:
            if key in held and entries.are_inner(held[key], before[key]):
                entries.put_in_front(before[key], held[key], run.transaction.guard)
        now = {**held, **{key: before[key] for key in stay}}
        run.transaction.refill(container, {key: now[key] for key in keys if key in now})


def _in_order(before: list[Any], held: list[Any], gone: list[Any]) -> list[Any]:
    """The keys of a dict, of which those that are `gone` come back: after what was added, where this stands last."""
    first, added = before.index(gone[0]), [key for key in held if key not in before]
    if held[len(held) - len(added) :] == added:
        return [*before[:first], *added, *before[first:]]
    keys = [key for key in held if key not in gone]  # what was added stands in its place already
    for key in gone:
        following = [other for other in before[before.index(key) + 1 :] if other in keys]
        keys.insert(keys.index(following[0]) if following else len(keys), key)
    return keys


def comes_again(run: Telling, entry: Any) -> bool:
    """Whether who made an entry has yet to run, and so puts it where it belongs: under the next number, say."""
    binders = [binder for record, name in run._known_as(entry) for binder in run._binders(record, name)]
    return any(map(run.agenda.waiting, binders))
