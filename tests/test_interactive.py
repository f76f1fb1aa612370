"""Plain Python's prompts in a real terminal: readline's, and the one of 3.13 and newer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live import write

pytest.importorskip("pexpect")
from terminal import PYTHON, Terminal

PROMPTS = ["readline", "new"] if sys.version_info >= (3, 13) else ["readline"]
PROMPT = ">>>"


@pytest.fixture(params=PROMPTS)
def python(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts a Python prompt in a folder with two modules."""
    write(tmp_path, {"m.py": "X = 1\ndef f():\n    return 'old'\n", "n.py": "from m import X\nY = X + 1\n"})
    environ = {"PYTHON_BASIC_REPL": "1"} if request.param == "readline" else {}
    started: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        started.append(Terminal(tmp_path, PYTHON, *arguments, **environ, NO_COLOR="1"))
        started[-1].wait(PROMPT)
        return started[-1]

    yield start
    for terminal in started:
        terminal.close()


def prompts(shown: str) -> int:
    return sum(line.startswith(PROMPT) for line in shown.split("\n"))


def enter(terminal: Terminal, line: str) -> str:
    """What the line that is finished with `line` gives, up to the next prompt."""
    count = prompts(terminal.text)
    terminal.enter(line)
    terminal.until(lambda shown: prompts(shown) > count and shown.endswith("\n" + PROMPT), "the next prompt")
    return terminal.text.rpartition(line + "\n")[2].removesuffix(PROMPT)


def test_a_statement_sees_what_was_saved_just_before_it(python: Callable[..., Terminal]) -> None:
    terminal = python()
    enter(terminal, "from m import X as x, f; import n; mine = x")
    for number in range(2, 6):
        terminal.edit({"m.py": f"X = {number}\ndef f():\n    return {number}0\n"})
        shown = enter(terminal, "(x, f(), n.Y, mine)")
        assert shown.endswith(f"({number}, {number}0, {number + 1}, 1)\n")
        assert shown.startswith("[hmr] m.py: ran m:1 X, ")


def test_a_report_waits_for_the_line_that_is_being_typed(python: Callable[..., Terminal]) -> None:
    terminal = python()
    enter(terminal, "import m, hmr_daemon; s = hmr_daemon.sync()")
    terminal.type("m.")
    terminal.wait(">>> m.")
    terminal.edit({"m.py": ("'old'", "1 +")})
    assert terminal.watch(0.5).endswith(">>> m.")
    shown = enter(terminal, "f()")
    assert shown.startswith("[hmr] m.py: not live, the old code goes on: SyntaxError: invalid syntax\n")
    assert f'File "{terminal.root / "m.py"}", line 3' in shown
    assert shown.endswith("\n'old'\n")
    terminal.edit({"m.py": ("1 +", "'new'")})
    assert enter(terminal, "m.f()").endswith("'new'\n")


def test_a_save_while_a_statement_runs_applies_and_is_told_at_once(python: Callable[..., Terminal]) -> None:
    terminal = python()
    enter(terminal, "import m, time, hmr_daemon; s = hmr_daemon.sync()")
    enter(terminal, "going = True; stop = hmr_daemon.on_reload(lambda r: globals().update(going=False))")
    terminal.enter("print('ru' + 'ns') or [time.sleep(0.01) for _ in iter(lambda: going, False)].clear()")
    terminal.wait("\nruns")
    terminal.edit({"m.py": ("'old'", "'new'")})
    terminal.until(lambda shown: shown.endswith(PROMPT), "the next prompt")
    assert terminal.text.partition("\nruns\n")[2].startswith("[hmr] m.py: patched m.f (")
    assert enter(terminal, "m.f()") == "'new'\n"


def test_after_a_script_with_minus_i(python: Callable[..., Terminal], tmp_path: Path) -> None:
    write(tmp_path, {"script.py": "from m import X, f\nmine = X\n"})
    terminal = python("-i", "script.py")
    terminal.edit({"m.py": "X = 2\ndef f():\n    return 'new'\n"})
    assert enter(terminal, "(X, f())").endswith("(2, 'new')\n")


def test_a_failure_is_recalled_before_the_next_report(python: Callable[..., Terminal]) -> None:
    terminal = python()
    enter(terminal, "import m, n, hmr_daemon; s = hmr_daemon.sync()")
    terminal.edit({"m.py": "X = 1 / 0\n"})
    assert "not live, the old code goes on: ZeroDivisionError" in enter(terminal, "m.X")
    terminal.edit({"n.py": "Y = 7\n"})
    shown = enter(terminal, "n.Y")
    assert shown.startswith("[hmr] still not live: m.py (ZeroDivisionError: division by zero)\n[hmr] n.py: ran n:1 Y")
    terminal.edit({"m.py": "X = 1\ndef f():\n    return 'old'\n"})
    assert "as it was before" in enter(terminal, "m.X")
    terminal.edit({"n.py": "Y = 8\n"})
    assert "still" not in enter(terminal, "n.Y")
