"""Code objects as values: their nesting, which is a version of which, and what they use (pure)."""

from __future__ import annotations

import dis
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from types import CodeType, MappingProxyType
from typing import Any

from . import defaults, trees

GLOBAL_READS = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_CLASSDEREF"})
NAME_READS = GLOBAL_READS | {"LOAD_ATTR", "LOAD_METHOD", "LOAD_DEREF"}
NO_NAMES: frozenset[str] = frozenset()
GLOBAL_WRITES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
GLOBAL_WRITE_CODES = {dis.opmap[name] for name in GLOBAL_WRITES}
GLOBAL_READ_SHIFTS = {
    dis.opmap[name]: shift
    for name, shift in (("LOAD_GLOBAL", 1), ("LOAD_NAME", 0), ("LOAD_FROM_DICT_OR_GLOBALS", 0))
    if name in dis.opmap
}
"""By how many bits the argument of an instruction is to be shifted for the index of its name."""
EXTENDED_ARG, LOAD_CLASSDEREF = dis.opmap["EXTENDED_ARG"], dis.opmap.get("LOAD_CLASSDEREF")
CO_OPTIMIZED = 0x1
CO_HAS_DOCSTRING = 0x4000000  # 3.13 and newer
SHOWN_FLAGS = 0x4 | 0x8 | 0x20 | 0x80 | 0x200  # with *arguments, with **keywords, generator, coroutine, both


def children(code: CodeType) -> tuple[CodeType, ...]:
    """The code objects of the functions, classes and comprehensions directly inside."""
    return tuple(constant for constant in code.co_consts if isinstance(constant, CodeType))


def walk(codes: Iterable[CodeType]) -> Iterator[CodeType]:
    """`codes` and all that is nested in them."""
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        yield code
        waiting.extend(children(code))


def surface(code: CodeType) -> tuple[object, ...]:
    """All that makes a code object run as it does, but for positions, its docstring and what is nested in it."""
    constants = tuple(_constant(c) for c in _without_docstring(code))
    if is_class_body(code):
        constants = tuple(c for place, c in enumerate(constants) if place not in _places_told(code))
    return (
        code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars,
        code.co_flags & ~CO_HAS_DOCSTRING, code.co_argcount, code.co_kwonlyargcount, code.co_posonlyargcount,
        code.co_name, code.co_exceptiontable,
    )  # fmt: skip


def _places_told(code: CodeType) -> set[int]:
    """Which constants of a class's body only tell where it stands and what its methods set (3.13): of no account."""
    told = {code.co_names.index(name) for name in TOLD_OF_CLASSES if name in code.co_names}
    pairs = pairwise(zip(code.co_code[::2], code.co_code[1::2], strict=True)) if told else ()
    return {
        place for (load, place), (store, name) in pairs if load == LOAD_CONST and store == STORE_NAME and name in told
    }


def do_the_same(old: CodeType, new: CodeType) -> bool:
    """Whether two code objects run alike. A docstring that comes or goes moves the constants after it."""
    before, after = surface(old), surface(new)
    if before == after or (docstring(old) is None) is (docstring(new) is None) or before[2:] != after[2:]:
        return before == after
    return _with_constants(old) == _with_constants(new)


def _with_constants(code: CodeType) -> list[tuple[int, object]]:
    """The instructions of code, each with the constant that it uses instead of its number."""
    return [
        (each.opcode, _constant(each.argval) if each.opcode in dis.hasconst else each.arg)
        for each in dis.get_instructions(code)
    ]


def is_class_body(code: CodeType) -> bool:
    return not code.co_flags & CO_OPTIMIZED and code.co_name != "<module>"


def docstring(code: CodeType) -> str | None:
    """The docstring that a function made of `code` gets."""
    if not code.co_consts or not isinstance(code.co_consts[0], str) or not code.co_flags & 0x2:  # CO_NEWLOCALS
        return None
    if code.co_flags & CO_HAS_DOCSTRING:
        return code.co_consts[0]
    return code.co_consts[0] if _DOCSTRING_IS_FIRST and not code.co_name.startswith("<") else None  # "<genexpr>"


