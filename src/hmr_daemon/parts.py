"""The save-time side, wired together; what is imported here costs 50 ms, so it is made once the program is calm."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from .ahead import Ahead
from .live.turn import Turn
from .loading.scripts import found_script, script_load
from .model import Failure, Reload
from .pending import Pending
from .planning.graph import Graph
from .release import OtherRelease, ensure_installed
from .reporting import report
from .syntax import codes
from .watching.batches import Batch, BatchQueue
from .watching.followed import Followed
from .watching.watcher import Watcher

if TYPE_CHECKING:
    from types import CodeType

    from .config import Settings
    from .loading.notes import Load
    from .loading.prompt import Prompt
    from .loading.recorder import Recorder
    from .main_thread import MainThread
    from .reporting.audience import Audience
    from .saves import Saves

TRY_AGAIN = 1.0  # seconds after which a save is looked at again for which the reloading could not be loaded


class Parts:
    """Takes in what the program loads, and hands saves to those who make them live; only on the daemon's thread."""

    def __init__(
        self,
        settings: Settings,
        recorder: Recorder,
        prompt: Prompt,
        audience: Audience,
        main: MainThread,
        wait_for_loads: Callable[[], None],
    ) -> None:
        self._recorder = recorder
        self._prompt = prompt
        self._audience = audience
        self._main = main
        self._wait_for_loads = wait_for_loads
        self.graph = Graph()
        self.ahead = Ahead(self.graph)
        self.queue = BatchQueue(settings.quiet)
        self.watcher = Watcher(
            self.queue.put,
            polling=settings.polling,
            poll_interval=settings.poll_interval,
            warn=report.warn,
        )
        self.followed = Followed(self.graph, self.watcher, self.queue)
        self.pending = Pending()
        self._has_script = False

    # --- what is loaded

    def take_loads(self) -> None:
        """Take in what has been imported since: its source, and a watch on its file."""
        if not self._has_script and not self._prompt.shells:
            self._add_script(found_script())
        records = self.graph.absorb_all(self._recorder.take_loads())
        self.followed.take_in(records)
        self.ahead.take_in(records)

    def take_script(self, load: Load | None, path: str | None, source: bytes | None, waits: Callable[[], bool]) -> None:
        """Take in the script: its load, where there is one already, or else the file and what it held at the start."""
        self._has_script = load is not None
        if load is None and path is not None:
            load = script_load(path, source, waits)
            self._add_script(load)
        if _may_execute_text(None if load is None else load.code):
            self._prompt.watch()

    def _add_script(self, load: Load | None) -> None:
        if load is not None:
            self._has_script = True
            self._recorder.add(load)

    def free_script(self) -> None:
        """The script has ended: from now on its statements may run again as a module's do."""
        self.take_loads()
        record = self.graph.modules.get("__main__")
        if record is not None:
            self.graph.analyze(record)
            record.script, record.running = False, None

    def forget_script(self, paths: Iterable[str]) -> None:
        """The script is to be run anew as a whole, once one of these files or a live one is saved."""
        self.take_loads()
        self.followed.watch(paths)
        record = self.graph.modules.get("__main__")
        if record is not None:
            self.pending.settle([record.path])
            self.graph.remove(record)

    # --- what is saved

    @cached_property
    def saves(self) -> Saves:
        """What carries them out. It is loaded with the first one: it takes 2 MB, and most processes never see a save.

        Raises ImportError, OSError or OtherRelease where that cannot be done now.
        """
        ensure_installed()
        from .placement import Placement
        from .reloading.executor import Executor
        from .reloading.interactive import Interactive
        from .saves import Saves

        executor = Executor(self.graph, self._recorder, Interactive())
        placement = Placement(executor, self._main)
        parts = (self.graph, self._recorder, executor, placement, self.followed, self._audience)
        return Saves(*parts, self.pending, self.take_loads)

    @property
    def _saves_so_far(self) -> Saves | None:
        """The same, where there has been one."""
        return vars(self).get("saves")

    def _fault(self) -> Exception | None:
        """Why reloading cannot be loaded now: the process may be out of descriptors."""
        try:
            self.saves  # noqa: B018
        except (ImportError, OSError, OtherRelease) as error:
            return error
        return None

    def _leave_for_later(self, paths: Collection[str], fault: Exception) -> None:
        """What cannot be carried out now is an edit that has failed; what keeps it from that may pass."""
        text = f"reloading cannot be loaded: {type(fault).__name__}: {fault}"
        for path in paths:
            failure = Failure(path, None, text, f"{text}\n")
            if self.graph.at_path(path) and self.pending.failures.get(path) != failure:
                event = Reload(files=(path,), failure=failure, involved=frozenset([path]))
                self.pending.keep([path], event.involved, event)
                self._audience.publish(event, self.pending.failures)
            self.followed.again(path, TRY_AGAIN)

    @property
    def applying(self) -> bool:
        """Whether a reload is being carried out now."""
        return self._saves_so_far is not None and self._saves_so_far.applying

    @property
    def uncalled(self) -> tuple[str, ...]:
        """The functions that have changed and that no one has called since."""
        return () if self._saves_so_far is None else self._saves_so_far.uncalled.names()

    def next_batch(self) -> Batch | None:
        """The files that are saved next; None where something else is to be done first."""
        patience, began = self.ahead.patience, time.monotonic()
        batch = self.queue.get(patience, self._prepare)
        if batch is None and patience is not None and time.monotonic() - began >= patience:
            self.ahead.step()
        return batch

    def _prepare(self, path: str) -> None:
        if self._fault() is None:
            self.saves.prepare(path)

    def take_batch(self, paths: Iterable[str]) -> None:
        """Apply what the watcher has told of, but for files that are half written: these are told again."""
        self.take_loads()
        self._wait_for_loads()
        self.watcher.hear()
        whole = [path for path in paths if not self.followed.is_half_written(path)]
        if (fault := self._fault()) is not None:
            self._leave_for_later(whole, fault)
        elif not self.followed.until_filled(whole):
            self.saves.apply(whole)
        self.ahead.begin_edits()

    def catch_up(self) -> bool:
        """Apply what has been saved, whether or not anyone has told of it; whether all is live now."""
        self.take_loads()
        if paths := self.followed.differing():
            if (fault := self._fault()) is not None:
                self._leave_for_later(paths, fault)
                return False
            self._wait_for_loads()
            self.watcher.hear()
            while list(filter(self.followed.is_half_written, paths)):
                time.sleep(0.005)
            self.saves.apply(paths)
            if self._main.waits:
                self.saves.with_main_thread()
        return self._are_all_live()

    def _are_all_live(self) -> bool:
        return not self.pending and (self._saves_so_far is None or self._saves_so_far.are_all_live())

    def with_main_thread(self) -> None:
        """Do what was left for the main thread, which has come by."""
        self.take_loads()
        self._wait_for_loads()
        if self._saves_so_far is not None:
            self._saves_so_far.with_main_thread()

    def retry(self) -> bool:
        """Try again what failed; whether all is live now."""
        if not self.catch_up() and self._saves_so_far is not None:
            self._saves_so_far.retry()
        return self._are_all_live()

    def run_again(self, module: str) -> bool:
        """Run all of a live module again, and whatever used what comes out different; whether that landed."""
        self.catch_up()
        record = self.graph.modules.get(module)
        if record is None or self._fault() is not None:
            return False
        self.saves.run_again(record.path)
        return record.path not in self.pending

    def leave_parent(self) -> None:
        """In a forked child: a reload that its parent was at is not its own, and no lock is the parent's."""
        if self._saves_so_far is not None:
            self._saves_so_far.applying = False
        Turn().end()
        self.queue.leave_parent()

    def current_graph(self) -> Graph:
        self.take_loads()
        return self.graph


def _may_execute_text(script: CodeType | None) -> bool:
    """Whether ``__main__`` is a prompt, or a script that executes text of its own."""
    if script is None or sys.flags.interactive or "IPython" in sys.modules:
        return True
    return any(name in code.co_names for code in codes.walk((script,)) for name in ("exec", "interact", "eval"))
