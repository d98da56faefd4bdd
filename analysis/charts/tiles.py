"""A tile for each province near its place on the map, shaded by its ratio to the nation."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.language import numbers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records

from . import grid, style
from .figure import Caption, Figure, Kind
from .page import Page, balanced

# Column and row of each province by the first two digits of its code.
PLACES = {
    "65": (0, 1), "54": (1, 3), "63": (2, 2), "62": (2, 1), "64": (3, 1), "15": (3, 0),
    "23": (7, 0), "22": (7, 1), "21": (6, 1), "11": (5, 1), "14": (4, 2), "13": (4, 1),
    "12": (6, 2), "37": (5, 2), "61": (3, 2), "41": (4, 3), "51": (2, 3), "50": (3, 3),
    "42": (4, 4), "34": (5, 3), "32": (6, 3), "31": (7, 3), "53": (1, 4), "52": (2, 4),
    "43": (3, 4), "36": (5, 4), "33": (6, 4), "35": (5, 5), "45": (3, 5), "44": (4, 5),
    "46": (4, 6), "71": (7, 5), "81": (5, 6), "82": (3, 6),
}  # fmt: skip
GAP = 0.06  # between two tiles, as a share of one
SHADES = {0.8: "#DCE7F5", 1.25: "#9DBCE0", float("inf"): "#2B5C9E"}  # up to which ratio
Row = dict[Any, Any]


def tiles(
    rows: pd.DataFrame,
    *,
    title: Text,
    about: Text,
    source: Text,
    language: str,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a tile a province with its name, its ratio and how many regions are in it.

    Parameters
    ----------
    rows
        One row a province (``many.provinces`` of one year).
    about
        The subtitle, from ``crowds``.
    source
        The publications.
    """
    page = Page(_caption(rows, title, about, source), language, form=form, ax=ax)
    axes, room, size = grid.canvas(page), page.room, page.size
    records = as_records(rows)
    places = _places([row["adcode"][:2] for row in records])
    wide, down = (max(place[axis] for place in places) + 1 for axis in (0, 1))
    key = size.note * 2 / 72
    width, height = room.width / wide, (room.height - key) / down
    for row, (across, below) in zip(records, places, strict=True):
        top = room.bottom + room.height - below * height
        _tile(axes, page, row, (room.left + across * width, top, width, height))
    _key(axes, page)
    return page.figure(KIND.name, Scale.RATIO, rows, rows.iloc[:0])


def _places(codes: list[str]) -> list[tuple[int, int]]:
    """
    Return the column and row of each province: those of the map, or else in the order of codes.

    >>> _places(["11", "53"]), _places(["91", "92"])
    ([(5, 1), (1, 4)], [(0, 0), (1, 0)])
    """
    if all(code in PLACES for code in codes):
        return [PLACES[code] for code in codes]
    across = -(-len(codes) // max(1, round((len(codes) / 2) ** 0.5)))
    return [(index % across, index // across) for index in range(len(codes))]


def _tile(axes: Axes, page: Page, row: Row, box: tuple[float, float, float, float]) -> None:
    """Draw one tile, and write its name over its ratio with the interval."""
    left, top, width, height = box
    air, size = GAP * min(width, height), page.size.note
    fill = next(colour for most, colour in SHADES.items() if row["ratio"] < most)
    axes.add_patch(
        Rectangle(
            (left + air / 2, top - height + air / 2), width - air, height - air,
            facecolor=fill, linewidth=0,
        )
    )  # fmt: skip
    ink = "white" if fill == SHADES[float("inf")] else style.INK
    limits = "–".join(numbers.ratio(row[end]) for end in ("lower", "upper"))
    names = balanced(row[f"region_{page.language}"], width - 2 * air, size)[:2]
    step = min(size * 1.3 / 72, (height - air) / (len(names) + 2.5))
    y = top - (height - (len(names) + 2) * step) / 2
    for at, words in enumerate([*names, numbers.ratio(row["ratio"]), limits]):
        scaled = min(size, step * 72 / 1.2)
        gid = f"mark-{row['id']}" if at == len(names) else None
        page.text(left + width / 2, y - at * step, words, scaled, color=ink, ha="center", gid=gid)


def _key(axes: Axes, page: Page) -> None:
    """Draw the key of the shades below the tiles."""
    room, size = page.room, page.size.note
    y, left = room.bottom + size * 0.75 / 72, room.left
    ends = [0.0, *SHADES]
    for low, (high, colour) in zip(ends, SHADES.items(), strict=False):
        axes.add_patch(Rectangle((left, y - size / 144), size / 72, size / 72, color=colour))
        words = f"{low:g}–{high:g}" if low and high < ends[-1] else f"< {high:g}"
        words = f"≥ {low:g}" if high == ends[-1] else words
        page.text(left + size * 1.5 / 72, y, words, size, color=style.GREY, va="center")
        left += size * 7 / 72


def _caption(rows: pd.DataFrame, title: Text, about: Text, source: Text) -> Caption:
    return Caption(
        title=title,
        subtitle=about,
        axis=say("tiles.axis"),
        source=source,
        alt=say("tiles.alt", count=len(rows)),
        notes=(say("tiles.note", regions=int(rows["regions"].sum())),),
    )


KIND = Kind("tiles", order=11, columns=("value", "expected", "times", "ratio_lower", "ratio_upper"))
