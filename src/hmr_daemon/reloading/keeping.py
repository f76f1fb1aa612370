"""What stays of a class whose whole body runs again, for its metaclass makes the class of it."""

from __future__ import annotations

import enum
from collections.abc import Collection
from typing import Any

from ..live import classes, reach
from ..live.kinds import is_a
from ..planning.records import SEES_CALLS, Node
from .families import taker
from .run import IMMUTABLE
from .telling import Telling

CREATION = frozenset({"__init_subclass__", "__new__", "__init__", "__prepare__", "__call__", "__set_name__"})


def takes_body(cls: type) -> bool:
    """Whether a metaclass takes a class's body as it is, for an enum makes members of it, or hooks see all of it."""
    metaclass = type(cls)
    if metaclass is type:
        return classes.made_by_hooks(cls)
    return not issubclass(metaclass, enum.EnumMeta)


def made_as_a_whole(found: Collection[Any]) -> list[type]:
    """Those classes that a metaclass of the user's, or hooks, make of their bodies."""
    return [v for v in found if not classes.changeable(v) and takes_body(v) and taker(v) is None]


def inner_classes(made: Collection[type]) -> frozenset[str]:
    """Qualified names of the classes that the bodies of some classes have made."""
    members = [(cls, name, member) for cls in made for name, member in list(vars(cls).items())]
    qualnames = {f"{cls.__qualname__}.{name}": member for cls, name, member in members if is_a(member, type)}
    return frozenset(name for name, member in qualnames.items() if member.__qualname__ == name)


def running_changed(run: Telling, node: Node, made: Collection[type]) -> frozenset[str] | None:
    """The names by which the body of a class statement may run changed code; None where these do not explain it all.

    What else runs is run by the making of the class itself.
    """
    ran = node.ran & run.stale_codes()
    if not SEES_CALLS or not ran:
        return None
    effects, files = node.statement.effects, run.graph.paths()
    known, namespace = run.known[""], node.module.namespace
    values = {name: namespace.get(name) for name in effects.reads}
    values = {name: v for name, v in values.items() if callable(v) or not is_a(v, IMMUTABLE)}
    found = set[str]()
    explained = reach.reached(list(values.values()), effects.attributes, files, known=known, wanted=ran).keys() & ran
    for name, value in values.items() if explained else ():
        used = ran & reach.reached([value], effects.attributes, files, known=known, wanted=ran).keys()
        explained |= used
        if used:
            found.add(name)
    makers = {id(each): each for cls in made for each in (type(cls), *cls.__mro__[1:])}
    if not ran <= explained:
        explained |= reach.reached(list(makers.values()), CREATION, files, known=known, wanted=ran - explained).keys()
    return frozenset(found) if ran <= explained else None
