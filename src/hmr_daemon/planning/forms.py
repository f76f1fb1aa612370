"""The two forms of a module: a file of its name, and a folder of its name with an ``__init__.py``."""

from __future__ import annotations

import os
from importlib.util import spec_from_file_location
from typing import Any

INIT = "__init__.py"
NAMES = ("__file__", "__path__", "__package__", "__cached__", "__spec__", "__loader__")
"""What a module has that tells its form."""


def other_form(path: str) -> str | None:
    """Where the module would lie that a path is the file of, had it the other form.

    >>> other_form("/app/tools.py"), other_form("/app/tools/__init__.py")
    ('/app/tools/__init__.py', '/app/tools.py')
    """
    folder, base = os.path.split(path)
    if base == INIT:
        return f"{folder}.py"
    stem, extension = os.path.splitext(path)
    return os.path.join(stem, INIT) if extension == ".py" else None


def attributes(name: str, path: str) -> dict[str, Any]:
    """What an import of the module at `path` would set of `NAMES`."""
    folders = [os.path.dirname(path)] if os.path.basename(path) == INIT else None
    spec = spec_from_file_location(name, path, submodule_search_locations=folders)
    assert spec is not None
    found = {"__file__": path, "__package__": spec.parent, "__cached__": spec.cached, "__spec__": spec}
    return {**found, "__loader__": spec.loader, **({} if folders is None else {"__path__": folders})}
