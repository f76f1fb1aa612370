"""What code mentions, told from its instructions: names it loads, attributes it asks for, operators it uses (pure)."""

from __future__ import annotations

import dis
import sys
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile
from types import CodeType

from . import codes
from .handing import Handed, handed

SHOWN = frozenset({"__repr__", "__str__", "__format__"})
COUNTED = frozenset({"__bool__", "__len__"})
HASHED = frozenset({"__hash__", "__eq__"})
ITERATED = frozenset({"__iter__", "__next__", "__getitem__", "__len__", "__length_hint__", "keys"})
COMPARED = frozenset({"__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"})
CALCULATED = frozenset(
    f"__{kind}{name}__"
    for kind in ("", "r", "i")
    for name in (
        "add", "sub", "mul", "matmul", "truediv", "floordiv", "mod", "divmod", "pow", "lshift", "rshift", "and", "or",
        "xor",
    )
)  # fmt: skip
ALTERED = frozenset({"__neg__", "__pos__", "__invert__", "__abs__", "__round__", "__index__", "__int__", "__float__"})
INDEXED = HASHED | {"__getitem__", "__setitem__", "__delitem__", "__missing__", "__class_getitem__", "__index__"}
CHECKED = frozenset({"__instancecheck__", "__subclasscheck__", "__subclasshook__", "__class__"})
CREATION = frozenset({"__init_subclass__", "__set_name__", "__prepare__", "__mro_entries__"})
"""Methods that run when a class is made."""
UNKNOWN_ATTRIBUTES = frozenset({"__getattr__", "__getattribute__", "__setattr__", "__delattr__"})
CONTAINED = frozenset({"__contains__"}) | ITERATED | HASHED
OPERATORS = (
    COUNTED | HASHED | ITERATED | COMPARED | CALCULATED | ALTERED | INDEXED | CONTAINED
    | {"__enter__", "__exit__", "__aenter__", "__aexit__"}
)  # fmt: skip
"""Special methods that an operator, a loop or a ``with`` may run."""

INSTRUCTIONS = {
    "BINARY_OP": CALCULATED, "COMPARE_OP": COMPARED, "CONTAINS_OP": CONTAINED, "GET_ITER": ITERATED,
    "UNPACK_SEQUENCE": ITERATED, "UNPACK_EX": ITERATED, "LIST_EXTEND": ITERATED, "SET_UPDATE": ITERATED | HASHED,
    "DICT_UPDATE": ITERATED | HASHED, "DICT_MERGE": ITERATED, "CALL_FUNCTION_EX": ITERATED,
    "GET_YIELD_FROM_ITER": ITERATED, "BINARY_SUBSCR": INDEXED, "BINARY_SLICE": INDEXED, "STORE_SUBSCR": INDEXED,
    "STORE_SLICE": INDEXED, "DELETE_SUBSCR": INDEXED, "FORMAT_VALUE": SHOWN, "FORMAT_SIMPLE": SHOWN,
    "FORMAT_WITH_SPEC": SHOWN, "CONVERT_VALUE": SHOWN, "UNARY_NOT": COUNTED, "TO_BOOL": COUNTED,
    "UNARY_NEGATIVE": ALTERED, "UNARY_POSITIVE": ALTERED, "UNARY_INVERT": ALTERED, "BUILD_MAP": HASHED,
    "BUILD_SET": HASHED, "MAP_ADD": HASHED, "SET_ADD": HASHED, "BUILD_CONST_KEY_MAP": HASHED,
    "BEFORE_WITH": frozenset({"__enter__", "__exit__"}), "BEFORE_ASYNC_WITH": frozenset({"__aenter__", "__aexit__"}),
    "LOAD_SPECIAL": frozenset({"__enter__", "__exit__", "__aenter__", "__aexit__"}),
    "GET_AWAITABLE": frozenset({"__await__"}), "GET_AITER": frozenset({"__aiter__"}),
    "GET_ANEXT": frozenset({"__anext__"}), "MATCH_CLASS": CHECKED, "MATCH_KEYS": INDEXED, "LOAD_BUILD_CLASS": CREATION,
    "STORE_ATTR": UNKNOWN_ATTRIBUTES, "DELETE_ATTR": UNKNOWN_ATTRIBUTES, "LOAD_ATTR": UNKNOWN_ATTRIBUTES,
    "LOAD_METHOD": UNKNOWN_ATTRIBUTES,
}  # fmt: skip
"""Instructions with the special methods that they may run."""
BUILTINS = {
    **dict.fromkeys(("repr", "str", "print", "format", "ascii", "bytes"), SHOWN | {"__bytes__"}),
    **dict.fromkeys(("list", "tuple", "iter", "next", "enumerate", "zip", "map", "filter", "reversed"), ITERATED),
    **dict.fromkeys(("set", "frozenset", "dict"), ITERATED | HASHED),
    **dict.fromkeys(("sorted", "min", "max"), ITERATED | COMPARED),
    **dict.fromkeys(("any", "all"), ITERATED | COUNTED),
    **dict.fromkeys(("int", "float", "complex", "abs", "round"), ALTERED),
    **dict.fromkeys(("pow", "divmod"), CALCULATED),
    **dict.fromkeys(("isinstance", "issubclass"), CHECKED),
    **dict.fromkeys(("getattr", "hasattr", "setattr", "delattr", "vars"), UNKNOWN_ATTRIBUTES),
    "sum": ITERATED | CALCULATED, "len": frozenset({"__len__"}), "bool": COUNTED, "hash": HASHED, "type": CREATION,
    "dir": frozenset({"__dir__"}),
}  # fmt: skip
"""Builtin functions with the special methods that they may run."""
TAKING = frozenset({"BINARY_SUBSCR", "BINARY_SLICE", "BINARY_OP", "GET_ITER", "CALL_FUNCTION_EX", "UNPACK_SEQUENCE"})
TAKING_METHODS = frozenset({"get", "values", "items", "pop", "popitem", "popleft", "copy", "__iter__", "__getitem__"})
LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_CLASSDEREF"})
ATTRIBUTES = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
SETS = frozenset({"STORE_ATTR", "DELETE_ATTR", "LOAD_SUPER_ATTR"})
UNKNOWN_CALLS = frozenset({"BINARY_OP", "LOAD_SUPER_ATTR"})
VARIABLES = ("LOAD_FAST", "LOAD_DEREF", "LOAD_CLOSURE")


