"""Numbers that statements count through functions: who runs again counts once, and who goes is counted no more."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

from ..live import insides
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.graph import Graph
from ..planning.records import SEES_CALLS, ModuleRecord, Name, Node
from ..syntax import codes, counters
from ..syntax.counters import Count
from ..syntax.statements import Statement
from ..syntax.stores import stores
from ..syntax.trees import name_of
from . import repeated
from .receivers import handed_first, has_method, receivers
from .registries import Place
from .telling import Telling


@dataclass(frozen=True, eq=False)
class Number:
    """Where a number stands, or an iterator that gives numbers: a global, or an attribute of what a global leads to."""

    holder: Any
    name: str
    known_as: Name
    """The global, or that which leads to the holder."""
    root: int | None = None
    """The identity of what that global holds; None where it is the number itself."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[int, str]:
        return id(self.holder), self.name

    @property
    def place(self) -> tuple[Name, str]:
        """Where it is found, whatever holds it."""
        return self.known_as, self.name

    def is_led_to(self, graph: Graph) -> bool:
        """Whether the global that led to the holder holds what it did."""
        module, name = self.known_as
        record = graph.modules.get(module)
        return self.root is None or (record is not None and self.root == id(record.namespace.get(name)))

    @property
    def held(self) -> Any:
        return insides.own_dict(self.holder).get(self.name, MISSING)

    @property
    def value(self) -> Any:
        """The number as it is now, that which an iterator gives next; MISSING where there is none."""
        held = self.held
        return held if type(held) is int else _count(held)[0]

    @property
    def step(self) -> int:
        return 1 if type(self.held) is int else int(_count(self.held)[1])


def _count(held: Any) -> tuple[Any, Any]:
    """What an `itertools.count` gives next, and its step, if these are whole numbers."""
    said = COUNT.fullmatch(repr(held)) if type(held) is itertools.count else None
    return (int(said[1]), int(said[2] or 1)) if said else (MISSING, 1)


COUNT = re.compile(r"count\((-?\d+)(?:, (-?\d+))?\)")


@contextmanager
def once(run: Telling, node: Node) -> Iterator[None]:
    """While a statement runs again, numbers are what they were when its turn came; what it counts, it counts once.

    Where the program has taken numbers as well, no one else's change; where that is not known, it takes the next.
    """
    before = Counter[Number]() if node in run.added else counted(run, node)
    numbers = [number for number in (*before, *_expected(run, node)) if number not in run.numbers_reset]
    set_otherwise = {store.name for code in run._ran_before(node) for store in stores(code)} if numbers else set[str]()
    numbers = [number for number in numbers if number.root is None or number.name not in set_otherwise]
    known = {number: number.value for number in numbers if not _is_new(run, number)}
    others = {number: _by_others(run, node, number) for number in known}
    gives = [number for number in known if _gives(run, node, number)]
    since = dict.fromkeys(known, 0) | {n: _by_program(run, n, before[n] + sum(others[n].values())) for n in gives}
    again = {number for number in known if since[number] is not None and (number in before or not since[number])}
    begun = {n: _begin(run, node, n, before[n], others[n]) - (since[n] or 0) if n in again else n.value for n in known}
    for number in known:
        run.transaction.guard(number.holder)
        _put(run, number, begun[number])
    yield
    new = _counted(run, node, run._ran_now(node))
    measured = {number: _measured(number, begun[number]) for number in known}
    for number, value in known.items():
        if not measured[number] and _left_out(run, node):
            measured[number] = before[number]
        more = measured[number] - (before[number] if number in again and number in before else 0)
        _let_be(run, node, number, value, more if since[number] == 0 else max(more, 0), told=since[number] == 0)
    if measured or node in run.graph.counted:
        run.transaction.set_item(run.graph.counted, node, {number.place: n for number, n in measured.items()})
    _tell_all(run, node, new.keys() - known.keys() - before.keys() - run.numbers_reset)


def _left_out(run: Telling, node: Node) -> bool:
    """Whether a part of a class has run that does not count, and what does is there still."""
    if node not in run.partly:
        return False
    return bool(counting_calls(run, node)) or not counting_calls(run, node, before=True)


