"""Scenarios of optional modules, and of what libraries and decorators look at, that went wrong once."""

from __future__ import annotations

import sys
import textwrap

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


def chain(name: str, source: str, *changes: tuple[str, str]) -> None:
    """A case of one module in which one text after the other is replaced."""
    versions = [textwrap.dedent(source)]
    for old, new in changes:
        assert old in versions[-1], (name, old)
        versions.append(versions[-1].replace(old, new))
    case(name, "m", {"m.py": versions[0]}, *[{"m.py": version} for version in versions[1:]])


chain(
    "attributes of classes that a registry holds",
    """
    R = {}
    def reg(c):
        R[c.__name__] = c
        return c
    @reg
    class A:
        v = 1
    @reg
    class B:
        v = 2
    x = {k: c.v for k, c in R.items()}
    """,
    ("v = 1", "v = 11"),
    ("class B", "class D"),
)
chain(
    "what a library's function dispatches to",
    """
    from functools import singledispatch
    @singledispatch
    def s(v): return 'o'
    @s.register
    def _(v: int): return 'i'
    @s.register
    def _(v: str): return 's'
    x = [s(1), s('a'), s(2.0)]
    """,
    ("'i'", "'I'"),
    ("v: str", "v: float"),
    ("'o'", "'O'"),
)
chain(
    "what a method dispatches to",
    """
    from functools import singledispatchmethod
    class K:
        @singledispatchmethod
        def s(self, v): return 'o'
        @s.register
        def _(self, v: int): return 'i'
    x = [K().s(1), K().s('')]
    """,
    ("'i'", "'I'"),
    ("'o'", "'O'"),
    ("v: int", "v: str"),
)
chain(
    "names that a metaclass keeps",
    """
    class M(type):
        reg = []
        def __init__(c, n, b, d):
            super().__init__(n, b, d)
            M.reg.append(n)
    class A(metaclass=M): pass
    class B(A): v = 1
    x = list(M.reg)
    """,
    ("v = 1", "v = 2"),
    ("class B(A)", "class C(A)"),
)
chain(
    "a protocol's members",
    """
    from typing import Protocol, runtime_checkable
    @runtime_checkable
    class P(Protocol):
        def m(self): ...
    class K:
        z: int
        def m(self): return 1
    def f1(): return isinstance(K(), P)
    x = f1()
    k = K()
    y = isinstance(k, P)
    """,
    ("def m(self): ...", "def n(self): ..."),
    ("def m(self): return 1", "def n(self): return 1"),
)
chain(
    "parameters of a generic class",
    """
    from typing import Generic, TypeVar
    T = TypeVar('T')
    S = TypeVar('S')
    class B(Generic[T]):
        def g(self): return 1
    class C(B[int]): pass
    x = C().g(), B.__parameters__ == (T,)
    """,
    ("return 1", "return 2"),
    ("Generic[T]", "Generic[T, S]"),
    ("B[int]", "B[int, str]"),
)
if sys.version_info >= (3, 13):
    chain(
        "parameters with defaults",
        """
        class B[T]:
            v: T
            def g(self): return 1
        class C(B[int]): pass
        x = C().g(), len(B.__type_params__)
        """,
        ("class B[T]", "class B[T, V = int]"),
        ("class B[T, V = int]", "class B[V = str]"),
    )
