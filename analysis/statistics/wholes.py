"""
Wholes and their parts: sums that close, and shares of what was found.

A whole is taken apart only where the parts that a report prints add up to it. Nothing is summed
to make a whole that no one printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.language import aims
from analysis.language.vocabulary import Comparator, Gap, Measure, Partial, Status
from analysis.rows import as_records

from . import gaps, intervals
from . import rates as derive

OF_WHOLE = ("id", "printed", "start", "origin", "report", "title", "publisher")
Row = dict[Any, Any]
SAME = ["region", "period_start", "period_end"]
# What a loop is made of; of several, the first one with figures is named.
ONE_FIGURE = ("major_hazards_found_and_rectified", "hazards_found_and_rectified")
FOUND = ("hazards_found", "major_hazards_found", "violations_found")
RECTIFIED = ("hazards_rectified", "major_hazards_rectified", "violations_rectified")
RATES = ("hazard_rectification_rate", "violation_rectification_rate")


def composition(
    rows: pd.DataFrame, context: pd.DataFrame, indicator: str, names: pd.DataFrame
) -> pd.DataFrame:
    """
    The parts of every whole of *indicator* that a report prints and its parts add up to.

    Parameters
    ----------
    rows
        The rows of all reports, with ``mark``.
    context
        Those of other publications, for parts of the same regions; a report's own figure comes
        first.
    names
        ``Tables.breakdowns``, which names each part.

    Returns
    -------
    pandas.DataFrame
        One row a part, wholes in house order, the largest part first and "other" last: its
        columns, with ``part_zh`` and ``part_en``, ``whole``, ``whole_printed``, ``whole_zh`` and
        ``whole_en`` (of what), ``whole_id`` and its source, ``parts_sum``, ``share``, ``lower``,
        ``upper`` (percent; limits for counts of events only) and ``method``.
    """
    levels = _levels(rows, context, indicator)
    found = [
        _taken_apart(whole, pieces, names)
        for _, group in levels.groupby(SAME, sort=False)
        for whole in as_records(group[group["origin"].eq("report")])
        for pieces in _dimensions(whole, group)
    ]
    if not found:
        return levels.iloc[:0].assign(whole_id="")
    every = pd.concat(found, ignore_index=True)
    every = every.assign(_last=every["piece"].str.endswith(":other"), _size=-every["value"])
    order = ["level_order", "adcode", "period_end", "whole_start", "whole_id", "_last", "_size"]
    ordered = every.sort_values([*order, "breakdown"], kind="stable", ignore_index=True)
    return ordered.drop(columns=["_last", "_size"])


def _levels(rows: pd.DataFrame, context: pd.DataFrame, indicator: str) -> pd.DataFrame:
    mine = context[context["region"].isin(rows["region"])]
    every = pd.concat([rows, mine], ignore_index=True)
    exact = every["measure"].eq(Measure.LEVEL) & every["status"].eq(Status.ACTUAL)
    exact &= every["comparator"].eq(Comparator.EXACT) & every["indicator"].eq(indicator)
    return every[exact].drop_duplicates([*SAME, "breakdown"], ignore_index=True)


def _dimensions(whole: Row, group: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """The sets of parts of *whole* that differ in one dimension and add up to it."""
    outer = _codes(whole["breakdown"])
    inner = [_codes(code) for code in group["breakdown"]]
    one = [outer < codes and len(codes) == len(outer) + 1 for codes in inner]
    extra = ["".join(codes - outer) for codes in inner]
    parts = group.assign(piece=extra, dimension=[code.split(":")[0] for code in extra])[one]
    for _, pieces in parts.groupby("dimension", sort=True):
        gap = abs(pieces["value"].sum(min_count=1) - whole["value"])
        half = derive.rounding(pieces).sum() + derive.rounding(pd.DataFrame([whole])).sum()
        if len(pieces) > 1 and gap <= half + 1e-6:
            yield pieces


def _codes(breakdown: str) -> set[str]:
    return {code for code in breakdown.split("+") if code}


def _taken_apart(whole: Row, pieces: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    called = names.set_index("breakdown")
    # Parts of a plan or a programme are set by hand: chance has no say in their shares.
    events = derive.countable(pieces) & pieces["theme"].isin(derive.EVENT_THEMES)
    counts = pieces["value"].where(events)
    limit = intervals.part_of_whole(counts, pieces["value"].sum())
    return pieces.assign(
        dimension=pieces["piece"].map(called["dimension"]),
        part_zh=pieces["piece"].map(called["name_zh"]),
        part_en=pieces["piece"].map(called["name_en"]),
        whole=whole["value"],
        whole_zh=whole["breakdown_zh"],
        whole_en=whole["breakdown_en"],
        **{f"whole_{name}": whole[name] for name in OF_WHOLE},
        parts_sum=pieces["value"].sum(),
        share=100 * pieces["value"] / whole["value"],
        lower=100 * limit.lower,
        upper=100 * limit.upper,
        method=np.where(events, str(limit.method), ""),
    )


@dataclass(frozen=True)
class Against:
    """The share of one part of a whole against that of the same part in the province."""

    part: Row
    wider: Row
    p_value: float  # of Fisher's exact test, both sides
    comparisons: int  # parts tested together

    @property
    def differ(self) -> bool:
        """Whether the shares differ at 5 %, corrected for the number of comparisons."""
        return self.p_value * self.comparisons < 0.05


def wider(pieces: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """
    Return the shares of the same parts in the nearest wider region that prints them.

    Parameters
    ----------
    pieces
        Of :func:`composition`; only parts of counts of events are looked for.
    context
        The rows of other publications, with ``mark``.

    Returns
    -------
    pandas.DataFrame
        One row a part and period: its columns, ``piece``, ``whole`` (printed for the same period)
        and ``share``. A residual class is another thing in every publication and is left out.
    """
    nothing = context.iloc[:0].assign(piece="", whole=0.0, share=0.0)
    if pieces.empty:
        return nothing
    events = pieces[pieces["method"].ne("") & ~pieces["piece"].str.endswith(":other")]
    if events.empty:
        return nothing
    levels = context[context["measure"].eq(Measure.LEVEL) & context["basis"].eq("printed")]
    levels = levels[levels["indicator"].isin(events["indicator"])]
    key = ["adcode", "indicator", "period_start", "period_end"]
    wholes = levels[levels["breakdown"].eq("")].drop_duplicates(key)
    wholes = wholes[[*key, "value"]].rename(columns={"value": "whole"})
    parts = levels[levels["breakdown"].isin(events["piece"])].merge(wholes, on=key)
    for adcode in str(events.iloc[0]["ancestors"]).split():
        near = parts[parts["adcode"].eq(adcode)]
        if len(near):
            shares = near.assign(piece=near["breakdown"], share=100 * near["value"] / near["whole"])
            return shares.sort_values(["period_end", "piece"], ignore_index=True)
    return nothing


def against(pieces: pd.DataFrame, shares: pd.DataFrame) -> list[Against]:
    """
    Test the share of each of *pieces* against the latest of *shares* from before its period.

    A wider region includes the narrower one, so that periods that overlap are not independent.
    Periods of other lengths or seasons are not tested: shares of the sectors differ by season.
    """
    before = shares[shares["period_end"].lt(pieces["period_start"].min())]
    before = before[_season(before).isin(_season(pieces))]
    latest = before.drop_duplicates("piece", keep="last").set_index("piece", drop=False)
    pairs = [
        (row, latest.loc[row["piece"]].to_dict())
        for row in as_records(pieces)
        if row["piece"] in latest.index
    ]
    return [Against(row, other, _fisher(row, other), len(pairs)) for row, other in pairs]


def _season(shares: pd.DataFrame) -> "pd.Series[str]":
    """Return the first and the last day of the year that each share is about."""
    first, last = (shares[name].dt.strftime("%m-%d") for name in ("period_start", "period_end"))
    seasons: pd.Series[str] = first + last
    return seasons


def _fisher(row: Row, other: Row) -> float:
    from scipy.stats import fisher_exact

    table = np.array([[cell["value"], cell["whole"] - cell["value"]] for cell in (row, other)])
    return float(fisher_exact(table).pvalue)


def whole_only(
    rows: pd.DataFrame, indicator: str, shown: set[str], absences: pd.DataFrame
) -> pd.DataFrame:
    """The reporting regions whose figures of *indicator* cannot be taken apart, and why."""
    mine = gaps.by_region(rows[rows["indicator"].eq(indicator)])
    near = gaps.by_report(absences, indicator)
    return gaps.frame(
        [
            _undivided(region, mine.get(region["region"], []), near)
            for region in gaps.reporting(rows)
            if region["region"] not in shown
        ]
    )


def _undivided(region: Row, figures: list[Row], near: dict[str, Row | None]) -> dict[str, Any]:
    levels = [
        row for row in figures if row["measure"] == Measure.LEVEL and row["status"] == Status.ACTUAL
    ]
    if not levels:
        return gaps.explained(region, figures, near)
    whole = [row for row in levels if not row["breakdown"]]
    if whole:
        return _refused(Gap.WHOLE_ONLY, Instead(Partial.WHOLE_ALONE, (whole[0],)))
    return _refused(Gap.PART_ONLY, Instead(Partial.PARTS_ALONE, tuple(levels)))


class Instead(NamedTuple):
    """What a region reports instead of a whole with its parts, or of both ends of a loop."""

    word: Partial
    rows: tuple[Row, ...]


def _refused(gap: Gap, instead: Instead) -> dict[str, Any]:
    return gaps.refusal(instead.rows[0], gap, aims.partial(*instead))


def most_open(shares: pd.DataFrame) -> pd.DataFrame:
    """
    Return ``rates.shares`` by region in house order, the largest difference first.

    Major hazards among the hazards of the same campaign are no row but the column ``major``.
    """
    key = ["region", "breakdown", *derive.PERIOD]
    inner = shares[shares["loop"].eq("major_hazards_found")]
    major = inner[[*key, "total"]].rename(columns={"total": "major"}).assign(loop="hazards_found")
    named = shares.merge(major, on=[*key, "loop"], how="left")
    among = inner.merge(named[named["major"].notna()][key], on=key)
    kept = named[~named["id"].isin(among["id"])]
    order = ["level_order", "adcode", "open", "total"]
    return kept.sort_values(order, ascending=[True, True, False, False], ignore_index=True)


def unclosed(
    rows: pd.DataFrame, shown: set[str], absences: pd.DataFrame, *, every: bool = False
) -> pd.DataFrame:
    """
    The reporting regions for which no share of what was found can be made, and why.

    The reason names the first figure found or rectified, or with *every* all of them.
    """
    near = gaps.by_report(absences, *ONE_FIGURE, *FOUND, *RECTIFIED, *RATES)
    return gaps.frame(
        [
            _unclosed(region, rows[rows["region"].eq(region["region"])], near, every=every)
            for region in gaps.reporting(rows)
            if region["region"] not in shown
        ]
    )


def _unclosed(
    region: Row, rows: pd.DataFrame, near: dict[str, Row | None], *, every: bool
) -> dict[str, Any]:
    instead = _half_loop(_results(rows))
    if instead is None:
        return gaps.explained(region, [], near)
    if not every and instead.word is not Partial.ENDS_APART:
        instead = instead._replace(rows=instead.rows[:1])
    return _refused(Gap.PART_ONLY, instead)


def unpaired(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the figures that say what regions without a share report instead."""
    levels = _results(rows)
    instead = _half_loop(levels)
    ids = [row["id"] for row in instead.rows] if instead else []
    return levels[levels["id"].isin(ids)]


def _results(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)]


def _half_loop(levels: pd.DataFrame) -> Instead | None:
    """Return what of the loop from found to rectified a region reports instead of both ends."""
    one, identified, rectified, shares = (
        [row for code in codes for row in as_records(levels[levels["indicator"].eq(code)])]
        for codes in (ONE_FIGURE, FOUND, RECTIFIED, RATES)
    )
    if one:
        return Instead(Partial.ONE_FIGURE, (one[0],))
    if identified and rectified:
        return Instead(Partial.ENDS_APART, (identified[0], rectified[0]))
    if identified or rectified:
        word = Partial.FOUND_ALONE if identified else Partial.RECTIFIED_ALONE
        return Instead(word, tuple(identified or rectified))
    return Instead(Partial.SHARE_ALONE, (shares[0],)) if shares else None
