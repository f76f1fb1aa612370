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
