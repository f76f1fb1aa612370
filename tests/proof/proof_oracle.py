"""Ten thousand random edits of random programs, each compared with a fresh process."""

from __future__ import annotations

import collections
import random

from oracle.client import Client
from oracle.run import Finding, describe, search
from proof.conftest import Figure

EDITS = 10_000


def test_ten_thousand_edits(figure: Figure) -> None:
    seed = random.SystemRandom().randrange(10**6)
    findings: list[Finding] = []
    with Client() as client:
        tally = search(client, EDITS, seed, EDITS, None, frozenset(), findings.append)
    kinds = collections.Counter(finding.wrong[0].kind if finding.wrong else "gone" for finding in findings)
    figure(f"{tally.edits:,} edits ({tally.broken:,} of them broken saves), {tally.wrong} wrong; seed {seed}")
    assert not findings, "\n\n".join([str(dict(kinds)), *map(describe, findings)])
