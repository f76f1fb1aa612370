"""Which object goes on where a statement has made another, and what takes over from which."""

from __future__ import annotations

import enum
import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from types import CellType, FunctionType, MethodType
from typing import Any

from . import abstract, caches, functions, insides, values
from .classes import IMPLICIT, METHOD_TYPES, is_final, is_inner, same_layout
from .holders import (
    SLOT_TYPES,
    held_by_unknown,
    holders,
    replace_arguments,
    replace_records,
    replace_references,
    searched,
)
from .kinds import is_a, plain_type, same_classes
from .transaction import MISSING, Transaction, put_member


def settle(
    transaction: Transaction, old: Any, new: Any, held_by: list[Any] | None = None, named: Collection[int] = ()
) -> Any:
    """The value to keep where `old` is replaced by `new`: the old one where it can be made what the new one is.

    Of a class, `held_by` is what holds the new one besides its name, where that is known; `named` as in `values.same`.
    """
    if old is new:
        return old
    if id(new) in transaction.went_on:  # under another name
        return transaction.went_on[id(new)][1]
    if values.same(old, new, named=named):
        renewed = type(old) is not FunctionType or functions.renew(transaction, old, new)
        return old if renewed else new
    if type(old) is FunctionType and type(new) is FunctionType:
        if old.__code__.co_qualname == new.__code__.co_qualname and old.__globals__ is new.__globals__:
            if functions.merge(transaction, old, new) is not None:
                return old
            functions.forward(transaction, old, new)
        return new
    if is_a(old, type) and is_a(new, type):
        same_name = old.__qualname__ == new.__qualname__ and old.__module__ == new.__module__
        return adopt(transaction, old, new, [], held_by) if same_name and "." in new.__qualname__ else new
    if type(old) is type(new) and plain_type(old) in (staticmethod, classmethod):
        return old if settle(transaction, old.__func__, new.__func__) is old.__func__ else new
    return new


def adopt(
    transaction: Transaction, old: type, new: type, problems: list[str], held_by: list[Any] | None = None
) -> type:
    """`new` was made by the successor of the statement that made `old`: the class that goes on.

    The old one goes on where it can take the new one's members. Where its layout forbids it, or something that
    cannot be told holds the new one, the new one takes over, and `problems` says what could not follow. `held_by` is
    what holds the new one besides its name; without it, the heap is searched.
    """
    if is_a(old, enum.EnumMeta) and is_a(new, enum.EnumMeta) and same_classes(old.__bases__, new.__bases__):
        with abstract.renewed(transaction, old):
            _adopt_enum(transaction, old, new)
        _detach(new)
        return old
    if held_by is None:
        held_by = searched(new)
    if same_layout(old, new) and not held_by_unknown(new, held_by):
        replace_references(transaction, new, old, skip=(), held_by=held_by)  # by its own members, too
        replace_records(transaction, new, old, held_by)
        with abstract.renewed(transaction, old):
            _take_members(transaction, old, new)
        _move_instances(transaction, new, old, held_by)
        _detach(new)
        return old
    with abstract.renewed(transaction, new):
        take_over(transaction, old, new, problems)
    return new


def continue_as(transaction: Transaction, old: type, new: type, problems: list[str], held_by: list[Any]) -> type:
    """`new` stands where `old` is not defined any more, in another module or under another name: what goes on.

    Others may have used the new one already; `held_by` is what holds it.
    """
    if same_layout(old, new):
        _move_subclasses(transaction, new, old)
        _move_instances(transaction, new, old, held_by)
        for name in ("__name__", "__qualname__"):
            transaction.set_attribute(old, name, getattr(new, name))
    return adopt(transaction, old, new, problems, held_by)


def graft_member(transaction: Transaction, cls: type, name: str, other: type) -> None:
    """Give a class the member that another has, made for it."""
    _set_class_cells(transaction, [vars(other)[name]], other, cls)
    transaction.set_member(cls, name, vars(other)[name])


