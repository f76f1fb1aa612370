"""Which files are user code, and the reason that is given."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest

import hmr_daemon
from conftest import LiveFactory
from hmr_daemon import _bootstrap
from hmr_daemon.config import Pattern, Settings
from hmr_daemon.scope import Scope, Verdict
from live import Environment

POSIX_VENV = sys.platform != "win32"


def decide(path: Path | str, **settings: tuple[Pattern, ...]) -> Verdict:
    return Scope(Settings(**settings)).decide(str(path))  # type: ignore[arg-type]


def test_any_file_outside_the_environment_is_user_code(tmp_path: Path) -> None:
    assert decide(tmp_path / "module.py") == Verdict(True, "user code")
    assert decide(tmp_path / "lib" / "module.py") == Verdict(True, "user code")
    assert decide("/no/such/folder/module.py") == Verdict(True, "user code")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (os.__file__, "in the standard library"),
        (os.path.join(sysconfig.get_path("stdlib"), "json", "decoder.py"), "in the standard library"),
        (pytest.__file__, "in site-packages"),
        ("/srv/other/venv/lib/python3.12/site-packages/click/core.py", "in site-packages"),
        ("/usr/lib/python3/dist-packages/apt/cache.py", "in dist-packages"),
        (os.path.join(os.path.dirname(sys.executable), "tool"), "in the environment's scripts folder"),
        (os.path.join(sys.prefix, "share", "jupyter", "x.py"), "in the environment's share folder"),
        (os.path.join(sys.prefix, "include", "x.py"), "in the environment's include folder"),
        (os.path.join(sys.base_prefix, "lib", "tool", "x.py"), "in the environment's lib folder"),
        ("<frozen importlib._bootstrap>", "not a file on disk"),
        ("<string>", "not a file on disk"),
        ("built-in", "not a file on disk"),
        (_bootstrap.__file__, "a part of hmr-daemon"),
    ],
)
def test_what_belongs_to_the_environment_says_how(path: str, reason: str) -> None:
    if reason == "a part of hmr-daemon" and "site-packages" in str(hmr_daemon.__file__):
        reason = "in site-packages"
    assert decide(path) == Verdict(False, reason)


def test_a_file_inside_an_archive_is_no_user_code(tmp_path: Path) -> None:
    archive = tmp_path / "bundle.zip"
    archive.write_bytes(b"")
    assert decide(archive / "package" / "module.py") == Verdict(False, "inside an archive")


def test_folders_that_only_sound_like_the_environment_are_user_code(tmp_path: Path) -> None:
    for name in ("my-site-packages", "site-packages.old", "lib", "bin", "include"):
        assert decide(tmp_path / name / "module.py").live, name
    assert decide(Path(sys.prefix + "-other") / "module.py").live
    assert decide(_bootstrap.PACKAGE_FOLDER + "_plugin/module.py").live or "site-packages" in _bootstrap.PACKAGE_FOLDER


REASONS = """
import os, sys
from hmr_daemon._bootstrap import environment_reason
for path in sys.argv[1:]: print(environment_reason(path))
"""


def test_a_venv_inside_the_project_and_a_project_inside_a_venv(environment: Environment) -> None:
    """The folder that holds the environment is user code, and so is what someone puts into the environment's root."""
    root = environment.folder
    paths = [root.parent / "main.py", root / "main.py", root / "package" / "module.py", root / "lib" / "mine.py"]
    paths += [environment.site_packages / "x.py", environment.scripts / "x", root / "share" / "x.py"]
    reasons = environment.run("-c", REASONS, *map(str, paths)).stdout.split("\n")[:-1]
    assert reasons[:4] == ["None"] * 4 or not POSIX_VENV
    assert reasons[4:] == [
        "in site-packages",
        "in the environment's scripts folder",
        "in the environment's share folder",
    ]


