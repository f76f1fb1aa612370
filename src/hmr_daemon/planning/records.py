"""What is known of loaded modules and of their statements."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from types import CodeType, ModuleType
from typing import Any

from ..loading.notes import Notes
from ..syntax import codes, optional
from ..syntax.parsing import Parsed
from ..syntax.statements import Statement

SEES_CALLS = sys.version_info >= (3, 12)
"""Whether the recorder is told which functions a statement ran."""
Name = tuple[str, str]
"""A module's name and a name in it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Facts:
    """The raw notes of one load, each once; code objects by identity, so that none is kept alive.

    They are kept flat, for there are as many as there are modules.
    """

    flat_reads: tuple[Any, ...]
    flat_writes: tuple[Any, ...]
    flat_ran: tuple[int, ...]
    flat_opened: tuple[Any, ...]

    @classmethod
    def of(cls, notes: Notes) -> Facts:
        ran = ((position, id(code)) for position, code in notes.ran if counts(code))
        reads = _without_star_imports(notes) if "__dict__" in notes.raw_reads else notes.reads
        return cls(_flat(reads), _flat(notes.writes), _flat(ran), _flat(notes.opened))

    @property
    def reads(self) -> Iterator[tuple[int, str, str]]:
        """Position, module and name of each read."""
        flat = iter(self.flat_reads)
        return zip(flat, flat, flat, strict=True)

    @property
    def writes(self) -> Iterator[tuple[int, str, str]]:
        flat = iter(self.flat_writes)
        return zip(flat, flat, flat, strict=True)

    @property
    def ran(self) -> Iterator[tuple[int, int]]:
        """Position and identity of the code of each function that started."""
        flat = iter(self.flat_ran)
        return zip(flat, flat, strict=True)

    def with_code(self, old: int, new: int) -> Facts:
        """The same, where a code object (by its identity) has taken the place of another."""
        if old not in self.flat_ran[1::2]:
            return self
        ran = ((position, new if identity == old else identity) for position, identity in self.ran)
        return replace(self, flat_ran=_flat(ran))

    @property
    def positions(self) -> set[int]:
        """Where any of it was noted."""
        pairs, triples = (self.flat_ran, self.flat_opened), (self.flat_reads, self.flat_writes)
        return {*chain(*(each[::2] for each in pairs), *(each[::3] for each in triples))}

    @property
    def opened(self) -> Iterator[tuple[int, str]]:
        flat = iter(self.flat_opened)
        return zip(flat, flat, strict=True)


def _flat(notes: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(dict.fromkeys(notes)))


@dataclass(eq=False, repr=False)
class Node:
    """One statement of a loaded module: its text now, and what its last run used."""

    module: ModuleRecord
    statement: Statement
    order: float
    codes: tuple[CodeType, ...] = ()
    """The code objects of the functions and classes that it makes, outermost only."""
    reads: set[Name] = field(default_factory=set)
    ran: set[int] = field(default_factory=set)
    """Identities of the tracked code objects that its run started."""
    wrote: set[Name] = field(default_factory=set)
    """Names it set in other modules."""
    opened: set[str] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)
    """Names it bound that its text does not show: by ``*``, by ``globals()``."""
    compiled: tuple[Statement, CodeType] | None = None
    """Its code for running it alone as it stands, and the version that this is the code of."""
    alive: bool = True

    @property
    def writes(self) -> frozenset[str] | set[str]:
        return self.statement.effects.writes | self.extra if self.extra else self.statement.effects.writes

    @property
    def dynamic(self) -> bool:
        """Whether it may bind or read names that its text does not show."""
        return self.statement.effects.dynamic or self.by_dict

    @property
    def by_dict(self) -> bool:
        """Whether it has had the namespace of its own module: ``sys.modules[__name__].__dict__``."""
        effects = self.statement.effects
        mentioned = "__dict__" in effects.attributes or "vars" in effects.reads
        return mentioned and bool(effects.mutates) and (self.module.name, "__dict__") in self.reads

    @property
    def binds_by_namespace(self) -> bool:
        """Whether it writes into ``globals()``, or may bind any name as it executes text."""
        effects = self.statement.effects
        return self.by_dict or "exec" in effects.reads or not effects.mutates.isdisjoint(("globals", "vars"))

    def binds_only(self, name: str) -> bool:
        """Whether it binds a name without reading it first."""
        return name in self.writes and name not in self.statement.effects.reads

    def surely_binds(self, name: str) -> bool:
        """Whether, whenever it runs, it binds a name without reading it first, and not only through functions."""
        return self.statement.unconditional and self.binds_only(name)

    @property
    def uses(self) -> Uses:
        """What its last run used and bound."""
        return self.reads, self.ran, self.wrote, self.opened, self.extra

    @property
    def star(self) -> bool:
        return self.statement.star

    def __str__(self) -> str:
        return f"{self.module.name}:{self.statement.line} {self.statement.label}"


