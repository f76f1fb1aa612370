"""What statements have put into libraries: a handler, a path, a variable of the environment; out again with them.

A library's own objects are not made anew by the user's statements, so what an edit takes out must be told apart: what
a reload saw a statement add is known, and of what it added as its module was loaded, what it was given tells.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Collection, Iterator, MutableMapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from ..live import additions, insides
from ..live.additions import UNKNOWN, Addition, Attribute, Entry, Item, Setting, Subclass
from ..live.containers import SEQUENCES, Bare, copied
from ..live.entries import PLAIN
from ..live.kinds import is_a, plain_type
from ..live.transaction import MISSING, Transaction
from ..loading.recorder import environment, interpreter
from ..planning.records import Node
from ..syntax import codes
from ..syntax.outside import deeds
from ..syntax.statements import Statement
from . import library_state
from .known_values import Names, value_of
from .library_objects import (
    Done,
    containers,
    containers_of,
    done_by,
    given_to,
    library_deeds,
    may_do_by_functions,
    registering,
    sets_itself,
    sets_untold,
    start_of,
    told,
    touched,
)
from .library_state import Touched
from .telling import Telling

FEW = 20
"""Up to how many entries of a library's list are told apart by elimination."""
MENTIONING = 100
"""Up to how many modules that mention a word are looked through: one that more do tells nothing."""


def may_do(statement: Statement) -> bool:
    """Whether a statement may put something into libraries, as far as that is seen at once."""
    return statement.does_to_others or may_do_by_functions(statement)


@contextmanager
def exchanged(run: Telling, node: Node) -> Iterator[None]:
    """While a statement runs again, what its last run put into libraries is out of these; then it stands in place."""
    names = Names(run, node.module, before=False)
    done = list(library_deeds(names, node.statement))
    settings = list(_settings(done, names))
    earlier, done_before = _before(run, node)
    known = _additions_by(run, node, earlier, done_before)
    words = _words(done_before)
    positions, kept = _take_back(run, node, known, words, {setting.place for setting in settings})
    if {deed.method for deed, _ in done} != {deed.method for deed, _ in done_before}:
        positions = {}  # what is inserted does not stand where what was appended did
    current = [(kept.get(setting.place, setting), setting.current()) for setting in settings]
    held = containers_of(done)
    registries = [(cls, additions.registered(cls)) for cls in registering(done)]
    _guard(run.transaction, held, current, registries)
    conditional = [each for each in done if each[0].unsure]
    unsure = _let_be_unset(run, node, current, {setting.place for setting in _settings(conditional, names)})
    untold = list(_hidden(done, held)) if held and not kept and _is_untold(run, node, done) else []
    before = [(each, additions.snapshot(each)) for each in held]
    yield
    found: list[Addition] = [
        _settled(run, node, *each) for each in current if not _stays_unset(run, node, each[0], unsure)
    ]
    for container, snapshot in before:
        new = [each for each in additions.compare(container, snapshot) if not _is_set(each, settings)]
        _place(run, node, done, container, snapshot, len(new), positions.get(id(container)))
        found += new
    for container, entries in untold:
        _put_others_back(run, node, done, container, entries)
    for cls, classes in registries:
        there = set(map(id, classes))
        found += [Subclass(cls, each) for each in additions.registered(cls) if id(each) not in there]
    if found or node in run.graph.additions:
        _note(run, node, found)
    _tell_adders(run, node, [each for each in known if not any(_is_alike(each, other) for other in found)], words)
    if not _are_same(known, found) or sets_untold(done):
        _tell(run, node, [*touched(names, done), *touched(earlier, done_before)])


def _let_be_unset(
    run: Telling, node: Node, current: Sequence[tuple[Setting, Any]], unsure: Collection[object]
) -> list[Setting]:
    """What a statement may set, or not, is as it was before the statement, if nothing later sets it."""
    found = [
        setting
        for setting, _ in current
        if setting.place in unsure and not any(run.graph.comes_after(o, node) for o in _setters(run, node, setting))
    ]
    known = [setting for setting in found if setting.before is not UNKNOWN]
    for setting in known:
        additions.put_back(setting)
    return known


def _stays_unset(run: Telling, node: Node, setting: Setting, unsure: Collection[Setting]) -> bool:
    """Whether a statement has not set what it may: an earlier word holds again."""
    if setting not in unsure or not additions.is_same(setting.current(), setting.before):
        return False
    unset(run, node, setting)
    return True


