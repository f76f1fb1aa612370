"""The running processes of this environment, as far as the system lets them be seen."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = """\
Seen from outside: only that a process runs this environment's Python and what it watches. What is live in it, what
failed and what is pending it tells itself: print(hmr_daemon.status()) in the process."""


@dataclass(frozen=True)
class Process:
    """A running Python of this environment."""

    number: int
    command: str
    state: str


def describe() -> str:
    """The processes in words, and what cannot be known."""
    if sys.platform != "linux":
        return f"The processes of this environment cannot be seen on {sys.platform}.\n{LIMIT}"
    found = [f"{each.number:>8}  {each.state}  {each.command}" for each in find()]
    return "\n".join([*(found or ["No other process of this environment is running that you may look into."]), LIMIT])


def find() -> Iterator[Process]:
    """This user's processes whose Python is this environment's, without this one."""
    for entry in sorted(filter(str.isdigit, os.listdir("/proc")), key=int):
        if int(entry) == os.getpid():
            continue
        try:
            arguments = _strings(f"/proc/{entry}/cmdline")
            if arguments and _is_ours(entry, arguments[0]):
                yield Process(int(entry), " ".join(arguments), _state(entry))
        except OSError:  # it has ended, or is another user's
            continue


def _strings(path: str) -> list[str]:
    with open(path, "rb") as file:
        return [os.fsdecode(each) for each in file.read().split(b"\0")[:-1]]


def _is_ours(entry: str, program: str) -> bool:
    """Whether the process was started by a Python in this environment's folder."""
    if not os.path.basename(program).startswith(("python", "pypy")):
        return False
    folder = os.path.dirname(program)
    if not folder:
        path = next((v[5:] for v in _strings(f"/proc/{entry}/environ") if v.startswith("PATH=")), os.defpath)
        folder = next((f for f in path.split(os.pathsep) if os.path.isfile(os.path.join(f, program))), "")
    folder = os.path.join(os.readlink(f"/proc/{entry}/cwd"), folder)
    return os.path.realpath(folder) == os.path.realpath(os.path.dirname(sys.executable))


def _state(entry: str) -> str:
    if any(v.startswith("NO_HMR_DAEMON=") and v != "NO_HMR_DAEMON=" for v in _strings(f"/proc/{entry}/environ")):
        return "switched off      "
    watches = _watches(entry)
    return f"live, {watches:>4} watches" if watches else "watches nothing   "


def _watches(entry: str) -> int:
    """How many folders and files it watches."""
    count = 0
    folder = f"/proc/{entry}/fdinfo"
    for descriptor in os.listdir(folder):
        with open(os.path.join(folder, descriptor)) as file:
            count += sum(line.startswith("inotify ") for line in file)
    return count
