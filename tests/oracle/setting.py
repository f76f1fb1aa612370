"""What functions set and count for the statements that run them, and edits of these functions."""

from __future__ import annotations

import sys

from .cases import case

STORES = {
    "a global": ("c = 5\n", "c"),
    "an attribute of a class": ("class S: c = 5\n", "S.c"),
    "an attribute of an instance": ("class K:\n    def __init__(self): self.c = 5\ns = K()\n", "s.c"),
    "an entry of a dict": ("d = {'c': 5}\n", "d['c']"),
    "an entry of a list": ("l = [5]\n", "l[0]"),
}
DOING = {"pass": "pass", "count": "%s += 18", "count more": "%s += 20", "set": "%s = 7", "double": "%s *= 2"}
WALK = [
    "count", "count more", "pass", "set", "count", "set", "pass", "double", "count", "double", "pass", "set", "double",
]  # fmt: skip


def _bump(name: str, doing: str) -> str:
    does = DOING[doing]
    return _function("bump", name, does % name if "%" in does else does)


def _function(called: str, name: str, does: str) -> str:
    return f"def {called}():\n    {'global c; ' * (name == 'c')}{does}\n"


for store, (start, name) in STORES.items():
    one = f"bump()\nx = {name}\n"
    for how, after in {"once": one, "twice": one + one.replace("x", "y")}.items():
        versions = [{"m.py": start + _bump(name, doing) + after} for doing in ["pass", *WALK]]
        case(f"{store} that a function sets or counts, called {how}", "m", *versions)
    versions = [{"m.py": start + _bump(name, doing)} for doing in ["pass", *WALK]]
    versions[0]["n.py"] = f"import m\nm.bump()\nx = m.{name}\n"
    case(f"{store} that a function sets or counts, called from another module", "n", *versions)

READING = {
    "a default": "def g(n, scale=c): pass\n",
    "a default by name": "def g(n, *, scale=c): pass\n",
    "a list": "x = [c]\n",
    "a class": "class K:\n    a = c\n",
    "a lambda": "g = lambda n=c: n\n",
    "a decorator": "def d(n): return lambda f: (n, f.__name__)\n@d(c)\ndef g(): pass\n",
}
for what, reading in READING.items():
    walk = [{"m.py": "c = 5\n" + _bump("c", doing) + "bump()\n" + reading} for doing in ["pass", *WALK[:4]]]
    case(f"{what} that reads what a function sets or counts", "m", *walk)

APP = """class App:
    debug = False
    def __init__(self):
        self.level = 1
        self.routes = {}
    def add(self, key, value): self.routes[key] = value
    def configure(self): %s
app = App()
"""
SETTINGS = "class S:\n    debug = False\n    level = 1\n"


def _walk(
    name: str,
    before: str,
    call: str,
    after: str,
    *bodies: str,
    head: str = "def setup():",
    other: dict[str, str] | None = None,
) -> None:
    """Edits of the body of a function that is called."""
    versions = [{"m.py": f"{before}{head}\n    {body}\n{call}\n{after}"} for body in bodies]
    case(name, "m", {**(other or {}), **versions[0]}, *versions[1:])


LOOK = "x = (app.debug, app.level, sorted(app.routes))\n"
_walk(
    "attributes that a function sets on an object, and no more", APP % "pass", "setup()", LOOK,
    "app.debug = True; app.level = 3", "app.debug = True", "pass", "app.level = 3", "app.level += 3",
    "app.add('a', 1)", "app.add('a', 1); app.level = 4",
)  # fmt: skip
_walk(
    "attributes that a function sets on its argument, and no more", APP % "pass", "setup(app)", LOOK,
    "a.debug = True; a.level = 3", "a.debug = True", "pass", "a.level = 3",
    head="def setup(a):",
)  # fmt: skip
_walk(
    "attributes that a function sets on a class, and no more", SETTINGS, "setup()", "x = S.debug, S.level\n",
    "S.debug = True; S.level = 3", "S.debug = True", "pass", "S.debug = True; S.level += 3", "S.level += 4", "pass",
)  # fmt: skip
_walk(
    "attributes that a function sets on a class of another module, and no more", "import k\n", "setup()",
    "x = k.S.debug, k.S.level\n", "k.S.debug = True; k.S.level = 3", "k.S.debug = True", "pass", "k.S.level = 3",
    other={"k.py": SETTINGS},
)  # fmt: skip
_walk(
    "names that a function sets in another module, and no more", "import k\n", "setup()", "x = k.debug, k.level\n",
    "k.debug = True; k.level = 3", "k.debug = True", "pass", "k.level = 3",
    other={"k.py": "debug = False\nlevel = 1\n"},
)  # fmt: skip
CONFIGURE = "app.configure()\n" + LOOK
for body in ("self.debug = True", "pass", "self.level = 5", "self.level = 5; self.debug = True"):
    first = {"m.py": APP % "self.debug = True; self.level = 3" + CONFIGURE}
    case(f"attributes that a method sets, and then: {body}", "m", first, {"m.py": APP % body + CONFIGURE})

