"""What a bad save does: the old code keeps running, it is reported once, and the next good save lands."""

from __future__ import annotations

import os
import py_compile
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Files, Live, LiveError, Reload

GOOD = "x = 1\ndef f():\n    return 1\n"
USER = "from a import x, f\nresult = x + f()\nkept = []\n"
BETTER = "x = 2\ndef f():\n    return 2\n"
STATE = "(a.x, a.f(), b.x, b.f(), b.result)"
LOG = "import logging, sys; logging.basicConfig(stream=sys.stderr, format='LOG %(name)s %(levelname)s %(message)s')"


def start(live: LiveFactory, files: Files | None = None) -> Live:
    """A process that has imported `b`, which uses `a`, and that prints the log."""
    process = live({"a.py": GOOD, "b.py": USER} | dict(files or {}))
    process.do(LOG)
    process.load("import a, b\nheld = b.kept")
    return process


def failure(process: Live, files: Files) -> Reload:
    process.edit(files, atomic=True)
    event = process.wait_reload()
    assert not event.ok
    assert event.error is not None
    assert "hmr_daemon" not in event.error, "a frame of ours is in the user's traceback"
    return event


def success(process: Live, files: Files) -> Reload:
    process.edit(files, atomic=True)
    event = process.wait_reload()
    assert event.ok, event.error
    return event


def errors_logged(process: Live) -> int:
    return process.output().count("LOG hmr_daemon ERROR")


# --- sources that cannot be read or compiled -----------------------------------------------------------------

UNREADABLE: dict[str, tuple[str | bytes, str, int | None]] = {
    "syntax error": ("x = 2\ndef f(:\n    return 2\n", "SyntaxError", 2),
    "unclosed bracket": ("x = 2\nxs = [1,\n", "SyntaxError", 2),
    "indentation": ("x = 2\ndef f():\nreturn 2\n", "IndentationError", 3),
    "tabs and spaces": ("x = 2\nif x:\n        y = 1\n\ty = 2\n", "TabError", 4),
    "compiler error": ("x = 2\nreturn x\n", "SyntaxError", 2),
    "compiler error in a function": ("x = 2\ndef f():\n    nonlocal y\n", "SyntaxError", 3),
    "late future import": ("x = 2\nfrom __future__ import annotations\n", "SyntaxError", 2),
    "null bytes": (b"x = 2\x00\n", "SyntaxError", None),
    "binary junk": (bytes(range(256)) * 8, "SyntaxError", None),
    "undecodable": (b"x = 2\ny = '\xff\xfe'\n", "SyntaxError", None),
    "unknown encoding": (b"# coding: no-such-codec\nx = 2\n", "SyntaxError", None),
    "utf-16": ("x = 2\n".encode("utf-16"), "SyntaxError", None),
    "a merge conflict": ("<<<<<<< HEAD\nx = 2\n=======\nx = 3\n>>>>>>> other\n", "SyntaxError", 1),
    "too deep": ("x = " + "(" * 1000 + ")" * 1000 + "\n", "", None),
    "a huge number": ("x = " + "9" * 10_000 + "\n", "SyntaxError", 1),
}


