"""What was made of a definition follows it: by decorators, registries, abstract classes, caches and dispatch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from conftest import LiveFactory
from live import Environment
from workshop import Workshop, as_expected


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("definitions"))
    yield workshop
    print(workshop.process.close())


@dataclass(frozen=True)
class Play:
    """Modules, what `__main__` does with them, and edits with what holds after each."""

    modules: dict[str, str]
    setup: str
    steps: tuple[tuple[dict[str, tuple[str, str]], dict[str, object]], ...]
    since: tuple[int, int] = (3, 11)
    note: str = field(default="")
    """What the report says, where something cannot be done."""


def one(source: str, setup: str, *steps: tuple[str, str, dict[str, object]], **options: object) -> Play:
    """A play in one module; each step replaces a text."""
    return Play({"m_N": source}, setup, tuple(({"m_N": (old, new)}, seen) for old, new, seen in steps), **options)  # type: ignore[arg-type]


WRAPPER = "def deco(f):\n    @functools.wraps(f)\n    def w(*a, **k): return f(*a, **k)\n    return w\n"
TIMES = "def times(n):\n    def deco(f):\n        def w(*a): return f(*a)\n        return w\n    return deco\n"
JIT = (
    "def jit(f):\n    space = {}\n    exec('def made(*a): return %r' % (f.__code__.co_consts,), space)\n"
    "    return space['made']\n"
)
LAZY = (
    "import types\nclass Lazy:\n    def __init__(self, f): self.f, self.code, self.made = f, f.__code__, None\n"
    "    def __call__(self):\n"
    "        if self.made is None: self.made = types.FunctionType(self.code, self.f.__globals__)\n"
    "        return self.made()\n"
)
BUS = (
    "class Bus:\n    def __init__(self): self.handlers = {}\n    def on(self, event):\n        def register(f):\n"
    "            self.handlers.setdefault(event, []).append(f)\n            return f\n        return register\n"
    "    def emit(self, event, x): return [f(x) for f in self.handlers.get(event, [])]\nbus = Bus()\n"
)
SHAPE = "import abc\nclass B(abc.ABC):\n    @abc.abstractmethod\n    def f(self): ...\n"

PLAYS = {
    # --- decorators
    "a decorator that compiles": one(
        JIT + "@jit\ndef f(): return 111\n",
        "from m_N import f as f_N",
        ("111", "222", {"222 in m_N.f()": True, "222 in f_N()": True}),
        ("222", "333", {"333 in m_N.f()": True}),
    ),
    "a decorator that compiles a method": one(
        JIT + "class C:\n    kept = []\n    @staticmethod\n    @jit\n    def f(): return 111\n",
        "c = m_N.C(); kept = m_N.C.kept",
        ("111", "222", {"222 in c.f()": True, "m_N.C.kept is kept": True}),
    ),
    "a decorator that keeps the code": Play(
        {"l_N": LAZY, "m_N": "from l_N import Lazy\n@Lazy\ndef f(): return 1\n@Lazy\ndef g(): return f() * 2\n"},
        "from m_N import f as f_N; m_N.f(); m_N.g()",
        (({"m_N": ("return 1", "return 5")}, {"(m_N.f(), f_N(), m_N.g())": (5, 5, 10)}),),
    ),
    "a decorator that reads the docstring": one(
        "known = {}\ndef deco(f):\n    known[f.__name__] = f.__doc__.upper()\n    return f\n@deco\ndef f():\n"
        "    'old'\n@deco\ndef g():\n    'other'\n",
        "known = m_N.known; f = m_N.f",
        ("'old'", "'new'", {"known": {"f": "NEW", "g": "OTHER"}, "list(known)": ["f", "g"], "m_N.f is f": True}),
    ),
    "annotations that a wrapper copied": one(
        "import functools\n" + WRAPPER + "@deco\ndef f(a: int): return a\n",
        "f = m_N.f; f.__annotations__",
        ("a: int", "a: str", {"f.__annotations__['a'].__name__": "str", "m_N.f.__annotations__['a'].__name__": "str"}),
    ),
    "a wrapper that uses more of its surroundings": Play(
        {"d_N": TIMES, "m_N": "from d_N import times\n@times(3)\ndef f(): return 2\n"},
        "from m_N import f as f_N; held = [m_N.f]",
        (({"d_N": ("return f(*a)", "return n * f(*a)")}, {"(m_N.f(), f_N(), held[0]())": (6, 6, 6)}),),
    ),
    "a closure whose variable is renamed": one(
        "def make(a):\n    def inner(): return a\n    return inner\nf = make(4)\n",
        "held = m_N.f",
        ("def make(a):\n    def inner(): return a\n", "def make(b):\n    def inner(): return b + 1\n", {"held()": 5}),
    ),
    "a class decorator that wraps what is added to the class": one(
        "import functools\ncalls = []\n" + WRAPPER.replace("return f(", "return calls.append(f.__name__) or f(") + "def"
        " each(cls):\n    for n, v in list(vars(cls).items()):\n        if callable(v): setattr(cls, n, deco(v))\n"
        "    return cls\n@each\nclass C:\n    def a(self): return 1\n    def b(self): return 2\n",
        "c = m_N.C()",
        ("return 1", "return 10", {"(m_N.calls.clear(), c.a(), c.b(), m_N.calls)": (None, 10, 2, ["a", "b"])}),
        (
            "return 2\n",
            "return 2\n    def d(self): return 3\n",
            {"(m_N.calls.clear(), c.a(), c.b(), c.d(), m_N.calls)": (None, 10, 2, 3, ["a", "b", "d"])},
        ),
    ),
    # --- registries
    "handlers of an event by name": Play(
        {
            "b_N": BUS,
            "m_N": "from b_N import bus\n@bus.on('x')\ndef f(n): return n + 1\n@bus.on('x')\ndef g(n): return n * 2\n",
            "o_N": "from b_N import bus\n@bus.on('x')\ndef h(n): return -n\n",
        },
        "bus = b_N.bus",
        (
            ({"m_N": ("n + 1", "n + 100")}, {"bus.emit('x', 5)": [105, 10, -5]}),
            (
                {"m_N": ("@bus.on('x')\ndef g", "@bus.on('y')\ndef g")},
                {"(bus.emit('x', 5), bus.emit('y', 5))": ([105, -5], [10])},
            ),
            (
                {"m_N": ("@bus.on('x')\ndef f(n): return n + 100\n", "")},
                {"(bus.emit('x', 5), bus.emit('y', 5), b_N.bus is bus)": ([-5], [10], True)},
            ),
        ),
    ),
    # --- members of one name
    "a property that loses its setter": one(
        "class C:\n    n = 1\n    @property\n    def p(self): return self.n\n    @p.setter\n"
        "    def p(self, v): self.n = v\n",
        "c = m_N.C()",
        ("    @p.setter\n    def p(self, v): self.n = v\n", "", {"setattr(c, 'p', 2)": "AttributeError", "c.p": 1}),
    ),
    "a dispatching method with one more type": one(
        "from functools import singledispatchmethod\nclass C:\n    @singledispatchmethod\n"
        "    def f(self, x): return 'any'\n    @f.register\n    def _(self, x: int): return 'int'\n",
        "c = m_N.C(); c.f(1.5)",
        (
            "'int'\n",
            "'int'\n    @f.register\n    def _(self, x: float): return 'float'\n",
            {"(c.f(1), c.f(1.5), c.f(''))": ("int", "float", "any")},
        ),
    ),
    # --- abstract classes, dispatch, caches
    "a base gains an abstract method": Play(
        {"b_N": SHAPE, "m_N": "from b_N import B\nclass C(B):\n    def f(self): return 1\nclass D(C): pass\n"},
        "c = m_N.C()",
        (
            (
                {"b_N": ("def f(self): ...\n", "def f(self): ...\n    @abc.abstractmethod\n    def g(self): ...\n")},
                {"m_N.C()": "TypeError", "m_N.D()": "TypeError"},
            ),
            ({"m_N": ("return 1\n", "return 1\n    def g(self): return 2\n")}, {"(c.g(), m_N.D().g())": (2, 2)}),
        ),
    ),
    "an abstract method of a base becomes concrete": one(
        SHAPE + "class C(B): pass\n",
        "",
        ("    @abc.abstractmethod\n    def f(self): ...\n", "    def f(self): return 3\n", {"m_N.C().f()": 3}),
    ),
    "an instance is iterable, and then not": one(
        "class C:\n    pass\n",
        "import collections.abc as kinds; c = m_N.C(); isinstance(c, kinds.Iterable)",
        ("    pass", "    def __iter__(self): return iter(())", {"isinstance(c, kinds.Iterable)": True}),
        ("    def __iter__(self): return iter(())", "    pass", {"isinstance(c, kinds.Iterable)": False}),
    ),
    "the code of a subclass hook": one(
        "import abc\nclass A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, c): return hasattr(c, 'a')\n"
        "class C:\n    a = 1\n",
        "issubclass(m_N.C, m_N.A)",
        ("'a')", "'b')", {"issubclass(m_N.C, m_N.A)": False}),
        ("'b')", "'a')", {"issubclass(m_N.C, m_N.A)": True}),
    ),
    "the members of a runtime protocol": one(
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def a(self): ...\n"
        "class C:\n    def a(self): ...\nclass D:\n    def b(self): ...\n",
        "c, d = m_N.C(), m_N.D(); isinstance(c, m_N.P), isinstance(d, m_N.P)",
        (
            "    def a(self): ...\nclass C",
            "    def b(self): ...\nclass C",
            {"(isinstance(c, m_N.P), isinstance(d, m_N.P))": (False, True)},
        ),
    ),
    "dispatch after the bases have changed": one(
        "import functools\nclass A: pass\nclass C: pass\n@functools.singledispatch\ndef f(x): return 'any'\n"
        "@f.register\ndef _(x: A): return 'A'\n",
        "c = m_N.C(); m_N.f(c)",
        ("class C: pass", "class C(A): pass", {"m_N.f(c)": "A"}),
    ),
    "a cached property over a method that a subclass has": one(
        "import functools\nclass B:\n    @functools.cached_property\n    def p(self): return self.q() + 1\n"
        "    def q(self): return 1\nclass C(B):\n    def q(self): return 5\n",
        "c = m_N.C(); c.p",
        ("return 5", "return 50", {"c.p": 51}),
    ),
    # --- layout
    "instances that cannot move run the new code": one(
        "class B:\n    def f(self): return 'B'\nclass C(B):\n    __slots__ = ('a',)\n    n = 1\n"
        "    def f(self): return 'C' + super().f()\n",
        "c = m_N.C()",
        (
            "('a',)\n    n = 1\n    def f(self): return 'C'",
            "('a', 'b')\n    n = 2\n    def g(self): return self.f()\n    def f(self): return 'c'",
            {"(m_N.C().g(), c.f(), c.g(), c.n)": ("cB", "cB", "cB", 2)},
        ),
        ("'c' +", "'d' +", {"(m_N.C().g(), c.f(), c.g())": ("dB", "dB", "dB")}),
        note="1 instance of m_N.C keep the old class: its layout changed",
    ),
    "a type parameter is added": one(
        "class C[T]:\n    def f(self): return 1\n",
        "c = m_N.C(); C = m_N.C",
        ("C[T]", "C[T, U]", {"(m_N.C[int, str]().f(), len(C.__type_params__), m_N.C is C)": (1, 2, True)}),
        ("C[T, U]", "C", {"hasattr(m_N.C, '__class_getitem__')": False, "m_N.C().f()": 1}),
        since=(3, 12),
    ),
    "a class that is made anew, and that an object with slots holds which its decorator keeps": one(
        "class Builder:\n    __slots__ = ('cls',)\n    def __init__(self, cls): self.cls = cls\n"
        "    def made(self): return self.cls\ndef deco(cls):\n    cls.made = Builder(cls).made\n    return cls\n"
        "class Meta(type):\n    def __new__(meta, *args): return super().__new__(meta, *args)\n"
        "@deco\nclass K(metaclass=Meta):\n    x = 1\n    def f(self): return self.x\n",
        "K_N = id(m_N.K); k_N = m_N.K()",
        ("x = 1", "x = 2", {"(id(m_N.K) == K_N, k_N.f(), m_N.K.made() is m_N.K)": (True, 2, True)}),
    ),
    "what the program has put of a class into a registry stays, as a class method goes": Play(
        {
            "r_N": "loaded = {}\ndef get(name):\n    return loaded.get(name)\n"
            "def traced(f):\n    def run(*a):\n        get('k')\n        return f(*a)\n    return run\n",
            "m_N": "from r_N import traced\nclass K:\n    @classmethod\n    def make(cls): return cls()\n"
            "    @traced\n    def go(self): return 1\n",
        },
        "r_N.loaded['k'] = m_N.K",
        (({"m_N": ("    @classmethod\n    def make(cls): return cls()\n", "")}, {"r_N.loaded['k'] is m_N.K": True}),),
    ),
}


@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS.keys())
def test_play(workshop: Workshop, play: Play) -> None:
    if sys.version_info < play.since:
        pytest.skip("syntax of a later Python")
    bench = workshop.bench(
        play.modules,
        "notes_N = []\n__import__('hmr_daemon').on_reload(lambda e: notes_N.extend(e.notes))\n" + play.setup,
    )
    sources = dict(play.modules)
    for changes, expected in play.steps:
        for name, (old, new) in changes.items():
            assert old in sources[name]
            sources[name] = sources[name].replace(old, new)
        reload = bench.edit({name: sources[name] for name in changes})
        for expression, value in expected.items():
            seen = bench.see_each({"": expression})[""]
            assert as_expected(seen, value), f"{expression} is {seen!r}, not {value!r}; {reload}"
    if play.note:
        bench.process.until(bench.own(f"{play.note!r} in ' '.join(notes_N)"), True)


# --- temporary classes leave no trace ------------------------------------------------------------------------

TRACED = {
    "plain": "class Base:\n    seen = []\nclass K(Base):\n{members}",
    "subclass hook": (
        "class Base:\n    seen = []\n    def __init_subclass__(cls): Base.seen.append(cls)\nclass K(Base):\n{members}"
    ),
    "weak registry": (
        "import weakref\nclass Base:\n    seen = weakref.WeakSet()\n"
        "    def __init_subclass__(cls): Base.seen.add(cls)\nclass K(Base):\n{members}"
    ),
    "metaclass": (
        "class Meta(type):\n    def __init__(cls, name, bases, space):\n        super().__init__(name, bases, space)\n"
        "        if bases: bases[0].seen.append(cls)\nclass Base(metaclass=Meta):\n    seen = []\n"
        "class K(Base):\n{members}"
    ),
    "enum": "import enum\nclass Base(enum.Enum):\n    pass\nBase.seen = []\nclass K(Base):\n    A = 1\n{members}",
    "dataclass": (
        "import dataclasses\nclass Base:\n    seen = []\n@dataclasses.dataclass\n"
        "class K(Base):\n    a: int = 0\n{members}"
    ),
    "dataclass with slots": (
        "import dataclasses\nclass Base:\n    __slots__ = ()\n    seen = []\n@dataclasses.dataclass(slots=True)\n"
        "class K(Base):\n    a: int = 0\n{members}"
    ),
    "nested": "class Base:\n    seen = []\nclass Outer:\n    class K(Base):\n{deeper}K = Outer.K\n",
    "made by a function": (
        "class Base:\n    seen = []\ndef make():\n    class K(Base):\n{deeper}    return K\nK = make()\n"
    ),
}
MEMBERS = (
    "def m(self): return 0\n",
    "def m(self): return 1\n",
    "def m(self, n=2): return n\n",
    "def m(self, n=2): return n\ndef added(self): return __class__\n",
    "def m(self): return 4\n@property\ndef p(self): return 5\n",
    "def m(self): return 5\n",
)


@pytest.mark.parametrize("source", TRACED.values(), ids=TRACED.keys())
def test_temporary_classes_leave_no_trace(workshop: Workshop, source: str) -> None:
    """There is one class before and after each edit: for its base, for registries, and for the garbage collector."""

    def text(members: str) -> str:
        if "slots=True" in source:
            members = members.replace("__class__", "self")  # before 3.14 it would be the class that was decorated
        flat, deep = ("".join(" " * n + line + "\n" for line in members.splitlines()) for n in (4, 8))
        return source.format(members=flat, deeper=deep)

    bench = workshop.bench(
        {"m_N": text(MEMBERS[0])},
        """
        import gc
        def alike_N():
            return [c for c in gc.get_objects() if isinstance(c, type) and c.__name__ == 'K' and c.__module__ == 'm_N']
        gc.collect()
        K_N = m_N.K
        """,
    )
    registered = bench.see("len(m_N.Base.seen)")
    for members in MEMBERS[1:]:
        bench.edit({"m_N": text(members)})
        if "slots=True" in source:  # that decorator leaves the class that it was given, also in a fresh process
            bench.do("gc.collect()")
        assert bench.see("[k is K_N for k in type.__subclasses__(m_N.Base)]") == [True]
        assert bench.see("[k is K_N for k in m_N.Base.seen]") == [True] * registered
    bench.do("gc.collect()")
    assert bench.see("[k is K_N for k in alike_N()]") == [True]


@pytest.mark.parametrize("lent", ["textwrap.dedent", "mine"])
def test_functions_that_all_classes_are_given_stay_whose_they_were(live: LiveFactory, lent: str) -> None:
    """As attrs does with one `__replace__`: it says of it each time that it is of the class that was made last."""
    lend = "import textwrap\ndef mine(self): ...\ndef lend(cls):\n    cls.show = LENT\n"
    lend = (lend + "    cls.show.__module__ = cls.__module__\n").replace("LENT", lent)
    one = "from lend import lend\n@lend\nclass A:\n    x = 1\n"
    process = live({"lend.py": lend + "    return cls\n", "one.py": one, "two.py": one.replace("A", "B")})
    process.load("import one, two")
    for text in (one.replace("x = 1", "x = 2"), one + "@lend\nclass C:\n    x = 3\n"):
        process.edit({"one.py": text}, atomic=True)
        assert process.wait_reload().ok
        assert process.see("(one.A.show.__module__, two.B.show.__module__)") == ("two", "two")
    process.edit({"one.py": one.replace("x = 1", "x = 4") + "1 / 0\n"}, atomic=True)
    assert not process.wait_reload().ok
    assert process.see("(one.A.x, one.A.show.__module__)") == (1, "two")
    process.edit({"two.py": one.replace("A", "B") + "    y = 1\n"}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(one.A.show.__module__, two.B.y)") == ("two", 1)
    for head in ("class A:", "@lend\nclass A:"):  # which is given it newly the second time
        process.edit({"one.py": one.replace("@lend\nclass A:", head)}, atomic=True)
        assert process.wait_reload().ok
    assert process.see("(one.A.show.__module__, two.B.show.__module__)") == ("two", "two")


def test_a_function_that_all_classes_are_given_is_of_the_last_of_them(live: LiveFactory) -> None:
    lend = "import textwrap\ndef lend(cls):\n    cls.show = textwrap.dedent\n"
    lend += "    cls.show.__qualname__ = cls.__qualname__\n    return cls\n"
    source = "from lend import lend\n@lend\nclass {0}:\n    x = 1\n"
    outer = "import inner\n" + source.format("Outer")
    files = {"lend.py": lend, "inner.py": source.format("Inner"), "new.py": source.format("New"), "outer.py": outer}
    process = live(files)
    process.load("import outer")
    between = outer.replace("@lend", "@lend\nclass Between:\n    x = 1\n@lend")
    for text, last in (
        (between, "Outer"),
        (between + "@lend\nclass Last:\n    x = 3\n", "Last"),
        ("import new\n" + between + "@lend\nclass Last:\n    x = 3\n", "Last"),
    ):
        process.edit({"outer.py": text}, atomic=True)
        assert process.wait_reload().ok
        assert process.see("outer.Outer.show.__qualname__") == last


def test_what_a_decorator_wraps_shows_its_new_docstring(live: LiveFactory) -> None:
    source = "import contextlib\nclass A:\n    x = 1\n    @contextlib.contextmanager\n"
    source += "    def f(self):\n        'old'\n        yield\n"
    process = live({"m.py": source})
    process.load("import m")
    process.edit({"m.py": source.replace("old", "new").replace("x = 1", "x = 2")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(m.A.f.__doc__, m.A.x)") == ("new", 2)


AT_EXIT = "import atexit, os\ndef bye(x='plain'): os.write(1, f'bye {x};'.encode())\nN = 1\n"
CALLED = {
    "a call that goes": ("atexit.register(bye)\n", "", ""),
    "a call that is given another function": ("atexit.register(bye)\n", "atexit.register(print, N)\n", "1\n"),
    "a call with another argument": ("atexit.register(bye, 1)\n", "atexit.register(bye, x=2)\n", "bye 2;"),
    "a call whose argument changes": ("atexit.register(bye, N)\n", "N = 5\natexit.register(bye, N)\n", "bye 5;"),
    "a method": ("here = [1]\natexit.register(here.append, 1)\n", "", ""),
    "a call in a block": ("if N:\n    atexit.register(bye)\n", "if N:\n    atexit.register(bye, 3)\n", "bye 3;"),
    "a decorated function that goes": ("@atexit.register\ndef last(): bye()\n", "", ""),
    "a decorated function with another default": (
        "@atexit.register\ndef last(x=1): bye(x)\n", "@atexit.register\ndef last(x=2): bye(x)\n", "bye 2;"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "said"), CALLED.values(), ids=CALLED.keys())
def test_what_is_called_at_exit_is_what_the_source_says(live: LiveFactory, before: str, after: str, said: str) -> None:
    process = live({"m.py": AT_EXIT + before})
    process.load("import m")
    process.edit({"m.py": AT_EXIT + after + "1 / 0\n"}, atomic=True)
    assert not process.wait_reload().ok
    process.edit({"m.py": AT_EXIT + after}, atomic=True)
    assert process.wait_reload().ok
    assert process.close() == said


def test_what_is_called_at_exit_stays_where_a_save_fails(live: LiveFactory) -> None:
    process = live({"m.py": AT_EXIT + "atexit.register(bye, 1)\n"})
    process.load("import m")
    for after in ("", "atexit.register(bye, 2)\n"):
        process.edit({"m.py": AT_EXIT + after + "1 / 0\n"}, atomic=True)
        assert not process.wait_reload().ok
    assert process.close() == "bye 1;"
