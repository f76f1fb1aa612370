"""Scenarios of classes and objects that keep account of what is registered with them: by hooks, constructors, calls."""

from __future__ import annotations

from itertools import product

from .cases import case

MODULE = """
import orm
from orm import Field, Model
class User(Model):
    limit = 1
    name = Field(str)
    age = Field(int, 0)
fields = list(User.__dict__.get('_fields', ()))
"""
EDITS = (
    ("limit = 1", "limit = 2"),
    ("(int, 0)", "(int, 18)"),
    ("age = Field(int, 18)", "age = Field(int, 18)\n    mail = Field(str, '-')"),
    ("    name = Field(str)\n", ""),
    ("    age", "    name = Field(bytes)\n    age"),
)
LIBRARY = """
class Field:
    def __init__(self, kind, default=None): self.kind, self.default = kind, default
    def __set_name__(self, owner, name):
        self.name = name
        {told}
class Model:
    def __init_subclass__(cls):
        {hook}
KNOWN, BY_OWNER = [], {{}}
"""


def edited(name: str, library: str, module: str, *edits: tuple[str, str]) -> None:
    """A case of a module that uses a library `orm`, and is edited step by step."""
    versions = [module]
    for old, new in edits:
        assert old in versions[-1], (name, old)
        versions.append(versions[-1].replace(old, new))
    case(name, "m", {"orm.py": library, "m.py": versions[0]}, *({"m.py": text} for text in versions[1:]))


for name, told, hook in (
    ("lists itself in the class", "owner._fields = [*owner.__dict__.get('_fields', ()), name]", "pass"),
    ("adds itself to a dict of the class", "owner._map = {**owner.__dict__.get('_map', {}), name: self}", "pass"),
    ("numbers itself", "self.n = owner._count = owner.__dict__.get('_count', 0) + 1", "pass"),
    ("is listed by name", "KNOWN.append((owner.__name__, name))", "pass"),
    ("is listed by its owner's name", "BY_OWNER.setdefault(owner.__name__, []).append(name)", "pass"),
    ("is listed by its owner", "self.owner = owner; BY_OWNER.setdefault(owner, []).append(self)", "pass"),
    ("is not told, and taken out", "pass", "cls._fields = [n for n in [*vars(cls)] if delattr(cls, n) is None]"),
):
    if "taken out" in name:
        hook = "fields = {n: v for n, v in vars(cls).items() if isinstance(v, Field)}; cls._fields = fields\n"
        hook += "        for n in fields: delattr(cls, n)"
    edited(f"member of a class that {name}", LIBRARY.format(told=told, hook=hook), MODULE, *EDITS)
edited(
    "base that wraps all methods of a class",
    """
    import functools
    LOG = []
    def logged(f):
        @functools.wraps(f)
        def call(*a):
            LOG.append(f.__name__)
            return f(*a)
        return call
    class Model:
        def __init_subclass__(cls, **keywords):
            super().__init_subclass__(**keywords)
            for name, value in list(vars(cls).items()):
                if callable(value) and not name.startswith('_'):
                    setattr(cls, name, logged(value))
    """,
    """
    import orm
    from orm import Model
    class User(Model):
        limit = 1
        def a(self): return self.limit
        def b(self, n=1): return n
    u = User()
    x = u.a(), u.b()
    n = list(orm.LOG)
    """,
    ("limit = 1", "limit = 2"),
    ("n=1", "n=2"),
    ("return n", "return n * 2"),
    ("def a", "def c(self): return 7\n        def a"),
)
edited(
    "base that changes a member of a class",
    """
    class Model:
        def __init_subclass__(cls):
            cls.path = '/' + cls.path
            cls.n = len(cls.path)
    """,
    """
    from orm import Model
    class User(Model):
        path = 'user'
        size = 3
    p = User.path
    class Sub(User):
        path = 'sub'
    """,
    ("size = 3", "size = 4"),
    ("'user'", "'users'"),
    ("path = 'sub'", "path = 'sub'; q = 1"),
)
for name, what in (
    ("a pair", "KNOWN.append((cls.__name__, cls.limit))"),
    ("two values", "KNOWN.append(cls.__name__); KNOWN.append(cls.limit)"),
    ("its members' names", "KNOWN.extend((cls.__name__, n) for n in vars(cls) if n.startswith('l'))"),
):
    edited(
        f"base that keeps of each class {name}",
        f"KNOWN = []\nclass Model:\n    def __init_subclass__(cls):\n        {what}\n",
        """
        from orm import Model
        class User(Model):
            limit = 1
            size = 3
        class Post(Model):
            limit = 2
        """,
        ("size = 3", "size = 4"),
        ("limit = 1", "limit = 5"),
        ("class User", "class Man"),
    )
