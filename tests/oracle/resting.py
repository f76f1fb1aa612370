"""Scenarios of modules that nobody imports any more, and that somebody imports again."""

from __future__ import annotations

from .cases import case

REGISTRY = """
items, names, count = [], {}, 0
class Base:
    kinds = []
    limit = 1
    def __init_subclass__(cls): Base.kinds.append(cls.__name__)
class App:
    def __init__(self): self.routes = {}
    def route(self, path):
        def decorate(function):
            self.routes[path] = function
            return function
        return decorate
app = App()
def register(function):
    names[function.__name__] = function
    return function
def add(item): items.append(item)
def step():
    global count
    count += 1
"""
SEEN = """
seen = list(reg.items), sorted(reg.names), list(reg.Base.kinds), reg.Base.limit, sorted(reg.app.routes), reg.count
"""
PLUG = """
import os
import reg
from reg import app, names, register
reg.items.append('appended')
reg.add('added')
reg.step()
reg.Base.limit = 2
names['entry'] = 1
os.environ['RESTING'] = '1'
@register
def decorated(): return 1
@app.route('/')
def index(): return 2
class Kind(reg.Base): pass
own = []
own.append(1)
"""
WITHOUT = f"import os\nimport reg\n{SEEN}set_ = os.environ.get('RESTING')\n"
WITH = WITHOUT.replace("import reg\n", "import reg\nimport plug\n")
NAMED = "import reg, importlib\nfor name in {names}: importlib.import_module('plugs.' + name)\nseen = list(reg.items)\n"
PLUGS = {
    "reg.py": REGISTRY,
    "plugs/__init__.py": "",
    "plugs/first.py": "import reg\nreg.add('first')\n",
    "plugs/second.py": "import reg\nreg.add('second')\n",
}

case(
    "module that nobody imports any more, and again",
    "main",
    {"reg.py": REGISTRY, "plug.py": PLUG, "main.py": WITH},
    {"main.py": WITHOUT.replace("import reg\n", "import reg\n# import plug\n")},
    {"main.py": WITH},
    {"main.py": WITHOUT},
    {"plug.py": PLUG.replace("'added'", "'other'").replace("reg.step()\n", "reg.step()\nreg.step()\n")},
    {"reg.py": REGISTRY.replace("limit = 1", "limit = 3")},
    {"main.py": WITH},
)
case(
    "modules that a module imports that nobody imports any more, but for those that others import",
    "main",
    {
        "reg.py": REGISTRY,
        "deep.py": "import reg\nreg.add('deep')\n",
        "shared.py": "import reg\nreg.add('shared')\n",
        "plug.py": "import deep\nimport shared\n",
        "main.py": "import reg\nimport plug\nimport shared\nseen = list(reg.items)\n",
    },
    {"main.py": "import reg\nimport shared\nseen = list(reg.items)\n"},
    {"main.py": "import reg\nimport plug\nimport shared\nseen = list(reg.items)\n"},
    {"main.py": "import reg\nimport shared\nseen = list(reg.items)\n"},
    {"shared.py": "import reg\nimport deep\nreg.add('shared')\n"},
)
case(
    "submodule that its package imports no more",
    "main",
    {
        **PLUGS,
        "plugs/__init__.py": "from . import first\nfrom . import second\n",
        "main.py": "import plugs\n" + WITHOUT,
    },
    {"plugs/__init__.py": "from . import first\n"},
    {"plugs/__init__.py": "from . import first, second\n"},
)
case(
    "module that a list of names tells to import, or no more",
    "main",
    {**PLUGS, "main.py": NAMED.format(names=["first", "second"])},
    {"main.py": NAMED.format(names=["first"])},
    {"main.py": NAMED.format(names=["first", "second"])},
)
case(
    "module that a condition has imported, or no more",
    "main",
    {"reg.py": REGISTRY, "plug.py": PLUG, "main.py": "import reg\nON = True\nif ON:\n    import plug\n" + SEEN},
    {"main.py": "import reg\nON = False\nif ON:\n    import plug\n" + SEEN},
    {"main.py": "import reg\nON = True\nif ON:\n    import plug\n" + SEEN},
    {"main.py": "import reg\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import plug\n" + SEEN},
)
case(
    "file and statement that go while nobody imports the module",
    "main",
    {
        "reg.py": REGISTRY,
        "plug.py": "import reg\nreg.add('same')\nreg.step()\n",
        "other.py": "import reg\nreg.add('same')\nreg.step()\n",
        "main.py": "import reg\nimport plug\nimport other\nseen = list(reg.items), reg.count\n",
    },
    {"main.py": "import reg\nimport other\nseen = list(reg.items), reg.count\n"},
    {"plug.py": "import reg\nreg.step()\n"},
    {"main.py": "import reg\nimport plug\nimport other\nseen = list(reg.items), reg.count\n"},
    {"main.py": "import reg\nimport other\nseen = list(reg.items), reg.count\n"},
    {"plug.py": None},
)
case(
    "module that nobody seems to import, and that is asked for by its name",
    "main",
    {
        "reg.py": REGISTRY,
        "plug.py": "import reg\nreg.add('plug')\n",
        "main.py": "import reg\nimport plug\nknown = {}\ndef get(name):\n"
        "    if name not in known: known[name] = __import__(name)\n    return known[name]\nget('plug')\n",
    },
    {
        "main.py": "import reg\nknown = {}\ndef get(name):\n"
        "    if name not in known: known[name] = __import__(name)\n    return known[name]\nget('plug')\n",
    },
    {
        "main.py": "import reg\nknown = {}\ndef get(name):\n    if name not in known:\n"
        "        known[name] = __import__(name)\n    return known[name]\nget('plug')\n",
    },
)
