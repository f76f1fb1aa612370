"""Settings: where they are read, what overrides what, and what is said about a wrong one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hmr_daemon.config import Pattern, Settings, load, project_file
from live import Environment, write

PROJECT = """
    [project]
    name = "x"

    [tool.hmr-daemon]
    exclude = ["vendor/", "*_pb2.py"]
    include = ["../library"]
    polling = true
    poll-interval = 2
    quiet = 20
    log-level = "WARNING"

    [tool.other]
    nothing = 1
"""


def test_the_defaults_serve(tmp_path: Path) -> None:
    assert load(str(tmp_path), {}) == (Settings(), ())
    assert Settings().quiet == 0.005


def test_the_table_of_the_nearest_project(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PROJECT, "src/deep/x.py": "", "inner/pyproject.toml": "[project]\n"})
    settings, warnings = load(str(tmp_path / "src" / "deep"), {})
    file, root = str(tmp_path / "pyproject.toml"), str(tmp_path)
    assert warnings == ()
    assert settings == Settings(
        include=(Pattern("../library", root, "[tool.hmr-daemon] include", file),),
        exclude=(
            Pattern("vendor", root, "[tool.hmr-daemon] exclude", file),
            Pattern("*_pb2.py", root, "[tool.hmr-daemon] exclude", file),
        ),
        polling=True,
        poll_interval=2.0,
        quiet=0.02,
        log_level="warning",
    )
    assert load(str(tmp_path / "inner"), {}) == (Settings(), ())
    assert project_file(str(tmp_path / "inner")) == str(tmp_path / "inner" / "pyproject.toml")


def test_variables_override(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": PROJECT})
    environ = {
        "HMR_DAEMON_POLLING": "0",
        "HMR_DAEMON_POLL_INTERVAL": "0.25",
        "HMR_DAEMON_QUIET": "7.5",
        "HMR_DAEMON_EXCLUDE": os.pathsep.join(["a", "", "b/*"]),
        "HMR_DAEMON_LOG_LEVEL": "debug",
        "HMR_DAEMON_INCLUDE": "",
        "HMR_DAEMON": "1",
        "HMR_DAEMON_DEBUG": "1",
        "PATH": "/bin",
    }
    settings, warnings = load(str(tmp_path), environ)
    assert warnings == ()
    assert [str(each) for each in settings.exclude] == ["HMR_DAEMON_EXCLUDE 'a'", "HMR_DAEMON_EXCLUDE 'b/*'"]
    assert [each.glob for each in settings.include] == ["../library"]  # an empty variable says nothing
    assert (settings.polling, settings.poll_interval, settings.log_level) == (False, 0.25, "debug")
    assert settings.quiet == pytest.approx(0.0075)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("polling = 1", "[tool.hmr-daemon] polling = 1: must be true or false; ignored"),
        ("polling = 'perhaps'", "[tool.hmr-daemon] polling = 'perhaps': must be true or false; ignored"),
        ("quiet = -1", "[tool.hmr-daemon] quiet = -1: must be a number of milliseconds, at least 0; ignored"),
        ("quiet = 'soon'", "[tool.hmr-daemon] quiet = 'soon': must be a number of milliseconds, at least 0; ignored"),
        ("quiet = true", "[tool.hmr-daemon] quiet = True: must be a number of milliseconds, at least 0; ignored"),
        ("quiet = inf", "[tool.hmr-daemon] quiet = inf: must be a number of milliseconds, at least 0; ignored"),
        ("quiet = nan", "[tool.hmr-daemon] quiet = nan: must be a number of milliseconds, at least 0; ignored"),
        (
            "poll-interval = 0",
            "[tool.hmr-daemon] poll-interval = 0: must be a number of seconds, at least 0.01; ignored",
        ),
        ("exclude = 'x'", "[tool.hmr-daemon] exclude = 'x': must be a list of globs; ignored"),
        ("include = ['']", "[tool.hmr-daemon] include = ['']: must be a list of globs; ignored"),
        (
            "log-level = 3",
            "[tool.hmr-daemon] log-level = 3: must be one of debug, info, warning, error, critical; ignored",
        ),
        (
            "pooling = true",
            "[tool.hmr-daemon] pooling: unknown setting; "
            "known are include, exclude, polling, poll-interval, quiet, log-level",
        ),
    ],
)
def test_a_wrong_setting_is_one_warning_with_its_line_and_the_default(
    tmp_path: Path, line: str, complaint: str
) -> None:
    write(tmp_path, {"pyproject.toml": f"[project]\nname = 'x'\n\n[tool.hmr-daemon]\n# a comment\n{line}\n"})
    settings, warnings = load(str(tmp_path), {})
    assert settings == Settings()
    assert warnings == (f"{tmp_path / 'pyproject.toml'}:6: {complaint}",)


def test_one_wrong_setting_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[tool.hmr-daemon]\nquiet = 'x'\npolling = true\n"})
    settings, warnings = load(str(tmp_path), {"HMR_DAEMON_QUIET": "9"})
    assert settings == Settings(polling=True, quiet=0.009)
    assert len(warnings) == 1


def test_a_wrong_variable_is_one_warning(tmp_path: Path) -> None:
    settings, warnings = load(str(tmp_path), {"HMR_DAEMON_POLLING": "often", "HMR_DAEMON_EXCLUDES": "x"})
    assert settings == Settings()
    assert warnings[0].startswith("HMR_DAEMON_EXCLUDES: unknown setting; known are HMR_DAEMON_INCLUDE, HMR_DAEMON_EXC")
    assert warnings[1] == "HMR_DAEMON_POLLING = 'often': must be true or false; ignored"
    assert len(warnings) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[tool.hmr-daemon\npolling = true\n", "(at line 1, column 17)"),
        (b"[tool.hmr-daemon]\npolling = = true\n", "(at line 2, column 11)"),
        (b"# hmr-daemon\n\xff\xfe\x00\n", "can't decode byte 0xff"),
        (b"tool = 3 # hmr-daemon\n", "[tool.hmr-daemon] must be a table; ignored"),
        (b"tool.hmr-daemon = 3\n", "[tool.hmr-daemon] must be a table; ignored"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_warning(tmp_path: Path, content: bytes, said: str) -> None:
    write(tmp_path, {"pyproject.toml": content})
    settings, warnings = load(str(tmp_path), {})
    assert settings == Settings()
    assert len(warnings) == 1
    assert warnings[0].startswith(f"{tmp_path / 'pyproject.toml'}: ")
    assert said in warnings[0]


def test_a_file_of_someone_else_is_not_complained_about(tmp_path: Path) -> None:
    """A project file that says nothing to the daemon is not its business, broken or not."""
    write(tmp_path, {"pyproject.toml": "[project\n"})
    assert load(str(tmp_path), {}) == (Settings(), ())


def test_unusual_ways_of_writing(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "\ufefftool.hmr-daemon = {polling = true, quiet = 'x'}\r\n"})
    settings, warnings = load(str(tmp_path), {})
    assert settings.polling
    assert warnings[0].startswith(f"{tmp_path / 'pyproject.toml'}: [tool.hmr-daemon] quiet")


def test_toml_is_parsed_only_where_there_is_something_to_read(environment: Environment, tmp_path: Path) -> None:
    code = "import sys; from hmr_daemon.config import load; load('.', {}); print('tomllib' in sys.modules)"
    for content, expected in (("[project]\n", "False\n"), ("[tool.hmr-daemon]\n", "True\n")):
        write(tmp_path, {"pyproject.toml": content})
        assert environment.run("-c", code, cwd=tmp_path).stdout == expected
