"""When the daemon is on and when it is off, and that its startup breaks, slows and shows nothing."""

from __future__ import annotations

import json
import shutil
import sys
import sysconfig
import zipapp
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live import Environment, clean_environ, make_environment, write

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "hmr_daemon"
PROJECT = PACKAGE.parent.parent
STARTUP_FILES = [PROJECT / name for name in ("hmr_daemon.pth", "hmr_daemon.start", "src/hmr_daemon_startup.py")]
STARTUP_MODULES = ["hmr_daemon_startup"]
LOOK = """
import _thread, json, sys
modules = sorted(name for name in sys.modules if name.partition(".")[0].startswith("hmr"))
print(json.dumps({"modules": modules, "threads": _thread._count(), "live": "hmr_daemon.loading.standby" in modules}))
"""
FAKE_STANDBY = """
from hmr_daemon import _bootstrap; from hmr_daemon.loading import finder
calls = []
def activate(script=None):
    calls.append(script)
    _bootstrap.hand_over(finder.LiveFinder())
"""
FAKE_FINDER = """
import hmr_daemon_startup
from hmr_daemon import _bootstrap
adopted = []
def adopt(spec):
    adopted.append(spec.name)
class LiveFinder(hmr_daemon_startup.Finder):
    def meet(self, spec):
        if _bootstrap.is_user_source(spec):
            adopt(spec)
"""


def look(environment: Environment, *arguments: str, cwd: Path, **environ: str) -> dict[str, Any]:
    """Run a program that ends with LOOK, and return what it saw."""
    done = environment.run(*arguments, cwd=cwd, check=True, text=None, **environ)
    seen: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return seen


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment without the package."""
    return make_environment(tmp_path_factory.mktemp("bare") / "venv", "watchdog>=6")


@pytest.fixture
def copied(bare: Environment) -> Iterator[Environment]:
    """An environment where the startup code is real and what it brings up is a stand-in; tests may break it."""
    package = bare.site_packages / "hmr_daemon"
    (package / "loading").mkdir(parents=True)
    for name in ("_bootstrap.py", "loading/shelter.py"):
        shutil.copy(PACKAGE / name, package / name)
    empty = ["__init__", "loading/__init__", "reporting/__init__", "reporting/report", "reporting/audience"]
    empty += ["watching/__init__", "watching/inotify"]
    write(package, dict.fromkeys([f"{name}.py" for name in (*empty, "daemon", "parts", "saves", "api")], ""))
    write(package, {"loading/standby.py": FAKE_STANDBY, "loading/finder.py": FAKE_FINDER})
    for file in STARTUP_FILES:
        shutil.copy(file, bare.site_packages)
    yield bare
    shutil.rmtree(package, ignore_errors=True)
    for file in STARTUP_FILES:
        (bare.site_packages / file.name).unlink(missing_ok=True)


# --- a process without user code ---------------------------------------------------------------------------


def test_a_process_without_user_code_gets_the_startup_module_and_nothing_else(
    environment: Environment, tmp_path: Path
) -> None:
    assert look(environment, "-c", LOOK, cwd=tmp_path) == {"modules": STARTUP_MODULES, "threads": 0, "live": False}


def test_startup_loads_nothing_that_the_interpreter_has_not_loaded(
    environment: Environment, bare: Environment, tmp_path: Path
) -> None:
    code = "import sys; print(*sorted(sys.modules))"
    # What the interpreter itself loads to read startup files is not ours: give the bare one such files as well.
    other = {"other.pth": "import sys\n", "other.start": "builtins:dict\n"}
    write(bare.site_packages, other)
    plain = set(bare.run("-c", code, cwd=tmp_path).stdout.split())
    write(bare.site_packages, dict.fromkeys(other))
    ours = set(environment.run("-c", code, cwd=tmp_path).stdout.split())
    assert ours - plain == set(STARTUP_MODULES)


@pytest.mark.parametrize("tool", [["pip", "--version"], ["json.tool", "--help"], ["compileall", "-q", "."]])
def test_a_tool_gets_no_thread(environment: Environment, tmp_path: Path, tool: list[str]) -> None:
    write(tmp_path / "project", {"module.py": "x = 1"})
    code = f"""
