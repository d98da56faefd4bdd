"""
Parse periods: of the command line, and of the words before a figure.

A period is its first and its last day.
"""

import calendar
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.tables import numerals

from .layout import Enclosures, after_last


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
        raise UsageError(say("compile.no_period", period=period)) from error
    if start > end:
        raise UsageError(say("compile.period_order", period=period))
    return start, end


def _day(text: str, *, final: bool) -> date:
    year, month, *rest = [int(part) for part in (*text.split("-"), *(["12" if final else "1"]))][:3]
    if len(text.split("-")) == 3:
        return date(year, month, rest[0])
    return date(year, month, calendar.monthrange(year, month)[1] if final else 1)


def span(year: int, first: int, final: int) -> tuple[date, date]:
    """Return the first and the last day of the months *first* to *final* of a year."""
    return date(year, first, 1), date(year, final, calendar.monthrange(year, final)[1])


_N = "[一二两三四五六七八九十]"
_YEAR = r"(?:(?P<{0}year>20\d\d)年|(?P<{0}before>去年|上年|上一年|前年)|今年|本年)?"
_FORMS = {
    "until": r"截[至止]到?"
    + _YEAR.format("u")
    + r"(?P<um>\d{1,2})月(?:(?P<ud>\d{1,2})日|底|末|份)?",
    "days": _YEAR.format("d") + r"(?P<dm>\d{1,2})月(?P<dd>\d{1,2})日?[ ]?(?:至|到|[-—–~～]+)[ ]?"
    r"(?:(?P<dn>\d{1,2})月)?(?P<de>\d{1,2})日",
    "since_plan": r"[“\"]?十(?P<plan>[二三四五])五[”\"]?(?:规划)?(?:实施)?"
    r"(?P<open>以来)?(?:期间|时期)?",
    "since": r"(?=20\d\d年|[去上今本前]上?一?年|\d{1,2}月)"
    + _YEAR.format("s")
    + r"(?:(?P<sm>(?<!\d)\d{1,2})月份?(?:(?P<sd>\d{1,2})日)?)?[^,。;:\d]{0,12}?以来",
    "years": r"(?P<y1>20\d\d)年?(?:至|到|[-—–~～]+)(?P<y2>20\d\d)年",
    "recent_years": rf"(?:最?近|过去)(?P<recent>\d|{_N})年(?!均|同期|平均|来?均|来?最|期)",
    "months": _YEAR.format("m")
    + r"(?P<m1>(?<!\d)\d{1,2})月?[ ]?(?:[-—–~～至到]+)[ ]?(?P<m2>\d{1,2})月份?(?!\d)",
    "first_months": _YEAR.format("f") + rf"前(?P<fm>\d{{1,2}}|{_N}+)个?月",
    "due": _YEAR.format("e") + r"(?P<em>(?<!\d)\d{1,2})月(?:(?P<ed>\d{1,2})日|底|末)?[之以]?前",
    "end": r"(?:到|至|力争到)" + _YEAR.format("n") + r"(?P<nm>(?<!\d)\d{1,2})月[底末]",
    "day": _YEAR.format("o") + r"(?P<om>(?<!\d)\d{1,2})月(?P<od>\d{1,2})日",
    "month": _YEAR.format("k") + r"(?P<km>(?<![\d.])\d{1,2})月(?:份|(?=[,全我共发举开组召启]))",
    "quarters": _YEAR.format("q") + r"(?:第?(?P<q>[一二三四1-4])|前(?P<qs>[二两三23]))个?季度",
    "halves": _YEAR.format("h") + r"(?P<half>[上下])半年",
    "year_before": r"(?P<before>去年|上年|上一年|前年)(?P<same>同期|同比)?(?:全年)?(?!度)",
    "of_year": r"(?<![^,。;、:(\s在即而至比较与由从“\"])"
    r"(?P<year>20\d\d)年(?P<likewise>同期)?(?:全年)?(?![-—–~～至到\d])(?!度?(?:版|计划|工作|行动))",
    "whole": r"全年(?!度)",
    "season": r"(?:春节|元旦|清明|五一|端午|中秋|国庆|节假日|节日|两会|汛期|防火期|暑期|冬春"
    r"|重大活动)(?:假期)?期间",
    "now": r"今年(?:以来)?|本年度|年内",
    "yearly": r"年均(?=[^气降]|降幅)",
}
_EXPRESSION = re.compile("|".join(f"(?P<{name}>{form})" for name, form in _FORMS.items()))
_COMPARED = re.compile(r"(?:[较比与是]|环比|相当于)[^,。;:\d]{0,3}$")
_OF_QUOTA = re.compile(r"的?(?:控制)?(?:考核)?(?:指标|控制数|目标|任务)")
_OF_BEFORE = re.compile(r"[由从][^,。;:\d]{0,8}$")
_TO = r"[^,。;\d]{0,4}(?:下降|减少|降低|缩短|压减|上升|增加|增长|提高|提升|降|升|增)?[至到为]"
_OLD_VALUE = re.compile(r"[由从](?!目前|现有|年初)[^,。;\d]{0,12}$")
_NEW_VALUE = re.compile(_TO)
_ITEMS = re.compile(r"的(?:[\d.,万亿]+[^\d,。;]{0,3}[、和])*")
_EVENT = re.compile(r"雨|洪|震|火|灾|台风|事故|爆炸|坍塌|雪|旱")
_JOINT = re.compile(r"[、和及与]")
_PRESENT = re.compile(r"现有|目前|现已")
_FAR = {"until", "months", "first_months", "halves", "now", "whole", "since_plan", "years"}
_RECENT = 12  # expressions of a sentence that are looked at


