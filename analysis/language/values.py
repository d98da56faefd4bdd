"""
How numbers, periods, values and results read in Chinese and in English.

It draws nothing and computes nothing; what is always said alike stands in ``phrases``.
"""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.language.messages import say

from . import numbers
from .text import Text
from .vocabulary import Comparator, Language, Measure, Promise, Standing, Status


def page(number: int, pages: int) -> Text:
    """
    Which of several figures one is, for the end of a title that they share.

    >>> page(2, 3).zh, page(2, 3).en, page(1, 1).en
    ('（2/3）', ' (2 of 3)', '')
    """
    return say("value.of", number=number, pages=pages) if pages > 1 else Text("", "")


def within(lower: float, upper: float) -> Text:
    """
    An interval behind the number it is of.

    >>> within(32.82, 60.21).en
    ' (32.8–60.2)'
    """
    return Text.aside(
        Text(*(numbers.interval(lower, upper, language) for language in ("zh", "en")))
    )


def period(start: pd.Timestamp, end: pd.Timestamp) -> Text:
    """
    A period as people say it; a single day is a moment.

    >>> period(pd.Timestamp("2023-01-01"), pd.Timestamp("2023-11-30")).zh
    '2023年1—11月'
    >>> period(pd.Timestamp("2024-12-31"), pd.Timestamp("2024-12-31")).en
    'at 31 Dec 2024'
    """
    if start == end:
        return say("value.at", end=end, end_2=end.month, end_3=end.day)
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    if whole and start.year == end.year:
        return say("value.period.", end=end)
    if whole:
        return say("value.text_2", start=start, end=end)
    if start.year == end.year and start.day == 1 and end.is_month_end:
        if start.month == end.month:
            return say("value.text_4", end=end, end_2=end.month)
        zh = f"{end:%Y}年{start.month}—{end.month}月"
        return Text(zh, f"{start:%b}–{end:%b %Y}")
    zh = f"{start:%Y-%m-%d}至{end:%Y-%m-%d}"
    return Text(zh, f"{start.day} {start:%b %Y} to {end.day} {end:%b %Y}")


def years(days: "pd.Series[pd.Timestamp]") -> Text:
    """
    The years that *days* span; a single one is named once.

    >>> years(pd.Series(pd.to_datetime(["2024-12-31", "2022-12-31"]))).en
    '2022–2024'
    >>> years(pd.Series(pd.to_datetime(["2024-12-31"]))).zh
    '2024年'
    """
    first, last = days.min().year, days.max().year
    if first == last:
        return say("value.text_3", last=last)
    return say("value.years.", first=first, last=last)


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
    zh = f"{sign}{numbers.number(amount, 'zh')}{row['unit']}"
    en = f"{sign}{numbers.number(amount, 'en')}"
    name = str(row["unit_en"])
    if name in {"", "%"}:
        return Text(zh, en + name)
    return Text(zh, f"{en} {_singular(name) if amount == 1 else name}")


def printed(row: Mapping[Any, Any]) -> Text:
    """
    A figure as its report prints it, in English with all its digits; aims and changes in words.

    >>> row = {"value": 32270000.0, "comparator": "=", "unit": "元", "unit_en": "yuan"}
    >>> printed(row | {"measure": "level", "status": "actual", "printed": "3227万元"})
    Text(zh='3227万元', en='32,270,000 yuan')
    """
    if row["measure"] != Measure.LEVEL or row["status"] != Status.ACTUAL:
        return what(row)
    sign, amount = COMPARATORS[Comparator(str(row["comparator"]))], float(row["value"])
    name = str(row["unit_en"])
    unit = name if name in {"", "%"} else f" {_singular(name) if amount == 1 else name}"
    text = str(row.get("printed", ""))
    full = numbers.exact(amount)
    zh = text if any(c.isdigit() for c in text) else f"{sign}{full}{row['unit']}"
    return Text(zh, f"{sign}{full}{unit}")


def _singular(name: str) -> str:
    """
    One of what *name* counts.

    >>> [_singular(name) for name in ("entities", "classes", "person-times", "people", "km")]
    ['entity', 'class', 'person-time', 'person', 'km']
    """
    if name == "people":
        return "person"
    for plural, one in (("ies", "y"), ("sses", "ss"), ("s", "")):
        if name.endswith(plural) and " " not in name:
            return name.removesuffix(plural) + one
    return name


COMPARATORS = {
    Comparator.EXACT: "",
    Comparator.AT_LEAST: "≥",
    Comparator.AT_MOST: "≤",
    Comparator.ABOUT: "≈",
}

STATUSES = {
    Status.ACTUAL: say("status.actual"),
    Status.TARGET: say("status.target"),
    Status.PLAN: say("status.plan"),
}

STANDINGS = {
    Standing.IN_USE: say("standing.in_use"),
    Standing.BUILDING: say("standing.building"),
    Standing.PLANNED: say("standing.planned"),
    Standing.NOT_MENTIONED: say("standing.not_mentioned"),
}

PROMISES = {
    Promise.NUMBER_AND_DATE: say("promise.number_and_date"),
    Promise.NUMBER: say("promise.number"),
    Promise.DATE: say("promise.date"),
    Promise.WORDS: say("promise.words"),
}
POLICIES: dict[Any, Text] = {**STANDINGS, **PROMISES}  # what no number says