@pytest.mark.skipif(not POSIX_VENV, reason="symbolic links need rights on Windows")
def test_an_environment_reached_through_a_link(environment: Environment, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(environment.folder, target_is_directory=True)
    paths = [str(root / "bin" / "tool") for root in (link, environment.folder)]
    code = REASONS + "print(sys.prefix)"
    linked = Environment(link).run("-c", code, *paths).stdout.split("\n")
    assert linked[:2] == ["in the environment's scripts folder"] * 2
    assert linked[2] in (str(link), str(environment.folder))


def test_the_verdict_of_a_folder_is_looked_up_once(tmp_path: Path) -> None:
    first = _bootstrap.environment_reason(str(tmp_path / "a.py"))
    assert first is None
    assert _bootstrap._reasons[str(tmp_path)] is None


def test_exclude_and_include(tmp_path: Path) -> None:
    here, there = str(tmp_path), "/srv/venv/lib/python3.12/site-packages"
    excluded = Pattern("vendor", here, "[tool.hmr-daemon] exclude", f"{here}/pyproject.toml")
    included = Pattern(f"{there}/mine/*", here, "HMR_DAEMON_INCLUDE")
    text = f"excluded by [tool.hmr-daemon] exclude 'vendor' in {here}/pyproject.toml"
    assert decide(tmp_path / "vendor" / "x.py", exclude=(excluded,)) == Verdict(False, text)
    assert decide(tmp_path / "vendored.py", exclude=(excluded,)) == Verdict(True, "user code")
    verdict = decide(f"{there}/mine/x.py", include=(included,))
    assert verdict == Verdict(True, f"included by HMR_DAEMON_INCLUDE '{there}/mine/*'")
    assert decide(f"{there}/theirs/x.py", include=(included,)) == Verdict(False, "in site-packages")
    both = Pattern("*", there, "HMR_DAEMON_EXCLUDE")
    assert not decide(f"{there}/mine/x.py", include=(included,), exclude=(both,)).live


def test_the_package_itself_is_never_live() -> None:
    everything = Pattern("/*", "/", "HMR_DAEMON_INCLUDE")
    assert not decide(_bootstrap.__file__, include=(everything,)).live
    assert not decide("<string>", include=(Pattern("*", "/", "HMR_DAEMON_INCLUDE"),)).live


@pytest.mark.parametrize(
    ("glob", "path", "matches"),
    [
        ("tests", "tests/test_x.py", True),
        ("tests", "tests", True),
        ("tests", "src/tests/x.py", False),
        ("*/tests", "src/a/tests/x.py", True),
        ("*_pb2.py", "gen/deep/x_pb2.py", True),
        ("conf?.py", "conf1.py", True),
        ("[ab].py", "c.py", False),
        ("src/*.py", "src/a.py", True),
        ("src", "source/a.py", False),
        ("../other", "x.py", False),
        ("*", "x.py", True),
    ],
)
def test_globs(tmp_path: Path, glob: str, path: str, matches: bool) -> None:
    assert Pattern(glob, str(tmp_path), "exclude").matches(str(tmp_path / path)) is matches
    assert not Pattern(glob, str(tmp_path / "elsewhere"), "exclude").matches(str(tmp_path / path))


def test_the_same_file_always_gets_the_same_verdict(tmp_path: Path) -> None:
    scope = Scope(Settings())
    first = scope.decide(str(tmp_path / "x.py"))
    assert scope.decide(str(tmp_path / "x.py")) is first
    assert first


# --- files of the environment that are included -------------------------------------------------------------


@pytest.mark.parametrize("where", ["pyproject.toml", "variable"])
def test_an_included_file_of_the_environment_is_live(live: LiveFactory, tmp_path: Path, where: str) -> None:
    glob = f"{tmp_path}/lib/site-packages/mine"
    files = {
        "lib/site-packages/mine/__init__.py": "",
        "lib/site-packages/mine/inner.py": "x = 1\n",
        "lib/site-packages/theirs.py": "x = 1\n",
        "own.py": "from mine.inner import x\n",
    }
    environ = {"PYTHONPATH": str(tmp_path / "lib" / "site-packages")}
    if where == "variable":
        environ["HMR_DAEMON_INCLUDE"] = glob
    else:
        files["pyproject.toml"] = f"[tool.hmr-daemon]\ninclude = [{glob!r}]\n"
    process = live(files, options=(), **environ)
    process.do("import own, mine.inner, theirs")
    process.until("'mine.inner' in __import__('hmr_daemon').status().modules", True)
    assert process.see("sorted(__import__('hmr_daemon').status().modules)") == ["mine", "mine.inner", "own"]
    process.edit({"lib/site-packages/mine/inner.py": "x = 2\n"})
    assert process.wait_reload().ok
    assert process.see("(mine.inner.x, own.x)") == (2, 2)
