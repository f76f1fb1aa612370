"""Scenarios of what statements put into libraries: handlers, paths, filters, variables of the environment."""

from __future__ import annotations

from .cases import case

HANDLERS = "[h.name for h in __import__('logging').getLogger('app').handlers]"
PATHS = "[p for p in __import__('sys').path if p.startswith('/x/')]"
ENVIRONMENT = "[__import__('os').environ.get(f'K{i}') for i in range(5)]"
CLASSES = "".join(f"class A{i}: pass\n" for i in range(5))
FORMS: dict[str, tuple[str, str, str]] = {
    "handlers with names": (
        "import logging\nlog = logging.getLogger('app')\n",
        "h{i} = logging.StreamHandler()\nh{i}.name = '{v}'\nlog.addHandler(h{i})\n",
        HANDLERS,
    ),
    "handlers": (
        "import logging\nclass H(logging.Handler):\n    def __init__(self, n):\n        super().__init__()\n"
        "        self.name = n\n",
        "logging.getLogger('app').addHandler(H('{v}'))\n",
        HANDLERS,
    ),
    "filters of a logger": (
        "import logging\nlog = logging.getLogger('app')\n",
        "def f{i}(r): return '{v}'\nlog.addFilter(f{i})\n",
        "[f(0) for f in __import__('logging').getLogger('app').filters]",
    ),
    "the search path": ("import sys\n", "sys.path.append('/x/{v}')\n", PATHS),
    "the search path by its name": ("from sys import path\n", "path.append('/x/{v}')\n", PATHS),
    "the front of the search path": ("import sys\n", "sys.path.insert(0, '/x/{v}')\n", PATHS),
    "the search path under a condition": (
        "import sys\n",
        "if '/x/{v}' not in sys.path:\n    sys.path.append('/x/{v}')\n",
        PATHS,
    ),
    "filters of warnings": (
        "import warnings\n",
        "warnings.filterwarnings('ignore', message='{v}')\n",
        "[f[1].pattern for f in __import__('warnings').filters if f[1]]",
    ),
    "virtual subclasses": (
        "import abc\nclass P(abc.ABC): pass\n" + CLASSES,
        "P.register(A{i})\nz{i} = '{v}'\n",
        "[issubclass(getattr(m, f'A{i}'), m.P) for i in range(5)]",
    ),
    "variables of the environment": ("import os\n", "os.environ['K{i}'] = '{v}'\n", ENVIRONMENT),
    "defaults of the environment": ("import os\n", "os.environ.setdefault('K{i}', '{v}')\n", ENVIRONMENT),
    "names of levels": (
        "import logging\n",
        "logging.addLevelName(3{i}, '{v}')\n",
        "[__import__('logging').getLevelName(int(f'3{i}')) for i in range(5)]",
    ),
    "reducers": (
        "import copyreg\n" + CLASSES,
        "def red{i}(o): return '{v}'\ncopyreg.pickle(A{i}, red{i})\n",
        "[__import__('copyreg').dispatch_table.get(getattr(m, f'A{i}'), str)(0) for i in range(5)]",
    ),
    "attributes of a library": (
        "import json\n",
        "json.extra{i} = '{v}'\n",
        "[getattr(__import__('json'), f'extra{i}', None) for i in range(5)]",
    ),
    "a hook of the interpreter": (
        "import sys\n",
        "def hook{i}(*_): return '{v}'\nsys.excepthook = hook{i}\n",
        "[f() for f in [__import__('sys').excepthook] if f.__module__ == 'm']",
    ),
    "finders": (
        "import sys\nclass F:\n    def __init__(self, n): self.n = n\n    def find_spec(self, *_): return None\n",
        "sys.meta_path.append(F('{v}'))\n",
        "[f.n for f in __import__('sys').meta_path if type(f).__name__ == 'F']",
    ),
}
EDITS = {"changed": "AzC", "gone": "AC", "the last gone": "AB", "one more": "ABNC", "one more in front": "NABC"}


