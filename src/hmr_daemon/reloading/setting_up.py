"""What statements add to objects of the user's, and whether that is all that they do to them: these go on then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain
from types import ModuleType
from typing import Any

from ..live.additions import UNKNOWN
from ..live.containers import copied
from ..live.entries import INNER, Told, held_in_entry, take_out, texts
from ..live.kinds import is_a, plain_type
from ..planning.records import ModuleRecord, Node
from ..planning.targets import Target, is_instance, start_of
from ..syntax import codes, partly, trees
from ..syntax.registering import Registering
from ..syntax.statements import Statement
from ..syntax.stores import stores
from .doing import Doing
from .registries import Place, containers
from .run import IMMUTABLE

Held = tuple[ModuleRecord, str]
"""A global that holds an object."""


@dataclass(frozen=True, eq=False, repr=False)
class Own:
    """What a statement has put into a container."""

    container: Any
    place: Place
    gone: list[Any]
    """Positions, or keys."""


@dataclass(frozen=True, eq=False, repr=False)
class Company:
    """The statements that do something to an object."""

    value: Any
    """The object; kept, for it is known by its identity."""
    doing: Mapping[tuple[Registering | None, bool], Node]
    """By what they do, and whether something tells their entries, the last of those that can run again."""
    by_token: Mapping[object, set[Node]]
    """By what tells entries, those that it may tell the entries of."""


class SettingUp(Doing):
    """A run that knows which statements only add to an object."""

    def only_adds(self, node: Node, held: Held) -> bool:
        """Whether a statement only adds to an object of the user's, and none that comes later minds: it stays as it is.

        What they add is told apart then, and put in order; so is what the last run of the statement has added.
        """
        if node in self.added:
            return self._adds(node, held, node.statement) is not None
        if node in self.taken_back or not node.alive:
            return node in self.taken_back
        before = self._statement_before(node)
        done, now = self._adds(node, held, before, before=True), self._adds(node, held, node.statement)
        if done is None or now is None:
            return False
        lost = done.sets if self.is_gone(node) else done.sets - now.sets
        return self._begin_again(node, held, lost) and self._is_told_apart(node, held, done)

    def _begin_again(self, node: Node, held: Held, names: frozenset[str]) -> bool:
        """Whether a statement surely set some attributes, and the constructor tells what they were before."""
        if not names:
            return True
        record, name = held
        targets = [Target(record.namespace[name], each, (record.name, name)) for each in names]
        return names <= {store.name for code in self._ran_then(node) for store in stores(code)} and not any(
            start_of(target, self.graph) is UNKNOWN for target in targets
        )

    def is_gone(self, node: Node) -> bool:
        """Whether the new sources do not have a statement."""
        return node.module in self.left or node in self.let_go or node in self.removed_nodes[node.module]

    def _adds(self, node: Node, held: Held, statement: Statement, before: bool = False) -> Registering | None:
        """What a version of a statement adds to an object, where that is all and nobody minds."""
        done = self._does(node, held, statement, before)
        if done is None or done.minds(done) or not self._others_stay(node, held, done):
            return None
        return None if self._is_overruled(node, held, statement, done, before) else done

    def _does(self, node: Node, held: Held, statement: Statement, before: bool = False) -> Registering | None:
        record, name = held
        return self.registering(statement, node.module, record.namespace.get(name), before)

    def _others_stay(self, node: Node, held: Held, done: Registering) -> bool:
        """Whether an object goes on, and what later statements have done to it is the same after something else."""
        for record, name in self.held_by(*held):
            if any(maker in self.agenda.reasons for maker in self.agenda.table(record).last_writers(name)):
                return False
        company = self._company(held)
        return all(
            _stays_beside(other, told, done)
            for (other, told), latest in company.doing.items()
            if latest is not node and self.graph.comes_after(latest, node)
        )

    def _company(self, held: Held) -> Company:
        """The statements that do something to an object, as this reload has found them."""
        value = held[0].namespace[held[1]]
        if id(value) not in self.companies:
            self.companies[id(value)] = Company(value, self._doing(held), self._by_token(held))
        found: Company = self.companies[id(value)]
        return found

    def _doing(self, held: Held) -> dict[tuple[Registering | None, bool], Node]:
        """By what statements do to an object, and whether something tells their entries, the last that does so."""
        found = dict[tuple[Registering | None, bool], Node]()
        for adder in sorted(self._adders_of(held), key=self.graph.order):
            found[self._does(adder, held, adder.statement), any(self.tokens(adder))] = adder
        return found

    def _by_token(self, held: Held) -> dict[object, set[Node]]:
        """By what tells entries in an object, the statements that it may tell the entries of."""
        found = defaultdict[object, set[Node]](set)
        for other in self.others_of(held):
            for token in {*self.tokens(other), *self.tokens(other, before=True), *_registered(other)}:
                found[token].add(other)
        return found

    def _adders_of(self, held: Held) -> list[Node]:
        """The statements that do something to an object and can run again."""
        adders = set[Node]().union(*(self._once(SettingUp._adders_by_name, *each) for each in self.held_by(*held)))
        return [adder for adder in adders if self.may_run(adder)]

    def _adders_by_name(self, record: ModuleRecord, name: str) -> set[Node]:
        return {adder for adder, _ in self._adders(record, name)}

    def _is_overruled(self, node: Node, held: Held, statement: Statement, done: Registering, before: bool) -> bool:
        """Whether another statement puts something under the same key."""
        known = self._company(held).by_token
        shared = {text for text in _texts_of(self.tokens(node, before)) if known.get(text, {node}) != {node}}
        found = containers(node, self.graph, statement.effects.reads) if shared else ()
        dicts = [copied(c) for c, place in found if place.name in done.grown and is_a(c, dict)]
        return any(key in shared and plain_type(each[key]) not in INNER for each in dicts for key in each)

    def _is_told_apart(self, node: Node, held: Held, done: Registering) -> bool:
        """Whether something tells in each container what the last run of a statement has put there."""
        if done.repeats:
            return False
        if node not in self.told_apart:
            own = self._own_of(node, held, done)
            now = () if self.is_gone(node) else self.tokens(node)
            again = _texts_of(self.tokens(node, before=True)) & _texts_of(now)
            told = {each.place.name for each in own if each.gone or _has_plain(each.container, again)}
            self.told_apart[node] = frozenset(told)
        return done.grown <= self.told_apart[node]

    def only_sets_up(self, node: Node) -> bool:
        """Whether all that a statement does to others is to add to objects."""
        objects, effects = self.objects(node), node.statement.effects
        others = effects.mutates - {name for record, name in objects if record is node.module}
        others -= self._ways_alone(node, objects)
        if not objects or not others.isdisjoint(path[0] for path in effects.sets):
            return False
        handed_on = all(is_a(node.module.namespace.get(name), IMMUTABLE) for name in others)
        return handed_on and all(self.only_adds(node, held) for held in objects)

    def _ways_alone(self, node: Node, objects: Sequence[Held]) -> set[str]:
        """The names of modules by which a statement knows no more than some objects of them."""
        known = {record.module: {name for other, name in objects if other is record} for record, _ in objects}
        namespace, text = node.module.namespace, node.statement.parse()
        named = [(name, namespace.get(name)) for name in node.statement.effects.mutates]
        modules = [(name, known.get(each)) for name, each in named if is_a(each, ModuleType)]
        return {name for name, members in modules if members and partly.statement_uses_only(text, name, members)}

    def going_on(self, node: Node) -> list[Held]:
        """The globals with objects that a statement only adds to, and that go on."""
        return [held for held in self.objects(node) if self.only_adds(node, held)]

    def own_entries(self, node: Node, objects: Iterable[Held]) -> list[Own]:
        """The containers of some objects that a statement only adds to, with what its last run has put there."""
        before, found = self._statement_before(node), list[Own]()
        for held in objects:
            versions = [self._does(node, held, before, True), self._does(node, held, node.statement)]
            for done in filter(None, versions[node in self.added :]):
                found += self._own_of(node, held, done)
        return list({id(own.container): own for own in found}.values())

    def attributes_set(self, node: Node, objects: Iterable[Held]) -> list[tuple[Any, str, Place]]:
        """The attributes of some of these that methods set which it calls: what has each, by what name, and where."""
        found = list[tuple[Any, str, Place]]()
        for record, name in objects:
            done, place = self._does(node, (record, name), node.statement), Place(((record.name, name),))
            found += [(record.namespace[name], each, place) for each in sorted(done.sets if done else ())]
        return found

    def objects(self, node: Node) -> list[Held]:
        """The globals with objects of the user's that a statement does something to, itself or by functions."""
        effects, namespace = node.statement.effects, node.module.namespace
        known = [name for name in effects.reads & namespace.keys() if is_instance(namespace[name], self.graph)]
        found = [(node.module, n) for n in known if n in effects.mutates or self._grows_by(node, (node.module, n))]
        return [*found, *self.grown_through_modules(node), *self.grown_by_functions(node)]

    def grown_through_modules(self, node: Node) -> list[Held]:
        """Those of other modules that a statement knows by way of these."""
        effects, namespace = node.statement.effects, node.module.namespace
        modules = [namespace.get(name) for name in effects.mutates | effects.decorates]
        records = [record for each in modules if is_a(each, ModuleType) and (record := self.graph.record_of(each))]
        found = [(r, n) for r in records for n in effects.attributes if is_instance(r.namespace.get(n), self.graph)]
        return [held for held in found if effects.decorates or self._grows_by(node, held)]

    def grown_by_functions(self, node: Node) -> list[Held]:
        """Those that functions add to which a bare call calls, and not its own text."""
        if node.statement.kind != "expr" or not node.statement.effects.calls:
            return []
        new = node in self.added
        ran = self.graph.called_by(node, node.statement, self.known[""]) if new else self._ran_before(node)
        found = dict.fromkeys(
            (record, name)
            for code in ran
            for record in self.graph.at_path(code.co_filename)
            for name in codes.global_reads(code)
            if name not in node.statement.effects.mutates and is_instance(record.namespace.get(name), self.graph)
        )
        return [held for held in found if self._grows_by(node, held)]

    def _grows_by(self, node: Node, held: Held) -> bool:
        done = [self._does(node, held, self._statement_before(node), True), self._does(node, held, node.statement)]
        return any(each is not None and each.grown for each in done)

    def _from_the_start(self, held: Held) -> set[str]:
        """The texts in what makes an object: its containers may have been made with keys of these."""
        makers = [each for record, name in self.held_by(*held) for each in self.agenda.table(record).last_writers(name)]
        ran = codes.walk(chain(*map(self._ran_before, makers)))
        found = {constant for code in ran for constant in code.co_consts if type(constant) is str}
        return found.union(*(trees.texts([maker.statement.parse()]) for maker in makers))

    def _own_of(self, node: Node, held: Held, done: Registering) -> list[Own]:
        """What the last run of a statement has put into containers of an object, by texts and objects of its own."""
        own, known = self._own_tokens(node, held), self._company(held).by_token
        made = {token for token in own if type(token) is int}
        told = Told(_texts_of(own), foreign=_texts_of(known) - _texts_of(own))
        keys = {(str, text) for text in told.texts}
        found = []
        for container, place in containers(node, self.graph, self._statement_before(node).effects.reads):
            if place.name in done.grown:
                gone = take_out(copied(container), copied(container), made, keys, told)
                found.append(Own(container, place, gone))
        return found

    def _own_tokens(self, node: Node, held: Held) -> Set[object]:
        """What tells the entries of the last run of a statement in an object, and no others; as first found out."""
        key = node, id(held[0].namespace[held[1]])
        if key not in self.own_tokens:
            known = self._company(held).by_token
            own = set[object]() if node in self.added else set(self.tokens(node, before=True))
            alone = {token for token in own if known.get(token, {node}) == {node}}
            alone.discard(key[1])  # what holds the object is not put there by who names it
            self.own_tokens[key] = alone - self._from_the_start(held) if alone else alone
        return self.own_tokens[key]

    def coming_later(self, node: Node, name: str) -> Callable[[Any], bool]:
        """Tells of an entry of what has some name whether a later statement put it there: has made it, or given it."""
        given, handed = cache(partial(self.given_later, node)), cache(partial(self.handed_later, node))
        put = cache(partial(self.put_later, node, name))

        def later(entry: Any) -> bool:
            parts = texts(entry)
            if self.made_later(node, entry) or (bool(parts) and given()(parts)):
                return True
            held = set(held_in_entry(entry))
            return not handed().isdisjoint(held) or not put().isdisjoint(parts | held)

        return later

    def put_later(self, node: Node, attribute: str, read: bool = False) -> Set[object]:
        """The tokens of what only later statements have put into an attribute of objects that a statement adds to.

        `read` tells that those are meant that it reads.
        """
        effects, namespace = node.statement.effects, node.module.namespace
        named = (effects.reads if read else effects.mutates | effects.decorates) & namespace.keys()
        objects = [(node.module, name) for name in named if is_instance(namespace[name], self.graph)]
        if not read:
            objects += [*self.grown_through_modules(node), *self.grown_by_functions(node)]
        found = set[object]()
        for held in objects:
            others = self.others_of(held) - {node}
            after = {other for other in others if self.graph.comes_after(other, node)}
            adding = {other for other in after if self._grows_attribute(other, held, attribute)}
            if {*chain(*map(self.tokens, adding))} - {id(held[0].namespace[held[1]])}:
                known = self._company(held).by_token.items()
                found |= {token for token, by in known if not by.isdisjoint(adding) and by - {node} <= after}
        return found

    def _grows_attribute(self, other: Node, held: Held, attribute: str) -> bool:
        """Whether a statement adds to what an attribute of an object holds; definitions tell of themselves."""
        done = self._does(other, held, other.statement) if other.statement.kind not in ("def", "class") else None
        return done is not None and attribute in done.grown

    def others_of(self, held: Held) -> set[Node]:
        """The statements, of all modules, that do something to an object, or decorate with it, and have run."""
        others = set[Node]().union(*(self._once(SettingUp._others_by_name, *each) for each in self.held_by(*held)))
        return {each for each in others if self._has_run(each)}

    def _once(self, find: Callable[[Any, ModuleRecord, str], Set[Node]], record: ModuleRecord, name: str) -> Set[Node]:
        """What is found out of a global, noted: it is asked of each of many entries, and leads through all modules."""
        if self.known_at != self.agenda.version:
            self.known_at = self.agenda.version
            self.known_of_names.clear()
        key = find, record, name
        if key not in self.known_of_names:
            self.known_of_names[key] = find(self, record, name)
        return self.known_of_names[key]

    def _others_by_name(self, record: ModuleRecord, name: str) -> set[Node]:
        known_as = list(self.aliases(record, name))
        readers = [each for record, name in known_as for each in self.agenda.readers(record, name, None)]
        adding = {reader for reader, known in readers if _may_add(reader, known)}
        by_functions = {
            each
            for record, name in known_as
            for each in self.agenda.function_readers(record, name, None)
            if each.statement.kind == "expr"
        }
        return adding | by_functions

    def is_only_set_up(self, node: Node, name: str) -> bool:
        """Whether none of those who know an object minds what a statement does by decorating with it: it stays."""
        value = node.module.namespace.get(name)
        if is_a(value, (list, dict, set)):
            return False
        known = [alias for record, held in self.held_by(node.module, name) for alias in self.aliases(record, held)]
        readers = {(reader, as_) for other, alias in known for reader, as_ in self.agenda.readers(other, alias, None)}
        able, done = [(reader, as_) for reader, as_ in readers if self.may_run(reader)], self.decorating(node, value)
        return all(self._only_sets_up(reader, {as_, name}, value, done) for reader, as_ in able)

    def _only_sets_up(self, reader: Node, names: Set[str], value: Any, decorating: Registering | None) -> bool:
        """Whether a statement hands an object on, decorates with it or sets it up, and does not mind decorators."""
        statement = reader.statement
        if statement.kind in ("from", "import") or (statement.alias and statement.effects.writes):
            return True
        if statement.kind in ("def", "class") and not names.isdisjoint(statement.effects.decorates):
            return True
        known = any(reader.module.namespace.get(name) is value for name in names)
        done = self.registering(statement, reader.module, value) if known else None
        if done is None:
            return not known and any(partly.only_changes(statement.parse(), name) for name in names)
        if decorating is None:
            return any(partly.only_changes(statement.parse(), name, attributes=True) for name in names)
        return not done.minds(decorating) and (done.grown.isdisjoint(decorating.grown) or any(self.tokens(reader)))

    def sees_own_time(self, node: Node, name: str) -> bool:
        """Whether a statement sees of an object what it saw in its turn: what later ones have added is told apart."""
        held = (node.module, name)
        if not is_instance(node.module.namespace.get(name), self.graph):
            return False
        seen = self._does(node, held, node.statement)
        if seen is None or seen.sets or (seen.grown and not self.only_adds(node, held)):
            return False
        later = [a for a in self._adders_of(held) if a is not node and self.graph.comes_after(a, node)]
        return all(self._can_be_hidden(adder, held, seen) for adder in later)

    def _can_be_hidden(self, adder: Node, held: Held, seen: Registering) -> bool:
        """Whether nothing that a later statement does to an object is seen, or is gone where its entries are."""
        done = self._does(adder, held, adder.statement)
        if done is None or not seen.looked_at.isdisjoint(done.sets):
            return False
        return seen.looked_at.isdisjoint(done.grown) or any(self.tokens(adder))


