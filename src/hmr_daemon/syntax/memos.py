"""Functions that keep what they compute under keys, in dicts of the program's own (pure)."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import CodeType

from .codes import puts_under_keys, walk
from .trees import FunctionNode, ScopeNode

Definition = ast.FunctionDef | ast.AsyncFunctionDef
CACHE = re.compile("cache|memo")
"""What the names of dicts that programs keep results in, or of what makes them, say."""
ONCE = frozenset({"next", "object", "list", "dict", "set"})
"""Functions whose results are no other way to have what is kept: each is one of its own."""

UNKNOWN = object()


@dataclass(frozen=True)
class Kept:
    """A dict in which a function keeps its results."""

    path: tuple[str, ...]
    """Its name in the function, or the names that lead to it: `self` and `cache`."""
    calls: frozenset[str]
    """The names that lead to what the results come from."""
    alone: bool = False
    """Whether it is no dict, but a global that is bound once, where there is nothing yet."""
    start: object = None
    """What such a one holds before that."""


@dataclass(frozen=True, eq=False, repr=False)
class Memos:
    """What functions of a module keep, in one version of it."""

    code: CodeType
    edited: bytes | None
    """The code and the text of the version."""
    kept: Mapping[int, Sequence[Kept]]
    """By the identity of code, the dicts in which it keeps results."""
    once: Sequence[CodeType]
    """The code that binds globals once."""


def may_keep_results(code: CodeType) -> bool:
    """Whether code puts something under keys, and it, or what it uses, is called after a cache."""
    if not puts_under_keys(code) or not code.co_flags & inspect.CO_OPTIMIZED:  # which the body of a class is not
        return False
    names = (code.co_qualname, *code.co_names, *code.co_freevars, *code.co_varnames)
    return any(CACHE.search(name.lower()) for name in names)


def kept_results(function: Definition) -> tuple[Kept, ...]:
    """The dicts in which a function looks for a result, computes it where there is none, keeps it and returns it.

    What it counts, what it was handed, or numbers that it gives out are no such results.

    >>> text = "def f(k):\\n    if k not in known:\\n        known[k] = g(k)\\n    return known[k]"
    >>> kept_results(ast.parse(text).body[0])
    (Kept(path=('known',), calls=frozenset({'g'})),)
    """
    own = list(_own(function.body))
    stores = [node for node in own if isinstance(node, ast.Assign) and any(map(_place, node.targets))]
    found = []
    for path in dict.fromkeys(path for store in stores for each in store.targets if (path := _place(each))):
        values = list(_values(own, [store for store in stores if path in map(_place, store.targets)], path))
        looked_at = _only_looked_at(own, path) and _comes_where_there_is_none(function, path)
        if values and all(map(_is_computed, values)) and looked_at and _is_returned(own, path):
            called = (node.func for value in values for node in ast.walk(value) if isinstance(node, ast.Call))
            found.append(Kept(path, frozenset(names[0] for each in called if (names := _path(each)))))
    return tuple(found)


def _own(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """What stands in a body, but for other functions and classes."""
    waiting: list[ast.AST] = list(body)
    for node in waiting:
        yield node
        if not isinstance(node, (*ScopeNode, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def _path(node: ast.AST) -> tuple[str, ...]:
    """A name, or two of which one is an attribute."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return (node.value.id, node.attr)
    return ()


def _place(node: ast.AST) -> tuple[str, ...]:
    """What leads to the dict that something is an item of."""
    return _path(node.value) if isinstance(node, ast.Subscript) else ()


def _values(own: list[ast.AST], stores: list[ast.Assign], path: tuple[str, ...]) -> Iterator[ast.AST]:
    """The expressions whose values are kept; a parameter stands for itself."""
    for store in stores:
        if not (names := _names_kept(store)):
            yield store.value
        for each in names:
            bound = [n.value for n in own if isinstance(n, (ast.Assign, ast.NamedExpr)) and each.id in _bound(n)]
            yield from [value for value in bound if not _mentions(value, path)] or [each]


def _names_kept(store: ast.Assign) -> list[ast.Name]:
    """The names whose values are kept: alone, or with when that was, ``cache[key] = value, now()``."""
    parts = store.value.elts if isinstance(store.value, ast.Tuple) else [store.value]
    return [part for part in parts if isinstance(part, ast.Name)]


def _bound(node: ast.Assign | ast.NamedExpr) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _is_computed(value: ast.AST) -> bool:
    """Whether an expression is computed anew to the same effect."""
    if isinstance(value, (ast.Constant, ast.Name, ast.Yield, ast.YieldFrom)):
        return False
    if isinstance(value, (ast.List, ast.Dict, ast.Set)) and not any(ast.iter_child_nodes(value)):
        return False
    called = {_path(node.func) for node in ast.walk(value) if isinstance(node, ast.Call)}
    return ONCE.isdisjoint(path[0] for path in called if len(path) == 1)


def _mentions(node: ast.AST, path: tuple[str, ...]) -> bool:
    return any(_path(each) == path for each in ast.walk(node))


