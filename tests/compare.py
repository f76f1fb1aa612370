"""The single cases of the tests, played under other reloaders too: `python tests/compare.py [-v] [NAME ...]`.

Each reloader gets a virtual environment of its own (kept in `.venv-compare`) and is switched on as its documentation
says. A case holds if all that it expects is seen shortly after the edit. The cases were written for this project, so
the others are asked for what they do not set out to do as well.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import test_classes
import test_functions
import test_reload
from live import Environment, Live, LiveError, clean_environ
from workshop import Bench, Case, as_expected

PROJECT = Path(__file__).resolve().parent.parent
FOLDER = PROJECT / ".venv-compare"
PAUSE = 0.3  # seconds; all of them need less
JURIGGED = "import jurigged; jurigged.watch('.', logger=lambda event: None)"
AUTORELOAD = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(user_module=__import__("__main__"))
shell.run_line_magic("load_ext", "autoreload")
shell.run_line_magic("autoreload", "{mode}")
"""


@dataclass(frozen=True)
class Reloader:
    """Another way to have edits live."""

    name: str
    requirement: str
    preamble: str = ""
    before_look: str = ""


RELOADERS = [
    Reloader("hmr-daemon", str(PROJECT)),
    Reloader("IPython %autoreload 2", "ipython", AUTORELOAD.format(mode=2), "shell.run_cell('pass')"),
    Reloader("IPython %autoreload 3", "ipython", AUTORELOAD.format(mode=3), "shell.run_cell('pass')"),
    Reloader("jurigged", "jurigged", JURIGGED),
]
CASES: dict[str, Mapping[str, Case]] = {
    "values, dependents, state": test_reload.CASES,
    "functions": test_functions.CASES,
    "classes": test_classes.whole_cases(),
}


def main() -> None:
    names = [argument for argument in sys.argv[1:] if argument != "-v"]
    for reloader in RELOADERS:
        if names and reloader.name.split()[0] not in names:
            continue
        environment = environment_of(reloader)
        found = {group: list(played(environment, reloader, cases)) for group, cases in CASES.items()}
        total = [held for verdicts in found.values() for held in verdicts]
        parts = ", ".join(f"{group} {sum(verdicts)} of {len(verdicts)}" for group, verdicts in found.items())
        print(
            f"{reloader.name} {version_of(environment, reloader)}: {sum(total)} of {len(total)} cases ({parts})",
            flush=True,
        )


def version_of(environment: Environment, reloader: Reloader) -> str:
    name = reloader.requirement if reloader.preamble else "hmr-daemon"
    return environment.run("-c", f"from importlib.metadata import version; print(version({name!r}))").stdout.strip()


def environment_of(reloader: Reloader) -> Environment:
    folder = FOLDER / reloader.requirement.rpartition("/")[2]
    environment = Environment(folder)
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "virtualenv", "-q", str(folder)], env=clean_environ(), check=True)
        environment.pip("install", reloader.requirement)
    if not reloader.preamble:
        environment.pip("install", "--force-reinstall", "--no-deps", reloader.requirement)  # as it is now
    return environment


def played(environment: Environment, reloader: Reloader, cases: Mapping[str, Case]) -> Iterator[bool]:
    with tempfile.TemporaryDirectory() as folder:
        process = Live(environment.python, Path(folder).resolve())
        process.do(reloader.preamble)
        for number, (name, case) in enumerate(cases.items()):
            held = holds(Bench(process, f"_{number}"), reloader, case)
            if not held and "-v" in sys.argv:
                print(f"  {reloader.name}: {name}", flush=True)
            yield held
        process.close()


def holds(bench: Bench, reloader: Reloader, case: Case) -> bool:
    before, after, setup, expected = case
    try:
        bench.write(before, age=10)
        bench.do(bench.importing(before, setup))
        bench.do(reloader.before_look)  # as after any cell
        time.sleep(PAUSE)  # there is nothing to wait for that all of them have
        bench.write(after, aside=False)  # a rename is not noticed by all of them
        time.sleep(PAUSE)
        bench.do(reloader.before_look)
        found = bench.see_each({expression: expression for expression in expected})
        return all(as_expected(found[expression], value) for expression, value in expected.items())
    except LiveError:
        return False


if __name__ == "__main__":
    main()
