"""Run in a live process, and in a fresh one: imports a package, and prints what each name of its modules is.

python releases.py live PACKAGES FOLDER NEXT ...  # FOLDER is overwritten by each NEXT once all is imported
python releases.py fresh PACKAGES FOLDER

PACKAGES has commas in between. Each release gives one line: what the names are, and what those are that were held
since the start.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import logging
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

TESTS = {"tests", "test", "testing", "conftest", "benchmarks"}
PLAIN = (int, float, complex, str, bytes, bool, type(None))
IGNORED = frozenset(
    "__builtins__ __cached__ __loader__ __spec__ __file__ __path__ __dict__ __weakref__ __firstlineno__ "
    "__static_attributes__ _abc_impl __warningregistry__ __annotations_cache__ __annotate_func__ __annotate__".split()
)


def of_code(code: CodeType) -> Any:
    constants = [of_constant(constant) for constant in code.co_consts]
    return [
        code.co_code.hex(),
        constants,
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_flags,
        code.co_firstlineno,
    ]


def of_constant(value: object) -> Any:
    if isinstance(value, CodeType):
        return of_code(value)
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def of(value: Any, depth: int = 3) -> Any:
    """A value as plain data that two processes can compare."""
    if type(value) in PLAIN:
        return repr(value).replace(sys.path[0], "<folder>")
    if isinstance(value, FunctionType):
        return ["function", value.__qualname__, of_code(value.__code__), of(value.__defaults__), value.__doc__]
    if isinstance(value, type):
        return ["class", value.__module__, value.__qualname__]
    if isinstance(value, ModuleType):
        return ["module", value.__name__]
    if isinstance(value, (staticmethod, classmethod)):
        return [type(value).__name__, of(value.__func__, depth)]
    if isinstance(value, property):
        return ["property", of(value.fget), of(value.fset)]
    if isinstance(value, logging.Logger):  # its manager knows the loggers of all that is installed
        return ["logger", value.name, value.level, len(value.handlers)]
    if depth and isinstance(value, (list, tuple)):
        return [type(value).__name__, *(of(each, depth - 1) for each in value)]
    if depth and isinstance(value, dict):
        return ["dict", *([of(k, depth - 1), of(v, depth - 1)] for k, v in list(value.items()))]
    state = own_attribute(value, "__dict__")
    if depth and isinstance(state, dict) and (is_own(type(value)) or own_attribute(value, "__wrapped__") is not None):
        return [type(value).__qualname__, *([name, of(v, depth - 1)] for name, v in list(state.items()))]
    return type(value).__qualname__


def own_attribute(value: object, name: str) -> Any:
    """What a proxy itself has, not what it stands for."""
    try:
        return object.__getattribute__(value, name)
    except Exception:
        return None


def is_own(cls: type) -> bool:
    """Whether a class is one of the packages'; what else is in the process, loggers say, differs by nature."""
    path = getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
    return path.startswith(sys.path[0])


def of_class(cls: type) -> Any:
    members = {name: of(member) for name, member in vars(cls).items() if name not in IGNORED}
    return [[f"{b.__module__}.{b.__qualname__}" for b in cls.__bases__], dict(sorted(members.items()))]


def modules_of(packages: Sequence[str]) -> list[str]:
    return sorted(name for name in sys.modules if name.split(".")[0] in packages)


def describe(packages: Sequence[str]) -> dict[str, Any]:
    found = {}
    for module_name in modules_of(packages):
        for name, value in list(vars(sys.modules[module_name]).items()):
            own = isinstance(value, type) and value.__module__ == module_name
            if name not in IGNORED:
                found[f"{module_name}.{name}"] = of_class(value) if own else of(value)
    return found


def hold(packages: Sequence[str]) -> dict[str, Any]:
    """All functions and classes, as `from m import f` in another place holds them."""
    return {
        f"{module_name}.{name}": value
        for module_name in modules_of(packages)
        for name, value in vars(sys.modules[module_name]).items()
        if isinstance(value, (FunctionType, type)) and value.__module__ == module_name
    }


def describe_held(held: dict[str, Any]) -> dict[str, Any]:
    """As `describe` does it: what has moved to another module is looked into there."""
    return {
        name: of_class(value) if isinstance(value, type) and value.__module__ == name.rpartition(".")[0] else of(value)
        for name, value in held.items()
    }


def sources(packages: Sequence[str], folder: Path) -> list[Path]:
    """Source files relative to the folder, without tests."""
    found = [path.relative_to(folder) for package in packages for path in (folder / package).rglob("*.py")]
    return sorted(path for path in found if not TESTS & {part.removesuffix(".py") for part in path.parts})


def import_all(packages: Sequence[str], folder: Path) -> None:
    for path in sources(packages, folder):
        parts = path.with_suffix("").parts
        if parts[-1] != "__main__":
            with contextlib.suppress(Exception):  # some are for other systems, or want what is not installed
                importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def overwrite(packages: Sequence[str], folder: Path, successor: Path) -> None:
    """All of a release in one go, as one reload."""
    import hmr_daemon

    with hmr_daemon.paused():
        for package in packages:
            for path in (folder / package).rglob("*.py"):
                if not (successor / path.relative_to(folder)).exists():
                    path.unlink()
            shutil.copytree(successor / package, folder / package, dirs_exist_ok=True)
    assert hmr_daemon.sync(), hmr_daemon.errors()


def main(kind: str, packages: Sequence[str], folder: Path, *successors: Path) -> None:
    sys.path.insert(0, str(folder))
    import_all(packages, folder)
    if kind == "fresh":
        print(json.dumps([describe(packages), {}]))
        return
    import hmr_daemon

    hmr_daemon.sync()
    held = hold(packages)
    for successor in successors:
        overwrite(packages, folder, successor)
        import_all(packages, folder)
        print(json.dumps([describe(packages), describe_held(held)]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2].split(","), *map(Path, sys.argv[3:]))
