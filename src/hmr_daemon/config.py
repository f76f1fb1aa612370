"""The settings: where they come from, what they may be, and what is said about a wrong one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import partial
from typing import Any

from hmr_daemon.errors import ConfigError

TABLE = "tool.hmr-daemon"
PREFIX = "HMR_DAEMON_"
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
OTHER_VARIABLES = ("HMR_DAEMON_DEBUG",)  # read before there are any settings


@dataclass(frozen=True)
class Pattern:
    """A glob for files and folders: relative to a folder, or absolute."""

    glob: str
    folder: str
    setting: str  # "[tool.hmr-daemon] exclude" or "HMR_DAEMON_EXCLUDE"
    file: str = ""

    def matches(self, path: str) -> bool:
        """Whether the file, or a folder that it lies in, is meant; `*` goes across folders."""
        subject = _with_slashes(path)
        glob = _with_slashes(self.glob)
        if not os.path.isabs(self.glob):
            root = _with_slashes(self.folder).rstrip("/") + "/"
            if not subject.startswith(root):
                return False
            subject = subject.removeprefix(root)
        return fnmatchcase(subject, glob) or fnmatchcase(subject, f"{glob}/*")

    def __str__(self) -> str:
        return f"{self.setting} {self.glob!r}" + (f" in {self.file}" if self.file else "")


@dataclass(frozen=True)
class Settings:
    """What a person may steer; the defaults serve."""

    include: tuple[Pattern, ...] = ()  # live although they lie in the environment
    exclude: tuple[Pattern, ...] = ()  # not live although they are user code; stronger than include
    polling: bool = False  # look at the files instead of asking the system for events
    poll_interval: float = 0.5  # seconds
    quiet: float = 0.005  # seconds without a save before a batch of saves is taken up
    log_level: str = ""  # as on a terminal: "info"; where it is set, reports go to any stderr


@dataclass(frozen=True)
class _Origin:
    """Where a value was written, to name it in warnings and reasons."""

    setting: str  # "HMR_DAEMON_QUIET" or "[tool.hmr-daemon] quiet"
    folder: str  # what relative globs are relative to
    file: str = ""
    line: str = ""

    def __str__(self) -> str:
        return f"{self.file}{self.line}: {self.setting}" if self.file else self.setting


def _boolean(value: object, origin: _Origin) -> bool:
    words = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    known = value if isinstance(value, bool) else words.get(value.lower()) if isinstance(value, str) else None
    if known is None:
        raise ConfigError("must be true or false")
    return known


def _seconds(value: object, origin: _Origin, *, divisor: float, unit: str, least: float) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except ValueError:
        number = None
    if number is None or not least <= number < float("inf"):
        raise ConfigError(f"must be a number of {unit}, at least {least:g}")
    return number / divisor


def _log_level(value: object, origin: _Origin) -> str:
    if not isinstance(value, str) or value.lower() not in LOG_LEVELS:
        raise ConfigError(f"must be one of {', '.join(LOG_LEVELS)}")
    return value.lower()


def _patterns(value: object, origin: _Origin) -> tuple[Pattern, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ConfigError("must be a list of globs")
    return tuple(Pattern(glob.rstrip("/") or glob, origin.folder, origin.setting, origin.file) for glob in value)


_READERS: dict[str, Callable[[object, _Origin], Any]] = {
    "include": _patterns,
    "exclude": _patterns,
    "polling": _boolean,
    "poll_interval": partial(_seconds, divisor=1, unit="seconds", least=0.01),
    "quiet": partial(_seconds, divisor=1000, unit="milliseconds", least=0.0),
    "log_level": _log_level,
}


def load(folder: str, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings for a folder, and one warning for each that is wrong and was left at its default."""
    settings = Settings()
    warnings: list[str] = []
    for name, value, origin in (*_from_project(folder, warnings), *_from_environment(folder, environ, warnings)):
        try:
            settings = replace(settings, **{name: _READERS[name](value, origin)})
        except ConfigError as error:
            warnings.append(f"{origin} = {value!r}: {error}; ignored")
    return settings, tuple(warnings)


def _with_slashes(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")


def project_file(folder: str) -> str | None:
    """The nearest pyproject.toml from a folder upward."""
    folder = os.path.abspath(folder)
    while not os.path.isfile(path := os.path.join(folder, "pyproject.toml")):
        if (above := os.path.dirname(folder)) == folder:
            return None
        folder = above
    return path


def _from_project(folder: str, warnings: list[str]) -> Iterator[tuple[str, object, _Origin]]:
    path = project_file(folder)
    if path is None:
        return
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        table = _table(text)
    except (OSError, ValueError) as error:
        warnings.append(f"{path}: cannot be read, so its settings are the defaults: {error}")
        return
    if not isinstance(table, dict):
        warnings.append(f"{path}: [{TABLE}] must be a table; ignored")
        return
    for key, value in table.items():
        name = key.replace("-", "_")
        origin = _Origin(f"[{TABLE}] {key}", os.path.dirname(path), path, _line_of(key, text))
        if name in _READERS:
            yield name, value, origin
        else:
            warnings.append(f"{origin}: unknown setting; known are {_known('-')}")


def _table(text: str) -> object:
    if "hmr-daemon" not in text:  # most projects have none; parsing costs more than looking
        return {}
    import tomllib

    table: object = tomllib.loads(text)
    for name in TABLE.split("."):
        table = table.get(name, {}) if isinstance(table, dict) else None
    return table


def _line_of(key: str, text: str) -> str:
    """`:7` where a key of the table is written; nothing where it is written in an unusual way."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("["):
            inside = re.match(r"\s*\[\s*tool\s*\.\s*[\"']?hmr-daemon[\"']?\s*\]", line) is not None
        elif inside and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=", line):
            return f":{number}"
    return ""


def _from_environment(
    folder: str, environ: Mapping[str, str], warnings: list[str]
) -> Iterator[tuple[str, object, _Origin]]:
    for variable, text in sorted(environ.items()):
        if not variable.startswith(PREFIX) or variable in OTHER_VARIABLES or not text:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in _READERS:
            warnings.append(f"{variable}: unknown setting; known are {_known('_', PREFIX)}")
            continue
        globs = _READERS[name] is _patterns
        value: object = [each for each in text.split(os.pathsep) if each] if globs else text
        yield name, value, _Origin(variable, os.path.abspath(folder))


def _known(separator: str, prefix: str = "") -> str:
    names = (name.replace("_", separator) for name in _READERS)
    return ", ".join(prefix + name.upper() if prefix else name for name in names)
