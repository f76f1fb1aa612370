"""The examination of an environment: is hot reload active, what is live, and why or why not."""

from __future__ import annotations

import importlib.machinery
import os
import site
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import spec_from_file_location

from hmr_daemon_startup import STARTUP_HOOKS

from . import config
from ._bootstrap import off_reason
from .scope import Scope, Verdict
from .syntax import parsing

MOST_FILES = 40
OTHERS = ("jurigged", "reloading", "ipyreload", "limeade", "hmr")
SKIPPED = ("__pycache__", "node_modules")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    text: str
    good: bool | None = None
    """None where it is neither good nor bad."""

    def __str__(self) -> str:
        return f"{ {True: 'ok  ', False: 'BAD ', None: '    '}[self.good] }{self.text}"


def examine(target: str | None) -> list[Finding]:
    """All that is to be said, with the files of `target` (a path or a module) last."""
    settings, warnings = config.load(os.getcwd(), os.environ)
    return [
        *_installation(),
        *_activity(),
        *(Finding(text, False) for text in warnings),
        *_settings(settings),
        *_watching(settings),
        *_conflicts(),
        *_files(target, Scope(settings)),
    ]


# --- is it active


def _installation() -> Iterator[Finding]:
    from . import __version__

    yield Finding(f"hmr-daemon {__version__}, watchdog {version('watchdog')}, Python {sys.version.split()[0]}")
    yield Finding(f"environment {sys.prefix}")
    folders = dict.fromkeys([*site.getsitepackages(), site.getusersitepackages()])
    name = "hmr_daemon.start" if sys.version_info >= (3, 15) else "hmr_daemon.pth"
    found = [path for folder in folders if os.path.isfile(path := os.path.join(folder, name))]
    if found:
        yield Finding(f"started by {found[0]}", True)
    else:
        yield Finding(f"no {name} in {', '.join(folders)}: install hmr-daemon into this environment", False)


def _activity() -> Iterator[Finding]:
    if sys.flags.no_site:
        yield Finding("python runs without site (-S): no startup file is read", False)
        return
    reason = off_reason()
    if reason is None:
        yield Finding("on: a process of this environment is live as soon as it loads your own code", True)
    else:
        yield Finding(f"off: {reason}", False)


def _settings(settings: config.Settings) -> Iterator[Finding]:
    path = config.project_file(os.getcwd())
    yield Finding(f"settings: {path if path is not None else 'the defaults, for there is no pyproject.toml'}")
    default = config.Settings()
    for name in ("include", "exclude", "polling", "poll_interval", "quiet", "log_level"):
        value = getattr(settings, name)
        if value != getattr(default, name):
            shown = ", ".join(map(str, value)) if isinstance(value, tuple) else value
            yield Finding(f"  {name.replace('_', '-')} = {shown}")


# --- watching


def _watching(settings: config.Settings) -> Iterator[Finding]:
    if settings.polling:
        yield Finding(f"polling: files are looked at every {settings.poll_interval:g} s")
    elif sys.platform == "linux":
        yield from _inotify()
    elif sys.platform == "darwin":
        yield Finding("the system tells of saves (FSEvents)", True)
    elif sys.platform == "win32":
        yield Finding("the system tells of saves (ReadDirectoryChangesW)", True)
    else:
        yield Finding("files are watched as watchdog does it here")


def _inotify() -> Iterator[Finding]:
    instances, watches = _limit("max_user_instances"), _limit("max_user_watches")
    if instances is None or watches is None:
        yield Finding("the system tells of saves (inotify); its limits cannot be read")
        return
    text = f"the system tells of saves (inotify): {watches} watches and {instances} instances for each user"
    low = instances < 32 or watches < 1024
    yield Finding(f"{text}; raise fs.inotify.max_user_* or set polling" if low else text, not low)


def _limit(name: str) -> int | None:
    try:
        with open(f"/proc/sys/fs/inotify/{name}") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None


def _conflicts() -> Iterator[Finding]:
    found = []
    for name in OTHERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    if found:
        yield Finding(f"installed too, and reloads as well where it is switched on: {', '.join(found)}")
    for path in _ipython_configs():
        yield Finding(f"{path} switches %autoreload on; it leaves live modules to hmr-daemon")


def _ipython_configs() -> Iterator[str]:
    folder = os.path.join(os.environ.get("IPYTHONDIR") or os.path.expanduser("~/.ipython"), "profile_default")
    for name in ("ipython_config.py", "ipython_kernel_config.py"):
        path = os.path.join(folder, name)
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                if any("autoreload" in line.partition("#")[0] for line in file):
                    yield path
        except OSError:
            continue


