"""What has to run again and in which order (pure: decides over the graph's values, runs nothing)."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, FunctionType
from typing import Any

from ..live.kinds import is_a
from ..syntax import codes, steps
from .graph import Graph
from .records import ModuleRecord, Node


@dataclass(eq=False, repr=False)
class Reason:
    """Why a statement runs again."""

    text: str
    changed_names: set[str] = field(default_factory=set)
    code_changed: bool = False
    runs_otherwise: bool = False
    """Whether code has changed that it ran, whatever that belongs to."""
    lines: set[int] = field(default_factory=set)
    """First lines of those of its functions that must be made again."""


def changed_by_functions(nodes: Iterable[Node], graph: Graph) -> dict[Node, set[str]]:
    """Globals that statements changed through functions of `nodes` that read them and bind them again."""
    found: dict[Node, set[str]] = defaultdict(set)
    for node in nodes:
        if may_bind_globals(node):
            for code in codes.walk(node.codes):
                if written := steps.written(code):
                    for runner in graph.runners(code):
                        found[runner] |= written & codes.global_reads(code)
    return found


def bound_by_functions(nodes: Iterable[Node], graph: Graph) -> dict[Node, set[str]]:
    """Globals that statements bound through functions of `nodes` that do not read them before."""
    found: dict[Node, set[str]] = defaultdict(set)
    for node in nodes:
        if may_bind_globals(node):
            for code in codes.walk(node.codes):
                if written := steps.written(code):
                    for runner in graph.runners(code):
                        if runner.module is node.module:
                            found[runner] |= written - codes.global_reads(code)
                        else:
                            graph.note_set(runner, [(node.module.name, name) for name in written])
    return found


def may_bind_globals(node: Node) -> bool:
    """Whether functions of the statement may bind names of the module: these have to say so."""
    return bool(node.codes) and ("global" in node.statement.text or ":=" in node.statement.text)


class NameTable:
    """Who writes, reads and adds to each name of one module, in the order of its source."""

    def __init__(self, nodes: Sequence[Node], graph: Graph) -> None:
        self.writers: dict[str, list[Node]] = defaultdict(list)
        self.readers: dict[str, list[Node]] = defaultdict(list)
        self.mutators: dict[str, list[Node]] = defaultdict(list)
        self.dynamic: list[Node] = []
        self.setting: list[Node] = []
        """Statements that set attributes of what other statements made."""
        self._nodes = nodes
        self.lasts = not any(map(may_bind_globals, nodes))
        """Whether it holds as long as the statements do, whatever they run."""
        self.by_functions = changed_by_functions(nodes, graph)
        bound = bound_by_functions(nodes, graph)
        for node in nodes:
            effects = node.statement.effects
            for name in node.writes | bound[node] if node in bound else node.writes:
                self.writers[name].append(node)
            for name in effects.reads:
                self.readers[name].append(node)
            for name in self.mutates(node):
                self.mutators[name].append(node)
            if effects.sets:
                self.setting.append(node)
            if node.dynamic:
                self.dynamic.append(node)

    @cached_property
    def written_again(self) -> Sequence[tuple[str, Sequence[Node]]]:
        """The names that several statements bind, with these."""
        return [(name, writers) for name, writers in self.writers.items() if len(writers) > 1]

    @cached_property
    def first_writers(self) -> Sequence[tuple[Node, str]]:
        """The first statement to bind each name, in their order."""
        return sorted(
            ((writers[0], name) for name, writers in self.writers.items() if writers), key=lambda each: each[0].order
        )

    @cached_property
    def _definers(self) -> Mapping[str, dict[Node, None]]:
        """Statements by names that their functions mention; not the code itself, whose holders are counted."""
        found: dict[str, dict[Node, None]] = defaultdict(dict)
        for node in self._nodes:
            for code in codes.walk(node.codes):
                for name in codes.names(code):
                    found[name][node] = None
        return found

    def codes_naming(self, name: str) -> Iterator[CodeType]:
        """Code of the module's functions that mentions a name: as a global, or as an attribute."""
        definers = self._definers.get(name, ())
        return (code for node in definers for code in codes.walk(node.codes) if name in codes.names(code))

    def reads_by_functions(self, node: Node, name: str) -> bool:
        """Whether a statement ran a function of the module that loads a global."""
        ran = (code for code in self.codes_naming(name) if id(code) in node.ran)
        return any(name in steps.looked_at(code) for code in ran)

    def mutates(self, node: Node) -> frozenset[str]:
        """Names whose values a statement adds to, itself or through functions."""
        names = node.statement.effects.mutates
        return names | self.by_functions[node] if node in self.by_functions else names

    def reaching(self, name: str, node: Node) -> list[Node]:
        """The writers whose binding of `name` a statement may see: back to the last that surely binds it."""
        found = []
        writers = self.writers.get(name, ())
        few = len(writers) < 8  # then it takes less time to look at them than to search
        for writer in reversed(writers if few else writers[: bisect_left(writers, node.order, key=_order)]):
            if writer.order < node.order:
                found.append(writer)
                if writer.surely_binds(name):
                    break
        return found

    def last_writers(self, name: str) -> list[Node]:
        """The writers whose binding of `name` may be the one that the module ends with."""
        found = []
        for writer in reversed(self.writers.get(name, ())):
            found.append(writer)
            if writer.surely_binds(name):
                break
        return found

    def next_writer(self, name: str, node: Node, value: Any) -> Node | None:
        """The next statement that may have bound a name which holds `value` now.

        Those that bind it in some cases only, as ``try: from fast import f`` does, have not while it holds what the
        definition `node` made.
        """
        later = [writer for writer in self.writers.get(name, ()) if writer.order > node.order]
        if later and _is_made_by(value, name, node) and not any(_may_have_made(writer, name) for writer in later):
            return None
        return next(iter(later), None)

    def readers_of(self, name: str, origin: Node | None) -> Iterator[Node]:
        """Statements that see the binding that `origin` made; all, where there is no origin."""
        if origin is None:
            yield from self.readers.get(name, ())
        elif origin in self.writers.get(name, ()):
            yield from self.readers_after(name, origin)

    def readers_after(self, name: str, node: Node) -> Iterator[Node]:
        """Statements that read a name below another, up to the next that surely binds it."""
        writers = self.writers.get(name, ())
        last = next((w.order for w in writers if w.order > node.order and w.surely_binds(name)), math.inf)
        for reader in self.readers.get(name, ()):
            if node.order < reader.order <= last:  # who binds the name again may read it before
                yield reader


