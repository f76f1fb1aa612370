"""The same work by other reloaders, each as its own documentation has it used."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from pathlib import Path

from . import projects
from .environments import Environment
from .measure import Figure, Subject, alternating
from .rows import ANSWER, PREPARE, STEADY, Setting, edit_of, running, temporary


def figures(setting: Setting, environments: list[Environment]) -> Iterator[Figure]:
    for environment in (setting.live, *environments):
        for measure in (_steady, _small_save, _constant):
            try:
                yield from measure(setting, environment)
            except RuntimeError:  # the process gave up waiting
                name = f"{environment.name}: {measure.__name__.strip('_').replace('_', ' ')}"
                yield Figure(name, 0.0, "", None, {"outcome": "never live"})


def _steady(setting: Setting, environment: Environment) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        with _running(environment, folder, PREPARE) as one, running(setting.plain, folder, PREPARE) as plain:
            for name, statement in STEADY.items():
                ratio, mine, other = alternating(
                    lambda: one("looped", statement=statement, number=10_000),  # noqa: B023 - called at once
                    lambda: plain("looped", statement=statement, number=10_000),  # noqa: B023
                    setting.times(15),
                )
                yield Figure(f"{environment.name}: {name}", ratio, "x", None, {"ns": mine, "plain ns": other})


def _small_save(setting: Setting, environment: Environment) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        with _running(environment, folder, "import small") as subject:
            edits, probe = [edit_of(folder / "small.py")], ANSWER.format(module="small")
            found = subject("saves", edits=edits, probe=probe, rounds=setting.times(25), pause=1.1)
    yield Figure(f"{environment.name}: save to live, one function", statistics.median(found["elapsed"]), "ms")


def _constant(setting: Setting, environment: Environment) -> Iterator[Figure]:
    with temporary() as folder:
        projects.constant(folder, 300)
        with _running(environment, folder, "import everything") as subject:
            subject("run", code="users = [m for n, m in sys.modules.items() if n.startswith('users.user')]")
            edits = [(str(folder / "data.py"), "LIMIT = {want}\n")]
            probe = "all(m.LIMIT == want for m in users)"
            found = subject("saves", edits=edits, probe=probe, rounds=5, pause=1.1, patience=5)
    yield Figure(f"{environment.name}: a constant that 300 modules import", statistics.median(found["elapsed"]), "ms")


def _running(environment: Environment, folder: Path, code: str) -> Subject:
    subject = Subject(environment, folder)
    subject.load(code)
    return subject