def face(code: CodeType) -> tuple[object, ...]:
    """What shows of a function made of `code` without a call: its docstring, its kind and its parameters."""
    counts = code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount
    return docstring(code), code.co_flags & SHOWN_FLAGS, *counts, code.co_varnames[: counts[0] + counts[2]]


def _has_docstring_flag() -> bool:
    def probe() -> None:
        """text"""

    return bool(probe.__code__.co_flags & CO_HAS_DOCSTRING)


_DOCSTRING_IS_FIRST = not _has_docstring_flag()


def _without_docstring(code: CodeType) -> Sequence[object]:
    return code.co_consts if docstring(code) is None else (None, *code.co_consts[1:])


def _constant(value: object) -> object:
    if isinstance(value, CodeType):
        return ("code", value.co_name)
    if isinstance(value, tuple):
        return ("tuple", *map(_constant, value))
    if isinstance(value, frozenset):
        return ("frozenset", frozenset(map(_constant, value)))
    return (type(value).__name__, repr(value))


def deep_surface(code: CodeType) -> tuple[object, ...]:
    return (surface(code), *map(deep_surface, children(code)))


def alike(old: CodeType, new: CodeType) -> bool:
    """Whether two versions of a code object do the same and have the same docstring, not counting what is nested."""
    return (is_class_body(old) or docstring(old) == docstring(new)) and surface(old) == surface(new)


def align(old: Sequence[CodeType], new: Sequence[CodeType]) -> Iterator[tuple[CodeType, CodeType]]:
    """Pairs of versions, outer before inner: same content first, then same name in the order of the source."""
    left, right = list(old), list(new)
    if len(left) == len(right) and all(a.co_name == b.co_name for a, b in zip(left, right, strict=True)):
        pairs = list(zip(left, right, strict=True))
        if len({c.co_name for c in left}) != len(left):
            pairs = _align_by_content(left, right)
    else:
        pairs = _align_by_content(left, right)
    for a, b in pairs:
        if a is not b:
            yield a, b
            yield from align(children(a), children(b))


def _align_by_content(old: Sequence[CodeType], new: Sequence[CodeType]) -> list[tuple[CodeType, CodeType]]:
    """What has the same content, in order; then what has the same name, in order.

    Where there are more or fewer of the same content than before, those at the same place come first.
    """
    surfaces = {id(code): deep_surface(code) for code in (*old, *new)}
    before, after = (Counter(surfaces[id(code)] for code in found) for found in (old, new))
    unsure = {content for content, count in before.items() if count != after[content]}
    places = [(a, b) for a, b in zip(old, new, strict=False) if surfaces[id(a)] == surfaces[id(b)]]
    pairs = [(a, b) for a, b in places if surfaces[id(a)] in unsure]
    for key in (lambda code: surfaces[id(code)], lambda code: code.co_name):
        taken = {id(code) for pair in pairs for code in pair}
        waiting: dict[object, list[CodeType]] = defaultdict(list)
        for code in old:
            if id(code) not in taken:
                waiting[key(code)].append(code)
        rest = [code for code in new if id(code) not in taken]
        pairs += [(waiting[key(code)].pop(0), code) for code in rest if waiting[key(code)]]
    return pairs + _alternatives(old, new, pairs)


def _alternatives(
    old: Sequence[CodeType], new: Sequence[CodeType], pairs: Sequence[tuple[CodeType, CodeType]]
) -> list[tuple[CodeType, CodeType]]:
    """What stood in several branches and stands there once now: whichever was live goes on as that."""
    taken, names = {id(a) for a, _ in pairs}, Counter(code.co_name for code in new)
    left = [code for code in old if id(code) not in taken and names[code.co_name] == 1 and code.co_name.isidentifier()]
    return [(a, b) for a in left for b in new if b.co_name == a.co_name and _parameters(a) == _parameters(b)]


