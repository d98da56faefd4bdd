"""
Matrix of systems, mechanisms and programmes by region.

Shape and fill of a mark show the progress of an instrument; lines are never sorted by a number.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Scale, Standing

from . import grid, style
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, wrapped

THEME, SHARED = 1.75, 0.85  # inches on a slide, of the words to the left and right
NAME = {"zh": 3.1, "en": 4.35}  # inches of the names
TALLEST = 0.36  # inches of a line of the matrix


def instruments(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    themes: pd.DataFrame,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a matrix of instruments by region, with a mark for the status of each.

    Parameters
    ----------
    rows
        From ``policies.standings``; the instruments of *rows*, all regions of each, are drawn in
        the order in which they first appear.
    themes
        ``theme``, ``name_zh``, ``name_en``.
    absent
        The regions without any row, each with the reason.
    """
    caption = Caption(
        title=title,
        subtitle=say("instruments.caption"),
        source=values.source_note(rows),
        alt=_matrix_alt(rows, title),
        left_out=left_out(absent),
        notes=(say("note.silence"), *_differences(rows)),
    )
    page = Page(caption, language, form=form, ax=ax)
    _draw_matrix(page, rows, themes.set_index("theme")[f"name_{language}"].to_dict())
    return _figure(page, rows)


def _figure(page: Page, rows: pd.DataFrame) -> Figure:
    """Return the figure, with instruments that a report does not mention as refusals."""
    silent = rows["status"].eq(Standing.NOT_MENTIONED)
    reason = label(Gap.NOT_REPORTED)
    refusals = rows[silent].assign(
        gap=str(Gap.NOT_REPORTED), reason_zh=reason.zh, reason_en=reason.en
    )
    return page.figure(KIND.name, Scale.NONE, rows[~silent], refusals)


def _differences(rows: pd.DataFrame) -> list[Text]:
    """Return notes on differences between the reports, and on reports that are plans."""
    plans = [
        say("note.plan_report", region=Text(row["region_zh"], row["region_en"]))
        for row in grid.regions(rows)
        if row["kind"] == "plan"
    ]
    return [say("note.reports_differ"), *plans]


class Table(NamedTuple):
    """Positions of the columns and lines of the matrix, in inches on its page."""

    name: float
    left: float
    column: float
    right: float
    top: float
    line: float
    size: float  # of the names, in points


def _draw_matrix(page: Page, rows: pd.DataFrame, themes: Mapping[Any, str]) -> None:
    axes = grid.canvas(page)
    regions = grid.regions(rows)
    groups = [group for _, group in rows.groupby("indicator", sort=False)]
    names = [str(group.iloc[0][f"indicator_{page.language}"]) for group in groups]
    table = _table(page, names, len(regions))
    top = page.room.bottom + page.room.height
    words = {standing: label(standing) for standing in Standing}
    grid.key(page, axes, (page.room.left, top), words, table.left - page.room.left)
    columns = {}
    for index, region in enumerate(regions):
        x = table.left + (index + 0.5) * table.column
        grid.head(page, region, x, top, values.report_period(region["report"], page.language))
        columns[region["region"]] = x - 0.32 * table.column
    y, before = table.top, ""
    for group, name in zip(groups, names, strict=True):
        high = table.line * _weight(name, table)
        theme = str(group.iloc[0]["theme"])
        if theme != before:
            _write_theme(page, axes, table, themes[theme], y, high)
        _write_line(page, table, group, y - high / 2)
        for row in group.to_dict("records"):
            _draw_standing(page, axes, (columns[row["region"]], y - high / 2), row)
        y, before = y - high, theme


def _table(page: Page, names: list[str], regions: int) -> Table:
    """Return the layout with the largest names that fit; long names take a second line."""
    scale, room = page.size.width / 13.333, page.room
    name = room.left + THEME * scale
    left, right = name + NAME[page.language] * scale, room.left + room.width
    column = (right - SHARED * scale - left) / regions
    top = room.bottom + room.height - (page.size.label * 1.3 + page.size.note * 1.8) / 72
    for size in (page.size.label, page.size.label * 0.9, page.size.note * 1.1, page.size.note):
        table = Table(name, left, column, right, top, 0.0, size)
        line = (top - room.bottom) / sum(_weight(words, table) for words in names)
        if line * 72 > size * 1.3:
            break
    return table._replace(line=min(TALLEST * scale, line))


def _weight(name: str, table: Table) -> float:
    """Return the relative height of a line; a second line of text takes less than the first."""
    return 0.15 + 0.85 * len(wrapped(name, table.left - table.name - 0.1, table.size))


def _write_theme(page: Page, axes: Axes, table: Table, theme: str, y: float, high: float) -> None:
    grid.rule(axes, page.room.left, table.right, [y])
    width = table.name - page.room.left - 0.1
    names, size = grid.fitted(theme, width, page.size.note, page.size.note * 0.9)
    page.text(page.room.left, y - high / 2, names[0], size, color=style.GREY, va="center")


def _write_line(page: Page, table: Table, group: pd.DataFrame, y: float) -> None:
    """Write the name of an instrument to the left, and its number of reports to the right."""
    words = str(group.iloc[0][f"indicator_{page.language}"])
    names = wrapped(words, table.left - table.name - 0.1, table.size)
    grid.lines(page, (table.name, y), names, table.size)
    count = int(group["status"].ne(Standing.NOT_MENTIONED).sum())
    note = say("note.region_count", count=count) if count > 1 else say("note.one_region")
    options = {"color": style.GREY, "ha": "right", "va": "center"}
    page.text(table.right, y, note[page.language], page.size.note, **options)


def _draw_standing(page: Page, axes: Axes, at: tuple[float, float], row: dict[Any, Any]) -> None:
    """Draw the mark of one region, with its status in small print if it is mentioned."""
    look, colour = grid.LOOKS[Standing(row["status"])], style.colour(row["region"])
    size = page.size.note
    if row["status"] == Standing.NOT_MENTIONED:
        grid.stamp(axes, at, look, colour, markersize=size, gid="gap")
        return
    grid.stamp(axes, at, look, colour, markersize=size * 0.95, gid=f"mark-{row['id']}")
    words = label(Standing(row["status"]))[page.language]
    page.text(at[0] + size * 0.85 / 72, at[1], words, size, va="center")


def _matrix_alt(rows: pd.DataFrame, title: Text) -> Text:
    count = rows["indicator"].nunique()
    names = Text(
        "、".join(dict.fromkeys(rows["indicator_zh"])),
        ", ".join(dict.fromkeys(rows["indicator_en"])),
    )
    return say(
        "instruments.instruments_mentioned_absent",
        title=title,
        count=count,
        names=names,
    )


KIND = Kind("instruments", order=100)
