"""Play the kept cases and say which hold: `python tests/oracle/check_cases.py [part of a name]`."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from oracle.client import Client
from oracle.everyday import CASES
from oracle.judge import judge


def main(part: str = "") -> int:
    failed = 0
    with Client() as client:
        for name, scenario in CASES.items():
            if part not in name:
                continue
            played = client.play(scenario)
            wrong = judge(scenario, played)
            failed += bool(wrong)
            error = f"  cannot start: {played.fresh[0].error}" if played.fresh[0].error else ""
            print(f"{'wrong' if wrong else 'holds'}  {name}{error}")
            for each in wrong[:3] if part else wrong[:1]:
                print(f"       {each.kind}: {each.text[:300]}")
            if wrong and part:
                print(f"       {wrong[0].summary[-1500:]}")
    print(f"{failed} of {len(CASES)} wrong")
    return failed


if __name__ == "__main__":
    sys.exit(bool(main(*sys.argv[1:])))