import atexit, runpy, sys
atexit.register(exec, {LOOK!r}, {{}})
sys.argv = {tool!r}
runpy.run_module({tool[0]!r}, run_name="__main__", alter_sys=True)
"""
    seen = look(environment, "-c", code, cwd=tmp_path / "project")
    assert seen == {"modules": STARTUP_MODULES, "threads": 0, "live": False}


# --- user code switches on ---------------------------------------------------------------------------------


def test_a_user_module_switches_on(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1"})
    code = "import module\nfrom hmr_daemon.loading import standby, finder\nprint(standby.calls, finder.adopted)"
    assert copied.run("-c", code, cwd=tmp_path).stdout.strip() == "[None] ['module']"


def test_a_script_switches_on_before_its_first_line(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"run.py": "import sys\nprint(sys.modules['hmr_daemon.loading.standby'].calls)"})
    expected = str([str(tmp_path / "run.py")])
    assert copied.run("run.py", cwd=tmp_path).stdout.strip() == expected
    assert copied.run(str(tmp_path / "run.py"), cwd=tmp_path.parent).stdout.strip() == expected


@pytest.mark.parametrize("arguments", [["-m", "package"], ["-mpackage"], ["-um", "package.__main__"], ["package"]])
def test_a_package_that_is_run_switches_on(copied: Environment, tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, {"package/__init__.py": "", "package/__main__.py": LOOK})
    assert look(copied, *arguments, cwd=tmp_path)["live"]


def test_code_from_stdin_switches_on_with_its_first_user_module(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1"})
    done = copied.run("-", cwd=tmp_path, text=LOOK + "import module\n" + LOOK)
    assert [json.loads(line)["live"] for line in done.stdout.splitlines()] == [False, True]


def test_a_script_of_the_environment_does_not_switch_on(copied: Environment, tmp_path: Path) -> None:
    script = copied.scripts / "some-tool"
    script.write_text(LOOK)
    assert not look(copied, str(script), cwd=tmp_path)["live"]
    if sys.platform != "win32":
        (tmp_path / "link").symlink_to(script)
        assert not look(copied, str(tmp_path / "link"), cwd=tmp_path)["live"]


@pytest.mark.parametrize("name", ["app.pyz", "app"])
def test_a_zip_application_does_not_switch_on(copied: Environment, tmp_path: Path, name: str) -> None:
    write(tmp_path / "source", {"__main__.py": LOOK})
    zipapp.create_archive(tmp_path / "source", tmp_path / name)
    assert not look(copied, name, cwd=tmp_path)["live"]


def test_the_site_hooks_do_not_switch_on(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"sitecustomize.py": "hooked = True", "run/none.txt": ""})
    code = "import sys; assert sys.modules['sitecustomize'].hooked" + LOOK
    assert not look(copied, "-c", code, cwd=tmp_path / "run", PYTHONPATH=str(tmp_path))["live"]


def test_the_real_daemon_comes_up_with_its_thread(environment: Environment, tmp_path: Path) -> None:
    code = """
import module, sys, threading, time
end = time.monotonic() + 20
while "hmr-daemon" not in [each.name for each in threading.enumerate()] and time.monotonic() < end:
    time.sleep(0.01)
