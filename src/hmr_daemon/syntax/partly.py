"""Whether a statement or code uses no more of something than a part: a class's members, or that it is there (pure)."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from types import CodeType

from .mentions import mentions_of
from .trees import mentions, name_of, running

ASKING_FOR_CLASS = frozenset({"type", "__class__"})
WRAPPING = frozenset({"partial", "staticmethod", "classmethod", "property"})
"""What keeps a function that it is given, and calls it later."""


def statement_uses_only(tree: ast.stmt, name: str, members: Collection[str]) -> bool | None:
    """Whether each mention of a name, as a variable or as an attribute, asks it for one of some members at once.

    None where it does not mention it.
    """
    nodes = list(ast.walk(tree))
    named = [node for node in nodes if name_of(node) == name]
    if not named:
        return None
    asked = {id(node.value) for node in nodes if isinstance(node, ast.Attribute) and node.attr in members}
    return ASKING_FOR_CLASS.isdisjoint(map(name_of, nodes)) and all(id(node) in asked for node in named)


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


def only_holds(tree: ast.stmt, name: str) -> bool:
    """Whether each mention of a name puts what it stands for somewhere as it is, and calls or asks nothing of it."""
    nodes = list(running(tree))
    later = {id(inner) for node in nodes if isinstance(node, ast.Lambda) for inner in ast.walk(node.body)}
    named = [node for node in nodes if name_of(node) == name and id(node) not in later and _is_read(node)]
    held = {id(part) for node in nodes for part in _held(node)}
    return bool(named) and all(id(node) in held for node in named)


def _is_read(node: ast.AST) -> bool:
    return isinstance(getattr(node, "ctx", None), ast.Load)


def _held(node: ast.AST) -> Sequence[ast.AST | None]:
    """Of an expression or a statement the parts that it keeps as they are."""
    match node:
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts) | ast.Dict(values=parts):
            return parts
        case ast.Assign(value=value) | ast.AnnAssign(value=value) | ast.NamedExpr(value=value):
            return (value,)
        case ast.Call(func=called, args=arguments) if name_of(called) in WRAPPING:
            return arguments
        case ast.IfExp(body=body, orelse=other):
            return (body, other)
        case ast.arguments(defaults=defaults, kw_defaults=others):
            return [*defaults, *others]
    return ()


def only_changes(tree: ast.stmt, name: str, attributes: bool = False) -> bool:
    """Whether each mention of a name leads to what a statement sets or deletes, or to what a bare call calls.

    `attributes` tells that nothing counts but attributes that it sets or deletes.

    >>> [only_changes(ast.parse(text).body[0], "app") for text in ("app.debug = True", "app.add(1)", "n = len(app)")]
    [True, True, False]
    """
    nodes = list(running(tree))
    named = [node for node in nodes if name_of(node) == name and _is_read(node)]
    changed = {id(part) for node in nodes for part in _changed(node, attributes)}
    return bool(named) and all(id(node) in changed for node in named)


def _changed(node: ast.AST, attributes: bool) -> Iterator[ast.AST]:
    """What a statement, and none inside of it, sets something of, or calls for nothing but what that does."""
    if isinstance(node, ast.Assign | ast.Delete | ast.AnnAssign):
        targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
        for target in targets if not attributes else filter(_is_attribute, targets):
            yield from _led_through(target)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not attributes:
        yield from _led_through(node.value)  # not what it is handed: that may be gone through, or kept


def _is_attribute(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute)


def _led_through(node: ast.AST) -> Iterator[ast.AST]:
    """An expression, and what it asks for an attribute, an entry or a call, down to its root."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
        yield node


def attributes_handed(tree: ast.stmt, name: str) -> frozenset[str] | None:
    """The attributes of what a name stands for that a bare call is given; None where it does more with it."""
    match tree:
        case ast.Expr(ast.Call(called, arguments, keywords)):
            given = [*arguments, *(each.value for each in keywords)]
        case _:
            return None
    asked = [part for part in given if isinstance(part, ast.Attribute) and name_of(part.value) == name]
    others = [called, *(part for part in given if part not in asked)]
    if any(mentions(part, name) for part in others):
        return None
    return frozenset(part.attr for part in asked if isinstance(part.value, ast.Name)) or None


def hands_on(tree: ast.stmt, name: str) -> bool:
    """Whether a statement hands what a name stands for to what it calls, and not only an attribute of it."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    handed = [part for call in calls for part in (*call.args, *(each.value for each in call.keywords))]
    inner = [node for part in handed for node in ast.walk(part)]
    within = {id(getattr(node, "value", None)) for node in inner if isinstance(node, ast.Attribute)}
    within |= {id(call.func) for call in calls}
    return any(name_of(node) == name and id(node) not in within for node in inner)