@pytest.mark.parametrize(("content", "error", "line"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_source_that_does_not_compile(live: LiveFactory, content: str | bytes, error: str, line: int | None) -> None:
    process = start(live)
    event = failure(process, {"a.py": content})
    assert event.error is not None
    assert error in event.error
    assert "a.py" in event.error
    assert line is None or f"line {line}" in event.error
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    process.no_reload()
    assert errors_logged(process) == 1
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)
    assert process.see("b.kept is held")


def test_all_sources_of_a_batch_must_compile(live: LiveFactory) -> None:
    process = start(live)
    failure(process, {"a.py": BETTER, "b.py": USER + "def g(:\n"})
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    success(process, {"b.py": USER + "def g(): return 3\n"})
    assert process.see("(a.x, a.f(), b.x, b.f(), b.result, b.g())") == (2, 2, 2, 2, 4, 3)


# --- statements that raise -----------------------------------------------------------------------------------

RAISING = {
    "an error": ("1 / 0", "ZeroDivisionError"),
    "an exit": ("import sys; sys.exit(3)", "SystemExit"),
    "an interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "a generator's exit": ("raise GeneratorExit", "GeneratorExit"),
    "an exception group": ("raise ExceptionGroup('several', [ValueError(1), KeyError(2)])", "ExceptionGroup"),
    "an error that cannot be printed": (
        "class Bad(Exception):\n    def __str__(self): raise ValueError\nraise Bad",
        "Bad",
    ),
    "endless recursion": ("def loop(): return loop()\nloop()", "RecursionError"),
    "a missing name": ("y = no_such_name", "NameError"),
    "a missing module": ("import no_such_module", "ModuleNotFoundError"),
    "a missing name in a module": ("from b import no_such_name", "ImportError"),
    "a failing assertion": ("assert x == 1, 'x must be one'", "x must be one"),
    "an error of its own import": ("import broken", "LookupError"),
}


@pytest.mark.parametrize(("code", "error"), RAISING.values(), ids=RAISING.keys())
def test_a_module_that_raises_half_way(live: LiveFactory, code: str, error: str) -> None:
    process = start(live, {"broken.py": "raise LookupError('broken')\n"})
    event = failure(process, {"a.py": BETTER + code + "\nlast = 1\n"})
    assert event.error is not None
    assert error in event.error
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    assert not process.see("hasattr(a, 'last')")
    assert errors_logged(process) == 1
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_the_traceback_is_what_an_import_would_show(live: LiveFactory) -> None:
    process = start(live)
    event = failure(process, {"a.py": "x = 2\ndef f():\n    return 1 / 0\nf()\n"})
    assert event.error is not None
    lines = [line.strip() for line in event.error.splitlines() if not set(line.strip()) <= set("~^")]
    path = process.root / "a.py"
    assert lines == [
        "Traceback (most recent call last):",
        f'File "{path}", line 4, in <module>',
        "f()",
        f'File "{path}", line 3, in f',
        "return 1 / 0",
        "ZeroDivisionError: division by zero",
    ]


def test_what_a_failing_edit_patched_is_undone(live: LiveFactory) -> None:
    before = """
        import functools
        class C:
            kind = "old"
            def m(self): return "old"
            def gone(self): return "gone"
            @property
            def p(self): return "old"
        @functools.cache
        def cached(): return "old"
        def defaults(n=1, *, k=1):
            "old"
            return n + k
        registry = {"one": 1}
    """
    process = live({"m.py": before})
    process.load(
        "import m\nc = m.C()\nheld = m.C, m.defaults, m.cached, m.registry, m.C.m\nm.cached()\nm.registry['own'] = 2"
    )
    after = before.replace("old", "new").replace("gone", "added").replace("=1", "=2") + "\n        1 / 0\n"
    failure(process, {"m.py": after})
    seen = """(
        c.kind, c.m(), c.p, c.gone(), hasattr(c, 'added'), m.cached(), m.defaults(), m.defaults.__doc__, m.registry,
        held == (m.C, m.defaults, m.cached, m.registry, m.C.m), type(c) is m.C,
    )"""
    assert process.see(seen) == (
        "old", "old", "old", "gone", False, "old", 2, "old", {"one": 1, "own": 2}, True, True,
    )  # fmt: skip
    success(process, {"m.py": ("\n1 / 0", "\npass")})
    assert process.see("(c.kind, c.m(), c.p, c.added(), m.cached(), m.defaults(), m.defaults.__doc__)") == (
        "new", "new", "new", "added", "new", 4, "new",
    )  # fmt: skip


def test_many_failures_and_one_fix(live: LiveFactory) -> None:
    process = start(live)
    for number in range(5):
        failure(process, {"a.py": f"x = {number + 10}\n1 / 0\n"})
        assert process.see(STATE) == (1, 1, 1, 1, 2)
    assert errors_logged(process) == 5
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_going_back_to_the_live_source_is_a_fix(live: LiveFactory) -> None:
    process = start(live)
    failure(process, {"a.py": "x = \n"})
    process.edit({"a.py": GOOD})
    success(process, {"b.py": USER + "z = 1\n"})
    assert process.see(STATE) == (1, 1, 1, 1, 2)


# --- a failed edit stays pending -----------------------------------------------------------------------------


def test_saving_the_failing_dependent_tries_again(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "b.py": "from a import x\ny = 10 // (2 - x)\n"})
    process.load("import a, b")
    event = failure(process, {"a.py": "x = 2\n"})
    assert event.error is not None
    assert 'b.py", line 2' in event.error
    success(process, {"b.py": ("(2 - x)", "(3 - x)")})
    assert process.see("(a.x, b.x, b.y)") == (2, 2, 10)