edited(
    "decorator that keeps the defaults of functions",
    """
    KNOWN = []
    def keep(f):
        KNOWN.append((f.__name__, f.__defaults__))
        return f
    """,
    """
    from orm import keep
    @keep
    def a(x=1): pass
    @keep
    def b(x=2): pass
    """,
    ("x=1", "x=4"),
    ("def a", "def c"),
)
for name, library, decorator in (
    ("a constructor that keeps the object", "def __init__(self, f): self.f = f; KNOWN.append(self)", "@Keep"),
    ("a constructor that keeps the name", "def __init__(self, f): self.f = f; KNOWN.append(f.__name__)", "@Keep"),
    ("an object that is called", "def __call__(self, f): KNOWN.append(f.__name__); return f", "@keep"),
    ("an object's method", "def put(self, f): KNOWN.append(('x', f.__name__)); return f", "@keep.put"),
    ("a method that calls another", "def put(self, f): self.do(f); return f\n"
     "    def do(self, f): KNOWN.append((len(f.__name__), f))", "@keep.put"),
):  # fmt: skip
    made = "keep = Keep()\n" if "keep" in decorator else ""
    edited(
        f"registry that functions come to by {name}",
        f"KNOWN = []\nclass Keep:\n    {library}\n{made}",
        f"from orm import *\n{decorator}\ndef a(x=1): return 1\n{decorator}\ndef b(x=1): return 2\nn = len(KNOWN)\n",
        ("x=1", "x=2"),
        ("return 1", "return 3"),
        (f"{decorator}\ndef b", "def b"),
        ("def a", "def c"),
    )
edited(
    "objects that their constructor lists",
    """
    ALL = []
    class Field:
        def __init__(self, kind):
            self.kind = kind
            ALL.append(self)
    """,
    """
    from orm import Field, ALL
    a = Field(int)
    b = Field(str)
    many = [Field(k) for k in (int, set)]
    named = {'x': Field(list)}
    kinds = [f.kind for f in ALL]
    """,
    ("b = Field(str)", "b = Field(bytes)"),
    ("a = Field(int)\n", ""),
    ("(list)", "(tuple)"),
    ("b =", "z = Field(set)\n    b ="),
)

# --- what is looked up is not what was made ----------------------------------------------------------------------

case(
    "what a call looks up in a registry",
    "m",
    {
        "m.py": """
        REG = {}
        class Obj:
            def __init__(self, n): self.n = n
        def add(n):
            REG[n] = Obj(n)
        def get(n): return REG[n]
        add('a')
        add('b')
        x = get('a')
        y = x.n
        """
    },
    {
        "m.py": """
        REG = {}
        class Obj:
            def __init__(self, n): self.n = n
        def add(n):
            REG[n] = Obj(n)
        def get(n): return REG[n.lower()]
        add('a')
        add('b')
        x = get('a')
        y = x.n
        """
    },
    {
        "m.py": """
        REG = {}
        class Obj:
            def __init__(self, n): self.n = n
        def add(n):
            REG[n] = Obj(n)
        def get(n): return REG[n.lower()]
        add('a')
        add('b')
        """
    },
)
FIND = """
ALL = []
class Obj:
    def __init__(self, n): self.n = n
    @classmethod
    def find(cls, n): return next(o for o in ALL if o.n == n)
for c in 'abc': ALL.append(Obj(c))
"""
case(
    "what a call looks up in a list",
    "m",
    {"r.py": FIND, "m.py": "from r import Obj, ALL\nx = Obj.find('b')\nk = len(ALL)\n"},
    {"r.py": FIND.replace("== n)", "== n.lower())")},
    {"m.py": "from r import Obj, ALL\nx = Obj.find('c')\nk = len(ALL)\n"},
)
ENUM = """
from enum import Enum
class Color(Enum):
    RED = 1
    CRIMSON = RED
    @classmethod
    def parse(cls, s): return cls[s.upper()]
"""
case(
    "member of an enum that a call looks up",
    "m",
    {"e.py": ENUM, "m.py": "from e import Color\nr = Color.parse('crimson')\n"},
    {"e.py": ENUM.replace("    CRIMSON", "    BLUE = 3\n    CRIMSON")},
)
CONNECT = """
POOL = {}
class Conn:
    def __init__(self, n): self.n = n
def connect(n):
    if n not in POOL:
        POOL[n] = Conn(n)
    return POOL[n]
"""
case(
    "object of a pool that a call makes or looks up",
    "m",
    {
        "r.py": CONNECT,
        "a.py": "from r import connect\nc = connect('db')\nd = connect('log')\n",
        "m.py": "import a\nfrom r import connect, POOL\nc = connect('db')\nsame = c is a.c\nn = len(POOL)\n",
    },
    {"m.py": "import a\nfrom r import connect, POOL\nc = connect('log')\nsame = c is a.c\nn = len(POOL)\n"},
    {"a.py": "from r import connect\nc = connect('main')\nd = connect('log')\n"},
    {"r.py": CONNECT.replace("self.n = n", "self.n = n * 2")},
)
GETTER = """
class Logger:
    manager = {}
    def __init__(self, n): self.n, self.level = n, 0
    @classmethod
    def get(cls, n): return cls.manager.setdefault(n, cls(n))
"""
case(
    "object that a class keeps, and that calls look up",
    "m",
    {
        "r.py": GETTER,
        "a.py": "from r import Logger\nlog = Logger.get('a')\nlog.level = 5\n",
        "m.py": "import a\nfrom r import Logger\nlog = Logger.get('a')\nlv = log.level\n",
    },
    {"m.py": "import a\nfrom r import Logger\nlog = Logger.get('b')\nlv = log.level\n"},
    {"m.py": "import a\nfrom r import Logger\nlog = Logger.get('a')\nlv = log.level\n"},
    {"a.py": "from r import Logger\nlog = Logger.get('a')\nlog.level = 6\n"},
)
BUS = """
class Bus:
    def __init__(self): self.subs = []
    def sub(self, f): self.subs.append(f)
    def emit(self, *a): return [f(*a) for f in self.subs]
bus = Bus()
"""
VIEW = """
from bus import bus
class View:
    def __init__(self, n):
        self.n = n
        bus.sub(self.on)
    def on(self, x): return (self.n, x)
v1 = View('a')
v2 = View('b')
out = bus.emit(1)
"""
case(
    "objects whose constructor subscribes a method of theirs",
    "m",
    {"bus.py": BUS, "m.py": VIEW},
    {"m.py": VIEW.replace("'b'", "'c'")},
    {"m.py": VIEW.replace("v1 = View('a')\n", "").replace("'b'", "'c'")},
)
edited(
    "class with a keyword called name",
    """
    KNOWN = {}
    class Named:
        def __init_subclass__(cls, name=None, bases=(), **keywords):
            super().__init_subclass__(**keywords)
            cls.label = name or cls.__name__.lower()
            KNOWN[cls.__name__] = cls
    """,
    """
    from orm import Named, KNOWN
    class A(Named, name='alpha', bases=1):
        v = 1
    labels = {k: c.label for k, c in KNOWN.items()}
    """,
    ("v = 1", "v = 2"),
    ("'alpha'", "'beta'"),
)
case(
    "method that becomes abstract, in a save that fails for it",
    "m",
    {
        "b.py": "from abc import ABC, abstractmethod\nclass Job(ABC):\n    def end(self): return 'e'\n",
        "m.py": "from b import Job\nclass J(Job): pass\nj = J()\nr = j.end()\n",
    },
    {"b.py": "from abc import ABC, abstractmethod\nclass Job(ABC):\n    @abstractmethod\n    def end(self): ...\n"},
    {"m.py": "from b import Job\nclass J(Job):\n    def end(self): return 'E'\nj = J()\nr = j.end()\n"},
)

