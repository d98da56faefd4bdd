"""
What the figures of change, control limits, closed loops, parts and targets say in fixed words.

It computes nothing; the sentence that a whole figure may claim is ``findings``'.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from . import numbers as digits
from . import values
from .values import Text

NO_POPULATION = Text(
    "有数量（最近一年{value}），但没有收录人口，算不出按全国水平应有的数量",
    "has counts ({value} in the latest year) but no population on record, so none can be expected",
)
WHOLE_WITHOUT_PARTS = Text("只有总数，没有分项", "a whole only, without parts")
PARTS_WITHOUT_WHOLE = Text("只印分项（{parts}），没有总数", "parts only ({parts}), without a whole")
FOUND_AND_RECTIFIED = Text(
    "发现与整改合为一个数字（{what}），分不出比例",
    "found and rectified are one figure ({what}), so there is no share",
)
LOOP_APART = Text(
    "发现数（{found}）与整改数（{rectified}）分属不同行动，不能相除",
    "found ({found}) and rectified ({rectified}) belong to different campaigns",
)
ONLY_FOUND = Text("只有发现数（{what}），没有整改数", "found only ({what}), rectified not given")
ONLY_RECTIFIED = Text(
    "只有整改数（{what}），没有发现数", "rectified only ({what}), found not given"
)
SHARE_WITHOUT_COUNTS = Text("整改率没有件数（{what}）", "a share without counts ({what})")
OTHER_PAGE = Text("目标在另一页", "targets stand on another page")
NO_TARGET = Text("报告没有可以核对的目标值", "the report sets no target that could be checked")
EVERY_YEAR = {True: Text("逐年下降", "fall every year"), False: Text("逐年上升", "rise every year")}

SAME_AS_BEFORE = Text("与上年相同", "as the year before")
SCALE_FALL = Text("← 少于上年", "← fewer")
SCALE_RISE = Text("多于上年 →", "more →")
CHANCE_BAND = Text("灰带：偶然波动即可解释", "grey band: what chance alone would do")
NO_RATIO = Text("两年均为零", "zero both years")
CHANGE_COLUMNS = (
    Text("比值（95%区间）", "ratio (95% interval)"),
    Text("看得出变化", "would show at"),
    Text("全国", "China"),
)
ELSEWHERE_NOTE = Text(
    "空心圆点、方括号内的百分比和灰虚线（全国比值）取自其他出版物",
    "hollow dots, percentages in brackets and grey dashes (China) are from other publications",
)
BEFORE_NOTE = Text(
    "上年数取自其他出版物或由报告的增减数反推",
    "counts before are from other publications or the printed change",
)
FUNNEL_NOTE = Text(
    "界限为以全国人均水平为准的精确泊松界限，不以所列地区平均为准",
    "exact Poisson limits around the national rate, never around the mean of those shown",
)
ROOTS_NOTE = Text("两轴按平方根刻度", "both axes are square roots")
LIMIT_NAMES = {
    "": Text("95%界限", "95% limits"),
    "outer_": Text("99.8%界限", "99.8% limits"),
    "loose_": Text("离散度为2时的95%界限", "95% limits if dispersion is 2"),
}
AS_EXPECTED = Text("与全国水平相同", "as the national rate")
COVERAGE_NOTE = Text(
    "全国数与地方数的统计口径未必全同", "national and local counting rules may differ"
)
WHOLE_AXIS = Text("横轴从0起到100%", "the axis runs from 0 to 100%")
LOOP_NOTE = Text(
    "区间说的是同样做法下整改的把握，不是对已数清的件数有疑问；各行动范围不同，不宜互比",
    "the interval is about the process, not about cases already counted; campaigns differ in scope",
)
REBUILT_NOTE = Text(
    "反推：报告只印总数和百分比，分子由此反推，只有一个整数相符",
    "rebuilt: only total and percentage are printed, and one whole number fits them",
)
LOOPS = {
    "hazards_found": Text("问题隐患", "hazards"),
    "major_hazards_found": Text("重大隐患", "major hazards"),
    "violations_found": Text("违法违规行为", "violations"),
}
PART_SHARE_NOTE = Text(
    "条长为占总数的份额；横轴从0起", "bars are shares of the whole; the axis starts at 0"
)
CONTEXT_PARTS_NOTE = Text(
    "空心条的分项取自其他出版物，不见于报告", "hollow bars: parts from another publication"
)
ROUNDED_SUM = Text(
    "{whole}：分项相加为{sum}，印出的总数为{total}，差在四舍五入之内",
    "{whole}: the parts add up to {sum}, the printed whole is {total}, within rounding",
)
PART_LIMITS_NOTE = Text(
    "细线为份额的精确二项95%区间", "thin lines: exact binomial 95% intervals of the shares"
)
OWN_SCALE = Text(
    "每行各用自己的刻度，只能在行内看；方框为目标，圆点为结果",
    "each line has a scale of its own, to be read along the line only; square: target, dot: result",
)
OUTCOMES = {
    "met": Text("达成", "met"),
    "missed": Text("未达成", "missed"),
    "cannot_tell": Text("无法判断", "cannot tell"),
    "so_far": Text("期限未到", "not due yet"),
    "next_period": Text("下一期目标，尚无结果", "for the next period: no result yet"),
    "plan_report": Text("计划文本，无实绩", "a plan report, without results"),
    "unreported": Text("报告没有公布结果", "no result reported"),
}
OUTCOME_NOTE = Text(
    "没有公布结果不等于没有达成；零目标按当年事实判断，其余计数目标按区间判断",
    "no result reported is not a missed target; zero targets are judged as facts, other counts "
    "by their interval",
)


REFERENCE_SOURCE = Text(
    "。全国数与人口见 data/context.csv",
    ". National counts and populations: data/context.csv",
)
EXPECTED_AXIS = Text("按{of}人均水平应有的数量 →", "count that the rate of {of} would give →")
OBSERVED_AXIS = Text("↑ 公布的数量", "↑ count published")
ALL = Text("全部", "The whole")
TARGETS_SUBTITLE = Text(
    "报告写下的目标，以及报告里有没有结果",
    "targets set in the reports, and whether a result is given",
)
NOTHING_HERE = Text("— 没有可画的数字", "— nothing to draw")
NOTHING_TO_TAKE_APART = Text(
    "没有一份报告既印总数、又印能加成总数的分项",
    "No report prints a whole together with parts that add up to it",
)
NOTHING_EXPECTED = Text(
    "没有一地同时有数量、人口和全国数", "No region has a count, a population and a national rate"
)
NOTHING_CLOSED = Text(
    "没有一份报告同时印发现数和整改数", "No report prints what was found and what was rectified"
)
NOTHING_CHANGED = Text("没有一份报告给出同比变化", "No report gives a change from year to year")
NOTHING_AIMED = Text("没有一份报告写下目标值", "No report sets a target")


def discoveries(tested: pd.DataFrame) -> Text:
    """How many changes with counts were compared, and how many stand together."""
    count, stand = len(tested), int(tested["stands"].sum())
    if not stand:
        return Text(
            f"共比较{count}次；控制错误发现率5%后，没有一次成立",
            f"{count} comparisons; none stands at a false discovery rate of 5%",
        )
    return Text(
        f"共比较{count}次；控制错误发现率5%后，{stand}次成立",
        f"{count} comparisons; {stand} of them stand at a false discovery rate of 5%",
    )


def ratio_label(row: Mapping[Any, Any]) -> Text:
    """
    A ratio with its interval, for the label of a mark.

    >>> ratio_label({"ratio": 0.88, "lower": 0.58, "upper": 1.34}).en
    '0.88 (0.58–1.34)'
    """
    return _both(digits.times, row, "ratio")


def against(row: Mapping[Any, Any]) -> Text:
    """A count of one year with that of the year before."""
    now, before = (digits.exact(float(row[name])) for name in ("value", "before"))
    when = values.period(row["period_start"], row["period_end"])
    return Text(
        f"{when.zh}：{now}{row['unit']}，上年{before}{row['unit']}",
        f"{when.en}: {now}, before {before}",
    )


def detectable(row: Mapping[Any, Any]) -> Text:
    """
    The counts at which a change would show.

    >>> detectable({"at_most": 32.0, "at_least": 74.0}).zh
    '≤32 或 ≥74'
    """
    low, high = float(row["at_most"]), f"≥{float(row['at_least']):.0f}"
    if math.isnan(low):
        return Text(high, high)
    return Text(f"≤{low:.0f} 或 {high}", f"≤{low:.0f} or {high}")


def against_expected(row: Mapping[Any, Any]) -> Text:
    """A count beside the one that a wider region's rate would give."""
    count, year = digits.exact(float(row["value"])), row["period_end"].year
    wanted = f"{float(row['expected']):.1f}"
    return Text(
        f"{row['region_zh']}{year}年：{count}{row['unit']}，按{row['of_zh']}水平应有{wanted}",
        f"{row['region_en']} {year}: {count}, at the rate of {row['of_en']} {wanted}",
    )


