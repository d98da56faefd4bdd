"""Counts over the years with their intervals, and changes published without counts beside them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Basis, Mark, Reliability, Scale
from analysis.rows import as_records
from analysis.statistics import dates, intervals

from . import marks, native, style
from .comparison import left_out
from .figure import NOTHING, Caption, Figure, Kind, Record, applicable, described, missing
from .page import LEADING, Page, Room, begun, wrapped

GAP = 0.45  # inches between the two parts
STATED_SHARE = 0.4  # of the width, for the changes without counts
NARROWEST, LOWEST = 2.6, 1.7  # inches of the panel of one region on a slide, at least
STATED_NARROWEST, STATED_LOWEST = 1.9, 1.25
UNDER = 1.9  # lines of small print from an axis to below its years
ROOMY = 0.11  # of an axis: the height below a mark that has room for two lines
COMPUTED = (Basis.DERIVED, "from_percent", "from_difference")
STATED = (Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY)


def trend(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    expected: pd.DataFrame | None = None,
    verdict: Text = NOTHING,
    doubt: Text = NOTHING,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the yearly counts in a panel per region, and changes without counts in panels beside them.

    Parameters
    ----------
    rows
        Yearly levels with ``lower`` and ``upper`` (``years.levels``, ``rates.limits``), counts of
        a part of a year (``years.to_date``), and changes without counts (``mark`` percent_only or
        direction_only). A missing year or a break of the series interrupts the line.
    refused
        Regions with neither, and why.
    expected
        Yearly counts expected from the rate of a wider region (``region``, ``period_end``,
        ``value``, ``of_zh``, ``of_en``); a grey line.
    verdict
        What the latest change can tell; it begins the subtitle.
    doubt
        Which of the numbers contradict each other; the first note.
    """
    stated, counted = rows[rows["mark"].isin(STATED)], rows[~rows["mark"].isin(STATED)]
    counted = counted.assign(whole=dates.whole_year(counted))
    caption = _caption(counted, stated, title, verdict, doubt, refused, expected)
    page = Page(caption, language, form=form, ax=ax)
    left, right = _rooms(page.room, len(counted), len(stated))
    heads = [(say("trend.counts"), left)] * bool(len(counted))
    heads += [(say("trend.stated"), right)] * bool(len(stated))
    high = _headed(page, heads)
    left, right = (room._replace(height=room.height - high) for room in (left, right))
    if len(counted):
        _draw_counts(page, left, counted, expected)
    if len(stated):
        _draw_stated(page, right, stated)
    return page.figure(KIND.name, Scale.VALUE if len(counted) else Scale.NONE, rows, refused)


def _rooms(room: Room, counted: int, stated: int) -> tuple[Room, Room]:
    """Return the rooms of counts and of changes without counts; the whole for one of them."""
    if not counted or not stated:
        return room, room
    width = (room.width - GAP) * (1 - STATED_SHARE)
    left = room.left + width + GAP
    return room._replace(width=width), room._replace(left=left, width=room.width - width - GAP)


def _caption(
    counted: pd.DataFrame,
    stated: pd.DataFrame,
    title: Text,
    verdict: Text,
    doubt: Text,
    refused: pd.DataFrame,
    expected: pd.DataFrame | None,
) -> Caption:
    drawn = pd.concat([counted, stated], ignore_index=True)
    axis = _axis(drawn)
    # Reports with counts are named first, because the page may not have room for all.
    named = pd.concat([counted.assign(level_order=0), stated.assign(level_order=1)])
    return Caption(
        title=title,
        subtitle=_subtitle(drawn, axis, verdict, refused),
        axis=axis,
        source=publishers.source_note(named if len(named) else refused.assign(origin="report")),
        alt=_alt(counted, stated, refused),
        left_out=left_out(refused),
        notes=tuple(note for note in (doubt, *_notes(counted, stated, expected)) if note),
        spoken=verdict,
    )


