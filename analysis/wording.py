"""
How numbers, periods, reasons and results read in Chinese and in English.

It draws nothing and computes nothing; it is the only module that speaks.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from .words import Comparator, Gap, Language, Mark, Measure, Rule, Status


@dataclass(frozen=True, slots=True)
class Text:
    """One thing said in both languages; neither may be missing."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return self.zh if Language(language) is Language.ZH else self.en

    def __add__(self, other: "Text") -> "Text":
        return Text(self.zh + other.zh, self.en + other.en)

    def format(self, **words: "object | Text") -> "Text":
        """Fill the braces of both languages; a :class:`Text` gives each language its own."""
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in words.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in words.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))


def joined(texts: Iterable[Text], *, zh: str = "；", en: str = "; ") -> Text:
    """Several texts as one."""
    kept = list(texts)
    return Text(zh.join(text.zh for text in kept), en.join(text.en for text in kept))


def number(value: float, language: str) -> str:
    """
    A number for a label: three significant digits at most, 万/亿 or thousands separators.

    >>> [number(n, "zh") for n in (0, 45, 8574, 12_300, 262_116_300)]
    ['0', '45', '8574', '1.23万', '2.62亿']
    >>> [number(n, "en") for n in (45, 8_574, 12_300, 262_116_300)]
    ['45', '8,574', '12,300', '262 million']
    """
    if math.isinf(value):
        return "∞"
    size, sign = abs(value), "−" if value < 0 else ""
    if Language(language) is Language.ZH:
        for scale, word in ((10**8, "亿"), (10**4, "万")):
            if size >= scale:
                return f"{sign}{_digits(size / scale)}{word}"
        return sign + (_digits(size) if size != int(size) else str(int(size)))
    for scale, word in ((10**9, " billion"), (10**6, " million")):
        if size >= scale:
            return f"{sign}{_digits(size / scale)}{word}"
    rounded = float(_digits(size)) if size < 1_000 or size >= 10_000 else round(size)
    if size != int(size) and size < 1_000:
        return sign + _digits(size)
    return f"{sign}{rounded:,.0f}"


def _digits(size: float) -> str:
    """*size* with three significant digits, and no more decimals than it has."""
    if size == 0:
        return "0"
    places = max(0, 2 - math.floor(math.log10(size)))
    step = Decimal(1).scaleb(-places)
    shown = Decimal(repr(float(size))).quantize(step, ROUND_HALF_UP)
    text = f"{shown:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def exact(value: float) -> str:
    """
    A number in full, for tables and alt text.

    >>> exact(262116300.0), exact(83.84)
    ('262,116,300', '83.84')
    """
    text = f"{value:,.10f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def ratio(value: float) -> str:
    """
    A ratio to two decimals.

    >>> ratio(45 / 51), ratio(float("inf"))
    ('0.88', '∞')
    """
    return "∞" if math.isinf(value) else f"{value:.2f}"


def interval(lower: float, upper: float, language: str) -> str:
    """
    The two ends of an interval for a label.

    >>> interval(32.82, 60.21, "zh")
    '32.8–60.2'
    """
    return f"{number(lower, language)}–{number(upper, language)}"


def period(start: pd.Timestamp, end: pd.Timestamp) -> Text:
    """
    A period as people say it; a single day is a moment.

    >>> period(pd.Timestamp("2023-01-01"), pd.Timestamp("2023-11-30")).zh
    '2023年1—11月'
    >>> period(pd.Timestamp("2024-12-31"), pd.Timestamp("2024-12-31")).en
    'at 31 Dec 2024'
    """
    if start == end:
        return Text(f"{end:%Y}年{end.month}月{end.day}日", f"at {end.day} {end:%b %Y}")
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    if whole and start.year == end.year:
        return Text(f"{end:%Y}年", f"{end:%Y}")
    if whole:
        return Text(f"{start:%Y}—{end:%Y}年", f"{start:%Y}–{end:%Y}")
    if start.year == end.year and start.day == 1 and end.is_month_end:
        zh = f"{end:%Y}年{start.month}—{end.month}月"
        return Text(zh, f"{start:%b}–{end:%b %Y}")
    zh = f"{start:%Y-%m-%d}至{end:%Y-%m-%d}"
    return Text(zh, f"{start.day} {start:%b %Y} to {end.day} {end:%b %Y}")


def unit(row: Mapping[Any, Any]) -> Text:
    """The unit of a row."""
    return Text(str(row["unit"]), str(row["unit_en"]))


