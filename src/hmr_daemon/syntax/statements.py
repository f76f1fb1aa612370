"""Source text to top-level statements: what each is called, reads, writes and adds to."""

from __future__ import annotations
import __future__

import ast
import importlib.util
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

T = TypeVar("T")
FunctionNode = (ast.FunctionDef, ast.AsyncFunctionDef)
ScopeNode = (*FunctionNode, ast.Lambda)
LoopNode = (ast.For, ast.AsyncFor, ast.While)
OPERATIONS = (
    ast.BinOp, ast.UnaryOp, ast.Compare, ast.AugAssign, ast.Subscript, ast.For, ast.With, ast.comprehension,
)  # fmt: skip
ANY = "*"
DIRECTIVES = ("keep", "rerun", "off")
ANNOTATIONS = __future__.annotations.compiler_flag

NOTHING: frozenset[Any] = frozenset()
# A statement that calls one of these may bind or read names that its text does not show.
DYNAMIC = frozenset({"globals", "locals", "vars", "exec", "eval", "dir", "setattr", "delattr"})


@dataclass(frozen=True, repr=False)
class Effects:
    """What one statement does to its module's names, as far as its text shows."""

    reads: frozenset[str] = NOTHING
    writes: frozenset[str] = NOTHING
    mutates: frozenset[str] = NOTHING
    """Names whose value it adds to: ``xs`` in ``xs.append(1)``, ``d[k] = v`` and ``fill(xs)``."""
    attributes: frozenset[str] = NOTHING
    """Attribute names it mentions anywhere outside function bodies."""
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

    The last is ANY where the text does not tell: ``setattr(K, name, 1)``.
    """


DOCSTRING = Effects(writes=frozenset({"__doc__"}))


@dataclass(frozen=True, repr=False)
class Statement:
    """One statement of a block (a module, or a class body)."""

    kind: str
    """``def``, ``class``, ``import``, ``from``, ``assign``, ``expr``, ``doc`` or the syntax node's name."""
    names: tuple[str, ...]
    line: int
    end_line: int
    column: int
    text: str
    effects: Effects
    imports: tuple[tuple[int, str, str, str], ...] = ()
    """For ``from`` statements: (level, module, name, bound as)."""
    annotated: bool = False
    """Whether it is an annotated assignment."""
    head: int = 0
    """For a function: how much of the text stands before the body."""
    alias: bool = False
    """Whether it only gives an object another name: ``a = b``, ``a = m.b``."""
    directive: str | None = None
    postponed: bool = False
    """Whether it has annotations that stay text, by ``from __future__ import annotations``."""
    node: ast.stmt | None = field(default=None, compare=False, repr=False)
    """Kept for the members of a class; a module's statements are parsed again when needed."""

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What a definition is called: an edited statement with the same key is its successor."""
        return ("bind" if self.kind in ("def", "class", "assign") else self.kind, self.names)

    @property
    def label(self) -> str:
        return ", ".join(self.names) if self.names else self.text.strip().split("\n")[0][:40]

    @property
    def unconditional(self) -> bool:
        """Whether running it surely binds the names it writes."""
        return self.kind in ("def", "class", "import", "from", "assign", "TypeAlias", "doc")

    @cached_property
    def star(self) -> bool:
        """Whether it is ``from m import *``."""
        return any(name == "*" for _, _, name, _ in self.imports)

    @cached_property
    def imported(self) -> tuple[tuple[int | None, str, tuple[str, ...]], ...]:
        """What it surely imports as it runs: the level, the module and the names of each ``from m import n``.

        Of ``import m`` only the names; the level is None.
        """
        found: list[tuple[int | None, str, tuple[str, ...]]] = []
        if self.kind == "from":
            level, module, *_ = self.imports[0]
            return ((level, module, tuple(name for _, _, name, _ in self.imports)),)
        waiting: list[ast.AST] = [self.parse()]
        while waiting:
            part = waiting.pop(0)
            if isinstance(part, ast.Import):
                found.append((None, "", tuple(alias.name for alias in part.names)))
            elif isinstance(part, ast.ImportFrom):
                found.append((part.level, part.module or "", tuple(alias.name for alias in part.names)))
            elif not isinstance(part, (*FunctionNode, ast.Lambda, ast.If)):  # these may do so, or not
                waiting += ast.iter_child_nodes(part)
        return tuple(found)

    @cached_property
    def calls(self) -> tuple[tuple[str, frozenset[str]], ...]:
        """The calls that run with it: the name that leads to what is called, and the names among the arguments."""
        return tuple(_calls(self.parse()))

    @cached_property
    def shell(self) -> object:
        """The syntax without positions and without the bodies of functions."""
        return shape(self.parse(), bodies=False)

    @cached_property
    def whole(self) -> object:
        return shape(self.parse(), bodies=True)

    @cached_property
    def constants(self) -> frozenset[tuple[type, object]]:
        """The constants it mentions, each with its type; without None."""
        nodes = ast.walk(self.parse())
        return frozenset((type(n.value), n.value) for n in nodes if isinstance(n, ast.Constant) and n.value is not None)

    def parse(self) -> ast.stmt:
        """The syntax node with the file's own line numbers; not to be changed: others are given the same."""
        if self.node is not None:
            return self.node
        known = _remembered.get(id(self))
        if known is None:
            known = (self, self._parse())
            _remember(*known)
        return known[1]

    def _parse(self) -> ast.stmt:
        if len(self.text) < self.line:  # counting its lines up is quicker than to read so many blank ones
            return ast.increment_lineno(ast.parse(self.text).body[0], self.line - 1)
        return ast.parse("\n" * (self.line - 1) + self.text).body[0]


