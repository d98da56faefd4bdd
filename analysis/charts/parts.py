"""The parts of a whole as bars, the largest first, with the shares of the province beside them."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import labels, numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.rows import as_records
from analysis.statistics import intervals
from analysis.statistics.summaries import most

from . import marks, native, style, table
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, measured
from .table import Cell

Row = dict[Any, Any]
SHARES = (0.24, 0.43, 0.14, 0.19)  # of the width: names, bars, amounts, shares


def parts(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    wider: pd.DataFrame,
    tested: Text | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the parts of each whole as bars from 0, with their amounts and shares.

    Parameters
    ----------
    rows
        From ``parts.composition``: wholes in house order, the largest part first.
    title
        The finding, from ``findings``.
    refused
        Regions without parts of a whole, and why (``parts.whole_only``).
    wider
        The shares of the same parts in the province (``parts.wider``); may be empty.
    tested
        How the shares differ from the province's, from ``findings``.
    """
    page = Page(_caption(rows, title, refused, wider, tested), language, form=form, ax=ax)
    language = page.language
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, refused)
    records, several = as_records(rows), len(set(rows["whole_id"])) > 1
    lines, at = [], []  # the lines of the table, and which of them are parts
    for index, row in enumerate(records):
        if several and (not index or row["whole_id"] != records[index - 1]["whole_id"]):
            lines.append([Cell(values.whole(row)[language]), *[Cell("")] * 3])
        at.append(len(lines))
        lines.append(_cells(row, language))
    heads = ("", "", "parts.amount", "parts.share")
    columns = table.headed(language, heads, SHARES, "right")
    grid = table.write(page, page.room, columns, lines)
    axes = grid.axes(page, 1)
    _finish(axes, rows)
    heights = [grid.middles[line] for line in at]
    tall = 0.5 * min(grid.size * 2.3 / 72, grid.columns[1].height / len(lines))
    strong = _strong(rows)
    for row, height in zip(records, heights, strict=True):
        _draw(axes, row, height, tall, strong=row["id"] in strong)
    if len(wider):
        _strip(axes, page, wider, dict(zip(rows["piece"], heights, strict=True)))
    return page.figure(KIND.name, Scale.SHARE, rows, refused, wider)


def _strong(rows: pd.DataFrame) -> set[str]:
    """Return the ids of the parts that the title counts."""
    return {row["id"] for row in most(rows[rows["whole_id"].eq(rows.iloc[0]["whole_id"])]).parts}


def _cells(row: Row, language: str) -> list[Cell]:
    share = numbers.share(row["share"], row["lower"], row["upper"], language)
    colour = style.colour(row["region"])
    amount = Cell(values.value(row)[language], colour=colour)
    return [Cell(row[f"part_{language}"]), Cell(""), amount, Cell(share, colour=colour)]


