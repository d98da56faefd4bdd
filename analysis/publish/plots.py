"""
From the record of a figure to the points of a native chart: what is plotted, and on which scale.

It decides nothing anew: values, intervals and their order are those of the record. A figure whose
marks have no scale of their own, such as a matrix, gives no plot; its picture is shown instead.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import style, wording
from analysis.wording import Text
from analysis.words import Mark

from . import labels

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
    x_axis: str = ""

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
    family = str(record["name"]).partition("-")[0]
    make = _FAMILIES.get(family)
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


def _scale(record: Record) -> str:
    """``rate`` where the drawing placed its marks by rate, else ``value``."""
    at = {mark["id"]: mark.get("at") for mark in record.get("marks", ())}
    for row in record["rows"]:
        place, rate = at.get(row["id"]), _number(row.get("rate"))
        if place and rate is not None:
            return "rate" if any(_near(rate, x) for x in place) else "value"
    return "value"


def _near(one: float, other: float | None) -> bool:
    return other is not None and math.isclose(one, other, rel_tol=1e-4, abs_tol=1e-4)


def _point(
    row: Row, columns: tuple[str, str, str], language: str, *, percent: bool = False
) -> Point | None:
    value, lower, upper = (_number(row.get(name)) for name in columns)
    if value is None:
        return None
    sign = wording.COMPARATORS.get(row.get("comparator", "="), "")
    words = sign + _words(value, language, percent=percent)
    if lower is not None and upper is not None:
        ends = (
            f"{_words(lower, language, percent=percent)}–{_words(upper, language, percent=percent)}"
        )
        words += f"（{ends}）" if language == "zh" else f" ({ends})"
    mark = Mark(row.get("mark", Mark.EXACT))
    hollow = row.get("origin") == "context"
    return Point(value, lower, upper, words, row["id"], mark, hollow, row.get("region", ""))


def _words(value: float, language: str, *, percent: bool) -> str:
    return f"{value:.1%}" if percent else wording.number(value, language)


def _name(row: Row, language: str) -> str:
    return labels.legible(labels.region(row)[language], 24)


def _category(row: Row, language: str, *, part: bool = False) -> str:
    """A region with its period under it, or the part and its region."""
    when = labels.period(row)[language]
    name = _name(row, language)
    if part:
        return name
    return f"{name}\n{when}" if when else name


def _dots(
    record: Record, language: str, columns: tuple[str, str, str], **options: Any
) -> Plot | None:
    """One dot with its interval a row, side by side in the order of the record."""
    percent = options.pop("percent", False)
    rows = [row for row in shown(record) if _number(row.get(columns[0])) is not None]
    if not rows or len(rows) > MOST_DOTS:
        return None
    points = [_point(row, columns, language, percent=percent) for row in rows]
    name = _axis(record, language)
    lines = [*_benchmarks(record, language, len(rows))]
    top = max(_reach(point) for point in points if point)
    shape = "0%" if percent else number_format(top, language)
    return Plot(
        "dots",
        tuple(_category(row, language) for row in rows),
        (Series(name, tuple(points)), *lines),
        shape,
        name,
        **options,
    )


def _axis(record: Record, language: str) -> str:
    """What is measured: the record's subtitle without its periods."""
    pieces = labels.both(record["subtitle"])[language].replace("｜", "|").split("|")
    return labels.legible(" | ".join(piece.strip() for piece in pieces[:2]), 80)


def _reach(point: Point) -> float:
    return point.value if point.upper is None else point.upper


def _benchmarks(record: Record, language: str, length: int) -> Iterable[Series]:
    """Lines of wider regions, drawn across; a single category leaves no room for a line."""
    beside = {row["id"]: row for row in record.get("beside", ())}
    for line in record.get("lines", ()):
        row = beside.get(line["name"].removeprefix("benchmark-"))
        level = line["x"][0] if line["x"] else None
        if row is None or level is None or length < 2:
            continue
        name = f"{_name(row, language)} {labels.period(row)[language]}"
        ends = f"{name} {wording.number(level, language)}"
        points = [Point(level, None, None, "", "") for _ in range(length - 1)]
        yield Series(name, (*points, Point(level, None, None, ends, row["id"])), line="dashed")


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


