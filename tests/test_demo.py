"""`make demo` shows what it says, and ends by itself."""

from __future__ import annotations

import re
from pathlib import Path

from live import Environment

DEMO = Path(__file__).resolve().parent.parent / "examples" / "demo.py"


def test_the_demo(environment: Environment, tmp_path: Path) -> None:
    done = environment.run(str(DEMO), cwd=tmp_path, check=True)
    reports = [line.strip()[2:] for line in done.stdout.splitlines() if line.startswith("  ▶ ")]
    patterns = [
        r"prices\.py: patched prices\.total \(\d+ ms\)",
        r"prices\.py: ran prices:1 TAX, shop:2 TAX, total, shop:\d+ label.* \(\d+ ms\)",
        r"shop\.py: patched shop\.Connection.* \(\d+ ms\)",
        r"prices\.py: not live, .*SyntaxError.*",
        r"prices\.py: .*patched prices\.total.* \(\d+ ms\)",
    ]
    assert len(reports) == len(patterns), done.stdout
    for report, pattern in zip(reports, patterns, strict=True):
        assert re.fullmatch(pattern, report), report
    turns = [line for line in done.stdout.splitlines() if line.startswith("    turn ")]
    assert "sent 120.00 (tax 20%" in turns[0]
    assert "SENT 59" in turns[-1]
    assert "Kept through all of it" in done.stdout.splitlines()[-1]
    assert "\033" not in done.stdout
