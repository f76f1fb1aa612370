"""Scenarios of drawn programs that went wrong once, made small."""

from __future__ import annotations

from .cases import case, one

LATE = "def f1():\n    from m2 import f1\n    return 0\nx = 1\n"
case(
    "function that imports a module and runs earlier now, while another imports all of its names",
    "m1",
    {"m1.py": LATE, "m2.py": "from m1 import *\n"},
    {"m1.py": LATE.replace("x = 1", "x = f1()\ny = 2")},
    {"m1.py": LATE},
)
LATE = "def f1():\n    import m2\n    return m2.z\nx = 1\nz = 3\n"
for through, files in {
    "itself": {"m2.py": "import m1\nz = getattr(m1, 'x', 5)\ny = getattr(m1, 'z', 6)\n"},
    "another": {
        "m2.py": "import m3\nz = m3.z\ny = 3\n",
        "m3.py": "import m1\nz = getattr(m1, 'x', 5)\ny = getattr(m1, 'z', 6)\n",
    },
}.items():
    case(
        f"module that a function imports earlier now, and then later again: by {through}",
        "m1",
        {"m1.py": LATE, **files},
        {"m1.py": LATE.replace("z = 3", "z = f1()")},
        {"m1.py": LATE.replace("x = 1", "x = f1()")},
        {"m1.py": LATE},
    )
case(
    "class whose annotations a protocol has asked for, and asks for no more",
    "m",
    {
        "m.py": """
        import typing
        class K: pass
        o = K()
        @typing.runtime_checkable
        class P(typing.Protocol):
            def k(self): ...
        c = isinstance(o, P)
        """
    },
    {
        "m.py": """
        import typing
        class K: pass
        o = 1
        @typing.runtime_checkable
        class P(typing.Protocol):
            def k(self): ...
        c = isinstance(o, P)
        """
    },
)
APP = """
h = [1]
class App:
    def __init__(self): self.routes = {}
    def route(self, path):
        def register(f):
            self.routes[path] = f
            return f
        return register
app = App()
class Context:
    def __init__(self, n): self.n = n
    def __enter__(self): return self.n + len(app.routes)
    def __exit__(self, *error): return False
"""
USING = "with Context(len(h)) as c:\n    c += 7\n@app.route('/1')\ndef f1(): return 1\n"
one("method that looks at a registry before the next entry", APP + USING, APP.replace("[1]", "[1, 2]") + USING)
case(
    "method that looks at a registry of another module before the next entry",
    "m",
    {"a.py": APP, "m.py": "from a import *\n" + USING},
    {"a.py": APP.replace("[1]", "[1, 2]")},
)
PLUGIN = """
class Plugin:
    known = {}
    def __init_subclass__(cls, key=None, **k): Plugin.known[1] = cls
class K(Plugin): pass
"""
for kind, text in {
    "class": "class E:\n    A = len(Plugin.known)\n",
    "enum": "import enum\nclass E(enum.IntEnum):\n    A = len(Plugin.known)\n",
    "function": "def g(a=len(Plugin.known)): return a\nx = g()\n",
}.items():
    one(
        f"{kind} that is added between a class and one that registers with it and looks at what has done so",
        PLUGIN,
        PLUGIN.replace("class K", text + "class K"),
    )
SET = {"m1.py": "c1 = 20\n", "m2.py": "import m1\nm1.c1 = 8\n"}
case(
    "function that reads what another module sets later",
    "m2",
    SET,
    {"m1.py": "c1 = 20\ndef g(): return c1\nc2 = g()\n"},
    {"m1.py": "c1 = 20\ndef g(): return c1 + 1\nc2 = g()\n"},
    {"m1.py": "c1 = 20\ndef g(): return c1 + 1\nc2 = g() + 1\n"},
)
case(
    "method that reads what another module sets later",
    "m2",
    SET,
    {
        "m1.py": """
        c1 = 20
        class Context:
            def __enter__(self): return c1
            def __exit__(self, *error): pass
        with Context() as c4:
            pass
        """
    },
)
one(
    "number that is handed on, and is equal to what was computed before",
    "a = 600 + len('')\nclass K:\n    w = 600 + len('')\nc = K.w\n",
    "a = 600 + len('')\nclass K:\n    w = 600 + len('')\nc = a\n",
)
CACHED = """
import functools
@functools.lru_cache
def f1(): return (1 for n in l1)
c4 = f1()
def fill(values): values.append(1)
"""
for kind, text in {"a function": "fill(l1)\n", "a method": "l1.append(1)\n"}.items():
    case(
        f"cache that is filled before the list that it uses is: by {kind}",
        "m",
        {"m.py": "l1 = list(range(5))" + CACHED + text},
        {"m.py": "l1 = list(range(6))" + CACHED + text},
        {"m.py": "l1 = list(range(6))\nx = len(l1)" + CACHED + text},
        {"m.py": "l1 = list(range(6))\nx = len(l1)" + CACHED + text.replace("(1)", "(7)")},
        {"m.py": "l1 = list(range(6))\nclass K:\n    code = (1 for n in l1)" + CACHED + text.replace("(1)", "(7)")},
    )
