"""Syntax trees: kinds of nodes, what is inside of one, and what it is without positions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

FunctionNode = (ast.FunctionDef, ast.AsyncFunctionDef)
ScopeNode = (*FunctionNode, ast.Lambda)
LoopNode = (ast.For, ast.AsyncFor, ast.While)
OPERATIONS = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.AugAssign, ast.Subscript, ast.For, ast.With, ast.comprehension,
)  # fmt: skip


def is_for_type_checkers(test: ast.expr) -> bool:
    """Whether a condition is ``TYPE_CHECKING``, or that of a module."""
    return name_of(test) == "TYPE_CHECKING"


def nested(container: ast.AST) -> Sequence[ast.stmt]:
    """The statements inside of one that are no part of definitions in it."""
    found: list[ast.stmt] = []
    waiting: list[ast.AST] = list(ast.iter_child_nodes(container))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.stmt):
            found.append(node)
        if not isinstance(node, (*FunctionNode, ast.ClassDef, ast.expr)):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def calls(statement: ast.stmt) -> Iterator[tuple[str, frozenset[str]]]:
    """The calls that run with a statement: the name that leads to what is called, and the names in the arguments."""
    for call in [node for node in running(statement) if isinstance(node, ast.Call)]:
        first = next((node.id for node in ast.walk(call.func) if isinstance(node, ast.Name)), None)
        if first is not None:
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            inner = [node for argument in arguments for node in ast.walk(argument)]
            yield first, frozenset(filter(None, map(name_of, inner)))


def loaded(name: str) -> ast.Name:
    """The syntax that loads a name. Before 3.13, a node has no context but the one that it is given."""
    return ast.Name(name, ast.Load())


def calls_by(statement: ast.stmt, name: str) -> bool:
    """Whether something that has a name in the text is called as a statement runs."""
    return any(isinstance(node, ast.Call) and name_of(node.func) == name for node in running(statement))


def name_of(node: ast.AST) -> str | None:
    """The name that a variable or an attribute has in the text."""
    return getattr(node, "id", None) or getattr(node, "attr", None)


def mentions(node: ast.AST, name: str) -> bool:
    """Whether a name stands anywhere in some syntax, as a variable or as an attribute."""
    return any(name_of(each) == name for each in ast.walk(node))


def running(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement runs with it: not the bodies of functions."""
    waiting: list[ast.AST] = [statement]
    for node in waiting:
        yield node
        if isinstance(node, FunctionNode):
            waiting += [*node.decorator_list, node.args, *([node.returns] if node.returns else ())]
        else:
            waiting += ast.iter_child_nodes(node)


def outline(statement: ast.stmt) -> ast.stmt:
    """A definition without the bodies of its functions; of other statements, all."""
    if isinstance(statement, FunctionNode):
        body = list[ast.stmt]()
    elif isinstance(statement, ast.ClassDef):
        body = list(map(outline, statement.body))
    else:
        return statement
    return type(statement)(**{**dict(ast.iter_fields(statement)), "body": body})


def shape(value: object, bodies: bool) -> object:
    """A syntax node as nested tuples without positions; without function bodies unless `bodies`."""
    if isinstance(value, ast.AST):
        skip = not bodies and isinstance(value, ScopeNode)
        return (
            type(value).__name__,
            *(shape(part, bodies) for name, part in ast.iter_fields(value) if not (skip and name == "body")),
        )
    if isinstance(value, list):
        return tuple(shape(part, bodies) for part in value)
    return (type(value).__name__, repr(value))


def handed_to(definition: ast.stmt) -> list[ast.AST]:
    """The decorators, bases and keywords of a definition."""
    return [part for field in ("decorator_list", "bases", "keywords") for part in getattr(definition, field, ())]


def handed(definition: ast.stmt) -> frozenset[str] | None:
    """The texts among them; None where there are none of these."""
    parts = handed_to(definition)
    return frozenset(texts(parts)) if parts else None


def texts(parts: Iterable[ast.AST]) -> Iterator[str]:
    """The texts that some nodes mention."""
    constants = (each.value for part in parts for each in ast.walk(part) if isinstance(each, ast.Constant))
    return (value for value in constants if type(value) is str)


def keywords(node: ast.AST) -> Iterator[str]:
    """The names under which calls give something."""
    return (each.arg for each in ast.walk(node) if isinstance(each, ast.keyword) and each.arg is not None)


