"""Kind of class x kind of edit: whoever holds a class or an instance has the new members."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conftest import LiveFactory
from live import Environment
from workshop import Case, Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("classes"))
    yield workshop
    print(workshop.process.close())


# --- members of every kind of class --------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """A way to define the class `K`; `{members}` stands for what it holds besides."""

    source: str
    make: str = "{it}()"
    cell: bool = True
    """Whether `super()` works in it: not in a named tuple, and before 3.14 not in a dataclass with slots."""


KINDS = {
    "plain": Kind("class K:\n{members}"),
    "with slots": Kind("class K:\n    __slots__ = ('a', 'b')\n{members}"),
    "with a base": Kind("class Base:\n    def base(self): return 'base'\nclass K(Base):\n{members}"),
    "two bases": Kind("class P: pass\nclass Q: pass\nclass K(P, Q):\n{members}"),
    "with a docstring": Kind("class K:\n    'Doc.'\n{members}"),
    "dataclass": Kind(
        "from dataclasses import dataclass, field\n@dataclass\nclass K:\n    a: int\n"
        "    b: list = field(default_factory=list)\n{members}",
        "{it}(1)",
    ),
    "frozen dataclass": Kind(
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass K:\n    a: int\n{members}", "{it}(1)"
    ),
    "dataclass with slots": Kind(
        "import dataclasses\n@dataclasses.dataclass(slots=True)\nclass K:\n    a: int\n{members}", "{it}(1)", False
    ),
    "ordered dataclass": Kind(
        "import dataclasses\n@dataclasses.dataclass(order=True, kw_only=True)\nclass K:\n    a: int\n{members}",
        "{it}(a=1)",
    ),
    "subclass hook": Kind(
        "class Base:\n    known = []\n    def __init_subclass__(cls, **kw):\n        Base.known.append(cls)\n"
        "class K(Base):\n{members}"
    ),
    "metaclass": Kind(
        "class Meta(type):\n    def on_class(cls): return cls.__name__\nclass K(metaclass=Meta):\n{members}"
    ),
    "registering metaclass": Kind(
        "class Meta(type):\n    known = {{}}\n    def __init__(cls, name, bases, namespace):\n"
        "        super().__init__(name, bases, namespace)\n        Meta.known[name] = cls\n"
        "class K(metaclass=Meta):\n{members}"
    ),
    "abstract": Kind(
        "import abc\nclass Base(abc.ABC):\n    @abc.abstractmethod\n    def must(self): ...\n"
        "class K(Base):\n    def must(self): return 1\n{members}"
    ),
    "generic": Kind("from typing import Generic, TypeVar\nT = TypeVar('T')\nclass K(Generic[T]):\n{members}"),
    "protocol": Kind(
        "from typing import Protocol\nclass P(Protocol):\n    def other(self): ...\nclass K(P):\n{members}"
    ),
    "enum": Kind("import enum\nclass K(enum.Enum):\n    ONE = 1\n    TWO = 2\n{members}", "{it}.ONE"),
    "int enum": Kind("import enum\nclass K(enum.IntEnum):\n    ONE = 1\n    TWO = 2\n{members}", "{it}.ONE"),
    "str enum": Kind("import enum\nclass K(enum.StrEnum):\n    ONE = 'one'\n    TWO = 'two'\n{members}", "{it}.ONE"),
    "flag": Kind("import enum\nclass K(enum.Flag):\n    ONE = 1\n    TWO = 2\n{members}", "{it}.ONE"),
    "named tuple": Kind("from typing import NamedTuple\nclass K(NamedTuple):\n    a: int = 1\n{members}", cell=False),
    "exception": Kind("class K(ValueError):\n{members}"),
    "list": Kind("class K(list):\n{members}"),
    "dict": Kind("class K(dict):\n{members}"),
    "int": Kind("class K(int):\n{members}"),
    "str": Kind("class K(str):\n{members}"),
    "thread": Kind("import threading\nclass K(threading.Thread):\n{members}"),
    "in an if": Kind("if 1 == 1:\n    class Other: pass\n    class K:\n{deeper}"),
    "nested": Kind("class Outer:\n    class K:\n{deeper}\nK = Outer.K\n"),
    "made by a function": Kind("def make():\n    class K:\n{deeper}\n    return K\nK = make()\n"),
    "decorated": Kind("def mark(cls):\n    cls.marked = True\n    return cls\n@mark\nclass K:\n{members}"),
    "total ordering": Kind(
        "import functools\n@functools.total_ordering\nclass K:\n    def __eq__(self, o): return True\n"
        "    __hash__ = object.__hash__\n"
        "    def __lt__(self, o): return False\n{members}"
    ),
}
if sys.version_info >= (3, 12):
    KINDS["generic by syntax"] = Kind("class K[T]:\n{members}")

BEFORE = """
def m(self): return 'old'
@classmethod
def c(cls): return cls.__name__ + ' old'
@staticmethod
def s(): return 'old'
@property
def p(self): return 'old'
def called(self): return self.m() + ' inside'
def up(self): return __class__.__name__ + str(super().__repr__ is not None)
"""
EDITS: dict[str, tuple[tuple[tuple[str, str], ...], dict[str, object]]] = {
    "method": ((("def m(self): return 'old'", "def m(self): return 'new'"),), {"m()": "new", "called()": "new inside"}),
    "class method": ((("' old'", "' new'"),), {"c()": "K new"}),
    "static method": ((("def s(): return 'old'", "def s(): return 'new'"),), {"s()": "new"}),
    "property": ((("def p(self): return 'old'", "def p(self): return 'new'"),), {"p": "new"}),
    "default": (
        (("def m(self): return 'old'", "def m(self, n='default'): return n"),),
        {"m()": "default", "called()": "default inside"},
    ),
    "method added": ((("def called", "def added(self): return self.m()\ndef called"),), {"added()": "old"}),
    "method with super added": (
        (("def called", "def added(self): return __class__.__name__ + str(super().__init__ is None)\ndef called"),),
        {"added()": "KFalse"},
    ),
    "property added": ((("def called", "@property\ndef added(self): return self.m()\ndef called"),), {"added": "old"}),
    "method removed": (
        (("def m(self): return 'old'\n", ""), ("self.m() + ' inside'", "'alone'")),
        {"called()": "alone"},
    ),
    "method renamed": (
        (("def m(self): return 'old'", "def n(self): return 'old'"), ("self.m()", "self.n()")),
        {"n()": "old", "called()": "old inside"},
    ),
    "method to property": (
        (("def m(self)", "@property\ndef m(self)"), ("self.m()", "self.m")),
        {"m": "old", "called()": "old inside"},
    ),
    "static to class method": (
        (("@staticmethod\ndef s(): return 'old'", "@classmethod\ndef s(cls): return cls.__name__"),),
        {"s()": "K"},
    ),
    "own repr": ((("def called", "def __repr__(self): return 'own'\ndef called"),), {"__repr__()": "own"}),
    "everything moved": ((("\ndef m(self)", "\n# a comment\n\ndef m(self)"),), {"m()": "old", "up()": "KTrue"}),
}
HOLDER = """
from m_N import K
import m_N
def from_import(): return K
table = {'k': m_N.K}
class Sub: pass
"""
HOLDINGS = {
    "module attribute": "m_N.K",
    "from import": "h_N.from_import()",
    "dict": "h_N.table['k']",
    "a program's own name": "held_N",
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_members(workshop: Workshop, kind: Kind, edit: tuple[tuple[tuple[str, str], ...], dict[str, object]]) -> None:
    changes, expected = edit

    def source(members: str) -> str:
        deep = "\n".join(" " * 8 + line for line in members.splitlines())
        flat = "\n".join(" " * 4 + line for line in members.splitlines())
        return kind.source.format(members=flat + "\n", deeper=deep + "\n")

    before = BEFORE if kind.cell else "".join(line + "\n" for line in BEFORE.splitlines() if "super()" not in line)
    if not kind.cell and any("super()" in new for _, new in changes):
        pytest.skip("super() does not work in such a class")
    after = before
    for old, new in changes:
        assert old in after
        after = after.replace(old, new)
    make = kind.make.format(it="m_N.K")
    bench = workshop.bench(
        {"m_N": source(before), "h_N": HOLDER}, f"held_N = m_N.K\none_N = {make}\nbound_N = one_N.called"
    )
    up = "one_N.up()" if kind.cell else "'KTrue'"
    assert bench.see(f"(one_N.m(), {up})") == ("old", "KTrue")
    bench.edit({"m_N": source(after)})
    instances = {"made before": "one_N"} | {name: kind.make.format(it=it) for name, it in HOLDINGS.items()}
    for member, value in expected.items():
        if member == "up()" and not kind.cell:
            continue
        found = bench.see_each({name: f"({instance}).{member}" for name, instance in instances.items()})
        assert found == dict.fromkeys(instances, value), member
    assert bench.see("isinstance(one_N, m_N.K) and type(one_N) is m_N.K")
    assert bench.see("bound_N()") == expected.get("called()", "old inside")
    assert bench.see(f"({up}, hasattr(one_N, 'm'))") == ("KTrue", "def m(self" in after)
    assert bench.see("m_N.K is held_N and h_N.K is held_N and h_N.table['k'] is held_N")
    bench.do("import gc; gc.collect()")  # what a decorator replaced goes then, also in a fresh process
    names = bench.see("[k.__name__ for b in m_N.K.__bases__ for k in type.__subclasses__(b) if k.__module__ == 'm_N']")
    assert names.count("K") == (2 if "P, Q" in kind.source else 1), "a temporary class is left"


# --- single cases --------------------------------------------------------------------------------------------

CLOSED = """
class M(type):
    def __new__(mcs, name, bases, members):
        return super().__new__(mcs, name, bases, members | {{"made": name}})

