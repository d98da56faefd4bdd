"""A table of indicators that cannot be compared: the value of each region, and the reason."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale

from . import grid, style
from .figure import Caption, Figure, Kind
from .page import LEADING, Page, measured, wrapped

NAME, WHY = 2.35, 2.0  # inches of the first and the last column on a slide
ENTRY = 15  # ems of a note, the minimum width for the figure of a region
AIR = 0.12  # inches between two lines


class Words(NamedTuple):
    """A line of text at an indent in its column, with the id of its row if it has one."""

    text: str
    size: float
    colour: str = style.INK
    indent: float = 0.0
    gid: str | None = None
    same_line: bool = False  # beside the words before it instead of below them


class Line(NamedTuple):
    """One indicator: its name, the figures of the regions in rows of columns, and the reason."""

    name: list[Words]
    entries: list[list[list[Words]]]
    why: list[Words]

    @property
    def height(self) -> float:
        """Height of the line, in inches."""
        figures = sum(max(map(_height, row)) for row in self.entries)
        return max(_height(self.name), figures, _height(self.why)) + AIR


class Columns(NamedTuple):
    """Left edges and widths of the three columns, and the number of figures per row."""

    name: float
    entries: float
    why: float
    width: float  # of the figure of one region
    across: int
    last: float  # width of the column of reasons


def not_comparable(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    List indicators with the value of each region, and why they cannot be compared.

    Parameters
    ----------
    rows
        From ``compare.not_comparable``: one row an indicator and region, with ``reason_zh`` and
        ``reason_en``, the same for all rows of an indicator.
    refused
        ``region``, ``indicator``, ``gap``, ``reason_zh``, ``reason_en`` for regions without any
        figure of an indicator (``absence.cells``).

    Raises
    ------
    CrowdedError
        When the lines do not fit one page.
    """
    page = Page(_caption(rows, title), language, form=form, ax=ax)
    most = rows.groupby("indicator").size().max()
    columns = _columns(page, int(most))
    groups = [group.to_dict("records") for _, group in rows.groupby("indicator", sort=False)]
    lines = [_line(page, columns, records) for records in groups]
    if sum(line.height for line in lines) > page.room.height:
        raise CrowdedError(f"{len(lines)} indicators do not fit one page: draw fewer at a time")
    _draw(page, columns, lines)
    refusals = refused[refused["indicator"].isin(set(rows["indicator"]))]
    return page.figure(KIND.name, Scale.NONE, rows, refusals)


def _caption(rows: pd.DataFrame, title: Text) -> Caption:
    count = rows["indicator"].nunique()
    return Caption(
        title=title,
        subtitle=say("note.not_comparable_subtitle"),
        source=values.source_note(rows),
        alt=say("not_comparable.table_indicators_each_region", title=title, count=count),
    )


def _columns(page: Page, most: int) -> Columns:
    """Return a layout with as many figures per row as fit, at most *most*."""
    scale, room = page.size.width / style.SLIDE.width, page.room
    entries, why = room.left + NAME * scale, room.left + room.width - WHY * scale
    across = max(1, int((why - entries) // (ENTRY * page.size.note / 72)))
    across = min(across, most)
    width = (why - entries) / across
    return Columns(room.left, entries, why, width, across, WHY * scale)


def _line(page: Page, columns: Columns, records: list[dict[Any, Any]]) -> Line:
    first, size, language = records[0], page.size, page.language
    wide = columns.entries - columns.name - 0.15
    name = _wrapped(first[f"indicator_{language}"], wide, size.label)
    reason = first[f"reason_{language}"]
    why = _wrapped(reason[:1].upper() + reason[1:], columns.last, size.note, style.GREY)
    entries = [list(_entry(page, columns.width - 0.15, row)) for row in records]
    starts = range(0, len(entries), columns.across)
    return Line(name, [entries[at : at + columns.across] for at in starts], why)


def _entry(page: Page, width: float, row: dict[Any, Any]) -> Iterator[Words]:
    """Yield region and value, on one line if they fit, then scope and period."""
    size, language = page.size, page.language
    colour, gid = style.colour(row["region"]), f"mark-{row['id']}"
    name, figure = row[f"region_{language}"], values.what(row)[language]
    beside = measured(name, size.note) + 0.08
    yield from _wrapped(name, width, size.note, style.GREY)
    if beside + measured(figure, size.label) <= width:
        yield Words(figure, size.label, colour, beside, gid, same_line=True)
    else:
        for index, text in enumerate(wrapped(figure, width, size.label)):
            yield Words(text, size.label, colour, gid=gid if index == 0 else None)
    period = values.time_of(row)
    scope = Text.joined([values.part_or_all(row), period], zh="，", en=", ")
    yield from _wrapped(scope[language], width, size.note, style.GREY)


def _wrapped(text: str, width: float, size: float, colour: str = style.INK) -> list[Words]:
    return [Words(line, size, colour) for line in wrapped(text, width, size)]


def _height(words: list[Words]) -> float:
    """Return the height of *words* in inches; words on one line count once."""
    heights: list[float] = []
    for word in words:
        high = word.size * LEADING / 72
        if word.same_line:
            heights[-1] = max(heights[-1], high)
        else:
            heights.append(high)
    return sum(heights)


def _draw(page: Page, columns: Columns, lines: list[Line]) -> None:
    axes, room = grid.canvas(page), page.room
    top, right = room.bottom + room.height, room.left + room.width
    for line in lines:
        grid.rule(axes, room.left, right, [top])
        below = top - AIR / 2
        _write(page, columns.name, below, line.name)
        _write(page, columns.why, below, line.why)
        for row in line.entries:
            for index, entry in enumerate(row):
                _write(page, columns.entries + index * columns.width, below, entry)
            below -= max(map(_height, row))
        top -= line.height
    grid.rule(axes, room.left, right, [top])


def _write(page: Page, left: float, top: float, words: list[Words]) -> None:
    """Write *words* from the top; words on one line share a baseline."""
    baseline = top
    for index, word in enumerate(words):
        tall = [word.size, *(w.size for w in words[index + 1 : index + 2] if w.same_line)]
        if not word.same_line:
            baseline = top - max(tall) / 72
            top -= max(tall) * LEADING / 72
        options = {"va": "baseline", "color": word.colour, "gid": word.gid}
        page.text(left + word.indent, baseline, word.text, word.size, **options)


KIND = Kind(
    "not_comparable",
    order=30,
    columns=("status", "value", "unit", "change", "direction", "printed", "shorthand", "reason"),
    apart=True,
    gaps=True,
)
