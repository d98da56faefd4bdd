"""
What records, manifests and provenances contain: the types that are checked before their use.

Such files may be damaged, written by hand or forged, so nothing in them is used unchecked.
"""

from datetime import date
from typing import Annotated, Literal, NotRequired, TypedDict

from analysis.files import is_plain
from analysis.validation import Hash, Name, Row, Scalar

PACKAGE = "regional-safety"

MOST_ROWS = 20_000  # of one figure


class Both(TypedDict):
    """A text in both languages."""

    zh: str
    en: str


Position = list[float | None]


class Mark(TypedDict):
    """The position of a mark on the page."""

    id: str
    box: Position
    panel: int
    at: NotRequired[Position]


class Line(TypedDict):
    """The points of a line that is no mark."""

    name: str
    panel: int
    x: Position
    y: Position


class Figure(TypedDict):
    """The record of a figure, of version 1 or 2; a notebook may write a shorter one."""

    name: Name
    title: Both
    rows: Annotated[list[Row], lambda rows: len(rows) <= MOST_ROWS, f"at most {MOST_ROWS} rows"]
    files: list[Name]
    language: NotRequired[str]
    kind: NotRequired[str]
    scale: NotRequired[str]
    fingerprint: NotRequired[str]
    about: NotRequired[Both]
    subtitle: NotRequired[Both]
    axis: NotRequired[Both]
    spoken: NotRequired[Both]
    source: NotRequired[Both]
    alt: NotRequired[dict[str, str]]
    caption: NotRequired[dict[str, str]]
    notes: NotRequired[list[dict[str, str]]]
    refused: NotRequired[list[Row]]
    beside: NotRequired[list[Row]]
    marks: NotRequired[list[Mark]]
    lines: NotRequired[list[Line]]
    plot: NotRequired[list[float]]


class Parts(TypedDict):
    """What a job was made from: content hashes and versions."""

    inputs: dict[str, str]
    libraries: NotRequired[dict[str, str]]
    parameters: NotRequired[dict[str, Scalar]]
    formats: NotRequired[list[str]]
    lock: NotRequired[str]
    notebook: NotRequired[str]
    package: NotRequired[str]
    python: NotRequired[str]


class Change(TypedDict):
    """A value that was added, changed or removed."""

    change: Literal["added", "changed", "removed"]
    row: Row
    before: Row | None
    after: Row | None
    table: NotRequired[str]
    why: NotRequired[Both]


class Sealed(TypedDict):
    """A record with a version."""

    version: int


class Run(Sealed):
    """The record of a job, ``run.json``."""

    job: Name
    notebook: Name
    parameters: dict[str, Scalar]
    key: str
    parts: Parts
    outputs: dict[Name, Hash]
    figures: list[Figure]
    changed: list[Change]
    reason: NotRequired[str]
    run: NotRequired[dict[str, Scalar]]


class Entry(TypedDict, total=False):
    """A job in the manifest."""

    notebook: Name
    parameters: dict[str, Scalar]
    key: str
    parts: Parts
    changed: list[Change]


def _is_output(path: str) -> bool:
    job, _, name = path.partition("/")
    return is_plain(job) and is_plain(name)


class Shown(Figure):
    """A figure in the manifest, with its job; its files are named from the folder of figures."""

    job: Name
    notebook: Name
    parameters: dict[str, Scalar]
    inputs: dict[str, str]
    files: dict[Annotated[str, _is_output, "the name of a file of a job"], Hash]  # type: ignore[misc]


class Manifest(TypedDict):
    """The manifest of all figures, ``manifest.json``."""

    figures: list[Shown]
    jobs: dict[Name, Entry]
    package: str
    version: int


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Day = Annotated[str, _is_day, "a day as YYYY-MM-DD"]
Limit = float | Literal["∞", "−∞"]


class Drawn(TypedDict):
    """A row of a provenance; fields that are not listed are texts or numbers."""

    id: str
    source: int
    period_start: NotRequired[Day]
    period_end: NotRequired[Day]
    value: NotRequired[float]
    percent: NotRequired[float]
    direction: NotRequired[float]
    lower: NotRequired[Limit | None]
    upper: NotRequired[Limit | None]
    ratio: NotRequired[Limit | None]
    share: NotRequired[Limit | None]
    start: NotRequired[int]
    end: NotRequired[int]


def _is_flat(row: dict[str, object]) -> bool:
    return not any(isinstance(cell, dict | list) for cell in row.values())


class Provenance(TypedDict):
    """What a file of a figure contains of its record."""

    package: Annotated[str, lambda text: text.startswith(PACKAGE), "of this package"]
    figure: str
    language: str
    fingerprint: str
    title: Both
    subtitle: Both
    source: Both
    notes: list[dict[str, str]]
    sources: list[dict[str, str]]
    rows: list[Annotated[Drawn, _is_flat, "a table of single values"]]
    refused: list[Row]
    job: NotRequired[str]
    notebook: NotRequired[str]
    parameters: NotRequired[dict[str, Scalar]]
    inputs: NotRequired[dict[str, str]]
    marks: NotRequired[list[Annotated[list[str], lambda pair: len(pair) == 2, "a pair"]]]
