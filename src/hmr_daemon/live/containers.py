"""Dicts, lists and sets, read and changed past what a subclass of the user's makes of that: it may refuse, or count."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from functools import partial
from typing import Any

from .kinds import is_a, plain_type

KINDS: tuple[Any, ...] = (OrderedDict, dict, list, set, deque)
SEQUENCES = (list, deque)
EMPTIED = (dict, list, set, deque, defaultdict, Counter, OrderedDict)
"""What can be emptied and filled with what another one holds: no subclass of the user's, which may mind."""


def kind_of(container: Any) -> Any:
    """The built-in type that a container is of, whose methods change it."""
    kind = type(container)
    return kind if plain_type(container) in KINDS else next((each for each in KINDS if is_a(container, each)), kind)


def can_take(container: Any, other: Any) -> bool:
    """Whether a container, emptied, can be filled with what another holds, and is then what that is."""
    if type(container) is not type(other) or plain_type(container) not in EMPTIED:
        return False
    made_with = [[getattr(each, name, None) for name in ("maxlen", "default_factory")] for each in (container, other)]
    return made_with[0] == made_with[1]


def copied(container: Any) -> Any:
    """What a container holds, as a dict, list or set; of a deque as a list."""
    kind = kind_of(container)
    if is_a(container, dict):
        return dict(kind.items(container))
    return set(kind.__iter__(container)) if is_a(container, set) else list(kind.__iter__(container))


def size(container: Any) -> int:
    """How many entries a container has."""
    found: int = kind_of(container).__len__(container)
    return found


class Bare:
    """A container, of which the built-in type's own methods are called.

    >>> class Fixed(list):
    ...     def append(self, value): raise TypeError
    >>> fixed = Fixed([1])
    >>> Bare(fixed).append(2)
    >>> fixed
    [1, 2]
    """

    __slots__ = ("_container", "_kind")

    def __init__(self, container: Any) -> None:
        self._container = container
        self._kind = kind_of(container)

    def __getattr__(self, name: str) -> Any:
        return partial(getattr(self._kind, name), self._container)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._kind.__setitem__(self._container, key, value)

    def __delitem__(self, key: Any) -> None:
        self._kind.__delitem__(self._container, key)
