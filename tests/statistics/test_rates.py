"""Marks, limits, rates, shares and what a wider rate expects; expected values worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from tidy import context, frame, population, row

from analysis.statistics import dates, rates, years
from analysis.tables.populations import populations


def one(**changes):
    """The mark of one row."""
    return str(frame(row(**changes))["mark"][0])


@pytest.mark.parametrize(
    ("changes", "mark"),
    [
        ({}, "exact"),
        ({"value": 0}, "zero"),
        ({"comparator": ">="}, "at_least"),
        ({"comparator": "<="}, "at_most"),
        ({"comparator": "~"}, "about"),
        ({"measure": "change_pct", "value": -9.2, "unit": "%"}, "percent_only"),
        ({"measure": "direction", "value": -1, "unit": ""}, "direction_only"),
        ({"status": "target"}, "target"),
        ({"status": "target", "value": 0}, "target"),
        ({"status": "plan", "comparator": ">="}, "plan"),
    ],
)
def test_each_kind_of_evidence_has_its_own_mark(changes, mark):
    """A target of zero is a target, and a bound is never a dot."""
    assert one(**changes) == mark


def test_a_percentage_beside_its_count_is_not_percent_only():
    """Chuxiong prints 45 deaths and -11.8 %: the percentage has counts behind it."""
    rows = frame(row(), row(value=-11.8, measure="change_pct", unit="%"))

    assert set(rows["mark"]) == {"exact"}


def test_a_count_of_another_year_does_not_stand_behind_a_percentage():
    """The level must be of the same region, part and period."""
    rows = frame(row(year=2023), row(value=-11.8, measure="change_pct", unit="%"))

    assert "percent_only" in set(rows["mark"])


def test_a_new_frame_is_given_and_the_old_one_kept(five):
    """Frame in, new frame out."""
    before = five.copy()

    for answer in (rates.marks(five), rates.limits(five), rates.reliability(five)):
        assert answer is not five
    pd.testing.assert_frame_equal(five, before)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(42, "30.3", "56.8"), (45, "32.8", "60.2"), (51, "38.0", "67.1"), (0, "0.0", "3.7")],
)
def test_limits_are_the_printed_ones(count, lower, upper):
    """The exact Poisson limits of the notes."""
    found = rates.limits(frame(row(value=count))).iloc[0]

    assert (f"{found['lower']:.1f}", f"{found['upper']:.1f}") == (lower, upper)
    assert found["method"] == "exact-c"


def test_limits_of_a_count_printed_in_ten_thousands_hold_its_rounding():
    """1.2万 is anything from 11 500 to 12 500, and chance comes on top (Garwood by chi-square)."""
    from scipy.stats import chi2

    found = rates.limits(frame(row(value=12_000, printed="1.2万人"))).iloc[0]

    assert found["lower"] == pytest.approx(chi2.ppf(0.025, 2 * 11_500) / 2)
    assert found["upper"] == pytest.approx(chi2.ppf(0.975, 2 * 12_501) / 2)
    assert found["method"] == "exact-c, rounding included"


@pytest.mark.parametrize(
    "changes",
    [
        {"comparator": ">="},
        {"comparator": "<="},
        {"comparator": "~"},
        {"status": "target"},
        {"status": "plan"},
        {"nature": "stock"},
        {"quantity": "money"},
        {"quantity": "share"},
        {"theme": "drills"},
        {"quantity": "count", "unit": "起", "theme": "enforcement"},
        {"quantity": "count", "unit": "项", "theme": "hazards"},
        {"measure": "change_pct"},
        {"indicator": "disaster_affected_people"},
    ],
)
def test_what_is_no_count_of_events_has_no_interval(changes):
    """Bounds, targets, stocks, money, attendance and changes: no limits, no method."""
    found = rates.limits(frame(row(**changes))).iloc[0]

    assert math.isnan(found["lower"])
    assert math.isnan(found["upper"])
    assert found["method"] == ""


@pytest.mark.parametrize(
    ("printed", "half"),
    [
        ("45人", 0.0),
        ("6.7%", 0.05),
        ("9.43%", 0.005),
        ("12%", 0.5),
        ("1.2万人次", 500.0),
        ("26211.63万元", 50.0),
        ("3亿元", 5e7),
        ("2.1万余件", 500.0),
        ("3,580件", 0.0),
        ("无重大事故", 0.0),
    ],
)
def test_rounding_is_half_of_the_last_printed_place(printed, half):
    """A count has none, a whole percentage has half of one percent."""
    assert rates.rounding(pd.DataFrame({"printed": [printed]})) == pytest.approx([half])


PEOPLE = frame(
    population("chuxiong", 2_000_000, 2020),
    population("chuxiong", 2_500_000, 2023),
    population("nantong", 8_000_000, 2018),
)


def divided(*rows):
    """The rows with their limits and rates."""
    return rates.rates(rates.limits(frame(*rows)), PEOPLE)


def test_a_rate_is_the_count_by_the_people():
    """45 deaths among 2.5 million are 1.8 per 100 000, and its limits scale with it."""
    found = divided(row(year=2023)).iloc[0]

    assert found["rate"] == pytest.approx(1.8)
    assert found["rate_lower"] == pytest.approx(found["lower"] / 25)
    assert found["rate_upper"] == pytest.approx(found["upper"] / 25)


@pytest.mark.parametrize(
    ("year", "taken", "distance"),
    [(2020, 2020, 0), (2021, 2020, 1), (2022, 2023, 1), (2024, 2023, 1), (2025, 2023, 2)],
)
def test_a_rate_takes_the_nearest_published_year_and_carries_the_distance(year, taken, distance):
    """No population is carried to another year without saying so."""
    found = divided(row(year=year)).iloc[0]

    assert (found["population_year"], found["population_distance"]) == (taken, distance)


@pytest.mark.parametrize("year", [2017, 2026])
def test_a_population_three_years_away_is_no_denominator(year):
    """Too much may have changed in between."""
    found = divided(row(year=year)).iloc[0]

    assert math.isnan(found["rate"])
    assert math.isnan(found["population"])


def test_a_region_without_a_population_has_no_rate():
    """Missing, never zero."""
    found = divided(row("anshan")).iloc[0]

    assert math.isnan(found["rate"])


@pytest.mark.parametrize(
    "changes", [{"denominator": ""}, {"status": "target"}, {"measure": "change_abs"}]
)
def test_only_results_that_people_can_divide_have_a_rate(changes):
    """A target or a change per 100 000 people would say nothing."""
    assert math.isnan(divided(row(**changes))["rate"][0])


def test_a_resident_population_goes_before_a_census_of_the_same_year():
    """The best kind of each year is taken, and its kind is carried."""
    both = frame(
        population("chuxiong", 9, 2020, indicator="census_population"),
        population("chuxiong", 7, 2020),
    )

    found = populations(both)

    assert found["population"].tolist() == [7]
    assert found["population_kind"].tolist() == ["resident_population_year_end"]


def loop(part, whole, **changes):
    """Hazards found, and what became of them, in one report."""
    found = {"indicator": "hazards_found", "quantity": "count", "unit": "项"}
    return [
        row(value=whole, **(found | changes)),
        row(value=part, **(found | {"indicator": "hazards_rectified"} | changes)),
    ]


def test_a_share_is_the_part_of_the_whole_and_the_rest_is_open():
    """8 of 10 rectified: 80 %, 2 not rectified; complete counts have no interval."""
    found = rates.shares(frame(*loop(8, 10))).iloc[0]

    assert (found["cases"], found["total"], found["basis"]) == (8, 10, "counted")
    assert found["share"] == pytest.approx(80)
    assert found["open"] == 2
    assert found["method"] == ""
    assert found[["lower", "upper"]].isna().all()


def test_a_share_is_rebuilt_only_if_one_whole_number_is_left():
    """97.35 % of 2452 is 2387 and nothing else; 97 % may be 2367 to 2390."""
    rate = {"indicator": "hazard_rectification_rate", "quantity": "share", "unit": "%"}
    found = row(value=2452, indicator="hazards_found", quantity="count", unit="项")

    sharp = rates.shares(frame(found, row(value=97.35, printed="97.35%", **rate)))
    blunt = rates.shares(frame(found, row(value=97, printed="97%", **rate)))

    assert sharp[["cases", "basis"]].to_numpy().tolist() == [[2387, "rebuilt"]]
    assert blunt.empty


def test_what_a_rate_of_those_on_time_leaves_is_marked():
    """按期整改率97.35% of 2452: the other 65 may have been rectified late."""
    rate = {"indicator": "hazard_rectification_rate", "quantity": "share", "unit": "%"}
    found = row(value=2452, indicator="hazards_found", quantity="count", unit="项")
    late = row(value=97.35, printed="97.35%", breakdown="kind:on_time", **rate)

    shares = rates.shares(frame(found, late))

    assert shares[["open", "on_time"]].to_numpy().tolist() == [[65, True]]
    assert not rates.shares(frame(*loop(8, 10)))["on_time"].any()


def test_all_and_none_are_said_and_not_rounded():
    """整改率100% of 2452 is 2452."""
    rate = {"indicator": "hazard_rectification_rate", "quantity": "share", "unit": "%"}
    found = row(value=2452, indicator="hazards_found", quantity="count", unit="项")

    shares = rates.shares(frame(found, row(value=100, printed="100%", **rate)))

    assert shares["cases"].tolist() == [2452]


def test_printed_counts_go_before_a_rebuilt_one():
    """The same share is not given twice."""
    rate = row(
        value=80, printed="80%", indicator="hazard_rectification_rate", quantity="share", unit="%"
    )

    found = rates.shares(frame(*loop(8, 10), rate))

    assert found["basis"].tolist() == ["counted"]


@pytest.mark.parametrize("sign", [">=", "<=", "~"])
def test_a_bound_has_no_share(sign):
    """3000余 found and 2900 rectified is no percentage."""
    assert rates.shares(frame(*loop(2900, 3000, comparator=sign))).empty


def test_more_rectified_than_found_is_no_share():
    """What was rectified may have been found the year before."""
    assert rates.shares(frame(*loop(12, 10))).empty


def test_a_share_needs_the_same_part_and_period():
    """Hazards found in mines are not the whole of what was rectified everywhere."""
    whole, _ = loop(8, 10)
    _, part = loop(8, 10, breakdown="sector:mining")

    assert rates.shares(frame(whole, part)).empty


def test_the_shares_of_the_reports_are_the_printed_percentages(rows):
    """Chuxiong prints 97.35 %, 97.75 % and 83.84 % beside the counts."""
    found = rates.shares(rows)

    assert {"97.35", "97.75", "83.84"} <= {f"{share:.2f}" for share in found["share"]}
    assert 898 in found["open"].tolist()  # violations: 5,556 found, 4,658 rectified


def test_few_events_are_flagged_and_other_rows_are_not():
    """The rule of ten events; a stock has no flag."""
    found = rates.reliability(frame(row(value=9), row(value=45, year=2023), row(nature="stock")))

    assert sorted(found["reliability"]) == ["", "few_events", "reliable"]


def test_the_national_rate_stands_beside_at_the_same_year():
    """1000 deaths among 50 million are 2 per 100 000; another year gives no line."""
    wider = frame(
        context("china", 1000),
        population("china", 50_000_000, 2024, indicator="population_year_end"),
    )
    mine = frame(row())

    assert rates.benchmark(wider, mine)["rate"].tolist() == pytest.approx([2.0])
    assert rates.benchmark(wider, frame(row(year=2023))) is None
    assert rates.benchmark(wider, mine.iloc[:0]) is None


def test_expected_counts_are_the_wider_rate_times_the_people():
    """At 2 per 100 000, two million people would have 40 deaths."""
    wider = frame(
        context("china", 1000),
        population("china", 50_000_000, 2024, indicator="population_year_end"),
        population("chuxiong", 2_000_000, 2024),
    )
    mine = frame(row())
    every = years.series(mine, wider)

    found = rates.expected(mine, every, wider, "deaths")

    assert found["value"].tolist() == pytest.approx([40.0])
    assert found["of_en"].tolist() == ["China"]


def test_no_expected_count_where_a_population_is_of_another_year():
    """A line that needs a guess is not drawn."""
    wider = frame(
        context("china", 1000),
        population("china", 50_000_000, 2024, indicator="population_year_end"),
        population("chuxiong", 2_000_000, 2023),
    )
    mine = frame(row())

    assert rates.expected(mine, years.series(mine, wider), wider, "deaths").empty


def test_missing_stays_missing_through_every_step(rated):
    """Where there is no count or no people, limits and rates are gaps, never zeros."""
    nothing = rated[rated["denominator"].eq("") | rated["measure"].ne("level")]
    unsure = rated[rated["method"].eq("")]

    assert np.isnan(nothing[["rate", "rate_lower", "rate_upper"]].to_numpy()).all()
    assert np.isnan(unsure[["lower", "upper", "rate_lower", "rate_upper"]].to_numpy()).all()
    assert min(len(nothing), len(unsure)) > 20


def test_whole_years_run_from_january_to_december():
    """Eleven months and two years are no whole year."""
    rows = frame(
        row(),
        row(end="2024-11-30"),
        row(start="2023-01-01"),
        row(start="2024-02-01"),
    )

    assert dates.whole_year(rows).sum() == 1
