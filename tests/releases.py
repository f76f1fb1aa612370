"""Run in a live process, and in a fresh one: imports a package, and prints what each name of its modules is.

python releases.py live PACKAGE FOLDER NEXT      # FOLDER is overwritten by NEXT once all is imported
python releases.py fresh PACKAGE FOLDER
"""

from __future__ import annotations

import contextlib
import importlib
import json
import shutil
import sys
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

PLAIN = (int, float, complex, str, bytes, bool, type(None))
IGNORED = frozenset(
    "__builtins__ __cached__ __loader__ __spec__ __file__ __path__ __dict__ __weakref__ __firstlineno__ "
    "__static_attributes__ _abc_impl __warningregistry__ __annotations_cache__ __annotate_func__ __annotate__".split()
)


def of_code(code: CodeType) -> Any:
    constants = [of_constant(constant) for constant in code.co_consts]
    return [code.co_code.hex(), constants, code.co_names, code.co_varnames, code.co_freevars, code.co_flags]


def of_constant(value: object) -> Any:
    if isinstance(value, CodeType):
        return of_code(value)
    return sorted(map(repr, value)) if isinstance(value, frozenset) else repr(value)


def of(value: Any, depth: int = 3) -> Any:
    """A value as plain data that two processes can compare."""
    if type(value) in PLAIN:
        return repr(value)
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
    if depth and isinstance(value, (list, tuple)):
        return [type(value).__name__, *(of(each, depth - 1) for each in value)]
    if depth and isinstance(value, dict):
        return ["dict", *([of(k, depth - 1), of(v, depth - 1)] for k, v in list(value.items()))]
    return type(value).__qualname__


def of_class(cls: type) -> Any:
    members = {name: of(member) for name, member in vars(cls).items() if name not in IGNORED}
    return [[f"{b.__module__}.{b.__qualname__}" for b in cls.__bases__], dict(sorted(members.items()))]


def describe(package: str) -> dict[str, Any]:
    found = {}
    for module_name in sorted(name for name in sys.modules if name.split(".")[0] == package):
        for name, value in list(vars(sys.modules[module_name]).items()):
            own = isinstance(value, type) and value.__module__ == module_name
            if name not in IGNORED:
                found[f"{module_name}.{name}"] = of_class(value) if own else of(value)
    return found


def describe_held(held: dict[str, Any]) -> dict[str, Any]:
    return {name: of_class(value) if isinstance(value, type) else of(value) for name, value in held.items()}


def import_all(package: str, folder: Path) -> None:
    for path in sorted((folder / package).rglob("*.py")):
        parts = path.relative_to(folder).with_suffix("").parts
        if parts[-1] != "__main__":
            with contextlib.suppress(Exception):  # some are for other systems, or want what is not installed
                importlib.import_module(".".join(parts[:-1] if parts[-1] == "__init__" else parts))


def main(kind: str, package: str, folder: Path, successor: Path | None = None) -> None:
    sys.path.insert(0, str(folder))
    import_all(package, folder)
    held: dict[str, Any] = {}
    if kind == "live" and successor is not None:
        import hmr_daemon

        hmr_daemon.sync()
        for module_name in [name for name in sys.modules if name.split(".")[0] == package]:
            for name, value in vars(sys.modules[module_name]).items():
                if isinstance(value, (FunctionType, type)) and value.__module__ == module_name:
                    held[f"{module_name}.{name}"] = value
        with hmr_daemon.paused():  # all of it is one reload
            for path in (folder / package).rglob("*.py"):
                if not (successor / path.relative_to(folder)).exists():
                    path.unlink()
            shutil.copytree(successor / package, folder / package, dirs_exist_ok=True)
        assert hmr_daemon.sync(), hmr_daemon.errors()
        import_all(package, folder)
    print(json.dumps([describe(package), describe_held(held)]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(Path, sys.argv[3:]))
