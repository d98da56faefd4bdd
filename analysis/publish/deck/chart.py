"""
A plot as a native chart of Office: its XML, and the workbook that opens on “Edit data”.

Intervals are native error bars that point at cells, labels are cells too, so a hand edit in the
workbook moves them all. It knows charts and cells, and no slide.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from lxml import etree
from lxml.builder import ElementMaker  # type: ignore[import-not-found]

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
    octaves,
    rounded_ends,
    text_size,
    whole_step,
)

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
C15 = "http://schemas.microsoft.com/office/drawing/2012/chart"
_SPACES: Any = {"c": C, "a": A, "r": R}
c = ElementMaker(namespace=C, nsmap=_SPACES)
a = ElementMaker(namespace=A, nsmap=_SPACES)
c15 = ElementMaker(namespace=C15, nsmap={"c15": C15})
_LABELS_EXTENSION = "{CE6537A1-D6FC-4f65-9D91-7224C49458BB}"
_RANGE_EXTENSION = "{02D57815-91ED-43cb-92C2-25804820EDAC}"
# The shapes that Office has; a bound from above has no triangle, so a bar stands for its cap.
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
    """What python-pptx asks of chart data: the XML of the chart and its workbook."""

    def __init__(
        self, plot: Plot, language: str, carried: Mapping[str, Any], *, width: float
    ) -> None:
        self.plot, self.language = fitted(plot, width), language
        self.carried = {**carried, "ceiling": axis_end(plot)}
        self._workbook_writer = self

    def xml_bytes(self, _kind: Any) -> bytes:
        """The chart part."""
        return etree.tostring(chart_space(self.plot, self.language), encoding="UTF-8")

    @property
    def xlsx_blob(self) -> bytes:
        """The embedded workbook."""
        return workbook(self.plot, self.language, self.carried)


def _val(tag: str, value: object) -> Any:
    return c(tag, val=str(value))


def chart_space(plot: Plot, language: str) -> Any:
    """The whole chart part of a *plot* that was fitted to its width."""
    size = text_size(plot)
    lang = "zh-CN" if language == "zh" else "en-GB"
    area = c.plotArea(_layout(plot), _group(plot, size), *_axes(plot, size))
    chart = c.chart(_val("autoTitleDeleted", 1), area)
    chart.append(_val("plotVisOnly", 1))
    chart.append(_val("dispBlanksAs", "gap"))
    return c.chartSpace(
        _val("date1904", 0),
        _val("lang", lang),
        _val("roundedCorners", 0),
        chart,
        c.spPr(a.noFill(), a.ln(a.noFill())),
        _text(size),
    )


def _layout(plot: Plot) -> Any:
    """Where the plot stands: bars leave room for names and labels, the rest is left to Office."""
    if plot.kind != "bars":
        return c.layout()
    names = ("layoutTarget", "inner"), ("xMode", "edge"), ("yMode", "edge")
    shares = zip("xywh", (plot.frame[0], 0.02, plot.frame[1], 0.96), strict=True)
    places = [*names, *((name, f"{share:.4f}") for name, share in shares)]
    return c.layout(c.manualLayout(*(_val(name, value) for name, value in places)))


def _group(plot: Plot, size: float) -> Any:
    series = list(_drawn(plot, size))
    ids = [_val("axId", 10), _val("axId", 20)]
    if plot.kind == "bars":
        return c.barChart(
            _val("barDir", "bar"), _val("grouping", "clustered"), _val("varyColors", 0), *series,
            _val("gapWidth", 60), *ids,
        )  # fmt: skip
    if plot.kind == "scatter":
        return c.scatterChart(
            _val("scatterStyle", "lineMarker"), _val("varyColors", 0), *series, *ids
        )
    return c.lineChart(
        _val("grouping", "standard"), _val("varyColors", 0), *series, _val("marker", 1), *ids
    )


def _drawn(plot: Plot, size: float) -> Iterable[Any]:
    """
    The series as Office draws them: a solid line and its marks are two that share their cells.

    LibreOffice fills every mark of a line with the line's colour; hollow ones need a series of
    their own.
    """
    number = 0
    for place, one in enumerate(plot.series):
        if one.line == "solid":
            bare = tuple(
                point and replace(point, lower=None, upper=None, label="") for point in one.points
            )
            yield _series(plot, place, replace(one, points=bare), size, number)
            number += 1
        points = replace(one, line="") if one.line == "solid" else one
        yield _series(plot, place, points, size, number)
        number += 1


def _series(plot: Plot, place: int, one: Series, size: float, number: int) -> Any:
    """One series, its children in the order that the schema wants."""
    columns = _columns(plot, place)
    count = len(one.points)
    made = c.ser(_val("idx", number), _val("order", number), c.tx(_names(columns[0], one.name)))
    made.append(_series_look(plot, one))
    if plot.kind == "bars":
        made.append(_val("invertIfNegative", 0))
        made.extend(_own_bars(one))
    else:
        made.append(_marker(one.points, one))
        made.extend(_own_markers(one))
    made.append(_data_labels(plot, one, size))
    if any(point and point.lower is not None for point in one.points):
        made.append(_error_bars(one, columns))
    if plot.kind == "scatter":
        made.append(c.xVal(_numbers(f"{_letter(columns[0] - 1)}", one.xs)))
        made.append(c.yVal(_numbers(_letter(columns[0]), values(one))))
    else:
        made.append(c.cat(_words("A", plot.categories)))
        made.append(c.val(_numbers(_letter(columns[0]), values(one), plot.number_format)))
    if plot.kind != "bars":
        made.append(_val("smooth", 0))
    made.append(_label_range(one, _letter(columns[3]), count))
    return made


def _columns(plot: Plot, place: int) -> tuple[int, int, int, int]:
    """The columns of a series in the sheet, counted from 0; x stands left of each scatter."""
    step = COLUMNS + (plot.kind == "scatter")
    first = place * step + 1
    return first, first + 1, first + 2, first + 3


def _letter(column: int) -> str:
    letters = ""
    while column >= 0:
        column, rest = divmod(column, 26)
        letters, column = chr(65 + rest) + letters, column - 1
    return letters


def _formula(column: str, count: int) -> str:
    return f"{SHEET}!${column}$2:${column}${count + 1}"


def _names(column: int, name: str) -> Any:
    cell = f"{SHEET}!${_letter(column)}$1"
    cache = c.strCache(_val("ptCount", 1), c.pt(c.v(labels.legible(name)), idx="0"))
    return c.strRef(c.f(cell), cache)


def _words(column: str, words: Sequence[str]) -> Any:
    points = [c.pt(c.v(word), idx=str(place)) for place, word in enumerate(words)]
    return c.strRef(
        c.f(_formula(column, len(words))), c.strCache(_val("ptCount", len(words)), *points)
    )


def _numbers(column: str, numbers: Sequence[float | None], shape: str = "General") -> Any:
    points = [
        c.pt(c.v(repr(number)), idx=str(place))
        for place, number in enumerate(numbers)
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


_LOOKS = {
    "dashed": ("accent6", 1.25, "dash"),
    "thin": ("accent6", 0.75, ""),
    "plain": ("tx1", 1.0, ""),
}


def _accent(region: str) -> tuple[str, bool]:
    """
    Return the theme colour of a region, and whether it is a darker one for regions beyond the five.

    >>> _accent("anhui"), _accent("chuxiong"), _accent("")
    (('accent1', False), ('accent3', False), ('accent6', False))
    """
    known = list(style.REGIONS)
    if region in known:
        return f"accent{known.index(region) + 1}", False
    return ("accent6", False) if not region else (f"accent{sum(map(ord, region)) % 5 + 1}", True)


def _series_look(plot: Plot, one: Series) -> Any:
    name, darker = _accent(one.region)
    if plot.kind == "bars":
        return c.spPr(_colour("accent6"))
    if one.line in _LOOKS:
        colour, width, dash = _LOOKS[one.line]
        return c.spPr(_line(_colour(colour), width, dash))
    if one.line == "solid":
        return c.spPr(_line(_colour(name, darker=darker), 1.5))
    return c.spPr(a.ln(a.noFill(), w="19050"))


def _own_bars(one: Series) -> Iterable[Any]:
    for place, point in enumerate(one.points):
        if point is not None:
            name, darker = _accent(point.region)
            look = c.spPr(_filling(point), _line(_colour(name, darker=darker), 1.25))
            yield c.dPt(_val("idx", place), _val("invertIfNegative", 0), _val("bubble3D", 0), look)


def _marker(points: Iterable[Point | None], one: Series) -> Any:
    if one.line:
        return c.marker(_val("symbol", "none"))
    # LibreOffice obeys a point's own mark only where it differs in size from that of its series.
    first = next((point for point in points if point), None)
    return _symbol(first, 8) if first else c.marker(_val("symbol", "circle"))


def _symbol(point: Point, size: int = 9) -> Any:
    """The mark of a point: one shape for each kind of evidence, in its region's colour."""
    symbol, _ = _SYMBOLS.get(point.mark, ("circle", False))
    name, darker = _accent(point.region)
    fill = _filling(point)
    edge = _line(_colour(name, darker=darker), 1.75, "sysDash" if point.mark == Mark.PLAN else "")
    if point.mark == Mark.ZERO:  # a wide pale edge reads as the ring that our pictures draw
        pale = a.schemeClr(a.alpha(val="40000"), val=name)
        edge = _line(a.solidFill(pale), 5.0)
    return c.marker(_val("symbol", symbol), _val("size", size), c.spPr(fill, edge))


