"""Which functions using a value may run, as far as names tell: before it runs, or behind a cache.

A function runs what it calls, a class its constructor, and a class or an instance the methods that are mentioned.
"""

from __future__ import annotations

import dis
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..syntax import codes, mentions
from . import classes, insides
from .classes import is_special
from .kinds import is_a, plain_type
from .transaction import MISSING

CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__")
NOT_OPERATORS = frozenset({
    "__repr__", "__str__", "__del__", "__call__", "__class_getitem__", "__dir__", "__sizeof__", "__copy__",
    "__deepcopy__", "__reduce__", "__reduce_ex__", "__getstate__", "__setstate__", "__getnewargs__",
    "__getnewargs_ex__",
})  # fmt: skip
"""Special methods that something has to ask for: a call, a copy, a pickle."""
INLINE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>", "<lambda>")
TABLES = (dict, list, tuple)
TAKING = {dis.opmap.get(name) for name in ("BINARY_SUBSCR", "BINARY_OP", "GET_ITER", "CALL_FUNCTION_EX")}
TAKING_METHODS = frozenset({"get", "values", "items", "pop", "popitem"})
LIMIT = 1_000
DESCRIPTORS = (staticmethod, classmethod, property)
NOTHING: frozenset[str] = frozenset()
OPERATORS = "<operators>"
"""Stands among mentioned attributes for all special methods that operators run."""


Mentioned = frozenset[str]
Key = tuple[int, Mentioned, bool]
"""The identity of a value, those of the names asked of it that mean something to it, and whether results are called."""
Question = tuple[Any, Mentioned, Key]
"""A value, the names asked of it, and what is known by that."""


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """What using one value may run at once, and what that leads to."""

    value: Any
    """Kept, for it is known by its identity."""
    ran: tuple[CodeType, ...]
    asks: tuple[Question, ...]
    parts: tuple[Any, ...]
    """What is asked all names that were asked of this one, whether or not they mean something to it."""


class Known:
    """What was learned on the way, for others who ask the same of the same files."""

    def __init__(self) -> None:
        self.steps: dict[Key, Step] = {}
        self.found: dict[tuple[object, ...], tuple[Sequence[Any], Mapping[int, CodeType]]] = {}
        """What using some values may run, by all that was asked; with these values, for they are known by identity."""
        self._asked = set[int]()
        self._members: dict[type, dict[str, list[Any]]] = {}
        self._functions: dict[int, list[FunctionType]] = {}
        self._names: dict[int, tuple[type, Mentioned]] = {}

    def has_met(self, identity: int) -> bool:
        """Whether a value was asked about, and so is held by what was learned."""
        return identity in self._asked

    def question(self, value: Any, mentioned: Mentioned, results: bool) -> Question:
        self._asked.add(id(value))
        return value, mentioned, (id(value), self.meaning(value, mentioned), results)

    def meaning(self, value: Any, mentioned: Mentioned) -> Mentioned:
        """Those of the names asked of a value that mean something to it."""
        kind = type(value)
        if kind is FunctionType or plain_type(value) in (*TABLES, *DESCRIPTORS):
            return NOTHING
        if is_a(value, ModuleType):
            return mentioned
        cls = value if is_a(value, type) else kind
        found = self._names.get(id(cls))
        if found is None:
            owners = [*cls.__mro__, *type(cls).__mro__] if cls is value else cls.__mro__
            names = {name for owner in owners if owner.__module__ != "builtins" for name in vars(owner)}
            found = self._names[id(cls)] = (cls, frozenset((*names, OPERATORS)))
        return mentioned & found[1]

    def functions(self, member: Any) -> list[FunctionType]:
        """What a member that was told by `members` leads to."""
        found = self._functions.get(id(member))
        if found is None:
            found = self._functions[id(member)] = list(insides.reachable([member], classes=False))
        return found

    def members(self, owner: type) -> dict[str, list[Any]]:
        """By name, what a class, its bases and its subclasses define; no classes."""
        found = self._members.get(owner)
        if found is None:
            found = self._members[owner] = {}
            for cls in (*owner.__mro__[:-1], *classes.with_subclasses(owner)):
                for name, member in list(vars(cls).items()):
                    if not is_a(member, type):
                        found.setdefault(name, []).append(member)
        return found


