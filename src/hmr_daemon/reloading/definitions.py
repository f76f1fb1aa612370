"""Functions and classes, and the statements that have made them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import FunctionType
from typing import Any

from ..live import insides
from ..live.kinds import is_a
from ..planning.records import ModuleRecord, Node


def resolve(names: Mapping[str, Any], qualname: str) -> Any:
    """``A.B`` in a namespace, without running the user's code."""
    first, *rest = qualname.split(".")
    value = names.get(first)
    for name in rest:
        value = vars(value).get(name) if is_a(value, type) else None
    return value


def made_here(value: Any, node: Node) -> bool:
    """Whether a class that the statement has just bound is one that its own text defines."""
    if not is_a(value, type) or value.__qualname__ not in node.statement.effects.writes:
        return False
    by_call = value.__module__ == type(value).__module__  # as a metaclass in Python has it that `type` was called for
    return node.statement.kind == "class" or by_call or is_of(value, node.module)


def is_of(value: type | FunctionType, record: ModuleRecord) -> bool:
    """Whether a class or a function says of itself that it comes from a module."""
    return bool(value.__module__ == record.namespace.get("__name__", record.name))


def fresh(value: FunctionType, name: str, node: Node) -> bool:
    """Whether a function was made by the statement that has just run: nothing else can hold it yet."""
    of_itself = sum(content is value for content in insides.contents(value))
    return sys.getrefcount(value) - of_itself <= 8 and not any(
        other is value for key, other in node.module.namespace.items() if key != name
    )
