"""Draws edits of programs: what people do between two saves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from . import grammar, idioms  # noqa: F401
from .grammar import Names, Scope
from .program import Program, Statement, module_name

Edit = Callable[[Random, Names, Program], "Program | None"]
EDITS: dict[str, tuple[int, Edit]] = {}


def edit(weight: int) -> Callable[[Edit], Edit]:
    def register(function: Edit) -> Edit:
        EDITS[function.__name__] = (weight, function)
        return function

    return register


def draw_edit(random: Random, names: Names, program: Program) -> Program:
    """The program after one save: one edit, now and then several at once."""
    count = random.choice([1, 1, 1, 2, 3, 5])
    for _ in range(count):
        while True:
            drawable = {name: weight for name, (weight, _) in EDITS.items() if name not in names.without}
            name = random.choices(list(drawable), list(drawable.values()))[0]
            if (edited := EDITS[name][1](random, names, program)) is not None:
                program = edited
                break
    return program


def _place(random: Random, program: Program) -> tuple[str, int] | None:
    places = [(path, i) for path, statements in program.files.items() for i in range(len(statements))]
    return random.choice(places) if places else None


def _replaced(program: Program, path: str, index: int, *statements: Statement) -> Program:
    old = program.files[path]
    return program.with_file(path, (*old[:index], *statements, *old[index + 1 :]))


@edit(12)
def tweak(random: Random, names: Names, program: Program) -> Program | None:
    """Another number somewhere."""
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statement = program.files[path][index]
    spots = list(re.finditer(r"(?<![\w.'])\d+(?![\w'])", statement.text))
    if not spots:
        return None
    spot = random.choice(spots)
    text = statement.text[: spot.start()] + str(random.randint(1, 20)) + statement.text[spot.end() :]
    return _replaced(program, path, index, replace(statement, text=text))


@edit(12)
def rewrite(random: Random, names: Names, program: Program) -> Program | None:
    """Another version of a statement."""
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statement = program.files[path][index]
    if statement.maker not in grammar.RULES:
        return None
    made = grammar.RULES[statement.maker][1](Scope(random, names, program, path, index), statement.names)
    return None if made is None else _replaced(program, path, index, made)


@edit(8)
def add(random: Random, names: Names, program: Program) -> Program | None:
    path = random.choice(list(program.files))
    statements = program.files[path]
    index = random.randint(0, len(statements))
    made = grammar.draw(Scope(random, names, program, path, index))
    return program.with_file(path, (*statements[:index], made, *statements[index:]))


@edit(6)
def remove(random: Random, names: Names, program: Program) -> Program | None:
    """A statement goes; rarely one that others use."""
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statement = program.files[path][index]
    rest = _replaced(program, path, index)
    used = any(
        re.search(rf"\b{re.escape(name)}\b", text) for name in statement.names for text in rest.render().values()
    )
    return None if used and random.random() < 0.9 else rest


@edit(3)
def move(random: Random, names: Names, program: Program) -> Program | None:
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statements = list(program.files[path])
    statement = statements.pop(index)
    statements.insert(random.randint(0, len(statements)), statement)
    return program.with_file(path, tuple(statements))


@edit(3)
def rename(random: Random, names: Names, program: Program) -> Program | None:
    """A name is called otherwise, everywhere."""
    place = _place(random, program)
    if place is None:
        return None
    statement = program.files[place[0]][place[1]]
    if not statement.binds or "import" in statement.maker:
        return None
    old = random.choice(statement.names)
    new = names.new(re.sub(r"\d+.*", "", old) or "c")
    pattern = re.compile(rf"\b{re.escape(old)}\b")

    def renamed(each: Statement) -> Statement:
        return replace(
            each,
            text=pattern.sub(new, each.text),
            binds=tuple((new if name == old else name, kind) for name, kind in each.binds),
        )

    return replace(program, files={p: tuple(map(renamed, ss)) for p, ss in program.files.items()})


@edit(3)
def relocate(random: Random, names: Names, program: Program) -> Program | None:
    """A name moves to another module, and its old one imports it from there."""
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statement = program.files[path][index]
    paths = list(program.files)
    targets = paths[: paths.index(path)]
    if not statement.binds or not targets or "import" in statement.maker:
        return None
    target = random.choice(targets)
    source = Statement(
        f"from {module_name(target)} import {', '.join(statement.names)}", statement.binds, "from_import"
    )
    moved = _replaced(program, path, index, source)
    others = moved.files[target]
    at = random.randint(0, len(others))
    return moved.with_file(target, (*others[:at], statement, *others[at:]))


@edit(2)
def redirect(random: Random, names: Names, program: Program) -> Program | None:
    """A from-import gets its names from where they are really made."""
    imports = [(p, i) for p, ss in program.files.items() for i, s in enumerate(ss) if s.maker == "from_import"]
    if not imports:
        return None
    path, index = random.choice(imports)
    statement = program.files[path][index]
    name = statement.names[0]
    homes = [
        p for p, ss in program.files.items() if p != path for s in ss if name in s.names and s.maker != "from_import"
    ]
    if not homes or len(statement.names) > 1:
        return None
    text = f"from {module_name(random.choice(homes))} import {name}"
    return _replaced(program, path, index, replace(statement, text=text))


@edit(2)
def add_module(random: Random, names: Names, program: Program) -> Program | None:
    """A new file, and one that imports it."""
    path = f"{names.new('n')}.py"
    files = {path: (), **program.files}
    fresh = replace(program, files=files)
    for _ in range(random.randint(1, 4)):
        statements = fresh.files[path]
        fresh = fresh.with_file(path, (*statements, grammar.draw(Scope(random, names, fresh, path, len(statements)))))
    user = random.choice([p for p in fresh.files if p != path])
    index = random.randint(0, len(fresh.files[user]))
    scope = Scope(random, names, replace(fresh, files={path: fresh.files[path], user: fresh.files[user]}), user, index)
    made = grammar.draw(scope, random.choice(["from_import", "module_import", "star_import"]))
    old = fresh.files[user]
    return fresh.with_file(user, (*old[:index], made, *old[index:]))


@edit(1)
def remove_module(random: Random, names: Names, program: Program) -> Program | None:
    """A file goes, with all that imports it, as far as the text tells; what a prompt imported stays loaded."""
    entries = set(program.entries)
    paths = [p for p in program.files if not p.endswith("__init__.py") and module_name(p) not in entries]
    if len(program.files) < 3 or not paths:
        return None
    path = random.choice(paths)
    leaf = module_name(path).rpartition(".")[2]
    pattern = re.compile(rf"\b{leaf}\b")
    files = {p: tuple(s for s in ss if not pattern.search(s.text)) for p, ss in program.files.items() if p != path}
    return replace(program, files=files)


@edit(4)
def layout_only(random: Random, names: Names, program: Program) -> Program | None:
    """Comments and blank lines."""
    path = random.choice(list(program.files))
    statements = program.files[path]
    if not statements:
        return None
    index = random.randrange(len(statements))
    statement = statements[index]
    prefix = random.choice(["\n", "\n\n", "# a note\n"])
    return _replaced(program, path, index, replace(statement, text=prefix + statement.text.lstrip("\n")))


@edit(2)
def swap_order(random: Random, names: Names, program: Program) -> Program | None:
    place = _place(random, program)
    if place is None:
        return None
    path, index = place
    statements = list(program.files[path])
    if index + 1 >= len(statements):
        return None
    statements[index], statements[index + 1] = statements[index + 1], statements[index]
    return program.with_file(path, tuple(statements))


BREAKS = [
    "def (:",
    "raise RuntimeError('broken')",
    "1 / 0",
    "undefined_name",
    "import absent_module",
    "x = [",
    "assert False",
]


def broken(random: Random, program: Program) -> Program:
    """The program with a save that cannot land."""
    path = random.choice(list(program.files))
    statements = program.files[path]
    index = random.randint(0, len(statements))
    return program.with_file(path, (*statements[:index], Statement(random.choice(BREAKS)), *statements[index:]))
