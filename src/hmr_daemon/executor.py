"""Carries out a reload as one transaction over all modules: it lands whole or leaves no trace."""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
import traceback
import types
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import CodeType, FunctionType, MappingProxyType, ModuleType, TracebackType
from typing import Any

from . import instrument as instrument_module
from . import classes, codes, contributions, diff, functions, reach, scripts, statements, values
from ._bootstrap import environment_reason
from .compiler import compile_statement, compile_text
from .diff import Change as Kind
from .graph import END, Graph, ModuleRecord, Node
from .interactive import Interactive
from .instrument import CLASS_HOOK, FUNCTION_HOOK, Request, instrument
from .model import Change, Failure, Reload
from .planner import Agenda, NameTable, Reason
from .recorder import Notes, Recorder
from .statements import Parsed, Statement
from .transaction import MISSING, Transaction

PACKAGE_FOLDER = os.path.dirname(__file__) + os.sep
IMMUTABLE = (
    int, float, complex, str, bytes, tuple, frozenset, type, types.NoneType, types.FunctionType,
    types.BuiltinFunctionType, types.MethodType, ModuleType, types.GenericAlias, property,
)  # fmt: skip


LOOKS_INTO_CODE = frozenset({"__code__", "getsource", "getsourcelines", "compile", "exec", "eval"})


@dataclass
class FileEdit:
    """A loaded module and the new version of its source."""

    record: ModuleRecord
    source: bytes
    parsed: Parsed
    old_parsed: Parsed | None
    edits: tuple[diff.Edit, ...]


@dataclass
class Previous:
    """What a statement was before this reload."""

    statement: Statement
    text: str
    codes: tuple[CodeType, ...] = ()


@dataclass
class Group:
    """A value that several statements build: compared with the old one when the last of them has run."""

    maker: Node
    old: Any
    members: set[Node] = field(default_factory=set)
    """Those still to run."""


@dataclass
class Outcome:
    """What a reload has done so far."""

    ran: list[str] = field(default_factory=list)
    patched: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rebound: list[tuple[ModuleRecord, str, Any, Any]] = field(default_factory=list)
    """(module, name, old value, new value)."""
    involved: set[str] = field(default_factory=set)
    loaded: list[ModuleRecord] = field(default_factory=list)
    """Modules that the reload imported."""
    abandoned: list[ModuleRecord] = field(default_factory=list)
    """Modules whose files are gone and that nothing imports any more."""


class Executor:
    """Brings edited files and whatever used what changed up to date."""

    def __init__(self, graph: Graph, recorder: Recorder, interactive: Interactive) -> None:
        self.graph = graph
        self.recorder = recorder
        self.interactive = interactive

    def reload(self, changes: Sequence[Change], whole: Collection[str] = ()) -> tuple[Reload, Outcome]:
        """Carry out the saved changes. Never raises: what fails is rolled back and told.

        Of the files in `whole` every statement runs again.
        """
        run = _Run(self.graph, self.recorder)
        loaded = dict(sys.modules)
        try:
            run.carry_out(changes, whole)
            main = sys.modules.get("__main__")
            rebound = () if main is None else self.interactive.rebind(run.transaction, main, run.outcome.rebound)
        except BaseException as error:  # the user's top-level code ran: anything may come
            run.transaction.roll_back()
            self._forget_new_modules(loaded)
            if isinstance(error, KeyboardInterrupt) and threading.current_thread() is threading.main_thread():
                raise  # the user ends the program that runs its own reloads
            touched = {c.path for c in changes} | _missing_module(error) | _files_of(error)
            failure = explain(error)
            involved = frozenset(run.outcome.involved | touched)
            return Reload(failure=failure, involved=involved), run.outcome
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
        for name in [name for name in sys.modules if name not in loaded]:
            record = self.graph.modules.get(name)
            if record is not None:
                sys.modules.pop(name, None)
                self.graph.remove(record)
                self.recorder.forget(name)
                parent, _, child = name.rpartition(".")
                holder = sys.modules.get(parent)
                if holder is not None and getattr(holder, child, None) is record.module:
                    delattr(holder, child)


def _missing_module(error: BaseException) -> set[str]:
    """A marker that the daemon resolves: the import that failed may succeed once such a file is there."""
    return {f"module:{error.name}"} if isinstance(error, ImportError) and error.name else set()


def _files_of(error: BaseException) -> set[str]:
    """The user's files that an error came through: mending any of them may help."""
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    if isinstance(error, SyntaxError) and error.filename:
        files.add(error.filename)
    return {path for path in files if os.path.isabs(path) and environment_reason(path) is None}


def explain(error: BaseException) -> Failure:
    """An error of the user's code as the user would see it without us: no frame of ours."""
    if isinstance(error, SyntaxError) and not _user_frames(error.__traceback__):
        error.__traceback__ = None
        text = "".join(traceback.format_exception_only(error))
        return Failure(error.filename or "", error.lineno, f"{type(error).__name__}: {error.msg}", text)
    user = _user_frames(error.__traceback__)
    error.__traceback__ = user
    _drop_our_frames(error)
    text = "".join(traceback.format_exception(error))
    summary = "".join(traceback.format_exception_only(error)).strip().split("\n")[-1]
    place = user
    return Failure(place.tb_frame.f_code.co_filename if place else "", place.tb_lineno if place else None, summary, text)


