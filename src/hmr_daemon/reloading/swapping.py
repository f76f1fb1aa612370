"""New code for the functions of edited files, all at once."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any

from ..live import abstract, entries, functions, records, swaps
from ..live.kinds import is_a
from ..planning.records import Node
from ..syntax import adding, codes, counters, instrument
from ..syntax.compiler import compile_statement
from ..syntax.stores import Store, stores
from . import contributions, decorated
from .assignments import Assigning
from .definitions import resolve
from .registries import Place

FIRST_LINE = "__firstlineno__"


class Swapping(Assigning):
    """A run that swaps code."""

    def _swap_code(self) -> None:
        """All functions of all edited files get their new code at once."""
        t = self.transaction
        modules = self.graph.modules
        self.swap.namespaces = lambda: [record.namespace for record in modules.values()]  # does not hold the run itself
        self.led_to.clear()  # who holds code is counted
        t.start_batch()
        swaps.swap(t, self.swap)
        t.end_batch()
        for old, new in self.swap.pairs:
            self.graph.code_renewed(old, new)
            t.on_undo(self.graph.code_renewed, new, old)
        self.agenda.forget_tables()
        self.lookups.forget_codes()
        self._tell_again()
        changed = {id(old) for old in self.swap.changed}
        new_of = {id(old): new for old, new in self.swap.pairs}
        self._clear_caches({id(new) for old, new in self.swap.pairs if id(old) in changed})
        if any(code.co_name == "__subclasshook__" for code in self.swap.changed):
            abstract.forget_answers()
        for old in self.swap.changed:
            new = new_of[id(old)]
            if codes.is_class_body(new) and "<locals>" not in new.co_qualname:
                continue
            runners = [node for node in self.runners(new, old) if self.may_run(node)]
            for node in runners:
                self.schedule(node, f"ran {new.co_qualname}", code_changed=True)
            self._begin_anew(runners, old, new)
            grown = codes.grown_globals(old) | codes.grown_globals(new)
            if runners and grown and not self._is_told_by_all(runners, (old, new), grown):
                self._make_anew(old)
                self._make_anew(new)
            if held := codes.grown_names(old) - codes.grown_globals(old):
                self._make_held_anew(runners, held)
        shown = [new for old, new in self.swap.pairs if codes.face(old) != codes.face(new)]
        self.tell_faces([(r, new.co_qualname) for new in shown for r in self.graph.at_path(new.co_filename)])
        for function, new in self.swap.refused:
            self._refused(function, new)
        self._look_into_decorators(changed)
        self._class_lines()

    def _begin_anew(self, runners: Sequence[Node], old: CodeType, new: CodeType) -> None:
        """What code had counted by fixed steps, or had set, and does so no more, or now, begins as it was made."""
        if not runners:
            return
        gone = codes.global_writes(old) - codes.global_writes(new)
        for record in self.graph.at_path(new.co_filename):
            for name in gone | counters.counted(old) ^ counters.counted(new):
                for writer in self.agenda.table(record).last_writers(name):
                    self.schedule(writer, f"{name} is set otherwise")
        names = {store.name for store in _set_otherwise(old, new)}
        for runner in runners if names else ():
            targets = self.targets_through(runner, (old, new))
            self.lost += [(runner, target) for target in targets if target.attribute in names]

    def _is_told_by_all(self, runners: Sequence[Node], versions: functions.Pair, names: Collection[str]) -> bool:
        """Whether code does no more than to add to what has some names, and what it holds of each statement is told."""
        if not all(adding.only_adds(code, names) for code in versions) or any(map(self.grows_deque, versions)):
            return False
        index, plain = entries.Index(), dict[int, bool]()
        for node in runners:
            passed = {name: node.module.namespace.get(name) for name in node.statement.effects.passes}
            made = passed if node.statement.kind == "expr" else self._made_now(node)
            told = defaultdict[int, bool](bool)
            for container, place, holds in contributions.held_in(
                node, self.graph, made, node.codes, names, index=index
            ):
                if id(container) not in plain:
                    is_record = place.key is not None and is_a(container, dict)
                    plain[id(container)] = not is_record and any(map(records.is_plain, entries.held(container)))
                if plain[id(container)]:
                    return False
                told[place.container] |= holds
            if not told or not all(told.values()):
                return False
        return True

    def _make_held_anew(self, runners: Sequence[Node], names: Collection[str]) -> None:
        """Other code adds to what objects and classes hold: these are made anew, where no entry tells whose it is."""
        index = entries.Index()
        for node in [each for each in runners if each.statement.effects.decorates]:
            made = self._made_now(node)
            for _, place, told in list(contributions.held_in(node, self.graph, made, node.codes, names, index=index)):
                if not told and place.owner is not None and place.attribute is not None:
                    self.bind_member_again(place.owner, place.attribute)
                elif not told and place.attribute is not None:
                    self._make_holders_anew(place)

    def _make_holders_anew(self, place: Place) -> None:
        for module, name in sorted(self._with_origins(place.names)):
            record = self.graph.modules.get(module)
            if record is None or is_a(record.namespace.get(name), (type, FunctionType)):
                continue
            for maker in self.agenda.table(record).last_writers(name):
                if maker.statement.kind not in ("from", "import"):
                    self.schedule(maker, f"makes what holds {place.attribute}")

    def _refused(self, function: FunctionType, new: CodeType) -> None:
        """A function whose closure has not the variables of the new code: what made it must run again."""
        if "<locals>" not in new.co_qualname:
            for node in self._owners(new):
                self.schedule(node, f"{new.co_qualname} has other free variables", code_changed=True)
            return
        adapted = self._adapted(function, new)
        if adapted is not None:
            functions.give_code(self.transaction, function, adapted)
            return
        for node in self._owners(new):
            self.schedule(node, f"{new.co_qualname} uses other variables of its surroundings", code_changed=True)
        self.outcome.notes.append(
            f"{new.co_qualname} made before the edit keeps its old code: it now uses other variables of the "
            f"function around it (line {new.co_firstlineno})"
        )

    def _adapted(self, function: FunctionType, new: CodeType) -> CodeType | None:
        """The new code, taking more variables of its surroundings than it uses: those that the closure has."""
        names = function.__code__.co_freevars
        if not set(new.co_freevars) <= set(names):
            return None
        for record in self.graph.at_path(new.co_filename):
            for node in self.graph.analyze(record):
                if any(inner is new for inner in codes.walk(node.codes)) and record.parsed is not None:
                    tree = instrument.with_free_names(node.statement, new.co_name, new.co_firstlineno, names)
                    whole = compile_statement(tree, record.parsed, record.path)
                    for code in codes.walk((whole,)):
                        if code.co_qualname == new.co_qualname and code.co_freevars == names:
                            return code
        return None

    def _look_into_decorators(self, changed: set[int]) -> None:
        """A decorator that made something of a function's code has to do so again."""
        edited: dict[int, functions.Pair] = {
            id(new): (old, new)
            for old, new in self.swap.pairs
            if id(old) in changed or codes.docstring(old) != codes.docstring(new)
        }
        files, known = self.graph.paths(), decorated.Mentioned()
        for node in [n for n in self.previous if n.codes and n.statement.effects.calls]:
            mine = [edited[id(code)] for code in codes.walk(node.codes) if id(code) in edited]
            if not mine or node.statement.kind not in ("def", "class") or self._bound_again(node):
                continue
            for each in decorated.definitions(node, mine, self.swap.functions):
                if decorated.consumed(each, node, files, known):
                    self.schedule(node, f"the decorator of {each.new.co_qualname} used its code")
                    if (reason := self.agenda.reasons.get(node)) is not None:
                        reason.lines.add(each.new.co_firstlineno)

    def _owners(self, code: CodeType) -> Iterator[Node]:
        for record in self.graph.at_path(code.co_filename):
            for node in self.graph.analyze(record):
                if node.codes and any(inner is code for inner in codes.walk(node.codes)):
                    yield node
                    for outer in codes.walk(node.codes):
                        if code in codes.children(outer):
                            yield from self.graph.runners(outer)

    def _class_lines(self) -> None:
        """Classes tell their line since 3.13."""
        if sys.version_info < (3, 13):
            return
        for old, new in self.swap.pairs:
            if (
                codes.is_class_body(new)
                and old.co_firstlineno != new.co_firstlineno
                and "<locals>" not in new.co_qualname
            ):
                for record in self.graph.at_path(new.co_filename):
                    self._renew_line(resolve(record.namespace, new.co_qualname), new.co_firstlineno)

    def _renew_line(self, value: Any, line: int) -> None:
        """Of a class, and of what `functools.wraps` put around one: it copied all that the class has."""
        if is_a(value, type) and FIRST_LINE in vars(value):
            self.transaction.set_member(value, FIRST_LINE, line)
        elif type(value) is FunctionType and FIRST_LINE in vars(value):
            self.transaction.set_item(vars(value), FIRST_LINE, line)
            self._renew_line(vars(value).get("__wrapped__"), line)


def _set_otherwise(old: CodeType, new: CodeType) -> set[Store]:
    """The attributes that code set whenever it ran, and does no more, or that one of two versions makes of itself."""
    before, now = set(stores(old)), set(stores(new))
    counted = {Store(count.name, count.root) for count in counters.counts(old) if count.root is not None}
    return before - now | {store for store in now if store.of_itself} | counted & now
