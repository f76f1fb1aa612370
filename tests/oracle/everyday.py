"""Scenarios as people write them: what they keep at the top level of modules, and how they edit it."""

from __future__ import annotations

import textwrap
from itertools import product

from . import counted as counted
from . import defaults as defaults
from . import drawn as drawn
from . import found as found
from . import handed as handed
from . import mutated as mutated
from . import records as records
from . import resting as resting
from . import sessions as sessions
from . import setting as setting
from .cases import CASES as CASES
from .cases import case, one

one(
    "logging handlers",
    """
    import logging
    LEVEL = 'INFO'
    logger = logging.getLogger('nat1')
    h = logging.StreamHandler()
    logger.addHandler(h)
    logger.setLevel(LEVEL)
    n = len(logger.handlers)
    """,
    """
    import logging
    LEVEL = 'DEBUG'
    logger = logging.getLogger('nat1')
    h = logging.StreamHandler()
    logger.addHandler(h)
    logger.setLevel(LEVEL)
    n = len(logger.handlers)
    """,
)
one(
    "logging formatter edited",
    """
    import logging
    logger = logging.getLogger('nat2')
    h = logging.StreamHandler()
    h.setFormatter(logging.Formatter('%(message)s'))
    logger.addHandler(h)
    n = len(logger.handlers)
    f = logger.handlers[0].formatter._fmt
    """,
    """
    import logging
    logger = logging.getLogger('nat2')
    h = logging.StreamHandler()
    h.setFormatter(logging.Formatter('%(levelname)s'))
    logger.addHandler(h)
    n = len(logger.handlers)
    f = logger.handlers[0].formatter._fmt
    """,
)
one(
    "argparse in function",
    """
    import argparse
    def build():
        p = argparse.ArgumentParser(prog='x')
        p.add_argument('--a', default=1)
        return p
    parser = build()
    opts = vars(parser.parse_args([]))
    """,
    """
    import argparse
    def build():
        p = argparse.ArgumentParser(prog='x')
        p.add_argument('--a', default=2)
        return p
    parser = build()
    opts = vars(parser.parse_args([]))
    """,
)
one(
    "argparse at top",
    """
    import argparse
    parser = argparse.ArgumentParser(prog='x')
    parser.add_argument('--a', default=1)
    parser.add_argument('--b', default=5)
    opts = vars(parser.parse_args([]))
    """,
    """
    import argparse
    parser = argparse.ArgumentParser(prog='x')
    parser.add_argument('--a', default=2)
    parser.add_argument('--b', default=5)
    opts = vars(parser.parse_args([]))
    """,
)
one(
    "subparsers",
    """
    import argparse
    parser = argparse.ArgumentParser(prog='x')
    sub = parser.add_subparsers()
    p1 = sub.add_parser('one')
    p1.add_argument('--a', default=3)
    opts = vars(parser.parse_args(['one']))
    """,
    """
    import argparse
    parser = argparse.ArgumentParser(prog='x')
    sub = parser.add_subparsers()
    p1 = sub.add_parser('two')
    p1.add_argument('--a', default=3)
    opts = vars(parser.parse_args(['two']))
    """,
)
case(
    "renamed in two files",
    "main",
    {
        "lib.py": """
        def old(): return 1
        K = 1
        """,
        "main.py": """
        from lib import old, K
        x = old()
        def use(): return old()
        """,
    },
    {
        "lib.py": """
        def new(): return 2
        K = 1
        """,
        "main.py": """
        from lib import new, K
        x = new()
        def use(): return new()
        """,
    },
)
case(
    "moved to a new module",
    "main",
    {
        "lib.py": """
        def f(): return 1
        def g(): return f()
        """,
        "main.py": """
        from lib import f, g
        x = f()
        """,
    },
    {
        "util.py": "def f(): return 1\n",
        "lib.py": """
        from util import f
        def g(): return f()
        """,
    },
    {
        "util.py": "def f(): return 4\n",
    },
)
case(
    "package re-export added",
    "main",
    {
        "p/__init__.py": "from .a import f\n",
        "p/a.py": """
        def f(): return 1
        def g(): return 2
        """,
        "main.py": """
        import p
        x = p.f()
        """,
    },
    {
        "p/__init__.py": "from .a import f, g\n",
        "main.py": """
        import p
        x = p.g()
        """,
    },
    {
        "p/a.py": """
        def f(): return 1
        def g(): return 3
        """,
    },
)
case(
    "__all__ edited",
    "main",
    {
        "lib.py": """
        __all__ = ['a']
        a = 1
        b = 2
        """,
        "main.py": """
        from lib import *
        n = sorted(k for k in globals() if len(k) == 1 and k != 'n')
        """,
    },
    {
        "lib.py": """
        __all__ = ['a', 'b']
        a = 1
        b = 2
        """,
    },
    {
        "lib.py": """
        __all__ = ['b']
        a = 1
        b = 2
        """,
    },
)
case(
    "settings by star",
    "main",
    {
        "base.py": """
        DEBUG = False
        APPS = ['a']
        DB = {'name': 'x'}
        """,
        "local.py": """
        from base import *
        DEBUG = True
        APPS = APPS + ['b']
        DB['host'] = 'h'
        """,
        "main.py": """
        import local
        apps = tuple(local.APPS)
        host = local.DB['name'], local.DB['host']
        """,
    },
    {
        "base.py": """
        DEBUG = False
        APPS = ['a', 'z']
        DB = {'name': 'x'}
        """,
    },
    {
        "base.py": """
        DEBUG = False
        APPS = ['a', 'z']
        DB = {'name': 'y'}
        """,
    },
    {
        "local.py": """
        from base import *
        DEBUG = True
        APPS = APPS + ['b']
        DB['host'] = 'i'
        """,
    },
    {
        "local.py": """
        from base import *
        DEBUG = None
        APPS += ['q']
        DB['host'] = 'i'
        """,
    },
)
case(
    "circular",
    "main",
    {
        "a.py": """
        import b
        X = 1
        def fa(): return b.Y + X
        """,
        "b.py": """
        import a
        Y = 10
        def fb(): return a.X + Y
        """,
        "main.py": """
        import a, b
        x = a.fa(), b.fb()
        """,
    },
    {
        "a.py": """
        import b
        X = 2
        def fa(): return b.Y + X
        """,
    },
    {
        "b.py": """
        import a
        Y = 20
        def fb(): return a.X * Y
        """,
    },
)
one(
    "try import fallback",
    """
    try:
        import nonexistent_zz as z
    except ImportError:
        z = None
    ok = z is None
    """,
    """
    try:
        import json as z
    except ImportError:
        z = None
    ok = z is None
    """,
)
one(
    "globals loop",
    """
    for i in range(3):
        globals()[f'x{i}'] = i
    s = x0 + x1 + x2
    """,
    """
    for i in range(3):
        globals()[f'x{i}'] = i * 2
    s = x0 + x1 + x2
    """,
)
one(
    "del",
    """
    a = 1
    b = a
    del a
    """,
    """
    a = 2
    b = a
    del a
    """,
)
one(
    "del loop var",
    """
    l = []
    for k in range(3):
        l.append(k)
    del k
    n = len(l)
    """,
    """
    l = []
    for k in range(4):
        l.append(k)
    del k
    n = len(l)
    """,
)
one(
    "if else const",
    """
    DEBUG = 1
    if DEBUG:
        def f(): return 'd'
        LOG = 'x'
    else:
        def f(): return 'p'
    r = f()
    """,
    """
    DEBUG = 0
    if DEBUG:
        def f(): return 'd'
        LOG = 'x'
    else:
        def f(): return 'p'
    r = f()
    """,
)
one(
    "match",
    """
    MODE = 'a'
    match MODE:
        case 'a':
            v = 1
        case 'b':
            v = 2
    w = v
    """,
    """
    MODE = 'b'
    match MODE:
        case 'a':
            v = 1
        case 'b':
            v = 2
    w = v
    """,
)
one(
    "with",
    """
    import contextlib
    @contextlib.contextmanager
    def cm():
        yield 1
    with cm() as c:
        d = c + 1
    """,
    """
    import contextlib
    @contextlib.contextmanager
    def cm():
        yield 5
    with cm() as c:
        d = c + 1
    """,
)
one(
    "walrus",
    """
    if (n := 10) > 5:
        big = True
    else:
        big = False
    m = n
    """,
    """
    if (n := 3) > 5:
        big = True
    else:
        big = False
    m = n
    """,
)
one(
    "unpack",
    """
    a, (b, *c) = 1, (2, 3, 4)
    d = a + b + sum(c)
    """,
    """
    a, (b, *c) = 1, (5, 3, 4)
    d = a + b + sum(c)
    """,
)
one(
    "aug list",
    """
    xs = [1]
    xs += [2]
    ys = list(xs)
    """,
    """
    xs = [1]
    xs += [3]
    ys = list(xs)
    """,
)
one(
    "nested data",
    """
    cfg = {'a': {'b': 1}}
    cfg['a']['c'] = 2
    x = cfg['a']
    """,
    """
    cfg = {'a': {'b': 1}}
    cfg['a']['c'] = 3
    x = cfg['a']
    """,
)
one(
    "class var via function",
    """
    class C:
        items = []
    def add(x): C.items.append(x)
    add(1)
    add(2)
    n = list(C.items)
    """,
    """
    class C:
        items = []
    def add(x): C.items.append(x)
    add(1)
    add(3)
    n = list(C.items)
    """,
)
one(
    "class var by method",
    """
    class C:
        items = []
        @classmethod
        def add(cls, x): cls.items.append(x)
    C.add(1)
    C.add(2)
    n = list(C.items)
    """,
    """
    class C:
        items = []
        @classmethod
        def add(cls, x): cls.items.append(x)
    C.add(1)
    C.add(3)
    n = list(C.items)
    """,
)
one(
    "singleton registry object",
    """
    class R:
        def __init__(self): self.d = {}
        def add(self, k, v): self.d[k] = v; return self
    r = R().add('a', 1).add('b', 2)
    ks = list(r.d)
    """,
    """
    class R:
        def __init__(self): self.d = {}
        def add(self, k, v): self.d[k] = v; return self
    r = R().add('a', 1).add('c', 2)
    ks = list(r.d)
    """,
)
one(
    "object filled by calls",
    """
    class R:
        def __init__(self): self.d = {}
        def add(self, k, v): self.d[k] = v
    r = R()
    r.add('a', 1)
    r.add('b', 2)
    ks = list(r.d)
    """,
    """
    class R:
        def __init__(self): self.d = {}
        def add(self, k, v): self.d[k] = v
    r = R()
    r.add('a', 1)
    r.add('c', 2)
    ks = list(r.d)
    """,
)
one(
    "counter function",
    """
    n = 0
    def nxt():
        global n
        n += 1
        return n
    a = nxt()
    b = nxt()
    """,
    """
    n = 0
    def nxt():
        global n
        n += 2
        return n
    a = nxt()
    b = nxt()
    """,
)
one(
    "itertools count",
    """
    import itertools
    ids = itertools.count()
    a = next(ids)
    b = next(ids)
    """,
    """
    import itertools
    ids = itertools.count(10)
    a = next(ids)
    b = next(ids)
    """,
)
one(
    "itertools count: consumer edited",
    """
    import itertools
    ids = itertools.count()
    a = next(ids)
    b = next(ids)
    """,
    """
    import itertools
    ids = itertools.count()
    a = next(ids) + 100
    b = next(ids)
    """,
)
one(
    "iterator consumed",
    """
    it = iter([1, 2, 3])
    a = next(it)
    b = list(it)
    """,
    """
    it = iter([1, 2, 3])
    a = next(it)
    b = tuple(it)
    """,
)
one(
    "deque",
    """
    from collections import deque
    d = deque([1])
    d.append(2)
    x = list(d)
    """,
    """
    from collections import deque
    d = deque([1])
    d.append(3)
    x = list(d)
    """,
)
one(
    "defaultdict",
    """
    from collections import defaultdict
    d = defaultdict(list)
    d['a'].append(1)
    x = dict(d)
    """,
    """
    from collections import defaultdict
    d = defaultdict(list)
    d['a'].append(2)
    x = dict(d)
    """,
)
one(
    "counter",
    """
    from collections import Counter
    c = Counter('aab')
    c.update('b')
    x = c.most_common(1)
    """,
    """
    from collections import Counter
    c = Counter('aab')
    c.update('bb')
    x = c.most_common(1)
    """,
)
one(
    "namedtuple field",
    """
    from collections import namedtuple
    P = namedtuple('P', 'x y')
    p = P(1, 2)
    q = p.x
    """,
    """
    from collections import namedtuple
    P = namedtuple('P', 'x y z')
    p = P(1, 2, 3)
    q = p.z
    """,
)
one(
    "typing things",
    """
    from typing import TypeVar, Union
    T = TypeVar('T')
    U = Union[int, str]
    def f(x: U) -> T: ...
    h = f.__annotations__
    """,
    """
    from typing import TypeVar, Union
    T = TypeVar('T', bound=int)
    U = Union[int, bytes]
    def f(x: U) -> T: ...
    h = f.__annotations__
    """,
)
one(
    "partial",
    """
    from functools import partial
    def f(a, b): return a + b
    g = partial(f, 1)
    x = g(2)
    """,
    """
    from functools import partial
    def f(a, b): return a * b
    g = partial(f, 5)
    x = g(2)
    """,
)
one(
    "lambda table",
    """
    ops = {'add': lambda a, b: a + b, 'sub': lambda a, b: a - b}
    x = ops['add'](1, 2)
    """,
    """
    ops = {'add': lambda a, b: a + b + 1, 'sub': lambda a, b: a - b}
    x = ops['add'](1, 2)
    """,
)
one(
    "sorted key",
    """
    def key(x): return -x
    xs = sorted([1, 3, 2], key=key)
    """,
    """
    def key(x): return x
    xs = sorted([1, 3, 2], key=key)
    """,
)
one(
    "comprehension uses function",
    """
    def sq(x): return x * x
    t = [sq(i) for i in range(3)]
    """,
    """
    def sq(x): return x + x
    t = [sq(i) for i in range(3)]
    """,
)
one(
    "map lazy",
    """
    def sq(x): return x * x
    t = list(map(sq, range(3)))
    """,
    """
    def sq(x): return x + x
    t = list(map(sq, range(3)))
    """,
)
one(
    "regex flags",
    """
    import re
    P = 'a+'
    R = re.compile(P)
    m = bool(R.match('b'))
    """,
    """
    import re
    P = 'b+'
    R = re.compile(P)
    m = bool(R.match('b'))
    """,
)
one(
    "docstring only",
    """
    '''One.'''
    def f():
        '''Doc.'''
    x = __doc__, f.__doc__
    """,
    """
    '''Two.'''
    def f():
        '''Dox.'''
    x = __doc__, f.__doc__
    """,
)
case(
    "data file",
    "main",
    {
        "d.json": '{"a": 1}',
        "main.py": """
        import json, os
        with open(os.path.join(os.path.dirname(__file__), 'd.json')) as h:
            D = json.load(h)
        x = D['a']
        """,
    },
    {
        "d.json": '{"a": 2}',
    },
)
NOTING = (
    "def deco({0}=1):\n    def put(f):\n        registry[f.__name__] = f\n        return f, '{0}'\n    return put\n"
)
for made in ("{}", "weakref.WeakValueDictionary()", "collections.UserDict()"):
    case(
        f"a registry, {made}, that who looks at it late in the reload is to see half filled",
        "late",
        {
            "lib.py": f"import collections, weakref\nregistry = {made}\n" + NOTING.format("lazy"),
            "m.py": "from lib import deco\n@deco(lazy=2)\ndef a(): return 1\nkept = a\n@deco()\ndef b(): return 2\n",
            "seen.py": "import lib\nfrom m import a, b\nfrom lib import registry as found\n"
            "def check(names): assert set(found) == names, set(found)\ncheck({n for n in dir() if len(n) == 1})\n",
            "late.py": "import seen\nfrom lib import deco\n@deco()\ndef later(): pass\n",
        },
        {
            "lib.py": f"import collections, weakref\nregistry = {made}\n" + NOTING.format("eager"),
            "m.py": "from lib import deco\n@deco(eager=2)\ndef a(): return 1\nkept = a\n@deco()\ndef b(): return 2\n",
        },
    )
case(
    "data file that a function keeps in a cache",
    "one two",
    {
        "data.json": '{"a": 1}',
        "conf.py": "import functools, json\ndef read(): return open('data.json').read()\n"
        "@functools.cache\ndef settings(): return json.loads(read())\n",
        "one.py": "from conf import settings\nlimit = settings()['a']\n",
        "two.py": "from conf import settings\nlimit = settings()['a'] + 1\nother = []\n",
    },
    {"data.json": '{"a": 2}'},
)
case(
    "data file by pathlib in function",
    "main",
    {
        "d.txt": "one",
        "main.py": """
        from pathlib import Path
        def load(): return Path(__file__).with_name('d.txt').read_text()
        T = load()
        x = len(T)
        """,
    },
    {
        "d.txt": "three",
    },
)
case(
    "base in other module gets member",
    "main",
    {
        "b.py": """
        class B:
            def f(self): return 1
        """,
        "main.py": """
        from b import B
        class D(B):
            def g(self): return self.f() + 1
        x = D().g()
        has = hasattr(D, 'extra')
        """,
    },
    {
        "b.py": """
        class B:
            extra = 3
            def f(self): return 5
        """,
    },
)
case(
    "constant via attribute chain",
    "main",
    {
        "p/__init__.py": "from . import conf\n",
        "p/conf.py": "LIMIT = 1\n",
        "main.py": """
        import p
        x = p.conf.LIMIT
        import p.conf as c
        y = c.LIMIT
        """,
    },
    {
        "p/conf.py": "LIMIT = 2\n",
    },
)
case(
    "getattr dynamic",
    "main",
    {
        "m.py": """
        A = 1
        B = 2
        """,
        "main.py": """
        import m
        vals = [getattr(m, n) for n in ('A', 'B')]
        names = [n for n in dir(m) if n.isupper()]
        """,
    },
    {
        "m.py": """
        A = 1
        B = 5
        C = 6
        """,
    },
)
case(
    "import inside function",
    "main",
    {
        "m.py": "A = 1\n",
        "main.py": """
        def f():
            from m import A
            return A
        x = f()
        """,
    },
    {
        "m.py": "A = 2\n",
    },
)
case(
    "module alias passed",
    "main",
    {
        "m.py": "A = 1\n",
        "main.py": """
        import m
        def read(mod): return mod.A
        x = read(m)
        """,
    },
    {
        "m.py": "A = 2\n",
    },
)
case(
    "module __getattr__",
    "main",
    {
        "m.py": """
        def __getattr__(n):
            return n.upper()
        """,
        "main.py": """
        import m
        from m import foo
        x = m.bar
        """,
    },
    {
        "m.py": """
        def __getattr__(n):
            return n.title()
        """,
    },
)


