"""What Django keeps beside the user's modules of what these define, where nothing in them leads to it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from ..live import insides
from ..live.transaction import MISSING, Transaction
from ..planning.records import ModuleRecord
from ..syntax.statements import Statement

REGISTERS = "register"

Rebound = Iterable[tuple[ModuleRecord, str, Any, Any]]
"""Modules with names, and what these held before and hold now."""


def registries(statement: Statement) -> list[dict[Any, Any]]:
    """What a statement may have put its classes into, as the library's own objects hold them: the admin's sites."""
    effects, sites = statement.effects, sys.modules.get("django.contrib.admin.sites")
    if sites is None or REGISTERS not in effects.attributes | effects.reads:
        return []
    found = [insides.own_dict(site).get("_registry") for site in list(getattr(sites, "all_sites", ()))]
    return [registry for registry in found if type(registry) is dict]


def renew(transaction: Transaction, rebound: Rebound) -> None:
    """Let Django look up again what it has looked up in modules: their routes, and the settings."""
    for record, name, old, new in rebound:
        if name == "urlpatterns" and (urls := sys.modules.get("django.urls")) is not None:
            urls.clear_url_caches()
            transaction.on_undo(urls.clear_url_caches)
        elif name.isupper() and (conf := sys.modules.get("django.conf")) is not None:
            _set(transaction, conf, record.name, name, old, new)


def _set(transaction: Transaction, conf: Any, module: str, name: str, old: Any, new: Any) -> None:
    """A setting that Django copied from its module; what the program has set there since stays."""
    lazy: Any = insides.own_dict(conf.settings)  # asking it for an attribute would set it up
    copied: Any = insides.own_dict(lazy.get("_wrapped"))  # nothing where it has not been
    default = getattr(conf.global_settings, name, MISSING)
    was, value = (default if each is MISSING else each for each in (old, new))
    if copied.get("SETTINGS_MODULE") != module or copied.get(name, MISSING) is not was:
        return
    if value is not MISSING:
        transaction.set_item(copied, name, value)
    else:
        transaction.delete_item(copied, name)
    transaction.delete_item(lazy, name)  # remembered from the last time that it was asked for
