"""Classes whose names hold something else by now, which a later statement has put there: ``module.K = MyK``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ..live import insides
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import Node
from .definitions import is_of
from .settling import Settling

NEAR = 1_000  # values that are looked at


def found(run: Settling, node: Node, before: Mapping[str, Any]) -> dict[str, Any]:
    """The classes that a statement's last run made, by names that hold something else: they are to go on."""
    if node.statement.kind != "class" or node in run.added:
        return {}
    held = {name: before.get(name, MISSING) for name in node.statement.effects.writes}
    taken = {name: value for name, value in held.items() if value is not MISSING and not run.made_before(node, value)}
    own = {name: next(_behind(run, node, name, value), MISSING) for name, value in taken.items()}
    return {name: cls for name, cls in own.items() if cls is not MISSING}


def _behind(run: Settling, node: Node, name: str, value: Any) -> Iterator[type]:
    """The class of that name that something leads to, as a subclass of it does, or that others have by other names."""
    values = [value, *(other.namespace.get(alias) for other, alias in run.aliases(node.module, name))]
    above = [base for each in values if is_a(each, type) for base in each.__mro__]
    for each in (*above, *islice(insides.visit(values), NEAR)):
        if each is not value and is_a(each, type) and each.__qualname__ == name and is_of(each, node.module):
            yield each
