"""The workbooks of the hostile corpus: the plain table typed by a person, then one thing wrong."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache, partial

import openpyxl
import xlsxwriter
from hostile_csv import HEADER, ROWS, Case, csv, noise
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"


def cases() -> Iterator[Case]:
    """Every workbook of the corpus."""
    yield from _plain_workbooks()
    yield from _sheet_layout()
    yield from _sheet_values()
    yield from _containers()
    yield from _parts()
    yield from _documents()
    yield from _far_places()
    yield from _sizes()
    yield from _halves()


def xlsx(
    rows: list[list[object]] | None = None,
    *,
    change: Callable[[openpyxl.Workbook], None] | None = None,
) -> bytes:
    """The plain table as a workbook, typed as a person would, with *change* made to it."""
    return _saved(rows or typed(), change) if rows or change else _plain()


@cache
def _plain() -> bytes:
    return _saved(typed(), None)


def _saved(rows: list[list[object]], change: Callable[[openpyxl.Workbook], None] | None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "承诺"
    for row in rows:
        sheet.append(row)
    if change:
        change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def typed() -> list[list[object]]:
    """The lines of the table with numbers and dates as such."""
    lines: list[list[object]] = [list(HEADER)]
    for row in ROWS:
        line: list[object] = []
        for name, cell in zip(HEADER, row, strict=True):
            if name in {"target_value", "start", "end"}:
                line.append(float(cell) if cell else None)
            elif name == "deadline":
                line.append(date.fromisoformat(cell) if cell else None)
            else:
                line.append(cell or None)
        lines.append(line)
    return lines


def part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook *data* with one part changed, or added when there is none of that name."""
    stream = io.BytesIO()
    old = zipfile.ZipFile(io.BytesIO(data))
    with old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info.filename, change(content) if info.filename == name else content)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return stream.getvalue()


def _book(name: str, data: bytes | Callable[[], bytes], outcome: str, words: str = "") -> Case:
    return Case(name, f"{name}.xlsx", data, outcome, words)


def _changed(
    name: str, change: Callable[[openpyxl.Workbook], None], outcome: str, words: str = ""
) -> Case:
    return _book(name, xlsx(change=change), outcome, words)


def _sheet(name: str, old: bytes, new: bytes, outcome: str, words: str = "") -> Case:
    """A case whose sheet has the markup *old* replaced."""
    data = xlsx()
    assert old in zipfile.ZipFile(io.BytesIO(data)).read(SHEET), name
    return _book(name, part(data, SHEET, lambda xml: xml.replace(old, new, 1)), outcome, words)


def _plain_workbooks() -> Iterator[Case]:
    yield _book("book_plain", xlsx(), "read")
    yield _book("book_of_xlsxwriter", _written(), "read")
    text = [HEADER, *([cell or None for cell in row] for row in ROWS)]
    yield _book("book_as_text", xlsx([list(row) for row in text]), "read")

    def spare(book: openpyxl.Workbook) -> None:
        book.create_sheet("Sheet2")
        book.create_sheet("Sheet3").sheet_state = "hidden"

    yield _changed("book_with_empty_sheets", spare, "read")

    def epoch(book: openpyxl.Workbook) -> None:
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001 - Excel's days have no zone

    yield _changed("book_of_1904", epoch, "read")

    def dressed(book: openpyxl.Workbook) -> None:
        sheet = book.worksheets[0]
        sheet["F2"].number_format = "#,##0.00"
        sheet["A1"].font = Font(bold=True)
        sheet["A400"].font = Font(bold=True)
        sheet.freeze_panes = "B2"
        sheet.auto_filter.ref = "A1:N4"
        sheet["N2"].hyperlink = "https://example.org/report"

    yield _changed("book_dressed", dressed, "read")
    lie = b'<dimension ref="A1"/>'
    yield _sheet("dimension_too_small", b'<dimension ref="A1:N4"/>', lie, "read")
    lie = b'<dimension ref="A1:XFD1048576"/>'
    yield _sheet("dimension_too_large", b'<dimension ref="A1:N4"/>', lie, "read")


def _written() -> bytes:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet, day = book.add_worksheet("承诺"), book.add_format({"num_format": "yyyy-mm-dd"})
    for line, row in enumerate(typed()):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(line, column, cell, day)
            elif isinstance(cell, str):
                sheet.write_string(line, column, cell)
            else:
                sheet.write(line, column, cell)
    book.close()
    return stream.getvalue()


def _first(change: Callable[[Worksheet], object]) -> Callable[[openpyxl.Workbook], None]:
    """A change of the first sheet as a change of the book."""

    def changed(book: openpyxl.Workbook) -> None:
        change(book.worksheets[0])

    return changed


