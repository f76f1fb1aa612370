"""A saved source beside the live one: its statements and what became of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache, partial

from ..planning.graph import Graph
from ..planning.records import ModuleRecord, Node, imported_module
from ..syntax import codes, counters, diff, loops, parsing, statements, stores
from ..syntax.diff import Through
from ..syntax.statements import REGISTERING, Statement
from ..syntax.trees import GROWING, nested, path_of
from .run import FileEdit


class Versions:
    """Compares sources with what is live; what was compared in advance is not compared again."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._prepared: dict[ModuleRecord, FileEdit] = {}

    def prepare(self, path: str, source: bytes) -> None:
        """Compare in advance, while others are still being saved. What is wrong with the source is told in its time."""
        statements.remember_syntax()
        for record in self._graph.at_path(path):
            if record.source != source:
                try:
                    self._prepared[record] = self._compare(record, source, path)
                except (SyntaxError, RecursionError, MemoryError):
                    self._prepared.pop(record, None)

    def edit(self, record: ModuleRecord, source: bytes, path: str) -> FileEdit:
        """How `source`, saved at `path`, differs from what is live.

        Raises SyntaxError, RecursionError or MemoryError.
        """
        edit = self._prepared.pop(record, None)
        if edit is not None and edit.source == source and edit.old_parsed is record.parsed:
            return edit
        return self._compare(record, source, path)

    def forget(self) -> None:
        """What was compared in advance, and the syntax of it, is of no use any more."""
        self._prepared.clear()
        statements.forget_syntax()

    def _compare(self, record: ModuleRecord, source: bytes, path: str) -> FileEdit:
        nodes = self._graph.analyze(record)
        old = record.parsed
        try:
            parsed = parsing.parse(source, old, record.name == "__main__")
            if old is None:
                compile(parsed.text, path, "exec", dont_inherit=True)
        except SyntaxError as error:
            error.filename = path
            raise
        except (UnicodeDecodeError, ValueError) as error:
            raise SyntaxError(str(error), (path, None, None, None)) from None
        unseen = cache(partial(_unseen, self._graph, nodes))
        edits = diff.compare([node.statement for node in nodes], parsed.statements, unseen)
        return FileEdit(record, source, path, parsed, old, edits, record.path != path)


def _unseen(graph: Graph, nodes: Sequence[Node], position: int) -> Through:
    """What a statement read, bound and added to through functions, and bound by ``*``."""
    node = nodes[position]
    own = [code for n in nodes for code in codes.walk(n.codes) if id(code) in node.ran] if node.ran else []
    return Through(
        frozenset().union(*map(codes.global_reads, own), _looks_at(graph, node)),
        frozenset(node.extra if node.star else ()).union(*map(codes.global_writes, own)),
        frozenset(_adds_to(graph, node)) | _other_names(graph, nodes, node.statement.effects.mutates),
        frozenset(_sets(graph, node)),
    )


def _other_names(graph: Graph, nodes: Sequence[Node], names: frozenset[str]) -> frozenset[str]:
    """The names that plain assignments have made of some names, or these of them, and where they were imported from."""
    pairs = [n.statement.effects for n in nodes if n.statement.alias] if names else []
    found, size = set(names), -1
    while size != len(found):
        size = len(found)
        for effects in pairs:
            if not found.isdisjoint(effects.writes | effects.reads):
                found |= effects.writes | effects.reads
    return frozenset([*found, *(elsewhere for node in nodes for elsewhere in _origins(graph, node, found))])


def _origins(graph: Graph, node: Node, names: Collection[str]) -> Iterator[str]:
    """Of names that a statement imports, what they are called in the module that has them, as `_adds_to` says it."""
    for level, module, name, bound in node.statement.imports if names else ():
        record = graph.modules.get(imported_module(node.module, level, module)) if bound in names else None
        if record is not None:
            yield f"{record.path}:{name}"


def _looks_at(graph: Graph, node: Node) -> Iterator[str]:
    """Attributes that a statement reads, and globals of others through functions: as `_adds_to` names them."""
    yield from (f".{name}" for name in node.statement.effects.attributes)
    for code in graph.called_by(node, node.statement) if node.ran else ():
        if id(code) in node.ran:
            yield from (f".{name}" for name in frozenset(code.co_names) - codes.grown_names(code))
            if code.co_filename != node.module.path:
                read = codes.global_reads(code) - codes.grown_globals(code)
                yield from (f"{code.co_filename}:{name}" for name in read)


def _sets(graph: Graph, node: Node) -> Iterator[str]:
    """What a statement set or counted by functions: attributes, and globals of the module."""
    for code in graph.called_by(node, node.statement) if node.ran else ():
        if id(code) in node.ran:
            yield from (f".{store.name}" for store in stores.stores(code))
            for count in counters.counts(code):
                if count.root is not None or code.co_filename == node.module.path:
                    yield count.name if count.root is None else f".{count.name}"


def _grown_by_decorators(statement: Statement) -> Iterator[str]:
    """Names of what methods add to by which a statement decorates: ``@handlers.append``."""
    trees = (statement.parse(), *nested(statement.parse())) if "@" in statement.text else ()
    for decorator in [each for tree in trees for each in getattr(tree, "decorator_list", ())]:
        if (path := path_of(decorator))[1:] and path[-1] in GROWING:
            yield path[0]


IN_ORDER = frozenset({"append", "appendleft", "extend", "insert"})
"""By what code adds to something whose entries are in order."""


def _adds_to(graph: Graph, node: Node) -> Iterator[str]:
    """What one who registers adds to: globals of the module by their names, all else by names that are its own.

    What an assignment computes may be added to a cache, whose order says nothing, but for what is put at the end.
    """
    yield from _grown_by_decorators(node.statement)
    by_the_way = node.statement.kind not in REGISTERING
    ran = [code for code in graph.called_by(node, node.statement) if id(code) in node.ran] if node.ran else []
    yield from (f".{name}" for name in counters.seen_attributes(ran))
    for code in ran:
        here = code.co_filename == node.module.path
        numbers = counters.seen(code) | counters.made_more_of(code)
        yield from numbers if here else (f"{code.co_filename}:{name}" for name in numbers)
        if not (by_the_way and IN_ORDER.isdisjoint(code.co_names) and not loops.measured(code)):
            own = codes.grown_globals(code)
            yield from own if here else (f"{code.co_filename}:{name}" for name in own)
            yield from (f".{name}" for name in codes.grown_names(code) - own)
