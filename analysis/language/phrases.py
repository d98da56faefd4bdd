"""
What figures say in fixed words: reasons, notes, keys of marks and the line of sources.

It computes nothing; numbers, periods and sentences are worded in ``wording``.
"""

from collections.abc import Iterable

import pandas as pd

from .values import Text, joined
from .vocabulary import Comparator, Gap, Mark, Measure, Nature, Quantity, Rule, Status

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
    Gap.WHOLE_ONLY: Text("只报总数，未分出这一部分", "only the whole is reported, not this part"),
    Gap.ONE_PERIOD: Text("只有一期数字，看不出变化", "one period only, so no change can be seen"),
    Gap.CHANGE_ONLY: Text("只报增减数，无总数", "the change only, no total"),
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

NOT_COMPARABLE_SUBTITLE = Text(
    "两地以上报告、但不能并列的指标｜数字照原文，小字为范围与期间，右侧为不能并列的原因",
    "indicators of two or more reports | figures as printed, scope and period below; right: why "
    "they cannot be compared",
)
ONE_RESULT = Text("只有{region}有实绩", "only {region} reports a result")
NO_RESULT = Text("只有目标或计划，没有实绩", "targets or plans, no results")
OTHER_SCOPE = Text("范围不同", "they cover different things")
ON_ITS_OWN = Text("各地分列", "each on its own")
ON_A_LIST = Text(
    "单位、处所的个数由工作安排决定，不是偶然计数，不设区间",
    "how many units a programme covers is decided, not left to chance: no interval",
)
MORE_BESIDE = Text(
    "右栏只列前{shown}项，另有{more}项见各指标的比较图",
    "the right column shows the first {shown}; {more} more stand in the figures of each indicator",
)
GIVEN_BELOW = Text("各地报告了什么见下", "what each report gives stands below")
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
    "伤亡在事故中成串发生，真实区间比所示更宽",
    "casualties cluster within accidents, so the true interval is wider than shown",
)
PERCENT_NOTE = Text(
    "菱形只有百分比、箭头只有方向，背后没有公布数量，不与数量同轴",
    "diamonds are percentages and arrows directions without published counts; no axis is shared",
)
CONTEXT_NOTE = Text(
    "空心圆点取自其他出版物，不属所列报告", "hollow dots come from other publications"
)
BRACKET_NOTE = Text(
    "方括号内的百分比取自其他出版物", "percentages in brackets are from other publications"
)


CROWD = 12  # figures or regions beyond which a page names only a few of them


def on_a_list(rows: pd.DataFrame) -> bool:
    """Whether a result among *rows* counts units that were chosen, and so has no interval."""
    if "lower" not in rows:
        return False
    counts = rows["quantity"].eq(Quantity.COUNT) & rows["nature"].eq(Nature.FLOW)
    exact = rows["measure"].eq(Measure.LEVEL) & rows["comparator"].eq(Comparator.EXACT)
    return bool((counts & exact & rows["status"].eq(Status.ACTUAL) & rows["lower"].isna()).any())


def source_note(rows: pd.DataFrame) -> Text:
    """
    Name every report behind *rows* once, and other publications apart, with their dates.

    *rows* needs ``origin``, ``publisher``, ``title``, ``published`` and ``period_end``.
    """
    order = rows.sort_values(["level_order", "adcode"], kind="stable")
    reported = order["origin"].eq("report") & order["report"].ne("")
    reports = order[reported].drop_duplicates("report")
    context = rows[rows["origin"].eq("context")]
    zh = [f"{r.publisher}《{r.title}》" for r in reports.itertuples()]
    years = [code.rpartition("-")[2] for code in reports["report"]]
    en = [f"{name} report {year}" for name, year in zip(reports["region_en"], years, strict=True)]
    text = Text(f"资料来源：{'；'.join(zh)}", f"Sources: {'; '.join(en)}")
    if len(reports) > CROWD:
        text = Text(f"资料来源：{len(reports)}份报告", f"Sources: {len(reports):,} reports")
    if not reports.empty and context.empty:
        return text
    names = list(dict.fromkeys(context["publisher"]))
    more_zh = "、".join(names[:3]) + ("等" if len(names) > 3 else "")
    regions = list(dict.fromkeys(context["region_en"]))
    figures = "1 context figure" if len(context) == 1 else f"{len(context)} context figures"
    more_en = f"{figures} for {', '.join(regions)}"
    if reports.empty:
        return Text(f"资料来源：{more_zh}", f"Sources: {more_en}")
    return text + Text(f"。背景数字另据{more_zh}", f". Also {more_en}, listed in data/context.csv")


REPRINTED = Text("（转载）", " (a reprint)")
POPULATION_KINDS = {
    "resident_population_year_end": Text("年末常住人口", "year-end resident population"),
    "population_year_end": Text("年末总人口", "year-end population"),
    "resident_population_annual_mean": Text("年平均常住人口", "mean resident population"),
    "census_population": Text("人口普查常住人口", "census population"),
    "registered_population": Text("户籍人口", "registered population"),
}


