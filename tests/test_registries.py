"""Form of registry x kind of edit: each entry is there once, and what the program has registered at run time stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import pytest

from live import Environment
from workshop import Workshop, check


@pytest.fixture(scope="module")
def workshop(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    workshop = Workshop(environment, tmp_path_factory.mktemp("registries"))
    yield workshop
    print(workshop.process.close())


ADD = "{made}\ndef add(f, name, **options):\n    {put}\n    return f\n"
FORMS = {
    "list": ("known = []", "known.append(f)", "known"),
    "pairs": ("known = []", "known.append((name, f))", "[f for _, f in known]"),
    "dict": ("known = {}", "known[name] = f", "known.values()"),
    "dict that refuses": (
        "known = {}",
        "\n    if name in known: raise ValueError(name)\n    known[name] = f",
        "known.values()",
    ),
    "records": ("known = {}", "known[name] = {'f': f, 'options': options}", "[each['f'] for each in known.values()]"),
    "list of records": ("known = []", "known.append({'name': name, 'f': f})", "[each['f'] for each in known]"),
    "updated": ("known = {}", "known.update({name: {'f': f}})", "[each['f'] for each in known.values()]"),
    "lists by key": (
        "from collections import defaultdict\nknown = defaultdict(list)",
        "known[options.get('key')].append(f)",
        "[f for each in known.values() for f in each]",
    ),
    "partial functions": (
        "import functools\nknown = {}",
        "known[name] = functools.partial(f)",
        "[each.func for each in known.values()]",
    ),
    "functions made for them": (
        "import functools\nknown = []",
        "known.append(functools.wraps(f)(lambda: f()))",
        "known",
    ),
    "objects": (
        "class Entry:\n    def __init__(self, f): self.f = f\nknown = []",
        "known.append(Entry(f))",
        "[each.f for each in known]",
    ),
}
SOURCE = """
from r_N import add
def entry(name, **options):
    return lambda f: add(f, name, **options)
@entry('a')
def a(): return 1
@entry('b', key=2)
def b(): return 2
@entry('c')
def c(): return 3
"""
MORE = "@entry('d')\ndef d(): return 4\n"
Edit = Callable[[str], str]
EDITS: dict[str, tuple[Edit, list[str]]] = {
    "body": (lambda text: text.replace("return 2", "return 5"), ["a", "b", "c"]),
    "default": (lambda text: text.replace("def b()", "def b(n=1)"), ["a", "b", "c"]),
    "more options": (lambda text: text.replace("'a'", "'a', more=1"), ["a", "b", "c"]),
    "removed": (lambda text: text.replace("@entry('b', key=2)\ndef b(): return 2\n", ""), ["a", "c"]),
    "another name": (lambda text: text.replace("'b'", "'d'"), ["a", "b", "c"]),
    "another function": (lambda text: text.replace("def b()", "def d()"), ["a", "c", "d"]),
    "added": (
        lambda text: text.replace("@entry('b'", "@entry('d')\ndef d(): return 4\n@entry('b'"),
        ["a", "b", "c", "d"],
    ),
}
AT_RUN_TIME = "def own(): return 0\nr_N.add(own, 'own'); r_N.add(lambda: 0, 'other')"


@pytest.mark.parametrize(("form", "edit"), list(product(FORMS, [*EDITS, "who registers"])))
def test_registry(workshop: Workshop, form: str, edit: str) -> None:
    made, put, entries = FORMS[form]
    library = ADD.format(made=made, put=put)
    change, names = EDITS.get(edit, (None, ["a", "b", "c"]))
    after = {"m_N": change(SOURCE)} if change is not None else {"r_N": library.replace("name, **", "name, more=1, **")}
    found = f"sorted(f.__name__ for f in eval({entries!r}, vars(r_N)))"
    check(workshop, ({"r_N": library, "m_N": SOURCE}, after, AT_RUN_TIME, {found: ["<lambda>", *names, "own"]}))
