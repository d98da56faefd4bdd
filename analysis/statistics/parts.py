"""
Wholes and their parts: sums that close, and shares of what was found.

A whole is taken apart only where the parts that a report prints add up to it. Nothing is summed
to make a whole that no one printed.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Gap, Measure, Status

from . import gaps, intervals
from . import rates as derive

OF_WHOLE = ("id", "start", "origin", "report", "title", "publisher")
SAME = ["region", "period_start", "period_end"]
# What a loop is made of; of several, the first one with figures is named.
ONE_FIGURE = ("major_hazards_found_and_rectified", "hazards_found_and_rectified")
FOUND = ("hazards_found", "major_hazards_found", "violations_found")
RECTIFIED = ("hazards_rectified", "major_hazards_rectified", "violations_rectified")
RATES = ("hazard_rectification_rate", "violation_rectification_rate")


def composition(
    rows: pd.DataFrame, context: pd.DataFrame, indicator: str, names: pd.DataFrame
) -> pd.DataFrame:
    """
    The parts of every whole of *indicator* that a report prints and its parts add up to.

    Parameters
    ----------
    rows
        The rows of all reports, with ``mark``.
    context
        Those of other publications, for parts of the same regions; a report's own figure comes
        first.
    names
        ``Tables.breakdowns``, which names each part.

    Returns
    -------
    pandas.DataFrame
        One row a part, in house order and then as printed: its columns, with ``part_zh`` and
        ``part_en``, ``whole``, ``whole_zh`` and ``whole_en`` (of what), ``whole_id`` and its
        source, ``parts_sum``, ``share``, ``lower``, ``upper`` (percent; limits for counts of
        events only) and ``method``.
    """
    levels = _levels(rows, context, indicator)
    found = [
        _taken_apart(whole, pieces, names)
        for _, group in levels.groupby(SAME, sort=False)
        for whole in group[group["origin"].eq("report")].to_dict("records")
        for pieces in _dimensions(whole, group)
    ]
    if not found:
        return levels.iloc[:0].assign(whole_id="")
    order = ["level_order", "adcode", "period_end", "whole_start", "whole_id", "start", "breakdown"]
    every = pd.concat(found, ignore_index=True)
    return every.sort_values(order, kind="stable", ignore_index=True)


def _levels(rows: pd.DataFrame, context: pd.DataFrame, indicator: str) -> pd.DataFrame:
    mine = context[context["region"].isin(rows["region"])]
    every = pd.concat([rows, mine], ignore_index=True)
    exact = every["measure"].eq(Measure.LEVEL) & every["status"].eq(Status.ACTUAL)
    exact &= every["comparator"].eq(Comparator.EXACT) & every["indicator"].eq(indicator)
    return every[exact].drop_duplicates([*SAME, "breakdown"], ignore_index=True)


def _dimensions(whole: dict[Any, Any], group: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The sets of parts of *whole* that differ in one dimension and add up to it."""
    outer = _codes(whole["breakdown"])
    inner = [_codes(code) for code in group["breakdown"]]
    one = [outer < codes and len(codes) == len(outer) + 1 for codes in inner]
    extra = ["".join(codes - outer) for codes in inner]
    parts = group.assign(piece=extra, dimension=[code.split(":")[0] for code in extra])[one]
    for _, pieces in parts.groupby("dimension", sort=True):
        gap = abs(pieces["value"].sum(min_count=1) - whole["value"])
        half = derive.rounding(pieces).sum() + derive.rounding(pd.DataFrame([whole])).sum()
        if len(pieces) > 1 and gap <= half + 1e-6:
            yield pieces


def _codes(breakdown: str) -> set[str]:
    return {code for code in breakdown.split("+") if code}


