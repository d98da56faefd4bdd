"""From found to rectified: one share a line with its exact interval, and the counts behind it."""

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


def closed_loop(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Picture:
    """
    Draw the share of what was found that was rectified, on an axis from 0 to 100 %.

    Parameters
    ----------
    rows
        From ``derive.shares``, in house order.
    title
        The finding, from ``findings``.
    refused
        Regions for which no share can be made, and why (``parts.unclosed``).
    """
    if rows.empty:
        return blank(rows, title=title, language=language, refused=refused, form=form, ax=ax)
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    regions = [group.to_dict("records") for _, group in rows.groupby("region", sort=False)]
    groups = [_group(page, records) for records in regions]
    wide = page.size.width / style.SLIDE.width
    room = page.room
    room = room._replace(width=room.width - 1.0 * wide)
    panels = ledger.panels(page, groups, gutter=3.9 * wide, room=room)
    for panel, records in zip(panels, regions, strict=True):
        _finish(panel.axes, page, last=panel is panels[-1])
        for at, row in zip(panel.heights, records, strict=True):
            _draw(panel.axes, page, row, at)
    page.picture.rows, page.picture.refused = rows, refused
    return page.picture


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    notes = [remarks.WHOLE_AXIS, *(phrases.METHODS[m] for m in dict.fromkeys(rows["method"]))]
    notes.append(remarks.LOOP_NOTE)
    if rows["basis"].eq("rebuilt").any():
        notes.append(remarks.REBUILT_NOTE)
    about = Text("已整改占发现的份额", "share of what was found that was rectified")
    unit = Text("%", "%")
    when = wording.joined(_periods(rows), zh="、", en=", ")
    return Caption(
        title=title,
        subtitle=wording.joined([about, unit, when], zh="｜", en=" | "),
        source=phrases.source_note(rows),
        alt=_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _periods(rows: pd.DataFrame) -> list[Text]:
    spans = rows[["period_start", "period_end"]].drop_duplicates()
    return [wording.period(start, end) for start, end in spans.itertuples(index=False)]


def _alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    said = [
        remarks.loop(row) + Text(remarks.fraction(row).zh, f" {remarks.fraction(row).en}")
        for row in rows.to_dict("records")
    ]
    shown = wording.joined(said, zh="、", en=", ")
    names = [Text(r["region_zh"], r["region_en"]) for r in refused.to_dict("records")]
    missing = wording.joined(names, zh="、", en=", ")
    return Text(
        f"{title.zh}。{shown.zh}。无法算出份额：{missing.zh or '无'}。各行动范围不同，不能互比。",
        f"{title.en}. {shown.en}. No share: {missing.en or 'none'}. The campaigns differ in scope "
        "and cannot be compared.",
    )


def _group(page: Page, records: Sequence[dict[Any, Any]]) -> ledger.Group:
    lines = [
        ledger.Line(
            remarks.part_or_all(row)[page.language],
            remarks.LOOPS[row["loop"]][page.language],
        )
        for row in records
    ]
    region = records[0]
    return ledger.Group(region[f"region_{page.language}"], style.colour(region["region"]), lines)


def _draw(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    marks.whisker(axes, row, (row["lower"], row["upper"]), at, upright=False)
    marks.draw(axes, row["share"], at, row, size=page.mark)
    counts = remarks.fraction(row)[page.language]
    axes.annotate(
        f"{counts}  {remarks.share_label(row)[page.language]}",
        (row["share"], at),
        xytext=(0, 8),
        textcoords="offset points",
        ha="right" if row["share"] > 50 else "left",
        va="bottom",
        fontsize=page.size.label,
        color=style.colour(row["region"]),
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
