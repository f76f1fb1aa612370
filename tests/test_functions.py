"""Kind of function x way it is held x kind of edit: whoever holds a function runs its new code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from live import Environment
from workshop import Case, Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("functions"))
    yield workshop
    print(workshop.process.close())


@dataclass(frozen=True)
class Kind:
    """A way to define `thing`, whose parameters, results and docstring are filled in."""

    source: str
    call: str = "{it}()"
    doc: str = "{it}.__doc__"
    same: bool = True
    """Whether every edit leaves the very same object under the name."""
    called: bool = False
    """Whether making `thing` looks as if it called the function, where the interpreter does not tell (3.11)."""


BEFORE = {"above": "", "doc": "old", "value": "1", "default": "10", "more": "", "shown": ""}
EDITS = {
    "body": {"value": "2"},
    "default": {"default": "20"},
    "docstring": {"doc": "new"},
    "parameter": {"more": ", k=30", "shown": ", k"},
    "moved": {"above": "# above\n\n\n"},
    "all at once": {
        "above": "'Doc.'\n\n",
        "doc": "new",
        "value": "2",
        "default": "20",
        "more": ", k=30",
        "shown": ", k",
    },
}


def definition(head: str, indent: str = "", result: str = "return {value}, n{shown}") -> str:
    """A definition with the docstring and the result that are filled in."""
    return f'{indent}{head}\n{indent}    "{{doc}}"\n{indent}    {result}\n'


PLAIN = definition("def thing(n={default}{more}):")
DECORATOR = """
import functools
def decorator(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper
"""
AWAIT = "__import__('asyncio').run({it}())"
FIRST = "next({it}())"


def in_class(head: str, decorator: str = "", first: str = "self, ") -> str:
    lines = ["class C:"]
    if decorator:
        lines.append(f"    {decorator}")
    return "\n".join(lines) + "\n" + definition(f"def {head}({first}n={{default}}{{more}}):", "    ")


KINDS = {
    "function": Kind(PLAIN),
    "coroutine": Kind(definition("async def thing(n={default}{more}):"), AWAIT),
    "generator": Kind(definition("def thing(n={default}{more}):", result="yield {value}, n{shown}"), FIRST),
    "async generator": Kind(
        definition("async def thing(n={default}{more}):", result="yield {value}, n{shown}"),
        "__import__('asyncio').run(anext({it}()))",
    ),
    "lambda": Kind("thing = lambda n={default}{more}: ({value}, n{shown})\n", doc="'{doc}'"),
    "comprehension": Kind(
        definition("def thing(n={default}{more}):", result="return [({value}, n{shown}) for _ in 'x'][0]")
    ),
    "inner function": Kind(
        "def thing(n={default}{more}):\n"
        + '    "{doc}"\n    def inner():\n        return {value}, n{shown}\n    return inner()\n'
    ),
    "closure": Kind(
        "def make(free):\n"
        + definition("def thing(n={default}{more}):", "    ", "return {value} + free, n{shown}")
        + "    return thing\nthing = make(0)\n",
        same=False,
    ),
    "in an if": Kind(
        "if len('x') == 1:\n" + definition("def thing(n={default}{more}):", "    ") + "else:\n    thing = None\n"
    ),
    "in a try": Kind(
        "try:\n    import no_such_module\nexcept ImportError:\n" + definition("def thing(n={default}{more}):", "    ")
    ),
    "in a with": Kind(
        "import contextlib\nwith contextlib.nullcontext():\n" + definition("def thing(n={default}{more}):", "    ")
    ),
    "in a for": Kind("for _ in range(1):\n" + definition("def thing(n={default}{more}):", "    ")),
    "in a match": Kind(
        "match 1:\n    case 1:\n"
        + definition("def thing(n={default}{more}):", "        ")
        + "    case _:\n        pass\n"
    ),
    "defined twice": Kind("def thing():\n    return None\n" + PLAIN),
    "method": Kind(in_class("m") + "thing = C().m\n", same=False),
    "method by instance": Kind(in_class("m") + "thing = C()\n", "{it}.m()", "{it}.m.__doc__"),
    "method by class": Kind(in_class("m") + "thing = C\n", "{it}().m()", "{it}.m.__doc__"),
    "private method": Kind(
        in_class("__m") + "    def call(self):\n        return self.__m()\nthing = C()\n",
        "{it}.call()",
        "{it}._C__m.__doc__",
    ),
    "static method": Kind(in_class("m", "@staticmethod", "") + "thing = C.m\n", same=False),
    "class method": Kind(in_class("m", "@classmethod", "cls, ") + "thing = C.m\n", same=False),
    "property": Kind(
        "class C:\n    @property\n" + definition("def p(self, n={default}{more}):", "    ") + "thing = C()\n",
        "{it}.p",
        "type({it}).p.__doc__",
    ),
    "setter": Kind(
        "class C:\n    @property\n    def p(self):\n        return self.got\n    @p.setter\n"
        + definition("def p(self, _, n={default}{more}):", "    ", "self.got = {value}, n{shown}")
        + "thing = C()\n",
        "(setattr({it}, 'p', 0), {it}.p)[1]",
        "type({it}).p.fset.__doc__",
    ),
    "cached property": Kind(
        "import functools\nclass C:\n    @functools.cached_property\n"
        + definition("def p(self, n={default}{more}):", "    ")
        + "thing = C()\n",
        "{it}.p",
        "type({it}).p.__doc__",
    ),
    "partial method": Kind(
        "import functools\n" + in_class("m") + "    part = functools.partialmethod(m)\nthing = C()\n",
        "{it}.part()",
        "{it}.m.__doc__",
    ),
    "method with super": Kind(
        "class Base:\n    def m(self):\n        return 0\nclass C(Base):\n"
        + definition("def m(self, n={default}{more}):", "    ", "return {value} + super().m(), n{shown}")
        + "thing = C()\n",
        "{it}.m()",
        "{it}.m.__doc__",
    ),
    "called instance": Kind(in_class("__call__") + "thing = C()\n", doc="type({it}).__call__.__doc__", called=True),
    "class's own constructor": Kind(
        "class C:\n"
        + definition("def __init__(self, n={default}{more}):", "    ", "self.got = {value}, n{shown}")
        + "thing = C\n",
        "{it}().got",
        "{it}.__init__.__doc__",
    ),
    "nested class": Kind(
        "class Outer:\n    class Inner:\n"
        + definition("def m(self, n={default}{more}):", "        ")
        + "thing = Outer.Inner()\n",
        "{it}.m()",
        "{it}.m.__doc__",
    ),
    "wrapped": Kind(DECORATOR + "@decorator\n" + PLAIN, same=False),
    "wrapped twice": Kind(DECORATOR + "@decorator\n@decorator\n" + PLAIN, same=False),
    "wrapped method": Kind(
        DECORATOR
        + "class C:\n    @decorator\n"
        + definition("def m(self, n={default}{more}):", "    ")
        + "thing = C()\n",
        "{it}.m()",
        "{it}.m.__doc__",
    ),
    "decorator that returns it": Kind("known = []\ndef mark(f):\n    known.append(f)\n    return f\n@mark\n" + PLAIN),
    "decorator with arguments": Kind(
        "import functools\ndef repeat(times):\n    def decorator(function):\n        @functools.wraps(function)\n"
        "        def wrapper(*args):\n            return [function(*args) for _ in range(times)][-1]\n"
        "        return wrapper\n    return decorator\n@repeat(2)\n" + PLAIN,
        same=False,
    ),
    "class as decorator": Kind(
        "import functools\nclass Decorator:\n    def __init__(self, function):\n"
        "        functools.update_wrapper(self, function)\n"
        "    def __call__(self, *args):\n        return self.__wrapped__(*args)\n@Decorator\n" + PLAIN,
        same=False,
    ),
    "cached": Kind("import functools\n@functools.cache\n" + PLAIN, same=False),
    "lru_cache": Kind("import functools\n@functools.lru_cache(maxsize=8)\n" + PLAIN, same=False),
    "partial": Kind(
        "import functools\n" + definition("def plain(n={default}{more}):") + "thing = functools.partial(plain)\n",
        doc="{it}.func.__doc__",
        called=True,
    ),
    "context manager": Kind(
        "import contextlib\n@contextlib.contextmanager\n"
        + definition("def thing(n={default}{more}):", result="yield {value}, n{shown}"),
        "{it}().__enter__()",
        same=False,
    ),
    "single dispatch": Kind(
        "import functools\n@functools.singledispatch\ndef thing(x):\n    return None\n@thing.register\n"
        + definition("def _(x: int, n={default}{more}):"),
        "{it}(0)",
        "{it}.dispatch(int).__doc__",
    ),
    "overloaded": Kind(
        "from typing import overload\n@overload\ndef thing() -> int: ...\n@overload\ndef thing(n: int) -> str: ...\n"
        + PLAIN
    ),
    "alias": Kind(definition("def plain(n={default}{more}):") + "thing = plain\n"),
    "future annotations": Kind(
        "from __future__ import annotations\n" + definition("def thing(n: Unknown = {default}{more}) -> Missing:")
    ),
}
if sys.version_info >= (3, 12):
    KINDS["generic function"] = Kind(definition("def thing[T](n: T = {default}{more}):"))
    KINDS["generic method"] = Kind(
        "class C[T]:\n" + definition("def m[U](self, n={default}{more}):", "    ") + "thing = C()\n",
        "{it}.m()",
        "{it}.m.__doc__",
    )

HOLDER = """
import functools, types
import m_N
from m_N import thing
from m_N import thing as other
def from_import(): return thing
def as_import(): return other
def attribute(): return m_N.thing
def default(f=thing): return f
def inner_import():
    from m_N import thing
    return thing
alias = thing
in_list = [thing]
in_dict = {'key': thing}
on_instance = types.SimpleNamespace(f=thing)
class Holder:
    f = [thing]
passed = functools.partial(lambda f: f, thing)
closure = (lambda f: lambda: f)(thing)
"""
HOLDINGS = {
    "module attribute": "m_N.thing",
    "attribute in a function": "h_N.attribute()",
    "from import": "h_N.from_import()",
    "import as": "h_N.as_import()",
    "star import": "s_N.thing",
    "import in a function": "h_N.inner_import()",
    "default argument": "h_N.default()",
    "alias": "h_N.alias",
    "list": "h_N.in_list[0]",
    "dict": "h_N.in_dict['key']",
    "instance": "h_N.on_instance.f",
    "class attribute": "h_N.Holder.f[0]",
    "partial": "h_N.passed()",
    "closure": "h_N.closure()",
    "a program's own list": "held_N[0]",
    "a program's own closure": "closure_N()",
}
SETUP = "held_N = [m_N.thing]\nclosure_N = (lambda f: lambda: f)(m_N.thing)"


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_holder_runs_the_new_code(workshop: Workshop, kind: Kind, edit: dict[str, str]) -> None:
    after = BEFORE | edit
    if kind.source.format(**after) == kind.source.format(**BEFORE) and not after["above"]:
        pytest.skip("there is nothing of the kind to edit")

    def source(fill: dict[str, str]) -> str:
        return fill["above"] + kind.source.format(**fill)

    bench = workshop.bench({"m_N": source(BEFORE), "h_N": HOLDER, "s_N": "from m_N import *\n"}, SETUP)
    calls = {name: kind.call.format(it=it) for name, it in HOLDINGS.items()}
    assert bench.see_each(calls) == dict.fromkeys(HOLDINGS, (1, 10))
    bench.edit({"m_N": source(after)})
    expected = (int(after["value"]), int(after["default"]), *([30] if after["more"] else []))
    assert bench.see_each(calls) == dict.fromkeys(HOLDINGS, expected)
    docs = {name: kind.doc.format(it=it, doc=after["doc"]) for name, it in HOLDINGS.items() if kind.doc != "'{doc}'"}
    assert bench.see_each(docs) == dict.fromkeys(docs, after["doc"])
    if kind.same and not (kind.called and sys.version_info < (3, 12)):
        assert bench.see("m_N.thing is held_N[0]")


# --- single cases --------------------------------------------------------------------------------------------

TWICE = (
    "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def wrapper(*a): return f(*a) * 2\n"
    "    return wrapper\n"
)
REGISTRY = (
    "tasks = {}\ndef task(f):\n    if f.__name__ in tasks: raise KeyError(f.__name__)\n"
    "    tasks[f.__name__] = f\n    return f\n"
)

FUTURE = "from __future__ import annotations\n"
ANNOTATED = "def f(a: int): return a\nclass C:\n    x: int\n    def m(self) -> str: pass\ny: int = 1\nz = object()\n"

WRAPPING_REGISTRY = """
import functools
entries = {}
def add(function):
    if function.__name__ in entries:
        raise KeyError(function.__name__)
    @functools.wraps(function)
    def entry(): return function()
    entries[function.__name__] = entry
    return entry
"""
REGISTERED = """
import functools, r_N
def outer(function):
    @functools.wraps(function)
    def wrapper(): return function()
    return wrapper
@r_N.add
def first(): return 1
{}@outer
@r_N.add
def last(): return {}
"""

REGISTERS_WRAPPER = """
entries = {}
def add(function):
    if function.__name__ in entries: raise KeyError(function.__name__)
    def wrapper(*a): return function(*a)
    wrapper.me = entries[function.__name__] = wrapper
    return wrapper
"""
SEES_ITSELF = """
def wrap(function):
    def wrapper(*a, _me=None): return function(*a), _me is wrapper is wrapper.me
    wrapper.__kwdefaults__["_me"] = wrapper.me = wrapper
    return wrapper
@wrap
def f({}): return a
"""

CASES: dict[str, Case] = {
    "a registered wrapper goes on in the registry": (
        {"w_N": REGISTERS_WRAPPER, "m_N": "from w_N import add, entries\n@add\ndef f(a=1): return a\n"},
        {"m_N": "from w_N import add, entries\n@add\ndef f(a=2): return a\n"},
        "held = m_N.f",
        {"(held(), held is m_N.f is m_N.entries['f'])": (2, True)},
    ),
    "a wrapper that sees itself": (
        {"m_N": SEES_ITSELF.format("a=1")},
        {"m_N": SEES_ITSELF.format("a=2")},
        "held = m_N.f",
        {"held()": (2, True), "held is m_N.f": True},
    ),
    "becomes a generator": (
        {"m_N": "def f():\n    return [1]\n"},
        {"m_N": "def f():\n    yield 1\n    yield 2\n"},
        "from m_N import f as f_N",
        {"list(f_N())": [1, 2]},
    ),
    "becomes a coroutine": (
        {"m_N": "def f(): return 1\n"},
        {"m_N": "async def f(): return 2\n"},
        "import asyncio; held = m_N.f",
        {"asyncio.run(m_N.f())": 2},
    ),
    "a suspended generator finishes with the old code": (
        {"m_N": "def f():\n    yield 1\n    yield 'old'\n"},
        {"m_N": "def f():\n    yield 2\n    yield 'new'\n"},
        "old = m_N.f(); next(old)",
        {"(next(old), list(m_N.f()))": ("old", [2, "new"])},
    ),
    "a running call finishes with the old code": (
        {"m_N": "def f(go, answers):\n    go.wait(10)\n    answers.append('old')\n"},
        {"m_N": "def f(go, answers):\n    answers.append('new')\n"},
        """
        import threading
        go, answers = threading.Event(), []
        thread = threading.Thread(target=m_N.f, args=(go, answers)); thread.start()
        """,
        {"(go.set(), thread.join(), m_N.f(go, answers), answers)[-1]": ["old", "new"]},
    ),
    "a waiting coroutine finishes with the old code": (
        {"m_N": "async def f(gate):\n    await gate\n    return 'old'\n"},
        {"m_N": "async def f(gate):\n    return 'new'\n"},
        """
        class Gate:
            def __await__(self): yield
        waiting = m_N.f(Gate()); waiting.send(None)
        def finish(c):
            try: c.send(None)
            except StopIteration as stop: return stop.value
        """,
        {"(finish(waiting), finish(m_N.f(Gate())))": ("old", "new")},
    ),
    "recursion": (
        {"m_N": "def f(n): return 0 if n == 0 else 1 + f(n - 1)\n"},
        {"m_N": "def f(n): return 0 if n == 0 else 2 + f(n - 1)\n"},
        "held = m_N.f",
        {"(held(5), held is m_N.f)": (10, True)},
    ),
    "attributes of a function stay": (
        {"m_N": "def f(): return 1\n"},
        {"m_N": "def f(): return 2\n"},
        "m_N.f.calls = 7",
        {"(m_N.f(), m_N.f.calls)": (2, 7)},
    ),
    "attributes set by the source follow": (
        {"m_N": "def f(): return 1\nf.kind = 'old'\n"},
        {"m_N": "def f(): return 1\nf.kind = 'new'\n"},
        "held = m_N.f",
        {"(held.kind, held is m_N.f)": ("new", True)},
    ),
    "annotations": (
        {"m_N": "def f(a: int) -> int: return a\n"},
        {"m_N": "def f(a: str, b: bytes = b'') -> float: return a\n"},
        "held = m_N.f",
        {"[k.__name__ for k in held.__annotations__.values()]": ["str", "bytes", "float"]},
    ),
    "annotations as text": (
        {"m_N": "from __future__ import annotations\ndef f(a: int): return a\n"},
        {"m_N": "from __future__ import annotations\ndef f(a: Other | None): return a\n"},
        "held = m_N.f",
        {"held.__annotations__": {"a": "Other | None"}},
    ),
    "annotations become text": (
        {"m_N": ANNOTATED},
        {"m_N": FUTURE + ANNOTATED},
        "held, cls, z = m_N.f, m_N.C, m_N.z",
        {
            "(held.__annotations__, cls.__annotations__, cls.m.__annotations__, m_N.__annotations__)": (
                {"a": "int"},
                {"x": "int"},
                {"return": "str"},
                {"y": "int"},
            ),
            "held is m_N.f and cls is m_N.C and z is m_N.z": True,
        },
    ),
    "annotations are no longer text": (
        {"m_N": FUTURE + ANNOTATED},
        {"m_N": ANNOTATED},
        "held, cls, z = m_N.f, m_N.C, m_N.z",
        {
            "held.__annotations__['a'] is cls.__annotations__['x'] is m_N.__annotations__['y'] is int": True,
            "held is m_N.f and cls is m_N.C and z is m_N.z": True,
        },
    ),
    "a wrapper's docstring of several lines": (
        {"m_N": 'import contextlib\n@contextlib.contextmanager\ndef f():\n    """Old."""\n    yield\n'},
        {"m_N": 'import contextlib\n@contextlib.contextmanager\ndef f():\n    """New\n    text.\n    """\n    yield\n'},
        "held = m_N.f",
        {"held.__doc__ == held.__wrapped__.__doc__ and held.__doc__.split()": ["New", "text."]},
    ),
    "a wrapper elsewhere that copied the docstring": (
        {
            "m_N": 'def f():\n    """Old."""\n',
            "w_N": "import functools, m_N\n@functools.wraps(m_N.f)\ndef g(): pass\n",
        },
        {"m_N": 'def f():\n    """New."""\n'},
        "held = w_N.g",
        {"(held.__doc__, held.__wrapped__.__doc__)": ("New.", "New.")},
    ),
    "a registry of what decorators made, a function added": (
        {"r_N": WRAPPING_REGISTRY, "m_N": REGISTERED.format("", 1), "z_N": "import r_N\n@r_N.add\ndef z(): return 1\n"},
        {"m_N": REGISTERED.format("@outer\n@r_N.add\ndef added(): return 1\n", 1)},
        "",
        {"list(r_N.entries)": ["first", "added", "last", "z"]},
    ),
    "a registry of what decorators made, an edit": (
        {"r_N": WRAPPING_REGISTRY, "m_N": REGISTERED.format("", "1")},
        {"m_N": REGISTERED.format("", "2").replace("def last()", "def last(n=1)")},
        "held = m_N.last",
        {"(list(r_N.entries), r_N.entries['last'](), held(), m_N.last())": (["first", "last"], 2, 2, 2)},
    ),
    "a function added at the end of the first of two modules": (
        {
            "r_N": WRAPPING_REGISTRY,
            "m_N": REGISTERED.format("", "1"),
            "z_N": "import r_N\n@r_N.add\ndef z(): return 1\n",
        },
        {"m_N": REGISTERED.format("", "1") + "@r_N.add\ndef added(): return 1\n"},
        "",
        {"list(r_N.entries)": ["first", "last", "added", "z"]},
    ),
    "a wrapper gets a docstring": (
        {"m_N": "import functools\n@functools.cache\ndef f(): return 1\n"},
        {"m_N": 'import functools\n@functools.cache\ndef f():\n    """New."""\n    return 1\n'},
        "",
        {"m_N.f.__doc__": "New."},
    ),
    "future imports that the compiler takes no notice of": (
        {"m_N": "from __future__ import absolute_import\ndef f(): return 1\n"},
        {"m_N": "from __future__ import absolute_import\ndef f(): return 2\n"},
        "held = m_N.f",
        {"(held(), held.__code__.co_flags)": (2, 3)},
    ),
    "a registry of code objects": (
        {
            "r_N": "codes = set()\ndef hidden(f):\n    codes.add(f.__code__)\n    return f\n",
            "m_N": "from r_N import hidden\n@hidden\ndef f(): return 1\nclass K:\n    @hidden\n"
            "    def m(self): return 1\n",
        },
        {
            "m_N": "# moved\nfrom r_N import hidden\n@hidden\ndef f(): return 1\nclass K:\n    @hidden\n"
            "    def m(self): return 2\n"
        },
        "",
        {"r_N.codes == {m_N.f.__code__, m_N.K.m.__code__}": True},
    ),
    "keyword defaults": (
        {"m_N": "def f(*, a=1, b=2): return a, b\n"},
        {"m_N": "def f(*, b=20, c=30): return b, c\n"},
        "held = m_N.f",
        {"(held(), held.__kwdefaults__)": ((20, 30), {"b": 20, "c": 30})},
    ),
    "defaults taken away": (
        {"m_N": "def f(a=1): return a\n"},
        {"m_N": "def f(a): return a\n"},
        "held = m_N.f",
        {"held(5)": 5, "held()": "TypeError"},
    ),
    "a mutable default keeps its contents while its text stays": (
        {"m_N": "def f(n, seen=[]):\n    seen.append(n)\n    return len(seen)\n"},
        {"m_N": "def f(n, seen=[]):\n    seen.append(n)\n    return len(seen) * 10\n"},
        "m_N.f(1); m_N.f(2)",
        {"m_N.f(3)": 30},
    ),
    "a default from a constant that changes": (
        {"m_N": "SIZE = 1\ndef f(n=SIZE): return n\n"},
        {"m_N": "SIZE = 2\ndef f(n=SIZE): return n\n"},
        "held = m_N.f",
        {"(held(), held is m_N.f)": (2, True)},
    ),
    "a default from another module that changes": (
        {"c_N": "SIZE = 1\n", "m_N": "import c_N\ndef f(n=c_N.SIZE): return n\n"},
        {"c_N": "SIZE = 2\n"},
        "held = m_N.f",
        {"(held(), held is m_N.f)": (2, True)},
    ),
    "a closure made before": (
        {"m_N": "def make(n):\n    def inner(): return n + 1\n    return inner\n"},
        {"m_N": "def make(n):\n    def inner(): return n + 2\n    return inner\n"},
        "held = [m_N.make(10), m_N.make(20)]",
        {"[f() for f in held]": [12, 22]},
    ),
    "a closure in a closure made before": (
        {"m_N": "def a(n):\n    def b():\n        def c(): return n + 1\n        return c\n    return b\n"},
        {"m_N": "def a(n):\n    def b():\n        def c(): return n + 2\n        return c\n    return b\n"},
        "held = m_N.a(10); deep = held()",
        {"(deep(), held()())": (12, 12)},
    ),
    "a lambda in a function made before": (
        {"m_N": "def make(n): return lambda: n + 1\n"},
        {"m_N": "def make(n): return lambda: n + 2\n"},
        "held = m_N.make(10)",
        {"held()": 12},
    ),
    "a closure that uses one variable less": (
        {"m_N": "def make(n, k):\n    def inner(): return n + k\n    return inner\nf = make(1, 2)\n"},
        {"m_N": "def make(n, k):\n    def inner(): return n\n    return inner\nf = make(1, 2)\n"},
        "",
        {"(m_N.f(), m_N.make(5, 6)())": (1, 5)},
    ),
    "a closure that uses one variable more": (
        {"m_N": "def make(n, k):\n    def inner(): return n\n    return inner\nf = make(1, 2)\n"},
        {"m_N": "def make(n, k):\n    def inner(): return n + k\n    return inner\nf = make(1, 2)\n"},
        "",
        {"(m_N.f(), m_N.make(5, 6)())": (3, 11)},
    ),
    "a closure keeps its state": (
        {
            "m_N": "def counter():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n"
            "        return n\n    return step\ncount = counter()\n"
        },
        {
            "m_N": "def counter():\n    n = 0\n    def step():\n        nonlocal n\n        n += 10\n"
            "        return n\n    return step\ncount = counter()\n"
        },
        "held = m_N.counter(); held(); held()",
        {"held()": 12},
    ),
    "a dict of lambdas": (
        {"m_N": "table = {'a': lambda: 1, 'b': lambda: 2}\n"},
        {"m_N": "table = {'a': lambda: 10, 'b': lambda: 2}\n"},
        "",
        {"(m_N.table['a'](), m_N.table['b']())": (10, 2)},
    ),
    "two functions swap their bodies": (
        {"m_N": "def a(): return 'a'\ndef b(): return 'b'\n"},
        {"m_N": "def a(): return 'b'\ndef b(): return 'a'\n"},
        "held = m_N.a, m_N.b",
        {"(held[0](), held[1](), m_N.a is held[0])": ("b", "a", True)},
    ),
    "two functions change places": (
        {"m_N": "def a(): return 'a'\ndef b(): return 'b'\n"},
        {"m_N": "def b(): return 'b2'\ndef a(): return 'a2'\n"},
        "held = m_N.a, m_N.b",
        {"(held[0](), held[1](), m_N.a is held[0], m_N.b is held[1])": ("a2", "b2", True, True)},
    ),
    "an alias rebound does not change what it was": (
        {"m_N": "def foo(): return 'foo'\ndef bar(): return 'bar'\nf = foo\n"},
        {"m_N": "def foo(): return 'foo'\ndef bar(): return 'bar'\nf = bar\n"},
        "held = m_N.foo",
        {"(m_N.f(), m_N.foo(), held(), m_N.f is m_N.bar)": ("bar", "foo", "foo", True)},
    ),
    "replaced by a value": ({"m_N": "def f(): return 1\n"}, {"m_N": "f = 5\n"}, "", {"m_N.f": 5}),
    "a value replaced by a function": ({"m_N": "f = 5\n"}, {"m_N": "def f(): return 1\n"}, "", {"m_N.f()": 1}),
    "removed": (
        {"m_N": "def f(): pass\ndef g(): pass\n"},
        {"m_N": "def g(): pass\n"},
        "",
        {"hasattr(m_N, 'f')": False},
    ),
    "renamed, with its user": (
        {"m_N": "def f(): return 1\n", "u_N": "from m_N import f\ndef use(): return f()\n"},
        {"m_N": "def g(): return 2\n", "u_N": "from m_N import g\ndef use(): return g()\n"},
        "held = u_N.use",
        {"(held(), hasattr(m_N, 'f'), hasattr(u_N, 'f'))": (2, False, False)},
    ),
    "replaced by the program": (
        {"m_N": "def f(): return 1\ndef g(): return f()\n"},
        {"m_N": "def f(): return 2\ndef g(): return f()\n"},
        "original = m_N.f; m_N.f = lambda: 'own'",
        {"(m_N.g(), original())": ("own", 2)},
    ),
    "the decorator's wrapper is edited": (
        {"m_N": TWICE + "@twice\ndef f(): return 5\n"},
        {"m_N": TWICE.replace("* 2", "* 3") + "@twice\ndef f(): return 5\n"},
        "held = m_N.f",
        {"(m_N.f(), held())": (15, 15)},
    ),
    "the decorator is edited in another module": (
        {"d_N": TWICE, "m_N": "from d_N import twice\n@twice\ndef f(): return 5\n"},
        {"d_N": TWICE.replace("* 2", "* 3")},
        "held = m_N.f",
        {"(m_N.f(), held())": (15, 15)},
    ),
    "the decorator's own body is edited": (
        {"m_N": "def name(f):\n    f.label = 'old'\n    return f\n@name\ndef f(): return 5\n"},
        {"m_N": "def name(f):\n    f.label = 'new'\n    return f\n@name\ndef f(): return 5\n"},
        "held = m_N.f",
        {"(held.label, m_N.f is held)": ("new", True)},
    ),
    "a decorator's argument changes": (
        {
            "m_N": "def tag(t):\n    def deco(f):\n        f.tag = t\n        return f\n    return deco\n"
            "@tag('old')\ndef f(): return 1\n"
        },
        {
            "m_N": "def tag(t):\n    def deco(f):\n        f.tag = t\n        return f\n    return deco\n"
            "@tag('new')\ndef f(): return 1\n"
        },
        "held = m_N.f",
        {"(held.tag, m_N.f is held)": ("new", True)},
    ),
    "a decorator's argument is a constant that changes": (
        {
            "m_N": "TIMES = 2\ndef times(n):\n    def deco(f):\n        return lambda: f() * n\n    return deco\n"
            "@times(TIMES)\ndef f(): return 5\n"
        },
        {
            "m_N": "TIMES = 3\ndef times(n):\n    def deco(f):\n        return lambda: f() * n\n    return deco\n"
            "@times(TIMES)\ndef f(): return 5\n"
        },
        "",
        {"m_N.f()": 15},
    ),
    "a decorator is added": (
        {"m_N": TWICE + "def f(): return 5\n", "u_N": "from m_N import f\n"},
        {"m_N": TWICE + "@twice\ndef f(): return 5\n"},
        "",
        {"(m_N.f(), u_N.f())": (10, 10)},
    ),
    "a decorator is removed": (
        {"m_N": TWICE + "@twice\ndef f(): return 5\n", "u_N": "from m_N import f\n"},
        {"m_N": TWICE + "def f(): return 5\n"},
        "",
        {"(m_N.f(), u_N.f(), hasattr(m_N.f, '__wrapped__'))": (5, 5, False)},
    ),
    "decorators are reordered": (
        {"m_N": TWICE + "def inc(f): return lambda: f() + 1\n@twice\n@inc\ndef f(): return 5\n"},
        {"m_N": TWICE + "def inc(f): return lambda: f() + 1\n@inc\n@twice\ndef f(): return 5\n"},
        "before = m_N.f()",
        {"(before, m_N.f())": (12, 11)},
    ),
    "a registered function's body": (
        {"r_N": REGISTRY, "m_N": "from r_N import task\n@task\ndef f(): return 1\n@task\ndef g(): return 1\n"},
        {"m_N": "from r_N import task\n@task\ndef f(): return 2\n@task\ndef g(): return 1\n"},
        "r_N.tasks['own'] = None; held = r_N.tasks['f']",
        {"(list(r_N.tasks), r_N.tasks['f'](), r_N.tasks['f'] is held)": (["f", "g", "own"], 2, True)},
    ),
    "a registered function is added, and keeps what was registered at run time": (
        {"r_N": REGISTRY, "m_N": "from r_N import task\n@task\ndef f(): return 1\n"},
        {"m_N": "from r_N import task\n@task\ndef f(): return 1\n@task\ndef g(): return 2\n"},
        "r_N.tasks['own'] = None",
        {"(list(r_N.tasks), r_N.tasks['g']())": (["f", "own", "g"], 2)},
    ),
    "a registered function is removed": (
        {"r_N": REGISTRY, "m_N": "from r_N import task\n@task\ndef f(): return 1\n@task\ndef g(): return 2\n"},
        {"m_N": "from r_N import task\n@task\ndef f(): return 1\n"},
        "",
        {"list(r_N.tasks)": ["f"]},
    ),
    "a registered function is renamed": (
        {"r_N": REGISTRY, "m_N": "from r_N import task\n@task\ndef f(): return 1\n"},
        {"m_N": "from r_N import task\n@task\ndef h(): return 1\n"},
        "",
        {"list(r_N.tasks)": ["h"]},
    ),
    "a registration's key changes": (
        {
            "r_N": "routes = {}\ndef route(path):\n    def deco(f):\n        routes[path] = f\n        return f\n"
            "    return deco\n",
            "m_N": "from r_N import route\n@route('/a')\ndef f(): return 1\n@route('/z')\ndef z(): return 1\n",
        },
        {"m_N": "from r_N import route\n@route('/b')\ndef f(): return 2\n@route('/z')\ndef z(): return 1\n"},
        "",
        {"(list(r_N.routes), r_N.routes['/b']())": (["/b", "/z"], 2)},
    ),
    "callbacks appended by a call": (
        {
            "r_N": "callbacks = []\ndef on(f): callbacks.append(f)\n",
            "m_N": "from r_N import on\ndef f(): return 1\non(f)\non(lambda: 5)\n",
        },
        {"m_N": "from r_N import on\ndef f(): return 2\non(f)\non(lambda: 6)\n"},
        "",
        {"[f() for f in r_N.callbacks]": [2, 6]},
    ),
    "single dispatch with several functions of one name": (
        {
            "m_N": "import functools\n@functools.singledispatch\ndef show(x): return 'any'\n"
            "@show.register\ndef _(x: int): return 'int'\n@show.register\ndef _(x: str): return 'str'\n"
        },
        {
            "m_N": "import functools\n@functools.singledispatch\ndef show(x): return 'any'\n"
            "@show.register\ndef _(x: int): return 'int!'\n@show.register\ndef _(x: str): return 'str'\n"
            "@show.register\ndef _(x: list): return 'list'\n"
        },
        "held = m_N.show",
        {"(held(1), held('a'), held([]), held(None))": ("int!", "str", "list", "any")},
    ),
    "a property with a setter": (
        {
            "m_N": "class C:\n    @property\n    def p(self): return self._p\n"
            "    @p.setter\n    def p(self, v): self._p = v\n    @p.deleter\n    def p(self): self._p = None\n"
        },
        {
            "m_N": "class C:\n    @property\n    def p(self): return self._p * 2\n"
            "    @p.setter\n    def p(self, v): self._p = v + 1\n    @p.deleter\n    def p(self): self._p = -1\n"
        },
        "one = m_N.C()",
        {"(setattr(one, 'p', 1), one.p, delattr(one, 'p'), one.p)": (None, 4, None, -2)},
    ),
    "a cached value is not served": (
        {"m_N": "import functools\n@functools.lru_cache\ndef f(n): return n + 1\ndef g(): return f(1)\n"},
        {"m_N": "import functools\n@functools.lru_cache\ndef f(n): return n + 2\ndef g(): return f(1)\n"},
        "m_N.f(1); held = m_N.f",
        {"(m_N.g(), held(1))": (3, 3)},
    ),
    "a cached value that a helper made is not served": (
        {"m_N": "import functools\ndef helper(n): return n + 1\n@functools.cache\ndef f(n): return helper(n)\n"},
        {"m_N": "import functools\ndef helper(n): return n + 2\n@functools.cache\ndef f(n): return helper(n)\n"},
        "m_N.f(1)",
        {"m_N.f(2)": 4},
    ),
    "a cached property is computed again": (
        {"m_N": "import functools\nclass C:\n    @functools.cached_property\n    def p(self): return 1\n"},
        {"m_N": "import functools\nclass C:\n    @functools.cached_property\n    def p(self): return 2\n"},
        "one = m_N.C(); one.p",
        {"one.p": 2},
    ),
    "compiled at decoration": (
        {
            "d_N": "class Compiled:\n    def __init__(self, f):\n        self.code = f.__code__; self.f = f\n"
            "    def __call__(self, *a): return eval(self.code, self.f.__globals__) if not a else self.f(*a)\n",
            "m_N": "from d_N import Compiled\n@Compiled\ndef f(): return 1\n",
            "u_N": "from m_N import f\n",
        },
        {"m_N": "from d_N import Compiled\n@Compiled\ndef f(): return 2\n"},
        "",
        {"(m_N.f(), u_N.f())": (2, 2)},
    ),
    "line numbers": (
        {"m_N": "def f():\n    raise ValueError\n\n\nclass C:\n    def m(self):\n        raise KeyError\n"},
        {
            "m_N": "# one\n# two\ndef f():\n    raise ValueError\n\n\nclass C:\n    def m(self):\n"
            "        raise KeyError\n"
        },
        """
        import inspect
        held = m_N.f, m_N.C.m
        def line(f):
            try: f()
            except Exception as e:
                tb = e.__traceback__
                while tb.tb_next: tb = tb.tb_next
                return tb.tb_lineno
        """,
        {
            "(line(held[0]), line(m_N.C().m))": (4, 9),
            "inspect.getsource(held[0])": "def f():\n    raise ValueError\n",
            "[inspect.getsourcelines(it)[1] for it in (*held, m_N.C)]": [3, 8, 7],
        },
    ),
    "line numbers of closures made before": (
        {"m_N": "def make():\n    def inner():\n        return 1\n    return inner\n"},
        {"m_N": "\n\n\ndef make():\n    def inner():\n        return 1\n    return inner\n"},
        "held = m_N.make()",
        {"(held.__code__.co_firstlineno, m_N.make()().real)": (5, 1)},
    ),
    "a debugger's module stays in the code": (
        {"m_N": "def f():\n    return __name__, __file__.endswith('.py')\n"},
        {"m_N": "def f():\n    return __name__, __file__.endswith('.py'), 2\n"},
        "held = m_N.f",
        {"held()[1:]": (True, 2), "held.__module__ == m_N.__name__": True},
    ),
    "a global statement": (
        {"m_N": "n = 0\ndef step():\n    global n\n    n += 1\n    return n\n"},
        {"m_N": "n = 0\ndef step():\n    global n\n    n += 10\n    return n\n"},
        "m_N.step(); m_N.step()",
        {"m_N.step()": 12},
    ),
    "nested definitions with a new helper": (
        {"m_N": "def f():\n    def a(): return 1\n    return a()\n"},
        {"m_N": "def f():\n    def b(): return 2\n    def a(): return b()\n    return a()\n"},
        "held = m_N.f",
        {"held()": 2},
    ),
    "a function in a condition that turns": (
        {
            "m_N": "FAST = False\nif FAST:\n    def f(): return 'fast'\nelse:\n    def f(): return 'slow'\n",
            "u_N": "from m_N import f\n",
        },
        {"m_N": "FAST = True\nif FAST:\n    def f(): return 'fast'\nelse:\n    def f(): return 'slow'\n"},
        "",
        {"(m_N.f(), u_N.f())": ("fast", "fast")},
    ),
    "threads that hold a bound method": (
        {"m_N": "class W:\n    def work(self): return 1\n"},
        {"m_N": "class W:\n    def work(self): return 2\n"},
        "import queue, threading\nasked, told = queue.Queue(), queue.Queue()\nw = m_N.W().work\n"
        "def loop():\n    while asked.get(): told.put(w())\n"
        "t = threading.Thread(target=loop, daemon=True); t.start()",
        {"(asked.put(1), told.get(timeout=10), asked.put(0))[1]": 2},
    ),
    # --- further functions
    "lambdas of a comprehension": (
        {"m_N": "fs = [lambda i=i: i + 1 for i in range(3)]\n"},
        {"m_N": "fs = [lambda i=i: i + 2 for i in range(3)]\n"},
        "held = list(m_N.fs)",
        {"([f() for f in held], [f() for f in m_N.fs])": ([2, 3, 4], [2, 3, 4])},
    ),
    "a mutable default beside one that changes": (
        {"m_N": "def f(n, seen=[], k=1):\n    seen.append(n)\n    return len(seen) * k\n"},
        {"m_N": "def f(n, seen=[], k=10):\n    seen.append(n)\n    return len(seen) * k\n"},
        "m_N.f(1); m_N.f(2)",
        {"m_N.f(3)": 30},
    ),
    "parameters of every kind": (
        {"m_N": "def f(a, /, b, *c, d=1, **e): return a, b, c, d, e\n"},
        {"m_N": "def f(a, b, /, *c, d=2, g=3): return a, b, c, d, g\n"},
        "held = m_N.f",
        {"held(1, 2, 3)": (1, 2, (3,), 2, 3), "held(1, b=2)": "TypeError"},
    ),
    "the docstring goes": (
        {"m_N": "def f():\n    'old'\n    return 1\n"},
        {"m_N": "def f():\n    return 1\n"},
        "held = m_N.f",
        {"(held.__doc__, held())": (None, 1)},
    ),
    "the docstring comes": (
        {"m_N": "def f():\n    return 1\n"},
        {"m_N": "def f():\n    'new'\n    return 1\n"},
        "held = m_N.f",
        {"(held.__doc__, held())": ("new", 1)},
    ),
    "a docstring that the program set stays while the source's does": (
        {"m_N": "def f():\n    'text'\n    return 1\n"},
        {"m_N": "def f():\n    'text'\n    return 2\n"},
        "m_N.f.__doc__ = 'own'",
        {"(m_N.f.__doc__, m_N.f())": ("own", 2)},
    ),
    "signature as inspect shows it": (
        {"m_N": "def f(a, b: int = 1) -> str: ...\n"},
        {"m_N": "def f(a, *, c: str = 'x') -> bytes: ...\n"},
        "import inspect; held = m_N.f",
        {"str(inspect.signature(held))": "(a, *, c: str = 'x') -> bytes"},
    ),
    "signature of a wrapper": (
        {"m_N": TWICE + "@twice\ndef f(a): return 1\n"},
        {"m_N": TWICE + "@twice\ndef f(a, b=2): return 1\n"},
        "import inspect; held = m_N.f",
        {"(str(inspect.signature(m_N.f)), str(inspect.signature(held)))": ("(a, b=2)", "(a, b=2)")},
    ),
    "a method that wraps by hand": (
        {
            "m_N": "class C:\n    def _m(self): return 1\n    m = property(_m)\n    n = staticmethod(lambda: 1)\n"
            "    o = classmethod(lambda cls: 1)\n"
        },
        {
            "m_N": "class C:\n    def _m(self): return 2\n    m = property(_m)\n    n = staticmethod(lambda: 2)\n"
            "    o = classmethod(lambda cls: 2)\n"
        },
        "one = m_N.C()",
        {"(one.m, one.n(), one.o())": (2, 2, 2)},
    ),
    "property over a cache": (
        {"m_N": "import functools\nclass C:\n    @property\n    @functools.cache\n    def p(self): return 1\n"},
        {"m_N": "import functools\nclass C:\n    @property\n    @functools.cache\n    def p(self): return 2\n"},
        "one = m_N.C(); one.p",
        {"one.p": 2},
    ),
    "single dispatch method": (
        {
            "m_N": "import functools\nclass C:\n    @functools.singledispatchmethod\n"
            "    def m(self, x): return 'any'\n"
            "    @m.register\n    def _(self, x: int): return 'int'\n"
        },
        {
            "m_N": "import functools\nclass C:\n    @functools.singledispatchmethod\n"
            "    def m(self, x): return 'any!'\n"
            "    @m.register\n    def _(self, x: int): return 'int!'\n"
        },
        "one = m_N.C()",
        {"(one.m(1), one.m('a'))": ("int!", "any!")},
    ),
    "an async context manager": (
        {"m_N": "import contextlib\n@contextlib.asynccontextmanager\nasync def c():\n    yield 1\n"},
        {"m_N": "import contextlib\n@contextlib.asynccontextmanager\nasync def c():\n    yield 2\n"},
        "import asyncio\nheld = m_N.c\nasync def use():\n    async with held() as value: return value",
        {"asyncio.run(use())": 2},
    ),
    "a callback of a timer": (
        {"m_N": "def tick(told): told.append(1)\n"},
        {"m_N": "def tick(told): told.append(2)\n"},
        "import threading; told = []; timer = threading.Timer(30, m_N.tick, [told])",
        {"(timer.function(*timer.args), told)": (None, [2])},
    ),
    "a signal handler": (
        {
            "m_N": "import signal\ncaught = []\ndef handler(number, frame): caught.append('old')\n"
            "signal.signal(signal.SIGUSR2, handler)\n"
        },
        {
            "m_N": "import signal\ncaught = []\ndef handler(number, frame): caught.append('new')\n"
            "signal.signal(signal.SIGUSR2, handler)\n"
        },
        "import signal",
        {"(signal.raise_signal(signal.SIGUSR2), m_N.caught)": (None, ["new"])},
    ),
    "a registry of classes and functions by type": (
        {
            "r_N": "encoders = {}\ndef encoder(kind):\n    def deco(f):\n        encoders[kind] = f\n"
            "        return f\n    return deco\n",
            "m_N": "from r_N import encoder\nclass P: pass\n@encoder(P)\ndef enc(p): return 'old'\n",
        },
        {"m_N": "from r_N import encoder\nclass P: pass\n@encoder(P)\ndef enc(p): return 'new'\n"},
        "one = m_N.P()",
        {"(r_N.encoders[type(one)](one), len(r_N.encoders))": ("new", 1)},
    ),
    "an event bus with weak references": (
        {
            "b_N": "import weakref\nlisteners = weakref.WeakSet()\ndef on(f):\n    listeners.add(f)\n    return f\n"
            "def fire(): return sorted(f() for f in listeners)\n",
            "m_N": "from b_N import on\n@on\ndef one(): return 1\n@on\ndef two(): return 2\n",
        },
        {"m_N": "from b_N import on\n@on\ndef one(): return 10\n@on\ndef two(): return 2\n"},
        "",
        {"b_N.fire()": [2, 10]},
    ),
    "a plugin table by decorator with a class": (
        {
            "r_N": "class Registry:\n    def __init__(self): self.items = []\n    def __call__(self, f):\n"
            "        self.items.append(f)\n        return f\nregistry = Registry()\n",
            "m_N": "from r_N import registry\n@registry\ndef a(): return 1\n@registry\ndef b(): return 1\n",
        },
        {"m_N": "from r_N import registry\n@registry\ndef a(x=5): return x\n@registry\ndef b(): return 1\n"},
        "",
        {"[f() for f in r_N.registry.items]": [5, 1]},
    ),
    "a decorator that counts keeps its count": (
        {
            "m_N": "import functools\ndef counted(f):\n    @functools.wraps(f)\n    def wrapper(*a):\n"
            "        wrapper.calls += 1\n"
            "        return f(*a)\n    wrapper.calls = 0\n    return wrapper\n@counted\ndef f(): return 1\n"
        },
        {
            "m_N": "import functools\ndef counted(f):\n    @functools.wraps(f)\n    def wrapper(*a):\n"
            "        wrapper.calls += 1\n"
            "        return f(*a)\n    wrapper.calls = 0\n    return wrapper\n@counted\ndef f(): return 2\n"
        },
        "m_N.f(); m_N.f()",
        {"(m_N.f(), m_N.f.calls)": (2, 3)},
    ),
    "a decorator from another module gets a new wrapper variable": (
        {
            "d_N": "def deco(f):\n    def wrapper(): return f()\n    return wrapper\n",
            "m_N": "from d_N import deco\n@deco\ndef f(): return 1\n",
            "u_N": "from m_N import f\n",
        },
        {"d_N": "def deco(f):\n    prefix = 'p'\n    def wrapper(): return prefix + str(f())\n    return wrapper\n"},
        "",
        {"(m_N.f(), u_N.f())": ("p1", "p1")},
    ),
    "a function made by exec": (
        {
            "m_N": "namespace = {}\nexec('def f(): return 1', namespace)\nf = namespace['f']\n",
            "u_N": "from m_N import f\n",
        },
        {"m_N": "namespace = {}\nexec('def f(): return 2', namespace)\nf = namespace['f']\n"},
        "",
        {"(m_N.f(), u_N.f())": (2, 2)},
    ),
    "a comprehension becomes a loop": (
        {"m_N": "def f(n): return [i for i in range(n)]\n"},
        {"m_N": "def f(n):\n    out = []\n    for i in range(n):\n        out.append(i * 2)\n    return out\n"},
        "held = m_N.f",
        {"held(3)": [0, 2, 4]},
    ),
    "a function becomes a method's helper of the same name": (
        {"m_N": "def f(): return 1\nclass C:\n    def f(self): return 2\n"},
        {"m_N": "def f(): return 10\nclass C:\n    def f(self): return 20\n"},
        "held = m_N.f; one = m_N.C()",
        {"(held(), one.f())": (10, 20)},
    ),
    "generators over a closure": (
        {"m_N": "def make(n):\n    def g():\n        for i in range(n): yield i\n    return g\ng = make(2)\n"},
        {"m_N": "def make(n):\n    def g():\n        for i in range(n): yield i * 10\n    return g\ng = make(2)\n"},
        "held = m_N.g",
        {"(list(held()), list(m_N.g()))": ([0, 10], [0, 10])},
    ),
    "operator tools over a function": (
        {"m_N": "import functools, itertools\ndef f(x): return x + 1\nm = functools.partial(map, f)\n"},
        {"m_N": "import functools, itertools\ndef f(x): return x + 2\nm = functools.partial(map, f)\n"},
        "held = m_N.m; running = map(m_N.f, [1, 2]); next(running)",
        {"(list(held([1])), list(running))": ([3], [4])},
    ),
    "a name that was a class attribute and a function": (
        {"m_N": "class C:\n    f = 1\ndef f(): return C.f\n"},
        {"m_N": "class C:\n    f = 2\ndef f(): return C.f\n"},
        "held = m_N.f, m_N.C",
        {"(held[0](), held[1].f)": (2, 2)},
    ),
    "a long chain of calls between three modules": (
        {
            "a_N": "def f(): return 1\n",
            "b_N": "from a_N import f\ndef g(): return f() + 1\n",
            "c_N": "from b_N import g\ndef h(): return g() + 1\nTOTAL = h()\n",
        },
        {"a_N": "def f(): return 10\n"},
        "held = c_N.h",
        {"(held(), c_N.TOTAL)": (12, 12)},
    ),
    "a function's parameter shadows a global that changes": (
        {"m_N": "n = 1\ndef f(n=n): return n\nx = f(5)\nkept = []\n"},
        {"m_N": "n = 2\ndef f(n=n): return n\nx = f(5)\nkept = []\n"},
        "held = m_N.kept",
        {"(m_N.f(), m_N.x, m_N.kept is held)": (2, 5, True)},
    ),
    "an unused import added above": (
        {"m_N": "xs = []\ndef f(): return 1\n"},
        {"m_N": "import os\nimport sys\n\nxs = []\ndef f(): return 1\n"},
        "m_N.xs.append(1); held = m_N.xs",
        {"(m_N.xs is held, m_N.xs, m_N.f.__code__.co_firstlineno)": (True, [1], 5)},
    ),
}
if sys.version_info >= (3, 12):
    CASES["type parameters"] = (
        {"m_N": "def f[T](a: T) -> T: return a\ntype A[T] = list[T]\n"},
        {"m_N": "def f[T, U](a: T, b: U = None) -> T: return a\ntype A[T] = set[T]\n"},
        "held = m_N.f",
        {"(held(1), [p.__name__ for p in held.__type_params__], str(m_N.A.__value__))": (1, ["T", "U"], "set[T]")},
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(workshop: Workshop, case: Case) -> None:
    check(workshop, case)


def test_one_of_five_hundred_registered_functions(workshop: Workshop) -> None:
    """A body edit of a registered function is a swap and nothing else."""
    functions = "".join(f"@task\ndef f{n}(): return {n}\n" for n in range(500))
    bench = workshop.bench({"r_N": REGISTRY, "m_N": "from r_N import task\n" + functions})
    reload = bench.edit({"m_N": "from r_N import task\n" + functions.replace("return 250\n", "return -1\n")})
    assert reload.ran == ()
    assert bench.see("(len(r_N.tasks), r_N.tasks['f250'](), r_N.tasks['f251']())") == (500, -1, 251)


def test_what_a_decorator_reads_is_not_what_it_adds_to(workshop: Workshop) -> None:
    """A registered function under another decorator is registered anew, and none of the others."""
    registry = "tasks = {}\nknown = {'x': 1}\ndef task(f):\n    f.known = sorted(known)\n    tasks[f.__name__] = f\n"
    source = "from r_N import task\ndef same(f): return f\n@task\ndef first(): pass\n{}@task\ndef last(): pass\n"
    bench = workshop.bench({"r_N": registry + "    return f\n", "m_N": source.format("")})
    reload = bench.edit({"m_N": source.format("@same\n")})
    assert reload.ran == (bench.own("m_N:5 last"),)
    assert bench.see("(list(r_N.tasks), r_N.tasks['last'] is m_N.last)") == (["first", "last"], True)
