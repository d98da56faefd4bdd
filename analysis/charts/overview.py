"""One page that opens a briefing: the regions and the main findings."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from analysis.language import aims, numbers, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Level, Scale
from analysis.rows import as_records

from . import style
from .figure import Caption, Figure, Kind, described
from .page import LEADING, Page, wrapped

REGISTERED = "registered_population"  # residents or not
LEFT, GUTTER = 0.36, 0.04  # of the width
SCALES = (1.3, 1.2, 1.1, 1.0)  # of the text of findings, the largest that has room
Row = dict[Any, Any]
Line = tuple[str, float, str]  # words, points and colour


def overview(
    rows: pd.DataFrame,
    findings: pd.DataFrame,
    deaths: pd.DataFrame,
    *,
    title: Text,
    language: str,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Write the deaths in each report to the left, and the findings to the right.

    Parameters
    ----------
    rows
        One row a region (``profiles.reporting``).
    findings
        One row a finding (``standing.frame``): ``title_zh``, ``title_en``, ``sentence_zh`` and
        ``sentence_en``; the last ones are left out where the page has no room.
    deaths
        The row on deaths of each region that has one (``summaries.strongest``).
    """
    page = Page(_caption(rows, findings, title), language, form=form, ax=ax)
    room = page.room
    known = {row["region"]: aims.result_or_aim(row) for row in as_records(deaths)}
    _write_regions(page, as_records(rows), known, room.width * LEFT)
    # Findings are sentences about rows of other figures: they are no marks of this one.
    _write_findings(page, as_records(findings))
    return page.figure(KIND.name, Scale.NONE, rows, rows.iloc[:0], deaths)


def _caption(rows: pd.DataFrame, findings: pd.DataFrame, title: Text) -> Caption:
    records = as_records(findings)
    return Caption(
        title=title,
        subtitle=say("overview.subtitle", count=len(rows)),
        source=publishers.source_note(rows) + _others(records),
        alt=described("overview.alt", [Text(row["title_zh"], row["title_en"]) for row in records]),
        notes=(say("note.overview"),),
        spoken=Text.joined(Text(row["sentence_zh"], row["sentence_en"]) for row in records[:1]),
    )


def _others(records: Sequence[Row]) -> Text:
    """Return the other publications that findings rest on, each once."""
    texts = (Text(row["source_zh"], row["source_en"]) for row in records)
    return Text.joined(dict.fromkeys(filter(None, texts)), zh="", en="")


def _write_regions(
    page: Page, records: Sequence[Row], deaths: dict[str, Text], width: float
) -> None:
    """Write each region with the deaths in its report, over the whole height of the page."""
    room, size, language = page.room, page.size, page.language
    small = size.note
    texts = [
        [
            line
            for about in (_place, _report)
            for line in wrapped(about(row)[language], width, small)
        ]
        for row in records
    ]
    heights = [(size.subtitle + (len(lines) + 0.1) * small) * LEADING / 72 for lines in texts]
    head = small * LEADING * 1.2 / 72
    spare = room.height - head - sum(heights)
    if spare < 0:
        _write_names(page, records, width)
        return
    edge = room.bottom + room.height - head
    page.text(room.left, edge + head, say("overview.head")[language], small, color=style.GREY)
    for row, lines, height in zip(records, texts, heights, strict=True):
        colour = style.colour(str(row["region"]))
        name = Text(row["region_zh"], row["region_en"])[language]
        page.text(room.left, edge, name, size.subtitle, color=colour, gid=f"mark-{row['id']}")
        said = deaths.get(row["region"], say("overview.no_deaths"))[language]
        page.text(room.left + width, edge, said, size.subtitle, color=colour, ha="right")
        top = edge - size.subtitle * LEADING / 72
        for line in lines:
            page.text(room.left, top, line, small, color=style.GREY)
            top -= small * LEADING / 72
        edge -= height + spare / len(records)


def _write_names(page: Page, records: Sequence[Row], width: float) -> None:
    """Write a line for each region, the first ones if there are too many, and count the others."""
    room, language, size = page.room, page.language, page.size.label
    step = size * LEADING / 72
    shown = min(len(records), int(room.height / step) - 1)
    for at, row in enumerate(records[:shown]):
        name, top = Text(row["region_zh"], row["region_en"])[language], room.bottom + room.height
        line = wrapped(f"{name} · {_people(row)[language]}", width, size)[0]
        colour, gid = style.colour(str(row["region"])), f"mark-{row['id']}"
        page.text(room.left, top - at * step, line, size, color=colour, gid=gid)
    if shown < len(records):
        words = say("profile.more", count=len(records) - shown)[language]
        below = room.bottom + room.height - shown * step
        page.text(room.left, below, words, page.size.note, color=style.GREY)


def _place(row: Row) -> Text:
    """Return the level, the parent and the people of a region."""
    place = say(f"level.{row['level']}")
    if row["level"] != Level.PROVINCE and row["parent_zh"]:
        parent = Text(row["parent_zh"], row["parent_en"])
        place = say("overview.place", level=place, parent=parent)
    return Text.joined([place, _people(row)], zh="，", en=", ")


def _people(row: Row) -> Text:
    if pd.isna(row["population"]):
        return say("overview.no_people")
    people = (numbers.number(row["population"], key) for key in ("zh", "en"))
    registered = row["population_kind"] == REGISTERED
    message = "overview.registered" if registered else "overview.people"
    return say(message, people=Text(*people), year=int(row["population_year"]))


def _report(row: Row) -> Text:
    kinds = [say(f"report_kind.{kind}") for kind in str(row["kind"]).split("+")]
    return say(
        "overview.report",
        kind=Text.joined(kinds, zh="＋", en=" and "),
        period=values.period(row["period_start"], row["period_end"]),
    )


def _write_findings(page: Page, records: Sequence[Row]) -> None:
    """Write as many findings as fit, spread over the height."""
    room, size = page.room, page.size
    left = room.left + room.width * (LEFT + GUTTER)
    width = room.left + room.width - left
    blocks = _fitted(page, records, width)
    heights = [_height(block) for block in blocks]
    free = room.height - sum(heights)
    gap = min(free / max(len(blocks) - 1, 1), size.label * 1.8 / 72)
    top = room.bottom + room.height
    line = [(left - room.width * GUTTER / 2) / size.width] * 2
    ends = [room.bottom / size.height, top / size.height]
    page.plot.add_artist(Line2D(line, ends, color=style.BAND, linewidth=1))
    for block, height in zip(blocks, heights, strict=True):
        at = top
        for words, points, colour in block:
            page.text(left, at, words, points, color=colour)
            at -= points * LEADING / 72
        top -= height + gap


def _fitted(page: Page, records: Sequence[Row], width: float) -> list[list[Line]]:
    """Return the lines of the findings, in the largest text that has room for them."""
    least = page.size.note / 72
    for count in range(len(records), -1, -1):
        for scale in SCALES:
            blocks = [_lines(page, row, width, scale) for row in records[:count]]
            if sum(map(_height, blocks)) + (count - 1) * least <= page.room.height:
                return blocks
    return []


def _lines(page: Page, row: Row, width: float, scale: float) -> list[Line]:
    parts = (("title", page.size.label, style.INK), ("sentence", page.size.note, style.GREY))
    return [
        (line, points * scale, colour)
        for part, points, colour in parts
        for line in wrapped(row[f"{part}_{page.language}"], width, points * scale)
    ]


def _height(block: Sequence[Line]) -> float:
    return sum(points for _, points, _ in block) * LEADING / 72


KIND = Kind("overview", order=5, dense=True)
