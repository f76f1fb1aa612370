"""The edits that are saved and not live: why each failed, and which saves try it again."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable

from ._bootstrap import environment_reason
from .model import Failure, Reload


class Pending:
    """Edited paths that failed, until they land or are taken back."""

    def __init__(self) -> None:
        self.failures: dict[str, Failure] = {}
        self._involved: dict[str, frozenset[str]] = {}
        """Each failed path with those whose save tries it again."""

    def __contains__(self, path: str) -> bool:
        return path in self._involved

    def __len__(self) -> int:
        return len(self._involved)

    def paths(self) -> list[str]:
        return list(self._involved)

    def waits_for(self, path: str) -> bool:
        """Whether a save of this path tries something again."""
        return any(path in involved for involved in self._involved.values())

    def waiting_for(self, paths: Collection[str]) -> list[str]:
        """The failed paths that a save of these tries again."""
        return [path for path, involved in self._involved.items() if not involved.isdisjoint(paths)]

    def keep(self, paths: Iterable[str], involved: Collection[str], event: Reload) -> None:
        for path in paths:
            self._involved[path] = frozenset(involved)
            if event.failure is not None:
                self.failures[path] = event.failure

    def settle(self, paths: Iterable[str]) -> None:
        for path in paths:
            self._involved.pop(path, None)
            self.failures.pop(path, None)


def involved_in(event: Reload) -> set[str]:
    """The paths that a failed reload had to do with, those of modules that it could not find among them."""
    missing = (mark[7:] for mark in event.involved if mark.startswith("module:"))
    return set(event.involved).union(*map(candidates, missing))


def candidates(module: str) -> set[str]:
    """Where a module that could not be imported may come to be."""
    parts = module.split(".")
    found = set()
    for folder in sys.path:
        base = os.path.abspath(os.path.join(folder or os.getcwd(), *parts))
        found |= {base + ".py", os.path.join(base, "__init__.py")}
    return {path for path in found if environment_reason(path) is None}