def test_a_missing_module_s_file_tries_again(live: LiveFactory) -> None:
    process = start(live)
    failure(process, {"a.py": BETTER + "import late\ny = late.y\n"})
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    success(process, {"late.py": "y = 5\n"})
    assert process.see("(a.y, *" + STATE + ")") == (5, 2, 2, 2, 2, 4)


def test_a_missing_submodule_tries_again(live: LiveFactory) -> None:
    process = live({"p/__init__.py": "", "p/m.py": "x = 1\n"})
    process.load("import p.m")
    failure(process, {"p/m.py": "from p.late import y\nx = y\n"})
    success(process, {"p/late.py": "y = 5\n"})
    assert process.see("p.m.x") == 5


def test_a_missing_name_of_another_module_tries_again(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "b.py": "z = 1\n"})
    process.load("import a, b")
    failure(process, {"a.py": "from b import y\nx = y\n"})
    success(process, {"b.py": "z = 1\ny = 5\n"})
    assert process.see("(a.x, a.y)") == (5, 5)


def test_a_broken_module_that_is_imported_anew_tries_again(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "broken.py": "y = 1 / 0\n"})
    process.load("import a")
    failure(process, {"a.py": "from broken import y\nx = y\n"})
    success(process, {"broken.py": "y = 5\n"})
    assert process.see("a.x") == 5


def test_an_unrelated_save_is_not_held_up(live: LiveFactory) -> None:
    process = start(live, {"other.py": "o = 1\n"})
    process.load("import other")
    failure(process, {"a.py": "x = 2\n1 / 0\n"})
    success(process, {"other.py": "o = 2\n"})
    assert process.see("(other.o, *" + STATE + ")") == (2, 1, 1, 1, 1, 2)


def test_a_first_import_that_fails_is_the_program_s_own_affair(live: LiveFactory) -> None:
    process = live({"m.py": "x = 1 / 0\n"})
    with pytest.raises(LiveError, match="ZeroDivisionError"):
        process.do("import m")
    process.edit({"m.py": "x = 5\n"})
    process.do("import m")
    assert process.see("m.x") == 5


# --- files that come and go ----------------------------------------------------------------------------------


def test_an_empty_file_on_the_way(live: LiveFactory) -> None:
    process = start(live)
    process.edit({"a.py": ""})
    process.until("b.result", 2)
    process.edit({"a.py": BETTER})
    process.until(STATE, (2, 2, 2, 2, 4))


def test_an_emptied_file_is_one_with_what_is_saved_with_it(live: LiveFactory) -> None:
    """What it held is in the other file now."""
    text = "class C:\n    def f(self): return 1\n"
    process = live({"a.py": text, "b.py": "", "user.py": "from a import C\nc = C()\n"})
    process.load("import user, b; c = user.c")
    process.edit({"a.py": "", "b.py": text.replace("1", "2"), "user.py": "from b import C\nc = C()\n"})
    process.until("(c.f(), isinstance(c, b.C), hasattr(__import__('a'), 'C'))", (2, True, False))


def test_a_deleted_file_keeps_its_module_and_is_taken_up_when_it_comes_back(live: LiveFactory) -> None:
    process = start(live)
    process.edit({"a.py": None})
    process.no_reload()
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_deleted_module_goes_once_nothing_imports_it(live: LiveFactory) -> None:
    """The word that it was called by may well stand elsewhere."""
    process = live({"p/__init__.py": "", "p/base.py": "x = 1\n", "p/m.py": "from .base import x\nbase = 'base'\n"})
    process.load("import p.m")
    process.edit({"p/base.py": None, "p/m.py": "x = 2\nbase = 'base'  # without a base\n"})
    process.until("(p.m.x, hasattr(p, 'base'), 'p.base' in __import__('sys').modules)", (2, False, False))


