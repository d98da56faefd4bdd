"""
What runs did: one line a run in ``runs.jsonl``, and what each made of the values.

It adds and reads lines; a torn one is skipped, never believed.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from analysis import manifest

FILE = "runs.jsonl"
MOST_BYTES = 4 << 20  # beyond it the older half is dropped
Line = dict[str, Any]


def utc(seconds: float) -> str:
    """
    A moment, to the second.

    >>> utc(0)
    '1970-01-01T00:00:00Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def add(figures: Path, line: Line) -> None:
    """Add *line*; one write, so that two runs at once never mix theirs."""
    path = figures / FILE
    data = manifest.canonical(line) + b"\n"
    if path.is_symlink():
        path.unlink()
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = file.read(1) not in {b"", b"\n"}
        file.write(b"\n" + data if torn else data)
    if size > MOST_BYTES:
        lines = path.read_bytes().splitlines(keepends=True)
        manifest.write(path, b"".join(lines[len(lines) // 2 :]))


def lines(figures: Path) -> list[Line]:
    """Every whole line, oldest first."""
    found = []
    for text in (manifest.content(figures / FILE) or b"").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and "run" in line:
            found.append(line)
    return found
