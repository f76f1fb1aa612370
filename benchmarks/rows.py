"""The rows of the table: each work, how it is measured, and its goal."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import projects
from .environments import Environment
from .measure import Figure, Subject, alternating, instructions, percentile, process_cost

RICH = "import rich.console, rich.live, rich.markdown, rich.progress, rich.syntax, rich.table, rich.traceback"
ANSWER = "sys.modules[{module!r}].answer() == want"


@dataclass(frozen=True)
class Setting:
    """What the rows are measured with."""

    plain: Environment
    live: Environment
    user_packages: Path
    quick: bool = False

    def times(self, number: int) -> int:
        return max(3, number // 5) if self.quick else number


@contextmanager
def temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hmr-daemon-bench-") as folder:
        yield Path(folder).resolve()


@contextmanager
def running(environment: Environment, folder: Path, code: str) -> Iterator[Subject]:
    """A process that has imported a project."""
    with Subject(environment, folder) as subject:
        subject.load(code)
        yield subject


@contextmanager
def resting(environment: Environment, folder: Path, code: str) -> Iterator[Subject]:
    """A process that has imported a project and asks hmr-daemon for nothing."""
    with Subject(environment, folder) as subject:
        subject("run", code=code)
        subject("rest")
        yield subject


# --- not being there ---------------------------------------------------------------------------------------


def startup(setting: Setting) -> Iterator[Figure]:
    for name, arguments, pairs in (("python -c pass", ["-c", "pass"], 150), ("pip --version", PIP, 20)):
        with temporary() as folder:
            yield _process_ratio(name, setting, folder, arguments, 1.05, setting.times(pairs), counted=True)


PIP = ["-m", "pip", "--version"]


def idle_process(setting: Setting) -> Iterator[Figure]:
    """A process that imports nothing of the user's holds nothing of ours but the startup module."""
    with temporary() as folder, Subject(setting.live, folder) as subject:
        state = subject("state")
        yield Figure("python -c pass: threads", state["threads"], "", 1)
        yield Figure("python -c pass: modules of ours", len(state["ours"]), "", 1, {"which": " ".join(state["ours"])})


def imports(setting: Setting) -> Iterator[Figure]:
    for linked in ("from", "import"):
        with temporary() as folder:
            projects.many(folder, 300, linked)
            name = f"import of 300 modules ({'from m import X' if linked == 'from' else 'import m'})"
            yield _process_ratio(name, setting, folder, ["-c", "import everything"], 1.05, setting.times(25))
    for name, code, pairs in (("rich", RICH, 20), ("sympy 1.13", "import sympy", 12)):
        folder = setting.user_packages
        yield _process_ratio(
            f"import of {name} as user code", setting, folder, ["-c", code], 1.15, setting.times(pairs)
        )


def _process_ratio(
    name: str, setting: Setting, folder: Path, arguments: list[str], goal: float, pairs: int, counted: bool = False
) -> Figure:
    """Processor time of a process from start to end; `counted`: by instructions too, where they can be counted."""
    environ = {"PYTHONPATH": str(folder)}

    def cost(environment: Environment) -> float:
        return process_cost([environment.python, *arguments], folder, **environ)[0]

    ratio, live, plain = alternating(lambda: cost(setting.live), lambda: cost(setting.plain), pairs)
    detail: dict[str, float | str] = {"live ms": live, "plain ms": plain}
    if counted:
        counts = [instructions([each.python, *arguments], folder, **environ) for each in (setting.live, setting.plain)]
        if counts[0] is not None and counts[1] is not None:
            detail |= {"by instructions": counts[0] / counts[1], "live M": counts[0], "plain M": counts[1]}
    return Figure(name, ratio, "x", goal, detail)


STEADY = {
    "module attribute read": "small.value",
    "function call": "function()",
    "method call": "thing.method()",
    "from m import X": "from small import value",
}
PREPARE = "import small; from small import answer as function; thing = small.Thing()"


