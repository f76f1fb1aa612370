"""Which objects of libraries a statement does something to, and by what it gives them its entries there are told."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from ..live import additions, insides
from ..live.additions import Addition, Entry, Item
from ..live.containers import copied, size
from ..live.entries import PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..planning.records import Node, imported_module
from ..planning.targets import is_ours
from ..syntax import codes
from ..syntax.outside import Deed, deeds
from ..syntax.statements import Statement
from ..syntax.trees import path_of
from .contributions import LARGEST
from .telling import Telling

Names = Callable[[tuple[str, ...]], Any]
"""Tells what a path of names leads to, or led to when the statement ran; MISSING where that is not known."""
MANY = 300
"""How many objects of a library are looked through for what a function of its adds to."""


@dataclass(frozen=True, eq=False, repr=False)
class Given:
    """What a call was given, by which its entry is told."""

    plain: tuple[object, ...]
    identities: frozenset[int]
    kinds: tuple[type, ...]
    """Classes that were called among the arguments: the entry has an instance."""

    @property
    def is_something(self) -> bool:
        return bool(self.plain or self.identities or self.kinds)

    def tells(self, *entry: Any) -> bool:
        """Whether something holds all that was given, and so is the entry that came of the call."""
        parts = [part for each in entry for part in _parts(each)]
        texts = [value for value in self.plain if not is_a(value, (int, float))]
        telling = texts if texts or self.identities or self.kinds else self.plain  # a number may be for something else
        return (
            self.is_something
            and all(any(_is_plain(part, value) for part in parts) for value in telling)
            and self.identities <= set(map(id, parts))
            and all(any(type(part) is kind for part in parts) for kind in self.kinds)
        )


def library_deeds(run: Telling, node: Node, statement: Statement, names: Names) -> Iterator[tuple[Deed, list[Any]]]:
    """What a statement does to objects of libraries, with these."""
    for deed in deeds(statement.parse()):
        value = names(deed.path)
        if value is MISSING:
            continue
        if deed.method == "register" and additions.registers_classes(value):
            yield deed, [value]
        elif _is_a_library_s(run, node, deed.path, names) and not is_ours(value, run.graph):
            receivers = _results(deed, value, names) if deed.of_result else [value]
            if receivers:
                yield deed, receivers


def _is_a_library_s(run: Telling, node: Node, path: tuple[str, ...], names: Names) -> bool:
    """Whether what a path of names leads to is a library's own: no statement of the user's makes it."""
    value = names(path[:1])
    if is_a(value, ModuleType):
        return run.graph.record_of(value) is None
    table = run.agenda.table(node.module)
    writers = [*table.last_writers(path[0]), *run._writers_before(node.module, path[0])]
    return bool(writers) and all(_takes_from_library(run, writer, path[0], names) for writer in writers)


def _takes_from_library(run: Telling, node: Node, name: str, names: Names) -> bool:
    """Whether a statement imports a name from a library, or binds what a function of one has given: its own object."""
    statement = run._statement_before(node)
    if statement.kind == "from":
        sources = [
            imported_module(node.module, level, source)
            for level, source, _, bound in statement.imports
            if bound == name
        ]
        return bool(sources) and not any(source in run.graph.modules for source in sources)
    tree = statement.parse() if statement.kind == "assign" else None
    if not isinstance(tree, ast.Assign) or not isinstance(tree.value, ast.Call):
        return False
    called = next((deed for deed in deeds(ast.Expr(tree.value))), None)
    if called is None or called.of_result or called.path[0] == name:
        return False
    function = names((*called.path, called.method) if called.method else called.path)
    given = names((name,))
    library = type(given).__module__ not in run.graph.modules and not is_a(given, (*PLAIN, *additions.KINDS[:3]))
    return (
        library
        and plain_type(function) in (FunctionType, BuiltinFunctionType, MethodType)
        and not is_ours(function, run.graph)
    )


def _results(deed: Deed, function: Any, names: Names) -> list[Any]:
    """What calling a library's function may have given, of what it keeps, as far as what it was asked for tells."""
    found, asked = _having(function, deed.method or ""), _given(deed.asked, names)
    return [each for each in found if asked.tells(*insides.own_dict(each).values())] if asked.is_something else found


def _having(function: Any, method: str) -> list[Any]:
    """What a library's function may give that has a method of some name: what its globals hold, and what that holds."""
    if type(function) is not FunctionType:
        return []
    waiting = [function.__globals__.get(name) for name in function.__code__.co_names]
    found, seen = [], set[int]()
    while waiting and len(seen) < MANY:
        value = waiting.pop(0)
        if id(value) in seen or is_a(value, (*PLAIN, ModuleType, FunctionType)):
            continue
        seen.add(id(value))
        if is_a(value, type):
            waiting += [each for each in vars(value).values() if not is_a(each, (type, *PLAIN))]
        elif is_a(value, dict):
            waiting += list(copied(value).values())
        else:
            found += [value] if type(insides.of_class(type(value), method)) is FunctionType else []
            waiting += list(insides.own_dict(value).values())
    return found


def containers_of(done: Sequence[tuple[Deed, list[Any]]]) -> list[Any]:
    """The containers of libraries that some deeds may add to, each once."""
    found = [each for deed, receivers in done for each in containers(deed, receivers)]
    return list({id(each): each for each in found}.values())


def containers(deed: Deed, receivers: Sequence[Any]) -> list[Any]:
    found = [each for value in receivers for each in _grown(value, deed.method)] if deed.method is not None else []
    return [each for each in found if _size(each) <= LARGEST]


