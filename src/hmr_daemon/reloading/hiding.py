"""Names that are hidden while a statement runs again: in a fresh process they are not there yet."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from typing import Any

from ..live.transaction import put_in_order
from ..planning.attribution import PYTHONS_OWN, handed_on, unexplained_names
from ..planning.records import ModuleRecord, Node
from ..syntax import codes
from .assignments import Assigning

LISTS_NAMES = frozenset({"globals", "vars", "dir", "locals"})
"""By what a statement looks through all names of its module."""
SHOWS_LOCALS = frozenset({"locals", "vars"})
"""By what a statement may hand on the mapping that it binds its names in: it must be the module's own."""
LISTS_OWN_NAMES = re.compile(r"\b(globals|vars|dir|locals)\(\s*\)")
"""The same, where it is asked for its own module."""


@contextmanager
def later(run: Assigning, node: Node) -> Iterator[dict[str, Any]]:
    """While a statement runs, what only later statements bind is not there yet; yields these names."""
    namespace, names = node.module.namespace, list(node.module.namespace)
    hidden = _later_names(run, node)
    if others := hidden.keys() - node.writes:  # what it binds itself, no cache can have served to it
        run.forget_served(node.module, others)
    yield hidden
    for name, value in hidden.items():
        namespace.setdefault(name, value)
    if hidden:  # each where it was
        put_in_order(namespace, dict.fromkeys([*(name for name in names if name in namespace), *namespace]))


def _later_names(run: Assigning, node: Node) -> dict[str, Any]:
    """Names that only later statements bind are not there yet when one runs that is changed, or looks at all."""
    effects = node.statement.effects
    looks = _looks_at_all(run, node)
    if node.module.plain or (node not in run.added and node.module not in run.edited and not looks):
        return {}
    namespace, name = node.module.namespace, node.module.name
    if looks:
        used = not_yet(run, node, name) | _submodules_after(run, node)
    else:  # what it has run, operators and ``with`` included, it may run again
        deleted = effects.writes if node.statement.kind == "Delete" else set[str]()
        names = not_yet(run, node, name) if run.reads_through(node) else set[str]()
        met = run.names_used(node, names) | run.names_seen(node) | run.names_grown(node) | deleted
        used = not_yet(run, node, name, met)
    return {name: namespace.pop(name) for name in [each for each in namespace if each in used]}


def _looks_at_all(run: Assigning, node: Node) -> bool:
    """Whether a statement goes through all names of its module: by its text, or as its last run tells."""
    record, statement = node.module, node.statement
    if not LISTS_NAMES.isdisjoint(statement.effects.reads) and LISTS_OWN_NAMES.search(statement.text) is not None:
        return True
    if (record.name, "__dict__") in node.reads:
        return True
    naming = run.agenda.table(record).codes_naming("globals") if node.ran else ()
    return any(id(code) in node.ran and codes.scanned(code) for code in naming)


def not_yet(run: Assigning, node: Node, module: str, names: Set[str] | None = None) -> set[str]:
    """Names that a module has and that a fresh process would bind there only with the statement, or after it.

    The module is the statement's own, or one that was importing it. Of some `names` alone that is told at once.
    """
    record = run.graph.modules.get(module)
    if record is None or (record is not node.module and record not in run.graph.importers(node.module)):
        return set()
    now, table = run.graph.order(node), run.agenda.table(record)
    if names is None:
        later = table.first_writers[bisect_left(table.first_writers, now, key=lambda each: run.graph.order(each[0])) :]
        found = {name for _, name in later if name in record.namespace}
    else:
        firsts = {name: table.writers[name][0] for name in names & record.namespace.keys() if name in table.writers}
        found = {name for name, first in firsts.items() if run.graph.order(first) >= now}
    if "__path__" not in record.namespace:
        return found
    return {name for name in found if not is_submodule_before(run, record, name, now)}


def is_submodule_before(run: Assigning, package: ModuleRecord, name: str, now: tuple[float, ...]) -> bool:
    """Whether a name is that of a submodule which is imported by then: the import system has bound it."""
    child = run.graph.modules.get(f"{package.name}.{name}")
    if child is None or child.module is not package.namespace.get(name):
        return False
    importer = run.graph.imported_at(child)
    return importer is not None and run.graph.order(importer) <= now


def _submodules_after(run: Assigning, node: Node) -> set[str]:
    """The submodules of a package that others import only after a statement, or that a prompt has imported."""
    package, now = node.module, run.graph.order(node)
    found = set[str]()
    for name, value in list(package.namespace.items()):
        child = run.graph.modules.get(f"{package.name}.{name}")
        if child is not None and child.module is value:
            importer = run.graph.imported_at(child)
            if importer is None or run.graph.order(importer) > now:
                found.add(name)
    return found


def unsure(run: Assigning, node: Node) -> set[str]:
    """Names that a statement may bind, and nothing else: those that it may ask for are not there until it does."""
    namespace, effects = node.module.namespace, node.statement.effects
    names = {name for name in effects.writes if not run.agenda.table(node.module).reaching(name, node)}
    by_expressions = ":=" in node.statement.text  # in a comprehension these bind past what notes the names
    unnoted = by_expressions or not SHOWS_LOCALS.isdisjoint(effects.reads)
    for name in names:
        if unnoted or name in effects.reads or (str, name) in node.statement.constants:
            namespace.pop(name, None)
    return names


def unexplained(run: Assigning, node: Node) -> dict[str, Any]:
    """Names that only ``globals()[name] = value`` can have bound: the statement is to bind them again."""
    record, table = node.module, run.agenda.table(node.module)
    if not node.binds_by_namespace or any(other is not node and other.binds_by_namespace for other in table.dynamic):
        return {}
    names = {name for name in node.extra if table.writers[name] == [node]} - run.lookups.set_by_functions(record)
    return {name: record.namespace.pop(name) for name in sorted(names) if name in record.namespace}


def bound_no_more(run: Assigning, node: Node, taken: Mapping[str, Any], before: Mapping[str, Any]) -> set[str]:
    """Names of those taken as unexplained that the statement did not bind this time; or handed on, as it seems."""
    namespace = node.module.namespace
    gone = taken.keys() - namespace.keys()
    namespace.update({name: taken[name] for name in gone})  # to be removed, and told of, as any other
    if others := node.extra - taken.keys() if node.binds_by_namespace else ():
        left = {name for name in others if name in namespace and namespace[name] is before.get(name)}
        gone = gone | left - handed_on(node, run.graph.modules)
    if gone:
        _set_extra(run, node, node.extra - gone)
    return gone


@contextmanager
def noting(run: Assigning, node: Node, hidden: Mapping[str, Any], rebound: dict[str, Any]) -> Iterator[None]:
    """Names that the statement binds, and that no text shows, are its own from now on.

    `rebound` is given what these held that others bind as well.
    """
    record = node.module
    before = {**record.namespace, **hidden} if node.statement.effects.dynamic else None
    yield
    if before is None or not node.binds_by_namespace:
        return
    by_functions = run.lookups.set_by_functions(record)
    new = unexplained_names(record) - before.keys() - by_functions
    others = before.keys() & record.namespace.keys() - node.writes - by_functions - PYTHONS_OWN
    rebound |= {name: before[name] for name in others if before[name] is not record.namespace[name]}
    new |= rebound.keys()
    if not new <= node.extra:
        _set_extra(run, node, node.extra | new)


def _set_extra(run: Assigning, node: Node, names: set[str]) -> None:
    run.transaction.set_attribute(node, "extra", names)
    run.transaction.do((setattr, node.module, "table", None), (setattr, node.module, "table", None))
    run.agenda.forget_tables()
