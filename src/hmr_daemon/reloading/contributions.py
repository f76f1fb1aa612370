"""What a statement put into registries: taken out before it runs again, so that each entry is there once."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import functions, insides, reach, successors
from ..live.containers import copied, size
from ..live.entries import (
    PLAIN,
    Index,
    Told,
    advance_keys,
    begins,
    discard,
    entries,
    held,
    held_in_entry,
    holding,
    holds,
    is_in,
    is_of,
    keep_sorted,
    made_since,
    place_before,
    put_for,
    put_in_place,
    same_entries,
    take_out,
    without,
)
from ..live.kinds import is_a
from ..live.records import record_parts
from ..live.transaction import MISSING, Transaction
from ..live.values import same
from ..planning.graph import Graph
from ..planning.records import ModuleRecord, Node
from ..syntax import codes, orders
from ..syntax.statements import COMPOUND, Statement
from ..syntax.trees import name_of
from .registries import Place, containers, kept_by_frameworks, once

LARGEST = 100_000
CALLING = ("expr", *COMPOUND)
"""Kinds of statements that register by calls, and mention the keys."""


@dataclass(frozen=True, repr=False)
class Given:
    """The texts by which a statement may have registered, and where: in what the functions that it ran grow."""

    texts: frozenset[str] = frozenset()
    grown: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    """Those that other statements give to these functions as well."""
    foreign: frozenset[str] = frozenset()
    """The texts that only other statements give to these."""
    by_key: frozenset[str] = frozenset()
    """All that its last version gave, which tell its entries under a key that only this version gave."""
    kinds: frozenset[int] = frozenset()
    """Identities of the classes that it alone names: it may have made an instance, and handed it on."""
    looked_up: frozenset[str] = frozenset()
    """Names of what these functions fill and look at: what is there under a key serves all who give this."""
    served: frozenset[str] = frozenset()
    """The texts that it gives again, under which it finds there what its last run put there."""

    def at(self, place: Place, container: Any) -> frozenset[str]:
        """Those that may stand in a container: in one that has each once they may be another's."""
        if place.name not in self.grown:
            return frozenset()
        own = self.by_key if type(place.key) is str and place.key in self.texts else self.texts
        if is_a(container, list):
            return own
        served = self.served if place.name in self.looked_up and is_a(container, dict) else frozenset[str]()
        return (own - self.shared) | served


@dataclass(frozen=True, eq=False, repr=False)
class Again:
    """What is known of a statement that runs again, and of its last run."""

    before: Mapping[str, Any]
    """What its last run made, by name."""
    made_of: Sequence[CodeType]
    """The code of its definitions."""
    old: Statement | None
    """Its last version, where that had another text."""
    made_later: Callable[[Any], bool]
    """Whether something was made by a statement after it."""
    later: Callable[[str], Callable[[Any], bool]]
    """Tells, for what has some name, whether such a one has made or given an entry: new ones come before theirs."""
    comes_again: Callable[[Any], bool]
    """Whether who made something has yet to run in this reload."""
    added: bool
    """Whether the statement is new."""
    moved: bool
    """Whether it stands at another place among the others."""
    emptied: Collection[int]
    """Identities of containers that are filled again."""
    known: Sequence[tuple[Any, Place]]
    """Containers that hold an entry of its last version, to which nothing may lead any more."""
    registers_alike: bool
    """Whether it is a class, with the decorators and bases that it had: what it put somewhere, it puts there again."""
    given: Given
    """What only its last version had given, or all, where the same is refused."""
    ungrown: frozenset[str]
    """What only code had added to that is no more: entries there that it does not add again are gone."""
    grown: Collection[str] | None
    """Names of what its last run may have added to, where that is known."""
    remade: Collection[type]
    """Classes that it makes as a whole: what they hold is made with them."""
    learned: reach.Known
    """What the reload has learned of code."""
    apart: Collection[int]
    """Identities of containers out of which its entries are already, and in which they are put where they belong."""

    def stay(self, snapshot: Any, gone: Sequence[Any], made: Set[int], place: Place) -> bool:
        """Whether entries that it did not add again were added by others: they have nothing of it but its class."""
        if place.name in self.ungrown:
            return False
        if self.old is None or not gone:
            return self.old is None
        own = {id(value) for value in self.before.values() if is_a(value, type)}
        entries = [(key, snapshot[key]) if is_a(snapshot, dict) else (None, key) for key in gone]
        if is_a(snapshot, list):
            entries = [(None, snapshot[position]) for position in gone]
        others = made - own
        return self.registers_alike and not any(id(k) in others or holds(e, others) for k, e in entries)

    def is_absent(self, owner: type) -> bool:
        """Whether what a class holds was not there yet when the statement ran."""
        return owner in self.remade or self.made_later(owner)

    def is_emptied(self, container: Any, place: Place) -> bool:
        """Whether a container, or the one that it stands in, is filled again: all that is in it was put there now."""
        return id(container) in self.emptied or place.container in self.emptied

    def may_have_added(self, place: Place) -> bool:
        return self.grown is None or self.added or place.name in self.grown


