"""
Figures made from reported figures: marks, limits, rates, shares, changes and earlier years.

Frame in, new frame out; it reads no file. Every number it adds carries the method that made it.
"""

import re
from typing import Any

import numpy as np
import pandas as pd

from . import intervals
from .words import Comparator, Denominator, Mark, Measure, Nature, Quantity, Status

PER = 100_000
SAME = ["region", "indicator", "breakdown", "status"]
PERIOD = ["period_start", "period_end"]
# The order in which a population is taken as the exposure of a year.
POPULATIONS = (
    "resident_population_year_end",
    "population_year_end",
    "resident_population_annual_mean",
    "census_population",
    "registered_population",
)
# What is found, what became of it: each pair is one share of the same region, part and period.
LOOPS = (
    ("major_hazards_rectified", "major_hazards_found"),
    ("hazards_rectified", "hazards_found"),
    ("violations_rectified", "violations_found"),
)
RATE_OF = {
    "hazard_rectification_rate": "hazards_found",
    "violation_rectification_rate": "violations_found",
}
EVENT_THEMES = ("outcomes", "disaster_losses")
CLUSTERED = ("deaths", "injuries", "disaster_deaths")
_BOUNDS = {
    Comparator.AT_LEAST: Mark.AT_LEAST,
    Comparator.AT_MOST: Mark.AT_MOST,
    Comparator.ABOUT: Mark.ABOUT,
}


