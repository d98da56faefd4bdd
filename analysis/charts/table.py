"""A table on a page: a head, lines of wrapped text, and room for marks beside the text."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from analysis.errors import CrowdedError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language

from . import style
from .grid import canvas, shade
from .page import LEADING, Page, Room, wrapped

GAP = 0.16  # inches between two columns of a slide
PAD = 0.35  # ems of empty height in a line at least
TALLEST = 3.6  # ems of empty height in a line at most


class Column(NamedTuple):
    """The heading of a column, its share of the width, the side of its text, and its colour."""

    head: str
    share: float
    align: str = "left"
    colour: str = style.GREY


class Cell(NamedTuple):
    """The text of a cell, smaller grey text below, and the id of its row in the record."""

    words: str
    below: str = ""
    colour: str = style.INK
    gid: str | None = None


class Grid(NamedTuple):
    """Where a table lies in inches: the room of each column, and the middle of each line."""

    columns: list[Room]
    middles: list[float]
    heights: list[float]
    size: float  # of the text, in points

    def axes(self, page: Page, column: int) -> Axes:
        """Add bare axes over *column*, with inches as the vertical unit as in ``middles``."""
        room = self.columns[column]
        axes = page.axes(room)
        axes.set_ylim(room.bottom, room.bottom + room.height)
        axes.set(xticks=[], yticks=[])
        axes.spines["bottom"].set_visible(False)
        axes.patch.set_visible(False)
        return axes


class _Set(NamedTuple):
    """The cells of every line, broken to the widths of their columns at one text size."""

    size: float
    small: float
    pad: float
    cells: list[list[tuple[list[str], list[str]]]]

    def height(self, line: int) -> float:
        """Return the least height of a line in inches."""
        points = max(
            len(words) * self.size + len(below) * self.small for words, below in self.cells[line]
        )
        return (points * LEADING + self.pad * self.size) / 72

    @property
    def total(self) -> float:
        """The least height of all lines in inches."""
        return sum(self.height(line) for line in range(len(self.cells)))


def write(
    page: Page,
    room: Room,
    columns: Sequence[Column],
    lines: Sequence[Sequence[Cell]],
    *,
    rules: Sequence[int] = (),
    shaded: int | None = None,
    sizes: Sequence[float] = (),
    counted: bool = False,
    pad: float = PAD,
) -> Grid:
    """
    Write *lines* below the heads of *columns* in *room*, in the largest text that fits.

    Parameters
    ----------
    rules
        The lines above which a rule is drawn, besides the first.
    shaded
        The line that the title is about.
    sizes
        The sizes of text to try, in points, the largest first; from labels to notes if not given.
    counted
        Whether the last lines are only counted where there is no room for them.
    pad
        The least empty height in a line, in ems.

    Raises
    ------
    CrowdedError
        If the lines do not fit in the size of notes, and are not counted.
    """
    spans, left = [], room.left
    for column in columns:
        wide = column.share * room.width
        spans.append((left, wide - gap(page)))
        left += wide
    widths, note = [wide for _, wide in spans], page.size.note
    heads = [wrapped(column.head, wide, note) for column, wide in zip(columns, widths, strict=True)]
    most = max(map(len, heads))
    head = note * LEADING * (most + 0.25 * bool(most)) / 72
    sizes = sizes or usual_sizes(page)
    fit = partial(_fitted, page, widths, height=room.height - head, sizes=sizes, pad=pad)
    lines = _as_many_as_fit(page, lines, fit) if counted else lines
    setting = fit(lines)
    spare = (room.height - head - setting.total) / max(len(lines), 1)
    spare = min(spare, (TALLEST - pad) * setting.size / 72)
    top = room.bottom + room.height
    for column, span, words in zip(columns, spans, heads, strict=True):
        for at, head_line in enumerate(words):
            y = top - at * note * LEADING / 72
            _line(page, head_line, span, y, note, column.align, column.colour)
    top -= head
    middles, heights = [], []
    behind = canvas(page, zorder=-1)
    for index, line in enumerate(lines):
        if index == 0 or index in rules:
            behind.plot(
                [room.left, room.left + room.width], [top] * 2, color=style.BAND, linewidth=0.8
            )
        high = setting.height(index) + spare
        if index == shaded:
            shade(behind, (room.left - 0.05, top - high / 2), (room.width + 0.1, high))
        middles.append(top - high / 2)
        heights.append(high)
        for column, span, cell, broken in zip(
            columns, spans, line, setting.cells[index], strict=True
        ):
            _cell(page, cell, broken, setting, span, middles[-1], column.align)
        top -= high
    bottom = room.bottom + room.height - head - top
    boxes = [Room(x, top, wide, bottom) for x, wide in spans]
    return Grid(boxes, middles, heights, setting.size)


def gap(page: Page) -> float:
    """Return the inches between two columns."""
    return GAP * page.size.width / style.SLIDE.width


def headed(
    language: str, heads: Sequence[str], shares: Sequence[float], align: str = "left"
) -> list[Column]:
    """Return a column for each of *heads*, message ids; those without a head are on the left."""
    return [
        Column(say(head)[language], share, align) if head else Column("", share)
        for head, share in zip(heads, shares, strict=True)
    ]


def _as_many_as_fit(
    page: Page, lines: Sequence[Sequence[Cell]], fit: Callable[[Sequence[Sequence[Cell]]], _Set]
) -> Sequence[Sequence[Cell]]:
    """Return *lines*, the last ones replaced by their number where there is no room for them."""
    for shown in range(len(lines), 0, -1):
        more = say("profile.more", count=len(lines) - shown)[page.language]
        rest = [] if shown == len(lines) else [[Cell(more), *[Cell("")] * (len(lines[0]) - 1)]]
        with suppress(CrowdedError):
            fit([*lines[:shown], *rest])
            return [*lines[:shown], *rest]
    return lines


def lists(
    page: Page, room: Room, wide: float, names: Sequence[Sequence[Text]], taken: int = 0
) -> list[str]:
    """
    Return each of *names* as text of notes, as many as fit *room* together, and how many more.

    Both languages have the same names.

    Parameters
    ----------
    wide
        The width of the text in inches.
    taken
        The lines of the table besides these.

    Raises
    ------
    CrowdedError
        If there is not one line for each.
    """
    size, count = page.size.note, len(names) + taken
    high = room.height - page.room.height + page.least_height
    height = high * 72 - size * LEADING * 1.25 - count * PAD * size
    most = int(height / (size * LEADING)) - taken
    shown = [_shown(page, wide, names, most, language) for language in Language]
    counts = [min(counts) for counts in zip(*shown, strict=True)]
    return [
        values.first(each, page.language, count) for each, count in zip(names, counts, strict=True)
    ]


def _shown(
    page: Page, wide: float, names: Sequence[Sequence[Text]], most: int, language: str
) -> list[int]:
    """Return how many of each of *names* are shown in *most* lines of text in all."""

    def high(each: Sequence[Text], count: int) -> int:
        return len(wrapped(values.first(each, language, count), wide, page.size.note))

    lines = [high(each, 1) for each in names]
    wanted = [high(each, len(each)) for each in names]
    if sum(lines) > most:
        raise CrowdedError(say("crowded.lines", count=len(names)))
    for _ in range(most - sum(lines)):
        short = max(range(len(names)), key=lambda at: wanted[at] / lines[at])
        lines[short] += wanted[short] > lines[short]
    return [
        next(n for n in range(len(each), 0, -1) if n == 1 or high(each, n) <= line)
        for each, line in zip(names, lines, strict=True)
    ]


def starts(records: Sequence[Mapping[Any, Any]], key: str) -> list[int]:
    """
    Return the positions at which the value of *key* changes, the first included.

    >>> starts([{"a": 1}, {"a": 1}, {"a": 2}], "a")
    [0, 2]
    """
    cells = [record[key] for record in records]
    return [at for at, cell in enumerate(cells) if not at or cell != cells[at - 1]]


def usual_sizes(page: Page) -> list[float]:
    """Return the sizes from that of labels down to that of notes."""
    label, note = page.size.label, page.size.note
    return [label, label * 0.75 + note * 0.25, (label + note) / 2, note]


def _fitted(
    page: Page,
    widths: Sequence[float],
    lines: Sequence[Sequence[Cell]],
    *,
    height: float,
    sizes: Sequence[float],
    pad: float,
) -> _Set:
    """Return *lines* in the largest text in which they are at most *height* inches high."""
    note = page.size.note
    for size in sizes:
        cells = [
            [
                (wrapped(cell.words, wide, size), wrapped(cell.below, wide, note))
                for cell, wide in zip(line, widths, strict=True)
            ]
            for line in lines
        ]
        setting = _Set(size, note, pad, cells)
        if setting.total <= height:
            return setting
    raise CrowdedError(say("crowded.lines", count=len(lines)))


def _cell(
    page: Page,
    cell: Cell,
    broken: tuple[list[str], list[str]],
    setting: _Set,
    span: tuple[float, float],
    middle: float,
    align: str,
) -> None:
    """Write one cell, vertically centred on *middle*."""
    words, below = broken
    height = (len(words) * setting.size + len(below) * setting.small) * LEADING / 72
    top = middle + height / 2
    gid = cell.gid
    for text, size, colour in (
        *((line, setting.size, cell.colour) for line in words),
        *((line, setting.small, style.GREY) for line in below),
    ):
        _line(page, text, span, top - 0.1 * size / 72, size, align, colour, gid)
        gid = None
        top -= size * LEADING / 72


def _line(
    page: Page,
    words: str,
    span: tuple[float, float],
    top: float,
    size: float,
    align: str,
    colour: str,
    gid: str | None = None,
) -> None:
    if words:
        x = span[0] + (span[1] if align == "right" else 0.0)
        page.text(x, top, words, size, color=colour, ha=align, gid=gid)
