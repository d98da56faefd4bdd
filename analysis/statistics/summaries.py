"""
What the rows of one figure show together, as fields that titles, slides and alt texts read.

Every function takes the rows that a figure draws and returns a frozen result; nothing here is
worded.
"""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.language.vocabulary import (
    Answer,
    Mark,
    Measure,
    Outcome,
    Promise,
    Standing,
    Status,
    Use,
)

from . import intervals

Row = dict[Any, Any]
LEVEL = 0.95  # two-sided confidence of every interval in a sentence


@dataclass(frozen=True)
class Extremes:
    """The highest rate over the lowest of several, each of a row."""

    more: Row
    less: Row
    ratio: float
    lower: float
    upper: float
    by_day: bool  # periods differ in length, so rates are per person and day
    level: float  # confidence of the test, corrected for the number of pairs
    differ: bool  # the interval at *level* excludes 1


def extremes(rows: pd.DataFrame) -> Extremes:
    """
    Compare the highest and the lowest rate of *rows*, counts with ``population`` and ``rounding``.

    They were picked from all, so every pair counts as a comparison (Bonferroni). Periods of
    different length are compared by the day, and a rounded count by its end nearer to the other.
    """
    days = (rows["period_end"] - rows["period_start"]).dt.days + 1
    by_day = bool(days.max() - days.min() > 1)
    exposure = rows["population"] * (days if by_day else 1)
    order = (rows["value"] / exposure).to_numpy().argsort()
    low, high = order[0], order[-1]
    less, more = rows.iloc[low].to_dict(), rows.iloc[high].to_dict()
    counts = more["value"] - more["rounding"], less["value"] + less["rounding"]
    strict = 1 - (1 - LEVEL) / math.comb(len(rows), 2)
    ratio, sure = (
        intervals.rate_ratio(
            counts[0], exposure.iloc[high], counts[1], exposure.iloc[low], level=level
        )
        for level in (LEVEL, strict)
    )
    ends = float(ratio.lower), float(ratio.upper)
    return Extremes(
        more, less, float(ratio.ratio), *ends, by_day, strict, differ=float(sure.lower) > 1
    )


@dataclass(frozen=True)
class Change:
    """The latest counted change of one region."""

    row: Row
    falls: bool
    same: bool
    beyond: bool  # the 95 % interval of the ratio excludes 1


@dataclass(frozen=True)
class Latest:
    """The latest counted change of each of several regions."""

    regions: int
    beyond: int
    only: Change | None  # where there is one region


def latest(changes: pd.DataFrame) -> Latest:
    """Summarise the latest counted change that each region's own report gives."""
    counted = changes[changes["mark"].eq(Mark.EXACT) & changes["origin"].eq("report")]
    rows = counted.sort_values("period_end").drop_duplicates("region", keep="last")
    only = _change(rows.iloc[-1].to_dict()) if len(rows) == 1 else None
    return Latest(len(rows), beyond_chance(rows) if len(rows) else 0, only)


def _change(row: Row) -> Change:
    falls, same = row["value"] < row["before"], row["value"] == row["before"]
    return Change(row, falls, same, beyond=not row["lower"] <= 1 <= row["upper"])


def beyond_chance(counted: pd.DataFrame) -> int:
    """Return how many counted changes have a 95 % interval that excludes no change."""
    return int((counted["lower"].gt(1) | counted["upper"].lt(1)).sum())


@dataclass(frozen=True)
class Changes:
    """Changes of several regions: how many were counted, and how many are discoveries."""

    counted: pd.DataFrame
    uncounted: pd.DataFrame  # of regions without any counted change
    total: int
    beyond: int  # at a false discovery rate of 5 %


def changes(rows: pd.DataFrame) -> Changes:
    """Count yearly changes, and how many of them are discoveries."""
    counted = rows[rows["mark"].eq(Mark.EXACT)]
    beyond = int(counted["stands"].sum()) if len(counted) else 0
    uncounted = rows[~rows["region"].isin(counted["region"])]
    return Changes(counted, uncounted, len(counted), beyond)


@dataclass(frozen=True)
class Placed:
    """How many counts lie outside the limits around an outside rate, and on which side."""

    total: int
    above: int
    below: int
    far: int  # beyond the outer limits
    loose: int  # outside the limits that allow for clustered events
    by_chance: int  # expected outside the 95 % limits by chance


def placed(rows: pd.DataFrame) -> Placed:
    """Count the rows with ``place`` outside the 95 % and the 99.8 % limits."""
    outside, more = rows["place"].ne("within"), rows["value"].gt(rows["expected"])
    far = int(rows["place"].eq("far_outside").sum())
    loose = int(rows["loose_place"].ne("within").sum()) if "loose_place" in rows else 0
    above, below = int((outside & more).sum()), int((outside & ~more).sum())
    return Placed(len(rows), above, below, far, loose, round(len(rows) * 0.05))


