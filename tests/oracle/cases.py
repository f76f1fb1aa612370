"""Scenarios that went wrong once: `case(name, imported modules, files, edits...)`."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Mapping

from .subject import Scenario

CASES: dict[str, Scenario] = {}


def case(name: str, entries: str, start: Mapping[str, str], *edits: Mapping[str, str | None]) -> None:
    """Each edit names the files that it changes; None removes one."""
    versions = [{path: textwrap.dedent(text) for path, text in start.items()}]
    for edit in edits:
        after = dict(versions[-1])
        for path, text in edit.items():
            if text is None:
                del after[path]
            else:
                after[path] = textwrap.dedent(text)
        versions.append(after)
    assert name not in CASES, name
    CASES[name] = Scenario(tuple(versions), tuple(entries.split()))


def one(name: str, before: str, after: str) -> None:
    """A case of one module."""
    case(name, "m", {"m.py": before}, {"m.py": after})


for kind, text in {"value": "x = 1\n", "function": "def x(): pass\n", "class": "class x: pass\n"}.items():
    case(
        f"star import: a {kind} that is gone",
        "m2",
        {"m1.py": text + "y = 1\n", "m2.py": "from m1 import *\n"},
        {"m1.py": "y = 1\n"},
    )
case(
    "star import: a loop's variable that is gone",
    "m2",
    {"m1.py": "l = []\nfor i in [1]:\n    l.append(i)\n", "m2.py": "from m1 import *\n"},
    {"m1.py": "l = []\n"},
)
one(
    "default reads a class attribute",
    "class K:\n    w = 1\ndef f(*, b=K.w): pass\n",
    "class K:\n    w = 14\ndef f(*, b=K.w): pass\n",
)
one(
    "method's default reads an enum",
    "import enum\nclass E(enum.IntEnum):\n    pass\nclass K:\n    def m(self, v=len(E)): pass\n",
    "import enum\nclass E(enum.IntEnum):\n    C = 43\nclass K:\n    def m(self, v=len(E)): pass\n",
)
case(
    "from-import of an equal list made elsewhere",
    "b",
    {"a.py": "l = [1]\n", "b.py": "from a import l\n"},
    {"n.py": "l = [1]\n", "a.py": "from n import l\n"},
)
one("removed name still read by what runs again", "c1 = 1\nc2 = c1\n", "c2 = c1 + 0\n")
one(
    "list over statements keeps equal elements",
    "class K:\n    w = 6\nl = [n + K.w for n in range(4)]\nl.extend([17, 1])\n",
    "class K:\n    w = 15\nl = [n + K.w for n in range(4)]\nl.extend([17, 1])\n",
)
for old, new in [("Enum", "IntEnum"), ("IntEnum", "Enum"), ("Flag", "IntEnum"), ("Enum", "Flag"), ("StrEnum", "Enum")]:
    one(
        f"{old} becomes {new}",
        f"import enum\nclass E(enum.{old}): pass\n",
        f"import enum\nclass E(enum.{new}):\n    C = 4\n    def m(self): return 1\n",
    )
SLOTS = "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass D:\n    x: int = 1\n"
one("slots dataclass gains a method", SLOTS, SLOTS + "    def total(self): return 1\n")
one("slots dataclass gains a field", SLOTS, SLOTS + "    y: int = 2\n")
one("slots dataclass loses its slots", SLOTS + "d = D(x=1)\n", SLOTS.replace("(slots=True)", "") + "d = D(x=1)\n")
one("class loses its last annotation", "class K:\n    note: int = 3\n", "class K: pass\n")
one("module loses its last annotation", "c: int = 6\n", "c = 16\n")
one("loop that filled a list is gone", "h = []\nfor n in range(3):\n    h.append(n)\n", "h = []\n")
one(
    "loop that filled a list by a decorator is gone",
    "h = []\nfor n in range(3):\n    @h.append\n    def _h(): pass\n",
    "h = []\n",
)
for word in ["if 1:", "try:", "while not h:", "with open(__file__):"]:
    tail = "\nfinally:\n    pass" if word == "try:" else ""
    one(
        f"{word.split()[0].strip(':')} that filled a list is gone",
        f"h = []\n{word}\n    h.append(1){tail}\n",
        "h = []\n",
    )
case(
    "class that a base registered elsewhere is gone",
    "a",
    {
        "base.py": "r = []\nclass K:\n    def __init_subclass__(cls, **k): r.append(cls)\n",
        "a.py": "import base\nclass K2(base.K): pass\n",
    },
    {"a.py": "import base\n"},
)
one("read before it is bound", "c2 = 9\nc3 = c2\n", "c3 = c2\nc2 = 9\n")
COUNTER = "c1 = {0}\nc3 = 1\ndef set_c3():\n    global c3\n    {1}\nset_c3()\n"
one("global writer reads what changed", COUNTER.format(12, "c3 += c1"), COUNTER.format(6, "c3 += c1"))
one("global writer does nothing any more", COUNTER.format(12, "c3 += c1"), COUNTER.format(12, "pass"))
one("global writer is gone", COUNTER.format(12, "c3 += c1"), "c1 = 12\nc3 = 1\n")
one("class attribute set from outside is gone", "class K: pass\nK.u = 1\n", "class K: pass\n")
one("instance attribute set from outside is gone", "class K: pass\no = K()\no.u = 1\n", "class K: pass\no = K()\n")
one(
    "reader added between those that fill a dict",
    "r = {}\ndef reg(f):\n    r[1] = 1\n@reg\ndef f4(): pass\n",
    "r = {}\ndef reg(f):\n    r[1] = 1\nc4 = len(r)\n@reg\ndef f4(): pass\n",
)
one("reader added between those that fill a list", "r = []\nr.append(1)\n", "r = []\nc4 = len(r)\nr.append(1)\n")
case(
    "lazy read of what a later module is yet to make",
    "p m2",
    {"p.py": "def f(): return 9\nl = f()\n", "m2.py": "c = 1\n"},
    {"p.py": "def f():\n    from m2 import c\n    return c\nl = f()\n", "m2.py": "c = 6\n"},
)
one(
    "cached function reads a global that changed",
    "import functools\nc = 9\n@functools.lru_cache\ndef f1(): return c\n",
    "import functools\nc = 10\n@functools.lru_cache\ndef f1(): return c\n",
)
one("the last of two writers is gone", "c = 8\nc = 6\n", "c = 8\n")
one("the last of two functions is gone", "def f1(): return 1\ndef f1(): return 2\n", "def f1(): return 1\n")
one("the conditional writer is gone", "c = 8\nif 1:\n    c = 6\n", "c = 8\n")
one("the augmenting writer is gone", "c = 8\nc += 6\n", "c = 8\n")
ONLY_VALUE = "s = {0!r}\nclass K:\n    def m(self): return s\n"
one(
    "default by a method that reads what changed",
    ONLY_VALUE.format(".") + "def g(n, *, scale=K().m()): pass\n",
    ONLY_VALUE.format(1) + "def g(n, *, scale=K().m()): pass\n",
)
one(
    "method's default by a method that reads what changed",
    ONLY_VALUE.format(".") + "class L:\n    def __init__(self, v=K().m()): pass\n",
    ONLY_VALUE.format(1) + "class L:\n    def __init__(self, v=K().m()): pass\n",
)
one("alias of an equal list", "l1 = [3]\nlx = l1\n", "l3 = [3]\nlx = l3\n")
WRAPPER = "def {0}(f):\n    def wrapped(*a): return f(*a)\n    return wrapped\n@{0}\ndef f2(): return 1\n"
one("decorator renamed", WRAPPER.format("deco1"), WRAPPER.format("deco2"))
WRAPS = "import functools\n" + WRAPPER.replace("    def wrapped", "    @functools.wraps(f)\n    def wrapped")
one("decorator with wraps renamed", WRAPS.format("deco1"), WRAPS.format("deco2"))
one("docstring is no longer first", "'''About.'''\n", "class K: pass\n'''About.'''\n")
one(
    "conditional function changes branch",
    "if 3:\n    def f1(): return 3\nclass K:\n    def m(self): return f1()\nt = {}\nt.setdefault('k', K().m())\n",
    "if 3 > 17:\n    def f1(): return 3\nelse:\n    def f1(): pass\nclass K:\n    def m(self): return f1()\n"
    "t = {}\nt.setdefault('k', K().m())\n",
)
case(
    "a module whose file is gone does not stand in the way",
    "m4",
    {"m3.py": "def f3(): pass\nx = 1\n", "m4.py": "from m3 import f3\n", "m5.py": ""},
    {"m4.py": None, "m3.py": "x = 2\n"},
)
CALLED = "c1 = {0}\ndef f2(): return c1\nclass K1:\n    w = f2()\n    def m(self): pass\n"
one("class attribute by a function that reads what changed", CALLED.format(8), CALLED.format(7))
SLOTTED = "import m1\nclass K3:\n    __slots__ = ('v',)\n    w = m1.g1(4)\n"
case(
    "class attribute by a function of another module that changed",
    "m2",
    {"m1.py": "def g1(n): return 17\n", "m2.py": SLOTTED},
    {"m2.py": SLOTTED + "    def m(self, v=2): pass\n"},
    {"m1.py": "def g1(n): return 1\n"},
)
one(
    "loop that registered by a decorator has another body",
    "h = []\nfor n in range(2):\n    @h.append\n    def _h(): pass\n",
    "h = []\nfor n in range(2):\n    pass\n",
)
one(
    "loop that filled a list has another body",
    "h = []\nfor n in range(2):\n    h.append(n)\n",
    "h = []\nfor n in range(2):\n    pass\n",
)
for target, act in {"class": "K.v = 1", "instance": "o.v = 1", "list": "l.append(2)", "dict": "d['k'] = 1"}.items():
    case(
        f"failed reload undoes what a statement did to a {target}",
        "p",
        {
            "p/a.py": "def f1(): pass\ndef f2(b=f1): pass\n",
            "p/__init__.py": "class K: pass\no = K()\nl = []\nd = {}\nimport p.a\n",
        },
        {
            "p/a.py": "def f2(b=f1): pass\n",
            "p/__init__.py": f"class K: pass\no = K()\nl = []\nd = {{}}\n{act}\nimport p.a\n",
        },
    )
case(
    "registration of a number elsewhere is gone",
    "m3",
    {
        "m2.py": "r = {}\ndef reg(f):\n    r[f.__name__] = 5\n    return f\n",
        "m3.py": "from m2 import r, reg\n@reg\ndef f5(): pass\n",
    },
    {"m3.py": "from m2 import r, reg\n"},
)
case(
    "module __getattr__ added with an import that needs it",
    "p.b",
    {"p/__init__.py": "", "p/b.py": ""},
    {"p/b.py": "def __getattr__(name): return 1\n", "p/__init__.py": "from p.b import dyn1\n"},
)
BRANCHES = "c = 8\nif c:\n    def f3(): {0}\nelse:\n    def f3(): return 1\n"
one("body moves between branches", BRANCHES.format("pass"), BRANCHES.format("return 1"))
FILLED = "l = []\n{0}def fill(values): values.append(1)\nfill(l)\nl[:9] = [1]\n"
one("class added between those that fill a list", FILLED.format(""), FILLED.format("class K:\n    w = sum(l)\n"))
one("conditional binds no more", "c6 = 18\nif c6 > 7:\n    c7 = 1\n", "c6 = 1\nif c6 > 7:\n    c7 = 1\n")
case(
    "what was built over statements becomes a number",
    "p p.a",
    {"p/__init__.py": "t1 = dict(k0=19)\nt1.update(k5=1)\n", "p/a.py": "from p import t1\n"},
    {"p/__init__.py": "t1 = 1\n"},
)
case(
    "list filled from elsewhere comes out equal",
    "p",
    {"m1.py": "l1 = []\n", "p.py": "c2 = 11\nimport m1\nm1.l1[:0] = [c2]\n"},
    {"p.py": "c4 = 11\nimport m1\nm1.l1[:0] = [c4]\n"},
)
REGISTERING = "r1 = {{}}\ndef reg1(f):\n    {0}\n@reg1\ndef f4(): pass\n"
one("registering function registers no more", REGISTERING.format("r1[1] = 1"), REGISTERING.format("pass"))
case(
    "another attribute is set on a class elsewhere",
    "m2",
    {"m1.py": "class K1: pass\n", "m2.py": "from m1 import *\nK1.v = 1\n"},
    {"m2.py": "from m1 import *\nK1.u = 1\n"},
)
case(
    "chain of star imports: a name that is gone",
    "m2",
    {"n1.py": "class K1: pass\n", "m1.py": "from n1 import *\n", "m2.py": "from m1 import *\n"},
    {"n1.py": "class K2: pass\n"},
)
HOLDER = "class K1:\n    def __init__(self, v=l1): pass\n"
one("method's default holds a list that is made anew", "l1 = []\nl1 += [3]\n" + HOLDER, "l1 = []\n" + HOLDER)
SET_TWICE = "t1 = {0}\nclass K1:\n    w = t1\nK1.u = 1\n"
case(
    "class attribute set twice, in two modules",
    "m2",
    {"m1.py": SET_TWICE.format(1), "m2.py": "import m1\nm1.K1.u = 2\n"},
    {"m1.py": SET_TWICE.format(5)},
)
case(
    "import of a name that the same save adds to a module further on",
    "p",
    {"p/__init__.py": "from .b import f7\nfrom p.a import l2\n", "p/b.py": "def f7(): pass\n", "p/a.py": "l2 = 1\n"},
    {"p/a.py": "def f7(): pass\nl2 = 1\n", "p/b.py": "from p.a import f7\n"},
)
EMPTY_FIRST = "class K1:\n    w = {0}\nc2 = K1.w\n"
case(
    "a file that was empty",
    "m2 m1",
    {"m1.py": EMPTY_FIRST.format(1), "m2.py": ""},
    {"m1.py": EMPTY_FIRST.format(14), "m2.py": "from m1 import c2\n"},
)
case(
    "files that were empty, edited twice",
    "m4 m2",
    {"m2.py": "", "m4.py": ""},
    {"m2.py": "def make(n): pass\nf5 = make(18)\n", "m4.py": "from m2 import f5\n"},
    {"m2.py": "def make(n): return 1\nf5 = make(18)\n"},
)
CACHED = (
    "import functools\n@functools.lru_cache\ndef f2(): {0}\ndef f3(a=f2()): pass\nclass D1:\n    x = f2()\nc = f2()\n"
)
one("body of a cached function", CACHED.format("pass"), CACHED.format("return 1"))
MEMBERS = (
    "c1 = {0}\ndef make(n):\n    def inner(): return n\n    return inner\nf2 = make({1})\n"
    "class K1:\n    w = f2()\n    def __init__(self, v=c1): pass\n"
)
case(
    "class run again twice, for one member and then for another",
    "m",
    {"m.py": MEMBERS.format(1, 12)},
    {"m.py": MEMBERS.format(8, 12)},
    {"m.py": MEMBERS.format(8, 20)},
)
DEFAULT = "class K1:\n    def __init__(self, v=c2): pass\n"
one("class moved above what a method's default reads", "c2 = 13\n" + DEFAULT, DEFAULT + "c2 = 13\n")
CALLS = "c2 = 1\ndef set_c2():\n    global c2\n    c2 += c1\nset_c2()\n"
one("constant moved below a call that reads it", "c1 = 9\n" + CALLS, CALLS + "c1 = 9\n")
case(
    "failed reload undoes what an added registration did",
    "m3",
    {
        "m1.py": "r1 = {}\ndef reg1(f):\n    r1[1] = 1\n    return f\n",
        "m3.py": "from m1 import reg1\nc3 = reg1\n",
    },
    {
        "m1.py": "r1 = {}\ndef reg1(f):\n    r1[1] = 1\n    return f\n@reg1\ndef f2(): pass\n",
        "m3.py": "c3 = reg1\nc4 = 1\n",
    },
)
SETTER = "class K1:\n    w = {0}\nc3 = 6\ndef set_c3():\n    global c3\n    c3 += K1.w\nset_c3()\n"
one("global writer reads a class attribute that changed", SETTER.format(13), SETTER.format(1))
READER = "class K1:\n    w = {0}\ndef f2(): return K1.w\nx = f2()\n"
one("function reads a class attribute that changed", READER.format(13), READER.format(1))
WRITTEN_TWICE = "c1 = {0}\nc2 = 8\nif 1:\n    c2 = c1\n"
case(
    "name written twice is told to its importer",
    "p.a",
    {"p/__init__.py": WRITTEN_TWICE.format(9), "p/a.py": "from p import c2\n"},
    {"p/__init__.py": WRITTEN_TWICE.format(8)},
)
TRIED = "try:\n    c1 = 1 // 0\nexcept ZeroDivisionError:\n    c1 = l1\n"
one("list loses a filler: told to a reader", "l1 = []\nl1.insert(0, 4)\n" + TRIED, "l1 = []\n" + TRIED)
case(
    "list loses a filler: told to an importer",
    "b",
    {"a.py": "l1 = [1]\nl1.insert(0, 4)\n", "b.py": "from a import l1\n"},
    {"a.py": "l1 = [1]\n"},
)
one("number loses a loop that added to it", "c1 = 2\nfor _ in range(2):\n    c1 += 19\nl1 = c1\n", "c1 = 2\nl1 = c1\n")
REGISTRY = "r1 = []\ndef reg1(f):\n    r1.append(f)\n    return f\n"
F5 = "@reg1\ndef f5(): pass\n"
one("registration added before others", REGISTRY + F5, REGISTRY + "@reg1\ndef f7(): pass\n" + F5)
case(
    "registration added before others, elsewhere",
    "b",
    {"a.py": REGISTRY, "b.py": "from a import reg1\n" + F5},
    {"b.py": "from a import reg1\n@reg1\ndef f7(): pass\n" + F5},
)
one(
    "class loses its last annotation and gains a member",
    "class K2:\n    def m(self): pass\n    note: int = 6\n",
    "class K2:\n    def m(self): pass\n    m2 = 14\n",
)
IF_ELSE = "if {0}:\n    def f2(): pass\nelse:\n    def f2(): {1}\n"
case(
    "conditional function changes branch back and forth",
    "m",
    {"m.py": "if 16:\n    def f2(): pass\n"},
    {"m.py": IF_ELSE.format(0, "pass")},
    {"m.py": IF_ELSE.format(1, "pass")},
    {"m.py": IF_ELSE.format(0, "return 3")},
)
case(
    "function added that reads a dict which another module adds to",
    "m3",
    {"m2.py": "t2 = dict(k0=12)\n", "m3.py": "from m2 import t2\nt2['k0'] += 17\n"},
    {"m2.py": "t2 = dict(k0=12)\ndef f1(*, b=sum(t2.values())): pass\n"},
)
case(
    "class body with a member called like a global that it reads",
    "m3",
    {"m2.py": "o2 = 7\n", "m3.py": "import m2\nclass K5:\n    m2 = m2.o2\n"},
    {"m2.py": "o2 = 4\n"},
)
case(
    "class attribute by a function that lazily reads what changed",
    "m4",
    {
        "m2.py": "c1 = 20\n",
        "m4.py": "def f4():\n    import m2 as lazy\n    return lazy.c1\n"
        "class K2:\n    w = f4()\n    def __init__(self, v=f4()): pass\n",
    },
    {"m2.py": "c1 = 3\n"},
)
DESCRIPTOR = (
    "class Desc:\n    def __get__(self, i, o): return {0}\nclass K1:\n    w = Desc()\n"
    "class K3:\n    class Inner:\n        q = K1.w\nx = K1.w\n"
)
one("nested class reads a descriptor whose code changed", DESCRIPTOR.format(1), DESCRIPTOR.format(2))
one("docstring becomes first", "s = 1\n'''About.'''\n", "'''About.'''\ns = 1\n")
CONTEXT = (
    "class D1:\n    x = {0}\nimport contextlib\n@contextlib.contextmanager\ndef ctx():\n    yield D1.x\n"
    "with ctx() as c1:\n    c2 = c1 + 1\n"
)
one("with a context manager that reads a class attribute", CONTEXT.format(5), CONTEXT.format(15))
one(
    "a default, twice, of a list that is made anew",
    "l1 = []\nl1[:0] = [5]\ndef f3(a=l1): pass\n",
    "l1 = []\ndef f3(a=l1): pass\ndef f3(a=l1): pass\n",
)
NOTED = "def f3(): pass\ndef f4(): pass\n"
one("function attribute set from outside is gone", NOTED + "f3.note = 1\n", NOTED)
one("function attribute is set on another function", NOTED + "f3.note = 1\n", NOTED + "f4.note = 1\n")
case(
    "module attribute set from elsewhere is gone",
    "m2",
    {"m1.py": "", "m2.py": "import m1\nm1.c2 = 1\n"},
    {"m2.py": "import m1\n"},
)
one(
    "registering call becomes another",
    "r1 = []\ndef reg1(f):\n    r1.append(1)\nreg1(1)\n",
    "r1 = []\ndef reg2(f): pass\nreg2(1)\n",
)
one(
    "loop that registered is gone: told to a reader",
    "h1 = []\nfor n in range(2):\n    @h1.append\n    def _h(): pass\nc = len(h1)\n",
    "h1 = []\nc = len(h1)\n",
)
case(
    "default by a function that lazily reads what changed",
    "m3",
    {"m1.py": "c2 = 10\n", "m3.py": "def f3():\n    from m1 import c2\n    return c2\ndef f4(a=f3()): pass\n"},
    {"m1.py": "c2 = 15\n"},
)
case(
    "file that stood in the way is deleted",
    "m3",
    {"m1.py": "class M1: pass\nx = 1\n", "m3.py": "from m1 import M1\n"},
    {"m1.py": "x = 2\n"},
    {"m3.py": None},
)
one("binding becomes an addition to nothing", "c1 = 8\nc1 += 8\n", "c1 += 8\nc1 += 8\n")
REBOUND = "c3 = 9\ndef f3():\n    return {0}\ndef g1(n, *, scale=f3()): pass\nc3 = 2\n"
one("default by a function that reads what is bound again below", REBOUND.format(1), REBOUND.format("c3"))
one(
    "future import is no longer first",
    "from __future__ import annotations\nx = 1\n",
    "x = 1\nfrom __future__ import annotations\n",
)
IMPORTED_TWICE = (
    "from m1 import t1\nc4 = 7\ndef set_c4():\n    global c4\n    c4 += len(t1)\nset_c4()\nfrom m1 import *\n"
)
case(
    "name imported twice, read by a function in between",
    "m3",
    {"m1.py": "t1 = {}\n", "m3.py": IMPORTED_TWICE},
    {"m1.py": "t1 = {'k': 1}\n"},
)
one(
    "binding moves below a call that reads it",
    "c1 = 6\nc1 = 2\ndef f(): return c1\nx = f()\n",
    "c1 = 6\ndef f(): return c1\nx = f()\nc1 = 2\n",
)
one(
    "class added before what its default reads by a function",
    "def f11(): return K6\nclass K6: pass\n",
    "def f11(): return K6\nclass K8:\n    def __init__(self, v=f11()): pass\nclass K6: pass\n",
)
case(
    "star import added of a module whose own import is yet to follow",
    "m3 m2",
    {"m1.py": "t1 = 'k1'\n", "m2.py": "from m1 import t1\n", "m3.py": "x = 1\n"},
    {"m1.py": "t1 = 1\n", "m3.py": "x = 1\nfrom m2 import *\n"},
)
one("list inside of an equal value", "l1 = []\nh = {'rows': [l1]}\n", "l2 = []\nh = {'rows': [l2]}\n")
UNWRAPPED = "import functools\ndef deco1(f):\n{0}    def wrapped(*a): return 1\n    return wrapped\n"
case(
    "wrapper is no longer like what it wraps",
    "m2",
    {"m1.py": UNWRAPPED.format("    @functools.wraps(f)\n"), "m2.py": "import m1\n@m1.deco1\ndef f1(): pass\n"},
    {"m1.py": UNWRAPPED.format("")},
)
EQUAL = "def f5(): pass\nclass K1:\n    def __init__(self, v=f5): {0}\n    def __eq__(self, other): pass\n"
case(
    "default made by a class that changes after a broken save",
    "m1",
    {"m1.py": EQUAL.format("pass") + "def f6(*, b=K1()): pass\n"},
    {"m1.py": EQUAL.format("pass").replace("def f5(): pass\n", "")},
    {"m1.py": EQUAL.format("self.v = 1").replace("v=f5", "v=1") + "def f6(*, b=K1()): pass\n"},
)
one(
    "default made by a class that changes",
    EQUAL.format("pass") + "def f6(*, b=K1()): pass\n",
    EQUAL.format("self.v = 1") + "def f6(*, b=K1()): pass\n",
)
READ = "class Desc1:\n    def __get__(self, i, o): return {0}\nclass K1:\n    w = Desc1()\ndef f1(*, b=K1.w): pass\n"
one("default reads a descriptor whose code changed", READ.format(1), READ.format(2))
case(
    "import added of a name that a function calls a method on",
    "m1",
    {"n2.py": "t1 = 'k5'\n", "m1.py": "def f1(): return t1.values()\n"},
    {"m1.py": "from n2 import t1\ndef f1(): return t1.values()\n"},
)

# --- who looks at a registry ---------------------------------------------------------------------------------
KEYED = (
    "registry = {}\ndef reg(n):\n    def d(f):\n        registry[n] = f\n        return f\n    return d\n"
    "@reg('a')\ndef f(): return 1\n"
)
RENAMED, SECOND = KEYED.replace("'a'", "'b'"), KEYED + "@reg('c')\ndef g(): return 2\n"
ROUTES = (
    "class App:\n    def __init__(self): self.routes = {}\n    def route(self, p):\n        def d(f):\n"
    "            self.routes[p] = f\n            return f\n        return d\napp = App()\n"
    "@app.route('a')\ndef f(): pass\n"
)
TWO_ROUTES = ROUTES + "@app.route('c')\ndef g(): pass\n"
SUBCLASSES = (
    "subs = []\nclass Base:\n    def __init_subclass__(cls, **k):\n        super().__init_subclass__(**k)\n"
    "        subs.append(cls)\nclass A(Base): pass\n"
)
TWO_SUBCLASSES = SUBCLASSES + "class B(Base): pass\n"
HANDLERS = (
    "class Bus:\n    handlers = []\n    @classmethod\n    def on(cls, f):\n        cls.handlers.append(f)\n"
    "        return f\n@Bus.on\ndef a(): pass\n"
)
TWO_HANDLERS = HANDLERS + "@Bus.on\ndef b(): pass\n"
for what, old, new, reader in [
    ("key", KEYED, RENAMED, "n = list(registry)\n"),
    ("key, by a function", KEYED, RENAMED, "def names(): return sorted(registry)\nn = names()\n"),
    ("entry", KEYED, SECOND, "n = list(registry)\n"),
    ("entry, by a function", KEYED, SECOND, "def names(): return sorted(registry)\nn = names()\n"),
    ("route's path", ROUTES, ROUTES.replace("'a'", "'b'"), "n = list(app.routes)\n"),
    ("route", ROUTES, TWO_ROUTES, "n = list(app.routes)\n"),
    ("subclass", SUBCLASSES, TWO_SUBCLASSES, "n = len(subs)\n"),
    ("subclass's name", SUBCLASSES, SUBCLASSES.replace("A(", "B("), "n = [c.__name__ for c in subs]\n"),
    ("handler of a class", HANDLERS, TWO_HANDLERS, "n = len(Bus.handlers)\n"),
]:
    one(f"registry's other {what} is told to a reader", old + reader, new + reader)
    one(f"registry's other {what} is told to a reader: taken back", new + reader, old + reader)
for what, old, new in [("key", KEYED, RENAMED), ("entry", KEYED, SECOND), ("last entry", KEYED, "")]:
    split = KEYED.index("@reg")
    case(
        f"registry's other {what} is told to a reader in a third module",
        "main",
        {
            "r.py": KEYED[:split],
            "p.py": "from r import reg\n" + old[split:],
            "main.py": "import p\nfrom r import registry\nnames = list(registry)\nimport r\nk = len(r.registry)\n",
        },
        {"p.py": "from r import reg\n" + new[split:]},
    )
one(
    "registering call with another value is told to a reader",
    "d = {}\ndef add(k, v): d[k] = v\nadd('a', 1)\nadd('b', 2)\nn = dict(d)\n",
    "d = {}\ndef add(k, v): d[k] = v\nadd('a', 5)\nadd('b', 2)\nn = dict(d)\n",
)
ROUTER = ROUTES[: ROUTES.index("@app")]
one(
    "added by a call: plain call renames",
    "d = {}\ndef add(k, v): d[k] = v\nadd('a', 1)\nadd('b', 2)\nn = list(d)\n",
    "d = {}\ndef add(k, v): d[k] = v\nadd('c', 1)\nadd('b', 2)\nn = list(d)\n",
)
one(
    "added by a call: plain call removed",
    "d = {}\ndef add(k, v): d[k] = v\nadd('a', 1)\nadd('b', 2)\nn = dict(d)\n",
    "d = {}\ndef add(k, v): d[k] = v\nadd('b', 2)\nn = dict(d)\n",
)
one(
    "added by a call: method call value",
    ROUTER + "app.route('/a')(1)\nn = dict(app.routes)\n",
    ROUTER + "app.route('/a')(2)\nn = dict(app.routes)\n",
)
one(
    "added by a call: method call key",
    ROUTER + "app.route('/a')(1)\nn = dict(app.routes)\n",
    ROUTER + "app.route('/b')(1)\nn = dict(app.routes)\n",
)
case(
    "added by a call: call elsewhere, key",
    "main",
    {
        "r.py": "d = {}\ndef add(k, v): d[k] = v\n",
        "p.py": "from r import add\nadd('a', 1)\n",
        "main.py": "import p, r\nn = list(r.d)\n",
    },
    {"p.py": "from r import add\nadd('b', 1)\n"},
)
case(
    "added by a call: call elsewhere, gone",
    "main",
    {
        "r.py": "d = {}\ndef add(k, v): d[k] = v\n",
        "p.py": "from r import add\nadd('a', 1)\n",
        "main.py": "import p, r\nn = list(r.d)\n",
    },
    {"p.py": "from r import add\n"},
)
case(
    "added by a call: direct subscript elsewhere, key",
    "main",
    {"r.py": "d = {}\n", "p.py": "from r import d\nd['a'] = 1\n", "main.py": "import p, r\nn = list(r.d)\n"},
    {"p.py": "from r import d\nd['b'] = 1\n"},
)
case(
    "added by a call: direct subscript elsewhere, gone",
    "main",
    {"r.py": "d = {}\n", "p.py": "from r import d\nd['a'] = 1\n", "main.py": "import p, r\nn = list(r.d)\n"},
    {"p.py": "from r import d\n"},
)
case(
    "added by a call: append elsewhere through module, changed",
    "main",
    {"r.py": "l = []\n", "p.py": "import r\nr.l.append(1)\n", "main.py": "import p, r\nn = list(r.l)\n"},
    {"p.py": "import r\nr.l.append(2)\n"},
)
case(
    "added by a call: setting in module, changed",
    "main",
    {
        "conf.py": "DEBUG = False\n",
        "p.py": "import conf\nconf.DEBUG = True\n",
        "main.py": "import p\nfrom conf import DEBUG\nx = DEBUG\n",
    },
    {"p.py": "import conf\nconf.DEBUG = 3\n"},
    {"p.py": "import conf\n"},
    {"p.py": "import conf\nconf.DEBUG = 4\n"},
    {"conf.py": "DEBUG = None\n"},
)
case(
    "added by a call: monkeypatch of a function, gone",
    "main",
    {
        "lib.py": "def f(): return 1\n",
        "p.py": "import lib\ndef g(): return 2\nlib.f = g\n",
        "main.py": "import p, lib\nx = lib.f()\n",
    },
    {"p.py": "import lib\ndef g(): return 3\nlib.f = g\n"},
    {"p.py": "import lib\ndef g(): return 3\n"},
)
case(
    "added by a call: monkeypatch of a method, changed then gone",
    "main",
    {
        "lib.py": "class K:\n    def f(self): return 1\n",
        "p.py": "import lib\ndef g(self): return 2\nlib.K.f = g\n",
        "main.py": "import p, lib\nx = lib.K().f()\n",
    },
    {"p.py": "import lib\ndef g(self): return 3\nlib.K.f = g\n"},
    {"p.py": "import lib\ndef g(self): return 3\n"},
)

# --- attributes that statements set on what others made ---------------------------------------------------
WITH_U = "class K:\n    u = 0\n    def f(self): return 1\n"
one(
    "set from outside: class attr set, value edit, reader", WITH_U + "K.v = 1\nx = K.v\n", WITH_U + "K.v = 2\nx = K.v\n"
)
one("set from outside: class attr set over member, gone", WITH_U + "K.u = 1\nx = K.u\n", WITH_U + "x = K.u\n")
one("set from outside: class attr set over member, value", WITH_U + "K.u = 1\nx = K.u\n", WITH_U + "K.u = 2\nx = K.u\n")
one(
    "set from outside: class attr other",
    WITH_U + "K.v = 1\nx = vars(K).get('v')\n",
    WITH_U + "K.w = 1\nx = vars(K).get('v')\n",
)
one(
    "set from outside: member changes under set",
    WITH_U + "K.u = 1\nx = K.u\n",
    WITH_U.replace("u = 0", "u = 5") + "K.u = 1\nx = K.u\n",
)
one(
    "set from outside: method patched, def edited",
    WITH_U + "def g(self): return 7\nK.f = g\nx = K().f()\n",
    WITH_U.replace("return 1", "return 3") + "def g(self): return 7\nK.f = g\nx = K().f()\n",
)
one(
    "set from outside: method patched, gone",
    WITH_U + "def g(self): return 7\nK.f = g\nx = K().f()\n",
    WITH_U + "def g(self): return 7\nx = K().f()\n",
)
one(
    "set from outside: method patched, default edited",
    WITH_U + "def g(self): return 7\nK.f = g\nx = K().f()\n",
    WITH_U.replace("self)", "self, a=1)") + "def g(self): return 7\nK.f = g\nx = K().f()\n",
)
one("set from outside: set twice, last gone", WITH_U + "K.v = 1\nK.v = 2\nx = K.v\n", WITH_U + "K.v = 1\nx = K.v\n")
one(
    "set from outside: set twice, first edited",
    WITH_U + "K.v = 1\nK.v = 2\nx = K.v\n",
    WITH_U + "K.v = 5\nK.v = 2\nx = K.v\n",
)
HAS_NOTE = "def f(): return 1\n"
one("set from outside: func attr value", HAS_NOTE + "f.a = 1\nx = f.a\n", HAS_NOTE + "f.a = 2\nx = f.a\n")
one(
    "set from outside: func attr other",
    HAS_NOTE + "f.a = 1\nx = vars(f).copy()\n",
    HAS_NOTE + "f.b = 1\nx = vars(f).copy()\n",
)
one("set from outside: func attr gone", HAS_NOTE + "f.a = 1\nx = vars(f).copy()\n", HAS_NOTE + "x = vars(f).copy()\n")
for how, imp, ref in [("from", "from lib import K", "K"), ("import", "import lib", "lib.K")]:
    R = f"{imp}\nx = getattr({ref}, 'v', None), {ref}.u, {ref}().f()\n"
    M = "import p\n" + R
    L = {"lib.py": WITH_U, "main.py": M}
    case(
        f"set from outside: {how}: class attr elsewhere, value",
        "main",
        {**L, "p.py": f"{imp}\n{ref}.v = 1\n"},
        {"p.py": f"{imp}\n{ref}.v = 2\n"},
        {"p.py": f"{imp}\n{ref}.w = 2\n"},
        {"p.py": f"{imp}\n{ref}.u = 2\n"},
        {"lib.py": WITH_U.replace("u = 0", "u = 9")},
        {"p.py": f"{imp}\n"},
        {"p.py": f"{imp}\n{ref}.u = 4\n"},
    )
    case(
        f"set from outside: {how}: method elsewhere",
        "main",
        {**L, "p.py": f"{imp}\ndef g(self): return 2\n{ref}.f = g\n"},
        {"p.py": f"{imp}\ndef g(self): return 3\n{ref}.f = g\n"},
        {"lib.py": WITH_U.replace("return 1", "return 9")},
        {"lib.py": WITH_U.replace("self)", "self, a=1)")},
        {"p.py": f"{imp}\ndef g(self): return 3\n"},
    )
case(
    "set from outside: lib.f patched, edited under",
    "main",
    {
        "lib.py": "def f(): return 1\n",
        "p.py": "import lib\ndef g(): return 2\nlib.f = g\n",
        "main.py": "import p, lib\nx = lib.f()\n",
    },
    {"lib.py": "def f(): return 5\n"},
    {"lib.py": "def f(a=1): return 5\n"},
    {"p.py": "import lib\ndef g(): return 2\n"},
)
case(
    "set from outside: wrapping patch",
    "main",
    {
        "lib.py": "def f(): return 1\n",
        "p.py": "import lib\norig = lib.f\ndef g(): return orig() + 10\nlib.f = g\n",
        "main.py": "import p, lib\nx = lib.f()\n",
    },
    {"lib.py": "def f(): return 5\n"},
    {"p.py": "import lib\norig = lib.f\ndef g(): return orig() + 20\nlib.f = g\n"},
    {"p.py": "import lib\n"},
)
one("set from outside: setattr", WITH_U + "setattr(K, 'v', 1)\nx = K.v\n", WITH_U + "setattr(K, 'v', 2)\nx = K.v\n")
one(
    "set from outside: setattr gone",
    WITH_U + "setattr(K, 'v', 1)\nx = vars(K).get('v')\n",
    WITH_U + "x = vars(K).get('v')\n",
)
one(
    "set from outside: setattr loop",
    WITH_U + "for n in ['a', 'b']:\n    setattr(K, n, 1)\nx = sorted(n for n in vars(K) if len(n) == 1)\n",
    WITH_U + "for n in ['a', 'c']:\n    setattr(K, n, 1)\nx = sorted(n for n in vars(K) if len(n) == 1)\n",
)
one("set from outside: instance attr", WITH_U + "o = K()\no.v = 1\nx = o.v\n", WITH_U + "o = K()\no.v = 2\nx = o.v\n")
one(
    "set from outside: instance attr gone",
    WITH_U + "o = K()\no.v = 1\nx = vars(o).copy()\n",
    WITH_U + "o = K()\nx = vars(o).copy()\n",
)

CACHED_MEMBER = "import functools\n@functools.lru_cache\ndef f1(): return K1.w\n"
one(
    "member that a cached function reads",
    "class K1:\n    w = 1\n" + CACHED_MEMBER,
    "class K1:\n    pass\n" + CACHED_MEMBER,
)
case(
    "dict that another module adds to comes out equal",
    "m2",
    {"m1.py": "t1 = {n: n for n in range(4)}\n", "m2.py": "import m1\nm1.t1.setdefault('k8', 1)\n"},
    {"m1.py": "t1 = {n: n * 1 for n in range(4)}\n"},
)
case(
    "alias added of a function whose attribute another module sets",
    "m1",
    {"p/__init__.py": "", "p/a.py": "def f2(): pass\n", "m1.py": "from p.a import f2\nf2.note = 1\n"},
    {"p/a.py": "def f2(): pass\nt1 = f2\n"},
    {"p/a.py": "def f2(a=1): pass\nt1 = f2\n"},
)
one(
    "class moved below an addition",
    """
    t1 = {'k0': 1}
    class K1:
        w = sum(t1.values())
        def m(self): pass
    t1['k0'] += 1
    """,
    """
    t1 = {'k0': 1}
    t1['k0'] += 1
    class K1:
        w = sum(t1.values())
        def m(self): pass
    """,
)
case(
    "chain of imports of a dict that is added to",
    "m1",
    {
        "p/__init__.py": """
        c4 = 1
        t1 = dict(k0=c4)
        """,
        "p/a.py": """
        c6 = (c5 := 7) + 1
        from p import t1 as t1_as1
        """,
        "m1.py": """
        from p.a import t1_as1, c6, c5
        t1_as1.update(k2=16)
        """,
    },
    {
        "p/__init__.py": """
        c4 = 8
        t1 = dict(k0=c4)
        """,
        "p/a.py": """
        c6 = (c5 := 10) + 1
        from p import t1 as t1_as1
        """,
    },
)
one(
    "statement added that calls what reads a name bound again below",
    """
    c3 = 10
    c3 = 2
    """,
    """
    c3 = 10
    def f(): return c3
    c5 = f()
    c3 = 2
    """,
)
case(
    "read moved above the star import that binds",
    "m3",
    {
        "m2.py": "l1 = 1\n",
        "m3.py": """
        from m2 import *
        l1
        """,
    },
    {
        "m3.py": """
        l1
        from m2 import *
        """,
    },
)
case(
    "class added beside a global set from elsewhere",
    "m4",
    {
        "m2.py": """
        import contextlib
        @contextlib.contextmanager
        def ctx1():
            yield 13
        with ctx1() as c2:
            c2 += 2
        class K3: pass
        """,
        "m4.py": """
        import m2
        m2.c2 = 2
        """,
    },
    {
        "m4.py": """
        import m2
        class K7(m2.K3): pass
        m2.c2 = 2
        """,
    },
)
one(
    "loop by a function between a binding and its addition",
    """
    c2 = 13
    def f1(**options): return c2
    for i1 in [f1() for i in range(2)]:
        pass
    c2 += 1
    """,
    """
    c2 = 18
    def f1(**options): return c2
    for i1 in [f1() for i in range(2)]:
        pass
    c2 += 1
    """,
)
one(
    "cached function in a loop",
    """
    t1 = dict(k0=1)
    import functools
    @functools.lru_cache
    def f2(): return sum(t1.values())
    c3 = 2
    for _ in range(1):
        c3 += f2()
    """,
    """
    t1 = dict(k0=1 > 1)
    import functools
    @functools.lru_cache
    def f2(): return sum(t1.values())
    c3 = 2
    for _ in range(1):
        c3 += f2()
    """,
)
case(
    "import of a module in another form",
    "p.b",
    {
        "p/__init__.py": "",
        "p/a.py": "l1 = []\n",
        "p/b.py": """
        import p.a as a_1
        a_1.l1.extend([1, 6])
        """,
    },
    {
        "p/b.py": """
        from p import a as a_1
        a_1.l1.extend([1, 6])
        """,
    },
)
case(
    "class member called like a module that its body reads",
    "m1",
    {
        "p/__init__.py": "class K1: pass\n",
        "m1.py": """
        import p
        class K2:
            w = p.K1
            def __init__(self, v=1): pass
            def p(self): pass
        """,
    },
    {
        "p/__init__.py": """
        class K1:
            def m(self): pass
            def __init__(self, v=1): pass
        """,
    },
)
one(
    "alias of a list that comes out equal",
    """
    try:
        c9 = 1
    except 1:
        pass
    l6 = list(range(5))
    h2 = l6
    def fill1(values): c9
    fill1(l6)
    """,
    """
    try:
        c9 = {}
    except 1:
        pass
    l6 = list(range(5))
    h2 = l6
    def fill1(values): c9
    fill1(l6)
    """,
)


one(
    "first of two bindings goes, read between",
    """
    x = 1
    y = x
    x = 2
    """,
    """
    y = x
    x = 2
    """,
)
one(
    "second of three goes, read between",
    """
    x = 1
    x = 7
    y = x
    x = 2
    """,
    """
    x = 1
    y = x
    x = 2
    """,
)
one(
    "second of three added",
    """
    x = 1
    y = x
    x = 2
    """,
    """
    x = 1
    x = 7
    y = x
    x = 2
    """,
)
one(
    "function twice, first goes",
    """
    def f(): return 1
    a = f()
    def f(): return 2
    b = f()
    """,
    """
    a = 0
    def f(): return 2
    b = f()
    """,
)
one(
    "function thrice, middle goes",
    """
    def f(): return 1
    def f(): return 3
    a = f()
    def f(): return 2
    b = f()
    """,
    """
    def f(): return 1
    a = f()
    def f(): return 2
    b = f()
    """,
)
one(
    "middle renamed",
    """
    x = 1
    x = 7
    y = x
    x = 2
    """,
    """
    x = 1
    z = 7
    y = x
    x = 2
    """,
)
one(
    "function reads",
    """
    x = 1
    x = 7
    def g(): return x
    y = g()
    x = 2
    """,
    """
    x = 1
    def g(): return x
    y = g()
    x = 2
    """,
)
one(
    "class body reads",
    """
    x = 1
    x = 7
    class K:
        v = x
    x = 2
    """,
    """
    x = 1
    class K:
        v = x
    x = 2
    """,
)
one(
    "registration that comes twice",
    """
    import functools
    import functools
    @functools.singledispatch
    def g1(n): pass
    @g1.register
    def _(n: str): pass
    """,
    """
    import functools
    @functools.singledispatch
    def g1(n): pass
    @g1.register
    def _(n: str): pass
    @g1.register
    def _(n: str): pass
    """,
)
case(
    "read below one of two star imports moved above it",
    "m3",
    {
        "m1.py": "class K1: pass\n",
        "m3.py": """
        from m1 import *
        t2 = K1
        from m1 import *
        """,
    },
    {
        "m3.py": """
        t2 = K1
        from m1 import *
        """,
    },
)
one(
    "first of two bindings comes to be as the second",
    """
    x = 1
    y = x
    x = 2
    """,
    """
    x = 2
    y = x
    x = 2
    """,
)
one(
    "first of two functions comes to be as the second",
    """
    def f(): return 1
    y = f()
    def f(): return 2
    """,
    """
    def f(): return 2
    y = f()
    def f(): return 2
    """,
)
one(
    "function between two that are alike",
    """
    def f(): return 1
    y = f()
    def f(): return 2
    z = f()
    """,
    """
    def f(): return 1
    y = f()
    def f(): return 1
    z = f()
    """,
)


case(
    "registering call of a function reruns",
    "m2",
    {
        "m1.py": """
        l1 = 1
        def f2(): return 1
        def f3(): return f2
        """,
        "m2.py": """
        r1 = []
        def reg1(f):
            r1.append(f)
            f()
        from m1 import l1, f3
        reg1(f3)
        """,
    },
    {
        "m1.py": """
        l1 = 1
        def f3(): return 2
        """,
    },
)
one(
    "singledispatch with an import more",
    """
    import functools
    @functools.singledispatch
    def g1(n): pass
    @g1.register
    def _(n: str): pass
    import functools
    """,
    """
    import functools
    import functools
    @functools.singledispatch
    def g1(n): pass
    @g1.register
    def _(n: str): pass
    """,
)


one(
    "enum member that a cached function reads",
    """
    import enum
    class E1(enum.IntEnum):
        A = 12
    import functools
    @functools.lru_cache
    def f7(): return E1.A
    """,
    """
    import enum
    class E1(enum.IntEnum):
        pass
    import functools
    @functools.lru_cache
    def f7(): return E1.A
    """,
)
one(
    "class added that calls what reads a list half built",
    """
    l1 = [1 for n in range(3)]
    def f1(): return len(l1)
    l1[:0] = [1]
    """,
    """
    def f1(): return len(l1)
    l1 = [1 for n in range(3)]
    class D1:
        x = f1()
        def total(self): pass
    l1[:0] = [1]
    """,
)
case(
    "item of a list set through a module that another imports",
    "m4",
    {
        "m1.py": "l1 = [1 for n in range(4)]\n",
        "m2.py": "import m1 as m1_1\n",
        "m4.py": """
        from m2 import m1_1
        m1_1.l1[0] = 20
        """,
    },
    {
        "m4.py": "from m2 import m1_1\n",
    },
)
one(
    "method reads a list half built",
    """
    l1 = list(range(3))
    l2 = []
    class K1:
        def m(self): return sum(1 for n in l1)
    l2[:0] = [K1().m()]
    l1.append(1)
    """,
    """
    l1 = list(range(3))
    l2 = []
    class K1:
        def m(self): return sum(1 for n in l1)
    l2[:0] = [K1().m()]
    l2.insert(0, 1)
    l1.append(1)
    """,
)


one(
    "annotation of a field of a dataclass with slots",
    """
    import dataclasses
    c = 9
    @dataclasses.dataclass(slots=True)
    class D1:
        x: 1 = c
        def total(self): pass
    """,
    """
    import dataclasses
    c = 9
    @dataclasses.dataclass(slots=True)
    class D1:
        x: int = c
        def total(self): pass
    """,
)
one(
    "annotation of a field of a dataclass",
    """
    import dataclasses
    c = 9
    @dataclasses.dataclass
    class D1:
        x: 1 = c
        def total(self): pass
    """,
    """
    import dataclasses
    c = 9
    @dataclasses.dataclass
    class D1:
        x: int = c
        def total(self): pass
    """,
)
one(
    "annotations of a function",
    """
    def f(a: int) -> str: pass
    x = f.__annotations__
    """,
    """
    def f(a: str) -> str: pass
    x = f.__annotations__
    """,
)


case(
    "import that a broken save had taken out",
    "m3",
    {
        "m2.py": "c2 = 3\n",
        "m3.py": """
        from m2 import c2
        c3 = c2
        """,
    },
    {
        "m3.py": "c3 = c2\n",
    },
    {
        "m2.py": "c2 = 4\n",
        "m3.py": """
        from m2 import c2
        c3 = c2
        """,
    },
)


case(
    "dict of another module read half built",
    "m3",
    {
        "m1.py": """
        t1 = dict(k0=6)
        def f1(): pass
        """,
        "m3.py": """
        from m1 import f1, t1
        t1.setdefault('k2', 1)
        """,
    },
    {
        "m3.py": """
        from m1 import f1, t1
        c1 = sum(t1.values())
        t1.setdefault('k2', 1)
        """,
    },
)
case(
    "addition through two modules is gone",
    "p.b",
    {
        "p/__init__.py": """
        c1 = 6
        t1 = {1: 1 for n in range(2)}
        """,
        "p/a.py": "from p import t1, c1\n",
        "p/b.py": """
        import p.a as a_1
        a_1.t1.setdefault('k9', 1)
        """,
    },
    {
        "p/b.py": "import p.a as a_1\n",
    },
)
one(
    "registered function is the last of its name again",
    """
    import functools
    @functools.singledispatch
    def g2(n): pass
    @g2.register
    def _(n: str): pass
    def _(n: 1): pass
    """,
    """
    import functools
    @functools.singledispatch
    def g2(n): pass
    @g2.register
    def _(n: str): pass
    """,
)
one(
    "class with another base registers no more",
    """
    r1 = []
    class K2: pass
    class K4:
        def __init_subclass__(cls, **k): r1.append(1)
    class K5(K4): pass
    """,
    """
    r1 = []
    class K2: pass
    class K4:
        def __init_subclass__(cls, **k): r1.append(1)
    class K5(K2): pass
    """,
)
one(
    "list filled twice with the same",
    """
    l2 = []
    for i3 in [1]:
        l2.append(1)
    def fill1(values): pass
    fill1(l2)
    """,
    """
    l2 = []
    for i3 in [1]:
        l2.append(1)
    def fill1(values): values.append(1)
    fill1(l2)
    """,
)
case(
    "filled through a star import and a module",
    "p.b",
    {
        "p/__init__.py": """
        def fill1(values):
            values.append(2)
        l1 = []
        """,
        "p/a.py": "from p import *\n",
        "p/b.py": """
        from p import a as a_1
        a_1.fill1(a_1.l1)
        """,
    },
    {
        "p/__init__.py": """
        def fill1(values):
            pass
        l1 = []
        """,
    },
)


one(
    "constructor added to a class that a cached function calls",
    """
    import functools
    class K1: pass
    @functools.lru_cache
    def f5(): return K1()
    """,
    """
    import functools
    class K1:
        def __init__(self, v=11): self.v = v
    @functools.lru_cache
    def f5(): return K1()
    """,
)
case(
    "statement added that reads what another module sets later",
    "p.a",
    {
        "p/__init__.py": "c1 = 6\n",
        "p/a.py": """
        import p as p_1
        p_1.c1 = 8
        """,
    },
    {
        "p/__init__.py": """
        c1 = 6
        t1 = c1
        """,
    },
)
case(
    "class that reads a constant itself and by a function",
    "p.a",
    {
        "m1.py": "c1 = 18\n",
        "p/__init__.py": "",
        "p/a.py": """
        import m1 as m1_1
        def f1():
            from m1 import c1
            return c1
        class K1:
            def m(self): pass
            def __init__(self, v=f1()): pass
            class Inner:
                q = m1_1.c1
        """,
    },
    {
        "m1.py": "c1 = 20\n",
    },
)
case(
    "failed reload undoes what a class decorator set",
    "p",
    {
        "p.py": """
        class K1:
            def m(self): pass
        """,
    },
    {
        "p.py": """
        def classy1(cls):
            cls.m2 = 15
            return cls
        @classy1
        class K1: pass
        r2 = f7
        """,
    },
)
one(
    "registered function that comes twice",
    """
    r4 = {}
    def reg4(f):
        r4[1] = f
        return f
    @reg4
    def f7():
        return 1
    """,
    """
    r4 = {}
    def reg4(f):
        r4[1] = f
        return f
    @reg4
    def f7():
        return 1
    @reg4
    def f7():
        return 1
    """,
)
case(
    "star import of a name that comes in two steps",
    "m2",
    {
        "m1.py": "",
        "m2.py": "from m1 import *\n",
    },
    {
        "m1.py": """
        c1 = 8
        if 1:
            c1 += 1
        """,
    },
)
one(
    "member that is a function from elsewhere",
    """
    f3 = lambda a=1: 1
    class K2:
        def m(self): pass
        method = f3
    """,
    """
    f6 = lambda a=1: 1
    class K2:
        def m(self): pass
        method = f6
    """,
)


case(
    "registered function becomes an import",
    "m1",
    {
        "p/__init__.py": "",
        "p/b.py": "",
        "m1.py": """
        r2 = {}
        def reg2(f):
            r2[f] = 1
        @reg2
        def f9(*a, b=3): return 1
        """,
    },
    {
        "p/b.py": "def f9(): pass\n",
        "m1.py": """
        r2 = {}
        def reg2(f):
            r2[f] = 1
        from p.b import f9
        """,
    },
)
one(
    "a class with the name of one that was imported",
    "from enum import Enum\nclass Old:\n    kind = Enum\n",
    "from enum import Enum as EnumType\nclass Enum(list):\n    kind = EnumType\n",
)
case(
    "the order in which a star import binds names",
    "m",
    {
        "a.py": "__all__ = ['v', 'x']\nv = 1\nw = 2\nx = 3\n",
        "b.py": "V = 1\nX = 3\n",
        "m.py": "from a import *\nfrom b import *\nnames = globals()\n",
    },
    {"a.py": "__all__ = ['v', 'w', 'x']\nv = 1\nw = 2\nx = 3\n"},
    {"b.py": "V = 1\nW = 2\nX = 3\n"},
)
one(
    "plain order",
    """

    limits = {}
    def limit(name, value): limits[name] = value
    limit("a", 1)
    limit("c", 3)
    first = list(limits)
    """,
    """

    limits = {}
    def limit(name, value): limits[name] = value
    limit("a", 1)
    limit("b", 2)
    limit("c", 3)
    first = list(limits)
    """,
)
one(
    "plain order list",
    """

    limits = []
    def limit(value): limits.append(value)
    limit(1)
    limit(3)
    """,
    """

    limits = []
    def limit(value): limits.append(value)
    limit(1)
    limit(2)
    limit(3)
    """,
)
one(
    "plain order same values",
    """

    limits = []
    def limit(value): limits.append(value)
    limit(1)
    limit(1)
    """,
    """

    limits = []
    def limit(value): limits.append(value)
    limit(1)
    limit(2)
    limit(1)
    """,
)
case(
    "plain order other module",
    "main",
    {
        "reg.py": """

        limits = {}
        def limit(name, value): limits[name] = value
        """,
        "main.py": """

        from reg import limit
        limit("a", 1)
        limit("c", 3)
        """,
    },
    {
        "main.py": """

        from reg import limit
        limit("a", 1)
        limit("b", 2)
        limit("c", 3)
        """,
    },
)
case(
    "plain order two modules",
    "m1 m2",
    {
        "reg.py": """

        limits = {}
        def limit(name, value): limits[name] = value
        """,
        "m1.py": """

        from reg import limit
        limit("a", 1)
        """,
        "m2.py": """

        from reg import limit
        limit("c", 1)
        """,
    },
    {
        "m1.py": """

        from reg import limit
        limit("a", 1)
        limit("b", 2)
        """,
    },
)
one(
    "globals shrinks",
    """

    n = 3
    for i in range(n):
        globals()[f"v{i}"] = i
    """,
    """

    n = 2
    for i in range(n):
        globals()[f"v{i}"] = i
    """,
)
one(
    "globals shrinks itself",
    """

    for i in range(3):
        globals()[f"v{i}"] = i
    """,
    """

    for i in range(2):
        globals()[f"v{i}"] = i
    """,
)
one(
    "globals grows",
    """

    for i in range(3):
        globals()[f"v{i}"] = i
    last = v2
    """,
    """

    for i in range(3):
        globals()[f"v{i}"] = i * 2
    last = v2
    """,
)
one(
    "vars update",
    """

    globals().update({"a": 1, "b": 2})
    """,
    """

    globals().update({"a": 1})
    """,
)
one(
    "vars update 2",
    """

    vals = {"a": 1, "b": 2}
    globals().update(vals)
    """,
    """

    vals = {"a": 1}
    globals().update(vals)
    """,
)

case(
    "body sees decorator attr",
    "m3",
    {
        "m2.py": "",
        "m3.py": """

        import m2
        def classy1(cls):
            cls.m2 = 1
            return cls
        @classy1
        class K1:
            pass
        """,
    },
    {
        "m2.py": "def f3(): pass\n",
        "m3.py": """

        import m2
        class K1:
            def m(self): pass
            def n(self, v=m2.f3): pass
        """,
    },
)
one(
    "moved growth",
    """

    r1 = []
    def reg1(f):
        r1.append(1)
    l1 = len(r1)
    @reg1
    def f4(): pass
    """,
    """

    r1 = []
    def reg1(f):
        r1.append(1)
    @reg1
    def f4(): pass
    l1 = len(r1)
    """,
)
one(
    "moved subclass",
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(1)
    q1 = len(r1)
    class K2(K1):
        pass
    """,
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(1)
    class K2(K1):
        pass
    q1 = len(r1)
    """,
)
one(
    "swapped registrations",
    """

    r1 = []
    def reg1(f):
        r1.append(f)
        return f
    @reg1
    def a(): pass
    @reg1
    def b(): pass
    """,
    """

    r1 = []
    def reg1(f):
        r1.append(f)
        return f
    @reg1
    def b(): pass
    @reg1
    def a(): pass
    """,
)
one(
    "swapped plain registrations",
    """

    r1 = {}
    def reg1(k, v):
        r1[k] = v
    reg1("a", 1)
    reg1("b", 2)
    """,
    """

    r1 = {}
    def reg1(k, v):
        r1[k] = v
    reg1("b", 2)
    reg1("a", 1)
    """,
)
case(
    "reader before foreign adder",
    "p.b",
    {
        "p/__init__.py": "l1 = []\n",
        "p/a.py": "import p\n",
        "p/b.py": """

        from .a import p as q
        q.l1.insert(0, 1)
        """,
    },
    {
        "p/b.py": """

        from .a import p as q
        c3 = sum(4 for n in q.l1)
        q.l1.insert(0, 1)
        """,
    },
)
case(
    "reader before foreign adder 2",
    "m2",
    {
        "m1.py": "t1 = dict(k0=1)\n",
        "m2.py": """

        import m1
        m1.t1.update(k7=1)
        """,
    },
    {
        "m2.py": """

        import m1
        def f6(a=sum(m1.t1.values())): pass
        m1.t1.update(k7=1)
        """,
    },
)
one(
    "member registers",
    """

    r2 = []
    def reg1(f):
        r2.append(1)
    class K4:
        def __init__(self, v=1): pass
        @reg1
        def m(self): pass
    """,
    """

    r2 = []
    def reg1(f):
        r2.append(1)
    class K6:
        pass
    """,
)
one(
    "member registers 2",
    """

    r2 = []
    def reg1(f):
        r2.append(1)
    class K4:
        def __init__(self, v=1): pass
        @reg1
        def m(self): pass
    """,
    """

    r2 = []
    def reg1(f):
        r2.append(1)
    class K4:
        def __init__(self, v=1): pass
        def m(self): pass
    """,
)
one(
    "meta attr",
    """

    class M2(type):
        def __new__(mcls, name, bases, namespace, **k):
            return super().__new__(mcls, name, bases, namespace, **k)
    class K5(metaclass=M2):
        def __init__(self, v=1): pass
    K5.u = (1)
    """,
    """

    class M2(type):
        def __new__(mcls, name, bases, namespace, **k):
            return super().__new__(mcls, name, bases, namespace, **k)
    class K5(metaclass=M2):
        def __init__(self, v=1): pass
    o1 = K5(1)
    K5.v = 1
    """,
)
case(
    "cache undone",
    "m1 m2",
    {
        "m1.py": """

        import functools
        @functools.lru_cache
        def f2():
            pass
        c7 = f2()
        """,
        "m2.py": "x = 1\n",
    },
    {
        "m1.py": """

        import functools
        @functools.lru_cache
        def f2():
            return 1
        c7 = f2()
        """,
        "m2.py": "x = y\n",
    },
)
one(
    "accepted",
    """

    s1 = '.'
    class K1:
        w = s1
    """,
    """

    class K1:
        w = s1
        def m(self): pass
    s1 = '.'
    """,
)
one(
    "swapped subclasses",
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(cls)
    class K2(K1):
        pass
    class K3(K1):
        pass
    """,
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(cls)
    class K3(K1):
        pass
    class K2(K1):
        pass
    """,
)
one(
    "swapped routes",
    """

    class App:
        def __init__(self): self.routes = {}
        def route(self, path):
            def deco(f):
                self.routes[path] = f
                return f
            return deco
    app = App()
    @app.route("/a")
    def a(): pass
    @app.route("/b")
    def b(): pass
    names = list(app.routes)
    """,
    """

    class App:
        def __init__(self): self.routes = {}
        def route(self, path):
            def deco(f):
                self.routes[path] = f
                return f
            return deco
    app = App()
    @app.route("/b")
    def b(): pass
    @app.route("/a")
    def a(): pass
    names = list(app.routes)
    """,
)
case(
    "swapped routes elsewhere",
    "m",
    {
        "reg.py": """

        class App:
            def __init__(self): self.routes = []
            def route(self, path):
                def deco(f):
                    self.routes.append((path, f))
                    return f
                return deco
        app = App()
        """,
        "m.py": """

        from reg import app
        @app.route("/a")
        def a(): pass
        @app.route("/b")
        def b(): pass
        @app.route("/c")
        def c(): pass
        """,
    },
    {
        "m.py": """

        from reg import app
        @app.route("/c")
        def c(): pass
        @app.route("/a")
        def a(): pass
        @app.route("/b")
        def b(): return 1
        """,
    },
)

case(
    "match reader before foreign adder",
    "p.b",
    {
        "p/__init__.py": "l1 = []\n",
        "p/a.py": "import p\n",
        "p/b.py": """

        from .a import p as q
        match 1:
            case 0:
                c3 = f2
            case 1 | 2:
                c3 = (sum(4 for n in q.l1))
        q.l1.insert(0, 1)
        """,
    },
    {
        "p/b.py": """

        from .a import p as q
        def f2(): pass
        match 1:
            case 0:
                c3 = f2
            case 1 | 2:
                c3 = (sum(4 for n in q.l1))
        q.l1.insert(0, 1)
        """,
    },
)
case(
    "slice foreign",
    "p.a",
    {
        "p/__init__.py": "l2 = []\n",
        "p/a.py": """

        import p
        p.l2[:0] = [1]
        """,
    },
    {
        "p/a.py": """

        import p
        c2, c8 = 1, len(p.l2)
        p.l2[:0] = [1]
        """,
    },
)
case(
    "default foreign",
    "m2",
    {
        "m1.py": "t1 = dict(k0=1)\n",
        "m2.py": """

        import m1
        m1.t1.update(k7=1)
        """,
    },
    {
        "m2.py": """

        import m1
        def f6(a=sum(m1.t1.values())):
            pass
        m1.t1.update(k7=1)
        """,
    },
)
case(
    "failed import remembered",
    "p.a",
    {
        "n1.py": "",
        "p/__init__.py": "",
        "p/a.py": "",
    },
    {
        "n1.py": """

        def f5(*a, b=16) -> 1: pass
        """,
        "p/a.py": """

        from n1 import f5
        match f4:
            case 9: pass
        """,
    },
    {
        "p/a.py": "",
    },
)
one(
    "metaclass reads a name that moved below",
    """

    c4 = (c3 := 1) + 1
    class M1(type):
        def __new__(mcls, name, bases, namespace, **k):
            namespace['added'] = c3
            return type.__new__(mcls, name, bases, namespace)
    class K1(metaclass=M1):
        pass
    """,
    """

    class M1(type):
        def __new__(mcls, name, bases, namespace, **k):
            namespace['added'] = c3
            return type.__new__(mcls, name, bases, namespace)
    class K1(metaclass=M1):
        pass
    c4 = (c3 := 1) + 1
    """,
)
case(
    "a cached property's value is kept where the edit fails",
    "p",
    {
        "p/a.py": """

        import functools
        class K4:
            def __init__(self, v=1): pass
            @functools.cached_property
            def p(self): pass
            def m(self): return self.p
        o1 = K4(1)
        """,
        "p/__init__.py": """

        from p import a as a_1
        c3 = a_1.o1.m()
        """,
    },
    {
        "p/a.py": """

        import functools
        class K4:
            def __init__(self, v=13): pass
            def p(self): return 1
        o1 = K4(1)
        """,
    },
)
case(
    "set by a submodule later",
    "p.a",
    {
        "p/__init__.py": """

        c1 = 9
        class K4:
            def __init__(self, v=c1): pass
        """,
        "p/a.py": "import p as p_1\n",
    },
    {
        "p/a.py": """
        import p as p_1
        p_1.c1 = 2
        """,
    },
)
case(
    "a view of a dict that a failed edit made",
    "m2",
    {
        "p/a.py": """
        class K1:
            pass
        """,
        "p/b.py": "import p.a as a_1\n",
        "m2.py": """

        t2 = dict(k0=19)
        from p.b import a_1
        a_1.K1.v = t2.values()
        D1 = 1
        class K4:
            q = D1
        """,
    },
    {
        "m2.py": """

        t2 = dict(k0=13)
        from p.b import a_1
        a_1.K1.v = t2.values()
        class K4:
            q = D1
        """,
    },
)
one(
    "note of a function in a branch",
    """

    l1 = []
    for i1 in range(1):
        l1.append(i1)
    if sum(n for n in l1):
        pass
    else:
        def f3(): pass
    f3.note = 1
    """,
    """

    l1 = []
    if sum(n for n in l1):
        pass
    else:
        def f3(): pass
    f3.note = 1
    """,
)
case(
    "read of what is set below",
    "p",
    {
        "m1.py": """
        c1 = 13
        l1 = []
        """,
        "p/__init__.py": """

        import m1 as m1_1
        m1_1.c1 = 5
        """,
    },
    {
        "p/__init__.py": """

        import m1 as m1_1
        m1_1.l1[:2] = [m1_1.c1]
        m1_1.c1 = 5
        """,
    },
)

one(
    "dataclass emptied",
    """
    import dataclasses
    @dataclasses.dataclass
    class D2:
        pass
    """,
    "",
)
case(
    "module attr",
    "m2",
    {
        "m1.py": "",
        "m2.py": """

        import m1
        m1.c3 = 6
        """,
    },
    {
        "m2.py": """

        import m1
        m1.c1 = 7
        """,
    },
)
one(
    "note again",
    """

    class M1(type):
        pass
    class K1(metaclass=M1):
        pass
    def f1(a=1):
        pass
    f1.note = K1
    """,
    """

    class M1(type):
        pass
    class K1(metaclass=M1):
        pass
    def f1(a=1) -> 1:
        pass
    f1.note = K1
    """,
)
one(
    "a later class's table names a class that is edited",
    "from __future__ import annotations\n"
    "class Part:\n    @classmethod\n    def make(cls, whole: Whole) -> Part: return cls()\n"
    "class Whole:\n    parts = {'part': Part}\n",
    "from __future__ import annotations\n"
    "class Part:\n    size = {'a': 1}\n    @classmethod\n    def make(cls, whole: Whole) -> Part: return cls()\n"
    "class Whole:\n    parts = {'part': Part}\n",
)
DATA = (
    "import dataclasses\nclass Config:\n    {}\ndef take():\n    dataclasses.dataclass(Config)\n    return Config({})\n"
)
one(
    "a data class made by a function of a class whose fields change",
    DATA.format("a: int = 1", "a=1") + "config = take()\n",
    DATA.format("b: int = 1", "b=1") + "config = take()\n",
)
case(
    "adds what it reads elsewhere",
    "m4",
    {
        "m1.py": """

        r1 = []
        class K1:
            def __init_subclass__(cls, **k):
                r1.append(1)
        """,
        "m2.py": """
        import m1 as m1_1
        l1 = []
        """,
        "m4.py": """

        from m2 import *
        class K4(m1_1.K1): pass
        """,
    },
    {
        "m4.py": """

        from m2 import *
        l1.extend([1, len(m1_1.r1)])
        class K4(m1_1.K1): pass
        """,
    },
)
case(
    "a decorator comes to use wraps",
    "p.b",
    {
        "p/__init__.py": """

        import functools
        def deco1(f):
            def wrapped(*a, **k): pass
            return wrapped
        """,
        "p/a.py": "from p import deco1 as deco1_as1\n",
        "p/b.py": """

        from p import a as a_1
        @a_1.deco1_as1
        def f1(): pass
        """,
    },
    {
        "p/__init__.py": """

        import functools
        def deco1(f):
            @functools.wraps(f)
            def wrapped(*a, **k): pass
            return wrapped
        """,
    },
)
case(
    "a member's decorator comes to use wraps",
    "m4",
    {
        "m1.py": """

        import functools
        def deco1(f):
            def wrapped(*a, **k): pass
            return wrapped
        """,
        "m4.py": """

        from m1 import *
        class K3:
            def __init__(self, v=1): pass
            @deco1
            def m(self): pass
        """,
    },
    {
        "m1.py": """

        import functools
        def deco1(f):
            @functools.wraps(f)
            def wrapped(*a, **k): pass
            return wrapped
        """,
    },
)
one(
    "a member's decorator has another name",
    """

    import functools
    def deco1(f):
        @functools.wraps(f)
        def wrapped(*a, **k): return 1
        return wrapped
    class K2:
        @deco1
        def m(self): pass
    """,
    """

    import functools
    def deco4(f):
        @functools.wraps(f)
        def wrapped(*a, **k): return 1
        return wrapped
    class K2:
        @deco4
        def m(self): pass
    """,
)
case(
    "an alias comes to be added to",
    "p.a",
    {
        "p/__init__.py": """
        l1 = []
        lx1 = l1
        """,
        "p/a.py": """
        from p import l1
        l2 = sum(l1)
        """,
    },
    {
        "p/__init__.py": """
        l1 = []
        lx1 = l1
        lx1.append(1)
        """,
    },
)
one(
    "cached sum of a dict that is built",
    """

    t1 = {f'k{n}': 1 for n in range(1)}
    if 1:
        c1 = 1
    t1['k0'] += c1
    import functools
    @functools.lru_cache
    def f1():
        return sum(t1.values())
    import functools
    """,
    """

    t1 = {f'k{n}': 1 for n in range(1)}
    if t1:
        c1 = sum(1 for n in range(20))
    t1['k0'] += c1
    import functools
    @functools.lru_cache
    def f1():
        return sum(t1.values())
    import functools
    """,
)
case(
    "a lambda of another name behind an alias",
    "m1",
    {
        "p/a.py": """

        def deco1(f): pass
        class D1: pass
        f2 = lambda a=1: 1
        """,
        "p/b.py": """
        from .a import deco1, D1 as D1_as1, f2 as f2_as2
        c3 = 11
        """,
        "m1.py": "from p.b import f2_as2, D1_as1, c3\n",
    },
    {
        "p/a.py": """

        def deco1(f): pass
        class D1: pass
        f4 = lambda a=1: 1
        """,
        "p/b.py": """
        from .a import deco1, D1 as D1_as1, f4 as f2_as2
        c3 = 11
        """,
    },
)
one(
    "a member that is a function of another name",
    """

    def make_f2(n):
        def inner(): pass
        return inner
    f4 = make_f2(1)
    class K1:
        def m(self): pass
        method = f4
    """,
    """

    def make_f2(n):
        def inner(): pass
        return inner
    f5 = make_f2(1)
    class K1:
        def m(self): pass
        method = f5
    """,
)
one(
    "note of a lambda",
    """

    if 1:
        c5 = 1
    f4 = lambda a=c5: 1
    f4.note = 1
    """,
    """

    c5 = 2
    f4 = lambda a=c5: 1
    f4.note = 1
    """,
)
case(
    "item from an imported registry before its last entry",
    "m1",
    {
        "p/a.py": """

        r1 = []
        def reg1(f):
            r1.append(1)
        l1 = [3, 1]
        class D1: pass
        """,
        "m1.py": """

        import p.a as a_1
        from p.a import r1, D1
        @a_1.reg1
        def f4(a=1): pass
        """,
    },
    {
        "m1.py": """

        import p.a as a_1
        from p.a import r1, D1
        a_1.l1[0] = len(r1)
        @a_1.reg1
        def f4(a=1): pass
        """,
    },
)
case(
    "an item that is a list of another name elsewhere",
    "m3",
    {
        "m1.py": "l3 = [3, 1]\n",
        "m3.py": """
        import m1
        h2 = {'rows': [m1.l3], 'n': sum(m1.l3)}
        """,
    },
    {
        "m1.py": "l4 = [3, 1]\n",
        "m3.py": """
        import m1
        h2 = {'rows': [m1.l4], 'n': sum(m1.l4)}
        """,
    },
)
case(
    "added to in place after an import of another name",
    "m2",
    {
        "m1.py": """
        c1 = 17
        l1 = [c1, c1]
        """,
        "m2.py": """
        from m1 import l1 as x
        x += []
        """,
    },
    {
        "m1.py": """
        c1 = 17
        l2 = [c1, c1]
        """,
        "m2.py": """
        from m1 import l2 as x
        x += []
        """,
    },
)
case(
    "added to in place what is imported now",
    "p.b",
    {
        "p/a.py": "",
        "p/b.py": """
        l1 = [17, 1]
        l1 += []
        """,
    },
    {
        "p/a.py": "l1 = [17, 1]\n",
        "p/b.py": """
        from p.a import l1
        l1 += []
        """,
    },
)
case(
    "a cache that reads a refilled list by another name",
    "m2",
    {
        "m1.py": """
        c1 = 1
        l1 = []
        """,
        "m2.py": """

        from m1 import c1, l1 as l1_as3
        l1_as3[:0] = [c1]
        import functools
        @functools.lru_cache
        def f2():
            return sum(l1_as3)
        """,
    },
    {
        "m1.py": """
        c1 = 5
        l1 = []
        """,
    },
)
case(
    "an import before what is set below",
    "p.b",
    {
        "p/a.py": """
        c4 = 4
        h1 = 'rows'
        def make_f1(n): pass
        """,
        "p/b.py": """
        import p.a as a_1
        a_1.c4 = 9
        """,
    },
    {
        "p/b.py": """
        from p.a import c4, h1, make_f1
        import p.a as a_1
        a_1.c4 = 9
        """,
    },
)
one(
    "registered twice in a new list",
    """

    def reg1(f):
        pass
    @reg1
    def f5(**options): pass
    reg1(1)
    """,
    """

    r3 = []
    def reg1(f):
        r3.append(1)
    @reg1
    def f5(**options): pass
    reg1(1)
    """,
)
case(
    "a class that was imported later than who uses it now",
    "p.b m1",
    {
        "m1.py": "",
        "p/b.py": "",
        "p/__init__.py": """

        import dataclasses
        @dataclasses.dataclass
        class D1:
            x: 1 = 7
            def total(self): return 1
        class K9:
            w = (D1().x if D1(x=9).total() > 7 else 4)
            class Inner:
                q = D1().x
        """,
    },
    {
        "m1.py": """

        import dataclasses
        @dataclasses.dataclass
        class D1:
            x: 1 = 7
            def total(self): return 1
        """,
        "p/__init__.py": """

        from m1 import D1
        class K9:
            w = (D1().x if D1(x=9).total() > 7 else 4)
            class Inner:
                q = D1().x
        """,
    },
    {
        "m1.py": """

        import dataclasses
        @dataclasses.dataclass
        class D1:
            x: 1 = (1)
            def total(self): return self.x
        """,
    },
)
case(
    "set from outside after an import",
    "p.a p.b",
    {
        "m1.py": "c3 = 11\n",
        "p/__init__.py": "",
        "p/a.py": """
        from m1 import c3
        import m1
        """,
        "p/b.py": "from .a import m1 as m1_as2\n",
    },
    {
        "p/b.py": """
        from .a import m1 as m1_as2
        m1_as2.c3 = 9
        """,
    },
)
case(
    "what it no longer adds to, in a statement that stands before it now",
    "m1",
    {
        "n1.py": """
        l1 = list(range(3))
        l1[0] = 1
        """,
        "m1.py": "import n1\n",
    },
    {
        "n1.py": """
        c5 = 7
        l1 = list(range(3))
        """,
    },
)
one(
    "read after what is added by another name",
    """
    l1 = []
    lx2 = l1
    h1 = sum(l1)
    lx2.append(4)
    """,
    """
    l1 = []
    lx2 = l1
    lx2.append(4)
    h1 = sum(l1)
    """,
)
case(
    "a broken edit that is taken back beside one that waits for it",
    "m2",
    {
        "m1.py": "l1 = 1\n",
        "p/b.py": "",
        "p/__init__.py": """
        from m1 import l1
        class K2:
            def m(self):
                pass
            def __init__(self, v=l1):
                pass
        """,
        "m2.py": "import p.b as b_1\n",
    },
    {
        "p/__init__.py": """
        class K2:
            def m(self):
                pass
            def __init__(self, v=l1):
                pass
        class K2:
            def m(self):
                pass
            def __init__(self, v=l1):
                pass
        """,
        "m2.py": """
        t2 = 'k0'
        import p.b as b_1
        """,
    },
    {
        "p/__init__.py": """
        from m1 import l1
        class K2:
            def m(self):
                pass
            def __init__(self, v=l1):
                pass
        """,
    },
)
one(
    "registered, and another function above the registry now",
    """
    r1 = []
    def reg1(f):
        r1.append(f)
    @reg1
    def f2(*a, b=3):
        pass
    """,
    """
    def make_f1(n):
            pass
    r1 = []
    def reg1(f):
        r1.append(f)
    """,
)
case(
    "a cache that top-level code filled while its list was built",
    "p.b",
    {
        "p/__init__.py": "l1 = []\n",
        "p/b.py": """

        from p import l1
        import functools
        @functools.lru_cache
        def f4():
            return (1 for n in l1)
        def f5(**options):
            return f4()
        l1 += [(f5())]
        """,
    },
    {
        "p/b.py": """

        from p import l1
        def g1(n, *rest, scale=l1):
            pass
        import functools
        @functools.lru_cache
        def f4():
            return (1 for n in l1)
        def f5(**options):
            return f4()
        l1 += [(f5())]
        """,
    },
)
case(
    "what top-level code computed stays in its cache",
    "m2",
    {
        "m1.py": """
        import functools
        URL = 'a'
        @functools.cache
        def engine():
            return [URL]
        """,
        "m2.py": """
        from m1 import engine
        current = engine()
        """,
    },
    {
        "m1.py": """
        import functools
        URL = 'b'
        @functools.cache
        def engine():
            return [URL]
        """,
    },
    {
        "m1.py": """
        import functools
        URL = 'b'
        @functools.cache
        def engine():
            return [URL, 1]
        """,
    },
)
one(
    "a registry of subclasses seen by another name before an edited one",
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(cls)
        def m(self):
            pass
    if K1.m:
        c1 = r1
    class K2(K1):
        def m(self):
            pass
    """,
    """

    r1 = []
    class K1:
        def __init_subclass__(cls, **k):
            r1.append(cls)
        def m(self):
            pass
    if K1.m:
        c1 = r1
    class K2(K1):
            pass
    """,
)
case(
    "a cached property that imports a name which is gone",
    "m2",
    {
        "m1.py": "c1 = 10\n",
        "p/__init__.py": "",
        "p/a.py": """

        def f1():
            from m1 import c1
        import functools
        class K1:
            def __init__(self, v=1):
                pass
            @functools.cached_property
            def p(self):
                return f1()
        """,
        "m2.py": """
        import p.a as a_1
        o1 = a_1.K1()
        """,
    },
    {},
    {
        "m1.py": "",
    },
)
one(
    "a loop over a list that is empty now, and its own variable",
    """
    l3 = []
    for i2 in [1]:
        l3.append(1)
    for i4 in l3:
        i4
    """,
    """
    l3 = []
    for i4 in l3:
        i4
    """,
)
one(
    "no longer registered, above the registry now",
    """

    r1 = []
    def reg1(f):
        r1.append(f)
    @reg1
    def f1():
        pass
    """,
    """

    def f1():
        pass
    r1 = []
    def reg1(f):
        r1.append(f)
    """,
)
case(
    "a cache that reads a name of another module which is gone",
    "p.b",
    {
        "p/__init__.py": "c2 = 16\n",
        "p/b.py": """
        import p as p_1
        import functools
        @functools.lru_cache
        def f3():
            return p_1.c2
        """,
    },
    {
        "p/__init__.py": "",
    },
)
case(
    "a cache that reads a constant of another module",
    "p.b",
    {
        "p/__init__.py": "c2 = 16\n",
        "p/b.py": """
        import p as p_1
        import functools
        @functools.lru_cache
        def f3():
            return p_1.c2
        """,
    },
    {
        "p/__init__.py": "c2 = 17\n",
    },
)
one(
    "a loop over an empty list now",
    """
    l2 = [1 for n in range(1)]
    for i2 in l2:
        if i2:
            pass
    """,
    """
    l2 = []
    for i2 in l2:
        if i2:
            pass
    """,
)
case(
    "an import that is the first of a module which imports back",
    "m2",
    {
        "m1.py": """
        def g1(n, *rest, scale=1):
            pass
        """,
        "m2.py": "from m1 import g1\n",
        "m3.py": "from m2 import *\n",
    },
    {
        "m2.py": "from m3 import g1\n",
    },
)
one(
    "computed by a function that reads what is assigned",
    """
    def f3():
        return (lambda n: c3)(7)
    c2 = c3 = 11
    """,
    """
    def f3():
        return (lambda n: c3)(7)
    [c2, *c3_rest], c3 = [f3()], 1
    """,
)
case(
    "a function of another name in a dict",
    "m3",
    {
        "m1.py": """

        def f1(a=20):
            try:
                pass
            except 1:
                pass
        f2 = lambda a=f1(): 1
        """,
        "m2.py": "from m1 import f2, f1\n",
        "m3.py": """

        def f6() -> 1:
            pass
        from m2 import f2
        r1 = {'0': f6, '1': f2, 'last': lambda: 1}
        """,
    },
    {
        "m1.py": """

        def f1(a=20):
            try:
                pass
            except 1:
                pass
        f7 = lambda a=f1(): 1
        """,
        "m2.py": "from m1 import f7, f1\n",
        "m3.py": """

        def f6() -> 1:
            pass
        from m2 import f7
        r1 = {'0': f6, '1': f7, 'last': lambda: 1}
        """,
    },
)
case(
    "cycle closed: from-import of what comes later",
    "a",
    {
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 2\n",
    },
    {
        "b.py": """
        from a import x
        y = 2
        """,
    },
    {
        "b.py": """
        import a
        y = 3
        """,
    },
)
case(
    "cycle closed: attribute of what comes later",
    "a",
    {
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 2\n",
    },
    {
        "b.py": """
        import a
        y = a.x
        """,
    },
    {
        "b.py": """
        import a
        def f():
            return a.x
        y = 3
        """,
    },
)
case(
    "cycle closed: star import of what is there by then",
    "a",
    {
        "a.py": """
        w = 1
        import b
        x = 1
        """,
        "b.py": "y = 2\n",
    },
    {
        "b.py": """
        from a import *
        y = 2
        """,
    },
)
case(
    "cycle: the import moves above what it needs",
    "a",
    {
        "a.py": """
        x = 1
        import b
        """,
        "b.py": "from a import x\n",
    },
    {
        "a.py": """
        import b
        x = 1
        """,
    },
    {
        "a.py": """
        z = 2
        x = 1
        import b
        """,
    },
)
case(
    "cycle closed by an import of another module",
    "a",
    {
        "a.py": """
        import b
        import c
        """,
        "b.py": "y = 1\n",
        "c.py": "from b import y\n",
    },
    {
        "b.py": """
        import c
        y = 1
        """,
    },
    {
        "b.py": """
        y = 1
        import c
        """,
    },
)
case(
    "cycle: what comes to be there before it is asked for",
    "a",
    {
        "a.py": """
        import b
        x = 1
        """,
        "b.py": """
        try:
            from a import x
        except ImportError:
            x = None
        """,
    },
    {
        "a.py": """
        x = 1
        import b
        """,
    },
    {
        "a.py": """
        import b
        x = 2
        """,
    },
)
case(
    "new modules, of which one imports a name that is also that of the package",
    "p",
    {"p/__init__.py": "x = 1\n"},
    {
        "p/__init__.py": "from .one import p\nfrom .two import p\n",
        "p/one.py": "from .three import p\nfrom .two import p\n",
        "p/two.py": "from .three import p\n",
        "p/three.py": "p = 2\n",
    },
)
V1 = "from pkg import shared\nJ = dict\nT = 1\nif T:\n    K = {}\ndef rebuild(x): pass\n"
MAIN = "from pkg import {0}\nfrom pkg.shared import sub\ndef get(x: {0}.J): return x\ndef model(v): {0}.rebuild(v)\n"
SHARED = "from pkg import {0}\nfrom pkg.types import T\ndef sub(x): return isinstance(x, {0}.J)\n"
case(
    "cycle: a new module imports first what another did",
    "use",
    {
        "pkg/__init__.py": "from .main import get\nfrom .main import model\nfrom .v1 import errors\n",
        "pkg/types.py": "T = 1\n",
        "pkg/shared.py": SHARED.format("v1"),
        "pkg/main.py": MAIN.format("v1"),
        "pkg/v1.py": V1.format(1) + "def errors(v): return v\n",
        "use.py": "import pkg\npkg.model('a')\n",
    },
    {
        "pkg/__init__.py": "from .main import get\nfrom .main import model\nfrom .new import errors\n",
        "pkg/shared.py": SHARED.format("new"),
        "pkg/main.py": MAIN.format("new"),
        "pkg/new.py": "from pkg.types import T\nfrom .v1 import J, K, rebuild\ndef errors(v): return v\n",
        "pkg/v1.py": V1.format(2),
    },
)
case(
    "no cycle any more: in one edit",
    "e",
    {
        "e.py": """
        import a
        import b
        """,
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 1\n",
    },
    {
        "a.py": "x = 1\n",
        "b.py": """
        from a import x
        y = x
        """,
    },
)
case(
    "no cycle any more: in two edits",
    "e",
    {
        "e.py": """
        import a
        import b
        """,
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 1\n",
    },
    {
        "a.py": "x = 1\n",
    },
    {
        "b.py": """
        from a import x
        y = x
        """,
    },
)
case(
    "no cycle: who imported it first does so for types only",
    "e",
    {
        "e.py": """
        import a
        import b
        """,
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 1\n",
    },
    {
        "a.py": """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            import b
        x = 1
        """,
        "b.py": """
        from a import x
        y = x
        """,
    },
)
case(
    "no cycle: imported earlier by another now",
    "e",
    {
        "e.py": "import a\n",
        "a.py": """
        import b
        x = 1
        """,
        "b.py": "y = 1\n",
    },
    {
        "e.py": """
        import b
        import a
        """,
        "b.py": """
        from a import x
        y = x
        """,
    },
)
case(
    "cycle in a package",
    "p",
    {
        "p/__init__.py": """
        from .a import f
        from .b import g
        """,
        "p/a.py": """
        def f():
            return 1
        """,
        "p/b.py": """
        from .a import f
        g = f()
        """,
    },
    {
        "p/a.py": """
        from .b import g
        def f():
            return 1
        """,
    },
    {
        "p/a.py": """
        def f():
            return 2
        from .b import g
        """,
    },
)
case(
    "cycle through a function",
    "a",
    {
        "a.py": """
        import b
        x = 1
        """,
        "b.py": """
        def f():
            import a
            return a.x
        y = 2
        """,
    },
    {
        "b.py": """
        def f():
            import a
            return a.x
        y = f()
        """,
    },
    {
        "b.py": """
        def f():
            import a
            return getattr(a, 'x', 7)
        y = f()
        """,
    },
)
for read, fill in {
    "len(xs)": "xs.append(2)",
    "count()": "xs.append(2)",
    "sum(xs)": "fill(2)",
    "count() * 2": "fill(2)",
    "xs[-1]": "if c < 3:\n    fill(c)",
}.items():
    case(
        f"{read} between what builds it, run again for another reason, before {fill.split()[0]}",
        "m",
        {
            "d.py": "c = 1\n",
            "m.py": "from d import c\nxs = [1]\ndef fill(x): xs.append(x)\ndef count(): return len(xs)\n"
            f"a = {read} + c\n{fill}\n",
        },
        {"d.py": "c = 2\n"},
        {"d.py": "c = 3\n"},
    )
