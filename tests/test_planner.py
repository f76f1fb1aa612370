"""What has to run again and in which order, decided over plain data: no module is imported."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from types import ModuleType
from unittest.mock import Mock

import pytest

from hmr_daemon.loading.notes import Load
from hmr_daemon.planning.graph import Graph
from hmr_daemon.planning.planner import Agenda
from hmr_daemon.planning.records import ModuleRecord, Node
from hmr_daemon.reloading.versions import Versions
from hmr_daemon.syntax import diff

Reads = dict[int, Iterable[str]]
"""Lines of a module to what they read: ``"module.name"``."""


class Drawing:
    """A graph of modules that have been loaded one after the other."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.agenda = Agenda(self.graph)

    def module(self, name: str, source: str, reads: Reads | None = None) -> ModuleRecord:
        source = textwrap.dedent(source)
        code = compile(source, f"{name}.py", "exec")
        load = Load(ModuleType(name), f"{name}.py", code, None)
        load.failed = False
        first: dict[int, int] = {}
        for index, (line, *_) in enumerate(code.co_positions()):
            first.setdefault(line or 0, index * 2)
        for line, names in (reads or {}).items():
            load.notes.raw_reads += [part for each in names for part in (first[line], *each.rsplit(".", 1))]
        (record,) = self.graph.absorb_all([load])
        record.edited = source.encode()
        return record

    def node(self, name: str, line: int) -> Node:
        return next(n for n in self.graph.analyze(self.graph.modules[name]) if n.statement.line == line)

    def readers(self, module: str, name: str, line: int | None = None) -> list[str]:
        origin = None if line is None else self.node(module, line)
        found = self.agenda.readers(self.graph.modules[module], name, origin)
        return sorted({f"{node} as {known}" for node, known in found})


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def test_the_statements_of_a_module_are_analyzed_when_asked_for(drawing: Drawing) -> None:
    record = drawing.module("m", "x = 1\n\ndef f(): return x\nclass C: pass\n")
    assert record.nodes is None
    assert [str(node) for node in drawing.graph.analyze(record)] == ["m:1 x", "m:3 f", "m:4 C"]
    assert [code.co_name for node in drawing.graph.analyze(record) for code in node.codes] == ["f", "C"]


def test_readers_in_the_module_itself(drawing: Drawing) -> None:
    drawing.module("m", "x = 1\ny = x\nx = 2\nz = x\n")
    assert drawing.readers("m", "x", 1) == ["m:2 y as x"]
    assert drawing.readers("m", "x", 3) == ["m:4 z as x"]
    assert drawing.readers("m", "x") == ["m:2 y as x", "m:4 z as x"]


def test_a_writer_that_may_not_run_hides_nothing(drawing: Drawing) -> None:
    drawing.module("m", "x = 1\nif y:\n    x = 2\nz = x\n")
    table = drawing.agenda.table(drawing.graph.modules["m"])
    assert table.reaching("x", drawing.node("m", 4)) == [drawing.node("m", 2), drawing.node("m", 1)]
    assert table.next_writer("x", drawing.node("m", 1), 1) is drawing.node("m", 2)
    assert table.last_writers("x") == [drawing.node("m", 2), drawing.node("m", 1)]


def test_readers_in_other_modules(drawing: Drawing) -> None:
    drawing.module("a", "x = 1\ny = 2\n")
    drawing.module("b", "from a import x\nimport a\nz = a.y\n", {1: ["a.x"], 3: ["a.y"]})
    drawing.module("c", "from a import x as known\n", {1: ["a.x"]})
    assert drawing.readers("a", "x", 1) == ["b:1 x as x", "c:1 known as known"]
    assert drawing.readers("a", "y", 2) == ["b:3 z as y"]


def test_each_statement_comes_once_and_in_the_order_of_the_first_run(drawing: Drawing) -> None:
    drawing.module("a", "x = 1\ny = 2\n")
    drawing.module("b", "z = 3\n")
    agenda = drawing.agenda
    for name, line in (("b", 1), ("a", 2), ("a", 1), ("a", 2)):
        agenda.add(drawing.node(name, line), "edited")
    order = []
    while (item := agenda.pop()) is not None:
        order.append(str(item[0]))
    assert order == ["a:1 x", "a:2 y", "b:1 z"]
    assert not agenda.add(drawing.node("a", 1), "again")


def test_what_is_no_longer_in_the_source_is_not_run(drawing: Drawing) -> None:
    drawing.module("a", "x = 1\n")
    node = drawing.node("a", 1)
    node.alive = False
    assert not drawing.agenda.add(node, "edited")
    assert drawing.agenda.pop() is None


def test_an_earlier_binding_that_is_needed_comes_along(drawing: Drawing) -> None:
    """`y` is to run again, and the name that it reads has been bound anew since."""
    drawing.module("m", "x = 1\ny = x\nx = 2\n")
    needed = list(drawing.agenda.needed_before(drawing.node("m", 2)))
    assert needed == [(drawing.node("m", 1), "x")]
    drawing.module("n", "x = 1\ny = x\n")
    assert list(drawing.agenda.needed_before(drawing.node("n", 2))) == []


def test_reasons_are_gathered(drawing: Drawing) -> None:
    drawing.module("m", "x = 1\n")
    node = drawing.node("m", 1)
    assert drawing.agenda.add(node, "first", "a")
    assert not drawing.agenda.add(node, "second", "b", code_changed=True)
    item = drawing.agenda.pop()
    assert item is not None
    assert (item[1].text, item[1].changed_names, item[1].code_changed) == ("first", {"a", "b"}, True)


def test_a_module_that_is_loaded_again_takes_the_place_of_the_first(drawing: Drawing) -> None:
    drawing.module("a", "x = 1\n")
    drawing.module("b", "import a\ny = a.x\n", {2: ["a.x"]})
    drawing.module("b", "import a\n\ny = a.x\n", {3: ["a.x"]})
    assert drawing.readers("a", "x") == ["b:3 y as x"]
    assert [record.name for record in drawing.graph.at_path("b.py")] == ["b"]


# ------------------------------------------------------------------------------------------------ versions


def test_what_was_compared_in_advance_is_used_while_it_holds(drawing: Drawing, monkeypatch: pytest.MonkeyPatch) -> None:
    record = drawing.module("m", "x = 1\ny = 2\n")
    versions, compare = Versions(drawing.graph), Mock(side_effect=diff.compare)
    monkeypatch.setattr(diff, "compare", compare)
    versions.prepare("m.py", b"x = 1\ny = 3\n")
    edit = versions.edit(record, b"x = 1\ny = 3\n", "m.py")
    assert [each.change.name for each in edit.edits] == ["SAME", "SHELL"]
    assert compare.call_count == 1
    versions.prepare("m.py", b"x = 1\ny = 3\n")
    assert [each.change.name for each in versions.edit(record, b"x = 5\ny = 2\n", "m.py").edits] == ["SHELL", "SAME"]
    assert compare.call_count == 3


def test_a_source_that_is_wrong_is_told_when_it_is_asked_for(drawing: Drawing) -> None:
    record = drawing.module("m", "x = 1\n")
    versions = Versions(drawing.graph)
    versions.prepare("m.py", b"x = (\n")
    with pytest.raises(SyntaxError):
        versions.edit(record, b"x = (\n", "m.py")