def _stays_beside(other: Registering | None, told: bool, done: Registering) -> bool:
    """Whether what a later statement has done is the same after what another does, which comes before it."""
    if other is None or other.minds(done) or not other.sets.isdisjoint(done.sets):
        return False
    return told or other.grown.isdisjoint(done.grown)


def _may_add(reader: Node, known: str) -> bool:
    """Whether a statement may do something to what it knows by a name, or by way of a module."""
    effects = reader.statement.effects
    changing = effects.mutates | effects.decorates
    if known in changing or (bool(changing) and known in effects.attributes):
        return True
    if reader.statement.kind == "assign" and effects.calls and known in effects.reads:
        return True  # what it makes may put itself there
    return reader.statement.kind == "expr" and partly.only_changes(reader.statement.parse(), known)


def _registered(other: Node) -> list[int]:
    """The identities of the functions and classes that a decorator was given, and of what a call has made."""
    made = other.statement.effects.decorates or other.statement.kind == "assign"
    names = other.writes if made else ()
    return [id(other.module.namespace.get(name)) for name in names]


def _texts_of(tokens: Iterable[object]) -> frozenset[str]:
    return frozenset(token for token in tokens if type(token) is str)


def _has_plain(container: Any, keys: Set[str]) -> bool:
    """Whether a dict has something under one of some keys that goes as another takes its place."""
    now = copied(container)
    return is_a(now, dict) and any(key in now and plain_type(now[key]) not in INNER for key in keys)
