"""
A ledger: lines of words under a heading for each group, and a plot beside the words.

It places words and axes and knows no figure; each group has axes of its own, so that what may
not be compared shares no scale by accident. One unit of the upright axis is one inch.
"""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from analysis.errors import CrowdedError

from . import style
from .page import LEADING, Page, Room, measured, wrapped

PITCH = 0.4  # inches added between two lines of a slide at most
HANG = 0.1  # ems between the middle of a line and that of its words
TIGHT = 0.04  # inches added to the height of every line


class Line(NamedTuple):
    """One line: what it is about, and in grey under it what it rests on."""

    words: str
    below: str = ""


class Group(NamedTuple):
    """Lines under one heading, in the colour of their region."""

    heading: str
    colour: str
    lines: Sequence[Line]


class Panel(NamedTuple):
    """The axes beside a group, and the height of each of its lines on them."""

    axes: Axes
    heights: list[float]


class _Row(NamedTuple):
    """One line, its words broken to the width they have; without words it is room for a mark."""

    words: list[str]
    below: list[str]


class _Type(NamedTuple):
    """The sizes of one setting of the page, in points, and the inches that a line takes."""

    words: float
    below: float
    mark: float

    def height(self, row: _Row) -> float:
        points = len(row.words) * self.words + len(row.below) * self.below or self.mark
        return points * LEADING / 72 + TIGHT

    @property
    def gap(self) -> float:
        """Inches between a group and the heading of the next."""
        return self.words * 0.5 / 72

    @property
    def heading(self) -> float:
        """Inches that a heading takes, with the gap above it."""
        return self.words * 1.4 / 72 + self.gap

    def taken(self, groups: Sequence[Sequence[_Row]]) -> float:
        """Inches that every line and heading take, the gap above the first one left out."""
        lines = sum(self.height(row) for group in groups for row in group)
        return lines + self.heading * len(groups) - self.gap


def panels(
    page: Page, groups: Sequence[Group], *, gutter: float, room: Room, foot: float = 0.26
) -> list[Panel]:
    """
    Write the words of *groups* into *room* from the top; give the axes to draw on.

    Parameters
    ----------
    gutter
        The width of the words, in inches.
    foot
        Inches kept free under the last group for the numbers of its axis.

    Raises
    ------
    CrowdedError
        When the lines would not be readable on one page.
    """
    above = room._replace(height=room.height - foot)
    setting, rows = _set(page, groups, gutter, above)
    spare = (above.height - setting.taken(rows)) / sum(len(group.lines) for group in groups)
    spare = min(spare, PITCH * page.size.height / style.SLIDE.height)
    top, drawn = room.bottom + room.height + setting.gap, []
    for group, lines in zip(groups, rows, strict=True):
        heights = [setting.height(line) + spare for line in lines]
        page.text(room.left, top - setting.gap, group.heading, setting.words, color=group.colour)
        top -= setting.heading
        low = top - sum(heights)
        axes = page.axes(Room(room.left + gutter, low, room.width - gutter, top - low))
        middles = [top - sum(heights[:at]) - heights[at] / 2 for at in range(len(lines))]
        for line, middle in zip(lines, middles, strict=True):
            _write(page, room.left, middle, line, setting)
        axes.set_ylim(0, top - low)
        axes.set_yticks([])
        drawn.append(Panel(axes, [middle - low for middle in middles]))
        top = low
    return drawn


def _set(
    page: Page, groups: Sequence[Group], gutter: float, room: Room
) -> tuple[_Type, list[list[_Row]]]:
    """The largest type in which everything fits; the smallest is that of the notes."""
    size = page.size
    for words in (size.label, (size.label + size.note) / 2, size.note):
        setting = _Type(words, size.note, size.label * 1.2)
        rows = [[_broken(line, gutter, setting) for line in group.lines] for group in groups]
        wide = max(measured(group.heading, words) for group in groups)
        if setting.taken(rows) <= room.height and (wide <= room.width or words == size.note):
            return setting, rows
    count = sum(len(group.lines) for group in groups)
    raise CrowdedError(f"{count} lines do not fit one page: draw fewer rows at a time")


def _broken(line: Line, gutter: float, setting: _Type) -> _Row:
    """The words of *line* in lines that leave a little room before the plot."""
    wide = gutter - 0.15
    return _Row(wrapped(line.words, wide, setting.words), wrapped(line.below, wide, setting.below))


def _write(page: Page, left: float, middle: float, row: _Row, setting: _Type) -> None:
    # Words hang in their line, a little above its middle.
    top = middle + (setting.height(row) - TIGHT) / 2 - setting.words * HANG / 72
    parts = ((row.words, setting.words, style.INK), (row.below, setting.below, style.GREY))
    for lines, size, colour in parts:
        for line in lines:
            page.text(left, top, line, size, color=colour)
            top -= size * LEADING / 72
