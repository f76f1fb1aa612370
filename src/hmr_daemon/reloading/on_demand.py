"""What modules give on demand, by a ``__getattr__``: once they keep it, nothing they run tells where it is from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import caches, reach
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..live.values import ATOMS
from ..planning.records import ModuleRecord, Node
from ..syntax import codes
from .run import RunState

PLAIN = (*ATOMS, type(None))
"""Types whose values may be the same by chance."""
OF_ITS_OWN = frozenset(vars(ModuleType("")))
"""What every module has itself: no other gives it."""


def given(run: RunState, origin: Node, name: str, values: Collection[Any]) -> list[tuple[ModuleRecord, str]]:
    """The modules that give a value of another module's name, the old one or the new one, and by which name."""
    found = []
    for record, asked in _asked(run).items() if name not in OF_ITS_OWN else ():
        if record is not origin.module:
            bound = run.agenda.table(record).writers
            names = {name, *asked, *(kept for value in values for kept in _kept(record.namespace, name, value))}
            names = {each for each in names - bound.keys() if _gives(run, record, each, (origin, name, values))}
            found += [(record, each) for each in sorted(names)]
    return found


def exchange(run: RunState, record: ModuleRecord, name: str, old: Any, new: Any) -> None:
    """Let a module that has kept what it gave by a name keep the new value; caches of its functions are emptied."""
    if record.namespace.get(name, MISSING) is old:
        run.transaction.set_item(record.namespace, name, new)
    found = reach.reached([record.namespace["__getattr__"]], (), {record.path}, known=run.known[record.path])
    for filled in frozenset[str]().union(*map(codes.grown_globals, found.values())):
        if type(kept := record.namespace.get(filled)) is dict:
            for key in _kept(kept, name, old):
                run.transaction.set_item(kept, key, new)
    for cache in caches.of_module(record.namespace, record.name, run.instances):
        run.transaction.on_undo(cache.forget())


def kept_by(run: RunState, record: ModuleRecord, ran: Mapping[int, CodeType]) -> list[str]:
    """The names that statements of others asked a module for and that its functions have bound since, as no text of
    the module does: ``globals()[name] = value``. `ran` is the code of these functions."""
    namespace, bound = record.namespace, run.agenda.table(record).writers
    theirs = run.lookups.set_by_functions(record).difference(*map(codes.global_writes, ran.values()))
    names = {name for name in _asked(run)[record] if name in namespace} - bound.keys() - OF_ITS_OWN - theirs
    names = {name for name in names if not is_a(namespace[name], ModuleType)}
    setters = {name: run.graph.setters((record.name, name)) for name in names}
    return sorted(name for name in names if all(node.ran & ran.keys() for node in setters[name]))


def givers(run: RunState) -> Iterator[tuple[ModuleRecord, Mapping[int, CodeType]]]:
    """The modules that give names on demand and were asked for some, each with the code that it runs for that."""
    for record in [record for record, names in _asked(run).items() if names]:
        answer = record.namespace.get("__getattr__")
        yield record, reach.reached([answer], (), {record.path}, known=run.known[record.path])


def _asked(run: RunState) -> Mapping[ModuleRecord, list[str]]:
    """By module that has a ``__getattr__`` in Python, the names that statements of others have read of it."""
    if run.asked is None:
        lazy = [each for each in run.graph.modules.values() if type(each.namespace.get("__getattr__")) is FunctionType]
        names = run.graph.names_read({each.name for each in lazy}) if lazy else {}
        run.asked = {each: names.get(each.name, []) for each in lazy}
    return run.asked


def _kept(mapping: Mapping[Any, Any], name: str, value: Any) -> list[Any]:
    """The keys under which a value is kept; of one that may be the same by chance, only its name."""
    if is_a(value, PLAIN):
        return [name] if mapping.get(name, MISSING) is value else []
    return [key for key, held in list(mapping.items()) if held is value]


def _gives(run: RunState, record: ModuleRecord, asked: str, told: tuple[Node, str, Collection[Any]]) -> bool:
    origin, name, values = told
    if asked in record.namespace:
        return any(asked in _kept(record.namespace, name, value) for value in values)
    if asked == name and origin.module.name.startswith(record.name + "."):
        return True
    if asked != name and any(is_a(value, PLAIN) for value in values):
        return False
    held = [reader.module.namespace.get(known, MISSING) for reader, known in run.agenda.readers(record, asked, None)]
    return any(each is value for each in held for value in values)
