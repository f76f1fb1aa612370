"""Source to statements: what each is called, reads, writes and adds to."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import dis
import enum
import inspect
import textwrap
import typing
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hmr_daemon.syntax import codes, parsing
from hmr_daemon.syntax.effects import Effects
from hmr_daemon.syntax.parsing import Parsed
from hmr_daemon.syntax.statements import Statement


def parse(source: str) -> Parsed:
    return parsing.parse(textwrap.dedent(source).encode())


def only(source: str) -> Statement:
    (statement,) = parse(source).statements
    return statement


def effects(source: str) -> Effects:
    return only(source).effects


# --- what a statement is -------------------------------------------------------------------------------------

SHAPES = {
    "def f(): pass": ("def", ("f",)),
    "async def f(): pass": ("def", ("f",)),
    "@d\ndef f(): pass": ("def", ("f",)),
    "class C: pass": ("class", ("C",)),
    "a = 1": ("assign", ("a",)),
    "a = b = 1": ("assign", ("a", "b")),
    "a, (b, *c) = x": ("assign", ("a", "b", "c")),
    "a.b = 1": ("assign", ("a.b",)),
    "a[0] = 1": ("assign", ("a[0]",)),
    "a: int = 1": ("assign", ("a",)),
    "a += 1": ("AugAssign", ("a",)),
    "import a": ("import", ("a",)),
    "import a.b.c": ("import", ("a",)),
    "import a.b as c, d": ("import", ("c", "d")),
    "from a import b, c as d": ("from", ("b", "d")),
    "from a import *": ("from", ()),
    "f(x)": ("expr", ()),
    "'text'": ("doc", ()),
    "if a: b = 1": ("If", ()),
    "for x in y: pass": ("For", ()),
}


@pytest.mark.parametrize("source", SHAPES)
def test_kind_and_names(source: str) -> None:
    statement = only(source)
    assert (statement.kind, statement.names) == SHAPES[source]


def test_positions_begin_at_the_decorators() -> None:
    first, second = parse("@one\n@two(\n    3)\ndef f():\n    pass\n\n\nx = 1; y = 2\n").statements[:2]
    assert (first.line, first.end_line, first.text) == (1, 5, "@one\n@two(\n    3)\ndef f():\n    pass")
    assert (second.line, second.text) == (8, "x = 1")


def test_statements_on_one_line_have_their_own_texts() -> None:
    assert [s.text for s in parse("ä = 'ü'; b = 2  # two\n").statements] == ["ä = 'ü'", "b = 2  # two"]


def test_future_imports_are_compiler_flags() -> None:
    import __future__

    assert parse("from __future__ import annotations\n").future == __future__.annotations.compiler_flag
    assert parse("import __future__\n").future == 0


@pytest.mark.parametrize(
    ("source", "directive"),
    [
        ("x = 1  # hmr: keep\n", "keep"),
        ("# hmr: keep\nx = 1\n", "keep"),
        ("x = [\n    1,\n]  # hmr: keep\n", "keep"),
        ("x = 1  # hmr: KEEP because it is slow\n", "keep"),
        ("x = 1  # keep\n", None),
        ("# hmr: keep\n\nx = 1\n", None),
    ],
)
def test_a_comment_at_a_statement(source: str, directive: str | None) -> None:
    assert only(source).directive == directive


@pytest.mark.parametrize("word", ["rerun", "off"])
def test_a_comment_for_the_module(word: str) -> None:
    assert parse(f"x = 1\n# hmr: {word}\n").directive == word
    assert parse(f"x = 1  # hmr: {word}\n").directive is None


@pytest.mark.parametrize(
    "source", [b"x = (", b"x = 1\x00", b"\xff\xfe\x00", b"# coding: nothing-known\n", b"if x:\ny = 1"]
)
def test_what_cannot_be_read_raises(source: bytes) -> None:
    with pytest.raises((SyntaxError, ValueError)):
        parsing.parse(source)


@pytest.mark.parametrize("source", [b"", b"\n\n", b"# only a comment\n", b"\xef\xbb\xbf", b"\r\n"])
def test_nothing_is_no_statement(source: bytes) -> None:
    assert parsing.parse(source).statements == ()


def test_encodings_and_newlines_are_the_compiler_s() -> None:
    assert (
        parsing.decode(b"# coding: latin-1\nx = '\xe9'\r\ny = 1\rz = 2") == "# coding: latin-1\nx = 'é'\ny = 1\nz = 2"
    )


# --- fingerprints --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = (1)"),
        ("x = 1", "x  =  1  # one"),
        ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
        ("x = 'a' 'b'", "x = 'ab'"),
        ("x = 0x10", "x = 16"),
        ("def f(a): return a", "def f(\n    a,\n):\n    # comment\n    return a"),
    ],
)
def test_looks_are_not_substance(one: str, other: str) -> None:
    assert only(one).whole == only(other).whole


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 'a'", "x = b'a'"),
        ("x = 0.0", "x = -0.0"),
        ("x = 1", "x: int = 1"),
    ],
)
def test_substance_is_told_apart(one: str, other: str) -> None:
    assert only(one).whole != only(other).whole


def test_bodies_are_not_part_of_the_shell() -> None:
    one, other = only("@d\ndef f(a=1):\n    return a"), only("@d\ndef f(a=1):\n    return a + 1")
    assert one.shell == other.shell
    assert one.whole != other.whole
    assert only("def f(a=1): pass").shell != only("def f(a=2): pass").shell
    assert only("x = lambda: 1").shell == only("x = lambda: 2").shell
    assert only("class C:\n    def m(self): return 1").shell == only("class C:\n    def m(self): return 2").shell
    assert only("class C:\n    a = 1").shell != only("class C:\n    a = 2").shell


# --- effects -------------------------------------------------------------------------------------------------

EFFECTS = {
    # source: (reads, writes, adds to)
    "a = b + c": ("b c", "a", ""),
    "a += b": ("a b", "a", "a"),
    "a.x = b": ("a b", "", "a"),
    "a.x.y[0] = b": ("a b", "", "a"),
    "del a": ("", "a", ""),
    "del a[0]": ("a", "", "a"),
    "a: b = c": ("b c", "a", ""),
    "a: b": ("b", "", ""),
    "f(a, k=b)": ("f a b", "", "a b"),
    "f(*a, **b)": ("f a b", "", "a b"),
    "a.append(b)": ("a b", "", "a b"),
    "x = a.append(b)": ("a b", "x", ""),
    "(a := b)": ("b", "a", ""),
    "def f(x=a) -> b: return c": ("a b", "f", ""),
    "@d(a)\ndef f(): return b": ("d a", "f", ""),
    "f = lambda x=a: b": ("a", "f", ""),
    "class C(B, metaclass=M):\n    x = a\n    y = x": ("B M a", "C", ""),
    "class C:\n    def m(self, x=a): return b": ("a", "C", ""),
    "xs = [a + x for x in b if c]": ("a b c", "xs", ""),
    "xs = [y for x in a for y in x]": ("a", "xs", ""),
    "xs = {k: v + a for k, v in b}": ("a b", "xs", ""),
    "[y := f(x) for x in a]": ("f a", "y", ""),
    "for x in a:\n    b = x": ("a x", "x b", ""),
    "with a as b: pass": ("a", "b", ""),
    "try:\n    a = 1\nexcept E as e:\n    b = e": ("E", "a b", ""),
    "match a:\n    case {'k': b, **c}: pass\n    case [d, *e]: pass\n    case F() as g: pass": ("a F", "b c d e g", ""),
    "import a.b": ("", "a", ""),
    "from a import b as c": ("", "c", ""),
    "if a:\n    def f(): return b\nelse:\n    f = c": ("a c", "f", ""),
    "global_ = a if b else c": ("a b c", "global_", ""),
    "if 'a' not in globals():\n    a = b": ("a b", "a", ""),
    "a = globals().get('a') or b": ("a b", "a", ""),
    "a = globals().setdefault('a', b)": ("a b", "a", ""),
    "a = globals()['b']": ("b", "a", ""),
    "a = [n for n in globals()]": ("globals", "a", ""),
    "globals()['a'] = b": ("b", "a", ""),
    "globals()['a'] += 1": ("a", "a", ""),
    "del globals()['a']": ("", "a", ""),
}


@pytest.mark.parametrize("source", EFFECTS)
def test_effects(source: str) -> None:
    found = effects(source)
    reads, writes, mutates = (frozenset(names.split()) for names in EFFECTS[source])
    assert (found.reads, found.writes, found.mutates) == (reads, writes, mutates)


@pytest.mark.parametrize(
    "source", ["globals()[x] = 1", "exec('x = 1')", "vars().update(x=1)", "for n in a:\n    setattr(m, n, 1)"]
)
def test_what_may_bind_any_name_is_dynamic(source: str) -> None:
    assert effects(source).dynamic


# --- parsing only what differs -------------------------------------------------------------------------------

LINES = [
    "x = 1",
    "y = x + 1",
    "def f():\n    return x\n",
    "@f\ndef g(a,\n      b=2):\n    return a  # end",
    "class C:\n    '''Doc\n    of two lines.'''\n    def m(self): pass",
    "# a comment",
    "",
    "if x:\n    z = 1\nelse:\n    z = 2",
    "text = '''several\nlines'''",
    "a = 1; b = 2",
    "'a string'",
    "from m import (\n    n,\n    o)",
    "x = (1 +\n     2)",
]


@given(some.lists(some.sampled_from(LINES), max_size=8), some.lists(some.sampled_from(LINES), max_size=8), some.data())
def test_parsing_with_an_earlier_version_changes_nothing(old: list[str], new: list[str], data: some.DataObject) -> None:
    """Also where the versions have a beginning and an end in common."""
    head = data.draw(some.lists(some.sampled_from(LINES), max_size=3))
    tail = data.draw(some.lists(some.sampled_from(LINES), max_size=3))
    before = parse("\n".join([*head, *old, *tail]))
    source = "\n".join([*head, *new, *tail]).encode()
    assert parsing.parse(source, before).statements == parsing.parse(source).statements


@given(some.lists(some.sampled_from(LINES), max_size=8))
def test_each_statement_parses_to_its_part_of_the_file(lines: list[str]) -> None:
    source = "\n".join(lines)
    tree = ast.parse(source)
    again = [statement.parse() for statement in parse(source).statements]
    for node, own in zip(tree.body, again, strict=True):
        assert ast.dump(node) == ast.dump(own)
        assert (node.lineno, node.end_lineno) == (own.lineno, own.end_lineno)


@pytest.mark.parametrize("module", [argparse, ast, dataclasses, enum, inspect, typing])
def test_globals_that_code_reads_are_those_that_dis_tells(module: ModuleType) -> None:
    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    for code in codes.walk((compile(source, "module", "exec"),)):
        told = {each.argval for each in dis.get_instructions(code) if each.opname in codes.GLOBAL_READS}
        assert codes.global_reads(code) == told


@pytest.mark.parametrize(
    ("text", "told"),
    {
        "getattr(it, 'one')": "one",
        "getattr(it, 'one', None)": "one",
        "getattr(type(it), 'one', it)": "one",
        "getattr(it, 'one', it.other)": "one two",
        "hasattr(it.other, 'one')": "one",
        "getattr(it, name)": "one two",
        "getattr(it, 'on' + name)": "one two",
        "map(getattr, it, name)": "one two",
        "sorted(it, key=operator.attrgetter('x.one', 'y'))": "one",
        "attrgetter(name)(it)": "one two",
        "print(it, 'one')": "",
    }.items(),
)
def test_what_code_asks_for_by_name(text: str, told: str) -> None:
    (code,) = codes.children(compile(f"lambda it, name: {text}", "module", "exec"))
    assert [name for name in ("one", "two") if codes.asks_for(code, [name], [name])] == told.split()
    assert not codes.asks_for(code, ["other"], []), "no text tells it"
