"""
Figures over the years: earlier years, yearly levels and changes.

Frame in, new frame out; it reads no file. A year that no source covers stays missing.
"""

import numpy as np
import pandas as pd

from analysis.errors import WordError
from analysis.language.messages import say
from analysis.language.vocabulary import Comparator, Mark, Measure, Quantity, Status, Vintage

from . import intervals, tests
from .dates import whole_year
from .rates import PERIOD, SAME, countable, rounding


def prior_years(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Back-calculate the year before from a level and the change printed beside it.

    A printed absolute change gives the earlier level as it stands. A printed percentage stands
    for a range (6.7 % is anything from 6.65 % to 6.75 %), so the earlier level is a range too;
    where that leaves one whole number of cases or people, it is that number. A bound on either
    gives nothing.

    Returns
    -------
    pandas.DataFrame
        One row a level and change: the columns of the change row with the period one year
        earlier, ``measure`` level, ``value`` (the middle, or the whole number), ``value_low``,
        ``value_high``, ``basis`` (``from_difference`` or ``from_percent``) and ``settled``
        (whether one number is left).
    """
    on = ["report", *SAME, *PERIOD]  # a change goes with the level of its own report
    exact = rows[rows["comparator"].eq(Comparator.EXACT)]
    level = exact[exact["measure"].eq(Measure.LEVEL)]
    level = level.assign(level_half=rounding(level))[[*on, "value", "level_half"]]
    level = level.rename(columns={"value": "level_now"})
    changed = exact[exact["measure"].isin([Measure.CHANGE_ABS, Measure.CHANGE_PCT])]
    joined = changed.merge(level, on=on, validate="m:1")
    percent = joined["measure"].eq(Measure.CHANGE_PCT)
    half, change = rounding(joined), joined["value"]
    least, most = (joined["level_now"] + sign * joined["level_half"] for sign in (-1, 1))
    low = np.where(percent, least / (1 + (change + half) / 100), least - change - half)
    # A fall to nothing fits every earlier number: nothing is divided by zero or less.
    left = (1 + (change - half) / 100).where(lambda share: share > 0)
    high = np.where(percent, most / left, most - change + half)
    whole = joined["quantity"].isin([Quantity.COUNT, Quantity.PEOPLE]) & percent
    first, last = np.ceil(low - 1e-9), np.floor(high + 1e-9)
    one = np.where(whole, first == last, low == high)
    value = np.where(whole & one, first, (low + high) / 2)
    units = rows[rows["measure"].eq(Measure.LEVEL)].drop_duplicates("indicator")
    units = units.set_index("indicator")
    return joined.drop(columns=["level_now", "level_half"]).assign(
        period_start=joined["period_start"] - pd.DateOffset(years=1),
        period_end=joined["period_end"] - pd.DateOffset(years=1),
        measure=str(Measure.LEVEL),
        mark=np.where(value == 0, str(Mark.ZERO), str(Mark.EXACT)),
        **{
            name: joined[name].where(~percent, joined["indicator"].map(units[name]))
            for name in ("unit", "unit_en", "unit_one")
            if name in joined
        },
        value=value,
        value_low=np.where(whole & one, first, low),
        value_high=np.where(whole & one, first, high),
        basis=np.where(percent, "from_percent", "from_difference"),
        settled=one,
    )


def series(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """
    Every known whole-year level of each region: reported, back-calculated or from context.

    One row a region, indicator, part and year. Of several sources the report's own level comes
    first, then a printed context figure, then a derived one, then a back-calculated year;
    ``sources`` counts how many agree with the row kept and ``disputed`` those that do not;
    ``segment`` counts the declared breaks of the series that come after the year.
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
    # A figure of a report is of today's scope.
    segment = ranked["segment"].fillna(0) if "segment" in ranked else 0
    ranked = ranked.assign(segment=segment)[whole_year(ranked)]
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


def changes(
    rows: pd.DataFrame, context: pd.DataFrame, levels: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Every known change from one year to the next, counted or only stated.

    *levels* are the :func:`series` of both frames, where the caller has them.

    Returns
    -------
    pandas.DataFrame
        One row a region, indicator, part and year with ``mark``. Counted changes of events have
        ``value``, ``before``, ``ratio``, ``lower``, ``upper``, ``at_most``, ``at_least``,
        ``p_value``; percent-only changes have ``percent`` and directions ``direction``. The rest
        of each row is the later figure's, so it leads to its sentence.
    """
    counted = counted_changes(series(rows, context) if levels is None else levels)
    stated = _stated_changes(rows, context)
    key = ["region", "indicator", "breakdown", "period_end"]
    known = set(counted[key].itertuples(index=False, name=None))
    fresh = [place not in known for place in stated[key].itertuples(index=False, name=None)]
    # An empty list would choose no columns instead of no rows.
    both = pd.concat([counted, stated[np.array(fresh, dtype=bool)]], ignore_index=True)
    order = ["level_order", "adcode", "indicator", "breakdown", "period_end"]
    return both.sort_values(order, kind="stable", ignore_index=True)


def counted_changes(levels: pd.DataFrame) -> pd.DataFrame:
    """Return the changes of :func:`changes` between counts of the yearly *levels*."""
    events = levels[countable(levels)]
    key = ["region", "indicator", "breakdown", "status", "segment"]
    names = {"value": "before", "origin": "before_origin", "basis": "before_basis"}
    earlier = events[[*key, "period_end", *names]].rename(columns=names)
    earlier = earlier.assign(period_end=earlier["period_end"] + pd.DateOffset(years=1))
    pairs = events.merge(earlier, on=[*key, "period_end"], validate="1:1")
    now, before = pairs["value"], pairs["before"]
    found = intervals.rate_ratio(now, 1.0, before, 1.0)
    seen = tests.detectable_change(before)
    return pairs.assign(
        mark=str(Mark.EXACT),
        ratio=found.ratio,
        lower=found.lower,
        upper=found.upper,
        method=str(found.method),
        at_most=seen.at_most,
        at_least=seen.at_least,
        p_value=tests.poisson_p(now, 1.0, before, 1.0),
    )


def _stated_changes(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    every = pd.concat([rows, context], ignore_index=True)
    stated = every[every["measure"].isin([Measure.CHANGE_PCT, Measure.DIRECTION])]
    stated = stated[stated["status"].eq(Status.ACTUAL) & whole_year(stated)]
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


def levels(
    rows: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
    *,
    first_year: int,
    every: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    The yearly levels of *indicator* for each reporting region with two years or more.

    *every* is the :func:`series` of both frames, where the caller has it.

    Raises
    ------
    WordError
        When neither frame has the indicator; it names the nearest ones.
    """
    only = _only(indicator, rows, context)
    every = series(*only) if every is None else every[every["indicator"].eq(indicator)]
    mine = every[_of(every, rows, first_year)]
    several = mine.groupby("region")["period_end"].transform("size").gt(1)
    return mine[several].reset_index(drop=True)


def to_date(
    rows: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
    *,
    first_year: int,
    every: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    The latest count of a part of a year, from its first day, in years without a whole count.

    Reporting regions only; the first print of a period, never its later base. *every* is the
    :func:`series` of both frames, where the caller has it.
    """
    own, other = _only(indicator, rows, context)
    whole = series(own, other) if every is None else every[every["indicator"].eq(indicator)]
    known = pd.MultiIndex.from_arrays([whole["region"], whole["period_end"].dt.year])
    start, end = other["period_start"], other["period_end"]
    year = pd.MultiIndex.from_arrays([other["region"], end.dt.year])
    partly = other["measure"].eq(Measure.LEVEL)
    partly &= other["vintage"].ne(Vintage.BASE) if "vintage" in other else True
    partly &= start.dt.is_year_start & start.dt.year.eq(end.dt.year) & ~year.isin(known)
    counts = other[partly & _of(other, rows, first_year)].sort_values("period_end", kind="stable")
    latest: pd.DataFrame = counts.drop_duplicates(["region", "period_start"], keep="last")
    return latest


def changes_of(
    rows: pd.DataFrame,
    context: pd.DataFrame,
    indicator: str,
    *,
    first_year: int,
    every: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """
    The changes of *indicator* in each reporting region, counted or only stated.

    *every* are the :func:`changes` of both frames, where the caller has them.

    Raises
    ------
    WordError
        When neither frame has the indicator; it names the nearest ones.
    """
    only = _only(indicator, rows, context)
    every = changes(*only) if every is None else every[every["indicator"].eq(indicator)]
    return every[_of(every, rows, first_year)].reset_index(drop=True)


def _only(indicator: str, *frames: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of *indicator* in each of *frames*, one of which must have some."""
    mine = [frame[frame["indicator"].eq(indicator)] for frame in frames]
    if all(one.empty for one in mine):
        known = sorted({code for frame in frames for code in frame["indicator"]})
        raise WordError(say("word.indicator"), indicator, known)
    return mine


def _of(frame: pd.DataFrame, rows: pd.DataFrame, first_year: int) -> "pd.Series[bool]":
    recent = frame["period_end"].dt.year.ge(first_year)
    chosen: pd.Series[bool] = recent & frame["breakdown"].eq("")
    return chosen & frame["region"].isin(set(rows["region"]))