case(
    "functions of another module read a list of theirs half built",
    "m",
    {
        "d.py": "c = 1\n",
        "r.py": "xs = []\ndef count(): return len(xs)\ndef add(x): xs.append(x)\n",
        "m.py": "import r\nfrom d import c\na = r.count() + c\nr.add(1)\n",
    },
    {"d.py": "c = 2\n"},
    {"m.py": "import r\nfrom d import c\na = r.count() + c * 2\nr.add(1)\n"},
)
case(
    "an attribute set through a name that leads to another function now",
    "p.b",
    {
        "p/__init__.py": "",
        "p/b.py": """
        def make(n):
            def inner():
                pass
            return inner
        class K:
            pass
        f = make
        c = K
        f.note = 1
        c.limit = 2
        """,
    },
    {
        "p/b.py": """
        def make(n):
            def inner():
                pass
            return inner
        class K:
            pass
        f = make(5)
        c = make
        f.note = 1
        c.limit = 2
        """,
    },
)
case(
    "a decorator gets another name as some functions lose it",
    "p p.algorithms",
    {
        "p/__init__.py": "from p.backends import dispatch\n",
        "p/backends.py": """
        known = {}
        def dispatch(function):
            known[function.__name__] = function
            return function
        """,
        "p/algorithms.py": """
        import p
        @p.dispatch
        def a(): return 1
        @p.dispatch
        def b(): return 2
        """,
    },
    {
        "p/__init__.py": "from p.backends import dispatchable\n",
        "p/backends.py": """
        known = {}
        def dispatchable(function):
            known[function.__name__] = function
            return function
        """,
        "p/algorithms.py": """
        import p
        def a(): return 1
        @p.dispatchable
        def b(): return 2
        """,
    },
)
one(
    "a proxy's class and dict are members of another kind, which are made again",
    """
    base = 1
    class Lookup:
        def __init__(self, name, n):
            self.name, self.n = name, n
        def __get__(self, instance, owner=None):
            return self if instance is None else (self.name, self.n)
    class Proxy:
        __class__ = Lookup("class", base)
        __dict__ = Lookup("dict", base)
        __name__ = Lookup("name", base)
        def m(self): return 1
    seen = Proxy().__class__, Proxy().__dict__, Proxy().__name__, Proxy().m()
    """,
    """
    base = 2
    class Lookup:
        def __init__(self, name, n):
            self.name, self.n = name, n
        def __get__(self, instance, owner=None):
            return self if instance is None else (self.name, self.n)
    class Proxy:
        __class__ = Lookup("class", base)
        __dict__ = Lookup("dict", base)
        def m(self): return 2
    seen = Proxy().__class__, Proxy().__dict__, Proxy().m()
    """,
)
case(
    "a module whose file is gone, and another of the same last name",
    "p.app",
    {
        "p/__init__.py": "known = []\n",
        "p/base.py": "from p import known\nknown.append('base')\nx = 1\n",
        "p/app.py": "from .base import x\nimport p\nnames = list(p.known)\n",
    },
    {
        "p/base.py": None,
        "p/app.py": "from .inner.base import x\nimport p\nnames = list(p.known)\n",
        "p/inner/__init__.py": "",
        "p/inner/base.py": "x = 2\n",
    },
)
one(
    "functions of the same text, and as many taken out before them as lie between",
    """
    class Field:
        def __init__(self, load, dump):
            self.load, self.dump = load, dump
    class K:
        def a(self): return 1
        def b(self): return 2

        x = Field(load=lambda v: v + 1,
                  dump=lambda v: v)
        y = Field(load=lambda v: v + 2,
                  dump=lambda v: v)
    """,
    """
    class Field:
        def __init__(self, load, dump):
            self.load, self.dump = load, dump
    class K:

        x = Field(load=lambda v: v + 1,
                  dump=lambda v: v)
        y = Field(load=lambda v: v + 2,
                  dump=lambda v: v)
    """,
)
one(
    "a base is told of a class with the keywords that it has",
    """
    class Base:
        def __init_subclass__(cls, strict=True, **more):
            cls.strict, cls.more = strict, more
    options = {"a": 1}
    class K(Base, strict=False, **options):
        x = 1
    """,
    """
    class Base:
        def __init_subclass__(cls, strict=True, **more):
            cls.strict, cls.more = strict, more
    options = {"a": 1}
    class K(Base, strict=False, **options):
        x = 2
        y = 3
    """,
)
case(
    "a function made anew keeps what later statements set on it",
    "m",
    {
        "m.py": """
        def make(n):
            def inner():
                pass
            return inner
        f = make(8)
        f.note = 16
        """,
    },
    {
        "m.py": """
        def make(n):
            def inner():
                pass
            return inner
        f = make(18)
        f.note = 16
        """,
    },
)
case(
    "a cycle that a function closes, and that is taken back",
    "m2 m3",
    {
        "m1.py": "c1 = 18\n",
        "m2.py": """
        def f1(**options):
            pass
        c3 = f1()
        """,
        "m3.py": """
        from m1 import c1
        from m2 import c3
        """,
    },
    {
        "m2.py": """
        def f1(**options) -> 1:
            import m3 as lazy
            return lazy.c1
        c3 = f1()
        """,
    },
    {
        "m2.py": """
        def f1(**options):
            pass
        c3 = f1()
        """,
    },
)
one(
    "class body looks at what its own decorators have filled",
    "r = {}\ndef reg(f):\n    r[1] = 1\nclass K:\n    @reg\n    def m(self): pass\n",
    "r = {}\ndef reg(f):\n    r[1] = 1\nclass K:\n    w = len(r)\n    @reg\n    def m(self): pass\n",
)
one(
    "part of a list that was another name's object",
    "x = [1]\ny = [x, x]\n",
    "x = [1]\ny = [x, [1]]\n",
)
one(
    "part of a named tuple that is another name's object",
    "import collections\nP = collections.namedtuple('P', 'a b')\nx = [1]\ny = P(x, [1])\n",
    "import collections\nP = collections.namedtuple('P', 'a b')\nx = [1]\ny = P([1], x)\n",
)
case(
    "list of another module that grows, below an import that is another one",
    "m2",
    {
        "m1.py": "l1 = [1 for n in range(3)]\ndef gen1(): pass\n",
        "m2.py": "from m1 import gen1, l1\nl1 += [1]\n",
    },
    {
        "m1.py": "l1 = [1 for n in range(3)]\ndef gen3(): pass\n",
        "m2.py": "from m1 import gen3, l1\nl1 += [1]\n",
    },
)
case(
    "bare name of a module becomes a call that fills a registry of it",
    "m3",
    {
        "m1.py": "r2 = {}\ndef reg2(f):\n    r2[1] = 13\n",
        "m3.py": "import m1\nm1\ndef co1(n=len(m1.r2)):\n    pass\n",
    },
    {
        "m3.py": "import m1\nm1.reg2(1)\ndef co1(n=len(m1.r2)):\n    pass\n",
    },
)
case(
    "list that is filled again for who reads it half-way, by a function that has changed",
    "m1",
    {
        "m1.py": """
        l1 = []
        try:
            pass
        except 1:
            c2 = [1 for n in l1]
        def f1(a=1):
            pass
        l1.extend([1, f1()])
        """,
    },
    {
        "m1.py": """
        l1 = []
        try:
            pass
        except 1:
            c2 = [1 for n in l1]
        def f1(a=1):
            return 1
        l1.extend([1, f1()])
        """,
    },
)
for name, after in {
    "goes": "",
    "is another": "from m1 import t2 as other\nc = other\n",
}.items():
    case(
        f"import that {name} together with what added to it",
        "m2",
        {
            "m1.py": "t1 = dict(k0=11)\nt2 = 1\n",
            "m2.py": "from m1 import t1 as t\nt.update(k2=17)\n",
        },
        {"m2.py": after},
    )