def test_a_deleted_submodule_that_nothing_uses_goes_from_its_package_and_comes_back(live: LiveFactory) -> None:
    """Only a prompt imported it: it stays loaded, with its state."""
    process = live({"p/__init__.py": "", "p/m.py": "x = 1\nstate = []\n"})
    process.load("import p, p.m\nm = p.m\nm.state.append(1)")
    process.edit({"p/m.py": None})
    process.until("(hasattr(p, 'm'), m.x, __import__('sys').modules['p.m'] is m)", (False, 1, True))
    process.edit({"p/m.py": "x = 1\nstate = []\n"})
    process.until("(getattr(p, 'm', None) is m, m.state)", (True, [1]))
    process.edit({"p/m.py": None})
    process.until("hasattr(p, 'm')", False)
    process.edit({"p/m.py": "x = 2\nstate = []\n"})
    process.until("(getattr(p, 'm', None) is m, m.x, m.state)", (True, 2, [1]))


def test_a_deleted_folder_keeps_its_modules_and_is_taken_up_when_it_comes_back(live: LiveFactory) -> None:
    process = live({"p/__init__.py": "", "p/q/__init__.py": "x = 1\n", "p/q/m.py": "from p.q import x\ny = x\n"})
    process.load("import p.q.m")
    shutil.rmtree(process.root / "p")
    process.no_reload()
    assert process.see("(p.q.x, p.q.m.y)") == (1, 1)
    process.edit({"p/__init__.py": "", "p/q/__init__.py": "x = 2\n", "p/q/m.py": "from p.q import x\ny = x\n"})
    process.until("(p.q.x, p.q.m.y)", (2, 2))
    process.edit({"p/q/__init__.py": "x = 3\n"})
    process.until("(p.q.x, p.q.m.y)", (3, 3))


def test_a_deleted_package_stays_while_a_module_in_it_is_used(live: LiveFactory) -> None:
    process = live({"p/__init__.py": "x = 1\n", "p/m.py": "y = 1\n", "user.py": "from p.m import y\n"})
    process.load("import p, user")
    (process.root / "p/__init__.py").unlink()
    (process.root / "p/m.py").unlink()
    process.no_reload()
    assert process.see("(p.x, user.y)") == (1, 1)
    process.edit({"p/__init__.py": "x = 2\n", "p/m.py": "y = 2\n"})
    process.until("(p.x, user.y)", (2, 2))


def test_a_file_that_is_a_folder_for_a_while(live: LiveFactory) -> None:
    process = start(live)
    (process.root / "a.py").unlink()
    (process.root / "a.py").mkdir()
    process.no_reload()
    (process.root / "a.py").rmdir()
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_file_that_cannot_be_read_for_a_while(live: LiveFactory) -> None:
    """A link to nowhere: what is not readable even to an administrator."""
    process = start(live)
    (process.root / "a.py").unlink()
    (process.root / "a.py").symlink_to("nowhere.py")
    process.no_reload()
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    (process.root / "a.py").unlink()
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_slow_save_in_several_pieces(live: LiveFactory) -> None:
    process = start(live)
    with (process.root / "a.py").open("w") as file:
        for piece in ("x = 2\ndef f(", "):\n    ret", "urn 2\n"):
            file.write(piece)
            file.flush()
            process.see("1")
    process.until(STATE, (2, 2, 2, 2, 4))
    assert errors_logged(process) == 0


def test_a_module_without_source_is_left_alone(live: LiveFactory) -> None:
    process = live({"a.py": "import compiled\nx = compiled.y\n", "compiled.py": "y = 5\n"})
    py_compile.compile(str(process.root / "compiled.py"), cfile=str(process.root / "compiled.pyc"))
    (process.root / "compiled.py").unlink()
    process.do("import a")
    process.edit({"a.py": "import compiled\nx = compiled.y + 1\n"})
    process.until("a.x", 6)
    assert process.see("a.compiled.y") == 5


def test_a_reload_writes_nothing(live: LiveFactory) -> None:
    """So a full disk is no matter."""
    process = start(live)
    before = {path: path.stat().st_mtime_ns for path in process.root.rglob("*") if path.suffix == ".pyc"}
    success(process, {"a.py": BETTER})
    after = {path: path.stat().st_mtime_ns for path in process.root.rglob("*") if path.suffix == ".pyc"}
    assert after == before
    assert sorted(path.name for path in process.root.iterdir()) == ["__pycache__", "a.py", "b.py"]


# --- values and code that misbehave --------------------------------------------------------------------------