print([each.name for each in threading.enumerate() if not each.name.startswith("Thread-")])
"""
    write(tmp_path, {"module.py": "x = 1", "run.py": code})
    for arguments in (["-c", code], ["run.py"]):
        assert environment.run(*arguments, cwd=tmp_path).stdout == "['MainThread', 'hmr-daemon']\n"


# --- off ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "environ"),
    [
        ([], {"NO_HMR_DAEMON": "1"}),
        ([], {"NO_HMR_DAEMON": "1", "HMR_DAEMON": "1"}),
        (["-I"], {}),
        (["-I"], {"HMR_DAEMON": "1"}),
        (["-S"], {}),
    ],
)
def test_switched_off(copied: Environment, tmp_path: Path, options: list[str], environ: dict[str, str]) -> None:
    write(tmp_path, {"run.py": f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport module\n" + LOOK})
    write(tmp_path, {"module.py": "import sys\nassert all('hmr' not in type(f).__module__ for f in sys.meta_path)"})
    assert look(copied, *options, "run.py", cwd=tmp_path, **environ) == {"modules": [], "threads": 0, "live": False}


def test_a_subinterpreter_is_left_alone(copied: Environment, tmp_path: Path) -> None:
    code = f"""
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
number = interpreters.create()
problem = interpreters.run_string(number, "import sys; sys.path.insert(0, '')\\nimport module\\n" + {LOOK!r})
interpreters.destroy(number)
assert problem is None, problem
{LOOK}
import module
{LOOK}
"""
    write(tmp_path, {"module.py": "x = 1"})
    seen = [json.loads(line) for line in copied.run("-c", code, cwd=tmp_path).stdout.splitlines()]
    assert [each["live"] for each in seen] == [False, False, True]
    assert seen[0]["modules"] == STARTUP_MODULES  # it was there, and declined


RUN_MODULE = "import module\n" + LOOK
PROGRAMS = ["pytest", "py.test", "tox", "nox", "coverage", "coverage3", "coverage-3.13", "pytest.exe", "stestr"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_off_in_a_program_that_tests_or_measures(copied: Environment, tmp_path: Path, program: str) -> None:
    script = copied.scripts / program
    script.write_text("import sys\nsys.path.insert(0, '')\n" + RUN_MODULE)
    write(tmp_path, {"module.py": "x = 1"})
    assert not look(copied, str(script), "run", cwd=tmp_path)["live"]
    assert look(copied, str(script), "run", cwd=tmp_path, HMR_DAEMON="1")["live"]
    script.unlink()


@pytest.mark.parametrize("arguments", [["-m", "pytest"], ["-mpytest"], ["-Bm", "pytest", "-m", "mark"], ["pytest"]])
def test_off_in_a_test_runner_run_as_a_module(copied: Environment, tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, {"module.py": "x = 1", "pytest/__init__.py": "", "pytest/__main__.py": RUN_MODULE})
    environ = {"PYTHONPATH": str(tmp_path)}
    assert not look(copied, *arguments, cwd=tmp_path, **environ)["live"]
    assert look(copied, *arguments, cwd=tmp_path, HMR_DAEMON="1", **environ)["live"]


UNITTEST = """
import unittest
class Test(unittest.TestCase):
    def test(self): pass
"""


def test_off_in_the_standard_library_s_own(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1", "test_it.py": RUN_MODULE + UNITTEST})
    assert not look(copied, "-m", "unittest", "-q", "test_it", cwd=tmp_path)["live"]
    assert look(copied, "-m", "unittest", "-q", "test_it", cwd=tmp_path, HMR_DAEMON="1")["live"]


def test_on_below_a_test_runner_whatever_the_variables_say(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1", "run.py": RUN_MODULE})
    inherited = {"PYTEST_CURRENT_TEST": "x", "PYTEST_VERSION": "8", "COVERAGE_PROCESS_START": "x", "HMR_DAEMON": "0"}
    assert look(copied, "run.py", cwd=tmp_path, **inherited)["live"]


@pytest.mark.parametrize("name", ["profile.py", "my_pytest.py", "trace.py"])
def test_a_script_of_a_similar_name_is_no_test_runner(copied: Environment, tmp_path: Path, name: str) -> None:
    write(tmp_path, {"module.py": "x = 1", name: RUN_MODULE})
    assert look(copied, name, cwd=tmp_path)["live"]


def test_off_in_the_workers_of_a_test_runner(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1", "fake/_pytest/config/__init__.py": "", "fake/_pytest/__init__.py": ""})
    code = "import sys; sys.path.append('fake'); sys.modules['_pytest.config'] = sys\n" + RUN_MODULE
    assert not look(copied, "-c", code, cwd=tmp_path)["live"]
    spawned = "import sys; sys.argv = ['/somewhere/bin/pytest', '-x']\n" + RUN_MODULE
    assert not look(copied, "-c", spawned, cwd=tmp_path)["live"]


# --- never twice, never in the way -------------------------------------------------------------------------


def test_startup_files_read_more_than_once_install_once(copied: Environment, tmp_path: Path) -> None:
    other = tmp_path / "user-site"
    shutil.copytree(copied.site_packages / "hmr_daemon", other / "hmr_daemon")
    for file in STARTUP_FILES:
        shutil.copy(file, other)
    write(tmp_path, {"module.py": "x = 1"})
    code = f"""
