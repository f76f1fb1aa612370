"""What is found out about the code and the texts of all modules: when it is asked for, and once in a reload."""

from __future__ import annotations

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import CodeType

from ..planning.graph import Graph
from ..planning.planner import may_bind_globals
from ..planning.records import ModuleRecord
from ..syntax import codes, counters
from ..syntax.memos import Kept, Memos, functions_at, kept_alone, kept_results, may_keep_results, starts_empty

FEW_NAMES = 8  # for so many, all code is looked through for each
AT_HAND = 100_000  # bytes of packed texts that are unpacked beforehand: a millisecond

TELLING = re.compile(
    rb"(?<!['\"])['\"](?!['\"])([\w ,]+)['\"]"  # not the sentences of docstrings
    rb"|(?m:^[ \t]+(\w+)[ \t]*:)|[(,]\s*(\w+)\s*=(?!=)"
)
"""A string of names, an annotated member, or the name of an argument."""

Users = dict[int, tuple[str, CodeType]]
"""Code by its identity, with the name of its module."""


class Lookups:
    """Answers from the graph; what has changed there since has to be told."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._codes: dict[ModuleRecord, dict[int, CodeType]] = {}
        self._memos: dict[int, Sequence[Kept]] | None = None
        self._once: dict[tuple[ModuleRecord, str], None] = {}
        self._all_codes: dict[int, CodeType] = {}
        self._users: dict[str, Users] = {}
        """By name, the code that mentions it."""
        self._users_of_all: dict[str, Users] = {}
        """The same of all names, once several were asked for."""
        self._asking: Users | None = None
        self._texts_with: dict[str, list[ModuleRecord]] = {}
        self._sources: dict[ModuleRecord, bytes] = {}
        """The texts of all modules."""
        self._unpacked: dict[bytes, bytes] = {}
        """By what is kept of them, the texts, unpacked once."""
        self._told: dict[ModuleRecord, set[bytes]] = {}
        """The names that texts tell."""
        self._grown: dict[int, tuple[CodeType, frozenset[str]]] = {}
        self._set_by_functions: dict[int, frozenset[str]] = {}

    def forget_codes(self) -> None:
        """Functions have other code than before."""
        self._codes.clear()
        self._memos = None
        self._all_codes.clear()
        self.forget_texts()

    def forget_texts(self) -> None:
        """There are other modules than before, or other texts."""
        self._users.clear()
        self._users_of_all.clear()
        self._asking = None
        self._texts_with.clear()
        self._told.clear()
        self._sources.clear()

    def codes_of(self, record: ModuleRecord) -> dict[int, CodeType]:
        """The code of a module's functions, by identity."""
        if record not in self._codes:
            nodes = record.nodes
            outer = codes.children(record.code) if nodes is None else [code for node in nodes for code in node.codes]
            self._codes[record] = {id(code): code for code in codes.walk(outer)}
        return self._codes[record]

    def memos(self) -> Mapping[int, Sequence[Kept]]:
        """By its identity, the code of functions that keep what they compute, and where they do."""
        if self._memos is None:
            self._memos, self._once = {}, {}
            for record in self._graph.caching():
                self._memos.update(self._find_memos(record))
        return self._memos

    def made_once(self) -> list[tuple[ModuleRecord, str]]:
        """The globals among these: modules with the names."""
        self.memos()
        return list(self._once)

    def _find_memos(self, record: ModuleRecord) -> dict[int, list[Kept]]:
        known = self._graph.memos.get(record)
        if known is None or known.code is not record.code or known.edited is not record.edited:
            known = self._graph.memos[record] = self._look_for_memos(record)
        found = defaultdict[int, list[Kept]](list, {identity: [*kept] for identity, kept in known.kept.items()})
        for code in known.once:
            if self._graph.runners(code):
                trees = [node.statement.parse() for node in self._graph.analyze(record)]
                self._once.update(((record, name), None) for name in counters.made_once(code))
                found[id(code)] += (kept_alone(trees, name) for name in counters.made_once(code))
        return found

    def _look_for_memos(self, record: ModuleRecord) -> Memos:
        own = self.codes_of(record)
        keeping = {identity: code for identity, code in own.items() if may_keep_results(code)}
        once = tuple(code for code in own.values() if counters.made_once(code))
        lines = self._text(record).splitlines(keepends=True) if keeping else []
        kept = {
            identity: kept_results(each) for identity, code in keeping.items() for each in functions_at(lines, code)
        }
        if any(kept.values()):
            trees = [node.statement.parse() for node in self._graph.analyze(record)]
            kept = {i: tuple(each for each in found if starts_empty(trees, each.path)) for i, found in kept.items()}
        return Memos(record.code, record.edited, {i: found for i, found in kept.items() if found}, once)

    def all_codes(self) -> dict[int, CodeType]:
        """The same of all modules."""
        if not self._all_codes:
            for record in list(self._graph.modules.values()):
                self._all_codes.update(self.codes_of(record))
        return self._all_codes

    def mentioning(self, name: str) -> Users:
        """The code of all modules that mentions a name."""
        found = self._users.get(name)
        if found is None and len(self._users) < FEW_NAMES:
            found = self._users[name] = {
                identity: (record.name, code)
                for record in list(self._graph.modules.values())
                for identity, code in self.codes_of(record).items()
                if name in codes.names(code) or name in code.co_freevars
            }
        elif found is None:  # there will be more to come
            if not self._users_of_all:
                self._index_users()
            found = self._users_of_all.get(name, {})
        return found

    def asking(self) -> Users:
        """The code of all modules that may ask for attributes by names that it is told, or computes."""
        if self._asking is None:
            self._asking = {
                identity: (record.name, code)
                for record in list(self._graph.modules.values())
                for identity, code in self.codes_of(record).items()
                if codes.asks_by_name(code)
            }
        return self._asking

    def _index_users(self) -> None:
        """The same for all names at once: looking through all code for each took a third of large reloads."""
        for record in list(self._graph.modules.values()):
            for identity, code in self.codes_of(record).items():
                for name in {*codes.names(code), *code.co_freevars}:
                    self._users_of_all.setdefault(name, {})[identity] = (record.name, code)

    def texts_with(self, word: str) -> list[ModuleRecord]:
        """Modules whose text has a word."""
        found = self._texts_with.get(word)
        if found is None:
            encoded = word.encode()
            if not self._sources:
                self._sources = {record: self._text(record) for record in list(self._graph.modules.values())}
            found = self._texts_with[word] = [record for record, text in self._sources.items() if encoded in text]
        return found

    def _text(self, record: ModuleRecord) -> bytes:
        if record.packed is None or record.edited is not None:
            return record.source or b""
        if record.packed not in self._unpacked:
            self._unpacked[record.packed] = record.source or b""
        return self._unpacked[record.packed]

    def unpack(self) -> None:
        """Have the texts at hand, unless they are many: unpacking one lets other threads run."""
        packed = [each.packed for each in list(self._graph.modules.values()) if each.packed and each.edited is None]
        if sum(map(len, packed)) <= AT_HAND:
            self._unpacked = dict(zip(packed, map(zlib.decompress, packed), strict=True))

    def told(self, names: Iterable[str]) -> set[str]:
        """Those of some names that texts tell: who computes the names of attributes has them from there."""
        return {name for name in names if self._is_told(name)}

    def _is_told(self, name: str) -> bool:
        """Whether a name is in a string of names, is annotated, or is that of an argument: what ``__name__`` is not."""
        encoded = name.encode()
        return name[:2] != "__" and any(encoded in self._told_by(record) for record in self.texts_with(name))

    def _told_by(self, record: ModuleRecord) -> set[bytes]:
        found = self._told.get(record)
        if found is None:
            texts = (text for each in TELLING.finditer(self._sources[record]) for text in each.groups() if text)
            found = self._told[record] = {word for text in texts for word in text.replace(b",", b" ").split()}
        return found

    def grown_names(self, code: CodeType) -> frozenset[str]:
        """What code adds to: hundreds of statements may have run what adds to a registry."""
        if id(code) not in self._grown:
            self._grown[id(code)] = code, codes.grown_names(code)
        return self._grown[id(code)][1]

    def set_by_functions(self, record: ModuleRecord) -> frozenset[str]:
        """Global names that functions of a module bind."""
        key = id(record)
        if key not in self._set_by_functions:
            nodes = filter(may_bind_globals, self._graph.analyze(record))
            found = [codes.global_writes(code) for node in nodes for code in codes.walk(node.codes)]
            self._set_by_functions[key] = frozenset().union(*found)
        return self._set_by_functions[key]
