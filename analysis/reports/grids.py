"""
Tables flattened into text: the row, column and unit of a bare number.

A table is one to three lines of headers followed by rows with numbers among their cells. A cell
without a unit has that of its column's header, else of its row's name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Measure, Role
from analysis.tables.numerals import NUMERAL

from . import lexicon
from .doubts import Doubt
from .layout import LINE_END, fold
from .lexicon import Counter
from .periods import shifted
from .quantities import Quantity, times
from .relations import Figure

_FEWEST = 3  # cells of a row that only single blanks separate
_MOST_HEADS = 3  # lines of headers
_LONGEST_LINE = 400
_LONGEST_GROUP = 20  # characters of a line between rows that names a group of them
_BRACKET = re.compile(r"[(](?:±|同比|单位:)?(?P<scale>[十百千万亿]*)(?P<unit>[^()]{1,5})[)]")
_CAPTION = re.compile(r"单位[:为]?[ ]?(?P<scale>[十百千万亿]*)(?P<unit>[^(),。; \n]{1,4})[)]?[ ]*$")
_UNIT_CELL = re.compile(r"(?P<scale>[十百千万亿]*)(?P<unit>.{1,5})")
_UNIT_HEADER = re.compile(r"(?:计量)?单位")
_COUNTED = re.compile(r"(?P<unit>[起人次户家件座处项场份台支个])数量?$")
_PEOPLE = re.compile(r"(?:死亡|受伤|亡人|伤人|亡|伤)$")
_SHARE = re.compile(r"(?:占比|比重|比例|[^死受]率)$")
_CHANGE = re.compile(r"增减|同比|环比|[增降升]幅|增长|下降|变化|升降|±")
_FALL = re.compile(r"降幅|下降|减少")
_YEAR_BEFORE = re.compile(r"(?:上年|去年|上一年)")
_NO_FIGURE = re.compile(r"序号|编号|排名|名次|年份|日期|时间|电话|代码")
_PERIOD = re.compile(
    r"(?:19|20)\d\d年?(?:度|同期|全年|末|底)?|(?:(?:19|20)\d\d年)?(?:前?\d{1,2}(?:[-—–~至到]\d{1,2})?个?月份?"
    r"|[上下]半年|第?[一二三四1-4]季度)"
)
_BARE_YEAR = re.compile(r"(?:^|,)((?:19|20)\d\d)年?(?:同期)?$")
_YEAR = re.compile(r"(?:19|20)\d\d")
_OF_YEAR = re.compile(r"(?:19|20)\d\d年度?[\u4e00-\u9fff]")  # 2022年起数 heads a column
_EMPTY = re.compile(r"[-—–/\\.…*]*|无|空")
_TOTAL = re.compile(r"(?:合|总|小|共)[ ]*计|总数|其中:?")
_LABEL_HEADER = re.compile(
    r"类[别型]|项目|指标|名称|地区|区域|[县市区州]+|单位|部门|行业|领域|年[份度]|月份|时间|序号|内容|事项"
)
_TITLE = re.compile(
    r"[ \u3000]*附?表[ ]?(?:\d+|[一二三四五六七八九十]+)(?:[-—]\d+)?[ \u3000:：.、]+[^\t|]*$"
)
_NUMBERED = re.compile(
    r"[ ]*(?:[一二三四五六七八九十]+、|[(][一二三四五六七八九十\d]+[)]|其中:?)[ ]*"
)
_AIM = re.compile(r"目标|计划|任务|控制(?:数|指标|目标)")
_QUOTA = re.compile(
    r"(?:全?年度?|省定|市定|下达)*(?:考核|控制)?(?:指标|目标|计划|控制数)(?:数|值)?(?:[(][^()]*[)])?"
)
_DONE = re.compile(r"完成|实际|进度|率")


class Cell(NamedTuple):
    """A number of a table with the words of its row and of its column."""

    label: str
    header: str
    unit: Counter | None = None
    scale: str = ""
    sign: int = 1
    doubts: tuple[Doubt, ...] = ()
    role: Role | None = None  # of a numeral that is part of a name or a year, None for a figure

    @property
    def words(self) -> str:
        """The words of the row and of the column, in which a period may be named."""
        return f"{_dated(self.label)},{self.header}"


_Parts = list[tuple[int, str]]  # the cells of a line with their offsets


@dataclass
class _Table:
    """The lines of a table, folded: its headers and its rows."""

    caption: str
    heads: list[_Parts]
    rows: list[_Parts] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)

    @property
    def width(self) -> int:
        """The number of columns that the headers have."""
        return max(map(len, self.heads))


@cache
def _number() -> re.Pattern[str]:
    """Return the pattern of a number cell: digits, or Chinese numerals with a counter at most."""
    counters = lexicon.alternatives("counters")
    return re.compile(
        r"[ ]*(?P<sign>[-+–↓↑])?[ ]?(?P<number>\d+(?:[.,]\d+)*)"
        r"[ ]*[%‰万亿]?[\u4e00-\u9fff]{0,3}[ ]*"
        rf"|[ ]*(?P<spelled>{NUMERAL.pattern})(?:{counters})?[ ]*"
    )


def _numeric(cell: str) -> bool:
    """Whether a folded cell has a number, and no period such as 2024年 or unit such as 万元."""
    bare = cell.strip()
    named = _PERIOD.fullmatch(bare) or _OF_YEAR.match(bare) or _unit_cell(cell)
    return bool(_number().fullmatch(cell)) and not named


def cells(text: str) -> dict[int, Cell]:
    r"""
    Return the numbers of all tables in *text* by the offset of their digits.

    >>> table = "类别\t起数\t损失（万元）\n厂房\t126\t933.2\n"
    >>> [(start, cell.label, cell.header, cell.unit.unit, cell.scale)
    ...  for start, cell in cells(table).items() if cell.unit]
    [(16, '厂房', '起数', '起', ''), (20, '厂房', '损失(万元)', '元', '万')]
    >>> heads = "类别\t事故（起）\t\t死亡（人）\n\t2024年\t2023年\t2024年\t2023年\n"
    >>> [cell.header for cell in cells(heads + "道路\t4\t6\t1\t2\n").values() if cell.unit]
    ['事故(起),2024年', '事故(起),2023年', '死亡(人),2024年', '死亡(人),2023年']
    """
    tables = [table for table in _tables(text) if table.rows]
    named = {at: cell for table in tables for at, cell in _names_in(table)}
    return named | {at: cell for table in tables for at, cell in _cells(table)}


def _names_in(table: _Table) -> Iterator[tuple[int, Cell]]:
    """Yield the numerals in headers and names of rows, which are no figures."""
    for line in (*table.heads, *table.rows):
        for start, part in line:
            role = Role.DATE if _YEAR.fullmatch(part.strip()) else Role.LABEL
            if role is Role.DATE or not _numeric(part):
                for numeral in NUMERAL.finditer(part):
                    yield start + numeral.start(), Cell("", "", role=role)


def _tables(text: str) -> Iterator[_Table]:
    """Yield the tables of a text in order."""
    table: _Table | None = None
    before, group = "", ""
    for start, line in _lines(text):
        short = len(line) <= _LONGEST_LINE and not _TITLE.match(line)
        parts = list(_parts(line, start)) if short else []
        named = [name for _, name in parts]
        numbers = [_numeric(name) for name in named]
        if table and 1 < len(parts) <= table.width and _blank(named):
            continue
        if len(parts) > 1 and (not any(numbers[1:]) or _years(named)):
            if table is None or table.rows or len(table.heads) == _MOST_HEADS:
                if table:
                    yield table
                table, group = _Table(before, []), ""
            table.heads.append(parts)
        elif table and any(numbers) and _fits(line, len(parts), table.width):
            table.rows.append(parts)
            table.groups.append(group)
        elif table and len(parts) == 1 and _names_group(line):
            group = _NUMBERED.sub("", named[0])
        elif table:
            yield table
            table, group = None, ""
        before = fold(line)
    if table:
        yield table


def _lines(text: str) -> Iterator[tuple[int, str]]:
    after = 0
    for match in LINE_END.finditer(text):
        yield after, text[after : match.start()].rstrip("\r")
        after = match.end()
    yield after, text[after:]


def _years(named: list[str]) -> bool:
    """Whether the cells after the first are bare years, which head columns."""
    after = [name.strip() for name in named[1:]]
    return all(_YEAR.fullmatch(name) or not name for name in after) and any(after)


def _blank(named: list[str]) -> bool:
    """Whether a row has no number because every cell after its name is marked as empty."""
    return all(_EMPTY.fullmatch(name.strip()) for name in named[1:]) and any(named[1:])


def _names_group(line: str) -> bool:
    return 0 < len(line.strip()) <= _LONGEST_GROUP and not re.search(r"[。；，;,]", line)


def _parts(line: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the folded cells of a line, split at tabs, bars, wide gaps or blanks, by offset."""
    dividers = (r"\t", r"\|", r"[ \u3000]{2,}", r"[ \u3000]")
    divider = next((mark for mark in dividers if re.search(mark, line.strip(" \u3000"))), "\n")
    after = 0
    for match in re.finditer(f"{divider}|$", line):
        yield start + after, fold(line[after : match.start()])
        after = match.end()


