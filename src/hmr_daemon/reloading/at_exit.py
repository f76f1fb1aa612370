"""What statements have `atexit` call in the end: CPython keeps that where nothing shows it."""

from __future__ import annotations

import ast
import atexit
import builtins
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ..live.transaction import MISSING, Transaction
from ..syntax import trees
from ..syntax.statements import Statement

Names = Callable[[str], Any]
"""Tells what a name held when the statement ran."""


def withdraw(transaction: Transaction, statement: Statement, names: Names) -> None:
    """What a statement has registered is not called any more, unless it runs again or the reload fails."""
    if "register" not in statement.text:
        return
    for function, again in list(_registered(statement, names)):
        transaction.do((atexit.unregister, function), (again,))


def note(transaction: Transaction, statement: Statement, names: Names) -> None:
    """What a statement has just registered is not called where the reload fails."""
    if "register" in statement.text:
        for function, _ in _registered(statement, names):
            transaction.on_undo(atexit.unregister, function)


def _registered(statement: Statement, names: Names) -> Iterator[tuple[Any, Callable[[], object]]]:
    """What was registered, as far as the text tells it, each with what registers it again."""
    for node in trees.running(statement.parse()):
        if isinstance(node, ast.Call) and node.args and _is_register(node.func, names):
            arguments = [_value(each, names) for each in node.args]
            named = {str(each.arg): _value(each.value, names) for each in node.keywords}
            if all(value is not MISSING for value in (*arguments, *named.values())):
                yield arguments[0], partial(atexit.register, *arguments, **named)
        for decorator in getattr(node, "decorator_list", ())[:1]:
            function = names(getattr(node, "name", ""))
            if _is_register(decorator, names) and function is not MISSING:
                yield function, partial(atexit.register, function)


def _is_register(node: ast.expr, names: Names) -> bool:
    """Whether it is `atexit.register`; other objects are not asked what they have under that name."""
    if isinstance(node, ast.Attribute):
        return node.attr == "register" and isinstance(node.value, ast.Name) and names(node.value.id) is atexit
    return isinstance(node, ast.Name) and names(node.id) is atexit.register


def _value(node: ast.expr, names: Names) -> Any:
    """What a constant, a name or an attribute of one is; MISSING for all else, which only running it would tell."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return vars(builtins).get(node.id, MISSING) if (value := names(node.id)) is MISSING else value
    if isinstance(node, ast.Attribute) and (holder := _value(node.value, names)) is not MISSING:
        try:
            return getattr(holder, node.attr)
        except Exception:  # the user's code
            return MISSING
    return MISSING
