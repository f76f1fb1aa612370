"""Who adds to what a name holds, in any module, and by which names others know it."""

from __future__ import annotations

from collections.abc import Iterator

from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node
from ..syntax import codes
from ..syntax.statements import Statement
from .giving import Giving


class Adding(Giving):
    """A run that knows who adds to what a name holds."""

    def _adders(self, record: ModuleRecord, name: str) -> Iterator[tuple[Node, tuple[ModuleRecord, str] | None]]:
        """The statements of all modules that add to the value of a name, and by which name their text says so."""
        for other, alias in self.aliases(record, name):
            table = self.agenda.table(other)
            yield from ((adder, (other, alias)) for adder in table.mutators.get(alias, ()))
            for code in table.codes_naming(alias):
                if self.graph.was_run(code) and alias in codes.grown_globals(code):
                    yield from ((runner, None) for runner in self.graph.runners(code))
            for reader in self.graph.readers((other.name, alias)):
                effects = reader.statement.effects
                if effects.mutates and alias in effects.attributes and self._has_run(reader):
                    yield reader, None

    def _has_run(self, node: Node) -> bool:
        """Whether a statement's turn has come; of a script that is running, some are yet to run."""
        running = node.module.running if node.module.script else None
        return running is None or node.order <= running.order

    def aliases(self, record: ModuleRecord, name: str) -> Iterator[tuple[ModuleRecord, str]]:
        """The names in any module that imports and plain assignments made of a name, itself first."""
        waiting, seen = [(record, name)], set[tuple[str, str]]()
        while waiting:
            record, name = waiting.pop()
            if (record.name, name) in seen:
                continue
            seen.add((record.name, name))
            yield record, name
            for reader, known in list(self.agenda.readers(record, name, None)):
                if imports_name(reader, known):
                    waiting.append((reader.module, known))
                elif reader.statement.alias:
                    waiting += [(reader.module, bound) for bound in reader.statement.names]

    def may_run(self, node: Node) -> bool:
        record = node.module
        if record.path in self.graph.gone:
            return False
        if not record.script:
            return True
        if record.running is not None and node.order >= record.running.order:
            return False
        return node.statement.kind in ("def", "class", "assign", "import", "from", "AnnAssign")

    def _imported(self, node: Node, name: str) -> Iterator[tuple[ModuleRecord, str]]:
        """Where a from-import has a name from, or had: the module, and what it is called there."""
        was = self._old_statement(node) or node.statement
        for module, attribute in self.graph.expected_reads(node):
            record = self.graph.modules.get(module)
            if record is not None and name in (_alias_of(node.statement, attribute), _alias_of(was, attribute)):
                yield record, attribute

    def _origin(self, record: ModuleRecord, name: str) -> tuple[ModuleRecord, str]:
        """Where the value of a name was bound first, before it was imported from module to module."""
        seen = set[tuple[str, str]]()
        while (record.name, name) not in seen:
            seen.add((record.name, name))
            importers = [w for w in self.agenda.table(record).last_writers(name) if imports_name(w, name)]
            record, name = next(
                (found for writer in importers for found in self._imported(writer, name)), (record, name)
            )
        return record, name

    def held_by(self, record: ModuleRecord, name: str) -> list[tuple[ModuleRecord, str]]:
        """The globals that were given an object, one of which has this name; not those that import it."""
        value = record.namespace.get(name, MISSING)
        others = self._known_as(value) if value is not MISSING else ()  # it may be yet to be bound
        return list(dict.fromkeys([self._origin(record, name), *others]))


def imports_name(node: Node, name: str) -> bool:
    """Whether a statement has a name from another module, be it under a condition."""
    return node.statement.kind == "from" or name in node.statement.effects.imported


def _alias_of(statement: Statement, imported: str) -> str:
    return next((bound for _, _, name, bound in statement.imports if name == imported), imported)