case(
    "entry set in a table of another module",
    "m2",
    {
        "m1.py": "table = {'a': 1}\n",
        "m2.py": "import m1\nclass K:\n    w = sum(m1.table.values())\nx = sum(m1.table.values())\n",
    },
    {"m2.py": "import m1\nm1.table['a'] += 1\nclass K:\n    w = sum(m1.table.values())\nx = sum(m1.table.values())\n"},
)
chain(
    "registered in a loop behind a cache",
    """
    import functools
    hooks = []
    @functools.lru_cache
    def count(): return len(hooks)
    x = count()
    """,
    (
        "@functools.lru_cache",
        "for n in range(3):\n    @hooks.append\n    def hook(a=n): pass\n@functools.lru_cache",
    ),
)
case(
    "default of a named tuple, made by a cached property",
    "m2",
    {
        "m1.py": "import functools, typing\nclass D(typing.NamedTuple):\n    x: int = 7\nclass K:\n"
        "    @functools.cached_property\n    def p(self): return D()\n    def m(self): return self.p\n",
        "m2.py": "import m1\nclass L:\n    def f(self, v=m1.K().m()): return v.x\ny = L().f()\n",
    },
    {
        "m1.py": "import functools, typing\nclass D(typing.NamedTuple):\n    x: int = 1\nclass K:\n"
        "    @functools.cached_property\n    def p(self): return D()\n    def m(self): return self.p\n",
    },
)
chain(
    "names that a class body has deleted by its end",
    """
    LIMIT = 1
    class R:
        __common = ('a', 'b')
        names = ('x', *__common)
        __slots__ = ('y', *__common)
        def _make(n): return property(lambda self: n)
        one = _make(1)
        two = _make(2)
        del __common, _make
        def f(self, n=LIMIT): return n, self.one, self.two
    x = R().f(), R.names, hasattr(R, '_make')
    """,
    ("('x', *", "('z', *"),
    ("LIMIT = 1", "LIMIT = 2"),
    ("_make(2)", "_make(5)"),
    ("('y', *__common)", "('y', 'q', *__common)"),
)
case(
    "name of a loop that is deleted, in a package that others wait for",
    "p p.late",
    {
        "p/__init__.py": "from .core import K\n"
        "for v in list(locals().values()):\n    getattr(v, '__module__', '')\ndel v\n",
        "p/core.py": "K = 1\n",
        "p/late.py": "import p\nfrom p.core import K\nz = p.K\n",
    },
    {"p/core.py": "K = 2\n"},
    {"p/core.py": "K = 3\n"},
    {"p/core.py": "K = 4\n", "p/late.py": "import p\nfrom p.core import K\nz = p.K, 1\n"},
)
for source in (
    "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass A:\n    x: int = 1\n    def m(self): return 1\n",
    "class A:\n    y = 1\n    def m(self): return 1\n",
    "class Whole(type):\n    def __new__(meta, *a): return type.__new__(meta, *a)\nclass A(metaclass=Whole):\n"
    "    y = 1\n    def m(self): return 1\n",
):
    case(
        f"class that a package says is its own: {source.partition(chr(10))[0]}",
        "p",
        {
            "p/__init__.py": "from .core import A\nm = None\nfor v in list(locals().values()):\n"
            "    if getattr(v, '__module__', '').startswith('p.'):\n        v.__module__ = __name__\n"
            "        for m in vars(v).values():\n"
            "            if hasattr(m, '__code__'): m.__module__ = __name__\n        m = None\n"
            "del v\nx = A.__module__, A.m.__module__, A.__init__.__module__ if '__init__' in vars(A) else ''\n",
            "p/core.py": source,
        },
        {"p/core.py": source.replace("return 1", "return 2")},
        {"p/core.py": source.replace("= 1", "= 1\n    z: int = 2")},
        {"p/core.py": source.replace("= 1", "= 1\n    z: int = 3") + "K = 1\n"},
    )
