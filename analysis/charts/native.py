"""
Native charts: data for Office charts that replace pictures, made from the record of a figure.

A :class:`Plot` has categories, series and points, and is independent of file formats. Values,
intervals and order are those of the record. Figures whose marks have no axis, such as matrices,
have no plot; their slides show the picture.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.language import labels, values
from analysis.language import numbers as digits
from analysis.language.messages import say
from analysis.language.vocabulary import Mark
from analysis.statistics import precision

Record = Mapping[str, Any]
Row = Mapping[str, Any]
MOST_DOTS = 24  # regions side by side; with more, labels would overlap


@dataclass(frozen=True, slots=True)
class Point:
    """One value with its interval, and the id of its row."""

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
    """Values along the categories; ``None`` is a gap."""

    name: str
    points: tuple[Point | None, ...]
    region: str = ""
    line: str = ""  # "solid", "dashed" or none


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text cells; the first line is the head."""

    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    marks: tuple[tuple[str, str], ...] = ()  # the place of a cell, and the id of its row
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Plot:
    """The data of a native chart."""

    kind: str  # dots, lines or bars
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    number_format: str
    axis: str  # what is measured, in words
    log: bool = False  # around 1
    span: bool = False  # whether lines go on over gaps
    frame: tuple[float, float] = (0.0, 1.0)  # of bars: left edge and width, of the chart's width

    @property
    def marks(self) -> list[tuple[str, str]]:
        """The position of every point in words, with the id of its row."""
        return [
            (f"{series.name}, {self._at(index)}", point.row)
            for series in self.series
            for index, point in enumerate(series.points)
            if point is not None and point.row
        ]

    def _at(self, index: int) -> str:
        return self.categories[index].replace("\n", " ")


def shown(record: Record) -> list[dict[str, Any]]:
    """Return the rows with a position on an axis: a value, a rate, a share or a ratio."""
    return [row for row in record["rows"] if _is_amount(row)]


def stated(record: Record) -> list[dict[str, Any]]:
    """Return the changes that were published without counts."""
    return [row for row in record["rows"] if row.get("mark") in _STATED]


_STATED = (Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY)


def _is_amount(row: Row) -> bool:
    return row.get("mark") not in _STATED and number(row.get("value")) is not None


def number(cell: Any) -> float | None:
    """Return a finite number, or None, for example for the end of an unbounded interval."""
    if isinstance(cell, bool) or not isinstance(cell, int | float) or not math.isfinite(cell):
        return None
    return float(cell)


# The label of a number with its interval.
Words = Callable[[float, float | None, float | None, str], str]


def point_of(
    row: Row, columns: tuple[str, str, str], language: str, words: Words = digits.estimate
) -> Point | None:
    """Return the point of a row: its value, its interval if it has one, and a label with both."""
    value, lower, upper = (number(row.get(name)) for name in columns)
    if value is None:
        return None
    if columns[0] in {"value", "rate"} and words is digits.estimate:
        as_printed = row if columns[0] == "value" else precision.as_value(row)
        label = values.estimate(as_printed, lower, upper)[language]
    else:
        sign = values.COMPARATORS.get(row.get("comparator", "="), "")
        label = sign + words(value, lower, upper, language)
    mark = Mark(row.get("mark", Mark.EXACT))
    hollow = row.get("origin") == "context"
    return Point(value, lower, upper, label, row["id"], mark, hollow, row.get("region", ""))


def level(row: Row) -> tuple[int, str]:
    """
    Return the sort key of a row: country, provinces, prefectures, districts, each by code.

    >>> [level({"adcode": code})[0] for code in ("100000", "340000", "532300", "340102")]
    [0, 1, 2, 3]
    """
    code = str(row.get("adcode", "999999"))
    rank = 0 if code == "100000" else 1 if code.endswith("0000") else 2 if code[4:] == "00" else 3
    return rank, code


def region_name(row: Row, language: str) -> str:
    """Return the name of the region of a row, shortened to fit an axis."""
    return labels.legible(labels.region(row)[language], 24)


def by_period(rows: Sequence[Row], language: str) -> list[str]:
    """Return the region over the period of each row."""
    return [f"{region_name(row, language)}\n{labels.period(row)[language]}".strip() for row in rows]


NARROW = {"zh": 24, "en": 60}  # characters of a name under a mark


@dataclass(frozen=True, slots=True)
class Dots:
    """Options for rows drawn as dots: their columns, and functions for labels and positions."""

    columns: tuple[str, str, str]
    words: Words = digits.estimate
    places: Callable[[Sequence[Row], str], list[str]] = by_period
    shape: str = ""
    kind: str = "dots"
    log: bool = False


def dots(record: Record, language: str, way: Dots) -> Plot | None:
    """Return a plot with a dot and its interval per row, in the order of the record."""
    rows = [row for row in shown(record) if number(row.get(way.columns[0])) is not None]
    if not rows or len(rows) > MOST_DOTS:
        return None
    points = tuple(point_of(row, way.columns, language, way.words) for row in rows)
    about = axis(record, language)
    return Plot(
        way.kind,
        tuple(way.places(rows, language)),
        (Series(about, points), *_benchmarks(record, language, rows, way.columns[0])),
        way.shape or _shape(points, language),
        about,
        log=way.log,
    )


