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
from analysis.language.messages import advice, say
from analysis.language.text import INVISIBLE, Text, visible

from . import xlsx_file
from .xlsx_file import Grid

MAX_BYTES = 16 << 20
MAX_ROWS = xlsx_file.MAX_ROWS
MAX_COLUMNS = xlsx_file.MAX_COLUMNS
MAX_CELLS = 600_000
MAX_TEXT = 32_767  # what Excel keeps of a cell
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
    (b"\xff\xfe", "found.utf_16"),
    (b"\xfe\xff", "found.utf_16"),
    (b"PK\x03\x04", "found.zip"),
    (b"\xd0\xcf\x11\xe0", "found.xls"),
    (b"%PDF", "found.pdf"),
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
        raise _refused(label, say("found.lock"), advice("open_in_excel", lock=path.name))
    try:
        before = path.stat()
        if not stat.S_ISREG(before.st_mode):
            raise _refused(label, say("found.no_file"), advice("plain_file"))
        if before.st_size > MAX_BYTES:
            found = say("found.bytes", bytes=before.st_size)
            raise _refused(label, found, advice("too_large", most=MAX_BYTES >> 20))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        after = path.stat()
    except OSError as error:
        raise _refused(label, str(error.strerror), advice("no_access")) from error
    if not len(data) == before.st_size == after.st_size or before.st_mtime_ns != after.st_mtime_ns:
        found = say("found.growing", before=before.st_size, after=after.st_size)
        raise _refused(label, found, advice("being_written"))
    return data


def _refused(label: str, found: str | Text, words: tuple[Text, Text], line: int = 0) -> TableError:
    return TableError([Fault(label, line, "", found, *words)])


def _csv(label: str, data: bytes) -> Grid:
    text = _decoded(label, data)
    if text.lstrip()[:1] in set("<{["):
        raise _refused(label, repr(text[:20]), advice("markup"))
    if not text.endswith(("\n", "\r")):
        raise _refused(label, repr(text[-20:]), advice("cut_off"))
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows = [(reader.line_num, row) for row in islice(reader, MAX_ROWS + 2)]
    except csv.Error as error:
        long = "field limit" in str(error)
        found = say("fault.cell_length", most=MAX_TEXT) if long else str(error)
        words = advice("csv_field" if long else "csv")
        raise _refused(label, found, words, reader.line_num) from error
    return Grid(rows, [], [])


def _decoded(label: str, data: bytes) -> str:
    for sign, kind in _SIGNS:
        if data.startswith(sign):
            raise _refused(label, say(kind), advice("other_file"))
    if data.count(0) > len(data) // 4:
        raise _refused(label, "NUL", advice("utf_16"))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = say("found.byte", byte=error.start) + _hint(data, error.start)
        raise _refused(label, found, advice("utf_8"), line) from error
    if not text.strip():
        raise _refused(label, say("found.no_line"), advice("empty_file"))
    return text


