"""Source text to the statements of a module."""

from __future__ import annotations
import __future__

import ast
import importlib.util
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from .statements import ANNOTATIONS, Statement, directive_of, split

DIRECTIVES = ("keep", "rerun", "off")


@dataclass(frozen=True, repr=False, eq=False)
class Parsed:
    """A module's source as statements."""

    text: str
    statements: tuple[Statement, ...]
    future: int
    """Compiler flags of the ``from __future__`` imports."""
    main: bool = True
    """Whether it may run as a script."""
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

    @cached_property
    def names_super(self) -> bool:
        """Whether the module itself names ``super``, not only its functions: calls on it are compiled apart then."""
        return any(map(_names_super, self.statements))


def _names_super(statement: Statement) -> bool:
    if "super" not in statement.text:
        return False
    seen = "super" in statement.effects.reads | statement.effects.writes or "global" in statement.text
    if not seen:
        return False
    import symtable  # hardly ever

    return "super" in symtable.symtable(statement.text, "<string>", "exec").get_identifiers()


def decode(source: bytes) -> str:
    """Source bytes to text by PEP 263: BOM, encoding cookie, universal newlines.

    Raises SyntaxError or UnicodeDecodeError.
    """
    return importlib.util.decode_source(source)


def parse(source: bytes, before: Parsed | None = None, main: bool = True) -> Parsed:
    """The statements of a module. `before`, an earlier version of it, spares parsing what is the same.

    `main` is whether it may run as a script.

    Raises SyntaxError, ValueError (null bytes, undecodable text), RecursionError or MemoryError.
    """
    text = decode(source)
    if before is not None and (quick := _parse_middle(text, before)) is not None:
        _check_future_first(quick.statements, text)
        return quick
    tree = ast.parse(text)
    lines = text.split("\n")
    future = future_flags(tree.body)
    statements = tuple(split(tree.body, lines, future, main=main))
    _check_future_first(statements, text)
    if any(s.kind == "Global" for s in statements):
        compile(text, "<string>", "exec", dont_inherit=True)  # raises what only the whole file shows
    return Parsed(text, statements, future, main, _module_directive(text), _unknown_comments(text))


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
    fresh = list(split(body, new, before.future, start=len(kept_head), main=before.main))
    quick = Parsed(text, (*kept_head, *fresh, *tail_statements), before.future, before.main)
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
