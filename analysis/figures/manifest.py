"""
What was made from what: the record of every job, and the manifest of every figure.

It reads and writes records, and tells what changed between two; it makes no figure.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis import files
from analysis.errors import AnalysisError
from analysis.files import canonical, digest
from analysis.language.messages import say
from analysis.language.text import Text

VERSION = 1
RECORD = "run.json"
MANIFEST = "manifest.json"
# What makes a drawn row the same row before and after; everything else may have changed.
ROW_KEY = (
    "origin",
    "report",
    "region",
    "adcode",
    "period",
    "indicator",
    "breakdown",
    "period_start",
    "period_end",
    "status",
    "measure",
)
ROW_VALUE = ("value", "unit", "comparator", "printed", "lower", "upper")

_SEAL, _END = b',\n"seal":', b"\n}\n"  # a seal is of the bytes before it: quick to hold against

Record = dict[str, Any]
Row = Mapping[str, Any]


def seal(record: Record) -> bytes:
    """
    *record* as a file that knows when it was damaged.

    >>> unseal(seal({"job": "2_trend-zh"}))["job"]
    '2_trend-zh'
    >>> unseal(seal({"job": "2_trend-zh"}).replace(b"zh", b"en")) is None
    True
    """
    plain = _lines({**record, "version": VERSION})
    return plain.removesuffix(_END) + _SEAL + canonical(digest(plain)) + _END


def unseal(data: bytes) -> Record | None:
    """The record in *data*, or None if it is torn, altered or of another version."""
    body, _, mark = data.rpartition(_SEAL)
    plain = body + _END
    if mark != canonical(digest(plain)) + _END:
        return None
    record: Record = json.loads(plain)
    return record if record["version"] == VERSION else None


def record(folder: Path) -> Record | None:
    """The record of the job whose figures are in *folder*, or None if none can be believed."""
    data = files.read(folder / RECORD)
    return unseal(data) if data is not None else None


def claimed(folder: Path, made: Record | None) -> list[str]:
    """
    The files in *folder* that a job made: as its record *made* says, else as its figures say.

    Files that neither of them names are someone else's.
    """
    if made is not None:
        return [*made["outputs"]]
    return [name for path in sorted(folder.glob("*.json")) for name in _figure_files(path)]


def _figure_files(path: Path) -> list[str]:
    """The files of the figure whose own record is *path*; none if it is no such record."""
    try:
        figure = json.loads(files.read(path) or b"")
        told = figure["name"] == path.stem and {"title", "rows"} <= figure.keys()
        names = [str(file) for file in figure["files"]] if told else []
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []
    own = [file for file in names if Path(file).name == file and Path(file).stem == path.stem]
    return [path.name, *own] if own else []


def altered(folder: Path, made: Record) -> Text | None:
    """Return how the first changed output of *made* differs from what was published, or None."""
    for name, expected in sorted(made["outputs"].items()):
        data = files.read(folder / name)
        if data is None:
            return say("stale.file_missing", name=name)
        if digest(data) != expected:
            return say("stale.file_altered", name=name)
    return None


def assemble(records: Iterable[Record], package: str) -> bytes:
    """
    The manifest of all *records*: what every figure shows and what it was made from.

    It holds no time and no path of the machine, so the same inputs give the same bytes.
    """
    made = sorted(records, key=lambda one: str(one["job"]))
    jobs = {str(one["job"]): {part: one[part] for part in _JOB} for one in made}
    figures = [canonical(_figure(one, figure)) for one in made for figure in one["figures"]]
    parts = {
        "figures": b"[\n" + b",\n".join(figures) + b"\n]",
        "jobs": _lines(jobs).rstrip(),
        "package": canonical(package),
        "version": canonical(VERSION),
    }
    return b"{" + b",\n".join(canonical(k) + b":" + v for k, v in parts.items()) + b"}\n"


def _lines(mapping: Mapping[str, object]) -> bytes:
    """*mapping* as JSON, a line an entry: quick to write, and a difference shows its line."""
    entries = [canonical(key) + b":" + canonical(mapping[key]) for key in sorted(mapping)]
    return b"{\n" + b",\n".join(entries) + b"\n}\n"


_JOB = ("notebook", "parameters", "key", "parts", "changed")


def _figure(made: Record, figure: Row) -> dict[str, Any]:
    files = {f"{made['job']}/{name}": made["outputs"][name] for name in figure["files"]}
    inputs = made["parts"]["inputs"]
    source = {"job": made["job"], "notebook": made["notebook"], "parameters": made["parameters"]}
    return {**figure, **source, "inputs": inputs, "files": files}


def load(figures: Path) -> dict[str, Any]:
    """
    The manifest of the folder *figures*.

    Raises
    ------
    AnalysisError
        When there is none, or it cannot be read.
    """
    data = files.read(figures / MANIFEST)
    if data is None:
        raise AnalysisError(f"no {figures / MANIFEST}: make the figures first, with `run`")
    try:
        manifest = json.loads(data)
    except ValueError as error:
        raise AnalysisError(f"{figures / MANIFEST} is damaged: `run` will renew it") from error
    return dict(manifest)


def rows(made: Record | None) -> list[Row]:
    """Every row that the figures of a record drew, each once."""
    drawn = [row for figure in made["figures"] for row in figure["rows"]] if made else []
    return list({canonical(row): row for row in drawn}.values())


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[dict[str, Any]]:
    """
    The values that came, went or changed from one set of drawn rows to the next.

    >>> old = [{"region": "anshan", "value": 42}, {"region": "anhui", "value": 1}]
    >>> for change in changes(old, [{"region": "anshan", "value": 45}]):
    ...     print(change["change"], change["row"], change["before"], change["after"])
    removed {'region': 'anhui'} {'value': 1} None
    changed {'region': 'anshan'} {'value': 42} {'value': 45}
    """
    old, new = _by_key(before), _by_key(after)
    return [
        change
        for key in sorted({*old, *new})
        for change in _pairs(key, old.get(key, []), new.get(key, []))
    ]


def _by_key(drawn: Iterable[Row]) -> dict[bytes, list[bytes]]:
    """The values under each key, ordered; several rows may share one (a total and its parts)."""
    found: dict[bytes, set[bytes]] = {}
    for row in drawn:
        key = canonical({name: row[name] for name in ROW_KEY if name in row})
        value = canonical({name: row[name] for name in ROW_VALUE if name in row})
        found.setdefault(key, set()).add(value)
    return {key: sorted(values) for key, values in found.items()}


def _pairs(key: bytes, old: list[bytes], new: list[bytes]) -> Iterator[dict[str, Any]]:
    gone = [json.loads(value) for value in old if value not in new]
    come = [json.loads(value) for value in new if value not in old]
    for place in range(max(len(gone), len(come))):
        before = gone[place] if place < len(gone) else None
        after = come[place] if place < len(come) else None
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield {"change": kind, "row": json.loads(key), "before": before, "after": after}
