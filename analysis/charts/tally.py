"""One small mark a thing, themes by regions: how many there are, and of what kind."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis import phrases, style, wording
from analysis.wording import Text

from . import grid
from .page import Page, measured

GUTTER = 2.1  # inches for the names of themes on a slide
SLOT = 0.235  # for one number
STEP = 0.1  # between two marks
AIR = 0.5  # between two themes, in heights of a line of marks


class Plan(NamedTuple):
    """Where the cells of a tally stand, in inches on its page."""

    left: float
    top: float
    bottom: float
    column: float  # width of a region
    slots: float  # width of all its numbers
    step: float
    line: float
    across: int  # marks in one line


def draw(
    page: Page,
    rows: pd.DataFrame,
    *,
    column: str,
    words: Mapping[Any, Text],
    themes: Sequence[tuple[str, str]],
    silent: Any = None,
) -> None:
    """
    Fill the page with one mark a row of *rows*, and write how many there are of each kind.

    Parameters
    ----------
    column
        The column of *rows* that holds the kind, a word of *words*.
    words
        The kinds in the order to draw, with their names.
    themes
        Code and name, in the order to draw; those without rows are left out.
    silent
        The kind that is drawn as a dash and not counted.
    """
    axes = grid.canvas(page)
    regions = grid.regions(rows)
    most = rows.groupby(["theme", "region"]).size().groupby("theme").max().to_dict()
    shown = [theme for theme in themes if theme[0] in most]
    counted = [word for word in words if word is not silent]
    lines = len(grid.key_lines(page, words, _gutter(page)))
    plan = _plan(page, len(regions), len(counted), [most[theme] for theme, _ in shown], key=lines)
    _write_heads(page, axes, plan, regions, counted)
    corner = (page.room.left, page.room.bottom + page.room.height)
    grid.key(page, axes, corner, words, _gutter(page))
    y = plan.top
    right = page.room.left + page.room.width
    grid.rule(axes, page.room.left, right, [y + AIR * plan.line / 2])
    for theme, name in shown:
        deep = ceil(most[theme] / plan.across)
        for place, region in enumerate(regions):
            x = plan.left + place * plan.column
            mine = rows[rows["theme"].eq(theme) & rows["region"].eq(region["region"])]
            middle = (x, y - deep * plan.line / 2)
            _fill(axes, plan, middle, mine.assign(_kind=mine[column]), list(words))
            _count(page, plan, middle, mine[column], counted)
        _name(page, plan, name, y - deep * plan.line / 2)
        y -= (deep + AIR) * plan.line
        grid.rule(axes, page.room.left, right, [y + AIR * plan.line / 2])
    _write_totals(page, plan, rows.assign(_kind=rows[column]), regions, counted)


def _gutter(page: Page) -> float:
    """What the names of themes and the key may take, in inches."""
    return GUTTER * page.size.width / 13.333 - 0.12


def _plan(page: Page, regions: int, kinds: int, most: Sequence[int], *, key: int) -> Plan:
    """
    The largest marks with which every theme still fits.

    *most* is the largest cell of each theme, *key* the number of lines of the key.
    """
    scale = page.size.width / 13.333
    room = page.room
    left = room.left + GUTTER * scale
    column = (room.width - GUTTER * scale) / regions
    slots, step = kinds * SLOT * scale, STEP * scale
    across = max(1, int((column - slots - 0.16 * scale) / step))
    heads = page.size.label * 1.3 + page.size.note * 2.6
    head = max(heads, page.size.note * (key * grid.KEY_LINE + 0.9)) / 72
    foot = page.size.note * 2.0 / 72
    deep = sum(ceil(count / across) + AIR for count in most)
    line = min(0.3 * scale, (room.height - head - foot) / deep)
    top = room.bottom + room.height - head
    return Plan(left, top, room.bottom, column, slots, step, line, across)


def _write_heads(
    page: Page, axes: Axes, plan: Plan, regions: list[dict[Any, Any]], counted: list[Any]
) -> None:
    """Name each region and, over its numbers, show the marks that they count."""
    top = page.room.bottom + page.room.height
    size = page.size.note
    for place, region in enumerate(regions):
        x = plan.left + place * plan.column
        when = wording.report_period(region["report"], page.language)
        grid.head(page, region, x + (plan.column - 0.2) / 2, top, when)
        for kind, spot in zip(counted, _spots(plan, len(counted)), strict=True):
            at = (x + spot, plan.top + size * 0.7 / 72)
            colour = style.colour(region["region"])
            grid.stamp(axes, at, grid.LOOKS[kind], colour, markersize=size * 0.62)


def _spots(plan: Plan, kinds: int) -> list[float]:
    """The middle of each number from the left of a region's column."""
    width = plan.slots / kinds
    start = plan.across * plan.step + 0.3 * width
    return [start + (place + 0.5) * width for place in range(kinds)]


def _fill(
    axes: Axes, plan: Plan, middle: tuple[float, float], mine: pd.DataFrame, order: list[Any]
) -> None:
    """One mark a thing, kind by kind, to the right and down around the height of *middle*."""
    ranked = mine.assign(_rank=mine["_kind"].map({word: at for at, word in enumerate(order)}))
    size = min(plan.step, plan.line) * 72 * 0.66
    top = middle[1] + ceil(len(mine) / plan.across) * plan.line / 2
    for place, row in enumerate(ranked.sort_values("_rank", kind="stable").to_dict("records")):
        down, right = divmod(place, plan.across)
        at = (middle[0] + (right + 0.5) * plan.step, top - (down + 0.5) * plan.line)
        look, colour = grid.LOOKS[row["_kind"]], style.colour(row["region"])
        quiet = look.marker == "_"
        gid = "gap" if quiet else f"mark-{row['id']}"
        grid.stamp(axes, at, look, colour, markersize=size * (0.6 if quiet else 1), gid=gid)
    if mine.empty:
        at = (middle[0] + plan.step, middle[1])
        grid.stamp(axes, at, grid.DASH, style.GREY, markersize=size * 1.4, gid="gap")


def _count(
    page: Page, plan: Plan, at: tuple[float, float], kinds: "pd.Series[str]", counted: list[Any]
) -> None:
    """Write how many there are of each kind; nothing where there is none."""
    for kind, spot in zip(counted, _spots(plan, len(counted)), strict=True):
        number = int(kinds.eq(kind).sum())
        if number:
            x = at[0] + spot
            page.text(x, at[1], str(number), page.size.note, ha="center", va="center")


def _name(page: Page, plan: Plan, name: str, y: float) -> None:
    size = page.size.label * 0.9
    while measured(name, size) > plan.left - page.room.left - 0.2 and size > page.size.note:
        size -= 0.5
    page.text(page.room.left, y, name, size, va="center")


def _write_totals(
    page: Page,
    plan: Plan,
    rows: pd.DataFrame,
    regions: list[dict[Any, Any]],
    counted: list[Any],
) -> None:
    y = plan.bottom + page.size.note * 0.7 / 72
    _name(page, plan, phrases.TOTAL[page.language], y)
    for place, region in enumerate(regions):
        kinds = rows.loc[rows["region"].eq(region["region"]), "_kind"]
        _count(page, plan, (plan.left + place * plan.column, y), kinds, counted)
