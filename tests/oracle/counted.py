"""Scenarios of what functions count and set: how many were registered, which number each was given, which came last."""

from __future__ import annotations

import sys
from itertools import product

from .cases import case

APP = "class App:\n    n = 0\n    def __init__(self): self.d = {{}}\n{method}r = App()\n"
COUNTERS: dict[str, tuple[str, str, str]] = {
    "a global": ("total = 0\n", "global total\n    total += 1", "lib.total"),
    "a global that gives numbers": (
        "last = 0\nr = {}\n",
        "global last\n    last += 1\n    r[v] = last",
        "(lib.last, lib.r)",
    ),
    "an attribute": (
        "class App:\n    def __init__(self): self.n = 0\n    def put(self, v): self.n += 1\nr = App()\n",
        "r.put(v)",
        "lib.r.n",
    ),
    "an attribute that gives numbers": (
        "class App:\n    def __init__(self): self.n, self.d = 0, {}\n    def new(self):\n        self.n += 1\n"
        "        return self.n\n    def put(self, v): self.d[v] = self.new()\nr = App()\n",
        "r.put(v)",
        "(lib.r.n, lib.r.d)",
    ),
    "an attribute of a class": (
        "class App:\n    n = 0\n    @classmethod\n    def put(cls, v): cls.n += 1\n",
        "App.put(v)",
        "lib.App.n",
    ),
    "instances, each with its number": (
        "class App:\n    n = 0\n    def __init__(self):\n        App.n += 1\n        self.number = App.n\nr = {}\n",
        "r[v] = App().number",
        "(lib.App.n, lib.r)",
    ),
    "an iterator": ("import itertools\nids = itertools.count(5, 2)\nr = {}\n", "r[v] = next(ids)", "lib.r"),
    "an iterator of a class": (
        "import itertools\nclass App:\n    ids = itertools.count()\n    def __init__(self): self.id = next(self.ids)\n"
        "r = {}\n",
        "r[v] = App().id",
        "lib.r",
    ),
    "the length of a list": ("r = []\n", "r.append((len(r), v))", "lib.r"),
    "the length of a dict": ("r = {}\n", "r[v] = len(r) + 1", "lib.r"),
    "a sum": ("total = 0\n", "global total\n    total += len(v) + ord(v[0])", "lib.total"),
    "a list that is bound anew": ("r = []\n", "global r\n    r = [*r, v]", "lib.r"),
    "a tuple": ("r = ()\n", "global r\n    r += (v,)", "lib.r"),
    "the last, in an attribute": ("class App: pass\nr = App()\nr.last = None\n", "r.last = v", "lib.r.last"),
    "the last, by a method": (
        "class App:\n    last = None\n    def put(self, v): self.last = v\nr = App()\n",
        "r.put(v)",
        "lib.r.last",
    ),
    "the last, of a class": (
        "class App:\n    last = None\n    @classmethod\n    def put(cls, v): cls.last = v\n",
        "App.put(v)",
        "lib.App.last",
    ),
    "the last, in a global": ("last = None\n", "global last\n    last = v", "lib.last"),
    "an attribute of a function": ("def f(v): f.n += 1\nf.n = 0\n", "f(v)", "lib.f.n"),
}
if sys.version_info >= (3, 12):  # before, a call that is given the class is taken for one of it
    COUNTERS["instances, numbered by a class that is bound again"] = (
        "class App:\n    n = 0\n    def __init__(self):\n        App.n += 1\n        self.number = App.n\n"
        "App = (lambda cls: cls)(App)\nr = {}\n",
        "r[v] = App().number",
        "(lib.App.n, lib.r)",
    )
FORMS = {
    "calls": "put('{v}')\n",
    "decorators": "@deco('{v}')\ndef f{i}(): return 1\n",
    "subclasses": "class K{i}(Base, v='{v}'): pass\n",
}
VERSIONS = ("ABC", "AzC", "ABC", "AC", "ABC", "ABNC", "ABC", "NABC", "ABC", "BAC", "AB")
for (name, (setup, put, observed)), (form, text) in product(COUNTERS.items(), FORMS.items()):
    library = (
        f"{setup}def put(v):\n    {put}\n    return v\ndef deco(v):\n    put(v)\n    return lambda f: f\n"
        "class Base:\n    def __init_subclass__(cls, v): put(v)\n"
    )
    letters = {"A": ("a", 1), "B": ("b", 2), "C": ("c", 3), "N": ("n", 4), "z": ("z", 2)}
    parts = {letter: text.format(v=v, i=i) for letter, (v, i) in letters.items()}
    versions = ["from lib import *\n" + "".join(map(parts.__getitem__, each)) for each in VERSIONS]
    start = {"lib.py": library, "m.py": versions[0], "use.py": f"import lib, m\nseen = repr({observed})\n"}
    case(f"{name} counted by {form}", "use", start, *({"m.py": version} for version in versions[1:]))
