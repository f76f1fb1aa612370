"""What a report says, and how it looks on a terminal and elsewhere."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from hmr_daemon.loading import prompt
from hmr_daemon.model import Failure, Reload
from hmr_daemon.reporting import report

PROGRAM_LOGS = report._program_logs
SUMMARY = "NameError: name 'y' is not defined"
FAILURE = Failure("/p/m.py", 3, SUMMARY, f"Traceback ...\n{SUMMARY}\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def use_as_stderr(stream: io.StringIO | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """For the package only: pytest sets `sys.stderr` itself between a fixture and its test."""
    for module in (report, prompt):
        monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stream))


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal as stderr, and a program that does not take the log itself."""
    stream = Terminal()
    use_as_stderr(stream, monkeypatch)
    monkeypatch.setattr(report, "_program_logs", lambda: False)  # pytest takes every log
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return stream


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    level = report.logger.level
    report.configure("info", lambda text: False)
    yield
    report.logger.setLevel(level)


@pytest.mark.parametrize(
    ("reload", "text"),
    [
        (Reload(files=("/p/m.py",), milliseconds=1.2), "m.py: nothing to do (1 ms)"),
        (
            Reload(files=("/p/m.py",), ran=("m:1 X", "n:2 Y"), patched=("m.f",), removed=("m.g",), rebound=("X",)),
            "m.py: ran m:1 X, n:2 Y; patched m.f; removed m.g; rebound X (0 ms)",
        ),
        (Reload(files=("/p/m.py",), notes=("line 3 runs on",)), "m.py: not live (0 ms)\n  line 3 runs on"),
        (
            Reload(files=("/p/m.py",), failure=FAILURE),
            "m.py: not live, the old code goes on: NameError: name 'y' is not defined\n" + FAILURE.traceback.rstrip(),
        ),
        (
            Reload(files=tuple(f"/p/{n}.py" for n in "abcde"), ran=tuple(f"a:{n}" for n in range(1, 9))),
            "a.py, b.py, c.py and 2 more: ran a:1, a:2, a:3, a:4, a:5, a:6 and 2 more (0 ms)",
        ),
    ],
    ids=["nothing", "landed", "cannot be done", "failed", "many"],
)
def test_a_reload_in_words(reload: Reload, text: str) -> None:
    assert report.describe(reload) == text


def test_a_terminal_gets_colours(terminal: Terminal) -> None:
    report.tell(Reload(files=("/p/m.py",)))
    report.tell(Reload(files=("/p/m.py",), failure=FAILURE))
    report.tell(Reload(files=("/p/m.py",), notes=("a",)))
    lines = [line for line in terminal.getvalue().splitlines() if "[hmr]" in line]
    assert [line[:15] for line in lines] == ["\033[32m[hmr]\033[0m ", "\033[31m[hmr]\033[0m ", "\033[33m[hmr]\033[0m "]


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_that_wants_none_gets_none(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    report.tell(Reload(files=("/p/m.py",)))
    assert terminal.getvalue() == "[hmr] m.py: nothing to do (0 ms)\n"


def test_what_is_still_not_live_is_said_first(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    report.tell(Reload(files=("/p/n.py",)), {"/p/m.py": FAILURE})
    assert terminal.getvalue().splitlines() == [
        "[hmr] still not live: m.py (NameError: name 'y' is not defined)",
        "[hmr] n.py: nothing to do (0 ms)",
    ]


def test_the_level_leaves_out_what_matters_less(terminal: Terminal) -> None:
    report.configure("warning", lambda text: False)
    report.tell(Reload(files=("/p/m.py",)))
    assert terminal.getvalue() == ""
    report.tell(Reload(files=("/p/m.py",), failure=FAILURE))
    assert "not live" in terminal.getvalue()


def test_a_program_that_takes_the_log_gets_it_there_only(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_program_logs", PROGRAM_LOGS)
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    report.logger.addHandler(handler)
    try:
        report.tell(Reload(files=("/p/m.py",)))
    finally:
        report.logger.removeHandler(handler)
    assert (log.getvalue(), terminal.getvalue()) == ("m.py: nothing to do (0 ms)\n", "")


@pytest.mark.parametrize("broken", [None, "closed"])
def test_without_a_stderr_nothing_happens(monkeypatch: pytest.MonkeyPatch, broken: str | None) -> None:
    stream = Terminal()
    stream.close()
    use_as_stderr(None if broken is None else stream, monkeypatch)
    monkeypatch.setattr(report, "_program_logs", lambda: False)
    report.tell(Reload(files=("/p/m.py",)))
