"""
Observed counts beside those expected at the rates of wider regions, and the spread of peers.

The reference is always outside the regions that are judged: the nation, their province, or peers
from other provinces. Frame in, new frame out; it reads no file.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.language.vocabulary import Basis, Level, Mark, Measure, Rule, Scope, Vintage
from analysis.tables.populations import FARTHEST, populations

from . import dates, intervals, rates, spread
from .spread import NATION, Placement, Spread

Row = dict[Any, Any]
INFLATION = 1.27  # of the variance of deaths: the upper end of what clusters in accidents give
FEWEST_YEARS = 3  # that are pooled
NO_POPULATION, NO_RATE = str(Rule.POPULATION), "no_rate"  # why a count has no expectation
KEY = ["region", "indicator", "of", "segment"]
SERIES = ["region", "indicator", "period_end"]
ROAD = "sector:road_traffic"
# Scopes whose deaths are those of all work-safety accidents, as far as the print says.
SCOPES = (
    Scope.COMMERCIAL_ROAD,
    Scope.WITH_ROAD,
    Scope.WITH_FIRES,
    Scope.FATAL_ONLY,
    Scope.UNSTATED,
    Scope.GENERAL_ONLY,
)
PEOPLE = ("resident_population_year_end", "census_population")
CENSUS = 5  # years: how far a peer's population may be; it changes by little beside the spread
SOURCE = ["publisher", "title", "url", "evidence", "reliability"]
PRINT = ["adcode", "period_start", "period_end", "scope", "title"]


def yearly_rates(
    every: pd.DataFrame, context: pd.DataFrame, indicator: str, region: str = NATION
) -> pd.DataFrame:
    """
    Return the yearly rates of *indicator* in *region* per ``rates.PER`` people.

    Parameters
    ----------
    every
        The series of all regions (``years.series``).
    context
        The context rows: populations, and published changes.

    Returns
    -------
    pandas.DataFrame
        ``period_end``, ``of`` (the region) with its names and adcode, ``of_rate`` and ``chained``:
        whether the year's count is that of the year before and a published percentage.
    """
    own = pd.DataFrame({"indicator": [indicator], "of": [region]})
    sources = [_whole(frame, own) for frame in (every, context)]
    levels = sources[0][sources[0]["measure"].eq(Measure.LEVEL)].assign(chained=False)
    counted = pd.concat([levels, _chained(levels, sources[1])], ignore_index=True)
    known = rates.rates(rates.limits(counted), context)
    names = {name: f"of_{name.removeprefix('region_')}" for name in ("region_zh", "region_en")}
    names |= {"region": "of", "rate": "of_rate", "adcode": "of_adcode"}
    columns = ["period_end", *names, "chained"]
    return known[known["rate"].notna()][columns].rename(columns=names).astype({"of": "str"})


def _whole(frame: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of whole years with the indicators and wider regions of *pairs*."""
    whole = frame["indicator"].isin(pairs["indicator"]) & frame["breakdown"].eq("")
    chosen: pd.DataFrame = frame[
        whole & frame["region"].isin(pairs["of"]) & dates.whole_year(frame)
    ]
    return chosen


