"""How the members of a class came out different."""

from __future__ import annotations

import collections
import enum
from collections.abc import Mapping, Set
from dataclasses import InitVar, dataclass, replace
from types import MappingProxyType
from typing import Any

from ..syntax import codes
from . import insides, values
from .classes import (
    FIELDS,
    IMPLICIT,
    LOOKED_AT,
    METHOD_TYPES,
    PARAMETERS,
    TOLD_BY_FIELDS,
    generated,
    is_final,
    is_inner,
    is_protocol,
    is_special,
    same_layout,
)
from .holders import SLOT_TYPES
from .kinds import is_a, same_classes
from .transaction import MISSING, by_type


@dataclass(frozen=True, eq=False, repr=False)
class ClassChange:
    """Which members of a class came out different, other than by the code of its functions."""

    cls: type
    names: frozenset[str]
    whole: bool
    """Whether something outside the body, a decorator, makes more of the members than they show."""
    rebased: bool
    reshaped: bool = False
    """Whether it has members that it had not, or the other way round: who looks through all sees that."""
    by_bases: bool = False
    """Whether it is whole for its bases alone, or for what a protocol asks for: only who asks for the kind sees more.

    `names` tell what is found otherwise by other bases, too.
    """
    before: Mapping[str, Any] | None = None
    """The members before, where those who are told of the class, and its decorators, may have yet to set theirs."""

    def completed(self) -> ClassChange:
        """The same once the statement has run: with the members that others than its body made other than before.

        And without those that a decorator has taken out or made as they were: fields of a data class, its docstring.
        Where it has made something else otherwise, that may be by these.
        """
        if self.before is None:
            return self
        before, now = self.before, vars(self.cls)
        rest = {*before, *now} - IMPLICIT - TOLD_BY_FIELDS - self.names
        made = {name for name in {*rest, *DESCRIBING} if not _same_member(name, before, now)}
        back = _as_before(self.names, before, now)
        if made and FIELDS not in now:
            back = set()
        return replace(self, names=self.names - back | made, before=None)

    def with_names(self, names: Set[str]) -> ClassChange:
        """The same with more names of members, that stand for the objects they did, which are others inside."""
        return replace(self, names=self.names | names) if names else self

    def without(self, names: Set[str]) -> ClassChange:
        """The same, some members being what they were after all."""
        return replace(self, names=self.names - names) if names else self

    def with_inner(self, changes: Mapping[int, ClassChange]) -> ClassChange:
        """The same, told of together with the `changes` (by identity) of the classes inside of this one."""
        inner = [changes[id(m)] for m in list(vars(self.cls).values()) if is_a(m, type) and id(m) in changes]
        found = [each.with_inner(changes) for each in inner if is_inner(each.cls, self.cls)]
        names = {name for each in found for name in each.names if not is_special(name)}
        names |= {each.cls.__name__ for each in found if each.special or each.whole}  # it is made otherwise, not this
        return replace(self, names=self.names | names) if found else self

    @property
    def shown(self) -> frozenset[str]:
        """Names that code mentions which sees the change: special methods are run by using the class."""
        return self.names - self.special_names | ({self.cls.__name__} if self.special else frozenset())

    @property
    def special(self) -> bool:
        """Whether code that merely uses the class runs what changed."""
        return bool(self.special_names)

    @property
    def special_names(self) -> frozenset[str]:
        """The members by which it does: special methods, and what else is found by its name."""
        return frozenset(n for n in self.names if is_special(n) and n not in LOOKED_AT)

    @property
    def is_none(self) -> bool:
        """Whether the class came out as it was."""
        return not (self.names or self.whole or self.rebased)

    @property
    def runs_otherwise(self) -> bool:
        """Whether using the class may run other code than before."""
        return self.whole or self.rebased or not self.names.issubset(LOOKED_AT)

    @property
    def methods_only(self) -> bool:
        """Whether nothing differs but functions, which are looked up when they are called."""
        members = [vars(self.cls).get(name) for name in self.names if name != "__doc__"]
        return not self.whole and all(is_a(member, METHOD_TYPES) for member in members)


