"""Type parameters of classes whose bodies run in part: those that the class has stay (PEP 695)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, MutableMapping
from types import FunctionType
from typing import Any

from . import insides
from .kinds import is_a
from .transaction import Transaction

NAME = "__type_params__"


def keep(transaction: Transaction, cls: type, namespace: MutableMapping[str, Any]) -> None:
    """Let what a body has made use the parameters of its class, in place of those that it was run with."""
    old, new = vars(cls).get(NAME, ()), namespace.get(NAME, ())
    if len(old) != len(new) or old is new:
        return
    namespace[NAME] = old
    namespace.pop("__orig_bases__", None)
    kept = {id(theirs): mine for mine, theirs in zip(old, new, strict=True)}
    for function in insides.reachable(list(namespace.values()), classes=False):
        computing = _computes_annotations(function)
        for cell in (*(function.__closure__ or ()), *((computing and computing.__closure__) or ())):
            if (mine := kept.get(id(insides.cell_content(cell)))) is not None:
                transaction.set_attribute(cell, "cell_contents", mine)
        if sys.version_info < (3, 14):
            _exchange(transaction, function.__annotations__, kept)
    if is_a(annotations := namespace.get("__annotations__"), dict):
        _exchange(transaction, annotations, kept)


def _computes_annotations(function: FunctionType) -> FunctionType | None:
    """Since 3.14 another function computes them when they are asked for."""
    found = getattr(function, "__annotate__", None)
    return found if type(found) is FunctionType else None


def _exchange(transaction: Transaction, annotations: dict[str, Any], kept: Mapping[int, Any]) -> None:
    for name, value in list(annotations.items()):
        transaction.set_item(annotations, name, _exchanged(value, kept))


def _exchanged(value: Any, kept: Mapping[int, Any]) -> Any:
    """An annotation, or ``list[T]`` and the like, with other parameters."""
    if id(value) in kept:
        return kept[id(value)]
    parameters = insides.own(value, "__parameters__")
    if is_a(value, type) or not is_a(parameters, tuple) or not any(id(p) in kept for p in parameters):
        return value
    try:
        return value[tuple(kept.get(id(parameter), parameter) for parameter in parameters)]
    except Exception:  # of a class of the user's
        return value
