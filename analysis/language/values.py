"""Rows of frames as text in Chinese and English: values, periods, changes, targets and sources."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.rows import as_records

from . import numbers
from .messages import catalogue, label, say
from .text import Text
from .vocabulary import (
    POLICIES,
    Absence,
    Comparator,
    Gap,
    Language,
    Measure,
    Method,
    Status,
    Use,
)

NEAR = {Gap(kind) for kind in Absence}  # reasons that rest on a passage of the report
ELSEWHERE = {Gap.TOLD_ELSEWHERE, Gap.IMPLIED_ZERO}  # of these, those that name another indicator
CROWD = 12  # figures or regions beyond which a page names only a few of them


def page(number: int, pages: int) -> Text:
    """
    Which of several figures one is, for the end of a title that they share.

    >>> page(2, 3).zh, page(2, 3).en, page(1, 1).en
    ('（2/3）', ' (2/3)', '')
    """
    return say("value.page", number=number, pages=pages) if pages > 1 else Text("", "")


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
    Return a period in words; a single day is given as a date.

    >>> period(pd.Timestamp("2023-01-01"), pd.Timestamp("2023-11-30")).zh
    '2023年1—11月'
    >>> period(pd.Timestamp("2024-12-31"), pd.Timestamp("2024-12-31")).en
    'at 31 Dec 2024'
    """
    if start == end:
        return say("value.at", date=day(end))
    whole = (start.month, start.day, end.month, end.day) == (1, 1, 12, 31)
    if whole and start.year == end.year:
        return say("value.year", year=end.year)
    if whole:
        return say("value.years", first=start.year, last=end.year)
    if start.year == end.year and start.day == 1 and end.is_month_end:
        if start.month == end.month:
            return Text(f"{end:%Y}年{end.month}月", f"{end:%b %Y}")
        zh = f"{end:%Y}年{start.month}—{end.month}月"
        return Text(zh, f"{start:%b}–{end:%b %Y}")
    zh = f"{day(start).zh}至{day(end, year=start.year != end.year).zh}"
    return Text(zh, f"{start.day} {start:%b %Y} to {end.day} {end:%b %Y}")


def months(end: pd.Timestamp) -> Text:
    """
    Return the months of a year up to *end*.

    >>> months(pd.Timestamp("2024-06-30")).en, months(pd.Timestamp("2024-12-31")).zh
    ('to June', '全年')
    """
    if (end.month, end.day) == (12, 31):
        return say("value.whole_year")
    if end.is_month_end:
        return Text(f"1—{end.month}月", f"to {end:%B}")
    date = day(end, year=False)
    return Text(f"至{date.zh}", f"to {date.en}")


def time_of(row: Mapping[Any, Any]) -> Text:
    """Return the period of a row, or that the report gives a target no date."""
    if not row.get("dated", True):
        return say("outcome.undated")
    return period(row["period_start"], row["period_end"])


def day(date: pd.Timestamp, *, year: bool = True) -> Text:
    """
    Return a date in words, with or without its year.

    >>> day(pd.Timestamp("2024-12-24"), year=False).en
    '24 Dec'
    """
    text = Text(f"{date.month}月{date.day}日", f"{date.day} {date:%b}")
    return Text(f"{date.year}年{text.zh}", f"{text.en} {date.year}") if year else text


def periods(rows: pd.DataFrame) -> Text:
    """Return the periods of *rows*, each once."""
    spans = rows[["period_start", "period_end"]].drop_duplicates()
    each = (period(start, end) for start, end in spans.itertuples(index=False))
    return Text.joined(each, zh="、", en=", ")


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
        return say("value.year", year=last)
    return say("value.years", first=first, last=last)


def unit(row: Mapping[Any, Any]) -> Text:
    """The unit of a row."""
    return Text(str(row["unit"]), str(row["unit_en"]))


