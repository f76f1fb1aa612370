"""Attributes that several statements set through functions: who runs again does not take the last one's word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import insides, values
from ..live.kinds import is_a
from ..live.records import PLAIN
from ..live.transaction import MISSING
from ..planning.records import Name, Node
from ..planning.targets import Target, holder_of
from ..syntax.stores import stores
from .receivers import is_given, receivers
from .registries import Place
from .telling import Telling


@dataclass(frozen=True, eq=False, repr=False)
class Word:
    """An attribute of what a global holds, with the other statements that have run the code which sets it."""

    holder: Any
    name: str
    known_as: Name
    """The global that holds it."""
    others: Collection[Node]
    by_method: bool
    """Whether that is of a method: they may have called that of another object."""

    @property
    def held(self) -> Any:
        return insides.own_dict(self.holder).get(self.name, MISSING)

    def is_of(self, run: Telling, node: Node) -> bool:
        """Whether one of the others may have set it. There are many: it is asked of as few as need be."""
        return not self.by_method or _calls(run, node, self.holder)


@contextmanager
def kept(run: Telling, node: Node) -> Iterator[None]:
    """While a statement runs again; what later ones have said stays, and who looks at another word is told."""
    before = [(word, word.held) for word in _words(run, node)]
    for word, _ in before:
        run.transaction.guard(word.holder)
    yield
    for word, held in before:
        if word.held is held:
            continue
        if held is not MISSING and _is_said_later(run, node, word):
            run.transaction.set_own(word.holder, word.name, held)
        elif held is MISSING or not values.same(held, word.held):
            run._tell_entries(node, Place((word.known_as,), word.name), rebound=True)


def withdraw(run: Telling, nodes: Collection[Node]) -> None:
    """Statements are no more: where one has had the last word, that of the one before it counts."""
    for node in nodes:
        for word in _words(run, node) if node.ran else ():
            if not _said(node, word.held):
                continue
            left = [each for each in word.others if each.alive and each not in nodes and word.is_of(run, each)]
            if left and not any(run.graph.comes_after(other, node) for other in left):
                last = max(left, key=run.graph.order)
                run.schedule(last, f"has the last word on {word.name}", code_changed=True)


def _is_said_later(run: Telling, node: Node, word: Word) -> bool:
    """Whether a later statement has said it, and is not to say it again."""
    later = (other for other in word.others if run.graph.comes_after(other, node) and word.is_of(run, other))
    return any(not run.agenda.waiting(other) for other in later)


def _said(node: Node, value: Any) -> bool:
    """Whether it is what a statement names, or has bound: the program may have set another since."""
    effects, namespace = node.statement.effects, node.module.namespace
    if is_a(value, PLAIN):
        return (type(value), value) in node.statement.constants
    return any(namespace.get(name) is value for name in effects.reads | effects.writes)


def _words(run: Telling, node: Node) -> list[Word]:
    """What a statement sets by the functions that it runs, of objects that are there already."""
    newly = node in run.added or node in run.calling_more
    ran = [*run._ran_before(node), *(run.graph.called_by(node, node.statement, run.known[""]) if newly else ())]
    setting = [code for code in ran if stores(code)]
    found: dict[tuple[int, str], Word] = {}
    for code in setting:
        others = {runner for runner in run.graph.runners(code) if runner is not node}
        for word in _set(run, node, code, ran, others):
            found.setdefault((id(word.holder), word.name), word)
    return [*found.values()]


def _set(run: Telling, node: Node, code: CodeType, ran: Sequence[CodeType], others: Collection[Node]) -> Iterator[Word]:
    own = {store.name for store in stores(code) if not (store.root or store.through or store.of_itself)}
    for record, name in receivers(run, node, ran) if own else ():
        value = record.namespace[name]
        if not is_a(value, ModuleType) and is_given(value, code) and not _makes(code, value):
            yield from (Word(value, attribute, (record.name, name), others, by_method=True) for attribute in own)
    for store in stores(code):
        for record in run.graph.at_path(code.co_filename) if store.root and not store.of_itself else ():
            value = holder_of(record.namespace, (store.root, *store.through, store.name))
            if value is not MISSING and not is_a(value, ModuleType):
                target = Target(value, store.name, (record.name, store.root))
                yield Word(value, store.name, target.home if store.through else target.root, others, by_method=False)


def _makes(code: CodeType, value: object) -> bool:
    """Whether code is run for a new object alone: a constructor, where no ``__new__`` may give one out again."""
    kind = type(value)
    given_out = [insides.of_class(kind, "__new__"), insides.of_class(type(kind), "__call__")]
    return code.co_name == "__init__" and not any(is_a(each, (FunctionType, staticmethod)) for each in given_out)


def _calls(run: Telling, node: Node, value: object) -> bool:
    """Whether a statement may have called a method of a value, itself or by what it ran: and not that of another."""
    return any(record.namespace[name] is value for record, name in receivers(run, node, [*run._ran_before(node)]))
