"""What can be said of a target, and how much a zero leaves open."""

import pytest
from tidy import frame, row

from analysis.comparability import findings
from analysis.statistics import attainment
from analysis.statistics.attainment import Outcome


def drills(value, **changes):
    """Drills held: more is asked for, and chance has no say in it."""
    return row(
        value=value, indicator="drills_held", better="neither", unit="项",
        quantity="count", theme="training", denominator="", **changes,
    )  # fmt: skip


def outcome(target, *others):
    """The outcome of *target* beside the other rows."""
    return attainment.judged(frame(target, *others))["outcome"].tolist()


@pytest.mark.parametrize(
    ("count", "limit", "verdict"),
    [
        (0, 0, Outcome.MET),
        (1, 0, Outcome.MISSED),
        (45, 70, Outcome.MET),
        (45, 50, Outcome.CANNOT_TELL),
        (45, 30, Outcome.MISSED),
    ],
)
def test_counts_of_events_are_judged_by_their_interval(count, limit, verdict):
    """45 deaths may stand for 33 to 60; a zero target is a fact of the year."""
    target = row(value=limit, status="target", comparator="<=")

    assert outcome(target, row(value=count)) == [verdict]


@pytest.mark.parametrize(
    ("result", "comparator", "verdict"),
    [
        (2, "=", Outcome.MET),
        (1, "=", Outcome.MISSED),
        (2, ">=", Outcome.MET),
        (1, ">=", Outcome.CANNOT_TELL),
        (1, "<=", Outcome.MISSED),
        (3, "<=", Outcome.CANNOT_TELL),
    ],
)
def test_a_minimum_is_judged_by_the_figure_and_its_bounds(result, comparator, verdict):
    """A bound settles it only where the truth cannot lie on the other side."""
    target = drills(2, status="target", comparator=">=")

    assert outcome(target, drills(result, comparator=comparator)) == [verdict]


@pytest.mark.parametrize("other", [{"breakdown": "a:b"}, {"year": 2023}, {"region": "nantong"}])
def test_a_minimum_without_a_result_of_its_own_is_not_missed(other):
    """A result of another part, year or region says nothing about the target."""
    target = drills(2, status="target", comparator=">=")

    assert outcome(target, drills(0, **other), drills(9, breakdown="c:d")) == ["unreported"]


def test_a_plan_report_has_no_results():
    """Yaohai's targets stand in a plan: neither met nor missed."""
    assert outcome(drills(2, region="yaohai", status="target", kind="plan")) == ["plan_report"]


def test_a_target_for_the_next_year_is_not_due():
    """A report of 2024 cannot give the result of 2025."""
    target = drills(2, status="target", year=2025) | {"report": "chuxiong-2024"}

    assert outcome(target, row()) == [Outcome.NEXT_PERIOD]


def test_an_earlier_stock_is_said_and_not_judged():
    """Three of thirty-nine trades two years before the date are on the way, not a miss."""
    later = {"start": "2025-12-31", "end": "2025-12-31", "year": 2025, "status": "target"}
    now = {"start": "2023-11-30", "end": "2023-11-30", "year": 2023}
    found = attainment.judged(
        frame(drills(39, nature="stock", **later), drills(3, nature="stock", **now))
    )

    assert found["outcome"].tolist() == [Outcome.SO_FAR]
    assert found["result"].tolist() == [3]


@pytest.mark.parametrize("nature", ["flow", "stock"])
def test_an_undated_target_has_the_latest_figure_and_no_verdict(nature):
    """No date makes it due; the figure of the year before is not the latest."""
    target = drills(9, nature=nature, status="target", dated=False)
    earlier, later = (drills(each, nature=nature, year=each + 2020) for each in (2, 4))
    found = attainment.judged(frame(target, later, earlier))

    assert found["outcome"].tolist() == [Outcome.UNDATED]
    assert found["result"].tolist() == [4]


@pytest.mark.parametrize(("change", "verdict"), [(-3.5, Outcome.MET), (2.0, Outcome.MISSED)])
def test_a_direction_is_held_against_a_change(change, verdict):
    """To fall is met by a fall in percent, and by no count."""
    target = row(value=-1, status="target", measure="direction", unit="")
    fell = row(value=change, measure="change_pct", unit="%")

    assert outcome(target, fell) == [verdict]
    assert outcome(target, row(value=3)) == [Outcome.UNREPORTED]


def test_the_real_targets_have_no_verdict(rows):
    """No report of the five gives the result of a target that it sets itself."""
    found = attainment.judged(rows)
    known = {"met", "missed", "cannot_tell"}

    assert not known & set(found["outcome"])
    undated = found[~found["dated"]]
    assert set(undated["outcome"]) == {"undated"}
    assert undated.groupby("region").size().to_dict() == {
        "anhui": 1, "anshan": 2, "chuxiong": 5, "yaohai": 2
    }  # fmt: skip
    results = undated.set_index("indicator")["result"].dropna().to_dict()
    rates = dict.fromkeys(["typical_case_pass_rate", "typical_case_submission_rate"], 100)
    assert results == {"exam_trades": 3} | rates
    assert set(found.loc[found["region"].eq("yaohai"), "outcome"]) == {"plan_report", "undated"}
    direction = found["measure"].eq("direction")
    assert set(found.loc[direction, "outcome"]) == {"so_far"}, "each year to the end of 2025"


def test_targets_keep_house_order(rows):
    """Level, then adcode, then the order of the report."""
    found = attainment.judged(rows)

    assert list(dict.fromkeys(found["region"])) == ["anhui", "anshan", "chuxiong", "yaohai"]
    assert found.groupby("region")["start"].apply(lambda s: s.is_monotonic_increasing).all()


def test_a_region_without_targets_is_named(rows):
    """Nantong sets none."""
    (absent,) = attainment.without_target(rows, attainment.judged(rows)).to_dict("records")

    assert absent["region"] == "nantong"
    assert absent["reason_en"] == "the report sets no target that could be checked"


def test_the_finding_counts_what_was_met_or_is_not_due():
    """A result gives a verdict; a target for the next year waits."""
    limit = {"status": "target", "comparator": "<="}
    found = attainment.judged(frame(row(value=70, **limit), row(value=45)))
    assert findings.targets(found).en == "1 of 1 targets were met"

    later = attainment.judged(
        frame(row(value=70, year=2025, **limit) | {"report": "chuxiong-2024"}, row())
    )
    assert findings.targets(later).en == "The target was not due when written"
    assert findings.targets(later).zh == "1项目标成文时无一到期"
