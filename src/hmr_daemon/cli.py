"""The command `python -m hmr_daemon`: arguments to calls, and what they return to text."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, `head` say, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    from . import __version__

    parser = argparse.ArgumentParser(
        prog="python -m hmr_daemon",
        description="What hot reload does here. To run a program with it, see `hmr --help`.",
    )
    parser.add_argument("-V", "--version", action="version", version=f"hmr-daemon {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    doctor = commands.add_parser("doctor", help="whether it is active here, and which files are live, with the reasons")
    doctor.add_argument("target", nargs="?", metavar="PATH or MODULE", help="a file, folder or module (default: here)")
    doctor.set_defaults(run=_doctor)
    status = commands.add_parser("status", help="the running processes of this environment, as far as they can be seen")
    status.set_defaults(run=_status)
    graph = commands.add_parser("graph", help="what the statements of a file use, and who uses them")
    graph.add_argument("file", metavar="FILE")
    graph.add_argument("--mermaid", action="store_true", help="only the diagram")
    graph.set_defaults(run=_graph)
    return parser


def _doctor(options: argparse.Namespace) -> int:
    from . import doctor

    findings = doctor.examine(options.target)
    for finding in findings:
        print(finding)
    return 0 if all(finding.good is not False for finding in findings) else 1


def _status(options: argparse.Namespace) -> int:
    from . import processes

    print(processes.describe())
    return 0


def _graph(options: argparse.Namespace) -> int:
    from .planning.dependencies import Dependencies

    try:
        found = Dependencies.of_file(os.path.abspath(options.file))
    except SyntaxError as error:
        print(f"{error.filename or options.file}:{error.lineno}: {error.msg}", file=sys.stderr)
        return 1
    except (OSError, ValueError) as error:
        print(f"{options.file}: {error}", file=sys.stderr)
        return 1
    if not options.mermaid:
        print(found.text() or f"{options.file} uses no names of its project's modules, and they use none of its own")
        print("\n```mermaid")
    print(found.mermaid())
    if not options.mermaid:
        print("```")
    return 0
