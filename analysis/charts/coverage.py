"""Coverage of the reports: a matrix of indicators by regions, the comparable ones first."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Language, Measure, Pairing, Scale, Status
from analysis.rows import as_records
from analysis.statistics import summaries

from . import grid, style, table
from .figure import Caption, Figure, Kind
from .page import Page, measured
from .table import Cell, Column

NAME = 0.38  # of the width, of the names of indicators
PAD = 0.05  # ems of empty height in a line
SHADES = {Pairing.NONE: "#EAEEF3", Pairing.OUTSIDE: "#CDDEEE", Pairing.INSIDE: "#98BBDC"}
HEADS = 3  # lines of totals above the indicators
COMPARED = 1  # the line of the title among them

Row = dict[Any, Any]


def coverage(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    indicators: Sequence[str],
    density: pd.Series,
    gaps: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a matrix of indicators by regions, with the figures as printed, below two totals.

    Indicators that can be compared come first; those without room are counted.

    Parameters
    ----------
    rows
        From ``families.cells``: one row a region and indicator, with ``parts`` and ``pairing``.
    indicators
        The indicators to draw in their order.
    density
        The figures for 1,000 characters of report of each region (``summaries.density``).
    gaps
        The cells without a figure, each with its reason.
    """
    page = Page(_caption(rows, title, len(indicators)), language, form=form, ax=ax)
    if rows.empty or not indicators:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, gaps)
    regions = grid.regions(rows)
    comparable, others = _split(rows, indicators)
    cells = {(row["indicator"], row["region"]): row for row in as_records(rows)}
    totals = _totals(rows, regions, density, page.language)
    columns = _columns(page, regions)
    wide = columns[0].share * page.room.width - table.gap(page)
    lines = {
        code: [
            _name(page, rows[rows["indicator"].eq(code)], wide),
            *_cells(code, regions, cells, gaps, page.language),
        ]
        for code in [*comparable, *others]
    }
    write = partial(
        table.write,
        page,
        page.room,
        columns,
        rules=[HEADS],
        shaded=COMPARED,
        sizes=[page.size.note],
        pad=PAD,
    )
    words = say("coverage.others", count=len(others))[page.language]
    rest = [Cell(words, colour=style.GREY), *[Cell("")] * len(regions)]
    every, most = [*totals, *lines.values()], HEADS + len(comparable)
    drawn = [*lines]
    try:
        layout = write(every)
    except CrowdedError:
        try:
            drawn, layout = comparable, write([*every[:most], rest])
        except CrowdedError:
            layout = write(every, counted=True)
            drawn = drawn[: len(layout.middles) - HEADS - 1]
    _shade(page, layout, [[cells.get((code, r["region"])) for r in regions] for code in drawn])
    return page.figure(KIND.name, Scale.NONE, rows, gaps)


def _caption(rows: pd.DataFrame, title: Text, total: int) -> Caption:
    regions = rows["region"].nunique()
    return Caption(
        title=title,
        subtitle=say("coverage.about"),
        source=publishers.source_note(rows),
        alt=say("coverage.alt", title=title, total=total, regions=regions),
        notes=(say("coverage.key"), say("coverage.questions")),
    )