chain(
    "default that a member of the class gives",
    """
    import enum
    class E(enum.Enum):
        A = 1
    class K:
        every = tuple(e.name for e in E)
        def f(self, names=every): return names
        @staticmethod
        def g(n=len(every)): return n
    x = K().f(), K.g()
    """,
    ("A = 1", "A = 1\n    B = 2"),
    ("tuple(e.name", "tuple(e.name * 2"),
)
chain(
    "text below an attribute of a class",
    """
    class K:
        '''The class.'''
        title: str = 'a'
        '''The title.'''
        def f(self): return self.title
    class L:
        title = 'a'
        '''The title.'''
    x = K.__doc__, L.__doc__, K().f()
    """,
    ("The title.", "The title, as text."),
    ("'a'", "'b'"),
    ("The class.", "A class."),
    ("    title = 'b'\n", "    title = 'b'\n    1\n"),
)
chain(
    "names that are bound where they are not there",
    """
    import math
    if 'pi' not in globals():
        from math import pi
    try:
        limit
    except NameError:
        limit = 10
    if not 'tau' in globals():
        tau = 2 * pi
    x = pi, limit, tau
    """,
    ("import math", "import math\nother = 1"),
    ("limit = 10", "limit = 20"),
    ("import math\n", "import math\npi = 3\n"),
    ("pi = 3\n", ""),
)
chain(
    "class whose body goes through its own names",
    """
    BASE = True
    class Flags:
        first = BASE
        second = False
        _all = [name for name in locals() if not name.startswith('_')]
        _on = [name for name in _all if locals().get(name)]
        third = True
        def f(self): return 1
    x = Flags._all, Flags._on, Flags().f()
    """,
    ("    second = False", "    second = False\n    more = True"),
    ("return 1", "return 2"),
    ("BASE = True", "BASE = False"),
    ("not name.startswith('_')", "name.startswith('f')"),
    ("    first = BASE\n", ""),
)
chain(
    "protocol with a cached property",
    """
    import functools, typing
    NAME = 'a'
    class Base(typing.Protocol):
        @functools.cached_property
        def name(self): return NAME
        def show(self): return self.name * 2
    class K(Base): pass
    k = K()
    def f(): return k.show()
    x = f()
    """,
    ("NAME = 'a'", "NAME = 'b'"),
    ("return NAME", "return NAME + '!'"),
    ("* 2", "* 3"),
)
chain(
    "enum with a second name for a member",
    """
    import enum
    class E(enum.Enum):
        A = 1
        B = 1
        C = 3
    x = [(e.name, e.value) for e in E], E.A is E.B, list(E.__members__)
    """,
    ("B = 1", "B = 2"),
    ("B = 2", "B = 3"),
    ("C = 3", "C = 4"),
    ("A = 1", "A = 3"),
)
case(
    "what goes through all names half-way",
    "p p.late",
    {
        "p/__init__.py": "from .core import K\nseen = [n for n in list(globals()) if not n.startswith('_')]\n"
        "for v in list(locals().values()):\n    if type(v).__name__ == 'module':\n        last = v.__name__\n"
        "del v\nafter = 1\n",
        "p/core.py": "K = 1\n",
        "p/late.py": "import p\nz = p.after\n",
    },
    {"p/core.py": "K = 2\n"},
    {"p/core.py": "K = 3\nL = 1\n"},
    {"p/core.py": "K = 4\n", "p/late.py": "import p\nz = p.after, 1\n"},
)
chain(
    "name that a function reads and that is bound again below",
    """
    c = 1
    class K:
        def m(self): return c
    x = 0
    c = 2
    """,
    ("x = 0", "x = K().m()"),
    ("return c", "return c * 10"),
)
chain(
    "what a class remembers that is no function",
    """
    import functools
    def f(x): return x + 1
    class C:
        g = staticmethod(functools.lru_cache(functools.partial(f, 1)))
    x = C.g()
    """,
    ("x + 1", "x + 10"),
)
CONF = (
    "import functools\nclass S:\n    base = 'x'\n    @functools.cached_property\n"
    "    def url(self): return self.base + 'a'\n    @classmethod\n    @functools.lru_cache\n"
    "    def kinds(cls): return 'k'\n    @functools.lru_cache\n    def method(self): return 'm'\ns = S()\n"
)
READER = "from conf import s\nu, k, m = s.url, s.kinds(), s.method()\ndef f(): return s.url\nx = f()\n"
case(
    "who is served what a method or property remembers",
    "one two",
    {"conf.py": CONF, "one.py": READER, "two.py": READER},
    {"conf.py": CONF.replace("'a'", "'b'")},
    {"conf.py": CONF.replace("'k'", "'l'")},
    {"conf.py": CONF.replace("'m'", "'n'")},
    {"conf.py": CONF.replace("'x'", "'y'")},
)
if sys.version_info < (3, 14):  # since then they are computed when asked for
    chain(
        "annotations on a condition",
        """
        import sys
        if sys.platform == 'nowhere':
            Family: type = int
            Default: int = 1
        else:
            Default: int = 2
            Family: type = str
        x = list(__annotations__)
        """,
        ("Family: type = str", "Family: type = bytes"),
        ("x = ", "Late: int = 3\nx = "),
    )
