"""The command `hmr`: runs a program as `python` does, and again what an edit reaches once it has ended."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import TYPE_CHECKING, NoReturn

from ._bootstrap import PACKAGE_FOLDER, environment_reason
from .daemon import Daemon, activate
from .loading.scripts import load_of
from .loading.shelter import Shelter
from .reporting import report

if TYPE_CHECKING:
    from .parts import Parts

HELP = """\
usage: hmr [python options] (FILE | -m MODULE | DIRECTORY) [arguments ...]
       hmr [python options] [-i] [-c COMMAND | -] ...

Runs a program as `python` does: the same arguments, sys.path, exit codes and signals. While it runs, what is saved
becomes live. When it has ended, hmr stays: the statements of the program that an edit reaches run again, in the main
thread, until Ctrl-C ends it, with the exit code of the last run. After an error hmr waits for the mended file and
runs the whole program again. A program that never returns is kept live while it runs.

With -c, -i, at the prompt, for zip applications and for programs that are not your own files, hmr does what `python`
does, with hot reload on. It works where hot reload is switched off (NO_HMR_DAEMON=1), too.

  -h, --help     this text
  -V, --version  the version
See also: python -m hmr_daemon --help
"""
VALUED = ("-W", "-X", "--check-hash-based-pycs")


@dataclass(frozen=True)
class Program:
    """A user's file that is to run as ``__main__``."""

    path: str
    spec: ModuleSpec | None = None

    def new_module(self) -> ModuleType:
        """A fresh ``__main__``, with what python gives it."""
        module = ModuleType("__main__")
        module.__file__ = self.path
        module.__builtins__ = sys.modules["builtins"]  # type: ignore[attr-defined]
        module.__spec__ = self.spec
        module.__loader__ = SourceFileLoader("__main__", self.path)
        module.__package__ = None
        if self.spec is not None:
            module.__package__ = self.spec.parent
            module.__loader__ = self.spec.loader
        return module


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point of `hmr`."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments[:1] in (["-h"], ["--help"]):
        print(HELP, end="")
        return 0
    if arguments[:1] in (["-V"], ["--version"]):
        from . import __version__

        print(f"hmr-daemon {__version__}, Python {sys.version.split()[0]}")
        return 0
    options, rest = split_options(arguments)
    program = _program(rest)
    if program is None:
        return _as_python([*options, *rest])
    if options:
        return _as_python([*options, "-m", "hmr_daemon.runner", *rest])
    return Runner(program).run()


