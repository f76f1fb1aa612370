"""Scenarios of several steps, as a person goes through them: an edit, what follows from it, and the way back."""

from __future__ import annotations

import textwrap

from .cases import case

SETTINGS = {
    "settings/__init__.py": "from .base import *\nfrom .local import *\n",
    "settings/base.py": "DEBUG = False\nAPPS = ['a']\nNAME = 'base'\n",
    "settings/local.py": "from .base import APPS\nDEBUG = True\nAPPS = APPS + ['local']\n",
    "main.py": "import settings\nfound = {k: getattr(settings, k) for k in dir(settings) if k.isupper()}\n",
}
case(
    "a star import that overrides an earlier one no more",
    "main",
    SETTINGS,
    {"settings/local.py": SETTINGS["settings/local.py"].replace("DEBUG = True\n", "")},
    {"settings/base.py": SETTINGS["settings/base.py"].replace("DEBUG = False", "DEBUG = None")},
    {"settings/local.py": SETTINGS["settings/local.py"]},
    {
        "settings/local.py": "SIZE = 1\n",
        "settings/base.py": SETTINGS["settings/base.py"].replace("['a']", "['a', 'b']"),
    },
)
case(
    "a star import that overrides a value of the module itself no more",
    "m",
    {"one.py": "K = 1\nL = 1\n", "m.py": "K = L = 0\nfrom one import *\nfound = K + L\n"},
    {"one.py": "L = 1\n"},
    {"one.py": "L = 1\nK = 2\n"},
    {"one.py": "__all__ = ['K']\nL = 1\nK = 2\n"},
)
STARS = {
    "one.py": "K = 1\n",
    "two.py": "K = 2\nL = 1\n",
    "m.py": "from one import *\nfrom two import *\nfound = K\n",
}
case(
    "a star import that overrides another no more, as that brings another value",
    "m",
    STARS,
    {"two.py": "L = 1\n"},
    {"two.py": "K = 5\nL = 1\n"},
    {"one.py": "K = 9\n", "two.py": "L = 2\n"},
    STARS,
)
case(
    "a docstring that another module reads",
    "main",
    {
        "lib.py": "'''One.'''\n__version__ = '1'\n",
        "main.py": "import lib\nfrom lib import __doc__ as text\nfound = lib.__doc__ + lib.__version__, text\n",
    },
    {"lib.py": "'''Two.'''\n__version__ = '1'\n"},
    {"lib.py": "'''Two.'''\n__version__ = '2'\n"},
)
SHAPES = {
    "shapes.py": """
    class Shape:
        sides = 0
        @classmethod
        def kinds(cls):
            found = {}
            for each in cls.__subclasses__():
                found[each.sides] = each.__name__
                found.update(each.kinds())
            return found
    class Square(Shape):
        sides = 4
    class Box(Square):
        sides = 5
    """,
    "main.py": """
    from shapes import Shape
    def find(base):
        return sorted(each.sides for each in base.__subclasses__())
    kinds = Shape.kinds()
    found = find(Shape)
    here = [each.sides for each in Shape.__subclasses__()]
    """,
}
case(
    "members of subclasses that a base is asked for",
    "main",
    SHAPES,
    {"shapes.py": SHAPES["shapes.py"].replace("sides = 4", "sides = 14")},
    {"shapes.py": SHAPES["shapes.py"].replace("sides = 5", "sides = 15")},
    {"shapes.py": SHAPES["shapes.py"] + "    class Line(Shape):\n        sides = 1\n"},
    {"shapes.py": SHAPES["shapes.py"] + "    class Line(Shape):\n        sides = 2\n"},
    SHAPES,
)
LAYOUTS = {
    "lib.py": "class Job:\n    def __init__(self, n=1):\n        self.n = n\n",
    "main.py": """
    from lib import Job
    def make(kind=Job): return kind
    def other() -> list[Job]: ...
    class Queue:
        pairs = (Job, 1), (int, 2)
        def add(self, kind=Job): return kind
    def f1(): return make() is Job, other.__annotations__["return"].__args__[0] is Job
    def f2(): return Queue.pairs[0][0] is Job, Queue().add() is Job
    """,
}
case(
    "a class of another layout, in defaults, annotations and members of classes elsewhere",
    "main",
    LAYOUTS,
    {"lib.py": LAYOUTS["lib.py"].replace("class Job:\n", "class Job:\n    __slots__ = ('n',)\n")},
    {"lib.py": "from typing import NamedTuple\nclass Job(NamedTuple):\n    n: int = 1\n"},
    LAYOUTS,
)
LAZY = {
    "lib.py": """
    def numbers(n=2):
        yield n
    class Source:
        def read(self):
            yield 1
    """,
    "main.py": """
    from lib import Source, numbers
    waiting = numbers()
    several = [numbers(3), Source().read()]
    def does(code): return code.co_code, code.co_consts
    def f1(): return does(waiting.gi_code) == does(numbers.__code__), waiting.gi_frame.f_locals
    def f2(): return [does(each.gi_code) == does(f.__code__) for each, f in zip(several, (numbers, Source.read))]
    """,
}
case(
    "generators that have not begun",
    "main",
    LAZY,
    {"lib.py": LAZY["lib.py"].replace("yield n", "yield n * 2")},
    {"lib.py": LAZY["lib.py"].replace("n=2", "n=4")},
    {"lib.py": LAZY["lib.py"].replace("yield 1", "yield 2")},
    {"lib.py": LAZY["lib.py"].replace("yield 1", "yield from (1, 2)")},
)
RECORDS = {
    "lib.py": """
    commands = {}
    def command(name, **options):
        def register(function):
            commands[name] = {"function": function, "options": options}
            return function
        return register
    """,
    "main.py": """
    from lib import command, commands
    @command("start", help="Start it.")
    def start(): return 1
    @command("stop", help="Stop it.")
    def stop(): return 2
    def f1(): return {name: each["function"]() for name, each in commands.items()}
    """,
}
case(
    "records by name that a decorator makes, as literals",
    "main",
    RECORDS,
    {"main.py": RECORDS["main.py"].replace('"stop"', '"end"')},
    {"main.py": RECORDS["main.py"].replace('"Stop it."', '""')},
    {"main.py": "\n".join(line for line in RECORDS["main.py"].splitlines() if "top" not in line)},
    RECORDS,
)
COLORS = {
    "colors.py": """
    import enum
    class Color(enum.Enum):
        RED = 1
        BLUE = 2
    """,
    "main.py": """
    from colors import Color
    values = {each.name: each.value for each in Color}
    blue = Color.BLUE
    value = blue.value
    table = [Color.RED, Color.BLUE]
    numbers = [each.value for each in table]
    highest = max(Color, key=lambda each: each.value)
    def number(each): return each.value
    asked = [number(each) for each in Color]
    """,
}
case(
    "another value of an enum's member, which stays the member that it is",
    "main",
    COLORS,
    {"colors.py": COLORS["colors.py"].replace("BLUE = 2", "BLUE = -3")},
    {"colors.py": COLORS["colors.py"].replace("RED = 1", "RED = 4")},
    {"colors.py": COLORS["colors.py"].replace("RED = 1", "RED = 2").replace("BLUE = 2", "BLUE = 1")},
)
RECORDS_IN_A_LIST = {
    "lib.py": """
    routes = []
    def route(path, **options):
        def register(function):
            routes.append({"path": path, "function": function, "options": options})
            return function
        return register
    """,
    "main.py": """
    from lib import route, routes
    @route("/", main=True)
    def home(): return 1
    class Admin:
        def index(self): return 2
    admin = Admin()
    route("/admin")(admin.index)
    def f1(): return [(each["path"], each["function"](), each["options"]) for each in routes]
    """,
}
case(
    "records in a list, between which others come and go",
    "main",
    RECORDS_IN_A_LIST,
    {"main.py": RECORDS_IN_A_LIST["main.py"].replace("class", "@route('/new')\n    def new(): return 3\n    class")},
    {"main.py": RECORDS_IN_A_LIST["main.py"].replace("class", "@route('/news')\n    def new(): return 3\n    class")},
    {"main.py": RECORDS_IN_A_LIST["main.py"].replace("main=True", "")},
    {"lib.py": RECORDS_IN_A_LIST["lib.py"].replace("**options", "method='GET', **options")},
)
SLUGS = {
    "app.py": """
    import functools
    SEP = '-'
    def slug(text): return SEP.join(text.split())
    def page(text): return '/' + slug(text)
    @functools.cache
    def title(text): return slug(text).title()
    """,
    "main.py": """
    from app import page, title
    urls = [page('a b')]
    name = title('a b')
    """,
}
IN_A_NEW_MODULE = "SEP = '_'\ndef slug(text): return SEP.join(text.split())\n"
case(
    "a function that goes into a new module, whose callers have been called",
    "main",
    SLUGS,
    {
        "names.py": IN_A_NEW_MODULE.replace("_", "-"),
        "app.py": """
        import functools
        from names import slug
        def page(text): return '/' + slug(text)
        @functools.cache
        def title(text): return slug(text).title()
        """,
    },
    {"names.py": IN_A_NEW_MODULE},
    {"names.py": IN_A_NEW_MODULE.replace("text.split()", "reversed(text.split())")},
)
case(
    "a constant that goes into a new module as another value, whose readers have been called",
    "main",
    SLUGS,
    {"config.py": "SEP = '+'\n", "app.py": SLUGS["app.py"].replace("SEP = '-'", "from config import SEP")},
    {"config.py": "SEP = '='\n"},
    SLUGS,
)
MEMOIZED = """
FACTOR = 2
{}
def helper(*given): return FACTOR * sum(given)
"""
MEMOS = {
    "a decorator keeps by their arguments": """
    def memoize(f):
        results = {}
        def wrapper(*given):
            if given not in results:
                results[given] = f(*given)
            return results[given]
        return wrapper
    @memoize
    def compute(*given): return helper(*given)
    """,
    "a decorator keeps in an attribute of its own": """
    import functools
    def memoize(f):
        cache = {}
        @functools.wraps(f)
        def wrapper(*given):
            try:
                return cache[given]
            except KeyError:
                value = cache[given] = f(*given)
                return value
        wrapper.cache = cache
        return wrapper
    def plain(f): return lambda *given: f(*given)
    @plain
    @memoize
    def compute(*given): return helper(*given)
    """,
    "an object of a class keeps that decorates": """
    class Memo:
        def __init__(self, function):
            self.function, self.cache = function, {}
        def __call__(self, *given):
            if given not in self.cache:
                self.cache[given] = self.function(*given)
            return self.cache[given]
    @Memo
    def compute(*given): return helper(*given)
    """,
    "a function keeps in a global": """
    _cache = {}
    def compute(*given):
        if given in _cache:
            return _cache[given]
        value = helper(*given)
        _cache[given] = value
        return value
    """,
    "a function keeps as its own attribute": """
    def compute(*given):
        if (found := compute.cache.get(given)) is not None:
            return found
        compute.cache[given] = found = helper(*given)
        return found
    compute.cache = {}
    """,
    "a function keeps in a default": """
    def compute(*given, memo={}):
        if given not in memo:
            memo[given] = helper(*given)
        return memo[given]
    """,
    "a method keeps": """
    class Service:
        def __init__(self):
            self._cache = {}
        def compute(self, *given):
            if given not in self._cache:
                self._cache[given] = helper(*given)
            return self._cache[given]
    compute = Service().compute
    """,
}
for name, text in MEMOS.items():
    memoized = MEMOIZED.format(textwrap.dedent(text))
    case(
        f"results that {name}",
        "u v",
        {
            "lib.py": memoized,
            "u.py": "from lib import compute\nx = compute(1, 2)\ny = compute(3)\n",
            "v.py": "import lib\nz = lib.compute(1, 2)\ndef f1(): return lib.compute(5)\n",
        },
        {"lib.py": memoized.replace("FACTOR = 2", "FACTOR = 3")},
        {"lib.py": memoized.replace("FACTOR *", "-FACTOR *")},
        {"lib.py": memoized.replace("FACTOR *", "1 / 0 *")},
        {"lib.py": memoized},
    )
