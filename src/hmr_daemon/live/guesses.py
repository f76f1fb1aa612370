"""Which functions a statement has run, guessed from all that it mentions: for runs that nobody watched.

From 3.12 on the recorder sees which functions start. On 3.11, and for the statements of a script, a statement is
taken to have run what the names it loads lead to: a function and what it calls in turn, the constructor of a class,
and of all objects that come into play the methods that anyone mentions.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..loading.recorder import PLAIN_MODULES
from ..syntax import codes, mentions
from ..syntax.handing import Chain
from ..syntax.mentions import Mentions
from . import insides, reach
from .kinds import is_a, plain_type
from .reach import INLINE, Known
from .transaction import MISSING

CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
NOT_CALLED = mentions.CREATION | mentions.SHOWN | mentions.OPERATORS | mentions.UNKNOWN_ATTRIBUTES
"""What a library does not call of itself, of the members that stand in place of its own."""
DESCRIPTORS = ("__get__", "__set__", "__delete__")
TABLES = (dict, list, tuple, set, frozenset)
METHODS = (FunctionType, staticmethod, classmethod)
WRAPPERS = (staticmethod, classmethod, property, functools.partial, functools.cached_property)
WAITING = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
KEEPING = frozenset({"bool", "dict", "float", "int", "isinstance", "len", "print", "range", "str", "tuple"})
"""Builtin functions that call nothing that they are handed."""
THREADS = frozenset({("threading", "Thread"), ("threading", "Timer"), ("multiprocessing.context", "Process")})
"""Classes whose instances run what they are handed, elsewhere than where they are started."""
LIMIT = 500
"""Values in play from which on a statement leads everywhere, as many do in a library whose classes know each other."""
MANY = 500  # entries of a container that are looked at


def run_by(
    mentioned: Mentions,
    namespace: Mapping[str, Any],
    values: Iterable[Any],
    files: Collection[str],
    handed_on: Collection[str] = (),
    calls: bool = True,
    results: bool = False,
    known: Known | None = None,
) -> Mapping[int, CodeType]:
    """The code objects, by identity, of source files in `files`, that top-level code which mentions these may run.

    It does so in a module's `namespace`, and uses `values` besides. What is merely `handed_on` runs where something
    calls what it is given. `calls` tells that it calls at all, and `results` that it calls what a call gave. Where
    all this leads everywhere it tells nothing, and what the names lead to by themselves is taken; `known` is what
    others have learned of that.
    """
    search = _Search(files, results or mentioned.calls_held)
    handed = search.handed(mentioned, namespace) if calls and not search.results else {}
    for_threads = [_held_by(namespace, chain) for chain in run_by_threads(mentioned, namespace)]
    kept = [*handed.values(), *for_threads]
    values = [value for value in values if all(value is not each for each in kept)]
    waiting = {chain for chain in mentioned.chains if len(chain) == 1 and chain[0] in handed_on}.union(handed)
    search.take_up(replace(mentioned, takes=True), namespace, mentioned.chains - waiting, calls)
    for value in values:
        search.use(value)
    search.found_all()
    if search.results:
        search.take_up(mentioned, namespace, waiting)
        for value in handed.values():
            search.use(value)
        search.found_all()
    if search.led_everywhere:
        return _led_to(mentioned, namespace, values, files, waiting, known) if calls else {}
    return search.found


def _led_to(
    mentioned: Mentions,
    namespace: Mapping[str, Any],
    values: list[Any],
    files: Collection[str],
    waiting: Set[tuple[str, ...]],
    known: Known | None,
) -> Mapping[int, CodeType]:
    chains = mentioned.chains - waiting
    used = [namespace[chain[0]] for chain in chains if chain[0] in namespace]
    attributes = mentioned.names.union(*(chain[1:] for chain in chains)) - NOT_CALLED
    operates = not mentions.CALCULATED.isdisjoint(mentioned.names)
    return reach.reached([*used, *values], attributes, files, operates=operates, known=known)


def run_by_threads(mentioned: Mentions, namespace: Mapping[str, Any]) -> frozenset[Chain]:
    """What is handed to threads alone: these run it, and not the statement that makes them or starts them."""
    receivers = {chain for each in mentioned.handed for chain in each.receivers}
    threads = {chain for chain in receivers if _is_thread(_held_by(namespace, chain))}
    return frozenset(each.chain for each in mentioned.handed if each.receivers <= threads)


def _is_thread(cls: Any) -> bool:
    """Whether a class is one of threads or processes that the standard library has."""
    return is_a(cls, type) and (cls.__module__, cls.__name__) in THREADS


class _Search:
    """Follows what runs from value to value; each name that is mentioned may be asked of all that is in play."""

    def __init__(self, files: Collection[str], results: bool) -> None:
        self.results = results
        """Whether functions that others hand out are called."""
        self._files = files
        self.found: dict[int, CodeType] = {}
        """The code objects that run, by identity."""
        self._names: set[str] = set()
        self._known: dict[int, Any] = {}
        """What is in play, by identity, and so kept alive."""
        self._waiting: list[Any] = []
        self._holders: dict[int, Any] = {}
        """Modules, classes and instances that names may be asked of, by identity."""
        self._offered: dict[str, list[tuple[Any, bool]]] = {}
        """What they hold under names that nobody has mentioned yet, and whether a class does."""
        self._ran: list[FunctionType] = []
        self._stored: set[str] = set()
        self._called: set[str] = set()
        """Attributes that are set, and those that are called, by what runs."""

    @property
    def led_everywhere(self) -> bool:
        return len(self._known) >= LIMIT

    def found_all(self) -> None:
        while self._waiting and not self.led_everywhere:
            self._take(self._waiting.pop())

    def use(self, value: Any) -> None:
        """The value comes into play, and runs where it can."""
        if id(value) not in self._known and _matters(value):
            self._known[id(value)] = value
            self._waiting.append(value)

    def mention(self, names: Collection[str]) -> None:
        new = self._names.union(names) - self._names
        if new:
            self._names |= new
            for name in new & self._offered.keys():
                for part, of_class in self._offered.pop(name):
                    self._use_part(part, of_class)

    def take_up(
        self,
        mentioned: Mentions,
        namespace: Mapping[str, Any],
        chains: Iterable[tuple[str, ...]],
        calls: bool = True,
    ) -> None:
        """What code with these globals mentions; `chains` are those of its chains that run."""
        for_threads = run_by_threads(mentioned, namespace) if calls else frozenset[Chain]()
        self.mention(mentioned.names - {chain[1] for chain in for_threads if not chain[0]})
        chains = [chain for chain in chains if chain not in for_threads]
        self._stored |= mentioned.stored
        self._called |= mentioned.asked
        if (mentioned.calls_held or not self._stored.isdisjoint(self._called)) and not self.results:
            self.results = True
            for function in list(self._ran):
                self._run(function)
        for chain in chains:
            value = self._follow(namespace, chain, calls)
            if calls and (mentioned.takes or plain_type(value) not in TABLES):
                self.use(value)
            elif not calls and type(value) is not FunctionType:
                self._hold(value)

    def handed(self, mentioned: Mentions, namespace: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
        """Functions, methods and classes, by chain, that are handed to constructors and functions of the user's only.

        Those of the user's show what they do with them, and a class of a library keeps them for later. What else a
        library has, as `sorted`, calls what it is given.
        """
        if mentioned.calls_unknown or not all(
            self._keeps(_held_by(namespace, each), each) for each in mentioned.called
        ):
            return {}
        found = {chain: _held_by(namespace, chain) for chain in mentioned.chains}
        called = [found[chain] for chain in mentioned.called]
        begins = not mentions.ITERATED.isdisjoint(mentioned.names) or not all(map(_waits, called))
        return {
            chain: value
            for chain, value in found.items()
            if is_a(value, (FunctionType, MethodType, type))
            and (chain not in mentioned.called or (_waits(value) and not begins))
        }

    def _keeps(self, value: Any, chain: tuple[str, ...]) -> bool:
        """Whether what is called there calls nothing that it is handed, as far as it does not show that it does."""
        if value is MISSING:
            return len(chain) == 1 and chain[0] in KEEPING
        if type(value) is FunctionType:
            return value.__code__.co_filename in self._files
        return is_a(value, type) and value.__module__ not in ("builtins", "itertools")

    # --- names of globals, and what is asked of them -----------------------------------------------------

    def _follow(self, namespace: Mapping[str, Any], chain: tuple[str, ...], calls: bool) -> Any:
        value = namespace.get(chain[0], MISSING)
        if value is MISSING:
            self.mention(mentions.BUILTINS.get(chain[0], ()))
            self.mention(chain[1:])
            return MISSING
        for position, name in enumerate(chain[1:], 1):
            value = self._asked(value, name, calls)
            if value is MISSING:
                self.mention(chain[position + 1 :])
                break
        return value

    def _asked(self, value: Any, name: str, calls: bool) -> Any:
        """What an attribute holds; MISSING where a call or a library tells, which run or come into play then."""
        if is_a(value, ModuleType) and (name in vars(value) or plain_type(value) in PLAIN_MODULES):
            return self._asked_of_module(value, name)
        if plain_type(value) in TABLES:
            for part in _contents(value) if name in mentions.TAKING_METHODS else ():
                self.use(part)
            return MISSING
        cls = value if is_a(value, type) else type(value)
        member = _lookup(cls, name)
        if member is MISSING and is_a(value, type):
            member = _lookup(type(value), name)
        held = MISSING if is_a(value, type) else insides.own_dict(value).get(name, MISSING)
        if held is not MISSING and not is_a(member, property) and not _getter(member):
            return held
        if not calls and is_a(member, METHODS):
            self._hold(value)
            self.mention(mentions.UNKNOWN_ATTRIBUTES)
            return MISSING  # bound, not called
        if is_a(member, classmethod):
            self.use(value)
        self.use(member)
        if member is MISSING or _getter(member) or is_a(member, (*METHODS, *WRAPPERS)):
            self._hold(value)
            self.mention({name, *mentions.UNKNOWN_ATTRIBUTES})
            return MISSING
        return member

    def _asked_of_module(self, module: ModuleType, name: str) -> Any:
        names: Mapping[str, Any] = vars(module)
        if name not in names and "__getattr__" in names:
            self.use(names["__getattr__"])
        return names.get(name, MISSING)

    # --- what is in play -----------------------------------------------------------------------------------

    def _take(self, value: Any) -> None:
        if type(value) is FunctionType:
            self._run(value)
        elif is_a(value, type):
            self._construct(value)
        elif is_a(value, ModuleType):
            self._hold(value)
        elif type(value) is MethodType:
            self.use(value.__func__)
            self._hold(value.__self__)
        elif is_a(value, WRAPPERS):
            for part in insides.parts(value):
                self.use(part)
        else:
            for part in _contents(value):
                self.use(part)
            if plain_type(value) not in TABLES:
                self._use_instance(value)

    def _construct(self, cls: type) -> None:
        self._hold(cls)
        theirs = [owner for owner in cls.__mro__ if _is_users(owner) and not self._is_of_files(owner)]
        for member in _members(cls, CONSTRUCTORS | _called_by_constructors(theirs)):
            self.use(member)  # those in place of a library's are called by it
        for member in _members(type(cls), {"__call__", "__new__", "__init__"}):
            self.use(member)

    def _use_instance(self, value: Any) -> None:
        """An object that is called, or of which more is asked; one of a library may run whatever it holds."""
        self._hold(value)
        if _is_thread(type(value)):
            return  # it runs that elsewhere
        for member in _members(type(value), {"__call__"}):
            self.use(member)
        for name in ("__wrapped__", "func", "callback"):
            if callable(part := insides.own(value, name)):
                self.use(part)
        if not self._is_of_files(type(value)):
            for part in list(insides.own_dict(value).values()):
                self.use(part)

    def _hold(self, value: Any) -> None:
        if not is_a(value, (type, ModuleType)):
            self._hold_itself(value)
            value = type(value)
        if _matters(value):
            self._hold_itself(value)

    def _hold_itself(self, value: Any) -> None:
        if id(value) in self._holders:
            return
        self._holders[id(value)] = value
        if is_a(value, ModuleType):
            self._offer(vars(value).items(), False)
        elif is_a(value, type):
            metaclass: type = type(value)
            for owner in (*value.__mro__, *metaclass.__mro__):
                if _is_users(owner) and (owner is value or id(owner) not in self._holders):
                    self._holders[id(owner)] = owner
                    self._offer(vars(owner).items(), True)
        else:
            self._offer(insides.attributes(value), False)

    def _offer(self, held: Iterable[tuple[str, Any]], of_class: bool) -> None:
        """Attributes of one that is in play run where their names are mentioned."""
        for name, part in list(held):
            if name in self._names:
                self._use_part(part, of_class)
            elif is_a(name, str) and _matters(part):
                self._offered.setdefault(name, []).append((part, of_class))

    def _use_part(self, part: Any, of_class: bool) -> None:
        self.use(part)
        if of_class and (getter := _getter(part)):
            for method in _members(getter, DESCRIPTORS):
                self.use(method)

    def _is_of_files(self, cls: type) -> bool:
        module = sys.modules.get(cls.__module__)
        return getattr(module, "__file__", None) in self._files

    # --- functions -----------------------------------------------------------------------------------------

    def _run(self, function: FunctionType) -> None:
        mentioned = mentions.mentions_of(function.__code__)
        for content in insides.cell_contents(function):
            if mentioned.takes or plain_type(content) not in TABLES:
                self.use(content)
        self.use(insides.own(function, "__wrapped__"))
        if function.__code__.co_filename not in self._files:
            return
        self._ran.append(function)
        for code in codes.walk((function.__code__,)) if self.results else _run_with(function.__code__):
            if id(code) not in self.found or code is function.__code__:
                self.found[id(code)] = code
                inner, namespace = mentions.mentions_of(code), function.__globals__
                handed = self.handed(inner, namespace) if not self.results else {}
                self.take_up(inner, namespace, inner.chains - handed.keys())


def _run_with(code: CodeType) -> Iterator[CodeType]:
    """The code itself, and the functions inside it that it calls rather than hands out."""
    yield code
    waiting = list(codes.children(code))
    used = mentions.variables_used(code) if waiting else frozenset[str]()
    while running := [c for c in waiting if c.co_name in INLINE or codes.is_class_body(c) or c.co_name in used]:
        for child in running:
            waiting.remove(child)
            used |= frozenset(child.co_freevars)
            yield from _run_with(child)


def _called_by_constructors(owners: Collection[type]) -> Set[str]:
    """Members by names that a library's classes have, and that these call as they are constructed: perhaps all."""
    held = frozenset[str]().union(*(vars(owner).keys() - NOT_CALLED for owner in owners))
    waiting, called = [*CONSTRUCTORS], set[str]()
    while waiting:
        name = waiting.pop()
        for member in [vars(owner)[name] for owner in owners if name in vars(owner)]:
            functions = [each for each in (member, *_wrapped_by(member)) if type(each) is FunctionType]
            if not functions and name in CONSTRUCTORS:
                return held  # who knows what C does
            new = held.intersection(set[str]().union(*map(_names_in, functions))) - called
            waiting += new
            called |= new
    return called