def _sheet_layout() -> Iterator[Case]:
    for name, change, outcome, words in (
        ("merged_cells", lambda s: s.merge_cells("E3:E4"), "refused", "line 3, column E3:E4"),
        ("hidden_row", lambda s: setattr(s.row_dimensions[3], "hidden", True), "refused", "row 3"),
        ("hidden_column", lambda s: _hide(s, "F"), "refused", "column F: hidden"),
        ("veiled_sheet", lambda s: setattr(s, "sheet_state", "veryHidden"), "refused", "a hidden"),
        ("no_cells", lambda s: s.delete_rows(1, 9), "refused", "no cell in any sheet"),
        ("value_beside", lambda s: s.cell(3, 16, "checked by Anna"), "refused", "column P3"),
        ("book_footnote", lambda s: s.cell(6, 1, "注：初步统计"), "repaired", "a footnote"),
        ("book_total", lambda s: s.cell(5, 1, "合计"), "refused", "column commitment (A5)"),
        ("book_header", lambda s: s.cell(1, 6, "目标值"), "repaired", "read as target_value"),
    ):
        yield _changed(name, _spared(_first(change)), outcome, words)

    yield _sheet("flat_row", b'<row r="3">', b'<row r="3" ht="0">', "refused", "found row 3")

    def second_sheet(book: openpyxl.Workbook) -> None:
        book.create_sheet("旧数据")["A1"] = "old"

    yield _changed("second_sheet", second_sheet, "refused", "'旧数据'")

    def secret_sheet(book: openpyxl.Workbook) -> None:
        book.create_sheet("x")["A1"] = 1
        book["x"].sheet_state = "hidden"

    yield _changed("secret_sheet", secret_sheet, "refused", "not one filled sheet")


def _hide(sheet: Worksheet, column: str) -> None:
    sheet.column_dimensions[column].hidden = True


def _spared(change: Callable[[openpyxl.Workbook], None]) -> Callable[[openpyxl.Workbook], None]:
    """A change to a book that keeps a visible sheet, which openpyxl insists on."""

    def changed(book: openpyxl.Workbook) -> None:
        book.create_sheet("Sheet2")
        change(book)

    return changed


