"""What runs when functions are called and loops go round: plain syntax in, plain syntax out."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Sequence

import pytest

from hmr_daemon.syntax.inlining import Function, unrolled


def body_of(call: str, definition: str) -> list[str]:
    """What the call runs of a function of the module ``lib``."""
    function = ast.parse(textwrap.dedent(definition)).body[0]
    expression = ast.parse(call, mode="eval").body
    assert isinstance(function, ast.FunctionDef) and isinstance(expression, ast.Call)
    receiver = getattr(expression.func, "value", None)
    return [ast.unparse(each) for each in Function(function, "lib").run_by(expression, receiver)]


@pytest.mark.parametrize(
    ("call", "definition", "expected"),
    [
        ("f(x, k=2)", "def f(a, k, d=D):\n    put(a, k, d)", ["lib:put(x, 2, lib:D)"]),
        ("app.f(1)", "def f(self, a):\n    self.items.append(a)", ["app.items.append(1)"]),
        ("f('n')", "def f(n):\n    l = get(n)\n    l.add(H())", ["?l = lib:get('n')", "lib:get('n').add(lib:H())"]),
        ("f()", "def f():\n    x = 1\n    x = 2\n    g(x)", ["?x = 1", "?x = 2", "lib:g(?x)"]),
        ("f()", "def f():\n    import os\n    os.putenv('A')", ["import os", "os:.putenv('A')"]),
        ("f()", "def f():\n    from os import putenv\n    putenv('A')", ["from os import putenv", "os:putenv('A')"]),
        ("f(*xs)", "def f(a):\n    g(a)", ["lib:g(?a)"]),
    ],
)  # fmt: skip
def test_a_call_runs_the_body_with_what_it_is_given(call: str, definition: str, expected: list[str]) -> None:
    assert body_of(call, definition) == expected


def written(iterated: ast.expr) -> Sequence[ast.expr]:
    return iterated.elts if isinstance(iterated, ast.Tuple) else []


@pytest.mark.parametrize(
    ("loop", "expected"),
    [
        ("for x in (1, 2): f(x)", ["f(1)", "f(2)"]),
        ("for k, v in (('a', 1), ('b', 2)): d[k] = v", ["d['a'] = 1", "d['b'] = 2"]),
        ("for x in xs: f(x)", ["for x in xs:\n    f(x)"]),
        ("for x in (1, 2):\n    if x: break\n    f(x)", ["for x in (1, 2):\n    if x:\n        break\n    f(x)"]),
    ],
)
def test_a_loop_over_what_is_written_down_is_its_rounds(loop: str, expected: list[str]) -> None:
    assert [ast.unparse(each) for each in unrolled(ast.parse(loop).body, written)] == expected