def significance(ratio_row: Mapping[Any, Any]) -> Text:
    """Whether a ratio's interval leaves 1 out, said as a statistician would."""
    lower, upper = float(ratio_row["lower"]), float(ratio_row["upper"])
    if upper < 1:
        return say("value.lower_than_chance_alone")
    if lower > 1:
        return say("value.higher_than_chance_alone")
    return say("value.within_chance_alone_does")


def change(row: Mapping[Any, Any]) -> Text:
    """
    Read one year-on-year comparison of two counts.

    *row* holds ``region_*``, ``indicator_*``, ``unit*``, ``value``, ``before``, ``ratio``,
    ``lower``, ``upper``, ``at_most`` and ``at_least`` (NaN where no count could be seen).
    """
    told, lower, upper = (numbers.ratio(float(row[name])) for name in ("ratio", "lower", "upper"))
    seen = _detectable(row)
    now, before = (numbers.exact(float(row[name])) for name in ("value", "before"))
    zh = (
        f"{row['region_zh']}{row['indicator_zh']} {now}{row['unit']}，"
        f"上年 {before}{row['unit']}；比值 {told}（{lower}–{upper}），"
    )
    en = (
        f"{row['region_en']}, {lowered(str(row['indicator_en']))}: {now} against "
        f"{before} the year before; ratio {told} ({lower}–{upper}), "
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
        return say("value.fall_could_seen_rise", exact=numbers.exact(high))
    return say(
        "value.change_could_seen_only", exact=numbers.exact(low), exact_2=numbers.exact(high)
    )


def part(row: Mapping[Any, Any]) -> Text:
    """The part of an indicator that a row is about; empty for the whole."""
    return Text(str(row["breakdown_zh"]), str(row["breakdown_en"]))


def direction(amount: float) -> Text:
    """
    Which way a change goes; its size does not matter.

    >>> direction(-9.2).en, direction(0).en
    ('down', 'unchanged')
    """
    if amount == 0:
        return say("value.unchanged")
    return say("value.down") if amount < 0 else say("value.up")


def what(row: Mapping[Any, Any]) -> Text:
    """
    What a row says, in a few words: a value, a change in percent, a direction or a target.

    >>> what({"measure": "change_pct", "value": -9.2, "status": "actual"}).en
    '9.2% down'
    >>> what({"status": "in_use"}).en, what({"status": "words"}).en
    ('in use', 'words only')
    """
    if row["status"] in POLICIES:
        return promised(row)
    amount = float(row["value"])
    way = direction(amount)
    if row["measure"] == Measure.LEVEL:
        text = value(row)
    elif row["measure"] == Measure.DIRECTION or amount == 0:
        text = Text(f"同比{way.zh}", way.en)
    elif row["measure"] == Measure.CHANGE_PCT:
        percent = numbers.exact(abs(amount))
        bound = COMPARATORS[Comparator(str(row.get("comparator", "=")))]  # on how far it goes
        text = say("value.what.", way=way, bound=bound, percent=percent)
    else:
        size = value(dict(row) | {"value": abs(amount)})
        text = say("value.what.by", amount="减少" if amount < 0 else "增加", size=size, way=way.en)
    if row["status"] == Status.ACTUAL:
        return text
    status = STATUSES[Status(row["status"])]
    return Text(f"{status.zh}{text.zh}", f"{status.en} {text.en}")


def stated(row: Mapping[Any, Any]) -> Text:
    """A change that came without counts, in a few words."""
    if pd.notna(row.get("percent")):
        return what({"measure": "change_pct", "value": row["percent"], "status": row["status"]})
    return what({"measure": "direction", "value": row["direction"], "status": row["status"]})


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
    name = str(row["unit_en"])
    if name in {"", "%"}:
        return told
    return Text(told.zh, told.en.removesuffix(f" {name}").removesuffix(f" {_singular(name)}"))


_PER = {"年": "a year", "季度": "a quarter", "月": "a month", "周": "a week", "日": "a day"}


def target(row: Mapping[Any, Any]) -> Text:
    """
    The number of a commitment, with the time that it is for.

    >>> row = {"value": 1.0, "comparator": ">=", "unit": "次", "unit_en": "times", "per": "季度"}
    >>> target(row).zh, target(row).en
    ('≥1次/季度', '≥1 time a quarter')
    """
    told, per = value(row), str(row.get("per") or "")
    if not per:
        return told
    return Text(f"{told.zh}/{per}", f"{told.en} {_PER.get(per, f'per {per}')}")


def promised(row: Mapping[Any, Any]) -> Text:
    """
    What can be checked of a commitment, its number and its day; else what kind of words it is.

    >>> promised({"status": "date", "deadline": "2025-12-31"}).en
    'by the end of 2025'
    """
    parts = [target(row)] if pd.notna(row.get("value")) else []
    if pd.notna(row.get("deadline")):
        parts.append(deadline(pd.Timestamp(row["deadline"])))
    return Text.joined(parts, zh="，", en=", ") if parts else POLICIES[row["status"]]


def deadline(day: pd.Timestamp) -> Text:
    """
    By when something is to be done.

    >>> deadline(pd.Timestamp("2025-12-31")).zh, deadline(pd.Timestamp("2025-06-30")).en
    ('2025年底前', 'by 30 Jun 2025')
    """
    if (day.month, day.day) == (12, 31):
        return say("value.end", day=day)
    return say("value.by", day=day, day_2=day.month, day_3=day.day)
