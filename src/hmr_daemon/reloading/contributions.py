"""What a statement put into registries: taken out before it runs again, so that each entry is there once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..live import functions, insides, successors, values
from ..live.containers import SEQUENCES, Bare
from ..live.kinds import is_a
from ..live.transaction import MISSING, Transaction
from ..planning.graph import Graph
from ..planning.records import ModuleRecord, Name, Node
from ..syntax import codes
from ..syntax.statements import COMPOUND, Statement
from . import frameworks

PLAIN = (int, float, complex, str, bytes, bool, type(None))
DEFINED = (FunctionType, MethodType, type)
INNER = (list, dict, set)
SORTING = frozenset({"insort", "insort_left", "insort_right", "sort", "sorted"})
"""By what a list of entries is in another order than that in which they came."""
LIMIT = 3_000
LARGEST = 100_000


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

    @property
    def name(self) -> str:
        """By what code names it: the attribute, or the global."""
        return self.attribute or self.names[0][1]


@dataclass(frozen=True, repr=False)
class Given:
    """The texts by which a statement may have registered, and where: in what the functions that it ran grow."""

    texts: frozenset[str] = frozenset()
    grown: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    """Those that other statements give to these functions as well."""

    def at(self, place: Place, container: Any) -> frozenset[str]:
        """Those that may stand in a container: in one that has each once they may be another's."""
        if place.name not in self.grown:
            return frozenset()
        return self.texts if is_a(container, list) else self.texts - self.shared


@dataclass(frozen=True, eq=False, repr=False)
class Again:
    """What is known of a statement that runs again, and of its last run."""

    before: Mapping[str, Any]
    """What its last run made, by name."""
    made_of: Sequence[CodeType]
    """The code of its definitions."""
    old: Statement | None
    """Its last version, where that had another text."""
    later: Callable[[Any], bool]
    """Whether something was made by a statement after it: new entries come before theirs."""
    added: bool
    """Whether the statement is new."""
    moved: bool
    """Whether it stands at another place among the others."""
    anew: bool
    """Whether what it adds to was made anew before it."""
    emptied: Collection[int]
    """Identities of containers that are filled again."""
    known: Sequence[tuple[Any, Place]]
    """Containers that hold an entry of its last version, to which nothing may lead any more."""
    registers_alike: bool
    """Whether it is a class, with the decorators and bases that it had: what it put somewhere, it puts there again."""
    given: Given
    """What only its last version had given, or all, where the same is refused."""
    remade: Collection[type]
    """Classes that it makes as a whole: what they hold is made with them."""

    def stay(self, snapshot: Any, gone: Sequence[Any], made: Set[int]) -> bool:
        """Whether entries that it did not add again were added by others: they have nothing of it but its class."""
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
        return owner in self.remade or self.later(owner)


@contextmanager
def replaced(transaction: Transaction, node: Node, graph: Graph, again: Again) -> Iterator[list[Place]]:
    """While the statement runs again, its earlier entries are out of the containers that it can reach.

    The list that comes is filled at the end: the places of those that have other entries than before.

    Afterwards what it added stands in their places. Where its text is the same, what it did not add again is put
    back: someone else had put it there.
    """
    changed: list[Place] = []
    old = again.old
    made_of = node.codes if again.added else again.made_of
    registered = registers(node.statement, made_of) or (old is not None and registers(old, made_of))
    if not registered or (again.anew and not again.before and not again.added):
        yield changed
        return
    made = identities_made(node, again.before, again.made_of)
    if node.statement.kind in COMPOUND:
        made |= _made_by_code(again.before, again.made_of)
    reads = old.effects.reads if old is not None else ()
    snapshots = [
        (c, copied(c), place)
        for c, place in _once([*containers(node, graph, reads), *again.known, *_kept_by_frameworks(node, old)])
        if len(c) <= LARGEST and not (place.owner is not None and again.is_absent(place.owner))
    ]
    keys = old.constants - node.statement.constants if old is not None and old.kind == "expr" else frozenset()
    taken, growing = [], [*graph.registers_with(node), *(graph.registers_with(node, old) if old is not None else ())]
    for container, snapshot, place in snapshots:
        transaction.guard(container)
        plain = frozenset() if id(container) in again.emptied else again.given.at(place, container)
        own, inner = _with_instances(made, container, place), _makes_inner(container, growing)
        taken.append(_take_out(container, snapshot, own, keys, plain, inner))
    yield changed
    sorts = any(not SORTING.isdisjoint(code.co_names) for code in growing)
    for (container, snapshot, place), gone in zip(snapshots, taken, strict=True):
        in_order = sorts and is_a(container, list) and _keep_sorted(container, _without(snapshot, gone), again.later)
        if in_order:
            pass
        elif again.moved and gone:
            _place_before(container, _without(snapshot, gone), again.later)
        elif not again.added and (gone or not (again.anew or id(container) in again.emptied)):
            _put_in_place(container, snapshot, gone, again.stay(snapshot, gone, made))
        if not in_order and (again.added or (old is not None and not gone)):
            _place_before(container, snapshot, again.later)
        if not _same_entries(container, snapshot):
            changed.append(place)


