"""Of what kind an object is and what it holds, not asking it: a lazy proxy would set itself up for that, or raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["is_a", "own_or"]

if TYPE_CHECKING:
    from builtins import isinstance as is_a
else:

    def is_a(value: object, kinds: Any) -> bool:
        """What `isinstance` tells, but for what the object says of itself by ``__class__``."""
        return issubclass(type(value), kinds)


def own_or(value: Any, name: str, default: Any) -> Any:
    """An attribute of `value` without running the user's code."""
    try:
        return object.__getattribute__(value, name)
    except Exception:  # there is none, or a descriptor of the user's
        return default
