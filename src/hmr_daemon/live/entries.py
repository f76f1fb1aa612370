"""The entries of lists, dicts and sets: told apart, taken out, put back, and set where they belong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Any

from . import insides, values
from .containers import SEQUENCES, Bare, copied, size
from .kinds import is_a, plain_type
from .records import DEFINED as DEFINED
from .records import INNER as INNER
from .records import PLAIN as PLAIN
from .records import held_in_entry as held_in_entry
from .records import holds as holds
from .records import is_defined, is_plain, leads_to, record_parts, record_with
from .records import texts as texts


def entries(container: Any) -> list[Any]:
    """What a container holds, of a dict the keys as well."""
    return [*(copied(container) if is_a(container, dict) else ()), *held(container)]


def held(container: Any) -> list[Any]:
    """The same without the keys."""
    now = copied(container)
    return list(now.values() if is_a(now, dict) else now)


class Index:
    """Which entries of containers an identity may tell, for those who ask of the same ones, each with its own."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, dict[int, list[Any]]]] = {}

    def tells(self, container: Any, made: Set[int]) -> bool:
        """Whether a container, as it was when it was first asked for, has an entry of what was made."""
        if id(container) not in self._known:
            found = defaultdict[int, list[Any]](list)
            for entry in entries(container):
                for identity in held_in_entry(entry):
                    found[identity].append(entry)
            self._known[id(container)] = container, found
        of = self._known[id(container)][1]
        return any(is_of(entry, made) for identity in made & of.keys() for entry in of[identity])


def is_of(entry: Any, made: Set[int]) -> bool:
    """Whether an entry is something that was made, or a record of it."""
    return id(entry) in made or holds(entry, made)


def put_back(container: Any, snapshot: Any) -> None:
    """Entries that a container had and that nobody made again, after those that it has."""
    if is_a(container, dict):
        for key, entry in snapshot.items():
            Bare(container).setdefault(key, entry)
    elif is_a(container, SEQUENCES):
        there = Counter(map(token, copied(container)))
        for entry in snapshot:
            if there[token(entry)]:
                there[token(entry)] -= 1
            else:
                Bare(container).append(entry)
    else:
        Bare(container).update(snapshot)


def are_inner(one: Any, other: Any) -> bool:
    """Whether two things are containers of one kind, each with entries of its own, as stand under keys of a dict."""
    return one is not other and plain_type(one) in INNER and type(one) is type(other)


def put_in_front(container: Any, added: Any, guard: Callable[[Any], object]) -> None:
    """Entries of another container before those that a container has, which have the last word under their keys."""
    guard(container)
    if is_a(container, dict):
        now = copied(container)
        for key in now.keys() & added.keys():
            if are_inner(now[key], added[key]):
                put_in_front(now[key], added[key], guard)
        refill(container, {**added, **now})
    elif is_a(container, list):
        Bare(container)[:0] = copied(added)
    else:
        Bare(container).update(added)


def put_rest_back(container: Any, before: Any, made: Set[int], given: Set[object]) -> None:
    """Entries that a container had and that nobody has made again, neither as they were nor otherwise.

    They have nothing of what was `made`, and none of the texts, or numbers, that were `given`.
    """
    put_back(container, _rest(before, copied(container), made, given))
    for key, entry in before.items() if is_a(before, dict) else ():
        inner = copied(container).get(key)
        if are_inner(inner, entry) and not holds(entry, made):
            put_rest_back(inner, entry, made, given)


def _rest(before: Any, now: Any, made: Set[int], given: Set[object]) -> Any:
    left = now if is_a(now, list) else []

    def was_made(entry: Any) -> bool:
        again = next((i for i, new in enumerate(left) if values.alike(entry, new)), None)
        if again is not None:
            del left[again]
        return again is not None or _is_told(entry, before, given) or leads_to(entry, made)

    if is_a(before, dict):
        return {key: entry for key, entry in before.items() if not was_made(key) and not leads_to(entry, made)}
    return type(before)(entry for entry in before if not was_made(entry))


def _is_told(entry: Any, among: Any, given: Set[object]) -> bool:
    parts = [entry, *(_held_in_plain(entry) if is_a(among, list) else ())]
    numbers = {part for part in parts if plain_type(part) in (int, float)}
    return not given.isdisjoint(numbers.union(*map(texts, parts)))


