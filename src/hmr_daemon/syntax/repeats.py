"""How often the calls in a statement run, as far as its text tells (pure)."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from .trees import path_of

Lengths = Callable[[str], int | None]
"""How many entries a global has, None where that is not known."""
SAME_LENGTH = frozenset({"enumerate", "list", "reversed", "sorted", "tuple"})
"""Builtin functions that give as many entries as what they are given has."""


def calls(statement: ast.stmt, lengths: Lengths) -> Iterator[tuple[tuple[str, ...], int]]:
    """The paths of names that a statement calls by as it runs, each with how often.

    What runs once or not at all, as under a condition, counts as once, and so does a loop over what is not known.
    """
    waiting: list[tuple[ast.AST, int]] = [(statement, 1)]
    while waiting:
        node, times = waiting.pop()
        match node:
            case ast.Call(function):
                if path := path_of(function):
                    yield path, times
                waiting += [(each, times) for each in ast.iter_child_nodes(node)]
            case ast.For(target, iterated, body, orelse) | ast.AsyncFor(target, iterated, body, orelse):
                waiting += [(each, times) for each in (target, iterated, *orelse)]
                waiting += [(each, times * _length(iterated, lengths)) for each in body]
            case (
                ast.ListComp(generators=generators)
                | ast.SetComp(generators=generators)
                | ast.DictComp(generators=generators)
                | ast.GeneratorExp(generators=generators)
            ):
                for generator in generators:
                    waiting.append((generator.iter, times))
                    times *= 1 if generator.ifs else _length(generator.iter, lengths)
                    waiting += [(each, times) for each in generator.ifs]
                waiting += [
                    (each, times) for each in ast.iter_child_nodes(node) if not isinstance(each, ast.comprehension)
                ]
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from ((path, times) for each in node.decorator_list if (path := path_of(each)))
                inner = node.body if isinstance(node, ast.ClassDef) else []
                heads = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.stmt)]
                waiting += [(each, times) for each in (*heads, *inner)]
            case ast.Lambda():
                waiting += [(each, times) for each in (*node.args.defaults, *node.args.kw_defaults) if each is not None]
            case _:
                waiting += [(each, times) for each in ast.iter_child_nodes(node)]


def _length(iterated: ast.expr, lengths: Lengths) -> int:
    """How many entries what a loop goes through has; 1 where the text does not tell."""
    match iterated:
        case ast.List(entries) | ast.Tuple(entries) | ast.Set(entries) if not any(map(_is_starred, entries)):
            return len(entries)
        case ast.Dict(keys) if None not in keys:
            return len(keys)
        case ast.Constant(str() as text):
            return len(text)
        case ast.Call(ast.Name("range"), [ast.Constant(int(stop))], []):
            return max(stop, 0)
        case ast.Call(ast.Name("range"), [ast.Constant(int(start)), ast.Constant(int(stop))], []):
            return max(stop - start, 0)
        case ast.Call(ast.Name(function), [first, *_]) if function in SAME_LENGTH:
            return _length(first, lengths)
        case ast.Call(ast.Attribute(first, "items" | "keys" | "values"), []):
            return _length(first, lengths)
        case ast.Name(name):
            known = lengths(name)
            return 1 if known is None else known
    return 1


def _is_starred(node: ast.expr) -> bool:
    return isinstance(node, ast.Starred)
