"""What is known of classes besides their members: which methods are abstract, and what `issubclass` remembers."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import insides
from .classes import with_subclasses
from .kinds import is_a, own_or, same_classes
from .transaction import Transaction

DEEPEST = 10
"""How many proxies of proxies are followed."""


class _AnyClass(abc.ABC):  # noqa: B024
    """Takes a class in, so that all others ask again: see `_forget_refusals`."""


@contextmanager
def renewed(transaction: Transaction, cls: type) -> Iterator[None]:
    """While the members or the bases of a class change; its subclasses follow."""
    transaction.on_undone(_renew, cls, True)
    names, bases = set(vars(cls)), cls.__bases__
    yield
    _renew(cls, lost=bool(names - set(vars(cls))) or not same_classes(cls.__bases__, bases))


def _renew(cls: type, lost: bool) -> None:
    """`lost` tells that the class may be a subclass of less than before."""
    for each in with_subclasses(cls):
        if is_a(each, abc.ABCMeta):
            each.__abstractmethods__ = _abstract_methods(each)
            _clear(each)
    if lost:
        forget_answers()
    else:
        _forget_refusals()


def _abstract_methods(cls: type) -> frozenset[str]:
    """What `abc.update_abstractmethods` finds, but lazy members, which may set themselves up then, are not asked.

    An inherited class method is asked itself: a method bound to the class says nothing of its own.
    """
    inherited = {name for base in cls.__bases__ for name in getattr(base, "__abstractmethods__", ())}
    found = {name for name in inherited if _is_abstract(insides.of_class(cls, name))}
    return frozenset(found.union(name for name, member in list(vars(cls).items()) if _is_abstract(member)))


def _is_abstract(member: Any) -> bool:
    """Whether a member says that it is abstract, or what it is a proxy of."""
    for _ in range(DEEPEST):
        if (said := own_or(member, "__isabstractmethod__", None)) is not None:
            return bool(said)
        member = own_or(member, "__wrapped__", None)
    return False


def _clear(cls: Any) -> None:
    cls._abc_caches_clear()


def _forget_refusals() -> None:
    """Let all abstract classes ask again about classes that they did not take for subclasses.

    They keep the answer until any class is registered with any of them.
    """
    anything: Any = _AnyClass
    anything._abc_registry_clear()
    _clear(anything)
    anything.register(int)


def forget_answers() -> None:
    """Let all abstract classes ask again what is a subclass of them."""
    for each in with_subclasses(object):
        if is_a(each, abc.ABCMeta):
            _clear(each)
    _forget_refusals()
