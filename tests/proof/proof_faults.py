"""Long versions of tests/test_faults.py, test_watcher.py and test_threads.py: storms, shortages, thousands of edits."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Environment, Live, LiveError, write
from proof.conftest import Figure

MODULE = "x = {n}\ndef f(): return {n}\nclass C:\n    def m(self): return {n}\nkept = []\n"
USER = "import m\nfrom m import x, f\ny = x + f()\nc = m.C()\nkept = []\n"
SEEN = "(m.x, m.f(), u.x, u.y, u.c.m(), u.kept is held[0], m.kept is held[1])"


def state(number: int) -> tuple[object, ...]:
    return number, number, number, 2 * number, number, True, True


def start(live: LiveFactory, polling: str = "") -> Live:
    files = {"m.py": MODULE.format(n=0), "u.py": USER}
    process = live(files, HMR_DAEMON_POLLING=polling, HMR_DAEMON_POLL_INTERVAL="0.05")
    process.load("import m, u\nheld = u.kept, m.kept")
    return process


def open_now(number: int) -> tuple[int, list[str]]:
    """How many threads a process has, and what its descriptors are."""
    folder = Path(f"/proc/{number}/fd")
    return len(os.listdir(f"/proc/{number}/task")), sorted(os.readlink(each) for each in folder.iterdir())


def kilobytes(number: int) -> int:
    text = Path(f"/proc/{number}/status").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS"))


def test_a_thousand_reloads_leak_no_thread_and_no_descriptor(live: LiveFactory, figure: Figure) -> None:
    process = start(live)
    number_of, count, warm = process.process.pid, 1000, 100
    for number in range(1, count + warm + 1):
        process.edit({"m.py": MODULE.format(n=number)}, atomic=True)
        event = process.wait_reload()
        assert event.ok, event.error
        if number == warm:
            process.do("import gc; gc.collect()")
            before, memory = open_now(number_of), kilobytes(number_of)
    assert process.see(SEEN) == state(count + warm)
    process.until(f"len(__import__('os').listdir('/proc/self/task')) == {before[0]}", True)
    process.do("gc.collect()")
    grown = kilobytes(number_of) - memory
    assert open_now(number_of) == before
    assert grown < 4000
    figure(
        f"{count:,} reloads: {before[0]} threads and {len(before[1])} descriptors before and after, "
        f"{grown} KiB of memory more"
    )


def save_somehow(path: Path, text: str, way: int) -> None:
    """As one editor or another does."""
    if way == 0:
        path.write_text(text)
    elif way == 1:
        aside = path.with_name(f".{path.name}.swp")
        aside.write_text(text)
        aside.replace(path)
    elif way == 2:
        path.rename(path.with_name(path.name + "~"))
        path.write_text(text)
    elif way == 3:
        with path.open("w") as file:
            for piece in text.splitlines(keepends=True):
                file.write(piece)
                file.flush()
    elif way == 4:
        path.unlink()
        path.write_text(text)
    else:
        status = path.stat()
        path.write_text(text)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - 10**9 * (way - 5)))


@pytest.mark.parametrize("polling", ["", "1"], ids=["events", "polling"])
def test_ten_thousand_saves_in_a_minute(live: LiveFactory, figure: Figure, polling: str) -> None:
    process = start(live, polling)
    count, choice, began = 10_000, random.Random(1), time.monotonic()
    for number in range(1, count + 1):
        save_somehow(process.root / "m.py", MODULE.format(n=number), choice.randrange(7))
        time.sleep(max(0.0, began + 60 * number / count - time.monotonic()))
        if number % 1000 == 0:  # a pause: what is there now has to come about
            process.until(SEEN, state(number), timeout=30)
    process.until(SEEN, state(count), timeout=30)
    took = time.monotonic() - began
    assert "not live" not in process.output()
    figure(f"{count:,} saves in {took:.0f} s, in seven ways, state kept: live after every thousandth and the last")


def test_a_process_stopped_and_continued_while_it_reloads(live: LiveFactory, figure: Figure) -> None:
    """SIGSTOP at any moment, and saves while it lasts."""
    process = start(live)
    count, choice = 300, random.Random(2)
    for number in range(1, count + 1):
        save_somehow(process.root / "m.py", MODULE.format(n=-number), choice.randrange(7))
        time.sleep(choice.random() * 0.03)
        process.process.send_signal(signal.SIGSTOP)
        save_somehow(process.root / "m.py", MODULE.format(n=number), choice.randrange(7))
        process.process.send_signal(signal.SIGCONT)
        process.until(SEEN, state(number))
    figure(f"{count} times stopped within 30 ms of a save and saved again meanwhile: the last is live")


def test_branch_switches_of_five_hundred_files(live: LiveFactory, figure: Figure) -> None:
    """By git, where it is there; each module takes a name from the one before it."""
    files = {f"p/m{n}.py": _link_of_chain(n, 0) for n in range(500)} | {"p/__init__.py": ""}
    process = live(files)

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=process.root, check=True,
                       capture_output=True)  # fmt: skip

    git("init", "-q", "-b", "one")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("checkout", "-qb", "two")
    write(process.root, {f"p/m{n}.py": _link_of_chain(n, 1) for n in range(500)})
    git("commit", "-qam", "two")
    git("checkout", "-q", "one")
    process.load("import importlib\nfor n in range(500): last = importlib.import_module(f'p.m{n}')")
    turns, batches = 10, 0
    for turn in range(1, turns + 1):
        git("checkout", "-q", ("one", "two")[turn % 2])
        process.until("(last.value, last.total())", (500 * (turn % 2), 500 * (turn % 2)), timeout=60)
        while (line := process._reloads.line(0.3)) is not None:
            batches += "files" in line
    assert "not live" not in process.output()
    figure(f"{turns} switches of 500 files that lean on each other: {batches} reloads, none failed")


def _link_of_chain(number: int, step: int) -> str:
    if not number:
        return f"value = {step}\ndef total(): return {step}\n"
    before = f"m{number - 1}"
    return f"from p import {before}\nvalue = {before}.value + {step}\ndef total(): return {before}.total() + {step}\n"


def test_storms_of_renames(live: LiveFactory, figure: Figure) -> None:
    """Files, folders and those above them change places while files in them are saved."""
    process = live({"app/src/p/__init__.py": "", "app/src/p/m.py": ""})
    process.load("import sys; sys.path.insert(0, 'app/src')\nfrom p import m")
    choice, rounds, moves = random.Random(3), 100, 0
    for number in range(1, rounds + 1):
        for _ in range(choice.randrange(1, 30)):
            moves += _swap(process.root, choice)
        path = process.root / "app/src/p/m.py"
        save_somehow(path, f"x = {number}\n", choice.randrange(5))
        process.until("getattr(m, 'x', None)", number)
    figure(f"{moves:,} moves of files and of folders, up to three above, with {rounds} saves between: none lost")


def _swap(root: Path, choice: random.Random) -> int:
    """Moves something away, and it or a copy of it back."""
    path = root / choice.choice(["app", "app/src", "app/src/p", "app/src/p/m.py"])
    away = path.with_name(path.name + ".away")
    path.rename(away)
    if choice.random() < 0.5:
        away.rename(path)
        return 2
    if away.is_dir():
        shutil.copytree(away, path)
        shutil.rmtree(away)
    else:
        shutil.copy(away, path)
        away.unlink()
    return 2


@pytest.mark.parametrize("refused", ["max_inotify_watches", "max_inotify_instances"])
def test_a_user_without_watches_left(environment: Environment, tmp_path: Path, figure: Figure, refused: str) -> None:
    """The limits of a user namespace of its own."""
    script = tmp_path / "python"
    limit = 3 if "watches" in refused else 0
    script.write_text(
        f"#!/bin/sh\nexec unshare -Ur sh -c 'echo {limit} > /proc/sys/user/{refused} || exit 99\n"
        f'exec "$0" "$@"\' {environment.python} "$@"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    if subprocess.run([script, "-c", ""]).returncode:
        pytest.skip("no user namespaces here")
    write(tmp_path, {"m.py": MODULE.format(n=0), "u.py": USER} | {f"p{n}/__init__.py": "" for n in range(5)})
    process = Live(str(script), tmp_path)
    try:
        process.do("import logging, sys; logging.basicConfig(stream=sys.stderr)")
        process.load("import m, u, p0, p1, p2, p3, p4\nheld = u.kept, m.kept")
        for number in range(1, 21):
            process.edit({"m.py": MODULE.format(n=number)}, atomic=number % 2 == 0)
            process.until(SEEN, state(number))
        said = [line for line in process.output().splitlines() if "left" in line]
        assert len(said) == 1
        assert "looking at the files every" in said[0]
    finally:
        process.close()
    figure(f"user.{refused} = {limit}: 20 of 20 saves live; said once: `{said[0].partition('WARNING:')[2]}`")


def test_a_mount_that_tells_of_nothing(environment: Environment, tmp_path: Path, figure: Figure) -> None:
    """An overlay whose lower folder is written to, counted among the file systems of other machines."""
    lower, merged = tmp_path / "lower", tmp_path / "merged"
    for folder in (lower, merged, tmp_path / "upper", tmp_path / "work"):
        folder.mkdir()
    write(lower, {"m.py": MODULE.format(n=0), "u.py": USER})
    script = tmp_path / "python"
    script.write_text(
        "#!/bin/sh\nexec unshare -Urm sh -c 'mount -t overlay overlay -o "
        f"lowerdir={lower},upperdir={tmp_path}/upper,workdir={tmp_path}/work {merged} || exit 99\n"
        f'cd {merged}; exec "$0" "$@"\' {environment.python} "$@"\n'
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    if subprocess.run([script, "-c", ""]).returncode:
        pytest.skip("no overlay mounts in user namespaces here")
    process = Live(str(script), tmp_path)
    process.root = merged
    try:
        process.do(
            "import sys; sys.path.insert(0, '.')\nfrom hmr_daemon.watching import mounts; mounts.SILENT |= {'overlay'}"
        )
        process.load("import m, u\nheld = u.kept, m.kept")
        for number in range(1, 51):
            save_somehow(lower / "m.py", MODULE.format(n=number), (0, 3, 5, 6)[number % 4])  # others it would not show
            process.until(SEEN, state(number))
    finally:
        process.close()
    figure("50 of 50 saves in place under an overlay, of which no event comes, live by looking")


FAILING = "import __main__, _testcapi\nif {n} >= 0: _testcapi.set_nomemory(*__main__.limits)\n"
WITHOUT_LIMIT = "limits = (10**9, 10**9 + 1)"


def test_memory_that_fails_at_every_moment_of_a_reload(live: LiveFactory, figure: Figure) -> None:
    """The n-th allocation after an edit's first statement fails, in whatever thread, for n from 1 on."""
    pytest.importorskip("_testcapi")
    counts = {"landed": 0, "failed": 0, "crashed": 0}
    positions = iter(range(1, 4000, 23))
    while any(_fail_until_crash(live, positions, counts)):
        counts["crashed"] += 1
    total = sum(counts.values())
    assert counts["crashed"] <= total / 20
    figure(
        f"{total} reloads with one allocation that fails, at moments 23 allocations apart: {counts['landed']} landed, "
        f"{counts['failed']} failed as a whole and landed when tried again, none in between; "
        f"{counts['crashed']} crashes of the interpreter's own"
    )


