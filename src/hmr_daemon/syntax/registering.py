"""What statements do with an object, where they only put things into its containers and set it up (pure)."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from .trees import FunctionNode, path_of, root_name

READING = frozenset({"copy", "count", "get", "index", "items", "keys", "values"})
"""Methods that look at the entries of a container."""
ADDING = frozenset({"add", "append", "extend", "setdefault", "update"})
"""Methods that put entries at the end of a container, or under their keys."""
SHOWN = (ast.List, ast.Tuple, ast.Set, ast.Dict)
"""Whose entries a text shows one by one; of a text itself, those are its letters."""
UNTOLD = (ast.Global, ast.Nonlocal, ast.Yield, ast.YieldFrom, ast.Await)
RESULT = "()"
"""Stands in the way to an object for what a call gives."""
SUPER = "super()"
"""The same for the object as its class's bases know it."""


@dataclass(frozen=True, slots=True)
class Registering:
    """What is done to an object."""

    grown: frozenset[str] = frozenset()
    """The attributes whose containers are added to."""
    sets: frozenset[str] = frozenset()
    """The attributes that are set or deleted."""
    looked_at: frozenset[str] = frozenset()
    """The attributes, of whatever, that are asked for otherwise."""
    calls: frozenset[tuple[str, ...]] = frozenset()
    """The methods of the object, or of what it holds, that are called, with the way there: ``("router", "add")``."""
    keyed: frozenset[tuple[str, ...]] = frozenset()
    """The way to what entries are put into by an index or a key."""
    functions: frozenset[tuple[str, ...]] = frozenset()
    """What else is called, by the names that lead there: ``("views", "setup")``."""
    handed: frozenset[tuple[tuple[str, ...], int]] = frozenset()
    """What is called with the object, and at which place among the arguments this is."""
    repeats: bool = False
    """Whether it adds for each of what is in something that the text does not show."""
    gives_itself: bool = False
    """Whether the object comes back."""

    def minds(self, other: Registering) -> bool:
        """Whether this does something else after what another has done."""
        return not self.looked_at.isdisjoint(other.grown | other.sets)

    def with_other(self, other: Registering) -> Registering:
        """What this and another do."""
        return replace(
            self,
            grown=self.grown | other.grown,
            sets=self.sets | other.sets,
            looked_at=self.looked_at | other.looked_at,
            repeats=self.repeats or other.repeats,
        )


def of_method(method: ast.FunctionDef) -> Registering | None:
    """What a method does to its object; None where it may hand it on, run what it is given, or count.

    >>> app = "def add(self, path, page): self.pages[path] = page"
    >>> sorted(of_method(ast.parse(app).body[0]).grown)
    ['pages']
    >>> of_method(ast.parse("def count(self): self.n += 1").body[0])
    """
    return of_statements(method.body, method.args.args[0].arg, _locals([method])) if method.args.args else None


def of_statements(body: Sequence[ast.stmt], itself: str, local: frozenset[str] = frozenset()) -> Registering | None:
    """The same of statements that know the object by a name; `local` are the names of what they do not know."""
    inside = [node for statement in body for node in ast.walk(statement)]
    local |= _locals(body)
    grown = {id(part): part for node in inside for part in _grown(node)}
    adding = {id(call) for node in inside for call in _adding(node)}
    calls = [node.func for node in inside if isinstance(node, ast.Call) and id(node) not in adding]
    ways = list(filter(None, map(_way, calls)))
    others = [way for way in ways if way[0] != itself and way[0] not in local and SUPER not in way]
    direct = [node.id for node in calls if isinstance(node, ast.Name)]
    given = [node.value for node in inside if isinstance(node, ast.Return) and _is_variable(node.value, itself)]
    handed = [each for node in inside for each in _handed(node, itself)]
    known = [*given, *(argument for *_, argument in handed)]
    if any(map(_is_untold, inside)) or not local.isdisjoint(direct) or _is_handed_on(inside, itself, known):
        return None
    if any(_is_unknown(call, itself, local) for call in calls):
        return None
    if any(root_name(container) not in {itself, "super", *local} for container in _containers(inside)):
        return None
    attributes = [node for node in inside if isinstance(node, ast.Attribute) and id(node) not in grown]
    methods = {id(node.func) for node in inside if isinstance(node, ast.Call)}
    asked = [node for node in attributes if isinstance(node.ctx, ast.Load) and id(node) not in methods]
    containers = [target.value for node in inside for target in _stored(node)]
    return Registering(
        grown=frozenset(part.attr for part in grown.values()),
        sets=frozenset(n.attr for n in attributes if not isinstance(n.ctx, ast.Load) and root_name(n) == itself),
        looked_at=frozenset(node.attr for node in asked),
        calls=frozenset(_from_itself(way, itself) for way in ways if way[0] in (itself, SUPER) and way[-1] != RESULT),
        keyed=frozenset(path[1:] for path in map(path_of, containers) if path[:1] == (itself,)),
        functions=frozenset(way[: way.index(RESULT)] if RESULT in way else way for way in others),
        handed=frozenset((way, place) for way, place, _ in handed),
        repeats=any(_repeats(node, local) for node in inside),
        gives_itself=bool(given),
    )


def _from_itself(way: tuple[str, ...], itself: str) -> tuple[str, ...]:
    return way if way[0] == SUPER else way[1:]