def built(name: str, setup: str, form: str, observed: str) -> None:
    parts = {letter: form.format(v=v, i=i) for letter, v, i in (("A", "a1", 1), ("B", "b2", 2), ("C", "c3", 3))}
    parts |= {"N": form.format(v="n4", i=4), "z": form.format(v="z5", i=2)}
    users = [f"import m\nseen = {step}, {observed}\n" for step in range(3)]
    for how, letters in EDITS.items():
        versions = ["".join(map(parts.__getitem__, each)) for each in ("ABC", letters, "ABC")]
        start, *edits = [{"m.py": setup + v, "use.py": user} for v, user in zip(versions, users, strict=True)]
        case(f"what is given to a library: {name}, {how}", "use", start, *edits)


for name, form in FORMS.items():
    built(name, *form)
case(
    "what is given to a library: a set-up that does nothing the second time",
    "use",
    {
        "m.py": "import logging\nlogging.basicConfig(level=logging.INFO)\n",
        "use.py": "import m, logging\nseen = 0, logging.root.level, len(logging.root.handlers)\n",
    },
    {
        "m.py": "import logging\nlogging.basicConfig(level=logging.DEBUG)\n",
        "use.py": "import m, logging\nseen = 1, logging.root.level, len(logging.root.handlers)\n",
    },
)
case(
    "what is given to a library: a failing save leaves it as it was",
    "use",
    {"m.py": "import sys\nsys.path.append('/x/a1')\n", "use.py": f"import m\nseen = {PATHS}\n"},
    {"m.py": "import sys\nsys.path.append('/x/b2')\n1 / 0\n"},
    {"m.py": "import sys\nsys.path.append('/x/a1')\n", "use.py": f"import m\nseen = 2, {PATHS}\n"},
)

# --- by functions ------------------------------------------------------------------------------------------

LIBRARIES = {
    "variables of the environment": ("import os", "os.environ['HMR_X'] = '%s'", "os.environ.get('HMR_X')"),
    "several of these": ("import os", "os.environ.update(HMR_Z='%s')", "os.environ.get('HMR_Z')"),
    "the front of the search path": (
        "import sys",
        "sys.path.insert(0, '/nowhere%s')",
        "[p for p in sys.path if 'nowhere' in p]",
    ),
    "levels": ("import logging", "log = logging.getLogger('app'); log.setLevel(%s0)", "logging.getLogger('app').level"),
    "filters of warnings": (
        "import warnings",
        "warnings.filterwarnings('ignore', 'hmr%s')",
        "[f[1].pattern for f in warnings.filters if f[1] and 'hmr' in f[1].pattern]",
    ),
    "hooks": ("import sys", "sys.excepthook = hook%s", "sys.excepthook.__name__"),
    "builtins": ("import builtins", "builtins.hmr_b = %s", "getattr(builtins, 'hmr_b', None)"),
    "attributes of a library's class": (
        "import json",
        "json.JSONEncoder.item_separator = '%s'",
        "json.JSONEncoder.item_separator",
    ),
    "reducers": (
        "import copyreg",
        "copyreg.pickle(K, hook%s)",
        "getattr(copyreg.dispatch_table.get(K), '__name__', 0)",
    ),
}
HOOKS = "def hook1(*a): pass\ndef hook2(*a): pass\nclass K: pass\n"
for name, (imports, does, seen) in LIBRARIES.items():
    bodies = [text.replace("; ", "\n    ") for text in (does % 1, does % 2, "pass", does % 1)]
    lib = [f"{imports}\n{HOOKS}def setup():\n    {body}\n" for body in bodies]
    main = f"{imports}\nfrom lib import setup, K\n%sdef f1(): return {seen}\nx = {seen}\n"
    with_call, without = main % "setup()\n", main % ""
    case(
        f"what a function gives to a library: {name}",
        "main",
        {"lib.py": lib[0], "main.py": with_call},
        *({"lib.py": text} for text in lib[1:]),
        {"main.py": without},
        {"main.py": with_call},
    )