def value(row: Mapping[Any, Any]) -> Text:
    """
    The value of a row with its comparator and unit, as a label.

    >>> row = pd.Series({"value": 3580.0, "comparator": ">=", "unit": "件", "unit_en": "items"})
    >>> value(row).zh, value(row).en
    ('≥3580件', '≥3,580 items')
    """
    sign = COMPARATORS[Comparator(str(row["comparator"]))]
    amount = float(row["value"])
    zh = f"{sign}{number(amount, 'zh')}{row['unit']}"
    en = f"{sign}{number(amount, 'en')}"
    name = str(row["unit_en"])
    return Text(zh, en + (name if name in {"", "%"} else f" {name}"))


COMPARATORS = {
    Comparator.EXACT: "",
    Comparator.AT_LEAST: "≥",
    Comparator.AT_MOST: "≤",
    Comparator.ABOUT: "≈",
}

STATUSES = {
    Status.ACTUAL: Text("实绩", "actual"),
    Status.TARGET: Text("目标", "target"),
    Status.PLAN: Text("计划", "plan"),
}

MARKS = {
    Mark.EXACT: Text("报告数字", "reported figure"),
    Mark.ZERO: Text("报告为零", "reported as zero"),
    Mark.AT_LEAST: Text("至少（余/多）", "at least"),
    Mark.AT_MOST: Text("至多（近/不足）", "at most"),
    Mark.ABOUT: Text("约数", "about"),
    Mark.PERCENT_ONLY: Text("仅有百分比变化", "percent change only"),
    Mark.DIRECTION_ONLY: Text("仅有升降方向", "direction only"),
    Mark.TARGET: Text("目标", "target"),
    Mark.PLAN: Text("计划", "plan"),
    Mark.MISSING: Text("未报告", "not reported"),
}

GAPS = {
    Gap.PERCENT_ONLY: Text("只报百分比变化，无起数或人数", "percent change only, no count"),
    Gap.DIRECTION_ONLY: Text("只报升降方向，无数字", "direction only, no number"),
    Gap.TARGET_ONLY: Text("只有目标，无实绩", "a target only, no result"),
    Gap.PLAN_ONLY: Text("只有计划，无实绩", "a plan only, no result"),
    Gap.PLAN_REPORT: Text("该报告只是计划，不含实绩", "the report is a plan, without results"),
    Gap.PART_ONLY: Text("只报其中一部分", "only a part is reported"),
    Gap.NOT_REPORTED: Text("报告未提及", "not mentioned in the report"),
}

RULES = {
    Rule.INDICATOR: Text("指标不同", "different indicators"),
    Rule.MEASURE: Text(
        "口径不同：一为数量，一为变化", "not the same measure: one is an amount, one a change"
    ),
    Rule.UNIT: Text("单位不同", "different units"),
    Rule.STATUS: Text(
        "性质不同：实绩、目标与计划不可并列", "actual, target and plan are different things"
    ),
    Rule.COVERAGE: Text("覆盖范围不同：{detail}", "different coverage: {detail}"),
    Rule.PART_OF_WHOLE: Text(
        "{inner}在{outer}之内，不是独立的两地", "{inner} lies inside {outer}: not independent"
    ),
    Rule.LEVEL: Text("行政层级不同，只能比相对数", "levels differ: only rates can be compared"),
    Rule.YEAR: Text("年份相差{years}年", "years apart: {years}"),
    Rule.LENGTH: Text("期间长短不同：{detail}", "periods of different length: {detail}"),
    Rule.BOUND: Text("一方只是上下限（余、近）", "one side is only a bound"),
    Rule.SIZE: Text("未按人口折算，规模不同", "not per person: the regions differ in size"),
    Rule.REPRINT: Text("背景数字来自转载", "a context figure read at a reprint"),
    Rule.DIRECTION: Text("只能比方向，不能比幅度", "directions only, not magnitudes"),
}

METHODS = {
    "exact-c": Text("精确泊松95%区间（Garwood）", "exact Poisson 95% interval (Garwood)"),
    "exact-c, rounding included": Text(
        "精确泊松95%区间，含四舍五入误差", "exact Poisson 95% interval, rounding included"
    ),
    "clopper-pearson": Text(
        "精确二项95%区间（Clopper–Pearson）", "exact binomial 95% interval (Clopper–Pearson)"
    ),
    "exact-conditional": Text("比值为精确条件95%区间", "ratio with exact conditional 95% interval"),
}

MARK_NOTES = {
    Mark.AT_LEAST: Text(
        "空心三角为“余、多”的下限，真值不低于此", "open triangles are lower bounds (余, 多)"
    ),
    Mark.AT_MOST: Text("倒三角为“近、不足”的上限", "open inverted triangles are upper bounds"),
    Mark.ABOUT: Text("空心圆为约数", "open circles are approximate"),
}

