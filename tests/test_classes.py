"""Kind of class x kind of edit: whoever holds a class or an instance has the new members."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from live import Environment
from workshop import Workshop, check


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

CASES: dict[str, tuple[str, str, str, dict[str, object]]] = {
    # name: (before, after, setup, what holds afterwards)
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
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(workshop: Workshop, case: tuple[str, str, str, dict[str, object]]) -> None:
    before, after, setup, expected = case
    check(workshop, ({"m_N": before, "h_N": HOLDER}, {"m_N": after}, setup, expected))


def test_what_cannot_move_is_reported(workshop: Workshop) -> None:
    """An instance whose class changed its layout keeps the old class; the report says so."""
    bench = workshop.bench(
        {"m_N": "class K:\n    __slots__ = ('a',)\n    def m(self): return 1\n"},
        "import hmr_daemon\nnotes = []\nhmr_daemon.on_reload(lambda e: notes.extend(e.notes))\none = m_N.K()",
    )
    bench.edit({"m_N": "class K:\n    __slots__ = ('a', 'b')\n    def m(self): return 2\n"})
    assert bench.see("m_N.K().m()") == 2
    notes = bench.see("notes")
    assert len(notes) == 1
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
