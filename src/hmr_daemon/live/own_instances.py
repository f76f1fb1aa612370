"""Instances that a class has of itself once it is made, as singletons and members of the user's own enums are."""

from __future__ import annotations

import gc
from collections.abc import Collection
from types import FunctionType, ModuleType
from typing import Any

from . import insides, values
from .holders import replace_references
from .kinds import is_a
from .successors import can_become
from .transaction import MISSING, Transaction, put_member


def keep(transaction: Transaction, old: type, new: type) -> tuple[frozenset[str], list[Any]]:
    """Let those that `new` has been given while it was made go on as the objects that `old` has under the same names.

    They are what the new ones are, which nothing holds any more. Gives those that came out different, and the names of
    the members that lead to one.
    """
    different, taken, made_now = list[Any](), set[int](), [m for m in list(vars(new).values()) if type(m) is new]
    held_by = gc.get_referrers(*made_now)  # all of the heap is looked through once
    for name in list(vars(new)):
        made = vars(new)[name]
        if made is not vars(old).get(name, MISSING) and _is_successor(old, new, name, taken):
            before = vars(old)[name]
            taken.add(id(before))
            if not values.alike(dict(insides.attributes(before)), dict(insides.attributes(made))):
                different.append(before)
                _become(transaction, before, made)
            put_member(new, name, before)
            replace_references(transaction, made, before, skip=(made_now,), held_by=held_by)
    return frozenset(name for name, member in list(vars(new).items()) if _leads_to(member, different)), different


def _leads_to(member: Any, instances: Collection[Any]) -> bool:
    parts = [member, *insides.cell_contents(member)] if type(member) is FunctionType else [member]
    return any(insides.keeps(part, instance) for instance in instances for part in parts)


def _is_successor(old: type, new: type, name: str, taken: Collection[int]) -> bool:
    before, made = vars(old).get(name, MISSING), vars(new)[name]
    if type(made) is not new or type(before) is not old or id(before) in taken:
        return False
    return not is_a(made, (type, ModuleType)) and can_become(before, made)


def _become(transaction: Transaction, before: Any, made: Any) -> None:
    had = dict(insides.attributes(before))
    for name, value in insides.attributes(made):
        if had.get(name, MISSING) is not value:
            undo = (object.__setattr__, before, name, had[name]) if name in had else (object.__delattr__, before, name)
            transaction.do((object.__setattr__, before, name, value), undo)