def can_be_told(old: type, new: type) -> bool:
    """Whether the members tell all that differs: those of an enum are its instances, and stay if none is another."""
    if is_a(old, enum.EnumMeta) or is_a(new, enum.EnumMeta):
        return type(old) is type(new) and values.same(_enum_members(old), _enum_members(new))
    return same_layout(old, new)


def made_anew_for_bases(old: type, new: type) -> ClassChange | None:
    """How a class differs from the one in whose place it comes for no more than its bases, if that is so.

    CPython does not let a class without bases have any, nor change what it is an instance of.
    """
    alike = all(getattr(old, each) == getattr(new, each) for each in ("__basicsize__", "__itemsize__"))
    plain = by_type(old, "__call__") is by_type(new, "__call__") is type.__call__
    slots = vars(old).get("__slots__", MISSING), vars(new).get("__slots__", MISSING)
    if not (alike and plain and values.same(*slots)) or same_classes(old.__bases__, new.__bases__):
        return None
    if is_a(old, enum.EnumMeta) or is_final(new) or any(vars(cls).get("__abstractmethods__") for cls in (old, new)):
        return None
    if vars(old).get("__hash__", MISSING) is not vars(new).get("__hash__", MISSING):
        return None
    names = change(old, new).names | found_otherwise(new, old.__mro__)
    return ClassChange(new, frozenset(names), whole=True, rebased=True, by_bases=True)


def found_otherwise(cls: type, old_mro: tuple[type, ...]) -> set[str]:
    """The members of classes that stand above a class now, and did not, or the other way round, or in another order."""
    above, now = old_mro[1:], cls.__mro__[1:]
    names = {name for each in (*above, *now) for name in vars(each)} - IMPLICIT
    return {name for name in names if not same_classes(_defining(name, above), _defining(name, now))}


def _defining(name: str, classes: tuple[type, ...]) -> tuple[type, ...]:
    return tuple(each for each in classes if name in vars(each))


def only_members_differ(old: type, new: type) -> bool:
    """Whether two versions of an enum are alike but for their members."""
    enums = is_a(old, enum.EnumMeta) and type(old) is type(new) and same_classes(old.__bases__, new.__bases__)
    if not enums:
        return False
    own: set[str] = {*old.__members__, *new.__members__}  # type: ignore[attr-defined]
    found = change(old, new)
    return not found.whole and found.names <= own


def _enum_members(cls: Any) -> list[tuple[str, dict[str, Any]]]:
    """The names of an enum's members, and what each holds."""
    return [
        (name, {key: value for key, value in vars(member).items() if key != "__objclass__"})
        for name, member in cls.__members__.items()
    ]


def change(old: type, new: type, within: Set[tuple[int, int]] = frozenset()) -> ClassChange:
    """How the members of `new` differ from those of `old`, which is to take them over.

    Their functions are not compared: those that go on stand in both. Nor are the pairs of classes, by identity,
    `within` whose comparison this is asked: members that lead back to them are alike.
    """
    before, after, within = vars(old), vars(new), within | {(id(old), id(new))}
    own = {*ENUM_TABLES, *old.__members__} if is_a(old, enum.EnumMeta) else ()
    names = {
        name
        for name in (before.keys() | after.keys()) - IMPLICIT - {*own} | LOOKED_AT
        if not _same_member(name, before, after, within)
    }
    if not values.same(_annotations(before), _annotations(after)):
        names.add("__annotations__")
    apart = {name for name in _TOLD_APART if not values.same(before.get(name, MISSING), after.get(name, MISSING))}
    reshaped = not before.keys() ^ after.keys() <= IMPLICIT
    asks_for = is_protocol(new) and reshaped and apart <= {"__protocol_attrs__"}  # until 3.11 it keeps no list
    return ClassChange(old, frozenset(names), bool(apart) or asks_for, False, reshaped, by_bases=asks_for)


ENUM_TABLES = frozenset({
    "_member_names_", "_member_map_", "_value2member_map_", "_unhashable_values_", "_unhashable_values_map_",
    "_hashable_values_",
})  # fmt: skip
"""Where an enum keeps its members."""
DESCRIBING = (FIELDS, "__match_args__")
"""Members that decorators make of a body, and that only those see who ask for them."""
_TOLD_APART = ("__abstractmethods__", "__hash__", "__match_args__", "__protocol_attrs__", *PARAMETERS)
"""Implicit members that make more of a class than their names tell."""