def value(row: Mapping[Any, Any]) -> Text:
    """
    Return the value of a row with its unit: as printed, or rounded if it was computed.

    A printed figure has all its digits in both languages. Targets and plans count as computed.

    >>> row = {"value": 3580.0, "comparator": ">=", "unit": "件", "unit_en": "items"}
    >>> value(row).zh, value(row).en
    ('≥3580件', '≥3,580 items')
    >>> row = {"value": 12984400.0, "comparator": "=", "unit": "元", "unit_en": "yuan"}
    >>> value(row).en, value(row | {"printed": "1298.44万元"})
    ('13 million yuan', Text(zh='1298.44万元', en='12,984,400 yuan'))
    """
    sign = COMPARATORS[Comparator(str(row["comparator"]))]
    amount, text = float(row["value"]), _printed(row)
    if text:
        zh = text if BOUND.search(text) else sign + text
        return Text(zh, sign + _with_unit(numbers.exact(amount), row))
    zh = f"{sign}{numbers.number(amount, 'zh')}{row['unit']}"
    return Text(zh, sign + _with_unit(numbers.number(amount, "en"), row))


def computed(row: Mapping[Any, Any], amount: float) -> Text:
    """Return *amount*, which was computed from figures such as that of *row*, with its unit."""
    return value({**row, "value": amount, "printed": ""})


def summed(row: Mapping[Any, Any], total: float) -> Text:
    """Return the total of figures such as that of *row*, in the unit in which they are printed."""
    unit = _NUMERAL.sub("", str(row["printed"]), count=1)
    return value({**row, "value": total, "printed": f"{total:.0f}{unit}"})


def numeral(row: Mapping[Any, Any]) -> Text:
    """
    Return the number of a row without its unit: as printed, or rounded if it was computed.

    >>> row = {"value": 12984400.0, "comparator": "=", "unit": "元", "printed": "1298.44万元"}
    >>> numeral(row), numeral(row | {"printed": ""}).en
    (Text(zh='1298.44万', en='12,984,400'), '13 million')
    """
    sign, amount = COMPARATORS[Comparator(str(row.get("comparator", "=")))], float(row["value"])
    if _printed(row):
        digits = _NUMERAL.match(str(row["printed"]))
        return Text(sign + (digits[1] if digits else ""), sign + numbers.exact(amount))
    return Text(*(sign + numbers.number(amount, language) for language in ("zh", "en")))


def estimate(row: Mapping[Any, Any], lower: float | None, upper: float | None) -> Text:
    """
    Return the number of a row without its unit, with its interval, if it has one, in brackets.

    >>> estimate({"value": 45.0, "printed": "45人", "unit": "人"}, 32.82, 60.21).en
    '45 (32.8–60.2)'
    """
    if lower is None or upper is None or math.isnan(lower):
        return numeral(row)
    if _printed(row):
        return numeral(row) + within(lower, upper)
    sign = COMPARATORS[Comparator(str(row.get("comparator", "=")))]
    ends = (float(row["value"]), lower, upper)
    return Text(*(sign + numbers.estimate(*ends, language) for language in ("zh", "en")))


# A number with at most one word before it, "近120万人", and not a number among words.
_NUMERAL = re.compile(r"[近约超逾]?([\d.,]+[万亿]?)")
BOUND = re.compile("[近约超逾余多]|不少于|至少|以上|不足")  # the words of a comparator


def _printed(row: Mapping[Any, Any]) -> str:
    """Return a figure as its source prints it, with its unit; empty for all other rows."""
    text = str(row.get("printed") or "")
    actual = row.get("measure", Measure.LEVEL) == Measure.LEVEL
    actual &= row.get("status", Status.ACTUAL) == Status.ACTUAL
    if not actual or not _NUMERAL.match(text):
        return ""
    return text + str(row.get("unit", "")) if text[-1].isdigit() or text[-1] in "万亿" else text


def _with_unit(number: str, row: Mapping[Any, Any]) -> str:
    """Return an English number with the unit of a row."""
    name = _unit_en(row)
    return number + name if name in {"", "%"} else f"{number} {name}"


def _unit_en(row: Mapping[Any, Any]) -> str:
    """Return the English unit of the value of a row; records without ``unit_one`` have a plural."""
    if row.get("unit") == "人次" and _printed(row).endswith("人"):
        return "people"  # the unit of the report; the table counts attendances
    return str((row["value"] == 1 and row.get("unit_one")) or row["unit_en"])


COMPARATORS = {
    Comparator.EXACT: "",
    Comparator.AT_LEAST: "≥",
    Comparator.AT_MOST: "≤",
    Comparator.ABOUT: "≈",
}


