"""
Parse periods: of the command line, and of the words before a figure.

A period is its first and its last day.
"""

import calendar
import re
from collections import deque
from datetime import date

from analysis.errors import UsageError


def parse_period(period: str) -> tuple[date, date]:
    """
    Parse a period of the command line.

    Examples
    --------
    >>> [str(day) for day in parse_period("2023-01..2023-11")]
    ['2023-01-01', '2023-11-30']
    >>> [str(day) for day in parse_period("2022H1")]
    ['2022-01-01', '2022-06-30']
    """
    match = re.fullmatch(r"(\d{4})(?:([HQ])([1-4]))?", period)
    try:
        if match:
            months = {"H": 6, "Q": 3}.get(match[2], 12)
            first = (int(match[3] or 1) - 1) * months + 1
            return span(int(match[1]), first, first + months - 1)
        first_day, last_day = re.split(r"\.\.|/", period)
        start, end = _day(first_day, final=False), _day(last_day, final=True)
    except ValueError as error:
        mend = "write 2024, 2024H1, 2024Q3 or 2024-01-01..2024-11-30"
        raise UsageError(f"period {period!r} is no period: {mend}") from error
    if start > end:
        raise UsageError(f"period {period!r} ends before it starts: swap the days")
    return start, end


def _day(text: str, *, final: bool) -> date:
    year, month, *rest = [int(part) for part in (*text.split("-"), *(["12" if final else "1"]))][:3]
    if len(text.split("-")) == 3:
        return date(year, month, rest[0])
    return date(year, month, calendar.monthrange(year, month)[1] if final else 1)


def span(year: int, first: int, final: int) -> tuple[date, date]:
    """Return the first and the last day of the months *first* to *final* of a year."""
    return date(year, first, 1), date(year, final, calendar.monthrange(year, final)[1])


_UNTIL = re.compile(r"截[至止]到?(?:(\d{4})年)?(\d{1,2})月(?:(\d{1,2})日|底|末)?")
_SPAN = re.compile(r"(\d{4})年?(?:至|到|[-—–~～]+)(\d{4})年")
_ON = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日[^,。;]{0,30}$")
_MONTHS = re.compile(r"(?:(\d{4})年)?(\d{1,2})(?:[-—–~～至到]+)(\d{1,2})月")
_WHOLE_YEAR = re.compile(
    r"(?:^|[,。;、:\s]|在|即)(20\d\d)年(?![-—–~～至到\d])(?!度?(?:版|计划|工作|版|行动|以来))"
)


def spoken_period(before: str, start: date, end: date) -> tuple[date, date]:
    """
    Return the period in the words *before* a figure, else *start* and *end*.

    >>> [str(day) for day in spoken_period("截至11月底,共", date(2023, 1, 1), date(2023, 12, 31))]
    ['2023-01-01', '2023-11-30']
    """
    try:
        return _spoken(before[-60:], start, end)
    except ValueError:  # 13月 or 2月30日 is a slip of the text, not a period
        return start, end


def _spoken(before: str, start: date, end: date) -> tuple[date, date]:
    if found := last(_UNTIL, before):
        year, month = int(found[1] or end.year), int(found[2])
        day = int(found[3] or calendar.monthrange(year, month)[1])
        return min(start, date(year, month, day)), date(year, month, day)
    if found := last(_SPAN, before):
        return date(int(found[1]), 1, 1), date(int(found[2]), 12, 31)
    if found := last(_MONTHS, before):
        year, first, final = int(found[1] or end.year), int(found[2]), int(found[3])
        return date(year, first, 1), date(year, final, calendar.monthrange(year, final)[1])
    if found := last(_ON, before):
        day_of = date(int(found[1] or end.year), int(found[2]), int(found[3]))
        return day_of, day_of
    if found := last(_WHOLE_YEAR, before):
        year = int(found[1])
        if not start.year <= year <= end.year:
            return date(year, 1, 1), date(year, 12, 31)
    return start, end


def last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the last match of *pattern* in *text*."""
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)
