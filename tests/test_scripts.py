"""Scripts that run: their constants and functions follow their files, and what still runs is left alone and named."""

from __future__ import annotations

import sys
import zipapp
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from live import write
from program import Program

MAIN = """\
import time
from data import X, g

STEP = 1


def f():
    return "old"


while True:
    print("turn", STEP, f(), X, g())
    time.sleep(0.02)
"""
DATA = "X = 1\n\n\ndef g():\n    return 1\n"
LOOP_IN_MAIN = """\
import time


def tick():
    return "old"


def main():
    while True:
        print("tick", tick())
        time.sleep(0.02)


if __name__ == "__main__":
    main()
"""

THREADS = """\
import threading, time


class Worker:
    def begin(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def work(self):
        return "old"

    def run(self):
        while True:
            self.done = self.work()
            time.sleep(0.01)


class Begun(Worker):
    def __init__(self):
        self.begin()


def main():
    thread = threading.Thread(target=workers[0].run, daemon=True)
    thread.start()
    return thread


workers = [Worker(), Worker().begin()]
begun = Begun()
thread = threading.Thread(target=workers[0].run, daemon=True)
thread.start()
other = main()
while True:
    running = [each for each in threading.enumerate() if "(run)" in each.name]
    print(*(each.done for each in (*workers, begun)), len(running), thread in running, other in running)
    time.sleep(0.02)
"""
HANDED = """\
import functools, operator, threading, time
from socketserver import StreamRequestHandler, TCPServer
def handler(n=0): return "old"
class Bot:
    def __init__(self, handler): self.handler = handler
class Runner(threading.Thread):
    def run(self): handler()
class Lines(StreamRequestHandler):
    def handle(self): handler()
class Asking:
    def __init__(self, handler):
        self.handler = handler
        self.answer = self.handler()
class Told:
    def __init__(self, handler): self.answer = handler()
def serve(): return TCPServer(("127.0.0.1", 0), Lines)
def numbers(): yield handler()
bot = Bot(handler)
threads = [threading.Thread(target=handler) for _ in range(2)]
partial = functools.partial(handler, 1)
runner = Runner()
server = serve()
stream = numbers()
asking = Asking(handler)
told = Told(handler)
listed = list(map(handler, [1]))
begun = list(numbers())
answer = handler()
held = []
while True:
    objects = bot, threads, partial, runner, server, stream
    if not held: held.extend(objects)
    print("kept", all(map(operator.is_, held, objects)), answer, asking.answer, told.answer, *listed, *begun, partial())
    time.sleep(0.02)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(*arguments: str) -> Program:
        started.append(Program(tmp_path, sys.executable, *arguments))
        return started[-1]

    yield start
    for program in started:
        program.close()


def test_what_a_running_script_has_yet_to_do_adds_to_nothing(start: Callable[..., Program], tmp_path: Path) -> None:
    main = "import time, m\nwhile m.count < 2: time.sleep(0.01)\nprint('seen', m.names, m.count)\nprint(m.names)\n"
    source = "import pathlib\nnames = pathlib.Path('names').read_text().split()\ncount = len(names)\nprint('made')\n"
    write(tmp_path, {"main.py": main, "m.py": source, "names": "a"})
    program = start("main.py")
    program.wait("made\n")
    program.edit({"names": "a b"})
    program.wait("seen ['a', 'b'] 2\n")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="nothing tells what text starts")
def test_names_that_text_took_of_what_was_there_follow(start: Callable[..., Program], tmp_path: Path) -> None:
    """A script that executes text is a prompt from its start: before the daemon is up."""
    main = "import time\nfor text in ('import m', 'from m import X'):\n    time.sleep(0.03)\n    exec(text)\n"
    write(tmp_path, {"main.py": main + "while True:\n    print('turn', X)\n    time.sleep(0.02)\n", "m.py": "X = 1\n"})
    program = start("main.py")
    program.wait("turn 1\n")
    program.edit({"m.py": "X = 2\n"})
    program.wait("turn 2\n")


def test_what_a_running_statement_has_added_stays(start: Callable[..., Program], tmp_path: Path) -> None:
    """It may have called anything that the script has, and will not add it again."""
    main = "import time\nfrom m import f, seen\nf('mine')\nwhile True:\n"
    main += "    print('has', eval('seen, f(None)', globals()))\n    time.sleep(0.02)\n"
    source = "seen = []\ndef f(it):\n    if it: seen.append(it)\n    return 1\n"
    write(tmp_path, {"main.py": main, "m.py": source})
    program = start("main.py")
    program.wait("has (['mine'], 1)\n")
    program.edit({"m.py": source.replace("return 1", "return 2")})
    program.wait(", 2)\n")
    program.wait("has (['mine'], 2)\n")


def test_who_a_running_statement_may_register_is_not_registered_again(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    """It may have made any class that its names lead to, and yet none after what comes to the end of their module."""
    main = "import time, m\nkinds = [m.A]\nwhile True:\n    print('has', sorted(m.r), kinds[0].__name__)\n"
    main += "    time.sleep(0.02)\n"
    source = "r = {}\nclass Base:\n    def __init_subclass__(cls, name):\n        r[name] = cls\n"
    source += "        print('made', name)\nclass A(Base, name='a'): pass\n"
    write(tmp_path, {"main.py": main, "m.py": source})
    program = start("main.py")
    program.wait("has ['a'] A\n")
    program.edit({"m.py": source + "class B(Base, name='b'): pass\n"})
    assert "made a" not in program.wait("has ['a', 'b'] A\n")


@pytest.mark.parametrize("how", ["script", "other folder", "module", "directory"])
def test_a_running_script_follows_its_files(start: Callable[..., Program], tmp_path: Path, how: str) -> None:
    folder = {"script": "", "other folder": "other/", "module": "pkg/", "directory": "app/"}[how]
    file = folder + ("__main__.py" if how == "directory" else "main.py")
    main = MAIN.replace("from data", "from .data") if how == "module" else MAIN
    write(tmp_path, {file: main, folder + "data.py": DATA, "pkg/__init__.py": ""})
    arguments = {
        "script": ["main.py"],
        "other folder": [str(tmp_path / "other" / "main.py")],
        "module": ["-m", "pkg.main"],
        "directory": ["app"],
    }
    program = start(*arguments[how])
    program.wait("turn 1 old 1 1\n")
    program.edit({file: ("STEP = 1", "STEP = 2")})
    program.wait("turn 2 old 1 1\n")
    program.edit({file: ('"old"', '"new"')})
    program.wait("turn 2 new 1 1\n")
    program.edit({folder + "data.py": DATA.replace("1", "5")})
    program.wait("turn 2 new 5 5\n")


def test_what_has_a_function_for_later_stays_when_that_is_edited(start: Callable[..., Program], tmp_path: Path) -> None:
    """Nobody watched what the statements of a script have run: they mention more than they call."""
    write(tmp_path, {"main.py": HANDED})
    program = start("main.py")
    program.wait(f"kept True{' old' * 6}\n")
    program.edit({"main.py": ('"old"', '"new"')})
    program.wait(f"kept True{' new' * 6}\n")


def test_a_function_that_still_runs_is_named(start: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": LOOP_IN_MAIN})
    program = start("main.py")
    program.wait("tick old\n")
    program.edit({"main.py": ('"old"', '"new"')})
    program.wait("tick new\n")
    program.edit({"main.py": ('"tick"', '"TICK"')})
    program.wait("  __main__.main is still running as it was (main.py:")
    program.wait("tick new\n")
    program.edit({"main.py": ('"TICK"', '"TOCK"')})
    program.wait("  __main__.main is still running as it was (main.py:")
    program.wait("tick new\n")


def test_what_a_thread_runs_is_not_run_by_the_statement_that_starts_it(
    start: Callable[..., Program], tmp_path: Path
) -> None:
    write(tmp_path, {"main.py": THREADS})
    program = start("main.py")
    program.wait("old old old 4 True True\n")
    program.edit({"main.py": ('"old"', '"new"')})
    program.wait("new new new 4 True True\n")


def test_a_statement_that_still_runs_is_named_and_left_alone(start: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": MAIN, "data.py": DATA})
    program = start("main.py")
    program.wait("turn 1 old 1 1\n")
    program.edit({"main.py": ('"turn"', '"TURN"')})
    program.wait("[hmr] main.py: ")
    program.wait("main.py:11")
    program.wait("turn 1 old 1 1\n")


def test_a_failing_edit_leaves_the_script_as_it_runs(start: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"main.py": MAIN, "data.py": DATA})
    program = start("main.py")
    program.wait("turn 1 old 1 1\n")
    program.edit({"main.py": ("STEP = 1", "STEP = 1 / 0")})
    program.wait("[hmr] main.py: not live, the old code goes on: ZeroDivisionError: division by zero\n")
    program.wait("turn 1 old 1 1\n")
    program.edit({"main.py": ("STEP = 1 / 0", "STEP = 3")})
    program.wait("turn 3 old 1 1\n")


def test_a_zip_application_is_not_live_and_doctor_says_so(start: Callable[..., Program], tmp_path: Path) -> None:
    write(tmp_path, {"app/__main__.py": "import sys\nprint('live', 'hmr_daemon.daemon' in sys.modules)\n"})
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz")
    start("app.pyz").wait("live False\n")
    start("-m", "hmr_daemon", "doctor", "app.pyz").wait("app.pyz: not live: an archive")


SHOP = """\
import time
class App:
    def __init__(self): self.routes, self.debug, self.seen = {}, False, 0
    def route(self, path): return lambda function: self.routes.setdefault(path, function)
    def serve(self):
        while True:
            self.seen += 1
            print("serves", *self.routes, "kept" if self.seen > 20 else "")
            time.sleep(0.01)
