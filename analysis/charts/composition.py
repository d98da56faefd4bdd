"""What a printed whole is made of: one bar a part, as a share of the whole."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis import phrases, remarks, style, wording
from analysis.wording import Text

from . import ledger, marks
from .blank import blank
from .comparison import left_out
from .page import Caption, Page, Picture


def composition(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    Draw the parts of each whole as bars from 0; amount and share stand at their ends.

    Parameters
    ----------
    rows
        From ``parts.composition``: wholes in house order, parts as printed.
    title
        The finding, from ``findings``.
    refused
        Regions without parts of a whole, and why (``parts.whole_only``).
    """
    if rows.empty:
        return blank(rows, title=title, language=language, refused=refused, form=form, ax=ax)
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    wide = page.size.width / style.SLIDE.width
    room = page.room
    room = room._replace(width=room.width - 2.3 * wide)
    wholes = [group.to_dict("records") for _, group in rows.groupby("whole_id", sort=False)]
    groups = [_group(page, records) for records in wholes]
    panels = ledger.panels(page, groups, gutter=3.1 * wide, room=room)
    for panel, records in zip(panels, wholes, strict=True):
        _finish(panel.axes, page, last=panel is panels[-1])
        for at, row in zip(panel.heights, records, strict=True):
            _draw(panel.axes, page, row, at)
    page.picture.rows, page.picture.refused = rows, refused
    return page.picture


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    first = rows.iloc[0].to_dict()
    name = Text(first["indicator_zh"], first["indicator_en"])
    unit = Text("占总数的%", "% of the whole")
    spans = rows[["period_start", "period_end"]].drop_duplicates()
    when = [wording.period(start, end) for start, end in spans.itertuples(index=False)]
    periods = wording.joined(when, zh="、", en=", ")
    return Caption(
        title=title,
        subtitle=wording.joined([name, unit, periods], zh="｜", en=" | "),
        source=phrases.source_note(pd.concat([_wholes(rows), rows], ignore_index=True)),
        alt=_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(_notes(rows)),
    )


def _wholes(rows: pd.DataFrame) -> pd.DataFrame:
    """The source of each whole, which need not be that of its parts."""
    names = ("origin", "report", "title", "publisher")
    return rows.drop_duplicates("whole_id").assign(**{n: rows[f"whole_{n}"] for n in names})


def _notes(rows: pd.DataFrame) -> list[Text]:
    notes = [remarks.PART_SHARE_NOTE]
    if rows["lower"].notna().any():
        notes.append(remarks.PART_LIMITS_NOTE)
    notes += remarks.sums(rows)
    if rows["origin"].eq("context").any():
        notes.append(remarks.CONTEXT_PARTS_NOTE)
    if rows["indicator"].isin(phrases.CLUSTERED).any():
        notes.append(phrases.CLUSTER_NOTE)
    return notes


def _alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    said = [
        Text(row["part_zh"], f"{row['part_en']} ") + remarks.share_label(row)
        for row in rows.to_dict("records")
    ]
    shown = wording.joined(said, zh="、", en=", ")
    names = [Text(r["region_zh"], r["region_en"]) for r in refused.to_dict("records")]
    missing = wording.joined(names, zh="、", en=", ")
    return Text(
        f"{title.zh}。{shown.zh}。没有分项：{missing.zh or '无'}。份额大小不说明各部分的风险高低。",
        f"{title.en}. {shown.en}. No parts: {missing.en or 'none'}. A share says nothing about "
        "how risky a part is.",
    )


def _group(page: Page, records: Sequence[dict[Any, Any]]) -> ledger.Group:
    row = records[0]
    lines = [ledger.Line(part[f"part_{page.language}"]) for part in records]
    heading = remarks.whole(row)[page.language]
    return ledger.Group(heading, style.colour(row["region"]), lines)


def _draw(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    colour = style.colour(row["region"])
    thick = min(page.size.label * 1.5 / 72, axes.get_ylim()[1])
    hollow = row["origin"] == "context"
    axes.barh(
        at,
        row["share"],
        height=thick,
        facecolor="white" if hollow else colour,
        edgecolor=colour,
        linewidth=1.4,
        zorder=2,
        gid=f"mark-{row['id']}",
    )
    end = row["share"]
    if pd.notna(row["lower"]):
        marks.whisker(axes, row, (row["lower"], row["upper"]), at, upright=False)
        end = row["upper"]
    amount = wording.value(row)[page.language]
    share = remarks.share_label(row)[page.language]
    axes.annotate(
        f"{amount}，{share}" if page.language == "zh" else f"{amount}, {share}",
        (end, at),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=page.size.label,
        color=colour,
        annotation_clip=False,
    )


def _finish(axes: Axes, page: Page, *, last: bool) -> None:
    axes.set_xlim(0, 100)
    ticks = [0, 25, 50, 75, 100]
    axes.set_xticks(ticks, labels=[f"{tick}%" if last else "" for tick in ticks])
    axes.grid(axis="x")
    axes.axvline(0, color=style.GREY, linewidth=1.0)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)