def _split(rows: pd.DataFrame, indicators: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the *indicators* with comparable figures, and the others."""
    comparable = set(rows.loc[rows["pairing"].eq(Pairing.INSIDE), "indicator"])
    known = [code for code in indicators if code in set(rows["indicator"])]
    return [c for c in known if c in comparable], [c for c in known if c not in comparable]


def _columns(page: Page, regions: Sequence[Row]) -> list[Column]:
    """Return the column of names and one for each region; raise an error for too many."""
    share = (1 - NAME) / len(regions)
    names = [str(region[f"region_{page.language}"]) for region in regions]
    wide = share * page.room.width - table.gap(page)
    if max(measured(name, page.size.note) for name in names) > wide:
        raise CrowdedError(say("crowded.regions", count=len(regions)))
    heads = [
        Column(name, share, "right", style.colour(region["region"]))
        for name, region in zip(names, regions, strict=True)
    ]
    return [Column("", NAME), *heads]


def _totals(
    rows: pd.DataFrame, regions: Sequence[Row], density: pd.Series, language: Language
) -> list[list[Cell]]:
    """Return how many indicators each region reports, how many compare, and its figure density."""
    codes = [region["region"] for region in regions]
    tally = summaries.tally(rows).reindex(codes, fill_value=0)
    total = say("coverage.reported", total=rows["indicator"].nunique())
    names = (total[language], say("coverage.compared")[language])
    return [
        *(
            [Cell(name), *map(Cell, tally[column].astype(str))]
            for name, column in zip(names, tally, strict=True)
        ),
        [
            Cell(say("coverage.density")[language], colour=style.GREY),
            *(Cell(f"{density.get(code, 0.0):.1f}", colour=style.GREY) for code in codes),
        ],
    ]


def _name(page: Page, own: pd.DataFrame, wide: float) -> Cell:
    """Return the name of the indicator of *own* rows, with its unit if both fit one line."""
    name = str(own.iloc[0][f"indicator_{page.language}"])
    levels = own[own["measure"].eq(Measure.LEVEL)]
    unit = "" if levels.empty else values.unit(levels.iloc[0].to_dict())[page.language]
    words = f"{name} ({unit})" if unit and unit not in name else name
    return Cell(words if measured(words, page.size.note) <= wide else name)


def _cells(
    indicator: str,
    regions: Sequence[Row],
    cells: dict[tuple[str, str], Row],
    gaps: pd.DataFrame,
    language: Language,
) -> list[Cell]:
    """Return the figure of *indicator* in each region, or that it is under another one."""
    told = gaps[gaps["indicator"].eq(indicator) & gaps["gap"].eq(Gap.TOLD_ELSEWHERE)]
    empty = dict.fromkeys(told["region"], say("coverage.elsewhere")[language])
    line = []
    for code in (region["region"] for region in regions):
        row = cells.get((indicator, code))
        if row:
            line.append(Cell(_cell(row, language), gid=f"mark-{row['id']}"))
        else:
            line.append(Cell(empty.get(code, ""), colour=style.GREY))
    return line


def _cell(row: Row, language: Language) -> str:
    """Return the figure of a cell without its unit, or how many parts there are."""
    if row["used"] > 1:
        return say("side_by_side.part_of", used=int(row["used"]), parts=int(row["parts"]))[language]
    if not row["stands"]:
        return say("coverage.parts", count=int(row["parts"]))[language]
    if row["status"] != Status.ACTUAL or row["measure"] != Measure.LEVEL:
        return _aim(row)[language]
    return values.numeral(row)[language]


def _aim(row: Row) -> Text:
    """Return a target, a plan or a change in a word."""
    if row["status"] != Status.ACTUAL:
        return say(f"gap_short.{row['status']}_only")
    if row["measure"] == Measure.CHANGE_PCT:
        percent = f"{row['value']:+g}%".replace("-", "−")
        return Text(percent, percent)
    return values.direction(row["value"])


def _shade(page: Page, layout: table.Grid, cells: Sequence[Sequence[Row | None]]) -> None:
    """Shade the cells of the indicators by whether they can be compared."""
    axes, gap = grid.canvas(page, zorder=-1), table.gap(page)
    placed = list(zip(layout.middles, layout.heights, strict=True))[HEADS:]
    for line, (middle, high) in zip(cells, placed, strict=False):
        for row, box in zip(line, layout.columns[1:], strict=True):
            if row:
                corner, colour = (box.left - gap / 2, middle), SHADES[Pairing(row["pairing"])]
                size = box.width + 0.8 * gap, 0.92 * high
                grid.shade(axes, corner, size, colour)


KIND = Kind(
    "coverage",
    order=10,
    columns=("status", "value", "unit", "change", "direction", "printed", "shorthand"),
    dense=True,
)