@dataclass(frozen=True, slots=True, repr=False)
class Mentions:
    """What some instructions mention."""

    chains: frozenset[tuple[str, ...]] = frozenset()
    """Global names they load, each with the attributes that are asked of it at once: ``("os", "path", "join")``."""
    names: frozenset[str] = frozenset()
    """Attributes they ask of anything else, and special methods that their operators may run."""
    takes: bool = False
    """Whether they may take something out of a container."""
    calls_held: bool = False
    """Whether they call what a variable holds, or what a call gave."""
    called: frozenset[tuple[str, ...]] = frozenset()
    """Those of the chains that are called; what others lead to is at most handed to what is called."""
    calls_unknown: bool = False
    """Whether they ask what a call gave for something, decorate, or calculate: who knows what comes of a function."""
    stored: frozenset[str] = frozenset()
    """Attributes that they set."""
    asked: frozenset[str] = frozenset()
    """Attributes of something else than globals that they call."""
    handed: frozenset[Handed] = frozenset()
    """What they do no more with than to hand it to what they call."""


def mentions(instructions: Iterable[dis.Instruction]) -> Mentions:
    instructions = list(instructions)
    chains: set[tuple[str, ...]] = set()
    names: set[str] = set()
    takes = calls_held = False
    chain: tuple[str, ...] = ()
    before = ""
    for instruction in instructions:
        name = instruction.opname
        if name in ATTRIBUTES and chain:
            chain = (*chain, instruction.argval)
            before = name
            continue
        if chain:
            chains.add(chain)
        chain = (instruction.argval,) if name in LOADS else ()
        names |= INSTRUCTIONS.get(name, frozenset())
        if name in ATTRIBUTES or name in SETS:
            names.add(instruction.argval)
            takes |= instruction.argval in TAKING_METHODS
        elif name in TAKING:
            takes = True
            names |= SHOWN if name == "BINARY_OP" and "%" in instruction.argrepr else frozenset()
        elif (name.startswith("POP_JUMP") and name.endswith(("TRUE", "FALSE"))) or name.endswith("OR_POP"):
            names |= COUNTED
        calls_held |= _calls_held(before, name)
        before = name
    if chain:
        chains.add(chain)
    takes |= any(not TAKING_METHODS.isdisjoint(chain[1:]) for chain in chains)
    found = Mentions(frozenset(chains), frozenset(names), takes, calls_held)
    return _with_calls(found, instructions)


