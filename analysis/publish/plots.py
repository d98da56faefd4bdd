"""
From the record of a figure to the points of a native chart: what is plotted, and on which scale.

It decides nothing anew: values, intervals and their order are those of the record. A figure whose
marks have no scale of their own, such as a matrix, gives no plot; its picture is shown instead.
"""

import math
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.charts import style
from analysis.language import labels, values
from analysis.language import numbers as digits
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark

Record = Mapping[str, Any]
Row = Mapping[str, Any]
MOST_DOTS = 24  # regions side by side; beyond it labels would run into each other


@dataclass(frozen=True, slots=True)
class Point:
    """One value with its interval, and the row it stands for."""

    value: float
    lower: float | None
    upper: float | None
    label: str
    row: str
    mark: Mark = Mark.EXACT
    hollow: bool = False
    region: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Values along the categories, or along x; ``None`` is a gap that stays one."""

    name: str
    points: tuple[Point | None, ...]
    region: str = ""
    line: str = ""  # "solid", "dashed" or none
    xs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything a native chart is made from."""

    kind: str  # dots, lines, bars or scatter
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number_format: str
    axis: str  # what is measured, in words
    log: bool = False  # around 1
    top: float | None = None  # where the axis ends, if that is given
    x_axis: str = ""
    ends: tuple[float, float] | None = None  # of the x axis, where it is one of numbers
    frame: tuple[float, float] = (0.0, 1.0)  # of bars: left edge and width, of the chart's width

    @property
    def marks(self) -> list[tuple[str, str]]:
        """The place of every point in words, and the id of its row."""
        return [
            (f"{series.name}, {self._at(place)}", point.row)
            for series in self.series
            for place, point in enumerate(series.points)
            if point is not None and point.row
        ]

    def _at(self, place: int) -> str:
        return self.categories[place].replace("\n", " ") if self.categories else f"{place + 1}"


def plot(record: Record, language: str) -> Plot | None:
    """The native chart of *record*, or None where only its picture can show it."""
    name = str(record["name"])
    make = next((make for family, make in _FAMILIES.items() if name.startswith(family)), None)
    return make(record, language) if make else None


def shown(record: Record) -> list[dict[str, Any]]:
    """The rows that have a place on a scale: a value, a rate, a share or a ratio."""
    return [row for row in record["rows"] if _is_amount(row)]


def stated(record: Record) -> list[dict[str, Any]]:
    """The changes that came without counts, which stand in a table without a scale."""
    return [row for row in record["rows"] if row.get("mark") in _STATED]


_STATED = (Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY)


def _is_amount(row: Row) -> bool:
    return row.get("mark") not in _STATED and _number(row.get("value")) is not None


