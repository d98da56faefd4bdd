"""How fine a printed figure is, and a figure computed from it may be."""

import math
import re
from collections.abc import Mapping
from typing import Any

from analysis.language.vocabulary import Comparator

_PERCENT = re.compile(r"[%％]|百分点")


def half(printed: str) -> float:
    """Return half of the last printed place; 0 for a plain whole number, which counts cases."""
    match = re.search(r"\d[\d,]*(?:\.(\d+))?\s*(?:余|多)?([万亿]*)", printed)
    if match is None:
        return 0.0
    scale = 1.0
    for word in match[2]:
        scale *= 1e4 if word == "万" else 1e8
    decimals = len(match[1] or "")
    counted = scale == 1 and not decimals and not _PERCENT.search(printed)
    return 0.0 if counted else scale / 10**decimals / 2


def as_value(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """
    Return *row* with its rate as the value, no finer than the printed count allows.

    >>> row = {"value": 25_000.0, "printed": "2.5万场次", "rate": 322.58, "comparator": "="}
    >>> as_value(row)["value"], as_value(row)["comparator"]
    (320.0, '~')
    """
    shown = {**row, "value": row["rate"], "printed": ""}
    margin = half(str(row["printed"])) / row["value"] * row["rate"] if row["value"] else 0
    if margin <= 0 or row["comparator"] != Comparator.EXACT:
        return shown
    place = 10.0 ** math.floor(math.log10(2 * margin))
    return shown | {
        "value": place * round(row["rate"] / place),
        "comparator": str(Comparator.ABOUT),
    }
