"""The sheets of the review workbook: names, columns, and which cells a person fills."""

from analysis.tables.schema import TABLES, meaning

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
WIDTH = 12  # of a column that is not named here
WIDTHS = {"sentence": 70, "indicator": 28, "breakdown": 20, "evidence": 34, "doubts": 34}
WIDTHS |= {"suggestions": 58, "reason": 20, "note": 16, "line": 100, "value": 14, "hint": 60}
ACCEPT, REJECT = "accept", "reject"
_TABLES = {
    REVIEW: ("observations",),
    INDICATORS: ("indicators",),
    BREAKDOWNS: ("breakdowns",),
    INSTRUMENTS: ("instrument_status", "instruments"),
}
_ONLY_HERE = {
    "raw": "原文数字",
    "sentence": "所在句子",
    "role": "角色",
    "decision": "采纳与否",
    "reason": "非数据的理由",
    "suggestions": "候选指标与分项",
    "doubts": "存疑",
    "key": "项目",
    "value": "内容",
    "hint": "说明",
    "offset": "位置",
    "line": "原文",
}


def heading(sheet: str, column: str) -> str:
    r"""
    A column's heading: its code, and under it its Chinese name.

    >>> heading(REVIEW, "value"), heading(REPORT, "value")
    ('value\n数值', 'value\n内容')
    """
    for table in _TABLES.get(sheet, ()):
        if column in TABLES[table].to_schema().columns:
            return f"{column}\n{meaning(table, column)[0]}"
    return f"{column}\n{_ONLY_HERE[column]}"


def code(heading: str) -> str:
    """The code of a column from its heading, whatever stands under it."""
    return heading.partition("\n")[0].strip()
