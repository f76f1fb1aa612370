"""The statements of the loaded modules, what each used, and so who depends on what."""

from __future__ import annotations

import os
import re
import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from ..live import insides, reach
from ..live.kinds import is_a, plain_type
from ..loading.notes import Load, Notes
from ..loading.recorder import PLAIN_MODULES
from ..syntax import codes, defaults, optional, parsing, steps
from ..syntax.memos import CACHE
from ..syntax.mentions import Mentions
from ..syntax.statements import REGISTERING, Statement
from . import forms, places, unseen
from .attribution import Locator, explain_names, share_codes, star_names
from .index import Index
from .places import Place, Step
from .records import SEES_CALLS, Facts, ModuleRecord, Name, Node, Resting, Uses, counts, imported_module

if TYPE_CHECKING:  # few statements put anything into libraries
    from ..live.additions import Addition
    from ..syntax.memos import Memos

END = float("inf")
CACHING = re.compile(b"(?i)" + CACHE.pattern.encode() + rb"|\bglobal |\bdef __get__\(")
Entry = Node | tuple[ModuleRecord, int]
"""Who used something: a statement, or an instruction offset of a module that has not been analyzed yet."""


class Graph:
    """All records, and the indexes from what was used to who used it."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleRecord] = {}
        defaults.read_by(self._analyze_at)
        self._readers: Index[Name, Entry] = Index()
        self._runners: Index[int, Entry] = Index()
        self._openers: Index[str, Entry] = Index()
        self._setters: Index[Name, Entry] = Index()
        self._read: set[str] = set()
        """Modules of which something was ever read."""
        self.read_ahead = False
        """Whether an edited statement ever read from a module that was loaded after it."""
        self._by_path: dict[str, list[ModuleRecord]] = defaultdict(list)
        self.scripts: set[str] = set()
        """Names of modules that may still be running: ``__main__``, and in a forked child what forked as it loaded."""
        self._known: reach.Known | None = None
        """What was learned of functions while many statements are looked at and nothing runs."""
        self._load_orders: dict[ModuleRecord, tuple[float, ...]] = {}
        self._importers: dict[ModuleRecord, list[ModuleRecord]] = {}
        self._children: dict[ModuleRecord, list[ModuleRecord]] | None = None
        self.reordered = 0
        """How often statements have come to stand elsewhere."""
        self._placed: set[ModuleRecord] = set()
        """Modules that have not been taken apart, and by places in which others are ordered."""
        self._caching: dict[ModuleRecord, None] = {}
        self.memos: dict[ModuleRecord, Memos] = {}
        """What reloads have found out of functions that keep their results."""
        self.namespaces: dict[int, ModuleRecord] = {}
        """The modules by the identities of their namespaces."""
        self.additions: dict[Node, tuple[Addition, ...]] = {}
        """What reloads have seen statements put into libraries."""
        self.counted: dict[Node, Mapping[tuple[Name, str], int]] = {}
        """How far reloads have seen statements count numbers."""
        self.gone: set[str] = set()
        """Paths of loaded modules whose files were deleted."""
        self.resting: dict[ModuleRecord, Resting] = {}
        """Modules that nobody imports any more."""

    # --- import time -----------------------------------------------------------------------------------

    def absorb_all(self, loads: Iterable[Load]) -> list[ModuleRecord]:
        """Take in modules that have loaded: index the raw facts, resolve nothing. Returns their records."""
        return [record for load in loads if (record := self._absorb(load)) is not None]

    def _absorb(self, load: Load) -> ModuleRecord | None:
        old = self.modules.get(load.name)
        if old is not None:
            self.remove(old)
        if load.failed:
            return None
        for earlier in [each for each in self.at_path(load.code.co_filename) if each.loose] if load.loose else ():
            self.remove(earlier)
        record = ModuleRecord(load.name, load.code.co_filename, load.module, load.code, load.sequence, load.parent)
        record.script = load.name == "__main__" or load.unfinished
        record.loose = load.loose
        if record.script:
            self.scripts.add(record.name)
        load.record = record
        load.read_source()
        if load.source is not None:
            record.packed = zlib.compress(load.source, 1)
            self.note_caches(record, load.source)
            load.source = None
        self.take_in(record)
        record.facts = facts = Facts.of(load.notes)
        load.notes.clear()
        entries = {position: (record, position) for position in facts.positions}  # each once: there are many
        for position, module, name in facts.reads:
            self._readers.add((module, name), entries[position])
            self._read.add(module)
        for position, identity in facts.ran:
            self._runners.add(identity, entries[position])
        for position, path in facts.opened:
            self._openers.add(path, entries[position])
        for position, module, name in facts.writes:
            self._setters.add((module, name), entries[position])
        return record

    def take_in(self, record: ModuleRecord) -> None:
        """Know a module from now on."""
        self.modules[record.name] = record
        self.forget_orders()  # it may be what imported others
        self.namespaces[id(record.namespace)] = record
        self._by_path[record.path].append(record)

    def remove(self, record: ModuleRecord) -> None:
        """Forget a module: another load has taken its place, or its load failed."""
        if self.modules.get(record.name) is record:
            del self.modules[record.name]
        self._caching.pop(record, None)
        self.resting.pop(record, None)
        self.namespaces.pop(id(record.namespace), None)
        if record in (records := self._by_path.get(record.path, [])):
            records.remove(record)
            if not records:
                del self._by_path[record.path]
        if record.facts is not None:
            self._forget_facts(record, record.facts)
        for node in record.nodes or ():
            node.alive = False
            self.additions.pop(node, None)
            self.counted.pop(node, None)
            self.forget_uses(node)
            self.forget_codes(node.codes)
        self.forget_codes((record.code,))

    def forget_codes(self, gone: Iterable[CodeType]) -> None:
        """Code objects that may die: another one may come to have the identity that stood for them."""
        for code in codes.walk(gone):
            self._runners.forget(id(code))

    def _forget_facts(self, record: ModuleRecord, facts: Facts) -> None:
        for position, module, name in facts.reads:
            self._readers.discard((module, name), (record, position))
        for position, identity in facts.ran:
            self._runners.discard(identity, (record, position))
        for position, path in facts.opened:
            self._openers.discard(path, (record, position))
        for position, module, name in facts.writes:
            self._setters.discard((module, name), (record, position))

    def record_of(self, module: ModuleType) -> ModuleRecord | None:
        """What is known of a module, whatever it calls itself by now; of one in its place, by the name of both."""
        namespace = insides.own_dict(module)
        return self.namespaces.get(id(namespace)) or self.modules.get(str(namespace.get("__name__")))

    def at_path(self, path: str) -> list[ModuleRecord]:
        return list(self._by_path.get(path, ()))

    def meant_by(self, path: str) -> list[ModuleRecord]:
        """The modules of a file; where it has none, those of one that it takes the place of.

        That is one that is gone, or a file of the name of a folder that is a package now: an import finds this first.
        """
        if records := self.at_path(path):
            return records
        other = forms.other_form(path)
        if other is None or not (other in self.gone or path.endswith(f"{os.sep}{forms.INIT}")):
            return []
        return [each for each in self.at_path(other) if not each.script]

    def relocate(self, record: ModuleRecord, path: str) -> None:
        """The module has another file from now on."""
        self._by_path[record.path].remove(record)
        if not self._by_path[record.path]:
            del self._by_path[record.path]
        record.path = path
        self._by_path[path].append(record)

    def note_caches(self, record: ModuleRecord, source: bytes) -> None:
        """Remember modules whose source may use `functools.cache` and the like, or does so by means of its own."""
        if CACHING.search(source):
            self._caching[record] = None

    def caching(self) -> list[ModuleRecord]:
        """Modules whose functions may serve results that they computed earlier."""
        return list(self._caching)

    def paths(self) -> Collection[str]:
        """Source files of the loaded modules."""
        return self._by_path.keys()

    def opened_paths(self) -> Iterable[str]:
        return list(self._openers)

    # --- analysis, on the first edit that reaches a module ---------------------------------------------

    def analyze(self, record: ModuleRecord) -> list[Node]:
        """The module's statements with what each used; parsed at the first call."""
        if record.nodes is not None:
            return record.nodes
        record.nodes = []
        source = record.source
        if source is None:
            return record.nodes
        try:
            record.parsed = parsing.parse(source, main=record.name == "__main__")
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return record.nodes
        statements = record.parsed.statements
        record.nodes = [Node(record, s, order) for s, order in zip(statements, places.orders(statements), strict=True)]
        if record in self._placed:
            self.forget_orders()
        record.orders.clear()
        for statement in statements:
            defaults.note(record.path, statement.effects.defaults)
        share_codes(record.nodes, codes.children(record.code))
        self._place_facts(record)
        return record.nodes

    def _analyze_at(self, path: str) -> None:
        for record in self._by_path.get(path, ()):
            self.analyze(record)

    def _place_facts(self, record: ModuleRecord) -> None:
        assert record.nodes is not None
        facts = record.facts
        if facts is not None:
            self._forget_facts(record, facts)
            record.facts = None
            record.locate = Locator(record.code, record.nodes)
            for position, module, name in facts.reads:
                record.located(position).reads.add((module, name))
            for position, module, name in facts.writes:
                record.located(position).wrote.add((module, name))
            for position, identity in facts.ran:
                record.located(position).ran.add(identity)
            for position, path in facts.opened:
                record.located(position).opened.add(path)
            for node in dict.fromkeys(record.positions.values()):
                self._index(node)
        guessed = record.script or not SEES_CALLS
        mentioned = unseen.mentioned_in(record) if guessed else {}
        for node in record.nodes:
            if record.script:
                self._guess_reads(node)
            if guessed:
                self._guess_runs(node, mentioned.get(node))
            if node.star:
                node.extra |= star_names(node)
        explain_names(record, self.modules)

    def expected_reads(self, node: Node) -> set[Name]:
        """What the statement's text and its last run say that it reads from other modules."""
        found = set(node.reads)
        for level, module, name, _ in node.statement.imports:
            found.add((imported_module(node.module, level, module), name))
        for name in node.statement.effects.reads:
            value = node.module.namespace.get(name)
            record = self.record_of(value) if is_a(value, ModuleType) else None
            if record is not None:
                found |= {(record.name, attribute) for attribute in node.statement.effects.attributes}
        return found

    def registers_with(
        self, node: Node, version: Statement | None = None, known: reach.Known | None = None
    ) -> Collection[CodeType]:
        """The code that one who registers, in some version, may run: of the functions that its names lead to."""
        statement = version or node.statement
        return self.called_by(node, statement, known) if statement.kind in REGISTERING else ()

    def called_by(
        self,
        node: Node,
        statement: Statement,
        known: reach.Known | None = None,
        names: frozenset[str] | None = None,
    ) -> Collection[CodeType]:
        """The code that a version of a statement may run: of the functions that its names, or some of them, lead to."""
        effects, namespace = statement.effects, node.module.namespace
        if not effects.calls:
            return ()
        read = effects.reads if names is None else effects.reads & names
        called = [namespace[name] for name in read if name in namespace]
        return reach.reached(called, effects.attributes, self.paths(), True, effects.operates, known).values()

    def _guess_reads(self, node: Node) -> None:
        """What a script's statement read from modules, as far as its text shows: nothing was recorded."""
        node.reads |= self.expected_reads(node)
        self._index(node)

    def _guess_runs(self, node: Node, mentioned: Mentions | None = None) -> None:
        """Which functions a statement ran, as far as names tell: the interpreter does not."""
        self._note_runs(node, unseen.run_by(node, self.modules, self.paths(), mentioned, self._known))

    def _note_runs(self, node: Node, found: Mapping[int, CodeType]) -> None:
        for identity in found:
            node.ran.add(identity)
            self._runners.add(identity, node)
        self.note_set(node, self._bound_elsewhere(node, found.values()))

    def analyze_dependents(self, records: Iterable[ModuleRecord]) -> None:
        """Where runs are guessed, modules that may have run code of `records` must be known first."""
        if SEES_CALLS:
            return
        users: dict[str, set[str]] = defaultdict(set)
        for used in self._readers:
            entries = self._readers.users(used)
            users[used[0]] |= {entry.module.name if isinstance(entry, Node) else entry[0].name for entry in entries}
        waiting = [record.name for record in records]
        self._known = reach.Known()
        try:
            self._analyze_users(waiting, users)
        finally:
            self._known = None

    def naming(self, record: ModuleRecord) -> Iterator[ModuleRecord]:
        """Other modules whose text may import a module."""
        word = optional.mention(record.name)
        return (o for o in list(self.modules.values()) if o is not record and word.search(o.source or b""))

    def _analyze_users(self, waiting: list[str], users: Mapping[str, set[str]]) -> None:
        """Analyze modules, and all that used these, or may hold what they gave to others."""
        waiting += [name for first in waiting for name in self._registered_with(first)]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting.extend(users[name])
                if name in self.modules:
                    self.analyze(self.modules[name])
                    waiting.extend(self._modules_set(self.modules[name]))
                    if plain_type(self.modules[name].module) not in PLAIN_MODULES:  # what is read of it is not noted
                        waiting.extend(other.name for other in self.naming(self.modules[name]))

    def _registered_with(self, name: str) -> set[str]:
        """Modules that may hold functions of a module, which its decorators and bare calls gave to them."""
        record = self.modules.get(name)
        nodes = self.analyze(record) if record is not None else []
        giving = [n for n in nodes if n.statement.effects.decorates or (n.statement.kind == "expr" and n.codes)]
        return self.modules_read(record) if record is not None and giving else set()

    def node_at(self, record: ModuleRecord, position: int) -> Node | None:
        """The statement that stood at an instruction offset of the code that was loaded."""
        self.analyze(record)
        return None if record.locate is None else record.located(position)

    def importer(self, record: ModuleRecord) -> Node | None:
        """The statement that imported the module first."""
        return self.statement_of(self.imported_at(record))

    def imported_at(self, record: ModuleRecord) -> Step | None:
        """The same; only the place of it, where its module has not been taken apart."""
        if record.imported_by is not None:
            return record.imported_by[0]
        if record.parent is None:
            return None
        notes, position = record.parent
        if notes.node is not None:
            node: Node = notes.node
            return node
        parent = notes.load.record if notes.load is not None else None
        if parent is None:
            return None
        if SEES_CALLS and parent.nodes is None:
            return Place(parent, position)
        return self.node_at(parent, position)  # where runs are guessed, it is well to know who may have run what

    def statement_of(self, step: Step | None) -> Node | None:
        return self.node_at(step.module, step.position) if isinstance(step, Place) else step

    def children(self) -> dict[ModuleRecord, list[ModuleRecord]]:
        """By module, those that it imported first."""
        found: dict[ModuleRecord, list[ModuleRecord]] = defaultdict(list)
        for record in self.modules.values():
            if (step := self.imported_at(record)) is not None:
                found[step.module].append(record)
        return found

    def imported_first_by(self, node: Node) -> Sequence[ModuleRecord]:
        """The modules that a statement imported first."""
        if self._children is None:
            self._children = self.children()
        found = self._children.get(node.module, ())
        return [record for record in found if self.importer(record) is node]

    def importers(self, record: ModuleRecord) -> list[ModuleRecord]:
        """The modules whose loads the module's own load is part of, nearest first."""
        found = self._importers.get(record)
        if found is None:
            found, each = [], record
            while (step := self.imported_at(each)) is not None and step.module not in found:
                each = step.module
                found.append(each)
            self._importers[record] = found
        return found

    # --- save time: facts of statements that were run again ---------------------------------------------

    def uses_of(self, node: Node, notes: Notes, in_part: bool = False) -> Uses:
        """What a run of a statement used; with what its last run used, where only a part ran again."""
        reads = {(module, name) for _, module, name in notes.reads}
        ran_codes = [code for _, code in notes.ran if counts(code)]
        wrote = {(module, name) for _, module, name in notes.writes} | self._bound_elsewhere(node, ran_codes)
        ran = set(map(id, ran_codes))
        opened = {path for _, path in notes.opened}
        if in_part:
            reads, ran, wrote, opened = reads | node.reads, ran | node.ran, wrote | node.wrote, opened | node.opened
        return reads, ran, wrote, opened, node.extra

    def _bound_elsewhere(self, node: Node, ran: Iterable[CodeType]) -> set[Name]:
        """Globals of other modules that functions bound which a statement ran."""
        found = ((code, steps.written(code)) for code in ran)
        return {
            (record.name, name)
            for code, written in found
            for record in (self._by_path.get(code.co_filename, ()) if written else ())
            for name in written
            if record is not node.module
        }

    def note_set(self, node: Node, names: Iterable[Name]) -> None:
        """A statement's last run set names of other modules, through functions."""
        for name in names:
            node.wrote.add(name)
            self._setters.add(name, node)

    def renew(self, node: Node, uses: Uses) -> None:
        """Replace what a node's last run used by what another run used."""
        if not self.read_ahead and (new := uses[0] - node.reads):
            self.read_ahead = self.any_loaded_after((module for module, _ in new), node)
        self.set_uses(node, uses)
        if not SEES_CALLS:
            self._guess_runs(node)
        if node.star:
            node.extra = star_names(node)

    def set_uses(self, node: Node, uses: Uses) -> None:
        """Let a statement's last run be one that used these."""
        reads, ran, wrote, opened, node.extra = uses
        for name in node.reads - reads:
            self._readers.discard(name, node)
        for identity in node.ran - ran:
            self._runners.discard(identity, node)
        for name in node.wrote - wrote:
            self._setters.discard(name, node)
        for path in node.opened - opened:
            self._openers.discard(path, node)
        known, node.reads, node.ran, node.wrote, node.opened = node.reads, reads, ran, wrote, opened
        self._index(node, known)
        if node.star:
            node.module.table = None

    def forget_uses(self, node: Node) -> None:
        """A statement is there no more."""
        self.set_uses(node, (set(), set(), set(), set(), node.extra))

    def _index(self, node: Node, known: Collection[Name] = ()) -> None:
        for name in node.reads.difference(known):
            self._readers.add(name, node)
            self._read.add(name[0])
        for identity in node.ran:
            self._runners.add(identity, node)
        for name in node.wrote:
            self._setters.add(name, node)
        for path in node.opened:
            self._openers.add(path, node)

    def code_renewed(self, old: CodeType, new: CodeType) -> None:
        """`new` runs wherever `old` did: its runners are those of `old`."""
        entries = self._runners.forget(id(old))
        self._runners.forget(id(new))  # what had this identity earlier
        for entry in entries:
            if not isinstance(entry, Node):
                record, _ = entry
                if record.facts is not None:
                    record.facts = record.facts.with_code(id(old), id(new))
            elif id(old) in entry.ran:
                entry.ran.discard(id(old))
                entry.ran.add(id(new))
            else:
                continue
            self._runners.add(id(new), entry)

    def code_moved(self, old: CodeType, new: CodeType) -> Callable[[], None]:
        """`new` does elsewhere what `old` did: who ran that is told of this. What takes it back is given."""
        added = [node for node in self.runners(old) if id(new) not in node.ran]
        for node in added:
            node.ran.add(id(new))
            self._runners.add(id(new), node)

        def undo() -> None:
            for node in added:
                node.ran.discard(id(new))
                self._runners.discard(id(new), node)

        return undo

    # --- who depends -----------------------------------------------------------------------------------

    def readers(self, name: Name) -> list[Node]:
        """Statements that read an attribute of a module while they ran, in any module."""
        return [node for node in self._resolved(self._readers.users(name)) if name in node.reads]

    def names_read(self, modules: Collection[str]) -> dict[str, list[str]]:
        """The names that statements have read of some modules."""
        found: dict[str, list[str]] = {}
        for module, name in self._readers:
            if module in modules:
                found.setdefault(module, []).append(name)
        return found

    def modules_read(self, record: ModuleRecord) -> set[str]:
        """Names of the modules that a module's statements read from."""
        if record.facts is not None:
            return {module for _, module, _ in record.facts.reads}
        return {module for node in record.nodes or () for module, _ in node.reads}

    def modules_used(self, record: ModuleRecord) -> set[str]:
        """Names of the modules that a module's statements read from, or set something in."""
        if record.facts is not None:
            return self.modules_read(record) | {module for _, module, _ in record.facts.writes}
        return self.modules_read(record) | {module for node in record.nodes or () for module, _ in node.wrote}

    def was_used(self, record: ModuleRecord) -> bool:
        """Whether a statement imported the module first, or ever read something of it."""
        return record.parent is not None or record.name in self._read

    def was_run(self, code: CodeType) -> bool:
        """Whether a statement ran some code; who that was may be no more."""
        return bool(self._runners.users(id(code)))

    @property
    def uses_version(self) -> tuple[int, int]:
        """Another as soon as statements read or run something else than they did."""
        return self._readers.changes, self._runners.changes

    def runners(self, code: CodeType) -> list[Node]:
        return [node for node in self._resolved(self._runners.users(id(code))) if id(code) in node.ran]

    def openers(self, path: str) -> list[Node]:
        return [node for node in self._resolved(self._openers.users(path)) if path in node.opened]

    def setters(self, name: Name) -> list[Node]:
        """Statements of other modules that set an attribute of a module while they ran."""
        found = self._resolved(self._setters.users(name))
        return [node for node in found if name in node.wrote and node.module.name != name[0]]

    def set_elsewhere(self, record: ModuleRecord) -> list[str]:
        """The names of a module that statements of others may have set."""
        return [name for module, name in self._setters if module == record.name]

    def _resolved(self, entries: Collection[Entry], dead: bool = False) -> list[Node]:
        if not entries:
            return []
        found: dict[Node, None] = {}
        for entry in entries:
            node = entry if isinstance(entry, Node) else self._loaded_node(*entry)
            if node is not None and (dead or node.alive):
                found[node] = None
        return list(found)

    def _loaded_node(self, record: ModuleRecord, position: int) -> Node | None:
        """None where another load has taken the module's place."""
        return self.node_at(record, position) if self.modules.get(record.name) is record else None

    # --- order -----------------------------------------------------------------------------------------

    def order(self, node: Step) -> tuple[float, ...]:
        """Sorts statements of all modules as they first ran; an import sorts after what it loaded."""
        return (*(self._load_orders.get(node.module) or self.load_order(node.module)), node.order, END)

    def comes_after(self, one: Step, other: Step) -> bool:
        """Whether a statement ran later than another: asked anew each time, for taking modules apart tells more."""
        return self.order(one) > self.order(other)

    def load_order(self, record: ModuleRecord) -> tuple[float, ...]:
        """Sorts modules as they began to load."""
        order = self._load_orders.get(record)
        if order is None:
            order = self._load_orders[record] = self._load_order(record)
        return order

    def any_loaded_after(self, modules: Iterable[str], node: Node) -> bool:
        """Whether one of the modules began to load when a statement had run for the first time."""
        now = self.order(node)
        for module in modules:
            record = self.modules.get(module)
            if record is not None and self.load_order(record) > now:
                return True
        return False

    def loaded_after(self, record: ModuleRecord, node: Node) -> bool | None:
        """Whether all of a module ran after a statement did; None where only its statements tell.

        That is where the statement is its own, or ran while it was half imported.
        """
        if record is node.module or record in self.importers(node.module):
            return None
        return self.load_order(record) > self.order(node)

    def stands_after(self, code: CodeType, node: Node) -> bool:
        """Whether a definition came after a statement when all was imported."""
        if code.co_filename == node.module.path:
            return code.co_firstlineno > node.statement.end_line
        for record in self.at_path(code.co_filename):
            later = self.loaded_after(record, node)
            if later is None:
                lines = [each.statement.line for each in self.analyze(record)]
                index = bisect_right(lines, code.co_firstlineno) - 1
                return index >= 0 and self.order(self.analyze(record)[index]) > self.order(node)
            return later
        return False

    def put_in_order(self, node: Node, loaded: Collection[ModuleRecord], imported: Iterable[str]) -> None:
        """Modules that a run of a statement loaded come before those that earlier runs had, and it imported later."""
        records = [self.modules[name] for name in dict.fromkeys(imported) if name in self.modules]
        following: float | None = None
        for record in reversed([record for record in records if self.imported_at(record) is node]):
            if record in loaded and following is not None and record.sequence > following:
                earlier = (each.sequence for each in self.modules.values() if each.sequence < following)
                record.sequence = (max(earlier, default=following - 1) + following) / 2
            following = record.sequence
        self.forget_orders()

    def forget_orders(self) -> None:
        """Statements have come to stand elsewhere, or what tells where has become more exact."""
        self.reordered += 1
        self._load_orders.clear()
        self._importers.clear()
        self._children = None
        self._placed.clear()

    def _modules_set(self, record: ModuleRecord) -> Iterator[str]:
        """Modules in which the module's statements may have put functions of its own: ``other.function = mine``."""
        for node in record.nodes or ():
            yield from (module for module, _ in node.wrote)
            for root, *_ in node.statement.effects.sets:
                value = record.namespace.get(root)
                module = self.record_of(value) if is_a(value, ModuleType) else None
                yield module.name if module is not None else str(insides.own(value, "__module__"))

    def _load_order(self, record: ModuleRecord) -> tuple[float, ...]:
        path: list[float] = []
        seen: set[str] = set()
        while (step := self.imported_at(record)) is not None and record.name not in seen:
            seen.add(record.name)
            path[:0] = [step.order, float(record.sequence)]
            record = step.module
            if record.nodes is None:
                self._placed.add(record)
        return (float(record.sequence), *path)
