"""What proofs share: each states its figures, and all of them are printed as a table at the end."""

from __future__ import annotations

import platform
from collections.abc import Callable

import pytest

Figure = Callable[[str], None]


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """States a figure of this proof, in words: `figure("10,000 saves, none lost")`."""
    return lambda text: record_property("figure", text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [
        f"| {report.head_line.removeprefix('test_').replace('_', ' ')} | {text} | {report.duration:.0f} s |"
        for report in terminalreporter.stats.get("passed", ())
        for name, text in report.user_properties
        if name == "figure"
    ]
    if rows:
        head = f"| proof | figure (CPython {platform.python_version()}, {platform.system()}) | took |"
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join([head, "| --- | --- | --- |", *rows]))
