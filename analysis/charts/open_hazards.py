"""What was found, what was rectified and the difference, as dumbbells."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records

from . import native, style, table
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, begun
from .table import Cell

Row = dict[Any, Any]
SHARES = (0.31, 0.31, 0.1, 0.14, 0.14)  # of the width: names, dumbbells, three numbers


def open_hazards(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw for each campaign how many of the cases found were rectified.

    Parameters
    ----------
    rows
        From ``wholes.most_open``: regions in house order, in each the largest difference first.
    title
        The finding, from ``findings``.
    refused
        Regions that do not print both counts, and why (``parts.unclosed``).
    """
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, refused)
    heads = ("", "", "open.found", "open.rectified", "open.open")
    columns = table.headed(page.language, heads, SHARES, "right")
    records = as_records(rows)
    several = len(set(rows["region"])) > 1
    lines = [_cells(row, page.language, several=several) for row in records]
    grid = table.write(page, page.room, columns, lines)
    axes = grid.axes(page, 1)
    axes.set_xlim(0, rows["total"].max() * 1.02)
    axes.axvline(0, color=style.AXIS, linewidth=1.0)
    for row, at in zip(records, grid.middles, strict=True):
        _draw(axes, page, row, at)
    return page.figure(KIND.name, Scale.VALUE, rows, refused)


def _cells(row: Row, language: str, *, several: bool) -> list[Cell]:
    colour = style.colour(row["region"])
    part = values.part_or_all(row)[language]
    region = f"{row[f'region_{language}']} · " if several else ""
    name = say(f"loop.{row['loop']}")[language]
    counted, rectified, left = (count[language] for count in values.loop_counts(row))
    rate, late = row["rate_printed"], row["on_time"]
    kind = "on_time" if late else row["basis"]
    rated = say(f"open.rate.{kind}", rate=rate)[language] if rate else ""
    left_as = say(("open.late" if late else "open.computed") if row["open"] else "open.all")
    major = row["major"]
    among: str = say("open.major", count=f"{major:.0f}")[language] if pd.notna(major) else ""
    return [
        Cell(region + begun(name), part),
        Cell(""),
        Cell(counted, among),
        Cell(rectified, rated),
        Cell(left, left_as[language], colour=colour if row["open"] else style.GREY),
    ]


def _draw(axes: Axes, page: Page, row: Row, at: float) -> None:
    """Draw a pale dot at the cases rectified, a dark one at those found, dashes between."""
    colour = style.colour(row["region"])
    ends = [row["cases"], row["total"]]
    axes.plot(ends, [at, at], color=colour, linewidth=1.6, linestyle=(0, (2, 1)), zorder=2)
    axes.plot([0, ends[0]], [at, at], color=style.BAND, linewidth=1.0, zorder=1)
    pale = style.pale(colour)
    for x, fill, name in ((ends[0], pale, "mark"), (ends[1], colour, "found")):
        size, gid = page.mark, f"{name}-{row['id']}"
        axes.plot([x], [at], "o", color=fill, markersize=size, clip_on=False, zorder=4, gid=gid)


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    notes = [say("note.open_hazards")] if len(rows) else []
    if len(rows) and rows["basis"].eq("rebuilt").any():
        notes.append(say("note.rebuilt"))
    about = say("open.about")
    return Caption(
        title=title,
        subtitle=Text.joined([about, values.periods(rows)], zh="｜", en=" | "),
        axis=about,
        source=publishers.source_note(rows if len(rows) else refused.assign(origin="report")),
        alt=say("open.alt", title=title, count=len(rows)),
        left_out=left_out(refused),
        notes=tuple(notes),
        spoken=say("kind.open_hazards.about"),
    )


def _places(rows: Sequence[native.Row], language: str) -> list[str]:
    names = ((values.part_or_all(row), say(f"loop.{row['loop']}")) for row in rows)
    return [f"{part[language]}\n{loop[language]}" for part, loop in names]


def _plot(record: native.Record, language: str) -> native.Plot | None:
    """Return the cases found and rectified as dots, with a line between them."""
    rows = native.shown(record)
    if not rows or len(rows) > native.MOST_DOTS:
        return None
    found = tuple(
        native.Point(
            row["total"], row["total"] - row["open"], row["total"], _label(row)[language],
            row["id"], region=row["region"],
        )
        for row in rows
    )  # fmt: skip
    rectified = tuple(
        native.Point(
            point.lower or 0.0, None, None, "", point.row, hollow=True, region=point.region
        )
        for point in found
    )
    most = max(point.value for point in found)
    return native.Plot(
        "dots",
        tuple(_places(rows, language)),
        (
            native.Series(say("open.found")[language], found),
            native.Series(say("open.rectified")[language], rectified),
        ),
        native.number_format(max(most, 10.0), language),
        native.axis(record, language),
    )


def _label(row: native.Row) -> Text:
    """Return the count found, and by how many those rectified are fewer."""
    total, _, left = values.loop_counts(row)
    if not row["open"]:
        return say("open.label_all", total=total)
    return say("open.label_late" if row.get("on_time") else "open.label", total=total, open=left)


KIND = Kind(
    "open_hazards",
    order=70,
    columns=("value", "cases", "total", "share", "shorthand", "reason"),
    native=_plot,
    gaps=True,
)
