"""
What the rows of one figure show together, as fields that titles, slides and alt texts read.

Every function takes the rows that a figure draws and returns a frozen result; nothing here is
worded.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from analysis.language.text import Text
from analysis.language.vocabulary import (
    Answer,
    Level,
    Mark,
    Measure,
    Membership,
    Outcome,
    Pairing,
    Promise,
    Standing,
    Status,
    Use,
)
from analysis.rows import as_records

from . import forensics, intervals, spread
from .dates import whole_year
from .spread import NATION, Placement, Spread

Row = dict[Any, Any]
LEVEL = 0.95  # two-sided confidence of every interval in a sentence
FEWEST_ALIKE = 2  # regions that count the same
OF_LEVEL = r"(?:^|\+)level:\w+"  # in a breakdown


@dataclass(frozen=True)
class Extremes:
    """The highest rate over the lowest of several, each of a row."""

    more: Row
    less: Row
    ratio: float
    lower: float
    upper: float
    level: float  # confidence of the test, corrected for the number of pairs
    differ: bool  # the interval at *level* excludes 1


def extremes(rows: pd.DataFrame) -> Extremes:
    """
    Compare the highest and the lowest rate of *rows*, counts with ``population`` and ``rounding``.

    They were picked from all, so every pair counts as a comparison (Bonferroni). A rounded count
    is compared by its end nearer to the other.
    """
    exposure = rows["population"]
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
    return Extremes(more, less, float(ratio.ratio), *ends, strict, differ=float(sure.lower) > 1)


@dataclass(frozen=True)
class Change:
    """The latest counted change of one region."""

    row: Row
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
    return Change(row, beyond=not row["lower"] <= 1 <= row["upper"])


def percent_beside(stated: pd.DataFrame, change: Change | None) -> Row | None:
    """Return the percentage of the one other region whose report prints one for the same period."""
    if change is None:
        return None
    same = stated["mark"].eq(Mark.PERCENT_ONLY) & stated["origin"].eq("report")
    same &= stated["period_end"].eq(change.row["period_end"])
    same &= stated["region"].ne(change.row["region"])
    return stated[same].iloc[0].to_dict() if same.sum() == 1 else None


def beyond_chance(counted: pd.DataFrame) -> int:
    """Return how many counted changes have a 95 % interval that excludes no change."""
    return int((counted["lower"].gt(1) | counted["upper"].lt(1)).sum())


@dataclass(frozen=True)
class Published:
    """The smallest and the largest published change of one indicator."""

    low: Row
    high: Row
    regions: int  # reporting ones
    wider: tuple[Row, ...]  # of the regions around them, in house order
    own: tuple[float, float]  # the smallest and the largest of reporting regions, in percent
    certain: bool  # whether the counts of a reporting region show a change

    @property
    def kind(self) -> Answer:
        """Whether all regions published a fall, all a rise, or some of each."""
        if self.high["percent"] < 0:
            return Answer.FALLS
        return Answer.RISES if self.low["percent"] > 0 else Answer.MIXED


def published(rows: pd.DataFrame) -> Published | None:
    """Return the ends of the whole-year percentages of the first indicator that has any."""
    percent = rows[rows["mark"].eq(Mark.PERCENT_ONLY) & whole_year(rows)]
    if percent.empty:
        return None
    first = percent[percent["indicator"].eq(percent["indicator"].iloc[0])]
    ordered = as_records(first.sort_values("percent", kind="stable"))
    own = first["reporting"]
    wider = as_records(first[~own].drop_duplicates("region"))
    counted = rows[rows["reporting"] & rows["mark"].eq(Mark.EXACT)]
    counted = counted[counted["indicator"].eq(first["indicator"].iloc[0])]
    certain = any(_change(row).beyond for row in as_records(counted))
    regions = first[own]["region"].nunique()
    ends = (first.loc[own, "percent"].min(), first.loc[own, "percent"].max())
    return Published(ordered[0], ordered[-1], regions, tuple(wider), ends, certain)


def furthest(vintages: pd.DataFrame) -> Row | None:
    """Return the row of ``forensics.vintages`` whose base moves the published change the most."""
    if vintages.empty:
        return None
    apart = (vintages["percent"] - vintages["firsts"]).abs()
    row: Row = vintages.iloc[int(apart.to_numpy().argmax())].to_dict()
    return row


@dataclass(frozen=True)
class Most:
    """The fewest parts of one whole that together are more than 80 % of it."""

    whole: Row
    parts: tuple[Row, ...]
    value: float  # their sum

    @property
    def share(self) -> float:
        """Their share in percent."""
        return 100 * self.value / float(self.whole["whole"])


def most(parts: pd.DataFrame) -> Most:
    """Return the largest parts of one whole, as many as are more than 80 % of it."""
    order = parts.sort_values("value", ascending=False, kind="stable")
    enough = order["value"].cumsum().gt(0.8 * order["whole"])
    count = int(enough.to_numpy().argmax()) + 1 if enough.any() else len(order)
    records = as_records(order.head(count))
    return Most(records[0], tuple(records), float(order["value"].head(count).sum()))


@dataclass(frozen=True)
class Open:
    """The campaign with the largest difference between cases found and rectified."""

    row: Row
    total: int  # of the differences of all campaigns shown


def still_open(shares: pd.DataFrame) -> Open:
    """Return the campaign of ``rates.shares`` with the largest difference."""
    order = shares.sort_values("open", ascending=False, kind="stable")
    return Open(order.iloc[0].to_dict(), int(shares["open"].sum()))


@dataclass(frozen=True)
class Outcomes:
    """What became of several targets."""

    total: int
    met: int
    missed: int
    unsure: int
    waiting: int  # not due when the report was written
    undated: int  # without a date in the report
    most: Row  # of the region that sets most
    count: int  # its targets

    @property
    def judged(self) -> int:
        """How many have a result to be judged by."""
        return self.met + self.missed + self.unsure

    @property
    def all_open(self) -> bool:
        """Whether none was due, some for want of a date."""
        return self.undated > 0 and self.waiting + self.undated == self.total


def outcomes(judged: pd.DataFrame) -> Outcomes:
    """Count the verdicts on targets."""
    counts = judged["outcome"].value_counts()
    met, missed, unsure = (
        int(counts.get(str(word), 0)) for word in (Outcome.MET, Outcome.MISSED, Outcome.CANNOT_TELL)
    )
    regions = judged["region"].value_counts(sort=True)
    most = judged[judged["region"].eq(regions.index[0])].iloc[0].to_dict()
    open_ = int(judged["waiting"].sum()), int((~judged["dated"].astype(bool)).sum())
    verdicts = met, missed, unsure, *open_
    return Outcomes(len(judged), *verdicts, most, int(regions.iloc[0]))


def density(rows: pd.DataFrame, reports: pd.DataFrame) -> "pd.Series[float]":
    """Return the figures for 1,000 characters of report of each region."""
    pairs = rows[["report", "region"]].drop_duplicates()
    length = pairs["report"].map(reports.set_index("report")["characters"])
    lengths = length.groupby(pairs["region"], observed=True).sum()
    return rows.groupby("region", observed=True).size() / lengths * 1000


def amounts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are results with an amount."""
    return rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]


