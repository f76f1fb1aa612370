"""What a fork asks of a process with a thread of ours."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType


def after_this_call(function: Callable[[], None]) -> None:
    """Call `function` once the C function that is running now has returned.

    CPython 3.12 and 3.13 count the threads after the parent's fork hooks have run, and warn of any.
    """
    if sys.version_info < (3, 12) or sys.version_info >= (3, 14):
        function()
        return
    monitoring = sys.monitoring
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename in (__file__, function.__code__.co_filename):
        frame = frame.f_back
    tool = next((number for number in (3, 4, 5) if monitoring.get_tool(number) is None), None)
    if frame is None or tool is None:
        function()
        return
    code, events = frame.f_code, monitoring.events
    monitoring.use_tool_id(tool, "hmr-daemon")

    def on_event(*_: object) -> object:
        if monitoring.get_tool(tool) == "hmr-daemon":
            monitoring.set_local_events(tool, code, 0)
            monitoring.register_callback(tool, events.INSTRUCTION, None)
            monitoring.free_tool_id(tool)
            function()
        return monitoring.DISABLE

    monitoring.register_callback(tool, events.INSTRUCTION, on_event)
    monitoring.set_local_events(tool, code, events.INSTRUCTION)
