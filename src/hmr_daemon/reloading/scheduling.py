"""Which statements run again, and what must come along with each."""

from __future__ import annotations

import ast
import io
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Set
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import caches, insides, reach
from ..live.kinds import is_a, plain_type
from ..live.records import INNER
from ..live.transaction import MISSING
from ..planning import unseen
from ..planning.records import SEES_CALLS, ModuleRecord, Name, Node
from ..planning.targets import called_by, is_instance, only_sets
from ..syntax import codes, counters, loops, partly, steps, trees
from ..syntax.effects import Effects
from ..syntax.statements import COMPOUND, Statement
from . import contributions
from .adders import imports_name
from .run import IMMUTABLE, Group
from .setting_up import Held, SettingUp


class Scheduling(SettingUp):
    """A run that puts statements on its agenda."""

    def schedule(self, node: Node, reason: str, name: str | None = None, code_changed: bool = False) -> None:
        """Let a statement run again, and with it what belongs with it."""
        self.scheduled += 1
        if self.scheduled % 16 == 0:
            self.turn.check()
        waiting = [(node, reason, name, code_changed)]
        while waiting:
            node, reason, name, code_changed = waiting.pop()
            if not self.may_run(node) or (node.statement.directive == "keep" and node not in self.added):
                continue
            if not self.agenda.add(node, reason, name, code_changed) or self._is_bare_import(node):
                continue
            if self.agenda.done and node.statement.kind == "assign":
                self._let_run_again(self._done_too_early(node))
            for earlier, read in self.agenda.needed_before(node, self._read_by_calls(node)):
                waiting.append((earlier, f"{node.statement.label} needs its {read}", None, False))
            waiting += [(n, r, None, False) for n, r in (*self._group(node), *self._half_built(node))]
            for code in list(self._grew_untold(node)):
                self._make_anew(code)

    def _done_too_early(self, maker: Node) -> list[Node]:
        """Statements that have run in this reload with an object that is to be made anew, as turned out since."""
        made = [(maker.module, n) for n in maker.writes if is_instance(maker.module.namespace.get(n), self.graph)]
        known_as = [alias for record, name in made for alias in self.aliases(record, name)]
        readers = {reader for record, name in known_as for reader, _ in self.agenda.readers(record, name, None)}
        return [each for each in readers & self.agenda.done if self.graph.comes_after(each, maker)]

    def _let_run_again(self, nodes: Iterable[Node]) -> None:
        """Let statements be put on once more; not what is running, which sees what is made now."""
        self.agenda.let_run_again(node for node in nodes if node not in self.taken)

    def _is_bare_import(self, node: Node) -> bool:
        """Whether a statement does no more than to bind names that its text tells, as most that a change reaches.

        Nothing belongs with it, it has put nothing into registries, and it is what it was when it ran last.
        """
        imports = node.statement.kind in ("import", "from") and not (node.star or node.extra or node.ran or node.codes)
        return imports and node.module not in self.edited

    def _read_by_calls(self, node: Node) -> set[str]:
        """Names bound more than once, or set elsewhere, that functions read which a statement calls, and did not."""
        names = {name for name, _ in self.agenda.table(node.module).written_again}
        names.update(self.graph.set_elsewhere(node.module))
        return self.names_used(node, names) if names and self._uses_more_than_before(node) else set()

    def names_used(self, node: Node, names: set[str]) -> set[str]:
        """What a statement reads, itself or by the functions of its module that it calls without some `names`.

        What functions merely add to is not meant: a registry is not looked at by who registers.
        """
        effects, namespace = node.statement.effects, node.module.namespace
        found = set(effects.reads).union(*map(_read_only, unseen.running_with(node)))
        if not effects.calls or names <= found or not self._read_by_functions(node.module, names - found):
            return found
        writers = self.agenda.table(node.module).writers
        new = [w for name in effects.reads - namespace.keys() for w in writers.get(name, ())]  # by the same edit
        defined = [*codes.walk(code for writer in new for code in writer.codes)]
        used = effects.reads.union(*map(codes.global_reads, defined)) - names
        called = [namespace[name] for name in used if name in namespace]
        known = self.known[node.module.path]
        for code in [*defined, *reach.reached(called, effects.attributes, {node.module.path}, known=known).values()]:
            found |= _read_only(code)
        return found

    def reads_through(self, node: Node) -> bool:
        """Whether a statement may read names through functions of its module, so that it matters what is there."""
        return node.statement.effects.calls and bool(self.lookups.codes_of(node.module))

    def _read_by_functions(self, record: ModuleRecord, names: set[str]) -> bool:
        """Whether any function of a module reads one of some names."""
        functions_now = self.lookups.codes_of(record).values()
        return any(not names.isdisjoint(code.co_names) and names & _read_only(code) for code in functions_now)

    def names_seen(self, node: Node) -> set[str]:
        """The same for a statement of a module that is what it was: its last run tells."""
        known = self.lookups.codes_of(node.module) if node.ran else {}
        return set(node.statement.effects.reads).union(*(_read_only(known[i]) for i in known.keys() & node.ran))

    def names_grown(self, node: Node) -> frozenset[str]:
        """Globals of its module that functions added to which a statement's last run started."""
        known = self.lookups.codes_of(node.module) if node.ran else {}
        return frozenset().union(*(codes.grown_globals(known[i]) for i in known.keys() & node.ran))

    def _half_built(self, node: Node) -> Iterator[tuple[Node, str]]:
        """A statement between those that build or set a value must see it as in a fresh process."""
        yield from self._half_built_elsewhere(node)
        if node.statement.kind in ("import", "from"):
            return
        table, namespace = self.agenda.table(node.module), node.module.namespace
        if node in self.added or node.module in self.edited:
            named = table.writers if self.reads_through(node) else ()
            used = self.names_used(node, {name for name in named if is_a(namespace.get(name), (list, dict, set))})
        else:
            used = self.names_seen(node)
        effects = node.statement.effects
        for name in used - effects.mutates:
            value = namespace.get(name)
            if is_a(value, (FunctionType, type, ModuleType)) or not self._grows(node, name):
                continue
            if self.sees_own_time(node, name):
                continue
            built = any(self._added_to_after(node, name)) or self._sees_its_own(node, name)
            if built and not (name in effects.decorates and self.is_only_set_up(node, name)):
                self._mark_for_reader(node.module, name)
                self.made_anew.add((id(node.module), name))
                yield from self._makers(table, node, name)

    def _sees_its_own(self, node: Node, name: str) -> bool:
        """Whether a statement looks at a registry that holds what its last run put there, and nothing tells what."""
        if node in self.added or not any(adder is node for adder, _ in self._adders(node.module, name)):
            return False
        held = contributions.held_in(node, self.graph, self._made_now(node), node.codes, {name})
        return not all(told for *_, told in held)

    def _half_built_elsewhere(self, node: Node) -> Iterator[tuple[Node, str]]:
        """The same for what it reads of other modules."""
        imports = node.statement.kind in ("import", "from")
        adds_to = [node.module.namespace.get(name) for name in node.statement.effects.mutates]
        for record, name in self.read_elsewhere(node):
            value = record.namespace.get(name)
            adds = any(each is record.module or each is value for each in adds_to)
            grows = not adds and not imports and plain_type(value) in (list, dict, set)
            if any(self._set_after(node, record, name)) or (grows and any(self._added_to_unseen(node, record, name))):
                self._mark_for_reader(*self._origin(record, name))
                yield from self._writers(record, name)

    def _mark_for_reader(self, record: ModuleRecord, name: str) -> None:
        """A registry is filled again only because a statement is to see it as it was half built.

        Who has filled the one that was there, before that turned out, does so once more.
        """
        origin = self._origin(record, name)
        done = self._builders(*origin) & self.agenda.done if self.agenda.done else set[Node]()
        if done.isdisjoint(self.agenda.table(origin[0]).writers.get(origin[1], ())):
            self._let_run_again(done)
        if (id(record), name) not in self.made_anew:
            self.for_readers.add((id(record), name))

    def _builders(self, record: ModuleRecord, name: str) -> set[Node]:
        """The statements that make the value of a name, or add to it, as their last runs tell."""
        tables = ((self.agenda.table(other), alias) for other, alias in self.aliases(record, name))
        writers = (writer for table, alias in tables for writer in table.writers.get(alias, ()))
        return {*writers, *(adder for adder, _ in self._adders(record, name))}

    def _built_alike(self, record: ModuleRecord, name: str, builders: set[Node]) -> bool:
        """Whether all who build a registry ran again for no other reason than that it was to be filled again."""
        if any(node in self.added or node in self.moved or self._old_statement(node) for node in builders):
            return False
        names = {alias for _, alias in self.aliases(record, name)}
        removed = [node.statement.effects for nodes in self.removed_nodes.values() for node in nodes]
        before = [old.effects for node in self.previous if (old := self._old_statement(node)) is not None]
        if any(effects.calls for effects in removed) or any(names & (e.mutates | e.writes) for e in removed + before):
            return False  # what is no more may have added to it as well
        reasons = [self.agenda.reasons[node] for node in builders if node in self.agenda.reasons]
        return not any(reason.runs_otherwise or reason.changed_names - names for reason in reasons)

    def read_elsewhere(self, node: Node) -> Iterator[tuple[ModuleRecord, str]]:
        """What a statement, or a function that it calls, reads of other modules that it does not set itself."""
        own = {names[-1] for names in node.statement.effects.sets}
        for module, name in self.graph.expected_reads(node):
            record = self.graph.modules.get(module)
            if record is not None and record is not node.module and name not in own:
                yield record, name
        for code in self._runs_elsewhere(node):
            names = _read_only(code)
            for record in self.graph.at_path(code.co_filename):
                yield from ((record, name) for name in names if name in record.namespace and name not in own)

    def _runs_elsewhere(self, node: Node) -> Iterator[CodeType]:
        """The code that a statement runs of the functions of other modules, as its last run or its new text tells."""
        if not node.statement.effects.calls:
            return
        if self._uses_more_than_before(node):
            yield from self._may_run_elsewhere(node)
            return
        for identity in node.ran - self.lookups.codes_of(node.module).keys():
            if (code := self.lookups.all_codes().get(identity)) is not None:
                yield code

    def _may_run_elsewhere(self, node: Node) -> Iterator[CodeType]:
        """What a new text may run of it; of what the old one led to as well, the last run tells."""
        reason, old = self.agenda.reasons.get(node), self._old_statement(node)
        told = old is not None and old.effects.calls and not (reason is not None and reason.runs_otherwise)
        not_run = self._reached_by(node, old).keys() - node.ran if old is not None and told else set[int]()
        for identity, code in self._reached_by(node, node.statement).items():
            if identity not in not_run and code.co_filename != node.module.path:
                yield code

    def _reached_by(self, node: Node, statement: Statement) -> Mapping[int, CodeType]:
        """The code that the names of a version of a statement lead to."""
        effects, namespace = statement.effects, node.module.namespace
        called = [namespace[name] for name in sorted(effects.reads) if name in namespace]
        return reach.reached(called, effects.attributes, self.graph.paths(), known=self.known[""])

    def _uses_more_than_before(self, node: Node) -> bool:
        """Whether a statement may run what its last run has not run."""
        previous, reason = self.previous.get(node), self.agenda.reasons.get(node)
        if node in self.added or (reason is not None and reason.runs_otherwise):
            return True
        if previous is None:
            return False
        old, new = previous.statement.effects, node.statement.effects
        return not (new.reads <= old.reads and new.attributes <= old.attributes and old.calls)

    def _set_after(self, node: Node, record: ModuleRecord, name: str) -> Iterator[bool]:
        """For each statement that sets a name of another module, whether it stands after `node`."""
        now = self.graph.order(node)
        yield from (self.graph.order(setter) > now for setter in self.graph.setters((record.name, name)))

    def _added_to_after(self, node: Node, name: str) -> Iterator[bool]:
        """For each statement that adds to the value of a name, whether it stands after `node`."""
        table = self.agenda.table(node.module)
        yield from (m.order > node.order and self._grows(m, name) for m in table.mutators.get(name, ()))
        yield from self._added_to_unseen(node, node.module, name)

    def _added_to_unseen(self, node: Node, record: ModuleRecord, name: str) -> Iterator[bool]:
        """The same for those that the module's own text does not show: by functions, and in other modules.

        Not for those that cannot run again, as of a running script: what they have done to it would be lost.
        """
        shown = (record, name) if record is node.module else None
        for adder, known in self._adders(*self._origin(record, name)):
            if (known is None or known != shown) and self.may_run(adder):
                yield self.graph.comes_after(adder, node)

    def _group_of(self, node: Node, removed: bool = False) -> None:
        for other, reason in self._group(node, removed):
            self.schedule(other, reason)

    def _group(self, node: Node, removed: bool = False) -> Iterator[tuple[Node, str]]:
        """Statements that build one value belong together: its makers, and whatever adds to it."""
        table = self.agenda.table(node.module)
        previous = self.previous.get(node)
        old = previous.statement.effects if previous is not None else node.statement.effects
        mutates = old.mutates | table.mutates(node) | self.changed_through.get(node, set())
        yield from self._set_below(node, mutates)
        for name in {*mutates, *self._consumes(node, old)}:
            whole = is_a(node.module.namespace.get(name), (FunctionType, type))  # setting an attribute again does
            if not whole and self._grows(node, name) and not self._leaves(node, name):
                yield from self._makers(table, node, name)
        yield from self._makers_of_consumed(node)
        for read in self.kept_by.get(node, ()) if removed else self._kept_before(node):
            yield from self._makers(table, node, read)
        for name in node.writes if node.star and not removed else ():  # what it brings is added to in place below
            for other in table.writers.get(name, ()):
                if other.statement.kind == "AugAssign" and node in table.reaching(name, other):
                    yield other, f"binds {name} again"
        for record, name in self._accumulated(node):
            yield from self._writers(record, name)
        definite = node.statement.kind in ("def", "class", "import", "from")
        for record, name in self._objects_added_to(node, removed) if not definite else ():
            if not self.only_adds(node, (record, name)):
                yield from self._writers(record, name)
        if removed or node.statement.kind in ("import", "from"):
            return
        for other, name in self._accumulating(node):
            yield other, f"adds to {name}"
        for name in node.writes:
            if is_a(node.module.namespace.get(name), (FunctionType, type)):
                continue  # it stays what it is, and is given its attributes again
            if self._may_be_looked_up(node, name):
                self.looked_up.add((id(node.module), name))
            else:
                yield from self._built_by(node, name)

    def _built_by(self, node: Node, name: str) -> Iterator[tuple[Node, str]]:
        """The later statements of its module that add to what a statement binds to a name."""
        table = self.agenda.table(node.module)
        for other in table.mutators.get(name, ()):
            if other.order > node.order and node in table.reaching(name, other) and self._grows(other, name):
                self._open_group(node, name, other)
                yield other, f"adds to {name}"
                for read in self.part_of(node, name):
                    yield from self._makers(table, node, read)

    def _may_be_looked_up(self, node: Node, name: str) -> bool:
        """Whether a function of a library may give what it gave before, as `logging.getLogger` does: its run tells."""
        if node in self.added or self._old_statement(node) is not None or not node.statement.effects.calls:
            return False
        value, assigned = node.module.namespace.get(name), node.statement.parse()
        if not isinstance(assigned, ast.Assign) or not isinstance(assigned.value, ast.Call):
            return False
        function = _static(assigned.value.func, node.module.namespace)
        return type(function) is FunctionType and self._is_a_librarys(function) and self._is_of_a_library(value)

    def _objects_added_to(self, node: Node, removed: bool) -> list[Held]:
        """Objects that a statement has added to, by functions or by what it made, and that it may add to otherwise."""
        if node in self.added:
            return []
        found = self.grown_by_functions(node)
        if removed or self._old_statement(node) is not None:
            found = [held for held in self.objects(node) if self._grows_by(node, held)]
        return found

    def _leaves(self, node: Node, name: str) -> bool:
        """Whether what a statement does to what a name holds is done again, or taken back, by itself."""
        return only_sets(node, name, self.graph) or self.only_adds(node, (node.module, name))

    def _accumulated(self, node: Node) -> Iterator[tuple[ModuleRecord, str]]:
        """Names of other modules that functions which a statement ran bind anew, made of what they held."""
        new = node in self.added and node.statement.effects.calls
        runs = self.graph.called_by(node, node.statement, self.known[""]) if new else self._ran_before(node)
        for code in runs:
            if code.co_filename != node.module.path and (names := _made_more_of(code)):
                yield from ((record, name) for record in self.graph.at_path(code.co_filename) for name in names)

    def _accumulating(self, node: Node) -> Iterator[tuple[Node, str]]:
        """Statements of other modules that ran functions by which what a statement binds is made more of."""
        table = self.agenda.table(node.module)
        for name in node.writes:
            for code in table.codes_naming(name):
                if name in _made_more_of(code):
                    yield from (
                        (runner, name) for runner in self.graph.runners(code) if runner.module is not node.module
                    )

    def _set_below(self, node: Node, names: Set[str]) -> Iterator[tuple[Node, str]]:
        """After a statement that fills a namespace as a whole, those that set or delete attributes in it run again."""
        if "__dict__" not in node.statement.effects.attributes:
            return
        for other in self.agenda.table(node.module).setting if names else ():
            for name in names & {root for root, *_ in other.statement.effects.sets} if other.order > node.order else ():
                yield other, f"sets attributes of {name} below"

    def _consumes(self, node: Node, before: Effects) -> Iterator[str]:
        """Names of iterators that a statement reads, or read before, and so takes from."""
        namespace = node.module.namespace
        for name in node.statement.effects.reads | before.reads if node.statement.kind not in ("def", "class") else ():
            if _is_iterator(namespace.get(name)):
                yield name

    def _makers_of_consumed(self, node: Node) -> Iterator[tuple[Node, str]]:
        """Who makes the iterators of other modules that a statement takes from."""
        if node.statement.kind in ("import", "from") or not node.statement.effects.calls:
            return
        for module, name in self._reads_now(node):
            record = self.graph.modules.get(module)
            if record is not None and record is not node.module and _is_iterator(record.namespace.get(name)):
                yield from self._writers(record, name)

    def _makers(self, table: Any, node: Node, name: str) -> Iterator[tuple[Node, str]]:
        makers = table.reaching(name, node) or table.last_writers(name)  # those have moved below it
        makers = makers or self._writers_before(node.module, name)
        module_held = is_a(node.module.namespace.get(name), ModuleType)
        yield from self._makers_before(table, node.module, name)
        for maker in makers if not module_held else ():
            if imports_name(maker, name):
                yield from self._foreign_makers(maker, name)
            if maker.statement.kind not in ("import", "from"):
                yield maker, f"makes {name}"
            for read in maker.statement.effects.reads if maker.statement.alias else self.part_of(maker, name):
                yield from self._makers(table, maker, read)
        if module_held or any(maker.statement.kind == "import" for maker in makers):
            for record, attribute in self._grown_elsewhere(node):
                if not self.only_adds_through(node, record, attribute):
                    yield from self._writers(record, attribute)

    def part_of(self, node: Node, name: str, before: bool = False) -> list[str]:
        """What a statement took a part of, objects of libraries and dicts: who adds to this adds to them."""
        statement, namespace = self._statement_before(node) if before else node.statement, node.module.namespace
        effects, part = statement.effects, namespace.get(name)
        takes = effects.calls or effects.operates
        if statement.kind not in ("assign", *COMPOUND) or not takes or is_a(part, IMMUTABLE):
            return []
        held = [(read, namespace.get(read)) for read in effects.reads - {name}]
        return [read for read, holder in held if self._gives_parts(holder, part) and insides.keeps(holder, part)]

    def _gives_parts(self, holder: Any, part: Any) -> bool:
        return self._is_of_a_library(holder) or (plain_type(holder) in INNER and plain_type(part) in INNER)

    def _kept_before(self, node: Node) -> list[str]:
        """The same of all that a statement bound before it was edited."""
        names = sorted(self._old_writes(node)) if self._old_statement(node) else ()
        return [read for name in names for read in self.part_of(node, name, before=True)]

    def _is_of_a_library(self, value: Any) -> bool:
        """Whether an object is an instance of a library's class, which tells nothing of what is added to it."""
        module = type(value).__module__
        return not is_a(value, IMMUTABLE) and module != "builtins" and module not in self.graph.modules

    def _makers_before(self, table: Any, record: ModuleRecord, name: str) -> Iterator[tuple[Node, str]]:
        """Who makes what a name was handed on from, as the old source had it: that was added to."""
        for node in self._writers_before(record, name):
            was = self._statement_before(node)
            if node.alive and was is node.statement:
                continue
            if was.kind == "from":
                yield from self._foreign_makers(node, name)
            elif was.alias:
                for read in was.effects.reads - {name}:
                    yield from self._makers(table, node, read)

    def _grown_elsewhere(self, node: Node) -> Iterator[tuple[ModuleRecord, str]]:
        """What a statement reads of other modules that it may add to."""
        for module, attribute in self._reads_now(node):
            record = self.graph.modules.get(module)
            if record is not None and not is_a(record.namespace.get(attribute), IMMUTABLE):
                yield record, attribute

    def is_grouped(self, node: Node) -> bool:
        """Whether a statement adds to what runs again with it, and so is made anew before it."""
        namespace = node.module.namespace
        named = node.statement.effects.mutates & namespace.keys()
        grown = [namespace[n] for n in named if self._grows(node, n) and not self._leaves(node, n)]
        modules = [v for v in grown if is_a(v, ModuleType) and self.graph.record_of(v) is not None]
        if len(grown) > len(modules):
            return True
        elsewhere = self._grown_elsewhere(node) if modules else ()
        return any(not self.only_adds_through(node, record, attribute) for record, attribute in elsewhere)

    def only_adds_through(self, node: Node, record: ModuleRecord, attribute: str) -> bool:
        """The same of an object that a statement knows by way of its module."""
        value = record.namespace.get(attribute)
        known = is_instance(value, self.graph) and (record, attribute) in self.grown_through_modules(node)
        return known and self.only_adds(node, (record, attribute))

    def _reads_now(self, node: Node) -> Set[Name]:
        """What a statement reads of other modules: as its last run tells, or as its text does where that is another."""
        same = node not in self.added and self._old_statement(node) is None
        return node.reads if same else self.graph.expected_reads(node)

    def _foreign_makers(self, maker: Node, name: str) -> Iterator[tuple[Node, str]]:
        for record, attribute in self._imported(maker, name):
            yield from self._writers(record, attribute)

    def _writers_before(self, record: ModuleRecord, name: str) -> list[Node]:
        """The statements that bound a name of a module as the old source had it."""
        version = len(self.previous), len(self.removed_nodes[record])
        if self.bound_before.get(record, (None,))[0] != version:
            found = defaultdict[str, list[Node]](list)
            for node in (*self.removed_nodes[record], *(each for each in self.previous if each.module is record)):
                for written in self._old_writes(node):
                    found[written].append(node)
            self.bound_before[record] = version, found
        return self.bound_before[record][1].get(name, [])

    def _was_handed_on(self, record: ModuleRecord, name: str) -> bool:
        """Whether what a name held was another's, which the old source had imported or named otherwise."""
        for node in self._writers_before(record, name):
            was = self._statement_before(node)
            if was.kind in ("import", "from") or was.alias:
                return True
        return False

    def _writers(self, record: ModuleRecord, name: str) -> Iterator[tuple[Node, str]]:
        """Who makes the value of a global of another module, which may have it from yet another."""
        waiting, seen = [(record, name)], set[tuple[str, str]]()
        while waiting:
            record, name = waiting.pop()
            if (record.name, name) in seen:
                continue
            seen.add((record.name, name))
            self.made_anew.add((id(record), name))
            for writer in self.agenda.table(record).writers.get(name, ()):
                yield writer, f"makes {name}"
                if imports_name(writer, name):
                    waiting += self._imported(writer, name)

    def _grows(self, node: Node, name: str) -> bool:
        """Whether the value of a name is one that a statement can add to."""
        if name in self.changed_through.get(node, ()) or name in self.agenda.table(node.module).by_functions.get(
            node, ()
        ):
            return True
        if name in node.statement.effects.reads and name in node.statement.effects.writes:
            return True
        value = node.module.namespace.get(name, MISSING)
        if is_a(value, ModuleType):
            writers = self.agenda.table(node.module).writers.get(name, ())
            made_here = any(writer.statement.kind == "assign" and not writer.statement.alias for writer in writers)
            return made_here or self.graph.record_of(value) is not None
        if is_a(value, (FunctionType, type, caches.LRU)):
            # `f.attribute = value` adds to a function or class of this module; passing it on does not
            return node.statement.kind == "assign" and insides.own(value, "__module__") == node.module.name
        return not is_a(value, IMMUTABLE) and not self._hands_methods_on(node, name, value)

    def _hands_methods_on(self, node: Node, name: str, value: Any) -> bool:
        """Whether a bare call, as it is and as it was, is given methods of a value to keep, and does not call them."""
        if node.statement.kind != "expr":
            return False
        for statement in {self._statement_before(node), node.statement}:
            handed = partly.attributes_handed(statement.parse(), name)
            methods = [insides.of_class(type(value), attribute) for attribute in handed or ()]
            if not methods or not all(type(method) is FunctionType for method in methods):
                return False
            if SEES_CALLS and any(id(method.__code__) in node.ran for method in methods):
                return False
        return (SEES_CALLS and node not in self.added) or self._keeps_what_it_is_given(node)

    def _keeps_what_it_is_given(self, node: Node) -> bool:
        """Whether a new bare call is one of what adds to something, or of a library's, which keeps it as a rule."""
        path = trees.path_of(node.statement.parse().value.func)  # type: ignore[attr-defined]
        called: Any = called_by(node.module.namespace, path) if path else MISSING
        if type(called) is not FunctionType or called.__code__.co_filename not in self.graph.paths():
            return called is not MISSING
        return bool(codes.grown_names(called.__code__))

    def _open_group(self, maker: Node, name: str, member: Node) -> None:
        key = (id(maker.module), name)
        if key not in self.open_groups:
            value = maker.module.namespace.get(name, MISSING)
            self.open_groups[key] = Group(maker, MISSING if self._is_preset(maker.module, name, value) else value)
        self.open_groups[key].members.add(member)

    def _is_preset(self, record: ModuleRecord, name: str, value: object) -> bool:
        """Whether a name holds what it was preset to, which stands for its not being bound yet."""
        return value is not MISSING and self.preset.get((id(record), name), MISSING) is value

    def _make_anew(self, code: CodeType) -> None:
        """The globals that a function adds to are made again by their own statements."""
        measured = loops.measured(code)
        for record in self.graph.at_path(code.co_filename):
            for name in codes.grown_globals(code):
                if is_a(record.namespace.get(name), (list, dict, set, deque)):
                    self.keeps_rest.update({(id(record), name)} if name in measured else ())
                    self.made_anew.add((id(record), name))
                    self.for_readers.discard((id(record), name))
                    for maker in self.agenda.table(record).last_writers(name):
                        if maker.statement.kind not in ("from", "import"):
                            self.schedule(maker, f"makes {name}")


def _static(node: ast.expr, namespace: Mapping[str, Any]) -> Any:
    """What a global, or an attribute of a module that is one, stands for."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        module = namespace.get(node.value.id)
        return vars(module).get(node.attr) if type(module) is ModuleType else None
    return namespace.get(node.id) if isinstance(node, ast.Name) else None


def _read_only(code: CodeType) -> frozenset[str]:
    """Globals that code looks at: a registry is not looked at by what adds to it."""
    return steps.looked_at(code) - codes.grown_globals(code)


def _made_more_of(code: CodeType) -> frozenset[str]:
    if not codes.global_writes(code):
        return frozenset()
    return counters.made_more_of(code)


def _is_iterator(value: object) -> bool:
    return hasattr(type(value), "__next__") and not is_a(value, io.IOBase)
