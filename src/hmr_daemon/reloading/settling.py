"""What names hold after a statement has run again: the object that they held, or a new one."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

from ..live import caches, changes, entries, functions, insides, own_instances, successors, values
from ..live.containers import EMPTIED, size
from ..live.entries import PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..planning.records import SEES_CALLS, ModuleRecord, Node
from ..planning.targets import home
from ..syntax import codes
from . import contributions
from .definitions import fresh, is_of, made_here
from .refilling import Refilling
from .registries import Place
from .run import IMMUTABLE

LARGEST = 1_000  # entries of what is looked through for a value


class Settling(Refilling):
    """A run that keeps old objects where the new ones are the same, and tells where they are not."""

    def _settle(self, node: Node, name: str, old: Any, own: Any = MISSING) -> None:
        """Keep the old object where the new one is the same; else tell who read the name.

        `own` is a class that the statement's last run made, where the name has come to hold something else.
        """
        namespace = node.module.namespace
        new = namespace.get(name, MISSING)
        replaced = old is not new and new is not MISSING and plain_type(new) not in values.ATOMS
        if replaced and not self._hands_on(node, name):
            self.made_now |= {id(part): part for part in _made_with(new, old)}
        if old is not new and old is not MISSING:
            self.former.setdefault((id(node.module), name), old)
        in_place = old is new  # as `xs += [1]` adds: it is what others have meanwhile
        following = self._next_writer(node, name, old)
        if following is not None:
            self._before_next_writer(node, name, old, following)
        else:
            old = self.finals.get((id(node.module), name), old)
        if not in_place and (id(node.module), name) in self.looked_up:
            self._schedule_builders(node, name, old)
        if not in_place and self._refill(node, name, old):
            return
        if (id(node.module), name) in self.open_groups:
            self._tell_members(node, name)
            return
        self._compare(node, name, old if following is None else own, new, last=following is None)

    def _schedule_builders(self, node: Node, name: str, old: Any) -> None:
        """What might have been given again was made anew: who adds to it does so again."""
        for other, reason in list(self._built_by(node, name)):
            self.open_groups[id(node.module), name].old = old
            self.schedule(other, reason)

    def _next_writer(self, node: Node, name: str, old: Any) -> Node | None:
        """The next statement that binds the name, which held `old`, in its module or from another."""
        own = self.agenda.table(node.module).next_writer(name, node, old)
        others = [*self.graph.setters((node.module.name, name)), *self._importers_of(node.module, name, old)]
        if not others:
            return own
        now = self.graph.order(node)
        later = [other for other in others if self.graph.order(other) > now]
        return min([*later, *([own] if own is not None else [])], key=self.graph.order, default=None)

    def _importers_of(self, package: ModuleRecord, name: str, value: Any) -> list[Node]:
        """The statement by which the name came to hold a submodule of its package: the import system bound it."""
        child = self.graph.modules.get(f"{package.name}.{name}") if is_a(value, ModuleType) else None
        importer = self.graph.importer(child) if child is not None and child.module is value else None
        return [] if importer is None else [importer]

    def _compare(self, node: Node, name: str, old: Any, new: Any, last: bool = True) -> None:
        """`last` tells that no later statement of the module binds the name: other modules see this value."""
        namespace, t = node.module.namespace, self.transaction
        if not last:
            if not self._says_the_same(node, new):
                self._tell_before_next(node, name)
            if is_a(new, type):
                self._tell_displaced(node, name, old, new)
            return
        if old is new:
            if new is not MISSING and (id(new) in self.took_over or id(new) in self.other_inside):
                self._tell(node.module, name, node, f"{name} changed")  # it stood here before this statement ran
            elif new is not MISSING and id(new) in self.touched:
                self._tell_touched(node, name, new)
            return
        if old is not MISSING and new is not MISSING and not self._hands_on(node, name):
            if self._goes_on(node, name, old, new):
                return
            if is_a(new, type) and self.made_before(node, old):
                self.touched.add(id(new))  # it may stand already where the old one stood
                self.took_over.add(id(new))
                self.superseded.append(old)
        elif is_a(new, IMMUTABLE) and type(new) is not FunctionType and values.same(old, new):
            if plain_type(new) in values.ATOMS:  # no one can tell it from what it was handed on from
                t.set_item(namespace, name, old)
            return
        cached = callable(old) and insides.own(old, "__wrapped__") is not MISSING
        if cached and callable(clear := insides.own(old, "cache_clear")):
            t.on_undo(caches.emptied(clear))  # who still holds it must not be served what old code computed
        self.outcome.rebound.append((node.module, name, old, namespace.get(name, MISSING)))
        if old is self.made.get(node, {}).get(name):
            self._tell_who_looked_it_up(node, old)
        self._tell(node.module, name, node, f"{name} changed", added=old is MISSING)
        if old is not MISSING and name in namespace:
            self.tell_given(node, name, old)
        if is_a(new, type):
            self._tell_bases(node, new)

    def _tell_displaced(self, node: Node, name: str, own: Any, new: type) -> None:
        """A later statement puts something else in the place of a class: what leads to the class is told of it."""
        goes_on = is_a(own, type) and own is not new and self._goes_on(node, name, own, new)
        if not goes_on and id(new) in self.touched:
            self._tell_touched(node, name, new)

    def _tell_who_looked_it_up(self, node: Node, made: Any) -> None:
        """Who was given by a call the very object that a statement had made is to be given what there is now."""
        if is_a(made, (*IMMUTABLE, enum.Enum)):
            return
        for record, name in self._known_as(made):
            for binder in self._binders(record, name):
                if binder.statement.effects.calls and self.graph.comes_after(binder, node):
                    self.schedule(binder, f"{name} is another", code_changed=True)

    def _goes_on(self, node: Node, name: str, old: Any, new: Any) -> bool:
        """Let the old object go on under its name, where it is the same as the new one or can become it."""
        t = self.transaction
        mine = type(old) is not FunctionType or node.statement.kind != "def" or name in self.made.get(node, {})
        named = self._named(node)
        if plain_type(old) in (list, dict, set):
            mine &= not self._was_handed_on(node.module, name) and id(new) not in named
            mine = mine and not self._is_taken_from(node, new) and self._shares_as_before(node, name, old, new)
        same = mine and values.same(old, new, named=named)
        was, shown = (old.__code__, dict(vars(old))) if type(old) is FunctionType else (None, {})
        if same and was is not None:
            same = functions.renew(t, old, new)  # equal, but of the definition that there is now
        if same and plain_type(old) in values.WRAPPERS and callable(clear := insides.own(old, "cache_clear")):
            t.on_undo(caches.emptied(clear))  # as the new one is: its function may compute something else
        if not same and self._successor(node, name, old, new) is not old:
            return False
        t.set_item(node.module.namespace, name, old)
        contributions.exchange(t, node, self.graph, new, old)
        if same:
            if self._holds_other_inside(old):
                self._tell(node.module, name, node, f"{name} holds what changed")
            return True
        if is_a(old, type):
            self.set_again(node, old)
        if not self._came_out_alike(old):
            if was is not None:
                self.set_again(node, old)
            self.touched.add(id(old))
            self._tell_touched(node, name, old, was)
        if shown or (was is not None and vars(old)):
            self._tell_attributes_of(node, name, old, shown)
        return True

    def _tell_attributes_of(self, node: Node, name: str, function: FunctionType, before: Mapping[str, Any]) -> None:
        """A function that goes on has other attributes, which its decorators gave it: who reads them is told."""
        now = vars(function)
        for attribute in sorted({*before, *now} - {"__wrapped__"}):
            if not values.same(before.get(attribute, MISSING), now.get(attribute, MISSING)):
                self._tell_entries(node, Place(((node.module.name, name),), attribute), rebound=True)

    def _holds_other_inside(self, value: Any) -> bool:
        """Whether a value holds an instance that holds something else now; whoever calls may not close over a class."""
        return any(insides.keeps(value, each) for each in self.other_inside.values())

    def _came_out_alike(self, value: Any) -> bool:
        """Whether a class that was made anew has just the members that it had."""
        change = self.class_changes.get(id(value)) if is_a(value, type) else None
        return change is not None and change.is_none

    def _is_taken_from(self, node: Node, value: Any) -> bool:
        """Whether a value is an entry of something else that the statement reads: ``first = rows[0]``."""
        if not node.statement.effects.reads:
            return False
        read = [node.module.namespace.get(name) for name in node.statement.effects.reads]
        read += [self.graph.modules[m].namespace.get(n) for m, n in node.reads if m in self.graph.modules]
        held = [each for each in read if plain_type(each) in (list, tuple, dict) and size(each) <= LARGEST]
        return any(entry is value for each in held for entry in entries.held(each))

    def _named(self, node: Node) -> set[int]:
        """Identities of the functions that the statement reads by name, and of what something may be added to.

        What objects hold under a name that it mentions is such, too.
        """
        namespace = node.module.namespace
        effects = node.statement.effects
        made = effects.writes if self._makes_one_object(node) else frozenset[str]()
        read = [namespace.get(name) for name in effects.reads - made]
        for module, name in node.reads:
            if (record := self.graph.modules.get(module)) is not None:
                read.append(record.namespace.get(name))
        states = [insides.own_dict(value) for value in read if not is_a(value, ModuleType)]
        read += [state[name] for state in states for name in node.statement.effects.attributes & state.keys()]
        return {id(value) for value in read if type(value) is FunctionType or not is_a(value, IMMUTABLE)}

    def _makes_one_object(self, node: Node) -> bool:
        """Whether what a statement has made is under one of its names alone, so that nothing else of it holds that."""
        effects, namespace = node.statement.effects, node.module.namespace
        if node.statement.kind != "assign" and (effects.calls or effects.mutates):
            return False
        return sum(plain_type(namespace.get(name)) not in values.ATOMS for name in node.writes) == 1

    def _shares_as_before(self, node: Node, name: str, old: Any, new: Any) -> bool:
        """Whether the other names of a statement that hold the same object are those that did: ``a = b = []``."""
        namespace, made = node.module.namespace, self.made.get(node, {})
        others = {other: namespace.get(other, MISSING) for other in made.keys() | node.writes if other != name}
        return all(
            (now is new) == (made.get(other) is old) for other, now in others.items() if now is not made.get(other)
        )

    def _successor(self, node: Node, name: str, old: Any, new: Any) -> Any:
        """The object that goes on under a name whose statement made `new` where it had made `old`."""
        if is_a(old, type) and is_a(new, type):
            if node.statement.kind == "class" and self.made_before(node, old) and made_here(new, node):
                return self._adopt(node, old, new)
            made = "<locals>" in new.__qualname__ or node in self.anew or made_here(new, node)
            own = made and name in self.made.get(node, {})
            if own and (old.__module__, old.__qualname__) == (new.__module__, new.__qualname__):
                return self._adopt(node, old, new)
            return new
        own = name in self.made.get(node, {})
        if own and caches.renew(self.transaction, old, new):
            return old
        if not own or type(old) is not FunctionType or type(new) is not FunctionType:
            return new
        if fresh(new, name, node):
            settled = successors.settle(self.transaction, old, new, named=self._named(node))
            if settled is old:
                return old
        if node.statement.kind == "def" and self._is_wrapper_of(node, old):
            functions.forward(self.transaction, old, new)
        return new

    def _is_wrapper_of(self, node: Node, old: FunctionType) -> bool:
        """Whether a function is what decorators had put around the one that a statement defines; others do so now."""
        mine = {id(code) for code in node.codes}
        inner = [each for each in insides.reachable([old]) if id(each.__code__) in mine]
        return id(old.__code__) not in mine and any(
            each is old for each in insides.around(inner, insides.layers([old]))
        )

    def _adopt(self, node: Node, old: type, new: type) -> type:
        if old.__qualname__ in self.fresh_members.get(node, ()):
            successors.keep_members(old, new, self.fresh_members[node][old.__qualname__])
        successors.keep_bare_values(old, new)
        renewed, states = self._keep_instances(old, new), _states(old)
        change, origins = changes.change(old, new) if changes.can_be_told(old, new) else None, successors.origins(old)
        alike = change is None and changes.only_members_differ(old, new)
        anew = changes.made_anew_for_bases(old, new)
        adopted = successors.adopt(self.transaction, old, new, self.outcome.notes, self.holders.get(id(new)))
        successors.keep_origins(self.transaction, adopted, origins)
        self.other_inside.update((id(m), m) for m, held in states if not values.same(held, dict(vars(m))))
        if anew is not None and adopted is new:
            self.made_anew_for_bases[id(new)] = anew
        if alike and adopted is old:
            self.enum_members_kept[id(old)] = _kept(old, states)
        if change is None or change.runs_otherwise:
            self.known.clear()
        for function in [m for name in renewed if type(m := vars(adopted).get(name)) is FunctionType]:
            self._tell_runners(function, node)
        if adopted is old and change is not None:
            self.class_changes[id(old)] = change.with_names(renewed).with_inner(self.class_changes)
        return adopted

    def _keep_instances(self, old: type, new: type) -> frozenset[str]:
        """The names of members that lead to instances which the making of a class made, and which differ inside."""
        if is_a(new, enum.EnumMeta) or not any(type(member) is new for member in list(vars(new).values())):
            return frozenset()  # the members of an enum are known as such
        names, different = own_instances.keep(self.transaction, old, new)
        self.other_inside.update((id(each), each) for each in different)
        return names

    def _before_next_writer(self, node: Node, name: str, old: Any, following: Node) -> None:
        """A later statement binds the name again: it must have the last word, as it had."""
        ran = following in self.agenda.done  # before this one: what it bound is what the name held until now
        final = old if ran else self.finals.setdefault((id(node.module), name), old)
        if ran or following in self._importers_of(node.module, name, final):  # it would not load the submodule again
            if final is not MISSING:
                self.restores.setdefault(following, []).append((node.module.namespace, name, final))
            return
        if self.agenda.waiting(following):
            return
        elsewhere = following.module is not node.module
        reads = (node.module.name, name) in following.reads if elsewhere else name in following.statement.effects.reads
        if not _surely_binds(following, name) or reads:
            self.schedule(following, f"binds {name} again")
        elif final is not MISSING:
            self.restores.setdefault(following, []).append((node.module.namespace, name, final))

    def _close_groups(self, node: Node) -> None:
        """Compare the values whose last builder has run."""
        for key, group in list(self.open_groups.items()) if self.open_groups else ():
            group.members.discard(node)
            if not group.members:
                del self.open_groups[key]
                value = group.maker.module.namespace.get(key[1], MISSING)
                last = self._next_writer(node, key[1], group.old) is None or node.module is not group.maker.module
                self._compare(group.maker, key[1], group.old, value, last)
                self._keep_aliases(group.maker.module, key[1], value)

    def _says_the_same(self, node: Node, value: Any) -> bool:
        """Whether a statement binds what its text alone tells, and as it did before."""
        edited = node in self.added or node in self.moved or self._old_statement(node) is not None
        effects = node.statement.effects
        told = node.statement.kind == "assign" and not (effects.reads or effects.calls)
        return told and not edited and is_a(value, PLAIN)

    def _tell_before_next(self, node: Node, name: str) -> None:
        """Statements that read a name before another statement binds it again; what it held then is not known."""
        for reader in list(self.agenda.table(node.module).readers_of(name, node)):
            self.schedule(reader, f"{name} changed", name)
        following = self._next_writer(node, name, node.module.namespace.get(name, MISSING))
        between = partial(self._is_between, node, following)
        for reader, known in list(self.agenda.readers(node.module, name, node)):
            if reader.module is not node.module and between(reader):
                self.schedule(reader, f"{name} changed", known)
        for reader in list(self.agenda.function_readers(node.module, name, node)):
            if reader.module is node.module or between(reader):
                self.schedule(reader, f"{name} changed", name, code_changed=True)

    def _is_between(self, node: Node, following: Node | None, reader: Node) -> bool:
        """Whether a statement came after one, and before another: of a module that was imported there, for example."""
        now = self.graph.order(reader)
        return following is not None and self.graph.order(node) < now < self.graph.order(following)

    def _keep_aliases(self, record: ModuleRecord, name: str, new: Any) -> None:
        """Where the old value stayed after all, names that were given the new one in between have it too."""
        kept = record.namespace.get(name, MISSING)
        if kept is not new and kept is not MISSING:
            for other, alias in self.aliases(record, name):
                if other.namespace.get(alias) is new:
                    self.transaction.set_item(other.namespace, alias, kept)

    def made_before(self, node: Node, value: Any) -> bool:
        """Whether a class is one that the statement's last run made, and not another that had its name."""
        if not is_a(value, type) or value.__qualname__ not in node.statement.effects.writes:
            return False
        if is_of(value, node.module):
            return not self._defined_by_another(node, value)
        if node in self.added or not node.statement.kind == self._kind_before(node) == "class":
            return False
        home = self.graph.modules.get(value.__module__)  # packages give inner classes their own name
        others = self.agenda.table(home).writers.get(value.__qualname__, ()) if home is not None else ()
        return home is not None and not any(other.statement.kind == "class" for other in others)

    def _defined_by_another(self, node: Node, cls: type) -> bool:
        """Whether a class is of another statement that binds its name, as its methods tell, or the order of both."""
        others = [n for n in self.agenda.table(node.module).writers.get(cls.__qualname__, ()) if n is not node]
        if not others:
            return False
        methods = {id(function.__code__) for function in insides.wrapped(list(vars(cls).values()))}
        theirs = {id(code) for n in others for code in codes.walk(n.codes)}
        own = {id(code) for code in codes.walk(node.codes)}
        if not methods.isdisjoint(theirs | own):
            return methods.isdisjoint(own)
        later = [n for n in others if n.order > node.order and n not in self.added and n.statement.unconditional]
        alike = any((each.__module__, each.__qualname__) == home(cls) for each in cls.__mro__[1:])
        return any(alike or self._kind_before(n) == "class" for n in later)