def _is_set(addition: Addition, settings: Sequence[Setting]) -> bool:
    """Whether an item is one that the text tells, so that what was there before all is known."""
    return isinstance(addition, Item) and any(addition.place == setting.place for setting in settings)


def _before(run: Telling, node: Node) -> tuple[Names, Done]:
    """What a statement's last run did to libraries, with what names led to then."""
    names, statement = Names(run, node.module, before=True), run._statement_before(node)
    known = node not in run.added and may_do(statement)
    return names, list(library_deeds(names, statement)) if known else []


def _are_same(some: Sequence[Addition], others: Sequence[Addition]) -> bool:
    return len(some) == len(others) and all(any(_is_alike(one, other) for other in others) for one in some)


def _is_alike(one: Addition, other: Addition) -> bool:
    same_place = isinstance(one, Setting) and isinstance(other, Setting) and one.place == other.place
    entries = not isinstance(one, Setting) and not isinstance(other, Setting) and one.holder is other.holder
    return (same_place or entries) and additions.is_same(one.value, other.value)


def _tell(run: Telling, node: Node, touched: Sequence[Touched]) -> None:
    """Later statements that mention the same of a library see something else there now."""
    order = run.graph.order(node)
    for each in touched:
        key = id(each.root), each.attributes, each.texts
        if run.told_of_libraries.get(key, order) < order:
            continue  # who comes after this statement comes after the earlier one
        run.told_of_libraries[key] = order
        for user in list(library_state.users(run, node, each)):
            adds = user.statement.kind == "expr" and each.name in user.statement.effects.mutates  # which stays there
            if user is not node and not adds:
                run.schedule(user, f"{each.name} was changed", code_changed=True)


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


def _take_back(
    run: Telling, node: Node, known: Sequence[Addition], words: Set[str], set_again: Collection[object]
) -> tuple[dict[int, int], dict[object, Setting]]:
    """Take out what a statement's last run put into libraries, but for what it sets again.

    Where that stood in lists comes back, by identity of these, and what was there before that is set again.
    """
    positions, kept = dict[int, int](), dict[object, Setting]()
    for addition in reversed(known):
        if isinstance(addition, Setting) and addition.place in set_again:
            kept[addition.place] = addition
        elif isinstance(addition, Setting):
            unset(run, node, addition)
        elif _is_another_s(run, node, addition, words):
            continue
        elif (position := addition.take_back(run.transaction)) is not None:
            positions[id(addition.holder)] = position
    return positions, kept


def _tell_adders(run: Telling, node: Node, gone: Sequence[Addition], words: Set[str]) -> None:
    """Who has found something in a library that is there no more, and so has added nothing, may do so now."""
    holders = {id(each.holder) for each in gone if isinstance(each, Entry)}
    for other, known in _others(run, node, words) if holders else ():
        added = any(isinstance(each, Entry) and id(each.holder) in holders for each in known)
        if not added and other in run.graph.additions and run.may_run(other):
            done = list(library_deeds(Names(run, other.module, before=False), other.statement))
            if not holders.isdisjoint(map(id, containers_of(done))):
                run.schedule(other, "may add to a library what was there", code_changed=True)


def settle(run: Telling) -> None:
    """What statements that are no more had set in libraries is what it was before, and who mentions that is told."""
    for node, found, words, what in run.out_of_libraries:
        for setting in [each for each in found if isinstance(each, Setting)]:
            unset(run, node, setting)
        _tell_adders(run, node, found, words)
        _tell(run, node, what)


def _is_another_s(run: Telling, node: Node, addition: Addition, words: Set[str]) -> bool:
    """Whether an entry that is there once is what another statement adds as well: ``if not log.handlers: ...``."""
    if not isinstance(addition, Entry):
        return False
    alike = [each for each in additions.snapshot(addition.holder) if additions.is_same(each, addition.value)]
    found = _others(run, node, words) if len(alike) == 1 else ()
    return any(
        isinstance(each, Entry) and each.holder is addition.holder and additions.is_same(each.value, addition.value)
        for other, known in found
        if other.alive
        for each in known
    )


