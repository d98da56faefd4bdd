"""
Trace a figure, deck or workbook to its sources, and compare it with the present tables.

The provenance stored in the file is compared with the manifest and the tables of the project.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError, UsageError
from analysis.figures import manifest, provenance
from analysis.figures.provenance import Provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.runs import plan, stale

MOST_BYTES = 200 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A figure in a file, with its provenance and the positions of its marks."""

    place: str  # such as ``slide 3``; empty if the file is the figure
    carried: Provenance
    marks: tuple[tuple[str, str], ...]  # the position of a mark or cell, and the id of its row

    def rows(self) -> dict[str, dict[str, Any]]:
        """Return the rows by id."""
        return {row["id"]: row for row in provenance.rows(self.carried)}


def pieces(path: Path) -> list[Piece]:
    """
    Return the figures in the file *path*.

    Raises
    ------
    AnalysisError
        If the file cannot be read or has no provenance.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if size > MOST_BYTES:
        raise AnalysisError(f"{path} is too large ({size} bytes, at most {MOST_BYTES})")
    figures = list(_pieces(path, path.read_bytes()))
    if not figures:
        raise AnalysisError(
            f"{path} has no provenance: it was made elsewhere, or saved by a "
            "program that drops it; look for its fingerprint in the source line"
        )
    return figures


def _pieces(path: Path, data: bytes) -> Iterator[Piece]:
    if data.startswith(b"PK\x03\x04"):
        from analysis.figures import carriers

        yield from (Piece(*fields) for fields in carriers.read(path, data))
        return
    carried = provenance.read(data)
    if carried is not None:
        ids = provenance.marked(data) if carried and _is_svg(data) else []
        ids = ids or [row["id"] for row in carried["rows"]]
        yield Piece("", carried, tuple((f"mark-{one}", one) for one in ids))


def _is_svg(data: bytes) -> bool:
    return not data.startswith((b"\x89PNG", b"%PDF-"))


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

    def figure(self, carried: Provenance) -> Mapping[str, Any] | None:
        """Return the figure in the manifest with the name of *carried*, if any."""
        return self._figures.get(carried["figure"])

    def state(self, carried: Provenance) -> State:
        """Return how the figure *carried* differs from the manifest and the tables."""
        figure = self.figure(carried)
        if figure is None:
            return State(known=False, changes=[], tables=[])
        now = provenance.rows(provenance.of(figure))
        changes = manifest.changes(provenance.rows(carried), now)
        return State(known=True, changes=changes, tables=self._tables(figure, carried))

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


def report(path: Path, root: Path | None) -> dict[str, Any]:
    """Return the figures in the file *path* with their sources and state, as plain data."""
    ledger = Ledger(root)
    return {"file": path.name, "figures": [_entry(piece, ledger) for piece in pieces(path)]}


def _entry(piece: Piece, ledger: Ledger) -> dict[str, Any]:
    carried, state = piece.carried, ledger.state(piece.carried)
    figure = ledger.figure(carried) or {}
    origin = {
        part: carried.get(part, figure.get(part))
        for part in ("job", "notebook", "parameters", "inputs")
    }
    return {
        "place": piece.place,
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


def lines(path: Path, root: Path | None) -> Iterator[str]:
    """Yield the lines that print :func:`report`, each figure in its own language."""
    ledger = Ledger(root)
    for piece in pieces(path):
        yield from _lines(piece, ledger)


def _lines(piece: Piece, ledger: Ledger) -> Iterator[str]:
    carried = piece.carried
    language = "en" if carried["language"] == "en" else "zh"
    figure = ledger.figure(carried) or {}
    title = labels.both(carried["title"])[language]
    yield " ".join(part for part in (piece.place, carried["figure"], title) if part)
    yield f"  {ledger.state(carried).text()[language]}"
    yield f"  {carried['package']}, {carried['fingerprint']}{_origin(carried, figure)}"
    rows = piece.rows()
    for place, one in piece.marks:
        row = rows.get(one, {})
        yield f"  {place}: {labels.reading(row)[language]}"
        yield f"    {labels.citation(row)[language]}"
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
