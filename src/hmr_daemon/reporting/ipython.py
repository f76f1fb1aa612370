"""IPython and Jupyter: the barrier before each cell, reports that stay clear of what is typed, the failure's mark."""

from __future__ import annotations

import sys

from ..loading import prompt
from ..loading.standby import SHELL_MODULE

TYPE_CHECKING = False
if TYPE_CHECKING:  # at run time nothing is imported that the program has not loaded
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any, Protocol, TextIO

    class Keeper(Protocol):
        """Who knows what is live."""

        def sync(self) -> bool: ...
        def failing(self) -> Sequence[str]: ...
        def live_modules(self) -> Sequence[str]: ...
        def warn(self, text: str) -> None: ...


def follow(keeper: Keeper, shells: list[prompt.Shell]) -> None:
    """Serve the shell that is there, and every one that comes, without its user doing anything."""

    def serve(interactive_shell: Any) -> None:
        try:
            shells.append(IPythonShell(interactive_shell, keeper))
        except Exception:  # an IPython that we do not know: it goes on without us
            return

    module = sys.modules.get(SHELL_MODULE)
    if module is None or not hasattr(module, "InteractiveShell"):
        return
    _serve_later_ones(module, serve)
    if module.InteractiveShell.initialized():
        serve(module.InteractiveShell.instance())


def _serve_later_ones(module: ModuleType, serve: Callable[[Any], None]) -> None:
    """A shell that is made later is served once it can call back before its cells."""
    shell_class: Any = getattr(module, "InteractiveShell", None)
    init_events = getattr(shell_class, "init_events", None)
    if init_events is None:
        return

    def init_events_and_serve(self: Any) -> None:
        init_events(self)
        serve(self)

    shell_class.init_events = init_events_and_serve


class IPythonShell:
    """One shell: in a terminal, behind a plain pipe, or in a kernel."""

    def __init__(self, shell: Any, keeper: Keeper) -> None:
        self._shell = shell
        self._keeper = keeper
        self._held: list[str] = []
        self._running = hasattr(shell, "user_ns") and _runs_cell(shell)
        self._parent: Any = getattr(sys.stderr, "parent_header", None)
        self._conflict_told = False
        shell.events.register("pre_run_cell", self.before_cell)
        shell.events.register("post_run_cell", self.after_cell)
        callbacks = shell.events.callbacks["pre_run_cell"]
        callbacks.insert(0, callbacks.pop())  # before %autoreload's
        self._mark_prompt()

    # --- cells

    def before_cell(self, _info: object = None) -> None:
        """What was saved before the cell is live, or reported as failed, before the cell runs."""
        self._running = True
        self._parent = getattr(sys.stderr, "parent_header", None)
        self._catch_up()

    def after_cell(self, _result: object = None) -> None:
        """What was saved while the cell ran is told in its output."""
        self._catch_up()
        self._running = False
        self._mark_prompt()

    def _catch_up(self) -> None:
        try:
            self._flush()
            self._calm_autoreload()
            self._keeper.sync()
        except KeyboardInterrupt:
            self._keeper.warn("interrupted while a reload was under way: it goes on beside the cells")
        except Exception:
            return
        finally:
            self._flush()

    def _calm_autoreload(self) -> None:
        """`%autoreload` runs whole modules again: it is to leave those alone that are live already."""
        magics = self._shell.magics_manager.registry.get("AutoreloadMagics")
        reloader = getattr(magics, "_reloader", None)
        if reloader is None or not getattr(reloader, "enabled", False):
            return
        reloader.skip_modules.update(dict.fromkeys(self._keeper.live_modules(), True))
        if not self._conflict_told:
            self._conflict_told = True
            self._keeper.warn("%autoreload is on too: it leaves live modules to hmr-daemon; %autoreload 0 ends it")

    # --- reports

    def show(self, text: str) -> bool:
        """Whether the text is taken care of; in a terminal where a cell runs it is simply written."""
        notebook = hasattr(sys.stderr, "pub_thread")
        if self._running and (not notebook or _send(sys.stderr, text, self._parent)):
            return notebook
        self._held.append(text)
        if not notebook:
            self._write_above_prompt()
        return True

    def _write_above_prompt(self) -> None:
        """Let prompt_toolkit write what is held above the line that is being typed, if it comes to it."""
        app = getattr(getattr(self._shell, "pt_app", None), "app", None)
        if app is None or not app.is_running or app.loop is None:
            return
        from prompt_toolkit.application import run_in_terminal

        def write_and_renew() -> None:
            self._flush(sys.__stderr__)
            self._renew_prompt()

        try:
            app.loop.call_soon_threadsafe(lambda: run_in_terminal(write_and_renew), context=app.context)
        except RuntimeError:  # the loop has ended
            return

    def _renew_prompt(self) -> None:
        """Let the prompt that is shown be what it would be now."""
        from prompt_toolkit.formatted_text import PygmentsTokens

        self._mark_prompt()
        self._shell.pt_app.message = PygmentsTokens(self._shell.prompts.in_prompt_tokens())

    def _flush(self, stream: TextIO | None = None) -> None:
        """Write what was held. While a line is typed `sys.stderr` may be a proxy that loses what comes too late."""
        while self._held:
            prompt.write(self._held.pop(0), stream)

    # --- the mark

    def _mark_prompt(self) -> None:
        """Show what is not live in the prompt itself, for as long as it is not."""
        prompts = getattr(self._shell, "prompts", None)
        tokens = getattr(prompts, "in_prompt_tokens", None)
        if tokens is None or getattr(tokens, "marks_failures", False):
            return

        def in_prompt_tokens() -> Any:
            names = self._keeper.failing()
            if not names:
                return tokens()
            from pygments.token import Token  # type: ignore[import-untyped]

            return [(Token.OutPrompt, f"[not live: {', '.join(names)}] "), *tokens()]

        in_prompt_tokens.marks_failures = True  # type: ignore[attr-defined]
        prompts.in_prompt_tokens = in_prompt_tokens  # type: ignore[union-attr]


def _runs_cell(shell: Any) -> bool:
    """Whether the shell runs a cell now: most often the one that imports the first module."""
    frame = sys._getframe(1)
    current: Any = frame
    while current is not None:
        if current.f_code.co_name in ("run_cell", "run_cell_async") and current.f_locals.get("self") is shell:
            return True
        current = current.f_back
    return False


def _send(stream: Any, text: str, parent: Any) -> bool:
    """Write to the output of the cell that runs; a thread's own writing goes where the thread was started."""
    if not parent:
        return False

    def send() -> None:
        content = {"name": stream.name, "text": text}
        stream.session.send(stream.pub_thread, "stream", content=content, parent=parent, ident=stream.topic)

    try:
        stream.pub_thread.schedule(send)
    except Exception:  # another kernel's stream
        return False
    return True