def first(names: Sequence[Text], language: str, shown: int) -> str:
    """
    Return the first *shown* of *names* in *language*, and how many more there are.

    >>> first([Text("一", "one"), Text("二", "two"), Text("三", "three")], "en", 1)
    'one and 2 more'
    """
    text = {"zh": "、", "en": ", "}[language].join(name[language] for name in names[:shown])
    more = len(names) - shown
    return say("value.and_more", names=text, count=more)[language] if more else text


_INTERVALS = {Method.EXACT_POISSON_ROUNDED: "rounded", Method.EXACT_POISSON_UPPER: "upper"}


def methods(rows: pd.DataFrame) -> list[Text]:
    """Return what the intervals of *rows* are; the method page and the record name the methods."""
    codes = dict.fromkeys(rows["method"].dropna()) if "method" in rows else ()
    kinds = dict.fromkeys(_INTERVALS.get(code, "both") for code in codes if code)
    return [say(f"interval.{kind}") for kind in kinds]


def significance(ratio_row: Mapping[Any, Any]) -> Text:
    """Return whether the interval of a ratio excludes 1, in the words of a statistician."""
    lower, upper = float(ratio_row["lower"]), float(ratio_row["upper"])
    if upper < 1:
        return say("value.below_chance")
    if lower > 1:
        return say("value.above_chance")
    return say("value.within_chance")


def change(row: Mapping[Any, Any]) -> Text:
    """
    Read one year-on-year comparison of two counts.

    *row* holds ``region_*``, ``indicator_*``, ``unit*``, ``value``, ``before``, ``ratio``,
    ``lower``, ``upper``, ``at_most`` and ``at_least`` (NaN where no count could be seen).
    """
    told, lower, upper = (numbers.ratio(float(row[name])) for name in ("ratio", "lower", "upper"))
    seen = _seen(row)
    now, before = (numbers.exact(float(row[name])) for name in ("value", "before"))
    name = lowered(Text(str(row["indicator_zh"]), str(row["indicator_en"])))
    zh = (
        f"{row['region_zh']}{name.zh} {now}{row['unit']}，"
        f"上年 {before}{row['unit']}；比值 {told}（{lower}–{upper}），"
    )
    en = (
        f"{row['region_en']}, {name.en}: {now} against "
        f"{before} the year before; ratio {told} ({lower}–{upper}), "
    )
    return Text(zh, en) + significance(row) + seen


def short(row: Mapping[Any, Any]) -> Text:
    """
    Return the name of the indicator of a row for a title: a short one if there is one.

    >>> short({"indicator": "deaths"}).en
    'deaths'
    """
    known = catalogue().get(f"short.{row['indicator']}")
    return known or lowered(Text(str(row["indicator_zh"]), str(row["indicator_en"])))


def lowered(name: Text) -> Text:
    """
    Return a name as it is inside a sentence: without a capital, unless it is an abbreviation.

    >>> lowered(Text("演练", "Emergency drills held")).en, lowered(Text("增长", "GDP growth")).en
    ('emergency drills held', 'GDP growth')
    """
    en = name.en
    return name if en[1:2].isupper() else Text(name.zh, en[:1].lower() + en[1:])


def _seen(row: Mapping[Any, Any]) -> Text:
    low, high = (float(row[name]) for name in ("at_most", "at_least"))
    if math.isnan(low):
        return say("value.seen_rise_only", high=numbers.exact(high))
    return say("value.seen_only", low=numbers.exact(low), high=numbers.exact(high))


def part(row: Mapping[Any, Any]) -> Text:
    """The part of an indicator that a row is about; empty for the whole."""
    return Text(str(row.get("breakdown_zh", "")), str(row.get("breakdown_en", "")))


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
    Return the value, change in percent, direction or target of a row in a few words.

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
        text = say("value.changed", way=way)
    elif row["measure"] == Measure.CHANGE_PCT:
        percent = _printed_percent(row) or numbers.exact(abs(amount))
        bound = COMPARATORS[Comparator(str(row.get("comparator", "=")))]  # on how far it goes
        text = say("value.changed_percent", way=way, bound=bound, percent=percent)
    else:
        size = computed(row, abs(amount))
        way = say("value.fewer" if amount < 0 else "value.more")
        text = say("value.changed_by", way=way, size=size)
    if row["status"] == Status.ACTUAL:
        return text
    status = label(Status(row["status"]))
    return Text(f"{status.zh}{text.zh}", f"{status.en} {text.en}")


