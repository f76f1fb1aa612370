"""Exactly which statements run after an edit, and in which order."""

from __future__ import annotations

import sys

import pytest

from conftest import LiveFactory
from live import Files, Live, Reload

SEES_CALLS = sys.version_info >= (3, 12)
"""Whether the interpreter tells which functions a statement called; else it is guessed from the names it mentions."""


def reload_of(process: Live, files: Files) -> Reload:
    """Make the edit, and return the one reload that it leads to."""
    process.edit(files, atomic=True)
    return process.wait_reload()


def ran(process: Live, files: Files) -> list[str]:
    """What a reload that landed ran, in order."""
    event = reload_of(process, files)
    assert event.ok, event.error
    return list(event.ran)


# --- the shapes of a program ---------------------------------------------------------------------------------


def test_a_chain(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\nunused = 0\n",
            "b.py": "import a\ny = a.x + 1\nother = []\n",
            "c.py": "from b import y\nz = y + 1\n",
            "d.py": "import c\nw = c.z + 1\n",
        }
    )
    process.load("import d")
    assert ran(process, {"a.py": "x = 10\nunused = 0\n"}) == ["a:1 x", "b:2 y", "c:1 y", "c:2 z", "d:2 w"]
    assert process.see("d.w") == 13


def test_a_chain_breaks_off_where_a_value_comes_out_equal(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\n",
            "b.py": "import a\npositive = a.x > 0\nnames = ['p'] * positive\n",
            "c.py": "from b import positive\ntext = str(positive)\n",
        }
    )
    process.load("import b, c\nheld = b.names")
    assert ran(process, {"a.py": "x = 2\n"}) == ["a:1 x", "b:2 positive"]
    assert ran(process, {"a.py": "x = -2\n"}) == ["a:1 x", "b:2 positive", "b:3 names", "c:1 positive", "c:2 text"]
    assert process.see("(c.text, b.names)") == ("False", [])


def test_an_equal_value_keeps_the_old_object(live: LiveFactory) -> None:
    process = live({"a.py": "numbers = [1, 2]\nsame = numbers\n", "b.py": "from a import numbers\n"})
    process.load("import a, b\nheld = a.numbers")
    assert ran(process, {"a.py": "numbers = [1] + [2]\nsame = numbers\n"}) == ["a:1 numbers"]
    assert process.see("a.numbers is held and b.numbers is held and a.same is held")


def test_a_diamond_runs_its_foot_once(live: LiveFactory) -> None:
    process = live(
        {
            "top.py": "x = 1\n",
            "left.py": "from top import x\nleft = x * 2\n",
            "right.py": "from top import x\nright = x * 3\n",
            "foot.py": "import left, right\nruns = globals().get('runs', [])\ntotal = left.left + right.right\n",
        }
    )
    process.load("import foot")
    assert ran(process, {"top.py": "x = 10\n"}) == [
        "top:1 x",
        "left:1 x",
        "left:2 left",
        "right:1 x",
        "right:2 right",
        "foot:3 total",
    ]
    assert process.see("foot.total") == 50


def test_a_cycle(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\nimport b\ny = b.z + 1\n",
            "b.py": "import a\nz = a.x + 1\ndef late():\n    return a.y\n",
        }
    )
    process.load("import a, b")
    assert ran(process, {"a.py": ("x = 1", "x = 10")}) == ["a:1 x", "b:2 z", "a:3 y"]
    assert process.see("(a.y, b.late())") == (12, 12)


def test_a_cycle_of_from_imports(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\nfrom b import z\ny = z + 1\n",
            "b.py": "from a import x\nz = x + 1\n",
        }
    )
    process.load("import a")
    assert ran(process, {"a.py": ("x = 1", "x = 10")}) == ["a:1 x", "b:1 x", "b:2 z", "a:2 z", "a:3 y"]
    assert process.see("a.y") == 12


def test_a_star_import(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\ny = 2\n_hidden = 3\n",
            "b.py": "from a import *\nz = x + 1\nstill = y\n",
        }
    )
    process.load("import b")
    assert ran(process, {"a.py": ("x = 1", "x = 10")}) == ["a:1 x", "b:1 from a import *", "b:2 z"]
    assert process.see("b.z") == 11
    assert ran(process, {"a.py": ("_hidden = 3", "_hidden = 4")}) == ["a:3 _hidden"]
    assert ran(process, {"a.py": ("y = 2", "y = 2\nnew = 5")}) == ["a:3 new", "b:1 from a import *"]
    assert process.see("b.new") == 5


def test_a_re_export(live: LiveFactory) -> None:
    process = live(
        {
            "package/__init__.py": "from package._impl import value, other\n",
            "package/_impl.py": "value = 1\nother = 2\n",
            "user.py": "from package import value\ndoubled = value * 2\n",
            "bystander.py": "from package import other\nheld = [other]\n",
        }
    )
    process.load("import user, bystander\nheld = bystander.held")
    assert ran(process, {"package/_impl.py": ("value = 1", "value = 10")}) == [
        "package._impl:1 value",
        "package:1 value, other",
        "user:1 value",
        "user:2 doubled",
    ]
    assert process.see("(user.doubled, bystander.held is held)") == (20, True)


