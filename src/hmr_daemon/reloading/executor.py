"""Carries out a reload as one transaction over all modules: it lands whole or leaves no trace."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass
from types import ModuleType

from ..live import functions
from ..live.caches import forget_lines
from ..live.kinds import is_a
from ..live.per_thread import PerThread, speaks_of_threads
from ..loading import scripts
from ..loading.recorder import Recorder, opened_by
from ..main_thread import on_main_thread
from ..model import Change, Reload
from ..planning import imports
from ..planning.graph import END, Graph
from ..planning.records import Node
from ..syntax import codes, statements
from . import apart, moved
from .aftermath import Aftermath
from .failures import explain, files_of, missing_module
from .interactive import Interactive
from .run import Outcome
from .versions import Versions


@dataclass(frozen=True, repr=False, eq=False)
class Request:
    """What a reload is to do."""

    changes: Sequence[Change] = ()
    whole: Collection[str] = ()
    """Files of which every statement runs again."""
    nodes: Sequence[Node] = ()
    """Statements that run again."""
    here: bool = False
    """Whether what belongs on the main thread runs on this one all the same."""


class Executor:
    """Brings edited files and whatever used what changed up to date."""

    def __init__(self, graph: Graph, recorder: Recorder, interactive: Interactive) -> None:
        self.graph = graph
        self.recorder = recorder
        self.interactive = interactive
        self.versions = Versions(graph)
        self.earlier = moved.Earlier()

    def reload(self, request: Request) -> tuple[Reload, Outcome]:
        """Carry out the saved changes. Never raises: what fails is rolled back and told."""
        if on_main_thread():
            return self._reload(request, _Run(self.graph, self.recorder))
        return Context().run(self._reload_apart, request)  # what it sets there, it sets for itself alone

    def _reload_apart(self, request: Request) -> tuple[Reload, Outcome]:
        return self._reload(request, _Run(self.graph, self.recorder, PerThread(), request.here))

    def _reload(self, request: Request, run: _Run) -> tuple[Reload, Outcome]:
        changes = request.changes
        loaded = dict(sys.modules)
        try:
            statements.remember_syntax()
            with functions.heap.searched_once():
                run.departed = self.earlier.recall()
                run.carry_out(request, self.versions)
            main = sys.modules.get("__main__")
            rebound = () if main is None else self.interactive.rebind(run.transaction, main, run.outcome.rebound)
        except BaseException as error:  # the user's top-level code ran: anything may come
            try:
                used = set[str]() if isinstance(error, SyntaxError) else run.used(c.path for c in changes)
            finally:
                run.transaction.roll_back()
            self._forget_new_modules(loaded)
            if isinstance(error, KeyboardInterrupt) and on_main_thread():
                raise  # the user ends the program that runs its own reloads
            touched = {c.path for c in changes} | missing_module(error) | files_of(error)
            run.outcome.only_there = is_a(error, apart.OnlyThere)
            run.outcome.refused = run.apart is not None and speaks_of_threads(error)
            failure = explain(error)
            involved = frozenset(run.outcome.involved | touched | used)
            return Reload(failure=failure, involved=involved), run.outcome
        finally:
            run.turn.end()
            codes.forget()
            self.versions.forget()
        self.earlier.keep(run.departed)
        outcome = run.outcome
        return (
            Reload(
                ran=tuple(outcome.ran),
                patched=tuple(dict.fromkeys(outcome.patched)),
                removed=tuple(outcome.removed),
                rebound=rebound,
                notes=tuple(dict.fromkeys(outcome.notes)),
            ),
            outcome,
        )

    def _forget_new_modules(self, loaded: Mapping[str, ModuleType]) -> None:
        """Take back the imports of a reload that failed: of user code only, others load once."""
        for name in [name for name in list(sys.modules) if name not in loaded]:
            record = self.graph.modules.get(name)
            if record is not None:
                sys.modules.pop(name, None)
                self.graph.remove(record)
                self.recorder.forget(name)
                parent, _, child = name.rpartition(".")
                holder = sys.modules.get(parent)
                if holder is not None and getattr(holder, child, None) is record.module:
                    delattr(holder, child)


class _Run(Aftermath):
    """One reload in progress."""

    def used(self, paths: Iterable[str]) -> set[str]:
        """The files of all modules that those of some files are made of: an edit there may be what is missing here."""
        names = set[str]()
        for record in [record for path in paths for record in self.graph.at_path(path)]:
            imported = (name for node in record.nodes or () for name in imports.imports(record, node.statement))
            names |= {record.name, *imported} & self.graph.modules.keys()
        made_of = set[str]().union(*map(self.agenda.made_of, names))
        return {self.graph.modules[name].path for name in made_of}

    def carry_out(self, request: Request, versions: Versions) -> None:
        changes = request.changes
        for script in filter(None, map(self.graph.modules.get, self.graph.scripts)):
            if script.script:
                frame = scripts.main_frame(script.module)
                script.running = self.graph.node_at(script, frame.f_lasti) if frame is not None else None
        self.graph.analyze_dependents(r for change in changes for r in self.graph.at_path(change.path))
        edits = [edit for change in changes for edit in self._file_edits(change, versions)]
        self._apply_edits(edits)
        self._take_leave()
        self._let_rest(self.unimported)
        self._attach_submodules(changes)
        self.departed += moved.departures(self)
        self.unbound_values += moved.values_left(self)
        for change in changes:
            forget_lines(change.path)
        self._preset()
        self.lookups.unpack()
        self.turn.begin()
        self._swap_code()
        self._seed()
        self._tell_annotations()
        self._tell_gone([node for nodes in (*self.removed_nodes.values(), self.let_go) for node in nodes])
        for change in changes:
            self._tell_openers(change.path)
        whole = [record for path in request.whole for record in self.graph.at_path(path)]
        for node in [*(node for record in whole for node in self.graph.analyze(record)), *request.nodes]:
            self.schedule(node, "asked for", code_changed=True)
        self._remove_names()
        self._drop_submodules()
        self._run_agenda()
        while self.removed_names:
            self._remove_names()
            self._run_agenda()
        self._tell_ran_first((END,))
        self._put_rest_back()
        self.set_up_attributes()
        moved.hand_over(self)
        self._after()

    def _tell_openers(self, path: str) -> None:
        """Who has read a file runs again, and no cache serves what a function of the user's has made of it."""
        openers = self.graph.openers(path)
        for node in openers:
            self.schedule(node, f"reads {os.path.basename(path) or path}", code_changed=True)
        if readers := opened_by.get(path) if openers else None:
            codes_now = self.lookups.all_codes().items()
            self._clear_caches({i for i, code in codes_now if (code.co_filename, code.co_qualname) in readers})