def _own_markers(one: Series) -> Iterable[Any]:
    if one.line:
        return
    for place, point in enumerate(one.points):
        if point is not None:
            # LibreOffice takes the colour of a mark from the filling here, not from its marker.
            look = c.spPr(_filling(point), a.ln(a.noFill()))
            yield c.dPt(_val("idx", place), _symbol(point), _val("bubble3D", 0), look)


def _filling(point: Point) -> Any:
    """Full, or pale where the mark is an open one: LibreOffice draws no edge around white."""
    name, darker = _accent(point.region)
    open_mark = point.hollow or _SYMBOLS.get(point.mark, ("", False))[1]
    return _colour(name, darker=darker, pale=open_mark)


def _text(size: float, colour: str = "tx2") -> Any:
    face = a.defRPr(
        _colour(colour), a.latin(typeface="+mn-lt"), a.ea(typeface="+mn-ea"),
        a.cs(typeface="+mn-cs"), sz=str(round(size * 100)), b="0",
    )  # fmt: skip
    return c.txPr(a.bodyPr(), a.lstStyle(), a.p(a.pPr(face), a.endParaRPr(lang="en-US")))


def _switches(*, value: bool = False) -> list[Any]:
    names = ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    return [_val(f"show{name}", int(value and name == "Val")) for name in names]