class Taken:
    """The earlier entries of a statement, which are out of the containers that it can reach while it runs again."""

    def __init__(self, again: Again, made: set[int]) -> None:
        self.places: list[Place] = []
        """Filled at the end: the places of the containers that have other entries than before."""
        self.made = made
        self.snapshots: list[tuple[Any, Any, Place]] = []
        """The containers, with what they held."""
        self.gone: list[list[Any] | None] = []
        """Of each the positions or keys of what was taken out; None where nothing may be."""
        self.gained: list[Any] = []
        """Filled at the end: what a bare call has put in, which no name tells."""
        self.served: set[str] = set()
        """Filled at the end: keys under which functions find something else from now on, that they had put there."""
        self._again = again

    @cached_property
    def _layers(self) -> insides.Layers:
        """What decorators have made of the methods of the statement's classes."""
        return insides.layers(insides.members(self._again.before.values()))

    @cached_property
    def _places_of(self) -> Mapping[int, list[int]]:
        """Where things are held, by their identity: the positions of the containers."""
        found: dict[int, list[int]] = defaultdict(list)
        for index, (_, snapshot, _) in enumerate(self.snapshots):
            for identity in {each for entry in entries(snapshot) for each in held_in_entry(entry)}:
                found[identity].append(index)
        return found

    def take_method(self, function: FunctionType) -> None:
        """A method of a class is made again: what it, or what its decorators made of it, was registered as goes out."""
        if not self.snapshots:
            return
        made = {id(function), *map(id, insides.around([function], self._layers))}
        for index in sorted({index for identity in made for index in self._places_of.get(identity, ())}):
            container, snapshot, place = self.snapshots[index]
            gone = self.gone[index]
            if gone is None or self._again.is_emptied(container, place):
                continue
            found = [each for each in holding(snapshot, made) if each not in gone]
            discard(container, snapshot, found)
            gone += found
            if is_a(container, list):
                gone.sort()
        self.made |= made

    def let_go_on(self, new: Any, old: Any) -> None:
        """What was registered just now is not the object that goes on, which stands there from now on."""
        for container, _, _ in self.snapshots:
            put_for(container, new, old)