def withdraw(
    transaction: Transaction,
    node: Node,
    graph: Graph,
    before: Mapping[str, Any],
    made_of: Sequence[CodeType],
    given: Given,
) -> list[Place]:
    """Take out what a statement put into registries that the new source no longer has; where there was any."""
    if not registers(node.statement, made_of):
        return []
    made = identities_made(node, before, made_of) | _made_by_code(before, made_of)
    found, growing = [], graph.registers_with(node)
    for container, place in containers(node, graph, ()):
        if len(container) <= LARGEST:
            transaction.guard(container)
            own, inner = _with_instances(made, container, place), _makes_inner(container, growing)
            if _take_out(container, copied(container), own, plain=given.at(place, container), inner=inner):
                found.append(place)
    return found


def _makes_inner(container: Any, growing: Iterable[CodeType]) -> bool:
    """Whether who registers in a dict of lists makes the list of its key where there is none."""
    return is_a(container, defaultdict) or (is_a(container, dict) and any(map(codes.makes_inner, growing)))


def exchange(transaction: Transaction, node: Node, graph: Graph, new: Any, old: Any) -> None:
    """The object that goes on stands in the registries where the statement has put the one that it made now."""
    if not node.statement.effects.calls or is_a(new, (*PLAIN, ModuleType)):
        return
    if is_a(new, type):
        for registry, _ in _kept_by_frameworks(node, node.statement):
            for instance in [entry for entry in entries(registry) if type(entry) is new]:
                successors.change_class(transaction, instance, old)
        return
    for container, _ in containers(node, graph, ()):
        if len(container) > LARGEST or not any(entry is new for entry in entries(container)):
            continue
        transaction.guard(container)
        if is_a(container, dict):
            Bare(container).update({key: old for key, entry in container.items() if entry is new})
        elif is_a(container, list):
            Bare(container)[:] = [old if entry is new else entry for entry in container]
        else:
            Bare(container).discard(new)
            Bare(container).add(old)


def entries(container: Any) -> list[Any]:
    """What a container holds, of a dict the keys as well."""
    return [*container, *container.values()] if is_a(container, dict) else list(container)


def told_by_keys(node: Node, old: Statement, graph: Graph) -> bool:
    """Whether the keys of a dict tell what a bare call put there: `old` mentions one as a constant."""
    dicts = [c for c, _ in containers(node, graph, old.effects.reads) if is_a(c, dict) and len(c) <= LARGEST]
    return any((type(key), key) in old.constants for d in dicts for key in list(d) if is_a(key, PLAIN))


def held_in(
    node: Node,
    graph: Graph,
    before: Mapping[str, Any],
    made_of: Sequence[CodeType],
    grown: Collection[str] | None = None,
) -> Iterator[tuple[Any, Place, bool]]:
    """The registries that hold something, and whether that tells the statement's entry; only of those named `grown`."""
    made = identities_made(node, before, made_of)
    for container, place in containers(node, graph, ()):
        meant = grown is None or place.name in grown
        if container and len(container) <= LARGEST and meant:
            yield container, place, any(id(each) in made or holds(each, made) for each in entries(container))


def put_back(container: Any, snapshot: Any) -> None:
    """Entries that a container had and that nobody made again, after those that it has."""
    if is_a(container, dict):
        for key, entry in snapshot.items():
            Bare(container).setdefault(key, entry)
    elif is_a(container, SEQUENCES):
        there = Counter(map(_token, container))
        for entry in snapshot:
            if there[_token(entry)]:
                there[_token(entry)] -= 1
            else:
                Bare(container).append(entry)
    else:
        Bare(container).update(snapshot)


