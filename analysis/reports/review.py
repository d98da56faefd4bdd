"""
Write the review workbook: one row per candidate with its sentence, to accept or reject.

Text is written as text, never as a formula or a link; cells with evidence are locked.
"""

import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from analysis.language.messages import say
from analysis.language.vocabulary import (
    Base,
    Better,
    Comparator,
    Confidence,
    Level,
    Measure,
    Nature,
    Quantity,
    Role,
    Standing,
    Status,
)
from analysis.tables import csv_file
from analysis.tables.load import regions_covered

from . import areas
from .areas import Areas
from .candidates import EVIDENCE, Candidate, plain
from .compilation import Compiled, facts
from .doubts import Doubt, worded
from .layout import Mood, after_last, fold, sections
from .proposals import guessed
from .sheets import (
    ACCEPT,
    BREAKDOWNS,
    COLUMNS,
    FORMAT,
    INDICATORS,
    INSTRUMENTS,
    LISTS,
    LOCKED,
    REGIONS,
    REJECT,
    REPORT,
    REVIEW,
    SURE,
    TEXT,
    WIDTH,
    WIDTHS,
    heading,
)

_WHEN = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # the same input, the same bytes
_AROUND = 90
_LINE = 14  # points of one line of text
_NARROW = 0x2000
_LONGEST_LIST = 255  # characters of a list that a cell of a workbook carries itself
_SPARE = 400  # lines a person may add
_STOPS = "。;；\n"
_CLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_HINTS = (SURE, "report", "region", "doubts", "publisher", "published", "kind")
_NEW = {(INDICATORS, "indicator"), (BREAKDOWNS, "breakdown"), (REGIONS, "region")}


def workbook(report: Compiled, language: str = "zh") -> bytes:
    """Return the review workbook of a compiled report as the bytes of an XLSX file."""
    import xlsxwriter

    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties(
        {"created": _WHEN, "title": say("review.title", report=report.report)[language]}
    )
    writer = _Writer(book, report, language)
    writer.review()
    writer.report()
    writer.plain(REGIONS, _regions(report), spare=8)
    writer.plain(INDICATORS, _proposals(report), spare=40)
    writer.plain(BREAKDOWNS, _new_parts(report), spare=60)
    writer.plain(INSTRUMENTS, _instruments(report))
    writer.plain(TEXT, _lines(report.document.text))
    writer.lists()
    book.close()
    return stream.getvalue()


def _lines(text: str) -> Iterator[list[str]]:
    """Yield the text line by line as JSON, which keeps blanks and control characters."""
    offset = 0
    for line in text.split("\n"):
        for start in range(0, max(1, len(line)), 8_000):
            part = line[start : start + 8_000]
            yield [str(offset + start), json.dumps(part, ensure_ascii=False)]
        offset += len(line) + 1


def _proposals(report: Compiled) -> Iterator[list[str]]:
    """Yield a new indicator, without code, for each noun phrase that no indicator fits."""
    seen = set()
    for candidate in report.candidates:
        if candidate.owns and not candidate.indicator and candidate.phrase not in seen:
            seen.add(candidate.phrase)
            name = f"{candidate.phrase[-16:]}数" if candidate.unit != "%" else candidate.phrase
            known = {"name_zh": name, "unit": candidate.unit, "better": str(Better.NEITHER)}
            yield [known.get(column, "") for column in COLUMNS[INDICATORS]]


def _new_parts(report: Compiled) -> Iterator[list[str]]:
    """Yield a new breakdown for each campaign that the tables do not have."""
    for part in dict.fromkeys(c.new_part for c in report.candidates if c.owns and c.new_part):
        dimension = part.code.partition(":")[0]
        known = {"breakdown": part.code, "dimension": dimension, "name_zh": part.name}
        yield [known.get(column, "") for column in COLUMNS[BREAKDOWNS]]


def _instruments(report: Compiled) -> Iterator[list[str]]:
    """Yield each known instrument, unread, with the status and phrase to confirm."""
    text = report.document.text
    folded = fold(text)
    parts = sections(folded, year=report.setting.end.year, mood=report.setting.mood)
    for _, row in csv_file.table(report.data / "instruments.csv").iterrows():
        place = _named(folded, row["name_zh"])
        cells = [str(Standing.NOT_MENTIONED), "", "", "", ""]
        if place is not None:
            start, end = place
            mood = [part.mood for part in parts if part.start <= start][-1]
            status = Standing.PLANNED if mood is Mood.PLAN else Standing.IN_USE
            cells = [str(status), text[start:end], str(start), str(end), ""]
        yield [row["instrument"], row["name_zh"], str(Standing.UNREAD), *cells]


