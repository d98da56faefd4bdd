"""
Rows of a figure's record as text: value, name, period and citation.

It words records and nothing else; whatever comes from a table passes :func:`legible` first.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from . import numbers, values
from .messages import say
from .publishers import publisher
from .text import Text, visible
from .vocabulary import POLICIES, Absence, Method

Row = Mapping[Any, Any]
_HAN = re.compile(r"[\u4e00-\u9fff]")
LONGEST = 60  # characters of a name on an axis, in a cell's heading or on a tab
_BLANK = {
    "comparator": "=",
    "status": "actual",
    "measure": "level",
    "unit": "",
    "unit_en": "",
    "unit_one": "",
}


def legible(text: object, longest: int = 0) -> str:
    r"""
    Return *text* without control and invisible characters, at most *longest* characters if given.

    >>> legible("a\u202eb\x07c"), legible("abcdef", 4)
    ('abc', 'abc…')
    """
    kept = "".join(
        " " if character in "\t\n\r" else character
        for character in visible(str(text))
        if unicodedata.category(character) not in {"Cc", "Cs", "Cn"} or character in "\t\n\r"
    )
    return kept if not longest or len(kept) <= longest else kept[: longest - 1] + "…"


def both(text: Mapping[str, str] | None) -> Text:
    """A text of a record in both languages; empty where the record has none."""
    given = text or {}
    return Text(legible(given.get("zh", "")), legible(given.get("en", "")))


def region(row: Row) -> Text:
    """The name of a row's region."""
    code = row.get("region", "")
    return Text(legible(row.get("region_zh", code)), legible(row.get("region_en", code)))


def indicator(row: Row) -> Text:
    """The name of a row's indicator, with the part that it is about."""
    code = row.get("indicator", "")
    name = Text(legible(row.get("indicator_zh", code)), legible(row.get("indicator_en", code)))
    if not row.get("breakdown_zh"):
        return name
    return name + Text(
        f"（{legible(row['breakdown_zh'])}）", f" ({legible(row.get('breakdown_en', ''))})"
    )


def period(row: Row) -> Text:
    """The period of a row, or the report that plans or describes it; empty where it has none."""
    if not row.get("dated", True):
        return say("outcome.undated")
    if row.get("status") in POLICIES and "report" in row:
        return Text(*(values.report_period(row["report"], language) for language in ("zh", "en")))
    if "period_end" not in row:
        return Text("", "")
    end = pd.Timestamp(row["period_end"])
    return values.period(pd.Timestamp(row.get("period_start", end)), end)


def value(row: Row) -> Text:
    """Return the amount, change in percent, direction, target or plan of a row."""
    full = {**_BLANK, **row}
    if "value" not in row and full["status"] not in POLICIES:
        full |= (
            {"measure": "change_pct", "value": row["percent"]}
            if "percent" in row
            else {"measure": "direction", "value": row.get("direction", 0)}
        )
    text = values.what(full)
    return Text(legible(text.zh), legible(text.en))


def limits(row: Row, stem: str = "") -> Text:
    """The interval of a row in brackets; empty where it has none."""
    lower, upper = row.get(f"{stem}lower"), row.get(f"{stem}upper")
    if lower is None or upper is None:
        return Text("", "")
    ends = (float(str(end).replace("−", "-").replace("∞", "inf")) for end in (lower, upper))
    return values.within(*ends)


# What the interval of a row is about, by the method that made it.


def measure(row: Row) -> Text:
    """Return the value of a row with its interval, which may be of a ratio or of a share."""
    if _is_number(row.get("expected")) and row.get("of_zh"):
        return _against_expected(row)
    method = Method(str(row["method"])) if row.get("method") else None
    if method and method.of_ratio and _is_number(row.get("ratio")):
        ends = [numbers.ratio(float(row.get(name, float("nan")))) for name in ("lower", "upper")]
        span = "–".join(ends) if all(_is_number(row.get(n)) for n in ("lower", "upper")) else ""
        told = numbers.ratio(float(row["ratio"]))
        return value(row) + Text(
            f"，与上年之比{told}" + (f"（{span}）" if span else ""),
            f", {told} times the year before" + (f" ({span})" if span else ""),
        )
    if method and method.of_share and _is_number(row.get("share")):
        share = values.share_label({"lower": None, "upper": None, **row})
        return (
            share
            if row.get("unit") == "%"
            else value(row) + say("value.share_of_whole", share=share)
        )
    return value(row) if method and method.of_limits else value(row) + limits(row)


