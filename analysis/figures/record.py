"""A drawn figure as files, with the record of what it shows."""

import io
import json
import re
from collections.abc import Sequence
from typing import Any

import pandas as pd
from IPython.display import Image
from matplotlib.text import Text

from analysis import files, project
from analysis.charts import Picture, style
from analysis.charts.page import Page
from analysis.charts.style import SIZES
from analysis.errors import UsageError

from . import drawn, provenance

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
# Stamps that would make the same figure differ from run to run.
_STAMPS: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
ROW_FIELDS = (
    "id", "table", "origin", "report", "region", "adcode", "indicator", "breakdown", "period_start",
    "period_end", "status", "measure", "mark", "comparator", "value", "unit", "printed", "start",
    "end", "evidence", "note", "title", "publisher", "published", "url", "basis", "lower",
    "upper", "method", "rate", "rate_lower", "rate_upper", "population", "population_year",
    "before", "ratio", "percent", "direction", "cases", "total", "share", "at_most", "at_least",
    "rounding", "total_evidence", "total_start", "before_origin", "expected", "of_zh", "of_en",
    "place", "outcome", "result", "result_id", "loop", "part_zh", "part_en", "whole_id",
    "region_zh", "region_en", "indicator_zh", "indicator_en", "breakdown_zh", "breakdown_en",
    "unit_en", "per", "deadline", "reason_zh", "reason_en",
)  # fmt: skip
REFUSED_FIELDS = (
    "region", "adcode", "region_zh", "region_en", "indicator", "rule", "gap", "reason_zh",
    "reason_en", "id", "report", "start", "evidence",
)  # fmt: skip


def save(picture: Picture, name: str, *, formats: Sequence[str] = ()) -> Image:
    """
    Save *picture* in each of *formats* with its record ``<name>.json``; show it.

    Parameters
    ----------
    picture
        A figure from :mod:`analysis.charts`.
    name
        The file name without ending; small letters, digits, ``_`` and ``-``.
    formats
        Of ``svg``, ``png``, ``pdf``; if none is given, those that the plan asks for.

    Returns
    -------
    IPython.display.Image
        The PNG that was written, so that a notebook shows it without drawing again.

    Raises
    ------
    UsageError
        For an unknown format, or a name that is no plain file name.
    GlyphError
        For a label with a character that the figure font lacks.
    """
    kinds = list(dict.fromkeys(formats or project.formats()))
    for kind in kinds:
        if kind not in project.KNOWN_FORMATS:
            raise UsageError(f"format {kind!r} is not one of {', '.join(project.KNOWN_FORMATS)}")
    if not _NAME.fullmatch(name):
        raise UsageError(f"figure name {name!r}: use small letters, digits, _ and - only")
    for words in picture.findobj(Text):
        style.require_glyphs(words.get_text() if isinstance(words, Text) else "")
    folder = project.output()
    drawn.name_arrows(picture)
    record = _said(picture, name, [f"{name}.{kind}" for kind in kinds])
    picture.sign(f"{name} · {record['fingerprint']}")
    drawings = {kind: _drawn(picture, kind) for kind in kinds}
    record |= _shown(picture)
    for kind, data in drawings.items():
        files.write(folder / f"{name}.{kind}", provenance.stamped(data, kind, record))
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    files.write(folder / f"{name}.json", text.encode() + b"\n")
    shown = drawings.get("png") or _drawn(picture, "png")
    return Image(data=shown, width=picture.get_figwidth() * 72, alt=_alt(picture))


def _drawn(picture: Picture, kind: str) -> bytes:
    buffer = io.BytesIO()
    # The salt of SVG ids and the font are read while saving, so the style must hold here too.
    with style.house_style():
        picture.savefig(buffer, format=kind, metadata=_STAMPS[kind])
    return buffer.getvalue()


def _alt(picture: Picture) -> str:
    return picture.caption.alt[picture.language]


def _said(picture: Picture, name: str, names: list[str]) -> dict[str, Any]:
    """What the figure says, and the fingerprint of that."""
    caption = picture.caption
    record: dict[str, Any] = {
        "name": name,
        "language": str(picture.language),
        "files": names,
        "title": _both(caption.title),
        "subtitle": _both(caption.subtitle),
        "source": _both(caption.source),
        "notes": [_both(note) for note in caption.notes],
        "alt": _both(caption.alt),
        "caption": _both(caption.title),
        "rows": _rows(picture.rows, ROW_FIELDS),
        "refused": _rows(picture.refused, REFUSED_FIELDS),
        "beside": [*_rows(getattr(picture, "benchmarks", None), ROW_FIELDS), *_results(picture)],
    }
    return record | {"fingerprint": provenance.fingerprint(record)}


def _shown(picture: Picture) -> dict[str, Any]:
    """Where the figure shows it on its page."""
    with style.house_style():
        marks, lines = drawn.marks(picture), drawn.lines(picture)
    return {"marks": marks, "lines": lines, "plot": _plot(picture)}


def _results(picture: Picture) -> list[dict[str, Any]]:
    """The results that are drawn beside targets: rows of their own, held in columns of others."""
    rows = picture.rows
    if "result_id" not in rows:
        return []
    found = rows[rows["result_id"].notna()]
    columns = [name for name in map(str, found) if name.startswith("result_")]
    renamed = {name: name.removeprefix("result_") for name in columns} | {"result": "value"}
    whose = ["region", "region_zh", "region_en", "indicator", "indicator_zh", "indicator_en"]
    whose += ["origin", "report", "publisher", "title", "published", "unit", "unit_en"]
    kept = found[[*whose, "result", *columns]].rename(columns=renamed)
    return _rows(kept.assign(status="actual"), ROW_FIELDS)


def _plot(picture: Picture) -> list[float]:
    """Where the plot lies between the words: left, top, width, height as shares of the page."""
    wide, high = picture.get_size_inches()
    form = "slide" if wide > SIZES["page"].width else "page"
    room = Page(picture.caption, picture.language, form=form).room
    top = high - room.bottom - room.height
    shares = (room.left / wide, top / high, room.width / wide, room.height / high)
    return [round(float(share), 5) for share in shares]


def _both(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _rows(frame: pd.DataFrame | None, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of *frame* as plain values; a missing value has no field."""
    if frame is None:
        return []
    kept = [field for field in fields if field in frame]
    return [
        {field: _plain(row[field]) for field in kept if not _missing(row[field])}
        for row in frame[kept].to_dict("records")
    ]


def _missing(cell: Any) -> bool:
    return cell is None or bool(pd.isna(cell)) or cell == ""


def _plain(cell: Any) -> Any:
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, float):
        if cell in {float("inf"), float("-inf")}:
            return "∞" if cell > 0 else "−∞"
        return int(cell) if cell.is_integer() else cell
    return cell.item() if hasattr(cell, "item") else cell
