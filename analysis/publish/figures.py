"""A drawn figure as files, with the record of what it shows."""

import io
import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import Image

from analysis import project, style
from analysis.charts import Picture
from analysis.errors import UsageError

FORMATS = ("svg", "png")
KNOWN_FORMATS = ("svg", "png", "pdf")
# Stamps that would make the same figure differ from run to run.
_STAMPS: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "png": {"Software": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
ROW_FIELDS = (
    "id", "origin", "report", "region", "adcode", "indicator", "breakdown", "period_start",
    "period_end", "status", "measure", "mark", "comparator", "value", "unit", "printed", "start",
    "end", "evidence", "note", "title", "publisher", "published", "url", "basis", "lower", "upper",
    "method", "rate", "rate_lower", "rate_upper", "population", "population_year", "before",
    "ratio", "percent", "direction", "cases", "total", "share", "at_most", "at_least", "rounding",
    "total_evidence", "total_start", "region_zh", "region_en", "indicator_zh", "indicator_en",
    "breakdown_zh", "breakdown_en", "unit_en",
)  # fmt: skip
REFUSED_FIELDS = (
    "region", "region_zh", "region_en", "indicator", "rule", "gap", "reason_zh", "reason_en",
    "id", "report", "start", "evidence",
)  # fmt: skip


def figure(picture: Picture, name: str, *, formats: Sequence[str] = FORMATS) -> Image:
    """
    Save *picture* in each of *formats* with its record ``<name>.json``; show it.

    Parameters
    ----------
    picture
        A figure from :mod:`analysis.charts`.
    name
        The file name without ending; small letters, digits, ``_`` and ``-``.
    formats
        Of ``svg``, ``png``, ``pdf``.

    Returns
    -------
    IPython.display.Image
        The PNG that was written, so that a notebook shows it without drawing again.

    Raises
    ------
    UsageError
        For an unknown format.
    """
    for kind in formats:
        if kind not in KNOWN_FORMATS:
            raise UsageError(f"format {kind!r} is not one of {', '.join(KNOWN_FORMATS)}")
    folder = project.output()
    drawn = {f"{name}.{kind}": _drawn(picture, kind) for kind in dict.fromkeys(formats)}
    record = _record(picture, name, list(drawn))
    files = drawn | {f"{name}.json": record}
    for file, data in files.items():
        _write(folder / file, data)
    shown = drawn.get(f"{name}.png") or _drawn(picture, "png")
    return Image(data=shown, width=picture.get_figwidth() * 72, alt=_alt(picture))


def _drawn(picture: Picture, kind: str) -> bytes:
    buffer = io.BytesIO()
    # The salt of SVG ids and the font are read while saving, so the style must hold here too.
    with style.house_style():
        picture.savefig(buffer, format=kind, metadata=_STAMPS[kind])
    return buffer.getvalue()


def _alt(picture: Picture) -> str:
    return picture.caption.alt[picture.language]


def _record(picture: Picture, name: str, files: list[str]) -> bytes:
    caption = picture.caption
    record = {
        "name": name,
        "language": str(picture.language),
        "files": files,
        "title": _both(caption.title),
        "subtitle": _both(caption.subtitle),
        "source": _both(caption.source),
        "notes": [_both(note) for note in caption.notes],
        "alt": _both(caption.alt),
        "caption": _both(caption.title),
        "rows": _rows(picture.rows, ROW_FIELDS),
        "refused": _rows(picture.refused, REFUSED_FIELDS),
    }
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False)
    return text.encode() + b"\n"


def _both(text: Any) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _rows(frame: pd.DataFrame, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of *frame* as plain values; a missing value has no field."""
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


def _write(path: Path, data: bytes) -> None:
    """Put *data* at *path* at once, so that a reader sees the old file or the new one."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
