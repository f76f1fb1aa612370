"""A saved source beside the live one: its statements and what became of each (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from . import codes, diff, statements
from .graph import Graph, ModuleRecord, Node
from .run import FileEdit


class Versions:
    """Compares sources with what is live; what was compared in advance is not compared again."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._prepared: dict[ModuleRecord, FileEdit] = {}

    def prepare(self, path: str, source: bytes) -> None:
        """Compare in advance, while others are still being saved. What is wrong with the source is told in its time."""
        for record in self._graph.at_path(path):
            if record.source != source:
                try:
                    self._prepared[record] = self._compare(record, source)
                except (SyntaxError, RecursionError, MemoryError):
                    self._prepared.pop(record, None)

    def edit(self, record: ModuleRecord, source: bytes) -> FileEdit:
        """How `source` differs from what is live. Raises SyntaxError, RecursionError or MemoryError."""
        edit = self._prepared.pop(record, None)
        if edit is not None and edit.source == source and edit.old_parsed is record.parsed:
            return edit
        return self._compare(record, source)

    def forget(self) -> None:
        """What was compared in advance is of no use any more."""
        self._prepared.clear()

    def _compare(self, record: ModuleRecord, source: bytes) -> FileEdit:
        nodes = self._graph.analyze(record)
        old = record.parsed
        try:
            parsed = statements.parse(source, old)
            if old is None:
                compile(parsed.text, record.path, "exec", dont_inherit=True)
        except SyntaxError as error:
            error.filename = record.path
            raise
        except (UnicodeDecodeError, ValueError) as error:
            raise SyntaxError(str(error), (record.path, None, None, None)) from None
        edits = diff.compare([node.statement for node in nodes], parsed.statements, partial(_unseen, nodes))
        return FileEdit(record, source, parsed, old, edits)


def _unseen(nodes: Sequence[Node], position: int) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the module that a statement read through functions of the module, and that it bound by ``*``."""
    node = nodes[position]
    ran = (code for n in nodes for code in codes.walk(n.codes) if id(code) in node.ran) if node.ran else ()
    return frozenset().union(*map(codes.global_reads, ran)), frozenset(node.extra if node.star else ())
