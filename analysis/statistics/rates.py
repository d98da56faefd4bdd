"""
Figures made from reported figures: marks, limits, rates, shares and what a wider rate expects.

Frame in, new frame out; it reads no file. Every number it adds carries the method that made it.
"""

from typing import Any

import numpy as np
import pandas as pd

from analysis.language.vocabulary import (
    Comparator,
    Denominator,
    Mark,
    Measure,
    Method,
    Nature,
    Quantity,
    Status,
)
from analysis.tables.load import Tables
from analysis.tables.populations import FARTHEST, populations

from . import intervals, tests
from .dates import whole_year
from .precision import half

PER = 100_000
SAME = ["region", "indicator", "breakdown", "status"]
PERIOD = ["period_start", "period_end"]
# What is found, what became of it: each pair is one share of the same region, part and period.
LOOPS = (
    ("major_hazards_rectified", "major_hazards_found"),
    ("hazards_rectified", "hazards_found"),
    ("violations_rectified", "violations_found"),
    ("major_hazards_rectified", "listed_hazards_supervised"),
)
RATE_OF = {
    "hazard_rectification_rate": "hazards_found",
    "violation_rectification_rate": "violations_found",
}
ON_TIME = "kind:on_time"  # in the breakdown of a rate: rectified by the deadline
# Only what happens to people is subject to chance: accidents, disasters, insured damage. What an
# office did (drills, inspections, hazards found) is a complete count and gets no interval.
EVENT_THEMES = ("outcomes", "disaster_losses", "insurance")
# Counts of accidents follow rules of counting that differ between regions: deaths an accident run
# from 0.28 to 1.19, as some count accidents in which nobody died and others do not.
COUNTED_DIFFERENTLY = ("accidents",)
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
    level, percent = (rows["measure"].eq(name) for name in (Measure.LEVEL, Measure.CHANGE_PCT))
    if percent.any():
        cells = rows.groupby([*SAME, "period_end"], dropna=False).ngroup()
        percent &= ~cells.isin(cells[level])
    cases = {
        Mark.TARGET: rows["status"].eq(Status.TARGET),
        Mark.PLAN: rows["status"].eq(Status.PLAN),
        Mark.DIRECTION_ONLY: rows["measure"].eq(Measure.DIRECTION),
        Mark.PERCENT_ONLY: percent,
        **{mark: rows["comparator"].eq(comparator) for comparator, mark in _BOUNDS.items()},
        Mark.ZERO: level & rows["value"].eq(0),
    }
    return rows.assign(mark=np.select([*cases.values()], [*map(str, cases)], str(Mark.EXACT)))


def countable(rows: pd.DataFrame) -> "pd.Series[bool]":
    """
    Return which rows are counts of events, so that an exact Poisson interval is meaningful.

    These are exact counts of cases or people over a period, of the themes of :data:`EVENT_THEMES`.
    People affected by a disaster come in crowds and are left out, as are targets, stocks, money
    and every count of activity.
    """
    counts = rows["quantity"].isin([Quantity.COUNT, Quantity.PEOPLE])
    events = counts & rows["theme"].isin(EVENT_THEMES)
    flow = rows["nature"].eq(Nature.FLOW) & rows["measure"].eq(Measure.LEVEL)
    affected = rows["indicator"].eq("disaster_affected_people")
    actual = rows["status"].eq(Status.ACTUAL) & rows["comparator"].eq(Comparator.EXACT)
    return events & flow & actual & ~affected


def limits(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """
    Add ``lower``, ``upper`` (in the unit of the value) and ``method`` for every count of events.

    A count printed in 万 stands for a range: the limits then reach from the lower limit of its
    low end to the upper limit of its high end. Rows that are no count of events get NaN and "".
    ``rounding`` is half of the last printed place of every exact value.
    """
    chosen = countable(rows)
    count = rows["value"].where(chosen).to_numpy(dtype="float64")
    exact = rows["measure"].eq(Measure.LEVEL) & rows["comparator"].eq(Comparator.EXACT)
    half = np.where(exact, rounding(rows), 0.0)
    # The limits of equal counts are computed once.
    low, places = np.unique(np.floor(np.maximum(count - half, 0)), return_inverse=True)
    lower = intervals.poisson(low, level=level).lower[places]
    high, places = np.unique(np.ceil(count + half), return_inverse=True)
    upper = intervals.poisson(high, level=level).upper[places]
    names = np.where(
        chosen & (half > 0), str(Method.EXACT_POISSON_ROUNDED), str(Method.EXACT_POISSON)
    )
    method = np.where(chosen, names, "")
    return rows.assign(lower=lower, upper=upper, method=method, rounding=half)


def rounding(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.float64]]:
    """
    Half of the last printed place of each value; the shape of *rows*.

    A plain whole number counts cases and has none (0), but a whole percentage is rounded to 1 %.
    """
    places, printed = pd.factorize(rows["printed"], use_na_sentinel=False)
    return np.array([half(str(word)) for word in printed], dtype="float64")[places]