def made_by(snapshot: Any, values: Iterable[Any]) -> Any:
    """Of the entries of a container those that are or hold one of some values."""
    made = {id(value) for value in values}
    if is_a(snapshot, dict):
        return {key: entry for key, entry in snapshot.items() if id(key) in made or holds(entry, made)}
    return type(snapshot)(entry for entry in snapshot if holds(entry, made))


def refill(container: Any, snapshot: Any) -> None:
    """Let a container hold what it held."""
    bare = Bare(container)
    bare.clear()
    (bare.extend if is_a(container, SEQUENCES) else bare.update)(snapshot)


def same_but_for_order(container: Any, snapshot: Any) -> bool:
    """Whether a dict or a list holds the very entries that another does."""
    if is_a(container, dict):
        return container.keys() == snapshot.keys() and all(container[key] is snapshot[key] for key in snapshot)
    return Counter(map(_token, container)) == Counter(map(_token, snapshot))


def made_since(container: Any, snapshot: Any) -> set[int]:
    """Identities of the objects that a container holds and did not hold before."""
    before = set(map(id, entries(snapshot)))
    return {id(entry) for entry in entries(container) if not is_a(entry, PLAIN)} - before


def _token(entry: Any) -> object:
    return (type(entry), entry) if is_a(entry, PLAIN) else id(entry)


def _same_entries(container: Any, snapshot: Any) -> bool:
    if len(container) != len(snapshot):
        return False
    if is_a(container, dict):
        pairs = zip(list(container.items()), list(snapshot.items()), strict=False)
        return all((k is x or k == x) and values.same(v, y) for (k, v), (x, y) in pairs)
    if is_a(container, list):
        return all(values.same(a, b) for a, b in zip(container, snapshot, strict=False))
    return {id(entry) for entry in container} == {id(entry) for entry in snapshot}


def registers(statement: Statement, made_of: Sequence[CodeType]) -> bool:
    """Whether a statement that ran before may have put what it makes somewhere."""
    if statement.kind in COMPOUND:
        return bool(made_of)
    return statement.effects.calls and statement.kind in ("def", "class", "expr", "assign")


def identities_made(node: Node, before: Mapping[str, Any], made_of: Sequence[CodeType]) -> set[int]:
    """Identities of the objects that the statement's last run made."""
    if node.statement.kind == "expr":
        return {id(value) for value in before.values() if not is_a(value, (*PLAIN, ModuleType))}
    bound = [v for v in before.values() if v is not MISSING and not is_a(v, (*PLAIN, ModuleType))]
    own = {id(code) for code in made_of}
    inner = [f for f in insides.reachable(bound) if id(f.__code__) in own]
    code = [f.__code__ for f in inner]
    made = {id(value) for value in (*bound, *inner, *code, *insides.around(inner, bound))}
    if node.statement.kind == "def" and not inner:  # what it bound does not show what it was made of
        made |= _made_by_code(before, made_of)
    return made


def _made_by_code(before: Mapping[str, Any], made_of: Sequence[CodeType]) -> set[int]:
    """Identities of all live functions that the statement's definitions made, as a loop makes many."""
    pairs = [(code, code) for code in made_of]
    return {id(f) for found in functions.find(pairs, before.values()).values() for f in found}


def containers(
    node: Node, graph: Graph, reads: Collection[str], elsewhere: Iterable[tuple[ModuleRecord, str]] = ()
) -> list[tuple[Any, Place]]:
    """Lists, dicts and sets that the statement reaches through what it reads and the functions it calls.

    `reads` are more names of its module, `elsewhere` are names of others.
    """
    files = graph.paths()
    namespace = node.module.namespace
    waiting: list[tuple[Any, Place, int]] = [
        (namespace[n], Place(((node.module.name, n),)), 0)
        for n in {*node.statement.effects.reads, *reads}
        if n in namespace
    ]
    for module, name in graph.expected_reads(node):  # of a new statement nothing else is known
        record = graph.modules.get(module)
        if record is not None and name in record.namespace:
            waiting.append((record.namespace[name], Place(((module, name),)), 0))
    for record, name in elsewhere:
        if name in record.namespace:
            waiting.append((record.namespace[name], Place(((record.name, name),)), 0))
    seen: set[int] = set()
    found = _kept_by_frameworks(node, node.statement)
    while waiting and len(seen) < LIMIT:
        value, place, depth = waiting.pop(0)
        if id(value) in seen or id(value) in graph.namespaces or is_a(value, (*PLAIN, ModuleType)) or depth > 6:
            continue
        seen.add(id(value))
        if is_a(value, (dict, list, set)):
            found.append((value, replace(place, container=place.container or id(value))))
        waiting.extend((part, where, depth + 1) for part, where in _leads_to(value, place, files, depth))
    return found


