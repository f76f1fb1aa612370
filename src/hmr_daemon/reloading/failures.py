"""Errors of the user's code as the user would see them without us."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

from .._bootstrap import PACKAGE_FOLDER, environment_reason
from ..model import Failure

OURS = PACKAGE_FOLDER + os.sep


def missing_module(error: BaseException) -> set[str]:
    """A marker that the daemon resolves: the import that failed may succeed once such a file is there."""
    return {f"module:{error.name}"} if isinstance(error, ImportError) and error.name else set()


def files_of(error: BaseException) -> set[str]:
    """The user's files that an error came through: mending any of them may help."""
    files = {frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)}
    if isinstance(error, SyntaxError) and error.filename:
        files.add(error.filename)
    return {path for path in files if os.path.isabs(path) and environment_reason(path) is None}


def explain(error: BaseException) -> Failure:
    """An error of the user's code as the user would see it without us: no frame of ours."""
    if isinstance(error, SyntaxError) and not _user_frames(error.__traceback__):
        error.__traceback__ = None
        text = "".join(traceback.format_exception_only(error))
        return Failure(error.filename or "", error.lineno, f"{type(error).__name__}: {error.msg}", text)
    user = _user_frames(error.__traceback__)
    error.__traceback__ = user
    _drop_our_frames(error)
    text = "".join(traceback.format_exception(error))
    lines = "".join(traceback.format_exception_only(error)).split("\n")
    summary = next((line for line in lines if line and not line[0].isspace()), type(error).__name__)
    place = user
    return Failure(
        place.tb_frame.f_code.co_filename if place else "", place.tb_lineno if place else None, summary, text
    )


def _user_frames(tb: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame of the user's on."""
    while tb is not None and _is_ours_or_installed(tb.tb_frame.f_code.co_filename):
        tb = tb.tb_next
    return tb


def _drop_our_frames(error: BaseException | None) -> None:
    """Take frames of ours out of the middle of tracebacks, those of the errors behind included."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        tb = error.__traceback__
        while tb is not None:
            while tb.tb_next is not None and tb.tb_next.tb_frame.f_code.co_filename.startswith(OURS):
                tb.tb_next = tb.tb_next.tb_next
            tb = tb.tb_next
        error = error.__cause__ or error.__context__


def _is_ours_or_installed(path: str) -> bool:
    return path.startswith((OURS, "<frozen importlib")) or (
        os.path.isabs(path) and environment_reason(path) is not None
    )
