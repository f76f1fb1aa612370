"""What statements were, and what they have made: before the reload, in it, and after one another."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, CodeType, FunctionType
from typing import Any

from ..live import entries, insides
from ..live.kinds import is_a, plain_type
from ..live.records import record_parts
from ..live.transaction import MISSING
from ..planning.records import SEES_CALLS, ModuleRecord, Node
from ..syntax import codes
from ..syntax.statements import Statement
from .run import RunState


class Making(RunState):
    """A run that knows what statements have made."""

    def _statement_before(self, node: Node) -> Statement:
        previous = self.previous.get(node)
        return node.statement if previous is None else previous.statement

    def _old_writes(self, node: Node) -> set[str]:
        previous = self.previous.get(node)
        written = previous.statement.effects.writes if previous else node.writes
        return {*written, *node.extra, *self.bound_through.get(node, ())}

    def _kind_before(self, node: Node) -> str:
        return self._statement_before(node).kind

    def _made_of(self, node: Node) -> tuple[CodeType, ...]:
        """The code of what the statement defines, and of what its last version defined."""
        previous = self.previous.get(node)
        return () if node in self.added else (*node.codes, *(previous.codes if previous is not None else ()))

    def _old_statement(self, node: Node) -> Statement | None:
        """What the statement was before it was edited; None where its text is the same."""
        previous = self.previous.get(node)
        if previous is None or previous.statement.text == node.statement.text:
            return None
        return previous.statement

    def made_later(self, node: Node, value: Any) -> bool:
        """Whether a function or class, what a decorator made of it, or an object with a name comes later."""
        if is_a(value, entries.PLAIN):
            return False
        if type(value) is FunctionType and value.__closure__ is None and not value.__dict__:  # as most are
            return "<locals>" not in value.__qualname__ and self._stands_after(value, node)
        parts = [*value, value] if plain_type(value) in (tuple, list) else [value]
        named = [part if is_a(part, type) else type(part) for part in (*parts, *record_parts(value))]
        classes = {id(cls): cls for cls in named if cls.__module__ in self.graph.modules}.values()
        if any(
            self._bound_after(node, self.graph.modules[c.__module__], c.__qualname__.partition(".")[0]) for c in classes
        ):
            return True
        found = [f for f in insides.wrapped(parts) if "<locals>" not in f.__qualname__]
        if any(self._stands_after(function, node) for function in found):
            return True
        return not found and self._named_later(node, value)

    def _stands_after(self, function: FunctionType, node: Node) -> bool:
        """Whether a function came after a statement; one that waits for its new code stands where that does."""
        return self.graph.stands_after(self.exchanged_for(function.__code__), node)

    def exchanged_for(self, code: CodeType) -> CodeType:
        """The code that functions have now, or are to get, which have that or had it before."""
        pairs = self.swap.pairs
        if self.renewed[0] != len(pairs):
            self.renewed = len(pairs), {id(old): new for old, new in pairs}
        return self.renewed[1].get(id(code), code)

    def _bound_after(self, node: Node, record: ModuleRecord, name: str) -> bool:
        """Whether a statement that comes later bound a name of a module, and not by importing it."""
        later = self.graph.loaded_after(record, node)
        if later is not None:
            return later
        makers = self._last_makers(record, name)
        return any(
            self.graph.order(maker) > self.graph.order(node) for maker in makers if maker.statement.kind != "from"
        )

    def _last_makers(self, record: ModuleRecord, name: str) -> list[Node]:
        """The statements that bound a name last, be it gone by the end of the module."""
        table = self.agenda.table(record)
        makers = list(table.last_writers(name))
        for maker in makers:
            if maker.statement.kind == "Delete":
                makers += [each for each in table.reaching(name, maker) if each not in makers]
        return [maker for maker in makers if maker.statement.kind != "Delete"]

    def _named_later(self, node: Node, value: Any) -> bool:
        """Whether the global by which an object is known, where it has one, was bound later.

        What a library defines was there before, by whichever names.
        """
        if is_a(value, (type, BuiltinFunctionType)) and self._is_a_librarys(value):
            return False
        known = self._known_as(value)
        return bool(known) and self._bound_after(node, *known[0])

    def _is_a_librarys(self, value: Any) -> bool:
        """Whether a class or function is found under its name in a module that is none of the user's."""
        name = value.__module__
        module = sys.modules.get(name) if type(name) is str and name not in self.graph.modules else None
        return module is not None and vars(module).get(value.__qualname__) is value

    def _known_as(self, value: Any) -> list[tuple[ModuleRecord, str]]:
        """The globals by which an object is known: that of the module which was loaded first has made it."""
        if self.named is None:
            self.named = defaultdict(list)
            for record in list(self.graph.modules.values()):
                for name, held in list(record.namespace.items()):
                    self.named[id(held)].append((record, name))
        known = self.named.get(id(value), ())
        return [(record, name) for record, name in known if record.namespace.get(name) is value]

    def _is_looked_up(self, node: Node, value: Any) -> bool:
        """Whether what a call gave an assignment was there already: another made it, or had it first."""
        if node.statement.kind != "assign" or is_a(value, (*entries.PLAIN, *entries.DEFINED)) or value is MISSING:
            return False
        if SEES_CALLS and (makers := set(self._constructors(type(value)))) and makers.isdisjoint(node.ran):
            return True
        now = self.graph.order(node)
        named = [writer for record, name in self._known_as(value) for writer in self._binders(record, name)]
        return any(self.graph.order(writer) < now for writer in named)

    def _binders(self, record: ModuleRecord, name: str) -> list[Node]:
        """The statements that bind a name, but for those that import it."""
        return [m for m in self.agenda.table(record).last_writers(name) if m.statement.kind not in ("from", "import")]

    def _constructors(self, cls: type) -> Iterator[int]:
        """The identities of the user's code that runs as an instance of a class is made."""
        files = self.graph.paths()
        for owner in cls.__mro__:
            for name in ("__new__", "__init__"):
                member = vars(owner).get(name)
                function = member.__func__ if type(member) is staticmethod else member
                if type(function) is FunctionType and function.__code__.co_filename in files:
                    yield id(function.__code__)

    def _made_by(self, node: Node, before: Mapping[str, Any]) -> dict[str, Any]:
        """Of what the names held, what the statement's last run made."""
        taken_over = {name: before[name] for name in self.taken_over.get(node, ()) if name in before}
        if node in self.added:
            return taken_over
        table = self.agenda.table(node.module)
        own = {id(code) for code in codes.walk(self._made_of(node))}
        made = taken_over
        for name, value in before.items():
            value = self.gone_values.get((id(node.module), name), value) if value is MISSING else value
            if (id(node.module), name) in self.set_from_outside or self.graph.setters((node.module.name, name)):
                continue
            if self._is_of_another(node, value, own) or self._is_looked_up(node, value):
                continue
            sole = table.writers.get(name, [node]) == [node] or name not in table.writers
            if value is not MISSING and (sole or any(id(f.__code__) in own for f in insides.reachable([value]))):
                made[name] = value
        return made

    def held_before(self, record: ModuleRecord) -> Callable[[str], Any]:
        """Tells what names of a module held before this reload; MISSING where they are not known."""
        key = id(record)

        def held(name: str) -> Any:
            known = (self.former, self.gone_values)
            found = next((each[key, name] for each in known if (key, name) in each), MISSING)
            return record.namespace.get(name, MISSING) if found is MISSING else found

        return held

    def _made_now(self, node: Node) -> dict[str, Any]:
        """What the statement's last run made, of what its names hold now, or held before they went."""
        namespace = node.module.namespace
        return self._made_by(node, {n: namespace.get(n, MISSING) for n in {*node.writes, *self._old_writes(node)}})

    def _is_of_another(self, node: Node, value: Any, own: set[int]) -> bool:
        """Whether a function was defined by another statement of the module: one that bound the name before."""
        if type(value) is not FunctionType or "<locals>" in value.__qualname__:
            return False
        here = value.__code__.co_filename == node.module.path
        return here and not any(id(f.__code__) in own for f in insides.reachable([value]))

    def _bound_by(self, node: Node) -> set[str]:
        names = node.writes
        return {*names, *self.lookups.set_by_functions(node.module)} if node.statement.effects.calls else set(names)

    def _bound_again(self, node: Node) -> bool:
        """Whether what the statement bound is no longer under its name."""
        table, namespace = self.agenda.table(node.module), node.module.namespace
        return any(table.next_writer(name, node, namespace.get(name)) is not None for name in node.writes)
