"""Shares in percent: rectified cases among those found, and the parts of a whole."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import labels, numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale
from analysis.statistics import intervals

from . import ledger, marks, native, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page

TICKS = [0, 25, 50, 75, 100]
Row = dict[Any, Any]


class _Form(NamedTuple):
    """How one kind of share is grouped, named, drawn and captioned."""

    kind: str

    by: str  # the column whose values share a panel
    gutter: float  # inches of the words to the left on a slide
    right: float  # inches kept free to the right on a slide, for labels
    group: Callable[[Page, Sequence[Row]], ledger.Group]
    draw: Callable[[Axes, Page, Row, float], None]
    caption: Callable[[pd.DataFrame, Text, pd.DataFrame], Caption]


def closed_loop(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the share of found cases that were rectified, on an axis from 0 to 100 %.

    Parameters
    ----------
    rows
        From ``rates.shares``, in house order.
    title
        The finding, from ``findings``.
    refused
        Regions for which no share can be made, and why (``parts.unclosed``).
    """
    return _drawn(_LOOP, rows, title, language, refused, form, ax)


def composition(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the parts of each whole as bars from 0, with amount and share at their ends.

    Parameters
    ----------
    rows
        From ``parts.composition``: wholes in house order, parts as printed.
    title
        The finding, from ``findings``.
    refused
        Regions without parts of a whole, and why (``parts.whole_only``).
    """
    return _drawn(_PARTS, rows, title, language, refused, form, ax)


def _drawn(
    of: _Form,
    rows: pd.DataFrame,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str,
    ax: Axes | None,
) -> Figure:
    if rows.empty:
        return blank(
            of.kind, rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    page = Page(of.caption(rows, title, refused), language, form=form, ax=ax)
    wide, room = page.size.width / style.SLIDE.width, page.room
    room = room._replace(width=room.width - of.right * wide)
    parts = [group.to_dict("records") for _, group in rows.groupby(of.by, sort=False)]
    groups = [of.group(page, records) for records in parts]
    panels = ledger.panels(page, groups, gutter=of.gutter * wide, room=room)
    for panel, records in zip(panels, parts, strict=True):
        _finish(panel.axes, page, last=panel is panels[-1])
        for at, row in zip(panel.heights, records, strict=True):
            of.draw(panel.axes, page, row, at)
    return page.figure(of.kind, Scale.SHARE, rows, refused)


def _finish(axes: Axes, page: Page, *, last: bool) -> None:
    axes.set_xlim(0, 100)
    axes.set_xticks(TICKS, labels=[f"{tick}%" if last else "" for tick in TICKS])
    axes.grid(axis="x")
    axes.axvline(0, color=style.GREY, linewidth=1.0)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)


def _periods(rows: pd.DataFrame) -> Text:
    spans = rows[["period_start", "period_end"]].drop_duplicates()
    periods = (values.period(start, end) for start, end in spans.itertuples(index=False))
    return Text.joined(periods, zh="、", en=", ")


def _missing(refused: pd.DataFrame) -> Text:
    """Return the names of the regions left out, or a text that there are none."""
    names = [Text(row["region_zh"], row["region_en"]) for row in refused.to_dict("records")]
    missing = Text.joined(names, zh="、", en=", ")
    return missing or say("alt.none")


def _loop_caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    notes = [say("note.whole_axis"), say("note.loop")]
    if rows["basis"].eq("rebuilt").any():
        notes.append(say("note.rebuilt"))
    about = say("shares.about")
    return Caption(
        title=title,
        subtitle=Text.joined([about, Text("%", "%"), _periods(rows)], zh="｜", en=" | "),
        axis=Text.listed([about, Text("%", "%")]),
        source=values.source_note(rows),
        alt=_loop_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(notes),
    )


def _loop_alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    summaries = [
        values.loop(row) + Text(values.fraction(row).zh, f" {values.fraction(row).en}")
        for row in rows.to_dict("records")
    ]
    shown, missing = Text.joined(summaries, zh="、", en=", "), _missing(refused)
    return say("shares.share_campaigns_differ_scope", title=title, shown=shown, missing=missing)


def _loop_group(page: Page, records: Sequence[Row]) -> ledger.Group:
    lines = [
        ledger.Line(
            values.part_or_all(row)[page.language], say(f"loop.{row['loop']}")[page.language]
        )
        for row in records
    ]
    region = records[0]
    return ledger.Group(region[f"region_{page.language}"], style.colour(region["region"]), lines)


def _draw_loop(axes: Axes, page: Page, row: Row, at: float) -> None:
    marks.draw(axes, row["share"], at, row, size=page.mark)
    counts, left = values.fraction(row)[page.language], values.still_open(row)[page.language]
    axes.annotate(
        f"{counts}  {values.share_label(row)[page.language]}{left}",
        (row["share"], at),
        xytext=(0, 8),
        textcoords="offset points",
        ha="right" if row["share"] > 50 else "left",
        va="bottom",
        fontsize=page.size.label,
        color=style.colour(row["region"]),
        annotation_clip=False,
    )


def _parts_caption(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Caption:
    first = rows.iloc[0].to_dict()
    name = Text(first["indicator_zh"], first["indicator_en"])
    unit = say("shares.unit")
    return Caption(
        title=title,
        subtitle=Text.joined([name, unit, _periods(rows)], zh="｜", en=" | "),
        axis=Text.listed([name, unit]),
        source=values.source_note(pd.concat([_wholes(rows), rows], ignore_index=True)),
        alt=_parts_alt(rows, title, refused),
        left_out=left_out(refused),
        notes=tuple(_parts_notes(rows)),
    )


def _wholes(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the sources of the wholes, which may differ from those of the parts."""
    names = ("origin", "report", "title", "publisher")
    return rows.drop_duplicates("whole_id").assign(**{n: rows[f"whole_{n}"] for n in names})


def _parts_notes(rows: pd.DataFrame) -> list[Text]:
    notes = [say("note.part_share")]
    if rows["lower"].notna().any():
        notes.append(say("note.part_limits"))
    notes += values.sums(rows)
    if rows["origin"].eq("context").any():
        notes.append(say("note.context_parts"))
    if rows["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    return notes


def _parts_alt(rows: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    summaries = [
        Text(row["part_zh"], f"{row['part_en']} ") + values.share_label(row)
        for row in rows.to_dict("records")
    ]
    shown, missing = Text.joined(summaries, zh="、", en=", "), _missing(refused)
    return say("shares.parts_share_says_nothing", title=title, shown=shown, missing=missing)


def _parts_group(page: Page, records: Sequence[Row]) -> ledger.Group:
    row = records[0]
    lines = [ledger.Line(part[f"part_{page.language}"]) for part in records]
    return ledger.Group(values.whole(row)[page.language], style.colour(row["region"]), lines)


def _draw_part(axes: Axes, page: Page, row: Row, at: float) -> None:
    colour = style.colour(row["region"])
    axes.barh(
        at,
        row["share"],
        height=min(page.size.label * 1.5 / 72, axes.get_ylim()[1]),
        facecolor="white" if row["origin"] == "context" else colour,
        edgecolor=colour,
        linewidth=1.4,
        zorder=2,
        gid=f"mark-{row['id']}",
    )
    end = row["share"]
    if pd.notna(row["lower"]):
        marks.whisker(axes, row, (row["lower"], row["upper"]), at, upright=False)
        end = row["upper"]
    _label_part(axes, page, row, (end, at))


def _label_part(axes: Axes, page: Page, row: Row, spot: tuple[float, float]) -> None:
    amount = values.value(row)[page.language]
    share = values.share_label(row)[page.language]
    axes.annotate(
        f"{amount}，{share}" if page.language == "zh" else f"{amount}, {share}",
        spot,
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=page.size.label,
        color=style.colour(row["region"]),
        annotation_clip=False,
    )


def _places(rows: Sequence[native.Row], language: str) -> list[str]:
    """Return the part and the counts of each row, under its region where there are several."""
    names = [(native.region_name(row, language), _of_part(row, language)) for row in rows]
    if len({row.get("region") for row in rows}) == 1:
        return [part or region for region, part in names]
    return ["\n".join(filter(None, name)) for name in names]


def _of_part(row: native.Row, language: str) -> str:
    # Group by the whole breakdown: parts of the same name may belong to different wholes.
    part = row.get(f"breakdown_{language}") or row.get(f"part_{language}") or ""
    lines = [labels.legible(part, native.NARROW[language])]
    if row.get("loop"):
        loop = say(f"loop.{row['loop']}")
        counts = f"{values.fraction(row)[language]}{values.still_open(row)[language]}"
        lines.append(f"{loop[language]} {counts}")
    return "\n".join(filter(None, lines))


_SHARE = ("share", "lower", "upper")
_DOTS = native.Dots(_SHARE, numbers.share, _places, '0"%"', top=100.0)
_BARS = native.Dots(_SHARE, numbers.share, _places, '0"%"', "bars")
CLOSED_LOOP = Kind(
    "closed_loop",
    order=70,
    columns=(
        "value",
        "cases",
        "total",
        "share",
        "method",
        "shorthand",
        "reason",
    ),
    native=lambda record, language: native.dots(record, language, _DOTS),
    gaps=True,
)
COMPOSITION = Kind(
    "composition",
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
    native=lambda record, language: native.dots(record, language, _BARS),
    gaps=True,
)
_LOOP = _Form(CLOSED_LOOP.name, "region", 3.9, 1.0, _loop_group, _draw_loop, _loop_caption)
_PARTS = _Form(COMPOSITION.name, "whole_id", 3.1, 2.3, _parts_group, _draw_part, _parts_caption)
