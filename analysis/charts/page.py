"""
The page of a chart: title, subtitle, plot, left-out strip, notes and source.

Lays out the texts and leaves room for the plot, which the chart draws.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
from matplotlib import ft2font
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from matplotlib.figure import SubFigure

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.vocabulary import Language, Scale

from . import style
from .figure import METHOD_PAGES, SIGNATURE, Box, Caption, Figure, signature
from .style import SIZES, Size

MARGIN = 0.55  # inches, on every side of a slide
MARK = 9.0  # points across a mark of a slide
LEADING = 1.32  # line height in ems
_NEVER_FIRST = set("，。；：、）》”’！？％%,.;:)!?]")
_NEVER_LAST = set("（《“‘([")
_OPENING, _CLOSING = set("（《“([{"), set("）》”)]}")
_PAUSES = {"，", "、", "：", "；", ", ", ": ", "; "}
_EMS = 1000  # the scale at which the advances of characters are measured


class Room(NamedTuple):
    """A rectangle on the page in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


class Page:
    """A page with its texts laid out, and the room left for plotting."""

    def __init__(
        self, caption: Caption, language: str, *, form: str = "slide", ax: Axes | None = None
    ) -> None:
        self.caption = caption
        self.language = Language(language)
        self.plot: Plot | SubFigure
        if ax is None:
            self.size: Size = SIZES[form]
            self.plot = Plot(figsize=(self.size.width, self.size.height))
        else:
            self.plot = _in_place_of(ax)
            self.size = _shrunk(self.plot)
        self.margin = MARGIN * self.size.width / SIZES["slide"].width
        self._top = self.size.height - self.margin
        self._bottom = self.margin * 0.35
        self._write_head()
        self._write_foot()

    @property
    def room(self) -> Room:
        """The room left for the plot."""
        gap = 0.12
        height = self._top - self._bottom - 2 * gap
        width = self.size.width - 2 * self.margin
        return Room(self.margin, self._bottom + gap, width, height)

    def figure(
        self,
        kind: str,
        scale: Scale,
        rows: pd.DataFrame,
        refusals: pd.DataFrame,
        beside: pd.DataFrame | None = None,
    ) -> Figure:
        """Return the figure on this page, named after its kind."""
        return Figure(
            kind=kind,
            name=kind,
            language=self.language,
            scale=scale,
            rows=rows,
            refusals=refusals,
            beside=pd.DataFrame() if beside is None else beside,
            caption=self.caption,
            plot=self.plot,
            room=self._box(),
        )

    def _box(self) -> Box:
        """Return the room as left, top, width and height in shares of the page."""
        wide, high, room = self.size.width, self.size.height, self.room
        top = high - room.bottom - room.height
        left, top, width, height = (
            round(float(share), 5)
            for share in (room.left / wide, top / high, room.width / wide, room.height / high)
        )
        return left, top, width, height

    @property
    def mark(self) -> float:
        """Size of a mark on this form, in points."""
        return MARK * self.size.label / SIZES["slide"].label

    def axes(self, room: Room, **options: Any) -> Axes:
        """Add plain axes in *room*."""
        wide, high = self.size.width, self.size.height
        box = (room.left / wide, room.bottom / high, room.width / wide, room.height / high)
        return self.plot.add_axes(box, **options)

    def text(self, x: float, y: float, words: str, size: float, **options: Any) -> None:
        """Write *words* with their upper left corner at (*x*, *y*) inches."""
        style.require_glyphs(words)
        options = {"color": style.INK, "ha": "left", "va": "top"} | options
        position = (x / self.size.width, y / self.size.height)
        self.plot.text(*position, words, fontsize=size, **options)

    def _write_head(self) -> None:
        width = self.size.width - 2 * self.margin
        heads = (
            (self.caption.title, self.size.title, style.INK),
            (self.caption.subtitle, self.size.subtitle, style.GREY),
        )
        for text, size, colour in heads:
            for line in balanced(_begun(text[self.language]), width, size):
                self.text(self.margin, self._top, line, size, color=colour)
                self._top -= size * LEADING / 72
            self._top -= size * 0.2 / 72

    def _write_foot(self) -> None:
        """Write, from the bottom up: method, source, notes, and the strip of regions left out."""
        width = self.size.width - 2 * self.margin
        size = self.size.note
        page = f"../../docs/{METHOD_PAGES[self.language]}"
        self._line_up(signature(self.language), size, style.GREY, gid=SIGNATURE, url=page)
        self._bottom += size * 0.25 / 72
        notes = [note[self.language] for note in self.caption.notes]
        joined = [("。" if self.language == "zh" else ". ").join(map(_sentence, notes))]
        foot = [*(line for line in joined if line), self.caption.source[self.language]]
        for words in reversed(foot):
            for line in reversed(wrapped(words, width, size)):
                self._line_up(line, size, style.GREY)
            self._bottom += size * 0.25 / 72
        self._write_strip(width)

    def _line_up(
        self, line: str, size: float, colour: str, indent: float = 0.0, **options: Any
    ) -> None:
        self._bottom += size * LEADING / 72
        self.text(self.margin + indent, self._bottom, line, size, color=colour, **options)

    def _write_strip(self, width: float) -> None:
        if not self.caption.left_out:
            return
        self._bottom += self.size.note * 0.45 / 72
        size = self.size.note * 1.12
        names = [entry.name[self.language] for entry in self.caption.left_out]
        indent = max(measured(name, size) for name in names) + 0.42
        for entry, name in reversed(list(zip(self.caption.left_out, names, strict=True))):
            lines = wrapped(entry.reason[self.language], width - indent, size)
            for line in reversed(lines):
                self._line_up(line, size, style.INK, indent)
            self.text(
                self.margin + 0.22, self._bottom, name, size, color=style.colour(entry.region)
            )
            self.text(self.margin, self._bottom, "—", size, color=style.GREY)
        self._bottom += size * 0.35 / 72
        heading = STRIP[self.language]
        self._line_up(heading, size, style.GREY)
        self._bottom += size * 1.1 / 72


