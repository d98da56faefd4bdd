"""A funnel: each region's ratio to the national rate against the count expected there."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from analysis.language import numbers, publishers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale, Scope
from analysis.rows import as_records
from analysis.statistics import spread

from . import marks, style
from .figure import Caption, Figure, Kind
from .page import Page, Room, measured

# One shape a scope: what a count covers differs as much as regions do.
SHAPES = {
    Scope.COMMERCIAL_ROAD: "D",
    Scope.WITH_ROAD: "o",
    Scope.WITH_FIRES: "p",
    Scope.FATAL_ONLY: "v",
    Scope.GENERAL_ONLY: "^",
    Scope.UNSTATED: "s",
}
TICKS = (0.125, 0.25, 0.5, 1, 2, 4, 8)
COUNTS = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000)
SHARE, MOST = 0.2, 0.25  # of the width, for the strip of road shares: usually, and at most
LOWEST = 0.11  # of the ratios, so that the key has room
NEAR = 0.8  # a ratio from here to 1 has its name below it, clear of the line at 1
DOT = ["id", "expected", "ratio", "scope", "rough"]
CROWD = 60  # points; smaller marks for more


def peers(
    points: pd.DataFrame,
    own: pd.DataFrame,
    *,
    title: Text,
    about: Sequence[Text],
    limits: pd.DataFrame,
    roads: pd.DataFrame,
    language: str,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the ratios of peers, unnamed, and those of the regions of interest, within their limits.

    Parameters
    ----------
    points
        One row a peer: ``expected``, ``ratio``, ``scope`` and ``rough``.
    own
        The same of the regions to name, with ``named``.
    title
        The finding, from ``position`` or ``many``.
    about
        The subtitle, and notes on how the usual range is computed, from ``position``.
    limits
        The limits of chance and of the spread (``benchmarks.limits``).
    roads
        Road transport's share of each region that prints one, those of *own* with ``named``.
    """
    every = pd.concat([own, points], ignore_index=True)
    page = Page(_caption(points, own, roads, title, about), language, form=form, ax=ax)
    room, foot = page.room, page.size.note * 3.4 / 72
    strip, glue = _strip_width(page, roads, " "), " "
    if strip > MOST * room.width:
        strip, glue = _strip_width(page, roads, "\n"), "\n"
    names = _limit_names(language)
    lines = (line for name in names.values() for line in name.split("\n"))
    right = max(measured(line, page.size.note) for line in lines) + 8 / 72
    left = page.size.note * 3 / 72
    head = page.size.label * 2.4 / 72
    width = room.width - left - right - strip
    axes = page.axes(Room(room.left + left, room.bottom + foot, width, room.height - foot - head))
    _frame(axes, page, every, limits)
    _draw_limits(axes, page, limits, names)
    for row in as_records(points[DOT]):
        _dot(axes, page, row, page.mark * (0.75 if len(points) < CROWD else 0.3), style.QUIET)
    for row in as_records(own):
        _dot(axes, page, row, page.mark * 1.15, style.colour(str(row["region"])))
        _name(axes, page, row)
    _key(axes, page, every)
    if len(roads):
        wide = strip - page.size.note * 4.2 / 72
        box = Room(
            room.left + room.width - wide, room.bottom + foot, wide, room.height - foot - head
        )
        _strip(page.axes(box), page, roads, glue)
    return page.figure(KIND.name, Scale.RATIO, points, points.iloc[:0], own)


