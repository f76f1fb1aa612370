"""What values are made of and where that leads, read without running the user's code."""

from __future__ import annotations

import functools
import gc
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from types import CellType, FunctionType, MemberDescriptorType, MethodType, ModuleType
from typing import Any

from .kinds import is_a, own_or, plain_type
from .transaction import MISSING

MANY = 1_000  # parts of which each may lead on
CONTAINERS = (list, tuple, dict, set, frozenset)
LEAVES = frozenset(map(id, (
    bool, int, float, complex, str, bytes, types.NoneType, types.BuiltinFunctionType, types.WrapperDescriptorType,
    types.MethodWrapperType, types.MethodDescriptorType, types.ClassMethodDescriptorType, types.GetSetDescriptorType,
    types.MemberDescriptorType,
)))  # fmt: skip
"""Identities of the types whose values are made of nothing; a metaclass of the user's may compare types as it likes."""


def reachable(roots: Iterable[Any], classes: bool = True) -> Iterator[FunctionType]:
    """The functions that `roots` lead to through wrappers, closures, attributes of wrappers and members of `classes`.

    Every method that calls ``super()`` leads to its class, and so to all that it holds.
    """
    return (value for value in visit(roots, classes=classes) if type(value) is FunctionType)


def visit(roots: Iterable[Any], limit: int = 20_000, wrapped: bool = True, classes: bool = True) -> Iterator[Any]:
    """`roots` and what they lead to.

    Not through ``__wrapped__``, which nothing calls, unless `wrapped`; nor through `classes`, unless asked to.
    """
    seen: set[int] = set()
    waiting = list(roots)
    while waiting and len(seen) < limit:
        value = waiting.pop()
        if id(value) in seen or (is_a(value, type) and not classes):
            continue
        seen.add(id(value))
        yield value
        waiting.extend(parts(value, wrapped))


def keeps(holder: Any, part: Any, limit: int = 2_000) -> bool:
    """Whether an object keeps another in its attributes, or in containers and plain objects that it keeps."""
    seen: set[int] = set()
    waiting = [holder]
    while waiting and len(seen) < limit:
        value = waiting.pop()
        if value is part:
            return True
        if id(value) in seen or id(type(value)) in LEAVES or is_a(value, (type, FunctionType, ModuleType)):
            continue
        seen.add(id(value))
        if plain_type(value) in CONTAINERS:
            waiting += [*value, *value.values()] if type(value) is dict else list(value)
        else:
            waiting += own_dict(value).values()
    return False


def leads_soon_to(value: Any, part: Any, depth: int = 2) -> bool:
    """Whether something that is no other name for it leads to a part, by few steps."""
    if value is part or is_a(value, (FunctionType, ModuleType, type)) or not gc.is_tracked(value):
        return False
    parts = gc.get_referents(value)
    if any(each is part for each in parts):
        return True
    return depth > 1 and len(parts) <= MANY and any(leads_soon_to(each, part, depth - 1) for each in parts)


def members(values: Iterable[Any]) -> Iterator[Any]:
    """What the classes among some values have as members, and the classes that stand in their bodies."""
    for cls in [value for value in values if is_a(value, type)]:
        own = list(vars(cls).values())
        yield from own
        yield from members(v for v in own if is_a(v, type) and v.__qualname__ == f"{cls.__qualname__}.{v.__name__}")


Layers = Mapping[int, list[Any]]
"""By identity of what callables are made of, these callables."""


def layers(outermost: Iterable[Any]) -> Layers:
    """What is made of what in some callables."""
    holders: dict[int, list[Any]] = defaultdict(list)
    for holder, part in _layers(outermost):
        holders[id(part)].append(holder)
    return holders


def around(inner: Iterable[FunctionType], known: Layers) -> Iterator[Any]:
    """The callables that decorators put around the functions `inner`, as far as their layers are known."""
    reached, seen = list[Any](inner), set[int]()
    while reached:
        part = reached.pop()
        if id(part) not in seen:
            seen.add(id(part))
            for holder in known.get(id(part), ()):
                yield holder
                reached.append(holder)


def wrapped(outermost: Iterable[Any]) -> Iterator[FunctionType]:
    """The functions among `outermost` and in the callables that they are made of."""
    values = list(outermost)
    yield from (part for part in (*values, *(part for _, part in _layers(values))) if type(part) is FunctionType)


