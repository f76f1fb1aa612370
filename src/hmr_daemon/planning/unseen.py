"""Which functions a statement ran, told from names where the recorder does not hear of it."""

from __future__ import annotations

import dis
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from types import CodeType
from typing import Any

from ..live import reach
from ..syntax import codes, mentions
from ..syntax.compiler import compile_text
from ..syntax.mentions import Mentions
from .attribution import Locator
from .records import ModuleRecord, Node


def run_by(
    node: Node,
    modules: Mapping[str, ModuleRecord],
    paths: Collection[str],
    mentioned: Mentions | None,
    known: reach.Known | None,
) -> dict[int, CodeType]:
    """The code of these functions, by identity; `mentioned` is what the statement mentions, where that is known."""
    from ..live import guesses  # for scripts, and for Python 3.11: other processes need not hold it

    effects = node.statement.effects
    values = list(_read_values(node, modules))
    only_binds = node.statement.kind in ("import", "from") or (node.statement.alias and not effects.attributes)
    helpers = [code for code in running_with(node) if not codes.is_class_body(code)]
    if not values and not helpers and (only_binds or not effects.reads):
        return {}
    inline = [code for code in codes.walk(node.codes) if code.co_name in reach.INLINE]
    found = {id(code): code for code in (*inline, *helpers, *_bound_again(node))}
    if mentioned is None:
        mentioned = _mentioned_by(node)
    calls, results = effects.calls or bool(values), effects.calls_results
    namespace = node.module.namespace
    ran = guesses.run_by(mentioned, namespace, values, paths, effects.passes, calls, results, known)
    return {**found, **ran}


def _read_values(node: Node, modules: Mapping[str, ModuleRecord]) -> Iterator[Any]:
    """What a statement read of other modules and may have called."""
    for module, name in node.reads:
        names = modules[module].namespace if module in modules else {}
        if node.statement.effects.calls and name in names and node.statement.kind not in ("from", "import"):
            yield names[name]
        elif name not in names and name != "__dict__" and "__getattr__" in names:
            yield names["__getattr__"]


def _bound_again(node: Node) -> Iterator[CodeType]:
    """The code of functions under names that a statement read, and that are gone or bound again by now."""
    effects, others = node.statement.effects, node.module.nodes or ()
    if not effects.calls:
        return
    for name in effects.reads - effects.passes:
        makers = [other for other in others if other is not node and name in other.statement.effects.writes]
        if name in node.module.namespace:
            earlier = [maker for maker in makers if maker.order < node.order]
            makers = earlier[-1:] if len(earlier) < len(makers) else []
        yield from codes.walk(code for maker in makers for code in maker.codes)


def mentioned_in(record: ModuleRecord) -> dict[Node, Mentions]:
    """What each statement of a module that has loaded mentions."""
    assert record.nodes is not None
    if not record.nodes:
        return {}
    locate, found = Locator(record.code, record.nodes), defaultdict[Node, list[dis.Instruction]](list)
    for instruction in dis.get_instructions(record.code):
        found[locate(instruction.offset)].append(instruction)
    return {node: mentions.mentions([*instructions, *_of_classes(node)]) for node, instructions in found.items()}


def _mentioned_by(node: Node) -> Mentions:
    """What a statement mentions that has been edited since."""
    if node.module.parsed is None:
        return Mentions()
    code = compile_text(node.statement, node.module.parsed, node.module.path)
    return mentions.mentions([*dis.get_instructions(code), *_of_classes(node)])


def _of_classes(node: Node) -> Iterator[dis.Instruction]:
    """The instructions that run with a statement besides its own."""
    return chain.from_iterable(map(dis.get_instructions, running_with(node)))


def running_with(node: Node) -> Iterator[CodeType]:
    """Code that runs with a statement: of class bodies, comprehensions, and what a body calls of its own functions."""
    waiting, called = list(node.codes), set[int]()
    while waiting:
        code = waiting.pop()
        if codes.is_class_body(code) or code.co_name in reach.INLINE or id(code) in called:
            yield code
            names = mentions.called(code) if codes.is_class_body(code) else ()
            called |= {id(child) for child in codes.children(code) if child.co_name in names}
            waiting += codes.children(code)
