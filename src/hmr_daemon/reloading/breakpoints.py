"""Breakpoints of pdb, and of what else is built on bdb: they move with the lines that they stand at.

Debuggers of editors (debugpy) need no help: the editor moves its own as one types, and sends them again on saving.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator
from typing import Any


class Breakpoints:
    """Those in some files before a reload, with the lines that they stand at."""

    def __init__(self, sources: Iterable[tuple[str, bytes | None]]) -> None:
        """`sources` are the files that are about to be reloaded, each with what is live of it; asked only for need."""
        self._before: dict[str, list[bytes]] = {}
        for path, source in sources if _all() else ():
            if source is not None and _at(path):
                self._before[path] = source.splitlines()

    def move(self, path: str, source: bytes | None) -> None:
        """The reload has landed: this is what is live now."""
        before = self._before.get(path)
        if before is None or source is None:
            return
        lines = moved(before, source.splitlines())
        points, file = _at(path), _canonical(path)
        for point in points:
            _set_line(point, lines[min(point.line, len(before)) - 1])
        for debugger in _debuggers():
            if file in debugger.breaks:
                debugger.breaks[file][:] = sorted({point.line for point in points})


def moved(before: list[bytes], after: list[bytes]) -> list[int]:
    """For each line, counted from 1, where it is afterwards; what is gone becomes the line that took its place."""
    from difflib import SequenceMatcher  # few processes have breakpoints

    lines = []
    for _, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        last = max(new_start, new_end - 1)
        lines += [max(0, min(new_start + offset, last, len(after) - 1)) + 1 for offset in range(end - start)]
    return lines or [1]


def _all() -> list[Any]:
    return [point for point in sys.modules["bdb"].Breakpoint.bpbynumber if point is not None]


def _at(path: str) -> list[Any]:
    file = _canonical(path)
    return [point for point in _all() if point.file == file]


def _canonical(path: str) -> str:
    return os.path.normcase(os.path.abspath(path))


def _set_line(point: Any, line: int) -> None:
    """bdb finds breakpoints by their lines as well."""
    table = type(point).bplist
    here = table.get((point.file, point.line), [])
    if point in here:
        here.remove(point)
    if not here:
        table.pop((point.file, point.line), None)
    point.line = line
    point.func_first_executable_line = None
    table.setdefault((point.file, line), []).append(point)


def _debuggers() -> Iterator[Any]:
    """bdb keeps no list of them. This looks at every object, and only where a file with a breakpoint was saved."""
    kind = sys.modules["bdb"].Bdb
    return (each for each in gc.get_objects() if issubclass(type(each), kind))