one(
    "frozen dataclass that gets another name",
    "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass D1:\n    x: int = 9\n    def total(self): pass\n",
    "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass D2:\n    x: int = 9\n    def total(self): pass\n",
)
one(
    "enum that a call makes, with more members",
    "import enum\nE1 = enum.Enum('E1', 'A')\nx = E1.A\n",
    "import enum\nE1 = enum.Enum('E1', 'A B C')\nx = E1.A\n",
)
one(
    "class that a call makes, of what is another",
    "c = 1\nK1 = type('K1', (), {'w': c, 'm': lambda self: self.w})\no = K1()\n",
    "c = 2\nK1 = type('K1', (), {'w': c, 'm': lambda self: self.w})\no = K1()\n",
)
if sys.version_info >= (3, 12):
    for name, after in {
        "a member more": "class G[T]:\n    w = 1\n    def m(self, x: list[T] | T) -> T: pass\n    def n(self): pass\n",
        "another method": "class G[T]:\n    w = 1\n    def m(self, x: list[T], y: T = 1) -> T: pass\n",
        "another parameter": "class G[U]:\n    w = 1\n    def m(self, x: list[U] | U) -> U: pass\n",
        "a type variable": "import typing\nU = typing.TypeVar('U')\nclass G(typing.Generic[U]):\n    w = 1\n",
        "no parameter": "class G:\n    w = 1\n",
        "another base": "class G[T](int):\n    w = 1\n    def m(self, x: list[T] | T) -> T: pass\n",
    }.items():
        one(
            f"class with type parameters and nothing else: {name}",
            "class G[T]: pass\n",
            after,
        )
        one(
            f"class with type parameters: {name}",
            "class G[T]:\n    w = 1\n    def m(self, x: list[T] | T) -> T: pass\n",
            after,
        )