def _fail_until_crash(live: LiveFactory, positions: Iterator[int], counts: dict[str, int]) -> Iterator[bool]:
    process = live({"m.py": FAILING.format(n=-1) + MODULE.format(n=0), "u.py": USER})
    process.do(WITHOUT_LIMIT)
    process.load("import _testcapi, m, u, hmr_daemon\nheld = u.kept, m.kept")
    process.do(  # what was not used up in the reload is not for the program
        "from hmr_daemon.daemon import current\n"
        "current().audience.callbacks.insert(0, lambda event: _testcapi.remove_mem_hooks())"
    )
    live_now = 0
    for number, position in enumerate(positions, 1):
        process.do(f"limits = ({position}, {position + 1})")
        process.edit({"m.py": FAILING.format(n=number) + MODULE.format(n=number)}, atomic=True)
        try:
            counts[_outcome(process, state(number), state(live_now))] += 1
            process.do("hmr_daemon.retry(); _testcapi.remove_mem_hooks()")
            process.until(SEEN, state(number))
        except LiveError:
            assert process.process.wait(10) < 0, process.output()
            yield True
            return
        while process._reloads.line(0.01) is not None:
            pass
        live_now = number


def _outcome(process: Live, new: tuple[object, ...], old: tuple[object, ...]) -> str:
    """What became of an edit; a callback that is told of it may fail, too."""
    line = process._reloads.line(1)
    process.do("_testcapi.remove_mem_hooks()\n" + WITHOUT_LIMIT)
    seen = process.see(SEEN)
    assert seen in (old, new)
    assert line is None or seen == (new if json.loads(line)["ok"] else old), line
    return "landed" if seen == new else "failed"


