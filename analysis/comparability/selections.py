"""The regions and indicators that a parameter of a notebook may choose from."""

from typing import Any

from analysis.language.vocabulary import Level
from analysis.statistics import rates, summaries
from analysis.tables.load import Tables

from . import rules


def selections(tables: Tables) -> dict[str, Any]:
    """
    Return the lists that the descriptor keeps, so that planning a run reads no table.

    Returns
    -------
    dict
        ``regions`` in house order, ``shared_indicators`` of two regions or more, and those of
        them whose figures may be compared, ``comparable_indicators``.
    """
    reporting = tables.regions[tables.regions["region"].isin(tables.first_reports)]
    order = reporting.assign(order=[Level(level).order for level in reporting["level"]])
    regions = tables.rows.groupby("indicator")["region"].nunique()
    shared = [code for code in tables.indicators["indicator"] if regions.get(code, 0) > 1]
    comparable = _comparable(tables)
    return {
        "regions": list(order.sort_values(["order", "adcode"])["region"]),
        "shared_indicators": shared,
        "comparable_indicators": [code for code in shared if code in comparable],
    }


def _comparable(tables: Tables) -> set[str]:
    """Return the indicators that have comparable results of two regions or more."""
    amounts = summaries.amounts(tables.rows)
    # Only results of one part from two regions can be compared at all.
    key = ["indicator", "breakdown"]
    several = amounts[amounts.groupby(key)["region"].transform("nunique").gt(1)]
    rated = rates.rates(rates.limits(several), tables.context_rows)
    groups = rated.groupby("indicator")
    return {str(code) for code, rows in groups if len(rules.comparable(rows, str(code)).rows) > 1}
