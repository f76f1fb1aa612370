"""Runs statements again, and settles what came out."""

from __future__ import annotations

import copy
import enum
import sys
from collections.abc import Collection, Iterator, Mapping, MutableMapping, Set
from contextlib import AbstractContextManager
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import classes, functions, values
from ..live.holders import holders
from ..live.transaction import MISSING
from ..loading.finder import forget_listings
from ..loading.recorder import Notes, RecordingModule
from ..planning import cycles, presets
from ..planning.graph import END, SEES_CALLS, ModuleRecord, Name, Node, imported_module
from ..planning.planner import Reason
from ..syntax import codes
from ..syntax.compiler import compile_statement, compile_text
from ..syntax.instrument import Request, instrument
from ..syntax.statements import Parsed
from . import contributions, hiding, keeping, lent, moved
from .definitions import Hooks, fresh, is_of, made_here
from .editing import Editing, mention, registers_otherwise
from .failures import explain
from .ordering import order_names
from .run import IMMUTABLE, Emptied


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


class Rerunning(Editing):
    """A run that runs what is on its agenda."""

    def _run_agenda(self) -> None:
        if self.agenda.empty:
            return
        if not self.imports_ready:
            forget_listings()
            self.imports_ready = True
        self.recorder.hold()
        try:
            while (item := self.agenda.pop()) is not None:
                self._run_in_order(*item)
        finally:
            self.recorder.release()
        self._run_restores((END,))

    def _run_in_order(self, node: Node, reason: Reason) -> None:
        """Run a statement after those of other modules that are to bind what it reads."""
        waiting, held_up = [(node, reason, self.agenda.awaited(node))], self.agenda.held_up
        held_up.append(node)
        while waiting:
            node, reason, needed = waiting[-1]
            earlier = next(needed, None)
            if earlier is not None:
                if self.agenda.waiting(earlier):
                    waiting.append((earlier, self.agenda.take(earlier), self.agenda.awaited(earlier, early=True)))
                    held_up.append(earlier)
                continue
            waiting.pop()
            if self.restores:
                self._run_restores(self.graph.order(node))
            self.run(node, reason)
            held_up.pop()

    def _run_restores(self, now: tuple[float, ...]) -> None:
        """Give names back what later statements bound, where the turn of these has come."""
        for following in [node for node in self.restores if self.graph.order(node) <= now]:
            for namespace, name, value in self.restores.pop(following):
                self.transaction.set_item(namespace, name, value)

    def run(self, node: Node, reason: Reason) -> None:
        """Run one statement in its module, then tell its readers what came out different."""
        if node.statement.kind == "constant":
            return
        record = node.module
        self.outcome.involved.add(record.path)
        before = self._before(node)
        if self._is_bare_import(node):
            self._run_bare_import(node, reason, before)
            return
        self.made[node] = self._made_by(node, before)
        earlier_extra = set(node.extra) if node.star or node.statement.effects.dynamic else set()
        grouped = self.is_grouped(node)
        assigned = self.assigned(node)
        self._guard(node, before)
        for target, _ in assigned:
            self.transaction.guard(target.holder)
        elsewhere = self._set_elsewhere(node)
        unexplained = hiding.unexplained(self, node)
        with self._earlier_entries_out(node, grouped) as other_entries, hiding.later(self, node) as hidden:
            self._show_in_order(node)
            with lent.kept(self, node, before):
                for name in self._bind(node, reason, before):
                    hidden.pop(name, None)
            self._note_holders(node, before)
        self._follow_moved(node)
        if node.star:
            self._leave_later_modules(node, before)
        gone = earlier_extra - node.extra | hiding.bound_no_more(self, node, unexplained)
        for name in sorted(gone):
            self._remove(record, name)
        self.outcome.ran.append(str(node))
        names = before.keys() & (self._bound_by(node) | before.keys() - self._old_writes(node)) | set(node.writes)
        for name in sorted(names - gone):
            self._settle(node, name, before.get(name, MISSING))
        for place in other_entries:
            self._tell_entries(node, place)
        self.settle_assigned(node, assigned)
        self._tell_others(node, grouped, elsewhere)
        self._close_groups(node)
        self._put_in_order()

    def _follow_moved(self, node: Node) -> None:
        """What was defined elsewhere goes on as what the statement, or a module that it imported, defines now."""
        imported, self.followed = self.outcome.loaded[self.followed :], len(self.outcome.loaded)
        if self.departed:
            moved.follow(self, [node, *(each for record in imported for each in self.graph.analyze(record))])

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
            both = isinstance(old, type) and isinstance(namespace.get(name), type)
            if both and id(old) != new and (found := holders(namespace, name)) is not None:
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
            said = name in package.namespace.get("__all__", ()) or mention(child.name).search(package.source or b"")
            if name in node.extra and not said and self.graph.any_loaded_after((child.name,), node):
                node.extra.discard(name)
                self.transaction.delete_item(node.module.namespace, name)

    def _run_bare_import(self, node: Node, reason: Reason, before: dict[str, Any]) -> None:
        self._guard(node, before)
        values_imported = self._values_imported(node)
        if values_imported is None:
            self._execute(node, reason, before)
        else:
            node.module.namespace.update(values_imported)
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
            if type(record.module) not in (ModuleType, RecordingModule):
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

    def _earlier_entries_out(self, node: Node, grouped: bool) -> AbstractContextManager[list[contributions.Place]]:
        """While the statement runs, what its last run put into registries is out of them."""
        passed = grouped or node.statement.kind == "expr"
        old = self._old_statement(node)
        again = contributions.Again(
            before=self._passed_before(node) if passed else self.made[node],
            made_of=() if grouped else self._made_of(node),
            old=old,
            later=partial(self._made_later, node),
            added=node in self.added,
            moved=node in self.moved,
            anew=grouped,
            emptied=self.emptied.keys() | self.made_now.keys(),
            known=self.entered.get(node, ()),
            registers_alike=old is not None and old.kind == "class" and not registers_otherwise(old, node.statement),
            remade=self._made_as_a_whole(node, self.made[node]),
        )
        return contributions.replaced(self.transaction, node, self.graph, again)

    def _bind(self, node: Node, reason: Reason, before: dict[str, Any]) -> set[str]:
        """Execute the statement; names that only it may bind, and that it did not bind this time, are gone."""
        if node.statement.unconditional or node.statement.kind == "AugAssign":
            self._execute(node, reason, before)
            return set()
        unsure, bindings = hiding.unsure(self, node), Bindings(node.module.namespace)
        self._execute(node, reason, before, bindings)
        gone = unsure - bindings.names
        for name in gone:
            self.transaction.delete_item(node.module.namespace, name)
        return gone

    def _tell_others(self, node: Node, grouped: bool, elsewhere: Mapping[Name, Any]) -> None:
        """What the statement did to what is not its own; `elsewhere` holds what it has set, as it was before."""
        if not grouped and node.statement.effects.mutates:
            self._tell_library_state(node)
        for name in node.writes if node.statement.kind == "def" or node.codes else ():
            function = node.module.namespace.get(name)
            if type(function) is FunctionType:
                self.set_again(node, function)
        for module, name in node.wrote:
            other = self.graph.modules.get(module)
            if other is not None and other is not node.module and not self._stays_set(node, other, name, elsewhere):
                self._tell(other, name, node, f"{module}.{name} was set")

    def _stays_set(self, node: Node, other: ModuleRecord, name: str, elsewhere: Mapping[Name, Any]) -> bool:
        """Whether what a statement, as the last one, set in another module is equal to what was there: that stays."""
        old, new = elsewhere.get((other.name, name), MISSING), other.namespace.get(name, MISSING)
        old = self.finals.get((id(other), name), old)
        if old is MISSING or new is MISSING or not values.same(old, new) or any(self._set_after(node, other, name)):
            return False
        self.transaction.set_item(other.namespace, name, old)
        return True

    def _close_groups(self, node: Node) -> None:
        """Compare the values whose last builder has run."""
        for key, group in list(self.open_groups.items()) if self.open_groups else ():
            group.members.discard(node)
            if not group.members:
                del self.open_groups[key]
                value = group.maker.module.namespace.get(key[1], MISSING)
                self._compare(group.maker, key[1], group.old, value)
                self._keep_aliases(group.maker.module, key[1], value)

    def _tell_before_next(self, node: Node, name: str) -> None:
        """Statements that read a name before another statement binds it again; what it held then is not known."""
        for reader in list(self.agenda.table(node.module).readers_of(name, node)):
            self.schedule(reader, f"{name} changed", name)
        for reader in list(self.agenda.function_readers(node.module, name, node)):
            if reader.module is node.module:
                self.schedule(reader, f"{name} changed", name, code_changed=True)

    def _keep_aliases(self, record: ModuleRecord, name: str, new: Any) -> None:
        """Where the old value stayed after all, names that were given the new one in between have it too."""
        kept = record.namespace.get(name, MISSING)
        if kept is not new and kept is not MISSING:
            for other, alias in self._aliases(record, name):
                if other.namespace.get(alias) is new:
                    self.transaction.set_item(other.namespace, alias, kept)

    def _tell_library_state(self, node: Node) -> None:
        """What was done to a library (``os.environ["X"] = "1"``) is told to those below that mention the same."""
        namespace, table = node.module.namespace, self.agenda.table(node.module)
        for name in node.statement.effects.mutates:
            if not isinstance(namespace.get(name), ModuleType) or self._grows(node, name):
                continue
            for reader in table.readers.get(name, ()):
                if (
                    reader.order > node.order
                    and reader.statement.effects.attributes & node.statement.effects.attributes
                ):
                    self.schedule(reader, f"{name} was changed", name)

    def _passed_before(self, node: Node) -> dict[str, Any]:
        """What a bare call was given before: what it was given to may have outlived the reload."""
        previous = self._old_statement(node)
        key = id(node.module)
        passed = {name: self.former[key, name] for name in node.statement.effects.passes if (key, name) in self.former}
        for name in previous.effects.passes - node.statement.effects.passes if previous is not None else ():
            if name in node.module.namespace:
                passed[name] = self.former.get((key, name), node.module.namespace[name])
        return passed

    def _preset(self) -> None:
        """Bind new names before code that uses them is live: any thread may run it from then on."""
        for node in sorted((node for seeds in self.seeds.values() for node, _ in seeds), key=self.graph.order):
            record = node.module
            for name, value in presets.bindings(node) if self._may_run(node) else ():
                if name in record.namespace:
                    continue
                if id(record) not in self.guarded:
                    self.guarded.add(id(record))
                    self.transaction.guard_namespace(record.module)
                record.namespace[name] = self.preset[id(record), name] = value

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

    def _execute(self, node: Node, reason: Reason, before: dict[str, Any], bindings: Bindings | None = None) -> None:
        record, statement = node.module, node.statement
        assert record.parsed is not None
        hooks = None
        if not node.codes and statement.kind != "class":
            code = self._plain_code(node, record.parsed)
        else:
            hooks = Hooks(self, node, self._request(node, reason, before), before)
            code = compile_statement(instrument(hooks.request), record.parsed, record.path)
            code = codes.with_children(code, node.codes, hooks.objects())
        notes = Notes(None, node)
        notes.before_read = partial(self._before_read, node)
        notes.not_yet = partial(hiding.not_yet, self, node)
        try:
            with self.recorder.running(notes):
                exec(code, record.namespace, bindings)
        except SystemExit:
            if record.name != "__main__":
                raise
            self.agenda.drop(record)  # the script ends here, as it would in a fresh process
        except classes.CannotChange as conflict:
            self.full_run.add(f"{record.name}.{conflict.qualname}")
            self._execute(node, reason, before, bindings)
            return
        finally:
            notes.before_read = notes.not_yet = None  # the notes stay with what was imported, the run does not
        if loads := self.recorder.take_loads():
            self.outcome.loaded += self.graph.absorb_all(loads)
            self.forget_texts()
        self._renew_facts(node, notes, in_part=hooks is not None and bool(hooks.request.classes))
        if hooks is not None:
            self._take_up(hooks, node)

    def _request(self, node: Node, reason: Reason, before: Mapping[str, Any]) -> Request:
        """What is to be known for running a statement that defines something."""
        assert node.module.parsed is not None
        previous, text = self.previous.get(node), node.module.parsed.text
        whole = self._made_as_a_whole(node, before)
        return Request(
            old=previous.statement if previous else None if node in self.added else node.statement,
            new=node.statement,
            old_text=previous.text if previous else text,
            new_text=text,
            changed_names=frozenset(reason.changed_names),
            code_changed=reason.code_changed,
            in_place=self._in_place(node, before, whole),
            keeping=frozenset(cls.__qualname__ for cls in whole),
            inner=keeping.inner_classes(whole),
            running=keeping.running_changed(self, node, whole) if whole and reason.code_changed else None,
            anew=node in self.anew,
            lines=frozenset(reason.lines.union(new.co_firstlineno for _, new in self.swap.refused)),
        )

    def _take_up(self, hooks: Hooks, node: Node) -> None:
        """What the statement's definitions have done to their live predecessors."""
        if node.module in self.graph.caching():
            self.caches = None
        self.fresh_members[node] = hooks.fresh_members
        self.outcome.notes += hooks.class_hook.problems
        self.remade += hooks.class_hook.remade
        self.set_aside += hooks.class_hook.set_aside
        for cls, origins in hooks.class_hook.renamed:
            classes.keep_origins(self.transaction, cls, origins)
        completed = {id(change.cls): change.completed() for change in hooks.class_hook.changes}
        changes = [c for change in completed.values() if (c := change.with_inner(completed)).names or c.whole]
        if hooks.merged or any(change.runs_otherwise for change in changes):
            self.known.clear()
        for class_change in changes:
            self.touched.add(id(class_change.cls))
            self.class_changes[id(class_change.cls)] = class_change
            self.set_again(node, class_change.cls, class_change.names)
        for function in hooks.merged:
            self._tell_runners(function, node)
        for function in hooks.shown:
            self.tell_face(node.module, function.__qualname__.partition(".")[0])

    def _plain_code(self, node: Node, parsed: Parsed) -> CodeType:
        """Code of a statement that defines nothing, kept for the next time."""
        if node.compiled is None or node.compiled[0] is not node.statement:
            node.compiled = (node.statement, compile_text(node.statement, parsed, node.module.path))
        return node.compiled[1]

    def _before_read(self, node: Node, module: str, name: str) -> None:
        """A statement of another module that is to bind what is read now runs first."""
        record = self.graph.modules.get(module)
        if record is None or record is node.module or not self.agenda.is_pending(record):
            return
        for earlier in self.agenda.awaited_of(node, record, {name}):
            self._run_in_order(earlier, self.agenda.take(earlier))

    def _renew_facts(self, node: Node, notes: Notes, in_part: bool) -> None:
        before, now = node.uses, self.graph.uses_of(node, notes, in_part)
        if now != before or node.star or not SEES_CALLS:
            self.transaction.on_undo(self.graph.set_uses, node, before)
            self.graph.renew(node, now)
            if not self.agenda.table(node.module).lasts:
                self.agenda.forget_tables()
            self._renew_importers_of({module for module, _ in before[0]} - {module for module, _ in now[0]}, node)

    def _renew_importers_of(self, modules: Set[str], node: Node) -> None:
        """The statement uses modules no more: those that it imported first are imported first by another now."""
        for record in [self.graph.modules[name] for name in modules if name in self.graph.modules]:
            if self.graph.importer(record) is node:
                self.set_importer(record, cycles.first_user(self.graph, record))

    def _in_place(self, node: Node, before: Mapping[str, Any], whole: Collection[type]) -> frozenset[str]:
        """Qualified names of the statement's classes whose live objects can take their new members."""
        found = set()
        waiting = [v for v in before.values() if self._made_before(node, v)]
        while waiting:
            cls = waiting.pop()
            if "__slots__" in vars(cls) and "__slots__" not in node.statement.text:
                continue  # a decorator made the slots, and so the class
            changeable = classes.changeable(cls) and f"{node.module.name}.{cls.__qualname__}" not in self.full_run
            if changeable:
                found.add(cls.__qualname__)
            if changeable or cls in whole:
                waiting += [
                    m for m in list(vars(cls).values())
                    if isinstance(m, type) and m.__qualname__ == f"{cls.__qualname__}.{m.__name__}"
                ]  # fmt: skip
        return frozenset(found)

    def _made_as_a_whole(self, node: Node, before: Mapping[str, Any]) -> list[type]:
        """The statement's classes that a metaclass of the user's makes of their whole bodies."""
        if node in self.anew:
            return []
        return keeping.made_as_a_whole([v for v in before.values() if self._made_before(node, v)])

    def _made_before(self, node: Node, value: Any) -> bool:
        """Whether a class is one that the statement's last run made, and not another that had its name."""
        if not isinstance(value, type) or value.__qualname__ not in node.statement.effects.writes:
            return False
        if is_of(value, node.module):
            return not self._defined_by_another(node, value)
        if node in self.added or not node.statement.kind == self._kind_before(node) == "class":
            return False
        home = self.graph.modules.get(value.__module__)  # packages give inner classes their own name
        others = self.agenda.table(home).writers.get(value.__qualname__, ()) if home is not None else ()
        return home is not None and not any(other.statement.kind == "class" for other in others)

    def _defined_by_another(self, node: Node, cls: type) -> bool:
        """Whether a class has methods of another statement that may bind its name, and none of this one."""
        others = [n for n in self.agenda.table(node.module).writers.get(cls.__qualname__, ()) if n is not node]
        if not others:
            return False
        methods = {id(function.__code__) for function in functions.wrapped(list(vars(cls).values()))}
        theirs, own = ({id(code) for n in nodes for code in codes.walk(n.codes)} for nodes in (others, [node]))
        return not methods.isdisjoint(theirs) and methods.isdisjoint(own)

    def _settle(self, node: Node, name: str, old: Any) -> None:
        """Keep the old object where the new one is the same; else tell who read the name."""
        namespace = node.module.namespace
        new = namespace.get(name, MISSING)
        if old is not new and type(new) in (list, dict, set) and not self._hands_on(node, name):
            self.made_now[id(new)] = new
        if old is not new and old is not MISSING:
            self.former.setdefault((id(node.module), name), old)
        following = self._next_writer(node, name, old)
        if following is not None:
            self._before_next_writer(node, name, self.finals.setdefault((id(node.module), name), old), following)
        else:
            old = self.finals.get((id(node.module), name), old)
        if self._refill(node, name, old):
            return
        if (id(node.module), name) in self.open_groups:
            self._tell_members(node, name)
            return
        self._compare(node, name, old, new, last=following is None)

    def _refill(self, node: Node, name: str, old: Any) -> bool:
        """A registry that all who build it fill again stays the object that it is; whether it can."""
        new: Any = node.module.namespace.get(name)
        if old is new or type(old) is not type(new) or type(old) not in (list, dict, set):
            return False
        if node.statement.kind in ("import", "from") or node.statement.alias:
            return False
        if (id(node.module), name) not in self.made_anew and not any(self._added_to_unseen(node, node.module, name)):
            return False
        self.transaction.guard(old)
        builders = self._builders(node.module, name)
        self.emptied[id(old)] = Emptied(old, copy.copy(old), node.module, name, builders)
        for record, alias in self._aliases(node.module, name):
            self.emptied_names[record.path].add(alias)
        old.clear()
        self._clear_caches(set(), self.emptied_names)
        (old.extend if isinstance(old, list) else old.update)(new)
        self._keep_made_already(self.emptied[id(old)])
        self.transaction.set_item(node.module.namespace, name, old)
        self.open_groups.pop((id(node.module), name), None)
        self._tell_entries(node, contributions.Place(((node.module.name, name),)), emptied=True)
        return True

    def _keep_made_already(self, emptied: Emptied) -> None:
        """What statements have put in that ran already in this reload stays; none runs twice."""
        done = emptied.builders & self.agenda.done
        if made := [
            n.module.namespace.get(name) for n in done for name in n.writes if n.statement.kind in moved.DEFINING
        ]:
            contributions.put_back(emptied.container, contributions.made_by(emptied.before, made))
            self.filled_early.append(emptied)

    def _put_in_order(self) -> None:
        """Once all is there again, what had been put in before the rest stands where it stood."""
        for each in self.filled_early:
            if contributions.same_but_for_order(each.container, each.before):
                contributions.refill(each.container, each.before)

    def _put_rest_back(self) -> None:
        """What the program itself had put into registries that were filled again only for their order, or for readers.

        What was computed of them while they were filled is forgotten.
        """
        for each in self.emptied.values():
            key = id(each.record), each.name
            if key in self.keeps_rest:
                contributions.put_back(each.container, each.before)
            elif key in self.for_readers and self._is_as_before(each):
                contributions.refill(each.container, each.before)
        self._clear_caches(set(), self.emptied_names, last=True)

    def _is_as_before(self, emptied: Emptied) -> bool:
        """Whether a registry was filled with the same as before, and none of its new entries has a name."""
        builders = emptied.builders | self._builders(emptied.record, emptied.name)
        if not self._built_alike(emptied.record, emptied.name, builders):
            return False
        values = [node.module.namespace.get(name) for node in self.agenda.done for name in node.writes]
        return contributions.made_since(emptied.container, emptied.before).isdisjoint(map(id, values))

    def _next_writer(self, node: Node, name: str, old: Any) -> Node | None:
        """The next statement that binds the name, which held `old`, in its module or from another."""
        own = self.agenda.table(node.module).next_writer(name, node, old)
        setters = self.graph.setters((node.module.name, name))
        if not setters:
            return own
        now = self.graph.order(node)
        later = [setter for setter in setters if self.graph.order(setter) > now]
        return min([*later, *([own] if own is not None else [])], key=self.graph.order, default=None)

    def _compare(self, node: Node, name: str, old: Any, new: Any, last: bool = True) -> None:
        """`last` tells that no later statement of the module binds the name: other modules see this value."""
        namespace, t = node.module.namespace, self.transaction
        if not last:
            self._tell_before_next(node, name)
            return
        if old is new:
            if new is not MISSING and id(new) in self.touched:
                self._tell_touched(node, name, new)
            return
        hands_on = self._hands_on(node, name)
        if old is not MISSING and new is not MISSING and not hands_on:
            mine = type(old) is not FunctionType or node.statement.kind != "def" or name in self.made.get(node, {})
            same = mine and values.same(old, new, named=self._named(node))
            was = old.__code__ if type(old) is FunctionType else None
            if same and was is not None:
                functions.renew(t, old, new)  # equal, but of the definition that there is now
            if same and type(old) in values.WRAPPERS and callable(clear := functions.own(old, "cache_clear")):
                t.on_undo(functions.emptied(clear))  # as the new one is: its function may compute something else
            kept = old if same else self._successor(node, name, old, new)
            if kept is old:
                t.set_item(namespace, name, old)
                contributions.exchange(t, node, self.graph, new, old)
                if not same and not self._came_out_alike(old):
                    if was is not None:
                        self.set_again(node, old)
                    self.touched.add(id(old))
                    self._tell_touched(node, name, old, was)
                return
            if isinstance(new, type) and self._made_before(node, old):
                self.touched.add(id(new))  # it may stand already where the old one stood
                self.superseded.append(old)
        elif isinstance(new, IMMUTABLE) and type(new) is not FunctionType and values.same(old, new):
            return
        cached = callable(old) and functions.own(old, "__wrapped__") is not MISSING
        if cached and callable(clear := functions.own(old, "cache_clear")):
            t.on_undo(functions.emptied(clear))  # who still holds it must not be served what old code computed
        self.outcome.rebound.append((node.module, name, old, namespace.get(name, MISSING)))
        self._tell(node.module, name, node, f"{name} changed", added=old is MISSING)
        if isinstance(new, type):
            self._tell_bases(node, new)

    def _came_out_alike(self, value: Any) -> bool:
        """Whether a class that was made anew has just the members that it had."""
        change = self.class_changes.get(id(value)) if isinstance(value, type) else None
        return change is not None and change.is_none

    def _hands_on(self, node: Node, name: str) -> bool:
        """Whether a statement binds what others made, or adds to it in place: it is that very object."""
        makers = [node]
        if node.statement.kind == "AugAssign":
            makers += self.agenda.table(node.module).reaching(name, node)
        return any(maker.statement.kind in ("import", "from") or maker.statement.alias for maker in makers)

    def _named(self, node: Node) -> set[int]:
        """Identities of the functions that the statement reads by name, and of what something may be added to."""
        namespace = node.module.namespace
        read = [namespace.get(name) for name in node.statement.effects.reads]
        for module, name in node.reads:
            if (record := self.graph.modules.get(module)) is not None:
                read.append(record.namespace.get(name))
        return {id(value) for value in read if type(value) is FunctionType or not isinstance(value, IMMUTABLE)}

    def _successor(self, node: Node, name: str, old: Any, new: Any) -> Any:
        """The object that goes on under a name whose statement made `new` where it had made `old`."""
        if isinstance(old, type) and isinstance(new, type):
            if node.statement.kind == "class" and self._made_before(node, old) and made_here(new, node):
                return self._adopt(node, old, new)
            own = name in self.made.get(node, {}) and ("<locals>" in new.__qualname__ or node in self.anew)
            if own and (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__):
                return self._adopt(node, old, new)
            return new
        own = name in self.made.get(node, {})
        if own and type(old) is FunctionType and type(new) is FunctionType and fresh(new, name, node):
            return classes.settle(self.transaction, old, new)
        return new

    def _adopt(self, node: Node, old: type, new: type) -> type:
        if old.__qualname__ in self.fresh_members.get(node, ()):
            classes.keep_members(old, new, self.fresh_members[node][old.__qualname__])
        told = not isinstance(new, enum.EnumMeta) and classes.same_layout(old, new)
        change, origins = classes.change(old, new) if told else None, classes.origins(old)
        adopted = classes.adopt(self.transaction, old, new, self.outcome.notes, self.holders.get(id(new)))
        classes.keep_origins(self.transaction, adopted, origins)
        if adopted is old:
            self.set_again(node, old)
            if change is not None:
                self.class_changes[id(old)] = change.with_inner(self.class_changes)
        return adopted

    def _before_next_writer(self, node: Node, name: str, final: Any, following: Node) -> None:
        """A later statement binds the name again: it must have the last word, as it had."""
        if self.agenda.waiting(following) or following in self.agenda.done:
            return
        elsewhere = following.module is not node.module
        reads = (node.module.name, name) in following.reads if elsewhere else name in following.statement.effects.reads
        if not _surely_binds(following, name) or reads:
            self.schedule(following, f"binds {name} again")
        elif final is not MISSING:
            self.restores.setdefault(following, []).append((node.module.namespace, name, final))


def _surely_binds(node: Node, name: str) -> bool:
    """Whether a statement, when it ran last, bound a name that it is known to bind, and would do so again."""
    told = SEES_CALLS or node.binds_only(name) or any(path[-1] == name for path in node.statement.effects.sets)
    return told and node.statement.unconditional
