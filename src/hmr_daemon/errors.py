"""The exceptions of this package. None of them ever reaches the program that is being kept live."""

from __future__ import annotations


class HmrError(Exception):
    """What the daemon raises and catches among its own parts."""


class ConfigError(HmrError):
    """A setting does not have a value that it can have."""
