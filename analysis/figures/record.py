"""
Save figures to files with their records.

A record is the figure written down as JSON. Records of version 1, written before figures had a kind
and a scale, lack ``version``, ``kind`` and ``scale``, and the ids of their notes.
"""

import json
import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import SubFigure
from matplotlib.text import Text

from analysis import files, project
from analysis.charts import style
from analysis.charts.figure import Figure
from analysis.charts.kinds import kind
from analysis.errors import UsageError, WordError
from analysis.language.messages import say
from analysis.language.text import Text as Words
from analysis.rows import as_records

from . import drawn, provenance

if TYPE_CHECKING:
    from IPython.display import Image

VERSION = 2
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
ROW_FIELDS = (
    "id", "table", "origin", "report", "region", "adcode", "indicator", "breakdown", "period_start",
    "period_end", "dated", "status", "measure", "mark", "comparator", "value", "unit", "printed",
    "start", "end", "evidence", "note", "title", "publisher", "published", "url", "basis", "lower",
    "upper", "method", "rate", "rate_lower", "rate_upper", "population", "population_year",
    "before", "ratio", "percent", "direction", "cases", "total", "share", "at_most", "at_least",
    "rounding", "open", "on_time", "total_printed", "total_evidence", "total_start",
    "before_origin", "expected", "of_zh", "of_en", "usual_lower", "usual_upper", "scope", "behind",
    "place", "outcome", "result", "result_id", "loop", "part_zh", "part_en", "whole_id",
    "region_zh", "region_en", "indicator_zh", "indicator_en", "breakdown_zh", "breakdown_en",
    "unit_en", "unit_one", "per", "deadline", "reason_zh", "reason_en", "family", "family_zh",
    "family_en", "scope_zh", "scope_en", "use", "role", "used", "parts", "divisor", "divisor_id",
    "first", "base_low", "base_high", "moved", "firsts", "later_id", "fits", "base_year",
)  # fmt: skip
REFUSED_FIELDS = (
    "region", "adcode", "region_zh", "region_en", "indicator", "rule", "gap", "reason_zh",
    "reason_en", "id", "report", "start", "evidence",
)  # fmt: skip


@style.house_style()
def save(
    figure: Figure, name: str | None = None, *, formats: Sequence[str] = (), mark: str = ""
) -> "Image | None":
    """
    Write *figure* in each of *formats* with its record ``<name>.json``.

    Parameters
    ----------
    figure
        A figure from :mod:`analysis.charts`.
    name
        The file name without ending: small letters, digits, ``_`` and ``-``; the figure's own if
        not given.
    formats
        Of ``svg``, ``png``, ``pdf``; by default those of the plan.
    mark
        ``qr`` for a small QR code of the fingerprint in the upper right corner.

    Returns
    -------
    IPython.display.Image or None
        The PNG that was written, so that a notebook shows it without drawing again; None where
        IPython is not installed.

    Raises
    ------
    UsageError
        For an unknown format, or a name that is no plain file name.
    GlyphError
        For a label with a character that the figure font lacks.
    """
    name = figure.name if name is None else name
    forms = list(dict.fromkeys(formats or project.formats()))
    _check(figure, name, forms)
    folder, page = project.output(), figure.page
    drawn.name_arrows(page)
    record = record_of(figure, name, [f"{name}.{form}" for form in forms])
    stamps = (f"{name} · {record['fingerprint']}", figure.warning[figure.language])
    figure.sign(" · ".join(stamp for stamp in stamps if stamp))
    if mark:
        _mark(figure, mark, record["fingerprint"])
    drawings = {form: figure.drawn(form) for form in forms}
    record |= _shown(figure)
    for form, data in drawings.items():
        files.write(folder / f"{name}.{form}", provenance.stamped(data, form, record))
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    files.write(folder / f"{name}.json", text.encode() + b"\n")
    if not find_spec("IPython"):
        return None
    from IPython.display import Image

    shown = drawings.get("png") or figure.drawn("png")
    width = page.get_figwidth() * 72
    return Image(data=shown, width=width, alt=figure.caption.alt[figure.language])


def _mark(figure: Figure, mark: str, fingerprint: str) -> None:
    from . import qr

    if mark != "qr":
        raise UsageError(say("save.mark", mark=mark))
    qr.draw(figure.page, fingerprint)


def _check(figure: Figure, name: str, forms: Sequence[str]) -> None:
    for form in forms:
        if form not in project.KNOWN_FORMATS:
            raise WordError(say("word.format"), form, project.KNOWN_FORMATS)
    if not _NAME.fullmatch(name):
        raise UsageError(say("save.name", name=name))
    if isinstance(figure.plot, SubFigure):
        raise UsageError(say("save.other_axes", name=name))
    for words in figure.plot.findobj(Text):
        style.require_glyphs(words.get_text() if isinstance(words, Text) else "")


def record_of(figure: Figure, name: str, names: list[str]) -> dict[str, Any]:
    """Return the record of the figure, with its fingerprint."""
    caption = figure.caption
    record: dict[str, Any] = {
        "version": VERSION,
        "kind": figure.kind,
        "scale": str(figure.scale),
        "name": name,
        "language": str(figure.language),
        "files": names,
        "title": _both(caption.title),
        "about": _both(_about(figure)),
        "subtitle": _both(caption.subtitle),
        "axis": _both(caption.axis),
        "spoken": _both(caption.spoken or caption.subtitle),
        "source": _both(caption.source),
        "notes": [{"id": note.id, **_both(note)} for note in caption.notes],
        "alt": _both(caption.alt),
        "caption": _both(caption.title),
        "rows": _rows(figure.rows, ROW_FIELDS),
        "refused": _rows(figure.refusals, REFUSED_FIELDS),
        "beside": _rows(figure.beside, ROW_FIELDS),
    }
    return record | {"fingerprint": provenance.fingerprint(record)}


def _about(figure: Figure) -> Words:
    """Return the one indicator of the figure, or the title of its kind if it has several."""
    columns = ["indicator_zh", "indicator_en"]
    for frame in (figure.rows, figure.refusals):
        named = frame.reindex(columns=columns).dropna().drop_duplicates()
        names = named[named["indicator_zh"].ne("")].to_numpy().tolist()
        if names:
            break
    return Words(*names[0]) if len(names) == 1 else kind(figure.kind).title


def _shown(figure: Figure) -> dict[str, Any]:
    """Return the positions of the marks, lines and the plot on the page."""
    marks, lines = drawn.marks(figure.page), drawn.lines(figure.page)
    return {"marks": marks, "lines": lines, "plot": list(figure.room)}


def _both(text: Words) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _rows(frame: pd.DataFrame, fields: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of *frame* as plain values, without missing ones."""
    kept = [field for field in fields if field in frame]
    return [
        {field: _plain(row[field]) for field in kept if not _missing(row[field])}
        for row in as_records(frame[kept])
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