@dataclass(eq=False, repr=False)
class ModuleRecord:
    """One load of a user module."""

    name: str
    path: str
    module: ModuleType
    code: CodeType
    sequence: float
    """Rises as modules began to load."""
    parent: tuple[Notes, int] | None
    """Which top-level code imported it, and where that stood."""
    imported_by: tuple[Node | None] | None = None
    """The statement that would import it first by now, where edits have made that another."""
    packed: bytes | None = None
    """The source that was loaded, compressed."""
    edited: bytes | None = None
    """The source that is live now, where it is another."""
    facts: Facts | None = None
    """What its statements used, until they are analyzed."""
    nodes: list[Node] | None = None
    parsed: Parsed | None = None
    table: Any = None
    """The planner's table of its names, while its statements stay what they are."""
    positions: dict[int, Node] = field(default_factory=dict)
    locate: Callable[[int], Node] | None = None
    orders: dict[int, float] = field(default_factory=dict)
    """Of instruction offsets of the code that was loaded, while its statements are not known."""
    script: bool = False
    """Whether it may still be running, as ``__main__`` may: then only some of its statements may run again."""
    loose: bool = False
    """Whether it was never in `sys.modules`."""
    detached: bool = False
    """Whether its package has no attribute of it any more, for its file is gone and no statement used it."""
    running: Node | None = None
    """For a script that is still running: the statement where it stands."""
    namespace: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.namespace = self.module.__dict__  # kept: asking a module that is recorded for it takes long

    def located(self, position: int) -> Node:
        """The statement that stood at an instruction offset of the code that was loaded, once these are known."""
        node = self.positions.get(position)
        if node is None:
            assert self.locate is not None
            node = self.positions[position] = self.locate(position)
        return node

    @property
    def source(self) -> bytes | None:
        if self.edited is not None or self.packed is None:
            return self.edited
        return zlib.decompress(self.packed)

    @property
    def plain(self) -> bool:
        """Whether all of it runs again at each edit, and sees what it has made before, as with `importlib.reload`."""
        return self.parsed is not None and self.parsed.directive == "rerun"


@dataclass(frozen=True, eq=False, repr=False)
class Resting:
    """What is kept of a module that nobody imports any more."""

    nodes: tuple[Node, ...]
    """The statements whose work on others is taken back until somebody does."""
    importer: Node | None
    """The statement that imported it and did not when it ran last, though its text may; None where that is gone."""


Uses = tuple[set[Name], set[int], set[Name], set[str], set[str]]
"""Of one run: the names it read, the code it ran, the names it set, the files it opened, the names it bound."""


def imported_module(record: ModuleRecord, level: int, module: str) -> str:
    """The name of the module that ``from ...module import x`` means, with `level` dots, in a module."""
    return optional.absolute(record.namespace.get("__package__") or "", level, module) if level else module


def counts(code: CodeType) -> bool:
    """The body of a module's own class is part of its statement, not a function that others run."""
    if code.co_name == "<module>" or code.co_name.startswith("<generic parameters of"):
        return False
    return not codes.is_class_body(code) or "<locals>" in code.co_qualname


def _without_star_imports(notes: Notes) -> Iterator[tuple[int, str, str]]:
    """The reads of a load; star imports, which take names that are told one by one, have not looked through all."""
    for position, module, name in notes.reads:
        if name != "__dict__" or notes.code is None or not codes.imports_all(notes.code, position):
            yield position, module, name
