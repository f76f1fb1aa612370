"""Processes that are measured, and figures made of what they say."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .environments import Environment, clean_environ

SUBJECT = Path(__file__).with_name("subject.py")
START = "exec(compile({source!r}, '<subject>', 'exec'), {{'__name__': 'subject'}})"


@dataclass(frozen=True)
class Figure:
    """One measured number, the bound that it is to keep, and what else was seen."""

    work: str
    value: float
    unit: str
    goal: float | None = None
    detail: dict[str, float | str] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        return self.goal is None or self.value <= self.goal


class Subject:
    """A process of an environment that runs `subject.py` in a folder and does what it is asked."""

    def __init__(self, environment: Environment, folder: Path, quiet: bool = True) -> None:
        source = START.format(source=SUBJECT.read_text(encoding="utf-8"))
        self._process = subprocess.Popen(
            [environment.python, "-c", source],
            cwd=folder,
            env=clean_environ(PYTHONHASHSEED="0"),
            stderr=subprocess.DEVNULL if quiet else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if environment.preamble:
            self("run", code=environment.preamble)

    def __call__(self, do: str, **arguments: Any) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps({"do": do} | arguments), file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{do} ended the process with {self._process.wait()}")
        return json.loads(line)

    def load(self, code: str) -> None:
        """Execute code, then wait until the daemon has nothing left to do."""
        self("run", code=code)
        self("wait_until_calm")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def process_cost(command: Sequence[str], folder: Path, **environ: str) -> tuple[float, float]:
    """Milliseconds of processor time and of time that a command takes from start to end."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, cwd=folder, env=clean_environ(**environ), check=True, stdout=subprocess.DEVNULL)
    elapsed, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used * 1000, elapsed * 1000


def alternating(first: Callable[[], float], second: Callable[[], float], pairs: int) -> tuple[float, float, float]:
    """The median ratio of pairs measured in turn, and the median of each: noise that both meet cancels."""
    first(), second()  # caches are filled, files are compiled
    ratios, firsts, seconds = [], [], []
    for number in range(pairs):
        if number % 2:
            one, two = first(), second()
        else:
            two, one = second(), first()
        ratios.append(one / two)
        firsts.append(one)
        seconds.append(two)
    return statistics.median(ratios), statistics.median(firsts), statistics.median(seconds)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def instructions(command: Sequence[str], folder: Path, **environ: str) -> float | None:
    """Millions of instructions that a command takes, where valgrind is there to count them."""
    try:
        done = subprocess.run(
            ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={os.devnull}", *command],
            cwd=folder,
            env=clean_environ(PYTHONHASHSEED="0", **environ),
            capture_output=True,
            text=True,
        )
    except OSError:
        return None
    lines = [line for line in done.stderr.splitlines() if "refs:" in line]
    return int(lines[0].split()[-1].replace(",", "")) / 1e6 if lines else None