def _parameters(code: CodeType) -> tuple[object, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], code.co_kwonlyargcount, code.co_flags & 0x0C


def shifted(code: CodeType, lines: int) -> CodeType:
    """The same code `lines` further down in its file, and all that is nested in it."""
    constants = tuple(shifted(c, lines) if isinstance(c, CodeType) else c for c in code.co_consts)
    return code.replace(co_firstlineno=code.co_firstlineno + lines, co_consts=constants)


def tells_lines(code: CodeType) -> bool:
    """Whether a function in it makes a class: since 3.13 its line is in the instructions, and not only beside them."""
    inner = children(code)
    if not is_class_body(code) and any(map(is_class_body, inner)):
        return sys.version_info >= (3, 13)
    return any(map(tells_lines, inner))


def with_children(
    code: CodeType, canonical: Sequence[CodeType], objects: Mapping[str, object] = MappingProxyType({})
) -> CodeType:
    """`code` making its functions of the `canonical` code objects, which are the same but in identity.

    Class bodies stay those of `code`, which may run only some of the members, and are gone into. A constant that
    is a key of `objects` becomes that object.
    """
    waiting: dict[object, list[CodeType]] = defaultdict(list)
    for child in canonical:
        waiting[(child.co_name, child.co_firstlineno)].append(child)
    constants: list[object] = []
    for constant in code.co_consts:
        if isinstance(constant, CodeType) and (known := waiting.get((constant.co_name, constant.co_firstlineno))):
            known_code = known.pop(0)
            transparent = not constant.co_flags & CO_OPTIMIZED or constant.co_name.startswith("<generic parameters of")
            constants.append(with_children(constant, children(known_code), objects) if transparent else known_code)
        elif isinstance(constant, CodeType) and is_class_body(constant):
            constants.append(with_children(constant, (), objects))
        elif isinstance(constant, str) and constant in objects:
            constants.append(objects[constant])
        else:
            constants.append(constant)
    return code.replace(co_consts=tuple(constants))


_KNOWN: dict[tuple[object, ...], Any] = {}
"""What was learned of code: taking it apart takes a hundred times as long as looking it up."""


def learned(learn: Callable[[CodeType], frozenset[str]]) -> Callable[[CodeType], frozenset[str]]:
    """A function of the instructions of code that is asked once; what it learns does not keep the code alive."""

    def ask(code: CodeType) -> frozenset[str]:
        variables = code.co_varnames, code.co_freevars, code.co_cellvars, code.co_argcount, code.co_kwonlyargcount
        key = learn, code.co_code, code.co_names, variables
        found: frozenset[str] | None = _KNOWN.get(key)
        if found is None:
            found = _KNOWN[key] = learn(code)
        return found

    return ask


def remembered(key: tuple[object, ...], learn: Callable[[], Any]) -> Any:
    """What is learned of code by more than its instructions, under a key that says all that it was learned from."""
    if key not in _KNOWN:
        _KNOWN[key] = learn()
    return _KNOWN[key]


def forget() -> None:
    """Nothing is known of any code: a reload has ended."""
    _KNOWN.clear()


def imports_all(code: CodeType, offset: int) -> bool:
    """Whether the instruction at an offset is the one that carries a star import out."""
    return dis.opname[code.co_code[offset]] in ("IMPORT_STAR", "CALL_INTRINSIC_1")


_DEEDS = frozenset(dis.opmap[f"{how}_{what}"] for how in ("STORE", "DELETE") for what in ("ATTR", "SUBSCR"))
_CALLS = frozenset(operation for name, operation in dis.opmap.items() if name.startswith("CALL"))
_POP_TOP = dis.opmap["POP_TOP"]


def does_to_others(code: CodeType) -> bool:
    """Whether code itself calls something for its effect, or sets something of another than its first parameter."""
    found: bool = remembered((does_to_others, code.co_code, code.co_varnames), lambda: _does_to_others(code))
    return found