HOMES = {
    **{store: (*STORES[store], {}) for store in STORES if not store.startswith("an entry")},
    "a name of another module": ("import k\n", "k.c", {"k.py": "c = 5\n"}),
    "an attribute of a class of another module": ("import k\n", "k.S.c", {"k.py": "class S: c = 5\n"}),
}


def _ways(start: str, name: str, doing: str) -> dict[str, str]:
    """By how it is done, the text of a module that sets or counts it."""
    look, setup, helper = f"x = {name}\n", *(_function(each, name, name + doing) for each in ("setup", "helper"))
    return {
        "called": f"{start}{setup}setup()\n{look}",
        "not called": f"{start}{setup}{look}",
        "not there": f"{start}{look}",
        "renamed": f"{start}{helper}helper()\n{look}",
        "called below": f"{start}{setup}{look}setup()\n",
        "called twice": f"{start}{setup}setup()\n{look}setup()\ny = {name}\n",
        "where it is true": f"{start}F = True\n{setup}if F:\n    setup()\n{look}",
        "where it is false": f"{start}F = False\n{setup}if F:\n    setup()\n{look}",
        "by a helper": f"{start}{helper}def setup():\n    helper()\nsetup()\n{look}",
        "by a helper that is not called": f"{start}{helper}def setup():\n    pass\nsetup()\n{look}",
        "by a helper that does nothing": f"{start}def helper(): pass\ndef setup():\n    helper()\nsetup()\n{look}",
        "by hand": f"{start}{name}{doing}\n{look}",
    }


for home, (start, name, elsewhere) in HOMES.items():
    for how, doing in {"sets": " = 7", "counts": " += 18"}.items():
        if elsewhere and how == "counts":
            continue  # by functions of that module
        ways = _ways(start, name, doing)
        others = [way for way in [*ways][1:] if sys.version_info >= (3, 12) or way != "where it is false"]
        steps = [each for way in others for each in (way, "called")]
        if sys.version_info >= (3, 12):  # before, which functions a statement ran is told from names
            steps += ["where it is true", "where it is false", "where it is true"]
        steps += ["by a helper"]
        steps += ["by a helper that is not called", "by a helper", "by a helper that does nothing", "by a helper"]
        steps += ["called twice", "not called", "called twice", "by hand", "not called", "by hand"]
        saves = [{"m.py": ways[step]} for step in steps]
        case(f"{home}, that a function {how} in many ways", "m", {**elsewhere, "m.py": ways["called"]}, *saves)
CLASS = "class S: c = 5\n"
case(
    "the last of two statements that set an attribute of a class goes",
    "m",
    {"m.py": CLASS + "S.c = 7\nS.c = 8\nx = S.c\n"},
    {"m.py": CLASS + "S.c = 7\nx = S.c\n"},
)

GIVEN = "class K:\n    c = 5\n    def __init__(self): self.d = 1\n"
FORMS = {
    "a method sets": (GIVEN + "    def setup(self): %s\ns = K()\n", "s.setup()", "s.c", "self.c"),
    "a method sets again": (GIVEN + "    def setup(self): %s\ns = K()\n", "s.setup()", "s.d", "self.d"),
    "a class method sets": (GIVEN + "    @classmethod\n    def setup(cls): %s\n", "K.setup()", "K.c", "cls.c"),
    "a function sets on an object": (GIVEN + "s = K()\ndef setup(o): %s\n", "setup(s)", "s.d", "o.d"),
    "a function sets on a class": (GIVEN + "def setup(o): %s\n", "setup(K)", "K.c", "o.c"),
}
for form, (start, call, name, target) in FORMS.items():
    for doing, other in ((" = 7", " = 9"), (" += 18", " += 20")):
        does, look = start % (target + doing), f"x = {name}\n"
        ways = {
            "called": f"{does}{call}\n{look}",
            "not called": does + look,
            "called below": f"{does}{look}{call}\n",
            "called twice": f"{does}{call}\n{look}{call}\ny = {name}\n",
            "otherwise": f"{start % (target + other)}{call}\n{look}",
            "nothing": f"{start % 'pass'}{call}\n{look}",
            "another attribute": f"{start % (target[:-1] + 'z = 3')}{call}\n{look}",
        }
        steps = [each for way in [*ways][1:] for each in (way, "called")]
        steps += ["called twice", "not called", "called twice"]
        if sys.version_info >= (3, 12):
            ways |= {flag: f"{does}F = {flag}\nif F:\n    {call}\n{look}" for flag in ("True", "False")}
            steps += ["True", "False", "True", "called", "False", "called"]
        title = form.replace("sets", "counts") if "+" in doing else form
        case(f"what {title}, in many ways", "m", {"m.py": ways["called"]}, *({"m.py": ways[step]} for step in steps))
case(
    "what reads by a function a global that another begins to count",
    "m",
    *(
        {"m.py": "c = 7\n" + _bump("c", doing) + "bump()\ndef g(): return c\nx = g()\nbump()\ny = [c]\n"}
        for doing in ["pass", *WALK]
    ),
)
