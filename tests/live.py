"""A live process under test: it is asked, its files are edited, and its reloads are waited for."""

from __future__ import annotations

import ast
import json
import os
import select
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Files = Mapping[str, "str | bytes | tuple[str, str] | None"]
DRIVER = Path(__file__).with_name("driver.py")
START = "exec(compile({source!r}, '<driver>', 'exec'), {{'__name__': 'driver'}})"
FOLLOWED = """
    (lambda parts, names: parts is not None and all(
        name in parts.graph.modules and parts.graph.modules[name].source is not None for name in names
    ))(
        __import__("sys").modules["hmr_daemon.daemon"].current()._parts,
        [name for name, module in list(__import__("sys").modules.items())
         if (getattr(module, "__file__", None) or "").startswith({root!r}) and name != "__main__"],
    )
"""
STRIPPED = ("PYTHON", "HMR", "NO_HMR", "VIRTUAL_ENV", "CI", "PYTEST", "COVERAGE")


class LiveError(Exception):
    """What the live process answered was an exception, or it does not answer."""


@dataclass(frozen=True)
class Reload:
    """A reload as the live process reported it."""

    ok: bool
    ran: tuple[str, ...]
    patched: tuple[str, ...]
    error: str | None
    milliseconds: float
    files: tuple[str, ...]


def clean_environ(**extra: str) -> dict[str, str]:
    """The environment variables of this process without those that would steer the one under test."""
    return {name: value for name, value in os.environ.items() if not name.startswith(STRIPPED)} | extra


def write(root: Path, files: Files, atomic: bool = False) -> None:
    """Text (dedented), bytes, `(old, new)` to replace in what is there, or None to delete.

    `atomic` writes all of them aside, and then renames them in one go.
    """
    renames = []
    for name, content in files.items():
        path = root / name
        if content is None:
            path.unlink()
            continue
        if isinstance(content, tuple):
            old, new = content
            current = path.read_text(encoding="utf-8")
            assert old in current, f"{old!r} is not in {name}"
            content = current.replace(old, new)
        data = content if isinstance(content, bytes) else textwrap.dedent(content).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.with_name(path.name + ".tmp~") if atomic else path
        target.write_bytes(data)
        renames.append((target, path))
    for target, path in renames if atomic else ():
        target.replace(path)


