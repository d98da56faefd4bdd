"""The sheets of the review workbook: names, columns, and the cells to fill in."""

from analysis.language.messages import say
from analysis.tables.schema import TABLES, meaning

REVIEW, REPORT, REGIONS, INDICATORS = "review", "report", "regions", "indicators"
BREAKDOWNS, INSTRUMENTS, TEXT, LISTS = "breakdowns", "instruments", "text", "lists"
FORMAT = "regional-safety review 2"

COLUMNS: dict[str, tuple[str, ...]] = {
    REVIEW: (
        *("start", "end", "raw", "sentence", "confidence", "role", "decision", "region"),
        *("indicator", "breakdown", "value", "unit", "comparator", "measure", "base"),
        *(
            "status",
            "period_start",
            "period_end",
            "printed",
            "evidence",
            "note",
            "reason",
            "suggestions",
            "doubts",
        ),
    ),
    REPORT: ("key", "value", "hint"),
    REGIONS: tuple(TABLES["regions"].columns),
    INDICATORS: tuple(TABLES["indicators"].columns),
    BREAKDOWNS: tuple(TABLES["breakdowns"].columns),
    INSTRUMENTS: (
        *("instrument", "name_zh", "status", "suggestion", "evidence", "start", "end", "note"),
    ),
    TEXT: ("offset", "line"),
}
OPTIONAL = {"base"}  # columns that workbooks of earlier versions do not have
LOCKED = {
    REVIEW: {"start", "end", "raw", "sentence", "confidence", "printed", "evidence"}
    | {"suggestions", "doubts"},
    REPORT: {"key", "hint"},
    INSTRUMENTS: {"instrument", "name_zh", "suggestion"},
    TEXT: set(COLUMNS[TEXT]),
}
WIDTH = 12  # of a column that is not named here
WIDTHS = {"sentence": 70, "indicator": 28, "breakdown": 20, "evidence": 34, "doubts": 34}
WIDTHS |= {"suggestions": 58, "reason": 20, "note": 16, "line": 100, "value": 14, "hint": 60}
ACCEPT, REJECT = "accept", "reject"
SURE = "sure"  # the line of the sheet of the report that decides on all sure figures
_TABLES = {
    REVIEW: ("observations",),
    REGIONS: ("regions",),
    INDICATORS: ("indicators",),
    BREAKDOWNS: ("breakdowns",),
    INSTRUMENTS: ("instrument_status", "instruments"),
}


def heading(sheet: str, column: str, language: str) -> str:
    r"""
    Return a column's heading: its code and, on a second line, its name in *language*.

    The columns of the tables have English codes, and no other English name.

    >>> heading(REVIEW, "value", "zh"), heading(REPORT, "value", "zh")
    ('value\n数值', 'value\n内容')
    >>> heading(REVIEW, "value", "en"), heading(REPORT, "value", "en")
    ('value', 'value\ncontent')
    """
    for table in _TABLES.get(sheet, ()):
        if column in TABLES[table].columns:
            return f"{column}\n{meaning(table, column)[0]}" if language == "zh" else column
    return f"{column}\n{say(f'review.head.{column}')[language]}"


def code(heading: str) -> str:
    """Return the code of a column, the first line of its heading."""
    return heading.partition("\n")[0].strip()