def _printed_percent(row: Mapping[Any, Any]) -> str:
    """Return the digits of a percentage as printed; empty where its source has other words."""
    text = str(row.get("printed") or "")
    return text[:-1] if text.endswith("%") and _NUMERAL.fullmatch(text[:-1]) else ""


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


_PER = {"年": "a year", "季度": "a quarter", "月": "a month", "周": "a week", "日": "a day"}


def target(row: Mapping[Any, Any]) -> Text:
    """
    Return the number of a commitment with the time that it is for, marked where words imply it.

    >>> row = {"value": 1.0, "comparator": ">=", "unit": "次", "unit_en": "times"}
    >>> row |= {"unit_one": "time", "per": "季度", "evidence": "每季度至少1次"}
    >>> target(row).zh, target(row).en
    ('≥1次/季度', '≥1 time a quarter')
    """
    number, per = value(row), str(row.get("per") or "")
    if per:
        number = Text(f"{number.zh}/{per}", f"{number.en} {_PER.get(per, f'per {per}')}")
    return say("value.implied", value=number) if implied(row) else number


def implied(row: Mapping[Any, Any]) -> bool:
    """Return whether the passage of a target implies its number in words, as 全覆盖 does 100 %."""
    digits = map(float, re.findall(r"\d+(?:\.\d+)?", str(row["evidence"])))
    scaled = [number * by for number in digits for by in (1, 1e4, 1e8)]
    return not any(math.isclose(row["value"], number) for number in scaled)


def promised(row: Mapping[Any, Any]) -> Text:
    """
    What can be checked of a commitment, its number and its day; else what kind of words it is.

    >>> promised({"status": "date", "deadline": "2025-12-31"}).en
    'by the end of 2025'
    """
    parts = [target(row)] if pd.notna(row.get("value")) else []
    if pd.notna(row.get("deadline")):
        parts.append(deadline(pd.Timestamp(row["deadline"])))
    return Text.joined(parts, zh="，", en=", ") if parts else label(POLICIES[row["status"]])


def deadline(date: pd.Timestamp) -> Text:
    """
    By when something is to be done.

    >>> deadline(pd.Timestamp("2025-12-31")).zh, deadline(pd.Timestamp("2025-06-30")).en
    ('2025年底前', 'by 30 Jun 2025')
    """
    if (date.month, date.day) == (12, 31):
        return say("value.end", year=date.year)
    return say("value.by", date=day(date))


def counted(row: Mapping[Any, Any], name: str) -> Text:
    """Return the number *name* of a row in full, in Chinese with its unit."""
    count = numbers.exact(round(float(row[name]), 1))
    return Text(f"{count}{row['unit']}", count)


def detectable(row: Mapping[Any, Any]) -> Text:
    """
    The counts at which a change would show.

    >>> detectable({"at_most": 32.0, "at_least": 74.0}).zh
    '≤32 或 ≥74'
    """
    low, high = float(row["at_most"]), f"≥{float(row['at_least']):.0f}"
    if math.isnan(low):
        return Text(high, high)
    return say("value.or", low=low, high=high)


def over_expected(row: Mapping[Any, Any]) -> Text:
    """
    Return a ratio with the observed and the expected count that it is of.

    >>> over_expected({"ratio": 1.4836, "value": 3101.0, "expected": 2090.2})
    Text(zh='1.48 = 3101 / 2090.2', en='1.48 = 3,101 / 2,090.2')
    """
    counts = f"{numbers.exact(float(row['value']))} / {float(row['expected']):,.1f}"
    full = f"{numbers.ratio(float(row['ratio']))} = {counts}"
    return Text(full.replace(",", ""), full)


def expected(count: float) -> str:
    """
    Return an expected count: one decimal, or two digits of a small one.

    >>> expected(32.386), expected(0.01497)
    ('32.4', '0.015')
    """
    return f"{count:.1f}" if count >= 1 else f"{count:.2g}"


