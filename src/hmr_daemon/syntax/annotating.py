"""Assignments that differ in their annotation alone: ``xs = []`` that becomes ``xs: list[int] = []`` (pure)."""

from __future__ import annotations

import ast

from .statements import Statement
from .trees import shape


def only_annotated(old: Statement, new: Statement) -> bool:
    """Whether two versions of an assignment bind one name to the same, and are annotated otherwise."""
    if not (old.annotated or new.annotated) or old.kind != new.kind or old.directive != new.directive:
        return False
    bound = _bound(old.parse())
    return bound is not None and bound == _bound(new.parse())


def reads_for_annotation(statement: Statement, name: str) -> bool:
    """Whether an assignment reads a name for its annotation, and not for its value."""
    node = statement.parse() if statement.annotated else None
    if not isinstance(node, ast.AnnAssign) or _bound(node) is None or node.value is None:
        return False
    return _mentions(node.annotation, name) and not _mentions(node.value, name)


def _mentions(node: ast.AST, name: str) -> bool:
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def annotation(statement: Statement) -> ast.stmt | None:
    """The annotation of an assignment, as a statement that binds nothing."""
    node = statement.parse()
    if not isinstance(node, ast.AnnAssign):
        return None
    return ast.copy_location(ast.AnnAssign(node.target, node.annotation, None, node.simple), node)


def _bound(node: ast.stmt) -> tuple[str, object] | None:
    match node:
        case ast.Assign([ast.Name(name)], value) | ast.AnnAssign(ast.Name(name), _, ast.expr() as value, 1):
            return name, shape(value, bodies=True)
    return None
