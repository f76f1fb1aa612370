"""Where registries are found: what a statement reaches, through names, objects and the functions that it calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from types import FunctionType, MethodType, ModuleType
from typing import Any

from ..live import insides
from ..live.classes import METHOD_TYPES
from ..live.containers import copied, size
from ..live.entries import INNER, PLAIN
from ..live.functions import default_values
from ..live.kinds import is_a, plain_type
from ..planning.graph import Graph
from ..planning.records import ModuleRecord, Name, Node
from ..syntax import codes, defaults
from ..syntax.statements import Statement
from . import frameworks

LIMIT = 3_000
DEEPEST = 4
"""How many steps a dict may be away that other registries stand in: a decorator's helper, its object, the attribute."""
BY_ITSELF = frozenset({"__init__", "__new__", "__call__", "__set_name__"})
"""Methods that are run by using a class, its instances, or what the body of another has of these."""


@dataclass(frozen=True, repr=False)
class Place:
    """Where a registry is found."""

    names: tuple[Name, ...]
    """Globals that lead to it."""
    attribute: str | None = None
    """The attribute of their values, or the variable of a surrounding function, that holds it; None: they do."""
    owner: type | None = None
    """The class that it is an attribute of."""
    by_library: bool = False
    """Whether a library keeps it, for which it makes instances of the classes that are registered."""
    container: int = 0
    """The identity of the registry, or of the one that it stands in; 0 where it is not known."""
    key: Any = None
    """The key of the dict that it stands in, where it does."""

    @property
    def name(self) -> str:
        """By what code names it: the attribute, or the global."""
        return self.attribute or self.names[0][1]

    def of(self, attribute: str, owner: type | None = None) -> Place:
        """The place of what an attribute holds of what is here, or of a class; `replace` takes thrice as long."""
        return Place(self.names, attribute, owner or self.owner, self.by_library, self.container, self.key)


def containers(
    node: Node, graph: Graph, reads: Collection[str], elsewhere: Iterable[tuple[ModuleRecord, str]] = ()
) -> list[tuple[Any, Place]]:
    """Lists, dicts and sets that the statement reaches through what it reads and the functions it calls.

    `reads` are more names of its module, `elsewhere` are names of others.
    """
    files = graph.paths()
    namespace = node.module.namespace
    waiting = deque[tuple[Any, Place, int]](
        (namespace[n], Place(((node.module.name, n),)), 0)
        for n in {*node.statement.effects.reads, *reads}
        if n in namespace
    )
    for module, name in graph.expected_reads(node):  # of a new statement nothing else is known
        record = graph.modules.get(module)
        if record is not None and name in record.namespace:
            waiting.append((record.namespace[name], Place(((module, name),)), 0))
    for record, name in elsewhere:
        if name in record.namespace:
            waiting.append((record.namespace[name], Place(((record.name, name),)), 0))
    seen, owners, used = set[int](), set[int](), set[str]()
    found = kept_by_frameworks(node, node.statement)
    while waiting and len(seen) < LIMIT:
        value, place, depth = waiting.popleft()
        if id(value) in seen or id(value) in graph.namespaces or is_a(value, (*PLAIN, ModuleType)) or depth > 6:
            continue
        seen.add(id(value))
        if is_a(value, (dict, list, set)):
            found.append((value, replace(place, container=place.container or id(value))))
        if is_a(value, type):  # what it has of classes that were met before is known
            new = [cls for cls in value.__mro__[:-1] if id(cls) not in owners]
            owners.update(map(id, new))
            waiting.extend((part, where, depth + 1) for part, where in _members(value, new, place))
            run = list(_methods_run(new, place, node))
            used.update(name for method, _ in run for code in codes.walk((method.__code__,)) for name in code.co_names)
            waiting.extend((part, where, depth + 1) for part, where in (*run, *_objects_used(value, used, place)))
        else:
            waiting.extend((part, where, depth + 1) for part, where in _leads_to(value, place, files, depth))
    if is_a(public := namespace.get(codes.ALL), list) and id(public) not in seen:  # nothing needs to lead there
        found.append((public, Place(((node.module.name, codes.ALL),), container=id(public))))
    return found


