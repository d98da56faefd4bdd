"""
From a file of ours back to the sentences it stands on, and whether they still say the same.

It reads what the file carries, then the manifest and the tables as they are now; it changes
nothing, and believes no file further than its provenance can be read.
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
from analysis.runs import plan

MOST_BYTES = 200 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """One figure found in a file, the place of each of its marks, and what it carries."""

    place: str  # such as ``slide 3``; empty where the file is the figure
    carried: Provenance
    marks: tuple[tuple[str, str], ...]  # where a mark or cell is, and the id of its row

    def rows(self) -> dict[str, dict[str, Any]]:
        """The rows by id."""
        return {row["id"]: row for row in provenance.rows(self.carried)}


def pieces(path: Path) -> list[Piece]:
    """
    Every figure of ours in the file *path*.

    Raises
    ------
    AnalysisError
        When the file cannot be read, or carries no provenance.
    """
    try:
        size = path.stat().st_size
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if size > MOST_BYTES:
        raise AnalysisError(f"{path} is larger than any file of ours ({size} bytes)")
    found = list(_pieces(path, path.read_bytes()))
    if not found:
        raise AnalysisError(
            f"{path} carries no provenance of ours: it was made elsewhere, or saved anew by a "
            "program that drops it; look for its fingerprint in the source line"
        )
    return found


def _pieces(path: Path, data: bytes) -> Iterator[Piece]:
    if data.startswith(b"PK\x03\x04"):
        from analysis.figures import carriers

        yield from (Piece(*found) for found in carriers.read(path, data))
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
    """What became of a figure since its file was made."""

    known: bool  # a figure of this name is in the manifest
    changes: list[dict[str, Any]]  # values that came, went or changed
    tables: list[str]  # tables that differ from what the figure was made from

    @property
    def current(self) -> bool:
        """Whether the file still says what the tables say."""
        return self.known and not self.changes and not self.tables

    def told(self) -> Text:
        """The state in words."""
        if not self.known:
            return say("trace.manifest_hand_cannot_held")
        if self.current:
            return say("trace.tables_now")
        said = [f"{len(self.changes)}"] if self.changes else []
        zh = [f"{n}个数值已变" for n in said] + [f"数据表{name}已变" for name in self.tables]
        en = [f"{n} values changed" for n in said] + [f"table {n} changed" for n in self.tables]
        return Text("、".join(zh), ", ".join(en))


class Ledger:
    """The manifest and the tables that files are held against; both may be absent."""

    def __init__(self, root: Path | None) -> None:
        self._plan = _plan(root)
        self._figures: dict[str, Mapping[str, Any]] = {}
        if root is not None and (root / "figures" / manifest.MANIFEST).is_file():
            whole = manifest.load(root / "figures")
            self._figures = {figure["name"]: figure for figure in whole["figures"]}
        self._stale = plan.Stale(self._plan.project) if self._plan else None

    def figure(self, carried: Provenance) -> Mapping[str, Any] | None:
        """The figure of the manifest that bears the name of *carried*."""
        return self._figures.get(carried["figure"])

    def state(self, carried: Provenance) -> State:
        """What became of the figure since."""
        figure = self.figure(carried)
        if figure is None:
            return State(known=False, changes=[], tables=[])
        now = provenance.rows(provenance.of(figure))
        changes = manifest.changes(provenance.rows(carried), now)
        return State(known=True, changes=changes, tables=self._tables(figure, carried))

    def _tables(self, figure: Mapping[str, Any], carried: Provenance) -> list[str]:
        """The tables that are not what the figure was made from."""
        jobs = {job.name: job for job in self._plan.jobs} if self._plan else {}
        made = carried.get("inputs") or figure.get("inputs", {})
        job = jobs.get(figure.get("job", ""))
        if job is None or self._stale is None:
            return []
        now = self._stale.parts(job)["inputs"]
        return [name for name in sorted({*made, *now}) if made.get(name) != now.get(name)]


def _plan(root: Path | None) -> plan.Plan | None:
    if root is None or not (root / plan.PLAN).is_file():
        return None
    return plan.load(plan.Project(root))


def report(path: Path, root: Path | None) -> dict[str, Any]:
    """All that is known of the file *path*, as plain data."""
    ledger = Ledger(root)
    return {"file": path.name, "figures": [_told(piece, ledger) for piece in pieces(path)]}


def _told(piece: Piece, ledger: Ledger) -> dict[str, Any]:
    carried, state = piece.carried, ledger.state(piece.carried)
    figure = ledger.figure(carried) or {}
    made = {
        part: carried.get(part, figure.get(part))
        for part in ("job", "notebook", "parameters", "inputs")
    }
    return {
        "place": piece.place,
        **{part: carried[part] for part in ("figure", "language", "fingerprint", "package")},
        **made,
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
    """The same for a reader, line by line, each figure in its own language."""
    ledger = Ledger(root)
    for piece in pieces(path):
        yield from _lines(piece, ledger)


def _lines(piece: Piece, ledger: Ledger) -> Iterator[str]:
    carried = piece.carried
    language = "en" if carried["language"] == "en" else "zh"
    figure = ledger.figure(carried) or {}
    title = labels.both(carried["title"])[language]
    yield " ".join(part for part in (piece.place, carried["figure"], title) if part)
    yield f"  {ledger.state(carried).told()[language]}"
    yield f"  {carried['package']}, {carried['fingerprint']}{_made(carried, figure)}"
    rows = piece.rows()
    for place, one in piece.marks:
        row = rows.get(one, {})
        yield f"  {place}: {labels.reading(row)[language]}"
        yield f"    {labels.citation(row)[language]}"
    for gap in carried["refused"]:
        yield f"  — {labels.region(gap)[language]}: {labels.reason(gap)[language]}"


def _made(carried: Provenance, figure: Mapping[str, Any]) -> str:
    """The notebook and parameters, as far as they are known."""
    notebook = carried.get("notebook", figure.get("notebook"))
    if not notebook:
        return ""
    given = carried.get("parameters", figure.get("parameters", {}))
    return f", {notebook} " + " ".join(f"{key}={value}" for key, value in given.items())


def unsourced(found: Sequence[Piece]) -> list[str]:
    """The marks for which no sentence or publication can be named; none, if all is well."""
    return [
        f"{piece.place} {place}".strip()
        for piece in found
        for place, one in piece.marks
        if not labels.citation(piece.rows().get(one, {})).zh.strip("（）")
    ]
