"""What an edit moves to another module or renames: what holds the old goes on with the new, and values stay."""

from __future__ import annotations

import ast
import re
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import changes, functions, successors, values
from ..live.holders import (
    held_elsewhere,
    replace_arguments,
    replace_records,
    replace_references,
    searched_for,
    those_holding,
)
from ..live.kinds import is_a
from ..live.transaction import MISSING, put_member
from ..planning.records import ModuleRecord, Node
from ..syntax import codes, statements
from ..syntax.statements import Statement
from ..syntax.trees import shape
from .definitions import is_of
from .editing import Editing
from .run import IMMUTABLE, Departure

DEFINING = ("def", "class")
NAMED = (FunctionType, type, ModuleType)
MOST = 200
COMPREHENSIONS = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>"})
CONSTRUCTORS = frozenset({"__init__", "__new__"})


class Earlier:
    """What reloads have taken out and nothing has taken the place of, as long as anyone holds it: it may come back."""

    def __init__(self) -> None:
        self._departed: list[tuple[weakref.ref[FunctionType | type], Departure]] = []

    def recall(self) -> list[Departure]:
        held = [(value(), departure) for value, departure in self._departed]
        return [replace(departure, value=value) for value, departure in held if value is not None]

    def keep(self, departed: Sequence[Departure]) -> None:
        self._departed = [
            (weakref.ref(each.value), replace(each, value=None, earlier=True)) for each in departed[-MOST:]
        ]


def departures(run: Editing) -> Iterator[Departure]:
    """The functions and classes that edited modules do not define any more, and those of modules that are left."""
    for node, statement in _gone(run):
        if statement.kind in DEFINING and not _is_defined(run, node.module, statement):
            name, value = statement.names[0], node.module.namespace.get(statement.names[0])
            if not is_a(value, (FunctionType, type)):
                continue
            parsed = run.parsed_before.get(node.module, node.module.parsed)
            if parsed is not None and value.__qualname__ == name and is_of(value, node.module):
                yield Departure(node.module, statement, parsed.text, value)


def values_left(run: Editing) -> Iterator[Departure]:
    """What assignments had bound that edited modules do not have any more, and those of modules that are left."""
    for node, statement in _gone(run):
        if statement.kind == "assign" and len(statement.names) == 1 and not statement.alias:
            namespace, name = node.module.namespace, statement.names[0]
            if name in namespace and not _is_defined(run, node.module, statement):
                read = {each: namespace[each] for each in statement.effects.reads & namespace.keys()}
                yield Departure(node.module, statement, "", namespace[name], read=read)


def _gone(run: Editing) -> list[tuple[Node, Statement]]:
    gone = [(node, node.statement) for nodes in run.removed_nodes.values() for node in nodes]
    gone += [(node, previous.statement) for node, previous in run.previous.items()]
    return gone + [(node, node.statement) for record in run.left for node in record.nodes or ()]


def _is_defined(run: Editing, record: ModuleRecord, statement: Statement) -> bool:
    if any(statement is each for taken in run.taken_over.values() for each in taken.values()):
        return True
    nodes = record.nodes or () if record not in run.left else ()
    return any(node.statement.key == statement.key and node.statement.kind == statement.kind for node in nodes)


def follow(run: Editing, nodes: Iterable[Node]) -> None:
    """Let what departed go on as what statements that have just run define in its place."""
    pairs: list[tuple[Departure, Node]] = []
    for node in nodes:
        if node.statement.kind in DEFINING and _is_new(run, node):
            departure = _predecessor(run, node)
            if departure is not None:
                run.departed.remove(departure)
                pairs.append((departure, node))
    referrers = searched_for([_value(node) for _, node in pairs]) if pairs else []
    for departure, node in pairs:
        _go_on(run, departure, node, referrers)


def follow_values(run: Editing, nodes: Iterable[Node]) -> None:
    """Let what assignments had bound stay where others, by the same text and of the same, bind it elsewhere."""
    for node in nodes if run.unbound_values else ():
        here = node in run.added or node in run.previous or node.module in run.outcome.loaded
        binds = node.statement.kind == "assign" and len(node.statement.names) == 1 and not node.codes
        if binds and here and _is_new(run, node):
            found = [left for left in run.unbound_values if _is_bound_alike(run, left, node)]
            name = node.statement.names[0]
            if len(found) == 1 and name in node.module.namespace and not _is_built(run, node.module, name):
                _stay(run, found[0].value, node, name)


def _is_built(run: Editing, record: ModuleRecord, name: str) -> bool:
    """Whether other statements add to a value, or bind its name by functions."""
    table = run.agenda.table(record)
    bound = any(name in codes.global_writes(code) and run.graph.runners(code) for code in table.codes_naming(name))
    readers = [reader.statement for reader in table.readers.get(name, ())]
    read = any(each.kind in statements.COMPOUND or name in each.effects.decorates for each in readers)
    return bound or read or bool(table.mutators.get(name)) or any(run._adders(record, name))


