"""Why a region has nothing to show: never silent, never a false "not mentioned"."""

import pandas as pd
import pytest
from tidy import ABSENT, frame, row

from analysis.language.messages import label
from analysis.language.vocabulary import Gap
from analysis.statistics import gaps

PERCENT = {"measure": "change_pct", "unit": "%", "value": -9.2}
MINING = {"breakdown": "sector:mining"}
CASES = [
    ([row()], "", "one_period"),
    ([row(**MINING)], "", "part_only"),
    ([row(**MINING)], "sector:fishing", "part_only"),
    ([row(**MINING)], None, "other_scope"),
    ([row()], "sector:mining", "whole_only"),
    ([row(**PERCENT)], "", "percent_only"),
    ([row(measure="direction", value=-1, unit="")], "", "direction_only"),
    ([row(measure="change_abs", value=-6)], "", "change_only"),
    ([row(status="plan")], "", "plan_only"),
    ([row(status="target")], "", "target_only"),
    ([row(status="target", **PERCENT)], "", "target_only"),
    ([row(status="plan", measure="direction", value=-1, unit="")], "", "plan_only"),
]


@pytest.mark.parametrize(("rows", "shared", "gap"), CASES)
def test_each_kind_of_row_is_a_reason_of_its_own(rows, shared, gap):
    """A region that says something is never called silent; an aim is never called a result."""
    missing = gaps.gap(frame(*rows).to_dict("records"), "report", None, shared)

    assert (str(missing.gap), missing.row["id"]) == (gap, rows[0]["id"])


@pytest.mark.parametrize(
    ("kind", "gap"), [("plan", "plan_report"), ("report+plan", "not_reported")]
)
def test_a_silent_report_is_a_plan_or_does_not_mention_it(kind, gap):
    """Yaohai's report is only a plan: it cannot hold results."""
    assert gaps.gap([], kind, None) == gaps.Missing(Gap(gap))


NEAR = {
    "no_figure": "described in the report, without a figure",
    "mentioned": "mentioned, without this figure",
    "told_elsewhere": "reported as “People trained”",
    "implied_zero": "“People trained” is zero, so this is zero too",
}


def absences(kind, report="anshan-2024", indicator="deaths"):
    """One row as ``Tables.absence_rows`` gives it."""
    cells = {"report": report, "indicator": indicator, "kind": kind, "evidence": "开展演练"}
    names = {"elsewhere_zh": "培训人次", "elsewhere_en": "People trained"}
    return pd.DataFrame([cells | names | {"start": 7.0, "end": 11.0}])


@pytest.mark.parametrize(("kind", "reason"), NEAR.items())
def test_a_report_that_comes_near_the_indicator_is_not_called_silent(kind, reason):
    """The reason says how near, and carries the phrase and where it is."""
    tidy = frame(row("nantong"), row("anshan", indicator="drills_held"))

    (refused,) = gaps.regions(tidy, "deaths", {"nantong"}, absences(kind)).to_dict("records")
    (cell,) = gaps.cells(tidy, ["deaths"], absences(kind)).to_dict("records")

    assert (refused["rule"], cell["gap"]) == (kind, kind)
    for one in (refused, cell):
        assert (one["reason_en"], one["report"]) == (reason, "anshan-2024")
        assert (one["evidence"], one["start"]) == ("开展演练", 7)


@pytest.mark.parametrize(
    ("other", "gap"),
    [({"report": "anshan-2023"}, "unsearched"), ({"indicator": "injuries"}, "not_reported")],
)
def test_an_absence_explains_its_own_report_and_indicator_only(other, gap):
    """A report of which absences list other indicators was searched; one without any was not."""
    tidy = frame(row("nantong"), row("anshan", indicator="drills_held"))

    refused = gaps.regions(tidy, "deaths", {"nantong"}, absences("mentioned", **other))

    assert refused["rule"].tolist() == [gap]
    assert refused["evidence"].tolist() == [""]


def test_a_figure_or_a_plan_goes_before_an_absence():
    """What a region reports is named first; a plan has no results to look for."""
    percent = frame(row("nantong"), row("anshan", **PERCENT))
    plan = frame(row("nantong"), row("anshan", indicator="drills_held", kind="plan"))

    rules = [
        gaps.regions(tidy, "deaths", {"nantong"}, absences("mentioned"))["rule"].item()
        for tidy in (percent, plan)
    ]
    assert rules == ["percent_only", "plan_report"]


def test_every_reason_is_given_by_some_row():
    """A new reason needs a case."""
    silent = {"plan_report", "not_reported", "unsearched"}
    assert {gap for *_, gap in CASES} | silent | {*NEAR} == set(Gap)


def test_what_tells_most_is_named():
    """A part goes before a percentage, a percentage before a target."""
    rows = [row(status="target"), row(**PERCENT), row(**MINING)]

    assert gaps.gap(frame(*rows).to_dict("records"), "report", None).gap == Gap.PART_ONLY
    assert gaps.gap(frame(*rows[:2]).to_dict("records"), "report", None).gap == Gap.PERCENT_ONLY


def test_the_reason_says_what_there_is_instead():
    """The part, the percentage and the amount, in both languages."""
    tidy = frame(row("nantong", **PERCENT), row("anshan", 30, **MINING), row("yaohai", kind="plan"))

    found = gaps.regions(tidy, "deaths", {"yaohai"}, ABSENT)

    assert found["reason_zh"].tolist() == [
        "只报其中一部分（mining）：30人",
        f"{label(Gap.PERCENT_ONLY).zh}：同比下降9.2%",
    ]
    assert found["reason_en"].tolist() == [
        "only a part is reported (mining): 30 people",
        f"{label(Gap.PERCENT_ONLY).en}: 9.2% down",
    ]


def test_one_count_that_shows_no_change_is_not_called_missing(rows):
    """Drills of one year: no line, but not "not mentioned" either."""
    found = gaps.regions(rows, "drills_held", set(), ABSENT).set_index("region")["rule"]

    assert found["chuxiong"] == found["nantong"] == "one_period"
    assert found["anhui"] == "unsearched"


def test_silent_regions_name_the_report_that_was_searched(rows):
    """Not mentioned *where* is part of the answer."""
    found = gaps.regions(rows, "no_such_indicator", set(), ABSENT)

    assert found["report"].tolist() == [
        "anhui-2023",
        "anshan-2023",
        "nantong-2024",
        "chuxiong-2024",
        "yaohai-2020",
    ]


def test_cells_with_a_row_have_no_reason(five):
    """Only the empty ones are listed, each with a reason in both languages."""
    found = gaps.cells(five, ["deaths", "accidents"], ABSENT)

    assert set(found["indicator"]) == {"accidents"}
    assert found["gap"].tolist() == ["unsearched"] * 4 + ["plan_report"]
    assert found["reason_zh"].tolist()[-1] == label(Gap.PLAN_REPORT).zh
