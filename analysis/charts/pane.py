"""
Panes of a page: a rectangle, a message if it is empty, and small marks of evidence.

Independent of the kind of figure; charts draw the contents of their panes.
"""

from typing import Any, NamedTuple

from matplotlib.axes import Axes

from analysis.language.text import Text
from analysis.language.vocabulary import Mark

from . import grid, marks, style
from .page import Page, wrapped

LINE = 1.4  # ems from one line of small print to the next
TIGHTEST = 1.17  # ems, the minimum height of a row


class Pane(NamedTuple):
    """A pane of the page in inches; *top* is below its heading."""

    left: float
    width: float
    top: float
    bottom: float

    def row(self, count: float, tallest: float) -> float:
        """Return the height of one of *count* rows."""
        return min(tallest, (self.top - self.bottom) / max(count, 1))


def write(page: Page, panel: Pane, words: Text) -> Pane:
    """Write a message in an empty panel, and return the panel below it."""
    size = page.size.label
    lines = wrapped(words[page.language], panel.width - 0.2, size)
    for index, line in enumerate(lines):
        y = panel.top - 0.1 - index * size * LINE / 72
        page.text(panel.left, y, line, size, color=style.GREY)
    return panel._replace(top=panel.top - 0.2 - len(lines) * size * LINE / 72)


def evidence(page: Page, axes: Axes, at: tuple[float, float], row: dict[Any, Any]) -> None:
    """Draw the mark of *row* in the size of small print."""
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