def _repeats(node: ast.AST, local: frozenset[str]) -> bool:
    """Whether a loop, or a call that adds what is in something, goes through what others have made."""
    match node:
        case ast.For(iter=source) | ast.comprehension(iter=source):
            sources = [source]
        case ast.Call(ast.Attribute(attr="extend" | "update"), arguments):
            sources = arguments
        case _:
            return isinstance(node, ast.While)
    return not all(isinstance(each, SHOWN) or root_name(each) in local for each in sources)


def _handed(node: ast.AST, itself: str) -> Iterator[tuple[tuple[str, ...], int, ast.expr]]:
    """What a call hands an object to, with the place among the arguments and the argument."""
    if isinstance(node, ast.Call) and (path := path_of(node.func)):
        yield from ((path, place, each) for place, each in enumerate(node.args) if _is_variable(each, itself))


def shortened(statement: ast.stmt, ways: Iterable[tuple[str, str]]) -> ast.stmt:
    """A copy in which ``shop.app`` is a name, for each such way."""
    known = set(ways)

    class Shortening(ast.NodeTransformer):
        def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
            path = path_of(node)
            if path in known:
                return ast.Name(".".join(path), node.ctx)
            return self.generic_visit(node)

    changed: ast.stmt = Shortening().visit(copy.deepcopy(statement))
    return changed


def _is_handed_on(inside: Sequence[ast.AST], itself: str, given: Sequence[ast.AST | None]) -> bool:
    """Whether an object is mentioned other than to ask it for something."""
    known = {id(node) for node in given} | {id(node.value) for node in inside if isinstance(node, ast.Attribute)}
    return any(_is_variable(node, itself) and id(node) not in known for node in inside)


def _is_variable(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _locals(parts: Sequence[ast.stmt]) -> frozenset[str]:
    """What statements, and the functions inside of them, are given or bind."""
    inside = [node for part in parts for node in ast.walk(part)]
    bound = {node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    defined = {node.name for node in inside if isinstance(node, FunctionNode)}
    return frozenset(bound | defined | {node.arg for node in inside if isinstance(node, ast.arg)})


def _is_untold(node: ast.AST) -> bool:
    """Whether what a node does depends on what there is (``self.n += 1``), takes entries out, or runs in between."""
    if isinstance(node, ast.AugAssign | ast.Delete):
        targets = [node.target] if isinstance(node, ast.AugAssign) else node.targets
        plain = ast.Name if isinstance(node, ast.AugAssign) else ast.Attribute
        return not all(isinstance(target, plain) for target in targets)
    return isinstance(node, UNTOLD)


def _is_unknown(called: ast.expr, itself: str, local: frozenset[str]) -> bool:
    """Whether what is called is taken out of something, or given by what is called: ``self.kinds[name]()``."""
    if _way(called):
        return False
    base = called.value if isinstance(called, ast.Attribute) else called
    if isinstance(called, ast.Attribute) and isinstance(base, ast.Constant | ast.JoinedStr):
        return False  # a method of a text
    root = root_name(called)
    return root is None or root == itself or root not in local or not isinstance(called, ast.Attribute)


def _stored(node: ast.AST) -> list[ast.Subscript]:
    """The entries that a node sets."""
    targets = node.targets if isinstance(node, ast.Assign) else ()
    return [target for target in targets if isinstance(target, ast.Subscript)]


def _containers(inside: Sequence[ast.AST]) -> Iterator[ast.expr]:
    """What some nodes add to."""
    for node in inside:
        yield from (target.value for target in _stored(node))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ADDING:
            yield node.func.value


def _way(called: ast.expr) -> tuple[str, ...]:
    """``("app", "add", "()", "use")`` of ``app.add(page).use``; empty where something else is in it."""
    match called:
        case ast.Name(name):
            return (name,)
        case ast.Call(ast.Name("super")):
            return (SUPER,)
        case ast.Attribute(outer, name) if way := _way(outer):
            return (*way, name)
        case ast.Call(ast.Attribute() as method) if way := _way(method):
            return (*way, RESULT)
    return ()


def _grown(node: ast.AST) -> Iterator[ast.Attribute]:
    """The attributes whose containers a node adds to, or asks whether something is in them."""
    match node:
        case ast.Assign():
            yield from _attributes(part.value for part in _stored(node))
        case ast.Expr(ast.Call(ast.Attribute(container, name))) if name in ADDING:
            yield from _attributes([container])
        case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=containers):
            yield from _attributes(containers)


def _adding(node: ast.AST) -> Iterator[ast.Call]:
    """The calls by which a bare call adds to a container that an attribute holds."""
    match node:
        case ast.Expr(ast.Call(ast.Attribute(container, name)) as call) if name in ADDING:
            yield from (call, *_calls_for_inner(container)) if any(_attributes([container])) else ()


def _calls_for_inner(container: ast.expr) -> Iterator[ast.Call]:
    """The calls that give an inner container, or make it: ``self.on.setdefault(k, [])``."""
    match container:
        case ast.Call(ast.Attribute(outer)):
            yield container
            yield from _calls_for_inner(outer)
        case ast.Subscript(outer):
            yield from _calls_for_inner(outer)


def _attributes(containers: Iterable[ast.expr]) -> Iterator[ast.Attribute]:
    """The attributes that hold what is added to, or the containers that this stands in: ``self.on[k].append(f)``."""
    for container in containers:
        match container:
            case ast.Subscript(outer) | ast.Call(ast.Attribute(outer, "setdefault")):
                yield from _attributes([outer])
            case ast.Attribute():
                yield container