BUSES = {
    "a list that is there by then": "handlers.setdefault(name, []).append(function)",
    "a list that is made where there is none": "(handlers.get(name) or handlers.setdefault(name, [])).append(function)",
    "a dict": "handlers.setdefault(name, {})[function.__name__] = function",
    "a list, with something beside it": "handlers.setdefault(name, []).append((len(names), function))",
}
HANDLERS = """
from bus import on
@on('x')
def one(): return 1
@on('x', 'y')
def two(): return 2
@on('z')
def three(): return 3
"""
EVENTS = "import handlers\nfrom bus import handlers\ncounts = {name: len(held) for name, held in handlers.items()}\n"
for name, text in BUSES.items():
    one_on = [HANDLERS.replace("@on('x')", f"@on('{event}')") for event in "xwx"]
    two_on = [one_on[1].replace("'x', 'y'", "'y'"), one_on[2].replace("'x', 'y'", "'y', 'z'")]
    case(
        f"handlers of events, which stand in {name}, for other events",
        "main",
        {
            "bus.py": "handlers = {}\ndef on(*names):\n    def register(function):\n        for name in names:\n"
            f"            {text}\n        return function\n    return register\n",
            "handlers.py": HANDLERS,
            "main.py": EVENTS,
        },
        *({"handlers.py": version} for version in (one_on[1], two_on[0], one_on[0], two_on[1], two_on[0])),
        {"handlers.py": two_on[0].replace("'z'", "'y', 'w'")},
    )
