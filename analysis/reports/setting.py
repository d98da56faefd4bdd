"""
The region and the period of a report.

The command line decides; the rest is read from the title and the first lines.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from analysis.errors import UsageError
from analysis.language.messages import say

from . import lexicon
from .layout import Mood, fold, mood_of
from .periods import parse_period, span

_HEAD = 400
_REPORTING = re.compile(
    r"总结|情况|报告|回顾|通报|综述|汇报|数据|实录|小结|成效|公报|分析|评估|讲话"
)
_TITLE = re.compile(
    r"(?![一二三1(])(?!.*\d{4}[ ]*年[ ]*\d{1,2}[ ]*月[ ]*\d{1,2}[ ]*日)[^。;]{4,60}"
)  # no heading, no date
_SPEECH = re.compile(r"上的(?:讲话|发言|致辞)|讲话(?:摘要|提纲|稿)?[)\n]")
_THREE_QUARTERS = 9  # a report that ends later plans for the year after
_LEVELS = {
    "国": 0,
    "省": 1,
    "自治区": 1,
    "市": 2,
    "州": 2,
    "盟": 2,
    "区": 3,
    "县": 3,
    "旗": 3,
    "镇": 4,
}
_SUFFIX = re.compile(
    r"(?:壮族|回族|维吾尔)?(?:省|自治区|市|州|盟|地区|区|县|旗|[^省市]{1,6}自治[州县])$"
)
_ACTUAL = re.compile(r"同比|共[开发检排查处组]|累计|今年以来|截至|已[完建成]|完成了|开展了|整改率")
_DEMANDS = re.compile(r"确保|力争|至少|不少于|进一步|健全完善|积极推进")
_FEWEST_DEMANDS = 5
_PLANS = re.compile(r"方案|规划|要点|计划|任务书|清单|任务分解|目标任务|工作安排|实施意见|责任书")
_MONTHS = {
    "上半年": (1, 6),
    "下半年": (7, 12),
    "前三季度": (1, 9),
}
_QUARTER = re.compile(r"第?([一二三四1-4])季度")


@dataclass(frozen=True, slots=True)
class Setting:
    """The names and level of the region, the period, and the mood of the report."""

    names: tuple[str, ...]
    level: int  # 1 province, 2 prefecture, 3 county or district
    start: date
    end: date
    mood: Mood = Mood.REPORT
    full: tuple[str, ...] = ()  # names with their level
    later: bool = False  # a speech in the year after its period, in which 去年 is the period

    @property
    def planned(self) -> tuple[date, date]:
        """The period of plans: a plan's own period, the rest of the year, or the next year."""
        if self.mood is Mood.PLAN:
            return self.start, self.end
        year = self.end.year + 1
        if self.end.month <= _THREE_QUARTERS:
            return self.end + timedelta(days=1), date(self.end.year, 12, 31)
        return date(year, 1, 1), date(year, 12, 31)


def setting(text: str, *, names: tuple[str, ...] = (), period: str = "") -> Setting:
    r"""
    Return region and period of *text*, as given or from its first lines.

    Raises
    ------
    UsageError
        When no year is given and none is found.

    Examples
    --------
    >>> half_year = setting("青山市2022年上半年应急管理工作总结\n全市共发生事故3起。")
    >>> half_year.names, half_year.level, str(half_year.start), str(half_year.end)
    (('青山',), 2, '2022-01-01', '2022-06-30')
    """
    folded = fold(text)
    start, end = parse_period(period) if period else _period(folded)
    full_names = names or _names(folded[:_HEAD])
    shorts = tuple(dict.fromkeys(short(name) for name in full_names if short(name)))
    mood = Mood.PLAN if _plans(folded, end.year) else Mood.REPORT
    level = _level(folded, full_names)
    later = _SPEECH.search(folded[:_HEAD]) is not None
    return Setting(shorts, level, start, end, mood, full=tuple(full_names), later=later)


def _plans(text: str, year: int) -> bool:
    """Whether the title announces a plan; without title, whether *text* only demands."""
    end = text.find("\n", _HEAD)  # a line cut in two could look like a title
    lines = [line.strip() for line in text[: end if end >= 0 else None].split("\n")]
    titles = [line for line in lines if _TITLE.fullmatch(line)][:2]
    if any(mood_of(title, year) is Mood.PLAN for title in titles):
        return True
    if titles:
        return bool(_PLANS.search(titles[0]) and not _REPORTING.search(titles[0]))
    return not _ACTUAL.search(text) and len(_DEMANDS.findall(text)) >= _FEWEST_DEMANDS


def short(name: str) -> str:
    """
    Return a region's name without its level, as sentences use it.

    >>> short("楚雄彝族自治州"), short("安徽省"), short("合肥市瑶海区")
    ('楚雄', '安徽', '瑶海')
    """
    last = re.split(r"(?<=[省市州盟])(?=.{2,}[市州县区旗]$)", name)[-1]
    for place in lexicon.places():
        if last.startswith(place):
            return place
    return _SUFFIX.sub("", last) or last


def _names(head: str) -> tuple[str, ...]:
    match = re.search(r"([\u4e00-\u9fff]{2,8}?(?:省|市|州|区|县|旗|盟))(?:应急|安全|20\d\d)", head)
    return (match[1],) if match else ()


def _level(text: str, names: tuple[str, ...]) -> int:
    counts = Counter(re.findall(r"全(省|市|州|区|县|旗|盟)", text))
    if counts:
        return _LEVELS[counts.most_common(1)[0][0]]
    ends = [level for name in names for word, level in _LEVELS.items() if name.endswith(word)]
    return max(ends, default=2)


def _period(text: str) -> tuple[date, date]:
    """Return the period in the first lines, else the most frequent year."""
    for line in text[:_HEAD].split("\n"):
        match = re.search(r"((?:19|20)\d\d)[ ]*年([^\n]{0,10})", line)
        if match and not re.search(r"\d{4}年\d{1,2}月\d{1,2}日", line[match.start() :][:14]):
            return _named_part(int(match[1]), match[2])
    years = re.findall(r"(?<!\d)(20\d\d)[ ]*年", text)
    if not years:
        raise UsageError(say("compile.no_year"))
    return span(int(Counter(years).most_common(1)[0][0]), 1, 12)


def _named_part(year: int, after: str) -> tuple[date, date]:
    for word, (first, last) in _MONTHS.items():
        if after.startswith(word):
            return span(year, first, last)
    quarter = _QUARTER.match(after)
    if quarter:
        number = "一二三四1234".index(quarter[1]) % 4
        return span(year, 3 * number + 1, 3 * number + 3)
    months = re.match(r"(?:前|1[ ]*[-—–~至到][ ]*)(\d{1,2})个?月", after)
    if months and 1 <= int(months[1]) <= 12:
        return span(year, 1, int(months[1]))
    return span(year, 1, 12)