LAZY = """
ALIASES = {'a': 1}
def lazy_import(namespace, aliases):
    known = sorted(set(namespace) - {'__builtins__', '__cached__', '__annotations__', '__warningregistry__'})
    def __getattr__(name):
        if name in aliases:
            return aliases[name]
        raise AttributeError(name)
    def __dir__():
        return [*known, *aliases]
    namespace['__getattr__'], namespace['__dir__'], namespace['known'] = __getattr__, __dir__, known
"""
case(
    "names that a function puts into the namespace it is handed are not there when it runs again",
    "pack user",
    {
        "pack.py": "from lazy import lazy_import\nlazy_import(globals(), aliases={'b': 2})\nlater = 3\n",
        "lazy.py": LAZY,
        "user.py": "import pack\nx, y = pack.b, dir(pack)\n",
    },
    {"pack.py": "from lazy import lazy_import\nlazy_import(globals(), aliases={'b': 2, 'c': 3})\nlater = 3\n"},
    {"lazy.py": LAZY.replace("return aliases[name]", "return [aliases[name]]")},
    {"pack.py": "from lazy import lazy_import\nlazy_import(globals(), aliases={'b': 4})\nlater = 3\n"},
)
case(
    "names that only type checkers are told of, and that are bound by globals()",
    "sock user",
    {
        "base.py": "ONE, TWO = 1, 2\n",
        "sock.py": "import typing as t\nimport base\n"
        "globals().update({name: getattr(base, name) for name in dir(base) if name.isupper()})\n"
        "if t.TYPE_CHECKING:\n    from base import ONE as ONE\nelse:\n    OTHER = 1\n",
        "user.py": "import sock\nfrom sock import ONE, OTHER\nx = ONE + sock.TWO + OTHER\n",
    },
    {
        "sock.py": "import typing as t\nimport base\n"
        "globals().update({name: getattr(base, name) for name in dir(base) if name.isupper()})\n"
        "if t.TYPE_CHECKING:\n    from base import ONE as ONE, TWO as TWO\nelse:\n    OTHER = 2\n",
    },
    {"base.py": "ONE, TWO = 10, 2\n"},
)
case(
    "a star import brings the name of a submodule that is imported below it",
    "pack user",
    {
        "pack/__init__.py": "from pack.fields import *\nn = form\nfrom pack.form import Form\nm = form.__name__\n",
        "pack/fields/__init__.py": "from pack.fields.form import *\n",
        "pack/fields/form.py": "class FormField: pass\n",
        "pack/form.py": "class Form: pass\n",
        "user.py": "import pack\nx = pack.form.Form.__name__\n",
    },
    {"pack/fields/form.py": "class FormField: pass\nclass WeekField: pass\n"},
    {"pack/fields/form.py": "class FormField: pass\nclass WeekField: y = 1\nclass Other: pass\n"},
)
case(
    "a name that a submodule imported below takes",
    "pack user",
    {
        "pack/__init__.py": "form = 1\nn = form + 1\nfrom pack.form import Form\nm = form.__name__\n",
        "pack/form.py": "class Form: pass\n",
        "user.py": "import pack\nx = pack.form.Form.__name__\n",
    },
    {"pack/__init__.py": "form = 2\nn = form + 1\nfrom pack.form import Form\nm = form.__name__\n"},
    {"pack/__init__.py": "n = 3\nfrom pack.form import Form\nm = form.__name__\n"},
    {"pack/__init__.py": "form = 4\nn = form + 1\nfrom pack.form import Form\nm = form.__name__\n"},
)
INSTALLS = """

def install():
    global one, two
    from plug import one
    two = 2

def install_all():
    install()

install_all()
"""
case(
    "names that functions bind stay where these only move",
    "m user",
    {"m.py": INSTALLS, "plug.py": "one = [1]\n", "user.py": "from m import one, two\nx = one, two\n"},
    {"m.py": INSTALLS.lstrip()},
    {"m.py": INSTALLS.lstrip() + "\n\nlast = 1\n"},
    {"m.py": INSTALLS.replace("two = 2", "two = 3")},
    {"m.py": INSTALLS.replace("two = 2", "three = 3").replace("global", "global three,"), "user.py": "x = 1\n"},
    {"m.py": INSTALLS.replace("two = 2", "pass"), "user.py": "from m import one\nx = 1\n"},
)
MADE = """
class Maker(type):
    def __new__(metacls, name, bases, attrs):
        cls = super().__new__(metacls, name, bases, attrs)
        meta = getattr(cls, 'Meta', None)
        if not getattr(meta, 'abstract', False):
            raise RuntimeError('no base of this kind')
        meta.abstract, meta.seen = False, sorted(attrs)
        return cls

class Base(metaclass=Maker):
    class Meta:
        abstract = True
        calls = 0
        limit = 3
    def perform(self): raise NotImplementedError
Base.Meta.calls += 1
"""
case(
    "an inner class that the metaclass of the outer one changes",
    "m",
    {"m.py": MADE},
    {"m.py": MADE.replace("perform(self)", "perform(self, *args)")},
    {"m.py": MADE.replace("    def perform", "    def more(self): pass\n    def perform")},
    {"m.py": MADE.replace("limit = 3", "limit = 4")},
)
COLORS = '''
import enum
class Base(str, enum.Enum):
    """Of texts."""
    def shout(self): return self.upper()
class Color(Base):
    """Some colors."""
    RED = 'red'
    """The first."""
    BLUE = 'blue'
    LAST = BLUE
    def both(self): return self.value + self.shout()
class Plain(enum.IntFlag):
    A = 1
    B = 2
'''
case(
    "what an enum says of itself",
    "use",
    {
        "colors.py": COLORS,
        "use.py": "from colors import Color, Plain\nx = Color.RED.value\ny = Color.__doc__\nz = Color.BLUE.both()\n"
        "n = [c.name for c in Color]\np = Plain.A | Plain.B\nclass User:\n    color = Color.RED\n",
    },
    {"colors.py": COLORS.replace("Some", "Many").replace("The first", "First")},
    {"colors.py": COLORS.replace("self.value + ", "")},
    {"colors.py": COLORS.replace("A = 1", "A = 1\n    C = 4")},
    {"colors.py": COLORS.replace("'blue'", "'navy'")},
    {"colors.py": COLORS.replace("LAST = BLUE", "LAST = RED")},
    {"colors.py": COLORS.replace("upper", "title")},
)
REFUSES = """
class Refuses(dict):
    def pop(self, *given): raise TypeError('immutable')
    __setitem__ = __delitem__ = clear = update = setdefault = pop
    def insert(self, key, value): dict.__setitem__(self, key, value)
class Listing(list):
    def remove(self, *given): raise TypeError('immutable')
    __setitem__ = __delitem__ = insert = clear = pop = reverse = extend = remove
handlers, names = Refuses(), Listing()
def add(function):
    handlers.insert(function.__name__, function)
    names.append(function)
    return function
"""
case(
    "registries that refuse to be changed",
    "m",
    {
        "reg.py": REFUSES,
        "m.py": "from reg import add, names\n@add\ndef f(): return 1\n@add\ndef g(): return 2\nn = len(names)\n",
    },
    {"m.py": "from reg import add, names\n@add\ndef f(a=1): return 1\n@add\ndef g(): return 2\nn = len(names)\n"},
    {"m.py": "from reg import add, names\n@add\ndef e(): return 1\n@add\ndef g(): return 2\nn = len(names)\n"},
    {"m.py": "from reg import add, names\n@add\ndef g(): return 2\n@add\ndef e(): return 1\nn = len(names)\n"},
    {"m.py": "from reg import add, names\n@add\ndef e(): return 1 / 0\n@add\ndef h(): return 2\nn / 0\n"},
    {"m.py": "from reg import add, names\n@add\ndef e(): return 3\n@add\ndef h(): return 2\nn = len(names)\n"},
    {"reg.py": REFUSES.replace("return function", "return [function][0]")},
)
case(
    "a module that puts another in its place",
    "lex user",
    {
        "lex.py": "import sys, types\nfrom mapping import NAMES\n__all__ = [*NAMES, 'get']\ndef get(): return NAMES\n"
        "class Lazy(types.ModuleType):\n    def __getattr__(self, name):\n"
        "        if name in NAMES: return NAMES[name]\n"
        "        raise AttributeError(name)\n"
        "old, new = sys.modules[__name__], Lazy(__name__)\nnew.__dict__.update(old.__dict__)\n"
        "sys.modules[__name__] = new\n"
        "del new.new, new.old, new.sys, new.types\n",
        "mapping.py": "NAMES = {'A': 1}\n",
        "user.py": "import lex\nx, y, z = lex.A, lex.get(), [hasattr(lex, n) for n in ('old', 'sys', 'types', 'B')]\n",
    },
    {"mapping.py": "NAMES = {'A': 1, 'B': 2}\n"},
    {"mapping.py": "NAMES = {'A': 3}\n"},
)
chain(
    "calls on a name that is imported for type checkers and in a function",
    """
    import typing
    if typing.TYPE_CHECKING:
        from string import Template
    def f():
        from string import Template
        made = Template.safe_substitute(Template('a'))
        assert made
        return made
    x = f()
    """,
    ("    assert made", "    # inside\n    assert made"),
)
RENAMED = "import a\na.__name__ = 'other'\na.x = 4\nz = a.x\n"
case(
    "module that has given itself another name, and what others set in it",
    "b",
    {"a.py": "x = 1\ny = x\n", "b.py": RENAMED + "a.y = 6\n"},
    {"a.py": "x = 2\ny = x\n"},
    {"b.py": RENAMED},
    {"b.py": RENAMED.replace("a.x = 4\n", "")},
    {"a.py": "x = 3\ny = x\n"},
)
BASE = "class A:\n    x = 1\n    def m(self): return self.x\n"
MINE = "\nclass A({0}):\n    mine = 1\n    def k(self): return self.m()\n"
USERS = "z = A.x\ny = A().k()\ni = A()\n"
SUBCLASS = "import a\nkept = a.A\n" + MINE.format("kept")
for name, old, new in [
    ("value", "x = 1", "x = 2"),
    ("method", "self.x", "self.x + 3"),
    ("member more", "def m", "w = 4\n    def m"),
    ("base", "class A:", "class B: q = 3\nclass A(B):"),
]:
    after = BASE.replace(old, new)
    case(
        f"class in whose place another module has put a subclass: another {name}",
        "d",
        {
            "a.py": BASE,
            "b.py": SUBCLASS,
            "c.py": "import a, b\na.A = b.A\nz = a.A.x\n",
            "d.py": "from c import a\nfrom a import A\nclass D(a.A): pass\nn = D().k()\n" + USERS,
        },
        {"a.py": after},
        {"b.py": SUBCLASS.replace("mine = 1", "mine = 3")},
        {"c.py": "import a, b\nz = a.A.x\n", "d.py": "from c import a\n"},
    )
    for base, text in {"itself": BASE, "another name of it": BASE + "B = A\n"}.items():
        mine = MINE.format(text[-6] if "B =" in text else "A") + USERS
        changed = text.replace(old, new)
        case(
            f"class that a later one of its name derives from, by {base}: another {name}",
            "a",
            {"a.py": text + mine},
            {"a.py": changed + mine},
            {"a.py": changed + mine.replace("mine = 1", "mine = 3")},
        )
