"""What the user's caches hold is forgotten where it was computed of what is no more, and who got that is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from types import CodeType, FunctionType, MappingProxyType
from typing import Any

from ..live import caches, changes, insides, reach, remembered, values
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node
from ..syntax.partly import only_holds
from . import on_demand
from .families import Families
from .run import Served

HOLDING = 2_000  # values that are looked through for a cached function


class Remembering(Families):
    """A run that empties caches."""

    def _cached_before(self, node: Node, name: str, last: float) -> bool:
        """Whether a statement between those that build a value had a cache compute something of it."""
        if not self.graph.caching():
            return False
        caches_now = self._served_by(self._codes_reading({node.module.path: {name}}, frozenset()))
        functions = [each.cache.function for each in caches_now if type(each.cache.function) is FunctionType]
        users = [runner for function in functions for runner in self.graph.runners(function.__code__)]
        return any(user.module is node.module and node.order < user.order < last for user in users)

    def _tell_cache_users(self, record: ModuleRecord, cache: Any) -> None:
        """Who called a cached function may have been served a result, and so have run nothing of it.

        Once is enough: who calls it in this reload runs in it.
        """
        if (id(cache), "") in self.told_of:
            return
        self.told_of.add((id(cache), ""))
        waiting = [(record, name) for name, value in list(record.namespace.items()) if value is cache]
        for other, alias in (alias for each in waiting for alias in self.aliases(*each)):
            for reader in list(self.agenda.function_readers(other, alias, None)):
                self.schedule(reader, f"ran what uses {alias}", alias, code_changed=True)
            for reader, known in list(self.agenda.readers(other, alias, None)):
                imports = reader.statement.kind in ("from", "import")
                if not imports and self._uses(reader, known, None) and not only_holds(reader.statement.parse(), known):
                    self.schedule(reader, f"{known} changed", known)
                for name, value in _leading_to(cache, reader):
                    if is_a(value, type):
                        change = changes.ClassChange(value, _members_with(cache, value), whole=False, rebased=False)
                        self._tell_class_touched(reader, name, change)
                    elif (reader.module, name) not in waiting:
                        waiting.append((reader.module, name))

    def _clear_caches(
        self,
        changed: set[int],
        names: Mapping[str, set[str]] = MappingProxyType({}),
        members: Set[str] = frozenset(),
        last: bool = False,
    ) -> None:
        """No result is served from a cache that changed code, or a global or member that has changed, computed.

        `last` tells that all statements have run: what they computed is what a fresh process holds.
        """
        if not last and self.asked != {}:  # most programs have no module that gives names on demand
            self._forget_given(changed, names, members)
        if not self.graph.caching():
            return
        if last:
            self.instances.forget()
        emptied: dict[int, list[Served]] = defaultdict(list)
        since = self._emptied_since(names) if not changed and not members else frozenset()
        for served in self._served_by(changed | self._codes_reading(names, members)):
            once = served.cache.slot is not None
            if id(served) in since or ((last or once) and self._filled_now(served.cache)):
                continue
            if once and not self._was_asked_for(served, changed, names, members):
                continue
            if changed or self._uses_more_than_it_fills(served, names, members):
                self._forget(served.cache)
                self._tell_cache_users(served.record, served.cache.holder)
                emptied[id(served.cache.owner)].append(served)
        for members_of in emptied.values():
            self._tell_member_users(members_of)

    def _was_asked_for(
        self, served: Served, changed: Set[int], names: Mapping[str, set[str]], members: Set[str]
    ) -> bool:
        """Whether a statement that asked for what is made once ran or read what changed, and so asks again.

        What its function might have run besides has made nothing of it, and nobody would make it once more.
        """
        own = (i for i in self._codes_reading(names, frozenset()) if self.lookups.all_codes()[i].co_filename in names)
        ran = changed | self._codes_reading({}, members) | {*own}
        read = {
            (record.name, name)
            for path, known in names.items()
            for record in self.graph.at_path(path)
            for name in known
        }
        code = served.cache.code
        asking = self.graph.runners(code) if code is not None else ()
        return any(not ran.isdisjoint(node.ran) or not read.isdisjoint(node.reads) for node in asking)

    def _forget_given(self, changed: Set[int], names: Mapping[str, set[str]], members: Set[str]) -> None:
        """What a module gave on demand, and has kept as a global, is to be asked for anew."""
        stale: Set[int] | None = None
        for record, ran in on_demand.givers(self):
            stale = changed | self._codes_reading(names, members) if stale is None else stale
            kept = on_demand.kept_by(self, record, ran) if not stale.isdisjoint(ran) else ()
            for name in [name for name in kept if (record, name) not in self.given_anew]:
                self.given_anew.add((record, name))
                self.transaction.delete_item(record.namespace, name)
                for reader, known in list(self.agenda.readers(record, name, None)):
                    self.schedule(reader, f"{name} is given anew", known, code_changed=True)

    def _forget(self, cache: caches.Cache) -> None:
        if cache.slot is None:
            self.transaction.on_undo(cache.forget())
            return
        namespace, name = cache.slot
        held = namespace.get(name, MISSING)
        self.transaction.on_undo(cache.forget())
        for record, _ in [each for each in self.lookups.made_once() if each[0].namespace is namespace]:
            if namespace.get(name, MISSING) is not held:
                self.former.setdefault((id(record), name), held)

    def _keep_what_was_made_once(self) -> None:
        """What was made once more and came out equal stays the object that it was, as all that statements make does."""
        for record, name in self.lookups.made_once() if self.graph.caching() else ():
            before, now = self.former.get((id(record), name), MISSING), record.namespace.get(name, MISSING)
            if before is not MISSING and before is not now and values.same(before, now):
                self.transaction.set_item(record.namespace, name, before)

    def _uses_more_than_it_fills(self, served: Served, names: Mapping[str, set[str]], members: Set[str]) -> bool:
        """Whether a result is made of some names besides the one under which it is kept."""
        if not served.cache.fills:
            return True
        others = {path: known - served.cache.fills for path, known in names.items()}
        return not self._codes_reading(others, members - served.cache.fills).isdisjoint(served.ran(self.graph.paths()))

    def forget_served(self, record: ModuleRecord, names: Set[str]) -> None:
        """No result is served that was computed of some names of a module."""
        self._clear_caches(set(), {record.path: set(names)})

    def _served_by(self, stale: Set[int]) -> list[Served]:
        """The caches that serve what some code, by its identity, has computed."""
        files = self.graph.paths()
        return [served for served in self._caches() if not stale.isdisjoint(served.ran(files))] if stale else []

    def _empty_caches_of(self, record: ModuleRecord, name: str) -> None:
        """A value is built again from here on: what caches serve later that used it, was computed of the new one."""
        if not self.graph.caching():
            return
        names: dict[str, set[str]] = defaultdict(set)
        for other, alias in self.aliases(record, name):
            names[other.path].add(alias)
        self._clear_caches(set(), names)
        emptied = {id(served) for served in self._served_by(self._codes_reading(names, frozenset()))}
        for path, known in names.items():
            for each in known:
                self.emptied_caches[path, each] = emptied

    def _emptied_since(self, names: Mapping[str, set[str]]) -> Set[int]:
        """Caches that hold nothing but what was computed since all of some names, by file, are built again."""
        keys = [(path, name) for path, known in names.items() for name in known]
        found = [self.emptied_caches.get(key, frozenset[int]()) for key in keys]
        return frozenset.intersection(*map(frozenset, found)) if found else frozenset()

    def _tell_member_users(self, emptied: Sequence[Served]) -> None:
        """The same of methods and properties of one class that remember what they computed, and have not run them."""
        record, owner = emptied[0].record, emptied[0].cache.owner
        remembered = [each.cache.function for each in emptied if type(each.cache.function) is FunctionType]
        remembered = [function for function in remembered if (id(owner), function.__name__) not in self.told_of]
        if owner is None or not remembered:
            return
        names = frozenset(function.__name__ for function in remembered)
        self.told_of |= {(id(owner), name) for name in names}
        change = changes.ClassChange(owner, names, whole=False, rebased=False)
        name, ran = owner.__qualname__.partition(".")[0], {id(function.__code__) for function in remembered}
        for maker in self.agenda.table(record).last_writers(name):
            self._tell_class_touched(maker, name, change, ran)

    def stale_codes(self) -> Set[int]:
        """Identities of code that has changed, or that uses a global or a member that has, so far in this reload."""
        told, stale = self.stale_for, self.stale
        members = {(name, "") for change in self.class_changes.values() for name in change.names} - told
        names = {(name, path) for path, changed in self.changed_names.items() for name in changed} - told
        if members or names:
            by_file: dict[str, set[str]] = defaultdict(set)
            for name, path in names:
                by_file[path].add(name)
            stale |= self._codes_reading(by_file, {name for name, _ in members})
            told |= members | names
        stale |= self.touched_codes
        return stale

    def _codes_reading(self, names: Mapping[str, set[str]], members: Set[str]) -> set[int]:
        """Identities of the code, in all modules, that reads one of some names (by file) or mentions a member."""
        found = {identity for member in members for identity in self.lookups.mentioning(member)}
        using = (self.lookups.mentioning(name) for changed in names.values() for name in changed)
        found.update(i for codes in using for i, (_, code) in codes.items() if self._reads_any(code, names))
        return found

    def _reads_any(self, code: CodeType, names: Mapping[str, set[str]]) -> bool:
        """Whether code reads one of some names (by file): as a global, or of a module that it has by a name."""
        used = set(code.co_names)
        for path, changed in names.items():
            if used & changed and (path == code.co_filename or self._has_module(code, used, path)):
                return True
        return False

    def _has_module(self, code: CodeType, used: Set[str], path: str) -> bool:
        """Whether code imports the module of a file itself, or its own module did so."""
        users = self.graph.at_path(code.co_filename)
        for record in self.graph.at_path(path):
            if not used.isdisjoint((record.name, record.name.rpartition(".")[2])):
                return True
            if any(user.namespace.get(name) is record.module for user in users for name in used):
                return True
        return False

    def _filled_now(self, cache: caches.Cache) -> bool:
        """Whether a statement that has run again had a cache compute something."""
        code = cache.code
        return code is not None and not self.agenda.done.isdisjoint(self.graph.runners(code))

    def _caches(self) -> list[Served]:
        """The caches of the user's functions. What is known of one holds: what it leads to that changes, is told."""
        known, caching = reach.Known(), self.graph.caching()
        if self.keepers is None:
            self.keepers = [each for record in caching for each in caches.keepers(record.namespace, record.name)]
        for record in list(self.graph.modules.values()) if self.keepers else caching:
            if record not in self.looked_for_caches:
                self.looked_for_caches.add(record)
                names, instances = record.namespace, self.instances
                found = [*caches.kept_properties(self.keepers, names, record.name, instances)]
                if record in caching:
                    found += caches.of_module(names, record.name, instances)
                    found += remembered.of_module(names, record.name, self.lookups.memos(), instances)
                for cache in found:
                    self.served.setdefault((id(cache.holder), id(cache.function)), Served(record, cache, known))
        return list(self.served.values())

    def _uses(self, reader: Node, known: str, change: changes.ClassChange | None) -> bool:
        """Whether a statement that knows a class by a name may see which members changed: the layer above tells."""
        raise NotImplementedError

    def _tell_class_touched(
        self, origin: Node, name: str, change: changes.ClassChange | None, but: Set[int] = frozenset()
    ) -> None:
        """Tell those who see members of a class: the layer above knows how."""
        raise NotImplementedError


def _leading_to(cache: Any, node: Node) -> Iterator[tuple[str, Any]]:
    """What a statement bound that holds a cached function: who calls that may have called the function."""
    for name in node.writes:
        value = node.module.namespace.get(name)
        if value is not cache and _holds(value, cache):
            yield name, value


def _members_with(cache: Any, cls: type) -> frozenset[str]:
    return frozenset(name for name, member in list(vars(cls).items()) if _holds(member, cache))


def _holds(value: Any, cache: Any) -> bool:
    return any(held is cache for held in insides.visit([value], HOLDING))