# --- what is made of another ---------------------------------------------------------------------------------------

edited(
    "data class whose field is another by default",
    "",
    """
    from dataclasses import dataclass, field
    @dataclass
    class Db:
        port: int = 1
    @dataclass
    class App:
        db: Db = field(default_factory=Db)
    APP = App()
    p = APP.db.port
    """,
    ("port: int = 1", "port: int = 2"),
)
VECTOR = {
    "orm.py": """
    class V:
        def __init__(self, x): self.x = x
        def __mul__(self, k): return V(self.x * k)
        __rmul__ = __mul__
        def __eq__(self, o): return isinstance(o, V) and self.x == o.x
        def __hash__(self): return hash(self.x)
    """,
    "m.py": "from orm import V\nNAMES = {V(1): 'one'}\nn = NAMES[V(1)]\nv = V(2)\nt = (3 * v).x\n",
}
case(
    "keys of a dict that have another hash",
    "m",
    VECTOR,
    {"orm.py": VECTOR["orm.py"].replace("hash(self.x)", "hash(-self.x - 7)")},
)
case(
    "operator of instances that becomes another function",
    "m",
    VECTOR,
    {"orm.py": VECTOR["orm.py"].replace("__rmul__ = __mul__", "def __rmul__(self, k): return V(k)")},
)
BLUEPRINTS = """
class Blueprint:
    def __init__(self, path): self.path, self.rules = path, []
    def get(self, rule):
        def register(f):
            self.rules.append((self.path + rule, f))
            return f
        return register
class App:
    def __init__(self): self.rules = {}
    def register(self, blueprint, prefix=''):
        for rule, f in blueprint.rules: self.rules[prefix + rule] = f
"""
PAGES = """
from orm import Blueprint
pages = Blueprint('/one')
@pages.get('/x')
def x(): return 1
@pages.get('/y')
def y(): return 2
"""
case(
    "registry that another one is filled from",
    "m",
    {
        "orm.py": BLUEPRINTS,
        "pages.py": PAGES,
        "m.py": "from orm import App\nfrom pages import pages\napp = App()\napp.register(pages, '/api')\n"
        "r = {k: f() for k, f in app.rules.items()}\n",
    },
    {"pages.py": PAGES.replace("'/y'", "'/z'")},
    {"pages.py": PAGES.replace("'/y'", "'/z'").replace("@pages.get('/x')\ndef x(): return 1\n", "")},
)
MARKS = """
def tag(name):
    def mark(f):
        f.tags = [*getattr(f, 'tags', ()), name]
        return f
    return mark
"""
for name, source in (
    ("a function", "@tag('a')\n    @tag('b')\n    def f(x=1): return 1\n    t = list(f.tags)\n"),
    (
        "a method",
        "class K:\n        @tag('a')\n        @tag('b')\n        def f(self, x=1): return 1\n    t = [*K.f.tags]\n",
    ),
):
    edited(
        f"attribute that decorators set on {name}",
        MARKS,
        f"\n    from orm import tag\n    {source}",
        ("x=1", "x=2"),
        ("tag('b')", "tag('z')"),
        ("@tag('a')\n", "\n"),
    )
