"""Drawing on the whole page in inches: dots, rules and shaded lines."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.rows import as_records

from . import style
from .page import Page, Room


def canvas(page: Page, **options: Any) -> Axes:
    """Return axes over the whole page with inches as units, the same as for text."""
    axes = page.axes(Room(0, 0, page.size.width, page.size.height), **options)
    axes.set_xlim(0, page.size.width)
    axes.set_ylim(0, page.size.height)
    axes.axis("off")
    return axes


def stamp(
    axes: Axes, at: tuple[float, float], fill: str, colour: str, *, size: float, gid: str
) -> None:
    """Draw a dot with *fill* (full, left or none), *size* points across, at *at* inches."""
    axes.plot(
        [at[0]], [at[1]],
        linestyle="none",
        marker="o",
        fillstyle=fill,
        color=colour,
        markerfacecoloralt="white",
        markersize=size,
        markeredgewidth=max(0.6, size / 8),
        gid=gid,
    )  # fmt: skip


def regions(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return the first row of each region, in house order."""
    first = rows.drop_duplicates("region")
    return as_records(first.sort_values(["level_order", "adcode"], kind="stable"))


def shade(
    axes: Axes, left: tuple[float, float], size: tuple[float, float], colour: str = style.BAND
) -> None:
    """Shade a rectangle with the middle of its left side at *left*, and its *size* in inches."""
    corner = (left[0], left[1] - size[1] / 2)
    axes.add_patch(Rectangle(corner, *size, color=colour, linewidth=0, zorder=0))


def strip(page: Page, count: int, total: int, colour: str) -> Room:
    """Draw *total* dots in a row, the first *count* of them dark; return the room below."""
    room, size = page.room, page.mark * 0.8
    step = min(room.width / total, 2.2 * size / 72)
    y = room.bottom + room.height - size / 72
    x = [room.left + (at + 0.5) * step for at in range(total)]
    look: dict[str, Any] = {"marker": "o", "linestyle": "none", "zorder": 2}
    look["markersize"] = min(size, step * 72 * 0.8)
    axes = canvas(page)
    for part, tint in ((x[:count], colour), (x[count:], style.BAND)):
        axes.plot(part, [y] * len(part), color=tint, **look)
    return room._replace(height=room.height - 2.6 * size / 72)


def rule(axes: Axes, left: float, right: float, heights: Iterable[float]) -> None:
    """Draw thin rules from *left* to *right* at *heights*."""
    for y in heights:
        axes.plot([left, right], [y, y], color=style.BAND, linewidth=0.8, zorder=0)