CLUSTERED = ("deaths", "injuries", "disaster_deaths")
LIST_NOTE = Text(
    "点数不足5个：只列数值，不谈趋势", "fewer than five points: values listed, no trend claimed"
)
CLUSTER_NOTE = Text(
    "死亡在事故中成串发生，真实区间比所示更宽",
    "deaths cluster within accidents, so the true interval is wider than shown",
)
PERCENT_NOTE = Text(
    "菱形只有百分比、箭头只有方向，背后没有公布数量，不与数量同轴",
    "diamonds are percentages and arrows directions without published counts; no axis is shared",
)
CONTEXT_NOTE = Text(
    "空心圆点取自其他出版物，不属五份报告", "hollow dots come from other publications"
)


def source_note(rows: pd.DataFrame) -> Text:
    """
    Name every report behind *rows* once, and other publications apart, with their dates.

    *rows* needs ``origin``, ``publisher``, ``title``, ``published`` and ``period_end``.
    """
    order = rows.sort_values(["level_order", "adcode"], kind="stable")
    reports = order[order["origin"].eq("report")].drop_duplicates("report")
    context = rows[rows["origin"].eq("context")]
    zh = [f"{r.publisher}《{r.title}》" for r in reports.itertuples()]
    en = [f"{r.region_en} report {r.report.split('-')[1]}" for r in reports.itertuples()]
    text = Text(f"资料来源：{'；'.join(zh)}", f"Sources: {'; '.join(en)}")
    if not reports.empty and context.empty:
        return text
    names = list(dict.fromkeys(context["publisher"]))
    more_zh = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    regions = list(dict.fromkeys(context["region_en"]))
    more_en = f"{len(context)} context figures for {', '.join(regions)}"
    if reports.empty:
        return Text(f"资料来源：{more_zh}", f"Sources: {more_en}")
    return text + Text(f"。背景数字另据{more_zh}", f". Also {more_en}, listed in data/context.csv")


def significance(ratio_row: Mapping[Any, Any]) -> Text:
    """Whether a ratio's interval leaves 1 out, said as a statistician would."""
    lower, upper = float(ratio_row["lower"]), float(ratio_row["upper"])
    if upper < 1:
        return Text("低于偶然波动能解释的范围", "lower than chance alone explains")
    if lower > 1:
        return Text("高于偶然波动能解释的范围", "higher than chance alone explains")
    return Text("在偶然波动范围内", "within what chance alone does")


def change(row: Mapping[Any, Any]) -> Text:
    """
    Read one year-on-year comparison of two counts.

    *row* holds ``region_*``, ``indicator_*``, ``unit*``, ``value``, ``before``, ``ratio``,
    ``lower``, ``upper``, ``at_most`` and ``at_least`` (NaN where no count could be seen).
    """
    span = f"{ratio(float(row['lower']))}–{ratio(float(row['upper']))}"
    seen = _detectable(row)
    now, before = (float(row[name]) for name in ("value", "before"))
    zh = (
        f"{row['region_zh']}{row['indicator_zh']} {exact(now)}{row['unit']}，"
        f"上年 {exact(before)}{row['unit']}；比值 {ratio(float(row['ratio']))}（{span}），"
    )
    en = (
        f"{row['region_en']}, {lowered(str(row['indicator_en']))}: {exact(now)} against "
        f"{exact(before)} the year before; ratio {ratio(float(row['ratio']))} ({span}), "
    )
    return Text(zh, en) + significance(row) + seen


def lowered(name: str) -> str:
    """
    A name inside a sentence: its first letter small unless the word is an abbreviation.

    >>> lowered("Emergency drills held"), lowered("GDP growth")
    ('emergency drills held', 'GDP growth')
    """
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _detectable(row: Mapping[Any, Any]) -> Text:
    low, high = (float(row[name]) for name in ("at_most", "at_least"))
    if math.isnan(low):
        return Text(
            f"；降多少都看不出变化，升则须 ≥{exact(high)}",
            f"; no fall could be seen, a rise only from {exact(high)}",
        )
    return Text(
        f"；要看得出变化，须 ≤{exact(low)} 或 ≥{exact(high)}",
        f"; a change could be seen only at ≤{exact(low)} or ≥{exact(high)}",
    )


POPULATION_KINDS = {
    "resident_population_year_end": Text("年末常住人口", "year-end resident population"),
    "population_year_end": Text("年末总人口", "year-end population"),
    "resident_population_annual_mean": Text("年平均常住人口", "mean resident population"),
    "census_population": Text("人口普查常住人口", "census population"),
    "registered_population": Text("户籍人口", "registered population"),
}