case(
    "list that goes with all that filled it",
    "m1",
    {
        "m1.py": """
        r1 = []
        class K1:
            def __init_subclass__(cls, **k):
                r1.append(cls)
        class K2(K1):
            pass
        """,
    },
    {"m1.py": ""},
)
for name, made in {
    "an attribute": "class A:\n    def __init__(self):\n        self.r = {}\na = A()\n",
    "a class": "class a:\n    r = {}\n",
    "a list of a class": "class a:\n    r = []\n",
}.items():
    keep = "a.r.append(f)" if "[]" in made else "a.r[f.__name__] = f"
    text = made + f"def reg(f):\n    {keep}\n    return f\nc = COUNT\n@reg\ndef f(): pass\nx = c + len(a.r)\n"
    text += "MORE\n@reg\ndef g(): pass\n@reg\ndef h(): pass\n"
    versions = [("1", ""), ("2", ""), ("2", "y = len(a.r)"), ("2", "y = len(a.r)\nz = list(a.r)")]
    first, *others = ({"m1.py": text.replace("COUNT", count).replace("MORE", more)} for count, more in versions)
    case(f"looks at {name} that later statements fill", "m1", first, *others)
one(
    "name bound by the namespace beside another goes",
    "globals()['c3'] = 1\nglobals()['c4'] = 1\nx = c3\n",
    "globals()['c4'] = 1\nx = 3\n",
)
one(
    "name bound by the namespace and by a statement that reads it",
    "globals()['c7'] = 1\nc7 = 1\n",
    "globals()['c7'] = 1\nc7 = c7\n",
)
case(
    "constructor that is new, called as a body runs",
    "m1",
    {
        "m1.py": """
        class K3:
            pass
        class K4:
            def _helper():
                return K3()
            w = _helper()
        """,
    },
    {
        "m1.py": """
        class K3:
            def __init__(self): self.v = 1
        class K4:
            def _helper():
                return K3()
            w = _helper()
        """,
    },
)
case(
    "list that is held before all is in it, and comes out as it was",
    "m",
    {"m.py": "l1 = [1, 2]\nh = [l1, 1]\nl1.insert(13, 3)\n"},
    {"m.py": "l1 = [1, 2]\nh = [l1, 1]\nl1.insert(18, 3)\n"},
    {"m.py": "l1 = [1, 2]\nh = [l1, 1]\nl1.insert(18, 4)\n"},
)
case(
    "body of a class calls a function of its own that reads what changed",
    "m1",
    {"m1.py": "c = 1\nclass K:\n    def _helper(n):\n        return c\n    w = _helper(4)\n"},
    {"m1.py": "c = 2\nclass K:\n    def _helper(n):\n        return c\n    w = _helper(4)\n"},
)
for name, after in {
    "nothing": "class K:\n    w = 1\n",
    "other names": "class K:\n    w = 1\n    for n in 'bc':\n        locals()[n] = 4\n",
}.items():
    one(
        f"class that binds names in its namespace, and then {name}",
        "class K:\n    w = 1\n    for n in 'ab':\n        locals()[n] = 4\n",
        after,
    )