case(
    "file that registered is gone",
    "main",
    {
        "r.py": """
        items = []
        def reg(f):
            items.append(f.__name__)
            return f
        """,
        "a.py": """
        from r import reg
        @reg
        def fa(): pass
        x = 1
        """,
        "b.py": """
        from r import reg
        @reg
        def fb(): pass
        x = 1
        """,
        "main.py": """
        import a
        import b
        from r import items
        n = list(items), a.x + b.x
        """,
    },
    {
        "b.py": None,
        "main.py": """
        import a
        from r import items
        n = list(items), a.x
        """,
    },
)
for name, bodies in {
    "decorators": ("from r import reg\n@reg\ndef fa(): pass\n", "from r import reg\n@reg\ndef fb(): pass\n"),
    "a list": ("import r\nr.items.append('a')\n", "import r\nr.items += ['b']\n"),
    "classes": ("from r import K\nclass A(K): pass\n", "from r import K\nclass B(K): pass\n"),
    "dispatch": (
        "from r import shown\n@shown.register\ndef _(x: int): return 'int'\n",
        "from r import shown\n@shown.register\ndef _(x: str): return 'str'\n",
    ),
    "attributes": ("import r\nr.K.a = 1\n", "import r\nr.K.b = 2\nr.B = 3\n"),
    "entries": ("from r import K\nK.known['a'] = 1\n", "from r import K\nK.known.update(b=2)\n"),
    "an attribute's entries": ("import r\nr.K.known['a'] = 1\n", "import r\nr.K.known['b'] = r.items.append('b')\n"),
}.items():
    case(
        f"file that comes and registers: {name}",
        "main",
        {
            "r.py": """
            items = []
            def reg(f):
                items.append(f.__name__)
                return f
            class K:
                known = {}
                def __init_subclass__(cls): items.append(cls.__name__)
            import functools
            @functools.singledispatch
            def shown(x): return 'other'
            """,
            "p/__init__.py": "import p.a\n",
            "p/a.py": bodies[0],
            "main.py": """
            import p
            import r
            from r import items, K, shown
            n = list(items)
            words = shown(1), shown('a')
            held = sorted(K.known), hasattr(K, 'a'), hasattr(K, 'b')
            B = getattr(r, 'B', None)
            """,
        },
        {"p/b.py": bodies[1], "p/__init__.py": "import p.a, p.b\n"},
        {"p/b.py": None, "p/__init__.py": "import p.a\n"},
    )
for name, before, after in (
    ("goes from a dict", "K.known['a'] = 1\nK.known.update(b=2)\n", "K.known.update(b=2)\n"),
    ("becomes another in a dict", "K.known['a'] = 1\nK.known.update(b=2)\n", "K.known['c'] = 1\nK.known.update(d=2)\n"),
    ("goes from a list", "K.listed.append(1)\nK.listed.append(2)\n", "K.listed.append(2)\n"),
    (
        "becomes another in a list",
        "K.listed.append(1)\nK.listed.append(2)\n",
        "K.listed.append(3)\nK.listed.append(2)\n",
    ),
):
    case(
        f"entry of what a class holds: {name}",
        "main",
        {
            "r.py": "class K:\n    known = {}\n    listed = []\n    def m(self): return 1\n",
            "p.py": "from r import K\n" + before,
            "main.py": "import p, r\nfrom r import K\nheld = sorted(K.known), list(K.listed), K().m()\n",
        },
        {"p.py": "from r import K\n" + after},
        {"p.py": "from r import K\n"},
    )
case(
    "file that comes with a subclass",
    "main",
    {
        "r.py": "class K: pass\n",
        "a.py": "import r\nclass A(r.K): pass\n",
        "main.py": """
        import a
        from r import K
        kinds = [c.__name__ for c in K.__subclasses__()]
        """,
    },
    {"b.py": "import r\nclass B(r.K): pass\n", "a.py": "import r\nclass A(r.K): pass\nimport b\n"},
)
case(
    "file that set attributes is gone",
    "main",
    {
        "conf.py": """
        DEBUG = 1
        class K: pass
        """,
        "b.py": """
        import conf
        conf.DEBUG = 2
        conf.K.u = 3
        x = 1
        """,
        "main.py": """
        import conf
        import b
        n = conf.DEBUG, vars(conf.K).get('u'), b.x
        """,
    },
    {
        "b.py": None,
        "main.py": """
        import conf
        n = conf.DEBUG, vars(conf.K).get('u')
        """,
    },
)
case(
    "file that subclassed is gone",
    "main",
    {
        "base.py": """
        subs = []
        class Base:
            def __init_subclass__(cls, **k): subs.append(cls)
        """,
        "b.py": """
        from base import Base
        class B(Base): pass
        """,
        "main.py": """
        import base
        import b
        n = len(base.subs), b.B.__name__
        """,
    },
    {
        "b.py": None,
        "main.py": """
        import base
        n = len(base.subs)
        """,
    },
)
case(
    "file that filled a list is gone",
    "main",
    {
        "d.py": "l = []\n",
        "b.py": """
        from d import l
        l.append(1)
        x = 1
        """,
        "main.py": """
        import d
        import b
        n = len(d.l), b.x
        """,
    },
    {
        "b.py": None,
        "main.py": """
        import d
        n = len(d.l)
        """,
    },
)


case(
    "plugins by pkgutil",
    "main",
    {
        "plugins/__init__.py": "",
        "plugins/a.py": """
        NAME = 'a'
        def run(): return 1
        """,
        "plugins/b.py": """
        NAME = 'b'
        def run(): return 2
        """,
        "main.py": """
        import pkgutil, importlib, plugins
        found = {}
        for info in sorted(pkgutil.iter_modules(plugins.__path__), key=lambda i: i.name):
            m = importlib.import_module('plugins.' + info.name)
            found[m.NAME] = m.run()
        """,
    },
    {
        "plugins/a.py": """
        NAME = 'a'
        def run(): return 5
        """,
    },
    {
        "plugins/b.py": """
        NAME = 'bb'
        def run(): return 2
        """,
    },
)
case(
    "config class tree",
    "main",
    {
        "conf.py": """
        class Base:
            DEBUG = False
            PORT = 80
        class Dev(Base):
            DEBUG = True
        """,
        "main.py": """
        from conf import Dev
        cfg = Dev()
        url = f'http://x:{cfg.PORT}'
        flags = Dev.DEBUG, Dev.PORT
        """,
    },
    {
        "conf.py": """
        class Base:
            DEBUG = False
            PORT = 81
        class Dev(Base):
            DEBUG = True
        """,
    },
    {
        "conf.py": """
        class Base:
            DEBUG = False
            PORT = 81
        class Dev(Base):
            DEBUG = True
            PORT = 9
        """,
    },
    {
        "conf.py": """
        class Base:
            DEBUG = False
            PORT = 81
        class Dev(Base):
            pass
        """,
    },
)
case(
    "instance with attributes computed in __init__",
    "main",
    {
        "m.py": """
        RATE = 2
        class C:
            def __init__(self, n): self.total = n * RATE
        c = C(3)
        """,
        "main.py": """
        from m import c
        x = c.total
        """,
    },
    {
        "m.py": """
        RATE = 5
        class C:
            def __init__(self, n): self.total = n * RATE
        c = C(3)
        """,
    },
)
case(
    "factory in other module",
    "main",
    {
        "f.py": """
        def make(kind):
            return {'kind': kind, 'n': 1}
        """,
        "main.py": """
        from f import make
        a = make('x')
        b = make('y')
        both = [a, b]
        """,
    },
    {
        "f.py": """
        def make(kind):
            return {'kind': kind, 'n': 2}
        """,
    },
)
case(
    "decorator with state from other module",
    "main",
    {
        "d.py": """
        calls = []
        def traced(f):
            calls.append(f.__name__)
            def w(*a): return f(*a)
            return w
        """,
        "main.py": """
        from d import traced, calls
        @traced
        def one(): return 1
        @traced
        def two(): return 2
        x = one() + two()
        n = list(calls)
        """,
    },
    {
        "d.py": """
        calls = []
        def traced(f):
            calls.append(f.__name__.upper())
            def w(*a): return f(*a)
            return w
        """,
    },
    {
        "main.py": """
        from d import traced, calls
        @traced
        def one(): return 1
        @traced
        def three(): return 2
        x = one() + three()
        n = list(calls)
        """,
    },
)
case(
    "event bus across modules",
    "main",
    {
        "bus.py": """
        handlers = {}
        def on(name):
            def d(f):
                handlers.setdefault(name, []).append(f)
                return f
            return d
        def emit(name): return [h() for h in handlers.get(name, [])]
        """,
        "a.py": """
        from bus import on
        @on('x')
        def a1(): return 'a1'
        @on('y')
        def a2(): return 'a2'
        """,
        "main.py": """
        import a
        from bus import emit, handlers
        r = emit('x')
        n = {k: len(v) for k, v in handlers.items()}
        """,
    },
    {
        "a.py": """
        from bus import on
        @on('x')
        def a1(): return 'A1'
        @on('y')
        def a2(): return 'a2'
        """,
    },
    {
        "a.py": """
        from bus import on
        @on('y')
        def a1(): return 'A1'
        @on('y')
        def a2(): return 'a2'
        """,
    },
    {
        "a.py": """
        from bus import on
        @on('y')
        def a2(): return 'a2'
        @on('x')
        def a3(): return 'a3'
        """,
    },
)
case(
    "class registry by metaclass",
    "main",
    {
        "base.py": """
        class Meta(type):
            registry = {}
            def __new__(m, name, bases, ns):
                cls = super().__new__(m, name, bases, ns)
                m.registry[name] = cls
                return cls
        class Model(metaclass=Meta): pass
        """,
        "models.py": """
        from base import Model
        class User(Model):
            table = 'users'
        class Post(Model):
            table = 'posts'
        """,
        "main.py": """
        import models
        from base import Meta
        tables = {n: getattr(c, 'table', None) for n, c in Meta.registry.items()}
        """,
    },
    {
        "models.py": """
        from base import Model
        class User(Model):
            table = 'people'
        class Post(Model):
            table = 'posts'
        """,
    },
    {
        "models.py": """
        from base import Model
        class User(Model):
            table = 'people'
        class Article(Model):
            table = 'posts'
        """,
    },
    {
        "models.py": """
        from base import Model
        class User(Model):
            table = 'people'
        """,
    },
)
case(
    "constants by enum used as keys",
    "main",
    {
        "c.py": """
        import enum
        class Color(enum.Enum):
            RED = 1
            GREEN = 2
        """,
        "main.py": """
        from c import Color
        names = {Color.RED: 'r', Color.GREEN: 'g'}
        x = names[Color.RED]
        all_ = [c.name for c in Color]
        """,
    },
    {
        "c.py": """
        import enum
        class Color(enum.Enum):
            RED = 1
            GREEN = 2
            BLUE = 3
        """,
    },
    {
        "c.py": """
        import enum
        class Color(enum.Enum):
            RED = 10
            GREEN = 2
            BLUE = 3
        """,
    },
)
case(
    "dataclass field default changes",
    "main",
    {
        "d.py": """
        from dataclasses import dataclass, field
        @dataclass
        class P:
            x: int = 1
            tags: list = field(default_factory=list)
        """,
        "main.py": """
        from d import P
        p = P()
        q = P(5)
        r = repr(p), repr(q)
        """,
    },
    {
        "d.py": """
        from dataclasses import dataclass, field
        @dataclass
        class P:
            x: int = 2
            tags: list = field(default_factory=list)
        """,
    },
    {
        "d.py": """
        from dataclasses import dataclass, field
        @dataclass
        class P:
            x: int = 2
            y: int = 3
            tags: list = field(default_factory=list)
        """,
    },
    {
        "d.py": """
        from dataclasses import dataclass, field
        @dataclass(frozen=True)
        class P:
            y: int = 3
            tags: list = field(default_factory=list)
        """,
    },
)
case(
    "templates and formatting",
    "main",
    {
        "t.py": """
        HEADER = '<h1>{title}</h1>'
        def render(title): return HEADER.format(title=title)
        """,
        "main.py": """
        from t import render
        page = render('hi')
        """,
    },
    {
        "t.py": """
        HEADER = '<h2>{title}</h2>'
        def render(title): return HEADER.format(title=title)
        """,
    },
)
case(
    "three levels of derived constants",
    "main",
    {
        "a.py": "BASE = 10\n",
        "b.py": """
        from a import BASE
        DOUBLE = BASE * 2
        """,
        "c.py": """
        import b
        TRIPLE = b.DOUBLE + b.BASE
        """,
        "main.py": """
        from c import TRIPLE
        from b import DOUBLE as D
        x = TRIPLE + D
        """,
    },
    {
        "a.py": "BASE = 11\n",
    },
    {
        "b.py": """
        from a import BASE
        DOUBLE = BASE * 3
        """,
    },
)
case(
    "relative imports in a package",
    "app.main",
    {
        "app/__init__.py": "VERSION = '1'\n",
        "app/util.py": """
        from . import VERSION
        def tag(s): return s + VERSION
        """,
        "app/sub/__init__.py": "from ..util import tag\n",
        "app/sub/x.py": """
        from . import tag
        from .. import VERSION as V
        T = tag('x') + V
        """,
        "app/main.py": """
        from .sub.x import T
        from .sub import tag
        y = tag('m') + T
        """,
    },
    {
        "app/__init__.py": "VERSION = '2'\n",
    },
    {
        "app/util.py": """
        from . import VERSION
        def tag(s): return s.upper() + VERSION
        """,
    },
)
case(
    "lazy module attribute",
    "main",
    {
        "lazy.py": """
        _cache = {}
        def __getattr__(name):
            if name == 'VALUE':
                from inner import VALUE
                return VALUE
            raise AttributeError(name)
        """,
        "inner.py": "VALUE = 1\n",
        "main.py": """
        import lazy
        x = lazy.VALUE
        from lazy import VALUE as v
        """,
    },
    {
        "inner.py": "VALUE = 2\n",
    },
)
case(
    "type checking imports",
    "main",
    {
        "t.py": "class T: pass\n",
        "main.py": """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from t import T
        def f(x: T) -> T: return x
        n = f(1)
        """,
    },
    {
        "main.py": """
        from __future__ import annotations
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from t import T
        def f(x: T) -> T: return x + 1
        n = f(1)
        """,
    },
)
case(
    "conditional import by setting",
    "main",
    {
        "s.py": "BACKEND = 'one'\n",
        "one.py": "def go(): return 1\n",
        "two.py": "def go(): return 2\n",
        "main.py": """
        import s
        if s.BACKEND == 'one':
            from one import go
        else:
            from two import go
        x = go()
        """,
    },
    {
        "s.py": "BACKEND = 'two'\n",
    },
    {
        "two.py": "def go(): return 22\n",
    },
    {
        "s.py": "BACKEND = 'one'\n",
    },
)
case(
    "import by name from settings",
    "main",
    {
        "s.py": "BACKEND = 'one'\n",
        "one.py": "def go(): return 1\n",
        "two.py": "def go(): return 2\n",
        "main.py": """
        import importlib, s
        backend = importlib.import_module(s.BACKEND)
        x = backend.go()
        """,
    },
    {
        "s.py": "BACKEND = 'two'\n",
    },
    {
        "two.py": "def go(): return 22\n",
    },
)
case(
    "dict dispatch of functions",
    "main",
    {
        "h.py": """
        def a(): return 1
        def b(): return 2
        TABLE = {'a': a, 'b': b}
        """,
        "main.py": """
        from h import TABLE
        x = {k: f() for k, f in TABLE.items()}
        """,
    },
    {
        "h.py": """
        def a(): return 10
        def b(): return 2
        TABLE = {'a': a, 'b': b}
        """,
    },
    {
        "h.py": """
        def a(): return 10
        def c(): return 3
        TABLE = {'a': a, 'c': c}
        """,
    },
)
case(
    "classes in a list",
    "main",
    {
        "k.py": """
        class A:
            n = 1
        class B:
            n = 2
        ALL = [A, B]
        """,
        "main.py": """
        from k import ALL
        x = [c.n for c in ALL]
        y = [c().n for c in ALL]
        """,
    },
    {
        "k.py": """
        class A:
            n = 5
        class B:
            n = 2
        ALL = [A, B]
        """,
    },
)
case(
    "sum of functions via reduce",
    "main",
    {
        "m.py": """
        def inc(x): return x + 1
        def dbl(x): return x * 2
        """,
        "main.py": """
        from functools import reduce
        import m
        pipeline = [m.inc, m.dbl]
        x = reduce(lambda v, f: f(v), pipeline, 1)
        """,
    },
    {
        "m.py": """
        def inc(x): return x + 10
        def dbl(x): return x * 2
        """,
    },
)
case(
    "generator function",
    "main",
    {
        "m.py": """
        def gen():
            yield 1
            yield 2
        """,
        "main.py": """
        from m import gen
        xs = list(gen())
        first = next(gen())
        """,
    },
    {
        "m.py": """
        def gen():
            yield 3
            yield 2
        """,
    },
)
case(
    "async run",
    "main",
    {
        "m.py": """
        import asyncio
        async def f(): return 1
        """,
        "main.py": """
        import asyncio
        from m import f
        x = asyncio.run(f())
        """,
    },
    {
        "m.py": """
        import asyncio
        async def f(): return 2
        """,
    },
)
case(
    "class with property of another module's constant",
    "main",
    {
        "c.py": "LIM = 1\n",
        "m.py": """
        import c
        class K:
            @property
            def lim(self): return c.LIM
        k = K()
        """,
        "main.py": """
        from m import k
        x = k.lim
        """,
    },
    {
        "c.py": "LIM = 2\n",
    },
)
case(
    "operator overloads",
    "main",
    {
        "v.py": """
        class V:
            def __init__(self, x): self.x = x
            def __add__(self, o): return V(self.x + o.x)
            def __eq__(self, o): return self.x == o.x
            def __repr__(self): return f'V({self.x})'
        """,
        "main.py": """
        from v import V
        a = V(1) + V(2)
        s = repr(a)
        """,
    },
    {
        "v.py": """
        class V:
            def __init__(self, x): self.x = x
            def __add__(self, o): return V(self.x * 10 + o.x)
            def __eq__(self, o): return self.x == o.x
            def __repr__(self): return f'V({self.x})'
        """,
    },
    {
        "v.py": """
        class V:
            def __init__(self, x): self.x = x
            def __add__(self, o): return V(self.x * 10 + o.x)
            def __eq__(self, o): return self.x == o.x
            def __repr__(self): return f'<{self.x}>'
        """,
    },
)
case(
    "exception classes",
    "main",
    {
        "e.py": """
        class Base(Exception): code = 1
        class Sub(Base): pass
        """,
        "main.py": """
        import e
        try:
            raise e.Sub
        except e.Base as err:
            x = err.code
        """,
    },
    {
        "e.py": """
        class Base(Exception): code = 2
        class Sub(Base): pass
        """,
    },
    {
        "e.py": """
        class Base(Exception): code = 2
        class Sub(Base): code = 7
        """,
    },
)
case(
    "stacked decorators with constants",
    "main",
    {
        "d.py": """
        N = 2
        def rep(n):
            def d(f):
                def w(*a): return f(*a) * n
                return w
            return d
        """,
        "main.py": """
        from d import rep, N
        @rep(N)
        @rep(3)
        def s(): return 'x'
        v = s()
        """,
    },
    {
        "d.py": """
        N = 1
        def rep(n):
            def d(f):
                def w(*a): return f(*a) * n
                return w
            return d
        """,
    },
)
case(
    "closure factory",
    "main",
    {
        "m.py": """
        def adder(n):
            def add(x): return x + n
            return add
        add2 = adder(2)
        """,
        "main.py": """
        from m import add2
        x = add2(1)
        """,
    },
    {
        "m.py": """
        def adder(n):
            def add(x): return x + n + 100
            return add
        add2 = adder(2)
        """,
    },
    {
        "m.py": """
        def adder(n):
            k = n * 2
            def add(x): return x + n + k
            return add
        add2 = adder(3)
        """,
    },
)
case(
    "whole file replaced",
    "main",
    {
        "m.py": """
        A = 1
        def f(): return A
        class K:
            def g(self): return f()
        """,
        "main.py": """
        import m
        x = m.f()
        """,
    },
    {
        "m.py": """
        def f(): return B + 1
        B = 5
        class J:
            pass
        """,
    },
    {
        "m.py": "",
    },
    {
        "m.py": """
        A = 1
        def f(): return A
        """,
    },
)
case(
    "two files, one save, new dependency",
    "main",
    {
        "a.py": "x = 1\n",
        "b.py": "y = 2\n",
        "main.py": """
        import a, b
        z = a.x + b.y
        """,
    },
    {
        "a.py": """
        from b import y
        x = y * 10
        """,
        "b.py": "y = 3\n",
    },
    {
        "b.py": """
        from a import x
        y = x + 1
        """,
        "a.py": "x = 100\n",
    },
)
case(
    "shadowed builtin",
    "main",
    {
        "m.py": "x = sum([1, 2])\n",
        "main.py": """
        import m
        y = m.x
        """,
    },
    {
        "m.py": """
        def sum(v): return -1
        x = sum([1, 2])
        """,
    },
    {
        "m.py": "x = sum([1, 2])\n",
    },
)


