"""What a region commits itself to that can be checked later, along a line of deadlines."""

from contextlib import suppress
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import labels, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Promise, Scale
from analysis.rows import as_records
from analysis.statistics import summaries

from . import grid, native, style, table
from .comparison import left_out
from .figure import Caption, Figure, Kind
from .page import Page, Room
from .table import Cell

Row = dict[Any, Any]
SPARE = 3  # lines left free in turn, as a number may take two
WORDED = 6  # lines of a table for commitments in words only
SHARES = (0.19, 0.03, 0.6, 0.18)  # of the width: deadlines, dots, commitments, numbers
NARROW = (0.26, 0.03, 0.53, 0.18)  # of that of a page of less than 7 inches


def commitments(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    absent: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    List the commitments of one region with a number or a date by their deadline.

    Parameters
    ----------
    rows
        The commitments of one region, from ``policies.commitments``. Those in words only are
        counted by theme.
    absent
        The regions whose commitments are all in words, each with the reason.
    """
    words = rows[rows["status"].eq(Promise.WORDS)]
    dated = rows[rows["status"].ne(Promise.WORDS)].sort_values("deadline", kind="stable")
    caption = Caption(
        title=title,
        subtitle=say("commitments.subtitle"),
        source=publishers.source_note(rows if len(rows) else absent.assign(origin="report")),
        alt=say("commitments.alt", title=title, count=len(dated)),
        left_out=left_out(absent),
        notes=(say("note.promise"), *_plan(rows), say("note.record")),
        spoken=say("note.promise"),
    )
    page = Page(caption, language, form=form, ax=ax)
    if rows.empty:
        page.empty()
        return page.figure(KIND.name, Scale.NONE, rows, absent)
    records = as_records(dated.assign(due=dated["deadline"].astype("string").fillna("")))
    first = table.starts(records, "due")
    lines = [_cells(row, page.language, dated=at in first) for at, row in enumerate(records)]
    heads = ("commitments.deadline", "", "", "commitments.number")
    columns = table.headed(page.language, heads, _shares(page))
    room = grid.strip(page, len(dated), len(rows), style.colour(rows["region"].iloc[0]))
    write = partial(table.write, page, room, columns, rules=[*first, len(records)])
    for spare in range(SPARE):
        with suppress(CrowdedError):
            layout = write([*lines, *_in_words(page, room, words, len(lines) + spare)])
            break
    else:
        layout = write([*lines, _counted(words, page.language)])
    _draw_line(page, records, layout)
    return page.figure(KIND.name, Scale.NONE, pd.concat([dated, words]), absent)


def _shares(page: Page) -> tuple[float, ...]:
    return SHARES if page.size.width > 7 else NARROW


def _cells(row: Row, language: str, *, dated: bool) -> list[Cell]:
    when = values.deadline(row["deadline"]) if row["due"] else say("outcome.undated")
    number: str = values.target(row)[language] if pd.notna(row["value"]) else ""
    colour = style.colour(row["region"])
    return [
        Cell(when[language] if dated else "", colour=colour),
        Cell(""),
        Cell(row[f"indicator_{language}"]),
        Cell(number, colour=colour),
    ]


def _in_words(page: Page, room: Room, words: pd.DataFrame, taken: int) -> list[list[Cell]]:
    """Return the commitments in words only, a line a theme; none if there are none."""
    if words.empty:
        return []
    language, themes = page.language, summaries.by_theme(words)
    pairs = [group[["indicator_zh", "indicator_en"]] for group in themes.values()]
    names = [[Text(*pair) for pair in each.itertuples(index=False, name=None)] for each in pairs]
    wide = _shares(page)[2] * room.width - table.gap(page)
    texts = table.lists(page, room, wide, names, taken + 1)
    return [
        _grey(say("commitments.in_words", count=len(words))[language], ""),
        *(
            _grey(say("commitments.theme", theme=theme, count=len(each))[language], text)
            for theme, text, each in zip(themes, texts, names, strict=True)
        ),
    ]


def _counted(words: pd.DataFrame, language: str) -> list[Cell]:
    """Return one line of the commitments in words only, counted by theme."""
    each = [
        say("commitments.of_theme", theme=theme, number=len(group))
        for theme, group in summaries.by_theme(words).items()
    ]
    text = Text.joined(each, zh="、", en=", ")[language]
    return _grey(say("commitments.in_words", count=len(words))[language], text)


def _grey(head: str, text: str) -> list[Cell]:
    return [Cell(word, colour=style.GREY) for word in (head, "", text, "")]


def _draw_line(page: Page, records: list[Row], layout: table.Grid) -> None:
    """Draw a dot for each commitment; those with a deadline are on a line."""
    axes, box = grid.canvas(page), layout.columns[1]
    x = box.left + box.width / 2
    dated = [at for row, at in zip(records, layout.middles, strict=False) if row["due"]]
    if dated:
        axes.plot([x, x], [dated[0], dated[-1]], color=style.AXIS, linewidth=1.2, zorder=1)
    for row, at in zip(records, layout.middles, strict=False):
        colour = style.colour(row["region"])
        grid.stamp(axes, (x, at), "full", colour, size=page.mark * 0.9, gid=f"mark-{row['id']}")


def _plan(rows: pd.DataFrame) -> list[Text]:
    plans = [region for region in grid.regions(rows) if region["kind"] == "plan"]
    return [
        say("note.plan_report", region=Text(row["region_zh"], row["region_en"])) for row in plans
    ]


def _table(record: native.Record, language: str) -> native.Table | None:
    """Return the commitments by deadline, and the names of those in words only."""
    rows = native.listed(record)
    words = [row for row in rows if row.get("status") == Promise.WORDS]
    lines = [_line(row, language) for row in rows if row not in words]
    names = native.in_lines([row[f"indicator_{language}"] for row in words], language, WORDED)
    heads = [say("commitments.in_words", count=len(words))[language], *[""] * len(names)]
    lines += [(head, name, "") for head, name in zip(heads, names, strict=False)]
    head = (
        say("commitments.deadline")[language],
        say("kind.commitments")[language],
        say("commitments.number")[language],
    )
    marks = tuple((f"{at + 1}", row["id"]) for at, row in enumerate(rows))
    return native.Table(head, tuple(lines), marks) if lines else None


def _line(row: native.Row, language: str) -> tuple[str, str, str]:
    due = row.get("deadline")
    when = values.deadline(pd.Timestamp(due)) if due else say("outcome.undated")
    number = labels.value({**row, "deadline": None})[language] if "value" in row else ""
    return when[language], row.get(f"indicator_{language}", ""), number


KIND = Kind("commitments", order=110, table=_table, listed=True)
