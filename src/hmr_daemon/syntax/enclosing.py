"""Definitions that go into a compound statement, come out of one, or change from one to another (pure)."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from .statements import COMPOUND, Statement
from .trees import FunctionNode, LoopNode

DEFINING = ("def", "class", *COMPOUND)


def definitions(statement: Statement) -> dict[str, list[ast.stmt]]:
    """The functions and classes that a statement defines, by name; not those of loops: each of them is many."""
    found: dict[str, list[ast.stmt]] = {}
    for node in _defined(statement.parse()) if statement.kind in DEFINING else ():
        found.setdefault(getattr(node, "name", ""), []).append(node)
    return found


def _defined(node: ast.AST) -> Iterator[ast.stmt]:
    if isinstance(node, (*FunctionNode, ast.ClassDef)):
        yield node
    elif not isinstance(node, (*LoopNode, ast.expr)):
        for child in ast.iter_child_nodes(node):
            yield from _defined(child)


def sole(statement: Statement, name: str) -> ast.stmt | None:
    """The definition of a name in a statement that has one of it."""
    found = definitions(statement).get(name, ())
    return found[0] if len(found) == 1 else None


def taken_over(
    old: Sequence[Statement], new: Sequence[Statement], pairs: Sequence[tuple[int | None, int | None]]
) -> Iterator[tuple[int, int, str]]:
    """Positions in both versions, and names, of definitions that stand in another kind of statement than before.

    `pairs` are the positions of statements that changed, each with what it has become.
    """
    before = [(i, old[i]) for i, _ in pairs if i is not None]
    after = [(j, new[j]) for _, j in pairs if j is not None]
    if not any(statement.kind in COMPOUND for _, statement in before + after):
        return
    came_from = {j: i for i, j in pairs if j is not None}
    homes = {(name, j) for j, statement in after for name in definitions(statement)}
    counts = (
        Counter(name for i, s in before for name in definitions(s)),
        Counter(n for s in new for n in s.effects.writes),
    )
    for i, statement in before:
        for name in definitions(statement):
            found = [j for other, j in homes if other == name]
            if len(found) != 1 or any(count[name] != 1 for count in counts):
                continue
            predecessor = came_from[found[0]]
            if predecessor is None or _elsewhere(old[predecessor], new[found[0]], name, same=predecessor == i):
                yield i, found[0], name


def _elsewhere(old: Statement, new: Statement, name: str, same: bool) -> bool:
    """Whether a definition in `new` is not found in its predecessor `old`, be that where it was or not."""
    if same:
        return (old.kind in COMPOUND) != (new.kind in COMPOUND)
    return name not in definitions(old)