for name, made in {
    "by a call of type": "K = type('K', (K,), {'q': 1})\n",
    "by make_dataclass": "import dataclasses\nK = dataclasses.make_dataclass('K', [('y', int, 2)], bases=(K,))\n",
}.items():
    users = made + "z = K.x\no = K()\n"
    if sys.version_info < (3, 12) and "make_dataclass" in made:
        continue  # it says that its class is of another module
    case(
        f"class that a later one of its name derives from, which is made {name}",
        "a",
        {"a.py": "class K:\n    x = 1\n" + users},
        {"a.py": "class K:\n    x = 2\n" + users},
        {"a.py": "class K:\n    x = 2\n    def m(self): pass\n" + users},
    )
ON_DEMAND = "    if name not in ('K', 'f', 'C'): raise AttributeError(name)\n"
LOAD = "import functools, importlib\n_kept = {}\n"
LOAD += "def _load(name): return getattr(importlib.import_module('p.impl'), name)\n"
IMPL = "class Base:\n    def __init_subclass__(cls): cls.seen = [getattr(each, 'KEYS', ()) for each in cls.__mro__]\n"
IMPL += "class K(Base):\n    KEYS = ['a']\n    def m(self): return 1\ndef f(): return 1\nC = 1\n"
TAKES = "from p import K, f, C\nclass S(K): pass\nx = f(), C, K().m()\n"
for name, lazy in {
    "nowhere": LOAD + "def __getattr__(name):\n" + ON_DEMAND + "    return _load(name)\n",
    "in its namespace": LOAD
    + "def __getattr__(name):\n"
    + ON_DEMAND
    + "    value = globals()[name] = _load(name)\n    return value\n",
    "in a dict": LOAD
    + "def __getattr__(name):\n"
    + ON_DEMAND
    + "    if name not in _kept: _kept[name] = _load(name)\n    return _kept[name]\n",
    "in a cache": LOAD.replace("def", "@functools.lru_cache\ndef")
    + "def __getattr__(name):\n"
    + ON_DEMAND
    + "    return _load(name)\n",
}.items():
    for kind, changes in {
        "class": [("['a']", "['a', 'b']"), ("['a']", "['c']"), ("m(self): return 1", "m(self): return 2")],
        "class with slots": [
            ("    KEYS", "    __slots__ = 'q'\n    KEYS"),
            ("    KEYS", "    __slots__ = 'r'\n    KEYS"),
        ],
        "function": [("f(): return 1", "f(): return 2"), ("def f(): return 1", "f = lambda: 3")][
            sys.version_info < (3, 12) :
        ],
        "constant": [("C = 1", "C = 2"), ("C = 1", "C = 3")],
    }.items():
        case(
            f"package that gives a {kind} on demand and keeps it {name}",
            "u v",
            {"p/__init__.py": lazy, "p/impl.py": IMPL, "u.py": TAKES, "v.py": "import p\ny = p.f(), p.C\n" + TAKES},
            *({"p/impl.py": IMPL.replace(*change)} for change in changes),
        )