def _number(cell: Any) -> float | None:
    """A finite number, or None: an endless interval has no end to draw."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        return None
    return float(cell)


def on_scale(record: Record) -> str:
    """
    ``rate`` or ``value``, by which the drawing placed all its marks; empty where it is neither.

    A drawing that lists its figures line by line refuses to compare them. No chart made from its
    record may put them on one axis again.
    """
    at = {mark["id"]: mark.get("at") or () for mark in record.get("marks", ())}
    rows = shown(record)
    for column in ("rate", "value"):
        numbers = [(_number(row.get(column)), at.get(row["id"], ())) for row in rows]
        if rows and all(n is not None and any(_near(n, x) for x in place) for n, place in numbers):
            return column
    return ""


def _near(one: float, other: float | None) -> bool:
    return other is not None and math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-4)


# A number with its interval as its label says it.
Words = Callable[[float, float | None, float | None, str], str]


def _point(
    row: Row, columns: tuple[str, str, str], language: str, words: Words = digits.estimate
) -> Point | None:
    """The point of a row: its value, the interval where it has one, and both as a label."""
    value, lower, upper = (_number(row.get(name)) for name in columns)
    if value is None:
        return None
    sign = values.COMPARATORS.get(row.get("comparator", "="), "")
    label = sign + words(value, lower, upper, language)
    mark = Mark(row.get("mark", Mark.EXACT))
    hollow = row.get("origin") == "context"
    return Point(value, lower, upper, label, row["id"], mark, hollow, row.get("region", ""))


def _name(row: Row, language: str) -> str:
    return labels.legible(labels.region(row)[language], 24)


def _by_period(row: Row, language: str) -> str:
    return f"{_name(row, language)}\n{labels.period(row)[language]}".strip()


def _by_indicator(row: Row, language: str) -> str:
    """Region and year over the indicator: one region may stand there with several."""
    about = labels.legible(row.get(f"indicator_{language}", ""), _NARROW[language])
    when = str(row.get("period_end", ""))[:4]
    return f"{_name(row, language)} {when}\n{about}".strip()


def _by_part(row: Row, language: str) -> str:
    """The region over its part and what was counted; the first line goes where it is the same."""
    # The whole breakdown: parts of one name may belong to different wholes.
    part = row.get(f"breakdown_{language}") or row.get(f"part_{language}") or ""
    of = say(f"loop.{row['loop']}")[language] if row.get("loop") else ""
    of += f" {values.fraction(row)[language]}" if of else ""
    lines = (_name(row, language), labels.legible(part, _NARROW[language]), of)
    return "\n".join(line for line in lines if line)


_NARROW = {"zh": 24, "en": 60}


@dataclass(frozen=True, slots=True)
class Way:
    """How the rows of a family become dots: the columns, and the words of labels and places."""

    columns: tuple[str, str, str]
    words: Words = digits.estimate
    place: Callable[[Row, str], str] = _by_period
    shape: str = ""
    kind: str = "dots"
    log: bool = False
    top: float | None = None


def _dots(record: Record, language: str, way: Way) -> Plot | None:
    """One dot with its interval a row, side by side in the order of the record."""
    rows = [row for row in shown(record) if _number(row.get(way.columns[0])) is not None]
    if not rows or len(rows) > MOST_DOTS:
        return None
    points = tuple(_point(row, way.columns, language, way.words) for row in rows)
    about = _axis(record, language)
    beside = _ticks if way.log else _benchmarks
    return Plot(
        way.kind,
        _places(rows, language, way),
        (Series(about, points), *beside(record, language, rows)),
        way.shape or _shape(points, language),
        about,
        log=way.log,
        top=way.top,
    )


def _places(rows: Sequence[Row], language: str, way: Way) -> tuple[str, ...]:
    names = [way.place(row, language) for row in rows]
    if way.place is _by_part and len({row.get("region") for row in rows}) == 1:
        names = [name.partition("\n")[2] or name for name in names]
    return tuple(names)


def _shape(points: Iterable[Point | None], language: str) -> str:
    """The number format of an axis: small counts without intervals have no halves between them."""
    shown = [point for point in points if point]
    if all(point.upper is None and point.value.is_integer() for point in shown):
        return number_format(max(10.0, *(point.value for point in shown)), language)
    return number_format(max(map(_reach, shown)), language)


def _axis(record: Record, language: str) -> str:
    """What is measured: the record's subtitle without its periods."""
    pieces = labels.both(record["subtitle"])[language].replace("｜", "|").split("|")
    return labels.legible(" | ".join(piece.strip() for piece in pieces[:2]), 80)


def _reach(point: Point) -> float:
    return point.value if point.upper is None else point.upper


def _wider(record: Record) -> Iterable[tuple[Row, float]]:
    """The rows of wider regions that the drawing has a line for, and where it stands."""
    beside = {row["id"]: row for row in record.get("beside", ())}
    for line in record.get("lines", ()):
        row = beside.get(line["name"].removeprefix("benchmark-"))
        if row is not None and line["x"] and line["x"][0] is not None:
            yield row, line["x"][0]


def _benchmarks(record: Record, language: str, rows: Sequence[Row]) -> Iterable[Series]:
    """Lines of wider regions, drawn across; a single category leaves no room for a line."""
    for row, level in _wider(record) if len(rows) > 1 else ():
        name = f"{_name(row, language)} {labels.period(row)[language]}"
        ends = f"{name} {digits.number(level, language)}"
        points = [Point(level, None, None, "", "") for _ in rows[1:]]
        yield Series(name, (*points, Point(level, None, None, ends, row["id"])), line="dashed")


