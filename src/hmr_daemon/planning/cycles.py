"""Modules that import each other: which statement a fresh process would have import each of them first (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from types import MappingProxyType

from . import places
from .graph import Graph
from .imports import imports, named
from .places import Place, Step
from .records import SEES_CALLS, ModuleRecord, Node, imported_module


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


def first_importers(
    graph: Graph, records: Collection[ModuleRecord], early: Mapping[ModuleRecord, Node]
) -> dict[ModuleRecord, Step | None]:
    """The statements that would import each of some modules first; None where no statement does.

    `early` tells of some modules what has imported them in this reload before another did.
    """
    first: dict[ModuleRecord, Step | None] = {}
    passed, imported = set[ModuleRecord](), _Imported(graph, records, early)
    for root in sorted(records, key=graph.load_order):
        if root in first:
            continue
        first[root] = _importer_elsewhere(graph, root, records)
        passed.update(graph.importers(root))  # being imported as it is, they import nothing when it names them
        running = [imported.by(root)]
        while running:
            step, each = next(running[-1], (None, None))
            if each is None:
                running.pop()
            elif each in imported.recorded and each not in first:
                first[each] = step
                running.append(imported.by(each))
            elif each not in imported.recorded and each not in passed:
                passed.add(each)
                running.append(imported.behind(each))
    return first


Importing = tuple[Step | None, ModuleRecord]
"""A statement, and a module that it imports."""


class _Imported:
    """What the statements of modules import: by their text, and, as they did, by functions and on conditions.

    Of `records` it is known which statements imported them first, and `early` tells what was seen to import some
    modules in this reload.
    """

    def __init__(
        self,
        graph: Graph,
        records: Collection[ModuleRecord] = (),
        early: Mapping[ModuleRecord, Node] = MappingProxyType({}),
    ) -> None:
        self.graph = graph
        self.early = early
        self.recorded = {each: graph.imported_at(each) for each in records}
        self._by_module: dict[ModuleRecord, list[tuple[Step, ModuleRecord]]] = defaultdict(list)
        for each, step in self.recorded.items():
            if step is not None:
                self._by_module[step.module].append((step, each))

    @cached_property
    def _children(self) -> dict[ModuleRecord, list[ModuleRecord]]:
        return self.graph.children()

    def by(self, record: ModuleRecord) -> Iterator[Importing]:
        """What the statements of a module import, in order."""
        return ((step, each) for step, found in self.steps(record) for each in found)

    def behind(self, record: ModuleRecord) -> Iterator[Importing]:
        """What a module that is not asked for imported, as it was loaded: others that are may come by it."""
        used = {*self._children.get(record, ()), *_records(self.graph, self.graph.modules_read(record))}
        for each in sorted(used, key=lambda one: one.sequence):
            step = self.recorded.get(each)
            if each not in self.recorded:
                yield None, each
            elif step is not None and step.module is record:
                yield step, each
            else:
                users = (user for user, found in self.steps(record) if each in found)
                yield from ((user, each) for user in islice(users, 1))

    def steps(self, record: ModuleRecord) -> Iterator[tuple[Step, Collection[ModuleRecord]]]:
        """The statements in order, each with what it imports; a module's code tells, until it is taken apart."""
        by_code = SEES_CALLS and record.nodes is None and record.facts is not None
        found = places.imports(record) if by_code else None
        if found is None or self._imports_its_own(record, found):
            return ((node, self._of_node(node)) for node in self.graph.analyze(record))
        return iter(self._of_code(record, found))

    def _imports_its_own(self, record: ModuleRecord, imports: Iterable[places.Import]) -> bool:
        """Whether a package imports submodules from itself: names that it has bound by then are no such."""
        asked = [(level, module, names) for _, level, module, names in imports if level is not None]
        own = [names for level, module, names in asked if imported_module(record, level, module) == record.name]
        return any(f"{record.name}.{name}" in self.graph.modules for names in own for name in names)

    def _of_node(self, node: Node) -> Collection[ModuleRecord]:
        plain = node.statement.kind in ("import", "from")
        found = _records(self.graph, imports(node.module, node.statement, _bound_before(self.graph, node)))
        if not plain:
            found += _records(self.graph, (module for module, _ in node.reads))
        if node.ran or not plain:
            known = [(self.graph.statement_of(step), each) for step, each in self._by_module.get(node.module, ())]
            found += [each for importer, each in known if importer is node]
        found += [each for each, importer in self.early.items() if importer is node]
        return found

    def _of_code(
        self, record: ModuleRecord, imports: list[places.Import]
    ) -> Iterable[tuple[Step, Collection[ModuleRecord]]]:
        assert record.facts is not None
        found: dict[float, tuple[Place, list[ModuleRecord]]] = {}
        places.know_orders(record, [place.position for place, *_ in imports] + list(record.facts.flat_reads[::3]))
        for place, level, module, names in imports:
            by_text = _records(self.graph, named(record, level, module, names))
            found.setdefault(place.order, (place, []))[1].extend(by_text)
        plain = set(found)
        for position, module, _ in record.facts.reads:
            place = Place(record, position)
            if (order := place.order) not in plain:
                found.setdefault(order, (place, []))[1].extend(_records(self.graph, (module,)))
        for step, each in self._by_module.get(record, ()):
            if isinstance(step, Place):
                found.setdefault(step.order, (step, []))[1].append(each)
        return [found[order] for order in sorted(found)]


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


def _importer_elsewhere(graph: Graph, record: ModuleRecord, records: Collection[ModuleRecord]) -> Step | None:
    """Who imports a module first that none of `records` imports, where the one that did so is gone or among them."""
    recorded = graph.imported_at(record)
    if recorded is None or (recorded.alive and recorded.module not in records):
        return recorded
    return first_user(graph, record, records)


def first_user(graph: Graph, record: ModuleRecord, but: Collection[ModuleRecord] = ()) -> Node | None:
    """The first statement that imports a module, in no module of `but`; None where only others asked for it."""
    users = [each for each in graph.modules.values() if each not in but and record.name in graph.modules_read(each)]
    imported = _Imported(graph)
    steps = [step for each in users for step, found in imported.steps(each) if record in found]
    return graph.statement_of(min(steps, key=graph.order, default=None))
