"""Draws scenarios, plays them, and makes what goes wrong small."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from .client import Client
from .edits import broken, draw_edit
from .grammar import Names, draw_program
from .judge import Wrong, judge
from .mutations import draw_mutated
from .shrink import shrink
from .subject import Scenario


@dataclass
class Tally:
    scenarios: int = 0
    edits: int = 0
    broken: int = 0
    wrong: int = 0


@dataclass(frozen=True)
class Finding:
    """A scenario that goes wrong, made small."""

    scenario: Scenario
    wrong: list[Wrong]
    seed: str


def draw(
    seed: str, runs: Callable[[Scenario], bool], without: frozenset[str] = frozenset(), edits: int = 6
) -> Scenario:
    """The scenario of a seed: edits, some of which break the program and are mended by the next."""
    random, names = Random(seed), Names(without)
    program = draw_program(random, names)
    while not runs(Scenario((program.render(),), program.entries)):
        program = draw_program(random, names)
    versions = [program.render()]
    while len(versions) <= edits:
        if random.random() < 0.1:
            versions.append(broken(random, program).render())
        edited = draw_edit(random, names, program)
        versions.append(edited.render())
        if runs(Scenario((versions[-1],), program.entries)) or random.random() < 0.1:
            program = edited
        elif random.random() < 0.5:
            versions.pop()
    return Scenario(tuple(versions), program.entries)


def search(
    client: Client,
    edits: int,
    seed: int,
    most: int,
    kinds: frozenset[str] | None,
    without: frozenset[str],
    found: Callable[[Finding], object],
    mutated: bool = False,
) -> Tally:
    """Play scenarios until `edits` edits were played or `most` findings made; of kept cases where `mutated`."""
    tally = Tally()
    while tally.edits < edits and tally.wrong < most:
        name = f"{seed}:{tally.scenarios}"
        tally.scenarios += 1
        scenario = draw_mutated(name, client.runs) if mutated else draw(name, client.runs, without)
        played = client.play(scenario)
        if played.fresh[0].error is not None:
            continue
        tally.edits += len(played.live)
        tally.broken += sum(f.error is not None for f in played.fresh[1:])
        wrong = [w for w in judge(scenario, played) if kinds is None or w.kind in kinds]
        if wrong:
            tally.wrong += 1
            found(minimised(client, scenario, wrong[0], name))
    return tally


def minimised(client: Client, scenario: Scenario, wrong: Wrong, seed: str) -> Finding:
    mark = _mark(wrong)

    def bad(candidate: Scenario) -> bool:
        return any(_mark(w) == mark for w in judge(candidate, client.play(candidate)))

    cut = Scenario(scenario.versions[: wrong.step + 1], scenario.entries)
    small = shrink(cut if bad(cut) else scenario, bad)
    return Finding(small, judge(small, client.play(small)), seed)


def _mark(wrong: Wrong) -> tuple[str, str]:
    """What must stay the same while a scenario is made smaller."""
    return wrong.kind, wrong.text.partition(":")[0] if wrong.kind == "refused" else ""


def describe(finding: Finding) -> str:
    """A finding as a person reads it: files, edits, and what is wrong."""
    lines = [f"### {finding.wrong[0].kind if finding.wrong else 'gone'} (seed {finding.seed})", ""]
    lines.append(f"imported in this order: {', '.join(finding.scenario.entries)}")
    before: dict[str, str] = {}
    for number, version in enumerate(finding.scenario.versions):
        lines.append("start:" if number == 0 else f"edit {number}:")
        for path in [*version, *(p for p in before if p not in version)]:
            if before.get(path) != version.get(path):
                text = version.get(path, "(removed)")
                lines += [f"    # {path}", *(f"    {line}" for line in text.splitlines())]
        before = dict(version)
    for wrong in finding.wrong[:6]:
        lines.append(f"- {wrong.kind}: {wrong.text[:400]}")
    if finding.wrong:
        lines.append("- reload: " + finding.wrong[0].summary.strip().replace("\n", "\n    ")[-900:])
    return "\n".join(lines)
