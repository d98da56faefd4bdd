"""
Targets and what became of them.

A target is held only against a result of the same region, part and period. No result is never
a failure: it is unreported, or was not due when the report was written.
"""

from typing import Any

import pandas as pd

from analysis.language import aims
from analysis.language.vocabulary import (
    Better,
    Comparator,
    Gap,
    Measure,
    Nature,
    Outcome,
    Partial,
    Status,
)
from analysis.rows import as_records

from . import gaps, rates, tests

# A plan is written before any of its targets is due.
WAITING = (Outcome.NEXT_PERIOD, Outcome.SO_FAR, Outcome.PLAN_REPORT)
_CHANGES = (Measure.CHANGE_PCT, Measure.CHANGE_ABS, Measure.DIRECTION)
_RESULT = (
    "value", "comparator", "period_start", "period_end", "id", "evidence", "printed", "mark",
    "measure", "start", "end",
)  # fmt: skip


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Every target of every report with its result, if the report gives one, and the verdict.

    Parameters
    ----------
    rows
        The rows of all reports, with ``mark``.

    Returns
    -------
    pandas.DataFrame
        The target rows in house order, then as printed, with ``outcome`` (a word of
        :class:`Outcome`), ``waiting`` (whether it was not due when the report was written),
        ``result`` and ``result_*`` (missing where there is none), and
        ``lower``, ``upper`` and ``method`` of a result that counts events.
    """
    actual = rates.limits(rows[rows["status"].eq(Status.ACTUAL)])
    ends = actual.groupby("report")["period_end"].max()
    wanted = rows[rows["status"].eq(Status.TARGET)]
    wanted = wanted.sort_values(["level_order", "adcode", "report", "start", "breakdown"])
    found = [
        target | _held(target, _candidates(target, actual), ends.get(target["report"]))
        for target in as_records(wanted)
    ]
    columns = [*wanted.columns, "outcome", *(f"result_{name}" for name in _RESULT)]
    frame = pd.DataFrame(found, columns=[*columns, "lower", "upper", "method"])
    waiting = frame["outcome"].isin(WAITING)
    return frame.rename(columns={"result_value": "result"}).assign(waiting=waiting)


def _candidates(target: dict[Any, Any], actual: pd.DataFrame) -> pd.DataFrame:
    same = actual["region"].eq(target["region"]) & actual["indicator"].eq(target["indicator"])
    mine = actual[same & actual["breakdown"].eq(target["breakdown"])]
    if target["measure"] == Measure.LEVEL:
        return mine[mine["measure"].eq(Measure.LEVEL) & mine["unit"].eq(target["unit"])]
    return mine[mine["measure"].isin(_CHANGES)]


def _held(target: dict[Any, Any], candidates: pd.DataFrame, report_end: Any) -> dict[str, Any]:
    if not target["dated"]:
        return _undated(candidates)
    end = candidates["period_end"].eq(target["period_end"])
    stock = target["nature"] == Nature.STOCK
    same = candidates[end & (stock | candidates["period_start"].eq(target["period_start"]))]
    if len(same):
        result = as_records(same)[0]
        return _told(_outcome(target, result), result)
    earlier = candidates[candidates["period_end"].lt(target["period_end"])]
    if stock and len(earlier):
        return _told(Outcome.SO_FAR, as_records(earlier.sort_values("period_end"))[-1])
    if target["kind"] == "plan":
        return {"outcome": str(Outcome.PLAN_REPORT)}
    if pd.isna(report_end) or target["period_end"] <= report_end:
        return {"outcome": str(Outcome.UNREPORTED)}
    later = target["period_start"] > report_end
    return {"outcome": str(Outcome.NEXT_PERIOD if later else Outcome.SO_FAR)}


def _undated(candidates: pd.DataFrame) -> dict[str, Any]:
    """A target that no date makes due, with the latest figure if there is one."""
    if len(candidates):
        return _told(Outcome.UNDATED, as_records(candidates.sort_values("period_end"))[-1])
    return {"outcome": str(Outcome.UNDATED)}


def _told(outcome: Outcome, result: dict[Any, Any]) -> dict[str, Any]:
    limits = {name: result[name] for name in ("lower", "upper", "method")}
    return {"outcome": str(outcome)} | limits | {f"result_{name}": result[name] for name in _RESULT}


def _outcome(target: dict[Any, Any], result: dict[Any, Any]) -> Outcome:
    if target["measure"] != Measure.LEVEL:
        return Outcome.MET if result["value"] * target["value"] > 0 else Outcome.MISSED
    at_most = target["comparator"] == Comparator.AT_MOST or target["better"] == Better.LOWER
    if at_most and result["method"]:
        return Outcome(str(tests.target_verdict(result["value"], target["value"])))
    return _reached(target["value"], result["value"], result["comparator"], at_most=at_most)


def _reached(target: float, value: float, comparator: str, *, at_most: bool) -> Outcome:
    """The verdict on a figure that is no count of events, so that only its bounds are in doubt."""
    good = value <= target if at_most else value >= target
    if comparator == Comparator.EXACT:
        return Outcome.MET if good else Outcome.MISSED
    # A bound settles the matter only on the side where the truth may not lie beyond it.
    safe = Comparator.AT_MOST if at_most else Comparator.AT_LEAST
    if comparator == safe and good:
        return Outcome.MET
    wrong = Comparator.AT_LEAST if at_most else Comparator.AT_MOST
    return Outcome.MISSED if comparator == wrong and not good else Outcome.CANNOT_TELL


def without_target(rows: pd.DataFrame, judged: pd.DataFrame) -> pd.DataFrame:
    """Return the reporting regions that have no target in *judged*."""
    having = set(judged["region"])
    silent = [region for region in gaps.reporting(rows) if region["region"] not in having]
    return gaps.frame([_silent(region) for region in silent])


def _silent(region: dict[Any, Any]) -> dict[str, Any]:
    """Return the refusal of a whole region, with the columns of its report only."""
    figure = dict.fromkeys(("indicator", "breakdown", "start", "evidence", "id"), "")
    dates = dict.fromkeys(("period_start", "period_end"), pd.NaT)
    reason = aims.partial(Partial.NO_TARGET)
    return gaps.refusal(region | figure | dates, Gap.NOT_REPORTED, reason)