NODES = """
NODES = {}
class Node:
    def __init__(self, name, *needs):
        self.name, self.needs = name, needs
        NODES[name] = self
"""
case(
    "call that registers under one text, and mentions another one's",
    "m",
    {"g.py": NODES, "m.py": "from g import Node, NODES\nNode('a')\nNode('c', 'b')\nNode('b', 'a')\nn = list(NODES)\n"},
    {"m.py": "from g import Node, NODES\nNode('a')\nNode('c', 'b')\nNode('b')\nn = list(NODES)\n"},
)
case(
    "call that comes to add to what it did not add to",
    "m",
    {
        "f.py": """
        TRACE = False
        log = []
        def trace(f):
            if not TRACE: return f
            def call(*a):
                log.append(f.__name__)
                return f(*a)
            return call
        """,
        "m.py": "from f import trace, log\n@trace\ndef a(x): return x + 1\nv = a(1)\nn = list(log)\n",
    },
    {
        "f.py": """
        TRACE = True
        log = []
        def trace(f):
            if not TRACE: return f
            def call(*a):
                log.append(f.__name__)
                return f(*a)
            return call
        """,
    },
)

# --- what others are told of -----------------------------------------------------------------------------------------

SCHEMA = """
class Schema:
    fields = ()
    @classmethod
    def all_fields(cls):
        found = []
        for each in reversed(cls.__mro__): found += each.__dict__.get('fields', ())
        return found
class Timed(Schema):
    fields = ('at',)
"""
USER = (
    "from b import *\nclass User(Timed):\n    fields = ('name',)\nclass Admin(User): pass\ncols = Admin.all_fields()\n"
)
case(
    "member that is asked for in the dicts of classes",
    "m",
    {"b.py": SCHEMA, "m.py": USER},
    {"b.py": SCHEMA.replace("('at',)", "('at', 'by')")},
    {"m.py": USER.replace("('name',)", "('name', 'mail')")},
)
case(
    "state of a library that another module looks at",
    "m",
    {
        "e.py": "import os\nos.environ['ORACLE_X'] = 'x1'\nos.environ['ORACLE_Y'] = 'y1'\n",
        "g.py": "import os\ndef env(name): return os.environ[name]\n",
        "m.py": "import e, os\nfrom g import env\nx = os.environ['ORACLE_X']\ny = env('ORACLE_Y')\n",
    },
    {"e.py": "import os\nos.environ['ORACLE_X'] = 'x2'\nos.environ['ORACLE_Y'] = 'y2'\n"},
)
case(
    "attributes that a call sets on a class",
    "m",
    {
        "c.py": """
        class Config:
            value = None
            @classmethod
            def load(cls, **values):
                for name, value in values.items(): setattr(cls, name, value)
        """,
        "m.py": "from c import Config\nConfig.load(value=1, debug=True)\nx = Config.value, Config.debug\n",
    },
    {"m.py": "from c import Config\nConfig.load(value=2, debug=False)\nx = Config.value, Config.debug\n"},
)
LAZY = """
import importlib
PARTS = {'One': '.a', 'Two': '.a'}
def __getattr__(name):
    if name not in PARTS: raise AttributeError(name)
    globals()[name] = value = getattr(importlib.import_module(PARTS[name], __name__), name)
    return value
"""
case(
    "name that a lazy package keeps",
    "m",
    {"p/__init__.py": LAZY, "p/a.py": "One = 1\nTwo = 2\n", "m.py": "import p\nfrom p import Two\nx = p.One + Two\n"},
    {"p/a.py": "One = 10\nTwo = 2\n"},
    {"p/a.py": "One = 10\nTwo = 20\n"},
)
HEAP = """
import heapq
class Scheduler:
    def __init__(self): self.heap = []
    def every(self, n):
        def register(f):
            heapq.heappush(self.heap, (n, f.__name__, f))
            return f
        return register
scheduler = Scheduler()
"""
edited(
    "heap that an object keeps",
    HEAP,
    """
    from orm import scheduler
    UNIT = 2
    @scheduler.every(UNIT)
    def ping(): return 'ping'
    @scheduler.every(3)
    def pong(): return 'pong'
    first = scheduler.heap[0][1]
    """,
    ("UNIT = 2", "UNIT = 5"),
    ("every(3)", "every(1)"),
)
ROWS = """
class Store:
    {rows}
    {decorator}
    def keep({own}, n):
        def register(f):
            {own}.rows.append((n, f.__name__))
            return f
        return register
    def all(self): return list(self.rows)
store = Store()
all_rows = store.all
"""
KEEPING = """
from orm import store, all_rows
@store.keep('x')
def a(): pass
@store.keep('y')
def b(): pass
r = all_rows()
"""
for name, rows, decorator, own in (
    ("an object", "def __init__(self): self.rows = []", "", "self"),
    ("a class", "rows = []", "@classmethod", "cls"),
):
    text = ROWS.format(rows=rows, decorator=decorator, own=own)
    case(
        f"plain values that a decorator puts into {name}, whose code is edited, seen by a bound method",
        "m",
        {"orm.py": text, "m.py": KEEPING},
        {"m.py": KEEPING.replace("'y'", "'z'")},
        {"orm.py": text.replace("(n, f.__name__)", "[n, f.__name__]")},
    )
