"""First prints beside the bases that the next year implies, and two readings of the change."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Scale
from analysis.statistics.forensics import Moved
from analysis.statistics.summaries import furthest

from . import grid, marks, style
from .blank import blank
from .figure import Caption, Figure, Kind, described
from .page import Page, Room, begun, measured

LEAST_PLOT = 2.6  # inches of the percent axis on a slide
COLUMNS = ("period", "first", "base", "gap")
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
    Draw a line per period: first print and implied base as text, two changes on a percent axis.

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
    records = rows.to_dict("records")
    _draw(page, records, _columns(page, records), first["id"])
    return page.figure(KIND.name, Scale.RATIO, rows, published.iloc[:0], published)


def _caption(rows: pd.DataFrame, title: Text, first: Row) -> Caption:
    return Caption(
        title=title,
        subtitle=_moved(first),
        axis=say("changes.about"),
        source=values.source_note(rows),
        alt=described("vintages.figure", [_in_words(row) for row in rows.to_dict("records")]),
        notes=(say("vintages.key"), say("vintages.changed"), say("vintages.reading")),
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


def _cells(page: Page, row: Row) -> list[str]:
    period = values.period(row["period_start"], row["period_end"])
    return [text[page.language] for text in (period, _first(row), _base(row), _gap(row))]


def _columns(page: Page, records: list[Row]) -> list[float]:
    """Return the left ends of the columns of text and of the plot, in inches."""
    size = page.size.note
    heads = [begun(say(f"vintages.{name}")[page.language]) for name in COLUMNS]
    lines = [heads, *(_cells(page, row) for row in records)]
    lefts = [page.room.left]
    for column in zip(*lines, strict=True):
        lefts.append(lefts[-1] + max(measured(words, size) for words in column) + size * 1.6 / 72)
    return lefts


def _draw(page: Page, records: list[Row], lefts: list[float], first: str) -> None:
    """Draw groups of lines, one for each region and indicator, under the names of the columns."""
    size, room = page.size.note, page.room
    groups = list(dict.fromkeys((row["region"], row["indicator"]) for row in records))
    head, foot = size * 1.9 / 72, size * 2.0 / 72
    step = (room.height - head - foot) / (len(records) + 1.1 * len(groups))
    plot = room.left + room.width - lefts[-1]
    tight = step < size * 1.05 / 72
    if tight or plot < LEAST_PLOT * page.size.width / style.SLIDE.width:
        raise CrowdedError(f"{len(records)} first prints do not fit one page: choose indicators")
    texts = max(measured(" / ".join(_changes(row)), size) for row in records) + size / 72
    axes = page.axes(Room(lefts[-1], room.bottom + foot, plot - texts, room.height - head - foot))
    for name, left in zip(COLUMNS, lefts, strict=False):
        words = begun(say(f"vintages.{name}")[page.language])
        page.text(left, room.bottom + room.height, words, size, color=style.GREY)
    words = begun(say("vintages.changes")[page.language])
    page.text(lefts[-1], room.bottom + room.height, words, size, color=style.GREY)
    top = room.bottom + room.height - head
    _finish(axes, page, records, room.height - head - foot)
    for group in groups:
        own = [row for row in records if (row["region"], row["indicator"]) == group]
        _name(page, own[0], top - step * 0.55)
        top -= step * 1.1
        for row in own:
            if row["id"] == first:
                grid.shade(grid.canvas(page, zorder=-1), page.room, top, step)
            _draw_line(page, axes, row, top - step / 2, lefts)
            top -= step


def _name(page: Page, row: Row, y: float) -> None:
    name = Text(row["indicator_zh"], row["indicator_en"])[page.language]
    glue = "｜" if page.language == "zh" else " | "
    words = f"{row[f'region_{page.language}']}{glue}{name}"
    colour = style.colour(row["region"])
    page.text(page.room.left, y, words, page.size.note, color=colour, va="center")


def _changes(row: Row) -> tuple[str, str]:
    """Return the change as published, and that between first prints."""
    firsts = numbers.signed_percent(round(row["firsts"], 1))
    return numbers.signed_percent(row["percent"]), firsts


def _draw_line(page: Page, axes: Axes, row: Row, y: float, lefts: list[float]) -> None:
    """Write the counts of one period, and draw the two changes with a line between them."""
    size = page.size.note
    for words, left in zip(_cells(page, row), lefts, strict=False):
        page.text(left, y, words, size, va="center")
    room = page.room
    words = " / ".join(_changes(row))
    page.text(room.left + room.width, y, words, size, color=style.GREY, ha="right", va="center")
    at = y - axes.get_position().y0 * page.size.height
    axes.plot([row["percent"], row["firsts"]], [at, at], color=style.AXIS, linewidth=2, zorder=1)
    marks.draw(axes, row["firsts"], at, row, hollow=True, size=page.mark * 0.8)
    change = row | {"id": row["later_id"], "mark": "percent_only"}
    marks.draw(axes, row["percent"], at, change, size=page.mark * 0.8)


def _finish(axes: Axes, page: Page, records: list[Row], height: float) -> None:
    every = [row[name] for row in records for name in ("percent", "firsts")]
    low, high = min(*every, 0.0), max(*every, 0.0)
    room = (high - low) * 0.05
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(0, height)
    axes.set_yticks([])
    axes.patch.set_visible(False)
    axes.grid(axis="x")
    axes.axvline(0, color=style.GREY, linewidth=1.0, zorder=1)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)
    axes.xaxis.set_major_formatter(lambda x, _: numbers.signed_percent(x))
    axes.locator_params(axis="x", nbins=5)


KIND = Kind("vintages", order=55)
