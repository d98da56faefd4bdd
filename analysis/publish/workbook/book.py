"""
The statistical workbook: cover, contents, notes, one table per sheet, charts and evidence.

Follows the practice for accessible statistical spreadsheets: the title in A1, one table below it,
no merged or hidden cells, shorthand in brackets explained on the notes sheet. No text in a cell,
chart or link is evaluated as a formula.
"""

import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.charts.native import Plot, Table
from analysis.figures import manifest, office, provenance
from analysis.language import labels
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.publish import content
from analysis.publish.data import CREATED, SAFE
from analysis.publish.deck import brief, store
from analysis.publish.fit import broken

from . import charts
from .charts import HEAD
from .tabs import EVIDENCE, Column, Sheet, charted, explained, sheets

_LOOKS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True, "valign": "top"},
    "number": {"num_format": "#,##0.####", "valign": "top"},
    "decimal": {"num_format": "#,##0.0", "valign": "top"},
    "ratio": {"num_format": "0.00", "valign": "top"},
}
_HEADS = {
    "contents": say("book.heads.contents"),
    "notes": say("book.heads.notes"),
}


def workbook(
    figures: Path,
    *,
    language: str,
    patterns: Sequence[str] = (),
    definitions: Mapping[str, content.Definition] | None = None,
) -> bytes:
    """
    Return a workbook of the values behind the figures of a manifest.

    Parameters
    ----------
    definitions
        Name and definition of each indicator by its code; those that a figure has are listed.

    Returns
    -------
    bytes
        An XLSX file; the same manifest gives the same bytes.
    """
    records = content.chosen(manifest.load(figures), language, patterns, folder=figures)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE)
    sheets_writer = _Book(book, records, language, store.mark(figures))
    sheets_writer.definitions = content.defined(records, definitions or {})
    sheets_writer.write()
    book.close()
    text = json.dumps(sheets_writer.stored(), ensure_ascii=False, sort_keys=True)
    return office.with_item(out.getvalue(), text)


def _height(cells: Sequence[Any], widths: Sequence[int]) -> float:
    """Return the row height in points; not every program adapts it to wrapped text."""
    needed = [
        sum(len(broken(line, width / 2 - 0.5, most=20)) for line in cell.split("\n"))
        for cell, width in zip(cells, widths, strict=False)
        if isinstance(cell, str) and cell
    ]
    return 15.0 * max(needed, default=1)


