"""What may come into a process by a save, and what the daemon itself opens and starts."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from conftest import LiveFactory
from hmr_daemon.watching.owners import Owners
from live import Environment, write

as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="only root can give a file to someone else"
)
posix = pytest.mark.skipif(sys.platform == "win32", reason="owners and links are POSIX's")
STRANGER = 54321


# --- whose files are taken up --------------------------------------------------------------------------------


@as_root
def test_a_file_that_came_to_belong_to_a_stranger_is_not_taken_up(live: LiveFactory, tmp_path: Path) -> None:
    process = live({"mod.py": "def f():\n    return 1\n"})
    process.load("import mod, hmr_daemon")
    write(tmp_path, {"aside.py": "open('broken in', 'w')\ndef f():\n    return 'theirs'\n"})
    os.chown(tmp_path / "aside.py", STRANGER, -1)
    os.replace(tmp_path / "aside.py", tmp_path / "mod.py")
    event = process.wait_reload()
    assert not event.ok
    assert process.see("hmr_daemon.errors()[0].summary").startswith(f"not taken up: it belongs to user {STRANGER} now")
    assert process.see("(hmr_daemon.sync(), hmr_daemon.retry(), hmr_daemon.reload(mod), mod.f())") == (False,) * 3 + (
        1,
    )
    assert not (tmp_path / "broken in").exists()
    write(tmp_path, {"aside.py": "def f():\n    return 2\n"})
    os.replace(tmp_path / "aside.py", tmp_path / "mod.py")
    assert process.wait_reload().ok
    assert process.see("(mod.f(), hmr_daemon.errors())") == (2, ())


@as_root
@pytest.mark.parametrize("name", ["theirs.py", "theirs/__init__.py"])
def test_a_module_of_a_stranger_in_a_folder_that_was_listed_is_not_minded(
    live: LiveFactory, tmp_path: Path, name: str
) -> None:
    process = live({"found.py": "import os\nnames = os.listdir('plugins')\n", "plugins/mine.py": ""})
    process.load("import found, hmr_daemon")
    write(tmp_path, {f"aside/{name}": ""})
    os.chown(tmp_path / "aside" / name, STRANGER, -1)
    os.rename(tmp_path / "aside" / Path(name).parts[0], tmp_path / "plugins" / Path(name).parts[0])
    assert process.see("(hmr_daemon.sync(), found.names)") == (True, ["mine.py"])
    process.edit({"plugins/another.py": ""})
    process.until("sorted(found.names)", ["another.py", "mine.py", Path(name).parts[0]])


@as_root
def test_a_package_of_a_stranger_takes_no_module_s_place(live: LiveFactory, tmp_path: Path) -> None:
    process = live({"mod.py": "def f():\n    return 1\n"})
    process.load("import mod, hmr_daemon")
    write(tmp_path, {"aside/__init__.py": "open('broken in', 'w')\ndef f():\n    return 'theirs'\n"})
    os.chown(tmp_path / "aside" / "__init__.py", STRANGER, -1)
    os.rename(tmp_path / "aside", tmp_path / "mod")
    os.unlink(tmp_path / "mod.py")
    event = process.wait_reload()
    assert not event.ok
    assert process.see("hmr_daemon.errors()[0].summary").startswith(f"not taken up: it belongs to user {STRANGER} now")
    assert process.see("(hmr_daemon.retry(), mod.f())") == (False, 1)
    assert not (tmp_path / "broken in").exists()
    write(tmp_path, {"aside.py": "def f():\n    return 2\n"})
    os.replace(tmp_path / "aside.py", tmp_path / "mod" / "__init__.py")
    assert process.wait_reload().ok
    assert process.see("(mod.f(), hmr_daemon.errors())") == (2, ())


@as_root
@pytest.mark.parametrize("what", ["the link", "its target"])
def test_a_link_that_is_swapped_leads_to_no_stranger(live: LiveFactory, tmp_path: Path, what: str) -> None:
    write(tmp_path, {"real.txt": "def f():\n    return 1\n", "theirs.txt": "def f():\n    return 'theirs'\n"})
    (tmp_path / "mod.py").symlink_to("real.txt")
    process = live({})
    process.load("import mod")
    (tmp_path / "aside").symlink_to("theirs.txt")
    if what == "the link":
        os.lchown(tmp_path / "aside", STRANGER, -1)
    else:
        os.chown(tmp_path / "theirs.txt", STRANGER, -1)
    os.replace(tmp_path / "aside", tmp_path / "mod.py")
    assert not process.wait_reload().ok
    assert process.see("mod.f()") == 1


@as_root
def test_whose_code_the_program_has_imported_may_save_it(live: LiveFactory, tmp_path: Path) -> None:
    """A container that runs as root, with a developer's files mounted."""
    files = {"mod.py": "def f():\n    return 1\n"}
    write(tmp_path, files)
    os.chown(tmp_path / "mod.py", STRANGER, -1)
    process = live({})
    process.load("import mod")
    write(tmp_path, {"aside.py": "def f():\n    return 2\n"})
    os.chown(tmp_path / "aside.py", STRANGER, -1)
    os.replace(tmp_path / "aside.py", tmp_path / "mod.py")
    assert process.wait_reload().ok
    assert process.see("mod.f()") == 2


