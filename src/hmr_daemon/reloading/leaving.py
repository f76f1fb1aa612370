"""Modules that nobody needs any more: their files are gone, or nobody imports them; what they did to others goes."""

from __future__ import annotations

import importlib
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set, Sized
from dataclasses import replace
from types import ModuleType
from typing import Any

from ..live import insides
from ..live.kinds import is_a
from ..loading.listings import is_listing
from ..model import Change
from ..planning.graph import Graph
from ..planning.imports import imports
from ..planning.records import ModuleRecord, Node, Resting
from ..syntax import optional
from .editing import WOKEN, Editing
from .run import FileEdit


class Leaving(Editing):
    """A run that lets go of modules."""

    # --- modules whose files are gone ------------------------------------------------------------------

    def _take_leave(self) -> None:
        """Modules whose files are gone, that statements had used and that none needs any more, lose their effect."""
        for record, users in self._leaving().items():
            self.left.append(record)
            for node in [node for node in self.graph.analyze(record) if node.alive]:
                self.let_go[node] = None
                self._withdraw(node)
                self._bury(node)
            if users:
                self.transaction.delete_item(sys.modules, record.name)
                self.forsaken += users

    def _leaving(self) -> dict[ModuleRecord, list[Node]]:
        """Modules whose files are gone, with the statements that can do without them.

        Those stay that someone needs who stays, or that only a prompt imported.
        """
        gone = [record for path in sorted(self.graph.gone) for record in self.graph.at_path(path)]
        leaving = dict.fromkeys(gone)
        while True:
            users = {record: self._users(record, leaving) for record in leaving}
            found = {each: n for each, n in users.items() if n or (n is not None and self.graph.was_used(each))}
            if len(found) == len(users):
                return {each: nodes or [] for each, nodes in found.items()}
            leaving = dict.fromkeys(found)

    def _users(self, record: ModuleRecord, leaving: Collection[ModuleRecord]) -> list[Node] | None:
        """Statements of modules that stay that may import a module and can do without it; None where others need it."""
        if self._is_package_of_others(record, leaving):
            return None
        found = list[Node]()
        for node, imported in self._importing_text(record, leaving):
            asks = optional.ASKING.encode() in (node.module.source or b"")
            if not imported or not optional.can_do_without(node.statement, _package_name(node), record.name, asks):
                return None
            found.append(node)
        return found

    def _is_package_of_others(self, record: ModuleRecord, leaving: Collection[ModuleRecord]) -> bool:
        return any(o.name.startswith(f"{record.name}.") for o in self.graph.modules.values() if o not in leaving)

    def _importing_text(self, record: ModuleRecord, leaving: Collection[ModuleRecord]) -> Iterator[tuple[Node, bool]]:
        """Statements of modules that stay that may import a module, or reach it through its package, and which."""
        word = optional.mention(record.name)
        for other in self.graph.naming(record):
            for node in self.graph.analyze(other) if other not in leaving else ():
                if optional.may_import(node.statement, _package_name(node), record.name):
                    yield node, True
                elif optional.imports_nothing(node.statement) and word.search(node.statement.text.encode()):
                    yield node, False

    def _drop_submodules(self) -> None:
        """Modules that are left, or gone and unused, are no attributes of their packages once the new code is live."""
        for record in [*self.left, *self._unused()]:
            child, package = record.name.rpartition(".")[2], self._package(record)
            if package is not None and package.namespace.get(child) is record.module:
                self.transaction.delete_item(package.namespace, child)
                self.transaction.set_attribute(record, "detached", record not in self.left)

    def _unused(self) -> list[ModuleRecord]:
        """Submodules whose files are gone from packages, and that only a prompt imported: it may have them still."""
        gone = [record for path in sorted(self.graph.gone) for record in self.graph.at_path(path)]
        perhaps = [r for r in gone if r not in self.left and not (r.script or r.detached or self.graph.was_used(r))]
        inside = [(r, p) for r in perhaps if (p := self._package(r)) is not None and p.path not in self.graph.gone]
        return [record for record, _ in inside if self._users(record, self.left) == []]

    def _package(self, record: ModuleRecord) -> ModuleRecord | None:
        return self.graph.modules.get(record.name.rpartition(".")[0])

    def _attach_submodules(self, changes: Iterable[Change]) -> None:
        """What was so dropped, and whose file is there again, is an attribute of its package again."""
        for record in [
            each for change in changes if change.source is not None for each in self.graph.at_path(change.path)
        ]:
            package = self._package(record) if record.detached else None
            if package is not None:
                self.transaction.set_item(package.namespace, record.name.rpartition(".")[2], record.module)
                self.transaction.set_attribute(record, "detached", False)

    # --- modules that stay, and that nobody imports ----------------------------------------------------

    def _note_imported_no_more(self, edits: Sequence[FileEdit]) -> None:
        self._wake(edits)
        for edit in edits:
            self._put_off(edit.record)
        found = [self._imports(edit) for edit in edits]
        lost = set[str]().union(*(old - new for old, new in found)) & self.graph.modules.keys()
        self.unimported = self._imported_no_more(self.graph.modules[name] for name in sorted(lost))

    def import_late(self, node: Node, records: Collection[ModuleRecord]) -> None:
        found = self._imported_no_more(records, node)
        self.unimported += found
        super().import_late(node, records)
        self._let_rest(found, node)

    def _let_rest(self, records: Iterable[ModuleRecord], importer: Node | None = None) -> None:
        """What modules have done to others is taken back where nobody imports them any more.

        The modules themselves stay, with their state: who imports them again finds them as they are.
        """
        for record in records:
            found = tuple(n for n in self.graph.analyze(record) if n.alive and self._withdraw_from_others(n))
            self.transaction.set_item(self.graph.resting, record, Resting(found, importer))
            if found:
                self.outcome.notes.append(f"{record.name} is imported no more: what it did to others is taken back")

    def _withdraw_from_others(self, node: Node) -> bool:
        """Take back what a statement has done to objects that others made; whether it had done something."""
        surely = self._does_to_others(node)
        if not surely and not node.statement.effects.calls and not node.statement.effects.decorates:
            return False
        before = self._withdrawn_so_far()
        self.let_go[node] = None
        self._withdraw(node)
        if not surely and self._withdrawn_so_far() == before:
            del self.let_go[node]
            return False
        self._bury(node)
        return True

    def _does_to_others(self, node: Node) -> bool:
        """Whether a statement does something to what its module did not make itself, as far as its text tells."""
        effects = node.statement.effects
        touched = effects.mutates.union(root for root, *_ in effects.sets)
        if not touched or node.ran:
            return node.statement.does_to_others
        return not all(self._is_made_here(node.module, name) for name in touched)

    def _put_off(self, record: ModuleRecord) -> None:
        """What the new source of a module that nobody imports does to others waits until somebody does."""
        if record in self.graph.resting:
            edited = [node for node in record.nodes or () if node in self.previous or node in self.added]
            put_off = [node for node in edited if node.alive and self._does_to_others(node)]
            for node in put_off:
                self.transaction.set_attribute(node, "alive", False)
            known = self.graph.resting[record]
            self.transaction.set_item(self.graph.resting, record, replace(known, nodes=(*known.nodes, *put_off)))
            self.seeds[record] = [(node, reason) for node, reason in self.seeds[record] if node.alive]

    def _is_made_here(self, record: ModuleRecord, name: str) -> bool:
        writers = self.agenda.table(record).writers.get(name, ())
        return bool(writers) and not any(writer.statement.kind in ("import", "from") for writer in writers)

    def _withdrawn_so_far(self) -> tuple[int, ...]:
        """How much is taken back, or is to be: it rises."""
        lists: Sequence[Sized] = (self.withdrawn, self.lost, self.ungrown, self.out_of_libraries, self.made_anew)
        return self.transaction.size, len(self.agenda.reasons), *map(len, lists)

    def _imported_no_more(self, lost: Iterable[ModuleRecord], but: Node | None = None) -> list[ModuleRecord]:
        """Of modules that statements imported, with those that these import, the ones that nobody imports now.

        `but` is a statement that has imported `lost` and did not when it ran last.
        """
        lost = set(lost)
        perhaps = [record for record in lost if self._may_rest(record)]
        if not perhaps or _computes_names() or (but is not None and any(map(is_listing, but.opened))):
            return []
        imported = self._imported_by_all()
        if but is not None:
            imported[but.module] -= lost
        importers = defaultdict[ModuleRecord, set[ModuleRecord]](set)
        for importer, records in imported.items():
            for record in records:
                importers[record].add(importer)
        found, rest = self._with_imported(perhaps, imported), self.graph.resting
        _leave_out(found, lambda record: not importers[record] <= {record, *found, *rest})
        _leave_out(found, lambda record: self._is_mentioned(record, {*found, *rest}, but))
        return sorted(found, key=self.graph.load_order)

    def _imported_by_all(self) -> dict[ModuleRecord, set[ModuleRecord]]:
        children = self.graph.children()
        return {each: self._imported_by(each, children.get(each, ())) for each in self.graph.modules.values()}

    def _with_imported(
        self, records: Iterable[ModuleRecord], imported: Mapping[ModuleRecord, Set[ModuleRecord]]
    ) -> dict[ModuleRecord, None]:
        """Those of some modules that may rest, with those that they import, at any remove."""
        waiting, found = [*records], dict[ModuleRecord, None]()
        while waiting:
            record = waiting.pop()
            if record not in found and self._may_rest(record):
                found[record] = None
                waiting += imported[record]
        return found

    def _may_rest(self, record: ModuleRecord) -> bool:
        """Whether a statement imported a module first, and no person, and its file is there."""
        by_statement = record.parent is not None or record.imported_by is not None
        rests = record in self.graph.resting or record.path in self.graph.gone
        return by_statement and not (record.script or record.loose or rests)

    def _imported_by(self, record: ModuleRecord, children: Iterable[ModuleRecord]) -> set[ModuleRecord]:
        """What a module imports: as its runs tell, and where statements are others now and have yet to run, texts."""
        modules = self.graph.modules
        if record not in self.edited:
            return {*children, *(modules[name] for name in self.graph.modules_read(record) & modules.keys())}
        names = set[str]()
        for node in record.nodes or ():
            new = (node in self.previous or node in self.added) and node not in self.agenda.done
            names.update(imports(record, node.statement) if new else (module for module, _ in node.reads))
        return {modules[name] for name in names & modules.keys()}

    def _is_mentioned(self, record: ModuleRecord, leaving: Collection[ModuleRecord], but: Node | None) -> bool:
        """Whether a module that stays imports a module, or may, as its text tells; or a person does.

        `but` is a statement that did not when it ran last, so that only its functions may.
        """
        if self._is_package_of_others(record, leaving) or _is_at_prompt(self.graph, record):
            return True
        asking = [node for node, _ in self._importing_text(record, leaving) if node is not but or node in self.previous]
        mine = but is not None and optional.functions_may_import(but.statement, _package_name(but), record.name)
        return bool(asking) or mine or self._is_named_in_strings(record, leaving)

    def _is_named_in_strings(self, record: ModuleRecord, leaving: Collection[ModuleRecord]) -> bool:
        """Whether strings of modules that stay have the name of a module: somebody may import it by that."""
        last = _last_name(record)
        others = [o for o in list(self.graph.modules.values()) if o not in leaving and last in (o.source or b"")]
        nodes = (node for other in others for node in self.graph.analyze(other))
        return any(optional.names_in_strings(node.statement, last.decode()) for node in nodes)

    def _is_imported_again(self, record: ModuleRecord) -> bool:
        return self._is_mentioned(record, self.graph.resting, self.graph.resting[record].importer)

    # --- and that somebody imports again -----------------------------------------------------------------

    def _wake(self, edits: Sequence[FileEdit]) -> None:
        """Modules that edited ones import again do to others what they did, and so do those that these import."""
        resting = self.graph.resting
        found = [each for each in resting if any(_last_name(each) in edit.source for edit in edits)] if resting else []
        while found := [record for record in found if self._is_imported_again(record)]:
            for record in found:
                self.woken += self._wake_up(record)
            found = list(resting)

    def _wake_up(self, record: ModuleRecord) -> list[Node]:
        """Let the statements of a module be as they were before nobody imported it; those that are to run again."""
        nodes = [node for node in self.graph.resting[record].nodes if node in (record.nodes or ())]
        self.transaction.delete_item(self.graph.resting, record)
        for node in nodes:
            self.transaction.set_attribute(node, "alive", True)
        self.added.update(node for node in nodes if not node.writes)
        return nodes

    def note_imported(self, node: Node, modules: Iterable[str]) -> None:
        super().note_imported(node, modules)
        for record in self.graph.resting.keys() & set(filter(None, map(self.graph.modules.get, modules))):
            self._wake_now(record, node)

    def note_importers(self, loaded: Sequence[ModuleRecord]) -> None:
        for record in list(self.graph.resting) if loaded else ():
            asking = [node for node, _ in self._importing_text(record, self.graph.resting) if node.module in loaded]
            if asking:
                self._wake_now(record, min(asking, key=self.graph.order))
        super().note_importers(loaded)

    def _wake_now(self, record: ModuleRecord, importer: Node | None) -> None:
        self.set_importer(record, importer)
        for node in self._wake_up(record):
            self.schedule(node, WOKEN, code_changed=True)