def _kept_by_frameworks(node: Node, statement: Statement | None) -> list[tuple[Any, Place]]:
    place = Place(((node.module.name, frameworks.REGISTERS),), by_library=True)
    return [(registry, place) for registry in frameworks.registries(statement)] if statement is not None else []


def _with_instances(made: set[int], container: Any, place: Place) -> set[int]:
    """Identities of what a statement made, and of what a library made of its classes."""
    return made | {id(e) for e in entries(container) if id(type(e)) in made} if place.by_library else made


def _once(found: Sequence[tuple[Any, Place]]) -> list[tuple[Any, Place]]:
    """Each container once, at the place that was found first."""
    return list({id(container): (container, place) for container, place in reversed(found)}.values())[::-1]


def _leads_to(value: Any, place: Place, files: Collection[str], depth: int) -> Iterator[tuple[Any, Place]]:
    if type(value) is FunctionType:
        code, names = value.__code__, value.__globals__
        if code.co_filename in files:
            module = names.get("__name__", "")
            used = {name for inner in codes.walk((code,)) for name in inner.co_names}
            yield from ((names[name], Place(((module, name),))) for name in used if name in names)
        for name, content in insides.free_variables(value):
            yield content, replace(place, attribute=name)
    elif is_a(value, type):
        if issubclass(value, type) and type(makes := vars(value).get("__init__")) is FunctionType:
            yield makes, place
        for cls in value.__mro__[:-1]:
            held = _with_name_of(place, cls)
            for name, member in list(vars(cls).items()):
                if type(member) in (list, dict, set, classmethod, staticmethod):
                    yield member, replace(held, attribute=name, owner=cls)
            if type(cls) is not type:
                yield type(cls), held
    elif type(value) in (classmethod, staticmethod):
        yield value.__func__, place
    elif is_a(value, dict):
        if depth <= 2 and len(value) <= 100:
            place = replace(place, container=place.container or id(value))
            yield from ((v, place) for v in list(value.values()) if type(v) in INNER)
    elif type(value) not in (list, set, tuple):
        yield type(value), place
        if type(value) is MethodType:
            yield from ((part, place) for part in (value.__func__, value.__self__))
        state = insides.own(value, "__dict__")
        if is_a(state, dict):
            held = _with_name_of(place, type(value))
            yield from ((v, replace(held, attribute=name)) for name, v in list(state.items()) if is_a(name, str))


def _with_name_of(place: Place, cls: type) -> Place:
    """Also by its own name may a class and what it holds be found."""
    name = (cls.__module__, cls.__qualname__.partition(".")[0])
    return place if name in place.names else replace(place, names=(*place.names, name))


def copied(container: Any) -> Any:
    """As a container of the built-in type."""
    return next(kind for kind in (dict, list, set) if is_a(container, kind))(container)


def holds(entry: Any, made: Set[int]) -> bool:
    """Whether a registry's entry is, or directly holds, something that the statement made, and nothing of others."""
    if type(entry) in INNER:  # perhaps a registry in turn, of what others made as well
        parts = list(entry.values()) if type(entry) is dict else list(entry)
        mine = [_is_or_holds(part, made) for part in parts]
        return any(mine) and all(m or not _is_defined(p) for m, p in zip(mine, parts, strict=True))
    return _is_or_holds(entry, made)


def _is_defined(entry: Any) -> bool:
    """Whether an entry is a definition of someone's, or a record or an object that holds one."""
    parts = entry if type(entry) is tuple else list(insides.own_dict(entry).values())
    return is_a(entry, DEFINED) or any(is_a(part, DEFINED) for part in parts)


