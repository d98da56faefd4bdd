"""Changes between years: ratios with the range of chance, and percentages without counts."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import labels, numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Scale
from analysis.statistics import intervals, summaries

from . import ledger, marks, native, style
from .blank import blank
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import LEADING, Page, Room, measured, wrapped

GAP = 0.35  # inches between the two panels
COUNTED_SHARE = 0.7  # of the width, for the changes with counts
FAR = 16.0  # larger ratios, and their inverse, are drawn at the edge; their text is complete
DASHED = (0, (3, 2))
TICKS = (0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16)
KEY = ["indicator", "breakdown", "period_end"]


def year_on_year(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    national: pd.DataFrame,
    refused: pd.DataFrame,
    tested: pd.DataFrame | None = None,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw counted changes as ratios, and percentages and directions in a separate panel.

    Parameters
    ----------
    rows
        Changes, counted or only stated, tested together (``standardised.family``).
    title
        The finding, from ``findings``.
    national
        The wider region's ratios (``standardised.changes``); grey dashes beside each change.
    refused
        Regions without any change, and why.
    tested
        All changes that were tested together, where *rows* are one page of them.
    """
    if rows.empty:
        return blank(
            "changes", rows, title=title, language=language, refused=refused, form=form, ax=ax
        )
    counted = rows[rows["mark"].eq(Mark.EXACT)]
    stated = rows[rows["mark"].ne(Mark.EXACT)]
    national = national.merge(counted[KEY].drop_duplicates(), on=KEY)
    caption = _caption(counted, stated, title, national, refused)
    every = rows if tested is None else tested
    caption = replace(caption, notes=(*_tests(every), *caption.notes))
    page = Page(caption, language, form=form, ax=ax)
    left, right = _rooms(page, counted, stated)
    if left:
        _draw_counted(page, left, counted, national)
    if right:
        _draw_stated(page, right, stated)
    return page.figure(KIND.name, Scale.RATIO, rows, refused, national)


def _rooms(
    page: Page, counted: pd.DataFrame, stated: pd.DataFrame
) -> tuple[Room | None, Room | None]:
    room = page.room
    if stated.empty or counted.empty:
        return (None if counted.empty else room), (None if stated.empty else room)
    width = (room.width - GAP) * COUNTED_SHARE
    left = room.left + width + GAP
    return room._replace(width=width), room._replace(left=left, width=room.width - width - GAP)


def _caption(
    counted: pd.DataFrame,
    stated: pd.DataFrame,
    title: Text,
    national: pd.DataFrame,
    refused: pd.DataFrame,
) -> Caption:
    drawn = pd.concat([counted, stated], ignore_index=True)
    about = say("changes.about")
    return Caption(
        title=title,
        subtitle=Text.joined([about, values.years(drawn["period_end"])], zh="｜", en=" | "),
        source=values.source_note(pd.concat([drawn, national], ignore_index=True)),
        axis=about,
        alt=_alt(counted, stated, title, refused),
        left_out=left_out(refused),
        notes=tuple(_notes(counted, stated, national)),
    )


def _notes(counted: pd.DataFrame, stated: pd.DataFrame, national: pd.DataFrame) -> list[Text]:
    notes = []
    drawn = pd.concat([counted, stated], ignore_index=True)
    if len(national) or drawn["origin"].eq("context").any():
        notes.append(say("note.elsewhere"))
    if counted["before_origin"].eq("context").any():
        notes.append(say("note.before"))
    if counted["indicator"].isin(intervals.CLUSTERED).any():
        notes.append(say("note.cluster"))
    return notes


def _tests(tested: pd.DataFrame) -> list[Text]:
    """Return the notes on how counted changes were tested, and the number of discoveries."""
    counted = tested[tested["mark"].eq(Mark.EXACT)]
    if counted.empty:
        return []
    summary = summaries.changes(counted)
    note = say("note.discoveries_none", count=summary.total)
    if summary.beyond:
        note = say("note.discoveries", count=summary.total, stand=summary.beyond)
    return [*values.methods(counted), note, say("note.chance_band")]


def _alt(counted: pd.DataFrame, stated: pd.DataFrame, title: Text, refused: pd.DataFrame) -> Text:
    summaries = [_told(row, values.ratio_label(row)) for row in counted.to_dict("records")]
    summaries += [_told(row, values.stated(row)) for row in stated.to_dict("records")]
    shown = Text.joined(summaries, zh="、", en=", ")
    names = [Text(r["region_zh"], r["region_en"]) for r in refused.to_dict("records")]
    missing = Text.joined(names, zh="、", en=", ")
    return say(
        "changes.change_given_percentages_directions",
        title=title,
        shown=shown,
        missing=missing or say("alt.none"),
    )


