"""Numbers that statements count through functions: who runs again counts once, and who goes is counted no more."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType, ModuleType
from typing import Any

from ..live import insides
from ..live.kinds import is_a
from ..live.transaction import MISSING
from ..planning.records import SEES_CALLS, ModuleRecord, Name, Node
from ..syntax import codes, counters
from ..syntax.counters import Count
from ..syntax.statements import Statement
from .registries import Place
from .telling import Telling


@dataclass(frozen=True, eq=False)
class Number:
    """Where a number stands, or an iterator that gives numbers: a global, or an attribute of what a global leads to."""

    holder: Any
    name: str
    known_as: Name
    """The global, or that which leads to the holder."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def key(self) -> tuple[int, str]:
        return id(self.holder), self.name

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
    """While a statement runs again, numbers are what they were when its turn came; what it counts, it counts once."""
    before = Counter[Number]() if node in run.added else counted(run, node)
    known = {number: number.value for number in (*before, *_expected(run, node)) if number not in run.numbers_reset}
    begun = {number: value - _counted_from(run, node, number, before) for number, value in known.items()}
    for number in known:
        run.transaction.guard(number.holder)
        _put(run, number, begun[number])
    yield
    new = _counted(run, node, run._ran_now(node)) if before else before
    for number, value in known.items():
        more = new[number] - before[number] if number in before else number.value - begun[number]
        _let_be(run, node, number, value, more)


def _counted_from(run: Telling, node: Node, number: Number, own: Counter[Number]) -> int:
    """What a statement and those after it had counted of a number."""
    ran = [*run._ran_before(node), *run.graph.called_by(node, node.statement, run.known[""])]
    counting = [code for code in ran if any(count.name == number.name for count in counters.counts(code))]
    others = {runner for code in counting for runner in run.graph.runners(code)} - {node}
    return own[number] + sum(counted(run, each)[number] for each in others if run.graph.comes_after(each, node))


def withdraw(run: Telling, node: Node) -> None:
    """A statement is no more: what it counted is not counted."""
    for number, amount in counted(run, node).items():
        _let_be(run, node, number, number.value, -amount)


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
    elif type(old) is int and _is_counted(run, record, name):
        _carry_over(run, node, number, old)


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


def _literal(statement: Statement) -> Any:
    tree = statement.parse() if statement.kind == "assign" else None
    value = tree.value if isinstance(tree, ast.Assign | ast.AnnAssign) else None
    return value.value if isinstance(value, ast.Constant) else None


def counted(run: Telling, node: Node) -> Counter[Number]:
    """What a statement's last run counted, by functions as they were then."""
    was = run.replaced_by()
    return _counted(run, node, (was.get(id(code), code) for code in run._ran_before(node)))


def _counted(run: Telling, node: Node, ran: Iterable[CodeType]) -> Counter[Number]:
    found, ran = Counter[Number](), list(ran)
    seen = node.statement.effects.reads | node.statement.effects.attributes
    for code in ran:
        for count in counters.counts(code):
            if not SEES_CALLS and count.name in seen:
                continue  # it was only guessed that the statement ran the code: it looks at the number
            for number in _numbers(run, node, code, count, ran):
                found[number] += count.amount * number.step
    return found


def _expected(run: Telling, node: Node) -> Collection[Number]:
    """What a statement may count that did not run these functions before."""
    if node not in run.added and node not in run.calling_more:
        return ()
    return _counted(run, node, run.graph.called_by(node, node.statement, run.known[""])).keys()


def _numbers(run: Telling, node: Node, code: CodeType, count: Count, ran: Sequence[CodeType]) -> Iterator[Number]:
    if count.root == "":
        found = [
            (record, name) for record, name in _objects(run, node, ran) if _has_method(record.namespace[name], code)
        ]
    else:
        records = run.graph.at_path(code.co_filename)
        found = [(record, count.root or count.name) for record in records]
    for record, name in found:
        value = record.module if count.root is None else record.namespace.get(name)
        kinds = value.__mro__ if is_a(value, type) else (value, *type(value).__mro__)
        holder = next((each for each in kinds if count.name in insides.own_dict(each)), None)
        number = Number(holder, count.name, (record.name, name))
        if holder is not None and number.value is not MISSING and (type(number.held) is int) is not count.taken:
            yield number


def _has_method(value: Any, code: CodeType) -> bool:
    kinds = value.__mro__ if is_a(value, type) else type(value).__mro__
    return any(_code_of(member) is code for kind in kinds for member in vars(kind).values())


def _objects(run: Telling, node: Node, ran: Sequence[CodeType]) -> Iterator[tuple[ModuleRecord, str]]:
    """The globals that hold what a statement, or a function that it ran, may call a method of; each object once."""
    found: dict[int, tuple[ModuleRecord, str]] = {}
    effects, namespace = node.statement.effects, node.module.namespace
    for name in sorted(effects.reads & namespace.keys()):
        value = namespace[name]
        record = run.graph.record_of(value) if is_a(value, ModuleType) else None
        if record is None:
            found.setdefault(id(value), (node.module, name))
        else:
            for attribute in sorted(effects.attributes & record.namespace.keys()):
                found.setdefault(id(record.namespace[attribute]), (record, attribute))
    for code in ran:
        for record in run.graph.at_path(code.co_filename):
            for name in sorted(codes.global_reads(code) & record.namespace.keys()):
                found.setdefault(id(record.namespace[name]), (record, name))
    yield from found.values()


def _code_of(member: Any) -> CodeType | None:
    function = member.__func__ if type(member) in (classmethod, staticmethod) else member
    return function.__code__ if type(function) is FunctionType else None


def _let_be(run: Telling, node: Node, number: Number, value: int, more: int) -> None:
    """Let a number be what it was, and what is counted more since."""
    if number.value != value + more:
        _put(run, number, value + more)
    if number in run.iterators and number.held is not run.iterators[number]:
        _hand_on(run, number)
    if more:
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
    holder, held = number.holder, number.held
    new: Any = value if type(held) is int else _iterator(run, number, value)
    if is_a(holder, type):
        run.transaction.set_member(holder, number.name, new)
    else:
        run.transaction.set_item(vars(holder), number.name, new)


def _iterator(run: Telling, number: Number, value: int) -> Any:
    """An iterator that gives a number next: the very one that was there, where it does."""
    original = run.iterators.setdefault(number, number.held)
    while number.step > 0 and _count(original)[0] < value:
        next(original)  # what a new statement has taken more
    return original if _count(original)[0] == value else itertools.count(value, number.step)


def _tell(run: Telling, node: Node, number: Number) -> None:
    module, name = number.known_as
    if is_a(number.holder, ModuleType):
        run._tell(run.graph.modules[module], name, node, f"{module}.{name} is counted otherwise")
    else:
        run._tell_entries(node, Place((number.known_as,), number.name), rebound=True)