def _only_looked_at(own: list[ast.AST], path: tuple[str, ...]) -> bool:
    """Whether a function does no more with a dict than to ask for a key, and to put something else under one."""
    asked = {id(part) for node in own for part in _asked(node)}
    for node in own:
        if isinstance(node, ast.AugAssign) and _place(node.target) == path:
            return False
        if isinstance(node, ast.Assign) and path in map(_place, node.targets) and _mentions(node.value, path):
            return False
    return all(id(node) in asked for node in own if _path(node) == path)


def _asked(node: ast.AST) -> Sequence[ast.AST]:
    """What a node asks for a key, or has something under one; or keeps from growing too large."""
    match node:
        case ast.Compare(ops=[ast.In() | ast.NotIn(), *_], comparators=parts):
            return parts
        case ast.Subscript(value=part, ctx=ast.Load() | ast.Store()):
            return [part]
        case ast.Attribute(value=part, attr="get" | "move_to_end" | "pop" | "popitem" | "clear"):
            return [part]
        case ast.Call(ast.Name("len" | "iter"), [part]):
            return [part]
    return ()


def _is_returned(own: list[ast.AST], path: tuple[str, ...]) -> bool:
    """Whether a function returns what it keeps."""
    returned = [node.value for node in own if isinstance(node, ast.Return) and node.value is not None]
    if any(_place(part) == path for value in returned for part in (value, getattr(value, "value", value))):
        return True
    kept = set[str]()
    for node in own:
        if isinstance(node, ast.Assign) and path in map(_place, node.targets):
            kept |= _bound(node) | {name.id for name in _names_kept(node)}
    return any(isinstance(value, ast.Name) and value.id in kept for value in returned)


def _comes_where_there_is_none(function: Definition, path: tuple[str, ...]) -> bool:
    """Whether a result is put somewhere as what is there says, or after the function has returned what is there."""
    waiting: list[tuple[ast.AST, bool]] = [(each, False) for each in reversed(function.body)]
    returned, found = False, _found(function, path)
    while waiting:
        node, inside = waiting.pop()
        if isinstance(node, ast.Assign) and path in map(_place, node.targets):
            return inside or returned
        returned |= isinstance(node, ast.Return) and inside
        asking = node.test if isinstance(node, ast.If) else node
        inside |= isinstance(node, (ast.If, ast.Try)) and any(_path(each) in found for each in ast.walk(asking))
        if not isinstance(node, ScopeNode):
            waiting += [(child, inside) for child in reversed(list(ast.iter_child_nodes(node)))]
    return False


def _found(function: Definition, path: tuple[str, ...]) -> set[tuple[str, ...]]:
    """A dict, and the names that a function gives what it finds in it."""
    own = [node for node in _own(function.body) if isinstance(node, (ast.Assign, ast.NamedExpr))]
    return {path} | {(name,) for node in own if _mentions(node.value, path) for name in _bound(node)}


def functions_at(lines: Sequence[bytes], code: CodeType) -> list[Definition]:
    """The definition of a function, as the lines of its module show it."""
    ends = [end for each in walk((code,)) for _, end, _, _ in each.co_positions() if end is not None]
    shown = [line.decode("utf-8", "replace") for line in lines[code.co_firstlineno - 1 :]]
    own = shown[: max(ends, default=code.co_firstlineno) - code.co_firstlineno + 1]
    for text in ("".join(own), lambda: "".join(inspect.getblock(shown))):
        try:
            tree = ast.parse(textwrap.dedent(text if isinstance(text, str) else text()))
        except SyntaxError:  # what closes a call, or quotes, stands below what the code tells
            continue
        return [each for each in ast.walk(tree) if isinstance(each, FunctionNode) and each.name == code.co_name]
    return []


def kept_alone(statements: Iterable[ast.stmt], name: str) -> Kept:
    """A global that functions bind once; where no text tells what it holds before, nothing is to be forgotten."""
    values = [value for each in statements for value in _given(each, (name,))]
    start = values[0].value if values and isinstance(values[0], ast.Constant) else UNKNOWN
    return Kept((name,), frozenset(), alone=True, start=start)


def starts_empty(statements: Iterable[ast.stmt], path: tuple[str, ...]) -> bool:
    """Whether a dict that functions fill has nothing in it wherever the text makes it."""
    values = [value for each in statements for node in ast.walk(each) for value in _given(node, path)]
    return bool(values) and all(map(_is_empty, values))


def _given(node: ast.AST, path: tuple[str, ...]) -> Iterator[ast.AST]:
    """What a node binds to a name, or to an attribute of some name."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        pairs = [(node.target, node.value)]
    elif isinstance(node, ast.arguments):
        arguments, defaults = [*node.posonlyargs, *node.args], node.defaults
        names = [*arguments[len(arguments) - len(defaults) :], *node.kwonlyargs]
        yield from (d for a, d in zip(names, [*defaults, *node.kw_defaults], strict=True) if d and (a.arg,) == path)
        return
    else:
        return
    for target, value in pairs:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from (v for t, v in zip(target.elts, value.elts, strict=True) if _alike(_path(t), path))
        elif _alike(_path(target), path):
            yield value


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two paths lead to a name alike: what is `self` here may have another name there."""
    return len(one) == len(other) and one[-1:] == other[-1:]


def _is_empty(value: ast.AST) -> bool:
    if isinstance(value, ast.Call):
        return not value.args and not value.keywords
    return isinstance(value, ast.Dict) and not value.keys
