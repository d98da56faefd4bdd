"""
Trace a figure, deck or workbook to its sources, and compare it with the present tables.

The provenance stored in the file is compared with the manifest and the tables of the project. Where
only a printed mark is left, or a mark is given in place of a file, the manifest has the sources.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis import files
from analysis.errors import AnalysisError, UsageError
from analysis.figures import differences, manifest, provenance
from analysis.figures.provenance import Provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.rows import as_records
from analysis.runs import plan, stale

if TYPE_CHECKING:
    from analysis.figures.stamps import Printed

MOST_BYTES = 200 << 20
_PRESENT = ("value", "printed", "comparator", "unit")  # of a row of the tables
_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Piece:
    """A figure in a file, with its provenance and the positions of its marks."""

    place: str  # such as ``slide 3``; empty if the file is the figure
    carried: Provenance
    marks: tuple[tuple[str, str], ...]  # the position of a mark or cell, and the id of its row
    printed: str = ""  # the fingerprint, where only that was found and the rows are of now

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the rows by id."""
        return {row["id"]: row for row in provenance.rows(self.carried)}


def pieces(path: Path, root: Path | None = None) -> list[Piece]:
    """
    Return the figures in the file *path*.

    Parameters
    ----------
    root
        The project whose manifest has the figures of printed marks.

    Raises
    ------
    AnalysisError
        If the file cannot be read, or has neither provenance nor a printed mark.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise UsageError(say("error.unreadable", path=path, error=error.strerror)) from error
    if status.st_size > MOST_BYTES:
        sizes = {"size": status.st_size, "most": MOST_BYTES}
        raise AnalysisError(say("trace.too_large", path=path, **sizes))
    data = files.read(path.resolve(), MOST_BYTES)
    if data is None:
        raise UsageError(say("trace.no_file", path=path))
    figures = list(_pieces(path, data))
    if figures:
        return figures
    marks = _printed(data)
    if not marks:
        raise AnalysisError(say("trace.no_provenance", path=path))
    return _looked_up(marks, root)


def _pieces(path: Path, data: bytes) -> Iterator[Piece]:
    if data.startswith(b"PK\x03\x04"):
        from analysis.figures import carriers

        yield from (Piece(*fields) for fields in carriers.read(path, data))
        return
    if not data.startswith((b"\x89PNG", b"%PDF-")) and not _is_svg(data):
        if _is_picture(data):
            return
        raise AnalysisError(say("trace.no_kind", name=path.name))
    carried = provenance.read(data)
    if carried is not None:
        ids = provenance.marked(data) if _is_svg(data) else []
        ids = ids or [row["id"] for row in carried["rows"] if not row.get("behind")]
        yield Piece("", carried, tuple((f"mark-{one}", one) for one in ids))


def _is_svg(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _is_picture(data: bytes) -> bool:
    heads = (b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM", b"II*\x00", b"MM\x00*")
    return data.startswith(heads)


def _printed(data: bytes) -> "list[Printed]":
    from analysis.figures import stamps

    if data.startswith(b"%PDF-"):
        return list(stamps.in_pdf(data))
    return list(stamps.in_picture(data)) if not _is_svg(data) else []


def _looked_up(marks: "Iterable[Printed]", root: Path | None) -> list[Piece]:
    """Return the figures of the manifest that printed marks name."""
    figures = _manifest(root)
    known = []
    for mark in marks:
        named = [one for one in figures if one["name"] == mark.name]
        equal = [one for one in figures if one["fingerprint"] == mark.fingerprint]
        known += [_piece(one, mark.place, mark.fingerprint) for one in (equal or named)[:1]]
    if not known:
        listed = ", ".join(f"{mark.name} {mark.fingerprint}".strip() for mark in marks)
        raise AnalysisError(say("trace.other_project", marks=listed))
    return known


def _piece(figure: Mapping[str, Any], place: str, mark: str) -> Piece:
    rows = tuple((f"mark-{row['id']}", row["id"]) for row in figure["rows"])
    return Piece(place, provenance.of(figure), rows, mark)


def _manifest(root: Path | None) -> list[dict[str, Any]]:
    """Return the figures of a project, those outside its plan last, each with its fingerprint."""
    if root is None:
        raise AnalysisError(say("trace.no_project"))
    whole = manifest.load(root / "figures")
    figures = [*whole["figures"], *manifest.unplanned(root / "figures", whole)]
    return [{"fingerprint": provenance.fingerprint(one), **one} for one in figures]


_HEX = re.compile(r"(?:rs:)?([0-9a-f]{6,16})(?:…|\.{2,3})?", re.IGNORECASE)


def marked(mark: str, root: Path | None) -> list[Piece]:
    """
    Return the figures that a mark names: the first digits of a fingerprint, or a name.

    Raises
    ------
    AnalysisError
        If there is none; the message has the nearest names.
    """
    figures = _manifest(root)
    match = _HEX.fullmatch(mark.strip().rpartition("· ")[2])
    digits = match[1].lower() if match else "?"
    hits = [one for one in figures if one["fingerprint"].startswith(digits)]
    named = [
        one
        for one in figures
        if mark in {one["name"], one["name"].removesuffix(f"-{one['language']}")}
    ]
    if hits or named:
        return [_piece(figure, "", "") for figure in named or hits]
    if match:
        raise AnalysisError(say("trace.no_mark", mark=digits))
    near = get_close_matches(mark, [one["name"] for one in figures], n=3)
    hint = say("trace.near", near=", ".join(near)) if near else say("trace.list")
    raise UsageError(say("trace.unknown", mark=mark, hint=hint))


@dataclass(frozen=True, slots=True)
class State:
    """How a figure differs from the present manifest and tables."""

    known: bool  # a figure of this name is in the manifest
    changes: list[dict[str, Any]]  # values that were added, removed or changed
    tables: list[str]  # tables that have changed since

    @property
    def current(self) -> bool:
        """Return whether nothing has changed."""
        return self.known and not self.changes and not self.tables

    def text(self) -> Text:
        """Return the state in words."""
        if not self.known:
            return say("trace.unknown_figure")
        if self.current:
            return say("trace.current")
        count = len(self.changes)
        changes = [say("trace.values_changed", count=count)] if count else []
        changes += [say("trace.table_changed", table=table) for table in self.tables]
        return Text.joined(changes, zh="、", en=", ")


class Ledger:
    """The manifest and the plan of a project, if any, for comparison with files."""

    def __init__(self, root: Path | None) -> None:
        self._plan = _plan(root)
        self._figures: dict[str, Mapping[str, Any]] = {}
        if root is not None and (root / "figures" / manifest.MANIFEST).is_file():
            whole = manifest.load(root / "figures")
            self._figures = {figure["name"]: figure for figure in whole["figures"]}
        self._stale = stale.Stale(self._plan.project) if self._plan else None
        self._root = root

    def figure(self, carried: Provenance) -> Mapping[str, Any] | None:
        """Return the figure in the manifest with the name of *carried*, if any."""
        return self._figures.get(carried["figure"])

    def stale(self) -> bool:
        """Return whether tables have changed since any figure of the manifest was made."""
        by_job = {one.get("job"): one for one in self._figures.values()}
        return any(self._tables(one, dict(one)) for one in by_job.values())

    def state(self, carried: Provenance) -> State:
        """Return how the figure *carried* differs from the manifest and the tables."""
        figure = self.figure(carried)
        if figure is None:
            return State(known=False, changes=[], tables=[])
        now = provenance.rows(provenance.of(figure))
        tables = self._tables(figure, carried)
        if tables:
            now = [{**row, **self._values(row)} for row in now]
        changes = manifest.changes(provenance.rows(carried), now)
        return State(known=True, changes=changes, tables=tables)

    def _values(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the cells of a drawn row that have other values in the tables now."""
        present = self._present.get(row["id"], {})
        return {name: value for name, value in present.items() if row.get(name, value) != value}

    @cached_property
    def _present(self) -> dict[str, dict[str, Any]]:
        """The present values of the rows of the tables, by id."""
        from analysis.tables import load

        tables = load.load(self._root and self._root / "data")
        frames = (frame[["id", *_PRESENT]] for frame in (tables.rows, tables.context_rows))
        rows = chain.from_iterable(as_records(frame) for frame in frames)
        return {row["id"]: {name: row[name] for name in _PRESENT} for row in rows}

    def _tables(self, figure: Mapping[str, Any], carried: Provenance) -> list[str]:
        """Return the tables that have changed since the figure was made."""
        jobs = {job.name: job for job in self._plan.jobs} if self._plan else {}
        before = carried.get("inputs") or figure.get("inputs", {})
        job = jobs.get(figure.get("job", ""))
        if job is None or self._stale is None:
            return []
        now = self._stale.parts(job)["inputs"]
        return [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]


