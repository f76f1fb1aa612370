"""What a person sees after saving a file: values, dependents, state, names that go, scripts, and silence otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Environment, write
from workshop import Case, Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("reload"))
    yield workshop
    print(workshop.process.close())


DECORATORS = """
def twice(f):
    def wrapper(): return 2 * f()
    return wrapper
def minus(n):
    def decorate(f): return lambda: f() - n
    return decorate
"""
CASES: dict[str, Case] = {
    # --- values
    "a constant": ({"m_N": "X = 1\n"}, {"m_N": "X = 2\n"}, "", {"m_N.X": 2}),
    "a constant taken by name": (
        {"m_N": "X = 1\n", "u_N": "from m_N import X\ndef f(): return X\n"},
        {"m_N": "X = 2\n"},
        "",
        {"(u_N.X, u_N.f())": (2, 2)},
    ),
    "a constant taken by another name": (
        {"m_N": "X = 1\n", "u_N": "from m_N import X as Y, X as Z\n"},
        {"m_N": "X = 2\n"},
        "",
        {"(u_N.Y, u_N.Z)": (2, 2)},
    ),
    "what statements have told a list that the program has emptied": (
        {
            "log_N": "seen = []\ndef mark(name, value):\n    seen.append(name)\n    return value\n",
            "m_N": "from log_N import mark\nA = mark('A', 1)\nB = mark('B', 2)\nC = mark('C', A + B)\n",
        },
        {"m_N": "from log_N import mark\nA = mark('A', 5)\nB = mark('B', 2)\nC = mark('C', A + B)\n"},
        "log_N.seen.clear()",
        {"(m_N.C, log_N.seen)": (7, ["A", "C"])},
    ),
    "a hundred statements between two, each made of those before": (
        {"m_N": "A = 1\nZ = 1\n"},
        {"m_N": "A = 1\n" + "".join(f"class C{i}: v = {i}\nc{i} = C{i}()\n" for i in range(50)) + "Z = c0.v + c49.v\n"},
        "",
        {"m_N.Z": 49, "[getattr(m_N, f'c{i}').v for i in range(50)] == [*range(50)]": True},
    ),
    "the type of a value changes": ({"m_N": "X = 1\n"}, {"m_N": "X = True\n"}, "", {"m_N.X is True": True}),
    "1 and 1.0 are not the same": ({"m_N": "X = [1]\n"}, {"m_N": "X = [1.0]\n"}, "", {"repr(m_N.X)": "[1.0]"}),
    "0.0 and -0.0 are not the same": ({"m_N": "X = 0.0\n"}, {"m_N": "X = -0.0\n"}, "", {"repr(m_N.X)": "-0.0"}),
    "the order of a dict": (
        {"m_N": "X = {'a': 1, 'b': 2}\n"},
        {"m_N": "X = {'b': 2, 'a': 1}\n"},
        "",
        {"list(m_N.X)": ["b", "a"]},
    ),
    "not a number": (
        {"m_N": "X = float('nan')\nxs = [1]\n"},
        {"m_N": "X = float('nan') + 0\nxs = [1]\n"},
        "held = m_N.xs",
        {"(m_N.X == m_N.X, m_N.xs is held)": (False, True)},
    ),
    "several targets": (
        {"m_N": "a = b = [1]\n"},
        {"m_N": "a = b = [2]\n"},
        "",
        {"(m_N.a, m_N.a is m_N.b)": ([2], True)},
    ),
    "unpacking": (
        {"m_N": "a, (b, *c) = 1, (2, 3, 4)\n"},
        {"m_N": "a, (b, *c) = 1, (5, 6, 7)\n"},
        "",
        {"(m_N.a, m_N.b, m_N.c)": (1, 5, [6, 7])},
    ),
    "an annotated name": (
        {"m_N": "x: int = 1\ny: str\n"},
        {"m_N": "x: float = 2\nz: str\n"},
        "",
        {"(m_N.x, sorted(m_N.__annotations__))": (2, ["x", "z"])},
    ),
    "a walrus": ({"m_N": "a = (b := 1) + 1\n"}, {"m_N": "a = (b := 10) + 1\n"}, "", {"(m_N.a, m_N.b)": (11, 10)}),
    "a loop": (
        {"m_N": "table = {}\nfor n in range(2):\n    table[n] = n\n"},
        {"m_N": "table = {}\nfor n in range(3):\n    table[n] = n * n\n"},
        "",
        {"(m_N.table, m_N.n)": ({0: 0, 1: 1, 2: 4}, 2)},
    ),
    "a with statement": (
        {"m_N": "import io\nwith io.StringIO('old') as file:\n    text = file.read()\n"},
        {"m_N": "import io\nwith io.StringIO('new') as file:\n    text = file.read()\n"},
        "",
        {"m_N.text": "new"},
    ),
    "a comprehension over a changed value": (
        {"m_N": "xs = [1, 2]\nys = [x * 2 for x in xs]\nzs = {y: 1 for y in ys}\n"},
        {"m_N": "xs = [1, 3]\nys = [x * 2 for x in xs]\nzs = {y: 1 for y in ys}\n"},
        "",
        {"(m_N.ys, m_N.zs)": ([2, 6], {2: 1, 6: 1})},
    ),
    "a condition turns": (
        {"m_N": "debug = False\nif debug:\n    level = 1\nelse:\n    level = 2\n    extra = 1\n"},
        {"m_N": "debug = True\nif debug:\n    level = 1\nelse:\n    level = 2\n    extra = 1\n"},
        "",
        {"m_N.level": 1},
    ),
    "a match statement": (
        {"m_N": "kind = 'a'\nmatch kind:\n    case 'a': value = 1\n    case _: value = 2\n"},
        {"m_N": "kind = 'b'\nmatch kind:\n    case 'a': value = 1\n    case _: value = 2\n"},
        "",
        {"m_N.value": 2},
    ),
    "a del statement": (
        {"m_N": "a = 1\nb = a\ndel a\n"},
        {"m_N": "a = 2\nb = a\ndel a\n"},
        "",
        {"(m_N.b, hasattr(m_N, 'a'))": (2, False)},
    ),
    "an f-string": ({"m_N": "v = 1\ns = f'{v:>3}'\n"}, {"m_N": "v = 2\ns = f'{v:>3}'\n"}, "", {"m_N.s": "  2"}),
    "the module's docstring": ({"m_N": "'old'\nx = 1\n"}, {"m_N": "'new'\nx = 1\n"}, "", {"m_N.__doc__": "new"}),
    "the module's docstring goes": ({"m_N": "'old'\nx = 1\n"}, {"m_N": "x = 1\n"}, "", {"m_N.__doc__": None}),
    "__all__": (
        {"m_N": "__all__ = ['a']\na = 1\nb = 2\n", "u_N": "from m_N import *\n"},
        {"m_N": "__all__ = ['a', 'b']\na = 1\nb = 2\n"},
        "",
        {"(u_N.a, u_N.b)": (1, 2)},
    ),
    "a name no longer in __all__": (
        {"m_N": "__all__ = ['a', 'b']\na = 1\nb = 2\n", "u_N": "from m_N import *\n"},
        {"m_N": "__all__ = ['a']\na = 1\nb = 2\n"},
        "",
        {"hasattr(u_N, 'b')": False},
    ),
    "a name that only statements which do not bind it mention now": (
        {"b_N": "a = 1\n", "m_N": "OFF = False\nfrom b_N import a\nif OFF:\n    a = 2\nif OFF:\n    a = 3\n"},
        {"m_N": "OFF = False\nif OFF:\n    a = 2\nif OFF:\n    a = 3\n"},
        "",
        {"hasattr(m_N, 'a')": False},
    ),
    "new names stand where a fresh process has them": (
        {"m_N": "x = 1\ndef f(): pass\nif x:\n    z = 3\n"},
        {"m_N": "w = 0\nx = 1\nfrom os import sep, path\ndef f(): pass\ny = 2\nif x:\n    z = 3\n"},
        "m_N.own = 1",
        {"[n for n in vars(m_N) if n[:1] != '_']": ["w", "x", "sep", "path", "f", "y", "z", "own"]},
    ),
    "a star import and a submodule that others imported later": (
        {"p_N/__init__": "from .a import *\n", "p_N/a": "v = 1\n", "m_N": "from p_N import *\n", "p_N/late": "x = 1\n"},
        {"p_N/a": "v = 2\n"},
        "",
        {"(m_N.v, hasattr(m_N, 'late'))": (2, False)},
    ),
    "a function's result": (
        {"m_N": "def f(): return 1\nx = f()\ny = [x]\n"},
        {"m_N": "def f(): return 2\nx = f()\ny = [x]\n"},
        "",
        {"(m_N.x, m_N.y)": (2, [2])},
    ),
    "a class used at load": (
        {"m_N": "class C:\n    def __init__(self): self.n = 1\nc = C()\nn = c.n\n"},
        {"m_N": "class C:\n    def __init__(self): self.n = 2\nc = C()\nn = c.n\n"},
        "",
        {"(m_N.n, m_N.c.n)": (2, 2)},
    ),
    "a module attribute hook": (
        {"m_N": "def __getattr__(name):\n    if name == 'lazy': return 1\n    raise AttributeError(name)\n"},
        {"m_N": "def __getattr__(name):\n    if name == 'lazy': return 2\n    raise AttributeError(name)\n"},
        "",
        {"m_N.lazy": 2},
    ),
    # --- state
    "state is kept": (
        {
            "m_N": "connection = object()\ncount = 0\ncache = {}\nLIMIT = 1\ndef use():\n    global count\n"
            "    count += 1\n    return LIMIT\n"
        },
        {
            "m_N": "connection = object()\ncount = 0\ncache = {}\nLIMIT = 5\ndef use():\n    global count\n"
            "    count += 1\n    return LIMIT\n"
        },
        "held = m_N.connection, m_N.cache; m_N.use(); m_N.use(); m_N.cache['k'] = 1",
        {
            "(m_N.use(), m_N.count, m_N.cache, m_N.connection is held[0], m_N.cache is held[1])": (
                5,
                3,
                {"k": 1},
                True,
                True,
            )
        },
    ),
    "a value that the program changed stays while its statement does": (
        {"m_N": "level = 1\nother = 1\n"},
        {"m_N": "level = 1\nother = 2\n"},
        "m_N.level = 5; m_N.own = 'own'",
        {"(m_N.level, m_N.other, m_N.own)": (5, 2, "own")},
    ),
    "an edited value wins over what the program set": (
        {"m_N": "level = 1\n"},
        {"m_N": "level = 2\n"},
        "m_N.level = 5",
        {"m_N.level": 2},
    ),
    "a kept object does not follow what made it, where that came out equal": (
        {"m_N": "base = 2\nsize = max(base, 10)\npool = [0] * size\n"},
        {"m_N": "base = 3\nsize = max(base, 10)\npool = [0] * size\n"},
        "held = m_N.pool",
        {"(m_N.base, m_N.pool is held)": (3, True)},
    ),
    "what is appended is there once": (
        {"m_N": "xs = []\nxs.append('a')\nxs.extend('bc')\nxs += ['d']\n"},
        {"m_N": "xs = []\nxs.append('A')\nxs.extend('bc')\nxs += ['d']\n"},
        "",
        {"m_N.xs": ["A", "b", "c", "d"]},
    ),
    "what another module appended is there once": (
        {"r_N": "xs = []\n", "m_N": "import r_N\nr_N.xs.append('a')\n", "o_N": "import r_N\nr_N.xs.append('o')\n"},
        {"m_N": "import r_N\nr_N.xs.append('A')\n"},
        "",
        {"r_N.xs": ["A", "o"]},
    ),
    "keys set one by one": (
        {"m_N": "d = {}\nd['a'] = 1\nd['b'] = 2\n"},
        {"m_N": "d = {}\nd['a'] = 1\nd['c'] = 2\n"},
        "",
        {"m_N.d": {"a": 1, "c": 2}},
    ),
    "attributes set one by one": (
        {"m_N": "import types\nns = types.SimpleNamespace()\nns.a = 1\nns.b = 2\n"},
        {"m_N": "import types\nns = types.SimpleNamespace()\nns.a = 1\nns.b = 3\n"},
        "",
        {"vars(m_N.ns)": {"a": 1, "b": 3}},
    ),
    "a call that fills": (
        {"m_N": "def fill(xs, n): xs.extend(range(n))\nxs = []\nfill(xs, 2)\n"},
        {"m_N": "def fill(xs, n): xs.extend(range(n))\nxs = []\nfill(xs, 3)\n"},
        "",
        {"m_N.xs": [0, 1, 2]},
    ),
    "a statement that adds is taken away": (
        {"m_N": "xs = []\nxs.append(1)\nxs.append(2)\n"},
        {"m_N": "xs = []\nxs.append(2)\n"},
        "",
        {"m_N.xs": [2]},
    ),
    "a group keeps what follows it right": (
        {"m_N": "xs = [1]\nxs.append(2)\ntotal = sum(xs)\nxs.append(3)\nlast = xs[-1]\n"},
        {"m_N": "xs = [1]\nxs.append(20)\ntotal = sum(xs)\nxs.append(3)\nlast = xs[-1]\n"},
        "",
        {"(m_N.xs, m_N.total, m_N.last)": ([1, 20, 3], 21, 3)},
    ),
    "a list that is read between what builds it": (
        {"d_N": "c = 1\n", "m_N": "from d_N import c\nxs = [[1]]\nn = len(xs) + c\nxs.append([2])\n"},
        {"d_N": "c = 2\n"},
        "held = m_N.xs, m_N.xs[0]\nm_N.xs.append(3)",
        {"(m_N.n, m_N.xs)": (3, [[1], [2], 3]), "(m_N.xs is held[0], m_N.xs[0] is held[1])": (True, True)},
    ),
    "a registry whose size is told between what registers": (
        {
            "m_N": "r = {}\ndef reg(f):\n    r[f.__name__] = f\n    return f\n@reg\ndef a(): pass\n"
            "n = len(r)\n@reg\ndef b(): pass\n",
        },
        {
            "m_N": "r = {}\ndef reg(f):\n    r[f.__name__] = f\n    return f\n@reg\ndef a(): pass\n"
            "n = len(r) + 1\n@reg\ndef b(): pass\n",
        },
        "held = m_N.r, m_N.b\nm_N.r['c'] = 3",
        {"(m_N.n, list(m_N.r))": (2, ["a", "b", "c"]), "(m_N.r is held[0], m_N.b is held[1])": (True, True)},
    ),
    # --- dependents
    "through three modules": (
        {"a_N": "x = 1\n", "b_N": "from a_N import x\ny = x + 1\n", "c_N": "import b_N\nz = b_N.y + 1\n"},
        {"a_N": "x = 10\n"},
        "",
        {"c_N.z": 12},
    ),
    "through a function of another module": (
        {"a_N": "rate = 2\ndef price(n): return n * rate\n", "b_N": "from a_N import price\nsum_ = price(5)\n"},
        {"a_N": "rate = 3\ndef price(n): return n * rate\n"},
        "",
        {"b_N.sum_": 15},
    ),
    "through getattr": (
        {"a_N": "x = 1\n", "b_N": "import a_N\ny = getattr(a_N, 'x') + 1\n"},
        {"a_N": "x = 5\n"},
        "",
        {"b_N.y": 6},
    ),
    "through import_module": (
        {"a_N": "x = 1\n", "b_N": "import importlib\ny = importlib.import_module('a_N').x + 1\n"},
        {"a_N": "x = 5\n"},
        "",
        {"b_N.y": 6},
    ),
    "through a module in a list": (
        {"a_N": "x = 1\n", "b_N": "import a_N\nmodules = [a_N]\ntotal = sum(m.x for m in modules)\n"},
        {"a_N": "x = 5\n"},
        "",
        {"b_N.total": 5},
    ),
    "through a base class in another module": (
        {"a_N": "class B:\n    k = 1\n", "b_N": "from a_N import B\nclass C(B): pass\nk = C.k\n"},
        {"a_N": "class B:\n    k = 2\n"},
        "held = b_N.C",
        {"(b_N.C.k, b_N.k, b_N.C is held)": (2, 2, True)},
    ),
    "a new import in an edit": (
        {"a_N": "x = 1\n"},
        {"a_N": "import math\nfrom os import path as p\nx = math.floor(2.5)\n"},
        "",
        {"(a_N.x, a_N.p.sep)": (2, "/")},
    ),
    "an import goes": (
        {"a_N": "import math\nx = 1\n"},
        {"a_N": "x = 1\n"},
        "",
        {"hasattr(a_N, 'math')": False},
    ),
    "an import inside a function": (
        {"a_N": "x = 1\n", "b_N": "def f():\n    from a_N import x\n    return x\n"},
        {"a_N": "x = 2\n"},
        "b_N.f()",
        {"b_N.f()": 2},
    ),
    "an optional import": (
        {"a_N": "try:\n    from nowhere import x\nexcept ImportError:\n    x = 1\n", "b_N": "from a_N import x\n"},
        {"a_N": "try:\n    from nowhere import x\nexcept ImportError:\n    x = 2\n"},
        "",
        {"b_N.x": 2},
    ),
    "a value swapped for a re-export": (
        {"a_N": "x = 1\n", "o_N": "x = 5\n", "b_N": "from a_N import x\n"},
        {"a_N": "from o_N import x\n"},
        "",
        {"b_N.x": 5},
    ),
    "both ends of an import saved together": (
        {"a_N": "x = 1\n", "b_N": "from a_N import x\ny = x\n"},
        {"a_N": "z = 5\n", "b_N": "from a_N import z\ny = z\n"},
        "",
        {"(b_N.y, hasattr(a_N, 'x'), hasattr(b_N, 'x'))": (5, False, False)},
    ),
    # --- what goes
    "a name goes": ({"m_N": "a = 1\nb = 2\n"}, {"m_N": "b = 2\n"}, "", {"hasattr(m_N, 'a')": False}),
    "a name goes and a function says so": (
        {"m_N": "a = 1\ndef f(): return a\n"},
        {"m_N": "def f(): return a\n"},
        "",
        {"m_N.f()": "NameError"},
    ),
    "a name goes from a re-exporting package": (
        {"m_N": "a = 1\nb = 2\n", "u_N": "from m_N import *\n"},
        {"m_N": "b = 2\n"},
        "",
        {"hasattr(u_N, 'a')": False},
    ),
    "a name that another statement still binds stays": (
        {"m_N": "a = 1\ntry:\n    a = 2\nexcept ValueError:\n    a = 3\n"},
        {"m_N": "try:\n    a = 2\nexcept ValueError:\n    a = 3\n"},
        "",
        {"m_N.a": 2},
    ),
    "a shadowed builtin comes back": (
        {"m_N": "len = 5\nx = 1\ndef f(): return len\n"},
        {"m_N": "x = 1\ndef f(): return len\n"},
        "",
        {"m_N.f()([1])": 1},
    ),
    # --- namespaces that are written in other ways
    "globals()": ({"m_N": "globals()['x'] = 1\n"}, {"m_N": "globals()['x'] = 2\n"}, "", {"m_N.x": 2}),
    "globals() in a loop, taken by name": (
        {"m_N": "for n in 'ab':\n    globals()[n] = n\n", "u_N": "from m_N import a\n"},
        {"m_N": "for n in 'ab':\n    globals()[n] = n * 2\n"},
        "",
        {"(m_N.a, u_N.a)": ("aa", "aa")},
    ),
    "exec": ({"m_N": "exec('x = 1')\n"}, {"m_N": "exec('x = 2')\n"}, "", {"m_N.x": 2}),
    "setattr on itself": (
        {"m_N": "import sys\nsetattr(sys.modules[__name__], 'x', 1)\n"},
        {"m_N": "import sys\nsetattr(sys.modules[__name__], 'x', 2)\n"},
        "",
        {"m_N.x": 2},
    ),
    "a function that writes a global while loading": (
        {"m_N": "def init():\n    global x\n    x = 1\ninit()\n", "u_N": "from m_N import x\n"},
        {"m_N": "def init():\n    global x\n    x = 2\ninit()\n"},
        "",
        {"(m_N.x, u_N.x)": (2, 2)},
    ),
    "one module sets a name in another": (
        {"a_N": "x = 1\n", "b_N": "import a_N\na_N.x = 5\n", "c_N": "import a_N, b_N\ny = a_N.x\n"},
        {"b_N": "import a_N\na_N.x = 6\n"},
        "",
        {"(a_N.x, c_N.y)": (6, 6)},
    ),
    # --- further programs
    "__all__ made of other modules'": (
        {
            "a_N": "__all__ = ['x']\nx = 1\n",
            "b_N": "__all__ = ['y']\ny = 2\n",
            "p_N": "import a_N, b_N\nfrom a_N import *\nfrom b_N import *\n__all__ = a_N.__all__ + b_N.__all__\n",
            "u_N": "from p_N import *\n",
        },
        {"a_N": "__all__ = ['x', 'z']\nx = 10\nz = 3\n"},
        "",
        {"(u_N.x, u_N.y, u_N.z, p_N.__all__)": (10, 2, 3, ["x", "z", "y"])},
    ),
    "a package with relative imports": (
        {
            "p_N/__init__": "from .a import x\nfrom . import b\ntotal = x + b.y\n",
            "p_N/a": "x = 1\n",
            "p_N/b": "from .a import x\ny = x * 10\n",
            "p_N/sub/__init__": "from ..b import y as upper\n",
            "p_N/sub/c": "from . import upper\nfrom .. import total\nz = upper + total\n",
        },
        {"p_N/a": "x = 2\n"},
        "import p_N.sub.c",
        {"(p_N.total, p_N.sub.upper, p_N.sub.c.z)": (22, 20, 42)},
    ),
    "import with dots and as": (
        {"p_N/__init__": "", "p_N/a": "x = 1\n", "u_N": "import p_N.a as short\nimport p_N.a\ny = short.x + p_N.a.x\n"},
        {"p_N/a": "x = 5\n"},
        "",
        {"u_N.y": 10},
    ),
    "a dict merged from another module's": (
        {
            "a_N": "base = {'k': 1, 'l': 2}\n",
            "b_N": "from a_N import base\nfull = {**base, 'm': 3}\nkeys = sorted(full)\n",
        },
        {"a_N": "base = {'k': 1, 'n': 2}\n"},
        "",
        {"(b_N.full, b_N.keys)": ({"k": 1, "n": 2, "m": 3}, ["k", "m", "n"])},
    ),
    "a class attribute from a constant elsewhere": (
        {
            "a_N": "LIMIT = 1\n",
            "b_N": "import a_N\nclass C:\n    limit = a_N.LIMIT\n    def m(self): return self.limit\n",
        },
        {"a_N": "LIMIT = 5\n"},
        "one = b_N.C(); held = b_N.C",
        {"(one.m(), b_N.C is held)": (5, True)},
    ),
    "a dataclass default from a constant elsewhere": (
        {
            "a_N": "LIMIT = 1\n",
            "b_N": "from dataclasses import dataclass\nfrom a_N import LIMIT\n@dataclass\nclass C:\n"
            "    n: int = LIMIT\n",
        },
        {"a_N": "LIMIT = 5\n"},
        "held = b_N.C",
        {"(b_N.C().n, b_N.C is held)": (5, True)},
    ),
    "enum values from constants elsewhere": (
        {"a_N": "ONE = 1\n", "b_N": "import enum, a_N\nclass E(enum.Enum):\n    A = a_N.ONE\n    B = 100\n"},
        {"a_N": "ONE = 5\n"},
        "a, b = b_N.E.A, b_N.E.B",
        {"(b_N.E.A.value, b_N.E.A is a, b_N.E.B is b, b_N.E(5) is a)": (5, True, True, True)},
    ),
    "a global that a function reads at its call": (
        {"a_N": "rate = 1\n", "b_N": "import a_N\nfrom a_N import rate\ndef f(): return rate + a_N.rate\nkept = []\n"},
        {"a_N": "rate = 5\n"},
        "held = b_N.kept",
        {"(b_N.f(), b_N.kept is held)": (10, True)},
    ),
    "handlers made in a loop": (
        {
            "m_N": "names = ['a', 'b']\nhandlers = {}\ndef make(name):\n    def handler(): return name * 1\n"
            "    return handler\nfor name in names:\n    handlers[name] = make(name)\n"
        },
        {
            "m_N": "names = ['a', 'c']\nhandlers = {}\ndef make(name):\n    def handler(): return name * 2\n"
            "    return handler\nfor name in names:\n    handlers[name] = make(name)\n"
        },
        "",
        {"{k: f() for k, f in m_N.handlers.items()}": {"a": "aa", "c": "cc"}},
    ),
    "a module's lazy submodule": (
        {
            "p_N/__init__": "import importlib\ndef __getattr__(name):\n"
            "    if name != 'lazy': raise AttributeError(name)\n    return importlib.import_module('p_N.lazy')\n",
            "p_N/lazy": "x = 1\n",
            "u_N": "import p_N\ny = p_N.lazy.x\n",
        },
        {"p_N/lazy": "x = 5\n"},
        "",
        {"(u_N.y, p_N.lazy.x)": (5, 5)},
    ),
    "an object that is filled by calls": (
        {
            "a_N": "class App:\n    def __init__(self): self.parts = []\n"
            "    def add(self, part): self.parts.append(part)\n",
            "b_N": "from a_N import App\napp = App()\napp.add(1)\napp.add(2)\n",
            "c_N": "from b_N import app\nsize = len(app.parts)\napp.add(3)\n",
        },
        {"b_N": "from a_N import App\napp = App()\napp.add(1)\napp.add(20)\n"},
        "",
        {"(b_N.app.parts, c_N.size, c_N.app is b_N.app)": ([1, 20, 3], 2, True)},
    ),
    "a thread started while loading is not started again": (
        {
            "m_N": "import threading\nstarts = []\ngo = threading.Event()\ndef work():\n    starts.append(1)\n"
            "    go.wait(30)\n"
            "thread = threading.Thread(target=work, daemon=True)\nthread.start()\nLEVEL = 1\ndef f(): return LEVEL\n"
        },
        {
            "m_N": "import threading\nstarts = []\ngo = threading.Event()\ndef work():\n    starts.append(1)\n"
            "    go.wait(30)\n"
            "thread = threading.Thread(target=work, daemon=True)\nthread.start()\nLEVEL = 2\ndef f(): return LEVEL\n"
        },
        "held = m_N.thread",
        {"(m_N.f(), m_N.thread is held, len(m_N.starts), held.is_alive(), m_N.go.set())": (2, True, 1, True, None)},
    ),
    "a function moves, and its old module takes it from the new": (
        {"a_N": "def f(): return 1\n", "b_N": "", "u_N": "from a_N import f\ndef g(): return f()\n"},
        {"a_N": "from b_N import f\n", "b_N": "def f(): return 2\n"},
        "",
        {"(u_N.g(), a_N.f is b_N.f, u_N.f is b_N.f, b_N.f.__module__ == b_N.__name__)": (2, True, True, True)},
    ),
    "a class moves, and its old module takes it from the new": (
        {"a_N": "class C:\n    def m(self): return 1\n", "b_N": "", "u_N": "from a_N import C\nclass D(C): pass\n"},
        {"a_N": "from b_N import C\n", "b_N": "class C:\n    def m(self): return 2\n"},
        "",
        {"(u_N.D().m(), u_N.D.__mro__[1] is b_N.C, a_N.C is b_N.C)": (2, True, True)},
    ),
    "a chain of aliases": (
        {"a_N": "x = [1]\ny = x\nz = y\n", "b_N": "from a_N import z\nw = z\n"},
        {"a_N": "x = [2]\ny = x\nz = y\n"},
        "",
        {"(b_N.w, b_N.w is a_N.x)": ([2], True)},
    ),
    "an alias bound to something else": (
        {"a_N": "x = [1]\ny = [2]\nz = x\n", "b_N": "from a_N import z\n"},
        {"a_N": "x = [1]\ny = [2]\nz = y\n"},
        "held = a_N.x",
        {"(b_N.z, b_N.z is a_N.y, a_N.x is held)": ([2], True, True)},
    ),
    "two modules build one list between them": (
        {
            "a_N": "xs = ['a']\n",
            "b_N": "from a_N import xs\nxs.append('b')\n",
            "c_N": "import b_N\nfrom a_N import xs\nxs.append('c')\n",
        },
        {"a_N": "xs = ['A']\n"},
        "",
        {"(a_N.xs, b_N.xs is a_N.xs, c_N.xs is a_N.xs)": (["A", "b", "c"], True, True)},
    ),
    "a sort with a key": (
        {"m_N": "xs = [1, 3, 2]\nys = sorted(xs, key=lambda x: x)\nxs.sort(key=lambda x: x)\n"},
        {"m_N": "xs = [1, 3, 2]\nys = sorted(xs, key=lambda x: -x)\nxs.sort(key=lambda x: -x)\n"},
        "",
        {"(m_N.ys, m_N.xs)": ([3, 2, 1], [3, 2, 1])},
    ),
    "a try that takes the other way": (
        {"m_N": "text = 'x'\ntry:\n    n = int(text)\nexcept ValueError:\n    n = -1\nelse:\n    good = True\n"},
        {"m_N": "text = '5'\ntry:\n    n = int(text)\nexcept ValueError:\n    n = -1\nelse:\n    good = True\n"},
        "",
        {"(m_N.n, m_N.good)": (5, True)},
    ),
    "a try that takes the way back": (
        {"m_N": "text = '5'\ntry:\n    n = int(text)\nexcept ValueError:\n    n = -1\nelse:\n    good = True\n"},
        {"m_N": "text = 'x'\ntry:\n    n = int(text)\nexcept ValueError:\n    n = -1\nelse:\n    good = True\n"},
        "",
        {"(m_N.n, hasattr(m_N, 'good'))": (-1, False)},
    ),
    "collections.namedtuple": (
        {
            "m_N": "from collections import namedtuple\nP = namedtuple('P', 'x y')\np = P(1, 2)\n",
            "u_N": "from m_N import P\n",
        },
        {"m_N": "from collections import namedtuple\nP = namedtuple('P', 'x y z', defaults=[0])\np = P(1, 2)\n"},
        "",
        {"(tuple(m_N.p), u_N.P is m_N.P, u_N.P._fields)": ((1, 2, 0), True, ("x", "y", "z"))},
    ),
    "a class made by type()": (
        {"m_N": "C = type('C', (), {'m': lambda self: 1, 'k': 1})\n", "u_N": "from m_N import C\n"},
        {"m_N": "C = type('C', (), {'m': lambda self: 2, 'k': 2})\n"},
        "",
        {"(u_N.C().m(), u_N.C.k, u_N.C is m_N.C)": (2, 2, True)},
    ),
    "an f-string of a changed value in a default": (
        {"m_N": "v = 1\ndef f(text=f'v{v}'): return text\n"},
        {"m_N": "v = 2\ndef f(text=f'v{v}'): return text\n"},
        "held = m_N.f",
        {"(held(), held is m_N.f)": ("v2", True)},
    ),
    "a value that a nested function call computes": (
        {"a_N": "def inner(): return 1\ndef outer(): return inner() + 1\n", "b_N": "import a_N\nx = [a_N.outer()]\n"},
        {"a_N": "def inner(): return 5\ndef outer(): return inner() + 1\n"},
        "",
        {"b_N.x": [6]},
    ),
    "a method that was called while loading": (
        {
            "a_N": "class C:\n    def m(self): return self.n()\n    def n(self): return 1\n",
            "b_N": "from a_N import C\nx = C().m()\n",
        },
        {"a_N": "class C:\n    def m(self): return self.n()\n    def n(self): return 5\n"},
        "",
        {"b_N.x": 5},
    ),
    "a property that was read while loading": (
        {"a_N": "class C:\n    @property\n    def p(self): return 1\nc = C()\n", "b_N": "from a_N import c\nx = c.p\n"},
        {"a_N": "class C:\n    @property\n    def p(self): return 5\nc = C()\n"},
        "held = a_N.c",
        {"(b_N.x, a_N.c is held)": (5, True)},
    ),
    "a generator that was exhausted while loading": (
        {"a_N": "def g():\n    yield 1\n", "b_N": "from a_N import g\nx = list(g())\n"},
        {"a_N": "def g():\n    yield 1\n    yield 2\n"},
        "",
        {"b_N.x": [1, 2]},
    ),
    "a context manager that was entered while loading": (
        {
            "a_N": "import contextlib\n@contextlib.contextmanager\ndef c():\n    yield 1\n",
            "b_N": "from a_N import c\nwith c() as x:\n    y = x\n",
        },
        {"a_N": "import contextlib\n@contextlib.contextmanager\ndef c():\n    yield 5\n"},
        "",
        {"b_N.y": 5},
    ),
    "a comprehension that calls": (
        {"a_N": "def f(n): return n + 1\n", "b_N": "from a_N import f\nxs = [f(n) for n in range(3)]\n"},
        {"a_N": "def f(n): return n + 2\n"},
        "",
        {"b_N.xs": [2, 3, 4]},
    ),
    "an operator's method": (
        {"a_N": "class V:\n    def __add__(self, o): return 1\n", "b_N": "from a_N import V\nx = V() + V()\n"},
        {"a_N": "class V:\n    def __add__(self, o): return 5\n"},
        "",
        {"b_N.x": 5},
    ),
    "a constant used only in a function that ran": (
        {"a_N": "K = 1\ndef f(): return K\n", "b_N": "import a_N\nx = a_N.f()\n", "c_N": "import a_N\ny = [2]\n"},
        {"a_N": "K = 5\ndef f(): return K\n"},
        "held = c_N.y",
        {"(b_N.x, c_N.y is held)": (5, True)},
    ),
    "the program's own change of a list is kept when only its reader runs": (
        {"m_N": "xs = []\nlimit = 1\nfull = len(xs) > limit\n"},
        {"m_N": "xs = []\nlimit = 2\nfull = len(xs) > limit\n"},
        "m_N.xs.extend('abc'); held = m_N.xs",
        {"(m_N.full, m_N.xs is held, m_N.xs)": (True, True, ["a", "b", "c"])},
    ),
    "a name imported in a condition": (
        {
            "a_N": "FAST = False\nif FAST:\n    from math import floor as f\nelse:\n"
            "    from math import ceil as f\nx = f(1.5)\n"
        },
        {
            "a_N": "FAST = True\nif FAST:\n    from math import floor as f\nelse:\n"
            "    from math import ceil as f\nx = f(1.5)\n"
        },
        "",
        {"(a_N.x, a_N.f(2.5))": (1, 2)},
    ),
    "an edit that imports an edited new module": (
        {"a_N": "x = 1\n"},
        {"new_N": "y = 5\n", "a_N": "from new_N import y\nx = y\n"},
        "",
        {"a_N.x": 5},
    ),
    "a docstring that a value is made of": (
        {"m_N": "'old'\ntext = __doc__\n"},
        {"m_N": "'new'\ntext = __doc__\n"},
        "",
        {"m_N.text": "new"},
    ),
    "a docstring that speaks of what the module imports": (
        {"m_N": "#!/bin/python\n'old (see sys)'\nimport sys\n"},
        {"m_N": "#!/bin/python\n'new (see sys)'\nimport sys\n"},
        "",
        {"m_N.__doc__": "new (see sys)"},
    ),
    "a method more in a decorated class": (
        {
            "m_N": "from typing import final\ndef deco(cls):\n    cls.extra = 1\n    return cls\n"
            "@final\n@deco\nclass K:\n    def f(self, a=1): return a\nk = K()\n"
        },
        {
            "m_N": "from typing import final\ndef deco(cls):\n    cls.extra = 1\n    return cls\n"
            "@final\n@deco\nclass K:\n    def f(self, a=2): return a\n    def g(self): return 5\nk = K()\n"
        },
        "held = m_N.k",
        {"(held.f(), held.g(), held.extra, m_N.k is held)": (2, 5, 1, True)},
    ),
    "a decorated class with slots of its own": (
        {
            "m_N": "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass K:\n    __slots__ = ('x',)\n"
            "    x: int\n    def f(self, a=1): return self.x + a\nk = K(5)\n"
        },
        {
            "m_N": "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass K:\n    __slots__ = ('x',)\n"
            "    x: int\n    def f(self, a=2): return self.x + a\nk = K(5)\n"
        },
        "held = m_N.k",
        {"(held.f(), held.x, m_N.K(1).x, m_N.k is held)": (7, 5, 1, True)},
    ),
    "a module that put another in its place": (
        {
            "m_N": "import sys, types\nX = 1\ndef f(): return X\nnew = types.ModuleType(__name__)\n"
            "new.__dict__.update(sys.modules[__name__].__dict__)\nsys.modules[__name__] = new\n"
        },
        {
            "m_N": "import sys, types\nX = 2\ndef f(): return X\nnew = types.ModuleType(__name__)\n"
            "new.__dict__.update(sys.modules[__name__].__dict__)\nsys.modules[__name__] = new\n"
        },
        "",
        {"(m_N.X, m_N.f())": (2, 2)},
    ),
    "a name bound by an import of a submodule": (
        {"p_N/__init__": "x = 1\n", "p_N/s": "y = 1\n", "u_N": "import p_N.s\nz = p_N.x + p_N.s.y\n"},
        {"p_N/s": "y = 5\n"},
        "",
        {"u_N.z": 6},
    ),
    "several names of one statement, one changed": (
        {"m_N": "a, b = [1], [2]\n", "u_N": "from m_N import a\nx = a\n", "v_N": "from m_N import b\ny = b\n"},
        {"m_N": "a, b = [1], [3]\n"},
        "held = m_N.a",
        {"(u_N.x is held, m_N.a is held, v_N.y)": (True, True, [3])},
    ),
    "a bare call that registered goes, and what the program registered stays": (
        {
            "bus_N": "subs = []\ndef subscribe(f): subs.append(f)\n",
            "m_N": "from bus_N import subscribe, subs\ndef f(): pass\ndef g(): pass\nsubscribe(f)\nsubscribe(g)\n"
            "names = [each.__name__ for each in subs]\n",
        },
        {
            "m_N": "from bus_N import subscribe, subs\ndef f(): pass\ndef g(): pass\nsubscribe(g)\n"
            "names = [each.__name__ for each in subs]\n"
        },
        "bus_N.subscribe(str); was_N = bus_N.subs",
        {
            "bus_N.subs == [m_N.g, str]": True,
            "bus_N.subs is was_N": True,
            "m_N.names": ["g", "str"],
        },
    ),
    "a bare call goes, and another that gave the same stays": (
        {
            "bus_N": "subs = {}\ndef on(name, f): subs.setdefault(name, []).append(f)\n",
            "m_N": "from bus_N import on\ndef f(): pass\non('a', f)\non('b', f)\n",
        },
        {"m_N": "from bus_N import on\ndef f(): pass\non('b', f)\n"},
        "",
        {"bus_N.subs == {'b': [m_N.f]}": True},
    ),
    "who asked what is a subclass, by a hook": (
        {
            "m_N": "import abc\nclass A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, other):\n"
            "        return hasattr(other, 'size') or NotImplemented\nclass B: size = 1\nyes = issubclass(B, A)\n"
        },
        {
            "m_N": "import abc\nclass A(abc.ABC):\n    @classmethod\n    def __subclasshook__(cls, other):\n"
            "        return hasattr(other, 'width') or NotImplemented\nclass B: size = 1\nyes = issubclass(B, A)\n"
        },
        "",
        {"(m_N.yes, issubclass(m_N.B, m_N.A))": (False, False)},
    ),
    "what a decorator had made goes on as what there is without it": (
        {"m_N": DECORATORS + "@twice\ndef f(): return 1\n"},
        {"m_N": DECORATORS + "def f(): return 5\n"},
        "held_N = [m_N.f]",
        {"(m_N.f(), held_N[0]())": (5, 5)},
    ),
    "what a decorator had made goes on as what another makes": (
        {"m_N": DECORATORS + "@twice\ndef f(): return 1\n"},
        {"m_N": DECORATORS + "@minus(3)\n@twice\ndef f(): return 5\n"},
        "held_N = [m_N.f]",
        {"(m_N.f(), held_N[0]())": (7, 7)},
    ),
    "decorators change places under who holds what they made": (
        {"m_N": DECORATORS + "@twice\n@minus(3)\ndef f(): return 5\n"},
        {"m_N": DECORATORS + "@minus(3)\n@twice\ndef f(): return 5\n"},
        "held_N = [m_N.f]",
        {"(m_N.f(), held_N[0]())": (7, 7)},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_case(workshop: Workshop, case: Case) -> None:
    check(workshop, case)


def test_a_data_file_that_was_read_while_loading(live: LiveFactory) -> None:
    source = "import json, pathlib\ndata = json.loads(pathlib.Path('data.json').read_text())\ndouble = data * 2\n"
    process = live({"m.py": source, "data.json": "1"})
    process.load("import m")
    process.edit({"data.json": "5"}, atomic=True)
    event = process.wait_reload()
    assert event.ran == ("m:2 data", "m:3 double")
    assert process.see("(m.data, m.double)") == (5, 10)


def test_a_list_made_of_a_data_file_that_later_statements_add_to(live: LiveFactory) -> None:
    source = (
        "import pathlib\nnames = pathlib.Path('names').read_text().split()\ncount = len(names)\nnames.append('last')\n"
    )
    process = live({"m.py": source, "names": "a"})
    process.load("import m")
    process.edit({"names": "a b"}, atomic=True)
    process.until("(m.names, m.count)", (["a", "b", "last"], 2))


@pytest.mark.parametrize("binding", ["from io import open as read", "read = open"])
def test_a_data_file_that_is_read_by_a_name_of_the_module_again_and_again(live: LiveFactory, binding: str) -> None:
    process = live({"m.py": f"{binding}\ntext = read('text').read()\n", "text": "one"})
    process.load("import m, io")
    for text in ("two", "three", "four"):
        process.edit({"text": text}, atomic=True)
        process.until("m.text", text)
    assert process.see("m.read is io.open")


FINDS_PLUGINS = {
    "pkgutil": "import importlib, pkgutil\nfrom . import api\n"
    "names = sorted(m.name for m in pkgutil.iter_modules(__path__))\n"
    "for name in names:\n    importlib.import_module(f'{__name__}.{name}')\n",
    "glob": "import importlib, glob, os\nfrom . import api\n"
    "paths = glob.glob(os.path.join(os.path.dirname(__file__), '[a-z]*.py'))\n"
    "names = sorted(os.path.basename(p)[:-3] for p in paths)\n"
    "for name in names:\n    importlib.import_module('.' + name, __name__)\n",
    "pathlib": "import importlib, pathlib\nfrom . import api\n"
    "here = pathlib.Path(__file__).parent\n"
    "names = sorted(p.stem for p in here.iterdir() if p.suffix == '.py' and p.stem.isalpha())\n"
    "for name in names:\n    importlib.import_module('.' + name, __name__)\n",
    "kept": "import importlib\nfrom os import listdir as found\nfrom . import api\n"
    "names = sorted(n[:-3] for n in found(__path__[0]) if n.endswith('.py') and n[0] != '_')\n"
    "for name in names:\n    importlib.import_module('.' + name, __name__)\n",
}


@pytest.mark.parametrize("source", FINDS_PLUGINS.values(), ids=FINDS_PLUGINS.keys())
def test_a_module_that_comes_to_a_folder_that_was_listed(live: LiveFactory, source: str) -> None:
    api = "registry = {}\ndef plugin(f):\n    registry[f.__name__] = f\n    return f\n"
    plugin = "from plugins.api import plugin\n@plugin\ndef {0}(): return '{0}'\n"
    files = {"plugins/__init__.py": source, "plugins/api.py": api, "plugins/one.py": plugin.format("first")}
    process = live(files | {"main.py": "import plugins\nfrom plugins.api import registry\nknown = len(registry)\n"})
    process.load("import main, plugins, os, json")
    process.do("first = plugins.api.registry['first']")
    process.edit({"plugins/notes.txt": "", "plugins/.two.py.swp": "", "plugins/4913": ""})
    process.edit({"plugins/two.py": plugin.format("second")}, atomic=True)
    process.until("(plugins.names, sorted(main.registry), main.known)", (["api", "one", "two"], ["first", "second"], 2))
    assert process.see("(main.registry['second'](), main.registry['first'] is first)") == ("second", True)
    process.edit({"plugins/two.py": plugin.format("second").replace("'second'", "2")})
    process.until("main.registry['second']()", 2)
    process.edit({"plugins/two.py": None})
    process.until("(plugins.names, sorted(main.registry), main.known)", (["api", "one"], ["first"], 1))
    assert process.see("main.registry['first'] is first and os.listdir is __import__('posix', fromlist=['']).listdir")


def test_who_shows_lines_of_a_file_without_asking_whether_it_changed(live: LiveFactory) -> None:
    """As pdb does, whose ``list`` reads a file once."""
    process = live({"m.py": "def f():\n    return 1\n"})
    process.load("import m, linecache")
    assert process.see("linecache.getline(m.f.__code__.co_filename, 2)") == "    return 1\n"
    process.edit({"m.py": ("return 1", "return 2")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("linecache.getline(m.f.__code__.co_filename, 2)") == "    return 2\n"


ONCE = {
    "in globals": "if 'state' not in globals():\n    state = {}\n",
    "in dir": "if 'state' not in dir():\n    state = {}\n",
    "NameError": "try:\n    state\nexcept NameError:\n    state = {}\n",
    "get": "state = globals().get('state') or {}\n",
    "setdefault": "state = globals().setdefault('state', {})\n",
}


@pytest.mark.parametrize("once", ONCE.values(), ids=ONCE.keys())
def test_state_that_is_made_where_it_is_not_there(live: LiveFactory, once: str) -> None:
    """As people write for `importlib.reload`: an edit elsewhere leaves it alone, and names that come and go."""
    process = live({"m.py": once + "def f(): return 1\n"})
    process.load("import m")
    process.do("state = m.state; state['seen'] = 1")
    for rest in ("def f(): return 2\nnew = 5\n", "newer = 6\ndef f(): return 3\n", "def f(): return 4\n"):
        process.edit({"m.py": once + rest}, atomic=True)
        assert process.wait_reload().ok
        assert process.see("(m.state is state, state)") == (True, {"seen": 1})


def test_what_a_cache_made_stays_where_nothing_that_it_leads_to_has_changed(live: LiveFactory) -> None:
    """A constructor of another class is none of that, though all are called the same."""
    base = (
        "class Base:\n    def __init__(self): self.n = 0\nclass DB(Base):\n    def __init__(self): super().__init__()\n"
    )
    other = "class Thing:\n    def __init__(self, a=1): self.a = a\n    def size(self): return 1\n"
    process = live({
        "db.py": "import functools\n" + base + "@functools.lru_cache\ndef get(): return DB()\n",
        "other.py": other,
        "use.py": "import db, other\nconn = db.get()\nt = other.Thing()\n",
    })  # fmt: skip
    process.load("import use")
    process.do("c = use.conn")
    for text in (other.replace("a=1", "a=2"), other.replace("return 1", "return 2"), other + "    b = 1\n"):
        process.edit({"other.py": text}, atomic=True)
        assert process.wait_reload().ok
        assert process.see("use.conn is c is use.db.get()")
    process.edit({"db.py": ("self.n = 0", "self.n = 100")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(use.db.get().n, use.conn.n)") == (100, 100)


def test_a_data_file_that_a_package_hands_out(live: LiveFactory) -> None:
    source = "import pkgutil\nversion = pkgutil.get_data(__package__, 'VERSION').decode()\nparts = version.split('.')\n"
    process = live({"p/__init__.py": source, "p/VERSION": "1.0"})
    process.load("import p")
    process.edit({"p/VERSION": "1.1"}, atomic=True)
    assert process.wait_reload().ran == ("p:2 version", "p:3 parts")
    assert process.see("p.parts") == ["1", "1"]


BY_PATH = """
import importlib.util, sys
def load(path, name, registered):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    if registered: sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
"""


@pytest.mark.parametrize("registered", [True, False], ids=["registered", "in no table"])
def test_a_module_that_is_loaded_by_its_path(live: LiveFactory, registered: bool) -> None:
    plugin = "from lib import rate\nclass C:\n    def f(self): return 1\ndef total(): return rate * 2\n"
    process = live({"host.py": BY_PATH, "lib.py": "rate = 1\n", "plugins/one.py": plugin})
    process.load("import host")
    process.load(f"p = host.load('plugins/one.py', 'plug', {registered})")
    process.do("c = p.C()")
    process.edit({"plugins/one.py": ("return 1", "return 5")}, atomic=True)
    assert process.wait_reload().ok
    process.edit({"lib.py": "rate = 10\n"}, atomic=True)
    assert process.wait_reload().ran == ("lib:1 rate", "plug:1 rate")
    assert process.see("(c.f(), p.total())") == (5, 20)


def test_modules_of_one_path_do_not_pile_up(live: LiveFactory) -> None:
    """A program may load a file again and again, each time under a name of its own."""
    process = live({"host.py": BY_PATH, "one.py": "def f(): return 1\n"})
    process.load("import gc, types, host")
    process.load("for n in range(50): p = host.load('one.py', f'one_{n}', False)")
    process.edit({"one.py": "def f(): return 2\n"}, atomic=True)
    assert process.wait_reload().ok
    process.do("gc.collect()")
    count = "sum(isinstance(m, types.ModuleType) and m.__name__.startswith('one_') for m in gc.get_objects())"
    assert process.see(f"(p.f(), {count})") == (2, 1)


def test_a_module_that_was_looked_for_in_vain(live: LiveFactory) -> None:
    source = "try:\n    import extra\nexcept ImportError:\n    extra = None\nname = extra and extra.name\n"
    process = live({"m.py": source, "p/__init__.py": "", "n.py": source.replace("import extra", "from p import extra")})
    process.load("import m, n")
    process.edit({"extra.py": "name = 1\n"}, atomic=True)
    assert process.wait_reload().ran == ("m:1 try:", "m:5 name")
    process.edit({"p/extra.py": "name = 2\n"}, atomic=True)
    assert process.wait_reload().ran == ("n:1 try:", "n:5 name")
    process.edit({"extra.py": "name = 3\n"}, atomic=True)
    process.wait_reload()
    assert process.see("(m.name, n.name)") == (3, 2)
    (process.root / "extra.py").unlink()
    assert process.wait_reload().ran == ("m:1 try:", "m:5 name")
    assert process.see("(m.extra, m.name, n.name)") == (None, None, 2)


ENCODED: dict[str, tuple[bytes, object]] = {
    "CRLF": (b"x = 2\r\ndef f():\r\n    return x\r\n", 2),
    "CR": (b"x = 2\rdef f():\r    return x\r", 2),
    "BOM": (b"\xef\xbb\xbfx = 2\ndef f():\n    return x\n", 2),
    "latin-1": (b"# -*- coding: latin-1 -*-\nx = '\xe9'\ndef f():\n    return x\n", "é"),
    "names that are not ASCII": ("größe = 'ü'; x = größe\ndef f():\n    return x\n".encode(), "ü"),
    "form feeds": (b"x = 2\n\x0c\ndef f():\n    return x\n", 2),
    "no newline at the end": (b"x = 2\ndef f(): return x", 2),
    "a backslash at a line's end": (b"x = 1 + \\\n  1\ndef f(): return \\\n  x\n", 2),
    "tabs": (b"x = 2\ndef f():\n\treturn x\n", 2),
}


@pytest.mark.parametrize(("content", "value"), ENCODED.values(), ids=ENCODED.keys())
def test_whatever_the_bytes(live: LiveFactory, content: bytes, value: object) -> None:
    process = live({"m.py": "x = 1\ndef f():\n    return x\nkept = []\n"})
    process.load("import m\nheld = m.f")
    process.edit({"m.py": content}, atomic=True)
    event = process.wait_reload()
    assert event.ok, event.error
    assert process.see("(m.x, held(), held is m.f)") == (value, value, True)
    process.edit({"m.py": content + b"\n# more\n"}, atomic=True)
    event = process.wait_reload()
    assert (event.ok, event.ran) == (True, ())
    assert process.see("(m.x, held())") == (value, value)


# --- the interactive namespace -------------------------------------------------------------------------------


WANTING: dict[str, tuple[str, str, str]] = {
    "a name": ("from a import X, Z\nv = Z\n", "X = 1\nZ = 5\n", "ImportError"),
    "an attribute": ("import a\nv = a.Z\n", "X = 1\nZ = 5\n", "AttributeError"),
    "an argument": ("import a\nv = a.f(5)\n", "X = 1\ndef f(value): return value\n", "TypeError"),
    "a member": ("from a import K\nv = K().g()\n", "X = 1\nclass K:\n    def g(self): return 5\n", "AttributeError"),
}


@pytest.mark.parametrize("wants", WANTING)
def test_an_edit_that_needs_another_one_lands_with_it(live: LiveFactory, wants: str) -> None:
    """Until then, other edits of what it needs go live without it."""
    user, maker, error = WANTING[wants]
    before = "X = 1\ndef f(): return 1\nclass K: pass\n"
    process = live({"a.py": before, "b.py": "from a import X\nv = X\n"})
    process.load("import a, b")
    process.edit({"b.py": user})
    failed = process.wait_reload()
    assert failed.error is not None and error in failed.error
    process.edit({"a.py": before.replace("return 1", "return 2")})
    assert process.wait_reload().ok
    assert process.see("(a.f(), b.v)") == (2, 1)
    process.edit({"a.py": maker})
    assert process.wait_reload().ok
    assert process.see("b.v") == 5


NAMESPACE = {"n/a.py": "x = 1\n", "n/sub/b.py": "y = 1\n", "user.py": "import n.a\nfrom n.sub.b import y\nz = n.a.x\n"}


def test_a_module_that_nobody_imports_any_more(live: LiveFactory) -> None:
    registry = "names = []\ndef register(function):\n    names.append(function.__name__)\n    return function\n"
    plug = "from registry import register\nstate = []\n@register\ndef go(): return 1\n"
    app = "import registry\nimport plug\n"
    process = live({"registry.py": registry, "plug.py": plug, "app.py": app})
    process.load("import app\napp.plug.state.append(1)")
    process.edit({"app.py": app.replace("import plug", "# import plug")})
    process.until("app.registry.names", [])
    process.edit({"app.py": app})
    process.until("app.registry.names", ["go"])
    assert process.see("app.plug.state") == [1]
    process.load("import plug")  # a person imports it as well
    process.edit({"app.py": app.replace("import plug", "")})
    process.until("hasattr(app, 'plug')", False)
    assert process.see("app.registry.names") == ["go"]


def test_a_package_that_gets_a_file(live: LiveFactory) -> None:
    process = live(NAMESPACE)
    process.load("import user, n, sys\nwas = n\nn.own = 1")
    process.edit({"n/__init__.py": "from .a import x\nw = x + 1\n"})
    process.until("n.w if hasattr(n, 'w') else None", 2)
    assert process.see("(n is was is sys.modules['n'], n.own, n.__file__.endswith('__init__.py'))") == (True, 1, True)
    process.edit({"n/sub/__init__.py": "from .. import w\n", "user.py": "from n.sub import w\nz = w\n"})
    process.until("user.z", 2)
    process.edit({"n/a.py": "x = 5\n"})
    process.until("user.z", 6)


def test_a_package_that_gets_a_file_which_fails(live: LiveFactory) -> None:
    process = live(NAMESPACE)
    process.load("import user, n")
    process.edit({"n/__init__.py": "w = 1 / 0\n"})
    assert not process.wait_reload().ok
    assert process.see("(hasattr(n, 'w'), n.__file__)") == (False, None)
    process.edit({"n/a.py": "x = 2\n"})
    process.until("user.z", 2)
    process.edit({"n/__init__.py": "w = 1\n"})
    process.until("n.w if hasattr(n, 'w') else None", 1)


def test_names_that_a_prompt_took_follow(live: LiveFactory) -> None:
    process = live({"m.py": "X = 1\nY = 1\nZ = 1\ndef f(): return 1\n"})
    process.load("from m import X, Y as why, f\nfrom m import *\nimport m\nX_kept = X\nown = 1")
    process.edit({"m.py": "X = 2\nY = 2\nZ = 2\nnew = 3\ndef f(): return 2\n"}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(X, why, Z, f(), m.X, X_kept, own)") == (2, 2, 2, 2, 2, 1, 1)


def test_names_that_a_prompt_took_of_a_package_that_gives_them_on_demand(live: LiveFactory) -> None:
    given = "def __getattr__(name):\n    if name != 'X': raise AttributeError(name)\n    from .core import X\n"
    process = live({"p/__init__.py": given + "    return X\n", "p/core.py": "X = 1\n"})
    process.load("from p import X")
    process.edit({"p/core.py": "X = 2\n"})
    process.until("X", 2)
    process.edit({"p/__init__.py": given + "    return globals().setdefault(name, X)\n"})
    process.load("import p; p.X")
    process.edit({"p/core.py": "X = 3\n"})
    process.until("(X, p.X)", (3, 3))


def test_names_that_a_prompt_took_follow_what_goes_and_comes_back(live: LiveFactory) -> None:
    process = live({"m.py": "X = [1]\nY = [1]\n"})
    process.load("from m import X, Y as why\nimport m")
    process.edit({"m.py": "Z = 1\n"})
    assert process.wait_reload().ok
    assert process.see("(X, why)") == ([1], [1])
    process.load("why = 'own'")
    process.edit({"m.py": "X = [2]\nY = [2]\n"})
    assert process.wait_reload().ok
    assert process.see("(X, why)") == ([2], "own")


def test_a_prompt_s_own_names_never_change(live: LiveFactory) -> None:
    process = live({"m.py": "X = 1\nY = []\n"})
    process.load("from m import X, Y\nimport m\nX = 'own'\nY = [5]")
    process.edit({"m.py": "X = 2\nY = [2]\n"}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(X, Y, m.X)") == ("own", [5], 2)


# --- batches, silence, switches ------------------------------------------------------------------------------


def test_a_branch_switch_is_one_reload(live: LiveFactory) -> None:
    names = [f"m{number}" for number in range(40)]
    process = live({f"{name}.py": f"x = 1\nprevious = {position}\n" for position, name in enumerate(names)})
    process.load("import " + ", ".join(names))
    process.edit({f"{name}.py": f"x = 2\nprevious = {position}\n" for position, name in enumerate(names)}, atomic=True)
    event = process.wait_reload()
    assert event.ok
    process.until(f"[m.x for m in ({', '.join(names)})]", [2] * 40)


def test_a_reload_prints_nothing(live: LiveFactory) -> None:
    process = live({"m.py": "x = 1\n"})
    process.load("import m")
    process.edit({"m.py": "x = 2\n"}, atomic=True)
    process.wait_reload()
    process.edit({"m.py": "x = \n"}, atomic=True)
    process.wait_reload()
    assert process.output() == ""


def test_output_of_statements_that_run_again_is_the_program_s(live: LiveFactory) -> None:
    process = live({"m.py": "x = 1\nprint('loaded', x, flush=True)\n"})
    process.load("import m")
    process.edit({"m.py": ("x = 1", "x = 2")}, atomic=True)
    process.wait_reload()
    assert process.output() == "loaded 1\nloaded 2\n"


def test_switched_off(environment: Environment, tmp_path: Path) -> None:
    program = """
        import m, pathlib, sys, threading
        pathlib.Path("m.py").write_text("x = 2")
        print(threading.active_count(), "hmr_daemon.daemon" in sys.modules, type(m.__loader__).__name__, m.x)
    """
    write(tmp_path, {"m.py": "x = 1\n", "main.py": program})
    done = environment.run("main.py", cwd=tmp_path, NO_HMR_DAEMON="1")
    assert done.stdout.split() == ["1", "False", "SourceFileLoader", "1"]
    assert done.stderr == ""


def test_nothing_is_tracked_after_loading(live: LiveFactory) -> None:
    """The steady state is plain CPython."""
    process = live({"m.py": "x = 1\ndef f(): return x\n", "u.py": "from m import f\ny = f()\n"})
    process.load("import m, u, sys, types")
    assert process.see("(type(m) is types.ModuleType, type(u) is types.ModuleType)") == (True, True)
    process.edit({"m.py": ("x = 1", "x = 2")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(type(m) is types.ModuleType, u.y)") == (True, 2)
    assert process.see("'settrace' not in repr(sys.gettrace()) and sys.getprofile() is None")


def test_a_module_that_says_off_goes_on_as_it_was_loaded(live: LiveFactory) -> None:
    process = live({"m.py": "# hmr: off\nX = 1\n", "n.py": "Y = 1\n"})
    process.load("import m, n")
    process.edit({"m.py": "# hmr: off\nX = 2\n", "n.py": "Y = 2\n"})
    process.until("n.Y", 2)
    assert process.see("m.X") == 1


@pytest.mark.parametrize("once", ONCE.values(), ids=ONCE.keys())
def test_a_module_that_says_rerun_sees_what_it_has_made_before(live: LiveFactory, once: str) -> None:
    """All of it runs at each edit, as with `importlib.reload`: what people write for that holds."""
    source = f"# hmr: rerun\nruns = globals().get('runs', 0) + 1\nmade = object()\n{once}X = 1\n"
    process = live({"m.py": source})
    process.load("import m")
    process.do("kept, first = m.state, m.made; kept['seen'] = 1")
    process.edit({"m.py": ("X = 1", "X = 2")}, atomic=True)
    assert process.wait_reload().ok
    assert process.see("(m.X, m.runs, m.state is kept, m.made is first, kept)") == (2, 2, True, False, {"seen": 1})


KEPT = "kept = []\nX = 1\n"
SAVED = "open('m.py', 'w').write(" + repr(KEPT.replace("1", "2")) + ")"


def test_an_edit_right_after_an_import(live: LiveFactory) -> None:
    """The import has read the source: nothing has to read it again before it is another."""
    process = live({"m.py": KEPT})
    process.do(f"import m; was = m.kept; {SAVED}")
    assert process.wait_reload().ran == ("m:2 X",)
    assert process.see("m.X, m.kept is was") == (2, True)


def test_an_edit_right_after_an_import_from_bytecode_while_the_daemon_comes_up(live: LiveFactory) -> None:
    process = live({"m.py": KEPT})
    process.do("import py_compile, sys; py_compile.compile('m.py')")
    process.do("standby = sys.modules['hmr_daemon.loading.standby'].current()")
    process.do(f"standby.attended = False; import m; standby.attended = True; was = m.kept; {SAVED}")
    assert process.wait_reload().ran == ("m:2 X",)
    assert process.see("m.X, m.kept is was") == (2, True)


@pytest.mark.parametrize("above", ["FOLDER: str = ''\nKNOWN = {}\n\n", "\n\n"])
def test_what_functions_bind_stays_where_these_only_move(live: LiveFactory, above: str) -> None:
    source = above + "def set_folder():\n    global FOLDER, KNOWN\n    FOLDER, KNOWN = '/', {}\n\n"
    process = live({"m.py": source + "set_folder()\n"})
    process.load("import m")
    process.do("m.KNOWN['a'] = 1")
    for text in (
        "# moved\n" + source,
        source.replace("\n\n", "\n\n\n\n"),
        source.replace("    g", "    # in it\n    g"),
    ):
        process.edit({"m.py": text + "set_folder()\n"}, atomic=True)
        assert process.wait_reload().ran == ()
        assert process.see("(m.FOLDER, m.KNOWN)") == ("/", {"a": 1})


def test_ipython_from_its_own_sources_is_live(live: LiveFactory) -> None:
    shell = "class InteractiveShell:\n    @classmethod\n    def initialized(cls): return False\n"
    shell += "    def init_events(self): self.events = 1\ndef banner(): return 'old'\n"
    process = live(
        {"IPython/__init__.py": "", "IPython/core/__init__.py": "", "IPython/core/interactiveshell.py": shell}
    )
    process.load("from IPython.core import interactiveshell as shell")
    process.edit({"IPython/core/interactiveshell.py": shell.replace("old", "new")})
    process.until("shell.banner()", "new")