class _Syntax(dict[int, tuple[Statement, ast.stmt]]):
    """Syntax by the identity of its statement, while it is remembered; only so much, for it takes up much memory."""

    room = 0
    """Characters of text whose syntax may yet be remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: dict[int, tuple[ast.ClassDef, tuple[Statement, ...]]] = {}
        """By the identity of the syntax of a class, its members."""


_remembered = _Syntax()
MOST_REMEMBERED = 600_000  # characters; their syntax takes up 45 times as much


def remember_syntax() -> None:
    """From now on each statement is parsed but once."""
    if not _remembered:
        _remembered.room = MOST_REMEMBERED


def forget_syntax() -> None:
    _remembered.room = 0
    _remembered.clear()
    _remembered.bodies.clear()


def _remember(statement: Statement, node: ast.stmt) -> None:
    if _remembered.room > 0:
        _remembered.room -= len(statement.text)
        _remembered[id(statement)] = statement, node


@dataclass(frozen=True, repr=False)
class Parsed:
    """A module's source as statements."""

    text: str
    statements: tuple[Statement, ...]
    future: int
    """Compiler flags of the ``from __future__`` imports."""
    directive: str | None = None
    unknown_comments: tuple[tuple[int, str], ...] = ()
    """Lines and words of ``# hmr:`` comments that mean nothing."""

    @property
    def annotations_wait(self) -> bool:
        """Whether one function computes all annotations of the module when asked (3.14)."""
        return sys.version_info >= (3, 14) and not self.future & ANNOTATIONS

    @cached_property
    def import_names(self) -> frozenset[str]:
        """Names bound by import statements directly in the module: the compiler treats calls on them apart."""
        return frozenset(name for s in self.statements for name in s.effects.imported)


def decode(source: bytes) -> str:
    """Source bytes to text by PEP 263: BOM, encoding cookie, universal newlines.

    Raises SyntaxError or UnicodeDecodeError.
    """
    return importlib.util.decode_source(source)


def parse(source: bytes, before: Parsed | None = None) -> Parsed:
    """The statements of a module. `before`, an earlier version of it, spares parsing what is the same.

    Raises SyntaxError, ValueError (null bytes, undecodable text), RecursionError or MemoryError.
    """
    text = decode(source)
    if before is not None and (quick := _parse_middle(text, before)) is not None:
        _check_future_first(quick.statements, text)
        return quick
    tree = ast.parse(text)
    lines = text.split("\n")
    future = future_flags(tree.body)
    statements = tuple(split(tree.body, lines, future))
    _check_future_first(statements, text)
    if any(s.kind == "Global" for s in statements):
        compile(text, "<string>", "exec", dont_inherit=True)  # raises what only the whole file shows
    return Parsed(text, statements, future, _module_directive(text), _unknown_comments(text))