def _taken_apart(whole: dict[Any, Any], pieces: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    called = names.set_index("breakdown")
    # Parts of a plan or a programme are set by hand: chance has no say in their shares.
    events = derive.countable(pieces) & pieces["theme"].isin(derive.EVENT_THEMES)
    counts = pieces["value"].where(events)
    limit = intervals.part_of_whole(counts, pieces["value"].sum())
    return pieces.assign(
        part_zh=pieces["piece"].map(called["name_zh"]),
        part_en=pieces["piece"].map(called["name_en"]),
        whole=whole["value"],
        whole_zh=whole["breakdown_zh"],
        whole_en=whole["breakdown_en"],
        **{f"whole_{name}": whole[name] for name in OF_WHOLE},
        parts_sum=pieces["value"].sum(),
        share=100 * pieces["value"] / whole["value"],
        lower=100 * limit.lower,
        upper=100 * limit.upper,
        method=np.where(events, str(limit.method), ""),
    )


def whole_only(
    rows: pd.DataFrame, indicator: str, shown: set[str], absences: pd.DataFrame
) -> pd.DataFrame:
    """The reporting regions whose figures of *indicator* cannot be taken apart, and why."""
    mine = rows[rows["indicator"].eq(indicator)]
    near = gaps.by_report(absences, indicator)
    return gaps.frame(
        [
            _undivided(region, mine[mine["region"].eq(region["region"])], near)
            for region in gaps.reporting(rows)
            if region["region"] not in shown
        ]
    )


def _undivided(
    region: dict[Any, Any], mine: pd.DataFrame, near: dict[str, dict[Any, Any]]
) -> dict[str, Any]:
    levels = mine[mine["measure"].eq(Measure.LEVEL) & mine["status"].eq(Status.ACTUAL)]
    if levels.empty:
        return gaps.explained(region, mine, near)
    whole = levels[levels["breakdown"].eq("")]
    if len(whole):
        told = say("note.whole_without_parts")
        return gaps.refusal(whole.to_dict("records")[0], Gap.WHOLE_ONLY, told)
    listed = Text.joined(map(values.value_of_part, levels.to_dict("records")), zh="、", en=", ")
    told = say("note.parts_without_whole", parts=listed)
    return gaps.refusal(levels.to_dict("records")[0], Gap.PART_ONLY, told)


def unclosed(rows: pd.DataFrame, shown: set[str], absences: pd.DataFrame) -> pd.DataFrame:
    """The reporting regions for which no share of what was found can be made, and why."""
    near = gaps.by_report(absences, *ONE_FIGURE, *FOUND, *RECTIFIED, *RATES)
    return gaps.frame(
        [
            _unclosed(region, rows[rows["region"].eq(region["region"])], near)
            for region in gaps.reporting(rows)
            if region["region"] not in shown
        ]
    )


def _unclosed(
    region: dict[Any, Any], mine: pd.DataFrame, near: dict[str, dict[Any, Any]]
) -> dict[str, Any]:
    levels = mine[mine["measure"].eq(Measure.LEVEL) & mine["status"].eq(Status.ACTUAL)]
    reason = next(_loop_gaps(levels), None)
    if reason is None:
        return gaps.explained(region, mine.iloc[:0], near)
    row, told = reason
    return gaps.refusal(row, Gap.PART_ONLY, told)


def _loop_gaps(levels: pd.DataFrame) -> Iterator[tuple[dict[Any, Any], Text]]:
    """What of the loop from found to rectified a region reports instead of both ends."""
    one, found, rectified, rates = (
        [row for code in codes for row in levels[levels["indicator"].eq(code)].to_dict("records")]
        for codes in (ONE_FIGURE, FOUND, RECTIFIED, RATES)
    )
    if one:
        told = say("note.found_and_rectified")
        yield one[0], told.format(what=values.value_of_part(one[0]))
    if found and rectified:
        ends = {"found": found[0], "rectified": rectified[0]}
        named = {name: values.value_of_part(row) for name, row in ends.items()}
        yield found[0], say("note.loop_apart", **named)
    elif found or rectified:
        told = say("note.only_found") if found else say("note.only_rectified")
        row = (found or rectified)[0]
        yield row, told.format(what=values.value_of_part(row))
    if rates:
        told = say("note.share_without_counts")
        yield rates[0], told.format(what=values.value_of_part(rates[0]))