@posix
def test_who_counts_as_a_stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same without root: this process plays another user's."""
    file = tmp_path / "mod.py"
    file.write_text("x = 1")
    owner = file.stat().st_uid
    assert Owners().read(str(file)) == (b"x = 1", None)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    owners = Owners()
    assert owners.read(str(file)) == (b"x = 1", None if owner == 0 else owner)
    owners.learn(str(file), owner)
    assert owners.read(str(file)) == (b"x = 1", None)


@posix
def test_a_file_that_everyone_may_write_is_taken_up(live: LiveFactory, tmp_path: Path) -> None:
    """Its owner says who may write it, as for plain Python: on many mounts everyone may write everything."""
    process = live({"mod.py": "x = 1\n"})
    (tmp_path / "mod.py").chmod(0o666)
    process.load("import mod")
    process.edit({"mod.py": "x = 2\n"})
    assert process.wait_reload().ok
    assert process.see("mod.x") == 2


# --- what is loaded, opened and started ----------------------------------------------------------------------

AUDITED = """
import os, sys, threading, time
folder = os.getcwd() + os.sep
seen = []
WATCHED = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn", "pty.",
           "urllib.", "http.", "ftplib.", "smtplib.", "os.startfile", "shutil.", "os.remove", "os.rename", "os.mkdir",
           "os.chmod", "os.chown", "os.symlink", "os.link", "os.truncate", "tempfile.")

def audit(event, arguments):
    if threading.current_thread().name.startswith("hmr-daemon") or event.startswith(WATCHED):
        if event.startswith(WATCHED):
            seen.append((event, str(arguments[0])))
        elif event == "open" and isinstance(arguments[0], str):
            seen.append(("write" if arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else "read", arguments[0]))
        elif event == "exec" and arguments[0].co_filename.startswith(folder):
            seen.append(("exec", arguments[0].co_filename))

sys.addaudithook(audit)
import mod, hmr_daemon
events = []
hmr_daemon.on_reload(events.append)
while not hmr_daemon.status().watched:
    time.sleep(0.01)
text = "import mod2\\ndef f():\\n    return 2\\nf()\\n"
for name in ("stranger.py", "mod.py"):
    with open(name + ".new", "w") as file:
        file.write(text)
    sys.modules["nt" if os.name == "nt" else "posix"].rename(name + ".new", name)
while mod.f() != 2:
    time.sleep(0.01)
assert hmr_daemon.sync()
mine = {("os.rename", "stranger.py.new"), ("os.rename", "mod.py.new")}
print(sorted({(kind, os.path.basename(path)) for kind, path in seen
              if (kind != "read" or path.startswith(folder)) and (kind, path) not in mine}))
"""


def test_nothing_else_is_loaded_opened_or_started(environment: Environment, tmp_path: Path) -> None:
    """Told by audit hooks, from before the first user module on: no socket, no child process, nothing written, and of
    the project's files only those that the program imports; `stranger.py`, saved beside them, is not even read."""
    write(tmp_path, {"mod.py": "def f():\n    return 1\n", "mod2.py": "x = 1\n", "stranger.py": "x = 1\n"})
    done = environment.run("-B", "-c", AUDITED, cwd=tmp_path)
    seen = {tuple(each) for each in eval(done.stdout)}
    assert {each for each in seen if each[0] not in ("read", "exec")} == set()
    assert {name.partition(".")[0] for _, name in seen} <= {"mod", "mod2"}
    assert ("exec", "mod2.py") in seen
    assert done.stderr == ""


OPEN = """
import os, time

def links():
    found = set()
    for number in os.listdir("/proc/self/fd"):
        try:
            found.add((number, os.readlink(f"/proc/self/fd/{number}")))
        except OSError:
            pass
    return found

before = links()
import mod, hmr_daemon
while "anon_inode:inotify" not in {link for _, link in links()}:
    time.sleep(0.01)
hmr_daemon.sync()
# Some builds of libffi, which ctypes uses, keep their own file open.
others = {link for _, link in links() - before if not link.startswith("/proc") and "libffi" not in link}
print(sorted({link.partition(":[")[0] for link in others}))
print(open(f"/proc/self/task/{os.getpid()}/children").read().strip() or "no children")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="told by /proc")
def test_what_an_idle_process_has_open(environment: Environment, tmp_path: Path) -> None:
    """One inotify descriptor and the pipe that wakes its thread; no socket, no file."""
    write(tmp_path, {"mod.py": "x = 1\n"})
    done = environment.run("-c", OPEN, cwd=tmp_path)
    assert done.stdout.splitlines() == ["['anon_inode:inotify', 'pipe']", "no children"]


def test_the_startup_files_hold_one_auditable_line_each() -> None:
    root = Path(__file__).resolve().parent.parent
    for name, most in (("hmr_daemon.pth", 200), ("hmr_daemon.start", 40)):
        lines = (root / name).read_text(encoding="utf-8").splitlines()
        assert len(lines) == 1
        assert len(lines[0]) <= most
        assert not any(word in lines[0] for word in ("exec", "eval", "base64", "compile", "\\x", "socket", "http"))
