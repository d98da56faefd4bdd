"""Coverage of the reports: matrices of themes or indicators by region."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Scale

from . import marks, style
from .figure import Caption, Figure, Kind
from .page import Page, Room, measured, wrapped

SHADES = LinearSegmentedColormap.from_list("shades", [style.SHADE, "#9DB8CC"])


def coverage(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    themes: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a matrix of themes by regions, shaded by the number of figures in each report.

    Parameters
    ----------
    rows
        Every row of every report, with ``mark``.
    themes
        ``theme``, ``name_zh``, ``name_en`` in the order to draw.
    """
    import seaborn as sns

    regions = _regions(rows)
    counts = rows.pivot_table(
        index="theme", columns="region", values="id", aggfunc="count", observed=True
    )
    order = [theme for theme in themes["theme"] if theme in counts.index]
    counts = counts.reindex(index=order, columns=[r["region"] for r in regions])
    names = themes.set_index("theme")[f"name_{language}"]
    caption = Caption(
        title=title,
        subtitle=say("coverage.caption.figures_theme_grey_dash"),
        source=values.source_note(rows),
        alt=_count_alt(counts, regions, title),
        notes=(say("note.count"),),
    )
    page = Page(caption, language, form=form, ax=ax)
    axes = _matrix_axes(page, regions, [names[theme] for theme in order])
    sns.heatmap(
        np.sqrt(counts.astype("float64")),
        ax=axes,
        cmap=SHADES,
        cbar=False,
        linewidths=3,
        linecolor="white",
        annot=counts.map(lambda n: "" if pd.isna(n) else f"{n:.0f}"),
        fmt="",
        annot_kws={"fontsize": page.size.label, "color": style.INK},
        mask=counts.isna().to_numpy(),
        xticklabels=False,
        yticklabels=False,
        rasterized=False,
    )
    axes.set(xlabel="", ylabel="")
    for y, x in zip(*np.nonzero(counts.isna().to_numpy()), strict=True):
        _dash(axes, x + 0.5, y + 0.5)
    return page.figure(KIND.name, Scale.NONE, rows, rows.iloc[:0])


