"""
Where figures are made before anyone sees them, and the step that puts them in their place.

A stage lies beside its target on the same disk, so publishing is renaming: it needs no space and
leaves every file whole at every moment. Locks are the system's, so a dead owner frees its own.
"""

import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from analysis import files
from analysis.errors import BusyError
from analysis.figures import manifest

from . import processes

PREFIX = ".stage-"
LOCKS = ".locks"
FAILED = "failed"
KEPT_RUNS = 10  # failed runs that stay for reading
_SETTLE = 30.0  # seconds for the short lock, held only while a stage is made or swept


class Stage:
    """
    The folder of one run, owned by an OS lock as long as the run lives.

    Entering it ends what a dead run left behind: first its processes, then its folder.
    """

    def __init__(self, figures: Path) -> None:
        self.figures = figures
        self.run = time.strftime("%Y%m%dT%H%M%SZ-", time.gmtime()) + secrets.token_hex(4)
        self.folder = figures / f"{PREFIX}{self.run}"
        self._held = ExitStack()

    def __enter__(self) -> Self:
        _real_folder(self.figures / LOCKS)
        with _lock(self.figures, "stage", _SETTLE):
            sweep(self.figures)
            self.folder.mkdir()
            self._held.enter_context(FileLock(self.folder / "lock", timeout=0))
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
        self._held.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """The variables for the processes of this run."""
        cache = self.figures / ".cache"
        return processes.environment(self.run, self.folder / "home", cache)

    def open(self, job: str) -> Path:
        """A fresh folder for *job*, with ``out`` in it for what the notebook publishes."""
        folder = self.folder / f"job-{job}"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "out").mkdir(parents=True)
        return folder

    def keep_failed(self, job: str, why: dict[str, object]) -> Path:
        """Keep the notebook and log of a failed *job* for reading, and say where."""
        folder = self.folder / f"job-{job}"
        for name in ("out", "home"):
            shutil.rmtree(folder / name, ignore_errors=True)
        kept = self.figures / FAILED / self.run / job
        _real_folder(self.figures / FAILED)
        _real_folder(kept.parent)
        with suppress(OSError):  # on a full disk the notebook matters more than this summary
            text = json.dumps(why, ensure_ascii=False, sort_keys=True, indent=1)
            (folder / "why.json").write_text(text + "\n", "utf-8")
        folder.replace(kept)
        return kept


def lock(figures: Path, name: str, wait: float = 0.0) -> FileLock:
    """
    Hold the lock *name*, waiting at most *wait* seconds for it.

    Raises
    ------
    BusyError
        When another process holds it for longer.
    """
    _real_folder(figures / LOCKS)
    return _lock(figures, name, wait)


def _lock(figures: Path, name: str, wait: float) -> FileLock:
    held = FileLock(figures / LOCKS / f"{name}.lock")
    try:
        held.acquire(timeout=wait)
    except Timeout as error:
        raise BusyError(name) from error
    return held


def debris(figures: Path) -> list[Path]:
    """The stages in *figures* and the half-written files beside the manifest."""
    return [*figures.glob(f"{PREFIX}*"), *figures.glob(".*.tmp")]


def sweep(figures: Path) -> None:
    """
    Clear away what runs that died have left: their processes, stages and half-written files.

    A living run holds the lock in its stage; whoever can take that lock knows its owner is dead.
    """
    for folder in figures.glob(f"{PREFIX}*"):
        if not _real(folder):
            folder.unlink()  # a link or a file: not of our making
        elif _orphaned(folder):
            shutil.rmtree(folder, ignore_errors=True)
    if not any(figures.glob(f"{PREFIX}*")):
        for path in figures.glob(".*.tmp"):
            path.unlink(missing_ok=True)
    runs = sorted((figures / FAILED).glob("*"))
    for folder in runs[:-KEPT_RUNS]:
        shutil.rmtree(folder, ignore_errors=True)


def _orphaned(folder: Path) -> bool:
    """Whether the owner of a stage is dead; what it started is ended then."""
    mark = folder.name.removeprefix(PREFIX)
    try:
        with FileLock(folder / "lock", timeout=0):
            processes.end(lambda: processes.marked(processes.RUN, mark), grace=0.2)
    except Timeout:
        return False
    except OSError:
        return True  # the owner died before it made its lock
    return True


def publish(made: Path, folder: Path, record: manifest.Record, before: Iterable[str]) -> None:
    """
    Put every file of *made* into *folder* and the record last; drop those of *before* it lacks.

    Everything is on disk before the first rename, so what is left to fail cannot tear a file.
    """
    (made / manifest.RECORD).write_bytes(manifest.seal(record))
    names = sorted(record["outputs"])
    for name in (*names, manifest.RECORD):
        with (made / name).open("rb") as file:
            os.fsync(file.fileno())
    _real_folder(folder)
    for name in (*names, manifest.RECORD):
        clear(folder / name)
        (made / name).replace(folder / name)
    for name in {*before} - {*names}:
        clear(folder / name)
        (folder / name).unlink(missing_ok=True)
    files.sync_folder(folder)


def clear(path: Path) -> None:
    """Make way where a folder stands in the place of a file; links are replaced, not followed."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)


def _real_folder(path: Path) -> None:
    """Make *path* a folder of its own: never a link to somewhere else."""
    if not _real(path) and (path.is_symlink() or path.exists()):
        path.unlink()
    path.mkdir(parents=True, exist_ok=True)


def _real(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
