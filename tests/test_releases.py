"""A real package's release written over an earlier one under a process that has imported all of it."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest

from live import Environment, make_environment

SUBJECT = Path(__file__).with_name("releases.py")
RELEASES = {"rich": ("13.7.0", "13.9.4"), "click": ("8.1.3", "8.1.8")}


@pytest.fixture(scope="module")
def with_dependencies(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    return make_environment(tmp_path_factory.mktemp("releases") / "venv", str(wheel), "markdown-it-py", "pygments")


def unpack(environment: Environment, package: str, version: str, folder: Path) -> Path:
    """The release's source as a user would have it: outside the environment."""
    environment.pip("download", "--no-deps", "-d", str(folder / "wheels"), f"{package}=={version}")
    (wheel,) = (folder / "wheels").glob(f"{package}-{version}-*.whl")
    source = folder / version
    zipfile.ZipFile(wheel).extractall(source)
    for information in source.glob("*.dist-info"):
        shutil.rmtree(information)
    return source


@pytest.mark.parametrize("package", RELEASES)
def test_a_release_over_the_one_before(package: str, with_dependencies: Environment, tmp_path: Path) -> None:
    old, new = (unpack(with_dependencies, package, version, tmp_path) for version in RELEASES[package])
    live = shutil.copytree(old, tmp_path / "live")
    subject = str(shutil.copy(SUBJECT, tmp_path / "subject.py"))
    names, held = json.loads(with_dependencies.run(subject, "live", package, str(live), str(new), cwd=tmp_path).stdout)
    fresh, _ = json.loads(
        with_dependencies.run(subject, "fresh", package, str(new), cwd=tmp_path, NO_HMR_DAEMON="1").stdout
    )
    assert len(fresh) > 400
    assert {name for name in names | fresh if names.get(name) != fresh.get(name)} == set()
    assert {name for name in held.keys() & fresh.keys() if held[name] != fresh[name]} == set()