def test_a_reload_that_takes_long_says_so(live: LiveFactory) -> None:
    process = start(live)
    wait = "import os, time\nwhile not os.path.exists('released'):\n    time.sleep(0.01)\n"
    process.edit({"a.py": BETTER + wait}, atomic=True)
    for _ in range(300):
        if "still running" in process.output():
            break
        assert process.see("a.f()") in (1, 2)  # the program goes on meanwhile
        process.no_reload(0.05)
    assert "a.py" in process.output()
    process.edit({"released": ""})
    assert process.wait_reload().ok
    assert process.see(STATE) == (2, 2, 2, 2, 4)


EQUALITIES = {
    "raises": "def __eq__(self, other): raise ValueError('no comparison')\n    __hash__ = None",
    "exits": "def __eq__(self, other): raise SystemExit(3)\n    __hash__ = None",
    "an array": "def __eq__(self, other): return Answer()\n    __hash__ = None",
    "not implemented": "def __eq__(self, other): return NotImplemented\n    __hash__ = None",
    "always": "def __eq__(self, other): return True\n    __hash__ = None",
    "never": "def __eq__(self, other): return False\n    __hash__ = None",
    "text": "def __eq__(self, other): return 'yes'\n    __hash__ = None",
}


@pytest.mark.parametrize("equality", EQUALITIES.values(), ids=EQUALITIES.keys())
def test_a_value_that_compares_strangely(live: LiveFactory, equality: str) -> None:
    files = {
        "kinds.py": f"""
class Answer:
    def __bool__(self): raise ValueError("The truth value of an array is ambiguous")
class Value:
    def __init__(self, n): self.n = n
    {equality}
""",
        "a.py": "from kinds import Value\nv = Value(1)\nvs = [Value(1)]\n",
        "b.py": "from a import v, vs\ntotal = v.n + vs[0].n\n",
    }
    process = live(files)
    process.load("import a, b")
    success(process, {"a.py": "from kinds import Value\nv = Value(10)\nvs = [Value(10)]\n"})
    assert process.see("(a.v.n, b.total)") == (10, 20)


def test_a_module_that_hides_its_attributes(live: LiveFactory) -> None:
    source = """
        x = 1
        def __getattr__(name):
            raise RuntimeError(name)
        def __dir__():
            raise RuntimeError("dir")
    """
    process = live({"a.py": source, "b.py": "import a\ny = a.x\n"})
    process.load("import b")
    success(process, {"a.py": ("x = 1", "x = 2")})
    assert process.see("(b.a.x, b.y)") == (2, 2)


def test_a_module_that_swaps_its_dictionary_entries(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\nglobals().update(y=x + 1)\nfor n in 'pq':\n    globals()[n] = n * x\n"})
    process.load("import a")
    success(process, {"a.py": ("x = 1", "x = 3")})
    assert process.see("(a.x, a.y, a.p, a.q)") == (3, 4, "ppp", "qqq")


def test_standard_streams_that_are_closed(live: LiveFactory) -> None:
    process = live({"a.py": GOOD, "b.py": USER})
    process.load("import a, b, sys\nsys.stdout.close()\nsys.stderr.close()\nsys.stdout = sys.stderr = None")
    failure(process, {"a.py": "x = \n"})
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_program_that_changes_its_folder(live: LiveFactory) -> None:
    process = start(live)
    process.do("import os\nos.mkdir('elsewhere')\nos.chdir('elsewhere')")
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_module_that_was_taken_out_of_sys_modules(live: LiveFactory) -> None:
    process = start(live)
    process.do("import sys\ndel sys.modules['a']")
    process.edit({"a.py": BETTER})
    process.do("import a")
    process.until("(a.x, a.f())", (2, 2))


def test_a_callback_that_raises(live: LiveFactory) -> None:
    process = start(live)
    process.do("import hmr_daemon\nhmr_daemon.on_reload(lambda event: 1 / 0)")
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)
    success(process, {"a.py": GOOD})
    assert "ZeroDivisionError" in process.output()


# --- files that cannot be had just now -------------------------------------------------------------------------

OBEY_PERMISSIONS = """
import ctypes, os
from hmr_daemon.daemon import current
def obey(parts):
    if os.getuid() == 0:  # an administrator reads what nobody may: without these powers (capset(2)) not
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        assert ctypes.CDLL(None, use_errno=True).capset(header, data) == 0
    parts.watcher.close()
    parts.watcher.start()
    return True
assert current().call(obey)  # they are a thread's own, and handed on to those that it starts
"""
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="capabilities and /proc are Linux's")