def _plan(root: Path | None) -> plan.Plan | None:
    if root is None or not (root / plan.PLAN).is_file():
        return None
    return plan.load(plan.Project(root))


def traced(what: str | Path, root: Path | None) -> list[Piece]:
    """Return the figures in a file, or those that a mark names if there is no such file."""
    path = Path(what)
    if path.exists() or path.suffix or len(path.parts) > 1:
        return pieces(path, root)
    return marked(str(what), root)


def report(what: str | Path, root: Path | None) -> dict[str, Any]:
    """Return the figures in a file, or of a mark, with their sources and state, as plain data."""
    ledger = Ledger(root)
    figures = [_entry(piece, ledger) for piece in traced(what, root)]
    return {"file": Path(what).name, "figures": figures}


def _entry(piece: Piece, ledger: Ledger) -> dict[str, Any]:
    carried, state = piece.carried, ledger.state(piece.carried)
    figure = ledger.figure(carried) or {}
    origin = {
        part: carried.get(part, figure.get(part))
        for part in ("job", "notebook", "parameters", "inputs")
    }
    return {
        "place": piece.place,
        **({"printed": piece.printed} if piece.printed else {}),
        **{part: carried[part] for part in ("figure", "language", "fingerprint", "package")},
        **origin,
        **{part: carried[part] for part in ("title", "source", "notes", "refused")},
        "state": {
            "known": state.known,
            "current": state.current,
            "changes": state.changes,
            "tables": state.tables,
        },
        "marks": [{"place": place, "row": row} for place, row in piece.marks],
        "rows": list(piece.rows().values()),
    }


