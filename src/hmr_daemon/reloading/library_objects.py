"""Which objects of libraries a statement does something to, and by what it gives them its entries there are told."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from ..live import additions, insides
from ..live.additions import UNKNOWN, Addition, Entry, Item
from ..live.containers import copied, size
from ..live.entries import PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node, imported_module
from ..planning.targets import is_ours
from ..syntax import codes, trees
from ..syntax.inlining import BETWEEN, NOT_KNOWN, Function, unrolled
from ..syntax.outside import Deed, decorating, deeds, may_leave, under_conditions
from ..syntax.statements import COMPOUND, Statement
from ..syntax.stores import stores
from .contributions import LARGEST
from .known_values import Names, entries_of, is_path, value_of
from .library_state import Touched
from .telling import Telling

Done = Sequence[tuple[Deed, list[Any]]]
"""What was done to libraries, each with the objects that it was done to."""
DEPTH = 3
"""How many functions of the user's, one calling the other, are looked into."""
FEW = 20
"""How many of them are looked into for one statement."""
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


def library_deeds(names: Names, statement: Statement, alone: bool = False) -> Iterator[tuple[Deed, list[Any]]]:
    """What a statement does to objects of libraries, itself or by functions of the user's, with these objects.

    `alone` asks for what it does itself.
    """
    for deed in deeds(statement.parse()) if alone else done_by(names, statement):
        value = names(deed.path)
        if value is MISSING:
            continue
        if deed.method == "register" and additions.registers_classes(value):
            yield deed, [value]
        elif _is_a_library_s(names, deed.path) and not is_ours(value, names.run.graph):
            receivers = _results(deed, value, names) if deed.of_result else [value]
            if receivers:
                yield deed, receivers


def touched(names: Names, done: Done) -> Iterator[Touched]:
    """What some deeds do to libraries, by what it is found again in other statements."""
    for deed, receivers in done:
        root, method = names(deed.path[:1]), deed.method or ""
        mentioned = {
            *deed.path[1:],
            method,
            deed.attribute or "",
            *(sets_itself(each, method) or "" for each in receivers),
        }
        mentioned |= {f"get{method[3:]}"} if method.startswith("set") else set()
        if is_a(root, ModuleType):
            grown = set(map(id, containers(deed, receivers)))
            mentioned.update(name for name, value in list(insides.own_dict(root).items()) if id(value) in grown)
        given = [*deed.arguments, *deed.asked, *([deed.item] if deed.item is not None else ())]
        name = deed.path[0].rpartition(BETWEEN)[2] or deed.path[0].rstrip(BETWEEN)
        yield Touched(root, name, frozenset(mentioned - {""}), frozenset(trees.texts(given)))


def done_by(names: Names, statement: Statement) -> Iterator[Deed]:
    """What a statement does to objects, itself or by the functions of the user's that it calls."""
    depth = DEPTH if may_do_by_functions(statement) else 0
    tree = statement.parse()
    body = decorating(tree) if statement.kind in ("def", "class") else [tree]
    yield from _done_by(names, body, depth, False, count(1))


def may_do_by_functions(statement: Statement) -> bool:
    effects = statement.effects
    return (effects.calls and statement.kind in ("expr", "assign", *COMPOUND)) or bool(effects.decorates)


def _done_by(
    names: Names, body: list[ast.stmt], depth: int, unsure: bool, looked_into: Iterator[int]
) -> Iterator[Deed]:
    for statement in unrolled(body, partial(entries_of, names)):
        yield from deeds(statement, unsure)
        conditional = under_conditions(statement) if depth else ()
        for call in [part for part in trees.running(statement) if isinstance(part, ast.Call)] if depth else ():
            if (inner := _run_by(names, call, depth, looked_into)) is not None:
                yield from _done_by(names, inner, depth - 1, unsure or id(call) in conditional, looked_into)
        unsure = unsure or may_leave(statement)


