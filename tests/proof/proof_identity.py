"""Real packages' own test suites, while each of their sources is saved again and again with lines moved."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from live import Environment
from proof.conftest import Figure
from test_releases import environment_with

SUBJECT = Path(__file__).parents[1] / "identity.py"
PACKAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    # name: (version whose source distribution has the tests, folder of the sources, what else the tests need)
    "click": ("8.5.1", "src", ("click",)),  # its tests ask for its metadata
    "jinja2": ("3.1.6", "src", ("markupsafe", "trio")),
    "marshmallow": ("4.4.0", "src", ("simplejson", "tzdata")),
}


def unpack(environment: Environment, package: str, version: str, folder: Path) -> Path:
    """The source distribution as a user would have it."""
    try:
        environment.pip("download", "--no-deps", "--no-binary", package, "-d", str(folder), f"{package}=={version}")
    except (AssertionError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"the package index does not give {package} {version}: {str(error)[-300:]}")
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(each for each in folder.iterdir() if each.is_dir())


def run(environment: Environment, source: Path, *arguments: str, **environ: Any) -> dict[str, Any]:
    subject = shutil.copy(SUBJECT, source.parent / "subject.py")
    output = replace(environment, patience=3600).run(str(subject), *arguments, cwd=source, **environ).stdout
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def by_function(outcomes: dict[str, str]) -> Counter[tuple[str, str]]:
    """How often each test function ended how: parameters may tell the time of day."""
    return Counter((name.partition("[")[0], end) for name, end in outcomes.items())


@pytest.mark.parametrize("package", PACKAGES)
def test_identity_under_the_tests_of(package: str, wheel: Path, tmp_path: Path, figure: Figure) -> None:
    version, sources, requirements = PACKAGES[package]
    environment = environment_with(tmp_path / "venv", str(wheel), "pytest", *requirements)
    (tmp_path / "sources").mkdir()
    source = unpack(environment, package, version, tmp_path / "sources")
    plain = run(environment, source, package, sources, "tests", NO_HMR_DAEMON="1")
    live = run(environment, source, package, sources, "tests", HMR_DAEMON="1", HMR_DAEMON_LOG_LEVEL="error")
    outcomes = live["outcomes"]
    assert len(outcomes) > 500
    assert by_function(outcomes) == by_function(plain["outcomes"])
    assert (live["failed"], live["ran"], live["wrong_lines"]) == ([], [], [])
    assert live["others"] == plain["others"]  # what the tests themselves have changed
    assert live["reloads"] > 3
    figure(f"{package} {version}: {len(outcomes):,} tests end as without; {live['saves']:,} saves, nothing ran")