def tell_newly_counted(run: Telling, node: Node) -> None:
    """A statement has run functions, and had run none before: who looks at the numbers that these count is told."""
    if node in run.graph.counted:
        run.transaction.delete_item(run.graph.counted, node)  # that was of a run before the last
    _tell_all(run, node, _counted(run, node, run._ran_now(node)))


def _tell_all(run: Telling, node: Node, numbers: Iterable[Number]) -> None:
    for number in numbers:
        _tell(run, node, number)


def tell_in_turn(run: Telling, node: Node) -> None:
    """A statement that counts has another place: who looks at its numbers is to see them as they are at its turn."""
    run.numbers_told |= counted(run, node).keys() if node.ran else set()


@contextmanager
def as_in_turn(run: Telling, node: Node) -> Iterator[None]:
    """While a statement looks at numbers that are counted otherwise, they are without what later ones have counted."""
    own = {*counted(run, node), *_expected(run, node)}  # these are so anyway: see `once`
    known = {*run.numbers_told, *_read_newly(run, node)}
    seen = [number for number in known if number not in own and _looks_at(run, node, number)]
    later = {number: sum(_counted_later(run, node, number)) for number in seen if number.value is not MISSING}
    whole = {number: (number.value, amount) for number, amount in later.items() if amount}
    for number, (value, amount) in whole.items():
        _put(run, number, value - amount)
    yield
    for number, (value, amount) in whole.items():
        if number.value is not MISSING:
            _put(run, number, value if number.value == value - amount else number.value + amount)


def _read_newly(run: Telling, node: Node) -> Iterator[Number]:
    """The numbers that a new or edited statement may look at, and that statements below may have counted."""
    record, effects = node.module, node.statement.effects
    if node not in run.added and node not in run.previous:
        return
    for name in effects.reads & record.namespace.keys():
        held = record.namespace[name]
        if type(held) is int:
            yield Number(record.module, name, (record.name, name))
        for attribute in effects.attributes if is_a(held, type) and held.__module__ in run.graph.modules else ():
            if type(vars(held).get(attribute)) is int:
                yield Number(held, attribute, (held.__module__, held.__qualname__), id(held))


def _looks_at(run: Telling, node: Node, number: Number) -> bool:
    """Whether a statement looks at a number, itself or by functions of its module."""
    effects = node.statement.effects
    if number.root is not None:
        return number.name in effects.attributes
    table = run.agenda.table(run.graph.modules[number.known_as[0]])
    return number.name in effects.reads or table.reads_by_functions(node, number.name)


def _counted_later(run: Telling, node: Node, number: Number) -> Iterator[int]:
    """What each of the statements below has counted."""
    table = run.agenda.table(run.graph.modules[number.known_as[0]])
    versions = [*((code, code) for code in table.codes_naming(number.name)), *run.swap.pairs]
    counting = [now for old, now in versions if any(count.name == number.name for count in counters.counts(old))]
    for runner in {runner for code in counting for runner in run.graph.runners(code)}:
        if runner is not node and run.graph.comes_after(runner, node):
            yield _counted_by(run, runner)[number]


def _is_new(run: Telling, number: Number) -> bool:
    """Whether a number, or the object that has it, was made in this reload: who counts it runs again, and none has."""
    module, name = number.known_as
    change = run.class_changes.get(id(number.holder))
    if change is not None and number.name in change.names:
        return True
    if is_a(number.holder, ModuleType) or number.root is None or module not in run.graph.modules:
        return False
    origins = [(run.graph.modules[m], n) for m, n in run._with_origins([(module, name)]) if m in run.graph.modules]
    makers = [m for record, n in origins for m in _makers(run, record, n, of_class=is_a(number.holder, type))]
    return any(maker in run.agenda.done and maker.statement.kind == "assign" for maker in makers)


def withdraw(run: Telling, nodes: Sequence[Node]) -> None:
    """Statements are no more: what they counted is not counted."""
    run.counting_still.update(nodes)
    for node in nodes:
        for number, amount in counted(run, node).items():
            by_statements = amount + sum(_by_others(run, node, number).values())
            if not _gives(run, node, number) or _by_program(run, number, by_statements) == 0:
                _let_be(run, node, number, number.value, -amount)
        run.counting_still.discard(node)


