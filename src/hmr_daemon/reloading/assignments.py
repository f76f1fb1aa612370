"""What statements set on objects that others made: ``K.limit = 1``, ``settings.DEBUG = True``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import insides, values
from ..live.additions import UNKNOWN
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Name, Node
from ..planning.targets import Target, holder_of, home, is_instance, is_ours, start_of, takes_any_off, targets
from ..syntax import codes
from ..syntax.statements import Statement
from ..syntax.stores import stores
from .receivers import first_arguments
from .registries import Place
from .telling import Telling


class Assigning(Telling):
    """A run that minds whose word on an attribute is the last."""

    def targets(self, node: Node, statement: Statement) -> list[Target]:
        return targets(node, statement, self.graph)

    def lost_targets(self, node: Node, old: Statement, new: Statement | None) -> list[Target]:
        """What the statement's old text set and its new one does not."""
        kept = {target.key for target in self.targets(node, new)} if new is not None else set()
        lost = [target for target in self.targets(node, old) if target.key not in kept]
        known = {target.key for target in lost} | kept
        records = [(self.graph.modules[m], name) for m, name in node.wrote if m in self.graph.modules and new is None]
        lost += [Target(r.module, n, (r.name, n)) for r, n in records if (id(r.module), n) not in known]
        through = self.targets_through(node, [*self._ran_before(node)]) if new is None else ()
        return lost + [target for target in through if not is_a(target.holder, ModuleType)]

    def targets_through(self, node: Node, ran: Sequence[CodeType]) -> list[Target]:
        """What code of the user's functions sets on the user's objects for a statement that runs it."""
        setting = [(code, store) for code in ran for store in stores(code)]
        methods = {code.co_name for code, store in setting if not store.root}
        given = first_arguments(self, node, ran, methods) if methods else {}
        found: dict[tuple[int, str], Target] = {}
        for code, store in setting:
            own = [(record, store.root) for record in self.graph.at_path(code.co_filename)] if store.root else ()
            for record, root in own or given.get(id(self.exchanged_for(code)), ()):
                holder = holder_of(record.namespace, (root, *store.through, store.name))
                if is_ours(holder, self.graph) or is_instance(holder, self.graph):
                    target = Target(holder, store.name, (record.name, root))
                    found.setdefault(target.key, target)
        return [*found.values()]

    def set_through_before(self, node: Node) -> list[Target]:
        """What its last run set so, by functions as they were then."""
        return self.targets_through(node, self._ran_then(node)) if node.ran else self.left_to.get(node, [])

    def settle_set_through(self, node: Node, before: Iterable[Target]) -> None:
        """The statement has run: what it set by functions, and sets no more, is what it was made with."""
        before, now = list(before), self.targets_through(node, [*self._ran_now(node)]) if node.ran else []
        known, kept = {target.key for target in before}, {target.key for target in now}
        for target in before:
            if target.key not in kept | self.unset_now:
                self.unset(node, target)
        for target in now:
            if target.key not in known and not is_a(target.holder, ModuleType):
                self.tell_set(node, target)

    def unset(self, node: Node, target: Target) -> None:
        """Nothing sets the attribute where `node` did: an earlier word holds again, or it is gone."""
        setters = [*self.setters(target), *self._setters_through_functions(target)]
        setters = sorted({other for other in setters if other is not node}, key=self.graph.order)
        new = [] if node in self.agenda.done else [each for each in self.added if self._sets_newly(each, target)]
        for each in new:
            self.left_to.setdefault(each, []).append(target)
        if not new:
            self.unset_now.add(target.key)
            self._unset(node, target, setters)

    def _unset(self, node: Node, target: Target, setters: list[Node]) -> None:
        if any(self.graph.order(other) > self.graph.order(node) for other in setters):
            return
        if is_a(target.holder, ModuleType):
            self._unset_global(node, target, setters)
            return
        alone = not setters and is_instance(target.holder, self.graph)
        if alone and (start := start_of(target, self.graph)) is not UNKNOWN:
            self.put(target, start)
            self.tell_set(node, target)
            return
        if alone and self._sets_itself(target):
            for maker in self._makers_of(target):
                self.schedule(maker, f"sets {target.attribute} itself", code_changed=True)
            return
        self._delete(target)
        self.tell_set(node, target)
        if setters:
            self.schedule(setters[-1], f"sets {target.attribute} last now")
        elif is_a(target.holder, type) and target.attribute != "__module__":
            self.bind_member_again(target.holder, target.attribute)
        elif is_a(target.holder, FunctionType):
            for maker in self._makers_of(target):
                if maker.statement.effects.decorates:
                    self.schedule(maker, f"may set {target.attribute} itself", code_changed=True)

    def _sets_newly(self, node: Node, target: Target) -> bool:
        """Whether a new statement may run functions that set the attribute again."""
        ran = [*self.graph.called_by(node, node.statement, self.known[""])] if node.statement.effects.calls else []
        return any(each.key == target.key for each in self.targets_through(node, ran))

    def put(self, target: Target, value: Any) -> None:
        """Let an attribute of a class or a function have a value, or be absent."""
        if value is MISSING:
            self._delete(target)
        else:
            self.transaction.set_own(target.holder, target.attribute, value)

    def _sets_itself(self, target: Target) -> bool:
        """Whether an instance may have had an attribute before a statement set it: some method of its class sets it."""
        owners = type(target.holder).__mro__[:-1]
        methods = insides.wrapped([member for owner in owners for member in list(vars(owner).values())])
        return any(target.attribute in code.co_names for method in methods for code in codes.walk((method.__code__,)))

    def _makers_of(self, target: Target) -> list[Node]:
        return [maker for record, name in self._homes(target) for maker in self.agenda.table(record).last_writers(name)]

    def _homes(self, target: Target) -> Iterator[tuple[ModuleRecord, str]]:
        for module, name in self._with_origins([target.home]):
            if (record := self.graph.modules.get(module)) is not None:
                yield record, name

    def _delete(self, target: Target) -> None:
        if target.attribute == "__module__":  # which is never gone
            self._give_own_module(target.holder)
        elif is_a(target.holder, type):
            self.transaction.delete_member(target.holder, target.attribute)
        else:
            self.transaction.delete_item(vars(target.holder), target.attribute)

    def _give_own_module(self, holder: type | FunctionType) -> None:
        """Let a class or a function be of the module that it was defined in, as its functions tell."""
        functions = list(vars(holder).values()) if is_a(holder, type) else [holder]
        for function in functions:
            if type(function) is FunctionType and function.__qualname__.startswith(holder.__qualname__):
                module = function.__globals__.get("__name__")
                self.transaction.set_attribute(holder, "__module__", module)
                return

    def bind_member_again(self, cls: type, name: str) -> None:
        """The class's own body may bind what was set from outside."""
        record = self.graph.modules.get(cls.__module__)
        if record is not None:
            for maker in self.agenda.table(record).last_writers(cls.__qualname__.partition(".")[0]):
                self.schedule(maker, f"binds {name} itself", f"{cls.__qualname__}.{name}")

    def _unset_global(self, node: Node, target: Target, setters: list[Node]) -> None:
        record, name = self.graph.record_of(target.holder), target.attribute
        if record is None:
            return
        self.set_from_outside.add((id(record), name))
        self._forget_setting(node, (record.name, name))
        writers = self.agenda.table(record).last_writers(name)
        for writer in setters[-1:] or writers:
            self.schedule(writer, f"binds {name} last now")
        if not setters and not writers:
            self.removed_names.append((record, name))

    def _forget_setting(self, node: Node, name: Name) -> None:
        """What a statement's last run set, its new text does not."""
        reads, ran, wrote, opened, extra = node.uses
        self.transaction.on_undo(self.graph.set_uses, node, node.uses)
        self.graph.set_uses(node, (reads, ran, wrote - {name}, opened, extra))

    def setters(self, target: Target) -> list[Node]:
        """Statements of any module that set an attribute, in order."""
        holder = target.holder
        if is_a(holder, ModuleType):
            record = self.graph.record_of(holder)
            name = record.name if record is not None else holder.__name__
            return sorted(self.graph.setters((name, target.attribute)), key=self.graph.order)
        found = [
            node
            for node in self._mentioning([target.home, target.root])
            if any(other.key == target.key for other in self.targets(node, node.statement))
        ]
        return sorted(found, key=self.graph.order)

    def _setters_through_functions(self, target: Target) -> Iterator[Node]:
        """Statements that are not to run again, and that ran functions by which these set it."""
        homes = [target.root[0], target.home[0], type(target.holder).__module__]
        records = [self.graph.modules[name] for name in dict.fromkeys(homes) if name in self.graph.modules]
        naming = [code for record in records for code in self.agenda.table(record).codes_naming(target.attribute)]
        setting = [code for code in naming if any(store.name == target.attribute for store in stores(code))]
        for runner in {runner for code in setting for runner in self.graph.runners(code)}:
            stays = runner.alive and not self.agenda.waiting(runner)
            if stays and any(t.key == target.key for t in self.targets_through(runner, [*self._ran_now(runner)])):
                yield runner

    def _mentioning(self, names: Collection[Name]) -> Iterator[Node]:
        """Statements that set an attribute of what one of the names leads to."""
        known_as = self._with_origins(names)
        records = [
            (record, name) for module, name in known_as if (record := self.graph.modules.get(module)) is not None
        ]
        known = {(other.name, alias): other for record, name in records for other, alias in self.aliases(record, name)}
        found = [reader for (_, alias), other in known.items() for reader, _ in self.agenda.readers(other, alias, None)]
        yield from dict.fromkeys(reader for reader in found if reader.statement.effects.sets)

    def assigned(self, node: Node) -> list[tuple[Target, Any]]:
        """What the statement is about to set, with the values before."""
        return [(target, target.value) for target in self.targets(node, node.statement)]

    def settle_assigned(self, node: Node, before: list[tuple[Target, Any]]) -> None:
        """The statement has run: tell who reads the attributes, and let later statements have the last word."""
        for target, old in before:
            if is_a(target.holder, ModuleType):
                continue  # told as a name of that module
            self.set_now[target.key] = target.value
            if not values.same(old, target.value) or self._is_set_later(node, target):
                self.tell_set(node, target)
                self.set_again(node, target.holder, (target.attribute,), [target.root])
        kept = {target.key for target, _ in before}
        for target in self._targets_before(node):
            if target.key not in kept and target.value is not MISSING:
                self.unset(node, target)

    def _is_set_later(self, node: Node, target: Target) -> bool:
        """Whether what there was is a later statement's word: what this one had set before is not known."""
        return any(self.graph.comes_after(other, node) for other in self.setters(target))

    def _targets_before(self, node: Node) -> list[Target]:
        """What the statement's last run set on what its names led to then, where that is still the program's."""
        module = node.module
        roots = {path[0] for path in node.statement.effects.sets}
        former = {name: self.former[id(module), name] for name in roots if (id(module), name) in self.former}
        if not former or node in self.added:
            return []
        found = targets(node, node.statement, self.graph, {**module.namespace, **former})
        return [target for target in found if self._is_bound(target)]

    def _is_bound(self, target: Target) -> bool:
        """Whether an object goes on under the name that it was made with."""
        holder = target.holder
        if is_a(holder, ModuleType):
            return getattr(self.graph.record_of(holder), "module", None) is holder
        module, name = target.home
        return self.graph.modules[module].namespace.get(name) is holder

    def set_again(
        self, node: Node, holder: Any, names: Collection[str] | None = None, roots: Collection[Name] = ()
    ) -> None:
        """`node` has bound attributes, all where `names` is None: statements that set them later do so again.

        `roots` are names by which it knows what holds them.
        """
        if not (is_ours(holder, self.graph) or is_instance(holder, self.graph)):
            return
        namespace = node.module.namespace
        own = [(node.module.name, name) for name in node.writes if namespace.get(name) is holder]  # of a lambda, say
        homes = [home(holder)] if is_a(holder, (type, FunctionType)) else []
        for other in self._mentioning([*homes, *own, *roots]):
            if other is not node and self.graph.order(other) > self.graph.order(node):
                for target in self.targets(other, other.statement):
                    if target.holder is holder and (names is None or target.attribute in names):
                        self._set_once_more(other, target)
                if takes_any_off(other, holder):
                    self.schedule(other, f"takes members off {holder.__name__}")

    def _set_once_more(self, node: Node, target: Target) -> None:
        """The statement sets the attribute again; where it has run already, what it has set stays."""
        if node not in self.agenda.done:
            self.schedule(node, f"sets {target.attribute} again")
        elif target.key in self.set_now and target.value is not self.set_now[target.key]:
            self.put(target, self.set_now[target.key])

    def tell_set(self, node: Node, target: Target) -> None:
        names = [target.home, target.root]
        if is_instance(target.holder, self.graph):  # others may have been given the same one
            names += [(record.name, name) for record, name in self._known_as(target.holder)]
        self._tell_entries(node, Place(tuple(dict.fromkeys(names)), target.attribute), rebound=True)
        if not is_a(target.holder, ModuleType):
            self._tell_through_holders(target.holder, {target.attribute}, node)