@dataclass(frozen=True)
class Answers:
    """What the figures of one family have in common."""

    kind: Answer
    regions: int
    ends: tuple[Row, Row]  # the least and the most in house order, parts added up as `total`
    graded: tuple[tuple[Row, ...], ...]  # the rows of each breakdown


def answers(rows: pd.DataFrame) -> Answers:
    """Summarise the figures *rows* of one family."""
    each = rows.assign(total=rows.groupby("region", observed=True)["value"].transform("sum"))
    each = each.drop_duplicates("region")
    by = {Use.RATIO: "ratio", Use.RATE: "rate"}.get(Use(each["use"].iloc[0]), "total")
    order = each.sort_values(by, kind="stable").iloc[[0, -1]]
    ends = as_records(order.sort_values(["level_order", "adcode"], kind="stable"))
    graded = (tuple(as_records(part)) for _, part in rows.groupby("breakdown", observed=True))
    return Answers(_answer(each), len(each), (ends[0], ends[1]), tuple(graded))


USES = {Use.GRADE: Answer.GRADES, Use.RATIO: Answer.RATIOS, Use.RATE: Answer.RATES}


def _answer(each: pd.DataFrame) -> Answer:
    use, values = each["use"].iloc[0], each["value"]
    unlike = _counted(each).nunique() == len(each) > 1
    if use in USES:
        return USES[Use(use)]
    if each["measure"].ne(Measure.LEVEL).any():
        falls, rises = bool(values.lt(0).all()), bool(values.gt(0).all())
        return Answer.FALLS if falls else Answer.RISES if rises else Answer.MIXED
    if values.eq(0).all():
        return Answer.ZEROS
    if not each["total"].eq(each["total"].iloc[0]).all():
        return Answer.UNLIKE if unlike else Answer.AMOUNTS
    if each["status"].eq(Status.TARGET).all():
        return Answer.AIMS
    return Answer.UNLIKE if unlike else Answer.EQUAL