import site, sys
for folder in [{str(copied.site_packages)!r}, {str(other)!r}] * 2:
    site.addsitedir(folder)
import hmr_daemon_startup as startup
startup.start()
print(sum(isinstance(each, startup.Finder) for each in sys.meta_path))
import module
from hmr_daemon.loading import standby
site.addsitedir({str(other)!r})
startup.start()
print(sum(isinstance(each, startup.Finder) for each in sys.meta_path), standby.calls)
"""
    assert copied.run("-c", code, cwd=tmp_path).stdout.split("\n")[:2] == ["1", "1 [None]"]


BROKEN = {
    "package gone": {},
    "empty folder": {"stray.txt": ""},
    "no startup module": {"__init__.py": ""},
    "syntax error": {"__init__.py": "", "_bootstrap.py": "def"},
    "null bytes": {"__init__.py": "", "_bootstrap.py": b"\0\0"},
    "raises": {"__init__.py": "raise RuntimeError"},
    "no start": {"__init__.py": "", "_bootstrap.py": ""},
}


@pytest.mark.parametrize("files", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_installation_never_stops_python(
    copied: Environment, tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    shutil.rmtree(copied.site_packages / "hmr_daemon")
    write(copied.site_packages / "hmr_daemon", files)
    write(tmp_path, {"module.py": "x = 'fine'"})
    done = copied.run("-W", "error", "-c", "import module; print(module.x)", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("fine\n", "")


@pytest.mark.parametrize("startup", [None, "def", b"\0\0", "raise RuntimeError", ""])
def test_a_broken_startup_module_never_stops_python(
    copied: Environment, tmp_path: Path, startup: str | bytes | None
) -> None:
    (copied.site_packages / "hmr_daemon_startup.py").unlink()
    if startup is not None:
        write(copied.site_packages, {"hmr_daemon_startup.py": startup})
    write(tmp_path, {"module.py": "x = 'fine'"})
    done = copied.run("-W", "error", "-c", "import module; print(module.x)", cwd=tmp_path)
    assert done.stdout == "fine\n"
    if startup is None and sys.version_info < (3, 15):
        assert done.stderr == ""  # the startup line sees that there is nothing; 3.15 reads `.start` itself


def test_a_user_s_package_of_our_name_is_theirs(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"hmr_daemon/__init__.py": "mine = 'theirs'", "module.py": "x = 1"})
    for code in ("import hmr_daemon, module; print(hmr_daemon.mine)", "import module; print(module.x)"):
        done = copied.run("-c", code, cwd=tmp_path)
        assert (done.stdout, done.stderr) == ("theirs\n" if "mine" in code else "1\n", "")


FAILING = {
    "daemon that cannot be imported": {"loading/standby.py": "import no_such_module"},
    "activation that raises": {"loading/standby.py": "def activate(script=None):\n    raise RuntimeError('not today')"},
    "adoption that raises": {
        "loading/finder.py": FAKE_FINDER + "def adopt(spec):\n    raise RuntimeError('not today')\n"
    },
}


@pytest.mark.parametrize("files", FAILING.values(), ids=FAILING.keys())
@pytest.mark.parametrize("arguments", [["run.py"], ["-m", "run"]])
def test_a_failure_of_ours_is_not_the_program_s(
    copied: Environment, tmp_path: Path, files: dict[str, str], arguments: list[str]
) -> None:
    write(copied.site_packages / "hmr_daemon", files)
    write(tmp_path, {"run.py": "import a, b\nprint(a.x, b.x)", "a.py": "x = 1", "b.py": "x = 2"})
    done = copied.run(*arguments, cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 2\n", "")
    asked = copied.run(*arguments, cwd=tmp_path, HMR_DAEMON_DEBUG="1")
    assert asked.stdout == "1 2\n"
    assert asked.stderr.startswith("hmr-daemon failed and is off in this process")
    assert asked.stderr.count("hmr-daemon failed") == 1


def test_activation_does_not_hold_the_import_lock(copied: Environment, tmp_path: Path) -> None:
    daemon = """
