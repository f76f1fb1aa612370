"""Changes that can be taken back together."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from hmr_daemon.live import successors
from hmr_daemon.live.transaction import MISSING, Transaction, put_in_order


class Thing:
    a = 1

    def method(self) -> int:
        return self.a


def test_roll_back_restores_what_was() -> None:
    mapping: dict[str, Any] = {"old": 1, "gone": 2}
    thing = Thing()
    transaction = Transaction()
    transaction.set_item(mapping, "old", 10)
    transaction.set_item(mapping, "new", 3)
    transaction.delete_item(mapping, "gone")
    transaction.set_attribute(thing, "a", 5)
    assert mapping == {"old": 10, "new": 3}
    assert thing.a == 5
    transaction.roll_back()
    assert mapping == {"old": 1, "gone": 2}
    assert thing.a == 1


def test_members_of_a_class() -> None:
    class Own:
        a = 1
        gone = 2

    transaction = Transaction()
    transaction.set_member(Own, "a", 10)
    transaction.set_member(Own, "b", 20)
    transaction.delete_member(Own, "gone")
    assert (Own.a, vars(Own)["b"], hasattr(Own, "gone")) == (10, 20, False)
    transaction.roll_back()
    assert (Own.a, hasattr(Own, "b"), Own.gone) == (1, False, 2)


def test_a_batch_becomes_visible_at_its_end() -> None:
    mapping: dict[str, int] = {}
    transaction = Transaction()
    transaction.start_batch()
    transaction.set_item(mapping, "a", 1)
    transaction.set_item(mapping, "b", 2)
    assert mapping == {}
    transaction.end_batch()
    assert mapping == {"a": 1, "b": 2}
    transaction.roll_back()
    assert mapping == {}


def test_a_guarded_namespace_comes_back_whatever_was_done_to_it() -> None:
    module = ModuleType("made")
    module.__dict__.update(kept=1, changed=[1], gone=3)
    transaction = Transaction()
    transaction.guard_namespace(module)
    module.__dict__["changed"] = "other"
    module.__dict__["added"] = 5
    del module.__dict__["gone"]
    transaction.roll_back()
    names = {name: value for name, value in vars(module).items() if not name.startswith("__")}
    assert names == {"kept": 1, "changed": [1], "gone": 3}


def test_an_undo_that_fails_does_not_keep_the_others() -> None:
    mapping = {"a": 1}
    transaction = Transaction()
    transaction.set_item(mapping, "a", 2)
    transaction.on_undo(int, "no number")
    transaction.roll_back()
    assert mapping == {"a": 1}


def test_missing_is_told_from_none() -> None:
    assert repr(MISSING) == "<missing>"
    assert MISSING is not None


def test_classes_that_take_over_leave_what_is_remembered_alone() -> None:
    """Each replaces the old class wherever it stands, but for the copies from which all is taken back."""
    olds = tuple(type(f"K{number}", (), {"__slots__": ("a",)}) for number in range(12))
    everyone, by_class = list(olds), {old: old.__name__ for old in olds}
    transaction = Transaction()
    for old in olds:
        successors.take_over(transaction, old, type(old.__name__, (), {"__slots__": ("a", "b")}), [])
    assert not set(olds) & {*everyone, *by_class}
    transaction.roll_back()
    assert tuple(everyone) == olds
    assert tuple(by_class) == olds


def test_keys_are_put_in_order() -> None:
    mapping = {"a": 1, "b": 2, "c": 3}
    put_in_order(mapping, ["c", "a"])
    assert list(mapping.items()) == [("b", 2), ("c", 3), ("a", 1)]
    put_in_order(mapping, ["b", "gone", "c"])
    assert mapping == {"a": 1, "b": 2, "c": 3}