def _is_or_holds(entry: Any, made: Set[int]) -> bool:
    if id(entry) in made:
        return True
    if type(entry) is tuple:
        return any(id(part) in made for part in entry)
    if is_a(entry, (*PLAIN, *INNER, FunctionType, type, ModuleType)):
        return False
    state = insides.own(entry, "__dict__")
    if is_a(state, dict) and any(id(part) in made for part in list(state.values())):
        return True
    wrapped = insides.own(entry, "__wrapped__")  # of its class, where a decorator made one for it
    return id(wrapped) in made or id(insides.own(wrapped, "__func__")) in made


def _take_out(
    container: Any,
    snapshot: Any,
    made: set[int],
    keys: Collection[tuple[type, object]] = frozenset(),
    plain: frozenset[str] = frozenset(),
    inner: bool = True,
) -> list[Any]:
    """Remove the entries that hold what was made, have one of the keys, or are plain; positions or keys come back.

    What stands in a dict and is a container in turn goes as well where it has no other entries, if `inner`.
    """
    if not made and not keys and not plain:
        return []
    if is_a(container, list):
        own = _only_once(snapshot, plain)
        gone: list[Any] = [
            i for i, entry in enumerate(snapshot) if holds(entry, made) or not own.isdisjoint(texts(entry))
        ]
    elif is_a(container, dict):
        gone = [
            key
            for key, entry in snapshot.items()
            if ((inner or type(entry) not in INNER) and holds(entry, made))
            or (inner and type(entry) in (list, set) and _is_given(key, entry, plain))
            or id(key) in made
            or (is_a(key, PLAIN) and (type(key), key) in keys)
            or (_is_plain(entry) and not plain.isdisjoint(texts(key)))
        ]
    else:
        gone = [entry for entry in snapshot if id(entry) in made or not texts(entry).isdisjoint(plain)]
    remove(container, gone)
    return gone


def texts(entry: Any) -> set[str]:
    """The texts that an entry is, or a tuple holds."""
    return {part for part in (entry if type(entry) is tuple else (entry,)) if type(part) is str}


def _is_plain(entry: Any) -> bool:
    """Whether an entry is a plain value, or a record of such: no registry in turn."""
    parts = entry.values() if type(entry) is dict else entry if type(entry) is tuple else (entry,)
    return all(is_a(part, PLAIN) for part in list(parts))


def _is_given(key: Any, entries: Collection[Any], plain: frozenset[str]) -> bool:
    """Whether some plain values under a key are all of a statement: by what they are, or by the key."""
    if not plain or not entries or not all(map(_is_plain, entries)):
        return False
    return not plain.isdisjoint(texts(key)) or all(not plain.isdisjoint(texts(each)) for each in entries)


def _only_once(entries: list[Any], plain: frozenset[str]) -> set[str]:
    """Of some texts those that tell one entry of a list."""
    counts = Counter(text for entry in entries for text in texts(entry)) if plain else Counter()
    return {text for text in plain if counts[text] == 1}


def given(statement: Statement) -> frozenset[str]:
    """The texts that a bare call passes, or a definition's head, and the name of what has decorators or bases."""
    if statement.kind == "expr":
        return frozenset(value for _, value in statement.constants if type(value) is str)
    return frozenset() if statement.handed is None else statement.handed.union(statement.names)


def remove(container: Any, gone: Sequence[Any]) -> None:
    """Take entries out, of a list those at some positions (rising), of a dict those under some keys."""
    bare = Bare(container)
    if is_a(container, list):
        for position in reversed(gone):
            del bare[position]
    elif is_a(container, dict):
        for key in gone:
            bare.pop(key, None)
    else:
        bare.difference_update(gone)


def _without(snapshot: Any, gone: list[Any]) -> Any:
    """What was left of a container when the entries at the positions or keys `gone` had been taken out."""
    if is_a(snapshot, list):
        return [entry for position, entry in enumerate(snapshot) if position not in set(gone)]
    if is_a(snapshot, dict):
        return {key: entry for key, entry in snapshot.items() if key not in gone}
    return snapshot.difference(gone)


def _put_in_place(container: Any, snapshot: Any, gone: list[Any], put_back: bool) -> None:
    if is_a(container, list):
        _place_in_list(container, snapshot, gone, put_back)
    elif is_a(container, dict):
        _place_in_dict(container, snapshot, gone, put_back)
    elif put_back and gone and len(container) < len(snapshot):
        Bare(container).update(entry for entry in gone if len(container) < len(snapshot))


