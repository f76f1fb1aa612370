"""Scenarios that random mutations of the other kept programs found, as small as they could be made."""

from __future__ import annotations

from . import registering as registering
from .cases import case, one

COMMANDS = """
class App:
    def __init__(self):
        self.names, self.seen, self.by = [], set(), {{}}
    def command(self, name, **options):
        def {decorate}(f):
            {adds}
            return f
        return {decorate}
app = App()
"""
BY_NAME = COMMANDS.format(decorate="decorate", adds="self.by[name] = options")
PAIRS = COMMANDS.format(decorate="decorate", adds="self.names.append((name, options))")
IN_IF = """
if True:
    @app.command('c')
    def fc(): return 3
    @app.command('{name}')
    def fd(): return 3
"""
case(
    "plain values that definitions in an if put into an object",
    "m",
    {"m.py": BY_NAME + IN_IF.format(name="d")},
    {"m.py": BY_NAME + IN_IF.format(name="dd")},
    {"m.py": BY_NAME + IN_IF.format(name="dd").partition("    @app.command('dd')")[0]},
    {"m.py": BY_NAME},
)
FA = "@app.command('a')\ndef fa(): return 1\n"
FA_IN_IF = "if True:\n    @app.command('a')\n    def fa(): return 1\n"
FC = "@app.command('c')\ndef fc(): return 3\n"
case(
    "plain values of a definition that goes into an if, and comes out of it, beside a new one",
    "m",
    {"m.py": PAIRS + FA},
    {"m.py": PAIRS + FA_IN_IF + FC},
    {"m.py": PAIRS + FA},
)
REFUSING = "if name in self.seen: raise ValueError(name)\n            self.seen.add(name)"
case(
    "registrar that refuses names, with another name for its own function",
    "m",
    {"m.py": COMMANDS.format(decorate="decorate", adds=REFUSING) + FC},
    {"m.py": COMMANDS.format(decorate="register", adds=REFUSING) + FC},
    {"m.py": COMMANDS.format(decorate="decorate", adds=REFUSING + "\n            self.seen.add(1)") + FC},
)
BUS = """
import collections
class Bus:
    def __init__(self):
        self.by = collections.defaultdict(list)
    def on(self, event, rank=0):
        def decorate(f):
            self.by[event].append(f.__name__)
            return f
        return decorate
bus = Bus()
@bus.on('a')
def f(): return 1
@bus.on('{event}')
def h(): return 3
"""
case(
    "name in a list of names by keys, whose key is another",
    "m",
    {"m.py": BUS.format(event="a")},
    {"m.py": BUS.format(event="b")},
    {"m.py": BUS.format(event="a")},
)
BY_GLOBALS = "n = {n}\nfor i in range(n):\n    globals()[f'{name}{{i}}'] = i\n"
case(
    "names that a loop binds by globals(), which the edit before has brought",
    "m",
    {"m.py": "n = 3\n"},
    {"m.py": BY_GLOBALS.format(n=3, name="v")},
    {"m.py": BY_GLOBALS.format(n=2, name="w")},
    {"m.py": BY_GLOBALS.format(n=4, name="w")},
    {"m.py": "n = 4\n"},
)
case(
    "names that a text binds, which the edit before has brought",
    "m",
    {"m.py": "n = 3\n"},
    {"m.py": "n = 3\ntry:\n    exec('def e(): return n')\nfinally: pass\n"},
    {"m.py": "n = 3\nexec('def f(): return n')\n"},
    {"m.py": "n = 3\n"},
)
ROUTES = """
class App:
    def __init__(self): self.routes = {}
    def route(self, path):
        def decorate(f):
            self.routes[path] = f
            return f
        return decorate
    def count(self): return len(self.routes)
app = App()
"""
ROUTE, LISTS = "@app.route('c')\ndef g(): pass\n", "n = list(app.routes)\n"
case(
    "who looks at the registry of an object changes places with who registers",
    "m",
    {"m.py": ROUTES + ROUTE + LISTS},
    {"m.py": ROUTES + LISTS + ROUTE},
    {"m.py": ROUTES + ROUTE + LISTS},
)
ROUTE, COUNTS = "@app.route('b')\ndef h(): pass\n", "n = app.count()\n"
case(
    "the same in another module, and by a method",
    "m",
    {"a.py": ROUTES, "m.py": "from a import app\n" + ROUTE + COUNTS},
    {"m.py": "from a import app\n" + COUNTS + ROUTE},
)
HELD = "{name} = [5]\nf3 = lambda a={name}: 1\ndef f4(a={name}): return 1\n"
one("list that is a default, under another name", HELD.format(name="l1"), HELD.format(name="l2"))
PARTS = """
class App:
    def __init__(self):
        self.names, self.by = [], {{}}
{name} = App()
shown = {name}.names, {name}.by
"""
one("parts of an object that is another now, in a tuple", PARTS.format(name="app"), PARTS.format(name="other"))
NAMES = """
names = []
def named(f):
    names.append(f.__name__)
    return f
"""
CLASS = "class K:\n    def __init__(self): pass\n    @named\n    def m(self): pass\n"
case(
    "class with a method that registers goes into an if, and comes out of it",
    "m",
    {"m.py": NAMES + CLASS},
    {"m.py": NAMES + "if True:\n" + "".join(f"    {line}\n" for line in CLASS.splitlines())},
    {"m.py": NAMES + CLASS},
)
HANDED_OUT = """
class Settings:
    limit = {limit}
def settings(): return {made}
s = settings()
y = s.limit
def f(v=settings()): return v.limit
z = f()
"""
for made in ("Settings", "Settings()"):
    one(
        f"attribute of a class that a function hands out: {made}",
        HANDED_OUT.format(limit=1, made=made),
        HANDED_OUT.format(limit=2, made=made),
    )
