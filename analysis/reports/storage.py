"""
Replace several files atomically: all of them or none.

New files are written beside the old ones and a journal lists the replacements. A process that
finds a journal restores the old files first.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.errors import BusyError, UsageError
from analysis.files import sync_folder

_FOLDER = ".accepting"
_JOURNAL = "journal.json"


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """Lock the tables of *root*; a second process gets a BusyError."""
    mark = sha256(str(root.resolve()).encode()).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"regional-safety-{mark}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError("tables", str(root)) from error
    try:
        recover(root)
        yield
    finally:
        lock.release()


def replace_all(root: Path, contents: Mapping[str, bytes]) -> list[str]:
    """
    Write every file of *contents*, named from *root*, or none.

    Returns
    -------
    list of str
        The files whose content changed; a file with the same content is not written.

    Raises
    ------
    OSError
        When one cannot be written; all files keep their old content.
    """
    changed = sorted(name for name, data in contents.items() if _content(root / name) != data)
    if not changed:
        return []
    stage = root / _FOLDER
    stage.mkdir()
    try:
        _stage(root, stage, {name: contents[name] for name in changed})
        for number, name in enumerate(changed):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (stage / f"new{number}").replace(root / name)
            sync_folder((root / name).parent)
        (stage / _JOURNAL).unlink()
    finally:
        recover(root)
    return changed


def recover(root: Path) -> bool:
    """Restore the files of an interrupted replacement; return whether there was one."""
    stage = root / _FOLDER
    journal = stage / _JOURNAL
    found = journal.exists()
    if found:
        for number, (name, was) in enumerate(json.loads(journal.read_text("utf-8"))):
            old = stage / f"old{number}"
            if not was:
                (root / name).unlink(missing_ok=True)
            elif old.exists():
                old.replace(root / name)
            if (root / name).parent.exists():
                sync_folder((root / name).parent)
        journal.unlink()
    shutil.rmtree(stage, ignore_errors=True)
    return found


def _stage(root: Path, stage: Path, contents: Mapping[str, bytes]) -> None:
    """Write the new files, the old files and then the journal to disk."""
    entries = []
    for number, (name, data) in enumerate(contents.items()):
        target = root / name
        if target.is_symlink():
            raise UsageError(f"{name} is a link: replace it by the file itself")
        _write(stage / f"new{number}", data)
        old = _content(target)
        if old is not None:
            _write(stage / f"old{number}", old)
        entries.append((name, old is not None))
    _write(stage / "journal", json.dumps(entries, ensure_ascii=False).encode())
    (stage / "journal").replace(stage / _JOURNAL)
    sync_folder(stage)


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