def _frame(axes: Axes, page: Page, every: pd.DataFrame, limits: pd.DataFrame) -> None:
    language, note = page.language, page.size.note
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(limits["expected"].min(), limits["expected"].max())
    inside = every["ratio"][every["ratio"] > 0]
    axes.set_ylim(min(LOWEST, inside.min() * 0.85), max(3.2, inside.max() * 1.15))
    axes.xaxis.set_major_locator(FixedLocator(COUNTS))
    axes.yaxis.set_major_locator(FixedLocator([t for t in TICKS if t > axes.get_ylim()[0]]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda n, _: numbers.number(n, language))
    axes.yaxis.set_major_formatter(lambda n, _: f"{n:g}")
    axes.tick_params(labelsize=note)
    axes.spines["bottom"].set_color(style.GREY)
    axes.set_xlabel(say("peers.expected")[language], fontsize=note, loc="left")
    axes.set_title(
        say("peers.ratio")[language], fontsize=note, color=style.GREY, loc="left", pad=note
    )


def _draw_limits(axes: Axes, page: Page, limits: pd.DataFrame, names: dict[str, str]) -> None:
    x = limits["expected"]
    looks = {"": (style.QUIET, 0.9, "chance"), "usual_": (style.INK, 2.2, "usual")}
    ends: list[tuple[float, str, str]] = [(1.0, names["line"], style.INK)]
    if "usual_lower" in limits:
        band = limits["usual_lower"], limits["usual_upper"]
        axes.fill_between(x, *band, color=style.SHADE, linewidth=0, zorder=0)
    for stem, (colour, width, name) in looks.items():
        if f"{stem}lower" not in limits:
            continue
        for side in ("lower", "upper"):
            y = limits[f"{stem}{side}"]
            axes.plot(x, y, color=colour, linewidth=width, gid=f"{stem}{side}", zorder=1)
        ends.append((float(limits[f"{stem}upper"].iloc[-1]), names[name], style.GREY))
    axes.plot(x, np.ones(len(x)), color=style.INK, linewidth=0.9, gid="benchmark", zorder=1)
    _label_ends(axes, page, float(x.iloc[-1]), ends)


def _limit_names(language: str) -> dict[str, str]:
    """Return the name of each curve, of one or two lines."""
    words = {name: say(f"peers.limit_{name}") for name in ("line", "chance", "usual")}
    return {name: text[language].replace("|", "\n") for name, text in words.items()}


def _label_ends(axes: Axes, page: Page, x: float, ends: list[tuple[float, str, str]]) -> None:
    """Write the name of each curve at its right end, moved apart to avoid overlaps."""
    point = page.plot.dpi / 72
    placed = [(axes.transData.transform((x, y))[1] / point, y, *rest) for y, *rest in ends]
    least = float("-inf")
    for high, y, words, colour in sorted(placed):
        half = page.size.note * (1.3 if "\n" in words else 0.7)
        least = max(high, least + half)
        look = {"color": colour, "linespacing": 1.1}
        marks.write(axes, words, (x, y), (5, least - high), page.size.note, **look)
        least += half


def _dot(axes: Axes, page: Page, row: dict[Any, Any], size: float, colour: str) -> None:
    """Add one dot directly, because ``plot`` updates the limits of the axes for each."""
    dot = Line2D([row["expected"]], [row["ratio"]], linestyle="none", gid=f"mark-{row['id']}")
    dot.set(
        marker=SHAPES.get(row["scope"], "o"),
        markersize=size,
        markerfacecolor="white" if row["rough"] else colour,
        markeredgecolor=colour,
        markeredgewidth=1.4 * page.size.label / style.SLIDE.label,
        clip_on=False,
    )
    axes.add_artist(dot).set_zorder(3)


def _name(axes: Axes, page: Page, row: dict[Any, Any]) -> None:
    """Write the region, the years and the ratio beside its dot."""
    ratio = say("peers.times", ratio=numbers.ratio(row["ratio"]))
    words = (row["named"] + ratio)[page.language]
    left = np.log(row["expected"]) > np.dot([0.4, 0.6], np.log(axes.get_xlim()))
    below = NEAR < row["ratio"] < 1 or (left and row["ratio"] >= 1)
    shift = ((-1 if left else 1) * page.mark * 0.9, (-0.75 if below else 1.0) * page.mark)
    look = {"ha": "right" if left else "left", "va": "top" if below else "bottom", "zorder": 5}
    look["color"] = style.colour(str(row["region"]))
    at = (row["expected"], row["ratio"])
    marks.write(axes, words, at, shift, page.size.label, **look)


def _key(axes: Axes, page: Page, every: pd.DataFrame) -> None:
    """Write what shapes and hollow marks mean, in the empty corner of large expected counts."""
    used = [scope for scope in SHAPES if every["scope"].eq(scope).any()]
    entries = [(say(f"scope_key.{scope}"), SHAPES[scope], style.QUIET) for scope in used]
    if used:
        entries.insert(0, (say("peers.key"), "", style.QUIET))
    if every["rough"].any():
        entries.append((say("peers.hollow"), "o", "white"))
    step = 1.35 * page.size.note
    for at, (words, shape, fill) in enumerate(reversed(entries)):
        corner = (0.66, 0.0)
        height = page.size.note * 0.9 + step * at
        shift, name = (page.mark * 1.1, height), words[page.language]
        marks.write(axes, name, corner, shift, page.size.note, xycoords="axes fraction")
        _key_mark(axes, page, (corner[0], height), shape, fill)


def _key_mark(axes: Axes, page: Page, at: tuple[float, float], shape: str, fill: str) -> None:
    points = axes.get_position().height * page.size.height * 72
    axes.plot(
        [at[0]],
        [at[1] / points],
        transform=axes.transAxes,
        linestyle="none",
        marker=shape,
        markersize=page.mark * 0.75,
        markerfacecolor=fill,
        markeredgecolor=style.QUIET,
    )


def _strip_width(page: Page, roads: pd.DataFrame, glue: str) -> float:
    """Return the width of the strip in inches, in which the names on its right have room."""
    if roads.empty:
        return 0.0
    named = (row for row in as_records(roads) if isinstance(row["named"], Text))
    lines = (line for row in named for line in _road(page, row, glue).split("\n"))
    widest = max((measured(line, page.size.note) for line in lines), default=0)
    names = (widest + page.mark / 72) / 0.675 + page.size.note * 4.2 / 72
    return max(page.room.width * SHARE, names)


def _road(page: Page, row: dict[Any, Any], glue: str) -> str:
    """Return a region with its share of road transport."""
    return f"{_region(row)[page.language]}{glue}{row['share']:.0f}%"


def _strip(axes: Axes, page: Page, roads: pd.DataFrame, glue: str) -> None:
    """Draw road transport's share of each region as a strip; only those of *own* are named."""
    axes.set_xlim(-1, 1)
    axes.set_ylim(0, 100)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.yaxis.set_major_locator(FixedLocator([0, 25, 50, 75, 100]))
    axes.yaxis.set_major_formatter(lambda n, _: f"{n:.0f}%")
    axes.tick_params(labelsize=page.size.note)
    axes.grid(axis="y")
    title = say("peers.roads")[page.language]
    axes.set_title(
        title, fontsize=page.size.note, color=style.GREY, loc="right", pad=page.size.note
    )
    for row in as_records(roads):
        named = isinstance(row["named"], Text)
        colour = style.colour(str(row["region"])) if named else style.QUIET
        x = -0.35 if named else -0.75
        axes.plot(
            [x],
            [row["share"]],
            "o",
            color=colour,
            markersize=page.mark * (0.95 if named else 0.7),
            clip_on=False,
        )
        if named:
            words, at = _road(page, row, glue), (x, row["share"])
            marks.write(axes, words, at, (page.mark * 0.8, 0), page.size.note, color=colour)


def _region(row: dict[Any, Any]) -> Text:
    return Text(row["region_zh"], row["region_en"])


def _caption(
    points: pd.DataFrame,
    own: pd.DataFrame,
    roads: pd.DataFrame,
    title: Text,
    about: Sequence[Text],
) -> Caption:
    count, notes = len(points), list(about[1:])
    if none := int(points["value"].eq(0).sum()):
        notes.append(say("note.peers_zeros", count=none))
    if points["origin"].eq("report").all():
        source, alt = publishers.source_note(points), say("peers.alt_unnamed", count=count)
    else:  # printed by bureaus of prefectures
        others = {*points["adcode"], *roads.loc[roads["named"].isna(), "adcode"]}
        source = say("source.peers", count=len(others)) + say("source.nation")
        notes += _selected(points, own)
        alt = say("peers.alt_alone", count=count)
        if len(own):
            regions = as_records(own.drop_duplicates("region"))
            named = Text.joined(map(_region, regions), zh="、", en=", ")
            alt = say("peers.alt", count=count, named=named)
    return Caption(
        title=title,
        subtitle=about[0],
        axis=say("peers.ratio"),
        source=source,
        alt=alt,
        notes=tuple(notes),
    )


def _selected(points: pd.DataFrame, own: pd.DataFrame) -> list[Text]:
    """Return the notes on what the counts of peers cover, and which peers there are."""
    notes = [say("note.peers_scope")]
    if pd.concat([points["rough"], own["rough"]]).any():
        notes.append(say("note.peers_rough"))
    split, least = int(points["road"].notna().sum()), spread.FEWEST_REGIONS
    if split < least:
        notes.append(say("note.peers_roads", count=split, fewest=least))
    return [*notes, say("note.peers_selected", count=len(points))]


KIND = Kind(
    "peers",
    order=8,
    columns=("value", "expected", "times"),
)
