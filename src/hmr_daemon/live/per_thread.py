"""What Python keeps for each thread alone, and objects that serve only the thread that made them."""

from __future__ import annotations

import sys
import threading
from _thread import _local
from collections.abc import Iterable, Sequence
from contextvars import Context, copy_context
from itertools import islice
from operator import attrgetter
from types import BuiltinFunctionType, FunctionType, ModuleType, NoneType
from typing import Any

from .kinds import is_a, own_or

MISSING = object()
MOST_ENTRIES = 100
MADE_FOR_ONE = {"_sqlite3": ("Connection", "Cursor"), "_tkinter": ("TkappType",)}
"""By module, classes whose objects serve one thread."""
SHARED = frozenset(
    {type, ModuleType, FunctionType, BuiltinFunctionType, NoneType, bool, int, float, complex, str, bytes}
)
"""Types whose objects serve all threads."""
HOW_DECIMALS_COUNT = attrgetter("prec", "rounding", "Emin", "Emax", "capitals", "clamp")


def speaks_of_threads(error: BaseException) -> bool:
    """Whether an error may have come for the thread: what CPython and libraries say then has the word in it."""
    said = [argument for argument in error.args if type(argument) is str]
    return not is_a(error, SyntaxError) and "thread" in " ".join(said).lower()


class PerThread:
    """What is kept for this thread, watched from one statement to the next."""

    def __init__(self) -> None:
        self._arithmetic = _arithmetic()
        self._variables = copy_context()  # now that the decimals' has been asked for, which makes it

    def has_changed(self) -> bool:
        """Whether context variables have other values than when this was asked last, or decimals count otherwise."""
        variables, arithmetic = self._variables, self._arithmetic
        self._arithmetic = _arithmetic()
        self._variables = copy_context()
        return arithmetic != self._arithmetic or _differ(variables, self._variables)


def are_for_one(values: Sequence[Any]) -> bool:
    """Whether some values serve one thread only, or hold what does."""
    if SHARED.issuperset(map(type, values)):
        return False
    kinds = tuple(
        kind
        for module, names in MADE_FOR_ONE.items()
        if module in sys.modules
        for kind in map(vars(sys.modules[module]).get, names)
        if is_a(kind, type)
    )
    return any(_is_for_one(value, kinds) for value in values)


def _is_for_one(value: Any, kinds: tuple[Any, ...]) -> bool:
    if is_a(value, threading.Thread):
        return value is threading.current_thread()
    if not kinds or type(value) in SHARED or is_a(value, (type, ModuleType)):
        return False
    return is_a(value, kinds) or any(is_a(each, kinds) for each in _held_by(value))


def _held_by(value: Any) -> Iterable[Any]:
    """What an object has as attributes, or a container of a built-in type in its first entries."""
    held = value if type(value) in (dict, list, tuple) else own_or(value, "__dict__", ())
    entries = held.values() if type(held) is dict else held if type(held) in (list, tuple) else ()
    return [*islice(entries, MOST_ENTRIES)]  # at once: other threads may add to it


def is_kept_apart(value: Any) -> bool:
    """Whether an object has other attributes on each thread."""
    return is_a(value, _local)


def _differ(old: Context, new: Context) -> bool:
    return len(old) != len(new) or any(old.get(variable, MISSING) is not value for variable, value in new.items())


def _arithmetic() -> tuple[Any, ...]:
    """How decimals are computed on this thread; asked before a statement does, for the answer is made by asking."""
    decimal = sys.modules.get("_decimal")
    if decimal is None:
        return ()
    context = decimal.getcontext()
    return HOW_DECIMALS_COUNT(context), repr(context.traps)
