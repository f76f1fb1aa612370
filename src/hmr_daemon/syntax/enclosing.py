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
    defined_before, defined_after = ({i: list(definitions(s)) for i, s in side} for side in (before, after))
    defined = Counter(name for names in defined_before.values() for name in names)
    written = Counter(name for statement in new for name in statement.effects.writes)
    for i, names in defined_before.items():
        for name in [name for name in names if defined[name] == written[name] == 1]:
            homes = [j for j, others in defined_after.items() if name in others]
            if len(homes) != 1:
                continue
            predecessor = came_from[homes[0]]
            if predecessor == i:  # it is elsewhere only where one of them is a compound statement
                elsewhere = (old[i].kind in COMPOUND) != (new[homes[0]].kind in COMPOUND)
            else:
                elsewhere = predecessor is None or name not in defined_before[predecessor]
            if elsewhere:
                yield i, homes[0], name