def rates(rows: pd.DataFrame, context: pd.DataFrame, *, per: int = PER) -> pd.DataFrame:
    """
    Add the rate per *per* people of every level that may be divided by the population.

    Parameters
    ----------
    rows
        With ``lower`` and ``upper`` from :func:`limits`.
    context
        The context rows; the nearest published year-end population of the region is taken, if it
        is at most two years away.
    per
        People the rate is for.

    Returns
    -------
    pandas.DataFrame
        *rows* with ``rate``, ``rate_lower``, ``rate_upper`` (NaN where there is no rate),
        ``population``, ``population_year``, ``population_distance`` (years), ``population_kind``.
    """
    return per_person(rows, populations(context), per=per)


def rated(tables: Tables) -> pd.DataFrame:
    """Return the rows of *tables* with their limits and rates."""
    return rates(limits(tables.rows), tables.context_rows)


def per_person(rows: pd.DataFrame, known: pd.DataFrame, *, per: int = PER) -> pd.DataFrame:
    """Add what :func:`rates` adds, from the populations *known* (``tables.populations``)."""
    joined = rows.reset_index(drop=True).join(nearest(rows, known))
    divided = joined["denominator"].eq(Denominator.POPULATION)
    level = joined["measure"].eq(Measure.LEVEL) & joined["status"].eq(Status.ACTUAL)
    factor = (per / joined["population"]).where(divided & level)
    return joined.assign(
        rate=joined["value"] * factor,
        rate_lower=joined["lower"] * factor,
        rate_upper=joined["upper"] * factor,
    )


