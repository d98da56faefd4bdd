"""
One XLSX workbook as text cells, refused unless it is plain, small and of one visible sheet.

It reads bytes and knows no column. The parts are looked through by a parser that allows no
document type before openpyxl sees them; openpyxl then only turns the cells into values.
"""

import io
import posixpath
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple
from xml.sax import SAXException  # the parser itself is defusedxml's
from xml.sax.handler import ContentHandler

from analysis.errors import Fault, TableError
from analysis.language.messages import advice, say
from analysis.language.text import Text

MAX_PARTS = 500
MAX_UNPACKED = 32 << 20
MAX_RATIO = 200
MAX_CELLS = 60_000
MAX_TAGS = 20_000  # in a part that is no sheet: more styles would hold openpyxl up for seconds
MAX_TEXT_TAGS = 4 * MAX_CELLS
MAX_DEPTH = 60
MAX_ROWS = 100_000
MAX_COLUMNS = 200
# What zipfile and expat raise on the bytes of a damaged file.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
)
_ZIP = b"PK\x03\x04"
_STRICT = b"http://purl.oclc.org/ooxml/"  # of ISO/IEC 29500 Strict; openpyxl finds no sheet in it
_OLE = b"\xd0\xcf\x11\xe0"
_ACTIVE = re.compile(
    r"externalLinks/|embeddings/|vbaProject|macrosheets/|activeX/|ctrlProps/|connections\.xml"
    r"|queryTables/|customData/|xl/model/|webextensions/|xl/workbook\.bin"
)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
# Number formats under which a cell shows the number that it holds.
_PLAIN_FORMAT = re.compile(r"General|@|[#0?,]*[#0?](?:\.[#0?]+)?(?:E\+0+)?")
_DECORATION = re.compile(r"\[[^\]]*\]|_.|\*.|\\.|[()+\- ]")


class Grid(NamedTuple):
    """The lines of a table file, with faults and repairs."""

    rows: list[tuple[int, list[str]]]
    faults: list[Fault]
    repairs: list[Fault]
    sheet: str = ""


