"""Programs as lists of statements, each of which knows what it binds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Kind = str
"""``int``, ``text``, ``list``, ``dict``, ``function``, ``class``, ``module:NAME`` ...: what may be done with a name."""


@dataclass(frozen=True)
class Statement:
    """One top-level statement, as text."""

    text: str
    binds: tuple[tuple[str, Kind], ...] = ()
    maker: str = ""
    """The rule of the grammar that made it, which can make another version of it."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.binds)


@dataclass(frozen=True)
class Program:
    """Files of statements, in the order in which they may import each other, and what the process imports."""

    files: Mapping[str, tuple[Statement, ...]] = field(default_factory=dict)
    entries: tuple[str, ...] = ()

    def render(self) -> dict[str, str]:
        return {path: "\n".join(s.text for s in statements) + "\n" for path, statements in self.files.items()}

    def with_file(self, path: str, statements: tuple[Statement, ...]) -> Program:
        return replace(self, files={**self.files, path: statements})

    def without_file(self, path: str) -> Program:
        return replace(self, files={p: s for p, s in self.files.items() if p != path})


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
