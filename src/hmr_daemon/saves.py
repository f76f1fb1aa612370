"""What becomes of saves: a batch of them is one reload, with what waited for one of them."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from . import leftovers, report
from .audience import Audience
from .executor import Executor
from .followed import Followed, read_bytes
from .graph import Graph
from .model import Change, Reload
from .pending import Pending, involved_in
from .recorder import Recorder
from .run import Outcome
from .signatures import Signature
from .uncalled import Uncalled

EMPTY_PATIENCE = 0.05  # seconds after which an empty file is taken to be meant so
LONG = 5.0  # seconds after which a reload is said to be still running


class Saves:
    """Carries saves out, and keeps what failed until it lands."""

    def __init__(
        self,
        graph: Graph,
        recorder: Recorder,
        executor: Executor,
        followed: Followed,
        audience: Audience,
        take_loads: Callable[[], None],
    ) -> None:
        self.pending = Pending()
        self.uncalled = Uncalled()
        self.applying = False
        """Whether a reload is being carried out now: then none can begin."""
        self._graph = graph
        self._recorder = recorder
        self._executor = executor
        self._followed = followed
        self._audience = audience
        self._take_loads = take_loads
        self._tried: dict[str, tuple[Signature, bytes]] = {}

    def is_emptied(self, path: str) -> bool:
        """Whether a file was emptied just now, and so is about to be filled."""
        try:
            stat = os.stat(path)
        except OSError:
            return False
        recently = abs(time.time() - stat.st_mtime) < EMPTY_PATIENCE
        return recently and not stat.st_size and any(record.source for record in self._graph.at_path(path))

    def apply(self, paths: Iterable[str]) -> None:
        """One reload of what differs, together with what waited for one of these."""
        gone = set(self._graph.gone)
        changes = {c.path: c for path in paths if (c := self._change(path)) is not None}
        went = self._graph.gone - gone
        for path in self.pending.waiting_for({*changes, *went}):
            if path not in changes:
                changes[path] = _as_saved(path)
        if changes:
            self._reload(list(changes.values()))
        elif went:
            self._leave(went)

    def _leave(self, went: Collection[str]) -> None:
        """Files were deleted: what nothing mentions any more goes, with what its statements did elsewhere."""
        event, outcome = self._executor.reload(())
        if event.ok:
            self._take_up(outcome)
        if event.ran or event.failure is not None:
            self._publish(replace(event, files=tuple(sorted(went))))

    def retry(self) -> None:
        """Try again what failed."""
        self._reload([_as_saved(path) for path in self.pending.paths()])

    def run_again(self, path: str) -> None:
        """Run all of a live module again, and whatever used what comes out different."""
        self._reload([_as_saved(path)], [path])

    def _change(self, path: str) -> Change | None:
        """What a save changed; None where the file holds what is live, is gone, or is no one's."""
        state, source = self._followed.read(path)
        records = self._graph.at_path(path)
        if source is None and records and not os.path.exists(path):
            self._graph.gone.add(path)
        if source is None or self._tried.get(path) == (state, source):
            return None
        self._graph.gone.discard(path)
        if any(record.source != source for record in records):
            self._tried[path] = (state, source)
            return Change(path, source)
        if path in self.pending:
            self.pending.settle([path])
            self._publish(Reload(files=(path,), notes=("as it was before: what is live is what is saved",)))
            return None
        if self.pending.waits_for(path) or self._graph.openers(path):
            self._tried[path] = (state, source)
            return Change(path, source)
        return None

    def _reload(self, changes: list[Change], whole: Collection[str] = ()) -> None:
        started = time.perf_counter()
        main = self._graph.modules.get("__main__")
        if main is not None:
            self._graph.analyze(main)  # nothing was recorded of it: what it reads is told by its text
        statements = {node: node.statement for node in (main and main.nodes) or ()}
        self.applying = True
        try:
            with _Alarm(changes):
                event, outcome = self._executor.reload(changes, whole)
        finally:
            self.applying = False
        files = tuple(c.path for c in changes)
        milliseconds = (time.perf_counter() - started) * 1000
        if event.ok:
            self.pending.settle(files)
            notes = [*leftovers.functions({each.name: each.old for each in outcome.replaced if each.changed})]
            if main is not None and main.script:
                notes += leftovers.statements(main, statements, event.ran)
            event = replace(event, notes=(*event.notes, *notes))
            self.uncalled.replaced(outcome.replaced)
            self._take_up(outcome)
        else:
            self._keep_pending(files, event)
        self._take_loads()
        self._followed.watch_data()
        self._publish(replace(event, files=files, milliseconds=milliseconds))

    def _publish(self, event: Reload) -> None:
        self._audience.publish(event, self.pending.failures)

    def _take_up(self, outcome: Outcome) -> None:
        """Follow the modules that a reload imported, and no longer those that it left."""
        self._followed.take_in(outcome.loaded)
        for record in outcome.abandoned:
            self._graph.remove(record)
            self._recorder.forget(record.name)

    def _keep_pending(self, files: Iterable[str], event: Reload) -> None:
        involved = involved_in(event)
        self._followed.watch(path for path in involved if os.path.isabs(path))
        self.pending.keep([path for path in files if self._graph.at_path(path)], involved, event)


def _as_saved(path: str) -> Change:
    return Change(path, read_bytes(path))


class _Alarm:
    """Says that a reload is still running when it takes long."""

    def __init__(self, changes: list[Change]) -> None:
        names = ", ".join(os.path.basename(c.path) for c in changes[:3])
        self._timer = threading.Timer(LONG, report.warn, [f"{names}: the reload is still running after {LONG:.0f} s"])
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()