def _run_by(names: Names, call: ast.Call, depth: int, looked_into: Iterator[int]) -> list[ast.stmt] | None:
    """The statements of the function of the user's that is called, or of the method of an object or a class."""
    named, value = _called(names, call.func)
    receiver = trees.loaded(NOT_KNOWN) if is_a(named, type) else None
    if named is MISSING:
        receiver = getattr(call.func, "value", None)
    record = names.run.graph.modules.get(value.__module__) if type(value) is FunctionType else None
    if record is None or not _reaches_out(names.run, value, depth) or next(looked_into) > FEW:
        return None
    function = _known_function(names, record, value)
    return function.run_by(call, receiver) if function is not None else None


def _known_function(names: Names, record: ModuleRecord, function: FunctionType) -> Function | None:
    """A function of the user's by its text, as it is or was."""
    key = record, function.__qualname__, names.before
    known: dict[Any, Function | None] = names.run.functions_known
    if key not in known:
        itself = function.__code__.co_qualname == function.__qualname__
        definition = names.run.definition(record, function.__qualname__, names.before, decorated=itself)
        found = Function(definition, record.name) if definition is not None else None
        known[key] = found if found is not None and _may_reach_out(names, found, "." in function.__qualname__) else None
    return known[key]


def _may_reach_out(names: Names, function: Function, is_method: bool) -> bool:
    """Whether a function does something to what may be a library's, or calls what may do so."""
    body = function.run_by(ast.Call(trees.loaded(NOT_KNOWN), [], []))
    itself = function.parameters[0] if is_method and function.parameters else None
    for deed in [deed for statement in body for deed in deeds(statement)]:
        root = deed.path[0]
        if root.startswith(NOT_KNOWN) and root != f"{NOT_KNOWN}{itself}":
            return True
        if deed.method == "register" or _may_be_a_library_s(names.run, names(deed.path[:1])):
            return True
    called = [part.func for each in body for part in trees.running(each) if isinstance(part, ast.Call)]
    return any(_may_call_out(names, each) for each in called)


def _may_call_out(names: Names, function: ast.expr) -> bool:
    """Whether what is called is a function of the user's that may reach out, or a method of an unknown object."""
    value = _called(names, function)[1]
    if type(value) is FunctionType:
        return value.__module__ in names.run.graph.modules and _reaches_out(names.run, value, DEPTH - 1)
    return value is MISSING


def _called(names: Names, function: ast.expr) -> tuple[Any, Any]:
    """What the names of what is called lead to, and the function that runs: a method of an object, a constructor.

    Of a method there is no such name, and the function is MISSING where the object is not known.
    """
    path = trees.path_of(function)
    named = names(path) if path else None
    if is_a(named, type):
        return named, insides.of_class(named, "__init__")
    holder = names(path[:-1]) if named is MISSING and path[1:] else MISSING
    if holder is MISSING:
        return named, named
    method = insides.of_class(type(holder), path[-1])
    return named, method if method is not MISSING else None


def _reaches_out(run: Telling, function: FunctionType, depth: int) -> bool:
    """Whether a function of the user's, as it is or was, may do something to a library: few do."""
    key = id(function), depth
    if key not in run.reaching_out:
        run.reaching_out[key] = False  # it may call itself
        replaced = {} if run.told_first is not None else run.replaced_by()
        versions = {id(code): code for code in (function.__code__, replaced.get(id(function.__code__))) if code}
        run.reaching_out[key] = any(_reaches_out_by(run, function, code, depth) for code in versions.values())
    return run.reaching_out[key]


def _reaches_out_by(run: Telling, function: FunctionType, code: CodeType, depth: int) -> bool:
    named = list(_named_by(function, code))
    if codes.does_to_others(code) and (codes.imports(code) or any(_may_be_a_library_s(run, each) for each in named)):
        return True
    inner = [vars(each).get("__init__") if is_a(each, type) else each for each in named] if depth > 1 else ()
    ours = [each for each in inner if type(each) is FunctionType and each.__module__ in run.graph.modules]
    return any(_reaches_out(run, each, depth - 1) for each in ours)


def _named_by(function: FunctionType, code: CodeType) -> Iterator[Any]:
    """What the names in a function's code may lead to: globals, what modules have, methods of its own class."""
    held = [function.__globals__.get(name) for name in code.co_names]
    owner = function.__globals__.get(function.__qualname__.partition(".")[0])
    for value in (*held, owner):
        yield from (value,) if value is not owner else ()
        if is_a(value, ModuleType) or (value is owner and is_a(owner, type)):
            members = insides.own_dict(value)
            yield from (members[name] for name in code.co_names if name in members)


