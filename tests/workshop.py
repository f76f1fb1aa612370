"""Many small edits in one live process, each in modules of its own."""

from __future__ import annotations

import itertools
import os
import textwrap
import time
from pathlib import Path
from typing import Any

from live import Environment, Live, Reload

Sources = dict[str, str]
"""Module names (with ``/`` where they lie in packages) to sources; ``_N`` in both makes the names unique."""


class Workshop:
    """A live process; `bench()` gives each edit its own place in it."""

    def __init__(self, environment: Environment, root: Path) -> None:
        self.process = Live(environment.python, root)
        self._numbers = itertools.count(1)

    def bench(self, sources: Sources, setup: str = "") -> Bench:
        """Write the modules, import them all, and run the setup in ``__main__``."""
        bench = Bench(self.process, f"_{next(self._numbers)}")
        bench.write(sources, age=10)
        self.process.load(bench.importing(sources, setup))
        return bench


class Bench:
    """The modules of one edit."""

    def __init__(self, process: Live, mark: str) -> None:
        self.process = process
        self._mark = mark

    def own(self, text: str) -> str:
        return text.replace("_N", self._mark)

    def importing(self, sources: Sources, setup: str) -> str:
        """The code that imports the modules and then does the setup."""
        names = [self.own(name).replace("/", ".").removesuffix(".__init__") for name in sources]
        return "\n".join([*(f"import {name}" for name in names), textwrap.dedent(self.own(setup))])

    def write(self, sources: Sources, age: float = 0.0, aside: bool = True) -> list[Path]:
        """Save the modules, as if `age` seconds ago; `aside` and renamed, or in place."""
        renames = []
        for name, source in sources.items():
            path = self.process.root / (self.own(name) + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            target = path.with_suffix(".new~") if aside else path
            target.write_text(self.own(textwrap.dedent(source)), encoding="utf-8")
            if age:
                past = time.time() - age
                os.utime(target, (past, past))
            renames.append((target, path))
        for target, path in renames:
            target.replace(path)
        return [path for _, path in renames]

    def edit(self, sources: Sources) -> Reload:
        """Save the modules, and return the reload that follows, which must land."""
        saved = {str(path) for path in self.write(sources)}
        seen: set[str] = set()
        while True:
            reload = self.process.wait_reload()
            seen |= saved & set(reload.files)
            if seen and (reload.ok or seen == saved):  # else it is one of an earlier edit, or of half of this one
                assert reload.ok, reload.error
                return reload

    def do(self, code: str) -> None:
        self.process.do(self.own(textwrap.dedent(code)))

    def see(self, expression: str) -> Any:
        return self.process.see(self.own(expression))

    def see_each(self, expressions: dict[str, str]) -> dict[str, Any]:
        """The value of each; where one raises, the error's text."""
        return {name: self.process._see_or_error(self.own(expression)) for name, expression in expressions.items()}


Case = tuple[Sources, Sources, str, dict[str, object]]
"""Modules before, those that are edited after, what ``__main__`` does before the edit, and what holds afterwards."""


def check(workshop: Workshop, case: Case) -> Reload:
    """Play a case: each expression has its value; a value `"SomeError"` is the error that it raises."""
    before, after, setup, expected = case
    bench = workshop.bench(before, setup)
    reload = bench.edit(after)
    found = bench.see_each({expression: expression for expression in expected})
    for expression, value in expected.items():
        seen = found[expression]
        assert as_expected(seen, value), f"{expression} is {seen!r}, not {value!r}; {reload}"
    return reload


def as_expected(seen: object, value: object) -> bool:
    if isinstance(value, str) and value.endswith("Error"):
        return str(seen).startswith(value)
    return seen == value
