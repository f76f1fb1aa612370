"""IPython in a real terminal: each cell sees what was saved, reports stay above the line that is being typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live import write

pytest.importorskip("pexpect")
from terminal import PYTHON, Terminal

NO_SUGGESTIONS = "--TerminalInteractiveShell.autosuggestions_provider=None"
OPTIONS = ("-m", "IPython", "--no-banner", "--no-confirm-exit", NO_SUGGESTIONS)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    write(tmp_path, {"m.py": "X = 1\ndef f():\n    return 'old'\n", "n.py": "from m import X\nY = X + 1\n"})
    started: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        started.append(Terminal(tmp_path, PYTHON, *(arguments or OPTIONS), NO_COLOR="1"))
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


@pytest.fixture
def ipython(start: Callable[..., Terminal]) -> Terminal:
    terminal = start()
    terminal.wait("In [1]:")
    return terminal


def enter(terminal: Terminal, line: str, number: int) -> str:
    """What a cell shows, up to the next cell's prompt."""
    terminal.enter(line)
    terminal.wait(f"In [{number + 1}]:")
    return terminal.text.partition(f"In [{number}]: ")[2].partition(f"In [{number + 1}]:")[0]


def test_a_cell_sees_what_was_saved_just_before_it(ipython: Terminal) -> None:
    enter(ipython, "from m import X as x, f; import n; mine = x", 1)
    for number in range(2, 6):
        ipython.edit({"m.py": f"X = {number}\ndef f():\n    return {number}0\n"})
        shown = enter(ipython, "x, f(), n.Y, mine", number)
        assert f"Out[{number}]: ({number}, {number}0, {number + 1}, 1)" in shown
    assert ipython.text.count("[hmr] m.py: ran m:1 X, ") == 4


def test_a_report_appears_above_the_line_that_is_being_typed(ipython: Terminal) -> None:
    enter(ipython, "import m, hmr_daemon; s = hmr_daemon.sync()", 1)
    ipython.type("m.f")
    ipython.wait("In [2]: m.f")
    ipython.edit({"m.py": ("'old'", "'new'")})
    ipython.wait("[hmr] m.py: patched m.f (")
    ipython.wait("ms)\nIn [2]: m.f")
    assert ipython.text.count("In [2]: ") == 1
    assert "Out[2]: 'new'" in enter(ipython, "()", 2)


def test_a_failure_marks_the_prompt_until_it_is_fixed(ipython: Terminal) -> None:
    enter(ipython, "import m, hmr_daemon; s = hmr_daemon.sync()", 1)
    ipython.edit({"m.py": ("'old'", "1 +")})
    ipython.wait("[hmr] m.py: not live, the old code goes on: SyntaxError: invalid syntax")
    ipython.wait("\n[not live: m.py] In [2]:")
    assert "Out[2]: 'old'" in enter(ipython, "m.f()", 2)
    ipython.wait("\n[not live: m.py] In [3]:")
    ipython.edit({"m.py": ("1 +", "'new'")})
    ipython.wait("[hmr] m.py: patched m.f (")
    ipython.wait("ms)\nIn [3]:")
    assert "Out[3]: 'new'" in enter(ipython, "m.f()", 3)
    assert "[not live" not in ipython.text.partition("In [3]")[2]


def test_magics_keep_working(ipython: Terminal, tmp_path: Path) -> None:
    write(tmp_path, {"script.py": "from m import X\nprint('ran', X)\nZ = 3\n"})
    assert "ran 1\n" in enter(ipython, "%run script.py", 1)
    assert "(3, 1)" in enter(ipython, "Z, X", 2)
    assert "Wall time" in enter(ipython, "%time from m import *", 3)
    ipython.edit({"m.py": "X = 2\ndef f():\n    return 'new'\n"})
    assert "(2, 'new')" in enter(ipython, "X, f()", 4)
    assert "'new'" in enter(ipython, "import asyncio; await asyncio.sleep(0, f())", 5)


def test_autoreload_is_made_harmless_and_that_is_said(ipython: Terminal) -> None:
    enter(ipython, "%load_ext autoreload", 1)
    enter(ipython, "%autoreload 2", 2)
    enter(ipython, "import m; m.state = 1", 3)
    ipython.edit({"m.py": "import builtins\nX = builtins.loads = getattr(builtins, 'loads', 0) + 1\nf = repr\n"})
    assert "('1', 1)" in enter(ipython, "m.f(loads), m.state", 4)
    assert "('1', 1)" in enter(ipython, "m.f(loads), m.state", 5)
    assert ipython.text.count("%autoreload is on too") == 1


def test_an_embedded_shell_has_the_barrier_too(start: Callable[..., Terminal], tmp_path: Path) -> None:
    source = "import m\nfrom IPython import embed\nembed(banner1='', confirm_exit=False)\nprint('end')\n"
    write(tmp_path, {"main.py": source})
    terminal = start("main.py")
    terminal.wait("In [1]:")
    terminal.edit({"m.py": ("'old'", "'new'")})
    assert "Out[1]: 'new'" in enter(terminal, "m.f()", 1)
    terminal.enter("exit()")
    terminal.wait("end")