def _leave_out(records: dict[ModuleRecord, None], stays: Callable[[ModuleRecord], bool]) -> None:
    """Take out of some modules those that stay, until none does: each may be why another does."""
    while found := [record for record in records if stays(record)]:
        for record in found:
            del records[record]


def _computes_names() -> bool:
    """Whether ``__main__`` may import modules by names that nobody sees."""
    return any(value is importlib or value is importlib.import_module for value in _held_by_main())


def _is_at_prompt(graph: Graph, record: ModuleRecord) -> bool:
    """Whether a person has a name for a module, its package or something that it defines."""
    return "__main__" not in graph.modules and any(_leads_to(value, record) for value in _held_by_main())


def _held_by_main() -> list[Any]:
    main = sys.modules.get("__main__")
    return [] if main is None else list(vars(main).values())


def _leads_to(value: object, record: ModuleRecord) -> bool:
    """Whether a value is a module, its package, or defined in it."""
    if is_a(value, ModuleType):
        return f"{record.name}.".startswith(f"{insides.own(value, '__name__')}.")
    return bool(insides.own(value, "__module__") == record.name)


def _package_name(node: Node) -> str:
    return node.module.namespace.get("__package__") or ""


def _last_name(record: ModuleRecord) -> bytes:
    return record.name.rpartition(".")[2].encode()
