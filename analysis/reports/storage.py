"""
Replace several tables atomically: all of them or none, and undo it on request.

New files are written beside the old ones and a journal lists the replacements with their content
hashes. A process that finds a journal puts back what the dead one had written, and only that: a
file that somebody has edited since stays as it is.
"""

import io
import os
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypedDict

from filelock import FileLock, Timeout

from analysis import files, validation
from analysis.errors import AnalysisError, BusyError, UsageError
from analysis.files import canonical, digest, sync_folder
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.tables.schema import BY_REGION, TABLES

from .sheets import REVIEW

STAGE = ".accepting"
ACCEPTED = ".accepted"  # the last replacement, for `undo`
LOCK = ".accept.lock"
_JOURNAL = "journal.json"
_DESCRIPTOR = "datapackage.json"


class Replaced(TypedDict):
    """A file of a replacement, with the hashes of its contents; None where there is no file."""

    name: str
    old: validation.Hash | None
    new: validation.Hash | None


class Journal(TypedDict):
    """A replacement of several files."""

    files: list[Replaced]


@contextmanager
def alone(root: Path, *, dry_run: bool = False) -> Iterator[tuple[Text, ...]]:
    """
    Lock the tables of *root* and recover from an interrupted replacement.

    Yields
    ------
    tuple of Text
        What was put back or left; with *dry_run* nothing is changed, and only said.

    Raises
    ------
    BusyError
        If another process has locked them.
    AnalysisError
        If a journal is damaged.
    """
    if dry_run:
        yield (say("accept.interrupted"),) if _journal(root / STAGE) is not None else ()
        return
    lock = FileLock(root / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise BusyError(say("error.busy", lock=say("accept.locked"))) from error
    try:
        yield recover(root)
    finally:
        lock.release()


def replace_all(root: Path, contents: Mapping[str, bytes | None]) -> list[str]:
    """
    Write every file of *contents*, named from *root*, or none; None removes a file.

    Returns
    -------
    list of str
        The files whose content changed; a file with the same content is not written.

    Raises
    ------
    OSError
        When one cannot be written; all files keep their old content.
    UsageError
        For a name that is no table, or a table that is a link or no plain file.
    """
    changed = sorted(name for name, data in contents.items() if _content(root, name) != data)
    if not changed:
        return []
    stage = root / STAGE
    stage.mkdir()
    try:
        entries = _stage(root, stage, {name: contents[name] for name in changed})
        for number, entry in enumerate(entries):
            path = _table(root, entry["name"])
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry["new"] is None:
                path.unlink()
            else:
                (stage / f"new{number}").replace(path)
            sync_folder(path.parent)
        _remove(root / ACCEPTED)
        stage.replace(root / ACCEPTED)
        sync_folder(root)
    finally:
        recover(root)
    return changed


def recover(root: Path) -> tuple[Text, ...]:
    """
    Restore the files of an interrupted replacement that did not change since; return messages.

    Raises
    ------
    AnalysisError
        If the journal is damaged; nothing is changed then.
    """
    stage = root / STAGE
    entries = _journal(stage)
    report = [_restored(root, stage, *numbered) for numbered in enumerate(entries or ())]
    _remove(stage)
    return tuple(text for text in report if text is not None)


def undone(root: Path) -> dict[str, bytes | None]:
    """
    Return the contents that :func:`replace_all` replaced last.

    Raises
    ------
    UsageError
        If there is none, or a file has changed since.
    """
    folder = root / ACCEPTED
    entries = _journal(folder)
    if entries is None:
        raise UsageError(say("accept.no_undo"))
    edited = [entry["name"] for entry in entries if _hash(root, entry["name"]) != entry["new"]]
    if edited:
        raise UsageError(say("accept.changed_since", files=", ".join(edited)))
    return {entry["name"]: _old(folder, number, entry) for number, entry in enumerate(entries)}


def forget(root: Path) -> None:
    """Remove the contents that :func:`undone` returns."""
    _remove(root / ACCEPTED)


def _restored(root: Path, stage: Path, number: int, entry: Replaced) -> Text | None:
    """Put back one file, unless it still is the old one or has been edited since."""
    name, path, now = entry["name"], _table(root, entry["name"]), _hash(root, entry["name"])
    if now == entry["old"]:
        return None
    if now != entry["new"]:
        return say("accept.edit_kept", file=name)
    if entry["old"] is None:
        path.unlink()
    else:
        _old(stage, number, entry)
        (stage / f"old{number}").replace(path)
    sync_folder(path.parent)
    return say("accept.put_back", file=name)


def _old(folder: Path, number: int, entry: Replaced) -> bytes | None:
    """Return the old content of a file; raise an error if its hash differs from the journal's."""
    if entry["old"] is None:
        return None
    data = files.read(folder / f"old{number}")
    if data is None or digest(data) != entry["old"]:
        raise _damaged(folder, f"the old content of {entry['name']} is missing")
    return data


def _journal(folder: Path) -> list[Replaced] | None:
    """Return the entries of the journal in *folder*, or None if there is none."""
    path = folder / _JOURNAL
    if folder.is_symlink() or not os.path.lexists(path):
        return None
    try:
        entries = validation.parsed(files.read(path) or b"", Journal)["files"]
    except ValueError as error:
        raise _damaged(folder, str(error)) from error
    for entry in entries:
        if not is_table(entry["name"]):
            raise _damaged(folder, f"{entry['name'][:80]!r} is no table")
    return entries


def _damaged(folder: Path, why: str) -> AnalysisError:
    remedy = "compare the tables with your copy of them, then remove this folder"
    return AnalysisError(f"{folder / _JOURNAL} is damaged ({why}): {remedy}")


def _stage(root: Path, stage: Path, contents: Mapping[str, bytes | None]) -> list[Replaced]:
    """Write the new files, the old files and then the journal to disk."""
    entries = []
    for number, (name, data) in enumerate(contents.items()):
        old = _content(root, name)
        if data is not None:
            _write(stage / f"new{number}", data)
        if old is not None:
            _write(stage / f"old{number}", old)
        hashes = {"old": old and digest(old), "new": data and digest(data)}
        entries.append(Replaced(name=name, old=hashes["old"] or None, new=hashes["new"] or None))
    _write(stage / "journal", canonical(Journal(files=entries)))
    (stage / "journal").replace(stage / _JOURNAL)
    sync_folder(stage)
    return entries


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def is_table(name: str) -> bool:
    """
    Return whether *name* is that of a file that accepting a workbook may write.

    >>> [is_table(name) for name in ("reports.csv", "mentions/anhui.csv", "originals/anhui.txt")]
    [True, True, True]
    >>> [is_table(name) for name in ("../reports.csv", "x.csv", "mentions/../x.csv", "a/b/c.csv")]
    [False, False, False, False]
    """
    folder, _, file = name.rpartition("/")
    stem, _, suffix = file.rpartition(".")
    if not files.is_plain(file) or name == _DESCRIPTOR:
        return name == _DESCRIPTOR
    if folder:
        return suffix == ("txt" if folder == "originals" else "csv") and folder in _FOLDERS
    return suffix == "csv" and stem in TABLES


_FOLDERS = {*BY_REGION, "originals"}


def _table(root: Path, name: str) -> Path:
    """Return the path of a table."""
    if not is_table(name):
        raise UsageError(say("accept.no_table", name=name[:80]))
    try:
        return files.below(root, name)
    except ValueError as error:
        raise UsageError(str(error)) from error


def _content(root: Path, name: str) -> bytes | None:
    """Return the content of a table, None if there is none."""
    path = _table(root, name)
    if path.is_symlink():
        raise UsageError(say("accept.link", name=name))
    data = files.read(path)
    if data is None and os.path.lexists(path):
        raise UsageError(say("accept.no_file", name=name))
    return data


def _hash(root: Path, name: str) -> str | None:
    data = _content(root, name)
    return None if data is None else digest(data)


def _remove(path: Path) -> None:
    """Remove the folder *path*; of a link or a file of that name, only the name."""
    files.clear(path)
    path.unlink(missing_ok=True)


_OUTPUT = re.compile(rb'start,end,raw,|\{"start": ?[0-9]+, ?"end": ?[0-9]+, ?"raw"')


def make_room(path: Path) -> None:
    """
    Check that `compile` may write *path*: it is new, or an earlier output.

    An earlier workbook may have been filled in, so it is kept with the ending ``.bak``.

    Raises
    ------
    UsageError
        For a file that is something else.
    """
    if not os.path.lexists(path):
        return
    earlier = files.read(path)
    if earlier is None or not (not earlier or _OUTPUT.match(earlier) or _is_review(earlier)):
        raise UsageError(say("compile.no_output", path=path))
    if earlier.startswith(b"PK"):
        files.write(path.with_name(f"{path.name}.bak"), earlier)


def _is_review(data: bytes) -> bool:
    """Return whether *data* is a workbook with the sheet of the review."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/workbook.xml") as part:
            return f'name="{REVIEW}"'.encode() in part.read(1 << 20)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError, zlib.error):
        return False