def _does_to_others(code: CodeType) -> bool:
    if _DEEDS.isdisjoint(code.co_code[::2]) and _POP_TOP not in code.co_code[::2]:
        return False
    first = code.co_varnames[:1] if code.co_argcount else ()
    instructions = [each for each in dis.get_instructions(code) if each.opname not in ("CACHE", "EXTENDED_ARG")]
    for before, after in pairwise(instructions):
        if after.opcode == _POP_TOP and before.opcode in _CALLS:
            return True
        if after.opcode in _DEEDS and not (before.opname.startswith("LOAD_FAST") and loaded_last(before) in first):
            return True
    return False


@learned
def global_reads(code: CodeType) -> frozenset[str]:
    """Global names that `code` itself loads."""
    found, names, extended = set[str](), code.co_names, 0
    for operation, argument in _pairs(code.co_code):  # not what the interpreter has made of it; caches are zero in it
        if operation == EXTENDED_ARG:
            extended = (extended | argument) << 8
            continue
        if (shift := GLOBAL_READ_SHIFTS.get(operation)) is not None:
            found.add(names[(extended | argument) >> shift])
        elif operation == LOAD_CLASSDEREF:
            found.add(code._varname_from_oparg(extended | argument))  # type: ignore[attr-defined]
        extended = 0
    return frozenset(found)


Import = tuple[int, int | None, str, tuple[str, ...]]
"""Of an import statement: its instruction's offset, then as in `Statement.imported`."""
STORE_SUBSCR = dis.opmap["STORE_SUBSCR"]
_CONSTANTS = frozenset(
    {"LOAD_CONST", "LOAD_SMALL_INT", "LOAD_COMMON_CONSTANT"}
)  # the second from 3.14, the last from 3.15
IMPORT_NAME, LOAD_CONST = dis.opmap["IMPORT_NAME"], dis.opmap["LOAD_CONST"]
STORE_NAME = dis.opmap["STORE_NAME"]
TOLD_OF_CLASSES = ("__firstlineno__", "__static_attributes__")
LOAD_SMALL_INT = dis.opmap.get("LOAD_SMALL_INT")  # since 3.14


def _import_flags() -> int:
    """How many bits of the instruction's argument are no index of a name (since 3.15, whether it is lazy)."""
    code = compile("import a, b", "", "exec").co_code
    second = [argument for operation, argument in _pairs(code) if operation == IMPORT_NAME][1]
    return (second & -second).bit_length() - 1


def _pairs(instructions: bytes) -> Iterable[tuple[int, int]]:
    """Operations and arguments."""
    return zip(instructions[::2], instructions[1::2], strict=True)


IMPORT_FLAGS = _import_flags()


def imports(code: CodeType) -> list[Import]:
    """The import statements of `code` itself; not of what is nested in it."""
    found: list[Import] = []
    if IMPORT_NAME not in code.co_code[::2]:
        return found
    level: Any = 0  # what the last two instructions have loaded
    names: Any = None
    extended = 0
    for index, (operation, argument) in enumerate(_pairs(code.co_code)):
        if operation == EXTENDED_ARG:
            extended = (extended | argument) << 8
            continue
        argument, extended = extended | argument, 0
        if operation == IMPORT_NAME:
            module = code.co_names[argument >> IMPORT_FLAGS]
            found.append((2 * index, None, "", (module,)) if names is None else (2 * index, level, module, names))
        elif operation == LOAD_CONST:
            level, names = names, code.co_consts[argument]
        else:
            level, names = names, argument if operation == LOAD_SMALL_INT else None
    return found


def global_writes(code: CodeType) -> frozenset[str]:
    """Global names that `code` itself binds or deletes."""
    if not GLOBAL_WRITE_CODES & set(code.co_code[::2]):
        return frozenset()
    return frozenset(i.argval for i in dis.get_instructions(code) if i.opname in GLOBAL_WRITES)


