"""Whether a value that was made anew is what the old one is."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime
import decimal
import enum
import functools
from types import SimpleNamespace
from typing import Any

import pytest

from hmr_daemon.live.values import same


@dataclasses.dataclass
class Point:
    x: Any
    y: Any = 0


class Plain:
    pass


class Colour(enum.Enum):
    RED = 1


class Strange:
    """Like an array: its comparisons are no answers."""

    def __eq__(self, other: object) -> Any:
        return [True, False]

    __hash__ = None  # type: ignore[assignment]


class Raising:
    def __eq__(self, other: object) -> bool:
        raise KeyboardInterrupt

    __hash__ = None  # type: ignore[assignment]


def function(n: int) -> Any:
    return lambda: n


EAST = datetime.timezone(datetime.timedelta(hours=1))
SAME = [
    (1, 1),
    ("a", "a"),
    (float("nan"), float("nan")),
    ([1, [2, (3, {"k": {4}})]], [1, [2, (3, {"k": {4}})]]),
    (Point(1, [2]), Point(1, [2])),
    (frozenset({1}), frozenset({1})),
    (function(1), function(1)),
    (b"x", b"x"),
    (range(3), range(3)),
    (collections.deque([1]), collections.deque([1])),
    (collections.Counter("ab"), collections.Counter("ab")),
    (decimal.Decimal("1.0"), decimal.Decimal("1.0")),
    (Colour.RED, Colour.RED),
]
DIFFERENT = [
    (1, True),
    (1, 1.0),
    (0.0, -0.0),
    ([1], [True]),
    ([1, 2], (1, 2)),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({1}, {True}),
    (Point(1), Point(2)),
    (Point(1), Point(1.0)),
    (Plain(), Plain()),
    (object(), object()),
    (function(1), function(2)),
    (Plain, type("Plain", (), {})),
    (Strange(), Strange()),
    (Raising(), Raising()),
    ([Raising()], [Raising()]),
    (SimpleNamespace(a=1), SimpleNamespace(a=1.0)),
    (functools.partial(int), functools.partial(float)),
    (None, 0),
    (collections.deque([1], 2), collections.deque([1], 3)),
    (collections.deque([1]), collections.deque([True])),
    (collections.defaultdict(list), collections.defaultdict(int)),
    (collections.Counter(a=1, b=2), collections.Counter(b=2, a=1)),
    (collections.Counter(a=0), collections.Counter()),
    (decimal.Decimal("1.0"), decimal.Decimal("1.00")),
    (array.array("i", [1]), array.array("d", [1])),
    (range(0, 3, 2), range(0, 4, 2)),
    (datetime.time(1), datetime.time(1, fold=1)),
    (datetime.datetime(2020, 1, 1, 1, tzinfo=EAST), datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)),
]


@pytest.mark.parametrize(("old", "new"), SAME, ids=lambda value: type(value).__name__)
def test_same(old: object, new: object) -> None:
    assert same(old, new)
    assert same(new, old)


@pytest.mark.parametrize(("old", "new"), DIFFERENT, ids=lambda value: type(value).__name__)
def test_different(old: object, new: object) -> None:
    assert not same(old, new)
    assert not same(new, old)


def test_the_very_same_object_needs_no_comparison() -> None:
    strange = Raising()
    assert same(strange, strange)
    assert same([strange], [strange])


def test_a_value_that_holds_itself_ends() -> None:
    one: list[Any] = []
    one.append(one)
    other: list[Any] = []
    other.append(other)
    assert not same(one, other)
