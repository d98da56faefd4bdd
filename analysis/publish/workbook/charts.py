"""
A plot as a native chart of a workbook: the columns it is made from, and how it looks.

It knows XlsxWriter and plots; which sheet a chart stands on is for ``workbook``.
"""

from typing import Any

from xlsxwriter.utility import xl_col_to_name

from analysis.charts import style
from analysis.charts.native import Plot, Series
from analysis.language import labels
from analysis.language.messages import say
from analysis.publish.data import distance, values
from analysis.publish.fit import axis_end, fitted, octaves, rounded_ends, whole_step

HEAD = 4  # the line of a table's head, counted from 0; above it title, about and a way back
_INCHES = 9.4  # the width of a chart
_DISTANCES = {"zh": ("下限之差", "上限之差"), "en": ("down to lower", "up to upper")}


def letter_of(column: int) -> str:
    """The letters of a column, counted from 0."""
    return str(xl_col_to_name(column))


def columns(plot: Plot, language: str) -> list[tuple[str, list[Any]]]:
    """The head and cells of each column of a chart's sheet."""
    found: list[tuple[str, list[Any]]] = []
    if plot.kind != "scatter":
        names = fitted(plot, _INCHES).categories  # in lines, or a program would turn them
        found.append((say("charts.category")[language], list(names)))
    for one in plot.series:
        if plot.kind == "scatter":
            found.append((plot.x_axis, list(one.xs)))
        found.append((one.name, list(values(one))))
        if _has_limits(one):
            found += [
                (head, [distance(point, side) for point in one.points])
                for head, side in zip(_DISTANCES[language], (-1, 1), strict=True)
            ]
    return found


def _has_limits(one: Series) -> bool:
    return any(point is not None and point.lower is not None for point in one.points)


def starts(plot: Plot) -> list[int]:
    """The column in which the values of each series stand."""
    found, column = [], 1
    for one in plot.series:
        found.append(column)
        column += (3 if _has_limits(one) else 1) + (plot.kind == "scatter")
    return found


def native(book: Any, plot: Plot, tab: str) -> Any:
    """The chart of *plot*, its numbers taken from the sheet *tab*."""
    kinds = {"bars": {"type": "bar"}, "scatter": {"type": "scatter", "subtype": "straight"}}
    chart = book.add_chart(kinds.get(plot.kind, {"type": "line"}))
    for start, one in zip(starts(plot), plot.series, strict=True):
        chart.add_series(_series(plot, start, one, tab))
    chart.set_legend({"none": True} if len(plot.series) == 1 else {"position": "bottom"})
    chart.set_title({"none": True})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 96 * _INCHES, "height": 430})
    chart.set_chartarea({"border": {"none": True}})
    across: dict[str, Any] = {"num_font": {"size": 9}, "label_position": "low"}
    if plot.kind == "bars":
        ends = {"min": 0, "max": axis_end(plot)}
        chart.set_x_axis(ends | {"visible": False, "major_gridlines": {"visible": False}})
        chart.set_y_axis(across | {"reverse": True})
    else:
        chart.set_x_axis(across | _along(plot))
        chart.set_y_axis(_upward(plot))
    return chart


def _upward(plot: Plot) -> dict[str, Any]:
    """The value axis: it ends beyond every whisker, which the program alone would cut."""
    ends: dict[str, Any]
    if plot.log:
        low, high = octaves(plot)
        ends = {"log_base": 2, "crossing": 1, "min": low, "max": high, "major_unit": 2}
    else:
        ends = {"num_format": plot.number_format, "min": 0, "max": axis_end(plot)}
    step = {"major_unit": whole_step(plot)} if whole_step(plot) else {}
    return {**ends, **step, "major_gridlines": _HAIR}


def _along(plot: Plot) -> dict[str, Any]:
    """The other axis, where it is one of numbers: its name and its ends."""
    if plot.ends is None:
        return {}
    low, high, step = rounded_ends(plot.ends)
    return {"name": plot.x_axis, "min": low, "max": high, "major_unit": step}


_HAIR = {"visible": True, "line": {"color": "#E5E7EB", "width": 0.75}}


def _series(plot: Plot, first: int, one: Series, tab: str) -> dict[str, Any]:
    count = len(one.points)

    def cells(column: int) -> str:
        letter = letter_of(column)
        return f"='{tab}'!${letter}${HEAD + 2}:${letter}${HEAD + 1 + count}"

    made: dict[str, Any] = {
        "name": labels.legible(one.name, 200).lstrip("="),
        "categories": cells(0 if plot.kind != "scatter" else first - 1),
        "values": cells(first),
    }
    colour = _shade(one)
    if plot.kind == "bars":
        made |= {"fill": {"color": colour}, "points": _points(one)}
    elif one.line:
        dash = {"dashed": "dash"}.get(one.line, "solid")
        made["line"] = {"color": colour, "width": 1.25, "dash_type": dash}
        made["marker"] = _marker(one) if one.line == "solid" else {"type": "none"}
    else:
        made |= {"line": {"none": True}, "marker": _marker(one), "points": _points(one)}
    if _has_limits(one):
        bars = {"type": "custom", "plus_values": cells(first + 2), "minus_values": cells(first + 1)}
        made["y_error_bars"] = bars | {"end_style": 0, "line": {"color": "#4B5563", "width": 1.25}}
    return made


def _points(one: Series) -> list[dict[str, Any] | None]:
    """Each point in the colour of its region, white where the figure is another publication's."""
    found: list[dict[str, Any] | None] = []
    for point in one.points:
        if point is None:
            found.append(None)
            continue
        colour = style.colour(point.region) if point.region else style.GREY
        inside = "#FFFFFF" if point.hollow else colour
        found.append({"fill": {"color": inside}, "border": {"color": colour, "width": 1.5}})
    return found


def _marker(one: Series) -> dict[str, Any]:
    """A filled dot in the colour of the series."""
    colour = _shade(one)
    return {"type": "circle", "size": 8, "fill": {"color": colour}, "border": {"color": colour}}


def _shade(one: Series) -> str:
    """Return the colour of a series where there is no theme: its region's, or grey."""
    regions = {point.region for point in one.points if point}
    region = one.region or (next(iter(regions)) if len(regions) == 1 else "")
    return style.colour(region) if region else style.GREY
