"""The command `hmr`: like python while the program runs, and again what an edit reaches afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live import clean_environ, write
from program import TIMEOUT, Program

HMR = str(Path(sys.executable).with_name("hmr"))


@pytest.fixture
def hmr(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(*arguments: str, **environ: str) -> Program:
        started.append(Program(tmp_path, HMR, *arguments, **environ))
        return started[-1]

    yield start
    for program in started:
        program.close()


LIB = "def g():\n    return 'g1'\n"
MAIN = """\
import sys
import threading
from lib import g

print("loads", *sys.argv[1:])


def main():
    assert threading.current_thread() is threading.main_thread()
    print("main", g())
    return 3


if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.mark.parametrize("environ", [{}, {"NO_HMR_DAEMON": "1"}], ids=["on", "switched off"])
def test_what_an_edit_reaches_runs_again_in_the_main_thread(
    hmr: Callable[..., Program], tmp_path: Path, environ: dict[str, str]
) -> None:
    write(tmp_path, {"main.py": MAIN, "lib.py": LIB})
    program = hmr("main.py", "-a", "--b", "c", **environ)
    assert program.wait("[hmr] main.py has ended") == "loads -a --b c\nmain g1\n"
    program.edit({"lib.py": ("g1", "g2")})
    program.wait("main g2\n")
    program.edit({"main.py": ('"main"', '"MAIN"')})
    program.wait("MAIN g2\n")
    assert "loads" not in program.output
    assert program.interrupt() == 3


def test_an_error_waits_for_its_fix(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": MAIN.replace("from lib", "from missing"), "lib.py": LIB})
    program = hmr("main.py")
    shown = program.wait("[hmr] waits for a fix")
    assert shown.startswith(f'Traceback (most recent call last):\n  File "{tmp_path}/main.py", line 3, in <module>\n')
    assert "runner.py" not in shown
    program.edit({"missing.py": "def g()\n"})
    assert "SyntaxError" in program.wait("[hmr] waits for a fix")
    program.edit({"missing.py": LIB})
    assert program.wait("[hmr] main.py has ended").endswith("loads\nmain g1\n")
    program.edit({"missing.py": ("'g1'", "1 / 0")})
    program.wait("[hmr] missing.py: not live, the old code goes on: ZeroDivisionError")
    program.edit({"missing.py": ("1 / 0", "'g3'")})
    program.wait("main g3\n")
    assert program.interrupt() == 3


def test_a_broken_program_gives_one_when_it_is_given_up(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "1 / 0\n"})
    program = hmr("main.py")
    program.wait("[hmr] waits for a fix")
    assert program.interrupt() == 1


ENDLESS = """\
import time
STEP = 1
def f():
    return "old"
while True:
    print(STEP, f())
    time.sleep(0.02)
"""


def test_a_program_that_never_returns_is_kept_live(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": ENDLESS})
    program = hmr("main.py")
    program.wait("1 old\n")
    program.edit({"main.py": ("STEP = 1", "STEP = 2")})
    program.wait("2 old\n")
    program.edit({"main.py": ('"old"', '"new"')})
    program.wait("2 new\n")
    assert program.interrupt() == -signal.SIGINT
    program.wait("KeyboardInterrupt\n")


SHOW = """\
import os, sys
print(__name__, __package__, __file__, sys.argv[1:], os.path.abspath(sys.path[0]))
from {0} import X
print("X", X)
"""


@pytest.mark.parametrize("how", ["module", "package", "directory"])
def test_other_programs(hmr: Callable[..., Program], tmp_path: Path, how: str) -> None:
    relative = SHOW.format(".part")
    write(tmp_path, {"pkg/__init__.py": "", "pkg/part.py": "X = 1\n", "pkg/mod.py": relative})
    write(tmp_path, {"pkg/__main__.py": relative})
    write(tmp_path, {"app/__main__.py": SHOW.format("part"), "app/part.py": "X = 1\n"})
    arguments = {"module": ["-m", "pkg.mod"], "package": ["-m", "pkg"], "directory": ["app"]}[how]
    environ = clean_environ(NO_HMR_DAEMON="1")
    command = [sys.executable, *arguments, "x"]
    python = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    program = hmr(*arguments, "x")
    assert program.wait("[hmr] ") == python.stdout
    program.edit({("app" if how == "directory" else "pkg") + "/part.py": "X = 2\n"})
    program.wait("X 2\n")
    assert program.interrupt() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["-c", "import sys; print(sys.argv, sys.path[0]); sys.exit(4)", "a"],
        ["-m", "platform"],
        ["-m", "no_such_module"],
        ["no_such_file.py"],
        ["-O", "-c", "print(__debug__)"],
        ["-"],
    ],
    ids=["command", "library module", "no module", "no file", "option", "stdin"],
)
def test_what_is_no_file_of_the_users_is_as_with_python(
    hmr: Callable[..., Program], tmp_path: Path, arguments: list[str]
) -> None:
    environ = clean_environ(NO_HMR_DAEMON="1")
    text = "print('from stdin')\n"
    python = subprocess.run(
        [sys.executable, *arguments], cwd=tmp_path, env=environ, input=text, capture_output=True, text=True
    )
    done = subprocess.run([HMR, *arguments], cwd=tmp_path, env=environ, input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (python.returncode, python.stdout, python.stderr)


def test_the_program_reads_stdin(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "print('got', input())\n"})
    program = hmr("main.py")
    assert program.process.stdin is not None
    program.process.stdin.write("text\n")
    program.process.stdin.flush()
    program.wait("got text\n")


def test_interpreter_options_hold_for_the_program(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "import sys\nprint(__debug__, sys.argv, sys.path[0])\n"})
    program = hmr("-O", "main.py", "-O")
    program.wait(f"False ['main.py', '-O'] {os.path.realpath(tmp_path)}\n")


def test_terminated_by_a_signal(hmr: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "print('runs')\n"})
    program = hmr("main.py")
    program.wait("has ended")
    program.process.terminate()
    assert program.process.wait(TIMEOUT) == -signal.SIGTERM


def test_help_tells_what_it_does() -> None:
    done = subprocess.run([HMR, "--help"], capture_output=True, text=True, check=True)
    for words in ("-m MODULE", "Ctrl-C", "main\nthread", "waits for the mended file", "NO_HMR_DAEMON", "-c"):
        assert words in done.stdout
