"""Modules of libraries that an edit newly imports: they are there before the code that uses them is."""

from __future__ import annotations

import ast
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator

from .._bootstrap import environment_reason
from ..syntax.statements import Statement


def bring(statement: Statement) -> None:
    """Import what a statement is to import of libraries; what fails is told by the statement itself, as it runs."""
    for name in _named(statement):
        with contextlib.suppress(Exception):  # a library's code, or a finder's
            if name not in sys.modules and _is_of_library(name.partition(".")[0]):
                importlib.import_module(name)


def _named(statement: Statement) -> Iterator[str]:
    """The modules that it names; of ``from package import name`` also what may be a module in there."""
    if statement.kind == "import":
        tree = statement.parse()
        assert isinstance(tree, ast.Import)
        yield from (alias.name for alias in tree.names)
    for level, module, name, _ in statement.imports:
        if not level and name != "*":
            yield module
            package = sys.modules.get(module)
            if hasattr(package, "__path__") and name not in vars(package):
                yield f"{module}.{name}"


def _is_of_library(package: str) -> bool:
    spec = importlib.util.find_spec(package)
    return spec is not None and spec.origin is not None and environment_reason(spec.origin) is not None
