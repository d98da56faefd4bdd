"""The population of each region and year, from the figures of other publications."""

import pandas as pd

# The order in which a population is taken as the exposure of a year.
POPULATIONS = (
    "resident_population_year_end",
    "population_year_end",
    "resident_population_annual_mean",
    "census_population",
    "registered_population",
)
_NEEDED = ["region", "period_end", "value", "indicator", "reliability", "publisher"]
FARTHEST = 2  # years: a population further away is no denominator


def populations(context: pd.DataFrame) -> pd.DataFrame:
    """
    Return the published populations: one row per region and year, the best kind of each year.

    They are in the order of years. *context* needs ``region``, ``indicator``, ``measure``,
    ``period_end``, ``value``, ``reliability`` and ``publisher``.
    """
    chosen = context["indicator"].isin(POPULATIONS) & context["measure"].eq("level")
    known = context.loc[chosen, _NEEDED]
    rank = known["indicator"].map({name: place for place, name in enumerate(POPULATIONS)})
    ordered = known.assign(rank=rank, year=known["period_end"].dt.year).sort_values("rank")
    best = ordered.drop_duplicates(["region", "year"]).sort_values("year", kind="stable")
    columns = ["region", "year", "value", "indicator", "reliability", "publisher"]
    names = {"value": "population", "indicator": "population_kind", "year": "population_year"}
    return best[columns].rename(
        columns=names
        | {"reliability": "population_reliability", "publisher": "population_publisher"}
    )
