"""What statements have put into libraries: a handler, a path, a variable of the environment; out again with them.

A library's own objects are not made anew by the user's statements, so what an edit takes out must be told apart: what
a reload saw a statement add is known, and of what it added as its module was loaded, what it was given tells.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from ..live import additions, insides
from ..live.additions import UNKNOWN, Addition, Attribute, Entry, Item, Setting, Subclass
from ..live.containers import SEQUENCES, Bare, copied
from ..live.entries import PLAIN
from ..live.kinds import is_a
from ..live.transaction import MISSING, Transaction
from ..loading.recorder import environment
from ..planning.records import Node
from ..syntax import codes
from ..syntax.outside import Deed, deeds
from ..syntax.statements import Statement
from .library_objects import (
    Names,
    containers,
    containers_of,
    given_to,
    library_deeds,
    names_before,
    names_now,
    registering,
    told,
    value_of,
)
from .telling import Telling

FEW = 20
"""Up to how many entries of a library's list are told apart by elimination."""
MENTIONING = 100
"""Up to how many modules that mention a word are looked through: one that more do tells nothing."""


@contextmanager
def exchanged(run: Telling, node: Node) -> Iterator[None]:
    """While a statement runs again, what its last run put into libraries is out of these; then it stands in place."""
    names = names_now(run, node)
    done = list(library_deeds(run, node, node.statement, names))
    settings = list(_settings(done, names))
    positions, kept = _take_back(run, node, {setting.place for setting in settings})
    current = [(kept.get(setting.place, setting), setting.current()) for setting in settings]
    held = containers_of(done)
    registries = [(cls, additions.registered(cls)) for cls in registering(done)]
    _guard(run.transaction, held, current, registries)
    untold = list(_hidden(done, held)) if held and not kept and _is_untold(run, node, done) else []
    before = [(each, additions.snapshot(each)) for each in held]
    yield
    found: list[Addition] = [_settled(run, node, *setting) for setting in current]
    for container, snapshot in before:
        new = list(additions.compare(container, snapshot))
        _place(run, node, done, container, snapshot, len(new), positions.get(id(container)))
        found += new
    for container, entries in untold:
        _put_others_back(run, node, done, container, entries)
    for cls, classes in registries:
        known = set(map(id, classes))
        found += [Subclass(cls, each) for each in additions.registered(cls) if id(each) not in known]
    if found or node in run.graph.additions:
        _note(run, node, found)


def _guard(
    transaction: Transaction,
    held: Sequence[Any],
    current: Sequence[tuple[Setting, Any]],
    registries: Sequence[tuple[Any, list[type]]],
) -> None:
    """On undo, all that a statement may do something to is as it is now."""
    for container in held:
        if is_a(container, additions.KINDS[:-1]):
            transaction.guard(container)
        else:
            transaction.on_undo(additions.refill, container, dict(container))
    for setting, was in current:
        transaction.on_undo(additions.put_back, replace(setting, before=was))
    for cls, classes in registries:
        transaction.on_undo(additions.let_be_registered, cls, classes)


def _take_back(run: Telling, node: Node, set_again: Collection[object]) -> tuple[dict[int, int], dict[object, Setting]]:
    """Take out what a statement's last run put into libraries, but for what it sets again.

    Where that stood in lists comes back, by identity of these, and what was there before that is set again.
    """
    statement = run._statement_before(node)
    if node in run.added or not statement.does_to_others:
        return {}, {}
    positions, kept = dict[int, int](), dict[object, Setting]()
    for addition in reversed(_additions(run, node, statement)):
        if isinstance(addition, Setting) and addition.place in set_again:
            kept[addition.place] = addition
        elif isinstance(addition, Setting):
            unset(run, node, addition)
        elif (position := addition.take_back(run.transaction)) is not None:
            positions[id(addition.holder)] = position
    return positions, kept


def _is_untold(run: Telling, node: Node, done: Sequence[tuple[Deed, list[Any]]]) -> bool:
    """Whether a statement calls functions of libraries, and nothing tells what they have added for it."""
    if node in run.added or not all(is_a(value, (ModuleType, FunctionType)) for _, held in done for value in held):
        return False
    alike = {deed.method or deed.path[-1] for deed, _ in done}  # of several statements the first may have the effect
    if any(each in other.statement.effects.attributes for other, _ in _others(run, node, alike) for each in alike):
        return False
    return not _additions(run, node, run._statement_before(node))


