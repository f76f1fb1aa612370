"""Attributes that a statement or later ones set on what others made: while it runs, they are as they were before."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from contextlib import contextmanager
from types import FunctionType, MemberDescriptorType
from typing import Any

from ..live import classes, successors
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import Node
from ..planning.targets import Target, takes_off
from ..syntax import statements
from ..syntax.compiler import compile_statement
from ..syntax.effects import ANY
from ..syntax.statements import Statement
from .assignments import Assigning
from .telling import LISTS_MEMBERS_HERE

MAKES_CLASSES = frozenset({"__new__", "__init__", "__call__", "__prepare__", "__init_subclass__"})
"""Members of a metaclass or a base that run while a class is made."""


@contextmanager
def as_before(run: Assigning, node: Node) -> Iterator[None]:
    """While a statement runs, what it looks at has the attributes that earlier statements gave it."""
    own = {target.key for target in run.targets(node, node.statement)}
    overridden = []
    for target in _set_from_here(run, node):
        earlier = _earlier(run, node, target)
        value = MISSING if earlier is None else _literal_set(earlier)
        if earlier is None or value is not MISSING:
            overridden.append((target, target.value))
            _put_before(run, node, target, value)
    _put_in_order(run, [target.holder for target, value in overridden if value is MISSING])
    yield
    takes_off_own = any(takes_off(node.statement, path) for path in node.statement.effects.sets)
    for target, value in overridden:
        if value is MISSING and target.key in own and not takes_off_own:
            continue  # an earlier reload has left it to the statement to set it
        if value is MISSING:
            _take_off_again(run, target, target.key in own)
        elif target.key not in own:
            run.put(target, value)


def _put_in_order(run: Assigning, changed: list[type]) -> None:
    """Members that some classes have again stand where their bodies make them."""
    for cls in {id(cls): cls for cls in changed}.values():
        names = [name for _, member in _body(run, cls) for name in sorted(member.effects.writes)]
        run.transaction.order_members(cls, {name: place for place, name in enumerate(names)})


def _take_off_again(run: Assigning, target: Target, own: bool) -> None:
    """A member that later statements have taken off goes again; where the statement `own` does not, it is bound."""
    if target.value is not MISSING:
        run.transaction.delete_member(target.holder, target.attribute)
        if own:
            run.bind_member_again(target.holder, target.attribute)


def needed(run: Assigning, node: Node) -> Iterator[Node]:
    """Statements that must run first: what they set on something has been set anew since, and `node` looks at it."""
    for target in _set_from_here(run, node):
        earlier = _earlier(run, node, target)
        if earlier is not None and _literal_set(earlier) is MISSING:
            yield earlier


def without_slots(run: Assigning, node: Node) -> Iterator[type]:
    """Classes that must be made anew first: their slots, which `node` sets on them or looks at, are lost."""
    own = [target for target in run.targets(node, node.statement) if node.statement.effects.sets]
    for target in [*own, *_set_from_here(run, node)]:
        if is_a(target.holder, type) and target.attribute in classes.lost_slots(target.holder):
            yield target.holder


def _set_from_here(run: Assigning, node: Node) -> list[Target]:
    """The attributes of classes and functions that the statement or later ones of its module set and it looks at.

    Those that it takes off itself are such, too.
    """
    found: dict[tuple[int, str], Target] = {}
    if node.statement.kind not in ("import", "from"):
        for other in run.agenda.table(node.module).setting:
            names = {path[-1] for path in other.statement.effects.sets}
            concerned = other.order >= node.order and _may_look_at(node, names)
            for target in run.targets(other, other.statement) if concerned else ():
                known = target.key in found or not _is_told(run, target)
                if known or (target.value is MISSING and not _is_taken_off(run, target)):
                    continue
                if _looks_at(run, node, target, other is node):
                    found[target.key] = target
    return list(found.values())


def _may_look_at(node: Node, names: set[str]) -> bool:
    """Whether a statement may look at attributes of some names, as its text tells or because it ran functions."""
    effects = node.statement.effects
    return bool(node.ran) or not names.isdisjoint(effects.attributes | MAKES_CLASSES | {ANY})


def _is_told(run: Assigning, target: Target) -> bool:
    """Whether texts tell all that an attribute of a class or a function was."""
    if is_a(target.holder, type):
        is_slot = is_a(target.value, MemberDescriptorType)
        return not is_slot and bool(_makers(run, target.holder))
    return is_a(target.holder, FunctionType)


def _makers(run: Assigning, cls: type) -> list[Node]:
    """The plain statement of a class, where nothing but its text makes its members."""
    record = run.graph.modules.get(cls.__module__)
    makers = run.agenda.table(record).last_writers(cls.__qualname__) if record is not None else []
    return [] if any(m.statement.kind != "class" or m.statement.effects.decorates for m in makers) else makers


def _is_taken_off(run: Assigning, target: Target) -> bool:
    """Whether a class has a member no more that its body makes."""
    body = _body(run, target.holder) if is_a(target.holder, type) else ()
    return any(target.attribute in member.effects.writes for _, member in body)


def _body(run: Assigning, cls: type) -> list[tuple[Node, Statement]]:
    """The statements of a class's body, with the one that it stands in."""
    makers = [(maker, maker.module.parsed) for maker in _makers(run, cls)]
    return [(m, s) for m, parsed in makers if parsed is not None for s in statements.members(m.statement, parsed.text)]


