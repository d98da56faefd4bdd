"""
One table file as text cells: opened with suspicion, nothing guessed, nothing converted.

It knows files and cells; what a column means is for ``tables``.
"""

import csv
import io
import re
import zipfile
from pathlib import Path

import pandas as pd

from .errors import Fault, TableError

MAX_BYTES = 200 << 20
MAX_RATIO = 200
MAX_PARTS = 2_000
MAX_ROWS = 200_000
MAX_COLUMNS = 500
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]+)(\d+)"')
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


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
    rows = _xlsx(path) if path.suffix == ".xlsx" else _csv(path)
    return _frame(path, rows)


def _fault(path: Path, line: int, found: str, rule: str, mend: str, column: str = "") -> Fault:
    return Fault(path.name, line, column, found, rule, mend)


def _csv(path: Path) -> list[tuple[int, list[str]]]:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mend = "save the file as UTF-8"
        raise TableError([_fault(path, 0, f"byte {error.start}", "not UTF-8", mend)]) from error
    if text and not text.endswith("\n"):
        mend = "the file may be cut off; end it with a line break if it is whole"
        raise TableError([_fault(path, 0, repr(text[-20:]), "no line break at the end", mend)])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            rows.append((reader.line_num, row))
    except csv.Error as error:
        mend = "close the quote or remove the stray character"
        raise TableError([_fault(path, reader.line_num, str(error), "not CSV", mend)]) from error
    return rows


def _xlsx(path: Path) -> list[tuple[int, list[str]]]:
    import openpyxl

    data = path.read_bytes()
    _guard(path, data)
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False)
    sheet = book.worksheets[0]
    if sheet.merged_cells.ranges:
        found = str(next(iter(sheet.merged_cells.ranges)))
        raise TableError([_fault(path, 0, found, "merged cells", "unmerge and fill each cell")])
    return [
        (line, [_text(cell) for cell in cells])
        for line, cells in enumerate(sheet.iter_rows(values_only=True), 1)
    ]


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(getattr(cell, "date", lambda: cell)())


def _guard(path: Path, data: bytes) -> None:
    """Refuse a workbook that is not a plain, small OOXML file before anything parses it."""
    if data[:4] != b"PK\x03\x04" or not zipfile.is_zipfile(io.BytesIO(data)):
        found = repr(data[:8])
        raise TableError([_fault(path, 0, found, "not an XLSX file", "save it as XLSX or CSV")])
    archive = zipfile.ZipFile(io.BytesIO(data))
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or len({part.filename for part in parts}) != len(parts):
        raise TableError([_hostile(path, f"{len(parts)} parts")])
    total = 0
    for part in parts:
        total += _part_size(path, archive, part, MAX_BYTES - total)


def _hostile(path: Path, found: str) -> Fault:
    return _fault(path, 0, found, "not a plain workbook", "save the values alone in a new file")


def _part_size(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> int:
    name, size, tail = part.filename, 0, b""
    if name.startswith(("/", "\\")) or ".." in name.split("/") or part.flag_bits & 1:
        raise TableError([_hostile(path, name)])
    if "externalLinks/" in name or "embeddings/" in name or name.endswith("vbaProject.bin"):
        raise TableError([_hostile(path, name)])
    with archive.open(part) as stream:  # streamed, because declared sizes are not trusted
        while chunk := stream.read(1 << 16):
            size += len(chunk)
            if size > room or size > MAX_RATIO * max(part.compress_size, 1 << 14):
                raise TableError([_hostile(path, f"{name} unpacks to over {size} bytes")])
            window = tail + chunk
            if b"<!DOCTYPE" in window or b"<!ENTITY" in window or window[:2] in {b"\xff\xfe"}:
                raise TableError([_hostile(path, f"a document type in {name}")])
            if name.startswith("xl/worksheets/"):
                _refuse_far_cells(path, window)
            tail = window[-256:]
    return size


def _refuse_far_cells(path: Path, xml: bytes) -> None:
    for letters, row in _CELL.findall(xml):
        column = 0
        for letter in letters:
            column = column * 26 + letter - 64
        if column > MAX_COLUMNS or int(row) > MAX_ROWS:
            raise TableError([_hostile(path, f"cell {letters.decode()}{row.decode()}")])


def _frame(path: Path, rows: list[tuple[int, list[str]]]) -> pd.DataFrame:
    if not rows:
        raise TableError([_fault(path, 0, "no line", "an empty file", "restore it")])
    (line, header), *body = rows
    names = [clean(name) for name in header]
    faults = _header_faults(path, line, names)
    for line, row in body:
        if row and len(row) != len(names):
            rule = f"{len(names)} fields in the header"
            faults.append(_fault(path, line, f"{len(row)} fields", rule, "add or join fields"))
        faults += [
            _fault(path, line, repr(cell), "a control character", "remove it", name)
            for name, cell in zip(names, row, strict=False)
            if _CONTROL.search(cell)
        ]
    if faults:
        raise TableError(faults)
    kept = [(line, [clean(cell) for cell in row]) for line, row in body if any(row)]
    index = pd.Index([line for line, _ in kept], name="line", dtype="int64")
    return pd.DataFrame([row for _, row in kept], index=index, columns=names, dtype="str")


def _header_faults(path: Path, line: int, names: list[str]) -> list[Fault]:
    doubled = sorted({name for name in names if names.count(name) > 1})
    return [_fault(path, line, repr(n), "a doubled header", "rename one", n) for n in doubled]


def clean(cell: str) -> str:
    """
    Drop what the eye cannot see: outer blanks and zero-width characters.

    >>> clean(" 鞍山\\u200b ")
    '鞍山'
    """
    return _INVISIBLE.sub("", cell).strip()
