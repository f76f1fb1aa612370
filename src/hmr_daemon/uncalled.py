"""The functions that have changed and that no one has called since."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import CodeType

from . import codes
from .graph import Node

TOOL_IDS = (5, 3, 4, 2, 1)


class Uncalled:
    """Told by the first start of each changed code object (PEP 669); nothing is asked for once all have run."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[CodeType, str]] = {}
        """By the identity of the code: two functions may have equal code."""
        self._tool: int | None = None

    def names(self) -> tuple[str, ...]:
        return tuple(name for _, name in list(self._waiting.values()))

    def changed(self, before: Mapping[str, CodeType], after: Mapping[str, CodeType]) -> None:
        """What replaced what: functions whose instructions are others than before wait for a call."""
        if sys.version_info < (3, 12):
            return
        changed = changed_functions(before, after)
        for name, old in before.items():
            waited = self._stop(old)
            new = after.get(name)
            if new is not None and (waited or name in changed):
                self._wait_for(name, new)

    def _wait_for(self, name: str, code: CodeType) -> None:
        if self._tool is None:
            self._tool = self._take_tool()
        if self._tool is not None:
            self._waiting[id(code)] = (code, name)
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.PY_START)

    def _take_tool(self) -> int | None:
        monitoring = sys.monitoring
        tool = next((number for number in TOOL_IDS if monitoring.get_tool(number) is None), None)
        if tool is not None:
            monitoring.use_tool_id(tool, "hmr-daemon")
            monitoring.register_callback(tool, monitoring.events.PY_START, self._on_start)
        return tool

    def _on_start(self, code: CodeType, _offset: int) -> object:
        self._waiting.pop(id(code), None)
        return sys.monitoring.DISABLE

    def _stop(self, code: CodeType) -> bool:
        """Whether the code was still waiting."""
        waited = self._waiting.pop(id(code), None) is not None
        if waited and self._tool is not None:
            sys.monitoring.set_local_events(self._tool, code, 0)
        return waited


def functions_of(nodes: Iterable[Node]) -> dict[str, CodeType]:
    """The functions that statements define, by module and qualified name."""
    return {
        f"{node.module.name}.{code.co_qualname}": code
        for node in nodes
        for code in codes.walk(node.codes)
        if not codes.is_class_body(code) and "<" not in code.co_name
    }


def changed_functions(before: Mapping[str, CodeType], after: Mapping[str, CodeType]) -> dict[str, CodeType]:
    """The old code of the functions that do something else now, by name."""
    return {
        name: old
        for name, old in before.items()
        if name in after and codes.deep_surface(old) != codes.deep_surface(after[name])
    }
