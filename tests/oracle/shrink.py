"""Makes a scenario that goes wrong as small as it can be while it goes wrong in the same way."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from .subject import Scenario

Bad = Callable[[Scenario], bool]
Files = Mapping[str, str]


def shrink(scenario: Scenario, bad: Bad, budget: int = 1500) -> Scenario:
    """The smallest scenario found for which `bad` still holds."""
    tried: set[Scenario_] = set()
    changed = True
    while changed and budget > 0:
        changed = False
        for smaller in _candidates(scenario):
            key = _key(smaller)
            if key in tried or _key(scenario) == key:
                continue
            tried.add(key)
            budget -= 1
            if bad(smaller):
                scenario, changed = smaller, True
                break
            if budget <= 0:
                break
    return scenario


Scenario_ = tuple[tuple[tuple[tuple[str, str], ...], ...], tuple[str, ...]]


def _key(scenario: Scenario) -> Scenario_:
    return tuple(tuple(sorted(v.items())) for v in scenario.versions), scenario.entries


def _candidates(scenario: Scenario) -> Iterator[Scenario]:
    yield from _fewer_versions(scenario)
    yield from _fewer_files(scenario)
    yield from _fewer_statements(scenario)
    yield from _smaller_edits(scenario)
    yield from _simpler_statements(scenario)


def _fewer_versions(scenario: Scenario) -> Iterator[Scenario]:
    versions = scenario.versions
    if len(versions) > 2:
        for start in range(len(versions) - 2, 0, -1):
            yield replace(scenario, versions=versions[start:])
        for index in range(len(versions) - 1):
            yield replace(scenario, versions=versions[:index] + versions[index + 1 :])


def _fewer_files(scenario: Scenario) -> Iterator[Scenario]:
    for path in sorted({p for version in scenario.versions for p in version}):
        versions = tuple({p: t for p, t in v.items() if p != path} for v in scenario.versions)
        module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        yield Scenario(versions, tuple(e for e in scenario.entries if e != module))
    for entry in scenario.entries:
        yield replace(scenario, entries=tuple(e for e in scenario.entries if e != entry))


def blocks_of(text: str) -> list[str]:
    """The top-level statements with the comments above them, or the lines where it is not valid."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return text.splitlines()
    lines = text.splitlines()
    ends = [node.end_lineno or 0 for node in body]
    starts = [0, *ends][: len(ends)]
    return ["\n".join(lines[a:b]) for a, b in zip(starts, ends, strict=True)]


def _fewer_statements(scenario: Scenario) -> Iterator[Scenario]:
    paths = sorted({p for version in scenario.versions for p in version})
    for path in paths:
        blocks = list(dict.fromkeys(b for v in scenario.versions for b in blocks_of(v.get(path, ""))))
        size = len(blocks) // 2
        while size >= 1:
            for start in range(0, len(blocks), size):
                yield _without(scenario, path, set(blocks[start : start + size]))
            size //= 2
    for path in paths:  # all versions of the statements that bind the same names
        names = sorted({n for v in scenario.versions for b in blocks_of(v.get(path, "")) for n in bound(b)})
        for name in names:
            gone = {b for v in scenario.versions for b in blocks_of(v.get(path, "")) if name in bound(b)}
            yield _without(scenario, path, gone)


def bound(block: str) -> set[str]:
    """Names that a statement binds, in any scope."""
    try:
        nodes = list(ast.walk(ast.parse(block)))
    except (SyntaxError, ValueError):
        return set()
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return bound | {n.name for n in nodes if isinstance(n, definitions)}


def _without(scenario: Scenario, path: str, gone: set[str]) -> Scenario:
    return _mapped(scenario, path, lambda text: "".join(b + "\n" for b in blocks_of(text) if b not in gone))


def _mapped(scenario: Scenario, path: str, change: Callable[[str], str]) -> Scenario:
    versions = tuple({p: change(t) if p == path else t for p, t in v.items()} for v in scenario.versions)
    return replace(scenario, versions=versions)


