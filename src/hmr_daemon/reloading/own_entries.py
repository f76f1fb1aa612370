"""What statements have put into objects that go on: out of them while they run again, and gone with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial

from ..live import entries, insides
from ..live.containers import copied
from ..live.transaction import MISSING
from ..live.values import same
from ..planning.records import Node
from .later_entries import comes_again
from .registries import Place
from .setting_up import SettingUp
from .telling import Telling


@dataclass(frozen=True, eq=False, repr=False)
class Changed:
    """What a statement has changed of objects, once it has run."""

    entries: list[Place]
    """The places of the containers that have other entries than before."""
    attributes: list[Place]
    """Those of attributes that have another value."""


NOTHING = nullcontext(Changed([], []))
"""What definitions and imports have changed: they add to objects by decorators alone, which tell of themselves."""


@contextmanager
def exchanged(run: Telling, node: Node) -> Iterator[Changed]:
    """While a statement runs that only adds to objects, what its last run has added is out of them."""
    changed, objects = Changed([], []), run.going_on(node)
    attributes = run.attributes_set(node, objects)
    values = [insides.own_dict(holder).get(name, MISSING) for holder, name, _ in attributes]
    found = run.own_entries(node, objects)
    before = [copied(own.container) for own in found]
    for own in found:
        run.transaction.guard(own.container)
        entries.remove(own.container, own.gone)
    run.own_entries_of[node] = {id(own.container) for own in found}
    yield changed
    del run.own_entries_of[node]
    for own, snapshot in zip(found, before, strict=True):
        if node in run.moved or not own.gone:
            rest = entries.without(snapshot, own.gone)
            again, keys = partial(comes_again, run), run.put_later(node, own.place.name)
            entries.place_before(own.container, rest, run.coming_later(node, own.place.name), again, keys)
        else:
            entries.put_in_place(own.container, snapshot, own.gone, put_back=False)
        if not entries.same_entries(own.container, snapshot):
            changed.entries.append(own.place)
    for (holder, name, place), value in zip(attributes, values, strict=True):
        if not same(insides.own_dict(holder).get(name, MISSING), value):
            changed.attributes.append(place.of(name))


def withdraw(run: SettingUp, node: Node) -> bool:
    """Take out what a statement that is gone has put into objects; whether that was told, and was all that it did."""
    if not run.only_sets_up(node):
        return False
    for own in run.own_entries(node, run.going_on(node)):
        run.transaction.guard(own.container)
        entries.remove(own.container, own.gone)
        run.withdrawn.append((node, own.place))
    run.taken_back.add(node)
    return True
