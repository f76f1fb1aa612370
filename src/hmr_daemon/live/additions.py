"""What was added to an object that outlives who added it, found by what is there before and after, and taken back."""

from __future__ import annotations

import abc
from collections import Counter
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from . import values
from .abstract import forget_answers
from .containers import SEQUENCES, Bare, copied
from .entries import PLAIN, token
from .insides import own_dict
from .kinds import is_a
from .transaction import MISSING, Transaction

KINDS = (dict, list, set, *SEQUENCES[1:], MutableMapping)
"""What has entries that can be told apart."""
UNKNOWN: Final = type("Unknown", (), {"__slots__": ()})()
"""Stands for what was there before where that is not known: what stands there now stays."""


@dataclass(frozen=True, eq=False, repr=False)
class Entry:
    """What stands in a list or a set."""

    holder: Any
    value: Any

    def take_back(self, transaction: Transaction) -> int | None:
        """Let it be there no more; where it stood, if its place matters."""
        held = copied(self.holder)
        found = [position for position, each in enumerate(held) if is_same(each, self.value)]
        if not found:
            return None
        transaction.guard(self.holder)
        if is_a(self.holder, set):
            Bare(self.holder).discard(self.value)
            return None
        del Bare(self.holder)[found[-1]]
        return found[-1]


@dataclass(frozen=True, eq=False, repr=False)
class Item:
    """What stands under a key of a dict, or of a mapping that is none."""

    holder: Any
    key: Any
    value: Any
    """MISSING where the key was deleted."""
    before: Any = MISSING

    @property
    def place(self) -> tuple[int, str, Any]:
        return id(self.holder), "item", self.key

    def current(self) -> Any:
        return lookup(self.holder, self.key)

    def take_back(self, transaction: Transaction) -> None:
        """Let there be what was there before, if no other has put something else there."""
        now = self.current()
        if self.before is UNKNOWN or not is_same(now, self.value):
            return
        if is_a(self.holder, dict):
            if self.before is MISSING:
                transaction.delete_item(self.holder, self.key)
            else:
                transaction.set_item(self.holder, self.key, self.before)
        else:
            transaction.do((put, self.holder, self.key, self.before), (put, self.holder, self.key, now))


@dataclass(frozen=True, eq=False, repr=False)
class Attribute:
    """What an attribute of a module, a class or an instance holds."""

    holder: Any
    name: str
    value: Any
    """MISSING where it was deleted."""
    before: Any = MISSING
    setter: str = ""
    """The method that sets it, which may do more: ``log.setLevel(10)`` has caches forgotten."""

    @property
    def place(self) -> tuple[int, str, Any]:
        return id(self.holder), "attribute", self.name

    def current(self) -> Any:
        return own_dict(self.holder).get(self.name, MISSING)

    def take_back(self, transaction: Transaction) -> None:
        now = self.current()
        if self.before is not UNKNOWN and is_same(now, self.value) and now is not self.before:
            transaction.do(_setting(self, self.before), _setting(self, now))


@dataclass(frozen=True, eq=False, repr=False)
class Subclass:
    """A class that was registered with an abstract one."""

    holder: Any
    value: type

    def take_back(self, transaction: Transaction) -> None:
        if any(each is self.value for each in registered(self.holder)):
            transaction.do((_unregister, self.holder, self.value), (self.holder.register, self.value))
            transaction.on_undone(forget_answers)


Setting = Item | Attribute
Addition = Entry | Setting | Subclass


def snapshot(container: Any) -> Any:
    """What a container holds, of a mapping that is no dict as a dict."""
    return copied(container) if is_a(container, KINDS[:-1]) else dict(container)


def compare(container: Any, before: Any) -> Iterator[Addition]:
    """What a container holds that it did not hold before."""
    now = snapshot(container)
    if is_a(now, dict):
        changed = [key for key in now if key not in before or not is_same(now[key], before[key])]
        yield from (Item(container, key, now[key], before.get(key, MISSING)) for key in changed)
        return
    known = Counter(map(token, before))
    for entry in now:
        known[token(entry)] -= 1
        if known[token(entry)] < 0:
            yield Entry(container, entry)


def lookup(mapping: Any, key: Any) -> Any:
    try:
        return mapping[key]
    except Exception:  # a library's mapping, whose keys may be of one kind only
        return MISSING


def refill(mapping: Any, items: dict[Any, Any]) -> None:
    """Let a mapping that is no dict hold what it held."""
    for key in {*mapping, *items}:
        if lookup(mapping, key) is not items.get(key, MISSING):
            put(mapping, key, items.get(key, MISSING))


def put(mapping: Any, key: Any, value: Any) -> None:
    """Set an item, or delete it, as the mapping does that itself: ``os.environ`` tells the C library."""
    if value is not MISSING:
        mapping[key] = value
    elif lookup(mapping, key) is not MISSING:
        del mapping[key]


def registers_classes(cls: Any) -> bool:
    """Whether a class is an abstract one that others are registered with as virtual subclasses."""
    metaclass: Any = type(cls)
    if not issubclass(metaclass, abc.ABCMeta):
        return False
    return all("register" not in vars(each) for each in (*cls.__mro__, *metaclass.__mro__[:-3]))


def registered(cls: type) -> list[type]:
    """The classes that were registered with an abstract one, and that are there still."""
    return [found for reference in _dump(cls) if (found := reference()) is not None]


def _dump(cls: type) -> set[Callable[[], type | None]]:
    known: Any = abc
    registry: set[Callable[[], type | None]]
    registry, *_ = known._get_dump(cls)
    return registry


def let_be_registered(cls: Any, classes: list[type]) -> None:
    """Let these be the classes that are registered with an abstract one."""
    for each in registered(cls):
        if not any(each is known for known in classes):
            _unregister(cls, each)


def _unregister(cls: Any, gone: type) -> None:
    """CPython can only forget all of them: the others are registered again."""
    stay = [each for each in registered(cls) if each is not gone]
    cls._abc_registry_clear()
    for each in stay:
        cls.register(each)
    forget_answers()


def is_same(one: Any, other: Any) -> bool:
    return one is other or (is_a(one, PLAIN) and values.same(one, other))


def put_back(setting: Setting) -> None:
    """Let there be what was there before, whatever is there now."""
    if setting.current() is setting.before:
        return
    if isinstance(setting, Item):
        put(setting.holder, setting.key, setting.before)
    else:
        operation = _setting(setting, setting.before)
        operation[0](*operation[1:])


def _setting(attribute: Attribute, value: Any) -> tuple[Any, ...]:
    if value is MISSING:
        return (delattr, attribute.holder, attribute.name)
    if attribute.setter:
        return (getattr(attribute.holder, attribute.setter), value)
    return (setattr, attribute.holder, attribute.name, value)
