"""What a statement calls methods of, itself or by the functions that it runs."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.kinds import is_a, plain_type
from ..planning.records import ModuleRecord, Node
from ..syntax import codes
from .telling import Telling


def receivers(
    run: Telling, node: Node, ran: Sequence[CodeType], before: bool = False
) -> Iterator[tuple[ModuleRecord, str]]:
    """The globals that hold what a statement, or a function that it ran, may call a method of; each object once.

    `before` asks for those of its last version.
    """
    found: dict[int, tuple[ModuleRecord, str]] = {}
    statement, namespace = run._statement_before(node) if before else node.statement, node.module.namespace
    effects = statement.effects
    for name in sorted(effects.reads & namespace.keys()):
        value = namespace[name]
        record = run.graph.record_of(value) if is_a(value, ModuleType) else None
        if record is None:
            found.setdefault(id(value), (node.module, name))
        else:
            for attribute in sorted(effects.attributes & record.namespace.keys()):
                found.setdefault(id(record.namespace[attribute]), (record, attribute))
    for code in ran:
        for record in run.graph.at_path(code.co_filename):
            for name in sorted(codes.global_reads(code) & record.namespace.keys()):
                found.setdefault(id(record.namespace[name]), (record, name))
    yield from found.values()


def first_arguments(
    run: Telling, node: Node, ran: Sequence[CodeType], names: Set[str]
) -> Mapping[int, Sequence[tuple[ModuleRecord, str]]]:
    """By identity of the code of functions and methods, the globals that a statement may give it as first argument.

    The methods are those of some `names`.
    """
    found = defaultdict[int, list[tuple[ModuleRecord, str]]](list)
    for function, name in _handed(node):
        found[id(function.__code__)].append((node.module, name))
    for record, name in receivers(run, node, ran):
        value = record.namespace[name]
        for kind in _kinds(value):
            for member in [vars(kind)[each] for each in names & vars(kind).keys()]:
                if (plain_type(member) is classmethod) is is_a(value, type):
                    found[id(_code_of(member))].append((record, name))
    return found


def handed_first(node: Node, code: CodeType) -> Iterator[tuple[ModuleRecord, str]]:
    """The globals that a statement's text gives to a function with that code, as its first argument."""
    return ((node.module, name) for function, name in _handed(node) if function.__code__ is code)


def _handed(node: Node) -> Iterator[tuple[FunctionType, str]]:
    """The functions that a statement's text calls, with the names of their first arguments."""
    if not node.statement.effects.calls or node.statement.kind in ("def", "class", "import", "from"):
        return
    for call in ast.walk(node.statement.parse()):
        if isinstance(call, ast.Call) and call.args and isinstance(call.args[0], ast.Name):
            function = _named(node, call.func)
            if type(function) is FunctionType:
                yield function, call.args[0].id


def _named(node: Node, function: ast.expr) -> Any:
    """What a name, or an attribute of what a name holds, leads to."""
    namespace = node.module.namespace
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return insides.own_dict(namespace.get(function.value.id)).get(function.attr)
    return namespace.get(function.id) if isinstance(function, ast.Name) else None


def has_method(value: Any, code: CodeType, closed_over: str = "") -> bool:
    """Whether code is that of a method of a class, or of what is of a class.

    Or it is inside of such a method, whose first parameter is `closed_over`.
    """
    if closed_over:
        members = [member for kind in _kinds(value) for member in list(vars(kind).values())]
        methods = [method for method in map(_code_of, members) if method is not None and method.co_argcount]
        around = [m for m in methods if m.co_varnames[0] == closed_over and closed_over in m.co_cellvars]
        return any(each is code for each in codes.walk(around))
    return any(True for _ in _methods(value, code))


def is_given(value: Any, code: CodeType) -> bool:
    """Whether a method with that code has the value itself for its first parameter."""
    return any((plain_type(member) is classmethod) is is_a(value, type) for member in _methods(value, code))


def _methods(value: Any, code: CodeType) -> Iterator[Any]:
    return (member for kind in _kinds(value) for member in list(vars(kind).values()) if _code_of(member) is code)


def _kinds(value: Any) -> tuple[type, ...]:
    """Where its methods are found: of a class, itself and its bases."""
    return value.__mro__ if is_a(value, type) else type(value).__mro__


def _code_of(member: Any) -> CodeType | None:
    function = member.__func__ if plain_type(member) in (classmethod, staticmethod) else member
    return function.__code__ if type(function) is FunctionType else None