def split_options(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Options of the interpreter itself, and the program with its arguments; `-i` and `-c` are python's business."""
    options: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-" and rest[0][:2] not in ("-m", "-c", "-i"):
        options.append(rest.pop(0))
        if options[-1] in VALUED and rest:
            options.append(rest.pop(0))
    return options, rest


def _as_python(arguments: Sequence[str]) -> int:
    """Let python itself run it, with hot reload on."""
    environ = {name: value for name, value in os.environ.items() if name != "NO_HMR_DAEMON"} | {"HMR_DAEMON": "1"}
    command = [sys.executable, *arguments]
    sys.stdout.flush()
    if sys.platform == "win32":  # there, exec returns to the shell at once
        return subprocess.call(command, env=environ)
    return os.execve(sys.executable, command, environ)


def _program(arguments: Sequence[str]) -> Program | None:
    """The user's program that the arguments name, with `sys.argv` and `sys.path` as it expects them; else None."""
    if arguments[:1] == ["-m"] and len(arguments) > 1:
        return _module_program(arguments[1], arguments[2:])
    if not arguments or arguments[0].startswith("-"):
        return None
    path = arguments[0]
    if os.path.isdir(path):
        main = os.path.join(os.path.abspath(path), "__main__.py")
        if not os.path.isfile(main) or environment_reason(main) is not None:
            return None
        sys.argv[:] = arguments
        _first_path(path)
        return Program(main, importlib.util.spec_from_file_location("__main__", main))
    full, real = os.path.abspath(path), os.path.realpath(path)
    if not path.endswith((".py", ".pyw")) or not os.path.isfile(real) or environment_reason(real) is not None:
        return None
    sys.argv[:] = arguments
    _first_path(os.path.dirname(real))
    return Program(full)


def _module_program(name: str, arguments: Sequence[str]) -> Program | None:
    before = sys.path[:]
    _first_path(os.getcwd())
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except Exception:  # python itself will say what is wrong
        spec = None
    if spec is None or spec.origin is None or not isinstance(spec.loader, SourceFileLoader):
        sys.path[:] = before
        return None
    if environment_reason(spec.origin) is not None:
        sys.path[:] = before
        return None
    sys.argv[:] = [spec.origin, *arguments]
    return Program(spec.origin, spec)


def _first_path(folder: str) -> None:
    """`sys.path[0]`, which is the folder of the command `hmr` or the working directory, is to be the program's."""
    if sys.flags.safe_path:
        return
    sys.path[0:1] = [folder]


class Runner:
    """Runs the program; afterwards this thread does the reloads, so that what runs again runs here."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._code = 0

    def run(self) -> int:
        with Shelter(self._program.path):
            self._daemon: Daemon = activate(self._program.path)
        report.configure(self._daemon.settings.log_level, self._daemon.prompt.show, asked=True)
        while not self._run_once():
            self._wait_for_a_fix()
        try:
            self._daemon.take_over(self._ended)
        except KeyboardInterrupt:
            pass
        return self._code

    def _ended(self, parts: Parts) -> None:
        parts.free_script()
        self._say(f"{os.path.basename(self._program.path)} has ended; it runs again as you save (Ctrl-C ends)")

    # --- one run

    def _run_once(self) -> bool:
        """Whether the program came to its end; an error is shown as python shows it."""
        try:
            self._execute()
        except SystemExit as error:
            self._code = _exit_code(error)
        except KeyboardInterrupt as error:
            self._end_by(error)
        except BaseException as error:
            self._code = 1
            self._error = error
            _show(error)
            return False
        else:
            self._code = 0
        return True

    def _execute(self) -> None:
        module = self._program.new_module()
        path = self._program.path
        with open(path, "rb") as file:
            source = file.read()
        code: CodeType = compile(source, path, "exec", dont_inherit=True)
        sys.modules["__main__"] = module
        load = self._daemon.standby.script_load = load_of(module, path, code, source)
        self._daemon.recorder.add(load)
        self._daemon.wake()
        exec(code, module.__dict__)

    def _end_by(self, error: KeyboardInterrupt) -> NoReturn:
        """End as python does after Ctrl-C: with the traceback, and by the signal."""
        _show(error)
        sys.excepthook = lambda *_: None
        raise KeyboardInterrupt from None

    # --- after an error

    def _wait_for_a_fix(self) -> None:
        """Until a file is saved that the program uses, or that it could not find."""
        files = {self._program.path, *_files_of(self._error)}
        try:
            self._daemon.take_over(lambda parts: self._failed(parts, files), until_saved=True)
        except KeyboardInterrupt:
            raise SystemExit(self._code) from None
        self._daemon.hand_back()

    def _failed(self, parts: Parts, files: set[str]) -> None:
        parts.forget_script(files)
        self._say("waits for a fix (Ctrl-C ends)")

    def _say(self, text: str) -> None:
        report.note(text)


def _exit_code(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    print(error.code, file=sys.stderr)
    return 1


def _show(error: BaseException) -> None:
    """The traceback, from the program's own first frame on, through the program's own excepthook."""
    place: TracebackType | None = error.__traceback__
    while place is not None and place.tb_frame.f_code.co_filename.startswith(PACKAGE_FOLDER):
        place = place.tb_next
    error.__traceback__ = place
    sys.stdout.flush()
    try:
        sys.excepthook(type(error), error, place)
    except Exception:
        traceback.print_exception(error)


def _files_of(error: BaseException) -> set[str]:
    """The user's files that an error came through, or where a module that was missing may come to be."""
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    if isinstance(error, SyntaxError) and error.filename:
        files.add(error.filename)
    if isinstance(error, ImportError) and error.name:
        from .pending import candidates

        files |= candidates(error.name)
    return {path for path in files if os.path.isabs(path) and environment_reason(path) is None}


if __name__ == "__main__":
    sys.exit(main())
