"""What the package costs, counted in events and not in seconds, so that it fails for a reason and never by chance."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Environment, Live, write

SMALL = """
    value = 1

    class Thing:
        def method(self):
            return value

    def function():
        return value
"""
# What the interpreter tells a profiler while each work is done a hundred times.
WORKS = """
import sys, small
from small import function
thing = small.Thing()

def read():
    for _ in range(100): small.value
def call():
    for _ in range(100): function()
def call_method():
    for _ in range(100): thing.method()
def import_name():
    for _ in range(100): from small import value

def events_of(work):
    work()  # what happens once is no steady state
    found = []
    sys.setprofile(lambda frame, event, argument: found.append(event))
    try:
        work()
    finally:
        sys.setprofile(None)
    return len(found)

events = [events_of(work) for work in (read, call, call_method, import_name)]
"""
INSTRUMENTED = """
import dis
instrumented = [
    instruction.opname
    for code in (function.__code__, small.Thing.method.__code__)
    for instruction in dis.get_instructions(code, adaptive=True)
    if instruction.opname.startswith("INSTRUMENTED")
]
"""
TOOLS = "[number for number in range(6) if sys.monitoring.get_tool(number) is not None]"
SCRIPT = f"""
import sys, small
print({TOOLS}, open.__module__, type(small) is type(sys), "hmr_daemon.loading.standby" in sys.modules)
"""
THREADS = "len(__import__('threading').enumerate())"
COUNT_WATCHES = """
import os
def watches():
    found = 0
    for name in os.listdir("/proc/self/fdinfo"):
        try:
            with open(f"/proc/self/fdinfo/{name}") as file:
                found += sum(line.startswith("inotify wd") for line in file)
        except OSError:
            pass  # the listing's own descriptor
    return found
"""
COUNT_SCANS = """
import gc
scans = []
def counting(name, scan):
    def stand_in(*arguments):
        scans.append(name)
        return scan(*arguments)
    return stand_in
for name in ("get_referrers", "get_objects"):
    setattr(gc, name, counting(name, getattr(gc, name)))
"""
MANY_STARTS = """
import sys, types
from hmr_daemon.loading import monitor, recorder

asked = []
thread = monitor.get_ident
monitor.get_ident = lambda: asked.append(None) or thread()
source = "def small():\\n    return 1\\nfirst = [small() for _ in range(10_000)]\\nsecond = small()\\n"
code = compile(source, __file__, "exec")
module = types.ModuleType("many")
notes = recorder.Recorder()
load = notes.begin(module, __file__, code, None)
exec(code, module.__dict__)
notes.end(load, failed=False)
starts = sum(each.co_name == "small" for _, each in load.notes.ran)
print(starts, len(asked) < 100)
"""

# What the interpreter tells a profiler while modules are imported that others are imported by.
IMPORTS = """
import sys, time
for name in sys.argv[2:]:
    __import__(name)
events = 0
def count(frame, event, argument):
    global events
    events += 1
sys.setprofile(count)
__import__(sys.argv[1])
sys.setprofile(None)
print(events)
"""
NAMED = """
from {} import VALUE as OTHER, Thing

VALUE = OTHER + 1

class Thing(Thing):
    def method(self):
        return VALUE

def function():
    return Thing()
"""

# Code that keeps a function which a stand-in is there for while it loads, and who looks for the stand-in.
KEEPS = """
import _thread, sys, time
from hmr_daemon.loading import opening
looked, look = [], opening.StandIn.give_back
def looking(*arguments):
    looked.append(_thread.get_ident())
    look(*arguments)
opening.StandIn.give_back = looking
import keeping
print(len(looked))
deadline = time.monotonic() + 10
while not looked and time.monotonic() < deadline:
    time.sleep(0.01)
print(len(looked) > 0, _thread.get_ident() in looked)
"""

# What the interpreter tells a profiler while the daemon's thread takes up each batch of saves.
COUNT_RELOADS = """
import sys
from hmr_daemon.parts import Parts
counts, take_batch = [], Parts.take_batch
def counting(parts, paths):
    events = 0
    def count(frame, event, argument):
        nonlocal events
        events += 1
    sys.setprofile(count)
    try:
        take_batch(parts, paths)
    finally:
        sys.setprofile(None)
        counts.append(events)