def _wrapped_by(member: Any) -> Iterable[Any]:
    return insides.parts(member) if is_a(member, WRAPPERS) else ()


def _waits(value: Any) -> bool:
    """Whether a call of it runs nothing until somebody asks what came of it for something."""
    return type(value) is FunctionType and bool(value.__code__.co_flags & WAITING)


def _names_in(function: FunctionType) -> frozenset[str]:
    return frozenset(name for code in codes.walk((function.__code__,)) for name in code.co_names)


def _held_by(namespace: Mapping[str, Any], chain: tuple[str, ...]) -> Any:
    """What names of modules lead to, and methods of what they hold; MISSING where something else is to be asked."""
    value = namespace.get(chain[0], MISSING)
    for name in chain[1:]:
        value = vars(value).get(name, MISSING) if is_a(value, ModuleType) else _bound(value, name)
    return value


def _bound(value: Any, name: str) -> Any:
    """The method that an object of a class of the user's gives by a name of the class; MISSING of all else."""
    member = _lookup(type(value), name) if _matters(value) and not is_a(value, type) else MISSING
    own = type(member) is FunctionType and name not in insides.own_dict(value)
    return MethodType(member, value) if own else MISSING


def _matters(value: Any) -> bool:
    """Whether a value may run code of the user's, or lead to it."""
    if value is MISSING or value is None:
        return False
    kind = type(value)
    if kind.__module__ != "builtins" or plain_type(value) in TABLES:
        return not (is_a(value, type) and value.__module__ == "builtins")
    if is_a(value, (ModuleType, *WRAPPERS, *TABLES, type)):
        return True
    return callable(value) and value.__class__ is not type


def _contents(value: Any) -> Iterable[Any]:
    if is_a(value, dict):
        return list(dict.values(value))[:MANY]
    return list(value)[:MANY] if plain_type(value) in TABLES else ()


def _lookup(cls: type, name: str) -> Any:
    """A member of a class as it stands there, those of builtin types left out."""
    return next((vars(owner)[name] for owner in cls.__mro__ if name in vars(owner) and _is_users(owner)), MISSING)


def _members(cls: type, names: Collection[str]) -> Iterator[Any]:
    for owner in cls.__mro__:
        if _is_users(owner):
            yield from [member for _, member in _named(vars(owner), names)]


def _named(held: Mapping[str, Any], names: Collection[str]) -> list[tuple[str, Any]]:
    if len(names) < len(held):
        return [(name, held[name]) for name in names if name in held]
    return [(name, value) for name, value in list(held.items()) if name in names]


def _is_users(owner: type) -> bool:
    return owner.__module__ != "builtins"


def _getter(member: Any) -> type | None:
    """The class of a descriptor that is the user's or a library's."""
    kind = type(member)
    if is_a(member, type) or kind.__module__ == "builtins":
        return None
    return kind if any(_lookup(kind, name) is not MISSING for name in DESCRIPTORS) else None
