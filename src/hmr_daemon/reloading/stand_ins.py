"""Modules that have put an object in their own place: ``sys.modules[__name__] = Settings()``.

What is read of such an object is no module's name, so nothing was recorded. Who imports it is told by texts.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from ..live.kinds import is_a
from ..planning.graph import Graph
from ..planning.records import ModuleRecord, Node, imported_module


@dataclass(frozen=True, repr=False)
class Taken:
    """What one statement of another module takes of a stand-in."""

    node: Node
    attribute: str
    """Empty where it takes the object itself."""
    bound: str


def stand_in(record: ModuleRecord) -> Any:
    """The object in a module's place; None where the module is there itself, or has put another module there."""
    value = None if record.loose else sys.modules.get(record.name)
    return None if is_a(value, ModuleType) else value


def taken(graph: Graph, record: ModuleRecord) -> Iterator[Taken]:
    """What statements of other modules have taken of the object in a module's place as they ran."""
    for other in graph.naming(record):
        for node in graph.analyze(other):
            if node.statement.kind not in ("def", "class") and node.statement.effects.imported:
                yield from (Taken(node, *each) for each in _taken_by(node, record.name))


def _taken_by(node: Node, module: str) -> Iterator[tuple[str, str]]:
    parent, _, child = module.rpartition(".")
    for tree in ast.walk(node.statement.parse()):
        if isinstance(tree, ast.Import):
            yield from (("", a.asname or a.name) for a in tree.names if a.name == module and (a.asname or not parent))
        elif isinstance(tree, ast.ImportFrom):
            source = imported_module(node.module, tree.level, tree.module or "")
            if source == module:
                yield from ((alias.name, alias.asname or alias.name) for alias in tree.names if alias.name != "*")
            elif source == parent:
                yield from (("", alias.asname or alias.name) for alias in tree.names if alias.name == child)