def _shape(points: Iterable[Point | None], language: str) -> str:
    """Return the number format of an axis; small counts without intervals are whole numbers."""
    shown = [point for point in points if point]
    if all(point.upper is None and point.value.is_integer() for point in shown):
        return number_format(max(10.0, *(point.value for point in shown)), language)
    return number_format(max(map(reach, shown)), language)


def axis(record: Record, language: str) -> str:
    """Return the quantity on the axis of the figure, in words."""
    return labels.legible(labels.both(record["axis"])[language], 80)


def reach(point: Point) -> float:
    """Return the upper end of a point: of its interval, or its value."""
    return point.value if point.upper is None else point.upper


def _benchmarks(
    record: Record, language: str, rows: Sequence[Row], column: str
) -> Iterable[Series]:
    """Yield horizontal lines for wider regions; none if there is only one category."""
    levels = ((row, number(row.get(column))) for row in record.get("beside", ()))
    for row, level in levels if len(rows) > 1 else ():
        if level is None:
            continue
        name = f"{region_name(row, language)} {labels.period(row)[language]}"
        ends = f"{name} {digits.number(level, language)}"
        points = [Point(level, None, None, "", "") for _ in rows[1:]]
        yield Series(name, (*points, Point(level, None, None, ends, row["id"])), line="dashed")


def number_format(top: float, language: str) -> str:
    """
    Return the number format of an axis; large Chinese numbers are in 万 and 亿.

    >>> number_format(40, "zh"), number_format(4.2, "en"), number_format(250_000, "en")
    ('0', '0.0', '#,##0')
    """
    if top < 2:
        return "0.00"
    if top < 10:
        return "0.0"
    if language != "zh" or top < 10_000:
        return "#,##0" if top >= 1_000 and language != "zh" else "0"
    # Formats scale by thousands only; a literal point before the last digits shows ten thousands.
    return '[>=100000000]0\\.00,,"亿";[>=10000]0\\.0,"万";0'


def year_of(row: Row) -> int:
    """Return the year in which the period of a row ends."""
    return int(str(row["period_end"])[:4])


def listed(record: Record) -> list[dict[str, Any]]:
    """Return the rows that a list shows: those of the regions of a brief, if it is in one."""
    return _on_subject(record, record["rows"])


def refused(record: Record) -> list[dict[str, Any]]:
    """Return the rows left out, with their reasons; in a brief on regions those of its regions."""
    return _on_subject(record, record["refused"])


def _on_subject(record: Record, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    regions = record.get("subject")
    return [row for row in rows if not regions or row.get("region") in regions]


MOST_NAMES = {"zh": 60, "en": 130}  # characters of names in one cell


def in_lines(names: Sequence[str], language: str, most: int) -> list[str]:
    """Return names joined to at most *most* texts of a few lines; the last counts the others."""
    comma = {"zh": "、", "en": ", "}[language]
    texts: list[str] = []
    for at, name in enumerate(map(labels.legible, names)):
        full = not texts or len(texts[-1]) + len(name) >= MOST_NAMES[language]
        if full and len(texts) == most:
            texts[-1] += say("alt.more", count=len(names) - at)[language]
            break
        if full:
            texts.append(name)
        else:
            texts[-1] += comma + name
    return texts


def changes_table(record: Record, language: str) -> Table | None:
    """Return the changes without counts by region and year, or None if there are none."""
    rows = stated(record)
    if not rows:
        return None
    years = sorted({year_of(row) for row in rows})
    several = len({row["indicator"] for row in rows}) > 1
    names = {_line(row): _heading(row, language, several=several) for row in rows}
    cells: dict[tuple[Any, int], list[Row]] = {}
    for row in rows:
        cells.setdefault((_line(row), year_of(row)), []).append(row)
    lines = tuple(
        (name, *(_cell(cells.get((line, year), ())) for year in years))
        for line, name in names.items()
    )
    marks = tuple(
        (f"{names[line]}, {year}", row["id"])
        for (line, year), group in cells.items()
        for row in group
    )
    return Table(("", *map(str, years)), lines, marks, say("content.changes")[language])


def _line(row: Row) -> tuple[str, str]:
    return row["region"], row["indicator"]


def _heading(row: Row, language: str, *, several: bool) -> str:
    """Return the region, with the indicator if the table has several."""
    name = labels.legible(labels.region(row)[language], 24)
    about = labels.legible(row.get(f"indicator_{language}", ""), 44)
    return f"{name}\n{about}" if several else name


def _cell(rows: Iterable[Row]) -> str:
    """
    Return the text of a change: a diamond with its percentage, or an arrow.

    Values of other publications have brackets in place of the diamond.

    >>> _cell([{"percent": -9.2}]), _cell([{"direction": -1}]), _cell([])
    ('◇−9.2%', '↓', '—')
    >>> _cell([{"percent": 3.0, "origin": "context"}])
    '[+3%]'
    """
    texts = []
    for row in rows:
        if "percent" in row:
            percentage = f"{'+' if row['percent'] > 0 else ''}{digits.exact(row['percent'])}%"
            texts.append(f"[{percentage}]" if row.get("origin") == "context" else f"◇{percentage}")
        else:
            texts.append("↓" if row.get("direction", 0) < 0 else "↑")
    return "\n".join(sorted(texts)) if texts else "—"