def origins(cls: type) -> dict[str, Any]:
    """The module that a class says to be of, and those of its functions, by name."""
    functions_of = {name: m.__module__ for name, m in list(vars(cls).items()) if type(m) is FunctionType}
    return {**functions_of, "__module__": vars(cls).get("__module__")}


def keep_origins(transaction: Transaction, cls: type, before: Mapping[str, Any]) -> None:
    """Let a class that was made again be of the module that someone had said it, and functions of its, to be of."""
    now, other = origins(cls), before["__module__"]
    if now["__module__"] == other:
        return
    own = [name for name, origin in now.items() if name != "__module__" and origin == now["__module__"]]
    known = [before[n] for n in now.keys() & before.keys() - {"__module__"} if before[n] in (other, now["__module__"])]
    all_of_it = bool(known) and all(each == other for each in known)  # who said so would say it of a new one as well
    for name in own:
        if before.get(name, other if all_of_it else None) == other:
            transaction.set_attribute(vars(cls)[name], "__module__", other)
    transaction.set_member(cls, "__module__", other)


def keep_members(old: type, new: type, made_again: Mapping[str, Any]) -> None:
    """Let a class that has just been made have what its predecessor has.

    That is, in place of the values of its body that were `made_again`, where they stand in the class as they were made,
    and of what its metaclass has made of it, where that is alike. What holds these in the class holds what it has.
    """
    stayed = dict[int, Any]()
    for name, member in list(vars(new).items()) if not is_final(new) else ():
        before = vars(old).get(name, MISSING)
        if before is member or before is MISSING or is_a(member, (*METHOD_TYPES, *SLOT_TYPES, type)):
            continue
        if (name in made_again and made_again[name] is member) or values.alike(before, member):
            put_member(new, name, before)
            stayed[id(member)] = before
    for container in [member for member in list(vars(new).values()) if plain_type(member) in (dict, list)]:
        for key, part in list(container.items() if type(container) is dict else enumerate(container)):
            container[key] = stayed.get(id(part), part)


class _Nowhere:
    """The base of classes that were made on the way, until the garbage collector takes them."""


class _NowhereWithSlots:
    __slots__ = ()


def _detach(cls: type) -> None:
    """Take a class that nothing needs any more out of what `__subclasses__` of its bases tells."""
    for nowhere in (_Nowhere, _NowhereWithSlots):
        try:
            type.__setattr__(cls, "__bases__", (nowhere,))
        except TypeError:  # CPython: another layout
            continue
        return


def _take_members(transaction: Transaction, old: type, new: type) -> None:
    _set_class_cells(transaction, vars(new).values(), new, old)
    keep, members_before = {"__dict__", "__weakref__", "_abc_impl"}, dict(vars(old))
    for name in set(vars(old)) - set(vars(new)) - keep:
        transaction.delete_member(old, name)
    inner = {n: holders(vars(new), n, transaction) for n in list(vars(new)) if is_inner(vars(new)[n], new)}
    for name, member in sorted(vars(new).items(), key=_by_another_name):
        if name not in keep and not is_a(member, SLOT_TYPES):
            before = old.__dict__.get(name, MISSING)
            settled = member if before is MISSING else settle(transaction, before, member, inner.get(name))
            transaction.set_member(old, name, settled)
    caches.forget_lost(transaction, old, members_before)
    transaction.order_members(old, {name: position for position, name in enumerate(vars(new)) if name not in IMPLICIT})


def _by_another_name(item: tuple[str, Any]) -> bool:
    """Whether a class has a function by another name than its own: who has it by that goes on as it."""
    name, member = item
    return type(member) is FunctionType and member.__name__ != name


def _set_class_cells(transaction: Transaction, members: Iterable[Any], wrong: type, right: type) -> None:
    """Zero-argument ``super()`` starts from the class in the cell ``__class__``; what a decorator makes has others."""
    for cell in list(_class_cells(members, wrong)):
        transaction.set_attribute(cell, "cell_contents", right)