for kind, (head, keyword) in {
    "plain": ("", ""),
    "of a metaclass": ("class Maker(type):\n    def __new__(*a): return type.__new__(*a)\n", "(metaclass=Maker)"),
}.items():
    INNER = f"{head}class Base{keyword}:\n    class Meta:\n        calls = 0\n        limit = 3\n"
    one(f"attribute of an inner class that nobody sets any more: {kind}", INNER + "Base.Meta.calls += 1\n", INNER)
CACHED = "import functools\nclass Base:\n    {name}\nclass L(Base): pass\nk = L()\nx = k.name\n"
CACHED_PROPERTY = CACHED.format(name="@functools.cached_property\n    def name(self): return 'a'")
for kind, name in {
    "method": "def name(self): return 'a'",
    "property": "@property\n    def name(self): return 'b'",
    "value": "name = 4",
}.items():
    case(
        f"cached property that becomes a {kind}, and is one again",
        "m",
        {"m.py": CACHED_PROPERTY},
        {"m.py": CACHED.format(name=name)},
        {"m.py": CACHED_PROPERTY.replace("'a'", "'c'")},
    )
case(
    "cached property that is gone in a reload that fails",
    "m",
    {"m.py": CACHED_PROPERTY},
    {"m.py": CACHED.format(name="def name(self): pass") + "1 / 0\n"},
    {"m.py": CACHED.format(name="def name(self): return 2")},
)
NAMED = COMMANDS.format(decorate="decorate", adds="self.names.append(name)\n            self.by[name] = 1")
one("names of commands that change places", NAMED + FA + FC, NAMED + FC + FA)
REGISTRY = """
class Registry:
    def __init__(self): self.known = {}
    def register(self, name, value): self.known[name] = value
themes = Registry()
register = themes.register
"""
one(
    "bare calls that register by keys change places, one of a built-in class",
    REGISTRY + "register('opaque', lambda: 2)\nregister('none', dict)\n",
    REGISTRY + "register('none', dict)\nregister('opaque', lambda: 2)\n",
)
VIEWS = {
    "index": "@app.route('/')\ndef index(): return 1\n",
    "user": "@app.route('/u', methods=['GET', 'PUT'])\ndef user(): return 2\n",
    "last": "@app.route('/v')\ndef last(): return 3\n",
}
METHODS = """
class App:
    def __init__(self): self.rules = {}
    def route(self, path, methods=('GET',)):
        def register(f):
            for m in methods:
                self.rules[m, path] = f
            return f
        return register
app = App()
"""
one(
    "routes with methods change places, one of which says what is the default",
    METHODS + VIEWS["index"] + VIEWS["user"] + VIEWS["last"],
    METHODS + VIEWS["index"] + VIEWS["last"] + VIEWS["user"],
)
ENUM = """
import enum
class Outer:
    class Mode(enum.Enum):
        A = 1
        B = {b}
        C = 3
    default = Mode.A
    known = [Mode.B, Mode.A, Mode.A]
"""
case(
    "enum in a class, a member of which becomes another name of the first",
    "m",
    {"m.py": ENUM.format(b=2)},
    {"m.py": ENUM.format(b=1)},
    {"m.py": ENUM.format(b=2)},
)
PROVIDERS = """
providers = {}
def provide(cls):
    providers[cls.__name__] = cls
    return cls
def get(name, **k): return providers[name](**k)
"""
MAIL = "from di import provide\n@provide\nclass Mail:\n    host = 'a'\n    def send(self): return self.host + '!'\n"
case(
    "attribute of a class whose instance comes of a registry",
    "main",
    {
        "di.py": PROVIDERS,
        "svc.py": MAIL,
        "main.py": "import svc\nfrom di import get\nm = get('Mail')\nx = m.send()\ny = m.host\n",
    },
    {"svc.py": MAIL.replace("'a'", "'b'")},
)
PARSER = "import argparse\nparser = argparse.ArgumentParser(prog='x')\nsub = parser.add_subparsers()\n"
ONE = "p1 = sub.add_parser('one', help='h')\n"
PARSED = "opts = vars(parser.parse_args(['one']))\nshown = parser.format_help()\n"
case(
    "arguments of a parser that another one keeps",
    "m",
    {"m.py": PARSER + ONE + "p1.add_argument('--a', default=3)\n" + PARSED},
    {"m.py": PARSER + ONE + PARSED},
    {"m.py": PARSER + ONE + "p1.add_argument('--b', default=3)\n" + PARSED},
    {"m.py": (PARSER + ONE + "p1.add_argument('--b', default=3)\n" + PARSED).replace("one", "two")},
)
case(
    "entry of what a class holds, which a statement in an if had put there",
    "main",
    {
        "r.py": "class K:\n    known = {}\n",
        "p.py": "from r import K\nif True:\n    K.known.update(b=2)\n",
        "main.py": "import p, r\n",
    },
    {"p.py": "from r import K\n"},
)
GROW = "l2 = []\ndef grow(n): l2.append(n)\n"
CLASS_LIST = "l1 = []\nclass G:\n    w = l1\n"
for kind, (before, after) in {
    "loop that adds no more": ("for n in range(2):\n    grow(n)\n", "for n in range(2):\n    pass\n"),
    "try that adds something else": ("try:\n    grow(1)\nfinally: pass\n", "try:\n    grow(2)\nfinally: pass\n"),
}.items():
    case(
        f"list of a function that a {kind} calls",
        "m4",
        {"m1.py": GROW + before, "m4.py": "from m1 import *\n"},
        {"m1.py": GROW + after},
    )