def _place_in_list(container: list[Any], snapshot: list[Any], gone: list[int], put_back: bool) -> None:
    stayed = len(snapshot) - len(gone)
    gained = container[stayed:]
    rest = _without(snapshot, gone)
    if any(a is not b for a, b in zip(container[:stayed], rest, strict=False)) or len(container) < stayed:
        return  # rebuilt as a whole
    if not gone:
        _drop_repeated(container, snapshot, gained)
    elif not gained and put_back:
        Bare(container)[:] = snapshot
    elif len(gained) == len(gone):
        del Bare(container)[stayed:]
        for position, entry in zip(gone, gained, strict=True):
            Bare(container).insert(position, entry)
    elif gained:  # more than before, or fewer
        Bare(container)[:] = [*container[: gone[0]], *gained, *container[gone[0] : stayed]]


def _place_before(container: Any, snapshot: Any, later: Callable[[Any], bool]) -> None:
    """Move what was added at the end before the first entry of a later statement."""
    if is_a(container, list):
        gained = container[len(snapshot) :]
        if not gained or any(a is not b for a, b in zip(container, snapshot, strict=False)):
            return
        first = next((i for i, entry in enumerate(snapshot) if later(entry)), None)
        if first is not None:
            Bare(container)[:] = [*snapshot[:first], *gained, *snapshot[first:]]
    elif is_a(container, dict):
        for key, entry in snapshot.items():
            if key in container and container[key] is not entry and later(entry):
                Bare(container)[key] = entry  # the later statement has the last word
        gained = [key for key in container if key not in snapshot]
        keys = list(snapshot) if gained else []
        first = next((i for i, key in enumerate(keys) if _began_later(snapshot[key], later) or later(key)), None)
        if first is not None:
            ordered = {key: container[key] for key in (*keys[:first], *gained, *keys[first:]) if key in container}
            refill(container, ordered)


def _began_later(entry: Any, later: Callable[[Any], bool]) -> bool:
    """Whether an entry, or all in it where it is a container in turn, comes of later statements."""
    if type(entry) not in INNER or not entry:
        return later(entry)
    return all(map(later, entry.values() if type(entry) is dict else entry))


def _keep_sorted(container: list[Any], rest: list[Any], later: Callable[[Any], bool]) -> bool:
    """Leave what was added where it was sorted to, but before what a later statement has added with the same rank."""
    known = set(map(id, rest))
    gained = [entry for entry in container if id(entry) not in known]
    for entry in gained:
        position = next(i for i, each in enumerate(container) if each is entry)
        first = position
        while first and _rank(container[first - 1]) == _rank(entry) != [] and later(container[first - 1]):
            first -= 1
        if first < position:
            Bare(container).insert(first, Bare(container).pop(position))
    return bool(gained)


def _rank(entry: Any) -> list[Any]:
    """The numbers that an entry is, holds or has."""
    parts = entry if type(entry) is tuple else [entry, *insides.own_dict(entry).values()]
    return [part for part in parts if type(part) in (int, float)]


def _drop_repeated(container: list[Any], snapshot: list[Any], gained: list[Any]) -> None:
    """The statement added what it had added before, only nothing told so: once is enough."""
    for entry in gained:
        earlier = [position for position, other in enumerate(snapshot) if values.same(other, entry)]
        if earlier:
            bare = Bare(container)
            bare.reverse()
            bare.remove(entry)
            bare.reverse()
            bare[earlier[-1]] = entry


def _place_in_dict(container: dict[Any, Any], snapshot: dict[Any, Any], gone: list[Any], put_back: bool) -> None:
    if not gone:
        return
    gained = [key for key in container if key not in snapshot or key in gone]
    if not gained and put_back:
        for key in gone:
            Bare(container)[key] = snapshot[key]
    if len(gained) in (0, len(gone)):
        names = dict(zip(gone, gained, strict=True)) if gained else {key: key for key in gone}
        order = [names.get(key, key) for key in snapshot]
    else:  # more than before, or fewer
        first = list(snapshot).index(gone[0])
        order = [*list(snapshot)[:first], *gained, *list(snapshot)[first:]]
    ordered = {key: container[key] for key in order if key in container}
    ordered.update((key, value) for key, value in container.items() if key not in ordered)
    if list(ordered) != list(container):
        refill(container, ordered)
