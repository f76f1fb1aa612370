"""What statements set on objects that others made: ``K.limit = 1``, ``settings.DEBUG = True``."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from types import FunctionType, ModuleType
from typing import Any

from . import functions, values
from .contributions import Place
from .graph import Name, Node
from .run import Target
from .statements import ANY, Statement
from .telling import Telling
from .transaction import MISSING


class Assigning(Telling):
    """A run that minds whose word on an attribute is the last."""

    def targets(self, node: Node, statement: Statement) -> list[Target]:
        """The attributes that the statement's text sets on user classes, functions and modules."""
        found = []
        for root, *names in statement.effects.sets:
            holder = node.module.namespace.get(root, MISSING)
            for name in names[:-1]:
                holder = functions.own_dict(holder).get(name, MISSING)
            if self._is_ours(holder):
                told = _strings(statement) if names[-1] == ANY else names[-1:]
                found += [Target(holder, name, (node.module.name, root)) for name in told]
        return found

    def _is_ours(self, holder: Any) -> bool:
        """Whether an attribute that goes can be taken back: what libraries held before is not known."""
        if isinstance(holder, ModuleType):
            return holder.__name__ in self.graph.modules
        return isinstance(holder, (type, FunctionType)) and holder.__module__ in self.graph.modules

    def lost_targets(self, node: Node, old: Statement, new: Statement | None) -> list[Target]:
        """What the statement's old text set and its new one does not."""
        kept = {target.key for target in self.targets(node, new)} if new is not None else set()
        lost = [target for target in self.targets(node, old) if target.key not in kept]
        known = {target.key for target in lost} | kept
        records = [(self.graph.modules[m], name) for m, name in node.wrote if m in self.graph.modules and new is None]
        lost += [Target(r.module, n, (r.name, n)) for r, n in records if (id(r.module), n) not in known]
        return lost

    def unset(self, node: Node, target: Target) -> None:
        """Nothing sets the attribute where `node` did: an earlier word holds again, or it is gone."""
        setters = [other for other in self.setters(target) if other is not node]
        if any(self.graph.order(other) > self.graph.order(node) for other in setters):
            return
        if isinstance(target.holder, ModuleType):
            self._unset_global(node, target, setters)
            return
        self._delete(target)
        self.tell_set(node, target)
        if setters:
            self.schedule(setters[-1], f"sets {target.attribute} last now")
        elif isinstance(target.holder, type):
            self._bind_member_again(target.holder, target.attribute)

    def _delete(self, target: Target) -> None:
        if isinstance(target.holder, type):
            self.transaction.delete_member(target.holder, target.attribute)
        else:
            self.transaction.delete_item(vars(target.holder), target.attribute)

    def _bind_member_again(self, cls: type, name: str) -> None:
        """The class's own body may bind what was set from outside."""
        record = self.graph.modules.get(cls.__module__)
        if record is not None:
            for maker in self.agenda.table(record).last_writers(cls.__qualname__.partition(".")[0]):
                self.schedule(maker, f"binds {name} itself", f"{cls.__qualname__}.{name}")

    def _unset_global(self, node: Node, target: Target, setters: list[Node]) -> None:
        record, name = self.graph.modules[target.holder.__name__], target.attribute
        self.set_from_outside.add((id(record), name))
        writers = self.agenda.table(record).last_writers(name)
        for writer in setters[-1:] or writers:
            self.schedule(writer, f"binds {name} last now")
        if not setters and not writers:
            self.removed_names.append((record, name))

    def setters(self, target: Target) -> list[Node]:
        """Statements of any module that set an attribute, in order."""
        holder = target.holder
        if isinstance(holder, ModuleType):
            return sorted(self.graph.setters((holder.__name__, target.attribute)), key=self.graph.order)
        found = [
            node
            for node in self._mentioning([_home(holder), target.root])
            if any(other.key == target.key for other in self.targets(node, node.statement))
        ]
        return sorted(found, key=self.graph.order)

    def _mentioning(self, names: Collection[Name]) -> Iterator[Node]:
        """Statements that set an attribute of what one of the names leads to."""
        waiting, seen, yielded = list(names), set[Name](), set[int]()
        while waiting:
            module, name = waiting.pop()
            record = self.graph.modules.get(module)
            if record is None or (module, name) in seen:
                continue
            seen.add((module, name))
            for reader, known in list(self.agenda.readers(record, name, None)):
                if reader.statement.kind == "from" or reader.statement.alias:
                    waiting += [(reader.module.name, bound) for bound in {known, *reader.statement.names}]
                elif reader.statement.effects.sets and id(reader) not in yielded:
                    yielded.add(id(reader))
                    yield reader

    def assigned(self, node: Node) -> list[tuple[Target, Any]]:
        """What the statement is about to set, with the values before."""
        return [(target, target.value) for target in self.targets(node, node.statement)]

    def settle_assigned(self, node: Node, before: list[tuple[Target, Any]]) -> None:
        """The statement has run: tell who reads the attributes, and let later statements have the last word."""
        for target, old in before:
            if isinstance(target.holder, ModuleType):
                continue  # told as a name of that module
            if not values.same(old, target.value):
                self.tell_set(node, target)
                self.set_again(node, target.holder, (target.attribute,))

    def set_again(self, node: Node, holder: Any, names: Collection[str] | None = None) -> None:
        """`node` has bound attributes, all where `names` is None: statements that set them later do so again."""
        if not self._is_ours(holder):
            return
        for other in self._mentioning([_home(holder)]):
            if other is not node and self.graph.order(other) > self.graph.order(node):
                for target in self.targets(other, other.statement):
                    if target.holder is holder and (names is None or target.attribute in names):
                        self.schedule(other, f"sets {target.attribute} again")

    def tell_set(self, node: Node, target: Target) -> None:
        self._tell_entries(node, Place((_home(target.holder), target.root), target.attribute), rebound=True)


def _strings(statement: Statement) -> list[str]:
    """The names that ``setattr(K, name, value)`` may mean, as far as the text mentions them."""
    return sorted(value for _, value in statement.constants if isinstance(value, str) and value.isidentifier())


def _home(holder: Any) -> Name:
    """The global that a class or a function, or the class around it, was bound to when it was made."""
    return holder.__module__, holder.__qualname__.partition(".")[0]
