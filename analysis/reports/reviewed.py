"""
Read a reviewed workbook and check it against the text it contains.

A formula, a merged cell, a missing line or changed evidence is a fault.
"""

import io
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl

from analysis.errors import Fault, TableError
from analysis.language.messages import advice, say
from analysis.language.text import Text
from analysis.language.vocabulary import Base, Comparator, Confidence, Measure, Role, Status, Word
from analysis.tables import csv_file, numerals
from analysis.tables.load import regions_covered
from analysis.tables.schema import REGIONS as REGIONS_CODE
from analysis.tables.schema import REPORT as REPORT_CODE
from analysis.tables.schema import TABLES
from analysis.tables.xlsx_file import Scan, damaged, spot, surveyed, text

from .sheets import (
    ACCEPT,
    BREAKDOWNS,
    COLUMNS,
    FORMAT,
    INDICATORS,
    INSTRUMENTS,
    OPTIONAL,
    REGIONS,
    REJECT,
    REPORT,
    REVIEW,
    SURE,
    TEXT,
    code,
)

MAX_BYTES = 32 << 20
EVIDENCE = 40
_GAP = 1_000  # line breaks that an editor may have dropped in one place
OWNING = (Role.OBSERVATION, Role.TARGET)
_VERBATIM = {"line", "raw", "printed", "evidence"}
_PLACE = re.compile(r"[0-9]{1,8}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FORMS = {  # of the facts that name files: the pattern and the fault of another value
    "region": (REGIONS_CODE, "region_code"),
    "report": (REPORT_CODE, "report_code"),
    "characters": (r"[0-9]{1,8}", "characters"),
}
_Found = tuple[str, str | Text, tuple[Text, Text]]  # a column, its content, rule and remedy
_WORDS: dict[str, type[Word]] = {"comparator": Comparator, "measure": Measure, "status": Status}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet by column, with its number in the sheet."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def place(self) -> tuple[int, int]:
        """Start and end of its numeral or phrase, -1 for an invalid offset."""
        cells = self["start"], self["end"]
        start, end = (int(cell) if _PLACE.fullmatch(cell) else -1 for cell in cells)
        return start, end

    @property
    def owns(self) -> bool:
        """Whether it is accepted as a row of the tables."""
        return self["role"] in OWNING and self["decision"] == ACCEPT


@dataclass(slots=True)
class Reviewed:
    """
    The decisions of a reviewer, with the text of the report.

    ``keys`` are the line numbers of the facts on the sheet of the report.
    """

    name: str
    text: str
    report: dict[str, str]
    keys: dict[str, int]
    lines: list[Line]
    regions: list[Line]
    indicators: list[Line]
    breakdowns: list[Line]
    instruments: list[Line]
    faults: list[Fault] = field(default_factory=list)

    def fault(
        self, sheet: str, line: int, column: str, found: str | Text, words: tuple[Text, Text]
    ) -> None:
        """Add a fault with its sheet and cell; *words* are the rule and the remedy."""
        found = found[:60] if isinstance(found, str) else found
        self.faults.append(self.placed(Fault("", line, column, found, *words), sheet))

    def placed(self, fault: Fault, sheet: str) -> Fault:
        """Return *fault* with the cell of *sheet* that it comes from."""
        columns, line, column = COLUMNS[sheet], fault.line, fault.column
        if sheet == REPORT and column in self.keys:
            line, known = self.keys[column], columns.index("value")
        else:
            known = columns.index(column) if column in columns else -1
        cell = f" ({spot(known, line)})" if line and known >= 0 else ""
        place = f"{self.name}, sheet {sheet}"
        return replace(fault, file=place, line=line, column=f"{column}{cell}")


def load(path: Path) -> Reviewed:
    """
    Read the reviewed workbook *path* and check it against its own text.

    Raises
    ------
    TableError
        With every fault of the file, its sheets, or its lines against the text.
    """
    sheets = _sheets(path)
    faults = [fault for _, found in sheets.values() for fault in found]
    if faults:
        raise TableError(faults)
    lines = {name: rows for name, (rows, _) in sheets.items()}
    report = {line["key"]: line["value"] for line in lines[REPORT]}
    covered = regions_covered(report.get("region", ""))
    own = [line for line in lines[REGIONS] if line["region"] in covered]
    names = {line[column]: line["region"] for line in own for column in ("name_zh", "name_en")}
    reviewed = Reviewed(
        path.name,
        _text(path.name, lines[TEXT]),
        report,
        {line["key"]: line.number for line in lines[REPORT]},
        [_coded(_decided_as(one, report.get(SURE, "")), names) for one in lines[REVIEW]],
        lines[REGIONS],
        lines[INDICATORS],
        lines[BREAKDOWNS],
        lines[INSTRUMENTS],
    )
    _check(reviewed)
    if reviewed.faults:
        raise TableError(reviewed.faults)
    return reviewed


