"""What an installation puts where, however it is made, and that nothing stays when it is taken out."""

from __future__ import annotations

import re
import shutil
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path

import pytest

from live import Environment, build, make_environment, write

PROJECT = Path(__file__).resolve().parent.parent
STARTUP_FILES = ["hmr_daemon.pth", "hmr_daemon.start"]
LOOK = "import sys; print(*sorted(name for name in sys.modules if name.startswith('hmr')))"
STARTED = "hmr_daemon_startup\n"


@pytest.fixture
def fresh(tmp_path: Path) -> Environment:
    """An environment with only what an installation needs beside the package."""
    return make_environment(tmp_path / "venv", "watchdog>=6", "hatchling>=1.27", "editables")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, so that builds do not meet."""
    skipped = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "benchmarks")
    return shutil.copytree(PROJECT, tmp_path / "project", ignore=skipped)


def test_the_wheel_holds_the_package_the_startup_files_and_the_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert wheel.name == "hmr_daemon-0.1.0-py3-none-any.whl"
    assert {"hmr_daemon/__init__.py", "hmr_daemon/_bootstrap.py", "hmr_daemon/py.typed", *STARTUP_FILES} <= set(names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.partition("/")[0] for name in names} == {
        "hmr_daemon",
        "hmr_daemon_startup.py",
        "hmr_daemon-0.1.0.dist-info",
        *STARTUP_FILES,
    }


def test_the_wheel_says_what_it_needs(wheel: Path) -> None:
    metadata = message_from_string(zipfile.ZipFile(wheel).read("hmr_daemon-0.1.0.dist-info/METADATA").decode())
    required = [text for text in metadata.get_all("Requires-Dist", []) if "extra ==" not in text]
    assert (metadata["Name"], metadata["Version"]) == ("hmr-daemon", "0.1.0")
    assert (metadata["Requires-Python"], required) == (">=3.11", ["watchdog>=6"])
    assert metadata["License-Expression"] == "MIT"


def test_the_sdist_holds_what_a_wheel_and_the_tests_need(project: Path, tmp_path: Path) -> None:
    with tarfile.open(build(project, "sdist", tmp_path / "sdist")) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {*STARTUP_FILES, "pyproject.toml", "README.md", "LICENSE", "Makefile", "tests/conftest.py"} <= inside
    assert "src/hmr_daemon/_bootstrap.py" in inside


def test_the_versions_agree() -> None:
    metadata = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    source = (PROJECT / "src" / "hmr_daemon" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)
    assert found is not None
    assert found[1] == metadata["project"]["version"]
    assert f"## [{found[1]}]" in (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STARTUP_FILES)
def test_a_startup_file_is_one_auditable_line(name: str) -> None:
    line, end = (PROJECT / name).read_text(encoding="ascii").split("\n")
    assert end == ""
    assert line == "hmr_daemon_startup:start" if name.endswith(".start") else line.startswith("import ")
    assert "exec" not in line
    assert "eval" not in line


@pytest.mark.parametrize("way", ["wheel", "sdist", "folder", "editable"])
def test_every_way_of_installing_starts_and_uninstalling_takes_everything_out(
    fresh: Environment, project: Path, tmp_path: Path, way: str
) -> None:
    before = sorted(path.name for path in fresh.site_packages.iterdir())
    options = ["--no-build-isolation", "--no-deps", "--no-index"]
    built = str(build(project, way, tmp_path / "built")) if way in ("wheel", "sdist") else str(project)
    fresh.pip("install", *options, *(["-e"] if way == "editable" else []), built)
    assert all((fresh.site_packages / name).is_file() for name in STARTUP_FILES)
    assert fresh.run("-c", LOOK, cwd=tmp_path).stdout == STARTED

    fresh.pip("uninstall", "-y", "hmr-daemon")
    done = fresh.run("-c", LOOK, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("\n", "")
    assert sorted(path.name for path in fresh.site_packages.iterdir()) == before


def test_an_editable_installation_runs_the_project_s_own_source(
    fresh: Environment, project: Path, tmp_path: Path
) -> None:
    fresh.pip("install", "--no-build-isolation", "--no-deps", "--no-index", "-e", str(project))
    write(project, {"src/hmr_daemon/__init__.py": '"""Edited."""\n__version__ = "edited"\n'})
    code = "import hmr_daemon; print(hmr_daemon.__version__, hmr_daemon.__file__)"
    expected = f"edited {project / 'src' / 'hmr_daemon' / '__init__.py'}\n"
    assert fresh.run("-c", code, cwd=tmp_path).stdout == expected


def test_python_3_15_reads_the_start_file_instead(environment: Environment, tmp_path: Path) -> None:
    """From 3.15 on the import line is skipped where the `.start` file is; before, only the line is known."""
    code = "import sys; print(sys.version_info >= (3, 15))"
    newer = environment.run("-c", code, cwd=tmp_path).stdout == "True\n"
    verbose = environment.run("-v", "-c", "pass", cwd=tmp_path).stderr
    assert ("Executing entry point: hmr_daemon_startup:start" in verbose) == newer
    assert ("hmr_daemon.pth are suppressed" in verbose) == newer
