"""
Figures compared with a wider region: its change for each change, its rate for each count.

The reference is always from outside the regions that are judged, never their own mean.
"""

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
import pandas as pd

from analysis.language import values
from analysis.language.messages import say
from analysis.language.vocabulary import Measure, Method
from analysis.tables.populations import populations

from . import gaps, rates, tests

REFERENCE = "china"
LEVELS = {"": 0.95, "outer_": 0.998}  # the two usual control limits of a funnel
DISPERSION = 2.0  # assumed, to see how much hangs on it; five regions cannot estimate it
NO_POPULATION = "no_population"  # the rule that keeps a count out of a funnel
KEY = ["indicator", "breakdown", "period_end"]


class Place(StrEnum):
    """Where a count lies in a funnel."""

    WITHIN = "within"
    OUTSIDE = "outside"  # the 95 % limits, not the 99.8 %
    FAR_OUTSIDE = "far_outside"  # the 99.8 % limits


def funnel(levels: pd.DataFrame, expected: pd.DataFrame) -> pd.DataFrame:
    """
    Add the limits that chance keeps each count within, around an external expectation.

    Parameters
    ----------
    levels
        Yearly counts of events.
    expected
        From :func:`analysis.statistics.rates.expected`: whose rate, and the count it would give.

    Returns
    -------
    pandas.DataFrame
        The rows of *levels* that have an expectation, with ``expected``, ``lower`` and ``upper``
        (95 %), ``outer_lower`` and ``outer_upper`` (99.8 %), ``loose_lower`` and ``loose_upper``
        (95 % at the assumed dispersion), ``method``, and ``place`` and ``loose_place``.
    """
    names = {"value": "expected"}
    columns = ["region", "period_end", "value", "of_zh", "of_en"]
    judged = levels.drop(columns=["lower", "upper", "method"], errors="ignore")
    judged = judged.merge(expected[columns].rename(columns=names), on=columns[:2], validate="m:1")
    judged = judged.join(_limits(judged["expected"])).assign(method=str(Method.FUNNEL))
    return judged.assign(
        place=_place(judged, ["", "outer_"]), loose_place=_place(judged, ["loose_"])
    )


def curves(rows: pd.DataFrame, *, points: int = 240) -> pd.DataFrame:
    """The limits of :func:`funnel` around the expected counts of *rows*, and some way beyond."""
    least, most = float(rows["expected"].min()), float(rows["expected"].max())
    grid = pd.Series(np.linspace(least * 0.4, most * 1.4, points), name="expected")
    return grid.to_frame().join(_limits(grid))


def _limits(expected: "pd.Series[float]") -> pd.DataFrame:
    found = {}
    for name, level in LEVELS.items():
        found[name] = tests.funnel(expected, level=level)
    found["loose_"] = tests.funnel(expected, dispersion=DISPERSION)
    columns = {
        f"{name}{side}": getattr(limit, side)
        for name, limit in found.items()
        for side in ("lower", "upper")
    }
    return pd.DataFrame(columns, index=expected.index)


def _place(rows: pd.DataFrame, limits: Iterable[str]) -> list[str]:
    """How many of *limits*, from the narrowest out, each count is outside of."""
    value, places = rows["value"], list(Place)
    outside = np.zeros(len(rows), dtype="int64")
    for name in limits:
        outside += value.lt(rows[f"{name}lower"]) | value.gt(rows[f"{name}upper"])
    return [str(places[count]) for count in outside]


def expected(rows: pd.DataFrame, every: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """
    What the reference's rate would give for each of *rows*, whatever their indicators.

    Parameters
    ----------
    rows
        Counts; those of a part have no reference.
    every
        The series of all regions (``years.series``), with the reference.
    context
        The context rows, for both populations.

    Returns
    -------
    pandas.DataFrame
        ``id``, ``value``, ``of_zh`` and ``of_en``, for the rows that have a reference.
    """
    whole = rows[rows["breakdown"].eq("")]
    found = [
        rates.expected(group, every, context, str(code)).merge(
            group[["region", "period_end", "id"]], on=["region", "period_end"]
        )
        for code, group in whole.groupby("indicator", sort=False)
    ]
    columns = ["id", "value", "of_zh", "of_en"]
    return pd.concat([pd.DataFrame(columns=columns).astype({"value": "float64"}), *found])[columns]


def without_population(
    every: pd.DataFrame,
    rows: pd.DataFrame,
    drawn: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
) -> pd.DataFrame:
    """
    The regions with counts of *indicator* for which no expectation can be computed, and why.

    Reporting regions and the parents of those drawn, the reference apart; of *every* year.
    """
    levels = every[every["indicator"].eq(indicator) & every["breakdown"].eq("")]
    levels = levels[levels["measure"].eq(Measure.LEVEL) & ~levels["region"].isin(drawn["region"])]
    parents = {code for line in drawn["ancestors"] for code in line.split()}
    near = levels["region"].isin(rows["region"]) | levels["adcode"].isin(parents)
    known = populations(context)
    near &= levels["region"].ne(REFERENCE) & ~levels["region"].isin(known["region"])
    latest = levels[near].sort_values("period_end").drop_duplicates("region", keep="last")
    return gaps.frame(
        [
            gaps.refusal(row, NO_POPULATION, say("note.no_population", value=values.value(row)))
            for row in latest.to_dict("records")
        ]
    )