def _decided_as(line: Line, decision: str) -> Line:
    """Return a line, with *decision* if it is sure and has no decision of its own."""
    if line["decision"] or line["confidence"] != Confidence.SURE:
        return line
    return replace(line, cells={**line.cells, "decision": decision})


def _coded(line: Line, names: Mapping[str, str]) -> Line:
    """Return a line with the code of its region where its cell has the name."""
    code = names.get(line["region"]) if line["region"] else None
    return line if code is None else replace(line, cells={**line.cells, "region": code})


def _sheets(path: Path) -> dict[str, tuple[list[Line], list[Fault]]]:
    """Return the lines and faults of each sheet; the parts are scanned before openpyxl reads."""
    name = path.name
    data = path.read_bytes()[: MAX_BYTES + 1]
    if len(data) > MAX_BYTES or name[:2] == "~$":
        found = say("found.bytes", bytes=len(data))
        raise TableError([Fault(name, 0, "", found, *advice("not_reviewed"))])
    survey = surveyed(name, data)
    parts = {sheet: part for sheet, _, part in survey.sheets}
    scans = {sheet: survey.scans[part] for sheet, part in parts.items() if part in survey.scans}
    missing = [sheet for sheet in COLUMNS if sheet not in scans]
    if missing:
        raise TableError([Fault(name, 0, "", ", ".join(missing), *advice("missing_sheets"))])
    read = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl warns of styles that no value needs
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=True, keep_links=False
            )
            for sheet in COLUMNS:
                faults = list(_no_values(f"{name}, sheet {sheet}", scans[sheet]))
                read[sheet] = (_lines(name, sheet, book[sheet], faults), faults)
            book.close()
        except Exception as error:  # a parser of a damaged workbook may raise anything
            raise TableError([damaged(name, error)]) from error
    return read


def _no_values(place: str, scan: Scan) -> Iterator[Fault]:
    """Yield a fault for each cell of a sheet that is not a plain value."""
    for what, cells in (
        ("found.merged", scan.merged),
        ("found.formula", scan.formulas),
        ("found.error", scan.errors),
    ):
        for cell in cells:
            yield Fault(place, 0, cell[:20], say(what), *advice("values_only"))


def _lines(name: str, sheet: str, page: Any, faults: list[Fault]) -> list[Line]:
    columns, lines = COLUMNS[sheet], []
    page.reset_dimensions()  # a declared size may lie, and lines would be lost
    for number, values in enumerate(page.iter_rows(values_only=True, max_col=len(columns)), 1):
        texts = [text(value) for value in values]
        texts += [""] * (len(columns) - len(texts))
        heads = tuple(map(code, texts))
        if number == 1 and _earlier(columns) == heads[: len(_earlier(columns))]:
            columns = _earlier(columns)
        elif number == 1 and heads != columns:
            place, words = f"{name}, sheet {sheet}", advice("sheet_columns")
            faults.append(Fault(place, 1, "", ", ".join(texts)[:60], *words))
            return []
        row = [
            cell if column in _VERBATIM else csv_file.clean(cell)
            for column, cell in zip(columns, texts, strict=False)
        ]
        if number > 1 and any(row):
            absent = dict.fromkeys(OPTIONAL, "")
            lines.append(Line(number, absent | dict(zip(columns, row, strict=True))))
    return lines