def _held_in_plain(entry: Any) -> list[Any]:
    """What a record holds that is a plain dict or a list."""
    return held(entry) if plain_type(entry) in (dict, list) and is_plain(entry) else []


def made_by(snapshot: Any, values: Iterable[Any]) -> Any:
    """Of the entries of a container those that are or hold one of some values."""
    made = {id(value) for value in values}
    if is_a(snapshot, dict):
        return {key: entry for key, entry in snapshot.items() if holds(key, made) or holds(entry, made)}
    return type(snapshot)(entry for entry in snapshot if holds(entry, made))


def refill(container: Any, snapshot: Any) -> None:
    """Let a container hold what it held."""
    bare = Bare(container)
    bare.clear()
    (bare.extend if is_a(container, SEQUENCES) else bare.update)(snapshot)


def same_but_for_order(container: Any, snapshot: Any) -> bool:
    """Whether a dict or a list holds the very entries that another does."""
    now = copied(container)
    if is_a(now, dict):
        return now.keys() == snapshot.keys() and all(now[key] is snapshot[key] for key in snapshot)
    return Counter(map(token, now)) == Counter(map(token, snapshot))


def made_since(container: Any, snapshot: Any) -> set[int]:
    """Identities of the objects that a container holds and did not hold before."""
    before = set(map(id, entries(snapshot)))
    return {id(entry) for entry in entries(container) if not is_a(entry, PLAIN)} - before


def token(entry: Any) -> object:
    """What tells an entry from others: a plain value, or a record of such, is what it says."""
    if is_a(entry, tuple):
        return tuple(map(token, entry))
    return (type(entry), entry) if is_a(entry, PLAIN) else id(entry)


def same_entries(container: Any, snapshot: Any) -> bool:
    if size(container) != len(snapshot):
        return False
    now = copied(container)
    if is_a(now, dict):
        pairs = zip(list(now.items()), list(snapshot.items()), strict=False)
        return all((k is x or k == x) and values.same(v, y) for (k, v), (x, y) in pairs)
    if is_a(now, list):
        return all(values.same(a, b) for a, b in zip(now, snapshot, strict=False))
    return {id(entry) for entry in now} == {id(entry) for entry in snapshot}


@dataclass(frozen=True, repr=False)
class Told:
    """The texts that tell a statement's plain entries."""

    texts: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    """Others give these as well: they tell an entry that has nothing of theirs besides."""
    foreign: frozenset[str] = frozenset()
    """Only others give these."""

    def tell(self, entry: Any, among: Set[str]) -> bool:
        """Whether an entry is the statement's, by some of the texts."""
        held = texts(entry)
        telling = held & among
        return bool(telling - self.shared) or (bool(telling) and held.isdisjoint(self.foreign))

    def by_key(self, key: Any, entries: Collection[Any]) -> bool:
        """Whether all values under a key are the statement's: by what they tell; plain ones, or one alone, by the key.

        What else is there, the program or another statement may have put there as well.
        """
        if not self.texts or not entries:
            return False
        if all(not self.texts.isdisjoint(texts(each)) for each in entries):
            return True
        if self.texts.isdisjoint(texts(key)) or not all(self.foreign.isdisjoint(texts(each)) for each in entries):
            return False
        return all(map(is_plain, entries)) or (len(entries) == 1 and not any(map(is_defined, entries)))


NOTHING_TOLD = Told()


def take_out(
    container: Any,
    snapshot: Any,
    made: set[int],
    keys: Collection[tuple[type, object]] = frozenset(),
    told: Told = NOTHING_TOLD,
    inner: Callable[[], bool] = lambda: True,
) -> list[Any]:
    """Remove the entries that hold what was made, have one of the keys, or are told; positions or keys come back.

    What stands in a dict and is a container in turn goes as well where it has no other entries, if `inner`.
    """
    plain = told.texts
    if not made and not keys and not plain:
        return []
    if is_a(container, list):
        own = _only_once(snapshot, plain)
        gone: list[Any] = [
            i for i, entry in enumerate(snapshot) if holds(entry, made) or (own and told.tell(entry, own))
        ]
    elif is_a(container, dict):
        gone = [
            key
            for key, entry in snapshot.items()
            if (holds(entry, made) and (plain_type(entry) not in INNER or inner()))
            or (plain and plain_type(entry) in (list, set) and told.by_key(key, entry) and inner())
            or holds(key, made)
            or (keys and is_a(key, PLAIN) and (type(key), key) in keys and not _has_others(entry, inner))
            or (plain and not plain.isdisjoint(texts(key)) and is_plain(entry))
        ]
    else:
        gone = [entry for entry in snapshot if holds(entry, made) or not texts(entry).isdisjoint(plain)]
    remove(container, gone)
    return gone


