"""What code goes through, entry by entry, or counts the entries of (pure)."""

from __future__ import annotations

import dis
from types import CodeType

from . import codes


@codes.learned
def gone_through(code: CodeType) -> frozenset[str]:
    """Attributes and globals whose entries `code` takes one by one, and that are not those which it adds to."""
    if GET_ITER not in code.co_code[::2]:
        return frozenset()
    instructions = list(dis.get_instructions(code))
    loops = [at for at, each in enumerate(instructions) if each.opname == "GET_ITER"]
    iterated = {_named_from(instructions, _value_end(instructions, at)) for at in loops}
    added_to = {
        _named_from(instructions, at)
        for at, each in enumerate(instructions[:-1])
        if each.opname in codes.NAME_READS and each.argval in codes.grown_names(code)
        if instructions[at + 1].argval in codes.GROWING_METHODS or not _value_ends(instructions, at, loops)
    }
    return frozenset(name for root, name in iterated - added_to if name)


@codes.learned
def measured(code: CodeType) -> frozenset[str]:
    """Attributes and globals whose number of entries `code` makes something of: not only compares, as caches do."""
    if "len" not in code.co_names:
        return frozenset()
    instructions = [each for each in dis.get_instructions(code) if each.opname != "CACHE"]
    found = set[str]()
    for at, each in enumerate(instructions):
        if each.opname == "LOAD_GLOBAL" and each.argval == "len":
            call = next((i for i in range(at, len(instructions)) if instructions[i].opname == "CALL"), at)
            loads = [each.argval for each in instructions[at + 1 : call] if each.opname in codes.NAME_READS]
            found.update(loads[-1:] if not _is_compared(instructions[call + 1 :]) else ())
    return frozenset(found)


def _is_compared(following: list[dis.Instruction]) -> bool:
    """Whether a value is only compared with another, or asked whether it is true."""
    after = next((each for each in following if not each.opname.startswith(("LOAD_", "COPY"))), None)
    return after is not None and (after.opcode in codes.JUMPS or after.opname in COMPARING)


COMPARING = frozenset({"COMPARE_OP", "TO_BOOL", "UNARY_NOT"})


def sees_members(code: CodeType) -> bool:
    """Whether `code` may see members of an object whose names it does not mention."""
    return bool(_seen_by(code)) or ("getattr" in code.co_names and codes.COMPUTED in codes.names_asked(code))


@codes.learned
def _seen_by(code: CodeType) -> frozenset[str]:
    """What `code` mentions by which it sees all members of something."""
    if SEEING.isdisjoint(code.co_names):
        return frozenset()
    instructions = [each for each in dis.get_instructions(code) if each.opname not in ("PRECALL", "KW_NAMES")]
    named = [(at, each.argval) for at, each in enumerate(instructions) if each.opname in codes.NAME_READS]
    return frozenset(name for at, name in named if name in SEEING and _sees_all(instructions, at))


def _sees_all(instructions: list[dis.Instruction], at: int) -> bool:
    """Whether members are seen by what an instruction names: not, where it looks up one, or is another mapping's."""
    name, before, after = instructions[at].argval, instructions[at - 1], instructions[at + 1]
    if name in ENTRIES:
        return before.opname in VARIABLES or before.argval == "__dict__" or before.opname not in codes.NAME_READS
    if name == "__dict__" and after.argval == "get":
        after = instructions[at + 2]
    return name != "__dict__" or after.opname != "LOAD_CONST"


VARIABLES = frozenset({"LOAD_DEREF", "LOAD_NAME"})
SEEING = frozenset({"__dict__", "dir", "getmembers", "items", "values", "vars"})
GET_ITER = dis.opmap["GET_ITER"]
ENTRIES = frozenset({"items", "keys", "values"})


def _value_end(instructions: list[dis.Instruction], loop: int) -> int:
    """Where the name is loaded whose value, or the entries of whose value, a loop goes through."""
    at = loop - 1
    if instructions[at].opname.startswith("CALL"):
        at = next((i for i in range(at, -1, -1) if instructions[i].argval in ENTRIES), 0) - 1
    return at


def _value_ends(instructions: list[dis.Instruction], at: int, loops: list[int]) -> bool:
    return any(_value_end(instructions, loop) == at for loop in loops)


def _named_from(instructions: list[dis.Instruction], at: int) -> tuple[str, str]:
    """The variable that an attribute is taken of at some instruction, and its name; of a global no variable."""
    if at < 0 or instructions[at].opname not in codes.NAME_READS:
        return "", ""
    attribute = instructions[at].opname in ("LOAD_ATTR", "LOAD_METHOD")
    return codes.loaded_last(instructions[at - 1]) if attribute else "", str(instructions[at].argval)
