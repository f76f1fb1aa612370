"""What runs when functions are called and loops go round, with what they are given in the places of names (pure)."""

from __future__ import annotations

import ast
import pickle
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from .trees import FunctionNode, loaded, nested

T = TypeVar("T")
BETWEEN = ":"
"""Stands in the name of what is another module's global, between the names of both; a module has an empty one there."""
NOT_KNOWN = "?"
"""Stands before the names of locals that only running the function would tell."""
FEW = 20
"""Up to how many rounds of a loop are told one by one."""
_UNQUALIFIED = frozenset({"setattr", "delattr"})


class Function:
    """A function of some module, as what calls of it run."""

    def __init__(self, definition: ast.FunctionDef, module: str) -> None:
        times = Counter(_bound(definition))
        self._definition = definition
        self._module = module
        self._local: dict[str, ast.expr] = {name: loaded(NOT_KNOWN + name) for name in times}
        self._once = frozenset(name for name in times if times[name] == 1)
        self.parameters = [each.arg for each in (*definition.args.posonlyargs, *definition.args.args)]

    def run_by(self, call: ast.Call, receiver: ast.expr | None = None) -> list[ast.stmt]:
        """What a call runs of it; `receiver` is what it is a method of.

        Locals that are bound once stand for what they are bound to: ``log`` for ``logging.getLogger("app")``.
        """
        known = {**self._local, **dict(_given(call, self._definition, self._module, receiver))}
        placing = _Placing(self._module, known, self._once)
        return [placing.visit(statement) for statement in _copied(self._definition.body)]


def _bound(definition: ast.FunctionDef) -> Iterator[str]:
    """The names that a function binds itself, each as often as it does."""
    elsewhere = set[str]()
    for part in nested(definition):
        elsewhere.update(part.names if isinstance(part, ast.Global) else ())
    for node in ast.walk(definition):
        names = list[str]()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names = [node.id]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, ast.alias):
            names = [node.asname or node.name.partition(".")[0]]
        elif isinstance(node, (*FunctionNode, ast.ClassDef, ast.ExceptHandler)) and node is not definition:
            names = [node.name or ""]
        yield from (name for name in names if name not in elsewhere)


def _given(
    call: ast.Call, definition: ast.FunctionDef, module: str, receiver: ast.expr | None
) -> Iterator[tuple[str, ast.expr]]:
    """The parameters that a call tells, or their defaults, with what they are given."""
    arguments = definition.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args)]
    defaults = zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True)
    alone = ((each.arg, value) for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True))
    found = {name: _Placing(module, {}).visit(_copied(value)) for name, value in (*defaults, *alone) if value}
    given = [*([receiver] if receiver is not None else ()), *call.args]
    found.update(zip(names, given, strict=False))
    found.update((each.arg, each.value) for each in call.keywords if each.arg is not None)
    if arguments.vararg is not None:
        found[arguments.vararg.arg] = ast.Tuple(list(given[len(names) :]))
        names.append(arguments.vararg.arg)
    several = any(isinstance(each, ast.Starred) for each in call.args) or any(not each.arg for each in call.keywords)
    own = {*names, *(each.arg for each in arguments.kwonlyargs)}
    if not several:
        yield from ((name, value) for name, value in found.items() if name in own)


def _copied(syntax: T) -> T:
    """A copy of some syntax: pickled, which is ten times as fast as ``deepcopy``."""
    found: T = pickle.loads(pickle.dumps(syntax))
    return found


def unrolled(statements: list[ast.stmt], entries: Callable[[ast.expr], Sequence[ast.expr]]) -> list[ast.stmt]:
    """Statements with their loops over a few known `entries` as what runs each time."""
    if not any(isinstance(part, ast.For) for each in statements for part in (each, *nested(each))):
        return statements
    module: ast.Module = _Unrolling(entries).visit(ast.Module(_copied(statements), []))
    return module.body


class _Unrolling(ast.NodeTransformer):
    def __init__(self, entries: Callable[[ast.expr], Sequence[ast.expr]]) -> None:
        self._entries = entries

    def visit_For(self, node: ast.For) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        rounds = [_matched(node.target, each) for each in self._entries(node.iter)]
        leaves = any(isinstance(part, ast.Break | ast.Continue) for part in ast.walk(node))
        if leaves or not 0 < len(rounds) <= FEW or any(each is None for each in rounds):
            return node
        return [_Replacing(known).visit(part) for known in rounds if known for part in _copied(node.body)]


def _matched(target: ast.expr, value: ast.expr) -> dict[str, ast.expr] | None:
    """What a loop's names stand for in a round; None where the text does not tell."""
    if isinstance(target, ast.Name):
        return {target.id: value}
    if not (isinstance(target, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)):
        return None
    found = dict[str, ast.expr]()
    for name, part in zip(target.elts, value.elts, strict=False):
        found |= {name.id: part} if isinstance(name, ast.Name) else {}
    return found if len(found) == len(target.elts) == len(value.elts) else None


class _Replacing(ast.NodeTransformer):
    """Puts what is known in the places of names."""

    def __init__(self, known: dict[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._known.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


class _Placing(_Replacing):
    """The same in a function, whose globals are those of its module."""

    def __init__(self, module: str, known: dict[str, ast.expr], once: frozenset[str] = frozenset()) -> None:
        super().__init__(known)
        self._module = module
        self._once = once

    def visit_Name(self, node: ast.Name) -> ast.expr:
        placed = super().visit_Name(node)
        if placed is not node or node.id in _UNQUALIFIED:
            return placed
        is_read = isinstance(node.ctx, ast.Load)
        return ast.Name(f"{self._module}{BETWEEN}{node.id}" if is_read else NOT_KNOWN + node.id, node.ctx)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        for target in node.targets:
            self._let_stand_for(target, node.value)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        self.generic_visit(node)
        if node.value is not None:
            self._let_stand_for(node.target, node.value)
        return node

    def visit_Import(self, node: ast.Import) -> ast.stmt:
        for each in node.names:
            if each.asname or "." not in each.name:
                self._let_stand_for(loaded(NOT_KNOWN + (each.asname or each.name)), loaded(each.name + BETWEEN))
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt:
        for each in node.names if not node.level else ():
            self._let_stand_for(
                loaded(NOT_KNOWN + (each.asname or each.name)), loaded(f"{node.module}{BETWEEN}{each.name}")
            )
        return node

    def _let_stand_for(self, target: ast.expr, value: ast.expr) -> None:
        name = target.id.removeprefix(NOT_KNOWN) if isinstance(target, ast.Name) else ""
        if name in self._once:
            self._known[name] = value
