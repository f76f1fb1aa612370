"""The watcher on real files: every way of saving, few threads and descriptors, and what the system may refuse."""

from __future__ import annotations

import errno
import os
import queue
import shutil
import statistics
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from hmr_daemon.watching import batches as batching
from hmr_daemon.watching import inotify, mounts
from hmr_daemon.watching import watcher as module
from hmr_daemon.watching.batches import Batch, BatchQueue
from hmr_daemon.watching.mounts import Mount
from hmr_daemon.watching.observer import Observer
from hmr_daemon.watching.signatures import UNSETTLED, settled, signature
from hmr_daemon.watching.sources import THREAD_NAME, Looks
from hmr_daemon.watching.watcher import Watcher

if sys.platform == "linux":
    # Imported here, as the foreign function library beneath may open a descriptor of its own, once.
    from hmr_daemon.watching import calls

PATIENCE = 10.0
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")


class Watching:
    """A watcher whose notifications can be waited for."""

    def __init__(self, **options: object) -> None:
        self.notified: queue.Queue[tuple[str, float]] = queue.Queue()
        self.warnings: queue.Queue[str] = queue.Queue()
        self.watcher = Watcher(self._note, warn=self.warnings.put, **options)  # type: ignore[arg-type]

    def _note(self, path: str) -> None:
        self.notified.put((path, time.perf_counter()))

    def begin(self, *files: Path) -> None:
        """Watches the files, and returns once the watcher has taken them up and is quiet."""
        self.watcher.watch(map(str, files))
        self.watcher.start()
        self.settle(files[0].parent)

    def settle(self, folder: Path) -> None:
        """Returns when all that was done before is notified: what comes first is told first."""
        while not folder.is_dir():
            folder = folder.parent
        probe = folder / f"probe_{time.monotonic_ns()}.py"
        self.watcher.watch([str(probe)])
        probe.write_text("probe")
        self.expect(probe)
        probe.unlink()
        self.expect(probe)

    def expect(self, *paths: Path | str, patience: float = PATIENCE) -> float:
        """Waits until each path was notified; the time of the last one."""
        wanted, moment = {str(path) for path in paths}, 0.0
        deadline = time.monotonic() + patience
        while wanted:
            try:
                path, moment = self.notified.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"not notified of {sorted(wanted)}")
            wanted.discard(path)
        return moment

    def drain(self) -> set[str]:
        """What was notified and not waited for, probes left out."""
        paths = set()
        with suppress(queue.Empty):
            while True:
                paths.add(self.notified.get_nowait()[0])
        return {path for path in paths if "probe_" not in path}


