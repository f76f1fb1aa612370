"""Every change that a reload makes to the interpreter, each with its undo."""

from __future__ import annotations

import contextlib
import gc
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from itertools import repeat, starmap
from operator import call
from types import CodeType, FunctionType, ModuleType, WrapperDescriptorType
from typing import Any, Final

from .containers import Bare, copied, kind_of
from .kinds import is_a, own_or, plain_type

MISSING: Final = type("Missing", (), {"__repr__": lambda self: "<missing>", "__slots__": ()})()
"""Stands for the value of a name that is not bound."""

Operation = tuple[Any, ...]
"""A callable and its arguments."""


def apply(operations: Iterable[Operation]) -> None:
    """Run operations in one go: no other thread runs Python code in between, for no bytecode of ours runs."""
    deque(starmap(call, list(operations)), maxlen=0)


def put_in_order(mapping: dict[Any, Any], keys: Iterable[Any]) -> None:
    """Let keys stand in this order, with the values that they have at that moment, in one go as well."""
    order = list(keys)
    with contextlib.suppress(KeyError):  # another thread has just deleted one: an order is not worth an error
        kind = kind_of(mapping)
        deque(map(kind.__setitem__, repeat(mapping), order, map(kind.pop, repeat(mapping), order)), maxlen=0)


def in_order(names: Iterable[str], places: Mapping[str, Any]) -> list[str] | None:
    """The names as their places tell, those that have none behind their neighbours; None where they are so already.

    >>> in_order(["x", "y_", "z", "y"], {"x": 1, "y": 2, "z": 3})
    ['x', 'y_', 'y', 'z']
    """
    placed = [name for name in names if name in places]
    ordered = sorted(placed, key=places.__getitem__)
    if placed == ordered:
        return None
    followers: dict[str, list[str]] = {}
    followed = head = ""
    for name in names:
        followed = name if name in places else followed
        followers.setdefault(followed, []).append(name)
    return [name for first in (head, *ordered) for name in followers.get(first, ())]