def _finish(axes: Axes, rows: pd.DataFrame) -> None:
    top = max(rows["share"].max(), rows["upper"].max() if rows["upper"].notna().any() else 0)
    axes.set_xlim(0, 5 * (top // 5 + 1) * 1.12)
    axes.axvline(0, color=style.GREY, linewidth=1.0)


def _draw(axes: Axes, row: Row, at: float, tall: float, *, strong: bool) -> None:
    colour = style.colour(row["region"])
    axes.barh(
        at,
        row["share"],
        height=tall * 2,
        facecolor=colour,
        alpha=0.65 if strong else 0.3,
        zorder=2,
        gid=f"mark-{row['id']}",
    )
    if pd.notna(row["lower"]):
        marks.whisker(
            axes, row | {"colour": style.INK}, (row["lower"], row["upper"]), at, upright=False
        )


def _strip(axes: Axes, page: Page, wider: pd.DataFrame, heights: dict[str, float]) -> None:
    """Draw the shares of the province, one diamond a period, over the bars of the same parts."""
    import seaborn as sns

    at = wider.assign(height=wider["piece"].map(heights).astype("float64"))
    sns.stripplot(
        data=at,
        x="share",
        y="height",
        orient="h",
        native_scale=True,
        jitter=False,
        marker="D",
        size=page.mark * 0.62,
        color="white",
        edgecolor=style.INK,
        linewidth=1.2,
        ax=axes,
        zorder=5,
    )
    axes.set(xlabel="", ylabel="", xticks=[], yticks=[])
    highest = at[at["height"].eq(at["height"].max())]
    last = as_records(highest.sort_values("share"))[-1]
    words, spot = str(last[f"region_{page.language}"]), (last["share"], last["height"])
    marks.write(axes, words, spot, (page.mark, 0), page.size.note, color=style.INK)
    taken = (measured(words, page.size.note) + 1.5 * page.mark / 72) / page.size.width
    free = 1 - taken / axes.get_position().width
    axes.set_xlim(0, max(axes.get_xlim()[1], last["share"] / free))


def _caption(
    rows: pd.DataFrame, title: Text, refused: pd.DataFrame, wider: pd.DataFrame, tested: Text | None
) -> Caption:
    if rows.empty:
        source = publishers.source_note(refused.assign(origin="report"))
        return Caption(title, say("shares.unit"), source, title, left_out=left_out(refused))
    first = rows.iloc[0]
    pale = len(_strong(rows)) < len(rows)
    name, unit = Text(first["indicator_zh"], first["indicator_en"]), say("shares.unit")
    wholes = [values.whole(row) for row in as_records(_wholes(rows))]
    wholes = [name, *wholes] if len(wholes) == 1 else [name]
    every, when = pd.concat([_wholes(rows), rows, wider], ignore_index=True), values.periods(rows)
    return Caption(
        title=title,
        subtitle=Text.joined(
            [*wholes, say("parts.unit") if pale else unit, when], zh="｜", en=" | "
        ),
        axis=Text.listed([name, unit]),
        source=publishers.source_note(every),
        alt=say("parts.alt_wider" if len(wider) else "parts.alt", title=title, count=len(rows)),
        left_out=left_out(refused),
        notes=tuple(_notes(rows, wider, tested)),
        spoken=tested or say("kind.parts.about"),
    )


def _wholes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of the wholes, which may differ from those of the parts."""
    names = ("origin", "report", "title", "publisher")
    return rows.drop_duplicates("whole_id").assign(**{n: rows[f"whole_{n}"] for n in names})


def _notes(rows: pd.DataFrame, wider: pd.DataFrame, tested: Text | None) -> list[Text]:
    notes = [tested] if tested else []
    if len(wider):
        where = Text(wider.iloc[0]["region_zh"], wider.iloc[0]["region_en"])
        ends = wider[["period_start", "period_end"]].drop_duplicates().sort_values("period_end")
        first, last = (values.period(*ends.iloc[at]) for at in (0, -1))
        words = {"count": len(ends), "first": first, "last": last}
        notes.append(say("note.wider_shares", region=where, **words))
    limited = rows[rows["lower"].notna()]
    if len(limited):
        notes.append(say("note.part_limits", method=values.methods(limited)[0]))
    if rows["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    return notes + values.sums(rows)


def _places(rows: Sequence[native.Row], language: str) -> list[str]:
    """Return the part of each row, under its region where there are several."""
    names = [(native.region_name(row, language), _part(row, language)) for row in rows]
    if len({row.get("region") for row in rows}) == 1:
        return [part or region for region, part in names]
    return ["\n".join(filter(None, name)) for name in names]


def _part(row: native.Row, language: str) -> str:
    # By the whole breakdown: parts of the same name may belong to different wholes.
    part = row.get(f"breakdown_{language}") or row.get(f"part_{language}") or ""
    return labels.legible(part, native.NARROW[language])


_BARS = native.Dots(("share", "lower", "upper"), numbers.share, _places, '0"%"', "bars")
KIND = Kind(
    "parts",
    order=80,
    columns=(
        "value",
        "unit",
        "share",
        "share_lower",
        "share_upper",
        "method",
        "shorthand",
        "reason",
    ),
    native=lambda record, language: native.dots({**record, "beside": ()}, language, _BARS),
    gaps=True,
)
