"""Periods of rows: which of them are whole calendar years."""

import pandas as pd


def whole_year(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows are about one calendar year from its first to its last day."""
    start, end = rows["period_start"], rows["period_end"]
    year = start.dt.year.eq(end.dt.year)
    whole: pd.Series[bool] = (
        year & start.dt.day_of_year.eq(1) & end.dt.month.eq(12) & end.dt.day.eq(31)
    )
    return whole
