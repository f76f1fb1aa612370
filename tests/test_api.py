"""The public functions, asked in a live process."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Environment, Live, write

FILES = {"m.py": "X = 1\ndef f():\n    return 'old'\n", "n.py": "from m import X\nY = X + 1\n"}


@pytest.fixture
def process(live: LiveFactory) -> Live:
    process = live(FILES, HMR_DAEMON_LOG_LEVEL="info")
    process.load("import hmr_daemon, m, n")
    return process


def test_sync_applies_what_was_saved_before_it(process: Live) -> None:
    for number in range(2, 12):
        process.edit({"m.py": f"X = {number}\n"})
        assert process.see("(hmr_daemon.sync(), m.X, n.Y)") == (True, number, number + 1)


def test_sync_right_after_the_import(live: LiveFactory) -> None:
    process = live(FILES)
    process.do("import hmr_daemon, m")
    process.edit({"m.py": "X = 2\n"})
    assert process.see("(hmr_daemon.sync(), m.X)") == (True, 2)


LATE = """
import hmr_daemon, threading
from hmr_daemon import daemon
begun, go = threading.Event(), threading.Event()
{hook}
threading.Thread(target=daemon.activate).start()
begun.wait(10)
threading.Timer(0.1, go.set).start()
print(hmr_daemon.sync())
"""
COMING_UP = """
attend = daemon.Daemon.attend
def attend_late(self):
    begun.set()
    go.wait(10)
    attend(self)
daemon.Daemon.attend = attend_late
"""
STARTING = """
start = threading.Thread.start
def start_late(self):
    if self.name == "hmr-daemon":
        begun.set()
        go.wait(10)
    start(self)
threading.Thread.start = start_late
"""


@pytest.mark.parametrize("hook", [COMING_UP, STARTING], ids=["brings the daemon up", "starts the daemon's thread"])
def test_sync_while_another_thread(environment: Environment, tmp_path: Path, hook: str) -> None:
    write(tmp_path, {"script.py": LATE.format(hook=hook)})
    assert environment.run("script.py", cwd=tmp_path).stdout == "True\n"


def test_sync_is_false_while_an_edit_fails(process: Live) -> None:
    process.edit({"m.py": "X = 1 / 0\n"})
    assert process.see("(hmr_daemon.sync(), m.X)") == (False, 1)
    assert process.see("[e.summary for e in hmr_daemon.errors()]") == ["ZeroDivisionError: division by zero"]
    assert process.see("hmr_daemon.errors()[0].line") == 1
    assert process.see("(hmr_daemon.sync(), len(hmr_daemon.errors()))") == (False, 1)
    assert process.wait_reload().error is not None
    process.no_reload()
    process.edit({"m.py": "X = 3\n"})
    assert process.see("(hmr_daemon.sync(), m.X, hmr_daemon.errors())") == (True, 3, ())


def test_retry_tries_without_a_save(process: Live) -> None:
    process.do("import builtins")
    process.edit({"m.py": "X = answer\n"})
    assert process.see("hmr_daemon.sync()") is False
    process.do("builtins.answer = 42")
    assert process.see("(hmr_daemon.retry(), m.X)") == (True, 42)


def test_paused_holds_everything_back_and_applies_it_as_one(process: Live) -> None:
    process.do("pause = hmr_daemon.paused(); pause.__enter__()")
    process.edit({"m.py": "X = 2\n"})
    assert process.see("(hmr_daemon.sync(), m.X, hmr_daemon.status().paused)") == (False, 1, True)
    process.no_reload()
    process.edit({"n.py": "from m import X\nY = X + 100\n"})
    process.do("pause.__exit__(None, None, None)")
    assert process.see("(hmr_daemon.sync(), m.X, n.Y)") == (True, 2, 102)
    assert {path.rpartition("/")[2] for path in process.wait_reload().files} == {"m.py", "n.py"}


def test_sync_within_a_callback(process: Live) -> None:
    process.do("""
        import pathlib
        seen = []
        def callback(reload):
            if len(seen) == 0:
                seen.append(m.X)
                pathlib.Path("m.py").write_text("X = 3\\n")
                seen.append((hmr_daemon.sync(), m.X))
        stop = hmr_daemon.on_reload(callback)
    """)
    process.edit({"m.py": "X = 2\n"})
    process.until("seen", [2, (True, 3)])


def test_sync_within_a_reload_does_not_wait_for_itself(process: Live) -> None:
    process.edit({"m.py": "import hmr_daemon\nX = hmr_daemon.sync()\n"})
    process.until("m.X", False)


def test_a_callback_that_raises_is_reported_with_its_place(process: Live) -> None:
    process.do("stop = hmr_daemon.on_reload(lambda reload: 1 / 0); events = []; hmr_daemon.on_reload(events.append)")
    process.edit({"m.py": "X = 2\n"})
    process.until("len(events)", 1)
    process.do("stop()")
    process.edit({"m.py": "X = 3\n"})
    process.until("len(events)", 2)
    text = "[hmr] <live>:1: the callback <lambda> raised ZeroDivisionError: division by zero"
    assert process.output().count(text) == 1


def test_status_tells_what_is_live(process: Live) -> None:
    assert process.see("hmr_daemon.status().modules") == ("m", "n")
    assert "live: 2 modules" in process.see("str(hmr_daemon.status())")
    process.edit({"m.py": "X = 1 / 0\n"})
    process.see("hmr_daemon.sync()")
    assert "m.py: ZeroDivisionError" in process.see("str(hmr_daemon.status())")


def test_status_tells_which_changed_functions_no_one_has_called(process: Live) -> None:
    if not process.see("__import__('sys').version_info >= (3, 12)"):
        pytest.skip("Python 3.11 does not tell which functions start")
    process.edit({"m.py": ("'old'", "'new'")})
    assert process.see("(hmr_daemon.sync(), hmr_daemon.status().uncalled)") == (True, ("m.f",))
    process.edit({"m.py": ("X = 1", "# moved\nX = 1")})
    assert process.see("(hmr_daemon.sync(), hmr_daemon.status().uncalled)") == (True, ("m.f",))
    assert process.see("(m.f(), hmr_daemon.status().uncalled)") == ("new", ())


def test_graph_tells_who_uses_what(process: Live) -> None:
    assert process.see("hmr_daemon.graph('n').text()") == "n\n  1 X: m.X"
    assert process.see("hmr_daemon.graph(m).mermaid()") == 'flowchart LR\n  m_X["m.X"] --> n_X["n.X"]'


def test_reload_runs_a_whole_module_again(process: Live) -> None:
    process.do("m.X = 5; module = m")
    assert process.see("(hmr_daemon.reload(m), m.X, n.Y, m is module)") == (True, 1, 2, True)
    with pytest.raises(Exception, match="ValueError: the module json is not live"):
        process.see("hmr_daemon.reload('json')")


def test_without_user_code_nothing_is_live(live: LiveFactory) -> None:
    code = "import hmr_daemon as h; print(h.sync(), h.errors(), h.graph().edges, h.status().active)"
    process = live({})
    process.do(f"import subprocess, sys; out = subprocess.check_output([sys.executable, '-c', {code!r}], text=True)")
    assert process.see("out") == "True () () False\n"
