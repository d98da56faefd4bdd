"""
The one careful sentence that a figure may claim, computed from what it shows.

It claims nothing that chance explains, and names no winner.
"""

import math
from typing import Any

import pandas as pd

from analysis.language import numbers, phrases, remarks
from analysis.language import values as wording
from analysis.language.values import Text
from analysis.language.vocabulary import Mark, Measure, Status
from analysis.statistics import intervals

from .rules import Comparison


def comparison(result: Comparison) -> Text:
    """What the comparable figures of an indicator say together."""
    rows, name = result.rows, result.name
    if rows.empty:
        return name + Text("：没有两地的数字可以并列", ": no two reports can be set side by side")
    barred = result.barred
    if len(rows) == 1 and barred:
        return Text(
            f"{name.zh}：{barred + 1}地有数字，不能并列",
            f"{name.en}: {barred + 1} regions report figures that cannot be set side by side",
        )
    if len(rows) == 1:
        region = _region(rows.iloc[0])
        return Text(
            f"{name.zh}：只有{region.zh}报告了这一口径的数字",
            f"{name.en}: only {region.en} reports a figure of this kind",
        )
    counted = rows["mark"].eq(Mark.EXACT) & rows["method"].ne("")
    if result.scale == "rate" and counted.all():
        return _tested(name, rows)
    return _side_by_side(name, rows, result.scale)


def apart(rows: pd.DataFrame) -> Text:
    """Why the figures that reports give of one indicator are not set side by side."""
    first = rows.iloc[0]
    return _name(rows, "") + Text(f"：{first['reason_zh']}", f": {first['reason_en']}")


def not_comparable(rows: pd.DataFrame) -> Text:
    """How many indicators several regions report that cannot be compared."""
    count = rows["indicator"].nunique()
    if not count:
        return Text("多地报告的指标都能并列", "All indicators of several regions can be compared")
    return Text(
        f"{count}项指标有多地数字，但不能并列",
        f"{_many(count, 'indicator')} of several regions cannot be compared",
    )


def _name(rows: pd.DataFrame, indicator: str) -> Text:
    if "indicator_zh" not in rows or rows.empty:
        return Text(indicator, indicator)
    first = rows.iloc[0]
    return Text(str(first["indicator_zh"]), str(first["indicator_en"]))


def _region(row: "pd.Series[Any]") -> Text:
    return Text(row["region_zh"], row["region_en"])


def _side_by_side(name: Text, rows: pd.DataFrame, scale: str) -> Text:
    shown = rows.assign(value=rows["rate"]) if scale == "rate" else rows
    values = (
        Text(f"{r['region_zh']}{wording.value(r).zh}", f"{r['region_en']} {wording.value(r).en}")
        for r in shown.to_dict("records")
    )
    listed = wording.joined(values, zh="，", en=", ")
    per = Text("每10万人", "per 100,000 people, ") if scale == "rate" else Text("", "")
    return Text(f"{name.zh}：{per.zh}{listed.zh}", f"{name.en}: {per.en}{listed.en}")


def _tested(name: Text, rows: pd.DataFrame) -> Text:
    """
    Whether the highest and the lowest rate differ by more than chance.

    They were picked from all, so every pair counts as a comparison (Bonferroni). Periods of other
    length are compared by the day, and a rounded count by its end that is nearer to the other.
    """
    days = (rows["period_end"] - rows["period_start"]).dt.days + 1
    uneven = bool(days.max() - days.min() > 1)
    exposure = rows["population"] * (days if uneven else 1)
    order = (rows["value"] / exposure).to_numpy().argsort()
    less_row, more_row = rows.iloc[order[0]], rows.iloc[order[-1]]
    counts = more_row["value"] - more_row["rounding"], less_row["value"] + less_row["rounding"]
    times = exposure.iloc[order[-1]], exposure.iloc[order[0]]
    strict = 1 - 0.05 / math.comb(len(rows), 2)
    found, sure = (
        intervals.rate_ratio(counts[0], times[0], counts[1], times[1], level=level)
        for level in (0.95, strict)
    )
    if not float(sure.lower) > 1:
        return Text(
            f"{name.zh}：各地差别未超出偶然波动",
            f"{name.en}: the regions differ by no more than chance",
        )
    ratio = numbers.ratio(float(found.ratio))
    span = f"{numbers.ratio(float(found.lower))}–{numbers.ratio(float(found.upper))}"
    more, less = _region(more_row), _region(less_row)
    per = Text("按人口折算", "per person")
    if uneven:
        per = Text("按人口和天数折算", "per person and day")
    return Text(
        f"{name.zh}：{per.zh}，{more.zh}为{less.zh}的{ratio}倍（{span}），差别超出偶然波动",
        f"{name.en}: {per.en}, {more.en} has {ratio} times the figure of {less.en} ({span}), "
        "beyond chance",
    )


