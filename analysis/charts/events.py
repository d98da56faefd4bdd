"""
Accidents and losses of one region: counts with intervals, and outcomes without a count.

Outcomes without an interval are listed in one column below the axis, without a scale.
"""

from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.language import numbers, values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Status

from . import grid, marks, style
from .page import Page, measured
from .pane import Pane, evidence, write

LABEL = 2.75  # inches of the names on a slide
# Why rows with this mark have no scale; rows with other marks only lack an interval.
_BARE = {
    Mark.PERCENT_ONLY: Gap.PERCENT_ONLY,
    Mark.DIRECTION_ONLY: Gap.DIRECTION_ONLY,
    Mark.TARGET: Gap.TARGET_ONLY,
    Mark.PLAN: Gap.PLAN_ONLY,
}


class Axis(NamedTuple):
    """The axis of the counts in inches, and the height of one count on the page."""

    left: float
    width: float
    inch: float  # inches of one event
    y: float


def draw(page: Page, axes: Axes, panel: Pane, rows: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    """Draw counts of events on one axis, and below it outcomes without an interval."""
    if outcomes.empty:
        plan = rows.iloc[0]["kind"] == "plan"
        below = write(
            page, panel, say("note.no_outcomes_plan") if plan else say("note.no_outcomes")
        )
        _draw_aims(page, axes, below, rows[rows["status"].ne(Status.ACTUAL)])
        return
    counted = outcomes[outcomes["lower"].notna()].to_dict("records")
    bare = outcomes[outcomes["lower"].isna()].to_dict("records")
    high = panel.row(lines(page, outcomes), 0.36 * page.size.width / 13.333)
    if counted:
        panel = _draw_counted(page, axes, panel, counted, high)
    if bare:
        words, y = _bareness(bare)[page.language], panel.top - 0.5 * high
        page.text(panel.left, y, words, page.size.note, color=style.GREY, va="center")
        panel = panel._replace(top=panel.top - high)
    _draw_bare(page, axes, panel, bare, high)


def lines(page: Page, outcomes: pd.DataFrame) -> float:
    """Return the height of the panel of outcomes in lines, with its axis and its heading."""
    bare = outcomes["lower"].isna()
    extra = int(bare.any()) + int((~bare).any())
    return extra + sum(_weight(page, row) for row in outcomes.to_dict("records"))


def _bareness(bare: list[dict[Any, Any]]) -> Text:
    """Return the reasons why rows have no scale."""
    gaps = [_BARE.get(Mark(row["mark"])) for row in bare]
    reasons = [label(Gap(gap)) if gap else say("note.without_scale") for gap in dict.fromkeys(gaps)]
    return Text.joined(reasons)


def _draw_aims(page: Page, axes: Axes, panel: Pane, aims: pd.DataFrame) -> None:
    """Draw the targets of a report without outcomes, as many as the panel has room for."""
    high = 0.32 * page.size.width / 13.333
    fits = int((panel.top - panel.bottom) / high)
    _draw_bare(page, axes, panel, aims.to_dict("records")[:fits], high)


def _draw_bare(
    page: Page, axes: Axes, panel: Pane, bare: list[dict[Any, Any]], high: float
) -> None:
    """Draw rows without an interval: their marks in one column without a scale, and their text."""
    scale, top = page.size.width / 13.333, panel.top
    for row in bare:
        tall = high * _weight(page, row)
        at = (panel.left + LABEL * scale, top - tall / 2)
        _write_name(page, panel, row, at[1])
        evidence(page, axes, at, row)
        page.text(at[0] + 0.15 * scale, at[1], _told(page, row), page.size.note, va="center")
        top -= tall


def _draw_counted(
    page: Page, axes: Axes, panel: Pane, counted: list[dict[Any, Any]], high: float
) -> Pane:
    """Draw counts with intervals on one axis, and return the panel below the axis."""
    scale, left = page.size.width / 13.333, panel.left + LABEL * page.size.width / 13.333
    widest = max(measured(_in_words(page, row), page.size.note) for row in counted)
    width = panel.left + panel.width - widest - 0.2 * scale - left
    ticks = MaxNLocator(nbins=3, integer=True).tick_values(0, max(r["upper"] for r in counted))
    inch, y = width / ticks[-1], panel.top
    for row in counted:
        tall = high * _weight(page, row)
        _draw_count(page, axes, panel, row, Axis(left, width, inch, y - tall / 2))
        y -= tall
    for tick in ticks:
        x = left + tick * inch
        axes.plot([x, x], [panel.top, y], color=style.BAND, linewidth=0.8, zorder=0)
        number = numbers.number(tick, page.language)
        page.text(x, y - 0.02, number, page.size.note, color=style.GREY, ha="center")
    return panel._replace(top=y - high)


def _draw_count(page: Page, axes: Axes, panel: Pane, row: dict[Any, Any], axis: Axis) -> None:
    """Draw one count: its name, its dot and interval, and both as text."""
    _write_name(page, panel, row, axis.y)
    ends = (axis.left + row["lower"] * axis.inch, axis.left + row["upper"] * axis.inch)
    marks.whisker(axes, row, ends, axis.y, upright=False)
    evidence(page, axes, (axis.left + row["value"] * axis.inch, axis.y), row)
    x = axis.left + axis.width + 0.12 * page.size.width / 13.333
    page.text(x, axis.y, _in_words(page, row), page.size.note, va="center")


def _in_words(page: Page, row: dict[Any, Any]) -> str:
    """Return a count with its interval as text."""
    span = numbers.interval(row["lower"], row["upper"], page.language)
    value = values.value(row)[page.language]
    return value + numbers.bracketed(span, page.language)


def _named(page: Page, row: dict[Any, Any]) -> tuple[list[str], float]:
    """Return the lines of the name of an outcome, with its part, and their text size."""
    part = values.part(row)[page.language]
    name = str(row[f"indicator_{page.language}"])
    if part:
        name += f"（{part}）" if page.language == "zh" else f" ({part})"
    size, width = page.size.note, LABEL * page.size.width / 13.333 - 0.12
    return grid.fitted(name, width, size, size * 0.9)


def _weight(page: Page, row: dict[Any, Any]) -> float:
    """Return the height of an outcome, in lines."""
    return 0.25 + 0.75 * len(_named(page, row)[0])


def _write_name(page: Page, panel: Pane, row: dict[Any, Any], y: float) -> None:
    grid.lines(page, (panel.left, y), *_named(page, row))


def _told(page: Page, row: dict[Any, Any]) -> str:
    """Return the text of a row without interval; targets include their period."""
    text = values.what(row)
    if row["status"] != Status.ACTUAL:
        when = values.period(row["period_start"], row["period_end"])
        text = Text(f"{text.zh}（{when.zh}）", f"{text.en} ({when.en})")
    return text[page.language]


def told(row: dict[Any, Any]) -> Text:
    """Return a short description of an outcome, for the alt text."""
    return values.about(row) + Text("", " ") + values.what(row)
