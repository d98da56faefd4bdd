"""
What the figures of change, control limits, closed loops, parts and targets say in fixed words.

It computes nothing; the sentence that a whole figure may claim is ``findings``'.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from analysis.language.messages import say

from . import numbers as digits
from . import values
from .text import Text

NO_POPULATION = say("note.no_population")
WHOLE_WITHOUT_PARTS = say("note.whole_without_parts")
PARTS_WITHOUT_WHOLE = say("note.parts_without_whole")
FOUND_AND_RECTIFIED = say("note.found_and_rectified")
LOOP_APART = say("note.loop_apart")
ONLY_FOUND = say("note.only_found")
ONLY_RECTIFIED = say("note.only_rectified")
SHARE_WITHOUT_COUNTS = say("note.share_without_counts")
OTHER_PAGE = say("note.other_page")
NO_TARGET = say("note.no_target")
EVERY_YEAR = {True: say("note.every_year.true"), False: say("note.every_year.false")}

SAME_AS_BEFORE = say("note.same_as_before")
SCALE_FALL = say("note.scale_fall")
SCALE_RISE = say("note.scale_rise")
CHANCE_BAND = say("note.chance_band")
NO_RATIO = say("note.no_ratio")
CHANGE_COLUMNS = (
    say("note.change_columns.ratio_interval"),
    say("note.change_columns.would_show"),
    say("note.change_columns.china"),
)
ELSEWHERE_NOTE = say("note.elsewhere_note")
BEFORE_NOTE = say("note.before_note")
FUNNEL_NOTE = say("note.funnel_note")
ROOTS_NOTE = say("note.roots_note")
LIMIT_NAMES = {
    "": say("limits.inner"),
    "outer_": say("limits.outer"),
    "loose_": say("limits.loose"),
}
AS_EXPECTED = say("note.as_expected")
COVERAGE_NOTE = say("note.coverage_note")
WHOLE_AXIS = say("note.whole_axis")
LOOP_NOTE = say("note.loop_note")
REBUILT_NOTE = say("note.rebuilt_note")
LOOPS = {
    "hazards_found": say("loop.hazards_found"),
    "major_hazards_found": say("loop.major_hazards_found"),
    "violations_found": say("loop.violations_found"),
}
PART_SHARE_NOTE = say("note.part_share_note")
CONTEXT_PARTS_NOTE = say("note.context_parts_note")
ROUNDED_SUM = say("note.rounded_sum")
PART_LIMITS_NOTE = say("note.part_limits_note")
OWN_SCALE = say("note.own_scale")
OUTCOMES = {
    "met": say("outcome.met"),
    "missed": say("outcome.missed"),
    "cannot_tell": say("outcome.cannot_tell"),
    "so_far": say("outcome.so_far"),
    "next_period": say("outcome.next_period"),
    "plan_report": say("outcome.plan_report"),
    "unreported": say("outcome.unreported"),
}
OUTCOME_NOTE = say("note.outcome_note")


REFERENCE_SOURCE = say("note.reference_source")
EXPECTED_AXIS = say("note.expected_axis")
OBSERVED_AXIS = say("note.observed_axis")
ALL = say("note.all")
TARGETS_SUBTITLE = say("note.targets_subtitle")
NOTHING_HERE = say("note.nothing_here")
NOTHING_TO_TAKE_APART = say("note.nothing_to_take_apart")
NOTHING_EXPECTED = say("note.nothing_expected")
NOTHING_CLOSED = say("note.nothing_closed")
NOTHING_CHANGED = say("note.nothing_changed")
NOTHING_AIMED = say("note.nothing_aimed")


def discoveries(tested: pd.DataFrame) -> Text:
    """How many changes with counts were compared, and how many stand together."""
    count, stand = len(tested), int(tested["stands"].sum())
    if not stand:
        return say("note.comparisons_none_stands_false", count=count)
    return say("note.comparisons_them_stand_false", count=count, stand=stand)


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
    return say("note.before", when=when, now=now, unit=row["unit"], before=before)


def detectable(row: Mapping[Any, Any]) -> Text:
    """
    The counts at which a change would show.

    >>> detectable({"at_most": 32.0, "at_least": 74.0}).zh
    '≤32 或 ≥74'
    """
    low, high = float(row["at_most"]), f"≥{float(row['at_least']):.0f}"
    if math.isnan(low):
        return Text(high, high)
    return say("note.or", low=low, high=high)


def against_expected(row: Mapping[Any, Any]) -> Text:
    """A count beside the one that a wider region's rate would give."""
    count, year = digits.exact(float(row["value"])), row["period_end"].year
    wanted = f"{float(row['expected']):.1f}"
    return say(
        "note.rate",
        region=Text(row["region_zh"], row["region_en"]),
        year=year,
        count=count,
        unit=row["unit"],
        of=Text(row["of_zh"], row["of_en"]),
        wanted=wanted,
    )


def fraction(row: Mapping[Any, Any]) -> Text:
    """Cases over total as printed, and whether the cases are rebuilt."""
    cases, total = (f"{float(row[name]):.0f}" for name in ("cases", "total"))
    if row["basis"] != "rebuilt":
        return Text(f"{cases}/{total}", f"{cases}/{total}")
    return say("note.rebuilt", cases=cases, total=total)


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
    return say("note.if_events_varied_twice", count=count, outside=outside)


def by_chance(rows: pd.DataFrame) -> Text:
    """How many of many counts chance alone puts outside the 95 % limits."""
    count, outside = len(rows), round(len(rows) * 0.05)
    return say("note.chance_alone_puts_up", count=count, outside=outside)


def part_or_all(row: Mapping[Any, Any]) -> Text:
    """The part that a row is about, or that it is about all."""
    part = values.part(row)
    return part if part.zh else ALL


def about(row: Mapping[Any, Any]) -> Text:
    """The indicator of a row with the part that it is about."""
    name = Text(str(row["indicator_zh"]), str(row["indicator_en"]))
    return name + Text.aside(values.part(row))


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
    where = Text.joined([region, of] if of.zh else [region], zh="，", en=", ")
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
