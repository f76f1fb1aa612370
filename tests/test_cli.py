"""`python -m hmr_daemon`: doctor, status, graph."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Environment, write


def doctor(environment: Environment, folder: Path, *arguments: str, **environ: str) -> tuple[int, str]:
    done = environment.run("-m", "hmr_daemon", "doctor", *arguments, cwd=folder, check=False, **environ)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_doctor_tells_of_the_environment_and_the_files_here(environment: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"a.py": "", "pkg/b.py": "", "pkg/c.py": "# hmr: off\n"})
    code, text = doctor(environment, tmp_path)
    assert code == 0
    assert f"environment {environment.folder}" in text
    assert "ok  started by " in text
    assert "ok  on: " in text
    assert f"{tmp_path}: 2 files would be live\n      a.py\n      pkg{os.sep}b.py\n" in text
    assert "1 not live: it says `# hmr: off`" in text


def test_doctor_tells_why_it_is_off(environment: Environment, tmp_path: Path) -> None:
    code, text = doctor(environment, tmp_path, NO_HMR_DAEMON="1")
    assert code == 1
    assert "BAD off: NO_HMR_DAEMON is set\n" in text


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("a.py", "a.py: live: user code"),
        ("pkg.b", "b.py: live: user code"),
        ("json.decoder", "not live: in the standard library"),
        ("sys", "sys: not live: built-in"),
        ("watchdog.events", "not live: in site-packages"),
        ("excluded.py", "not live: excluded by [tool.hmr-daemon] exclude 'excluded.py'"),
        ("off.py", "not live: it says `# hmr: off`"),
        ("kep.py", "kep.py:1: unknown comment '# hmr: kep'"),
        ("nothing", "nothing: there is no module nothing"),
        ("nothing.py", "nothing.py: there is no such file"),
        ("pkg.nothing", "pkg.nothing: there is no module pkg.nothing"),
    ],
)
def test_doctor_tells_why_a_file_is_live_or_not(
    environment: Environment, tmp_path: Path, target: str, words: str
) -> None:
    write(tmp_path, {"a.py": "", "pkg/__init__.py": "", "pkg/b.py": "", "excluded.py": "", "off.py": "# hmr: off\n"})
    write(tmp_path, {"kep.py": "x = 1  # hmr: kep\n"})
    write(tmp_path, {"pyproject.toml": "[tool.hmr-daemon]\nexclude = ['excluded.py']\n"})
    code, text = doctor(environment, tmp_path, target)
    assert words in text
    assert code == (1 if "not live" in words or "there is no" in words else 0)


def test_doctor_tells_of_wrong_settings(environment: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.hmr-daemon]\nquite = 3\n"})
    code, text = doctor(environment, tmp_path, HMR_DAEMON_POLLING="perhaps")
    assert code == 1
    assert "pyproject.toml:2: [tool.hmr-daemon] quite: unknown setting" in text
    assert "HMR_DAEMON_POLLING = 'perhaps': must be true or false; ignored" in text


def test_status_sees_the_running_processes(environment: Environment, live: LiveFactory, tmp_path: Path) -> None:
    process = live({"m.py": "X = 1\n"})
    process.load("import m, hmr_daemon; hmr_daemon.sync()")
    end = time.monotonic() + 20
    while not re.search(rf"^ *{process.process.pid}  live, ", status(environment, tmp_path), re.MULTILINE):
        assert time.monotonic() < end, status(environment, tmp_path)
    assert "hmr_daemon.status()" in status(environment, tmp_path)


def status(environment: Environment, folder: Path) -> str:
    return environment.run("-m", "hmr_daemon", "status", cwd=folder).stdout


def test_graph_tells_what_a_file_uses_and_who_uses_it(environment: Environment, tmp_path: Path) -> None:
    write(tmp_path, {
        "config.py": "LIMIT = 1\n",
        "app.py": "import config\n\nTOP = config.LIMIT\n\ndef run():\n    return TOP\n",
        "main.py": "from app import run\nrun()\n",
    })  # fmt: skip
    text = environment.run("-m", "hmr_daemon", "graph", "app.py", cwd=tmp_path).stdout
    assert text.startswith("app\n  3 TOP: config.LIMIT\n  5 run: TOP\nmain\n  1 run: app.run\n  2 run(): app.run\n")
    assert '  config_LIMIT["config.LIMIT"] --> app_TOP["app.TOP"]\n' in text
    assert '  app_TOP["app.TOP"] --> app_run["app.run"]\n' in text


def test_graph_of_a_broken_file(environment: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"app.py": "x =\n"})
    done = environment.run("-m", "hmr_daemon", "graph", "app.py", cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert ":1: invalid syntax" in done.stderr
