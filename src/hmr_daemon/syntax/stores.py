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
    through: tuple[str, ...] = ()
    """The attributes that lead from there to what holds it: ``("S",)`` of ``m.S.limit``."""
    of_itself: bool = False
    """Whether it is set to what is made of what it was: ``S.limit *= 2``, ``self.items = [*self.items, it]``."""


def stores(code: CodeType) -> tuple[Store, ...]:
    """What code surely sets; numbers that it counts are another matter."""
    if STORE_ATTR not in code.co_code[::2]:
        return ()
    found: tuple[Store, ...] = codes.remembered(
        (stores, code.co_code, code.co_names, code.co_varnames[:1], code.co_cellvars), lambda: tuple(_stores(code))
    )
    return found


def _stores(code: CodeType) -> Iterator[Store]:
    counted = {count.name for count in counters.counts(code)}
    before: list[dis.Instruction] = []
    copied: list[list[dis.Instruction]] = []
    loaded = set[str]()
    for each in dis.get_instructions(code):
        if each.opcode in codes.JUMPS:
            return
        if each.opname == "COPY":
            copied.append(list(before))
        elif each.opcode == STORE_ATTR and before and each.argval not in counted:
            augmented = before[-1].opname == "SWAP" and bool(copied)
            of_itself = augmented or each.argval in loaded
            yield from _store(code, each.argval, copied.pop() if augmented else before, of_itself)
        elif each.opname in ("LOAD_ATTR", "LOAD_METHOD"):
            loaded.add(each.argval)
        if each.opname not in ("CACHE", "EXTENDED_ARG"):
            before.append(each)


def _store(code: CodeType, name: str, loading: list[dis.Instruction], of_itself: bool) -> Iterator[Store]:
    """The store of an attribute of what some instructions have loaded last."""
    at = len(loading) - 1
    while at > 0 and loading[at].opname == "LOAD_ATTR":
        at -= 1
    through = tuple(each.argval for each in loading[at + 1 :])
    if loading[at].opname == "LOAD_GLOBAL":
        yield Store(name, loading[at].argval, through, of_itself)
    elif codes.is_first_parameter(code, loading[at]):
        yield Store(name, "", through, of_itself)