def _ticks(record: Record, language: str, rows: Sequence[Row]) -> Iterable[Series]:
    """The change of the wider region beside each change of the same thing in the same year."""
    found = {(row.get("indicator"), row.get("period_end")): (row, at) for row, at in _wider(record)}
    held = [found.get((row.get("indicator"), row.get("period_end"))) for row in rows]
    if any(held):
        name = next(_name(one[0], language) for one in held if one)
        points = (one and Point(one[1], None, None, "", one[0]["id"], Mark.AT_MOST) for one in held)
        yield Series(name, tuple(point or None for point in points))


def number_format(top: float, language: str) -> str:
    """
    How the numbers of an axis are written; Chinese ones in 万 and 亿 where they are that large.

    >>> number_format(40, "zh"), number_format(4.2, "en"), number_format(250_000, "en")
    ('0', '0.0', '#,##0')
    """
    if top < 2:
        return "0.00"
    if top < 10:
        return "0.0"
    if language != "zh" or top < 10_000:
        return "#,##0" if top >= 1_000 and language != "zh" else "0"
    # Formats scale by thousands only: a point set before the last digits makes ten thousands.
    return '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";0'


_BY_RATE = Way(("rate", "rate_lower", "rate_upper"))
_BY_VALUE = Way(("value", "lower", "upper"))
_RATIOS = Way(("ratio", "lower", "upper"), digits.times, _by_indicator, "General", log=True)
_SHARES = Way(("share", "lower", "upper"), digits.share, _by_part, '0"%"', top=100.0)
_PARTS = Way(("share", "lower", "upper"), digits.share, _by_part, '0"%"', "bars")


_SCALES = {"rate": _BY_RATE, "value": _BY_VALUE}


def _comparison(record: Record, language: str) -> Plot | None:
    scale = on_scale(record)
    return _dots(record, language, _SCALES[scale]) if scale else None


def _plainly(way: Way) -> Callable[[Record, str], Plot | None]:
    return lambda record, language: _dots(record, language, way)


def _trend(record: Record, language: str) -> Plot | None:
    rows = shown(record)
    years = sorted({_year(row) for row in rows})
    several = len({row["region"] for row in rows}) > 1  # each has a scale of its own
    if len(years) < 2 or on_scale(record) != "value" or several:
        return None
    every = tuple(range(years[0], years[-1] + 1))
    series = [_along(rows, rows[0]["region"], every, language)]
    top = max(_reach(point) for one in series for point in one.points if point)
    series += _expected(record, every, language)
    shape = number_format(top, language)
    categories = tuple(str(year) for year in every)
    return Plot("lines", categories, tuple(series), shape, _axis(record, language))


def _year(row: Row) -> int:
    return int(str(row["period_end"])[:4])


def _along(rows: list[dict[str, Any]], region: str, years: Iterable[int], language: str) -> Series:
    """The years of one region; its name stands at its last point."""
    mine = {_year(row): row for row in rows if row["region"] == region}
    points = {
        year: _point(row, ("value", "lower", "upper"), language) for year, row in mine.items()
    }
    last = max(mine)
    name = _name(mine[last], language)
    end = points[last]
    if end is not None:
        points[last] = Point(
            end.value, end.lower, end.upper, f"{name} {end.label}", end.row, end.mark,
            end.hollow, end.region,
        )  # fmt: skip
    return Series(name, tuple(points.get(year) for year in years), region, "solid")


EXPECTED = say("plots.expected")


def _expected(record: Record, years: tuple[int, ...], language: str) -> list[Series]:
    found = [line for line in record.get("lines", ()) if line["name"] == "benchmark"]
    made = []
    for line in found:
        known = {round(x): y for x, y in zip(line["x"], line["y"], strict=True) if y is not None}
        last = max((year for year in years if year in known), default=None)
        words = EXPECTED[language]
        points = tuple(
            Point(known[year], None, None, words if year == last else "", "")
            if year in known
            else None
            for year in years
        )
        made.append(Series(words, points, line="dashed"))
    return made


