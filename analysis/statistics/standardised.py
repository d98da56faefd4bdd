"""
Figures compared with a wider region: its change for each change, its rate for each count.

The reference is always from outside the regions that are judged, never their own mean.
"""

from collections.abc import Sequence

import pandas as pd

from . import tests

REFERENCE = "china"
KEY = ["indicator", "breakdown", "period_end"]


def changes(every: pd.DataFrame, shown: pd.DataFrame, *, region: str = REFERENCE) -> pd.DataFrame:
    """
    The wider region's change for each indicator, part and year of *shown*.

    Parameters
    ----------
    every
        All changes, from :func:`analysis.statistics.years.changes`.
    shown
        Those that are to be held against it.

    Returns
    -------
    pandas.DataFrame
        Rows of *every* with ``ratio``, from counts where they are known, else from the
        percentage; years without either are missing.
    """
    wider = every[every["region"].eq(region) & every["breakdown"].eq("")]
    ratio = wider["ratio"].fillna(1 + wider["percent"] / 100)
    wider = wider.assign(ratio=ratio)[ratio.notna()].drop_duplicates(KEY)
    wanted = shown[KEY].drop_duplicates()
    return wider.merge(wanted, on=KEY).sort_values(KEY, ignore_index=True)


def family(
    every: pd.DataFrame, rows: pd.DataFrame, codes: Sequence[str], *, first_year: int
) -> pd.DataFrame:
    """
    The changes of the indicators *codes* in the regions of *rows*, tested together.

    Parameters
    ----------
    every
        All changes, from :func:`analysis.statistics.years.changes`.
    rows
        The rows of all reports; other regions stay out.
    codes
        The codes of the indicators, in the order to show.
    first_year
        The first year to take in.

    Returns
    -------
    pandas.DataFrame
        Changes of whole indicators by region, indicator and year, with ``adjusted`` (the p-value
        among all of them, missing for changes without counts) and ``stands``.
    """
    place = {code: at for at, code in enumerate(codes)}
    mine = every["indicator"].isin(place) & every["breakdown"].eq("")
    mine &= every["region"].isin(rows["region"]) & every["period_end"].dt.year.ge(first_year)
    chosen = every[mine].assign(_place=every.loc[mine, "indicator"].map(place))
    order = ["level_order", "adcode", "_place", "period_end"]
    chosen = chosen.sort_values(order, kind="stable", ignore_index=True)
    found = tests.false_discovery(chosen["p_value"])
    tested: pd.DataFrame = chosen.drop(columns="_place")
    return tested.assign(stands=found.found, adjusted=found.adjusted)
