"""What an edit brings and can be there before the code that uses it is: new modules, and what new statements make."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.util
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import cached_property
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType

from .._bootstrap import environment_reason
from ..planning.imports import imports
from ..planning.records import ModuleRecord, Node
from ..syntax import codes
from .scheduling import Scheduling


class Early:
    """What of an edit can be there early. The statements are asked about in their order, each before it is passed."""

    def __init__(self, run: Scheduling) -> None:
        self._run = run
        self._pending = Counter(name for seeds in run.seeds.values() for node, _ in seeds for name in node.writes)
        """The names that statements bind which have yet to run, each as often."""
        self._held_up: set[ModuleRecord] = set()
        """Modules in which something has yet to run that may do what later statements see."""

    def bring(self, node: Node) -> bool:
        """Import what a statement is to import of libraries. Whether it can run now, and import modules of the user.

        What fails is told by the statement itself, as it runs.
        """
        own = list[ModuleSpec]()
        for name in imports(node.module, node.statement):
            with contextlib.suppress(Exception):  # a library's code, or a finder's
                if name not in sys.modules and not _may_be_module(name):
                    own += [spec for spec in _specs(name) if spec.name not in sys.modules and _is_source(spec)]
                elif name not in sys.modules:
                    spec = importlib.util.find_spec(name)
                    if spec is not None and spec.origin is not None and environment_reason(spec.origin) is not None:
                        importlib.import_module(name)
                    elif spec is not None and _is_source(spec):
                        own.append(spec)
        with contextlib.suppress(Exception):  # their sources cannot be read
            comes_first = bool(own) and node.module not in self._held_up
            return comes_first and not any(_leads_to_edited(self._run, spec, set()) for spec in own)
        return False

    def is_independent(self, node: Node) -> bool:
        """Whether a new statement makes now what it makes in its turn, however long that takes.

        Nothing that it uses is edited, or bound by another statement that has yet to run, and it adds to nothing.
        """
        run, statement, effects = self._run, node.statement, node.statement.effects
        new = node in run.added and statement.kind in ("assign", "AnnAssign") and effects.calls and not node.codes
        if not new or effects.mutates or effects.sets or node.module in self._held_up or not self._only_adds:
            return False
        if any(name not in node.module.namespace and name not in vars(builtins) for name in effects.reads):
            return False
        ran = run.graph.called_by(node, statement)
        if any(id(code) in self._changed or codes.grown_names(code) or codes.global_writes(code) for code in ran):
            return False
        used = effects.reads.union(*(code.co_names for code in ran))
        return self._gone.isdisjoint(used) and all(self._pending[n] <= (n in node.writes) for n in used)

    def passed(self, node: Node) -> None:
        """A statement has had the chance to run."""
        effects = node.statement.effects
        does = effects.calls or effects.mutates or effects.sets
        if node in self._run.agenda.done:
            self._pending.subtract(node.writes)
        elif does and node.statement.kind not in ("import", "from", "def"):
            self._held_up.add(node.module)

    @cached_property
    def _changed(self) -> Mapping[int, CodeType]:
        """By identity, the code that does something else from now on."""
        return {id(old): old for old, _ in self._run.swap.pairs if id(old) not in self._run.swap.unchanged}

    @cached_property
    def _gone(self) -> Set[str]:
        return {name for nodes in self._run.removed_nodes.values() for node in nodes for name in node.writes}

    @cached_property
    def _only_adds(self) -> bool:
        """Whether an edit changes nothing that statements have made so far: it adds, and functions do other things."""
        run = self._run
        gone = run.left, run.let_go, run.forsaken, run.unbound, run.lost, run.withdrawn
        if any(gone) or run.woken or run.relocated:
            return False
        kinds = {node.statement.kind for seeds in run.seeds.values() for node, _ in seeds if node not in run.added}
        removed = [node.statement.effects for nodes in run.removed_nodes.values() for node in nodes]
        if not kinds <= {"import", "from"} or any(each.calls or each.mutates or each.sets for each in removed):
            return False
        return not any(run.may_run(runner) for old in self._changed.values() for runner in run.graph.runners(old))


def _may_be_module(name: str) -> bool:
    """Whether it is no name in a module, and what it lies in is there: looking for it imports nothing else."""
    package, _, last = name.rpartition(".")
    holder = sys.modules.get(package)
    return not package or (hasattr(holder, "__path__") and last not in vars(holder))


def _leads_to_edited(run: Scheduling, spec: ModuleSpec, met: set[str]) -> bool:
    """Whether the source of a module that is yet to be loaded imports what this reload changes, at any remove."""
    met.add(spec.name)
    edited = {record.name for record in run.edited}
    for name in _imported(spec):
        if name in run.graph.modules:
            if not edited.isdisjoint(run.agenda.made_of(name)):
                return True
        elif name not in sys.modules:
            new = [each for each in _specs(name) if each.name not in met and each.name not in sys.modules]
            if any(_is_source(each) and _leads_to_edited(run, each, met) for each in new):
                return True
    return False


def _imported(spec: ModuleSpec) -> Iterator[str]:
    """What the source of a module imports: modules, and perhaps names in them."""
    source: bytes = spec.loader.get_data(spec.origin)  # type: ignore[union-attr]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(name, spec.parent) if node.level else name
            yield from (base, *(f"{base}.{alias.name}" for alias in node.names))


def _specs(name: str) -> Iterator[ModuleSpec]:
    """The packages that a module lies in, and the module, without importing any of them."""
    parts, path = name.split("."), None
    for count in range(1, len(parts) + 1):
        spec = PathFinder.find_spec(".".join(parts[:count]), path)
        if spec is None:
            return
        yield spec
        path = spec.submodule_search_locations
        if path is None:
            return  # in no package, a name would be looked for as that of a module of its own


def _is_source(spec: ModuleSpec) -> bool:
    return spec.origin is not None and spec.origin.endswith(".py") and environment_reason(spec.origin) is None
