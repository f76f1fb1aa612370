"""Evaluates the code of one statement in its module, and takes up what its definitions and reads have done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, MutableMapping, Sequence, Set
from contextlib import nullcontext
from functools import partial
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from ..live import changes, classes, successors, values
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..loading.notes import Notes
from ..planning import imports
from ..planning.planner import Reason
from ..planning.records import SEES_CALLS, ModuleRecord, Node
from ..planning.targets import home
from ..syntax import codes
from ..syntax.compiler import compile_statement, compile_text
from ..syntax.instrument import instrument
from ..syntax.parsing import Parsed
from ..syntax.redefinition import Request
from ..syntax.statements import Statement
from . import apart, counting, hiding, keeping
from .registries import Place
from .remaking import Hooks
from .settling import Settling

if TYPE_CHECKING:
    from ..syntax.redefinition import Request
    from .remaking import Hooks


class Bindings(MutableMapping[str, Any]):
    """Stands for a module's namespace while a statement runs in it, and notes which names it binds."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self._namespace = namespace
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        return self._namespace[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.names.add(name)
        self._namespace[name] = value

    def __delitem__(self, name: str) -> None:
        del self._namespace[name]
        self.names.discard(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._namespace)

    def __len__(self) -> int:
        return len(self._namespace)


class Evaluating(Settling):
    """A run that executes the code of statements."""

    def _bind(self, node: Node, reason: Reason, before: dict[str, Any]) -> set[str]:
        """Execute the statement; names that only it may bind, and that it did not bind this time, are gone."""
        if node.statement.unconditional or node.statement.kind == "AugAssign" or node.module.plain:
            self._execute(node, reason, before)
            return set()
        namespace = node.module.namespace
        unsure = hiding.unsure(self, node)
        taken = unsure - namespace.keys()
        bindings = Bindings(namespace) if unsure - taken else None  # otherwise the namespace itself tells
        self._execute(node, reason, before, bindings)
        gone = unsure - (bindings.names if bindings is not None else set()) - (taken & namespace.keys())
        for name in gone:
            self.transaction.delete_item(namespace, name)
        return gone

    def _execute(self, node: Node, reason: Reason, before: dict[str, Any], bindings: Bindings | None = None) -> None:
        record, statement = node.module, node.statement
        assert record.parsed is not None
        apart.check(self, node, before)
        hooks = None
        if not node.codes and statement.kind != "class":
            code = self._plain_code(node, record.parsed)
        else:
            hooks = Hooks(self, node, self._request(node, reason, before), before)
            code = compile_statement(instrument(hooks.request), record.parsed, record.path)
            self._take_presets_back(node, before, hooks.request.classes)
            code = codes.with_children(code, node.codes, hooks.objects())
        notes = Notes(None, node)
        notes.before_read = partial(self._before_read, node)
        notes.not_yet = partial(hiding.not_yet, self, node)
        notes.imported = imported = list[str]()
        try:
            with nullcontext() if _takes_no_time(statement) else self.turn.lent(), self.recorder.running(notes):
                exec(code, record.namespace, bindings)
        except SystemExit:
            if record.name != "__main__":
                raise
            self.agenda.drop(record)  # the script ends here, as it would in a fresh process
        except changes.CannotChange as conflict:
            self.full_run.add(f"{record.name}.{conflict.qualname}")
            self._execute(node, reason, before, bindings)
            return
        finally:
            notes.before_read = notes.not_yet = None  # the notes stay with what was imported, the run does not
            notes.imported = None
        apart.note(self, node, self._take_up_loaded(node, imported))
        in_part = hooks is not None and bool(hooks.request.classes)
        self._renew_facts(node, notes, in_part)
        (self.partly.add if in_part else self.partly.discard)(node)
        if not in_part:
            self._renew_importers_by(node, imported)
        if hooks is not None:
            self._take_up(hooks, node)

    def _take_up_loaded(self, node: Node, imported: Sequence[str]) -> list[ModuleRecord]:
        """The modules that have been loaded for a statement, which are of the graph from now on."""
        self.note_imported(node, imported)
        loaded = list[ModuleRecord]()
        if loads := self.recorder.take_loads():
            loaded = self.graph.absorb_all(loads)
            self.graph.put_in_order(node, loaded, imported)
            self.outcome.loaded += loaded
            self.note_importers(loaded)
            self.lookups.forget_texts()
            self.stood_in = None
        return loaded

    def _take_presets_back(self, node: Node, before: Mapping[str, Any], in_place: Collection[str]) -> None:
        """A class that is made again is compared with what it was, so that it must not have members beforehand."""
        made = [value for value in before.values() if self.made_before(node, value)]
        anew = {id(cls): cls for cls in made if cls.__qualname__ not in in_place}
        for (key, name), value in list(self.preset.items()) if anew else ():
            if key in anew and vars(anew[key]).get(name) is value:
                self.transaction.delete_member(anew[key], name)

    def _request(self, node: Node, reason: Reason, before: Mapping[str, Any]) -> Request:
        """What is to be known for running a statement that defines something."""
        assert node.module.parsed is not None
        previous, text = self.previous.get(node), node.module.parsed.text
        whole, taken_over = self._made_as_a_whole(node, before), self.taken_over.get(node, {})
        taken_from = self.taken_from.get(node, ())
        old_text = self.parsed_before[node.module].text if previous or taken_over else text
        return Request(
            old=previous.statement if previous else None if node in self.added else node.statement,
            new=node.statement,
            old_text=old_text,
            new_text=text,
            taken_over=taken_over,
            changed_names=frozenset(reason.changed_names.union(*map(self._changed_for, taken_from))),
            code_changed=reason.code_changed or node in self.lost_all or any(map(self._ran_changed, taken_from)),
            in_place=self._in_place(node, before, whole),
            keeping=frozenset(cls.__qualname__ for cls in whole),
            inner=keeping.inner_classes(whole),
            running=keeping.running_changed(self, node, whole) if whole and reason.code_changed else None,
            anew=node in self.anew,
            counting=counting.counting_calls(self, node),
            lines=frozenset(reason.lines.union(new.co_firstlineno for _, new in self.swap.refused)),
        )

    def _changed_for(self, node: Node) -> set[str]:
        """Names that a statement which is gone has read, and that have changed so far."""
        return self.changed_names.get(node.module.path, set()) & node.statement.effects.reads

    def _ran_changed(self, node: Node) -> bool:
        """Whether it has run code that has changed."""
        return not (node.ran.isdisjoint(self.stale_codes()) and node.ran.isdisjoint(self.replaced_by()))

    def _take_up(self, hooks: Hooks, node: Node) -> None:
        """What the statement's definitions have done to their live predecessors."""
        self.looked_for_caches.discard(node.module)
        self.fresh_members[node] = hooks.fresh_members
        hooks.let_plain_values_be()
        self.outcome.notes += hooks.class_hook.problems
        self.remade += hooks.class_hook.remade
        self.set_aside += hooks.class_hook.set_aside
        for new, old in hooks.class_hook.gone_on:
            self.taken[node].let_go_on(new, old)
        for function, module in hooks.renamed:
            if node.module.namespace.get(function.__name__) is function:
                self.transaction.set_attribute(function, "__module__", module)
        for cls, origins in hooks.class_hook.renamed:
            successors.keep_origins(self.transaction, cls, origins)
        for class_change in hooks.class_hook.changes:
            self._tell_who_ran(node, class_change)
        completed = {id(change.cls): change.completed() for change in hooks.class_hook.changes}
        changes = [c for change in completed.values() if (c := change.with_inner(completed)).names or c.whole]
        if hooks.merged or any(change.runs_otherwise for change in changes):
            self.known.clear()
        for class_change in changes:
            self.touched.add(id(class_change.cls))
            self.class_changes[id(class_change.cls)] = class_change
            if class_change.rebased:
                self.tell_rebased(node, class_change.cls)
            self.set_again(node, class_change.cls, class_change.names)
        for function in hooks.merged:
            self._tell_runners(function, node)
        for function, before in hooks.attributes:
            self._tell_attributes(node, function, before)
        self.tell_faces([(node.module, function.__qualname__) for function in hooks.shown])

    def _tell_who_ran(self, node: Node, change: changes.ClassChange) -> None:
        """A class has another function for what is done by using it: who ran the one that was there runs again."""
        before, now = change.before or {}, vars(change.cls)
        for name in change.special_names & before.keys():
            if type(old := before[name]) is FunctionType and now.get(name) is not old:
                for runner in self.graph.runners(old.__code__):
                    if runner is not node:
                        self.schedule(runner, f"ran {change.cls.__qualname__}.{name}", code_changed=True)

    def _tell_attributes(
        self, node: Node, holder: FunctionType | type, before: Mapping[str, Any], ignored: Set[str] = frozenset()
    ) -> None:
        """A statement has set attributes of what goes on, a function or a class: who looks at those runs again."""
        now = vars(holder)
        named = (before.keys() | now.keys()) - ignored
        changed = {name for name in named if not values.same(before.get(name, MISSING), now.get(name, MISSING))}
        for name in changed:
            self._tell_entries(node, Place((home(holder),), name), rebound=True)
        if is_a(holder, FunctionType):
            self._tell_through_holders(holder, changed, node)

    def _plain_code(self, node: Node, parsed: Parsed) -> CodeType:
        """Code of a statement that defines nothing, kept for the next time."""
        if node.compiled is None or node.compiled[0] is not node.statement:
            node.compiled = (node.statement, compile_text(node.statement, parsed, node.module.path))
        return node.compiled[1]

    def _before_read(self, node: Node, module: str, name: str) -> None:
        """What is to bind what is read now runs first: the layer above knows how."""
        raise NotImplementedError

    def _renew_facts(self, node: Node, notes: Notes, in_part: bool) -> None:
        before, now = node.uses, self.graph.uses_of(node, notes, in_part)
        if now != before or node.star or not SEES_CALLS:
            self.transaction.on_undo(self.graph.set_uses, node, before)
            self.graph.renew(node, now)
            if not self.agenda.table(node.module).lasts:
                self.agenda.forget_tables()
            self._renew_importers_of({module for module, _ in before[0]} - {module for module, _ in now[0]}, node)

    def _renew_importers_by(self, node: Node, imported: Sequence[str]) -> None:
        """What the statement imported first by what it runs, and has not imported this time, another does now."""
        if node.statement.kind in ("import", "from") or not (
            node.statement.effects.calls or "import" in node.statement.text
        ):
            return
        first = self.graph.imported_first_by(node)
        names = {each for name in imported for each in imports.packages(name)} if first else set()
        if late := [record for record in first if record.name not in names and record not in self.outcome.loaded]:
            self.import_late(node, late)

    def _renew_importers_of(self, modules: Set[str], node: Node) -> None:
        """The statement uses modules no more: those that it imported first are imported first by another now."""
        known = [self.graph.modules[name] for name in modules if name in self.graph.modules]
        if late := [record for record in known if self.graph.imported_at(record) is node]:
            self.import_late(node, late)

    def _in_place(self, node: Node, before: Mapping[str, Any], whole: Collection[type]) -> frozenset[str]:
        """Qualified names of the statement's classes whose live objects can take their new members."""
        found = set()
        waiting = [v for v in before.values() if self.made_before(node, v)]
        while waiting:
            cls = waiting.pop()
            if "__slots__" in vars(cls) and "__slots__" not in node.statement.text:
                continue  # a decorator made the slots, and so the class
            if classes.lost_slots(cls):
                continue
            changeable = classes.changeable(cls) and f"{node.module.name}.{cls.__qualname__}" not in self.full_run
            if changeable:
                found.add(cls.__qualname__)
            if changeable or any(cls is each for each in whole):
                waiting += [
                    m for m in list(vars(cls).values())
                    if is_a(m, type) and m.__qualname__ == f"{cls.__qualname__}.{m.__name__}"
                ]  # fmt: skip
        return frozenset(found)

    def _made_as_a_whole(self, node: Node, before: Mapping[str, Any]) -> list[type]:
        """The statement's classes that a metaclass of the user's makes of their whole bodies."""
        if node in self.anew:
            return []
        return keeping.made_as_a_whole([v for v in before.values() if self.made_before(node, v)])


def _takes_no_time(statement: Statement) -> bool:
    """Whether running it does no more than to bind what its text tells."""
    return statement.kind in ("def", "class", "assign", "AnnAssign") and not statement.effects.calls