class Expression(NamedTuple):
    """Words for a period in a text; *base* if a figure is only compared with it."""

    start: int
    end: int
    kind: str
    groups: dict[str, str]
    base: bool


def expressions(text: str) -> Iterator[Expression]:
    """
    Yield the words for periods in folded *text*, in order.

    >>> [(e.kind, e.base) for e in expressions("截至11月底发生12起,较去年同期减少3起")]
    [('until', False), ('year_before', True)]
    """
    for match in _EXPRESSION.finditer(text):
        kind = match.lastgroup or ""
        groups = {name: words for name, words in match.groupdict().items() if words}
        kind = next(name for name in _FORMS if name in groups)
        if kind == "since" and not groups.keys() & {"syear", "sbefore", "sm"}:
            kind = "now" if "今年" in match[0] else ""
        before = text[max(0, match.start() - 6) : match.start()]
        if kind:
            base = bool(_COMPARED.search(before) or _OF_QUOTA.match(text, match.end()))
            yield Expression(match.start(), match.end(), kind, groups, base)


Period = tuple[date, date]


def spoken_period(before: str, start: date, end: date) -> Period:
    """
    Return the period in the words *before* a figure, else *start* and *end*.

    >>> [str(day) for day in spoken_period("截至11月底,共", date(2023, 1, 1), date(2023, 12, 31))]
    ['2023-01-01', '2023-11-30']
    """
    named = [expression for expression in expressions(before) if not expression.base]
    return resolved(named[-1], start, end) if named else (start, end)


def resolved(named: Expression, start: date, end: date) -> Period:
    """
    Return the period that an expression names in a report on *start* to *end*.

    >>> days = date(2024, 1, 1), date(2024, 12, 31)
    >>> [" ".join(map(str, resolved(named, *days))) for named in expressions("上半年,去年,近三年")]
    ['2024-01-01 2024-06-30', '2023-01-01 2023-12-31', '2022-01-01 2024-12-31']
    """
    try:
        return _RESOLVE[named.kind](named.groups, start, end)
    except (ValueError, KeyError):  # 13月 or 2月30日 is a slip of the text, not a period
        return start, end


def _year_of(groups: dict[str, str], key: str, month: int, start: date, end: date) -> int:
    """Return the year of a month: as named, else the one inside the report's period."""
    if f"{key}year" in groups:
        return int(groups[f"{key}year"])
    back = {"前年": 2}.get(groups.get(f"{key}before", ""), 1 if f"{key}before" in groups else 0)
    inside = end.year if month <= end.month or start.year == end.year else end.year - 1
    return inside - back


def _month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _until(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g["um"])
    year = _year_of(g, "u", month, start, end)
    final = date(year, month, int(g["ud"])) if "ud" in g else _month_end(year, month)
    return min(start, date(year, 1, 1) if final < start else start), final


