"""Statements that belong to the main thread: they use or set what is kept for each thread, or for one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import HmrError
from ..live.per_thread import are_for_one, is_kept_apart

if TYPE_CHECKING:
    from ..planning.records import ModuleRecord, Node
    from .run import RunState


class OnlyThere(HmrError):  # noqa: N818
    """A statement is to run on the main thread, if that can be had."""


def check(run: RunState, node: Node, before: Mapping[str, Any]) -> None:
    """Before a statement runs on another thread than the main one.

    Raises:
        OnlyThere: it uses what serves one thread only, or had made it.
    """
    if run.apart is not None and _acts(node) and not run.here and _is_for_main(node, before.values()):
        raise OnlyThere(str(node))


def note(run: RunState, node: Node, loaded: Sequence[ModuleRecord]) -> None:
    """After it has run there, and imported some modules: which statements the main thread has to run as well."""
    if run.apart is None or not (loaded or _acts(node)):
        return
    changed = run.apart.has_changed()
    if _acts(node) and (changed or _is_for_main(node)):
        run.outcome.for_main.append(node)
    for record in loaded:
        values = [*record.namespace.values()]
        if changed or are_for_one(values) or any(map(is_kept_apart, values)):
            run.outcome.for_main += [each for each in run.graph.analyze(record) if _may_be_for_main(each, changed)]


def _may_be_for_main(node: Node, changed: bool) -> bool:
    """The same of a module's that was imported; which of its statements has changed something is not known."""
    return _acts(node) and (changed or _is_for_main(node))


def _acts(node: Node) -> bool:
    """Whether it does more than to compute with operators, or to import: most statements of large reloads do not."""
    if node.statement.kind in ("import", "from"):
        return False
    effects = node.statement.effects
    return bool(effects.calls or effects.attributes or effects.mutates)


def _is_for_main(node: Node, before: Iterable[Any] = ()) -> bool:
    namespace = node.module.namespace
    read = [namespace[name] for name in node.statement.effects.reads if name in namespace]
    made = [namespace[name] for name in node.writes if name in namespace]
    return are_for_one([*read, *made, *before]) or any(map(is_kept_apart, read))
