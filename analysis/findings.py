"""
The one careful sentence that a figure may claim, computed from what it shows.

It claims nothing that chance explains, and names no winner.
"""

import math
from typing import Any

import pandas as pd

from . import intervals, wording
from .compare import Comparison
from .wording import Text
from .words import Mark, Measure, Status


def comparison(result: Comparison) -> Text:
    """What the comparable figures of an indicator say together."""
    rows, name = result.rows, result.name
    if rows.empty:
        return name + Text("：没有两地的数字可以并列", ": no two reports can be set side by side")
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
    ratio = wording.ratio(float(found.ratio))
    span = f"{wording.ratio(float(found.lower))}–{wording.ratio(float(found.upper))}"
    more, less = _region(more_row), _region(less_row)
    per = Text("按人口折算", "per person")
    if uneven:
        per = Text("按人口和天数折算", "per person and day")
    return Text(
        f"{name.zh}：{per.zh}，{more.zh}为{less.zh}的{ratio}倍（{span}），差别非偶然",
        f"{name.en}: {per.en}, {more.en} has {ratio} times the figure of {less.en} ({span}), "
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
    reports, common = rows["report"].nunique(), int(regions.ge(2).sum())
    return Text(
        f"{reports}份报告共{len(rows)}个数字、{len(regions)}个指标，只有{common}个指标见于两地以上",
        f"{len(rows)} figures of {len(regions)} indicators; only {common} appear in two or more "
        f"of {reports} reports",
    )


def shared(rows: pd.DataFrame) -> Text:
    """For how many of the indicators that reports share an amount is there to compare."""
    amounts = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    regions = amounts.groupby("indicator")["region"].nunique()
    total, counted = rows["indicator"].nunique(), int(regions.ge(2).sum())
    most = int(regions.max()) if len(regions) else 0
    return Text(
        f"{total}个共有指标中，{counted}个有两地以上的实绩数量，最多见于{most}地",
        f"Of {total} shared indicators, {counted} have results from two or more regions, "
        f"none from more than {most}",
    )


def reading(changes: pd.DataFrame) -> Text:
    """Every counted change read out, one sentence a region and year; the latest first."""
    counted = changes[changes["mark"].eq(Mark.EXACT)].sort_values("period_end", ascending=False)
    if counted.empty:
        return Text(
            "没有公布数量，只能读方向。", "No counts were published; only directions can be read."
        )
    return wording.joined(
        (wording.change(row) for row in counted.to_dict("records")), zh="。\n", en=".\n"
    ) + Text("。", ".")
