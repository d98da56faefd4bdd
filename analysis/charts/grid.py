"""
Lines by regions: the heads, the names and the place of every cell, in inches on the page.

It says where things stand; the charts that use it fill the cells.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.language.text import Text
from analysis.language.vocabulary import Promise, Standing, Word

from . import style
from .page import Page, Room, measured, wrapped

MARK = 1.15  # ems that a mark takes before its word
KEY_LINE = 1.55  # ems from one line of a key to the next


QUIET = "#9CA3AF"  # of a dash: there, but no louder than the marks


class Look(NamedTuple):
    """What tells a mark from the others without its colour: its shape and which part is filled."""

    marker: str
    fill: str


# The square of a plan and the dash of silence mean what they mean in every other chart.
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
DASH = Look("_", "full")
SQUARE = Look("s", "none")
BAR = Look("s", "full")


def canvas(page: Page) -> Axes:
    """Axes over the whole page that count in inches, so that marks stand where words do."""
    axes = page.axes(Room(0, 0, page.size.width, page.size.height))
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
        color=QUIET if look.marker == "_" else colour,
        markerfacecoloralt="white",
        markersize=size,
        markeredgewidth=max(0.6, size / 8),
        gid=gid,
    )


def key(
    page: Page, axes: Axes, at: tuple[float, float], words: Mapping[Any, Text], width: float
) -> None:
    """Explain the marks of *words* from *at* to the right and down, within *width* inches."""
    size = page.size.note
    for place, line in enumerate(key_lines(page, words, width)):
        x, y = at[0], at[1] - size * (0.7 + place * KEY_LINE) / 72
        for word in line:
            text = words[word][page.language]
            spot = (x + size * 0.4 / 72, y)
            stamp(axes, spot, LOOKS[word], style.INK, markersize=size * 0.7)
            page.text(x + size * MARK / 72, y, text, size, color=style.GREY, va="center")
            x += _key_width(text, size)


def key_lines(page: Page, words: Mapping[Any, Text], width: float) -> list[list[Any]]:
    """The marks of *words* in lines of at most *width* inches."""
    found: list[list[Any]] = [[]]
    taken = 0.0
    for word, text in words.items():
        wide = _key_width(text[page.language], page.size.note)
        if found[-1] and taken + wide > width:
            found.append([])
            taken = 0.0
        found[-1].append(word)
        taken += wide
    return found


def _key_width(text: str, size: float) -> float:
    return size * (MARK + 1.1) / 72 + measured(text, size)


def regions(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """The first row of each region, in house order."""
    order = rows.sort_values(["level_order", "adcode"], kind="stable")
    return order.drop_duplicates("region").to_dict("records")


def head(page: Page, region: Mapping[Any, Any], middle: float, top: float, when: str) -> None:
    """Name *region* around *middle*, with *when* under it."""
    colour = style.colour(str(region["region"]))
    name = str(region[f"region_{page.language}"])
    page.text(middle, top, name, page.size.label, color=colour, ha="center")
    y = top - page.size.label * 1.3 / 72
    page.text(middle, y, when, page.size.note, color=style.GREY, ha="center")


def fitted(words: str, width: float, size: float, smallest: float) -> tuple[list[str], float]:
    """The lines of *words* within *width* inches, and the size, *smallest* at least, they need."""
    while measured(words, size) > width and size > smallest:
        size -= 0.5
    return wrapped(words, width, max(size, smallest)), max(size, smallest)


def lines(page: Page, place: tuple[float, float], words: Sequence[str], size: float) -> None:
    """Write *words* one under the other, centred on the height of *place*."""
    step = size * 1.2 / 72
    first = place[1] + step * (len(words) - 1) / 2
    for at, line in enumerate(words):
        page.text(place[0], first - at * step, line, size, va="center")


def rule(axes: Axes, left: float, right: float, heights: Iterable[float]) -> None:
    """Hairlines from *left* to *right* at *heights*."""
    for y in heights:
        axes.plot([left, right], [y, y], color=style.BAND, linewidth=0.8, zorder=0)
