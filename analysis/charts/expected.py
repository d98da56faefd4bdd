"""Observed over expected counts: a row a region, reference and year, a panel an indicator."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.errors import CrowdedError
from analysis.language import labels, numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics import intervals
from analysis.statistics.spread import NATION, Placement

from . import marks, native, style
from .blank import blank
from .comparison import left_out
from .figure import NOTHING, Caption, Figure, Kind, Record
from .page import Page, Room, measured

ROW = ["region", "of", "since", "until"]  # what one line of the figure is about
TICKS = (0.25, 0.5, 1, 2, 4)
ENDS = (0.3, 3.2)  # of the axis at least
GAP = 0.6  # rows between two groups


def expected(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    placement: Placement | None = None,
    about: Text = NOTHING,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw each count over the count expected at the rate of the nation and of the province.

    Parameters
    ----------
    rows
        Ratios with both intervals (``benchmarks.ratios``), of one indicator or several, and the
        usual ones (``benchmarks.usual``), which are shaded.
    title
        The finding, from ``position``.
    refused
        Regions without a count or an expectation, and why.
    placement
        Where the region of the title lies; its peers' usual range is named.
    about
        The subtitle.
    """
    if rows.empty:
        return blank(
            "expected", rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(rows, title, refused, about), language, form=form, ax=ax)
    if _crowded(page, rows):
        rows, notes = _shortened(rows), (say("expected.shortened"),)
        caption = _caption(rows, title, refused, about, notes)
        page = Page(caption, language, form=form, ax=ax)
    if _crowded(page, rows):
        count, codes = rows["region"].nunique(), rows["indicator"].nunique()
        raise CrowdedError(say("crowded.outcomes", regions=count, indicators=codes))
    lines = _lines(rows)
    for number, (code, part) in enumerate(rows.groupby("indicator", sort=False)):
        axes = page.axes(_panel(page, number, rows))
        usual = placement if placement and placement.row["indicator"] == code else None
        _frame(axes, page, lines, part, usual)
        for row in as_records(part):
            _draw(axes, page, row, lines[_key(row)])
        if number == 0:
            _name_rows(axes, page, lines, rows)
    return page.figure(KIND.name, Scale.RATIO, rows, refused)


def _crowded(page: Page, rows: pd.DataFrame) -> bool:
    """Return whether the lines of *rows* are lower than their text."""
    return _step(page, rows) * 72 < page.size.note * 1.15


def _step(page: Page, rows: pd.DataFrame) -> float:
    """Return the height of one line, in inches."""
    return _heights(page)[1] / _total(_lines(rows))


def _total(lines: dict[tuple[Any, ...], float]) -> float:
    """Return the height of all *lines* with the space around them, in lines."""
    return max(lines.values()) + 1.4


def _heights(page: Page) -> tuple[float, float]:
    """Return the room below the panels, and their height."""
    foot, head = page.size.note * 3.6 / 72, page.size.label * 2.4 / 72
    return foot, page.room.height - foot - head