@linux_only
def test_a_file_that_may_not_be_read_for_a_while(live: LiveFactory) -> None:
    process = live({"a.py": GOOD, "b.py": USER})
    process.do(LOG)
    process.load("import a, b\nheld = b.kept")
    process.do(OBEY_PERMISSIONS)
    path = process.root / "a.py"
    path.chmod(0)
    event = process.wait_reload()
    assert not event.ok
    assert "PermissionError" in str(event.error)
    process.do("import hmr_daemon")
    assert process.see("(len(hmr_daemon.errors()), hmr_daemon.sync())") == (1, False)
    path.write_text(BETTER)
    path.chmod(0o644)
    assert process.wait_reload().ok
    assert process.see(STATE) == (2, 2, 2, 2, 4)
    path.chmod(0)
    assert not process.wait_reload().ok
    path.chmod(0o644)
    assert process.wait_reload().ok  # as it was before
    process.no_reload()
    assert process.see(STATE) == (2, 2, 2, 2, 4)
    assert process.see("b.kept is held")
    assert errors_logged(process) == 2


@linux_only
def test_a_folder_that_may_not_be_read_for_a_while(live: LiveFactory) -> None:
    process = live({"p/q/a.py": GOOD, "p/q/__init__.py": "", "p/__init__.py": ""})
    process.load("from p.q import a")
    process.do(OBEY_PERMISSIONS)
    for number, folder in enumerate([process.root / "p" / "q", process.root / "p"], 10):
        folder.chmod(0)
        write_unasked(process.root / "p/q/a.py", f"x = {number}\n")
        folder.chmod(0o755)
        process.until("a.x", number)


def write_unasked(path: Path, text: str) -> None:
    """As an administrator does, whom permissions do not stop; anyone else waits until they are back."""
    try:
        path.write_text(text)
    except PermissionError:
        for folder in (path.parent.parent, path.parent):
            folder.chmod(0o755)
        path.write_text(text)


@linux_only
def test_a_process_without_a_descriptor_left(live: LiveFactory) -> None:
    process = start(live)
    process.do(
        """
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        files = []
        try:
            while True: files.append(open("b.py"))
        except OSError: pass
        """
    )
    process.edit({"a.py": BETTER}, atomic=True)
    process.until("len(__import__('hmr_daemon').errors())", 1)
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    process.do("while files: files.pop().close()")
    process.until(STATE, (2, 2, 2, 2, 4))
    assert "Too many open files" in process.output()


def test_a_process_without_a_thread_left(live: LiveFactory) -> None:
    process = start(live)
    process.do(
        """
        import threading
        def refuse(*args, **kwargs): raise RuntimeError("can't start new thread")
        for name in ("_start_new_thread", "_start_joinable_thread"):
            if hasattr(threading, name): setattr(threading, name, refuse)
        """
    )
    success(process, {"a.py": BETTER})
    assert process.see(STATE) == (2, 2, 2, 2, 4)


def test_a_file_is_emptied_long_before_it_is_filled_by_the_clock(live: LiveFactory) -> None:
    """The clock of a server, or one that is set, does not decide whether a save has ended."""
    process = start(live)
    for number, stamp in enumerate([1.0, time.time() + 3600], 2):
        path = process.root / "b.py"
        source = path.read_text()
        path.write_text("")
        os.utime(path, (stamp, stamp))
        process.see("1")
        path.write_text(source + f"z = {number}\n")
        os.utime(path, (stamp, stamp))
        process.until("b.z", number)
        assert process.see("b.kept is held")


def test_a_slow_writer_does_not_cost_the_state(live: LiveFactory) -> None:
    """Half a file has half the names: taken up, it would take the others away."""
    process = start(live)
    success(process, {"a.py": GOOD + "z = 1\n"})
    with (process.root / "b.py").open("w") as file:
        for line in [*USER.splitlines(), "more = x"]:
            file.write(line + "\n")
            file.flush()
            time.sleep(0.3)
    process.until("b.more", 1)
    assert process.see("b.kept is held")


# --- how text is written ---------------------------------------------------------------------------------------