case(
    "a counter: another start, another step",
    "m",
    {
        "lib.py": "total = 0\ndef put():\n    global total\n    total += 1\n",
        "m.py": "import lib\nlib.put()\nlib.put()\nseen = lib.total\n",
    },
    {"lib.py": "total = 10\ndef put():\n    global total\n    total += 1\n"},
    {"lib.py": "total = 10\ndef put():\n    global total\n    total += 3\n"},
    {"lib.py": "total = len('ab')\ndef put():\n    global total\n    total += 3\n"},
    {"m.py": "import lib\nlib.put()\n1 / 0\nlib.put()\nseen = lib.total\n"},
    {"m.py": "import lib\nlib.put()\nlib.put()\nlib.put()\nseen = lib.total\n"},
)
OWN = "n = {}\ndef deco(f):\n    global n\n    n += 1\n    return f\n"
A, B = "@deco\ndef a({}): return 1\n", "@deco\ndef b(): pass\n"
case(
    "a counter of its own module",
    "m",
    {"m.py": OWN.format(0) + A.format("") + B},
    {"m.py": OWN.format(0) + A.format("x=1") + B},
    {"m.py": OWN.format(0) + B},
    {"m.py": OWN.format(5) + B + "def c(): pass\n"},
)
case(
    "what is made where there is none is made once",
    "m",
    {
        "lib.py": "made, log = None, []\ndef get(n):\n    global made\n"
        "    if made is None: made = log.append(n) or [n]\n    return made\n",
        "m.py": "import lib\na = lib.get(1)\nb = lib.get(2) + [1]\nn = len(lib.log)\n",
    },
    {"m.py": "import lib\na = lib.get(1)\nb = lib.get(2) + [2]\nn = len(lib.log)\n"},
)
case(
    "what is made once stays where nothing that changed has made it",
    "version lib use",
    {
        "version.py": "V = 1\n",
        "lib.py": "import version\nmade = None\nclass K:\n    def __init__(self): self.put(None)\n"
        "    def put(self, v):\n        self.v = v\n        if v: self.all = version.V\n"
        "def get():\n    global made\n    if made is None: made = K()\n    return made\n",
        "use.py": "import lib\nclass Use:\n    def __init__(self, v): lib.get().put(v)\nuse = Use(0)\n",
    },
    {"version.py": "V = 2\n"},
    {"use.py": "import lib\nclass Use:\n    def __init__(self, v): lib.get().put(v)\nuse = Use(3)\n"},
    {"version.py": "V = 4\n"},
)
case(
    "a cache that minds its size is left alone",
    "m",
    {
        "lib.py": "known = {}\ndef made(v):\n    if len(known) > 2: known.clear()\n    return known.setdefault(v, v)\n",
        "m.py": "import lib\na = lib.made('a')\nb = lib.made('b')\n",
    },
    {"m.py": "import lib\na = lib.made('a')\nb = lib.made('c')\n"},
)
case(
    "entries under numbers that an iterator gives, in another order",
    "use",
    {
        "lib.py": "import itertools\nr = {}\nn = itertools.count()\ndef add(f):\n    r[next(n)] = f\n    return f\n",
        "m.py": "from lib import add\n@add\ndef a(): pass\n@add\ndef b(): pass\n@add\ndef c(): pass\n",
        "use.py": "import lib, m\nseen = [(number, lib.r[number].__name__) for number in sorted(lib.r)]\n",
    },
    {"m.py": "from lib import add\n@add\ndef b(): pass\n@add\ndef a(): pass\n@add\ndef c(): pass\n"},
    {"m.py": "from lib import add\n@add\ndef b(): pass\n@add\ndef c(): pass\n"},
)
NUMBERED = (
    "def same(cls): return cls\nclass App:\n    n = 0\n    parts = [{}]\n    def __init__(self):\n        App.n += 1\n"
    "        self.number = App.n\nApp = same(App)\na = App().number\nb = App().number\nn = App.n\n"
)
case(
    "a class that is bound again, and numbers its instances, is edited",
    "m",
    {"m.py": NUMBERED.format(1)},
    {"m.py": NUMBERED.format(2)},
    {"m.py": NUMBERED.format(3).replace("App.n += 1", "App.n += 2")},
)
OBJECTS = "class A:\n    state = 0\n    def tick(self, v):\n        self.state = v\n        return v\na, b = A(), A()\n"
OBJECTS += "def deco(o, v):\n    def wrap(f):\n        o.tick(v)\n        return f\n    return wrap\n"
for name, text in (
    ("calls", "x = a.tick({0})\ny = b.tick(2)\n"),
    ("decorators", "@deco(a, {0})\ndef f(): pass\n@deco(b, 2)\ndef g(): pass\n"),
):
    versions = [OBJECTS + text.format(number) + "z = a.state, b.state\n" for number in (1, 5, 1)]
    first, *others = [{"m.py": version} for version in versions]
    case(f"the last word on each of two objects, by {name}", "m", first, *others)