@contextmanager
def replaced(transaction: Transaction, node: Node, graph: Graph, again: Again) -> Iterator[Taken]:
    """While the statement runs again, its earlier entries are out of the containers that it can reach.

    Afterwards what it added stands in their places. Where its text is the same, what it did not add again is put
    back: someone else had put it there.
    """
    old = again.old
    made_of = node.codes if again.added else again.made_of
    registered = registers(node.statement, made_of) or (old is not None and registers(old, made_of))
    if not registered:
        yield Taken(again, set())
        return
    made = identities_made(node, again.before, again.made_of)
    if node.statement.kind in COMPOUND:
        made |= _made_by_code(again.before, again.made_of)
    reads = old.effects.reads if old is not None else ()
    taken = Taken(again, made)
    taken.snapshots += [
        (c, copied(c), place)
        for c, place in once([*containers(node, graph, reads), *again.known, *kept_by_frameworks(node, old)])
        if size(c) <= LARGEST and not (place.owner is not None and again.is_absent(place.owner))
    ]
    growing, named = _growing(graph, node, old, again.learned), _named_before(node.statement, again)
    for container, snapshot, place in taken.snapshots:
        transaction.guard(container)
        if not again.may_have_added(place) or id(container) in again.apart:
            taken.gone.append(None)
            continue
        own, inner = _with_instances(made, container, place, again.given), _inner_made(container, growing)
        keys = _keys(node.statement, again, place, named)
        plain = _plain(graph, again.given, place, container) | {text for _, text in named if type(text) is str}
        if again.is_emptied(container, place):
            keys, plain = frozenset(), frozenset()
        told = Told(plain, again.given.shared, again.given.foreign)
        taken.gone.append(take_out(container, snapshot, own, keys, told, inner))
    yield taken
    for (container, snapshot, place), gone in zip(taken.snapshots, taken.gone, strict=True):
        if gone is not None:
            sorts = is_a(container, list) and _keep_sorted(container, without(snapshot, gone), again, growing, place)
            if not sorts:
                _place(container, snapshot, gone, again, place, again.stay(snapshot, gone, taken.made, place))
        if node.statement.kind == "expr":
            gained = made_since(container, snapshot)
            taken.gained += [entry for entry in entries(container) if id(entry) in gained]
        if not again.is_emptied(container, place) and not same_entries(container, snapshot):
            taken.places.append(place)  # what is filled again is compared once it is whole
            if place.name in again.given.looked_up and is_a(container, dict):
                taken.served.update(_changed_keys(container, snapshot, gone or ()))
    _advance_keys(taken.snapshots, again)


def _advance_keys(snapshots: Sequence[tuple[Any, Any, Place]], again: Again) -> None:
    """A key of a dict of containers stands where the first entry under it comes from."""
    inner = [each for each in snapshots if id(each[0]) != each[2].container]
    began = {id(c) for c, snapshot, place in inner if begins(c, snapshot, again.later(place.name))}
    for container, _, place in snapshots if began else ():
        if is_a(container, dict):
            advance_keys(container, began, again.later(place.name))


def _changed_keys(container: dict[Any, Any], snapshot: dict[Any, Any], gone: Iterable[Any]) -> Iterator[str]:
    """The texts under which a statement has put something else into a dict than what it took out."""
    now = copied(container)
    yield from (key for key in gone if type(key) is str and key in now and not same(now[key], snapshot[key]))


def _plain(graph: Graph, given: Given, place: Place, container: Any) -> frozenset[str]:
    """The texts that tell a statement's entries in a container; not those with which it was made."""
    texts = given.at(place, container)
    if not texts:
        return texts
    return texts - made_with(graph, place)


def made_with(graph: Graph, place: Place) -> frozenset[str]:
    """The texts in the statements that make what leads to a container: it may have been made with keys of these."""
    owner = place.owner
    names = [*place.names, *([(owner.__module__, owner.__qualname__.partition(".")[0])] if owner else ())]
    known = [(graph.modules[module], name) for module, name in names if module in graph.modules]
    makers = [node.statement for record, name in known for node in graph.analyze(record) if name in node.writes]
    return frozenset(value for maker in makers for value in _texts_of(maker, place.attribute))


def _texts_of(maker: Statement, attribute: str | None) -> Iterator[str]:
    """The texts in a statement; of a class only those with which an attribute is bound, where it binds that."""
    tree = maker.parse()
    inner = list(ast.walk(tree)) if isinstance(tree, ast.ClassDef) else []
    binding = [each for each in inner if attribute in _bound_by(each)]
    nodes = (node for each in binding or [tree] for node in ast.walk(each))
    return (node.value for node in nodes if isinstance(node, ast.Constant) and type(node.value) is str)


def _bound_by(node: ast.AST) -> list[str | None]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [name_of(target) for target in targets if isinstance(target, (ast.Name, ast.Attribute))]