case(
    "__main__ like app with routes in modules",
    "app",
    {
        "web.py": """
        class Router:
            def __init__(self): self.table = {}
            def get(self, path):
                def reg(f):
                    self.table[path] = f
                    return f
                return reg
            def mount(self, prefix, other):
                for p, f in other.table.items(): self.table[prefix + p] = f
        """,
        "users.py": """
        from web import Router
        router = Router()
        @router.get('/list')
        def list_users(): return ['a']
        """,
        "app.py": """
        from web import Router
        import users
        app = Router()
        app.mount('/users', users.router)
        @app.get('/')
        def home(): return 'home'
        paths = sorted(app.table)
        """,
    },
    {
        "users.py": """
        from web import Router
        router = Router()
        @router.get('/list')
        def list_users(): return ['a', 'b']
        """,
    },
    {
        "users.py": """
        from web import Router
        router = Router()
        @router.get('/list')
        def list_users(): return ['a', 'b']
        @router.get('/one')
        def one(): return 1
        """,
    },
    {
        "app.py": """
        from web import Router
        import users
        app = Router()
        app.mount('/u', users.router)
        @app.get('/')
        def home(): return 'home'
        paths = sorted(app.table)
        """,
    },
    {
        "users.py": """
        from web import Router
        router = Router()
        @router.get('/all')
        def list_users(): return ['a', 'b']
        """,
    },
)
case(
    "di container",
    "main",
    {
        "di.py": """
        providers = {}
        def provide(cls):
            providers[cls.__name__] = cls
            return cls
        def get(name, **k): return providers[name](**k)
        """,
        "svc.py": """
        from di import provide
        @provide
        class Mail:
            host = 'a'
            def send(self): return self.host
        """,
        "main.py": """
        import svc
        from di import get
        m = get('Mail')
        x = m.send()
        """,
    },
    {
        "svc.py": """
        from di import provide
        @provide
        class Mail:
            host = 'b'
            def send(self): return self.host + '!'
        """,
    },
    {
        "svc.py": """
        from di import provide
        @provide
        class Mail:
            def __init__(self, host='c'): self.host = host
            def send(self): return self.host + '!'
        """,
    },
)
case(
    "state machine table",
    "sm",
    {
        "states.py": "IDLE, RUN = 'idle', 'run'\n",
        "sm.py": """
        from states import IDLE, RUN
        def start(): return RUN
        def stop(): return IDLE
        TABLE = {(IDLE, 'go'): start, (RUN, 'halt'): stop}
        now = TABLE[IDLE, 'go']()
        """,
    },
    {
        "states.py": "IDLE, RUN = 'idle', 'running'\n",
    },
    {
        "states.py": "IDLE, RUN, DONE = 'i', 'running', 'd'\n",
    },
)
case(
    "units chain with functions across",
    "c",
    {
        "a.py": """
        FACTOR = 2
        def conv(x): return x * FACTOR
        """,
        "b.py": """
        from a import conv
        BASE = conv(10)
        def total(n): return BASE + conv(n)
        """,
        "c.py": """
        from b import total, BASE
        T = total(1)
        U = BASE
        """,
    },
    {
        "a.py": """
        FACTOR = 3
        def conv(x): return x * FACTOR
        """,
    },
    {
        "a.py": """
        FACTOR = 3
        def conv(x): return x * FACTOR + 1
        """,
    },
    {
        "b.py": """
        from a import conv
        BASE = conv(20)
        def total(n): return BASE - conv(n)
        """,
    },
)
case(
    "validators composed",
    "v",
    {
        "base.py": """
        def both(f, g):
            def check(x): return f(x) and g(x)
            return check
        """,
        "v.py": """
        from base import both
        def pos(x): return x > 0
        def small(x): return x < 10
        ok = both(pos, small)
        r = [ok(n) for n in (-1, 5, 50)]
        """,
    },
    {
        "v.py": """
        from base import both
        def pos(x): return x > 0
        def small(x): return x < 100
        ok = both(pos, small)
        r = [ok(n) for n in (-1, 5, 50)]
        """,
    },
    {
        "base.py": """
        def both(f, g):
            def check(x): return f(x) or g(x)
            return check
        """,
    },
    {
        "base.py": """
        def both(f, g):
            note = f.__name__
            def check(x): return (f(x) or g(x)), note
            return check
        """,
    },
)
case(
    "class decorated in other module",
    "u",
    {
        "d.py": """
        def named(cls):
            cls.label = cls.__name__.lower()
            return cls
        """,
        "u.py": """
        from d import named
        @named
        class Thing: pass
        x = Thing.label
        t = Thing()
        """,
    },
    {
        "d.py": """
        def named(cls):
            cls.label = cls.__name__.upper()
            return cls
        """,
    },
    {
        "d.py": """
        def named(cls):
            cls.tag = 1
            return cls
        """,
        "u.py": """
        from d import named
        @named
        class Thing: pass
        x = Thing.tag
        t = Thing()
        """,
    },
)
case(
    "mixins over modules",
    "m3",
    {
        "m1.py": """
        class Log:
            def log(self): return 'l:' + self.name()
        """,
        "m2.py": """
        class Base:
            def name(self): return 'base'
        """,
        "m3.py": """
        from m1 import Log
        from m2 import Base
        class C(Log, Base): pass
        x = C().log()
        """,
    },
    {
        "m1.py": """
        class Log:
            def log(self): return 'L:' + self.name()
        """,
    },
    {
        "m2.py": """
        class Base:
            prefix = 'p-'
            def name(self): return self.prefix + 'base'
        """,
    },
    {
        "m3.py": """
        from m1 import Log
        from m2 import Base
        class C(Base, Log): pass
        x = C().log()
        """,
    },
)
case(
    "property computed at import",
    "p2",
    {
        "p1.py": """
        class Circle:
            def __init__(self, r): self.r = r
            @property
            def area(self): return 3 * self.r ** 2
        """,
        "p2.py": """
        from p1 import Circle
        c = Circle(2)
        a = c.area
        """,
    },
    {
        "p1.py": """
        class Circle:
            def __init__(self, r): self.r = r
            @property
            def area(self): return 3.14 * self.r ** 2
        """,
    },
    {
        "p1.py": """
        class Circle:
            def __init__(self, r): self.r = r * 10
            @property
            def area(self): return 3.14 * self.r ** 2
        """,
    },
)
case(
    "cached property at import",
    "p2",
    {
        "p1.py": """
        import functools
        class C:
            @functools.cached_property
            def v(self): return 1
        """,
        "p2.py": """
        from p1 import C
        c = C()
        a = c.v
        """,
    },
    {
        "p1.py": """
        import functools
        class C:
            @functools.cached_property
            def v(self): return 2
        """,
    },
)
case(
    "env driven",
    "e",
    {
        "e.py": """
        import os
        os.environ['HMR_T_X'] = 'one'
        V = os.environ['HMR_T_X']
        """,
    },
    {
        "e.py": """
        import os
        os.environ['HMR_T_X'] = 'two'
        V = os.environ['HMR_T_X']
        """,
    },
)
case(
    "exec made functions",
    "x",
    {
        "x.py": """
        SRC = 'def f(a): return a + 1'
        exec(SRC)
        r = f(1)
        """,
    },
    {
        "x.py": """
        SRC = 'def f(a): return a + 2'
        exec(SRC)
        r = f(1)
        """,
    },
)
case(
    "string template of class names",
    "x",
    {
        "x.py": """
        classes = {n: type(n, (), {'tag': n.lower()}) for n in ('A', 'B')}
        globals().update(classes)
        t = A.tag
        """,
    },
    {
        "x.py": """
        classes = {n: type(n, (), {'tag': n.lower() * 2}) for n in ('A', 'B')}
        globals().update(classes)
        t = A.tag
        """,
    },
)
case(
    "context var and lock objects",
    "x",
    {
        "x.py": """
        import threading, contextvars
        lock = threading.Lock()
        var = contextvars.ContextVar('v', default=1)
        val = var.get()
        N = 1
        """,
    },
    {
        "x.py": """
        import threading, contextvars
        lock = threading.Lock()
        var = contextvars.ContextVar('v', default=1)
        val = var.get()
        N = 2
        """,
    },
)
case(
    "abstract class completed",
    "b",
    {
        "a.py": """
        import abc
        class A(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
        """,
        "b.py": """
        from a import A
        class B(A): pass
        try:
            B()
            ok = True
        except TypeError:
            ok = False
        """,
    },
    {
        "b.py": """
        from a import A
        class B(A):
            def f(self): return 1
        try:
            B()
            ok = True
        except TypeError:
            ok = False
        """,
    },
    {
        "a.py": """
        import abc
        class A(abc.ABC):
            @abc.abstractmethod
            def f(self): ...
            @abc.abstractmethod
            def g(self): ...
        """,
    },
)
case(
    "flag and auto",
    "f",
    {
        "f.py": """
        from enum import Flag, auto
        class Perm(Flag):
            R = auto()
            W = auto()
        both = Perm.R | Perm.W
        v = both.value
        """,
    },
    {
        "f.py": """
        from enum import Flag, auto
        class Perm(Flag):
            R = auto()
            W = auto()
            X = auto()
        both = Perm.R | Perm.W | Perm.X
        v = both.value
        """,
    },
    {
        "f.py": """
        from enum import Flag, auto
        class Perm(Flag):
            X = auto()
            R = auto()
            W = auto()
        both = Perm.R | Perm.W | Perm.X
        v = both.value, Perm.R.value
        """,
    },
)
case(
    "zip map filter objects",
    "z",
    {
        "z.py": """
        def ev(n): return n % 2 == 0
        xs = list(filter(ev, range(6)))
        it = map(str, xs)
        first = next(it)
        rest = list(it)
        """,
    },
    {
        "z.py": """
        def ev(n): return n % 3 == 0
        xs = list(filter(ev, range(6)))
        it = map(str, xs)
        first = next(it)
        rest = list(it)
        """,
    },
)
case(
    "recursion and mutual",
    "r",
    {
        "r.py": """
        def even(n): return True if n == 0 else odd(n - 1)
        def odd(n): return False if n == 0 else even(n - 1)
        x = even(10), odd(7)
        """,
    },
    {
        "r.py": """
        def even(n): return 'E' if n == 0 else odd(n - 1)
        def odd(n): return 'O' if n == 0 else even(n - 1)
        x = even(10), odd(7)
        """,
    },
)
case(
    "subclass attribute read by base method",
    "s2",
    {
        "s1.py": """
        class Base:
            kind = 'b'
            def show(self): return self.kind
        """,
        "s2.py": """
        from s1 import Base
        class Sub(Base):
            kind = 's'
        x = Sub().show()
        """,
    },
    {
        "s2.py": """
        from s1 import Base
        class Sub(Base):
            kind = 't'
        x = Sub().show()
        """,
    },
    {
        "s2.py": """
        from s1 import Base
        class Sub(Base): pass
        x = Sub().show()
        """,
    },
)

SET_UP = """
    x = {first}
    def init():
        global x
        x = {second}
    {call}
    y = x
"""
case(
    "global bound by a function",
    "m n",
    {"m.py": SET_UP.format(first=0, second=5, call="init()"), "n.py": "import m\nz = m.x\n"},
    {"m.py": SET_UP.format(first=1, second=5, call="init()")},
    {"m.py": SET_UP.format(first=1, second=7, call="init()")},
    {"m.py": SET_UP.format(first=1, second=7, call="pass")},
    {"m.py": SET_UP.format(first=1, second=7, call="init()")},
    {"m.py": SET_UP.format(first=1, second=8, call="init()")},
)
CONFIG = """
    SETTINGS = {first}
    def load():
        global SETTINGS
        SETTINGS = {{'a': {second}}}
    def get(): return SETTINGS['a']
"""
USER = "import config\n{call}\nX = config.SETTINGS['a']\nY = config.get()\n"
case(
    "global bound by a function that another module calls",
    "main",
    {"config.py": CONFIG.format(first=None, second=1), "main.py": USER.format(call="config.load()")},
    {"config.py": CONFIG.format(first=None, second=2)},
    {"config.py": CONFIG.format(first="{}", second=2)},
    {"main.py": USER.format(call="config.load()\nconfig.SETTINGS = {'a': 9}")},
    {"main.py": USER.format(call="config.load()")},
    {"config.py": CONFIG.format(first=None, second="1 / 0")},
    {"config.py": CONFIG.format(first=None, second=3)},
)
BODY = """
    import functools
    class C:
        xs = []
        xs.append({item})
        d = {{}}
        d[{key}] = 1
        keys = tuple(d)
        @functools.singledispatchmethod
        def f(self, x): return 'object'
        {variant}
    found = C.xs, C.keys, C().f(1)
"""
INT = "f.register(int)(lambda self, x: 'int')"
case(
    "class body that builds a value over several members",
    "m",
    {"m.py": BODY.format(item=1, key="'a'", variant=INT)},
    {"m.py": BODY.format(item=2, key="'a'", variant=INT)},
    {"m.py": BODY.format(item=2, key="'b'", variant=INT)},
)
VARIANT = "@f.register\n        def _(self, x: int): return 'int'"
case(
    "variant of a method's dispatch that comes and goes",
    "m",
    {"m.py": BODY.format(item=1, key="'a'", variant=VARIANT)},
    {"m.py": BODY.format(item=1, key="'a'", variant="pass")},
    {"m.py": BODY.format(item=1, key="'a'", variant=VARIANT)},
)

KINDS = """
        class B: code = 0
        class X(B): code = 1
        {more}
"""
FIND = """
        d = {{}}
        def find():
            for each in list(globals().values()):
                if isinstance(each, type) and issubclass(each, B):
                    d[each.code] = each.__name__
        find()
"""
LOOK = """found = [name for name, each in inspect.getmembers(kinds, inspect.isclass)]
also = [n for n in dir(kinds) if n < "_"]
"""
for name, tail in {"a function that looks through globals()": FIND, "nobody looks": "\n"}.items():
    case(
        f"class that comes and goes where {name}",
        "m",
        {"m.py": (KINDS + tail).format(more="pass")},
        {"m.py": (KINDS + tail).format(more="class Y(B): code = 2")},
        {"m.py": (KINDS + tail).format(more="class Y(B): code = 3")},
        {"m.py": (KINDS + tail).format(more="pass")},
    )
case(
    "class that comes where another module looks through the names",
    "m",
    {"kinds.py": KINDS.format(more="pass"), "m.py": "import inspect, kinds\n" + LOOK},
    {"kinds.py": KINDS.format(more="class Y(B): code = 2")},
    {"kinds.py": KINDS.format(more="pass")},
)
case(
    "names in vars(module)",
    "m",
    {"conf.py": "A = 1\nB = 2\n", "m.py": "import conf\nd = {k: v for k, v in vars(conf).items() if k.isupper()}\n"},
    {"conf.py": "A = 1\nB = 3\n"},
    {"conf.py": "A = 1\nB = 3\nC = 4\n"},
    {"conf.py": "B = 3\nC = 4\n"},
)
case(
    "subclass that comes where another module asks for subclasses",
    "m",
    {
        "base.py": "class Base: pass\ndef names(): return [c.__name__ for c in Base.__subclasses__()]\n",
        "plug.py": "from base import Base\nclass A(Base): pass\n",
        "m.py": "import base, plug\nn = base.names()\nk = [c.__name__ for c in base.Base.__subclasses__()]\n",
    },
    {"plug.py": "from base import Base\nclass A(Base): pass\nclass C(Base): pass\n"},
)
case(
    "functions that a text makes",
    "m",
    {"m.py": "for n in ['a', 'b']:\n    exec(f'def {n}(): return {n!r}')\n"},
    {"m.py": "for n in ['a', 'c']:\n    exec(f'def {n}(): return {n!r}')\n"},
)

DOCUMENTED = """
        class K:
            {doc}
            if __doc__:
                __doc__ += {more!r}
            def f(self, x={default}): pass
        text = K.__doc__
"""
OLD, NEW = '"old"', '"new"'
case(
    "class that adds to its docstring",
    "m",
    {"m.py": DOCUMENTED.format(doc=OLD, more="...", default=1)},
    {"m.py": DOCUMENTED.format(doc=OLD, more="...", default=2)},
    {"m.py": DOCUMENTED.format(doc=NEW, more="...", default=2)},
    {"m.py": DOCUMENTED.format(doc=NEW, more="!", default=2)},
    {"m.py": DOCUMENTED.format(doc="y = 1", more="!", default=2)},
    {"m.py": DOCUMENTED.format(doc=OLD, more="!", default=2)},
)

MAPPING = """
        import typing
        K = typing.TypeVar("K")
        class Plain(dict): pass
        class Table({base}): pass
        parameters = getattr(Table, "__parameters__", None), hasattr(Table, "__orig_bases__")
"""
case(
    "class that is generic no more",
    "m",
    {"m.py": MAPPING.format(base="typing.Dict[K, int]")},
    {"m.py": MAPPING.format(base="dict[str, int]")},
    {"m.py": MAPPING.format(base="Plain")},
    {"m.py": MAPPING.format(base="typing.Dict[K, int]")},
)

case(
    "modules that need each other and are both gone",
    "p.a u",
    {
        "p/__init__.py": "",
        "p/a.py": "from p.b import y\nx = y\n",
        "p/b.py": "y = 1\n",
        "u.py": "from p.a import x\nz = x\n",
    },
    {"p/a.py": None, "p/b.py": None, "p/c.py": "x = 5\n", "u.py": "from p.c import x\nz = x\n"},
)

COUNTED = """
        class Base:
            def __init_subclass__(cls):
                cls.depth = getattr(cls, "depth", 0) + 1
                cls.title = cls.label.upper()
        class K(Base):
            label = {label!r}
            def f(self): return {value}
        class L(K): pass
        depths = K.depth, L.depth, K.title
"""
case(
    "hook of a base that adds to what a class has",
    "m",
    {"m.py": COUNTED.format(label="a", value=1)},
    {"m.py": COUNTED.format(label="b", value=1)},
    {"m.py": COUNTED.format(label="b", value=2)},
    {"m.py": COUNTED.format(label="c", value=3)},
)