def _hint(data: bytes, start: int) -> Text:
    """How the bytes read in the encodings that Excel in China and Taiwan writes."""
    for encoding in ("gb18030", "big5"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        place = len(data[:start].decode(encoding, "ignore"))
        return say("found.encoding", encoding=encoding, text=repr(text[place : place + 8]))
    return Text("", "")


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
            raise _refused(self._label, say("found.no_line"), advice("empty_file"))
        width = max(len(row) for _, row in lines)
        if len(lines) > MAX_ROWS or width > MAX_COLUMNS or width * len(lines) > MAX_CELLS:
            found = say("found.lines", lines=len(lines), width=width)
            raise _refused(self._label, found, advice("too_many_cells"))

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
        signs = [sign for sign in (";", "\t", "|", "，", "、") if sign in header[0]]
        words = advice("separator", sign=signs[-1]) if signs else advice("title_above_header")
        return _refused(self._label, repr("".join(header)[:40]), words, line)

    def _name(self, line: int, header: str) -> str:
        folded = fold(header)
        name = self._aliases.get(folded, folded.replace(" ", "_"))
        if name != header:
            self._repair(line, name, repr(header), advice("header_letters", name=name))
        return name

    def _header_faults(self, line: int, header: list[str], names: list[str]) -> Iterator[Fault]:
        for place, (raw, name) in enumerate(zip(header, names, strict=True)):
            found = repr(raw)
            spot = f"field {place + 1}"
            if not name:
                yield Fault(self._label, line, spot, found, *advice("no_header"))
            elif names.count(name) > 1:
                yield Fault(self._label, line, name, found, *advice("doubled_header"))
            elif _UNIT_IN_HEADER.search(name):
                yield Fault(self._label, line, spot, found, *advice("unit_in_header"))

    def _row(self, numbered: tuple[int, list[str]]) -> tuple[int, list[str] | None]:
        line, row = numbered
        remarkable = _remarkable(row)
        if self._is_note(line, row, clean(row[0]) if remarkable else row[0]):
            return line, None
        faults = list(self._length_faults(line, row))
        if remarkable:
            faults += self._cell_faults(line, row)
        if faults:
            self._grid.faults.extend(faults)
            return line, None
        row = row[: len(self._names)] + [""] * (len(self._names) - len(row))
        if not remarkable:
            return line, row
        return line, [
            self._clean(line, name, cell) for name, cell in zip(self._names, row, strict=True)
        ]

    def _is_note(self, line: int, row: list[str], first: str) -> bool:
        """Whether *row* is a footnote, which is left out, or a total, which is refused."""
        if _FOOTNOTE.match(first) and not any(cell.strip() for cell in row[1:]):
            self._repair(line, self._names[0], repr(first[:40]), advice("footnote"))
            return True
        if _TOTAL.fullmatch(first):
            spot = self._spot(0, line)
            fault = Fault(self._label, line, spot, repr(first), *advice("total_row"))
            self._grid.faults.append(fault)
            return True
        return False

    def _length_faults(self, line: int, row: list[str]) -> Iterator[Fault]:
        width = len(self._names)
        if self._grid.sheet:
            for place, cell in enumerate(row[width:], width):
                if cell.strip():
                    spot = xlsx_file.spot(place, line)
                    yield Fault(self._label, line, spot, repr(cell[:40]), *advice("stray_value"))
        elif len(row) != self._width or any(cell.strip() for cell in row[width:]):
            fields = say("found.fields", fields=len(row))
            yield Fault(self._label, line, "", fields, *advice("fields", width=width))

    def _cell_faults(self, line: int, row: list[str]) -> Iterator[Fault]:
        for place, cell in enumerate(row[: len(self._names)]):
            words = _broken(cell)
            if words:
                found = repr(cell[:40])
                yield Fault(self._label, line, self._spot(place, line), found, *words)

    def _spot(self, place: int, line: int) -> str:
        name = self._names[place]
        return f"{name} ({xlsx_file.spot(place, line)})" if self._grid.sheet else name

    def _clean(self, line: int, name: str, cell: str) -> str:
        plain = clean(cell)
        if plain != cell:
            self._repair(line, name, repr(cell[:40]), advice("blanks", text=repr(plain)))
        return plain

    def _repair(self, line: int, name: str, found: str, words: tuple[Text, Text]) -> None:
        self._grid.repairs.append(Fault(self._label, line, name, found, *words))


def _remarkable(row: list[str]) -> bool:
    """Whether some cell of *row* needs a second look; most lines of a good file do not."""
    joined = _BETWEEN.join(row)
    whole = joined.count(_BETWEEN) == len(row) - 1 and len(joined) <= MAX_TEXT
    return not whole or _REMARKABLE.search(joined) is not None


def _broken(cell: str) -> tuple[Text, Text] | None:
    """Return the rule that a cell of any table breaks and the remedy; None for a sound cell."""
    if _CONTROL.search(cell):
        return advice("control")
    if _LOST in cell:
        return advice("lost_character")
    plain = clean(cell)  # as it would be read
    if _ERROR_VALUE.match(plain):
        return advice("error_value")
    if _FORMULA.fullmatch(plain):
        return advice("formula")
    if len(cell) > MAX_TEXT:
        return advice("cell_length", most=MAX_TEXT)
    return None
