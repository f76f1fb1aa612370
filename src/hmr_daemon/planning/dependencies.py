"""Who depends on what: the names that statements use, as text and as a Mermaid diagram."""

from __future__ import annotations

import ast
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .._bootstrap import environment_reason
from ..live.classes import is_special
from ..syntax import parsing
from .graph import Graph
from .records import ModuleRecord

MOST_FILES = 2_000


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
            apart = record.nodes is not None or record.name == module
            for edge in _seen_edges(graph, record, apart):
                used = graph.modules.get(edge.module)
                if used is not None and edge.name in used.namespace and module in (None, edge.reader, edge.module):
                    edges.add(edge)
        return cls(tuple(sorted(edges)))

    @classmethod
    def of_file(cls, path: str) -> Dependencies:
        """What the text of a file and of those beside it tells: what its statements use, and who uses them.

        Raises OSError or SyntaxError for the file itself; others that cannot be read are left out.
        """
        root, name = locate(path)
        files = {name: path} | project_files(root)
        edges: set[Edge] = set()
        for module, file in files.items():
            try:
                with open(file, "rb") as stream:
                    parsed = parsing.parse(stream.read())
                edges.update(_text_edges(module, os.path.basename(file) == "__init__.py", parsed, files))
            except (OSError, SyntaxError, ValueError, RecursionError):
                if file == path:
                    raise
        return cls(tuple(sorted(e for e in edges if name in (e.reader, e.module) and e.module in files)))

    def text(self) -> str:
        """Each reader with what it uses, one statement a line."""
        lines = []
        for reader, edges in self._by_reader().items():
            lines.append(reader)
            for (line, label), names in _by_statement(edges).items():
                place = f"{line} {label}: " if line else ""
                lines.append(f"  {place}{', '.join(names)}")
        return "\n".join(lines)

    def mermaid(self) -> str:
        """A flowchart from what is used to who uses it."""
        lines = {
            f"  {_shape(edge.module, edge.name)} --> {_shape(edge.reader, edge.label)}": None for edge in self.edges
        }
        return "\n".join(["flowchart LR", *lines])

    def __str__(self) -> str:
        return self.text()

    def _by_reader(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.reader].append(edge)
        return found


def _by_statement(edges: Iterable[Edge]) -> dict[tuple[int, str], list[str]]:
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for edge in edges:
        found[edge.line, edge.label].append(edge.name if edge.module == edge.reader else f"{edge.module}.{edge.name}")
    return found


def _shape(module: str, name: str) -> str:
    """A node of the flowchart: an identifier and the text in it."""
    full = f"{module}.{name}" if name else module
    identifier, text = re.sub(r"\W", "_", full), full.replace('"', "#quot;")
    return f'{identifier}["{text}"]'


# --- seen while running


def _seen_edges(graph: Graph, record: ModuleRecord, apart: bool) -> Iterator[Edge]:
    if apart:
        for node in graph.analyze(record):
            for module, name in node.reads:
                if _is_plain(record.name, module, name):
                    yield Edge(record.name, node.statement.line, node.statement.label, module, name)
    elif record.facts is not None:
        for _, module, name in record.facts.reads:
            if _is_plain(record.name, module, name):
                yield Edge(record.name, 0, "", module, name)


def _is_plain(reader: str, module: str, name: str) -> bool:
    return module != reader and not is_special(name)


# --- told by the text


def locate(path: str) -> tuple[str, str]:
    """The folder that a file's module is imported from, and the module's name."""
    folder, base = os.path.split(os.path.abspath(path))
    parts = [] if base == "__init__.py" else [base.removesuffix(".py")]
    while os.path.isfile(os.path.join(folder, "__init__.py")):
        folder, package = os.path.split(folder)
        parts.insert(0, package)
    return folder, ".".join(parts)


def project_files(root: str) -> dict[str, str]:
    """The user's modules below a folder, by name."""
    found: dict[str, str] = {}
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n.isidentifier() and n not in ("__pycache__", "node_modules"))
        for file in sorted(files):
            path = os.path.join(folder, file)
            if file.endswith(".py") and environment_reason(path) is None:
                relative = os.path.relpath(path, root).removesuffix(".py").replace(os.sep, ".")
                found[relative.removesuffix(".__init__")] = path
        if len(found) >= MOST_FILES:
            break
    return found


def _text_edges(module: str, is_package: bool, parsed: parsing.Parsed, files: Mapping[str, str]) -> Iterator[Edge]:
    nodes = [(statement, statement.parse()) for statement in parsed.statements]
    own = {name for statement, _ in nodes if statement.kind not in ("import", "from") for name in statement.names}
    taken = {bound: use for _, node in nodes for bound, use in _imports(node, module, is_package, files)}
    for statement, node in nodes:
        for used, name in _uses(node, taken):
            yield Edge(module, statement.line, statement.label, used, name)
        for name in _names(node) & own - set(statement.names):
            yield Edge(module, statement.line, statement.label, module, name)


def _imports(
    tree: ast.AST, module: str, is_package: bool, files: Mapping[str, str]
) -> Iterator[tuple[str, tuple[str, str]]]:
    """What import statements bind: names of modules, and (with an empty name) modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname or "." not in alias.name:
                    yield alias.asname or alias.name, (alias.name, "")
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: None if is_package else -1]
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            source = ".".join(filter(None, (base, node.module)))
            for alias in node.names:
                whole = f"{source}.{alias.name}"
                yield alias.asname or alias.name, (whole, "") if whole in files else (source, alias.name)


def _uses(tree: ast.AST, taken: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The names of other modules that a statement imports or mentions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                use = taken.get(alias.asname or alias.name)
                if use is not None and use[1]:
                    yield use
        elif isinstance(node, ast.Name) and node.id in taken and taken[node.id][1]:
            yield taken[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module, name = taken.get(node.value.id, ("", "-"))
            if not name:
                yield module, node.attr


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