class K(metaclass=M):
    a = {0}

class L(K):
    pass

def closed(*_):
    raise TypeError

M.__new__ = staticmethod(closed)
del closed
"""

CASES: dict[str, tuple[str, str, str, dict[str, object]]] = {
    # name: (before, after, setup, what holds afterwards)
    "class in whose place the module has put a subclass": (
        "class K:\n    a = 1\nkept = K\nclass K(kept):\n    b = 1\n",
        "class K:\n    a = 2\n    def m(self): return 3\nkept = K\nclass K(kept):\n    b = 1\n",
        "one = m_N.kept(); two = m_N.K(); held = m_N.kept",
        {"(one.a, one.m(), two.a, two.m())": (2, 3, 2, 3), "m_N.kept is held and type(one) is held": True},
    ),
    "class attribute": (
        "class K:\n    a = 1\n",
        "class K:\n    a = 2\n    b = 3\n",
        "one = m_N.K(); held = m_N.K",
        {"(one.a, one.b, m_N.K is held)": (2, 3, True)},
    ),
    "class attribute set by the program stays where its source does not change": (
        "class K:\n    count = 0\n    def m(self): return 1\n",
        "class K:\n    count = 0\n    def m(self): return 2\n",
        "m_N.K.count = 7; one = m_N.K()",
        {"(m_N.K.count, one.m())": (7, 2)},
    ),
    "class attribute removed": (
        "class K:\n    a = 1\n    b = 2\n",
        "class K:\n    b = 2\n",
        "",
        {"hasattr(m_N.K, 'a')": False},
    ),
    "attributes of an instance stay": (
        "class K:\n    def m(self): return 1\n",
        "class K:\n    def m(self): return self.n\n",
        "one = m_N.K(); one.n = 5",
        {"(one.m(), vars(one))": (5, {"n": 5})},
    ),
    "docstring": (
        "class K:\n    'old'\n",
        "class K:\n    'new'\n",
        "held = m_N.K",
        {"(held.__doc__, held is m_N.K)": ("new", True)},
    ),
    "annotations": (
        "class K:\n    a: int\n",
        "class K:\n    a: str\n    b: int\n",
        "held = m_N.K",
        {"(held.__annotations__, held is m_N.K)": "({'a': <class 'str'>, 'b': <class 'int'>}, True)"},
    ),
    "inherited method": (
        "class B:\n    def m(self): return 1\nclass K(B):\n    pass\n",
        "class B:\n    def m(self): return 2\nclass K(B):\n    pass\n",
        "one = m_N.K(); held = m_N.K",
        {"(one.m(), held is m_N.K)": (2, True)},
    ),
    "base added": (
        "class P:\n    def p(self): return 'p'\nclass K:\n    pass\n",
        "class P:\n    def p(self): return 'p'\nclass K(P):\n    pass\n",
        "one = m_N.K(); held = m_N.K",
        {"(m_N.K().p(), issubclass(m_N.K, m_N.P), one.p(), isinstance(one, m_N.K))": ("p", True, "p", True)},
    ),
    "base changed": (
        "class P:\n    n = 'p'\nclass Q:\n    n = 'q'\nclass K(P):\n    pass\n",
        "class P:\n    n = 'p'\nclass Q:\n    n = 'q'\nclass K(Q):\n    pass\n",
        "one = m_N.K(); held = m_N.K",
        {"(one.n, held is m_N.K, issubclass(held, m_N.P))": ("q", True, False)},
    ),
    "method of a metaclass": (
        "class M(type):\n    def on(cls): return 1\nclass K(metaclass=M): pass\n",
        "class M(type):\n    def on(cls): return 2\nclass K(metaclass=M): pass\n",
        "held = m_N.K",
        {"(held.on(), m_N.K is held, type(held) is m_N.M)": (2, True, True)},
    ),
    "abstract method added": (
        "import abc\nclass K(abc.ABC):\n    pass\n",
        "import abc\nclass K(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...\n",
        "",
        {"sorted(m_N.K.__abstractmethods__)": ["m"], "m_N.K()": "TypeError"},
    ),
    "abstract method made concrete": (
        "import abc\nclass K(abc.ABC):\n    @abc.abstractmethod\n    def m(self): ...\n",
        "import abc\nclass K(abc.ABC):\n    def m(self): return 1\n",
        "held = m_N.K",
        {"(m_N.K().m(), held().m())": (1, 1)},
    ),
    "dataclass field added": (
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\n",
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\n    b: int = 2\n",
        "one = m_N.K(); held = m_N.K",
        {"(repr(held(5, 6)), held is m_N.K, one.b, one == m_N.K())": ("K(a=5, b=6)", True, 2, True)},
    ),
    "dataclass field removed": (
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\n    b: int = 2\n",
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    b: int = 2\n",
        "held = m_N.K",
        {"(repr(held(6)), held is m_N.K, hasattr(held, 'a'))": ("K(b=6)", True, False)},
    ),
    "dataclass fields reordered": (
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int\n    b: int\n",
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    b: int\n    a: int\n",
        "held = m_N.K",
        {"(repr(held(1, 2)), held is m_N.K)": ("K(b=1, a=2)", True)},
    ),
    "dataclass made frozen": (
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\n",
        "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass K:\n    a: int = 1\n",
        "held = m_N.K",
        {"setattr(m_N.K(), 'a', 2)": "FrozenInstanceError", "hash(m_N.K(1)) == hash(m_N.K(1))": True},
    ),
    "dataclass made plain": (
        "import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\n",
        "class K:\n    a: int = 1\n",
        "held = m_N.K",
        {"'K(a=' in repr(m_N.K())": False, "hasattr(m_N.K, '__dataclass_fields__')": False},
    ),
    "enum member added": (
        "import enum\nclass K(enum.Enum):\n    A = 1\n",
        "import enum\nclass K(enum.Enum):\n    A = 1\n    B = 2\n",
        "a = m_N.K.A; held = m_N.K",
        {"(m_N.K.A is a, [k.name for k in held], held(2) is held.B, held is m_N.K)": (True, ["A", "B"], True, True)},
    ),
    "enum member removed": (
        "import enum\nclass K(enum.Enum):\n    A = 1\n    B = 2\n",
        "import enum\nclass K(enum.Enum):\n    A = 1\n",
        "a = m_N.K.A; held = m_N.K",
        {"(m_N.K.A is a, [k.name for k in held], hasattr(held, 'B'))": (True, ["A"], False), "held(2)": "ValueError"},
    ),
    "enum member revalued": (
        "import enum\nclass K(enum.Enum):\n    A = 1\n    B = 2\n",
        "import enum\nclass K(enum.Enum):\n    A = 10\n    B = 2\n",
        "a = m_N.K.A; held = m_N.K",
        {"(a.value, m_N.K(10) is a, held.A is a)": (10, True, True), "held(1)": "ValueError"},
    ),
    "int enum member added": (
        "import enum\nclass K(enum.IntEnum):\n    A = 1\n",
        "import enum\nclass K(enum.IntEnum):\n    A = 1\n    B = 2\n",
        "a = m_N.K.A",
        {"(m_N.K.A is a, m_N.K.B + 0, m_N.K(2).name, {a: 1}[m_N.K.A])": (True, 2, "B", 1)},
    ),
    "flag member added": (
        "import enum\nclass K(enum.Flag):\n    A = 1\n",
        "import enum\nclass K(enum.Flag):\n    A = 1\n    B = 2\n",
        "a = m_N.K.A",
        {"(m_N.K.A is a, (a | m_N.K.B).value)": (True, 3)},
    ),
    "named tuple field added": (
        "from typing import NamedTuple\nclass K(NamedTuple):\n    a: int = 1\n",
        "from typing import NamedTuple\nclass K(NamedTuple):\n    a: int = 1\n    b: int = 2\n",
        "",
        {"(tuple(m_N.K()), m_N.K().b, m_N.K._fields, h_N.K is m_N.K)": ((1, 2), 2, ("a", "b"), True)},
    ),
    "typed dict key added": (
        "from typing import TypedDict\nclass K(TypedDict):\n    a: int\n",
        "from typing import TypedDict\nclass K(TypedDict):\n    a: int\n    b: str\n",
        "",
        {"(sorted(m_N.K.__annotations__), h_N.K is m_N.K, m_N.K(a=1))": (["a", "b"], True, {"a": 1})},
    ),
    "slots added": (
        "class K:\n    __slots__ = ('a',)\n    def m(self): return 1\n",
        "class K:\n    __slots__ = ('a', 'b')\n    def m(self): return 2\n",
        "",
        {"(m_N.K().m(), h_N.K is m_N.K, m_N.K.__slots__)": (2, True, ("a", "b")), "setattr(m_N.K(), 'b', 1)": None},
    ),
    "slots taken away": (
        "class K:\n    __slots__ = ('a',)\n",
        "class K:\n    pass\n",
        "",
        {"setattr(m_N.K(), 'other', 1)": None, "h_N.K is m_N.K": True},
    ),
    "subclass of a class with changed slots": (
        "class K:\n    __slots__ = ('a',)\nclass L(K):\n    def m(self): return 1\n",
        "class K:\n    __slots__ = ('a', 'b')\nclass L(K):\n    def m(self): return 1\n",
        "",
        {"(issubclass(m_N.L, m_N.K), m_N.L().m(), hasattr(m_N.L(), 'b'), hasattr(m_N.L, 'b'))": (True, 1, False, True)},
    ),
    "function to class": (
        "def K(): return 1\n",
        "class K:\n    a = 2\n",
        "",
        {"(m_N.K.a, h_N.K is m_N.K, h_N.from_import().a)": (2, True, 2)},
    ),
    "class to function": (
        "class K:\n    a = 2\n",
        "def K(): return 1\n",
        "",
        {"(m_N.K(), h_N.from_import()())": (1, 1)},
    ),
    "class renamed": (
        "class K:\n    a = 1\nclass L: pass\n",
        "class K2:\n    a = 1\nK = K2\nclass L: pass\n",
        "",
        {"(m_N.K.__name__, h_N.K is m_N.K)": ("K2", True)},
    ),
    "class removed": ("class K: pass\nclass L: pass\n", "class K: pass\n", "", {"hasattr(m_N, 'L')": False}),
    "exception still caught": (
        "class K(Exception):\n    code = 1\ndef f(): raise K\n",
        "class K(Exception):\n    code = 2\ndef f(): raise K\n",
        "def catch(K=m_N.K):\n    try: m_N.f()\n    except K as error: return error.code",
        {"catch()": 2},
    ),
    "pickled before": (
        "class K:\n    def m(self): return 1\n",
        "class K:\n    def m(self): return 2\n    extra = 1\n",
        "import pickle, copy; data = pickle.dumps(m_N.K()); one = m_N.K()",
        {"(pickle.loads(data).m(), copy.copy(one).m(), type(pickle.loads(pickle.dumps(one))) is m_N.K)": (2, 2, True)},
    ),
    "weak references": (
        "class K:\n    a = 1\n",
        "class K:\n    a = 2\n",
        "import weakref; one = m_N.K(); ref = weakref.ref(one); to_class = weakref.ref(m_N.K)",
        {"(ref() is one, to_class() is m_N.K, ref().a)": (True, True, 2)},
    ),
    "single dispatch on it": (
        "class K:\n    a = 1\n",
        "class K:\n    a = 2\n",
        "import functools\n@functools.singledispatch\ndef show(x): return 'any'\n"
        "show.register(m_N.K, lambda x: 'K')\none = m_N.K()",
        {"(show(one), show(m_N.K()))": ("K", "K")},
    ),
    "set name is called for new descriptors": (
        "class D:\n    def __set_name__(self, owner, name): self.name = owner.__name__ + '.' + name\n"
        "    def __get__(self, i, o): return self.name\nclass K:\n    a = D()\n",
        "class D:\n    def __set_name__(self, owner, name): self.name = owner.__name__ + '.' + name\n"
        "    def __get__(self, i, o): return self.name\nclass K:\n    a = D()\n    b = D()\n",
        "one = m_N.K()",
        {"(one.a, one.b)": ("K.a", "K.b")},
    ),
    "registered once by the subclass hook": (
        "class B:\n    known = []\n    def __init_subclass__(cls): B.known.append(cls)\nclass K(B):\n    a = 1\n",
        "class B:\n    known = []\n    def __init_subclass__(cls): B.known.append(cls)\nclass K(B):\n    a = 2\n",
        "held = m_N.K",
        {"(len(m_N.B.known), m_N.B.known[0] is m_N.K, m_N.K is held, m_N.B.known[0].a)": (1, True, True, 2)},
    ),
    "registered once by a decorator": (
        "known = []\ndef mark(cls):\n    known.append(cls)\n    return cls\n@mark\nclass K:\n    a = 1\n",
        "known = []\ndef mark(cls):\n    known.append(cls)\n    return cls\n@mark\nclass K:\n    a = 2\n",
        "held = m_N.K",
        {"(len(m_N.known), m_N.known[0] is m_N.K, m_N.K is held)": (1, True, True)},
    ),
    "nested class": (
        "class K:\n    class In:\n        a = 1\n        def m(self): return 1\n",
        "class K:\n    class In:\n        a = 2\n        def m(self): return 2\n",
        "one = m_N.K.In(); held = m_N.K.In",
        {"(one.m(), one.a, m_N.K.In is held)": (2, 2, True)},
    ),
    "name mangling": (
        "class K:\n    __a = 1\n    def m(self): return self.__a\n",
        "class K:\n    __a = 2\n    def m(self): return self.__a\n    def n(self): return self.__a\n",
        "one = m_N.K()",
        {"(one.m(), one.n())": (2, 2)},
    ),
    "equality and hash": (
        "class K:\n    pass\n",
        "class K:\n    def __eq__(self, other): return isinstance(other, K)\n    def __hash__(self): return 1\n",
        "one = m_N.K()",
        {"(one == m_N.K(), hash(one))": (True, 1)},
    ),
    "an equality without hash": (
        "class K:\n    pass\n",
        "class K:\n    def __eq__(self, other): return True\n",
        "",
        {"hash(m_N.K())": "TypeError"},
    ),
    "patched by the program": (
        "class K:\n    def m(self): return 1\n    def n(self): return 1\n",
        "class K:\n    def m(self): return 1\n    def n(self): return 2\n",
        "m_N.K.m = lambda self: 'own'; one = m_N.K()",
        {"(one.m(), one.n())": ("own", 2)},
    ),
    "members that are functions of another module": (
        "import math\nclass K:\n    f = staticmethod(math.sqrt)\n    g = len\n",
        "import math\nclass K:\n    f = staticmethod(math.floor)\n    g = len\n",
        "one = m_N.K()",
        {"(one.f(4.5), one.g([1]))": (4, 1)},
    ),
    "two methods swap their bodies": (
        "class K:\n    def a(self): return 'a'\n    def b(self): return 'b'\n",
        "class K:\n    def a(self): return 'b'\n    def b(self): return 'a'\n",
        "one = m_N.K()",
        {"(one.a(), one.b())": ("b", "a")},
    ),
    "an alias in the class follows": (
        "class K:\n    def a(self): return 1\n    b = a\n",
        "class K:\n    def a(self): return 2\n    b = a\n",
        "one = m_N.K(); held = one.b",
        {"(one.a(), one.b(), held())": (2, 2, 2)},
    ),
    "a loop in the class body": (
        "class K:\n    for n in 'ab':\n        locals()[n] = n * 1\n",
        "class K:\n    for n in 'abc':\n        locals()[n] = n * 2\n",
        "one = m_N.K()",
        {"(one.a, one.b, one.c)": ("aa", "bb", "cc")},
    ),
    # --- further classes
    "special methods added": (
        "class K:\n    pass\n",
        "class K:\n    def __len__(self): return 3\n    def __call__(self): return 4\n"
        "    def __getitem__(self, i): return i\n"
        "    def __contains__(self, x): return True\n    def __iter__(self): return iter('ab')\n"
        "    def __bool__(self): return False\n",
        "one = m_N.K()",
        {"(len(one), one(), one[5], 1 in one, list(one), bool(one))": (3, 4, 5, True, ["a", "b"], False)},
    ),
    "special methods removed": (
        "class K:\n    def __len__(self): return 3\n    def __eq__(self, o): return True\n"
        "    def __call__(self): return 1\n",
        "class K:\n    pass\n",
        "one = m_N.K()",
        {"callable(one)": False, "len(one)": "TypeError", "(one == 5, hash(one) == hash(one))": (False, True)},
    ),
    "special methods changed": (
        "class K:\n    def __repr__(self): return 'old'\n    def __getattr__(self, n): return 'old ' + n\n"
        "    def __enter__(self): return 1\n"
        "    def __exit__(self, *a): return False\n",
        "class K:\n    def __repr__(self): return 'new'\n    def __getattr__(self, n): return 'new ' + n\n"
        "    def __enter__(self): return 2\n"
        "    def __exit__(self, *a): return True\n",
        "one = m_N.K()\ndef use():\n    with one as v: 1 / 0\n    return v",
        {"(repr(one), one.x, use())": ("new", "new x", 2)},
    ),
    "the constructor changes": (
        "class K:\n    def __init__(self, a): self.a = a\n",
        "class K:\n    def __init__(self, a, b=2): self.a, self.b = a, b\n"
        "    def sum(self): return self.a + getattr(self, 'b', 0)\n",
        "one = m_N.K(1)",
        {"(one.sum(), m_N.K(1).sum(), vars(one))": (1, 3, {"a": 1})},
    ),
    "__new__ changes": (
        "class K:\n    def __new__(cls): return super().__new__(cls)\n",
        "class K:\n    def __new__(cls):\n        self = super().__new__(cls)\n        self.made = 'new'\n"
        "        return self\n",
        "held = m_N.K",
        {"(held().made, held is m_N.K)": ("new", True)},
    ),
    "a descriptor's code": (
        "class D:\n    def __get__(self, i, o): return 'old'\nclass K:\n    a = D()\n",
        "class D:\n    def __get__(self, i, o): return 'new'\nclass K:\n    a = D()\n",
        "one = m_N.K()",
        {"(one.a, m_N.K.a)": ("new", "new")},
    ),
    "bases reordered": (
        "class P:\n    n = 'p'\nclass Q:\n    n = 'q'\nclass K(P, Q):\n    pass\n",
        "class P:\n    n = 'p'\nclass Q:\n    n = 'q'\nclass K(Q, P):\n    pass\n",
        "one = m_N.K()",
        {"(one.n, [b.__name__ for b in m_N.K.__bases__])": ("q", ["Q", "P"])},
    ),
    "a base that becomes abstract": (
        "import abc\nclass P: pass\nclass K(P):\n    def m(self): return 1\nclass L(K): pass\n",
        "import abc\nclass P(abc.ABC): pass\nclass K(P):\n    def m(self): return 2\nclass L(K): pass\n",
        "one = m_N.K()",
        {
            "(type(m_N.K).__name__, type(m_N.L).__name__, len(m_N.L.__abstractmethods__))": (
                "ABCMeta",
                "ABCMeta",
                0,
            ),
            "(m_N.L().m(), isinstance(m_N.L(), m_N.P), h_N.K is m_N.K)": (2, True, True),
        },
    ),
    "a metaclass given": (
        "class M(type): made = 1\nclass K: pass\nclass L(K): pass\n",
        "class M(type): made = 1\nclass K(metaclass=M): pass\nclass L(K): pass\n",
        "",
        {"(m_N.K.made, m_N.L.made, h_N.K is m_N.K, issubclass(m_N.L, m_N.K))": (1, 1, True, True)},
    ),
    "a metaclass that becomes one of abstract classes": (
        "import abc\nclass M(type): pass\nclass K(metaclass=M): pass\nclass L(K): pass\n",
        "import abc\nclass M(abc.ABCMeta): pass\nclass K(metaclass=M): pass\nclass L(K): pass\n",
        "one = m_N.L()",
        {
            "(isinstance(m_N.L(), m_N.K), isinstance(1, m_N.K), len(m_N.L.__abstractmethods__))": (True, False, 0),
            "(h_N.K is m_N.K, type(m_N.K) is type(m_N.L) is m_N.M)": (True, True),
        },
    ),
    "a metaclass taken away": (
        "class M(type): made = 1\nclass K(metaclass=M): pass\nclass L(K): pass\n",
        "class M(type): made = 1\nclass K: pass\nclass L(K): pass\n",
        "",
        {"(type(m_N.K).__name__, type(m_N.L).__name__, h_N.K is m_N.K)": ("type", "type", True)},
    ),
    "a metaclass closed by a later statement": (
        CLOSED.format(1),
        CLOSED.format(2),
        "one = m_N.K()",
        {
            "(one.a, one.made, m_N.L.a, m_N.L.made, h_N.K is m_N.K)": (2, "K", 2, "L", True),
            "m_N.M('X', (), {})": "TypeError",
        },
    ),
    "the line of a class made in a function": (
        "def make():\n    class Inner: pass\n    return Inner\nclass K: pass\n",
        "# one\n\ndef make():\n    class Inner: pass\n    return Inner\nclass K: pass\n",
        "import inspect",
        {"inspect.getsourcelines(m_N.make())[1]": 4},
    ),
    "a base renamed": (
        "class Base:\n    def m(self): return 1\nclass K(Base):\n    pass\n",
        "class Root:\n    def m(self): return 2\nclass K(Root):\n    pass\n",
        "one = m_N.K()",
        {"(one.m(), hasattr(m_N, 'Base'), m_N.K.__mro__[1].__name__)": (2, False, "Root")},
    ),
    "conditional members": (
        "NEW = False\nclass K:\n    if NEW:\n        def m(self): return 'new'\n    else:\n"
        "        def m(self): return 'old'\n        x = 1\n",
        "NEW = True\nclass K:\n    if NEW:\n        def m(self): return 'new'\n    else:\n"
        "        def m(self): return 'old'\n        x = 1\n",
        "one = m_N.K()",
        {"(one.m(), hasattr(one, 'x'))": ("new", False)},
    ),
    "a member of a value that changes": (
        "size = 1\nclass K:\n    table = {size: 'a'}\n    def m(self, n=size): return n\n",
        "size = 2\nclass K:\n    table = {size: 'a'}\n    def m(self, n=size): return n\n",
        "one = m_N.K()",
        {"(one.table, one.m())": ({2: "a"}, 2)},
    ),
    "a class attribute that grew stays while its statement does": (
        "class K:\n    seen = []\n    def m(self): return 1\n",
        "class K:\n    seen = []\n    def m(self, a=2): return a\n    other = 1\n",
        "m_N.K.seen.append(5); held = m_N.K.seen",
        {"(m_N.K.seen is held, m_N.K.seen, m_N.K().m())": (True, [5], 2)},
    ),
    "attributes that the program put on a class stay": (
        "class K:\n    a = 1\n",
        "class K:\n    a = 2\n",
        "m_N.K.own = 'own'; m_N.K.method = lambda self: 'm'",
        {"(m_N.K.own, m_N.K().method(), m_N.K.a)": ("own", "m", 2)},
    ),
    "a runtime protocol": (
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n"
        "    def a(self): ...\nclass K:\n    pass\n",
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n"
        "    def a(self): ...\nclass K:\n    def a(self): ...\n",
        "one = m_N.K()",
        {"isinstance(one, m_N.P)": True},
    ),
    "registered with an abstract class": (
        "import abc\nclass A(abc.ABC): pass\nclass K:\n    x = 1\nA.register(K)\n",
        "import abc\nclass A(abc.ABC): pass\nclass K:\n    x = 2\nA.register(K)\n",
        "one = m_N.K()",
        {"(isinstance(one, m_N.A), one.x)": (True, 2)},
    ),
    "a generic alias made before": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass K(Generic[T]):\n    def m(self): return 1\n",
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass K(Generic[T]):\n    def m(self): return 2\n"
        "    n = 5\n",
        "alias = m_N.K[int]; one = alias()",
        {"(one.m(), alias().n, alias.__origin__ is m_N.K)": (2, 5, True)},
    ),
    "match by position": (
        "class K:\n    __match_args__ = ('a',)\n    a, b = 1, 2\ndef f(k):\n    match k:\n"
        "        case K(x): return x\n",
        "class K:\n    __match_args__ = ('b',)\n    a, b = 1, 2\ndef f(k):\n    match k:\n"
        "        case K(x): return x\n",
        "one = m_N.K()",
        {"m_N.f(one)": 2},
    ),
    "a subclass of a named tuple": (
        "from collections import namedtuple\nclass K(namedtuple('K', 'x y')):\n    def m(self): return self.x\n",
        "from collections import namedtuple\nclass K(namedtuple('K', 'x y')):\n    def m(self): return self.y\n",
        "one = m_N.K(1, 2)",
        {"(one.m(), m_N.K(3, 4).m())": (2, 4)},
    ),
    "enum with methods and values of tuples": (
        "import enum\nclass K(enum.Enum):\n    A = (1, 'a')\n    B = (2, 'b')\n"
        "    def __init__(self, n, t): self.n, self.t = n, t\n"
        "    def show(self): return self.t\n",
        "import enum\nclass K(enum.Enum):\n    A = (1, 'a')\n    B = (5, 'bb')\n"
        "    def __init__(self, n, t): self.n, self.t = n, t\n"
        "    def show(self): return self.t * 2\n",
        "a, b = m_N.K.A, m_N.K.B",
        {"(a.show(), b.show(), b.n, m_N.K.B is b, m_N.K((5, 'bb')) is b)": ("aa", "bbbb", 5, True, True)},
    ),
    "enum with auto": (
        "import enum\nclass K(enum.Enum):\n    A = enum.auto()\n    C = enum.auto()\n",
        "import enum\nclass K(enum.Enum):\n    A = enum.auto()\n    B = enum.auto()\n    C = enum.auto()\n",
        "a, c = m_N.K.A, m_N.K.C",
        {
            "(a.value, c.value, m_N.K.A is a, m_N.K.C is c, [k.name for k in m_N.K])": (
                1,
                3,
                True,
                True,
                ["A", "B", "C"],
            )
        },
    ),
    "enum members that are equal": (
        "import enum\nclass K(enum.Enum):\n    A = 1\n    ALSO = 1\n",
        "import enum\nclass K(enum.Enum):\n    A = 1\n    ALSO = 1\n    B = 2\n    MORE = 2\n",
        "a = m_N.K.A",
        {"(m_N.K.ALSO is a, m_N.K.MORE is m_N.K.B, len(m_N.K))": (True, True, 2)},
    ),
    "enum members in a dict and a match": (
        "import enum\nclass K(enum.Enum):\n    A = 1\ntable = {K.A: 'a'}\ndef f(k):\n    match k:\n"
        "        case K.A: return 'matched'\n",
        "import enum\nclass K(enum.Enum):\n    A = 1\n    B = 2\ntable = {K.A: 'a'}\ndef f(k):\n    match k:\n"
        "        case K.A: return 'matched'\n",
        "a = m_N.K.A; table = m_N.table",
        {"(table[m_N.K.A], m_N.table[a], m_N.f(a))": ("a", "a", "matched")},
    ),
    "str enum revalued": (
        "import enum\nclass K(enum.StrEnum):\n    A = 'a'\n    B = 'b'\n",
        "import enum\nclass K(enum.StrEnum):\n    A = 'a'\n    B = 'bb'\n",
        "a = m_N.K.A",
        {"(m_N.K.A is a, m_N.K.B == 'bb', m_N.K('bb').name)": (True, True, "B")},
    ),
    "dataclass with post init and class variable": (
        "from dataclasses import dataclass\nfrom typing import ClassVar\n@dataclass\nclass K:\n    n: int\n"
        "    many: ClassVar[list] = []\n"
        "    def __post_init__(self): self.d = self.n * 2\n",
        "from dataclasses import dataclass\nfrom typing import ClassVar\n@dataclass\nclass K:\n    n: int\n"
        "    many: ClassVar[list] = []\n"
        "    def __post_init__(self): self.d = self.n * 3\n",
        "m_N.K.many.append(1); held = m_N.K",
        {"(held(2).d, held.many, held is m_N.K)": (6, [1], True)},
    ),
    "dataclass options": (
        "from dataclasses import dataclass\n@dataclass\nclass K:\n    n: int = 1\n",
        "from dataclasses import dataclass\n@dataclass(order=True, unsafe_hash=True, repr=False)\nclass K:\n"
        "    n: int = 1\n",
        "one, two = m_N.K(1), m_N.K(2)",
        {"(one < two, hash(one) == hash(m_N.K(1)), 'K(n=' in repr(one))": (True, True, False)},
    ),
    "dataclass that inherits one whose fields change": (
        "from dataclasses import dataclass\n@dataclass\nclass B:\n    a: int = 1\n@dataclass\nclass K(B):\n"
        "    b: int = 2\n",
        "from dataclasses import dataclass\n@dataclass\nclass B:\n    a: int = 1\n    c: int = 3\n@dataclass\n"
        "class K(B):\n    b: int = 2\n",
        "held = m_N.K",
        {"(repr(held()), held is m_N.K)": ("K(a=1, c=3, b=2)", True)},
    ),
    "frozen dataclass with slots gains a method": (
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True)\nclass K:\n    a: int = 1\n",
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True)\nclass K:\n    a: int = 1\n"
        "    def m(self): return self.a + 1\n",
        "one = m_N.K()",
        {"(one.m(), m_N.K(5).m(), one == m_N.K())": (2, 6, True)},
    ),
    "dataclass with slots gains a field": (
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass K:\n    a: int = 1\n",
        "from dataclasses import dataclass\n@dataclass(slots=True)\nclass K:\n    a: int = 1\n    b: int = 2\n",
        "",
        {"(repr(m_N.K()), h_N.K is m_N.K)": ("K(a=1, b=2)", True)},
    ),
    "a metaclass with a registry by name": (
        "class M(type):\n    known = {}\n    def __new__(m, name, bases, ns):\n"
        "        cls = super().__new__(m, name, bases, ns)\n"
        "        m.known[name] = cls\n        return cls\nclass K(metaclass=M):\n    a = 1\n",
        "class M(type):\n    known = {}\n    def __new__(m, name, bases, ns):\n"
        "        cls = super().__new__(m, name, bases, ns)\n"
        "        m.known[name] = cls\n        return cls\nclass K(metaclass=M):\n    a = 2\n"
        "class L(metaclass=M):\n    pass\n",
        "held = m_N.K",
        {"(list(m_N.M.known), m_N.M.known['K'] is m_N.K, m_N.K is held, held.a)": (["K", "L"], True, True, 2)},
    ),
    "__init_subclass__ with arguments": (
        "class B:\n    def __init_subclass__(cls, tag='none', **k):\n        super().__init_subclass__(**k)\n"
        "        cls.tag = tag\n"
        "class K(B, tag='old'):\n    pass\n",
        "class B:\n    def __init_subclass__(cls, tag='none', **k):\n        super().__init_subclass__(**k)\n"
        "        cls.tag = tag\n"
        "class K(B, tag='new'):\n    pass\n",
        "held = m_N.K",
        {"(held.tag, m_N.K is held)": ("new", True)},
    ),
    "__init_subclass__ itself changes": (
        "class B:\n    def __init_subclass__(cls): cls.mark = 'old'\nclass K(B):\n    pass\n",
        "class B:\n    def __init_subclass__(cls): cls.mark = 'new'\nclass K(B):\n    pass\n",
        "held = m_N.K",
        {"(held.mark, m_N.K is held)": ("new", True)},
    ),
    "a class decorator that wraps methods": (
        "def loud(cls):\n    inner = cls.m\n    cls.m = lambda self: inner(self).upper()\n    return cls\n@loud\n"
        "class K:\n    def m(self): return 'old'\n",
        "def loud(cls):\n    inner = cls.m\n    cls.m = lambda self: inner(self).upper()\n    return cls\n@loud\n"
        "class K:\n    def m(self): return 'new'\n",
        "one = m_N.K()",
        {"(one.m(), m_N.K().m())": ("NEW", "NEW")},
    ),
    "a class decorator that returns another class": (
        "def wrap(cls):\n    class Wrapped(cls):\n        def n(self): return self.m() + '!'\n"
        "    return Wrapped\n@wrap\nclass K:\n    def m(self): return 'old'\n",
        "def wrap(cls):\n    class Wrapped(cls):\n        def n(self): return self.m() + '!'\n"
        "    return Wrapped\n@wrap\nclass K:\n    def m(self): return 'new'\n",
        "one = m_N.K()",
        {"(one.n(), m_N.K().n())": ("new!", "new!")},
    ),
    "a class decorator is added": (
        "def mark(cls):\n    cls.marked = True\n    return cls\nclass K:\n    pass\n",
        "def mark(cls):\n    cls.marked = True\n    return cls\n@mark\nclass K:\n    pass\n",
        "held = m_N.K",
        {"(held.marked, m_N.K is held)": (True, True)},
    ),
    "a class decorator is removed": (
        "def mark(cls):\n    cls.marked = True\n    return cls\n@mark\nclass K:\n    pass\n",
        "def mark(cls):\n    cls.marked = True\n    return cls\nclass K:\n    pass\n",
        "held = m_N.K",
        {"(hasattr(held, 'marked'), m_N.K is held)": (False, True)},
    ),
    "an instance that is a module's value keeps its state": (
        "class K:\n    def __init__(self): self.items = []\n    def add(self, x): self.items.append(x)\nstore = K()\n",
        "class K:\n    def __init__(self): self.items = []\n    def add(self, x): self.items.append(x * 2)\n"
        "    def clear(self): self.items = []\nstore = K()\n",
        "m_N.store.add(1); held = m_N.store",
        {"(m_N.store is held, held.add(2), held.items)": (True, None, [1, 4])},
    ),
    "a singleton keeps its state": (
        "class K:\n    _one = None\n    def __new__(cls):\n"
        "        if cls._one is None: cls._one = super().__new__(cls)\n        return cls._one\n"
        "    def m(self): return 1\n",
        "class K:\n    _one = None\n    def __new__(cls):\n"
        "        if cls._one is None: cls._one = super().__new__(cls)\n        return cls._one\n"
        "    def m(self): return 2\n    def n(self): return 3\n",
        "one = m_N.K(); one.state = 5",
        {"(m_N.K() is one, one.m(), one.n(), one.state)": (True, 2, 3, 5)},
    ),
    "a subclass's own method stays above the base's": (
        "class K:\n    def m(self): return 'base'\nclass L(K):\n    def m(self): return super().m() + ' sub'\n",
        "class K:\n    def m(self): return 'new base'\nclass L(K):\n    def m(self): return super().m() + ' sub'\n",
        "one = m_N.L()",
        {"one.m()": "new base sub"},
    ),
    "two classes that name each other": (
        "class K:\n    def other(self): return L()\n    n = 1\nclass L:\n    def other(self): return K()\n    n = 1\n",
        "class K:\n    def other(self): return L()\n    n = 2\nclass L:\n    def other(self): return K()\n    n = 2\n",
        "k, l = m_N.K(), m_N.L()",
        {"(k.other().n, l.other().n, isinstance(k.other(), type(l)))": (2, 2, True)},
    ),
    "what a library generated has its new lines": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True, init=False)\nclass K:\n    a: int\n    b: int\n"
        "    def __init__(self, *, a: int, b: int) -> None: ...\n",
        "import dataclasses\n@dataclasses.dataclass(frozen=True, kw_only=True)\nclass K:\n    a: int\n    b: int\n",
        "def lines_N(cls):\n    repr_ = cls.__repr__\n    made = [cls.__delattr__, cls.__eq__, repr_.__wrapped__]\n"
        "    return [f.__code__.co_firstlineno for f in made]\n"
        "def fresh_N():\n    exec(open(m_N.__file__).read(), space := {'__name__': 'm_N'})\n    return space['K']",
        {"lines_N(m_N.K) == lines_N(fresh_N())": True},
    ),
    "a class renamed with its users": (
        "class Old:\n    def m(self): return 1\nclass K(Old): pass\ndef f(): return Old()\n",
        "class New:\n    def m(self): return 2\nclass K(New): pass\ndef f(): return New()\n",
        "one = m_N.K(); held = m_N.f",
        {"(one.m(), held().m(), type(held()).__name__, hasattr(m_N, 'Old'))": (2, 2, "New", False)},
    ),
}


def whole_cases() -> dict[str, Case]:
    """The cases with the module that holds the class."""
    return {
        name: ({"m_N": before, "h_N": HOLDER}, {"m_N": after}, setup, expected)
        for name, (before, after, setup, expected) in CASES.items()
    }


@pytest.mark.parametrize("case", whole_cases().values(), ids=CASES.keys())
def test_case(workshop: Workshop, case: Case) -> None:
    check(workshop, case)


def test_what_cannot_move_is_reported(workshop: Workshop) -> None:
    """An instance whose class changed its layout keeps the old class; the report says so."""
    bench = workshop.bench(
        {"m_N": "class K:\n    __slots__ = ('a',)\n    def m(self): return 1\n"},
        "import hmr_daemon\nnotes = []\nhmr_daemon.on_reload(lambda e: notes.extend(e.notes))\none = m_N.K()",
    )
    bench.edit({"m_N": "class K:\n    __slots__ = ('a', 'b')\n    def m(self): return 2\n"})
    assert bench.see("m_N.K().m()") == 2
    bench.process.until("len(notes)", 1)  # our callback comes after the one that is waited for
    notes = bench.see("notes")
    assert "1 instance" in notes[0]
    assert bench.own("m_N.K") in notes[0]


def test_a_hundred_edits_leave_nothing_behind(workshop: Workshop) -> None:
    source = "class B:\n    pass\nclass K(B):\n    a = {n}\n    def m(self): return {n}\n"
    setup = """
        import gc
        one = m_N.K()
        def counts():
            gc.collect()
            kinds = [type(o) for o in gc.get_objects()]
            return sum(issubclass(kind, type) for kind in kinds), kinds.count(type(counts))
    """
    bench = workshop.bench({"m_N": source.format(n=0)}, setup)
    for number in range(1, 6):
        bench.edit({"m_N": source.format(n=number)})
    before = bench.see("counts()")
    for number in range(6, 106):
        bench.edit({"m_N": source.format(n=number)})
    assert bench.see("(one.m(), one.a, len(type.__subclasses__(m_N.B)))") == (105, 105, 1)
    classes, functions = (new - old for new, old in zip(bench.see("counts()"), before, strict=True))
    assert classes <= 1
    assert functions <= 5


@pytest.mark.skipif(sys.version_info < (3, 13), reason="classes tell their line since 3.13")
def test_what_wraps_a_class_tells_its_line(live: LiveFactory) -> None:
    source = "import functools\ndef old(cls):\n    @functools.wraps(cls)\n    def make(*given): return cls(*given)\n"
    source += "    return make\n@old\nclass A:\n    pass\n"
    process = live({"m.py": source})
    process.load("import m")
    process.edit({"m.py": "# moved\n" + source})
    process.until("m.A.__wrapped__.__firstlineno__", 7)
    assert process.see("m.A.__firstlineno__") == 7


TOUCHY = """
class Meta(type):
    touchy = False
    def __eq__(cls, other):
        if Meta.touchy: raise RuntimeError("compared")
        return cls is other
    def __hash__(cls):
        if Meta.touchy: raise RuntimeError("hashed")
        return id(cls)