def _hidden(done: Sequence[tuple[Deed, list[Any]]], held: Sequence[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Short lists, emptied, with what was in them: a set-up like ``logging.basicConfig`` does nothing otherwise.

    Not those of a module itself: all may need ``sys.path`` at any time.
    """
    modules = [vars(value).values() for _, receivers in done for value in receivers if is_a(value, ModuleType)]
    shared = {id(value) for values in modules for value in list(values)}
    for container in held:
        if type(container) is list and 0 < len(container) <= FEW and id(container) not in shared:
            yield container, container.copy()
            container.clear()


def _put_others_back(
    run: Telling, node: Node, done: Sequence[tuple[Deed, list[Any]]], container: list[Any], entries: list[Any]
) -> None:
    """Let a list that was hidden hold what it held, but for that in whose place a statement has put what it is given.

    That is of the same classes, nothing tells that it is another's, and there is as much of it.
    """
    kinds = [id(type(entry)) for entry in container]  # by identity: a metaclass may have an ``__eq__``
    theirs = [each.value for _, found in _others(run, node, _words(done)) for each in found if isinstance(each, Entry)]
    own = [i for i, entry in enumerate(entries) if id(type(entry)) in kinds and not _is_one_of(entry, theirs)]
    if not own or [id(type(entries[i])) for i in own] != kinds:
        container[:0] = entries
        return
    added = iter(container.copy())
    container[:] = [next(added) if i in own else entry for i, entry in enumerate(entries)]


def _is_one_of(entry: Any, others: Sequence[Any]) -> bool:
    return any(additions.is_same(entry, other) for other in others)


def withdraw(run: Telling, node: Node) -> bool:
    """Take out what a statement that is no more has put into libraries; whether that is all that it did."""
    found = _additions(run, node, node.statement)
    for addition in reversed(found):
        if isinstance(addition, Setting):
            run.unset_in_libraries.append((node, addition))
        else:
            addition.take_back(run.transaction)
    if node in run.graph.additions:
        run.transaction.delete_item(run.graph.additions, node)
    single = len(list(deeds(node.statement.parse()))) == 1
    return bool(found) and single and node.statement.kind == "expr"


def _additions(run: Telling, node: Node, statement: Statement) -> Sequence[Addition]:
    """What a statement has put into libraries: as a reload saw it, or as far as what it was given tells."""
    known = run.graph.additions.get(node)
    if known is not None:
        return known
    names = names_before(run, node)
    done = list(library_deeds(run, node, statement, names))
    found: list[Addition] = list(_first_settings(done, names))
    for deed, receivers in done:
        given = given_to(deed, receivers, names)
        for container in containers(deed, receivers):
            found += told(container, given)
        for cls in registering([(deed, receivers)]):
            found += [Subclass(cls, each) for each in additions.registered(cls) if id(each) in given.identities]
    return found


def _note(run: Telling, node: Node, found: Sequence[Addition]) -> None:
    """Remember what a statement has put into libraries; that it was seen to put nothing there as well."""
    known = run.graph.additions
    run.transaction.set_item(known, node, tuple(found))


# --- what it sets --------------------------------------------------------------------------------------


def _settings(done: Sequence[tuple[Deed, list[Any]]], names: Names) -> Iterator[Setting]:
    """The attributes and items of libraries' objects that deeds set, with what is there now."""
    for deed, receivers in done:
        for holder in receivers if deed.method is None else ():
            if deed.attribute is not None:
                yield Attribute(holder, deed.attribute, MISSING, insides.own_dict(holder).get(deed.attribute, MISSING))
            elif deed.item is not None and is_a(holder, (dict, MutableMapping)):
                key = value_of(deed.item, names)
                if is_a(key, PLAIN):
                    yield Item(holder, key, MISSING, additions.lookup(holder, key))


def _first_settings(done: Sequence[tuple[Deed, list[Any]]], names: Names) -> Iterator[Setting]:
    """The same of a statement that has run only as its module was loaded: what was there before may be known."""
    for setting in _settings(done, names):
        yield replace(setting, value=setting.before, before=_before_all(setting))


def _before_all(setting: Setting) -> Any:
    """What an attribute or an item of a library was before the user's code ran; UNKNOWN where nothing tells."""
    holder = setting.holder
    if isinstance(setting, Item):
        return environment.get(setting.key, MISSING) if holder is os.environ else UNKNOWN
    if holder is sys:
        return vars(sys).get(f"__{setting.name}__", UNKNOWN)  # as of `sys.excepthook`
    module = sys.modules.get(holder.__module__) if is_a(holder, type) else holder
    return MISSING if is_a(module, ModuleType) and not _mentions(module, setting.name) else UNKNOWN


def _mentions(module: ModuleType, name: str) -> bool:
    """Whether a library's code says a name anywhere, so that it may have been bound; others tell nothing."""
    loader: Any = getattr(module.__spec__, "loader", None)
    code = loader.get_code(module.__name__) if hasattr(loader, "get_code") else None
    if code is None:
        return True
    return any(name in (*each.co_names, *each.co_varnames, *each.co_consts) for each in codes.walk((code,)))


def _setters(run: Telling, node: Node, setting: Setting) -> list[Node]:
    """The other statements that set the same, in order."""
    key = setting.name if isinstance(setting, Attribute) else setting.key
    others = _others(run, node, [key]) if type(key) is str else ()
    found = [
        other for other, known in others if any(isinstance(a, Setting) and a.place == setting.place for a in known)
    ]
    return sorted(found, key=run.graph.order)


def _settled(run: Telling, node: Node, setting: Setting, was: Any) -> Setting:
    """What a statement has set just now, where `was` was before; a later one that sets the same has the last word."""
    now = setting.current()
    if not additions.is_same(now, was) and any(run.graph.comes_after(o, node) for o in _setters(run, node, setting)):
        additions.put_back(replace(setting, before=was))
    return replace(setting, value=now)


def unset(run: Telling, node: Node, setting: Setting) -> None:
    """A statement sets something of a library no more: an earlier word holds again, or what was there before all."""
    setters = _setters(run, node, setting)
    if any(run.graph.comes_after(other, node) for other in setters):
        return
    if setters:
        run.schedule(setters[-1], "sets the same last now")
    elif setting.before is UNKNOWN:
        run.outcome.notes.append(f"{node}: what it set stays, for what was there before is not known")
    else:
        setting.take_back(run.transaction)


# --- where it stands -----------------------------------------------------------------------------------


def _place(
    run: Telling,
    node: Node,
    done: Sequence[tuple[Deed, list[Any]]],
    container: Any,
    before: Any,
    count: int,
    position: int | None,
) -> None:
    """Let what was added to a list stand where the statement's last entry stood, or before those of later statements.

    What was put before all others comes behind those of later statements.
    """
    now = copied(container) if is_a(container, SEQUENCES) else []
    if not count or len(now) != len(before) + count:
        return
    if _all_same(now[:-count], before):
        added, at_end = now[-count:], True
    elif _all_same(now[count:], before):
        added, at_end = now[:count], False
    else:
        return
    if position is None:
        entries = list(_later_entries(run, node, done, container))
        later = [i for i, each in enumerate(before) if _is_one_of(each, entries)]
        position = (min(later) if at_end else max(later) + 1) if later else None
    if position is not None:
        Bare(container).clear()
        Bare(container).extend([*before[:position], *added, *before[position:]])


def _all_same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


def _later_entries(run: Telling, node: Node, done: Sequence[tuple[Deed, list[Any]]], container: Any) -> Iterator[Any]:
    """What later statements have put into a list."""
    for other, found in _others(run, node, _words(done)):
        if run.graph.comes_after(other, node):
            yield from (each.value for each in found if isinstance(each, Entry) and each.holder is container)


def _words(done: Sequence[tuple[Deed, list[Any]]]) -> set[str]:
    """What others mention who do something to the same objects."""
    return {deed.path[-1] for deed, _ in done}


def _others(run: Telling, node: Node, words: Collection[str]) -> Iterator[tuple[Node, Sequence[Addition]]]:
    """Other statements that mention one of some words, with what they have put into libraries."""
    found = dict.fromkeys(record for word in words for record in run.lookups.texts_with(word))
    for record in found if len(found) <= MENTIONING else ():
        for other in run.graph.analyze(record):
            if other is not node and other.statement.does_to_others and other not in run.added:
                yield other, _additions(run, other, other.statement)
