"""What a function keeps for later calls as attributes of its own, and computes where they are missing (pure)."""

from __future__ import annotations

import dis
from types import CodeType

from . import codes
from .memos import CACHE

GUARDS = frozenset({"AttributeError", "hasattr", "getattr"})
"""What code mentions that does without an attribute which is not there yet."""


def kept(code: CodeType) -> frozenset[str]:
    """Attributes called after a cache that a function of a module gives itself, looks up, and does without.

    Those that it computes of what they were are state.
    """
    if GUARDS.isdisjoint(code.co_names) or code.co_name not in code.co_names or code.co_name != code.co_qualname:
        return frozenset()
    instructions = [each for each in dis.get_instructions(code) if each.opname != "CACHE"]
    own = [at for at, each in enumerate(instructions) if each.opname == "LOAD_GLOBAL" and each.argval == code.co_name]
    after = [(at, instructions[at + 1]) for at in own if at + 1 < len(instructions)]
    looked_up = {each.argval for _, each in after if each.opname == "LOAD_ATTR" and CACHE.search(each.argval.lower())}
    stored = [(at, each.argval) for at, each in after if each.opname == "STORE_ATTR" and each.argval in looked_up]
    state = {name for at, name in stored if _is_computed_of(instructions, at, name)}
    return frozenset(name for _, name in stored) - state


def _is_computed_of(instructions: list[dis.Instruction], end: int, name: str) -> bool:
    """Whether the value on the stack at `end` is computed of an attribute of that name, or it cannot be told."""
    start = codes.first_of_value(instructions, end)
    if start < 0 or (end - start == 1 and instructions[start].opname.startswith("LOAD_FAST")):
        return True
    return any(each.argval == name and each.opname == "LOAD_ATTR" for each in instructions[start:end])