def _fits(line: str, count: int, due: int) -> bool:
    """Whether a line of *count* cells is a row; another width will do unless blanks separate."""
    sure = "\t" in line or "|" in line or re.search(r"[ \u3000]{2,}", line)
    return 1 < count <= 2 * due if sure else _FEWEST <= count == due


def _cells(table: _Table) -> Iterator[tuple[int, Cell]]:
    """Yield the numbers of a table with the words of their rows and columns."""
    names = _names(table)
    full = [row for row in table.rows if len(row) == len(names)]
    kinds = [_kind([row[column][1] for row in full]) for column in range(len(names))]
    for row, group in zip(table.rows, table.groups, strict=True):
        shift, doubts = _shift([part for _, part in row], names, kinds)
        above = [_name(names, column + shift) for column in range(len(row))]
        yield from _row(row, above, group, table.caption, doubts)


def _names(table: _Table) -> list[str]:
    """Return the name of each column: the texts of its headers from top to bottom."""
    width = max(table.width, *(len(row) for row in table.rows), 0) if table.rows else table.width
    if all(len(row) != width for row in table.rows) or len(table.heads) == 1:
        width = table.width
    heads = [[name.strip() for _, name in head] for head in table.heads]
    lines = [[*head, *[""] * (width - len(head))] for head in heads]
    for line in lines[:-1] if len(lines) > 1 else lines:
        for column in range(2, width):  # a header over several columns stands in the first
            line[column] = line[column] or line[column - 1]
    columns = [dict.fromkeys(_dated(line[column]) for line in lines) for column in range(width)]
    names = [",".join(name for name in column if name) for column in columns]
    for column in range(2, width):  # 死亡人数, 年度控制指标
        if _QUOTA.fullmatch(names[column]) and _unit(names[column - 1], "", "")[0]:
            names[column] = f"{names[column - 1]},{names[column]}"
    return names