for name, source, old, new in (
    (
        "method of what a function gives",
        """
        class Repo:
            def load(self): return 1
        def repo(): return Repo()
        x = repo().load()
        """,
        "return 1",
        "return 2",
    ),
    (
        "method of what an object holds",
        """
        class Repo:
            def load(self): return 1
        class Service:
            def __init__(self): self.repo = Repo()
            def go(self): return self.repo.load()
        s = Service()
        x = s.go(), Service().go()
        """,
        "return 1",
        "return 2",
    ),
    (
        "method of a class in a table",
        """
        class Csv:
            def read(self): return 'c'
        READERS = {'csv': Csv}
        def make(kind): return READERS[kind]()
        x = make('csv').read()
        """,
        "'c'",
        "'C'",
    ),
    (
        "step of a subclass that a base calls",
        """
        class Base:
            def run(self): return self.step()
        class Child(Base):
            def step(self): return 5
        def go(o): return o.run()
        x = go(Child())
        """,
        "return 5",
        "return 6",
    ),
    (
        "function that is handed to one that calls it",
        """
        out = {}
        def apply(f): out['k'] = f()
        def value(): return 1
        apply(value)
        x = dict(out)
        """,
        "return 1",
        "return 2",
    ),
    (
        "method that a library calls",
        """
        import json
        class Encoder(json.JSONEncoder):
            def default(self, o): return sorted(o)
        x = json.dumps({1: {2}}, cls=Encoder)
        """,
        "sorted(o)",
        "len(o)",
    ),
    (
        "truth and text of an object",
        """
        class B:
            def __bool__(self): return check()
            def __str__(self): return text()
        def check(): return True
        def text(): return 't'
        b = B()
        x = f'{b}'
        if b: y = 1
        else: y = 2
        """,
        "True",
        "False",
    ),
):
    assert old in source
    case(name, "m", {"m.py": source}, {"m.py": source.replace(old, new)})

for name, source, *edits in (
    (
        "flag over a definition",
        """
        DEBUG = False
        def f(): return 'plain'
        if DEBUG:
            def f(): return 'debug'
        x = f()
        """,
        ("DEBUG = False", "DEBUG = True"),
        ("'debug'", "'DEBUG'"),
        ("DEBUG = True", "DEBUG = False"),
        ("'plain'", "'PLAIN'"),
    ),
    (
        "flag over a class that another may extend",
        """
        FAST = False
        class C:
            def f(self): return 1
        if FAST:
            class C(C):
                def f(self): return 2
        x = C().f()
        """,
        ("return 1", "return 10"),
        ("FAST = False", "FAST = True"),
        ("return 2", "return 20"),
        ("FAST = True", "FAST = False"),
    ),
    (
        "metaclass that registers, and a class renamed",
        """
        REG = {}
        class M(type):
            def __init__(c, name, bases, members):
                super().__init__(name, bases, members)
                REG[name] = c
        class A(metaclass=M): v = 1
        class B(A): v = 2
        x = list(REG)
        """,
        ("class B(A)", "class C(A)"),
        ("v = 1", "v = 10"),
    ),
    (
        "classes inside of one that a metaclass makes",
        """
        class M(type):
            def __new__(m, name, bases, members): return type.__new__(m, name, bases, members)
        class W(metaclass=M):
            class Message:
                kind = 'x'
                def text(self): return 1
            class Other(Message):
                pass
            def f(self): return self.Other().text()
        x = W().f(), W.Other.kind, issubclass(W.Other, W.Message)
        """,
        ("return 1", "return 2"),
        ("kind = 'x'", "kind = 'y'"),
        ("    def f(self)", "    def g(self): return 3\n            def f(self)"),
    ),
    (
        "order of what is looked through",
        """
        class E1(Exception): code = 1
        class E3(Exception): code = 3
        found = {}
        def find():
            for name, value in globals().items():
                if isinstance(value, type) and issubclass(value, Exception):
                    found[value.code] = name
        find()
        order = list(found)
        here = [name for name in globals() if name.startswith('E')]
        """,
        ("        class E3", "        class E2(Exception): code = 2\n        class E3"),
        ("        class E1", "        class E0(Exception): code = 0\n        class E1"),
    ),
    (
        "order of members",
        """
        class Form:
            name = 'text'
            def clean(self): return 1
            size = 'number'
        class Other(Form):
            last = 1
        x = [k for k in vars(Form) if not k.startswith('_')]
        """,
        ("            size =", "            kind = 'choice'\n            size ="),
        ("            name =", "            def first(self): return 0\n            name ="),
        ("            name = 'text'\n", ""),
    ),
    (
        "member of a class inside of another",
        """
        class W:
            class Message:
                kind = 'x'
                class Deep:
                    level = 1
            class Other(Message):
                pass
        x = W.Other.kind
        y = W.Message.Deep.level
        def level(): return W.Message.Deep.level
        z = level()
        """,
        ("kind = 'x'", "kind = 'y'"),
        ("level = 1", "level = 2"),
    ),
    (
        "metaclass that keeps the instances",
        """
        class S(type):
            made = {}
            def __call__(cls):
                if cls not in S.made: S.made[cls] = super().__call__()
                return S.made[cls]
        class A(metaclass=S):
            def up(self): return 1
        a = A()
        x = A() is a, len(S.made)
        """,
        ("return 1", "return 10"),
        ("    def up", "    def down(self): return 2\n            def up"),
    ),
):
    versions = [source]
    for old, new in edits:
        assert old in versions[-1]
        versions.append(versions[-1].replace(old, new))
    case(name, "m", *({"m.py": version} for version in versions))
SETTINGS = {
    "settings.py": """
    DEBUG = True
    try:
        from local_settings import *
    except ImportError:
        pass
    ALLOWED = ['a'] if DEBUG else []
    """,
    "main.py": """
    import settings
    from settings import DEBUG
    level = 'debug' if settings.DEBUG else 'info'
    """,
}
case(
    "settings that a local module overrides by a star import",
    "main",
    SETTINGS,
    {"settings.py": SETTINGS["settings.py"].replace("True", "False")},
    {"local_settings.py": "DEBUG = True\nEXTRA = 3\n"},
    {"local_settings.py": "DEBUG = 0\nEXTRA = 3\n"},
    {"local_settings.py": "EXTRA = 3\n"},
    {"local_settings.py": "DEBUG = 0\n"},
    {"local_settings.py": None},
)
APP = {
    "app/__init__.py": "from .core import App\napp = App()\nfrom . import views\n",
    "app/core.py": """
    class App:
        def __init__(self): self.rules = {}
        def route(self, path, methods=('GET',)):
            def register(f):
                for m in methods: self.rules[m, path] = f
                return f
            return register
    """,
    "app/views.py": """
    from . import app
    @app.route('/')
    def index(): return 1
    @app.route('/u', methods=['GET', 'POST'])
    def user(): return 2
    @app.route('/v')
    def last(): return 3
    """,
    "main.py": "from app import app\nrules = list(app.rules)\ndef f1(): return [f() for f in app.rules.values()]\n",
}
VIEWS = APP["app/views.py"]
case(
    "routes of an application in a package",
    "main",
    APP,
    {"app/views.py": VIEWS.replace("return 2", "return 5")},
    {"app/views.py": VIEWS.replace("'POST'", "'PUT'")},
    {"app/views.py": VIEWS.replace("'POST'", "'PUT', 'DELETE'")},
    {"app/views.py": VIEWS.replace("'GET', 'POST'", "'PUT'")},
)
PARAMETERS = """
cases = []
def param(*values):
    def register(f):
        for v in values:
            cases.append((f.__name__, f, v))
        return f
    return register
@param(1, 2)
def t1(v): return v
@param('a')
def t2(v): return v * 2
ids = [f'{n}[{v}]' for n, f, v in cases]
"""
case(
    "more or fewer entries than before, of one decorated function",
    "m",
    {"m.py": PARAMETERS},
    {"m.py": PARAMETERS.replace("1, 2", "1, 2, 3")},
    {"m.py": PARAMETERS.replace("1, 2", "4")},
    {"m.py": PARAMETERS.replace("'a'", "'a', 'b'")},
)
FIELDS = """
from dataclasses import dataclass, field, fields
@dataclass
class P:
    x: int = field(default=1, metadata={'key': 'X'})
    y: int = 2
"""
FIELDS_USED = FIELDS + (
    "def dump(o): return {f.metadata.get('key', f.name): getattr(o, f.name) for f in fields(o)}\n"
    "table = dump(P())\n"
    "about = [(f.name, f.default, f.compare, dict(f.metadata)) for f in fields(P)]\n"
    "order = P.__match_args__\n"
)
case(
    "a program asks for the fields of a data class",
    "m",
    {"m.py": FIELDS_USED},
    {"m.py": FIELDS_USED.replace("'X'", "'XX'")},
    {"m.py": FIELDS_USED.replace("'X'", "'XX'").replace("int = 2", "int = field(default=2, compare=False)")},
    {"m.py": FIELDS_USED.replace("    y: int = 2\n", "")},
)
OBJECT = """
import sys
BASE = 1
class Settings:
    limit = 1
    def __init__(self, n): self.n = n
    def total(self): return (BASE, self.n, self.limit)
sys.modules[__name__] = Settings(1)
"""
OBJECT_USED = (
    "import settings\nfrom settings import total, n\nfrom settings import limit as top\n"
    "all = settings.total()\nagain = total()\ndef f1(): return settings.total(), total(), n, top\n"
)
case(
    "an object in the place of a module",
    "main",
    {"settings.py": OBJECT, "main.py": OBJECT_USED},
    {"settings.py": OBJECT.replace("limit = 1", "limit = 2")},
    {"settings.py": OBJECT.replace("BASE = 1", "BASE = 3")},
    {"settings.py": OBJECT.replace("Settings(1)", "Settings(4)")},
    {"settings.py": OBJECT.replace("self.n = n", "self.n = n * 10")},
    {"settings.py": OBJECT.replace("(BASE, ", "(0, BASE, ")},
)
UPDATED = "import sys\nvalues = {'a': 1, 'b': 2}\nsys.modules[__name__].__dict__.update(values)\n"
case(
    "names that a module puts into its own namespace, taken from sys.modules",
    "main",
    {"m.py": UPDATED, "main.py": "import m\ntotal = m.a + m.b\n"},
    {"m.py": UPDATED.replace("'b': 2", "'b': 20")},
    {"m.py": UPDATED.replace("'b': 2", "'b': 20, 'c': 3")},
)
MODULE_CLASS = """
import sys, types
class M(types.ModuleType):
    @property
    def x(self): return 1
sys.modules[__name__].__class__ = M
"""
case(
    "a module whose class has a property",
    "main",
    {"m.py": MODULE_CLASS, "main.py": "import m\ny = m.x\n"},
    {"m.py": MODULE_CLASS.replace("return 1", "return 2")},
)
GLOBAL_IN_CLASS = """
class K:
    global tag, table
    x = 1
    tag = 'a'
    table = {tag: x}
y = tag * 2, list(table)
"""
case(
    "names that a class body says are global",
    "m",
    {"m.py": GLOBAL_IN_CLASS},
    {"m.py": GLOBAL_IN_CLASS.replace("'a'", "'b'")},
    {"m.py": GLOBAL_IN_CLASS.replace("x = 1", "x = 2")},
    {"m.py": GLOBAL_IN_CLASS.replace("    tag = 'a'\n", "    tag = 'c'\n    z = 1\n")},
)
REGISTERING = """
import bisect, collections, heapq
R = START
def register(n, **options):
    def decorate(f):
        ADD
        return f
    return decorate
@register('a')
def fa(): return 1
@register('b')
def fb(): return 2
@register('c')
def fc(): return 3
seen = list(R)
"""
WAYS_TO_REGISTER = {
    "set, refuses": ("set()", "assert n not in R; R.add(n)", "sorted(R)"),
    "dict, raises": ("{}", "\n        if n in R: raise ValueError(n)\n        R[n] = f.__name__", ""),
    "dict of functions, refuses": ("{}", "\n        if n in R: raise ValueError(n)\n        R[n] = f", ""),
    "numbered": ("{}", "R[n] = len(R)", "R"),
    "counts": ("[0]", "R[0] += 1", ""),
    "counts by get": ("{}", "R['n'] = R.get('n', 0) + 1", "R"),
    "text grows": ("['']", "R[0] = R[0] + n", ""),
    "lists in a dict": ("collections.defaultdict(list)", "R[options.get('k', 'x')].append(n)", "R"),
    "Counter": ("collections.Counter()", "R[n] += 1", "R"),
    "deque": ("collections.deque()", "R.append(n)", ""),
    "deque of functions": ("collections.deque()", "R.append(f)", "[f.__name__ for f in R]"),
    "sorted": ("[]", "bisect.insort(R, n)", ""),
    "heap": ("[]", "heapq.heappush(R, n)", ""),
    "at the front": ("[]", "R.insert(0, n)", ""),
}
for way, (start, add, shown) in WAYS_TO_REGISTER.items():
    source = REGISTERING.replace("START", start).replace("ADD", add).replace("list(R)", shown or "list(R)")
    case(
        f"functions that register plain values: {way}",
        "m",
        {"m.py": source},
        {"m.py": source.replace("def fb()", "def fb(x=1)")},
        {"m.py": source.replace("def fb()", "def fb(x=1)").replace("'b'", "'z', k='y'")},
        {"m.py": source.replace("@register('b')\n", "")},
    )
DEQUE = """
import collections
R = collections.deque(maxlen=5)
def put(f): R.append(f); return f
@put
def f(): return 1
"""
case(
    "a deque that functions are put into, in a save that fails",
    "m",
    {"m.py": DEQUE},
    {"m.py": DEQUE.replace("def f()", "def f(x=1)") + "y = 1 / 0\n"},
    {"m.py": DEQUE.replace("def f()", "def f(x=1)").replace("5", "6")},
)
HOLDER = """
class App:
    def __init__(self):
        self.names, self.seen, self.by = [], set(), {}
    def command(self, name, **options):
        def decorate(f):
            ADD
            return f
        return decorate
app = App()
@app.command('a')
def fa(): return 1
@app.command('b')
def fb(): return 2
@app.command('c')
def fc(): return 3
shown = app.names, sorted(app.seen), app.by
"""
WAYS_TO_HOLD = {
    "list": "self.names.append(name)",
    "list of pairs": "self.names.append((name, options))",
    "set": "self.seen.add(name)",
    "set, refuses": "\n            if name in self.seen: raise ValueError(name)\n            self.seen.add(name)",
    "dict": "self.by[name] = options",
    "dict, refuses": "\n            if name in self.by: raise ValueError(name)\n            self.by[name] = f.__name__",
}
for way, add in WAYS_TO_HOLD.items():
    source = HOLDER.replace("ADD", add)
    case(
        f"plain values that decorators put into an object: {way}",
        "m",
        {"m.py": source},
        {"m.py": source.replace("def fb()", "def fb(x=1)")},
        {"m.py": source.replace("'b'", "'q'")},
        {"m.py": source.replace("@app.command('b')\n", "")},
        {"m.py": source},
        {"m.py": source.replace("@app.command('b')\ndef fb(): return 2\n", "")},
    )
REFUSED = """
names = []
class Base:
    def __init_subclass__(cls):
        if cls.__name__ in names: raise TypeError(cls.__name__)
        names.append(cls.__name__)
class A(Base):
    x = 1
class B(Base):
    x = 2
class C(Base):
    x = 3
"""
case(
    "a base that refuses names that it knows",
    "m",
    {"m.py": REFUSED},
    {"m.py": REFUSED.replace("x = 2", "x = 20")},
    {"m.py": REFUSED.replace("class B(Base):", "class B(Base):\n    y = 1")},
    {"m.py": REFUSED.replace("class B(", "class Bee(")},
)
PUT = """
table = {}
def put(name, value=1):
    if name in table: raise KeyError(name)
    table[name] = value
put('a')
put('b', 2)
put('c')
"""
case(
    "calls that put plain values into a table, which refuses the same key",
    "m",
    {"m.py": PUT},
    {"m.py": PUT.replace("'b', 2", "'b', 5")},
    {"m.py": PUT.replace("'b', 2", "'q', 2")},
    {"m.py": PUT.replace("put('b', 2)\n", "")},
)
KINDS = """
class Bus:
    def __init__(self):
        self.kinds, self.by, self.last = set(), {}, {}
    def on(self, kind):
        def decorate(f):
            self.kinds.add(kind)
            self.by.setdefault(kind, []).append(f.__name__)
            self.last[kind] = f.__name__
            return f
        return decorate
bus = Bus()
@bus.on('x')
def f(): return 1
@bus.on('x')
def g(): return 2
@bus.on('y')
def h(): return 3
shown = sorted(bus.kinds), bus.by
"""
case(
    "texts that several decorators give to an object",
    "m",
    {"m.py": KINDS},
    {"m.py": KINDS.replace("@bus.on('x')\ndef f(): return 1\n", "")},
    {"m.py": KINDS.replace("@bus.on('x')\ndef f", "@bus.on('z')\ndef f")},
)
TABLE = """
import collections
table, names, kinds = [], {}, collections.defaultdict(list)
def register(f):
    table.append(f)
    names[f.__name__] = f
    kinds[f()].append(f)
    return f
"""
PLUGIN = """
from table import register
@register
def {name}(): return '{kind}'
"""
PLUGINS = {f"p/{n}.py": PLUGIN.format(name=n, kind=k) for n, k in {"a": "x", "b": "y", "c": "y", "d": "x"}.items()}
IMPORTED = {
    "one by one": ("import p.a\nimport p.c\n", "import p.a\nimport p.b\nimport p.c\nimport p.d\n"),
    "at once": ("import p.a, p.c\n", "import p.a, p.b, p.c, p.d\n"),
    "from their package": ("from p import a, c\n", "from p import a, b, c, d\n"),
    "by name": (
        "import importlib\nfor n in 'ac':\n    importlib.import_module(f'p.{n}')\n",
        "import importlib\nfor n in 'abcd':\n    importlib.import_module(f'p.{n}')\n",
    ),
    "by a function": (
        "names = ['a', 'c']\ndef load():\n    for n in names:\n        __import__(f'p.{n}', fromlist=['_'])\nload()\n",
        "names = [*'abcd']\ndef load():\n    for n in names:\n        __import__(f'p.{n}', fromlist=['_'])\nload()\n",
    ),
}
for how, (some, all_of_them) in IMPORTED.items():
    shown = "from table import table\nshown = [f.__name__ for f in table]\n"
    case(
        f"plugins that come between others, imported {how}",
        "app",
        {"table.py": TABLE, "p/__init__.py": "", **PLUGINS, "app.py": some + shown},
        {"app.py": all_of_them + shown},
        {"p/b.py": PLUGINS["p/b.py"].replace("'y'", "'x'")},
    )
