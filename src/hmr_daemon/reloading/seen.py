"""What of a definition those see, and may keep, that it is registered with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from types import CodeType

from ..syntax import diff, loops, statements
from ..syntax.statements import Statement
from ..syntax.trees import FunctionNode, shape

SIGNATURE = frozenset({
    "__annotations__", "__defaults__", "__kwdefaults__", "get_annotations", "get_type_hints", "getfullargspec",
    "signature",
})  # fmt: skip
"""By what code asks for more of a function than its name."""
UNCHANGED = (diff.Change.SAME, diff.Change.BODY)


def registers_otherwise(old: Statement, new: Statement) -> bool:
    """Whether what its decorators or bases add may be something else: they, or the name that they see, are others."""
    return bool(old.heads) and (old.names != new.names or old.heads != new.heads)


def is_shown(old: Statement, old_text: str, new: Statement, new_text: str, growing: Iterable[CodeType]) -> bool:
    """Whether code that registers a definition may make something else of what differs in it."""
    if old.kind != new.kind or not old.heads:
        return False
    if old.kind == "def":
        changed = SIGNATURE if _signature(old) != _signature(new) else frozenset[str]()
        return any(not changed.isdisjoint(code.co_names) for code in growing)
    before, after = statements.members(old, old_text), statements.members(new, new_text)
    names = set(_changed(before, after))
    listed = {n for s in before for n in s.effects.writes} != {n for s in after for n in s.effects.writes}
    return any(_sees(code, names, listed) for code in growing)


def _sees(code: CodeType, names: set[str], listed: bool) -> bool:
    """Whether code sees members with some names, or, where there are others than before, each."""
    texts = {constant for constant in code.co_consts if type(constant) is str}
    if names and (not names.isdisjoint({*code.co_names, *texts}) or loops.sees_members(code)):
        return True
    return listed and code.co_name == "__set_name__"


def _signature(statement: Statement) -> object:
    node = statement.parse()
    return shape([node.args, node.returns], bodies=True) if isinstance(node, FunctionNode) else None


def _changed(before: tuple[Statement, ...], after: tuple[Statement, ...]) -> Iterator[str]:
    """The names of members that are others, but for those of which only what they do is."""
    for edit in diff.compare(before, after):
        if edit.change not in UNCHANGED:
            sides = [before[edit.old]] if edit.old is not None else []
            sides += [after[edit.new]] if edit.new is not None else []
            yield from (name for side in sides if not _is_method(side) for name in side.effects.writes)


def _is_method(member: Statement) -> bool:
    return isinstance(member.parse(), ast.FunctionDef | ast.AsyncFunctionDef)
