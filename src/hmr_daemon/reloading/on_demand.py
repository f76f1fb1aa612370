"""What modules give on demand, by a ``__getattr__``: once they keep it, nothing they run tells where it is from."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import FunctionType, ModuleType
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
