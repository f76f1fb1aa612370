"""What an edit does not reach stays the object that it is, with all that the program has put into it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from live import Environment
from workshop import Case, Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("state"))
    yield workshop
    print(workshop.process.close())


KINDS = "import enum\nclass Kind(enum.Enum):\n    A = 'a'\n    B = 'b'\n"
BARE = "import enum\nclass Bare(enum.Enum):\n    ONE = object()\n    TWO = object()\n"
STORES = """
from kinds_N import Kind
import kinds_N
class Store:
    def __init__(self, kind=Kind.A): self.kind, self.rows = kind, []
class Plain:
    def __init__(self): self.kind, self.rows = Kind.B, []
def make(): return Store(kinds_N.Kind.B)
stores = {'default': Store()}
one, two, plain = Store(Kind.A), make(), Plain()
names, size, found = [kind.name for kind in Kind], len(Kind), Kind('b').name
"""
HELD = "held_N = [stores_N.one, stores_N.two, stores_N.plain]"
ALL_HELD = "[a is b for a, b in zip(held_N, (stores_N.one, stores_N.two, stores_N.plain))]"
SHARED = "one, two, plain = Store(Kind.A), make(), Plain()\n"
STORES = STORES.replace(SHARED, "one = Store(Kind.A)\ntwo = make()\nplain = Plain()\n")
BASE = "class Log:\n    def log(self): return 'log'\nclass Named:\n    def __init__(self): self.name = 'n'\n"
STORE = "class Store:\n    def __init__(self): self.rows = []\n    def get(self): return self.rows\n"
SET_UP = STORE.replace("self.rows = []", "super().__init__(); self.rows = []")
EXTRACTED = "class Base:\n    def get(self): return self.rows\n"
EXTRACTED += "class Store(Base):\n    def __init__(self): self.rows = []\n"
USES = "store = Store()\nfrom typing import Any\nkinds = [base.__name__ for base in type(store).__mro__]\n"
APP = "class App:\n    def __init__(self): self.users = []\n    def run(self, port=1): self.port = port\napp = App()\n"
STARTED = """class Service:
    def __init__(self):
        self.ready = False
        self.items = []
    def start(self): %s
s = Service()
"""
CACHED = "import functools\n@functools.lru_cache\ndef f(a=1): return a\n"
HOLDS = """
from cached_N import f
import functools
handlers, table = [f], {'f': f}
class App:
    load = staticmethod(f)
    def __init__(self): self.rows = []
    def get(self): return self.load(2)
app = App()
got, mapped, through = app.get(), [*map(f, [2])], table['f'](2)
class Later:
    size = f(2)
"""
KEPT = "handlers_N, app_N, f_N = holds_N.handlers, holds_N.app, holds_N.f; handlers_N.append(1); app_N.rows.append(1)"
STAYS = "(holds_N.handlers is handlers_N, handlers_N[1:], holds_N.app is app_N, app_N.rows, holds_N.f is f_N)"
SHOP = """
class App:
    def __init__(self): self.routes, self.debug = {}, False
    def route(self, path):
        def decorate(function):
            self.routes[path] = function
            return function
        return decorate
app = App()
@app.route('/')
def index(): return 1
def main(): return 2
"""
TWO = "@app.route('/two')\ndef two(): return 2\n"
SET_BY_OTHERS = {
    "an attribute": "shop_N.app.debug = True",
    "an attribute of what is imported": "from shop_N import app\napp.debug = True",
    "an entry": "shop_N.app.routes['/other'] = shop_N.main",
    "an entry of what is imported": "from shop_N import app\napp.routes['/other'] = shop_N.main",
    "what is registered by a call": "shop_N.app.route('/other')(shop_N.main)",
    "what is registered by a loop": "for n in range(2): shop_N.app.routes[n] = n",
    "its namespace": "shop_N.app.__dict__.update(extra=1)",
}
PROTOCOL = """
from typing import Protocol, runtime_checkable
@runtime_checkable
class Readable(Protocol):
    def read(self): return 1
"""
READERS = """
from p_N import Readable
class Reader(Readable): pass
class Other:
    def read(self): return 2
