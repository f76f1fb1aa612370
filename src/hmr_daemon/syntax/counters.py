"""Numbers that functions count up or down by fixed amounts: ``total += 1``, ``self.size += 1`` (pure)."""

from __future__ import annotations

import dis
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from types import CodeType

from . import codes

STORES = frozenset(dis.opmap[name] for name in ("STORE_GLOBAL", "STORE_ATTR"))
BINARY_OP = dis.opmap["BINARY_OP"]
SIGNS = {"+": 1, "+=": 1, "-": -1, "-=": -1}
_SKIPPED = frozenset({"CACHE", "EXTENDED_ARG", "NOT_TAKEN"})


@dataclass(frozen=True)
class Count:
    """A number that code counts by a fixed amount each time that it runs."""

    name: str
    amount: int
    root: str | None = None
    """The global whose attribute it is, "" for the first parameter; None where it is a global itself."""
    taken: bool = False
    """Whether it is one that an iterator gives: ``next(numbers)``. That has steps of its own."""
    closed_over: str = ""
    """The parameter, where it is the first one of a function around the code."""


def counts(code: CodeType) -> tuple[Count, ...]:
    """What code counts, each as often as the instruction stands in it."""
    operations = code.co_code[::2]
    if (BINARY_OP not in operations or STORES.isdisjoint(operations)) and "next" not in code.co_names:
        return ()
    variables = code.co_varnames[:1], code.co_cellvars, code.co_freevars
    key = counts, code.co_code, code.co_names, variables, tuple(each for each in code.co_consts if type(each) is int)
    found: tuple[Count, ...] = codes.remembered(key, lambda: tuple(_counts(code)))
    return found


def counted(code: CodeType) -> frozenset[str]:
    """The globals that code binds only by counting them, and that whenever it runs."""
    return _mentioned_with(code, "STORE_GLOBAL", "DELETE_GLOBAL")


def unseen(code: CodeType) -> frozenset[str]:
    """Those of them that it does not look at otherwise."""
    return counted(code) & _mentioned_with(code, "LOAD_GLOBAL")


def seen(code: CodeType) -> frozenset[str]:
    """The globals that code counts, or iterators that it takes numbers from, and makes something of."""
    taken = {count.name for count in counts(code) if count.root is None and count.taken}
    return counted(code) - unseen(code) | taken


@codes.learned
def made_more_of(code: CodeType) -> frozenset[str]:
    """The globals that code binds to what it makes of what they held, and does not only count: ``names += [name]``.

    What is only bound where there is nothing yet is another matter.
    """
    written = codes.global_writes(code) - counted(code)
    if not written:
        return written
    instructions = [each for each in dis.get_instructions(code) if each.opname != "CACHE"]
    stores = [at for at, each in enumerate(instructions) if each.opname == "STORE_GLOBAL" and each.argval in written]
    return frozenset(instructions[at].argval for at in stores if _is_made_of_itself(instructions, at))


@codes.learned
def made_once(code: CodeType) -> frozenset[str]:
    """The globals that code binds only where there is nothing yet: ``if it is None: it = Connection()``."""
    written = codes.global_writes(code)
    if not written:
        return written
    instructions = [each for each in _instructions(code) if each.opname != "TO_BOOL"]
    stores = [each for each in instructions if each.opname in ("STORE_GLOBAL", "DELETE_GLOBAL")]
    at_any_time = {each.argval for each in stores if not any(_where_absent(instructions, each))}
    return written - at_any_time


def _where_absent(instructions: list[dis.Instruction], store: dis.Instruction) -> Iterator[bool]:
    """For each test of a global, whether it leads to an instruction that binds this only where there was nothing."""
    for load, jump in pairwise(instructions):
        tested = load.opname == "LOAD_GLOBAL" and load.argval == store.argval and jump.opcode in codes.JUMPS
        if tested and jump.opname.endswith(("IF_NOT_NONE", "IF_TRUE")):
            yield jump.offset < store.offset < jump.argval
        elif tested and jump.opname.endswith(("IF_NONE", "IF_FALSE")):
            yield store.offset >= jump.argval > jump.offset


def _is_made_of_itself(instructions: list[dis.Instruction], store: int) -> bool:
    start = codes.first_of_value(instructions, store)
    value = instructions[max(start, 0) : store]
    reads = any(each.opname == "LOAD_GLOBAL" and each.argval == instructions[store].argval for each in value)
    return start >= 0 and reads and any(each.opname in MAKING for each in value)


MAKING = frozenset({"BINARY_OP", "BUILD_LIST", "BUILD_MAP", "BUILD_SET", "BUILD_TUPLE", "LIST_EXTEND", "DICT_UPDATE"})


