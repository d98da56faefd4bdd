"""The regions and indicators that a parameter of a notebook may choose from."""

from typing import Any

from analysis.language.vocabulary import Level
from analysis.statistics import rates
from analysis.tables.load import Tables

from . import families


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
    comparable = families.shared(rates.rated(tables), tables, list(tables.indicators["indicator"]))
    return {
        "regions": list(order.sort_values(["order", "adcode"])["region"]),
        "shared_indicators": list(comparable),
        "comparable_indicators": [code for code, may in comparable.items() if may],
    }