# --- files


def _files(target: str | None, scope: Scope) -> Iterator[Finding]:
    if target is None or os.path.isdir(target):
        yield from _folder(os.path.abspath(target or os.getcwd()), scope)
    elif os.path.exists(target):
        yield _file(os.path.abspath(target), scope)
    elif os.sep in target or target.endswith(".py"):
        yield Finding(f"{target}: there is no such file", False)
    else:
        yield _module(target, scope)


def _folder(folder: str, scope: Scope) -> Iterator[Finding]:
    """Each live file, and for the others how many there are for which reason."""
    live: list[str] = []
    others: Counter[str] = Counter()
    for path in _sources(folder):
        verdict = verdict_of(path, scope)
        if verdict.live:
            live.append(os.path.relpath(path, folder))
        else:
            others[verdict.reason] += 1
    yield Finding(f"{folder}: {len(live)} files would be live", True if live else None)
    yield from (Finding(f"  {path}") for path in live[:MOST_FILES])
    if len(live) > MOST_FILES:
        yield Finding(f"  and {len(live) - MOST_FILES} more")
    yield from (Finding(f"  {count} not live: {reason}") for reason, count in others.most_common())


def _sources(folder: str) -> Iterator[str]:
    for parent, names, files in os.walk(folder):
        names[:] = sorted(name for name in names if name not in SKIPPED and not name.startswith("."))
        yield from (os.path.join(parent, name) for name in sorted(files) if name.endswith(".py"))


def _file(path: str, scope: Scope) -> Finding:
    verdict = verdict_of(path, scope)
    lines = [f"{path}: {'live' if verdict.live else 'not live'}: {verdict.reason}"]
    lines += [f"    {path}:{line}: unknown comment '# hmr: {word}'" for line, word in _unknown_comments(path)]
    return Finding("\n".join(lines), verdict.live)


def verdict_of(path: str, scope: Scope) -> Verdict:
    """Whether a file is live once it is loaded, by where it lies, what it is and what its comments say."""
    if path.endswith((".pyz", ".pyzw", ".zip", ".whl", ".egg")):
        return Verdict(False, "an archive: what is in it cannot be saved in place")
    if not path.endswith((".py", ".pyw")):
        return Verdict(False, "not a Python source file")
    if os.path.basename(path).removesuffix(".py") in STARTUP_HOOKS:
        return Verdict(False, "a hook of the site, run before anything else")
    verdict = scope.decide(path)
    directive = _directive(path) if verdict.live else None
    return Verdict(False, "it says `# hmr: off`") if directive == "off" else verdict


def _directive(path: str) -> str | None:
    parsed = _parsed(path)
    return None if parsed is None else parsed.directive


def _unknown_comments(path: str) -> tuple[tuple[int, str], ...]:
    parsed = _parsed(path) if path.endswith(".py") else None
    return () if parsed is None else tuple(parsed.unknown_comments)


def _parsed(path: str) -> parsing.Parsed | None:
    try:
        with open(path, "rb") as file:
            return parsing.parse(file.read())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return None


def _module(name: str, scope: Scope) -> Finding:
    """A module by name, found without importing its parents."""
    search: list[str] | None = [os.getcwd(), *sys.path]
    spec = None
    parts = name.split(".")
    for position in range(len(parts)):
        full = ".".join(parts[: position + 1])
        spec = importlib.machinery.PathFinder.find_spec(full, search)
        if spec is None:
            spec = importlib.machinery.BuiltinImporter.find_spec(full)
        if spec is None:
            return Finding(f"{name}: there is no module {full}", False)
        search = list(spec.submodule_search_locations or ())
    return _of_spec(name, spec, scope)


def _of_spec(name: str, spec: importlib.machinery.ModuleSpec | None, scope: Scope) -> Finding:
    if spec is None or spec.origin is None:
        return Finding(f"{name}: not live: a namespace package has no source file", False)
    if spec.origin in ("built-in", "frozen"):
        return Finding(f"{name}: not live: {spec.origin}", False)
    if type(spec.loader) is not importlib.machinery.SourceFileLoader and spec_from_file_location(name, spec.origin):
        return Finding(f"{name}: not live: {spec.origin} is loaded by {type(spec.loader).__name__}", False)
    finding = _file(spec.origin, scope)
    return Finding(f"{name}: {finding.text}", finding.good)