TEXT = 'import functools\nx = 1\n\ndef f(a):\n    """One\n    two."""\n    return f"{a}ä" + "\\x0c"\n\ny = x + 1\n'
WRITTEN: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: text.encode("utf-8-sig"),
    "carriage returns and newlines": lambda text: text.replace("\n", "\r\n").encode(),
    "carriage returns": lambda text: text.replace("\n", "\r").encode(),
    "mixed ends of lines": lambda text: text.replace("\n", "\r\n", 3).encode(),
    "form feeds": lambda text: text.replace("\n\n", "\n\x0c\n\x0c").encode(),
    "vertical tabs and separators in strings": lambda text: text.replace("two", "t\x0bw\x1co\u2028\x85").encode(),
    "latin-1": lambda text: ("# coding: latin-1\n" + text).encode("latin-1"),
    "utf-8 by name on the second line": lambda text: (
        "#!/usr/bin/python\n# vim: fileencoding=utf-8 :\n" + text
    ).encode(),
    "cp1252": lambda text: ("# -*- coding: cp1252 -*-\n" + text + "z = '€'\n").encode("cp1252"),
    "shift_jis": lambda text: ("# coding: shift_jis\n" + text.replace("ä", "表")).encode("shift_jis"),
    "no newline at the end": lambda text: text.rstrip("\n").encode(),
    "blank lines and blanks at the end": lambda text: (text + "\n\n   \n\t").encode(),
    "a backslash before the end of a line": lambda text: text.replace("x + 1", "x + \\\n  1").encode(),
    "tabs": lambda text: text.replace("    ", "\t").encode(),
}
FACE = "(m.x, m.y, m.f(0), m.f.__doc__, inspect.getsource(m.f), tuple(m.f.__code__.co_lines()))"


def test_every_way_in_which_a_text_can_be_written(live: LiveFactory) -> None:
    """Each is what a fresh process makes of the same bytes, and an edit of it is, too."""
    process = live({"m.py": TEXT})
    process.load("import m, inspect, linecache, types\nheld = m.f")
    process.do(
        """
        def fresh():
            linecache.checkcache()
            with open("m.py", "rb") as file: source = file.read()
            module = types.ModuleType("m")
            exec(compile(source, m.__file__, "exec"), module.__dict__)
            return module
        """
    )
    for name, written in WRITTEN.items():
        for number in (7, 8):
            process.edit({"m.py": written(TEXT.replace("x = 1", f"x = {number}"))}, atomic=True)
            event = process.wait_reload()
            assert event.ok, (name, event.error)
            expected = process.see(FACE.replace("m.", "fresh_.").replace("fresh_.x", "(fresh_ := fresh()).x", 1))
            assert process.see(FACE) == expected, name
    assert process.see("m.f is held")


# --- ways in which files change places -------------------------------------------------------------------------


def test_a_project_that_is_replaced_as_a_whole(live: LiveFactory) -> None:
    process = live({"app/src/p/__init__.py": "", "app/src/p/a.py": GOOD, "new/src/p/a.py": BETTER})
    (process.root / "new/src/p/__init__.py").touch()
    process.load("import sys; sys.path.insert(0, 'app/src')\nfrom p import a")
    (process.root / "app").rename(process.root / "old")
    (process.root / "new").rename(process.root / "app")
    process.until("(a.x, a.f())", (2, 2))
    (process.root / "app").rename(process.root / "new")
    (process.root / "old").rename(process.root / "app")
    process.until("(a.x, a.f())", (1, 1))
    process.edit({"app/src/p/a.py": GOOD.replace("1", "3")})
    process.until("(a.x, a.f())", (3, 3))


def test_a_release_that_a_link_points_to(live: LiveFactory) -> None:
    files = {"a.py": GOOD, "b.py": "from a import x, f\nresult = x + f()\nkept = []\n"}
    releases = [{f"release-{n}/{name}": text.replace("1", n) for name, text in files.items()} for n in "123"]
    process = live(releases[0] | releases[1] | releases[2])
    current = process.root / "current"
    current.symlink_to("release-1")
    process.load("import sys; sys.path.insert(0, 'current')\nimport a, b\nheld = b.kept")
    for number in (2, 3, 1, 2):
        (process.root / "next").symlink_to(f"release-{number}")
        (process.root / "next").rename(current)
        process.until("(a.x, b.x, b.result)", (number, number, 2 * number))
        assert process.see("b.kept is held")
    process.edit({"release-2/a.py": GOOD.replace("1", "9")})
    process.until("(a.x, b.x, b.result)", (9, 9, 18))


