"""Two versions of a source to the edits between them."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hmr_daemon.syntax import diff, parsing
from hmr_daemon.syntax.diff import Change
from hmr_daemon.syntax.statements import Statement


def parse(source: str) -> tuple[Statement, ...]:
    return parsing.parse(textwrap.dedent(source).encode()).statements


def edits(old: str, new: str) -> dict[str, str]:
    """What became of each statement: its label to a change, `-label` where it is removed."""
    before, after = parse(old), parse(new)
    found = {}
    for edit in diff.compare(before, after):
        if edit.new is None:
            assert edit.old is not None
            found[f"-{before[edit.old].label}"] = edit.change.name
        else:
            found[after[edit.new].label] = edit.change.name
    return found


def test_nothing() -> None:
    assert edits("", "") == {}
    assert edits("x = 1\n\ny = 2", "x = 1\ny = 2  # two") == {"x": "SAME", "y": "SAME"}


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("x = 1", "x = 2", {"x": "SHELL"}),
        ("x = 1", "x = 1\ny = 2", {"x": "SAME", "y": "ADDED"}),
        ("x = 1\ny = 2", "y = 2", {"y": "SAME", "-x": "REMOVED"}),
        ("def f(): return 1", "def f(): return 2", {"f": "BODY"}),
        ("def f(a=1): return 1", "def f(a=2): return 1", {"f": "SHELL"}),
        ("def f(): return 1", "f = 5", {"f": "SHELL"}),
        ("class C:\n    def m(self): return 1", "class C:\n    def m(self): return 2", {"C": "BODY"}),
        ("class C:\n    a = 1", "class C:\n    a = 2", {"C": "SHELL"}),
        ("f = lambda: 1", "f = lambda: 2", {"f": "BODY"}),
        ("print(1)", "print(2)", {"print(2)": "SHELL"}),
        ("from a import b", "from c import b", {"b": "SHELL"}),
        ("import a", "import a.b", {"a": "SHELL"}),
    ],
)
def test_one_edit(old: str, new: str, found: dict[str, str]) -> None:
    assert edits(old, new) == found


def test_a_definition_is_matched_by_its_name_wherever_it_goes() -> None:
    old = "def f(): return 1\ndef g(): return 2\nx = 1"
    new = "x = 1\ndef g(): return 3\ndef f(): return 1"
    assert edits(old, new) == {"x": "SAME", "g": "BODY", "f": "SAME"}


def test_repeated_names_are_matched_in_order() -> None:
    old = "def _(a): return 1\ndef _(b): return 2\ndef _(c): return 3"
    (first, second, third) = diff.compare(parse(old), parse(old.replace("return 2", "return 20")))
    assert [(e.old, e.new, e.change) for e in (first, second, third)] == [
        (0, 0, Change.SAME),
        (1, 1, Change.BODY),
        (2, 2, Change.SAME),
    ]


def test_overloads_come_before_what_they_tell_of() -> None:
    old = "def f(a): return 1"
    found = diff.compare(
        parse(old), parse("@overload\ndef f(a: int): ...\n@overload\ndef f(a: str): ...\ndef f(a=1): return 2")
    )
    assert [(e.old, e.new) for e in found] == [(None, 0), (None, 1), (0, 2)]


@pytest.mark.parametrize(
    ("old", "new", "moved"),
    [
        ("x = 1\ny = x", "y = x\nx = 1", {"y"}),
        ("x = 1\nx = 2", "x = 2\nx = 1", {"x"}),
        ("x = 1\ny = 2", "y = 2\nx = 1", set()),
        ("x = []\nx.append(1)\nx.append(2)", "x = []\nx.append(2)\nx.append(1)", {"x.append(1)", "x.append(2)"}),
        ("import a\ndef f(): return a", "def f(): return a\nimport a", set()),
    ],
)
def test_moves_count_where_something_depends_on_the_order(old: str, new: str, moved: set[str]) -> None:
    found = {label for label, change in edits(old, new).items() if change == "MOVED"}
    assert found <= moved
    assert bool(found) == bool(moved)


STATEMENTS = [
    "x = 1",
    "x = 2",
    "y = x",
    "y = [x]",
    "y.append(1)",
    "def f(): return 1",
    "def f(): return 2",
    "def g(a=x): return 1",
    "class C: a = 1",
    "print(x)",
    "import m",
    "from m import x",
]
sources = some.lists(some.sampled_from(STATEMENTS), max_size=10).map("\n".join)


@given(sources, sources)
def test_each_statement_has_one_fate(old: str, new: str) -> None:
    before, after = parse(old), parse(new)
    found = diff.compare(before, after)
    assert sorted(e.new for e in found if e.new is not None) == list(range(len(after)))
    assert sorted(e.old for e in found if e.old is not None) == list(range(len(before)))
    for edit in found:
        if edit.old is None or edit.new is None:
            assert edit.change is (Change.ADDED if edit.old is None else Change.REMOVED)
        elif edit.change is Change.SAME:
            assert before[edit.old].whole == after[edit.new].whole


@given(sources)
def test_a_source_has_no_edits_to_itself(source: str) -> None:
    assert {edit.change for edit in diff.compare(parse(source), parse(source))} <= {Change.SAME}


@given(some.lists(some.integers(0, 30), unique=True, max_size=12))
def test_the_longest_rising_subsequence(values: list[int]) -> None:
    chosen = diff.longest_rising(values)
    kept = [value for value in values if value in chosen]
    assert kept == sorted(kept)
    longest = [0] * len(values)
    for position, value in enumerate(values):
        longest[position] = 1 + max((longest[i] for i in range(position) if values[i] < value), default=0)
    assert len(chosen) == max(longest, default=0)


def test_there_is_always_room_between_two_numbers() -> None:
    """However many statements come between two others, at once or one after the other."""
    numbers = [0.0, 1.0]
    for _ in range(200):
        numbers = diff.rising([numbers[0], None, *numbers[1:]])
        assert numbers == sorted(set(numbers))
    many = diff.rising([0.0, *[None] * 1000, 1.0])
    assert (many[0], many[-1]) == (0.0, 1.0)
    assert many == sorted(set(many))