def _layers(outermost: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Each callable with the callables that it is made of; not what classes and containers hold."""
    seen: set[int] = set()
    waiting = [value for value in outermost if not is_a(value, (type, *CONTAINERS))]
    while waiting:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            for part in parts(value):
                if callable(part) and not is_a(part, type):
                    yield value, part
                    waiting.append(part)


def parts(value: Any, wrapped: bool = True) -> Iterator[Any]:
    """What a callable is made of."""
    kind = type(value)
    if kind is FunctionType:
        if value.__closure__ is None and value.__defaults__ is None and not value.__dict__:
            return  # as most are
        attributes = [v for name, v in vars(value).items() if wrapped or name != "__wrapped__"]
        for content in (*cell_contents(value), *attributes, *(value.__defaults__ or ())):
            if _leads_on(content):
                yield content
    elif is_a(value, type):
        yield from (member for member in list(vars(value).values()) if _leads_on(member))
    elif (plain := plain_type(value)) in (staticmethod, classmethod, MethodType):
        yield value.__func__
    elif is_a(value, property):
        yield from (part for part in (value.fget, value.fset, value.fdel) if part is not None)
    elif is_a(value, functools.partial):
        yield value.func
    elif plain in (list, tuple, set, frozenset):
        yield from (part for part in list(value)[:500] if _leads_on(part))
    elif kind is dict:
        yield from (part for part in list(value.values())[:500] if _leads_on(part))
    elif id(kind) not in LEAVES:
        inner = own(value, "__wrapped__")
        if inner is not MISSING and (wrapped or _calls_wrapped(value)):
            yield inner
        if is_a(value, functools.cached_property):
            yield value.func
        held = list(own_dict(value).items())
        yield from (part for name, part in held if (wrapped or name != "__wrapped__") and _leads_on(part))


def _calls_wrapped(value: Any) -> bool:
    """Whether an object may call what it has as ``__wrapped__``: `update_wrapper` gives one to any.

    What is written in C has it elsewhere, or is of `functools`.
    """
    if "__wrapped__" not in own_dict(value) or type(value).__module__ == "functools":
        return True
    members = [member for cls in type(value).__mro__ for member in list(vars(cls).values())]
    return any(type(m) is FunctionType and "__wrapped__" in m.__code__.co_names for m in members)


def free_variables(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The variables of a closure and what they hold, those not bound yet left out."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            yield name, cell.cell_contents
        except ValueError:
            continue


def cell_content(cell: CellType) -> Any:
    """What a variable of a closure holds; MISSING where it is not bound."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def cell_contents(function: FunctionType) -> Iterator[Any]:
    return (content for _, content in free_variables(function))


def contents(function: FunctionType) -> Iterator[Any]:
    """All that a function holds besides its code."""
    yield from cell_contents(function)
    yield from function.__defaults__ or ()
    yield from (function.__kwdefaults__ or {}).values()
    yield from vars(function).values()


def _leads_on(value: Any) -> bool:
    kind = type(value)
    if kind is FunctionType:
        return True
    if id(kind) in LEAVES:
        return False
    return callable(value) or hasattr(kind, "__get__") or plain_type(value) in (list, tuple, dict, set)


def own(value: Any, name: str) -> Any:
    """An attribute of `value` without running the user's code; MISSING where there is none."""
    return own_or(value, name, MISSING)


def of_class(cls: type, name: str) -> Any:
    """What a class, or the first of its bases that has it, holds under a name; MISSING where none does."""
    return next((vars(each)[name] for each in cls.__mro__ if name in vars(each)), MISSING)


def own_dict(value: Any) -> Mapping[str, Any]:
    """What `value` itself holds by name, without running the user's code; nothing where it has no dict."""
    if is_a(value, type):
        members: Mapping[str, Any] = type.__getattribute__(value, "__dict__")
        return members
    state = own(value, "__dict__")
    return state if is_a(state, dict) else {}


def tuple_with(entry: tuple[Any, ...], new: Any, old: Any) -> tuple[Any, ...]:
    """A tuple like another, of the same class and with the same attributes, with one part in place of another."""
    made = tuple.__new__(type(entry), [old if each is new else each for each in tuple.__iter__(entry)])
    state: Any = own_dict(made)
    state.update(own_dict(entry))
    return made


def attributes(value: Any) -> Iterator[tuple[str, Any]]:
    """What `value` holds by name, in its dict and in slots, without running the user's code."""
    yield from list(own_dict(value).items())
    for cls in type(value).__mro__:
        for name, member in list(vars(cls).items()):
            if type(member) is MemberDescriptorType and (held := own(value, name)) is not MISSING:
                yield name, held
