"""Generators and coroutines that were made and have not begun: nothing has run yet of their functions."""

from __future__ import annotations

from collections.abc import Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, GeneratorType
from typing import Any

from .containers import copied, size
from .kinds import is_a, plain_type

PREFIXES: dict[type, str] = {GeneratorType: "gi_", AsyncGeneratorType: "ag_", CoroutineType: "cr_"}
MAKES = 0x20 | 0x80 | 0x200  # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR
LARGEST = 1_000  # entries of containers that are looked at


def makes(code: CodeType) -> bool:
    """Whether a call of a function with this code runs nothing of it."""
    return bool(code.co_flags & MAKES)


def functions_of(value: Any) -> Iterator[tuple[str, str]]:
    """File and qualified name of the functions whose generators, not yet begun, a value is or has as entries."""
    if plain_type(value) in PREFIXES:
        parts = [value]
    elif plain_type(value) in (list, tuple, dict) and size(value) <= LARGEST:
        parts = list(copied(value).values() if is_a(value, dict) else copied(value))
    else:
        return
    for part in parts:
        prefix = PREFIXES.get(plain_type(part))
        if prefix is not None and _has_not_begun(part, prefix):
            code = getattr(part, f"{prefix}code")
            yield code.co_filename, code.co_qualname


def _has_not_begun(generator: Any, prefix: str) -> bool:
    suspended = getattr(generator, f"{prefix}suspended", True)  # on 3.11 an asynchronous one does not tell
    return not (suspended or getattr(generator, f"{prefix}running") or getattr(generator, f"{prefix}frame") is None)