ALL = "__all__"
"""The list of a module's public names."""
GROWING_METHODS = trees.GROWING | {
    "clear", "discard", "pop", "popitem", "remove", "insort", "insort_left", "insort_right", "heappush",
}  # fmt: skip
PLACING = frozenset({"insert", "appendleft", "insort", "insort_left", "insort_right", "heappush"})
"""Of these, what puts an entry elsewhere than at the end; the last are functions, which are passed the container."""
PASSED = PLACING - {"insert", "appendleft"}


def constants_bound(code: CodeType, name: str) -> list[object]:
    """The constants that a module's or a class's own code binds a name to; [] where that binds it to anything else."""
    found, before = list[object](), None
    for each in dis.get_instructions(code) if name in code.co_names else ():
        if each.opname in ("STORE_NAME", "DELETE_NAME") and each.argval == name:
            constant = before is not None and before.opname in _CONSTANTS and each.opname == "STORE_NAME"
            if before is None or not constant:
                return []
            found.append(before.argval)
        before = each
    return found


def names(code: CodeType) -> Collection[str]:
    """The names that `code` mentions, and the globals that parameters hold which it knows."""
    held = defaults.of(code)
    return (*code.co_names, *held.values()) if held else code.co_names


def all_names(code: CodeType) -> Iterator[str]:
    """All names in `code`: globals, attributes, variables."""
    return chain(code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars)


def grown_globals(code: CodeType) -> frozenset[str]:
    """Globals whose values `code` may add to or take from, as far as its instructions show.

    Those that are defaults of its parameters count, for that is how calls without an argument reach them.
    """
    return _grown_globals(code) | _grown_defaults(code)


@learned
def _grown_globals(code: CodeType) -> frozenset[str]:
    return _grown(code, GLOBAL_READS)


def _grown_defaults(code: CodeType) -> frozenset[str]:
    if not (grown := _grown_variables(code)):
        return NO_NAMES
    return frozenset(name for parameter, name in defaults.looked_for(code).items() if parameter in grown)


@learned
def _grown_variables(code: CodeType) -> frozenset[str]:
    """Parameters, and variables of surrounding functions, whose values `code` may add to or take from."""
    loads = [each for each in growing(code) if each.opname == "LOAD_DEREF" or each.opname.startswith("LOAD_FAST")]
    known = {*code.co_varnames[: code.co_argcount + code.co_kwonlyargcount], *code.co_freevars, *code.co_cellvars}
    return frozenset(name for each in loads for name in _names_loaded(each) if name in known) - {"self", "cls"}


def _names_loaded(instruction: dis.Instruction) -> tuple[str, ...]:
    """The variables that an instruction loads: since 3.13, one may load two."""
    return (instruction.argval,) if isinstance(instruction.argval, str) else tuple(instruction.argval)


@learned
def scanned(code: CodeType) -> frozenset[str]:
    """``globals``, where `code` looks through the names of its module, whichever these are."""
    if not {"exec", "eval"}.isdisjoint(code.co_names):
        return frozenset()  # what is evaluated there names its globals itself
    return (global_reads(code) & {"globals"}) - grown_globals(code)


def grown_names(code: CodeType) -> frozenset[str]:
    """Globals, attributes and variables of surrounding functions whose values `code` may add to or take from.

    ``__all__`` is found under that text in the namespaces of others, as decorators do that list what is public.
    """
    return _grown_names(code) | _grown_defaults(code)


@learned
def _grown_names(code: CodeType) -> frozenset[str]:
    return _grown(code, NAME_READS) | ({ALL} if ALL in code.co_consts and _grows(code) else frozenset())


@learned
def minds_entries(code: CodeType) -> frozenset[str]:
    """How what `code` adds to a container depends on what is there, if it does: run again, it does not add the same."""
    instructions = list(dis.get_instructions(code))
    names = {instruction.opname for instruction in instructions}
    stores = [position for position, each in enumerate(instructions) if each.opname == "STORE_SUBSCR"]
    found = {
        "refuses": {"CONTAINS_OP", "RAISE_VARARGS"} <= names,
        "counts": any(_counts(instructions, position) for position in stores),
        "finds a place": not PLACING.isdisjoint(code.co_names),
    }
    return frozenset(how for how, does in found.items() if does)