TAKEN_OFF = """
class Hooks:
    def on_start(self): return 1
    def on_stop(self):
        "Ends."
    def run(self, name): return hasattr(self, "on_" + name)
    limit = 3

class Sub(Hooks):
    def on_start(self): return 2

EVENTS = [name[3:] for name in Hooks.__dict__ if name.startswith("on_")]
first = Hooks.on_start.__name__, Hooks.limit
for k in EVENTS:
    delattr(Hooks, "on_" + k)
del Hooks.limit
has = [Hooks().run(name) for name in EVENTS], Sub().run("start"), hasattr(Hooks, "limit")
"""
case(
    "members that later statements take off a class",
    "m u",
    {"m.py": TAKEN_OFF, "u.py": "from m import Hooks, EVENTS\nnames = sorted(vars(Hooks)), len(EVENTS)\n"},
    {"m.py": TAKEN_OFF.replace('"Ends."', '"Ends it."')},
    {"m.py": TAKEN_OFF.replace('"Ends."', "return 5")},
    {"m.py": TAKEN_OFF.replace("    def run", "    def on_more(self): return 3\n    def run")},
    {"m.py": TAKEN_OFF.replace("    def on_stop", "    def on_early(self): return 3\n    def on_stop")},
    {"m.py": TAKEN_OFF.replace("limit = 3", "limit = 4")},
    {"m.py": TAKEN_OFF.replace("Hooks.limit\nfor", "Hooks.limit + 1\nfor")},
    {"m.py": TAKEN_OFF.replace("for k in EVENTS:", "for k in EVENTS[1:]:")},
    {"m.py": TAKEN_OFF},
    {"m.py": TAKEN_OFF.replace("del Hooks.limit", "")},
    {"m.py": TAKEN_OFF.replace('for k in EVENTS:\n    delattr(Hooks, "on_" + k)\n', "")},
    {"m.py": TAKEN_OFF},
)
case(
    "the same text of two modules' own, one of which answers for any name",
    "p.a",
    {"p/__init__.py": "", "p/a.py": "def __getattr__(name): pass\n"},
    {"p/__init__.py": "'''About 8.'''\n"},
)
case(
    "a module that is imported by a new one from now on, which adds to its list",
    "p.a",
    {
        "m1.py": "class K1: pass\nl1 = []\nclass K2:\n    w = len(l1)\n",
        "m2.py": "from m1 import *\nl1[:0] = [1]\n",
        "p/__init__.py": "",
        "p/a.py": "from m1 import K1\n",
    },
    {"p/a.py": "from m2 import K1\n"},
)
NEW_PACKAGE = {
    "p/app.py": "from p.io.text import X\nclass A:\n    x = X\n",
    "p/io/__init__.py": "",
    "p/io/text.py": "from p.names import quote\nX = quote('a')\n",
    "p/names.py": "import shlex\nW = shlex.quote('a')\ndef quote(s): return shlex.quote(s) + W\n",
}
for name, files in {
    "a new package": NEW_PACKAGE,
    "a new package in another": {
        "p/io/__init__.py": "",
        **{
            path.replace("p/io/", "p/io/more/"): text.replace("p.io", "p.io.more") for path, text in NEW_PACKAGE.items()
        },
    },
}.items():
    case(
        f"a module in {name} needs what the same edit brings to another",
        "u",
        {
            "p/__init__.py": "",
            "p/app.py": "class A: pass\n",
            "p/names.py": "old = 1\n",
            "u.py": "import p.app, p.names\n",
        },
        files,
    )