@dataclass(frozen=True)
class Largest:
    """The largest part of a whole and the next one."""

    top: Row
    second: Row
    apart: bool  # chance does not explain which is larger; True also for complete counts


def largest(parts: pd.DataFrame) -> Largest:
    """Return the largest of the parts of one whole, and whether it differs from the next."""
    order = parts.sort_values("value", ascending=False, kind="stable").to_dict("records")
    top, second = order[0], order[1]
    if not top["method"]:
        return Largest(top, second, apart=True)
    pair = intervals.part_of_whole(top["value"], top["value"] + second["value"])
    return Largest(top, second, apart=float(pair.lower) > 0.5)


@dataclass(frozen=True)
class Outcomes:
    """What became of several targets."""

    total: int
    met: int
    missed: int
    unsure: int

    @property
    def judged(self) -> int:
        """How many have a result to be judged by."""
        return self.met + self.missed + self.unsure


def outcomes(judged: pd.DataFrame) -> Outcomes:
    """Count the verdicts on targets."""
    counts = judged["outcome"].value_counts()
    verdicts = (Outcome.MET, Outcome.MISSED, Outcome.CANNOT_TELL)
    return Outcomes(len(judged), *(int(counts.get(str(verdict), 0)) for verdict in verdicts))


def density(rows: pd.DataFrame, reports: pd.DataFrame) -> pd.DataFrame:
    """Return the figures for 1,000 characters of report, a row a theme and a column a region."""
    length = reports.set_index("report")["characters"]
    last = rows.drop_duplicates("report").set_index("region")["report"]
    counts = rows.groupby(["theme", "region"], observed=True).size().unstack(fill_value=0)
    return counts / last.map(length).reindex(counts.columns) * 1000


def amounts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are results with an amount."""
    return rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]


@dataclass(frozen=True)
class Answers:
    """What the figures of one family have in common."""

    kind: Answer
    regions: int
    low: Row  # one row a region, with the sum of its parts as `total`
    high: Row
    parts: tuple[Row, ...]  # of different breakdown, one each


def answers(rows: pd.DataFrame) -> Answers:
    """Summarise the figures *rows* of one family."""
    each = rows.assign(total=rows.groupby("region", observed=True)["value"].transform("sum"))
    each = each.drop_duplicates("region")
    by = "ratio" if each["use"].eq(Use.RATIO).all() else "total"
    order = each.sort_values(by, kind="stable").to_dict("records")
    parts = rows.sort_values("breakdown").drop_duplicates("breakdown").to_dict("records")
    return Answers(_answer(each), len(each), order[0], order[-1], tuple(parts))


def _answer(each: pd.DataFrame) -> Answer:
    use, values = each["use"].iloc[0], each["value"]
    if use in {Use.GRADE, Use.RATIO}:
        return Answer.GRADES if use == Use.GRADE else Answer.RATIOS
    if each["measure"].ne(Measure.LEVEL).any():
        falls, rises = bool(values.lt(0).all()), bool(values.gt(0).all())
        return Answer.FALLS if falls else Answer.RISES if rises else Answer.MIXED
    if values.eq(0).all():
        return Answer.ZEROS
    equal = each["total"].eq(each["total"].iloc[0]).all()
    return Answer.EQUAL if equal else Answer.AMOUNTS


def headline(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the family that most regions answer, the first of several."""
    regions = rows.groupby("family", sort=False)["region"].nunique()
    return rows[rows["family"].eq(str(regions.idxmax()))]


@dataclass(frozen=True)
class Instruments:
    """In how many reports the instruments of a figure appear."""

    total: int
    three: int  # in three reports or more
    two: int
    one: int


def instruments(rows: pd.DataFrame) -> Instruments:
    """Count the instruments of *rows* by the number of regions that have them; none is left out."""
    known = rows[rows["status"].ne(Standing.NOT_MENTIONED)]
    regions = known.groupby("indicator")["region"].nunique()
    three, two, one = regions.ge(3), regions.eq(2), regions.eq(1)
    return Instruments(len(regions), *(int(which.sum()) for which in (three, two, one)))


def checkable(rows: pd.DataFrame) -> int:
    """Return how many commitments carry a number or a date."""
    return int(rows["status"].ne(Promise.WORDS).sum())


# From the strongest evidence of accidents and disasters to the weakest.
EVIDENCE = (Mark.EXACT, Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY, Mark.ZERO, Mark.TARGET)


def evidence(outcomes: pd.DataFrame) -> Mark | None:
    """Return the strongest kind of evidence among the rows *outcomes*; None where there is none."""
    return next((mark for mark in EVIDENCE if outcomes["mark"].eq(mark).any()), None)