KEYED = "r1 = {}\ndef register(k, v):\n    r1[k] = v\nregister('z', 2)\ntry:\n    register('a', 1)\nfinally: pass\n"
one("key by which a call in a try registers", KEYED, KEYED.replace("'a'", "'b'"))
one("list that a class has, too, and that is added to below", CLASS_LIST, CLASS_LIST + "l1 += [0]\n")
ALIAS = "{name} = []\n{name}.insert(0, 5)\ntry:\n    c1 = 1 // 0\nexcept ZeroDivisionError:\n    c1 = {name}\n"
one("list that a try gives another name, under another name", ALIAS.format(name="l1"), ALIAS.format(name="l2"))
BINDS = "x = 0\ndef init():\n    global x\n    x = 5\n"
case(
    "function that binds a global changes places with who reads this",
    "m",
    {"m.py": BINDS + "init()\ny = x\n"},
    {"m.py": BINDS + "y = x\ninit()\n"},
    {"m.py": BINDS + "init()\ny = x\n"},
)
case(
    "attribute that is set from outside for the first time, seen by vars() of a class of another module",
    "main",
    {
        "conf.py": "class K: pass\n",
        "b.py": "import conf\n",
        "main.py": "import conf\nimport b\nn = vars(conf.K).get('u')\n",
    },
    {"b.py": "import conf\nconf.K.u = 4\n"},
)
case(
    "docstring of a module that is gone, and there again",
    "m",
    {"m.py": "'''One.'''\nx = __doc__\n"},
    {"m.py": "x = __doc__\n"},
    {"m.py": "'''Two.'''\nx = __doc__\n"},
)
case(
    "name of a module that is set twice from outside",
    "m2",
    {"m1.py": "c2 = 1\n", "m2.py": "import m1\nm1.c1 = 12\nm1.c1 = 10\n"},
    {"m2.py": "import m1\nm1.c1 = 11\nm1.c1 = 10\n"},
)
TABLE = """
import collections
table, kinds = [], collections.defaultdict(list)
def register(f):
    table.append(f)
    kinds[f()].append(f)
    return f
"""
PLUGIN = "from table import register\n@register\ndef {name}(): return '{name}'\n"
case(
    "plugin that comes between others in a try",
    "app",
    {
        "table.py": TABLE,
        "p/a.py": PLUGIN.format(name="a"),
        "p/b.py": "from table import register\n",
        "p/d.py": PLUGIN.format(name="d"),
        "app.py": "import p.a, p.b, p.d\nfrom table import table\n",
    },
    {"p/b.py": "from table import register\ntry:\n    @register\n    def b(): return 'b'\nfinally: pass\n"},
)
SUBPARSERS = "import argparse\nparser = argparse.ArgumentParser(prog='x')\n{}shown = parser.format_help()\n"
SUB, TWO = "sub = parser.add_subparsers({})\n", "p2 = sub.add_parser('two', help='{}')\n"
case(
    "parsers that another keeps, with other arguments, another one and none",
    "m",
    {"m.py": SUBPARSERS.format(SUB.format("") + ONE)},
    {"m.py": SUBPARSERS.format(SUB.format("dest='q'") + ONE)},
    {"m.py": SUBPARSERS.format(SUB.format("dest='q'") + ONE + TWO.format("hh"))},
    {"m.py": SUBPARSERS.format(SUB.format("dest='q'") + TWO.format("hhh"))},
)
one(
    "next of a count, in a try that takes none any more",
    "import itertools\nids = itertools.count()\ntry:\n    a = next(ids)\nfinally: pass\n",
    "import itertools\nids = itertools.count()\ntry:\n    pass\nfinally: pass\n",
)
IN_A_BRANCH = """
if {condition}:
    @app.command('a')
    def fa(): return 1
    @app.command('b')
    def fb(): return 1
@app.command('d')
def fd(): return 1
"""
case(
    "plain values of definitions in a branch that is not taken any more, and then is",
    "m",
    {"m.py": NAMED + FC + IN_A_BRANCH.format(condition=True)},
    {"m.py": NAMED + FC + IN_A_BRANCH.format(condition=False)},
    {"m.py": NAMED + FC + IN_A_BRANCH.format(condition=True)},
)
SUBCLASSES = "r1 = []\nclass K1:\n    {}\nclass K2(K1): pass\nn = len(r1)\n"
APPENDS = SUBCLASSES.format("def __init_subclass__(cls, **k): r1.append(cls)")
case(
    "base class that tells of its subclasses no more, and then does again",
    "m",
    {"m.py": APPENDS},
    {"m.py": SUBCLASSES.format("def __init_subclass__(cls, **k): pass")},
    {"m.py": APPENDS},
    {"m.py": SUBCLASSES.format("pass")},
)
TRACKS = "class Track:\n    every = []\n    def __init__(self): Track.every.append(self)\n"
case(
    "class that keeps its instances no more",
    "b",
    {"a.py": TRACKS, "b.py": "from a import Track\no1 = Track()\n"},
    {"a.py": "class Track:\n    every = []\n"},
)
SHOWN = "k = {k}\nshown = k, list(app.names), dict(app.by)\n"
case(
    "who looks at plain values that an object holds, between those who give them",
    "m",
    {"m.py": NAMED + FA + SHOWN.format(k=1) + FC},
    {"m.py": NAMED + FA + SHOWN.format(k=2) + FC},
    {"m.py": NAMED + SHOWN.format(k=2) + FA + FC},
)
WRAPPED = "def f2(): return {n}\n{head}{body}"
TAKES = "def f3(a=f2()): pass\nclass K3:\n    w = f2()\n    def m(self, a=f2()): pass\n"
one(
    "definitions go into an if as what their defaults call is edited",
    WRAPPED.format(n=5, head="", body=TAKES),
    WRAPPED.format(n=6, head="if True:\n", body="".join(f"    {line}\n" for line in TAKES.splitlines())),
)
NOTED = "def make(n):\n    def inner(): pass\n    return inner\nf = make(18)\nf.note = {n}\nf.note = 17\n"
one(
    "attribute of a function that is set twice, the first time to something else",
    NOTED.format(n=16),
    NOTED.format(n=18),
)
LIMITED = "a = 2\nclass K: pass\nK.limit = {n}\nx = K.limit + a\nK.limit = 5\n"
one("attribute that is set to what it is set to again below", LIMITED.format(n=3), LIMITED.format(n=5))
COUNTED = "class K:\n    limit = 2\nK.limit += {n}\nK.limit += 1\n"
case(
    "attribute that two statements add to, the first of them another amount",
    "m",
    {"m.py": COUNTED.format(n=1)},
    {"m.py": COUNTED.format(n=2)},
    {"m.py": COUNTED.format(n=3)},
)
case(
    "import that goes into an if, of a module that adds to another now",
    "main",
    {"r.py": "l = []\n", "p.py": "import r\n", "main.py": "import p, r\nn = list(r.l)\n"},
    {"p.py": "import r\nr.l.append(4)\n", "main.py": "if True:\n    import p, r\nn = list(r.l)\n"},
)
LISTED = "from a import c1, f2\n"
case(
    "list of another module that is added to changes places with a call that reads it there",
    "m",
    {
        "a.py": "c1 = [7]\ndef g1(n): return list(c1)\ndef f2(*a): return g1(5)\n",
        "m.py": LISTED + "l1 = f2()\nc1.append(9)\n",
    },
    {"m.py": LISTED + "c1.append(9)\nl1 = f2()\n"},
    {"m.py": LISTED + "l1 = f2()\nc1.append(9)\n"},
)
case(
    "what functions add to, or read, goes below who calls them, and comes back",
    "m",
    {"m.py": NAMES + "@named\ndef a(): pass\n"},
    {"m.py": NAMES.replace("names = []\n", "") + "@named\ndef a(): pass\nnames = []\n"},
    {"m.py": NAMES + "@named\ndef a(): pass\n"},
)
HELPER = "class K2:\n    def _helper(n): return f1\n    w2 = _helper(1)\n"
case(
    "function that the body of a class reads by one of its own goes below it",
    "m",
    {"m.py": "def f1(): pass\n" + HELPER},
    {"m.py": HELPER + "def f1(): pass\n"},
    {"m.py": "def f1(): pass\n" + HELPER},
)
case(
    "parsers that another keeps go into a try",
    "m",
    {"m.py": SUBPARSERS.format(SUB.format("") + ONE)},
    {"m.py": SUBPARSERS.format("try:\n    " + SUB.format("") + "finally: pass\n" + ONE)},
    {"m.py": SUBPARSERS.format("")},
)
LOOKED_UP = "t1 = dict(k0=1, k1=2)\nif 1:\n    c2 = [t1['{}'] for i in range(3)]\n"
case(
    "key of a dict that an if looks up, and looks up no more",
    "m",
    {"m.py": LOOKED_UP.format("k0")},
    {"m.py": LOOKED_UP.format("k1")},
    {"m.py": "t1 = dict(k0=1, k1=2)\nif 1:\n    pass\n"},
)
MENTIONS = "if True:\n    str('a')\n    app.command('b')(fa)\n"
case(
    "text that a definition gives, and that an if mentions",
    "m",
    {"m.py": NAMED + FA + MENTIONS},
    {"m.py": NAMED + FA + MENTIONS + "    x = 1\n"},
    {"m.py": NAMED + FA},
)