THREADS = """
import sys, threading
sys.setswitchinterval(1e-5)
errors, mixed, calls, stop = [], set(), [0] * 4, threading.Event()
def call(index):
    while not stop.is_set():
        try:
            one, other = right.pair()
            value = left.x, right.y, left.C().m(), right.total()
        except BaseException as error:
            errors.append(repr(error))
        else:
            calls[index] += 1
            if one > other: mixed.add((one, other))
threads = [threading.Thread(target=call, args=[index], daemon=True) for index in range(4)]
for thread in threads: thread.start()
"""
LEFT = "x = {n}\ndef value(): return {n}\nclass C:\n    def m(self): return {n}\n"
RIGHT = """import left
from left import x
y = x + {n}
def value(): return {n}
def pair(): return left.value(), value()
def total(): return x + y + left.C().m()
"""


def test_four_threads_and_a_thousand_edits(live: LiveFactory, figure: Figure) -> None:
    """Both modules are saved before the daemon can look; in a call, what comes later is never older."""
    process = live({"left.py": LEFT.format(n=0), "right.py": RIGHT.format(n=0)})
    process.load("import left, right, hmr_daemon")
    process.do(THREADS)
    count = 1000
    for number in range(1, count + 1):
        process.do("pause = hmr_daemon.paused(); pause.__enter__()")
        process.edit({"left.py": LEFT.format(n=number), "right.py": RIGHT.format(n=number)}, atomic=True)
        process.do("pause.__exit__(None, None, None)")
        event = process.wait_reload(30)
        assert event.ok, event.error
        assert len(event.files) == 2
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors[:3], mixed)") == ([], set())
    assert process.see("(right.pair(), left.x, right.y, right.total())") == ((count,) * 2, count, 2 * count, 4 * count)
    figure(f"{count:,} edits of two modules under four threads, {process.see('sum(calls)'):,} turns: no exception, "
           "nothing older after something newer")  # fmt: skip