def given(statement: ast.stmt) -> Iterator[str]:
    """The texts that stand in a statement that calls, of a definition those in its head and in the calls of its body.

    With them comes the name of what has decorators or bases.
    """
    if not isinstance(statement, (*FunctionNode, ast.ClassDef)):
        definitions = [each for each in nested(statement) if handed_to(each)]
        yield from texts([statement])
        yield from (getattr(each, "name", "") for each in definitions)
        return
    parts = handed_to(statement)
    if parts:
        yield statement.name
    yield from texts([*parts, *(node for node in running(statement) if isinstance(node, ast.Call))])


TELLING_KIND = frozenset({
    "abstractmethod", "classmethod", "deleter", "final", "getter", "overload", "override", "property", "setter",
    "staticmethod",
})  # fmt: skip
"""Decorators of methods that put them nowhere."""


def heads(definition: ast.stmt, member: bool = False) -> Iterator[object]:
    """The decorators, bases and keywords of a definition as nested tuples; of a class those of its members as well."""
    yield from (shape(part, bodies=True) for part in handed_to(definition) if not (member and _tells_kind(part)))
    for part in definition.body if isinstance(definition, ast.ClassDef) else ():
        if inner := list(heads(part, member=True)):
            yield from (getattr(part, "name", ""), *inner)


def _tells_kind(decorator: ast.AST) -> bool:
    """Whether a method's decorator says what it is, and does nothing more: ``@property``, ``@abc.abstractmethod``."""
    name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", None)
    return name in TELLING_KIND


def path_of(node: ast.expr) -> tuple[str, ...]:
    """``("a", "b")`` of ``a.b``; empty where something else than names is in it."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return (node.id, *reversed(names)) if isinstance(node, ast.Name) else ()


def root_name(node: ast.expr) -> str | None:
    """``a`` of ``a.b[c].d``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


GROWING = frozenset({"add", "append", "appendleft", "extend", "insert", "setdefault", "update"})
"""Methods that put entries into a container."""


def grown_paths(statement: ast.stmt) -> Iterator[tuple[str, ...]]:
    """What a statement puts entries into by hand: ``("K", "known")`` of ``K.known.append(1)``, ``K.known["a"] = 1``."""
    inner = () if isinstance(statement, (*FunctionNode, ast.ClassDef)) else nested(statement)
    for container in [each for part in (statement, *inner) for each in _grown(part)]:
        if path := path_of(container):
            yield path


def _grown(statement: ast.stmt) -> list[ast.expr]:
    """The containers that a statement, and none inside of it, puts entries into."""
    if isinstance(statement, ast.Expr) and isinstance(call := statement.value, ast.Call):
        method = call.func
        return [method.value] if isinstance(method, ast.Attribute) and method.attr in GROWING else []
    targets = statement.targets if isinstance(statement, ast.Assign | ast.Delete) else ()
    return [target.value for target in targets if isinstance(target, ast.Subscript)]


def constructor(definition: ast.stmt) -> ast.FunctionDef | None:
    """The ``__init__`` in the body of a class, if it is all that the text tells of setting an instance up."""
    body = definition.body if isinstance(definition, ast.ClassDef) else ()
    found = [each for each in body if isinstance(each, ast.FunctionDef) and each.name == "__init__" and each.args.args]
    calls = [each.func for method in found for each in ast.walk(method) if isinstance(each, ast.Call)]
    on_itself = any(root_name(called) == method.args.args[0].arg for called in calls for method in found)
    return found[0] if len(found) == 1 and not on_itself else None  # a method that it calls may set anything


def attribute_set(method: ast.FunctionDef, attribute: str) -> tuple[bool, ast.expr | None]:
    """Whether the text of a constructor tells what it sets an attribute to, and that; None where it does not set it."""
    inner = list(ast.walk(method))
    sets = [each for each in inner if isinstance(each, ast.Attribute) and each.attr == attribute]
    sets = [each for each in sets if not isinstance(each.ctx, ast.Load)]
    if not sets:
        return not any(isinstance(each, ast.Name) and each.id in ("super", "setattr", "vars") for each in inner), None
    plain = [each for each in method.body if any(target is sets[0] for target in _targets(each))]
    value = plain[0].value if plain and isinstance(plain[0], ast.Assign | ast.AnnAssign) else None
    return len(sets) == 1 and value is not None, value


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.Assign):
        return statement.targets
    return [statement.target] if isinstance(statement, ast.AnnAssign) else []