CACHED = "import functools\n@functools.lru_cache\ndef f5(): return E1\n"
NAMED = "import enum\nclass E1(enum.IntEnum): pass\n"
one(
    "cached function that uses what has moved below its caller",
    NAMED + CACHED + "x = f5()\n",
    CACHED + "x = f5()\n" + NAMED,
)
CACHED += "def g():\n    try: return f5()\n    except NameError: return 0\n"
one(
    "cached function that is called above what it uses now",
    CACHED + NAMED + "x = f5()\n",
    CACHED + "y = g()\n" + NAMED + "x = f5()\n",
)
case(
    "iterator of another module that statements take from, and take from no more",
    "m",
    {"a.py": "import itertools\nids = itertools.count(1)\n", "m.py": "import a\nc7 = next(a.ids)\nc8 = next(a.ids)\n"},
    {"m.py": "import a\nc8 = next(a.ids)\n"},
    {"m.py": "import a\nc8 = next(a.ids)\nc7 = next(a.ids)\n"},
    {"m.py": "import a\n"},
)
TOLD = """
c1 = 7
def g1(n): return c1
def f2(*a): pass
l1 = f2()
c1 += 7
"""
one(
    "function that calls another now, which reads what is bound again later", TOLD, TOLD.replace("pass", "return g1(6)")
)
case(
    "the same, of a list of another module that is added to later",
    "m",
    {
        "a.py": "c1 = [7]\ndef g1(n): return list(c1)\ndef f2(*a): pass\n",
        "m.py": "from a import c1, g1, f2\nl1 = f2()\nc1.append(7)\n",
    },
    {"a.py": "c1 = [7]\ndef g1(n): return list(c1)\ndef f2(*a): return g1(6)\n"},
)
LOOKING = """
class K: a = 1
x = sorted(vars(K))
y = [n for n in globals() if n[:2] != '__']
z = [n for n in dir(K) if n[:2] != '__']
def scan(): return sorted(n for n in globals() if n[:2] != '__')
w = scan()
def last(): pass
v = [n for n in globals() if n[:2] != '__']
"""
case(
    "names that come and go above and below of who looks through all",
    "m",
    {"m.py": LOOKING},
    {"m.py": LOOKING.replace("def last(): pass\n", "")},
    {"m.py": LOOKING},
    {"m.py": "q = 1\n" + LOOKING},
    {"m.py": LOOKING + "q = 1\n"},
)
MINE = "import sys\na = 1\nx = sorted(n for n in vars(sys.modules[__name__]) if n[0] != '_')\nb = 1\n"
MINE += "import m\ny = sorted(n for n in vars(m) if n[0] != '_')\n"
case(
    "names that come and go below of who looks through all of its own module",
    "m",
    {"m.py": MINE},
    {"m.py": MINE.replace("a = 1\n", "")},
    {"m.py": MINE.replace("b = 1\n", "")},
)
SETTING = """
r2 = {}
class M1(type):
    def __init__(cls, name, bases, namespace, **k): r2[1] = 1
class K1(metaclass=M1):
    v = 5
    def m(self): return 2
for i1 in [1, len(r2) + K1().m()]:
    pass
"""
case(
    "attribute that is set on a class which runs again after that",
    "m",
    {"m.py": SETTING},
    {"m.py": SETTING.replace("for i1", "K1.v = 1\nfor i1")},
    {"m.py": SETTING.replace("for i1", "K1.v = 2\nfor i1").replace("    v = 5\n", "")},
)
TYPED = """
import abc
class A1(abc.ABC): pass
class K1(A1): pass
K2 = type('K2', (K1,), {})
class K3(K2): pass
x = K2()
def f1(): return getattr(K2, 'w', 0), getattr(x, 'w', 0), isinstance(x, K2), K3.__mro__[1] is K2
"""
case(
    "class that a call of type makes under an abstract one",
    "m",
    {"m.py": TYPED},
    {"m.py": TYPED.replace("{}", "{'w': 11, '__init__': lambda self: None, 'm': 8}")},
    {"m.py": TYPED.replace("{}", "{'w': 12, '__init__': lambda self: None}")},
)
LATER = {
    "text": "class K: limit = 1\nx = K.limit + a\nK.limit = 5\n",
    "function": "class K: limit = 1\ndef f(): return K.limit\nx = f() + a\nK.limit = 5\n",
    "getattr": "class K: pass\nx = getattr(K, 'limit', 0) + a\nK.limit = 5\n",
    "text, twice": "class K: pass\nK.limit = 3\nx = K.limit + a\nK.limit = 5\n",
    "text, of a function": "def K(): pass\nK.limit = 3\nx = K.limit + a\nK.limit = 5\n",
    "text, in a loop": "class K: limit = 1\nx = K.limit + a\nfor n in ('limit',):\n    setattr(K, n, 7)\n",
    "text, counting on": "class K: limit = 1\nK.limit += 1\nx = K.limit + a\nK.limit += 1\n",
    "itself": "class K: limit = 1\nclass L(K): pass\nK.limit = K.limit + a\nx = L.limit + a\n",
    "method": "class K:\n    def limit(self): return 1\nx = K().limit() + a\nK.limit = lambda self: 7\n",
}
for by, text in LATER.items():
    one(
        f"attribute that is looked at before a later statement sets it: by {by}",
        f"a = 1\n{text}y = K.limit\n",
        f"a = 2\n{text}y = K.limit\n",
    )