def _data_labels(plot: Plot, one: Series, size: float) -> Any:
    """A label a point, its words taken from the cell beside the value."""
    made = c.dLbls()
    for place, point in enumerate(one.points):
        if point is not None and point.label:
            made.append(_data_label(plot, one, place, point))
    made.append(c.spPr(a.noFill(), a.ln(a.noFill())))
    made.append(_text(size, "tx1"))
    made.extend(_switches())
    made.append(c.extLst(c.ext(c15.showLeaderLines(val="0"), uri=_LABELS_EXTENSION)))
    return made


def _data_label(plot: Plot, one: Series, place: int, point: Point) -> Any:
    seed = f"{one.name}|{place}|{point.row}"
    field = a.fld(
        a.rPr(lang="en-US"),
        a.t(point.label),
        id="{" + str(uuid.uuid5(uuid.NAMESPACE_OID, seed)).upper() + "}",
        type="CELLRANGE",
    )
    position = "outEnd" if plot.kind == "bars" else "r"
    if plot.kind == "scatter" and point.row:  # neighbours of a funnel lie close together
        position = ("r", "l", "b", "t")[place % 4]
    rich = c.rich(a.bodyPr(wrap="none"), a.lstStyle(), a.p(field, a.endParaRPr(lang="en-US")))
    extension = c.ext(c15.dlblFieldTable(), c15.showDataLabelsRange(val="1"), uri=_LABELS_EXTENSION)
    return c.dLbl(
        _val("idx", place), *_shift(plot, one, place), c.tx(rich), *_backing(plot),
        _val("dLblPos", position),
        *_switches(), c.extLst(extension),
    )  # fmt: skip


def _shift(plot: Plot, one: Series, place: int) -> Iterable[Any]:
    x, y = label_shift(plot, one, place)
    if x or y:
        yield c.layout(c.manualLayout(_val("x", f"{x:.4f}"), _val("y", f"{y:.4f}")))


def _backing(plot: Plot) -> Iterable[Any]:
    """A white ground under the words where lines would run through them."""
    if plot.kind == "scatter" or plot.log:
        yield c.spPr(_colour("bg1"), a.ln(a.noFill()))


