"""Statements that belong to the main thread: they use or set what is kept for each thread, or for one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import HmrError
from ..live.per_thread import are_for_another, are_for_this, is_kept_apart

if TYPE_CHECKING:
    from ..planning.records import ModuleRecord, Node
    from .run import RunState


class OnlyThere(HmrError):  # noqa: N818
    """A statement is to run on the main thread, if that can be had."""


def check(run: RunState, node: Node, before: Mapping[str, Any]) -> None:
    """Before a statement runs on another thread than the main one.

    Raises:
        OnlyThere: it uses what serves the main thread only, or had made it.
    """
    if run.apart is None or run.here or not _acts(node):
        return
    read = _held(node, node.statement.effects.reads)
    if any(map(is_kept_apart, read)) or are_for_another([*read, *before.values()]):
        raise OnlyThere(str(node))


def note(run: RunState, node: Node, loaded: Sequence[ModuleRecord]) -> None:
    """After it has run there, and imported some modules: which statements the main thread has to run as well."""
    if run.apart is None or not (loaded or _acts(node)):
        return
    changed = run.apart.has_changed()
    if _is_for_main(node, changed):
        run.outcome.for_main.append(node)
    for record in loaded:  # which of their statements has changed something is not known
        values = [*record.namespace.values()]
        if changed or are_for_this(values) or any(map(is_kept_apart, values)):
            run.outcome.for_main += [each for each in run.graph.analyze(record) if _is_for_main(each, changed)]


def _is_for_main(node: Node, changed: bool) -> bool:
    if not _acts(node):
        return False
    read = _held(node, node.statement.effects.reads)
    return changed or any(map(is_kept_apart, read)) or are_for_this(_held(node, node.writes))


def _acts(node: Node) -> bool:
    """Whether it does more than to compute with operators, or to import: most statements of large reloads do not."""
    if node.statement.kind in ("import", "from"):
        return False
    effects = node.statement.effects
    return bool(effects.calls or effects.attributes or effects.mutates)


def _held(node: Node, names: Iterable[str]) -> list[Any]:
    namespace = node.module.namespace
    return [namespace[name] for name in names if name in namespace]
