"""The ratios of hundreds of regions to the nation in their order, each as its interval, unnamed."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records

from . import style
from .figure import Caption, Figure, Kind
from .page import Page, Room

TICKS = (0, 0.25, 0.5, 1, 2, 4, 8)
MOST = 9.0  # where the axis ends; a longer interval is cut


def ranked(
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
    Draw the interval of each ratio as a vertical line, and the ratio as a dot, lowest first.

    Parameters
    ----------
    rows
        One row a region: ``ratio`` with ``lower`` and ``upper`` (``many.ratios``).
    about
        The subtitle, from ``crowds``.
    source
        The publications.
    """
    rows = rows.sort_values("ratio", kind="stable", ignore_index=True)
    page = Page(_caption(rows, title, about, source), language, form=form, ax=ax)
    room, note = page.room, page.size.note
    left, foot, head = note * 3 / 72, note * 2 / 72, note * 2.2 / 72
    box = Room(room.left + left, room.bottom + foot, room.width - left, room.height - foot - head)
    axes = page.axes(box)
    _frame(axes, page, rows)
    width = min(0.6 * box.width * 72 / len(rows), page.mark * 0.4)
    for index, row in enumerate(as_records(rows[["id", "lower", "upper"]])):
        _interval(axes, index, row, width)
    axes.plot(
        rows.index, rows["ratio"], linestyle="none", marker="o", markersize=max(1.2, 1.6 * width),
        markeredgewidth=0, color=style.INK, zorder=4,
    )  # fmt: skip
    return page.figure(KIND.name, Scale.RATIO, rows, rows.iloc[:0])


def _frame(axes: Axes, page: Page, rows: pd.DataFrame) -> None:
    """Draw the axis, on which square roots are even, and the line of the nation."""
    language, note = page.language, page.size.note
    axes.set_yscale("function", functions=(lambda y: np.sqrt(np.maximum(y, 0)), np.square))
    axes.set_ylim(0, min(MOST, float(rows["upper"].max()) * 1.05))
    axes.set_xlim(-0.01 * len(rows) - 1, 1.01 * len(rows))
    axes.yaxis.set_major_locator(FixedLocator(TICKS))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
    axes.set_xticks([])
    axes.tick_params(labelsize=note)
    axes.axhline(1, color=style.INK, linewidth=1.1, gid="benchmark", zorder=3)
    axes.set_title(
        say("ranked.axis")[language], fontsize=note, color=style.GREY, loc="left", pad=note * 0.6
    )
    axes.set_xlabel(
        say("ranked.order", count=len(rows))[language], fontsize=note, color=style.GREY, loc="left"
    )


def _interval(axes: Axes, x: int, row: dict[Any, Any], width: float) -> None:
    """Add one line directly, because ``plot`` updates the limits of the axes for each."""
    ends = [row["lower"], row["upper"]]
    line = Line2D([x, x], ends, linewidth=width, color=style.QUIET, gid=f"mark-{row['id']}")
    axes.add_artist(line).set_zorder(2)


def _caption(rows: pd.DataFrame, title: Text, about: Text, source: Text) -> Caption:
    return Caption(
        title=title,
        subtitle=about,
        axis=say("ranked.axis"),
        source=source,
        alt=say("ranked.alt", count=len(rows)),
        notes=(say("ranked.note"),),
    )


KIND = Kind("ranked", order=9, columns=("value", "expected", "times", "ratio_lower", "ratio_upper"))