LOOKED_AT = {
    "lib.py": """
    def a(): return [1]
    def b(x): return x
    class K:
        def m(self): return 1
        async def n(self): return 2
    """,
    "main.py": """
    import inspect
    import lib
    from lib import K, a, b
    table = {"a": a, "b": b}
    generators = [name for name, each in table.items() if inspect.isgeneratorfunction(each)]
    parameters = {name: list(inspect.signature(each).parameters) for name, each in table.items()}
    waiting = sorted(name for name, each in vars(K).items() if inspect.iscoroutinefunction(each))
    count = b.__code__.co_argcount
    value = b(2)
    """,
}
case(
    "what kind of function others are, asked by who has them in a table",
    "main",
    LOOKED_AT,
    {"lib.py": LOOKED_AT["lib.py"].replace("return [1]", "yield 1")},
    {"lib.py": LOOKED_AT["lib.py"].replace("def m", "async def m")},
    {"lib.py": LOOKED_AT["lib.py"].replace("def b(x)", "async def b(x, *, y=1)")},
    {"lib.py": LOOKED_AT["lib.py"].replace("return [1]", "return [3]")},
    LOOKED_AT,
)
case(
    "another entry, which is there already, of a list of a class of its own that is made anew",
    "main",
    {
        "lib.py": "class Rows(list): pass\nrows = Rows([7])\nclass Table(dict): pass\ntable = Table(a=1)\n",
        "main.py": "from lib import rows, table\nrows.append(5)\ntable.setdefault('b', []).append(1)\n",
    },
    {"main.py": "from lib import rows, table\nrows.append(7)\ntable.setdefault('b', []).append(2)\n"},
    {"main.py": "from lib import rows, table\nrows.append(7)\nrows.append(7)\ntable.setdefault('a', 3)\n"},
)
ENHANCED = """
made = []
def enhance(cls):
    class Enhanced(cls):
        def twice(self): return self.once() * 2
    made.append(Enhanced)
    return Enhanced
@enhance
class Plain:
    def once(self): return 1
plain = Plain()
found = plain.twice()
"""
case(
    "a class in whose place a decorator puts one of its own, which it keeps",
    "m",
    {"m.py": ENHANCED},
    {"m.py": ENHANCED.replace("return 1", "return 1\n    def more(self): return 3")},
    {"m.py": ENHANCED.replace("class Plain:", "class Plain:\n    size = 2").replace("return 1", "return self.size")},
    {"m.py": ENHANCED.replace("* 2", "* 3")},
)
METACLASSES = "class M(type): pass\nclass N({}): pass\nclass A(metaclass=M): pass\n"
METACLASSES += "class B(metaclass=N): pass\nclass C({}): pass\n"
case(
    "a base whose metaclass is another",
    "m",
    {"m.py": METACLASSES.format("type", "A")},
    {"m.py": METACLASSES.format("type", "A, B")},
    {"m.py": METACLASSES.format("M", "A, B")},
)
ROWS = "rows = [{'name': each} for each in 'ab']\nindex = {row['name']: row for row in rows}\nfirst = rows[0]\n"
case(
    "entries of what is made anew that have names of their own",
    "main",
    {"lib.py": ROWS, "main.py": "from lib import rows, index\nfirst = rows[0]\nfound = index['a']\n"},
    {"lib.py": ROWS.replace("'ab'", "'ac'")},
)
ONCE = """
URL = 'a'
_connection = None
class Connection:
    def __init__(self, url): self.url = url
    def ask(self): return 'asked ' + self.url
def connection():
    global _connection
    if _connection is None:
        _connection = Connection(URL)
    return _connection
{}
"""
for name, form in {
    "": ONCE,
    ", which returns first": ONCE.replace("is None:\n        _conn", "is not None: return _connection\n    _conn"),
    ", which asks whether it is true": ONCE.replace("if _connection is None", "if not _connection"),
}.items():
    for where, own in {"another module": "", "its own module": "found = connection().ask()"}.items():
        text = form.format(own)
        case(
            f"an object that a function makes once{name}, asked for by {where}",
            "main",
            {
                "lib.py": text,
                "main.py": "import lib\nfound = lib.connection().ask()\ndef f1(): return lib.connection().url\n",
            },
            {"lib.py": text.replace("'a'", "'b'")},
            {"lib.py": text.replace("'a'", "'b'").replace("= url", "= url * 2")},
            {"lib.py": text.replace("Connection(URL)", "Connection(URL + '!')")},
            {"lib.py": text.replace("'asked '", "'told '")},
            {"lib.py": text.replace("URL = 'a'", "URL = 1 / 0")},
            {"lib.py": text},
        )
