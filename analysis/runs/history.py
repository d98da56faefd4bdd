"""The history of runs: ``runs.jsonl`` with a line per run, and the tables of the last run."""

import csv
import io
import os
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from analysis import files, shapes
from analysis.figures import manifest
from analysis.figures.models import Change

from .fingerprints import suffixed
from .plan import Project

FILE = "runs.jsonl"
TABLES = ".tables.json"  # the values of every table at the last run
MOST_BYTES = 4 << 20  # a longer file loses its older half
Line = dict[str, Any]


class Failure(TypedDict):
    """A job that failed or was late; a cause that has two languages is a table."""

    job: str
    cause: str | dict[str, str]
    cell: NotRequired[int | None]
    kept: NotRequired[str]


class Jobs(TypedDict, total=False):
    """The jobs of a run."""

    done: list[str]
    failed: list[Failure]
    late: list[Failure]


class Past(TypedDict):
    """A line of the history."""

    run: str
    jobs: Jobs
    began: NotRequired[str]
    seconds: NotRequired[float]
    code: NotRequired[int]
    refused: NotRequired[str]
    changed: NotRequired[list[Change]]


_NOTHING: Line = {"began": "", "seconds": 0.0, "code": 0, "refused": "", "changed": []}


def utc(seconds: float) -> str:
    """
    Return a time as ISO 8601, to the second.

    >>> utc(0)
    '1970-01-01T00:00:00Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def add(figures: Path, line: Line) -> None:
    """Append *line* in one write, so that lines of two concurrent runs never mix."""
    path = figures / FILE
    data = files.canonical(line) + b"\n"
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        files.clear(path)
        path.unlink(missing_ok=True)
    with path.open("a+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        torn = file.read(1) not in {b"", b"\n"}
        file.write(b"\n" + data if torn else data)
        file.seek(max(0, size - MOST_BYTES // 2))
        recent = file.read() if size > MOST_BYTES else b""
    if recent:
        files.write(path, recent.partition(b"\n")[2])


def lines(figures: Path) -> list[Line]:
    """Return the valid lines, oldest first."""
    valid = []
    for data in (files.read(figures / FILE) or b"").splitlines():
        try:
            line = shapes.parsed(data, Past)
        except ValueError:
            continue
        jobs = {"done": [], "failed": [], "late": [], **line["jobs"]}
        valid.append({**_NOTHING, **line, "jobs": jobs})
    return valid


def keep_tables(project: Project) -> None:
    """Save the values of the tables for :func:`since`."""
    data = files.canonical(_values(project))
    path = project.figures / TABLES
    if files.read(path) != data:
        with suppress(OSError):  # `status` can do without it
            files.write(path, data)


def since(project: Project) -> list[dict[str, Any]]:
    """Return the values added, changed and removed in the tables since the last run."""
    try:
        data = files.read(project.figures / TABLES) or b""
        before = shapes.parsed(data, dict[str, list[shapes.Row]])
    except ValueError:
        return []
    now = _values(project)
    return [
        {"table": table, **change}
        for table in sorted({*before, *now})
        for change in manifest.changes(before.get(table, []), now.get(table, []))
    ]


def _values(project: Project) -> dict[str, list[dict[str, str]]]:
    """Return the keys and values of the rows of every CSV table with values."""
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
        reader = csv.DictReader(io.StringIO(files.text(path), newline=""))
        if "value" in (reader.fieldnames or []):
            yield from ({name: row[name] for name in kept if row.get(name)} for row in reader)
    except (ValueError, csv.Error):
        return  # a workbook, or an invalid table