def _label_range(one: Series, column: str, count: int) -> Any:
    points = [
        c.pt(c.v(point.label), idx=str(place))
        for place, point in enumerate(one.points)
        if point is not None and point.label
    ]
    cache = c15.dlblRangeCache(_val("ptCount", count), *points)
    held = c15.datalabelsRange(c15.f(_formula(column, count)), cache)
    return c.extLst(c.ext(held, uri=_RANGE_EXTENSION))


def _error_bars(one: Series, columns: tuple[int, int, int, int]) -> Any:
    down = [distance(point, -1) for point in one.points]
    up = [distance(point, 1) for point in one.points]
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
    if plot.kind == "scatter":
        return [_value_axis(plot, size, 10, 20, "b"), _value_axis(plot, size, 20, 10, "l")]
    place = ("l", "b") if plot.kind == "bars" else ("b", "l")
    return [_category_axis(plot, size, place[0]), _value_axis(plot, size, 20, 10, place[1])]


def _category_axis(plot: Plot, size: float, place: str) -> Any:
    turned = "maxMin" if plot.kind == "bars" else "minMax"
    return c.catAx(
        _val("axId", 10), c.scaling(_val("orientation", turned)), _val("delete", 0),
        _val("axPos", place), c.numFmt(formatCode="General", sourceLinked="0"),
        _val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "low"),
        c.spPr(_line(_colour("accent6"), 1.0)), _text(size, "tx1"), _val("crossAx", 20),
        _val("crosses", "autoZero") if not plot.log else _val("crossesAt", 1),
        _val("auto", 0), _val("lblAlgn", "ctr"), _val("lblOffset", 100), _val("noMultiLvlLbl", 1),
    )  # fmt: skip


def _value_axis(plot: Plot, size: float, own: int, other: int, place: str) -> Any:
    scaling = c.scaling()
    if plot.log and own == 20:
        low, high = octaves(plot)
        scaling.append(_val("logBase", 2))
    scaling.append(_val("orientation", "minMax"))
    if plot.log and own == 20:
        scaling.append(_val("max", high))
        scaling.append(_val("min", low))
    elif own == 20:
        scaling.append(_val("max", repr(ceiling(plot))))
        scaling.append(_val("min", 0))
    elif plot.ends is not None:
        low, high, _ = rounded_ends(plot.ends)
        scaling.append(_val("max", repr(high)))
        scaling.append(_val("min", repr(low)))
    words = "" if plot.kind != "scatter" else plot.x_axis if own == 10 else plot.axis
    hidden = int(plot.kind == "bars")  # each bar tells its number
    made = c.valAx(_val("axId", own), scaling, _val("delete", hidden), _val("axPos", place))
    if own == 20 and not hidden:
        made.append(c.majorGridlines(c.spPr(_line(_colour("bg2"), 0.75))))
    if words:
        made.append(_axis_title(words, size, turned=place == "l"))
    made.extend([
        c.numFmt(formatCode="General" if plot.log else plot.number_format, sourceLinked="0"),
        _val("majorTickMark", "none"), _val("minorTickMark", "none"), _val("tickLblPos", "low"),
        c.spPr(a.ln(a.noFill())), _text(size * 0.9), _val("crossAx", other),
        _val("crosses", "max" if plot.kind == "bars" else "min"),
        _val("crossBetween", "midCat" if plot.kind == "scatter" else "between"),
        *_steps(plot, own),
    ])  # fmt: skip
    return made


def _steps(plot: Plot, own: int) -> Iterable[Any]:
    if plot.log:
        yield _val("majorUnit", 2)
    elif own == 20 and whole_step(plot):
        yield _val("majorUnit", whole_step(plot))
    elif own == 10 and plot.ends is not None:
        yield _val("majorUnit", repr(rounded_ends(plot.ends)[2]))


def _axis_title(words: str, size: float, *, turned: bool) -> Any:
    body = a.bodyPr(rot="-5400000", vert="horz") if turned else a.bodyPr()
    run = a.r(
        a.rPr(_colour("tx2"), lang="zh-CN", altLang="en-US", sz=str(round(size * 90)), b="0"),
        a.t(words),
    )
    return c.title(c.tx(c.rich(body, a.lstStyle(), a.p(run))), _val("overlay", 0))
