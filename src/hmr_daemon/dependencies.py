"""Who depends on what: the names that statements take from modules, as text and as a Mermaid diagram."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .graph import Graph, ModuleRecord


@dataclass(frozen=True, order=True)
class Edge:
    """A statement (or, with line 0, some statement of a module) that uses a name of a module."""

    reader: str
    line: int
    label: str
    module: str
    name: str


@dataclass(frozen=True)
class Dependencies:
    """The uses of names, sorted by who uses them."""

    edges: tuple[Edge, ...] = ()

    @classmethod
    def of_graph(cls, graph: Graph, module: str | None = None) -> Dependencies:
        """What was seen in this process. Only a module that is asked for is taken apart into statements."""
        edges: set[Edge] = set()
        for record in list(graph.modules.values()):
            statements = module is None or record.name == module
            for edge in _edges(graph, record, statements=record.nodes is not None or (statements and module is not None)):
                used = graph.modules.get(edge.module)
                if used is not None and edge.name in used.namespace and module in (None, edge.reader, edge.module):
                    edges.add(edge)
        return cls(tuple(sorted(edges)))

    def text(self) -> str:
        """Each reader with what it uses, one a line."""
        lines = []
        for reader, edges in self._by_reader().items():
            lines.append(reader)
            for (line, label), names in _by_statement(edges).items():
                place = f"{line} {label}: " if line else ""
                lines.append(f"  {place}{', '.join(names)}")
        return "\n".join(lines)

    def mermaid(self) -> str:
        """A flowchart from what is used to who uses it."""
        lines = ["flowchart LR"]
        used: dict[tuple[str, str], list[str]] = defaultdict(list)
        for edge in self.edges:
            names = used[edge.module, edge.reader]
            if edge.name not in names:
                names.append(edge.name)
        for (module, reader), names in sorted(used.items()):
            lines.append(f'  {_identifier(module)}["{module}"] -->|"{", ".join(names)}"| {_identifier(reader)}["{reader}"]')
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text()

    def _by_reader(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.reader].append(edge)
        return found


def _edges(graph: Graph, record: ModuleRecord, statements: bool) -> Iterator[Edge]:
    if statements:
        for node in graph.analyze(record):
            for module, name in node.reads:
                yield from _edge(record.name, node.statement.line, node.statement.label, module, name)
    elif record.facts is not None:
        for _, module, name in record.facts.reads:
            yield from _edge(record.name, 0, "", module, name)


def _edge(reader: str, line: int, label: str, module: str, name: str) -> Iterator[Edge]:
    if module != reader and not (name.startswith("__") and name.endswith("__")):
        yield Edge(reader, line, label, module, name)


def _by_statement(edges: Iterable[Edge]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for edge in edges:
        found[edge.line, edge.label].append(f"{edge.module}.{edge.name}")
    return found


def _identifier(module: str) -> str:
    return re.sub(r"\W", "_", module)