def _keys(
    statement: Statement, again: Again, place: Place, named: frozenset[tuple[type, object]]
) -> frozenset[tuple[type, object]]:
    """The keys by which a statement that calls what registers has put its entries into a dict: no others add there."""
    if place.name not in again.given.grown and (again.moved or (again.old or statement).kind in COMPOUND):
        return frozenset()  # it may well look up what is under them
    if named:
        return named
    if again.old is not None and again.old.kind in CALLING:
        return again.old.constants - statement.constants - {(str, text) for text in again.given.shared}
    if again.moved and statement.kind in CALLING:
        return frozenset((str, text) for text in again.given.texts - again.given.shared)
    return frozenset()


def _named_before(statement: Statement, again: Again) -> frozenset[tuple[type, object]]:
    """What names that a call hands on were before: under that it has put what it is given."""
    if statement.kind != "expr" or again.old is not None or again.moved:
        return frozenset()
    return frozenset((type(value), value) for value in again.before.values() if is_a(value, PLAIN))


def _keep_sorted(
    container: list[Any], rest: list[Any], again: Again, growing: Callable[[], list[CodeType]], place: Place
) -> bool:
    """Leave what was added where it was sorted to; whether there was any."""
    if set(map(id, copied(container))) <= set(map(id, rest)):
        return False
    sorts = any(orders.may_sort(code, place.name) for code in growing())
    return sorts and keep_sorted(container, rest, again.later(place.name))


def _place(container: Any, snapshot: Any, gone: list[Any], again: Again, place: Place, put_back: bool) -> None:
    """What a statement has added stands where it stood, or before what later statements have added."""
    if again.moved:
        place_before(container, without(snapshot, gone), again.later(place.name), again.comes_again)
    elif not again.added and (gone or not again.is_emptied(container, place)):
        put_in_place(container, snapshot, gone, put_back)
    if again.added or ((again.old is not None or place.name in again.ungrown) and not gone):
        place_before(container, snapshot, again.later(place.name), again.comes_again)


def withdraw(
    transaction: Transaction,
    node: Node,
    graph: Graph,
    before: Mapping[str, Any],
    made_of: Sequence[CodeType],
    given: Given,
    grown: Collection[str] | None,
) -> list[Place]:
    """Take out what a statement put into registries that the new source no longer has; where there was any.

    `grown` are the names of what it may have added to, where that is known.
    """
    if not registers(node.statement, made_of):
        return []
    if node.statement.kind == "class":  # its methods may be entries, too
        made_of = [*codes.walk(made_of)]
    made = identities_made(node, before, made_of) | _made_by_code(before, made_of)
    found, growing = [], _growing(graph, node, None)
    bare = node.statement.kind == "expr" and bool(before)  # others have what it was given as well
    for container, place in containers(node, graph, ()):
        known = given.grown if bare else grown
        if size(container) <= LARGEST and (known is None or place.name in known):
            transaction.guard(container)
            own, inner = _with_instances(made, container, place, given), _inner_made(container, growing)
            told = Told(_plain(graph, given, place, container), given.shared, given.foreign)
            if take_out(container, copied(container), own, told=told, inner=inner):
                found.append(place)
    return found


def _growing(
    graph: Graph, node: Node, old: Statement | None, known: reach.Known | None = None
) -> Callable[[], list[CodeType]]:
    """Tells which code registers for a statement, in either version: that is dear, and found out once it is asked."""
    versions = [node.statement] if old is None else [node.statement, old]
    return cache(lambda: [code for version in versions for code in graph.registers_with(node, version, known)])


def _inner_made(container: Any, growing: Callable[[], Iterable[CodeType]]) -> Callable[[], bool]:
    """Tells whether who registers in a dict of lists makes the list of its key where there is none; when asked."""
    return cache(lambda: is_a(container, defaultdict) or any(map(codes.makes_inner, growing())))


def exchange(transaction: Transaction, node: Node, graph: Graph, new: Any, old: Any) -> None:
    """The object that goes on stands in the registries where the statement has put the one that it made now."""
    if not node.statement.effects.calls or is_a(new, (*PLAIN, ModuleType)):
        return
    if is_a(new, type):
        for registry, _ in kept_by_frameworks(node, node.statement):
            for instance in [entry for entry in entries(registry) if type(entry) is new]:
                successors.change_class(transaction, instance, old)
        return
    for container, _ in containers(node, graph, ()):
        if size(container) <= LARGEST and is_in(container, new):
            transaction.guard(container)
            put_for(container, new, old)


