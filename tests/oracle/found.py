"""Scenarios of optional modules, and of what libraries and decorators look at, that went wrong once."""

from __future__ import annotations

from .cases import case

TRY = "try:\n    {}\nexcept (ValueError, ImportError):\n    {} = None\n"
ASK = "import importlib.util\nthere = importlib.util.find_spec('x') is not None\n"
for name, text in {
    "import": TRY.format("import x", "x") + "def f1(): return x and x.y\n",
    "from-import": TRY.format("from x import y", "y") + "z = y\n",
    "alias": TRY.format("import x as other", "other") + "z = bool(other)\n",
    "suppressed": "import contextlib\ny = 0\nwith contextlib.suppress(ImportError):\n    from x import y\nz = y\n",
    "find_spec": ASK + "z = not there\n",
    "asked first": ASK + "if there:\n    from x import y\nelse:\n    y = 0\nz = y\n",
    "in a function": """
        def get():
            try:
                import x
                return x.y
            except ImportError:
                return 0
        z = get()
    """,
}.items():
    case(
        f"optional module that comes and goes: {name}",
        "m other",
        {"m.py": text, "other.py": "from m import *\n"},
        {"x.py": "y = 1\n"},
        {"x.py": "y = 2\n"},
        {"x.py": None},
        {"x.py": "y = 3\n"},
    )
case(
    "optional submodule that comes and goes",
    "m",
    {"p/__init__.py": "", "m.py": TRY.format("from p import x", "x") + "z = x and x.y\n"},
    {"p/x.py": "y = 1\n"},
    {"p/x.py": None},
    {"p/x/__init__.py": "y = 2\n"},
)
case(
    "optional package that comes and goes",
    "m",
    {"m.py": TRY.format("import p.x as x", "x") + "z = x and x.y\n"},
    {"p/__init__.py": ""},
    {"p/x.py": "y = 1\n"},
    {"p/x.py": None, "p/__init__.py": None},
)
case(
    "optional module that fails itself",
    "m",
    {
        "x.py": "import nothing_of_the_kind\ny = 1\n",
        "m.py": "try:\n    from x import y\nexcept ImportError:\n    y = None\nz = y\n",
    },
    {"x.py": "y = 1\n"},
)
case(
    "optional module that needs another",
    "m",
    {"x.py": "import w\ny = w.v\n", "m.py": TRY.format("from x import y", "y") + "z = y\n"},
    {"w.py": "v = 1\n"},
)
case(
    "module that is gone and not done without",
    "m",
    {"x.py": "y = 1\n", "m.py": "import x\nz = x.y\n", "n.py": "a = 1\n"},
    {"x.py": None},
    {"x.py": "y = 2\n"},
)

ANNOTATED = """
import typing
count: int = 1
name: str
class K:
    x: int
    y: int = 2
class D(K):
    z: int
def hints(c):
    return typing.get_type_hints(c)
names = sorted(K.__annotations__)
by_function = hints(K)
of_subclass = typing.get_type_hints(D)
"""
for future in ("", "from __future__ import annotations\n"):
    case(
        "annotations are asked for" + ", postponed" * bool(future),
        "b",
        {
            "a.py": future + ANNOTATED,
            "b.py": """
                import a, typing
                from a import K
                t = typing.get_type_hints(K)
                own = dict(a.__annotations__)
                of_module = typing.get_type_hints(a)
                other = type("O", (), {"__annotations__": dict(K.__annotations__)})
            """,
        },
        {"a.py": future + ANNOTATED.replace("x: int", "x: str")},
        {"a.py": future + ANNOTATED.replace("x: int", "q: int")},
        {"a.py": future + ANNOTATED.replace("    x: int\n", "")},
        {"a.py": future + ANNOTATED.replace("count: int", "count: bool")},
        {"a.py": future + ANNOTATED.replace("name: str", "name: bytes")},
        {"a.py": future + ANNOTATED.replace("name: str\n", "")},
    )

COMPILER = """
import functools, types

class Universal:
    "Goes by the code that it was given, as something compiled does."
    __slots__ = ("code", "names", "__name__")
    def __init__(self, function):
        self.code, self.__name__ = function.__code__.replace(), "u"
        self.names = {name: function.__globals__[name] for name in self.code.co_names}
    def __call__(self, values):
        function = types.FunctionType(self.code, self.names)
        return [function(value) for value in values]

class Wrapped(Universal):
    "Shows the function that it was made of, and does not call it."
    def __init__(self, function):
        super().__init__(function)
        functools.update_wrapper(self, function)

def vectorize(*signatures):
    return Wrapped if signatures else Universal
"""
COMPILED = """
from compiler import vectorize
FACTOR = 2
def helper(value):
    return value + 1
@vectorize({})
def double(value):
    return helper(value) * FACTOR
table = double([1, 2])
"""
for signature in ("", "'int64'"):
    source = COMPILED.format(signature)
    case(
        "compiled at decoration" + ", showing what of" * bool(signature),
        "m n",
        {"compiler.py": COMPILER, "m.py": source, "n.py": "from m import double\ndef f1(): return double([5])\n"},
        {"m.py": source.replace("* FACTOR", "* FACTOR + 100")},
        {"m.py": source.replace("FACTOR = 2", "FACTOR = 3")},
        {"m.py": source.replace("value + 1", "value + 7")},
        {"m.py": source.replace("def helper(value)", "def helper(value, more=0)")},
        {"compiler.py": COMPILER.replace("return [function(value)", "return [-function(value)")},
    )
