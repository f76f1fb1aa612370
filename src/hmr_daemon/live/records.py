"""Entries of registries: what they are records of, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator, Set
from functools import partial
from types import FunctionType, MethodType, ModuleType
from typing import Any

from . import insides
from .kinds import is_a, plain_type

LARGEST_DATA = 10_000  # entries of a container that are looked at
PLAIN = (int, float, complex, str, bytes, bool, type(None))
DEFINED = (FunctionType, MethodType, type)
INNER = (list, dict, set)
AROUND = (FunctionType, partial)
DEPTH = 3
"""How deep records are looked into."""


def holds(entry: Any, made: Set[int], depth: int = DEPTH) -> bool:
    """Whether a registry's entry is, or is a record of, something that the statement made, and nothing of others."""
    if plain_type(entry) in INNER and depth:  # perhaps a registry in turn, of what others made as well
        parts = list(entry.values()) if type(entry) is dict else list(entry)
        mine = [holds(part, made, depth - 1) for part in parts]
        return any(mine) and all(m or not is_defined(p) for m, p in zip(mine, parts, strict=True))
    return _is_or_holds(entry, made, depth)


def is_defined(entry: Any, depth: int = DEPTH) -> bool:
    """Whether an entry is a definition of someone's, or a record or an object that holds one."""
    if is_a(entry, DEFINED):
        return True
    if not depth or is_a(entry, (*PLAIN, ModuleType)):
        return False
    return any(is_defined(part, depth - 1 if _is_container(entry) else 0) for part in _held(entry))


def _is_container(entry: Any) -> bool:
    """Whether an entry is a list, a dict, a set or a tuple; a named one may be of a class of the user's."""
    return plain_type(entry) in INNER or is_a(entry, tuple)


def _held(entry: Any) -> list[Any]:
    """What a record or an object holds."""
    if type(entry) is dict:
        return list(entry.values())
    if is_a(entry, tuple):
        return [*tuple.__iter__(entry)]
    if plain_type(entry) in INNER:
        return list(entry)
    return [*_surrounded(entry)] if plain_type(entry) in AROUND else [part for _, part in insides.attributes(entry)]


def _is_or_holds(entry: Any, made: Set[int], depth: int) -> bool:
    if id(entry) in made:
        return True
    if is_a(entry, tuple):
        return depth > 0 and any(holds(part, made, depth - 1) for part in tuple.__iter__(entry))
    if type(entry) is MethodType:
        return id(entry.__self__) in made
    if plain_type(entry) in AROUND:
        return any(id(part) in made for part in _surrounded(entry))
    if is_a(entry, (*PLAIN, *INNER, type, ModuleType)):
        return False
    own = [part for _, part in insides.attributes(entry)]
    if any(id(part) in made or (plain_type(part) in AROUND and _is_or_holds(part, made, 0)) for part in own):
        return True
    wrapped = insides.own(entry, "__wrapped__")  # of its class, where a decorator made one for it
    return id(wrapped) in made or id(insides.own(wrapped, "__func__")) in made


def held_in_entry(entry: Any, depth: int = DEPTH) -> Iterator[int]:
    """The identities by which `holds` may tell an entry."""
    if is_a(entry, PLAIN):
        return
    yield id(entry)
    if _is_container(entry):
        for part in _held(entry) if depth else ():
            yield from held_in_entry(part, depth - 1)
    elif type(entry) is MethodType:
        yield id(entry.__self__)
    elif plain_type(entry) in AROUND:
        yield from map(id, _surrounded(entry))
    elif not is_a(entry, (type, ModuleType)):
        for _, part in insides.attributes(entry):
            yield from (id(part), *(map(id, _surrounded(part)) if plain_type(part) in AROUND else ()))
        wrapped = insides.own(entry, "__wrapped__")
        yield from map(id, (wrapped, insides.own(wrapped, "__func__")))


def leads_to(entry: Any, made: Set[int], depth: int = DEPTH) -> bool:
    """Whether an entry is something that was made, or holds it however deep: what leads everywhere does, too."""
    if id(entry) in made:
        return True
    if not depth or is_a(entry, (*PLAIN, type, ModuleType)):
        return False
    if type(entry) is MethodType:
        return leads_to(entry.__self__, made, depth)
    parts = [*_held(entry), *entry] if type(entry) is dict else _held(entry)
    return any(leads_to(part, made, depth - 1) for part in parts)


def _surrounded(entry: Any) -> Iterator[Any]:
    """What a function that was made by another one, or a partial one, calls."""
    if type(entry) is partial:
        yield from (entry.func, *entry.args, *entry.keywords.values())
    else:
        yield from insides.cell_contents(entry)
        yield insides.own(entry, "__wrapped__")


def record_parts(entry: Any) -> list[Any]:
    """What a record holds: a tuple, named or not, or an object of any class."""
    return [] if is_a(entry, (*PLAIN, *DEFINED, *INNER, *AROUND, ModuleType)) else _held(entry)


def record_with(entry: Any, new: Any, old: Any) -> Any:
    """A record that was made just now, with one part in place of another: a tuple is made anew, of the same class."""
    if is_a(entry, tuple):
        return insides.tuple_with(entry, new, old)
    state: Any = insides.own_dict(entry)
    for name, part in list(insides.attributes(entry)):
        if part is new and name in state:
            state[name] = old
        elif part is new:
            object.__setattr__(entry, name, old)
    return entry


def texts(entry: Any) -> set[str]:
    """The texts that an entry is, or that a tuple or an object holds; an attribute that is empty tells nothing."""
    found = {part for part in (entry, *record_parts(entry)) if type(part) is str}
    return found if is_a(entry, (str, tuple)) else found - {""}


def is_data(value: Any, depth: int = 4) -> bool:
    """Whether a value is made of plain values alone."""
    if plain_type(value) in (dict, list, tuple, set, frozenset):
        parts = [*value, *value.values()] if type(value) is dict else list(value)
        return depth > 0 and len(parts) <= LARGEST_DATA and all(is_data(part, depth - 1) for part in parts)
    return is_a(value, PLAIN)


def is_plain(entry: Any) -> bool:
    """Whether an entry is a plain value, or a record of such: no registry in turn."""
    if type(entry) is dict:
        return all(map(is_plain, list(entry.values())))
    if is_a(entry, tuple):
        return all(map(is_plain, tuple.__iter__(entry)))
    return is_a(entry, PLAIN) or (plain_type(entry) is list and not entry)
