"""The sheets of the review workbook: names, columns, and which cells a person fills."""

from analysis.schema import TABLES

REVIEW, REPORT, INDICATORS = "review", "report", "indicators"
BREAKDOWNS, INSTRUMENTS, TEXT, LISTS = "breakdowns", "instruments", "text", "lists"
FORMAT = "regional-safety review 1"

COLUMNS: dict[str, tuple[str, ...]] = {
    REVIEW: (
        *("start", "end", "raw", "sentence", "role", "decision", "indicator", "breakdown"),
        *("value", "unit", "comparator", "measure", "status", "period_start", "period_end"),
        *("printed", "evidence", "note", "reason", "suggestions", "doubts"),
    ),
    REPORT: ("key", "value", "hint"),
    INDICATORS: tuple(TABLES["indicators"].to_schema().columns),
    BREAKDOWNS: tuple(TABLES["breakdowns"].to_schema().columns),
    INSTRUMENTS: ("instrument", "name_zh", "status", "evidence", "start", "end", "note"),
    TEXT: ("offset", "line"),
}
LOCKED = {
    REVIEW: {"start", "end", "raw", "sentence", "printed", "evidence", "suggestions", "doubts"},
    REPORT: {"key", "hint"},
    INSTRUMENTS: {"instrument", "name_zh"},
    TEXT: set(COLUMNS[TEXT]),
}
WIDTHS = {"sentence": 70, "indicator": 28, "breakdown": 20, "evidence": 34, "doubts": 34}
WIDTHS |= {"suggestions": 34, "reason": 20, "note": 16, "line": 100, "value": 14, "hint": 60}
ACCEPT, REJECT = "accept", "reject"
