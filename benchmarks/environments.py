"""The virtual environments that are compared, and the packages that are imported as user code."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
STEERING = ("PYTHON", "HMR", "NO_HMR", "VIRTUAL_ENV")  # variables that would change what is measured
AS_USER_CODE = ("sympy==1.13.3", "rich==14.0.0")
THEIR_NEEDS = ("mpmath==1.3.0", "pygments", "markdown-it-py", "mdurl")


@dataclass(frozen=True)
class Environment:
    """A virtual environment, and what must run in a process of it before anything is live."""

    name: str
    folder: Path
    preamble: str = ""

    @property
    def scripts(self) -> Path:
        return self.folder / ("Scripts" if sys.platform == "win32" else "bin")

    @property
    def python(self) -> str:
        return str(self.scripts / "python")

    def pip(self, *arguments: str) -> None:
        command = [self.python, "-m", "pip", "--disable-pip-version-check", "-q", *arguments]
        subprocess.run(command, env=clean_environ(NO_HMR_DAEMON="1"), check=True)


def clean_environ(**extra: str) -> dict[str, str]:
    """This process's variables without those that steer Python or a reloader."""
    return {name: value for name, value in os.environ.items() if not name.startswith(STEERING)} | extra


def make(folder: Path, name: str, *requirements: str, preamble: str = "") -> Environment:
    """The environment of that name, made where it is not there, with these requirements installed."""
    environment = Environment(name, folder / name, preamble)
    if not Path(environment.python).exists():
        subprocess.run([sys.executable, "-m", "virtualenv", "-q", str(environment.folder)], check=True)
    if requirements:
        environment.pip("install", *requirements)
    return environment


def plain(folder: Path) -> Environment:
    return make(folder, "plain", *THEIR_NEEDS)


def live(folder: Path) -> Environment:
    """The package as its users install it: from a wheel, never editable."""
    environment = make(folder, "live", *THEIR_NEEDS, "watchdog>=6")
    environment.pip("install", "--force-reinstall", "--no-deps", str(PROJECT))
    return environment


def user_packages(folder: Path, environment: Environment) -> Path:
    """A folder with packages that are a user's own: it is no site-packages."""
    target = folder / "user-packages"
    if not target.is_dir():
        environment.pip("install", "--no-deps", "--no-compile", "--target", str(target), *AS_USER_CODE)
    return target


JURIGGED = "import jurigged; jurigged.watch('.', logger=lambda event: None)"
AUTORELOAD = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "autoreload")
shell.run_line_magic("autoreload", "2")
before_each_look = lambda: shell.run_cell("pass", store_history=False)
"""


def peers(folder: Path) -> list[Environment]:
    """Other reloaders, each in an environment of its own."""
    return [
        make(folder, "jurigged", "jurigged", preamble=JURIGGED),
        make(folder, "autoreload", "ipython", preamble=AUTORELOAD),
        make(folder, "indexed", "hmr-daemon"),
    ]