def _begin(run: Telling, node: Node, number: Number, own: int, others: Mapping[Node, int]) -> int:
    """What a number would be when a statement's turn comes, had it not run yet and none after it."""
    later = sum(amount for each, amount in others.items() if run.graph.comes_after(each, node))
    return int(number.value) - own - later


def _gives(run: Telling, node: Node, number: Number) -> bool:
    """Whether functions that a statement runs make something of a number, rather than only count it."""
    newly = _to_be_run(run, node) if node in run.added or node in run.calling_more else ()
    ran = [*run._ran_before(node), *newly]
    return number.name in frozenset().union(*map(counters.seen, ran), counters.seen_attributes(ran))


def _by_program(run: Telling, number: Number, by_statements: int) -> int | None:
    """How far the program itself has counted a number; None where its start is not known."""
    start = _start(run, number)
    return None if start is None else int(number.value) - start - by_statements


def _by_others(run: Telling, node: Node, number: Number) -> dict[Node, int]:
    """What each of the other statements that count a number has counted."""
    return {each: amount for each in _counting(run, node, number) if (amount := _counted_by(run, each)[number])}


def _counting(run: Telling, node: Node, number: Number) -> Set[Node]:
    """The other statements that ran what counts a number, or did before they went."""
    ran = [*run._ran_before(node), *_to_be_run(run, node)]
    counting = [code for code in ran if any(count.name == number.name for count in counters.counts(code))]
    found = {runner for code in counting for runner in run.graph.runners(code)}
    return (found | run.counting_still) - {node}


def _start(run: Telling, number: Number) -> int | None:
    """Where a number starts, as far as a text tells: that of its module, of its class, or of what makes its object."""
    module, _ = number.known_as
    holder = number.holder
    cls = holder if is_a(holder, (type, ModuleType)) else type(holder)
    name = number.name if is_a(holder, ModuleType) else cls.__qualname__.partition(".")[0]
    record = run.graph.modules.get(module if is_a(holder, ModuleType) else cls.__module__)
    makers = _makers(run, record, name, of_class=not is_a(holder, ModuleType)) if record is not None else []
    trees = [maker.statement.parse() for maker in makers[:1]]
    for part in [each for tree in trees for each in _parts(tree, is_a(holder, (type, ModuleType)))]:
        for target, value in _bindings(part):
            if number.name == name_of(target):
                return _start_of(value)
    return None


def _makers(run: Telling, record: ModuleRecord, name: str, of_class: bool) -> Sequence[Node]:
    """The last statement that binds a name; that of a class, wherever it is bound again: ``K = traced(K)``."""
    table = run.agenda.table(record)
    defining = [node for node in table.writers.get(name, ()) if of_class and node.statement.kind == "class"]
    return defining[-1:] or table.last_writers(name)


def _parts(tree: ast.stmt, itself: bool) -> list[ast.stmt]:
    """The statements that bind a global, a member of a class, or what its constructor gives an instance."""
    if not isinstance(tree, ast.ClassDef):
        return [tree]
    made = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    return tree.body if itself else [part for each in made for part in each.body]


def _bindings(statement: ast.stmt) -> Iterator[tuple[ast.expr, Any]]:
    """What a statement binds, with the expression of each."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    value = getattr(statement, "value", None)
    for target in targets:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            yield from zip(target.elts, value.elts, strict=True)
        elif target is not None:
            yield target, value


def _start_of(value: Any) -> int | None:
    """``0``, ``itertools.count()``, ``count(5)``."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "count":
        given = [*value.args, *(each.value for each in value.keywords if each.arg == "start")]
        value = given[0] if given else ast.Constant(0)
    return value.value if isinstance(value, ast.Constant) and type(value.value) is int else None


