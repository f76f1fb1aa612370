"""Classes that a library set up together: it keeps what it made of each where others find it."""

from __future__ import annotations

import ast
import contextlib
import sys
from collections.abc import Collection, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.classes import is_installed
from ..live.containers import copied
from ..live.entries import entries
from ..live.kinds import is_a
from ..planning.records import ModuleRecord, Node
from ..syntax import diff, statements, trees
from ..syntax.statements import Statement
from ..syntax.trees import FunctionNode
from .scheduling import Scheduling

PLAIN = (int, float, complex, str, bytes, type(None), type, FunctionType, ModuleType, staticmethod, classmethod,
         property)  # fmt: skip
"""Types whose values are no library's account of a class."""
CONTAINERS = (dict, list, set, tuple, frozenset)
DEPTH = 4
LIMIT = 2_000
MAKING = frozenset({"__init__", "__new__"})


def taker(cls: type) -> type | None:
    """The library's class that is told of each class made like this one: a metaclass or a base."""
    metaclasses = [owner for owner in type.mro(type(cls)) if {"__new__", "__init__"} & set(vars(owner))]
    bases = [owner for owner in cls.__mro__[1:] if "__init_subclass__" in vars(owner)]
    return next((owner for owner in (*metaclasses, *bases) if is_installed(owner)), None)


def made_of(cls: type, bound: Collection[str]) -> Iterator[Any]:
    """What a library made of a class, besides the names that its body binds."""
    for name, member in list(vars(cls).items()):
        if name not in bound and is_installed(type(member)) and not is_a(member, PLAIN):
            yield member


def accounts(cls: type) -> Iterator[tuple[str, Any]]:
    """The containers among a class's members that hold instances of a library's classes."""
    for name, member in list(vars(cls).items()):
        if is_a(member, CONTAINERS) and any(map(_is_of_installed, _parts(member))):
            yield name, member


def makes_instances(cls: type, changed: Collection[str], bound: Collection[str]) -> bool:
    """Whether a library makes instances of what has changed in a class.

    That is what it has put together of all that the class has, besides the names that its body has `bound`; where its
    metaclass makes them, it is anything.
    """
    metaclass: type = type(cls)
    if any("__call__" in vars(owner) and is_installed(owner) for owner in metaclass.__mro__):
        return True
    if not any(name in changed and name not in bound for name, _ in accounts(cls)):
        return False
    return any(not MAKING.isdisjoint(vars(owner)) and is_installed(owner) for owner in cls.__mro__)


def accounted_kinds(cls: type) -> frozenset[int]:
    """The classes, by their identity, of what a library has put together of what it found in a class."""
    return frozenset(id(type(part)) for _, member in accounts(cls) for part in _parts(member) if _is_of_installed(part))


def holds_any(value: Any, kinds: Collection[int]) -> bool:
    """Whether an object holds, itself or in a container, something of these kinds."""
    own = list(insides.own_dict(value).values())
    held = [part for each in own if is_a(each, CONTAINERS) for part in _parts(each)]
    return any(id(type(each)) in kinds for each in (*own, *held))


def identities(made: Iterable[Any]) -> set[int]:
    """The objects that a library made, and what they hold."""
    found = set()
    for member in made:
        found.add(id(member))
        parts = list(insides.own_dict(member).values())
        found.update(id(part) for part in parts if not is_a(part, (*PLAIN, *CONTAINERS)))
    return found


def keeps(value: Any, made: Collection[int], own: bool = False) -> bool:
    """Whether a container that a value leads to, only one of a library's `own` kind, has an entry that was made."""
    waiting, seen = [(value, 0)], set[int]()
    while waiting and len(seen) < LIMIT:
        value, depth = waiting.pop(0)
        if id(value) in seen or is_a(value, (FunctionType, ModuleType)) or depth > DEPTH:
            continue
        seen.add(id(value))
        held = entries(value) if is_a(value, (dict, list, set)) else []
        if any(id(entry) in made for entry in held) and (not own or is_installed(type(value))):
            return True
        waiting += [(part, depth + 1) for part in _parts(value)]
    return False