def fraction(row: Mapping[Any, Any]) -> Text:
    """Cases over total as printed, and whether the cases are rebuilt."""
    cases, total = (f"{float(row[name]):.0f}" for name in ("cases", "total"))
    if row["basis"] != "rebuilt":
        return Text(f"{cases}/{total}", f"{cases}/{total}")
    return Text(f"{cases}（反推）/{total}", f"{cases} (rebuilt)/{total}")


def share_label(row: Mapping[Any, Any]) -> Text:
    """A share in percent with its interval, if it has one."""
    return _both(digits.share, row, "share")


def _both(told: Callable[..., str], row: Mapping[Any, Any], name: str) -> Text:
    """A number of *row* with its interval in both languages, as *told* says it."""
    numbers = (row[name], row["lower"], row["upper"])
    return Text(told(*numbers, "zh"), told(*numbers, "en"))


def value_of_part(row: Mapping[Any, Any]) -> Text:
    """A value with the part it is about."""
    value, part = values.value(row), values.part(row)
    if not part.zh:
        return value
    return Text(f"{part.zh}{value.zh}", f"{part.en}: {value.en}")


def target(row: Mapping[Any, Any]) -> Text:
    """What a target asks for, and by when."""
    asked = values.value(row)
    if row["measure"] == "direction":
        asked = EVERY_YEAR[float(row["value"]) < 0]
    elif row["measure"] != "level":  # a bound is on how far it goes: 5%以上 is no ≥−5%
        asked = values.what({**row, "status": "actual"})
    when = values.period(row["period_start"], row["period_end"])
    return Text(f"{asked.zh}，{when.zh}", f"{asked.en}, {when.en}")


