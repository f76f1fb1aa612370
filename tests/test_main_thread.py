"""What Python allows on the main thread only, or keeps for each thread, is the main thread's after an edit as well."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from conftest import LiveFactory

SIGNALS = pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="no such signals here")


@SIGNALS
def test_a_signal_gets_another_handler(live: LiveFactory) -> None:
    process = live({"m.py": "import signal\ndef a(*_): pass\ndef b(*_): pass\nsignal.signal(signal.SIGUSR1, a)\n"})
    process.load("import signal, m")
    process.edit({"m.py": ("SIGUSR1, a", "SIGUSR1, b")})
    process.until("signal.getsignal(signal.SIGUSR1) is m.b", True)
    assert process.see("m.signal.getsignal(signal.SIGUSR1).__name__") == "b"


def test_a_connection_is_made_again_for_the_main_thread(live: LiveFactory) -> None:
    process = live(
        {
            "m.py": """
                import sqlite3

                SCHEMA = "create table t (a)"
                connection = sqlite3.connect(":memory:")
                connection.execute(SCHEMA)

                def columns():
                    return [column[0] for column in connection.execute("select * from t").description]
            """
        }
    )
    process.load("import m")
    process.edit({"m.py": ("t (a)", "t (a, b)")})
    process.until("m.columns()", ["a", "b"])
    process.edit({"m.py": ('connect(":memory:")', 'connect("file:x?mode=memory", uri=True)')})
    process.until("m.connection.execute('pragma database_list').fetchall() and m.columns()", ["a", "b"])
    process.edit({"m.py": ("t (a, b)", "t (c)")})
    process.until("m.columns()", ["c"])


def test_a_connection_for_all_threads_is_used_on_any(live: LiveFactory) -> None:
    source = """
        import sqlite3

        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.execute("create table t (a)")
        rows = 1
    """
    process = live({"m.py": source})
    process.load("import m, hmr_daemon.daemon")
    process.edit({"m.py": ('execute("create table t (a)")', 'execute("create table u (a)")')})
    process.until("m.connection.execute('select name from sqlite_master').fetchall()", [("u",)])
    assert process.see("hmr_daemon.daemon.current().main.calls") == 0


def test_a_new_module_makes_a_connection(live: LiveFactory) -> None:
    process = live({"m.py": "value = 1\n"})
    process.load("import m")
    process.edit(
        {"database.py": "import sqlite3\nconnection = sqlite3.connect(':memory:')\n", "m.py": "import database\n"},
        atomic=True,
    )
    process.until("m.database.connection.execute('select 7').fetchone()", (7,))


def test_a_new_module_sets_a_context_variable(live: LiveFactory) -> None:
    process = live({"m.py": "value = 1\n"})
    process.load("import m")
    new = "import contextvars\nuser = contextvars.ContextVar('user')\ndef f(): pass\nuser.set(f)\n"
    process.edit({"users.py": new, "m.py": "import users\n"}, atomic=True)
    process.until("m.users.user.get() is m.users.f", True)


def test_connections_in_a_table_are_made_again_for_the_main_thread(live: LiveFactory) -> None:
    source = "import sqlite3\nNAMES = ['a']\nconnections = {name: sqlite3.connect(':memory:') for name in NAMES}\n"
    process = live({"m.py": source})
    process.load("import m")
    process.edit({"m.py": ("['a']", "['a', 'b']")})
    process.until("list(m.connections)", ["a", "b"])
    assert process.see("m.connections['b'].execute('select 7').fetchone()") == (7,)


def test_an_object_with_a_connection_is_made_again_for_the_main_thread(live: LiveFactory) -> None:
    process = live(
        {
            "m.py": """
                import sqlite3

                class Database:
                    def __init__(self, name):
                        self.name = name
                        self.connection = sqlite3.connect(":memory:")

                database = Database("one")
            """
        }
    )
    process.load("import m")
    process.edit({"m.py": ('"one"', '"two"')})
    process.until("m.database.name", "two")
    assert process.see("m.database.connection.execute('select 7').fetchone()") == (7,)


def test_decimals_are_computed_otherwise(live: LiveFactory) -> None:
    process = live(
        {
            "m.py": """
                import decimal

                decimal.getcontext().prec = 5
                decimal.getcontext().rounding = decimal.ROUND_UP
                third = decimal.Decimal(1) / 3
            """,
        }
    )
    process.load("import decimal, m")
    assert process.see("str(decimal.Decimal(1) / 3)") == "0.33334"
    process.edit({"m.py": ("prec = 5", "prec = 3")})
    process.until("str(decimal.Decimal(1) / 3)", "0.334")


def test_a_context_variable_is_set(live: LiveFactory) -> None:
    process = live({"m.py": "import contextvars\nuser = contextvars.ContextVar('user')\nuser.set('ann')\n"})
    process.load("import m")
    process.edit({"m.py": ("'ann'", "'bob'")})
    process.until("m.user.get()", "bob")


def test_an_attribute_of_a_thread_local_is_set(live: LiveFactory) -> None:
    process = live({"m.py": "import threading\nlocal = threading.local()\nlocal.depth = 1\n"})
    process.load("import m")
    process.edit({"m.py": ("depth = 1", "depth = 2")})
    process.until("m.local.depth", 2)


def test_an_event_loop_is_asked_for(live: LiveFactory) -> None:
    process = live(
        {
            "m.py": """
                import asyncio

                DELAY = 1
                loop = asyncio.new_event_loop()
                asyncio.set_event_loop(loop)
                later = asyncio.get_event_loop().call_later(DELAY, print)
            """
        }
    )
    process.load("import m; before = m.loop")
    process.edit({"m.py": ("DELAY = 1", "DELAY = 2")})
    process.until("m.later.when() - m.loop.time() > 1", True)
    assert process.see("m.loop is before and m.later._loop is before")


def test_the_thread_that_is_there_is_the_main_one(live: LiveFactory) -> None:
    process = live({"m.py": "import threading\nname = 'a'\nwho = (name, threading.current_thread())[1]\n"})
    process.load("import m")
    process.edit({"m.py": ("'a'", "'b'")})
    process.until("m.name", "b")
    assert process.see("m.who.name") == "MainThread"


def test_it_is_live_at_once_where_the_main_thread_runs(live: LiveFactory) -> None:
    process = live({"m.py": "import signal\nsignal.signal(signal.SIGINT, print)\n"})
    process.load("import signal, time, m")
    process.edit({"m.py": ("print", "repr")})
    process.do(
        """
        end = time.monotonic() + 10
        while signal.getsignal(signal.SIGINT) is not repr and time.monotonic() < end:
            time.sleep(0.001)
        """
    )
    assert process.see("signal.getsignal(signal.SIGINT) is repr")
    reload = process.wait_reload()
    assert reload.ok and reload.ran == ("m:2 signal.signal(signal.SIGINT, repr)",)


def test_while_the_main_thread_sleeps_the_edit_waits_and_others_do_not(live: LiveFactory) -> None:
    process = live({"m.py": "import signal\nsignal.signal(signal.SIGINT, print)\n", "n.py": "value = 1\n"})
    process.load("import signal, threading, hmr_daemon, m, n; woken = threading.Event()")
    process.do(
        """
        seen = []
        def watch(reload):
            seen.append((reload.ok, reload.failure and reload.failure.summary))
            if n.value == 2:
                woken.set()
        hmr_daemon.on_reload(watch)
        """
    )
    process.edit({"m.py": ("print", "repr")})
    process.do("while not seen: woken.wait(5) or seen.append('late')")
    process.edit({"n.py": ("1", "2")})
    process.until("n.value", 2)
    process.until("signal.getsignal(signal.SIGINT) is repr", True)
    process.until("hmr_daemon.errors()", ())


def test_an_error_there_takes_the_edit_back(live: LiveFactory) -> None:
    process = live({"m.py": "import signal\nvalue = 1\nsignal.signal(signal.SIGINT, print)\n"})
    process.load("import m, hmr_daemon")
    process.edit({"m.py": "import signal\nvalue = 2\nsignal.signal(signal.SIGINT, print)\nsignal.signal(1000, repr)\n"})
    process.until("'out of range' in str(hmr_daemon.errors())", True)
    assert process.see("m.value") == 1
    process.edit({"m.py": ("1000", "signal.SIGTERM")})
    process.until("(m.value, m.signal.getsignal(15))", "(2, <built-in function repr>)")


def test_what_is_only_used_there_asks_no_other_thread(live: LiveFactory) -> None:
    process = live({"m.py": "import decimal\nrate = decimal.Decimal(1) / 3\nvalue = 1\n"})
    process.load("import m, hmr_daemon.daemon")
    process.edit({"m.py": ("1) / 3", "2) / 3")})
    process.until("str(m.rate)[:4]", "0.66")
    assert process.see("hmr_daemon.daemon.current().main.calls") == 0


def test_who_waits_for_the_edit_has_it_all(live: LiveFactory) -> None:
    source = "import contextvars\nuser = contextvars.ContextVar('user')\nuser.set('ann')\n"
    process = live({"m.py": source, "n.py": "import signal\nsignal.signal(signal.SIGINT, print)\n"})
    process.load("import hmr_daemon, pathlib, signal, m, n")
    process.do(
        """
        path = pathlib.Path(m.__file__); path.write_text(path.read_text().replace("ann", "bob"))
        path = pathlib.Path(n.__file__); path.write_text(path.read_text().replace("print", "repr"))
        result = hmr_daemon.sync(), m.user.get(), signal.getsignal(signal.SIGINT) is repr
        """
    )
    assert process.see("result") == (True, "bob", True)


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_an_interrupt_meanwhile_is_the_programs(live: LiveFactory) -> None:
    source = "import signal, os\nsignal.signal(signal.SIGUSR1, print)\n"
    process = live({"m.py": source})
    process.load("import m, time, signal")
    process.edit({"m.py": source.replace("print", "repr") + "os.kill(os.getpid(), signal.SIGINT)\n"})
    process.do(
        """
        try:
            end = time.monotonic() + 10
            while time.monotonic() < end:
                time.sleep(0.001)
        except KeyboardInterrupt:
            end = None
        """
    )
    assert process.see("end") is None
    process.edit({"m.py": source.replace("print", "len")})
    process.until("signal.getsignal(signal.SIGUSR1) is len", True)


def test_a_program_may_end_while_an_edit_waits_for_it(live: LiveFactory) -> None:
    process = live({"m.py": "import signal\nsignal.signal(signal.SIGINT, print)\n"})
    process.load("import m")
    process.edit({"m.py": ("print", "repr")})
    assert not process.wait_reload().ok
    began = time.monotonic()
    assert process.close() == ""
    assert time.monotonic() - began < 5
    assert process.process.returncode == 0