def _told(row: dict[Any, Any], change: Text) -> Text:
    year = row["period_end"].year
    return say(
        "changes.alt",
        region=Text(row["region_zh"], row["region_en"]),
        indicator=values.lowered(Text(row["indicator_zh"], row["indicator_en"])),
        year=year,
        change=change,
    )


def _draw_counted(page: Page, room: Room, counted: pd.DataFrame, national: pd.DataFrame) -> None:
    """Draw a line per change: its ratio on the axis, and three columns of text to the right."""
    wider = national[[*KEY, "ratio", "id"]].rename(columns={"ratio": "wider", "id": "wider_id"})
    lines = counted.merge(wider, on=KEY, how="left")
    every = [g.to_dict("records") for _, g in lines.groupby(["region", "indicator"], sort=False)]
    columns = _columns(page, [row for records in every for row in records])
    right, head, foot = columns[0] + 0.12, page.size.note * 1.6 / 72, page.size.note * 3.6 / 72
    under = room._replace(width=room.width - right, height=room.height - head)
    groups = [_group(page, records) for records in every]
    gutter = max(measured(line.words, page.size.label) for g in groups for line in g.lines) + 0.22
    ends = _ends(counted)
    for panel, records in zip(
        ledger.panels(page, groups, gutter=gutter, room=under, foot=foot), every, strict=True
    ):
        _finish(panel.axes, page, ends, last=records is every[-1])
        for at, row in zip(panel.heights, records, strict=True):
            _draw_change(panel.axes, page, row, at)
            y = panel.axes.get_position().y0 * page.size.height + at
            for reach, (words, size, colour) in zip(columns, _cells(page, row), strict=True):
                x = room.left + room.width - reach
                page.text(x, y, words, size, color=colour, va="center")
    for reach, words in zip(columns, _heads(page, lines), strict=True):
        x, y = room.left + room.width - reach, room.bottom + room.height
        page.text(x, y, words, page.size.note, color=style.GREY)


_COLUMNS = ("ratio", "would_show", "china")


def _heads(page: Page, lines: pd.DataFrame) -> list[str]:
    heads = [say(f"change_column.{name}")[page.language] for name in _COLUMNS]
    return heads if lines["wider"].notna().any() else [*heads[:2], ""]


def _cells(page: Page, row: dict[Any, Any]) -> list[tuple[str, float, str]]:
    """Return the ratio, the counts that would show a change, and the national ratio, as text."""
    ratio = say("note.no_ratio") if pd.isna(row["ratio"]) else values.ratio_label(row)
    wide = "" if pd.isna(row["wider"]) else numbers.ratio(row["wider"])
    return [
        (ratio[page.language], page.size.label, style.colour(row["region"])),
        (values.detectable(row)[page.language], page.size.note, style.GREY),
        (wide, page.size.note, style.GREY),
    ]


def _columns(page: Page, records: Sequence[dict[Any, Any]]) -> list[float]:
    """Return the distance of each text column from the right edge, in inches."""
    words = [say(f"change_column.{name}")[page.language] for name in _COLUMNS]
    heads = [(word, page.size.note, "") for word in words]
    reach, distances = 0.0, []
    for column in reversed(list(zip(heads, *(_cells(page, row) for row in records), strict=True))):
        reach += max(measured(words, size) for words, size, _ in column) + 0.15
        distances.append(reach)
    return distances[::-1]


def _group(page: Page, records: Sequence[dict[Any, Any]]) -> ledger.Group:
    lines = [ledger.Line(values.against(row)[page.language]) for row in records]
    return ledger.Group(_heading(page, records[0]), style.colour(records[0]["region"]), lines)


def _heading(page: Page, row: dict[Any, Any]) -> str:
    region, indicator = row[f"region_{page.language}"], row[f"indicator_{page.language}"]
    return f"{region}｜{indicator}" if page.language == "zh" else f"{region} | {indicator}"


