"""A small program runs, and is edited before your eyes: `make demo`.

Nothing in the program knows of hmr-daemon; its files are the texts below, written to a temporary folder.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PROGRAM = {
    "prices.py": """\
TAX = 0.20

def total(amount):
    return amount * (1 + TAX)
""",
    "shop.py": """\
import time
from prices import TAX, total

class Connection:
    def __init__(self):
        time.sleep(1)                     # slow to open
        self.sent = 0

    def send(self, amount):
        self.sent += 1
        return f"sent {total(amount):.2f}"

connection = Connection()
label = f"tax {TAX:.0%}"
""",
    "main.py": """\
import itertools, logging, sys, time
import shop

logging.basicConfig(stream=sys.stdout, format="%(message)s")
send = shop.connection.send              # a bound method, taken once

for turn in itertools.count(1):
    answer = send(100)
    kept = f"message {shop.connection.sent} of connection {id(shop.connection):x}"
    print(f"turn {turn}: {answer} ({shop.label}; {kept})", flush=True)
    time.sleep(0.3)
""",
}

EDITS = [
    (
        "A function gets new code. Nothing runs again; whoever holds it calls the new code.",
        "prices.py",
        "    return amount * (1 + TAX)",
        "    return round(amount * (1 + TAX)) + 5   # and shipping",
    ),
    (
        "A constant changes. It runs again, and so does what was computed from it, in every module.",
        "prices.py",
        "TAX = 0.20",
        "TAX = 0.07",
    ),
    (
        "A method changes. The connection that was opened at the start, and its bound method, have the new code.",
        "shop.py",
        'return f"sent {total(amount):.2f}"',
        'return f"SENT {total(amount)} ({self.sent} so far)"',
    ),
    (
        "A mistake. It is reported once, and the program goes on with the code that worked.",
        "prices.py",
        "def total(amount):",
        "def total(amount:",
    ),
    (
        "It is corrected, with a parameter more.",
        "prices.py",
        "def total(amount:",
        "def total(amount, discount=0.50):\n    amount *= 1 - discount",
    ),
]
BOLD, DIM, GREEN, RED, PLAIN = ("\033[1m", "\033[2m", "\033[32m", "\033[31m", "\033[0m")
TURNS = 2  # shown after each edit
PATIENCE = 15.0  # seconds that all of it may take; a reload takes milliseconds


class Program:
    """The running program, and the lines that it prints."""

    def __init__(self, folder: Path) -> None:
        environ = {name: value for name, value in os.environ.items() if name != "NO_HMR_DAEMON"}
        self._process = subprocess.Popen(
            [sys.executable, "main.py"],
            cwd=folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.number = self._process.pid
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._end = time.monotonic() + PATIENCE
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def next_line(self) -> str:
        """What it prints next; an error where it ends, or nothing that is waited for comes."""
        try:
            line = self._lines.get(timeout=max(0.0, self._end - time.monotonic()))
        except queue.Empty:
            line = None
        if line is None:
            sys.exit("No reload came: is the package installed in this environment?")
        return line

    def show_turns(self, turns: int) -> str:
        """Show the next turns that it takes, and return the last."""
        while True:
            line = self.next_line()
            if line.startswith("turn "):
                say(f"    {line}")
                turns -= 1
            if not turns:
                return line

    def show_report(self) -> None:
        """Show how the reload is reported, in the program's own log."""
        while (line := self.next_line()).startswith("turn "):
            pass
        colour = RED if "Error" in line else GREEN
        say(f"{colour}  ▶ {line}{PLAIN}")
        while colour == RED and not line.startswith("SyntaxError"):
            line = self.next_line()
            say(f"{RED}    {line}{PLAIN}")

    def end(self) -> None:
        self._process.terminate()
        self._process.wait()


def say(text: str = "") -> None:
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        for code in (BOLD, DIM, GREEN, RED, PLAIN):
            text = text.replace(code, "")
    print(text, flush=True)


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Save a file with one line changed."""
    path = folder / name
    say(f"{DIM}  {name}{PLAIN}")
    for mark, text in ((f"{RED}  -", old), (f"{GREEN}  +", new)):
        say("\n".join(f"{mark} {line.strip()}{PLAIN}" for line in text.splitlines()))
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def main() -> None:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hmr-demo-") as name:
        folder = Path(name).resolve()
        for file, text in PROGRAM.items():
            (folder / file).write_text(text, encoding="utf-8")
        program = Program(folder)
        try:
            say(f"{BOLD}A program starts (process {program.number}). Opening its connection takes a second.{PLAIN}")
            first = program.show_turns(TURNS)
            for title, file, old, new in EDITS:
                say(f"\n{BOLD}{title}{PLAIN}")
                edit(folder, file, old, new)
                program.show_report()
                last = program.show_turns(TURNS)
        finally:
            program.end()
    connections = {line.rpartition(" ")[2].rstrip(")") for line in (first, last)}
    assert len(connections) == 1, "the connection was opened again"
    say(
        f"\n{BOLD}Kept through all of it:{PLAIN} process {program.number}, the connection {connections.pop()} and its"
        f" count of messages. {len(EDITS)} edits in {time.monotonic() - began:.0f} s, no restart."
    )


if __name__ == "__main__":
    main()
