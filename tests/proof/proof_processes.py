"""Long versions of tests/test_processes.py: ten thousand forks, what one costs, and ends at a thousand moments."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from live import Environment, write
from proof.conftest import Figure
from test_processes import FORKS, end_program, program

COST = """
import os, sys, time
import mod
time.sleep(1)
took = []
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    child = os.fork()
    if not child:
        os._exit(0)
    took.append(time.perf_counter() - began)
    os.waitpid(child, 0)
    time.sleep(float(sys.argv[2]))
took.sort()
print(took[len(took) // 2])
"""


@pytest.mark.parametrize("part", range(5))
def test_ten_thousand_forks_none_hangs(environment: Environment, tmp_path: Path, figure: Figure, part: int) -> None:
    write(tmp_path, {"forks.py": FORKS})
    program(tmp_path, f"import forks\nforks.run({2000 + part}, save, wait_for)\nsave(2)")
    done = environment.run("run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")
    figure(f"{2000 + part:,} forks beside saves and a thread that imports: none hangs, every child ends well")


@pytest.mark.parametrize(("count", "pause"), [(100, 0.0), (20, 0.25)])
def test_what_a_fork_costs(environment: Environment, tmp_path: Path, figure: Figure, count: int, pause: float) -> None:
    write(tmp_path, {"mod.py": "x = 1", "run.py": COST})
    arguments = ("run.py", str(count), str(pause))
    took: dict[str, list[float]] = {"": [], "1": []}
    for _ in range(7):
        for off, each in took.items():
            each.append(1000 * float(environment.run(*arguments, cwd=tmp_path, NO_HMR_DAEMON=off).stdout))
    live, plain = (min(each) for each in took.values())  # of medians: what the machine disturbed least
    kind = "one after the other" if not pause else "apart"
    figure(f"os.fork(), {kind}: {live:.2f} ms, without hmr-daemon {plain:.2f} ms")
    assert live - plain < 2.0


@pytest.mark.parametrize("way", ["falls off the end", "raises", "exits"])
def test_ends_at_every_moment(environment: Environment, tmp_path: Path, figure: Figure, way: str) -> None:
    """Every 2 ms of the first 400; the time from the last line of the program to the end of the process."""
    took: dict[str, list[float]] = {"": [], "1": []}
    for off, each in took.items():
        for step in range(200):
            end_program(tmp_path, way, 0.002 * step)
            done = environment.run("-W", "error", "run.py", cwd=tmp_path, check=False, NO_HMR_DAEMON=off)
            each.append(time.time() - float(done.stdout.split()[-1]))
            assert done.stderr.count("Traceback") == (way == "raises"), done.stderr
            assert len(done.stderr.splitlines()) == (4 if way == "raises" else 0), done.stderr
    live, plain = ((statistics.median(each), max(each)) for each in took.values())
    ms = [1000 * each for each in (*live, *plain)]
    figure(f"{way}: {ms[0]:.0f} ms (at most {ms[1]:.0f}), without hmr-daemon {ms[2]:.0f} ms (at most {ms[3]:.0f})")
