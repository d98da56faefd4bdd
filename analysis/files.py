"""
Read and write files: atomic writes, content hashes, canonical JSON.

Modification times are never used; files are the same when their content hashes are.
"""

import hashlib
import json
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path


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

    Raises
    ------
    OSError
        If the file cannot be written; *path* is then unchanged.
    """
    beside = path.with_name(f".{path.name[:80]}.{secrets.token_hex(6)}.tmp")
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


def sync_folder(folder: Path) -> None:
    """Fsync *folder* (POSIX), so that a rename in it survives a power failure."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: Path) -> bytes | None:
    """Return the bytes of a regular file; None if *path* is missing, a link, a pipe or a folder."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        return path.read_bytes()
    except OSError:
        return None
