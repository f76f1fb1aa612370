"""From what was used to those who used it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Generic, TypeVar

Used = TypeVar("Used", bound=Hashable)
User = TypeVar("User", bound=Hashable)


class Index(Generic[Used, User]):
    """Keeps, for each thing, who used it: each once, in the order they were added. What no one uses takes no room.

    >>> index: Index[str, str] = Index()
    >>> index.add("name", "reader")
    >>> index.users("name"), index.users("other")
    (['reader'], [])
    """

    def __init__(self) -> None:
        self._users: dict[Used, dict[User, None]] = {}

    def __iter__(self) -> Iterator[Used]:
        return iter(self._users)

    def users(self, used: Used) -> list[User]:
        return list(self._users.get(used, ()))

    def add(self, used: Used, user: User) -> None:
        users = self._users.get(used)
        if users is None:
            users = self._users[used] = {}
        users[user] = None

    def discard(self, used: Used, user: User) -> None:
        users = self._users.get(used)
        if users is not None:
            users.pop(user, None)
            if not users:
                del self._users[used]

    def forget(self, used: Used) -> list[User]:
        """No one uses it any more; who did."""
        return list(self._users.pop(used, ()))
