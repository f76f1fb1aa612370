"""What a reload in progress knows, and what it has done so far."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from ..live import caches, changes, reach, swaps
from ..live.per_thread import PerThread
from ..live.transaction import Transaction
from ..live.turn import Turn
from ..loading.recorder import Recorder
from ..planning.graph import Graph
from ..planning.planner import Agenda
from ..planning.records import ModuleRecord, Name, Node
from ..planning.targets import Target
from ..syntax import codes, diff
from ..syntax.parsing import Parsed
from ..syntax.statements import Statement
from .contributions import Taken
from .lookups import Lookups
from .registries import Place

if TYPE_CHECKING:
    from ..live.additions import Setting

IMMUTABLE = (
    int, float, complex, str, bytes, tuple, frozenset, type, types.NoneType, types.FunctionType,
    types.BuiltinFunctionType, types.MethodType, ModuleType, types.GenericAlias, property,
)  # fmt: skip
"""Types whose values nothing adds to."""


@dataclass(eq=False, repr=False)
class FileEdit:
    """A loaded module and the new version of its source."""

    record: ModuleRecord
    source: bytes
    path: str
    parsed: Parsed
    old_parsed: Parsed | None
    edits: tuple[diff.Edit, ...]
    relocated: bool
    """Whether the module had another file before."""

    @cached_property
    def same_flags(self) -> bool:
        """Whether both versions have the same ``from __future__`` imports."""
        return self.old_parsed is not None and self.old_parsed.future == self.parsed.future

    @cached_property
    def imports_changed(self) -> frozenset[str]:
        """Names that one of the versions only imports, or names itself: calls on them are compiled apart."""
        if self.old_parsed is None:
            return frozenset()
        named = ("super",) if self.old_parsed.names_super is not self.parsed.names_super else ()
        return (self.old_parsed.import_names ^ self.parsed.import_names).union(named)

    @cached_property
    def loaded_constants(self) -> frozenset[int]:
        """Identities of what the code that was loaded holds."""
        return frozenset(map(id, self.record.code.co_consts))

    @cached_property
    def reorders(self) -> bool:
        """Whether statements stay and stand in another order."""
        stay = [edit.old for edit in self.edits if edit.old is not None and edit.new is not None]
        return stay != sorted(stay) or self.old_parsed is None

    @cached_property
    def moves(self) -> bool:
        """Whether statements stay and stand in another order, or ones that import are others."""
        if self.reorders or self.old_parsed is None:
            return True
        touched = [edit for edit in self.edits if edit.change not in (diff.Change.SAME, diff.Change.BODY)]
        statements = [self.old_parsed.statements[edit.old] for edit in touched if edit.old is not None]
        statements += [self.parsed.statements[edit.new] for edit in touched if edit.new is not None]
        return any("import" in statement.text for statement in statements)

    def leaves(self, change: diff.Edit, node: Node) -> bool:
        """Whether a statement stays just what it is, where it is."""
        kept = change.new is not None and self.parsed.statements[change.new] is node.statement
        same = change.change is diff.Change.SAME and self.same_flags and not self.imports_changed
        return kept and same and not self.relocated


@dataclass(eq=False, repr=False)
class Previous:
    """What a statement was before this reload."""

    statement: Statement
    text: str
    codes: tuple[CodeType, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Departure:
    """A function or class that its module does not define any more; perhaps another does."""

    record: ModuleRecord
    statement: Statement
    text: str
    """The source that the statement stood in."""
    value: Any
    earlier: bool = False
    """Whether it was an earlier reload that took it out."""


@dataclass(eq=False, repr=False)
class Group:
    """A value that several statements build: compared with the old one when the last of them has run."""

    maker: Node
    old: Any
    members: set[Node] = field(default_factory=set)
    """Those still to run."""


@dataclass(frozen=True, eq=False, repr=False)
class Emptied:
    """A registry that is filled again by all who build it."""

    container: Any
    before: Any
    """A copy of it, as it was."""
    record: ModuleRecord
    name: str
    builders: set[Node]
    """Who built it before."""


@dataclass(frozen=True, eq=False, repr=False)
class Replaced:
    """The code of one function before a reload and after it."""

    name: str
    """Module and qualified name."""
    old: CodeType
    new: CodeType
    changed: bool
    """Whether it does something else now."""
    called: bool
    """Whether statements that ran again have called it."""


@dataclass(eq=False, repr=False)
class Outcome:
    """What a reload has done so far."""

    ran: list[str] = field(default_factory=list)
    patched: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rebound: list[tuple[ModuleRecord, str, Any, Any]] = field(default_factory=list)
    """(module, name, old value, new value)."""
    replaced: list[Replaced] = field(default_factory=list)
    """The functions of the edited files; none where nothing of them moved."""
    involved: set[str] = field(default_factory=set)
    loaded: list[ModuleRecord] = field(default_factory=list)
    """Modules that the reload imported."""
    abandoned: list[ModuleRecord] = field(default_factory=list)
    """Modules whose files are gone and that nothing imports any more."""
    for_main: list[Node] = field(default_factory=list)
    """Statements that ran on another thread and are to run on the main one."""
    only_there: bool = False
    """Whether it was not carried out, for a statement belongs on the main thread."""
    refused: bool = False
    """Whether it failed, perhaps for the thread on which it ran."""


@dataclass(eq=False, repr=False)
class Served:
    """A cache, and the code that computed what it holds."""

    record: ModuleRecord
    cache: caches.Cache
    known: reach.Known
    _ran: Mapping[int, CodeType] | None = None

    def ran(self, files: Collection[str]) -> Collection[int]:
        """Identities of that code, of source files in `files`; where it is empty, of the function's own code."""
        function = self.cache.function
        if self.cache.is_empty and type(function) is types.FunctionType:
            return {id(code) for code in codes.walk((function.__code__,))}
        if self._ran is None:
            self._ran = reach.reached_in(self.cache.owner, function, files, self.known)
        return self._ran


