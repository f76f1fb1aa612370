"""Where statements stand in modules that have not been taken apart, told from the code that was loaded (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from types import CodeType

from ..syntax import codes
from ..syntax.statements import Statement
from .records import ModuleRecord, Node

WIDTH = 1e6  # more columns than a line has


@dataclass(frozen=True, slots=True)
class Place:
    """Stands for the statement that an instruction, at an offset of the module's code, belongs to."""

    module: ModuleRecord
    position: int

    @property
    def alive(self) -> bool:
        return True

    @property
    def order(self) -> float:
        """No less than of where the statement begins, and less than of the next: see `orders`."""
        known = self.module.orders
        if self.position not in known:  # who is asked for a second import is asked for the others, most often
            others = [position for position, *_ in codes.imports(self.module.code)] if known else []
            know_orders(self.module, [self.position, *others])
        return known[self.position]


Step = Node | Place


def orders(statements: tuple[Statement, ...]) -> Iterator[float]:
    """Numbers that rise along a module's statements, and with the places in them."""
    for statement, following in pairwise(statements):
        yield max(_order(following.line, following.column), _order(statement.line, statement.column)) - 0.5 / WIDTH
    if statements:
        yield statements[-1].end_line + 1.0


def same(one: Step | None, other: Step | None) -> bool:
    """Whether two are surely the same statement."""
    if isinstance(one, Place) and isinstance(other, Place):
        return one.module is other.module and one.order == other.order
    return one is other


def know_orders(record: ModuleRecord, positions: Iterable[int]) -> None:
    """Find the orders of many places at once."""
    orders = [_order(line, column) for line, _, column, _ in record.code.co_positions()]
    within = range(2 * len(orders))
    record.orders.update((each, orders[each // 2] if each in within else 1.0) for each in positions)


def _order(line: int | None, column: int | None) -> float:
    return (line or 1) + (column or 0) / WIDTH


Import = tuple[Place, int | None, str, tuple[str, ...]]
"""Its place, the level, the module and the names, as in `Statement.imported`."""


def imports(record: ModuleRecord) -> list[Import] | None:
    """What the module's statements import; None where its text has to be asked, for some do so on conditions."""
    found = codes.imports(record.code)
    columns = [column for _, _, column, _ in record.code.co_positions()]
    if any(columns[position // 2] != 0 for position, *_ in found) or _classes_import(record.code):
        return None
    return [(Place(record, position), level, module, names) for position, level, module, names in found]


def _classes_import(code: CodeType) -> bool:
    classes = filter(codes.is_class_body, codes.children(code))
    return any(codes.imports(each) or _classes_import(each) for each in classes)
