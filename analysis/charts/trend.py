"""Counts over the years with their intervals, and changes published without counts beside them."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.statistics import intervals, tests

from . import marks, native, style
from .comparison import left_out
from .figure import NOTHING, Caption, Figure, Kind, Record
from .page import Page, Room

GAP = 0.55  # inches between the two panels
STATED_SHARE = 0.42  # of the width, for the changes without counts
ROW_HEIGHT = 0.95
NARROWEST, LOWEST = 3.0, 1.7  # inches of the panel of one region on a slide, at least


def trend(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    stated: pd.DataFrame,
    refused: pd.DataFrame,
    expected: pd.DataFrame | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the yearly counts in a panel per region; a missing year interrupts the line.

    Parameters
    ----------
    rows
        Yearly levels with ``lower`` and ``upper`` (``years.levels``, ``rates.limits``).
    stated
        Changes without counts (``mark`` percent_only or direction_only), drawn in a panel of
        their own that has no scale, because they have no size in common with counts.
    refused
        Regions with neither, and why.
    expected
        Yearly counts expected from the rate of a wider region (``region``, ``period_end``,
        ``value``, ``of_zh``, ``of_en``); a grey line.
    """
    caption = _caption(rows, stated, title, refused, expected)
    page = Page(caption, language, form=form, ax=ax)
    room = page.room
    if rows.empty and stated.empty:
        counts, changes = None, None
    elif stated.empty:
        counts, changes = room, None
    elif rows.empty:
        counts, changes = None, room
    else:
        width = (room.width - GAP) * (1 - STATED_SHARE)
        counts = Room(room.left, room.bottom, width, room.height)
        changes = Room(room.left + width + GAP, room.bottom, room.width - width - GAP, room.height)
    if counts:
        _draw_counts(page, counts, rows, expected)
    if changes:
        _draw_stated(page, changes, stated)
    drawn = pd.concat([rows, stated], ignore_index=True)
    return page.figure(KIND.name, Scale.VALUE if len(rows) else Scale.NONE, drawn, refused)


