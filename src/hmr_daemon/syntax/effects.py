"""What a statement reads, writes and adds to in its module's namespace, as far as its text shows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from . import elements
from .outside import is_message
from .trees import OPERATIONS, is_for_type_checkers, name_of, path_of, root_name

T = TypeVar("T")
ANY = "*"
NOTHING: frozenset[Any] = frozenset()
# A statement that calls one of these may bind or read names that its text does not show.
DYNAMIC = frozenset({"globals", "locals", "vars", "exec", "eval", "dir", "setattr", "delattr"})
SHOWING = frozenset({"print", "help", "repr", "len", "hash"})
"""Builtin functions that only look at what a bare call hands them."""

TAKING_OUT = frozenset({"pop", "popitem", "popleft", "setdefault"})
"""Methods that give something, and change what they are asked of by that."""


@dataclass(frozen=True, repr=False)
class Effects:
    """What one statement does to its module's names, as far as its text shows."""

    reads: frozenset[str] = NOTHING
    writes: frozenset[str] = NOTHING
    mutates: frozenset[str] = NOTHING
    """Names whose value it adds to: ``xs`` in ``xs.append(1)``, ``d[k] = v`` and ``fill(xs)``."""
    attributes: frozenset[str] = NOTHING
    """Attribute names it mentions anywhere outside function bodies; ANY where it computes one that it asks for."""
    annotates: tuple[str, ...] = ()
    """Names of the module that it annotates, in order."""
    annotated: bool = False
    """Whether an annotation stands anywhere outside function bodies."""
    imported: frozenset[str] = NOTHING
    """Names of the module that an import statement anywhere in it binds."""
    calls: bool = False
    calls_results: bool = False
    """Whether it calls what a call gave: ``@route("/a")``, ``make()()``."""
    operates: bool = False
    """Whether operators, loops or ``with`` may run special methods."""
    passes: frozenset[str] = NOTHING
    """Names that only stand among the arguments of a bare call: handed on, not used."""
    dynamic: bool = False
    decorates: frozenset[str] = NOTHING
    """Names at the roots of its decorators."""
    sets: frozenset[tuple[str, ...]] = NOTHING
    """The attributes it sets or deletes, from the name at the root on: ``("K", "limit")`` of ``K.limit = 1``.

    The last is ANY where the text does not tell: ``setattr(K, name, 1)``, ``delattr(K, name)``.
    """
    sets_of_elements: frozenset[tuple[str, str]] = NOTHING
    """Names whose elements a loop goes through, with the attributes that it sets of these."""
    defaults: frozenset[tuple[str, str, str]] = NOTHING
    """The parameters of its functions whose defaults are globals: the function's qualified name, and both names."""

    @property
    def looks_at_all(self) -> bool:
        """Whether it may go through all names of its module."""
        return self.dynamic and not self.reads.isdisjoint(DYNAMIC - {"setattr", "delattr"})


DOCSTRING = Effects(writes=frozenset({"__doc__"}))


def effects(node: ast.stmt) -> Effects:
    """What a statement reads, writes and adds to in its module's namespace."""
    visitor = _EffectsVisitor()
    visitor.visit(node)
    return Effects(
        _frozen(visitor.reads),
        _frozen(visitor.writes),
        _frozen(visitor.mutates),
        _frozen(visitor.attributes),
        tuple(visitor.annotates),
        visitor.annotated,
        _frozen(visitor.imported),
        visitor.calls,
        visitor.calls_results,
        visitor.operates,
        _passed_on(node),
        visitor.dynamic,
        _decorators(node),
        _frozen(visitor.sets),
        _frozen(visitor.sets_of_elements),
        _frozen(visitor.defaults),
    )


def _frozen(values: Iterable[T]) -> frozenset[T]:
    """Most are empty, and an empty one takes up 216 bytes: they share one."""
    return frozenset(values) or NOTHING


def is_for_scripts(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    match test:
        case ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]):
            return True
        case ast.Compare(ast.Constant("__main__"), [ast.Eq()], [ast.Name("__name__")]):
            return True
    return False


def _may_be_this_module(node: ast.expr) -> bool:
    """Whether an expression is one that leads to the module it stands in, as ``sys.modules[__name__]`` does."""
    return any(isinstance(each, ast.Name) and each.id == "__name__" for each in ast.walk(node))