def _has_others(entry: Any, inner: Callable[[], bool]) -> bool:
    """Whether others may have put something beside what a statement has put under a key."""
    return plain_type(entry) in INNER and len(entry) > 1 and inner()


def holding(snapshot: Any, made: Set[int]) -> list[Any]:
    """The positions or keys of the entries that are, or directly hold, something of what was made."""
    if is_a(snapshot, dict):
        return [key for key, entry in snapshot.items() if holds(entry, made) or holds(key, made)]
    if is_a(snapshot, list):
        return [position for position, entry in enumerate(snapshot) if holds(entry, made)]
    return [entry for entry in snapshot if holds(entry, made)]


def discard(container: Any, snapshot: Any, gone: Sequence[Any]) -> None:
    """Take entries out that a container held, as positions or keys tell, where they are still in it."""
    if is_a(container, list):
        lost = {id(snapshot[position]) for position in gone}
        remove(container, [position for position, entry in enumerate(copied(container)) if id(entry) in lost])
    elif is_a(container, dict):
        now = copied(container)
        remove(container, [key for key in gone if key in now and now[key] is snapshot[key]])
    else:
        remove(container, gone)


def put_for(container: Any, new: Any, old: Any) -> None:
    """Let one object stand where another does, in records as well."""
    now = copied(container)
    if is_a(container, dict):
        for inner in [each for each in now.values() if plain_type(each) in INNER and is_in(each, new)]:
            put_for(inner, new, old)
        Bare(container).update({key: _with(e, new, old) for key, e in now.items() if _is_or_has(e, new)})
    elif is_a(container, list):
        Bare(container)[:] = [_with(entry, new, old) if _is_or_has(entry, new) else entry for entry in now]
    else:
        for entry in [each for each in now if _is_or_has(each, new)]:
            Bare(container).discard(entry)
            Bare(container).add(_with(entry, new, old))


def is_in(container: Any, part: Any) -> bool:
    """Whether an object is an entry of a container, or in a record that is."""
    return any(_is_or_has(entry, part) for entry in entries(container))


def _is_or_has(entry: Any, part: Any) -> bool:
    return entry is part or any(each is part for each in record_parts(entry))


def _with(entry: Any, new: Any, old: Any) -> Any:
    return old if entry is new else record_with(entry, new, old)


def _only_once(entries: list[Any], plain: frozenset[str]) -> set[str]:
    """Of some texts those that tell one entry of a list."""
    counts = Counter(text for entry in entries for text in texts(entry)) if plain else Counter()
    return {text for text in plain if counts[text] == 1}


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


def without(snapshot: Any, gone: list[Any]) -> Any:
    """What was left of a container when the entries at the positions or keys `gone` had been taken out."""
    if is_a(snapshot, list):
        positions = set(gone)
        return [entry for position, entry in enumerate(snapshot) if position not in positions]
    if is_a(snapshot, dict):
        return {key: entry for key, entry in snapshot.items() if key not in gone}
    return snapshot.difference(gone)


def put_in_place(container: Any, snapshot: Any, gone: list[Any], put_back: bool) -> None:
    if is_a(container, list):
        _place_in_list(container, snapshot, gone, put_back)
    elif is_a(container, dict):
        _place_in_dict(container, snapshot, gone, put_back)
    elif put_back and copied(container) == without(snapshot, gone):
        Bare(container).update(gone)


def _place_in_list(container: list[Any], snapshot: list[Any], gone: list[int], put_back: bool) -> None:
    stayed, now = len(snapshot) - len(gone), copied(container)
    gained = now[stayed:]
    rest = without(snapshot, gone)
    if any(a is not b for a, b in zip(now[:stayed], rest, strict=False)) or len(now) < stayed:
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
        Bare(container)[:] = [*now[: gone[0]], *gained, *now[gone[0] : stayed]]