def reached(
    values: list[Any],
    attributes: Collection[str],
    files: Collection[str],
    results: bool = False,
    operates: bool = False,
    known: Known | None = None,
    wanted: Set[int] | None = None,
) -> Mapping[int, CodeType]:
    """The code objects, by identity, of source files in `files`, that using `values` may run.

    `results` tells that what calls give is called as well, so that functions handed out run too; `operates` that
    operators may run special methods. `known` is what others have learned, and takes up what is learned now. Where
    only some code is `wanted`, told by identity, no other is looked for once all of that is found.
    """
    known = Known() if known is None else known
    asked = frozenset({*attributes, OPERATORS} if operates else attributes)
    key = (*map(id, values), asked, results)
    if key in known.found:
        return known.found[key][1]
    found, whole = _reached(values, asked, files, results, known, wanted)
    if whole:
        known.found[key] = tuple(values), found
    return found


def _reached(
    values: Sequence[Any],
    attributes: Mentioned,
    files: Collection[str],
    results: bool,
    known: Known,
    wanted: Set[int] | None,
) -> tuple[Mapping[int, CodeType], bool]:
    """What `reached` tells, the nearest first, and whether that is all."""
    found: dict[int, CodeType] = {}
    seen: set[Key | tuple[int, Mentioned]] = set()
    asked = set[tuple[int, int]]()  # most lead to the same, and these sets of names are the steps' own
    waiting = deque(known.question(value, attributes, results) for value in values)
    while waiting and len(seen) < LIMIT:
        value, mentioned, key = waiting.popleft()
        if key in seen:
            continue
        step = known.steps.get(key)
        if step is None:
            step = known.steps[key] = _step(value, key, files, known)
        if step.parts and (id(value), mentioned) in seen:
            continue
        seen.add((id(value), mentioned) if step.parts else key)
        for code in step.ran:
            found[id(code)] = code
        if wanted is not None and step.ran and wanted <= found.keys():
            return found, False
        for question in step.asks:
            if (token := (id(question[0]), id(question[1]))) not in asked:
                asked.add(token)
                waiting.append(question)
        for part in step.parts:
            if (token := (id(part), id(mentioned))) not in asked:
                asked.add(token)
                waiting.append(known.question(part, mentioned, results))
    return found, True


def _step(value: Any, key: Key, files: Collection[str], known: Known) -> Step:
    _, mentioned, results = key
    ran: dict[int, CodeType] = {}
    calls = _called_by(value, files, ran, results) if is_a(value, FunctionType) else _with_owner(value, mentioned)
    leads_to = [(part, NOTHING if plain_type(part) in (FunctionType, *DESCRIPTORS) else names) for part, names in calls]
    asks = tuple(known.question(part, names, results) for part, names in leads_to if names is not None)
    return Step(value, tuple(ran.values()), asks, tuple(part for part, names in leads_to if names is None))


def reached_in(
    owner: type | None, function: Any, files: Collection[str], known: Known | None = None
) -> Mapping[int, CodeType]:
    """What a function may run; a method of `owner` also those of subclasses in place of what it calls on ``self``.

    An object that is called may call what it was given.
    """
    known = Known() if known is None else known
    if type(function) is not FunctionType:
        given = [value for value in insides.own_dict(function).values() if callable(value)]
        return reached([function, *given], (), files, known=known)
    if owner is None:
        return reached([function], (), files, known=known)
    members = known.members(owner)
    methods: dict[int, Any] = {id(function): function}
    names: set[str] = set()
    waiting = [function]
    while waiting:
        new = {name for code in codes.walk((waiting.pop().__code__,)) for name in code.co_names} - names
        names |= new
        for member in [member for name in sorted(new) for member in members.get(name, ())]:
            for found in known.functions(member):
                if id(found) not in methods:
                    methods[id(found)] = found
                    waiting.append(found)
    return reached(list(methods.values()), (), files, known=known)


