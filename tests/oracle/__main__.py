"""Play many drawn edits and print the smallest scenario that goes wrong.

    cd tests
    NO_HMR_DAEMON=1 python -m oracle --edits 10000 --seed 1
    NO_HMR_DAEMON=1 python -m oracle --edits 10000 --seed 1 --keep-going 20 --kinds stale,refused --without move,future
    NO_HMR_DAEMON=1 python -m oracle --edits 3000 --seed 1 --keep-going 50 --mutated

Each scenario is a drawn program, or a kept case's, under a live process of its own and a chain of drawn edits. Prints
what is found as it is found, made small, and the figures at the end; the exit status is 1 where something was wrong.
The variable keeps the oracle itself from being live while its own files are edited.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings

from .client import Client
from .run import Finding, describe, search


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m oracle", description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--python", default=sys.executable, help="the interpreter under test")
    parser.add_argument("--keep-going", type=int, default=1, metavar="N", help="stop after N findings")
    parser.add_argument("--kinds", help="only these kinds of findings, comma separated")
    parser.add_argument("--without", default="", help="rules of the grammar that are not to be drawn, comma separated")
    parser.add_argument("--mutated", action="store_true", help="mutate the programs of the kept cases, draw none")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # drawn code may well be odd
    started = time.monotonic()
    kinds = frozenset(arguments.kinds.split(",")) if arguments.kinds else None
    without = frozenset(arguments.without.split(","))

    def tell(finding: Finding) -> None:
        print(describe(finding), flush=True)

    with Client(arguments.python) as client:
        tally = search(
            client, arguments.edits, arguments.seed, arguments.keep_going, kinds, without, tell, arguments.mutated
        )
    seconds = time.monotonic() - started
    print(
        f"{tally.edits} edits ({tally.broken} of them broken saves) in {tally.scenarios} scenarios, {seconds:.0f} s, "
        f"{tally.edits / seconds:.0f} a second; {tally.wrong} wrong"
    )
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
