"""Results that functions computed earlier, and how these are forgotten."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

from ..syntax.kept import kept
from . import insides, values
from .insides import own
from .instances import Instances
from .kinds import is_a, plain_type
from .transaction import MISSING, Transaction

LRU = type(functools.lru_cache(len))
FACE = ("__doc__", "__annotations__", "__annotate__", "__type_params__")
"""What a cached function shows of the one that it calls."""
PUTTING = frozenset({"__dict__", "setattr", "__setattr__"})
"""By what an attribute of some name is set."""


@dataclass(frozen=True, repr=False, eq=False)
class Cache:
    """Results that a function computed earlier, and how to forget them."""

    holder: Any
    function: Any
    forget: Callable[[], Callable[[], object]]
    """Empties it, and gives what takes that back as far as it can be."""
    owner: type | None = None
    """The class that it is a member of."""
    fills: frozenset[str] = frozenset()
    """The names by which the function has what it keeps its results in."""
    slot: tuple[dict[str, Any], str] | None = None
    """Where its only result stands: a namespace, and the name."""

    @property
    def code(self) -> CodeType | None:
        """What runs whenever something is to be computed."""
        function = self.function
        if type(function) is not FunctionType:
            function = insides.of_class(type(function), "__call__")
        return function.__code__ if type(function) is FunctionType else None

    @property
    def is_empty(self) -> bool:
        """Whether it surely holds nothing; only `functools` says."""
        info = own(self.holder, "cache_info")
        return type(info) is BuiltinFunctionType and type(info.__self__) is LRU and info().currsize == 0


def of_module(namespace: Mapping[str, Any], module: str, instances: Instances) -> Iterator[Cache]:
    """What `functools.cache` and the like, and `functools.cached_property`, hold in a module's own definitions."""
    for value, owner in definitions(namespace, module):
        if is_a(value, type):
            yield from _cached_properties(value, instances)
            continue
        if plain_type(value) in (staticmethod, classmethod):
            value = value.__func__
        if is_a(value, property):
            value = value.fget
        if type(value) is FunctionType and vars(value) and (names := kept(value.__code__)):
            yield Cache(value, value, functools.partial(_forget_kept, vars(value), names), owner)
        for _ in range(5):  # a cache may be wrapped in turn
            function = own(value, "__wrapped__")
            if function is MISSING:
                break
            clear = own(value, "cache_clear")
            if callable(clear):
                yield Cache(value, function, functools.partial(emptied, clear), owner)
            value = function


def definitions(namespace: Mapping[str, Any], module: str) -> Iterator[tuple[Any, type | None]]:
    """What a module's names lead to, and what classes of its own have, with these; of others no classes."""
    waiting: list[tuple[Any, type | None]] = [(value, None) for value in namespace.values()]
    seen: set[int] = set()
    for value, owner in waiting:
        if not is_a(value, type):
            yield value, owner
        elif value.__module__ == module and id(value) not in seen:
            seen.add(id(value))
            waiting += [(member, value) for member in list(vars(value).values())]
            yield value, owner


def _forget_kept(state: dict[str, Any], names: Collection[str]) -> Callable[[], object]:
    """Let a function compute again what it keeps as attributes of its own."""
    return functools.partial(state.update, {name: state.pop(name) for name in names if name in state})


def renew(transaction: Transaction, old: Any, new: Any) -> bool:
    """Let a cached function go on as one just made for the same function, of which something else shows now."""
    if type(old) is not LRU or type(new) is not LRU:
        return False
    now, later = vars(old), vars(new)
    known, made = ({k: v for k, v in state.items() if k not in FACE} for state in (now, later))
    if not values.same(known, made):
        return False
    for name in FACE:
        if name in later:
            transaction.set_item(now, name, later[name])
        elif name in now:
            transaction.delete_item(now, name)
    transaction.on_undo(emptied(old.cache_clear))
    return True


