"""The statements of a block: what each is called, and its own text and syntax."""

from __future__ import annotations
import __future__

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from . import trees
from .effects import DOCSTRING, Effects, effects, is_for_scripts
from .trees import FunctionNode, shape

COMPOUND = ("If", "For", "While", "With", "Try", "TryStar", "Match")
"""Kinds of statements that hold others."""
REGISTERING = ("def", "class", "expr", *COMPOUND)
"""Kinds of statements that register, as a rule, what they make or are given with what they call."""
ANNOTATIONS = __future__.annotations.compiler_flag


@dataclass(frozen=True, repr=False)
class Statement:
    """One statement of a block (a module, or a class body)."""

    kind: str
    """``def``, ``class``, ``import``, ``from``, ``assign``, ``expr``, ``doc`` or the syntax node's name.

    ``constant`` does nothing at all.
    """
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
    handed: frozenset[str] | None = None
    """The texts that a definition's decorators and bases are given; None where it has none of these."""
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

    @property
    def does_to_others(self) -> bool:
        """Whether it may do something to objects that it does not make, as far as that is seen at once."""
        effects = self.effects
        if self.kind in ("expr", *COMPOUND):
            return effects.calls or bool(effects.mutates or effects.sets)
        return self.kind in ("assign", "AugAssign", "Delete") and bool(effects.mutates or effects.sets)

    @cached_property
    def star(self) -> bool:
        """Whether it is ``from m import *``, or has one in it, as ``try`` and ``if`` may have."""
        if self.kind in ("def", "class", "from") or not ("import" in self.text and "*" in self.text):
            return any(name == "*" for _, _, name, _ in self.imports)
        return any(isinstance(n, ast.ImportFrom) and n.names[0].name == "*" for n in trees.nested(self.parse()))

    @cached_property
    def imported(self) -> tuple[tuple[int | None, str, tuple[str, ...]], ...]:
        """What it surely imports as it runs: the level, the module and the names of each ``from m import n``.

        Of ``import m`` only the names; the level is None.
        """
        found: list[tuple[int | None, str, tuple[str, ...]]] = []
        if self.kind == "def" or "import" not in self.text:
            return ()
        if self.kind == "from":
            level, module, *_ = self.imports[0]
            return ((level, module, tuple(name for _, _, name, _ in self.imports)),)
        waiting: list[ast.AST] = [self.outline()]
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
        return tuple(trees.calls(self.outline()))

    @cached_property
    def shell(self) -> object:
        """The syntax without positions and without the bodies of functions."""
        return shape(self.outline(), bodies=False)

    @cached_property
    def whole(self) -> object:
        return shape(self.parse(), bodies=True)

    @cached_property
    def given(self) -> frozenset[str]:
        """The texts that it gives to what it may register with, and the name of what has decorators or bases."""
        if self.kind in ("import", "from", "doc", "constant"):
            return frozenset()
        if self.kind in ("def", "class") and not self.effects.calls:
            return frozenset() if self.handed is None else self.handed.union(self.names)
        return frozenset(trees.given(self.outline()))

    @cached_property
    def heads(self) -> tuple[object, ...]:
        """What a definition hands itself to; of a class, what its members are handed to as well, with their names."""
        return tuple(trees.heads(self.outline()))

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
        if known is not None:
            _remembered[id(self)] = _remembered.pop(id(self))  # it goes last
            return known[1]
        node = self._parse()
        _remember(self, node)
        return node

    def outline(self) -> ast.stmt:
        """The same, where the bodies of functions may be missing: what is kept of it takes up little."""
        known = _remembered.outlines.get(id(self))
        return known[1] if known is not None and id(self) not in _remembered else self.parse()

    def _parse(self) -> ast.stmt:
        if len(self.text) < self.line:  # counting its lines up is quicker than to read so many blank ones
            return ast.increment_lineno(ast.parse(self.text).body[0], self.line - 1)
        return ast.parse("\n" * (self.line - 1) + self.text).body[0]


class _Syntax(dict[int, tuple[Statement, ast.stmt]]):
    """Syntax by the identity of its statement, while it is remembered; only so much, for it takes up much memory."""

    most = 0
    """How many characters of text may have theirs remembered: what was asked for last."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: dict[int, tuple[ast.ClassDef, tuple[Statement, ...]]] = {}
        """By the identity of the syntax of a class, its members."""
        self.outlines: dict[int, tuple[Statement, ast.stmt]] = {}
        """What is kept of the syntax of those that it was too much for."""
        self.held = 0
        """How many characters have."""


_remembered = _Syntax()
MOST_REMEMBERED = 600_000  # characters; their syntax takes up 45 times as much


def remember_syntax() -> None:
    """From now on each statement is parsed but once, as a rule."""
    _remembered.most = MOST_REMEMBERED


def forget_syntax() -> None:
    _remembered.most = _remembered.held = 0
    _remembered.clear()
    _remembered.bodies.clear()
    _remembered.outlines.clear()


def _remember(statement: Statement, node: ast.stmt) -> None:
    size = len(statement.text)
    if size > _remembered.most:
        if _remembered.most:
            _remembered.outlines[id(statement)] = statement, trees.outline(node)
        return
    while _remembered.held + size > _remembered.most:
        first, dropped = _remembered.pop(next(iter(_remembered)))
        _remembered.held -= len(first.text)
        _remembered.bodies.pop(id(dropped), None)
        _remembered.outlines[id(first)] = first, trees.outline(dropped)
    _remembered.held += size
    _remembered[id(statement)] = statement, node


def directive_of(line: str) -> str | None:
    """The word of a ``# hmr: word`` comment in `line`, known or not; None where there is none."""
    _, mark, rest = line.partition("# hmr:")
    return (rest.split() or [""])[0].lower() if mark else None


def members(statement: Statement, file_text: str) -> tuple[Statement, ...]:
    """The statements of a class's body."""
    node = statement.parse()
    assert isinstance(node, ast.ClassDef)
    known = _remembered.bodies.get(id(node))
    if known is None:
        future = ANNOTATIONS if statement.postponed else 0
        known = node, tuple(split(node.body, file_text.split("\n"), future, keep=True))
        if id(statement) in _remembered:
            _remembered.bodies[id(node)] = known
    return known[1]


def split(
    body: Sequence[ast.stmt], lines: Sequence[str], future: int, start: int = 0, keep: bool = False, main: bool = True
) -> Iterator[Statement]:
    """The statements of a block whose file has `lines` and the compiler flags `future`.

    `main` is whether it may run as a script: what stands there for a script alone does nothing elsewhere.
    """
    for index, node in enumerate(body, start):
        line = min((d.lineno for d in getattr(node, "decorator_list", ())), default=node.lineno)
        end_line = node.end_lineno or node.lineno
        kind = _kind(node, index)
        found = DOCSTRING if kind == "doc" else effects(node)
        if not main and isinstance(node, ast.If) and not node.orelse and is_for_scripts(node.test):
            kind, found = "constant", Effects(imported=found.imported, annotated=found.annotated)
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
            handed=trees.handed(node),
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
