"""
What runs did: one line a run in ``runs.jsonl``, and the values as the last run found them.

It adds and reads lines; a torn one is skipped, never believed.
"""

import csv
import io
import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from analysis import files
from analysis.figures import manifest

from .fingerprints import suffixed
from .plan import Project

FILE = "runs.jsonl"
TABLES = ".tables.json"  # the values of every table as the last run found them
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
    data = files.canonical(line) + b"\n"
    if path.is_symlink():
        path.unlink()
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = file.read(1) not in {b"", b"\n"}
        file.write(b"\n" + data if torn else data)
    if size > MOST_BYTES:
        lines = path.read_bytes().splitlines(keepends=True)
        files.write(path, b"".join(lines[len(lines) // 2 :]))


def lines(figures: Path) -> list[Line]:
    """Every whole line, oldest first."""
    found = []
    for text in (files.read(figures / FILE) or b"").splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        if isinstance(line, dict) and isinstance(line.get("jobs"), dict):
            found.append(line)
    return found


def keep_tables(project: Project) -> None:
    """Remember the values of the tables, so that :func:`since` can tell what changed."""
    data = files.canonical(_values(project))
    path = project.figures / TABLES
    if files.read(path) != data:
        with suppress(OSError):  # a comfort: a run does not fail for want of it
            files.write(path, data)


def since(project: Project) -> list[dict[str, Any]]:
    """The values added, changed and removed in the tables since the last run."""
    try:
        before: dict[str, Any] = json.loads(files.read(project.figures / TABLES) or b"null")
    except ValueError:
        return []
    now = _values(project)
    return [
        {"table": table, **change}
        for table in (sorted({*before, *now}) if isinstance(before, dict) else [])
        for change in manifest.changes(before.get(table, []), now.get(table, []))
    ]


def _values(project: Project) -> dict[str, list[dict[str, str]]]:
    """The rows of every CSV table that has values, each with what tells it apart."""
    tables = {}
    for path in suffixed(project.data):
        name = path.relative_to(project.data).with_suffix("").as_posix()
        rows = list(_rows(path))
        if rows:
            tables[name] = rows
    return tables


def _rows(path: Path) -> Iterator[dict[str, str]]:
    kept = (*manifest.ROW_KEY, *manifest.ROW_VALUE)
    try:
        reader = csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
        if "value" in (reader.fieldnames or []):
            yield from ({name: row[name] for name in kept if row.get(name)} for row in reader)
    except (OSError, ValueError, csv.Error):
        return  # a workbook, or a table that its check refuses