def loop_counts(row: Mapping[Any, Any]) -> tuple[Text, Text, Text]:
    """Return the cases found and rectified, as printed if printed, and their difference."""
    whole = {**row, "printed": row["total_printed"]} | _CASES
    cases = {**row, "value": row["cases"]} | _CASES
    rectified = summed(whole, row["cases"]) if row["basis"] == "rebuilt" else value(cases)
    return value({**whole, "value": row["total"]}), rectified, summed(whole, row["open"])


# The heads of the columns name what is counted.
_CASES = {"unit": "", "unit_en": "", "unit_one": ""}


def share_label(row: Mapping[Any, Any]) -> Text:
    """A share in percent with its interval, if it has one."""
    return _both(numbers.share, row, "share")


def _both(form: Callable[..., str], row: Mapping[Any, Any], name: str) -> Text:
    """Format the number *name* of a row and its interval with *form* in both languages."""
    ends = (row[name], row["lower"], row["upper"])
    return Text(form(*ends, "zh"), form(*ends, "en"))


def value_of_part(row: Mapping[Any, Any]) -> Text:
    """A value with the part it is about."""
    amount, of = value(row), part(row)
    return Text(f"{of.zh}{amount.zh}", f"{of.en}: {amount.en}") if of.zh else amount


def part_or_all(row: Mapping[Any, Any]) -> Text:
    """The part that a row is about, or that it is about all."""
    of = part(row)
    return of if of.zh else say("value.whole")


def missing(gap: Gap, row: Mapping[Any, Any] | None, absence: Mapping[Any, Any] | None) -> Text:
    """
    Return why a region has no figure, with what it reports instead or the passage that comes near.

    >>> missing(Gap.PLAN_REPORT, None, None).en
    'the report is a plan, without results'
    """
    if row is not None:
        reason = label(gap)
        if gap in {Gap.PART_ONLY, Gap.OTHER_SCOPE}:
            reason = reason + Text.aside(part(row))
        return say("value.reason_and_figure", reason=reason, figure=what(row))
    if absence is None or gap not in ELSEWHERE:
        return label(gap)
    name = Text(str(absence["elsewhere_zh"]), str(absence["elsewhere_en"]))
    return say(f"absence.{gap}", indicator=name)


def answer(row: Mapping[Any, Any]) -> Text:
    """Return the answer of a figure to the question of its family: its grade or its value."""
    if row.get("use") != Use.GRADE:
        words = row["status"] == Status.TARGET and row["unit"] == "%" and implied(row)
        return say("value.implied", value=what(row)) if words else what(row)
    return part(row) if row["status"] == Status.ACTUAL else say("value.aimed", grade=part(row))


def about(row: Mapping[Any, Any]) -> Text:
    """The indicator of a row with the part that it is about."""
    name = Text(str(row["indicator_zh"]), str(row["indicator_en"]))
    return name + Text.aside(part(row))


def whole(row: Mapping[Any, Any]) -> Text:
    """The region, part and amount of a whole that is taken apart."""
    amount = value({**row, "value": row["whole"], "printed": row.get("whole_printed", "")})
    of = Text(str(row["whole_zh"]), str(row["whole_en"]))
    region = Text(row["region_zh"], row["region_en"])
    where = Text.joined([region, of] if of.zh else [region], zh="，", en=", ")
    return Text(f"{where.zh}：{amount.zh}", f"{where.en}: {amount.en}")


def sums(rows: pd.DataFrame) -> list[Text]:
    """One note for each whole that differs from the sum of its printed parts."""
    firsts = rows.drop_duplicates("whole_id")
    apart = firsts[(firsts["whole"] - firsts["parts_sum"]).abs().gt(1e-6)]
    return [
        say(
            "note.rounded_sum",
            whole=Text(row["region_zh"], row["region_en"]),
            sum=_in_full(row["parts_sum"], row),
            total=_in_full(row["whole"], row),
        )
        for row in as_records(apart)
    ]


def _in_full(amount: float, row: Mapping[Any, Any]) -> Text:
    """An amount with every digit, in 万 where it was printed so."""
    scaled = "万" in str(row["printed"])
    zh = f"{amount / 1e4:.2f}万{row['unit']}" if scaled else f"{numbers.exact(amount)}{row['unit']}"
    return Text(zh, f"{numbers.exact(amount)} {row['unit_en']}".strip())
