"""What becomes of saves: a batch of them is one reload, with what waited for one of them."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .live.caches import forget_lines
from .loading.recorder import Recorder, awaited_sources
from .model import Change, Failure, Reload
from .pending import Pending, involved_in
from .placement import Placement
from .planning import forms, namespaces
from .planning.graph import Graph
from .planning.records import ModuleRecord
from .reloading import leftovers
from .reloading.executor import Executor
from .reloading.run import Outcome
from .reloading.uncalled import Uncalled
from .reporting import report
from .reporting.audience import Audience
from .watching.followed import Followed, Reading
from .watching.signatures import Signature

if TYPE_CHECKING:
    from .reloading.breakpoints import Breakpoints

UNREADABLE_QUIETLY = 5  # tries after which a file that cannot be read is reported
UNREADABLE_SOONEST, UNREADABLE_LATEST = 0.1, 5.0  # seconds between these tries
TRY_AGAIN = 0.1  # seconds after which a save is tried again that could not be carried out
LONG = 5.0  # seconds after which a reload is said to be still running


class Saves:
    """Carries saves out, and keeps what failed until it lands."""

    def __init__(
        self,
        graph: Graph,
        recorder: Recorder,
        executor: Executor,
        placement: Placement,
        followed: Followed,
        audience: Audience,
        pending: Pending,
        take_loads: Callable[[], None],
    ) -> None:
        self.pending = pending
        self.uncalled = Uncalled()
        """The functions that have changed and that no one has called since."""
        self.applying = False
        """Whether a reload is being carried out now: then none can begin."""
        self._graph = graph
        self._recorder = recorder
        self._executor = executor
        self._placement = placement
        self._followed = followed
        self._audience = audience
        self._take_loads = take_loads
        self._tried: dict[str, tuple[Signature, bytes]] = {}
        """What each file held when it was looked at last: the same save is told more than once."""
        self._absent: set[str] = set()
        """Files that were deleted, as far as that has been told."""
        self._unreadable: dict[str, int] = {}
        """Files that are there and cannot be read, and how often that was tried."""
        self._landed: list[Outcome] = []
        """Reloads whose modules are still to be followed, or no longer."""

    def apply(self, paths: Collection[str]) -> None:
        """One reload of what differs, together with what waited for one of these."""
        try:
            self._apply(paths)
        except BaseException:  # for want of memory, say
            for path in paths:
                self._tried.pop(path, None)
                self._followed.again(path, TRY_AGAIN)
            raise
        finally:
            self._executor.versions.forget()

    def _apply(self, paths: Collection[str]) -> None:
        if self._landed:
            self._take_up_what_landed()
        gone, failed = set(self._graph.gone), set(self.pending.paths())
        paths = [*paths, *self._taking_over(paths)]
        changes = {c.path: c for path in paths if (c := self._change(path)) is not None}
        went, taken_back = self._graph.gone - gone, failed.difference(self.pending.paths())
        paths = [p for p in self.pending.waiting_for({*changes, *went, *taken_back}) if p not in changes]
        waiting = [c for path in paths if path not in self._unreadable and (c := self._as_saved(path)) is not None]
        if changes and waiting:
            self._reload_with(list(changes.values()), waiting)
        elif changes or waiting:
            self._reload([*changes.values(), *waiting])
        elif went:
            self._leave(went)

    def _taking_over(self, paths: Collection[str]) -> list[str]:
        """Files that take the places of modules' that are gone: a package's of a module's, or the other way round."""
        found = []
        for path in paths:
            other = forms.other_form(path) if self._graph.at_path(path) and not os.path.lexists(path) else None
            if other is not None:
                self._graph.gone.add(path)
                self._followed.watch_successor(path, other)
                found.append(other)
        return found

    def _leave(self, went: Collection[str]) -> None:
        """Files were deleted: what nothing mentions any more goes, with what its statements did elsewhere."""
        event, outcome = self._placement.reload(())
        if event.ok:
            self._landed.append(outcome)
            self._take_up_what_landed()
        if event.ran or event.failure is not None:
            self._publish(replace(event, files=tuple(sorted(went))))

    def are_all_live(self) -> bool:
        """Whether all that is saved is live, as far as it has been looked at."""
        return not self.pending and not self._unreadable

    def prepare(self, path: str) -> None:
        """Do in advance, while others are still being saved, what changes nothing."""
        source, stranger = self._followed.as_saved(path)
        if source is not None and stranger is None:
            self._executor.versions.prepare(path, source)

    def retry(self) -> None:
        """Try again what failed."""
        paths = [path for path in self.pending.paths() if path not in self._unreadable]
        if changes := [change for path in paths if (change := self._as_saved(path)) is not None]:
            self._reload(changes)

    def run_again(self, path: str) -> None:
        """Run all of a live module again, and whatever used what comes out different."""
        if (change := self._as_saved(path)) is not None:
            self._reload([change], [path])

    def with_main_thread(self) -> None:
        """The main thread has come by: do what was left for it."""
        self.applying = True
        try:
            result = self._placement.catch_up()
        finally:
            self.applying = False
        if result is not None:
            event, outcome = result
            files = tuple(dict.fromkeys(record.path for record, *_ in outcome.rebound))
            self._conclude(Attempt(replace(event, files=files), outcome))
        if changes := [c for path in self._placement.refused if (c := self._as_saved(path)) is not None]:
            self._reload(changes)

    def _change(self, path: str) -> Change | None:
        """What a save changed; None where the file holds what is live, cannot be had now, or is no one's."""
        reading = self._followed.read(path)
        records, source = self._graph.meant_by(path) or self._come_to(path, reading), reading.source
        if reading.is_gone and records:
            self._graph.gone.add(path)
        if reading.error is not None and (records or self.pending.waits_for(path) or self._graph.openers(path)):
            self._try_later(path, reading.error)
        else:
            self._unreadable.pop(path, None)
        if source is None:
            return self._gone(path) if reading.is_gone else None
        self._absent.discard(path)
        self._graph.gone.discard(path)
        tried, self._tried[path] = self._tried.get(path), (reading.state, source)
        if tried == self._tried[path]:
            return None
        if any(record.source != source or record.path != path or record.detached for record in records):
            return None if self._refuses(path, reading.stranger) else Change(path, source)
        if path in self.pending:
            self.pending.settle([path])
            self._publish(Reload(files=(path,), notes=("as it was before: what is live is what is saved",)))
            return None
        if self.pending.waits_for(path) or self._graph.openers(path):
            return Change(path, source)
        return None

    def _come_to(self, path: str, reading: Reading) -> list[ModuleRecord]:
        """The package that a file has come to, where it had none."""
        name = self._followed.packages.get(path)
        if name is None or reading.source is None or name in self._graph.modules:
            return []
        record = namespaces.take_in(self._graph, name, sys.modules.get(name), path)
        if record is None:
            return []
        self._recorder.track(name, record.module, record.path)
        return [record]

    def _gone(self, path: str) -> Change | None:
        """The deletion of a file that statements only asked for."""
        asked = path in awaited_sources and path not in self._absent and not self._graph.at_path(path)
        self._absent.add(path)
        self._tried.pop(path, None)
        return Change(path, None) if asked and self._graph.openers(path) else None

    def _try_later(self, path: str, error: OSError) -> None:
        """A file that cannot be read now is an edit that has failed; what keeps it from being read may pass."""
        tries = self._unreadable[path] = self._unreadable.get(path, 0) + 1
        self._followed.again(path, min(UNREADABLE_SOONEST * 2 ** max(0, tries - UNREADABLE_QUIETLY), UNREADABLE_LATEST))
        if tries == UNREADABLE_QUIETLY:
            text = f"{type(error).__name__}: {error}"
            event = Reload(files=(path,), failure=Failure(path, None, text, f"{text}\n"), involved=frozenset([path]))
            self.pending.keep([path], event.involved, event)
            self._publish(event)

    def _as_saved(self, path: str) -> Change | None:
        """A file as it is now; None where it is not taken up."""
        source, stranger = self._followed.as_saved(path)
        return None if self._refuses(path, stranger) else Change(path, source)

    def _refuses(self, path: str, stranger: int | None) -> bool:
        """Whether a module's file is a stranger's now; that is said, and kept as a failure until it is mended."""
        if stranger is None:
            return False
        summary = f"not taken up: it belongs to user {stranger} now, neither root nor who runs this process"
        event = Reload(files=(path,), failure=Failure(path, None, summary, ""), involved=frozenset([path]))
        if self.pending.failures.get(path) != event.failure:
            self.pending.keep([path], event.involved, event)
            self._publish(event)
        return True

    def _reload_with(self, changes: list[Change], waiting: list[Change]) -> None:
        """What waited for these saves is tried with them; where it fails once more, they go live without it."""
        together = self._attempt([*changes, *waiting])
        if not together.event.ok:
            alone = self._attempt(changes)
            if alone.event.ok:
                known = [self.pending.failures.get(change.path) for change in waiting]
                event = replace(together.event, files=tuple(change.path for change in waiting))
                self._keep_pending(event.files, event)
                self._conclude(alone)
                if event.failure not in known:
                    self._publish(event)
                return
        self._conclude(together)

    def _reload(self, changes: list[Change], whole: Collection[str] = ()) -> None:
        self._conclude(self._attempt(changes, whole))

    def _breakpoints(self, changes: Sequence[Change]) -> Breakpoints | None:
        if "bdb" not in sys.modules:
            return None
        from .reloading import breakpoints  # few processes have any

        return breakpoints.Breakpoints((r.path, r.source) for c in changes for r in self._graph.at_path(c.path))

    def _attempt(self, changes: list[Change], whole: Collection[str] = ()) -> Attempt:
        started = time.perf_counter()
        main = self._graph.modules.get("__main__")
        if main is not None:
            self._graph.analyze(main)  # nothing was recorded of it: what it reads is told by its text
        statements = {node: node.statement for node in (main and main.nodes) or ()}
        breakpoints = self._breakpoints(changes)
        self.applying = True
        try:
            with _Alarm(changes):
                event, outcome = self._placement.reload(changes, whole)
        finally:
            self.applying = False
        files = tuple(c.path for c in changes)
        event = replace(event, files=files, milliseconds=(time.perf_counter() - started) * 1000)
        if event.ok:
            for change in changes:
                if breakpoints is not None:
                    breakpoints.move(change.path, change.source)
                forget_lines(change.path)
            notes = [*leftovers.functions({each.name: each.new for each in outcome.replaced if each.changed})]
            if main is not None and main.script:
                notes += leftovers.statements(main, statements, event.ran)
            event = replace(event, notes=(*event.notes, *notes))
        return Attempt(event, outcome)

    def _conclude(self, attempt: Attempt) -> None:
        """Keep account of what landed, or is pending, and tell of it."""
        event, outcome = attempt.event, attempt.outcome
        if event.ok:
            self.pending.settle(event.files)
            self.uncalled.replaced(outcome.replaced)
            self._landed.append(outcome)
        try:
            if not event.ok:
                self._keep_pending(event.files, event)
            self._take_up_what_landed()
        finally:
            self._publish(event)

    def _publish(self, event: Reload) -> None:
        self._audience.publish(event, self.pending.failures)

    def _take_up_what_landed(self) -> None:
        """Follow the modules that reloads imported, and no longer those that they left."""
        while self._landed:
            self._followed.take_in(self._landed[0].loaded)
            for record in self._landed[0].abandoned:
                self._graph.remove(record)
                self._recorder.forget(record.name)
            self._landed.pop(0)
        self._take_loads()
        self._followed.watch_data()

    def _keep_pending(self, files: Iterable[str], event: Reload) -> None:
        involved = involved_in(event)
        self._followed.watch(path for path in involved if os.path.isabs(path))
        modules = [path for path in files if self._graph.meant_by(path)]
        self.pending.keep(modules, involved, event)


@dataclass(frozen=True, repr=False, eq=False)
class Attempt:
    """A reload that was carried out, or taken back."""

    event: Reload
    outcome: Outcome


class _Alarm:
    """Says that a reload is still running when it takes long."""

    def __init__(self, changes: list[Change]) -> None:
        names = ", ".join(os.path.basename(c.path) for c in changes[:3])
        self._timer = threading.Timer(LONG, report.warn, [f"{names}: the reload is still running after {LONG:.0f} s"])
        self._timer.daemon = True

    def __enter__(self) -> None:
        try:
            self._timer.start()
        except RuntimeError:  # the system has no thread left: the reload goes on all the same
            pass

    def __exit__(self, *exception: object) -> None:
        self._timer.cancel()