def outcome(row: Mapping[Any, Any]) -> Text:
    """What became of a target, with the result that says so, its interval and its time."""
    told = OUTCOMES[row["outcome"]]
    if pd.isna(row["result"]):
        return told
    found = {"value": row["result"], "comparator": row["result_comparator"]}
    shown = values.what({**row, **found, "measure": row["result_measure"], "status": "actual"})
    when = values.period(row["result_period_start"], row["result_period_end"])
    if pd.notna(row["lower"]):
        shown = shown + values.within(row["lower"], row["upper"])
    return told + Text(f"：{shown.zh}，{when.zh}", f": {shown.en}, {when.en}")


def dispersion(rows: pd.DataFrame) -> Text:
    """How many counts lie outside the limits that allow for clustered events."""
    count, outside = len(rows), int(rows["loose_place"].ne("within").sum())
    return Text(
        f"若实际离散度为泊松的2倍（虚线），{count}个中有{outside}个在95%界限外",
        f"if events varied twice as much (dashes), {outside} of {count} would lie outside 95%",
    )


def by_chance(rows: pd.DataFrame) -> Text:
    """How many of many counts chance alone puts outside the 95 % limits."""
    count, outside = len(rows), round(len(rows) * 0.05)
    return Text(
        f"仅凭偶然，{count}个中就会有至多约{outside}个在95%界限外",
        f"chance alone puts up to about {outside:,} of {count:,} outside 95%",
    )


def part_or_all(row: Mapping[Any, Any]) -> Text:
    """The part that a row is about, or that it is about all."""
    part = values.part(row)
    return part if part.zh else ALL


def about(row: Mapping[Any, Any]) -> Text:
    """The indicator of a row with the part that it is about."""
    name = Text(str(row["indicator_zh"]), str(row["indicator_en"]))
    return name + values.aside(values.part(row))


def beyond_chance(changes: pd.DataFrame) -> int:
    """How many counted *changes* have a 95% interval that leaves out no change."""
    return int((changes["lower"].gt(1) | changes["upper"].lt(1)).sum())


def loop(row: Mapping[Any, Any]) -> Text:
    """What was found and rectified, and where."""
    what, part = LOOPS[row["loop"]], part_or_all(row)
    return Text(
        f"{row['region_zh']}{part.zh}{what.zh}", f"{row['region_en']}, {part.en}, {what.en}"
    )


def whole(row: Mapping[Any, Any]) -> Text:
    """The region, part and amount of a whole that is taken apart."""
    amount = values.value({**row, "value": row["whole"]})
    of = Text(str(row["whole_zh"]), str(row["whole_en"]))
    region = Text(row["region_zh"], row["region_en"])
    where = values.joined([region, of] if of.zh else [region], zh="，", en=", ")
    return Text(f"{where.zh}：{amount.zh}", f"{where.en}: {amount.en}")


def sums(rows: pd.DataFrame) -> list[Text]:
    """One note for each whole that differs from the sum of its printed parts."""
    firsts = rows.drop_duplicates("whole_id")
    apart = firsts[(firsts["whole"] - firsts["parts_sum"]).abs().gt(1e-6)]
    return [
        ROUNDED_SUM.format(
            whole=Text(row["region_zh"], row["region_en"]),
            sum=_in_full(row["parts_sum"], row),
            total=_in_full(row["whole"], row),
        )
        for row in apart.to_dict("records")
    ]


def _in_full(amount: float, row: Mapping[Any, Any]) -> Text:
    """An amount with every digit, in 万 where it was printed so."""
    scaled = "万" in str(row["printed"])
    zh = f"{amount / 1e4:.2f}万{row['unit']}" if scaled else f"{digits.exact(amount)}{row['unit']}"
    return Text(zh, f"{digits.exact(amount)} {row['unit_en']}".strip())