def grid(label: str, data: bytes) -> Grid:
    """
    Read the XLSX workbook *data* as lines of text cells.

    Parameters
    ----------
    label
        How faults name the file.
    data
        The bytes of the file.

    Raises
    ------
    TableError
        When the file is no workbook, is damaged, or holds what no table needs: a document
        type, links, macros, far cells, several or hidden sheets, more than the limits above.
    """
    survey = surveyed(label, data)
    name, scan = _only_sheet(label, survey)
    place = f"{label}, sheet {name}"
    faults = list(_sheet_faults(place, scan))
    rows: list[tuple[int, list[str]]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles that no table needs
        try:
            for line, cells in _cells(data, name):
                faults += _format_faults(place, line, cells)
                rows.append((line, [text(cell.value) for cell in cells]))
        except Exception as error:  # a parser of a damaged workbook may raise anything
            raise TableError([damaged(label, error)]) from error
    repairs = [
        Fault(place, line, spot, say("found.formula"), *advice("computed"))
        for spot, line in scan.formulas.items()
        if spot not in scan.uncomputed
    ]
    return Grid(rows, faults, repairs, name)


def spot(column: int, line: int) -> str:
    """
    The name of a cell, columns counted from 0.

    >>> spot(13, 5)
    'N5'
    """
    return f"{_letters(column + 1)}{line}"


def _letters(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def text(value: Any) -> str:
    """
    The text of a cell's value: 15 digits of a number, as Excel keeps; a date as YYYY-MM-DD.

    >>> text(6.7), text(0.1 + 0.2), text(110000.0), text(None), text(datetime(2024, 1, 31))
    ('6.7', '0.3', '110000', '', '2024-01-31')
    """
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return f"{Decimal(f'{value:.15g}'):f}"
        case datetime():
            return (value.date() if value.time() == time.min else value).isoformat()
        case date() | time():
            return value.isoformat()
    return str(value)


class Survey(NamedTuple):
    """The contents of a workbook: sheets as (name, state, part) and the scan of each part."""

    sheets: list[tuple[str, str, str]]
    scans: dict[str, "Scan"]


def surveyed(label: str, data: bytes) -> Survey:
    """
    Look through every part of the workbook *data* before anything else parses one.

    Raises
    ------
    TableError
        When it is no workbook, is damaged, or holds what no table needs; *label* names it.
    """
    if not data.startswith(_ZIP):
        raise TableError([_foreign(label, data)])
    scans: dict[str, Scan] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _refuse_parts(label, archive.infolist())
            room = MAX_UNPACKED
            for part in archive.infolist():
                content = _unpacked(label, archive, part, room)
                room -= len(content)
                if part.filename == "xl/workbook.xml" and _STRICT in content[:4096]:
                    raise TableError([_strict(label)])
                scans[part.filename] = _scanned(label, part.filename, content)
    except _BROKEN as error:
        raise TableError([damaged(label, error)]) from error
    return Survey(_sheets(scans), scans)


def _foreign(label: str, data: bytes) -> Fault:
    kinds = ((_OLE, "found.old_excel"), (b"%PDF", "found.pdf"))
    kind = next((kind for sign, kind in kinds if data.startswith(sign)), "found.other_kind")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        kind = "found.markup"
    found = say(kind if data else "found.no_bytes")
    return Fault(label, 0, "", found, *advice("not_a_workbook"))


def _strict(label: str) -> Fault:
    return Fault(label, 0, "", "Strict Open XML", *advice("strict_workbook"))


def damaged(label: str, error: Exception) -> Fault:
    """The fault of a workbook that a parser stumbled over."""
    found = f"{type(error).__name__}: {str(error)[:80]}"
    return Fault(label, 0, "", found, *advice("damaged_workbook"))


def _hostile(label: str, found: str | Text, fault: str = "not_for_a_table") -> TableError:
    return TableError([Fault(label, 0, "", found, *advice(fault))])


def _refuse_parts(label: str, parts: list[zipfile.ZipInfo]) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len({name.casefold() for name in names}) != len(names):
        raise _hostile(label, say("found.parts", parts=len(parts)), "many_parts")
    for part in parts:
        name = part.filename
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or part.flag_bits & 1:
            raise _hostile(label, name, "outside_archive")
        if _ACTIVE.search(name):
            raise _hostile(label, name)


def _unpacked(label: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo, room: int) -> bytes:
    """The content of *part*; read to the limit, because a declared size may lie."""
    most = min(room, MAX_RATIO * max(part.compress_size, 1 << 14))
    with archive.open(part) as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        found = say("found.part_size", part=part.filename, most=most)
        raise _hostile(label, found, "unpacked_size")
    return content


def _scanned(label: str, name: str, content: bytes) -> "Scan":
    from defusedxml import DefusedXmlException, sax

    scan = Scan()
    written = name.endswith((".xml", ".rels"))
    if not written and content.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00")[:1] != b"<":
        return scan
    try:
        sax.parseString(content, scan, forbid_dtd=True)
    except DefusedXmlException as error:
        raise _hostile(label, say("found.doctype", part=name)) from error
    except _TooMuchError as error:
        found = say("found.in_part", found=error.args[0], part=name)
        raise _hostile(label, found, "too_much") from error
    except SAXException as error:
        if written:  # drawings of old Excel are not well-formed, and openpyxl is not shown them
            raise TableError([damaged(label, error)]) from error
    return scan


class _TooMuchError(Exception):
    """A part with more elements, deeper nesting or farther cells than a table has."""


class Scan(ContentHandler):
    """Properties of one part besides its values, found in constant memory."""

    def __init__(self) -> None:
        super().__init__()
        self.root = ""
        self.sheets: list[tuple[str, str, str]] = []
        self.links: dict[str, str] = {}
        self.merged: list[str] = []
        self.hidden: dict[Text, int] = {}
        self.formulas: dict[str, int] = {}
        self.uncomputed: set[str] = set()
        self.errors: dict[str, int] = {}
        self.filled = False
        self._cells = self._tags = self._depth = self._line = self._column = 0
        self._spot = ""
        self._hidden_columns: set[int] = set()
        self._in_value = self._hidden_line = False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802 - the name is SAX's
        """Count elements, and note the attributes of sheets, links and cells."""
        local = name.rpartition(":")[2]
        self.root = self.root or local
        self._tags += 1
        self._depth += 1
        if self._tags > (MAX_TEXT_TAGS if self.root in {"worksheet", "sst"} else MAX_TAGS):
            raise _TooMuchError(say("found.elements", most=self._tags - 1))
        if self._depth > MAX_DEPTH:
            raise _TooMuchError(say("found.depth", most=MAX_DEPTH))
        note = self._notes.get(self.root, {}).get(local)
        if note is not None:
            note(self, attrs)

    def endElement(self, _: str) -> None:  # noqa: N802 - the name is SAX's
        """Close a value or an element."""
        self._depth -= 1
        self._in_value = False

    def characters(self, content: str) -> None:
        """A formula's value that is there is a computed one."""
        if self._in_value and content.strip():
            self.uncomputed.discard(self._spot)

    def _sheet(self, attrs: Any) -> None:
        key = next((attrs[n] for n in attrs.getNames() if n.endswith(":id")), "")
        self.sheets.append((attrs.get("name", ""), attrs.get("state", "visible"), key))

    def _link(self, attrs: Any) -> None:
        kind, target = attrs.get("Type", ""), attrs.get("Target", "")
        if attrs.get("TargetMode") == "External" and not kind.endswith("/hyperlink"):
            raise _TooMuchError(say("found.link", target=repr(target[:60])))
        self.links[attrs.get("Id", "")] = target

    def _merge(self, attrs: Any) -> None:
        self.merged.append(attrs.get("ref", ""))

    def _columns(self, attrs: Any) -> None:
        if attrs.get("hidden", "0") in {"1", "true"} or attrs.get("width") == "0":
            first, last = (int(attrs.get(name, "1")) for name in ("min", "max"))
            self._hidden_columns |= set(range(max(first, 1), min(last, MAX_COLUMNS) + 1))

    def _row(self, attrs: Any) -> None:
        self._line = int(attrs.get("r", self._line + 1))
        self._column = 0
        if self._line > MAX_ROWS:
            raise _TooMuchError(say("found.row", line=self._line))
        self._hidden_line = attrs.get("hidden", "0") in {"1", "true"} or attrs.get("ht") == "0"

    def _cell(self, attrs: Any) -> None:
        self._cells += 1
        self._column += 1
        if "r" in attrs.getNames():
            self._column, self._line = _place(attrs["r"])
        self._spot = spot(self._column - 1, self._line)
        if self._column > MAX_COLUMNS or self._line > MAX_ROWS:
            raise _TooMuchError(say("found.far_cell", spot=self._spot))
        if self._cells > MAX_CELLS:
            raise _TooMuchError(say("found.cells", most=MAX_CELLS))
        if attrs.get("t") == "e":
            self.errors[self._spot] = self._line

    def _formula(self, _: Any) -> None:
        self.filled = True
        self.formulas[self._spot] = self._line
        self.uncomputed.add(self._spot)

    def _value(self, _: Any) -> None:
        self.filled = self._in_value = True
        if self._hidden_line:
            self.hidden.setdefault(say("found.row", line=self._line), self._line)
        if self._column in self._hidden_columns:
            column = say("found.column", column=_letters(self._column))
            self.hidden.setdefault(column, 0)

    _notes: ClassVar[dict[str, dict[str, Any]]] = {
        "workbook": {"sheet": _sheet},
        "Relationships": {"Relationship": _link},
        "worksheet": {
            "mergeCell": _merge,
            "col": _columns,
            "row": _row,
            "c": _cell,
            "f": _formula,
            "v": _value,
            "is": _value,
        },
    }


def _place(reference: str) -> tuple[int, int]:
    from openpyxl.utils import column_index_from_string

    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise _TooMuchError(say("found.cell", cell=repr(reference[:20])))
    return column_index_from_string(match[1]), int(match[2])


def _sheets(scans: dict[str, Scan]) -> list[tuple[str, str, str]]:
    """The sheets in order, each with its state and the part it is kept in."""
    book = next((name for name, scan in scans.items() if scan.root == "workbook"), "")
    folder, _, file = book.rpartition("/")
    rels = scans.get(posixpath.join(folder, "_rels", f"{file}.rels"))
    links = rels.links if rels else {}
    found = []
    for name, state, key in scans[book].sheets if book else []:
        target = links.get(key, "")
        part = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        found.append((name, state, posixpath.normpath(part)))
    return found


def _only_sheet(label: str, survey: Survey) -> tuple[str, Scan]:
    """The one sheet with cells; a hidden one, or a second, would be lost without a word."""
    sheets = [(name, state, survey.scans.get(part)) for name, state, part in survey.sheets]
    filled = [(name, state, scan) for name, state, scan in sheets if scan and scan.filled]
    sheets_found = say("found.sheets", names=", ".join(repr(name) for name, *_ in filled))
    if len(filled) != 1:
        found = sheets_found if filled else say("found.no_cell")
        raise TableError([Fault(label, 0, "", found, *advice("one_sheet"))])
    name, state, scan = filled[0]
    if state != "visible":
        raise TableError([Fault(label, 0, "", sheets_found, *advice("hidden_sheet"))])
    return name, scan


def _sheet_faults(place: str, scan: Scan) -> Iterator[Fault]:
    for area in scan.merged:
        match = _REFERENCE.match(area)
        line = int(match[2]) if match else 0
        yield Fault(place, line, area[:20], say("found.merged"), *advice("merged"))
    for hidden, line in scan.hidden.items():
        yield Fault(place, line, "", hidden, *advice("hidden"))
    for cell in sorted(scan.uncomputed):
        line = scan.formulas[cell]
        yield Fault(place, line, cell, say("found.formula"), *advice("uncomputed"))
    for cell, line in scan.errors.items():
        yield Fault(place, line, cell, say("found.error"), *advice("no_value"))


def _cells(data: bytes, sheet: str) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The lines of *sheet*; read-only, so that no range in the file is ever spread out."""
    import openpyxl

    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    try:
        page = book[sheet]
        page.reset_dimensions()  # a declared size may lie, and rows would be lost
        for line, cells in enumerate(page.iter_rows(), 1):
            if any(cell.value is not None for cell in cells):
                yield line, cells
    finally:
        book.close()


def _format_faults(place: str, line: int, cells: tuple[Any, ...]) -> Iterator[Fault]:
    """Refuse a number that shows as another one: 0.067 as 6.7%, 12000 as 1.2万."""
    for column, cell in enumerate(cells):
        if not isinstance(cell.value, int | float) or isinstance(cell.value, bool):
            continue
        if not _plain(str(cell.number_format)):
            words = advice("number_format", format=repr(cell.number_format))
            yield Fault(place, line, spot(column, line), text(cell.value), *words)


def _plain(number_format: str) -> bool:
    """
    Whether *number_format* shows a number as it is.

    >>> _plain("#,##0.00_ "), _plain("0.0%"), _plain('0.0"万"'), _plain("0,")
    (True, False, False, False)
    """
    sections = [_DECORATION.sub("", part) for part in number_format.split(";")]
    return all(
        not part or (_PLAIN_FORMAT.fullmatch(part) and not part.endswith(","))
        for part in sections[:2]
    )
