"""Which release of the package this process runs, and whether it is still the one that is installed."""

from __future__ import annotations

import os
import sys

from ._bootstrap import PACKAGE_FOLDER
from .errors import HmrError


class OtherRelease(HmrError):  # noqa: N818
    """The package was upgraded or taken out since it was loaded."""


def ensure_installed() -> None:
    """What is loaded now must fit what was loaded at the start.

    Raises OtherRelease where another release has come meanwhile, OSError where there is none or it cannot be read.
    """
    version = f'__version__ = "{sys.modules[__package__].__version__}"'
    with open(os.path.join(PACKAGE_FOLDER, "__init__.py"), encoding="utf-8") as file:
        if version not in file.read():
            raise OtherRelease("another release of hmr-daemon was installed meanwhile: start this process again")
