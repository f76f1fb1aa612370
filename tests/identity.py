"""Run in a live process: a package's own test suite, while each of its sources is saved again and again.

python identity.py PACKAGE FOLDER TESTS ...

FOLDER holds the package's sources. Each save moves comments and blank lines, and nothing else. Prints one JSON object:
how each test ended, how often was saved and reloaded, what was run or exchanged by that, and which objects are others
than before the tests. Where NO_HMR_DAEMON is set nothing is saved: what a plain process would say.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

CHANGING = frozenset("__cached__ __loader__ __spec__ __builtins__ __dict__ __weakref__ __firstlineno__".split())


class Outcomes:
    """A pytest plugin: how each test ended."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self.found[report.nodeid] = report.outcome


class Source:
    """A source file with the places where lines can be put in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        lines = self.text.splitlines()
        nodes = [node for node in ast.walk(ast.parse(self.text)) if isinstance(node, ast.stmt)]
        firsts = [min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) for node in nodes]
        strings = {number for node in nodes for number in _inside_strings(node)}
        self.places = sorted({n for n in firsts if n > 2 and n not in strings and _begins(lines[n - 1])})
        self.lines = lines

    def save(self, chance: random.Random) -> None:
        """Put comments and blank lines in, at other places than the last time."""
        chosen = set(chance.sample(self.places, min(len(self.places), 1 + len(self.places) // 8)))
        moved = []
        for number, line in enumerate(self.lines, 1):
            if number in chosen:
                moved += chance.choice(([""], ["# moved"], ["", "    # moved", ""]))
            moved.append(line)
        self._write("\n".join(moved) + "\n")

    def restore(self) -> None:
        self._write(self.text)

    def _write(self, text: str) -> None:
        aside = self.path.with_name(self.path.name + ".tmp~")
        aside.write_text(text, encoding="utf-8")
        aside.replace(self.path)


def _inside_strings(node: ast.stmt) -> Iterator[int]:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.Constant, ast.JoinedStr)) and inner.end_lineno is not None:
            yield from range(inner.lineno + 1, inner.end_lineno + 1)


def _begins(line: str) -> bool:
    """Whether a statement may stand alone on the line: not the rest of ``if x: ...`` or after a semicolon."""
    return ";" not in line and not line.lstrip().startswith(("elif", "else", "except", "finally"))


def import_all(package: str, folder: Path) -> list[Source]:
    found = []
    for path in sorted((folder / package).rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[-1] != "__main__" and not {"tests", "conftest"} & set(parts):
            with contextlib.suppress(Exception):  # some are for other systems
                importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
                found.append(Source(path))
    return found


def modules_of(package: str) -> list[ModuleType]:
    return [module for name, module in sorted(sys.modules.items()) if name.split(".")[0] == package]


def parts_of(package: str) -> dict[str, Any]:
    """Every object that the package's modules and classes name, and what functions are made of; all are kept."""
    found: dict[str, Any] = {}
    for module in modules_of(package):
        waiting = [(f"{module.__name__}.{name}", value) for name, value in vars(module).items()]
        for path, value in waiting:
            if path.rpartition(".")[2] in CHANGING:
                continue
            found[path] = value
            if isinstance(value, type) and value.__module__ == module.__name__ and path.count(".") < 8:
                waiting += [(f"{path}.{name}", member) for name, member in vars(value).items()]
            elif isinstance(value, FunctionType):
                parts = {"defaults": value.__defaults__, "doc": value.__doc__, "closure": value.__closure__}
                found |= {f"{path}({name})": part for name, part in parts.items()}
                found[f"{path}(code)"] = without_lines(value.__code__)
    return found


def without_lines(code: CodeType) -> tuple[Any, ...]:
    constants = tuple(
        without_lines(c) if isinstance(c, CodeType) else sorted(map(repr, c)) if isinstance(c, frozenset) else repr(c)
        for c in code.co_consts
    )
    return (code.co_code, constants if code.co_flags & 1 else None, code.co_names, code.co_varnames, code.co_flags)


def others(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Names of what is another object than before; of code, of what is other code but for its lines."""
    missing = object()
    return sorted(
        name
        for name in before.keys() | after.keys()
        if (a := before.get(name, missing)) is not (b := after.get(name, missing))
        and not (name.endswith("(code)") and a == b)
    )


def wrong_lines(package: str, folder: Path) -> list[str]:
    """Functions whose line is not where the source has them now."""
    found = []
    for name, value in parts_of(package).items():
        if isinstance(value, FunctionType) and value.__code__.co_filename.startswith(str(folder)):
            lines = Path(value.__code__.co_filename).read_text(encoding="utf-8").splitlines()
            line = lines[value.__code__.co_firstlineno - 1].lstrip()
            if value.__code__.co_name.isidentifier() and not line.startswith(("def", "async def", "@")):
                found.append(f"{name}: {line}")
    return found


class Saver(threading.Thread):
    """Saves all files, again and again, until it is told to stop."""

    def __init__(self, sources: list[Source]) -> None:
        super().__init__(daemon=True)
        self.sources = sources
        self.saves = 0
        self.events: list[Any] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        import hmr_daemon

        hmr_daemon.on_reload(self.events.append)
        chance = random.Random(1)
        while not self.stopped.is_set():
            for source in self.sources:
                source.save(chance)
                self.saves += 1
            hmr_daemon.sync()

    def stop(self) -> None:
        self.stopped.set()
        self.join()


def main(package: str, folder: Path, *tests: str) -> None:
    sys.path.insert(0, str(folder))
    sources = import_all(package, folder)
    live = not os.environ.get("NO_HMR_DAEMON")
    outcomes, saver = Outcomes(), Saver(sources)
    if live:
        import hmr_daemon

        hmr_daemon.sync()
    before = parts_of(package)
    if live:
        saver.start()
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:randomly", *tests], plugins=[outcomes])
    lines = []
    if live:
        saver.stop()
        lines = wrong_lines(package, folder)
    after = parts_of(package)
    result = {
        "outcomes": outcomes.found,
        "saves": saver.saves,
        "reloads": len(saver.events),
        "failed": [event.error for event in saver.events if not event.ok],
        "ran": sorted({each for event in saver.events for each in (*event.ran, *event.patched, *event.removed)}),
        "others": others(before, after),
        "wrong_lines": lines,
    }
    print("\n" + json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).absolute(), *sys.argv[3:])
