"""
Which contents passed the contracts of the tables, kept beside the tables from call to call.

Neither cells nor faults are kept, only the hashes of what passed. They hold for one version of the
checks and of their libraries, and for the files of this machine: tables that came with a cache from
elsewhere are checked. A cache that is damaged, or of another version, is replaced.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, TypedDict

from analysis import files, validation

FILE = ".checked.json"
_CODE = ("tables/*.py", "language/*.py", "errors.py", "files.py")
_LIBRARIES = ("pandas", "pandera")


def _is_day(text: str) -> bool:
    with suppress(ValueError):
        return date.fromisoformat(text).isoformat() == text
    return False


_Days = dict[validation.Hash, Annotated[str, _is_day, "a day"]]


class _Record(TypedDict):
    """The day on which each content passed, by its hash, for one version of the checks."""

    rules: validation.Hash
    passed: _Days


class Passed:
    """
    The contents that passed the contracts of the tables in a folder.

    Parameters
    ----------
    folder
        The folder of the tables.
    again
        Whether to forget what passed.
    """

    def __init__(self, folder: Path, *, again: bool = False) -> None:
        self._path = folder / FILE
        self._known: _Days = {} if again else _read(self._path)
        self._now: _Days = {}

    def day(self, content: str) -> str:
        """Return the day on which the hash *content* passed, "" if it is not known to."""
        return self._known.get(content, "")

    def add(self, content: str) -> None:
        """Keep that the hash *content* passed."""
        self._now[content] = self.day(content) or date.today().isoformat()  # noqa: DTZ011 - of here

    def earlier(self) -> list[str]:
        """Return the days on which the added contents passed that did so in another process."""
        return [day for content, day in self._now.items() if content in self._known]

    def save(self) -> None:
        """Write what was added, in place of what was kept; a folder may forbid it."""
        if self._now == self._known:
            return
        record = _Record(rules=_rules(), passed=self._now)
        with suppress(OSError):
            files.write(self._path, files.canonical(record))


def identity(path: Path, digest: bytes) -> bytes:
    """
    Return the *digest* of a file with what the system alone sets: its inode and time of change.

    Nobody who packs a table and a cache into an archive can know these of the unpacked file.
    """
    status = path.stat()
    place = f"{status.st_dev} {status.st_ino} {status.st_ctime_ns} "
    return place.encode() + digest


def content(name: str, identity: bytes) -> str:
    """Return the hash of the table *name* with the :func:`identity` of its file."""
    return files.digest(b"\0".join([name.encode(), identity]))


def _read(path: Path) -> _Days:
    """Return what is kept at *path*, nothing if it is damaged or of another version."""
    data = files.read(path)
    with suppress(ValueError):
        record = validation.parsed(data or b"", _Record)
        return record["passed"] if record["rules"] == _rules() else {}
    return {}


@cache
def _rules() -> str:
    """Return the hash of the code of the checks and of the versions of their libraries."""
    package = Path(__file__).parents[1]
    code = sorted(path for pattern in _CODE for path in package.glob(pattern))
    versions: Iterable[str] = (f"{name} {version(name)}" for name in _LIBRARIES)
    return files.digest(b"\0".join([*map(Path.read_bytes, code), *map(str.encode, versions)]))
