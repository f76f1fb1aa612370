"""Runs the statements again that are on the agenda, each with what belongs before and after it."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import entries, values
from ..live.classes import IMPLICIT
from ..live.holders import holders
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..loading.finder import forget_listings
from ..loading.notes import names_module
from ..loading.recorder import PLAIN_MODULES
from ..planning import presets
from ..planning.graph import END
from ..planning.planner import Reason
from ..planning.records import ModuleRecord, Name, Node, imported_module
from ..planning.targets import Target, is_ours
from ..syntax import codes, optional, steps
from . import (
    arrivals,
    at_exit,
    attributes,
    by_hand,
    contributions,
    counting,
    displaced,
    hiding,
    last_words,
    later_entries,
    lent,
    library_entries,
    library_state,
    moved,
    own_entries,
    registries,
)
from .early import Early
from .evaluating import Evaluating
from .failures import explain
from .ordering import order_names
from .seen import registers_otherwise


@dataclass(frozen=True, eq=False, repr=False)
class Traces:
    """What a statement's last run has left, as it is before the next."""

    held: dict[str, Any]
    """What the names hold that it binds; where others have put something in its place, what it had made."""
    own: Mapping[str, Any]
    """Of these, what others have replaced."""
    extra: frozenset[str]
    """Names that it bound without its text telling."""
    there: Mapping[str, Any]
    """What its module held, where its text does not tell what it binds."""
    grouped: bool
    """Whether it builds a value together with others that run again."""
    assigned: list[tuple[Target, Any]]
    """The attributes that it sets, with what they hold."""
    set_through: Sequence[Target]
    """The attributes that it set by functions."""
    bound_through: frozenset[str]
    """The names of its module that it bound by functions."""
    elsewhere: Mapping[Name, Any]
    """What the names of other modules hold that it has set."""
    unexplained: dict[str, Any]
    """What it bound by ``globals()[name] = value`` alone."""
    rebound: dict[str, Any]
    """What names held that others bind as well, and that it is seen to bind so, once it has run."""
    stand_in: object
    """What is imported by the name of its module."""
    handed: Sequence[tuple[type, Mapping[str, Any]]]
    """The classes that it calls, or hands to what it calls, with their members."""
    decorated: Mapping[str, Any]
    """What its own decorators have put in the place of classes that it had made."""