def _states(cls: Any) -> list[tuple[Any, dict[str, Any]]]:
    """The members of an enum, with what each holds; of another class, nothing."""
    members: list[Any] = list(cls.__members__.values()) if is_a(cls, enum.EnumMeta) else []
    return [(member, dict(vars(member))) for member in members]


def _kept(cls: Any, states: list[tuple[Any, dict[str, Any]]]) -> frozenset[str]:
    """The names of the members of an enum that are what they were; which place they have, only the enum tells."""
    before = {id(member): state for member, state in states}
    return frozenset(
        name
        for name, member in cls.__members__.items()
        if id(member) in before and values.same(_but_place(before[id(member)]), _but_place(vars(member)))
    )


def _but_place(state: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name != "_sort_order_"}


def _surely_binds(node: Node, name: str) -> bool:
    """Whether a statement, when it ran last, bound a name that it is known to bind, and would do so again."""
    told = SEES_CALLS or node.binds_only(name) or any(path[-1] == name for path in node.statement.effects.sets)
    return told and node.statement.unconditional


def _made_with(new: Any, old: Any) -> list[Any]:
    """The containers that are there with a value: itself, or what an object holds that stood in another's place."""
    if is_a(new, EMPTIED):
        return [new]
    if is_a(new, type) or type(new) is not type(old):
        return []
    before = {id(part) for part in insides.own_dict(old).values()}
    return [p for p in insides.own_dict(new).values() if plain_type(p) in EMPTIED and id(p) not in before]
