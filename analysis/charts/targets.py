"""Targets and their results."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Measure, Scale, Status

from . import ledger, marks, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, measured

ASIDE = 14  # points between the plot and the words beside it
VERDICT = 1.1  # times the size of notes, of those words
TARGET_AT = 0.42  # share of the width for a target without a result


def targets(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw each target as a square, its result as a dot if there is one, and the verdict as text.

    Parameters
    ----------
    rows
        From ``targets.judged``, in house order.
    title
        The finding, from ``findings``.
    refused
        Regions without a target here, and why (``targets.without_target``).
    """
    if rows.empty:
        return blank(
            "targets", rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(_caption(rows, title, refused), language, form=form, ax=ax)
    regions = [group.to_dict("records") for _, group in rows.groupby("region", sort=False)]
    groups = [_group(page, records) for records in regions]
    wide = page.size.width / style.SLIDE.width
    verdicts = [_words(row, page.language) for records in regions for row in records]
    longest = max(measured(words, page.size.note * VERDICT) for words in verdicts) + ASIDE / 72
    room = page.room
    room = room._replace(width=room.width - max(3.2 * wide, longest))
    panels = ledger.panels(page, groups, gutter=5.6 * wide, room=room, foot=0.0)
    for panel, records in zip(panels, regions, strict=True):
        _bare(panel.axes)
        for at, row in zip(panel.heights, records, strict=True):
            _draw_target(panel.axes, page, row, at)
    return page.figure(KIND.name, Scale.NONE, rows, refused, _results(rows))


def _results(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the results drawn beside their targets, as separate rows."""
    known = rows[rows["result_id"].notna()]
    columns = [name for name in map(str, known) if name.startswith("result_")]
    names = {name: name.removeprefix("result_") for name in columns} | {"result": "value"}
    shared = ["region", "region_zh", "region_en", "indicator", "indicator_zh", "indicator_en"]
    shared += ["origin", "report", "publisher", "title", "published", "unit", "unit_en"]
    shared += ["unit_one"]
    results = known[[*shared, "result", *columns]].rename(columns=names)
    return results.assign(status=str(Status.ACTUAL))


def _caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    notes = [say("note.own_scale"), say("note.outcome")]
    notes += values.methods(rows)
    ends = rows["period_end"].dt.year
    span = say("targets.span", min=ends.min(), max=ends.max())
    return Caption(
        title=title,
        subtitle=Text.joined([say("note.targets_subtitle"), span], zh="｜", en=" | "),
        source=values.source_note(rows),
        alt=_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    summaries = [
        Text(
            f"{row['region_zh']}{row['indicator_zh']}：",
            f"{row['region_en']}, {row['indicator_en']}: ",
        )
        + values.aim(row)
        + say("targets.said")
        + values.outcome(row)
        for row in rows.to_dict("records")
    ]
    shown = Text.joined(summaries)
    names = [Text(r["region_zh"], r["region_en"]) for r in refused.to_dict("records")]
    missing = Text.joined(names, zh="、", en=", ")
    return say(
        "targets.figure_result_missed_target",
        title=title,
        shown=shown,
        missing=missing or say("alt.none"),
    )


def _group(page: Page, records: Sequence[dict[Any, Any]]) -> ledger.Group:
    lines = [ledger.Line(values.about(row)[page.language]) for row in records]
    region = records[0]
    return ledger.Group(region[f"region_{page.language}"], style.colour(region["region"]), lines)


def _bare(axes: Axes) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)


def _draw_target(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    _verdict(axes, page, row, at)
    axes.plot([0, 1], [at, at], color=style.BAND, linewidth=1.0, zorder=1)
    if row["measure"] != Measure.LEVEL:
        _direction(axes, page, row, at)
        return
    axes.plot([0, 0], [at - 0.06, at + 0.06], color=style.GREY, linewidth=1.0, zorder=1)
    top = _top(row)
    x = row["value"] / top if top else 0.0
    marks.draw(axes, x, at, row, size=page.mark)
    _label(axes, page, values.aim(row)[page.language], x, at, row)
    if pd.notna(row["result"]):
        _draw_result(axes, page, row, at, top)


def _top(row: dict[Any, Any]) -> float:
    """Return the value at the right end of this line, so that target and result fit from zero."""
    known = [row[name] for name in ("value", "result", "upper") if pd.notna(row[name])]
    return float(max(known)) / TARGET_AT


def _draw_result(axes: Axes, page: Page, row: dict[Any, Any], at: float, top: float) -> None:
    x = row["result"] / top if top else 0.0
    result = row | {"mark": row["result_mark"], "id": row["result_id"]}
    if pd.notna(row["lower"]):
        marks.whisker(axes, result, (row["lower"] / top, row["upper"] / top), at, upright=False)
    marks.draw(axes, x, at, result, size=page.mark)


def _direction(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    """Draw a target without a size as an arrow beside the text, without a scale."""
    sign = "↓" if row["value"] < 0 else "↑"
    axes.text(
        TARGET_AT,
        at,
        sign,
        ha="center",
        va="center",
        fontsize=page.size.label * 1.2,
        color=style.colour(row["region"]),
        gid=f"mark-{row['id']}",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )
    _label(axes, page, values.aim(row)[page.language], TARGET_AT, at, row)


def _label(axes: Axes, page: Page, words: str, x: float, at: float, row: dict[Any, Any]) -> None:
    axes.annotate(
        words,
        (x, at),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=page.size.note,
        color=style.colour(row["region"]),
        annotation_clip=False,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        zorder=2,
    )


def _words(row: dict[Any, Any], language: str) -> str:
    """Return what became of a target; a dash before it where there is no result."""
    words = values.outcome(row)[language]
    return words if pd.notna(row["result"]) else f"— {words}"


def _verdict(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    axes.annotate(
        _words(row, page.language),
        (1, at),
        xytext=(ASIDE, 0),
        textcoords="offset points",
        va="center",
        fontsize=page.size.note * VERDICT,
        color=style.INK if pd.notna(row["result"]) else style.GREY,
        annotation_clip=False,
    )


KIND = Kind(
    "targets",
    order=90,
    columns=("status", "value", "unit", "direction", "shorthand", "reason"),
)