SLOT = """
c1 = 1
class K1:
    __slots__ = 'v'
    def __init__(self, v=c1): self.v = 1
    def m(self): return c1
o = K1()
x = K1().v + 1
K1.v = K1(5).m()
y = o.v
"""
case(
    "slot that a statement sets on the class itself",
    "m",
    {"m.py": SLOT},
    {"m.py": SLOT.replace("c1 = 1", "c1 = 4")},
    {"m.py": SLOT.replace("x = K1().v + 1", "x = K1().v + 6")},
    {"m.py": SLOT.replace("K1.v = K1(5).m()", "K1.v = 5")},
    {"m.py": SLOT.replace("K1.v = K1(5).m()", "")},
    {"m.py": SLOT},
    {"m.py": SLOT.replace("self.v = 1", "self.v = 2")},
)
for adds in ("l1 += [1]\n", "l1.append(1)\n", "class G:\n    w = l1\nl1 += [1]\n"):
    case(
        f"list of its own, of another module or under another name, that is added to: {adds.splitlines()[0]}",
        "m",
        {"b.py": "l1 = []\n", "m.py": "l2 = []\nl1 = []\n" + adds},
        {"m.py": "l2 = []\nfrom b import l1\n" + adds},
        {"m.py": "l2 = []\nl1 = l2\n" + adds},
        {"m.py": "l2 = []\nl1 = []\n" + adds},
        {"m.py": "l2 = []\nfrom b import l1\n" + adds},
        {"m.py": "l2 = []\nl1 = []\n" + adds},
    )
one("name that is deleted above what binds it", "c1 = 8\ndel c1\n", "del c1\nc1 = 8\n")
case(
    "module that an import on a condition has imported, and that is edited with it",
    "m3",
    {
        "m2.py": "try:\n    c1 = 1\nexcept KeyError:\n    pass\n",
        "m3.py": "if 16:\n    from m2 import c1 as c2\nc2 = 1\n",
    },
    {"m2.py": "try:\n    c1 = 0\nexcept KeyError:\n    pass\n", "m3.py": "if 16:\n    from m2 import c1 as c2\n"},
)
ROUTED = """
import functools
@functools.lru_cache
def f1(): pass
class App:
    def __init__(self): self.routes = {}
    def add(self, path, f): self.routes[path] = f
app = App()
app.add('/1', f1)
"""
case(
    "cached function that is handed to an object",
    "m",
    {"m.py": ROUTED},
    {"m.py": ROUTED.replace("pass", "return 19")},
    {"m.py": ROUTED.replace("/1", "/2")},
)
GROWING = "l2 = []\ndef grow(n): l2.append(n)\n"
for kind, text in {"a call": "grow(1)\n", "a loop": "for n in range(1):\n    grow(n)\n"}.items():
    case(
        f"{kind} that adds to a list before another module does",
        "m4",
        {"m1.py": GROWING, "m4.py": "from m1 import *\nl2.append(5)\n"},
        {"m1.py": GROWING + text},
        {"m1.py": GROWING},
    )
case(
    "class body that calls a function of its own which reads what is deleted later",
    "m2",
    {"m1.py": "c1 = 5\n", "m2.py": "from m1 import c1\ndel c1\n"},
    {"m2.py": "from m1 import c1\nclass K1:\n    def _helper(n): return c1\n    w2 = _helper(5)\ndel c1\n"},
)
TRACK = """
class Track:
    every = []
    def __init__(self, v=16):
        self.v = v
        Track.every.append(self)
def g(n): return n + len(Track.every)
o1 = Track([g(4) + i for i in range(3)][-1])
o2 = Track(3)
"""
one("object that registers itself, made of how many others there are", TRACK, TRACK.replace("range(3)", "range(20)"))
case(
    "star import of what is added to in place, of a module that imports others now",
    "p.b",
    {
        "p/__init__.py": "c1 = 14\n",
        "p/a.py": "class List1(list): pass\nl1 = List1([])\n",
        "p/b.py": "from .a import *\nl1 += [1]\n",
    },
    {"p/a.py": "from p import c1\nclass List1(list): pass\nl1 = List1([])\n"},
)
TAGS = "def param(n):\n    def decorate(f):\n        f.tag = n\n        return f\n    return decorate\n"
case(
    "decorator that tags a function in a reload that fails",
    "m1 m3",
    {"m1.py": TAGS + "def f1(a=9): pass\n", "m3.py": ""},
    {"m1.py": TAGS + "@param(1)\ndef f1(a=6): pass\n", "m3.py": "from m2 import K2\n"},
    {"m3.py": ""},
)
