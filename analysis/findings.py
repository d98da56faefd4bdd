"""
The one careful sentence that a figure may claim, computed from what it shows.

It claims nothing that chance explains, and names no winner.
"""

from typing import Any

import pandas as pd

from . import intervals, wording
from .compare import Comparison
from .wording import Text
from .words import Mark


def comparison(result: Comparison) -> Text:
    """What the comparable figures of an indicator say together."""
    rows = result.rows
    name = _name(rows if len(rows) else result.refused, result.indicator)
    if rows.empty:
        return name + Text("：五地没有可以并列的数字", ": no two reports can be set side by side")
    if len(rows) == 1:
        region = _region(rows.iloc[0])
        return Text(
            f"{name.zh}：只有{region.zh}报告了这一口径的数字",
            f"{name.en}: only {region.en} reports a figure of this kind",
        )
    if rows["mark"].ne(Mark.EXACT).any() or rows["method"].eq("").any():
        return _side_by_side(name, rows)
    return _tested(name, rows, result.scale)


def _name(rows: pd.DataFrame, indicator: str) -> Text:
    if "indicator_zh" not in rows or rows.empty:
        return Text(indicator, indicator)
    first = rows.iloc[0]
    return Text(str(first["indicator_zh"]), str(first["indicator_en"]))


def _region(row: "pd.Series[Any]") -> Text:
    return Text(row["region_zh"], row["region_en"])


def _side_by_side(name: Text, rows: pd.DataFrame) -> Text:
    values = (
        Text(f"{r['region_zh']}{wording.value(r).zh}", f"{r['region_en']} {wording.value(r).en}")
        for r in rows.to_dict("records")
    )
    listed = wording.joined(values, zh="，", en=", ")
    return Text(f"{name.zh}：{listed.zh}", f"{name.en}: {listed.en}")


def _tested(name: Text, rows: pd.DataFrame, scale: str) -> Text:
    """Whether the highest and the lowest differ by more than chance."""
    exposure = rows["population"] if scale == "rate" else pd.Series(1.0, rows.index)
    rate = rows["value"] / exposure
    high, low = rate.idxmax(), rate.idxmin()
    found = intervals.rate_ratio(
        rows.loc[high, "value"], exposure[high], rows.loc[low, "value"], exposure[low]
    )
    if not float(found.lower) > 1:
        return Text(
            f"{name.zh}：各地差别未超出偶然波动",
            f"{name.en}: the regions differ by no more than chance",
        )
    ratio = wording.ratio(float(found.ratio))
    span = f"{wording.ratio(float(found.lower))}–{wording.ratio(float(found.upper))}"
    more, less = _region(rows.loc[high]), _region(rows.loc[low])
    per = Text("按人口折算，", "per person, ") if scale == "rate" else Text("", "")
    return Text(
        f"{name.zh}：{per.zh}{more.zh}为{less.zh}的{ratio}倍（{span}），差别非偶然",
        f"{name.en}: {per.en}{more.en} has {ratio} times the figure of {less.en} ({span}), "
        "more than chance",
    )


def trend(rows: pd.DataFrame, stated: pd.DataFrame, changes: pd.DataFrame) -> Text:
    """What the latest counted change of each region says, or that none was counted."""
    counted = changes[changes["mark"].eq(Mark.EXACT) & changes["origin"].eq("report")]
    every = rows if len(rows) else stated
    name = _name(every, "")
    if counted.empty:
        return Text(
            f"{name.zh}：只公布了变化，没有公布数量",
            f"{name.en}: changes were published, counts were not",
        )
    row = counted.sort_values("period_end").iloc[-1].to_dict()
    year, region = row["period_end"].year, _region(pd.Series(row))
    falls = row["value"] < row["before"]
    zh, en = ("下降", "fall") if falls else ("上升", "rise")
    if row["value"] == row["before"]:
        return Text(f"{region.zh}{year}年{name.zh}与上年相同", f"{region.en}: {name.en} as before")
    if row["lower"] <= 1 <= row["upper"]:
        return Text(
            f"{region.zh}{year}年{name.zh}的{zh}未超出偶然波动",
            f"{region.en}, {year}: the {en} in {wording.lowered(name.en)} is within chance",
        )
    return Text(
        f"{region.zh}{year}年{name.zh}的{zh}超出偶然波动",
        f"{region.en}, {year}: the {en} in {wording.lowered(name.en)} is more than chance",
    )


def coverage(rows: pd.DataFrame) -> Text:
    """How much the reports have in common."""
    regions = rows.groupby("indicator")["region"].nunique()
    total, common = len(regions), int(regions.ge(2).sum())
    counted = rows[rows["measure"].eq("level") & rows["status"].eq("actual")]
    return Text(
        f"五份报告共{len(rows)}个数字、{total}个指标，只有{common}个指标见于两地以上"
        if rows["region"].nunique() == 5
        else f"{rows['region'].nunique()}份报告共{len(rows)}个数字，{common}个指标见于两地以上",
        f"{len(rows)} figures of {total} indicators; only {common} appear in two or more reports",
    ) if len(counted) else Text("没有数字", "no figures")


def shared(rows: pd.DataFrame) -> Text:
    """What kinds of figures stand behind the indicators that reports share."""
    first, last = rows.iloc[0], rows.iloc[-1]
    counts = rows["mark"].isin([Mark.EXACT, Mark.ZERO, Mark.AT_LEAST, Mark.AT_MOST]).sum()
    return Text(
        f"从{first['indicator_zh']}到{last['indicator_zh']}：{len(rows)}格有依据，其中{counts}格是数量",
        f"{len(rows)} cells have evidence, {counts} of them an amount: from "
        f"{wording.lowered(str(first['indicator_en']))} to "
        f"{wording.lowered(str(last['indicator_en']))}",
    )