def carry_over(run: Telling, node: Node, name: str, old: Any) -> None:
    """A statement has bound a number anew that functions count: what was counted so far goes on, where that is told.

    Else all who counted it do so again.
    """
    new, record = node.module.namespace.get(name), node.module
    number = Number(record.module, name, (record.name, name))
    if name not in node.statement.effects.writes or new is old or number.value is MISSING or old is MISSING:
        return
    if type(new) is itertools.count:  # who takes from it is told of another
        run.numbers_reset.add(number)
    elif type(old) is int and _was_counted(run, record, name):
        if _is_counted(run, record, name):
            _carry_over(run, node, number, old)
        else:
            run.numbers_reset.add(number)  # what had counted it makes something else of it now


def _carry_over(run: Telling, node: Node, number: Number, old: int) -> None:
    record, name = node.module, number.name
    otherwise = (*run.changed_through.values(), *run.agenda.table(record).by_functions.values())
    literals = [_literal(statement) for statement in (run._statement_before(node), node.statement)]
    if any(name in names for names in otherwise):  # these are all on the agenda, and so is who counts
        run.numbers_reset.add(number)
    elif all(type(literal) is int for literal in literals):
        run.transaction.set_item(record.namespace, name, number.value + old - literals[0])
    else:
        run.numbers_reset.add(number)
        for code in run.agenda.table(record).codes_naming(name):
            for runner in run.graph.runners(code) if name in counters.counted(code) else ():
                run.schedule(runner, f"counts {name}")


def _is_counted(run: Telling, record: ModuleRecord, name: str) -> bool:
    return any(name in counters.counted(code) for code in run.agenda.table(record).codes_naming(name))


def _was_counted(run: Telling, record: ModuleRecord, name: str) -> bool:
    """The same before this reload."""
    was = run.replaced_by()
    new = {id(code) for node in run.added if node.module is record for code in codes.walk(node.codes)}
    here = [code for code in run.agenda.table(record).codes_naming(name) if id(code) not in new]
    naming = [was.get(id(code), code) for code in here]
    replaced = [*naming, *(old for old, _ in run.swap.pairs), *run.dropped]
    return any(code.co_filename == record.path and name in counters.counted(code) for code in replaced)


def _literal(statement: Statement) -> Any:
    tree = statement.parse() if statement.kind == "assign" else None
    value = tree.value if isinstance(tree, ast.Assign | ast.AnnAssign) else None
    return value.value if isinstance(value, ast.Constant) else None


def counted(run: Telling, node: Node) -> Counter[Number]:
    """What a statement's last run counted, by functions as they were then."""
    found = _counted(run, node, run._ran_then(node), before=True)
    return _as_measured(run, node, found)


def _as_measured(run: Telling, node: Node, found: Counter[Number]) -> Counter[Number]:
    """With what a reload has seen a statement count."""
    measured = run.graph.counted.get(node, {})
    found.update({number: measured[number.place] - found[number] for number in found if number.place in measured})
    return found


def _measured(number: Number, begun: int) -> int:
    """How far a number has been counted."""
    value = number.value
    return 0 if value is MISSING else int(value) - begun


def _counted_by(run: Telling, node: Node) -> Counter[Number]:
    """What another statement has counted: in this reload, if it has run in it.

    It is asked of each by each, and so noted: it stays as it is until the statement runs, or a holder is another.
    """
    done = node in run.agenda.done
    known = run.counted_by.get((node, done))
    if known is None or not all(number.is_led_to(run.graph) for number in known):
        known = _as_measured(run, node, _counted(run, node, run._ran_now(node))) if done else counted(run, node)
        if node not in run.taken:  # it runs now, and may have something before it
            run.counted_by[node, done] = known
    return known


def _counted(run: Telling, node: Node, ran: Iterable[CodeType], before: bool = False) -> Counter[Number]:
    """What a statement counts as it runs some code, each as often as its text calls that."""
    found, ran = Counter[Number](), list(ran)
    seen = node.statement.effects.reads | node.statement.effects.attributes
    for code in ran:
        counts = counters.counts(code)
        times = repeated.times(run, node, code, before) if counts else 1
        for count in counts:
            if not SEES_CALLS and count.name in seen:
                continue  # it was only guessed that the statement ran the code: it looks at the number
            for number in _numbers(run, node, code, count, ran, before):
                found[number] += times * count.amount * number.step
    return found