@dataclass(eq=False, repr=False)
class RunState:
    """The state of one reload; the layers above act on it, each knowing only those below."""

    graph: Graph
    recorder: Recorder
    apart: PerThread | None = None
    """What is kept for the thread of this reload; None on the main thread."""
    here: bool = False
    """Whether what belongs on the main thread runs on this one all the same."""
    transaction: Transaction = field(default_factory=Transaction)
    agenda: Agenda = field(init=False)
    lookups: Lookups = field(init=False)
    turn: Turn = field(default_factory=Turn)
    scheduled: int = 0
    """How often a statement was to be put on the agenda."""
    outcome: Outcome = field(default_factory=Outcome)
    previous: dict[Node, Previous] = field(default_factory=dict)
    parsed_before: dict[ModuleRecord, Parsed] = field(default_factory=dict)
    """The versions that edited modules had."""
    swap: swaps.Swap = field(default_factory=lambda: swaps.Swap([], []))
    renewed: tuple[int, dict[int, CodeType]] = field(default_factory=lambda: (0, {}))
    """By the identities of old code objects, those that take their places; with how many pairs of them are known."""
    guarded: set[int] = field(default_factory=set)
    ran_first: list[tuple[tuple[float, ...], str]] = field(default_factory=list)
    """Statements that have run before their turn, with their places."""
    bound_before: dict[ModuleRecord, tuple[tuple[int, int], Mapping[str, list[Node]]]] = field(default_factory=dict)
    """By name, the statements that bound it as the old source had it; with how many are known to be replaced."""
    preset: dict[tuple[int, str], Any] = field(default_factory=dict)
    """New names and members that are bound already, with what they hold until their statements run.

    The keys are of module records or classes (their identities) and names.
    """
    touched: set[int] = field(default_factory=set)
    """Identities of the objects that stayed what they are but do other things."""
    fresh_members: dict[Node, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Values that bodies of classes made again, though their text is what it was: see `remaking.Hooks`."""
    holders: dict[int, list[Any]] = field(default_factory=dict)
    """By identity of classes that were made again, all that held them then besides their names."""
    departed: list[Departure] = field(default_factory=list)
    """What edited modules do not define any more and nobody else does yet."""
    followed: int = 0
    """Of how many modules that the reload imported it is known what they define of that."""
    succeeded: list[tuple[types.FunctionType, types.FunctionType]] = field(default_factory=list)
    """Functions that have departed, with those that stand in their places."""
    superseded: list[type] = field(default_factory=list)
    """Classes in whose place others stand now."""
    took_over: set[int] = field(default_factory=set)
    """Identities of those others."""
    other_inside: dict[int, Any] = field(default_factory=dict)
    """By identity, instances that classes have of themselves, as members of enums, which hold something else now."""
    class_changes: dict[int, changes.ClassChange] = field(default_factory=dict)
    made_anew_for_bases: dict[int, changes.ClassChange] = field(default_factory=dict)
    """By identity, classes that stand in the place of those that CPython did not let have other bases."""
    enum_members_kept: dict[int, frozenset[str]] = field(default_factory=dict)
    """By identity of enums whose members alone are others, the names of those that stay."""
    anew: set[Node] = field(default_factory=set)
    """Statements of classes that a library set up together, and of what keeps them: see `families`."""
    remade: list[changes.Remade] = field(default_factory=list)
    set_aside: list[tuple[type, dict[str, Any]]] = field(default_factory=list)
    """Classes with members that some other statement has made of their fields, and has to make anew."""
    touched_codes: set[int] = field(default_factory=set)
    changed_names: dict[str, set[str]] = field(default_factory=dict)
    """By file, the globals that came out different."""
    changed_through: dict[Node, set[str]] = field(default_factory=dict)
    """Globals that statements changed through functions, as the old source had it."""
    bound_through: dict[Node, set[str]] = field(default_factory=dict)
    """The same of those that functions bound without reading them."""
    made: dict[Node, dict[str, Any]] = field(default_factory=dict)
    """What the last run of each statement that ran again had made, by name."""
    gone_values: dict[tuple[int, str], Any] = field(default_factory=dict)
    removed_names: list[tuple[ModuleRecord, str]] = field(default_factory=list)
    removed_nodes: dict[ModuleRecord, list[Node]] = field(default_factory=lambda: defaultdict(list))
    left: list[ModuleRecord] = field(default_factory=list)
    """Modules whose files are gone and that nothing needs."""
    forsaken: list[Node] = field(default_factory=list)
    """Statements that do without modules whose files are gone."""
    replaced_nodes: dict[ModuleRecord, list[Node]] = field(default_factory=dict)
    """By edited module, the statements that are gone or have another text or place now."""
    unbound: list[tuple[Node, str]] = field(default_factory=list)
    """Statements with the names that they bound, and bind no more, before others that go on doing so."""
    relocated: list[ModuleRecord] = field(default_factory=list)
    """Modules that have other files now."""
    seeds: dict[ModuleRecord, list[tuple[Node, str]]] = field(default_factory=dict)
    """By module, the statements that were edited, and how."""
    seen_otherwise: list[tuple[ModuleRecord, str, ModuleRecord]] = field(default_factory=list)
    """Modules with names that others, which are imported meanwhile, have seen and see no more, or now."""
    read_in_order: set[tuple[Node, ModuleRecord]] = field(default_factory=set)
    """Statements with the modules that they have read: these come before them."""
    withdrawn: list[tuple[Node, Place]] = field(default_factory=list)
    """Removed statements, and the registries that their entries were taken out of."""
    stood_in: list[ModuleRecord] | None = None
    """Modules that have put an object in their own place; None while that is not known."""
    ungrown: list[tuple[type, str]] = field(default_factory=list)
    """Lists, dicts and sets that classes hold, from which the entries of statements have gone."""
    taken: dict[Node, Taken] = field(default_factory=dict)
    """By the statements that are running, what they had put into registries, which is out of these meanwhile."""
    lost: list[tuple[Node, Target]] = field(default_factory=list)
    """Statements, and what they no longer set on objects that others made."""
    set_now: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What statements of this reload have set, by the identity of what holds it and name."""
    set_from_outside: set[tuple[int, str]] = field(default_factory=set)
    """Names of modules, by identity, whose values statements of other modules had set."""
    open_groups: dict[tuple[int, str], Group] = field(default_factory=dict)
    made_anew: set[tuple[int, str]] = field(default_factory=set)
    """Names, by the identity of their modules, whose values are emptied and filled again by all who build them."""
    keeps_rest: set[tuple[int, str]] = field(default_factory=set)
    """Those of them that hold what nobody made again as well: each statement that builds them runs again."""
    for_readers: set[tuple[int, str]] = field(default_factory=set)
    """Those of them that are filled again only for who reads them between those that build them."""
    emptied: dict[int, Emptied] = field(default_factory=dict)
    """What was emptied to be filled again, by identity."""
    filled_early: list[Emptied] = field(default_factory=list)
    """Those that hold again already what statements had put in that had run in this reload."""
    emptied_caches: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    """By file and name of values that are built again: the caches, by identity, that were emptied as that began."""
    emptied_names: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Their names, by file."""
    put_now: list[Any] = field(default_factory=list)
    """What bare calls that have run in this reload have put into registries."""
    made_now: dict[int, Any] = field(default_factory=dict)
    """By identity, containers that statements of this reload made: nothing in them is of an earlier run."""
    looked_for_caches: set[ModuleRecord] = field(default_factory=set)
    """Modules whose caches are known, until statements of theirs make others."""
    lent: dict[int, tuple[types.FunctionType, list[type]]] | None = None
    """Once asked for, the functions that many classes are given: see `lent`."""
    served: dict[tuple[int, int], Served] = field(default_factory=dict)
    """The caches of the user's functions, by the identity of what holds each and of its function."""
    told_of: set[tuple[int, str]] = field(default_factory=set)
    """Cached functions, by identity, and cached members, by that of their class, whose users were told already."""
    asked: dict[ModuleRecord, list[str]] | None = None
    """Once asked for, by module that has a ``__getattr__`` the names that others have read of it."""
    globals_held: dict[int, list[tuple[Name, str | None]]] | None = None
    """Once asked for, by identity of containers the names of modules, and attributes of these, that held them then."""
    found_empty: dict[int, Any] = field(default_factory=dict)
    """By identity, containers in which nothing was when statements that add to them came to run again."""
    named: dict[int, list[tuple[ModuleRecord, str]]] | None = None
    """Once asked for, by identity what globals held then: see `made_later`."""
    unbegun: dict[tuple[str, str], list[tuple[ModuleRecord, str]]] | None = None
    """Once asked for, by file and qualified name of functions what holds generators of them that have not begun."""
    former: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What names, by the identity of their modules, held before other objects took their places."""
    known: dict[str, reach.Known] = field(default_factory=lambda: defaultdict(reach.Known))
    """What was learned of functions while nothing that they lead to has changed: by file, or of all ("")."""
    entered: dict[Node, list[tuple[Any, Place]]] = field(default_factory=dict)
    """By statements that may register with others now: the registries that hold their entries."""
    led_to: dict[frozenset[int], tuple[list[Any], dict[int, CodeType]]] = field(default_factory=dict)
    """The same by values alone, with all that hangs together with them, while the old code is live."""
    restores: dict[Node, list[tuple[dict[str, Any], str, Any]]] = field(default_factory=dict)
    finals: dict[tuple[int, str], Any] = field(default_factory=dict)
    """What names held that several statements bind, before the first of these ran again."""
    stale: set[int] = field(default_factory=set)
    """What code is stale so far, by identity: see `remembering`."""
    stale_for: set[tuple[str, str]] = field(default_factory=set)
    """The globals, with their files, and the members that this was told of."""
    scanning: dict[Node, list[ModuleRecord]] = field(default_factory=lambda: defaultdict(list))
    """Statements that run what looks through all names of modules, with these."""
    full_run: set[str] = field(default_factory=set)
    imports_ready: bool = False
    edited: dict[ModuleRecord, None] = field(default_factory=dict)
    disposed: set[int] = field(default_factory=set)
    dropped: list[CodeType] = field(default_factory=list)
    """Code objects of the old source that have no successor."""
    gone_codes: dict[int, CodeType] = field(default_factory=dict)
    """Those of them that are known by their identities so far."""
    replaced_codes: dict[int, CodeType] | None = None
    """Once asked for, by identity of new code the code that it stands in the place of."""
    added: set[Node] = field(default_factory=set)
    taken_over: dict[Node, dict[str, Statement]] = field(default_factory=dict)
    """By statement and name, what defined it before, where that was another statement of the module."""
    taken_from: dict[Node, list[Node]] = field(default_factory=dict)
    """By statement, those that defined before what it defines now."""
    orphans: set[ModuleRecord] = field(default_factory=set)
    """Modules that no statement surely imports any more."""
    calling_more: dict[Node, frozenset[str]] = field(default_factory=dict)
    """Statements that were edited, and call something that they did not, with what they read newly: it may register."""
    kept_by: dict[Node, list[str]] = field(default_factory=dict)
    """By statements that are gone, names of the objects of libraries that kept what they had made."""
    counting_still: set[Node] = field(default_factory=set)
    """Statements that are gone, and whose share of what they counted has yet to be taken off."""
    counted_by: dict[tuple[Node, bool], Any] = field(default_factory=dict)
    """What statements counted when they ran last, and what in this reload."""
    numbers_reset: set[object] = field(default_factory=set)
    """Numbers that were bound anew: all who count them do so from there."""
    iterators: dict[Any, Any] = field(default_factory=dict)
    """By where they stand, those that give numbers, for which others may stand meanwhile."""
    unset_in_libraries: list[tuple[Node, Setting]] = field(default_factory=list)
    """Statements that are gone, and what they had set of what libraries hold."""
    with_libraries_alone: set[Node] = field(default_factory=set)
    """Statements that are gone, and had done no more than to put something into a library, which is out of it."""
    lost_all: set[Node] = field(default_factory=set)
    """Statements that are gone, and whose entries nothing told, and those that define now what they did."""
    moved: set[Node] = field(default_factory=set)
    """Statements that changed places with others that they depend on."""
    dispose_hooks: dict[int, CodeType] = field(default_factory=dict)
    """The code that ``__hmr_dispose__`` had; a function would be given the new code with all others."""

    def __post_init__(self) -> None:
        self.agenda = Agenda(self.graph)
        self.lookups = Lookups(self.graph)