Parts.take_batch = counting
"""

needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="3.12 brought monitoring")
needs_inotify = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


@pytest.fixture
def steady(live: LiveFactory) -> Live:
    """A process that has loaded, and has reloaded once."""
    process = live({"small.py": SMALL})
    process.load("import sys, small; from small import function; thing = small.Thing()")
    process.edit({"small.py": ("return value", "return value + 1")})
    assert process.wait_reload().ok
    process.do("function(); thing.method()")
    return process


def test_modules_are_plain_modules(steady: Live) -> None:
    assert steady.see("type(small) is type(sys)") is True
    assert steady.see("type(small).__getattribute__ is type(sys).__getattribute__") is True
    assert steady.see("open is __import__('_io').open") is True


def test_steady_state_has_as_many_events_as_plain_python(
    steady: Live, environment: Environment, tmp_path: Path
) -> None:
    plain = environment.run("-c", f"{WORKS}\nprint(events)", cwd=tmp_path, NO_HMR_DAEMON="1")
    steady.do(WORKS)
    assert str(steady.see("events")) == plain.stdout.strip()


@needs_monitoring
def test_no_code_is_instrumented(steady: Live) -> None:
    steady.do(INSTRUMENTED)
    assert steady.see("instrumented") == []


@needs_monitoring
def test_a_script_that_has_imported_has_no_tool_of_ours(environment: Environment, tmp_path: Path) -> None:
    write(tmp_path, {"small.py": SMALL, "script.py": SCRIPT})
    assert environment.run("script.py", cwd=tmp_path).stdout.split() == ["[]", "_io", "True", "True"]


@needs_monitoring
def test_a_function_that_starts_many_times_is_soon_not_listened_to(environment: Environment, tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(MANY_STARTS)
    assert environment.run(str(script), NO_HMR_DAEMON="1").stdout.split() == ["2", "True"]


def test_an_import_takes_few_calls_more_than_in_plain_python(environment: Environment, tmp_path: Path) -> None:
    modules = {f"m{n}.py": NAMED.format(f"m{n - 1}") for n in range(1, 101)}
    write(tmp_path, {"m0.py": "VALUE = 0\nclass Thing: pass\n", **modules, "count.py": IMPORTS})

    def events(*arguments: str, without: str) -> int:
        environment.run("count.py", *arguments, cwd=tmp_path, NO_HMR_DAEMON=without)  # writes the bytecode
        return int(environment.run("count.py", *arguments, cwd=tmp_path, NO_HMR_DAEMON=without).stdout)

    def added(*arguments: str) -> int:
        return events(*arguments, without="") - events(*arguments, without="1")

    assert (added("m100") - added("m50")) / 50 < 240
    beside = ("json", "argparse", "csv", "tokenize", "logging", "unittest")
    # What else is loaded is not looked at; some calls more where the daemon is up by then, on a busy machine.
    assert added("m0", *beside) - added("m0") < 100


def test_what_code_keeps_of_a_stand_in_is_not_looked_for_where_it_is_imported(
    environment: Environment, tmp_path: Path
) -> None:
    write(tmp_path, {"keeping.py": "class C:\n    opener = staticmethod(open)\n", "script.py": KEEPS})
    assert environment.run("script.py", cwd=tmp_path).stdout.split() == ["0", "True", "False"]


def test_a_process_without_user_code_holds_the_startup_module_only(environment: Environment, tmp_path: Path) -> None:
    look = "import sys; print(*sorted(n for n in sys.modules if 'hmr' in n or n == 'threading'))"
    assert environment.run("-c", look, cwd=tmp_path).stdout.split() == ["hmr_daemon_startup"]


def test_threads_do_not_grow_with_the_packages(live: LiveFactory) -> None:
    packages = [f"package{number}" for number in range(12)]
    process = live({f"{package}/__init__.py": "" for package in packages})
    process.load(f"import sys, {', '.join(packages)}")
    assert process.see(THREADS) <= 4


@needs_inotify
def test_watching_loads_no_more_than_it_needs(live: LiveFactory) -> None:
    """What importing watchdog brings along would be walked at the end of each process."""
    process = live({"small.py": SMALL})
    process.load("import sys, small")
    process.edit({"small.py": ("return value", "return value + 1")})
    assert process.wait_reload().ok
    unneeded = {"watchdog", "ctypes.util", "tempfile", "shutil", "random", "pathlib", "subprocess"}
    unneeded -= _loaded_by("logging")  # from 3.15 on that brings pathlib
    assert process.see(f"sorted({unneeded} & sys.modules.keys())") == []


def _loaded_by(module: str) -> set[str]:
    """What importing a module loads in a plain Python."""
    command = [sys.executable, "-I", "-c", f"import sys, {module}; print(*sys.modules)"]
    environ = os.environ | {"NO_HMR_DAEMON": "1"}
    return set(subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.split())


@needs_inotify
def test_no_more_watches_than_folders_of_imported_packages(live: LiveFactory) -> None:
    files = {f"package/part{number}/__init__.py": "" for number in range(10)}
    process = live(files | {"package/__init__.py": "", "other/__init__.py": "", "data/many/a.txt": ""})
    process.load("import sys, " + ", ".join(f"package.part{number}" for number in range(10)))
    process.do(COUNT_WATCHES)
    folders = 1 + 10  # the package's, its parts'
    above = [each for each in (process.root, *process.root.parents) if not each.is_mount()]  # these tell of moves only
    process.until(f"watches() >= {folders + len(above)}", True)
    assert process.see("watches()") == folders + len(above)


@needs_inotify
def test_a_large_tree_that_is_walked_through_is_not_watched(live: LiveFactory) -> None:
    walks = "import os\nnames = [name for _, folders, _ in os.walk('tree') for name in folders]\n"
    process = live({"walks.py": walks} | {f"tree/f{number}/file.txt": "" for number in range(300)})
    process.load("import walks")
    process.do(COUNT_WATCHES)
    process.until("watches() > 50", True)
    assert (process.see("len(walks.names)"), process.see("watches() < 80")) == (300, True)


def test_one_function_is_renewed_without_looking_through_the_heap(live: LiveFactory) -> None:
    process = live({"small.py": SMALL})
    process.load("import small")
    process.do(COUNT_SCANS)
    process.edit({"small.py": ("():\n    return value", "():\n    return value + 1")})
    process.until("small.function()", 2)
    assert process.see("scans") == []


def test_the_heap_is_not_looked_through_for_each_member_of_an_enum(live: LiveFactory) -> None:
    source = "import enum\nclass Keys(str, enum.Enum):\n" + "".join(f"    M{n} = 'm{n}'\n" for n in range(40))
    process = live({"keys.py": source})
    process.load("import keys")
    process.do(COUNT_SCANS)
    process.edit({"keys.py": ("M39 = 'm39'\n", "M39 = 'm39'\n    More = 'more'\n")})
    process.until("len(keys.Keys)", 41)
    assert process.see("len(scans)") < 10


def test_the_heap_is_not_looked_through_for_each_class_that_is_made_again(live: LiveFactory) -> None:
    meta = "class Meta(type):\n    def __new__(mcs, name, bases, namespace):\n"
    meta += "        return super().__new__(mcs, name, bases, {**namespace, 'tag': 'a' + name})\n"
    base = f"{meta}class Base(metaclass=Meta): pass\n"
    body = "    def __init__(self) -> None:\n        super().__init__()\n"
    subclasses = "".join(f"class C{number}(Base):\n{body}" for number in range(30))
    process = live({"base.py": base, "classes.py": f"from base import Base\n{subclasses}"})
    process.load("import classes")
    process.do(COUNT_SCANS)
    process.edit({"base.py": ("'a'", "'b'")})
    process.until("classes.C29.tag", "bC29")
    assert process.see("len(scans)") < 10


def test_an_import_that_runs_again_takes_few_calls(live: LiveFactory) -> None:
    def events(importers: int) -> int:
        users = {f"user{number}.py": "from data import LIMIT\n" for number in range(importers)}
        process = live({"data.py": "LIMIT = 0\n", **users})
        process.load("import " + ", ".join(f"user{number}" for number in range(importers)))
        process.do(COUNT_RELOADS)
        for limit in ("1", "2"):  # the first takes the modules apart
            process.edit({"data.py": f"LIMIT = {limit}\n"})
            process.until("len(counts)", int(limit))
        assert process.see(f"user{importers - 1}.LIMIT") == 2
        return int(process.see("counts[-1]"))

    assert (events(60) - events(10)) / 50 < 450


def test_what_classes_have_of_their_bases_is_looked_at_once(live: LiveFactory) -> None:
    def events(subclasses: int) -> int:
        base = "class Base:\n" + "".join(f"    k{number} = staticmethod(len)\n" for number in range(200))
        subs = "".join(f"class C{number}(Base): pass\n" for number in range(subclasses))
        every = ", ".join(f"C{number}" for number in range(subclasses))
        count = f"LIMIT = 0\ndef count(*classes): return len(classes) + LIMIT\nfound = count({every})\n"
        process = live({"many.py": base + subs + count})
        process.load("import many")
        process.do(COUNT_RELOADS)
        for limit in (1, 2):  # the first takes the module apart
            process.edit({"many.py": (f"LIMIT = {limit - 1}", f"LIMIT = {limit}")})
            process.until("len(counts)", limit)
        assert process.see("many.found") == subclasses + 2
        return int(process.see("counts[-1]"))

    assert (events(60) - events(10)) / 50 < 1_500


def test_who_does_something_to_an_object_that_many_modules_name_is_looked_for_once(live: LiveFactory) -> None:
    kinds = (
        "class Kind:\n    def __init__(self, name): self.name, self.parts = name, set()\n"
        "    def part(self, name):\n        self.parts.add(name)\n        return Kind(name)\nroot = Kind('root')\n"
    )
    kinds += "".join(f"k{n} = root.part('k{n}')\nk{n}.part('one')\n" for n in range(10))
    meta = (
        "class Meta(type):\n    def __new__(mcs, name, bases, members):\n"
        "        return super().__new__(mcs, name, bases, {**members, 'tag': 'a' + name})\n"
    )
    names = ", ".join(f"k{n}" for n in range(10))

    def events(users: int) -> int:
        user = f"from kinds import {names}\nfrom base import Base\nclass K(Base):\n    colors = [{names}]\n"
        user += "    most = max(len(each.parts) for each in colors)\n"
        base = f"{meta}class Base(metaclass=Meta): pass\n"
        process = live({"kinds.py": kinds, "base.py": base, **{f"user{n}.py": user for n in range(users)}})
        process.load("import " + ", ".join(f"user{n}" for n in range(users)))
        process.do(COUNT_RELOADS)
        for number, (old, new) in enumerate((("a", "b"), ("b", "c")), 1):  # the first takes the modules apart
            process.edit({"base.py": (f"'{old}'", f"'{new}'")})
            process.until("len(counts)", number)
        assert process.see(f"(user{users - 1}.K.tag, user0.K.most)") == ("cK", 1)
        return int(process.see("counts[-1]"))

    assert (events(40) - events(10)) / 30 < 400_000


def test_code_that_nothing_has_run_is_not_looked_into_for_what_it_registers(live: LiveFactory) -> None:
    def events(functions: int) -> int:
        source = (
            "class Kept:\n    def __init__(self): self.parts = {}\n    def add(self, part): self.parts[part] = part\n"
        )
        source += "".join(f"def late{n}(kept, part{n}):\n    kept.parts[part{n}] = {n}\n" for n in range(functions))
        source += "LIMIT = 0\nkept = Kept()\nkept.add('a')\nfound = [*kept.parts, LIMIT]\n"
        process = live({"many.py": source})
        process.load("import many")
        process.do(COUNT_RELOADS)
        for limit in (1, 2):  # the first takes the module apart
            process.edit({"many.py": (f"LIMIT = {limit - 1}", f"LIMIT = {limit}")})
            process.until("len(counts)", limit)
        assert process.see("many.found") == ["a", 2]
        return int(process.see("counts[-1]"))

    assert (events(60) - events(10)) / 50 < 250


def test_a_large_module_is_taken_apart_before_its_first_edit(live: LiveFactory) -> None:
    functions = "".join(
        f"def function_{number}(first, second={number}):\n    return first\n\n" for number in range(800)
    )
    process = live({"small.py": SMALL, "large.py": functions})
    process.load("import small, large")
    process.until("__import__('hmr_daemon.daemon').daemon.current()._parts.graph.modules['large'].nodes is None", False)
    assert process.see("__import__('hmr_daemon.daemon').daemon.current()._parts.graph.modules['small'].nodes is None")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="runs are guessed, which takes long: only what an edit reaches")
def test_what_the_next_edit_may_reach_is_taken_apart_once_something_was_saved(live: LiveFactory) -> None:
    process = live({"one.py": "X = 1\n", "other.py": "Y = 1\n", "empty.py": ""})
    process.do("import one, other, empty")
    process.edit({"one.py": "X = 2\n"})
    process.until("one.X", 2)
    process.until("__import__('hmr_daemon.daemon').daemon.current()._parts.graph.modules['other'].nodes is None", False)
    process.edit({"other.py": "Y = 2\n"})
    process.until("other.Y", 2)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="runs are guessed, which takes long: all that may have run code")
def test_an_edit_takes_no_module_apart_that_only_ran_what_moved_or_is_in_a_cycle_with_it(live: LiveFactory) -> None:
    core = "import others.first\n\ndef double(x):\n    return 2 * x\n"
    other = "from core import double\nimport others.{}\nX = double(1)\n"
    files = {"core.py": core, "others/__init__.py": "import core\n", "main.py": "import core, others.last\n"}
    names = [*(f"n{number}" for number in range(20)), "last"]
    files["others/first.py"] = "def late():\n    from core import double\n    return double\n"
    process = live(files | {f"others/{n}.py": other.format(m) for n, m in zip(names, [*names[1:], "n0"], strict=True)})
    process.load("import core, others, main")
    process.do(
        "taken = []\n"
        "def take(event):\n"
        "    graph = __import__('hmr_daemon.daemon').daemon.current()._parts.graph\n"
        "    taken.append(sorted(name for name, record in graph.modules.items() if record.nodes is not None))\n"
        "__import__('hmr_daemon').on_reload(take)"
    )
    process.edit({"core.py": core.replace("\n\n", "\nimport json\n\nNEW = 1\n\n", 1)})
    process.until("core.NEW", 1)
    process.until("taken", [["core"]])
    assert process.see("core.double.__code__.co_firstlineno") == 6
    process.edit({"core.py": core.replace("2 * x", "3 * x")})
    process.until("[vars(others)[n].X for n in ('n0', 'last')]", [3, 3])


def test_inner_functions_hold_no_annotations_and_those_for_users_do(live: LiveFactory) -> None:
    process = live({"m.py": "value = 1\n"})
    process.load("import m, sys, hmr_daemon")
    assert process.see("sys.modules['hmr_daemon.planning.graph'].Graph.analyze.__annotations__") == {}
    assert process.see("hmr_daemon.on_reload.__annotations__") != {}
    assert process.see("len(hmr_daemon.Reload.__annotations__)") > 5


def test_a_process_that_is_never_edited_does_not_load_what_carries_reloads_out(live: LiveFactory) -> None:
    process = live({"m.py": "value = 1\n"})
    process.load("import m, sys, hmr_daemon")
    process.see("hmr_daemon.sync(), hmr_daemon.status(), hmr_daemon.errors(), hmr_daemon.graph()")
    loaded = "any(name.startswith('hmr_daemon.reloading.') for name in sys.modules)"
    assert process.see(loaded) is False
    process.edit({"m.py": "value = 2\n"})
    process.until("m.value", 2)
    assert process.see(loaded) is True
