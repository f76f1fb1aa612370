"""What decorators made of functions: whether it runs them as they are now, or has to be made again."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import functions, insides, reach
from ..live.kinds import is_a
from ..planning.records import Node
from ..syntax import codes
from ..syntax.trees import FunctionNode, nested
from .definitions import resolve

DEFINITIONS = (*FunctionNode, ast.ClassDef)
LOOKS_INTO_CODE = frozenset({"__code__", "getsource", "getsourcelines", "compile", "exec", "eval"})
"""What a decorator names that makes something of a function's code."""

Mentioned = dict[tuple[frozenset[int], frozenset[str]], frozenset[str]]
"""Of decorators, by identity, and the attributes that are mentioned with them: the names in the code that they run."""


@dataclass(frozen=True, repr=False, eq=False)
class Definition:
    """A function or method whose code was exchanged, and what is bound under its name."""

    old: CodeType
    new: CodeType
    value: Any
    functions: Sequence[FunctionType]
    """Those that run the new code."""
    alone: bool
    """Whether its statement defines no other of the name."""


def definitions(
    node: Node, pairs: Sequence[functions.Pair], made: dict[int, list[FunctionType]]
) -> Iterator[Definition]:
    """Those of a statement of which `pairs` tell old and new code, and `made` the functions that run the new."""
    names = Counter(code.co_qualname for code in codes.walk(node.codes))
    for old, new in pairs:
        if codes.is_class_body(new) or "<" in new.co_qualname:
            continue
        value = resolve(node.module.namespace, new.co_qualname)
        if is_a(value, (staticmethod, classmethod)):
            value = value.__func__
        yield Definition(old, new, value, made.get(id(new), ()), names[new.co_qualname] == 1)


def consumed(definition: Definition, node: Node, files: Collection[str], known: Mentioned) -> bool:
    """Whether a decorator made something of a function that has changed, or handed back what runs something else.

    `known` is filled with what is learned about decorators on the way, for the next statement.
    """
    value, telling = definition.value, set(LOOKS_INTO_CODE)
    if value is not None and not any(value is function for function in definition.functions):
        parts = list(insides.visit([value], wrapped=False))
        if not any(part is function for part in parts for function in definition.functions):
            return definition.alone
        if any(_keeps(part, definition.old) for part in parts):
            return True
    if codes.docstring(definition.old) != codes.docstring(definition.new):
        telling.add("__doc__")
    return not telling.isdisjoint(_mentioned_by_decorators(node, definition, files, known))


def compiled(node: Node, name: str) -> bool:
    """Whether what a decorator made of a function that reads the global `name` goes by its code, not by it."""
    if node.statement.kind != "def" or not node.statement.effects.calls:
        return False
    mine = [code for code in node.codes if name in code.co_names]
    value = node.module.namespace.get(node.statement.names[0])
    if not mine or not callable(value):
        return False
    parts = list(insides.visit([value], wrapped=False))
    if any(_keeps(part, code) for code in mine for part in parts):
        return True
    own = [part for part in parts if type(part) is FunctionType and part.__code__ in mine]
    return not own and not is_a(value, (FunctionType, type))  # it runs something that it made of the code


def _keeps(value: Any, code: CodeType) -> bool:
    """Whether an object goes by a function's code, as a compiler does that waits for the first call."""
    state = insides.own(value, "__dict__")
    return type(value) is not FunctionType and is_a(state, dict) and any(v is code for v in state.values())


def _mentioned_by_decorators(
    node: Node, definition: Definition, files: Collection[str], known: Mentioned
) -> frozenset[str]:
    """The names in the code that may run as a definition is handed on: of its decorators, and of classes around it."""
    namespace, heads = node.module.namespace, list(_heads(node, definition.new.co_qualname))
    parts = [part for head in heads for part in ast.walk(head)]
    attributes = {part.attr for part in parts if isinstance(part, ast.Attribute)}
    used = [namespace[part.id] for part in parts if isinstance(part, ast.Name) and part.id in namespace]
    modules = [value for value in used if is_a(value, ModuleType)]
    used += [vars(module)[name] for module in modules for name in attributes if name in vars(module)]
    called = [value for value in used if not is_a(value, ModuleType)]
    called += _makers(namespace.get(node.statement.names[0])) if node.statement.kind == "class" else ()
    key = frozenset(map(id, called)), frozenset(attributes)
    if key not in known:
        run = codes.walk(reach.reached(called, attributes, files, results=True).values())
        known[key] = frozenset(name for code in run for name in code.co_names)
    return known[key]


def _heads(node: Node, qualname: str) -> Iterator[ast.AST]:
    """The decorators of a definition inside of a statement, and decorators and keywords of the classes around it."""
    tree = node.statement.parse()
    inside = [tree, *(() if isinstance(tree, DEFINITIONS) else nested(tree))]
    for name in qualname.split("."):
        definitions = [each for each in inside if isinstance(each, DEFINITIONS) and each.name == name]
        for each in definitions:
            yield from each.decorator_list
            yield from each.keywords if isinstance(each, ast.ClassDef) else ()
        inside = [part for each in definitions for part in nested(each)]


def _makers(value: Any) -> Iterator[Any]:
    """What is told of a class as it is made: the metaclass, and the bases' ``__init_subclass__``."""
    if not is_a(value, type):
        return
    metaclass: type = type(value)
    owners = [cls for cls in metaclass.__mro__ if cls is not type and cls is not object]
    yield from (vars(cls)[name] for cls in owners for name in ("__new__", "__init__", "__call__") if name in vars(cls))
    yield from (vars(cls)["__init_subclass__"] for cls in value.__mro__[1:-1] if "__init_subclass__" in vars(cls))