@pytest.fixture(params=["events", "polling", "observer"])
def watching(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    """A watcher for each source of changes: the system's own, polling, and watchdog's observer."""
    if request.param == "observer":
        monkeypatch.setattr(module, "open_source", lambda polling, interval: Observer())
    watching = Watching(polling=request.param == "polling", poll_interval=0.02)
    yield watching
    watching.watcher.close()
    assert watching.warnings.empty(), watching.warnings.get()


@pytest.fixture
def events() -> Iterator[Watching]:
    """A watcher on the system's own events."""
    watching = Watching()
    yield watching
    watching.watcher.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A source file in a folder of its own."""
    file = tmp_path / "project" / "a.py"
    file.parent.mkdir()
    file.write_text("x = 1\n")
    return file


def until_settled(file: Path) -> None:
    """Waits for the time in which a file that changed is compared once more to be sure."""
    while settled(signature(str(file))) == UNSETTLED:
        time.sleep(0.01)


def threads_of_the_system() -> int:
    return len(os.listdir("/proc/self/task"))


def descriptors() -> set[str]:
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            found.add(f"{name} {os.readlink(f'/proc/self/fd/{name}')}")
    return {line for line in found if "/proc/" not in line}


def inotify_watches() -> int:
    count = 0
    for name in os.listdir("/proc/self/fdinfo"):
        with suppress(OSError):
            count += Path("/proc/self/fdinfo", name).read_text().count("inotify wd:")
    return count


# ------------------------------------------------------------------------------------------------ ways of saving


def save_in_place(file: Path) -> None:
    file.write_text("x = 2\n")


def save_in_chunks(file: Path) -> None:
    with file.open("w") as stream:
        for _ in range(5):
            stream.write("x = 2\n")
            stream.flush()


def save_aside(file: Path) -> None:
    aside = file.with_name(".a.py.tmp")
    aside.write_text("x = 2\n")
    aside.replace(file)


def save_aside_elsewhere(file: Path) -> None:
    aside = file.parent.parent / "aside"
    aside.write_text("x = 2\n")
    aside.replace(file)


def save_after_renaming_the_old(file: Path) -> None:
    file.rename(file.with_name("a.py~"))
    file.write_text("x = 2\n")
    file.chmod(0o644)


def delete_and_create(file: Path) -> None:
    file.unlink()
    file.write_text("x = 2\n")


def save_as_hard_link(file: Path) -> None:
    aside = file.with_name("aside")
    aside.write_text("x = 2\n")
    file.unlink()
    os.link(aside, file)
    aside.unlink()


def save_with_an_older_time(file: Path) -> None:
    aside = file.with_name("aside")
    aside.write_text("x = 2\n")
    os.utime(aside, (1, 1))
    aside.replace(file)


def save_with_an_equal_time(file: Path) -> None:
    status = file.stat()
    file.write_text("x = 2\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def replace_the_folder(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.mkdir()
    file.write_text("x = 2\n")


WAYS: list[Callable[[Path], None]] = [
    save_in_place,
    save_in_chunks,
    save_aside,
    save_aside_elsewhere,
    save_after_renaming_the_old,
    delete_and_create,
    save_as_hard_link,
    save_with_an_older_time,
    save_with_an_equal_time,
]


@pytest.mark.parametrize("save", WAYS, ids=lambda save: save.__name__)
def test_every_way_of_saving_is_noticed(watching: Watching, file: Path, save: Callable[[Path], None]) -> None:
    watching.begin(file)
    for _ in range(3):
        save(file)
        watching.expect(file)
        watching.settle(file.parent)
        assert watching.drain() <= {str(file)}


def test_a_file_is_noticed_when_it_goes_and_when_it_comes_back(watching: Watching, file: Path) -> None:
    watching.begin(file)
    file.unlink()
    watching.expect(file)
    file.write_text("x = 3\n")
    watching.expect(file)


def test_a_file_that_does_not_exist_yet_is_noticed(watching: Watching, tmp_path: Path) -> None:
    candidate = tmp_path / "missing.py"
    watching.begin(candidate)
    candidate.write_text("x = 1\n")
    watching.expect(candidate)


def test_other_files_are_not_notified(watching: Watching, file: Path) -> None:
    watching.begin(file)
    watching.drain()
    (file.parent / "other.py").write_text("y = 1\n")
    (file.parent / "__pycache__").mkdir()
    watching.settle(file.parent)
    assert str(file.parent / "other.py") not in watching.drain()


def test_watching_again_is_idle(watching: Watching, file: Path) -> None:
    watching.begin(file)
    until_settled(file)
    watching.settle(file.parent)
    watching.drain()
    for _ in range(3):
        watching.watcher.watch([str(file)])
    watching.settle(file.parent)
    assert str(file) not in watching.drain()


# ------------------------------------------------------------------------------------------------ events alone


@linux_only
def test_a_slow_writer_is_waited_for_until_it_closes(events: Watching, file: Path) -> None:
    events.begin(file)
    with file.open("w") as stream:
        stream.write("x = 2\n")
        stream.flush()
        events.settle(file.parent)
        assert str(file) not in events.drain()
    events.expect(file)


@linux_only
def test_a_writer_that_never_closes_is_noticed_after_a_while(events: Watching, file: Path) -> None:
    events.begin(file)
    with file.open("a") as stream:
        stream.write("y = 2\n")
        stream.flush()
        began = time.perf_counter()
        assert events.expect(file) - began >= inotify.UNCLOSED_DELAY * 0.9
    os.truncate(file, 0)
    events.expect(file)


@linux_only
def test_a_new_file_is_noticed_whole(events: Watching, tmp_path: Path) -> None:
    new = tmp_path / "new.py"
    events.begin(new)
    with new.open("w") as stream:
        events.settle(tmp_path)
        assert str(new) not in events.drain()
        stream.write("x = 1\n")
    events.expect(new)


@linux_only
def test_permissions_that_change_are_noticed(events: Watching, file: Path) -> None:
    events.begin(file)
    file.chmod(0)
    events.expect(file)
    file.chmod(0o644)
    events.expect(file)


@linux_only
def test_a_file_that_is_written_again_is_busy_until_that_has_ended(events: Watching, file: Path) -> None:
    """A formatter rewrites what the editor has just saved: what it has emptied is not taken up."""
    events.begin(file)
    file.write_text("x = 2\n")
    events.expect(file)
    with file.open("w") as stream:
        events.settle(file.parent)
        assert events.watcher.is_busy(str(file))
        events.drain()
        stream.write("x = 3\n")
    events.expect(file)
    assert not events.watcher.is_busy(str(file))


@linux_only
def test_what_the_thread_has_had_no_time_for_is_known_to_be_there(file: Path) -> None:
    source = inotify.Inotify(1.0)
    try:
        source.add([str(file)])
        assert not source.has_news()
        with file.open("w"):
            assert (source.has_news(), source.is_busy(str(file))) == (True, False)
            source.wait()
            assert (source.has_news(), source.is_busy(str(file))) == (False, True)
    finally:
        source.close()


# ------------------------------------------------------------------------------------------------ looking


@pytest.mark.parametrize("source", ["polling", "observer"])
def test_what_is_only_looked_at_is_told_when_it_is_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """No system tells these when a writer has ended: a file that still changes is not told."""
    if source == "observer":
        monkeypatch.setattr(module, "open_source", lambda polling, interval: Observer())
    watching = Watching(polling=True, poll_interval=0.01)
    until_settled(file)
    watching.begin(file)
    watching.drain()
    pauses = []
    with file.open("w") as stream:
        for _ in range(100):
            began = time.perf_counter()
            stream.write("x = 2\n")
            stream.flush()
            time.sleep(0.002)
            pauses.append(time.perf_counter() - began)
        told = watching.drain()
    watching.expect(file)
    watching.watcher.close()
    assert not told or max(pauses) > 0.015, "told in the midst of being written"


def be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands in for a network's file system: no event comes from it."""
    monkeypatch.setattr(mounts.Mounts, "of", lambda self, folder: Mount(1, "/", "nfs4"))
    monkeypatch.setattr(inotify, "parse_events", lambda data: [])


@linux_only
@pytest.mark.parametrize("save", WAYS, ids=lambda save: save.__name__)
def test_files_of_other_machines_are_looked_at(
    file: Path, monkeypatch: pytest.MonkeyPatch, save: Callable[[Path], None]
) -> None:
    be_silent(monkeypatch)
    watching = Watching(poll_interval=0.02)
    watching.watcher.watch([str(file)])
    watching.watcher.start()
    for _ in range(3):
        watching.drain()
        save(file)
        watching.expect(file)
    watching.watcher.close()
    assert watching.warnings.empty()


@linux_only
def test_calls_raise_what_the_system_says(tmp_path: Path) -> None:
    descriptor = calls.inotify_init()
    with pytest.raises(FileNotFoundError, match="missing"):
        calls.inotify_add_watch(descriptor, str(tmp_path / "missing"), calls.MODIFY)
    number = calls.inotify_add_watch(descriptor, str(tmp_path), calls.ONLYDIR | calls.MODIFY | calls.MASK_ADD)
    calls.inotify_rm_watch(descriptor, number)
    calls.inotify_rm_watch(descriptor, number)
    os.close(descriptor)
    with pytest.raises(OSError, match="descriptor"):
        calls.inotify_add_watch(descriptor, str(tmp_path), calls.MODIFY)


@linux_only
def test_files_in_a_folder_that_may_not_be_watched_are_looked_at(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add, refused = calls.inotify_add_watch, threading.Event()
    refused.set()

    def refuse(descriptor: int, folder: str, mask: int) -> int:
        if refused.is_set() and folder == str(file.parent):
            raise OSError(errno.EACCES, "refused", folder)
        return add(descriptor, folder, mask)

    monkeypatch.setattr(calls, "inotify_add_watch", refuse)
    watching = Watching(poll_interval=0.02)
    watching.watcher.watch([str(file)])
    watching.watcher.start()
    for save in WAYS:
        watching.drain()
        save(file)
        watching.expect(file)
    refused.clear()  # and watched once it may be
    save_in_place(file)
    watching.expect(file)
    monkeypatch.setattr(Looks, "changed", lambda looks: set())
    save_in_place(file)
    watching.expect(file)
    watching.watcher.close()
    assert watching.warnings.empty()


def test_the_table_of_mounts() -> None:
    table = r"""22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
35 27 0:40 /a /home/a\040b\134c rw,nosuid shared:2 master:1 - fuse.sshfs you@there: rw,user_id=0
36 27 0:41 / /mnt/work rw - nfs4 server:/work rw""".replace("\\\\", "\\")
    found = {mount.point: mount for mount in mounts.parse(table.splitlines())}
    assert [(mount.number, mount.point, mount.kind, mount.is_silent) for mount in found.values()] == [
        (22, "/proc", "proc", False),
        (27, "/", "ext4", False),
        (35, "/home/a b\\c", "fuse.sshfs", True),
        (36, "/mnt/work", "nfs4", True),
    ]


@linux_only
def test_the_mount_of_a_folder(tmp_path: Path) -> None:
    table = mounts.Mounts()
    assert table.descriptor is not None
    os.close(table.descriptor)
    mount = table.of(str(tmp_path))
    assert mount is not None
    assert os.path.ismount(mount.point)
    assert not mount.is_silent
    proc = table.of("/proc/self/fd")
    assert proc is not None
    assert proc.kind == "proc"


MOUNTING = """
    import ctypes, os, queue, sys
    from hmr_daemon.watching.watcher import Watcher

    libc = ctypes.CDLL(None, use_errno=True)
    folder = os.path.dirname(sys.argv[1])
    told = queue.Queue()
    watcher = Watcher(told.put, warn=lambda text: os.write(2, text.encode()))
    watcher.watch([sys.argv[1]])
    watcher.start()

    def save(text):
        with open(sys.argv[1], "w") as stream:
            stream.write(text)

    def expect():
        assert told.get(timeout=10) == sys.argv[1]
        try:
            while True:
                told.get(timeout=0.2)
        except queue.Empty:
            pass

    save("x = 2")
    expect()
    for turn in range(3):
        assert libc.mount(b"none", os.fsencode(folder), b"tmpfs", 0, None) == 0, ctypes.get_errno()
        expect()
        save("x = 3")
        expect()
        assert libc.umount2(os.fsencode(folder), 2) == 0, ctypes.get_errno()
        expect()
        save("x = 4")
        expect()
"""


@linux_only
def test_a_folder_over_which_something_is_mounted(file: Path) -> None:
    own = ("unshare", "--user", "--map-root-user", "--mount")
    if shutil.which("unshare") is None or subprocess.run([*own, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount anything")
    run_program(MOUNTING, str(file), before=own)


# ------------------------------------------------------------------------------------------------ folders


@linux_only
def test_a_folder_deleted_and_made_again(events: Watching, file: Path) -> None:
    events.begin(file)
    for _ in range(5):
        replace_the_folder(file)
        events.expect(file)
        events.settle(file.parent)
    file.write_text("x = 4\n")
    events.expect(file)


@linux_only
def test_a_folder_moved_away_and_back(events: Watching, file: Path) -> None:
    events.begin(file)
    away = file.parent.with_name("away")
    file.parent.rename(away)
    events.expect(file)
    events.settle(file.parent)
    (away / "a.py").write_text("x = 2\n")
    away.rename(file.parent)
    events.expect(file)
    file.write_text("x = 3\n")
    events.expect(file)


@linux_only
def test_a_folder_whose_parent_is_moved_away_edited_and_moved_back(events: Watching, tmp_path: Path) -> None:
    deep = tmp_path / "top" / "middle" / "leaf" / "a.py"
    deep.parent.mkdir(parents=True)
    deep.write_text("x = 1\n")
    events.begin(deep)
    (tmp_path / "top").rename(tmp_path / "away")
    (tmp_path / "away/middle/leaf/a.py").write_text("x = 2\n")
    events.expect(deep)
    # What was just told made the watcher look, find the way broken, and wait at the nearest folder there is.
    events.settle(tmp_path)
    (tmp_path / "away").rename(tmp_path / "top")
    events.expect(deep)
    deep.write_text("x = 3\n")
    events.expect(deep)


@linux_only
def test_a_project_that_is_replaced_as_a_whole(events: Watching, tmp_path: Path) -> None:
    """`mv app old; mv new app`: nothing happens in the folders of the files, nor to them."""
    deep = tmp_path / "app" / "src" / "package" / "a.py"
    for top in ("app", "new1", "new2", "new3"):
        folder = tmp_path / top / "src" / "package"
        folder.mkdir(parents=True)
        (folder / "a.py").write_text(f"x = '{top}'\n")
    events.begin(deep)
    for turn in (1, 2, 3):
        (tmp_path / "app").rename(tmp_path / f"old{turn}")
        (tmp_path / f"new{turn}").rename(tmp_path / "app")
        events.expect(deep)
        events.settle(deep.parent)
        events.drain()
        (tmp_path / f"old{turn}/src/package/a.py").write_text("x = 'no longer ours'\n")
        events.settle(deep.parent)
        assert events.drain() == set()
        deep.write_text("x = 'ours'\n")
        events.expect(deep)


@linux_only
def test_a_folder_far_above_is_moved_away_and_back(events: Watching, tmp_path: Path) -> None:
    deep = tmp_path / "one" / "two" / "three" / "a.py"
    deep.parent.mkdir(parents=True)
    deep.write_text("x = 1\n")
    events.begin(deep)
    for value in range(3):
        (tmp_path / "one").rename(tmp_path / "away")
        events.expect(deep)
        (tmp_path / "away").rename(tmp_path / "one")
        events.expect(deep)
        events.settle(deep.parent)
        events.drain()
        deep.write_text(f"x = {value}\n")
        events.expect(deep)


@linux_only
def test_a_folder_deleted_with_its_parents(events: Watching, tmp_path: Path) -> None:
    deep = tmp_path / "one" / "two" / "three" / "a.py"
    deep.parent.mkdir(parents=True)
    deep.write_text("x = 1\n")
    events.begin(deep)
    for value in range(3):
        shutil.rmtree(tmp_path / "one")
        events.expect(deep)
        deep.parent.mkdir(parents=True)
        deep.write_text(f"x = {value}\n")
        events.expect(deep)
        events.settle(deep.parent)


@linux_only
def test_a_missing_module_in_a_missing_folder(events: Watching, tmp_path: Path) -> None:
    candidates = [tmp_path / "new.py", tmp_path / "new" / "__init__.py"]
    events.begin(*candidates)
    candidates[1].parent.mkdir()
    candidates[1].write_text("x = 1\n")
    events.expect(candidates[1])
    candidates[1].write_text("x = 2\n")
    events.expect(candidates[1])


@linux_only
def test_rename_storm_ends_in_the_right_place(events: Watching, file: Path) -> None:
    events.begin(file)
    spare = file.parent.with_name("spare")
    shutil.copytree(file.parent, spare)
    for _ in range(200):
        file.parent.rename(file.parent.with_name("third"))
        spare.rename(file.parent)
        file.parent.with_name("third").rename(spare)
    events.settle(file.parent)
    events.drain()
    file.write_text("x = 5\n")
    events.expect(file)


# ------------------------------------------------------------------------------------------------ symbolic links


@linux_only
def test_a_symlinked_file_is_reported_as_it_was_given(events: Watching, file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.py"
    link.symlink_to(file)
    events.begin(link)
    file.write_text("x = 2\n")
    events.expect(link)
    save_aside(file)
    events.expect(link)
    other = tmp_path / "other.py"
    other.write_text("x = 3\n")
    (tmp_path / "aside").symlink_to(other)
    (tmp_path / "aside").replace(link)
    events.expect(link)
    other.write_text("x = 4\n")
    events.expect(link)


@linux_only
def test_a_symlinked_folder(events: Watching, file: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("project")
    through = tmp_path / "link" / "a.py"
    events.begin(through, file)
    file.write_text("x = 2\n")
    events.expect(through, file)
    (tmp_path / "link").unlink()
    events.expect(through)
    (tmp_path / "link").symlink_to("project")
    events.expect(through)


@linux_only
def test_a_deployed_release_by_flipping_a_link(events: Watching, tmp_path: Path) -> None:
    for release in ("1", "2"):
        (tmp_path / "releases" / release / "package").mkdir(parents=True)
        (tmp_path / "releases" / release / "package" / "a.py").write_text(f"x = {release}\n")
    current, given = tmp_path / "current", tmp_path / "current" / "package" / "a.py"
    current.symlink_to("releases/1")
    events.begin(given)
    for release in ("2", "1", "2"):
        (tmp_path / "aside").symlink_to(f"releases/{release}")
        (tmp_path / "aside").replace(current)
        events.expect(given)
        events.settle(tmp_path / "current" / "package")
        (tmp_path / "releases" / release / "package" / "a.py").write_text("x = 9\n")
        events.expect(given)


@linux_only
def test_a_config_map_swap(events: Watching, tmp_path: Path) -> None:
    """Kubernetes: a.py -> ..data/a.py, and ..data -> a dated folder, replaced by renaming over it."""
    for stamp in ("..1", "..2"):
        (tmp_path / stamp).mkdir()
        (tmp_path / stamp / "a.py").write_text(f"x = '{stamp}'\n")
    (tmp_path / "..data").symlink_to("..1")
    given = tmp_path / "a.py"
    given.symlink_to("..data/a.py")
    events.begin(given)
    (tmp_path / "..data_tmp").symlink_to("..2")
    (tmp_path / "..data_tmp").rename(tmp_path / "..data")
    events.expect(given)
    shutil.rmtree(tmp_path / "..1")
    assert given.read_text() == "x = '..2'\n"


@linux_only
def test_links_in_a_circle_are_no_file(events: Watching, tmp_path: Path) -> None:
    circle = tmp_path / "circle.py"
    circle.symlink_to("ring.py")
    (tmp_path / "ring.py").symlink_to("circle.py")
    events.begin(circle)
    (tmp_path / "ring.py").unlink()
    (tmp_path / "ring.py").write_text("x = 1\n")
    events.expect(circle)
    assert events.warnings.empty()


# ------------------------------------------------------------------------------------------------ stopping


def test_what_is_saved_while_stopped_is_told_after_the_start(watching: Watching, file: Path) -> None:
    watching.begin(file)
    for save in WAYS:
        watching.watcher.stop()
        watching.drain()
        save(file)
        watching.watcher.start()
        watching.expect(file)
        watching.settle(file.parent)


def test_what_is_saved_while_closed_is_told_after_the_start(watching: Watching, file: Path) -> None:
    watching.begin(file)
    watching.watcher.close()
    watching.drain()
    save_with_an_equal_time(file)
    watching.watcher.start()
    watching.expect(file)


def test_what_is_saved_before_the_first_start_is_told(watching: Watching, file: Path) -> None:
    watching.watcher.watch([str(file)])
    file.write_text("x = 2\n")
    watching.watcher.start()
    watching.expect(file)


def test_rescan_tells_what_differs(file: Path) -> None:
    watching = Watching()
    other = file.with_name("b.py")
    other.write_text("y = 1\n")
    for path in (file, other):
        os.utime(path, (1, 1))
    watching.watcher.watch([str(file), str(other)])
    watching.watcher.rescan()
    watching.watcher._seen = {path: signature(path) for path in watching.watcher._seen}
    watching.drain()
    file.write_text("x = 2\n")
    watching.watcher.rescan()
    assert watching.drain() == {str(file)}


def test_a_file_seen_just_after_it_changed_is_compared_again(file: Path) -> None:
    """A second save within the same tick of the file system's clock need not show in the file's times."""
    assert settled(signature(str(file))) == UNSETTLED
    assert settled((1, 2, 3, time.time_ns() - 10**9 + 1)) != UNSETTLED
    whole_second = (time.time_ns() // 10**9 - 1) * 10**9
    assert settled((1, 2, 3, whole_second)) == UNSETTLED
    assert settled((1, 2, 3, time.time_ns() + 3600 * 10**9 + 1)) != UNSETTLED


@linux_only
def test_two_hundred_stops_leak_nothing(events: Watching, file: Path) -> None:
    threads, open_before = threads_of_the_system(), descriptors()
    events.begin(file)
    open_running, durations = descriptors(), []
    assert len(open_running - open_before) == 3
    for _ in range(200):
        began = time.perf_counter()
        events.watcher.stop()
        durations.append(time.perf_counter() - began)
        assert threads_of_the_system() == threads
        events.watcher.start()
    assert descriptors() == open_running
    file.write_text("x = 2\n")
    events.expect(file)
    events.watcher.close()
    assert (threads_of_the_system(), descriptors()) == (threads, open_before)
    print(f"stop: median {1000 * statistics.median(durations):.2f} ms, longest {1000 * max(durations):.2f} ms")
    assert statistics.median(durations) < 0.002


@linux_only
def test_fifty_closes_leak_nothing(watching: Watching, file: Path) -> None:
    watching.begin(file)
    watching.watcher.close()
    threads, open_before = threading.active_count(), descriptors()
    for _ in range(50):
        watching.watcher.start()
        watching.settle(file.parent)
        watching.watcher.close()
    assert (threading.active_count(), descriptors()) == (threads, open_before)


def test_stopping_twice_and_starting_twice(watching: Watching, file: Path) -> None:
    watching.watcher.stop()
    watching.begin(file)
    watching.watcher.start()
    assert sum(thread.name == THREAD_NAME for thread in threading.enumerate()) == 1
    watching.watcher.stop()
    watching.watcher.stop()
    assert not any(thread.name == THREAD_NAME for thread in threading.enumerate())


# ------------------------------------------------------------------------------------------------ limits


@linux_only
def test_many_folders_take_one_thread_and_one_watch_each(events: Watching, tmp_path: Path) -> None:
    files = [tmp_path / f"package{number}" / f"{name}.py" for number in range(200) for name in "abc"]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("x = 1\n")
    threads, watches, open_before = threads_of_the_system(), inotify_watches(), len(descriptors())
    events.watcher.watch(map(str, files))
    events.watcher.start()
    events.settle(files[0].parent)
    assert threads_of_the_system() == threads + 1
    above = [folder for folder in files[0].parent.parents if not folder.is_mount()]  # these tell only of moves
    assert inotify_watches() == watches + 200 + len(above)
    assert len(descriptors()) == open_before + 3
    for file in files:
        file.write_text("x = 2\n")
    events.expect(*files)


@linux_only
def test_watches_of_folders_that_no_longer_decide_are_given_back(events: Watching, tmp_path: Path) -> None:
    candidate = tmp_path / "one" / "two" / "a.py"
    events.begin(candidate)
    watches = inotify_watches()
    candidate.parent.mkdir(parents=True)
    candidate.write_text("x = 1\n")
    events.expect(candidate)
    events.settle(candidate.parent)
    # tmp_path is still watched for the settling's own file, one/two in place of what was missing, and one for moves.
    assert inotify_watches() == watches + 2
    shutil.rmtree(tmp_path / "one")
    events.expect(candidate)
    events.settle(tmp_path)
    assert inotify_watches() == watches


@linux_only
@pytest.mark.parametrize("refused", ["inotify_init", "inotify_add_watch"])
def test_a_system_without_watches_left_is_polled(file: Path, monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    def refuse(*arguments: object) -> int:
        raise OSError(errno.EMFILE if refused == "inotify_init" else errno.ENOSPC, "none left")

    open_before = descriptors()
    monkeypatch.setattr(calls, refused, refuse)
    watching = Watching(poll_interval=0.02)
    watching.begin(file)
    assert descriptors() == open_before
    for _ in range(3):
        file.write_text("x = 2\n")
        watching.expect(file)
        watching.watcher.stop()
        watching.watcher.start()
    watching.watcher.close()
    assert "0.02 s" in (text := watching.warnings.get_nowait())
    assert "left" in text
    assert watching.warnings.empty()


@linux_only
def test_watches_that_run_out_later_are_polled(
    events: Watching, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> int:
        raise OSError(errno.ENOSPC, "none left")

    events.watcher._poll_interval = 0.02
    events.begin(file)
    monkeypatch.setattr(calls, "inotify_add_watch", refuse)
    late = tmp_path / "late" / "b.py"
    late.parent.mkdir()
    events.watcher.watch([str(late)])
    late.write_text("x = 1\n")
    events.expect(late)
    file.write_text("x = 2\n")
    events.expect(file)
    assert "max_user_watches" in events.warnings.get_nowait()
    assert events.warnings.empty()


@linux_only
def test_an_overflow_compares_everything(
    events: Watching, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system drops events when its queue is full, and says so by one event of its own."""
    others = [tmp_path / "gone" / "b.py", tmp_path / "c.py"]
    others[0].parent.mkdir()
    events.begin(file, *others)
    overflow = (-1, 0x4000, "")
    parse = inotify.parse_events
    monkeypatch.setattr(inotify, "parse_events", lambda data: [overflow] if data else parse(data))
    others[0].write_text("x = 1\n")
    others[1].write_text("x = 1\n")
    replace_the_folder(file)
    events.expect(file, *others)
    monkeypatch.setattr(inotify, "parse_events", parse)
    for path in (file, *others):
        path.write_text("x = 2\n")
    events.expect(file, *others)
    assert events.warnings.empty()


@linux_only
def test_a_real_overflow_loses_nothing(events: Watching, tmp_path: Path) -> None:
    files = [tmp_path / f"m{number}.py" for number in range(50)]
    events.begin(*files)
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    events.watcher.stop()
    for number in range(limit // 4 + 10):
        other = tmp_path / f"other{number % 100}"
        other.write_text("x")
        other.unlink()
    for file in files:
        file.write_text("x = 1\n")
    events.watcher.start()
    events.expect(*files)
    files[0].write_text("x = 2\n")
    events.expect(files[0])


def test_a_handler_that_raises_does_not_end_the_watcher(file: Path) -> None:
    told: queue.Queue[str] = queue.Queue()
    warnings: list[str] = []

    def notify(path: str) -> None:
        told.put(path)
        raise ValueError("handler")

    def warn(text: str) -> None:
        warnings.append(text)
        raise ValueError("warn")

    watcher = Watcher(notify, warn=warn)
    watcher.watch([str(file)])
    watcher.start()
    for value in range(3):
        file.write_text(f"x = {value}\n")
        assert told.get(timeout=PATIENCE) == str(file)
    watcher.close()
    assert len(warnings) == 1
    assert "handler" in warnings[0]


@linux_only
def test_an_error_inside_the_watcher_leads_to_polling(
    events: Watching, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.watcher._poll_interval = 0.02
    events.begin(file)
    monkeypatch.setattr(inotify, "parse_events", lambda data: 1 / 0)
    for _ in range(3):
        file.write_text("x = 2\n")
        events.expect(file)
    assert "ZeroDivisionError" in events.warnings.get_nowait()
    assert events.warnings.empty()


@linux_only
def test_no_processor_time_is_used_while_idle(events: Watching, file: Path) -> None:
    events.begin(file)
    waker = threading.Event()
    thread = next(thread for thread in threading.enumerate() if thread.name == THREAD_NAME)

    def switches() -> str:
        status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
        return "".join(line for line in status.splitlines() if "ctxt_switches" in line)

    waker.wait(0.1)
    before = switches()
    waker.wait(1.0)
    assert switches() == before


@linux_only
def test_nothing_of_watchdog_is_imported_before_the_start() -> None:
    program = """
        import sys, hmr_daemon.watching.watcher
        watcher = hmr_daemon.watching.watcher.Watcher(print, warn=print)
        watcher.watch([__file__])
        assert not [name for name in sys.modules if name.startswith(("watchdog", "ctypes", "queue", "fcntl"))]
    """
    run_program(program)


@linux_only
def test_latency_from_save_to_notification(events: Watching, file: Path) -> None:
    events.begin(file)
    for save in (save_in_place, save_aside):
        durations = []
        for _ in range(50):
            events.settle(file.parent)
            events.drain()
            save(file)
            saved = time.perf_counter()
            durations.append(max(0.0, events.expect(file) - saved))
        median = statistics.median(durations)
        print(f"{save.__name__}: median {1000 * median:.2f} ms, longest {1000 * max(durations):.2f} ms")
        assert median < 0.020


# ------------------------------------------------------------------------------------------------ processes


def run_program(program: str, *arguments: str, before: tuple[str, ...] = ()) -> str:
    source = str(Path(module.__file__).parent.parent)
    path = os.pathsep.join([source, *filter(None, [os.environ.get("PYTHONPATH")])])
    script = Path(arguments[0]).parent / "program.py" if arguments else None
    command = [*before, sys.executable, "-W", "error"]
    text = textwrap.dedent(program)
    if script is None:
        text = text.replace("__file__", "'/nowhere/a.py'")
        command += ["-c", text]
    else:
        script.write_text(text)
        command += [str(script), *arguments]
    environment = {**os.environ, "PYTHONPATH": path, "NO_HMR_DAEMON": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


FORKING = """
    import os, queue, sys, threading
    from hmr_daemon.watching.watcher import Watcher

    told = queue.Queue()
    watcher = Watcher(told.put, warn=lambda text: os.write(2, text.encode()))
    watcher.watch([sys.argv[1]])
    watcher.start()

    def save_and_wait(text):
        with open(sys.argv[1], "w") as stream:
            stream.write(text)
        assert told.get(timeout=10) == sys.argv[1]
        while True:
            try:
                told.get(timeout=0.05)
            except queue.Empty:
                return
"""


@linux_only
def test_forks_give_no_warning_and_parent_and_child_go_on_watching(file: Path) -> None:
    program = (
        FORKING
        + """
    save_and_wait("x = 2")
    for number in range(100):
        watcher.stop()
        inherited = set(os.listdir("/proc/self/fd"))
        child = os.fork()
        watcher.start()
        if not child:
            if number % 10 == 0:
                save_and_wait("x = 3")
                assert len(os.listdir("/proc/self/fd")) == len(inherited)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
    save_and_wait("x = 4")
    """
    )
    # On 3.13 the fork itself looks for threads after the hooks; here nothing runs until it has returned.
    run_program(program, str(file))


@linux_only
def test_a_child_leaves_the_parent_its_events(file: Path) -> None:
    """A fork that the watcher was not told of: parent and child each see each save."""
    program = (
        FORKING
        + """
    import warnings
    warnings.simplefilter("ignore")
    save_and_wait("x = 2")
    ready, tell_ready = os.pipe()
    go, tell_go = os.pipe()
    child = os.fork()
    if not child:
        watcher.start()
        assert threading.active_count() == 2
        save_and_wait("x = 3")
        os.write(tell_ready, b"!")
        os.read(go, 1)
        assert told.get(timeout=10) == sys.argv[1]
        os._exit(0)
    os.read(ready, 1)
    assert told.get(timeout=10) == sys.argv[1]
    with open(sys.argv[1], "w") as stream:
        stream.write("x = 4")
    assert told.get(timeout=10) == sys.argv[1]
    os.write(tell_go, b"!")
    assert os.waitpid(child, 0)[1] == 0
    """
    )
    run_program(program, str(file))


@linux_only
def test_a_program_that_closes_all_descriptors_keeps_its_watcher(file: Path) -> None:
    """As daemons do; none of the descriptors that the program opens afterwards is touched."""
    program = (
        FORKING
        + """
    save_and_wait("x = 2")
    for turn in range(3):
        os.closerange(3, 1000)
        mine = [os.open(os.devnull, os.O_RDWR) for _ in range(6)] + list(os.pipe())
        os.write(mine[-1], b"mine")
        save_and_wait(f"x = 3{turn}")
        watcher.stop()
        watcher.start()
        assert os.read(mine[-2], 10) == b"mine"
        for descriptor in mine:
            os.fstat(descriptor)
    assert threading.active_count() == 2
    watcher.stop()
    os.closerange(3, 1000)
    mine = os.pipe()
    watcher.start()
    save_and_wait("x = 5")
    assert threading.active_count() == 2
    os.write(mine[1], b"mine")
    assert os.read(mine[0], 10) == b"mine"
    """
    )
    run_program(program, str(file))


@linux_only
def test_standard_streams_that_are_closed_stay_free(file: Path) -> None:
    program = """
        import os, sys
        from hmr_daemon.watching.watcher import Watcher
        import hmr_daemon.watching.calls
        kept = os.dup(2)
        os.closerange(0, 3)
        import queue
        told = queue.Queue()
        watcher = Watcher(told.put, warn=print)
        watcher.watch([sys.argv[1]])
        watcher.start()
        with open(sys.argv[1], "a") as stream:
            stream.write("y = 1")
        told.get(timeout=10)
        opened = [os.open(os.devnull, os.O_RDWR) for _ in range(3)]
        os.dup2(kept, 2)
        assert opened == [0, 1, 2], opened
        os._exit(0)
    """
    run_program(program, str(file))


# ------------------------------------------------------------------------------------------------ batches


def test_a_single_path_is_a_batch_after_a_short_quiet() -> None:
    batches = BatchQueue()
    durations = []
    for _ in range(20):
        began = time.perf_counter()
        batches.put("a")
        batches.put("a")
        assert batches.get(PATIENCE) == Batch(frozenset("a"))
        durations.append(time.perf_counter() - began)
    assert batching.QUIET_SINGLE <= statistics.median(durations) < 0.02


def test_five_hundred_paths_are_one_batch() -> None:
    batches = BatchQueue()

    def put() -> None:
        pause = threading.Event()
        for number in range(500):
            batches.put(f"{number}.py")
            if number % 50 == 1:
                pause.wait(0.010)

    putter = threading.Thread(target=put)
    putter.start()
    batch = batches.get(PATIENCE)
    putter.join()
    assert batch is not None
    assert len(batch.paths) == 500
    assert batches.get(0) is None


def test_meanwhile_each_path_is_seen_to_and_what_comes_then_is_in_the_batch() -> None:
    batches = BatchQueue()
    seen: list[str] = []

    def meanwhile(path: str) -> None:
        seen.append(path)
        if len(seen) == 1:
            batches.put("b")
            batches.put("c")

    batches.put("a")
    batches.put("a")
    assert batches.get(PATIENCE, meanwhile) == Batch(frozenset("abc"))
    assert seen[0] == "a"
    assert sorted(seen) == ["a", "b", "c"]


def test_a_path_that_changes_again_is_seen_to_again() -> None:
    batches = BatchQueue()
    seen: list[str] = []

    def meanwhile(path: str) -> None:
        seen.append(path)
        if len(seen) == 1:
            batches.put(path)

    batches.put("a")
    assert batches.get(PATIENCE, meanwhile) == Batch(frozenset("a"))
    assert seen == ["a", "a"]


def test_a_stream_of_paths_is_cut() -> None:
    batches = BatchQueue()
    done = threading.Event()

    def put() -> None:
        number = 0
        while not done.wait(0.003):
            number += 1
            batches.put(f"{number % 10}.py")

    putter = threading.Thread(target=put)
    putter.start()
    began = time.perf_counter()
    batches.get(PATIENCE)
    took = time.perf_counter() - began
    done.set()
    putter.join()
    assert took < batching.QUIET_LONGEST + 0.3


def test_waking_interrupts_and_keeps_what_was_collected() -> None:
    batches = BatchQueue()
    results: queue.Queue[Batch | None] = queue.Queue()
    owner = threading.Thread(target=lambda: results.put(batches.get()))
    owner.start()
    batches.wake()
    assert results.get(timeout=PATIENCE) is None
    owner.join()
    batches.put("a")
    batches.wake()
    assert batches.get(PATIENCE) is None
    assert batches.get(PATIENCE) == Batch(frozenset("a"))


def test_no_path_within_the_timeout() -> None:
    assert BatchQueue().get(0.01) is None


def test_a_path_for_later() -> None:
    batches = BatchQueue()
    batches.put_later("a", 0.05)
    began = time.perf_counter()
    assert batches.get(PATIENCE) == Batch(frozenset("a"))
    assert time.perf_counter() - began >= 0.05
    batches.put_later("a", 0.05)
    batches.put("a")
    assert batches.get(0.02) == Batch(frozenset("a"))
    assert batches.get(0.1) is None


def test_new_files_keep_a_batch_open_longer_than_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """A branch switch that takes its time is one batch; a file that is saved over and over is not waited for."""
    monkeypatch.setattr(batching, "QUIET_LONGEST", 0.1)
    batches = BatchQueue(quiet=0.1)

    def put() -> None:
        for number in range(20):
            batches.put(f"{number}.py")
            time.sleep(0.02)

    putter = threading.Thread(target=put)
    putter.start()
    batch = batches.get(PATIENCE)
    putter.join()
    assert batch is not None
    assert len(batch.paths) == 20


@linux_only
def test_a_branch_switch_is_not_taken_up_file_by_file(tmp_path: Path) -> None:
    files = [tmp_path / f"package{number % 10}" / f"m{number}.py" for number in range(500)]
    for file in files:
        file.parent.mkdir(exist_ok=True)
        file.write_text("x = 1\n")
        os.utime(file, (1, 1))
    batches = BatchQueue()
    watcher = Watcher(batches.put, warn=pytest.fail)
    watcher.watch(map(str, files))
    watcher.start()
    while batches.get(0.3):
        pass
    for file in files:
        save_aside(file)
    left, count = set(map(str, files)), 0
    while left and (batch := batches.get(PATIENCE)):
        left -= batch.paths
        count += 1
    watcher.close()
    assert not left
    # One, unless the machine is so busy that the writer pauses for longer than the quiet window.
    assert count <= 5