MEMO = """
SCALE = 1
def helper(k): return k + 'x' * SCALE
{}
"""
MEMOS = {
    "a global": "kept = {}\ndef get(k):\n    if k not in kept:\n        kept[k] = helper(k)\n    return kept[k]\n",
    "a global, asked by a method": "kept = {}\ndef get(k):\n    value = kept.get(k)\n    if value is not None:\n"
    "        return value\n    kept[k] = value = helper(k)\n    return value\n",
    "a global, by an error": "kept = {}\ndef get(k):\n    try:\n        return kept[k]\n    except KeyError:\n"
    "        value = helper(k)\n        kept[k] = value\n        return value\n",
    "a decorator's": "def memoize(f):\n    kept = {}\n    def wrapper(k):\n        if k not in kept:\n"
    "            kept[k] = f(k)\n        return kept[k]\n    return wrapper\n@memoize\ndef get(k): return helper(k)\n",
    "a class": "class F:\n    kept = {}\n    @classmethod\n    def get(cls, k):\n        if k not in cls.kept:\n"
    "            cls.kept[k] = helper(k)\n        return cls.kept[k]\nget = F.get\n",
    "an object": "class F:\n    def __init__(self): self.kept = {}\n    def get(self, k):\n"
    "        if k not in self.kept:\n            self.kept[k] = helper(k)\n        return self.kept[k]\n"
    "get = F().get\n",
}
for name, text in MEMOS.items():
    module = MEMO.format(text)
    case(
        f"values that {name} keeps, of which several are served",
        "u v",
        {
            "f.py": module,
            "u.py": "from f import get\nx = get('a')\ny = get('b')\n",
            "v.py": "import f\nz = f.get('a'), 1\n",
        },
        {"f.py": module.replace("+ 'x'", "+ 'y'")},
        {"f.py": module.replace("SCALE = 1", "SCALE = 2")},
        {"u.py": "from f import get\nx = get('a') + 'x'\ny = get('b') + 'y'\n"},
        {"f.py": module},
    )
