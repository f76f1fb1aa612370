"""What a reload in progress knows, and what it has done so far."""

from __future__ import annotations

import types
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from ..live import caches, changes, reach, swaps
from ..live.instances import Instances
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
    from ..live.additions import Addition

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

    @cached_property
    def binds_in_order(self) -> bool:
        """Whether both versions bind the same names in the same order, as far as their texts tell."""
        if self.reorders or self.old_parsed is None:
            return False
        old, new = self.old_parsed.statements, self.parsed.statements
        return all(
            edit.old is not None and edit.new is not None and _bound_by(old[edit.old]) == _bound_by(new[edit.new])
            for edit in self.edits
            if edit.change is not diff.Change.SAME
        )

    def leaves(self, change: diff.Edit, node: Node) -> bool:
        """Whether a statement stays just what it is, where it is."""
        kept = change.new is not None and self.parsed.statements[change.new] is node.statement
        same = change.change is diff.Change.SAME and self.same_flags and not self.imports_changed
        return kept and same and not self.relocated


def _bound_by(statement: Statement) -> object:
    return None if statement.star else (statement.names, statement.effects.writes)


@dataclass(eq=False, repr=False)
class Previous:
    """What a statement was before this reload."""

    statement: Statement
    text: str
    codes: tuple[CodeType, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class Departure:
    """What its module does not define or bind any more; perhaps another does."""

    record: ModuleRecord
    statement: Statement
    text: str
    """The source that the statement stood in."""
    value: Any
    earlier: bool = False
    """Whether it was an earlier reload that took it out."""
    read: Mapping[str, Any] = field(default_factory=dict)
    """Of an assignment, what it reads of its module, as that was before."""


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


class RunState:
    """The state of one reload; the layers above act on it, each knowing only those below."""

    # No dataclass: what makes the constructor of one with so many fields takes 0.2 MB in every process.
    def __init__(self, graph: Graph, recorder: Recorder, apart: PerThread | None = None, here: bool = False) -> None:
        self.graph = graph
        self.recorder = recorder
        self.apart = apart
        """What is kept for the thread of this reload; None on the main thread."""
        self.here = here
        """Whether what belongs on the main thread runs on this one all the same."""
        self.transaction = Transaction()
        self.agenda = Agenda(graph)
        self.lookups = Lookups(graph)
        self.instances = Instances()
        self.turn = Turn()
        self.scheduled = 0
        """How often a statement was to be put on the agenda."""
        self.outcome = Outcome()
        self.previous: dict[Node, Previous] = {}
        self.parsed_before: dict[ModuleRecord, Parsed] = {}
        """The versions that edited modules had."""
        self.swap = swaps.Swap([], [])
        self.renewed: tuple[int, dict[int, CodeType]] = (0, {})
        """By identity of old code objects, those that take their places; with how many pairs of them are known."""
        self.guarded: set[int] = set()
        self.ran_first: list[tuple[tuple[float, ...], str]] = []
        """Statements that have run before their turn, with their places."""
        self.told_first: list[tuple[ModuleRecord, str, Node | None, str]] | None = []
        """What has been told of before code went live, and by whom; None since then."""
        self.bound_before: dict[ModuleRecord, tuple[tuple[int, int], Mapping[str, list[Node]]]] = {}
        """By name, the statements that bound it as the old source had it; with how many are known to be replaced."""
        self.preset: dict[tuple[int, str], Any] = {}
        """New names and members that are bound already, with what they hold until their statements run.
        The keys are of module records or classes (their identities) and names.
        """
        self.touched: set[int] = set()
        """Identities of the objects that stayed what they are but do other things."""
        self.fresh_members: dict[Node, dict[str, dict[str, Any]]] = {}
        """Values that bodies of classes made again, though their text is what it was: see `remaking.Hooks`."""
        self.holders: dict[int, list[Any]] = {}
        """By identity of classes that were made again, all that held them then besides their names."""
        self.departed: list[Departure] = []
        """What edited modules do not define any more and nobody else does yet."""
        self.unbound_values: list[Departure] = []
        """The same of what assignments had bound."""
        self.followed: int = 0
        """Of how many modules that the reload imported it is known what they define of that."""
        self.succeeded: list[tuple[types.FunctionType, types.FunctionType]] = []
        """Functions that have departed, with those that stand in their places."""
        self.superseded: list[type] = []
        """Classes in whose place others stand now."""
        self.took_over: set[int] = set()
        """Identities of those others."""
        self.other_inside: dict[int, Any] = {}
        """By identity, what classes have of themselves, such as members of enums, where it holds other things now."""
        self.class_changes: dict[int, changes.ClassChange] = {}
        self.annotated_otherwise: list[Node] = []
        """Assignments of which nothing but the annotation is another: what they have bound stays."""
        self.made_anew_for_bases: dict[int, changes.ClassChange] = {}
        """By identity, classes that stand in the place of those that CPython did not let have other bases."""
        self.enum_members_kept: dict[int, frozenset[str]] = {}
        """By identity of enums whose members alone are others, the names of those that stay."""
        self.anew: set[Node] = set()
        """Statements of classes that a library set up together, and of what keeps them: see `families`."""
        self.remade: list[changes.Remade] = []
        self.set_aside: list[tuple[type, dict[str, Any]]] = []
        """Classes with members that some other statement has made of their fields, and has to make anew."""
        self.touched_codes: set[int] = set()
        self.changed_names: dict[str, set[str]] = {}
        """By file, the globals that came out different."""
        self.changed_through: dict[Node, set[str]] = {}
        """Globals that statements changed through functions, as the old source had it."""
        self.bound_through: dict[Node, set[str]] = {}
        """The same of those that functions bound without reading them."""
        self.made: dict[Node, dict[str, Any]] = {}
        """What the last run of each statement that ran again had made, by name."""
        self.gone_values: dict[tuple[int, str], Any] = {}
        self.removed_names: list[tuple[ModuleRecord, str]] = []
        self.removed_nodes: dict[ModuleRecord, list[Node]] = defaultdict(list)
        self.left: list[ModuleRecord] = []
        """Modules whose files are gone and that nothing needs."""
        self.unimported: list[ModuleRecord] = []
        """Modules that stay, and that nobody imports any more."""
        self.let_go: dict[Node, None] = {}
        """Statements of modules that are left, or nobody imports any more: what they did to others is taken back."""
        self.woken: list[Node] = []
        """Those of modules that somebody imports again."""
        self.forsaken: list[Node] = []
        """Statements that do without modules whose files are gone."""
        self.replaced_nodes: dict[ModuleRecord, list[Node]] = {}
        """By edited module, the statements that are gone or have another text or place now."""
        self.unbound: list[tuple[Node, str]] = []
        """Statements with the names that they bound, and bind no more, before others that go on doing so."""
        self.relocated: list[ModuleRecord] = []
        """Modules that have other files now."""
        self.seeds: dict[ModuleRecord, list[tuple[Node, str]]] = {}
        """By module, the statements that were edited, and how."""
        self.seen_otherwise: list[tuple[ModuleRecord, str, ModuleRecord]] = []
        """Modules with names that others, which are imported meanwhile, have seen and see no more, or now."""
        self.read_in_order: set[tuple[Node, ModuleRecord]] = set()
        """Statements with the modules that they have read: these come before them."""
        self.withdrawn: list[tuple[Node, Place]] = []
        """Removed statements, and the registries that their entries were taken out of."""
        self.stood_in: list[ModuleRecord] | None = None
        """Modules that have put an object in their own place; None while that is not known."""
        self.ungrown: list[tuple[type, str]] = []
        """Lists, dicts and sets that classes hold, from which the entries of statements have gone."""
        self.taken: dict[Node, Taken] = {}
        """By the statements that are running, what they had put into registries, which is out of these meanwhile."""
        self.lost: list[tuple[Node, Target]] = []
        """Statements, and what they no longer set on objects that others made."""
        self.left_to: dict[Node, list[Target]] = {}
        """By new statements, the attributes that others set no more, and that functions which these run may set."""
        self.unset_now: set[tuple[int, str]] = set()
        """What statements set no more, by the identity of what holds it and name."""
        self.set_now: dict[tuple[int, str], Any] = {}
        """What statements of this reload have set, by the identity of what holds it and name."""
        self.set_from_outside: set[tuple[int, str]] = set()
        """Names of modules, by identity, whose values statements of other modules had set."""
        self.open_groups: dict[tuple[int, str], Group] = {}
        self.looked_up: set[tuple[int, str]] = set()
        """Names of modules, by identity, that a library may give again what they hold: only then it is built again."""
        self.made_anew: set[tuple[int, str]] = set()
        """Names, by the identity of their modules, whose values are emptied and filled again by all who build them."""
        self.keeps_rest: set[tuple[int, str]] = set()
        """Those of them that hold what nobody made again as well: each statement that builds them runs again."""
        self.for_readers: set[tuple[int, str]] = set()
        """Those of them that are filled again only for who reads them between those that build them."""
        self.emptied: dict[int, Emptied] = {}
        """What was emptied to be filled again, by identity."""
        self.filled_early: list[Emptied] = []
        """Those that hold again already what statements had put in that had run in this reload."""
        self.emptied_caches: dict[tuple[str, str], set[int]] = {}
        """By file and name of values that are built again: the caches, by identity, that were emptied as that began."""
        self.emptied_names: dict[str, set[str]] = defaultdict(set)
        """Their names, by file."""
        self.put_now: list[Any] = []
        """What bare calls that have run in this reload have put into registries."""
        self.made_now: dict[int, Any] = {}
        """By identity, containers that statements of this reload made: nothing in them is of an earlier run."""
        self.keepers: list[type] | None = None
        """Once asked for, the classes of what gives an attribute of an instance once, and puts it there."""
        self.looked_for_caches: set[ModuleRecord] = set()
        """Modules whose caches are known, until statements of theirs make others."""
        self.lent: dict[int, tuple[types.FunctionType, list[type]]] | None = None
        """Once asked for, the functions that many classes are given: see `lent`."""
        self.served: dict[tuple[int, int], Served] = {}
        """The caches of the user's functions, by the identity of what holds each and of its function."""
        self.filling: dict[tuple[int, str], list[Node]] = {}
        """The statements that fill by hand what a class holds, by the identity of the class and the name."""
        self.told_of: set[tuple[int, str]] = set()
        """Cached functions, by identity, and cached members, by that of their class, whose users were told already."""
        self.given_anew: set[tuple[ModuleRecord, str]] = set()
        """Names of modules that gave them on demand, had kept them, and are to be asked again."""
        self.asked: dict[ModuleRecord, list[str]] | None = None
        """Once asked for, by module that has a ``__getattr__`` the names that others have read of it."""
        self.globals_held: dict[int, list[tuple[Name, str | None]]] | None = None
        """Once asked for, by identity of containers the names of modules, and their attributes, that held them then."""
        self.found_empty: dict[int, Any] = {}
        """By identity, containers in which nothing was when statements that add to them came to run again."""
        self.named: dict[int, list[tuple[ModuleRecord, str]]] | None = None
        """Once asked for, by identity what globals held then: see `made_later`."""
        self.listed: set[int] | None = None
        """Once asked for, the identities of what containers held then that globals are or have."""
        self.unbegun: dict[tuple[str, str], list[tuple[ModuleRecord, str]]] | None = None
        """Once asked for, by file and qualified name of functions what holds generators of them that have not begun."""
        self.former: dict[tuple[int, str], Any] = {}
        """What names, by the identity of their modules, held before other objects took their places."""
        self.known: dict[str, reach.Known] = defaultdict(reach.Known)
        """What was learned of functions while nothing that they lead to has changed: by file, or of all ("")."""
        self.entered: dict[Node, list[tuple[Any, Place]]] = {}
        """By statements that may register with others now: the registries that hold their entries."""
        self.led_to: dict[frozenset[int], tuple[list[Any], dict[int, CodeType]]] = {}
        """The same by values alone, with all that hangs together with them, while the old code is live."""
        self.restores: dict[Node, list[tuple[dict[str, Any], str, Any]]] = {}
        self.finals: dict[tuple[int, str], Any] = {}
        """What names held that several statements bind, before the first of these ran again."""
        self.stale: set[int] = set()
        """What code is stale so far, by identity: see `remembering`."""
        self.stale_for: set[tuple[str, str]] = set()
        """The globals, with their files, and the members that this was told of."""
        self.scanning: dict[Node, list[ModuleRecord]] = defaultdict(list)
        """Statements that run what looks through all names of modules, with these."""
        self.full_run: set[str] = set()
        self.imports_ready = False
        self.edited: dict[ModuleRecord, bool] = {}
        """The edited modules, with whether they may bind their names in another order now."""
        self.disposed: set[int] = set()
        self.dropped: list[CodeType] = []
        """Code objects of the old source that have no successor."""
        self.gone_codes: dict[int, CodeType] = {}
        """Those of them that are known by their identities so far."""
        self.exchanged_codes: dict[int, CodeType] = {}
        """By identity, the code that other code is to stand in the place of, as far as it is known so far."""
        self.replaced_codes: dict[int, CodeType] | None = None
        """Once asked for, by identity of new code the code that it stands in the place of."""
        self.added: set[Node] = set()
        self.orders_before: dict[Node, float] = {}
        """The places, in the old source, of statements that have others now."""
        self.taken_over: dict[Node, dict[str, Statement]] = {}
        """By statement and name, what defined it before, where that was another statement of the module."""
        self.taken_from: dict[Node, list[Node]] = {}
        """By statement, those that defined before what it defines now."""
        self.orphans: set[ModuleRecord] = set()
        """Modules that no statement surely imports any more."""
        self.imported_early: dict[ModuleRecord, Node] = {}
        """By module, the statement that was seen to import it before the one that was the first."""
        self.calling_more: dict[Node, frozenset[str]] = {}
        """Statements that were edited, and call something new, with what they read newly: it may register."""
        self.kept_by: dict[Node, list[str]] = {}
        """By statements that are gone, names of the objects of libraries that kept what they had made."""
        self.counting_still: set[Node] = set()
        """Statements that are gone, and whose share of what they counted has yet to be taken off."""
        self.counted_by: dict[tuple[Node, bool], Any] = {}
        """What statements counted when they ran last, and what in this reload."""
        self.partly: set[Node] = set()
        """Statements of classes of which only a part ran when they ran last."""
        self.calls_known: dict[tuple[int, bool], Any] = {}
        """By the identity of statements and functions, and whether they are as before, these with the calls in them."""
        self.numbers_told: set[Any] = set()
        """Numbers that are counted otherwise, of which others were told."""
        self.numbers_reset: set[object] = set()
        """Numbers that were bound anew: all who count them do so from there."""
        self.iterators: dict[Any, Any] = {}
        """By where they stand, those that give numbers, for which others may stand meanwhile."""
        self.out_of_libraries: list[tuple[Node, Sequence[Addition], Set[str], Sequence[Any]]] = []
        """Statements that are gone, what they had put into libraries, by which words others there are found, and all
        that they had touched."""
        self.with_libraries_alone: set[Node] = set()
        """Statements that are gone, and had done no more than to put something into a library, which is out of it."""
        self.analyses: dict[bool, Any] = {}
        """What was found out of what statements do to objects, as code is now and as it was before."""
        self.mentioning_of_libraries: dict[frozenset[str], list[tuple[Node, bool]]] = {}
        """By words, who may do something to what they name in libraries, and whether by functions."""
        self.additions_told: dict[tuple[Node, bool], Sequence[Addition]] = {}
        """What statements have put into libraries that no reload saw do so, by functions as well or without these."""
        self.told_of_libraries: dict[Any, tuple[float, ...]] = {}
        """By what was done to a library, after which statement those were told that mention it."""
        self.functions_known: dict[tuple[ModuleRecord, str, bool], Any] = {}
        """By their module, their names, and whether it is as it was, functions as what calls of them run."""
        self.reaching_out: dict[tuple[int, int], bool] = {}
        """By the identities of functions and how deep these were looked into, whether they may reach out."""
        self.texts_known: dict[int, tuple[Statement, frozenset[str]]] = {}
        """By the identity of statements, these and their texts."""
        self.own_tokens: dict[tuple[Node, int], Set[object]] = {}
        """By statements and the identities of objects, what tells their entries in these."""
        self.known_of_names: dict[tuple[object, ModuleRecord, str], Set[Node]] = {}
        """Of globals, what functions have told of the statements that know them, at `known_at`."""
        self.known_at: object = None
        self.companies: dict[int, Any] = {}
        """By the identity of objects, the statements that do something to them."""
        self.told_apart: dict[Node, frozenset[str]] = {}
        """By statements that run again, the names of the containers in which something tells their entries."""
        self.own_entries_of: dict[Node, set[int]] = {}
        """By statements that are running, the identities of the containers out of which their entries are meanwhile."""
        self.taken_back: set[Node] = set()
        """Statements that are gone, with all that they had put into objects, which go on."""
        self.lost_all: set[Node] = set()
        """Statements that are gone, and whose entries nothing told, and those that define now what they did."""
        self.moved: set[Node] = set()
        """Statements that changed places with others that they depend on."""
        self.dispose_hooks: dict[int, CodeType] = {}
        """The code that ``__hmr_dispose__`` had; a function would be given the new code with all others."""
