"""The session in the README is true: it is replayed from top to bottom in one live process."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from conftest import LiveFactory
from live import Live

README = Path(__file__).resolve().parent.parent / "README.md"
FENCE = re.compile(r"^```(python|diff|pycon)\n# (\w+\.py)\n(.*?)^```|^```(pycon)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def steps() -> list[tuple[str, str, str]]:
    """(kind, file, text) of each block that is part of the session."""
    found = FENCE.findall(README.read_text(encoding="utf-8"))
    return [(kind or pycon, file, text or session) for kind, file, text, pycon, session in found]


def replaced(source: str, diff: str) -> str:
    """A source with the lines of each `-` `+` block exchanged."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", diff, re.MULTILINE):
        before, after = (re.sub(r"^[-+]", "", text, flags=re.MULTILINE) for text in (old, new))
        assert before in source
        source = source.replace(before, after)
    return source


def play(process: Live, session: str) -> None:
    """Type what follows each prompt, and compare what is answered."""
    for line, answer in re.findall(r"^>>> (.*)\n((?:(?!>>> ).*\n)*)", session, re.MULTILINE):
        if answer.strip():
            process.until(line, ast.literal_eval(answer))
        else:
            process.load(line)


def test_the_session(live: LiveFactory) -> None:
    process = live({})
    sources: dict[str, str] = {}
    for kind, file, text in steps():
        if kind == "python":
            sources[file] = text
            process.edit({file: text}, atomic=True)
        elif kind == "diff":
            sources[file] = replaced(sources[file], text)
            process.edit({file: sources[file]}, atomic=True)
            process.wait_reload()
        else:
            play(process, text)
    assert len(sources) == 2


def test_a_session_that_is_not_true_is_noticed(live: LiveFactory) -> None:
    process = live({})
    with pytest.raises(AssertionError, match="is 2, not 3"):
        process.until("1 + 1", 3, timeout=0.1)
