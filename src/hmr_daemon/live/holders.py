"""What holds a class, found near it or in the heap, and what puts another in its place there."""

from __future__ import annotations

import functools
import gc
import sys
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import CellType, FunctionType, ModuleType
from typing import Any

from . import insides
from .containers import Bare
from .kinds import derives, is_a, plain_type
from .transaction import MISSING, Transaction

LIMIT = 5_000  # objects that are looked at
HOLDING_RECORDS = (dict, list, set)
SLOT_TYPES = (types.MemberDescriptorType, types.GetSetDescriptorType)
"""Where instances keep a slot: each works for the class that it was made for, and no other."""


def holders(names: Mapping[str, Any], name: str, transaction: Transaction) -> list[Any] | None:
    """What holds the class that `name` stands for in `names`, besides these; None where that is not all found near it.

    A class that has just been made is held by itself (the order of its bases, descriptors, ``super()`` in its methods),
    by what its body and its metaclass made, and where its bases keep their subclasses. So do the methods made for it in
    whose places older ones go on. The caller must have no reference to it of its own.
    """
    found, count = _near(names, name, transaction.stood_in_for(names[name].__qualname__ + "."))
    return found if sys.getrefcount(names[name]) - count == _references_by_name() else None


def held_elsewhere(names: Mapping[str, Any], name: str) -> bool:
    """Whether more than the name holds a value, as its references tell: only then the heap has to be searched."""
    return sys.getrefcount(names[name]) > _references_of_a_name()


@functools.cache
def _references_of_a_name() -> int:
    names = {"value": object()}
    return sys.getrefcount(names["value"])


def searched(cls: type) -> list[Any]:
    """All that holds a class, or a record of it, as the garbage collector knows it."""
    return those_holding(searched_for([cls]), cls)


def searched_for(values: Sequence[Any]) -> list[Any]:
    """All that holds some values, or records of them: the heap is searched once for all."""
    found = [h for h in gc.get_referrers(*values) if type(h) is not types.FrameType and not _is_ours(h)]
    wanted = set(map(id, values))
    tuples = [(holder, [*tuple.__iter__(holder)]) for holder in found if is_a(holder, tuple)]
    records = [h for h, parts in tuples if any(id(part) in wanted and _is_record(h, part) for part in parts)]
    more = [h for h in (gc.get_referrers(*records) if records else ()) if is_a(h, HOLDING_RECORDS)]
    return [*{id(each): each for each in (*found, *more)}.values()]


def those_holding(found: Sequence[Any], value: Any) -> list[Any]:
    """Those of some objects that hold a value, or a record of it."""
    own = [each for each in found if any(held is value for held in gc.get_referents(each))]
    records = {id(each) for each in own if is_a(each, tuple) and _is_record(each, value)}
    others = [each for each in found if records and is_a(each, HOLDING_RECORDS)]
    known = set(map(id, own))
    more = [e for e in others if id(e) not in known and not records.isdisjoint(map(id, gc.get_referents(e)))]
    return [*own, *more]


def _near(names: Mapping[str, Any], name: str, methods: Iterable[FunctionType] = ()) -> tuple[list[Any], int]:
    """The objects that a class leads to and that hold it, or a record of it, and how many references that makes.

    `methods` were made for it and are not in it.
    """
    found, count, seen = list[Any](), 0, {id(names[name]), id(names)}
    records: dict[int, list[Any]] = defaultdict(list)
    waiting = [*_where_bases_keep(names[name]), *methods, *gc.get_referents(names[name])]
    while waiting and len(seen) < LIMIT:
        value = waiting.pop()
        if id(value) in seen or not gc.is_tracked(value) or _leads_away(value, names[name].__qualname__):
            continue
        seen.add(id(value))
        referents = gc.get_referents(value)
        if held := sum(referent is names[name] for referent in referents):
            found.append(value)
            count += held
        for record in [referent for referent in referents if is_a(referent, tuple)]:
            records[id(record)].append(value)
        waiting += referents
    return [*found, *(holder for each in found if is_a(each, tuple) for holder in records[id(each)])], count


def _where_bases_keep(cls: type) -> Iterator[Any]:
    """What the bases and the metaclass of a class hold: as members, and in containers of their modules.

    An object of their modules' own classes may have these as attributes.
    """
    metaclass: type = type(cls)
    classes = [*cls.__mro__[1:], *metaclass.__mro__]
    owners = [owner for owner in classes if owner.__module__ not in ("builtins", "abc")]
    for module in dict.fromkeys(owner.__module__ for owner in owners):
        names: dict[str, Any] = getattr(sys.modules.get(module), "__dict__", {})
        for value in list(names.values()):
            own = insides.own_dict(value).values() if type(value).__module__ == module else (value,)
            yield from (each for each in list(own) if plain_type(each) in (dict, list, set))
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


def held_by_unknown(cls: type, held_by: list[Any]) -> bool:
    """Whether an object of an extension holds the class where no reference can be replaced."""
    known = (dict, list, set, tuple, CellType, FunctionType, type, types.FrameType, types.MethodType,
             types.GetSetDescriptorType, types.MemberDescriptorType, types.BuiltinFunctionType)  # fmt: skip
    for holder in held_by:
        if is_a(holder, known) or derives(type(holder), cls) or insides.own(holder, "__dict__") is not MISSING:
            continue
        if any(insides.own(holder, name) is cls for name in _slots(holder)):
            continue
        if type(holder).__module__ not in ("builtins", "weakref", "_weakref", "typing", "functools", "types"):
            return True
    return False