def _looks_at(run: Assigning, node: Node, target: Target, sets: bool) -> bool:
    name, statement = target.attribute, node.statement
    if target.value is MISSING and (sets or name in statement.effects.attributes or _goes_through(node, target.holder)):
        return True
    if statement.kind == "class" and is_a(target.holder, type) and name in MAKES_CLASSES:
        return True
    if name in statement.effects.attributes:
        return not sets or statement.kind == "AugAssign" or statement.text.count(name) > 1
    if statement.kind in ("def", "class") or sets:
        return False
    return run.runs_what_looks_at(node, target.holder.__module__, name)


def _goes_through(node: Node, cls: type) -> bool:
    """Whether a statement may ask a class for all of its members, or for some by names that it computes."""
    effects, namespace = node.statement.effects, node.module.namespace
    asks = ANY in effects.attributes or not LISTS_MEMBERS_HERE.isdisjoint(effects.attributes | effects.reads)
    return asks and any(namespace.get(name) is cls for name in effects.reads)


def _earlier(run: Assigning, node: Node, target: Target) -> Node | None:
    """The last statement before `node` that sets an attribute, if there is one."""
    now = run.graph.order(node)
    return next((each for each in reversed(run.setters(target)) if run.graph.order(each) < now), None)


def _literal_set(node: Node) -> Any:
    """The value that a statement sets an attribute to, where its text tells."""
    tree = node.statement.parse() if node.statement.kind == "assign" else None
    if isinstance(tree, ast.Assign) and isinstance(tree.value, ast.Constant) and len(tree.targets) == 1:
        return tree.value.value
    return MISSING


def _put_before(run: Assigning, node: Node, target: Target, value: Any) -> None:
    """Let an attribute be what an earlier statement has set, or what the class's own body makes, or absent."""
    if value is not MISSING:
        run.put(target, value)
    elif is_a(target.holder, type):
        _give_own_member(run, target.holder, target.attribute)
    else:
        run.transaction.delete_item(vars(target.holder), target.attribute)


def _give_own_member(run: Assigning, cls: type, name: str) -> None:
    """Let a class have the member that its own body makes."""
    made = dict[str, Any]()
    for maker, member in _body(run, cls):
        if name in member.effects.writes and maker.module.parsed is not None:
            tree = ast.parse(f"class {cls.__name__}: pass").body[0]
            tree.body = [copy.deepcopy(member.parse())]  # type: ignore[attr-defined]
            exec(compile_statement(tree, maker.module.parsed, maker.module.path), maker.module.namespace, made)
    if cls.__name__ in made:
        successors.graft_member(run.transaction, cls, name, made[cls.__name__])
    else:
        run.transaction.delete_member(cls, name)