def _annotations(members: Mapping[str, Any]) -> Any:
    """What stands for the annotations of a class: since 3.14 a function, which computes them."""
    return [members.get(name, MISSING) for name in ("__annotations__", "__annotate__", "__annotate_func__")]


def _same_member(
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    within: Set[tuple[int, int]] = frozenset(),
) -> bool:
    old, new = before.get(name, MISSING), after.get(name, MISSING)
    if (id(old), id(new)) in within:
        return True
    if name == FIELDS and is_a(old, dict) and is_a(new, dict):
        return values.same(_fields(old), _fields(new))
    if name == "__dataclass_params__" and type(old) is type(new):
        return repr(old) == repr(new)  # objects without equality
    if is_a(old, type) and is_a(new, type) and old is not new:
        inner = old.__qualname__ == new.__qualname__ and same_classes(old.__bases__, new.__bases__)
        return inner and type(old) is type(new) and change(old, new, within).is_none
    if type(old) is type(new) and type(old) is _FIELD:
        return bool(old.__reduce__() == new.__reduce__())
    if type(old) is type(new) is staticmethod:
        old, new = old.__func__, new.__func__
    if is_a(old, tuple) and is_a(new, tuple) and type(old) is not type(new):
        return _records_alike(old, new, within)
    return is_a(new, SLOT_TYPES) or values.same(old, new) or _generated_alike(old, new)


def _records_alike(old: Any, new: Any, within: Set[tuple[int, int]]) -> bool:
    """Whether two records hold the same, and are of classes that were made alike, for each its own: as attrs has it."""
    if not values.same(list(tuple.__iter__(old)), list(tuple.__iter__(new))):
        return False
    kinds: tuple[type, type] = (type(old), type(new))
    named = [(kind.__module__, kind.__qualname__) for kind in kinds]
    bases = [kind.__bases__ for kind in kinds]
    return named[0] == named[1] and same_classes(*bases) and change(*kinds, within).is_none


def _as_before(names: Set[str], before: Mapping[str, Any], now: Mapping[str, Any]) -> set[str]:
    """Of some members those that a decorator has taken out, as it had; of a data class, where the fields are alike."""
    back = {name for name in names - LOOKED_AT if name not in before and name not in now}
    if "__doc__" in names and values.same(before.get("__doc__"), now.get("__doc__")):
        back.add("__doc__")
    fields, others = (dict(_fields(members.get(FIELDS) or {})) for members in (before, now))
    return {n for n in back if values.same(fields.get(n), others.get(n))}


def _fields(fields: Mapping[str, Any]) -> list[tuple[str, list[Any]]]:
    """What the fields of a data class are: objects without equality."""
    return [
        (name, [_plain(getattr(field, slot, None)) for slot in type(field).__slots__]) for name, field in fields.items()
    ]


def _plain(value: Any) -> Any:
    if is_a(value, MappingProxyType):
        return dict(value)
    return (InitVar, value.type) if type(value) is InitVar else value


_FIELD: Any = getattr(collections, "_tuplegetter", None)
"""What the fields of named tuples are: each a new object, without equality."""


def _generated_alike(old: Any, new: Any) -> bool:
    """Whether two functions were made of the same text that no file has, each with globals of its own."""
    if not (generated(old) and generated(new)) or codes.deep_surface(old.__code__) != codes.deep_surface(new.__code__):
        return False
    before, after = (
        [_by_name(v) for v in (*insides.contents(each), *(each.__globals__.get(n) for n in each.__code__.co_names))]
        for each in (old, new)
    )
    return values.same(before, after)


def _by_name(value: Any) -> Any:
    """What tells a value from others; a class by its name, for it may be the one that was made a moment before this."""
    return (value.__module__, value.__qualname__) if is_a(value, type) else value


@dataclass(frozen=True, repr=False, eq=False)
class Remade:
    """A class that was made anew, as the object that it is."""

    cls: type
    before: Mapping[str, Any]
    """Its members before."""


class CannotChange(Exception):  # noqa: N818
    """A class whose layout CPython does not let change in place. Caught by the executor, never shown."""

    def __init__(self, qualname: str, reason: str) -> None:
        super().__init__(qualname, reason)
        self.qualname = qualname
        self.reason = reason
