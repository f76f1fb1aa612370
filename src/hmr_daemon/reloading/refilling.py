"""Registries that all who build them fill again, as the objects that they are."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from ..live import entries, insides
from ..live.containers import can_take
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import Node
from ..syntax.statements import Statement
from . import contributions, moved, registries
from .leaving import Leaving
from .run import Emptied


class Refilling(Leaving):
    """A run that empties registries to have them filled again."""

    def _refill(self, node: Node, name: str, old: Any) -> bool:
        """A registry that all who build it fill again stays the object that it is; whether it can."""
        new: Any = node.module.namespace.get(name)
        if old is new or not can_take(old, new):
            return False
        if self._hands_on(node, name) or self._was_handed_on(node.module, name):
            return False
        if (id(node.module), name) not in self.made_anew and not any(self._added_to_unseen(node, node.module, name)):
            if not self._held_half_built(node, name, old):
                return False
            self._mark_for_reader(node.module, name)
        self.transaction.guard(old)
        builders = self._builders(node.module, name)
        self.emptied[id(old)] = Emptied(old, copy.copy(old), node.module, name, builders)
        for record, alias in self.aliases(node.module, name):
            self.emptied_names[record.path].add(alias)
        self._empty_caches_of(node.module, name)
        entries.refill(old, new)
        self._keep_made_already(self.emptied[id(old)])
        self.transaction.set_item(node.module.namespace, name, old)
        self.open_groups.pop((id(node.module), name), None)
        place, since = registries.Place(((node.module.name, name),)), self._first_to_add(self.emptied[id(old)])
        self._tell_entries(node, place, emptied=True, since=since)
        return True

    def _first_to_add(self, emptied: Emptied) -> tuple[float, ...]:
        """Which statement was the first to put something there; () where an entry may be anybody's."""
        held = set(map(id, entries.held(emptied.before)))
        given = {builder: self._identities_given(builder) & held for builder in emptied.builders} if held else {}
        told = set[int]().union(*given.values())
        return min((self.graph.order(each) for each, own in given.items() if own), default=()) if told == held else ()

    def _hands_on(self, node: Node, name: str) -> bool:
        """Whether a statement binds what others made, or adds to it in place: it is that very object."""
        makers = [node]
        if node.statement.kind == "AugAssign":
            makers += self.agenda.table(node.module).reaching(name, node)
        return any(maker.statement.kind in ("import", "from") or maker.statement.alias for maker in makers)

    def _held_half_built(self, node: Node, name: str, old: Any) -> bool:
        """Whether a statement between those that build a value has made what holds it: that is to hold what stays."""
        group, namespace = self.open_groups.get((id(node.module), name)), node.module.namespace
        last = max((member.order for member in group.members), default=node.order) if group is not None else node.order
        between = [
            reader
            for reader in self.agenda.table(node.module).readers_of(name, node)
            if reader.order < last and name not in reader.statement.effects.mutates
        ]
        return any(insides.leads_soon_to(namespace.get(bound), old) for reader in between for bound in reader.writes)

    def _keep_made_already(self, emptied: Emptied) -> None:
        """What statements have put in that ran already in this reload stays; none runs twice."""
        done = emptied.builders & self.agenda.done
        defined = [
            n.module.namespace.get(name) for n in done for name in n.writes if n.statement.kind in moved.DEFINING
        ]
        if made := [*defined, *self.put_now]:
            entries.put_back(emptied.container, entries.made_by(emptied.before, made))
            self.filled_early.append(emptied)

    def _put_in_order(self) -> None:
        """Once all is there again, what had been put in before the rest stands where it stood."""
        for each in self.filled_early:
            if entries.same_but_for_order(each.container, each.before):
                entries.refill(each.container, each.before)

    def _put_rest_back(self) -> None:
        """What the program itself had put into registries that were filled again only for their order, or for readers.

        What was computed of them while they were filled is forgotten.
        """
        for each in self.emptied.values():
            key = id(each.record), each.name
            if key in self.keeps_rest:
                entries.put_rest_back(each.container, each.before, *self._of_builders(each))
            elif key in self.for_readers and self._is_as_before(each):
                entries.refill(each.container, each.before)
        self._clear_caches(set(), self.emptied_names, last=True)

    def _of_builders(self, emptied: Emptied) -> tuple[set[int], frozenset[object]]:
        """Identities of what those who build a registry have put there, and the texts that they give, or gave.

        Of numbers, which anyone may have as well, those are meant that statements gave and do not give now.
        """
        builders = emptied.builders | self._builders(emptied.record, emptied.name)
        made = set[int]().union(*map(self._identities_given, builders))
        gone = [node.statement for nodes in self.removed_nodes.values() for node in nodes]
        gone += [node.statement for node in self.let_go]
        given = [each.given for each in (*gone, *map(self._statement_before, builders))]
        given += [node.statement.given for node in builders]
        gone += [old for node in builders if (old := self._old_statement(node)) is not None]
        return made, _numbers(gone).union(*given)

    def _identities_given(self, node: Node) -> set[int]:
        """Identities of what a statement has made, or handed to what it calls, and may have put somewhere."""
        made = set[int]()
        for known in (self.made.get(node, {}), self._made_now(node)):
            made |= contributions.identities_made(node, known, self._made_of(node))
        if node.statement.kind in contributions.CALLING:
            handed = node.statement.effects.passes.union(*(names for _, names in node.statement.calls))
            held = self.held_before(node.module)
            values = [value for name in handed for value in (held(name), node.module.namespace.get(name))]
            made |= {id(v) for v in values if v is not MISSING and not is_a(v, (*entries.PLAIN, ModuleType))}
        return made

    def _is_as_before(self, emptied: Emptied) -> bool:
        """Whether a registry was filled with the same as before, and none of its new entries has a name."""
        builders = emptied.builders | self._builders(emptied.record, emptied.name)
        if not self._built_alike(emptied.record, emptied.name, builders):
            return False
        values = [node.module.namespace.get(name) for node in self.agenda.done for name in node.writes]
        return entries.made_since(emptied.container, emptied.before).isdisjoint(map(id, values))


def _numbers(statements: Iterable[Statement]) -> frozenset[object]:
    """The numbers that calls may have been given; a definition has others in its body."""
    calls = [each for each in statements if each.kind in ("expr", "assign")]
    return frozenset(value for each in calls for kind, value in each.constants if kind in (int, float))