def steady(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        with running(setting.live, folder, PREPARE) as live, running(setting.plain, folder, PREPARE) as plain:
            for name, statement in STEADY.items():
                number = 10_000 if "import" in statement else 50_000
                ratio, one, two = alternating(
                    lambda: live("looped", statement=statement, number=number),  # noqa: B023 - called at once
                    lambda: plain("looped", statement=statement, number=number),  # noqa: B023
                    setting.times(60),
                )
                yield Figure(f"{name}, in steady state", ratio, "x", 1.02, {"live ns": one, "plain ns": two})


# --- from a save to being live -----------------------------------------------------------------------------


def saves(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        with running(setting.live, folder, "import small") as subject:
            yield from _save(
                subject, folder / "small.py", "small", "a function in a small module", 10, 20, 100, setting
            )
    with temporary() as folder:
        projects.long_module(folder, 5000)
        with running(setting.live, folder, "import long") as subject:
            yield from _save(subject, folder / "long.py", "long", "a function in 5,000 lines", 30, None, 25, setting)
    with temporary() as folder:
        projects.many(folder, 5000)
        path, module = folder / "project/part25/module2500.py", "project.part25.module2500"
        with running(setting.live, folder, "import everything") as subject:
            what = "a function in a project of 5,000 modules"
            yield from _save(subject, path, module, what, 30, None, 25, setting)


def _save(
    subject: Subject, path: Path, module: str, what: str, goal: float, tail: float | None, rounds: int, setting: Setting
) -> Iterator[Figure]:
    found = subject("saves", edits=[edit_of(path)], probe=ANSWER.format(module=module), rounds=setting.times(rounds))
    elapsed, reload = found["elapsed"], found["reload"]
    detail: dict[str, float | str] = {"of which the reload": statistics.median(reload), "first": elapsed[0]}
    detail["worst"] = max(elapsed)
    yield Figure(f"save to live: {what}, median", statistics.median(elapsed), "ms", goal, detail)
    yield Figure(f"save to live: {what}, 95th percentile", percentile(elapsed, 0.95), "ms", tail)


def edit_of(path: Path) -> tuple[str, str]:
    """The file as a template in which the value that its `answer` returns is to be filled in."""
    head, separator, tail = path.read_text(encoding="utf-8").partition("return argument * 0 + ")
    return str(path), head.replace("{want}", "") + separator + "{want}" + tail.lstrip("0123456789")


def constant(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.constant(folder, 300)
        with running(setting.live, folder, "import everything") as subject:
            subject("run", code="users = [m for n, m in sys.modules.items() if n.startswith('users.user')]")
            edits = [(str(folder / "data.py"), "LIMIT = {want}\n")]
            found = subject("saves", edits=edits, probe="all(m.LIMIT == want for m in users)", rounds=setting.times(25))
    detail: dict[str, float | str] = {"of which the reload": statistics.median(found["reload"])}
    yield Figure("a constant that 300 modules import", statistics.median(found["elapsed"]), "ms", 30, detail)


def diamond(setting: Setting) -> Iterator[Figure]:
    """Once with statements that do nothing to speak of, once with a millisecond of work in each."""
    for work, goal in ((0, None), (50_000, 2.0)):
        with temporary() as folder:
            projects.diamond(folder, 10, 10, work)
            with running(setting.live, folder, "import everything") as subject:
                yield from _diamond(subject, folder, work, goal, setting.times(10))


def _diamond(subject: Subject, folder: Path, work: int, goal: float | None, rounds: int) -> Iterator[Figure]:
    edits = [(str(folder / "diamond/top.py"), "value = {want}\n")]
    codes = [("diamond.top", "value = 0")]
    for layer in range(10):
        for column in range(10):
            name = f"diamond.m{layer}_{column}"
            lines = (folder / (name.replace(".", "/") + ".py")).read_text(encoding="utf-8").splitlines()
            codes += [(name, line) for line in lines]
    probe = "all(sys.modules[f'diamond.m9_{n}'].value == want for n in range(10))"
    found = subject("saves", edits=edits, probe=probe, rounds=rounds)
    hand = subject("by_hand", codes=codes, rounds=5)
    elapsed, from_text = statistics.median(found["elapsed"]), statistics.median(hand["from_text"])
    detail: dict[str, float | str] = {
        "save to live ms": elapsed,
        "reload ms": statistics.median(found["reload"]),
        "by hand ms": from_text,
        "by hand, compiled before, ms": statistics.median(hand["executed"]),
        "statements": len(codes),
    }
    size = "a millisecond of work in each" if work else "no work"
    yield Figure(f"diamond of depth 10, width 10, {size}", elapsed / from_text, "x", goal, detail)
    yield Figure(f"diamond, {size}: statements run / statements", max(found["ran"]) / len(codes), "x", 1.0)


def branch_switch(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.many(folder, 500)
        paths = [folder / f"project/part{index // 100}/module{index}.py" for index in range(500)]
        edits = [edit_of(path) for path in paths]
        with running(setting.live, folder, "import everything") as subject:
            subject("run", code="every = [m for m in sys.modules.values() if '.module' in m.__name__]")
            probe = "all(m.answer() == want for m in every)"
            found = subject("saves", edits=edits, probe=probe, rounds=setting.times(6), pause=0.5)
            compiling = statistics.median(subject("compile_by_hand", edits=edits, rounds=5))
    elapsed, reload = statistics.median(found["elapsed"]), statistics.median(found["reload"])
    detail: dict[str, float | str] = {"from the last save, ms": elapsed, "reload ms": reload, "compiling ms": compiling}
    yield Figure("500 files changed at once / compiling them", elapsed / compiling, "x", 2.0, detail)


# --- what it holds -----------------------------------------------------------------------------------------


def holding(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        with resting(setting.live, folder, "import small") as live:
            seconds = 2 if setting.quick else 10
            used = live("idle", seconds=seconds)
            yield Figure("idle processor time, of a processor", used / seconds * 100, "%", 0.05)
            memory = live("state")["memory"]
        added = memory - _memory(setting.plain, folder, "import small")
        watchdog = _memory(setting.live, folder, WATCHDOG) - _memory(setting.live, folder, "")
        detail: dict[str, float | str] = {"a watchdog observer alone, MB": watchdog, "altogether, MB": added}
        yield Figure("memory added to an idle process, beyond a watchdog observer", added - watchdog, "MB", 3, detail)
    yield from _project_holding(setting)
    yield from _sympy_holding(setting)


def _memory(environment: Environment, folder: Path, code: str) -> float:
    with resting(environment, folder, code) as subject:
        return float(subject("state")["memory"])


WATCHDOG = "from watchdog.observers import Observer; Observer().start()"


def _project_holding(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.many(folder, 1000)
        source = sum(path.stat().st_size for path in folder.rglob("module*.py")) / 2**20
        more, state = _added(setting, folder, "import project", "import everything")
        folders = 1 + sum(each.is_dir() and each.name != "__pycache__" for each in folder.rglob("*"))
    yield Figure("threads, with the main one", state["threads"], "", 4)
    yield Figure("inotify watches / folders of imported packages", state["watches"] / folders, "x", 1)
    detail: dict[str, float | str] = {"MB": more, "source MB": source, "bytes of source": source / 1000 * 2**20}
    yield Figure("memory per tracked module / its source (1,000 small modules)", more / source, "x", 1.5, detail)


SOURCES = """
import os
sources = sum(os.path.getsize(m.__file__) for n, m in sys.modules.items() if n.split(".")[0] == "sympy") / 2**20
"""


def _sympy_holding(setting: Setting) -> Iterator[Figure]:
    with temporary() as folder:
        projects.small(folder)
        found = f"sys.path.insert(0, {str(setting.user_packages)!r}); import sympy"
        more, _ = _added(setting, folder, "import small", found)
        with running(setting.plain, folder, found + SOURCES) as subject:
            source = subject("value", of="sources")
    detail: dict[str, float | str] = {"MB": more, "source MB": source}
    yield Figure("memory per tracked module / its source (sympy)", more / source, "x", 1.5, detail)


def _added(setting: Setting, folder: Path, first: str, then: str) -> tuple[float, dict[str, Any]]:
    """How much more memory of its own the live process takes for an import, and the live process's state after."""
    grown, state = {}, {}
    for environment in (setting.plain, setting.live):
        with running(environment, folder, first) as subject:
            before = subject("state")["memory"]
            subject.load(then)
            state = subject("state")
            grown[environment.name] = state["memory"] - before
    return grown["live"] - grown["plain"], state


def heap(setting: Setting) -> Iterator[Figure]:
    objects = 1_000_000 if setting.quick else 10_000_000
    with temporary() as folder:
        projects.small(folder)
        with running(setting.live, folder, f"import small; held = [[] for _ in range({objects})]") as subject:
            what = f"a function beside {objects:,} objects"
            yield from _save(subject, folder / "small.py", "small", what, 30, None, 25, setting)


def growth(setting: Setting) -> Iterator[Figure]:
    for count in (10, 100, 1000) if setting.quick else (10, 100, 1000, 3000, 10_000):
        with temporary() as folder:
            projects.many(folder, count)
            path = folder / f"project/part{count // 200}/module{count // 2}.py"
            module = f"project.part{count // 200}.module{count // 2}"
            with running(setting.live, folder, "import everything") as subject:
                first, *_ = _save(subject, path, module, f"a function among {count:,} modules", 30, None, 15, setting)
                yield Figure(f"growth: {first.work}", first.value, "ms", None, first.detail | {"modules": count})


ROWS: dict[str, Callable[[Setting], Iterator[Figure]]] = {
    "startup": startup,
    "idle_process": idle_process,
    "steady": steady,
    "imports": imports,
    "saves": saves,
    "constant": constant,
    "diamond": diamond,
    "branch_switch": branch_switch,
    "holding": holding,
    "heap": heap,
    "growth": growth,
}
