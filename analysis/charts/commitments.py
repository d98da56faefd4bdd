"""
Commitments of each region that can be checked later, as a list.

Half a square is filled for a number, the other half for a date; lines are never sorted by a number.
"""

from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Promise, Scale

from . import grid, style
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, measured

REGION, TARGET, DATE = 1.15, 2.0, 2.0  # inches of the columns beside the labels, on a slide
TALLEST = 0.55  # inches of one commitment in the list


def promises(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    List the commitments with a number or a deadline, each with its wording in the report.

    Parameters
    ----------
    rows
        A page of ``policies.checkable``; twelve are as many as a slide can show.
    absent
        The regions whose commitments are all in words, each with the reason.
    """
    caption = Caption(
        title=title,
        subtitle=say("commitments.caption"),
        source=values.source_note(rows if len(rows) else absent.assign(origin="report")),
        alt=_list_alt(rows, title),
        left_out=left_out(absent),
        notes=_notes(rows),
    )
    page = Page(caption, language, form=form, ax=ax)
    if rows.empty:
        room, words = page.room, say("note.nothing_checkable")[language]
        y = room.bottom + room.height * 0.6
        page.text(room.left, y, words, page.size.subtitle, color=style.GREY)
    else:
        _draw_list(page, rows)
    return page.figure(KIND.name, Scale.NONE, rows, absent)


def _notes(rows: pd.DataFrame) -> tuple[Text, ...]:
    regions = grid.regions(rows)
    names = [Text(r["region_zh"], r["region_en"]) for r in regions if r["kind"] == "plan"]
    plans = [say("note.plan_report", region=name) for name in names]
    return (say("note.promise"), say("note.reports_differ"), *plans)


class List(NamedTuple):
    """Positions of the columns and lines of the list, in inches on its page."""

    label: float
    target: float
    date: float
    right: float
    top: float
    line: float


def _draw_list(page: Page, rows: pd.DataFrame) -> None:
    axes = grid.canvas(page)
    scale, room = page.size.width / 13.333, page.room
    right, top = room.left + room.width, room.bottom + room.height
    label, date = room.left + REGION * scale, right - DATE * scale
    head = page.size.note * 2.0 / 72
    line = min(TALLEST * scale, (room.height - head) / len(rows))
    layout = List(label, date - TARGET * scale, date, right, top - head, line)
    _write_head(page, axes, layout)
    before = ""
    for at, row in enumerate(rows.to_dict("records")):
        y = layout.top - (at + 0.5) * line
        if row["region"] != before:
            grid.rule(axes, room.left, right, [y + line / 2])
            _write_region(page, row, y)
        _write_row(page, axes, layout, row, y)
        before = row["region"]


def _write_head(page: Page, axes: Axes, layout: List) -> None:
    """Write the key above the labels, and the headings of the two columns to the right."""
    top = page.room.bottom + page.room.height
    kinds = {word: label(word) for word in Promise if word != Promise.WORDS}
    grid.key(page, axes, (layout.label, top), kinds, layout.target - layout.label)
    size = page.size.note
    for x, words in (
        (layout.target, say("note.target_heading")),
        (layout.date, say("note.date_heading")),
    ):
        y = top - size * 0.7 / 72
        page.text(x, y, words[page.language], size, color=style.GREY, va="center")


def _write_region(page: Page, row: dict[Any, Any], y: float) -> None:
    colour, x = style.colour(row["region"]), page.room.left
    page.text(x, y, row[f"region_{page.language}"], page.size.label, color=colour, va="bottom")
    when = values.report_period(row["report"], page.language)
    page.text(x, y - 0.02, when, page.size.note, color=style.GREY)


def _write_row(page: Page, axes: Axes, layout: List, row: dict[Any, Any], y: float) -> None:
    """Write the mark, the label above the printed words, the number and the deadline."""
    size, language = page.size.label, page.language
    look, colour = grid.LOOKS[Promise(row["status"])], style.colour(row["region"])
    x = layout.label + size * 0.4 / 72
    grid.stamp(axes, (x, y), look, colour, markersize=size * 0.8, gid=f"mark-{row['id']}")
    x = layout.label + size * 1.4 / 72
    page.text(x, y + layout.line * 0.02, row[f"indicator_{language}"], size, va="bottom")
    quote = f"“{row['evidence']}”"
    width, small = layout.target - x - 0.1, page.size.note
    while measured(quote, small) > width and small > page.size.note * 0.85:
        small -= 0.25
    page.text(x, y - layout.line * 0.1, quote, small, color=style.GREY)
    number = None if pd.isna(row["value"]) else values.target(row)
    date = None if pd.isna(row["deadline"]) else values.deadline(row["deadline"])
    for column, text in ((layout.target, number), (layout.date, date)):
        if text:
            page.text(column, y, text[language], size, va="center")
        else:
            at = (column + size * 0.4 / 72, y)
            grid.stamp(axes, at, grid.DASH, style.GREY, markersize=size * 0.7, gid="gap")


def _list_alt(rows: pd.DataFrame, title: Text) -> Text:
    summary = Text.joined(_told(row) for row in rows.to_dict("records"))
    return say(
        "commitments.these_plans_results",
        title=title,
        said=summary or say("alt.no_commitment"),
    )


def _told(row: dict[Any, Any]) -> Text:
    """Return a short description of one commitment."""
    name = Text(
        f"{row['region_zh']}{row['indicator_zh']}", f"{row['region_en']}: {row['indicator_en']}"
    )
    return Text.joined([name, values.promised(row)], zh="，", en=", ")


KIND = Kind("commitments", order=110)