CALLED = """
from table import register
def f_{0}(): return 'y'
def g_{0}(): return 'z'
register(f_{0})
register(g_{0})
"""
CALLING = {f"p/{n}.py": CALLED.format(n) for n in "abc"}
case(
    "a module between others that registers by calls",
    "app",
    {"table.py": TABLE, **CALLING, "p/__init__.py": "", "app.py": "import p.a, p.c\n"},
    {"app.py": "import p.a, p.b, p.c\n"},
)
THEMES = """
class Registry:
    def __init__(self):
        self.known = {}
    def register(self, name, value):
        self.known[name] = value
themes, formats = Registry(), Registry()
themes.register('default', lambda: 1)
themes.register('opaque', lambda: 2)
themes.register('none', dict)
formats.register('default', lambda: 3)
shown = list(themes.known)
"""
one(
    "two registries of a kind with a key that both have",
    THEMES,
    THEMES.replace("themes.register", "register").replace("register('d", "register = themes.register\nregister('d", 1),
)
INTO = """
class A:
    x = 1
    seen = []
    def m(self): return self.x + 1
def f(): return 1
"""
HOLDING = {"u.py": "from m import A, f\nheld = [A, f]\na = A()\n"}


def within(head: str, text: str, tail: str = "") -> str:
    """A text in a compound statement."""
    return head + textwrap.indent(text.strip("\n") + "\n", "    ") + tail


for head, tail in {"if True:\n": "", "try:\n": "finally:\n    pass\n", "if not 1:\n    pass\nelse:\n": ""}.items():
    for other in (INTO, INTO.replace("+ 1", "+ 2").replace("return 1", "return 2")):
        case(
            f"definitions that go into {head.split(chr(10))[-2]} and come out{' changed' * (other != INTO)}",
            "u",
            {"m.py": INTO, **HOLDING},
            {"m.py": within(head, other, tail)},
            {"m.py": INTO},
        )
case(
    "definitions that come to stand in one of two branches",
    "u",
    {"m.py": INTO, **HOLDING},
    {"m.py": within("if True:\n", INTO.replace("1", "5")) + within("else:\n", INTO)},
    {"m.py": within("if False:\n", INTO.replace("1", "5")) + within("else:\n", INTO)},
    {"m.py": INTO},
)
case(
    "a function for which an import comes, and goes again",
    "u",
    {"m.py": INTO, **HOLDING},
    {
        "m.py": within(
            "try:\n    from fast import f\nexcept ImportError:\n", INTO.split("def f")[0] + "def f(): return 1"
        )
    },
    {"m.py": INTO},
)
case(
    "definitions that go into a block one by one, with entries in a registry",
    "u",
    {
        "m.py": "kept = {}\ndef keep(f): return kept.setdefault(f.__name__, f)\n"
        + INTO.replace("def f", "@keep\ndef f")
        + "@keep\ndef h(): return 3\n",
        **HOLDING,
    },
    {
        "m.py": "kept = {}\ndef keep(f): return kept.setdefault(f.__name__, f)\n"
        + within("if keep:\n", INTO.replace("def f", "@keep\ndef f"))
        + "@keep\ndef h(): return 3\n"
    },
    {
        "m.py": "kept = {}\ndef keep(f): return kept.setdefault(f.__name__, f)\n"
        + INTO.replace("def f", "@keep\ndef f")
        + within("if keep:\n", "@keep\ndef h(): return 4\n")
    },
)
MAKING = "def make(name):\n    def f(): return 1\n    f.__name__ = name\n    return f\na, b = map(make, 'ab')\n"
case(
    "functions whose maker names them no more",
    "m",
    {"m.py": MAKING},
    {"m.py": MAKING.replace("    f.__name__ = name\n", "")},
)
CACHED = "import functools\n@functools.cache\ndef product(n): return 1 if n < 2 else n * product(n - 1)\n"
for kind, text in {
    "a table": "held = {'p': product}\na = product(5)\nb = held['p'](3)\n",
    "a partial": "a = product(5)\nheld = functools.partial(product, 3)\nb = held()\n",
    "a closure": "a = product(5)\ndef make(f): return lambda n: f(n)\nheld = make(product)\nb = held(3)\n",
    "a default": "a = product(5)\ndef use(f=product): return f(3)\nb = use()\n",
    "a class": "a = product(5)\nclass A:\n    f = staticmethod(product)\nb = A().f(3)\n",
}.items():
    case(
        f"a cached function in {kind} that was served what it had computed",
        "m",
        {"m.py": CACHED + text},
        {"m.py": CACHED.replace("n - 1", "n - 3") + text},
    )
STARS = {
    "k/__init__.py": """
from k.core import *
from k.expr import *
from k.debug import *
from k.version import *
from k import lib
__all__ = ['f', 'g']
""",
    "k/core.py": "from k.lib import *\nfrom k.expr import *\nfrom k.version import *\ndef f(): return 1\n",
    "k/expr.py": "import operator\ndef g(): return 2\n",
    "k/debug.py": "from k import *\nfrom k.lib import *\nimport sys\nclass Probe: pass\n",
    "k/version.py": "version = 1\nreleased = 'x'\n",
    "k/lib/__init__.py": """
from k.lib.containers import *
from k.lib.binary import *
from k.lib.bytewise import *
__all__ = ['bits', 'container', 'bytewise']
""",
    "k/lib/containers.py": "from k.lib.bytewise import *\ndef container(): return 1\n",
    "k/lib/binary.py": "from k import *\nfrom k.lib import *\nimport binascii\ndef bits(): return 1\n",
    "k/lib/bytewise.py": "import sys\ndef bytewise(): return 3\n",
}
for what, saves in {
    "value": [{"k/version.py": "version = 2\nreleased = 'y'\n"}, {"k/version.py": "version = 2\nrelease = 'y'\n"}],
    "new name": [
        {"k/core.py": STARS["k/core.py"] + "def h(): pass\n"},
        {"k/debug.py": STARS["k/debug.py"] + "w = 1\n"},
    ],
    "import that goes": [{"k/lib/containers.py": "def container(): return 1\n"}],
    "name that goes": [
        {
            "k/lib/bytewise.py": "import sys\ndef wise(): return 3\n",
            "k/lib/__init__.py": STARS["k/lib/__init__.py"].replace("'bytewise'", "'wise'"),
        }
    ],
}.items():
    case(
        f"modules of a package that star import it while it is imported: a {what}",
        "k k.core k.debug k.expr k.lib k.lib.binary k.lib.containers k.lib.bytewise k.version",
        STARS,
        *saves,
    )
AGAIN = "from k.version import v\ndef f(): return v\nimport k.debug\nfrom k.version import v\n"
case(
    "a module imported between two imports of a name reads it",
    "k",
    {"k/__init__.py": AGAIN, "k/debug.py": "import k\nw = k.v, k.f()\n", "k/version.py": "v = 1\n"},
    {"k/version.py": "v = 2\n"},
)
case(
    "a module imported between two values of a name reads it, and one after them",
    "k",
    {
        "k/__init__.py": "v = 1\nimport k.debug\nv = 3\nimport k.late\n",
        "k/debug.py": "import k\nw = k.v\n",
        "k/late.py": "import k\nw = [k.v]\n",
    },
    {"k/__init__.py": "v = 2\nimport k.debug\nv = 3\nimport k.late\n"},
)
case(
    "a star import of the package that is importing the module, edited",
    "k",
    {
        "k/__init__.py": "from k.core import *\nfrom k.debug import *\nimport k.late\n",
        "k/late.py": "z = 1\n",
        "k/core.py": "def f(): pass\n",
        "k/debug.py": "from k import *\nw = 1\n",
    },
    {"k/debug.py": "from k import *\nw = 2\n"},
    {"k/core.py": "def f(): pass\ndef g(): pass\n"},
)
for how, first in {"star": "from k import *", "name": "from k import f"}.items():
    case(
        f"a module reads by {how} from the package that star imports it, and gains an import",
        "k",
        {"k/__init__.py": "f = 1\nfrom k.debug import *\n", "k/debug.py": f"{first}\nw = 1\n"},
        {"k/debug.py": f"import sys\n{first}\nw = f\n"},
        {"k/__init__.py": "f = 2\nfrom k.debug import *\n"},
        {"k/__init__.py": "f = 3\nfrom k.debug import *\n", "k/debug.py": f"import sys\n{first}\nw = f + 2\n"},
    )
BUSES = {
    "a defaultdict of lists": "self.by = collections.defaultdict(list)/self.by[event].append(f)",
    "a defaultdict of pairs": "self.by = collections.defaultdict(list)/self.by[event].append((rank, f))",
    "lists by setdefault": "self.by = {}/self.by.setdefault(event, []).append((rank, f))",
    "dicts by setdefault": "self.by = {}/self.by.setdefault(event, {})[f.__name__] = f",
    "lists of objects": "self.by = {}/self.by.setdefault(event, []).append(Entry(f))",
    "lists of names": "self.by = collections.defaultdict(list)/self.by[event].append(f.__name__)",
    "lists that are there": "self.by = {'a': [], 'b': [], 'c': []}/self.by[event].append(f)",
}
BUS = """
import collections
class Entry:
    def __init__(self, f): self.f = f
class Bus:
    def __init__(self):
        {0}
    def on(self, event, rank=0):
        def decorate(f):
            {1}
            return f
        return decorate
bus = Bus()
on = bus.on
by = bus.by
"""
HEARING = """
from bus import on
@on('a')
def f(): return 1
@on('b')
def g(): return 2
@on('a')
def h(): return 3
"""
SHOWING = {
    "one": "import bus, hearing\nshown = {event: len(each) for event, each in bus.bus.by.items()}\n",
    "two": "import hearing\nfrom bus import by\nshown = {event: len(each) for event, each in by.items()}\n",
}
for kind, text in BUSES.items():
    case(
        f"a bus with {kind}, known by its own method",
        "one two",
        {
            "bus.py": BUS.format(*text.split("/")),
            "hearing.py": HEARING,
            **{f"{name}.py": text for name, text in SHOWING.items()},
        },
        {"hearing.py": HEARING.replace("@on('b')\ndef g(): return 2\n", "")},
        {"hearing.py": HEARING},
        {"hearing.py": HEARING.replace("@on('b')\n", "")},
        {"hearing.py": HEARING},
        {"hearing.py": HEARING.replace("'b'", "'a'")},
        {"hearing.py": HEARING.replace("def g", "def other")},
        {"hearing.py": HEARING.replace("@on('b')", "@on('c')\ndef new(): return 4\n@on('b')")},
    )
PAIRING = """
class Service:
    registry = {0}
    @classmethod
    def register(cls, target, name):
        cls.registry{1}
class Meta(type):
    def __new__(cls, name, bases, attrs, **kw):
        made = super().__new__(cls, name, bases, attrs)
        for each in attrs.get('__touch__', ()):
            Service.register(made, each)
        return made
"""
PAIRED = "from base import Meta\nclass K(metaclass=Meta):\n    __touch__ = ('a', 'b')\n    x: int = 1\n"
PAIRS = """
import m
from base import Service
found = Service.registry
shown = sorted(repr(each).replace(repr(m.K), 'K') for each in (found.items() if isinstance(found, dict) else found))
"""
for kind, text in {
    "a set": "set()/.add((target, name))",
    "a list": "[]/.append((target, name))",
    "the keys of a dict": "{}/[target, name] = name",
    "lists by key": "{}/.setdefault(name, []).append((target, 1))",
}.items():
    case(
        f"a metaclass puts pairs with its classes into {kind}",
        "m s",
        {"base.py": PAIRING.format(*text.split("/")), "m.py": PAIRED, "s.py": PAIRS},
        {"m.py": PAIRED.replace("= 1", "= 2")},
        {"m.py": PAIRED.replace("'b'", "'b', 'c'")},
        {"m.py": PAIRED.replace("'a', ", "")},
    )
KEEPING = (
    "class Meta(type):\n    def __new__(cls, *parts, **kw):\n        made = super().__new__(cls, *parts)\n        {}\n"
)
KEPT = "from base import Meta\nclass K(metaclass=Meta):\n    x: int = {0}\n    def f(self): return {0}\nk = K()\n"
KEEPER = "class Keeper:\n    def __init__(self): self.known = {}\nkeeper = Keeper()\n"
for kind, (before, text) in {
    "an attribute of an object": (KEEPER, "keeper.known[parts[0]] = made"),
    "the class itself": ("", "made.me = made"),
    "a pair in the class": ("", "made.pair = made, 1"),
    "the arguments of a cached function": (
        "import functools\n@functools.lru_cache(maxsize=None)\ndef names(*a): return sorted(map(str, vars(a[0])))\n",
        "names(made, 1)",
    ),
}.items():
    case(
        f"a metaclass keeps its classes in {kind}",
        "m s",
        {
            "base.py": before + KEEPING.format(text) + "        return made\n",
            "m.py": KEPT.format(1),
            "s.py": "import m\nshown = sorted(vars(m.K))\n",
        },
        {"m.py": KEPT.format(2)},
        {"m.py": KEPT.format("3\n    y = 1")},
    )
one(
    "an enum of numbers gets another name",
    "import enum\nclass One(enum.IntEnum):\n    A = 6\n    def m(self): return 7\n",
    "import enum\nclass Two(enum.IntEnum):\n    A = 6\n    def m(self): return 7\n",
)
HALF_LOADED = "from base import Base, x\nfrom .misc.group import Group\nclass Tool(Base): pass\n"
case(
    "a package that is being imported names a module later that one inside of it imports first",
    "pkg shown",
    {
        "base.py": "known = []\nx = y = 1\nclass Base:\n    def __init_subclass__(cls): known.append(cls)\n",
        "pkg/__init__.py": "from . import alpha, misc\nfrom .alpha import *\nfrom .misc import *\n",
        "pkg/alpha.py": "from .tools import Tool\n",
        "pkg/tools.py": HALF_LOADED,
        "pkg/misc/__init__.py": "from .group import *\n",
        "pkg/misc/group.py": "from base import Base\nclass Group(Base): pass\n",
        "shown.py": "from base import known\nnames = [each.__name__ for each in known]\n",
    },
    {"pkg/tools.py": HALF_LOADED.replace("Base, x", "Base, x, y") + "class New(Tool): pass\n"},
    {"pkg/tools.py": HALF_LOADED.replace("class Tool", "class New(Base): pass\nclass Tool")},
)
RANKING = {
    "pairs": "kept.append((rank, f))\n        kept.sort(key=lambda each: -each[0])",
    "attributes": "f.rank = rank\n        kept.append(f)\n        kept.sort(key=lambda each: each.rank)",
    "places found": "bisect.insort(kept, (rank, f), key=lambda each: each[0])",
}
RANKED = "@rank()\ndef f(): pass\n@rank(5)\ndef g(): pass\n@rank()\ndef h(): pass\n@rank(-2)\ndef i(): pass\n"
for kind, text in RANKING.items():
    head = f"import bisect\nkept = []\ndef rank(rank=0):\n    def decorate(f):\n        {text}\n        return f\n"
    head += "    return decorate\n"
    case(
        f"a registry that is sorted, by {kind}",
        "m",
        {"m.py": head + RANKED},
        {"m.py": head + RANKED.replace("(5)", "(-5)")},
        {"m.py": head + RANKED.replace("(5)", "(0)")},
        {"m.py": head + RANKED.replace("(-2)", "(9)")},
        {"m.py": head + RANKED.replace("def f", "def first")},
        {"m.py": head + RANKED.replace("@rank(5)", "@rank()\ndef new(): pass\n@rank(5)")},
        {"m.py": head + RANKED},
    )
