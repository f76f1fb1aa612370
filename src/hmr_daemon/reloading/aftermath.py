"""What is put in order once every statement has run: annotations, modules that are gone."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import FunctionType, ModuleType
from typing import Any

from ..live import abstract, bodies, successors
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import ModuleRecord, Node
from ..syntax import annotating, codes, trees
from ..syntax.compiler import compile_statement
from ..syntax.statements import Statement
from . import frameworks
from .ordering import order_names
from .rerunning import Rerunning
from .run import Replaced


class Aftermath(Rerunning):
    """A run that cleans up."""

    def _after(self) -> None:
        self.open_groups.clear()
        self.outcome.notes += successors.heirless(self.superseded)
        for remade in self.remade:
            bodies.renew_instances(self.transaction, remade)
        for cls, generated in self.set_aside:
            self._give_back(cls, generated)
        self.graph.forget_codes(self.dropped)
        for node in [node for nodes in self.removed_nodes.values() for node in nodes]:
            self.transaction.on_undo(self.graph.set_uses, node, node.uses)
            self.graph.forget_uses(node)
        self.outcome.replaced = list(self._replaced())
        for node in self.annotated_otherwise:
            self._annotate_again(node)
        self._settle_annotations()  # what ran has added its own, until 3.13
        members = {name for change in self.class_changes.values() for name in change.shown}
        self._keep_what_was_made_once()
        self.looked_for_caches.clear()  # statements that ran may have made others
        self._clear_caches(self.touched_codes, self.changed_names, members, last=True)
        self._ask_again()
        otherwise = [record for record, in_other_order in self.edited.items() if in_other_order]
        records = dict.fromkeys([*otherwise, *(record for record, _, old, _ in self.outcome.rebound if old is MISSING)])
        for _ in records:  # a star import may bind names in the order of another module's
            moved = [order_names(self.graph, record) for record in records]
            if not any(moved):
                break
        self._renew_stand_ins()
        frameworks.renew(self.transaction, self.outcome.rebound)
        for record in self.left:
            self._leave(record)

    def _renew_stand_ins(self) -> None:
        """A module that has put another in its place handed its names on: where these are the same, they follow."""
        for record, name, old, _ in self.outcome.rebound:
            stand_in, new = sys.modules.get(record.name), record.namespace.get(name, MISSING)
            if stand_in is record.module or not is_a(stand_in, ModuleType):
                continue
            names: dict[str, Any] = ModuleType.__getattribute__(stand_in, "__dict__")
            if names.get(name, MISSING) is old and new is not MISSING:
                self.transaction.set_item(names, name, new)
            elif names.get(name, MISSING) is old and old is not MISSING:
                self.transaction.delete_item(names, name)

    def _give_back(self, cls: type, members: Mapping[str, Any]) -> None:
        """Members that nobody made anew stay what they were: the program made them, and no statement."""
        if not members.keys() & vars(cls).keys():
            for name, member in members.items():
                self.transaction.set_member(cls, name, member)

    def _ask_again(self) -> None:
        """What the interpreter remembers of classes holds no longer where it went by bases and members."""
        if any(code.co_name == "__subclasshook__" for code in self.swap.changed):
            abstract.forget_answers()
        if self.superseded or any(change.rebased for change in self.class_changes.values()):
            self.forget_dispatched()

    def _replaced(self) -> Iterator[Replaced]:
        """Which functions have other code now, and whether a statement has called them in this reload."""
        changed = {id(old) for old in self.swap.changed}
        called = set[int]().union(*(node.ran for node in self.agenda.done))
        for old, new in self.swap.pairs:
            if not codes.is_class_body(new) and "<" not in new.co_name:
                names = [record.name for record in self.graph.at_path(new.co_filename)]
                yield Replaced(f"{names[0]}.{new.co_qualname}", old, new, id(old) in changed, id(new) in called)

    def _settle_annotations(self) -> None:
        """Let the annotations of modules be those of the new sources."""
        for record in self.edited:
            if record.parsed is not None and not record.parsed.annotations_wait:
                self._drop_annotations(record)

    def _tell_annotations(self) -> None:
        """Who asks for the annotations of a module that are different now runs again."""
        for node in self.annotated_otherwise:
            with suppress(Exception):  # what it names may be yet to come
                self._annotate_again(node)
        self._settle_annotations()
        for record in self.edited:
            if record.parsed is not None and record.parsed.annotations_wait:
                self._annotate(record)
        for record in self.edited:
            now = [node.statement for node in record.nodes or () if node in self.previous or node in self.added]
            if _annotations(self._statements_before(record)) == _annotations(now):
                continue
            for name in ("__annotations__", "__annotate__"):
                readers = [reader for reader, _ in self.agenda.readers(record, name, None)]
                for reader in [*readers, *self.agenda.function_readers(record, name, None)]:
                    self.schedule(reader, "annotations are different", name, code_changed=True)

    def _annotate_again(self, node: Node) -> None:
        """Until 3.13 an annotated statement adds its entry as it runs; this one does no more than that."""
        record, tree = node.module, annotating.annotation(node.statement)
        if tree is None or record.parsed is None or record.parsed.annotations_wait or not self.may_run(node):
            return
        annotations = record.namespace.get("__annotations__")
        if not is_a(annotations, dict):
            annotations = {}
            self.transaction.set_item(record.namespace, "__annotations__", annotations)
        self.transaction.guard(annotations)
        exec(compile_statement(tree, record.parsed, record.path), record.namespace)

    def _drop_annotations(self, record: ModuleRecord) -> None:
        """Until 3.13 each annotated statement adds its own entry."""
        if sys.version_info >= (3, 14):
            self.transaction.delete_item(record.namespace, "__annotate__")  # while annotations were not text
        annotations = record.namespace.get("__annotations__")
        if not is_a(annotations, dict):
            return
        nodes = self.graph.analyze(record)
        now = {name for node in nodes for name in node.statement.effects.annotates}
        gone = {name for statement in self._statements_before(record) for name in statement.effects.annotates} - now
        for name in gone:
            self.transaction.delete_item(annotations, name)
        if gone and not annotations and not now:
            self.transaction.delete_item(record.namespace, "__annotations__")
        places = {n: place for place, node in enumerate(nodes) for n in node.statement.effects.annotates}
        known = [name for name in annotations if name in places]  # those of one statement as that has added them
        ordered = {name: annotations[name] for name in sorted(known, key=places.__getitem__)}
        if len(ordered) == len(annotations) and list(ordered) != list(annotations):
            self.transaction.guard(annotations)
            annotations.clear()
            annotations.update(ordered)

    def _annotate(self, record: ModuleRecord) -> None:
        """Since 3.14 one function computes all annotations of a module: make it anew from the whole source."""
        nodes = self.graph.analyze(record)
        names = [name for node in nodes for name in node.statement.effects.annotates]
        touched = bool(names) or any(s.effects.annotates for s in self._statements_before(record))
        if not touched or record.parsed is None:
            return
        whole = compile(record.parsed.text, record.path, "exec", dont_inherit=True)
        made = [code for code in codes.children(whole) if code.co_name == "__annotate__"]
        self.transaction.delete_item(record.namespace, "__annotations__")
        if not names:
            self.transaction.delete_item(record.namespace, "__annotate__")
            return
        self.transaction.set_item(record.namespace, "__conditional_annotations__", set(range(len(names))))
        self.transaction.set_item(record.namespace, "__annotate__", FunctionType(made[-1], record.namespace))

    def _statements_before(self, record: ModuleRecord) -> list[Statement]:
        """What this reload has changed or removed of a module, as it was."""
        changed = [self.previous[node].statement for node in record.nodes or () if node in self.previous]
        return changed + [node.statement for node in self.removed_nodes[record]]

    def _leave(self, record: ModuleRecord) -> None:
        self.transaction.delete_item(sys.modules, record.name)
        self.outcome.abandoned.append(record)
        self.outcome.removed.append(record.name)


def _annotations(of: Iterable[Statement]) -> list[object]:
    """What statements annotate, and how."""
    annotating = [statement.parse() for statement in of if statement.effects.annotates]
    nodes = [node for tree in annotating for node in ast.walk(tree) if isinstance(node, ast.AnnAssign)]
    return [trees.shape([node.target, node.annotation], True) for node in nodes]