def _class_cells(members: Iterable[Any], cls: type) -> Iterator[CellType]:
    """The cells of functions among `members` that hold a class, each once."""
    seen = set[int]()
    for function in insides.reachable(members, classes=False):
        for cell in function.__closure__ or ():
            if insides.cell_content(cell) is cls and id(cell) not in seen:
                seen.add(id(cell))
                yield cell


def take_over(transaction: Transaction, old: type, new: type, problems: list[str]) -> None:
    """Let `new` stand wherever `old` stood: references, subclasses and, where CPython allows it, instances.

    Nothing in here may close over `old`: its cell would be replaced too.
    """
    _set_class_cells(transaction, vars(new).values(), old, new)
    name = f"{old.__module__}.{old.__qualname__}"
    _move_subclasses(transaction, old, new)
    held_by = gc.get_referrers(old)  # the heap is searched once
    stuck = _move_instances(transaction, old, new, held_by)
    if stuck:
        problems.append(f"{stuck} instance{'s' * (stuck > 1)} of {name} keep the old class: its layout changed")
    replace_references(transaction, old, new, skip=(vars(new),), held_by=held_by)
    replace_arguments(transaction, old, new, held_by)
    if stuck:
        _leave_behind(transaction, old, new)


def _move_subclasses(transaction: Transaction, old: type, new: type) -> None:
    subclasses: list[type] = type.__subclasses__(old)
    for subclass in subclasses:
        if subclass is not new:
            before = subclass.__bases__
            try:
                subclass.__bases__ = tuple(new if base is old else base for base in before)
                transaction.on_undo(setattr, subclass, "__bases__", before)
            except TypeError:
                continue  # its own statement makes it anew; see `heirless`


def _move_instances(transaction: Transaction, old: type, new: type, held_by: list[Any] | None = None) -> int:
    """How many could not be moved."""
    instances = [holder for holder in (gc.get_referrers(old) if held_by is None else held_by) if type(holder) is old]
    # a class is made again by its statement
    return sum(not change_class(transaction, each, new) for each in instances if not is_a(each, type))


def change_class(transaction: Transaction, instance: Any, cls: type) -> bool:
    """Let an instance be one of another class; whether CPython lets it."""
    before = type(instance)
    try:
        _set_class(instance, cls)
    except (TypeError, AttributeError):
        return False
    transaction.on_undo(_set_class, instance, before)
    return True


def _set_class(instance: Any, cls: type) -> None:
    """Also where its class has a member ``__class__``, as a proxy's has."""
    vars(object)["__class__"].__set__(instance, cls)


def _leave_behind(transaction: Transaction, old: type, new: type) -> None:
    """The old class goes on for instances that cannot move: with the new one's members, but its own slots."""
    final = is_final(old)
    for name, member in list(vars(new).items()):
        if final and not is_a(member, METHOD_TYPES):
            continue
        if name not in ("__dict__", "__weakref__", "__slots__", "_abc_impl") and not is_a(member, SLOT_TYPES):
            transaction.set_member(old, name, _member_of(old, member, new))


def _member_of(cls: type, member: Any, other: type) -> Any:
    """A member of `other` as one of `cls`: zero-argument ``super()`` starts from there."""
    if plain_type(member) in (staticmethod, classmethod):
        inner = _member_of(cls, member.__func__, other)
        return member if inner is member.__func__ else type(member)(inner)
    if type(member) is property:
        get, change, delete = (_member_of(cls, part, other) for part in (member.fget, member.fset, member.fdel))
        return property(get, change, delete, member.__doc__)
    if type(member) is not FunctionType or "__class__" not in member.__code__.co_freevars:
        return member
    closure = tuple(CellType(cls) if insides.cell_content(cell) is other else cell for cell in member.__closure__ or ())
    copied = FunctionType(member.__code__, member.__globals__, member.__name__, member.__defaults__, closure)
    for name in ("__kwdefaults__", "__doc__", "__qualname__", "__module__", values.ANNOTATIONS):
        setattr(copied, name, getattr(member, name))
    vars(copied).update(vars(member))
    return copied


