"""
Reading of one table file as text cells, with every fault and repair.

It knows files and cells; what a column means is for ``columns`` and ``tables``.
"""

import csv
import io
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

import pandas as pd

from analysis.errors import Fault, TableError
from analysis.language.text import INVISIBLE, visible

from . import xlsx_file
from .xlsx_file import Grid

MAX_BYTES = 16 << 20
MAX_ROWS = xlsx_file.MAX_ROWS
MAX_COLUMNS = xlsx_file.MAX_COLUMNS
MAX_CELLS = 600_000
MAX_TEXT = 32_767  # what Excel keeps of a cell
_TOO_LONG = f"over {MAX_TEXT} characters"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|_x00[01][0-9A-Fa-f]_")
_LOST = "\ufffd"
_ERROR_VALUE = re.compile(r"#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!|#+)")
# What a spreadsheet would run when it opens the CSV; a lone comparator and a number are none.
# Excel in China takes full-width signs, too.
_FORMULA = re.compile(r"[=@＝＠\t]..*|[+＋－-].*[A-Za-z(|!].*", re.DOTALL)
_BETWEEN = "\x1e"  # joins the cells of a line that is looked through in one go
# What a line may hold that one of the patterns above, or a blank nobody sees, could be.
_REMARKABLE = re.compile(
    f"[\x00-\x08\x0b-\x1d\x1f\x7f-\x9f\u2028\u2029{INVISIBLE}\ufffd#]|_x00"
    rf"|(?:^|{_BETWEEN})(?:[^\S{_BETWEEN}]|[=@+＝＠＋－](?!{_BETWEEN}|$)|-(?![0-9.]+(?:{_BETWEEN}|$)))"
    rf"|[^\S{_BETWEEN}](?:{_BETWEEN}|$)"
)
_FOOTNOTE = re.compile(
    r"(?:注|备注|说明|资料来源|数据来源|来源|Notes?|Sources?)\s*[:：]", re.IGNORECASE
)
_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|(?:grand )?total|sum)\s*[:：]?", re.IGNORECASE
)
_UNIT_IN_HEADER = re.compile(r"[(\[（].*[)\]）]|[万亿%‰]")
_SIGNS = (
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
    (b"PK\x03\x04", "an XLSX or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"%PDF", "a PDF file"),
)


@dataclass(frozen=True, slots=True, eq=False)  # it holds a frame, which has no single ==
class Sheet:
    """
    The cells of one table file, with the faults and repairs of its form.

    ``cells`` are all ``str``, an empty cell is ``""``; the index is the line in the file.
    ``label`` is how faults name the file, with the sheet if it is a workbook.
    """

    label: str
    cells: pd.DataFrame
    faults: list[Fault]
    repairs: list[Fault]
    workbook: bool

    def column(self, name: str, line: int) -> str:
        """How a fault names the column *name* at *line*: with the cell, in a workbook."""
        if not self.workbook or name not in self.cells or not line:
            return name
        place = list(self.cells.columns).index(name)
        return f"{name} ({xlsx_file.spot(place, line)})"


def table(path: Path) -> pd.DataFrame:
    """
    Read the CSV or XLSX file *path* as text.

    Returns
    -------
    pandas.DataFrame
        Every cell a ``str`` (an empty cell is ``""``), the index is the line in the file.

    Raises
    ------
    TableError
        With every fault of the file's form: encoding, header, field counts, control characters.
    """
    sheet = read(path)
    if sheet.faults:
        raise TableError(sheet.faults)
    return sheet.cells


def read(path: Path, label: str = "", aliases: Mapping[str, str] | None = None) -> Sheet:
    """
    Read *path* as text; return cells, faults and repairs.

    Parameters
    ----------
    path
        A CSV or XLSX file.
    label
        How faults name the file; its name if not given.
    aliases
        Other headers, folded as :func:`fold` does, and the column each stands for.

    Raises
    ------
    TableError
        When the file as a whole cannot be trusted; faults of lines and cells are in the result,
        whose ``cells`` then lack those lines.
    """
    label = label or path.name
    data = _whole(path, label)
    found = xlsx_file.grid(label, data) if path.suffix == ".xlsx" else _csv(label, data)
    place = f"{label}, sheet {found.sheet}" if found.sheet else label
    reader = _Reader(place, found, dict(aliases or {}))
    cells = reader.frame()
    return Sheet(place, cells, found.faults, found.repairs, bool(found.sheet))


def digest(path: Path) -> bytes | None:
    """The sha256 of *path*, by which a file is known again; None if it would not be read."""
    try:
        return sha256(_whole(path, path.name)).digest()
    except TableError:
        return None


def fold(header: str) -> str:
    r"""
    A header as it is compared: full-width folded, blanks joined, small letters.

    >>> fold(" Period　Start\n"), fold("数值（万元）")
    ('period start', '数值(万元)')
    """
    return " ".join(visible(unicodedata.normalize("NFKC", header)).split()).lower()


def clean(cell: str) -> str:
    r"""
    Drop what the eye cannot see: outer blanks and zero-width characters.

    >>> clean(" 鞍山\u200b ")
    '鞍山'
    """
    return visible(cell).strip()


def _whole(path: Path, label: str) -> bytes:
    """Read a regular file of limited size that is not being written at this moment."""
    if path.name.startswith("~$"):
        mend = "close the workbook in Excel; delete this file if nobody has it open"
        raise _refused(label, "a lock file", "the table is open in Excel", mend)
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise _refused(label, "no plain file", "a table is a plain file", "put a file there")
        if before.st_size > MAX_BYTES:
            mend = f"split it, or drop what is no table; {MAX_BYTES >> 20} MB are read at most"
            raise _refused(label, f"{before.st_size} bytes", "too large for a table", mend)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        after = path.stat()
    except OSError as error:
        raise _refused(label, str(error.strerror), "cannot be read", "mend access") from error
    if not len(data) == before.st_size == after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        found = f"{before.st_size} bytes, then {after.st_size}"
        raise _refused(label, found, "still being written", "try again when it is whole")
    return data


def _refused(label: str, found: str, rule: str, mend: str, line: int = 0) -> TableError:
    return TableError([Fault(label, line, "", found, rule, mend)])


def _csv(label: str, data: bytes) -> Grid:
    text = _decoded(label, data)
    if text.lstrip()[:1] in set("<{["):
        raise _refused(label, repr(text[:20]), "a web page, XML or JSON, not CSV", "save it as CSV")
    if not text.endswith(("\n", "\r")):
        mend = "the file may be cut off; end it with a line break if it is whole"
        raise _refused(label, repr(text[-20:]), "no line break at the end", mend)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in islice(reader, MAX_ROWS + 2)]
    except csv.Error as error:
        found, mend = str(error), "close the quote or remove the stray character"
        if "field limit" in found:
            found, mend = _TOO_LONG, "close its quote, or shorten the cell"
        raise _refused(label, found, "not CSV", mend, reader.line_num) from error
    return Grid(rows, [], [])


