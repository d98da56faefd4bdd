"""
A pane of a page: its rectangle, its sentence when it is empty, and small marks of evidence.

It knows no figure; what stands in a pane is for the charts that fill it.
"""

from typing import Any, NamedTuple

from matplotlib.axes import Axes

from analysis.language.text import Text
from analysis.language.vocabulary import Mark

from . import grid, marks, style
from .page import Page, wrapped

LINE = 1.4  # ems from one line of small print to the next
TIGHTEST = 1.17  # ems of a row at least


class Pane(NamedTuple):
    """A pane of the page in inches; *top* is under its heading."""

    left: float
    width: float
    top: float
    bottom: float

    def row(self, count: float, tallest: float) -> float:
        """The height of one of *count* rows."""
        return min(tallest, (self.top - self.bottom) / max(count, 1))


def write(page: Page, panel: Pane, words: Text) -> Pane:
    """A panel with nothing to show: one sentence in its place; gives the panel under it."""
    size = page.size.label
    lines = wrapped(words[page.language], panel.width - 0.2, size)
    for place, line in enumerate(lines):
        y = panel.top - 0.1 - place * size * LINE / 72
        page.text(panel.left, y, line, size, color=style.GREY)
    return panel._replace(top=panel.top - 0.2 - len(lines) * size * LINE / 72)


def evidence(page: Page, axes: Axes, at: tuple[float, float], row: dict[Any, Any]) -> None:
    """The mark of *row* as everywhere, in the size of small print."""
    size, colour = page.size.note * 0.8, style.colour(str(row["region"]))
    gid, mark = f"mark-{row['id']}", Mark(row["mark"])
    if mark is Mark.DIRECTION_ONLY:
        way = (float(row["value"]) > 0) - (float(row["value"]) < 0)
        arrow = "→↑↓"[way]
        x, y = at
        page.text(x, y, arrow, page.size.label, color=colour, ha="center", va="center", gid=gid)
        return
    shape = marks.SHAPES[mark]
    look = grid.Look(shape["marker"], "none" if shape.get("open") else "full")
    grid.stamp(axes, at, look, colour, markersize=size, gid=gid)
    if shape.get("ring"):
        grid.stamp(axes, at, grid.Look("o", "none"), colour, markersize=size * 1.5)
