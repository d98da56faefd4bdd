"""Regions side by side: a dot with its interval each, on one scale, in house order."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Quantity, Scale
from analysis.rows import as_records
from analysis.statistics import gaps, intervals, precision

from . import marks, native, style
from .figure import NOTHING, Caption, Figure, Kind, LeftOut, Record, described, missing
from .page import Page, Room

ROW_HEIGHT = 1.25  # inches at most between two regions


def comparison(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    cautions: Sequence[Text] = (),
    benchmarks: pd.DataFrame | None = None,
    scale: str = "value",
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a dot with its interval per region, and list the refused regions with reasons below.

    Parameters
    ----------
    rows
        The rows kept by ``compare.comparable``, in house order.
    title
        The finding, from ``findings``.
    refused
        The rows refused, with ``reason_zh`` and ``reason_en``.
    cautions
        What strains the comparison; printed under the plot.
    benchmarks
        Rows of wider regions with ``rate``; drawn as grey lines, never as dots.
    scale
        ``rate`` (per 100 000 people) or ``value``.
    """
    caption = _caption(rows, title, refused, cautions, scale, benchmarks)
    page = Page(caption, language, form=form, ax=ax)
    if rows.empty:
        page.empty(say("comparison.words"))
    else:
        _draw_dots(page, rows, scale, benchmarks)
    return page.figure(
        "comparison", Scale(scale) if len(rows) else Scale.NONE, rows, refused, benchmarks
    )


def _columns(scale: str) -> tuple[str, str, str]:
    if scale == "rate":
        return "rate", "rate_lower", "rate_upper"
    return "value", "lower", "upper"


def left_out(refused: pd.DataFrame) -> tuple[LeftOut, ...]:
    """Return the entries of the left-out strip; a large number is summarised by reason."""
    if len(refused) > values.CROWD:
        return tuple(_gathered(rule, rows) for rule, rows in refused.groupby("rule", sort=False))
    return tuple(
        LeftOut(
            row["region"],
            Text(row["region_zh"], row["region_en"]),
            Text(row["reason_zh"], row["reason_en"]),
        )
        for row in as_records(refused)
    )


def _gathered(rule: Any, rows: pd.DataFrame) -> LeftOut:
    first = rows.iloc[0]
    reason = Text(first["reason_zh"], first["reason_en"])
    if rule in set(Gap):
        reason = label(Gap(rule))
    return LeftOut("", say("comparison.regions", count=len(rows)), reason)


def _caption(
    rows: pd.DataFrame,
    title: Text,
    refused: pd.DataFrame,
    cautions: Sequence[Text],
    scale: str,
    benchmarks: pd.DataFrame | None,
) -> Caption:
    drawn = rows if benchmarks is None else pd.concat([rows, benchmarks], ignore_index=True)
    notes = [*cautions, *values.methods(rows), *_kind_notes(rows)]
    axis = _axis(rows, scale)
    return Caption(
        title=title,
        subtitle=Text.listed([axis, _periods(rows)]) if axis else say("note.given_below"),
        axis=axis,
        source=publishers.source_note(drawn if len(drawn) else refused.assign(origin="report")),
        alt=_alt(rows, refused, title),
        left_out=left_out(refused),
        notes=tuple(notes),
        spoken=Text.joined(cautions[:1]),
    )


def _axis(rows: pd.DataFrame, scale: str) -> Text:
    """Return what the axis measures and in which unit; empty without rows."""
    if rows.empty:
        return NOTHING
    first = rows.iloc[0].to_dict()
    about, unit = values.about(first), values.unit(first)
    if scale == Scale.RATE:
        unit = Text(f"{unit.zh}／10万人", f"{unit.en} per 100,000 people".strip())
    return Text.listed([about, unit])


def _periods(rows: pd.DataFrame) -> Text:
    spans = rows[["period_start", "period_end"]].drop_duplicates()
    texts = (values.period(start, end) for start, end in spans.itertuples(index=False))
    return Text.joined(dict.fromkeys(texts), zh="、", en=", ")