LOOKING = """
import inspect, settings
from operator import attrgetter
NAME = 'size'
width = attrgetter('width')
def listed(it): return {key: getattr(it, key) for key in dir(it) if key.islower() and key[0] != '_'}
def own(it): return {key: value for key, value in vars(it).items() if key.islower() and key[0] != '_'}
def found(it): return [each for each in inspect.getmembers(it) if each[0][0] != '_']
def told(it, default=None): return getattr(it, 'size', default), hasattr(it, 'extra')
def kept(it, which): return getattr(it, 'wi' + which)
"""
ASKED = """
import looking, settings
listed, own, found = looking.listed(settings.Here), looking.own(settings.Base), looking.found(settings.Here)
told = looking.told(settings.Here)
of_instance = looking.told(settings.here), looking.kept(settings.here, 'dth')
directly = getattr(settings.Here, looking.NAME), [value for key, value in vars(settings.Base).items() if key == 'size']
got = looking.width(settings.Here), looking.attrgetter('size')(settings.here)
"""
SETTINGS_CLASSES = "class Base:\n    size = 1\n    width = [2]\nclass Here(Base):\n    other = 3\nhere = Here()\n"
case(
    "members of classes asked for by names that are computed",
    "asked",
    {"settings.py": SETTINGS_CLASSES, "looking.py": LOOKING, "asked.py": ASKED},
    {"settings.py": SETTINGS_CLASSES.replace("size = 1", "size = 10")},
    {"settings.py": SETTINGS_CLASSES.replace("[2]", "[20]")},
    {"settings.py": SETTINGS_CLASSES.replace("other = 3", "other = 3\n    extra = 4")},
    {"settings.py": SETTINGS_CLASSES.replace("other = 3", "other = 3\n    size = 5")},
    {"settings.py": SETTINGS_CLASSES},
)
CONFIGURED = """
from settings import Here
class Config(dict):
    def from_object(self, it):
        for key in dir(it):
            if key.islower() and key[0] != '_':
                self[key] = getattr(it, key)
config = Config()
config.from_object(Here)
size = config['size']
"""
case(
    "an object that takes all members of a class of settings",
    "m",
    {"settings.py": SETTINGS_CLASSES, "m.py": CONFIGURED},
    {"settings.py": SETTINGS_CLASSES.replace("size = 1", "size = 10")},
    {"settings.py": SETTINGS_CLASSES.replace("other = 3", "extra = 4")},
)
EMPTY = """
from collections import Counter, defaultdict, deque
from decimal import Decimal
kinds = defaultdict(list)
last = deque([1], maxlen=2)
price = Decimal('1.0')
counts = Counter(a=1, b=2)
shown = str(price), kinds.default_factory, last.maxlen, list(counts)
"""
one(
    "values that are equal and not the same",
    EMPTY,
    EMPTY.replace("(list)", "(int)").replace("=2)", "=3)").replace("1.0", "1.00").replace("a=1, b=2", "b=2, a=1"),
)
HELD = """
import functools, settings, weakref
from settings import Base, Here
class Holder:
    kind = Here
    def __init__(self, it): self.it = it
    def size(self): return self.it.size
    def sized(self, it=Here): return it.size
def make(it):
    def size(): return it.size
    return size
registered = {}
def register(cls): registered[cls.__name__.lower()] = cls
register(Here)
def by_name(name): return registered[name]()
def matched(it):
    match it:
        case Base(size=found): return found
def shown(text, **named): return text.format(**named)
holder, size, ask = Holder(Here), make(Here), functools.partial(lambda it: it.size, Here)
bound, nested, weak = holder.size, {'a': [{'b': settings.here}]}, weakref.ref(Here)
"""
ASKING_HOLDERS = """
import functools, held, settings
from held import holder
holders = [holder]
one = held.Holder.kind.size, holder.size(), holders[0].it.size, held.bound(), holder.sized()
two = held.size(), held.ask(), held.nested['a'][0]['b'].size, held.weak().size
three = held.by_name('here').size, held.matched(settings.here), held.shown('{it.size}', it=settings.here)
four = '{0.size}'.format(settings.Here), eval('settings.here.size')
five = functools.reduce(getattr, ['Here', 'size'], settings)
match settings.here:
    case settings.Base(size=six): pass
"""
case(
    "members of a class that is had by what holds it",
    "holding",
    {"settings.py": SETTINGS_CLASSES, "held.py": HELD, "holding.py": ASKING_HOLDERS},
    {"settings.py": SETTINGS_CLASSES.replace("size = 1", "size = 10")},
    {"settings.py": SETTINGS_CLASSES.replace("other = 3", "size = 5")},
    {"settings.py": SETTINGS_CLASSES},
)
case(
    "a class that is made otherwise in the new module that it moves to",
    "m",
    {"m.py": "class K:\n    pass\n"},
    {
        "n.py": "class K:\n    def __init__(self, k):\n        self.k = k\nkept = K(2)\n",
        "m.py": "from n import K, kept\nk = kept.k\n",
    },
)
case(
    "members of a class of settings, gone through where no text tells their names",
    "m",
    {
        "conf.py": "class Base:\n    A = 1\n    B = 2\nclass Dev(Base):\n    B = 3\n",
        "load.py": "def load(it): return {key: getattr(it, key) for key in dir(it) if key.isupper()}\n",
        "m.py": "import conf\nfrom load import load\nfound = load(conf.Dev)\n",
    },
    {"conf.py": "class Base:\n    A = 10\n    B = 2\nclass Dev(Base):\n    B = 3\n"},
    {"conf.py": "class Base:\n    A = 10\n    B = 2\nclass Dev(Base):\n    B = 3\n    C = 4\n"},
)
SHOWN_BELOW = """
from base import K

class Own:
    def show(self):
        return 1

if __name__ != "":
    from base import K

    class Shown:
        def show(self):
            return K().value()
    shown = Shown().show()
"""
case(
    "new members of a class that a block imports which defines something as well",
    "m",
    {"base.py": "class K:\n    def value(self):\n        return 1\n", "m.py": SHOWN_BELOW},
    {
        "base.py": "class K:\n    size = 2\n    def value(self):\n        return self.more()\n"
        "    def more(self):\n        return self.size\n"
    },
    {
        "base.py": "class K:\n    size = 2\n    def value(self):\n        return self.more()\n"
        "    def more(self):\n        return self.size + self.step\n    step = 3\n",
        "m.py": SHOWN_BELOW.replace("return 1", "return 2").replace("shown =", "a = 1\n    shown ="),
    },
)
ANSWERING = """
class Meta(type):
    @property
    def __doc__(cls):
        return cls.__name__ + " it is"
    @property
    def size(cls):
        return 5

class K(metaclass=Meta):
    \"\"\"The text.\"\"\"
    size = 1
    def value(self):
        return self.size

class L(K):
    size = 3

found = K.__doc__, K.size, K().size, K().value(), vars(K)["__doc__"], vars(K).get("size")
"""
case(
    "names of members that a metaclass has a property for",
    "m",
    {"m.py": ANSWERING},
    {"m.py": ANSWERING.replace("size = 1", "size = 2")},
    {"m.py": ANSWERING.replace("The text", "A text").replace("return self.size", "return self.size + 1")},
    {"m.py": ANSWERING.replace('    """The text."""\n', "").replace("    size = 1\n", "")},
    {"m.py": ANSWERING},
)
COMPUTED_TEXT = """
class Meta(type):
    @property
    def __doc__(cls):
        return cls.handler.__doc__

class K(metaclass=Meta):
    def handler(self):
        \"\"\"What it does.\"\"\"

class Shown:
    def __init__(self, wrapped):
        self.__wrapped__ = wrapped
    @property
    def __doc__(self):
        return self.__wrapped__.__doc__

@Shown
def shown():
    \"\"\"What it does.\"\"\"

K.__wrapped__ = K.handler
found = K.__doc__, shown.__doc__
"""
case(
    "docstrings that a class or a metaclass computes of what is wrapped",
    "m",
    {"m.py": COMPUTED_TEXT},
    {"m.py": COMPUTED_TEXT.replace("What it does.", "What it is for.")},
    {"m.py": COMPUTED_TEXT.replace('"""What it does."""', "return 1")},
    {"m.py": COMPUTED_TEXT},
)
ANSWERED_IN_WHOLE = """
class Meta(type):
    def __new__(mcs, name, bases, members):
        return super().__new__(mcs, name, bases, {**members, "made": name})
    @property
    def __doc__(cls):
        return cls.handler.__doc__

class K(metaclass=Meta):
    \"\"\"The text.\"\"\"
    handler = len
    size = 1

found = K.__doc__, K.size, vars(K)["__doc__"]
"""
case(
    "a docstring that stays, of a class that its metaclass makes as a whole and answers for",
    "m",
    {"m.py": ANSWERED_IN_WHOLE},
    {"m.py": ANSWERED_IN_WHOLE.replace("size = 1", "size = 2")},
    {"m.py": ANSWERED_IN_WHOLE.replace("The text", "A text").replace("handler = len", "handler = repr")},
)
USES_SLOTS = """
class Node:
    __slots__ = fields = ("one",)
    kinds = __slots__ + ("kind",)
    size = len(__slots__)
    def show(self):
        return self.size

found = Node.kinds, Node.size, Node.fields
"""
case(
    "members computed of the slots that stay",
    "m",
    {"m.py": USES_SLOTS},
    {"m.py": USES_SLOTS.replace('("kind",)', '("kind", "more")')},
    {
        "m.py": USES_SLOTS.replace("len(__slots__)", "len(__slots__) + 1").replace(
            "return self.size", "return -self.size"
        )
    },
    {"m.py": USES_SLOTS.replace('("one",)', '("one", "two")')},
    {"m.py": USES_SLOTS},
)
LAZY_MEMBER = """
import abc

class Later:
    def __getattr__(self, name):
        for number in range(20):
            setattr(K, f"built{number}", name)
        raise RuntimeError(name)

class Base(abc.ABC):
    @abc.abstractmethod
    def go(self): ...
    @property
    @abc.abstractmethod
    def size(self): ...

class K(Base):
    def go(self):
        return 1

K.schema = Later()
found = sorted(K.__abstractmethods__), sorted(Base.__abstractmethods__)
"""
case(
    "an abstract class with a lazy member, which is not to be asked whether it is abstract",
    "m",
    {"m.py": LAZY_MEMBER},
    {"m.py": LAZY_MEMBER.replace("return 1", "return 1\n    def more(self):\n        return 2")},
    {"m.py": LAZY_MEMBER.replace("return 1", "return 1\n    size = 2")},
    {
        "m.py": LAZY_MEMBER.replace(
            "def go(self): ...", "def go(self): ...\n    @abc.abstractmethod\n    def come(self): ..."
        )
    },
    {"m.py": LAZY_MEMBER},
)
REGISTRY_OF_A_CLASS = """
class Registry:
    def __init__(self):
        self.entries = {}
    def put(self, key):
        def decorate(function):
            if (key, "plain") in self.entries:
                raise ValueError(key)
            self.entries[key, "plain"] = function
            return function
        return decorate

class Base:
    kept = Registry()
    @classmethod
    def register(cls, key):
        def go(subclass):
            cls.kept.put(key)(subclass.make)
            return subclass
        return go

@Base.register("one")
class One(Base):
    size: int
    @classmethod
    def make(cls):
        return 1

@Base.register("two")
class Two(Base):
    @classmethod
    def make(cls):
        return 2

found = [[key, made()] for key, made in Base.kept.entries.items()]
"""
case(
    "a registry that refuses keys twice, which a class holds as an object and a class method fills",
    "m",
    {"m.py": REGISTRY_OF_A_CLASS},
    {"m.py": REGISTRY_OF_A_CLASS.replace("size: int", "size: float")},
    {
        "m.py": REGISTRY_OF_A_CLASS.replace(
            "def register(cls, key):\n        def go(", "def register(cls, key: str):\n        def go("
        )
    },
    {"m.py": REGISTRY_OF_A_CLASS.replace('"one"', '"three"')},
    {"m.py": REGISTRY_OF_A_CLASS.replace('@Base.register("one")\n', "")},
    {"m.py": REGISTRY_OF_A_CLASS},
)
HASH_IN_A_SLOT = """
class Marker:
    __slots__ = ("schema", "__hash__")
    def __init__(self, schema):
        self.schema = schema
        self.__hash__ = lambda: 1
    def __eq__(self, other):
        return self.schema == other.schema

found = len({Marker(1): 1}), Marker.__hash__ is None
"""
case(
    "a class with __eq__ that keeps its hash in a slot",
    "m",
    {"m.py": HASH_IN_A_SLOT},
    {"m.py": HASH_IN_A_SLOT.replace("(self, schema)", "(self, schema: int)")},
    {"m.py": HASH_IN_A_SLOT.replace("def __eq__(self, other):", "size = 1\n    def __eq__(self, other: object):")},
)
SORTS_SOMETHING = """
class Register(type):
    known = []
    def __new__(meta, name, bases, members):
        made = super().__new__(meta, name, bases, members)
        meta.known.append(made)
        made.own = made.parameters()
        return made
    def parameters(cls):
        found = [name for name in vars(cls) if name.islower()]
        found.sort()
        return found

class Task(metaclass=Register):
    def go(self):
        return 1

class Other(Task):
    size = 1

found = [each.__name__ for each in Register.known], Other.own
"""
case(
    "a metaclass that registers classes in order, and sorts something else",
    "m",
    {"m.py": SORTS_SOMETHING},
    {"m.py": SORTS_SOMETHING.replace("def go(self)", "def go(self) -> list")},
    {"m.py": SORTS_SOMETHING.replace("size = 1", "size = 2")},
)
SUBSCRIBES_ITSELF = """
class Bus:
    def __init__(self):
        self.listeners = {}
        self.priorities = {}
    def subscribe(self, channel, callback):
        self.listeners.setdefault(channel, set()).add(callback)
        self.priorities[channel, callback] = 1

bus = Bus()
"""
SUBSCRIBER = """
from m import bus

PORT = 80

class Server:
    def __init__(self, bus, port):
        self.bus = bus
        self.port = port
    def subscribe(self):
        self.bus.subscribe("start", self.start)
    def start(self):
        return self.port

def plain():
    return 0

bus.subscribe("start", plain)
server = Server(bus, PORT)
server.subscribe()
"""
SHOWN_LISTENERS = """
from m import bus
import n

found = sorted(each() for each in bus.listeners["start"]), len(bus.priorities)
"""
case(
    "an object that is made again, and had subscribed methods of its own to what another module keeps",
    "o",
    {"m.py": SUBSCRIBES_ITSELF, "n.py": SUBSCRIBER, "o.py": SHOWN_LISTENERS},
    {"n.py": SUBSCRIBER.replace("80", "81")},
    {"n.py": SUBSCRIBER.replace("return self.port", "return -self.port")},
    {"n.py": SUBSCRIBER},
)
LISTS_SUBMODULES = """
from .a import f
from .c import g

names = [name for name in locals() if not name.startswith("__")]
"""
case(
    "a submodule that another submodule imports newly, in a package that lists its names",
    "p",
    {"p/__init__.py": LISTS_SUBMODULES, "p/a.py": "def f(): return 1", "p/c.py": "def g(): return 2"},
    {
        "p/__init__.py": LISTS_SUBMODULES + "more = 1\n",
        "p/a.py": "from .b import x\n\ndef f(): return x",
        "p/b.py": "x = 1",
    },
    {"p/__init__.py": LISTS_SUBMODULES},
)

DISPATCHED = """
ALL = {}

class dispatchable:
    def __new__(cls, func=None, *, name=None):
        if func is None:
            return lambda f: cls(f, name=name)
        self = object.__new__(cls)
        self.orig = func
        if name in ALL:
            raise KeyError(name)
        def wrapped(*a, **k): return self.orig(*a, **k)
        wrapped.__wrapped__ = self
        ALL[name] = wrapped
        return wrapped
    def __call__(self, *a): return self.orig(*a)
"""
DISPATCHED_BASE = """
from r import dispatchable

class Base:
    def __init_subclass__(cls): cls.known = 1
    @dispatchable(name="base__new__")
    def __new__(cls): return object.__new__(cls)
    def copy(self):
        "Copy it."
        return 1
"""
DISPATCHED_SUB = """
from r import dispatchable
from b import Base

class Sub(Base):
    @dispatchable(name="sub__new__")
    def __new__(cls): return object.__new__(cls)
    def other(self): return 2
    other.__doc__ = Base.copy.__doc__
"""
case(
    "a method that a decorator registers, which refuses the same name, in a class that runs again",
    "s",
    {"r.py": DISPATCHED, "b.py": DISPATCHED_BASE, "s.py": DISPATCHED_SUB},
    {"b.py": DISPATCHED_BASE.replace("Copy it", "Copies it")},
    {"b.py": DISPATCHED_BASE.replace("known = 1", "known = 2")},
    {"s.py": DISPATCHED_SUB.replace("def __new__(cls):", "def __new__(cls, a=None):")},
)
REGISTERED_METHODS = """
from r import reg
class Sub:
    @reg
    def one(self, a=1): return a
    x = 1
    @reg
    def two(self, a=1): return a
    class Inner:
        @reg
        def three(self, a=1): return a
class Other:
    @reg
    def four(self, a=1): return a
"""
METHOD_REGISTRIES = {
    "a set that refuses": ("set()", "assert f not in ALL; ALL.add(f); w = f", "sorted(f.__name__ for f in ALL)"),
    "a dict that refuses": (
        "{}",
        "assert f.__name__ not in ALL; ALL[f.__name__] = w",
        "[(k, f(1)) for k, f in ALL.items()]",
    ),
    "a list of wrappers": ("[]", "ALL.append(w)", "[f(1) for f in ALL]"),
    "a list of records": ("[]", "ALL.append((f.__name__, w))", "[(k, f(1)) for k, f in ALL]"),
    "a list of records, and goes on bare": ("[]", "ALL.append((f.__name__, w)); w = f", "[(k, f(1)) for k, f in ALL]"),
    "a dict of lists": (
        "{}",
        "ALL.setdefault(len(f.__name__), []).append(w)",
        "[(k, [f(1) for f in v]) for k, v in ALL.items()]",
    ),
    "a list of objects": ("[]", "w = Command(f); ALL.append(w)", "[c(1) for c in ALL]"),
}
for _name, (_start, _put, _shown) in METHOD_REGISTRIES.items():
    _source = f"""
class Command:
    def __init__(self, f): self.f = f
    def __call__(self, *a): return self.f(*a)

ALL = {_start}

def reg(f):
    def w(*a): return f(*a)
    {_put}
    return w
"""
    case(
        f"methods whose wrappers a decorator puts into a registry: {_name}",
        "q",
        {
            "r.py": _source,
            "s.py": REGISTERED_METHODS,
            "q.py": f"from r import ALL\nimport s\nshown = {_shown}\ndef see(): return {_shown}\n",
        },
        {"s.py": REGISTERED_METHODS.replace("one(self, a=1)", "one(self, a=2)")},
        {"s.py": REGISTERED_METHODS.replace("two(self, a=1)", "two(self, a=2)").replace("x = 1", "x = 3")},
        {"s.py": REGISTERED_METHODS.replace("three(self, a=1)", "three(self, a=2)")},
        {"s.py": REGISTERED_METHODS.replace("    @reg\n    def one(self, a=1): return a\n", "")},
        {"s.py": REGISTERED_METHODS},
        {"s.py": REGISTERED_METHODS.replace("@reg\n    def two", "def two")},
        {"s.py": REGISTERED_METHODS.replace("    x = 1", "    x = 1\n    @reg\n    def more(self, a=1): return 5")},
    )
SAYS_MODULE = """
from .a import K as K, f as f, g as g

for value in [each for name, each in list(locals().items()) if name[:2] != "__"]:
    if getattr(value, "__module__", "").startswith("p."):
        value.__module__ = __name__
"""
SAYS_MODULE_AGAIN = """
from .a import K as K, f as f, g as g

for __value in [each for name, each in list(locals().items()) if name[:2] != "__"]:
    if getattr(__value, "__module__", "").startswith("p."):
        __value.__module__ = __name__

del __value
"""
SAID_OF = """
import functools

def loud(f):
    @functools.wraps(f)
    def wrapper(*a): return f(*a)
    return wrapper

class K:
    def m(self): return 1

def f(a=1): return a

def g(a=1): return a
"""
case(
    "a function of which a loop says that it is of another module, and that is decorated newly",
    "p",
    {"p/__init__.py": SAYS_MODULE, "p/a.py": SAID_OF},
    {"p/a.py": SAID_OF.replace("def f(a=1)", "@loud\ndef f(a=1)")},
    {"p/a.py": SAID_OF.replace("def f(a=1)", "@loud\ndef f(a=1)").replace("g(a=1)", "g(a=2)")},
    {"p/a.py": SAID_OF},
)
case(
    "a loop that says of which module things are, and is written otherwise",
    "p",
    {"p/__init__.py": SAYS_MODULE, "p/a.py": SAID_OF},
    {"p/__init__.py": SAYS_MODULE_AGAIN},
    {"p/__init__.py": SAYS_MODULE},
)
ANNOTATED_UNDER_CONDITION = """
import sys
class K:
    a: int
    b: str = "b"
    if sys.version_info >= (3, 1):
        c = 1
        def f(self): return 1
    else:
        z: int = 1
    d: int = 1
shown = dict(K.__annotations__)
"""
case(
    "an annotation under a condition in the body of a class",
    "m",
    {"m.py": ANNOTATED_UNDER_CONDITION},
    {"m.py": ANNOTATED_UNDER_CONDITION.replace("c = 1", "c: int = 1")},
    {"m.py": ANNOTATED_UNDER_CONDITION.replace("c = 1", "c: str = 1")},
    {"m.py": ANNOTATED_UNDER_CONDITION.replace("c = 1", "c: str = 1").replace("d: int", "d: float")},
    {"m.py": ANNOTATED_UNDER_CONDITION},
    {"m.py": ANNOTATED_UNDER_CONDITION.replace("return 1", "return 2")},
    {"m.py": ANNOTATED_UNDER_CONDITION.replace("a: int", "a: str").replace("(3, 1)", "(3, 2)")},
)
case(
    "a package that appears beside the module of its name, which stays",
    "p",
    {"p/__init__.py": "from .g import x", "p/g.py": "x = 1\nstate=[]"},
    {"p/g/__init__.py": "x = 2\nstate=[]"},
    {"p/g/__init__.py": "x = 3\nstate=[]"},
)
C_STRUCTURE = """
import ctypes

class Pair(ctypes.Structure):
    _fields_ = [("a", ctypes.c_int), ("b", ctypes.c_int)]
    n = 1
    def total(self): return self.a + self.b * 2
    def other(self): return 1

total = Pair(1, 2).total()
"""
case(
    "a structure of ctypes, whose class C takes care of",
    "m",
    {"m.py": C_STRUCTURE},
    {"m.py": C_STRUCTURE.replace("* 2", "* 3")},
    {"m.py": C_STRUCTURE.replace("n = 1", "n = 2")},
    {"m.py": C_STRUCTURE.replace("    def other(self): return 1\n", "")},
    {"m.py": C_STRUCTURE.replace("a = 1", "c = 1") + "\nPair.extra = 1\n"},
    {"m.py": C_STRUCTURE},
)
SAYS_OF_MEMBERS = """
from .a import K as K

def fix(names):
    for value in list(names.values()):
        if getattr(value, "__module__", "").startswith("p."):
            value.__module__ = "p"
            for member in vars(value).values():
                if getattr(member, "__module__", "").startswith("p."):
                    member.__module__ = "p"

fix(globals())
"""
SAID_OF_MEMBERS = """
class K:
    def m(self): return 1
"""
case(
    "a method more of a class that someone says to be of another module, with its methods",
    "p",
    {"p/__init__.py": SAYS_OF_MEMBERS, "p/a.py": SAID_OF_MEMBERS},
    {"p/a.py": SAID_OF_MEMBERS + "    def n(self): return 2\n"},
    {"p/a.py": SAID_OF_MEMBERS},
)
ASKS_OF_CLASS = """
def own(cls, name): return name in {}
def marked(cls):
    cls.marks = own(cls, "__annotations__")
    return cls
"""
case(
    "annotations that a class has only because a decorator had asked for some",
    "use",
    {
        "lib.py": ASKS_OF_CLASS.format("[getattr(cls, name, None)]"),
        "m.py": "from lib import marked\n@marked\nclass K: pass\n",
        "use.py": "import m\nseen = '__annotations__' in vars(m.K)\n",
    },
    {"lib.py": ASKS_OF_CLASS.format("vars(cls)")},
)
MAKES_FUNCTIONS = "def make(n):\n    def f(self=None): return n\n    return f\n"
BOUND_BY_TWO = MAKES_FUNCTIONS + "def pair():\n    x = make(1)\n    return {}\na, b = pair()\n"
case(
    "one function under two names becomes two",
    "m",
    {"m.py": BOUND_BY_TWO.format("x, x")},
    {"m.py": BOUND_BY_TWO.format("x, make(2)")},
    {"m.py": BOUND_BY_TWO.format("make(2), x")},
)
MADE_WITH_ALIASES = (
    MAKES_FUNCTIONS
    + """
def build():
    members = {n: make(n) for n in ("error", "critical")}
    members["fatal"] = members[%r]
    members["all"] = members["error"]
    return type("K", (), members)

K = build()
def seen(): return [getattr(K(), n)() for n in ("error", "critical", "fatal", "all")]
"""
)
case(
    "one member of a class under two names becomes another of its members",
    "m",
    *({"m.py": MADE_WITH_ALIASES % each} for each in ("error", "critical", "error")),
)
for name, head in {
    "a class": "class K:",
    "a class with a metaclass": "class M(type): pass\nclass K(metaclass=M):",
}.items():
    text = MAKES_FUNCTIONS + head + "\n    error = make(1)\n    critical = make(2)\n    fatal = {}\n"
    text += "def seen(): return [getattr(K(), n)() for n in ('error', 'critical', 'fatal')]\n"
    case(
        f"{name}: another name of a member becomes one of its own",
        "m",
        *({"m.py": text.format(each)} for each in ("error", "critical", "error", "make(3)", "error")),
    )
