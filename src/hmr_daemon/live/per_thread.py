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

from .kinds import is_a, own_or, plain_type

MISSING = object()
MOST_ENTRIES = 100
MADE_FOR_ONE = {"_sqlite3": ("Connection", "Cursor"), "_tkinter": ("TkappType",)}
"""By module, classes whose objects serve one thread."""
SHARED = frozenset(
    map(id, (type, ModuleType, FunctionType, BuiltinFunctionType, NoneType, bool, int, float, complex, str, bytes))
)
"""The identities of types whose objects serve all threads: types are not compared, a metaclass may do that its way."""
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


def are_for_another(values: Sequence[Any]) -> bool:
    """Whether some values, or what they hold, serve another thread than this one."""
    return any(not _serves(each) for each in _made_for_one(values))


def are_for_this(values: Sequence[Any]) -> bool:
    """Whether some values, or what they hold, serve no thread but this one."""
    if any(value is threading.current_thread() for value in values):
        return True
    made = _made_for_one(values)
    if not made:
        return False
    served: list[bool] = []
    other = threading.Thread(target=lambda: served.extend(map(_serves, made)), name="hmr-daemon: another", daemon=True)
    other.start()
    other.join()
    return not all(served)


def _made_for_one(values: Sequence[Any]) -> list[Any]:
    """Those of some values, and of what they hold, that may serve one thread only."""
    if SHARED.issuperset(map(id, map(type, values))):
        return []
    kinds = tuple(
        kind
        for module, names in MADE_FOR_ONE.items()
        if module in sys.modules
        for kind in map(vars(sys.modules[module]).get, names)
        if is_a(kind, type)
    )
    own = [value for value in values if kinds and id(type(value)) not in SHARED and not is_a(value, (type, ModuleType))]
    return [each for value in own for each in (value, *_held_by(value)) if is_a(each, kinds)]


def _serves(value: Any) -> bool:
    """Whether an object serves this thread: a connection to a database may have been told to serve all."""
    connection = own_or(value, "connection", value)
    try:
        sys.modules["_sqlite3"].Connection.cursor(connection)
    except Exception as error:
        return type(error).__name__ == "ProgrammingError" and not speaks_of_threads(error)  # it is closed, say
    return True


def _held_by(value: Any) -> Iterable[Any]:
    """What an object has as attributes, or a container of a built-in type in its first entries."""
    held = value if plain_type(value) in (dict, list, tuple) else own_or(value, "__dict__", ())
    entries = held.values() if type(held) is dict else held if plain_type(held) in (list, tuple) else ()
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
