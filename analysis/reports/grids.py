"""
Tables flattened into text: the row, column and unit of a bare number.

A table is a line of headers followed by rows of as many cells with numbers among them. A cell
without a unit has that of its column's header, else of its row's name.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from analysis.language.vocabulary import Measure
from analysis.tables.numerals import NUMERAL

from . import lexicon
from .doubts import Doubt
from .layout import fold
from .lexicon import Counter
from .quantities import Quantity, times
from .relations import Figure

_FEWEST = 3  # cells of a row that only single blanks separate
_LONGEST_LINE = 400
_NUMBER = re.compile(
    rf"[ ]*(?P<sign>[-+−–↓↑])?[ ]?(?P<number>{NUMERAL.pattern})[ ]?[%‰万亿]?"
    r"[\u4e00-\u9fff]{0,3}[ ]*"
)
_BRACKET = re.compile(r"[(](?:±|同比|单位:)?(?P<scale>[十百千万亿]*)(?P<unit>[^()]{1,5})[)]")
_CAPTION = re.compile(r"单位[:为]?[ ]?(?P<scale>[十百千万亿]*)(?P<unit>[^(),。; \n]{1,4})[)]?[ ]*$")
_COUNTED = re.compile(r"(?P<unit>[起人次户家件座处项场份台支个])数量?$")
_PEOPLE = re.compile(r"(?:死亡|受伤|亡人|伤人|亡|伤)$")
_SHARE = re.compile(r"(?:占比|比重|比例|[^死受]率)$")
_CHANGE = re.compile(r"增减|同比|环比|[增降升]幅|增长|下降|变化|升降|±")
_FALL = re.compile(r"降幅|下降|减少")
_YEAR_BEFORE = re.compile(r"(?:上年|去年|上一年)")
_NO_FIGURE = re.compile(r"序号|编号|排名|名次|年份|日期|时间|电话|代码")


class Cell(NamedTuple):
    """A number of a table with the words of its row and of its column."""

    label: str
    header: str
    unit: Counter | None
    scale: str
    sign: int


def cells(text: str) -> dict[int, Cell]:
    r"""
    Return the numbers of all tables in *text* by the offset of their digits.

    >>> table = "类别\t起数\t损失（万元）\n厂房\t126\t933.2\n"
    >>> [(start, cell.label, cell.header, cell.unit.unit, cell.scale)
    ...  for start, cell in cells(table).items()]
    [(16, '厂房', '起数', '起', ''), (20, '厂房', '损失(万元)', '元', '万')]
    """
    found: dict[int, Cell] = {}
    header: list[str] = []
    caption, start, before = "", 0, ""
    for line in text.split("\n"):
        parts = list(_parts(line, start)) if len(line) <= _LONGEST_LINE else []
        named = [fold(part).strip() for _, part in parts]
        numbers = [_NUMBER.fullmatch(name) for name in named]
        if len(parts) > 1 and not any(numbers[1:]):
            header, caption = named, before
        elif header and any(numbers) and _fits(line, len(parts), len(header)):
            found |= _row(parts, header, caption)
        else:
            header = []
        start, before = start + len(line) + 1, fold(line)
    return found


def _parts(line: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the cells of a line with their offsets, split at tabs, bars, wide gaps or blanks."""
    dividers = (r"\t", r"\|", r"[ \u3000]{2,}", r"[ \u3000]")
    divider = next((mark for mark in dividers if re.search(mark, line.strip(" \u3000"))), "\n")
    after = 0
    for match in re.finditer(f"{divider}|$", line):
        yield start + after, line[after : match.start()]
        after = match.end()


def _fits(line: str, count: int, due: int) -> bool:
    """Whether a line of *count* cells is a row; last cells may lack unless blanks separate."""
    sure = "\t" in line or "|" in line or re.search(r"[ \u3000]{2,}", line)
    return 1 < count <= due if sure else _FEWEST <= count == due


def _row(
    parts: list[tuple[int, str]], header: list[str], caption: str
) -> Iterator[tuple[int, Cell]]:
    folded = [(start, fold(part)) for start, part in parts]
    label = "".join(part.strip() for _, part in folded if not _NUMBER.fullmatch(part))
    for (start, part), name in zip(folded, header, strict=False):
        match = _NUMBER.fullmatch(part)
        if match is None or _NO_FIGURE.search(name):
            continue
        unit, scale = _unit(name, label, caption)
        falls = match["sign"] in {"-", "−", "–", "↓"} or bool(_FALL.search(name))
        yield start + match.start("number"), Cell(label, name, unit, scale, -1 if falls else 1)


def _unit(header: str, label: str, caption: str) -> tuple[Counter | None, str]:
    """Return the counter and scale named in the header, the row or the line above the table."""
    counters = lexicon.counters()
    for found in (_BRACKET.search(header), _BRACKET.search(label), _CAPTION.search(caption)):
        if found and found["unit"] in counters:
            return counters[found["unit"]], found["scale"]
    for name in (header, label):
        counted = _COUNTED.search(name)
        if counted:
            return counters[counted["unit"]], ""
        if _PEOPLE.search(name) or _SHARE.search(name):
            return counters["人" if _PEOPLE.search(name) else "%"], ""
    return None, ""


def figure(read: Quantity, cell: Cell) -> Figure:
    """Return the figure of a *cell*, with its own unit or that of its column."""
    if not read.unit and cell.unit is not None and read.value is not None:
        value, unit = times(read.value, cell.scale), cell.unit
        read = read._replace(value=value, counter=unit.counter, unit=unit.unit, kind=unit.quantity)
    changed = bool(_CHANGE.search(cell.header))
    relative = read.unit in {"%", "‰"}
    measure = Measure.CHANGE_PCT if relative else Measure.CHANGE_ABS
    return Figure(
        read,
        near=_bare(cell.label),
        gap="",
        far="",
        post=_bare(cell.header),
        measure=measure if changed else Measure.LEVEL,
        sign=cell.sign,
        subject=_bare(cell.label) if changed else "",
        doubts=(Doubt("from_table"),),
    )


def _bare(name: str) -> str:
    """Return a header without its unit."""
    return _BRACKET.sub("", name)


def earlier(cell: Cell, start: date, end: date) -> tuple[date, date]:
    """Return the period of a cell, a year earlier in a column such as 上年同期."""
    if not _YEAR_BEFORE.search(cell.header):
        return start, end
    return _year_before(start), _year_before(end)


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