class Rerunning(Evaluating):
    """A run that runs what is on its agenda."""

    def _run_agenda(self) -> None:
        if not self.agenda.empty:
            self._make_imports_ready()
            self.recorder.hold()
            try:
                while (item := self.agenda.pop()) is not None:
                    self._run_in_order(*item)
            finally:
                self.recorder.release()
        self._run_restores((END,))

    def _run_in_order(self, node: Node, reason: Reason) -> None:
        """Run a statement after those of other modules that are to bind what it reads."""
        waiting, held_up = [(node, reason, self.agenda.awaited(node), self.agenda.moves)], self.agenda.held_up
        held_up.append(node)
        while waiting:
            node, reason, needed, moves = waiting[-1]
            earlier = next(needed, None)
            if earlier is not None:
                if self.agenda.waiting(earlier):
                    reason = self.agenda.take(earlier)
                    waiting.append((earlier, reason, self.agenda.awaited(earlier, early=True), self.agenda.moves))
                    held_up.append(earlier)
                continue
            waiting.pop()
            if node.statement.kind not in ("import", "from"):
                self._set_before(node)
            if self.agenda.moves != moves:  # what was waited for may have put others on that come first
                for earlier in self.agenda.awaited(node):
                    self._run_in_order(earlier, self.agenda.take(earlier))
            if self.restores:
                self._run_restores(self.graph.order(node))
            self.run(node, reason)
            held_up.pop()

    def _set_before(self, node: Node) -> None:
        """What set the attributes earlier that a statement looks at, and that were set anew since, runs first.

        So does what bound the names that it reads and that are gone.
        """
        for cls in list(attributes.without_slots(self, node)):
            self.full_run.add(f"{cls.__module__}.{cls.__qualname__}")
            self.bind_member_again(cls, "__slots__")
        for earlier in attributes.needed(self, node):
            self.schedule(earlier, f"{node.statement.label} needs what it sets")
        for earlier, name in list(self.agenda.taken_out(node)):
            self.schedule(earlier, f"{node.statement.label} needs its {name}")

    def _before_read(self, node: Node, module: str, name: str) -> None:
        """A statement of another module that is to bind what is read now runs first."""
        record = self.graph.modules.get(module)
        if record is None or record is node.module:
            return
        if (node, record) not in self.read_in_order:
            self.read_in_order.add((node, record))
            later = self.graph.any_loaded_after((module,), node) and names_module(node, module)
            if later:
                self.import_early(node, record)
            if later or self.agenda.imports_itself(node, module):
                for earlier in self.agenda.awaited_behind(node, (module,)):
                    self._run_in_order(earlier, self.agenda.take(earlier))
        if not self.agenda.is_pending(record):
            return
        for earlier in self.agenda.awaited_of(node, record, {name}):
            self._run_in_order(earlier, self.agenda.take(earlier))

    def _run_restores(self, now: tuple[float, ...]) -> None:
        """Give names back what later statements bound, where the turn of these has come."""
        for following in [node for node in self.restores if self.graph.order(node) <= now]:
            for namespace, name, value in self.restores.pop(following):
                self.transaction.set_item(namespace, name, value)

    def run(self, node: Node, reason: Reason) -> None:
        """Run one statement in its module, then tell its readers what came out different."""
        if node.statement.kind == "constant":
            return
        self.outcome.involved.add(node.module.path)
        before = self._before(node)
        if self._is_bare_import(node):
            self._run_bare_import(node, reason, before)
        else:
            self._run_with_all(node, reason, before)

    def _run_with_all(self, node: Node, reason: Reason, before: dict[str, Any]) -> None:
        """Run a statement as a fresh process would: without what comes later, and without its own earlier traces."""
        if node not in self.added:
            at_exit.withdraw(self.transaction, self._statement_before(node), self.held_before(node.module))
        traces = self._traces(node, before)
        places = self._run_without_traces(node, reason, traces)
        at_exit.note(self.transaction, node.statement, lambda name: node.module.namespace.get(name, MISSING))
        self._follow_moved(node)
        if node.star:
            self._leave_later_modules(node, before)
        if self.ran_first:
            self._tell_ran_first(self.graph.order(node))
        self.outcome.ran.append(str(node))
        self._settle_all(node, before, traces)
        self._tell_all(node, traces, places)
        self._close_groups(node)
        self._put_in_order()

    def _traces(self, node: Node, before: dict[str, Any]) -> Traces:
        """What a statement is to be compared with once it has run; all of it is taken back where the reload fails."""
        own = displaced.found(self, node, before)
        held = {**before, **own}
        made = self._made_by(node, before)
        self.made[node] = {**made, **own}
        extra = frozenset(node.extra) if node.star or node.dynamic else frozenset[str]()
        grouped, assigned = self.is_grouped(node), self.assigned(node)
        self._guard(node, held)
        for target, _ in assigned:
            self.transaction.guard(target.holder)
        return Traces(
            held=held,
            own=own,
            extra=extra,
            there=dict(node.module.namespace) if node.star else {},
            grouped=grouped,
            assigned=assigned,
            set_through=self.set_through_before(node),
            bound_through=self._bound_through(node, self._ran_then(node)),
            elsewhere=self._set_elsewhere(node),
            unexplained=hiding.unexplained(self, node),
            rebound={},
            stand_in=sys.modules.get(node.module.name),
            handed=self._classes_handed(node),
            decorated={f"@{name}": made[name] for name in own.keys() & made.keys()},
        )

    def _run_without_traces(self, node: Node, reason: Reason, traces: Traces) -> list[registries.Place]:
        """Run it; the places where others find that entries came out different."""
        with (
            later_entries.hidden(self, node),
            by_hand.placed(self, node),
            own_entries.NOTHING
            if node.statement.kind in ("def", "class", "import", "from")
            else own_entries.exchanged(self, node) as changed,
            self._earlier_entries_out(node, traces) as taken,
            self._library_entries_exchanged(node),
            self._counted_once(node),
            hiding.later(self, node) as hidden,
            attributes.as_before(self, node),
        ):
            self.taken[node] = taken
            self._show_in_order(node)
            with lent.kept(self, node, traces.held), hiding.noting(self, node, hidden, traces.rebound):
                for name in self._bind(node, reason, traces.held):
                    hidden.pop(name, None)
            self._note_holders(node, traces.held)
        del self.taken[node]
        self.put_now += taken.gained
        self._tell_served(node, taken.served)
        for place in changed.attributes:
            self._tell_entries(node, place, rebound=True)
        return [*taken.places, *changed.entries]

    def _library_entries_exchanged(self, node: Node) -> AbstractContextManager[None]:
        may_do = library_entries.may_do
        exchanges = may_do(node.statement) or may_do(self._statement_before(node))
        return library_entries.exchanged(self, node) if exchanges else nullcontext()

    def _tell_gone(self, gone: Sequence[Node]) -> None:
        """Statements are no more: what they did to others is not there any more, and who looks at that is told."""
        withdrawn, self.withdrawn = self.withdrawn, []
        lost, self.lost = self.lost, []
        ungrown, self.ungrown = self.ungrown, []
        for node, place in withdrawn:
            self._tell_entries(node, place)
        for node, target in lost:
            self.unset(node, target)
        for cls, name in ungrown:
            self.bind_member_again(cls, name)
        self._settle_libraries()
        for node in [node for node in gone if node.statement.does_to_others]:
            self._tell_library_state(node)
        self._count_no_more(gone)

    def import_late(self, node: Node, records: Collection[ModuleRecord]) -> None:
        known = len(self.let_go)
        super().import_late(node, records)
        gone = [*self.let_go][known:]
        for each in gone:
            self._group_of(each, removed=True)
        if gone:
            self._tell_gone(gone)

    def _settle_libraries(self) -> None:
        if self.out_of_libraries:
            library_entries.settle(self)

    @contextmanager
    def _counted_once(self, node: Node) -> Iterator[None]:
        """What functions count or set for a statement, they do for it alone."""
        edited = node in self.added or node in self.previous
        with counting.as_in_turn(self, node) if edited or self.numbers_told else nullcontext():
            if not node.ran and node not in self.added and node not in self.calling_more:
                yield  # it has run no function that may do so
                counting.tell_newly_counted(self, node)
                return
            with counting.once(self, node), last_words.kept(self, node):
                yield

    def _count_no_more(self, nodes: Sequence[Node]) -> None:
        counting.withdraw(self, nodes)
        last_words.withdraw(self, nodes)

    def _carry_count_over(self, node: Node, name: str, old: Any) -> None:
        if plain_type(node.module.namespace.get(name)) in (int, itertools.count):
            counting.carry_over(self, node, name, old)

    def _settle_all(self, node: Node, before: Mapping[str, Any], traces: Traces) -> None:
        """Compare what it has bound with what it had, and tell who reads what is another."""
        record = node.module
        before = {**traces.rebound, **before}
        gone = traces.extra - node.extra | hiding.bound_no_more(self, node, traces.unexplained, before)
        for name in sorted(gone):
            self._remove(record, name, node)
            self._leave_to_others(node, name, before.get(name, MISSING))
        if unbound := traces.bound_through - self._bound_through(node, self._ran_before(node)) - set(node.writes):
            self.agenda.forget_tables()
            for name in sorted(unbound):
                self._leave_to_others(node, name, before.get(name, record.namespace.get(name, MISSING)))
        names = before.keys() & (self._bound_by(node) | before.keys() - self._old_writes(node)) | set(node.writes)
        for name in sorted(names - gone | gone & record.namespace.keys()):  # others may bind what it does no more
            old = before.get(name, traces.there.get(name, MISSING))
            self._carry_count_over(node, name, old)
            self._settle(node, name, old, traces.own.get(name, MISSING))

    def _bound_through(self, node: Node, ran: Iterable[CodeType]) -> frozenset[str]:
        """The names of a statement's module that code binds which it ran."""
        here = [code for code in ran if code.co_filename == node.module.path]
        return frozenset().union(*(steps.written(code) - codes.global_reads(code) for code in here))

    def _tell_all(self, node: Node, traces: Traces, places: Iterable[registries.Place]) -> None:
        """Tell who looks at what it has done to what it does not bind: entries, attributes, names of other modules."""
        namespace, is_class = node.module.namespace, node.statement.kind == "class"
        same = is_class and all(traces.held.get(name, MISSING) is namespace.get(name) for name in node.writes)
        for place in places:
            self._tell_entries(node, place, same=same)
        for name, attribute in node.statement.effects.sets_of_elements:
            self._tell_entries(node, registries.Place(((node.module.name, name),), attribute), rebound=True)
        self.settle_assigned(node, traces.assigned)
        self.settle_set_through(node, traces.set_through)
        self._tell_others(node, traces.grouped, traces.elsewhere)
        for cls, members in traces.handed:
            self._tell_attributes(node, cls, members, ignored=IMPLICIT)  # ``Config.load(debug=True)``
        if sys.modules.get(node.module.name) is not traces.stand_in:
            self.tell_stand_in(node, traces.stand_in)

    def _leave_to_others(self, node: Node, name: str, old: Any) -> None:
        """Where a statement was the last to bind a name, and does so no more, an earlier binding holds again."""
        table = self.agenda.table(node.module)
        writers = [writer for writer in table.last_writers(name) if writer is not node]
        if all(writer.order < node.order for writer in writers):
            for writer in writers:
                if writer in self.agenda.done:  # with the same edit, before it was known to have the last word
                    self._settle(writer, name, old)
                else:
                    self.schedule(writer, f"binds {name} last now")

    def _follow_moved(self, node: Node) -> None:
        """What was defined elsewhere goes on as what the statement, or a module that it imported, defines now."""
        imported, self.followed = self.outcome.loaded[self.followed :], len(self.outcome.loaded)
        if imported:
            self._tell_done_by(imported)
        if self.departed or self.unbound_values:
            nodes = [node, *(each for record in imported for each in self.graph.analyze(record))]
            moved.follow(self, nodes)
            moved.follow_values(self, nodes)

    def _tell_done_by(self, imported: Sequence[ModuleRecord]) -> None:
        """What modules that were imported just now have done to others is told to who looks at that."""
        own, told = {record.name for record in imported}, set[tuple[frozenset[Name], str | None]]()
        self._tell_packages(imported, own)
        using = [record for record in imported if not self.graph.modules_used(record) <= own]
        for record in sorted(using, key=self.graph.load_order):
            arrivals.put_in_order(self, {node: self._made_now(node) for node in self.graph.analyze(record)})
        for node in [node for record in using for node in self.graph.analyze(record)]:
            for place in self._grown_by(node):
                names = frozenset(name for name in self._with_origins(place.names) if name[0] not in own)
                if names and (names, place.attribute) not in told:
                    told.add((names, place.attribute))
                    self._tell_entries(node, place)
            for module, name in node.wrote:
                if module not in own and (other := self.graph.modules.get(module)) is not None:
                    self._tell(other, name, node, f"{module}.{name} was set")
            for target in self.targets(node, node.statement):
                if not is_a(target.holder, ModuleType) and target.home[0] not in own:
                    self.tell_set(node, target)
            for name in node.writes if node.statement.kind == "class" else ():
                if is_a(cls := node.module.namespace.get(name), type):
                    self._tell_bases(node, cls)

    def _tell_packages(self, imported: Sequence[ModuleRecord], own: Collection[str]) -> None:
        """A module that was imported just now is a name of its package, if that was there before."""
        for record in imported:
            parent, _, child = record.name.rpartition(".")
            package = self.graph.modules.get(parent)
            if package is not None and parent not in own:
                importer = self.graph.importer(record)
                self._tell(package, child, importer, f"{record.name} was imported", added=True)

    def _grown_by(self, node: Node) -> list[registries.Place]:
        """Where the registries are that hold what a statement made, or that it may have added to."""
        effects = node.statement.effects
        if not (effects.calls or effects.mutates or node.ran):
            return []
        grown = set(effects.mutates).union(*map(codes.grown_names, self._ran_before(node)))
        grown |= effects.attributes if effects.mutates else set()
        held = contributions.held_in(node, self.graph, self._made_now(node), node.codes)
        added_to = [place for _, place, told in held if told or place.name in grown]
        in_place = node.wrote if node.statement.kind == "AugAssign" else ()
        return added_to + [registries.Place((name,)) for name in in_place]

    def _show_in_order(self, node: Node) -> None:
        """Who looks through all names of a module sees new ones where a fresh process has them."""
        own = [node.module] if hiding.LISTS_NAMES & node.statement.effects.reads else []
        records = [*self.scanning.get(node, ()), *own]
        records += [
            self.graph.modules[module]
            for module, name in node.reads
            if name == "__dict__" and module in self.graph.modules
        ]
        for record in dict.fromkeys(records):
            order_names(self.graph, record)

    def _note_holders(self, node: Node, before: Mapping[str, Any]) -> None:
        """What holds the classes that were just made, before this run does."""
        namespace = node.module.namespace
        for name in node.writes if node.statement.kind == "class" else ():
            old, new = before.get(name), id(namespace.get(name))  # its identity: a reference would be counted
            both = is_a(old, type) and is_a(namespace.get(name), type)
            if not both or id(old) == new:
                continue
            if any(known.has_met(new) for known in self.known.values()):
                self.known.clear()
            if (found := holders(namespace, name, self.transaction)) is not None:
                self.holders[new] = found

    def _set_elsewhere(self, node: Node) -> dict[Name, Any]:
        """What the names of other modules hold that the statement's last run set; taken back where the reload fails."""
        found: dict[Name, Any] = {}
        for module, name in node.wrote:
            other = self.graph.modules.get(module)
            if other is not None and other is not node.module:
                found[module, name] = other.namespace.get(name, MISSING)
                if id(other) not in self.guarded:
                    self.guarded.add(id(other))
                    self.transaction.guard(other.namespace)
        return found

    def _leave_later_modules(self, node: Node, before: Mapping[str, Any]) -> None:
        """A star import brings no submodules that others imported only after it: a fresh process has none there."""
        for module, name in sorted(node.reads):
            package, child = self.graph.modules.get(module), self.graph.modules.get(f"{module}.{name}")
            if package is None or child is None or before.get(name, MISSING) is not MISSING:
                continue
            if name in node.extra and self._is_imported_later(node, package, name, child):
                node.extra.discard(name)
                self.transaction.delete_item(node.module.namespace, name)

    def _is_imported_later(self, node: Node, package: ModuleRecord, name: str, child: ModuleRecord) -> bool:
        """Whether a package has a submodule only after a star import of it, which does not ask for that by itself."""
        if package in self.graph.importers(node.module):  # half imported: its own statements may yet import it
            return not hiding.is_submodule_before(self, package, name, self.graph.order(node))
        if name in package.namespace.get("__all__", ()):
            return False
        imported = optional.mention(child.name).search(package.source or b"")
        return not imported and self.graph.any_loaded_after((child.name,), node)

    def _run_bare_import(self, node: Node, reason: Reason, before: dict[str, Any]) -> None:
        self._guard(node, before)
        values_imported = self._values_imported(node)
        if values_imported is None:
            self._execute(node, reason, before)
        else:
            node.module.namespace.update(values_imported)
        if self.ran_first:
            self._tell_ran_first(self.graph.order(node))
        self.outcome.ran.append(str(node))
        for name in sorted(before):
            self._settle(node, name, before[name])
        self._tell_others(node, grouped=False, elsewhere={})
        self._close_groups(node)

    def _values_imported(self, node: Node) -> dict[str, Any] | None:
        """What a ``from m import n`` binds, where as it runs it does no more than to look that up."""
        found = dict[str, Any]()
        imports = node.statement.imports if len(node.statement.imports) == len(node.reads) else ()
        for level, module, name, bound in imports:
            source = imported_module(node.module, level, module)
            record = self.graph.modules.get(source)
            if record is None or sys.modules.get(source) is not record.module or (source, name) not in node.reads:
                return None
            if plain_type(record.module) not in PLAIN_MODULES:
                return None  # its class may answer in place of the namespace
            half_way = record is node.module or self.agenda.is_pending(record)
            if half_way or name not in record.namespace or record in self.graph.importers(node.module):
                return None
            found[bound] = record.namespace[name]
        return found or None

    def _before(self, node: Node) -> dict[str, Any]:
        """What the names hold that the statement binds, or bound before it was edited."""
        namespace = node.module.namespace
        names = self._bound_by(node) | self._old_writes(node)
        before = {name: namespace.get(name, MISSING) for name in names}
        for name, value in before.items() if self.preset else ():
            if self._is_preset(node.module, name, value):
                before[name] = MISSING
        return before

    def _guard(self, node: Node, before: Mapping[str, Any]) -> None:
        """Have everything that the statement may change taken back where the reload fails."""
        record = node.module
        if id(record) not in self.guarded:
            self.guarded.add(id(record))
            self.transaction.guard(record.namespace)
        if node.statement.kind not in ("def", "class", "import", "from"):
            self._dispose(record)
        for name in self.agenda.table(record).mutates(node):
            self.transaction.guard(record.namespace.get(name))
        for value in before.values() if node.statement.kind == "class" else ():
            self.transaction.guard(value)  # its decorators set attributes as they like
        for value in before.values() if node.statement.effects.decorates else ():
            if type(value) is FunctionType:
                self.transaction.guard(vars(value))

    def _earlier_entries_out(self, node: Node, traces: Traces) -> AbstractContextManager[contributions.Taken]:
        """While the statement runs, what its last run put into registries is out of them."""
        grouped = traces.grouped
        passed = grouped or node.statement.kind == "expr"
        old, (ungrown, left) = self._old_statement(node), self.no_longer_grown(node)
        handed = self._handed_to_calls(node) if ungrown and node.statement.kind == "assign" else {}
        again = contributions.Again(
            before=self._passed_before(node) if passed else {**self.made[node], **traces.decorated, **handed},
            made_of=() if grouped else self._made_of(node),
            old=old,
            made_later=partial(self.made_later, node),
            later=cache(partial(self.coming_later, node)),
            comes_again=partial(later_entries.comes_again, self),
            added=node in self.added,
            moved=node in self.moved,
            emptied=self.emptied.keys() | self.made_now.keys(),
            known=[*self.entered.get(node, ()), *left],
            registers_alike=old is not None and old.kind == "class" and not registers_otherwise(old, node.statement),
            given=self.given_before(node, old),
            ungrown=ungrown,
            grown=None if (grown := self.grown_by(node)) is None else grown | ungrown,
            remade=self._made_as_a_whole(node, self.made[node]),
            learned=self.known[""],
            apart=self.own_entries_of.get(node, ()),
        )
        return contributions.replaced(self.transaction, node, self.graph, again)

    def _tell_served(self, node: Node, keys: Set[str]) -> None:
        """Who gives a key to functions that a statement ran finds under it what these have put there now."""
        for runner in self._run_alike(list(self._ran_before(node))) if keys else ():
            if not keys.isdisjoint(runner.statement.given) and self.graph.comes_after(runner, node):
                self.schedule(runner, f"{min(keys & runner.statement.given)!r} serves another value", code_changed=True)

    def _tell_others(self, node: Node, grouped: bool, elsewhere: Mapping[Name, Any]) -> None:
        """What the statement did to what is not its own; `elsewhere` holds what it has set, as it was before."""
        if not grouped and node.statement.effects.mutates:
            self._tell_library_state(node)
        for name in node.writes if node in self.added else ():
            self.tell_part(node, name)
        for name in node.writes if node.statement.kind == "def" or node.codes else ():
            function = node.module.namespace.get(name)
            if type(function) is FunctionType:
                self.set_again(node, function)
        for module, name in node.wrote:
            other = self.graph.modules.get(module)
            if other is not None and other is not node.module and not self._stays_set(node, other, name, elsewhere):
                self._tell(other, name, node, f"{module}.{name} was set")
                for later in self.graph.setters((module, name)):
                    if self.graph.comes_after(later, node):
                        self.schedule(later, f"sets {module}.{name} again")
        for module, name in elsewhere.keys() - node.wrote:
            other = self.graph.modules.get(module)
            if other is not None and other is not node.module:
                held, now = self.finals.get((id(other), name), MISSING), other.namespace.get(name, MISSING)
                if held is not MISSING and not values.same(held, now):
                    self._tell(other, name, None, f"{module}.{name} is set no more")

    def _stays_set(self, node: Node, other: ModuleRecord, name: str, elsewhere: Mapping[Name, Any]) -> bool:
        """Whether what a statement, as the last one, set in another module is equal to what was there: that stays."""
        old, new = elsewhere.get((other.name, name), MISSING), other.namespace.get(name, MISSING)
        old = self.finals.get((id(other), name), old)
        if old is MISSING or new is MISSING or not values.same(old, new) or any(self._set_after(node, other, name)):
            return False
        self.transaction.set_item(other.namespace, name, old)
        return True

    def _tell_library_state(self, node: Node) -> None:
        """What was done to a library (``os.environ["X"] = "1"``) is told to those below that mention the same."""
        namespace, table = node.module.namespace, self.agenda.table(node.module)
        for name in node.statement.effects.mutates:
            if not is_a(namespace.get(name), ModuleType) or self._grows(node, name):
                continue
            for reader in table.readers.get(name, ()):
                effects = reader.statement.effects
                if node in self.graph.additions and name in effects.mutates and reader.statement.kind == "expr":
                    continue  # what it adds stays, in its place
                if reader.order > node.order and effects.attributes & node.statement.effects.attributes:
                    self.schedule(reader, f"{name} was changed", name)
            touched = library_state.touched_by(node, namespace[name], name)
            for reader in list(library_state.users_elsewhere(self, node, touched)):
                self.schedule(reader, f"{name} was changed", code_changed=True)

    def _classes_handed(self, node: Node) -> list[tuple[type, dict[str, Any]]]:
        """The classes that a statement calls, or hands to what it calls, with their members."""
        held = [node.module.namespace.get(name) for name in self.agenda.table(node.module).mutates(node)]
        return [(cls, dict(vars(cls))) for cls in held if is_a(cls, type) and is_ours(cls, self.graph)]

    def _handed_to_calls(self, node: Node) -> dict[str, Any]:
        """What an assignment gives to what it calls, and others do not: functions may have put it somewhere."""
        names = frozenset[str]().union(*(names for _, names in node.statement.calls)) & node.module.namespace.keys()
        others = self._passed_by_others(node)
        found = {name: node.module.namespace[name] for name in names}
        return {name: value for name, value in found.items() if id(value) not in others}

    def _passed_before(self, node: Node) -> dict[str, Any]:
        """What a bare call was given before, or called a method of: where it was put may have outlived the reload."""
        previous, effects = self._old_statement(node), node.statement.effects
        key = id(node.module)
        called = effects.mutates if previous is None and node.statement.kind == "expr" else frozenset[str]()
        last = {name for name in effects.passes | called if not self._bound_later(node, name)}
        passed = {name: self.former[key, name] for name in last if (key, name) in self.former}
        if node in self.moved or self.grown_by_others_now(node):  # it puts the same there again
            held = {n: node.module.namespace[n] for n in effects.passes & last if n in node.module.namespace}
            passed = held | passed
        for name in called - effects.passes:
            if is_a(passed.get(name), entries.INNER):  # its methods add to itself
                del passed[name]
        others = self._passed_by_others(node)
        for name in previous.effects.passes - effects.passes if previous is not None else ():
            if name in node.module.namespace and not self._bound_later(node, name):
                passed[name] = self.former.get((key, name), node.module.namespace[name])
        return {name: value for name, value in passed.items() if id(value) not in others}

    def _passed_by_others(self, node: Node) -> set[int]:
        """Identities of what other bare calls give to the functions that one ran: that tells nobody's entries."""
        alike = self._run_alike(self._ran_before(node)) - {node}
        return {id(each.module.namespace.get(name)) for each in alike for name in each.statement.effects.passes}

    def _bound_later(self, node: Node, name: str) -> bool:
        """Whether a name of its module came to hold something else after a statement had used it."""
        writers = self.agenda.table(node.module).writers.get(name, ())
        return any(writer.order > node.order for writer in writers)

    def _preset(self) -> None:
        """Bind new names before code that uses them is live: any thread may run it from then on."""
        early = Early(self)
        seeds = [seed for seeds in self.seeds.values() for seed in seeds]
        for node, reason in sorted(seeds, key=lambda seed: self.graph.order(seed[0])):
            record, runs = node.module, self.may_run(node)
            if runs and node.statement.kind in ("import", "from"):
                self._make_imports_ready()
                if early.bring(node):
                    self._run_first(node, reason)
            elif runs and early.is_independent(node):
                self._run_first(node, reason)
            early.passed(node)
            for name, value in presets.bindings(node) if runs else ():
                if name in record.namespace:
                    continue
                if id(record) not in self.guarded:
                    self.guarded.add(id(record))
                    self.transaction.guard_namespace(record.module)
                record.namespace[name] = self.preset[id(record), name] = value
            members = list(presets.members(node)) if runs else []
            for cls, name, value in members if members and self.made_before(node, members[0][0]) else ():
                self.transaction.set_member(cls, name, value)
                self.preset[id(cls), name] = value

    def _run_first(self, node: Node, reason: str) -> None:
        """Run a statement before its turn, and before code goes live, unless others come first."""
        self.schedule(node, reason)
        if not self.agenda.waiting(node) or next(self.agenda.awaited(node), None) is not None:
            return
        told = len(self.outcome.ran)
        self.recorder.hold()
        try:
            self._run_in_order(node, self.agenda.take(node))
        finally:
            self.recorder.release()
        self.ran_first += [(self.graph.order(node), label) for label in self.outcome.ran[told:]]
        del self.outcome.ran[told:]

    def _tell_ran_first(self, now: tuple[float, ...]) -> None:
        """Statements that ran before their turn are told of when this would have come."""
        while self.ran_first and self.ran_first[0][0] < now:
            self.outcome.ran.append(self.ran_first.pop(0)[1])

    def _make_imports_ready(self) -> None:
        """Files that were made meanwhile are found."""
        if not self.imports_ready:
            forget_listings()
            self.imports_ready = True

    def _dispose(self, record: ModuleRecord) -> None:
        """Let the module close what its statements opened, before the first of them runs again."""
        hook = record.namespace.get("__hmr_dispose__")
        if type(hook) is FunctionType and (code := self.dispose_hooks.get(id(record))) is not None:
            hook = FunctionType(code, hook.__globals__, hook.__name__, hook.__defaults__, hook.__closure__)
        if id(record) in self.disposed or not callable(hook):
            return
        self.disposed.add(id(record))
        try:
            hook()
        except Exception as error:  # the user's code
            failure = explain(error)
            self.outcome.notes.append(f"{failure.path}:{failure.line}: __hmr_dispose__ raised {failure.summary}")
