"""Small multiples: the yearly rates of a province in a panel each, beside that of the nation."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale

from . import style
from .figure import Caption, Figure
from .page import Page, Room
from .trend import KIND

WIDEST = 1.9  # width over height of a panel


def multiples(
    rows: pd.DataFrame,
    *,
    title: Text,
    source: Text,
    language: str,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the rate of each province with its interval as a band, on one scale.

    Parameters
    ----------
    rows
        One row a province and year (``many.provinces``).
    source
        The publications.
    """
    page = Page(_caption(rows, title, source), language, form=form, ax=ax)
    groups = [group for _, group in rows.groupby("region", sort=False)]
    nation = rows.drop_duplicates("period_end").sort_values("period_end")
    rooms = _rooms(page.room, len(groups))
    ends = min(rows["rate_lower"].min(), nation["of_rate"].min()), rows["rate_upper"].max()
    for index, (group, room) in enumerate(zip(groups, rooms, strict=True)):
        axes = _panel(page, room, group.iloc[0].to_dict())
        _draw(axes, group.sort_values("period_end"), nation)
        _finish(axes, page, nation, ends, first=index == 0)
    return page.figure(KIND.name, Scale.RATE, rows, rows.iloc[:0])


def _rooms(room: Room, count: int) -> list[Room]:
    """Return as many panels as needed, row by row, near to the wanted shape."""
    across = min(count, max(1, round((count * room.width / room.height / WIDEST) ** 0.5)))
    down = -(-count // across)
    wide, high = room.width / across, room.height / down
    return [
        Room(
            room.left + n % across * wide, room.bottom + (down - 1 - n // across) * high, wide, high
        )
        for n in range(count)
    ]


def _panel(page: Page, room: Room, row: dict[Any, Any]) -> Axes:
    """Write the name of a province over its panel, and return the axes of the panel."""
    note = page.size.note
    page.text(room.left, room.bottom + room.height, row[f"region_{page.language}"], note)
    left, low, head = note * 1.8 / 72, note * 1.7 / 72, note * 1.6 / 72
    width, height = room.width - left - note * 1.6 / 72, room.height - low - head
    return page.axes(Room(room.left + left, room.bottom + low, width, height))


def _draw(axes: Axes, group: pd.DataFrame, nation: pd.DataFrame) -> None:
    years = group["period_end"].dt.year
    ends = group["rate_lower"], group["rate_upper"]
    axes.fill_between(years, *ends, color=style.BAND, linewidth=0, zorder=1)
    axes.plot(
        nation["period_end"].dt.year, nation["of_rate"], color=style.GREY,
        linestyle=(0, (4, 3)), linewidth=1.0, gid="benchmark", zorder=2,
    )  # fmt: skip
    axes.plot(years, group["rate"], color=style.BLUE, linewidth=1.6, zorder=3)
    for year, rate, row in zip(years, group["rate"], group["id"], strict=True):
        axes.plot([year], [rate], "o", color=style.BLUE, markersize=2.5, gid=f"mark-{row}")


def _finish(
    axes: Axes, page: Page, nation: pd.DataFrame, ends: tuple[float, float], *, first: bool
) -> None:
    """Set the ends of the axes; only the first and the last year are named."""
    years = nation["period_end"].dt.year
    air = 0.08 * (ends[1] - ends[0]) or 0.1
    axes.set_ylim(ends[0] - air, ends[1] + air)
    axes.set_xlim(years.min() - 0.4, years.max() + 0.4)
    axes.set_xticks([years.min(), years.max()])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda y, _: numbers.number(y, page.language))
    axes.grid(axis="y")
    axes.tick_params(labelsize=page.size.note * 0.9)
    axes.spines["bottom"].set_color(style.GREY)
    axes.tick_params(axis="y", labelleft=first)


def _caption(rows: pd.DataFrame, title: Text, source: Text) -> Caption:
    first = rows.iloc[0]
    name = Text(first["indicator_zh"], first["indicator_en"])
    axis = say("multiples.axis", name=name)
    return Caption(
        title=title,
        subtitle=Text.listed([axis, values.years(rows["period_end"])]),
        axis=axis,
        source=source,
        alt=say("multiples.alt", count=rows["region"].nunique(), name=name),
        notes=(say("multiples.note", nation=Text(first["of_zh"], first["of_en"])),),
    )