class Plain: pass
"""
TOUCHED = """
from meta import Meta, Plain
class Base(Plain):
    def f(self): return 1
class A(Base, metaclass=Meta):
    x = 1
    def g(self): return self.x
class B(A):
    y = A.x + 1
def same(cls): return cls
@same
class D(A):
    z = 1
listed, alias, one = [A, B], A, A()
kept = {"one": one, "many": [A(), B()]}
"""
TOUCHING = "from m import A, B, one, listed\nimport m\nfound = [c.x for c in listed]\ngot = A.x + one.g()\n"
TOUCHY_EDITS: dict[str, tuple[str, str, str]] = {
    "a method": ("m.py", "return 1", "return 2"),
    "a value": ("m.py", "x = 1", "x = 10"),
    "a new method": ("m.py", "    def g(self)", "    def h(self): return 3\n    def g(self)"),
    "one more base": ("m.py", "class B(A):", "class B(A, Plain):"),
    "another base": ("m.py", "class A(Base,", "class A(Plain,"),
    "slots": ("m.py", "    x = 1\n", "    __slots__ = ('q',)\n    x = 1\n"),
    "a list of classes": ("m.py", "[A, B], A", "[B, A], B"),
    "a decorator goes": ("m.py", "@same\n", ""),
    "another name": ("m.py", "class D(A)", "class E(A)"),
    "a member of a class above": ("meta.py", "class Plain: pass", "class Plain:\n    def extra(self): return 5"),
    "the metaclass": ("meta.py", "return cls is other", "return other is cls"),
    "who uses it": ("n.py", "A.x +", "B.x +"),
}


@pytest.mark.parametrize("edit", TOUCHY_EDITS.values(), ids=TOUCHY_EDITS.keys())
def test_no_metaclass_is_asked_whether_classes_are_equal(live: LiveFactory, edit: tuple[str, str, str]) -> None:
    files = {"meta.py": TOUCHY, "m.py": TOUCHED, "n.py": TOUCHING}
    process = live(files)
    process.load("import meta, m, n\nmeta.Meta.touchy = True")
    name, old, new = edit
    for text in (files[name].replace(old, new), files[name]):
        process.edit({name: text}, atomic=True)
        event = process.wait_reload()
        assert event.ok, event.error