def told_by_keys(node: Node, old: Statement, graph: Graph, grown: Collection[str] | None = None) -> bool:
    """Whether the keys of a dict, only of those named `grown`, tell what calls put there: `old` mentions one."""
    found = containers(node, graph, old.effects.reads)
    dicts = [c for c, place in found if is_a(c, dict) and size(c) <= LARGEST and (grown is None or place.name in grown)]
    return any((type(key), key) in old.constants for d in dicts for key in copied(d) if is_a(key, PLAIN))


def held_in(
    node: Node,
    graph: Graph,
    before: Mapping[str, Any],
    made_of: Sequence[CodeType],
    grown: Collection[str] | None = None,
    empty: dict[int, Any] | None = None,
    index: Index | None = None,
    elsewhere: Iterable[tuple[ModuleRecord, str]] = (),
) -> Iterator[tuple[Any, Place, bool]]:
    """The registries that hold something, and whether that tells the statement's entry; only of those named `grown`.

    `elsewhere` are globals that the statement may reach by what its text does not lead to.
    Those that were found `empty` once are kept account of, by identity, and left out. An `index` serves many.
    """
    empty = {} if empty is None else empty
    made = identities_made(node, before, made_of)
    for container, place in containers(node, graph, (), elsewhere):
        meant = grown is None or place.name in grown
        if meant and not size(container):
            empty[id(container)] = container
        if meant and id(container) not in empty and size(container) <= LARGEST:
            told = index.tells(container, made) if index else any(is_of(each, made) for each in entries(container))
            yield container, place, told


def registers(statement: Statement, made_of: Sequence[CodeType]) -> bool:
    """Whether a statement that ran before may have put what it makes somewhere."""
    if statement.kind in COMPOUND:
        return bool(made_of) or statement.effects.calls
    return statement.effects.calls and statement.kind in ("def", "class", "expr", "assign")


def identities_made(node: Node, before: Mapping[str, Any], made_of: Sequence[CodeType]) -> set[int]:
    """Identities of the objects that the statement's last run made."""
    if node.statement.kind == "expr":
        return {id(value) for value in before.values() if not is_a(value, (*PLAIN, ModuleType))}
    if node.statement.kind in COMPOUND and not made_of:
        return set()  # it names what others made
    bound = [v for v in before.values() if v is not MISSING and not is_a(v, (*PLAIN, ModuleType))]
    own = {id(code) for code in made_of}
    inner = [f for f in insides.reachable(bound) if id(f.__code__) in own]
    code = [f.__code__ for f in inner]
    made = {id(value) for value in (*bound, *inner, *code, *insides.around(inner, insides.layers(bound)))}
    if node.statement.kind == "def" and not inner:  # what it bound does not show what it was made of
        made |= _made_by_code(before, made_of)
    return made


def _made_by_code(before: Mapping[str, Any], made_of: Sequence[CodeType]) -> set[int]:
    """Identities of all live functions that the statement's definitions made, as a loop makes many."""
    pairs = [(code, code) for code in made_of]
    return {id(f) for found in functions.find(pairs, before.values()).values() for f in found}


def _with_instances(made: set[int], container: Any, place: Place, given: Given) -> set[int]:
    """Identities of what a statement made, of what a library made of its classes, and of the one instance of a class.

    Where there are several, the program may have made the others.
    """
    if place.by_library:
        return made | {id(e) for e in entries(container) if id(type(e)) in made}
    if not given.kinds or place.name not in given.grown:
        return made
    found: dict[int, list[int]] = defaultdict(list)
    for part in [part for entry in held(container) for part in (entry, *record_parts(entry))]:
        if id(type(part)) in given.kinds:
            found[id(type(part))].append(id(part))
    return made.union(*(each for each in found.values() if len(each) == 1))
