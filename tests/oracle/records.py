"""Scenarios of registries that hold records: who changes what it gives is there once, who goes is out of them."""

from __future__ import annotations

from itertools import product

from .cases import case

APP = "class App:\n    def __init__(self): self.kept = {start}\n    def add(self, k, v): {how}\nr = App()\n"
ROUTE = "class Route:\n    def __init__(self, k, v): self.k, self.v = k, v\n"
STORES: dict[str, tuple[str, str, str]] = {
    "a dict in a dict": ("r = {'GET': {}}\n", "r['GET'][k] = v", "lib.r"),
    "dicts in a dict of an object": (
        APP.format(start="{'GET': {}, 'POST': {}}", how="self.kept['GET'][k] = v"),
        "r.add(k, v)",
        "lib.r.kept",
    ),
    "lists in a dict of an object": (
        APP.format(start="{}", how="self.kept.setdefault(k, []).append(v)"),
        "r.add(k, v)",
        "lib.r.kept",
    ),
    "lists in a member of a class": (
        "import collections\nclass App:\n    kept = collections.defaultdict(list)\n"
        "    @classmethod\n    def add(cls, k, v): cls.kept[k].append(v)\n",
        "App.add(k, v)",
        "lib.App.kept",
    ),
    "named tuples": (
        "import collections\nRoute = collections.namedtuple('Route', 'k v')\nr = []\n",
        "r.append(Route(k, v))",
        "lib.r",
    ),
    "objects": (ROUTE + APP.format(start="[]", how="self.kept.append(Route(k, v))"), "r.add(k, v)", "lib.r.kept"),
    "objects in lists of a dict": (
        ROUTE + APP.format(start="{}", how="self.kept.setdefault(k[0], []).append(Route(k, v))"),
        "r.add(k, v)",
        "lib.r.kept",
    ),
    "data classes under keys": (
        "import dataclasses\n@dataclasses.dataclass\nclass Route:\n    k: str\n    v: object\nr = {}\n",
        "r[k] = Route(k, v)",
        "lib.r",
    ),
}
FORMS = {
    "decorated functions": "@deco('{k}')\ndef f{i}(): return {i}\n",
    "decorated classes": "@deco('{k}')\nclass C{i}: pass\n",
    "methods": "class M{i}:\n    @deco('{k}')\n    def f(self): pass\n",
    "wrappers": "@wrapping('{k}')\ndef f{i}(): return {i}\n",
    "calls": "def f{i}(): return {i}\nput('{k}', f{i})\n",
    "instances": "class I{i}: pass\nput('{k}', I{i}())\n",
    "lambdas": "put('{k}', lambda: {i})\n",
}
LIBRARY = """import functools
{setup}def put(k, v):
    {how}
    return v
def deco(k): return lambda f: put(k, f)
def wrapping(k):
    def wrap(f):
        @functools.wraps(f)
        def inner(*a): return f(*a)
        return put(k, inner)
    return wrap
"""
USE = """import lib, m
def shown(v):
    if isinstance(v, dict): return [(k, shown(each)) for k, each in v.items()]
    if isinstance(v, (list, tuple)): return [shown(each) for each in v]
    if type(v).__name__ == 'Route': return v.k, shown(v.v)
    return v if isinstance(v, str) else getattr(v, '__qualname__', type(v).__name__)
def now(): return shown({of})
seen, known = repr(shown({of})), now()
"""
VERSIONS = ("ABC", "AzC", "ABC", "AC", "ABNC", "BNC")
for (name, (setup, how, of)), (form, text) in product(STORES.items(), FORMS.items()):
    letters = {"A": ("a1", 1), "B": ("b2", 2), "C": ("c3", 3), "N": ("n4", 4), "z": ("z2", 2)}
    parts = {letter: text.format(k=k, i=i) for letter, (k, i) in letters.items()}
    versions = ["from lib import *\n" + "".join(map(parts.__getitem__, each)) for each in VERSIONS]
    start = {"lib.py": LIBRARY.format(setup=setup, how=how), "m.py": versions[0], "use.py": USE.format(of=of)}
    case(f"{name}, for {form}", "use", start, *({"m.py": version} for version in versions[1:]))
case(
    "a call whose key is a name",
    "use",
    {
        "lib.py": LIBRARY.format(setup="r = {}\n", how="r[k] = v"),
        "m.py": "from lib import *\nK = 'a'\ndef f(): pass\nput(K, f)\ndef g(): pass\nput('g', g)\n",
        "use.py": USE.format(of="lib.r"),
    },
    {"m.py": "from lib import *\nK = 'b'\ndef f(): pass\nput(K, f)\ndef g(): pass\nput('g', g)\n"},
    {"m.py": "from lib import *\nK = 'a'\ndef f(): pass\nput(K, f)\ndef g(): pass\nput('g', g)\n"},
)
CLASSES = "from lib import r\n@r.append\nclass _: pass\nclass A:\n    x = {}\nr.append({{'a': [A]}})\nr.append(A())\n"
case(
    "who imports a module for what it registers, and looks at that through functions",
    "use",
    {
        "lib.py": "r = []\n",
        "m.py": CLASSES.format(1),
        "use.py": "import lib, m\ndef x(v): return v.x\n"
        "def now(): return [x(v) for v in lib.r[1]['a']] + [x(lib.r[2])]\n"
        "seen = now()\nother = [v.x for v in lib.r[1]['a']]\n",
    },
    {"m.py": CLASSES.format(2)},
    {"m.py": CLASSES.format(1)},
)

