"""What statements import, as far as their texts tell (pure)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ..syntax.statements import Statement
from .records import ModuleRecord, imported_module


def imports(record: ModuleRecord, statement: Statement, bound: Collection[str] = ()) -> Iterator[str]:
    """Names of the modules that a statement's text imports when it runs, packages first; perhaps names in modules.

    `bound` are names that the module has by then: where it is a package, no submodules are imported by these.
    """
    for level, module, names in statement.imported if "import" in statement.text else ():
        yield from named(record, level, module, names, bound)


def named(
    record: ModuleRecord, level: int | None, module: str, names: Iterable[str], bound: Collection[str] = ()
) -> Iterator[str]:
    if level is None:
        yield from (each for name in names for each in packages(name))
    else:
        base = imported_module(record, level, module)
        yield from packages(base)
        yield from (f"{base}.{name}" for name in names if base != record.name or name not in bound)


def packages(name: str) -> Iterator[str]:
    """The packages that a module lies in, the outermost first, and the module."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))
