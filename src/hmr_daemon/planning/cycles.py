"""Modules that import each other: which statement a fresh process would have import each of them first (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from ..syntax.statements import Statement
from .graph import Graph
from .records import ModuleRecord, Node, imported_module


def imports(record: ModuleRecord, statement: Statement, bound: Collection[str] = ()) -> Iterator[str]:
    """Names of the modules that a statement's text imports when it runs, packages first; perhaps names in modules.

    `bound` are names that the module has by then: where it is a package, no submodules are imported by these.
    """
    for level, module, names in statement.imported if "import" in statement.text else ():
        if level is None:
            yield from (each for name in names for each in _packages(name))
        else:
            base = imported_module(record, level, module)
            yield from _packages(base)
            yield from (f"{base}.{name}" for name in names if base != record.name or name not in bound)


def _packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def entangled(graph: Graph, record: ModuleRecord, others: Iterable[str]) -> set[ModuleRecord]:
    """A module with what it imports itself, and all that it imports through others and that import it in turn.

    `others` are modules that it imports or has imported, as its edits tell.
    """
    children = graph.children()
    importers: dict[ModuleRecord, set[ModuleRecord]] = {}
    waiting, seen = [record], {record}
    while waiting:
        each = waiting.pop()
        names = {*graph.modules_read(each), *(others if each is record else ())}
        for used in {*children.get(each, ()), *_records(graph, names)}:
            importers.setdefault(used, set()).add(each)
            if used not in seen:
                seen.add(used)
                waiting.append(used)
    return _reaching(record, importers).union(children.get(record, ()), _records(graph, others))


def _reaching(record: ModuleRecord, importers: dict[ModuleRecord, set[ModuleRecord]]) -> set[ModuleRecord]:
    waiting, found = [record], {record}
    while waiting:
        new = importers.get(waiting.pop(), set()) - found
        found |= new
        waiting += new
    return found


def _records(graph: Graph, names: Iterable[str]) -> list[ModuleRecord]:
    return [graph.modules[name] for name in names if name in graph.modules]


def first_importers(graph: Graph, records: Collection[ModuleRecord]) -> dict[ModuleRecord, Node | None]:
    """The statements that would import each of some modules first; None where no statement does."""
    first: dict[ModuleRecord, Node | None] = {}
    passed, children = set[ModuleRecord](), graph.children()
    recorded = {each: graph.importer(each) for each in records}
    for root in sorted(records, key=graph.load_order):
        if root in first:
            continue
        first[root] = _importer_elsewhere(graph, root, records, recorded[root])
        running = [_all_imported(graph, root, recorded)]
        while running:
            node, each = next(running[-1], (None, None))
            if each is None:
                running.pop()
            elif each in recorded and each not in first:
                first[each] = node
                running.append(_all_imported(graph, each, recorded))
            elif each not in recorded and each not in passed:
                passed.add(each)
                running.append(_imported_behind(graph, each, children.get(each, ()), recorded))
    return first


Importing = tuple[Node | None, ModuleRecord]
"""A statement, and a module that it imports."""


def _all_imported(
    graph: Graph, record: ModuleRecord, recorded: Mapping[ModuleRecord, Node | None]
) -> Iterator[Importing]:
    """What the statements of a module import, in order."""
    return ((node, each) for node in graph.analyze(record) for each in _imported(graph, node, recorded))


def _imported_behind(
    graph: Graph,
    record: ModuleRecord,
    children: Iterable[ModuleRecord],
    recorded: Mapping[ModuleRecord, Node | None],
) -> Iterator[Importing]:
    """What a module that is not asked for imported, in the order of the first load: others that are may come by it."""
    used = {*children, *_records(graph, graph.modules_read(record))}
    for each in sorted(used, key=lambda one: one.sequence):
        node = recorded.get(each)
        if each not in recorded:
            yield None, each
        elif node is not None and node.module is record:
            yield node, each
        else:
            users = (node for node in graph.analyze(record) if each in _imported(graph, node, recorded))
            yield from ((user, each) for user in islice(users, 1))


def _imported(graph: Graph, node: Node, recorded: Mapping[ModuleRecord, Node | None]) -> Iterator[ModuleRecord]:
    """What a statement imports: by its text, and, as it did, by functions and on conditions."""
    plain = node.statement.kind in ("import", "from")
    yield from _records(graph, imports(node.module, node.statement, _bound_before(graph, node)))
    if not plain:
        yield from _records(graph, (module for module, _ in node.reads))
    if node.ran or not plain:
        yield from (each for each, importer in recorded.items() if importer is node)


def _bound_before(graph: Graph, node: Node) -> set[str]:
    """Names of submodules that statements of a package bind before `node` as something else: so are future features."""
    package, names = node.module, {name for level, _, names in node.statement.imported if level for name in names}
    return {
        name
        for name in names
        if f"{package.name}.{name}" in graph.modules
        for other in graph.analyze(package)
        if other.order < node.order and name in other.writes
        if f"{package.name}.{name}" not in imports(package, other.statement)
    }


def _importer_elsewhere(
    graph: Graph, record: ModuleRecord, records: Collection[ModuleRecord], recorded: Node | None
) -> Node | None:
    """Who imports a module first that none of `records` imports; `recorded` did when it was loaded."""
    if recorded is None or (recorded.alive and recorded.module not in records):
        return recorded
    return first_user(graph, record, records)


def first_user(graph: Graph, record: ModuleRecord, but: Collection[ModuleRecord] = ()) -> Node | None:
    """The first statement that imports a module, in no module of `but`; None where only others asked for it."""
    users = [each for each in graph.modules.values() if each not in but and record.name in graph.modules_read(each)]
    nodes = [node for each in users for node in graph.analyze(each) if record in _imported(graph, node, {})]
    return min(nodes, key=graph.order, default=None)
