"""
The workbook behind a native chart: what opens on “Edit data”, and the sentences beside it.

It writes cells, numbers as numbers and all else as text that stays text; it knows no slide.
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
COLUMNS = 4  # of each series: value, down to the lower end, up to the upper, label
CREATED = dt.datetime.fromisoformat(office.WHEN)
# A cell that begins with = is a formula to the writer unless it is told otherwise.
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEADS = {"zh": ("下限之差", "上限之差", "标签"), "en": ("down to lower", "up to upper", "label")}


def values(one: Series) -> list[float | None]:
    """The values of a series; a gap is None."""
    return [point.value if point else None for point in one.points]


def distance(point: Point | None, side: int) -> float | None:
    """How far an end of the interval lies from its value; what cells and error bars hold."""
    if point is None or point.lower is None or point.upper is None:
        return None
    return point.upper - point.value if side > 0 else point.value - point.lower


def workbook(plot: Plot, language: str, carried: Mapping[str, Any]) -> bytes:
    """The workbook behind a chart: the numbers, and a sheet of the sentences they stand on."""
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
    held = json.dumps({carried["figure"]: carried}, ensure_ascii=False, sort_keys=True)
    return office.with_item(out.getvalue(), held)


def _cells(plot: Plot, language: str) -> Iterable[list[Any]]:
    """The columns of the sheet, in the order that the formulas of the chart name."""
    if plot.kind != "scatter":
        yield ["", *plot.categories]
    for one in plot.series:
        if plot.kind == "scatter":
            yield [plot.x_axis, *one.xs]
        points = one.points
        yield [one.name, *values(one)]
        down, up, label = _HEADS[language]
        yield [down, *(distance(point, -1) for point in points)]
        yield [up, *(distance(point, 1) for point in points)]
        yield [label, *(point.label if point else None for point in points)]


def put(sheet: Any, line: int, column: int, cell: Any, look: Any = None) -> None:
    """Write a cell: a number as a number, everything else as text that stays text."""
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
