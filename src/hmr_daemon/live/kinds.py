"""Of what kind an object is and what it holds, not asking it: a lazy proxy would set itself up for that, or raise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

__all__ = ["derives", "is_a", "own_or", "plain_type", "same_classes"]

if TYPE_CHECKING:
    from builtins import isinstance as is_a
else:

    def is_a(value: object, kinds: Any) -> bool:
        """What `isinstance` tells, but for what the object says of itself by ``__class__``."""
        return issubclass(type(value), kinds)


def plain_type(value: object) -> type:
    """The type of a value where types are what they are; `object` for one that a metaclass may compare its own way.

    To be looked up among types: ``plain_type(value) in (list, dict)``.
    """
    kind = type(value)
    return kind if type(kind) is type else object


def derives(cls: type, base: type) -> bool:
    """Whether a class is another or derives from it, without asking a metaclass what is equal, or a subclass."""
    return id(base) in map(id, cls.__mro__)


def same_classes(some: Iterable[type], others: Iterable[type]) -> bool:
    """Whether these are the very same classes in the same order."""
    return list(map(id, some)) == list(map(id, others))


def own_or(value: Any, name: str, default: Any) -> Any:
    """An attribute of `value` without running the user's code."""
    try:
        return object.__getattribute__(value, name)
    except Exception:  # there is none, or a descriptor of the user's
        return default
