"""
Values far from that of the year before, or from the rates of the other regions.

They may be right; a person should look at them again.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from analysis.language.vocabulary import Oddity
from analysis.rows import as_records

from . import rates, years

FACTOR = 5.0  # how many times above or below is remarkable
LEAST = 20  # smaller values change by such factors by chance
FEWEST = 3  # regions, nation and province among them, with a rate in the same year
SLIP = 1.2  # a ratio this near to a power of ten may be a wrong unit
_SERIES = ["region", "indicator", "breakdown", "unit", "year"]


class Outlier(NamedTuple):
    """A row, and its ratio to ``before`` or to the median rate of so many ``regions``."""

    row: dict[Any, Any]
    oddity: Oddity
    ratio: float
    before: float = 0.0
    regions: int = 0


def outliers(rows: pd.DataFrame, context: pd.DataFrame) -> list[Outlier]:
    """Return the unusual whole-year levels of *rows* and *context*, in house order."""
    levels = years.series(rates.marks(rows), rates.marks(context))
    levels = levels.assign(year=levels["period_end"].dt.year)
    return [*_against_year_before(levels), *_against_peers(levels, context)]


def is_slip(ratio: float) -> bool:
    """
    Return whether *ratio* is near to a power of ten.

    >>> is_slip(9.3), is_slip(0.0098), is_slip(6.0)
    (True, True, False)
    """
    return any(1 / SLIP <= max(ratio, 1 / ratio) / 10**power <= SLIP for power in range(1, 9))


def _against_year_before(levels: pd.DataFrame) -> Iterator[Outlier]:
    before = levels[[*_SERIES, "value"]].rename(columns={"value": "before"})
    pairs = levels.merge(before.assign(year=before["year"] + 1), on=_SERIES)
    pairs = pairs[pairs["value"].gt(0) & pairs["before"].gt(0)]
    pairs = pairs[pairs[["value", "before"]].max(axis=1).ge(LEAST)]
    pairs = pairs.assign(ratio=pairs["value"] / pairs["before"])
    for row in as_records(pairs[_is_far(pairs["ratio"])]):
        yield Outlier(row, Oddity.YEAR_BEFORE, row["ratio"], before=row["before"])


def _against_peers(levels: pd.DataFrame, context: pd.DataFrame) -> Iterator[Outlier]:
    rated = rates.rates(rates.limits(levels), context)
    rated = rated[rated["rate"].gt(0) & rated["value"].ge(LEAST)]
    for _, group in rated.groupby(["indicator", "breakdown", "year"]):
        if len(group) >= FEWEST:
            ratios = group["rate"] / group["rate"].median()
            for row in as_records(group.assign(ratio=ratios)[_is_far(ratios)]):
                yield Outlier(row, Oddity.PEERS, row["ratio"], regions=len(group))


def _is_far(ratios: "pd.Series[float]") -> "pd.Series[bool]":
    return ratios.ge(FACTOR) | ratios.le(1 / FACTOR)