def _in_place_of(ax: Axes) -> SubFigure:
    """Replace *ax* by a part of its figure, which has room for the texts of the chart."""
    spot = ax.get_subplotspec()
    if spot is None:
        raise UsageError("ax: give axes of plt.subplots; a chart takes their whole place")
    part = ax.figure.add_subfigure(spot)
    ax.remove()
    return part


def _shrunk(part: SubFigure) -> Size:
    """Return the size of *part* in inches, with text sizes scaled down from a slide."""
    box = part.bbox.transformed(part.dpi_scale_trans.inverted())
    slide = SIZES["slide"]
    share = min(box.width / slide.width, box.height / slide.height)
    return Size(box.width, box.height, *(size * share for size in slide[2:]))


STRIP = say("page.strip")


def _begun(words: str) -> str:
    """Return *words* with a capital first letter."""
    return words[:1].upper() + words[1:]


def _sentence(note: str) -> str:
    return _begun(note).rstrip("。.")


def wrapped(text: str, width: float, size: float) -> list[str]:
    """
    Break *text* into lines of at most *width* inches at *size* points.

    Chinese text may break anywhere except before closing and after opening punctuation; Latin words
    are not broken.

    >>> wrapped("one two three", 0.6, 10)
    ['one two', 'three']
    """
    style.require_glyphs(text)
    lines, line = [], ""
    for piece in _pieces(text):
        if line and measured(line + piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def balanced(text: str, width: float, size: float) -> list[str]:
    """
    Wrap *text* as :func:`wrapped` does, but break two lines at punctuation if possible.

    Otherwise, avoid a single word or character on the last line.

    >>> balanced("one two three four", 1.0, 10), wrapped("one two three four", 1.0, 10)
    (['one two', 'three four'], ['one two three', 'four'])
    >>> balanced("one two: three four", 1.0, 10)
    ['one two:', 'three four']
    """
    lines = wrapped(text, width, size)
    if len(lines) == 2 and (paused := _paused(text, width, size)):
        return paused
    for share in (0.95, 0.9, 0.85, 0.8, 0.75, 0.7):
        if len(lines) < 2 or measured(lines[-1], size) > width / 3:
            break
        narrower = wrapped(text, width * share, size)
        lines = narrower if len(narrower) == len(lines) else lines
    return lines


def _paused(text: str, width: float, size: float) -> list[str]:
    """Return the most even break into two lines after punctuation, or none if all are uneven."""
    pairs = [(text[:position].rstrip(), text[position:]) for position in _pauses(text)]
    widths = {pair: [measured(line, size) for line in pair] for pair in pairs}
    fit = [pair for pair in pairs if width / 4 < min(widths[pair]) and max(widths[pair]) <= width]
    return [*min(fit, key=lambda pair: max(widths[pair]))] if fit else []


def _pauses(text: str) -> Iterator[int]:
    """Yield the positions after commas, colons and semicolons outside of brackets."""
    depth = 0
    for position, character in enumerate(text):
        depth += (character in _OPENING) - (character in _CLOSING)
        if depth == 0 and _PAUSES & {character, text[position - 1 : position + 1]}:
            yield position + 1


def _pieces(text: str) -> Iterator[str]:
    """Yield unbreakable parts: a word, or a Chinese character with its punctuation."""
    piece = ""
    for character in text:
        wide = unicodedata.east_asian_width(character) in {"W", "F"}
        breakable = wide or piece.endswith(" ") or (piece and _wide(piece[-1]))
        unbreakable = character in _NEVER_FIRST or piece[-1:] in _NEVER_LAST
        if piece and breakable and not unbreakable and character != " ":
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}


def measured(text: str, size: float) -> float:
    """Return the width of *text* in inches at *size* points; raise an error for missing glyphs."""
    return sum(_advance(character) for character in text) * size / 72


@cache
def _font() -> ft2font.FT2Font:
    font = ft2font.FT2Font(str(style.font_file()))
    font.set_size(_EMS, 72)
    return font


@cache
def _advance(character: str) -> float:
    style.require_glyphs(character)
    glyph = _font().load_char(ord(character), flags=ft2font.LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / _EMS
