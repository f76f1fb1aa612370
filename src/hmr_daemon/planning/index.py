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

    FEW = 4  # users that are kept as a tuple: a dict takes four times the memory, and most things have one user

    def __init__(self) -> None:
        self._users: dict[Used, tuple[User, ...] | dict[User, None]] = {}
        self.changes = 0
        """How often it has been changed: what was told of it holds until then."""

    def __iter__(self) -> Iterator[Used]:
        return iter(self._users)

    def users(self, used: Used) -> list[User]:
        return list(self._users.get(used, ()))

    def add(self, used: Used, user: User) -> None:
        users = self._users.get(used, ())
        if user in users:
            return
        self.changes += 1
        if isinstance(users, dict):
            users[user] = None
        else:
            more = (*users, user)
            self._users[used] = more if len(more) <= self.FEW else dict.fromkeys(more)

    def discard(self, used: Used, user: User) -> None:
        users = self._users.get(used, ())
        self.changes += user in users
        if isinstance(users, dict):
            users.pop(user, None)
        elif user in users:
            users = self._users[used] = tuple(each for each in users if each != user)
        if not users:
            self._users.pop(used, None)

    def forget(self, used: Used) -> list[User]:
        """No one uses it any more; who did."""
        self.changes += used in self._users
        return list(self._users.pop(used, ()))
