"""New names whose values need nothing to be run: bound before the code that uses them becomes live."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from types import FunctionType
from typing import Any

from ..live.transaction import MISSING
from ..syntax.trees import FunctionNode
from .records import Node

Binding = tuple[str, Any]


def bindings(node: Node) -> Iterator[Binding]:
    """What a statement will bind, where that shows without running it: a literal, a function, what is imported."""
    statement = node.statement
    if statement.kind == "from":
        yield from _imported_from(node)
    elif statement.kind in ("assign", "AnnAssign", "def", "import"):
        tree = statement.parse()
        if isinstance(tree, ast.Import):
            yield from _imported(tree)
        elif isinstance(tree, (ast.Assign, ast.AnnAssign)):
            yield from _assigned(tree)
        elif isinstance(tree, FunctionNode):
            yield from _defined(node, tree)


def _assigned(tree: ast.Assign | ast.AnnAssign) -> Iterator[Binding]:
    targets = tree.targets if isinstance(tree, ast.Assign) else [tree.target]
    value = _literal(tree.value) if tree.value is not None else MISSING
    if value is not MISSING:
        yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))


def _defined(node: Node, tree: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Binding]:
    code = next((code for code in node.codes if code.co_name == tree.name and not code.co_freevars), None)
    defaults = [_literal(each) for each in tree.args.defaults]
    named = {
        argument.arg: _literal(each)
        for argument, each in zip(tree.args.kwonlyargs, tree.args.kw_defaults, strict=True)
        if each is not None
    }
    if code is None or tree.decorator_list or any(each is MISSING for each in (*defaults, *named.values())):
        return
    function = FunctionType(code, node.module.namespace, tree.name, tuple(defaults))
    function.__kwdefaults__ = named or None
    yield tree.name, function


def _imported(tree: ast.Import) -> Iterator[Binding]:
    for alias in tree.names:
        name = alias.name if alias.asname else alias.name.partition(".")[0]
        if alias.name in sys.modules and name in sys.modules:
            yield alias.asname or name, sys.modules[name]


def _imported_from(node: Node) -> Iterator[Binding]:
    package = node.module.namespace.get("__package__")
    for level, module, name, bound in node.statement.imports:
        try:
            origin = importlib.util.resolve_name("." * level + module, package)
        except (ImportError, ValueError):
            continue
        value = getattr(sys.modules.get(origin), "__dict__", {}).get(name, MISSING)
        if value is not MISSING:
            yield bound, value


def _literal(tree: ast.expr) -> Any:
    try:
        return ast.literal_eval(tree)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return MISSING
