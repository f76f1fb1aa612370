"""On which thread a reload is carried out: on the daemon's, but for what Python allows on the main one only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from .main_thread import MainThread
from .model import Change, Failure, Reload
from .planning.records import Node
from .reloading.executor import Executor, Request
from .reloading.run import Outcome

Result = tuple[Reload, Outcome]


class Placement:
    """Carries reloads out, and keeps account of what is left for the main thread, which may be asleep for hours."""

    def __init__(self, executor: Executor, main: MainThread) -> None:
        self._executor = executor
        self._main = main
        self._left: list[Node] = []
        """Statements that ran on the daemon's thread, and are to run on the main one as well."""
        self.refused: frozenset[str] = frozenset()
        """Files whose last edit was refused there, and waits for the main thread."""

    def reload(self, changes: Sequence[Change], whole: Collection[str] = ()) -> Result:
        request = Request(changes, whole)
        files = frozenset(change.path for change in changes)
        result = self._there(request) if self.refused & files else None
        event, outcome = result or self._executor.reload(request)
        if outcome.only_there or outcome.refused:
            event, outcome = self._there(request) or self._here(request, event, outcome)
        if event.ok:
            self._leave(outcome.for_main)
        self._note_refused(files, outcome.refused)
        return event, outcome

    def _there(self, request: Request) -> Result | None:
        try:
            return self._main.do(lambda: self._executor.reload(request))
        except KeyboardInterrupt:
            files = frozenset(change.path for change in request.changes)
            failure = Failure("", None, "the program was interrupted (KeyboardInterrupt)", "")
            return Reload(failure=failure, involved=files), Outcome()

    def _here(self, request: Request, event: Reload, outcome: Outcome) -> Result:
        """The main thread is asleep: what Python allows is done without it."""
        if outcome.only_there:
            event, outcome = self._executor.reload(replace(request, here=True))
        if outcome.refused and event.failure is not None:
            summary = f"{event.failure.summary} (tried again as soon as the main thread is not asleep in a call)"
            event = replace(event, failure=replace(event.failure, summary=summary))
        return event, outcome

    def _note_refused(self, files: frozenset[str], refused: bool) -> None:
        self.refused = self.refused | files if refused else self.refused - files
        if refused:
            self._main.missed()

    # --- when the main thread comes by

    def catch_up(self) -> Result | None:
        """Run on the main thread what is left for it; None where nothing is, or where it is gone again."""
        self._main.settled()  # for all that is to be seen: what is left once more says so
        left, self._left = [node for node in self._left if node.alive], []
        result = self._there(Request(nodes=left)) if left else None
        if result is None:
            self._leave(left)
        return result

    def _leave(self, nodes: Sequence[Node]) -> None:
        self._left += nodes
        if nodes:
            self._main.missed()
