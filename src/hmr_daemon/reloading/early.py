"""What an edit brings and can be there before the code that uses it is: new modules, and what new statements make."""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder

from .._bootstrap import environment_reason
from ..planning.imports import imports
from ..planning.records import Node
from ..syntax import codes
from .scheduling import Scheduling


def bring(run: Scheduling, node: Node) -> bool:
    """Import what a statement is to import of libraries. Whether it can run now, and import modules of the user.

    What fails is told by the statement itself, as it runs.
    """
    own = list[ModuleSpec]()
    for name in imports(node.module, node.statement):
        if name not in sys.modules and _may_be_module(name):
            with contextlib.suppress(Exception):  # a library's code, or a finder's
                spec = importlib.util.find_spec(name)
                if spec is not None and spec.origin is not None and environment_reason(spec.origin) is not None:
                    importlib.import_module(name)
                elif spec is not None and _is_source(spec):
                    own.append(spec)
    with contextlib.suppress(Exception):  # their sources cannot be read
        return bool(own) and _comes_first(run, node) and not any(_leads_to_edited(run, spec, set()) for spec in own)
    return False


def is_independent(run: Scheduling, node: Node) -> bool:
    """Whether a new statement makes now what it makes in its turn, however long that takes.

    Nothing that it uses is edited, or bound by another statement that has yet to run, and it adds to nothing.
    """
    statement, effects, namespace = node.statement, node.statement.effects, node.module.namespace
    new = node in run.added and statement.kind in ("assign", "AnnAssign") and effects.calls and not node.codes
    if not new or effects.mutates or effects.sets or not _comes_first(run, node) or not _only_adds(run):
        return False
    if any(name not in namespace and name not in vars(builtins) for name in effects.reads):
        return False
    ran = run.graph.called_by(node, statement)
    changed = {id(old) for old, _ in run.swap.pairs if id(old) not in run.swap.unchanged}
    if any(id(code) in changed or codes.grown_names(code) or codes.global_writes(code) for code in ran):
        return False
    pending = {name for each in _yet_to_run(run) if each is not node for name in each.writes}
    gone = {name for nodes in run.removed_nodes.values() for each in nodes for name in each.writes}
    return (pending | gone).isdisjoint(effects.reads.union(*(code.co_names for code in ran)))


def _yet_to_run(run: Scheduling) -> list[Node]:
    return [node for seeds in run.seeds.values() for node, _ in seeds if node not in run.agenda.done]


def _only_adds(run: Scheduling) -> bool:
    """Whether an edit changes nothing that statements have made so far: it adds, and functions do other things."""
    if run.left or run.relocated or run.forsaken or run.unbound or run.lost or run.withdrawn:
        return False
    kinds = {node.statement.kind for node in _yet_to_run(run) if node not in run.added}
    removed = [node.statement.effects for nodes in run.removed_nodes.values() for node in nodes]
    if not kinds <= {"import", "from"} or any(each.calls or each.mutates or each.sets for each in removed):
        return False
    changed = [old for old, _ in run.swap.pairs if id(old) not in run.swap.unchanged]
    return not any(run.may_run(runner) for old in changed for runner in run.graph.runners(old))


def _may_be_module(name: str) -> bool:
    """Whether it is no name in a module, and what it lies in is there: looking for it imports nothing else."""
    package, _, last = name.rpartition(".")
    holder = sys.modules.get(package)
    return not package or (hasattr(holder, "__path__") and last not in vars(holder))


def _comes_first(run: Scheduling, node: Node) -> bool:
    """Whether nothing that is to run before it may do something that a module sees as it is imported."""
    seeds = [each for each in _yet_to_run(run) if each.module is node.module and each.order < node.order]
    effects = [each.statement.effects for each in seeds if each.statement.kind not in ("import", "from", "def")]
    return not any(each.calls or each.mutates or each.sets for each in effects)


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


def _is_source(spec: ModuleSpec) -> bool:
    return spec.origin is not None and spec.origin.endswith(".py") and environment_reason(spec.origin) is None