def lines(what: str | Path, root: Path | None, language: str = "") -> Iterator[str]:
    """Yield the lines that print :func:`report`, by default each figure in its own language."""
    ledger = Ledger(root)
    for piece in traced(what, root):
        own = "en" if piece.carried["language"] == "en" else "zh"
        yield from _lines(piece, ledger, language or own)


def _lines(piece: Piece, ledger: Ledger, language: str) -> Iterator[str]:
    carried = piece.carried
    figure = ledger.figure(carried) or {}
    title = labels.both(carried["title"])[language]
    yield " ".join(part for part in (piece.place, carried["figure"], title) if part)
    if piece.printed and piece.printed != carried["fingerprint"]:
        yield f"  {say('trace.mark_changed', mark=piece.printed)[language]}"
    state = ledger.state(carried)
    yield f"  {state.text()[language]}"
    for change in differences.described(state.changes, piece.rows().values()):
        before, after = (labels.both(change[name]) or say("trace.none") for name in _SIDES)
        words = {"name": labels.both(change["name"]), "before": before, "after": after}
        yield f"  {say('trace.change', **words)[language]}"
    yield f"  {carried['package']}, {carried['fingerprint']}{_origin(carried, figure)}"
    rows = piece.rows()
    for place, one in piece.marks:
        row = rows.get(one, {})
        yield f"  {place}: {labels.reading(row)[language]}"
        yield f"    {labels.citation(row)[language]}"
    behind = [row for row in rows.values() if row.get("behind")]
    yield from [f"  {say('trace.behind')[language]}"] if behind else []
    for row in behind:
        yield f"    {labels.reading(row)[language]} {labels.citation(row)[language]}"
    for gap in carried["refused"]:
        yield f"  — {labels.region(gap)[language]}: {labels.because(gap)[language]}"


def _origin(carried: Provenance, figure: Mapping[str, Any]) -> str:
    """Return the notebook and parameters, as far as they are known."""
    notebook = carried.get("notebook", figure.get("notebook"))
    if not notebook:
        return ""
    given = carried.get("parameters", figure.get("parameters", {}))
    return f", {notebook} " + " ".join(f"{key}={value}" for key, value in given.items())


def unsourced(figures: Sequence[Piece]) -> list[str]:
    """Return the positions of marks without a known sentence or publication."""
    return [
        f"{piece.place} {place}".strip()
        for piece in figures
        for place, one in piece.marks
        if not labels.citation(piece.rows().get(one, {})).zh.strip("（）")
    ]
