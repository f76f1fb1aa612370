"""`python -m benchmarks`: measures, prints the table, and writes `results.json` and `results.png` beside this file."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from . import environments, peers
from .measure import Figure
from .rows import ROWS, Setting

HERE = Path(__file__).parent


def main() -> int:
    options = arguments()
    folder = options.folder.resolve()
    plain, live = environments.plain(folder), environments.live(folder)
    setting = Setting(plain, live, environments.user_packages(folder, plain), options.quick)
    figures = list(shown(measured(setting, options.only)))
    beside = list(shown(peers.figures(setting, environments.peers(folder)))) if options.peers else []
    options.output.mkdir(parents=True, exist_ok=True)
    results = {"machine": machine(), "figures": [asdict(f) for f in figures], "peers": [asdict(f) for f in beside]}
    (options.output / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    from . import drawing  # its dependency takes a second

    drawing.draw(figures, options.output / "results.png")
    if options.page is not None:
        write_table(figures, options.page)
    missed = [figure for figure in figures if not figure.kept]
    print(f"\n{len(figures) - len(missed)} of {len(figures)} figures within their goals; {options.output}/results.json")
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="*", metavar="ROW", help=f"only these rows: {', '.join(ROWS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: a look, not a result")
    parser.add_argument("--peers", action="store_true", help="other reloaders too, each in an environment of its own")
    parser.add_argument("--folder", type=Path, default=HERE.parent / ".venv-bench", help="where environments are made")
    parser.add_argument("--output", type=Path, default=HERE, help="where results.json and results.png are written")
    parser.add_argument("--page", type=Path, help="a page whose table is replaced, such as docs/performance.md")
    options = parser.parse_args()
    if unknown := set(options.only) - set(ROWS):
        parser.error(f"no such row: {', '.join(sorted(unknown))}")
    return options


def measured(setting: Setting, only: list[str]) -> Iterator[Figure]:
    for name, row in ROWS.items():
        if not only or name in only:
            yield from row(setting)


def shown(figures: Iterable[Figure]) -> Iterator[Figure]:
    """Print each figure as soon as it is there."""
    for figure in figures:
        print(line(figure), flush=True)
        yield figure


def line(figure: Figure) -> str:
    goal = "" if figure.goal is None else f"<= {figure.goal:g} {figure.unit}".rstrip()
    verdict = "" if figure.goal is None else ("ok" if figure.kept else "MISSED")
    detail = ", ".join(
        f"{name} {value if isinstance(value, str) else f'{value:.4g}'}" for name, value in figure.detail.items()
    )
    return f"{figure.work:62} {figure.value:9.3f} {figure.unit:3} {goal:12} {verdict:7} {detail}"


def write_table(figures: list[Figure], path: Path) -> None:
    """Put the table into the page, between its two marks."""
    head, begin, rest = path.read_text(encoding="utf-8").partition("<!-- table -->\n")
    _, end, tail = rest.partition("<!-- end of table -->")
    rows = ["| work | measured | goal | |", "| --- | --- | --- | --- |", *map(row_of, figures)]
    path.write_text("\n".join([head + begin + rows[0], *rows[1:], end + tail]), encoding="utf-8")


def row_of(figure: Figure) -> str:
    goal = "" if figure.goal is None else f"{figure.goal:g} {figure.unit}"
    verdict = "" if figure.goal is None else ("kept" if figure.kept else "**missed**")
    return f"| {figure.work} | {figure.value:.3g} {figure.unit} | {goal} | {verdict} |"


def machine() -> dict[str, str]:
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            model = next(text.partition(":")[2].strip() for text in file if text.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return {"processor": f"{model}, {os.cpu_count()} cores", "system": platform.platform(), "python": sys.version}


sys.exit(main())
