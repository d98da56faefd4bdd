"""
Conversion of text cells to the numbers and dates of a contract; ambiguous cells are faults.

It sees one column at a time; which column must hold what is the contract's to say.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from analysis.language.messages import advice, say
from analysis.language.text import Text, narrow

from . import numerals

FIRST_YEAR, LAST_YEAR = 1949, 2100
MAX_DIGITS = 15  # what a float keeps of a decimal number
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_MINUS = str.maketrans("−–﹣－", "----")
_SCALED = re.compile(r"([0-9][0-9.,]*)\s*([余多]?[万亿]+[余多]?|[余多])\S*")
_PERCENT = re.compile(r"(-?[0-9.]+)\s*[%‰]")
_NOTHING = re.compile(
    r"[-—–/…·.*?]+|未公布|未统计|不详|暂无|无数据|缺|n/?a|nan|null|none|nil", re.IGNORECASE
)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OTHER_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_YEAR = re.compile(r"[0-9]{4}年?")
_SERIAL = re.compile(r"[2-6][0-9]{4}")
_EXCEL_DAY_0 = date(1899, 12, 30)


class Typed(NamedTuple):
    """
    A column with its type, and what was found on the way.

    ``cells`` have their type; ``wrong`` has the rule and the remedy by line, ``repaired`` the text
    that was read instead.
    """

    cells: "pd.Series[Any]"
    wrong: dict[int, tuple[Text, Text]]
    repaired: dict[int, str]


def typed(cells: "pd.Series[str]", kind: str, *, coded: bool, nullable: bool) -> Typed:
    """
    The text *cells* of one column as what its contract asks for.

    Parameters
    ----------
    cells
        Text; the index is the line in the file.
    kind
        The name of the contract's type: ``float64``, ``datetime64[ns]``, or any other for text.
    coded
        Whether text is a code, word or key, whose full-width forms are folded; free text stays
        as it is.
    nullable
        Whether an empty cell stands for no value.

    Examples
    --------
    >>> column = pd.Series(["４５", "1,052", "1.2万"], index=[2, 3, 4])
    >>> read, wrong, repaired = typed(column, "float64", coded=False, nullable=False)
    >>> read.tolist(), repaired
    ([45.0, 1052.0, nan], {2: '45', 3: '1052'})
    >>> [(line, rule.en, remedy.en) for line, (rule, remedy) in wrong.items()]
    [(4, 'not a plain number', 'write 12000')]
    """
    if kind.startswith("float"):
        read = _read(cells, _number, nullable=nullable)
        return read._replace(cells=pd.to_numeric(read.cells).astype("float64"))
    if kind.startswith("datetime"):
        read = _read(cells, _day, nullable=nullable)
        return read._replace(cells=pd.to_datetime(read.cells, format="%Y-%m-%d"))
    if not coded or "".join(cells).isascii():
        return Typed(cells, {}, {})
    folded = {cell: unicodedata.normalize("NFC", narrow(cell)) for cell in cells.unique()}
    if all(cell == text for cell, text in folded.items()):
        return Typed(cells, {}, {})
    texts = cells.map(folded)
    changed = texts[texts.ne(cells)]
    return Typed(texts, {}, {int(str(line)): text for line, text in changed.items()})


class _Refused(Exception):  # noqa: N818 - a verdict within this module, not an error of its own
    """A cell that is not of its column's type; the arguments are the rule and the remedy."""


def _read(cells: "pd.Series[str]", parse: Callable[[str], str], *, nullable: bool) -> Typed:
    values: list[str | None] = []
    wrong: dict[int, tuple[Text, Text]] = {}
    repaired: dict[int, str] = {}
    for line, cell in zip(map(int, cells.index), cells, strict=True):
        value = None
        try:
            value = parse(cell) if cell or not nullable else None
        except _Refused as refused:
            wrong[line] = (refused.args[0], refused.args[1])
        if value is not None and value != cell:
            repaired[line] = value
        values.append(value)
    return Typed(
        pd.Series(values, index=cells.index, name=cells.name, dtype="object"), wrong, repaired
    )


def _number(cell: str) -> str:
    plain = narrow(cell.translate(_MINUS))
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        raise _Refused(say("fault.number"), _number_remedy(plain))
    if len(plain.strip("-0.").replace(".", "")) > MAX_DIGITS:
        raise _Refused(*advice("digits", most=MAX_DIGITS))
    return plain


def _number_remedy(cell: str) -> Text:
    """What to write instead, where the cell shows what was meant."""
    if match := _SCALED.fullmatch(cell):
        try:
            number = numerals.scaled(match[1], match[2])
        except ValueError:
            return say("remedy.number")
        bound = "remedy.write_bound" if set(match[2]) & set("余多") else "remedy.write"
        return say(bound, value=_plain(number))
    if match := _PERCENT.fullmatch(cell):
        return say("remedy.write_percent", value=match[1])
    if _NOTHING.fullmatch(cell):
        return say("remedy.unpublished")
    if match := numerals.NUMERAL.fullmatch(cell):
        if cell[0].isdecimal():
            return say("remedy.commas")
        return say("remedy.write", value=_plain(numerals.value(cell)))
    return say("remedy.number")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _day(cell: str) -> str:
    plain = narrow(cell)
    match = _DATE.fullmatch(plain) or _OTHER_DATE.fullmatch(plain)
    if match is None:
        raise _Refused(say("fault.date"), _day_remedy(plain))
    if not FIRST_YEAR <= int(match[1]) <= LAST_YEAR:
        raise _Refused(*advice("year", first=FIRST_YEAR, last=LAST_YEAR))
    try:
        return date(*(int(part) for part in match.groups())).isoformat()
    except ValueError as error:
        raise _Refused(say("fault.day_of_calendar"), say("remedy.date")) from error


def _day_remedy(cell: str) -> Text:
    if _SERIAL.fullmatch(cell):
        return say("remedy.serial_day", day=_EXCEL_DAY_0 + timedelta(int(cell)))
    if _YEAR.fullmatch(cell):
        return say("remedy.year_day", year=cell[:4])
    return say("remedy.date")