class Live:
    """A process in `root`; `do`, `see`, `edit`, `until` and `wait_reload` are all that most tests need."""

    def __init__(self, python: str, root: Path, options: tuple[str, ...] = (), **environ: str) -> None:
        self.root = root
        self._answers = _Channel()
        self._reloads = _Channel()
        fds = (self._answers.write_end, self._reloads.write_end)
        code = START.format(source=DRIVER.read_text(encoding="utf-8"))
        self._log = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - closed with the process
        self.process = subprocess.Popen(
            [python, *options, "-c", code, *map(str, fds)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=self._log,
            pass_fds=fds,
            env=clean_environ(**environ),
            text=True,
        )
        for channel in (self._answers, self._reloads):
            channel.close_write_end()
        self._receive(30)

    def do(self, code: str) -> None:
        """Execute code in the process's `__main__`."""
        self._ask(do=textwrap.dedent(code))

    def load(self, code: str) -> None:
        """Execute code and wait until the daemon follows every module that it imported."""
        self.do(code)
        self.until(FOLLOWED.format(root=str(self.root) + os.sep).strip(), True)

    def see(self, expression: str) -> Any:
        """The value of an expression in `__main__`; its repr where it is not made of plain literals."""
        text = self._ask(see=expression)
        try:
            return ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return text

    def edit(self, files: Files, atomic: bool = False) -> None:
        """Change files in one go; see `write`. `atomic` writes aside and renames."""
        write(self.root, files, atomic)

    def until(self, expression: str, value: object, timeout: float = 10.0) -> None:
        """Wait until an expression has a value."""
        end = time.monotonic() + timeout
        while (seen := self._see_or_error(expression)) != value:
            assert time.monotonic() < end, f"{expression} is {seen!r}, not {value!r}\n{self.output()}"
            self._reloads.wait(0.05)

    def wait_reload(self, timeout: float = 10.0) -> Reload:
        """The next reload that has not been waited for yet."""
        line = self._reloads.line(timeout)
        if line is None:
            raise LiveError(f"no reload came\n{self.output()}")
        event = json.loads(line)
        return Reload(
            ok=event["ok"],
            ran=tuple(event["ran"]),
            patched=tuple(event["patched"]),
            error=event["error"],
            milliseconds=event["milliseconds"],
            files=tuple(event["files"]),
        )

    def no_reload(self, within: float = 0.3) -> None:
        """Assert that nothing is reloaded for a while."""
        line = self._reloads.line(within)
        assert line is None, f"an unexpected reload: {line}"

    def output(self) -> str:
        """What the process has printed so far, on stdout and stderr."""
        position = os.fstat(self._log.fileno()).st_size
        return os.pread(self._log.fileno(), position, 0).decode(errors="replace")

    def close(self) -> str:
        """End the process as the end of its input does, and return what it printed."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass  # it has died; its output tells why
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self._answers.close()
            self._reloads.close()
        return self.output()

    def _see_or_error(self, expression: str) -> Any:
        try:
            return self.see(expression)
        except LiveError as error:
            return str(error)

    def _ask(self, **request: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = self._receive(30)
        if "error" in answer:
            raise LiveError(answer["error"])
        return str(answer["value"])

    def _receive(self, timeout: float) -> dict[str, Any]:
        line = self._answers.line(timeout)
        if line is None:
            raise LiveError(f"the live process does not answer (exit code {self.process.poll()})\n{self.output()}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class _Channel:
    """Lines that the live process writes to a pipe."""

    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()
        self._buffer = b""

    def close_write_end(self) -> None:
        os.close(self.write_end)

    def close(self) -> None:
        os.close(self._read_end)

    def line(self, timeout: float) -> str | None:
        """The next line; None when none comes in time or none can come."""
        end = time.monotonic() + timeout
        while b"\n" not in self._buffer:
            if not self._fill(max(0.0, end - time.monotonic())):
                return None
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode()

    def wait(self, timeout: float) -> None:
        """Until something more arrives, or the time has passed."""
        self._fill(timeout)

    def _fill(self, timeout: float) -> bool:
        ready, _, _ = select.select([self._read_end], [], [], timeout)
        data = os.read(self._read_end, 65536) if ready else b""
        self._buffer += data
        return bool(data)


@dataclass(frozen=True)
class Environment:
    """A virtual environment of the tests."""

    folder: Path
    patience: float = 300
    """Seconds that a program may run."""

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> str:
        return str(self.scripts / "python")

    @property
    def site_packages(self) -> Path:
        if sys.platform == "win32":
            return self.folder / "Lib" / "site-packages"
        return next((self.folder / "lib").glob("python3*/site-packages"))

    def run(
        self, *arguments: str, cwd: Path | None = None, check: bool = True, text: str | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python and return what it printed."""
        done = subprocess.run(
            [self.python, *arguments],
            cwd=cwd or self.folder,
            env=clean_environ(**environ),
            input=text,
            capture_output=True,
            text=True,
            timeout=self.patience,
        )
        assert done.returncode == 0 or not check, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def pip(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "pip", "--disable-pip-version-check", "-q", *arguments)


def make_environment(folder: Path, *requirements: str) -> Environment:
    """A new virtual environment with these requirements installed."""
    subprocess.run([sys.executable, "-m", "virtualenv", "-q", str(folder)], env=clean_environ(), check=True)
    environment = Environment(folder)
    if requirements:
        environment.pip("install", *requirements)
    return environment


def build(project: Path, target: str, folder: Path) -> Path:
    """Build the project's wheel or sdist and return the file."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(folder)]
    subprocess.run(command, cwd=project, env=clean_environ(), check=True, capture_output=True)
    return next(folder.glob("*.whl" if target == "wheel" else "*.tar.gz"))
