"""Two versions of a block of statements to the edits between them (pure)."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from operator import lt

from .effects import Effects
from .statements import COMPOUND, Statement


@dataclass(frozen=True)
class Through:
    """What a statement did without its text showing it."""

    reads: frozenset[str] = frozenset()
    """Names that it read through functions."""
    writes: frozenset[str] = frozenset()
    """Names that it bound by ``*``, or through functions."""
    adds_to: frozenset[str] = frozenset()
    """Names of what it added to, as who registers does."""
    sets: frozenset[str] = frozenset()
    """Names of what it set or counted through functions."""


Unseen = Callable[[int], Through]
"""Tells this of the statement at a position of the old version."""


class Change(Enum):
    SAME = "unchanged"
    BODY = "only the bodies of functions changed, if more than their looks did"
    SHELL = "changed"
    MOVED = "moved across a statement that it depends on"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, repr=False)
class Edit:
    """What became of one statement; `old` and `new` are positions in their versions."""

    old: int | None
    new: int | None
    change: Change
    moved: bool = False
    """Whether it has changed places with a statement that it depends on."""


def _nothing(position: int) -> Through:
    return Through()


def compare(old: Sequence[Statement], new: Sequence[Statement], unseen: Unseen = _nothing) -> tuple[Edit, ...]:
    """The edits that lead from `old` to `new`, in the order of `new`, removals last."""
    pairs = _pair(old, new)
    moved = _moved(pairs, old, new, unseen)
    edits = []
    for j, statement in enumerate(new):
        i = pairs.get(j)
        if i is None:
            edits.append(Edit(None, j, Change.ADDED))
        else:
            change = change_between(old[i], statement)
            crossed = j in moved
            edits.append(Edit(i, j, Change.MOVED if crossed and change is not Change.SHELL else change, crossed))
    matched = set(pairs.values())
    edits += [Edit(i, None, Change.REMOVED) for i in range(len(old)) if i not in matched]
    return tuple(edits)


def change_between(old: Statement, new: Statement) -> Change:
    if old is new:
        return Change.SAME
    if old.postponed != new.postponed:
        return Change.SHELL
    if old.text == new.text and old.kind == new.kind:
        return Change.SAME
    if old.head and old.text[: old.head] == new.text[: new.head]:
        return Change.BODY  # or only looks: their code will tell
    if old.shell != new.shell or (old.kind == "doc") != (new.kind == "doc"):
        return Change.SHELL
    return Change.SAME if old.whole == new.whole else Change.BODY


def _pair(old: Sequence[Statement], new: Sequence[Statement]) -> dict[int, int]:
    """New position to old position of the statements that are versions of each other."""
    pairs: dict[int, int] = {}
    head = 0
    while head < min(len(old), len(new)) and old[head].text == new[head].text:
        pairs[head] = head
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail].text == new[-1 - tail].text:
        tail += 1
        pairs[len(new) - tail] = len(old) - tail
    left, right = list(range(head, len(old) - tail)), list(range(head, len(new) - tail))
    keys: list[Callable[[Statement], Hashable]] = [
        lambda s: s.text,
        lambda s: (s.key, s.text.partition("\n")[0]) if s.kind == "def" else None,
        lambda s: (s.key, s.text.startswith("@")) if s.kind == "def" else None,  # after ``@overload``, the function
        lambda s: s.key if s.names else None,
        lambda s: s.whole if not s.names else None,
        lambda s: (s.kind in ("import", "from"), s.names[0]) if s.names else None,
        lambda s: (s.kind, frozenset(s.effects.writes)) if s.effects.writes else None,
    ]
    for key in keys:
        if left and right:
            left, right = _pair_by(key, old, new, left, right, pairs)
    before, after = _enclosed(old[i] for i in left), _enclosed(new[j] for j in right)
    left = [i for i in left if not _defines_one_of(old[i], after)]  # there it goes on, by its name
    right = [j for j in right if not _defines_one_of(new[j], before)]
    _pair_by(lambda s: s.kind if s.kind != "from" else None, old, new, left, right, pairs)
    return pairs


def _enclosed(statements: Iterable[Statement]) -> set[str]:
    """The names that compound statements bind."""
    return {name for statement in statements if statement.kind in COMPOUND for name in statement.effects.writes}


def _defines_one_of(statement: Statement, names: set[str]) -> bool:
    return statement.kind in ("def", "class") and not names.isdisjoint(statement.names)


def _pair_by(
    key: Callable[[Statement], Hashable],
    old: Sequence[Statement],
    new: Sequence[Statement],
    left: list[int],
    right: list[int],
    pairs: dict[int, int],
) -> tuple[list[int], list[int]]:
    """Pair what has the same key, in order; what is left of both sides comes back."""
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for i in left:
        waiting[key(old[i])].append(i)
    waiting.pop(None, None)
    taken = set()
    for j in right:
        if candidates := waiting.get(key(new[j])):
            pairs[j] = candidates.pop(0)
            taken.add(j)
    used = set(pairs.values())
    return [i for i in left if i not in used], [j for j in right if j not in taken]


def _moved(pairs: dict[int, int], old: Sequence[Statement], new: Sequence[Statement], unseen: Unseen) -> set[int]:
    """New positions of statements that changed places with one they depend on."""
    order = sorted(pairs)
    stay = longest_rising([pairs[j] for j in order])
    movers = [j for j in order if pairs[j] not in stay]
    return {reader for j in movers for reader in _crossed(j, order, pairs, new, unseen)}


def _crossed(
    j: int,
    order: Sequence[int],
    pairs: dict[int, int],
    new: Sequence[Statement],
    unseen: Unseen,
) -> Iterable[int]:
    my = pairs[j]
    mine = _whole(new[j].effects, unseen(my))
    changes = mine.writes | mine.adds_to
    for k in order:
        if k == j or (k < j) == (pairs[k] < my):
            continue
        other = _whole(new[k].effects, unseen(pairs[k]))
        together = bool(mine.adds_to & other.adds_to)
        if together or mine.reads & (other.writes | other.adds_to) or _looks(new[j], other):
            yield j
        if (
            (together and new[j].effects.mutates & new[k].effects.mutates)
            or other.reads & changes
            or _looks(new[k], mine)
        ):
            yield k
        if mine.reads & other.sets or other.reads & mine.sets:
            yield from (j, k)  # what is set is put back for who reads it, and set again
        if mine.writes & other.writes:
            yield max(j, k)
            yield from (each for each in (j, k) if new[each].kind == "Delete")  # there must be something to delete


def _looks(statement: Statement, at: Through) -> bool:
    """Whether a statement that goes through all names sees one that others bind."""
    return bool(at.writes) and statement.effects.looks_at_all


def _whole(effects: Effects, through: Through) -> Through:
    return Through(
        effects.reads | through.reads, effects.writes | through.writes, effects.mutates | through.adds_to, through.sets
    )


def longest_rising(values: Sequence[float]) -> set[float]:
    """The values of a longest rising subsequence."""
    if all(map(lt, values, islice(values, 1, None))):
        return set(values)
    ends: list[float] = []
    where: list[int] = []
    previous: list[int] = []
    for index, value in enumerate(values):
        place = bisect_left(ends, value)
        previous.append(where[place - 1] if place else -1)
        if place == len(ends):
            ends.append(value)
            where.append(index)
        else:
            ends[place] = value
            where[place] = index
    chosen = set()
    index = where[-1] if where else -1
    while index >= 0:
        chosen.add(values[index])
        index = previous[index]
    return chosen


def rising(numbers: Sequence[float | None]) -> list[float]:
    """Numbers that rise, with those that are given; all of them anew where there is no room between these.

    >>> rising([0.0, None, None, None, 1.0, None])
    [0.0, 0.25, 0.5, 0.75, 1.0, 2.0]
    """
    found: list[float] = []
    low, missing = -1.0, 0
    for number in numbers:
        if number is None:
            missing += 1
            continue
        found += [low + (number - low) * part / (missing + 1) for part in range(1, missing + 1)]
        found.append(number)
        low, missing = number, 0
    found += [low + part for part in range(1, missing + 1)]
    return found if all(map(lt, found, islice(found, 1, None))) else [float(place) for place in range(len(found))]
