"""
Native Office charts: the chart XML, and the workbook that opens on “Edit data”.

Intervals are error bars that refer to cells, and labels refer to cells too, so that an edit in the
workbook changes values, intervals and labels together.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]
from xlsxwriter.utility import xl_col_to_name

from analysis.charts import style
from analysis.charts.native import Plot, Point, Series
from analysis.language import labels
from analysis.language.vocabulary import Mark
from analysis.publish.data import COLUMNS, SHEET, distance, values, workbook
from analysis.publish.fit import (
    axis_end,
    ceiling,
    fitted,
    label_shift,
    labels_above,
    octaves,
    text_size,
    whole_step,
)

from . import graft
from .graft import C

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
C15 = "http://schemas.microsoft.com/office/drawing/2012/chart"
_SPACES: Any = {"c": C, "a": A, "r": R}
c = ElementMaker(namespace=C, nsmap=_SPACES)
a = ElementMaker(namespace=A, nsmap=_SPACES)
c15 = ElementMaker(namespace=C15, nsmap={"c15": C15})
_LABELS_EXTENSION = "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"
_RANGE_EXTENSION = "{02D57815-91ED-43cb-92C2-25804820EDAC}"
# Symbols of Office, and whether they are open; there is no downward triangle for AT_MOST.
_SYMBOLS = {
    Mark.EXACT: ("circle", False),
    Mark.ZERO: ("circle", False),
    Mark.AT_LEAST: ("triangle", True),
    Mark.AT_MOST: ("dash", False),
    Mark.ABOUT: ("circle", True),
    Mark.PERCENT_ONLY: ("diamond", True),
    Mark.TARGET: ("square", True),
    Mark.PLAN: ("square", True),
}


class NativeChart:
    """Chart data with the interface of python-pptx: the chart XML and its workbook."""

    def __init__(
        self, plot: Plot, language: str, carried: Mapping[str, Any], *, width: float
    ) -> None:
        self.plot, self.language = fitted(plot, width), language
        self.carried = {**carried, "ceiling": axis_end(plot)}
        self._workbook_writer = self

    def xml_bytes(self, _kind: Any) -> bytes:
        """Return the XML of the chart part."""
        return etree.tostring(chart_space(self.plot, self.language), encoding="UTF-8")

    @property
    def signature(self) -> str:
        """The content of the chart as text; see :func:`graft.signature`."""
        return graft.signature(chart_space(self.plot, self.language))

    @property
    def xlsx_blob(self) -> bytes:
        """The embedded workbook."""
        return workbook(self.plot, self.language, self.carried)


def _val(tag: str, value: object) -> Any:
    return c(tag, val=str(value))


def chart_space(plot: Plot, language: str) -> Any:
    """Return the root element of the chart part of a fitted *plot*."""
    size = text_size(plot)
    lang = "zh-CN" if language == "zh" else "en-GB"
    area = c.plotArea(_layout(plot), _group(plot, size), *_axes(plot, size))
    chart = c.chart(_val("autoTitleDeleted", 1), area)
    chart.append(_val("plotVisOnly", 1))
    chart.append(_val("dispBlanksAs", "span" if plot.span else "gap"))
    return c.chartSpace(
        _val("date1904", 0),
        _val("lang", lang),
        _val("roundedCorners", 0),
        chart,
        c.spPr(a.noFill(), a.ln(a.noFill())),
        _text(size),
    )


def _layout(plot: Plot) -> Any:
    """Return the layout of the plot area: explicit for bars, automatic otherwise."""
    if plot.kind != "bars":
        return c.layout()
    names = ("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge")
    shares = zip("xywh", (plot.frame[0], 0.02, plot.frame[1], 0.96), strict=True)
    settings = [*names, *((name, f"{share:.4f}") for name, share in shares)]
    return c.layout(c.manualLayout(*(_val(name, value) for name, value in settings)))


def _group(plot: Plot, size: float) -> Any:
    series = list(_drawn(plot, size))
    ids = [_val("axId", 10), _val("axId", 20)]
    if plot.kind == "bars":
        return c.barChart(
            _val("barDir", "bar"), _val("grouping", "clustered"), _val("varyColors", 0), *series,
            _val("gapWidth", 60), *ids,
        )  # fmt: skip
    return c.lineChart(
        _val("grouping", "standard"), _val("varyColors", 0), *series, _val("marker", 1), *ids
    )


def _drawn(plot: Plot, size: float) -> Iterable[Any]:
    """
    Yield the series to write: two for a solid line, one for the line and one for its marks.

    LibreOffice fills every mark of a line with the colour of the line, so that hollow marks need a
    separate series. Both refer to the same cells.
    """
    number = 0
    for index, series in enumerate(plot.series):
        if series.line == "solid":
            bare = tuple(
                point and replace(point, lower=None, upper=None, label="")
                for point in series.points
            )
            yield _series(plot, index, replace(series, points=bare), size, number)
            number += 1
        points = replace(series, line="") if series.line == "solid" else series
        yield _series(plot, index, points, size, number)
        number += 1


def _series(plot: Plot, index: int, series: Series, size: float, number: int) -> Any:
    """Return one series, its children in the order of the schema."""
    columns = _columns(index)
    count = len(series.points)
    element = c.ser(
        _val("idx", number), _val("order", number), c.tx(_names(columns[0], series.name))
    )
    element.append(_series_look(plot, series))
    if plot.kind == "bars":
        element.append(_val("invertIfNegative", 0))
        element.extend(_own_bars(series))
    else:
        element.append(_marker(series.points, series))
        element.extend(_own_markers(series))
    element.append(_data_labels(plot, series, size))
    if any(point and point.lower is not None for point in series.points):
        element.append(_error_bars(series, columns))
    element.append(c.cat(_words("A", plot.categories)))
    element.append(c.val(_numbers(_letter(columns[0]), values(series), plot.number_format)))
    if plot.kind != "bars":
        element.append(_val("smooth", 0))
    element.append(_label_range(series, _letter(columns[3]), count))
    return element


def _columns(index: int) -> tuple[int, int, int, int]:
    """Return the columns of a series in the sheet, from 0."""
    first = index * COLUMNS + 1
    return first, first + 1, first + 2, first + 3


def _letter(column: int) -> str:
    return str(xl_col_to_name(column))


def _formula(column: str, count: int) -> str:
    return f"{SHEET}!${column}$2:${column}${count + 1}"


def _names(column: int, name: str) -> Any:
    cell = f"{SHEET}!${_letter(column)}$1"
    cache = c.strCache(_val("ptCount", 1), c.pt(c.v(labels.legible(name)), idx="0"))
    return c.strRef(c.f(cell), cache)


def _words(column: str, words: Sequence[str]) -> Any:
    points = [c.pt(c.v(word), idx=str(index)) for index, word in enumerate(words)]
    return c.strRef(
        c.f(_formula(column, len(words))), c.strCache(_val("ptCount", len(words)), *points)
    )


def _numbers(column: str, numbers: Sequence[float | None], shape: str = "General") -> Any:
    points = [
        c.pt(c.v(repr(number)), idx=str(index))
        for index, number in enumerate(numbers)
        if number is not None
    ]
    cache = c.numCache(c.formatCode(shape), _val("ptCount", len(numbers)), *points)
    return c.numRef(c.f(_formula(column, len(numbers))), cache)


def _colour(name: str, *, darker: bool = False, pale: bool = False) -> Any:
    colour = a.schemeClr(val=name)
    if pale:
        colour.append(a.tint(val="40000"))
    elif darker:
        colour.append(a.lumMod(val="70000"))
    return a.solidFill(colour)


def _line(fill: Any, width: float, dash: str = "") -> Any:
    line = a.ln(fill, w=str(round(width * 12700)))
    if dash:
        line.append(a.prstDash(val=dash))
    return line


def _accent(region: str) -> tuple[str, bool]:
    """
    Return the theme colour of a region, and whether it is darkened (regions beyond the first five).

    >>> _accent("anhui"), _accent("chuxiong"), _accent("")
    (('accent1', False), ('accent3', False), ('accent6', False))
    """
    known = list(style.REGIONS)
    if region in known:
        return f"accent{known.index(region) + 1}", False
    return ("accent6", False) if not region else (f"accent{sum(map(ord, region)) % 5 + 1}", True)


def _series_look(plot: Plot, series: Series) -> Any:
    name, darker = _accent(series.region)
    if plot.kind == "bars":
        return c.spPr(_colour("accent6"))
    if series.line == "dashed":
        return c.spPr(_line(_colour("accent6"), 1.25, "dash"))
    if series.line == "solid":
        return c.spPr(_line(_colour(name, darker=darker), 1.5))
    return c.spPr(a.ln(a.noFill(), w="19050"))


def _own_bars(series: Series) -> Iterable[Any]:
    for index, point in enumerate(series.points):
        if point is not None:
            name, darker = _accent(point.region)
            look = c.spPr(_filling(point), _line(_colour(name, darker=darker), 1.25))
            yield c.dPt(_val("idx", index), _val("invertIfNegative", 0), _val("bubble3D", 0), look)


def _marker(points: Iterable[Point | None], series: Series) -> Any:
    if series.line:
        return c.marker(_val("symbol", "none"))
    # LibreOffice applies a point's own marker only if its size differs from that of the series.
    first = next((point for point in points if point), None)
    return _symbol(first, 8) if first else c.marker(_val("symbol", "circle"))


def _symbol(point: Point, size: int = 9) -> Any:
    """Return the marker of a point: its evidence sets the shape, its region the colour."""
    symbol, _ = _SYMBOLS.get(point.mark, ("circle", False))
    name, darker = _accent(point.region)
    fill = _filling(point)
    edge = _line(_colour(name, darker=darker), 1.75, "sysDash" if point.mark == Mark.PLAN else "")
    if point.mark == Mark.ZERO:  # a wide pale edge resembles the ring in the pictures
        pale = a.schemeClr(a.alpha(val="40000"), val=name)
        edge = _line(a.solidFill(pale), 5.0)
    return c.marker(_val("symbol", symbol), _val("size", size), c.spPr(fill, edge))


def _own_markers(series: Series) -> Iterable[Any]:
    if series.line:
        return
    for index, point in enumerate(series.points):
        if point is not None:
            # LibreOffice takes the colour of a mark from this fill, not from the marker.
            look = c.spPr(_filling(point), a.ln(a.noFill()))
            yield c.dPt(_val("idx", index), _symbol(point), _val("bubble3D", 0), look)


def _filling(point: Point) -> Any:
    """Return a solid fill, or a pale one for open marks."""
    name, darker = _accent(point.region)
    open_mark = point.hollow or _SYMBOLS.get(point.mark, ("", False))[1]
    return _colour(name, darker=darker, pale=open_mark)


def _text(size: float, colour: str = "tx2") -> Any:
    face = a.defRPr(
        _colour(colour), a.latin(typeface="+mn-lt"), a.ea(typeface="+mn-ea"),
        a.cs(typeface="+mn-cs"), sz=str(round(size * 100)), b="0",
    )  # fmt: skip
    return c.txPr(a.bodyPr(), a.lstStyle(), a.p(a.pPr(face), a.endParaRPr(lang="en-US")))


def _switches() -> list[Any]:
    names = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    return [_val(f"show{name}", 0) for name in names]


def _data_labels(plot: Plot, series: Series, size: float) -> Any:
    """Return a label per point, with its text from the cell beside the value."""
    element = c.dLbls()
    for index, point in enumerate(series.points):
        if point is not None and point.label:
            element.append(_data_label(plot, series, index, point))
    element.append(c.spPr(a.noFill(), a.ln(a.noFill())))
    element.append(_text(size, "tx1"))
    element.extend(_switches())
    element.append(c.extLst(c.ext(c15.showLeaderLines(val="0"), uri=_LABELS_EXTENSION)))
    return element


def _data_label(plot: Plot, series: Series, index: int, point: Point) -> Any:
    seed = f"{series.name}|{index}|{point.row}"
    field = a.fld(
        a.rPr(lang="en-US"),
        a.t(point.label),
        id="{" + str(uuid.uuid5(uuid.NAMESPACE_OID, seed)).upper() + "}",
        type="CELLRANGE",
    )
    position = "outEnd" if plot.kind == "bars" else "t" if labels_above(plot) else "r"
    rich = c.rich(a.bodyPr(wrap="none"), a.lstStyle(), a.p(field, a.endParaRPr(lang="en-US")))
    extension = c.ext(c15.dlblFieldTable(), c15.showDataLabelsRange(val="1"), uri=_LABELS_EXTENSION)
    return c.dLbl(
        _val("idx", index), *_shift(plot, series, index), c.tx(rich), *_backing(plot),
        _val("dLblPos", position),
        *_switches(), c.extLst(extension),
    )  # fmt: skip


def _shift(plot: Plot, series: Series, index: int) -> Iterable[Any]:
    x, y = label_shift(plot, series, index)
    if x or y:
        yield c.layout(c.manualLayout(_val("x", f"{x:.4f}"), _val("y", f"{y:.4f}")))


def _backing(plot: Plot) -> Iterable[Any]:
    """Yield a white background for labels that lines may cross."""
    if plot.log:
        yield c.spPr(_colour("bg1"), a.ln(a.noFill()))


def _label_range(series: Series, column: str, count: int) -> Any:
    points = [
        c.pt(c.v(point.label), idx=str(index))
        for index, point in enumerate(series.points)
        if point is not None and point.label
    ]
    cache = c15.dlblRangeCache(_val("ptCount", count), *points)
    labels_range = c15.datalabelsRange(c15.f(_formula(column, count)), cache)
    return c.extLst(c.ext(labels_range, uri=_RANGE_EXTENSION))


def _error_bars(series: Series, columns: tuple[int, int, int, int]) -> Any:
    down = [distance(point, -1) for point in series.points]
    up = [distance(point, 1) for point in series.points]
    return c.errBars(
        _val("errDir", "y"),
        _val("errBarType", "both"),
        _val("errValType", "cust"),
        _val("noEndCap", 1),
        c.plus(_numbers(_letter(columns[2]), up)),
        c.minus(_numbers(_letter(columns[1]), down)),
        c.spPr(_line(_colour("tx2"), 1.5)),
    )


def _axes(plot: Plot, size: float) -> list[Any]:
    sides = ("l", "b") if plot.kind == "bars" else ("b", "l")
    return [_category_axis(plot, size, sides[0]), _value_axis(plot, size, sides[1])]


def _category_axis(plot: Plot, size: float, side: str) -> Any:
    turned = "maxMin" if plot.kind == "bars" else "minMax"
    return c.catAx(
        _val("axId", 10), c.scaling(_val("orientation", turned)), _val("delete", 0),
        _val("axPos", side), c.numFmt(formatCode="General", sourceLinked="0"),
        _val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "low"),
        c.spPr(_line(_colour("accent6"), 1.0)), _text(size, "tx1"), _val("crossAx", 20),
        _val("crosses", "autoZero") if not plot.log else _val("crossesAt", 1),
        _val("auto", 0), _val("lblAlgn", "ctr"), _val("lblOffset", 100), _val("noMultiLvlLbl", 1),
    )  # fmt: skip


def _value_axis(plot: Plot, size: float, side: str) -> Any:
    low, high = octaves(plot) if plot.log else (0, repr(ceiling(plot)))
    base = [_val("logBase", 2)] if plot.log else []
    scaling = c.scaling(*base, _val("orientation", "minMax"), _val("max", high), _val("min", low))
    hidden = int(plot.kind == "bars")  # bars are labelled with their values
    axis = c.valAx(_val("axId", 20), scaling, _val("delete", hidden), _val("axPos", side))
    if not hidden:
        axis.append(c.majorGridlines(c.spPr(_line(_colour("bg2"), 0.75))))
    axis.extend([
        c.numFmt(formatCode="General" if plot.log else plot.number_format, sourceLinked="0"),
        _val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "low"),
        c.spPr(a.ln(a.noFill())), _text(size), _val("crossAx", 10),
        _val("crosses", "max" if plot.kind == "bars" else "min"), _val("crossBetween", "between"),
        *_steps(plot),
    ])  # fmt: skip
    return axis


def _steps(plot: Plot) -> Iterable[Any]:
    step = 2 if plot.log else whole_step(plot)
    if step:
        yield _val("majorUnit", step)