def _printed(sheet: Any) -> None:
    """Set up printing: A4, landscape, one page wide."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


class _Book:
    """A workbook being written: its formats, the evidence line of each row, the linked cells."""

    def __init__(
        self, book: Any, records: Sequence[dict[str, Any]], language: str, mark: str
    ) -> None:
        self.book, self.records, self.language, self.mark = book, records, language, mark
        self.rows = {
            row["id"]: row
            for record in records
            for row in (*record["rows"], *record.get("beside", ()))
            if "indicator" in row
        }
        self.line = {row_id: HEAD + 1 + index for index, row_id in enumerate(self.rows)}
        self.cells: dict[str, list[tuple[str, str]]] = {}
        self.used: set[str] = set()
        self.definitions: dict[str, content.Definition] = {}
        self.contents: list[tuple[str, str]] = []
        self._formats()
        self._properties()

    def _formats(self) -> None:
        add = self.book.add_format
        self.looks = {name: add(look) for name, look in _LOOKS.items()}
        self.links = {
            name: add(look | {"font_color": "#0072B2", "underline": 1})
            for name, look in _LOOKS.items()
        }
        self.quoted = add(_LOOKS["text"] | {"quote_prefix": True})
        self.title = add({"bold": True, "font_size": 15})
        self.plain = add({})
        self.head = add({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.link = add({"font_color": "#0072B2", "underline": 1})

    def _properties(self) -> None:
        self.book.set_properties({
            "title": say("book.title")[self.language], "subject": store.PART, "created": CREATED,
            "author": provenance.package(), "keywords": self.mark,
        })  # fmt: skip
        self.book.set_custom_property(store.PART, store.VERSION, "text")
        self.book.set_custom_property(f"{store.PART}.manifest", self.mark, "text")
        self.book.set_custom_property(f"{store.PART}.language", self.language, "text")

    def write(self) -> None:
        """Write every sheet; the contents last, because it lists the others."""
        names = (say("book.cover"), say("book.contents"), say("book.notes"))
        front = [self.book.add_worksheet(self._tab(name[self.language])) for name in names]
        for sheet in sheets(self.records, self.language):
            self._table(sheet)
        for number, (record, plot) in enumerate(charted(self.records, self.language), 1):
            self._chart(number, record, plot)
        self._table(self._evidence(), link=False)
        sources = content.sources(self.records, self.language)
        self._listed("sources", say("book.sources")[self.language], sources, (30, 60, 14, 16))
        self._define()
        self._notes(front[2])
        self._contents(front[1])
        self._cover(front[0])
        for sheet in front:
            _printed(sheet)
        front[0].activate()

    def stored(self) -> dict[str, Any]:
        """Return the provenance of each figure, with the cells that show it."""
        return {
            record["name"]: {
                **provenance.of(record),
                "marks": self.cells.get(record["name"], []),
            }
            for record in self.records
            if self.cells.get(record["name"])
        }

    def _tab(self, name: str) -> str:
        """Return a unique name that Excel accepts for a tab."""
        cleaned = re.sub(r"[\[\]:*?/\\']", " ", labels.legible(name))[:28].strip() or "-"
        number, tab = 1, cleaned
        while tab.casefold() in self.used:
            number += 1
            tab = f"{cleaned} {number}"
        self.used.add(tab.casefold())
        return tab

    def _open(self, name: str, title: str, about: str) -> tuple[str, Any]:
        """Add a sheet with its title, its description and a link to the contents."""
        tab = self._tab(name)
        sheet = self.book.add_worksheet(tab)
        self.text(sheet, 0, 0, title, self.title)
        self.text(sheet, 1, 0, about, self.plain)
        back = f"internal:'{say('book.contents')[self.language]}'!A1"
        sheet.write_url(2, 0, back, self.link, say("book.back")[self.language])
        _printed(sheet)
        self.contents.append((tab, title))
        return tab, sheet

    def text(self, sheet: Any, line: int, column: int, words: object, look: Any = None) -> None:
        """Write *words* as text, also where a later edit would turn them into a formula."""
        cleaned = "\n".join(labels.legible(part, 32_000) for part in str(words).split("\n"))
        if cleaned:
            fitting = self.quoted if cleaned[0] in "=+-@" and look is None else look
            sheet.write_string(line, column, cleaned, fitting or self.looks["text"])

    def _table(self, table: Sheet, *, link: bool = True) -> None:
        about = say("book.summary").format(n=len(table.rows), about=table.about)[self.language]
        tab, sheet = self._open(table.name, table.title, about)
        columns = self._filled(table)
        for index, column in enumerate(columns):
            sheet.set_column(index, index, column.width)
        for number, (figure, row) in enumerate(table.rows):
            line = HEAD + 1 + number
            words = [column.cell(row, self.language) for column in columns]
            sheet.set_row(line, _height(words, [column.width for column in columns]))
            for index, column in enumerate(columns):
                linked = link and column.linked
                if self._cell(sheet, (line, index), column, row, linked=linked) and linked:
                    cell = f"{tab}!{charts.letter_of(index)}{line + 1}"
                    self.cells.setdefault(figure, []).append((cell, row["id"]))
        self._dress(sheet, table.code, columns, len(table.rows))

    def _filled(self, table: Sheet) -> list[Column]:
        """Return the columns that have a value in any row."""
        return [
            column
            for column in table.columns
            if any(column.cell(row, self.language) not in {None, ""} for _, row in table.rows)
        ]

    def _dress(self, sheet: Any, code: str, columns: Sequence[Column], lines: int) -> None:
        """Format the cells as one table of a name, with a filter, and freeze its head."""
        heads = [{"header": column.head[self.language]} for column in columns]
        options = {"columns": heads, "style": "Table Style Light 1", "banded_rows": False}
        options["name"] = code
        sheet.add_table(HEAD, 0, HEAD + max(lines, 1), len(columns) - 1, options)
        for index, head in enumerate(heads):
            sheet.write_string(HEAD, index, head["header"], self.head)
        sheet.set_row(HEAD, _height([head["header"] for head in heads], [c.width for c in columns]))
        sheet.freeze_panes(HEAD + 1, 1)
        sheet.repeat_rows(HEAD)

    def _cell(
        self, sheet: Any, at: tuple[int, int], column: Column, row: Any, *, linked: bool
    ) -> bool:
        """Write one cell and return whether it is a value linked to its evidence."""
        cell = column.cell(row, self.language)
        if cell is None or cell == "":
            return False
        target = self.line.get(row.get("id", ""))
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        look = column.look if number else "text"
        if look == "decimal" and math.isclose(cell, round(cell, 2), abs_tol=1e-9):
            look = "number"  # as it was printed, without digits that were not
        if linked and target is not None and "rule" not in row:
            address = f"internal:'{say('book.evidence')[self.language]}'!A{target + 1}"
            sheet.write_url(*at, address, self.links[look], str(cell))
            if number:  # replaces the text of the link; the link is kept
                sheet.write_number(*at, cell, self.links[look])
            return True
        if number:
            sheet.write_number(*at, cell, self.looks[look])
        else:
            self.text(sheet, *at, cell)
        return False

    def _evidence(self) -> Sheet:
        title = say("book.title.phrase_place_every_figure")[self.language]
        about = say("book.about.characters_counted")[self.language]
        rows = [("", row) for row in self.rows.values()]
        return Sheet("evidence", say("book.evidence")[self.language], title, about, EVIDENCE, rows)

    def _define(self) -> None:
        """Write the sheet of definitions, if there are any."""
        heads = tuple(say("book.heads.definitions")[self.language].split("|"))
        lines = tuple(
            (*(one[self.language] for one in texts), code)
            for code, texts in self.definitions.items()
        )
        if lines:
            name = say("book.definitions")[self.language]
            self._listed("definitions", name, Table(heads, lines), (30, 90, 14, 28))

    def _listed(self, code: str, name: str, table: Table, widths: Sequence[int]) -> None:
        _, sheet = self._open(name, name, "")
        self._lines(sheet, code, table, widths)

    def _lines(
        self,
        sheet: Any,
        code: str,
        table: Table,
        widths: Sequence[int],
    ) -> None:
        columns = [Column(Text(head, head), lambda _row, _lang: None) for head in table.head]
        for index, width in enumerate(widths[: len(columns)]):
            sheet.set_column(index, index, width)
        for number, line in enumerate(table.lines):
            sheet.set_row(HEAD + 1 + number, _height(line, widths))
            for index, words in enumerate(line):
                if words.isdecimal():
                    sheet.write_number(HEAD + 1 + number, index, int(words), self.looks["number"])
                else:
                    self.text(sheet, HEAD + 1 + number, index, words)
        self._dress(sheet, code, columns, len(table.lines))

    def _notes(self, sheet: Any) -> None:
        language = self.language
        self.text(sheet, 0, 0, say("book.notes")[language], self.title)
        self.text(sheet, 1, 0, content.RULES[language].split("\n")[0], self.plain)
        heads = tuple(_HEADS["notes"][language].split("|"))
        rules = [
            (f"{number}.", rule)
            for number, rule in enumerate(content.RULES[language].split("\n")[1:], 1)
        ]
        notes = [(f"[{name}]", words) for name, words in self._remarks()]
        lines = (*explained(language), *rules, *notes)
        self._lines(sheet, "notes", Table(heads, lines), (14, 110))

    def _remarks(self) -> list[tuple[str, str]]:
        """Return the distinct notes of the figures, numbered."""
        notes = (labels.both(note)[self.language] for one in self.records for note in one["notes"])
        notes = (note for note in notes if note[:1] not in _SIGNS)  # a key of marks, not a note
        word = {"zh": "注", "en": "note "}[self.language]
        return [(f"{word}{n}", words) for n, words in enumerate(dict.fromkeys(notes), 1) if words]

    def _contents(self, sheet: Any) -> None:
        self.text(sheet, 0, 0, say("book.contents")[self.language], self.title)
        heads = tuple(_HEADS["contents"][self.language].split("|"))
        entries = [(say("book.notes")[self.language], content.RULES[self.language].split("\n")[0])]
        lines = (*entries, *self.contents)
        self._lines(sheet, "contents", Table(heads, lines), (34, 90))
        for number, (tab, _) in enumerate(lines):
            sheet.write_url(HEAD + 1 + number, 0, f"internal:'{tab}'!A1", self.link, tab)

    def _cover(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 100)
        self.text(sheet, 0, 0, say("book.title")[self.language], self.title)
        for line, words in enumerate(say("book.about")[self.language].split("\n"), 2):
            self.text(sheet, line, 0, words, self.plain)
        version = say("book.made").format(package=provenance.package(), mark=self.mark)[
            self.language
        ]
        coverage = brief.coverage(self.records, self.language).split("\n")
        ends = say("book.contact")[self.language], say("book.licence")[self.language]
        for line, words in enumerate([*coverage, version, *ends], 8):
            self.text(sheet, line, 0, words, self.plain)
        address = f"internal:'{say('book.contents')[self.language]}'!A1"
        sheet.write_url(14, 0, address, self.link, say("book.contents")[self.language])

    def _chart(self, number: int, record: Mapping[str, Any], plot: Plot) -> None:
        """Add a sheet with a native chart and its numbers."""
        language = self.language
        title = labels.both(record["title"])[language]
        subtitle = labels.both(record["subtitle"])[language]
        tab, sheet = self._open(f"{say('book.chart')[language]}{number}", title, subtitle)
        heads = []
        for column, (head, cells) in enumerate(charts.columns(plot, language)):
            heads.append(head)
            sheet.set_column(column, column, 13)
            sheet.write_string(HEAD, column, labels.legible(head, 250), self.head)
            for line, cell in enumerate(cells):
                self._chart_cell(sheet, (HEAD + 1 + line, column), cell)
            if column == 0 and plot.categories:
                for line, name in enumerate(cells, HEAD + 1):
                    sheet.set_row(line, _height([name], [26]))
        sheet.set_row(HEAD, _height(heads, [26, *[13] * len(heads)]))
        self._mark_points(record["name"], plot, tab)
        sheet.set_column(0, 0, 26)
        sheet.freeze_panes(HEAD + 1, 1)
        chart = charts.native(self.book, plot, tab)
        options = {"description": labels.both(record["alt"])[language], "object_position": 2}
        beside = len(heads) + 1
        sheet.insert_chart(HEAD, beside, chart, options)
        texts = (labels.both(note)[language] for note in (*record["notes"], record["source"]))
        below = (line for words in texts for line in broken(words, 84, most=9))
        for index, words in enumerate(below, HEAD + 24):
            self.text(sheet, index, beside, words, self.plain)

    def _chart_cell(self, sheet: Any, at: tuple[int, int], cell: Any) -> None:
        if isinstance(cell, int | float):
            sheet.write_number(*at, cell, self.looks["number"])
        elif cell:
            self.text(sheet, *at, cell)

    def _mark_points(self, figure: str, plot: Plot, tab: str) -> None:
        for start, one in zip(charts.starts(plot), plot.series, strict=True):
            letter = charts.letter_of(start)
            for line, point in enumerate(one.points):
                if point is not None and point.row:
                    cell = f"{tab}!{letter}{HEAD + 2 + line}"
                    self.cells.setdefault(figure, []).append((cell, point.row))


_SIGNS = tuple("●◎△▽○◇↓□▫—")