LIBRARIES = """
from collections import defaultdict
class Manager:
    def __init__(self): self.kept = defaultdict(list)
    def add(self, k, v): self.kept[k].append(v)
class Library:
    def __init__(self, module, name): self.module, self.name = module, name
    def __eq__(self, other): return vars(self) == vars(other)
    __hash__ = None
manager = Manager()
add = manager.add
k = 'D'
{first}add(k, Library('two', 'D'))
add(k, Library('three', 'dist'))
k = 'E'
{last}add(k, Library('two', 'dist'))
"""
FIRST, LAST = "add(k, Library('one', 'D'))\n", "add(k, Library('one', 'E'))\n"
SHORTER = {"first": "", "last": LAST}
MANAGER = {
    "another method before": ("    def add", "    def other(self): pass\n    def add"),
    "the method's annotation": ("k, v)", "k: str, v)"),
    "the method's body": (".append(v)", ".append(v) or None"),
}
for name, (old, new) in MANAGER.items():
    edited = LIBRARIES.replace(old, new)
    case(
        f"a call that registers goes as its registry's class gets {name}",
        "m",
        {"m.py": LIBRARIES.format(first=FIRST, last=LAST)},
        {"m.py": edited.format(**SHORTER)},
        {"m.py": edited.format(first="", last="")},
    )
    case(
        f"the same in another module: {name}",
        "u",
        {"m.py": LIBRARIES.format(first="", last=""), "u.py": f"from m import *\n{FIRST}{LAST}x = 1\n"},
        {"m.py": edited.format(first="", last=""), "u.py": f"from m import *\n{LAST}x = 1\n"},
    )
case(
    "calls that register go, of whose texts others give some, and one is the key",
    "m",
    {"m.py": LIBRARIES.format(first=FIRST, last=LAST)},
    {"m.py": LIBRARIES.format(first="", last="")},
    {"m.py": LIBRARIES.format(first=FIRST, last="")},
    {"m.py": LIBRARIES.format(first="", last="")},
    {"m.py": LIBRARIES.format(first="", last=LAST)},
)
case(
    "a call of whose texts one is in an entry of another call",
    "m",
    {"m.py": LIBRARIES.format(first="add('x', Library('two', 'three'))\n", last="")},
    {"m.py": LIBRARIES.format(first="", last="")},
)
case(
    "a registry that is an object is built again, with calls by a name for the key",
    "m",
    {
        "m.py": LIBRARIES.replace("add(k,", "manager.add(k,").format(
            first=FIRST.replace("add", "manager.add"), last="manager.add(k, Library(5, 6))\n"
        )
    },
    {"m.py": LIBRARIES.replace("add(k,", "manager.add(k,").format(first="", last="manager.add(k, Library(5, 6))\n")},
)
FUNCTIONS = "def f1(): pass\ndef f2(): pass\ndef f3(): pass\n"
INNER = {
    "a list": "self.kept.setdefault(k, []).append(v)",
    "a dict": "self.kept.setdefault(k, {})[v.__name__] = v",
    "a list, by a condition": "if k not in self.kept: self.kept[k] = []\n        self.kept[k].append(v)",
}
for (name, how), defined in product(INNER.items(), ("before", "beside it")):
    events = f"class Events:\n    def __init__(self): self.kept = {{}}\n    def on(self, k, v):\n        {how}\n"
    events += "events = Events()\non = events.on\n" + (FUNCTIONS if defined == "before" else "")
    calls = [f"on('start', f{i})\n" for i in (1, 2, 3)]
    if defined != "before":
        calls = [f"def f{i}(): pass\n{call}" for i, call in enumerate(calls, 1)]
    case(
        f"a call that is new stands before others under its key, in {name}, of functions defined {defined}",
        "m",
        {"m.py": events + calls[2]},
        {"m.py": events + calls[0] + calls[2]},
        {"m.py": events + "".join(calls)},
        {"m.py": events + calls[1] + calls[2]},
        {"m.py": events + "".join(calls)},
    )
CONVERTERS = """
class Converter:
    kept = {}
    @classmethod
    def register(cls, c):
        cls.kept[c.type] = c
        return c
@Converter.register
class A(Converter): type = object
@Converter.register
class B(Converter): type = len
"""
case(
    "a class that registers under what a library defines, for which a later module has a name",
    "u",
    {"m.py": CONVERTERS, "u.py": "import m\nO = object\nF = len\n"},
    {"m.py": CONVERTERS + "@Converter.register\nclass C(Converter): type = str\n"},
    {"m.py": CONVERTERS},
)
MANAGED = """
class Manager:
    kept = {"hooks": [], "cache": {}, "flag": False}
    def __init__(self):
        self.hooks = Manager.kept["hooks"]
        self.cache = Manager.kept["cache"]
    def add(self, f): self.hooks.append(f)
"""
HOOKS = "def one(): pass\ndef register(m):\n    m.add(one)\n"
case(
    "who looks at what a class keeps under a key that is there from the start, and that later statements fill",
    "app",
    {
        "lib.py": MANAGED,
        "parts.py": "def register(m):\n    import hooks\n    hooks.register(m)\n",
        "app.py": "from lib import Manager\nfrom parts import register\nmanager = Manager()\nregister(manager)\n",
        "hooks.py": HOOKS,
    },
    {"hooks.py": HOOKS.replace("def register", "def two(): pass\ndef register") + "    m.add(two)\n"},
)
