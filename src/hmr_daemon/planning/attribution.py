"""Which statement of a module an instruction, a code object or a name belongs to."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import CodeType, ModuleType

from ..live.kinds import is_a
from .records import ModuleRecord, Node

PYTHONS_OWN = frozenset({
    "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__path__", "__file__", "__cached__",
    "__builtins__", "__annotations__", "__annotate__", "__conditional_annotations__", "__warningregistry__",
})  # fmt: skip
"""Names in modules that no statement binds."""


class Locator:
    """Instruction offsets of a module's code to its statements; kept as where each run of instructions begins."""

    def __init__(self, code: CodeType, nodes: list[Node]) -> None:
        starts = [(node.statement.line, node.statement.column) for node in nodes]
        lines = [node.statement.line for node in nodes]
        self._offsets: list[int] = []
        self._nodes: list[Node] = []
        index, place = -1, (0, 0)
        for offset, (line, _, column, _) in enumerate(code.co_positions() if nodes else ()):
            if index >= 0 and place == (line, column):
                continue
            place = (line or 1, column or 0)
            found = _statement_at(place, starts, lines)
            if found != index:
                index = found
                self._offsets.append(2 * offset)
                self._nodes.append(nodes[index])

    def __call__(self, position: int) -> Node:
        return self._nodes[max(bisect_right(self._offsets, position) - 1, 0)]


def _statement_at(place: tuple[int, int], starts: list[tuple[int, int]], lines: list[int]) -> int:
    """The index of the statement that a line and a column belong to."""
    index = bisect_right(lines, place[0]) - 1
    while index > 0 and lines[index - 1] == lines[index] and starts[index][1] > place[1]:
        index -= 1
    return max(index, 0)


def star_names(node: Node) -> set[str]:
    """What ``from m import *`` bound: it asked the module for each name."""
    return {name for _, name in node.reads if name != "__all__" and name in node.module.namespace}


def share_codes(nodes: list[Node], children: Iterable[CodeType]) -> None:
    """Give each code object of a module to the statement whose lines it starts in."""
    lines = [node.statement.line for node in nodes]
    shared: dict[int, list[CodeType]] = defaultdict(list)
    for code in children:
        index = bisect_right(lines, code.co_firstlineno) - 1
        while index > 0 and lines[index - 1] == lines[index] and code.co_name not in nodes[index].statement.names:
            index -= 1
        if index >= 0:
            shared[index].append(code)
    for index, found in shared.items():
        nodes[index].codes = tuple(found)


def explain_names(record: ModuleRecord, modules: Mapping[str, ModuleRecord]) -> None:
    """Names that no statement's text binds belong to the statements that may bind any name; so do those handed on."""
    assert record.nodes is not None
    dynamic = [node for node in record.nodes if node.dynamic]
    rest = unexplained_names(record) if dynamic else ()
    for node in dynamic:
        node.extra.update(rest)
        if node.binds_by_namespace:
            node.extra.update(handed_on(node, modules))


def handed_on(node: Node, modules: Mapping[str, ModuleRecord]) -> set[str]:
    """Names for which a statement has asked other modules, where its own module holds just what these hold.

    ``globals()[name] = getattr(local, name)`` may well have bound them, whatever an earlier statement did.
    """
    found = set[str]()
    own = node.module.namespace
    for module, name in node.reads:
        other = modules.get(module)
        if other is not None and other is not node.module:
            names = other.namespace.keys() & own.keys() if name == "__dict__" else other.namespace.keys() & {name}
            found |= {n for n in names - PYTHONS_OWN if own.get(n) is other.namespace[n]}
    return {name for name in found if not is_a(own.get(name), ModuleType)}


def unexplained_names(record: ModuleRecord) -> set[str]:
    """Names that no statement is known to bind."""
    explained = PYTHONS_OWN.union(*(node.writes for node in record.nodes or ()))
    return {n for n in record.namespace.keys() - explained if not is_a(record.namespace.get(n), ModuleType)}
