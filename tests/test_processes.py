"""Processes that fork, start others, exec and end: each is live by itself, none is warned, slowed or hung."""

from __future__ import annotations

import os
import re
import textwrap
import time
from pathlib import Path

import pytest

from live import Environment, write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")

COMMON = """
import os, sys, time
import mod

def wait_for(value, seconds=20):
    end = time.monotonic() + seconds
    while mod.f() != value:
        assert time.monotonic() < end, f"still {mod.f()}, not {value}"
        time.sleep(0.002)

def save(value):
    with open("mod.py.new", "w") as file:
        file.write(f"def f():\\n    return {value}  # {'x' * value}\\n")
    os.replace("mod.py.new", "mod.py")

def work(ready):
    '''What each worker does: it says that it is there, and ends well once it runs the new code.'''
    mod.f()
    os.write(ready, b".")
    wait_for(2)
    return os.getpid()

def all_there(ready, count):
    while count:
        count -= len(os.read(ready, count))

def ended_well(*children):
    for child in children:
        assert os.waitpid(child, 0)[1] == 0

def settle():
    '''Until the daemon watches.'''
    from hmr_daemon import status
    end = time.monotonic() + 20
    while not status().watched:
        assert time.monotonic() < end
        time.sleep(0.01)
"""
WAYS = {
    "fork": """
        children = [os.fork() for _ in range(1)]
        if children == [0]:
            work(tell)
            os._exit(0)
        all_there(ready, 1)
        save(2)
        ended_well(*children)
    """,
    "preforking server": """
        children = []
        for _ in range(4):
            child = os.fork()
            if not child:
                work(tell)
                sys.exit(0)
            children.append(child)
        all_there(ready, 4)
        save(2)
        ended_well(*children)
    """,
    "daemonizing double fork": """
        child = os.fork()
        if not child:
            os.setsid()
            if os.fork():
                os._exit(0)
            os.chdir("/")
            try:
                work(tell)
            finally:
                os.write(tell, b"ok" if mod.f() == 2 else b"no")
                os._exit(0)
        ended_well(child)
        all_there(ready, 1)
        save(2)
        assert os.read(ready, 2) == b"ok"
    """,
    "forkpty": """
        child, terminal = os.forkpty()
        if not child:
            work(tell)
            os._exit(0)
        all_there(ready, 1)
        save(2)
        ended_well(child)
    """,
    "a worker that forks workers": """
        child = os.fork()
        if not child:
            time.sleep(0.3)  # its own thread is there by then
            grandchildren = []
            for _ in range(2):
                grandchild = os.fork()
                if not grandchild:
                    work(tell)
                    os._exit(0)
                grandchildren.append(grandchild)
            work(tell)
            ended_well(*grandchildren)
            os._exit(0)
        all_there(ready, 3)
        save(2)
        ended_well(child)
    """,
    "preexec_fn": """
        import subprocess
        for _ in range(5):
            subprocess.run([sys.executable, "-c", "pass"], preexec_fn=os.setsid, check=True)
        save(2)
    """,
    "multiprocessing fork": """
        import multiprocessing
        context = multiprocessing.get_context("fork")
        children = [context.Process(target=work, args=[tell]) for _ in range(3)]
        for each in children: each.start()
        all_there(ready, 3)
        save(2)
        for each in children: each.join()
        assert [each.exitcode for each in children] == [0, 0, 0]
    """,
    "multiprocessing pool": """
        import multiprocessing
        with multiprocessing.get_context("fork").Pool(2) as pool:
            results = [pool.apply_async(work, [tell]) for _ in range(2)]
            all_there(ready, 2)
            save(2)
            assert os.getpid() not in [each.get(20) for each in results]
            pool.close()
            pool.join()
    """,
    "process pool executor": """
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
            results = [pool.submit(work, tell) for _ in range(2)]
            all_there(ready, 2)
            save(2)
            assert os.getpid() not in [each.result(20) for each in results]
    """,
}
SPAWNING = """
    import multiprocessing
    with multiprocessing.get_context(METHOD).Pool(2, initializer=saying_so, initargs=["there"]) as pool:
        results = [pool.apply_async(wait_for, [2]) for _ in range(2)]
        end = time.monotonic() + 20
        while not os.path.exists("there"):
            assert time.monotonic() < end
            time.sleep(0.01)
        save(2)
        for each in results: each.get(20)
        pool.close()
        pool.join()
"""
MAIN = """
def saying_so(name):
    open(name, "w").close()

if __name__ == "__main__":
    ready, tell = os.pipe()
    os.set_inheritable(tell, True)
    settle()
    {body}
    wait_for(2)
    save(3)
    wait_for(3)
    print("done")
"""