def test_a_group_runs_as_a_whole(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": """\
                xs = []
                xs.append(1)
                other = []
                xs.append(2)
                total = sum(xs)
            """,
            "b.py": "from a import xs\nlast = xs[-1]\n",
        }
    )
    process.load("import a, b\nheld = a.other")
    assert ran(process, {"a.py": ("xs.append(2)", "xs.append(20)")}) == [
        "a:1 xs",
        "a:2 xs.append(1)",
        "a:4 xs.append(20)",
        "a:5 total",
        "b:1 xs",
        "b:2 last",
    ]
    assert process.see("(a.xs, b.xs, b.last, a.other is held)") == ([1, 20], [1, 20], 20, True)


def test_a_group_keeps_its_object_where_it_comes_out_equal(live: LiveFactory) -> None:
    process = live({"a.py": "xs = []\nxs.append(1)\ntotal = sum(xs)\n"})
    process.load("import a\nheld = a.xs")
    assert ran(process, {"a.py": ("append(1)", "append(2 - 1)")}) == ["a:1 xs", "a:2 xs.append(2 - 1)"]
    assert process.see("(a.xs, a.xs is held)") == ([1], True)


def test_a_group_over_modules(live: LiveFactory) -> None:
    process = live(
        {
            "registry.py": "entries = {}\n",
            "one.py": "from registry import entries\nentries['one'] = 1\n",
            "two.py": "from registry import entries\nentries['two'] = 2\n",
            "user.py": "import one, two\nfrom registry import entries\ncount = sum(entries.values())\n",
        }
    )
    process.load("import user")
    event = reload_of(process, {"one.py": ("= 1", "= 10")})
    assert event.ok, event.error
    assert process.see("(user.entries, user.count)") == ({"one": 10, "two": 2}, 12)
    assert len(event.ran) == len(set(event.ran))


REGISTRIES = {
    "function": (
        "items = []\ndef reg(f):\n    items.append(f)\n    return f\n",
        "@reg\ndef {0}(): return 1\n",
    ),
    "factory": (
        "items = {{}}\ndef on(n):\n    def reg(f):\n        items[n] = f\n        return f\n    return reg\n",
        "@on('{0}')\ndef {0}(): return 1\n",
    ),
    "base": (
        "items = []\nclass Base:\n    def __init_subclass__(cls, **k): items.append(cls)\n",
        "class {0}(Base): pass\n",
    ),
    "object": (
        "class App:\n    def __init__(self): self.items = []\n    def on(self, f): self.items.append(f); return f\n"
        "app = App()\nitems = app.items\n",
        "@app.on\ndef {0}(): return 1\n",
    ),
}


@pytest.mark.parametrize("kind", REGISTRIES)
def test_who_registers_runs_alone(live: LiveFactory, kind: str) -> None:
    """Others that register, and what was registered at run time, are left alone; who looks at the registry is told."""
    head, entry = (text.replace("{{}}", "{}") for text in REGISTRIES[kind])
    one, two, three = (entry.replace("{0}", name) for name in ("one", "two", "three"))
    tail = "count = len(items)\nother = object()\n"
    process = live({"a.py": head + one + two + tail})
    process.load("import a\nheld = a.items, a.other\n")
    process.do("a.items.update(late=1)" if kind == "factory" else "a.items.append('late')")
    third, count = (len(text.splitlines()) + 1 for text in (head + one, head + one + three + two))
    assert ran(process, {"a.py": head + one + three + two + tail}) == [f"a:{third} three", f"a:{count} count"]
    assert process.see("(a.count, len(a.items), (a.items, a.other) == held)") == (4, 4, True)
    assert ran(process, {"a.py": head + one + tail}) == [f"a:{third} count"]
    assert process.see("(a.count, 'late' in a.items)") == (2, True)


def test_a_registry_that_refuses_a_name_twice_is_no_cache(live: LiveFactory) -> None:
    """What a function keeps under a key that it refuses, where it is there, is no result that it serves again."""
    library = (
        "items, cached = {}, []\ndef wrap(f):\n    def run(*given): return f(*given)\n    return run\n"
        "def reg(f=None):\n    if f is None: return reg\n"
        "    if f.__name__ in items: raise KeyError(f.__name__, cached)\n"
        "    made = wrap(f)\n    made.__name__ = f.__name__\n    items[f.__name__] = made\n    return made\n"
    )
    text = "from lib import reg, wrap\n@reg\ndef one(): return 1\n@reg\ndef two(): return 2\n"
    process = live({"lib.py": library, "a.py": text})
    process.load("import a")
    edited = text.replace("@reg\ndef one(): return 1", "@reg\n@(lambda f: f)\ndef one(): return 3")
    assert ran(process, {"a.py": edited}) == ["a:2 one"]
    assert process.see("(a.one(), a.two())") == (3, 2)


def test_an_augmented_assignment_runs_with_what_it_adds_to(live: LiveFactory) -> None:
    process = live({"a.py": "n = 1\nn += 10\nn *= 2\nresult = n\n"})
    process.load("import a")
    assert ran(process, {"a.py": ("+= 10", "+= 20")}) == ["a:1 n", "a:2 n", "a:3 n", "a:4 result"]
    assert process.see("a.result") == 42


# --- what counts as a change ---------------------------------------------------------------------------------


def test_a_from_import_runs_only_if_its_own_name_changed(live: LiveFactory) -> None:
    process = live(
        {
            "data.py": "a = 1\nb = 2\n",
            "user_a.py": "from data import a\ntwice = a * 2\n",
            "user_b.py": "from data import b\ntwice = b * 2\n",
            "user_both.py": "import data\nfirst = data.a\nsecond = data.b\n",
        }
    )
    process.load("import user_a, user_b, user_both")
    assert ran(process, {"data.py": ("b = 2", "b = 20")}) == [
        "data:2 b",
        "user_b:1 b",
        "user_b:2 twice",
        "user_both:3 second",
    ]
    assert ran(process, {"data.py": ("a = 1", "a = 10")}) == [
        "data:1 a",
        "user_a:1 a",
        "user_a:2 twice",
        "user_both:2 first",
    ]
    assert process.see("(user_a.twice, user_b.twice, user_both.first)") == (20, 40, 10)


@pytest.mark.parametrize(
    "edit",
    [
        "\n\n# above\nx = 1\nlist_ = [1,\n    2]\ndef f(a, b=2):\n    # inside\n    return a  # behind\n",
        "x = (1)\nlist_ = [1, 2]\n\n\ndef f(a,\n      b=2):\n\n    return a\n",
        "x=0x1\nlist_ = [1, 2,]\ndef f(a, b=2): return a\n",
    ],
)
def test_looks_change_nothing(live: LiveFactory, edit: str) -> None:
    process = live(
        {"a.py": "x = 1\nlist_ = [1, 2]\ndef f(a, b=2):\n    return a\n", "b.py": "from a import f, list_\n"}
    )
    process.load("import b, a\nheld = a.list_")
    assert ran(process, {"a.py": edit}) == []
    line = edit.split("def f")[0].count("\n") + 1
    assert process.see("(a.list_ is held, a.f.__code__.co_firstlineno)") == (True, line)


def test_what_is_there_for_a_script_alone_does_nothing_in_a_module(live: LiveFactory) -> None:
    report = "from tools import Table\nclass Report:\n    table = Table\nclass Sheet:\n    table, width = Table, 1\n"
    script = 'if __name__ == "__main__":\n    from tools import Table\n    shown = Table()\n'
    process = live({"tools.py": "class Table: pass\n", "report.py": report + script})
    process.load("import report")
    assert ran(process, {"report.py": ("width = Table, 1", "width = Table, 2")}) == ["report:4 Sheet"]
    assert process.see("report.Sheet.width") == 2
    ran(process, {"report.py": ('if __name__ == "__main__":', "if __name__:")})
    assert process.see("type(report.shown) is report.Table")
    ran(process, {"report.py": ("if __name__:", "if '__main__' == __name__:")})
    assert not process.see("hasattr(report, 'shown')")


MADE_BY_DECORATORS = {
    "a factory of a field": "@dataclass\nclass K:\n    a: int = 1\n    xs: list[int] = field(default_factory=list)\n",
    "a field that is none": "@dataclass\nclass K:\n    a: int = 1\n    b: int = field(init=False, default=2)\n",
    "a variable of the constructor": "@dataclass\nclass K:\n    a: int = 1\n    b: InitVar[int] = 2\n",
    "order and a hash": "@dataclass(order=True, unsafe_hash=True)\nclass K:\n    a: int = 1\n",
    "slots": "@dataclass(slots=True)\nclass K:\n    a: int = 1\n",
    "slots that do not change": "@dataclass(frozen=True, slots=True, kw_only=True)\nclass K:\n    a: int = 1\n",
}


@pytest.mark.parametrize("kind", MADE_BY_DECORATORS)
def test_who_uses_a_data_class_is_not_told_of_a_method_more(live: LiveFactory, kind: str) -> None:
    model = "from __future__ import annotations\nfrom dataclasses import InitVar, dataclass, field\n"
    model += MADE_BY_DECORATORS[kind]
    user = "from model import K\none = K()\nmany = [K(a=2)]\nclass Sub(K): pass\nsub = Sub(a=3)\n"
    user += "shown = (one.a, one == K())\n"
    process = live({"model.py": model, "user.py": user})
    process.load("import user")
    process.do("user.many.append(user.K(a=4)); held = user.many")
    for text in ("    def more(self): return self.a\n", "    def more(self): return self.a + 1\n", ""):
        assert set(ran(process, {"model.py": model + text})) <= {"model:4 K", "model:3 K"}
    process.edit({"model.py": model.replace("a: int = 1", "a: int = 5")})
    process.until("(user.shown, user.K().a)", ((5, True), 5))


def test_a_function_body_runs_nothing_but_who_ran_it(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "def f(n):\n    return n + 1\ndef g(n):\n    return f(n)\n",
            "b.py": "from a import f, g\nfrom functools import partial\n"
            "table = {'f': f}\nwith_one = partial(f, 1)\nran = g(1)\nnot_ran = [1]\n",
        }
    )
    process.load("import b\nheld = b.table, b.with_one")
    assert ran(process, {"a.py": ("n + 1", "n + 2")}) == ["b:5 ran"]
    assert process.see("(b.ran, b.table['f'](1), b.with_one(), b.table is held[0])") == (3, 3, 3, True)


def test_a_global_used_by_a_function_that_ran(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "RATE = 2\ndef price(n):\n    return n * RATE\ndef name():\n    return 'name'\n",
            "b.py": "import a\ncost = a.price(5)\nlabel = a.name()\n",
        }
    )
    process.load("import b")
    assert ran(process, {"a.py": ("RATE = 2", "RATE = 3")}) == ["a:1 RATE", "b:2 cost"]
    assert process.see("b.cost") == 15


def test_each_statement_runs_at_most_once(live: LiveFactory) -> None:
    process = live({"a.py": "p = 1\nq = 2\n", "b.py": "from a import p, q\ncalls = p + q\ndeep = calls + p + q\n"})
    process.load("import b")
    assert ran(process, {"a.py": "p = 10\nq = 20\n"}) == ["a:1 p", "a:2 q", "b:1 p, q", "b:2 calls", "b:3 deep"]


def test_a_name_bound_twice_has_its_last_word(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\nfirst = x\nx = 2\nsecond = x\n"})
    process.load("import a")
    assert ran(process, {"a.py": ("x = 1", "x = 10")}) == ["a:1 x", "a:2 first"]
    assert process.see("(a.first, a.x, a.second)") == (10, 2, 2)


def test_new_statements_run_in_their_place(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\nz = x\n", "b.py": "import a\n"})
    process.load("import b")
    assert ran(process, {"a.py": "x = 1\ny = x + 1\nz = y\nw = z\n"}) == ["a:2 y", "a:3 z", "a:4 w"]
    assert process.see("(b.a.y, b.a.z, b.a.w)") == (2, 2, 2)


def test_swapped_statements_run_only_where_it_matters(live: LiveFactory) -> None:
    process = live({"a.py": "p = [1]\nq = [2]\nr = p + q\n"})
    process.load("import a\nheld = a.p, a.q")
    assert ran(process, {"a.py": "q = [2]\np = [1]\nr = p + q\n"}) == []
    assert process.see("a.p is held[0] and a.q is held[1]")


def test_what_is_no_longer_defined_is_gone_after_the_rest(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\ny = 2\n", "b.py": "import a\nhas = hasattr(a, 'x')\n"})
    process.load("import b")
    event = reload_of(process, {"a.py": "y = 3\n"})
    assert event.ok, event.error
    assert process.see("(hasattr(b.a, 'x'), b.has, b.a.y)") == (False, False, 3)


# --- files saved together ------------------------------------------------------------------------------------


def test_files_saved_together_are_one_reload(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "b.py": "y = 1\n", "c.py": "from a import x\nfrom b import y\nz = x + y\n"})
    process.load("import c")
    assert ran(process, {"b.py": "y = 20\n", "a.py": "x = 10\n"}) == ["a:1 x", "c:1 x", "b:1 y", "c:2 y", "c:3 z"]
    process.no_reload()
    assert process.see("c.z") == 30


def test_a_name_moves_between_modules_saved_together(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "def f():\n    return 'f'\nlimit = 1\n",
            "b.py": "base = 1\n",
            "c.py": "from a import f, limit\nresult = f()\n",
        }
    )
    process.load("import c, a, b")
    event = reload_of(
        process,
        {
            "a.py": "limit = 1\n",
            "b.py": "base = 1\ndef f():\n    return 'moved'\n",
            "c.py": "from a import limit\nfrom b import f\nresult = f()\n",
        },
    )
    assert event.ok, event.error
    assert process.see("(c.result, c.f(), hasattr(a, 'f'), c.f.__module__)") == ("moved", "moved", False, "b")
    assert [entry for entry in event.ran if entry.startswith("a:")] == []
    process.no_reload()


def test_an_earlier_module_may_take_from_a_later_one(live: LiveFactory) -> None:
    """The new order differs from the old: what is read runs before its reader."""
    process = live({"a.py": "x = 1\n", "b.py": "y = 2\n"})
    process.load("import a, b")
    assert ran(process, {"a.py": "from b import y\nx = y + 1\n", "b.py": "y = 20\n"}) == ["b:1 y", "a:1 y", "a:2 x"]
    assert process.see("a.x") == 21


# --- failures ------------------------------------------------------------------------------------------------


def test_a_failure_in_the_middle_changes_nothing(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "x = 1\nxs = [x]\ndef f():\n    return 1\n",
            "b.py": "from a import x, f\ny = 10 // (5 - x)\ntable = {'x': x}\n",
            "c.py": "import b\nz = b.y + 1\n",
        }
    )
    process.load("import c, b, a\nheld = a.xs, a.f, b.table")
    event = reload_of(process, {"a.py": "x = 5\nxs = [x]\ndef f():\n    return 2\nadded = 1\n"})
    assert not event.ok
    assert event.error is not None
    assert "ZeroDivisionError" in event.error
    state = (
        "(a.x, a.xs, a.f(), hasattr(a, 'added'), b.x, b.y, c.z, a.xs is held[0], a.f is held[1], b.table is held[2])"
    )
    assert process.see(state) == (1, [1], 1, False, 1, 2, 3, True, True, True)
    assert ran(process, {"a.py": ("x = 5", "x = 4")}) == [
        "a:1 x",
        "a:2 xs",
        "a:5 added",
        "b:1 x, f",
        "b:2 y",
        "b:3 table",
        "c:2 z",
    ]
    assert process.see("(a.f(), b.y, c.z, a.f is held[1])") == (2, 10, 11, True)


def test_modules_imported_by_a_failing_edit_are_taken_back(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "fresh.py": "y = 5\n"})
    process.load("import a, sys")
    event = reload_of(process, {"a.py": "import fresh\nx = fresh.y / 0\n"})
    assert not event.ok
    assert process.see("('fresh' in sys.modules, a.x, hasattr(a, 'fresh'))") == (False, 1, False)
    assert ran(process, {"a.py": "import fresh\nx = fresh.y + 1\n"}) == ["a:1 fresh", "a:2 x"]
    assert ran(process, {"fresh.py": "y = 6\n"}) == ["fresh:1 y", "a:2 x"]
    assert process.see("a.x") == 7


def test_a_module_that_was_loaded_again_runs_once(live: LiveFactory) -> None:
    process = live({"a.py": "x = 1\n", "b.py": "import a\ny = a.x\n"})
    process.load("import a, b, importlib, sys\nimportlib.reload(b)\ndel sys.modules['b']\nimport b as again")
    assert ran(process, {"a.py": "x = 2\n"}) == ["a:1 x", "b:2 y"]
    assert process.see("again.y") == 2


def test_what_a_body_hands_to_a_library_is_not_handed_on_by_its_statement(live: LiveFactory) -> None:
    """Whose body asks a library about a class asks at each call; who asks while it runs is told."""
    process = live(
        {
            "settings.py": "class Config:\n    limit: int = 1\n",
            "backends.py": "def dispatchable(name):\n    return lambda function: function\n",
            "algorithms.py": "from typing import get_type_hints\n"
            "from backends import dispatchable\n"
            "from settings import Config\n"
            "@dispatchable('hints')\n"
            "def hints(kind=Config):\n"
            "    return get_type_hints(Config)\n"
            "now = get_type_hints(Config)\n",
        }
    )
    process.load("import algorithms\nheld = algorithms.hints")
    assert process.see("algorithms.hints() == algorithms.now == {'limit': int}")
    names = ran(process, {"settings.py": "class Config:\n    limit: str = 1\n"})
    assert "algorithms:7 now" in names
    assert not [name for name in names if name.endswith(" hints")]
    assert process.see("(algorithms.hints() == algorithms.now == {'limit': str}, algorithms.hints is held)") == (
        True,
        True,
    )


def test_a_definition_that_a_condition_might_have_replaced(live: LiveFactory) -> None:
    """Where it still stands, the condition has replaced nothing: all goes as if it were not there."""
    shapes = """\
from typing import NamedTuple
class Point(NamedTuple):
    x: int = 1
class Line(NamedTuple):
    start: Point = Point()
def length(): return 1
try:
    from fast_shapes import Line, Point, length
except ImportError:
    pass
origin = Point()
"""
    process = live({"shapes.py": shapes, "user.py": "from shapes import Point, length\nsize = length()\n"})
    process.load("import shapes, user\nheld, point, f = shapes.Point, shapes.Point(), shapes.length")
    added = shapes.replace("def length", "class Shape:\n    start = Point()\ndef length")
    assert ran(process, {"shapes.py": added}) == ["shapes:6 Shape"]
    again = ran(process, {"shapes.py": added.replace("x: int = 1", "x: int = 2")})
    assert again == ["shapes:2 Point", "shapes:4 Line", "shapes:6 Shape", "shapes:13 origin"]
    assert process.see(
        "(shapes.Point is user.Point is held is type(point), shapes.origin.x, shapes.Shape.start.x)"
    ) == (
        True,
        2,
        2,
    )
    longer = added.replace("x: int = 1", "x: int = 2").replace("return 1", "return 2")
    assert ran(process, {"shapes.py": longer}) == ["user:2 size"]
    assert process.see("(user.size, shapes.length is f)") == (2, True)
    event = reload_of(process, {"fast_shapes.py": "def length(): return 3\nPoint = Line = tuple\n"})
    assert event.ok and process.see("(user.size, shapes.Point is tuple)") == (3, True)


def test_a_library_that_asks_for_the_globals_looks_for_no_name(live: LiveFactory) -> None:
    """`dataclass` and `inspect.signature` ask a module for its namespace, to look up annotations there."""
    source = """\
from __future__ import annotations
import dataclasses, inspect
limit = 1
@dataclasses.dataclass
class Item:
    size: int = 1
shown = str(inspect.signature(Item))
members = len(inspect.getmembers(inspect.getmodule(Item)))
"""
    process = live({"a.py": source})
    process.load("import a")
    assert ran(process, {"a.py": source.replace("limit = 1", "limit = 2")}) == ["a:3 limit", "a:8 members"]


def test_what_a_metaclass_puts_in_place_of_members_that_stay_is_kept(live: LiveFactory) -> None:
    """It makes an object of its own of each, which keeps what the body gave it: both are what they were."""
    models = """\
import typing
T = typing.TypeVar("T")
class Field(typing.Generic[T]):
    def __init__(self, default):
        self.default = default
class Shown(typing.Generic[T]):
    def __init__(self, name, field):
        self.name = name
        self.field = field
    def __get__(self, instance, owner):
        return self if instance is None else self.field.default
class Meta(type):
    def __new__(metaclass, name, bases, namespace):
        fields = {name: Shown(name, value) for name, value in namespace.items() if isinstance(value, Field)}
        return super().__new__(metaclass, name, bases, {**namespace, **fields})
class Model(metaclass=Meta):
    first = Field(1)
    def key(self): return 1
class Other(Model): pass
first = Model().first
"""
    process = live({"models.py": models})
    process.load("import models\nshown = vars(models.Model)['first']\nfield = shown.field")
    more = models.replace("def key", "def more(self): return 2\n    def key")
    assert ran(process, {"models.py": more}) == ["models:16 Model"]
    assert process.see("(vars(models.Model)['first'] is shown, shown.field is field)") == (True, True)
    ran(process, {"models.py": more.replace("Field(1)", "Field(2)")})
    assert process.see("(models.first, models.Model().first)") == (2, 2)


def test_a_class_of_a_metaclass_keeps_members_that_stay(live: LiveFactory) -> None:
    """Its whole body runs, for the metaclass is to see it; what the same text had made stays, and so who used that."""
    models = """\
class Field:
    made = 0
    def __init__(self):
        Field.made += 1
        self.number = Field.made
    def __set_name__(self, owner, name):
        self.owner = owner
class Meta(type):
    def __new__(metaclass, name, bases, namespace):
        fields = {name: value for name, value in namespace.items() if isinstance(value, Field)}
        namespace["fields"] = fields
        namespace["tags"] = [*namespace.get("tags", ()), "model"]
        return super().__new__(metaclass, name, bases, namespace)
    def __init__(cls, name, bases, namespace):
        cls.seen = Seen(sorted(cls.fields))
class Seen:
    def __init__(self, names):
        self.names = names
class Model(metaclass=Meta):
    cache = {}
    first = Field()
    tags = ["a"]
    limit = (least := 1) + 1
    class Inner:
        depth = 1
    def key(self): return 1
class Other(Model): pass
names = sorted(Model.fields)
"""
    process = live({"models.py": models})
    process.load(
        "import models\nM = models.Model\nM.cache['k'] = 1\nm = M()\nheld = M.first, M.cache, M.fields, M.seen, M.Inner"
    )
    more = models.replace("return 1", "return 2\n    def more(self): return super().__repr__()[:7]")
    assert ran(process, {"models.py": more}) == ["models:19 Model"]
    assert process.see("(m.key(), m.more(), M.tags, M.cache, M.first.owner is M)") == (
        2,
        "<models",
        ["a", "model"],
        {"k": 1},
        True,
    )
    assert process.see("all(a is b for a, b in zip(held, (M.first, M.cache, M.fields, M.seen, M.Inner)))")
    fields = more.replace("    first", "    zeroth = Field()\n    first")
    assert ran(process, {"models.py": fields}) == ["models:19 Model", "models:29 Other", "models:30 names"]
    assert process.see("(models.names, list(M.fields), M.first.number > M.zeroth.number)") == (
        ["first", "zeroth"],
        ["zeroth", "first"],
        True,
    )
    assert process.see("(M.cache, M.tags, M.seen.names)") == ({"k": 1}, ["a", "model"], ["first", "zeroth"])
    assert ran(process, {"models.py": fields.replace("depth = 1", "depth = 2")}) == ["models:19 Model"]
    assert process.see("(M.Inner.depth, held[-1].depth, M.cache, M.first is M.fields['first'])") == (
        2,
        2,
        {"k": 1},
        True,
    )


def test_who_is_told_of_a_named_tuple_that_came_out_alike(live: LiveFactory) -> None:
    process = live(
        {
            "a.py": "step = 1\n",
            "b.py": "from typing import NamedTuple\nimport a\nclass P(NamedTuple):\n    x: int = a.step > 0\np = P()\n",
        }
    )
    process.load("import a, b\nheld = b.P, b.p")
    assert ran(process, {"a.py": "step = 2\n"}) == ["a:1 step", "b:3 P"]
    assert ran(process, {"a.py": "step = -2\n"}) == ["a:1 step", "b:3 P", "b:5 p"]
    assert process.see("(b.P is held[0], tuple(b.p))") == (True, (False,))


def test_who_is_told_of_a_class_that_came_with_others(live: LiveFactory) -> None:
    """Only the name by which a class was imported leads to it, and not what was imported beside it."""
    process = live(
        {
            "a.py": "class A:\n    x = 1\ndef size(): return 1\n",
            "b.py": "from a import A, size\nn = size()\ny = A.x\n",
        }
    )
    process.load("import b")
    assert ran(process, {"a.py": "class A:\n    x = 2\ndef size(): return 1\n"}) == ["a:1 A", "b:3 y"]


def test_a_module_becomes_a_package_and_a_module_again(live: LiveFactory) -> None:
    """The module stays what it is, with another file: who uses it goes on using it, and its state is kept."""
    tools = "import os\nfrom pathlib import Path\nhome = Path(__file__).name\nstate = []\ndef f(): return 1\n"
    process = live({"tools.py": tools, "user.py": "import tools\nfrom tools import f\nr = f()\n"})
    process.load("import tools, user\ntools.state.append(1)\nheld, state = tools.f, tools.state")
    package: Files = {
        "tools.py": None,
        "tools/__init__.py": tools + "from .parts import part\n",
        "tools/parts.py": "part = 1\n",
    }
    assert ran(process, package) == ["tools:3 home", "tools:6 part"]
    assert process.see(
        "(tools.home, tools.part, tools.__path__ == [str(__import__('pathlib').Path('tools').resolve())])"
    ) == (
        "__init__.py",
        1,
        True,
    )
    assert process.see("tools.f is user.f is held and tools.state is state and state == [1]")
    assert process.see("(tools.__spec__.origin == tools.__file__ == held.__code__.co_filename, tools.__package__)") == (
        True,
        "tools",
    )
    assert ran(process, {"tools/__init__.py": tools.replace("return 1", "return 2") + "from .parts import part\n"}) == [
        "user:3 r"
    ]
    assert ran(process, {"tools/parts.py": "part = 2\n"}) == ["tools.parts:1 part", "tools:6 part"]
    module: Files = {"tools/__init__.py": None, "tools/parts.py": None, "tools.py": tools}
    assert set(ran(process, module)) == {"tools:3 home", "user:3 r"}
    assert process.see("(tools.home, user.r, hasattr(tools, 'part'), hasattr(tools, '__path__'), state)") == (
        "tools.py",
        1,
        False,
        False,
        [1],
    )


def test_a_module_that_cannot_become_a_package_yet(live: LiveFactory) -> None:
    process = live({"tools.py": "x = 1\n", "user.py": "from tools import x\ny = x\n"})
    process.load("import tools, user")
    event = reload_of(process, {"tools.py": None, "tools/__init__.py": "x = (\n"})
    assert not event.ok and process.see("(user.y, hasattr(tools, '__path__'))") == (1, False)
    assert ran(process, {"tools/__init__.py": "x = 2\n"}) == ["tools:1 x", "user:1 x", "user:2 y"]
    assert process.see("(user.y, hasattr(tools, '__path__'))") == (2, True)


def test_an_instance_that_looks_into_itself_is_not_made_again(live: LiveFactory) -> None:
    source = """\
class Server:
    def __init__(self, **options):
        self.__dict__.update(options)
        self.names = sorted(vars(self))
server = Server(port=1)
members = [name for name in vars(Server) if name[0] != "_"]
"""
    process = live({"a.py": source})
    process.load("import a\na.server.calls = 5")
    more = source.replace("server = ", "    def stop(self): return self.calls\nserver = ")
    assert ran(process, {"a.py": more}) == ["a:1 Server", "a:7 members"]
    assert process.see("(a.server.stop(), a.members)") == (5, ["stop"])


def test_a_class_inside_that_is_made_otherwise(live: LiveFactory) -> None:
    """Who makes its instances does so again; not who makes those of the class around it."""
    source = """\
class Server:
    class Options:
        pass
    def __init__(self):
        self.calls = 0
server = Server()
options = Server.Options()
"""
    process = live({"a.py": source})
    process.load("import a\na.server.calls = 5")
    more = source.replace("        pass", "        def __init__(self): self.port = 1")
    assert ran(process, {"a.py": more}) == ["a:1 Server", "a:7 options"]
    assert process.see("(a.server.calls, a.options.port)") == (5, 1)


def test_cached_methods_that_stay_are_told_to_nobody(live: LiveFactory) -> None:
    """Each run of the body wraps them anew; they are what they were, and what they hold stays."""
    source = """
    import functools
    class Meta(type):
        def __new__(meta, *parts): return type.__new__(meta, *parts)
    class Base(metaclass=Meta):
        @classmethod
        @functools.lru_cache
        def kinds(cls): return [cls.__name__]
        @functools.cached_property
        def size(self): return len(self.kinds())
        bound = functools.partialmethod(print, 1)
        def __init_subclass__(cls): cls.kind = cls.kinds()
    """
    process = live({"a.py": source, "b.py": "import a\nclass Sub(a.Base): pass\nx = Sub.kinds()\n"})
    process.load("import b")
    process.do("x = b.x")
    grown = source.replace("        bound =", "        def more(self): return 2\n        bound =")
    assert ran(process, {"a.py": grown}) == ["a:5 Base"]
    assert process.see("(b.Sub().more(), b.Sub().size, b.Sub.kinds() is x)") == (2, 1, True)
    assert ran(process, {"a.py": grown.replace("[cls.__name__]", "[cls.__name__] * 3")}) == ["b:2 Sub", "b:3 x"]
    assert process.see("(b.x, b.Sub().size)") == (["Sub"] * 3, 3)


def test_who_looks_through_all_names_is_told_of_those_above(live: LiveFactory) -> None:
    source = """\
class K: pass
members = sorted(vars(K))
above = [name for name in globals() if name[0] != "_"]
def names(): return sorted(globals())
called = len(names())
def last(): pass
below = dir()
"""
    process = live({"a.py": source})
    process.load("import a")
    assert ran(process, {"a.py": source.replace("def last(): pass\n", "")}) == ["a:6 below"]
    assert ran(process, {"a.py": source}) == ["a:6 last", "a:7 below"]
    assert ran(process, {"a.py": source + "x = 1\n"}) == ["a:8 x"]
    assert ran(process, {"a.py": source}) == []
    assert ran(process, {"a.py": "x = 1\n" + source}) == ["a:1 x", "a:4 above", "a:6 called", "a:8 below"]


def test_what_a_cache_computed_of_a_class_outlives_a_member_that_comes(live: LiveFactory) -> None:
    source = """
    import functools
    class Base:
        one = 1
        def copy(self): return Base()
    @functools.cache
    def known(): return [Base]
    class Sub(Base):
        kinds = known()
    """
    process = live({"a.py": source, "b.py": "import a\nX = a.known()\n"})
    process.load("import a, b")
    process.do("x = b.X")
    assert ran(process, {"a.py": source.replace("one = 1", "one = 1; two = 2")}) == ["a:3 Base"]
    assert process.see("(a.Sub.two, a.known() is x, a.Sub.kinds is x)") == (2, True, True)


def test_who_asks_for_members_by_name_is_told_of_those_that_it_may_mean(live: LiveFactory) -> None:
    asking = "def told(it): return getattr(it, 'size', 0), hasattr(it, 'extra')\n"
    asking += "def found(it, name): return getattr(it, 'si' + name)\n"
    settings = "class S:\n    size = 1\n    width = 2\n    height: int = 3\n"
    using = "from asking import found, told\nfrom settings import S\none = told(S)\ntwo = found(S, 'ze')\n"
    process = live({"asking.py": asking, "settings.py": settings, "m.py": using})
    process.load("import m")
    assert ran(process, {"settings.py": settings.replace("= 2", "= 3")}) == ["settings:1 S"], "no text tells it"
    assert ran(process, {"settings.py": settings.replace("= 3", "= 5")}) == ["settings:1 S", "m:4 two"]
    assert ran(process, {"settings.py": settings.replace("= 1", "= 4")}) == ["settings:1 S", "m:3 one", "m:4 two"]
    assert process.see("(m.one, m.two)") == ((4, False), 4)


def test_a_class_whose_metaclass_asks_for_members_by_name_is_told_of_those_above_it_only(live: LiveFactory) -> None:
    metas = "class Meta(type):\n    def __init__(cls, name, bases, members):\n"
    metas += "        cls.found = [getattr(base, word, 0) for base in bases for word in ('size', 'width')]\n"
    shapes = "from metas import Meta\nclass Shape(metaclass=Meta):\n    size = 1\n"
    styles = "class Style:\n    size = 1\n"
    using = "from shapes import Shape\nfrom styles import Style\nclass Round(Shape):\n    style: Style = Style()\n"
    process = live({"metas.py": metas, "shapes.py": shapes, "styles.py": styles, "m.py": using})
    process.load("import m")
    assert ran(process, {"styles.py": styles.replace("1", "2")}) == ["styles:1 Style"]
    assert ran(process, {"shapes.py": shapes.replace("1", "3")}) == ["shapes:2 Shape", "m:3 Round"]
    assert process.see("m.Round.found") == [3, 0]


@pytest.mark.skipif(not SEES_CALLS, reason="which functions a statement ran is guessed")
def test_who_looks_up_a_member_by_its_name_is_not_told_of_an_annotation_more(live: LiveFactory) -> None:
    metas = "class Meta(type):\n    def __init__(cls, name, bases, members):\n"
    metas += "        cls.kind = cls.__dict__.get('Kind', len)\nclass All(type):\n"
    metas += "    def __init__(cls, name, bases, members):\n"
    metas += "        cls.told = sorted(cls.Kind.__dict__.get('__annotations__') or ())\n"
    kinds = "class Kind:\n    size: int = 1\n"
    using = "from kinds import Kind as K\nfrom metas import All, Meta\n"
    using += "class One(metaclass=Meta):\n    Kind = K\nclass Two(metaclass=All):\n    Kind = K\n"
    process = live({"metas.py": metas, "kinds.py": kinds, "m.py": using})
    process.load("import m")
    assert ran(process, {"kinds.py": kinds + "    extra: int = 2\n"}) == ["kinds:1 Kind", "m:5 Two"]
    told = [] if sys.version_info >= (3, 14) else ["extra", "size"]  # there since 3.14 once someone has asked for them
    assert process.see("(m.One.kind.extra, m.Two.told)") == (2, told)


def test_a_class_that_is_registered_by_what_it_is_asked_for_runs_alone(live: LiveFactory) -> None:
    metas = "known, names = {}, []\nclass Meta(type):\n    def __init__(cls, name, bases, members):\n"
    metas += "        known[name.lower()] = cls\n        cls.back = {v: k for k, v in cls.TABLE.items()}\n"
    metas += "        names.append((getattr(cls, 'key', ''), cls.__dict__.get('Inner')))\n"
    base = "from metas import Meta\nclass Base(metaclass=Meta):\n    TABLE = {}\n"
    process = live({"metas.py": metas, "m.py": base + "class A(Base): pass\nclass B(Base): pass\n"})
    process.load("import m, metas")
    edited = base + "class A(Base):\n    size = 1\nclass B(Base): pass\n"
    assert ran(process, {"m.py": edited}) == ["m:4 A"]
    assert process.see("([*metas.known], len(metas.names), m.A.size)") == (["base", "a", "b"], 3, 1)


@pytest.mark.skipif(not SEES_CALLS, reason="which functions a statement ran is guessed")
def test_a_class_that_calls_more_makes_no_room_where_that_does_not_register(live: LiveFactory) -> None:
    metas = "names, kinds = [], []\nclass Kind:\n"
    metas += "    def __init__(self, text): self.text = text\n    def add(self): kinds.append(self.text)\n"
    metas += "class Meta(type):\n    def __init__(cls, name, bases, members): names.append(name)\n"
    base = "from metas import Kind, Meta\nclass Base(metaclass=Meta): pass\n"
    form = base + "class A(Base):\n    size, adds = 1, Kind.add\nKind('a').add()\n"
    process = live({"metas.py": metas, "m.py": form})
    process.load("import m, metas")
    assert ran(process, {"m.py": form.replace("= 1", "= round(1.5)")}) == ["m:3 A"]
    assert process.see("(metas.names, metas.kinds, m.A.size)") == (["Base", "A"], ["a"], 2)


def test_who_mentions_a_member_of_something_else_is_not_told(live: LiveFactory) -> None:
    settings = (
        "class S:\n    size = 1\nclass T:\n    size = 1\nclass Holder:\n    def __init__(self, it): self.it = it\n"
    )
    settings += "def size(holder): return holder.it.size\n"
    using = "import settings\none = settings.Holder(settings.S)\ntwo = settings.Holder(settings.T)\n"
    using += "of_one = one.it.size, settings.size(one)\nof_two = two.it.size, settings.size(two)\n"
    process = live({"settings.py": settings, "m.py": using})
    process.load("import m")
    assert ran(process, {"settings.py": settings.replace("1", "2", 1)}) == ["settings:1 S", "m:4 of_one"]
    assert process.see("(m.of_one, m.of_two)") == ((2, 2), (1, 1))


@pytest.mark.skipif(not SEES_CALLS, reason="which functions a statement ran is guessed")
def test_a_name_more_in_a_text_runs_nothing_of_what_the_old_text_led_to(live: LiveFactory) -> None:
    shapes = "known = {}\ndef register(key): known[key] = 1\ndef look(key): return known.get(key)\n"
    shapes += (
        "class Shape:\n    def __init_subclass__(cls, found=False): cls.found = look(cls.__name__) if found else 0\n"
    )
    using = "from typing import List, Sequence\nfrom shapes import Shape\nclass Round(Shape):\n    size: List\n"
    process = live({"shapes.py": shapes, "m.py": using, "later.py": "import m, shapes\nshapes.register('Round')\n"})
    process.load("import later")
    assert ran(process, {"m.py": using.replace("size: List", "size: Sequence")}) == ["m:3 Round"]


def test_a_list_in_a_class_that_a_metaclass_makes_leaves_the_objects_beside_it(live: LiveFactory) -> None:
    fields = "import itertools\ncount = itertools.count()\nclass Field:\n    def __init__(self, text):\n"
    fields += "        self.text, self.made = text, next(count)\nclass Meta(type):\n    def __init__(cls, *told):\n"
    fields += "        found = [each for each in vars(cls).values() if isinstance(each, Field)]\n"
    fields += "        cls.order = [each.text for each in sorted(found, key=lambda each: each.made)]\n"
    form = "import fields\nclass Form(metaclass=fields.Meta):\n    keys = [fields.Field('k')]\n"
    form += "    first = fields.Field('a')\n    second = fields.Field('b')\n"
    process = live({"fields.py": fields, "form.py": form, "m.py": "import form\nx = form.Form.first.text\n"})
    process.load("import m, form\nfirst = form.Form.first")
    assert ran(process, {"form.py": form.replace("'k'", "'l'")}) == ["form:2 Form"]
    assert process.see("form.Form.first is first and (form.Form.keys[0].text, form.Form.order)") == ("l", ["a", "b"])
    form = form.replace("'k'", "'l'").replace("'a'", "'c'")
    assert ran(process, {"form.py": form}) == ["form:2 Form", "m:2 x"]
    assert process.see("(m.x, form.Form.order)") == ("c", ["c", "b"])


def test_who_knows_what_a_class_has_made_of_another_is_told_when_that_has_run(live: LiveFactory) -> None:
    kinds = "import enum\nclass Kind(enum.Enum):\n    ONE = 'one'\n"
    update = "from kinds import Kind\nclass Update:\n    ONE = list(Kind)[0].value\n    SIZE = 1\n"
    filters = "from update import Update\nclass Base:\n    LIMIT = int('1')\n    def check(self, it: Update): ...\n"
    filters += "class Text(Base):\n    size = len('text')\nfound = Text().size\n"
    process = live({"kinds.py": kinds, "update.py": update, "filters.py": filters})
    process.load("import filters, kinds")
    assert ran(process, {"kinds.py": kinds + "    TWO = 'two'\n"}) == ["kinds:2 Kind", "update:2 Update"]
    assert ran(process, {"kinds.py": kinds.replace("'one'", "'1'")}) == ["kinds:2 Kind", "update:2 Update"]
    assert process.see("filters.Update.ONE") == "1"
    using = update.replace("SIZE = 1", "SIZE = 2")
    process.edit({"update.py": using, "filters.py": filters + "size = Update.SIZE, Update.ONE\n"}, atomic=True)
    assert process.wait_reload().ok
    assert ran(process, {"kinds.py": kinds}) == ["kinds:2 Kind", "update:2 Update", "filters:8 size"]


def test_a_number_that_is_counted_goes_on(live: LiveFactory) -> None:
    """Who counts runs alone, and what the program has counted itself stays."""
    process = live(
        {
            "lib.py": "total = 0\ndef put(name):\n    global total\n    total += 1\n    return name\n",
            "m.py": "from lib import put\na = put('a')\nb = put('b')\nc = put('c')\n",
        }
    )
    process.load("import m, lib\nlib.put('x')")
    assert ran(process, {"m.py": "from lib import put\na = put('a')\nb = put('B')\nc = put('c')\n"}) == ["m:3 b"]
    assert process.see("lib.total") == 4
    assert ran(process, {"m.py": "from lib import put\na = put('a')\nc = put('c')\n"}) == []
    assert process.see("lib.total") == 3
    assert ran(
        process, {"lib.py": "total = 10\ndef put(name):\n    global total\n    total += 1\n    return name\n"}
    ) == ["lib:1 total"]
    assert process.see("lib.total") == 13


def test_numbers_that_the_program_has_taken_since(live: LiveFactory) -> None:
    """Who runs again keeps its number; who comes takes the next, and no one is renumbered."""
    first, second = "@add\ndef a(): return 1\n", "@add\ndef b(x={}): return 2\n"
    process = live(
        {
            "lib.py": "import itertools\nr, n = {}, itertools.count()\ndef add(f):\n    r[next(n)] = f\n    return f\n",
            "m.py": "from lib import add\n" + first + second.format(1),
        }
    )
    process.load("import m, lib\nlib.add(print)\nnames = lambda: {k: f.__name__ for k, f in lib.r.items()}")
    assert ran(process, {"m.py": "from lib import add\n" + first.replace("()", "(y=1)") + second.format(1)}) == [
        "m:2 a"
    ]
    assert process.see("names()") == {0: "a", 1: "b", 2: "print"}
    new = first.replace("def a", "def c") + first.replace("()", "(y=1)") + second.format(1)
    assert ran(process, {"m.py": "from lib import add\n" + new}) == ["m:2 c"]
    assert process.see("sorted(names().items())") == [(0, "a"), (1, "b"), (2, "print"), (3, "c")]


@pytest.mark.parametrize(
    "method", ["__repr__(self): return 'K'", "__len__(self): return 3", "__eq__(self, o): return True"]
)
def test_an_instance_stays_where_its_class_gets_a_special_method(live: LiveFactory, method: str) -> None:
    """Only who uses it runs again: what the program has put into it is kept."""
    k = "class K:\n    def __init__(self): self.seen = []\n"
    process = live({"k.py": k, "m.py": "from k import K\nx = K()\ny = str(x)[:1]\nz = [x == 5]\n"})
    process.load("import m\nm.x.seen.append(1)\nheld = m.x")
    started = ran(process, {"k.py": k + f"    def {method}\n"})
    assert "m:2 x" not in started and started[:1] == ["k:1 K"]
    assert process.see("m.x is held and m.x.seen == [1]")
    assert process.see("m.y") == ("K" if "repr" in method else "<")
    assert process.see("m.z") == ([True] if "__eq__" in method else [False])


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_docstring_that_comes_or_goes_runs_nothing(live: LiveFactory, kind: str) -> None:
    text = f"{kind} f(x=0):\n    for i in range(1000):\n        if i > x: return [1.5, 'text', None, i]\ny = f()\n"
    documented = text.replace("    for", "    'Says more.'\n    for")
    process = live({"m.py": text})
    process.load("import m")
    for version, shown in ((documented, "Says more."), (text, None)):
        assert ran(process, {"m.py": version}) == []
        assert process.see("m.f.__doc__") == shown


def test_an_import_of_more_names_runs_no_one_who_reads_the_others(live: LiveFactory) -> None:
    source = "from typing import Sequence, Union\nclass K:\n    both = Union[int, str]\nvalue = Sequence[int]\n"
    process = live({"m.py": source})
    process.load("import m")
    assert ran(process, {"m.py": ("import Sequence", "import ClassVar, Sequence")}) == ["m:1 ClassVar, Sequence, Union"]


def test_who_asks_a_registry_for_a_key_is_told_of_the_members_of_a_class_that_goes_on(live: LiveFactory) -> None:
    base = """
    class Meta(type):
        classes = {}
        def __new__(mcs, *made):
            mcs.classes[made[0]] = cls = super().__new__(mcs, *made)
            return cls
    class Base(metaclass=Meta): pass
    def get(name): return Meta.classes[name]
    def limits(): return [cls.limit for cls in Meta.classes.values() if cls is not Base]
    """
    using = "from base import get, limits\nimport kinds\nfound = get('A')\nevery = limits()\n"
    process = live(
        {"base.py": base, "kinds.py": "from base import Base\nclass A(Base):\n    limit = 1\n", "use.py": using}
    )
    process.load("import use")
    assert ran(process, {"kinds.py": ("limit = 1", "limit = 2")}) == ["kinds:2 A", "use:4 every"]
    assert process.see("use.every, use.found.limit") == ([2], 2)


def test_who_came_before_the_first_entry_of_a_registry_that_is_filled_again_saw_it_empty(live: LiveFactory) -> None:
    base = """
    known = []
    class Meta(type):
        def __new__(mcs, name, bases, members):
            cls = super().__new__(mcs, name, bases, members)
            if any(isinstance(base, Meta) for base in bases):
                cls.order = len(known)
                known.append(cls)
            return cls
    class Setting:
        name = None
    Setting = Meta('Setting', (Setting,), {})
    class A(Setting):
        name = 'a'
    class B(Setting):
        name = 'b'
    """
    process = live({"base.py": base})
    process.load("import base; before = base.Setting, base.A, base.B")
    more = "    class C(Setting):\n        name = 'c'\n    class A"
    assert "base:11 Setting" not in ran(process, {"base.py": base.replace("    class A", more)})
    assert process.see("[(cls.name, cls.order) for cls in base.known]") == [("c", 0), ("a", 1), ("b", 2)]
    assert process.see("[new is old for new, old in zip((base.Setting, base.A, base.B), before)]") == [True, True, True]