def trend(rows: pd.DataFrame, stated: pd.DataFrame, changes: pd.DataFrame) -> Text:
    """What the latest counted change of each region says, or that none was counted."""
    counted = changes[changes["mark"].eq(Mark.EXACT) & changes["origin"].eq("report")]
    every = rows if len(rows) else stated
    if every.empty:
        return Text(
            "没有相连两年的数字，也没有公布变化",
            "No two years in a row are known, and no change was published",
        )
    name = _name(every, "")
    if counted.empty and len(rows):
        return Text(f"{name.zh}：列出各年数值，不作检验", f"{name.en}: values by year, not tested")
    if counted.empty:
        return Text(
            f"{name.zh}：只公布了变化，没有公布数量",
            f"{name.en}: changes were published, counts were not",
        )
    latest = counted.sort_values("period_end").drop_duplicates("region", keep="last")
    if len(latest) > 1:
        return _latest(name, latest)
    row = latest.iloc[-1].to_dict()
    year, region = row["period_end"].year, _region(pd.Series(row))
    falls = row["value"] < row["before"]
    zh, en = ("下降", "fall") if falls else ("上升", "rise")
    if row["value"] == row["before"]:
        return Text(
            f"{region.zh}{year}年{name.zh}与上年相同",
            f"{region.en}, {year}: {wording.lowered(name.en)} as the year before",
        )
    if row["lower"] <= 1 <= row["upper"]:
        return Text(
            f"{region.zh}{year}年{name.zh}的{zh}未超出偶然波动",
            f"{region.en}, {year}: the {en} in {wording.lowered(name.en)} is within chance",
        )
    return Text(
        f"{region.zh}{year}年{name.zh}的{zh}超出偶然波动",
        f"{region.en}, {year}: the {en} in {wording.lowered(name.en)} is beyond chance",
    )


def _latest(name: Text, latest: pd.DataFrame) -> Text:
    """How many regions' latest changes lie outside what no change would give; no test of them."""
    outside = remarks.beyond_chance(latest)
    if not outside:
        return Text(
            f"{name.zh}：{len(latest)}地最近一年的升降，各自都未超出偶然波动",
            f"{name.en}: the latest change in each of {len(latest)} regions is within chance",
        )
    return Text(
        f"{name.zh}：{len(latest)}地最近一年的升降，{outside}地的95%区间不含“不变”",
        f"{name.en}: latest changes in {len(latest)} regions, {outside} with a 95% interval that "
        "leaves out no change",
    )


def coverage(rows: pd.DataFrame) -> Text:
    """How much the reports have in common."""
    regions = rows.groupby("indicator")["region"].nunique()
    reports, common = rows["report"].nunique(), int(regions.ge(2).sum())
    return Text(
        f"{reports}份报告共{len(rows)}个数字、{len(regions)}个指标，只有{common}个指标见于两地以上",
        f"{len(rows)} figures of {len(regions)} indicators; only {common} appear in two or more "
        f"of {reports} reports",
    )