HAVE = """
_cache = {}
def have(feature):
    if (found := _cache.get(feature)) is not None:
        return found
    _cache[feature] = found = all(each in ('json', 'csv') for each in NEEDED[feature])
    return found
NEEDED = {'doh': ['%s']}
"""
USES = "import features\nhave_%s = features.have('doh')\nif have_%s:\n    import %s\n    a = %s.__name__\n"
USES += "else:\n    a = None\n"
case(
    "a condition that is kept, and comes out another way",
    "user",
    {"features.py": HAVE % "json", "user.py": USES % (("json",) * 4)},
    {"features.py": HAVE % "missing9", "user.py": USES % (("missing9",) * 4)},
    {"features.py": HAVE % "csv", "user.py": USES % (("csv",) * 4)},
)
for name, head in {"": "", ", of annotations that are texts": "from __future__ import annotations\n"}.items():
    case(
        f"annotations that change places in a class{name}",
        "m",
        {"m.py": head + "class K:\n    a: int\n    b: str = ''\n    def f(self): pass\nx = list(K.__annotations__)\n"},
        {"m.py": head + "class K:\n    b: str = ''\n    a: int\n    def f(self): pass\nx = list(K.__annotations__)\n"},
        {
            "m.py": head
            + "class K:\n    c: str\n    a: int\n    b: str = ''\n    def f(self): pass\nx = [*K.__annotations__]\n"
        },
        {
            "m.py": head
            + "class K:\n    a: int\n    b: str = ''\n    c: str\n    def f(self): pass\nx = [*K.__annotations__]\n"
        },
    )
for how, use in {"deletes": "del c", "reads": "d = c", "prints": "print(c)"}.items():
    case(
        f"what {how} a name comes before a new import of it, and what bound it is gone",
        "n",
        {"m.py": "", "n.py": f"def f(): pass\nc = 19\n{use}\n"},
        {"m.py": "c = 19\n", "n.py": f"{use}\ndef f(): pass\nfrom m import c\n"},
        {"n.py": f"def f(): pass\nfrom m import c\n{use}\n"},
    )
case(
    "a variable of the environment that is set no more, for who reads it",
    "m",
    {"m.py": "import os\nos.environ['HMR_X9'] = '1'\nx = os.environ.get('HMR_X9')\ny = 1\n"},
    {"m.py": "import os\nx = os.environ.get('HMR_X9')\ny = 1\n"},
    {"m.py": "import os\nos.environ['HMR_X9'] = '2'\nx = os.environ.get('HMR_X9')\ny = 1\n"},
)
for how, fill in {
    "a loop": "for n in range(2):\n    @found.append\n    def f(a=1): pass\n",
    "a decorator": "@found.append\ndef f(a=1): pass\n",
    "a call": "found.append(1)\n",
    "a block": "if True:\n    found.append(1)\n",
}.items():
    case(
        f"a list that moves to a new module, where {how} fills it",
        "m",
        {"m.py": "found = []\n"},
        {"k.py": "found = []\n" + fill, "m.py": "import k\n"},
    )
case(
    "a block that imports, and what it imports has changed behind that",
    "p",
    {
        "m1.py": "c1 = 1\n",
        "p/a.py": "c2 = 11\n",
        "p/b.py": "from p.a import c2\n",
        "p/__init__.py": "from m1 import c1\nif c1:\n    from p.b import c2 as c6\n",
    },
    {"m1.py": "c1 = 2\n", "p/a.py": "c2 = 6\n"},
    {"m1.py": "c1 = 3\n", "p/b.py": "from p.a import c2\nc2 += 1\n"},
)