app = App()
@app.route("/")
def index(): return 1
"""
SERVED = {
    "by a method": "import shop\nshop.app.serve()\n",
    "by a function that is handed it": "import shop\ndef serve(app): app.serve()\nserve(shop.app)\n",
    "once something of it is set": "from shop import app\napp.debug = True\napp.serve()\n",
    "once it has been handed to a library": "import copy, shop\nother = copy.copy(shop.app)\nshop.app.serve()\n",
    "by a coroutine": "import asyncio, shop\nasync def main(app): app.serve()\nasyncio.run(main(shop.app))\n",
    "by a thread": "import shop, threading\nt = threading.Thread(target=shop.app.serve)\nt.start()\nt.join()\n",
    "in a block for scripts": "import shop\nif __name__ == '__main__':\n    shop.app.debug = 1\n    shop.app.serve()\n",
}


@pytest.mark.parametrize("how", SERVED)
def test_an_object_that_a_script_serves_is_given_more(tmp_path: Path, start: Callable[..., Program], how: str) -> None:
    write(tmp_path, {"shop.py": SHOP, "main.py": SERVED[how]})
    program = start("main.py")
    program.wait("serves / kept\n")
    program.edit({"shop.py": SHOP + "@app.route('/two')\ndef two(): return 2\n"})
    program.wait("serves / /two")
    assert program.wait("\n") == " kept"