class Transaction:
    """Changes that can be taken back together."""

    def __init__(self) -> None:
        self._undo: list[Operation] = []
        self._undone: list[Operation] = []
        self._batch: list[Operation] | None = None
        self.continued: dict[int, tuple[CodeType, Any]] = {}
        """Identity of each function that goes on as one just made, to the code and the closure of that one."""
        self.went_on: dict[int, tuple[FunctionType, FunctionType]] = {}
        """By identity, functions just made, each with the one that goes on as it."""
        self._copies: set[int] = set()

    def holds(self, container: object) -> bool:
        """Whether a container is one of those that tell what was before: not to be changed."""
        return id(container) in self._copies or container is self._undo

    @property
    def size(self) -> int:
        """How much has been done so far: it rises."""
        return len(self._undo)

    def do(self, operation: Operation, undo: Operation) -> None:
        """Carry out `operation`; `undo` takes it back. Within a batch it waits for the batch's end."""
        if self._batch is not None:
            self._batch.append(operation)
            self._undo.append(undo)
        else:
            self._undo.append(undo)
            operation[0](*operation[1:])

    def start_batch(self) -> None:
        """Collect what follows, to become visible to other threads all at once."""
        self._batch = []

    def end_batch(self) -> None:
        batch, self._batch = self._batch or [], None
        apply(batch)

    def on_undo(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._undo.append((function, *arguments))

    def on_undone(self, function: Callable[..., Any], *arguments: Any) -> None:
        """What is to be computed of it once everything is as it was."""
        self._undone.append((function, *arguments))

    def roll_back(self) -> None:
        """Everything as it was before the transaction."""
        self._batch = None
        undo, self._undo, self._undone = [*self._undo[::-1], *self._undone], [], []
        try:
            apply(undo)
        except Exception:  # one that cannot be taken back must not keep the others
            for operation in undo:
                _attempt(operation)

    def lets_go_on(self, old: FunctionType, new: FunctionType, code: CodeType) -> bool:
        """Let a function go on as one just made; False where it goes on as another already."""
        known_code, known_closure = self.continued.setdefault(id(old), (code, new.__closure__))
        if known_code is not code or known_closure is not new.__closure__:
            return False
        self.went_on[id(new)] = new, old
        return True

    def stood_in_for(self, prefix: str) -> list[FunctionType]:
        """Functions just made, with qualified names that begin so, in whose places others go on."""
        return [new for new, _ in self.went_on.values() if new.__qualname__.startswith(prefix)]

    # --- what can be changed ---------------------------------------------------------------------------

    def set_attribute(self, target: Any, name: str, value: Any) -> None:
        """An attribute of a function or an instance."""
        old = getattr(target, name, MISSING)
        if old is not value:
            undo = (delattr, target, name) if old is MISSING else (setattr, target, name, old)
            self.do((setattr, target, name, value), undo)

    def set_own(self, holder: Any, name: str, value: Any) -> None:
        """Set what a class, or an object that has a dict, itself holds by a name."""
        if is_a(holder, type):
            self.set_member(holder, name, value)
        else:
            self.set_item(vars(holder), name, value)

    def set_member(self, cls: type, name: str, value: Any) -> None:
        """A class's own member, past a metaclass that guards its classes."""
        old = cls.__dict__.get(name, MISSING)
        if old is not value:
            undo = (_delete_member, cls, name) if old is MISSING else (put_member, cls, name, old)
            self.do((put_member, cls, name, value), undo)

    def delete_member(self, cls: type, name: str) -> None:
        old = cls.__dict__.get(name, MISSING)
        if old is not MISSING:
            self.do((_delete_member, cls, name), (put_member, cls, name, old))

    def order_members(self, cls: type, places: Mapping[str, Any]) -> None:
        """Let a class's own members stand in the order that some have in its body."""
        if (ordered := in_order(vars(cls), places)) is not None:
            members, before = _members(cls), list(vars(cls))
            self.do((put_in_order, members, ordered), (put_in_order, members, before))

    def set_item(self, mapping: dict[Any, Any], key: Any, value: Any) -> None:
        old, kind = mapping.get(key, MISSING), kind_of(mapping)
        if old is not value:
            undo = (kind.pop, mapping, key, None) if old is MISSING else (kind.__setitem__, mapping, key, old)
            self.do((kind.__setitem__, mapping, key, value), undo)

    def delete_item(self, mapping: dict[Any, Any], key: Any) -> None:
        old, kind = mapping.get(key, MISSING), kind_of(mapping)
        if old is not MISSING:
            self.do((kind.pop, mapping, key, None), (kind.__setitem__, mapping, key, old))

    def guard_namespace(self, module: ModuleType) -> None:
        """On undo, every name of the module is what it is now."""
        self.guard(module.__dict__)

    def guard(self, container: Any) -> None:
        """On undo, a dict, list, set or deque holds what it holds now; a class or an instance has its attributes."""
        if type(container) is dict or is_a(container, dict):
            self._keep(_refill_dict, container, copied(container))
        elif is_a(container, list):
            self._keep(_refill_list, container, copied(container))
        elif is_a(container, set):
            self._keep(_refill_set, container, copied(container))
        elif is_a(container, deque):
            self._keep(_refill_deque, container, copied(container))
        elif is_a(container, type):
            self._keep(_refill_class, container, dict(vars(container)))
        if (state := _state(container)) is not None:
            self._keep(_refill_dict, state, dict(state))

    def refill(self, mapping: dict[Any, Any], items: dict[Any, Any]) -> None:
        """Let a dict hold `items`, in their order."""
        self.guard(mapping)
        _refill_dict(mapping, items)

    def _keep(self, refill: Callable[..., None], container: Any, copy: Any) -> None:
        self._copies.add(id(copy))
        self._undo.append((refill, container, copy))


def _state(value: Any) -> dict[str, Any] | None:
    """What an instance holds by name; not by asking a proxy, which may raise."""
    if plain_type(value) in (dict, list, set) or is_a(value, type):
        return None
    state = own_or(value, "__dict__", None)
    return state if is_a(state, dict) else None


def _refill_dict(mapping: dict[Any, Any], items: dict[Any, Any]) -> None:
    kind, now = kind_of(mapping), copied(mapping)
    if list(now) == list(items):
        for key, value in items.items():
            if now[key] is not value:
                kind.__setitem__(mapping, key, value)
        return
    for key in [key for key in now if key not in items]:
        kind.__delitem__(mapping, key)
    apply((kind.__setitem__, mapping, key, value) for key, value in items.items())
    if list(copied(mapping)) != list(items):  # put all of them at the end, in their order; each is always there
        again = [((kind.pop, mapping, key, None), (kind.__setitem__, mapping, key, items[key])) for key in items]
        apply(operation for pair in again for operation in pair)


def _refill_list(target: list[Any], items: list[Any]) -> None:
    Bare(target)[:] = items


def _refill_deque(target: deque[Any], items: list[Any]) -> None:
    deque.clear(target)
    deque.extend(target, items)


def _refill_set(target: set[Any], items: set[Any]) -> None:
    Bare(target).clear()
    Bare(target).update(items)


ANSWERED_BY_TYPE = frozenset({
    "__bases__", "__class__", "__dict__", "__mro__", "__name__", "__qualname__", "__type_params__",
})  # fmt: skip
"""Names that mean what `type` knows of a class, where one asks the class or assigns: what its body bound is beside."""


def put_member(cls: type, name: str, value: Any) -> None:
    """Set a class's own member, whatever its metaclass makes of assignments; for classes that are not in use yet."""
    if not _is_answered_above(cls, name):
        by_type(cls, "__setattr__")(cls, name, value)
    else:
        _members(cls)[name] = value
        _forget_lookups(cls)


def _delete_member(cls: type, name: str) -> None:
    if name == "__doc__":
        put_member(cls, name, None)  # which is what a class without one has: it cannot be deleted
    elif not _is_answered_above(cls, name):
        by_type(cls, "__delattr__")(cls, name)
    else:
        del _members(cls)[name]
        _forget_lookups(cls)


def _is_answered_above(cls: type, name: str) -> bool:
    """Whether assigning a name to a class is not about its members: `type` takes it, or a property of its metaclass."""
    if name in ANSWERED_BY_TYPE:
        return True
    metaclass: Any = type(cls)
    return any(hasattr(type(vars(each).get(name)), "__set__") for each in metaclass.__mro__[:-2])


def _members(cls: type) -> dict[str, Any]:
    """A class's own dict, of which `vars` shows but a view."""
    (members,) = (held for held in gc.get_referents(vars(cls)) if is_a(held, dict))
    return members


def _forget_lookups(cls: type) -> None:
    """CPython remembers what it has found of a class until an attribute is set."""
    by_type(cls, "__setattr__")(cls, "<hmr-daemon>", None)
    by_type(cls, "__delattr__")(cls, "<hmr-daemon>")


def by_type(cls: type, method: str) -> Callable[..., None]:
    """How a class has attributes set past a metaclass of the user's; one in C, as that of ctypes, asks for its own way.

    >>> import ctypes, enum
    >>> [by_type(cls, "__setattr__") is type.__setattr__ for cls in (enum.Enum, ctypes.Structure)]
    [True, False]
    """
    metaclass: Any = type(cls)
    found = (vars(each).get(method) for each in type.mro(metaclass))
    setter: Callable[..., None] = next(each for each in found if type(each) is WrapperDescriptorType)
    return setter


def _refill_class(cls: type, members: dict[str, Any]) -> None:
    for name in [name for name in vars(cls) if name not in members]:
        _delete_member(cls, name)
    for name, value in members.items():
        if vars(cls).get(name, MISSING) is not value:
            put_member(cls, name, value)


def _attempt(operation: Operation) -> None:
    try:
        operation[0](*operation[1:])
    except Exception:
        return
