"""The trail to a file: which entries of which folders decide what a path leads to."""

from __future__ import annotations

import os
import stat

Step = tuple[str, str]

#: As many symbolic links as the system itself follows on one path.
LINK_LIMIT = 40


class Trail:
    """Follows paths through folders and symbolic links to the folder entries that decide what they lead to."""

    def __init__(self) -> None:
        self._walked: dict[str, tuple[str | None, tuple[Step, ...]]] = {}

    def steps(self, file: str) -> tuple[Step, ...]:
        """Each symbolic link on the way and then the file itself, or the first thing missing, as (folder, name)."""
        folder, name = os.path.split(file)
        real, steps = self.folder(folder)
        if real is None:
            return steps
        if not name:  # what the folder holds
            return *steps, (real, "")
        end, more = self._walk(real, name)
        return steps + more if end is None else (*steps, *more, os.path.split(end))

    def folder(self, folder: str) -> tuple[str | None, tuple[Step, ...]]:
        """The real folder that a folder's path leads to, or None, and the entries that decide on it."""
        if folder not in self._walked:
            self._walked[folder] = self._walk("/", folder)
        return self._walked[folder]

    @staticmethod
    def _walk(real: str, path: str) -> tuple[str | None, tuple[Step, ...]]:
        steps: list[Step] = []
        left = path.split("/")[::-1]
        while left:
            name = left.pop()
            if name in ("", "."):
                continue
            if name == "..":
                real = os.path.dirname(real)
                continue
            mode, target = look_at_entry(os.path.join(real, name))
            if stat.S_ISDIR(mode):
                real = os.path.join(real, name)
                continue
            steps.append((real, name))
            if not target or len(steps) > LINK_LIMIT:
                return None, tuple(steps)
            real = "/" if target.startswith("/") else real
            left += target.split("/")[::-1]
        return real, tuple(steps)


def look_at_entry(path: str) -> tuple[int, str]:
    """The kind of a folder's entry (0 if there is none) and, of a symbolic link, what it points to."""
    try:
        mode = os.lstat(path).st_mode
        return mode, os.readlink(path) if stat.S_ISLNK(mode) else ""
    except (OSError, ValueError):
        return 0, ""
