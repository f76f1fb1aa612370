"""The live instances of classes of which something is asked: caches ask for those of hundreds of classes."""

from __future__ import annotations

import gc
from typing import Any

from .classes import with_subclasses

FEW = 16
"""For so few classes it is quicker to have the collector look for what refers to them than to ask each object."""


class Instances:
    """The instances of some classes and their subclasses: the heap is looked through once for all of them."""

    def __init__(self) -> None:
        self._classes: dict[int, type] = {}
        """By their identity: a metaclass may hash them its own way."""
        self._found: dict[int, list[Any]] | None = None

    def expect(self, cls: type) -> None:
        """Those of a class and its subclasses may be asked for."""
        if id(cls) not in self._classes:
            self._classes[id(cls)] = cls
            self._found = None

    def of(self, cls: type) -> list[Any]:
        if self._found is None:
            self._found = _instances(list(self._classes.values()))
        return self._found[id(cls)]

    def forget(self) -> None:
        """There may be others by now."""
        self._found = None


def _instances(classes: list[type]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {id(cls): [] for cls in classes}
    kinds: dict[int, tuple[type, list[list[Any]]]] = {}
    for cls in classes:
        for kind in with_subclasses(cls):
            kinds.setdefault(id(kind), (kind, []))[1].append(found[id(cls)])
    few = len(kinds) <= FEW
    for each in gc.get_referrers(*(kind for kind, _ in kinds.values())) if few else gc.get_objects():
        if id(type(each)) in kinds:
            for instances in kinds[id(type(each))][1]:
                instances.append(each)
    return found