def seen_attributes(ran: Collection[CodeType]) -> frozenset[str]:
    """The attributes that some code counts, and that it, or other code of these, looks at otherwise."""
    counted = Counter(count.name for code in ran for count in counts(code) if count.root is not None)
    naming = [code for code in ran if counted and not counted.keys().isdisjoint(code.co_names)]
    loads = Counter(
        e.argval for code in naming for e in _instructions(code) if e.opname in ("LOAD_ATTR", "LOAD_METHOD")
    )
    taken = {count.name for code in ran for count in counts(code) if count.root is not None and count.taken}
    return frozenset(name for name in counted if loads[name] > counted[name] or name in taken)


def _mentioned_with(code: CodeType, *operations: str) -> frozenset[str]:
    """The globals that code counts, and mentions by some operations as often as it counts them."""
    names = Counter(count.name for count in counts(code) if count.root is None and not count.taken)
    if not names:
        return frozenset()
    mentions = Counter(each.argval for each in _instructions(code) if each.opname in operations)
    return frozenset(name for name in names if mentions[name] == names[name])


def _instructions(code: CodeType) -> list[dis.Instruction]:
    return [each for each in dis.get_instructions(code) if each.opname not in _SKIPPED]


def _counts(code: CodeType) -> Iterator[Count]:
    """Those that are counted once whenever the code runs."""
    instructions = _instructions(code)
    for position in _always_passed(instructions):
        store = instructions[position]
        if store.argval == "next" and store.opname == "LOAD_GLOBAL":
            yield from _taken(code, instructions[position + 1 :])
        elif store.opname == "STORE_GLOBAL" and position >= 3:
            load, constant, operation = instructions[position - 3 : position]
            if load.opname == "LOAD_GLOBAL" and load.argval == store.argval and _is_amount(constant, operation):
                yield Count(store.argval, SIGNS[operation.argrepr] * constant.argval)
        elif store.opname == "STORE_ATTR" and position >= 6:
            _, load, constant, operation, _ = instructions[position - 5 : position]
            if load.opname == "LOAD_ATTR" and load.argval == store.argval and _is_amount(constant, operation):
                root = _but_class_of(instructions[: position - 5])
                yield from _of_attribute(code, root, store.argval, SIGNS[operation.argrepr] * constant.argval)


def _always_passed(instructions: list[dis.Instruction]) -> Iterator[int]:
    """The places of instructions that no jump leaves out, or comes back to, up to the first that may end the code."""
    jumps = [(each.offset, each.argval) for each in instructions if each.opcode in codes.JUMPS]
    for position, each in enumerate(instructions):
        if each.opname.startswith("RETURN_") and each.opname != "RETURN_GENERATOR":
            return
        if not any(min(jump, target) < each.offset < max(jump, target) for jump, target in jumps):
            yield position


def _but_class_of(before: list[dis.Instruction]) -> dis.Instruction:
    """What is loaded last; of ``type(self)`` or ``self.__class__``, it is ``self``."""
    before = [each for each in before if each.opname not in ("PUSH_NULL", "PRECALL")]
    last = before[-1]
    if last.opname == "LOAD_ATTR" and last.argval == "__class__" and len(before) > 1:
        return before[-2]
    asks = last.opname == "CALL" and last.arg == 1 and len(before) > 2
    return before[-2] if asks and (before[-3].opname, before[-3].argval) == ("LOAD_GLOBAL", "type") else last


def _taken(code: CodeType, following: list[dis.Instruction]) -> Iterator[Count]:
    """What ``next`` takes from, where it is given no more."""
    loads = following[: next((i for i, each in enumerate(following) if each.opname == "CALL"), 0)]
    loads = [each for each in loads if each.opname not in ("PUSH_NULL", "PRECALL")]
    if len(loads) == 1 and loads[0].opname == "LOAD_GLOBAL":
        yield Count(loads[0].argval, 1, None, True)
    elif len(loads) == 2 and loads[1].opname == "LOAD_ATTR":
        yield from (replace(each, taken=True) for each in _of_attribute(code, loads[0], loads[1].argval, 1))


def _of_attribute(code: CodeType, root: dis.Instruction, name: str, amount: int) -> Iterator[Count]:
    if root.opname == "LOAD_GLOBAL":
        yield Count(name, amount, root.argval)
    elif codes.is_first_parameter(code, root):
        yield Count(name, amount, "")
    elif root.opname == "LOAD_DEREF" and root.argval in code.co_freevars:
        yield Count(name, amount, "", closed_over=root.argval)


def _is_amount(constant: dis.Instruction, operation: dis.Instruction) -> bool:
    loads = constant.opname in ("LOAD_CONST", "LOAD_SMALL_INT") and type(constant.argval) is int
    return loads and operation.opname == "BINARY_OP" and operation.argrepr in SIGNS
