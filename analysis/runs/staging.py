"""
Staging folders, locks, and publishing by renaming.

A staging folder is on the same disk as its target, so that publishing needs no space and replaces
each file atomically. Locks are operating system locks, released when their owner ends.
"""

import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from analysis import files
from analysis.errors import BusyError
from analysis.figures import manifest
from analysis.language.messages import say
from analysis.language.text import Text

from . import processes
from .plan import Plan
from .stale import Stale

if TYPE_CHECKING:
    from filelock import FileLock

PREFIX = ".stage-"
LOCKS = ".locks"
FAILED = "failed"
KEPT_RUNS = 10  # failed runs whose notebooks and logs are kept
MANIFEST_WAIT = 60.0  # seconds to wait for another process that writes the manifest
_SWEEP_WAIT = 30.0  # seconds to wait for another process that makes or removes staging folders


class Stage:
    """
    The staging folder of one run, locked while the run lasts.

    Entering it removes what dead runs left behind: first their processes, then their folders.
    """

    def __init__(self, figures: Path) -> None:
        self.figures = figures
        self.run = time.strftime("%Y%m%dT%H%M%SZ-", time.gmtime()) + secrets.token_hex(4)
        self.folder = figures / f"{PREFIX}{self.run}"
        self._locks = ExitStack()

    def __enter__(self) -> Self:
        from filelock import FileLock

        _real_folder(self.figures / LOCKS)
        with _lock(self.figures, "stage", _SWEEP_WAIT):
            sweep(self.figures)
            self.folder.mkdir()
            self._locks.enter_context(FileLock(self.folder / "lock", timeout=0))
        (self.folder / "home").mkdir()
        _real_folder(self.figures / ".cache")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        processes.end(lambda: processes.marked(processes.RUN, self.run), grace=0.0)
        self._locks.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Return the environment variables of the processes of this run."""
        cache = self.figures / ".cache"
        return processes.environment(self.run, self.folder / "home", cache)

    def open(self, job: str) -> Path:
        """Return a new folder for *job* with a folder ``out`` for what the notebook publishes."""
        folder = self.folder / f"job-{job}"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True)
        return folder

    def keep_failed(self, job: str, why: dict[str, object]) -> Path:
        """Move the notebook and log of a failed *job* to ``failed`` and return their folder."""
        folder = self.folder / f"job-{job}"
        for name in ("out", "home"):
            shutil.rmtree(folder / name, ignore_errors=True)
        kept = self.figures / FAILED / self.run / job
        _real_folder(self.figures / FAILED)
        _real_folder(kept.parent)
        with suppress(OSError):  # a full disk
            text = json.dumps(plain(why), ensure_ascii=False, sort_keys=True, indent=1)
            (folder / "why.json").write_text(text + "\n", "utf-8")
        folder.replace(kept)
        return kept


def plain(event: Mapping[str, object]) -> dict[str, object]:
    """Return *event* for JSON: a text in two languages becomes a table."""
    return {
        name: {"zh": value.zh, "en": value.en} if isinstance(value, Text) else value
        for name, value in event.items()
    }


def lock(figures: Path, name: str, wait: float = 0.0) -> "FileLock":
    """
    Acquire the lock *name*, waiting at most *wait* seconds.

    Raises
    ------
    BusyError
        If another process keeps it for longer.
    """
    _real_folder(figures / LOCKS)
    return _lock(figures, name, wait)


def _lock(figures: Path, name: str, wait: float) -> "FileLock":
    from filelock import FileLock

    acquired = FileLock(figures / LOCKS / f"{name}.lock")
    try:
        acquired.acquire(timeout=wait)
    except TimeoutError as error:
        raise BusyError(say("error.busy", lock=name)) from error
    return acquired


def debris(figures: Path) -> list[Path]:
    """Return the staging folders in *figures* and the temporary files beside the manifest."""
    return [*figures.glob(f"{PREFIX}*"), *figures.glob(".*.tmp")]


def sweep(figures: Path) -> None:
    """
    Remove what dead runs left in *figures*: processes, staging folders and temporary files.

    A running run has locked its staging folder; a folder that can be locked has no owner.
    """
    for folder in figures.glob(f"{PREFIX}*"):
        if not _real(folder):
            folder.unlink()  # a link or a file, which no run creates
        elif _orphaned(folder):
            shutil.rmtree(folder, ignore_errors=True)
    if not any(figures.glob(f"{PREFIX}*")):
        for path in figures.glob(".*.tmp"):
            path.unlink(missing_ok=True)
    runs = sorted((figures / FAILED).glob("*"))
    for folder in runs[:-KEPT_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)


def _orphaned(folder: Path) -> bool:
    """Return whether the owner of a staging folder is dead, after ending what it started."""
    from filelock import FileLock

    run = folder.name.removeprefix(PREFIX)
    try:
        with FileLock(folder / "lock", timeout=0):
            processes.end(lambda: processes.marked(processes.RUN, run), grace=0.2)
    except TimeoutError:
        return False
    except OSError:
        return True  # the owner died before it created its lock
    return True


def publish(out: Path, folder: Path, record: manifest.Record, before: Iterable[str]) -> None:
    """
    Move the outputs in *out* to *folder*, the record last, and remove other files of *before*.

    All files are synced to disk before the first rename, so that each is replaced atomically. If
    one cannot be replaced, those that were are put back.

    Raises
    ------
    OSError
        With the name of the published file that cannot be replaced; *folder* is unchanged.
    """
    (out / manifest.RECORD).write_bytes(manifest.seal(record))
    names = [*sorted(record["outputs"]), manifest.RECORD]
    for name in names:
        with (out / name).open("rb") as file:
            os.fsync(file.fileno())
    _real_folder(folder)
    old = out.with_name("old")
    shutil.rmtree(old, ignore_errors=True)
    old.mkdir()
    gone = sorted({*before} - {*names})
    with _put_back(folder, old) as changed:
        for name in (*names, *gone):
            with _named(folder / name):
                _keep(folder / name, old / name)
        for name in names:
            with _named(folder / name):
                changed.append(name)
                (out / name).replace(folder / name)
        for name in gone:
            with _named(folder / name):
                changed.append(name)
                (folder / name).unlink(missing_ok=True)
    files.sync_folder(folder)


@contextmanager
def _put_back(folder: Path, old: Path) -> Iterator[list[str]]:
    """Yield a list of the names that change in *folder*; on an error, restore those from *old*."""
    changed: list[str] = []
    try:
        yield changed
    except BaseException:
        for name in changed:
            with suppress(OSError):
                if os.path.lexists(old / name):
                    (old / name).replace(folder / name)
                else:
                    (folder / name).unlink(missing_ok=True)
        raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name *path*, the file that a person knows, in an error of the system."""
    try:
        yield
    except OSError as error:
        raise ReplaceError(error.errno, error.strerror, str(path)) from error


