"""
Fit a plot to its frame: break text into lines, choose round ends for axes.

Works on :class:`~analysis.charts.native.Plot` objects only, not on XML.
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from analysis.charts.native import Plot, Point, Series, Table

TEXT_SIZE = 12.0
MANY_YEARS = 12
FEW = 4  # categories; with more, text is smaller and labels take two lines


def fitted(plot: Plot, width: float) -> Plot:
    """Return *plot* with its text broken into lines for a chart *width* inches wide."""
    many = len(plot.categories) > FEW
    if plot.kind == "lines" and many:
        return replace(plot, series=tuple(_bare(one, len(plot.categories)) for one in plot.series))
    if plot.kind == "bars":
        return replace(plot, frame=_bar_frame(plot, width))
    if plot.kind != "dots" or not plot.categories:
        return plot
    ems = (width - 0.8) / len(plot.categories) * 72 / text_size(plot) * 0.92
    categories = tuple(
        "\n".join(line for whole in name.split("\n") for line in broken(whole, ems, 6))
        for name in plot.categories
    )
    series = plot.series
    if labels_above(plot):
        series = tuple(_broken(one, ems * 0.85) for one in plot.series)
    elif many:
        series = tuple(_stacked(one) for one in plot.series)
    return replace(plot, categories=categories, series=series)


def labels_above(plot: Plot) -> bool:
    """Return whether the labels of many dots are above them, because no interval is there."""
    points = [point for series in plot.series for point in series.points if point]
    free = all(point.upper in {None, point.value} for point in points)
    return plot.kind == "dots" and len(plot.categories) > FEW and free


def _broken(series: Series, ems: float) -> Series:
    """Return a series with its labels broken into lines for the room of a category."""
    return replace(
        series,
        points=tuple(
            point and replace(point, label="\n".join(broken(point.label, ems)))
            for point in series.points
        ),
    )


def _bar_frame(plot: Plot, width: float) -> tuple[float, float]:
    """Return the left edge and width of the bars, as shares of the width of the chart."""
    inch = text_size(plot) / 72 / width  # an em as a share of the width
    lines = [line for name in plot.categories for line in name.split("\n")]
    names = min(max(map(ems_of, lines)) * inch + 0.02, 0.45)
    # The axis extends beyond every whisker, so a label may overlap its end.
    ends = ((ems_of(p.label) * inch, _end(p) / ceiling(plot)) for p in plot.series[0].points if p)
    room = min((0.97 - _GAP - names - label) / end for label, end in ends if end > 0)
    return names, max(0.2, min(room, 0.97 - names))


_GAP = 0.012  # between the end of a whisker and its label


def _end(point: Point) -> float:
    return point.value if point.upper is None else point.upper


def text_size(plot: Plot) -> float:
    """Return the size of text in a chart, in points: smaller for many categories."""
    few = len(plot.categories) <= FEW or plot.kind != "dots" or labels_above(plot)
    return TEXT_SIZE if few else 10.0


def _bare(series: Series, years: int) -> Series:
    """Return a series with labels without intervals; over many years only the last is labelled."""
    last = max((index for index, point in enumerate(series.points) if point), default=-1)
    points = []
    for index, point in enumerate(series.points):
        shown = index == last or years <= MANY_YEARS
        label = re.split(r" ?[（(]", point.label)[0] if point and shown else ""
        points.append(replace(point, label=label) if point else None)
    return replace(series, points=tuple(points))


def _stacked(series: Series) -> Series:
    """Return a series whose labels have the interval on a second line."""
    marks = ("（", " (")
    points = []
    for point in series.points:
        sign = next((mark for mark in marks if point and mark in point.label), "")
        label = point.label.replace(sign, "\n(", 1).replace("）", ")") if point and sign else ""
        points.append(replace(point, label=label) if point and label else point)
    return replace(series, points=tuple(points))


def broken(words: str, ems: float, most: int = 5) -> list[str]:
    """
    Break *words* into at most *most* lines of *ems* ems, without breaking Latin words.

    >>> broken("重大森林火灾起数", 4), broken("Serious forest fires", 8)
    (['重大森林', '火灾起数'], ['Serious forest', 'fires'])
    """
    pieces = re.findall(r"[A-Za-z]+-(?=[A-Za-z])|[!-~]+ ?|.", words)
    lines = [""]
    for piece in pieces:
        if lines[-1] and ems_of(lines[-1] + piece.rstrip()) > ems:
            lines.append("")
        lines[-1] += piece
    kept = [line.strip() for line in lines[:most]]
    return kept if len(lines) <= most else [*kept[:-1], kept[-1][:-1] + "…"]


def label_shift(plot: Plot, series: Series, index: int) -> tuple[float, float]:
    """Return the shift of a label off lines, whiskers and axes, as shares of the chart."""
    point = series.points[index]
    if plot.kind == "bars" and point is not None and point.upper is not None:
        return (point.upper - point.value) / ceiling(plot) * plot.frame[1] + _GAP, 0.0
    if labels_above(plot):
        return 0.0, 0.0
    if plot.kind == "dots" and len(plot.categories) > FEW:
        low = point is not None and not plot.log and point.value < ceiling(plot) / 10
        return 0.0, -0.06 if low else -0.035
    if plot.kind == "lines":
        return 0.004, 0.04 if series.line == "dashed" or _rises(series, index) else -0.04
    return 0.0, 0.0


def _rises(series: Series, index: int) -> bool:
    """Return whether the line rises after this point, through the space above it."""
    point, after = series.points[index], series.points[index + 1 : index + 2]
    return point is not None and any(other and other.value > point.value for other in after)


def axis_end(plot: Plot) -> float:
    """Return the upper end of the value axis."""
    if plot.log:
        return octaves(plot)[1]
    return ceiling(plot)


def ceiling(plot: Plot) -> float:
    """Return a round number above every value and interval."""
    points = [point for series in plot.series for point in series.points if point]
    top = max(map(_end, points))
    if top <= 0:
        return 1.0
    step = 10.0 ** math.floor(math.log10(top))
    ends = (step * n for n in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 12, 15))
    end = next(end for end in ends if end >= top * 1.04)
    return math.ceil(end) if plot.number_format == "0" else end


def whole_step(plot: Plot) -> int:
    """Return the step of a short axis of whole numbers, or 0 for an automatic step."""
    end = ceiling(plot) if plot.number_format == "0" and not plot.log else math.inf
    return 1 if end <= 5 else 2 if end <= 12 else 0


def octaves(plot: Plot) -> tuple[float, float]:
    """Return the ends of a ratio axis: powers of two around 1 that include every interval."""
    points = [point for series in plot.series for point in series.points if point]
    ends = [end for point in points for end in (point.value, point.lower, point.upper) if end]
    reach = max((abs(math.log2(end)) for end in ends), default=1.0)
    return 2.0 ** -max(1, math.ceil(reach)), 2.0 ** max(1, math.ceil(reach))


_SEAM = re.compile(r"[\u4e00-\u9fff](?=[!-~])|[!-~](?=[\u4e00-\u9fff])")


def seams(line: str) -> float:
    """Return the ems that programs put between ideographs and Latin letters, a quarter each."""
    return len(_SEAM.findall(line)) / 4


def ems_of(line: str) -> float:
    """Return the width of *line* in ems: 1 for an ideograph, 0.55 for a Latin letter."""
    return sum(
        1.0 if unicodedata.east_asian_width(sign) in {"W", "F", "A"} else 0.55 for sign in line
    )


def shares(table: Table, width: float, size: float) -> list[float]:
    """Return column widths: narrow columns as wide as their text, the widest take the rest."""
    columns = zip(table.head, *table.lines, strict=True)
    text = [max(0.5, _widest((*head.split(" "), *cells), size)) for head, *cells in columns]
    widths = dict.fromkeys(sorted(range(len(text)), key=text.__getitem__), 0.0)
    for before, column in enumerate(widths):
        free = width - sum(widths.values())
        widths[column] = min(text[column], free / (len(text) - before))
    widths[column] += width - sum(widths.values())
    return [widths[column] for column in range(len(text))]


def _widest(cells: Iterable[str], size: float) -> float:
    """Return the width in inches of the longest line of some cells, in a wide font."""
    return max(ems_of(part) for cell in cells for part in cell.split("\n")) * size / 72 * 1.1 + 0.2
