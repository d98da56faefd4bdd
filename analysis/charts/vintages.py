"""First prints beside the bases that the next year implies, and two readings of the change."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Scale
from analysis.rows import as_records
from analysis.statistics.forensics import Moved
from analysis.statistics.summaries import furthest

from . import marks, style, table
from .blank import blank
from .figure import Caption, Figure, Kind, described
from .page import Page, begun, measured
from .table import Cell, Column

LEAST_PLOT = 2.1  # inches of the percent axis on a slide
COLUMNS = ("", "period", "gap", "change", "changes")  # messages vintages.<name>
PLOT = 3  # the column of the plot
PAD = -0.2  # ems between two lines, closer than those of a text
Row = dict[Any, Any]


def vintages(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    published: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a line per period: how the base was changed, and two changes on a percent axis.

    The line with the largest difference, of which the title is, is shaded.

    Parameters
    ----------
    rows
        The first prints (``percents.vintages``), with the columns of ``forensics.vintages``.
    published
        The rows of the published changes, by their ids in ``later_id``; drawn as diamonds.
    """
    first = furthest(rows)
    if first is None:
        none = published.iloc[:0]
        return blank(
            KIND.name, rows, title=title, language=language, refused=none, form=form, ax=ax
        )
    page = Page(_caption(rows, title, first), language, form=form, ax=ax)
    records = as_records(rows)
    _draw(page, records, first["id"])
    return page.figure(KIND.name, Scale.RATIO, rows, published.iloc[:0], published)


def _caption(rows: pd.DataFrame, title: Text, first: Row) -> Caption:
    return Caption(
        title=title,
        subtitle=_moved(first),
        axis=say("changes.about"),
        source=publishers.source_note(rows),
        alt=described("vintages.figure", [_in_words(row) for row in as_records(rows)]),
        notes=(say("vintages.changed"),),
        spoken=say("vintages.changed"),
    )


def _moved(row: Row) -> Text:
    """Return what became of the base of one period."""
    period = values.period(row["period_start"], row["period_end"])
    published, firsts = _changes(row)
    return say(
        "vintages.about",
        year=row["period_end"].year + 1,
        period=period,
        published=published,
        firsts=firsts,
        first=_first(row),
        base=_base(row),
        gap=_gap(row),
    )


def _in_words(row: Row) -> Text:
    return say(
        "vintages.alt",
        region=Text(row["region_zh"], row["region_en"]),
        name=values.short(row),
        period=values.period(row["period_start"], row["period_end"]),
        first=_first(row),
        base=_base(row),
    )


def _count(amount: float) -> Text:
    return Text(f"{amount:.0f}", f"{amount:,.0f}")


def _first(row: Row) -> Text:
    """Return the first print as printed, in English with all its digits and ≈ if it is rounded."""
    full, about = _count(row["first"]), values.COMPARATORS[Comparator.ABOUT]
    sign = about if row["rounding"] else ""
    return Text(str(row["printed"] or "") or f"{full.zh}{row['unit']}", f"{sign}{full.en}")


def _base(row: Row) -> Text:
    low, high = _count(row["base_low"]), _count(row["base_high"])
    return low if low == high else low + Text("–", "–") + high


def _gap(row: Row) -> Text:
    """Return how far the base lies off the first print, in percent, or that it does not."""
    if row["moved"] == Moved.UNCHANGED:
        return say("vintages.unchanged")
    middle = (row["gap_low"] + row["gap_high"]) / 2
    percent = numbers.signed_percent(round(middle, 0 if abs(middle) >= 10 else 1))
    return Text(percent, percent)


def _line(page: Page, row: Row, *, named: bool) -> list[Cell]:
    """Return the cells of one period; *named* is for the first one of a series."""
    language, colour = page.language, style.colour(row["region"])
    about = Text(row["region_zh"], row["region_en"]) + Text("", " ") + values.short(row)
    return [
        Cell(about[language] if named else "", colour=colour),
        *(Cell(text[language]) for text in (_span(row), _gap(row))),
        Cell(""),
        Cell(" / ".join(_changes(row)), colour=style.GREY),
    ]


def _span(row: Row) -> Text:
    """Return a period with both years of its change: ``Jan–Mar 2024→25``."""
    period = values.period(row["period_start"], row["period_end"])
    year = row["period_end"].year
    both = period.zh.replace(f"{year}年", f"{year}→{year + 1}年")
    return Text(both, f"{period.en}→{(year + 1) % 100:02}")


def _columns(page: Page, lines: Sequence[Sequence[Cell]]) -> list[Column]:
    """Return columns as wide as their texts; the plot has the rest."""
    heads = [begun(say(f"vintages.{name}")[page.language]) if name else "" for name in COLUMNS]
    words = [
        [head[: len(head) * 5 // 8], *(cell.words for cell in column)]  # heads break into two lines
        for head, column in zip(heads, zip(*lines, strict=True), strict=True)
    ]
    wide = [
        max(measured(word, page.size.note) for word in each) + 1.02 * table.gap(page)
        for each in words
    ]
    wide[PLOT] = page.room.width - sum(wide) + wide[PLOT]
    if wide[PLOT] < LEAST_PLOT * page.size.width / style.SLIDE.width:
        raise CrowdedError(say("crowded.first_prints", count=len(lines)))
    return [
        Column(head, width / page.room.width, "right" if at > PLOT else "left")
        for at, (head, width) in enumerate(zip(heads, wide, strict=True))
    ]


def _draw(page: Page, records: list[Row], first: str) -> None:
    """Draw a line for each period, those of one region and indicator between two rules."""
    size, room = page.size.note, page.room
    foot = size * 2 / 72
    room = room._replace(bottom=room.bottom + foot, height=room.height - foot)
    series = [row | {"series": (row["region"], row["indicator"])} for row in records]
    starts = table.starts(series, "series")
    lines = [_line(page, row, named=at in starts) for at, row in enumerate(records)]
    shaded = next(at for at, row in enumerate(records) if row["id"] == first)
    look: dict[str, Any] = {"rules": starts, "shaded": shaded, "sizes": [size], "pad": PAD}
    layout = table.write(page, room, _columns(page, lines), lines, **look)
    axes = layout.axes(page, PLOT)
    _finish(axes, page, records)
    for row, at in zip(records, layout.middles, strict=True):
        ends = [row["percent"], row["firsts"]]
        axes.plot(ends, [at, at], color=style.AXIS, linewidth=2, zorder=1)
        marks.draw(axes, row["firsts"], at, row, hollow=True, size=page.mark * 0.8)
        change = row | {"id": row["later_id"], "mark": "percent_only"}
        marks.draw(axes, row["percent"], at, change, size=page.mark * 0.8)


def _changes(row: Row) -> tuple[str, str]:
    """Return the change as published, and that between first prints."""
    firsts = numbers.computed_percent(row["firsts"])
    return numbers.signed_percent(row["percent"]), firsts


def _finish(axes: Axes, page: Page, records: list[Row]) -> None:
    every = [row[name] for row in records for name in ("percent", "firsts")]
    low, high = min(*every, 0.0), max(*every, 0.0)
    room = (high - low) * 0.05
    axes.set_xlim(low - room, high + room)
    axes.grid(axis="x")
    axes.axvline(0, color=style.GREY, linewidth=1.0, zorder=1)
    axes.tick_params(labelsize=page.size.note)
    axes.xaxis.set_major_formatter(lambda x, _: numbers.signed_percent(x))
    axes.xaxis.set_major_locator(MaxNLocator(marks.ticks(axes, page, "−100%"), steps=[1, 2, 5, 10]))


KIND = Kind("vintages", order=55)