def _dated(name: str) -> str:
    return f"{name}年" if _YEAR.fullmatch(name) else name


def _name(names: list[str], column: int) -> str:
    """Return the name of a column, '' before the first, the last one behind it."""
    return names[min(column, len(names) - 1)] if column >= 0 else ""


def _kind(column: list[str]) -> bool | None:
    """Return whether the cells of a column are numbers, None where that is open."""
    known = {_numeric(cell) for cell in column if not _EMPTY.fullmatch(cell.strip())}
    return known.pop() if len(known) == 1 else None


def _shift(
    row: list[str], names: list[str], kinds: list[bool | None]
) -> tuple[int, tuple[Doubt, ...]]:
    """Return how many columns to the right a row starts, and a doubt where that is open."""
    missing = len(names) - len(row)
    if missing == 0:
        return 0, ()
    if missing == -1 and not _LABEL_HEADER.search(names[0]) and not _numeric(row[0]):
        return -1, ()  # the column of names has no header
    if missing > 0 and _agrees(row, kinds, 0):
        return 0, ()  # the last cells are empty
    if missing > 0 and _agrees(row, kinds, missing):
        return missing, ()  # the first cells were merged with those above
    return 0, (Doubt("row_width"),)


def _agrees(row: list[str], kinds: list[bool | None], shift: int) -> bool:
    """Whether columns of numbers contain numbers, and columns of words contain words."""
    return all(
        kinds[column + shift] in {None, _numeric(cell)} or _EMPTY.fullmatch(cell.strip())
        for column, cell in enumerate(row)
    )


