"""The names that an interactive namespace took from modules: they follow when the modules' names change."""

from __future__ import annotations

import sys
from typing import Any

from .graph import ModuleRecord
from .transaction import MISSING


def rebind(changes: list[tuple[ModuleRecord, str, Any, Any]]) -> tuple[str, ...]:
    """Bind the new values of changed module names to the names of ``__main__`` that came from them."""
    main = sys.modules.get("__main__")
    if main is None:
        return ()
    namespace = vars(main)
    done = []
    for record, name, old, new in changes:
        if old is MISSING or new is MISSING or record.module is main:
            continue
        for bound, value in list(namespace.items()):
            if value is old and bound == name:
                namespace[bound] = new
                done.append(bound)
    return tuple(done)