for way in ("type(self)", "self.__class__", "Item"):
    ITEMS = f"class Item:\n    count = 0\n    def __init__(self, name):\n        {way}.count += 1\n"
    ITEMS += "        self.name, self.number = name, Item.count\n"
    first, *others = [
        {"m.py": ITEMS + text + "count = Item.count\n"}
        for text in (
            "a = Item('a')\nb = Item('b')\n",
            "a = Item('a')\nb = Item('bb')\n",
            "a = Item('aa')\nb = Item('bb')\n",
            "a = Item('aa')\nb = Item('bb')\nc = Item('c')\n",
            "a = Item('aa')\nc = Item('c')\n",
        )
    ]
    case(f"instances that their constructor counts by {way}", "m", first, *others)

NUMBERED = """
class Field:
    made = 0
    def __init__(self, kind=None):
        if kind is not None:
            self.kind = kind
        self.number = Field.made
        Field.made += 1
"""
MODELS = """
class Meta(type):
    def __new__(mcs, name, bases, namespace):
        fields = {key: value for key, value in namespace.items() if isinstance(value, Field)}
        cls = super().__new__(mcs, name, bases, namespace)
        cls.fields = sorted(fields, key=lambda key: fields[key].number)
        return cls
class Model(metaclass=Meta): pass
"""
LAST = "class Last:\n    field = Field()\n"
LAST += "seen = Last.field.number, [(k, v.number) for k, v in vars(User).items() if k in 'abc']\n"
BODIES = (
    ("a = Field()", "b = Field(2)"),
    ("a = Field()", "b = Field(2)", "c = Field()"),
    ("a = Field()", "c = Field()"),
    ("c = Field()", "a = Field(3)"),
    ("c = Field()", "a = Field(3)", "def f(self): return 1"),
    ("def f(self): return 2", "a = Field(4)", "c = Field()"),
    ("pass",),
    ("a = Field()", "b = Field(2)"),
)
for head, base in {"": "", MODELS: "(Model)"}.items():
    case(
        f"members that are numbered as they are made{', of a metaclass' if head else ''}",
        "m",
        *({"m.py": f"{NUMBERED}{head}class User{base}:\n    " + "\n    ".join(body) + f"\n{LAST}"} for body in BODIES),
    )
FORMS_OF_MANY = (
    "NAMES = ['a', 'b']\nmany = {name: Field() for name in NAMES}\n",
    "NAMES = ['a', 'b', 'c']\nmany = {name: Field() for name in NAMES}\n",
    "NAMES = ['a']\nmany = {name: Field() for name in NAMES}\n",
    "many = [Field() for _ in range(4)]\n",
    "many = Field(), Field()\n",
    "many = []\nfor each in 'abc':\n    many.append(Field(each))\n",
    "def make(): return [Field(), Field()]\nmany = make()\n",
    "def make(): return [Field(), Field(), Field()]\nmany = make()\n",
    "",
    "many = [Field(), Field()]\nmore = [Field() for _ in range(3)]\n",
    "more = [Field() for _ in range(3)]\n",
)
case(
    "many that are numbered by one statement",
    "m",
    *({"m.py": f"{NUMBERED}{many}last = Field()\nseen = last.number\n"} for many in FORMS_OF_MANY),
)
DECORATED = "def number(function):\n    global n\n    n += 1\n    function.n = n\n    return function\n"
case(
    "methods that are numbered by their decorators",
    "m",
    *(
        {
            "m.py": f"n = 0\n{DECORATED}class A:\n"
            + "".join(f"    @number\n    def {name}(self): pass\n" for name in names)
            + "@number\ndef last(): pass\nseen = last.n, [getattr(A, name).n for name in 'abc' if hasattr(A, name)]\n"
        }
        for names in ("ab", "acb", "b", "ba")
    ),
)

TOTAL = (
    "total = 0\ndef add():\n    global total\n    total += 1\nclass K:\n    n = 0\n    def __init__(self): K.n += 1\n"
)
READS = "x = total, K.n\n"
COUNTS = "add()\nk = K()\n"
first, *others = (
    {"m.py": TOTAL + text}
    for text in (
        COUNTS * 2,
        READS + COUNTS * 2,
        READS.replace("total", "total + 5") + COUNTS * 2,
        COUNTS + READS + COUNTS,
        READS + COUNTS + "y = total + K.n\n" + COUNTS,
    )
)
case("who looks at numbers comes above those who count them", "m", first, *others)
IN_CLASS = "class User:\n    b = Field(1)\n    c = Field(2)\n"
UNDER = "if True:\n    class User:\n        b = Field(1)\n        c = Field(2)\n"
first, *others = ({"m.py": f"{NUMBERED}{text}z = Field()\n"} for text in (IN_CLASS, UNDER, IN_CLASS))
case("class whose members are numbered goes under a condition and back", "m", first, *others)
case(
    "what is imported under a condition is no more added to by one of two",
    "b",
    {
        "a.py": "l = []\nif True:\n    d = {}\n",
        "b.py": "if True:\n    from a import l, d\nx = l, d\nl += [1]\nd['k'] = 1\n",
    },
    {"b.py": "if True:\n    from a import l, d\nx = l, d\nd['k'] = 1\n"},
)
