"""The statements of the loaded modules, what each used, and so who depends on what."""

from __future__ import annotations

import dis
import sys
import zlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from types import CodeType, ModuleType
from typing import Any

from ..live import guesses, insides, reach
from ..loading.recorder import Load, Notes
from ..syntax import codes, mentions, optional, parsing
from ..syntax.compiler import compile_text
from ..syntax.mentions import Mentions
from ..syntax.parsing import Parsed
from ..syntax.statements import Statement
from . import forms
from .index import Index

END = float("inf")
SEES_CALLS = sys.version_info >= (3, 12)
"""Whether the recorder is told which functions a statement ran."""
PYTHONS_OWN = frozenset({
    "__name__", "__doc__", "__package__", "__loader__", "__spec__", "__path__", "__file__", "__cached__",
    "__builtins__", "__annotations__", "__annotate__", "__conditional_annotations__", "__warningregistry__",
})  # fmt: skip
"""Names in modules that no statement binds."""
Name = tuple[str, str]
"""A module's name and a name in it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Facts:
    """The raw notes of one load, each once; code objects by identity, so that none is kept alive.

    They are kept flat, for there are as many as there are modules.
    """

    flat_reads: tuple[Any, ...]
    flat_writes: tuple[Any, ...]
    flat_ran: tuple[int, ...]
    flat_opened: tuple[Any, ...]

    @classmethod
    def of(cls, notes: Notes) -> Facts:
        ran = ((position, id(code)) for position, code in notes.ran if _counts(code))
        reads = _without_star_imports(notes) if "__dict__" in notes.raw_reads else notes.reads
        return cls(_flat(reads), _flat(notes.writes), _flat(ran), _flat(notes.opened))

    @property
    def reads(self) -> Iterator[tuple[int, str, str]]:
        """Position, module and name of each read."""
        flat = iter(self.flat_reads)
        return zip(flat, flat, flat, strict=True)

    @property
    def writes(self) -> Iterator[tuple[int, str, str]]:
        flat = iter(self.flat_writes)
        return zip(flat, flat, flat, strict=True)

    @property
    def ran(self) -> Iterator[tuple[int, int]]:
        """Position and identity of the code of each function that started."""
        flat = iter(self.flat_ran)
        return zip(flat, flat, strict=True)

    @property
    def opened(self) -> Iterator[tuple[int, str]]:
        flat = iter(self.flat_opened)
        return zip(flat, flat, strict=True)


def _flat(notes: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(dict.fromkeys(notes)))


@dataclass(eq=False, repr=False)
class Node:
    """One statement of a loaded module: its text now, and what its last run used."""

    module: ModuleRecord
    statement: Statement
    order: float
    codes: tuple[CodeType, ...] = ()
    """The code objects of the functions and classes that it makes, outermost only."""
    reads: set[Name] = field(default_factory=set)
    ran: set[int] = field(default_factory=set)
    """Identities of the tracked code objects that its run started."""
    wrote: set[Name] = field(default_factory=set)
    """Names it set in other modules."""
    opened: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    """Names it bound that its text does not show: by ``*``, by ``globals()``."""
    compiled: tuple[Statement, CodeType] | None = None
    """Its code for running it alone as it stands, and the version that this is the code of."""
    alive: bool = True

    @property
    def writes(self) -> frozenset[str] | set[str]:
        return self.statement.effects.writes | self.extra if self.extra else self.statement.effects.writes

    def binds_only(self, name: str) -> bool:
        """Whether it binds a name without reading it first."""
        return name in self.writes and name not in self.statement.effects.reads

    def surely_binds(self, name: str) -> bool:
        """Whether, whenever it runs, it binds a name without reading it first, and not only through functions."""
        return self.statement.unconditional and self.binds_only(name)

    @property
    def uses(self) -> Uses:
        """What its last run used and bound."""
        return self.reads, self.ran, self.wrote, self.opened, self.extra

    @property
    def star(self) -> bool:
        return self.statement.star

    def __str__(self) -> str:
        return f"{self.module.name}:{self.statement.line} {self.statement.label}"


@dataclass(eq=False, repr=False)
class ModuleRecord:
    """One load of a user module."""

    name: str
    path: str
    module: ModuleType
    code: CodeType
    sequence: int
    parent: tuple[Notes, int] | None
    """Which top-level code imported it, and where that stood."""
    imported_by: tuple[Node | None] | None = None
    """The statement that would import it first by now, where edits have made that another."""
    packed: bytes | None = None
    """The source that was loaded, compressed."""
    edited: bytes | None = None
    """The source that is live now, where it is another."""
    facts: Facts | None = None
    """What its statements used, until they are analyzed."""
    nodes: list[Node] | None = None
    parsed: Parsed | None = None
    table: Any = None
    """The planner's table of its names, while its statements stay what they are."""
    positions: dict[int, Node] = field(default_factory=dict)
    locate: _Locator | None = None
    script: bool = False
    """Whether it may still be running, as ``__main__`` may: then only some of its statements may run again."""
    loose: bool = False
    """Whether it was never in `sys.modules`."""
    running: Node | None = None
    """For a script that is still running: the statement where it stands."""
    namespace: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.namespace = self.module.__dict__  # kept: asking a module that is recorded for it takes long

    def located(self, position: int) -> Node:
        """The statement that stood at an instruction offset of the code that was loaded, once these are known."""
        node = self.positions.get(position)
        if node is None:
            assert self.locate is not None
            node = self.positions[position] = self.locate(position)
        return node

    @property
    def source(self) -> bytes | None:
        if self.edited is not None or self.packed is None:
            return self.edited
        return zlib.decompress(self.packed)


