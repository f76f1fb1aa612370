"""A program goes on while it is edited: threads, event loops, loops that never end."""

from __future__ import annotations

import pytest

from conftest import LiveFactory
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


def save_as_one(process: Live, files: Files) -> Reload:
    """Both files are there before the daemon can look, and then are one reload."""
    process.do("import hmr_daemon; pause = hmr_daemon.paused(); pause.__enter__()")
    process.edit(files, atomic=True)
    process.do("pause.__exit__(None, None, None)")
    event = process.wait_reload()
    assert event.ok, event.error
    assert len(event.files) == len(files)
    return event


def test_threads_never_call_a_half_changed_function(live: LiveFactory) -> None:
    """A call that straddles a reload meets a newer version in its second half, never an older one."""
    process = live(PAIR)
    process.load("import left, right")
    process.do(CALLERS)
    for number in range(1, 101):
        save_as_one(process, {name: text.replace("return 0", f"return {number}") for name, text in PAIR.items()})
    process.do("stop.set()\nfor thread in threads: thread.join()")
    assert process.see("(errors, [pair for pair in mixed if pair[0] > pair[1] or pair[1] - pair[0] > 1])") == ([], [])
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
