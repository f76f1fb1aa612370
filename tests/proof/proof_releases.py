"""Long version of tests/test_releases.py: chains of releases, each written over the one before under one process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proof.conftest import Figure
from test_releases import Release, environment_with, play

CHAINS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # name: (what else it needs, its releases; the versions of several packages are separated by blanks)
    "rich": (
        ("markdown-it-py", "pygments"),
        ("13.5.3", "13.6.0", "13.7.1", "13.8.1", "13.9.4", "14.0.0", "14.1.0", "14.2.0", "14.3.4", "15.0.0"),
    ),
    "click": ((), ("8.1.3", "8.1.6", "8.1.7", "8.1.8", "8.2.0", "8.2.1", "8.3.0", "8.3.3", "8.4.2", "8.5.1")),
    "httpx": (
        ("httpcore", "anyio", "certifi", "idna", "sniffio"),
        ("0.24.1", "0.25.0", "0.25.2", "0.26.0", "0.27.0", "0.27.2", "0.28.1"),
    ),
    "networkx": ((), ("3.2.1", "3.3", "3.4", "3.4.2", "3.5", "3.6.1")),
    "flask werkzeug jinja2": (
        ("flask", "werkzeug", "jinja2"),  # which ask for their own metadata; what is played stands before them
        (
            "2.3.2 2.3.4 3.1.2",
            "2.3.3 2.3.8 3.1.3",
            "3.0.0 3.0.1 3.1.3",
            "3.0.3 3.0.6 3.1.4",
            "3.1.0 3.1.3 3.1.5",
            "3.1.2 3.1.5 3.1.6",
        ),
    ),
    "marshmallow": (
        ("packaging",),
        ("3.19.0", "3.20.2", "3.21.3", "3.22.0", "3.23.3", "3.25.1", "3.26.2", "4.0.1", "4.1.2", "4.4.0"),
    ),
    "sympy": (("mpmath",), ("1.12", "1.12.1", "1.13.0", "1.13.1", "1.13.3", "1.14.0")),
}


def releases_of(name: str) -> Iterator[Release]:
    _, versions = CHAINS[name]
    return (dict(zip(name.split(), each.split(), strict=True)) for each in versions)


@pytest.mark.parametrize("name", CHAINS)
def test_releases_of(name: str, wheel: Path, tmp_path: Path, figure: Figure) -> None:
    requirements, _ = CHAINS[name]
    environment = environment_with(tmp_path / "venv", str(wheel), *requirements)
    steps = play(replace(environment, patience=3600), list(releases_of(name)), tmp_path)
    wrong = {step.release: sorted(step.wrong) for step in steps if step.wrong}
    stale = {step.release: sorted(step.stale) for step in steps if step.stale}
    changed, held = sum(step.changed for step in steps), sum(step.held for step in steps)
    right = changed - sum(len(step.wrong) for step in steps)
    fresh = held - sum(len(step.stale) for step in steps)
    figure(f"{len(steps)} releases: {right:,} of {changed:,} changed names; {fresh:,} of {held:,} references held")
    assert (wrong, stale) == ({}, {})
