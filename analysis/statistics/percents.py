"""
Published percentages beside counts: changes of one year, and of the same months of two years.

Frame in, new frame out; nothing is worded.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.language.vocabulary import Mark, Measure, Status, Vintage
from analysis.rows import as_records

from . import forensics, intervals, years
from .dates import whole_year
from .rates import rounding
from .summaries import Meaning

ORDER = ["level_order", "adcode", "indicator", "period_end"]
SERIES = ["region", "indicator"]
FEWEST = 2  # pairs of counts, or percentages, of which a series consists
BOUNDS = (200, 500, 1000)  # the largest counts tried behind percentages


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
        the year only where no change can be computed. ``reporting`` for regions of *rows*, not
        those around them. No change is computed across a break of
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
    reporting = ordered["region"].isin(set(rows["region"]))
    return ordered.assign(reporting=reporting).drop(columns="rank")


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


def vintages(
    rows: pd.DataFrame, context: pd.DataFrame, indicators: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    First prints with the base that the next year implies, and the changes published then.

    Parameters
    ----------
    rows, context
        The rows of the reports and of other publications.
    indicators
        Codes.

    Returns
    -------
    tuple of pandas.DataFrame
        The rows of the first prints with the columns of ``forensics.vintages``, ``percent``
        (the change published for the next year), ``firsts`` (that between first prints, the
        middle of its range) and ``later_id``; and the rows of the published changes, of which
        ``later_id`` is the id.
    """
    every = _around(pd.concat([rows, context], ignore_index=True), rows)
    every = every[every["indicator"].isin(indicators)]
    every = every.assign(vintage=every["vintage"].fillna(str(Vintage.FIRST)))
    key = [*SERIES, "period_start", "period_end", "measure", "vintage"]
    every = every.sort_values("origin").drop_duplicates(key)  # context before report
    every = every.assign(rounding=rounding(every))
    table = forensics.vintages(every)
    table = table.rename(columns={"published": "percent"})
    span = [*SERIES, "breakdown", "period_start", "period_end"]
    levels = every["measure"].eq(Measure.LEVEL) & every["vintage"].eq(Vintage.FIRST)
    changed = every[every["measure"].eq(Measure.CHANGE_PCT)]
    earlier = changed.assign(
        period_start=changed["period_start"] - pd.DateOffset(years=1),
        period_end=changed["period_end"] - pd.DateOffset(years=1),
    )
    joined = every[levels].merge(table, on=span, validate="1:1")
    joined = joined.merge(earlier[[*span, "id"]].rename(columns={"id": "later_id"}), on=span)
    joined = joined[joined["moved"].ne(forensics.Moved.UNKNOWN)].assign(
        firsts=lambda frame: (frame["firsts_low"] + frame["firsts_high"]) / 2
    )
    ordered = joined.sort_values(ORDER, kind="stable", ignore_index=True)
    return ordered, changed[changed["id"].isin(ordered["later_id"])]


def meanings(rows: pd.DataFrame, context: pd.DataFrame, indicators: Sequence[str]) -> list[Meaning]:
    """
    Search the counts behind the percentages of regions that published no yearly counts.

    Parameters
    ----------
    rows, context
        The rows of the reports and of other publications.
    indicators
        Codes.

    Returns
    -------
    list of Meaning
        One a region and indicator with percentages of two consecutive years or more, without a
        count of these years. Rounded and cut off digits are both tried. The bound is the first
        of ``BOUNDS`` within which anything fits.
    """
    every = _around(pd.concat([rows, context], ignore_index=True), rows)
    every = every[every["region"].isin(set(rows["region"])) & every["indicator"].isin(indicators)]
    every = every.assign(reported=every["origin"].eq("report"))
    every = every.sort_values([*ORDER, "reported"], ascending=[True] * 4 + [False], kind="stable")
    percent = every[every["measure"].eq(Measure.CHANGE_PCT) & whole_year(every)]
    percent = percent.drop_duplicates([*SERIES, "period_end"])
    levels = every[every["measure"].eq(Measure.LEVEL)]
    chains = []
    for _, group in percent.groupby(SERIES, sort=False, observed=True):
        own = levels[_keys(levels).isin(_keys(group))]
        chains.append(_meaning(_last_run(group), own))
    return [meaning for meaning in chains if meaning]


def _last_run(group: pd.DataFrame) -> pd.DataFrame:
    """Return the percentages of the last consecutive years."""
    gap = group["period_end"].dt.year.diff().ne(1).cumsum()
    run: pd.DataFrame = group[gap.eq(gap.iloc[-1])]
    return run


def _meaning(chain: pd.DataFrame, levels: pd.DataFrame) -> Meaning | None:
    """Return the counts behind *chain*; None for one percentage, or where a count is known."""
    dates, last = chain["period_end"].dt.year, chain["period_end"].iloc[-1]
    inside = levels[levels["period_end"].dt.year.between(dates.min() - 1, dates.max())]
    if len(chain) < FEWEST or whole_year(inside).any():
        return None
    partly = inside[inside["period_start"].eq(pd.Timestamp(last.year, 1, 1))].tail(1)
    known = {
        len(chain): forensics.whole_period(int(count), day.day_of_year / last.day_of_year)[:2]
        for count, day in zip(partly["value"], partly["period_end"], strict=True)
    }
    printed = [_as_printed(row) for row in as_records(chain)]
    for bound in BOUNDS:
        answer = forensics.counts_behind(printed, bound=bound, known=known)
        if answer.chains:
            break
    return Meaning(chain.assign(percent=chain["value"]), partly, answer)


def _as_printed(row: dict[Any, Any]) -> str:
    """Return a percentage with its sign and all its printed digits, such as -23.0."""
    decimals = str(row["printed"]).rstrip("%").partition(".")[2]
    return f"{row['value']:.{len(decimals)}f}"