def _sheet_values() -> Iterator[Case]:
    def put(name: str, cell: str, value: object, outcome: str, words: str, form: str = "") -> Case:
        def change(book: openpyxl.Workbook) -> None:
            book.worksheets[0][cell] = value
            if form:
                book.worksheets[0][cell].number_format = form

        return _changed(name, change, outcome, words)

    yield put("percent_as_fraction", "F2", 0.067, "refused", "shown by the format '0.0%'", "0.0%")
    yield put("format_of_wan", "F2", 1.2, "refused", "column F2", '0.0"万"')
    yield put("format_of_thousands", "F2", 1_200_000, "refused", "column F2", "#,##0,")
    yield put("format_of_money", "F2", 12, "refused", "column F2", '"¥"#,##0')
    yield put("formula_uncomputed", "F2", "=1+1", "refused", "F2: found a formula")
    yield put("error_cell", "F2", "#DIV/0!", "refused", "column F2: found an error value")
    yield put("true_as_number", "F2", True, "refused", "found 'TRUE': not a plain number")  # noqa: FBT003
    moment = datetime(2024, 12, 31, 8, 30)  # noqa: DTZ001 - Excel's days have no zone
    yield put("time_in_a_date", "I2", moment, "refused", "2024-12-31T08:30:00")
    yield put("number_as_date", "I2", 45657, "refused", "write 2024-12-31", "General")
    yield put("date_as_number", "F2", date(2024, 3, 5), "refused", "found '2024-03-05'")
    yield put(
        "book_full_width", "F2", "１０５２", "repaired", "target_value (F2): found '１０５２'"
    )
    yield put("book_wan", "F2", "1.2万", "refused", "target_value (F2)")
    yield put("book_formula_text", "K2", "@SUM(A1)", "refused", "label_en (K2)")
    yield put("book_lost_zero", "C2", "east-24", "refused", "not of the form")
    yield put("float_dust", "F2", 1051.9999999999999, "read", "")
    cell = re.compile(rb'<c r="F2"[^>]*><v>1052</v></c>')
    for name, new, outcome, words in (
        ("formula_computed", b'<c r="F2"><f>1000+52</f><v>1052</v></c>', "repaired", "a formula"),
        ("formula_empty", b'<c r="F2"><f>A9</f><v></v></c>', "refused", "without a computed value"),
        ("formula_error", b'<c r="F2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "refused", "an error"),
        ("overflowing_number", b'<c r="F2"><v>1e400</v></c>', "refused", "not a plain number"),
        ("missing_string", b'<c r="F2" t="s"><v>999999</v></c>', "refused", "not a whole workbook"),
        ("inline_text", b'<c r="F2" t="inlineStr"><is><t>1052</t></is></c>', "read", ""),
        ("lower_case_place", b'<c r="f2"><v>1052</v></c>', "refused", "cell 'f2'"),
    ):
        data = part(xlsx(), SHEET, lambda xml, new=new: cell.sub(new, xml))
        yield _book(name, data, outcome, words)


def _containers() -> Iterator[Case]:
    for name, data, words in (
        ("empty", b"", "no bytes"),
        ("csv", csv().encode(), "another kind of file"),
        ("html", b"<html><body>", "a web page"),
        ("pdf", b"%PDF-1.7", "a PDF file"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "password-protected"),
        ("noise", noise(4_000), "not an XLSX workbook"),
        ("zip_of_noise", b"PK\x03\x04" + noise(4_000), "not a whole workbook"),
        ("other_zip", _zip({"hello.txt": b"hello"}), "no cell in any sheet"),
        ("document", _zip({"word/document.xml": b"<document/>"}), "no cell in any sheet"),
    ):
        yield _book(f"book_that_is_{name}", data, "refused", words)


def _parts() -> Iterator[Case]:
    for name in (
        "xl/externalLinks/externalLink1.xml",
        "xl/vbaProject.bin",
        "xl/embeddings/oleObject1.bin",
        "xl/macrosheets/sheet1.xml",
        "xl/activeX/activeX1.bin",
        "xl/connections.xml",
        "xl/queryTables/queryTable1.xml",
        "xl/workbook.bin",
        "/etc/passwd",
        "../../evil.xml",
        "xl\\..\\evil.xml",
    ):
        data = part(xlsx(), name, lambda _: b"<x/>")
        yield _book("part_" + re.sub(r"\W", "_", name), data, "refused", name[:12])
    many = {f"xl/media/{i}.txt": b"" for i in range(1_000)}
    yield _book("many_parts", _with(many), "refused", "too many parts")
    yield _book("twin_parts", _twins(), "refused", "two of one name")
    yield _book("bad_checksum", _flipped(xlsx()), "refused", "not a whole workbook")
    locked = bytearray(xlsx())
    for place in [m.start() for m in re.finditer(b"PK\x01\x02", bytes(locked))]:
        locked[place + 8] |= 1
    yield _book("encrypted_part", bytes(locked), "refused", "encrypted")
    yield _book("no_sheet_part", _without(SHEET), "refused", "no cell in any sheet")
    yield _book("no_workbook_part", _without("xl/workbook.xml"), "refused", "no cell in any sheet")
    yield _book("no_styles", _without("xl/styles.xml"), "refused", "not a whole workbook")
    outside = (
        b'<Relationship Id="rX" Type="x/oleObject" Target="file:///c/x" TargetMode="External"/>'
    )
    rels = "xl/_rels/workbook.xml.rels"
    linked = part(xlsx(), rels, lambda x: x.replace(b"</Rel", outside + b"</Rel"))
    yield _book("outside_link", linked, "refused", "file:///c/x")


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _with(parts: dict[str, bytes]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        return _zip({name: archive.read(name) for name in archive.namelist()} | parts)


def _without(name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        return _zip({part: archive.read(part) for part in archive.namelist() if part != name})


def _twins() -> bytes:
    """A workbook with two sheets of one name: readers differ in which they take."""
    with zipfile.ZipFile(io.BytesIO(xlsx())) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return _zip(parts | {SHEET.upper(): parts[SHEET]})


def _flipped(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo(SHEET)
    place = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


def _documents() -> Iterator[Case]:
    """Documents with a type of their own: entities that grow, or that read files."""
    words = "a document type in"
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10 if i else b"lol") for i in range(10)
    )
    bomb = b"<!DOCTYPE worksheet [" + laughs + b"]>"
    reader = b'<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    outer = b'<!DOCTYPE worksheet SYSTEM "http://x.example/x.dtd">'
    for name, dtd in (("laughs", bomb), ("entity", reader), ("outer", outer)):
        data = part(xlsx(), SHEET, lambda xml, dtd=dtd: dtd + _headless(xml))
        yield _book(f"type_{name}", data, "refused", f"{words} {SHEET}")
    for name in ("xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml", "xl/theme/theme1.xml"):
        data = part(xlsx(), name, lambda xml: reader + _headless(xml))
        short = name.rpartition("/")[2].strip("[]")[:6]
        yield _book(f"type_in_{short}", data, "refused", f"{words} {name}")
    for encoding in ("utf-16", "utf-16-be"):
        mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
        head = f'<?xml version="1.0" encoding="{encoding[:6]}"?>'

        def wide(xml: bytes, head: str = head, mark: bytes = mark, code: str = encoding) -> bytes:
            return mark + (head + reader.decode() + _headless(xml).decode()).encode(code)

        yield _book(f"type_in_{encoding}", part(xlsx(), SHEET, wide), "refused", words)
    hidden = _with({"xl/worksheets/sheet9.dat": reader + b"<x/>"})
    yield _book("type_in_other_part", hidden, "refused", words)
    broken = part(xlsx(), SHEET, lambda xml: xml[:-20])
    yield _book("sheet_cut", broken, "refused", "not a whole workbook")
    for code in (b"cp037", b"vTF-8"):
        head = b'<?xml version="1.0" encoding="%s"?>' % code
        odd = part(xlsx(), SHEET, lambda xml, head=head: head + _headless(xml))
        yield _book(f"encoded_{code.decode()}", odd, "refused", "not a whole workbook")


def _headless(xml: bytes) -> bytes:
    return re.sub(rb"^<\?xml[^>]*\?>\s*", b"", xml)


def _far_places() -> Iterator[Case]:
    end = b"</sheetData>"
    far = "more than a table needs"
    for name, row in (
        ("far_cell", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        ("far_row", b'<row r="1048576"><c><v>1</v></c></row>'),
        ("far_column", b'<row r="9"><c r="XFD9"><v>1</v></c></row>'),
        ("far_quoted", b"<row r='9'><c r='ZZZ9999999'><v>1</v></c></row>"),
    ):
        yield _sheet(name, end, row + end, "refused", far)
    for name, mark in (
        ("merged_all", b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        ("formatted_all", b'<conditionalFormatting sqref="A1:XFD1048576"/>'),
        ("linked_all", b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="x"/></hyperlinks>'),
    ):
        outcome = "refused" if name == "merged_all" else "read"
        yield _sheet(name, end, end + mark, outcome, "merged cells" if outcome == "refused" else "")


def _sizes() -> Iterator[Case]:
    far, unpacked = "more than a table needs", "too large when unpacked"
    yield _book("many_cells", lambda: _with_lines(700), "refused", far)
    yield _book("bomb_of_cells", lambda: _with_lines(19_995), "refused", unpacked)
    yield _book("bomb_of_blanks", lambda: _before_the_end(b" " * (60 << 20)), "refused", unpacked)
    zeros = partial(_with_deflated, "xl/media/image1.png", bytes(60 << 20))
    yield _book("bomb_of_media", zeros, "refused", unpacked)
    yield _book("bomb_in_sum", _spread, "refused", unpacked)
    deep = part(xlsx(), "xl/theme/theme1.xml", lambda _: b"<a>" * 10_000 + b"</a>" * 10_000)
    yield _book("deep_nesting", deep, "refused", "nested over")
    styles = b"<cellXfs>" + b'<xf numFmtId="0"/>' * 100_000
    data = part(xlsx(), "xl/styles.xml", lambda xml: re.sub(rb"<cellXfs[^>]*>", styles, xml))
    yield _book("many_styles", data, "refused", "over 20000 elements")
    names = b"<definedNames>" + b'<definedName name="a">A1</definedName>' * 70_000
    data = part(
        xlsx(),
        "xl/workbook.xml",
        lambda x: x.replace(b"<calcPr", names + b"</definedNames><calcPr"),
    )
    yield _book("many_names", data, "refused", "over 20000 elements")
    strings = b"<sst>%s</sst>" % b"".join(b"<si><t>%d</t></si>" % i for i in range(130_000))
    data = part(xlsx(), "xl/sharedStrings.xml", lambda _: strings)
    yield _book("many_strings", data, "refused", "over 240000 elements in xl/sharedStrings.xml")
    yield _book("long_text", xlsx(change=_long), "refused", "shorten it")


def _before_the_end(xml: bytes) -> bytes:
    """The plain workbook with *xml* behind its last row."""
    end = b"</sheetData>"
    return part(xlsx(), SHEET, lambda sheet: sheet.replace(end, xml + end, 1))


def _with_lines(count: int) -> bytes:
    cell = b'<c t="n"><v>1</v></c>'
    lines = (b'<row r="%d">%s</row>' % (i, cell * 100) for i in range(5, 5 + count))
    return _before_the_end(b"".join(lines))


def _spread() -> bytes:
    text = b"".join(b"%s%d" % (b"a" * 300, i) for i in range(120_000))
    return _with_deflated("xl/media/a.bin", text)


def _long(book: openpyxl.Workbook) -> None:
    book.worksheets[0]["D2"] = "长" * 32_000
    book.worksheets[0]["J2"] = "长" * 32_000


def _with_deflated(name: str, content: bytes) -> bytes:
    return part(xlsx(), name, lambda _: content)


def _halves() -> Iterator[Case]:
    """A workbook of which only so many sixteenths have arrived."""
    data = xlsx()
    for sixteenth in range(1, 16):
        cut = data[: len(data) * sixteenth // 16]
        yield _book(f"cut_at_{sixteenth}", cut, "refused", "not a whole workbook")
