"""Coverage of the reports: a matrix of indicators by regions, with the totals of themes."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap

from analysis.errors import CrowdedError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Language, Measure, Pairing, Scale, Status

from . import grid, style
from .figure import Caption, Figure, Kind
from .page import Page, Room, measured

PANELS = 2  # side by side
NAME = 2.95  # inches of the names of a panel on a slide
CELL = 5 / 6  # of the size of notes: some 250 cells on a page
SMALLEST = 0.6  # of the size of text that does not fit
GUTTER = 0.2  # inches between two panels
SHADES = {Pairing.NONE: "#EAEEF3", Pairing.OUTSIDE: "#CDDEEE", Pairing.INSIDE: "#98BBDC"}
THEMES = LinearSegmentedColormap.from_list("themes", [style.SHADE, "#B4BAC4"])
LIGHTEST, DARKEST = 0.0, 4.0  # figures for 1,000 characters at the ends of the greys

Row = dict[Any, Any]


class Line(NamedTuple):
    """One line of the matrix: an indicator, or a theme with its totals."""

    name: str
    unit: str
    texts: list[str]  # of each region, empty without a figure
    gids: list[str | None]
    shades: list[float]  # the place in SHADES, nan empty; of a theme its density
    theme: bool


def coverage(
    rows: pd.DataFrame,
    *,
    title: Text,
    about: Text,
    language: str,
    indicators: Sequence[str],
    themes: pd.DataFrame,
    gaps: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a matrix of indicators by regions, with the figures as printed.

    Parameters
    ----------
    rows
        From ``families.cells``: one row a region and indicator, with ``parts`` and ``pairing``.
    about
        The subtitle, from ``findings``.
    indicators
        The indicators to draw in their order.
    themes
        ``theme``, ``name_zh``, ``name_en`` in the order to draw, and a column a region: its figures
        for 1,000 characters of report (``summaries.density``).
    gaps
        The cells without a figure, each with its reason.
    """
    page = Page(_caption(rows, title, about, len(indicators)), language, form=form, ax=ax)
    if rows.empty or not indicators:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, gaps)
    regions = grid.regions(rows)
    groups = _groups(rows, regions, indicators, themes, gaps, page.language)
    columns = _split(groups)
    most = max(map(len, columns))
    room = page.room
    width = (room.width - (PANELS - 1) * GUTTER) / PANELS
    for index, lines in enumerate(columns):
        left = room.left + index * (width + GUTTER)
        _panel(page, Room(left, room.bottom, width, room.height), regions, lines, most)
    return page.figure(KIND.name, Scale.NONE, rows, gaps)


def _caption(rows: pd.DataFrame, title: Text, about: Text, total: int) -> Caption:
    regions = rows["region"].nunique()
    return Caption(
        title=title,
        subtitle=about,
        source=values.source_note(rows),
        alt=say("coverage.alt", title=title, total=total, regions=regions),
        notes=(say("coverage.key"),),
    )


def _groups(
    rows: pd.DataFrame,
    regions: list[Row],
    indicators: Sequence[str],
    themes: pd.DataFrame,
    gaps: pd.DataFrame,
    language: Language,
) -> list[list[Line]]:
    """Return the lines of each theme, its totals first."""
    codes = [region["region"] for region in regions]
    theme_of = rows.drop_duplicates("indicator").set_index("indicator")["theme"]
    groups = []
    for theme in themes.to_dict("records"):
        own = [code for code in indicators if theme_of.get(code) == theme["theme"]]
        if own:
            head = _totals(theme[f"name_{language}"], [theme.get(code, 0.0) for code in codes])
            groups.append([head, *(_line(rows, codes, c, gaps, language) for c in own)])
    return groups


def _totals(name: str, totals: Sequence[float]) -> Line:
    texts = [f"{number:.1f}" if number else "" for number in totals]
    shades = [float(number) if number else float("nan") for number in totals]
    return Line(name, "", texts, [None] * len(texts), shades, theme=True)


def _line(
    rows: pd.DataFrame,
    codes: Sequence[str],
    indicator: str,
    gaps: pd.DataFrame,
    language: Language,
) -> Line:
    own = rows[rows["indicator"].eq(indicator)]
    by_region = {row["region"]: row for row in own.to_dict("records")}
    cells = [by_region.get(code) for code in codes]
    first = own.iloc[0].to_dict()
    elsewhere = gaps[gaps["indicator"].eq(indicator) & gaps["gap"].eq(Gap.TOLD_ELSEWHERE)]
    empty = dict.fromkeys(elsewhere["region"], say("coverage.elsewhere")[language])
    levels = own[own["measure"].eq(Measure.LEVEL)]
    unit = "" if levels.empty else values.unit(levels.iloc[0].to_dict())[language]
    return Line(
        str(first[f"indicator_{language}"]),
        unit,
        [
            empty.get(code, "") if cell is None else _cell(cell, language)
            for code, cell in zip(codes, cells, strict=True)
        ],
        [None if cell is None else f"mark-{cell['id']}" for cell in cells],
        [
            float("nan") if cell is None else list(SHADES).index(Pairing(cell["pairing"]))
            for cell in cells
        ],
        theme=False,
    )


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


