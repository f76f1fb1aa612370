"""Which files are user code, each verdict with its reason."""

from __future__ import annotations

import os
from dataclasses import dataclass

from hmr_daemon._bootstrap import PACKAGE_FOLDER, environment_reason
from hmr_daemon.config import Settings


@dataclass(frozen=True)
class Verdict:
    """Whether a file is live, and why or why not."""

    live: bool
    reason: str

    def __bool__(self) -> bool:
        return self.live


class Scope:
    """Decides by where a file lies and by the settings; the same file always gets the same verdict."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._verdicts: dict[str, Verdict] = {}

    @property
    def includes(self) -> bool:
        """Whether the settings include anything."""
        return bool(self._settings.include)

    def decide(self, path: str) -> Verdict:
        verdict = self._verdicts.get(path)
        if verdict is None:
            verdict = self._verdicts[path] = self._decide(path)
        return verdict

    def _decide(self, path: str) -> Verdict:
        reason = environment_reason(path)
        if reason is not None and not self._may_be_included(path):
            return Verdict(False, reason)
        for pattern in self._settings.exclude:
            if pattern.matches(path):
                return Verdict(False, f"excluded by {pattern}")
        if reason is None:
            return Verdict(True, "user code")
        for pattern in self._settings.include:
            if pattern.matches(path):
                return Verdict(True, f"included by {pattern}")
        return Verdict(False, reason)

    def _may_be_included(self, path: str) -> bool:
        """Not what is no file, and not the daemon itself."""
        return os.path.isabs(path) and not path.startswith(PACKAGE_FOLDER + os.sep)
