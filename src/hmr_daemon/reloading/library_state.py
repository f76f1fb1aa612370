"""Who looks at what a statement has done to a library: ``os.environ["X"] = "1"``."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from ..planning.records import Node
from .run import RunState


def users_elsewhere(run: RunState, node: Node, library: ModuleType) -> Iterator[Node]:
    """Later statements of other modules that mention the same attribute of a library, and the same text with it."""
    texts = _texts(node)
    for attribute in sorted(node.statement.effects.attributes) if texts else ():
        for user in [*_readers(run, attribute, library, texts), *_runners(run, attribute, texts)]:
            if user.module is not node.module and run.graph.comes_after(user, node):
                yield user


def _readers(run: RunState, attribute: str, library: ModuleType, texts: set[str]) -> Iterator[Node]:
    """Those that do so themselves."""
    nodes = [node for record in run.lookups.texts_with(attribute) for node in run.graph.analyze(record)]
    for node in nodes:
        effects, namespace = node.statement.effects, node.module.namespace
        mentions = attribute in effects.attributes and not texts.isdisjoint(_texts(node))
        if mentions and any(namespace.get(name) is library for name in effects.reads):
            yield node


def _runners(run: RunState, attribute: str, texts: set[str]) -> Iterator[Node]:
    """Those that run functions which do, and mention the text where these do not."""
    for _, code in run.lookups.mentioning(attribute).values():
        seen = not texts.isdisjoint(value for value in code.co_consts if type(value) is str)
        yield from (node for node in run.graph.runners(code) if seen or not texts.isdisjoint(_texts(node)))


def _texts(node: Node) -> set[str]:
    return {value for kind, value in node.statement.constants if kind is str and type(value) is str}
