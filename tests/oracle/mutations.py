"""Random mutations of written programs: small edits of any statement of theirs, as text."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from random import Random

from .everyday import CASES
from .program import module_name
from .shrink import blocks_of, bound
from .subject import Scenario

Files = Mapping[str, str]
Mutation = Callable[[Random, Files, str], "Files | None"]
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def draw_mutated(seed: str, runs: Callable[[Scenario], bool], edits: int = 5) -> Scenario:
    """The scenario of a seed: a version of a kept case and mutations of it, some of which do not run."""
    random = Random(seed)
    base = CASES[random.choice(sorted(CASES))]
    good = files = random.choice(base.versions)
    versions = [files]
    for _ in range(3 * edits if runs(Scenario((files,), base.entries)) else 0):
        mutated = mutate(random, good)
        if mutated is None or mutated == versions[-1]:
            continue
        if runs(Scenario((mutated,), base.entries)):
            good = mutated
        elif random.random() < 0.75:
            continue
        versions.append(mutated)
        if len(versions) > edits:
            break
    return Scenario(tuple(versions), base.entries)


def mutate(random: Random, files: Files) -> Files | None:
    """One edit of a program, or two or three that are saved together; None where it comes to nothing."""
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        mutation = random.choice(MUTATIONS)
        path = random.choice(sorted(files))
        changed = mutation(random, files, path)
        if changed is None:
            return None
        files = changed
    return files


def _delete(random: Random, files: Files, path: str) -> Files | None:
    blocks = blocks_of(files[path])
    if not blocks:
        return None
    del blocks[random.randrange(len(blocks))]
    return {**files, path: _text(blocks)}


def _duplicate(random: Random, files: Files, path: str) -> Files | None:
    blocks = blocks_of(files[path])
    if not blocks:
        return None
    position = random.randrange(len(blocks))
    if _top_names(blocks[position]) or "def " in blocks[position] or "class " in blocks[position]:
        return None  # which of two alike goes on as what there was is no one's to say
    blocks.insert(random.randint(position, len(blocks)), blocks[position])
    return {**files, path: _text(blocks)}


def _swap(random: Random, files: Files, path: str) -> Files | None:
    blocks = blocks_of(files[path])
    if len(blocks) < 2:
        return None
    position = random.randrange(len(blocks) - 1)
    blocks[position : position + 2] = blocks[position + 1], blocks[position]
    return {**files, path: _text(blocks)}


def _rename(random: Random, files: Files, path: str) -> Files | None:
    names = sorted({name for block in blocks_of(files[path]) for name in bound(block) if not name.startswith("__")})
    if not names:
        return None
    name = random.choice(names)
    word = re.compile(rf"(?<!['\"\w]){re.escape(name)}\b(?!['\"])")
    return {each: word.sub(f"{name}_r", text) for each, text in files.items()}


def _move(random: Random, files: Files, path: str) -> Files | None:
    """A definition goes to another module, which is imported where it stood."""
    others = [each for each in sorted(files) if each != path]
    blocks = blocks_of(files[path])
    places = [i for i, block in enumerate(blocks) if len(_top_names(block)) == 1]
    if not others or not places:
        return None
    position, other = random.choice(places), random.choice(others)
    (name,) = _top_names(blocks[position])
    theirs = blocks_of(files[other])
    theirs.insert(random.randint(0, len(theirs)), blocks[position])
    blocks[position] = f"from {module_name(other)} import {name}"
    return {**files, path: _text(blocks), other: _text(theirs)}


def _wrap(random: Random, files: Files, path: str) -> Files | None:
    """A statement goes into an if or a try, or comes out of one."""
    blocks = blocks_of(files[path])
    if not blocks:
        return None
    position = random.randrange(len(blocks))
    body = _parsed(blocks[position])
    if body is None or (isinstance(body, ast.ImportFrom) and body.module == "__future__"):
        return None
    if isinstance(body, ast.If) and isinstance(body.test, ast.Constant):
        blocks[position : position + 1] = [ast.unparse(each) for each in body.body]
    else:
        head, tail = random.choice((("if True:", ""), ("try:", "\nfinally: pass")))
        blocks[position] = head + "\n" + _indented(ast.unparse(body)) + tail
    return {**files, path: _text(blocks)}


def _literal(random: Random, files: Files, path: str) -> Files | None:
    return _edited(random, files, path, _change_literal)


def _change_literal(random: Random, tree: ast.stmt) -> bool:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Constant) and type(n.value) in (int, str, bool)]
    if not found:
        return False
    node = random.choice(found)
    if type(node.value) is bool:
        node.value = not node.value
    elif type(node.value) is int:
        node.value += random.choice((1, 2, -1))
    elif type(node.value) is str:
        node.value += random.choice("xyz")
    return True


def _decorate(random: Random, files: Files, path: str) -> Files | None:
    return _edited(random, files, path, _change_decorators)


def _change_decorators(random: Random, tree: ast.stmt) -> bool:
    found = [n for n in ast.walk(tree) if isinstance(n, DEFINITIONS) and n.decorator_list]
    if not found:
        return False
    node = random.choice(found)
    position = random.randrange(len(node.decorator_list))
    if random.random() < 0.3:
        node.decorator_list.insert(position, node.decorator_list[position])
    else:
        del node.decorator_list[position]
    return True


def _rebase(random: Random, files: Files, path: str) -> Files | None:
    classes = sorted(
        {name for block in blocks_of(files[path]) if block.lstrip().startswith("class ") for name in _top_names(block)}
    )

    def change(random: Random, tree: ast.stmt) -> bool:
        if not isinstance(tree, ast.ClassDef):
            return False
        others = [name for name in classes if name != tree.name]
        if tree.bases and random.random() < 0.6:
            del tree.bases[random.randrange(len(tree.bases))]
        elif others:
            tree.bases.insert(0, ast.Name(random.choice(others)))
        else:
            return False
        return True

    return _edited(random, files, path, change)


def _inside(random: Random, files: Files, path: str) -> Files | None:
    return _edited(random, files, path, _change_body)


def _change_body(random: Random, tree: ast.stmt) -> bool:
    """Delete, double or swap something in the body of a definition or of a compound statement."""
    found = [body for n in ast.walk(tree) if isinstance(body := getattr(n, "body", None), list)]
    if not found:
        return False
    body = random.choice(found)
    position = random.randrange(len(body))
    kind = random.choice(("delete", "double", "swap", "wrap"))
    if kind == "delete":
        del body[position]
        if not body:
            body.append(ast.Pass())
    elif kind == "double":
        body.insert(random.randint(position, len(body)), body[position])
    elif kind == "wrap":
        body[position] = ast.If(ast.Constant(True), [body[position]], [])
    else:
        other = random.randrange(len(body))
        body[position], body[other] = body[other], body[position]
    return True


def _alias(random: Random, files: Files, path: str) -> Files | None:
    """A new name that reads another, somewhere below it or in another module."""
    names = sorted({name for block in blocks_of(files[path]) for name in _top_names(block)})
    if not names:
        return None
    name, target = random.choice(names), random.choice(sorted(files))
    blocks = blocks_of(files[target])
    position = random.randint(0, len(blocks))
    text = f"new_{name} = {name}" if target == path else f"from {module_name(path)} import {name} as new_{name}"
    blocks.insert(position, text)
    return {**files, target: _text(blocks)}


def _shift(random: Random, files: Files, path: str) -> Files | None:
    """A statement goes to any other place of its module."""
    blocks = blocks_of(files[path])
    if len(blocks) < 3:
        return None
    block = blocks.pop(random.randrange(len(blocks)))
    blocks.insert(random.randint(0, len(blocks)), block)
    return {**files, path: _text(blocks)}


def _operator(random: Random, files: Files, path: str) -> Files | None:
    return _edited(random, files, path, _change_expression)


def _change_expression(random: Random, tree: ast.stmt) -> bool:
    """An argument, an entry of a display or a keyword goes, or comes twice."""
    lists = [
        part
        for n in ast.walk(tree)
        for field in ("elts", "args", "keywords")
        if isinstance(part := getattr(n, field, None), list) and part
    ]
    if not lists:
        return False
    part = random.choice(lists)
    position = random.randrange(len(part))
    if random.random() < 0.6:
        del part[position]
    else:
        part.insert(position, part[position])
    return True


MUTATIONS: tuple[Mutation, ...] = (
    _delete, _duplicate, _swap, _swap, _shift, _rename, _move, _wrap, _literal, _literal, _literal, _literal, _decorate,
    _rebase, _inside, _inside, _alias, _operator,
)  # fmt: skip


def _edited(random: Random, files: Files, path: str, change: Callable[[Random, ast.stmt], bool]) -> Files | None:
    blocks = blocks_of(files[path])
    for position in random.sample(range(len(blocks)), len(blocks)):
        tree = _parsed(blocks[position])
        if tree is not None and change(random, tree):
            try:
                blocks[position] = ast.unparse(ast.fix_missing_locations(tree))
            except Exception:  # what no source makes
                return None
            return {**files, path: _text(blocks)}
    return None


def _parsed(block: str) -> ast.stmt | None:
    try:
        body = ast.parse(block).body
    except (SyntaxError, ValueError):
        return None
    return body[0] if len(body) == 1 else None


def _top_names(block: str) -> list[str]:
    tree = _parsed(block)
    if isinstance(tree, DEFINITIONS):
        return [tree.name]
    if isinstance(tree, ast.Assign):
        return [t.id for t in tree.targets if isinstance(t, ast.Name)]
    return []


def _text(blocks: list[str]) -> str:
    return "".join(block + "\n" for block in blocks)


def _indented(text: str) -> str:
    return "".join("    " + line for line in text.splitlines(keepends=True))
