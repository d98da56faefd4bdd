"""The sum of figures that may be added, and the reasons why others may not."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import pandas as pd

from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.text import Text
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
    if reason := next(_reasons(rows, records), None):
        raise UsageError(say("total.refused", count=len(rows), reason=reason))
    return float(rows["value"].sum())


def _reasons(rows: pd.DataFrame, records: list[Row]) -> Iterator[Text]:
    """Yield why *rows* may not be added."""
    if rows.empty:
        yield say("total.none")
        return
    for name in _SAME:
        words = rows[name].unique()
        if len(words) > 1:
            yield say("total.several", column=name, words=_listed(words))
    first = records[0]
    if first["measure"] != Measure.LEVEL or first["quantity"] in _NO_SUM:
        kind = first["quantity"] if first["measure"] == Measure.LEVEL else first["measure"]
        yield say("total.no_amount", indicator=first["indicator"], kind=str(kind))
    if first["status"] != Status.ACTUAL:
        yield say("total.no_fact", status=str(first["status"]))
    bounds = rows.loc[rows["comparator"].ne(Comparator.EXACT), "printed"]
    if len(bounds):
        yield say("total.inexact", printed=_listed(bounds))
    yield from _of_regions(rows, first)
    yield from filter(None, (_overlap(one, other) for one, other in combinations(records, 2)))


def _of_regions(rows: pd.DataFrame, first: Row) -> Iterator[Text]:
    """Yield why figures of several regions may not be added."""
    if rows["region"].nunique() < 2:
        return
    if first["indicator"] in rates.COUNTED_DIFFERENTLY:
        yield say("total.counted_differently", indicator=first["indicator"])
    spans = rows.groupby("region", observed=True)[["period_start", "period_end"]].agg(list)
    if spans.astype("str").drop_duplicates().shape[0] > 1:
        yield say("total.periods")


def _overlap(one: Row, other: Row) -> Text | None:
    """Return why two rows count the same thing twice, None if they do not."""
    inner, outer = sorted((one, other), key=lambda row: len(row["ancestors"]), reverse=True)
    same = one["region"] == other["region"]
    if not same and outer["adcode"] not in inner["ancestors"].split():
        return None
    if not same:
        return say("total.inside", inner=inner["region"], outer=outer["region"])
    if one["nature"] == Nature.STOCK:
        return say("total.stock", indicator=one["indicator"])
    apart = one["period_end"] < other["period_start"] or other["period_end"] < one["period_start"]
    return None if apart else say("total.overlap", region=one["region"])


def _listed(words: Iterable[object]) -> Text:
    """Return the first four of *words*; an empty one is the whole of an indicator."""
    texts = [Text(str(word), str(word)) if word else say("total.whole") for word in words]
    more = Text(" …", " …") if len(texts) > 4 else Text("", "")
    return Text.joined(texts[:4], zh="、", en=", ") + more
