"""What hooks do to classes and to others: told of code that classes run as they are made (pure)."""

from __future__ import annotations

import dis
from types import CodeType

from . import codes


def tells_others(code: CodeType) -> bool:
    """Whether a method does more than to set attributes of its own object."""
    return bool(_told(code))


@codes.learned
def _told(code: CodeType) -> frozenset[str]:
    instructions = list(dis.get_instructions(code))
    own = code.co_varnames[:1]
    stores = [position for position, each in enumerate(instructions) if each.opname == "STORE_ATTR"]
    others = {instructions[at].argval for at in stores if codes.loaded_last(instructions[at - 1]) not in own}
    return frozenset(others | {each.opname for each in instructions if each.opname.startswith(REACHING_OUT)})


REACHING_OUT = ("CALL", "STORE_SUBSCR", "STORE_GLOBAL", "STORE_DEREF", "DELETE_", "YIELD")


def makes_otherwise(code: CodeType) -> bool:
    """Whether code that is handed a class may set or delete what that has already."""
    return bool(_made_otherwise(code))


@codes.learned
def _made_otherwise(code: CodeType) -> frozenset[str]:
    by_name = SETS_BY_NAME.intersection(code.co_names)
    instructions = list(dis.get_instructions(code))
    read = {each.argval for each in instructions if each.opname in ("LOAD_ATTR", "LOAD_METHOD")}
    stored = {each.argval for each in instructions if each.opname == "STORE_ATTR"}
    return frozenset(by_name | stored & read | {each.argval for each in instructions if each.opname == "DELETE_ATTR"})


SETS_BY_NAME = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
