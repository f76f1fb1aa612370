"""What goes on as it was before an edit: functions that are running, and statements of a script."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping
from types import CodeType

from ..loading.scripts import innermost_frames, outward
from ..planning.records import ModuleRecord, Node
from ..syntax.statements import Statement


def functions(new: Mapping[str, CodeType]) -> Iterator[str]:
    """Which functions, by name with the code they have now, still run an earlier one, and where each stands."""
    names = {(code.co_filename, code.co_qualname): name for name, code in new.items()}
    threads = {thread.ident: thread.name for thread in threading.enumerate()}
    for ident, innermost in innermost_frames().items():
        for frame in outward(innermost):
            code = frame.f_code
            name = names.get((code.co_filename, code.co_qualname))
            if name is not None and code is not new[name]:
                del names[code.co_filename, code.co_qualname]
                place = f"{os.path.basename(code.co_filename)}:{frame.f_lineno}"
                thread = threads.get(ident, "")
                where = place if thread in ("MainThread", "") else f"{place}, thread {thread}"
                yield f"{name} is still running as it was ({where}): its next call runs the new code"


def statements(script: ModuleRecord, before: Mapping[Node, Statement], ran: Collection[str]) -> Iterator[str]:
    """Which edited statements of a script have not run again, and why."""
    file = os.path.basename(script.path)
    for node in script.nodes or ():
        old, new = before.get(node), node.statement
        if str(node) in ran or old is new or (old is not None and old.whole == new.whole):
            continue
        reason = _reason(script, node)
        if reason is not None:
            yield f"{file}:{new.line} {new.label} {reason}"


def _reason(script: ModuleRecord, node: Node) -> str | None:
    running = script.running
    if running is not None and node.order > running.order:
        return "comes later: the script will run it as it was when it was started"
    if running is node or (running is not None and node.order == running.order):
        return "is running and goes on as it was: restart the script to run the new one"
    if node.statement.kind in ("def", "class", "doc", "constant"):
        return None  # given its new code in place
    return "is not run again in a script: restart it to run the new one"