def _with_owner(value: Any, mentioned: Mentioned) -> Iterator[tuple[Any, Mentioned | None]]:
    """What using `value` may run; a method that runs may run other methods of its class."""
    cls = value if is_a(value, type) else type(value)
    in_class = not is_a(value, ModuleType)
    for part in _used(value, mentioned):
        yield part, None
        for function in (part, *insides.parts(part)) if in_class and not is_a(part, (type, ModuleType)) else ():
            if type(function) is FunctionType:
                yield cls, frozenset(function.__code__.co_names)


def _called_by(
    function: FunctionType, files: Collection[str], found: dict[int, CodeType], results: bool
) -> Iterator[tuple[Any, Mentioned | None]]:
    for content in insides.cell_contents(function):
        if callable(content):
            yield content, frozenset()
    if (wrapped := insides.own(function, "__wrapped__")) is not MISSING:
        yield wrapped, frozenset()
    if function.__code__.co_filename not in files:
        return
    for code in codes.walk((function.__code__,)) if results else _run_with(function.__code__):
        found[id(code)] = code
        names = frozenset(code.co_names)
        for name in codes.global_reads(code):
            value = function.__globals__.get(name, MISSING)
            if value is not MISSING and (plain_type(value) not in TABLES or _takes_out(code)):
                yield value, names


def _takes_out(code: CodeType) -> bool:
    """Whether the code may call what is in a table: one that only registers does not."""
    if not TAKING_METHODS.isdisjoint(code.co_names):
        return True
    return not TAKING.isdisjoint(code.co_code[::2])


def _run_with(code: CodeType) -> Iterator[CodeType]:
    """The code itself, and the functions inside it that it calls rather than hands out."""
    yield code
    inner = codes.children(code)
    if not inner:
        return
    used = mentions.variables_used(code)
    for child in inner:
        if child.co_name in INLINE or codes.is_class_body(child) or child.co_name in used:
            yield from _run_with(child)


def _used(value: Any, mentioned: Collection[str]) -> Iterator[Any]:
    if is_a(value, ModuleType):
        yield from _of_module(value, mentioned)
    elif plain_type(value) in TABLES:
        parts = value.values() if is_a(value, dict) else value
        yield from (part for part in list(parts)[:LIMIT] if callable(part) or plain_type(part) in (dict, list, tuple))
    elif is_a(value, type):
        yield from _of_class(value, {*mentioned, *CONSTRUCTORS, *(_operators(value) if OPERATORS in mentioned else ())})
        yield from _of_class(type(value), {"__call__", "__new__", "__init__", *mentioned})
    elif is_a(value, (staticmethod, classmethod, property)) or insides.own(value, "__func__") is not MISSING:
        yield from insides.parts(value)
    else:
        yield from _of_class(type(value), {*mentioned, *_operators(type(value)), "__call__"})
        for name in ("__wrapped__", "func", "callback"):
            if callable(part := insides.own(value, name)):
                yield part


def _operators(cls: type) -> set[str]:
    names = {name for owner in cls.__mro__[:-1] for name in vars(owner) if is_special(name)}
    return names - NOT_OPERATORS - set(CONSTRUCTORS)


def _of_module(module: ModuleType, mentioned: Collection[str]) -> Iterator[Any]:
    names: Mapping[str, Any] = vars(module)
    for name in mentioned:
        if name in names:
            yield names[name]
    if is_a(names.get("__getattr__"), FunctionType) and any(name not in names for name in mentioned):
        yield names["__getattr__"]


def _of_class(cls: type, mentioned: Collection[str]) -> Iterator[Any]:
    names = sorted(mentioned)
    for owner in cls.__mro__:
        if owner.__module__ != "builtins":
            members = vars(owner)
            yield from [members[name] for name in names if name in members]