def shared(rows: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """For how many of the indicators that reports share is there an amount to compare."""
    amounts = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    regions = amounts.groupby("indicator")["region"].nunique()
    total, counted = rows["indicator"].nunique(), int(regions.ge(2).sum())
    most = int(regions.max()) if len(regions) else 0
    said = Text(
        f"{total}个共有指标中，{counted}个有两地以上的实绩数量，最多见于{most}地",
        f"Of {total} shared indicators, {counted} have results from two or more regions, "
        f"none from more than {most}",
    )
    return said + wording.page(number, pages)


def reading(changes: pd.DataFrame) -> Text:
    """Every counted change read out, one sentence a region and year; the latest first."""
    if changes.empty:
        return Text("没有选出任何变化。", "No change was chosen: nothing can be read.")
    counted = changes[changes["mark"].eq(Mark.EXACT)].sort_values("period_end", ascending=False)
    if counted.empty:
        return Text(
            "没有公布数量，只能读方向。", "No counts were published; only directions can be read."
        )
    return wording.joined(
        (wording.change(row) for row in counted.to_dict("records")), zh="。\n", en=".\n"
    ) + Text("。", ".")


def year_on_year(changes: pd.DataFrame) -> Text:
    """How many of the counted changes stand, and who published no counts."""
    if changes.empty:
        return remarks.NOTHING_CHANGED
    counted = changes[changes["mark"].eq(Mark.EXACT)]
    if counted.empty:
        return Text(
            "同比变化：只有百分比或方向，没有数量", "Changes were published, counts were not"
        )
    bare = changes[~changes["region"].isin(counted["region"])]
    regions, others = _places(counted), _places(bare)
    total, stand = len(counted), int(counted["stands"].sum())
    found = Text(
        f"{regions.zh}的{total}项同比变化均未超出偶然波动",
        f"None of {total} yearly changes in {regions.en} is beyond chance",
    )
    verb = "is" if stand == 1 else "are"
    if total == 1:
        found = Text(
            f"{regions.zh}的1项同比变化未超出偶然波动",
            f"The one yearly change in {regions.en} is within chance",
        )
    if stand:
        found = Text(
            f"{regions.zh}的{total}项同比变化中，{stand}项超出偶然波动",
            f"{stand} of {total} yearly changes in {regions.en} {verb} beyond chance",
        )
    if bare.empty:
        return found
    return found + Text(f"；{others.zh}没有公布数量", f"; {others.en} published no counts")


def _many(count: int, name: str) -> str:
    """
    A count with the English name of what is counted.

    >>> _many(1, "target"), _many(2, "target")
    ('1 target', '2 targets')
    """
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _places(rows: pd.DataFrame) -> Text:
    """The regions of *rows* by name, each once; how many, if they are a crowd."""
    once = rows.drop_duplicates("region").to_dict("records")
    if len(once) > phrases.CROWD:
        return Text(f"{len(once)}个地区", f"{len(once):,} regions")
    names = (Text(row["region_zh"], row["region_en"]) for row in once)
    return wording.joined(names, zh="、", en=" and ")


def funnel(rows: pd.DataFrame) -> Text:
    """How many counts lie outside the limits around an outside rate, and on which side."""
    if rows.empty:
        return remarks.NOTHING_EXPECTED
    first, span, where = rows.iloc[0], wording.years(rows["period_end"]), _places(rows)
    name = wording.lowered(str(first["indicator_en"]))
    about = Text(
        f"{where.zh}{span.zh}{first['indicator_zh']}，与按{first['of_zh']}人均水平应有的相比：",
        f"{where.en} {span.en}, {name} against what the rate of {first['of_en']} would give: ",
    )
    total, far = len(rows), int(rows["place"].eq("far_outside").sum())
    above = int((rows["place"].ne("within") & rows["value"].gt(rows["expected"])).sum())
    below = int(rows["place"].ne("within").sum()) - above
    if not above + below:
        return about + _every_year(total) + Text("在95%界限之内", " within the 95% limits")
    sides = [
        _outside(count, total, zh, en)
        for count, zh, en in ((above, "上", "above"), (below, "下", "below"))
        if count
    ]
    outer = Text(
        f"，{far or '没有'}{'个' if far else ''}越过99.8%界限", f", {far or 'none'} beyond 99.8%"
    )
    counted = Text(f"{total}个年度中", f"of {_many(total, 'year')}, ")
    if total > phrases.CROWD:
        counted = Text(f"{total}个数字中", f"of {total:,} counts, ")
    if total in {above, below}:
        counted = Text("", "")
    return about + counted + wording.joined(sides, zh="、", en=", ") + outer


def _outside(count: int, total: int, zh: str, en: str) -> Text:
    """How many of the counts lie on one side of the limits, or that all do."""
    if count == total:
        return _every_year(total) + Text(f"在95%{zh}限之{zh}", f" {en} the 95% limit")
    return Text(f"{count}个在95%{zh}限之{zh}", f"{count} {en} the 95% limit")


def _every_year(total: int) -> Text:
    """All the years of a figure, however many they are."""
    named = {1: "1 year", 2: "both years"}.get(total, f"all {total} years")
    return Text(f"{total}个年度都" if total > 1 else f"{total}个年度", named)


def closed_loop(shares: pd.DataFrame) -> Text:
    """From what to what the shares reach, and where alone they can be made."""
    if shares.empty:
        return remarks.NOTHING_CLOSED
    where, count = _places(shares), len(shares)
    low, high = (numbers.percent(shares["share"].agg(end)) for end in ("min", "max"))
    span = Text(low, low) if low == high else Text(f"{low}至{high}", f"{low} to {high}")
    verb = "gives" if len(set(shares["region"])) == 1 else "give"
    return Text(
        f"只有{where.zh}能算出整改份额：{count}项在{span.zh}",
        f"Only {where.en} {verb} both found and rectified: {_many(count, 'share')}, {span.en}",
    )


def composition(parts: pd.DataFrame) -> Text:
    """The largest part of each whole, where it can be told from the next."""
    if parts.empty:
        return remarks.NOTHING_TO_TAKE_APART
    first = parts.iloc[0]
    name = Text(first["indicator_zh"], first["indicator_en"])
    said = [_largest(group) for _, group in parts.groupby("whole_id", sort=False)]
    where, told = _places(parts), wording.joined(said, zh="；", en="; ")
    return Text(f"{where.zh}{name.zh}：{told.zh}", f"{where.en}, {name.en.lower()}: {told.en}")


def _largest(parts: pd.DataFrame) -> Text:
    order = parts.sort_values("value", ascending=False, kind="stable").to_dict("records")
    top, second = order[0], order[1]
    most = Text(
        f"{top['part_zh']}占{numbers.percent(top['share'])}",
        f"{wording.lowered(top['part_en'])} {numbers.percent(top['share'])}",
    )
    of = Text(str(top["whole_zh"]), str(top["whole_en"]))
    if of.zh:
        most = Text(f"{of.zh}中{most.zh}", f"{most.en} at {wording.lowered(of.en)}")
    if not top["method"]:
        return most
    pair = intervals.share(top["value"], top["value"] + second["value"])
    if float(pair.lower) > 0.5:
        return most
    next_most = Text(
        f"、{second['part_zh']}占{numbers.percent(second['share'])}，两者差别未超出偶然波动",
        f" and {wording.lowered(second['part_en'])} {numbers.percent(second['share'])}, "
        "no further apart than chance",
    )
    return most + next_most


def targets(judged: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """How many targets were met, how many not, and of how many nothing is known."""
    return _judged(judged) + wording.page(number, pages)


def _judged(judged: pd.DataFrame) -> Text:
    if judged.empty:
        return remarks.NOTHING_AIMED
    total = len(judged)
    counts = judged["outcome"].value_counts()
    met, missed, unsure = (int(counts.get(name, 0)) for name in ("met", "missed", "cannot_tell"))
    if not met + missed + unsure:
        return Text(
            f"{total}项目标，没有一项能在报告中核对结果",
            f"{_many(total, 'target')}; no report gives the final result of any",
        )
    return Text(
        f"{total}项目标：达成{met}项，未达成{missed}项，无法判断{unsure}项，其余没有结果",
        f"{_many(total, 'target')}: {met} met, {missed} missed, {unsure} cannot be told, "
        "the rest without a result",
    )