def _earlier(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that a workbook of an earlier version has."""
    return tuple(column for column in columns if column not in OPTIONAL)


def _text(name: str, lines: list[Line]) -> str:
    """Return the text of the report, joined from its pieces."""
    pieces: list[str] = []
    length = 0
    for line in lines:
        try:
            pieces += _piece(line, length)
        except (ValueError, RecursionError) as error:
            place, found = f"{name}, sheet {TEXT}", f"{line['offset']} {line['line']}"[:30]
            raise TableError([Fault(place, line.number, "", found, *advice("text"))]) from error
        length += sum(map(len, pieces[-2:]))
    return "".join(pieces)


def _piece(line: Line, length: int) -> tuple[str, str]:
    """Return the line breaks before a piece of text, and the piece."""
    gap = int(line["offset"]) - length
    if gap not in range(_GAP):
        raise ValueError(gap)
    return "\n" * gap, str(json.loads(line["line"]))


def _check(reviewed: Reviewed) -> None:
    if reviewed.report.get("format") != FORMAT:
        found = reviewed.report.get("format") or say("found.nothing")
        reviewed.fault(REPORT, 1, "key", found, advice("format", format=FORMAT))
        return
    _named(reviewed)
    if reviewed.faults:
        return
    _same_text(reviewed)
    if reviewed.faults:
        return
    _complete(reviewed)
    if reviewed.faults:
        return
    covered = regions_covered(reviewed.report["region"])
    for line in reviewed.lines:
        faults = [*_doubts(line, reviewed.text), *_placed(line, covered)]
        for column, found, words in faults:
            reviewed.fault(REVIEW, line.number, column, found, words)
    _decided(reviewed)


def _placed(line: Line, covered: list[str]) -> Iterator[_Found]:
    """Yield a fault if an accepted row is about no region of the report, or about which is open."""
    region, several = line["region"], len(covered) > 1
    if not line.owns or region in covered or not (region or several):
        return
    words = advice("covered", regions=", ".join(covered)) if region else advice("no_region")
    yield "region", region or say("found.nothing"), words


def _decided(reviewed: Reviewed) -> None:
    """Add one fault for the first figure without a decision."""
    open_ = [line for line in reviewed.lines if _undecided(line)]
    for line in open_[:1]:
        words = advice("decision", accept=ACCEPT, reject=REJECT)
        if len(open_) > 1:
            words = advice("decisions", accept=ACCEPT, reject=REJECT, more=len(open_) - 1)
        reviewed.fault(REVIEW, line.number, "decision", line["decision"], words)


def _undecided(line: Line) -> bool:
    return line["role"] in OWNING and line["decision"] not in {ACCEPT, REJECT}


def _named(reviewed: Reviewed) -> None:
    """Every fact of the report has its line; region and report are codes, as they name files."""
    report = reviewed.report
    for key in sorted(set(TABLES["reports"].columns) - set(report)):
        reviewed.fault(REPORT, 0, key, say("found.nothing"), advice("missing_line"))
    for key, (pattern, fault) in _FORMS.items():
        if not re.fullmatch(pattern, report.get(key, "")):
            reviewed.fault(REPORT, 0, key, report.get(key, ""), advice(fault))
    first = regions_covered(report.get("region", ""))[0]
    if report.get("report", "").partition("-")[0] != first:
        reviewed.fault(REPORT, 0, "report", report.get("report", ""), advice("report_region"))


def _same_text(reviewed: Reviewed) -> None:
    """The text is the one that was compiled: each trailing line break was lost to no editor."""
    length = int(reviewed.report["characters"])
    reviewed.text += "\n" * max(0, min(length - len(reviewed.text), _GAP))
    digest = sha256(reviewed.text.encode()).hexdigest()
    if digest != reviewed.report.get("sha256"):
        reviewed.fault(TEXT, 0, "line", digest[:16], advice("other_text"))


def _complete(reviewed: Reviewed) -> None:
    """Check that every numeral has a line and every line matches the text."""
    due = {(n.start, n.end) for n in numerals.find(reviewed.text)}
    have = set()
    for line in reviewed.lines:
        start, end = line.place
        if reviewed.text[start:end] != line["raw"] or not line["raw"]:
            reviewed.fault(REVIEW, line.number, "raw", line["raw"], advice("raw"))
        have.add((start, end))
    for start, end in sorted(due - have):
        numeral = repr(reviewed.text[start:end])
        found = say("found.numeral", numeral=numeral, start=start, end=end)
        reviewed.fault(REVIEW, 0, "start", found, advice("numeral_line"))


def _doubts(line: Line, whole: str) -> Iterator[_Found]:
    """Yield the faults of one line: closed words, numbers, dates and evidence."""
    if line["role"] not in list(Role):
        yield "role", line["role"], advice("choice", words=", ".join(Role))
    elif line["role"] in OWNING and line["decision"] == ACCEPT:
        yield from _row_doubts(line, whole)


def _row_doubts(line: Line, whole: str) -> Iterator[_Found]:
    for column, words in _WORDS.items():
        if line[column] not in list(words):
            yield column, line[column], advice("choice", words=", ".join(words))
    if line["base"] not in {"", *Base}:
        yield "base", line["base"], advice("choice", words=", ".join(Base))
    for column, pattern in (
        ("value", _NUMBER),
        ("period_start", _DATE),
        ("period_end", _DATE),
    ):
        if not pattern.fullmatch(line[column]):
            yield column, line[column], advice("number" if column == "value" else "date")
    if not line["indicator"]:
        yield "indicator", say("found.nothing"), advice("indicator")
    if (line["status"] == Status.TARGET) != (line["role"] == Role.TARGET):
        found = f"{line['role']}, {line['status']}"
        yield "role", found, advice("role_status")
    yield from _proof(line, whole)


def _proof(line: Line, whole: str) -> Iterator[_Found]:
    """Yield faults of evidence that is not verbatim, short and around the printed figure."""
    (start, end), evidence = line.place, line["evidence"]
    first = max(0, end - len(evidence))
    there = whole.find(evidence, first, start + len(evidence))
    if not evidence or there < 0 or there > start:
        yield "evidence", evidence, advice("evidence_place")
    elif len(evidence) > EVIDENCE or line["printed"] not in evidence:
        yield "evidence", evidence, advice("evidence", most=EVIDENCE)
    if line["raw"] not in line["printed"]:
        yield "printed", line["printed"], advice("printed_numeral")