# What is printed after a count beside an expected one, and the numbers that each text needs.
_EXPECTED: dict[str, dict[str, Callable[[float], str]]] = {
    "value.expected": {"expected": values.expected},
    "value.times": {"ratio": numbers.ratio},
    "value.times_limits": {"lower": numbers.ratio, "upper": numbers.ratio},
    "value.usual": {"usual_lower": numbers.ratio, "usual_upper": numbers.ratio},
    "value.population": {"population": numbers.exact, "population_year": "{:.0f}".format},
}


def _against_expected(row: Row) -> Text:
    """Return a count with the expected one, their ratio, the usual ratios and the population."""
    whole, of = value(row), Text(legible(row["of_zh"]), legible(row.get("of_en", "")))
    for message, ways in _EXPECTED.items():
        if all(_is_number(row.get(name)) for name in ways):
            shown = {name: way(float(row[name])) for name, way in ways.items()}
            words = {name: Text(text.replace(",", ""), text) for name, text in shown.items()}
            whole += say(message, **words, **({"of": of} if "expected" in ways else {}))
    return whole


def _is_number(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def publication(row: Row) -> Text:
    """Who published what a row was read in, and when."""
    name, title = publisher(legible(row.get("publisher", ""))), legible(row.get("title", ""))
    day = legible(row.get("published", ""))
    book = f"《{title}》" if title else ""
    return name + Text(book, book) + (Text(f"，{day}", f", {day}") if day else Text("", ""))


def offset(row: Row) -> Text:
    """The place of the figure in its report, counted in characters; empty for other sources."""
    start = row.get("start", -1)
    if row.get("origin", "report") != "report" or start < 0:
        return Text("", "")
    end = row.get("end", start)
    report = row.get("report", "")
    return say("value.characters", report=report, start=start, end=end)


def citation(row: Row) -> Text:
    """
    Return the source of a row on one line: its phrase, offsets and publication.

    >>> citation({"region": "anshan", "evidence": "发生42起", "report": "anshan-2023", "start": 7,
    ...           "end": 9, "publisher": "某局", "title": "总结"}).zh
    '“发生42起”（anshan-2023 第7—9字；某局《总结》）'
    """
    phrase = legible(row.get("evidence", ""))
    quoted = Text(f"“{phrase}”", f"“{phrase}” ") if phrase else Text("", "")
    places = [text for text in (offset(row), publication(row)) if text.zh]
    told = Text.joined(places)
    return quoted + Text(f"（{told.zh}）", f"({told.en})")


def note(row: Row) -> Text:
    """
    Return the note of a row, with its language in English output where it is Chinese.

    >>> note({"note": "年初快报"}).en, note({"note": "early figure"}).en, note({}).en
    ('(in Chinese) 年初快报', 'early figure', '')
    """
    words = legible(row.get("note", ""))
    return say("label.note", note=words) if _HAN.search(words) else Text(words, words)


def reading(row: Row) -> Text:
    """A row as one line: region, period, indicator, value and interval."""
    return heading(row) + Text(" ", " ") + measure(row)


def heading(row: Row) -> Text:
    """What the value of a row is: region, period and indicator."""
    names = [text for text in (region(row), period(row)) if text.zh]
    where, what = Text.joined(names, zh=" ", en=", "), indicator(row)
    return Text(f"{where.zh} {what.zh}", f"{where.en}: {what.en}")


def reason(refused: Row) -> Text:
    """Why a row or a region was left out."""
    return Text(legible(refused.get("reason_zh", "")), legible(refused.get("reason_en", "")))


def because(refused: Row) -> Text:
    """Return :func:`reason` with the phrase of the report that it rests on, if there is one."""
    text, phrase = reason(refused), legible(refused.get("evidence", ""))
    rests = refused.get("rule", refused.get("gap")) in set(Absence)
    if not rests or not phrase or phrase in text.zh:
        return text
    return say("label.with_phrase", reason=text, evidence=phrase)


def sentences(texts: Iterable[Text]) -> Text:
    """Several notes as one paragraph."""
    kept = [text for text in texts if text.zh]
    zh = "。".join(text.zh.rstrip("。") for text in kept)
    en = ". ".join(text.en[:1].upper() + text.en[1:].rstrip(".") for text in kept)
    return Text(zh + "。", en + ".") if kept else Text("", "")
