"""
Native charts of the workbook: the columns behind a plot, and its formatting.

Turns plots into XlsxWriter charts; ``book`` decides on which sheet they are placed.
"""

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from analysis.charts import style
from analysis.charts.native import Plot, Series
from analysis.language import labels
from analysis.language.messages import say
from analysis.publish.data import distance, values
from analysis.publish.fit import axis_end, fitted, octaves, whole_step

HEAD = 4  # the head line of a table, from 0; above it are title, description and link
_INCHES = 9.4  # the width of a chart
_DISTANCES = {"zh": ("下限之差", "上限之差"), "en": ("down to lower", "up to upper")}


def letter_of(column: int) -> str:
    """Return the letters of a column, counted from 0."""
    return str(xl_col_to_name(column))


def columns(plot: Plot, language: str) -> list[tuple[str, list[Any]]]:
    """Return the head and the cells of each column of a chart's sheet."""
    names = fitted(plot, _INCHES).categories  # broken into lines, else programs rotate them
    chart_columns: list[tuple[str, list[Any]]] = [(say("charts.category")[language], list(names))]
    for series in plot.series:
        chart_columns.append((series.name, list(values(series))))
        if _has_limits(series):
            chart_columns += [
                (head, [distance(point, side) for point in series.points])
                for head, side in zip(_DISTANCES[language], (-1, 1), strict=True)
            ]
    return chart_columns


def _has_limits(series: Series) -> bool:
    return any(point is not None and point.lower is not None for point in series.points)


def starts(plot: Plot) -> list[int]:
    """Return the column of the values of each series."""
    first_columns, column = [], 1
    for series in plot.series:
        first_columns.append(column)
        column += 3 if _has_limits(series) else 1
    return first_columns


def native(book: Any, plot: Plot, tab: str) -> Any:
    """Return the chart of *plot*, with its numbers taken from the sheet *tab*."""
    chart = book.add_chart({"type": "bar" if plot.kind == "bars" else "line"})
    for start, series in zip(starts(plot), plot.series, strict=True):
        chart.add_series(_series(plot, start, series, tab))
    chart.set_legend({"none": True} if len(plot.series) == 1 else {"position": "bottom"})
    chart.set_title({"none": True})
    chart.show_blanks_as("span" if plot.span else "gap")
    chart.set_size({"width": 96 * _INCHES, "height": 430})
    chart.set_chartarea({"border": {"none": True}})
    across: dict[str, Any] = {"num_font": {"size": 9}, "label_position": "low"}
    if plot.kind == "bars":
        ends = {"min": 0, "max": axis_end(plot)}
        chart.set_x_axis(ends | {"visible": False, "major_gridlines": {"visible": False}})
        chart.set_y_axis(across | {"reverse": True})
    else:
        chart.set_x_axis(across)
        chart.set_y_axis(_upward(plot))
    return chart


def _upward(plot: Plot) -> dict[str, Any]:
    """Return the options of the value axis, with ends beyond every interval."""
    ends: dict[str, Any]
    if plot.log:
        low, high = octaves(plot)
        ends = {"log_base": 2, "crossing": 1, "min": low, "max": high, "major_unit": 2}
    else:
        ends = {"num_format": plot.number_format, "min": 0, "max": axis_end(plot)}
    step = {"major_unit": whole_step(plot)} if whole_step(plot) else {}
    return {**ends, **step, "major_gridlines": _HAIR}


_HAIR = {"visible": True, "line": {"color": "#E5E7EB", "width": 0.75}}


def _series(plot: Plot, first: int, series: Series, tab: str) -> dict[str, Any]:
    count = len(series.points)

    def cells(column: int) -> str:
        letter = letter_of(column)
        return f"='{tab}'!${letter}${HEAD + 2}:${letter}${HEAD + 1 + count}"

    options: dict[str, Any] = {
        "name": labels.legible(series.name, 200).lstrip("="),
        "categories": cells(0),
        "values": cells(first),
    }
    colour = _shade(series)
    if plot.kind == "bars":
        options |= {"fill": {"color": colour}, "points": _points(series)}
    elif series.line:
        dash = {"dashed": "dash"}.get(series.line, "solid")
        options["line"] = {"color": colour, "width": 1.25, "dash_type": dash}
        options["marker"] = _marker(series) if series.line == "solid" else {"type": "none"}
    else:
        options |= {"line": {"none": True}, "marker": _marker(series), "points": _points(series)}
    if _has_limits(series):
        bars = {"type": "custom", "plus_values": cells(first + 2), "minus_values": cells(first + 1)}
        options["y_error_bars"] = bars | {
            "end_style": 0,
            "line": {"color": "#4B5563", "width": 1.25},
        }
    return options


def _points(series: Series) -> list[dict[str, Any] | None]:
    """Return the format of each point: the colour of its region, white inside if from elsewhere."""
    formats: list[dict[str, Any] | None] = []
    for point in series.points:
        if point is None:
            formats.append(None)
            continue
        colour = style.colour(point.region) if point.region else style.GREY
        inside = "#FFFFFF" if point.hollow else colour
        formats.append({"fill": {"color": inside}, "border": {"color": colour, "width": 1.5}})
    return formats


def _marker(series: Series) -> dict[str, Any]:
    """Return a filled dot in the colour of the series."""
    colour = _shade(series)
    return {"type": "circle", "size": 8, "fill": {"color": colour}, "border": {"color": colour}}


def _shade(series: Series) -> str:
    """Return the colour of a series without a theme: that of its region, or grey."""
    regions = {point.region for point in series.points if point}
    region = series.region or (next(iter(regions)) if len(regions) == 1 else "")
    return style.colour(region) if region else style.GREY
