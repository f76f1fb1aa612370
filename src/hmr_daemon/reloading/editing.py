"""New versions of sources into the graph: statements, their order and their code."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import CodeType, FunctionType
from typing import Any

from ..live import entries, insides
from ..live.containers import size
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..model import Change
from ..planning import cycles, forms, imports, places
from ..planning.planner import bound_by_functions, changed_by_functions
from ..planning.records import ModuleRecord, Node
from ..planning.targets import holder_of, is_ours
from ..syntax import annotating, codes, counters, defaults, diff, enclosing, loops, parsing, trees
from ..syntax.compiler import compile_text
from ..syntax.diff import Change as Kind
from ..syntax.statements import COMPOUND, REGISTERING, Statement
from . import at_exit, contributions, counting, library_entries, own_entries, registries, seen
from .run import FileEdit, Previous
from .swapping import Swapping
from .versions import Versions

WOKEN = "its module is imported again"


class Editing(Swapping):
    """A run that takes edited files up."""

    def _file_edits(self, change: Change, versions: Versions) -> Iterator[FileEdit]:
        for record in self.graph.meant_by(change.path):
            if change.source is None or (sys.modules.get(record.name) is None and not record.loose):
                continue
            edit = versions.edit(record, change.source, change.path)
            if edit.parsed.directive == "off":
                self.outcome.notes.append(f"{record.path} says `# hmr: off`: it goes on as it was loaded")
            else:
                yield edit

    def _apply_edits(self, edits: Sequence[FileEdit]) -> None:
        """Take the new sources up; who saw a module half imported runs again where it would see more or less now."""
        with self._noting_seen_otherwise([edit.record for edit in edits if edit.moves]):
            for edit in edits:
                if edit.relocated:
                    self._relocate(edit.record, edit.path)
                self._apply_edit(edit)
            self._note_imported_no_more(edits)
            self._renew_importers(edits)

    def _note_imported_no_more(self, edits: Sequence[FileEdit]) -> None:
        """Find the modules that nobody imports any more: the layer above knows how."""
        raise NotImplementedError

    @contextmanager
    def _noting_seen_otherwise(self, records: Sequence[ModuleRecord]) -> Iterator[None]:
        """Note who is imported while one of some modules is, and sees more of it or less by what is done meanwhile."""
        before = [self._half_way(record) for record in records]
        yield
        for record, names in zip(records, before, strict=True):
            after = self._half_way(record)
            for other in {*names, *after}:
                for name in names.get(other, frozenset()) ^ after.get(other, frozenset()):
                    self.seen_otherwise.append((record, name, other))

    def _tell_seen_otherwise(self) -> None:
        noted, self.seen_otherwise = self.seen_otherwise, []
        for record, name, other in noted:
            for reader in (*self.graph.readers((record.name, name)), *self.agenda.star_readers(record)):
                if reader.module is other:
                    self.schedule(reader, f"{record.name}.{name} is bound before it or after it now", name, True)

    def _relocate(self, record: ModuleRecord, path: str) -> None:
        """Let a module be the package of its name, or a package the module, as an import would find it now."""
        t, graph, before = self.transaction, self.graph, record.path
        t.do((graph.relocate, record, path), (graph.relocate, record, before))
        t.do((graph.gone.discard, before), (graph.gone.add, before))
        self.recorder.note_file(path)
        attributes = forms.attributes(record.name, path)
        for name in forms.NAMES:
            if name not in attributes:
                t.delete_item(record.namespace, name)
            elif name in record.namespace or name == "__path__":  # 3.15 sets fewer
                t.set_item(record.namespace, name, attributes[name])
        for node in graph.analyze(record):
            node.compiled = None
        self.relocated.append(record)

    def _half_way(self, record: ModuleRecord) -> dict[ModuleRecord, frozenset[str]]:
        """Modules that are imported while a module is, with the names that it has not bound by then."""
        children, writers = self.graph.children(), self.agenda.table(record).writers
        found: dict[ModuleRecord, frozenset[str]] = {}
        for child in children.get(record, ()):
            importer = self.graph.importer(child)
            if importer is None:
                continue
            names = frozenset(name for name, first in writers.items() if first and first[0].order >= importer.order)
            waiting = [child]
            while waiting:
                each = waiting.pop()
                if each is not record and each not in found:
                    found[each] = names
                    waiting += children.get(each, ())
        return found

    def _renew_importers(self, edits: Sequence[FileEdit]) -> None:
        """Where edited modules import others than before, a fresh process may import modules in another order."""
        records = set[ModuleRecord]()
        for edit in edits:
            old, new = self._imports(edit)
            loaded = self.graph.modules.keys()
            if edit.reorders or old & loaded != new & loaded or (edit.moves and (old | new) & loaded):
                records |= self._entangled(edit.record, {*old, *new})
        self._renew_first_importers(records)

    def _renew_first_importers(self, records: Collection[ModuleRecord]) -> None:
        if len(records) < 2:
            return
        for each, step in cycles.first_importers(self.graph, records, self.imported_early).items():
            if places.same(step, self.graph.imported_at(each)):
                continue
            before, importer = self.graph.importer(each), self.graph.statement_of(step)
            if importer is not before:
                self.set_importer(each, importer)
            if importer is None:
                self.orphans.add(each)

    def _entangled(self, record: ModuleRecord, others: Iterable[str]) -> set[ModuleRecord]:
        """The modules that a fresh process may import in another order."""
        return cycles.entangled(self.graph, record, others)

    def note_imported(self, node: Node, modules: Iterable[str]) -> None:
        """What a statement imports on a condition, where nothing surely does, tells only as it runs."""
        for record in self.orphans.intersection(filter(None, map(self.graph.modules.get, modules))):
            self.orphans.discard(record)
            self.set_importer(record, node)

    def note_importers(self, loaded: Sequence[ModuleRecord]) -> None:
        """What no statement surely imported any more, modules that have come just now may import."""
        if not self.orphans:
            return
        read = {name for record in loaded for name in self.graph.modules_read(record)}
        for record in [each for each in self.orphans if each.name in read]:
            self.orphans.discard(record)
            self.set_importer(record, cycles.first_user(self.graph, record))

    def import_early(self, node: Node, record: ModuleRecord) -> None:
        """A statement imports a module that was loaded after it: a fresh process would load that now."""
        with self._noting_seen_otherwise([node.module, *self.graph.importers(node.module)]):
            self.imported_early[record] = node
            self.set_importer(record, node)
            self._renew_first_importers(self._entangled(node.module, {record.name}))
        self._tell_seen_otherwise()

    def import_late(self, node: Node, records: Collection[ModuleRecord]) -> None:
        """A statement imports modules no more that it had imported first: another would."""
        with self._noting_seen_otherwise([node.module, *self.graph.importers(node.module)]):
            for record in records:
                self.set_importer(record, cycles.first_user(self.graph, record))
        self._tell_seen_otherwise()

    def set_importer(self, record: ModuleRecord, importer: Node | None) -> None:
        """Let a statement be what would import a module first. One that leaves stays where it was, to be told of."""
        if importer is None and (record.path in self.graph.gone or record in self.unimported):
            return
        self.transaction.on_undo(self.graph.forget_orders)
        self.transaction.set_attribute(record, "imported_by", (importer,))
        self.graph.forget_orders()

    def _imports(self, edit: FileEdit) -> tuple[set[str], set[str]]:
        """What those of a module's statements imported that are others now, and what they import."""
        record = edit.record
        old = {name for node in self.removed_nodes[record] for name in imports.imports(record, node.statement)}
        new = set[str]()
        for node in record.nodes or ():
            previous = self.previous.get(node)
            if previous is not None and previous.statement.text == node.statement.text:
                continue  # only its line is another
            if previous is not None:
                old.update(imports.imports(record, previous.statement))
            if previous is not None or node in self.added:
                new.update(imports.imports(record, node.statement))
        return old, new

    def _apply_edit(self, edit: FileEdit) -> None:
        """Let the record's statements be those of the new source; what must run goes on the agenda."""
        record = edit.record
        self.edited[record] = not edit.binds_in_order
        self.outcome.involved.add(record.path)
        old_nodes = self.graph.analyze(record)
        self.changed_through |= changed_by_functions(old_nodes, self.graph)
        self.bound_through |= bound_by_functions(old_nodes, self.graph)
        new_nodes: list[Node] = []
        seeds = self.seeds[record] = []
        touched = []
        by_position: dict[int, Node] = {}
        for change in edit.edits:
            old = None if change.old is None else old_nodes[change.old]
            change = self._but_annotation(edit, change, old)
            stays = old is not None and edit.leaves(change, old)
            node = old if stays else self._take_statement(edit, change, old)
            if old is not None and not stays:
                touched.append(old)
            if node is not None:
                new_nodes.append(node)
                by_position[change.new or 0] = node
            if node is not None and change.change in (Kind.SHELL, Kind.MOVED, Kind.ADDED):
                seeds.append((node, change.change.value))
            elif node is not None and edit.relocated and any(level for level, *_ in node.statement.imports):
                seeds.append((node, "its package is another"))
            if node is not None and change.moved:
                self.moved.add(node)
        if edit.old_parsed is None:
            self._swap_unknown(record, new_nodes)
        else:
            self._take_over(edit, edit.old_parsed.statements, old_nodes, by_position)
        self._set_version(edit, new_nodes)
        self.replaced_nodes[record] = touched
        self.outcome.notes += [
            f"{record.path}:{line}: unknown comment '# hmr: {word}'; known are {', '.join(parsing.DIRECTIVES)}"
            for line, word in edit.parsed.unknown_comments
        ]
        hook = record.namespace.get("__hmr_dispose__")
        if type(hook) is FunctionType:  # the code that opened things closes them
            self.dispose_hooks[id(record)] = hook.__code__
        if record.plain:
            seeds[:] = [(node, "# hmr: rerun") for node in new_nodes]

    def _but_annotation(self, edit: FileEdit, change: diff.Edit, node: Node | None) -> diff.Edit:
        """An assignment that is only annotated otherwise is not run again: its value stays."""
        if change.change is not Kind.SHELL or change.moved or node is None or change.new is None or edit.record.plain:
            return change
        if not annotating.only_annotated(node.statement, edit.parsed.statements[change.new]):
            return change
        self.annotated_otherwise.append(node)
        return replace(change, change=Kind.BODY)

    def _take_statement(self, edit: FileEdit, change: diff.Edit, node: Node | None) -> Node | None:
        """Take up what became of one statement: its node from now on, None where it is removed."""
        if change.new is None:
            assert node is not None
            if node.alive:
                self.removed_nodes[edit.record].append(node)
                self._withdraw(node)
            self.dropped += codes.walk(node.codes)
            return None
        statement = edit.parsed.statements[change.new]
        defaults.note(edit.record.path, statement.effects.defaults)
        if node is None:
            node = Node(edit.record, statement, 0.0)
            self.added.add(node)
            self._renew_codes(node, None, statement, edit)
            return node
        text = edit.old_parsed.text if edit.old_parsed else ""
        self.previous[node] = Previous(node.statement, text, node.codes)
        if change.change is Kind.SHELL and node.alive:
            self._lose_targets(node, statement)
            self._lose_entries(node, statement, edit.parsed.text)
            self._lose_growth(node)
            if newly := _called(statement) - _called(node.statement):
                self.calling_more[node] = newly | statement.effects.reads - node.statement.effects.reads
        self._renew_codes(node, node.statement, statement, edit, change.change)
        self.transaction.set_attribute(node, "statement", statement)
        return node

    def _take_over(
        self, edit: FileEdit, old: Sequence[Statement], old_nodes: Sequence[Node], nodes: Mapping[int, Node]
    ) -> None:
        """A definition that goes into a compound statement, or comes out of one, goes on as what it was."""
        pairs = [(each.old, each.new) for each in edit.edits if each.change not in (Kind.SAME, Kind.MOVED)]
        withdrawn = self.lost_all | {gone for gone, _ in self.withdrawn}
        for i, j, name in enclosing.taken_over(old, edit.parsed.statements, pairs):
            node, previous = nodes[j], self.previous.get(old_nodes[i])
            self.taken_over.setdefault(node, {})[name] = old[i]
            self.taken_from.setdefault(node, []).append(old_nodes[i])
            counted = any(map(counters.counts, self._ran_before(old_nodes[i])))
            if counted or old_nodes[i] in withdrawn:  # it puts that there again, though nothing else of it is another
                self.lost_all.add(node)
            done = {id(code) for pair in self.swap.pairs for code in pair}
            versions = (previous.codes if previous else old_nodes[i].codes), node.codes
            mine = (name, f"<generic parameters of {name}>")
            before, after = ([c for c in found if c.co_name in mine and id(c) not in done] for found in versions)
            found = list(codes.align(before, after))
            succeeded = {id(code) for code, _ in found}
            self.dropped = [code for code in self.dropped if id(code) not in succeeded]
            self.swap.pairs += found
            self.swap.holders.update((id(code), 1 + (id(code) in edit.loaded_constants)) for code in before)
            self.swap.roots.append(edit.record.namespace.get(name))

    def _swap_unknown(self, record: ModuleRecord, nodes: Sequence[Node]) -> None:
        """The source that was loaded is not known: only its code is."""
        after = [code for node in nodes for code in node.codes]
        self.swap.pairs += codes.align(codes.children(record.code), after)
        self.swap.holders.update((id(code), 1) for code in codes.children(record.code))
        self.swap.roots += list(record.namespace.values())
        self.outcome.notes.append(f"{record.path} changed while it was loaded: all of it ran again")

    def _set_version(self, edit: FileEdit, nodes: list[Node]) -> None:
        """The record is the new version from now on."""
        record, t = edit.record, self.transaction
        if edit.old_parsed is not None:
            self.parsed_before[record] = edit.old_parsed
        t.set_attribute(record, "parsed", edit.parsed)
        t.set_attribute(record, "edited", edit.source)
        t.set_attribute(record, "packed", None)
        self.graph.note_caches(record, edit.source)
        self._place(record, nodes)
        t.set_attribute(record, "nodes", nodes)
        record.table = None
        t.on_undo(setattr, record, "table", None)
        self.agenda.forget_tables()
        for node in self.removed_nodes[record]:
            self._bury(node)

    def _bury(self, node: Node) -> None:
        """Let a statement be none that runs."""
        self.transaction.set_attribute(node, "alive", False)
        self.agenda.leave(node)

    def _seed(self) -> None:
        """Put on the agenda what was edited, once all statements have their new places and codes."""
        self.companies.clear()  # who was told of statements as they are taken up knew the old ones
        for record, nodes in self.replaced_nodes.items():
            through = [node for node in self.bound_through if node.module is record]
            self._names_gone(record, dict.fromkeys([*nodes, *through]))
        for record, seeds in self.seeds.items():
            for node, reason in seeds:
                self.schedule(node, reason)
                if node in self.added or node in self.moved or node in self.calling_more:
                    self._make_room(node)
                if node in self.moved:
                    self.lost += [(node, target) for target in self.set_through_before(node)]
                    counting.tell_in_turn(self, node)
                if node in self.moved and node in self.agenda.reasons:  # all that it reads may be other now
                    self.agenda.reasons[node].changed_names |= node.statement.effects.reads
                    self.agenda.reasons[node].code_changed = True
            for node in self.removed_nodes[record]:
                if node not in self.with_libraries_alone:
                    self._group_of(node, removed=True)
        for record in self.relocated:
            for name in forms.NAMES:
                self._tell(record, name, None, f"{name} is another")
        for node, name in self.unbound:
            self._tell_unbound(node, name)
        self._tell_seen_otherwise()
        for node in self.let_go:
            self._group_of(node, removed=True)
        for node in self.woken:
            self.schedule(node, WOKEN, code_changed=True)
            self._make_room(node)
        for node in self.forsaken:
            runners = [runner for code in codes.walk(node.codes) for runner in self.graph.runners(code)]
            for user in runners if node.statement.kind in ("def", "class") else [node, *runners]:
                self.schedule(user, "does without a module that is gone", code_changed=True)

    def _place(self, record: ModuleRecord, nodes: Sequence[Node]) -> None:
        """Order numbers that rise along the new source; what stayed in order keeps its own."""
        known = [None if n in self.added else n.order for n in nodes]
        kept = diff.longest_rising([o for o in known if o is not None])
        fixed = [o if o is not None and o in kept else None for o in known]
        numbers = diff.rising(fixed)
        new = {old: number for old, number in zip(fixed, numbers, strict=True) if old is not None}
        for node, number in zip(nodes, numbers, strict=True):
            self._give_order(node, number)
        if any(old != number for old, number in new.items()):  # what is gone is to be told of, at its place
            for node in self.removed_nodes[record]:
                self._give_order(node, max((new[old] for old in new if old < node.order), default=-1.0) + 0.5)

    def _give_order(self, node: Node, number: float) -> None:
        if node in self.added or node.order != number:
            self.orders_before.setdefault(node, node.order)
            self.transaction.on_undo(self.graph.forget_orders)
            self.transaction.set_attribute(node, "order", number)
            self.graph.forget_orders()

    def order_before(self, node: Node) -> float:
        """Its place in the old source; after all others where it stood nowhere."""
        return float("inf") if node in self.added else self.orders_before.get(node, node.order)

    def _renew_codes(
        self, node: Node, old: Statement | None, new: Statement, edit: FileEdit, change: Kind = Kind.ADDED
    ) -> None:
        """Give the node the code objects of its new version, and note which replace which."""
        before = node.codes
        compiled_alike = edit.same_flags and not edit.relocated and not self._imports_differ(before, edit)
        if change is Kind.SAME and old is not None and compiled_alike:
            shift = new.line - old.line
            same_text = old.text == new.text
            if (not shift and same_text) or not before:
                return
            moved_only = same_text and not any(map(codes.tells_lines, before))
            after = tuple(codes.shifted(c, shift) for c in before) if moved_only else self._compiled(new, edit)
        else:
            after = self._compiled(new, edit)
        self.transaction.set_attribute(node, "codes", after)
        pairs = list(codes.align(before, after))
        if change is Kind.BODY and len(before) == len(after) and all(codes.alike(a, b) for a, b in pairs):
            change = Kind.SAME
        succeeded = {id(old) for old, _ in pairs}
        self.dropped += [code for code in codes.walk(before) if id(code) not in succeeded]
        self.swap.pairs += pairs
        if change is Kind.SAME:
            self.swap.unchanged |= {id(code) for code, _ in pairs}
        for code in before:
            self.swap.holders[id(code)] = 1 + (id(code) in edit.loaded_constants)
        if pairs:
            self.swap.roots += [edit.record.namespace.get(name) for name in node.writes]
            if change in (Kind.BODY, Kind.SHELL, Kind.MOVED):
                self.outcome.patched += [f"{edit.record.name}.{name}" for name in new.names]

    def _imports_differ(self, before: Sequence[CodeType], edit: FileEdit) -> bool:
        """Whether a name that the code calls is imported now and was not, or the other way round.

        Be it that of a local variable: the compiler asks for no more than that the module imports such a name.
        """
        names = edit.imports_changed
        return bool(names) and any(not names.isdisjoint(codes.all_names(code)) for code in codes.walk(before))

    def _compiled(self, statement: Statement, edit: FileEdit) -> tuple[CodeType, ...]:
        try:
            return codes.children(compile_text(statement, edit.parsed, edit.record.path))
        except SyntaxError as error:
            error.filename = edit.record.path
            raise

    def _names_gone(self, record: ModuleRecord, old: Iterable[Node]) -> None:
        """Names that the statements `old`, which are removed or have other text now, bind no more."""
        bound = {node: self._old_writes(node) for node in old}
        if all(node.alive and names <= node.writes for node, names in bound.items()):
            return
        table = self.agenda.table(record)
        lost = {name for node, names in bound.items() for name in names if node not in table.writers.get(name, ())}
        self.removed_names += [(record, name) for name in sorted(lost) if name not in table.writers]
        for name in lost & table.writers.keys():
            remaining = table.writers[name]
            last = max(node.order for node in remaining)
            gone = [node for node, names in bound.items() if name in names and node not in remaining]
            if any(node.order > last for node in gone):
                for node in table.last_writers(name):
                    self.schedule(node, f"binds {name} last now")
                continue
            self.unbound += [(node, name) for node in gone]
            if not any(node.statement.unconditional for node in remaining):
                for node in remaining:
                    self.schedule(node, f"alone may bind {name} now")

    def _tell_unbound(self, gone: Node, name: str) -> None:
        """Statements between one that bound a name and the next that does saw a binding that is no more."""
        record, table = gone.module, self.agenda.table(gone.module)
        writers = table.writers.get(name, ())
        binding = [writer for writer in writers if writer.statement.unconditional]
        deleting = [writer for writer in writers if writer.statement.kind == "Delete"]
        readers = [*deleting, *table.readers.get(name, ()), *self.agenda.function_readers(record, name, None)]
        for reader in readers:
            bound_newly = any(
                each in self.added and each.order < reader.order for each in binding
            )  # who does so, tells
            saw = not bound_newly and _is_next(gone, reader, binding, self.order_before)
            if reader.module is record and (saw or _is_next(gone, reader, binding, _order_now)):
                self.schedule(reader, f"{name} was bound by another statement", name, code_changed=True)

    def _withdraw(self, node: Node) -> None:
        """What a statement that is no more has done to others goes with it."""
        at_exit.withdraw(self.transaction, node.statement, self.held_before(node.module))
        statement = node.statement
        adds = statement.effects.mutates or (statement.kind == "assign" and statement.effects.calls)
        if library_entries.may_do(statement) and self._withdraw_from_libraries(node):
            self.with_libraries_alone.add(node)
        elif adds and own_entries.withdraw(self, node):
            pass
        elif statement.effects.calls:
            self.kept_by[node] = [read for name in sorted(node.writes) for read in self.part_of(node, name)]
            self._withdraw_entries(node)
            for code in self.measuring(node):
                self._make_anew(code)
        self._lose_targets(node, None)
        self._lose_growth(node)

    def _withdraw_from_libraries(self, node: Node) -> bool:
        return library_entries.withdraw(self, node)

    def _withdraw_entries(self, node: Node) -> None:
        given = self.given_before(node, node.statement, gone=True)
        before = self._passed_alone(node, given.grown) or self._made_now(node)
        grown = self.grown_by(node)
        places = contributions.withdraw(self.transaction, node, self.graph, before, node.codes, given, grown)
        known = len(self.made_anew)
        if places:
            self.withdrawn += [(node, place) for place in places]
        else:
            self._make_grown_anew(node)
        if len(self.made_anew) > known:
            self.lost_all.add(node)

    def _passed_alone(self, node: Node, grown: frozenset[str]) -> dict[str, Any]:
        """What a bare call was given, where that tells its entries, and from others', in all that it added to."""
        statement, record = node.statement, node.module
        if statement.kind != "expr" or not statement.effects.passes or not grown:
            return {}
        alike = self._run_alike(self._ran_before(node)) - {node}
        others = {id(other.module.namespace.get(name)) for other in alike for name in other.statement.effects.passes}
        passed = {name: self.held_before(record)(name) for name in statement.effects.passes}
        passed = {name: value for name, value in passed.items() if id(value) not in others and value is not MISSING}
        held = defaultdict[int, bool](bool)
        for _, place, told in contributions.held_in(node, self.graph, passed, node.codes, grown):
            held[place.container] |= told  # of one in another, either tells
        return passed if held and all(held.values()) else {}

    def _lose_entries(self, node: Node, new: Statement, text: str) -> None:
        """What a statement added through functions goes as it becomes another: by its keys or with all of it."""
        old = node.statement
        if old.kind == "expr" and old.effects.calls:
            told = contributions.told_by_keys(node, old, self.graph)
        elif old.kind in COMPOUND or old.kind in ("def", "class"):
            ran = self._ran_by(node) if old.effects.calls else []
            if old.kind not in COMPOUND and not self._registers_otherwise(node, new, text, ran):
                return
            grown = frozenset().union(*map(codes.grown_names, ran))
            told = not grown or (self._note_entries(node, grown) and not any(map(self.grows_deque, ran)))
            told = told or (old.kind in COMPOUND and contributions.told_by_keys(node, old, self.graph, grown))
        else:
            if not _called(old) <= _called(new):
                self._withdraw_entries(node)
            return
        if not told:
            self._make_grown_anew(node)

    def _registers_otherwise(self, node: Node, new: Statement, text: str, ran: Sequence[CodeType]) -> bool:
        """Whether what a definition is registered with may keep something else of it than before."""
        if seen.registers_otherwise(node.statement, new):
            return True
        growing = [code for code in ran if codes.grown_names(code)]
        return bool(growing) and seen.is_shown(node.statement, self.previous[node].text, new, text, growing)

    def _note_entries(self, node: Node, grown: frozenset[str]) -> bool:
        """Keep account of the registries that hold an entry of a statement; whether all that hold some tell it."""
        held = list(contributions.held_in(node, self.graph, self._made_now(node), node.codes, grown))
        self.entered[node] = [(container, place) for container, place, told in held if told]
        telling = defaultdict[int, bool](bool)
        for _, place, told in held:
            telling[place.container] |= told  # of one in another, either tells
        return all(telling.values())

    def _lose_growth(self, node: Node) -> None:
        """What a statement has put by hand into what a class holds goes with it: the class binds that again."""
        for path in trees.grown_paths(node.statement.parse()) if node.statement.effects.mutates else ():
            holder = holder_of(node.module.namespace, path) if len(path) > 1 else None
            if not is_a(holder, type) or not is_ours(holder, self.graph):
                continue
            if plain_type(vars(holder).get(path[-1])) in (list, dict, set):
                self.ungrown.append((holder, path[-1]))

    def _lose_targets(self, node: Node, new: Statement | None) -> None:
        self.lost += [(node, target) for target in self.lost_targets(node, node.statement, new)]

    def _make_grown_anew(self, node: Node) -> None:
        """What a statement added to through functions cannot be told apart: it is made anew, by all who build it."""
        self._make_anew_through(node, self._ran_by(node))

    def _make_anew_through(self, node: Node, ran: Sequence[CodeType]) -> None:
        for code in ran:
            self._make_anew(code)
        grown = frozenset().union(*map(codes.grown_names, ran))
        for _, place in registries.containers(node, self.graph, ()) if grown else ():
            if place.owner is not None and place.attribute in grown:
                self.bind_member_again(place.owner, place.attribute)

    def _to_run(self, node: Node) -> list[CodeType]:
        """The code that a statement may run of the user's functions: what it ran, and what it calls newly leads to."""
        called_by, known = self.graph.called_by, self.known[""]
        found = called_by(node, node.statement, known)
        if node in self.added:
            return [*found]
        newly = {id(code) for code in called_by(node, node.statement, known, self.calling_more.get(node, frozenset()))}
        return [code for code in found if id(code) in node.ran or id(code) in newly]

    def _make_room(self, node: Node) -> None:
        """An entry goes between others, and nothing tells which of these are a later statement's: all are made anew."""
        by_the_way = (set,) if node.statement.kind in REGISTERING else (set, dict)  # as a cache is filled
        growing = [code for code in self._to_run(node) if codes.grown_names(code)]
        self.graph.analyze_dependents(r for code in growing for r in self.graph.at_path(code.co_filename))
        grown_here = [
            (r, n) for c in growing for n in codes.grown_globals(c) for r in self.graph.at_path(c.co_filename)
        ]
        builders = [runner for code in growing for runner in self.graph.runners(code)]
        builders += [adder for record, name in grown_here for adder, _ in self._adders(record, name)]
        if not any(self.graph.comes_after(builder, node) and self.may_run(builder) for builder in builders):
            return  # what a script does by a statement that runs is none that fills it again
        for code in growing:
            if loops.measured(code) & codes.grown_globals(code):
                self._make_anew(code)
        grown = frozenset().union(*map(codes.grown_names, growing))
        for container, place in registries.containers(node, self.graph, ()):
            if place.name not in grown or not size(container) or is_a(container, by_the_way):
                continue
            if not any(self.made_later(node, entry) for entry in entries.entries(container)):
                lost = set(self.made_anew)
                self._make_anew_through(node, growing)
                self.keeps_rest |= self.made_anew - lost
                return

    def _ran_by(self, node: Node) -> list[CodeType]:
        """The code that the statement ran of the functions that its names lead to."""
        namespace = node.module.namespace
        used = [namespace[name] for name in node.statement.effects.reads if name in namespace]
        key = frozenset(map(id, used))
        if key not in self.led_to:
            kinds = [value if is_a(value, type) and type(value) is type else type(value) for value in used]
            owners = [o for kind in kinds for o in kind.__mro__ if o.__module__ in self.graph.modules]
            called = insides.reachable([*used, *owners])
            self.led_to[key] = used, {id(code): code for code in codes.walk(function.__code__ for function in called)}
        return [code for identity, code in self.led_to[key][1].items() if identity in node.ran]


def _is_next(first: Node, then: Node, binding: Iterable[Node], place: Callable[[Node], float]) -> bool:
    """Whether a statement comes after another, and none between them that binds the same."""
    return place(first) < place(then) and not any(place(first) < place(each) < place(then) for each in binding)


def _order_now(node: Node) -> float:
    return node.order


def _called(statement: Statement) -> frozenset[str]:
    """The names by which a statement calls something as it runs, or hands itself to a decorator."""
    return statement.effects.decorates.union(name for name, _ in (statement.calls if statement.effects.calls else ()))
