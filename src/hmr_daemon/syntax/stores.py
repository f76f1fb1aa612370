"""Attributes that code sets whenever it runs, of a global's value or of what its first parameter is (pure)."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from . import codes, counters

STORE_ATTR = dis.opmap["STORE_ATTR"]


@dataclass(frozen=True, slots=True)
class Store:
    """An attribute that code sets."""

    name: str
    root: str
    """The global whose attribute it is; "" for the first parameter."""


def stores(code: CodeType) -> tuple[Store, ...]:
    """What code surely sets; numbers that it counts are another matter."""
    if STORE_ATTR not in code.co_code[::2]:
        return ()
    found: tuple[Store, ...] = codes.remembered((stores, code.co_code, code.co_names), lambda: tuple(_stores(code)))
    return found


def _stores(code: CodeType) -> Iterator[Store]:
    counted = {count.name for count in counters.counts(code)}
    before = None
    for each in dis.get_instructions(code):
        if each.opcode in codes.JUMPS:
            return
        if each.opcode == STORE_ATTR and before is not None and each.argval not in counted:
            if before.opname == "LOAD_GLOBAL":
                yield Store(each.argval, before.argval)
            elif code.co_argcount and codes.loaded_last(before) == code.co_varnames[0]:
                yield Store(each.argval, "")
        if each.opname not in ("CACHE", "EXTENDED_ARG"):
            before = each
