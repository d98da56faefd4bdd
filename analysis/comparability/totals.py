"""The sum of figures that may be added, and the reasons why others may not."""

from collections.abc import Iterator
from itertools import combinations

import pandas as pd

from analysis.errors import UsageError
from analysis.language.vocabulary import Comparator, Measure, Nature, Quantity, Status
from analysis.rows import as_records
from analysis.statistics import rates

from .rules import Row

_SAME = ("indicator", "unit", "breakdown", "measure", "status")
_NO_SUM = (Quantity.SHARE, Quantity.RATE, Quantity.RANK, Quantity.DURATION)


def total(rows: pd.DataFrame) -> float:
    """
    Return the sum of the values of *rows*.

    They are exact amounts of one indicator, part and status; of one region for periods that do
    not overlap, or of several regions, none inside another, for the same periods.

    Raises
    ------
    UsageError
        For other rows, with the reason.
    """
    records = as_records(rows)
    reason = next(_reasons(rows, records), "")
    if reason:
        raise UsageError(f"the {len(rows)} rows do not add up: {reason}")
    return float(rows["value"].sum())


def _reasons(rows: pd.DataFrame, records: list[Row]) -> Iterator[str]:
    """Yield why *rows* may not be added."""
    if rows.empty:
        yield "there are none; select others"
        return
    for name in _SAME:
        words = [str(word) or "(the whole)" for word in rows[name].unique()]
        if len(words) > 1:
            yield f"they have several of {name}: {_listed(words)}; select one"
    first = records[0]
    if first["measure"] != Measure.LEVEL or first["quantity"] in _NO_SUM:
        kind = first["quantity"] if first["measure"] == Measure.LEVEL else first["measure"]
        yield f"{first['indicator']} is a {kind}, not an amount"
    if first["status"] != Status.ACTUAL:
        yield f"they are of status {first['status']}, and did not happen"
    bounds = rows.loc[rows["comparator"].ne(Comparator.EXACT), "printed"]
    if len(bounds):
        yield f"{_listed(list(bounds))} is no exact figure"
    yield from _of_regions(rows, first)
    yield from filter(None, (_overlap(one, other) for one, other in combinations(records, 2)))


def _of_regions(rows: pd.DataFrame, first: Row) -> Iterator[str]:
    """Yield why figures of several regions may not be added."""
    if rows["region"].nunique() < 2:
        return
    if first["indicator"] in rates.COUNTED_DIFFERENTLY:
        yield f"regions count different {first['indicator']}"
    spans = rows.groupby("region", observed=True)[["period_start", "period_end"]].agg(list)
    if spans.astype("str").drop_duplicates().shape[0] > 1:
        yield "the regions have figures of different periods; select one period"


def _overlap(one: Row, other: Row) -> str:
    """Return why two rows count the same thing twice, "" if they do not."""
    inner, outer = sorted((one, other), key=lambda row: len(row["ancestors"]), reverse=True)
    same = one["region"] == other["region"]
    if not same and outer["adcode"] not in inner["ancestors"].split():
        return ""
    if not same:
        return f"{inner['region']} is a part of {outer['region']}"
    if one["nature"] == Nature.STOCK:
        return f"{one['indicator']} is a stock, which does not add up over time"
    apart = one["period_end"] < other["period_start"] or other["period_end"] < one["period_start"]
    return "" if apart else f"{one['region']} has several figures of one period; select one"


def _listed(words: list[str]) -> str:
    return ", ".join(words[:4]) + (" …" if len(words) > 4 else "")