def _grown(value: Any, method: str | None) -> Iterator[Any]:
    """What calling a method of a library's object, or a function of its module, may add to."""
    if is_a(value, additions.KINDS):
        yield from [value] if method in codes.GROWING_METHODS else ()
    elif is_a(value, ModuleType):
        found = list(_grown_by(vars(value).get(method or ""), 3))
        yield from found or (each for each in vars(value).values() if type(each) is list)
    elif type(value) is FunctionType:
        yield from _grown_by(value, 3)
    elif not is_a(value, type):
        yield from _grown_inside(value, method or "")


def _grown_by(function: Any, depth: int) -> Iterator[Any]:
    """The globals, and what these hold, that a function of a library adds to, itself or by others there."""
    if type(function) is not FunctionType or not depth:
        return
    namespace, code = function.__globals__, function.__code__
    for name in code.co_names:
        value = namespace.get(name)
        if is_a(value, ModuleType):  # since 3.14 that of `warnings`
            yield from (each for n in codes.grown_names(code) if is_a(each := vars(value).get(n), additions.KINDS))
            yield from (each for n in code.co_names for each in _grown_by(vars(value).get(n), depth - 1))
        elif type(value) is FunctionType:
            yield from _grown_by(value, depth - 1)
        elif is_a(value, additions.KINDS):
            yield from [value] if name in codes.grown_globals(code) else ()
        elif not is_a(value, (*PLAIN, type)):
            yield from (each for method in code.co_names for each in _grown_inside(value, method))


def _grown_inside(value: Any, method: str) -> Iterator[Any]:
    """What an object of a library holds and adds to in one of its methods."""
    state, function = insides.own_dict(value), insides.of_class(type(value), method)
    if type(function) is not FunctionType or not state:
        return
    names = set[str]()
    for code in codes.walk((function.__code__,)):
        called = [insides.of_class(type(value), name) for name in code.co_names]
        for each in (code, *(other.__code__ for other in called if type(other) is FunctionType)):
            names |= codes.grown_names(each)
    for held in [state[name] for name in sorted(names & state.keys())]:
        parts = held if is_a(held, (tuple, list)) else [*held.values()] if is_a(held, dict) else ()
        yield from (each for each in (held, *parts) if is_a(each, additions.KINDS))


def registering(done: Sequence[tuple[Deed, list[Any]]]) -> list[Any]:
    """The abstract classes that classes are registered with."""
    return [v for deed, receivers in done for v in receivers if deed.method == "register" and is_a(v, type)]


def _size(container: Any) -> int:
    return size(container) if is_a(container, additions.KINDS[:-1]) else len(container)


# --- what a statement was given, and what tells its entry ----------------------------------------------


def names_now(run: Telling, node: Node) -> Names:
    return lambda path: _resolved(path, lambda name: node.module.namespace.get(name, MISSING), lambda _: None)


def names_before(run: Telling, node: Node) -> Names:
    def held(module: ModuleType) -> Callable[[str], Any] | None:
        record = run.graph.record_of(module)
        return run.held_before(record) if record is not None else None

    return lambda path: _resolved(path, run.held_before(node.module), held)


def _resolved(path: tuple[str, ...], held: Callable[[str], Any], inside: Callable[[ModuleType], Any]) -> Any:
    value = held(path[0])
    if value is MISSING:
        value = vars(builtins).get(path[0], MISSING)
    for name in path[1:]:
        if is_a(value, ModuleType):
            told = inside(value)
            value = told(name) if told is not None else vars(value).get(name, MISSING)
        elif is_a(value, type):
            value = insides.of_class(value, name)
        else:
            value = insides.own_dict(value).get(name, MISSING)
    return value


def given_to(deed: Deed, receivers: Sequence[Any], names: Names) -> Given:
    """What a call was given, as far as its text tells; a list is told where to insert it as well."""
    place = deed.method == "insert" and any(is_a(value, list) for value in receivers)
    return _given(deed.arguments[1 if place else 0 :], names)


def _given(arguments: Sequence[ast.expr], names: Names) -> Given:
    plain: list[object] = []
    identities, kinds = set[int](), list[type]()
    waiting = list(arguments)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            waiting += [*node.args, *(keyword.value for keyword in node.keywords)]
            called = value_of(node.func, names)
            kinds += [called] if is_a(called, type) else []
        elif isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting += node.elts
        elif (value := value_of(node, names)) is not MISSING and not is_a(value, (bool, type(None))):
            if is_a(value, PLAIN):
                plain.append(value)
            else:
                identities.add(id(value))
    return Given(tuple(plain), frozenset(identities), tuple(kinds))


def value_of(node: ast.expr, names: Names) -> Any:
    """What a constant is or a path of names leads to; MISSING for all else, which only running it would tell."""
    if isinstance(node, ast.Constant):
        return node.value
    path = path_of(node)
    return names(path) if path else MISSING


def told(container: Any, given: Given) -> list[Addition]:
    """The entry of a container that what a call was given tells, if that is one only."""
    held = additions.snapshot(container)
    found: list[Addition]
    if is_a(held, dict):
        found = [Item(container, key, value) for key, value in held.items() if given.tells(key, value)]
    else:
        found = [Entry(container, entry) for entry in held if given.tells(entry)]
    return found if len(found) == 1 else []


def _parts(entry: Any, depth: int = 2) -> list[Any]:
    """What an entry is, and what it holds if it is a record, a list or an object, and what objects hold in turn."""
    if is_a(entry, (tuple, list)):
        return [entry, *(part for each in entry for part in (each, getattr(each, "pattern", None)))]
    if is_a(entry, (*PLAIN, type, FunctionType, ModuleType)) or not depth:
        return [entry]
    return [entry, *(part for each in insides.own_dict(entry).values() for part in _parts(each, depth - 1))]


def _is_plain(part: Any, value: object) -> bool:
    return type(part) is type(value) and bool(part == value)
