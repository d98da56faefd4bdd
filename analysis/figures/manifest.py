"""
Records of jobs, and the manifest of all figures with their inputs.

Reads and writes records, and lists the changes between two of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from analysis import files, validation
from analysis.errors import AnalysisError
from analysis.files import canonical, digest
from analysis.language.messages import say
from analysis.language.text import Text

from . import fields

VERSION = 1
RECORD = "run.json"
MANIFEST = "manifest.json"
# The columns that identify a drawn row across runs; all others may change.
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

_SEAL, _END = (
    b',\n"seal":',
    b"\n}\n",
)  # the checksum follows the record, so that it is easy to verify

Record = dict[str, Any]
Row = Mapping[str, Any]


def seal(record: Record) -> bytes:
    """
    Return *record* as bytes with a checksum.

    >>> unseal(seal({"job": "2_trend-zh"}))["job"]
    '2_trend-zh'
    >>> unseal(seal({"job": "2_trend-zh"}).replace(b"zh", b"en")) is None
    True
    """
    plain = _lines({**record, "version": VERSION})
    return plain.removesuffix(_END) + _SEAL + canonical(digest(plain)) + _END


def unseal(data: bytes) -> Record | None:
    """Return the record in *data*, or None if it is incomplete, altered or of another version."""
    body, _, mark = data.rpartition(_SEAL)
    plain = body + _END
    if mark != canonical(digest(plain)) + _END:
        return None
    try:
        record = cast("Record", validation.parsed(plain, fields.Sealed))
    except ValueError:
        return None
    return record if record["version"] == VERSION else None


def record(folder: Path) -> Record | None:
    """
    Return the record of the job whose figures are in *folder*, or None if it is not valid.

    The checksum has no key, so that a record may be forged: its contents are checked, too.
    """
    data = files.read(folder / RECORD)
    job = unseal(data) if data is not None else None
    if job is None or validation.misfit(job, fields.Run) or job["job"] != folder.name:
        return None
    drawn = {file for figure in job["figures"] for file in figure["files"]}
    return job if drawn <= job["outputs"].keys() else None


def claimed(folder: Path, job: Record | None) -> list[str]:
    """
    Return the files in *folder* that a job made, by its record *job* or its figures' records.

    Files that are listed in neither belong to others.
    """
    if job is not None:
        return [*job["outputs"]]
    return [name for path in sorted(folder.glob("*.json")) for name in _figure_files(path)]


def _figure_files(path: Path) -> list[str]:
    """Return the files of the figure with the record *path*, or none if it is not a record."""
    try:
        figure = validation.parsed(files.read(path) or b"", fields.Figure)
    except ValueError:
        return []
    own = [file for file in figure["files"] if Path(file).stem == path.stem == figure["name"]]
    return [path.name, *own] if own else []


def altered(folder: Path, job: Record) -> Text | None:
    """Return how the first changed output of *job* differs from the published one, or None."""
    for name, expected in sorted(job["outputs"].items()):
        data = files.read(files.below(folder, name))
        if data is None:
            return say("stale.file_missing", name=name)
        if digest(data) != expected:
            return say("stale.file_altered", name=name)
    return None


def assemble(records: Iterable[Record], package: str) -> bytes:
    """
    Return the manifest of all *records*: contents and inputs of every figure.

    It contains no time and no path of the machine, so that the same inputs give the same bytes.
    """
    ordered = sorted(records, key=lambda record: str(record["job"]))
    jobs = {str(record["job"]): {part: record[part] for part in _JOB} for record in ordered}
    figures = [
        canonical(_figure(record, figure)) for record in ordered for figure in record["figures"]
    ]
    parts = {
        "figures": b"[\n" + b",\n".join(figures) + b"\n]",
        "jobs": _lines(jobs).rstrip(),
        "package": canonical(package),
        "version": canonical(VERSION),
    }
    return b"{" + b",\n".join(canonical(k) + b":" + v for k, v in parts.items()) + b"}\n"


def _lines(mapping: Mapping[str, object]) -> bytes:
    """Return *mapping* as JSON with one entry per line, which makes differences readable."""
    entries = [canonical(key) + b":" + canonical(mapping[key]) for key in sorted(mapping)]
    return b"{\n" + b",\n".join(entries) + b"\n}\n"


_JOB = ("notebook", "parameters", "key", "parts", "changed")


def _figure(record: Record, figure: Row) -> dict[str, Any]:
    files = {f"{record['job']}/{name}": record["outputs"][name] for name in figure["files"]}
    inputs = record["parts"]["inputs"]
    source = {
        "job": record["job"],
        "notebook": record["notebook"],
        "parameters": record["parameters"],
    }
    return {**figure, **source, "inputs": inputs, "files": files}


def load(figures: Path) -> dict[str, Any]:
    """
    Return the manifest of the folder *figures*.

    Raises
    ------
    AnalysisError
        If there is none, or it cannot be read.
    """
    data = files.read(figures / MANIFEST)
    if data is None:
        raise AnalysisError(say("manifest.none", path=figures / MANIFEST))
    try:
        manifest = validation.parsed(data, fields.Manifest)
    except ValueError as error:
        path = figures / MANIFEST
        raise AnalysisError(say("manifest.damaged", path=path, error=error)) from error
    entries: list[dict[str, Any]] = [_SILENT | figure for figure in manifest["figures"]]
    return {**manifest, "figures": entries}


def unplanned(figures: Path, planned: Row) -> list[dict[str, Any]]:
    """Return the figures in the folder *figures* of jobs that the manifest *planned* lacks."""
    notebooks = figures.parent / "notebooks"
    names = {figure["name"] for figure in planned["figures"]}
    records = [record(path.parent) for path in sorted(figures.glob(f"*/{RECORD}"))]
    drawn = [
        _figure(one, figure)
        for one in records
        if one is not None and (notebooks / one["notebook"]).is_file()
        for figure in one["figures"]
    ]
    return [_SILENT | figure for figure in drawn if figure["name"] not in names]


def plan_entry(notebook: str, parameters: Row, reads: Iterable[str] = ("*",)) -> str:
    """
    Return the lines of ``plan.toml`` that make *notebook* with *parameters* a job.

    >>> print(plan_entry("2_trend", {"language": "en", "year": 2024}))
    [[job]]
    notebook = "2_trend"
    each = { language = ["en"], year = [2024] }
    reads = ["*"]
    """
    each = ", ".join(
        f"{name} = {json.dumps([value], ensure_ascii=False)}" for name, value in parameters.items()
    )
    tables = json.dumps([*reads], ensure_ascii=False)
    entry = ["[[job]]", f'notebook = "{notebook}"', f"each = {{ {each} }}", f"reads = {tables}"]
    return "\n".join(entry)


# What the record of a figure may lack that publications print.
_SILENT: dict[str, Any] = {
    "subtitle": {},
    "source": {},
    "notes": [],
    "alt": {},
    "language": "",
    "refused": [],
}


def rows(job: Record | None) -> list[Row]:
    """Return the distinct rows that the figures of a record show."""
    drawn = [row for figure in job["figures"] for row in figure["rows"]] if job else []
    return list({canonical(row): row for row in drawn}.values())


def changes(before: Iterable[Row], after: Iterable[Row]) -> list[dict[str, Any]]:
    """
    Return the values added, removed or changed between two sets of drawn rows.

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
    """Return the sorted values of each key; several rows may share one (a total and its parts)."""
    values_by_key: dict[bytes, set[bytes]] = {}
    for row in drawn:
        key = canonical({name: row[name] for name in ROW_KEY if name in row})
        value = canonical({name: row[name] for name in ROW_VALUE if name in row})
        values_by_key.setdefault(key, set()).add(value)
    return {key: sorted(values) for key, values in values_by_key.items()}


def _pairs(key: bytes, old: list[bytes], new: list[bytes]) -> Iterator[dict[str, Any]]:
    removed = [json.loads(value) for value in old if value not in new]
    added = [json.loads(value) for value in new if value not in old]
    for index in range(max(len(removed), len(added))):
        before = removed[index] if index < len(removed) else None
        after = added[index] if index < len(added) else None
        kind = "added" if before is None else "removed" if after is None else "changed"
        yield {"change": kind, "row": json.loads(key), "before": before, "after": after}