FLAG = "from enum import Flag\nclass Perm(Flag):\n    R = 1\n    W = 2\np = ~Perm.W\n"
case(
    "inverse of a flag that gets another member",
    "m",
    {"m.py": FLAG},
    {"m.py": FLAG.replace("W = 2", "W = 2\n    X = 4")},
    {"m.py": FLAG},
)
SINGLETON = """
class Basic:
    __slots__ = ('_args',)
    def __new__(cls, *args):
        made = object.__new__(cls)
        made._args = args
        return made
    def __hash__(self): return hash(type(self).__name__)
class Registry:
    def __init__(self): self.waiting = {}
    def register(self, cls):
        if hasattr(self, cls.__name__): delattr(self, cls.__name__)
        self.waiting[cls.__name__] = cls
    def __getattr__(self, name):
        if name not in self.waiting: raise AttributeError(name)
        setattr(self, name, self.waiting.pop(name)())
        return getattr(self, name)
S = Registry()
class Singleton(type):
    def __init__(cls, *args):
        cls.only = made = Basic.__new__(cls)
        cls.__new__ = lambda cls: made
        S.register(cls)
"""
NUMBERS = """
from base import Basic, S, Singleton
LIMIT = 3
class Number(Basic):
    limit = LIMIT
    def __hash__(self): return super().__hash__()
class Infinity(Number, metaclass=Singleton):
    __slots__ = ()
    limit = LIMIT + 1
    def __hash__(self): return super().__hash__()
oo = S.Infinity
"""
USED = """
from numbers_ import oo, S, Infinity
counted = {oo: 1}
def f(): return counted[S.Infinity], oo is S.Infinity is Infinity(), type(oo) is Infinity, oo.limit, oo._args
r = f()
"""
case(
    "instances that a metaclass makes of its classes",
    "use numbers_",
    {"base.py": SINGLETON, "numbers_.py": NUMBERS, "use.py": USED},
    {"numbers_.py": NUMBERS.replace("LIMIT = 3", "LIMIT = 5")},
    {"numbers_.py": NUMBERS.replace("LIMIT + 1", "LIMIT + 2")},
    {"numbers_.py": NUMBERS.replace("Infinity(Number, ", "Infinity(Number, Basic, ")},
    {"base.py": SINGLETON.replace("Basic.__new__(cls)", "Basic.__new__(cls, 1)")},
    {"numbers_.py": NUMBERS.replace("    __slots__ = ()\n", "")},
)
COLORS = """
class Members(type):
    def __init__(cls, name, bases, body):
        cls.names = {}
        for key, value in body.items():
            if key.isupper():
                made = cls.names[key] = object.__new__(cls)
                made.value = value
                setattr(cls, key, made)
class Color(metaclass=Members):
    RED = 1
    BLUE = 2
    def __eq__(self, other): return type(self) is type(other) and self.value == other.value
    def __hash__(self): return 1
r = Color.RED
all_values = [m.value for m in Color.names.values()]
"""
case(
    "members that a metaclass makes of values",
    "m use",
    {"m.py": COLORS, "use.py": "import m\nfrom m import r, Color\nx = r.value, r is Color.names['RED']\n"},
    {"m.py": COLORS.replace("RED = 1", "RED = 5")},
    {"m.py": COLORS.replace("RED = 1", "RED = 5\n    GREEN = 7")},
    {"m.py": COLORS.replace("RED = 1", "ROT = 5\n    GREEN = 7").replace("r = Color.RED", "r = Color.GREEN"),
     "use.py": "import m\nfrom m import r, Color\nx = r.value, r is Color.GREEN, r is Color.names['ROT']\n"},
)  # fmt: skip
PLACES = """
placed = []
names = []
class Base:
    def __init_subclass__(cls): placed.append(1)
class Meta(type):
    def __init__(cls, *_): placed.append(7)
class Point:
    def __init__(self, v):
        self.v = v
        placed.append(v)
def put(v):
    placed.append(v)
    return v
def put_one():
    placed.append(1)
    return 5
def name(v):
    names.append(v)
    return v
def same(v): return v
def decorated(f):
    placed.append(3)
    return f
"""
LATER = "z = put('z')\nput('q')\n"
for old, new in (
    ("K = type('K', (Base,), {})\n", "c = 1\n"),
    ("K = Meta('K', (), {})\n", "K = 3\n"),
    ("x = put('a')\n", "c = 1\n"),
    ("x = put('a')\n", "x = 'a'\n"),
    ("x = put('a')\n", "x = name('a')\n"),
    ("x = put_one()\n", "x = same(5)\n"),
    ("x = put_one()\n", "y = put_one()\n"),
    ("x = Point(3)\n", "x = None\n"),
    ("x = [put(i) for i in (5, 6)]\n", "x = [i for i in (5, 6)]\n"),
    ("x: str = put('a')\n", "x: str = 'a'\n"),
    ("x = 1\nx += put(6)\n", "x = 1\nx += 6\n"),
    ("if placed is not None:\n    x = put_one()\n", "if placed is not None:\n    x = 5\n"),
    ("for i in range(3):\n    x = put(i)\n", "for i in range(3):\n    x = i\n"),
    ("assert put(9)\n", "assert 9\n"),
    ("@decorated\ndef g(): pass\n", "def g(): pass\n"),
):
    case(
        f"what called something calls something else: {(old + new).splitlines()}",
        "m",
        {"m.py": PLACES + old + LATER},
        {"m.py": PLACES + new + LATER},
        {"m.py": PLACES + old + LATER},
        {"m.py": PLACES + old},
        {"m.py": PLACES + new},
    )
