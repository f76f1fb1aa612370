"""What holds a class: found near it where that accounts for every reference, so that the heap need not be searched."""

from __future__ import annotations

import functools
import gc
import sys
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

LIMIT = 5_000  # objects that are looked at


def holders(names: Mapping[str, Any], name: str) -> list[Any] | None:
    """What holds the class that `name` stands for in `names`, besides these; None where that is not all found near it.

    A class that has just been made is held by itself (the order of its bases, descriptors, ``super()`` in its methods),
    by what its body and its metaclass made, and where its bases keep their subclasses. The caller must have no
    reference to it of its own.
    """
    found, count = _near(names, name)
    return found if sys.getrefcount(names[name]) - count == _references_by_name() else None


def _near(names: Mapping[str, Any], name: str) -> tuple[list[Any], int]:
    """The objects that a class leads to and that hold it, and how many references that makes."""
    found, count, seen = list[Any](), 0, {id(names[name]), id(names)}
    waiting = [*_where_bases_keep(names[name]), *gc.get_referents(names[name])]
    while waiting and len(seen) < LIMIT:
        value = waiting.pop()
        if id(value) in seen or not gc.is_tracked(value) or _leads_away(value, names[name].__qualname__):
            continue
        seen.add(id(value))
        referents = gc.get_referents(value)
        if held := sum(referent is names[name] for referent in referents):
            found.append(value)
            count += held
        waiting += referents
    return found, count


def _where_bases_keep(cls: type) -> Iterator[Any]:
    """What the bases and the metaclass of a class hold: as members, and in containers of their modules."""
    metaclass: type = type(cls)
    classes = [*cls.__mro__[1:], *metaclass.__mro__]
    owners = [owner for owner in classes if owner.__module__ not in ("builtins", "abc")]
    for module in dict.fromkeys(owner.__module__ for owner in owners):
        names: dict[str, Any] = getattr(sys.modules.get(module), "__dict__", {})
        yield from (value for value in list(names.values()) if type(value) in (dict, list, set))
    yield from (member for owner in owners for member in list(vars(owner).values()))


def _leads_away(value: object, qualname: str) -> bool:
    """Whether a value leads to all the program: modules, their namespaces, classes that are not inside of this one."""
    kind = type(value)
    if kind is dict:
        return "__builtins__" in value  # type: ignore[operator]
    if issubclass(kind, type):
        return not type.__getattribute__(value, "__qualname__").startswith(qualname + ".")
    return issubclass(kind, ModuleType)


@functools.cache
def _references_by_name() -> int:
    """How many references to a class are left that one name stands for; it depends on the interpreter."""
    names: dict[str, Any] = {}
    exec("class C: pass", names)
    return sys.getrefcount(names["C"]) - _near(names, "C")[1]