Uses = tuple[set[Name], set[int], set[Name], set[str], set[str]]
"""Of one run: the names it read, the code it ran, the names it set, the files it opened, the names it bound."""
Entry = Node | tuple[ModuleRecord, int]
"""Who used something: a statement, or an instruction offset of a module that has not been analyzed yet."""


class Graph:
    """All records, and the indexes from what was used to who used it."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleRecord] = {}
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
        self._caching: dict[ModuleRecord, None] = {}
        self.namespaces: set[int] = set()
        """Identities of the modules' namespaces."""
        self.gone: set[str] = set()
        """Paths of loaded modules whose files were deleted."""

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
        self.modules[load.name] = record
        self.forget_orders()  # it may be what imported others
        self.namespaces.add(id(record.namespace))
        self._by_path[record.path].append(record)
        record.facts = facts = Facts.of(load.notes)
        load.notes.clear()
        for position, module, name in facts.reads:
            self._readers.add((module, name), (record, position))
            self._read.add(module)
        for position, identity in facts.ran:
            self._runners.add(identity, (record, position))
        for position, path in facts.opened:
            self._openers.add(path, (record, position))
        for position, module, name in facts.writes:
            self._setters.add((module, name), (record, position))
        return record

    def remove(self, record: ModuleRecord) -> None:
        """Forget a module: another load has taken its place, or its load failed."""
        if self.modules.get(record.name) is record:
            del self.modules[record.name]
        self._caching.pop(record, None)
        self.namespaces.discard(id(record.namespace))
        if record in (records := self._by_path.get(record.path, [])):
            records.remove(record)
            if not records:
                del self._by_path[record.path]
        if record.facts is not None:
            self._forget_facts(record, record.facts)
        for node in record.nodes or ():
            node.alive = False
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

    def at_path(self, path: str) -> list[ModuleRecord]:
        return list(self._by_path.get(path, ()))

    def meant_by(self, path: str) -> list[ModuleRecord]:
        """The modules of a file; where it has none, those of one that is gone and that it takes the place of."""
        if records := self.at_path(path):
            return records
        other = forms.other_form(path)
        return [each for each in self.at_path(other) if not each.script] if other in self.gone and other else []

    def relocate(self, record: ModuleRecord, path: str) -> None:
        """The module has another file from now on."""
        self._by_path[record.path].remove(record)
        if not self._by_path[record.path]:
            del self._by_path[record.path]
        record.path = path
        self._by_path[path].append(record)

    def note_caches(self, record: ModuleRecord, source: bytes) -> None:
        """Remember modules whose source may use `functools.cache` and the like."""
        if b"cache" in source:
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
            record.parsed = parsing.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return record.nodes
        record.nodes = [Node(record, s, float(i)) for i, s in enumerate(record.parsed.statements)]
        _share_codes(record.nodes, codes.children(record.code))
        self._place_facts(record)
        return record.nodes

    def _place_facts(self, record: ModuleRecord) -> None:
        assert record.nodes is not None
        facts = record.facts
        if facts is not None:
            self._forget_facts(record, facts)
            record.facts = None
            record.locate = _Locator(record.code, record.nodes)
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
        mentioned = _mentioned_in(record) if guessed else {}
        for node in record.nodes:
            if record.script:
                self._guess_reads(node)
            if guessed:
                self._guess_runs(node, mentioned.get(node))
            if node.star:
                node.extra |= _star_names(node)
        _explain_names(record)

    def expected_reads(self, node: Node) -> set[Name]:
        """What the statement's text and its last run say that it reads from other modules."""
        found = set(node.reads)
        for level, module, name, _ in node.statement.imports:
            found.add((imported_module(node.module, level, module), name))
        for name in node.statement.effects.reads:
            value = node.module.namespace.get(name)
            if isinstance(value, ModuleType) and value.__name__ in self.modules:
                found |= {(value.__name__, attribute) for attribute in node.statement.effects.attributes}
        return found

    def registers_with(self, node: Node) -> Collection[CodeType]:
        """The code that one who registers may run: of the functions that its names lead to."""
        effects, namespace = node.statement.effects, node.module.namespace
        if not effects.calls or node.statement.kind not in ("def", "class", "expr"):
            return ()
        called = [namespace[name] for name in effects.reads if name in namespace]
        return reach.reached(called, effects.attributes, self.paths(), True, effects.operates).values()

    def _guess_reads(self, node: Node) -> None:
        """What a script's statement read from modules, as far as its text shows: nothing was recorded."""
        node.reads |= self.expected_reads(node)
        self._index(node)

    def _guess_runs(self, node: Node, mentioned: Mentions | None = None) -> None:
        """Which functions a statement ran, as far as names tell: the interpreter does not."""
        effects, namespace, paths = node.statement.effects, node.module.namespace, self._by_path.keys()
        values = list(self._read_values(node))
        only_binds = node.statement.kind in ("import", "from") or (node.statement.alias and not effects.attributes)
        if values or (effects.reads and not only_binds):
            inline = [code for code in codes.walk(node.codes) if code.co_name in reach.INLINE]
            self._note_runs(node, {id(code): code for code in (*inline, *self._bound_again(node))})
            if mentioned is None:
                mentioned = _mentioned_by(node)
            calls, results = effects.calls or bool(values), effects.calls_results
            found = guesses.run_by(mentioned, namespace, values, paths, effects.passes, calls, results, self._known)
            self._note_runs(node, found)

    def _read_values(self, node: Node) -> Iterator[Any]:
        """What a statement read of other modules and may have called."""
        for module, name in node.reads:
            names = self.modules[module].namespace if module in self.modules else {}
            if node.statement.effects.calls and name in names and node.statement.kind not in ("from", "import"):
                yield names[name]
            elif name not in names and name != "__dict__" and "__getattr__" in names:
                yield names["__getattr__"]

    def _bound_again(self, node: Node) -> Iterator[CodeType]:
        """The code of functions under names that a statement read, and that are gone or bound again by now."""
        effects, others = node.statement.effects, node.module.nodes or ()
        if not effects.calls:
            return
        for name in effects.reads - effects.passes:
            makers = [other for other in others if other is not node and name in other.statement.effects.writes]
            if name in node.module.namespace:
                earlier = [maker for maker in makers if maker.order < node.order]
                makers = earlier[-1:] if len(earlier) < len(makers) else []
            yield from codes.walk(code for maker in makers for code in maker.codes)

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
                    waiting.extend(_modules_set(self.modules[name]))

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
        if record.imported_by is not None:
            return record.imported_by[0]
        if record.parent is None:
            return None
        notes, position = record.parent
        if notes.node is not None:
            node: Node = notes.node
            return node
        parent = notes.load.record if notes.load is not None else None
        return None if parent is None else self.node_at(parent, position)

    def children(self) -> dict[ModuleRecord, list[ModuleRecord]]:
        """By module, those that it imported first."""
        found: dict[ModuleRecord, list[ModuleRecord]] = defaultdict(list)
        for record in self.modules.values():
            if record.imported_by is not None or record.parent is None or record.parent[0].node is not None:
                node = self.importer(record)
                parent = None if node is None else node.module
            else:
                load = record.parent[0].load
                parent = None if load is None else load.record
            if parent is not None:
                found[parent].append(record)
        return found

    def importers(self, record: ModuleRecord) -> list[ModuleRecord]:
        """The modules whose loads the module's own load is part of, nearest first."""
        found = self._importers.get(record)
        if found is None:
            found, each = [], record
            while (node := self.importer(each)) is not None and node.module not in found:
                each = node.module
                found.append(each)
            self._importers[record] = found
        return found

    # --- save time: facts of statements that were run again ---------------------------------------------

    def uses_of(self, node: Node, notes: Notes, in_part: bool = False) -> Uses:
        """What a run of a statement used; with what its last run used, where only a part ran again."""
        reads = {(module, name) for _, module, name in notes.reads}
        ran_codes = [code for _, code in notes.ran if _counts(code)]
        wrote = {(module, name) for _, module, name in notes.writes} | self._bound_elsewhere(node, ran_codes)
        ran = set(map(id, ran_codes))
        opened = {path for _, path in notes.opened}
        if in_part:
            reads, ran, wrote, opened = reads | node.reads, ran | node.ran, wrote | node.wrote, opened | node.opened
        return reads, ran, wrote, opened, node.extra

    def _bound_elsewhere(self, node: Node, ran: Iterable[CodeType]) -> set[Name]:
        """Globals of other modules that functions bound which a statement ran."""
        found = ((code, codes.global_writes(code)) for code in ran)
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
            node.extra = _star_names(node)

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
        nodes = [node for node in self._resolved(self._runners.forget(id(old)), dead=True) if id(old) in node.ran]
        self._runners.forget(id(new))  # what had this identity earlier
        for node in nodes:
            node.ran.discard(id(old))
            node.ran.add(id(new))
            self._runners.add(id(new), node)

    # --- who depends -----------------------------------------------------------------------------------

    def readers(self, name: Name) -> list[Node]:
        """Statements that read an attribute of a module while they ran, in any module."""
        return [node for node in self._resolved(self._readers.users(name)) if name in node.reads]

    def modules_read(self, record: ModuleRecord) -> set[str]:
        """Names of the modules that a module's statements read from."""
        if record.facts is not None:
            return {module for _, module, _ in record.facts.reads}
        return {module for node in record.nodes or () for module, _ in node.reads}

    def was_used(self, record: ModuleRecord) -> bool:
        """Whether a statement imported the module first, or ever read something of it."""
        return record.parent is not None or record.name in self._read

    def runners(self, code: CodeType) -> list[Node]:
        return [node for node in self._resolved(self._runners.users(id(code))) if id(code) in node.ran]

    def openers(self, path: str) -> list[Node]:
        return [node for node in self._resolved(self._openers.users(path)) if path in node.opened]

    def setters(self, name: Name) -> list[Node]:
        """Statements of other modules that set an attribute of a module while they ran."""
        found = self._resolved(self._setters.users(name))
        return [node for node in found if name in node.wrote and node.module.name != name[0]]

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

    def order(self, node: Node) -> tuple[float, ...]:
        """Sorts statements of all modules as they first ran; an import sorts after what it loaded."""
        return (*(self._load_orders.get(node.module) or self.load_order(node.module)), node.order, END)

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

    def stands_after(self, code: CodeType, node: Node) -> bool:
        """Whether a definition came after a statement when all was imported."""
        if code.co_filename == node.module.path:
            return code.co_firstlineno > node.statement.end_line
        importers = self.importers(node.module)
        for record in self.at_path(code.co_filename):
            if record in importers:  # half imported at that time
                lines = [each.statement.line for each in self.analyze(record)]
                index = bisect_right(lines, code.co_firstlineno) - 1
                return index >= 0 and self.order(self.analyze(record)[index]) > self.order(node)
            return self.load_order(record) > self.order(node)
        return False

    def forget_orders(self) -> None:
        """Statements have come to stand elsewhere."""
        self._load_orders.clear()
        self._importers.clear()

    def _load_order(self, record: ModuleRecord) -> tuple[float, ...]:
        path: list[float] = []
        seen: set[str] = set()
        while (node := self.importer(record)) is not None and record.name not in seen:
            seen.add(record.name)
            path[:0] = [node.order, float(record.sequence)]
            record = node.module
        return (float(record.sequence), *path)


