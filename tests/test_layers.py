"""Each module of the package imports only what stands lower than itself."""

from __future__ import annotations

import ast
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import FunctionType

import pytest

from live import clean_environ

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "hmr_daemon"

# Lowest first, folder by folder. A module may import those before it, whether at its top or inside a function.
FOLDERS = [
    ("", "_bootstrap errors release model config scope main_thread"),
    (
        "syntax",
        "trees outside inlining elements effects statements annotating enclosing parsing diff optional compiler "
        "defaults codes adding counters stores steps hooks loops orders handing mentions partly registering "
        "redefinition memos kept repeats instrument",
    ),
    (
        "loading",
        "shelter captures opening listings notes monitor recorder starts finder wanted signals forks scripts prompt "
        "standby",
    ),
    (
        "live",
        "turn kinds per_thread containers unbegun transaction insides ways functions swaps holders values classes "
        "instances caches remembered reach guesses abstract changes successors own_instances parameters bodies records "
        "entries additions",
    ),
    (
        "planning",
        "forms index records imports places attribution unseen graph planner cycles presets targets dependencies "
        "namespaces",
    ),
    ("watching", "batches signatures trail mounts sources calls inotify observer watcher owners followed"),
    ("reporting", "ipython report audience"),
    (
        "reloading",
        "interactive at_exit frameworks registries contributions lookups leftovers failures run library_state "
        "versions apart definitions stand_ins on_demand decorated making giving adders doing setting_up scheduling "
        "families remembering instances telling receivers repeated counting last_words arrivals assignments "
        "later_entries by_hand own_entries hiding attributes swapping seen known_values library_objects "
        "library_entries editing leaving moved ordering keeping lent refilling settling remaking displaced "
        "evaluating early rerunning aftermath executor uncalled breakpoints",
    ),
    ("", "pending placement saves ahead parts jobs daemon status api __init__ runner doctor processes cli __main__"),
]
LAYERS = [f"{folder}.{name}".lstrip(".") for folder, names in FOLDERS for name in names.split()]
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" or path.parent == PACKAGE
)


def imported(source: str, package: str = "hmr_daemon") -> set[str]:
    """The modules of the package that a source in `package` imports; `__init__` for the package itself."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found.update(name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            outer = package.rsplit(".", node.level - 1)[0] if node.level else ""
            base = ".".join(filter(None, [outer, node.module]))
            found.update(f"{base}.{name.name}" if f"{base}.{name.name}" in NAMES else base for name in node.names)
    return {name.partition(".")[2] or "__init__" for name in found if name in NAMES}


NAMES = {"hmr_daemon", *(f"hmr_daemon.{name}" for name in MODULES)}


def test_every_module_has_a_layer() -> None:
    assert set(MODULES) <= set(LAYERS), "put new modules into LAYERS where they belong"


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down(module: str) -> None:
    below = LAYERS[: LAYERS.index(module)]
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    package = ".".join(["hmr_daemon", *module.split(".")[:-1]])
    upward = imported(path.read_text(encoding="utf-8"), package) - set(below)
    assert not upward, f"{module} may not import {', '.join(sorted(upward))}"


def test_nothing_of_ours_is_loaded_while_code_goes_live() -> None:
    """Who waits for a file lets other threads run, and these would meet half of an edit."""
    inner = {"reloading", "live", "planning", "syntax"}
    late = set[str]()
    for module in [module for module in MODULES if module.partition(".")[0] in inner]:
        tree = ast.parse(PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        late.update(*(imported(ast.unparse(node), f"hmr_daemon.{module.partition('.')[0]}") for node in functions))
    code = "import sys, hmr_daemon.saves; print(*sys.modules)"
    environ = clean_environ(NO_HMR_DAEMON="1")
    loaded = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    only_for_scripts = {"live.guesses"}
    assert late - only_for_scripts <= {name.partition(".")[2] for name in loaded.stdout.split()}


@pytest.mark.parametrize("module", ["../hmr_daemon_startup", "__init__", "_bootstrap", "loading/shelter"])
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
    source = "from .. import errors\nfrom ..syntax import diff\nfrom .index import Index"
    assert imported(source, "hmr_daemon.planning") == {"errors", "syntax.diff", "planning.index"}


def test_no_part_of_a_run_takes_the_place_of_a_method_of_another() -> None:
    """They are one object: a name that two of them define is one of both, unless it is left open or gone on from."""
    from hmr_daemon.reloading.executor import _Run

    methods: dict[str, list[FunctionType]] = {}
    for cls in _Run.__mro__[:-1]:
        for name, member in vars(cls).items():
            if isinstance(member, FunctionType) and not (name.startswith("__") and name.endswith("__")):
                methods.setdefault(name, []).append(member)
    pairs = [(name, *pair) for name, found in methods.items() for pair in pairwise(found)]
    taken = [name for name, upper, lower in pairs if not (mentions(upper, "super") or mentions(lower, LEFT_OPEN))]
    assert not taken, f"{', '.join(taken)}: defined by two"


LEFT_OPEN = "NotImplementedError"


def mentions(method: FunctionType, name: str) -> bool:
    return name in method.__code__.co_names


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("syntax.")])
def test_no_type_of_a_value_is_compared(module: str) -> None:
    """A metaclass of the program may compare and hash as it likes: ``plain_type(value) in (list, dict)`` asks none."""
    tree = ast.parse(PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8"))
    asked = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and not all(isinstance(each, (ast.Is, ast.IsNot)) for each in node.ops)
        for left in [node.left]
        if isinstance(left, ast.Call) and isinstance(left.func, ast.Name) and left.func.id == "type"
    ]
    assert not asked
