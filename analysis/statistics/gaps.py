"""
Why a region has nothing to show, in both languages: reasons, and the rows that carry them.

It judges no pair of figures; ``compare`` does.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.language import values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Absence, Comparator, Gap, Measure, Nature, Quantity, Status

_PLACE = ["region", "region_zh", "region_en", "level_order", "adcode", "report"]
# What a figure that is left out is known by.
FIGURE = ["indicator", "indicator_zh", "indicator_en", "breakdown", "period_start", "period_end"]
FIGURE += ["start", "evidence", "id"]
REPORT = [*_PLACE, "publisher", "title"]  # what there is to say of a region without a figure
# Reasons that come from a row of `absences`.
_NEAR = {Gap(kind) for kind in Absence}
_REFUSAL = [*REPORT, *FIGURE, "rule", "reason_zh", "reason_en"]


def regions(
    rows: pd.DataFrame, indicator: str, shown: set[str], absences: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    The reporting regions of *rows* that are not in *shown*, each with why it has no mark.

    *absences* are ``Tables.absence_rows``.
    """
    mine = rows[rows["indicator"].eq(indicator)]
    near = by_report(absences, indicator)
    return frame(
        [
            explained(region, mine[mine["region"].eq(region["region"])], near)
            for region in reporting(rows)
            if region["region"] not in shown
        ]
    )


def by_report(absences: pd.DataFrame | None, *indicators: str) -> dict[str, dict[Any, Any]]:
    """Return by report the row of *absences* for the first of *indicators* that has one."""
    if absences is None:
        return {}
    return {
        row["report"]: row
        for code in reversed(indicators)
        for row in absences[absences["indicator"].eq(code)].to_dict("records")
    }


def cells(
    rows: pd.DataFrame, indicators: Sequence[str], absences: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Every cell of *indicators* by region without any row, with the reason.

    Returns
    -------
    pandas.DataFrame
        ``region`` and its names, ``report``, ``indicator``, ``gap``, the ``evidence`` and ``start``
        of a phrase that comes near the indicator, ``reason_zh``, ``reason_en``.
    """
    near = {code: by_report(absences, code) for code in indicators}
    have = set(rows[["region", "indicator"]].itertuples(index=False, name=None))
    empty = [
        _cell(region, code, near[code].get(region["report"]))
        for region in reporting(rows)
        for code in indicators
        if (region["region"], code) not in have
    ]
    columns = [*_PLACE, "indicator", "gap", "evidence", "start", "reason_zh", "reason_en"]
    return pd.DataFrame(empty, columns=columns)


def _cell(region: dict[Any, Any], indicator: str, absence: dict[Any, Any] | None) -> dict[str, Any]:
    found = silence(region["kind"], absence)
    place = {name: region[name] for name in _PLACE} | {"indicator": indicator, "gap": str(found)}
    return place | _phrase(found, absence) | _told(silent(found, absence))


def reporting(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    """Return one row of the last report of each region, in house order."""
    last = rows.sort_values("report", kind="stable").drop_duplicates("region", keep="last")
    order = last.sort_values(["level_order", "adcode"])
    return order.to_dict("records")


def explained(
    region: dict[Any, Any],
    mine: pd.DataFrame,
    near: Mapping[str, dict[Any, Any]] = MappingProxyType({}),
    shared: str = "",
) -> dict[str, Any]:
    """
    The refusal of *region* with what it has instead of a figure of part *shared*.

    *near* are the absences of the indicator by report, as from :func:`by_report`.
    """
    absence = near.get(region["report"])
    found, row = gap(mine, region["kind"], shared, absence)
    if row is None:
        place = {name: region[name] for name in REPORT}
        return refusal(place | _phrase(found, absence), found, silent(found, absence))
    reason = label(Gap(found))
    if found is Gap.PART_ONLY:
        reason = reason + Text.aside(values.part(row))
    value = values.what(row)
    return refusal(row, found, Text(f"{reason.zh}：{value.zh}", f"{reason.en}: {value.en}"))


def gap(
    mine: pd.DataFrame, kind: str, shared: str = "", absence: dict[Any, Any] | None = None
) -> tuple[Gap, dict[Any, Any] | None]:
    """
    Why a region has nothing to show of part *shared* of an indicator, and the row it has instead.

    *mine* are the region's rows of the indicator, *kind* is the kind of its report and *absence*
    the report's row of ``absences``, if it has one.
    """
    if mine.empty:
        return silence(kind, absence), None
    found = [(_gap(row, shared), row) for row in mine.to_dict("records")]
    return min(found, key=lambda pair: _ORDER.index(pair[0]))


# What tells most of a region comes first.
_ORDER = (
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


def _gap(row: dict[Any, Any], shared: str) -> Gap:
    """Return why *row* cannot be used for breakdown *shared*."""
    if row["status"] != Status.ACTUAL:
        return Gap.PLAN_ONLY if row["status"] == Status.PLAN else Gap.TARGET_ONLY
    if row["measure"] != Measure.LEVEL:
        return _OF_MEASURE[Measure(row["measure"])]
    if row["breakdown"] == shared:
        return Gap.ONE_PERIOD
    return Gap.PART_ONLY if row["breakdown"] else Gap.WHOLE_ONLY


def silence(kind: str, absence: dict[Any, Any] | None) -> Gap:
    """Return why a report of *kind* has no row of an indicator."""
    if kind == "plan":
        return Gap.PLAN_REPORT
    return Gap.NOT_REPORTED if absence is None else Gap(absence["kind"])


def silent(found: Gap, absence: dict[Any, Any] | None) -> Text:
    """Return the reason *found* by :func:`silence`, with the phrase or the other indicator."""
    if absence is None or found not in _NEAR:
        return label(found)
    name = Text(absence["elsewhere_zh"], absence["elsewhere_en"])
    return say(f"absence.{found}", evidence=absence["evidence"], indicator=name)


def _phrase(found: Gap, absence: dict[Any, Any] | None) -> dict[str, Any]:
    """Return the phrase of the report that a reason rests on, empty without one."""
    if absence is None or found not in _NEAR:
        return {"evidence": "", "start": ""}
    return {"evidence": absence["evidence"], "start": int(absence["start"])}


def on_a_list(rows: pd.DataFrame) -> bool:
    """Whether a result among *rows* counts units that were chosen, and so has no interval."""
    if "lower" not in rows:
        return False
    counts = rows["quantity"].eq(Quantity.COUNT) & rows["nature"].eq(Nature.FLOW)
    exact = rows["measure"].eq(Measure.LEVEL) & rows["comparator"].eq(Comparator.EXACT)
    return bool((counts & exact & rows["status"].eq(Status.ACTUAL) & rows["lower"].isna()).any())


def refusal(row: dict[Any, Any], rule: str, reason: Text) -> dict[str, Any]:
    """A figure, or a region without one, with the *rule* that keeps it out."""
    place: dict[str, Any] = {name: row.get(name, "") for name in _REFUSAL}
    return place | {"rule": str(rule)} | _told(reason)


def _told(reason: Text) -> dict[str, str]:
    return {"reason_zh": reason.zh, "reason_en": reason.en}


def frame(refused: list[dict[str, Any]]) -> pd.DataFrame:
    """The refusals as a frame in house order."""
    rows = pd.DataFrame(refused, columns=_REFUSAL)
    return rows.sort_values(["level_order", "adcode"], kind="stable", ignore_index=True)