NOTED = """
log = []
def note(**event):
    log.append(event)
    return len(log)
"""
NOTES = "from lib import note\na = note(kind='boot', size=3)\nb = note(kind='ready')\n"
case(
    "records of plain values in a list whose length is asked for",
    "main",
    {"lib.py": NOTED, "main.py": NOTES},
    {"main.py": NOTES.replace("boot", "start")},
    {"main.py": NOTES.replace("3", "4").replace("b = note(kind='ready')\n", "")},
    {"main.py": NOTES + "c = note(kind='start')\n"},
)
COUNTING = "total = 2\ndef count():\n    global total\n    total += 7\ncount()\nfound = total\n"
case(
    "a number that a function counts by fixed steps no more",
    "m",
    {"m.py": COUNTING},
    {"m.py": COUNTING.replace("7", "len('abc')")},
    {"m.py": COUNTING.replace("total += 7", "total = total * 3")},
    {"m.py": COUNTING.replace("total += 7", "total = 5")},
    {"m.py": COUNTING.replace("total += 7", "total = 6")},
)

SETTINGS = {"base.py": "DEBUG = False\nX = 1\ndef f(): return 'base'\n"}
OWN = "DEBUG = True\ndef f(): return 'own'\nNEW = []\nNEW.append(1)\nseen = DEBUG, f(), NEW[0]\n"
for form, star in {
    "a star import": "from base import *\n",
    "a star import that may fail": "try:\n    from base import *\nexcept ImportError:\n    pass\n",
}.items():
    case(
        f"{form} that comes before what binds the same names, goes and brings more",
        "main",
        {**SETTINGS, "main.py": OWN},
        {"main.py": star + OWN},
        {"base.py": SETTINGS["base.py"] + "NEW = 1\n"},
        {"main.py": OWN.replace("seen", star + "seen").replace("NEW[0]", "X")},
        {"main.py": star + OWN},
        {"base.py": SETTINGS["base.py"]},
        {"main.py": OWN},
    )
