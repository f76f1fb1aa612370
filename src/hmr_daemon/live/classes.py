"""What a class is: what it has of itself, and whether it can be changed in place."""

from __future__ import annotations

import abc
import sys
import types
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from .._bootstrap import environment_reason
from ..syntax import hooks
from . import insides, values
from .kinds import is_a, same_classes
from .transaction import MISSING, by_type

# What type() puts into every class, or keeps in its slots; no body binds them.
IMPLICIT = frozenset(
    {
        "__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__", "__annotate__",
        "__annotate_func__", "__annotations_cache__", "__firstlineno__", "__static_attributes__", "__orig_bases__",
        "__parameters__", "__type_params__", "__abstractmethods__", "_abc_impl", "__slots__", "__classcell__",
        "__classdictcell__", "__hash__", "__protocol_attrs__", "_is_protocol", "_is_runtime_protocol",
        "__non_callable_proto_members__", "__match_args__",
    }
)  # fmt: skip
PARAMETERS = ("__orig_bases__", "__type_params__")
"""What tells by what a generic class may be parametrized."""
FIELDS = "__dataclass_fields__"
LOOKED_AT = frozenset({"__annotations__", "__doc__", "__match_args__", FIELDS})
"""Members that tell of a class what nothing runs by itself."""
METHOD_TYPES = (FunctionType, staticmethod, classmethod, property)
TOLD_BY_FIELDS = frozenset({FIELDS, "__dataclass_params__", "__match_args__"})


def is_installed(owner: type) -> bool:
    """Whether a class comes from an installed library, and not from the standard one."""
    return owner.__module__.partition(".")[0] not in sys.stdlib_module_names and is_of_library(owner)


def is_of_library(owner: type) -> bool:
    """Whether a class comes from any library."""
    module = sys.modules.get(owner.__module__)
    return environment_reason(getattr(module, "__file__", None) or "<builtin>") is not None


def changeable(cls: object) -> bool:
    """Whether the body of a class may be run in part: its metaclass makes nothing of the namespace itself."""
    if not is_a(cls, type):
        return False
    metaclass = type(cls)
    for owner in type.mro(metaclass):
        if owner in (type, abc.ABCMeta, object):
            continue
        if owner.__module__ == "typing" and owner.__name__ == "_ProtocolMeta" and not is_protocol(cls):
            continue
        makes = {"__new__", "__init__", "__prepare__", "__call__"} & set(vars(owner))
        if makes and not (makes == {"__init__"} and is_installed(owner)):
            return False
    return _bases_make_nothing(cls) and not made_by_hooks(cls)


def made_by_hooks(cls: type) -> bool:
    """Whether hooks of the user's make something of all that the body of a class binds, or account for it.

    Told of some of its members, or of what they have made of them already, they would not come to the same.
    """
    if any(hooks.makes_otherwise(code) for code in _hooks(cls.__mro__[1:], "__init_subclass__")):
        return True
    kinds = {type(member) for member in list(vars(cls).values())}
    return any(hooks.tells_others(code) for kind in kinds for code in _hooks(kind.__mro__, "__set_name__"))


def _hooks(owners: tuple[type, ...], name: str) -> Iterator[CodeType]:
    """The code of those that classes of the user's have."""
    for owner in owners:
        hook = vars(owner).get(name)
        function = hook.__func__ if type(hook) is classmethod else hook
        if type(function) is FunctionType and environment_reason(function.__code__.co_filename) is None:
            yield function.__code__


def _bases_make_nothing(cls: type) -> bool:
    """``class P(NamedTuple)`` names a base that is not one: it makes another class of the body."""
    bases = cls.__dict__.get("__orig_bases__")
    if not is_a(bases, tuple):
        return True
    try:
        resolved = types.resolve_bases(bases)
    except Exception:  # an __mro_entries__ of the user's
        return False
    return all(not is_a(base, type) or issubclass(type(cls), type(base)) for base in resolved)


def generated(member: Any) -> bool:
    """Whether a function was made from text that no file has, or wraps one that was."""
    if type(member) is not FunctionType:
        return False
    return member.__code__.co_filename.startswith("<") or generated(insides.own(member, "__wrapped__"))


def constructs(kind: type, cls: type, within: frozenset[type] = frozenset()) -> bool:
    """Whether making an instance of a kind makes one of a class: the kind is that, or its fields are by default."""
    if kind is cls or FIELDS not in vars(kind) or kind in within:
        return kind is cls
    factories = [getattr(field, "default_factory", None) for field in dict(vars(kind)[FIELDS]).values()]
    return any(is_a(each, type) and constructs(each, cls, within | {kind}) for each in factories)


def is_special(name: str) -> bool:
    """Whether a name is one of those to which Python gives a meaning."""
    return name[:2] == "__" == name[-2:]


def is_protocol(cls: object) -> bool:
    """A protocol itself, of whose members `typing` keeps a list, and not a class that derives from one."""
    return is_a(cls, type) and bool(vars(cls).get("_is_protocol"))


def same_layout(old: type, new: type) -> bool:
    """Whether instances of one class can be instances of the other."""
    return (
        type(old) is type(new)
        and same_classes(old.__bases__, new.__bases__)
        and old.__basicsize__ == new.__basicsize__
        and old.__dict__.get("__slots__") == new.__dict__.get("__slots__")
        and old.__itemsize__ == new.__itemsize__
        and not lost_slots(old)
        and (not is_final(old) or _final_alike(old, new))
    )


def is_final(cls: type) -> bool:
    """Whether C has made something of the members of a class: a structure of ctypes lies as its fields say."""
    return by_type(cls, "__setattr__") is not type.__setattr__


def _final_alike(old: type, new: type) -> bool:
    """Whether nothing differs between two such classes but methods."""
    told = [n for n, m in {**vars(old), **vars(new)}.items() if n not in IMPLICIT and not is_a(m, METHOD_TYPES)]
    plain = [name for name in told if not hasattr(type(vars(new).get(name)), "__set__")]
    return all(values.same(vars(old).get(name, MISSING), vars(new).get(name, MISSING)) for name in plain)


def lost_slots(cls: type) -> set[str]:
    """Slots of a class that nothing leads to any more: the program has set or deleted them on the class itself."""
    slots, own = cls.__dict__.get("__slots__", ()), cls.__dict__
    names = {slots} if is_a(slots, str) else {name for name in tuple(slots) if is_a(name, str)}
    there = {name: own.get(_mangled(name, cls)) for name in names - {"__dict__", "__weakref__"}}
    return {name for name, member in there.items() if not is_a(member, types.MemberDescriptorType)}


def _mangled(name: str, cls: type) -> str:
    """A private name as it is in the class."""
    owner = cls.__name__.lstrip("_")
    return f"_{owner}{name}" if owner and name[:2] == "__" and name[-2:] != "__" else name


def is_inner(member: Any, cls: type) -> bool:
    """Whether a member is a class that the body of `cls` defines."""
    return is_a(member, type) and member.__qualname__.startswith(cls.__qualname__ + ".")


def with_subclasses(cls: type) -> list[type]:
    """A class and all that derive from it, each after its bases; not hashed: a metaclass may do that its own way."""
    found = {id(cls): cls}
    waiting = [cls]
    for each in waiting:
        subclasses: list[type] = type.__subclasses__(each)
        waiting += [subclass for subclass in subclasses if id(subclass) not in found]
        found.update((id(subclass), subclass) for subclass in subclasses)
    return sorted(found.values(), key=lambda each: len(each.__mro__))