def test_a_name_in_other_letters_for_a_while(live: LiveFactory) -> None:
    process = start(live)
    (process.root / "a.py").rename(process.root / "A.py")
    process.no_reload()
    (process.root / "A.py").write_text(BETTER)
    (process.root / "A.py").rename(process.root / "a.py")
    process.until(STATE, (2, 2, 2, 2, 4))


def test_only_looking_at_files(live: LiveFactory) -> None:
    """As on a network's mount, where no event comes."""
    process = live({"a.py": GOOD, "b.py": USER}, HMR_DAEMON_POLLING="1", HMR_DAEMON_POLL_INTERVAL="0.05")
    process.load("import a, b\nheld = b.kept")
    for number in range(2, 8):
        process.edit({"a.py": GOOD.replace("1", str(number))}, atomic=number % 2 == 0)
        process.until(STATE, (number, number, number, number, 2 * number))
    os.utime(process.root / "a.py", (1, 1))
    process.edit({"a.py": GOOD})
    os.utime(process.root / "a.py", (1, 1))
    process.until(STATE, (1, 1, 1, 1, 2))
    assert process.see("b.kept is held")


# --- memory ----------------------------------------------------------------------------------------------------


def test_an_edit_for_which_memory_does_not_suffice(live: LiveFactory) -> None:
    process = start(live)
    event = failure(process, {"a.py": BETTER + "large = bytearray(1 << 62)\n"})
    assert "MemoryError" in str(event.error)
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    success(process, {"a.py": ("<< 62", "<< 2")})
    assert process.see(STATE) == (2, 2, 2, 2, 4)
    assert process.see("b.kept is held")


LAZY = """
    asked = []

    def refuse(name):
        asked.append(name)
        raise RuntimeError("not set up yet")

    class Lazy:
        __class__ = property(lambda self: refuse("__class__"))

        def __getattr__(self, name):
            refuse(name)

        def __eq__(self, other):
            refuse("__eq__")

        __hash__ = None

    unready, listed, kept = Lazy(), [Lazy()], {"it": Lazy()}
"""
USES_LAZY = """
    from lazy import Lazy, kept, listed, unready
    LIMIT = 1
    registry = [unready]
    other = Lazy()

    def register(thing):
        registry.append((thing, unready))
        return thing

    @register
    class Thing:
        held = unready

        def method(self, default=unready):
            return LIMIT

    table = {"one": unready, "two": Thing}
    registry.append(unready)
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("LIMIT = 1", "LIMIT = 2"),
        ("return LIMIT", "return LIMIT + 1"),
        ("held = unready", "held, more = unready, 2"),
        ("default=unready", "default=None, more=unready"),
        ('"one": unready', '"three": unready'),
        ("    registry.append(unready)", "    registry.insert(0, unready)"),
        ("    @register\n", "    @register\n    @register\n"),
        ("    other = Lazy()\n", ""),
        ("    other = Lazy()", "    other = [Lazy(), unready]"),
        ("    class Thing:", "    class Thing(dict):"),
    ],
)
def test_objects_that_must_not_be_asked_what_they_are(live: LiveFactory, old: str, new: str) -> None:
    process = live({"lazy.py": LAZY, "uses.py": USES_LAZY})
    process.load("import lazy, uses; thing = uses.Thing()")
    assert old in USES_LAZY
    process.edit({"uses.py": USES_LAZY.replace(old, new)})
    assert process.wait_reload().ok
    assert set(process.see("lazy.asked")) <= {"__eq__"}  # whether a value comes out equal is asked


def test_another_release_was_installed_before_the_first_save(live: LiveFactory) -> None:
    """What carries reloads out is loaded with the first save, and would not fit what was loaded before."""
    process = start(live)
    process.do("import hmr_daemon; release, hmr_daemon.__version__ = hmr_daemon.__version__, '0.0.0'")
    process.edit({"a.py": BETTER}, atomic=True)
    process.until("len(hmr_daemon.errors())", 1)
    assert process.see(STATE) == (1, 1, 1, 1, 2)
    assert "another release" in process.output()
    process.do("hmr_daemon.__version__ = release")
    process.until(STATE, (2, 2, 2, 2, 4))
    assert process.see("hmr_daemon.errors()") == ()