class ReplaceError(OSError):
    """A published file that cannot be replaced."""


def _keep(path: Path, old: Path) -> None:
    """Give the file *path* a second name *old*; what is no regular file is moved there."""
    try:
        regular = stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not regular:
        path.replace(old)
        return
    try:
        os.link(path, old, follow_symlinks=False)
    except PermissionError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        shutil.copyfile(path, old)


def manifest_is_current(plan: Plan, stale: Stale) -> bool:
    """Return whether the manifest on disk is the one that the records of all jobs give."""
    written = files.read(plan.project.figures / manifest.MANIFEST)
    return written == _manifest(plan, stale.records)


def write_manifest(plan: Plan) -> None:
    """
    Write the manifest of the records of all jobs, unless it is current.

    Raises
    ------
    BusyError
        If another process keeps the lock for longer than :data:`MANIFEST_WAIT`.
    OSError
        If the file cannot be written.
    """
    path = plan.project.figures / manifest.MANIFEST
    with lock(plan.project.figures, "manifest", wait=MANIFEST_WAIT):
        data = _manifest(plan, {})
        if files.read(path) != data:
            files.clear(path)
            files.write(path, data)


def _manifest(plan: Plan, known: Mapping[str, manifest.Record | None]) -> bytes:
    """Return the manifest of all jobs, reading the records that are not *known*."""
    folder, names = plan.project.figures, [job.name for job in plan.jobs]
    records = (known[name] if name in known else manifest.record(folder / name) for name in names)
    return manifest.assemble([one for one in records if one is not None], plan.version)


def _real_folder(path: Path) -> None:
    """Create the folder *path*, replacing a link or a file of that name."""
    if not _real(path) and (path.is_symlink() or path.exists()):
        path.unlink()
    path.mkdir(parents=True, exist_ok=True)


def _real(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