EXPORTING = {
    "a namespace": """
    import sys
    def public(made):
        names = sys.modules[made.__module__].__dict__
        if '__all__' not in names:
            names['__all__'] = [made.__name__]
        else:
            names['__all__'].append(made.__name__)
        return made
    """,
    "what a namespace had or was given": """
    import sys
    def public(made):
        names = vars(sys.modules[made.__module__]).setdefault('__all__', [])
        if made.__name__ not in names:
            names.append(made.__name__)
        return made
    """,
    "an attribute of a module": """
    import sys
    def public(made):
        module = sys.modules[made.__module__]
        if hasattr(module, '__all__'):
            module.__all__.append(made.__name__)
        else:
            module.__all__ = [made.__name__]
        return made
    """,
    "a list that a call has made": """
    names = None
    def public(made):
        if names is not None:
            names.append(made.__name__)
        return made
    def exporter():
        names = []
        def public(made):
            names.append(made.__name__)
            return made
        return names, public
    """,
}
K, F, G = (
    "@public\nclass K:\n    x = 1\n    def f(self): return 1\n",
    "@public\ndef f(a=1): return 1\n",
    "@public\ndef g(): return 2\n",
)
STARRED = "from m import *\nnames = sorted(n for n in globals() if n[0] != '_')\nimport m\nlisted = list(m.__all__)\n"
for name, text in EXPORTING.items():
    head = "from export import public\n"
    if "exporter" in text:
        head = "from export import exporter\n__all__, public = exporter()\n"
    for what, versions in {
        "edited": (K.replace("x = 1", "x = 2") + F, K.replace("x = 1", "x = 2") + F.replace("a=1", "a=2"), K + F),
        "removed": (F, K + F, K, K + F),
        "added": (K + G + F, G + K + F, K + F),
        "renamed": (K.replace("K", "L") + F, K + F.replace(" f(", " h("), K + F),
        "not listed any more": (K.replace("@public\n", "") + F, K + F, K + F.replace("@public\n", "")),
    }.items():
        start = {"export.py": text, "m.py": head + K + F, "use.py": STARRED}
        case(f"public names in {name}, {what}", "use m", start, *({"m.py": head + version} for version in versions))
ASKED = """
import sys
def asked(method):
    def ask(self, *arguments):
        if sys._getframe(1).f_globals['__name__'].startswith('hmr_daemon.'): raise RuntimeError('asked')
        return method(self, *arguments)
    return ask
class Registry({kind}):
    for _name in ('__iter__', '__len__', '__contains__', '__getitem__', 'keys', 'items', 'values'):
        if hasattr({kind}, _name): locals()[_name] = asked(getattr({kind}, _name))
registry = Registry()
def register(made):
    {adds}
    return made
"""
ASKING = "from base import register\n@register\ndef f(a=1): return 1\n@register\nclass K:\n    x = 1\n"
for kind, adds, reads in (
    ("list", "list.append(registry, made)", "list(base.registry)"),
    ("dict", "dict.__setitem__(registry, made.__name__, made)", "list(base.registry.items())"),
    ("set", "set.add(registry, made)", "len(base.registry)"),
):
    case(
        f"a {kind} whose class answers for what it holds is not asked by the reload",
        "use",
        {"base.py": ASKED.format(kind=kind, adds=adds), "m.py": ASKING, "use.py": f"import base, m\nx = {reads}\n"},
        {"m.py": ASKING.replace("a=1", "a=2")},
        {"m.py": ASKING.replace("x = 1", "x = 2")},
        {"m.py": ASKING.replace("@register\nclass", "class")},
        {"m.py": ASKING},
        {"m.py": ASKING + "@register\ndef g(): pass\n"},
        {"m.py": ASKING.replace("f(", "h(")},
    )
