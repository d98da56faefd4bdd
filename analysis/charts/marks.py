"""
The marks of a figure: one shape for each kind of evidence, the same in every chart.

Each mark carries the id of its row as ``gid``, so that a drawing can be read back to its rows.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes

from analysis import style
from analysis.words import Mark

SIZE = 9.0  # points across
# What the eye may tell apart without colour: shape, filling and edge.
SHAPES: dict[Mark, dict[str, Any]] = {
    Mark.EXACT: {"marker": "o"},
    Mark.ZERO: {"marker": "o", "ring": True},
    Mark.AT_LEAST: {"marker": "^", "open": True},
    Mark.AT_MOST: {"marker": "v", "open": True},
    Mark.ABOUT: {"marker": "o", "open": True},
    Mark.PERCENT_ONLY: {"marker": "D", "open": True},
    Mark.TARGET: {"marker": "s", "open": True},
    Mark.PLAN: {"marker": "s", "open": True, "dashed": True},
}


def draw(axes: Axes, x: float, y: float, row: Mapping[Any, Any], *, hollow: bool = False) -> None:
    """
    Draw the mark of *row* at (*x*, *y*) of *axes*.

    *row* needs ``mark``, ``region`` and ``id``; *hollow* empties a reported figure's dot, as for
    a figure of another publication.
    """
    shape = dict(SHAPES[Mark(row["mark"])])
    colour = row.get("colour") or style.colour(str(row["region"]))
    ring, dashed = shape.pop("ring", False), shape.pop("dashed", False)
    empty = shape.pop("open", False) or hollow
    axes.plot(
        [x],
        [y],
        linestyle="none",
        markersize=SIZE,
        markerfacecolor="white" if empty else colour,
        markeredgecolor=colour,
        markeredgewidth=1.6,
        alpha=0.55 if dashed else 1.0,
        gid=f"mark-{row['id']}",
        clip_on=False,
        zorder=4,
        **shape,
    )
    if ring:
        axes.plot(
            [x],
            [y],
            linestyle="none",
            marker="o",
            markersize=SIZE + 6,
            markerfacecolor="none",
            markeredgecolor=colour,
            markeredgewidth=1.0,
            clip_on=False,
            zorder=3,
        )


def whisker(
    axes: Axes,
    row: Mapping[Any, Any],
    ends: tuple[float, float],
    at: float,
    *,
    upright: bool = True,
) -> None:
    """Draw the interval *ends* of *row* at position *at*, a thin line without caps."""
    colour = row.get("colour") or style.colour(str(row["region"]))
    options = {
        "color": colour,
        "linewidth": 1.6,
        "zorder": 3,
        "clip_on": False,
        "gid": f"interval-{row['id']}",
    }
    if upright:
        axes.plot([at, at], list(ends), **options)
    else:
        axes.plot(list(ends), [at, at], **options)


def arrow(axes: Axes, x: float, y: float, row: Mapping[Any, Any]) -> None:
    """Draw a direction without a size: an arrow up or down at a fixed place."""
    down = float(row["direction"]) < 0
    axes.annotate(
        "",
        xy=(x, y - 0.32 if down else y + 0.32),
        xytext=(x, y + 0.32 if down else y - 0.32),
        arrowprops={
            "arrowstyle": "-|>,head_width=0.28,head_length=0.5",
            "color": row.get("colour") or style.colour(str(row["region"])),
            "linewidth": 1.8,
            "shrinkA": 0,
            "shrinkB": 0,
        },
        gid=f"mark-{row['id']}",
        annotation_clip=False,
    )
