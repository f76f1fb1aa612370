"""The hooks that definitions hand themselves to when their statement runs again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial
from types import CodeType, FunctionType
from typing import Any

from ..live import bodies, functions, insides, values
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import Node
from ..syntax import codes
from ..syntax.redefinition import CLASS_HOOK, FUNCTION_HOOK, MEMBER_HOOK, Request
from .definitions import resolve
from .run import IMMUTABLE, RunState


class Hooks:
    """What the definitions of one statement hand themselves to while it runs."""

    def __init__(self, run: RunState, node: Node, request: Request, before: Mapping[str, Any]) -> None:
        self._run = run
        self._node = node
        self.request = request
        self._before = before
        self.merged: list[FunctionType] = []
        """Functions whose default values are others now."""
        self.shown: list[FunctionType] = []
        """Functions of which something else shows now: defaults, docstring, attributes or annotations."""
        self.renamed: list[tuple[FunctionType, str]] = []
        """Functions that someone said to be of other modules, with what he said: decorators find them of their own."""
        self.attributes: list[tuple[FunctionType, dict[str, Any]]] = []
        """Functions that go on, with the attributes that they had: decorators may set others."""
        self.fresh_members: dict[str, dict[str, Any]] = {qualname: {} for qualname in request.keeping}
        """By qualified name of a class and name, values that its body made again, though their text is what it was."""
        self._plain: list[tuple[type, str, Any, Any]] = []
        """Inner classes and the members that they were given back as their text has them, with what they held."""
        self.class_hook = bodies.ClassHook(run.transaction, request.classes, partial(resolve, before), run.preset)

    def objects(self) -> dict[str, Any]:
        """The hooks by the constants that stand for them; not kept, for they would keep the run and all it holds."""
        return {FUNCTION_HOOK: self.function, CLASS_HOOK: self.class_hook, MEMBER_HOOK: self}

    def member(self, value: Any, qualname: str, name: str, used: bool, counted: bool) -> Any:
        """The value of a member whose text is what it was, of a class whose metaclass makes another of it.

        The metaclass may look at it and keep it, so it is given what there is already. A container it may fill, as with
        what bases have: that is exchanged later, where it stands in the class as its body made it. So is what other
        members have `used`. Where there are other such members than before, they are made again (`counted`, for they
        may tell their order by when they were made), all but containers.
        """
        old = vars(resolve(self._before, qualname)).get(name, MISSING)
        container = is_a(value, (list, dict, set))
        if type(old) is not type(value) and not container:
            old = _kept_inside(old, value)
        if type(old) is not type(value) or is_a(value, IMMUTABLE) or (counted and not container):
            return value
        if used or container:
            self.fresh_members[qualname][name] = value
            return value
        return old

    def inner(self, qualname: str) -> Any:
        """A class inside of one whose body runs again, that stays what it is."""
        return resolve(self._before, qualname)

    def as_text(self, cls: Any, *plain: tuple[str, Any]) -> None:
        """Give an inner class the plain values of its text: a metaclass of the outer one may have changed them."""
        for name, value in plain if is_a(cls, type) else ():
            now = vars(cls).get(name, MISSING)
            if is_a(now, IMMUTABLE) and not values.same(now, value):
                self._run.transaction.set_member(cls, name, value)
                self._plain.append((cls, name, value, now))

    def let_plain_values_be(self) -> None:
        """What no metaclass has changed of these is what it was: the program's state."""
        for cls, name, value, before in self._plain:
            if vars(cls).get(name, MISSING) is value:
                self._run.transaction.set_member(cls, name, before)

    def function(self, new: FunctionType) -> FunctionType:
        """The live predecessor of a function just made, turned into it; the new one where there is none."""
        if type(new) is not FunctionType:
            return new
        old = self._predecessor(new)
        if old is None or old is new:
            return new
        swap = self._run.swap
        was = _face(old, swap.defaults.get(id(old)))
        had = dict(vars(old))
        if "." in new.__qualname__:
            self._run.taken[self._node].take_method(old)
        kept = self.request.kept_defaults.get(new.__qualname__, frozenset())
        merged = functions.merge(self._run.transaction, old, new, kept, swap.defaults.get(id(old)))
        if merged is None:
            functions.forward(self._run.transaction, old, new)
            return new
        if merged.__module__ != new.__module__ and "." not in new.__qualname__:
            self.renamed.append((merged, merged.__module__))
            self._run.transaction.set_attribute(merged, "__module__", new.__module__)
        self._run.transaction.guard(vars(merged))  # its decorators set attributes as they like
        self.attributes.append((merged, had))
        now = _face(merged, None)
        if not values.same(was[0], now[0]):
            self.merged.append(merged)
        if not values.same(was, now):
            self.shown.append(merged)
        return merged

    def _predecessor(self, new: FunctionType) -> FunctionType | None:
        swap, code = self._run.swap, new.__code__
        found = swap.functions.get(id(code)) or [f for f, refused in swap.refused if refused is code]
        if not found and self._is_new(code):
            return None
        if not found:
            found = [f for f in self._led_to if f is not new and f.__code__ is code]
        if not found:
            found = [f for f in functions.find([(code, code)], ()).get(id(code), []) if f is not new]
        if len(found) == 1:
            return found[0]
        own = [f for f in self._led_to if any(f is g for g in found)]
        return own[0] if len(own) == 1 else None

    @cached_property
    def _led_to(self) -> list[FunctionType]:
        """The functions that the names led to."""
        return list(insides.reachable(value for value in self._before.values() if value is not MISSING))

    def _is_new(self, code: CodeType) -> bool:
        """Whether this reload made the code: then only functions that it has swapped can run it already."""
        if self._node in self._run.added:
            return True
        previous = self._run.previous.get(self._node)
        return previous is not None and not any(code is each for each in codes.walk(previous.codes))


def _kept_inside(member: Any, value: Any) -> Any:
    """What a body gave a metaclass that put an object of its own there, which keeps it: all that is like `value`."""
    held = [each for each in insides.own_dict(member).values() if type(each) is type(value)]
    return held[0] if len(held) == 1 else MISSING


def _face(function: FunctionType, defaults: dict[str, Any] | None) -> tuple[Any, ...]:
    """What callers see of a function besides its code."""
    return (
        defaults if defaults is not None else functions.default_values(function),
        function.__doc__,
        dict(vars(function)),
        functions.annotations_of(function),
    )