def nearest(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the population of the year nearest to each row's; of two as near, the earlier."""
    years = pd.DataFrame({"region": rows["region"].array, "year": rows["period_end"].dt.year.array})
    years = years.sort_values("year", kind="stable")
    known = known.assign(year=known["population_year"])
    if years["region"].dtype != known["region"].dtype:  # categories of one of them alone
        years, known = (frame.astype({"region": "str"}) for frame in (years, known))
    best = pd.merge_asof(
        years, known, on="year", by="region", direction="nearest", tolerance=FARTHEST
    )
    best["population_distance"] = (best["population_year"] - best["year"]).abs()
    return best.drop(columns=["region", "year"]).set_index(years.index).sort_index()


def shares(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return the shares that a report's own counts make: rectified of found.

    The shares have no interval: both numbers are complete counts. No report prints how many are
    not rectified: the difference is computed, unless all are.

    Where only the total and the printed percentage are given, the part is rebuilt if the
    rounding leaves one whole number, and ``basis`` says ``rebuilt``. A bound has no share.

    Returns
    -------
    pandas.DataFrame
        One row a share: the columns of the part, with ``cases``, ``total``, ``share`` (percent),
        ``open`` (the difference), ``on_time`` (whether it is of those rectified by their
        deadline), ``rate_printed`` (the percentage in the report, or ""), ``basis``, and the
        total's evidence and ``total_id``.
    """
    exact = rows["comparator"].eq(Comparator.EXACT) & rows["status"].eq(Status.ACTUAL)
    levels = rows[rows["measure"].eq(Measure.LEVEL) & exact]
    percents = _percents(levels)
    rebuilt = percents[percents["cases"].eq(percents["most"])].assign(basis="rebuilt")
    pairs = pd.concat([_counted_pairs(levels), rebuilt], ignore_index=True)
    # What was rectified may have been found in an earlier year: more than all is no share.
    pairs = pairs[pairs["cases"].le(pairs["total"])]
    key = ["region", "breakdown", "period_end", "loop"]
    pairs = pairs.sort_values(["basis"], kind="stable").drop_duplicates(key)
    about = [*key, "on_time"]
    printed = dict(zip(_tuples(percents[about]), percents["rate_printed"], strict=True))
    pairs = pairs.sort_values(["level_order", "adcode", "loop", "start"], ignore_index=True)
    return pairs.assign(
        rate_printed=[printed.get(each, "") for each in _tuples(pairs[about])],
        share=100 * pairs["cases"] / pairs["total"],
        open=pairs["total"] - pairs["cases"],
        lower=np.nan,
        upper=np.nan,
        method="",
    )


def _tuples(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.itertuples(index=False, name=None))


def _counted_pairs(levels: pd.DataFrame) -> pd.DataFrame:
    on = ["region", "breakdown", *PERIOD]
    frames = [
        _joined(levels, part, whole, on).assign(loop=whole, cases=lambda f: f["value"])
        for part, whole in LOOPS
    ]
    return pd.concat(frames, ignore_index=True).assign(basis="counted", on_time=False)


def _percents(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the printed percentages of totals, with the least and the most cases that fit."""
    on = ["region", "breakdown", *PERIOD]
    codes = [code.split("+") for code in levels["breakdown"]]
    parts = ["+".join(part for part in each if part != ON_TIME) for each in codes]
    levels = levels.assign(on_time=[ON_TIME in each for each in codes], breakdown=parts)
    frames: list[pd.DataFrame] = []
    for percent, whole in RATE_OF.items():
        joined = _joined(levels, percent, whole, on).assign(loop=whole)
        # All and none are said, not rounded.
        half = np.where(joined["value"].isin([0, 100]), 0.0, rounding(joined))
        low = np.ceil((joined["value"] - half) / 100 * joined["total"] - 1e-9)
        high = np.floor((joined["value"] + half) / 100 * joined["total"] + 1e-9)
        frames.append(joined.assign(cases=low, most=high))
    every = pd.concat(frames, ignore_index=True)
    pairs = zip(every["printed"].astype(str), every["value"], strict=True)
    # Some print "all" in words.
    return every.assign(rate_printed=[p if p.endswith("%") else f"{v:g}%" for p, v in pairs])


def _joined(levels: pd.DataFrame, part: str, whole: str, on: list[str]) -> pd.DataFrame:
    names = {"id": "total_id", "value": "total", "printed": "total_printed"}
    names |= {"evidence": "total_evidence", "start": "total_start"}
    labels = ["breakdown_zh", "breakdown_en"]  # the rate's own may add that it is of those on time
    totals = levels[levels["indicator"].eq(whole)][[*on, *labels, *names]].rename(columns=names)
    mine = levels[levels["indicator"].eq(part)].drop(columns=labels)
    joined: pd.DataFrame = mine.merge(totals, on=on, validate="m:1")
    return joined


def reliability(rows: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Add ``reliability`` of every count of events (``tests.CountReliability``), else ""."""
    chosen = countable(rows)
    flags = tests.reliability(rows["value"].where(chosen, 0), level=level)
    return rows.assign(reliability=np.where(chosen, flags, ""))


def benchmark(
    context: pd.DataFrame, rows: pd.DataFrame, *, region: str = "china"
) -> pd.DataFrame | None:
    """The rate of a wider region for the indicator, part and latest year of *rows*, if known."""
    if rows.empty:
        return None
    first, year = rows.iloc[0], rows["period_end"].max().year
    same = context["indicator"].eq(first["indicator"]) & context["breakdown"].eq(first["breakdown"])
    wider = context[same & context["region"].eq(region) & context["measure"].eq(Measure.LEVEL)]
    wider = wider[whole_year(wider) & wider["period_end"].dt.year.eq(year)]
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
        Yearly levels of the regions of interest; with their rates, if these are known.
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
        rate); only years in which both populations and the wider count are known, and none of an
        indicator that does not compare between regions.
    """
    if indicator in COUNTED_DIFFERENTLY:
        every = every.iloc[:0]
    same = every["indicator"].eq(indicator) & every["breakdown"].eq("")
    wide = _exact_rates(every[same & every["region"].eq(region)], context)
    names = {"rate": "wider_rate", "region_zh": "of_zh", "region_en": "of_en"}
    wide = wide[["period_end", *names]].rename(columns=names)
    both = _exact_rates(levels, context)[["region", "period_end", "population"]]
    both = both.merge(wide, on="period_end")
    value = both["wider_rate"] * both["population"] / PER
    return both.assign(value=value)[["region", "period_end", "value", "of_zh", "of_en"]]


def _exact_rates(levels: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    found = levels if "rate" in levels else rates(limits(levels), context)
    return found[found["population_distance"].eq(0) & found["rate"].notna()]
