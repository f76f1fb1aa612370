"""Globals that are defaults of parameters: what code adds to such a parameter, it adds to what they hold (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import CodeType, MappingProxyType

_KNOWN: dict[tuple[str, str], Mapping[str, str]] = {}
"""By the file and the qualified name of a function, the globals by the parameters that hold them."""
NONE: Mapping[str, str] = MappingProxyType({})
_readers: list[Callable[[str], object]] = []


def read_by(reader: Callable[[str], object]) -> None:
    """Let `reader` note the defaults of a file whose text nobody has looked at, once they are asked for."""
    _readers[:] = [reader]


def note(path: str, defaults: Iterable[tuple[str, str, str]]) -> None:
    """A file's text tells some defaults; those of an earlier version hold as well, for its code may be live."""
    for function, parameter, name in defaults:
        _KNOWN[path, function] = {**_KNOWN.get((path, function), NONE), parameter: name}


def looked_for(code: CodeType) -> Mapping[str, str]:
    """The same as `of`, where it is worth while to read a text for it."""
    for read in _readers:
        read(code.co_filename)
    return of(code)


def of(code: CodeType) -> Mapping[str, str]:
    """The globals that are held by parameters which code knows: its own, and those of functions around it."""
    if not _KNOWN:
        return NONE
    found, name, variables = NONE, code.co_qualname, code.co_varnames
    while name:
        if known := _KNOWN.get((code.co_filename, name)):
            found = {**{each: known[each] for each in variables if each in known}, **found}
        name, variables = name.rpartition(".<locals>.")[0], code.co_freevars
    return found
