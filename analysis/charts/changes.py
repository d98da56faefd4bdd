"""Changes of one year on a percent axis: published ones beside those computed from counts."""

from collections.abc import Iterator
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from analysis.errors import CrowdedError
from analysis.language import labels, numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Scale
from analysis.rows import as_records
from analysis.statistics import intervals
from analysis.statistics.dates import whole_year

from . import marks, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind, applicable, described, missing
from .page import Page, Room, measured

FAR = 100.0  # percent; an interval that reaches further ends at the edge, its text is complete
ADDED = ["whole", "colour", "reporting"]  # columns of the drawing only
Row = dict[Any, Any]


def changes(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a panel per indicator, in which every region has its changes on one percent axis.

    Parameters
    ----------
    rows
        Changes of one year (``percents.of_year``): diamonds for published percentages, dots with
        an interval for changes computed from counts, an arrow in the margin for a direction.
    refused
        Reporting regions without any change, and why.
    """
    if rows.empty:
        return blank(
            KIND.name, rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    colours = rows["region"].map(style.colour).where(rows["reporting"], style.GREY)
    rows = rows.assign(whole=whole_year(rows), colour=colours)
    panels = [group for _, group in rows.groupby("indicator", sort=False)]
    regions = list(dict.fromkeys(rows.sort_values(["level_order", "adcode"])["region"]))
    heights = _heights(rows, regions)
    _refuse_crowd(page, len(rows), heights)
    gutter = max(measured(name, page.size.label) for name in _names(rows, page)) + 0.15
    _draw_names(page, rows, heights, gutter)
    width = (page.room.width - gutter) / len(panels)
    for index, panel in enumerate(panels):
        left = page.room.left + gutter + index * width
        _draw_panel(page, page.room._replace(left=left, width=width), panel, heights, rows)
    return page.figure(KIND.name, Scale.RATIO, rows.drop(columns=ADDED), refused)


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    about = say("changes.about")
    computed = rows[rows["mark"].eq(Mark.EXACT)]
    around = [] if rows["reporting"].all() else [say("changes.around")]
    partly = ~whole_year(rows)
    conditions = {
        "changes.key": len(computed) > 0,
        "changes.part_year": partly.any(),
        "note.context": computed["origin"].eq("context").any(),
        "note.cluster": computed["indicator"].isin(intervals.CLUSTERED).any(),
    }
    return Caption(
        title=title,
        subtitle=Text.listed([about, *around, values.years(rows["period_end"])]),
        axis=about,
        source=publishers.source_note(rows),
        alt=described(
            "changes.figure",
            [_in_words(row) for row in as_records(rows)],
            missing=missing(refused),
        ),
        left_out=left_out(refused),
        notes=(*_publishers(rows), *applicable(conditions)),
        spoken=say("kind.changes.about"),
    )


def _publishers(rows: pd.DataFrame) -> Iterator[Text]:
    """Yield who published the percentages of reporting regions that their reports lack."""
    others = rows[rows["reporting"] & rows["origin"].eq("context")]
    others = others[others["mark"].eq(Mark.PERCENT_ONLY)].drop_duplicates(["region", "publisher"])
    each = [
        say("page.region", regions=labels.region(row), reason=publishers.brief(row["publisher"]))
        for row in as_records(others)
    ]
    if each:
        yield say("changes.published_by", publishers=Text.joined(each, zh="、", en=", "))


def _in_words(row: Row) -> Text:
    words = say(
        "changes.alt",
        region=Text(row["region_zh"], row["region_en"]),
        name=values.short(row),
        change=_change(row),
    )
    return words + (say("changes.computed") if row["mark"] == Mark.EXACT else Text("", ""))


def _change(row: Row) -> Text:
    if row["mark"] == Mark.DIRECTION_ONLY:
        return values.direction(row["direction"])
    form = numbers.signed_percent if _printed(row) else numbers.computed_percent
    return Text(*[form(row["percent"])] * 2)


def _printed(row: Row) -> bool:
    return bool(row["mark"] == Mark.PERCENT_ONLY)


def _names(rows: pd.DataFrame, page: Page) -> list[str]:
    return [str(name) for name in rows[f"region_{page.language}"].unique()]


def _heights(rows: pd.DataFrame, regions: list[str]) -> dict[str, tuple[float, float]]:
    """Return the top and bottom of each region as shares of the height, by its lines."""
    counts = rows.groupby(["region", "indicator"]).size().groupby("region").max() + 0.6
    total = float(sum(counts[region] for region in regions))
    heights, top = {}, 1.0
    for region in regions:
        bottom = top - float(counts[region]) / total
        heights[region] = (top, bottom)
        top = bottom
    return heights


def _refuse_crowd(page: Page, count: int, heights: dict[str, tuple[float, float]]) -> None:
    lines = min(top - bottom for top, bottom in heights.values()) * _inside(page)[1]
    if lines < page.size.note * 1.25 / 72:
        raise CrowdedError(say("crowded.changes", count=count, regions=len(heights)))


def _inside(page: Page) -> tuple[float, float]:
    """Return the bottom and the height of the panels, below their names and above the ticks."""
    below, above = page.size.note * 1.9 / 72, page.size.label * 2.0 / 72
    return page.room.bottom + below, page.room.height - below - above


def _draw_names(
    page: Page, rows: pd.DataFrame, heights: dict[str, tuple[float, float]], gutter: float
) -> None:
    bottom, height = _inside(page)
    for row in as_records(rows.drop_duplicates("region")):
        y = bottom + height * sum(heights[row["region"]]) / 2
        colour = row["colour"]
        words, size = row[f"region_{page.language}"], page.size.label
        x = page.room.left + gutter - 0.15
        page.text(x, y, words, size, color=colour, ha="right", va="center")


def _draw_panel(
    page: Page,
    room: Room,
    panel: pd.DataFrame,
    heights: dict[str, tuple[float, float]],
    every: pd.DataFrame,
) -> None:
    """Draw the changes of one indicator, and each as text in a column on the right."""
    bottom, height = _inside(page)
    size = page.size.note
    column = max(measured(_label(row, page), size) for row in as_records(every)) + 0.2
    name = Text(*panel[["indicator_zh", "indicator_en"]].iloc[0])[page.language]
    page.text(room.left, room.bottom + room.height, name, page.size.label)
    axes = page.axes(Room(room.left + 0.1, bottom, room.width - column - 0.35, height))
    _finish(axes, page, every, heights)
    for region, group in panel.groupby("region", sort=False):
        top, low = heights[str(region)]
        for index, row in enumerate(as_records(group)):
            at = top - (top - low) * (index + 0.5) / len(group)
            _draw_change(axes, page, row, at)
            y, x = bottom + height * at, room.left + room.width - column - 0.1
            page.text(x, y, _label(row, page), size, color=_colour(row), va="center")


def _colour(row: Row) -> str:
    return str(row["colour"]) if row["origin"] == "report" else style.GREY


def _label(row: Row, page: Page) -> str:
    """Return the change as text: as printed, or computed with its interval."""
    words = _change(row)[page.language]
    if row["mark"] == Mark.EXACT:
        low, high = (f"{100 * (row[end] - 1):+.0f}".replace("-", "−") for end in ("lower", "upper"))
        return words + say("changes.interval", low=low, high=high)[page.language]
    if not row.get("whole", True):
        day = values.day(row["period_end"], year=False)
        return words + say("changes.to_date", day=day)[page.language]
    return words


def _finish(
    axes: Axes, page: Page, every: pd.DataFrame, heights: dict[str, tuple[float, float]]
) -> None:
    axes.set_ylim(0, 1)
    axes.set_xlim(*_ends(every))
    axes.set_yticks([])
    axes.grid(axis="x")
    axes.axvline(0, color=style.GREY, linewidth=1.0, zorder=1)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)
    axes.xaxis.set_major_formatter(lambda x, _: numbers.signed_percent(x))
    axes.locator_params(axis="x", nbins=marks.ticks(axes, page, "+100%"))
    low, high = axes.get_xlim()
    for region in every.loc[every["reporting"], "region"].unique():
        top, bottom = heights[region]
        axes.axhline(bottom, color="white", linewidth=3, zorder=0.5)
        band = Rectangle((low, bottom), high - low, top - bottom, facecolor=style.SHADE, zorder=0)
        axes.add_patch(band)


def _ends(rows: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the percent axis: every change and interval, at most ``FAR``."""
    spans = [100 * (rows[end] - 1) for end in ("lower", "upper") if end in rows]
    every = pd.concat([rows["percent"], *spans]).dropna()
    low, high = (every.min(), every.max()) if len(every) else (0.0, 0.0)
    room = max(high - low, 10.0) * 0.06
    return max(min(low, 0.0) - room, -100.0), min(max(high, 0.0) + room, FAR)


def _draw_change(axes: Axes, page: Page, row: Row, at: float) -> None:
    low, high = axes.get_xlim()
    if row["mark"] == Mark.DIRECTION_ONLY:
        marks.arrow(axes, low, at, row, length=page.mark * 1.6)
        return
    if row["mark"] == Mark.EXACT:
        ends = [100 * (row[end] - 1) for end in ("lower", "upper")]
        marks.whisker(axes, row, (max(ends[0], low), min(ends[1], high)), at, upright=False)
    x = min(max(row["percent"], low), high)
    marks.draw(axes, x, at, row, hollow=row["origin"] == "context", size=page.mark)


KIND = Kind(
    "changes",
    order=50,
    columns=(
        *("value", "before", "unit", "ratio", "ratio_lower", "ratio_upper"),
        *("change", "direction", "method", "shorthand", "reason"),
    ),
    gaps=True,
)