def _funnel(record: Record, language: str) -> Plot | None:
    """Marks where the drawing has them, between the limits that the drawing has."""
    at = {mark["id"]: mark["at"] for mark in record.get("marks", ()) if mark.get("at")}
    rows = [row for row in record["rows"] if None not in at.get(row["id"], (None,))]
    limits = [line for line in record.get("lines", ()) if None not in (*line["x"], *line["y"])]
    if not rows or not limits:
        return None
    few = len(rows) <= MOST_DOTS
    dots = Series(
        _axis(record, language),
        tuple(_placed(row, at[row["id"]][1], language, named=few) for row in rows),
        xs=tuple(at[row["id"]][0] for row in rows),
    )
    # The longest first: LibreOffice loses a series that has fewer points than a later one.
    lines = [_limit(line, language) for line in sorted(limits, key=lambda one: -len(one["x"]))]
    top = max(point.value for one in (*lines, dots) for point in one.points if point)
    shape, ends = number_format(top, language), [x for one in lines for x in one.xs]
    about = say("note.observed_axis")[language]
    of = Text(rows[0].get("of_zh", ""), rows[0].get("of_en", ""))
    across = say("note.expected_axis", of=of)[language]
    every = (*lines, dots)
    return Plot("scatter", (), every, shape, about, x_axis=across, ends=(min(ends), max(ends)))


def _placed(row: Row, value: float, language: str, *, named: bool) -> Point:
    words = f"{_name(row, language)} {str(row.get('period_end', ''))[:4]}".strip() if named else ""
    mark, hollow = Mark(row.get("mark", Mark.EXACT)), row.get("origin") == "context"
    return Point(value, None, None, words, row["id"], mark, hollow, row.get("region", ""))


def _limit(line: Mapping[str, Any], language: str) -> Series:
    """A curve of the funnel; the upper ones say at their end what they are."""
    stem, _, side = line["name"].rpartition("_") if "_" in line["name"] else ("", "", line["name"])
    known = say("note.as_expected") if line["name"] == "benchmark" else values.limit(stem)
    name = known[language]
    silent = side == "lower" or stem == "loose"  # their twins above say what they are
    ends = [""] * (len(line["x"]) - 1) + ["" if silent else name]
    points = [Point(y, None, None, end, "") for y, end in zip(line["y"], ends, strict=True)]
    look = "plain" if line["name"] == "benchmark" else "thin" if stem != "loose" else "dashed"
    return Series(name, tuple(points), line=look, xs=tuple(line["x"]))


_FAMILIES: dict[str, Callable[[Record, str], Plot | None]] = {
    "comparison-": _comparison,
    "trend-": _trend,
    "year-on-year": _plainly(_RATIOS),
    "closed-loop": _plainly(_SHARES),
    "composition-": _plainly(_PARTS),
    "funnel-": _funnel,
}


def accent(region: str) -> tuple[str, bool]:
    """
    The theme colour of a region, and whether it is a darker one for regions beyond the five.

    >>> accent("anhui"), accent("chuxiong"), accent("")
    (('accent1', False), ('accent3', False), ('accent6', False))
    """
    known = list(style.REGIONS)
    if region in known:
        return f"accent{known.index(region) + 1}", False
    return ("accent6", False) if not region else (f"accent{sum(map(ord, region)) % 5 + 1}", True)


def ems_of(line: str) -> float:
    """The width of *line* in ems: an ideograph is one, a Latin letter a little over half."""
    return sum(
        1.0 if unicodedata.east_asian_width(sign) in {"W", "F", "A"} else 0.55 for sign in line
    )


def shade(one: Series) -> str:
    """The colour of a series where there is no theme: its region's, or grey."""
    regions = {point.region for point in one.points if point}
    region = one.region or (next(iter(regions)) if len(regions) == 1 else "")
    return style.colour(region) if region else style.GREY
