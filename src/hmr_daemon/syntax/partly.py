"""Whether a statement or code uses no more of a class than some of its members: ``Color.RED`` (pure)."""

from __future__ import annotations

import ast
from collections.abc import Collection
from types import CodeType

from .mentions import mentions_of

ASKING_FOR_CLASS = frozenset({"type", "__class__"})


def statement_uses_only(tree: ast.stmt, name: str, members: Collection[str]) -> bool | None:
    """Whether each mention of a name, as a variable or as an attribute, asks it for one of some members at once.

    None where it does not mention it.
    """
    nodes = list(ast.walk(tree))
    named = [node for node in nodes if _name(node) == name]
    if not named:
        return None
    asked = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr in members}
    return ASKING_FOR_CLASS.isdisjoint(map(_name, nodes)) and all(id(node) in asked for node in named)


def _name(node: ast.AST) -> str | None:
    return getattr(node, "id", None) or getattr(node, "attr", None)


def code_uses_only(code: CodeType, name: str, members: Collection[str]) -> bool:
    """The same of code that mentions it."""
    mentioned = mentions_of(code)
    if name in mentioned.names or not ASKING_FOR_CLASS.isdisjoint(code.co_names):
        return False
    following = [chain[chain.index(name) + 1 :] for chain in mentioned.chains if name in chain]
    return bool(following) and all(rest and rest[0] in members for rest in following)


def may_go_through(code: CodeType) -> bool:
    """Whether code may take all members of the class of something that it is handed."""
    return "__members__" in code.co_names or "__iter__" in mentions_of(code).names