def _is_bound_alike(run: Editing, left: Departure, node: Node) -> bool:
    """Whether an assignment binds in another module what one did that is gone, or under another name in its own."""
    old, new, namespace = left.statement, node.statement, node.module.namespace
    if left.record is node.module:
        if not _is_renamed(run, left, new):
            return False
    elif old.names != new.names or old.whole != new.whole:
        return False
    read = [(left.read.get(name, MISSING), namespace.get(name, MISSING)) for name in new.effects.reads]
    return all(_is_the_same(before, now, frozenset()) for before, now in read)


def _is_renamed(run: Editing, left: Departure, new: Statement) -> bool:
    """Whether all edited statements that mentioned a name have the same text with another one now; several do."""
    name = re.compile(rf"\b{re.escape(left.statement.names[0])}\b")
    if ast.dump(_value_of(left.statement)) != ast.dump(_value_of(new)):
        return False  # it tells its name: ``T = TypeVar("T")``
    using = [(node.module, statement.text) for node, statement in _gone(run) if name.search(statement.text)]
    renamed = [(record, name.sub(new.names[0], text)) for record, text in using]
    now = {(record, node.statement.text) for record, _ in renamed for node in record.nodes or ()}
    return len(using) > 1 and (left.record, new.text) in renamed and now.issuperset(renamed)


def _value_of(assignment: Statement) -> ast.AST:
    tree = assignment.parse()
    assert isinstance(tree, ast.Assign | ast.AnnAssign)
    return tree.value or tree


def _stay(run: Editing, old: Any, node: Node, name: str) -> None:
    """Let a value stay where a new one was bound, also for those who have been given that in the meantime."""
    shown = held_elsewhere(node.module.namespace, name)
    new = node.module.namespace[name]
    if new is old or is_a(old, NAMED) or is_a(new, NAMED):
        return
    run.transaction.set_item(node.module.namespace, name, old)
    if shown and not is_a(new, IMMUTABLE) and not _is_read(node, new):
        held_by = those_holding(searched_for([new]), new)
        replace_references(run.transaction, new, old, skip=(), held_by=held_by)
        replace_records(run.transaction, new, old, held_by, skip=())
        replace_arguments(run.transaction, new, old, held_by)


def _is_read(node: Node, value: object) -> bool:
    return any(node.module.namespace.get(name) is value for name in node.statement.effects.reads)


def _predecessor(run: Editing, node: Node) -> Departure | None:
    """The definition that a new one takes the place of: the only one that this edit took out, or the last before."""
    found = [departure for departure in run.departed if _succeeds(node, departure)]
    now = [departure for departure in found if not departure.earlier]
    if now:
        return now[0] if len(now) == 1 else None
    return found[-1] if found else None


def _value(node: Node) -> object:
    """What a definition has just bound."""
    return node.module.namespace.get(node.statement.names[0])


def _is_new(run: Editing, node: Node) -> bool:
    """Whether a statement has not defined anything of its name before."""
    previous = run.previous.get(node)
    if previous is None:
        return node in run.added or node.module not in run.edited
    return (previous.statement.kind, previous.statement.names) != (node.statement.kind, node.statement.names)


def _succeeds(node: Node, departure: Departure) -> bool:
    """Whether a definition is one that departed, in another module, or under another name with the same text.

    One that went by an earlier edit comes back under its name only, in its module whatever it is now.
    """
    old, new = departure.statement, node.statement
    if old.kind != new.kind:
        return False
    if old.names == new.names:
        elsewhere = node.module.name != departure.record.name
        return _alike(old, new) if elsewhere else departure.earlier
    return not departure.earlier and re.sub(rf"\b{re.escape(old.names[0])}\b", new.names[0], old.text) == new.text


def _alike(old: Statement, new: Statement) -> bool:
    """Whether two definitions of a name take the same parameters or bases, or have half of their lines in common."""
    if _head(old) == _head(new):
        return True
    before, after = ({line.strip() for line in s.text.split("\n")} for s in (old, new))
    return 2 * len(before & after) >= max(len(before), len(after))


def _head(definition: Statement) -> object:
    node = definition.parse()
    return shape([getattr(node, part) for part in ("args", "bases", "keywords") if hasattr(node, part)], True)


