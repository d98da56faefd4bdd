"""Targets as text, with their results, and what a report has instead of what was looked for."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from . import values
from .messages import label, say
from .text import Text
from .vocabulary import Comparator, Outcome, Partial

_YEARLY = "逐年"  # in the words of a target for every year of its period


def aim(row: Mapping[Any, Any]) -> Text:
    """Return what a target asks for: its value, or in which direction."""
    if row["measure"] == "direction" and _YEARLY in str(row.get("printed") or ""):
        return say("value.fall_every_year" if float(row["value"]) < 0 else "value.rise_every_year")
    if row["measure"] != "level":  # a bound is on how far it goes: 5%以上 is no ≥−5%
        return values.what({**row, "status": "actual"})
    return values.target(row)


def result_or_aim(row: Mapping[Any, Any]) -> Text:
    """Return the value or change of a result, or what a target or plan asks for, named as such."""
    return values.what(row) if row["status"] == "actual" else say("profile.aim", aim=aim(row))


def target_as_printed(row: Mapping[Any, Any]) -> Text:
    """Return what a target asks for, in Chinese with the words of its report where it has any."""
    asked, text = aim(row), str(row.get("printed") or "")
    if not any(character.isdigit() for character in text):
        return asked
    bound = values.COMPARATORS[Comparator(str(row["comparator"]))]
    sign = "" if values.BOUND.search(text) else bound
    return Text(sign + text, asked.en)


def outcome(row: Mapping[Any, Any]) -> Text:
    """Return what became of a target: the verdict, and the result with its interval and period."""
    verdict = Outcome(row["outcome"])
    undated = verdict is Outcome.UNDATED  # which the column of dates says
    if pd.isna(row["result"]):
        return label(Outcome.CANNOT_TELL if undated else verdict)
    result = {name: row[f"result_{name}"] for name in ("comparator", "measure", "printed")}
    shown = values.what({**row, **result, "value": row["result"], "status": "actual"})
    when = values.period(row["result_period_start"], row["result_period_end"])
    if pd.notna(row["lower"]):
        shown = shown + values.within(row["lower"], row["upper"])
    known = Text(f"{shown.zh}，{when.zh}", f"{shown.en}, {when.en}")
    return known if undated else Text.joined([label(verdict), known], zh="：", en=": ")


def partial(word: Partial, rows: Sequence[Mapping[Any, Any]] = ()) -> Text:
    """
    Return what a report has instead of what was looked for, with the figures *rows*.

    >>> partial(Partial.NO_TARGET).en
    'the report sets no target that could be checked'
    """
    if word is Partial.WORDS_ALONE:
        return say(f"partial.{word}", count=len(rows))
    each = [values.value_of_part(row) for row in rows]
    ends = {"found": each[0], "rectified": each[-1]} if each else {}
    return say(f"partial.{word}", what=Text.joined(each, zh="；", en="; "), **ends)
