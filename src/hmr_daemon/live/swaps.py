"""New code for old: all functions that have the old get the new, in one go."""

from __future__ import annotations

import functools
import inspect
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import Any

from ..syntax import codes
from .functions import Pair, default_values, find, fit, heap
from .insides import own, own_dict, visit
from .kinds import is_a
from .transaction import MISSING, Transaction


@dataclass(eq=False, repr=False)
class Swap:
    """New code for old, file by file, and where it went."""

    pairs: list[Pair]
    roots: list[Any]
    """Values through which the functions are most likely reached."""
    namespaces: Callable[[], Iterable[Mapping[str, Any]]] = tuple
    """Gives those of all modules, where wrappers of the functions may be."""
    unchanged: set[int] = field(default_factory=set)
    """Identities of old code objects whose source is the same: they only moved, or were compiled again."""
    holders: dict[int, int] = field(default_factory=dict)
    """Identity of each old code object to the references to it that are no function's."""
    functions: dict[int, list[FunctionType]] = field(default_factory=lambda: defaultdict(list))
    """Identity of each new code object to the functions that run it now."""
    refused: list[tuple[FunctionType, CodeType]] = field(default_factory=list)
    """Functions whose closures do not have the variables that the new code wants."""
    docs: dict[int, tuple[str | None, str | None]] = field(default_factory=dict)
    """Identity of each function to its docstring before and after, where that changed."""
    defaults: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Identity of each function to its default values by the names that its old code gave them."""
    changed: list[CodeType] = field(default_factory=list)
    """Old code objects whose successors run differently."""


def swap(transaction: Transaction, request: Swap) -> None:
    """Give every function that runs an old code object of `request` the new one, all in one go."""
    others: list[Any] = []
    holders = find(request.pairs, request.roots, request.holders, others)
    _follow_registries(transaction, request, others)
    for old, new in request.pairs:
        if id(old) not in request.unchanged and not codes.do_the_same(old, new):
            request.changed.append(old)
        for function in holders.get(id(old), ()):
            fitting = fit(new, old)
            if fitting is None:
                request.refused.append((function, new))
                continue
            request.functions[id(new)].append(function)
            request.defaults[id(function)] = default_values(function)
            transaction.do((setattr, function, "__code__", fitting), (setattr, function, "__code__", old))
            _follow_docstring(transaction, request, function, old, new)
    _follow_wrappers(transaction, request)
    heap.forget()


def _follow_registries(transaction: Transaction, request: Swap, containers: Sequence[Any]) -> None:
    """Where a module keeps code objects themselves, in a set of those that tracebacks hide say, it keeps the new."""
    if not containers:
        return
    ours = {id(value) for value in visit(_everything(request), limit=100_000)}
    successors = {id(old): new for old, new in request.pairs}
    for container in containers:
        if id(container) in ours:
            gone = [entry for entry in container if id(entry) in successors]
            pairs = [(entry, successors[id(entry)]) for entry in gone]
            transaction.do((_exchange, container, pairs), (_exchange, container, [(new, old) for old, new in pairs]))


def _exchange(container: set[Any] | list[Any], pairs: Sequence[Pair]) -> None:
    for old, new in pairs:
        if is_a(container, list):
            container[:] = [new if entry is old else entry for entry in container]
        else:
            container.discard(old)
            container.add(new)


def _everything(request: Swap) -> list[Any]:
    """All that modules name; walked from the end, so what the edit is about comes first."""
    return [*(value for namespace in request.namespaces() for value in list(namespace.values())), *request.roots]


def _follow_wrappers(transaction: Transaction, request: Swap) -> None:
    """What wrappers and properties copied of a function's docstring follows it."""
    if not request.docs:
        return
    for value in visit(_everything(request), limit=100_000):
        for part in _wrapped(value):
            if id(part) in request.docs:
                _follow_copies(transaction, value, *request.docs[id(part)])


def _follow_copies(transaction: Transaction, value: Any, before: str | None, after: str | None) -> None:
    if before is None:
        copied = not is_a(value, type) and own(value, "__wrapped__") is not MISSING  # a class that copied none has None
        if copied and _docstring(value) is None:
            _set_docstring(transaction, value, after)
        return
    changed = {before: after}
    for tidy in (inspect.cleandoc, str.strip):  # as command-line libraries copy it
        changed = {tidy(old): new and tidy(new) for old, new in changed.items()} | changed
    if is_a(doc := _docstring(value), str) and doc in changed:
        _set_docstring(transaction, value, changed[doc])
    state = own(value, "__dict__")
    if is_a(state, dict):
        for name, copied in list(state.items()):
            if is_a(copied, str) and copied in changed:
                transaction.set_item(state, name, changed[copied])


def _docstring(value: Any) -> Any:
    """The docstring that an object itself holds: one of its class may be computed, and cannot be set."""
    return value.__doc__ if is_a(value, (FunctionType, property)) else own_dict(value).get("__doc__", MISSING)


def _set_docstring(transaction: Transaction, value: Any, docstring: str | None) -> None:
    if is_a(value, (FunctionType, property)):
        transaction.set_attribute(value, "__doc__", docstring)
    elif is_a(value, type):
        transaction.set_member(value, "__doc__", docstring)
    else:
        transaction.set_item(own(value, "__dict__"), "__doc__", docstring)


def _wrapped(value: Any) -> Iterator[Any]:
    """What a wrapper or a descriptor wraps, to the innermost."""
    state = own(value, "__dict__")
    if not is_a(value, (type, FunctionType)) and is_a(state, dict):
        for part in list(state.values()):
            yield part
            if type(part) is FunctionType:  # a command, of what a decorator below made of a function
                yield from _wrapped_by(part)
    yield from _wrapped_by(value)


def _wrapped_by(value: Any) -> Iterator[Any]:
    for _ in range(20):
        inner = value.fget if is_a(value, property) else own(value, "__wrapped__")
        if is_a(value, functools.cached_property):
            inner = value.func
        if inner is MISSING or inner is None:
            return
        yield inner
        value = inner


def _follow_docstring(
    transaction: Transaction, request: Swap, function: FunctionType, old: CodeType, new: CodeType
) -> None:
    before, after = codes.docstring(old), codes.docstring(new)
    if before != after:
        request.docs[id(function)] = (before, after)
    if before != after and function.__doc__ == before:
        transaction.set_attribute(function, "__doc__", after)
