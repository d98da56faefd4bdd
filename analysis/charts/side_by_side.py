"""A table of families by regions: each figure as printed, its scope, and what limits it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Membership, Scale, Use
from analysis.rows import as_records
from analysis.statistics import precision
from analysis.statistics.summaries import headline

from . import grid, paragraph, style
from .figure import Caption, Figure, LeftOut
from .page import Page
from .paragraph import Words

NAMES = 0.33  # share of the page of the column of names
AIR = 0.07  # inches around the text of a line
INSET = 0.08  # inches between the edge of a cell and its text

Row = dict[Any, Any]


class Line(NamedTuple):
    """One family: its name with its caution, and the cell of each region."""

    name: list[Words]
    cells: dict[str, list[Words]]
    shaded: dict[str, str]  # the colour behind each region with a figure

    @property
    def height(self) -> float:
        """Height of the line, in inches."""
        return max(paragraph.height(words) for words in (self.name, *self.cells.values())) + AIR


def side_by_side(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    divisors: pd.DataFrame | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a table with a line a family and a column a region, the family of the title first.

    Parameters
    ----------
    rows
        From ``families.members``, of one family or several.
    refused
        Regions without a figure, and other parts than the one compared, with ``family``.
    divisors
        The rows that figures are divided by, where a family is a ratio.

    Raises
    ------
    CrowdedError
        When the lines do not fit one page.
    """
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    regions = grid.regions(rows)
    width = (page.room.width - _name(page)) / len(regions)
    titled = headline(rows)
    first = rows["family"].isin(titled["family"])
    ordered = pd.concat([rows[first], rows[~first]])
    lines = [
        _line(page, as_records(group), refused, regions, width, set(titled["id"]))
        for _, group in ordered.groupby("family", sort=False)
    ]
    _draw(page, regions, lines, width)
    return page.figure("comparison", Scale.NONE, rows, refused, divisors)


def _name(page: Page) -> float:
    return NAMES * page.room.width


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    first, regions = rows.iloc[0], rows["region"].nunique()
    return Caption(
        title=title,
        subtitle=say("side_by_side.subtitle"),
        source=publishers.source_note(rows),
        alt=say("side_by_side.alt", title=title, count=rows["family"].nunique(), regions=regions),
        spoken=Text(first["caution_zh"], first["caution_en"]),
        left_out=_left_out(rows, refused),
    )


def _left_out(rows: pd.DataFrame, refused: pd.DataFrame) -> tuple[LeftOut, ...]:
    """Return the regions without a figure for any of the families."""
    absent = refused[~refused["region"].isin(rows["region"])].drop_duplicates("region")
    names = absent[["region", "region_zh", "region_en"]].itertuples(index=False, name=None)
    return tuple(LeftOut(code, Text(zh, en), say("side_by_side.none")) for code, zh, en in names)


def _line(
    page: Page,
    figures: list[Row],
    refused: pd.DataFrame,
    regions: list[Row],
    width: float,
    titled: set[str],
) -> Line:
    first, language, size = figures[0], page.language, page.size
    wide = _name(page) - 2 * INSET
    name = paragraph.lines(first[f"family_{language}"], wide, size.label)
    name += paragraph.lines(first[f"caution_{language}"], wide, size.note, style.GREY)
    own = refused[refused["family"].eq(first["family"])]
    filled = {row["region"]: style.BAND if row["id"] in titled else style.SHADE for row in figures}
    each = {}
    for region in (row["region"] for row in regions):
        shown = [row for row in figures if row["region"] == region]
        inside = width - 2 * INSET
        each[region] = _figures(page, shown, inside) if shown else _gap(page, own, region, inside)
    return Line(name, each, filled)


def _figures(page: Page, figures: list[Row], width: float) -> list[Words]:
    """Return the figures of one region: numbers as printed, what they come to, and their scopes."""
    size, language = page.size, page.language
    colour = style.colour(figures[0]["region"])
    pieces = [
        Words(values.answer(row)[language], size.label, colour, gid=f"mark-{row['id']}")
        for row in figures
    ]
    pieces[1:] = [piece._replace(text=f"+ {piece.text}") for piece in pieces[1:]]
    if figures[0]["use"] == Use.RATE and pd.notna(figures[0]["rate"]):
        rate = say("side_by_side.rate", rate=values.numeral(precision.as_value(figures[0])))
        pieces.append(Words(rate[language], size.label, colour))
    notes = [note[language] for note in _notes(figures)]
    pieces += [Words(note, size.note, style.INK) for note in notes]
    words = paragraph.flow(pieces, width)
    for scope in dict.fromkeys(row[f"scope_{language}"] for row in figures):
        words += paragraph.lines(scope, width, size.note, style.GREY)
    return words


def _notes(figures: list[Row]) -> Iterator[Text]:
    """Yield what the figures of one region come to, and that they are some of several parts."""
    first = figures[0]
    if first["role"] == Membership.PART:
        total = sum(row["value"] for row in figures)
        yield say("side_by_side.sum", total=Text(f"{total:.0f}", numbers.exact(total)))
    if first["use"] == Use.RATIO:
        divisor, ratio = numbers.exact(first["divisor"]), f"{first['ratio']:.1f}"
        yield say("side_by_side.ratio", divisor=divisor, ratio=ratio)
    if first["use"] == Use.GRADE:
        yield say("side_by_side.graded", number=values.value(first))
    if first["parts"] > first["used"]:
        yield say("side_by_side.part_of", used=int(first["used"]), parts=int(first["parts"]))


def _gap(page: Page, refused: pd.DataFrame, region: str, width: float) -> list[Words]:
    own = refused[refused["region"].eq(region)]
    if own.empty:
        return []
    reason = say(f"gap_short.{Gap(own.iloc[0]['rule'])}")[page.language]
    return paragraph.flow([Words(reason, page.size.note, style.GREY, gid="gap")], width)


def _draw(page: Page, regions: list[Row], lines: list[Line], width: float) -> None:
    axes, room, size = grid.canvas(page), page.room, page.size
    left, right = room.left + _name(page), room.left + room.width
    head = size.label * 1.5 / 72
    spare = room.height - head - sum(line.height for line in lines)
    if spare < 0:
        raise CrowdedError(say("crowded.families", count=len(lines)))
    top = room.bottom + room.height
    for index, region in enumerate(regions):
        words = region[f"region_{page.language}"]
        x = left + index * width + INSET
        page.text(x, top, words, size.label, color=style.colour(region["region"]))
    top -= head
    extra = min(spare / len(lines), 0.45 * size.height / style.SLIDE.height)
    for line in lines:
        grid.rule(axes, room.left, right, [top])
        high = line.height + extra
        _shade(axes, line, regions, (left, top, width, high))
        under = top - (AIR + extra) / 2
        paragraph.write(page, room.left, under, line.name)
        for index, region in enumerate(regions):
            x = left + index * width + INSET
            paragraph.write(page, x, under, line.cells[region["region"]])
        top -= high
    grid.rule(axes, room.left, right, [top])


def _shade(
    axes: Axes, line: Line, regions: list[Row], box: tuple[float, float, float, float]
) -> None:
    left, top, width, high = box
    for index, region in enumerate(regions):
        if region["region"] in line.shaded:
            middle = (left + index * width + 0.02, top - high / 2)
            colour = line.shaded[region["region"]]
            grid.shade(axes, middle, (width - 0.04, high - 0.04), colour)