def _named(text: str, name: str) -> tuple[int, int] | None:
    """Return the phrase of *text* around the quoted core of an instrument's name, or the name."""
    for core in [*re.findall(r"“([^”]{2,})”", name), name]:
        start = text.find(fold(core))
        if start < 0:
            continue
        left = after_last(text, start, ",。;:、\n") - 1
        ends = [place for mark in ",。;、\n" if (place := text.find(mark, start)) >= 0]
        right = min([*ends, len(text)])
        if right - left - 1 <= EVIDENCE:
            return left + 1, right
        return start, start + len(core)
    return None


class _Writer:
    """A workbook with its formats and lists."""

    def __init__(self, book: Any, report: Compiled, language: str) -> None:
        self.book, self.compiled, self.language = book, report, language
        self.candidates = sorted(report.candidates, key=_rank)
        self.areas = Areas(report.document.text, report.region, areas.known(report.data))
        head = {"bold": True, "bg_color": "#DDDDDD", "locked": True, "text_wrap": True}
        self.head = book.add_format(head)
        self.mark = book.add_format({"bold": True, "color": "#B00020", "underline": 1})
        self.format = cache(self._format)
        table = csv_file.table(report.data / "breakdowns.csv")
        self.parts = dict(zip(table["breakdown"], table["name_zh"], strict=True))
        self.options: dict[str, list[str]] = _options(report) | {"breakdown": sorted(self.parts)}

    def _format(self, *, locked: bool, colour: str = "", quoted: bool = False) -> Any:
        look = {"text_wrap": True, "valign": "top", "locked": locked, "num_format": "@"}
        look |= {"bg_color": colour} if colour else {}
        look |= {"quote_prefix": True} if quoted else {}
        return self.book.add_format(look)

    def sheet(self, name: str) -> Any:
        """Add a sheet with its header, protected except for the cells to fill in."""
        page = self.book.add_worksheet(name)
        columns = COLUMNS[name]
        for column, title in enumerate(columns):
            page.write_string(0, column, heading(name, title, self.language), self.head)
            page.set_column(column, column, WIDTHS.get(title, WIDTH))
        page.set_row(0, 32)
        page.freeze_panes(1, 3 if name == REVIEW else 1)
        page.set_landscape()
        page.set_paper(8)  # A3
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        allowed = ("format_cells", "format_columns", "format_rows", "insert_rows", "sort")
        page.protect("", dict.fromkeys((*allowed, "autofilter"), True))
        page.ignore_errors({"number_stored_as_text": "A1:XFD100000"})
        return page

    def cell(self, page: Any, line: int, column: int, text: str, **look: Any) -> None:
        """Write *text* as text, also if it starts like a formula."""
        quoted = text[:1] in tuple("=+-@\t\r")
        page.write_string(line, column, _CLEAN.sub(" ", text), self.format(quoted=quoted, **look))

    def plain(self, name: str, lines: Any, spare: int = 0) -> None:
        """Write a sheet of text cells with *spare* empty lines."""
        page = self.sheet(name)
        locked = LOCKED.get(name, set())
        line = 0
        for line, cells in enumerate(lines, 1):
            for column, text in enumerate(cells):
                self.cell(page, line, column, text, locked=COLUMNS[name][column] in locked)
        for blank in range(line + 1, line + 1 + spare):
            for column in range(len(COLUMNS[name])):
                page.write_blank(blank, column, None, self.format(locked=False))
        self._choices(page, name, line + spare)

    def report(self) -> None:
        """Write the sheet with the facts about the report."""
        doubts = {"doubts": self._joined(self.compiled.document.doubts)}
        known = {"format": FORMAT, **facts(self.compiled), **doubts, SURE: ""}
        self.plain(REPORT, ([key, text, self._hint(key)] for key, text in known.items()))

    def _hint(self, key: str) -> str:
        return say(f"review.hint.{key}")[self.language] if key in _HINTS else ""

    def _joined(self, doubts: Iterable[Doubt]) -> str:
        return "; ".join(worded(doubts, self.language))

    def review(self) -> None:
        """Write one line per candidate, sure figures first; the filter hides what is none."""
        page = self.sheet(REVIEW)
        last = 0
        for last, candidate in enumerate(self.candidates, 1):
            colour = "#FFF2CC" if candidate.owns and candidate.doubts else ""
            colour = colour or ("#E8F3EC" if candidate.owns else "#F3F3F3")
            cells = self._cells(candidate)
            for column, text in enumerate(cells):
                locked = COLUMNS[REVIEW][column] in LOCKED[REVIEW]
                self.cell(page, last, column, text, locked=locked, colour=colour)
            sentence = self._sentence(page, last, candidate, colour)
            named = dict(zip(COLUMNS[REVIEW], cells, strict=True)) | {"sentence": sentence}
            height = _LINE * max(_lines_of(c, text) for c, text in named.items())
            fold = {"level": 1, "hidden": True} if left_out(candidate) else {}
            page.set_row(last, height, None, {"hidden": not candidate.owns, **fold})
            if parts := self._parts(candidate):
                choice = {"validate": "list", "source": parts, "show_error": False}
                column = COLUMNS[REVIEW].index("breakdown")
                page.data_validation(last, column, last, column, choice)
        for blank in range(last + 1, last + 1 + _SPARE):
            page.set_row(blank, None, self.format(locked=False))
        page.autofilter(0, 0, max(1, last), len(COLUMNS[REVIEW]) - 1)
        if any(candidate.owns for candidate in self.candidates):  # the others are folded away
            page.filter_column_list(COLUMNS[REVIEW].index("role"), list(_OWNING))
        self._choices(page, REVIEW, last + _SPARE)

    def _parts(self, candidate: Candidate) -> list[str]:
        """Return the breakdowns to offer for a figure."""
        if not candidate.owns:
            return []
        text, start = self.compiled.document.text, candidate.start
        left = after_last(text, start, _STOPS)
        before = candidate.evidence.partition(candidate.printed)[0]
        parts = guessed(f"{candidate.phrase}\n{before}", text[left:start], self.parts)
        while len(",".join(parts)) > _LONGEST_LIST:
            parts.pop()
        return parts

    def _cells(self, candidate: Candidate) -> list[str]:
        names = self.compiled.catalogue.indicators
        suggested = [
            f"{code} {names[code].name} ({why})" for code, _, _, why in candidate.suggestions
        ]
        parts = [part for part in self._parts(candidate) if "+" not in part]
        suggested += [f"? {part} {self.parts[part]}" for part in parts]
        record = candidate.as_json()
        value = "" if candidate.value is None or not candidate.owns else _plain(candidate)
        start, end = candidate.period or ("", "")
        known = {key: str(record[key] or "") for key in ("role", "indicator", "unit", "comparator")}
        known |= {key: str(record[key] or "") for key in ("measure", "base", "status", "printed")}
        note = ""
        if candidate.owns and candidate.counter and _counted_otherwise(candidate):
            note = say("review.note_counter", counter=candidate.counter).zh  # as in the tables
        known |= {"start": str(candidate.start), "end": str(candidate.end), "raw": candidate.raw}
        if candidate.owns:
            known["confidence"] = str(candidate.confidence)
            known["decision"] = REJECT if left_out(candidate) else ""
            known["region"] = self.areas.at(candidate.start, candidate.region)
            known["breakdown"] = candidate.breakdown
        known |= {"value": value, "period_start": str(start), "period_end": str(end)}
        known |= {"evidence": candidate.evidence, "reason": candidate.reason, "note": note}
        known |= {
            "suggestions": "\n".join(suggested),
            "doubts": self._joined(candidate.doubts),
        }
        return [known.get(column, "") for column in COLUMNS[REVIEW]]

    def _sentence(self, page: Any, line: int, candidate: Candidate, colour: str) -> str:
        text = self.compiled.document.text
        left = max(after_last(text, candidate.start, _STOPS), candidate.start - _AROUND)
        limit = min(candidate.end + _AROUND, len(text))
        ends = (text.find(mark, candidate.end, limit) for mark in _STOPS)
        right = min([*(end for end in ends if end >= 0), limit])
        look = self.format(locked=True, colour=colour)
        parts: list[Any] = []
        for piece, marked in (
            (text[left : candidate.start], False),
            (text[candidate.start : candidate.end], True),
            (text[candidate.end : right], False),
        ):
            if clean := _CLEAN.sub(" ", piece):
                parts += [self.mark, clean] if marked else [clean]
        column = COLUMNS[REVIEW].index("sentence")
        if len(parts) > 2:
            page.write_rich_string(line, column, *parts, look)
        else:
            page.write_string(line, column, str(parts[-1]), look)
        return "".join(part for part in parts if isinstance(part, str))

    def _choices(self, page: Any, name: str, last: int) -> None:
        for column, title in enumerate(COLUMNS[name]):
            if title not in self.options or title in LOCKED.get(name, set()) or last < 1:
                continue
            if (name, title) in _NEW:
                continue  # new codes are what these sheets are for
            key = "standing" if (name, title) == (INSTRUMENTS, "status") else title
            index = list(self.options).index(key)
            letter = chr(ord("A") + index)
            area = f"={LISTS}!${letter}$1:${letter}${len(self.options[key])}"
            strict = title not in {
                "indicator",
                "unit",
                "breakdown",
                "region",
                "base",
            }  # new ones may come
            choice = {"validate": "list", "source": area, "show_error": strict}
            for first, final in self._gaps(name, title, last):
                page.data_validation(first, column, final, column, choice)

    def _gaps(self, name: str, title: str, last: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges of lines whose cells have no choices of their own."""
        own = [
            line
            for line, candidate in enumerate(self.candidates, 1)
            if (name, title) == (REVIEW, "breakdown") and self._parts(candidate)
        ]
        for before, after in pairwise([0, *own, last + 1]):
            if before + 1 < after:
                yield before + 1, after - 1

    def lists(self) -> None:
        """Write the words of the drop-down lists on a hidden sheet."""
        page = self.book.add_worksheet(LISTS)
        for column, words in enumerate(self.options.values()):
            for line, word in enumerate(words):
                page.write_string(line, column, word)
        page.hide()


_OWNING = (Role.OBSERVATION, Role.TARGET)
_ORDER = list(Confidence)


def left_out(candidate: Candidate) -> bool:
    """Whether a figure is not taken unless a reviewer decides so: unnamed, or a repeat."""
    repeated = any(doubt.id == "said_before" for doubt in candidate.doubts)
    return candidate.owns and (repeated or not candidate.indicator)


def _rank(candidate: Candidate) -> tuple[bool, bool, int, int]:
    """Sort figures before other numerals, sure ones first, those left out last."""
    trust = _ORDER.index(candidate.confidence) if candidate.owns else 0
    return not candidate.owns, left_out(candidate), trust, candidate.start


def _lines_of(column: str, text: str) -> int:
    """Return the number of lines of *text* in its column; a Chinese character is two wide."""
    width = WIDTHS.get(column, WIDTH) - 1
    sizes = (sum(1 + (ord(sign) > _NARROW) for sign in line) for line in text.split("\n"))
    return sum(max(1, -(-size // width)) for size in sizes)


def _plain(candidate: Candidate) -> str:
    value = plain(candidate.value)
    return f"{candidate.value:f}" if isinstance(value, float) else str(value)


def _counted_otherwise(candidate: Candidate) -> bool:
    """Whether the printed counter differs in meaning from the unit: 人 for 人次."""
    return {candidate.counter, candidate.unit} in ({"人", "人次"}, {"名", "人次"}, {"家", "次"})


def _options(report: Compiled) -> dict[str, list[str]]:
    units = [row["unit"] for _, row in csv_file.table(report.data / "units.csv").iterrows()]
    themes = [row["theme"] for _, row in csv_file.table(report.data / "themes.csv").iterrows()]
    return {
        "role": list(Role),
        "region": regions_covered(report.region),
        "level": list(Level),
        "decision": [ACCEPT, REJECT],
        "indicator": sorted(report.catalogue.indicators),
        "unit": units,
        "comparator": list(Comparator),
        "measure": list(Measure),
        "base": list(Base),
        "status": list(Status),
        "standing": list(Standing),
        "theme": themes,
        "quantity": list(Quantity),
        "nature": list(Nature),
        "better": list(Better),
    }


def _regions(report: Compiled) -> Iterator[list[str]]:
    """Yield the row of ``regions`` of each region of the report, only the code of a new one."""
    table = csv_file.table(report.data / "regions.csv").set_index("region", drop=False)
    for code in regions_covered(report.region):
        known = table.loc[code].to_dict() if code in table.index else {"region": code}
        yield [str(known.get(column, "")) for column in COLUMNS[REGIONS]]


def save(report: Compiled, path: Path, language: str = "zh") -> None:
    """Write the review workbook of a compiled report to *path* atomically."""
    from analysis import files

    files.write(path, workbook(report, language))
