"""Which attributes of what others made a statement sets, as far as its text shows (pure)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.additions import UNKNOWN
from ..live.entries import INNER
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..syntax import partly, trees
from ..syntax.effects import ANY
from ..syntax.statements import Statement, members
from .graph import Graph
from .records import Name, Node


@dataclass(frozen=True, eq=False, repr=False)
class Target:
    """An attribute of a class, a function, a module or an instance that a statement sets."""

    holder: Any
    attribute: str
    root: Name
    """The global that leads from the statement to the holder."""

    @property
    def key(self) -> tuple[int, str]:
        return id(self.holder), self.attribute

    @property
    def home(self) -> Name:
        """The global by which what holds the attribute is known: of an instance, the one that leads there."""
        return home(self.holder) if is_a(self.holder, (type, FunctionType)) else self.root

    @property
    def value(self) -> Any:
        return insides.own_dict(self.holder).get(self.attribute, MISSING)


def targets(node: Node, statement: Statement, graph: Graph, namespace: Mapping[str, Any] | None = None) -> list[Target]:
    """The attributes that a version of the statement sets on the user's classes, functions, modules and instances.

    `namespace` is what its names lead to, where that is not what they hold now.
    """
    found = []
    for path in statement.effects.sets:
        holder = holder_of(node.module.namespace if namespace is None else namespace, path)
        if is_ours(holder, graph):
            told = {*_strings(statement), *taken_off(statement, path, holder, graph)} if path[-1] == ANY else path[-1:]
            found += [Target(holder, name, (node.module.name, path[0])) for name in sorted(told)]
        elif sets_alone(statement, path, holder, graph):
            found.append(Target(holder, path[-1], (node.module.name, path[0])))
    return found


def takes_off(statement: Statement, path: tuple[str, ...]) -> bool:
    """Whether a statement deletes the attribute, or attributes, rather than sets them."""
    return statement.kind == "Delete" or (path[-1] == ANY and "delattr" in statement.effects.reads)


def takes_any_off(node: Node, holder: Any) -> bool:
    """Whether a statement deletes attributes of something by names that it computes."""
    paths = [path for path in node.statement.effects.sets if path[-1] == ANY and takes_off(node.statement, path)]
    return any(holder_of(node.module.namespace, path) is holder for path in paths)


def taken_off(statement: Statement, path: tuple[str, ...], cls: Any, graph: Graph) -> frozenset[str]:
    """The members that the body of a class makes and that it has no more, where a statement takes such off."""
    record = graph.modules.get(cls.__module__) if is_a(cls, type) and takes_off(statement, path) else None
    nodes = graph.analyze(record) if record is not None and record.parsed is not None else ()
    made = [n for n in nodes if n.statement.kind == "class" and cls.__qualname__ in n.statement.names]
    text = record.parsed.text if made and record is not None and record.parsed is not None else ""
    body = [member for n in made for member in members(n.statement, text)]
    return frozenset(name for member in body for name in member.effects.writes) - insides.own_dict(cls).keys()


def only_sets(node: Node, root: str, graph: Graph) -> bool:
    """Whether all that the statement does to what a name leads to is to set such attributes: it adds nothing."""
    paths = [path for path in node.statement.effects.sets if path[0] == root]
    plain = node.statement.kind in ("assign", "Delete")
    held = [(path, holder_of(node.module.namespace, path)) for path in paths if plain]
    return bool(held) and all(is_ours(h, graph) or sets_alone(node.statement, p, h, graph) for p, h in held)


def sets_alone(statement: Statement, path: tuple[str, ...], holder: Any, graph: Graph) -> bool:
    """Whether a statement does no more to an instance of a class of the user's than to set an attribute.

    What this is set to has nothing of the instance, and no property or method of the class sets it.
    """
    if statement.kind != "assign" or path[-1] == ANY or not is_instance(holder, graph):
        return False
    own = is_a(insides.own(holder, "__dict__"), dict) and not is_a(holder, INNER)
    setting = (insides.of_class(type(holder), name) for name in (path[-1], "__setattr__"))
    plain = not any(hasattr(type(each), "__set__") or is_a(each, FunctionType) for each in setting)
    return own and plain and partly.only_changes(statement.parse(), path[0], attributes=True)


def is_instance(holder: Any, graph: Graph) -> bool:
    """Whether something is an instance of a class of the user's, and no class or function itself."""
    return type(holder).__module__ in graph.modules and not is_a(holder, (type, FunctionType, ModuleType))


def holder_of(namespace: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    root, *names = path
    holder = namespace.get(root, MISSING)
    for name in names[:-1]:
        holder = insides.own_dict(holder).get(name, MISSING)
    return holder


def called_by(namespace: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """What a path of names leads to: a function, a class, or a method of an instance; MISSING where it is not known."""
    value = holder_of(namespace, (*path, ""))
    if value is MISSING and len(path) > 1:
        holder = holder_of(namespace, path)
        value = MISSING if holder is MISSING else insides.of_class(type(holder), path[-1])
    return value


def is_ours(holder: Any, graph: Graph) -> bool:
    """Whether an attribute that goes can be taken back: what libraries held before is not known."""
    if is_a(holder, ModuleType):
        return graph.record_of(holder) is not None
    return is_a(holder, (type, FunctionType)) and holder.__module__ in graph.modules


def start_of(target: Target, graph: Graph) -> Any:
    """What an instance is made with as an attribute, MISSING where it is without; UNKNOWN where no text tells."""
    owner = next((each for each in type(target.holder).__mro__[:-1] if "__init__" in vars(each)), object)
    record = graph.modules.get(owner.__module__)
    nodes = graph.analyze(record) if record is not None else ()
    makers = [node.statement for node in nodes if owner.__qualname__ in node.writes]
    method = trees.constructor(makers[0].parse()) if len(makers) == 1 else None
    known, start = trees.attribute_set(method, target.attribute) if method is not None else (False, None)
    if known and start is None:
        return MISSING
    return start.value if isinstance(start, ast.Constant) else UNKNOWN  # to a container, others may have added


def home(holder: Any) -> Name:
    """The global that a class or a function, or the class around it, was bound to when it was made."""
    return holder.__module__, holder.__qualname__.partition(".")[0]


def _strings(statement: Statement) -> list[str]:
    """The names that ``setattr(K, name, value)`` may mean, as far as the text mentions them."""
    return sorted(value for _, value in statement.constants if is_a(value, str) and value.isidentifier())