def _row(
    row: _Parts, names: list[str], group: str, caption: str, doubts: tuple[Doubt, ...]
) -> Iterator[tuple[int, Cell]]:
    """Yield the figures of a row, with the name of each one's column."""
    parts = [part for _, part in row]
    units = filter(None, map(_unit_cell, parts)) if any(map(_UNIT_HEADER.fullmatch, names)) else ()
    counter, measure = next(iter(units), (None, ""))
    for (start, part), name, words in zip(row, names, _labels(parts, names), strict=True):
        match = _number().fullmatch(part)
        if not match or words is None or _NO_FIGURE.search(name):
            continue
        unit, scale = (counter, measure) if counter else _unit(name, words, caption)
        falls = match["sign"] in {"-", "–", "↓"} or bool(_FALL.search(name))
        at = start + match.start("number" if match["number"] else "spelled")
        yield at, Cell(f"{group}{words}", name, unit, scale, -1 if falls else 1, doubts)


def _labels(row: list[str], names: list[str]) -> Iterator[str | None]:
    """Yield for each cell the name of its row, None for a cell that is a name itself."""
    labels: list[str] = []
    counted = False
    for part, name in zip(row, names, strict=True):
        year = bool(_YEAR.fullmatch(part.strip()))
        if _EMPTY.fullmatch(part.strip()) or _unit_cell(part):
            yield None
        elif counted if year else _numeric(part):  # 1560, 1984: a loss, not a year
            counted = True
            yield "".join(_TOTAL.sub("", label).strip() for label in labels)
        else:
            if counted and name == names[0]:  # two tables side by side
                labels, counted = [], False
            labels += [] if counted else [part]  # a note behind the numbers names nothing
            yield None


def _unit_cell(cell: str) -> tuple[Counter, str] | None:
    """Return the counter and scale that a cell of a column of units names."""
    written = _UNIT_CELL.fullmatch(cell.strip())
    counters = lexicon.counters()
    named = written is not None and written["unit"] in counters
    return (counters[written["unit"]], written["scale"]) if written and named else None


def _unit(header: str, label: str, caption: str) -> tuple[Counter | None, str]:
    """Return the counter and scale named in the header, the row or the line above the table."""
    counters = lexicon.counters()
    heads = header.split(",")[::-1]  # the lowest header is the nearest
    bracketed = [_BRACKET.search(name) for name in (*heads, label)]
    for named in (*bracketed, _CAPTION.search(caption)):
        if named and named["unit"] in counters:
            return counters[named["unit"]], named["scale"]
    for name in (*heads, label):
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
    nouns = [name for name in cell.header.split(",") if not _CHANGE.search(name)]
    return Figure(
        read,
        near=_bare(cell.label),
        gap="",
        far="",
        post=_bare(cell.header),
        measure=measure if changed else Measure.LEVEL,
        sign=cell.sign,
        subject=_bare("".join((cell.label, *nouns))) if changed else "",
        doubts=(Doubt("from_table"), *cell.doubts),
    )


def _bare(name: str) -> str:
    """Return a header without its unit."""
    return _BRACKET.sub("", name)


def aimed(cell: Cell) -> bool:
    """Whether the column of a cell contains targets, such as 年度目标."""
    return bool(_AIM.search(cell.header)) and not _DONE.search(cell.header)


def earlier(cell: Cell, start: date, end: date) -> tuple[date, date]:
    """Return the period of a cell: a year earlier for 上年同期, the same days of a bare year."""
    year = _BARE_YEAR.search(cell.header)
    if year and start.year == end.year and (start.month, end.month) != (1, 12):
        back = end.year - int(year[1])
        return shifted(start, back), shifted(end, back)
    if not _YEAR_BEFORE.search(cell.header):
        return start, end
    return shifted(start, 1), shifted(end, 1)
