"""How often statements, and the functions that they call, run some code, as far as their texts tell."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any

from ..live import reach
from ..live.kinds import plain_type
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node
from ..planning.targets import called_by
from ..syntax import repeats
from ..syntax.statements import Statement
from .telling import Telling

DEEP = 4
"""Into how many functions that call each other it is looked."""


@dataclass(frozen=True, eq=False, repr=False)
class Call:
    """A call in a statement or a function."""

    path: tuple[str, ...]
    """By what names."""
    called: Any
    ran: Mapping[int, CodeType]
    """The code that it may run."""
    times: int
    """How often it does."""


def times(run: Telling, node: Node, code: CodeType, before: bool) -> int:
    """How often a statement calls what runs some code, as far as its text tells."""
    statement = run._statement_before(node) if before else node.statement
    return _times_in(run, calls(run, node, statement, before), {id(code), id(run.exchanged_for(code))}, before, DEEP)


def _times_in(run: Telling, made: Iterable[Call], codes: Set[int], before: bool, depth: int) -> int:
    found = 0
    for call in made:
        if codes.isdisjoint(call.ran):
            continue
        own = type(call.called) is not FunctionType or id(call.called.__code__) in codes
        inner = () if own or not depth else _calls_of(run, call.called, before)
        found += call.times * (_times_in(run, inner, codes, before, depth - 1) if inner else 1)
    return found or 1


def calls(run: Telling, node: Node, statement: Statement, before: bool = False) -> Sequence[Call]:
    """The calls in a statement."""
    key = id(statement), before
    if key not in run.calls_known:
        held = run.held_before(node.module) if before else node.module.namespace.get
        found = repeats.calls(statement.parse(), lambda name: _length(held(name)))
        run.calls_known[key] = statement, _resolved(run, node.module, found)
    known: Sequence[Call] = run.calls_known[key][1]
    return known


def _calls_of(run: Telling, function: FunctionType, before: bool) -> Sequence[Call]:
    """The calls in a function of the top level of a module."""
    key = id(function), before
    if key not in run.calls_known:
        record = run.graph.modules.get(function.__module__)
        makers = run.agenda.table(record).last_writers(function.__qualname__) if record is not None else ()
        trees = [run._statement_before(m).parse() if before else m.statement.parse() for m in makers]
        bodies = [tree.body for tree in trees if isinstance(tree, ast.FunctionDef)]
        found = [call for body in bodies for each in body for call in repeats.calls(each, lambda name: None)]
        run.calls_known[key] = function, _resolved(run, record, found) if record is not None else []
    known: Sequence[Call] = run.calls_known[key][1]
    return known


def _resolved(run: Telling, record: ModuleRecord, paths: Iterable[tuple[tuple[str, ...], int]]) -> list[Call]:
    found = []
    for path, often in paths:
        called = called_by(record.namespace, path)
        ran = reach.reached([called], (), run.graph.paths(), True, known=run.known[""]) if called is not MISSING else {}
        found.append(Call(path, called, ran, often))
    return found


def _length(value: Any) -> int | None:
    return len(value) if plain_type(value) in (list, tuple, dict, set, frozenset, str) else None
