"""What code does with the containers that it adds to."""

from __future__ import annotations

import dis
from collections.abc import Collection
from itertools import pairwise
from types import CodeType

from . import codes


def only_adds(code: CodeType, names: Collection[str]) -> bool:
    """Whether `code` does no more with some globals than to add to them, to sort them, or to ask what is in them.

    >>> only_adds(compile("known[key] = it", "", "exec"), ["known"])
    True
    >>> only_adds(compile("known[len(known)] = it", "", "exec"), ["known"])
    False
    """
    adding = {each.offset for each in codes.growing(code)}
    return all(
        each.offset in adding or following.opname == "CONTAINS_OP" or following.argval == "sort"
        for each, following in pairwise(dis.get_instructions(code))
        if each.opname in codes.GLOBAL_READS and each.argval in names
    )