def kept_by_frameworks(node: Node, statement: Statement | None) -> list[tuple[Any, Place]]:
    place = Place(((node.module.name, frameworks.REGISTERS),), by_library=True)
    return [(registry, place) for registry in frameworks.registries(statement)] if statement is not None else []


def _leads_to(value: Any, place: Place, files: Collection[str], depth: int) -> Iterator[tuple[Any, Place]]:
    if type(value) is FunctionType:
        code, names = value.__code__, value.__globals__
        if code.co_filename in files:
            module = names.get("__name__", "")
            used = {name for inner in codes.walk((code,)) for name in inner.co_names if name in names}
            yield from ((names[name], Place(((module, name),))) for name in used if not is_a(names[name], ModuleType))
        for name, content in insides.free_variables(value):
            if not is_a(content, (*PLAIN, ModuleType)):
                yield content, place.of(name)
        known = defaults.of(code)
        for name, content in default_values(value).items():
            if name in known and not is_a(content, (*PLAIN, ModuleType)):
                yield content, Place(((names.get("__name__", ""), known[name]),))
    elif plain_type(value) in (classmethod, staticmethod):
        yield value.__func__, place
    elif is_a(value, dict):
        if depth <= DEEPEST and size(value) <= 100:
            place = replace(place, container=place.container or id(value))
            yield from ((v, replace(place, key=k)) for k, v in copied(value).items() if plain_type(v) in INNER)
    elif plain_type(value) not in (list, set, tuple):
        yield type(value), place
        if type(value) is MethodType:
            yield from ((part, place) for part in (value.__func__, value.__self__))
        state = insides.own(value, "__dict__")
        if is_a(state, dict):
            held = _with_name_of(place, type(value))
            shown = [(name, v) for name, v in list(state.items()) if not is_a(v, (*PLAIN, ModuleType))]
            yield from ((v, held.of(name)) for name, v in shown if is_a(name, str))


def _members(cls: type, owners: Sequence[type], place: Place) -> Iterator[tuple[Any, Place]]:
    """What a class leads to by what some of its bases, or itself, hold."""
    if issubclass(cls, type) and type(makes := vars(cls).get("__init__")) is FunctionType:
        yield makes, place
    for owner in owners:
        held = _with_name_of(place, owner)
        for name, member in list(vars(owner).items()):
            if is_a(member, (list, dict, set)) or plain_type(member) in (classmethod, staticmethod):
                yield member, held.of(name, owner)
        if type(owner) is not type:
            yield type(owner), held


def _methods_run(owners: Sequence[type], place: Place, node: Node) -> Iterator[tuple[FunctionType, Place]]:
    """The methods of some classes that a statement has run, or, as far as its text tells, will."""
    named = BY_ITSELF | node.statement.effects.attributes
    for owner in owners:
        for name, member in list(vars(owner).items()):
            method = member.__func__ if plain_type(member) in (classmethod, staticmethod) else member
            if type(method) is FunctionType and (name in named or id(method.__code__) in node.ran):
                yield method, _with_name_of(place, owner)


def _objects_used(cls: type, used: Set[str], place: Place) -> Iterator[tuple[Any, Place]]:
    """The objects that a class has as members which methods mention: a registry, say, that has entries itself."""
    for owner in cls.__mro__[:-1]:
        for name in used & vars(owner).keys():
            member = vars(owner)[name]
            if not is_a(member, (*PLAIN, *INNER, *METHOD_TYPES, type)):
                yield member, _with_name_of(place, owner).of(name)


def _with_name_of(place: Place, cls: type) -> Place:
    """Also by its own name may a class and what it holds be found."""
    name = (cls.__module__, cls.__qualname__.partition(".")[0])
    return place if name in place.names else replace(place, names=(*place.names, name))


def once(found: Sequence[tuple[Any, Place]]) -> list[tuple[Any, Place]]:
    """Each container once, at the place that was found first."""
    return list({id(container): (container, place) for container, place in reversed(found)}.values())[::-1]