def program(folder: Path, body: str) -> None:
    text = COMMON + textwrap.dedent(MAIN).format(body=textwrap.indent(textwrap.dedent(body).strip(), "    ").strip())
    write(folder, {"mod.py": "def f():\n    return 1\n", "run.py": text})


@pytest.mark.parametrize("way", WAYS)
def test_each_process_is_live_and_none_is_warned(environment: Environment, tmp_path: Path, way: str) -> None:
    program(tmp_path, WAYS[way])
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_started_workers_are_live(environment: Environment, tmp_path: Path, method: str) -> None:
    program(tmp_path, SPAWNING.replace("METHOD", repr(method)))
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


# --- what a fork meets ---------------------------------------------------------------------------------------


def test_a_module_that_starts_workers_while_it_is_imported(environment: Environment, tmp_path: Path) -> None:
    """The worker never comes back from the import: what it had of the module by then is live, and not slowed."""
    program(tmp_path, "import pool\npool.use(ready, tell)")
    pool = """
        import os
        import mod

        def result():
            return "old"

        ready, tell = os.pipe()
        worker = os.fork()
        if not worker:
            import time
            print("plain" if type(mod) is type(os) else "recorded", flush=True)
            os.write(tell, b".")
            while result() == "old" or mod.f() == 1:
                time.sleep(0.002)
            os._exit(0)

        def use(_ready, _tell):
            os.read(ready, 1)
            import hmr_daemon
            assert hmr_daemon.sync()  # the source of what has just been imported is known
            with open("mod.py", "w") as file:
                file.write("def f():\\n    return 2")
            with open("pool.py") as file:
                text = file.read()
            with open("pool.py", "w") as file:
                file.write(text.replace("old", "new", 1))
            assert os.waitpid(worker, 0)[1] == 0
        """
    write(tmp_path, {"pool.py": pool})
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("plain\ndone\n", "")