STORES = {
    "a list": ("r = []", "r.append(v)"),
    "a dict": ("r = {}", "r[v] = v"),
    "a set": ("r = set()", "r.add(v)"),
    "records in a list": ("r = []", "r.append((len(v), v))"),
    "a list of a dict": ("r = {}", "r.setdefault('k', []).append(v)"),
    "an object": ("class App:\n    def __init__(self): self.items = []\nr = App()", "r.items.append(v)"),
    "a class": ("class App:\n    items = []\n    @classmethod\n    def put(cls, v): cls.items.append(v)", "App.put(v)"),
    "a closure": ("def make():\n    r = []\n    def add(v): r.append(v)\n    return r, add\nr, add = make()", "add(v)"),
}
STORING = """
{store}
def put(v):
    {puts}
    return v
class Made:
    def __init__(self, v):
        self.v = v
        put(v)
"""
FORMS = {
    "an assignment": "x{0} = put({1!r})\n",
    "a comprehension": "y{0} = [put(v) for v in ({1!r},)]\n",
    "a loop": "for i in ({1!r},):\n    put(i)\n",
    "a constructor": "o{0} = Made({1!r})\n",
    "a member": "class M{0}:\n    z = put({1!r})\n",
    "a default": "def g{0}(a=put({1!r})): return a\n",
}
for (store, (setup, puts)), (by, form) in product(STORES.items(), FORMS.items()):
    if (store, by) == ("a list of a dict", "a constructor"):
        continue  # too deep to be looked for
    one, two, three, four = (form.format(number, text) for number, text in enumerate(("a1", "b2", "c3", "d4")))
    shown = "App.items" if store == "a class" else "r.items" if store == "an object" else "r"
    case(
        f"plain values put into {store} by {by}",
        "use",
        {
            "base.py": STORING.format(store=setup, puts=puts),
            "m.py": "from base import *\n" + one + two + three,
            "use.py": f"import base, m\nseen = {'sorted' if store == 'a set' else 'list'}(base.{shown})\n",
        },
        *(
            {"m.py": "from base import *\n" + version}
            for version in (
                one + two.replace("b2", "zz") + three,
                one + two + three,
                one + three,
                one + two + three,
                one + two + four + three,
                *((four + one + three,) if store != "a dict" else ()),  # the order of a cache says nothing
                one + "q = 1\n" + three,
            )
        ),
    )
DISPATCHED = "import functools\n@functools.singledispatch\ndef d(n): return 'any'\n"
BY_CLASS = "from base import d\n@d.register\ndef _(n: int): return 'int'\nafter = d(1)\n"
case(
    "what is called before later modules register by class",
    "a base",
    {"base.py": DISPATCHED + "x = d(8)\n", "a.py": BY_CLASS},
    {"base.py": DISPATCHED + "x = [d(8)]\n"},
    {"base.py": DISPATCHED + "x = [d(8)]\ny = d(9)\n", "a.py": BY_CLASS.replace("@d", "before = d(1)\n@d")},
    {"a.py": BY_CLASS.replace("@d", "before = d(2)\n@d")},
    {"base.py": DISPATCHED + "def f(): return [d(3)]\nx = f()\n"},
    {"base.py": DISPATCHED.replace("'any'", "'every'") + "def f(): return {d(3)}\nx = f()\n"},
)
KNOWN = """
class Style:
    KNOWN = {'a1': 1, 'b2': 2}
    @classmethod
    def parse(cls, v):
        cls.KNOWN[v] = cls.KNOWN.get(v, 0)
        return v
known = {'a1': 1, 'b2': 2}
def parse(v):
    known[v] = known.get(v, 0)
    return v
"""
case(
    "texts that stand in what a container was made with",
    "use",
    {"base.py": KNOWN, "use.py": "from base import *\nx = parse('b2')\ny = Style.parse('b2')\nz = parse('c3')\n"},
    {"use.py": "from base import *\nx = parse('a1')\ny = Style.parse('a1')\nz = parse('c3')\n"},
    {"use.py": "from base import *\nx = 1\ny = 2\nz = parse('d4')\n"},
)

HELD = {"a dict": ("{}", "F.kept['%s'] = %s\n"), "a list": ("[]", "F.kept.append(('%s', %s))\n")}
for (name, (empty, add)), where in product(HELD.items(), ("its own", "another")):
    kept = f"class F:\n    kept = {empty}\n    limit = 1\n"
    head = "from lib import F\n" if where == "another" else kept
    head += "class X: pass\nclass Y: pass\nclass Z: pass\n"
    lines = [add % each for each in (("x", "X"), ("y", "Y"), ("z", "Z"))]
    case(
        f"what a new statement puts by hand into {name} that a class of {where} module holds",
        "m",
        {"lib.py": kept, "m.py": head + lines[0] + lines[2]},
        {"m.py": head + "".join(lines)},
        {"m.py": head + lines[1] + lines[2]},
        {"m.py": head + "".join(lines)},
    )
