"""Beside what else looks into a Python process: its options, debuggers, profilers, import hooks, other reloaders.

The tools run in the environment of the tests themselves, where `pip install -e ".[tools]"` puts them; without one of
them, its tests are skipped.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipapp
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dap import Client
from live import Environment, clean_environ, write

HERE = Environment(Path(sys.prefix))
EDITING = """
import os, sys, time

def edited(value):
    with open("mod.py.new", "w") as file:
        file.write(f"def f():\\n    assert f, 'asserts'\\n    return {value}\\n")
    os.replace("mod.py.new", "mod.py")

def wait_for(value, mod):
    end = time.monotonic() + 20
    while mod.f() != value:
        assert time.monotonic() < end, f"still {mod.f()}"
        time.sleep(0.005)

def followed():
    import hmr_daemon
    end = time.monotonic() + 20
    while not hmr_daemon.status().watched:
        assert time.monotonic() < end, hmr_daemon.status()
        time.sleep(0.01)
"""
MOD = "def f():\n    assert f, 'asserts'\n    return 1\n"
RUN = """
import helper, mod
helper.followed()
helper.edited(2)
helper.wait_for(2, mod)
print("asserts" in mod.f.__code__.co_consts, flush=True)
"""


def project(folder: Path, run: str = RUN, **more: str) -> None:
    write(folder, {"mod.py": MOD, "helper.py": EDITING, "run.py": run})
    write(folder, {f"{name}.py": text for name, text in more.items()})


# --- the interpreter's options -------------------------------------------------------------------------------

OPTIONS: dict[str, tuple[list[str], dict[str, str]]] = {
    "-W error": (["-W", "error"], {}),
    "-O": (["-O"], {}),
    "-OO": (["-OO"], {}),
    "-B": (["-B"], {}),
    "-P": (["-P"], {"PYTHONPATH": "."}),
    "-X dev": (["-X", "dev"], {}),
    "-X frozen_modules=on": (["-X", "frozen_modules=on"], {}),
    "-X frozen_modules=off": (["-X", "frozen_modules=off"], {}),
    "-X tracemalloc": (["-X", "tracemalloc=5"], {}),
    "PYTHONDONTWRITEBYTECODE": ([], {"PYTHONDONTWRITEBYTECODE": "1"}),
    "PYTHONPYCACHEPREFIX": ([], {"PYTHONPYCACHEPREFIX": "caches"}),
    "PYTHONSAFEPATH": ([], {"PYTHONSAFEPATH": "1", "PYTHONPATH": "."}),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_options_of_the_interpreter(environment: Environment, tmp_path: Path, name: str) -> None:
    options, environ = OPTIONS[name]
    project(tmp_path)
    done = environment.run(*options, "run.py", cwd=tmp_path, check=True, text=None, **environ)
    assert (done.stdout, done.stderr) == (f"{'-O' not in name}\n", "")
    caches = {str(each.relative_to(tmp_path).parent) for each in tmp_path.rglob("mod.*.pyc")}
    if name in ("-B", "PYTHONDONTWRITEBYTECODE"):
        assert not caches
    elif name == "PYTHONPYCACHEPREFIX":
        assert all(each.startswith("caches") for each in caches)
        assert not (tmp_path / "__pycache__").exists()
    else:
        assert caches == {"__pycache__"}


@pytest.mark.parametrize("option", ["-I", "-S"])
def test_options_that_switch_off(environment: Environment, tmp_path: Path, option: str) -> None:
    code = "import sys; sys.path.insert(0, '.')\nimport mod, threading\n"
    code += "print(threading.active_count(), 'hmr_daemon.daemon' in sys.modules)"
    project(tmp_path, code)
    done = environment.run(option, "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("1 False\n", "")


def test_import_times(environment: Environment, tmp_path: Path) -> None:
    """-X importtime prints each import once, those of the program nested as they are without."""
    project(tmp_path, RUN)
    done = environment.run("-X", "importtime", "run.py", cwd=tmp_path)
    names = [line.rpartition("|")[2] for line in done.stderr.splitlines() if line.startswith("import time:")]
    assert [each for each in names if each.strip() in ("helper", "mod")] == [" helper", " mod"]
    assert all(line.startswith("import time:") for line in done.stderr.splitlines())


# --- ways to run ---------------------------------------------------------------------------------------------

WAYS = {
    "-m": ["-m", "run"],
    "a folder": ["app"],
    "runpy.run_path": ["-c", "import runpy; runpy.run_path('run.py', run_name='__main__')"],
    "runpy.run_module": ["-c", "import runpy; runpy.run_module('run', run_name='__main__')"],
    "exec of a file": ["-c", "exec(compile(open('run.py').read(), 'run.py', 'exec'), {'__name__': 'embedded'})"],
    "exec of text": ["-c", "exec(open('run.py').read())"],
    "a zip application": ["app.pyz"],
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_run(environment: Environment, tmp_path: Path, way: str) -> None:
    """The program is live as far as its files are source files; `mod` always is one."""
    project(tmp_path, "import sys; sys.path.insert(0, '')\n" + RUN)
    write(tmp_path, {"app/__main__.py": (tmp_path / "run.py").read_text()})
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz")
    done = environment.run("-W", "error::DeprecationWarning", *WAYS[way], cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("True\n", "")


HALF_IMPORTED = """
import sys, time
assert "typing" not in sys.modules
import mod
end = time.monotonic() + 20
while "typing" not in sys.modules and time.monotonic() < end:
    pass
