"""Which of the user's files are to be live: asked at each import, so settings are read only where there are some."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..config import Settings
    from ..scope import Scope


class Wanted:
    """Answers for one process; `script` is the file that it runs as ``__main__``, where that is the user's."""

    def __init__(self, script: str | None) -> None:
        self._script = script
        self._plain = _settings_are_default()
        self._scope: Scope | None = None

    def __call__(self, path: str) -> bool:
        """Whether a user's source file is to be live; settings may say no."""
        return self._plain or self.scope.decide(path).live

    @property
    def includes(self) -> bool:
        """Whether any file of the environment is to be live."""
        return not self._plain and self.scope.includes

    @property
    def scope(self) -> Scope:
        if self._scope is None:
            from ..scope import Scope

            self._scope = Scope(self.settings()[0])
        return self._scope

    def settings(self) -> tuple[Settings, tuple[str, ...]]:
        """The settings, and one warning for each that is wrong."""
        from .. import config

        return config.load(os.path.dirname(self._script) if self._script else os.getcwd(), os.environ)


def _settings_are_default() -> bool:
    """Whether nothing is set that could exclude a file, found without parsing anything."""
    if any(name.startswith("HMR_DAEMON_") for name in os.environ):
        return False
    folder = os.getcwd()
    while True:
        try:
            with open(os.path.join(folder, "pyproject.toml"), "rb") as file:
                return not any(_may_set(line) for line in file.read().splitlines() if b"hmr-daemon" in line)
        except OSError:
            parent = os.path.dirname(folder)
            if parent == folder:
                return True
            folder = parent


def _may_set(line: bytes) -> bool:
    """Whether a line of a TOML file may begin or hold our table, where it does more than require or name us."""
    key, assigned, _ = line.partition(b"=")
    if key.lstrip().startswith(b"["):
        return b"tool" in key
    return bool(assigned) and (b"tool" in key or (b"hmr-daemon" in key and key.count(b'"') % 2 == 0))