def _passed_on(node: ast.stmt) -> frozenset[str]:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return NOTHING
    call = node.value
    arguments = [*call.args, *(k.value for k in call.keywords)]
    return _frozen({a.id for a in arguments if isinstance(a, ast.Name)} - {root_name(call.func)})


def _operands(node: ast.expr) -> Iterator[ast.expr]:
    """What operators combine: ``a``, ``b`` and ``c`` of ``a >> [b, c]``."""
    match node:
        case ast.BinOp(left, _, right):
            yield from (*_operands(left), *_operands(right))
        case ast.List(several) | ast.Tuple(several):
            yield from several
        case _:
            yield node


def _decorators(node: ast.stmt) -> frozenset[str]:
    return _frozen(name for d in getattr(node, "decorator_list", ()) if (name := root_name(d)) is not None)


class _EffectsVisitor(ast.NodeVisitor):
    """Walks what runs when the statement runs: not the bodies of functions."""

    def __init__(self) -> None:
        self.reads: set[str] = set()
        self.writes: set[str] = set()
        self.mutates: set[str] = set()
        self.attributes: set[str] = set()
        self.annotates: list[str] = []
        self.annotated = False
        self.imported: set[str] = set()
        self.calls = False
        self.calls_results = False
        self.operates = False
        self.dynamic = False
        self.sets: set[tuple[str, ...]] = set()
        self.sets_of_elements: set[tuple[str, str]] = set()
        self.defaults: set[tuple[str, str, str]] = set()
        self.classes: list[str] = []
        self.local: list[set[str]] = []  # names of the comprehensions and classes around
        self.declared_global: set[str] = set()
        self.class_depth = 0

    def _is_local(self, name: str) -> bool:
        return any(name in names for names in self.local)

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            if not self._is_local(node.id):
                self.reads.add(node.id)
                self.dynamic |= node.id in DYNAMIC
        else:
            self._write(node.id)

    def _write(self, name: str) -> None:
        if name in self.declared_global:
            self.writes.add(name)
        elif self.class_depth:
            self.local[-1].add(name)
        elif not self._is_local(name):
            self.writes.add(name)

    def visit_Global(self, node: ast.Global) -> None:
        """In the body of a class: its names are the module's."""
        self.declared_global.update(node.names)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        self._write(node.target.id)

    def visit_Compare(self, node: ast.Compare) -> None:
        """``"name" in globals()`` asks for one name, and looks through no others."""
        match node.left, node.ops, node.comparators:
            case ast.Constant(value=str(name)), [ast.In() | ast.NotIn()], [namespace] if self._is_namespace(namespace):
                self.reads.add(name)
            case _:
                self.generic_visit(node)

    def _is_namespace(self, node: ast.expr) -> bool:
        """Whether an expression is ``globals()`` or the like."""
        match node:
            case ast.Call(ast.Name("globals" | "locals" | "vars" | "dir"), [], []):
                return not self.class_depth
        return False

    def _named(self, node: ast.expr) -> str | None:
        """The name that an expression is another way to write: ``globals()["name"]``."""
        match node:
            case ast.Subscript(namespace, ast.Constant(str(name))) if self._is_namespace(namespace):
                return name
        return None

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.attributes.add(node.attr)
        if not isinstance(node.ctx, ast.Load):
            self._mutate(node.value)
            self._set(node.value, node.attr)
        self.visit(node.value)

    def _set(self, holder: ast.expr, attribute: str) -> None:
        path = path_of(holder)
        if path and not self._is_local(path[0]):
            self.sets.add((*path, attribute))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if (name := self._named(node)) is not None:
            if isinstance(node.ctx, ast.Load):
                self.reads.add(name)
            else:
                self._write(name)
            return
        if not isinstance(node.ctx, ast.Load):
            self._mutate(node.value)
        self.visit(node.value)
        self.visit(node.slice)

    def _mutate(self, node: ast.expr) -> None:
        name = root_name(node)
        if name is not None and not self._is_local(name):
            self.mutates.add(name)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name) and not self.class_depth:
            self.reads.add(node.target.id)
        if (name := self._named(node.target)) is not None:
            self.reads.add(name)
        else:
            self._mutate(node.target)
        self.visit(node.value)
        self.visit(node.target)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        """``x: int`` without a value binds nothing."""
        self.annotated = True
        self.visit(node.annotation)
        if isinstance(node.target, ast.Name) and node.simple and not self.class_depth:
            self.annotates.append(node.target.id)
        if node.value is not None:
            self.visit(node.value)
        if node.value is not None or not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_Expr(self, node: ast.Expr) -> None:
        """A bare call is there for its effect: on what it is called on, or on what it is passed; so is an operator."""
        if isinstance(node.value, ast.Call) and not self.class_depth:
            call = node.value
            function = call.func
            while isinstance(function, ast.Call):  # ``bus.on("open")(show)``
                function = function.func
            if isinstance(function, ast.Attribute):
                self._mutate(function)
            shows = (isinstance(call.func, ast.Name) and call.func.id in SHOWING) or is_message(call)
            printed_to = [each.value for each in call.keywords if each.arg == "file"]
            for argument in printed_to if shows else [*call.args, *(k.value for k in call.keywords)]:
                inner = argument.value if isinstance(argument, ast.Starred) else argument
                if isinstance(inner, (ast.Name, ast.Attribute, ast.Subscript)):
                    self._mutate(inner)
        for operand in _operands(node.value) if isinstance(node.value, ast.BinOp) and not self.class_depth else ():
            self._mutate(operand)
        self.generic_visit(node)

    def visit(self, node: ast.AST) -> None:
        self.operates |= isinstance(node, OPERATIONS)
        super().visit(node)

    def visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self.generic_visit(node)
        through = list(elements.gone_through(node))
        for each in through if elements.adds(node) else ():
            self._mutate(each)
        names = [name for each in through if (name := root_name(each)) is not None and not self._is_local(name)]
        self.sets_of_elements |= {(name, attribute) for attribute in elements.attributes_set(node) for name in names}

    visit_AsyncFor = visit_For  # noqa: N815

    def visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        """Who manages the block may fill what it is handed: ``with redirect_stdout(text):``."""
        for call in [each.context_expr for each in node.items if isinstance(each.context_expr, ast.Call)]:
            for argument in call.args if name_of(call.func) != "open" and not self.class_depth else ():
                if isinstance(argument, ast.Name):
                    self._mutate(argument)
        self.generic_visit(node)

    visit_AsyncWith = visit_With  # noqa: N815

    def visit_Call(self, node: ast.Call) -> None:
        self.calls = True
        match node:
            case ast.Call(ast.Attribute(namespace, "get" | "setdefault"), [ast.Constant(str(name)), *rest], []):
                if self._is_namespace(namespace):
                    self.reads.add(name)
                    for each in rest:
                        self.visit(each)
                    return
            case ast.Call(ast.Name("vars" | "dir" as name), [other], []) if not _may_be_this_module(other):
                self.reads.add(name)
                self.visit(other)
                return
        if isinstance(node.func, ast.Attribute) and node.func.attr in TAKING_OUT and not self.class_depth:
            self._mutate(node.func.value)
        self.calls_results |= isinstance(node.func, ast.Call)
        self._ask_by_name(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr", "setattr", "delattr"):
            self.attributes |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
            match node.args:
                case [holder, ast.Constant(value=str(name)), *_] if node.func.id in ("setattr", "delattr"):
                    self._set(holder, name)
                case [holder, *_] if node.func.id in ("setattr", "delattr"):
                    self._set(holder, ANY)
        self.generic_visit(node)

    def _ask_by_name(self, call: ast.Call) -> None:
        """What is asked for in texts, and not mentioned: ``attrgetter("name")``, ``"{0.name}".format(x)``."""
        match call:
            case ast.Call(ast.Name("getattr" | "hasattr"), [_, ast.Constant(), *_]):
                pass
            case ast.Call(ast.Name("attrgetter") | ast.Attribute(attr="attrgetter"), paths):
                told = [str(path.value) if isinstance(path, ast.Constant) else ANY for path in paths]
                self.attributes.update(name for path in told for name in path.split("."))
            case ast.Call(ast.Attribute(ast.Constant(str(text)), "format")):
                self.attributes.update(re.findall(r"\.(\w+)", text))
            case ast.Call(ast.Name("eval"), [ast.Constant(str(text)), *_]):
                self._visit_text(text)
            case ast.Call(ast.Name("getattr" | "hasattr") | ast.Attribute(attr="format" | "format_map")):
                self.attributes.add(ANY)
            case ast.Call(_, arguments) if any(
                isinstance(each, ast.Name) and each.id == "getattr" for each in arguments
            ):
                self.attributes.add(ANY)

    def _visit_text(self, text: str) -> None:
        """An expression that is evaluated there."""
        try:
            self.visit(ast.parse(text.strip(), mode="eval").body)
        except SyntaxError:
            return

    def visit_MatchClass(self, node: ast.MatchClass) -> None:
        self.attributes.update([*node.kwd_attrs, *([ANY] if node.patterns else ())])
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """What stands under ``if TYPE_CHECKING:`` never runs: others may bind its names, by ``globals()`` perhaps.

        But the compiler minds what is imported there, and counts what is annotated. What stands under
        ``if __name__ == "__main__":`` adds nothing where it is imported, and is not run again where it is a script.
        """
        self.visit(node.test)
        if is_for_type_checkers(node.test):
            never = _EffectsVisitor()
            never.class_depth, never.local = self.class_depth, [set(names) for names in self.local]
            never._visit_all(node.body)
            self.imported |= never.imported
            self.annotated |= never.annotated
            self.annotates += never.annotates
        elif is_for_scripts(node.test):
            mutates = set(self.mutates)
            self._visit_all(node.body)
            self.mutates = mutates
        else:
            self._visit_all(node.body)
        self._visit_all(node.orelse)

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        """The name of ``except E as name`` is gone when the handler ends."""
        if node.type is not None:
            self.visit(node.type)
        self.local.append({node.name} if node.name else set())
        depth, self.class_depth = self.class_depth, 0
        for statement in node.body:
            self.visit(statement)
        names = self.local.pop()
        self.class_depth = depth
        if depth:
            self.local[-1] |= names

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name:
            self._write(node.name)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name:
            self._write(node.name)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest:
            self._write(node.rest)
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._import(alias.asname or alias.name.partition(".")[0])

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name != "*":
                self._import(alias.asname or alias.name)

    def _import(self, name: str) -> None:
        self._write(name)
        if not self.class_depth:
            self.imported.add(name)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.calls |= bool(node.decorator_list)
        self.calls_results |= any(isinstance(decorator, ast.Call) for decorator in node.decorator_list)
        for part in (*node.decorator_list, node.args):
            self.visit(part)
        if node.returns is not None:
            self.annotated = True
            self.visit(node.returns)
        self._note_defaults(node)
        self._write(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def _note_defaults(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        given, qualified = node.args, ".".join((*self.classes, node.name))
        last_first = zip(reversed([*given.posonlyargs, *given.args]), reversed(given.defaults), strict=False)
        for parameter, default in (*last_first, *zip(given.kwonlyargs, given.kw_defaults, strict=True)):
            if isinstance(default, ast.Name) and not self._is_local(default.id):
                self.defaults.add((qualified, parameter.arg, default.id))

    def visit_arg(self, node: ast.arg) -> None:
        self.annotated |= node.annotation is not None
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.calls = True
        self.calls_results |= any(isinstance(decorator, ast.Call) for decorator in node.decorator_list)
        for part in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(part)
        self.local.append(set())
        self.classes.append(node.name)
        self.class_depth += 1
        for statement in node.body:
            self.visit(statement)
        self.class_depth -= 1
        self.classes.pop()
        self.local.pop()
        self._write(node.name)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        """``type X = ...`` (3.12) evaluates its value when asked for."""
        self._write(node.name.id)  # type: ignore[attr-defined]

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        names = {n.id for g in node.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
        self.visit(node.generators[0].iter)
        self.local.append(names)
        depth, self.class_depth = self.class_depth, 0
        for generator in node.generators[1:]:
            self.visit(generator.iter)
        for condition in (c for g in node.generators for c in g.ifs):
            self.visit(condition)
        if isinstance(node, ast.DictComp):
            self.visit(node.key)
            self.visit(node.value)
        else:
            self.visit(node.elt)
        self.class_depth = depth
        self.local.pop()

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815
