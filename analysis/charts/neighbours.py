"""
Comparable figures of other regions beside those of one region, each indicator on its own scale.

Circled numbers refer from an indicator to the cautions that apply to it.
"""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text

from . import grid, marks, style
from .page import Page, measured
from .pane import Pane, evidence, write

TALLEST, SHORTEST = 0.62, 0.44  # inches of an indicator on a slide
MOST = 8  # indicators that stay legible below each other
POINTERS = "①②③④⑤⑥⑦⑧⑨⑩"


def draw(page: Page, axes: Axes, panel: Pane, beside: pd.DataFrame) -> None:
    """Draw the name of each indicator, a dot per region, and the values as text."""
    if beside.empty:
        write(page, panel, say("note.nothing_beside"))
        return
    high = panel.row(count(beside), TALLEST * page.size.width / 13.333)
    signs = dict(zip(cautions(beside), POINTERS, strict=False))
    for index, (_, group) in enumerate(beside.groupby("indicator", sort=False)):
        spot = panel._replace(top=panel.top - index * high, bottom=panel.top - (index + 1) * high)
        if index % 2:
            _shade(axes, spot)
        _write_indicator(page, spot, group, signs)
        _draw_dots(page, axes, spot, group)


def count(beside: pd.DataFrame) -> int:
    """Return the number of indicators in *beside*, which may be empty."""
    return beside["indicator"].nunique() if len(beside) else 0


def first(beside: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the first indicators, as many as stay legible."""
    if beside.empty:
        return beside
    codes = list(dict.fromkeys(beside["indicator"]))[:MOST]
    return beside[beside["indicator"].isin(codes)]


def cautions(beside: pd.DataFrame) -> list[Text]:
    """Return the distinct cautions in order of appearance, and a note on rates if there are any."""
    rates = beside.get("scale", pd.Series(dtype=str)).eq("rate")
    per = [say("note.per_person")] if rates.any() else []
    return [*per, *dict.fromkeys(text for texts in beside.get("cautions", []) for text in texts)]


def _shade(axes: Axes, panel: Pane) -> None:
    """Shade every second indicator, to show which text belongs to which dots."""
    corner, high = (panel.left - 0.06, panel.bottom), panel.top - panel.bottom
    axes.add_patch(Rectangle(corner, panel.width + 0.12, high, facecolor=style.SHADE, zorder=0))


def _write_indicator(page: Page, panel: Pane, group: pd.DataFrame, signs: dict[Text, str]) -> None:
    """Write the name above the dots, with references to its cautions, and the values below."""
    language, size, high = page.language, page.size.note, panel.top - panel.bottom
    first = group.iloc[0]
    name = str(first[f"indicator_{language}"]) + ("*" if first["breakdown"] else "")
    name += "".join(signs[text] for text in cautions(group) if text in signs)
    words, small = grid.fitted(name, panel.width, size, size * 0.85)
    grid.lines(page, (panel.left, panel.top - high * 0.18), words, small)
    records = group.to_dict("records")
    texts = [f"{row[f'region_{language}']} {_number(page, row)}" for row in records]
    if measured("　".join(texts), size * 0.85) > panel.width:  # the whiskers still show them
        bare = [row | {"shown_lower": None} for row in records]
        texts = [f"{row[f'region_{language}']} {_number(page, row)}" for row in bare]
    _, size = grid.fitted("　".join(texts), panel.width, size, size * 0.7)
    x = panel.left
    for row, number in zip(records, texts, strict=True):
        colour = style.colour(row["region"])
        page.text(x, panel.top - high * 0.79, number, size, color=colour, va="center")
        x += measured(number + "　", size)


def _draw_dots(page: Page, axes: Axes, panel: Pane, group: pd.DataFrame) -> None:
    """Draw the dots of one indicator on a scale of their own, from zero."""
    left, middle = panel.left + 0.05, panel.top - (panel.top - panel.bottom) * 0.48
    width = panel.width - 0.15
    inch = width / group[["shown", "shown_upper"]].max().max()
    axes.plot([left, left + width], [middle, middle], color=style.AXIS, linewidth=0.8, zorder=1)
    ends = [middle - 0.06, middle + 0.06]
    axes.plot([left, left], ends, color=style.GREY, linewidth=1.0, zorder=1)
    # Overlapping intervals are drawn at different heights.
    apart = 0.025 if group["shown_upper"].min() > group["shown_lower"].max() else 0.0
    for index, row in enumerate(group.to_dict("records")):
        y = middle - (index - (len(group) - 1) / 2) * apart
        if pd.notna(row["shown_lower"]):
            span = (left + row["shown_lower"] * inch, left + row["shown_upper"] * inch)
            marks.whisker(axes, row, span, y, upright=False)
        evidence(page, axes, (left + row["shown"] * inch, y), row)


def _number(page: Page, row: dict[Any, Any]) -> str:
    sign = values.COMPARATORS[row["comparator"]]
    lower, upper = row["shown_lower"], row["shown_upper"]
    return sign + numbers.estimate(row["shown"], lower, upper, page.language)
