"""What an edit does not reach stays the object that it is, with all that the program has put into it."""

from __future__ import annotations

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


@pytest.mark.parametrize("name", CASES)
def test_what_is_live_stays_as(name: str, workshop: Workshop) -> None:
    check(workshop, CASES[name])
