"""
The page of a chart: title, subtitle, plot, regions left out, notes and source.

Lays out the texts and leaves at least three fifths of the page for the plot, which the chart draws.
Notes and regions that do not fit are counted on the page; the record of the figure has all of them.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple

import pandas as pd
from matplotlib import ft2font
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Plot
from matplotlib.figure import SubFigure

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Scale

from . import style
from .figure import METHOD_PAGES, SIGNATURE, Box, Caption, Figure, signature
from .style import SIZES, Size

MARGIN = 0.4  # inches, on every side of a slide
MARK = 9.0  # points across a mark of a slide
LEADING = 1.32  # line height in ems
FOOT_LEADING = 1.25
LEAST_PLOT = 0.6  # share of the page
LEAST_TEXT = 7.0  # points of small print in axes of another figure
GAP = 0.08  # inches above and below the plot
BLOCK = 0.15  # ems between two blocks of the foot
CORNER = 1.9  # ems from the lower edge to the foot, above the pointer in the corner
STRAIGHT = str.maketrans("“”‘’", "\"\"''")  # the font has Chinese quotes, a character wide
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
        self._bottom = self.size.corner * CORNER / 72
        self._write_head(caption.title, self.size.title, style.INK)
        self.least_height = self.room.height  # of the room of the plot in either language
        if ax is None:
            self._write_head(caption.subtitle, self.size.subtitle, style.GREY)
            self._write_foot()

    @property
    def room(self) -> Room:
        """The room left for the plot."""
        height = self._top - self._bottom - 2 * GAP
        width = self.size.width - 2 * self.margin
        return Room(self.margin, self._bottom + GAP, width, height)

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
        if self.language is Language.EN:
            words = words.translate(STRAIGHT)
        style.require_glyphs(words)
        options = {"color": style.INK, "ha": "left", "va": "top"} | options
        position = (x / self.size.width, y / self.size.height)
        self.plot.text(*position, words, fontsize=size, **options)

    def empty(self, words: Text | None = None) -> None:
        """Write *words*, by default that there is nothing to draw, in the room of the plot."""
        y = self.room.bottom + self.room.height * 0.6
        words = words or say("note.nothing_here")
        self.text(self.room.left, y, words[self.language], self.size.subtitle, color=style.GREY)

    def _write_head(self, text: Text, size: float, colour: str) -> None:
        """Write the title or the subtitle."""
        width = self.size.width - 2 * self.margin
        for line in balanced(begun(text[self.language]), width, size):
            self.text(self.margin, self._top, line, size, color=colour)
            self._top -= size * LEADING / 72
        self._top -= size * 0.2 / 72

    def _write_foot(self) -> None:
        """Write, from the bottom up: source, notes and the regions left out."""
        size = self.size.foot
        self._write_corner()
        feet = self._feet()
        for block, lines in reversed(feet[self.language]):
            for line in reversed(lines):
                self._bottom += size * FOOT_LEADING / 72
                self.text(self.margin, self._bottom, line, size, color=block.colour)
            self._bottom += size * BLOCK / 72
        lower = self._highest_head() - self._head_height(self.language)
        high = {each: sum(len(lines) for _, lines in foot) for each, foot in feet.items()}
        lower += (max(high.values()) - high[self.language]) * size * FOOT_LEADING / 72
        self.least_height = self.room.height - lower

    def _feet(self) -> dict[Language, list[tuple["Block", list[str]]]]:
        """Return the lines of the foot in both languages, with the same parts in each."""
        width, size = self.size.width - 2 * self.margin, self.size.foot
        blocks, counts = {each: _blocks(self.caption, each) for each in Language}, {}
        for each, own in blocks.items():
            full = [len(block.lines(width, size, len(block.parts))) for block in own]
            most = _shared(full, self._most_lines(len(own)))
            own[-1:] = [one.after(own[:-1], most) for one in own[-1:]]
            pairs = zip(own, most, strict=True)
            counts[each] = [block.fitting(width, size, lines) for block, lines in pairs]
        shown = [min(pair) for pair in zip(*counts.values(), strict=True)]
        return {
            each: [(b, b.lines(width, size, n)) for b, n in zip(own, shown, strict=True)]
            for each, own in blocks.items()
        }

    def _head_height(self, language: Language) -> float:
        """Return the height of title and subtitle in *language*."""
        texts = ((self.caption.title, self.size.title), (self.caption.subtitle, self.size.subtitle))
        width = self.size.width - 2 * self.margin
        lines = ((len(balanced(begun(text[language]), width, size)), size) for text, size in texts)
        return sum((count * LEADING + 0.2) * size / 72 for count, size in lines)

    def _highest_head(self) -> float:
        return max(map(self._head_height, Language))

    def _write_corner(self) -> None:
        """Write the pointer to the method, to which saving adds the name of the figure."""
        page = f"../../docs/{METHOD_PAGES[self.language]}"
        size = self.size.corner
        at = (self.size.width - self.margin, size * (CORNER - 0.25) / 72)
        words = signature(self.language)
        self.text(*at, words, size, color=style.GREY, ha="right", gid=SIGNATURE, url=page)

    def _most_lines(self, blocks: int) -> int:
        """Return how many lines of *blocks* leave the plot its share of the page."""
        plot = LEAST_PLOT * self.size.width * self.size.height / self.room.width
        head = self._highest_head() - self._head_height(self.language)
        free = self.room.height - head - plot - blocks * self.size.foot * BLOCK / 72
        return max(int(free / (self.size.foot * FOOT_LEADING / 72)), 0)


class Block(NamedTuple):
    """A part of the foot: sentences, regions or publications, of which the first are written."""

    parts: tuple[str, ...]
    glue: str
    name: str  # in the id of the message that counts the others
    language: str
    head: str = ""
    colour: str = style.GREY
    tail: str = ""  # the numbers of parts of blocks above that have no line

    def after(self, blocks: Sequence["Block"], lines: Sequence[int]) -> "Block":
        """Return the block with the number of parts of each of *blocks* that has no *lines*."""
        tails = [
            say(f"page.only_{block.name}", count=len(block.parts))[self.language]
            for block, own in zip(blocks, lines, strict=False)
            if not own
        ]
        return self._replace(tail=self.glue + self.glue.join(tails) if tails else "")

    def lines(self, width: float, size: float, shown: int) -> list[str]:
        """Return the lines of the first *shown* parts and the number of the others; none for -1."""
        if shown < 0:
            return []
        words, others = self.head + self.glue.join(self.parts[:shown]), len(self.parts) - shown
        if others:
            message = f"page.{'more' if shown else 'only'}_{self.name}"
            words += say(message, count=others)[self.language]
        return wrapped(words + self.tail, width, size)

    def fitting(self, width: float, size: float, most: int) -> int:
        """Return how many parts *most* lines have room for; -1 if not even their number fits."""
        for shown in range(len(self.parts), -1, -1):
            if len(self.lines(width, size, shown)) <= most:
                return shown
        return -1


def _blocks(caption: Caption, language: str) -> list[Block]:
    """Return the parts of the foot in the order of reading."""
    glue, stop = ("；", "。") if language == "zh" else ("; ", ". ")
    regions = _left_out(caption, language)
    notes = tuple(begun(note[language]).rstrip("。.") for note in caption.notes)
    sources = tuple(part for part in caption.source[language].split(glue) if part)
    head = say("page.left_out")[language]
    blocks = (
        Block(regions, glue, "left_out", language, head, style.INK),
        Block(notes, stop, "notes", language),
        Block(sources, glue, "sources", language),
    )
    return [block for block in blocks if block.parts]


def _left_out(caption: Caption, language: str) -> tuple[str, ...]:
    """Return the regions left out with their reason; those with the same reason together."""
    names: dict[Text, list[str]] = {}
    for entry in caption.left_out:
        names.setdefault(entry.reason, []).append(entry.name[language])
    comma = "、" if language == "zh" else ", "
    return tuple(
        say("page.region", regions=comma.join(regions), reason=reason)[language]
        for reason, regions in names.items()
    )


def _shared(full: Sequence[int], most: int) -> list[int]:
    """
    Distribute *most* lines over blocks that have *full* lines: one for each, then notes first.

    >>> _shared([1, 5, 2], 5), _shared([1, 1, 1], 2)
    ([1, 3, 1], [1, 0, 1])
    """
    lines, last = [0] * len(full), len(full) - 1
    rest = [index for index in (*reversed(range(last)), last) for _ in range(full[index])]
    for index in [last, *range(last), *rest]:
        if sum(lines) < most and lines[index] < full[index]:
            lines[index] += 1
    return lines


def _in_place_of(ax: Axes) -> SubFigure:
    """Replace *ax* by a part of its figure, which has room for the texts of the chart."""
    if ax.figure is None:
        raise UsageError(say("error.axes_taken"))
    spot = ax.get_subplotspec()
    if spot is None:
        raise UsageError(say("error.axes_of_grid"))
    part = ax.figure.add_subfigure(spot)
    ax.remove()
    return part


def _shrunk(part: SubFigure) -> Size:
    """Return the size of *part* in inches, with text sizes scaled down but still readable."""
    box = part.bbox.transformed(part.dpi_scale_trans.inverted())
    slide = SIZES["slide"]
    share = min(box.width / slide.width, box.height / slide.height)
    sizes = (max(size * share, LEAST_TEXT * size / slide.note) for size in slide[2:])
    return Size(box.width, box.height, *sizes)


def begun(words: str) -> str:
    """Return *words* with a capital first letter."""
    return words[:1].upper() + words[1:]


def wrapped(text: str, width: float, size: float) -> list[str]:
    """
    Break *text* into lines of at most *width* inches at *size* points.

    Chinese text may break anywhere except before closing and after opening punctuation; Latin words
    are not broken. No Chinese character stands alone on the last line.

    >>> wrapped("一二三四五", 4 * 10 / 72, 10)
    ['一二三', '四五']
    >>> wrapped("one two three", 0.6, 10)
    ['one two', 'three']
    """
    style.require_glyphs(text)
    lines, line, length = [], "", 0.0
    for piece in _pieces(text):
        if line and length + measured(piece.rstrip(), size) > width:
            lines.append(line.rstrip())
            line, length = piece.lstrip(), measured(piece.lstrip(), size)
        else:
            line, length = line + piece, length + measured(piece, size)
    lines += [line.rstrip()] if line.strip() else []
    alone = [each for each in lines[-1] if each not in _NEVER_FIRST | _NEVER_LAST] if lines else []
    if len(lines) > 1 and len(alone) == 1 and _wide(alone[0]):
        *before, last = _pieces(lines[-2])
        lines[-2:] = ["".join(before).rstrip(), last + lines[-1]] if before else lines[-2:]
    return lines


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
