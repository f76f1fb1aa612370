"""A definition moves to another module, or gets another name: whoever holds the old one goes on with the new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conftest import LiveFactory
from live import Environment, Files, Live, Reload
from workshop import Case, Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("moved"))
    yield workshop
    print(workshop.process.close())


CLASS = "class C:\n    seen = []\n    def f(self): return 1\n    def g(self): return self.f() + 1\n"
SHAPES = "import dataclasses, enum\n@dataclasses.dataclass\nclass P:\n    x: int = 1\nclass E(enum.Enum):\n    A = 1\n"
SLOTS = "class C:\n    __slots__ = ('x',)\n    def f(self): return 1\n"
MODELS = """
PREFIX = 'hi '
def cleaned(text): return text.strip()
class Base:
    def __init__(self, name): self.name = cleaned(name)
    def greet(self): return PREFIX + self.name
class User(Base):
    def __init__(self, name, age=1):
        super().__init__(name)
        self.age = age
"""
USERS = "from models_N import User\nboss = User(' ann ')\nusers = [boss, User('bob', 2)]\ntext = boss.greet()\n"
STATE = """
LIMIT = 3
cache = {}
count = 0
_made = None
class Box:
    def __init__(self, size): self.size = size
pool = Box(LIMIT)
listed = [cache]
def put(key):
    global count
    count += 1
    cache[key] = Box(key)
def made():
    global _made
    if _made is None: _made = Box(0)
    return _made
