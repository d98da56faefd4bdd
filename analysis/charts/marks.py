"""
Marks of figures: one shape for each kind of evidence, the same in every chart.

Each mark has the id of its row as ``gid``, so that marks in a drawing can be assigned to rows.
"""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.transforms import offset_copy

from analysis.language import numbers
from analysis.language.vocabulary import Mark

from . import style
from .page import MARK, Page, measured

ASIDE = (-0.3, 0.1)  # offset in years if an arrow and a diamond share a year
ARROW = 24.0  # points from tail to head, whatever the scale
# Shape, fill and edge, which distinguish marks without colour.
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


def draw(
    axes: Axes,
    x: float,
    y: float,
    row: Mapping[Any, Any],
    *,
    hollow: bool = False,
    size: float = MARK,
) -> None:
    """
    Draw the mark of *row* at (*x*, *y*) of *axes*.

    *row* needs ``mark``, ``region`` and ``id``; *hollow* empties a reported figure's dot, as for
    a figure of another publication. *size* is in points across.
    """
    shape = dict(SHAPES[Mark(row["mark"])])
    colour = row.get("colour") or style.colour(str(row["region"]))
    ring, dashed = shape.pop("ring", False), shape.pop("dashed", False)
    empty = shape.pop("open", False) or hollow
    axes.plot(
        [x],
        [y],
        linestyle="none",
        markersize=size,
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
            markersize=size * 5 / 3,
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
    options: dict[str, Any] = {
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


def write(
    axes: Axes,
    words: str,
    at: tuple[float, float],
    shift: tuple[float, float],
    size: float,
    **options: Any,
) -> None:
    """
    Write *words* of *size* points, *shift* points off *at*, in grey and vertically centred.

    Further *options* are those of ``Axes.annotate``.
    """
    look: dict[str, Any] = {"color": style.GREY, "va": "center", "annotation_clip": False}
    axes.annotate(
        words, at, xytext=shift, textcoords="offset points", fontsize=size, **(look | options)
    )


def over(axes: Axes, x: float, words: str, size: float, **options: Any) -> None:
    """Write *words* over the panel of *axes*, centred at *x*; *size* is in points."""
    options = {"xycoords": axes.get_xaxis_transform(), "ha": "center", "va": "bottom"} | options
    write(axes, words, (x, 1), (0, 2), size, **options)


def ticks(axes: Axes, page: Page, label: str) -> int:
    """Return how many ticks with *label* have room on the horizontal axis, at most 5."""
    wide = axes.get_position().width * page.size.width
    return max(1, min(5, int(wide / (1.3 * measured(label, page.size.note)))))


def years(axes: Axes, page: Page, every: range) -> None:
    """Name *every* year below the axis, or the first and the last one if there is no room."""
    named = every if len(every) <= ticks(axes, page, "2024") else every[:: len(every) - 1 or 1]
    axes.set_xticks(list(named))


def stated(
    axes: Axes,
    row: Mapping[Any, Any],
    *,
    shared: bool,
    size: float,
    note: float,
) -> None:
    """
    Draw a change without counts: a diamond at its percentage, which is printed, or an arrow at 0.

    Percentages of other publications are grey and in brackets. *shared* is for a year that
    has both; *size* and *note* are in points.
    """
    year = row["period_end"].year
    left, right = ASIDE if shared else (0.0, 0.0)
    if Mark(row["mark"]) is Mark.DIRECTION_ONLY:
        way = -1 if float(row["direction"]) < 0 else 1
        arrow(axes, year + left, 0, row, length=size * ARROW / MARK, rise=way * size * 1.8)
        return
    x, y = year + right, row["percent"]
    axes.plot([x, x], [0, y], color=style.AXIS, linewidth=1.2, zorder=1)
    draw(axes, x, y, row, size=size)
    other = row["origin"] == "context"
    printed = numbers.exact(y) + "%"
    words = f"[{printed}]" if other else printed
    colour = style.GREY if other else style.colour(str(row["region"]))
    shift, va = (0, -size if y <= 0 else size), "top" if y <= 0 else "bottom"
    write(axes, words, (x, y), shift, note, color=colour, ha="center", va=va)


def arrow(
    axes: Axes,
    x: float,
    y: float,
    row: Mapping[Any, Any],
    *,
    length: float = ARROW,
    rise: float = 0.0,
) -> None:
    """Draw a direction without a size: an arrow up or down, or level, *rise* points above *y*."""
    way = (float(row["direction"]) > 0) - (float(row["direction"]) < 0)
    reach, up = (0 if way else length / 2), way * length / 2
    page = axes.get_figure(root=True)
    head, tail = (
        offset_copy(axes.transData, page, x=end * reach, y=end * up + rise, units="points")
        for end in (1, -1)
    )
    axes.annotate(
        "",
        xy=(x, y),
        xycoords=head,
        xytext=(x, y),
        textcoords=tail,
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
