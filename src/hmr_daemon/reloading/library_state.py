"""Who looks at what a statement has done to a library: ``os.environ["X"] = "1"``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..planning.records import Node
from .run import RunState


@dataclass(frozen=True, eq=False, repr=False)
class Touched:
    """What was done to a library, by what it is found again in other statements."""

    root: Any
    """The module, or the object, whose name leads there."""
    name: str
    attributes: frozenset[str]
    texts: frozenset[str]


def users(run: RunState, node: Node, touched: Touched) -> Iterator[Node]:
    """Later statements that mention something of a library: of other modules those that mention a text with it, too."""
    for user in run.graph.analyze(node.module):
        effects, namespace = user.statement.effects, node.module.namespace
        asks = not effects.attributes.isdisjoint(touched.attributes)
        if asks and user.order > node.order and any(namespace.get(name) is touched.root for name in effects.reads):
            yield user
    yield from users_elsewhere(run, node, touched)


def users_elsewhere(run: RunState, node: Node, touched: Touched) -> Iterator[Node]:
    """Later statements of other modules that mention the same attribute of a library, and the same text with it."""
    texts = touched.texts
    for attribute in sorted(touched.attributes) if texts else ():
        for user in [*_readers(run, attribute, touched.root, texts), *_runners(run, attribute, texts)]:
            if user.module is not node.module and run.graph.comes_after(user, node):
                yield user


def touched_by(node: Node, root: Any, name: str) -> Touched:
    """What the text of a statement does to a library."""
    return Touched(root, name, node.statement.effects.attributes, _texts(node))


def _readers(run: RunState, attribute: str, library: Any, texts: frozenset[str]) -> Iterator[Node]:
    """Those that do so themselves."""
    nodes = [node for record in run.lookups.texts_with(attribute) for node in run.graph.analyze(record)]
    for node in nodes:
        effects, namespace = node.statement.effects, node.module.namespace
        mentions = attribute in effects.attributes and not texts.isdisjoint(_texts(node))
        if mentions and any(namespace.get(name) is library for name in effects.reads):
            yield node


def _runners(run: RunState, attribute: str, texts: frozenset[str]) -> Iterator[Node]:
    """Those that run functions which do, and mention the text where these do not."""
    for _, code in run.lookups.mentioning(attribute).values():
        seen = not texts.isdisjoint(value for value in code.co_consts if type(value) is str)
        yield from (node for node in run.graph.runners(code) if seen or not texts.isdisjoint(_texts(node)))


def _texts(node: Node) -> frozenset[str]:
    return frozenset(value for kind, value in node.statement.constants if kind is str and type(value) is str)