def test_a_reload_that_starts_workers(environment: Environment, tmp_path: Path) -> None:
    """The statement that forks runs again, on the daemon's thread: what it starts is live as well."""
    body = """
        import pool
        save_pool(2)
        end = time.monotonic() + 20
        while not os.path.exists("there-2"):
            assert time.monotonic() < end
            time.sleep(0.002)
        settle()
        save(2)
        ended_well(pool.child)
        """
    program(tmp_path, body)
    pool = """
        import os, time
        import mod
        NUMBER = 1
        child = os.fork() if NUMBER > 1 else 0
        if NUMBER > 1 and not child:
            open(f"there-{NUMBER}", "w").close()
            while mod.f() == 1:
                time.sleep(0.002)
            os._exit(0)
        """
    text = (tmp_path / "run.py").read_text()
    saving = "def save_pool(number):\n    text = open('pool.py').read()\n"
    saving += "    open('pool.py', 'w').write(text.replace('NUMBER = 1', f'NUMBER = {number}'))\n"
    write(tmp_path, {"run.py": text.replace("def settle", saving + "\ndef settle"), "pool.py": pool})
    done = environment.run("-W", "error::DeprecationWarning", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_forks_at_every_moment_of_the_start(environment: Environment, tmp_path: Path) -> None:
    """While the daemon waits for calm, imports what it needs, begins to watch."""
    body = """
        for number in range(40):
            time.sleep(0.008)
            child = os.fork()
            if not child:
                os._exit(0)
            ended_well(child)
        save(2)
        """
    program(tmp_path, body)
    text = (tmp_path / "run.py").read_text()
    write(tmp_path, {"run.py": text.replace("\n    settle()", "")})
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_many_forks_beside_saves_and_threads_that_import(environment: Environment, tmp_path: Path) -> None:
    """None hangs; a child ends at once, imports, asks the daemon, forks again, or execs."""
    write(tmp_path, {"forks.py": FORKS})
    program(tmp_path, "import forks\nforks.run(100, save, wait_for)\nsave(2)")
    done = environment.run("run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_a_fork_costs_little(environment: Environment, tmp_path: Path) -> None:
    """Nothing is started in a child that ends at once, and one bare thread at most ends before the next fork."""
    body = """
        from hmr_daemon.loading import forks
        seen = []
        begin = forks.Moment.begin
        forks.Moment.begin = lambda moment: (seen.append(threads()), begin(moment))
        def threads():
            import threading
            return threading.active_count()
        for _ in range(5):
            child = os.fork()
            if not child:
                import threading
                os._exit(threading.active_count() - 1)
            ended_well(child)
        assert seen == [1] * 5, seen
        save(2)
        """
    program(tmp_path, body)
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


FORKS = """
import os, random, sys, threading, time, warnings
import mod

def child(kind):
    if kind == "import":
        import json.tool
    elif kind == "ask":
        import hmr_daemon
        hmr_daemon.sync(5)
    elif kind == "fork":
        if not os.fork():
            os._exit(0)
        os.wait()
    elif kind == "exec":
        os.execv("/bin/true", ["true"])
    elif kind == "live":
        time.sleep(0.15)
    os._exit(0)

def run(count, save, wait_for):
    warnings.simplefilter("ignore", DeprecationWarning)  # the program's own thread
    stop = threading.Event()
    def importing():
        while not stop.wait(0.001):
            sys.modules.pop("colorsys", None)
            import colorsys
    thread = threading.Thread(target=importing)
    thread.start()
    random.seed(count)
    kinds = ["end", "import", "ask", "fork", "exec", "live"]
    for number in range(count):
        if number % 50 == 0:
            save(3 + number)
        kind = random.choices(kinds, [10, 3, 1, 3, 3, 1])[0]
        pid = os.fork()
        if not pid:
            child(kind)
        end = time.monotonic() + 30
        while not (done := os.waitpid(pid, os.WNOHANG))[0]:
            if time.monotonic() > end:
                os.kill(pid, 9)
                raise AssertionError(f"child {number} ({kind}) hangs")
            time.sleep(0.0005)
        assert done[1] == 0, (kind, done)
    stop.set()
    thread.join()
"""


# --- exec, kill, and the interpreter's end -------------------------------------------------------------------

ENDS = {
    "falls off the end": "",
    "exits": "sys.exit(3)",
    "raises": "raise LookupError('at the end')",
    "ends at once": "os._exit(4)",
    "is killed": "os.kill(os.getpid(), 9)",
    "execs": "os.execv(sys.executable, [sys.executable, '-c', LOOK])",
    "exits in a thread": "import threading; threading.Thread(target=sys.exit, args=[5]).start()",
    "raises at exit": "import atexit; atexit.register(lambda: [][0])",
    "imports and starts a thread at exit": """
import atexit, threading
def late():
    import colorsys, mod2
    try:
        thread = threading.Thread(target=len, args=["x"])
        thread.start()
        thread.join()
    except RuntimeError:
        pass
atexit.register(late)""",
    "leaves daemon threads": """
import threading
def busy():
    while True:
        sorted(range(100))
for _ in range(3):
    threading.Thread(target=busy, daemon=True).start()""",
    "has objects that use globals as they end": "import held",
    "has objects that use globals as they end, after a reload": """
import held, hmr_daemon
hmr_daemon.sync()  # the source is read by then
with open("held.py", "a") as file:
    file.write("more = 1\\n")
hmr_daemon.sync()""",
    "ends while a module loads": """
import threading
threading.Thread(target=__import__, args=["slow"], daemon=True).start()
time.sleep(0.02)""",
}
HELD = """
from io import open
import json
def helper(): return open.__name__
class Held:
    def __del__(self): print(helper(), json.dumps("held"))
held = Held()
last = 1
"""
LOOK = "import os; print(len(os.listdir('/proc/self/fd')), len(os.listdir('/proc/self/task')))"
END = """
import os, sys, time
import mod
LOOK = {look!r}
time.sleep({seconds})
print(time.time(), flush=True)
{end}
"""


def end_program(folder: Path, way: str, seconds: float) -> None:
    write(folder, {"mod.py": "x = 1\n", "mod2.py": "x = 2\n", "slow.py": "import time\ntime.sleep(10)\n"})
    write(folder, {"held.py": HELD, "run.py": END.format(look=LOOK, seconds=seconds, end=ENDS[way])})


def outcome(environment: Environment, folder: Path, *options: str, off: str = "") -> tuple[int, list[str], str]:
    done = environment.run("-W", "error", *options, "run.py", cwd=folder, check=False, NO_HMR_DAEMON=off)
    return done.returncode, done.stdout.splitlines()[1:], re.sub("0x[0-9a-f]+", "", done.stderr)


@pytest.mark.parametrize("way", ENDS)
def test_a_process_ends_as_it_does_without(environment: Environment, tmp_path: Path, way: str) -> None:
    """At once, while the daemon waits, while it imports what it needs, and once it watches."""
    end_program(tmp_path, way, 0)
    expected = outcome(environment, tmp_path, off="1")
    for seconds in (0, 0.13):
        end_program(tmp_path, way, seconds)
        assert outcome(environment, tmp_path) == expected
    assert {each.name for each in tmp_path.iterdir()} <= {
        "run.py", "mod.py", "mod2.py", "slow.py", "held.py", "__pycache__",
    }  # fmt: skip


@pytest.mark.parametrize("statement", ["time.sleep(30)", "while True: sorted(range(100))", "import other"])
def test_the_end_in_the_middle_of_a_reload(environment: Environment, tmp_path: Path, statement: str) -> None:
    """It is not waited for longer than half a second, and nothing is said."""
    program(tmp_path, "body")
    text = (tmp_path / "run.py").read_text().partition("if __name__")[0]
    end = f"""
settle()
text = "import time\\nopen('begun', 'w').close()\\n" + {statement!r}
with open("mod.py", "w") as file:
    file.write(text)
while not os.path.exists("begun"):
    time.sleep(0.002)
print(time.time(), flush=True)
"""
    write(tmp_path, {"run.py": text + end, "other.py": "import time\ntime.sleep(30)\n"})
    began = time.time()
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    took = time.time() - float(done.stdout)
    assert (done.stderr, took < 3) == ("", True), (took, began)


# --- signals -------------------------------------------------------------------------------------------------

SIGNALS = """
        import signal
        numbers = {signal.SIGUSR1, signal.SIGTERM, signal.SIGHUP}
        signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
        for number in sorted(numbers):
            os.kill(os.getpid(), number)  # the system gives it to whichever thread does not block it
        save(2)
        wait_for(2)
        for _ in numbers:
            assert signal.sigwait(numbers) in numbers
        """
BLOCKED = "with open('/proc/self/status') as f: print(next(int(l.split()[1], 16) for l in f if 'SigBlk' in l))"


def test_what_the_program_blocks_waits_for_it(environment: Environment, tmp_path: Path) -> None:
    program(tmp_path, SIGNALS)
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="this system does not tell what threads block")
def test_what_a_reload_starts_blocks_what_the_program_does(environment: Environment, tmp_path: Path) -> None:
    body = """
        import signal, start
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
        with open("start.py") as file:
            text = file.read()
        with open("start.py", "w") as file:
            file.write(text.replace("NUMBER = 1", "NUMBER = 2"))
        end = time.monotonic() + 20
        while start.blocked == 0:
            assert time.monotonic() < end
            time.sleep(0.002)
        assert start.blocked == 1 << signal.SIGUSR2 - 1, start.blocked
        save(2)
        """
    program(tmp_path, body)
    start = f"""
        import subprocess, sys
        NUMBER = 1
        code = {BLOCKED!r}
        blocked = int(subprocess.run([sys.executable, "-S", "-c", code], capture_output=True).stdout) + 0 * NUMBER
        """
    write(tmp_path, {"start.py": textwrap.dedent(start)})
    done = environment.run("-W", "error", "run.py", cwd=tmp_path)
    assert (done.stdout, done.stderr) == ("done\n", "")