def headline(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return the rows of the family in which most regions count the same, of several the first.

    Of that family, only the regions that count the same are returned, or all if no two do. Rates
    and percentages come before numbers that grow with the size of a region, and of either, results
    before targets.
    """
    counted = _counted(rows)
    alike = rows.groupby([rows["family"], counted], sort=False)["region"].transform("nunique")
    families = rows.assign(alike=alike).groupby("family", sort=False)
    sizeless = families["use"].first().eq(Use.RATE) | families["unit"].first().eq("%")
    aims = families["status"].first().eq(Status.TARGET)
    order = families["alike"].max() + sizeless / 2 - aims / 3 + families["region"].nunique() / 10
    own = rows["family"].eq(str(order.idxmax()))
    most = alike[own].max()
    same = counted.eq(counted[own & alike.eq(most)].iloc[0]) | (most < FEWEST_ALIKE)
    found: pd.DataFrame = rows[own & same]
    return found


def _counted(rows: pd.DataFrame) -> "pd.Series[str]":
    """Return what each row counts: indicator, status and part, but not the level of government."""
    part = rows["breakdown"].astype("str").str.replace(OF_LEVEL, "", regex=True)
    part = part.where(rows["role"].ne(Membership.PART), "")
    return rows["indicator"].astype("str") + " " + rows["status"].astype("str") + " " + part


@dataclass(frozen=True)
class Reported:
    """The region with figures of most indicators, and the one with fewest."""

    most: Row
    count: int
    least: Row
    fewest: int


def reported(cells: pd.DataFrame) -> Reported:
    """Count the indicators of each region in *cells*, one row a region and indicator."""
    counts = cells.groupby("region", observed=True)["indicator"].nunique()
    most, least = (
        cells[cells["region"].eq(str(region))].iloc[0].to_dict()
        for region in (counts.idxmax(), counts.idxmin())
    )
    return Reported(most, int(counts.max()), least, int(counts.min()))


def tally(cells: pd.DataFrame) -> pd.DataFrame:
    """Return of each region how many of the indicators in *cells* are there, and compared."""
    inside = cells.assign(inside=cells["pairing"].eq(Pairing.INSIDE))
    by_region = inside.groupby("region", observed=True)
    return by_region.agg(reported=("inside", "count"), compared=("inside", "sum"))


@dataclass(frozen=True)
class Instruments:
    """In how many of the reports the instruments of a figure appear."""

    total: int
    reports: int
    every: int  # instruments in all reports
    most: Row  # of the region with most instruments
    own: int  # instruments of this region
    alone: int  # instruments of this region in no other report


def instruments(patterns: pd.DataFrame) -> Instruments:
    """Count the instruments of ``policies.patterns`` by the number of reports that mention them."""
    each = patterns[patterns["reports"].gt(0)].drop_duplicates("indicator")["reports"]
    reports = patterns["region"].nunique()
    named = patterns[patterns["status"].ne(Standing.NOT_MENTIONED)]
    most = str(named["region"].value_counts(sort=True).index[0])
    own = named[named["region"].eq(most)]
    counts = len(each), reports, int(each.eq(reports).sum())
    return Instruments(*counts, own.iloc[0].to_dict(), len(own), int(own["reports"].eq(1).sum()))


def checkable(rows: pd.DataFrame) -> int:
    """Return how many commitments carry a number or a date."""
    return int(rows["status"].ne(Promise.WORDS).sum())


def by_theme(rows: pd.DataFrame) -> dict[Text, pd.DataFrame]:
    """Return the rows of each theme by its name, the theme with most rows first."""
    groups = sorted((g for _, g in rows.groupby("theme", sort=False)), key=len, reverse=True)
    return {Text(*group[["theme_zh", "theme_en"]].iloc[0]): group for group in groups}


# From the strongest evidence of accidents and disasters to the weakest.
EVIDENCE = (Mark.EXACT, Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY, Mark.ZERO, Mark.TARGET)


def evidence(outcomes: pd.DataFrame) -> Mark | None:
    """Return the strongest kind of evidence among the rows *outcomes*; None where there is none."""
    return next((mark for mark in EVIDENCE if outcomes["mark"].eq(mark).any()), None)


def strongest(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the row on the whole of *indicator* with the strongest evidence, one a region."""
    own = rows[rows["indicator"].eq(indicator) & rows["breakdown"].eq("")]
    rank = own["mark"].map({mark: at for at, mark in enumerate(EVIDENCE)})
    known = own.assign(rank=rank)[rank.notna()].sort_values(["rank", "period_end"])
    latest = known.groupby("region", observed=True)["period_end"].transform("max")
    return known[known["period_end"].eq(latest)].drop_duplicates("region").drop(columns="rank")


def placements(pairs: pd.DataFrame, known: Spread | None) -> list[Placement]:
    """
    Return the placement of each region of *pairs*, those of several years first.

    Parameters
    ----------
    pairs
        Ratios of observed to expected counts (``benchmarks.ratios``); provinces are no subject.
    known
        The spread of peers (``benchmarks.spread_of``).
    """
    chosen = pairs[pairs["level"].ne(Level.PROVINCE) & pairs["segment"].eq(0)]
    placements = [
        _placement(group, known)
        for _, group in chosen.groupby("region", sort=False)
        if group["of"].eq(NATION).any()
    ]
    return sorted(placements, key=lambda one: not one.row["pooled"])


def _placement(pairs: pd.DataFrame, known: Spread | None) -> Placement:
    latest = pairs.sort_values(["pooled", "until"], kind="stable")
    records = as_records(latest)
    nation = [row for row in records if row["of"] == NATION]
    years = ("since", "until")
    above = [
        row
        for row in records
        if row["of"] != NATION and all(row[name] == nation[-1][name] for name in years)
    ]
    province = above[-1] if above else None
    of = province["of"] if province else NATION
    yearly = latest[latest["of"].eq(of) & ~latest["pooled"]]
    yearly = yearly[yearly["until"].between(nation[-1]["since"], nation[-1]["until"])]
    ends = (math.nan, math.nan)
    if known:
        lower, upper, _ = spread.adjusted_funnel(nation[-1]["expected"], known)
        ends = (float(lower), float(upper))
    return Placement(nation[-1], yearly, province, known, *ends)


@dataclass(frozen=True)
class Meaning:
    """A chain of published percentages, and the whole numbers that fit it."""

    rows: pd.DataFrame  # one a percentage, in time order
    partly: pd.DataFrame  # the count of a part of the last year, if one was printed
    answer: forensics.CountsBehind

    @property
    def years(self) -> list[int]:
        """The years of the counts, the base first."""
        years = [int(year) for year in self.rows["period_end"].dt.year]
        return [years[0] - 1, *years]

    @property
    def smallest(self) -> int:
        """The smallest count that the first base can have; 0 if none fits within the bound."""
        return min((chain.counts[0] for chain in self.answer.chains), default=0)

    @property
    def least(self) -> int:
        """The smallest count that the last year can have; 0 if none fits within the bound."""
        return min((chain.counts[-1] for chain in self.answer.chains), default=0)

    @property
    def contradicted(self) -> bool:
        """Whether a printed count contradicts every chain."""
        return self.answer.finding is forensics.Finding.CONTRADICTED


def soundest_first(meanings: Sequence[Meaning], indicators: Sequence[str]) -> list[Meaning]:
    """Return the chains of regions without contradictions first, each in order of *indicators*."""
    doubtful = {m.rows["region"].iloc[0] for m in meanings if m.contradicted}
    return sorted(
        meanings,
        key=lambda meaning: (
            meaning.rows["region"].iloc[0] in doubtful,
            not meaning.contradicted,
            indicators.index(meaning.rows["indicator"].iloc[0]),
        ),
    )