def puts_under_keys(code: CodeType) -> bool:
    return STORE_SUBSCR in code.co_code[::2]


@learned
def looked_up(code: CodeType) -> frozenset[str]:
    """Names of what `code` puts entries into, under keys, and looks at besides: it may find what it put there."""
    if not puts_under_keys(code):
        return frozenset()
    instructions = list(dis.get_instructions(code))
    stores = [position for position, each in enumerate(instructions) if each.opname == "STORE_SUBSCR"]
    keys = [key for position in stores if (key := first_of_value(instructions, position)) > 0]
    filled = Counter(instructions[key - 1].argval for key in keys if instructions[key - 1].opname in NAME_READS)
    loaded = Counter(each.argval for each in instructions if each.opname in NAME_READS)
    return frozenset(name for name, count in filled.items() if loaded[name] > count)


ASKS_BY_NAME = frozenset({"getattr", "hasattr", "attrgetter"})
READS_TEXTS = frozenset({"eval", "exec", "format", "format_map"})
"""What code mentions that finds names of attributes in texts."""
HOLDS_ALL = frozenset({"__dict__", "vars"})
"""What code mentions that finds attributes of an object under texts."""
MATCH_CLASS = dis.opmap["MATCH_CLASS"]


def asks_by_name(code: CodeType) -> bool:
    """Whether `code` asks for attributes other than by mentioning them."""
    return not (ASKS_BY_NAME | READS_TEXTS | HOLDS_ALL).isdisjoint(code.co_names) or MATCH_CLASS in code.co_code[::2]


def asks_for(code: CodeType, names: Collection[str], told: Collection[str] | None) -> bool:
    """Whether `code` may ask for attributes with one of some names, by name: it tells the name, or computes it.

    What is computed comes from texts: it is one of those that are `told` somewhere, or has a part that the code tells.
    Where None are, what it computes does not matter.

    >>> asks_for((lambda it: getattr(it, "one", None)).__code__, ["two"], ["two"])
    False
    """
    if not asks_by_name(code):
        return False
    asked = names_asked(code)
    if told is None or COMPUTED not in asked or not asked.isdisjoint(names):
        return not asked.isdisjoint(names)
    return any(_may_compute(code, each, told) for each in names)


def _may_compute(code: CodeType, name: str, told: Collection[str]) -> bool:
    around = code.co_varnames[:1] == (".0",)  # a comprehension of its own: what is around it knows the names
    goes_through = around and not any(type(constant) is tuple for constant in code.co_consts)
    if goes_through or not LISTS_MEMBERS.isdisjoint(code.co_names):
        return name[:2] != "__"
    parts = [text for text in code.co_consts if type(text) is str and text]
    begun = any(len(part) > 1 and (name.startswith(part) or name.endswith(part)) for part in parts)
    return begun or name in told


LISTS_MEMBERS = frozenset({"dir", "vars", "__dict__", "__members__", "_fields"})
"""What code mentions that has names of members from an object itself."""
COMPUTED = "<computed>"
"""Stands among the names that code asks for where it computes one."""


def names_asked(code: CodeType) -> frozenset[str]:
    """The names of attributes that code asks for by name."""
    texts = tuple(constant if type(constant) in (str, tuple) else None for constant in code.co_consts)
    key = names_asked, code.co_code, code.co_names, texts  # what is learned of other code does not ask for constants
    found: frozenset[str] = remembered(key, lambda: frozenset(_names_asked(code)))
    return found