def _smaller_edits(scenario: Scenario) -> Iterator[Scenario]:
    """Undo parts of an edit: a file, or one statement of it, in this version and where it stays in later ones."""
    versions = scenario.versions
    for number in range(1, len(versions)):
        before, after = versions[number - 1], versions[number]
        for path in sorted({*before, *after}):
            if before.get(path) == after.get(path):
                continue
            undone = {p: t for p, t in after.items() if p != path}
            if path in before:
                undone[path] = before[path]
            yield replace(scenario, versions=(*versions[:number], undone, *versions[number + 1 :]))
            if path in before and path in after:
                old, new = blocks_of(before[path]), blocks_of(after[path])
                if len(old) == len(new):
                    for i in range(len(old)):
                        if old[i] != new[i]:
                            text = "".join(b + "\n" for b in [*new[:i], old[i], *new[i + 1 :]])
                            yield replace(
                                scenario, versions=(*versions[:number], {**after, path: text}, *versions[number + 1 :])
                            )


def _simpler_statements(scenario: Scenario) -> Iterator[Scenario]:
    for path in sorted({p for version in scenario.versions for p in version}):
        blocks = list(dict.fromkeys(b for v in scenario.versions for b in blocks_of(v.get(path, ""))))
        for block in blocks:
            for simpler in _simpler(block):
                yield _mapped(
                    scenario,
                    path,
                    lambda text, b=block, s=simpler: "".join((s if x == b else x) + "\n" for x in blocks_of(text)),  # type: ignore[misc]
                )
        lines = list(dict.fromkeys(line for v in scenario.versions for line in v.get(path, "").splitlines()))
        for line in lines:
            for simpler in _simpler_line(line):
                yield _mapped(
                    scenario,
                    path,
                    lambda text, o=line, s=simpler: "".join((s if x == o else x) + "\n" for x in text.splitlines()),  # type: ignore[misc]
                )


def _simpler(block: str) -> Iterator[str]:
    """One line less, or one expression simpler."""
    lines = block.split("\n")
    if len(lines) > 1:
        for index in range(len(lines)):
            yield from filter(_valid, ["\n".join(lines[:index] + lines[index + 1 :])])
        for index in range(1, len(lines)):
            indent = lines[index][: len(lines[index]) - len(lines[index].lstrip())]
            if lines[index].strip() not in ("pass", ""):
                yield from filter(_valid, ["\n".join([*lines[:index], indent + "pass", *lines[index + 1 :]])])
        for first, last in _compound(block):
            indent = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
            yield from filter(_valid, ["\n".join([*lines[:first], indent + "pass", *lines[last:]])])
    for start, end, choices in _expressions(block):
        for choice in choices:
            yield from filter(_valid, [block[:start] + choice + block[end:]])


def _compound(block: str) -> Iterator[tuple[int, int]]:
    """The first line of each statement of several lines that stands in another, and the line below it."""
    for node in [inner for outer in ast.parse(block).body for inner in ast.walk(outer) if inner is not outer]:
        if isinstance(node, ast.stmt) and node.end_lineno is not None and node.end_lineno > node.lineno:
            yield node.lineno - 1, node.end_lineno


def _simpler_line(line: str) -> Iterator[str]:
    """The same simplification wherever the same line stands, in all versions."""
    stripped = line.strip()
    indent = line[: len(line) - len(line.lstrip())]
    probe = stripped + "\n    pass" if stripped.endswith(":") else stripped
    if stripped.startswith(("else", "elif", "except", "finally", "@")):
        return
    for start, end, choices in _expressions(probe):
        for choice in choices:
            if end <= len(stripped):
                yield indent + stripped[:start] + choice + stripped[end:]


@functools.cache
def _valid(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _expressions(block: str) -> Iterator[tuple[int, int, list[str]]]:
    """Where an expression stands, and simpler ones to put there."""
    try:
        tree = ast.parse(block)
    except (SyntaxError, ValueError):
        return
    lines = block.split("\n")
    offsets = [sum(len(line) + 1 for line in lines[:i]) for i in range(len(lines) + 1)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            continue
        start = offsets[node.lineno - 1] + node.col_offset
        end = offsets[(node.end_lineno or 1) - 1] + (node.end_col_offset or 0)
        text = block[start:end]
        parts = [
            ast.get_source_segment(block, child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]
        choices = [p for p in parts if p and len(p) < len(text)]
        if not isinstance(node, (ast.Constant, ast.Lambda)):
            choices.append("1")
        if isinstance(node, ast.List) and node.elts:
            choices.append("[]")
        if isinstance(node, ast.Dict) and node.keys:
            choices.append("{}")
        yield start, end, choices