def asks(value): return isinstance(value, Readable)
reader = Reader()
alike = isinstance(Other(), Readable)
asked = asks(Other())
"""
NAMED = "class Named(Store): pass\nstore = Named()\nfull = bool(store)\n"
BUS = """
import atexit
class Bus:
    def __init__(self): self.listening = []
    def on(self, function): self.listening.append(function)
    @property
    def kept(self): return [1 for each in self.listening if each.__name__ == 'run']
bus = Bus()
"""
WORKER = """
import threading
begun = []
class Worker:
    def work(self): return 'old'
    def run(self):
        begun.append(self.work())
        threading.Event().wait(20)
worker = Worker()
thread = threading.Thread(target=worker.run, daemon=True)
thread.start()
"""
ASKING = """
import functools
@functools.singledispatch
def show(value): return 'anything'
@show.register
def show_log(value: Log): return 'a log'
def asks(value): return isinstance(value, Log)
store = Store()
shown = show(store)
is_log = isinstance(store, Log)
below = [each.__name__ for each in Log.__subclasses__()]
asked = asks(store)
"""
USER = "class User:\n    def __init__(self, name): self.name = name\n"
USERS = """
users, pair = [User('a'), User('b')], (User('d'), 1)
named = {'x': User('x'), 'y': User('y')}
first = users[0]
shown, text = repr(users), str(first)
"""
ONCE = """
_connection = None
class Connection:
    def ask(self): return 'asked'
def connection():
    global _connection
    if _connection is None:
        _connection = Connection()
    return _connection
found = connection().ask()
"""
EVENTS = """
handlers = {}
def on(name):
    def register(function):
        handlers.setdefault(name, []).append(function)
        return function
    return register
@on('x')
def one(): pass
"""
LOGGING = """
import logging
log = logging.getLogger(__name__)
log.setLevel('INFO')
class Handler(logging.Handler):
    def __init__(self):
        super().__init__()
        self.seen = []
handler = Handler()
log.addHandler(handler)
log.propagate = False
"""
KEEPING = """
cache, memo, cached_counts, cached_numbers = {}, {}, {}, {}
def shown(): return 'old'
class Connection:
    def __init__(self, name): self.name = shown() + name
def connect(name):
    if name not in cache:
        cache[name] = Connection(name)
    return cache[name]
def text(number):
    if number not in memo:
        memo[number] = shown() + str(number)
    return memo[number]
def count(name):
    cached_counts[name] = cached_counts.get(name, 0) + len(shown()) // 3
    return cached_counts[name]
def number(name):
    shown()
    if name not in cached_numbers:
        cached_numbers[name] = len(cached_numbers)
    return cached_numbers[name]