def imported_module(record: ModuleRecord, level: int, module: str) -> str:
    """The name of the module that ``from ...module import x`` means, with `level` dots, in a module."""
    return optional.absolute(record.namespace.get("__package__") or "", level, module)


class _Locator:
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


def _modules_set(record: ModuleRecord) -> Iterator[str]:
    """Modules in which the module's statements may have put functions of its own: ``other.function = mine``."""
    for node in record.nodes or ():
        yield from (module for module, _ in node.wrote)
        for root, *_ in node.statement.effects.sets:
            value = record.namespace.get(root)
            yield str(value.__name__ if isinstance(value, ModuleType) else insides.own(value, "__module__"))


def _counts(code: CodeType) -> bool:
    """The body of a module's own class is part of its statement, not a function that others run."""
    if code.co_name == "<module>" or code.co_name.startswith("<generic parameters of"):
        return False
    return not codes.is_class_body(code) or "<locals>" in code.co_qualname


def _star_names(node: Node) -> set[str]:
    """What ``from m import *`` bound: it asked the module for each name."""
    return {name for _, name in node.reads if name != "__all__" and name in node.module.namespace}


def _without_star_imports(notes: Notes) -> Iterator[tuple[int, str, str]]:
    """The reads of a load; star imports, which take names that are told one by one, have not looked through all."""
    for position, module, name in notes.reads:
        if name != "__dict__" or notes.code is None or not codes.imports_all(notes.code, position):
            yield position, module, name


