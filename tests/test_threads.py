"""A program goes on while it is edited: threads, event loops, loops that never end."""

from __future__ import annotations

import sys

import pytest

from conftest import LiveFactory
from hmr_daemon.daemon import Daemon
from hmr_daemon.live import turn
from hmr_daemon.live.turn import Turn
from hmr_daemon.loading.standby import Standby
from live import Files, Live, Reload

PAIR = {
    "right.py": "import left\ndef value():\n    return 0\ndef pair():\n    return left.value(), value()\n",
    "left.py": "def value():\n    return 0\n",
}
CALLERS = """
import sys, threading
sys.setswitchinterval(1e-5)
import left, right
mixed, errors, stop = set(), [], threading.Event()
def call():
    pair = right.pair
    while not stop.is_set():
        try:
            one, other = pair()
        except BaseException as error:
            errors.append(repr(error))
        else:
            if one != other: mixed.add((one, other))
threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
for thread in threads: thread.start()
"""


def save_as_one(process: Live, files: Files, loaded: int | None = None) -> Reload:
    """All files are there before the daemon can look, and then are one reload; so many of them had been loaded."""
    process.do("import hmr_daemon; pause = hmr_daemon.paused(); pause.__enter__()")
    process.edit(files, atomic=True)
    process.do("pause.__exit__(None, None, None)")
    event = process.wait_reload()
    assert event.ok, event.error
    assert len(event.files) == (len(files) if loaded is None else loaded)
    return event


def test_threads_never_call_a_half_changed_function(live: LiveFactory) -> None:
    """A call that straddles a reload meets a newer version in its second half, never an older one."""
    process = live(PAIR)
    process.load("import left, right")
    process.do(CALLERS)
    for number in range(1, 101):
        save_as_one(process, {name: text.replace("return 0", f"return {number}") for name, text in PAIR.items()})
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors, [pair for pair in mixed if pair[0] > pair[1]])") == ([], [])
    assert process.see("right.pair()") == (100, 100)


def test_methods_of_one_class_are_changed_together(live: LiveFactory) -> None:
    """Also where parameters change: no call meets a default or a member of another version."""
    source = "class C:\n    def a(self, n={n}):\n        return n\n    def b(self):\n        return self.a() - {n}\n"
    process = live({"m.py": source.format(n=0)})
    process.load("import m")
    process.do(
        """
        import threading, sys
        sys.setswitchinterval(1e-5)
        errors, stop, one = [], threading.Event(), m.C()
        def call():
            while not stop.is_set():
                try: one.b()
                except BaseException as error: errors.append(repr(error))
        threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
        for thread in threads: thread.start()
        """
    )
    for number in range(1, 31):
        process.edit({"m.py": source.format(n=number)}, atomic=True)
        event = process.wait_reload()
        assert event.ok, event.error
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors, one.b())") == ([], 0)


def test_new_names_are_there_before_the_code_that_uses_them(live: LiveFactory) -> None:
    """A constant, a function, an import that come with an edit, in the module and in another; under four threads."""
    names = "value{n} = {n}\nimport json as module{n}\ndef help{n}(a=0, *, b=1): return {n}\n"
    uses = "def use(): return value{n} + help{n}() + (module{n} and 0) - {n}\n"
    taken = "from other import value{n} as taken{n}, help{n} as taken_help{n}\n"
    uses_taken = "def use_taken(): return taken{n} + taken_help{n}() - {n}\n"

    def files(last: int) -> dict[str, str]:
        numbers = range(last + 1)
        added = "".join(names.format(n=n) for n in numbers)
        imported = "".join(taken.format(n=n) for n in numbers)
        return {"other.py": added, "m.py": added + imported + uses.format(n=last) + uses_taken.format(n=last)}

    process = live(files(0))
    process.load("import m")
    process.do(
        """
        import sys, threading
        sys.setswitchinterval(1e-5)
        errors, stop = [], threading.Event()
        def call():
            while not stop.is_set():
                try: m.use(), m.use_taken()
                except BaseException as error: errors.append(repr(error))
        threads = [threading.Thread(target=call, daemon=True) for _ in range(4)]
        for thread in threads: thread.start()
        """
    )
    for number in range(1, 21):
        save_as_one(process, files(number))
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors[:3], m.use(), m.use_taken())") == ([], 20, 20)