def _is_untold(run: Telling, node: Node, done: Done) -> bool:
    """Whether a statement calls functions of libraries, and nothing tells what they have added for it."""
    if node in run.added or not all(is_a(value, (ModuleType, FunctionType)) for _, held in done for value in held):
        return False
    alike = {deed.method or deed.path[-1] for deed, _ in done}  # of several statements the first may have the effect
    if any(each in other.statement.effects.attributes for other, _ in _others(run, node, alike) for each in alike):
        return False
    return not _additions(run, node)


def _hidden(done: Done, held: Sequence[Any]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Short lists, emptied, with what was in them: a set-up like ``logging.basicConfig`` does nothing otherwise.

    Not those of a module itself: all may need ``sys.path`` at any time.
    """
    modules = [vars(value).values() for _, receivers in done for value in receivers if is_a(value, ModuleType)]
    shared = {id(value) for values in modules for value in list(values)}
    for container in held:
        if type(container) is list and 0 < len(container) <= FEW and id(container) not in shared:
            yield container, container.copy()
            container.clear()


def _put_others_back(run: Telling, node: Node, done: Done, container: list[Any], entries: list[Any]) -> None:
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
    names, done = _before(run, node)
    found, words = _additions_by(run, node, names, done)[::-1], _words(done)
    for entry in [each for each in found if not isinstance(each, Setting)]:
        if not _is_another_s(run, node, entry, words):
            entry.take_back(run.transaction)
    if found:
        run.out_of_libraries.append((node, found, words, list(touched(names, done))))
    if node in run.graph.additions:
        run.transaction.delete_item(run.graph.additions, node)
    single = len(list(done_by(names, node.statement))) == 1
    return bool(found) and single and node.statement.kind == "expr"


def _additions(run: Telling, node: Node, alone: bool = False) -> Sequence[Addition]:
    """What a statement has put into libraries: as a reload saw it, or as far as what it was given tells.

    `alone` asks for what it has put there itself, and not by functions.
    """
    names = Names(run, node.module, before=True)
    known = node in run.graph.additions
    done = [] if known else list(library_deeds(names, run._statement_before(node), alone))
    return _additions_by(run, node, names, done)


def _additions_by(run: Telling, node: Node, names: Names, done: Done) -> Sequence[Addition]:
    """The same, where what its last run did is known."""
    known = run.graph.additions.get(node)
    if known is not None and node not in run.added:
        return known
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


def _settings(done: Done, names: Names) -> Iterator[Setting]:
    """The attributes and items of libraries' objects that deeds set, with what is there now."""
    for deed, receivers in done:
        updated = [value_of(each, names) for each in deed.arguments] if deed.method == "update" else []
        for holder in [each for each in receivers if is_a(each, (dict, MutableMapping))]:
            keys = [key for given in updated if plain_type(given) is dict for key in given if is_a(key, PLAIN)]
            yield from (Item(holder, key, MISSING, additions.lookup(holder, key)) for key in keys)
        for holder in receivers if deed.method else ():
            if deed.method is not None and (name := sets_itself(holder, deed.method)) is not None:
                yield Attribute(holder, name, MISSING, insides.own_dict(holder).get(name, MISSING), deed.method)
        for holder in receivers if deed.method is None else ():
            if deed.attribute is not None:
                yield Attribute(holder, deed.attribute, MISSING, insides.own_dict(holder).get(deed.attribute, MISSING))
            elif deed.item is not None and is_a(holder, (dict, MutableMapping)):
                key = value_of(deed.item, names)
                if is_a(key, PLAIN):
                    yield Item(holder, key, MISSING, additions.lookup(holder, key))


def _first_settings(done: Done, names: Names) -> Iterator[Setting]:
    """The same of a statement that has run only as its module was loaded: what was there before may be known."""
    for setting in _settings(done, names):
        yield replace(setting, value=setting.before, before=_before_all(setting))


def _before_all(setting: Setting) -> Any:
    """What an attribute or an item of a library was before the user's code ran; UNKNOWN where nothing tells."""
    holder = setting.holder
    if isinstance(setting, Item):
        return environment.get(setting.key, MISSING) if holder is os.environ else UNKNOWN
    for module, held in interpreter.items():
        if module is holder:
            return held.get(setting.name, MISSING)
    if setting.setter:
        return start_of(holder, setting.setter)
    home = sys.modules.get(holder.__module__) if is_a(holder, type) else holder
    return _bound_by_source(holder, home, setting.name) if is_a(home, ModuleType) else UNKNOWN


def _bound_by_source(holder: Any, module: ModuleType, name: str) -> Any:
    """The constant that a library's source binds an attribute to; MISSING where it never says its name."""
    loader: Any = getattr(module.__spec__, "loader", None)
    code = loader.get_code(module.__name__) if hasattr(loader, "get_code") else None
    if code is None:
        return UNKNOWN
    every = list(codes.walk((code,)))
    if not any(name in (*each.co_names, *each.co_varnames, *each.co_consts) for each in every):
        return MISSING
    bodies = [each for each in every if each.co_qualname == holder.__qualname__] if is_a(holder, type) else [code]
    found = codes.constants_bound(bodies[0], name) if len(bodies) == 1 else []
    elsewhere = any(name in codes.global_writes(each) for each in every)
    return found[0] if len(found) == 1 and not elsewhere else UNKNOWN


def _setters(run: Telling, node: Node, setting: Setting) -> list[Node]:
    """The other statements that set the same, in order."""
    key = (setting.setter or setting.name) if isinstance(setting, Attribute) else setting.key
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
    done: Done,
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
        entries = list(_later_entries(run, node, done, container, at_end))
        later = [i for i, each in enumerate(before) if _is_one_of(each, entries)]
        position = (min(later) if at_end else max(later) + 1) if later else None
    if position is not None:
        Bare(container).clear()
        Bare(container).extend([*before[:position], *added, *before[position:]])


def _all_same(some: Sequence[Any], others: Sequence[Any]) -> bool:
    return all(one is other for one, other in zip(some, others, strict=True))


def _later_entries(run: Telling, node: Node, done: Done, container: Any, at_end: bool) -> Iterator[Any]:
    """What later statements have put at the end of a list, or at its front."""
    for other, found in _others(run, node, _words(done)):
        own = [each.value for each in found if isinstance(each, Entry) and each.holder is container]
        if own and run.graph.comes_after(other, node) and not (at_end and _puts_in_front(other)):
            yield from own


def _puts_in_front(node: Node) -> bool:
    """Whether a statement's own text says that what it adds is to be the first."""
    inserted = [deed.arguments[0] for deed in deeds(node.statement.parse()) if deed.method == "insert"]
    return any(isinstance(each, ast.Constant) and each.value == 0 for each in inserted)


def _words(done: Done) -> set[str]:
    """What others mention who do something to the same objects."""
    return {deed.path[-1] for deed, _ in done}


def _others(run: Telling, node: Node, words: Collection[str]) -> Iterator[tuple[Node, Sequence[Addition]]]:
    """Other statements that mention one of some words, or run functions which do, with what they put into libraries."""
    key = frozenset(words)
    found = run.mentioning_of_libraries.get(key)
    if found is None:
        found = list(_mentioning(run, key))
        if run.told_first is None:  # the edits are taken up
            run.mentioning_of_libraries[key] = found
    yield from ((other, _told(run, other, through)) for other, through in found if other is not node)


def _mentioning(run: Telling, words: Collection[str]) -> Iterator[tuple[Node, bool]]:
    """Statements that mention one of some words, or run functions which do: those tell."""
    records = dict.fromkeys(record for word in words for record in run.lookups.texts_with(word))
    if len(records) > MENTIONING:
        return
    nodes = [other for record in records for other in run.graph.analyze(record)]
    defining = [other for other in nodes if other.statement.kind in ("def", "class") and other.codes]
    naming = [other for other in defining if any(word in other.statement.text for word in words)]
    runners = (each for other in naming for code in codes.walk(other.codes) for each in run.graph.runners(code))
    through = {each for each in runners if may_do_by_functions(each.statement)}
    for other in dict.fromkeys((*(each for each in nodes if each.statement.does_to_others), *through)):
        if other not in run.added:
            yield other, other in through


def _told(run: Telling, node: Node, through: bool) -> Sequence[Addition]:
    """What a statement has put into libraries; of one that no reload saw, found out once."""
    known = run.graph.additions.get(node)
    if known is not None:
        return known
    if run.told_first is not None:
        return _additions(run, node, alone=not through)
    if (key := (node, through)) not in run.additions_told:
        run.additions_told[key] = _additions(run, node, alone=not through)
    return run.additions_told[key]
