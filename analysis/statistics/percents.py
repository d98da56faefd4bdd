"""
Published percentages beside counts: changes of one year, and of the same months of two years.

Frame in, new frame out; nothing is worded.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.language.vocabulary import Mark, Measure, Status, Vintage

from . import intervals, years
from .rates import whole_year

ORDER = ["level_order", "adcode", "indicator", "period_end"]
SERIES = ["region", "indicator"]
FEWEST = 2  # pairs of cumulative counts that show how a year went


def of_year(
    rows: pd.DataFrame, context: pd.DataFrame, indicators: Sequence[str], year: int
) -> pd.DataFrame:
    """
    Every change of *year* in the reporting regions and those around them, published or computed.

    Parameters
    ----------
    rows, context
        The rows of the reports and of other publications.
    indicators
        Codes, in the order to return.
    year
        The later year of the changes.

    Returns
    -------
    pandas.DataFrame
        ``percent`` and ``mark``: percent_only for a published change (of the report, else of
        another publication), direction_only where nothing else was published, exact for a change
        computed from counts, with ``ratio``, ``lower`` and ``upper``. A percentage of a part of
        the year only where no change can be computed. No change is computed across a break of
        the series, nor from a base that the published percentage implies.
    """
    every = _around(pd.concat([rows, context], ignore_index=True), rows)
    every = every[every["period_end"].dt.year.eq(year) & every["indicator"].isin(indicators)]
    computed = _computed(rows, context, every)
    published = _published(every)
    partly = ~whole_year(published)
    known = _keys(computed)
    published = published[~(partly & _keys(published).isin(known))]
    both = pd.concat([published, computed], ignore_index=True)
    rank = both["indicator"].map({code: n for n, code in enumerate(indicators)})
    order = ["rank", "level_order", "adcode"]  # published changes stay before computed ones
    ordered = both.assign(rank=rank).sort_values(order, kind="stable", ignore_index=True)
    return ordered.drop(columns="rank")


def _keys(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(frame[SERIES].astype("str"))


def _around(every: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the whole indicators of the regions of *rows* and of those around them."""
    wider = {code for codes in rows["ancestors"].unique() for code in str(codes).split()}
    near = every["region"].isin(set(rows["region"])) | every["adcode"].astype("str").isin(wider)
    actual = every["status"].eq(Status.ACTUAL) & every["breakdown"].eq("")
    kept: pd.DataFrame = every[near & actual]
    return kept


def _published(every: pd.DataFrame) -> pd.DataFrame:
    """Return the percentages of the year, the latest of parts of it, and bare directions."""
    start, end = every["period_start"], every["period_end"]
    yearly = every[start.dt.is_year_start & start.dt.year.eq(end.dt.year)]
    yearly = yearly.assign(rank=np.where(yearly["origin"].eq("report"), 0, 1))
    yearly = yearly.sort_values(["rank", "period_end"], ascending=[True, False], kind="stable")
    percent = yearly[yearly["measure"].eq(Measure.CHANGE_PCT)]
    whole = percent[whole_year(percent)].drop_duplicates(SERIES)
    parts = percent[~whole_year(percent)].drop_duplicates(SERIES)
    bare = yearly[yearly["measure"].eq(Measure.DIRECTION)].drop_duplicates(SERIES)
    bare = bare[~_keys(bare).isin(_keys(percent))]
    stated = pd.concat([whole, parts], ignore_index=True)
    stated = stated.assign(mark=str(Mark.PERCENT_ONLY), percent=stated["value"])
    bare = bare.assign(mark=str(Mark.DIRECTION_ONLY), direction=np.sign(bare["value"]))
    both = pd.concat([stated, bare], ignore_index=True)
    published: pd.DataFrame = both.assign(value=np.nan).drop(columns="rank")
    return published


def _computed(rows: pd.DataFrame, context: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    changes = years.changes(rows, context)
    counted = changes[changes["mark"].eq(Mark.EXACT) & changes["id"].isin(every["id"])]
    percent = every[every["measure"].eq(Measure.CHANGE_PCT)]
    # Such a base comes from the published percentage, so the change would be computed from itself.
    circular = counted["before_basis"].isin(["derived", "from_percent"]) & _keys(counted).isin(
        _keys(percent)
    )
    settled = counted[~circular & counted["ratio"].notna()]
    computed: pd.DataFrame = settled.assign(percent=100 * (settled["ratio"] - 1))
    return computed


def months(rows: pd.DataFrame, context: pd.DataFrame, indicator: str, year: int) -> pd.DataFrame:
    """
    Cumulative counts of *year* and of the year before, in each reporting region that has both.

    Parameters
    ----------
    rows, context
        The rows of the reports and of other publications.
    indicator
        A code.
    year
        The later of the two years.

    Returns
    -------
    pandas.DataFrame
        The counts from the first of January, one a region, year and last day; those of *year*
        with ``before``, the count of the same months, ``ratio``, ``lower``, ``upper`` and
        ``percent``. Of several prints the base that the later year gives is taken for the year
        before, since it has the later scope. Regions with one pair of counts are left out.
    """
    every = _around(pd.concat([rows, context], ignore_index=True), rows)
    every = every[every["region"].isin(set(rows["region"])) & every["indicator"].eq(indicator)]
    start, end = every["period_start"], every["period_end"]
    level = every["measure"].eq(Measure.LEVEL) & start.dt.is_year_start
    level &= start.dt.year.eq(end.dt.year) & end.dt.year.isin([year - 1, year])
    counts = every[level]
    base = counts["vintage"].eq(Vintage.BASE) if "vintage" in counts else False
    to = counts["period_end"].dt.strftime("%m-%d")
    counts = counts.assign(late=base, reported=counts["origin"].eq("report"), to=to)
    counts = counts.sort_values(["late", "reported"], ascending=False, kind="stable")
    counts = counts.drop_duplicates(["region", "period_end"])
    return _paired(counts, year).drop(columns=["late", "reported", "to"])


def _paired(counts: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return *counts* with the change of each pair, of the regions with several pairs."""
    earlier = counts[counts["period_end"].dt.year.eq(year - 1)]
    before = earlier.set_index(["region", "to"])["value"]
    now = counts["period_end"].dt.year.eq(year)
    at = pd.MultiIndex.from_frame(counts[["region", "to"]])
    counts = counts.assign(before=before.reindex(at).to_numpy()).assign(
        before=lambda frame: frame["before"].where(now)
    )
    several = counts.groupby("region")["before"].transform("count").ge(FEWEST)
    counts = counts[several]
    ratio = intervals.rate_ratio(counts["value"], 1.0, counts["before"].fillna(0), 1.0)
    paired = counts["before"].notna()
    return counts.assign(
        ratio=np.where(paired, ratio.ratio, np.nan),
        lower=np.where(paired, ratio.lower, np.nan),
        upper=np.where(paired, ratio.upper, np.nan),
        percent=np.where(paired, 100 * (ratio.ratio - 1), np.nan),
        method=np.where(paired, str(ratio.method), ""),
    ).sort_values(ORDER, kind="stable", ignore_index=True)