def _check_future_first(statements: Sequence[Statement], text: str) -> None:
    """``from __future__`` stands before all but the docstring: only the compile of a whole file minds."""
    ordinary = False
    for statement in statements:
        future = bool(statement.imports) and statement.imports[0][:2] == (0, "__future__")
        if future and ordinary:
            compile(text, "<string>", "exec", dont_inherit=True)
        ordinary |= not future and statement.kind != "doc"


def _module_directive(text: str) -> str | None:
    if "hmr:" not in text:
        return None
    for line in text.split("\n"):
        if line.startswith("#") and (word := directive_of(line)) in ("rerun", "off"):
            return word
    return None


def _unknown_comments(text: str) -> tuple[tuple[int, str], ...]:
    if "# hmr:" not in text:
        return ()
    words = [(number, directive_of(line)) for number, line in enumerate(text.split("\n"), 1)]
    return tuple((number, word) for number, word in words if word is not None and word not in DIRECTIVES)


def directive_of(line: str) -> str | None:
    """The word of a ``# hmr: word`` comment in `line`, known or not; None where there is none."""
    _, mark, rest = line.partition("# hmr:")
    return (rest.split() or [""])[0].lower() if mark else None


def _parse_middle(text: str, before: Parsed) -> Parsed | None:
    """Parse only the lines that differ, where the statements around them can be kept; else None."""
    if not before.statements or before.directive or "hmr:" in text:
        return None
    old, new = before.text.split("\n"), text.split("\n")
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    kept_head = [s for s in before.statements if s.end_line <= head]
    kept_tail = [s for s in before.statements if s.line > len(old) - tail and s.end_line > head]
    if kept_head and kept_tail and kept_head[-1].end_line >= kept_tail[0].line:
        return None
    changed = before.statements[len(kept_head) : len(before.statements) - len(kept_tail)]
    first = kept_head[-1].end_line if kept_head else 0
    shift = len(new) - len(old)
    last = kept_tail[0].line - 1 + shift if kept_tail else len(new)
    if not kept_head or any(s.imports and s.imports[0][1] == "__future__" for s in changed):
        return None
    middle = "\n".join(new[first:last])
    if "__future__" in middle or kept_head[-1].end_line == (changed[0].line if changed else -1):
        return None
    try:
        body = ast.parse("\n" * first + middle).body
    except (SyntaxError, ValueError):
        return None  # the whole file's parse gives the error its true place
    tail_statements = [_shifted(s, shift) for s in kept_tail] if shift else kept_tail
    fresh = list(split(body, new, before.future, start=len(kept_head)))
    quick = Parsed(text, (*kept_head, *fresh, *tail_statements), before.future)
    if not any(statement.effects.imported for statement in (*changed, *fresh)):
        quick.__dict__["import_names"] = before.import_names
    return quick


def _shifted(statement: Statement, lines: int) -> Statement:
    """The same statement further down; quicker than `replace`, and what is known of its syntax stays known."""
    moved = object.__new__(Statement)
    moved.__dict__.update(statement.__dict__, line=statement.line + lines, end_line=statement.end_line + lines)
    return moved


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def future_flags(body: Iterable[ast.stmt]) -> int:
    """The compiler flags that the ``from __future__`` statements of `body` set."""
    flags = 0
    for node in body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                feature = getattr(__future__, alias.name, None)
                if feature is None:
                    continue
                release = feature.getMandatoryRelease()
                if release is None or release > sys.version_info:  # the compiler takes no notice of the others
                    flags |= feature.compiler_flag
    return flags


def members(statement: Statement, file_text: str) -> tuple[Statement, ...]:
    """The statements of a class's body."""
    node = statement.parse()
    assert isinstance(node, ast.ClassDef)
    known = _remembered.bodies.get(id(node))
    if known is None:
        future = ANNOTATIONS if statement.postponed else 0
        known = node, tuple(split(node.body, file_text.split("\n"), future, keep=True))
        if _remembered.room > 0:
            _remembered.bodies[id(node)] = known
    return known[1]


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


def handed_to(statement: Statement, name: str) -> Iterator[str]:
    """Names of what a statement calls with a name, or an attribute of that name, among the arguments."""
    yield from (called for called, handed in statement.calls if name in handed)