def _kind_notes(rows: pd.DataFrame) -> list[Text]:
    bounds = [
        mark for mark in (Mark.AT_LEAST, Mark.AT_MOST, Mark.ABOUT) if (rows["mark"] == mark).any()
    ]
    notes = [say(f"mark_note.{mark}") for mark in bounds]
    if rows["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    return [*notes, say("note.on_a_list")] if gaps.on_a_list(rows) else notes


def _alt(rows: pd.DataFrame, refused: pd.DataFrame, title: Text) -> Text:
    shown = [
        Text(f"{r['region_zh']}{values.value(r).zh}", f"{r['region_en']} {values.value(r).en}")
        for r in as_records(rows)
    ]
    message = "comparison.shown_comparable_here"
    return described(message, shown or [say("alt.none")], title=title, missing=missing(refused))


def _draw_dots(page: Page, rows: pd.DataFrame, scale: str, benchmarks: pd.DataFrame | None) -> None:
    room = page.room
    names = [row[f"region_{page.language}"] for row in as_records(rows)]
    gutter = 2.7 * page.size.width / 13.333
    foot = page.size.note * 1.8 / 72
    high = min(room.height - foot, ROW_HEIGHT * (len(rows) + 0.9) * page.size.height / 7.5)
    # A row is as high as its name, the figure below it, and the label of its dot.
    if high / (len(rows) + 0.6) < (page.size.label * 1.3 + page.size.note * 1.6 + 4) / 72:
        raise CrowdedError(say("crowded.regions", count=len(rows)))
    low = room.bottom + foot + (room.height - foot - high) * 0.6
    axes = page.axes(Room(room.left + gutter, low, room.width - gutter - 0.2, high))
    value, lower, upper = _columns(scale)
    records = as_records(rows)
    lines = [] if benchmarks is None else as_records(benchmarks)
    top = max([*rows[upper].fillna(0), *rows[value], *(line[value] for line in lines)])
    for index, (row, name) in enumerate(zip(records, names, strict=True)):
        at = len(records) - 1 - index
        if pd.notna(row[lower]):
            marks.whisker(axes, row, (row[lower], row[upper]), at, upright=False)
        marks.draw(axes, row[value], at, row, size=page.mark)
        _label_dot(axes, page, row, (row[value], row[lower], row[upper]), at)
        _label_region(axes, page, row, name, at)
    _finish(axes, page, top, len(records))
    if scale != "rate" and rows["quantity"].isin([Quantity.COUNT, Quantity.PEOPLE]).all():
        axes.locator_params(axis="x", integer=True)
    for line in lines:
        _benchmark(axes, page, line, value)


def _label_dot(
    axes: Axes, page: Page, row: dict[Any, Any], figures: tuple[float, float, float], at: float
) -> None:
    value, lower, upper = figures
    shown = row if value == row["value"] else precision.as_value(row)
    words = values.estimate(shown, lower, upper)[page.language]
    look = {"ha": "center" if value else "left", "va": "baseline"}
    look["color"] = row.get("colour") or style.colour(row["region"])
    marks.write(axes, words, (value, at), (0, 11), page.size.label, **look)


def _label_region(axes: Axes, page: Page, row: dict[Any, Any], name: str, at: float) -> None:
    """Write the name of the region, with the printed figure and its period in grey below."""
    note, colour = page.size.note, style.colour(row["region"])
    look = {"xycoords": axes.get_yaxis_transform(), "ha": "right", "va": "baseline"}
    marks.write(axes, name, (0, at), (-12, 2), page.size.label, color=colour, **look)
    when = values.time_of(row)[page.language]
    count = values.value(row)[page.language]
    below = f"{count}，{when}" if page.language == "zh" else f"{count}, {when}"
    marks.write(axes, below, (0, at), (-12, -note - 4), note, **look)


def _finish(axes: Axes, page: Page, top: float, count: int) -> None:
    axes.set_xlim(0, top * 1.12 or 1)
    axes.set_ylim(-0.75, count - 0.15)
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)
    axes.xaxis.set_major_formatter(lambda x, _: numbers.number(x, page.language))
    axes.locator_params(axis="x", nbins=6)
    axes.axvline(0, color=style.GREY, linewidth=1.0)


def _benchmark(axes: Axes, page: Page, line: dict[Any, Any], value: str) -> None:
    axes.axvline(
        line[value],
        color=style.GREY,
        linewidth=1.2,
        linestyle=(0, (4, 3)),
        zorder=2,
        gid=f"benchmark-{line['id']}",
    )
    when = values.period(line["period_start"], line["period_end"])[page.language]
    words = (
        f"{line[f'region_{page.language}']} {when}: {numbers.number(line[value], page.language)}"
    )
    marks.write(axes, words, (line[value], -0.75), (4, 2), page.size.note, va="bottom")


_COLUMNS = {
    Scale.RATE: ("rate", "rate_lower", "rate_upper"),
    Scale.VALUE: ("value", "lower", "upper"),
}


def _native(record: Record, language: str) -> native.Plot | None:
    """Return a plot with one dot per region; without dots if the figure has no scale."""
    columns = _COLUMNS.get(Scale(record["scale"]))
    return native.dots(record, language, native.Dots(columns)) if columns else None


KIND = Kind(
    "comparison",
    order=20,
    columns=(
        "value",
        "unit",
        "change",
        "direction",
        "lower",
        "upper",
        "rate",
        "rate_lower",
        "rate_upper",
        "status",
        "method",
        "shorthand",
        "reason",
    ),
    native=_native,
    compares=True,
    gaps=True,
)