def marks(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Add ``mark``, how each figure is to be drawn.

    A change in percent, or a direction, is *only* that where no level of the same indicator,
    part, region and period is reported.
    """
    key = [*SAME, "period_end"]
    counted = set(rows.loc[rows["measure"].eq(Measure.LEVEL), key].itertuples(index=False))
    keys = rows[key].itertuples(index=False)
    return rows.assign(
        mark=[
            _mark(row, counted=tuple(place) in counted)
            for row, place in zip(rows.to_dict("records"), keys, strict=True)
        ]
    )


def _mark(row: dict[Any, Any], *, counted: bool) -> Mark:
    if row["status"] == Status.TARGET:
        return Mark.TARGET
    if row["status"] == Status.PLAN:
        return Mark.PLAN
    if row["measure"] == Measure.DIRECTION:
        return Mark.DIRECTION_ONLY
    if row["measure"] == Measure.CHANGE_PCT and not counted:
        return Mark.PERCENT_ONLY
    if row["comparator"] != Comparator.EXACT:
        return _BOUNDS[Comparator(row["comparator"])]
    if row["value"] == 0 and row["measure"] == Measure.LEVEL:
        return Mark.ZERO
    return Mark.EXACT


def countable(rows: pd.DataFrame) -> "pd.Series[bool]":
    """
    Which rows are counts of events, so that an exact Poisson interval says something.

    Flows of cases, and of people in accidents and disasters. Not stocks, money or attendance:
    people come to a drill in groups, and a stock is no event.
    """
    people = rows["quantity"].eq(Quantity.PEOPLE) & rows["theme"].isin(EVENT_THEMES)
    events = rows["quantity"].eq(Quantity.COUNT) | people
    flow = rows["nature"].eq(Nature.FLOW) & rows["measure"].eq(Measure.LEVEL)
    affected = rows["indicator"].eq("disaster_affected_people")
    actual = rows["status"].eq(Status.ACTUAL) & rows["comparator"].eq(Comparator.EXACT)
    return events & flow & actual & ~affected


def limits(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """
    Add ``lower``, ``upper`` (in the unit of the value) and ``method`` for every count of events.

    A count printed in 万 stands for a range: the limits then reach from the lower limit of its
    low end to the upper limit of its high end. Rows that are no count of events get NaN and "".
    """
    chosen = countable(rows)
    count = rows["value"].where(chosen).to_numpy(dtype="float64")
    half = np.where(chosen, rounding(rows), 0.0)
    low, high = np.floor(np.maximum(count - half, 0)), np.ceil(count + half)
    lower = intervals.poisson(low, level=level).lower
    upper = intervals.poisson(high, level=level).upper
    names = np.where(half > 0, "exact-c, rounding included", "exact-c")
    method = np.where(chosen, names, "")
    return rows.assign(lower=lower, upper=upper, method=method, rounding=half)


def rounding(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Half of the last printed place of each value, 0 for a plain whole number; shape of *rows*."""
    return np.array([_half(str(printed)) for printed in rows["printed"]])


def _half(printed: str) -> float:
    match = re.search(r"\d[\d,]*(?:\.(\d+))?\s*(?:余|多)?([万亿]*)", printed)
    if match is None:
        return 0.0
    scale = 1.0
    for word in match[2]:
        scale *= 1e4 if word == "万" else 1e8
    decimals = len(match[1] or "")
    return 0.0 if scale == 1 and not decimals else scale / 10**decimals / 2


def populations(context: pd.DataFrame) -> pd.DataFrame:
    """The published populations: one row a region and year, the best kind of each year."""
    known = context[context["indicator"].isin(POPULATIONS) & context["measure"].eq("level")]
    rank = known["indicator"].map({name: place for place, name in enumerate(POPULATIONS)})
    ordered = known.assign(rank=rank, year=known["period_end"].dt.year).sort_values("rank")
    best = ordered.drop_duplicates(["region", "year"])
    columns = ["region", "year", "value", "indicator", "reliability", "publisher"]
    names = {"value": "population", "indicator": "population_kind", "year": "population_year"}
    return best[columns].rename(
        columns=names
        | {"reliability": "population_reliability", "publisher": "population_publisher"}
    )


def rates(rows: pd.DataFrame, context: pd.DataFrame, *, per: int = PER) -> pd.DataFrame:
    """
    Add the rate per *per* people of every level that may be divided by the population.

    Parameters
    ----------
    rows
        With ``lower`` and ``upper`` from :func:`limits`.
    context
        The context rows; the nearest published year-end population of the region is taken.
    per
        People the rate is for.

    Returns
    -------
    pandas.DataFrame
        *rows* with ``rate``, ``rate_lower``, ``rate_upper`` (NaN where there is no rate),
        ``population``, ``population_year``, ``population_distance`` (years), ``population_kind``.
    """
    nearest = _nearest(rows, populations(context))
    joined = rows.reset_index(drop=True).join(nearest)
    divided = joined["denominator"].eq(Denominator.POPULATION)
    level = joined["measure"].eq(Measure.LEVEL) & joined["status"].eq(Status.ACTUAL)
    factor = (per / joined["population"]).where(divided & level)
    return joined.assign(
        rate=joined["value"] * factor,
        rate_lower=joined["lower"] * factor,
        rate_upper=joined["upper"] * factor,
    )


def _nearest(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    wanted = pd.DataFrame({"place": range(len(rows)), "region": rows["region"].to_numpy()}).assign(
        year=rows["period_end"].dt.year.to_numpy()
    )
    pairs = wanted.merge(known, on="region", how="left")
    pairs = pairs.assign(population_distance=(pairs["population_year"] - pairs["year"]).abs())
    order = ["place", "population_distance", "population_year"]
    best = pairs.sort_values(order, kind="stable").drop_duplicates("place")
    return best.set_index("place").drop(columns=["region", "year"])


def shares(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """
    The shares that a report's own counts make: rectified of found, with exact intervals.

    Where only the total and the printed percentage are given, the part is rebuilt if the
    rounding leaves one whole number, and ``basis`` says ``rebuilt``.

    Returns
    -------
    pandas.DataFrame
        One row a share: the columns of the part, with ``cases``, ``total``, ``share``, ``lower``,
        ``upper`` (all three in percent), ``method``, ``basis`` and the total's evidence.
    """
    levels = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    pairs = pd.concat([_counted_pairs(levels), _rebuilt_pairs(levels)], ignore_index=True)
    key = ["region", "breakdown", "period_end", "loop"]
    pairs = pairs.sort_values(["basis"], kind="stable").drop_duplicates(key)
    pairs = pairs.sort_values(["level_order", "adcode", "loop", "start"], ignore_index=True)
    limit = intervals.share(pairs["cases"], pairs["total"], level=level)
    return pairs.assign(
        share=100 * pairs["cases"] / pairs["total"],
        lower=100 * limit.lower,
        upper=100 * limit.upper,
        method=str(limit.method),
    )


def _counted_pairs(levels: pd.DataFrame) -> pd.DataFrame:
    on = ["region", "breakdown", *PERIOD]
    frames = [
        _joined(levels, part, whole, on).assign(loop=whole, cases=lambda f: f["value"])
        for part, whole in LOOPS
    ]
    return pd.concat(frames, ignore_index=True).assign(basis="counted")


def _rebuilt_pairs(levels: pd.DataFrame) -> pd.DataFrame:
    on = ["region", "breakdown", *PERIOD]
    frames = []
    for percent, whole in RATE_OF.items():
        joined = _joined(levels, percent, whole, on).assign(loop=whole)
        half = rounding(joined)
        low = np.ceil((joined["value"] - half) / 100 * joined["total"] - 1e-9)
        high = np.floor((joined["value"] + half) / 100 * joined["total"] + 1e-9)
        frames.append(joined.assign(cases=low)[low.eq(high)])
    return pd.concat(frames, ignore_index=True).assign(basis="rebuilt")


def _joined(levels: pd.DataFrame, part: str, whole: str, on: list[str]) -> pd.DataFrame:
    names = {"value": "total", "evidence": "total_evidence", "start": "total_start"}
    totals = levels[levels["indicator"].eq(whole)][[*on, *names]].rename(columns=names)
    return levels[levels["indicator"].eq(part)].merge(totals, on=on, validate="m:1")


def prior_years(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Back-calculate the year before from a level and the change printed beside it.

    A printed absolute change gives the earlier level as it stands. A printed percentage stands
    for a range (6.7 % is anything from 6.65 % to 6.75 %), so the earlier level is a range too;
    where that leaves one whole number of cases or people, it is that number.

    Returns
    -------
    pandas.DataFrame
        One row a level and change: the columns of the change row with the period one year
        earlier, ``measure`` level, ``value`` (the middle, or the whole number), ``value_low``,
        ``value_high``, ``basis`` (``from_difference`` or ``from_percent``) and ``settled``
        (whether one number is left).
    """
    on = [*SAME, *PERIOD]
    level = rows[rows["measure"].eq(Measure.LEVEL)][[*on, "value"]]
    level = level.rename(columns={"value": "level_now"})
    changed = rows[rows["measure"].isin([Measure.CHANGE_ABS, Measure.CHANGE_PCT])]
    joined = changed.merge(level, on=on, validate="m:1")
    percent = joined["measure"].eq(Measure.CHANGE_PCT)
    half = np.where(percent, rounding(joined), 0.0)
    now, change = joined["level_now"], joined["value"]
    low = np.where(percent, now / (1 + (change + half) / 100), now - change)
    high = np.where(percent, now / (1 + (change - half) / 100), now - change)
    whole = joined["quantity"].isin([Quantity.COUNT, Quantity.PEOPLE]) & percent
    first, last = np.ceil(low - 1e-9), np.floor(high + 1e-9)
    one = np.where(whole, first == last, low == high)
    value = np.where(whole & one, first, (low + high) / 2)
    return joined.drop(columns="level_now").assign(
        period_start=joined["period_start"] - pd.DateOffset(years=1),
        period_end=joined["period_end"] - pd.DateOffset(years=1),
        measure=str(Measure.LEVEL),
        unit=joined["unit"].where(~percent, _level_unit(joined, rows)),
        value=value,
        value_low=np.where(whole & one, first, low),
        value_high=np.where(whole & one, first, high),
        basis=np.where(percent, "from_percent", "from_difference"),
        settled=one,
    )


def _level_unit(joined: pd.DataFrame, rows: pd.DataFrame) -> "pd.Series[str]":
    levels = rows[rows["measure"].eq(Measure.LEVEL)].drop_duplicates("indicator")
    return joined["indicator"].map(levels.set_index("indicator")["unit"])


def series(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """
    Every known whole-year level of each region: reported, back-calculated or from context.

    One row a region, indicator, part and year. Of several sources the report's own level comes
    first, then a printed context figure, then a derived one, then a back-calculated year;
    ``sources`` counts how many agree with the row kept and ``disputed`` those that do not.
    """
    reported = rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]
    earlier = prior_years(rows)
    earlier = earlier[earlier["settled"]].drop(columns=["value_low", "value_high", "settled"])
    other = context[context["measure"].eq(Measure.LEVEL)]
    ranked = pd.concat(
        [
            reported.assign(rank=0),
            other.assign(rank=np.where(other["basis"].eq("printed"), 1, 2)),
            earlier.assign(rank=3),
        ],
        ignore_index=True,
    )
    ranked = ranked[_whole_year(ranked)]
    key = [*SAME, "period_end"]
    ranked = ranked.sort_values([*key, "rank"], kind="stable")
    first = ranked.groupby(key, observed=True)["value"].transform("first")
    agree = ranked["value"].eq(first)
    ranked = ranked.assign(
        sources=agree.groupby([ranked[k] for k in key]).transform("sum"),
        disputed=(~agree).groupby([ranked[k] for k in key]).transform("sum"),
    )
    kept = ranked.drop_duplicates(key)
    order = ["level_order", "adcode", "indicator", "breakdown", "period_end"]
    return kept.sort_values(order, kind="stable", ignore_index=True)


def _whole_year(rows: pd.DataFrame) -> "pd.Series[bool]":
    start, end = rows["period_start"], rows["period_end"]
    year = start.dt.year.eq(end.dt.year)
    return year & start.dt.day_of_year.eq(1) & end.dt.month.eq(12) & end.dt.day.eq(31)


def changes(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """
    Every known change from one year to the next, counted or only stated.

    Returns
    -------
    pandas.DataFrame
        One row a region, indicator, part and year with ``mark``. Counted changes of events have
        ``value``, ``before``, ``ratio``, ``lower``, ``upper``, ``at_most``, ``at_least``,
        ``p_value``; percent-only changes have ``percent`` and directions ``direction``. The rest
        of each row is the later figure's, so it leads to its sentence.
    """
    counted = _counted_changes(series(rows, context))
    stated = _stated_changes(rows, context)
    key = ["region", "indicator", "breakdown", "period_end"]
    known = set(counted[key].itertuples(index=False, name=None))
    fresh = [place not in known for place in stated[key].itertuples(index=False, name=None)]
    both = pd.concat([counted, stated[fresh]], ignore_index=True)
    order = ["level_order", "adcode", "indicator", "breakdown", "period_end"]
    return both.sort_values(order, kind="stable", ignore_index=True)


def _counted_changes(levels: pd.DataFrame) -> pd.DataFrame:
    events = levels[countable(levels)]
    key = ["region", "indicator", "breakdown", "status"]
    names = {"value": "before", "origin": "before_origin", "basis": "before_basis"}
    earlier = events[[*key, "period_end", *names]].rename(columns=names)
    earlier = earlier.assign(period_end=earlier["period_end"] + pd.DateOffset(years=1))
    pairs = events.merge(earlier, on=[*key, "period_end"], validate="1:1")
    now, before = pairs["value"], pairs["before"]
    found = intervals.rate_ratio(now, 1.0, before, 1.0)
    seen = intervals.detectable_change(before)
    return pairs.assign(
        mark=str(Mark.EXACT),
        ratio=found.ratio,
        lower=found.lower,
        upper=found.upper,
        method=str(found.method),
        at_most=seen.at_most,
        at_least=seen.at_least,
        p_value=intervals.poisson_p(now, 1.0, before, 1.0),
    )


def _stated_changes(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    every = pd.concat([rows, context], ignore_index=True)
    stated = every[every["measure"].isin([Measure.CHANGE_PCT, Measure.DIRECTION])]
    stated = stated[stated["status"].eq(Status.ACTUAL) & _whole_year(stated)]
    percent = stated["measure"].eq(Measure.CHANGE_PCT)
    stated = stated.assign(
        mark=np.where(percent, str(Mark.PERCENT_ONLY), str(Mark.DIRECTION_ONLY)),
        percent=stated["value"].where(percent),
        direction=np.sign(stated["value"]),
        value=np.nan,
        rank=np.where(stated["origin"].eq("report"), 0, 1),
    )
    key = ["region", "indicator", "breakdown", "period_end", "mark"]
    return stated.sort_values([*key, "rank"], kind="stable").drop_duplicates(key)


def chained(stated: pd.DataFrame) -> pd.DataFrame:
    """
    Chain percent-only changes into an index, the year before the first change being 100.

    Rounding is propagated: each printed percentage stands for a range, and so does every product.

    Parameters
    ----------
    stated
        Rows of :func:`changes` with ``percent``; a missing year ends a chain and starts another.

    Returns
    -------
    pandas.DataFrame
        One row a year: ``region``, ``indicator``, ``year``, ``base``, ``index``, ``low``, ``high``.
    """
    links = stated.dropna(subset=["percent"])
    parts = [
        _chain(region, indicator, group)
        for (region, indicator), group in links.groupby(["region", "indicator"], sort=False)
    ]
    columns = ["region", "indicator", "year", "base", "index", "low", "high"]
    return pd.DataFrame([row for part in parts for row in part], columns=columns)


def _chain(region: str, indicator: str, links: pd.DataFrame) -> list[tuple[Any, ...]]:
    chain: list[tuple[Any, ...]] = []
    for row in links.sort_values("period_end").to_dict("records"):
        year = row["period_end"].year
        if not chain or chain[-1][2] != year - 1:
            chain.append((region, indicator, year - 1, year - 1, 100.0, 100.0, 100.0))
        *_, base, index, low, high = chain[-1]
        half = _half(str(row["printed"])) or _printed_half(row["percent"])
        step = row["percent"] / 100
        chain.append(
            (
                region,
                indicator,
                year,
                base,
                index * (1 + step),
                low * (1 + step - half / 100),
                high * (1 + step + half / 100),
            )
        )
    return chain


def _printed_half(percent: float) -> float:
    """Half of the last place of a percentage known only as a number."""
    return 0.5 / 10 ** len(f"{percent:.10f}".rstrip("0").partition(".")[2])


def reliability(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Add ``reliability``: ``reliable``, ``few_events`` or ``wide`` for counts of events, else ""."""
    chosen = countable(rows)
    flags = intervals.reliability(rows["value"].where(chosen, 0), level=level)
    return rows.assign(reliability=np.where(chosen, flags, ""))


def yearly(
    rows: pd.DataFrame, context: pd.DataFrame, indicator: str, *, first_year: int
) -> pd.DataFrame:
    """The yearly levels of *indicator* for each reporting region with two years or more."""
    levels = series(rows, context)
    levels = levels[_of(levels, rows, indicator, first_year)]
    several = levels.groupby("region")["period_end"].transform("size").gt(1)
    return levels[several].reset_index(drop=True)


def yearly_changes(
    rows: pd.DataFrame, context: pd.DataFrame, indicator: str, *, first_year: int
) -> pd.DataFrame:
    """The changes of *indicator* in each reporting region, counted or only stated."""
    every = changes(rows, context)
    return every[_of(every, rows, indicator, first_year)].reset_index(drop=True)


def _of(
    frame: pd.DataFrame, rows: pd.DataFrame, indicator: str, first_year: int
) -> "pd.Series[bool]":
    mine = frame["indicator"].eq(indicator) & frame["breakdown"].eq("")
    recent = frame["period_end"].dt.year.ge(first_year)
    return mine & recent & frame["region"].isin(set(rows["region"]))


def benchmark(
    context: pd.DataFrame, rows: pd.DataFrame, *, region: str = "china"
) -> pd.DataFrame | None:
    """The rate of a wider region for the indicator, part and latest year of *rows*, if known."""
    if rows.empty:
        return None
    first, year = rows.iloc[0], rows["period_end"].max().year
    same = context["indicator"].eq(first["indicator"]) & context["breakdown"].eq(first["breakdown"])
    wider = context[same & context["region"].eq(region) & context["measure"].eq(Measure.LEVEL)]
    wider = wider[_whole_year(wider) & wider["period_end"].dt.year.eq(year)]
    found = rates(limits(wider), context)
    found = found[found["rate"].notna() & found["population_distance"].eq(0)]
    return found if len(found) else None


def expected(
    levels: pd.DataFrame,
    every: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
    *,
    region: str = "china",
) -> pd.DataFrame:
    """
    The yearly counts that each region would have at the rate of a wider region.

    Parameters
    ----------
    levels
        Yearly levels of the regions of interest.
    every
        The series of all regions, with the wider one.
    context
        The context rows, for both populations.
    indicator
        The code of the indicator; *region* is the code of the wider region.

    Returns
    -------
    pandas.DataFrame
        ``region``, ``period_end``, ``value`` (expected count), ``of_zh`` and ``of_en`` (whose
        rate); only years in which both populations and the wider count are known.
    """
    same = every["indicator"].eq(indicator) & every["breakdown"].eq("")
    wide = _exact_rates(every[same & every["region"].eq(region)], context)
    names = {"rate": "wider_rate", "region_zh": "of_zh", "region_en": "of_en"}
    wide = wide[["period_end", *names]].rename(columns=names)
    both = _exact_rates(levels, context)[["region", "period_end", "population"]]
    both = both.merge(wide, on="period_end")
    value = both["wider_rate"] * both["population"] / PER
    return both.assign(value=value)[["region", "period_end", "value", "of_zh", "of_en"]]


def _exact_rates(levels: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    found = rates(limits(levels), context)
    return found[found["population_distance"].eq(0) & found["rate"].notna()]