print("get_type_hints" in dir(sys.modules["typing"]))
"""


def test_what_dataclasses_look_for_is_never_half_imported(environment: Environment, tmp_path: Path) -> None:
    """They ask `sys.modules` for typing: half of it, imported on a thread of ours, would break the program's."""
    project(tmp_path)
    done = environment.run("-c", HALF_IMPORTED, cwd=tmp_path)  # and ends just as the daemon's thread begins
    assert (done.stdout, done.stderr) == ("True\n", "")


HALF_REPLACED = """
import sys
from _thread import get_ident
asked = []
class Noting:
    def find_spec(self, name, path=None, target=None):
        if name == "collections.abc":
            asked.append(get_ident())
sys.meta_path.insert(0, Noting())
assert sys.modules.pop("collections.abc", None) is None or sys.version_info >= (3, 14)
import mod, helper
helper.followed()
print(all(thread == get_ident() for thread in asked))
"""


@pytest.mark.skipif(sys.version_info[:2] != (3, 13), reason="only there does it replace itself")
def test_what_replaces_itself_while_it_loads_is_loaded_by_no_thread_of_ours(
    environment: Environment, tmp_path: Path
) -> None:
    """CPython gives who imports `collections.abc`, while another thread does, what it replaces: an empty module."""
    project(tmp_path, HALF_REPLACED)
    done = environment.run("-m", "run", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("True\n", "")


# --- tools of the standard library ---------------------------------------------------------------------------

TRACING = """
import sys
calls = []
def tool(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "f":
        calls.append(frame.f_code.co_filename.rpartition("/")[2])
    return tool
sys.SETTER(tool)
""" + RUN + """
assert sys.GETTER() is tool
sys.SETTER(None)
assert set(calls) == {"mod.py"} and len(calls) > 1, calls
"""  # fmt: skip


@pytest.mark.parametrize("kind", ["trace", "profile"])
def test_trace_functions_stay(environment: Environment, tmp_path: Path, kind: str) -> None:
    project(tmp_path, TRACING.replace("SETTER", f"set{kind}").replace("GETTER", f"get{kind}"))
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("True\n", "")


def test_faulthandler_shows_the_threads_and_the_new_lines(environment: Environment, tmp_path: Path) -> None:
    after = "import faulthandler, sys\nfaulthandler.dump_traceback(sys.stdout)\n"
    project(tmp_path, RUN + after)
    done = environment.run("run.py", cwd=tmp_path)
    assert (done.stderr, "run.py" in done.stdout) == ("", True)


def test_cprofile(environment: Environment, tmp_path: Path) -> None:
    """It profiles what runs, the new code included, and no thread of ours."""
    project(tmp_path)
    done = environment.run("-m", "cProfile", "-o", "out", "run.py", cwd=tmp_path, HMR_DAEMON="1")
    assert (done.stdout, done.stderr) == ("True\n", "")
    look = "import pstats; print([n for n in pstats.Stats('out').stats if n[0].endswith('/mod.py')])"
    assert "'f')" in environment.run("-c", look, cwd=tmp_path).stdout


PDB = """
import helper, mod, os, pathlib, time
helper.followed()
mod.f()
text = pathlib.Path("mod.py").read_text().replace("return 1", "return 2")
with open("mod.py.new", "w") as file:
    file.write("# one\\n# two\\n\\n" + text)
os.replace("mod.py.new", "mod.py")
end = time.monotonic() + 20
while mod.f.__code__.co_firstlineno == 1:
    assert time.monotonic() < end
    time.sleep(0.005)
import hmr_daemon
hmr_daemon.sync()
print("value", mod.f())
print("again", mod.f())
"""


def test_breakpoints_of_pdb_move_with_the_code(environment: Environment, tmp_path: Path) -> None:
    project(tmp_path, PDB)
    commands = "b mod.py:3\ntbreak mod.f\nc\nc\nb\nc\ncl 1\nc\nq\n"
    done = environment.run("-W", "error", "-m", "pdb", "run.py", cwd=tmp_path, text=commands, check=False)
    stops = [line.split("/")[-1] for line in done.stdout.splitlines() if "mod.py(" in line and ">" in line]
    assert stops == ["mod.py(2)f()", "mod.py(3)f()", "mod.py(6)f()"], done.stdout + done.stderr
    assert "mod.py:6\n" in done.stdout
    assert "value 2" in done.stdout and "again 2" in done.stdout
    assert done.stderr == ""


SUBINTERPRETER = """
import helper, mod
helper.followed()
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
number = interpreters.create()
code = "import sys; sys.path.insert(0, '.')\\nimport mod\\nassert 'hmr_daemon.daemon' not in sys.modules\\nmod.f()"
assert interpreters.run_string(number, code) is None
helper.edited(2)
helper.wait_for(2, mod)
assert interpreters.run_string(number, "assert mod.f() == 1") is None
interpreters.destroy(number)
if sys.version_info >= (3, 14):
    from concurrent.futures import InterpreterPoolExecutor
    with InterpreterPoolExecutor(2) as pool:
        assert list(pool.map(abs, [-1, -2])) == [1, 2]
helper.edited(3)
helper.wait_for(3, mod)
print("done")
"""


def test_subinterpreters_beside_a_live_main_interpreter(environment: Environment, tmp_path: Path) -> None:
    project(tmp_path, "import sys\n" + SUBINTERPRETER)
    done = environment.run("run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


# --- pytest and coverage -------------------------------------------------------------------------------------

TESTS = """
import helper, mod

def test_edit():
    helper.followed()
    assert mod.f() == 1
    helper.edited(2)
    helper.wait_for(2, mod)

def test_rewriting():
    assert mod.f() == 3
"""


def test_pytest_with_the_daemon_forced_on(tmp_path: Path) -> None:
    project(tmp_path, test_it=TESTS)
    options = (
        "-W",
        "error",
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:rerunfailures",
    )
    done = HERE.run(*options, "test_it.py", cwd=tmp_path, check=False, HMR_DAEMON="1")
    assert "1 failed, 1 passed" in done.stdout
    assert "assert 2 == 3" in done.stdout  # assertions are rewritten as ever


COVERED = """
import sys
from deep import used, Kept, gen

def main():
    total = 0
    for number in range(5):
        total += used(number) if number % 2 else Kept().method(number)
    total += sum(gen(3))
    if total > 1000:
        print("never")
    return total

print(main())
"""
DEEP = """
import functools
CONSTANT = [n for n in range(3)]

def deco(f):
    @functools.wraps(f)
    def inner(*a):
        return f(*a)
    return inner

@deco
def used(x):
    if x > 2:
        return x * 2
    return x

def unused():
    return 1

class Kept:
    x = 1
    def method(self, n):
        try:
            return n // (n - 2)
        except ZeroDivisionError:
            return 0

def gen(n):
    for i in range(n):
        yield i

used(1)
"""


@pytest.mark.parametrize("core", ["ctrace", "pytrace", "sysmon"])
def test_coverage_comes_out_equal(tmp_path: Path, core: str) -> None:
    pytest.importorskip("coverage")
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("sys.monitoring came with Python 3.12")
    project(tmp_path, COVERED, deep=DEEP)
    figures = []
    for switch in ("NO_HMR_DAEMON", "HMR_DAEMON"):
        environ: dict[str, Any] = {switch: "1"}
        branch = [] if core == "sysmon" and sys.version_info < (3, 14) else ["--branch"]
        environ |= {"COVERAGE_CORE": core, "COVERAGE_FILE": "data"}
        options = ["-W", "error", "-m", "coverage", "run", "--source=.", *branch]
        done = HERE.run(*options, "run.py", cwd=tmp_path, check=True, text=None, **environ)
        assert (done.stdout, done.stderr) == ("12\n", "")
        HERE.run(
            "-m", "coverage", "json", "-q", "-o", "out.json", cwd=tmp_path, NO_HMR_DAEMON="1", COVERAGE_FILE="data"
        )
        files = json.loads((tmp_path / "out.json").read_text())["files"]
        figures.append({name: files[name] for name in ("run.py", "deep.py")})
    assert figures[0] == figures[1]
    assert figures[0]["deep.py"]["summary"]["missing_lines"] == 1


# --- import hooks --------------------------------------------------------------------------------------------

MISUSE = """
import typed.inner
try:
    typed.inner.double("x")
except Exception as error:
    print(type(error).__name__)
"""
TYPED = "def double(x: int) -> int:\n    return x * 2\n"


@pytest.mark.parametrize("tool", ["beartype", "typeguard"])
def test_type_checking_import_hooks(tmp_path: Path, tool: str) -> None:
    """What a hook loads is left to the hook, and checked as it is without; what came before it is live."""
    pytest.importorskip(tool)
    hook = {
        "beartype": "from beartype.claw import beartype_package\nbeartype_package('typed')",
        "typeguard": "from typeguard import install_import_hook\ninstall_import_hook(['typed'])",
    }[tool]
    check = (
        "import typed.inner\ntry:\n    typed.inner.double('x')\nexcept Exception as e:\n    print(type(e).__name__)\n"
    )
    project(tmp_path, f"import helper, mod\n{hook}\n{check}" + RUN)
    write(tmp_path, {"typed/__init__.py": "", "typed/inner.py": TYPED})
    expected = {"beartype": "BeartypeCallHintParamViolation", "typeguard": "TypeCheckError"}[tool]
    done = HERE.run("run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == (f"{expected}\nTrue\n", "")


# --- other reloaders -----------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def ask(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except (urllib.error.URLError, OSError) as error:
        return f"{error}"


def until(port: int, expected: str) -> None:
    end = time.monotonic() + 30
    while (answer := ask(port)) != expected:
        assert time.monotonic() < end, answer
        time.sleep(0.05)


@contextmanager
def server(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A server and its children, in a process group of their own."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [HERE.python, *arguments], cwd=folder, stdout=log, stderr=log, env=clean_environ(), start_new_session=True
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


ASGI = """
import mod

async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": [(b"connection", b"close")]})
    await send({"type": "http.response.body", "body": str(mod.f()).encode()})
"""
FLASK = """
import sys
import flask, mod
app = flask.Flask("application")

@app.route("/")
def answer():
    return str(mod.f())

if __name__ == "__main__":
    app.run(port=int(sys.argv[1]), debug=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")
@pytest.mark.parametrize("tool", ["uvicorn", "flask"])
def test_reloaders_that_start_the_process_again(tmp_path: Path, tool: str) -> None:
    """Both see each save: the process is live at once, and is replaced a moment later. Nothing is lost or hangs."""
    pytest.importorskip(tool)
    port = free_port()
    project(tmp_path, FLASK if tool == "flask" else "", app=ASGI)
    if tool == "flask":
        arguments = ["run.py", str(port)]
    else:
        arguments = ["-m", "uvicorn", "app:app", "--reload", "--port", str(port), "--lifespan", "off"]
    with server(tmp_path, *arguments) as process:
        until(port, "1")
        for value in ("2", "3"):
            write(tmp_path, {"mod.py": f"def f():\n    return {value}\n"}, atomic=True)
            until(port, value)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(20) in (0, -signal.SIGINT, 130)
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log.replace("KeyboardInterrupt", ""), log


# --- debugpy -------------------------------------------------------------------------------------------------

DEBUGGED = """
import sys, time
import helper, mod
helper.followed()
while mod.f() < 3:
    time.sleep(0.01)
print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="process groups are POSIX's")
def test_breakpoints_of_debugpy(tmp_path: Path) -> None:
    """An editor sends its breakpoints again when a file is saved; they hold in the new code at its lines."""
    pytest.importorskip("debugpy")
    port = free_port()
    project(tmp_path, DEBUGGED)
    file = str(tmp_path / "mod.py")

    def stop_at(client: Client, *lines: int) -> None:
        client.ask("setBreakpoints", source={"path": file}, breakpoints=[{"line": line} for line in lines])

    def stopped(client: Client) -> tuple[str, int]:
        thread = client.event("stopped")["threadId"]
        frame = client.ask("stackTrace", threadId=thread)["stackFrames"][0]
        stop_at(client)
        client.ask("continue", threadId=thread)
        return Path(frame["source"]["path"]).name, frame["line"]

    with server(tmp_path, "-m", "debugpy", "--listen", str(port), "--wait-for-client", "run.py") as process:
        client = Client(port)
        client.ask("initialize", adapterID="test")
        attached = client.send("attach", justMyCode=False)
        client.event("initialized")
        stop_at(client, 3)
        client.ask("configurationDone")
        client.answer(attached)
        assert stopped(client) == ("mod.py", 3)
        write(tmp_path, {"mod.py": "# one\n# two\ndef f():\n    return 2\n"}, atomic=True)
        stop_at(client, 4)
        assert stopped(client) == ("mod.py", 4)
        write(tmp_path, {"mod.py": "def f():\n    return 3\n"}, atomic=True)
        assert process.wait(30) == 0
        client.close()
    log = (tmp_path / "log").read_text()
    assert "done" in log and "Traceback" not in log, log
