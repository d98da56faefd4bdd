"""
Read and write files: plain names, atomic writes, content hashes, canonical JSON.

Modification times are never used; files are the same when their content hashes are. A name that
comes from outside the program is checked here, by :func:`is_plain` or :func:`below`, before
anything is opened, moved or removed.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from contextlib import suppress
from pathlib import Path

MOST_BYTES = 64 << 20  # of a file that is read whole
MOST_HASHED = 4 << 30  # of a file of which only the content hash is needed
LONGEST_NAME = 150  # bytes
# What Windows refuses in a file name, control characters and the names of its devices.
# Signs that nobody sees are refused too: they hide, join or turn what stands beside them.
_NO_NAME = re.compile(
    r'[\x00-\x1f\x7f-\x9f/\\<>:"|?*\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff'
    r"\ud800-\udfff]"
)
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def is_plain(name: str) -> bool:
    """
    Return whether *name* can be the name of a file in any folder of any system.

    >>> [is_plain(name) for name in ("2_trend-zh.svg", "../x", "/etc/passwd", ".x", "con.csv", "")]
    [True, False, False, False, False, False]
    """
    return not (
        not name
        or name[0] in ". "
        or name[-1] in ". "
        or _NO_NAME.search(name)
        or _DEVICE.fullmatch(name)
        or len(name.encode()) > LONGEST_NAME
    )


def below(folder: Path, name: str) -> Path:
    """
    Return the path of the file *name* below *folder*: plain names, joined with slashes.

    Raises
    ------
    ValueError
        If a part of the name is not plain, or a folder on the way is a link.
    """
    *folders, last = parts = name.split("/")
    if not all(map(is_plain, parts)):
        raise ValueError(f"{name[:80]!r} is not the name of a file below {folder.name}")
    path = folder
    for part in folders:
        path /= part
        if path.is_symlink():
            raise ValueError(f"{name[:80]!r} leads through a link")
    return path / last


def digest(data: bytes) -> str:
    """
    Return the SHA-256 of *data* as hexadecimal digits.

    >>> digest(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(data).hexdigest()


def canonical(value: object) -> bytes:
    """
    Return *value* as JSON with sorted keys and no blanks: equal values give equal bytes.

    >>> canonical({"b": 1, "a": "安"}).decode()
    '{"a":"安","b":1}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")


def write(path: Path, data: bytes) -> None:
    """
    Write *data* to *path* atomically: a reader sees the old file or the new one, never a part.

    A temporary file that a killed process has left beside *path* is removed.

    Raises
    ------
    OSError
        If the file cannot be written; *path* is then unchanged.
    """
    start = f".{path.name[:60]}."
    _remove_abandoned(path.parent, start)
    beside = path.with_name(f"{start}{os.getpid()}-{secrets.token_hex(6)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
    sync_folder(path.parent)


def _remove_abandoned(folder: Path, start: str) -> None:
    """Remove the temporary files in *folder* whose names begin with *start*, of dead processes."""
    temporary = re.compile(re.escape(start) + r"([0-9]{1,9})-[0-9a-f]{12}\.tmp")
    for path in folder.iterdir():
        if match := temporary.fullmatch(path.name):
            from psutil import pid_exists

            if not pid_exists(int(match[1])):
                path.unlink(missing_ok=True)


def clear(path: Path) -> None:
    """Remove *path* if it is a folder where a file belongs; links are not followed."""
    with suppress(FileNotFoundError):
        if stat.S_ISDIR(path.lstat().st_mode):
            shutil.rmtree(path)


def sync_folder(folder: Path) -> None:
    """Fsync *folder* (POSIX), so that a rename in it survives a power failure."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: Path, most: int = MOST_BYTES) -> bytes | None:
    """
    Return the bytes of a regular file of at most *most* bytes.

    Returns
    -------
    bytes or None
        None if *path* is missing, a link, a pipe, a device, a folder, or larger.
    """
    try:
        with os.fdopen(os.open(path, _OPEN | _NO_LINK), "rb") as file:
            status = os.fstat(file.fileno())
            if path.is_symlink() or not stat.S_ISREG(status.st_mode) or status.st_size > most:
                return None
            data = file.read(most + 1)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return data if len(data) <= most else None


def checksum(path: Path) -> str:
    """Return the content hash of a regular file or of the one it links to, ``""`` if none."""
    try:
        with os.fdopen(os.open(path, _OPEN), "rb") as file:
            status = os.fstat(file.fileno())
            if stat.S_ISREG(status.st_mode) and status.st_size <= MOST_HASHED:
                return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        pass
    return ""


def text(path: Path) -> str:
    """
    Return the text of a table or plan, which may be a link to a regular file.

    Raises
    ------
    ValueError
        If there is no regular file that can be read, or it is not UTF-8.
    """
    data = read(Path(os.path.realpath(path)))
    if data is None:
        raise ValueError(f"{path.name} is missing, unreadable, too large or no plain file")
    return data.decode("utf-8-sig")
