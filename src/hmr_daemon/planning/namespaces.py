"""Packages without an ``__init__.py``: nothing ran to make them, until a file of that name comes."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from types import ModuleType

from . import forms
from .graph import Graph
from .records import ModuleRecord

EMPTY = zlib.compress(b"")


def awaited(graph: Graph, records: Iterable[ModuleRecord]) -> Iterator[tuple[str, str]]:
    """Where packages of some modules may come to have a file, each with the name of the package."""
    for record in records:
        name, folder = record.name, os.path.dirname(record.path)
        if os.path.basename(record.path) == forms.INIT:
            folder = os.path.dirname(folder)
        while "." in name and not record.loose:
            name = name.rpartition(".")[0]
            if name in graph.modules or os.path.basename(folder) != name.rpartition(".")[2]:
                break
            yield os.path.join(folder, forms.INIT), name
            folder = os.path.dirname(folder)


def take_in(graph: Graph, name: str, module: ModuleType | None, path: str) -> ModuleRecord | None:
    """Let a package that has come to have a file be a module whose file, which was empty, is gone."""
    before = forms.other_form(path)
    inside = [record for record in graph.modules.values() if record.name.startswith(f"{name}.")]
    if before is None or not inside or module is None or module.__dict__.get("__file__") is not None:
        return None
    first = min(inside, key=lambda record: record.sequence)
    code = compile("", before, "exec", dont_inherit=True)
    record = ModuleRecord(name, before, module, code, first.sequence - 0.5, first.parent, packed=EMPTY)
    graph.take_in(record)
    graph.gone.add(before)
    return record