PLACED = """
from lib import F
from parts import {names}
{lines}del F, {names}
"""
kept, lines = "class F:\n    kept = {}\n", [HELD["a dict"][1] % each for each in (("x", "X"), ("y", "Y"), ("z", "Z"))]
case(
    "the same, where the class and what is put there are no names of the module in the end",
    "m",
    {
        "lib.py": kept,
        "parts.py": "class X: pass\nclass Y: pass\nclass Z: pass\n",
        "m.py": PLACED.format(names="X, Z", lines=lines[0] + lines[2]),
    },
    {"m.py": PLACED.format(names="X, Y, Z", lines="".join(lines))},
)
case(
    "what later statements made stands after what a new one looks at, be its name gone in the end",
    "m",
    {
        "lib.py": "class F:\n    kept = {}\n    @classmethod\n    def all(cls): return sorted(cls.kept)\n",
        "m.py": "from lib import F\nclass X: pass\nF.kept['x'] = X\nclass Z: pass\nF.kept['z'] = Z\ndel X, Z\n",
    },
    {
        "m.py": "from lib import F\nclass X: pass\nF.kept['x'] = X\nseen = F.all()\nclass Z: pass\nF.kept['z'] = Z\n"
        "del X, Z\n"
    },
)

HOLDERS = {
    "a class method": (
        "class R:\n    items = {start}\n    @classmethod\n    def add(cls, key, value):\n        {body}\n",
        "cls.items",
        "R.add",
    ),
    "a static method": (
        "class R:\n    items = {start}\n    @staticmethod\n    def add(key, value):\n        {body}\n",
        "R.items",
        "R.add",
    ),
    "a function": ("class R:\n    items = {start}\ndef add(key, value):\n    {body}\n", "R.items", "add"),
    "a method": (
        "class R:\n    items = {start}\n    def add(self, key, value):\n        {body}\nr = R()\n",
        "self.items",
        "r.add",
    ),
    "a constructor": (
        "class R:\n    items = {start}\n    def __init__(self, key, value):\n        {body}\n",
        "R.items",
        "z = R",
    ),
}
DOING = {
    "[]": ("{}.append(key)", "y = 1; {}.append(key)", "if key != 'a': {}.append(key)", "pass", "{}.append(key)"),
    "{}": ("{}[key] = value", "y = 1; {}[key] = value", "if key != 'a': {}[key] = value", "pass", "{}[key] = value"),
}
for (how, (text, items, call)), (empty, bodies) in product(HOLDERS.items(), DOING.items()):
    case(
        f"{'a list' if empty == '[]' else 'a dict'} of a class to which {how} adds something else, or nothing",
        "m",
        *(
            {
                "m.py": "def h(): pass\n"
                + text.format(start=empty, body=body.format(items))
                + f"{call}('a', 1)\n{call}('b', h)\nseen = list(R.items)\n"
            }
            for body in bodies
        ),
    )
for form in (
    "try:\n    from a import l, d\nexcept ImportError:\n    l, d = [], {}\n",
    "if True:\n    from a import l, d\n",
):
    first, *others = (
        {"b.py": form + text}
        for text in (
            "l += [1]\nd['k'] = 1\n",
            "x = list(l), dict(d)\nl += [1]\nd['k'] = 1\n",
            "l += [1]\nx = list(l), dict(d)\nd['k'] = 1\n",
            "def f(s=l): pass\nl.append(1)\nx = list(l), dict(d)\n",
            "def f(s=l): pass\nx = list(l), dict(d)\n",
        )
    )
    case(
        f"what is imported in {form.partition(':')[0]} and added to",
        "b",
        {"a.py": "l = []\nd = {}\n", **first},
        *others,
    )
case(
    "constant that has another name in all modules",
    "user",
    {
        "a.py": "NAMES = {'A': 1}\n",
        "b.py": "from a import NAMES\ndef get(): return NAMES\n",
        "user.py": "import b\ny = b.get()\n",
    },
    {"a.py": "NAMED = {'A': 1}\n", "b.py": "from a import NAMED\ndef get(): return NAMED\n"},
)
case(
    "reader of a list that decorators add to goes below these",
    "m",
    {"m.py": "h = []\nc = len(h)\n@h.append\ndef f(): pass\n"},
    {"m.py": "h = []\n@h.append\ndef f(): pass\nc = len(h)\n"},
)
WRAPPED = {
    "an object": (
        "class App:\n    def __init__(self): self.kept = {}\n"
        "    def deco(self, key): return lambda f: self.kept.update({key: f}) or f\nr = App()\n",
        "class M:\n    @r.deco('c')\n    def f(self): pass\n",
        "seen = list(r.kept)\n",
    ),
    "a function": (
        "kept = {}\ndef deco(key):\n    def keep(f):\n        kept[key] = f\n        return f\n    return keep\n",
        "class M:\n    @deco('c')\n    def f(self): pass\n",
        "seen = list(kept)\n",
    ),
}
for by, (before, body, after) in WRAPPED.items():
    inner = "".join(f"    {line}\n" for line in body.splitlines())
    whole, under = before + body + after, f"{before}if True:\n{inner}{after}"
    tried = f"{before}try:\n{inner}finally:\n    pass\n{after}"
    saves = [{"m.py": text} for text in (whole, under, whole, tried, under.replace("pass", "return 1"))]
    case(f"class whose methods {by} registers goes under a condition and back", "m", *saves)
