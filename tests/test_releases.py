"""A real package's release written over an earlier one under a process that has imported all of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from live import Environment, make_environment

SUBJECT = Path(__file__).with_name("releases.py")
RELEASES = {"rich": ("13.7.0", "13.9.4"), "click": ("8.1.3", "8.1.8")}
Release = Mapping[str, str]
"""Versions by the name of the distribution, which all these packages bear themselves."""


@dataclass(frozen=True)
class Step:
    """What became of the names of one release, written over the one before."""

    release: str
    changed: int
    """Names that are not what they were."""
    wrong: frozenset[str]
    """Names that are not what they are in a fresh process."""
    held: int
    """Functions and classes held since the start that this release still has, under the same names."""
    stale: frozenset[str]
    """Those of them that are not what they are in a fresh process."""


@pytest.fixture(scope="module")
def with_dependencies(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Environment:
    return environment_with(tmp_path_factory.mktemp("releases") / "venv", str(wheel), "markdown-it-py", "pygments")


def environment_with(folder: Path, *requirements: str) -> Environment:
    try:
        return make_environment(folder, *requirements)
    except AssertionError as error:
        pytest.skip(f"the package index does not give {' '.join(requirements[1:])}: {str(error)[-300:]}")


def unpack(environment: Environment, release: Release, folder: Path) -> Path:
    """A release's source as a user would have it: outside the environment."""
    source = folder / "-".join(release.values())
    for package, version in release.items():
        wheels = folder / "wheels" / f"{package}-{version}"
        try:
            environment.pip("download", "--no-deps", "-d", str(wheels), f"{package}=={version}")
        except (AssertionError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"the package index does not give {package} {version}: {str(error)[-300:]}")
        zipfile.ZipFile(next(wheels.glob("*.whl"))).extractall(source)
    for information in source.glob("*.dist-info"):
        shutil.rmtree(information)
    return source


def play(environment: Environment, releases: Sequence[Release], folder: Path) -> list[Step]:
    """Write each release over the one before under one live process, and compare with fresh ones."""
    sources = [unpack(environment, release, folder) for release in releases]
    packages = ",".join(releases[0])
    subject = str(shutil.copy(SUBJECT, folder / "subject.py"))
    live = shutil.copytree(sources[0], folder / "live")
    lines = environment.run(
        subject, "live", packages, str(live), *map(str, sources[1:]), cwd=folder, HMR_DAEMON_LOG_LEVEL="error"
    ).stdout.splitlines()
    before, *fresh = [_fresh(environment, subject, packages, source, folder) for source in sources]
    steps = []
    for release, line, expected in zip(releases[1:], lines, fresh, strict=True):
        names, held = json.loads(line)
        shared = held.keys() & expected.keys()
        steps.append(
            Step(
                release=" + ".join(release.values()),
                changed=len(_differing(before, expected)),
                wrong=_differing(names, expected),
                held=len(shared),
                stale=frozenset(name for name in shared if held[name] != expected[name]),
            )
        )
        before = expected
    return steps


def _fresh(environment: Environment, subject: str, packages: str, source: Path, folder: Path) -> dict[str, Any]:
    names: dict[str, Any]
    output = environment.run(subject, "fresh", packages, str(source), cwd=folder, NO_HMR_DAEMON="1").stdout
    names, _ = json.loads(output)
    assert len(names) > 100
    return names


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(name for name in a.keys() | b.keys() if a.get(name) != b.get(name))


@pytest.mark.parametrize("package", RELEASES)
def test_a_release_over_the_one_before(package: str, with_dependencies: Environment, tmp_path: Path) -> None:
    (step,) = play(with_dependencies, [{package: version} for version in RELEASES[package]], tmp_path)
    assert step.changed > 50
    assert step.wrong == set()
    assert step.stale == set()