def _with_calls(found: Mentions, instructions: Sequence[dis.Instruction]) -> Mentions:
    """With what is called: what has a NULL beside it on the stack, which is where a method's object would be."""
    called: set[tuple[str, ...]] = set()
    asked: set[str] = set()
    stored = frozenset(each.argval for each in instructions if each.opname == "STORE_ATTR")
    unknown = any(each.opname in UNKNOWN_CALLS for each in instructions)
    for at, instruction in enumerate(instructions):
        name = instruction.opname
        unknown |= name.startswith("CALL") and not instruction.arg and _is_decorated(instructions, at)
        unknown |= name in ATTRIBUTES and at > 0 and instructions[at - 1].opname.startswith("CALL")
        if name == "PUSH_NULL" and sys.version_info < (3, 13):
            called.add(_chain_from(instructions, at + 1))
        elif name == "PUSH_NULL":
            called.add(_chain_to(instructions, at - 1))
        elif name == "LOAD_GLOBAL" and (instruction.arg or 0) & 1:
            called.add(_chain_from(instructions, at))
        elif name == "LOAD_METHOD" or (
            name == "LOAD_ATTR" and sys.version_info >= (3, 12) and (instruction.arg or 0) & 1
        ):
            called.add(chain := _chain_to(instructions, at))
            asked |= set() if chain else {instruction.argval}
    unknown |= () in called
    return replace(
        found,
        called=frozenset(called & found.chains),
        calls_unknown=unknown,
        stored=stored,
        asked=frozenset(asked),
        handed=handed(instructions),
    )


def _is_decorated(instructions: Sequence[dis.Instruction], at: int) -> bool:
    """Whether a call without arguments is that of a decorator: of what stands below a function or a class just made."""
    before = [each.opname for each in instructions[max(at - 2, 0) : at] if each.opname != "PRECALL"]
    return bool(before) and before[-1].startswith(("MAKE_FUNCTION", "SET_FUNCTION_ATTRIBUTE", "CALL"))


def _chain_from(instructions: Sequence[dis.Instruction], at: int) -> tuple[str, ...]:
    """The chain that begins there; empty where something else does."""
    if at >= len(instructions) or instructions[at].opname not in LOADS:
        return ()
    rest = takewhile(lambda each: each.opname in ATTRIBUTES, instructions[at + 1 :])
    return (instructions[at].argval, *(each.argval for each in rest))


def _chain_to(instructions: Sequence[dis.Instruction], at: int) -> tuple[str, ...]:
    """The chain that ends there; empty where something else does."""
    start = at
    while start > 0 and instructions[start].opname in ATTRIBUTES:
        start -= 1
    return _chain_from(instructions[: at + 1], start)


def _calls_held(before: str, name: str) -> bool:
    """Whether two instructions begin the call of what a variable holds, or of what a call gives."""
    if name == "PUSH_NULL":
        return before == "PUSH_NULL" or before.startswith((*VARIABLES, "CALL"))
    return before == "PUSH_NULL" and name.startswith(VARIABLES)


_known: dict[int, tuple[weakref.ref[CodeType], Mentions]] = {}


def mentions_of(code: CodeType) -> Mentions:
    """What a code object mentions itself; remembered as long as it lives."""
    known = _known.get(id(code))
    if known is None or known[0]() is not code:
        identity = id(code)
        reference = weakref.ref(code, lambda _: _known.pop(identity, None))
        known = _known[identity] = (reference, mentions(dis.get_instructions(code)))
    return known[1]


@codes.learned
def variables_used(code: CodeType) -> frozenset[str]:
    """Variables that are loaded for more than to be returned at once."""
    used: set[str] = set()
    for instruction, following in pairwise(dis.get_instructions(code)):
        if instruction.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) and following.opname != "RETURN_VALUE":
            names = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
            used.update(names)
    return frozenset(used)


@codes.learned
def called(code: CodeType) -> frozenset[str]:
    """Names that a body loads to call them at once; not those of decorators."""
    pairs = pairwise(dis.get_instructions(code))
    if sys.version_info < (3, 13):
        return frozenset(load.argval for null, load in pairs if null.opname == "PUSH_NULL" and load.opname in LOADS)
    return frozenset(load.argval for load, null in pairs if null.opname == "PUSH_NULL" and load.opname in LOADS)