import threading
from hmr_daemon import _bootstrap; from hmr_daemon.loading import finder
def activate(script=None):
    thread = threading.Thread(target=__import__, args=["colorsys"])
    thread.start()
    thread.join(20)
    print("held" if thread.is_alive() else "free")
    _bootstrap.hand_over(finder.LiveFinder())
"""
    write(copied.site_packages / "hmr_daemon", {"loading/standby.py": daemon})
    write(tmp_path, {"module.py": "x = 1"})
    assert copied.run("-c", "import module, _imp; print(_imp.lock_held())", cwd=tmp_path).stdout == "free\nFalse\n"


def test_modules_that_threads_import_at_once_are_all_met(copied: Environment, tmp_path: Path) -> None:
    names = [f"module{number}" for number in range(8)]
    write(tmp_path, {f"{name}.py": "x = 1" for name in names})
    code = f"""
import threading
start = threading.Barrier({len(names)})
def load(name):
    start.wait()
    __import__(name)
threads = [threading.Thread(target=load, args=[name]) for name in {names!r}]
for each in threads: each.start()
for each in threads: each.join()
from hmr_daemon.loading import standby, finder
print(len(standby.calls), *sorted(finder.adopted))
"""
    done = copied.run("-c", code, cwd=tmp_path, HMR_DAEMON_DEBUG="1")
    assert (done.stderr, done.stdout.split()) == ("", ["1", *names])


def test_a_finder_that_has_just_been_replaced_hands_on_to_the_next(copied: Environment, tmp_path: Path) -> None:
    """A thread may have taken it from `sys.meta_path` just before."""
    write(tmp_path, {"first.py": "x = 1", "second.py": "x = 1"})
    code = """
import hmr_daemon_startup
replaced = hmr_daemon_startup.first_finder
import first
from hmr_daemon.loading import finder
print(replaced.find_spec("second").name, replaced.find_spec("missing"), *finder.adopted)
"""
    assert copied.run("-c", code, cwd=tmp_path).stdout.split() == ["second", "None", "first", "second"]


FOREIGN = """
import sys, warnings
from importlib.machinery import ModuleSpec
class Legacy:
    def find_module(self, name, path=None): return None
class Foreign:
    def find_spec(self, name, path, target=None):
        if name == "refused": raise ImportError("not this one")
        if name == "broken": raise RuntimeError("a finder's own failure")
        if name == "loud":
            warnings.warn("looking for loud", stacklevel=2)
            return ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module): warnings.warn("loading " + module.__name__, stacklevel=2)
sys.meta_path[PLACE:PLACE] = [Legacy(), Foreign()]
"""
PROGRAM = """
import traceback
for name in ["good", "refused", "broken", "loud", "missing", "half", "wrong", "package.missing", "good.inner", "deep"]:
    try:
        __import__(name)
    except BaseException:
        traceback.print_exc()