def shared(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    gaps: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw a mark per region and indicator, or a dash with the reason for a missing figure.

    Parameters
    ----------
    rows
        The rows to show, one for each indicator and region at most, with ``mark``; the order of
        first appearance of indicators is kept.
    gaps
        ``region``, ``indicator``, ``gap``, ``reason_zh``, ``reason_en`` for the other cells.
    """
    regions = _regions(pd.concat([rows, gaps], ignore_index=True))
    indicators = list(dict.fromkeys(rows["indicator"]))
    first = rows.drop_duplicates("indicator").set_index("indicator")
    used = [mark for mark in Mark if rows["mark"].eq(mark).any()]
    caption = Caption(
        title=title,
        subtitle=say("coverage.caption.indicators_two_more_reports"),
        source=values.source_note(rows),
        alt=_shared_alt(rows, gaps, title),
        notes=(values.marks_key(used), say("note.part")),
    )
    page = Page(caption, language, form=form, ax=ax)
    names = [str(first.loc[code, f"indicator_{language}"]) for code in indicators]
    axes = _matrix_axes(page, regions, names, gutter=4.0)
    axes.set_xlim(0, len(regions))
    axes.set_ylim(len(indicators), 0)
    columns = {region["region"]: index for index, region in enumerate(regions)}
    lines = {code: index for index, code in enumerate(indicators)}
    for row in rows.to_dict("records"):
        _cell(axes, page, row, columns[row["region"]], lines[row["indicator"]])
    for row in gaps[gaps["indicator"].isin(indicators)].to_dict("records"):
        x, y = columns[row["region"]] + 0.5, lines[row["indicator"]] + 0.5
        if row["gap"] == Gap.NOT_REPORTED:
            _dash(axes, x, y)
        else:
            axes.text(
                x,
                y,
                say(f"gap_short.{Gap(row['gap'])}")[language],
                ha="center",
                va="center",
                fontsize=page.size.note,
                color=style.GREY,
            )
    for y in range(len(indicators) + 1):
        axes.axhline(y, color=style.BAND, linewidth=0.8, zorder=0)
    return page.figure(KIND.name, Scale.NONE, rows, gaps)


def _regions(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    order = rows.sort_values(["level_order", "adcode"], kind="stable").drop_duplicates("region")
    return order.to_dict("records")


def _matrix_axes(
    page: Page, regions: list[dict[Any, Any]], names: list[str], *, gutter: float = 2.6
) -> Axes:
    """Return axes with the regions above and the names of the lines to the left."""
    room = page.room
    gutter = gutter * page.size.width / 13.333
    head = 0.5 * page.size.height / 7.5
    axes = page.axes(Room(room.left + gutter, room.bottom, room.width - gutter, room.height - head))
    axes.set_xticks([])
    axes.set_yticks([])
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    step = (room.width - gutter) / len(regions)
    for index, region in enumerate(regions):
        x = room.left + gutter + (index + 0.5) * step
        page.text(
            x,
            room.bottom + room.height,
            region[f"region_{page.language}"],
            page.size.label,
            color=style.colour(region["region"]),
            ha="center",
        )
        when = values.report_period(region["report"], page.language)
        page.text(
            x,
            room.bottom + room.height - page.size.label * 1.35 / 72,
            when,
            page.size.note,
            color=style.GREY,
            ha="center",
        )
    high = (room.height - head) / len(names)
    for index, name in enumerate(names):
        size = page.size.label if high > 0.3 else page.size.note
        if measured(name, size) > gutter - 0.15:
            size = page.size.note
        lines = wrapped(name, gutter - 0.1, size)
        y = room.bottom + room.height - head - (index + 0.5) * high
        page.text(room.left, y, "\n".join(lines), size, va="center", linespacing=1.0)
    return axes


def _cell(axes: Axes, page: Page, row: dict[Any, Any], column: int, line: int) -> None:
    """Draw a mark with its text to the right."""
    x, y = column + 0.16, line + 0.5
    if row["mark"] == Mark.DIRECTION_ONLY:
        arrow = "↓" if row["value"] < 0 else "↑" if row["value"] > 0 else "→"
        axes.text(
            x,
            y,
            arrow,
            ha="center",
            va="center",
            fontsize=page.size.label,
            color=style.colour(row["region"]),
            gid=f"mark-{row['id']}",
        )
    else:
        marks.draw(axes, x, y, row, size=page.mark)
    words = values.brief(row)[page.language]
    part = "*" if row["breakdown"] else ""
    axes.annotate(
        words + part,
        (x, y),
        xytext=(10, 0),
        textcoords="offset points",
        va="center",
        fontsize=page.size.note,
        color=style.INK,
    )


def _dash(axes: Axes, x: float, y: float) -> None:
    axes.plot([x - 0.05, x + 0.05], [y, y], color=style.GREY, linewidth=1.4, gid="gap")


def _count_alt(counts: pd.DataFrame, regions: list[dict[Any, Any]], title: Text) -> Text:
    total = counts.sum(min_count=1)
    summary = Text.joined(
        (
            say(
                "coverage.region_count",
                region=Text(r["region_zh"], r["region_en"]),
                count=total[r["region"]],
            )
            for r in regions
        ),
        zh="、",
        en=", ",
    )
    return say("coverage.figures_more_figures_better", title=title, said=summary)


def _shared_alt(rows: pd.DataFrame, gaps: pd.DataFrame, title: Text) -> Text:
    return say(
        "coverage.indicators_cells_figure_without",
        title=title,
        indicators=rows["indicator"].nunique(),
        count=len(rows),
        empty=len(gaps),
    )


KIND = Kind(
    "coverage",
    order=10,
    columns=("status", "value", "unit", "change", "direction", "printed", "shorthand"),
)
