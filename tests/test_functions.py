"""Kind of function x way it is held x kind of edit: whoever holds a function runs its new code."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from live import Environment
from workshop import Workshop


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


BEFORE = {"above": "", "doc": "old", "value": "1", "default": "10", "more": "", "shown": ""}
EDITS = {
    "body": {"value": "2"},
    "default": {"default": "20"},
    "docstring": {"doc": "new"},
    "parameter": {"more": ", k=30", "shown": ", k"},
    "moved": {"above": "# above\n\n\n"},
    "all at once": {
        "above": "import os\n",
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
    "comprehension": Kind(definition("def thing(n={default}{more}):", result="return [({value}, n{shown}) for _ in 'x'][0]")),
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
    "in an if": Kind("if len('x') == 1:\n" + definition("def thing(n={default}{more}):", "    ") + "else:\n    thing = None\n"),
    "in a try": Kind(
        "try:\n    import no_such_module\nexcept ImportError:\n" + definition("def thing(n={default}{more}):", "    ")
    ),
    "in a with": Kind(
        "import contextlib\nwith contextlib.nullcontext():\n" + definition("def thing(n={default}{more}):", "    ")
    ),
    "in a for": Kind("for _ in range(1):\n" + definition("def thing(n={default}{more}):", "    ")),
    "in a match": Kind(
        "match 1:\n    case 1:\n" + definition("def thing(n={default}{more}):", "        ") + "    case _:\n        pass\n"
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
    "called instance": Kind(in_class("__call__") + "thing = C()\n", doc="type({it}).__call__.__doc__"),
    "class's own constructor": Kind(
        "class C:\n" + definition("def __init__(self, n={default}{more}):", "    ", "self.got = {value}, n{shown}") + "thing = C\n",
        "{it}().got",
        "{it}.__init__.__doc__",
    ),
    "nested class": Kind(
        "class Outer:\n    class Inner:\n" + definition("def m(self, n={default}{more}):", "        ") + "thing = Outer.Inner()\n",
        "{it}.m()",
        "{it}.m.__doc__",
    ),
    "wrapped": Kind(DECORATOR + "@decorator\n" + PLAIN, same=False),
    "wrapped twice": Kind(DECORATOR + "@decorator\n@decorator\n" + PLAIN, same=False),
    "wrapped method": Kind(
        DECORATOR + "class C:\n    @decorator\n" + definition("def m(self, n={default}{more}):", "    ") + "thing = C()\n",
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
        "import functools\nclass Decorator:\n    def __init__(self, function):\n        functools.update_wrapper(self, function)\n"
        "    def __call__(self, *args):\n        return self.__wrapped__(*args)\n@Decorator\n" + PLAIN,
        same=False,
    ),
    "cached": Kind("import functools\n@functools.cache\n" + PLAIN, same=False),
    "lru_cache": Kind("import functools\n@functools.lru_cache(maxsize=8)\n" + PLAIN, same=False),
    "partial": Kind(
        "import functools\n" + definition("def plain(n={default}{more}):") + "thing = functools.partial(plain)\n",
        doc="{it}.func.__doc__",
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
        "from typing import overload\n@overload\ndef thing() -> int: ...\n@overload\ndef thing(n: int) -> str: ...\n" + PLAIN
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
    assert not kind.same or bench.see("m_N.thing is held_N[0]")