def _days(g: dict[str, str], start: date, end: date) -> Period:
    first, final = int(g["dm"]), int(g.get("dn", g["dm"]))
    year = _year_of(g, "d", first, start, end)
    return date(year, first, int(g["dd"])), date(year + (final < first), final, int(g["de"]))


def _since(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g.get("sm", 1))
    first = date(_year_of(g, "s", month, start, end), month, int(g.get("sd", 1)))
    begun = (first.year, first.month) == (start.year, start.month)
    return start if begun else first, end  # the report covers what began in its first month


def _five_years(g: dict[str, str], _: date, end: date) -> Period:
    first = 2011 + 5 * "二三四五".index(g["plan"])
    open_end = "open" in g or first + 4 > end.year
    return date(first, 1, 1), end if open_end else date(first + 4, 12, 31)


def _recent_years(g: dict[str, str], _: date, end: date) -> Period:
    word = g["recent"]
    count = int(word) if word.isdigit() else 2 if word == "两" else _chinese(word)
    return date(end.year - count + 1, 1, 1), end


def _chinese(word: str) -> int:
    return int(numerals.value(word))


def _months(g: dict[str, str], start: date, end: date) -> Period:
    first, final = int(g["m1"]), int(g["m2"])
    year = _year_of(g, "m", final, start, end)
    return date(year - (final < first), first, 1), _month_end(year, final)


def _first_months(g: dict[str, str], start: date, end: date) -> Period:
    final = _chinese(g["fm"])
    return span(_year_of(g, "f", final, start, end), 1, final)


def _due(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g["em"])
    year = _year_of(g, "e", month, start, end)
    final = date(year, month, int(g["ed"])) if "ed" in g else _month_end(year, month)
    return min(start, final.replace(month=1, day=1)) if final < start else start, final


def _at_end(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g["nm"])
    final = _month_end(_year_of(g, "n", month, start, end), month)
    return final.replace(month=1, day=1), final


def _day_of(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g["om"])
    day = date(_year_of(g, "o", month, start, end), month, int(g["od"]))
    return day, day


def _month(g: dict[str, str], start: date, end: date) -> Period:
    month = int(g["km"])
    return span(_year_of(g, "k", month, start, end), month, month)


def _quarters(g: dict[str, str], start: date, end: date) -> Period:
    if "qs" in g:
        final = 3 * (
            "二三".find(g["qs"].replace("两", "二").replace("2", "二").replace("3", "三")) + 2
        )
        return span(_year_of(g, "q", final, start, end), 1, final)
    first = 3 * ("一二三四1234".index(g["q"]) % 4) + 1
    return span(_year_of(g, "q", first + 2, start, end), first, first + 2)


def _half(g: dict[str, str], start: date, end: date) -> Period:
    first = 1 if g["half"] == "上" else 7
    return span(_year_of(g, "h", first + 5, start, end), first, first + 5)


def _years_before(g: dict[str, str], start: date, end: date) -> Period:
    back = 2 if g["before"].startswith("前年") else 1
    if "same" not in g and start.year == end.year:
        return date(end.year - back, 1, 1), date(end.year - back, 12, 31)
    return shifted(start, back), shifted(end, back)


def _year(g: dict[str, str], start: date, end: date) -> Period:
    year = int(g["year"])
    if "likewise" in g:
        return shifted(start, end.year - year), shifted(end, end.year - year)
    if start.year == end.year == year:
        return start, end
    return date(year, 1, 1), date(year, 12, 31)


def _whole_year(_: dict[str, str], start: date, end: date) -> Period:
    return (start, end) if start.month == 1 else span(end.year, 1, 12)


def before_change(start: date, end: date) -> Period:
    """Return the period of the value before a change: a year earlier."""
    if start.year == end.year or (end - start).days < 366:
        return shifted(start, 1), shifted(end, 1)
    return date(start.year - 1, 1, 1), date(start.year - 1, 12, 31)


def shifted(day: date, years: int) -> date:
    """Return *day* some years earlier, 28 for 29 February."""
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap else day.day)