def _cached_properties(cls: type, instances: Instances) -> Iterator[Cache]:
    for member in list(vars(cls).values()):
        if is_a(member, functools.cached_property) and member.attrname is not None:
            instances.expect(cls)
            yield Cache(member, member.func, functools.partial(_forget_property, instances, cls, member.attrname), cls)


def keepers(namespace: Mapping[str, Any], module: str) -> Iterator[type]:
    """A module's classes whose objects give an instance's attribute once and put it there, like `cached_property`."""
    for value, _ in definitions(namespace, module):
        gives = vars(value).get("__get__") if is_a(value, type) and value.__module__ == module else None
        puts = type(gives) is FunctionType and not PUTTING.isdisjoint(gives.__code__.co_names)
        if puts and all(insides.of_class(value, name) is MISSING for name in ("__set__", "__delete__")):
            yield value


def kept_properties(
    kinds: Collection[type], namespace: Mapping[str, Any], module: str, instances: Instances
) -> Iterator[Cache]:
    """What objects of such classes, in classes of a module, have put into instances."""
    known = {id(kind) for kind in kinds}
    for cls, _ in definitions(namespace, module):
        members = list(vars(cls).items()) if is_a(cls, type) and cls.__module__ == module else ()
        for name, member in [(name, member) for name, member in members if id(type(member)) in known]:
            instances.expect(cls)
            given = next(insides.reachable([member], classes=False), None)
            for function in [each for each in (given, insides.of_class(type(member), "__get__")) if each is not None]:
                yield Cache(member, function, functools.partial(_forget_property, instances, cls, name), cls)


def forget_lost(transaction: Transaction, cls: type, before: Mapping[str, Any]) -> None:
    """What instances keep of cached properties that their class had, and has no more, would stand before what it has.

    `before` are the members that it had.
    """
    instances = Instances()
    instances.expect(cls)
    for name, member in before.items():
        if is_a(member, functools.cached_property) and not is_a(vars(cls).get(name), functools.cached_property):
            transaction.on_undo(_forget_property(instances, cls, member.attrname or name))


def emptied(clear: Callable[[], object]) -> Callable[[], object]:
    """Empty a cache. What it held is lost, so taking it back means that nothing stays which was put there since."""
    clear()
    return clear


def _forget_property(instances: Instances, cls: type, name: str) -> Callable[[], object]:
    """Let instances of the class and of its subclasses compute a cached property again."""
    computed = []
    for instance in instances.of(cls):
        state = own(instance, "__dict__")
        if is_a(state, dict) and name in state:
            computed.append((state, state.pop(name)))
    return functools.partial(_give_back, computed, name)


def _give_back(computed: list[tuple[dict[str, Any], Any]], name: str) -> None:
    for state, value in computed:
        state[name] = value


def dispatchers(namespace: Mapping[str, Any]) -> Iterator[Callable[[], object]]:
    """For each `functools.singledispatch` function: how it forgets which classes it has seen."""
    members = [member for value in namespace.values() if is_a(value, type) for member in vars(value).values()]
    methods = (own(member, "dispatcher") for member in members if is_a(member, functools.singledispatchmethod))
    for value in [*namespace.values(), *methods]:
        if (forget := forgets_classes(value)) is not None:
            yield forget


def forgets_classes(value: Any) -> Callable[[], object] | None:
    """How a `functools.singledispatch` function forgets which classes it has seen; None of what is none."""
    if type(value) is FunctionType:  # most have none, which is told at once
        forget = getattr(value, "_clear_cache", None)
    else:
        forget = own(value, "_clear_cache") if callable(value) and not is_a(value, type) else None
    return forget if callable(forget) and callable(own(value, "dispatch")) else None


def forget_lines(path: str) -> None:
    """Who shows lines of a file (a debugger's ``list``) reads it again: not all ask whether it has changed."""
    linecache = sys.modules.get("linecache")
    if linecache is not None:
        linecache.cache.pop(path, None)