def _calls(statement: ast.stmt) -> Iterator[tuple[str, frozenset[str]]]:
    for call in [node for node in _running(statement) if isinstance(node, ast.Call)]:
        first = next((node.id for node in ast.walk(call.func) if isinstance(node, ast.Name)), None)
        if first is not None:
            arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
            inner = [node for argument in arguments for node in ast.walk(argument)]
            names = (getattr(node, "id", None) or getattr(node, "attr", None) for node in inner)
            yield first, frozenset(filter(None, names))


def _running(statement: ast.stmt) -> Iterator[ast.AST]:
    """What of a statement runs with it: not the bodies of functions."""
    waiting: list[ast.AST] = [statement]
    for node in waiting:
        yield node
        if isinstance(node, FunctionNode):
            waiting += [*node.decorator_list, node.args, *([node.returns] if node.returns else ())]
        else:
            waiting += ast.iter_child_nodes(node)


def split(
    body: Sequence[ast.stmt], lines: Sequence[str], future: int, start: int = 0, keep: bool = False
) -> Iterator[Statement]:
    """The statements of a block whose file has `lines` and the compiler flags `future`."""
    for index, node in enumerate(body, start):
        line = min((d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno)
        end_line = node.end_lineno or node.lineno
        kind = _kind(node, index)
        found = DOCSTRING if kind == "doc" else effects(node)
        statement = Statement(
            kind=kind,
            names=_names(node),
            line=line,
            end_line=end_line,
            column=node.col_offset,
            text=_text(node, line, end_line, lines),
            effects=found,
            imports=_imports(node),
            annotated=isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name),
            head=_head(node, line, lines) if isinstance(node, FunctionNode) else 0,
            alias=isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, (ast.Name, ast.Attribute)),
            directive=_directive(lines, line, end_line),
            postponed=found.annotated and bool(future & ANNOTATIONS),
            node=node if keep else None,
        )
        if not keep:
            _remember(statement, node)
        yield statement


def _head(node: ast.FunctionDef | ast.AsyncFunctionDef, line: int, lines: Sequence[str]) -> int:
    """The length of a function's text before the line of its body; 0 where the body begins on the line of the name."""
    first = node.body[0]
    body_line = min((d.lineno for d in getattr(first, "decorator_list", ())), default=first.lineno)
    before = lines[line - 1 : body_line - 1]
    return sum(map(len, before)) + len(before) - node.col_offset if body_line > node.lineno else 0


def _directive(lines: Sequence[str], line: int, end_line: int) -> str | None:
    above = lines[line - 2].strip() if line >= 2 else ""
    if above.startswith("#") and (word := directive_of(above)):
        return word
    for text in (lines[line - 1], lines[end_line - 1]):
        if word := directive_of(text):
            return word
    return None


def _text(node: ast.stmt, line: int, end_line: int, lines: Sequence[str]) -> str:
    """The statement's own text; cut by columns only where it shares a line with another."""
    first, last = lines[line - 1], lines[end_line - 1]
    end = _column(last, node.end_col_offset or 0)
    indent = _column(first, node.col_offset) if line == node.lineno else len(first) - len(first.lstrip())
    rest = last[end:].lstrip()
    if rest and not rest.startswith("#"):
        last = last[:end]
    chosen = list(lines[line - 1 : end_line])
    chosen[-1] = last
    chosen[0] = chosen[0][indent:]
    return "\n".join(chosen)


def _column(line: str, offset: int) -> int:
    """Syntax nodes count columns in UTF-8 bytes."""
    return offset if line.isascii() else len(line.encode()[:offset].decode(errors="ignore"))


def _kind(node: ast.stmt, index: int) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "def"
        case ast.ClassDef():
            return "class"
        case ast.Assign() | ast.AnnAssign():
            return "assign"
        case ast.Import():
            return "import"
        case ast.ImportFrom():
            return "from"
        case ast.Expr(value=ast.Constant(value=value)):
            return "doc" if index == 0 and isinstance(value, str) else "constant"
        case ast.Expr():
            return "expr"
        case _:
            return type(node).__name__


def _names(node: ast.stmt) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return (node.name,)
        case ast.Import():
            return tuple(a.asname or a.name.partition(".")[0] for a in node.names)
        case ast.ImportFrom():
            return tuple(a.asname or a.name for a in node.names if a.name != "*")
        case ast.Assign():
            return tuple(name for target in node.targets for name in _target_names(target))
        case ast.AnnAssign() | ast.AugAssign():
            return tuple(_target_names(node.target))
        case _:
            return ()


