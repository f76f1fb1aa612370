"""The names that an interactive ``__main__`` took from modules by ``from m import X``: they follow the modules."""

from __future__ import annotations

import dis
from types import CodeType, ModuleType
from typing import Any

from ..live.kinds import is_a
from ..live.transaction import MISSING, Transaction
from ..loading.recorder import importing_code
from ..loading.starts import SEES_STARTS
from ..planning.records import ModuleRecord

Taken = tuple[str, str, str]
"""Module, name in it, name in ``__main__``; the last is ``*`` for a star import, the second empty for the module."""
SHARED = (int, float, complex, str, bytes, bool, type(None), tuple, frozenset)


class Interactive:
    """What ``__main__`` imported by name, told by the code that it executed.

    Such code is text without a file, so nothing else remembers it. It is seen when it imports a module for the
    first time and, where the prompt is watched, whenever it starts.
    """

    def __init__(self) -> None:
        self._codes: list[CodeType] = importing_code
        self._taken: set[Taken] = set()
        self._gone: dict[tuple[str, str], Any] = {}
        """What names of modules held that went, and that ``__main__`` has still: they may come back."""

    def rebind(
        self, transaction: Transaction, main: ModuleType, changes: list[tuple[ModuleRecord, str, Any, Any]]
    ) -> tuple[str, ...]:
        """Bind the new values of changed module names to the names of ``__main__`` that were taken from them."""
        seen = {id(code): code for code in self._codes}  # a loop that imports is seen each time
        self._taken |= {taken for code in seen.values() for taken in taken_by(code)}
        self._codes.clear()
        done = []
        for record, name, old, new in changes:
            if record.module is main:
                continue
            held = self._gone.pop((record.name, name), MISSING) if old is MISSING else old
            bound = self._bound(main, record.name, name, held)
            if new is MISSING and bound:
                self._gone[record.name, name] = old
            elif new is not MISSING:
                for each in bound:
                    transaction.set_item(main.__dict__, each, new)
                done += bound
        return tuple(dict.fromkeys(done))

    def _bound(self, main: ModuleType, module: str, name: str, old: Any) -> list[str]:
        """Names of ``__main__`` that still hold what they took."""
        names = {bound for m, n, bound in self._taken if m == module and n in (name, "*")}
        names = {name if bound == "*" else bound for bound in names}
        if not SEES_STARTS and not is_a(old, SHARED):
            names.add(name)  # nothing told: the same object under the same name came from there
        if old is MISSING:
            return [n for n in names if n not in main.__dict__ and (module, "*", "*") in self._taken]
        return [n for n in names if main.__dict__.get(n, MISSING) is old]


def taken_by(code: CodeType) -> set[Taken]:
    """The from-imports of a piece of top-level code."""
    found: set[Taken] = set()
    module, name, whole = "", "", False
    for instruction in dis.get_instructions(code):
        match instruction.opname:
            case "IMPORT_NAME":
                module, whole = instruction.argval, True
            case "IMPORT_FROM":
                name, whole = instruction.argval, False
            case "IMPORT_STAR":
                whole = False
                found.add((module, "*", "*"))
            case "CALL_INTRINSIC_1" if instruction.argrepr == "INTRINSIC_IMPORT_STAR":
                whole = False
                found.add((module, "*", "*"))
            case "STORE_NAME" | "STORE_GLOBAL" if name or whole:
                found.add((module, name, instruction.argval))
                name, whole = "", False
    return found