def _decoded(label: str, data: bytes) -> str:
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            raise _refused(label, kind, "not a UTF-8 CSV file", "save it as CSV UTF-8")
    if data.count(0) > len(data) // 4:
        raise _refused(label, "NUL bytes", "UTF-16 without its mark", "save it as CSV UTF-8")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found, mend = f"byte {error.start}{_hint(data, error.start)}", "save it as CSV UTF-8"
        raise _refused(label, found, "not UTF-8", mend, line) from error
    if not text.strip():
        raise _refused(label, "no line", "an empty file", "restore it")
    return text


def _hint(data: bytes, start: int) -> str:
    """How the bytes read in the encodings that Excel in China and Taiwan writes."""
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        place = len(data[:start].decode(encoding, "ignore"))
        return f", which {encoding} reads as {text[place : place + 8]!r}"
    return ""


class _Reader:
    """The lines of one file on their way to a frame of clean cells."""

    def __init__(self, label: str, grid: Grid, aliases: dict[str, str]) -> None:
        self._label, self._grid, self._aliases = label, grid, aliases
        self._names: list[str] = []
        self._width = 0

    def frame(self) -> pd.DataFrame:
        """The cells of every sound line under the header."""
        lines = [(line, row) for line, row in self._grid.rows if any(cell.strip() for cell in row)]
        self._measure(lines)
        (first, header), *body = lines
        self._names = self._header(first, header, body)
        kept = [(line, row) for line, row in map(self._row, body) if row is not None]
        index = pd.Index([line for line, _ in kept], name="line", dtype="int64")
        rows = [row for _, row in kept]
        return pd.DataFrame(rows, index=index, columns=self._names, dtype="str")

    def _measure(self, lines: list[tuple[int, list[str]]]) -> None:
        if not lines:
            raise _refused(self._label, "no line", "an empty file", "restore it")
        width = max(len(row) for _, row in lines)
        if len(lines) > MAX_ROWS or width > MAX_COLUMNS or width * len(lines) > MAX_CELLS:
            found, mend = f"{len(lines)} lines of {width} fields", "split the table"
            raise _refused(self._label, found, "too large for a table", mend)

    def _header(self, line: int, header: list[str], body: list[tuple[int, list[str]]]) -> list[str]:
        self._width = len(header)
        while len(header) > 1 and not fold(header[-1]) and self._blank(len(header) - 1, body):
            header = header[:-1]
        if len(header) == 1 or sum(bool(fold(name)) for name in header) == 1:
            raise self._no_header(line, header)
        names = [self._name(line, name) for name in header]
        faults = list(self._header_faults(line, header, names))
        if faults:
            raise TableError([*faults, *self._grid.faults])
        return names

    @staticmethod
    def _blank(column: int, body: list[tuple[int, list[str]]]) -> bool:
        return not any(cell.strip() for _, row in body for cell in row[column : column + 1])

    def _no_header(self, line: int, header: list[str]) -> TableError:
        found, mend = repr("".join(header)[:40]), "let the header be the first line"
        rule = "one field: a title above the header"
        for sign in (";", "\t", "|", "，", "、"):
            if sign in header[0]:
                rule, mend = f"fields divided by {sign!r}", "divide them by a comma"
        return _refused(self._label, found, rule, mend, line)

    def _name(self, line: int, header: str) -> str:
        folded = fold(header)
        name = self._aliases.get(folded, folded.replace(" ", "_"))
        if name != header:
            self._repair(line, name, repr(header), "a header in other letters", f"read as {name}")
        return name

    def _header_faults(self, line: int, header: list[str], names: list[str]) -> Iterator[Fault]:
        for place, (raw, name) in enumerate(zip(header, names, strict=True)):
            found = repr(raw)
            spot = f"field {place + 1}"
            if not name:
                mend = "name the column, or clear it"
                yield Fault(self._label, line, spot, found, "values without a header", mend)
            elif names.count(name) > 1:
                yield Fault(self._label, line, name, found, "a doubled header", "rename one")
            elif _UNIT_IN_HEADER.search(name):
                mend = "write base units under the plain name, and the unit in its own column"
                yield Fault(self._label, line, spot, found, "a unit in the header", mend)

    def _row(self, numbered: tuple[int, list[str]]) -> tuple[int, list[str] | None]:
        line, row = numbered
        if self._is_note(line, row):
            return line, None
        faults = list(self._length_faults(line, row))
        if _remarkable(row):
            faults += self._cell_faults(line, row)
        if faults:
            self._grid.faults.extend(faults)
            return line, None
        row = row[: len(self._names)] + [""] * (len(self._names) - len(row))
        if not _remarkable(row):
            return line, row
        return line, [
            self._clean(line, name, cell) for name, cell in zip(self._names, row, strict=True)
        ]

    def _is_note(self, line: int, row: list[str]) -> bool:
        """Whether *row* is a footnote, which is left out, or a total, which is refused."""
        first, rest = clean(row[0]), any(cell.strip() for cell in row[1:])
        if not rest and _FOOTNOTE.match(first):
            self._repair(line, self._names[0], repr(first[:40]), "a footnote", "left out")
            return True
        if _TOTAL.fullmatch(first):
            rule, mend = "a total among the rows", "delete the line; totals are computed"
            fault = Fault(self._label, line, self._spot(0, line), repr(first), rule, mend)
            self._grid.faults.append(fault)
            return True
        return False

    def _length_faults(self, line: int, row: list[str]) -> Iterator[Fault]:
        width = len(self._names)
        if self._grid.sheet:
            for place, cell in enumerate(row[width:], width):
                if cell.strip():
                    spot = xlsx_file.spot(place, line)
                    rule, mend = "a value under no header", "name the column, or clear the cell"
                    yield Fault(self._label, line, spot, repr(cell[:40]), rule, mend)
        elif len(row) != self._width or any(cell.strip() for cell in row[width:]):
            rule, mend = f"{width} fields in the header", "add or join fields"
            yield Fault(self._label, line, "", f"{len(row)} fields", rule, mend)

    def _cell_faults(self, line: int, row: list[str]) -> Iterator[Fault]:
        for place, cell in enumerate(row[: len(self._names)]):
            told = _wrong(cell)
            if told:
                found = repr(cell[:40])
                yield Fault(self._label, line, self._spot(place, line), found, *told)

    def _spot(self, place: int, line: int) -> str:
        name = self._names[place]
        return f"{name} ({xlsx_file.spot(place, line)})" if self._grid.sheet else name

    def _clean(self, line: int, name: str, cell: str) -> str:
        plain = clean(cell)
        if plain != cell:
            self._repair(line, name, repr(cell[:40]), "blanks nobody sees", f"read as {plain!r}")
        return plain

    def _repair(self, line: int, name: str, found: str, rule: str, mend: str) -> None:
        self._grid.repairs.append(Fault(self._label, line, name, found, rule, mend))


def _remarkable(row: list[str]) -> bool:
    """Whether some cell of *row* needs a second look; most lines of a good file do not."""
    joined = _BETWEEN.join(row)
    whole = joined.count(_BETWEEN) == len(row) - 1 and len(joined) <= MAX_TEXT
    return not whole or _REMARKABLE.search(joined) is not None


def _wrong(cell: str) -> tuple[str, str] | None:
    """The rule that a cell of any table breaks, and what to do; None for a sound cell."""
    if _CONTROL.search(cell):
        return "a control character", "remove it"
    if _LOST in cell:
        return "a character lost in a conversion", "write it again from the original"
    plain = clean(cell)  # as it would be read
    if _ERROR_VALUE.match(plain):
        return "a spreadsheet's error value", "write the value"
    if _FORMULA.fullmatch(plain):
        return "a formula to a spreadsheet", "write the value, or begin it otherwise"
    if len(cell) > MAX_TEXT:
        return _TOO_LONG, "shorten it"
    return None