def _target_names(target: ast.expr) -> Iterator[str]:
    match target:
        case ast.Name():
            yield target.id
        case ast.Tuple() | ast.List():
            for element in target.elts:
                yield from _target_names(element)
        case ast.Starred():
            yield from _target_names(target.value)
        case ast.Attribute() | ast.Subscript():
            yield ast.unparse(target)


def _imports(node: ast.stmt) -> tuple[tuple[int, str, str, str], ...]:
    if not isinstance(node, ast.ImportFrom):
        return ()
    return tuple((node.level, node.module or "", a.name, a.asname or a.name) for a in node.names)


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
    )


def _frozen(values: Iterable[T]) -> frozenset[T]:
    """Most are empty, and an empty one takes up 216 bytes: they share one."""
    return frozenset(values) or NOTHING


def _is_for_type_checkers(test: ast.expr) -> bool:
    """Whether a condition is ``TYPE_CHECKING``, or that of a module."""
    return "TYPE_CHECKING" in (getattr(test, "id", None), getattr(test, "attr", None))


def _passed_on(node: ast.stmt) -> frozenset[str]:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return NOTHING
    call = node.value
    arguments = [*call.args, *(k.value for k in call.keywords)]
    return _frozen({a.id for a in arguments if isinstance(a, ast.Name)} - {root_name(call.func)})


def _decorators(node: ast.stmt) -> frozenset[str]:
    return _frozen(name for d in getattr(node, "decorator_list", ()) if (name := root_name(d)) is not None)


def root_name(node: ast.expr) -> str | None:
    """``a`` of ``a.b[c].d``."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None


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
        self.local: list[set[str]] = []  # names of the comprehensions and classes around
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
        if self.class_depth:
            self.local[-1].add(name)
        elif not self._is_local(name):
            self.writes.add(name)

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

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.attributes.add(node.attr)
        if not isinstance(node.ctx, ast.Load):
            self._mutate(node.value)
            self._set(node.value, node.attr)
        self.visit(node.value)

    def _set(self, holder: ast.expr, attribute: str) -> None:
        names = [attribute]
        while isinstance(holder, ast.Attribute):
            names.append(holder.attr)
            holder = holder.value
        if isinstance(holder, ast.Name) and not self._is_local(holder.id):
            self.sets.add((holder.id, *reversed(names)))

    def visit_Subscript(self, node: ast.Subscript) -> None:
        match node:
            case ast.Subscript(namespace, ast.Constant(str(name)), ast.Load()) if self._is_namespace(namespace):
                self.reads.add(name)
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
        """A bare call is there for its effect: on what it is called on, or on what it is passed."""
        if isinstance(node.value, ast.Call) and not self.class_depth:
            call = node.value
            if isinstance(call.func, ast.Attribute):
                self._mutate(call.func)
            for argument in [*call.args, *(k.value for k in call.keywords)]:
                inner = argument.value if isinstance(argument, ast.Starred) else argument
                if isinstance(inner, (ast.Name, ast.Attribute, ast.Subscript)):
                    self._mutate(inner)
        self.generic_visit(node)

    def visit(self, node: ast.AST) -> None:
        self.operates |= isinstance(node, OPERATIONS)
        super().visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.calls = True
        match node:
            case ast.Call(ast.Attribute(namespace, "get" | "setdefault"), [ast.Constant(str(name)), *rest], []):
                if self._is_namespace(namespace):
                    self.reads.add(name)
                    for each in rest:
                        self.visit(each)
                    return
        self.calls_results |= isinstance(node.func, ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in ("getattr", "hasattr", "setattr", "delattr"):
            self.attributes |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
            match node.args:
                case [holder, ast.Constant(value=str(name)), *_] if node.func.id in ("setattr", "delattr"):
                    self._set(holder, name)
                case [holder, *_] if node.func.id == "setattr":
                    self._set(holder, ANY)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        """What stands under ``if TYPE_CHECKING:`` never runs: others may bind its names, by ``globals()`` perhaps."""
        self.visit(node.test)
        for part in (*(() if _is_for_type_checkers(node.test) else node.body), *node.orelse):
            self.visit(part)

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
        self._write(node.name)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

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
        self.class_depth += 1
        for statement in node.body:
            self.visit(statement)
        self.class_depth -= 1
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
