"""Cells of tables on a page: words broken to a width, their height, and writing them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import style
from .page import Page, measured, wrapped

LEADING = 1.22  # line height in ems, closer than that of notes


class Words(NamedTuple):
    """A line of text at an indent in its cell, with the id of its row if it has one."""

    text: str
    size: float
    colour: str = style.INK
    indent: float = 0.0
    gid: str | None = None
    same_line: bool = False  # beside the words before it instead of below them


def lines(text: str, width: float, size: float, colour: str = style.INK) -> list[Words]:
    """Return *text* broken into lines of at most *width* inches."""
    return [Words(line, size, colour) for line in wrapped(text, width, size)]


def flow(pieces: Iterable[Words], width: float, indent: float = 0.0) -> list[Words]:
    """Return *pieces* one after another on lines of *width* inches, unbroken if they fit."""
    placed: list[Words] = []
    at = indent
    for piece in pieces:
        wide = measured(piece.text, piece.size)
        if placed and at + wide <= width:
            placed.append(piece._replace(indent=at, same_line=True))
        else:
            own = wrapped(piece.text, width - indent, piece.size)
            first = [piece._replace(text=own[0], indent=indent)]
            placed += [*first, *(Words(line, piece.size, piece.colour, indent) for line in own[1:])]
            wide, at = measured(own[-1], piece.size), indent
        at += wide + piece.size * 0.6 / 72
    return placed


def height(words: Sequence[Words]) -> float:
    """Return the height of *words* in inches; words on one line count once."""
    heights: list[float] = []
    for word in words:
        high = word.size * LEADING / 72
        if word.same_line:
            heights[-1] = max(heights[-1], high)
        else:
            heights.append(high)
    return sum(heights)


def write(page: Page, left: float, top: float, words: Sequence[Words]) -> None:
    """Write *words* from the top; words on one line share a baseline."""
    baseline = top
    for index, word in enumerate(words):
        if not word.same_line:
            tall = max(other.size for other in _line(words, index))
            baseline = top - tall / 72
            top -= tall * LEADING / 72
        options = {"va": "baseline", "color": word.colour, "gid": word.gid}
        page.text(left + word.indent, baseline, word.text, word.size, **options)


def _line(words: Sequence[Words], index: int) -> list[Words]:
    """Return the words on the line that starts at *index*."""
    line = [words[index]]
    for word in words[index + 1 :]:
        if not word.same_line:
            break
        line.append(word)
    return line