HEAD = (
    "import logging, os, sys\nclass H(logging.Handler):\n    def __init__(self, tag='h'):\n"
    "        super().__init__(); self.tag = tag\n"
)
TAIL = (
    "def f1():\n    log = logging.getLogger('app')\n    found = [p for p in sys.path if 'nowhere' in p]\n"
    "    return [(h.tag, h.level) for h in log.handlers], os.environ.get('HMR_A'), found, log.level\n"
)
MAKING = (
    "def make(name, tag='x'):\n    log = logging.getLogger(name)\n    h = H(tag)\n    h.setLevel(10)\n"
    "    log.addHandler(h)\n    log.setLevel(20)\n    return log\nlog = make('app')\n"
)
GUARDED = MAKING.replace("    log.addHandler(h)\n", "    if not log.handlers:\n        log.addHandler(h)\n")
CALLED, MADE = "make('app')\n", "log = make('app')\n"
CONFIGURED = (
    "class App:\n    def configure(self):\n        os.environ['HMR_A'] = '1'\n        sys.path.append('/nowhere1')\n"
    "        logging.getLogger('app').addHandler(H('m'))\napp = App()\napp.configure()\n"
)
CONSTRUCTED = CONFIGURED.replace("configure(self)", "__init__(self)").replace("app.configure()\n", "")
NESTED = (
    "def a(): os.environ['HMR_A'] = '1'\ndef b(p): sys.path.append(p)\ndef setup(x):\n    a()\n    b(x)\n"
    "setup('/nowhere1')\n"
)
THRICE = "def put(tag): logging.getLogger('app').addHandler(H(tag))\nput('a')\nput('b')\nput('c')\n"
LOOP = (
    "for tag in ('a', 'b'):\n    logging.getLogger('app').addHandler(H(tag))\n"
    "for p in ('/nowhere1', '/nowhere2'): sys.path.append(p)\n"
)
CONDITIONAL = (
    "DEBUG = True\ndef setup(debug):\n    if debug:\n        os.environ['HMR_A'] = '1'\n"
    "        logging.getLogger('app').addHandler(H('m'))\nsetup(DEBUG)\n"
)
LOCAL = (
    "def setup():\n    import os as o\n    from logging import getLogger\n    o.environ['HMR_A'] = '1'\n"
    "    getLogger('app').addHandler(H('m'))\nsetup()\n"
)
for name, versions in {
    "a logger that is made": [
        MAKING, MAKING.replace("'x'", "'y'"), MAKING.replace("    log.addHandler(h)\n", ""), MAKING,
        MAKING.replace("make('app')", "make('app', 'z')"), MAKING.replace("make('app')", "logging.getLogger('app')"),
    ],
    "a handler where there is none": [
        GUARDED, GUARDED.replace("'x'", "'y'"), GUARDED.replace("        log.addH", "        pass; log.addF"), GUARDED,
        GUARDED + CALLED, GUARDED.replace(MADE, CALLED), GUARDED + CALLED, GUARDED.replace(MADE, "") + CALLED,
    ],
    "by a method": [
        CONFIGURED, CONFIGURED.replace("'1'", "'2'"), CONFIGURED.replace("nowhere1", "nowhere2"),
        CONFIGURED.replace("H('m')", "H('n')"), CONFIGURED.replace("app.configure()\n", ""), CONFIGURED,
    ],
    "by a constructor": [
        CONSTRUCTED, CONSTRUCTED.replace("'1'", "'2'"), CONSTRUCTED.replace("H('m')", "H('n')"),
        CONSTRUCTED.replace("app = App()\n", "app = None\n"), CONSTRUCTED,
    ],
    "by others that it calls": [
        NESTED, NESTED.replace("'1'", "'2'"), NESTED.replace("nowhere1", "nowhere2"), NESTED.replace("    a()\n", ""),
        NESTED.replace("    b(x)\n", ""), NESTED.replace("    b(x)\n", "    b(x)\n    b(x + 'y')\n"), NESTED,
    ],
    "by several calls": [
        THRICE, THRICE.replace("'b'", "'d'"), THRICE.replace("put('b')\n", ""), THRICE,
        THRICE.replace("put('a')\n", ""), THRICE.replace("H(tag)", "H(tag + '!')"),
    ],
    "in loops": [LOOP, LOOP.replace("'b'", "'d'"), LOOP.replace("('a', 'b')", "('a',)"), "", LOOP],
    "under a condition": [
        CONDITIONAL, CONDITIONAL.replace("True", "False"), CONDITIONAL, CONDITIONAL.replace("'1'", "'2'"),
    ],
    "by names of its own": [
        LOCAL, LOCAL.replace("'1'", "'2'"), LOCAL.replace("'m'", "'n'"), LOCAL.replace("setup()\n", ""), LOCAL,
    ],
}.items():  # fmt: skip
    first, *later = [{"m.py": HEAD + version + TAIL} for version in versions]
    case(f"what a function gives to a library: {name}", "m", first, *later)