def _notes(
    counted: pd.DataFrame, stated: pd.DataFrame, expected: pd.DataFrame | None
) -> list[Text]:
    """Return the notes, the most important first."""
    hollow, bracketed = (
        frame.get("origin", pd.Series(dtype=str)).eq("context").any() for frame in (counted, stated)
    )
    origins = {
        "note.bracket_too": hollow and bracketed,
        "note.context": hollow and not bracketed,
        "note.bracket": bracketed and not hollow,
    }
    conditions = {
        "note.to_date": not counted["whole"].all(),
        "note.own_panels": len(set(counted.get("region", ()))) > 1,
        "note.break": len(counted) and counted.get("segment", pd.Series(0.0)).fillna(0).gt(0).any(),
        "note.cluster": len(counted) and counted["indicator"].isin(intervals.CLUSTERED).any(),
        "note.expected": expected is not None and len(expected),
    }
    sources = [*_sources(counted), *applicable(origins)]
    return [*sources, *values.methods(counted), *applicable(conditions)]


def _sources(counted: pd.DataFrame) -> Iterator[Text]:
    """Yield which counts were computed from a later change, and which are known from a reprint."""
    known = counted.reindex(columns=counted.columns.union(["basis", "reliability"], sort=False))
    computed = known["basis"].isin(COMPUTED)
    reprinted = known["reliability"].eq(Reliability.REPRINT) & ~computed
    for name, of in {"computed": computed, "reprinted": reprinted}.items():
        points = as_records(known[of])
        if points:
            each = (Text(row["region_zh"], f"{row['region_en']} ") + _when(row) for row in points)
            yield say(f"note.{name}_counts", counts=Text.joined(each, zh="、", en=", "))


def _axis(drawn: pd.DataFrame) -> Text:
    """Return what the axis measures and in which unit; empty without rows."""
    if drawn.empty:
        return NOTHING
    first = drawn.iloc[0].to_dict()
    name = Text(first["indicator_zh"], first["indicator_en"])
    return Text.listed([name, values.unit(first)])


def _subtitle(drawn: pd.DataFrame, axis: Text, verdict: Text, refused: pd.DataFrame) -> Text:
    if axis:
        return Text.listed(
            [verdict, axis] if verdict else [axis, values.years(drawn["period_end"])]
        )
    named = refused[refused["indicator_zh"].ne("")]
    names = (Text(r["indicator_zh"], r["indicator_en"]) for r in as_records(named)[:1])
    return Text.listed([*names, say("note.given_below")])


def _alt(counted: pd.DataFrame, stated: pd.DataFrame, refused: pd.DataFrame) -> Text:
    """Return what is drawn of each region: its counts, or its changes without counts."""
    groups = [
        group
        for frame in (counted.sort_values("period_end"), stated)
        for _, group in frame.groupby("region", sort=False)
    ]
    shown = [_of_region(group) for group in groups]
    return described("trend.figure", shown, missing=missing(refused))


def _of_region(group: pd.DataFrame) -> Text:
    first = group.iloc[0]
    each = [
        say("trend.alt", year=_when(row), value=_short(row))
        + (say("changes.computed") if row.get("basis") in COMPUTED else NOTHING)
        for row in as_records(group)
    ]
    name = Text(first["region_zh"], first["region_en"])
    return name + Text("", " ") + Text.joined(each, zh="，", en=", ")


def _when(row: dict[Any, Any]) -> Text:
    """Return the year of a row, or the last day of a part of one."""
    if row.get("whole") is False:
        return values.day(row["period_end"])
    return Text(f"{row['period_end'].year}年", str(row["period_end"].year))


def _short(row: dict[Any, Any]) -> Text:
    if row["mark"] == Mark.DIRECTION_ONLY:
        return values.direction(row["direction"])
    if row["mark"] == Mark.PERCENT_ONLY:
        percent = numbers.signed_percent(row["percent"])
        return Text(percent, percent)
    return Text(numbers.number(row["value"], "zh"), numbers.number(row["value"], "en"))