def _comparison(record: Record, language: str) -> Plot | None:
    if _scale(record) == "rate":
        return _dots(record, language, ("rate", "rate_lower", "rate_upper"))
    return _dots(record, language, ("value", "lower", "upper"))


def _change(record: Record, language: str) -> Plot | None:
    return _dots(record, language, ("ratio", "lower", "upper"), log=True)


def _loop(record: Record, language: str) -> Plot | None:
    return _dots(record, language, ("share", "lower", "upper"), percent=True)


def _trend(record: Record, language: str) -> Plot | None:
    rows = shown(record)
    years = sorted({_year(row) for row in rows})
    if not rows or len(years) < 2:
        return None
    every = tuple(range(years[0], years[-1] + 1))
    regions = dict.fromkeys(row["region"] for row in rows)
    series = [_along(rows, region, every, language) for region in regions]
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


EXPECTED = Text("按全国同期水平", "at the national rate")


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


def _composition(record: Record, language: str) -> Plot | None:
    """Parts of a whole: one bar a region, one series a part."""
    rows = [row for row in shown(record) if row.get("breakdown")]
    regions = list(dict.fromkeys(row["region"] for row in rows))
    parts = list(dict.fromkeys(row["breakdown"] for row in rows))
    if not rows or len(parts) > 12 or len(regions) > MOST_DOTS:
        return None
    by = {(row["region"], row["breakdown"]): row for row in rows}
    first = {row["breakdown"]: row for row in reversed(rows)}
    named = {row["region"]: row for row in reversed(rows)}
    series = tuple(
        Series(
            labels.legible(first[part].get(f"breakdown_{language}", part), 24),
            tuple(_part(by.get((region, part)), language) for region in regions),
        )
        for part in parts
    )
    top = max(sum(_number(by[key]["value"]) or 0 for key in by if key[0] == one) for one in regions)
    categories = tuple(_category(named[region], language) for region in regions)
    return Plot("bars", categories, series, number_format(top, language), _axis(record, language))


def _part(row: Row | None, language: str) -> Point | None:
    return None if row is None else _point({**row, "lower": None}, ("value", "", ""), language)


def _funnel(record: Record, language: str) -> Plot | None:
    """Marks where the drawing has them, between the limits that the drawing has."""
    at = {mark["id"]: mark["at"] for mark in record.get("marks", ()) if mark.get("at")}
    rows = [row for row in record["rows"] if None not in at.get(row["id"], (None,))]
    limits = [line for line in record.get("lines", ()) if None not in (*line["x"], *line["y"])]
    if not rows or not limits:
        return None
    names = {row["id"]: _name(row, language) for row in rows} if len(rows) <= MOST_DOTS else {}
    dots = Series(
        labels.legible(labels.indicator(rows[0])[language], 60),
        tuple(
            Point(at[row["id"]][1], None, None, names.get(row["id"], ""), row["id"],
                  Mark(row.get("mark", "exact")), region=row.get("region", ""))
            for row in rows
        ),
        xs=tuple(at[row["id"]][0] for row in rows),
    )  # fmt: skip
    # The longest first: LibreOffice loses a series that has fewer points than a later one.
    lines = [
        Series(line["name"], tuple(Point(y, None, None, "", "") for y in line["y"]),
               line="dashed", xs=tuple(line["x"]))
        for line in sorted(limits, key=lambda line: -len(line["x"]))
    ]  # fmt: skip
    top = max(point.value for one in (*lines, dots) for point in one.points if point)
    return Plot(
        "scatter", (), (*lines, dots), number_format(top, language), _axis(record, language)
    )


_FAMILIES: dict[str, Callable[[Record, str], Plot | None]] = {
    "comparison": _comparison,
    "trend": _trend,
    "change": _change,
    "loop": _loop,
    "composition": _composition,
    "funnel": _funnel,
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