def _is_of_installed(value: Any) -> bool:
    return is_installed(type(value)) and not is_a(value, PLAIN)


def _parts(value: Any) -> Iterator[Any]:
    if is_a(value, dict):
        parts = list(copied(value).values())
    elif is_a(value, type):
        parts = list(vars(value).values())
    elif is_a(value, CONTAINERS):
        parts = list(value) if is_a(value, (tuple, frozenset)) else list(copied(value))
    else:
        parts = list(insides.own_dict(value).values())
    yield from (part for part in parts if is_a(part, type) or not is_a(part, PLAIN))


class Families(Scheduling):
    """A run that makes classes anew together that a library set up together.

    Where a library keeps what it made of a class (tables, mappers), and others were set up with that, the class cannot
    be set up a second time beside the first: what keeps it is made anew, and all that it keeps.
    """

    def _group(self, node: Node, removed: bool = False) -> Iterator[tuple[Node, str]]:
        yield from super()._group(node, removed)
        if node.statement.kind in ("class", "assign") and node not in self.anew and node not in self.added:
            yield from self._family(node, removed)

    def _family(self, node: Node, removed: bool) -> Iterator[tuple[Node, str]]:
        made = identities(self._made_by_library(node))
        if not made or not (removed or self._looks_different(node)):
            return
        keepers = [*self._keepers(node, made), *self._keeping(node)]
        if not keepers:
            return
        self._make_anew_whole(node)
        for record, name in keepers:
            for maker in self.agenda.table(record).last_writers(name):
                self._make_anew_whole(maker)
                yield maker, f"makes {name}"
            for kept in self._kept_by(record, name):
                self._make_anew_whole(kept)
                yield kept, f"is set up by {name}"

    def _make_anew_whole(self, node: Node) -> None:
        self.anew.add(node)
        for part in self._made_by_library(node):  # the making of other classes may change it
            self.transaction.guard(part)

    def set_up_attributes(self) -> None:
        """SQLAlchemy sets up attributes when the first instance is made: those that live were made before.

        What is wrong with the user's mappings is said when they are used, as in a fresh process.
        """
        orm = sys.modules.get("sqlalchemy.orm")
        if self.anew and orm is not None:
            with contextlib.suppress(Exception):
                orm.configure_mappers()

    def _made_by_library(self, node: Node) -> list[Any]:
        """What a library made of the statement's classes, or an object of a library's that it made itself."""
        before = self._text_before(node)
        if before.kind == "assign":
            made = self._made_now(node) if before.effects.calls else {}
            return [value for value in made.values() if not is_a(value, PLAIN) and is_installed(type(value))]
        if before.kind != "class":
            return []
        decorated = before.text.startswith("@")
        taken = [cls for cls in self._classes(node, before) if decorated or taker(cls) is not None]
        if not any(True for cls in taken for _ in made_of(cls, ())):
            return []  # the body need not be looked at
        bound = self._names_in_body(node, before)
        return [part for cls in taken for part in made_of(cls, bound)]

    def _names_in_body(self, node: Node, before: Statement) -> set[str]:
        previous, parsed = self.previous.get(node), node.module.parsed
        if not node.alive:
            parsed = self.parsed_before.get(node.module, parsed)
        assert parsed is not None
        members = statements.members(before, previous.text if previous is not None else parsed.text)
        return {name for member in members for name in member.effects.writes}

    def is_set_up_by_library(self, node: Node) -> bool:
        """Whether a library looked at all that a class statement made, also at what that inherits."""
        if node.statement.kind != "class":
            return False
        return bool(self._made_by_library(node)) or self._is_accounted_for(node)

    def _is_accounted_for(self, node: Node) -> bool:
        """Whether a library has put what it found in a class, and above it, into containers that it gave to it."""
        before = self._text_before(node)
        taken = [cls for cls in self._classes(node, before) if taker(cls) is not None]
        given = [(name, member) for cls in taken for name, member in accounts(cls)]
        return bool(given) and not {name for name, _ in given} <= self._names_in_body(node, before)

    def makes_instances_of(self, node: Node, cls: type, changed: Collection[str]) -> bool:
        """Whether a library makes instances of what a class statement has made otherwise."""
        before = self._text_before(node)
        return before.kind == "class" and makes_instances(cls, changed, self._names_in_body(node, before))

    def _classes(self, node: Node, before: Statement) -> Iterator[type]:
        for name in before.effects.writes:
            value = node.module.namespace.get(name)
            if is_a(value, type) and value.__qualname__ == name:
                yield value

    def _text_before(self, node: Node) -> Statement:
        previous = self.previous.get(node)
        return previous.statement if previous is not None else node.statement

    def _looks_different(self, node: Node) -> bool:
        """Whether more of a class may differ than its methods, which any class can be given."""
        before = self._text_before(node)
        if before.text == node.statement.text or before.names != node.statement.names or before.kind != "class":
            return True  # where its text is the same, something that it uses differs
        if trees.shape(_head(before), True) != trees.shape(_head(node.statement), True):
            return True
        assert node.module.parsed is not None
        old = statements.members(before, self.previous[node].text)
        new = statements.members(node.statement, node.module.parsed.text)
        changed = [e for e in diff.compare(old, new) if e.change not in (diff.Change.SAME, diff.Change.BODY)]
        sides = [old[e.old] for e in changed if e.old is not None] + [new[e.new] for e in changed if e.new is not None]
        return not all(map(_is_method, sides))

    def _keepers(self, node: Node, made: set[int]) -> Iterator[tuple[ModuleRecord, str]]:
        """The globals, where they are made, that lead to what keeps what was made of a class."""
        waiting, seen = [node], {(node.module.name, name) for name in node.writes}
        own = node.statement.kind == "assign"  # what it put elsewhere can be taken out
        while waiting:
            node = waiting.pop()
            for record, name in self._read_by(node):
                if (record.name, name) in seen:
                    continue
                seen.add((record.name, name))
                if keeps(record.namespace.get(name), made, own):
                    makers = [w for w in self.agenda.table(record).last_writers(name) if w.statement.kind != "import"]
                    if any(maker.statement.kind == "from" for maker in makers):
                        waiting += makers
                    elif makers:
                        yield record, name
                        waiting += makers

    def _keeping(self, node: Node) -> Iterator[tuple[ModuleRecord, str]]:
        """Which of the statement's own names lead to what keeps what was made of the classes that read it."""
        record = node.module
        for name in node.writes & record.namespace.keys():
            value = record.namespace[name]
            if any(keeps(value, identities(self._made_by_library(kept))) for kept in self._kept_by(record, name)):
                yield record, name

    def _read_by(self, node: Node) -> Iterator[tuple[ModuleRecord, str]]:
        if node.statement.kind != "from":
            yield from ((node.module, name) for name in node.statement.effects.reads)
        for module, name in node.reads:
            if (record := self.graph.modules.get(module)) is not None:
                yield record, name

    def _kept_by(self, record: ModuleRecord, name: str) -> Iterator[Node]:
        """Statements of classes that a library set up with the value of a name, directly or with one of these."""
        waiting, seen = [(record, name)], set[Node]()
        while waiting:
            for other, alias in list(self.aliases(*waiting.pop())):
                for reader, _ in list(self.agenda.readers(other, alias, None)):
                    if reader not in seen and reader.statement.kind == "class" and self._made_by_library(reader):
                        seen.add(reader)
                        yield reader
                        waiting += [(reader.module, bound) for bound in reader.writes]


def _head(statement: Statement) -> list[Any]:
    """What stands between a class's decorators and the colon."""
    node = statement.parse()
    return [getattr(node, part) for part in ("bases", "keywords", "decorator_list")]


def _is_method(member: Statement) -> bool:
    """A function, or a property and the like, which a class needs not be told of."""
    node = member.parse()
    if member.kind == "doc":
        return True
    if not isinstance(node, FunctionNode):
        return False
    for decorator in node.decorator_list:
        name = decorator.attr if isinstance(decorator, ast.Attribute) else getattr(decorator, "id", "")
        if name not in ("property", "staticmethod", "classmethod", "setter", "deleter", "getter"):
            return False
    return True