def counting_calls(run: Telling, node: Node, before: bool = False) -> frozenset[tuple[str, ...]]:
    """By what names the body of a class calls what counts numbers: its members tell their order by these."""
    statement = run._statement_before(node) if before else node.statement
    calls = statement.effects.calls or statement.effects.decorates
    if statement.kind != "class" or not calls or not any(map(counters.counts, run._ran_before(node))):
        return frozenset()
    made = repeated.calls(run, node, statement, before)
    return frozenset(call.path for call in made if any(map(counters.counts, call.ran.values())))


def _expected(run: Telling, node: Node) -> Collection[Number]:
    """What a statement may count that did not run these functions before, or not as they are now."""
    if node in run.added or node in run.calling_more:
        return _counted(run, node, _to_be_run(run, node)).keys()
    was, ran = run.replaced_by(), [*run._ran_before(node)]
    return _counted(run, node, ran).keys() if any(id(code) in was for code in ran) else ()


def _to_be_run(run: Telling, node: Node) -> Iterable[CodeType]:
    return run.graph.called_by(node, node.statement, run.known[""])


def _numbers(
    run: Telling, node: Node, code: CodeType, count: Count, ran: Sequence[CodeType], before: bool
) -> Iterator[Number]:
    if count.root == "":
        now = run.exchanged_for(code)
        held = receivers(run, node, ran, before)
        given = [(r, name) for r, name in held if has_method(r.namespace[name], now, count.closed_over)]
        found = [*given, *handed_first(node, now)]
    else:
        records = run.graph.at_path(code.co_filename)
        found = [(record, count.root or count.name) for record in records]
    for record, name in found:
        value = record.module if count.root is None else record.namespace.get(name)
        kinds = value.__mro__ if is_a(value, type) else (value, *type(value).__mro__)
        holder = next((each for each in kinds if count.name in insides.own_dict(each)), None)
        number = Number(holder, count.name, (record.name, name), None if count.root is None else id(value))
        if holder is not None and number.value is not MISSING and (type(number.held) is int) is not count.taken:
            yield number


def _let_be(run: Telling, node: Node, number: Number, value: int, more: int, told: bool = True) -> None:
    """Let a number be what it was, and what is counted more since."""
    if number.value != value + more:
        _put(run, number, value + more)
    if number in run.iterators and number.held is not run.iterators[number]:
        _hand_on(run, number)
    if more and told:
        _tell(run, node, number)


def _hand_on(run: Telling, number: Number) -> None:
    """Who has taken an iterator by name takes from the one that stands in its place."""
    module, name = number.known_as
    for record, alias in run.aliases(run.graph.modules[module], name) if is_a(number.holder, ModuleType) else ():
        if record.namespace.get(alias) is run.iterators[number]:
            run.transaction.set_item(record.namespace, alias, number.held)
    run.iterators[number] = number.held


def _put(run: Telling, number: Number, value: int) -> None:
    """Let a number be another; what gives numbers is put aside for one like it, or comes back."""
    new: Any = value if type(number.held) is int else _iterator(run, number, value)
    run.transaction.set_own(number.holder, number.name, new)


def _iterator(run: Telling, number: Number, value: int) -> Any:
    """An iterator that gives a number next: the very one that was there, where it does."""
    original = run.iterators.setdefault(number, number.held)
    while number.step > 0 and _count(original)[0] < value:
        next(original)  # what a new statement has taken more
    return original if _count(original)[0] == value else itertools.count(value, number.step)


def _tell(run: Telling, node: Node, number: Number) -> None:
    module, name = number.known_as
    run.numbers_told.add(number)
    if is_a(number.holder, ModuleType):
        record, reason = run.graph.modules[module], f"{module}.{name} is counted otherwise"
        run._tell(record, name, node, reason)
        for reader in run.agenda.table(record).readers_after(name, node) if node.module is record else ():
            run.schedule(reader, reason, name)
        for reader in list(run.agenda.function_readers(record, name, None)):
            if run.graph.comes_after(reader, node):
                run.schedule(reader, reason, name, code_changed=True)
    else:
        run._tell_entries(node, Place((number.known_as,), number.name), rebound=True)
