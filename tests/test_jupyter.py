"""A real kernel: each cell sees what was saved before it, and reports stay out of other cells' output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from live import Files, clean_environ, write

TIMEOUT = 60


@dataclass
class Cell:
    """What a cell gave."""

    stdout: str = ""
    stderr: str = ""
    value: str | None = None
    error: str | None = None


@dataclass
class Notebook:
    """A running kernel, and what it sent for which request."""

    root: Path
    client: Any
    cells: dict[str, Cell] = field(default_factory=dict)

    def start(self, code: str) -> str:
        request: str = self.client.execute(code)
        self.cells[request] = Cell()
        return request

    def wait(self, request: str) -> Cell:
        """Until the cell is done."""
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            parent = message["parent_header"].get("msg_id", "")
            self._take(self.cells.setdefault(parent, Cell()), message["msg_type"], message["content"])
            if parent == request and message["content"].get("execution_state") == "idle":
                return self.cells[request]

    def wait_for(self, request: str, text: str) -> None:
        """Until the cell, which may still be running, has written a text."""
        while text not in self.cells[request].stdout + self.cells[request].stderr:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            parent = message["parent_header"].get("msg_id", "")
            self._take(self.cells.setdefault(parent, Cell()), message["msg_type"], message["content"])

    def run(self, code: str) -> Cell:
        return self.wait(self.start(code))

    def edit(self, files: Files) -> None:
        write(self.root, files, atomic=True)

    def _take(self, cell: Cell, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
        elif kind == "execute_result":
            cell.value = content["data"]["text/plain"]
        elif kind == "error":
            cell.error = content["ename"]


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[Notebook]:
    files = {"m.py": "X = 1\ndef f():\n    return 'old'\n", "n.py": "from m import X\nY = X + 1\n"}
    write(tmp_path, files)
    environ = clean_environ(IPYTHONDIR=str(tmp_path / ".ipython"))
    manager, client = start_new_kernel(startup_timeout=TIMEOUT, kernel_name="python3", cwd=str(tmp_path), env=environ)
    yield Notebook(tmp_path, client)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_cell_sees_what_was_saved_just_before_it(notebook: Notebook) -> None:
    assert notebook.run("from m import X as x, f; import n; mine = x").error is None
    for number in range(2, 5):
        notebook.edit({"m.py": f"X = {number}\ndef f():\n    return 'new {number}'\n"})
        assert notebook.run("x, f(), n.Y, mine").value == f"({number}, 'new {number}', {number + 1}, 1)"


def test_names_that_a_star_brought_follow(notebook: Notebook) -> None:
    notebook.run("from m import *")
    notebook.edit({"m.py": "X = 5\nNEW = 6\ndef f():\n    return 'new'\n"})
    assert notebook.run("X, f(), NEW").value == "(5, 'new', 6)"


def test_a_report_comes_in_the_cell_that_runs_next_and_in_no_other(notebook: Notebook) -> None:
    first = notebook.start("import m; import hmr_daemon; print(hmr_daemon.sync())")
    notebook.wait(first)
    notebook.edit({"m.py": ("'old'", "'new'")})
    second = notebook.run("print(m.f())")
    assert second.stderr.startswith("[hmr] m.py: patched m.f (")
    assert second.stdout == "new\n"
    notebook.edit({"m.py": ("'new'", "1 +")})
    third = notebook.run("print(m.f())")
    assert third.stderr.startswith("[hmr] m.py: not live, the old code goes on: SyntaxError")
    assert third.stdout == "new\n"
    assert notebook.run("1").stderr == ""
    assert notebook.cells[first].stderr == ""


def test_a_save_while_a_cell_runs_applies_at_once_and_is_told_in_that_cell(notebook: Notebook) -> None:
    notebook.run("import m, time; import hmr_daemon; hmr_daemon.sync()")
    request = notebook.start("print('runs', flush=True)\nwhile m.f() == 'old': time.sleep(0.01)\nprint(m.f())")
    notebook.wait_for(request, "runs")
    notebook.edit({"m.py": ("'old'", "'new'")})
    notebook.wait_for(request, "[hmr]")
    cell = notebook.wait(request)
    assert "new\n" in cell.stdout
    assert cell.stderr.startswith("[hmr] m.py: patched m.f (")
    assert sum("[hmr]" in each.stderr for each in notebook.cells.values()) == 1


def test_magics_and_top_level_await_keep_working(notebook: Notebook) -> None:
    write(notebook.root, {"script.py": "from m import X\nprint('ran', X)\nZ = 3\n"})
    assert notebook.run("%run script.py").stdout == "ran 1\n"
    assert notebook.run("Z").value == "3"
    assert notebook.run("%%time\nfrom m import *\nf()").value == "'old'"
    notebook.edit({"m.py": ("'old'", "'new'")})
    assert notebook.run("import asyncio\nawait asyncio.sleep(0, f())").value == "'new'"
    assert notebook.run("%load_ext autoreload").error is None


def test_autoreload_leaves_live_modules_alone_and_that_is_said_once(notebook: Notebook) -> None:
    told = notebook.run("%load_ext autoreload\n%autoreload 2\nimport m\nm.state = 1\nimport hmr_daemon").stderr
    for number in (2, 3):
        notebook.edit({"m.py": f"X = {number}\nprint('loaded')\ndef f():\n    return {number}\n"})
        cell = notebook.run("m.f(), m.X, m.state")
        assert cell.value == f"({number}, {number}, 1)"
        told += cell.stderr
    assert told.count("%autoreload is on too") == 1
    assert notebook.run("hmr_daemon.status().reloads").value == "2"