def _caption(
    rows: pd.DataFrame,
    stated: pd.DataFrame,
    title: Text,
    refused: pd.DataFrame,
    expected: pd.DataFrame | None,
) -> Caption:
    drawn = pd.concat([rows, stated], ignore_index=True)
    axis = _axis(drawn)
    notes = values.methods(rows)
    if rows.get("origin", pd.Series(dtype=str)).eq("context").any():
        notes.append(say("note.context"))
    if _own(rows)["basis"].isin(["from_percent", "from_difference"]).any():
        notes.append(say("note.back"))
    if stated.get("origin", pd.Series(dtype=str)).eq("context").any():
        notes.append(say("note.bracket"))
    if len(stated):
        notes.append(say("note.percent"))
    if len(rows) and rows.groupby("region").size().max() < tests.FEWEST_POINTS:
        notes.append(say("note.list"))
    if len(set(rows.get("region", ()))) > 1:
        notes.append(say("note.own_panels"))
    if len(rows) and rows["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    if expected is not None and len(expected):
        notes.append(say("note.expected"))
    return Caption(
        title=title,
        subtitle=_subtitle(drawn, axis, refused),
        axis=axis,
        source=values.source_note(drawn if len(drawn) else refused.assign(origin="report")),
        alt=_alt(drawn, refused, title),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _own(rows: pd.DataFrame) -> pd.DataFrame:
    """Return origin and basis of the rows of the reports themselves."""
    return rows.reindex(columns=["origin", "basis"]).query("origin == 'report'")


def _axis(drawn: pd.DataFrame) -> Text:
    """Return what the axis measures and in which unit; empty without rows."""
    if drawn.empty:
        return NOTHING
    first = drawn.iloc[0].to_dict()
    name = Text(first["indicator_zh"], first["indicator_en"])
    return Text.listed([name, values.unit(first)])


def _subtitle(drawn: pd.DataFrame, axis: Text, refused: pd.DataFrame) -> Text:
    if axis:
        return Text.listed([axis, values.years(drawn["period_end"])])
    named = refused[refused["indicator_zh"].ne("")]
    names = (Text(r["indicator_zh"], r["indicator_en"]) for r in named.to_dict("records")[:1])
    return Text.listed([*names, say("note.given_below")])


def _alt(drawn: pd.DataFrame, refused: pd.DataFrame, title: Text) -> Text:
    summaries = []
    for row in drawn.to_dict("records"):
        year = row["period_end"].year
        value = values.stated(row) if pd.isna(row["value"]) else values.value(row)
        summaries.append(
            say("trend.alt", region=Text(row["region_zh"], row["region_en"]), year=year, told=value)
        )
    shown = Text.joined(summaries, zh="、", en=", ")
    names = [Text(r["region_zh"], r["region_en"]) for r in refused.to_dict("records")]
    missing = Text.joined(names, zh="、", en=", ")
    return say(
        "trend.figure",
        title=title,
        shown=shown,
        missing=missing or say("alt.none"),
    )


def _draw_counts(page: Page, room: Room, rows: pd.DataFrame, expected: pd.DataFrame | None) -> None:
    """Draw a panel per region, each with its own scale and years."""
    groups = dict(iter(rows.groupby("region", sort=False)))
    lines = {} if expected is None else dict(iter(expected.groupby("region")))
    across = min(len(groups), max(1, int(room.width // NARROWEST)))
    down = -(-len(groups) // across)
    if room.height / down < LOWEST * page.size.height / style.SLIDE.height:
        raise CrowdedError(f"the years of {len(groups)} regions do not fit one page: draw fewer")
    wide, high = room.width / across, room.height / down
    for index, (region, group) in enumerate(groups.items()):
        left = room.left + index % across * wide
        low = room.bottom + (down - 1 - index // across) * high
        axes = page.axes(Room(left + 0.55, low + 0.3, wide - 1.3, high - 0.75))
        _draw_region(axes, page, group)
        if region in lines and len(lines[region]) > 1:
            _draw_expected(axes, page, lines[region])


def _draw_region(axes: Axes, page: Page, group: pd.DataFrame) -> None:
    points = group.sort_values("period_end").to_dict("records")
    years = range(points[0]["period_end"].year, points[-1]["period_end"].year + 1)
    region = points[0]["region"]
    for one, other in pairwise(points):
        joined = one.get("segment", 0) == other.get("segment", 0)
        if joined and other["period_end"].year - one["period_end"].year == 1:
            axes.plot(
                [one["period_end"].year, other["period_end"].year],
                [one["value"], other["value"]],
                color=style.colour(str(region)),
                linewidth=1.2,
                alpha=0.6,
                zorder=2,
                gid=f"line-{region}",
            )
    for row in points[:-1]:
        _draw_point(axes, page, row)
    _draw_point(axes, page, points[-1], name=points[-1][f"region_{page.language}"])
    axes.set_xticks(list(years))
    axes.set_xlim(min(years) - 0.35, max(years) + 0.35)
    axes.set_ylim(0, group[["upper", "value"]].max().max() * 1.12 or 1)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(style.GREY)
    axes.tick_params(labelsize=page.size.note)
    axes.yaxis.set_major_formatter(lambda y, _: numbers.number(y, page.language))


def _draw_point(axes: Axes, page: Page, row: dict[Any, Any], *, name: str = "") -> None:
    year = row["period_end"].year
    if pd.notna(row["lower"]):
        marks.whisker(axes, row, (row["lower"], row["upper"]), year)
    hollow = row["origin"] == "context"
    marks.draw(axes, year, row["value"], row, hollow=hollow, size=page.mark)
    words = numbers.number(row["value"], page.language)
    axes.annotate(
        f"{words} {name}".strip(),
        (year, row["value"]),
        xytext=(9, 7),
        textcoords="offset points",
        fontsize=page.size.label,
        color=style.colour(row["region"]),
        annotation_clip=False,
    )


def _draw_expected(axes: Axes, page: Page, expected: pd.DataFrame) -> None:
    line = expected.sort_values("period_end")
    years = line["period_end"].dt.year.to_list()
    axes.plot(
        years,
        line["value"],
        color=style.GREY,
        linewidth=1.2,
        linestyle=(0, (4, 3)),
        zorder=1,
        gid="benchmark",
    )
    words = line.iloc[-1][f"of_{page.language}"]
    # No interval is drawn between two years.
    first, middle = line["value"].iloc[0], line["value"].iloc[:2].mean()
    spot = (years[0] + 0.5, min(first, middle)) if len(years) > 1 else (years[0], first)
    axes.annotate(
        words,
        spot,
        xytext=(0, -5),
        ha="center",
        textcoords="offset points",
        va="top",
        fontsize=page.size.note,
        color=style.GREY,
        annotation_clip=False,
    )


def _draw_stated(page: Page, room: Room, stated: pd.DataFrame) -> None:
    """Draw a grid of region by year: percentages as diamonds, directions as arrows, no scale."""
    regions = list(dict.fromkeys(stated["region"]))
    years = list(range(stated["period_end"].dt.year.min(), stated["period_end"].dt.year.max() + 1))
    high = min(room.height - 0.75, (len(regions) + 0.6) * ROW_HEIGHT)
    head = say("note.stated_heading")[page.language]
    page.text(room.left, room.bottom + room.height, head, page.size.note * 1.1, color=style.GREY)
    axes = page.axes(
        Room(room.left + 0.85, room.bottom + room.height - 0.55 - high, room.width - 1.0, high)
    )
    axes.set_xlim(min(years) - 0.5, max(years) + 0.5)
    axes.set_ylim(-0.7, len(regions) - 0.3)
    for index, region in enumerate(regions):
        at = len(regions) - 1 - index
        group = stated[stated["region"].eq(region)]
        _draw_row(axes, page, group, at)
        _label_row(axes, page, group, at)
    axes.set_yticks([])
    axes.set_xticks(years)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)


def _draw_row(axes: Axes, page: Page, group: pd.DataFrame, at: float) -> None:
    both = group.groupby(group["period_end"].dt.year)["mark"].transform("size").gt(1)
    for row, shared in zip(group.to_dict("records"), both, strict=True):
        marks.stated(axes, at, row, shared=shared, size=page.mark, note=page.size.note)


def _label_row(axes: Axes, page: Page, group: pd.DataFrame, at: float) -> None:
    row = group.iloc[0]
    axes.annotate(
        row[f"region_{page.language}"],
        (0, at),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-8, -4),
        textcoords="offset points",
        ha="right",
        fontsize=page.size.label,
        color=style.colour(row["region"]),
        annotation_clip=False,
    )


def _native(record: Record, language: str) -> native.Plot | None:
    """Return the years of one region as a line, or None for several, whose scales differ."""
    rows = native.shown(record)
    years = sorted({native.year_of(row) for row in rows})
    several = len({row["region"] for row in rows}) > 1
    if len(years) < 2 or several:
        return None
    every = tuple(range(years[0], years[-1] + 1))
    series = [_along(rows, rows[0]["region"], every, language)]
    top = max(native.reach(point) for line in series for point in line.points if point)
    series += _expected(record, every, language)
    form = native.number_format(top, language)
    categories = tuple(str(year) for year in every)
    return native.Plot("lines", categories, tuple(series), form, native.axis(record, language))


def _along(
    rows: list[dict[str, Any]], region: str, years: Iterable[int], language: str
) -> native.Series:
    """Return the years of one region, with its name at the last point."""
    by_year = {native.year_of(row): row for row in rows if row["region"] == region}
    points = {
        year: native.point_of(row, ("value", "lower", "upper"), language)
        for year, row in by_year.items()
    }
    last = max(by_year)
    name = native.region_name(by_year[last], language)
    end = points[last]
    if end is not None:
        points[last] = native.Point(
            end.value,
            end.lower,
            end.upper,
            f"{name} {end.label}",
            end.row,
            end.mark,
            end.hollow,
            end.region,
        )
    return native.Series(name, tuple(points.get(year) for year in years), region, "solid")


def _expected(record: Record, years: tuple[int, ...], language: str) -> list[native.Series]:
    """Return the line of counts expected from the rate of a wider region, as drawn."""
    drawn = [line for line in record.get("lines", ()) if line["name"] == "benchmark"]
    lines = []
    for line in drawn:
        known = {round(x): y for x, y in zip(line["x"], line["y"], strict=True) if y is not None}
        last = max((year for year in years if year in known), default=None)
        words = say("native_note.expected")[language]
        points = tuple(
            native.Point(known[year], None, None, words if year == last else "", "")
            if year in known
            else None
            for year in years
        )
        lines.append(native.Series(words, points, line="dashed"))
    return lines


KIND = Kind(
    "trend",
    order=40,
    columns=(
        "value",
        "unit",
        "change",
        "direction",
        "lower",
        "upper",
        "method",
        "shorthand",
        "reason",
    ),
    native=_native,
    table=native.changes_table,
    gaps=True,
)
