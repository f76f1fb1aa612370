"""The functions that have changed and that no one has called since."""

from __future__ import annotations

import sys
import weakref
from collections.abc import Callable, Collection
from types import CodeType

from .run import Replaced

TOOL_IDS = (5, 3, 4, 2, 1)


class Uncalled:
    """Told by the first start of each changed code object (PEP 669); nothing is asked for once all have run."""

    def __init__(self) -> None:
        self._waiting: dict[int, tuple[weakref.ref[CodeType], str]] = {}
        """By the identity of the code, which is not kept alive: references to it are counted."""
        self._tool: int | None = None

    def names(self) -> tuple[str, ...]:
        return tuple(name for code, name in list(self._waiting.values()) if code() is not None)

    def replaced(self, codes: Collection[Replaced]) -> None:
        """What replaced what: functions that do something else than before wait for a call."""
        if sys.version_info < (3, 12):
            return
        for each in codes:
            waited = self._stop(each.old)
            if (waited or each.changed) and not each.called:
                self._wait_for(each.name, each.new)

    def _wait_for(self, name: str, code: CodeType) -> None:
        if self._tool is None:
            self._tool = self._take_tool()
        if self._tool is not None:
            self._waiting[id(code)] = (weakref.ref(code), name)
            sys.monitoring.set_local_events(self._tool, code, sys.monitoring.events.PY_START)

    def _take_tool(self) -> int | None:
        monitoring = sys.monitoring
        tool = next((number for number in TOOL_IDS if monitoring.get_tool(number) is None), None)
        if tool is not None:
            monitoring.use_tool_id(tool, "hmr-daemon")
            monitoring.register_callback(tool, monitoring.events.PY_START, self._on_start(monitoring.DISABLE))
        return tool

    def _on_start(self, disable: object) -> Callable[[CodeType, int], object]:
        """What is called to the very end of the interpreter, when the globals of this module are gone."""
        waiting, identity = self._waiting, id

        def on_start(code: CodeType, _offset: int) -> object:
            waiting.pop(identity(code), None)
            return disable

        return on_start

    def _stop(self, code: CodeType) -> bool:
        """Whether the code was still waiting."""
        waited = self._waiting.pop(id(code), None) is not None
        if waited and self._tool is not None:
            sys.monitoring.set_local_events(self._tool, code, 0)
        return waited
