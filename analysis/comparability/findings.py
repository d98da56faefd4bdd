"""
The one careful sentence that a figure may claim, computed from what it shows.

It claims nothing that chance explains, and names no winner.
"""

import math
from typing import Any

import pandas as pd

from analysis.language import numbers, phrases, remarks
from analysis.language import values as wording
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Measure, Status
from analysis.statistics import intervals

from .rules import Comparison


def comparison(result: Comparison) -> Text:
    """What the comparable figures of an indicator say together."""
    rows, name = result.rows, result.name
    if rows.empty:
        return name + say("findings.two_reports_can_set")
    barred = result.barred
    if len(rows) == 1 and barred:
        return say("findings.regions_report_figures_cannot", name=name, barred=barred + 1)
    if len(rows) == 1:
        region = _region(rows.iloc[0])
        return say("findings.only_reports_figure_kind", name=name, region=region)
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
        return say("findings.all_indicators_several_regions")
    return say(
        "findings.several_regions_cannot_compared", count=count, many=_many(count, "indicator")
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
    listed = Text.joined(values, zh="，", en=", ")
    per = say("findings.per.per_people") if scale == "rate" else Text("", "")
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
        return say("findings.regions_differ_more_than", name=name)
    ratio = numbers.ratio(float(found.ratio))
    span = f"{numbers.ratio(float(found.lower))}–{numbers.ratio(float(found.upper))}"
    more, less = _region(more_row), _region(less_row)
    per = say("findings.per")
    if uneven:
        per = say("findings.tested.per_person_day")
    return say(
        "findings.times_figure_beyond_chance",
        name=name,
        per=per,
        more=more,
        less=less,
        ratio=ratio,
        span=span,
    )


def trend(rows: pd.DataFrame, stated: pd.DataFrame, changes: pd.DataFrame) -> Text:
    """What the latest counted change of each region says, or that none was counted."""
    counted = changes[changes["mark"].eq(Mark.EXACT) & changes["origin"].eq("report")]
    every = rows if len(rows) else stated
    if every.empty:
        return say("findings.two_years_row_known")
    name = _name(every, "")
    if counted.empty and len(rows):
        return say("findings.values_year_tested", name=name)
    if counted.empty:
        return say("findings.changes_published_counts", name=name)
    latest = counted.sort_values("period_end").drop_duplicates("region", keep="last")
    if len(latest) > 1:
        return _latest(name, latest)
    row = latest.iloc[-1].to_dict()
    year, region = row["period_end"].year, _region(pd.Series(row))
    falls = row["value"] < row["before"]
    zh, en = ("下降", "fall") if falls else ("上升", "rise")
    if row["value"] == row["before"]:
        return say(
            "findings.year_before",
            region=region,
            year=year,
            name=name.zh,
            name_2=wording.lowered(name.en),
        )
    if row["lower"] <= 1 <= row["upper"]:
        return say(
            "findings.within_chance",
            region=region,
            year=year,
            name=name.zh,
            zh=zh,
            en=en,
            name_2=wording.lowered(name.en),
        )
    return say(
        "findings.beyond_chance",
        region=region,
        year=year,
        name=name.zh,
        zh=zh,
        en=en,
        name_2=wording.lowered(name.en),
    )


def _latest(name: Text, latest: pd.DataFrame) -> Text:
    """How many regions' latest changes lie outside what no change would give; no test of them."""
    outside = remarks.beyond_chance(latest)
    if not outside:
        return say("findings.latest_change_each_regions", name=name, count=len(latest))
    return say(
        "findings.latest_changes_regions_interval", name=name, count=len(latest), outside=outside
    )


def coverage(rows: pd.DataFrame) -> Text:
    """How much the reports have in common."""
    regions = rows.groupby("indicator")["region"].nunique()
    reports, common = rows["report"].nunique(), int(regions.ge(2).sum())
    return say(
        "findings.figures_indicators_only_appear",
        reports=reports,
        count=len(rows),
        count_2=len(regions),
        common=common,
    )


def shared(rows: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """For how many of the indicators that reports share is there an amount to compare."""
    amounts = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    regions = amounts.groupby("indicator")["region"].nunique()
    total, counted = rows["indicator"].nunique(), int(regions.ge(2).sum())
    most = int(regions.max()) if len(regions) else 0
    said = say("findings.said", total=total, counted=counted, most=most)
    return said + wording.page(number, pages)


def reading(changes: pd.DataFrame) -> Text:
    """Every counted change read out, one sentence a region and year; the latest first."""
    if changes.empty:
        return say("findings.change_chosen_nothing_can")
    counted = changes[changes["mark"].eq(Mark.EXACT)].sort_values("period_end", ascending=False)
    if counted.empty:
        return say("findings.counts_published_only_directions")
    return Text.joined(
        (wording.change(row) for row in counted.to_dict("records")), zh="。\n", en=".\n"
    ) + say("findings.text")


def year_on_year(changes: pd.DataFrame) -> Text:
    """How many of the counted changes stand, and who published no counts."""
    if changes.empty:
        return remarks.NOTHING_CHANGED
    counted = changes[changes["mark"].eq(Mark.EXACT)]
    if counted.empty:
        return say("findings.year_on_year.changes_published_counts")
    bare = changes[~changes["region"].isin(counted["region"])]
    regions, others = _places(counted), _places(bare)
    total, stand = len(counted), int(counted["stands"].sum())
    found = say("findings.found", regions=regions, total=total)
    verb = "is" if stand == 1 else "are"
    if total == 1:
        found = say("findings.year_on_year.one_yearly_change_within", regions=regions)
    if stand:
        found = say(
            "findings.year_on_year.yearly_changes_beyond_chance",
            regions=regions,
            total=total,
            stand=stand,
            verb=verb,
        )
    if bare.empty:
        return found
    return found + say("findings.published_counts", others=others)


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
        return say("findings.regions", count=len(once))
    names = (Text(row["region_zh"], row["region_en"]) for row in once)
    return Text.joined(names, zh="、", en=" and ")


def funnel(rows: pd.DataFrame) -> Text:
    """How many counts lie outside the limits around an outside rate, and on which side."""
    if rows.empty:
        return remarks.NOTHING_EXPECTED
    first, span, where = rows.iloc[0], wording.years(rows["period_end"]), _places(rows)
    name = wording.lowered(str(first["indicator_en"]))
    about = say(
        "findings.about",
        where=where,
        span=span,
        indicator=first["indicator_zh"],
        of=Text(first["of_zh"], first["of_en"]),
        name=name,
    )
    total, far = len(rows), int(rows["place"].eq("far_outside").sum())
    above = int((rows["place"].ne("within") & rows["value"].gt(rows["expected"])).sum())
    below = int(rows["place"].ne("within").sum()) - above
    if not above + below:
        return about + _every_year(total) + say("findings.within_limits")
    sides = [
        _outside(count, total, zh, en)
        for count, zh, en in ((above, "上", "above"), (below, "下", "below"))
        if count
    ]
    outer = say("findings.outer", far=far or "没有", far_2="个" if far else "", far_3=far or "none")
    counted = say("findings.counted", total=total, many=_many(total, "year"))
    if total > phrases.CROWD:
        counted = say("findings.funnel.counts", total=total)
    if total in {above, below}:
        counted = Text("", "")
    return about + counted + Text.joined(sides, zh="、", en=", ") + outer


def _outside(count: int, total: int, zh: str, en: str) -> Text:
    """How many of the counts lie on one side of the limits, or that all do."""
    if count == total:
        return _every_year(total) + say("findings.outside.limit", zh=zh, en=en)
    return say("findings.limit", count=count, zh=zh, en=en)


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
    span = Text(low, low) if low == high else say("findings.span.to", low=low, high=high)
    verb = "gives" if len(set(shares["region"])) == 1 else "give"
    return say(
        "findings.only_both_found_rectified",
        where=where,
        count=count,
        span=span,
        verb=verb,
        many=_many(count, "share"),
    )


def composition(parts: pd.DataFrame) -> Text:
    """The largest part of each whole, where it can be told from the next."""
    if parts.empty:
        return remarks.NOTHING_TO_TAKE_APART
    first = parts.iloc[0]
    name = Text(first["indicator_zh"], first["indicator_en"])
    said = [_largest(group) for _, group in parts.groupby("whole_id", sort=False)]
    where, told = _places(parts), Text.joined(said, zh="；", en="; ")
    return Text(f"{where.zh}{name.zh}：{told.zh}", f"{where.en}, {name.en.lower()}: {told.en}")


def _largest(parts: pd.DataFrame) -> Text:
    order = parts.sort_values("value", ascending=False, kind="stable").to_dict("records")
    top, second = order[0], order[1]
    most = say(
        "findings.most",
        part=top["part_zh"],
        share=numbers.percent(top["share"]),
        part_2=wording.lowered(top["part_en"]),
    )
    of = Text(str(top["whole_zh"]), str(top["whole_en"]))
    if of.zh:
        most = say("findings.largest.at", of=of.zh, most=most, of_2=wording.lowered(of.en))
    if not top["method"]:
        return most
    pair = intervals.share(top["value"], top["value"] + second["value"])
    if float(pair.lower) > 0.5:
        return most
    next_most = say(
        "findings.next_most",
        part=second["part_zh"],
        share=numbers.percent(second["share"]),
        part_2=wording.lowered(second["part_en"]),
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
        return say("findings.report_gives_final_result", total=total, many=_many(total, "target"))
    return say(
        "findings.met_missed_cannot_told",
        total=total,
        met=met,
        missed=missed,
        unsure=unsure,
        many=_many(total, "target"),
    )