def _ends(counted: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the axis: every interval and band, limited to a factor of ``FAR``."""
    seen = [counted["lower"], counted["upper"], counted["ratio"]]
    seen += [counted[name] / counted["before"] for name in ("at_most", "at_least")]
    every = pd.concat(seen).dropna()
    low, high = every.min(), every.max()
    return max(min(low / 1.15, 0.45), 1 / FAR), min(max(high * 1.15, 2.2), FAR)


def _draw_change(axes: Axes, page: Page, row: dict[Any, Any], at: float) -> None:
    half = page.size.label * 0.5 / 72
    _draw_band(axes, row, at, half)
    low, high = axes.get_xlim()
    if pd.notna(row["wider"]):
        _upright(
            axes, row["wider"], at, half * 1.3, gid=f"benchmark-{row['wider_id']}", linestyle=DASHED
        )
    if pd.notna(row["ratio"]):
        ends = (max(row["lower"], low), min(row["upper"], high))
        marks.whisker(axes, row, ends, at, upright=False)
        x = min(max(row["ratio"], low), high)
        marks.draw(axes, x, at, row, hollow=row["origin"] == "context", size=page.mark)


def _draw_band(axes: Axes, row: dict[Any, Any], at: float, half: float) -> None:
    """Draw the range of chance, with a tick at the first counts that show a change."""
    if not row["before"]:
        return
    low, high = axes.get_xlim()
    ends = [row[name] / row["before"] for name in ("at_most", "at_least")]
    start = low if pd.isna(ends[0]) else max(ends[0], low)
    between, gid = [start, min(ends[1], high)], f"band-{row['id']}"
    axes.fill_between(
        between, at - half, at + half, color=style.BAND, linewidth=0, zorder=1, gid=gid
    )
    for end in ends:
        if low <= end <= high:
            _upright(axes, end, at, half, gid=f"detectable-{row['id']}", linestyle="-")


def _upright(axes: Axes, x: float, at: float, half: float, *, gid: str, linestyle: Any) -> None:
    options: dict[str, Any] = {"color": style.GREY, "linewidth": 1.2, "zorder": 2}
    axes.plot([x, x], [at - half, at + half], linestyle=linestyle, gid=gid, **options)


def _finish(axes: Axes, page: Page, ends: tuple[float, float], *, last: bool) -> None:
    """Draw thin rules at the usual ratios, with numbers and directions under the last group."""
    axes.set_xscale("log")
    axes.set_xlim(*ends)
    ticks = [tick for tick in TICKS if ends[0] <= tick <= ends[1]]
    axes.set_xticks(ticks, labels=[numbers.exact(tick) if last else "" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.grid(axis="x")
    axes.axvline(1, color=style.GREY, linewidth=1.0, zorder=1)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(labelsize=page.size.note)
    if not last:
        return
    for side, words in ((0, say("note.scale_fall")), (1, say("note.scale_rise"))):
        axes.annotate(
            words[page.language],
            (side, 0),
            xycoords="axes fraction",
            xytext=(0, -page.size.note * 2.0),
            textcoords="offset points",
            ha="right" if side else "left",
            va="top",
            fontsize=page.size.note,
            color=style.GREY,
            annotation_clip=False,
        )


def _draw_stated(page: Page, room: Room, stated: pd.DataFrame) -> None:
    """Draw percentages as diamonds and directions as arrows, by year and without a scale."""
    size, top = page.size.note, room.bottom + room.height
    for line in wrapped(say("note.stated_heading")[page.language], room.width, size):
        page.text(room.left, top, line, size, color=style.GREY)
        top -= size * LEADING / 72
    years = range(stated["period_end"].dt.year.min(), stated["period_end"].dt.year.max() + 1)
    every = [g.to_dict("records") for _, g in stated.groupby(["region", "indicator"], sort=False)]
    groups = [_stated_group(page, records) for records in every]
    under = room._replace(height=top - size * 1.8 / 72 - room.bottom)
    for panel, records in zip(
        ledger.panels(page, groups, gutter=0.2, room=under, foot=0.0), every, strict=True
    ):
        _draw_years(panel.axes, page, records, years)
    for year in years:
        x = room.left + 0.2 + (year - years[0] + 0.5) / len(years) * (room.width - 0.2)
        page.text(x, top - size * 0.2 / 72, str(year), size, color=style.GREY, ha="center")


def _stated_group(page: Page, records: Sequence[dict[Any, Any]]) -> ledger.Group:
    # Two blank lines leave room for a mark with a percentage below.
    colour = style.colour(records[0]["region"])
    return ledger.Group(_heading(page, records[0]), colour, [ledger.Line("\u3000", "\u3000")])


def _draw_years(axes: Axes, page: Page, records: Sequence[dict[Any, Any]], years: range) -> None:
    axes.set_ylim(0, 1)
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    seen = [row["period_end"].year for row in records]
    for row in records:
        both = seen.count(row["period_end"].year) > 1
        marks.stated(axes, 0.62, row, shared=both, size=page.mark, note=page.size.note)


def _places(rows: Sequence[native.Row], language: str) -> list[str]:
    """Return region and year over the indicator of each row: a region may have several."""
    names = []
    for row in rows:
        about = labels.legible(row.get(f"indicator_{language}", ""), native.NARROW[language])
        year = str(row.get("period_end", ""))[:4]
        names.append(f"{native.region_name(row, language)} {year}\n{about}".strip())
    return names


_RATIOS = native.Dots(("ratio", "lower", "upper"), numbers.times, _places, "General", log=True)
KIND = Kind(
    "changes",
    order=50,
    columns=(
        "value",
        "before",
        "unit",
        "ratio",
        "ratio_lower",
        "ratio_upper",
        "seen_low",
        "seen_high",
        "change",
        "direction",
        "method",
        "shorthand",
        "reason",
    ),
    native=lambda record, language: native.dots(record, language, _RATIOS),
    table=native.changes_table,
    gaps=True,
)