def size(of=cache): return len(of)
"""
STATE_USERS = "import a_N as state\nfrom a_N import cache, pool, put, made, size, listed\nhad = [cache]\n"
STATE_USED = (
    "m_N = user_N; m_N.put(1); m_N.put(2); m_N.pool.x = 5; made_N = m_N.made(); cache_N, pool_N = m_N.cache, m_N.pool"
)
CASES: dict[str, Case] = {
    "values, and a file that is new": (
        {"a_N": STATE, "user_N": STATE_USERS},
        {"a_N": "X = 1\n", "b_N": STATE, "user_N": STATE_USERS.replace("a_N", "b_N")},
        STATE_USED,
        {
            "(m_N.cache is cache_N, m_N.had[0] is cache_N, m_N.listed[0] is cache_N)": (True, True, True),
            "(m_N.pool is pool_N, m_N.made() is made_N, m_N.state.count, m_N.size())": (True, True, 2, 2),
            "m_N.put(3) or (m_N.state.count, m_N.size(), m_N.state.cache is cache_N)": (3, 3, True),
        },
    ),
    "values, one of which is made of another one there": (
        {"a_N": STATE, "user_N": STATE_USERS},
        {"a_N": "X = 1\n", "b_N": STATE.replace("= 3", "= 4"), "user_N": STATE_USERS.replace("a_N", "b_N")},
        STATE_USED,
        {"(m_N.cache is cache_N, m_N.pool is pool_N, m_N.pool.size)": (True, False, 4)},
    ),
    "values that statements add to": (
        {"a_N": "xs = []\nxs.append(1)\n", "b_N": ""},
        {"a_N": "from b_N import xs\n", "b_N": "xs = []\nxs.append(1)\n"},
        "a_N.xs",
        {"a_N.xs": [1]},
    ),
    "another name for a value, all over its module": (
        {"a_N": "seen = {}\nn = 1\ndef put(key): seen[key] = n\n", "user_N": "from a_N import seen, put\n"},
        {"a_N": "known = {}\nn = 1\ndef put(key): known[key] = n\n", "user_N": "from a_N import known, put\n"},
        "user_N.put(1); seen_N = user_N.seen",
        {"user_N.known is seen_N": True, "user_N.put(2) or a_N.known": {1: 1, 2: 1}},
    ),
    "another name for a number that a statement has counted": (
        {"a_N": "hits = 2\ndef hit():\n    global hits\n    hits += 5\nhit()\n"},
        {"a_N": "views = 2\ndef hit():\n    global views\n    views += 5\nhit()\n"},
        "a_N.hits",
        {"a_N.views": 7},
    ),
    "another value with the text of one that is gone": (
        {"a_N": "seen = {}\ndef put(key): seen[key] = 1\n"},
        {"a_N": "known = {}\ndef put(key): known[key] = 2\n"},
        "a_N.put(1)",
        {"a_N.known": {}},
    ),
    "classes with what they use, and objects of theirs at the top of another module": (
        {"models_N": MODELS, "user_N": USERS},
        {"models_N": "from people_N import User\n", "people_N": MODELS},
        "b_N, us_N = user_N.boss, user_N.users; b_N.age = 50; us_N.append(1)",
        {
            "user_N.boss is b_N and user_N.users is us_N": True,
            "(b_N.age, us_N[2], user_N.text, isinstance(b_N, user_N.User))": (50, 1, "hi ann", True),
        },
    ),
    "the same, and a constructor that is another there": (
        {"models_N": MODELS, "user_N": USERS},
        {"models_N": "from people_N import User\n", "people_N": MODELS.replace("text.strip()", "text.strip().upper()")},
        "b_N = user_N.boss",
        {"(user_N.boss is b_N, user_N.boss.name, user_N.text)": (False, "ANN", "hi ANN")},
    ),
    "a class, with what holds it": (
        {"a_N": CLASS, "b_N": "", "user_N": "from a_N import C\nclass D(C): pass\nheld = [C(), D()]\n"},
        {"a_N": "from b_N import C\n", "b_N": CLASS.replace("return 1", "return 10")},
        "c_N, d_N = user_N.held; C_N = a_N.C; bound_N = c_N.f; C_N.seen.append(1)",
        {
            "(c_N.g(), d_N.g(), bound_N())": (11, 11, 10),
            "isinstance(c_N, b_N.C) and isinstance(d_N, b_N.C)": True,
            "a_N.C is b_N.C is user_N.C is C_N": True,
            "(C_N.__module__ == 'b_N', C_N.seen)": (True, [1]),
        },
    ),
    "a class, and its users import it from there": (
        {
            "a_N": CLASS + "X = 1\n",
            "b_N": "",
            "user_N": "from a_N import C\nitems = []\ndef add(): items.append(C())\n",
        },
        {
            "a_N": "X = 1\n",
            "b_N": CLASS.replace("return 1", "return 10"),
            "user_N": "from b_N import C\nitems = []\ndef add(): items.append(C())\n",
        },
        "user_N.add(); i_N = user_N.items[0]",
        {"user_N.items[0] is i_N": True, "i_N.g()": 11, "isinstance(i_N, user_N.C)": True, "hasattr(a_N, 'C')": False},
    ),
    "classes into a module that is new": (
        {"a_N": CLASS + "class D(C):\n    def h(self): return self.g()\n"},
        {
            "a_N": "import new_N\nfrom new_N import C, D\n",
            "new_N": CLASS.replace("return 1", "return 10")
            + "class D(C):\n    def h(self): return self.g() + 1\nd = D()\n",
        },
        "d_N = a_N.D(); D_N = a_N.D",
        {"d_N.h()": 12, "isinstance(d_N, a_N.C)": True, "a_N.D is D_N": True, "type(a_N.new_N.d) is D_N": True},
    ),
    "a data class and an enum": (
        {"a_N": SHAPES, "b_N": "", "user_N": "import a_N\np, e = a_N.P(5), a_N.E.A\n"},
        {
            "a_N": "from b_N import P, E\n",
            "b_N": SHAPES.replace("x: int = 1", "x: int = 1\n    y: int = 2") + "    B = 2\n",
        },
        "p_N, e_N = user_N.p, user_N.e",
        {"isinstance(p_N, b_N.P)": True, "e_N is b_N.E.A": True, "[e.name for e in b_N.E]": ["A", "B"], "p_N.y": 2},
    ),
    "a class with slots": (
        {"a_N": SLOTS, "b_N": ""},
        {"a_N": "from b_N import C\n", "b_N": SLOTS.replace("return 1", "return 2")},
        "c_N = a_N.C()",
        {"c_N.f()": 2, "isinstance(c_N, b_N.C)": True},
    ),
    "a class with other slots": (
        {"a_N": SLOTS, "b_N": ""},
        {"a_N": "from b_N import C\n", "b_N": SLOTS.replace("('x',)", "('x', 'y')").replace("return 1", "return 2")},
        "c_N = a_N.C(); held_N = [a_N.C]",
        {"c_N.f()": 2, "held_N[0] is b_N.C": True},
    ),
    "a function": (
        {"a_N": "def f(): return 1\nX = 1\n", "b_N": "Y = 1\n", "user_N": "from a_N import f\nx = f()\n"},
        {"a_N": "from b_N import f\nX = 1\n", "b_N": "Y = 1\ndef f(): return Y + 1\n"},
        "held_N = [a_N.f]; pair_N = (a_N.f,)\nclass H_N: call = staticmethod(a_N.f); plain = a_N.f\nH_N.plain",
        {
            "(a_N.f(), user_N.x)": (2, 2),
            "held_N[0] is H_N.plain is b_N.f": True,
            "(pair_N[0](), H_N.call())": (2, 2),
        },
    ),
    "functions that are awaited and gone through": (
        {"a_N": "async def co(): return 1\ndef gen():\n    yield 1\n", "b_N": ""},
        {"a_N": "from b_N import co, gen\n", "b_N": "async def co(): return 2\ndef gen():\n    yield 2\n"},
        "import asyncio; held_N = (a_N.co, a_N.gen)",
        {"(asyncio.run(held_N[0]()), list(held_N[1]()))": (2, [2])},
    ),
    "another of the same name": (
        {"a_N": "def main(): return 1\n", "b_N": ""},
        {"a_N": "", "b_N": "def main(arguments, verbose=False):\n    return verbose\n"},
        "held_N = [a_N.main]",
        {"held_N[0]()": 1},
    ),
    "another name for a class": (
        {"m_N": CLASS.replace("class C", "class Old"), "user_N": "import m_N\nclass D(m_N.Old): pass\n"},
        {"m_N": CLASS.replace("class C", "class New"), "user_N": "import m_N\nclass D(m_N.New): pass\n"},
        "o_N, d_N = m_N.Old(), user_N.D(); o_N.seen.append(1)",
        {
            "isinstance(o_N, m_N.New) and isinstance(d_N, m_N.New)": True,
            "(m_N.New.__name__, m_N.New.__qualname__)": ("New", "New"),
            "hasattr(m_N, 'Old')": False,
            "o_N.seen": [1],
        },
    ),
    "names that change places": (
        {"m_N": "def f(): return 'f'\ndef g(): return 'g'\n"},
        {"m_N": "def g(): return 'f'\ndef f(): return 'g'\n"},
        "F_N, G_N = m_N.f, m_N.g",
        {"(m_N.f(), m_N.g())": ("g", "f"), "(F_N(), G_N())": ("g", "f")},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(workshop: Workshop, case: Case) -> None:
    check(workshop, case)


def reload_of(process: Live, files: Files) -> Reload:
    process.edit(files, atomic=True)
    return process.wait_reload()


def test_edits_after_a_move(live: LiveFactory) -> None:
    process = live({"a.py": "class Old:\n    def f(self): return 1\ndef g(): return 1\n", "b.py": ""})
    process.load("import a, b")
    process.do("o, held = a.Old(), [a.g]")
    renamed = "class New:\n    def f(self): return 1\nfrom b import g\n"
    assert reload_of(process, {"a.py": renamed, "b.py": "def g(): return 1\n"}).ok
    assert reload_of(process, {"a.py": renamed.replace("return 1", "return 2"), "b.py": "def g(): return 2\n"}).ok
    process.until("(o.f(), held[0]())", (2, 2))  # each file may have been a reload


def test_a_file_that_is_renamed(live: LiveFactory) -> None:
    user = "import old\nkept = []\ndef make(): return old.C()\n"
    process = live({"old.py": CLASS, "user.py": user})
    process.load("import user")
    process.do("c = user.make(); user.kept.append(c)")
    moved = CLASS.replace("return 1", "return 10")
    assert reload_of(process, {"old.py": None, "new.py": moved, "user.py": user.replace("old", "new")}).ok
    assert process.see("(c.g(), isinstance(user.kept[0], user.new.C), user.kept[0] is c)") == (11, True, True)
    assert reload_of(process, {"new.py": CLASS.replace("return 1", "return 20")}).ok
    assert process.see("(c.g(), user.make().g())") == (21, 21)


def test_a_move_that_fails_is_taken_back(live: LiveFactory) -> None:
    process = live({"a.py": CLASS + "def f(): return 1\n", "b.py": "", "user.py": "from a import C\nc = C()\n"})
    process.load("import user, a, b")
    process.do("c, C, held = user.c, a.C, [a.f]")
    moved = CLASS.replace("return 1", "return 10") + "def f(): return 10\n"
    assert not reload_of(process, {"a.py": "from b import C, f\n1 / 0\n", "b.py": moved}).ok
    assert process.see("(c.g(), C.__module__, a.C is C is user.C, held[0](), held[0] is a.f)") == (
        2,
        "a",
        True,
        1,
        True,
    )
    assert reload_of(process, {"a.py": "from b import C, f\n"}).ok
    assert process.see("(c.g(), C.__module__, b.C is C is user.C, held[0]())") == (11, "b", True, 10)


TAKEN_OUT = "import m; f, K, bound = m.f, m.K, m.K().g; k = bound.__self__; K.seen.append(k); held = [f]"


def test_what_is_taken_out_and_comes_back_goes_on(live: LiveFactory) -> None:
    source = "def f(): return 1\nclass K:\n    seen = []\n    def g(self): return 1\n"
    process = live({"m.py": source})
    process.load(TAKEN_OUT)
    for value in (2, 3):
        process.edit({"m.py": "x = 1\n"})
        assert process.wait_reload().ok
        assert process.see("(f(), k.g(), hasattr(m, 'f'), hasattr(m, 'K'))") == (value - 1, value - 1, False, False)
        process.edit({"m.py": source.replace("return 1", f"return {value}")})
        assert process.wait_reload().ok
        assert process.see("(f(), held[0](), bound(), m.K is K, K.seen == [k])") == (value, value, value, True, True)


def test_what_is_cut_out_of_one_file_and_comes_to_another_goes_on(live: LiveFactory) -> None:
    source = "class K:\n    def g(self): return 1\n"
    process = live({"a.py": source, "b.py": ""})
    process.load("import a, b; k = a.K()")
    process.edit({"a.py": ""})
    assert process.wait_reload().ok
    process.edit({"b.py": source})
    assert process.wait_reload().ok
    assert process.see("isinstance(k, b.K)")
    process.edit({"a.py": "class K:\n    def h(self): return 2\n"})
    assert process.wait_reload().ok
    assert not process.see("isinstance(k, a.K)")


def test_who_made_objects_of_a_class_that_moved_is_told_of_it_where_it_is_now(live: LiveFactory) -> None:
    process = live({"models_N.py": MODELS, "user.py": USERS})
    process.load("import user")
    moved = MODELS.replace("PREFIX + self.name", "PREFIX + self.name + '!'")
    process.edit({"models_N.py": "from people import User\n", "people.py": moved})
    assert process.wait_reload().ok
    assert process.see("user.text") == "hi ann!"
    for old, new, text in [
        ("'hi '", "'bye '", "bye ann!"),
        ("text.strip()", "text.strip().upper()", "bye ANN!"),
        ("= cleaned(name)", "= cleaned(name) * 2", "bye ANNANN!"),
    ]:
        process.edit({"people.py": (old, new)})
        assert process.wait_reload().ok
        assert process.see("user.text") == text
