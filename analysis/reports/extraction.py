"""Helpers that the readers of Word files, web pages and PDF share."""

import re
import unicodedata
from collections.abc import Iterable

WIDEST = 60  # columns or rows that one cell of a table may take
LONGEST_CELL = 120  # characters; a longer cell holds the layout of a page
_LARGEST_TABLE = 600_000  # characters
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LOWERED = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
_NOTE = re.compile(
    r"[\s*†‡§※①-⑳]*|\s*[\[(［（〔【](?:注|note)?[\s\d,，、\-–*]{1,12}[\])］）〕】]\s*"
)
_NUMBER = re.compile(r"[-\d.,%\s]*")


def raised(text: str) -> str:
    """
    Return text set as a superscript: digits as superscript characters, the mark of a note as ''.

    >>> raised("2"), raised("[1]"), raised("①"), raised("th")
    ('²', '', '', 'th')
    """
    return "" if _NOTE.fullmatch(text) else text.translate(_RAISED)


def lowered(text: str) -> str:
    """Return text set as a subscript, with digits as subscript characters."""
    return text.translate(_LOWERED)


def repeated(text: str) -> str:
    """Return what a merged cell repeats in its further rows: its name, but no number."""
    return "" if _NUMBER.fullmatch(text) else text


def flat(rows: Iterable[list[str]]) -> str:
    """
    Return the rows of a table as lines, their cells separated by tabs.

    Raises
    ------
    ValueError
        When merged cells repeat more text than any table has.
    """
    lines, length = [], 0
    for row in rows:
        lines.append("\t".join(" ".join(cell.split()) for cell in row))
        length += len(lines[-1])
        if length > _LARGEST_TABLE:
            raise ValueError("a table is too large")
    return "\n".join(lines)


def tidy(text: str) -> str:
    """Remove control characters, outer blanks of lines and runs of empty lines."""
    text = re.sub(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]", "\n", text)
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C")
    lines = [line.strip(" \u3000\xa0").rstrip("\t \u3000\xa0") for line in kept.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"
