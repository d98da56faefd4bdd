"""A figure as HTML whose marks show the sentence of their row, without JavaScript."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from typing import Any

import pandas as pd

from analysis.charts import style
from analysis.charts.figure import Figure
from analysis.language.labels import publication
from analysis.language.messages import say
from analysis.rows import as_records

from . import drawn

_SMALLEST = 14  # pixels across, of what can be clicked
_BOX = (
    "position:absolute;z-index:1;width:22em;padding:6px 8px;background:#fff;color:#1F2933;"
    "border:1px solid #6B7280;font-size:13px;line-height:1.4"
)


def html(figure: Figure, picture: bytes) -> str:
    """Return a PNG of *figure* with a button over each mark that opens its sentence."""
    with style.house_style():
        marks = drawn.marks(figure.page)
    rows = {
        row["id"]: row
        for frame in (figure.beside, figure.rows)
        for row in (as_records(frame) if "evidence" in frame else ())
    }
    buttons = _buttons(figure, marks, rows)
    alt = escape(figure.caption.alt[figure.language], quote=True)
    data = base64.b64encode(picture).decode()
    return (
        f'<div style="position:relative;max-width:{figure.page.get_figwidth() * 72:.0f}px">'
        f'<img alt="{alt}" style="width:100%" src="data:image/png;base64,{data}">'
        f"{''.join(buttons)}</div>"
    )


def _buttons(
    figure: Figure, marks: Iterable[Mapping[str, Any]], rows: Mapping[str, Mapping[Any, Any]]
) -> Iterator[str]:
    """Yield the button of each mark whose row has a sentence; opening one closes the others."""
    for mark in marks:
        row = rows.get(mark["id"])
        if row is None or pd.isna(row["evidence"]) or not row["evidence"] or None in mark["box"]:
            continue
        left, top, width, height = (100 * share for share in mark["box"])
        start = row.get("start", -1)
        at = say("widgets.at", start=start)[figure.language] if start >= 0 else ""
        source = escape(f"{publication(row)[figure.language]}{at}")
        words, side = escape(row["evidence"], quote=True), "left" if left < 60 else "right"
        yield (
            f'<details name="{figure.name}" style="position:absolute;margin:0;left:{left:.2f}%;'
            f"top:{top:.2f}%;width:max({width:.2f}%,{_SMALLEST}px);"
            f'height:max({height:.2f}%,{_SMALLEST}px)"><summary title="{words}" '
            f'aria-label="{words}" style="display:block;height:100%;cursor:pointer"></summary>'
            f'<div style="{_BOX};{side}:0">“{words}”<br><small>{source}</small></div></details>'
        )