def heirless(superseded: Collection[type]) -> Iterator[str]:
    """Which classes still derive from one that another has taken over from, once everything has run."""
    for old in superseded:
        subclasses: list[type] = type.__subclasses__(old)
        for subclass in [each for each in subclasses if all(each is not other for other in superseded)]:
            where, name = (f"{cls.__module__}.{cls.__qualname__}" for cls in (subclass, old))
            yield f"{where} still derives from the old {name}: its layout changed"


INVERTED = "_inverted_"
"""Where a member of a flag keeps what all others are, once it was asked for."""


def keep_bare_values(old: type, new: type) -> None:
    """Let the members of an enum that has just been made have the bare objects of those before: all are alike."""
    if not (is_a(old, enum.EnumMeta) and is_a(new, enum.EnumMeta)):
        return
    kept = dict[int, object]()
    for name, member in new._member_map_.items():
        before = getattr(old._member_map_.get(name), "_value_", MISSING)
        if type(before) is object and type(member._value_) is object:
            kept[id(member._value_)], member._value_ = before, before
    found: dict[Any, Any] = new._value2member_map_
    pairs = [(kept.get(id(value), value), member) for value, member in found.items()]
    found.clear()
    found.update(pairs)
    if hashable := vars(new).get("_hashable_values_"):  # since 3.14, and 3.13.1
        hashable[:] = [kept.get(id(value), value) for value in hashable]


def _adopt_enum(transaction: Transaction, old: Any, new: Any) -> None:
    """Members that survive stay the objects they are, with the new values."""
    names = set(new._member_map_)
    adopted: dict[int, Any] = {id(new): old}
    for name, member in new._member_map_.items():
        before = old._member_map_.get(name)
        alias = any(each is before for each in adopted.values())  # of a member that goes on as another
        if before is not None and id(member) not in adopted and not alias and can_become(before, member):
            adopted[id(member)] = before
            transaction.delete_item(vars(before), INVERTED)
            for key, value in vars(member).items():
                if key != "__objclass__":
                    transaction.set_item(vars(before), key, value)
        elif id(member) not in adopted:
            become, back = (
                (object.__setattr__, member, "__class__", old),
                (object.__setattr__, member, "__class__", new),
            )
            transaction.do(become, back)
            transaction.set_item(vars(member), "__objclass__", old)
            adopted[id(member)] = member
    _set_class_cells(transaction, vars(new).values(), new, old)
    for name in set(vars(old)) - set(vars(new)) - {"__dict__", "__weakref__"}:
        transaction.delete_member(old, name)
    for name, member in list(vars(new).items()):
        if name in ("__dict__", "__weakref__"):
            continue
        member = _translated(member, adopted) if name not in names else adopted.get(id(member), member)
        before = old.__dict__.get(name, MISSING)
        transaction.set_member(old, name, member if before is MISSING else settle(transaction, before, member))
    replace_references(transaction, new, old, skip=())
    if "." in old.__qualname__:  # the body around it has used the new ones already
        once = {id(each): each for each in new._member_map_.values() if adopted[id(each)] is not each}
        for member in once.values():  # one with aliases is there several times
            replace_references(transaction, member, adopted[id(member)], skip=(new._member_map_,))


def can_become(before: Any, member: Any) -> bool:
    """Members that are numbers or strings cannot change what they are."""
    mixed = [base for base in type(member).__mro__ if base in (int, str, float, bytes, tuple)]
    if type(member).__basicsize__ != type(before).__basicsize__:
        return False
    return not mixed or mixed[0].__eq__(before, member) is True


def _translated(value: Any, adopted: Mapping[int, Any]) -> Any:
    """Enum's own tables, with the members that go on."""
    if type(value) is dict:
        return {key: adopted.get(id(member), member) for key, member in value.items()}
    if type(value) is list:
        return [adopted.get(id(member), member) for member in value]
    if type(value) is MethodType:  # the way in which flags are gone through
        return MethodType(value.__func__, adopted.get(id(value.__self__), value.__self__))
    return adopted.get(id(value), value)