def part(row: Mapping[Any, Any]) -> Text:
    """The part of an indicator that a row is about; empty for the whole."""
    return Text(str(row["breakdown_zh"]), str(row["breakdown_en"]))


def what(row: Mapping[Any, Any]) -> Text:
    """
    What a row says, in a few words: a value, a change in percent, a direction or a target.

    >>> what({"measure": "change_pct", "value": -9.2, "status": "actual"}).en
    '9.2% down'
    """
    amount = float(row["value"])
    if row["measure"] == Measure.CHANGE_PCT:
        size = exact(abs(amount))
        text = Text(
            f"同比{'下降' if amount < 0 else '上升'}{size}%",
            f"{size}% {'down' if amount < 0 else 'up'}",
        )
    elif row["measure"] == Measure.DIRECTION:
        text = Text("同比下降", "down") if amount < 0 else Text("同比上升", "up")
    else:
        text = value(row)
    if row["status"] == Status.ACTUAL:
        return text
    status = STATUSES[Status(row["status"])]
    return Text(f"{status.zh}{text.zh}", f"{status.en} {text.en}")


FEWEST_POINTS = 5  # below this, values are listed and no trend is claimed
EXPECTED_NOTE = Text(
    "灰虚线：若按全国同期人均水平，应有的数量",
    "grey dashes: the count that the national rate would give",
)
STATED_HEADING = Text(
    "只公布百分比或方向的变化（此处不设刻度）",
    "changes published without counts (no scale here)",
)


def stated(row: Mapping[Any, Any]) -> Text:
    """A change that came without counts, in a few words."""
    if pd.notna(row.get("percent")):
        return what({"measure": "change_pct", "value": row["percent"], "status": row["status"]})
    return what({"measure": "direction", "value": row["direction"], "status": row["status"]})


def chain(index: pd.DataFrame) -> Text:
    """What chained percentages come to, with the range that rounding leaves."""
    last = index.sort_values("year").iloc[-1]
    base, year = int(last["base"]), int(last["year"])
    low, high = (f"{last[name]:.1f}" for name in ("low", "high"))
    span = f"{last['index']:.1f}" if low == high else f"{low}–{high}"
    return Text(f"以{base}年为100，{year}年为{span}", f"{base} = 100: {year} = {span}")


COUNT_NOTE = Text(
    "个数只说明报告写了多少，不说明安全状况好坏",
    "counts show how much a report says, not how safe a region is",
)
PART_NOTE = Text("* 只是其中一部分，括号外口径见数据表", "* a part only; see the tables for which")
GAP_WORDS = {
    Gap.PERCENT_ONLY: Text("仅百分比", "percent only"),
    Gap.DIRECTION_ONLY: Text("仅方向", "direction only"),
    Gap.TARGET_ONLY: Text("仅目标", "target only"),
    Gap.PLAN_ONLY: Text("仅计划", "plan only"),
    Gap.PLAN_REPORT: Text("计划文本", "plan, no results"),
    Gap.PART_ONLY: Text("仅部分", "part only"),
    Gap.NOT_REPORTED: Text("未提及", "not mentioned"),
}
_MARK_SIGNS = {
    Mark.EXACT: "●",
    Mark.ZERO: "◎",
    Mark.AT_LEAST: "△",
    Mark.AT_MOST: "▽",
    Mark.ABOUT: "○",
    Mark.PERCENT_ONLY: "◇",
    Mark.DIRECTION_ONLY: "↓",
    Mark.TARGET: "□",
    Mark.PLAN: "□",
}


def marks_key(used: Iterable[Mark]) -> Text:
    """The one-line key of the marks in *used*, with the dash for what is not reported."""
    signs = [
        Text(f"{_MARK_SIGNS[mark]} {MARKS[mark].zh}", f"{_MARK_SIGNS[mark]} {MARKS[mark].en}")
        for mark in used
    ]
    dash = Text("— 报告未提及", "— not mentioned in the report")
    return joined([*signs, dash], zh="　", en="   ")


def report_period(report: str, language: str) -> str:
    """
    The year a report is about.

    >>> report_period("anhui-2023", "en")
    'report 2023'
    """
    year = report.rpartition("-")[2]
    return f"{year}年报告" if Language(language) is Language.ZH else f"report {year}"


def brief(row: Mapping[Any, Any]) -> Text:
    """What a row says in a cell whose line already names the unit."""
    told = what(row)
    if row["measure"] != Measure.LEVEL:
        return told
    name = f" {row['unit_en']}"
    return Text(told.zh, told.en.removesuffix(name) if name.strip() not in {"", "%"} else told.en)
