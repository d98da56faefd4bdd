"""
Why a region has nothing to show: reasons as typed words, and the rows that carry them.

It judges no pair of figures; ``rules`` does. ``language.values`` words the reasons.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from analysis.language import values
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Gap, Measure, Nature, Quantity, Status
from analysis.rows import as_records

Row = dict[Any, Any]

_PLACE = ["region", "region_zh", "region_en", "level_order", "adcode", "report"]
# What a figure that is left out is known by.
FIGURE = ["indicator", "indicator_zh", "indicator_en", "breakdown", "period_start", "period_end"]
FIGURE += ["start", "evidence", "id"]
REPORT = [*_PLACE, "publisher", "title"]  # what there is to say of a region without a figure
_REFUSAL = [*REPORT, *FIGURE, "rule", "reason_zh", "reason_en"]
UNSEARCHED: Row = {"kind": str(Gap.UNSEARCHED)}  # the absence of a report outside of absences.csv


class Missing(NamedTuple):
    """Why a region has nothing to show: the reason, and what it rests on."""

    gap: Gap
    row: Row | None = None  # what the region reports instead
    absence: Row | None = None  # the passage of its report that comes near

    @property
    def text(self) -> Text:
        """The reason in words."""
        return values.missing(self.gap, self.row, self.absence)

    @property
    def phrase(self) -> Row:
        """The phrase of the report that the reason rests on, and where it is; empty without one."""
        if self.absence is None or self.gap not in values.NEAR:
            return {"evidence": "", "start": ""}
        return {"evidence": self.absence["evidence"], "start": int(self.absence["start"])}


def regions(
    rows: pd.DataFrame, indicator: str, shown: set[str], absences: pd.DataFrame
) -> pd.DataFrame:
    """
    Return the reporting regions of *rows* that are not in *shown*, each with why it has no mark.

    *absences* are ``Tables.absence_rows``.
    """
    mine = by_region(rows[rows["indicator"].eq(indicator)])
    near = by_report(absences, indicator)
    return frame(
        [
            explained(region, mine.get(region["region"], []), near)
            for region in reporting(rows)
            if region["region"] not in shown
        ]
    )


def by_region(rows: pd.DataFrame) -> dict[str, list[Row]]:
    """Return *rows* as dictionaries, by region."""
    grouped: dict[str, list[Row]] = {}
    for row in as_records(rows):
        grouped.setdefault(row["region"], []).append(row)
    return grouped


def by_report(absences: pd.DataFrame, *indicators: str) -> dict[str, Row | None]:
    """
    Return by report the row of *absences* for the first of *indicators* that has one.

    It is None for a report that was searched and mentions none of them. A report without any row
    in *absences* was not searched, and is left out.
    """
    rows = as_records(absences[absences["indicator"].isin(indicators)])
    rows.sort(key=lambda row: indicators.index(row["indicator"]), reverse=True)
    searched: dict[str, Row | None] = dict.fromkeys(absences["report"])
    return searched | {row["report"]: row for row in rows}


def cells(rows: pd.DataFrame, indicators: Sequence[str], absences: pd.DataFrame) -> pd.DataFrame:
    """
    Return every cell of *indicators* by region without any row, with the reason.

    Returns
    -------
    pandas.DataFrame
        ``region`` and its names, ``report``, ``indicator``, ``gap``, the ``evidence`` and ``start``
        of a phrase that comes near the indicator, ``reason_zh``, ``reason_en``.
    """
    near = {code: by_report(absences, code) for code in indicators}
    have = set(rows[["region", "indicator"]].itertuples(index=False, name=None))
    empty = [
        _cell(region, code, near[code].get(region["report"], UNSEARCHED))
        for region in reporting(rows)
        for code in indicators
        if (region["region"], code) not in have
    ]
    columns = [*_PLACE, "indicator", "gap", "evidence", "start", "reason_zh", "reason_en"]
    return pd.DataFrame(empty, columns=columns)


def _cell(region: Row, indicator: str, absence: Row | None) -> Row:
    missing = silence(region["kind"], absence)
    cell = {name: region[name] for name in _PLACE}
    cell |= {"indicator": indicator, "gap": str(missing.gap)}
    return cell | missing.phrase | _reason(missing.text)


def reporting(rows: pd.DataFrame) -> list[Row]:
    """Return one row of the last report of each region, in house order."""
    keys = rows[["region", "report", "level_order", "adcode"]].reset_index(drop=True)
    last = keys.sort_values("report", kind="stable").drop_duplicates("region", keep="last")
    order = last.sort_values(["level_order", "adcode"])
    return as_records(rows.iloc[order.index])


def explained(
    region: Row, rows: Sequence[Row], near: Mapping[str, Row | None], shared: str | None = ""
) -> Row:
    """
    Return the refusal of *region* with what it has instead of a figure of part *shared*.

    *rows* are those of the region for the indicator (:func:`by_region`). *shared* is None where no
    part is declared to stand for a region. *near* are the absences of the indicator by report, as
    from :func:`by_report`.
    """
    missing = gap(rows, region["kind"], near.get(region["report"], UNSEARCHED), shared)
    if missing.row is None:
        place = {name: region[name] for name in REPORT}
        return refusal(place | missing.phrase, missing.gap, missing.text)
    return refusal(missing.row, missing.gap, missing.text)


def gap(rows: Sequence[Row], kind: str, absence: Row | None, shared: str | None = "") -> Missing:
    """
    Return why a region has nothing to show of part *shared* of an indicator.

    *rows* are the region's rows of the indicator, *kind* is the kind of its report and *absence*
    the report's row of ``absences``, None if it has none, or :data:`UNSEARCHED`.
    """
    if not rows:
        return silence(kind, absence)
    reasons = [Missing(_gap(row, shared), row) for row in rows]
    return min(reasons, key=lambda missing: _ORDER.index(missing.gap))


# What tells most of a region comes first.
_ORDER = (
    Gap.OTHER_SCOPE,
    Gap.ONE_PERIOD,
    Gap.WHOLE_ONLY,
    Gap.PART_ONLY,
    Gap.PERCENT_ONLY,
    Gap.DIRECTION_ONLY,
    Gap.CHANGE_ONLY,
    Gap.PLAN_ONLY,
    Gap.TARGET_ONLY,
)
_OF_MEASURE = {
    Measure.CHANGE_PCT: Gap.PERCENT_ONLY,
    Measure.DIRECTION: Gap.DIRECTION_ONLY,
    Measure.CHANGE_ABS: Gap.CHANGE_ONLY,
}


def _gap(row: Row, shared: str | None) -> Gap:
    """Return why *row* cannot be used for breakdown *shared*."""
    if row["status"] != Status.ACTUAL:
        return Gap.PLAN_ONLY if row["status"] == Status.PLAN else Gap.TARGET_ONLY
    if row["measure"] != Measure.LEVEL:
        return _OF_MEASURE[Measure(row["measure"])]
    if shared is None:
        return Gap.OTHER_SCOPE
    if row["breakdown"] == shared:
        return Gap.ONE_PERIOD
    return Gap.PART_ONLY if row["breakdown"] else Gap.WHOLE_ONLY


def silence(kind: str, absence: Row | None) -> Missing:
    """Return why a report of *kind* has no row of an indicator."""
    if kind == "plan":
        return Missing(Gap.PLAN_REPORT)
    if absence is None:
        return Missing(Gap.NOT_REPORTED)
    return Missing(Gap(absence["kind"]), absence=absence)


def on_a_list(rows: pd.DataFrame) -> bool:
    """Whether a result among *rows* counts units that were chosen, and so has no interval."""
    if "lower" not in rows:
        return False
    counts = rows["quantity"].eq(Quantity.COUNT) & rows["nature"].eq(Nature.FLOW)
    exact = rows["measure"].eq(Measure.LEVEL) & rows["comparator"].eq(Comparator.EXACT)
    return bool((counts & exact & rows["status"].eq(Status.ACTUAL) & rows["lower"].isna()).any())


def refusal(row: Row, rule: str, reason: Text) -> Row:
    """Return a figure, or a region without one, with the *rule* that keeps it out."""
    place: dict[str, Any] = {name: row.get(name, "") for name in _REFUSAL}
    return place | {"rule": str(rule)} | _reason(reason)


def _reason(reason: Text) -> dict[str, str]:
    return {"reason_zh": reason.zh, "reason_en": reason.en}


def frame(refused: list[Row]) -> pd.DataFrame:
    """Return the refusals as a frame in house order."""
    rows = pd.DataFrame(refused, columns=_REFUSAL)
    return rows.sort_values(["level_order", "adcode"], kind="stable", ignore_index=True)