case(
    "class with a method of its decorator's that gets another name",
    "m",
    {"m.py": "def deco(cls):\n    cls.m2 = lambda self: 1\n    return cls\n@deco\nclass K1:\n    w = 1\n"},
    {"m.py": "def deco(cls):\n    cls.m2 = lambda self: 1\n    return cls\n@deco\nclass K2:\n    w = 1\n"},
)
WITH = (
    "class Ctx:\n    def __enter__(self): return K\n    def __exit__(self, *error): pass\nwith Ctx() as c:\n    pass\n"
)
case(
    "name that moves below a statement which reads it by a special method",
    "m",
    {"m.py": "K = 1\n" + WITH},
    {"m.py": WITH + "K = 1\n"},
)
TWO_CLASSES = """
DEBUG = True
if DEBUG:
    class Store(dict):
        def value(self): return ('debug', self.get('a'))
else:
    class Store(dict):
        def value(self): return self.get('a')
s = Store(a=1)
f1 = lambda: s.value()
"""
case(
    "class that is another on a condition",
    "m",
    {"m.py": TWO_CLASSES},
    {"m.py": TWO_CLASSES.replace("True", "False")},
    {"m.py": TWO_CLASSES.replace("True", "False").replace("return self.get", "return 1, self.get")},
    {"m.py": TWO_CLASSES.replace("return self.get", "return 1, self.get")},
)
one(
    "name that a comprehension on a condition binds",
    "k = 2\nif k > 1:\n    big = [m for i in range(4) if (m := i * k) > 1]\n",
    "k = 3\nif k > 1:\n    big = [m for i in range(4) if (m := i * k) > 1]\n",
)
PROXY = """
class Proxy:
    def __init__(self, of): self.__dict__['_of'] = of
    def __getattr__(self, name): return getattr(self._of, name)
class Conf:
    a = 1
conf = Proxy(Conf)
x = conf.a
"""
case(
    "what an object that stands for a class is asked for",
    "m",
    {"m.py": PROXY},
    {"m.py": PROXY.replace("a = 1", "a = 3")},
    {"m.py": PROXY.replace("a = 1", "a = 3\n    b = 4")},
)
for name, after in {"goes": "", "is another": "l3 = [1]\n"}.items():
    case(
        f"list that another module reads, and something holds, when what adds to it {name}",
        "b",
        {
            "a.py": "l1 = []\nl1 += [4]\nf3 = lambda a=l1: 1\n",
            "b.py": "import a\nl2 = []\nfor i in a.l1:\n    l2.append(1)\n",
        },
        {"a.py": f"l1 = []\n{after}f3 = lambda a=l1: 1\n"},
    )