FEWEST_POINTS = 5  # below this, values are listed and no trend is claimed
EXPECTED_NOTE = Text(
    "灰虚线：若按全国同期人均水平，应有的数量",
    "grey dashes: the count that the national rate would give",
)
STATED_HEADING = Text(
    "只公布百分比或方向的变化（此处不设刻度）",
    "changes published without counts (no scale here)",
)


COUNT_NOTE = Text(
    "个数只说明报告写了多少，不说明安全状况好坏",
    "counts show how much a report says, not how safe a region is",
)
PART_NOTE = Text("* 只是其中一部分，是哪一部分见数据表", "* a part only; see the tables for which")
GAP_WORDS = {
    Gap.PERCENT_ONLY: Text("仅百分比", "percent only"),
    Gap.DIRECTION_ONLY: Text("仅方向", "direction only"),
    Gap.TARGET_ONLY: Text("仅目标", "target only"),
    Gap.PLAN_ONLY: Text("仅计划", "plan only"),
    Gap.PLAN_REPORT: Text("计划文本", "plan, no results"),
    Gap.PART_ONLY: Text("仅部分", "part only"),
    Gap.WHOLE_ONLY: Text("仅总数", "whole only"),
    Gap.ONE_PERIOD: Text("仅一期", "one period"),
    Gap.CHANGE_ONLY: Text("仅增减", "change only"),
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


TOTAL = Text("合计", "All themes")
REGION_COUNT = Text("{count}地", "{count} regions")
ONE_REGION = Text("仅此1地", "only here")
SILENCE_NOTE = Text(
    "未提及只说明报告没有写，不等于当地没有",
    "not mentioned says only that the report is silent, not that the region lacks it",
)
REPORTS_DIFFER_NOTE = Text(
    "各报告的级别、年份和篇幅不同", "the reports differ in level, year and length"
)
PLAN_REPORT_NOTE = Text("{region}的报告只是计划", "the report of {region} is a plan only")
UNLISTED = Text("表中没有这份报告的条目", "the tables hold no entry for this report")
WORDS_ALONE = Text(
    "{count}项安排都只有文字，没有数值和期限",
    "all {count} commitments are in words, without number or date",
)
PROMISE_NOTE = Text(
    "有数值或期限只说明日后能查验，不说明更重要，也不说明已做到",
    "a number or a date makes a commitment checkable, not more important, and not fulfilled",
)
NOTHING_CHECKABLE = Text(
    "没有一项安排带有数值或期限", "no commitment carries a number or a deadline"
)
TARGET_HEADING = Text("数值", "Number")
DATE_HEADING = Text("期限", "Deadline")

BARRED = Text(
    "他地有同口径数字，但不可并列", "others report it, but it may not be set beside theirs"
)
ALONE = Text("这一口径只有本地报告", "reported in this way by this region only")
KINDS = {
    "report": Text("总结", "annual report"),
    "plan": Text("计划", "plan"),
    "progress": Text("进展报告", "progress report"),
}
REPORTED_HEADING = Text("报告写了什么：各主题的数字个数", "What it reports: figures by theme")
STANDS_HEADING = Text("事故与灾害", "Accidents and disasters")
BESIDE_HEADING = Text("可与其他地区并列的数字", "What may stand beside other regions")
UNSAID_HEADING = Text(
    "不能与其他地区并列的指标，及其原因", "Indicators that cannot be set beside others, and why"
)
RESULTS = Text("实绩", "results")
AIMS = Text("目标或计划", "targets or plans")
NO_FIGURES = Text("报告没有数字", "the report gives no figure")
NO_OUTCOMES = Text(
    "报告没有事故起数、伤亡或灾害损失的数字，只写工作",
    "the report gives no number of accidents, casualties or losses; it describes work only",
)
NO_OUTCOMES_PLAN = Text(
    "报告只是计划，不含事故与灾害的结果",
    "the report is a plan and holds no results for accidents or disasters",
)
NOTHING_BESIDE = Text(
    "没有一个数字与其他地区的口径、性质和年份相配，原因见下",
    "no figure matches another region's in kind, part and year; the reasons stand below",
)
EVERYTHING_BESIDE = Text(
    "共有的指标都可以并列", "every shared indicator may be set beside another region's"
)
WITHOUT_SCALE = Text("没有区间，不设刻度", "without interval, no scale")
BACK_NOTE = Text(
    "部分上年数由报告所印增减反推",
    "some earlier counts are calculated back from the change that the report prints",
)
OWN_PANELS = Text(
    "每地一栏，各有尺度，不可跨栏比较",
    "each region has a panel with a scale of its own: not to be compared across panels",
)
OWN_SCALES = Text(
    "右栏各行自有尺度，从零起，不可跨行比较",
    "in the right column every row has its own scale from zero; do not compare across rows",
)
POLICY_COUNTS = Text(
    "举措{instruments}项，安排{commitments}项",
    "{instruments} instruments, {commitments} commitments",
)
PER_PERSON = Text("按每10万人计", "per 100,000 people")
COUNT_ALONE = Text("{count}项", "{count} indicators")
COUNT_OF = Text("{names}等{count}项", "{names} … {count} in all")
