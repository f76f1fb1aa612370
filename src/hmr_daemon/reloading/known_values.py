"""What names and expressions of a statement lead to, as far as that is told without running it: now, or before."""

from __future__ import annotations

import ast
import builtins
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from types import FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.entries import PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord
from ..syntax import trees
from ..syntax.inlining import BETWEEN
from .telling import Telling

PATHS = frozenset({"posixpath", "ntpath", "genericpath"})
"""Modules whose functions make one text of others: ``os.path.join``."""
PARTS = frozenset({"parent", "parents", "name", "stem", "suffix"})
MADE_OF_PATHS = frozenset({"joinpath", "resolve", "absolute", "with_name", "as_posix"})


@dataclass(frozen=True, eq=False, repr=False)
class Names:
    """Tells what paths of names lead to, as a module has them, or `before` had them when the statement ran."""

    run: Telling
    home: ModuleRecord
    before: bool

    def __call__(self, path: tuple[str, ...]) -> Any:
        """What a path leads to; MISSING where that is not known."""
        value = self._root(path[0])
        for name in path[1:]:
            if is_a(value, ModuleType):
                record = self.run.graph.record_of(value)
                value = vars(value).get(name, MISSING) if record is None else self._global(record, name)
            elif is_a(value, type):
                value = insides.of_class(value, name)
            else:
                value = insides.own_dict(value).get(name, MISSING)
        return value

    def place(self, name: str) -> tuple[ModuleRecord, str] | None:
        """The global of the user's that a name is; None for what another module has."""
        module, between, name = name.rpartition(BETWEEN)
        record = self.run.graph.modules.get(module) if between else self.home
        return (record, name) if record is not None and name else None

    def _root(self, name: str) -> Any:
        if (place := self.place(name)) is not None:
            value = self._global(*place)
            return vars(builtins).get(place[1], MISSING) if value is MISSING else value
        module, _, name = name.rpartition(BETWEEN)
        holder = sys.modules.get(module, MISSING)
        return insides.own_dict(holder).get(name, MISSING) if name else holder

    def _global(self, record: ModuleRecord, name: str) -> Any:
        return self.run.held_before(record)(name) if self.before else record.namespace.get(name, MISSING)


def value_of(node: ast.expr, names: Names) -> Any:
    """What a constant is, names lead to, or comes of texts and paths; MISSING where only running it would tell."""
    if isinstance(node, ast.Constant):
        return node.value
    path = trees.path_of(node)
    found = names(path) if path else MISSING
    compute = _computation(node, names) if found is MISSING else None
    if compute is None:
        return found
    try:
        return compute()
    except Exception:  # of texts that no such path is made of
        return MISSING


def _computation(node: ast.expr, names: Names) -> Callable[[], Any] | None:
    """How what comes of texts and paths is computed, which does nothing else; None where something is not known."""
    match node:
        case ast.BinOp(left, ast.Add() | ast.Div() as sign, right):
            one, other = value_of(left, names), value_of(right, names)
            combine = operator.add if isinstance(sign, ast.Add) else operator.truediv
            return partial(combine, one, other) if _are_plain(one, other) else None
        case ast.JoinedStr(parts):
            values = [value_of(getattr(each, "value", each), names) for each in parts]
            return partial(_joined, parts, values) if _are_plain(*values) else None
        case ast.Attribute(holder, name) if name in PARTS:
            held = value_of(holder, names)
            return partial(getattr, held, name) if is_path(held) else None
        case ast.Subscript(holder, key):
            held, index = value_of(holder, names), value_of(key, names)
            parents = type(held).__module__.startswith("pathlib") and is_a(index, int)
            return partial(operator.getitem, held, index) if parents else None
        case ast.Call(function, arguments, []):
            given = [value_of(part, names) for each in arguments for part in _listed(each)]
            return _call(function, given, names)
    return None


def _listed(argument: ast.expr) -> Sequence[ast.expr]:
    """What is given by an argument: of ``*(a, b)``, several."""
    match argument:
        case ast.Starred(ast.Tuple(several)):
            return several
    return [argument]


def _call(function: ast.expr, given: list[Any], names: Names) -> Callable[[], Any] | None:
    if not _are_plain(*given):
        return None
    if isinstance(function, ast.Attribute) and function.attr in MADE_OF_PATHS:
        holder = value_of(function.value, names)
        if is_path(holder):
            return partial(getattr(holder, function.attr), *given)
    called = value_of(function, names)
    path_class = is_a(called, type) and called.__module__.startswith("pathlib")
    texts = type(called) is FunctionType and called.__module__ in PATHS
    return partial(called, *given) if path_class or texts or called is str else None


def _joined(parts: Sequence[ast.expr], values: Sequence[Any]) -> Any:
    plain = all(isinstance(each, ast.Constant) or getattr(each, "format_spec", None) is None for each in parts)
    return "".join(map(str, values)) if plain else MISSING


def _are_plain(*values: Any) -> bool:
    return all(is_a(each, PLAIN) or is_path(each) for each in values)


def is_path(value: Any) -> bool:
    """Whether something is one of ``pathlib``, which is what it is made of and no more."""
    return type(value).__module__.startswith("pathlib") and hasattr(type(value), "joinpath")


def entries_of(names: Names, iterated: ast.expr) -> Sequence[ast.expr]:
    """The entries of what a loop goes through, as far as they are written down, plain or functions; else none."""
    if isinstance(iterated, ast.List | ast.Tuple | ast.Set):
        return iterated.elts
    match iterated:
        case ast.Call(ast.Attribute(ast.Dict(keys, found), "items"), []) if None not in keys:
            return [ast.Tuple([key, value]) for key, value in zip(keys, found, strict=True) if key is not None]
        case ast.Call(ast.Attribute(holder, "items"), []) if plain_type(held := value_of(holder, names)) is dict:
            rows = [[_written(names, each) for each in pair] for pair in held.items()]
            return [] if any(None in row for row in rows) else [ast.Tuple([e for e in row if e]) for row in rows]
    held = value_of(iterated, names)
    entries = [_written(names, each) for each in held] if plain_type(held) in (list, tuple, dict) else []
    return [] if None in entries else [each for each in entries if each is not None]


def _written(names: Names, value: Any) -> ast.expr | None:
    """An expression for a plain value, or a function or a class of the user's."""
    if is_a(value, PLAIN):
        return ast.Constant(value)
    record = names.run.graph.modules.get(value.__module__) if is_a(value, (FunctionType, type)) else None
    found = record is not None and record.namespace.get(value.__qualname__) is value
    return trees.loaded(f"{value.__module__}{BETWEEN}{value.__qualname__}") if found else None