def _go_on(run: Editing, departure: Departure, node: Node, referrers: Sequence[object]) -> None:
    """Let the old class be the new one; a function, which has its module's globals for ever, is left for later."""
    old, new = departure.value, _value(node)
    if type(old) is FunctionType and type(new) is FunctionType:
        _hand_runners_over(run, [(old.__code__, new.__code__, _does_the_same(old, new))])
        run.succeeded.append((old, new))
    elif is_a(old, type) and is_a(new, type) and is_of(new, node.module):
        _keep_state(departure, node, new)
        methods = [(n, m, vars(new).get(n)) for n, m in list(vars(old).items()) if type(m) is FunctionType]
        moved = [(n, m, f, _does_the_same(m, f)) for n, m, f in methods if type(f) is FunctionType]
        codes_of = [(m.__code__, f.__code__, alike) for _, m, f, alike in moved]
        change = changes.change(old, new).without({name for name, _, _, alike in moved if alike})
        held_by = those_holding(referrers, new)
        adopted = successors.continue_as(run.transaction, old, new, run.outcome.notes, held_by)
        made_again = [(name, before, after) for name, before, after in methods if type(after) is FunctionType]
        stay = {name for name, before, _ in made_again if vars(adopted).get(name) is before}
        for name, before, after in made_again:  # what its decorator gives it is of no class
            if before.__module__ == departure.record.name and name not in stay:
                functions.forward(run.transaction, before, after)
        if node.statement.effects.calls:  # its decorators have registered the methods that it was made with
            _stand_for(run, new, [(now, was) for name, was, now in made_again if name in stay and now is not was])
        run.known.clear()
        if adopted is old:
            _hand_runners_over(run, codes_of)
            run.touched.add(id(old))
            run.class_changes[id(old)] = change
        else:
            run.superseded.append(old)


def _hand_runners_over(run: Editing, moved: Iterable[tuple[CodeType, CodeType, bool]]) -> None:
    """Who ran code that moves is told where it does something else now, and of what becomes of it there."""
    for before, after, alike in moved:
        for runner in () if alike else run.graph.runners(before):
            run.schedule(runner, f"ran {after.co_qualname}", code_changed=True)
        for pair in codes.align([before], [after]):
            run.transaction.on_undo(run.graph.code_moved(*pair))


def _does_the_same(old: FunctionType, new: FunctionType, met: frozenset[int] = frozenset()) -> bool:
    """Whether a function that moves is what it was: by its text, and by all that it uses of either module."""
    if codes.deep_surface(old.__code__) != codes.deep_surface(new.__code__) or vars(old).keys() != vars(new).keys():
        return False
    inner = [*codes.walk([new.__code__])]
    if not {code.co_name for code in inner[1:]} <= COMPREHENSIONS:
        return False  # a function that it has made, and that something keeps, uses the globals of its module
    names = frozenset().union(*map(codes.global_reads, inner))
    used = [(old.__globals__.get(name, MISSING), new.__globals__.get(name, MISSING)) for name in names]
    used += [(old.__defaults__, new.__defaults__), (old.__kwdefaults__, new.__kwdefaults__)]
    return all(_is_the_same(before, after, met | {id(new)}) for before, after in used)


def _is_the_same(old: Any, new: Any, met: frozenset[int]) -> bool:
    """Whether what a function uses is the same, or moves along with it."""
    if id(new) in met or values.same(old, new):
        return True
    if type(old) is FunctionType and type(new) is FunctionType:
        return old.__qualname__ == new.__qualname__ and _does_the_same(old, new, met)
    if not is_a(old, type) or not is_a(new, type) or old.__qualname__ != new.__qualname__:
        return False
    return changes.change(old, new).names.isdisjoint(CONSTRUCTORS)


def _stand_for(run: Editing, new: type, pairs: Sequence[tuple[FunctionType, FunctionType]]) -> None:
    """Let the methods that a class keeps stand wherever those are held that its new definition has made."""
    found = searched_for([after for after, _ in pairs]) if pairs else []
    for after, before in pairs:
        held_by = those_holding(found, after)
        replace_references(run.transaction, after, before, skip=(vars(new), pairs), held_by=held_by)
        replace_records(run.transaction, after, before, held_by, skip=(pairs,))


def _keep_state(departure: Departure, node: Node, new: type) -> None:
    """A container that the bodies of both classes make by the same text stays: the program may have filled it."""
    assert node.module.parsed is not None
    bodies = (
        statements.members(departure.statement, departure.text),
        statements.members(node.statement, node.module.parsed.text),
    )
    texts = {(member.names, member.text) for member in bodies[0] if member.kind == "assign"}
    for member in bodies[1]:
        for name in member.names if (member.names, member.text) in texts else ():
            held = vars(departure.value).get(name)
            if is_a(held, (list, dict, set)) and type(vars(new).get(name)) is type(held):
                put_member(new, name, held)


def hand_over(run: Editing) -> None:
    """Whoever holds a function that has departed has the new one, or calls it by the old."""
    referrers = searched_for([old for old, _ in run.succeeded]) if run.succeeded else []
    for old, new in run.succeeded:
        held_by = those_holding(referrers, old)
        replace_references(run.transaction, old, new, skip=(run.succeeded,), held_by=held_by)
        replace_records(run.transaction, old, new, held_by, skip=(run.succeeded,))
        if not old.__code__.co_freevars:
            functions.forward(run.transaction, old, new)