def _panels(page: Page, room: Room, count: int, narrowest: float, lowest: float) -> list[Room]:
    """Distribute *count* panels over *room*, row by row."""
    across = min(count, max(1, int(room.width // (narrowest * page.size.width / 13.333))))
    down = -(-count // across)
    wide, high = room.width / across, room.height / down
    if high < lowest * page.size.height / style.SLIDE.height:
        raise CrowdedError(say("crowded.years", count=count))
    return [
        Room(room.left + column * wide, room.bottom + (down - 1 - row) * high, wide, high)
        for row, column in (divmod(n, across) for n in range(count))
    ]


def _headed(page: Page, heads: Sequence[tuple[Text, Room]]) -> float:
    """Write each heading over its room, and return the height that they take."""
    size, most = page.size.note, 0
    for heading, room in heads:
        lines = wrapped(begun(heading[page.language]), room.width, size)
        for at, words in enumerate(lines):
            top = room.bottom + room.height - at * size * LEADING / 72
            page.text(room.left, top, words, size, color=style.GREY)
        most = max(most, len(lines))
    return size * (0.4 + LEADING * most) / 72


def _named(page: Page, room: Room, row: dict[Any, Any], left: float, *, below: float = 1.8) -> Axes:
    """Write the name of a region over its panel with *below* lines of room under its axes."""
    size = page.size.label
    name, top = row[f"region_{page.language}"], room.bottom + room.height
    page.text(room.left, top, name, size, color=style.colour(row["region"]))
    low = page.size.note * below / 72
    right = page.size.note * 3.2 / 72
    high = room.height - low - size * 2.2 / 72
    return page.axes(Room(room.left + left, room.bottom + low, room.width - left - right, high))


def _draw_counts(page: Page, room: Room, rows: pd.DataFrame, expected: pd.DataFrame | None) -> None:
    """Draw a panel per region, each with its own scale and years."""
    groups = dict(iter(rows.groupby("region", sort=False)))
    lines = {} if expected is None else dict(iter(expected.groupby("region")))
    panels = _panels(page, room, len(groups), NARROWEST, LOWEST)
    for (region, group), panel in zip(groups.items(), panels, strict=True):
        line = lines.get(region, pd.DataFrame())
        lowest = _lowest(group, line) if len(line) > 1 else 0.0
        low = len(line) > 1 and lowest * panel.height * 72 < 3.5 * page.size.note * _top(group)
        left, below = page.size.note * 3.2 / 72, UNDER + 1.4 if low else 1.8
        axes = _named(page, panel, group.iloc[0].to_dict(), left, below=below)
        _draw_region(axes, page, group)
        if len(line) > 1:
            _draw_expected(axes, page, line, lowest, under=low)


def _lowest(group: pd.DataFrame, line: pd.DataFrame) -> float:
    """Return the lowest point of the intervals and of the expected counts."""
    return float(min(group["lower"].min(), line["value"].min()))


def _top(group: pd.DataFrame) -> float:
    """Return where the axis of the counts of *group* ends."""
    return float(group[["upper", "value"]].max().max() * 1.12) or 1.0


def _draw_region(axes: Axes, page: Page, group: pd.DataFrame) -> None:
    points = as_records(group.sort_values("period_end"))
    years = range(points[0]["period_end"].year, points[-1]["period_end"].year + 1)
    for one, other in pairwise(row for row in points if row["whole"]):
        if one.get("segment", 0) != other.get("segment", 0):
            _draw_break(axes, page, (one["period_end"].year + other["period_end"].year) / 2)
        elif other["period_end"].year - one["period_end"].year == 1:
            _draw_line(axes, one, other)
    top = _top(group)
    for row in points:
        under = not row["whole"] and row["value"] >= ROOMY * top
        _draw_point(axes, page, row, under=under)
    marks.years(axes, page, years)
    axes.set_xlim(min(years) - 0.35, max(years) + 0.35)
    axes.set_ylim(0, top)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(style.GREY)
    axes.tick_params(labelsize=page.size.note)
    axes.yaxis.set_major_locator(_few_ticks())
    axes.yaxis.set_major_formatter(lambda y, _: numbers.number(y, page.language))


def _few_ticks() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=True)


def _draw_line(axes: Axes, one: dict[Any, Any], other: dict[Any, Any]) -> None:
    axes.plot(
        [one["period_end"].year, other["period_end"].year],
        [one["value"], other["value"]],
        color=style.colour(str(one["region"])),
        linewidth=1.2,
        alpha=0.6,
        zorder=2,
        gid=f"line-{one['region']}",
    )


def _draw_break(axes: Axes, page: Page, x: float) -> None:
    """Draw where a series breaks: figures on either side do not compare."""
    axes.axvline(x, color=style.GREY, linewidth=1.0, linestyle=(0, (1, 2)), gid="break")
    marks.over(axes, x, say("trend.break")[page.language], page.size.note)


def _draw_point(axes: Axes, page: Page, row: dict[Any, Any], *, under: bool) -> None:
    """Draw a count with its interval and label; the label of a part of a year may be *under* it."""
    year = row["period_end"].year
    words, spot, side = numbers.number(row["value"], page.language), (1.0, 0.75), "left"
    if not row["whole"]:
        day = say("trend.to_date", day=values.day(row["period_end"], year=False))
        words, side = f"{words}\n{day[page.language]}", "right"
        spot = (0.5, -1.2 if under else 1.2)
    elif pd.notna(row["lower"]):
        marks.whisker(axes, row, (row["lower"], row["upper"]), year)
    marks.draw(axes, year, row["value"], row, hollow=row["origin"] == "context", size=page.mark)
    shift = (spot[0] * page.mark, spot[1] * page.mark)
    look: dict[str, Any] = {"color": style.colour(row["region"]), "ha": side}
    look["va"] = "top" if under else "baseline"
    if under:  # on the lines of the scale
        look["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    size = page.size.label if row["whole"] else page.size.note
    marks.write(axes, words, (year, row["value"]), shift, size, **look)


def _draw_expected(
    axes: Axes, page: Page, expected: pd.DataFrame, lowest: float, *, under: bool
) -> None:
    """
    Draw the counts expected at the national rate as dashes, with the last one below *lowest*.

    It is *under* the years where the panel has no room below *lowest*.
    """
    line = expected.sort_values("period_end")
    years = line["period_end"].dt.year.to_list()
    options: dict[str, Any] = {"color": style.GREY, "linestyle": (0, (4, 3)), "linewidth": 1.2}
    axes.plot(years, line["value"], zorder=1, gid="benchmark", **options)
    words = say("trend.at_rate", value=f"{line['value'].iloc[-1]:.0f}")[page.language]
    at, down = (years[-1] + 0.3, 0 if under else lowest), UNDER if under else 0.6
    shift = (0, -page.size.note * down)
    marks.write(axes, words, at, shift, page.size.note, ha="right", va="top")


def _draw_stated(page: Page, room: Room, stated: pd.DataFrame) -> None:
    """Draw a panel per region on one percent axis, directions as arrows."""
    groups = [group for _, group in stated.groupby("region", sort=False)]
    years = range(stated["period_end"].dt.year.min(), stated["period_end"].dt.year.max() + 1)
    scale = page.size.note * 2.6 / 72  # the width of "0%" and of half a label
    room = room._replace(left=room.left + scale, width=room.width - scale)
    panels = _panels(page, room, len(groups), STATED_NARROWEST, STATED_LOWEST)
    for group, panel in zip(groups, panels, strict=True):
        axes = _named(page, panel, group.iloc[0].to_dict(), page.size.note * 0.8 / 72)
        _draw_changes(axes, page, group, labelled=panel.left == room.left)
        axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
        axes.set_ylim(*_percent_ends(stated, page, axes))
        marks.years(axes, page, years)


def _percent_ends(stated: pd.DataFrame, page: Page, axes: Axes) -> tuple[float, float]:
    """Return the ends of the percent axis: no change, every percentage, and room for its label."""
    label = (page.mark * 1.2 + page.size.note * 1.4) / 72
    free = axes.get_position().height * page.size.height
    percent = stated.get("percent", pd.Series(dtype=float)).dropna()
    low, high = percent.clip(upper=0).min(), percent.clip(lower=0).max()
    low, high = (0.0 if pd.isna(end) else float(end) for end in (low, high))
    above = label if high else label / 2
    inch = max(high - low, 10.0) / (free - label - above)
    return low - label * inch, high + above * inch


def _draw_changes(axes: Axes, page: Page, group: pd.DataFrame, *, labelled: bool) -> None:
    """Draw the changes of one region from the line of no change; *labelled* names the scale."""
    axes.axhline(0, color=style.GREY, linewidth=1.0, zorder=1)
    both = group.groupby(group["period_end"].dt.year)["mark"].transform("size").gt(1)
    for row, shared in zip(as_records(group), both, strict=True):
        marks.stated(axes, row, shared=shared, size=page.mark, note=page.size.note)
    axes.set_yticks([0], ["0%"])  # every percentage is written at its mark
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note, labelleft=labelled)


def _native(record: Record, language: str) -> native.Plot | None:
    """Return the years of one region as a line, or None for several, whose scales differ."""
    rows = [row for row in native.shown(record) if _whole(row)]
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


def _whole(row: native.Row) -> bool:
    return str(row["period_start"])[5:] == "01-01" and str(row["period_end"])[5:] == "12-31"


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
        points[last] = replace(end, label=f"{name} {end.label}")
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
