"""Which containers code sorts, as far as its instructions show (pure)."""

from __future__ import annotations

import dis
from types import CodeType

from . import codes

SORTING = frozenset({"heapify", "heappush", "insort", "insort_left", "insort_right", "sort", "sorted"})
"""A method of lists, and functions that are passed one."""
HANDED = "<handed>"
"""Stands among the names for what a function is handed, whatever that is."""


def may_sort(code: CodeType, name: str) -> bool:
    """Whether code sorts a container that it has by a name, or one that it is handed."""
    return not SORTING.isdisjoint(code.co_names) and not sorted_names(code).isdisjoint({name, HANDED})


@codes.learned
def sorted_names(code: CodeType) -> frozenset[str]:
    """Names that stand for what `code` may sort: all that it reads, and HANDED where that is a parameter."""
    instructions = [each for each in dis.get_instructions(code) if each.opname not in ("PUSH_NULL", "PRECALL")]
    found = {each.argval for each in instructions if each.opname in codes.NAME_READS}
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    sorting = [at for at, each in enumerate(instructions) if each.opname in codes.NAME_READS and each.argval in SORTING]
    if not {_sorted_at(instructions, at) for at in sorting}.isdisjoint(parameters):
        found.add(HANDED)
    return frozenset(found)


def _sorted_at(instructions: list[dis.Instruction], at: int) -> str:
    """The local variable whose value is sorted where an instruction loads what sorts; none where it is a part of it."""
    if instructions[at].argval == "sort":
        return codes.loaded_last(instructions[at - 1])
    passed, following = instructions[at + 1 : at + 3]
    if not passed.opname.startswith("LOAD_FAST"):
        return ""
    if isinstance(passed.argval, str):
        return "" if following.opname in ("LOAD_ATTR", "LOAD_METHOD") else passed.argval
    return str(passed.argval[0])  # since 3.13, one instruction may load two
