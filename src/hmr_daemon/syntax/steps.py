"""Which globals code binds by counting them alone: most binds none, and what tells of the rest is loaded for it."""

from __future__ import annotations

from types import CodeType

from . import codes, defaults


def written(code: CodeType) -> frozenset[str]:
    """The globals that code binds, but for those that it only counts, or binds where there is nothing yet."""
    found = codes.global_writes(code)
    if not found:
        return found
    from . import counters

    return found - counters.counted(code) - counters.made_once(code)


def looked_at(code: CodeType) -> frozenset[str]:
    """The globals that code loads or has as defaults of parameters, but for those that it only counts."""
    found = codes.global_reads(code).union(defaults.of(code).values())
    if not codes.global_writes(code):
        return found
    from . import counters

    return found - counters.unseen(code)
