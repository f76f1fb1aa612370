"""Where lines are after an edit."""

from __future__ import annotations

import pytest

from hmr_daemon.reloading.breakpoints import moved


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("a b c", "a b c", [1, 2, 3]),
        ("a b c", "x y a b c", [3, 4, 5]),
        ("a b c", "a x b c", [1, 3, 4]),
        ("a b c", "a x c", [1, 2, 3]),  # changed where it stands
        ("a b c", "a c", [1, 2, 2]),  # gone: what took its place
        ("a b c", "a b", [1, 2, 2]),
        ("a b c d", "a x d", [1, 2, 2, 3]),
        ("a b", "", [1, 1]),
        ("", "a", [1]),
    ],
)
def test_lines_move(before: str, after: str, expected: list[int]) -> None:
    assert moved(before.encode().split(), after.encode().split()) == expected
