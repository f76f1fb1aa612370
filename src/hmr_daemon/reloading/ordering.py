"""The order of the names of modules: programs that go through them see it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ..live.kinds import is_a
from ..live.transaction import in_order, put_in_order
from ..planning.graph import END, Graph
from ..planning.places import Step
from ..planning.records import ModuleRecord, Node

Place = tuple[float, ...]


def order_names(graph: Graph, record: ModuleRecord) -> bool:
    """New names of a module stand where a fresh process has them. Whether any had to be moved."""
    places = _places(graph, record)
    ordered = in_order(record.namespace, places)
    if record.script or ordered is None:
        return False
    put_in_order(record.namespace, ordered)
    return True


def _places(graph: Graph, record: ModuleRecord) -> dict[str, Place]:
    """Where each name is bound first: the statement's place, and the name's place in it."""
    places: dict[str, Place] = {}
    for name in list(record.namespace):
        child = graph.modules.get(f"{record.name}.{name}")
        importer = _importer(graph, record, child) if child is not None else None
        if child is not None and importer is not None and importer.alive:
            places[name] = (importer.order, -1, *graph.load_order(child), END)  # bound once it has loaded
    for node in graph.analyze(record):
        names = _star_order(node) if node.star else node.statement.names if node.statement.unconditional else ()
        positions = {name: position for position, name in enumerate(names)}
        for name in node.writes:
            place = (node.order, positions.get(name, 0))
            places[name] = min(places.get(name, place), place)
    return {name: place for name, place in places.items() if name != "__doc__"}


def _importer(graph: Graph, record: ModuleRecord, child: ModuleRecord) -> Step | None:
    """The statement of a module that led to the import of another first: itself, or by what it imported."""
    step = graph.imported_at(child)
    if step is None or step.module is record:
        return step
    importers = graph.importers(child)
    if record not in importers:
        return None
    nearest = importers.index(record)
    return graph.imported_at(importers[nearest - 1])


def _star_order(node: Node) -> Sequence[str]:
    """Names in the order in which ``from m import *`` binds them."""
    sources = [sys.modules.get(module) for module, name in node.reads if name == "__all__"]
    names = dict(vars(sources[0])) if sources and sources[0] is not None else {}
    public = names.get("__all__")
    return public if is_a(public, (list, tuple)) else list(names)
