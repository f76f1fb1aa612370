"""Of what kind an object is, without asking it: a lazy proxy would set itself up for that, or raise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["is_a"]

if TYPE_CHECKING:
    from builtins import isinstance as is_a
else:

    def is_a(value: object, kinds: Any) -> bool:
        """What `isinstance` tells, but for what the object says of itself by ``__class__``."""
        return issubclass(type(value), kinds)
