"""Long versions of tests/test_faults.py and tests/test_watcher.py: storms, limits, thousands of reloads."""

from __future__ import annotations

import os
from pathlib import Path

from conftest import LiveFactory
from proof.conftest import Figure


def open_now(number: int) -> tuple[int, list[str]]:
    """How many threads a process has, and what its descriptors are."""
    folder = Path(f"/proc/{number}/fd")
    return len(os.listdir(f"/proc/{number}/task")), sorted(os.readlink(each) for each in folder.iterdir())


def test_a_thousand_reloads_leak_no_thread_and_no_descriptor(live: LiveFactory, figure: Figure) -> None:
    process = live({"m.py": "x = 0\ndef f(): return 0\n", "u.py": "from m import x\ny = x\n"})
    process.load("import m, u")
    count, before = 1000, open_now(process.process.pid)
    for number in range(1, count + 1):
        process.edit({"m.py": f"x = {number}\ndef f(): return {number}\n"}, atomic=True)
        event = process.wait_reload()
        assert event.ok, event.error
    assert process.see("(m.x, m.f(), u.y)") == (count, count, count)
    process.until(f"len(__import__('os').listdir('/proc/self/task')) == {before[0]}", True)
    assert open_now(process.process.pid) == before
    figure(f"{count:,} reloads: {before[0]} threads and {len(before[1])} descriptors before and after")
