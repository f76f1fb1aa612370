"""Comments and blank lines that are put in or taken out: nothing runs again, and all is as in a fresh process."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from oracle.client import Client
from oracle.everyday import CASES
from oracle.judge import judge
from oracle.run import Finding, describe
from oracle.subject import Scenario

LEFT_OUT = {
    "with that filled a list is gone": "it reads its own source",
    "optional module that comes and goes: find_spec": "it asks whether there is a file that is saved",
    "optional module that comes and goes: asked first": "the same",
    "optional module that fails itself": "the file of a module that could not be imported is saved",
    "optional module that needs another": "the same",
    "compiled at decoration": "a copy of code that a library took keeps its lines",
    "compiled at decoration, showing what of": "the same",
}


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client() as client:
        yield client


def moved(source: str) -> str:
    """With lines more above all, before definitions, and inside of them."""
    lines, above = source.split("\n"), {1: "# moved\n"}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            first = min(part.lineno for part in (node.body[0], *getattr(node.body[0], "decorator_list", ())))
            column = node.body[0].col_offset
            if not lines[first - 1][:column].strip() and first > node.lineno:
                above[first] = " " * column + "# inside"
            if not node.decorator_list and not node.col_offset:
                above.setdefault(node.lineno, "\n# before")
    return "\n".join(
        part for number, line in enumerate(lines, 1) for part in (above.get(number), line) if part is not None
    )


@pytest.mark.parametrize("name", [name for name in CASES if name not in LEFT_OUT])
def test_nothing_runs(client: Client, name: str) -> None:
    start = CASES[name].versions[0]
    other = {path: moved(text) if path.endswith(".py") else text for path, text in start.items()}
    scenario = Scenario((start, other, start), CASES[name].entries)
    played = client.play(scenario)
    wrong = judge(scenario, played)
    assert not wrong, describe(Finding(scenario, wrong, name))
    for step in played.live:
        assert "ran []" in step.summary and "removed []" in step.summary, step.summary