def _user_frames(tb: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame of the user's on."""
    while tb is not None and _is_ours_or_installed(tb.tb_frame.f_code.co_filename):
        tb = tb.tb_next
    return tb


def _drop_our_frames(error: BaseException | None) -> None:
    """Take frames of ours out of the middle of tracebacks, those of the errors behind included."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        tb = error.__traceback__
        while tb is not None:
            while tb.tb_next is not None and tb.tb_next.tb_frame.f_code.co_filename.startswith(PACKAGE_FOLDER):
                tb.tb_next = tb.tb_next.tb_next
            tb = tb.tb_next
        error = error.__cause__ or error.__context__


def _is_ours_or_installed(path: str) -> bool:
    return path.startswith((PACKAGE_FOLDER, "<frozen importlib")) or (
        os.path.isabs(path) and environment_reason(path) is not None
    )


class _Run:
    """One reload in progress."""

    def __init__(self, graph: Graph, recorder: Recorder) -> None:
        self.graph = graph
        self.recorder = recorder
        self.transaction = Transaction()
        self.agenda = Agenda(graph)
        self.outcome = Outcome()
        self.previous: dict[Node, Previous] = {}
        self.swap = functions.Swap([], [])
        self.guarded: set[int] = set()
        self.touched: set[int] = set()
        """Identities of the objects that stayed what they are but do other things."""
        self.class_changes: dict[int, classes.ClassChange] = {}
        self.touched_codes: set[int] = set()
        self.changed_names: dict[str, set[str]] = {}
        """By file, the globals that came out different."""
        self.changed_through: dict[Node, set[str]] = {}
        """Globals that statements changed through functions, as the old source had it."""
        self.made: dict[Node, dict[str, Any]] = {}
        """What the last run of each statement that ran again had made, by name."""
        self.gone_values: dict[tuple[int, str], Any] = {}
        self.removed_names: list[tuple[ModuleRecord, str]] = []
        self.removed_nodes: list[Node] = []
        self.open_groups: dict[tuple[int, str], Group] = {}
        self.restores: dict[Node, list[tuple[dict[str, Any], str, Any]]] = {}
        self.finals: dict[tuple[int, str], Any] = {}
        """What names held that several statements bind, before the first of these ran again."""
        self.full_run: set[str] = set()
        self.imports_ready = False
        self.edited: list[ModuleRecord] = []
        self.disposed: set[int] = set()
        self.dropped: list[CodeType] = []
        """Code objects of the old source that have no successor."""
        self.added: set[Node] = set()
        self.dispose_hooks: dict[int, FunctionType] = {}
        self.global_writes: dict[int, frozenset[str]] = {}

    def carry_out(self, changes: Sequence[Change], whole: Collection[str] = ()) -> None:
        main = self.graph.modules.get("__main__")
        if main is not None and main.script:
            frame = scripts.main_frame(main.module)
            main.running = self.graph.node_at(main, frame.f_lasti) if frame is not None else None
        self.graph.analyze_dependents(r for change in changes for r in self.graph.at_path(change.path))
        edits = [edit for change in changes for edit in self._file_edits(change)]
        for edit in edits:
            self._apply_edit(edit)
        self._swap_code()
        for change in changes:
            for node in self.graph.openers(change.path):
                self.schedule(node, f"reads {os.path.basename(change.path)}")
        for change in changes:
            if change.path in whole:
                for record in self.graph.at_path(change.path):
                    for node in self.graph.analyze(record):
                        self.schedule(node, "asked for")
        self._remove_names()
        self._run_agenda()
        while self.removed_names:
            self._remove_names()
            self._run_agenda()
        self._after()

    # --- edits -----------------------------------------------------------------------------------------

    def _file_edits(self, change: Change) -> Iterator[FileEdit]:
        for record in self.graph.at_path(change.path):
            if change.source is None or sys.modules.get(record.name) is None:
                continue
            nodes = self.graph.analyze(record)
            old = record.parsed
            try:
                parsed = statements.parse(change.source, old)
                if old is None:
                    compile(parsed.text, change.path, "exec", dont_inherit=True)
            except SyntaxError as error:
                error.filename = change.path
                raise
            except (UnicodeDecodeError, ValueError) as error:
                raise SyntaxError(str(error), (change.path, None, None, None)) from None
            yield FileEdit(record, change.source, parsed, old, diff.compare([n.statement for n in nodes], parsed.statements))

    def _apply_edit(self, edit: FileEdit) -> None:
        """Let the record's statements be those of the new source; what must run goes on the agenda."""
        record, t = edit.record, self.transaction
        self.edited.append(record)
        self.outcome.involved.add(record.path)
        old_nodes = self.graph.analyze(record)
        for node, names in NameTable(old_nodes, self.graph).by_functions.items():
            self.changed_through[node] = names
        new_nodes: list[Node] = []
        seeds: list[tuple[Node, str]] = []
        for change in edit.edits:
            if change.new is None:
                assert change.old is not None
                self.removed_nodes.append(old_nodes[change.old])
                self._withdraw(old_nodes[change.old])
                self.dropped += codes.walk(old_nodes[change.old].codes)
                continue
            statement = edit.parsed.statements[change.new]
            if change.old is None:
                node = Node(record, statement, 0.0)
                self.added.add(node)
                self._renew_codes(node, None, statement, edit)
            else:
                node = old_nodes[change.old]
                if node.statement.kind == "doc" and statement.kind != "doc":
                    self.removed_names.append((record, "__doc__"))
                self.previous[node] = Previous(
                    node.statement, edit.old_parsed.text if edit.old_parsed else "", node.codes
                )
                self._renew_codes(node, node.statement, statement, edit, change.change)
                t.set_attribute(node, "statement", statement)
            new_nodes.append(node)
            if change.change in (Kind.SHELL, Kind.MOVED, Kind.ADDED):
                seeds.append((node, change.change.value))
        if edit.old_parsed is None:  # the source that was loaded is not known: only its code is
            after = [code for node in new_nodes for code in node.codes]
            self.swap.pairs += codes.align(codes.children(record.code), after)
            self.swap.holders.update((id(code), 1) for code in codes.children(record.code))
            self.swap.roots += list(record.namespace.values())
            self.outcome.notes.append(f"{record.path} changed while it was loaded: all of it ran again")
        t.set_attribute(record, "parsed", edit.parsed)
        t.on_undo(setattr, record, "packed", record.packed)
        record.keep_source(edit.source)
        self._place(record, new_nodes)
        t.set_attribute(record, "nodes", new_nodes)
        self.agenda.forget_tables()
        for node in [n for n in self.removed_nodes if n.module is record]:
            t.set_attribute(node, "alive", False)
        self._names_gone(record, old_nodes, new_nodes)
        self.outcome.notes += [
            f"{record.path}:{line}: unknown comment '# hmr: {word}'; known are {', '.join(statements.DIRECTIVES)}"
            for line, word in edit.parsed.unknown_comments
        ]
        hook = record.namespace.get("__hmr_dispose__")
        if type(hook) is FunctionType:  # the code that opened things closes them
            self.dispose_hooks[id(record)] = FunctionType(
                hook.__code__, hook.__globals__, hook.__name__, hook.__defaults__, hook.__closure__
            )
        if edit.parsed.directive == "rerun":
            seeds = [(node, "# hmr: rerun") for node in new_nodes]
        for node, reason in seeds:
            self.schedule(node, reason)
            if reason == Kind.MOVED.value and node in self.agenda.reasons:  # all that it reads may be other now
                self.agenda.reasons[node].changed_names |= node.statement.effects.reads
        for node in [n for n in self.removed_nodes if n.module is record]:
            self._group_of(node, removed=True)

    def _withdraw(self, node: Node) -> None:
        if node.statement.effects.calls:
            namespace = node.module.namespace
            before = {name: namespace[name] for name in node.writes if name in namespace}
            made = self._made_by(node, before)
            if not contributions.withdraw(self.transaction, node, self.graph, made, node.codes):
                self._make_grown_anew(node)
        if node.statement.kind == "doc":
            self.removed_names.append((node.module, "__doc__"))
        for name in node.statement.names:
            self._withdraw_attribute(node, name)

    def _make_grown_anew(self, node: Node) -> None:
        """What a statement added to through functions cannot be told apart: it is made anew, by all who build it."""
        namespace = node.module.namespace
        called = functions.reachable([namespace[name] for name in node.statement.effects.reads if name in namespace])
        for code in codes.walk(function.__code__ for function in called):
            if id(code) in node.ran:
                self._make_anew(code)

    def _make_anew(self, code: CodeType) -> None:
        """The globals that a function adds to are made again by their own statements."""
        for record in self.graph.at_path(code.co_filename):
            for name in codes.grown_globals(code):
                if isinstance(record.namespace.get(name), (list, dict, set)):
                    for maker in self.agenda.table(record).last_writers(name):
                        if maker.statement.kind not in ("from", "import"):
                            self.schedule(maker, f"makes {name}")

    def _made_of(self, node: Node) -> tuple[CodeType, ...]:
        """The code of what the statement defines, and of what its last version defined."""
        previous = self.previous.get(node)
        return () if node in self.added else (*node.codes, *(previous.codes if previous is not None else ()))

    def _withdraw_attribute(self, node: Node, name: str) -> None:
        """``K.limit = 1`` is gone: so is the attribute of the class or function that stays."""
        root, _, attribute = name.partition(".")
        value = node.module.namespace.get(root)
        if attribute.isidentifier() and isinstance(value, type):
            self.transaction.delete_member(value, attribute)
        elif attribute.isidentifier() and isinstance(value, FunctionType):
            self.transaction.delete_item(vars(value), attribute)

    def _place(self, record: ModuleRecord, nodes: Sequence[Node]) -> None:
        """Order numbers that rise along the new source; what stayed in order keeps its own."""
        known = [n.order if n in self.previous else None for n in nodes]
        rising = diff.longest_rising([o for o in known if o is not None])
        fixed = [o if o is not None and o in rising else None for o in known]
        low = -1.0
        for position, node in enumerate(nodes):
            here = fixed[position]
            if here is None:
                high = next((o for o in fixed[position:] if o is not None), None)
                here = low + 1.0 if high is None else (low + high) / 2
                self.transaction.set_attribute(node, "order", here)
                fixed[position] = here
            low = here

    def _renew_codes(
        self, node: Node, old: Statement | None, new: Statement, edit: FileEdit, change: Kind = Kind.ADDED
    ) -> None:
        """Give the node the code objects of its new version, and note which replace which."""
        before = node.codes
        same_flags = edit.old_parsed is not None and edit.old_parsed.future == edit.parsed.future
        compiled_alike = same_flags and not self._imports_differ(before, edit)
        if change is Kind.SAME and old is not None and compiled_alike:
            shift = new.line - old.line
            same_text = old.text == new.text
            if (not shift and same_text) or not before:
                return
            after = tuple(codes.shifted(c, shift) for c in before) if same_text else self._compiled(new, edit)
        else:
            after = self._compiled(new, edit)
        self.transaction.set_attribute(node, "codes", after)
        pairs = list(codes.align(before, after))
        succeeded = {id(old) for old, _ in pairs}
        self.dropped += [code for code in codes.walk(before) if id(code) not in succeeded]
        self.swap.pairs += pairs
        if change is Kind.SAME:
            self.swap.unchanged |= {id(code) for code, _ in pairs}
        constants = {id(constant) for constant in edit.record.code.co_consts}
        for code in before:
            self.swap.holders[id(code)] = 1 + (id(code) in constants)
        if pairs:
            self.swap.roots += [edit.record.namespace.get(name) for name in node.writes]
            if change in (Kind.BODY, Kind.SHELL, Kind.MOVED):
                self.outcome.patched += [f"{edit.record.name}.{name}" for name in new.names]

    def _imports_differ(self, before: Sequence[CodeType], edit: FileEdit) -> bool:
        """Whether a name that the code calls is imported now and was not, or the other way round."""
        if edit.old_parsed is None or not before or sys.version_info < (3, 12):
            return False
        names = edit.old_parsed.import_names ^ edit.parsed.import_names
        return bool(names) and any(name in names for code in codes.walk(before) for name in code.co_names)

    def _compiled(self, statement: Statement, edit: FileEdit) -> tuple[CodeType, ...]:
        try:
            return codes.children(compile_statement(statement.parse(), edit.parsed, edit.record.path))
        except SyntaxError as error:
            error.filename = edit.record.path
            raise

    def _names_gone(self, record: ModuleRecord, old: Iterable[Node], new: Iterable[Node]) -> None:
        remaining: dict[str, list[Node]] = defaultdict(list)
        for node in new:
            for name in node.writes:
                remaining[name].append(node)
        lost = {name for node in old for name in self._old_writes(node) if not node.alive or name not in node.writes}
        self.removed_names += [(record, name) for name in sorted(lost - remaining.keys())]
        table = self.agenda.table(record)
        for name in lost & remaining.keys():
            last = max((node.order for node in remaining[name]))
            if any(node.order > last for node in old if name in self._old_writes(node) and node not in remaining[name]):
                for node in table.last_writers(name):
                    self.schedule(node, f"binds {name} last now")
            elif not any(node.statement.unconditional for node in remaining[name]):
                for node in remaining[name]:
                    self.schedule(node, f"alone may bind {name} now")

    def _old_writes(self, node: Node) -> set[str]:
        previous = self.previous.get(node)
        return {*(previous.statement.effects.writes if previous else node.writes), *node.extra}

    # --- code ------------------------------------------------------------------------------------------

    def _swap_code(self) -> None:
        """All functions of all edited files get their new code at once."""
        t = self.transaction
        t.start_batch()
        functions.swap(t, self.swap)
        t.end_batch()
        swapped = [f for found in self.swap.functions.values() for f in found]
        for old, new in self.swap.pairs:
            self.graph.code_renewed(old, new)
            t.on_undo(self.graph.code_renewed, new, old)
        self.agenda.forget_tables()
        changed = {id(old) for old in self.swap.changed}
        new_of = {id(old): new for old, new in self.swap.pairs}
        self._clear_caches({id(new) for old, new in self.swap.pairs if id(old) in changed})
        for old in self.swap.changed:
            new = new_of[id(old)]
            if codes.is_class_body(new) and "<locals>" not in new.co_qualname:
                continue
            runners = self.graph.runners(new)
            for node in runners:
                self.schedule(node, f"ran {new.co_qualname}", code_changed=True)
            if runners and codes.grown_globals(old) | codes.grown_globals(new):
                self._make_anew(old)
                self._make_anew(new)
        for function, new in self.swap.refused:
            self._refused(function, new)
        self._look_into_decorators(changed)
        self._class_lines(swapped)

    def _clear_caches(self, changed: set[int], names: Mapping[str, set[str]] = MappingProxyType({})) -> None:
        """No result is served from a cache that changed code, or a global that has changed, computed."""
        if not changed and not names:
            return
        files = self.graph.paths()
        for record in self.graph.modules.values():
            if record.caches:
                for cache in functions.caches(record.namespace, record.name):
                    ran = reach.reached([cache.function], (), files)
                    stale = names and any(names.get(c.co_filename, set()) & set(c.co_names) for c in ran.values())
                    if stale or changed & ran.keys():
                        cache.clear()
                        self._tell_cache_users(record, cache.holder)

    def _tell_cache_users(self, record: ModuleRecord, cache: Any) -> None:
        """Who called a cached function may have been served a result, and so have run nothing of it."""
        table = self.agenda.table(record)
        for name in [name for name, value in list(record.namespace.items()) if value is cache]:
            for writer in table.last_writers(name):
                self._tell_class_touched(writer, name, None)

    def _refused(self, function: FunctionType, new: CodeType) -> None:
        """A function whose closure has not the variables of the new code: what made it must run again."""
        if "<locals>" not in new.co_qualname:
            for node in self._owners(new):
                self.schedule(node, f"{new.co_qualname} has other free variables", code_changed=True)
            return
        adapted = self._adapted(function, new)
        if adapted is not None:
            self.transaction.set_attribute(function, "__code__", adapted)
            return
        for node in self._owners(new):
            self.schedule(node, f"{new.co_qualname} uses other variables of its surroundings", code_changed=True)
        self.outcome.notes.append(
            f"{new.co_qualname} made before the edit keeps its old code: it now uses other variables of the "
            f"function around it (line {new.co_firstlineno})"
        )

    def _adapted(self, function: FunctionType, new: CodeType) -> CodeType | None:
        """The new code, taking more variables of its surroundings than it uses: those that the closure has."""
        names = function.__code__.co_freevars
        if not set(new.co_freevars) <= set(names):
            return None
        for record in self.graph.at_path(new.co_filename):
            for node in self.graph.analyze(record):
                if any(inner is new for inner in codes.walk(node.codes)) and record.parsed is not None:
                    tree = instrument_module.with_free_names(node.statement, new.co_name, new.co_firstlineno, names)
                    whole = compile_statement(tree, record.parsed, record.path)
                    for code in codes.walk((whole,)):
                        if code.co_qualname == new.co_qualname and code.co_freevars == names:
                            return code
        return None

    def _look_into_decorators(self, changed: set[int]) -> None:
        """A decorator that made something of a function's code has to do so again."""
        edited = {id(new) for old, new in self.swap.pairs if id(old) in changed}
        for node in [n for n in self.previous if n.codes and n.statement.effects.calls]:
            mine = [code for code in node.codes if id(code) in edited and not codes.is_class_body(code)]
            if not mine or node.statement.kind != "def" or self._bound_again(node):
                continue
            bound = [node.module.namespace.get(name) for name in node.statement.names]
            functions_now = [f for code in mine for f in self.swap.functions.get(id(code), ())]
            if functions_now and any(_consumed(value, functions_now, node) for value in bound):
                self.schedule(node, "its decorator used the function's code", code_changed=True)

    def _bound_again(self, node: Node) -> bool:
        """Whether what the statement bound is no longer under its name."""
        table = self.agenda.table(node.module)
        return any(table.next_writer(name, node) is not None for name in node.writes)

    def _owners(self, code: CodeType) -> Iterator[Node]:
        for record in self.graph.at_path(code.co_filename):
            for node in self.graph.analyze(record):
                if node.codes and any(inner is code for inner in codes.walk(node.codes)):
                    yield node
                    for outer in codes.walk(node.codes):
                        if code in codes.children(outer):
                            yield from self.graph.runners(outer)

    def _class_lines(self, swapped: Iterable[FunctionType]) -> None:
        """Classes tell their line since 3.13."""
        if sys.version_info < (3, 13):
            return
        for old, new in self.swap.pairs:
            if codes.is_class_body(new) and old.co_firstlineno != new.co_firstlineno and "<locals>" not in new.co_qualname:
                for record in self.graph.at_path(new.co_filename):
                    cls = _resolve(record.namespace, new.co_qualname)
                    if isinstance(cls, type) and "__firstlineno__" in vars(cls):
                        self.transaction.set_member(cls, "__firstlineno__", new.co_firstlineno)

    # --- agenda ----------------------------------------------------------------------------------------

    def schedule(self, node: Node, reason: str, name: str | None = None, code_changed: bool = False) -> None:
        """Let a statement run again, and with it what belongs with it."""
        waiting = [(node, reason, name, code_changed)]
        while waiting:
            node, reason, name, code_changed = waiting.pop()
            if not self._may_run(node) or node.statement.directive == "keep":
                continue
            if not self.agenda.add(node, reason, name, code_changed):
                continue
            for earlier, read in self.agenda.needed_before(node):
                waiting.append((earlier, f"{node.statement.label} needs its {read}", None, False))
            waiting += [(n, r, None, False) for n, r in (*self._group(node), *self._half_built(node))]

    def _half_built(self, node: Node) -> Iterator[tuple[Node, str]]:
        """A changed statement between those that build a value must see it half built, as in a fresh process."""
        if node.statement.kind in ("import", "from") or not (node in self.added or node in self.previous):
            return
        table = self.agenda.table(node.module)
        for name in node.statement.effects.reads - node.statement.effects.mutates:
            later = [m for m in table.mutators.get(name, ()) if m.order > node.order and self._grows(m, name)]
            if later and self._grows(node, name):
                yield from ((maker, f"makes {name}") for maker in table.reaching(name, node))

    def _may_run(self, node: Node) -> bool:
        record = node.module
        if record.path in self.graph.gone:
            return False
        if not record.script:
            return True
        if record.running is not None and node.order >= record.running.order:
            return False
        return node.statement.kind in ("def", "class", "assign", "import", "from", "AnnAssign")

    def _group_of(self, node: Node, removed: bool = False) -> None:
        for other, reason in self._group(node, removed):
            self.schedule(other, reason)

    def _group(self, node: Node, removed: bool = False) -> Iterator[tuple[Node, str]]:
        """Statements that build one value belong together: its makers, and whatever adds to it."""
        table = self.agenda.table(node.module)
        previous = self.previous.get(node)
        old = previous.statement.effects if previous is not None else node.statement.effects
        mutates = old.mutates | table.mutates(node) | self.changed_through.get(node, set())
        for name in mutates:
            whole = isinstance(node.module.namespace.get(name), (FunctionType, type))  # setting an attribute again does
            if not whole and self._grows(node, name):
                yield from self._makers(table, node, name)
        if removed:
            return
        for name in node.writes:
            for other in table.mutators.get(name, ()):
                if other.order > node.order and node in table.reaching(name, other) and self._grows(other, name):
                    self._open_group(node, name, other)
                    yield other, f"adds to {name}"

    def _makers(self, table: Any, node: Node, name: str) -> Iterator[tuple[Node, str]]:
        makers = table.reaching(name, node)
        for maker in makers:
            if maker.statement.kind == "from":
                yield from self._foreign_makers(maker, name)
            elif maker.statement.kind != "import":
                yield maker, f"makes {name}"
        if any(maker.statement.kind == "import" for maker in makers):
            for module, attribute in node.reads:
                record = self.graph.modules.get(module)
                if record is not None and not isinstance(record.namespace.get(attribute), IMMUTABLE):
                    yield from ((w, f"makes {attribute}") for w in self.agenda.table(record).writers.get(attribute, ()))

    def _foreign_makers(self, maker: Node, name: str) -> Iterator[tuple[Node, str]]:
        for module, attribute in maker.reads:
            record = self.graph.modules.get(module)
            if record is None or _alias_of(maker, attribute) != name:
                continue
            for writer in self.agenda.table(record).writers.get(attribute, ()):
                yield writer, f"makes {attribute}"

    def _grows(self, node: Node, name: str) -> bool:
        """Whether the value of a name is one that a statement can add to."""
        if name in self.changed_through.get(node, ()) or name in self.agenda.table(node.module).by_functions.get(node, ()):
            return True
        if name in node.statement.effects.reads and name in node.statement.effects.writes:
            return True
        value = node.module.namespace.get(name, MISSING)
        if isinstance(value, ModuleType):
            return value.__name__ in self.graph.modules
        if isinstance(value, (FunctionType, type)):
            # `f.attribute = value` adds to a function or class of this module; passing it on does not
            return node.statement.kind == "assign" and getattr(value, "__module__", None) == node.module.name
        return not isinstance(value, IMMUTABLE)

    def _open_group(self, maker: Node, name: str, member: Node) -> None:
        key = (id(maker.module), name)
        if key not in self.open_groups:
            self.open_groups[key] = Group(maker, maker.module.namespace.get(name, MISSING))
        self.open_groups[key].members.add(member)

    def _run_agenda(self) -> None:
        if not self.agenda.reasons or all(node in self.agenda.done for node in self.agenda.reasons):
            return
        if not self.imports_ready:
            importlib.invalidate_caches()
            self.imports_ready = True
        self.recorder.hold()
        try:
            while (item := self.agenda.pop()) is not None:
                self._run_in_order(*item)
        finally:
            self.recorder.release()
        self._run_restores((END,))

    def _run_in_order(self, node: Node, reason: Reason) -> None:
        """Run a statement after those of other modules that are to bind what it reads."""
        waiting = [(node, reason, self.agenda.awaited(node))]
        while waiting:
            node, reason, needed = waiting[-1]
            earlier = next(needed, None)
            if earlier is not None:
                if self.agenda.waiting(earlier):
                    waiting.append((earlier, self.agenda.take(earlier), self.agenda.awaited(earlier)))
                continue
            waiting.pop()
            self._run_restores(self.graph.order(node))
            self.run(node, reason)

    def _run_restores(self, now: tuple[float, ...]) -> None:
        """Give names back what later statements bound, where the turn of these has come."""
        for following in [node for node in self.restores if self.graph.order(node) <= now]:
            for namespace, name, value in self.restores.pop(following):
                self.transaction.set_item(namespace, name, value)

    # --- one statement ---------------------------------------------------------------------------------

    def run(self, node: Node, reason: Reason) -> None:
        """Run one statement in its module, then tell its readers what came out different."""
        if node.statement.kind in ("constant",):
            return
        record = node.module
        namespace = record.namespace
        self.outcome.involved.add(record.path)
        if id(record) not in self.guarded:
            self.guarded.add(id(record))
            self.transaction.guard_namespace(record.module)
        if node.statement.kind not in ("def", "class", "import", "from"):
            self._dispose(record)
        names = self._bound_by(node) | self._old_writes(node)
        before = {name: namespace.get(name, MISSING) for name in names}
        mine = self.made[node] = self._made_by(node, before)
        if not node.statement.unconditional and node.statement.kind != "AugAssign":
            table = self.agenda.table(record)
            for name in node.statement.effects.writes:
                if not table.reaching(name, node) and table.next_writer(name, node) is None:
                    namespace.pop(name, None)  # it may not bind the name this time
        earlier_star = set(node.extra) if node.star else set()
        grouped = any(self._grows(node, name) for name in node.statement.effects.mutates)
        hidden = self._hide_later_names(node)
        for name in self.agenda.table(record).mutates(node):
            self.transaction.guard(namespace.get(name))
        with contributions.replaced(
            self.transaction, node, self.graph, {} if grouped else mine, () if grouped else self._made_of(node),
            self._old_reads(node),
            self._made_later(node) if node in self.added else None,
        ):
            self._execute(node, reason, before)
        for name, value in hidden.items():
            namespace.setdefault(name, value)
        names = names & (self._bound_by(node) | set(before) - self._old_writes(node)) | set(node.writes)
        gone = earlier_star - node.extra
        names -= gone
        for name in sorted(gone):
            self._remove(record, name)
        self.outcome.ran.append(str(node))
        for name in sorted(names):
            self._settle(node, name, before.get(name, MISSING))
        for module, name in node.wrote:
            other = self.graph.modules.get(module)
            if other is not None and other is not record:
                self._tell(other, name, None, f"{module}.{name} was set")
        for key, group in list(self.open_groups.items()):
            group.members.discard(node)
            if not group.members:
                del self.open_groups[key]
                value = group.maker.module.namespace.get(key[1], MISSING)
                self._compare(group.maker, key[1], group.old, value)

    def _old_reads(self, node: Node) -> frozenset[str] | None:
        """What the statement read before it was edited; None where its text is the same."""
        previous = self.previous.get(node)
        if previous is None or previous.statement.text == node.statement.text:
            return None
        return previous.statement.effects.reads

    def _made_later(self, node: Node) -> set[int]:
        """Identities of what later statements of the module bind: what they registered comes after."""
        namespace = node.module.namespace
        later = (n for n in self.graph.analyze(node.module) if n.order > node.order and n not in self.added)
        names = {name for n in later if n.statement.kind in ("def", "class") for name in n.writes}
        return {id(namespace[name]) for name in names if name in namespace}

    def _made_by(self, node: Node, before: Mapping[str, Any]) -> dict[str, Any]:
        """Of what the names held, what the statement's last run made."""
        if node in self.added:
            return {}
        table = self.agenda.table(node.module)
        own = {id(code) for code in codes.walk(node.codes)}
        made = {}
        for name, value in before.items():
            value = self.gone_values.get((id(node.module), name), value) if value is MISSING else value
            sole = table.writers.get(name, [node]) == [node] or name not in table.writers
            if value is not MISSING and (sole or any(id(f.__code__) in own for f in functions.reachable([value]))):
                made[name] = value
        return made

    def _hide_later_names(self, node: Node) -> dict[str, Any]:
        """Names that only later statements bind do not exist yet when a changed statement runs."""
        if node not in self.previous and node not in self.added:
            return {}
        table, namespace = self.agenda.table(node.module), node.module.namespace
        later = [
            name for name in node.statement.effects.reads
            if name in namespace and table.writers.get(name) and not table.reaching(name, node)
            and name not in node.statement.effects.writes
        ]  # fmt: skip
        return {name: namespace.pop(name) for name in later}

    def _dispose(self, record: ModuleRecord) -> None:
        """Let the module close what its statements opened, before the first of them runs again."""
        hook = self.dispose_hooks.get(id(record), record.namespace.get("__hmr_dispose__"))
        if id(record) in self.disposed or not callable(hook):
            return
        self.disposed.add(id(record))
        try:
            hook()
        except Exception as error:  # the user's code
            failure = explain(error)
            self.outcome.notes.append(f"{failure.path}:{failure.line}: __hmr_dispose__ raised {failure.summary}")

    def _bound_by(self, node: Node) -> set[str]:
        names = set(node.writes)
        if node.statement.kind == "doc":
            names.add("__doc__")
        if node.statement.effects.calls:
            names |= self._set_by_functions(node.module)
        return names

    def _set_by_functions(self, record: ModuleRecord) -> frozenset[str]:
        """Global names that functions of the module bind."""
        key = id(record)
        if key not in self.global_writes:
            nodes = self.graph.analyze(record)
            found = [codes.global_writes(code) for node in nodes for code in codes.walk(node.codes)]
            self.global_writes[key] = frozenset().union(*found)
        return self.global_writes[key]

    def _execute(self, node: Node, reason: Reason, before: dict[str, Any]) -> None:
        record, statement = node.module, node.statement
        assert record.parsed is not None
        previous = self.previous.get(node)
        request = Request(
            old=previous.statement if previous else None if node in self.added else statement,
            new=statement,
            old_text=previous.text if previous else record.parsed.text,
            new_text=record.parsed.text,
            changed_names=frozenset(reason.changed_names),
            code_changed=reason.code_changed,
            in_place=self._in_place(node, before),
            refused_lines=frozenset(new.co_firstlineno for _, new in self.swap.refused),
        )
        plain = not node.codes and statement.kind != "class"
        hooks = _Hooks(self, node, request, before)
        if plain:
            code = self._plain_code(node, record.parsed)
        else:
            code = compile_statement(instrument(request), record.parsed, record.path)
            code = codes.with_children(code, node.codes, hooks.objects)
        notes = Notes(None, node)
        notes.before_read = partial(self._before_read, node)
        try:
            with self.recorder.running(notes):
                exec(code, record.namespace)
        except SystemExit:
            if record.name != "__main__":
                raise
            self.agenda.drop(record)  # the script ends here, as it would in a fresh process
        except classes.CannotChange as conflict:
            self.full_run.add(f"{record.name}.{conflict.qualname}")
            self._execute(node, reason, before)
            return
        self.outcome.loaded += self.graph.absorb_all(self.recorder.take_loads())
        self._renew_facts(node, notes, in_part=bool(request.classes))
        self.outcome.notes += hooks.class_hook.problems
        for class_change in hooks.class_hook.changes:
            self.touched.add(id(class_change.cls))
            self.class_changes[id(class_change.cls)] = class_change
        for function in hooks.merged:
            self._tell_runners(function, node)

    def _plain_code(self, node: Node, parsed: Parsed) -> CodeType:
        """Code of a statement that defines nothing, kept for the next time."""
        if node.compiled is None or node.compiled[0] is not node.statement:
            node.compiled = (node.statement, compile_text(node.statement, parsed, node.module.path))
        return node.compiled[1]

    def _before_read(self, node: Node, module: str, name: str) -> None:
        """A statement of another module that is to bind what is read now runs first."""
        record = self.graph.modules.get(module)
        if record is None or record is node.module:
            return
        for earlier in self.agenda.awaited_of(node, record, {name}):
            self._run_in_order(earlier, self.agenda.take(earlier))

    def _renew_facts(self, node: Node, notes: Notes, in_part: bool) -> None:
        for name in ("reads", "wrote", "ran", "opened", "extra", "recorded"):
            self.transaction.on_undo(setattr, node, name, getattr(node, name))
        self.graph.renew(node, notes, in_part)

    def _kind_before(self, node: Node) -> str:
        previous = self.previous.get(node)
        return previous.statement.kind if previous is not None else node.statement.kind

    def _in_place(self, node: Node, before: Mapping[str, Any]) -> frozenset[str]:
        """Qualified names of the statement's classes whose live objects can take their new members."""
        found = set()
        waiting = [v for v in before.values() if _made_here(v, node, self._kind_before(node))]
        while waiting:
            cls = waiting.pop()
            if "__slots__" in vars(cls) and "__slots__" not in node.statement.text:
                continue  # a decorator made the slots, and so the class
            if classes.changeable(cls) and f"{node.module.name}.{cls.__qualname__}" not in self.full_run:
                found.add(cls.__qualname__)
                waiting += [
                    m for m in list(vars(cls).values())
                    if isinstance(m, type) and m.__qualname__ == f"{cls.__qualname__}.{m.__name__}"
                ]  # fmt: skip
        return frozenset(found)

    # --- what came out ---------------------------------------------------------------------------------

    def _settle(self, node: Node, name: str, old: Any) -> None:
        """Keep the old object where the new one is the same; else tell who read the name."""
        namespace = node.module.namespace
        new = namespace.get(name, MISSING)
        if node.statement.kind == "doc" and name == "__doc__":
            return
        following = self.agenda.table(node.module).next_writer(name, node)
        if following is not None:
            self._before_next_writer(node, name, self.finals.setdefault((id(node.module), name), old), following)
        else:
            old = self.finals.get((id(node.module), name), old)
        if (id(node.module), name) in self.open_groups:
            self._tell_members(node, name)
            return
        self._compare(node, name, old, new, last=following is None)

    def _compare(self, node: Node, name: str, old: Any, new: Any, last: bool = True) -> None:
        """`last` tells that no later statement of the module binds the name: other modules see this value."""
        namespace, t = node.module.namespace, self.transaction
        if old is new:
            if new is not MISSING and id(new) in self.touched:
                self._tell_touched(node, name, new)
            return
        hands_on = node.statement.kind in ("import", "from") or node.statement.alias
        if old is not MISSING and new is not MISSING and not hands_on:
            same = values.same(old, new)
            was = old.__code__ if type(old) is FunctionType else None
            if same and was is not None and was is not new.__code__ and was.co_freevars == new.__code__.co_freevars:
                t.set_attribute(old, "__code__", new.__code__)  # equal, but of the definition that there is now
            kept = old if same else self._successor(node, name, old, new)
            if kept is old:
                t.set_item(namespace, name, old)
                if not same:
                    self.touched.add(id(old))
                    self._tell_touched(node, name, old, was)
                return
        elif values.same(old, new) and (old is new or isinstance(new, IMMUTABLE)):
            return
        if callable(clear := functions.own(old, "cache_clear")) and functions.own(old, "__wrapped__") is not MISSING:
            clear()  # whoever still holds the old cache must not be served what old code computed
        if not last:
            for reader in list(self.agenda.table(node.module).readers_of(name, node)):
                self.schedule(reader, f"{name} changed", name)
            return
        self.outcome.rebound.append((node.module, name, old, namespace.get(name, MISSING)))
        self._tell(node.module, name, node, f"{name} changed", added=old is MISSING)

    def _successor(self, node: Node, name: str, old: Any, new: Any) -> Any:
        """The object that goes on under a name whose statement made `new` where it had made `old`."""
        if isinstance(old, type) and isinstance(new, type):
            if node.statement.kind == "class" and _made_here(old, node, self._kind_before(node)) and _made_here(new, node):
                return classes.adopt(self.transaction, old, new, self.outcome.notes)
            return new
        own = name in self.made.get(node, {})
        if own and type(old) is FunctionType and type(new) is FunctionType and _fresh(new, name, node):
            return classes.settle(self.transaction, old, new)
        return new

    def _before_next_writer(self, node: Node, name: str, final: Any, following: Node) -> None:
        """A later statement binds the name again: it must have the last word, as it had."""
        if self.agenda.waiting(following) or following in self.agenda.done:
            return
        if not following.statement.unconditional or name in following.statement.effects.reads:
            self.schedule(following, f"binds {name} again")
        elif final is not MISSING:
            self.restores.setdefault(following, []).append((node.module.namespace, name, final))

    def _tell_members(self, node: Node, name: str) -> None:
        """Statements between those that build a value saw it half built: they run again in their place."""
        members = self.open_groups[id(node.module), name].members
        last = max((m.order for m in members), default=node.order)
        for reader, known in self.agenda.readers(node.module, name, node):
            if reader.module is node.module and reader.order < last:
                self.schedule(reader, f"{name} is built again", known)

    def _tell(self, record: ModuleRecord, name: str, origin: Node | None, reason: str, added: bool = False) -> None:
        self.changed_names.setdefault(record.path, set()).add(name)
        for reader, known in list(self.agenda.readers(record, name, origin)):
            self.schedule(reader, reason, known)
        for reader in list(self.agenda.function_readers(record, name, origin)):
            self.schedule(reader, reason, name, code_changed=True)
        if added and not name.startswith("_"):
            for reader in self.agenda.star_readers(record):
                self.schedule(reader, f"{record.name}.{name} is new")

    def _tell_touched(self, node: Node, name: str, value: Any, was: CodeType | None = None) -> None:
        """An object is the same but does other things: who ran it runs again, who passed it on does not."""
        if isinstance(value, type):
            self._tell_class_touched(node, name, self.class_changes.get(id(value)))
        elif isinstance(value, FunctionType):
            self._tell_runners(value, node, was)

    def _tell_runners(self, function: FunctionType, origin: Node, was: CodeType | None = None) -> None:
        self.touched_codes.add(id(function.__code__))
        runners = self.graph.runners(function.__code__)
        for runner in runners if was is None else [*runners, *self.graph.runners(was)]:
            if runner is not origin:
                self.schedule(runner, f"ran {function.__qualname__}", function.__name__, code_changed=True)

    def _tell_class_touched(self, origin: Node, name: str, change: classes.ClassChange | None) -> None:
        """Members of a class changed: tell those who mention them, through all names that lead to the class."""
        seen: set[tuple[int, str]] = set()
        waiting: list[tuple[Node, str]] = [(origin, name)]
        while waiting:
            node, name = waiting.pop()
            if (id(node.module), name) in seen:
                continue
            seen.add((id(node.module), name))
            for reader in list(self.agenda.function_readers(node.module, name, node)):
                if change is None or change.whole or any(
                    change.names & set(code.co_names) for code in self._codes_run(reader, change.cls)
                ):
                    self.schedule(reader, f"ran what uses {name}", name, code_changed=True)
            for reader, known in list(self.agenda.readers(node.module, name, node)):
                if reader is node:
                    continue
                if reader.statement.kind not in ("from", "import") and self._uses(reader, change):
                    self.schedule(reader, f"{name} changed", known)
                elif not isinstance(change, classes.ClassChange) or self._leads_to_class(reader, change.cls):
                    waiting += [(reader, bound) for bound in reader.writes]

    def _uses(self, reader: Node, change: classes.ClassChange | None) -> bool:
        """Whether a statement may see which members changed."""
        effects = reader.statement.effects
        if change is None or change.whole:
            return effects.calls or bool(effects.attributes) or reader.statement.kind not in ("class", "def")
        if change.names & effects.attributes:
            return True
        if any(name.startswith("__") and name.endswith("__") for name in change.names):
            return effects.calls or reader.statement.kind not in ("class", "def", "assign")
        return any(change.names & set(code.co_names) for code in self._codes_run(reader, change.cls))

    def _codes_run(self, reader: Node, cls: type) -> Iterator[CodeType]:
        """Code of the modules of the class and of the reader that the reader ran."""
        names = {cls.__module__, reader.module.name, *(module for module, _ in reader.reads)}
        for record in [self.graph.modules[name] for name in names if name in self.graph.modules]:
            for node in self.graph.analyze(record):
                yield from (code for code in codes.walk(node.codes) if id(code) in reader.ran)

    def _leads_to_class(self, reader: Node, cls: type) -> bool:
        values_bound = [reader.module.namespace.get(name) for name in reader.writes]
        return reader.statement.kind in ("from", "import") or any(
            v is cls or isinstance(v, cls) or (isinstance(v, type) and issubclass(v, cls)) for v in values_bound
        )

    # --- the end ---------------------------------------------------------------------------------------

    def _remove_names(self) -> None:
        removed, self.removed_names = self.removed_names, []
        for record, name in removed:
            self._remove(record, name)

    def _remove(self, record: ModuleRecord, name: str) -> None:
        namespace = record.namespace
        old = namespace.get(name, MISSING)
        if old is MISSING or any(name in node.writes for node in self.graph.analyze(record)):
            return
        if name == "__doc__":
            self.transaction.set_item(namespace, name, None)
            return
        if isinstance(old, ModuleType) and sys.modules.get(f"{record.name}.{name}") is old:
            return  # the import system bound this submodule, whoever else asked for it
        if record.script and id(record) not in self.guarded:
            self.guarded.add(id(record))
            self.transaction.guard_namespace(record.module)
        self.transaction.delete_item(namespace, name)
        if (annotations := namespace.get("__annotations__")) and name in annotations:
            self.transaction.delete_item(annotations, name)
        self.gone_values[id(record), name] = old
        self.outcome.removed.append(f"{record.name}.{name}")
        self.outcome.rebound.append((record, name, old, MISSING))
        self._tell(record, name, None, f"{name} is gone")
        for reader in self.agenda.star_readers(record):
            self.schedule(reader, f"{record.name}.{name} is gone")

    def _after(self) -> None:
        self.open_groups.clear()
        self.graph.forget_codes(self.dropped)
        for record in self.edited:
            if record.parsed is not None and record.parsed.annotations_wait:
                self._annotate(record)
            else:
                self._drop_annotations(record)
        self._clear_caches(self.touched_codes, self.changed_names)
        for path in sorted(self.graph.gone):
            for record in self.graph.at_path(path):
                self._leave(record)

    def _drop_annotations(self, record: ModuleRecord) -> None:
        """Until 3.13 each annotated statement adds its own entry."""
        before = [p.statement for n, p in self.previous.items() if n.module is record]
        before += [node.statement for node in self.removed_nodes if node.module is record]
        now = {name for node in self.graph.analyze(record) for name in node.statement.effects.annotates}
        annotations = record.namespace.get("__annotations__")
        gone = {name for statement in before for name in statement.effects.annotates} - now
        if isinstance(annotations, dict) and gone:
            for name in gone:
                self.transaction.delete_item(annotations, name)
            if not annotations and not now:
                self.transaction.delete_item(record.namespace, "__annotations__")
        if isinstance(annotations, dict):
            order = [n for node in self.graph.analyze(record) for n in node.statement.effects.annotates]
            ordered = {name: annotations[name] for name in order if name in annotations}
            if len(ordered) == len(annotations) and list(ordered) != list(annotations):
                self.transaction.guard(annotations)
                annotations.clear()
                annotations.update(ordered)

    def _annotate(self, record: ModuleRecord) -> None:
        """Since 3.14 one function computes all annotations of a module: make it anew from the whole source."""
        nodes = self.graph.analyze(record)
        names = [name for node in nodes for name in node.statement.effects.annotates]
        before = [p.statement for n, p in self.previous.items() if n.module is record]
        touched = any(s.effects.annotates for s in before) or any(
            node.statement.effects.annotates for node in nodes if node in self.agenda.done
        )
        if not touched or record.parsed is None:
            return
        whole = compile(record.parsed.text, record.path, "exec", dont_inherit=True)
        made = [code for code in codes.children(whole) if code.co_name == "__annotate__"]
        self.transaction.delete_item(record.namespace, "__annotations__")
        if not made:
            self.transaction.delete_item(record.namespace, "__annotate__")
            return
        self.transaction.set_item(record.namespace, "__conditional_annotations__", set(range(len(names))))
        self.transaction.set_item(record.namespace, "__annotate__", FunctionType(made[0], record.namespace))

    def _leave(self, record: ModuleRecord) -> None:
        """A module whose file is gone stays, unless statements had used it and none mentions it any more."""
        last = record.name.rpartition(".")[2]
        word = re.compile(rb"\b" + re.escape(last.encode()) + rb"\b")
        if not self.graph.was_read(record.name):
            return  # only a prompt imported it
        if any(word.search(other.source or b"") for other in self.graph.modules.values() if other is not record):
            return
        parent, _, child = record.name.rpartition(".")
        package = self.graph.modules.get(parent)
        if package is not None and package.namespace.get(child) is record.module:
            self.transaction.delete_item(package.namespace, child)
        self.transaction.delete_item(sys.modules, record.name)
        self.outcome.abandoned.append(record)
        self.outcome.removed.append(record.name)


class _Hooks:
    """What the definitions of one statement hand themselves to while it runs."""

    def __init__(self, run: _Run, node: Node, request: Request, before: Mapping[str, Any]) -> None:
        self._run = run
        self._node = node
        self._request = request
        self._before = before
        self.merged: list[FunctionType] = []
        self.class_hook = classes.ClassHook(run.transaction, request.classes, self._class)
        self.objects = {FUNCTION_HOOK: self.function, CLASS_HOOK: self.class_hook}

    def _class(self, qualname: str) -> Any:
        return _resolve(self._before, qualname)

    def function(self, new: FunctionType) -> FunctionType:
        """The live predecessor of a function just made, turned into it; the new one where there is none."""
        if type(new) is not FunctionType:
            return new
        old = self._predecessor(new)
        if old is None or old is new:
            return new
        swap = self._run.swap
        was = _face(old, swap.defaults.get(id(old)))
        kept = self._request.kept_defaults.get(new.__qualname__, frozenset())
        merged = functions.merge(self._run.transaction, old, new, kept, swap.defaults.get(id(old)))
        if merged is None:
            functions.forward(self._run.transaction, old, new)
            return new
        if not _same_face(was, _face(merged, None)):
            self.merged.append(merged)
        return merged

    def _predecessor(self, new: FunctionType) -> FunctionType | None:
        swap = self._run.swap
        found = swap.functions.get(id(new.__code__)) or [f for f, code in swap.refused if code is new.__code__]
        if not found:
            pairs = [(new.__code__, new.__code__)]
            roots = [value for value in self._before.values() if value is not MISSING]
            found = [f for f in functions.find(pairs, roots).get(id(new.__code__), []) if f is not new]
        if len(found) == 1:
            return found[0]
        own = [f for f in functions.reachable(self._before.values()) if any(f is g for g in found)]
        return own[0] if len(own) == 1 else None


def _face(function: FunctionType, defaults: dict[str, Any] | None) -> tuple[Any, ...]:
    """What callers see of a function besides its code."""
    return (defaults if defaults is not None else functions.default_values(function), function.__doc__, dict(vars(function)))


def _same_face(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    return values.same(before[0], after[0])


def _resolve(names: Mapping[str, Any], qualname: str) -> Any:
    """``A.B`` in a namespace, without running the user's code."""
    first, *rest = qualname.split(".")
    value = names.get(first)
    for name in rest:
        value = vars(value).get(name) if isinstance(value, type) else None
    return value


def _made_here(value: Any, node: Node, was: str = "class") -> bool:
    """Whether a class is one that the statement's own text defines; `was` is the kind of its predecessor."""
    if not isinstance(value, type) or value.__qualname__ not in node.statement.effects.writes:
        return False
    if node.statement.kind == was == "class":
        return True  # its __module__ may have been changed, as packages do that hide their inner modules
    return value.__module__ == node.module.namespace.get("__name__", node.module.name)


def _fresh(value: FunctionType, name: str, node: Node) -> bool:
    """Whether a function was made by the statement that has just run: nothing else can hold it yet."""
    return sys.getrefcount(value) <= 8 and not any(
        other is value for key, other in node.module.namespace.items() if key != name
    )


def _consumed(value: Any, made: Sequence[FunctionType], node: Node) -> bool:
    """Whether what a decorator handed back runs something else than the function it was given."""
    if any(value is function for function in made) or value is None:
        return False
    live = any(any(part is f for f in made) for part in functions.visit([value], wrapped=False))
    namespace = node.module.namespace
    decorators = [namespace[name] for name in node.statement.effects.reads if name in namespace]
    decorators += [vars(d)[a] for d in decorators if isinstance(d, ModuleType)
                   for a in node.statement.effects.attributes if a in vars(d)]  # fmt: skip
    own = [f.__code__ for f in functions.reachable(decorators) if environment_reason(f.__code__.co_filename) is None]
    return not live or any(name in LOOKS_INTO_CODE for code in codes.walk(own) for name in code.co_names)


def _alias_of(node: Node, imported: str) -> str:
    return next((bound for _, _, name, bound in node.statement.imports if name == imported), imported)
