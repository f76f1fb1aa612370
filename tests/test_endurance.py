"""A thousand edits of a class that has live instances: each soon live, and nothing that adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from live import Environment, write

SHAPES = """
    class Base:
        def kind(self):
            return type(self).__name__

    class Thing(Base):
        unit = 0

        def __init__(self, number):
            self.number = number

        def value(self):
            return self.number

        @property
        def double(self):
            return self.number * 2

    class Special(Thing):
        def value(self):
            return super().value() + 1
"""
USERS = """
    from shapes import Special, Thing

    things = [Thing(number) for number in range(100)] + [Special(number) for number in range(100)]
    method = things[1].value
    unit = Thing.unit
"""
# Edits without a watcher: the saves are handed to the engine in the process's own thread, which ends before.
SCRIPT = """
import gc, json, os, sys, threading, time, tracemalloc
import hmr_daemon, users, shapes
from hmr_daemon import daemon

live = daemon.current()
hmr_daemon.sync()
live.stop()
saves, path = live._parts.saves, shapes.__file__
with open(path) as file:
    source = file.read()


def edited(number):
    text = source.replace("return self.number\\n", f"return self.number + {number}\\n")
    if number % 4 == 1:
        text = text.replace("* 2", f"* {number}")
    if number % 4 == 2:
        text = text.replace("unit = 0", f"unit = {number}")
    if number % 4 == 3:
        new = f"    def new_{number}(self):\\n        return {number}\\n\\n"
        text = text.replace("    @property", new + "    @property")
    return text


def edit(number):
    with open(path, "w") as file:
        file.write(edited(number))
    began = time.thread_time()
    saves.apply([path])
    taken = time.thread_time() - began
    assert users.method() == 1 + number and users.things[101].value() == 1 + number + 1, number
    assert users.unit == (number if number % 4 == 2 else 0), (number, users.unit)
    assert users.things[2].double == (2 * number if number % 4 == 1 else 4), number
    assert hasattr(users.things[3], f"new_{number}") == (number % 4 == 3), number
    return taken * 1000


def compilations():
    began = time.thread_time()
    for _ in range(10):
        compile(source, path, "exec")
    return (time.thread_time() - began) * 1000


def held():
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):  # it was to warn of a reload that takes long, and is about to end
            thread.join()
    del thread  # with such a timer some twenty objects would count
    gc.collect()
    objects = gc.get_objects()
    return {
        "objects": len(objects),
        "types": sum(isinstance(each, type) for each in objects),
        "threads": threading.active_count(),
        "descriptors": len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0,
        "traced": tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0,
    }


scans, scan = [], gc.get_referrers
gc.get_referrers = lambda *searched: scans.append(searched) or scan(*searched)
identities = list(map(id, users.things))
for number in range(1, 201):
    edit(number)
before = held()
times = sorted(edit(number) for number in range(201, 701))
yardstick = sorted(compilations() for _ in range(50))[25]
after = held()
tracemalloc.start()
for number in range(701, 851):
    edit(number)
first = held()
for number in range(851, 1001):
    edit(number)
last = held()
tracemalloc.stop()
assert list(map(id, users.things)) == identities
found = {"before": before, "after": after, "first": first, "last": last, "times": times, "scans": len(scans)}
found["yardstick"] = yardstick
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def found(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, int]]:
    folder: Path = tmp_path_factory.mktemp("endurance").resolve()
    write(folder, {"shapes.py": SHAPES, "users.py": USERS})
    done = environment.run("-c", SCRIPT, cwd=folder, PYTHONPATH=str(folder))
    assert done.returncode == 0, done.stderr
    answer: dict[str, dict[str, int]] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_nothing_grows_in_a_thousand_edits(found: dict[str, dict[str, int]]) -> None:
    before, after, first, last = (found[each] for each in ("before", "after", "first", "last"))
    for what in ("types", "threads", "descriptors"):
        assert before[what] == after[what], what
    assert after["objects"] - before["objects"] < 50, "fewer than one for ten edits"
    assert last["objects"] - first["objects"] < 20
    assert last["traced"] - first["traced"] < 40_000, "bytes, of which the figures themselves are some"


def test_each_of_a_thousand_edits_is_soon_done(found: dict[str, Any]) -> None:
    times = found["times"]
    once = found["yardstick"]  # some two milliseconds, or one: machines differ, and are not always as fast
    assert times[len(times) // 2] < 10 * once, "as processor time, of which ten compilations of the module take one"
    assert times[-1] < 50 * once, "the longest, with what else the interpreter may have done in it"


def test_no_edit_looks_through_the_heap(found: dict[str, int]) -> None:
    assert found["scans"] == 0
