"""
One page for a region: its outcomes against the nation, and what is open, promised or comparable.

To the left a table of outcomes above the statement on them; to the right lists of sentences.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import aims, publishers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Scale, Status
from analysis.rows import as_records

from . import grid, style, table
from .figure import NOTHING, Caption, Figure, Kind
from .page import LEADING, Page, Room, balanced, wrapped
from .table import Cell

Row = dict[Any, Any]
LOOSE = 1.35  # line heights of a list that does not fill its room, over those of one that does
LEFT = {2: 0.42, 4: 0.592}  # of the width, by the columns of the table
FEW = 3  # outcomes that leave room for lists below
HALF = 0.48  # of the width, of lists where there are no outcomes
LINE = 0.14  # of the height, of an outcome of few
GUTTER = 0.025
HEADING = 1.8  # lines that a heading takes, with the space around it
HEADS = ("outcome", "value", "before", "expected")  # messages profile.<head>
SHARES = {2: (0.58, 0.42), 4: (0.488, 0.244, 0.149, 0.119)}  # of the columns of the table
LARGE = (1.4, 1.25, 1.1)  # sizes of text over that of labels, where a short page has room
FIRST = 3  # sentences of each block that come before the others


class Block(NamedTuple):
    """A heading with sentences below, of which as many are written as fit."""

    heading: Text
    lines: Sequence[Text]
    last: Text | None = None  # always written
    dots: tuple[int, int] | None = None  # how many of how many, drawn in a report without outcomes


class Statement(NamedTuple):
    """A text, and the rows that it rests on."""

    text: Text
    rows: pd.DataFrame
    source: Text = NOTHING  # whose publications it rests on beside those of the rows


def profile(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    outcomes: pd.DataFrame,
    statement: Statement | None,
    blocks: Sequence[Block],
    unsaid: pd.DataFrame,
    form: str = "slide",
    ax: Axes | None = None,
) -> Figure:
    """
    Draw the page of one region.

    Parameters
    ----------
    rows
        Every row of the region's report, and those of others that these may be compared with.
    outcomes
        From ``profiles.outcomes``: accidents and losses with ``before`` and ``expected``.
    statement
        Where the region lies against nation, province and peers, from ``position``; else which of
        its figures contradict each other, if any do.
    blocks
        The lists: what is open, promised and comparable.
    unsaid
        The shared indicators that cannot be compared, with the reasons.
    """
    bare = outcomes.empty and statement is None
    dots = next((block.dots for block in blocks if block.dots), None) if bare else None
    caption = Caption(
        title=title,
        subtitle=_subtitle(rows, dotted=dots is not None),
        source=publishers.source_note(pd.concat([rows, outcomes], ignore_index=True))
        + (statement.source if statement else NOTHING),
        alt=say(
            "profile.alt" if len(outcomes) else "profile.alt_none", title=title, count=len(outcomes)
        ),
        notes=tuple(_notes(outcomes)),
        spoken=statement.text if statement else NOTHING,
    )
    page = Page(caption, language, form=form, ax=ax)
    room = page.room
    text, placed = (statement.text, statement.rows) if statement else (None, pd.DataFrame())
    if dots:
        room = grid.strip(page, *dots, style.colour(rows["region"].iloc[0]))
    few = 0 < len(outcomes) <= FEW and _columns(outcomes) == 2
    wide = room.width * (HALF if bare else LEFT[_columns(outcomes)])
    left, right = room._replace(width=wide), room.left + wide + room.width * GUTTER
    if bare:
        _write_blocks(page, _write_nothing(page, left), blocks[::2])
    elif few:
        share = LINE * (len(outcomes) + 1 + (text is not None))
        below = left._replace(height=left.height - share * page.least_height)
        upper = left._replace(bottom=left.bottom + below.height, height=left.height - below.height)
        _draw_outcomes(page, upper, outcomes, text)
        _write_blocks(page, below, blocks[:2])
    else:
        _draw_outcomes(page, left, outcomes, text)
    lists = room._replace(left=right, width=room.left + room.width - right)
    _write_blocks(page, lists, blocks[1::2] if bare else blocks[2:] if few else blocks)
    drawn = pd.concat([rows, outcomes], ignore_index=True).drop_duplicates("id")
    return page.figure(KIND.name, Scale.NONE, drawn, unsaid, placed)


def _subtitle(rows: pd.DataFrame, *, dotted: bool) -> Text:
    """Return the report, its kind, the most frequent period of its figures and the key of dots."""
    first = rows.iloc[0]
    kinds = [say(f"report_kind.{kind}") for kind in str(first["kind"]).split("+")]
    own = rows[rows["region"].eq(first["region"]) & rows["report"].eq(first["report"])]
    results = own[own["status"].eq(Status.ACTUAL)]
    periods = (results if len(results) else own)[["period_start", "period_end"]]
    start, end = periods.value_counts(sort=True).index[0]
    report = values.report_period(first["report"], "en")
    name = Text(f"《{first['title']}》", f"{first['region_en']} {report}")
    parts = [name, Text.joined(kinds, zh="＋", en=" and "), values.period(start, end)]
    parts += [say("profile.dots")] if dotted else []
    return Text.joined(parts, zh="｜", en=" | ")


def _notes(outcomes: pd.DataFrame) -> list[Text]:
    notes = []
    if outcomes["expected"].notna().any():
        notes.append(say("note.profile_expected"))
    if outcomes["at_least"].notna().any():
        notes.append(say("note.profile_before"))
    return [*notes, *values.methods(outcomes[outcomes["value"].ne(0)])]


def _write_nothing(page: Page, room: Room) -> Room:
    """Write that the report has no outcomes, and return the room below."""
    size, words = page.size.label * LARGE[0], say("note.no_outcomes")[page.language]
    top = room.bottom + room.height
    low = _write_lines(page, room.left, top, wrapped(words, room.width, size), size)
    return room._replace(height=low - 0.6 * size / 72 - room.bottom)


def _draw_outcomes(page: Page, room: Room, outcomes: pd.DataFrame, statement: Text | None) -> None:
    """Write the statement, and the table of outcomes below."""
    top = room.bottom + room.height
    if statement:
        size = (page.size.note + page.size.label) / 2
        lines = balanced(statement[page.language], room.width, size)
        top = _write_lines(page, room.left, top, lines, size) - 0.5 * size / 72
    if outcomes.empty:
        return
    count = _columns(outcomes)
    aimed = bool(outcomes["status"].ne(Status.ACTUAL).any())
    heads = [f"profile.{head}{'_aims' * (aimed and head == 'value')}" for head in HEADS[:count]]
    columns = table.headed(page.language, heads, SHARES[count])
    cells = [_cells(row, page.language)[:count] for row in as_records(outcomes)]
    sizes = [page.size.label * LARGE[0], *table.usual_sizes(page)]
    below = room._replace(height=top - room.bottom)
    table.write(page, below, columns, cells, sizes=sizes, counted=True)


def _columns(outcomes: pd.DataFrame) -> int:
    """Return how many columns the table of *outcomes* has: all, or names and values alone."""
    return len(HEADS) if outcomes[["before", "expected"]].notna().to_numpy().any() else 2


def _cells(row: Row, language: str) -> list[Cell]:
    """Return the name, the value with its interval, the year before and the expected count."""
    colour = style.colour(row["region"])
    known = row["value"] and row["method"]
    span = values.within(row["lower"], row["upper"]) if known else Text("", "")
    aimed = row["status"] != Status.ACTUAL
    elsewhere = row["origin"] == "context"
    when = values.time_of(row) if aimed or elsewhere else NOTHING
    if elsewhere:
        when = Text.listed([publishers.brief(row["publisher"]), when])
    value = aims.result_or_aim(row)
    before, wanted = row["before"], row["expected"]
    seen: str = values.detectable(row)[language] if pd.notna(row["at_least"]) else ""
    return [
        Cell(values.about(row)[language], when[language]),
        Cell(value[language] + span[language], colour=colour, gid=f"mark-{row['id']}"),
        Cell(f"{before:.0f}" if pd.notna(before) else "", seen),
        Cell(values.expected(wanted) if pd.notna(wanted) else ""),
    ]


def _write_blocks(page: Page, room: Room, blocks: Sequence[Block]) -> None:
    """Write each heading with as many of its sentences as fit, and how many more there are."""
    size, shown = _largest(page, room, blocks)
    texts = [
        _block(block, count, page.language, room.width, size)
        for block, count in zip(blocks, shown, strict=True)
    ]
    step, lines = size * LEADING / 72, sum(map(len, texts)) + HEADING * len(blocks)
    step *= min(max(room.height / (step * lines), 1.0), LOOSE)
    axes, top = grid.canvas(page), room.bottom + room.height
    for block, text in zip(blocks, texts, strict=True):
        heading = block.heading[page.language]
        small = min(size, page.size.label)
        page.text(room.left, top, heading, small, color=style.GREY)
        rule = top - small * (LEADING + 0.05) / 72
        grid.rule(axes, room.left, room.left + room.width, [rule])
        top = _write_lines(page, room.left, rule - 0.15 * step, text, size, step=step)
        top -= (HEADING - 1.2) * step


def _largest(page: Page, room: Room, blocks: Sequence[Block]) -> tuple[float, list[int]]:
    """Return the largest size in which all sentences fit, else the smallest, and how many fit."""
    label, note = page.size.label, page.size.note
    height = page.least_height - (page.room.height - room.height)
    for size in (*(label * share for share in LARGE), label, (label + note) / 2, note):
        shown = _shown(blocks, room.width, height, size)
        if shown == [len(block.lines) for block in blocks]:
            break
    return size, shown


def _block(block: Block, count: int, language: str, width: float, size: float) -> list[str]:
    """Return the lines of the first *count* sentences of *block* and of what is always written."""
    lines = [line for text in block.lines[:count] for line in _item(text[language], width, size)]
    if count < len(block.lines):
        lines.append(f"· {say('profile.more', count=len(block.lines) - count)[language]}")
    return lines + (_item(block.last[language], width, size) if block.last else [])


def _shown(blocks: Sequence[Block], width: float, height: float, size: float) -> list[int]:
    """Return how many lines of each block have room in both languages."""
    counts = []
    for each in Language:
        heights = [[len(_item(line[each], width, size)) for line in b.lines] for b in blocks]
        last = sum(len(_item(b.last[each], width, size)) for b in blocks if b.last)
        free = int(height * 72 / (size * LEADING) - HEADING * len(blocks)) - last
        counts.append(_shared(heights, free))
    return [min(pair) for pair in zip(*counts, strict=True)]


def _item(text: str, width: float, size: float) -> list[str]:
    """Return the lines of an item of a list, the second and further ones indented."""
    first, *rest = wrapped(text, width - 1.3 * size / 72, size)
    return [f"· {first}", *(f"\u3000 {line}" for line in rest)]


def _shared(heights: Sequence[Sequence[int]], free: int) -> list[int]:
    """
    Return how many of the texts of each block are written in *free* lines.

    The first ones of each block come in turn, then the others of the first block, and so on.

    >>> _shared([[1, 1, 1], [2]], 5), _shared([[1, 1, 1], [2]], 4)
    ([3, 1], [1, 1])
    """
    shown = [0] * len(heights)

    def lines(counts: Sequence[int]) -> int:
        rest = sum(count < len(each) for count, each in zip(counts, heights, strict=True))
        return rest + sum(sum(each[:n]) for n, each in zip(counts, heights, strict=True))

    texts = [(turn, at) for at, each in enumerate(heights) for turn in range(len(each))]
    for turn, at in sorted(texts, key=lambda text: (min(text[0], FIRST), text[1], text[0])):
        more = [count + (index == at) for index, count in enumerate(shown)]
        if shown[at] == turn and lines(more) <= free:
            shown = more
    return shown


def _write_lines(
    page: Page, left: float, top: float, lines: Sequence[str], size: float, *, step: float = 0.0
) -> float:
    """Write *lines* from *top* down, *step* inches apart, and return the height below them."""
    for line in lines:
        page.text(left, top, line, size)
        top -= step or size * LEADING / 72
    return top


KIND = Kind("profile", order=120)