import deep
"""
MODULES = {
    "good.py": "import warnings\nwarnings.warn('from good', stacklevel=2)\nx = 1",
    "half.py": "x = 1\n1 / 0",
    "wrong.py": "def f(:",
    "deep.py": "import deeper",
    "deeper.py": "def f():\n    raise LookupError('deep down')\nf()",
    "package/__init__.py": "",
}


@pytest.mark.parametrize("place", ["0", "1", "len(sys.meta_path)"])
def test_what_a_program_shows_is_what_it_shows_without(environment: Environment, tmp_path: Path, place: str) -> None:
    write(tmp_path, MODULES | {"run.py": FOREIGN.replace("PLACE", place) + PROGRAM})
    for arguments in (["run.py"], ["-m", "run"], ["-W", "error", "run.py"]):
        without = environment.run(*arguments, cwd=tmp_path, check=False, NO_HMR_DAEMON="1")
        done = environment.run(*arguments, cwd=tmp_path, check=False)
        assert "deep down" in without.stderr or "-W" in arguments
        assert done.stderr == without.stderr
        assert (done.returncode, done.stdout) == (without.returncode, without.stdout)


def test_the_first_finder_shows_nothing_either(copied: Environment, tmp_path: Path) -> None:
    """The same while no user code has been met: everything comes from code given on the command line."""
    code = FOREIGN.replace("PLACE", "len(sys.meta_path)") + PROGRAM.replace('"good", ', "").replace("import deep\n", "")
    without = copied.run("-c", code, cwd=tmp_path, NO_HMR_DAEMON="1")
    done = copied.run("-c", code, cwd=tmp_path)
    assert "a finder's own failure" in without.stderr
    assert done.stderr == without.stderr


SHADOWS = {
    "queue.py": "mine = 'queue'",
    "random.py": "mine = 'random'",
    "watchdog.py": "mine = 'watchdog'",
    "logging/__init__.py": "mine = 'logging'",
    "string/data.txt": "",  # no package, so the standard library's is found
    "use.py": "import queue, random, watchdog, logging, string\n"
    "print(queue.mine, random.mine, watchdog.mine, logging.mine, string.digits)",
}


@pytest.mark.parametrize("arguments", [["use.py"], ["-m", "use"], ["-c", "import use"]])
@pytest.mark.parametrize("kind", ["copied", "environment"])
def test_a_user_s_module_of_the_standard_library_s_name_is_theirs(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str, arguments: list[str]
) -> None:
    environment: Environment = request.getfixturevalue(kind)
    if kind == "copied":
        imports = "import queue, logging, random\nrandom.Random, logging.Logger, queue.Queue\n"
        write(environment.site_packages / "hmr_daemon", {"loading/standby.py": imports + FAKE_STANDBY})
    write(tmp_path, SHADOWS)
    done = environment.run(*arguments, cwd=tmp_path, HMR_DAEMON_DEBUG="1")
    assert (done.stdout, done.stderr) == ("queue random watchdog logging 0123456789\n", "")


def test_the_daemon_works_where_a_user_s_modules_hide_the_standard_library_s(
    environment: Environment, tmp_path: Path
) -> None:
    write(tmp_path, SHADOWS)
    code = "import use, hmr_daemon; print(len(hmr_daemon.status().modules))"
    done = environment.run("-c", code, cwd=tmp_path)
    assert (done.stdout.splitlines()[1:], done.stderr) == (["5"], "")


def test_finders_that_come_and_go_are_no_trouble(copied: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"module.py": "x = 1", "other.py": "x = 2"})
    code = """
import sys
mine = sys.meta_path.pop(0)
import module
assert "hmr_daemon.loading.standby" not in sys.modules
assert mine.find_spec("no_such_module") is None
sys.meta_path.append(mine)
import other
sys.meta_path.insert(0, mine)
sys.path_importer_cache.clear()
assert mine.find_spec("json").origin.endswith("__init__.py")
print(module.x + other.x)
"""
    assert copied.run("-c", code, cwd=tmp_path).stdout == "3\n"


def test_our_interpreter_s_variables_do_not_reach_the_processes_under_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "HMR_DAEMON", "NO_HMR_DAEMON", "CI", "HMR_DAEMON_QUIET"):
        monkeypatch.setenv(name, "x")
    assert clean_environ(HMR_DAEMON="1").keys() & {"PYTHONPATH", "NO_HMR_DAEMON", "CI", "HMR_DAEMON_QUIET"} == set()
    assert clean_environ(HMR_DAEMON="1")["HMR_DAEMON"] == "1"


def test_the_standard_library_is_where_it_is_thought_to_be(copied: Environment, tmp_path: Path) -> None:
    code = "import json; from hmr_daemon import _bootstrap as b; print(b.environment_reason(json.__file__))"
    assert copied.run("-c", code, cwd=tmp_path).stdout.strip() == "in the standard library"
    assert sysconfig.get_path("stdlib")