class Agenda:
    """The statements still to run, earliest first, each at most once."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._heap: list[tuple[tuple[float, ...], int, Node]] = []
        self._count = 0
        self._sorted = graph.reordered
        self.reasons: dict[Node, Reason] = {}
        self.done: set[Node] = set()
        self.held_up: list[Node] = []
        """Statements that run, or wait for others that come first: so far their modules have come."""
        self._tables: dict[ModuleRecord, NameTable] = {}
        self._forgotten = 0
        self._origins: dict[str, set[str]] = {}
        self._pending: dict[ModuleRecord, dict[Node, None]] = {}
        """By module, what is still to run."""
        self._may_import: set[Node] = set()
        """Of this, what may import modules by what it runs, and not by its text."""

    def table(self, record: ModuleRecord) -> NameTable:
        table: NameTable | None = record.table or self._tables.get(record)
        if table is None:
            table = NameTable(self._graph.analyze(record), self._graph)
            if table.lasts:
                record.table = table
            else:
                self._tables[record] = table
        return table

    def forget_tables(self) -> None:
        """The modules have other statements or other code than before."""
        self._forgotten += 1
        self._tables.clear()
        self._origins.clear()

    @property
    def version(self) -> object:
        """Another as soon as modules have other statements, or these use something else: what was found out holds."""
        return self._forgotten, self._graph.uses_version

    def add(self, node: Node, text: str, name: str | None = None, code_changed: bool = False) -> bool:
        """Whether the statement is on the agenda now and was not before."""
        if node in self.done or not node.alive:
            return False
        reason = self.reasons.get(node)
        new = reason is None
        if reason is None:
            reason = self.reasons[node] = Reason(text)
            self._pending.setdefault(node.module, {})[node] = None
            if node.statement.kind not in ("import", "from"):
                self._may_import.add(node)
            self._count += 1
            heapq.heappush(self._heap, (self._graph.order(node), self._count, node))
        if name is not None:
            reason.changed_names.add(name)
        reason.code_changed |= code_changed
        reason.runs_otherwise |= code_changed and name is None
        return new

    def let_run_again(self, nodes: Iterable[Node]) -> None:
        """What some statements have done is lost, for what they did it to is made anew: they may be put on again."""
        for node in nodes:
            self.done.discard(node)
            self.reasons.pop(node, None)

    def pop(self) -> tuple[Node, Reason] | None:
        self._sort()
        while self._heap:
            node = self._heap[0][2]
            if node in self._pending.get(
                node.module, ()
            ):  # and not only let run again, as one that something may put on once more
                node = self._first(node)
                return node, self.take(node)
            heapq.heappop(self._heap)
        return None

    def _sort(self) -> None:
        """Statements may stand elsewhere than they did when they were put on."""
        if self._sorted != self._graph.reordered:
            self._sorted = self._graph.reordered
            self._heap = [(self._graph.order(node), count, node) for _, count, node in self._heap]
            heapq.heapify(self._heap)

    def is_pending(self, record: ModuleRecord) -> bool:
        """Whether something of a module has yet to run."""
        return record in self._pending

    @property
    def empty(self) -> bool:
        return not self._pending

    @property
    def moves(self) -> int:
        """How often a statement has come on or gone off so far."""
        return self._count + len(self.done)

    def waiting(self, node: Node) -> bool:
        return node in self._pending.get(node.module, ())

    def awaited(self, node: Node, early: bool = False) -> Iterator[Node]:
        """Statements that have yet to run and whose work `node` reads, as if their modules were imported now.

        `early` tells that its turn has not come: what its module had imported before it comes first, too.
        """
        while (earlier := self._earlier(node)) is not None:
            yield self._first(earlier)
        if self._pending.keys() <= {node.module}:
            return
        if early:
            for other in [each for each in self._pending if node.module in self._graph.importers(each)]:
                if not self._graph.any_loaded_after([other.name], node):
                    yield from self.awaited_of(node, other, ())
        expected = self._graph.expected_reads(node) | self._imported_for(node)
        modules = {module for module, _ in expected if not self.imports_itself(node, module)}
        if node.statement.kind in ("import", "from") and (
            self._graph.read_ahead or self._graph.any_loaded_after(modules, node)
        ):  # what it imports may import what is yet to run
            yield from self.awaited_behind(node, modules)
        for module in sorted(modules):
            record = self._graph.modules.get(module)
            if record in self._pending and record is not node.module:
                yield from self.awaited_of(node, record, {name for other, name in expected if other == module})

    def _first(self, node: Node) -> Node:
        """What imported a statement's module by what it ran, if that runs again: it tells whether it still does."""
        first = node
        if not self._may_import:
            return first
        for record in (node.module, *self._graph.importers(node.module)):
            importer = self._graph.imported_at(record)
            if isinstance(importer, Node) and self.waiting(importer) and self.imports_itself(importer, record.name):
                first = importer
        return first

    def imports_itself(self, node: Node, module: str) -> bool:
        """Whether a statement imported a module first, and not by its text: a reload sees when it does so."""
        record = self._graph.modules.get(module)
        return (
            record is not None
            and node.statement.kind not in ("import", "from")
            and self._graph.imported_at(record) is node
        )

    def _imported_for(self, node: Node) -> set[tuple[str, str]]:
        """Where other statements of its module have the names from that `node` reads."""
        table = self.table(node.module)
        writers = [w for name in node.statement.effects.reads for w in table.last_writers(name)]
        return {read for writer in writers if writer.statement.kind == "from" for read in writer.reads}

    def awaited_behind(self, node: Node, modules: Collection[str]) -> Iterator[Node]:
        """What is yet to run of the modules that some modules were made of, but for those imported half-way."""
        pending = {record.name for record in self._pending}
        behind = {name for module in modules for name in self.made_of(module) & pending}
        if behind:
            half_way = {node.module.name, *(record.name for record in self._graph.importers(node.module))}
            records = [self._graph.modules[name] for name in behind - half_way]
            for record in sorted(records, key=lambda r: r.sequence):
                yield from self.awaited_of(node, record, ())

    def made_of(self, module: str) -> set[str]:
        """A module and all that it was made of: the modules it read from, those that these read from, and so on."""
        found = self._origins.get(module)
        if found is None:
            found = self._origins[module] = set()
            waiting = [module]
            while waiting:
                name = waiting.pop()
                if name != module and name in self._origins:
                    found |= self._origins[name]
                elif name not in found and (record := self._graph.modules.get(name)) is not None:
                    found.add(name)
                    waiting.extend(self._graph.modules_read(record))
        return found

    def _earlier(self, node: Node) -> Node | None:
        for other in self._pending.get(node.module, ()):
            if other.order < node.order:
                return other
        return None

    def awaited_of(self, node: Node, record: ModuleRecord, names: Collection[str]) -> Iterator[Node]:
        """What of a module `node` waits for: all of it, or the names it reads where it was imported half-way."""
        half_way = None
        stands = min((each.order for each in self.held_up if each.module is record), default=None)
        while record in self._pending:
            if half_way is None:
                half_way = record in self._graph.importers(node.module)
            waiting = [n for n in self._pending[record] if stands is None or n.order < stands]
            if half_way:
                now = self._graph.order(node)
                waiting = [n for n in waiting if not set(names).isdisjoint(n.writes) and self._graph.order(n) < now]
            if not waiting:
                return
            yield self._first(min(waiting, key=lambda n: n.order))

    def take(self, node: Node) -> Reason:
        """Take a statement off: it runs now."""
        self.done.add(node)
        self._may_import.discard(node)
        pending = self._pending[node.module]
        pending.pop(node, None)
        if not pending:
            del self._pending[node.module]
        return self.reasons[node]

    def leave(self, node: Node) -> None:
        """The source has the statement no more."""
        if self.waiting(node):
            self.take(node)

    def drop(self, record: ModuleRecord) -> None:
        """Leave what is still to run of a module."""
        dropped = self._pending.pop(record, ())
        self.done.update(dropped)
        self._may_import.difference_update(dropped)

    # --- what must come along --------------------------------------------------------------------------

    def needed_before(self, node: Node, reads: Collection[str] = ()) -> Iterator[tuple[Node, str]]:
        """Earlier statements that must run first: `node` reads names that were bound again after it.

        `reads` are names that it will read besides those that its text and its last run tell.
        """
        table = self.table(node.module)
        for name, writers in table.written_again:
            read = name in node.statement.effects.reads or name in reads or table.reads_by_functions(node, name)
            if not read:
                continue
            reaching = table.reaching(name, node)
            if not reaching or writers[-1] in reaching:
                continue
            if table.next_writer(name, reaching[0], node.module.namespace.get(name)) is not None:
                yield from ((writer, name) for writer in reaching)
        for name in self._graph.set_elsewhere(node.module):
            read = name in node.statement.effects.reads or name in reads or table.reads_by_functions(node, name)
            if not read:
                continue
            setters = self._graph.setters((node.module.name, name))
            if any(self._graph.order(setter) > self._graph.order(node) for setter in setters):
                yield from ((writer, name) for writer in table.reaching(name, node))
        if not node.statement.unconditional and node.statement.kind != "AugAssign":
            for name in node.writes:  # where it does not bind the name, an earlier binding holds
                yield from ((writer, name) for writer in table.reaching(name, node))

    def taken_out(self, node: Node) -> Iterator[tuple[Node, str]]:
        """Earlier statements that surely bound what `node` reads, and what a function has taken out since."""
        table = self.table(node.module)
        for name in sorted(node.statement.effects.reads - node.module.namespace.keys()):
            found = table.reaching(name, node)
            if found and found[-1].surely_binds(name) and all(each.statement.kind != "Delete" for each in found):
                yield from ((writer, name) for writer in found)

    def readers(
        self, record: ModuleRecord, name: str, origin: Node | None, since: Node | None = None
    ) -> Iterator[tuple[Node, str]]:
        """Statements that used the binding of `name` while they ran, with the name they know it by.

        Those that look through all names have seen what `since` bound, where that is told and there is no origin.
        """
        table = self.table(record)
        for reader in table.readers_of(name, origin) if name in table.readers else ():
            yield reader, name
        for reader in self._graph.readers((record.name, name)):
            if self._came_after(reader, origin, record):
                yield reader, _alias(reader, name)
        for reader in (*table.dynamic, *self._graph.readers((record.name, "__dict__"))):
            if self._came_after(reader, origin or since, record):
                yield reader, name

    def _came_after(self, reader: Node, origin: Node | None, record: ModuleRecord) -> bool:
        """Whether a statement saw what `origin` bound in a module: not, where it ran while that was half imported."""
        if origin is None or reader is origin:
            return origin is None
        if origin.module is not record:  # set from outside, at any time
            return self._graph.order(reader) > self._graph.order(origin)
        if reader.module is origin.module:
            return reader.order > origin.order
        if self._graph.order(reader) > self._graph.order(origin):
            return True
        return reader.module is not origin.module and origin.module not in self._graph.importers(reader.module)

    def function_readers(self, record: ModuleRecord, name: str, origin: Node | None) -> Iterator[Node]:
        """Statements that ran a function of the module which uses the name as a global."""
        table = self.table(record)
        for reader in self._function_readers(record, name):
            if self._came_after(reader, origin, record) and (
                origin is None
                or reader.module is not record
                or origin.module is not record
                or origin in table.reaching(name, reader)
            ):
                yield reader

    def star_readers(self, record: ModuleRecord) -> Iterator[Node]:
        """Statements ``from record import *``, which see its new public names."""
        return (node for node in self._graph.readers((record.name, "__all__")) if node.star)

    def _function_readers(self, record: ModuleRecord, name: str) -> Iterator[Node]:
        for code in self.table(record).codes_naming(name):
            if self._graph.was_run(code) and name in steps.looked_at(code):
                yield from self._graph.runners(code)

    def scanners(self, record: ModuleRecord, origin: Node | None) -> Iterator[tuple[Node, CodeType]]:
        """Statements that ran a function of the module which looks through all of its names, and its code."""
        for code in self.table(record).codes_naming("globals"):
            for runner in self._graph.runners(code) if codes.scanned(code) else ():
                if self._came_after(runner, origin, record):
                    yield runner, code


def _order(node: Node) -> float:
    return node.order


def _is_made_by(value: object, name: str, node: Node) -> bool:
    """Whether a value is what a definition made of its own text: no other function in its place."""
    if node.statement.kind == "class" and is_a(value, type):
        return (value.__module__, value.__qualname__) == (node.module.namespace.get("__name__"), name)
    if node.statement.kind == "def" and is_a(value, FunctionType):
        return (value.__code__.co_filename, value.__code__.co_qualname) == (node.module.path, name)
    return False


def _may_have_made(node: Node, name: str) -> bool:
    """Whether a statement may have put something in the place of what looks like an earlier definition of a name."""
    looks = name in node.statement.effects.reads or any(code.co_name == name for code in node.codes)
    return looks or node.statement.unconditional


def _alias(reader: Node, name: str) -> str:
    for _, _, imported, bound in reader.statement.imports:
        if imported == name:
            return bound
    return name