def _chained(levels: pd.DataFrame, stated: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of years without one that the year before and a percentage give."""
    changed = stated[stated["measure"].eq(Measure.CHANGE_PCT)]
    changed = changed[~changed["period_end"].isin(levels["period_end"])]
    before = levels[["period_end", "value"]].rename(columns={"value": "before"})
    before = before.assign(period_end=before["period_end"] + pd.DateOffset(years=1))
    pairs = changed.drop_duplicates("period_end").merge(before, on="period_end")
    value = pairs["before"] * (1 + pairs["value"] / 100)
    counts = pairs.assign(value=value, measure=str(Measure.LEVEL), chained=True)
    return counts.drop(columns="before").astype({"value": "float64"})


def ratios(
    every: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
    regions: Collection[str],
    *,
    first_year: int,
    nation: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    Compute observed over expected counts at the rate of the nation and of the province.

    Parameters
    ----------
    every
        The series of all regions (``years.series``).
    context
        The context rows.
    indicator
        Its code.
    regions
        The codes of the regions; the provinces that these lie in are added.
    first_year
        The first year taken.
    nation
        The :func:`yearly_rates` of the nation, where the caller has them.

    Returns
    -------
    pandas.DataFrame
        One row a count and wider region, years first, then the pooled row of the years
        (``pooled``) of one scope: the columns of the count, those of :func:`yearly_rates`,
        ``expected``, ``ratio`` with ``lower`` and ``upper`` (exact) and ``wide_lower`` and
        ``wide_upper`` (deaths that come several to an accident), ``since`` and ``until`` (years).
    """
    levels = rates.rates(rates.limits(_levels(every, indicator, regions, first_year)), context)
    levels = levels[levels["rate"].notna() & rates.countable(levels)]
    if nation is None:
        nation = yearly_rates(every, context, indicator)
    provinces = levels.loc[levels["level"].eq(Level.PROVINCE), "region"].unique()
    inner = [yearly_rates(every, context, indicator, of) for of in provinces]
    wider = pd.concat([nation, *inner])
    pairs = levels.merge(wider, on="period_end")
    inside = [of in line.split() for of, line in pairs[["of_adcode", "ancestors"]].to_numpy()]
    pairs = pairs[np.array(inside, dtype=bool)].assign(pooled=False)
    pairs = pairs.assign(
        expected=pairs["of_rate"] * pairs["population"] / rates.PER,
        since=pairs["period_end"].dt.year,
        until=pairs["period_end"].dt.year,
        id=pairs["id"].where(pairs["of"].eq(NATION), pairs["id"] + "-" + pairs["of"]),
    )
    both = pd.concat([pairs, _pooled(pairs)], ignore_index=True)
    both["nearest"] = both["of"].eq(NATION)
    order = ["level_order", "adcode", "nearest", "pooled", "since"]
    ordered = both.sort_values(order, ascending=[True, True, False, True, True], kind="stable")
    return _with_limits(ordered.drop(columns="nearest").reset_index(drop=True))


def _levels(
    every: pd.DataFrame, indicator: str, regions: Collection[str], first_year: int
) -> pd.DataFrame:
    """Return the yearly counts of *regions* and of the provinces that they lie in."""
    same = every["indicator"].eq(indicator) & every["breakdown"].eq("")
    same &= every["measure"].eq(Measure.LEVEL) & every["period_end"].dt.year.ge(first_year)
    counts: pd.DataFrame = every[same]
    chosen = counts["region"].isin(regions)
    above = {code for line in counts.loc[chosen, "ancestors"] for code in line.split()}
    wider = counts["adcode"].isin(above) & counts["level"].eq(Level.PROVINCE)
    return counts.loc[chosen | wider]


def _pooled(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return one row for the years of each region, wider region and scope, where they are three."""
    rows: list[Row] = []
    for _, group in pairs[~pairs["chained"]].groupby(KEY, sort=False):
        last: Row = group.iloc[-1].to_dict()
        first = group.iloc[0]
        if len(group) < FEWEST_YEARS or last["until"] - first["since"] != len(group) - 1:
            continue
        sums = {name: group[name].sum() for name in ("value", "expected")}
        span = {"period_start": first["period_start"], "since": first["since"], "pooled": True}
        per = rates.PER / group["population"].sum()
        each = {"rate": sums["value"] * per, "of_rate": sums["expected"] * per}
        rows.append({**last, **_OF_ONE_YEAR, **span, **sums, **each})
        rows[-1]["id"] += f"-{len(group)}"
    return pd.DataFrame(rows, columns=pairs.columns)


# What a row of several years cannot carry over from its last one.
_OF_ONE_YEAR = {"printed": "", "basis": "derived", "population": np.nan, "population_year": np.nan}
_OF_ONE_YEAR |= {"rate_lower": np.nan, "rate_upper": np.nan}


def over_expected(pairs: pd.DataFrame) -> pd.DataFrame:
    """Add the ratio of ``value`` to ``expected`` with its exact interval."""
    ratio = spread.ratio(pairs["value"], pairs["expected"])
    method = str(ratio.method)
    return pairs.assign(ratio=ratio.ratio, lower=ratio.lower, upper=ratio.upper, method=method)


def _with_limits(pairs: pd.DataFrame) -> pd.DataFrame:
    wide = spread.ratio(pairs["value"], pairs["expected"], inflation=INFLATION)
    clustered = pairs["indicator"].isin(intervals.CLUSTERED)
    return over_expected(pairs).assign(
        wide_lower=np.where(clustered, wide.lower, np.nan),
        wide_upper=np.where(clustered, wide.upper, np.nan),
    )


def without_expectation(
    every: pd.DataFrame,
    rows: pd.DataFrame,
    drawn: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
) -> pd.DataFrame:
    """
    Return the regions of *rows* with counts of *indicator* but no expectation.

    Returns
    -------
    pandas.DataFrame
        The latest count of each region, with ``rule``: :data:`NO_POPULATION`, or :data:`NO_RATE`
        where the nation's count of the year is missing.
    """
    levels = every[every["indicator"].eq(indicator) & every["breakdown"].eq("")]
    levels = levels[levels["measure"].eq(Measure.LEVEL) & levels["region"].isin(rows["region"])]
    levels = levels[~levels["region"].isin(drawn["region"]) & levels["segment"].eq(0)]
    latest = levels.sort_values("period_end").drop_duplicates("region", keep="last")
    near = rates.rates(rates.limits(latest), context)["rate"].notna().to_numpy()
    return latest.assign(rule=np.where(near, NO_RATE, NO_POPULATION))


def spread_of(points: pd.DataFrame) -> Spread | None:
    """Estimate the spread of the *points*; None where there are too few."""
    if len(points) < spread.FEWEST_REGIONS:
        return None
    return spread.estimate(points["value"], points["expected"])


def usual(pairs: pd.DataFrame, placement: Placement | None) -> pd.DataFrame:
    """
    Add the usual ratios of peers at the expected counts of *pairs*.

    ``usual_lower`` and ``usual_upper`` are NaN where the reference, the level, the indicator or the
    scope is not that of the *placement*, or too few peers are known.
    """
    known = placement.spread if placement else None
    if placement is None or known is None:
        return pairs.assign(usual_lower=np.nan, usual_upper=np.nan)
    same = pairs["of"].eq(NATION) & pairs["segment"].eq(0)
    for name in ("level", "indicator"):
        same &= pairs[name].eq(placement.row[name])
    ends = spread.adjusted_funnel(pairs["expected"], known)
    lower, upper = (np.where(same, end, np.nan) for end in (ends.lower, ends.upper))
    return pairs.assign(usual_lower=lower, usual_upper=upper)


def plain_limits(points: pd.DataFrame, expected: float) -> tuple[float, float]:
    """Return the limits at an *expected* count, with the spread of *points* not winsorised."""
    plain = spread.estimate(points["value"], points["expected"], winsorise=0)
    usual = spread.adjusted_funnel(expected, plain)
    return float(usual.lower), float(usual.upper)


def behind(
    pairs: pd.DataFrame, points: pd.DataFrame, every: pd.DataFrame, context: pd.DataFrame
) -> pd.DataFrame:
    """
    Return the rows from which the expected counts of *pairs* and of the peers *points* follow.

    Parameters
    ----------
    pairs, points
        From :func:`ratios` and :func:`peers`.
    every, context
        The series of all regions (``years.series``), and the context rows.

    Returns
    -------
    pandas.DataFrame
        The counts of the wider regions; for a year without one its published change and the count
        before; the first prints that give the share of a part of a year; and the populations of
        the wider regions and of those in *pairs*.
    """
    wider, index = [_whole(frame, pairs) for frame in (every, context)], pd.MultiIndex.from_frame
    levels = wider[0][wider[0]["measure"].eq(Measure.LEVEL)]
    stated = wider[1][wider[1]["measure"].eq(Measure.CHANGE_PCT)].drop_duplicates(SERIES)
    years = {*pairs["until"], *points["period_end"].dt.year}
    alone = ~index(stated[SERIES]).isin(index(levels[SERIES]))
    changes = stated[alone & stated["period_end"].dt.year.isin(years)]
    years |= {*(changes["period_end"].dt.year - 1)}
    counts = pd.concat([levels[levels["period_end"].dt.year.isin(years)], changes])
    quarters = [_quarters(context, code, NATION) for code in points["indicator"].unique()]
    divisors = _people(pd.concat([pairs, counts]), context)
    rows: pd.DataFrame = pd.concat([counts, *quarters, divisors], ignore_index=True)
    return rows.drop_duplicates("id")


def _people(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the populations by which the counts *rows* are divided."""
    names = ["region", "population_year", "population_kind"]
    divisors = rates.nearest(rows, populations(context)).assign(region=rows["region"].array)
    levels: pd.DataFrame = context[context["measure"].eq(Measure.LEVEL)]
    own = levels.assign(population_year=levels["period_end"].dt.year)
    own = own.rename(columns={"indicator": "population_kind"})
    chosen = pd.MultiIndex.from_frame(own[names]).isin(pd.MultiIndex.from_frame(divisors[names]))
    return levels.loc[chosen].drop_duplicates(SERIES)


def shares_of_year(
    context: pd.DataFrame, indicator: str, region: str = NATION
) -> dict[float, float]:
    """
    Return the share of a year's events in the first prints of its quarters, by share of days.

    Years whose whole count is known are added up: first prints hold less than the days suggest.
    Empty where no year has its first prints.
    """
    quarters = _quarters(context, indicator, region)
    complete = quarters.groupby(quarters["period_end"].dt.month)["value"].sum()
    if not complete.get(12, 0) > 0:
        return {}
    return {month / 12: float(complete[month] / complete[12]) for month in (3, 6, 9)}


def _quarters(context: pd.DataFrame, indicator: str, region: str) -> pd.DataFrame:
    """Return the first prints from 1 January to the end of each quarter, of years with all four."""
    levels = context["region"].eq(region) & context["indicator"].eq(indicator)
    levels &= context["breakdown"].eq("") & context["measure"].eq(Measure.LEVEL)
    levels &= context["vintage"].eq(Vintage.FIRST) & context["period_start"].dt.day_of_year.eq(1)
    first = context[levels & context["period_end"].dt.month.isin([3, 6, 9, 12])]
    first = first.drop_duplicates("period_end")
    year = first["period_end"].dt.year
    complete: pd.DataFrame = first[year.map(year.value_counts()).eq(4)]
    return complete


def peers(
    nation: pd.DataFrame, context: pd.DataFrame, table: pd.DataFrame, indicator: str
) -> pd.DataFrame:
    """
    Return the :func:`points` of the *table* of peers at the nation's :func:`yearly_rates`.

    Returns
    -------
    pandas.DataFrame
        :func:`points` with the columns of a row of a figure, ``ratio`` and ``rough``: a part of a
        year, a population more than two years away, or a count of the nation that a change gives.
    """
    known = dict(zip(nation["period_end"].dt.year, nation["of_rate"], strict=True))
    chained = set(nation.loc[nation["chained"], "period_end"].dt.year)
    shares = shares_of_year(context, indicator)
    placed = points(table, known, shares, indicator=indicator, farthest=CENSUS)
    year = placed["period_end"].dt.year
    rough = year.isin(chained) | placed["population_year"].sub(year).abs().gt(FARTHEST)
    placed = placed.merge(nation[["of_zh", "of_en"]].drop_duplicates(), how="cross")
    marked = placed.rename(columns={"observed": "value"}).assign(
        rough=rough | ~dates.whole_year(placed),
        ratio=placed["observed"] / placed["expected"],
        indicator=indicator,
    )
    return _as_rows(marked, "peer")


def people(points: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the *table* of peers with the populations of the *points* of peers."""
    known = table[table["indicator"].isin(PEOPLE) & table["measure"].eq(Measure.LEVEL)]
    known = known.assign(population=known["value"], population_year=known["period_end"].dt.year)
    used = known.merge(points[["adcode", "population", "population_year"]])
    return _as_rows(used.drop_duplicates("adcode"), "people")


def _as_rows(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Return rows of the table of peers with the columns of a row of a figure."""
    names = {"name_zh": "region_zh", "name_en": "region_en"}
    return table.rename(columns=names).assign(
        id=f"{kind}-" + table["adcode"],
        region=table["adcode"],
        mark=str(Mark.EXACT),
        origin="context",
    )


def own(pairs: pd.DataFrame, roads: pd.DataFrame) -> pd.DataFrame:
    """
    Return the ratios to the nation in *pairs*: of each region the pooled one, else each year's.

    ``scope`` is that of the print: with road transport for the regions in *roads*, else unstated.
    ``rough`` are the years of which the count, or that of the nation, was computed from a change.
    """
    nation = pairs[pairs["of"].eq(NATION) & pairs["segment"].eq(0)]
    pooled = set(nation.loc[nation["pooled"], "region"])
    kept = nation[nation["pooled"] | ~nation["region"].isin(pooled)]
    split = kept["region"].isin(roads["region"])
    scope = np.where(split, str(Scope.WITH_ROAD), str(Scope.UNSTATED))
    computed = kept["basis"].eq(Basis.DERIVED) & ~kept["pooled"]
    return kept.assign(scope=scope, rough=kept["chained"] | computed).reset_index(drop=True)


def road_shares(table: pd.DataFrame, indicator: str, on: Sequence[str]) -> pd.DataFrame:
    """
    Return the latest print of each region of *table* that has a part of road transport.

    Parameters
    ----------
    table
        The table of peers, or the context rows.
    indicator
        Its code.
    on
        The columns in which the whole and its part agree.

    Returns
    -------
    pandas.DataFrame
        The rows of the wholes with ``road`` and ``share`` (percent).
    """
    levels = table["indicator"].eq(indicator) & table["measure"].eq(Measure.LEVEL)
    first = table["vintage"].eq(Vintage.FIRST) & levels
    whole, part = (
        table[first & table["breakdown"].eq("")],
        table[first & table["breakdown"].eq(ROAD)],
    )
    parts = part.rename(columns={"value": "road"})[[*on, "road"]]
    latest = whole.merge(parts, on=list(on)).sort_values("period_end", kind="stable")
    latest = latest.drop_duplicates("adcode", keep="last").sort_values("adcode", ignore_index=True)
    return latest.assign(share=100 * latest["road"] / latest["value"])


def limits(spread_: Spread | None, least: float, most: float, *, count: int = 120) -> pd.DataFrame:
    """
    Return the limits of ratios over expected counts from *least* to *most*.

    Returns
    -------
    pandas.DataFrame
        ``expected``; ``lower`` and ``upper`` (chance alone), ``usual_lower`` and ``usual_upper``
        (with the spread); all 95 %.
    """
    grid = np.geomspace(least, most, count)
    chance = spread.funnel(grid)
    columns = {"expected": grid, "lower": chance.lower, "upper": chance.upper}
    if spread_ is not None:
        usual = spread.adjusted_funnel(grid, spread_)
        columns |= {"usual_lower": usual.lower, "usual_upper": usual.upper}
    return pd.DataFrame(columns)


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
        ``population_year``, ``expected`` and the source; in the order of the codes. Regions
        without a population or an outside rate near enough have no point.
    """
    chosen = _counts(peers, indicator, level, scopes, shortest)
    chosen = chosen[chosen["year"].isin(rates)]
    joined = chosen.merge(_populations(peers), on="adcode")
    joined["distance"] = (joined["population_year"] - joined["year"]).abs()
    near = joined[joined["distance"].le(farthest)]
    order = ["adcode", "elapsed", "year", "place", "distance", "population_year"]
    ascending = [True, False, False, True, True, False]
    best = near.sort_values(order, ascending=ascending).drop_duplicates("adcode")
    best = best.merge(_road(peers, indicator), on=PRINT, how="left")
    expected = spread.expected_counts(
        best["population"],
        best["year"].map(rates),
        share=spread.share_of_year(best["elapsed"], shares),
    )
    columns = ["adcode", "name_zh", "name_en", "scope", "period_start", "period_end"]
    columns += ["observed", "road", "population", "population_year", *SOURCE]
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
        place=peers["scope"].map({scope: order for order, scope in enumerate(scopes)}),
    )
    chosen: pd.DataFrame = rows[counted & elapsed.ge(shortest)]
    return chosen.rename(columns={"value": "observed"})


def _populations(peers: pd.DataFrame) -> pd.DataFrame:
    known = peers[peers["indicator"].isin(PEOPLE) & peers["measure"].eq(Measure.LEVEL)]
    return known.assign(population_year=known["period_end"].dt.year).rename(
        columns={"value": "population"}
    )[["adcode", "population", "population_year"]]


def _road(peers: pd.DataFrame, indicator: str) -> pd.DataFrame:
    part = peers["indicator"].eq(indicator) & peers["breakdown"].eq(ROAD)
    rows = peers[part & peers["measure"].eq(Measure.LEVEL)]
    return rows.rename(columns={"value": "road"})[[*PRINT, "road"]]