DELETES_A_MEMBER = """
class K{}:
    def helper(n): return n + 1
    value = helper(1)
    del helper
    def m(self): return {}
seen = hasattr(K, "helper")
"""
case(
    "a class that deletes a member of its body",
    "m",
    {"m.py": DELETES_A_MEMBER.format("(object)", 1)},
    {"m.py": DELETES_A_MEMBER.format("", 1)},
    {"m.py": DELETES_A_MEMBER.format("", 2)},
)
MADE_OF_PARTS = """
class Node:
    def __init__(self, *parts):
        self.parts = list(parts)
        self.label = ""
    def size(self): return len(self.parts)
    def add(self, part, label):
        part.label = label
        self.parts.append(part)
STEP = {}
tree = Node(Node(), Node())
size = tree.size() + STEP
other = Node()
other.add(Node(), "")
"""
case(
    "an empty text that a later statement gives tells nothing of objects whose own is empty",
    "m",
    *({"m.py": MADE_OF_PARTS.format(step)} for step in (1, 2)),
)
FRAMEWORK = """
class App:
    def __init__(self):
        self.routes, self.hooks, self.items = {}, {}, []
    def add(self, path, page):
        self.routes[path] = page
    def on(self, event, hook):
        self.hooks.setdefault(event, []).append(hook)
    def route(self, path):
        def wrap(page):
            self.routes[path] = page
            return page
        return wrap
"""
ADDED = ("", "app.add('/n', f)", "app.on('e', g)", "app.routes['/x'] = f", "@app.route('/d')\ndef d(): pass", "")
WAYS = {
    "a name that is imported": ("from core import app", "{}"),
    "its module": ("import core", "{}"),
    "a function of another module": ("from core import app", "def setup():\n    {}\n    pass"),
    "a function that is given it": ("", "def setup(app):\n    {}\n    pass"),
}
for way_to_app, (imports, text) in WAYS.items():
    calls = "def setup" in text
    additions = [each.replace("app.", "core.app.") if way_to_app == "its module" else each for each in ADDED]
    lines = ["app.add('/f', f)", "@HERE", "app.add('/g', g)"]
    lines = [each.replace("app.", "core.app.") if way_to_app == "its module" else each for each in lines]
    views = [
        f"{imports}\ndef f(): pass\ndef g(): pass\n"
        + text.format("\n".join(lines).replace("@HERE", addition).replace("\n", "\n    " if calls else "\n"))
        for addition in additions
        if not (calls and addition.startswith("@"))
    ]
    given = "app" if "(app)" in text else ""
    more = "from core import app\nimport views\n" + (f"views.setup({given})\n" if calls else "")
    case(
        f"an object that other modules add to, by {way_to_app}",
        "more",
        {
            "fw.py": FRAMEWORK,
            "core.py": "from fw import App\napp = App()",
            "views.py": views[0],
            "more.py": more + "def h(): pass\napp.add('/h', h)",
        },
        *({"views.py": each} for each in views[1:]),
    )
USES_NAMES = """
{}
def f(field): return field.validate(1)
def g():
    def inner(): return copy.run()
    copy = 1
    return inner
"""
case(
    "an import that has the name of local variables comes, and goes",
    "m",
    *({"m.py": USES_NAMES.format(each)} for each in ("x = 1", "import copy\nfrom dataclasses import field", "x = 1")),
)
MADE_GENERIC = """
from typing import Generic, TypeVar
T = TypeVar("T")
class Tree{}:
{}    def __init__(self, *parts): self.parts = parts
"""
case(
    "a class of another layout takes over in partial functions that a function keeps",
    "use",
    {
        "tree.py": MADE_GENERIC.format("", ""),
        "m.py": """
        import tree
        from functools import partial
        def call(kind, *parts, also=None): return kind(*parts)
        def made():
            try: return made.kept
            except AttributeError:
                made.kept = partial(tree.Tree, 1), partial(call, tree.Tree), partial(call, also=tree.Tree)
                return made.kept
        def check():
            one, two, three = made()
            return isinstance(one(), tree.Tree), isinstance(two(2), tree.Tree), three.keywords["also"] is tree.Tree
        """,
        "use.py": "import m\nseen = m.check()\n",
    },
    {"tree.py": MADE_GENERIC.format("(Generic[T])", "")},
    {"tree.py": MADE_GENERIC.format("", "    __slots__ = ('parts',)\n")},
    {"tree.py": MADE_GENERIC.format("", "")},
)
ABSTRACT_METHODS = """
from abc import ABC, abstractmethod
class Base(ABC):
    @classmethod
    @abstractmethod
    def made(cls): ...
    @staticmethod
    @abstractmethod
    def known(): ...
    @property
    @abstractmethod
    def value(self): ...
    @abstractmethod
    def work(self): ...
{}
"""
LEAVES_ABSTRACT = """
import base
class Part(base.Base):
    LIMIT = {}
    def work(self): return 1
class Whole(Part): pass
seen = sorted(Part.__abstractmethods__), sorted(Whole.__abstractmethods__)
"""
case(
    "abstract methods of all kinds that a class inherits",
    "m",
    {"base.py": ABSTRACT_METHODS.format(""), "m.py": LEAVES_ABSTRACT.format(1)},
    {"m.py": LEAVES_ABSTRACT.format(2)},
    {"base.py": ABSTRACT_METHODS.format("    @classmethod\n    @abstractmethod\n    def more(cls): ...")},
    {"base.py": ABSTRACT_METHODS.format("    def more(self): ...")},
)
KEEPS_ON_ITSELF = """
from parts import build
LIMIT = {}
def kept():
    {}
def check(): return kept()[0]
"""
for name, text in {
    "a cache that may be missing": """try: return kept.cache
    except AttributeError:
        kept.cache = build(LIMIT)
        return kept.cache""",
    "a cache that it asks for": """if not hasattr(kept, "cache"):
        kept.cache = build(LIMIT)
    return kept.cache""",
}.items():
    case(
        f"a function keeps what it has computed: {name}",
        "use",
        {
            "parts.py": "def build(limit): return [limit]\n",
            "m.py": KEEPS_ON_ITSELF.format(3, text),
            "use.py": "import m\nseen = m.check()\n",
        },
        {"m.py": KEEPS_ON_ITSELF.format(4, text)},
        {"parts.py": "def build(limit): return [limit + 1]\n"},
        {"m.py": KEEPS_ON_ITSELF.format(4, text.replace("build(LIMIT)", "build(LIMIT * 2)"))},
    )
COUNTS_ON_ITSELF = """
STEP = {}
def count():
    try: count.times = count.times + 1
    except AttributeError: count.times = 0
    return count.times
def other():
    if not hasattr(other, "times"): other.times = 0
    times = other.times + 1
    other.times = times
    return times
count(), count(), other()
def seen(): return STEP, count.times, other.times
"""
case(
    "a function counts on itself: that is no result which it has computed",
    "m",
    *({"m.py": COUNTS_ON_ITSELF.format(step)} for step in (1, 2)),
)
HASHED = """
from dataclasses import dataclass
{}class Point:
    x: int = 1
{}seen = Point.__hash__ is None, Point.__eq__ is object.__eq__
"""
EQUAL, HASH = "    def __eq__(self, other): return other is self\n", "    def __hash__(self): return 3\n"
DATA_CLASSES = (
    "",
    "@dataclass\n",
    "@dataclass(eq=False)\n",
    "@dataclass(frozen=True)\n",
    "@dataclass(unsafe_hash=True)\n",
)
for first, second in product(DATA_CLASSES, repeat=2):
    if first != second and first and second:
        continue
    for members, others in (("", EQUAL), ("", HASH), (EQUAL, EQUAL + HASH)):
        versions = [HASHED.format(first, members), HASHED.format(second, others), HASHED.format(first, members)]
        name = f"a hash: {first}{members} becomes {second}{others}".replace("\n", " ")
        case(name, "m", *({"m.py": each} for each in versions))
RESERVED = """
class Named:
    reserved = {{}}
    def __new__(cls, name, *args):
        if name in cls.reserved: raise TypeError(f"{{name}} is taken")
        return super().__new__(cls)
    def __init__(self, name, *fields): self.name, self.fields = name, fields
STEP = {}
one: Named = Named("one", STEP)
two = Named("two", 2)
types = {{"one": one, "two": two}}
{}
seen = [(name, each.fields) for name, each in Named.reserved.items()], Named.reserved["one"] is one
"""
for name, text in {
    "at once": "Named.reserved.update(types)",
    "one by one": "for each in types.values(): Named.reserved[each.name] = each",
}.items():
    case(
        f"names are reserved only once all is made, {name}",
        "m",
        *({"m.py": RESERVED.format(step, text)} for step in (1, 2)),
    )
EVERYDAY_OBJECTS = {
    "event bus": (
        """
from collections import defaultdict
class Bus:
    def __init__(self):
        self.handlers = defaultdict(list)
        self.log = []
    def on(self, name):
        def deco(fn):
            self.handlers[name].append(fn)
            return fn
        return deco
    def subscribe(self, name, fn):
        self.handlers[name].append(fn)
    def emit(self, name, *a):
        for fn in self.handlers[name]:
            fn(*a)
bus = Bus()
def audit(x): pass
@HERE
bus.subscribe('b', audit)
""",
        (
            "",
            "bus.subscribe('a', audit)",
            "@bus.on('a')\ndef handle(x): pass",
            "bus.emit('b', 1)",
            "bus.subscribe('a', lambda x: None)",
            "bus.subscribe('a', print)",
        ),
    ),
    "scheduler": (
        """
import threading
class Job:
    def __init__(self, name, every, fn):
        self.name, self.every, self.fn = name, every, fn
        self.runs = 0
class Scheduler:
    def __init__(self):
        self.jobs = []
        self.lock = threading.Lock()
    def add(self, name, every, fn):
        with self.lock:
            self.jobs.append(Job(name, every, fn))
        return self
    def every(self, seconds):
        def deco(fn):
            self.add(fn.__name__, seconds, fn)
            return fn
        return deco
sched = Scheduler()
def tick(): pass
@HERE
sched.add('tick', 5, tick)
""",
        ("", "sched.add('tock', 1, tick)", "sched.add('tock', 2, tick)", "@sched.every(3)\ndef third(): pass"),
    ),
    "settings": (
        """
class Settings:
    def __init__(self):
        self._data = {}
        self.debug = False
    def set(self, key, value):
        self._data[key] = value
    def load(self, **kw):
        for k, v in kw.items():
            self.set(k, v)
    def __getitem__(self, k): return self._data[k]
settings = Settings()
@HERE
settings.set('port', 80)
port = settings['port']
""",
        (
            "",
            "settings.set('host', 'a')",
            "settings.set('host', 'b')",
            "settings.load(host='c', name='d')",
            "settings.debug = True",
            "settings.set('port', 1)",
        ),
    ),
    "registry get or create": (
        """
class Registry:
    def __init__(self):
        self.items = {}
    def register(self, name, obj=None, *, override=False):
        if name in self.items and not override:
            raise KeyError(name)
        self.items[name] = obj
        return obj
    def get(self, name): return self.items[name]
reg = Registry()
class A: pass
class B: pass
@HERE
reg.register('a', A)
last = reg.get('a')
""",
        ("", "reg.register('b', B)", "reg.register('c', B)", "reg.register('b', A())", "x = reg.register('d', B)"),
    ),
    "pipeline": (
        """
class Pipeline:
    def __init__(self, name):
        self.name = name
        self.steps = []
    def step(self, fn):
        self.steps.append(fn)
        return fn
    def __or__(self, fn):
        self.steps.append(fn)
        return self
    def __call__(self, x):
        for s in self.steps: x = s(x)
        return x
pipe = Pipeline('p')
def inc(x): return x + 1
def dbl(x): return x * 2
@HERE
pipe.step(dbl)
out = pipe(1)
""",
        ("", "pipe.step(inc)", "@pipe.step\ndef three(x): return x * 3", "pipe.steps.insert(0, inc)"),
    ),
    "menu tree": (
        """
class Menu:
    def __init__(self, title, parent=None):
        self.title, self.parent, self.children = title, parent, []
        if parent is not None:
            parent.children.append(self)
    def item(self, title):
        self.children.append(title)
        return self
root = Menu('root')
@HERE
file = Menu('file', root)
file.item('open').item('close')
""",
        ("", "edit = Menu('edit', root)", "root.item('quit')", "edit = Menu('edit', root)\nedit.item('cut')"),
    ),
    "metrics": (
        """
class Metrics:
    def __init__(self):
        self.counters, self.gauges = {}, {}
    def counter(self, name, help=''):
        return self.counters.setdefault(name, [0, help])
    def gauge(self, name, fn):
        self.gauges[name] = fn
metrics = Metrics()
REQ = metrics.counter('req', 'requests')
@HERE
ERR = metrics.counter('err')
metrics.gauge('load', lambda: 1)
""",
        ("", "HIT = metrics.counter('hit')", "metrics.gauge('mem', lambda: 2)", "HIT = metrics.counter('hit', 'hits')"),
    ),
    "plugin manager": (
        """
class Manager:
    plugins = {}
    def __init__(self):
        self.active = []
    @classmethod
    def register(cls, name):
        def deco(k):
            cls.plugins[name] = k
            return k
        return deco
    def activate(self, name):
        self.active.append(self.plugins[name]())
mgr = Manager()
@Manager.register('a')
class A: pass
@HERE
mgr.activate('a')
""",
        (
            "",
            "@Manager.register('b')\nclass B: pass",
            "mgr.activate('a')",
            "@Manager.register('b')\nclass B: pass\nmgr.activate('b')",
        ),
    ),
    "queue of tasks": (
        """
import collections
class Queue:
    def __init__(self):
        self.tasks = collections.deque()
        self.done = 0
    def put(self, name): self.tasks.append(name)
q = Queue()
@HERE
q.put('a')
""",
        ("", "q.put('b')", "q.done = 5", "q.tasks.append('c')"),
    ),
    "chain config": (
        """
class Builder:
    def __init__(self): self.opts = {}; self.parts = []
    def opt(self, **kw):
        self.opts.update(kw)
        return self
    def part(self, *names):
        self.parts += names
        return self
b = Builder().opt(a=1)
@HERE
b.part('x')
""",
        ("", "b.opt(b=2)", "b.opt(c=3).part('z')", "b.part('y', 'w')"),
    ),
}
for kind, (program, variants) in EVERYDAY_OBJECTS.items():
    for number, variant in enumerate(variants):
        steps = [each for other in variants if other != variant for each in (variant, other)]
        case(
            f"an object that statements set up: {kind}, {number}",
            "m",
            *({"m.py": program.replace("@HERE", each)} for each in steps),
        )
IN_BRANCHES = """
class K:
    if 8 > 9:
        def m(self): return 0
    else:
        def m(self): return {}
"""
WITHOUT_BRANCHES = """
class K:
    def m(self): return {}
"""
USED = """
one = K()
x = one.m()
class L:
    def f(self, n=one.m()): return n
"""
case(
    "a method that stood in two branches, and stands there once",
    "m",
    *({"m.py": text.format(n) + USED} for n, text in enumerate((IN_BRANCHES, WITHOUT_BRANCHES, IN_BRANCHES), 1)),
)
IN_ORDER = """
class A:
    def go(self): return 'A'
class B(A):
    def go(self): return 'B' + super().go()
class D(A):
    def go(self): return 'D' + super().go()
class E({}): pass
e = E()
gone = e.go()
"""
case(
    "bases of a class that change places",
    "m",
    *({"m.py": IN_ORDER.format(bases)} for bases in ("B, D", "D, B", "D", "B", "D, B")),
)
TASKS = """
class Task:
    def __init__(self, name): self.name, self.down = name, []
    def __rshift__(self, other):
        for each in other if isinstance(other, list) else [other]: self.down.append(each.name)
        return other
    def __rrshift__(self, others):
        for each in others: each >> self
        return self
a = Task('a')
b = Task('b')
c = Task('c')
"""
for number, flow in enumerate(("a >> b", "a >> b >> c", "a >> [b, c]", "[a, b] >> c")):
    case(
        f"operators that add to objects come and go, {number}",
        "main",
        *(
            {"tasks.py": TASKS, "main.py": f"from tasks import *\n{text}b >> c\nfirst = a.down[:]\n"}
            for text in (f"{flow}\n", "", f"{flow}\n", f"{flow}\nc >> a\n", f"{flow}\n")
        ),
    )