def replace_references(
    transaction: Transaction, gone: Any, here: Any, skip: Iterable[Any], held_by: list[Any] | None = None
) -> None:
    """Wherever a container or an object's attribute holds `gone`, it holds `here`; what is `held_by` may be more.

    Nothing in here may close over `gone`: its cell would be replaced too.
    """
    skipped = {id(s) for s in skip}
    for holder in gc.get_referrers(gone) if held_by is None else held_by:
        if id(holder) in skipped or transaction.holds(holder) or _is_ours(holder):
            continue
        if is_a(holder, dict):
            _replace_in_dict(transaction, holder, gone, here)
        elif is_a(holder, list):
            transaction.guard(holder)
            for position, value in enumerate(holder):
                if value is gone:
                    Bare(holder)[position] = here
        elif is_a(holder, set):
            _replace_in_set(transaction, holder, gone, here)
        elif is_a(holder, functools.partial):
            _replace_in_partial(transaction, holder, gone, here)
        elif is_a(holder, CellType) and insides.cell_content(holder) is gone:
            transaction.set_attribute(holder, "cell_contents", here)
        elif not is_a(holder, (type, FunctionType, types.FrameType)):
            _replace_attributes(transaction, holder, gone, here)


def replace_arguments(transaction: Transaction, gone: Any, here: Any, held_by: list[Any] | None = None) -> None:
    """The same of what partial functions pass on, or functions have by default: they get another tuple."""
    found = gc.get_referrers(gone) if held_by is None else held_by
    passed = [each for each in found if type(each) is tuple and _is_record(each, gone)]
    for holder in gc.get_referrers(*passed) if passed else ():
        if is_a(holder, functools.partial):
            _replace_in_partial(transaction, holder, gone, here)
        elif type(holder) is FunctionType and (given := holder.__defaults__) and any(given is each for each in passed):
            transaction.set_attribute(holder, "__defaults__", insides.tuple_with(given, gone, here))


def _replace_in_partial(transaction: Transaction, holder: functools.partial[Any], gone: Any, here: Any) -> None:
    """What a partial function calls, or passes on; the dict of its keywords holds things as other dicts do."""
    kind: Any = functools.partial
    before = kind.__reduce__(holder)[2]
    function, arguments, *rest = before
    passed = tuple(here if each is gone else each for each in arguments)
    after = (here if function is gone else function, passed, *rest)
    transaction.do((kind.__setstate__, holder, after), (kind.__setstate__, holder, before))


def _replace_in_set(transaction: Transaction, holder: set[Any], gone: Any, here: Any) -> None:
    if any(entry is gone for entry in holder):
        transaction.guard(holder)
        Bare(holder).discard(gone)
        Bare(holder).add(here)


def replace_records(
    transaction: Transaction, gone: Any, here: Any, held_by: list[Any], skip: Iterable[Any] = ()
) -> None:
    """The same of records, as entries of registries are: a tuple cannot be changed, another takes its place.

    `held_by` is what holds the value, or such a record.
    """
    for record in [holder for holder in held_by if is_a(holder, tuple)]:
        if _is_record(record, gone):
            renewed = insides.tuple_with(record, gone, here)
            holding = [each for each in held_by if any(held is record for held in gc.get_referents(each))]
            replace_references(transaction, record, renewed, skip, holding)


def _is_record(record: tuple[Any, ...], value: Any) -> bool:
    """Whether a tuple holds a value, and is none that describes classes, or a class inside of it."""
    parts = [*tuple.__iter__(record)]
    held = any(part is value for part in parts)
    return held and not any(cls.__mro__ is record for cls in parts if is_a(cls, type))


def _replace_in_dict(transaction: Transaction, holder: dict[Any, Any], gone: Any, here: Any) -> None:
    cls = _class_with(holder)
    for key, value in list(holder.items()):
        if value is gone and cls is None:
            transaction.set_item(holder, key, here)
        elif value is gone and cls is not None:  # CPython remembers what it has found of a class
            transaction.set_member(cls, key, here)
    if any(key is gone for key in list(holder)):
        kept = {key: value for key, value in list(holder.items()) if key is not here}
        transaction.refill(holder, {here if key is gone else key: value for key, value in kept.items()})


def _class_with(members: dict[Any, Any]) -> type | None:
    """The class that has a dict as its own."""
    if "__module__" not in members or "__qualname__" in members:
        return None
    found = [each for each in gc.get_referrers(members) if is_a(each, type)]
    return next((cls for cls in found if any(held is members for held in gc.get_referents(vars(cls)))), None)


def _replace_attributes(transaction: Transaction, holder: object, gone: Any, here: Any) -> None:
    held = insides.own_dict(holder)
    if is_a(held, dict):
        for name in [name for name, value in list(held.items()) if value is gone]:
            transaction.set_item(held, name, here)
    for name in [each for each in _slots(holder) if insides.own(holder, each) is gone]:
        transaction.do((object.__setattr__, holder, name, here), (object.__setattr__, holder, name, gone))


def _slots(holder: object) -> Iterator[str]:
    """The names of the slots of an object that were made in Python, and so can be set."""
    for cls in [cls for cls in type(holder).__mro__ if "__slots__" in vars(cls)]:
        yield from (name for name, member in list(vars(cls).items()) if is_a(member, SLOT_TYPES))


def _is_ours(value: object) -> bool:
    return type(value).__module__.partition(".")[0] == __name__.partition(".")[0]