def _split(groups: list[list[Line]]) -> list[list[Line]]:
    """Return the lines of each panel: whole themes, as even as they go."""
    half = sum(map(len, groups)) / PANELS
    columns: list[list[Line]] = [[]]
    for group in groups:
        over = len(columns[-1]) + len(group) / 2 > half
        if columns[-1] and over and len(columns) < PANELS:
            columns.append([])
        columns[-1] += group
    return columns


def _panel(page: Page, room: Room, regions: list[Row], lines: list[Line], most: int) -> None:
    """Draw one panel; lines are as high in every panel."""
    name = NAME * page.size.width / style.SLIDE.width
    head = CELL * page.size.note * 1.6 / 72
    high = (room.height - head) / most
    top = room.bottom + room.height - head
    box = Room(room.left + name, top - high * len(lines), room.width - name, high * len(lines))
    axes = page.axes(box)
    _shade(axes, lines)
    axes.set_axis_off()
    step = box.width / len(regions)
    _refuse_crowd(page, regions, step)
    for index, region in enumerate(regions):
        x, words = box.left + (index + 0.5) * step, region[f"region_{page.language}"]
        colour = style.colour(region["region"])
        size = _fitted(words, step - 0.04, CELL * page.size.note)
        page.text(x, top + 0.04, words, size, color=colour, ha="center", va="bottom")
    for at, line in enumerate(lines):
        y = top - (at + 0.5) * high
        _write_name(page, line, (room.left, y), name - 0.1)
        for index, (text, gid) in enumerate(zip(line.texts, line.gids, strict=True)):
            spot = (box.left + (index + 0.5) * step, y)
            _write_cell(page, text, spot, step - 0.04, gid)


def _refuse_crowd(page: Page, regions: list[Row], step: float) -> None:
    """Raise an error if the names of *regions* overlap in columns *step* inches wide."""
    names = (region[f"region_{page.language}"] for region in regions)
    if max(measured(name, CELL * page.size.note * SMALLEST) for name in names) > step:
        raise CrowdedError(f"{len(regions)} regions do not fit one page: give rows of fewer")


def _shade(axes: Axes, lines: list[Line]) -> None:
    """Shade the cells: indicators by whether they can be compared, themes by their density."""
    import seaborn as sns

    shades = np.array([line.shades for line in lines])
    themes = np.repeat(np.array([[line.theme] for line in lines]), shades.shape[1], axis=1)
    options: dict[str, Any] = {"ax": axes, "cbar": False, "linewidths": 1.5, "linecolor": "white"}
    own = ListedColormap([*SHADES.values()])
    sns.heatmap(shades, mask=themes | np.isnan(shades), cmap=own, vmin=0, vmax=own.N - 1, **options)
    options |= {"vmin": LIGHTEST, "vmax": DARKEST}
    sns.heatmap(shades, mask=~themes | np.isnan(shades), cmap=THEMES, **options)


def _write_name(page: Page, line: Line, at: tuple[float, float], width: float) -> None:
    size, x = CELL * page.size.note, at[0]
    unit = f" ({line.unit})" if line.unit and line.unit not in line.name else ""
    words = line.name + unit
    words = words if measured(words, size) <= width else line.name
    size = _fitted(words, width, size)
    colour = style.GREY if line.theme else style.INK
    page.text(x, at[1], words, size, va="center", color=colour)


def _write_cell(
    page: Page, text: str, at: tuple[float, float], width: float, gid: str | None
) -> None:
    if text:
        size = _fitted(text, width, CELL * page.size.note)
        page.text(*at, text, size, ha="center", va="center", gid=gid)


def _fitted(text: str, width: float, size: float) -> float:
    """Return the text size at which *text* is *width* inches at most, down to ``SMALLEST``."""
    return max(min(size, size * width / measured(text, size)), size * SMALLEST)


KIND = Kind(
    "coverage",
    order=10,
    columns=("status", "value", "unit", "change", "direction", "printed", "shorthand"),
    dense=True,
)
