"""Entries of modules that a reload imports: in registries they come to stand where a fresh process has them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import partial
from typing import Any

from ..live import entries
from ..live.containers import Bare, copied, size
from ..live.kinds import is_a, plain_type
from ..planning.records import Node
from . import contributions, registries
from .contributions import LARGEST
from .scheduling import Scheduling


def put_in_order(run: Scheduling, made: Mapping[Node, dict[str, Any]]) -> None:
    """What an imported module's statements have put into registries goes before what modules after it have put there.

    `made` holds what each statement made.
    """
    giving = [node for node in made if contributions.registers(node.statement, node.codes)]
    own = {each for node in made for each in contributions.identities_made(node, made[node], node.codes)}
    found = {id(c): c for node in giving for c, _ in registries.containers(node, run.graph, ())}
    for container in reversed(list(found.values())):  # those that others hold come first
        if is_a(container, (list, dict)) and 1 < size(container) <= LARGEST:
            keys = _in_order(run, giving[0], container, own)
            if keys is not None:
                run.transaction.guard(container)
                _arrange(container, keys)


def _in_order(run: Scheduling, node: Node, container: Any, made: Set[int]) -> list[Any] | None:
    """The keys or positions of a container as they are to stand; None where they stand so."""
    held = copied(container)
    items = [(k, _first_in(e)) for k, e in (held.items() if is_a(held, dict) else enumerate(held))]
    own = {key for key, entry in items if id(key) in made or entries.holds(entry, made)}
    last = max((i for i, (key, _) in enumerate(items) if key in own), default=0)
    later = partial(run.made_later, node)
    first = next((i for i, (k, e) in enumerate(items[:last]) if k not in own and (later(e) or later(k))), None)
    if first is None:
        return None
    keys = [key for key, _ in items]
    rest = keys[first:]
    return [*keys[:first], *(key for key in rest if key in own), *(key for key in rest if key not in own)]


def _first_in(entry: Any) -> Any:
    """What came first into a registry that is an entry of another."""
    while plain_type(entry) in (list, dict):
        parts = entry.values() if type(entry) is dict else entry
        first = next((part for part in list(parts) if not is_a(part, entries.PLAIN)), None)
        if first is None:
            break
        entry = first
    return entry


def _arrange(container: Any, keys: list[Any]) -> None:
    held = copied(container)
    if is_a(container, dict):
        entries.refill(container, {key: held[key] for key in keys})
    else:
        Bare(container)[:] = [held[position] for position in keys]
