"""
Matrices of lines by regions: heads, names and positions of cells, in inches on the page.

Computes positions only; the charts draw the cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.language.text import Text
from analysis.language.vocabulary import Promise, Standing, Word

from . import style
from .page import Page, Room, measured, wrapped

MARK = 1.15  # ems that a mark takes before its word
KEY_LINE = 1.55  # ems from one line of a key to the next


class Look(NamedTuple):
    """The shape of a mark and its filled part, which distinguish it without colour."""

    marker: str
    fill: str


# Squares for plans and dashes for gaps have the same meaning in all charts.
LOOKS: dict[Word, Look] = {
    Standing.IN_USE: Look("o", "full"),
    Standing.BUILDING: Look("o", "left"),
    Standing.PLANNED: Look("s", "none"),
    Standing.NOT_MENTIONED: Look("_", "full"),
    Promise.NUMBER_AND_DATE: Look("s", "full"),
    Promise.NUMBER: Look("s", "left"),
    Promise.DATE: Look("s", "right"),
    Promise.WORDS: Look("s", "none"),
}


def canvas(page: Page, **options: Any) -> Axes:
    """Return axes over the whole page with inches as units, the same as for text."""
    axes = page.axes(Room(0, 0, page.size.width, page.size.height), **options)
    axes.set_xlim(0, page.size.width)
    axes.set_ylim(0, page.size.height)
    axes.axis("off")
    return axes


def stamp(
    axes: Axes,
    at: tuple[float, float],
    look: Look,
    colour: str,
    *,
    markersize: float,
    gid: str | None = None,
) -> None:
    """Draw one mark of *look*, *markersize* points across, at *at* inches."""
    # A square of the same width looks larger than a dot.
    size = markersize * (0.88 if look.marker == "s" else 1)
    axes.plot(
        [at[0]],
        [at[1]],
        linestyle="none",
        marker=look.marker,
        fillstyle=look.fill,
        color=style.QUIET if look.marker == "_" else colour,
        markerfacecoloralt="white",
        markersize=size,
        markeredgewidth=max(0.6, size / 8),
        gid=gid,
    )


def key(
    page: Page, axes: Axes, at: tuple[float, float], words: Mapping[Any, Text], width: float
) -> None:
    """Draw the key of the marks in *words* from *at* right and down, within *width* inches."""
    size = page.size.note
    for index, line in enumerate(key_lines(page, words, width)):
        x, y = at[0], at[1] - size * (0.7 + index * KEY_LINE) / 72
        for word in line:
            text = words[word][page.language]
            spot = (x + size * 0.4 / 72, y)
            stamp(axes, spot, LOOKS[word], style.INK, markersize=size * 0.7)
            page.text(x + size * MARK / 72, y, text, size, color=style.GREY, va="center")
            x += _key_width(text, size)


def key_lines(page: Page, words: Mapping[Any, Text], width: float) -> list[list[Any]]:
    """Break the marks of *words* into lines of at most *width* inches."""
    key_rows: list[list[Any]] = [[]]
    taken = 0.0
    for word, text in words.items():
        wide = _key_width(text[page.language], page.size.note)
        if key_rows[-1] and taken + wide > width:
            key_rows.append([])
            taken = 0.0
        key_rows[-1].append(word)
        taken += wide
    return key_rows


def _key_width(text: str, size: float) -> float:
    return size * (MARK + 1.1) / 72 + measured(text, size)


def regions(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the first row of each region, in house order."""
    order = rows.sort_values(["level_order", "adcode"], kind="stable")
    return order.drop_duplicates("region").to_dict("records")


def head(page: Page, region: Mapping[Any, Any], middle: float, top: float, when: str) -> None:
    """Write the name of *region* centred at *middle*, with *when* below."""
    colour = style.colour(str(region["region"]))
    name = str(region[f"region_{page.language}"])
    page.text(middle, top, name, page.size.label, color=colour, ha="center")
    y = top - page.size.label * 1.3 / 72
    page.text(middle, y, when, page.size.note, color=style.GREY, ha="center")


def fitted(words: str, width: float, size: float, smallest: float) -> tuple[list[str], float]:
    """Return *words* as lines of *width* inches, and a text size of at least *smallest*."""
    while measured(words, size) > width and size > smallest:
        size -= 0.5
    return wrapped(words, width, max(size, smallest)), max(size, smallest)


def lines(page: Page, at: tuple[float, float], words: Sequence[str], size: float) -> None:
    """Write *words* below each other, vertically centred on *at*."""
    step = size * 1.2 / 72
    first = at[1] + step * (len(words) - 1) / 2
    for index, line in enumerate(words):
        page.text(at[0], first - index * step, line, size, va="center")


def shade(axes: Axes, room: Room, top: float, high: float) -> None:
    """Shade a line of *high* inches over the width of *room*."""
    corner = (room.left - 0.05, top - high)
    axes.add_patch(Rectangle(corner, room.width + 0.1, high, color=style.BAND, linewidth=0))


def rule(axes: Axes, left: float, right: float, heights: Iterable[float]) -> None:
    """Draw thin rules from *left* to *right* at *heights*."""
    for y in heights:
        axes.plot([left, right], [y, y], color=style.BAND, linewidth=0.8, zorder=0)
