"""
A ledger: groups of text lines under headings, with a plot beside each group.

Each group has axes of its own, so that figures that may not be compared never share a scale. One
unit of the vertical axis is one inch.
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
    """The text of one line: its subject, and in grey its basis."""

    words: str
    below: str = ""


class Group(NamedTuple):
    """Lines under one heading, in the colour of their region."""

    heading: str
    colour: str
    lines: Sequence[Line]


class Panel(NamedTuple):
    """The axes beside a group, and the height of each line on them."""

    axes: Axes
    heights: list[float]


class _Row(NamedTuple):
    """One line, broken to the width available; without text it leaves room for a mark."""

    words: list[str]
    below: list[str]


class _Type(NamedTuple):
    """Text sizes of one layout of the page in points, and the line heights in inches."""

    words: float
    below: float
    mark: float

    def height(self, row: _Row) -> float:
        points = len(row.words) * self.words + len(row.below) * self.below or self.mark
        return points * LEADING / 72 + TIGHT

    @property
    def gap(self) -> float:
        """The space between a group and the heading of the next, in inches."""
        return self.words * 0.5 / 72

    @property
    def heading(self) -> float:
        """The height of a heading with the space above it, in inches."""
        return self.words * 1.4 / 72 + self.gap

    def taken(self, groups: Sequence[Sequence[_Row]]) -> float:
        """Return the height of all lines and headings, without space above the first."""
        lines = sum(self.height(row) for group in groups for row in group)
        return lines + self.heading * len(groups) - self.gap


def panels(
    page: Page, groups: Sequence[Group], *, gutter: float, room: Room, foot: float = 0.26
) -> list[Panel]:
    """
    Write the text of *groups* into *room* from the top, and return the axes beside them.

    Parameters
    ----------
    gutter
        The width of the text, in inches.
    foot
        Inches kept free under the last group for the numbers of its axis.

    Raises
    ------
    CrowdedError
        If the lines are not legible on one page.
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
    """Return the largest text size in which everything fits; the minimum is that of notes."""
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
    """Return the text of *line* in lines that leave a margin before the plot."""
    wide = gutter - 0.15
    return _Row(wrapped(line.words, wide, setting.words), wrapped(line.below, wide, setting.below))


def _write(page: Page, left: float, middle: float, row: _Row, setting: _Type) -> None:
    # Text is placed slightly above the middle of its line.
    top = middle + (setting.height(row) - TIGHT) / 2 - setting.words * HANG / 72
    parts = ((row.words, setting.words, style.INK), (row.below, setting.below, style.GREY))
    for lines, size, colour in parts:
        for line in lines:
            page.text(left, top, line, size, color=colour)
            top -= size * LEADING / 72