SHOWN = (
    "def f1(): return (os.environ.get('A'), os.environ.get('B'), logging.getLogger('app').level,\n"
    "    [h.name for h in logging.getLogger('app').handlers], [p for p in sys.path if 'nowhere' in p])\n"
)
FROM_A_TABLE = (
    "def load():\n    data = {'A': '1', 'B': '2'}\n    for k, v in data.items():\n        os.environ.setdefault(k, v)\n"
    "load()\n"
)
UPDATED = "ENV = {'A': '1', 'B': '2'}\nos.environ.update(ENV)\n"
LEFT_EARLY = (
    "def get_logger(name):\n    log = logging.getLogger(name)\n    if log.handlers:\n        return log\n"
    "    h = logging.StreamHandler()\n    h.name = 'n1'\n    log.addHandler(h)\n    log.setLevel(10)\n    return log\n"
    "log = get_logger('app')\n"
)
COMPUTED = (
    "from pathlib import Path\nBASE = Path('/nowhere')\ndef add(*parts):\n    p = str(BASE.joinpath(*parts))\n"
    "    if p not in sys.path: sys.path.append(p)\nadd('a')\nadd('b')\n"
    "sys.path.insert(0, os.path.join(BASE, f'{BASE.name}', 'c' + '1'))\n"
)
POPPED = "def setup():\n    os.environ.pop('A', None)\n    os.environ['B'] = '1'\nos.environ['A'] = '0'\nsetup()\n"
HOOKED = (
    "HOOKS = []\ndef hook(f): HOOKS.append(f); return f\n@hook\ndef one(): os.environ['A'] = '1'\n"
    "@hook\ndef two(): os.environ['B'] = '2'\nfor h in HOOKS: h()\n"
)
for name, versions in {
    "entries of a table": [
        FROM_A_TABLE, FROM_A_TABLE.replace("'2'", "'3'"), FROM_A_TABLE.replace(", 'B': '2'", ""), FROM_A_TABLE,
        FROM_A_TABLE.removesuffix("load()\n"), FROM_A_TABLE,
    ],
    "a table as a whole": [
        UPDATED, UPDATED.replace("'2'", "'3'"), UPDATED.replace(", 'B': '2'", ""), UPDATED, "", UPDATED,
    ],
    "a function that is left early": [
        LEFT_EARLY, LEFT_EARLY.replace("'n1'", "'n2'"), LEFT_EARLY.replace("setLevel(10)", "setLevel(20)"),
        LEFT_EARLY.replace("    log.setLevel(10)\n", ""), LEFT_EARLY,
    ],
    "computed paths": [
        COMPUTED, COMPUTED.replace("'a'", "'d'"), COMPUTED.replace("'/nowhere'", "'/nowhere2'"),
        COMPUTED.replace("add('b')\n", ""), COMPUTED.replace("'1'", "'2'"),
    ],
    "what it takes out": [
        POPPED, POPPED.replace("    os.environ.pop('A', None)\n", ""), POPPED, POPPED.replace("'1'", "'2'"),
    ],
    "functions of a list": [
        HOOKED, HOOKED.replace("'1'", "'3'"), HOOKED.replace("@hook\ndef two", "def two"), HOOKED,
    ],
}.items():  # fmt: skip
    first, *later = [{"m.py": "import os, sys, logging\n" + version + SHOWN} for version in versions]
    case(f"what a function gives to a library: {name}", "m", first, *later)
PUT = "import os\ndef put(v): os.environ['HMR_A'] = v\n"
FROM = "from lib import put\n"
case(
    "what functions set of a library for two modules",
    "a b",
    {"lib.py": PUT, "a.py": HEAD + FROM + "put('1')\n" + TAIL, "b.py": FROM + "put('2')\n"},
    {"b.py": FROM},
    {"b.py": FROM + "put('3')\n"},
    {"a.py": HEAD + FROM + "put('4')\n" + TAIL},
    {"b.py": FROM},
    {"a.py": HEAD + FROM + TAIL},
)
