"""Cumulative counts of two years by month, and the change of the same months below them."""

from calendar import month_abbr
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics import intervals, summaries

from . import marks, native, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind, Record, applicable, described, missing
from .page import Page, Room, begun

SHARE = 0.62  # of the height, for the counts
NARROWEST = 4.5  # inches of the panel of one region on a slide, at least
HIGHEST = 150.0  # percent; an interval that reaches further is cut, its text is complete
Row = dict[Any, Any]


def year_to_date(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the cumulative counts of two years in a panel per region, and their change below.

    Parameters
    ----------
    rows
        Counts from the first of January (``percents.months``).
    refused
        Regions without the same months of two years, and why.
    """
    if rows.empty:
        return blank(
            KIND.name, rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    groups = [group for _, group in rows.groupby("region", sort=False)]
    width = page.room.width / len(groups)
    if len(groups) > 1 and width < NARROWEST * page.size.width / style.SLIDE.width:
        raise CrowdedError(say("crowded.months", count=len(groups)))
    for index, group in enumerate(groups):
        left = page.room.left + index * width
        _draw_region(page, page.room._replace(left=left, width=width), group)
    return page.figure(KIND.name, Scale.VALUE, rows, refused)


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    first = rows.iloc[0].to_dict()
    axis = Text.listed([Text(first["indicator_zh"], first["indicator_en"]), values.unit(first)])
    paired = rows[rows["before"].notna()]
    detectable = summaries.beyond_chance(paired)
    message = "year_to_date.some_detectable" if detectable else "year_to_date.none_detectable"
    verdict = say(message, detectable=detectable, total=len(paired))
    conditions = {
        "year_to_date.interval": True,
        "note.context": rows["origin"].eq("context").any(),
        "note.cluster": rows["indicator"].isin(intervals.CLUSTERED).any(),
    }
    based = [_based(rows)] if "vintage" in rows and rows["vintage"].eq("base").any() else []
    return Caption(
        title=title,
        subtitle=Text.listed([verdict, axis, values.years(rows["period_end"])]),
        axis=axis,
        source=publishers.source_note(rows),
        alt=described(
            "year_to_date.figure",
            [_in_words(row) for row in as_records(paired)],
            missing=missing(refused),
        ),
        left_out=left_out(refused),
        notes=(*applicable(conditions), *based),
        spoken=verdict,
    )


def _based(rows: pd.DataFrame) -> Text:
    """Return which counts of the year before are bases that the later year gives."""
    bases = rows[rows["vintage"].eq("base")]
    months = dict.fromkeys(values.months(day) for day in bases["period_end"])
    listed = Text.joined(months, zh="、", en=", ")
    return say("year_to_date.base", year=bases["period_end"].iloc[0].year, months=listed)


def _in_words(row: Row) -> Text:
    return say(
        "year_to_date.alt",
        region=Text(row["region_zh"], row["region_en"]),
        period=values.months(row["period_end"]),
        before=numbers.exact(row["before"]),
        value=numbers.exact(row["value"]),
        percent=numbers.computed_percent(row["percent"]),
    )


def _draw_region(page: Page, room: Room, group: pd.DataFrame) -> None:
    """Draw the counts of one region above, and the changes of the same months below."""
    size, row = page.size.label, group.iloc[0].to_dict()
    name, top = row[f"region_{page.language}"], room.bottom + room.height
    page.text(room.left, top, name, size, color=style.colour(row["region"]))
    foot, head, left = page.size.note * 2.0 / 72, size * 1.8 / 72, page.size.note * 4.6 / 72
    width, height = room.width - left - size * 2.5 / 72, room.height - head
    under = Room(room.left + left, room.bottom + foot, width, height * (1 - SHARE) - foot)
    over = under._replace(
        bottom=room.bottom + height * (1 - SHARE) + foot, height=height * SHARE - foot
    )
    counts, changes = page.axes(over), page.axes(under)
    _draw_counts(counts, page, group)
    _draw_changes(changes, page, group[group["before"].notna()])
    first = min(map(_at, as_records(group)))
    for axes in (counts, changes):
        axes.set_xlim(max(first - 1, 0), 13)
        axes.tick_params(labelsize=page.size.note)
        axes.set_xticks([])
    _name_months(changes, page, group)


def _at(row: Row) -> float:
    """Return the position of the last day of a row on the axis of months."""
    day = row["period_end"]
    return float(day.month - 1 + day.day / day.days_in_month)


def _name_months(axes: Axes, page: Page, group: pd.DataFrame) -> None:
    days = {_at(row): values.months(row["period_end"]) for row in as_records(group)}
    axes.set_xticks(list(days), labels=[words[page.language] for words in days.values()])


def _draw_counts(axes: Axes, page: Page, group: pd.DataFrame) -> None:
    """Draw a line for each year from its first count, the earlier one paler, and name the year."""
    years = sorted(group["period_end"].dt.year.unique())
    for year in years:
        points = as_records(group[group["period_end"].dt.year.eq(year)])
        late = year == years[-1]
        colour = style.colour(points[0]["region"]) if late else style.GREY
        line = [*map(_at, points)], [row["value"] for row in points]
        axes.plot(*line, color=colour, linewidth=1.6 if late else 1.2, zorder=2, gid=f"year-{year}")
        for row in points:
            over = row["value"] >= row["before"] if late else not _later_over(group, row)
            _draw_point(axes, page, row | {"colour": colour}, over=over)
        last = points[-1]
        at, shift = (_at(last), last["value"]), (page.mark * 1.2, 0)
        marks.write(axes, str(year), at, shift, page.size.label, color=colour)
    axes.set_ylim(0, group["value"].max() * 1.18)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(style.GREY)
    axes.yaxis.set_major_formatter(lambda y, _: numbers.number(y, page.language))
    axes.locator_params(axis="y", nbins=4, integer=True)


def _later_over(group: pd.DataFrame, row: Row) -> bool:
    """Return whether the count of the same months of the later year is larger."""
    same = group["period_end"].dt.strftime("%m-%d").eq(f"{row['period_end']:%m-%d}")
    return bool(group[same]["value"].max() > row["value"])


def _draw_point(axes: Axes, page: Page, row: Row, *, over: bool) -> None:
    x, y = _at(row), row["value"]
    marks.draw(axes, x, y, row, hollow=row["origin"] == "context", size=page.mark)
    words, shift = numbers.number(y, page.language), (0, page.mark * (0.8 if over else -0.8))
    look = {"color": row["colour"], "ha": "center", "va": "bottom" if over else "top"}
    marks.write(axes, words, (x, y), shift, page.size.label, **look)


def _draw_changes(axes: Axes, page: Page, paired: pd.DataFrame) -> None:
    """Draw the change of the same months with its interval, on an axis of percent."""
    low = min(-10.0, 100 * (paired["lower"].min() - 1))
    high = max(10.0, min(HIGHEST, 100 * (paired["upper"].max() - 1)))
    axes.axhline(0, color=style.GREY, linewidth=1.0, zorder=1)
    axes.set_ylim(low * 1.08, high * 1.08)
    for row in as_records(paired):
        x, ends = _at(row), [100 * (row[end] - 1) for end in ("lower", "upper")]
        marks.whisker(axes, row, (ends[0], min(ends[1], high)), x)
        y = min(row["percent"], high)
        colour = style.colour(row["region"])
        axes.plot([x], [y], "o", markersize=page.mark * 0.8, color=colour, zorder=4)
        words = numbers.computed_percent(row["percent"])
        marks.write(axes, words, (x, y), (page.mark * 1.2, 0), page.size.label, color=colour)
    axes.spines["bottom"].set_visible(False)
    axes.yaxis.set_major_formatter(lambda y, _: numbers.signed_percent(y))
    axes.locator_params(axis="y", nbins=4)
    axes.grid(axis="y")


def _native(record: Record, language: str) -> native.Plot | None:
    """Return a line for each year along the months; None for several regions or odd days."""
    rows = native.shown(record)
    days = [pd.Timestamp(row["period_end"]) for row in rows]
    if not all(day.is_month_end for day in days) or len({row["region"] for row in rows}) != 1:
        return None
    years = sorted({day.year for day in days})
    series = [_line(rows, year, language, late=year == years[-1]) for year in years]
    form = native.number_format(max(row["value"] for row in rows), language)
    months = tuple(
        f"{number}月" if language == "zh" else month_abbr[number] for number in range(1, 13)
    )
    return native.Plot(
        "lines", months, tuple(series), form, native.axis(record, language), span=True
    )


def _line(rows: Sequence[native.Row], year: int, language: str, *, late: bool) -> native.Series:
    """Return the counts of one year by month, the last one with the year."""
    points: dict[int, native.Point | None] = {}
    for row in rows:
        day = pd.Timestamp(row["period_end"])
        if day.year == year:
            whole = native.point_of(row, ("value", "", ""), language)
            points[day.month] = whole and replace(whole, region=row["region"] if late else "")
    last = max(points)
    end = points[last]
    points[last] = end and replace(end, label=f"{year} {end.label}")
    region = str(rows[0]["region"]) if late else ""
    return native.Series(str(year), tuple(map(points.get, range(1, 13))), region, "solid")


def _table(record: Record, language: str) -> native.Table | None:
    """Return the change of the same months, with its interval."""
    rows = [row for row in record["rows"] if "percent" in row]
    lines = tuple(
        (
            values.months(pd.Timestamp(row["period_end"]))[language],
            f"{numbers.exact(row['before'])} → {numbers.exact(row['value'])}",
            _percent(row)[language],
        )
        for row in rows
    )
    heads = ("year_to_date.months", "year_to_date.counts", "year_to_date.change")
    head = tuple(begun(say(name)[language]) for name in heads)
    marks_ = tuple((line[0], row["id"]) for line, row in zip(lines, rows, strict=True))
    return native.Table(head, lines, marks_) if rows else None


def _percent(row: native.Row) -> Text:
    """Return a change in percent with its interval."""
    low, high = (
        numbers.signed_percent(round(100 * (end - 1))) if end is not None else "∞"
        for end in (native.number(row.get(name)) for name in ("lower", "upper"))
    )
    percent = numbers.signed_percent(round(row["percent"]))
    return Text(percent, percent) + say("changes.interval", low=low, high=high)


KIND = Kind("year_to_date", order=45, native=_native, table=_table)