def _names_asked(code: CodeType) -> Iterator[str]:
    instructions = [each for each in dis.get_instructions(code) if each.opname not in ("PRECALL", "KW_NAMES")]
    for position, each in enumerate(instructions):
        if each.argval in ASKS_BY_NAME:
            yield from _named(instructions, position)
        elif each.opcode == MATCH_CLASS:
            yield from [COMPUTED] if each.arg else instructions[position - 1].argval
    if not READS_TEXTS.isdisjoint(code.co_names):
        texts = [each for each in code.co_consts if type(each) is str and each is not docstring(code)]
        yield from (word for text in texts for word in re.findall(r"\w+", text))
    if not HOLDS_ALL.isdisjoint(code.co_names):
        yield from (text for text in code.co_consts if type(text) is str and text.isidentifier())


def _named(instructions: list[dis.Instruction], position: int) -> Collection[str]:
    """The names that what is called by the instruction at a position is told; COMPUTED stands for those not known."""
    before = 0 if instructions[position].argval == "attrgetter" else 1  # the object itself is no name
    calls = [(i, each.arg or 0) for i, each in enumerate(instructions) if each.opname.startswith("CALL")]
    end, count = next(((i, many) for i, many in calls if i > position and many > before), (0, 0))
    given = instructions[end - count + before : end]
    if not given or given[0].opname != "LOAD_CONST" or any(not each.opname.startswith("LOAD_") for each in given):
        return (COMPUTED,)
    return [name for each in given for name in str(each.argval).split(".")]


def loaded_last(instruction: dis.Instruction) -> str:
    """The local variable that an instruction puts on top of the stack."""
    if not instruction.opname.startswith("LOAD_FAST"):
        return ""
    names = instruction.argval  # since 3.13, one instruction may load two
    return names if isinstance(names, str) else names[-1]


def is_first_parameter(code: CodeType, instruction: dis.Instruction) -> bool:
    """Whether an instruction loads what a function is given first, also where functions inside of it use that."""
    if not code.co_argcount:
        return False
    shared = instruction.opname == "LOAD_DEREF" and instruction.argval in code.co_cellvars
    return (instruction.argval if shared else loaded_last(instruction)) == code.co_varnames[0]


def makes_inner(code: CodeType) -> bool:
    """Whether code may put a list, dict or set of its own into a dict: ``d.setdefault(k, [])``, ``d[k] = []``."""
    return bool(_inner_made(code))


@learned
def _inner_made(code: CodeType) -> frozenset[str]:
    if "setdefault" in code.co_names:
        return frozenset({"setdefault"})
    names = {instruction.opname for instruction in dis.get_instructions(code)}
    built = names & {"BUILD_LIST", "BUILD_MAP", "BUILD_CONST_KEY_MAP", "BUILD_SET"} | {
        "list",
        "dict",
        "set",
    }.intersection(code.co_names)
    return frozenset(built if "STORE_SUBSCR" in names or "update" in code.co_names else ())


def _counts(instructions: list[dis.Instruction], position: int) -> bool:
    """Whether what an instruction stores into a container is computed of what that holds: ``x[k] += 1``."""
    if any(each.opname == "SWAP" for each in instructions[position - 1 : position]):
        return True
    key = first_of_value(instructions, position)
    container = first_of_value(instructions, key)
    value = first_of_value(instructions, container)
    root = instructions[container].argval
    return value >= 0 and any(i.argval == root for i in instructions[value:container] if i.opname in NAME_READS)


def _grows(code: CodeType) -> bool:
    return not (GROWING_METHODS.isdisjoint(code.co_names) and ITEM_STORE_CODES.isdisjoint(code.co_code[::2]))


def _grown(code: CodeType, reads: frozenset[str]) -> frozenset[str]:
    return frozenset(i.argval for i in growing(code) if i.opname in reads)


