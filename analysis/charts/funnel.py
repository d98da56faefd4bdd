"""Counts against those expected from an outside rate, with the limits of chance."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Scale
from analysis.statistics import intervals, summaries

from . import marks, native, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind, Record
from .page import Page, Room, measured

FAINT = "#F1F3F5"  # between the inner and the outer limits
THIN = "#9CA3AF"  # the outline of a band
DASHED = (0, (5, 3))
SMALL = 3.0  # points across one mark of a crowd
TICKS = 6  # about as many on an axis of square roots


def funnel(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    limits: pd.DataFrame,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a dot per region and year: its count against the count expected from an outside rate.

    Parameters
    ----------
    rows
        Counts with ``expected`` (``standardised.funnel``); the reference is never their own mean.
    title
        The finding, from ``findings``.
    limits
        The limits over a range of expected counts (``standardised.curves``).
    refused
        Regions without a count or an expectation, and why.
    """
    if rows.empty:
        return blank(
            "funnel", rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    room = page.room
    right = 2.5 * page.size.width / style.SLIDE.width
    foot = page.size.note * 3.6 / 72
    inner = Room(
        room.left + 0.45, room.bottom + foot, room.width - right - 0.45, room.height - foot - 0.1
    )
    axes = page.axes(inner)
    _finish(axes, page, rows, limits)
    _draw_limits(axes, page, limits)
    if len(rows) > values.CROWD:
        _draw_crowd(axes, rows)
    else:
        for order, row in enumerate(rows.to_dict("records")):
            hollow = row["origin"] == "context"
            marks.draw(axes, row["expected"], row["value"], row, hollow=hollow, size=page.mark)
            _label(axes, page, row, order)
    return page.figure(KIND.name, Scale.VALUE, rows, refused)


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    first = rows.iloc[0].to_dict()
    span = values.years(rows["period_end"])
    name = Text(first["indicator_zh"], first["indicator_en"])
    placed = summaries.placed(rows)
    loose = say("note.dispersion", count=placed.total, outside=placed.loose)
    notes = [say("note.funnel"), loose, say("note.coverage")]
    if placed.total > values.CROWD:
        chance = say("note.by_chance", count=placed.total, outside=placed.by_chance)
        notes[1:1] = [chance, say("note.roots")]
    if rows["origin"].eq("context").any():
        notes.append(say("note.context"))
    if rows["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    return Caption(
        title=title,
        subtitle=Text.joined([name, values.unit(first), span], zh="｜", en=" | "),
        axis=Text.listed([name, values.unit(first)]),
        source=values.source_note(rows) + say("note.reference_source"),
        alt=_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    few = rows if len(rows) <= values.CROWD else rows.iloc[:0]
    summaries = [values.against_expected(row) for row in few.to_dict("records")]
    shown = Text.joined(summaries, zh="、", en=", ")
    names = [entry.name for entry in left_out(refused)]
    missing = Text.joined(names, zh="、", en=", ")
    return say(
        "funnel.cannot_placed_figure_says",
        title=title,
        shown=shown,
        missing=missing or say("alt.none"),
    )


def _draw_crowd(axes: Axes, rows: pd.DataFrame) -> None:
    """
    Draw small unnamed dots, dark if far outside: names would make it a league table.

    Artists are added directly, because ``plot`` updates the limits of the axes for each.
    """
    far = rows["place"].eq("far_outside")
    for x, y, name, dark in zip(rows["expected"], rows["value"], rows["id"], far, strict=True):
        dot = Line2D([x], [y], linestyle="none", marker="o", markersize=SMALL, gid=f"mark-{name}")
        dot.set(color=style.INK if dark else style.GREY, markeredgewidth=0, clip_on=False)
        axes.add_artist(dot).set_zorder(4 if dark else 3)


def _draw_limits(axes: Axes, page: Page, limits: pd.DataFrame) -> None:
    x = limits["expected"]
    for name, colour in (("outer_", FAINT), ("", style.BAND)):
        low, high = limits[f"{name}lower"], limits[f"{name}upper"]
        axes.fill_between(x, low, high, color=colour, linewidth=0, zorder=0)
        for side, curve in (("lower", low), ("upper", high)):
            axes.plot(x, curve, color=THIN, linewidth=0.7, gid=f"{name}{side}")
    for side in ("lower", "upper"):
        axes.plot(
            x,
            limits[f"loose_{side}"],
            color=style.GREY,
            linewidth=1.1,
            linestyle=DASHED,
            gid=f"loose_{side}",
        )
    axes.plot(x, x, color=style.INK, linewidth=1.1, gid="benchmark")
    last = limits.iloc[-1]
    ends = {name: (last[f"{name}lower"], last[f"{name}upper"]) for name in ("", "outer_", "loose_")}
    words = {name: values.limit(name)[page.language] for name in ends}
    labels = [(high, words[name]) for name, (_, high) in ends.items()]
    labels += [(low, words[name]) for name, (low, _) in ends.items()]
    labels.append((last["expected"], say("note.as_expected")[page.language]))
    _label_curves(axes, page, float(last["expected"]), labels)


def _label_curves(axes: Axes, page: Page, x: float, labels: list[tuple[float, str]]) -> None:
    """Write the name of each curve at its right end, moved apart to avoid overlaps."""
    point = page.plot.dpi / 72
    ends = [(axes.transData.transform((x, y))[1] / point, y, words) for y, words in labels]
    height = float("-inf")
    for high, y, words in sorted(ends):
        height = max(high, height + page.size.note * 1.25)
        axes.annotate(
            words,
            (x, y),
            xytext=(8, height - high),
            textcoords="offset points",
            va="center",
            fontsize=page.size.note,
            color=style.INK if words == say("note.as_expected")[page.language] else style.GREY,
            annotation_clip=False,
        )


def _finish(axes: Axes, page: Page, rows: pd.DataFrame, limits: pd.DataFrame) -> None:
    first = rows.iloc[0]
    axes.set_xlim(limits["expected"].min(), limits["expected"].max())
    axes.set_ylim(0, limits["outer_upper"].max() * 1.04)
    if len(rows) > values.CROWD:
        _take_roots(axes)
    axes.grid(axis="y")
    axes.spines["bottom"].set_color(style.GREY)
    axes.tick_params(labelsize=page.size.note)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda n, _: numbers.number(n, page.language))
    words = say("note.expected_axis", of=Text(first["of_zh"], first["of_en"]))
    axes.set_xlabel(words[page.language], fontsize=page.size.note, loc="left")
    axes.set_title(
        say("note.observed_axis")[page.language],
        fontsize=page.size.note,
        color=style.GREY,
        loc="left",
    )


def _take_roots(axes: Axes) -> None:
    """Use square-root scales: most counts are small, and the limits then have constant width."""
    axes.set_xscale("function", functions=(_root, np.square))
    axes.set_yscale("function", functions=(_root, np.square))
    for axis, (_, most) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        even = (np.sqrt(most) * np.arange(TICKS + 1) / TICKS) ** 2
        step = 10.0 ** np.floor(np.log10(np.maximum(even, 1)))
        axis.set_ticks(np.unique(np.floor(even / step) * step))


def _root(values: Any) -> Any:
    """Return the square root; matplotlib passes values outside the axis too."""
    return np.sqrt(np.maximum(values, 0))


def _label(axes: Axes, page: Page, row: dict[Any, Any], order: int) -> None:
    """Write text in the empty upper left corner, connected to its dot by a thin line."""
    words, size = values.against_expected(row)[page.language], page.size.label
    box = axes.get_position()
    left = box.x0 * page.size.width + 0.12
    y = box.y1 * page.size.height - size * (0.8 + 1.45 * order) / 72
    page.text(left, y, words, size, color=style.colour(row["region"]), va="center")
    axes.annotate(
        "",
        (row["expected"], row["value"]),
        xytext=((left + measured(words, size) + 0.05) * 72, y * 72),
        textcoords="figure points",
        arrowprops={"arrowstyle": "-", "color": style.GREY, "linewidth": 0.7, "shrinkB": 6},
    )


def _native(record: Record, language: str) -> native.Plot | None:
    """Return a plot of counts against expected counts, between the limits as drawn."""
    rows = [row for row in record["rows"] if {"expected", "value"} <= row.keys()]
    limits = [line for line in record.get("lines", ()) if None not in (*line["x"], *line["y"])]
    if not rows or not limits:
        return None
    few = len(rows) <= native.MOST_DOTS
    dots = native.Series(
        native.axis(record, language),
        tuple(_placed(row, language, named=few) for row in rows),
        xs=tuple(row["expected"] for row in rows),
    )
    # The longest first: LibreOffice loses a series that has fewer points than a later one.
    lines = [_limit(line, language) for line in sorted(limits, key=lambda one: -len(one["x"]))]
    top = max(point.value for one in (*lines, dots) for point in one.points if point)
    shape, ends = native.number_format(top, language), [x for one in lines for x in one.xs]
    about = say("note.observed_axis")[language]
    of = Text(rows[0].get("of_zh", ""), rows[0].get("of_en", ""))
    across = say("note.expected_axis", of=of)[language]
    every = (*lines, dots)
    return native.Plot(
        "scatter", (), every, shape, about, x_axis=across, ends=(min(ends), max(ends))
    )


def _placed(row: native.Row, language: str, *, named: bool) -> native.Point:
    """Return the point of a row, with a label if few are drawn."""
    words = (
        f"{native.region_name(row, language)} {str(row.get('period_end', ''))[:4]}".strip()
        if named
        else ""
    )
    mark, hollow = Mark(row.get("mark", Mark.EXACT)), row.get("origin") == "context"
    return native.Point(
        row["value"], None, None, words, row["id"], mark, hollow, row.get("region", "")
    )


def _limit(line: native.Row, language: str) -> native.Series:
    """Return one limit curve; the upper ones have a label at their end."""
    stem, _, side = line["name"].rpartition("_") if "_" in line["name"] else ("", "", line["name"])
    known = say("note.as_expected") if line["name"] == "benchmark" else values.limit(stem)
    name = known[language]
    silent = side == "lower" or stem == "loose"  # the upper curves have the labels
    ends = [""] * (len(line["x"]) - 1) + ["" if silent else name]
    points = [native.Point(y, None, None, end, "") for y, end in zip(line["y"], ends, strict=True)]
    look = "plain" if line["name"] == "benchmark" else "thin" if stem != "loose" else "dashed"
    return native.Series(name, tuple(points), line=look, xs=tuple(line["x"]))


KIND = Kind(
    "funnel",
    order=60,
    columns=("value", "unit", "expected", "limit_low", "limit_high", "shorthand", "reason"),
    native=_native,
    gaps=True,
)
