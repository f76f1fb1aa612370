"""Runs inside a live process: does what JSON lines on stdin ask for, in `__main__`, and answers on a pipe.

It is executed from text in a namespace of its own, so that it is neither a module nor a file to watch.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, TextIO

EVENT = ("ok", "ran", "patched", "error", "milliseconds", "files")


def main(answers_number: int, reloads_number: int) -> None:
    answers = os.fdopen(answers_number, "w")
    reloads = os.fdopen(reloads_number, "w")
    namespace = sys.modules["__main__"].__dict__
    report_reloads(reloads)
    send(answers, {"ready": True})
    for line in sys.stdin:
        send(answers, answer(json.loads(line), namespace))


def answer(request: dict[str, str], namespace: dict[str, Any]) -> dict[str, Any]:
    try:
        if "do" in request:
            exec(compile(request["do"], "<live>", "exec"), namespace)
            return {"value": "None"}
        return {"value": repr(eval(request["see"], namespace))}
    except BaseException as error:  # the program's own failure is an answer
        return {"error": f"{type(error).__name__}: {error}"}


def report_reloads(reloads: TextIO) -> None:
    """Each reload event becomes a line; a process without the package has none."""
    if "hmr_daemon_startup" not in sys.modules:
        return
    import hmr_daemon

    hmr_daemon.on_reload(lambda event: send(reloads, {name: getattr(event, name) for name in EVENT}))


def send(channel: TextIO, message: dict[str, Any]) -> None:
    print(json.dumps(message, default=str), file=channel, flush=True)


if __name__ == "driver":
    descriptors = [int(each) for each in sys.argv[1:]]
    sys.argv[1:] = []
    main(*descriptors)
