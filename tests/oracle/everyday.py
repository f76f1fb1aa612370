"""Scenarios as people write them: what they keep at the top level of modules, and how they edit it."""

from __future__ import annotations

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