def _may_be_a_library_s(run: Telling, value: Any) -> bool:
    """Whether something is a library's module, class, function in Python or object of its own."""
    if is_a(value, ModuleType):
        return run.graph.record_of(value) is None
    if is_a(value, (*PLAIN, *additions.KINDS[:3], BuiltinFunctionType, MethodType)):
        return False
    home = value.__module__ if is_a(value, (type, FunctionType)) else type(value).__module__
    return home not in run.graph.modules and home != "builtins"


def _is_a_library_s(names: Names, path: tuple[str, ...]) -> bool:
    """Whether what a path of names leads to is a library's own: no statement of the user's makes it."""
    run, place, value = names.run, names.place(path[0]), names(path[:1])
    if is_a(value, ModuleType):
        return run.graph.record_of(value) is None
    if place is None:
        return True
    record, name = place
    writers = [*run.agenda.table(record).last_writers(name), *run._writers_before(record, name)]
    return bool(writers) and all(_takes_from_library(names, writer, name) for writer in writers)


def _takes_from_library(names: Names, node: Node, name: str) -> bool:
    """Whether a statement imports a name from a library, or binds what a function of one has given: its own object."""
    run, names = names.run, replace(names, home=node.module)
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


def containers_of(done: Done) -> list[Any]:
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


def sets_itself(value: Any, method: str) -> str | None:
    """The attribute that a library's object surely sets of itself in a method, and no other: that of ``setLevel``."""
    function = _setter(value, method)
    found = stores(function.__code__) if function is not None and function.__code__.co_argcount == 2 else ()
    names = [each.name for each in found if not each.root and not each.through and not each.of_itself]
    return names[0] if len(names) == 1 else None


def _setter(value: Any, method: str) -> FunctionType | None:
    if not method.startswith("set") or is_a(value, (type, ModuleType)):
        return None
    function = insides.of_class(type(value), method)
    return function if type(function) is FunctionType else None


def start_of(value: Any, method: str) -> Any:
    """What a setter would be given for what the constructor makes an object with: its parameter has the same name.

    UNKNOWN where it has no such parameter, or one without a default.
    """
    setter, constructor = _setter(value, method), insides.of_class(type(value), "__init__")
    if setter is None or type(constructor) is not FunctionType:
        return UNKNOWN
    code, defaults = constructor.__code__, constructor.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount]
    known = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True)) | (constructor.__kwdefaults__ or {})
    start = known.get(setter.__code__.co_varnames[1], UNKNOWN)
    return start if is_a(start, PLAIN) else UNKNOWN


def sets_untold(done: Done) -> bool:
    """Whether a setter was called of which nothing shows what it sets: ``sys.setrecursionlimit(5000)``."""
    called = [(deed.method or "", each) for deed, receivers in done for each in receivers]
    return any(method.startswith("set") and sets_itself(each, method) is None for method, each in called)


def registering(done: Done) -> list[Any]:
    """The abstract classes that classes are registered with."""
    return [v for deed, receivers in done for v in receivers if deed.method == "register" and is_a(v, type)]


def _size(container: Any) -> int:
    return size(container) if is_a(container, additions.KINDS[:-1]) else len(container)


# --- what a statement was given, and what tells its entry ----------------------------------------------


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
        value = value_of(node, names)
        if value is MISSING and isinstance(node, ast.Call):
            waiting += [*node.args, *(keyword.value for keyword in node.keywords)]
            called = value_of(node.func, names)
            kinds += [called] if is_a(called, type) else []
        elif value is MISSING and isinstance(node, ast.List | ast.Tuple | ast.Set):
            waiting += node.elts
        elif is_a(value, PLAIN) or is_path(value):
            plain += [value] if not is_a(value, (bool, type(None))) else []
        elif value is not MISSING:
            identities.add(id(value))
    return Given(tuple(plain), frozenset(identities), tuple(kinds))


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