_RESOLVE: dict[str, Callable[[dict[str, str], date, date], Period]] = {
    "until": _until,
    "days": _days,
    "since_plan": _five_years,
    "since": _since,
    "years": lambda g, *_: (date(int(g["y1"]), 1, 1), date(int(g["y2"]), 12, 31)),
    "recent_years": _recent_years,
    "months": _months,
    "first_months": _first_months,
    "due": _due,
    "end": _at_end,
    "day": _day_of,
    "month": _month,
    "quarters": _quarters,
    "halves": _half,
    "year_before": _years_before,
    "of_year": _year,
    "now": lambda _, start, end: (start, end),
    "whole": _whole_year,
    "season": lambda _, start, end: (start, end),
    "yearly": lambda _, start, end: (start, end),
}


def _spoken_later(named: Expression) -> Expression:
    """Return the words of a speech on the year before: there 去年 is the year of the report."""
    if named.kind == "year_before" and named.groups["before"] in {"去年", "上年"}:
        return named._replace(kind="now")
    kept = {key: word for key, word in named.groups.items() if word not in {"去年", "上年"}}
    return named._replace(groups=kept)


class Timeline:
    """The words for periods in a report, searchable by the figure they belong to."""

    def __init__(self, text: str, enclosures: Enclosures, *, later: bool = False) -> None:
        """Find the words in folded *text*; it was spoken a year *later* than its period or not."""
        self._text, self._enclosures = text, enclosures
        outside = (e for e in expressions(text) if not enclosures.at(e.start, e.end, "《"))
        self._named = [_spoken_later(e) if later else e for e in outside]
        self._starts = [named.start for named in self._named]

    def at(self, first: int) -> tuple[Expression | None, bool]:
        """
        Return the words for the period of the figure at *first*.

        The flag says that they are in an earlier sentence of the paragraph.
        """
        line = after_last(self._text, first, "\n")
        stop = after_last(self._text, first, "\n。")
        last = bisect_right(self._starts, first) - 1
        for index in range(last, max(-1, last - _RECENT), -1):
            named = self._named[index]
            if named.start < line:
                break
            carried = named.start < stop
            if carried and _PRESENT.search(self._text, stop, first):
                return None, False
            if self._applies(named, first) and (not carried or named.kind in _FAR):
                return self._listed(index, first), carried
        return None, False

    def _applies(self, named: Expression, first: int) -> bool:
        """Whether the words still apply to a figure after them."""
        between = self._text[named.end : first]
        bracket = self._enclosures.at(named.start, named.end, "(")
        if bracket and bracket.end < first:
            return False
        own = not re.search(r"[,。;:\d]", between)
        if named.kind == "year_before" and re.fullmatch(r"\([^)]*", between):
            return True  # 与去年同期(102起、75万元)相比
        if named.base:
            return named.kind != "since_plan" and bool(_ITEMS.fullmatch(between))
        if _OF_BEFORE.search(self._text[max(0, named.start - 8) : named.start]):
            return own
        if named.kind == "year_before" and ("same" in named.groups or re.match("[为是:]", between)):
            return not re.search(r"(?<!^)[,。;]", between) or between.startswith(",")
        if named.kind == "yearly" or (named.kind == "day" and not _EVENT.search(between)):
            return not re.search(r"[,。;]", between)
        if named.kind in {"due", "end", "year_before", "day", "days", "season"}:
            return not re.search(r"[。;]", between)
        return True

    def _listed(self, last: int, first: int) -> Expression:
        """Return the words of a list in the order of the figures: 一、二季度分别发生7起、4起."""
        named = self._named[last]
        between = self._text[named.end : first]
        chain = [named]
        while last and _JOINT.fullmatch(self._text[self._named[last - 1].end : chain[0].start]):
            last -= 1
            chain.insert(0, self._named[last])
        index = len(re.findall(r"\d+(?:\.\d+)?", between)) % len(chain)
        return chain[index] if len(chain) > 1 and "分别" in between else named

    def old_value(self, first: int, last: int) -> bool:
        """Whether a figure is the old value of a change: 由12人下降至8人."""
        before = self._text[max(0, first - 16) : first]
        return bool(_OLD_VALUE.search(before) and _NEW_VALUE.match(self._text, last, last + 10))


def last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """Return the last match of *pattern* in *text*."""
    return next(iter(deque(pattern.finditer(text), maxlen=1)), None)