def _shortened(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row a region and indicator against the nation: all years, else the last."""
    nation = rows[rows["of"].eq(NATION) & rows["segment"].eq(0)]
    last = nation.sort_values(["pooled", "until"], kind="stable")
    return last.drop_duplicates(["region", "indicator"], keep="last").sort_index()


def _key(row: dict[Any, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in ROW)


def _lines(rows: pd.DataFrame) -> dict[tuple[Any, ...], float]:
    """Return the height of each line from the top, with a gap before each group."""
    order = ["level_order", "adcode", "nearest", "pooled", "since"]
    every = rows.assign(nearest=rows["of"].ne(NATION)).sort_values(order, kind="stable")
    keys = list(dict.fromkeys(map(_key, as_records(every))))
    several = _several(keys)
    heights, height, group = {}, 0.0, keys[0][:2]
    for key in keys:
        height += GAP if key[:2] != group and several else 0.0
        heights[key], group = height, key[:2]
        height += 1
    return heights


def _several(keys: Collection[tuple[Any, ...]]) -> bool:
    """Return whether any group has several lines."""
    return len(keys) > len({key[:2] for key in keys})


def _panel(page: Page, number: int, rows: pd.DataFrame) -> Room:
    """Return the room of one panel, right of the names of the rows and left of its labels."""
    room, size = page.room, page.size
    records = as_records(rows)
    years = [_years(row)[page.language] for row in records]
    names = [_against(row)[page.language] for row in records]
    left = sum(max(measured(word, size.note) for word in words) for words in (years, names))
    left = max(left, size.width * 0.12) + 0.04 * size.width
    label = max(measured(values.over_expected(row)[page.language], size.note) for row in records)
    gap = 0.02 * size.width
    foot, height = _heights(page)
    width = (room.width - left) / rows["indicator"].nunique()
    edge = room.left + left + number * width
    return Room(edge, room.bottom + foot, width - label - gap, height)


def _years(row: dict[Any, Any]) -> Text:
    """Return the years of a row, and that a figure is from before a break of its series."""
    return (
        say("expected.before_break", span=values.time_of(row))
        if row["segment"]
        else (values.time_of(row))
    )


def _against(row: dict[Any, Any]) -> Text:
    return say("expected.at_rate", of=Text(row["of_zh"], row["of_en"]))


def _frame(
    axes: Axes,
    page: Page,
    lines: dict[tuple[Any, ...], float],
    part: pd.DataFrame,
    usual: Placement | None,
) -> None:
    """Draw the scale, the line at 1 and the usual range of peers."""
    size, language = page.size, page.language
    wide = part[["lower", "upper", "wide_lower", "wide_upper"]].to_numpy(dtype="float64")
    low, high = np.nanmin(np.where(wide > 0, wide, np.nan)), np.nanmax(wide)
    axes.set_xscale("log")
    axes.set_xlim(min(ENDS[0], low * 0.9), max(ENDS[1], high * 1.1))
    axes.set_ylim(max(lines.values()) + 0.7, -0.7)
    axes.xaxis.set_major_locator(FixedLocator([t for t in TICKS if axes.get_xlim()[0] < t]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.tick_params(labelsize=size.note)
    axes.set_yticks([])
    axes.spines["bottom"].set_color(style.GREY)
    axes.set_xlabel(
        say("expected.axis")[language], fontsize=size.note, color=style.GREY, loc="left"
    )
    if usual and np.isfinite(usual.low):
        _shade(axes, lines, part)
        words = say("expected.usual", **_usual(usual))
        _over(axes, page, np.sqrt(usual.low * usual.high), words[language], 0.25, style.GREY)
    axes.plot([1, 1], axes.get_ylim(), color=style.INK, linewidth=1.1, gid="benchmark", zorder=1)
    first = part.iloc[0]
    name = Text(str(first["indicator_zh"]), str(first["indicator_en"]))
    _over(axes, page, 1, name[language], 1.45, style.INK)


def _shade(axes: Axes, lines: dict[tuple[Any, ...], float], part: pd.DataFrame) -> None:
    """Shade what is usual at the expected count of each row, where it is known."""
    for row in as_records(part[part["usual_lower"].notna()]):
        at, limits = lines[_key(row)], (row["usual_lower"], row["usual_upper"])
        ends = [at - 0.5, at + 0.5]
        axes.fill_betweenx(ends, *limits, color=style.SHADE, linewidth=0, zorder=0)


def _over(axes: Axes, page: Page, x: float, words: str, lift: float, colour: str) -> None:
    """Write *words* over the panel, *lift* lines of notes above it."""
    look = {"color": colour, "ha": "center", "va": "baseline"}
    coordinates, shift = ("data", "axes fraction"), (0, lift * page.size.note)
    marks.write(axes, words, (x, 1), shift, page.size.note, xycoords=coordinates, **look)


def _draw(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    """Draw one ratio: a thick exact interval, a thin wider one, the mark and its counts."""
    colour = style.colour(str(row["region"]))
    if np.isfinite(row["wide_lower"]):
        ends = [row["wide_lower"], row["wide_upper"]]
        axes.plot(ends, [at, at], color=colour, linewidth=0.9, zorder=2, clip_on=False)
    marks.whisker(axes, row, (row["lower"], row["upper"]), at, upright=False)
    hollow = row["origin"] == "context" or bool(row["chained"])
    size = page.mark * (1.3 if row["pooled"] else 0.95)
    marks.draw(axes, row["ratio"], at, row, hollow=hollow, size=size)
    words = values.over_expected(row)[page.language]
    look = {
        "xycoords": ("axes fraction", "data"),
        "color": style.INK if row["pooled"] else style.GREY,
    }
    marks.write(axes, words, (1, at), (0.5 * page.size.note, 0), page.size.note, **look)


def _name_rows(
    axes: Axes, page: Page, lines: dict[tuple[Any, ...], float], rows: pd.DataFrame
) -> None:
    """Write the region with its reference before each group, and the years before each row."""
    size, box = page.size, axes.get_position()
    left, top = page.room.left, box.y1 * size.height
    step = box.height * size.height / _total(lines)
    right = box.x0 * size.width - 0.01 * size.width
    named: dict[Any, dict[Any, Any]] = {_key(row): row for row in as_records(rows)}
    group: tuple[Any, ...] = ()
    several = _several(lines)
    for key, at in lines.items():
        row, height = named[key], top - (at + 0.7) * step
        years = _years(row)[page.language]
        ink = style.INK if row["pooled"] else style.GREY
        page.text(right, height, years, size.note, color=ink, ha="right", va="center")
        if key[:2] != group:
            region = Text(row["region_zh"], row["region_en"])[page.language]
            colour = style.colour(str(row["region"]))
            page.text(left, height, region, size.label, color=colour, va="center")
            if several:
                of = _against(row)[page.language]
                page.text(left, height - step, of, size.note, color=style.GREY, va="center")
        group = key[:2]


def _caption(
    rows: pd.DataFrame,
    title: Text,
    refused: pd.DataFrame,
    about: Text,
    first: tuple[Text, ...] = (),
) -> Caption:
    clustered = rows["indicator"].isin(intervals.CLUSTERED).any()
    notes = [*first, say("note.ratio_intervals" if clustered else "note.ratio_interval")]
    if rows["origin"].eq("context").any():
        notes.append(say("note.context"))
    if rows["segment"].gt(0).any():
        notes.append(say("note.before_break"))
    if rows["chained"].any():
        notes.append(say("note.chained_rate"))
    return Caption(
        title=title,
        subtitle=about,
        axis=say("expected.axis"),
        source=publishers.source_note(rows) + say("source.nation"),
        alt=say("expected.alt", regions=_named(rows), rows=len(rows)),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _usual(placement: Placement) -> dict[str, Any]:
    """Return the words of the usual range at the expected count of *placement*."""
    return {
        "region": Text(placement.row["region_zh"], placement.row["region_en"]),
        "span": values.time_of(placement.row),
        "low": numbers.ratio(placement.low),
        "high": numbers.ratio(placement.high),
    }


def _named(rows: pd.DataFrame) -> Text:
    once = as_records(rows.drop_duplicates("region"))
    return Text.joined((Text(r["region_zh"], r["region_en"]) for r in once), zh="、", en=", ")


def _native(record: Record, language: str) -> native.Plot | None:
    """Return a plot of the first indicator: its ratios with their intervals, around 1."""
    rows = record["rows"]
    first = [row for row in rows if row["indicator"] == rows[0]["indicator"]]
    return native.dots({**record, "rows": first, "beside": ()}, language, _RATIOS)


def _places(rows: Sequence[native.Row], language: str) -> list[str]:
    """Return region and years over the reference of each row."""
    return [
        f"{native.region_name(row, language)} {labels.period(row)[language]}\n"
        + say("expected.at_rate", of=Text(row.get("of_zh", ""), row.get("of_en", "")))[language]
        for row in rows
    ]


_RATIOS = native.Dots(("ratio", "lower", "upper"), numbers.times, _places, "General", log=True)
KIND = Kind(
    "expected",
    order=7,
    columns=("value", "unit", "expected", "times", "ratio_lower", "ratio_upper", "shorthand"),
    native=_native,
    gaps=True,
)
