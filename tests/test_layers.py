"""Each module of the package imports only what stands lower than itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "hmr_daemon"

# Lowest first. A module may import those before it, whether at its top or inside a function.
LAYERS = [
    "_bootstrap",
    "shelter",
    "errors",
    "model",
    "config",
    "scope",
    "statements",
    "diff",
    "optional",
    "compiler",
    "codes",
    "recorder",
    "finder",
    "wanted",
    "forks",
    "scripts",
    "prompt",
    "standby",
    "ipython",
    "transaction",
    "values",
    "functions",
    "reach",
    "index",
    "graph",
    "planner",
    "cycles",
    "presets",
    "targets",
    "batches",
    "signatures",
    "trail",
    "mounts",
    "sources",
    "inotify",
    "observer",
    "watcher",
    "interactive",
    "instrument",
    "abstract",
    "classes",
    "contributions",
    "leftovers",
    "dependencies",
    "failures",
    "run",
    "versions",
    "definitions",
    "decorated",
    "scheduling",
    "families",
    "telling",
    "assignments",
    "swapping",
    "editing",
    "rerunning",
    "aftermath",
    "executor",
    "uncalled",
    "report",
    "audience",
    "pending",
    "owners",
    "breakpoints",
    "followed",
    "saves",
    "ahead",
    "parts",
    "jobs",
    "daemon",
    "status",
    "api",
    "__init__",
    "runner",
    "doctor",
    "processes",
    "cli",
    "__main__",
]
MODULES = sorted(path.stem for path in PACKAGE.glob("*.py"))


def imported(source: str) -> set[str]:
    """The modules of the package that a source imports; `__init__` for the package itself."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(filter(None, ["hmr_daemon" if node.level else "", node.module]))
            found.update(f"{base}.{name.name}" if base == "hmr_daemon" else base for name in node.names)
    inside = {name.partition(".")[2].partition(".")[0] for name in found if name.partition(".")[0] == "hmr_daemon"}
    return {name if name in MODULES else "__init__" for name in inside}


def test_every_module_has_a_layer() -> None:
    assert set(MODULES) <= set(LAYERS), "put new modules into LAYERS where they belong"


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    below = LAYERS[: LAYERS.index(module)]
    upward = imported((PACKAGE / f"{module}.py").read_text(encoding="utf-8")) - set(below)
    assert not upward, f"{module} may not import {', '.join(sorted(upward))}"


@pytest.mark.parametrize("module", ["../hmr_daemon_startup", "__init__", "_bootstrap", "shelter"])
def test_what_runs_at_startup_imports_only_what_the_interpreter_has_loaded(module: str) -> None:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    always = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {name.name for node in always if isinstance(node, ast.Import) for name in node.names}
    names |= {str(node.module) for node in always if isinstance(node, ast.ImportFrom)}
    assert names <= {
        "os", "sys", "_thread", "_frozen_importlib", "_frozen_importlib_external",
        "hmr_daemon_startup", "hmr_daemon._bootstrap",
    }  # fmt: skip


def test_an_upward_import_is_seen() -> None:
    assert imported("def f():\n    from hmr_daemon import _bootstrap\n    import hmr_daemon.scope") == {
        "_bootstrap",
        "scope",
    }
    assert imported("from hmr_daemon import on_reload") == {"__init__"}
    assert imported("from .config import Settings\nfrom . import errors\nimport os") == {"config", "errors"}
