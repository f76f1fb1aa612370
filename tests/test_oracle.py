"""What the oracle says: kept cases, and drawn programs under drawn edits, compared with fresh processes."""

from __future__ import annotations

import json
import random
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import LiveFactory
from oracle.client import Client
from oracle.everyday import CASES
from oracle.judge import judge
from oracle.run import Finding, describe, draw, search
from oracle.subject import Scenario

EDITS = 300 if sys.version_info[:2] in ((3, 11), (3, 13)) else 100
"""On 3.11, where runs are guessed, and on one of those that tell them, more than on the others."""
FEW = 20
KNOWN: dict[str, str] = {}
"""Kept cases that go wrong still, each with the reason."""
if sys.version_info < (3, 12):
    KNOWN["a protocol's members"] = "a protocol has another __init__ once it has been used"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def _cases() -> list[object]:
    found: list[object] = []
    for name in CASES:
        marks = [pytest.mark.xfail(strict=False, reason=KNOWN[name])] if name in KNOWN else []
        found.append(pytest.param(name, marks=marks))
    return found


@pytest.mark.parametrize("name", _cases())
def test_kept_case(client: Client, name: str) -> None:
    played = client.play(CASES[name])
    assert played.fresh[0].error is None
    wrong = judge(CASES[name], played)
    assert not wrong, describe(Finding(CASES[name], wrong, name))


def test_known_failures_are_cases() -> None:
    assert KNOWN.keys() <= CASES.keys()


def test_drawn_programs_with_a_fixed_seed(client: Client) -> None:
    _search(client, EDITS, 1)


def test_drawn_programs_with_a_random_seed(client: Client) -> None:
    _search(client, FEW, random.SystemRandom().randrange(10**6))


def _search(client: Client, edits: int, seed: int) -> None:
    findings: list[Finding] = []
    tally = search(client, edits, seed, 1, None, frozenset(), findings.append)
    assert not findings, describe(findings[0])
    assert tally.edits >= edits


def test_the_oracle_sees_what_is_wrong(client: Client) -> None:
    """A reloader that does nothing is found out at once, and the scenario is made small."""
    findings: list[Finding] = []
    with Client(idle=True) as idle:
        search(idle, 100, 1, 1, frozenset({"stale"}), frozenset(), findings.append)
    (finding,) = findings
    assert finding.wrong[0].kind == "stale"
    last = finding.scenario.versions[-1]
    assert len(finding.scenario.versions) == 2
    assert sum(len(text.splitlines()) for text in last.values()) <= 4, describe(finding)


# --- through the watcher and the thread --------------------------------------------------------------------

PARTED = """
    import json, sys
    sys.path.append({tests!r})
    from oracle import snapshot
    def parted(expected):
        modules = {{n: m for n, m in sys.modules.items() if (getattr(m, "__file__", None) or "").startswith({root!r})}}
        loaded = modules.keys() & set(json.loads(expected)["loaded"])
        seen = json.loads(json.dumps(snapshot.take(modules, {{}}, loaded)))
        return {{p: (v, seen.get(p)) for p, v in json.loads(expected)["state"].items() if v != seen.get(p)}}
"""


@pytest.mark.parametrize("seed", range(3))
def test_drawn_program_through_the_watcher(client: Client, live: LiveFactory, tmp_path: Path, seed: int) -> None:
    scenario = _all_good(client, draw(f"watched:{seed}", client.runs, frozenset(), edits=4))
    process = live(dict(scenario.versions[0]))
    process.do(textwrap.dedent(PARTED).format(tests=str(Path(__file__).parent), root=str(tmp_path)))
    process.do("".join(f"import {name}\n" for name in scenario.entries))
    for number, fresh in enumerate(client.play(scenario).fresh):
        if number:
            before, after = scenario.versions[number - 1], scenario.versions[number]
            changed = {path: text for path, text in after.items() if before.get(path) != text}
            process.edit({**changed, **dict.fromkeys(before.keys() - after)})
        state = {path: value for path, value in fresh.state.items() if "()" not in path}
        process.until(f"parted({json.dumps({'state': state, 'loaded': fresh.loaded})!r})", {})


def _all_good(client: Client, scenario: Scenario) -> Scenario:
    """The versions that run."""
    good = [v for v in scenario.versions if client.runs(Scenario((v,), scenario.entries))]
    return Scenario(tuple(good), scenario.entries)
