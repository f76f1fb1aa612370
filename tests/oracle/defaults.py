"""Scenarios of registries that functions have as defaults of their parameters."""

from __future__ import annotations

from itertools import permutations

from .cases import case

HELD_BY_DEFAULTS = """
handlers = []
table = {}
def register(f, to=handlers):
    to.append(f)
    return f
def named(name, *, known=table):
    def decorate(f):
        known[name] = f
        return f
    return decorate
def put(name, value, known=table): known[name] = value
class Many:
    @staticmethod
    def names(of=handlers): return [f.__name__ for f in of]
"""
USES_DEFAULTS = """
@register
def a(): return 1
%s
@named("c")
def c(): return 1
put("x", 1)
seen = Many.names(), {key: getattr(value, "__name__", value) for key, value in table.items()}
"""
ENTRIES_BY_DEFAULTS = {
    "a decorator": "@register\ndef b(): pass",
    "a decorator with a name": "@named('b')\ndef f(): pass",
    "a call": "put('b', 2)",
    "another name": "@named('bb')\ndef f(): pass",
    "a call with another name": "put('bb', 2)",
    "nothing": "",
}
for (first, before), (second, after) in permutations(ENTRIES_BY_DEFAULTS.items(), 2):
    texts = [USES_DEFAULTS % each for each in (before, after, before)]
    case(f"a registry that is a default: {first}, then {second}", "m", *({"m.py": HELD_BY_DEFAULTS + t} for t in texts))
    if first == "nothing" or second == "nothing":
        case(
            f"a registry that is a default elsewhere: {first}, then {second}",
            "use",
            {
                "lib.py": HELD_BY_DEFAULTS,
                "m.py": "from lib import *\n" + texts[0],
                "use.py": "import m, lib\nn = len(lib.handlers), list(lib.table)\n",
            },
            *({"m.py": "from lib import *\n" + text} for text in texts[1:]),
        )
FILLED_BY_DEFAULT = """
limits = {{}}
limits["a"] = dict({})
names = {{}}
def build(limits=limits, names=names):
    for group in limits.values():
        for name, values in group.items():
            names[name.upper()] = tuple(values)
build()
seen = list(names)
"""
case(
    "a table that a call fills which has it as a default",
    "m",
    *({"m.py": FILLED_BY_DEFAULT.format(text)} for text in ("x=[1], z=[2]", "x=[1], y=[3], z=[2]", "z=[2]")),
)
OBJECT_BY_DEFAULT = """
class App:
    def __init__(self): self.routes, self.order = {}, []
    def add(self, path, f):
        self.routes[path] = f
        self.order.append(f)
app = App()
def route(path, app=app):
    def decorate(f):
        app.add(path, f)
        return f
    return decorate
@route("/a")
def a(): return 1
%s
@route("/c")
def c(): return 1
seen = list(app.routes), [f.__name__ for f in app.order]
"""
ROUTES_BY_DEFAULT = ("@route('/b')\ndef b(): pass", "", "@route('/b2')\ndef b(): pass")
case("an object with registries is a default", "m", *({"m.py": OBJECT_BY_DEFAULT % each} for each in ROUTES_BY_DEFAULT))
OTHER_THAN_DEFAULT = """
kept, others = [], []
def add(value, to=kept): to.append(value)
add(1)
{}
seen = list(kept), list(others)
"""
case(
    "another registry than the default",
    "m",
    *({"m.py": OTHER_THAN_DEFAULT.format(each)} for each in ("add(2, others)", "add(3, others)", "", "add(2)")),
)
