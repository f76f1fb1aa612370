"""The fixtures: a virtual environment with the package installed, and live processes in it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from zlib import crc32

import pytest
from filelock import FileLock

from live import Environment, Files, Live, build, make_environment, write

PROJECT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--share", metavar="N/M", help="play the Nth of M shares of the tests, which together are all")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep those of the share that is asked for; which these are, the name of a test tells on any machine."""
    if (share := config.getoption("--share")) is not None:
        number, parts = map(int, share.split("/"))
        shares: dict[bool, list[pytest.Item]] = {True: [], False: []}
        for item in items:
            shares[crc32(item.nodeid.encode()) % parts == number - 1].append(item)
        items[:] = shares[True]
        config.hook.pytest_deselected(items=shares[False])


def pytest_configure() -> None:
    """Interrupts reach what the tests start: a shell has its background jobs ignore them, and so would theirs."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


class LiveFactory(Protocol):
    """Starts a live process: `live({"a.py": "..."}, options=("-O",), HMR_DAEMON_POLLING="1")`."""

    def __call__(self, files: Files, *, options: tuple[str, ...] = ..., **environ: str) -> Live: ...


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all the test processes of a session share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def wheel(shared: Path) -> Path:
    """The project's wheel, built once a session."""
    folder = shared / "wheel"
    with FileLock(shared / "wheel.lock"):
        return next(folder.glob("*.whl"), None) or build(PROJECT, "wheel", folder)


@pytest.fixture(scope="session")
def environment(shared: Path, wheel: Path) -> Environment:
    """A virtual environment with the package installed, made once a session; tests leave it as it is."""
    folder = shared / "environment"
    with FileLock(shared / "environment.lock"):
        if (shared / "environment.done").exists():
            return Environment(folder)
        environment = make_environment(folder, str(wheel))
        (shared / "environment.done").touch()
        return environment


@pytest.fixture
def live(environment: Environment, tmp_path: Path) -> Iterator[LiveFactory]:
    """A factory of live processes in the test's own folder, with files in it that look ten seconds old."""
    started: list[Live] = []

    def start(files: Files, *, options: tuple[str, ...] = (), **environ: str) -> Live:
        write(tmp_path, files)
        past = time.time() - 10
        for path in tmp_path.rglob("*"):
            os.utime(path, (past, past))
        process = Live(environment.python, tmp_path, options, **environ)
        started.append(process)
        return process

    yield start
    for process in started:
        print(process.close())  # shown with a failing test