"""
CASES: dict[str, Case] = {
    "a cached function does something else": (
        {"cached_N": CACHED, "holds_N": HOLDS},
        {"cached_N": CACHED.replace("return a", "return a * 10")},
        KEPT,
        {STAYS: (True, [1], True, [1], True), "(holds_N.got, holds_N.mapped, holds_N.Later.size)": (20, [20], 20)},
    ),
    "a cached function has another default": (
        {"cached_N": CACHED, "holds_N": HOLDS},
        {"cached_N": CACHED.replace("a=1", "a=3")},
        KEPT,
        {STAYS: (True, [1], True, [1], True), "holds_N.f()": 3},
    ),
    "a cached function gets an annotation": (
        {"cached_N": CACHED, "holds_N": HOLDS},
        {"cached_N": CACHED.replace("a=1", "a: int = 1")},
        KEPT,
        {STAYS: (True, [1], True, [1], True), "f_N.__wrapped__.__annotations__ == {'a': int}": True},
    ),
    "an enum gets another member, whoever uses only others": (
        {"kinds_N": KINDS, "stores_N": STORES},
        {"kinds_N": KINDS + "    C = 'c'\n"},
        HELD,
        {ALL_HELD: [True] * 3, "(stores_N.names, stores_N.size)": (["A", "B", "C"], 3)},
    ),
    "an enum gets another member in front of others": (
        {"kinds_N": KINDS, "stores_N": STORES},
        {"kinds_N": KINDS.replace("    A =", "    Z = 'z'\n    A =")},
        HELD,
        {ALL_HELD: [True] * 3, "stores_N.names": ["Z", "A", "B"]},
    ),
    "a member of an enum has another value": (
        {"kinds_N": KINDS, "stores_N": STORES.replace("Kind('b')", "Kind.B")},
        {"kinds_N": KINDS.replace("'b'", "'bb'")},
        HELD,
        {"(stores_N.one is held_N[0], stores_N.plain is held_N[2])": (True, False), "stores_N.plain.kind.value": "bb"},
    ),
    "an enum of bare objects gets a method": (
        {"kinds_N": BARE, "m_N": "from kinds_N import Bare\nseen = {Bare.ONE: []}\nknown = [Bare(Bare.TWO.value)]\n"},
        {"kinds_N": BARE + "    def show(self): return self.name\n"},
        "b_N, v_N = m_N.seen, kinds_N.Bare.ONE.value; b_N[kinds_N.Bare.ONE].append(1)",
        {
            "m_N.seen is b_N and b_N[kinds_N.Bare.ONE] == [1] and kinds_N.Bare.ONE.value is v_N": True,
            "kinds_N.Bare(v_N) is kinds_N.Bare.ONE": True,
            "[each.show() for each in kinds_N.Bare]": ["ONE", "TWO"],
        },
    ),
    "an enum of bare objects gets another": (
        {"kinds_N": BARE, "m_N": "from kinds_N import Bare\nseen = {Bare.ONE: []}\n"},
        {"kinds_N": BARE + "    THREE = object()\n"},
        "b_N = m_N.seen; b_N[kinds_N.Bare.ONE].append(1)",
        {
            "m_N.seen is b_N and b_N[kinds_N.Bare.ONE] == [1]": True,
            "[kinds_N.Bare(each.value).name for each in kinds_N.Bare]": ["ONE", "TWO", "THREE"],
        },
    ),
    "a class gets a special method: lists and dicts of instances": (
        {"m_N": USER + USERS},
        {"m_N": USER + "    def __repr__(self): return 'U' + self.name\n" + USERS},
        "l_N, d_N = m_N.users, m_N.named; l_N.append(m_N.User('c')); d_N['c'] = 1; f_N = m_N.first",
        {
            "m_N.users is l_N and len(l_N) == 3 and m_N.named is d_N and 'c' in d_N and m_N.first is f_N": True,
            "(m_N.shown, m_N.text, repr(m_N.pair))": ("[Ua, Ub, Uc]", "Ua", "(Ud, 1)"),
        },
    ),
    "a class gets a special method that its instances are made with": (
        {"m_N": USER + USERS},
        {"m_N": USER + "    def __setattr__(self, name, value): vars(self)[name] = value * 2\n" + USERS},
        "pass",
        {"(m_N.users[0].name, m_N.first.name)": ("aa", "aa")},
    ),
    "a class gets a base, and had none": (
        {"m_N": BASE + STORE + USES},
        {"m_N": BASE + STORE.replace("Store:", "Store(Log):") + USES},
        "s_N = m_N.store; s_N.rows.append(1)",
        {"m_N.store is s_N and s_N.rows == [1]": True, "s_N.log()": "log", "m_N.kinds": ["Store", "Log", "object"]},
    ),
    "a class gets another base": (
        {"m_N": BASE + STORE.replace("Store:", "Store(Named):") + USES},
        {"m_N": BASE + STORE.replace("Store:", "Store(Log, Named):") + USES},
        "s_N = m_N.store; s_N.rows.append(1)",
        {"m_N.store is s_N and s_N.rows == [1]": True, "s_N.log()": "log", "len(m_N.kinds)": 4},
    ),
    "a class gets a base that sets up its instances": (
        {"m_N": BASE + SET_UP + USES},
        {"m_N": BASE + SET_UP.replace("Store:", "Store(Named):") + USES},
        "s_N = m_N.store",
        {"m_N.store.name": "n"},
    ),
    "a base gets a special method": (
        {"m_N": STORE + NAMED},
        {"m_N": STORE + "    def __len__(self): return 0\n" + NAMED},
        "s_N = m_N.store; s_N.rows.append(1)",
        {"m_N.store is s_N and s_N.rows == [1]": True, "m_N.full": False},
    ),
    "a protocol asks for more": (
        {"p_N": PROTOCOL, "m_N": READERS},
        {"p_N": PROTOCOL + "    def write(self): return 2\n", "m_N": READERS + "x = 1\n"},
        "r_N = m_N.reader; r_N.read_N = 1",
        {"m_N.reader is r_N and r_N.write()": 2, "(m_N.alike, m_N.asked)": (False, False)},
    ),
    "a base is taken out of a class": (
        {"m_N": STORE + USES},
        {"m_N": EXTRACTED + USES},
        "s_N = m_N.store; s_N.rows.append(1)",
        {"m_N.store is s_N and s_N.get() == [1]": True, "'get' in vars(m_N.Store)": False},
    ),
    "a block that only a script runs": (
        {"m_N": APP},
        {"m_N": APP + "if __name__ == '__main__':\n    app.run(port=2)\n"},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1] and not hasattr(a_N, 'port')": True},
    ),
    "a block that only a script runs, edited": (
        {"m_N": APP + "if __name__ == '__main__':\n    app.run(port=2)\n"},
        {"m_N": APP + "if __name__ == '__main__':\n    app.run(port=3)\n"},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1]": True},
    ),
    "a value is printed": (
        {"m_N": APP},
        {"m_N": APP + "print(app, len(app.users))\n"},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1]": True},
    ),
    "a value is printed no more": (
        {"m_N": APP + "print(app)\n"},
        {"m_N": APP},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1]": True},
    ),
    "a class gets a base, and a thread runs a method of its instance": (
        {"m_N": BASE + WORKER},
        {"m_N": BASE + WORKER.replace("Worker:", "Worker(Log):")},
        "w_N, t_N = m_N.worker, m_N.thread",
        {"m_N.worker is w_N and m_N.thread is t_N and len(m_N.begun)": 1, "w_N.log()": "log"},
    ),
    "a method is handed to what keeps it": (
        {"m_N": BUS + APP},
        {"m_N": BUS + APP + "bus.on(app.run)\natexit.register(app.run)\n"},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1]": True, "m_N.bus.kept": [1]},
    ),
    "a method is handed to what keeps it, and no more": (
        {"m_N": BUS + APP + "bus.on(app.run)\natexit.register(app.run)\n"},
        {"m_N": BUS + APP},
        "a_N = m_N.app; a_N.users.append(1)",
        {"m_N.app is a_N and a_N.users == [1]": True, "m_N.bus.kept": []},
    ),
    "a method that was called sets attributes no more": (
        {"m_N": STARTED % "self.ready = True; self.last = 3" + "s.start()\nx = s.ready\n"},
        {"m_N": STARTED % "self.last = 4" + "s.start()\nx = s.ready\n"},
        "s_N = m_N.s; s_N.items.append(7)",
        {"m_N.s is s_N and (s_N.items, s_N.ready, s_N.last, m_N.x)": ([7], False, 4, False)},
    ),
    "a method that set attributes is called no more": (
        {"m_N": STARTED % "self.ready = True; self.last = 3" + "s.start()\nx = s.ready\n"},
        {"m_N": STARTED % "self.ready = True; self.last = 3" + "x = s.ready\n"},
        "s_N = m_N.s; s_N.items.append(7)",
        {"m_N.s is s_N and (s_N.items, s_N.ready, hasattr(s_N, 'last'), m_N.x)": ([7], False, False, False)},
    ),
    "a method is handed to what calls it": (
        {"m_N": BUS + APP + "def do(f): f(port=2)\ndo(app.run)\nport = app.port\n"},
        {"m_N": BUS + APP + "def do(f): f(port=3)\n"},
        "",
        {"hasattr(m_N.app, 'port')": False},
    ),
    "a list is annotated": (
        {"m_N": "xs = []\nxs.append(0)\nys = []\n"},
        {"m_N": "class Item: pass\nxs: list[Item] = []\nxs.append(0)\nys: list = []\n"},
        "m_N.xs.append(1); x_N, y_N = m_N.xs, m_N.ys",
        {
            "m_N.xs is x_N and x_N == [0, 1] and m_N.ys is y_N": True,
            "(list(m_N.__annotations__), m_N.__annotations__['xs'].__args__[0] is m_N.Item)": (["xs", "ys"], True),
        },
    ),
    "a list is annotated no more, and another in another way": (
        {"m_N": "xs: list = []\nys: list = []\n"},
        {"m_N": "from __future__ import annotations\nxs = []\nys: list[int] = []\n"},
        "m_N.xs.append(1); x_N, y_N = m_N.xs, m_N.ys",
        {"m_N.xs is x_N and x_N == [1] and m_N.ys is y_N": True, "m_N.__annotations__": {"ys": "list[int]"}},
    ),
    "what a thread runs, and what that calls": (
        {"m_N": WORKER},
        {"m_N": WORKER.replace("'old'", "'new'")},
        "w_N, t_N = m_N.worker, m_N.thread",
        {"m_N.worker is w_N and m_N.thread is t_N and len(m_N.begun)": 1, "w_N.work()": "new"},
    ),
    "what a function has made once, asked for by its own module": (
        {"m_N": ONCE},
        {"m_N": ONCE.replace("'asked'", "'told'")},
        "c_N = m_N.connection(); c_N.live = 1",
        {"(m_N.found, m_N.connection() is c_N, c_N.live)": ("told", True, 1)},
    ),
    "what the program has put beside a handler that is for another event": (
        {"m_N": EVENTS},
        {"m_N": EVENTS.replace("'x'", "'y'")},
        "h_N, check_N = m_N.handlers, lambda: 1; m_N.on('x')(check_N); m_N.on('z')(check_N)",
        {
            "m_N.handlers is h_N": True,
            "(h_N['x'], h_N['z']) == ([check_N],) * 2": True,
            "h_N['y'] == [m_N.one]": True,
        },
    ),
    "what is given to an object that a library gives again": (
        {"m_N": LOGGING},
        {"m_N": LOGGING.replace("'INFO'", "'ERROR'")},
        "h_N = m_N.handler; h_N.seen.append(1)",
        {"(m_N.log.level, m_N.handler is h_N, h_N.seen, m_N.log.handlers == [h_N])": (40, True, [1], True)},
    ),
    "what is kept under keys, and is no result that may be computed again": (
        {"m_N": KEEPING},
        {"m_N": KEEPING.replace("'old'", "'new'")},
        "c_N = m_N.connect('a'); [m_N.count('a') for _ in 'abc']; i_N = m_N.number('x'), m_N.number('y'); m_N.text(1)",
        {
            "m_N.text(1)": "new1",
            "(m_N.connect('a') is c_N, m_N.count('a'), m_N.number('y'), i_N)": (True, 4, 1, (0, 1)),
        },
    ),
    "what a class has is told to who asks what it is, or which subclasses there are": (
        {"m_N": BASE + STORE.replace("Store:", "Store(Root):").join(["class Root: pass\n", ASKING])},
        {"m_N": BASE + STORE.replace("Store:", "Store(Log, Root):").join(["class Root: pass\n", ASKING])},
        "s_N = m_N.store",
        {
            "m_N.store is s_N": True,
            "(m_N.shown, m_N.is_log, m_N.below, m_N.asked)": ("a log", True, ["Store"], True),
        },
    ),
}  # fmt: skip
CASES |= {
    f"another module has set {what} of an object that is given more": (
        {"shop_N": SHOP, "set_N": f"import shop_N\n{text}\n"},
        {"shop_N": SHOP.replace("def main", TWO + "def main")},
        "a_N, r_N = shop_N.app, shop_N.app.routes; a_N.mine = 1; known_N = {*r_N, '/two'}",
        {"(shop_N.app is a_N, a_N.mine, a_N.routes is r_N, set(r_N) == known_N)": (True, 1, True, True)},
    )
    for what, text in SET_BY_OTHERS.items()
}
if sys.version_info < (3, 12):  # a protocol has another constructor there once it has been used
    del CASES["a protocol asks for more"]


@pytest.mark.parametrize("name", CASES)
def test_what_is_live_stays_as(name: str, workshop: Workshop) -> None:
    check(workshop, CASES[name])
