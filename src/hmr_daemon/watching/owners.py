"""Whose files are taken up: not those that came to belong to a stranger since they were imported."""

from __future__ import annotations

import os
import sys


class Owners:
    """Knows whom files belonged to when they were first looked at, where that is neither root nor this user."""

    def __init__(self) -> None:
        self._others: dict[str, int] = {}

    def learn(self, path: str, owner: int) -> None:
        """The program itself has taken this file from this owner."""
        if owner not in _trusted():
            self._others[path] = owner

    def inherit(self, path: str, successor: str) -> None:
        """A file is to take the place of another: it may belong to whom that belonged to, and to no one else."""
        if path in self._others:
            self._others[successor] = self._others[path]

    def trust(self, path: str) -> bool:
        """Whether a module or package that has come to be there belongs to root or this user, also through links."""
        if sys.platform == "win32":
            return True
        source = path if path.endswith(".py") else os.path.join(path, "__init__.py")
        try:
            return {os.lstat(path).st_uid, os.lstat(source).st_uid, os.stat(source).st_uid} <= _trusted()
        except OSError:
            return False

    def read(self, path: str) -> tuple[bytes, int | None]:
        """The file's bytes, and the owner where that is a stranger.

        What is asked is whom the file belongs to that the bytes come from, and the link that leads to it.
        """
        with open(path, "rb") as file:
            owners = os.fstat(file.fileno()).st_uid, os.lstat(path).st_uid
            source = file.read()
        known = {*_trusted(), self._others.get(path)}
        strangers = [] if sys.platform == "win32" else [owner for owner in owners if owner not in known]
        return source, strangers[0] if strangers else None


def _trusted() -> set[int]:
    """Root and this process's user; on Windows, where owners are not told like this, everyone is 0."""
    return {0} if sys.platform == "win32" else {0, os.geteuid()}