def growing(code: CodeType) -> list[dis.Instruction]:
    """The instructions that load what `code` adds to or takes from, and perhaps others."""
    if not _grows(code):
        return []
    instructions = list(dis.get_instructions(code))
    found = [
        _receiver(instructions, position)
        for position, instruction in enumerate(instructions)
        if position and instruction.opname in ("LOAD_ATTR", "LOAD_METHOD") and instruction.argval in GROWING_METHODS
    ]
    if not PASSED.isdisjoint(code.co_names):
        found += instructions
    for position, instruction in enumerate(instructions):
        if (keys := ITEM_STORES.get(instruction.opname)) is not None:
            container = _container(instructions, position, keys)
            if not _is_made_here(instructions, container or _loaded_with_key(instructions, position)):
                found += container if container and not _is_variable(code, container) else instructions
    return found


ITEM_STORES = {"STORE_SUBSCR": 1, "DELETE_SUBSCR": 1, "STORE_SLICE": 2}
"""Instructions that store into a container, with how many values they take from the stack on top of it."""
ITEM_STORE_CODES = {dis.opmap[name] for name in ITEM_STORES if name in dis.opmap}


def _receiver(instructions: list[dis.Instruction], end: int) -> dis.Instruction:
    """The instruction that loads what the one at `end` takes an attribute of; of ``x[key]``, what loads ``x``."""
    position = end - 1
    while instructions[position].opname == "BINARY_SUBSCR" or instructions[position].argrepr == "[]":
        key = first_of_value(instructions, position)
        if key < 1:
            break
        position = key - 1
    return instructions[position]


def _container(instructions: list[dis.Instruction], position: int, keys: int) -> list[dis.Instruction]:
    """The instructions that load what the one at `position` stores into; none, where that cannot be told."""
    end = position
    for _ in range(keys + 1):
        start, end = end, first_of_value(instructions, end)
        if end < 0:
            return []
    return instructions[end:start]


def _is_variable(code: CodeType, container: list[dis.Instruction]) -> bool:
    """Whether it is a local variable, which may hold anything, and no parameter."""
    only = container[0]
    local = len(container) == 1 and only.opname.startswith("LOAD_FAST") and isinstance(only.argval, str)
    return local and only.argval not in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _is_made_here(instructions: list[dis.Instruction], container: list[dis.Instruction]) -> bool:
    """Whether a container is a local variable that is bound to new ones alone: ``found = {}``."""
    if len(container) != 1 or not container[0].opname.startswith("LOAD_FAST"):
        return False
    named = container[0].argval
    variable = named[0] if isinstance(named, tuple) else named
    bound = [at for at, each in enumerate(instructions) if variable in _bound(each)]
    return bool(bound) and all((instructions[at - 1].opname, instructions[at - 1].arg) in EMPTY for at in bound)


def _loaded_with_key(instructions: list[dis.Instruction], end: int) -> list[dis.Instruction]:
    """The instruction that loads a container, and what its key begins with: since 3.13, one may load two variables."""
    depth = 0
    while depth < 1 and end > 0:
        end -= 1
        depth += dis.stack_effect(instructions[end].opcode, instructions[end].arg, jump=False)
    return instructions[end : end + 1] if depth > 1 else []


def _bound(instruction: dis.Instruction) -> tuple[Any, ...]:
    """The local variables that an instruction binds: since 3.13 it may bind two, or load another."""
    if not instruction.opname.startswith(("STORE_FAST", "DELETE_FAST")):
        return ()
    if not isinstance(instruction.argval, tuple):
        return (instruction.argval,)
    return instruction.argval[:1] if "LOAD" in instruction.opname else instruction.argval


EMPTY = frozenset({("BUILD_MAP", 0), ("BUILD_LIST", 0)})


def first_of_value(instructions: list[dis.Instruction], end: int) -> int:
    """The position of the first of those instructions that put the value on the stack which is on top at `end`."""
    depth = 0
    while depth < 1 and end > 0:
        end -= 1
        instruction = instructions[end]
        if instruction.opname in ("SWAP", "COPY") or instruction.opcode in JUMPS:
            return -1
        depth += dis.stack_effect(instruction.opcode, instruction.arg, jump=False)
    return end if depth == 1 else -1  # since 3.13, one instruction may load two variables


JUMPS = frozenset((*dis.hasjrel, *dis.hasjabs))