def test_imports_of_libraries_are_there_before_the_code_that_uses_them(live: LiveFactory) -> None:
    """While a statement above takes its time: modules, modules of packages, and names of these, all not loaded yet."""
    source = """
        import time
        {slow}
        {imports}
        def use(): return {use}
    """
    imports = """
        import colorsys
        import xml.dom.minidom as dom
        from wsgiref import util
        from plistlib import dumps
    """.strip()
    process = live({"m.py": source.format(slow="", imports="", use="55")})
    process.load("import m")
    process.do(
        """
        import sys, threading
        errors, stop = [], threading.Event()
        new = ('colorsys', 'xml', 'wsgiref', 'plistlib')
        for name in [name for name in sys.modules if name.partition('.')[0] in new]: del sys.modules[name]
        def call():
            while not stop.is_set():
                try: m.use()
                except BaseException as error: errors.append(repr(error))
        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        """
    )
    use = "colorsys.ONE_SIXTH, dom.parse, util.guess_scheme, dumps"
    process.edit({"m.py": source.format(slow="time.sleep(.2)", imports=imports, use=use)}, atomic=True)
    assert process.wait_reload().ok
    process.do("stop.set(); thread.join()")
    assert process.see("(errors[:3], len(m.use()))") == ([], 4)


def test_modules_that_come_meanwhile_do_not_end_the_daemon(live: LiveFactory) -> None:
    process = live({"m.py": "x = 1\n"})
    process.load("import m")
    process.do(
        """
        import sys, threading, types
        from hmr_daemon.daemon import forget_annotations
        errors, stop = [], threading.Event()
        def come():
            for number in range(200_000):
                sys.modules[f"come{number}"] = types
                if stop.is_set(): break
            for name in [name for name in list(sys.modules) if name.startswith("come")]:
                del sys.modules[name]
        thread = threading.Thread(target=come)
        thread.start()
        while thread.is_alive() and not errors:
            try: forget_annotations(set())
            except RuntimeError as error: errors.append(repr(error))
        stop.set()
        thread.join()
        """
    )
    assert process.see("errors") == []


def test_new_members_are_there_before_the_code_that_uses_them(live: LiveFactory) -> None:
    """Methods of all kinds and plain values that come with an edit, while a statement above takes its time."""
    source = """
        import time
        {slow}
        class Base:
            def help(self): return 1
        class C(Base):
            kept = 0
            {members}
            def use(self):
                return {use}
    """
    members = """
            limit, __hidden = 5, 6
            timeout: int = 7
            def help(self, a=1, *, b=2): return super().help() + a + b
            def __secret(self): return 10
            @property
            def size(self): return 20
            @classmethod
            def of(cls): return cls.limit
            @staticmethod
            def twice(n): return 2 * n
    """.strip()
    use = "self.limit + self.timeout + self.help() + self.__secret() + self.size + self.of() + self.twice(2)"
    process = live({"m.py": source.format(slow="", members="", use="55")})
    process.load("import m")
    before = process.see("list(vars(m.C))")
    process.edit({"m.py": source.format(slow="1 / 0", members=members, use=use)}, atomic=True)
    assert not process.wait_reload().ok
    assert process.see("list(vars(m.C))") == before
    process.do(
        """
        import threading
        errors, stop, one = [], threading.Event(), m.C()
        def call():
            while not stop.is_set():
                try: (one.use() == 55) or errors.append(one.use())
                except BaseException as error: errors.append(repr(error))
        threads = [threading.Thread(target=call, daemon=True) for _ in range(2)]
        for thread in threads: thread.start()
        """
    )
    process.edit({"m.py": source.format(slow="time.sleep(0.2)", members=members, use=use)}, atomic=True)
    assert process.wait_reload().ok
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors[:3], one.use())") == ([], 55)
    names = ["kept", "limit", "_C__hidden", "timeout", "help", "_C__secret", "size", "of", "twice", "use"]
    assert process.see("[name for name in vars(m.C) if name.strip('_') == name or 'C__' in name]") == names