TRACKED = "class Track:\n    every = []\n    def __init__(self): Track.every.append(self)\n"
case(
    "instance that its class keeps, before one of another module",
    "b",
    {"a.py": TRACKED, "b.py": "from a import Track\no1 = Track()\n"},
    {"a.py": TRACKED + "o2 = Track()\n"},
    {"a.py": TRACKED + "n = len(Track.every)\no2 = Track()\n"},
)
OUTER = """
import enum
class Outer:
    class Mode(enum.Enum):
        A = 1
        B = 2
    default = Mode.A
    known = [Mode.B, Mode.A]
x = Outer.default
table = {Outer.Mode.A: 'a'}
"""
case(
    "enum in a class whose body uses its members",
    "m",
    {"m.py": OUTER},
    {"m.py": OUTER.replace("B = 2", "B = 2\n        C = 3")},
    {"m.py": OUTER.replace("B = 2", "B = 3")},
)
GROWING = "k = 1\nxs = []\ndef add(n):\n    xs.append(n + k)\n    return n\n"
for name, calls in {
    "bare calls": "add(3)\nadd(4)\n",
    "assignments": "a = add(3)\nb = add(4)\n",
    "with": "import contextlib\nwith contextlib.nullcontext(add(3)): pass\n",
    "for": "for i in range(3): add(i)\n",
    "if": "if k: add(3)\n",
}.items():
    case(
        f"plain values that a function adds to a list: {name}",
        "m",
        {"m.py": GROWING + calls},
        {"m.py": GROWING.replace("k = 1", "k = 2") + calls},
        {"m.py": GROWING.replace("n + k", "n * k") + calls},
        {"m.py": GROWING + calls.replace("3", "5")},
        {"m.py": GROWING + calls.replace("3", "5") + "add(1)\n"},
    )
