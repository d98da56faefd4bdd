"""
The workbook embedded in a native chart: the values for “Edit data”, and their evidence.

Numbers are written as numbers, everything else as text.
"""

import datetime as dt
import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

from analysis.charts.native import Plot, Point, Series
from analysis.figures import office, provenance
from analysis.language import labels

SHEET = "Data"
COLUMNS = 4  # per series: value, distance to the lower end, to the upper end, label
CREATED = dt.datetime.fromisoformat(office.WHEN)
# By default XlsxWriter writes text that begins with = as a formula.
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEADS = {"zh": ("下限之差", "上限之差", "标签"), "en": ("down to lower", "up to upper", "label")}


def values(series: Series) -> list[float | None]:
    """Return the values of a series; a gap is None."""
    return [point.value if point else None for point in series.points]


def distance(point: Point | None, side: int) -> float | None:
    """Return the distance from a value to the lower or upper end of its interval, or None."""
    if point is None or point.lower is None or point.upper is None:
        return None
    return point.upper - point.value if side > 0 else point.value - point.lower


def workbook(plot: Plot, language: str, carried: Mapping[str, Any]) -> bytes:
    """Return the workbook behind a chart: a sheet of numbers and a sheet of evidence."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, SAFE)
    book.set_properties({"created": CREATED})
    sheet = book.add_worksheet(SHEET)
    for column, cells in enumerate(_cells(plot, language)):
        for line, cell in enumerate(cells):
            put(sheet, line, column, cell)
    _evidence(book, language, carried)
    book.close()
    stored = json.dumps({carried["figure"]: carried}, ensure_ascii=False, sort_keys=True)
    return office.with_item(out.getvalue(), stored)


def _cells(plot: Plot, language: str) -> Iterable[list[Any]]:
    """Yield the columns of the sheet, in the order that the formulas of the chart expect."""
    yield ["", *plot.categories]
    for series in plot.series:
        points = series.points
        yield [series.name, *values(series)]
        down, up, label = _HEADS[language]
        yield [down, *(distance(point, -1) for point in points)]
        yield [up, *(distance(point, 1) for point in points)]
        yield [label, *(point.label if point else None for point in points)]


def put(sheet: Any, line: int, column: int, cell: Any, look: Any = None) -> None:
    """Write a number as a number, and everything else as text."""
    if cell is None or cell == "":
        return
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(line, column, cell, look)
    else:
        sheet.write_string(line, column, labels.legible(cell, 32_000), look)


def _evidence(book: Any, language: str, carried: Mapping[str, Any]) -> None:
    name = {"zh": "依据", "en": "Evidence"}[language]
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 2, 70)
    for line, row in enumerate(provenance.rows(dict(carried))):
        put(sheet, line, 0, row["id"])
        put(sheet, line, 1, labels.reading(row)[language])
        put(sheet, line, 2, labels.citation(row)[language])
