"""One point a peer region: its count of a period beside the count expected at an outside rate."""

from collections.abc import Collection, Mapping

import pandas as pd

from analysis.language.vocabulary import Level, Measure, Scope, Vintage

from . import spread

ROAD = "sector:road_traffic"
# Scopes whose deaths are those of all work-safety accidents, as far as the print says.
SCOPES = (
    Scope.COMMERCIAL_ROAD,
    Scope.WITH_ROAD,
    Scope.WITH_FIRES,
    Scope.FATAL_ONLY,
    Scope.UNSTATED,
)
POPULATIONS = ("resident_population_year_end", "census_population")
KEY = ["adcode", "period_start", "period_end", "scope", "title"]


def points(
    peers: pd.DataFrame,
    rates: Mapping[int, float],
    shares: Mapping[float, float],
    *,
    indicator: str = "deaths",
    level: Level = Level.PREFECTURE,
    scopes: Collection[Scope] = SCOPES,
    shortest: float = 0.49,
    farthest: int = 2,
) -> pd.DataFrame:
    """
    Choose one period for each peer region, and compute the count expected in it.

    Of the first prints of the whole region, from 1 January on, the longest period is taken, then
    the latest, then the first of *scopes*.

    Parameters
    ----------
    peers
        The table of peers.
    rates
        Events a year per 100,000 people of the outside region, by year.
    shares
        Share of the outside region's events by share of the days, for ``spread.share_of_year``.
    indicator, level
        What is counted, and the administrative level of the regions.
    scopes
        Scopes to take, the preferred first.
    shortest
        Least share of the days of the year that a period covers; January to June has 0.496.
    farthest
        Most years between the period and the population.

    Returns
    -------
    pandas.DataFrame
        ``adcode``, ``name_zh``, ``name_en``, ``scope``, ``period_start``, ``period_end``,
        ``observed``, ``road`` (road transport's part, missing where not printed), ``population``,
        ``population_year``, ``expected``; in the order of the codes. Regions without a population
        or an outside rate near enough have no point.
    """
    chosen = _counts(peers, indicator, level, scopes, shortest)
    chosen = chosen[chosen["year"].isin(rates)]
    joined = chosen.merge(_populations(peers), on="adcode")
    joined["distance"] = (joined["population_year"] - joined["year"]).abs()
    near = joined[joined["distance"].le(farthest)]
    order = ["adcode", "elapsed", "year", "place", "distance", "population_year"]
    ascending = [True, False, False, True, True, False]
    best = near.sort_values(order, ascending=ascending).drop_duplicates("adcode")
    best = best.merge(_road(peers, indicator), on=KEY, how="left")
    expected = spread.expected_counts(
        best["population"],
        best["year"].map(rates),
        share=spread.share_of_year(best["elapsed"], shares),
    )
    columns = ["adcode", "name_zh", "name_en", "scope", "period_start", "period_end"]
    columns += ["observed", "road", "population", "population_year"]
    return best[columns].assign(expected=expected).reset_index(drop=True)


def _counts(
    peers: pd.DataFrame, indicator: str, level: Level, scopes: Collection[Scope], shortest: float
) -> pd.DataFrame:
    """First prints of whole regions for periods from 1 January, long enough."""
    start, end = peers["period_start"], peers["period_end"]
    whole = peers["indicator"].eq(indicator) & peers["breakdown"].eq("")
    counted = whole & peers["measure"].eq(Measure.LEVEL) & peers["vintage"].eq(Vintage.FIRST)
    counted &= peers["level"].eq(level) & peers["scope"].isin(scopes)
    counted &= start.dt.day_of_year.eq(1) & start.dt.year.eq(end.dt.year)
    elapsed = end.dt.day_of_year / (365 + end.dt.is_leap_year)
    rows = peers.assign(
        elapsed=elapsed,
        year=end.dt.year,
        place=peers["scope"].map({scope: place for place, scope in enumerate(scopes)}),
    )
    chosen: pd.DataFrame = rows[counted & elapsed.ge(shortest)]
    return chosen.rename(columns={"value": "observed"})


def _populations(peers: pd.DataFrame) -> pd.DataFrame:
    known = peers[peers["indicator"].isin(POPULATIONS) & peers["measure"].eq(Measure.LEVEL)]
    return known.assign(population_year=known["period_end"].dt.year).rename(
        columns={"value": "population"}
    )[["adcode", "population", "population_year"]]


def _road(peers: pd.DataFrame, indicator: str) -> pd.DataFrame:
    part = peers["indicator"].eq(indicator) & peers["breakdown"].eq(ROAD)
    rows = peers[part & peers["measure"].eq(Measure.LEVEL)]
    return rows.rename(columns={"value": "road"})[[*KEY, "road"]]