one(
    "name that is bound on a condition, added to, and bound once more after a reader",
    "if 20:\n    c = 10\nc += 4\nclass D:\n    x = c\nc = c + 4\n",
    "if 1:\n    c = 14\nc += 4\nclass D:\n    x = c\nc = c + 4\n",
)
case(
    "name set in a module that another name stands for now",
    "m3",
    {"m1.py": "", "m2.py": "c2 = 1\n", "m3.py": "import m2 as m\nm.c1 = 8\nm.c2 = 9\n"},
    {"m3.py": "import m1 as m\nm.c1 = 8\nm.c2 = 9\n"},
    {"m3.py": "import m2 as m\nm.c1 = 8\nm.c2 = 9\n"},
)
UNSAID = "class K1:\n    for n in 'ab':\n        locals()[n] = 2\n    def m(self): return self.a\n"
case(
    "class that binds names in its namespace, whose user is another",
    "m",
    {"m.py": UNSAID + "import functools\n@functools.lru_cache\ndef f3():\n    pass\nx = f3()\n"},
    {"m.py": UNSAID + "import functools\ndef f3():\n    return K1().m()\nx = f3()\n"},
)
one("name that is deleted before it is bound", "c1 = c2 = 20\n", "del c1\nc1 = c2 = 20\n")
case(
    "who reads a name of another module before one who sets it there",
    "b",
    {"a.py": "c = 7\n", "b.py": "import a\nx = a.c\na.c = 8\ny = a.c\n"},
    {"a.py": "c = 15\n"},
    {"a.py": "c = 8\n"},
)
STORED = """
k = 1
class Item:
    def __init__(self, name):
        self.name = name * k
    def __eq__(self, other): return vars(self) == vars(other)
    def __hash__(self): return 7
class Store:
    def save(self, item):
        found[item.name] = item
        seen.add(item)
found = {}
seen = set()
add = Store().save
add(Item('a'))
add(Item('b'))
"""
case(
    "bare calls fill a dict by keys that are computed and a set, and what they made of code is other now",
    "m",
    {"m.py": STORED},
    {"m.py": STORED.replace("name * k", "name + 'x'")},
    {"m.py": STORED.replace("k = 1", "k = 3")},
)
SUPER = "class A:\n    def m(self): return 1\nclass B(A):\n    def m(self): return super().m()\n"
case(
    "super is named at the top level of a module",
    "m",
    {"m.py": SUPER},
    {"m.py": SUPER + "b = B()\nx = super(B, b).m()\n"},
    {"m.py": SUPER.replace("super().m()", "super().m() + 1") + "b = B()\nx = super(B, b).m()\n"},
    {"m.py": SUPER + "class C:\n    x = super\n"},
)
KEEPS_CLASSES = "found = {}\nclass Base:\n    def __init_subclass__(cls): found[cls.__name__] = cls\n"
AXES = "from reg import Base\nfrom . import extra\nclass X(Base): pass\nfrom p.annotations import A\n"
case(
    "submodule with the name of a future feature, which its package does not import",
    "p",
    {
        "reg.py": KEEPS_CLASSES,
        "p/__init__.py": "from __future__ import annotations\nfrom . import annotations, axes\n",
        "p/annotations.py": "from reg import Base\nfrom p.extra import E\nclass A(Base): pass\n",
        "p/axes.py": AXES,
        "p/extra.py": "from reg import Base\nclass E(Base): pass\n",
    },
    {
        "p/extra.py": "from reg import Base\nclass E(Base): pass\nimport p\n",
        "p/axes.py": AXES.replace("\nfrom p", "\nclass N(Base): pass\nfrom p"),
    },
)
case(
    "module that one imports which is no part of the cycle that an edit closes",
    "a",
    {
        "reg.py": KEEPS_CLASSES,
        "a.py": "from reg import Base\nimport aside\nimport b\nclass A(Base): pass\n",
        "aside.py": "from reg import Base\nimport c\nclass Aside(Base): pass\n",
        "b.py": "from reg import Base\nclass B(Base): pass\n",
        "c.py": "from reg import Base\nclass C(Base): pass\n",
    },
    {"b.py": "from reg import Base\nclass N(Base): pass\nimport a\nimport c\nclass B(Base): pass\n"},
)
LAZY = "def get():\n    import outer\n    return outer.x\n"
case(
    "statement that imports modules by what it runs, where one of these reads a new name of another",
    "m",
    {
        "m.py": "import lazy\nx = lazy.get()\n",
        "lazy.py": LAZY,
        "outer.py": "from inner import A\nx = 1\n",
        "inner.py": "class A: pass\n",
    },
    {
        "lazy.py": LAZY.replace("outer.x", "outer.x + 1"),
        "outer.py": "from inner import A, B\nx = 2\n",
        "inner.py": "class A: pass\nclass B(A): pass\n",
    },
)
CHECKED = """
from typing import TYPE_CHECKING
class A:
    if TYPE_CHECKING:
        x = 1
        def f(self): ...
    def g(self): return 1
"""
one("class with members for type checkers only", CHECKED, CHECKED.replace("return 1", "return 2"))