def _mentioned_in(record: ModuleRecord) -> dict[Node, Mentions]:
    """What each statement of a module that has loaded mentions."""
    assert record.nodes is not None
    if not record.nodes:
        return {}
    locate, found = _Locator(record.code, record.nodes), defaultdict[Node, list[dis.Instruction]](list)
    for instruction in dis.get_instructions(record.code):
        found[locate(instruction.offset)].append(instruction)
    return {node: mentions.mentions([*instructions, *_of_classes(node)]) for node, instructions in found.items()}


def _mentioned_by(node: Node) -> Mentions:
    """What a statement mentions that has been edited since."""
    if node.module.parsed is None:
        return Mentions()
    code = compile_text(node.statement, node.module.parsed, node.module.path)
    return mentions.mentions([*dis.get_instructions(code), *_of_classes(node)])


def _of_classes(node: Node) -> Iterator[dis.Instruction]:
    """The instructions that run with a statement besides its own: of class bodies and comprehensions."""
    waiting = list(node.codes)
    while waiting:
        code = waiting.pop()
        if codes.is_class_body(code) or code.co_name in reach.INLINE:
            yield from dis.get_instructions(code)
            waiting += codes.children(code)


def _share_codes(nodes: list[Node], children: Iterable[CodeType]) -> None:
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


def _explain_names(record: ModuleRecord) -> None:
    """Names that no statement's text binds belong to the statements that may bind any name."""
    assert record.nodes is not None
    dynamic = [node for node in record.nodes if node.statement.effects.dynamic]
    if not dynamic:
        return
    explained = PYTHONS_OWN.union(*(node.writes for node in record.nodes))
    rest = {n for n in record.namespace.keys() - explained if not isinstance(record.namespace.get(n), ModuleType)}
    for node in dynamic:
        node.extra |= rest
