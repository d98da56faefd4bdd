"""Extract the text of a PDF: lines joined, tables as rows, page numbers left out."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from analysis.errors import DocumentError
from analysis.language.messages import say

from .extraction import WIDEST, tidy
from .line_breaks import closed, unwrapped

MAX_PAGES = 600
_MAX_STREAM = 2 << 20  # bytes of the drawing orders of one page, unpacked
_MAX_ORDERS = 200_000  # drawing orders of all pages; a page of text has some hundreds
_FORM = 500  # a form inside a page counts as so many; forms may draw each other without end
_FRAMED = re.compile(  # - 1 -, 第1页, 1/20, 第 1 页 共 20 页
    r"[-—–·•\s]*(?:第\s*)?(?P<page>\d{1,3})\s*(?:页\s*)?(?:[/,，、]?\s*(?:共\s*)?\d{1,3}\s*页?)?[-—–·•\s]*"
)
_BARE = re.compile(r"\d{1,3}")
_CELLS = re.compile(r"(?:^|^[^。；，;,]* )[-−–+]?\d[\d.,]*[%％‰]?(?: [^。；，;]*)?$")
_PROSE = re.compile(r"[。；，]")
_FEWEST = 2  # lines with numbers in cells of their own that make a table likely
_GAP = re.compile(r"(?<=\S) {2,}(?=\S)")


def text(name: str, data: bytes) -> tuple[str, int]:
    """
    Return the text of the PDF *name*, and the number of blanks removed between single digits.

    Raises
    ------
    DocumentError
        When it is damaged, encrypted, or too large.
    """
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it warns of what no text needs
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        locked, count = reader.is_encrypted, 0 if reader.is_encrypted else len(reader.pages)
        orders = _Orders()
        pages = [_lines(page, orders) for page in reader.pages[:MAX_PAGES]] if count else []
    except Exception as error:  # a parser of a damaged file may raise anything
        raise DocumentError(name, say("document.no_pdf", error=error)) from error
    if locked or count > MAX_PAGES:
        reason = say("document.encrypted") if locked else say("document.pages", limit=MAX_PAGES)
        raise DocumentError(name, reason)
    return closed(tidy(unwrapped(list(_paged(pages)))))


class _Orders:
    """A count of drawing orders that stops at its limit."""

    def __init__(self) -> None:
        self.left = _MAX_ORDERS

    def __call__(self, order: bytes, *_: Any) -> None:
        """Count one order."""
        self.left -= _FORM if order == b"Do" else 1
        self.check()

    def check(self) -> None:
        """Raise at the limit; pypdf drops what is raised while it reads a form."""
        if self.left < 0:
            raise ValueError("more drawing orders than any report has")


def _lines(page: Any, orders: _Orders) -> list[str]:
    """Return the lines of a page, those of tables with a tab between cells."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > _MAX_STREAM:
        raise ValueError("a page is too large")
    lines = _stripped(page.extract_text(visitor_operand_before=orders))
    orders.check()
    if sum(bool(_CELLS.search(line)) for line in lines) < _FEWEST:
        return lines
    placed = _stripped(page.extract_text(extraction_mode="layout"))
    rows = [line for line in placed if _GAP.search(line) and not _PROSE.search(line)]
    return list(_tabled(lines, {_bare(row): _GAP.sub("\t", row) for row in rows}))


def _tabled(lines: list[str], rows: dict[str, str]) -> Iterator[str]:
    """Yield the lines; those that make up a row of a table by their position are that row."""
    longest = max(map(len, rows), default=0)
    first = 0
    while first < len(lines):
        written = ""
        for last in range(first, min(len(lines), first + WIDEST)):
            written += _bare(lines[last])
            if written in rows or len(written) > longest:
                break
        if written in rows:
            yield rows[written]
            first = last + 1
        else:
            yield lines[first]
            first += 1


def _bare(line: str) -> str:
    return "".join(line.split())


def _stripped(written: str) -> list[str]:
    return [line.strip() for line in written.split("\n") if line.strip()]


def _paged(pages: list[list[str]]) -> Iterator[str]:
    """Yield the lines of all pages without running heads, feet and page numbers."""
    ends = Counter(line for lines in pages for line in {*lines[:1], *lines[-1:]})
    often = max(2, len(pages) / 2)
    running = {line for line, n in ends.items() if n > often and not _BARE.fullmatch(line)}
    outer = [_without(lines, running) for lines in pages]
    shifts = [_shift(outer, end) for end in (0, -1)]
    for index, lines in enumerate(outer):
        numbers = {
            end % len(lines)
            for end, shift in zip((0, -1), shifts, strict=True)
            if lines and _numbered(lines[end], index, shift)
        }
        yield from (line for position, line in enumerate(lines) if position not in numbers)


def _without(lines: list[str], running: set[str]) -> list[str]:
    first = 1 if lines and lines[0] in running else 0
    last = len(lines) - 1 if len(lines) > 1 and lines[-1] in running else len(lines)
    return lines[first:last]


def _shift(pages: list[list[str]], end: int) -> int | None:
    """Return what bare numbers at one end of the pages exceed the page's place by, if steadily."""
    shifts = Counter(
        int(lines[end]) - index
        for index, lines in enumerate(pages)
        if lines and _BARE.fullmatch(lines[end])
    )
    best, count = next(iter(shifts.most_common(1)), (0, 0))
    return best if count > 1 and count >= len(pages) / 3 else None


def _numbered(line: str, index: int, shift: int | None) -> bool:
    """Whether the first or last line of a page is its number: framed, or in the sequence."""
    if _BARE.fullmatch(line):
        return shift is not None and int(line) == index + shift
    return _FRAMED.fullmatch(line) is not None
