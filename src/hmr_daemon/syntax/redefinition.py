"""What is known of a definition that runs again, and what of it is another: as plain values (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .diff import Change
from .statements import Statement

FUNCTION_HOOK = "<hmr-daemon: function hook>"
CLASS_HOOK = "<hmr-daemon: class hook>"
MEMBER_HOOK = "<hmr-daemon: member hook>"
METACLASS = "<hmr-daemon: metaclass>"
"""The keyword that hands the hook the class's own metaclass, in whose place it stands."""
QUALNAME = "<hmr-daemon: qualified name>"
"""The keyword that tells the hook which class it is."""


@dataclass(frozen=True, eq=False, repr=False)
class ClassEdit:
    """How a class statement differs from its predecessor, and so what of it has to run."""

    name: str
    qualname: str
    members: tuple[tuple[Statement, Change], ...]
    old_names: frozenset[str]
    """Names that the old body bound."""
    binds_unsaid: bool
    """Whether the old body, of which something runs or goes, may have bound names that its text does not tell."""
    new_names: frozenset[str]
    bases_changed: bool
    decorated: bool
    decorated_otherwise: bool
    """Whether its decorators are other ones, or may do something else than before."""
    slots_changed: bool
    annotations_changed: bool
    annotated_otherwise: bool
    """Whether what its annotations say is different, and not only what its annotated members are."""
    anew: bool
    """Whether the whole body runs, and who made something of the class is told of it as of a new one."""

    @property
    def running(self) -> frozenset[str]:
        """Names that members which run bind."""
        return frozenset(
            n for s, change in self.members if change not in (Change.SAME, Change.BODY) for n in s.effects.writes
        )


@dataclass(eq=False, repr=False)
class Request:
    """What is known about the statement that is to run."""

    old: Statement | None
    new: Statement
    old_text: str
    new_text: str
    changed_names: frozenset[str] = frozenset()
    """Names of the module that this reload has changed so far."""
    code_changed: bool = False
    """Whether code that the statement ran has changed."""
    inner: frozenset[str] = frozenset()
    """Qualified names of the classes that stand in these and were made by their bodies."""
    running: frozenset[str] | None = None
    """By which names the members may run it; None where that is not known."""
    taken_over: Mapping[str, Statement] = field(default_factory=dict)
    """By name, what defined it before, where that was another statement."""
    lines: frozenset[int] = frozenset()
    """First lines of functions that must be made again, whether or not their definitions changed."""
    in_place: frozenset[str] = frozenset()
    """Qualified names of the classes that can be changed in place."""
    anew: bool = False
    """Whether its classes are made anew, as the objects that they are."""
    counting: frozenset[tuple[str, ...]] = frozenset()
    """By what names its members call what counts numbers, by which they tell their order."""
    keeping: frozenset[str] = frozenset()
    """Qualified names of the classes whose whole body runs, and whose members stay where nothing of them changed."""
    classes: dict[str, ClassEdit] = field(default_factory=dict)
    """Filled: by qualified name, the classes that were turned into namespaces."""
    kept_defaults: dict[str, frozenset[str]] = field(default_factory=dict)
    """Filled: by qualified name of a function, the parameters whose default values stay."""


def mangled(name: str, class_name: str) -> str:
    """A private name as the compiler spells it inside a class."""
    if not name.startswith("__") or name.endswith("__") or "." in name or not class_name.strip("_"):
        return name
    return f"_{class_name.lstrip('_')}{name}"