for number, (begin, again, step) in enumerate(
    (
        ("0", "10", "K.n += 1; self.id = K.n"),
        ("itertools.count(1)", "itertools.count(10)", "self.id = next(K.n)"),
        ("itertools.count(10)", "itertools.count(1, 5)", "self.id = next(self.n)"),
    )
):
    counting = f"import itertools\nclass K:\n    n = NUMBER\n    def __init__(self): {step}\none = K()\n"
    case(
        f"a number that a class counts begins elsewhere, {number}",
        "m",
        *(
            {"m.py": counting.replace("NUMBER", start) + more}
            for start, more in ((begin, ""), (again, ""), (again, "two = K()\n"), (begin, "two = K()\n"), (begin, ""))
        ),
    )
PUSHED = """
def joined(some, more): return [*some, more]
class P:
    def __init__(self): self.items = []
    def push(self, x):
        self.items = HOW
p = P()
p.push(1)
p.push(2)
p.push(3)
"""
for how in ("[*self.items, x]", "self.items + [x]", "joined(self.items, x)"):
    pushed = PUSHED.replace("HOW", how)
    case(
        f"a method that makes an attribute of what it held, {how}",
        "m",
        {"m.py": pushed},
        {"m.py": pushed.replace("self, x):\n", "self, x):\n        x = x * 2\n")},
        {"m.py": pushed.replace("p.push(2)\n", "")},
        {"m.py": pushed.replace("p.push(2)", "p.push(5)") + "n = len(p.items)\n"},
    )
OPTIONS = "{k: v for k, v in vars(WHOSE).items() if k[0] != '_'}"
DEFAULTS = """
class Defaults:
    strict = {0}
class Form:
    class Meta:
        strict = {0}
    def __init_subclass__(cls): cls.options = {1}
def optioned(cls):
    cls.options = {1}
    return cls
"""
for whose, user in product(
    ("Defaults", "Form.Meta"),
    ("class Login(Form): pass\n", "@optioned\nclass Login: pass\n"),
):
    case(
        f"as a class is made, the members of another are gone through by its name, {whose}, {user[0]}",
        "main",
        *(
            {
                "form.py": DEFAULTS.format(value, OPTIONS.replace("WHOSE", whose)),
                "main.py": f"from form import *\n{user}got = Login.options\n",
            }
            for value in ("0", "1", "1\n        size = 2", "1")
            if whose != "Defaults" or "size" not in value
        ),
    )
LISTED = """
import inspect
ALL = []
def listed(it):
    ALL.append(it)
    return it
def marked(**marks):
    def put(it):
        for name, value in marks.items(): setattr(it, name, value)
        return it
    return put
def signatures():
    found = {}
    for it in ALL: found[it.__name__] = str(inspect.signature(it))
    return found
def fields(cls): return {name: t.__name__ for name, t in vars(cls).get('__annotations__', {}).items()}
"""
SHOWN_OF_THEM = {
    "docs": "{it.__name__: it.__doc__ for it in ALL}",
    "sizes": "[getattr(it, 'size', 0) for it in ALL]",
    "signatures": "signatures()",
    "fields": "[fields(it) for it in ALL]",
}
SEEN_IN_LISTS = {
    "a docstring": ("docs", "def one(a):\n    'x'", "def one(a):\n    'y'"),
    "a docstring of a class": ("docs", "class one:\n    'x'", "class one:\n    'y'"),
    "an annotation": ("signatures", "def one(a: int): pass", "def one(a: str): pass"),
    "an annotation in a class": ("fields", "class one:\n    a: int", "class one:\n    a: str"),
    "what a decorator sets": ("sizes", "@marked(size=1)\ndef one(): pass", "@marked(size=2)\ndef one(): pass"),
    "what a decorator sets of a class": (
        "sizes",
        "@marked(size=1)\nclass one: pass",
        "@marked(size=2)\nclass one: pass",
    ),
    "what a decorator sets no more": ("sizes", "@marked(size=1)\ndef one(): pass", "def one(): pass"),
    "what a statement sets": ("sizes", "def one(): pass\none.size = 1", "def one(): pass\none.size = 2"),
    "what a statement sets over a decorator": (
        "sizes",
        "@marked(size=1)\ndef one(): pass\none.size = 2",
        "@marked(size=1)\ndef one(): pass",
    ),
    "what a statement sets of an object": (
        "sizes",
        "class One: pass\none = listed(One())\none.size = 1",
        "class One: pass\none = listed(One())\none.size = 2",
    ),
}
for what, (looking, before, after) in SEEN_IN_LISTS.items():
    texts = ["@listed\n" * ("listed(" not in text) + text + "\n" for text in (before, after, before)]
    case(
        f"what a list of definitions shows of them is another: {what}",
        "main",
        *(
            {
                "listing.py": LISTED,
                "t.py": f"from listing import *\n{text}",
                "main.py": f"import t\nfrom listing import *\nshown = {SHOWN_OF_THEM[looking]}\n",
            }
            for text in texts
        ),
    )
HELD_IN = """
from collections import OrderedDict, defaultdict, deque
class Table(dict): pass
class Row(list): pass
by_kind, ordered, queue, table, row = defaultdict(list), OrderedDict(), deque(), Table(), Row()
def listed(it):
    by_kind['all'].append(it)
    ordered[it.__name__] = table[it.__name__] = it
    queue.append(it)
    row.append(it)
    return it
def sized(size):
    def put(it):
        it.size = size
        return it
    return put
"""
for going_through in ("by_kind['all']", "ordered.values()", "queue", "table.values()", "row"):
    case(
        f"what a container of another class shows of definitions is another: {going_through}",
        "main",
        *(
            {
                "listing.py": HELD_IN,
                "t.py": f"from listing import *\n@listed\n@sized({size})\ndef one(): pass\n",
                "main.py": f"import t\nfrom listing import *\nsizes = [it.size for it in {going_through}]\n",
            }
            for size in (1, 2, 1)
        ),
    )
SLOTTED = """
class Node:
    __slots__ = ('name', 'parts')
    def __init__(self, name, *parts): self.name, self.parts = name, parts
    def __eq__(self, other): return self.name == other.name
    def __hash__(self): return hash(self.name)
tree = Node('a', Node('b'), PARTS)
names = [part.name for part in tree.parts]
"""
case(
    "an object with slots that is equal, and holds another",
    "m",
    *({"m.py": SLOTTED.replace("PARTS", parts)} for parts in ("Node('c')", "Node('d')", "Node('d'), Node('e')")),
)
IN_LOOPS = {
    "entries of dicts": ("rows = [{'n': 1}, {'n': 2}]", "for row in rows: row['all'] = row['n'] * 2", "row['all']"),
    "entries of lists": ("rows = {'a': [1], 'b': [2]}", "for row in rows.values(): row.append(2)", "row[-1]"),
    "attributes": ("rows = [Row(1), Row(2)]", "for at, row in enumerate(rows): row.place = at * 2", "row.place"),
    "numbers": ("rows = [Row(1), Row(2)]", "for row in rows: row.number *= 2", "row.number"),
}
for what, (makes, loop, shows) in IN_LOOPS.items():
    rows = f"class Row:\n    def __init__(self, number): self.number = number\n{makes}\n"
    shown = f"shown = [{shows} for row in {'rows.values()' if 'values' in loop else 'rows'}]\n"
    case(
        f"what a loop does to what it goes through: {what}",
        "main",
        *(
            {"rows.py": rows, "main.py": f"from rows import rows\n{text}\n{shown}"}
            for text in (loop, loop.replace("2", "3"), loop)
        ),
    )
PRINTED = """
import contextlib, io
printed, text = io.StringIO(), io.StringIO()
print("a", file=printed)
with contextlib.redirect_stdout(text):
    print("b")
shown = printed.getvalue() + text.getvalue()
"""
case(
    "what prints to a value, or fills what it is handed for a block",
    "m",
    *({"m.py": PRINTED.replace('"a"', f'"{one}"').replace('"b"', f'"{two}"')} for one, two in ("ab", "cb", "cd")),
)
INSTANCES = {
    "a list": "parts = []\ndef part(cls):\n    parts.append(cls())\n    return cls\n",
    "a sorted list": "parts = []\ndef part(cls):\n    parts.append(cls())\n    parts.sort(key=lambda it: it.order)\n"
    "    return cls\n",
    "an object": "class Hub:\n    def __init__(self): self.parts = []\n    def part(self, cls):\n"
    "        self.parts.append(cls())\n        return cls\nhub = Hub()\nparts, part = hub.parts, hub.part\n",
    "a base": "parts = []\nclass Part:\n    def __init_subclass__(cls): parts.append(cls())\n"
    "def part(cls): return cls\n",
}
for what, registry in INSTANCES.items():
    base = "(Part)" if "class Part" in registry else ""
    text = f"from hub import *\n@part\nclass A{base}:\n    order = 2\n@part\nclass B{base}:\n    order = 1\n"
    last = text.replace("2", "0")
    case(
        f"{what} of instances that a decorator or a base makes of classes",
        "main",
        {"hub.py": registry, "t.py": text, "main.py": "import t, hub\nshown = [it.order for it in hub.parts]\n"},
        {"t.py": last},
        {"t.py": last.replace("class B", "class C")},
        {"t.py": text[: text.index("@part\nclass B")]},
    )
PROVIDED = """
made = {}
def url(): return "u"
def client(): return (get("url"),)
known = {"url": url, "client": client}
def get(name):
    if name not in made: made[name] = known[name]()
    return made[name]
it = get("client")
"""
case(
    "what a function keeps under texts that functions give to it",
    "m",
    *({"m.py": PROVIDED.replace('u"', f'{it}"')} for it in "uvu"),
)
TAKEN = {
    "what is taken out": ("queue, out = [3, 2, 1], []", "while queue: out.append(queue.pop() * 2)", "out"),
    "an entry of a dict": ("table = {'a': []}\nentry = table['a']", "entry.append(2)", "sum(table['a'])"),
    "a value that a dict is asked for": (
        "table = {}\nentry = table.setdefault('a', [])",
        "entry.append(2)",
        "table['a'][0]",
    ),
    "a list in a tuple": ("entries = []\npair = entries, 1", "entries.append(2)", "pair[0][0]"),
    "a list in a dict": ("entries = []\ntable = {'a': entries}", "entries.append(2)", "sum(table['a'])"),
}
for what, (makes, adds, shows) in TAKEN.items():
    case(
        f"who reads by another way what is added to: {what}",
        "m",
        *({"m.py": f"{makes}\n{text}\nshown = {shows}\n"} for text in (adds, adds.replace("2", "5"), adds)),
    )
LOOKED_AT = """
import json, string
class T(string.Template):
    delimiter = "%"
class E(json.JSONEncoder):
    item_separator = "%"
shown = T("%a @a").safe_substitute(a=1)
text = json.dumps([1, 2], cls=E)
"""
case(
    "attributes of a class that bases from a library look at",
    "m",
    *({"m.py": LOOKED_AT.replace('= "%"', f'= "{it}"')} for it in "%@%"),
)
case(
    "who is handed the names of a module has the module's own",
    "m",
    *(
        {
            "lib.py": f"SIZE = {size}\nseen = []\ndef setup(names, own):\n    seen.append((own is names, type(own)))\n"
            f"    own['made'] = {size}\n",
            "m.py": "import lib\nlib.setup(globals(), locals())\n"
            "if lib.SIZE:\n    own = vars() is globals(), lib.SIZE\n",
        }
        for size in (1, 2, 0, 3)
    ),
)
INSTALL = "import sys\ndef install():\n    own = sys._getframe(1).f_globals\n    del own['T'], own['install']\n"
case(
    "a function takes names out of who calls it",
    "lazy sub pkg",
    {
        "lazy.py": INSTALL,
        "sub.py": "a = 1\nb = 2\n",
        "pkg.py": "T = []\nfrom lazy import install\nif T or install():\n    from sub import a as a\n",
    },
    {"pkg.py": "T = []\nfrom lazy import install\nif T or install():\n    from sub import a, b as b\n"},
    {"pkg.py": "import sub\nT = []\nfrom lazy import install\nif T or install() or sub.b:\n    x = sub.b\n"},
    {"sub.py": "a = 1\nb = 3\n"},
)
one(
    "a text in a generator expression, of a function that was called",
    "def f(d): return ', '.join(k + '=' for k in d)\nshown = f('ab')\n",
    "def f(d): return ', '.join(k + ':' for k in d)\nshown = f('ab')\n",
)
LOCAL = "import local\nDEBUG = 1\nfor n in dir(local):\n    if n.isupper():\n        globals()[n] = getattr(local, n)\n"
case(
    "a loop that takes the names of another module over those of its own",
    "u",
    {"s.py": LOCAL, "local.py": "DEBUG = 2\nX = 1\n", "u.py": "from s import DEBUG\nshown = DEBUG\n"},
    *({"local.py": text} for text in ("DEBUG = 3\nX = 1\n", "X = 1\n", "DEBUG = 4\n", "DEBUG = 4\nNEW = 5\n")),
    {"s.py": LOCAL.replace("1", "6"), "local.py": "NEW = 5\n"},
)
case(
    "a name that is imported and bound again to what is made of it",
    "u",
    {
        "b.py": "H = [1]\nD = 1\n",
        "m.py": "from b import *\nH = H + [2]\na, b = [1], [2]\n",
        "u.py": "from m import H\n",
    },
    {"b.py": "H = [1]\nD = 2\n"},
    {"m.py": "from b import *\nH = H + [2]\na = b = [1]\n"},
)
LAZY = """
import importlib
TABLE = {"f": ".one"}
def __getattr__(name):
    if name not in TABLE:
        raise AttributeError(name)
    globals()[name] = found = getattr(importlib.import_module(TABLE[name], __name__), name)
    return found
"""
case(
    "a module that keeps what it gives on demand, and is to give another",
    "u v",
    {
        "p/__init__.py": LAZY,
        "p/one.py": "def f(): return 1\n",
        "p/two.py": "def f(): return 2\n",
        "u.py": "from p import f\nshown = f()\n",
        "v.py": "import p\nshown = p.f()\n",
    },
    *({"p/__init__.py": LAZY.replace(".one", to)} for to in (".two", ".one")),
)
OWNED = """
LEVEL = "a"
def owned(f):
    def wrapper(*args): return f(*args)
    wrapper.owner = LEVEL
    return wrapper
@owned
def price(n): return n
"""
case(
    "an attribute that a decorator gives to what it makes",
    "u",
    {"m.py": OWNED, "u.py": "from m import price\nshown = price.owner\n"},
    *({"m.py": OWNED.replace('"a"', f'"{level}"')} for level in "ba"),
)
SORTING = """
class Bus:
    def __init__(self): self.subs, self.count = {}, 0
    def on(self, kind, first=0):
        def put(f):
            self.subs.setdefault(kind, []).append((first, f))
            self.subs[kind].sort(key=lambda pair: -pair[0])
            self.count += 1
            return f
        return put
bus = Bus()
"""
ON = """
from bus import bus
class Stats:
    def seen(self, event): return 1
stats = Stats()
@bus.on("open")
def show(event): return 2
bus.on("open", first=1)(stats.seen)
bus.on("shut")(lambda event: 3)
count = bus.count
"""
case(
    "what is called with what a method of an object gave, which sorts and counts",
    "m",
    {"bus.py": SORTING, "m.py": ON},
    {"bus.py": SORTING.replace("-pair", "pair")},
    {"m.py": ON.replace("first=1", "first=-1")},
    {"m.py": ON.replace('@bus.on("open")\n', "")},
    {"m.py": ON.replace('"shut"', '"close"').replace('bus.on("open", first=1)(stats.seen)\n', "")},
    {"m.py": ON},
)
MOVING = """
class Door:
    def __init__(self): self.state = 0
    def go(self): self.state += 1
    def __lt__(self, other): return self.state < other.state
door = Door()
door.go()
door.go()
shown = Door() < door
"""
case(
    "who counts on an object comes again, before another is made",
    "m",
    *({"m.py": text} for text in (MOVING, MOVING.replace("door.go()\nshown", "shown"), MOVING)),
)
STACKING = """
from contextlib import ContextDecorator, contextmanager
STACK = []
class scope(ContextDecorator):
    def __init__(self, name): self.name = name
    def __enter__(self): STACK.append(self.name)
    def __exit__(self, *error): STACK.pop()
@contextmanager
def section(name):
    STACK.append(name)
    try:
        yield
    finally:
        STACK.pop()
@scope("outer")
def path(): return list(STACK)
"""
WITHIN = """
from c import STACK, path, section
with section("b"):
    shown = path()
with section("c"):
    pass
"""
case(
    "statements whose work is lost with the value that they did it to, and that have run already",
    "u",
    {"c.py": STACKING, "u.py": WITHIN},
    {"c.py": STACKING.replace("outer", "top")},
    {"c.py": STACKING},
)
EXPIRING = """
from collections import OrderedDict
RATE = 2
def expiring(seconds):
    def deco(f):
        cache = {}
        def wrapper(n):
            if n in cache and cache[n][1] < seconds:
                return cache[n][0]
            value = f(n)
            cache[n] = (value, 1)
            return value
        return wrapper
    return deco
class Cached:
    def __init__(self, f): self.f, self.kept = f, OrderedDict()
    def __call__(self, n):
        if n in self.kept:
            self.kept.move_to_end(n)
            return self.kept[n]
        self.kept[n] = result = self.f(n)
        if len(self.kept) > 5:
            self.kept.popitem(last=False)
        return result
@expiring(60)
def price(n): return n * RATE
@Cached
def tax(n): return n * RATE
"""
case(
    "results that a function keeps with when they came, and no more than some",
    "u",
    {"m.py": EXPIRING, "u.py": "from m import price, tax\nshown = price(3), tax(4)\n"},
    *({"m.py": EXPIRING.replace(old, new)} for old, new in (("= 2", "= 3"), ("", ""), ("n * RATE", "n + RATE"))),
)
GIVEN_ONCE = """
class once:
    def __init__(self, f): self.f = f
    def __set_name__(self, owner, name): self.name = name
    def __get__(self, it, owner=None):
        if it is None:
            return self
        it.__dict__[self.name] = value = self.f(it)
        return value
"""
PRICED = """
from lib import once
RATE = 2
class Item:
    def __init__(self, n): self.n = n
    @once
    def price(self): return self.n * RATE
item = Item(3)
shown = item.price
"""
case(
    "a property that puts its value into the object",
    "u",
    {"lib.py": GIVEN_ONCE, "m.py": PRICED, "u.py": "from m import item\nshown = item.price + 1\n"},
    *({"m.py": PRICED.replace(old, new)} for old, new in (("= 2", "= 3"), ("", ""), ("n * RATE", "n + RATE"))),
)
CALLING_BACK = """
START = 1
seen = []
class Store:
    def __init__(self, number): self.number, self.callbacks = number, []
    def send(self, more):
        self.number = self.number + more
        for each in self.callbacks:
            each(self.number)
store = Store(START)
store.callbacks.append(lambda number: seen.append(number))
store.send(1)
store.send(5)
"""
case(
    "what a callback adds to a list, of an object that is made anew",
    "m",
    *({"m.py": CALLING_BACK.replace(old, new)} for old, new in (("", ""), ("= 1", "= 7"), ("+ more", "+ 2 * more"))),
)
one(
    "numbers and tuples in a class that a function makes",
    "def make():\n    class Config:\n        retries = 3\n        pair = (1, 2)\n    return Config\n"
    "C = make()\nshown = C.retries, C.pair\n",
    "\ndef make():\n    class Config:\n        retries = 4\n        pair = (1, 3)\n    return Config\n"
    "C = make()\nshown = C.retries, C.pair\n",
)