def test_an_asyncio_server_keeps_serving(live: LiveFactory) -> None:
    server = """
        import asyncio

        GREETING = "old"
        connections = 0

        async def handle(reader, writer):
            global connections
            connections += 1
            while line := await reader.readline():
                writer.write(answer(line.decode().strip()).encode() + b"\\n")
                await writer.drain()

        def answer(text):
            return f"{GREETING} {text}"

        async def serve(ready):
            server = await asyncio.start_server(handle, "127.0.0.1", 0)
            ready(server.sockets[0].getsockname()[1])
            await server.serve_forever()
    """
    process = live({"server.py": server})
    process.load(
        """
        import asyncio, queue, socket, threading, server
        ports = queue.Queue()
        threading.Thread(target=lambda: asyncio.run(server.serve(ports.put)), daemon=True).start()
        port = ports.get(timeout=10)
        class Client:
            def __init__(self): self.file = socket.create_connection(("127.0.0.1", port)).makefile("rw")
            def ask(self, text):
                print(text, file=self.file, flush=True)
                return self.file.readline().strip()
        first = Client()
        """
    )
    assert process.see("first.ask('a')") == "old a"
    process.edit({"server.py": ('f"{GREETING} {text}"', 'f"{GREETING}: {text}!"')}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(first.ask('b'), Client().ask('c'), server.connections)") == ("old: b!", "old: c!", 2)
    process.edit({"server.py": ('"old"', '"new"')}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(first.ask('d'), server.connections)") == ("new: d!", 2)
    process.edit({"server.py": ("writer.write(", "writer.write(b'>' + ")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(first.ask('e'), Client().ask('f'))") == ("new: e!", ">new: f!")  # the first still runs the old


def test_an_import_in_another_thread_is_not_disturbed(live: LiveFactory) -> None:
    slow = "import threading\ngate = threading.Event()\nstarted.set()\ngate.wait(10)\nx = base.value\n"
    process = live(
        {"base.py": "value = 1\n", "slow.py": "import builtins\nfrom builtins import started, base\n" + slow}
    )
    process.load("import base, builtins, threading\nbuiltins.base, builtins.started = base, threading.Event()")
    process.do(
        """
        import importlib, sys
        thread = threading.Thread(target=importlib.import_module, args=["slow"], daemon=True)
        thread.start()
        builtins.started.wait(10)
        """
    )
    process.edit({"base.py": "value = 2\n"}, atomic=True)
    process.do("sys.modules['slow'].gate.set(); thread.join()")
    assert process.wait_reload().ok
    process.until("(base.value, sys.modules['slow'].x in (1, 2))", (2, True))


@pytest.mark.parametrize("count", [50])
def test_edits_in_quick_succession_end_with_the_last(live: LiveFactory, count: int) -> None:
    process = live({"m.py": "x = 0\ndef f(): return 0\n", "u.py": "from m import x, f\ny = x + f()\n"})
    process.load("import m, u")
    for number in range(1, count + 1):
        process.edit({"m.py": f"x = {number}\ndef f(): return {number}\n"}, atomic=number % 2 == 0)
    process.until("(m.x, m.f(), u.x, u.y)", (count, count, count, 2 * count))


# --- locks -----------------------------------------------------------------------------------------------------

LOCKED = """
import threading
lock = threading.Lock()
"""


def test_a_lock_that_a_thread_of_the_program_holds_delays_the_reload_and_nothing_else(live: LiveFactory) -> None:
    process = live(
        {
            "locks.py": LOCKED,
            "m.py": "from locks import lock\nwith lock:\n    x = 1\ndef f(): return 1\n",
            "other.py": "y = 1\n",
        }
    )
    process.load("import locks, m, other, queue, threading")
    process.do(
        """
        go, held = threading.Event(), threading.Event()
        def hold():
            with locks.lock:
                held.set()
                go.wait(30)
                import late  # takes import locks while the reload waits
        thread = threading.Thread(target=hold, daemon=True)
        thread.start()
        held.wait(10)
        """
    )
    process.edit({"late.py": "z = 1\n", "m.py": ("x = 1", "x = 2")})
    process.edit({"other.py": "y = 2\n"})
    for number in range(20):  # the program goes on meanwhile: calls, imports, threads, forks of its own
        process.edit({f"new{number}.py": "import m\n"})
        process.do(f"import new{number}; threading.Thread(target=m.f).start()")
    assert process.see("(m.x, other.y)") == (1, 1)
    process.do("go.set(); thread.join(10)")
    process.until("(m.x, other.y)", (2, 2))


def test_a_reload_imports_what_another_thread_is_importing(live: LiveFactory) -> None:
    """Each waits for the other's module as threads of the program do; nobody waits for ever."""
    process = live(
        {
            "gates.py": "import threading\nbegun, go = threading.Event(), threading.Event()\n",
            "slow.py": "import gates\ngates.begun.set()\ngates.go.wait(10)\nimport m\nx = 1\n",
            "m.py": "y = 1\n",
        }
    )
    process.load("import gates, m, threading")
    process.do("thread = threading.Thread(target=__import__, args=['slow'], daemon=True); thread.start()")
    process.do("gates.begun.wait(10)")
    process.edit({"m.py": "import slow\ny = 2\n"}, atomic=True)
    process.no_reload(2.3)  # longer than a reload waits for imports to end: it has begun, and waits for the module
    process.do("gates.go.set(); thread.join(10)")
    assert process.wait_reload().ok
    assert process.see("(m.y, m.slow.x, thread.is_alive())") == (2, 1, False)


def test_an_import_that_never_ends_is_waited_for_once(live: LiveFactory) -> None:
    """A program that runs at the top level of a module."""
    files = {"m.py": "x = 0\n", "server.py": "import m, threading\nbegun.set()\nthreading.Event().wait()\n"}
    process = live({**files, "server.py": "from builtins import begun\n" + files["server.py"]})
    process.do(
        """
        import builtins, threading
        builtins.begun = threading.Event()
        threading.Thread(target=__import__, args=["server"], daemon=True).start()
        begun.wait(10)
        import m
        """
    )
    process.until("'m' in __import__('hmr_daemon').status().modules", True)
    process.edit({"m.py": "x = 1\n"})
    process.until("m.x", 1)
    for number in range(2, 12):
        process.edit({"m.py": f"x = {number}\n"})
        process.until("m.x", number, timeout=1.5)


def test_connections_of_an_asyncio_server_outlive_many_reloads(live: LiveFactory) -> None:
    server = """
        import asyncio
        VERSION = 0
        served = []
        async def handle(reader, writer):
            served.append(writer)
            while line := await reader.readline():
                writer.write(await reply(line))
                await writer.drain()
        async def reply(line):
            await asyncio.sleep(0)
            return b"%d " % VERSION + line
        async def serve(ready):
            async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
                ready(server.sockets[0].getsockname()[1])
                await server.serve_forever()
    """
    process = live({"server.py": server})
    process.load(
        """
        import asyncio, queue, socket, threading, server
        ports = queue.Queue()
        threading.Thread(target=lambda: asyncio.run(server.serve(ports.put)), daemon=True).start()
        port = ports.get(timeout=10)
        clients = [socket.create_connection(("127.0.0.1", port)).makefile("rwb") for _ in range(5)]
        def ask():
            for client in clients:
                client.write(b"hello\\n")
                client.flush()
            return {client.readline() for client in clients}
        """
    )
    for number in range(1, 21):
        # the number in the text and the constant: a coroutine that is called anew has both
        text = server.replace("VERSION = 0", f"VERSION = {number}").replace('b"%d "', f'b"%d/{number} "')
        process.edit({"server.py": text}, atomic=True)
        assert process.wait_reload().ok
        assert process.see("ask()") == {b"%d/%d hello\n" % (number, number)}
    assert process.see("len(server.served)") == 5


class Importing(Standby):
    """Beside a thread that has just imported something, whenever the daemon comes to be known."""

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if isinstance(value, Daemon):
            value.wake()


def test_an_import_that_ends_while_the_daemon_is_made_wakes_no_half_made_one() -> None:
    standby = Importing()
    daemon = Daemon(standby)
    assert standby.daemon is daemon


STEP = "def step():\n    return 1\n"
USES: dict[str, tuple[Files, Files]] = {
    "an object": (
        {"m.py": f"class Cache:\n    size = 2\n{STEP}"},
        {"m.py": "class Cache:\n    size = 2\ncache = Cache()\ndef step():\n    return cache.size\n"},
    ),
    "a class": ({"m.py": STEP}, {"m.py": "class Cache:\n    size = 2\ndef step():\n    return Cache().size\n"}),
    "a data class": (
        {"m.py": STEP},
        {"m.py": "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\ndef step():\n    return P(2).x\n"},
    ),
    "what a decorator made": (
        {"m.py": f"def same(f): return f\n{STEP}"},
        {"m.py": "def same(f): return f\n@same\ndef two(): return 2\ndef step():\n    return two()\n"},
    ),
    "a logger": (
        {"m.py": STEP},
        {"m.py": "import logging\nlog = logging.getLogger('m')\ndef step():\n    return 2 if log else 1\n"},
    ),
    "a table": ({"m.py": STEP}, {"m.py": "table = {k: k for k in range(3)}\ndef step():\n    return table[2]\n"}),
    "a member of an enum": (
        {"m.py": "import enum\nclass C(enum.Enum):\n    A = 1\ndef step():\n    return C.A.value\n"},
        {"m.py": "import enum\nclass C(enum.Enum):\n    A = 1\n    B = 2\ndef step():\n    return C.B.value\n"},
    ),
    "an attribute of instances": (
        {"m.py": "class A:\n    def __init__(self): self.x = 1\na = A()\ndef step():\n    return a.x\n"},
        {"m.py": "class A:\n    def __init__(self): self.x, self.y = 1, 2\na = A()\ndef step():\n    return a.y\n"},
    ),
    "an object of a class that needs more": (
        {"m.py": "class S:\n    n = 1\ns = S()\ndef step():\n    return s.n\n"},
        {
            "m.py": "import os\nclass S:\n    def __init__(self): self.k = int(os.environ.get('NOTHING', '2'))\n"
            "s = S()\ndef step():\n    return s.k\n"
        },
    ),
    "an object of another module": (
        {"other.py": "def a(): pass\n", "m.py": f"import other\n{STEP}"},
        {
            "other.py": "def a(): pass\nclass B:\n    v = 2\nb = B()\n",
            "m.py": "import other\ndef step():\n    return other.b.v\n",
        },
    ),
    "another name for it": (
        {"m.py": "class C:\n    v = 1\none = C()\ndef step():\n    return one.v\n"},
        {"m.py": "class C:\n    v = 2\nother = C()\ndef step():\n    return other.v\n"},
    ),
    "a value that takes its time": (
        {"m.py": f"import time\ndef load():\n    time.sleep(.1)\n    return 2\n{STEP}"},
        {"m.py": "import time\ndef load():\n    time.sleep(.1)\n    return 2\nx = load()\ndef step():\n    return x\n"},
    ),
    "a module": (
        {"m.py": STEP},
        {"new.py": "import time\ntime.sleep(.1)\ntwo = 2\n", "m.py": "import new\ndef step():\n    return new.two\n"},
    ),
    "what a module of a new package has": (
        {"m.py": STEP},
        {
            "new/__init__.py": "from .part import two\n",
            "new/part.py": "import time\ntime.sleep(.1)\ntwo = 2\n",
            "m.py": "from new import two as mine, part\ndef step():\n    return mine and part.two\n",
        },
    ),
}


@pytest.mark.parametrize(("before", "after"), USES.values(), ids=USES.keys())
def test_code_that_runs_meets_no_half_of_an_edit(live: LiveFactory, before: Files, after: Files) -> None:
    """What an edit brings is there with the code that uses it, for a loop that runs a thousand times a second."""
    process = live(before)
    process.load("import m")
    process.do(
        """
        import threading, time
        errors, stop = [], threading.Event()
        def loop():
            while not stop.wait(.001):
                try: m.step()
                except BaseException as error: errors.append(repr(error))
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        """
    )
    for files in (after, before, after):
        save_as_one(process, files, len(before))
    process.do("stop.set(); thread.join()")
    assert process.see("(errors[:3], m.step())") == ([], 2)


def test_the_turn_is_kept_for_a_moment_and_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = sys.getswitchinterval()
    kept = Turn()
    try:
        kept.begin()
        assert sys.getswitchinterval() == pytest.approx(turn.LONGEST)
        with kept.lent():
            assert sys.getswitchinterval() == pytest.approx(turn.MOMENT)
        assert sys.getswitchinterval() == pytest.approx(turn.LONGEST)
        kept.end()
        assert sys.getswitchinterval() == pytest.approx(usual)
        kept.begin()
        monkeypatch.setattr(turn, "LONGEST", -1.0)  # as if it had taken longer
        kept.check()
        with kept.lent():
            pass
        kept.end()
    finally:
        sys.setswitchinterval(usual)


def test_an_interval_that_the_program_sets_meanwhile_stays() -> None:
    usual = sys.getswitchinterval()
    kept = Turn()
    try:
        kept.begin()
        sys.setswitchinterval(0.002)
        kept.end()
        assert sys.getswitchinterval() == pytest.approx(0.002)
        sys.setswitchinterval(1.0)
        kept.begin()
        assert sys.getswitchinterval() == pytest.approx(1.0)
        kept.end()
        assert sys.getswitchinterval() == pytest.approx(1.0)
    finally:
        sys.setswitchinterval(usual)


def test_a_forked_child_waits_as_usual() -> None:
    usual = sys.getswitchinterval()
    Turn().begin()
    try:
        assert sys.getswitchinterval() == pytest.approx(turn.LONGEST)
        Turn().end()  # which has not begun it, as in a child
        assert sys.getswitchinterval() == pytest.approx(usual)
    finally:
        sys.setswitchinterval(usual)


def test_others_wait_no_longer_than_a_moment(live: LiveFactory) -> None:
    """A statement that takes long, and a reload of many statements, let other threads run as usual."""
    many = "".join(f"name{n} = [K, {n}]\n" for n in range(2_000))
    process = live({"m.py": f"K = 1\n{many}end = sum(n for n in range(K))\n"})
    process.load("import m")
    process.do(
        """
        import sys, threading, time
        gaps, stop = [], threading.Event()
        def loop():
            last = time.monotonic()
            while not stop.is_set():
                time.sleep(.0001)
                gaps.append((now := time.monotonic()) - last)
                last = now
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        """
    )
    process.edit({"m.py": f"K = 5_000_000\n{many}end = sum(n for n in range(K))\n"}, atomic=True)
    event = process.wait_reload()
    assert event.ok, event.error
    process.do("stop.set(); thread.join()")
    longest, interval = process.see("(max(gaps), sys.getswitchinterval())")
    assert (longest < turn.LONGEST + 0.25, interval) == (True, 0.005), (longest, event.milliseconds)