def place_before(
    container: Any,
    snapshot: Any,
    later: Callable[[Any], bool],
    comes_again: Callable[[Any], bool],
    keys: Set[object] = frozenset(),
) -> None:
    """Move what was added at the end before the first entry of a later statement; `keys` are such by themselves.

    What such a one has put under the same key in a dict stays there, if it does not do so again.
    """
    now = copied(container)
    if is_a(container, list):
        gained = now[len(snapshot) :]
        if not gained or any(a is not b for a, b in zip(now, snapshot, strict=False)):
            return
        first = next((i for i, entry in enumerate(snapshot) if later(entry)), None)
        if first is not None:
            Bare(container)[:] = [*snapshot[:first], *gained, *snapshot[first:]]
    elif is_a(container, dict):
        for key, entry in snapshot.items():
            if key in now and now[key] is not entry and later(entry) and not comes_again(entry):
                Bare(container)[key] = now[key] = entry  # the later statement has the last word
        gained = [key for key in now if key not in snapshot]
        held = list(snapshot) if gained else []
        of_later = (i for i, key in enumerate(held) if is_later(key, snapshot[key], later, keys))
        if (first := next(of_later, None)) is not None:
            ordered = {key: now[key] for key in (*held[:first], *gained, *held[first:]) if key in now}
            refill(container, ordered)


def advance_keys(container: dict[Any, Any], began: Collection[int], later: Callable[[Any], bool]) -> None:
    """Keys under which a statement has put the first entry now stand before those of later statements.

    `began` are the containers under such keys, by identity.
    """
    now = copied(container)
    mine = [key for key, entry in now.items() if id(entry) in began]
    rest = [key for key in now if key not in mine]
    first = next((i for i, key in enumerate(rest) if is_later(key, now[key], later)), len(rest))
    keys = [*rest[:first], *mine, *rest[first:]]
    if mine and all(list(now).index(key) > first for key in mine):
        refill(container, {key: now[key] for key in keys})


def begins(container: Any, snapshot: Any, later: Callable[[Any], bool]) -> bool:
    """Whether a statement has put something into a container in which all else is of later statements."""
    before = snapshot.values() if is_a(snapshot, dict) else snapshot
    return bool(snapshot) and bool(made_since(container, snapshot)) and all(map(later, before))


def is_later(key: Any, entry: Any, later: Callable[[Any], bool], keys: Collection[object] = ()) -> bool:
    """Whether a later statement has put an entry into a dict: where a definition is in it, no text of the key tells.

    `keys` are those that tell by themselves.
    """
    if type(key) is str and key in keys:
        return True
    return _began_later(entry, later) or (not (texts(key) and is_defined(entry)) and later(key))


def _began_later(entry: Any, later: Callable[[Any], bool]) -> bool:
    """Whether an entry, or all in it where it is a container in turn, comes of later statements."""
    if plain_type(entry) not in INNER or not entry:
        return later(entry)
    return all(map(later, entry.values() if type(entry) is dict else entry))


def keep_sorted(container: list[Any], rest: list[Any], later: Callable[[Any], bool]) -> bool:
    """Leave what was added where it was sorted to, but before what a later statement has added with the same rank."""
    known = set(map(id, rest))
    gained = [entry for entry in copied(container) if id(entry) not in known]
    for entry in gained:
        now = copied(container)
        position = next(i for i, each in enumerate(now) if each is entry)
        first = position
        while first and _rank(now[first - 1]) == _rank(entry) != [] and later(now[first - 1]):
            first -= 1
        if first < position:
            Bare(container).insert(first, Bare(container).pop(position))
    return bool(gained)


def _rank(entry: Any) -> list[Any]:
    """The numbers that an entry is, holds or has; its texts, where there are none."""
    parts = [*tuple.__iter__(entry)] if is_a(entry, tuple) else [entry, *insides.own_dict(entry).values()]
    return [part for part in parts if plain_type(part) in (int, float)] or [p for p in parts if type(p) is str]


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
    now = copied(container)
    gained = [key for key in now if key not in snapshot or key in gone]
    if not gained and put_back:
        for key in gone:
            Bare(container)[key] = now[key] = snapshot[key]
    if len(gained) in (0, len(gone)):
        names = dict(zip(gone, gained, strict=True)) if gained else {key: key for key in gone}
        order = [names.get(key, key) for key in snapshot]
    else:  # more than before, or fewer
        first = list(snapshot).index(gone[0])
        order = [*list(snapshot)[:first], *gained, *list(snapshot)[first:]]
    ordered = {key: now[key] for key in order if key in now}
    ordered.update((key, value) for key, value in now.items() if key not in ordered)
    if list(ordered) != list(now):
        refill(container, ordered)
