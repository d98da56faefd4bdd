"""Counts against a reference from outside."""

import pytest
from tidy import context, frame, population, row

from analysis.comparability import findings
from analysis.statistics import rates, standardised, years

NO_CONTEXT = frame(context(year=2000)).iloc[:0]


def pair(now, before, **changes):
    """A region's count of 2024 with the one that the report's own difference gives for 2023."""
    change = row(value=now - before, measure="change_abs", **changes)
    return row(value=now, **changes), change


def national():
    """A country of 100 million people, and a prefecture of 2 million, over two years."""
    china = {"indicator": "deaths", "indicator_en": "Deaths"}
    return frame(
        *(context("china", 2250, year=year, **china) for year in (2023, 2024)),
        *(population("china", 100_000_000, year) for year in (2023, 2024)),
        *(population("chuxiong", 2_000_000, year) for year in (2023, 2024)),
    )


def funnel_of(*counts):
    """Counts of 2023, 2024 and so on against an expected 45 each year."""
    around = national()
    rows = frame(*(row(value=count, year=2023 + at) for at, count in enumerate(counts)))
    expected = rates.expected(rows, years.series(rows, around), around, "deaths")
    return standardised.funnel(rows, expected)


def test_the_limits_are_those_of_the_printed_table():
    """Around an expected 45 lie 32-59 at 95 % and 26-67 at 99.8 %."""
    (found,) = funnel_of(45).to_dict("records")

    assert found["expected"] == pytest.approx(45)
    assert (found["lower"], found["upper"]) == (32, 59)
    assert (found["outer_lower"], found["outer_upper"]) == (26, 67)
    assert found["loose_lower"] < found["lower"]


@pytest.mark.parametrize(
    ("count", "place"),
    [(32, "within"), (59, "within"), (31, "outside"), (60, "outside"), (25, "far_outside")],
)
def test_a_limit_itself_is_still_within(count, place):
    """Only a count beyond a limit lies outside it."""
    (found,) = funnel_of(count).to_dict("records")

    assert found["place"] == place


def test_a_count_without_an_expectation_has_no_place():
    """A year whose national count is unknown is left out, not put at zero."""
    assert funnel_of(45, 45, 45)["period_end"].dt.year.tolist() == [2023, 2024]


def test_curves_reach_around_every_expected_count():
    """The limits are drawn wherever a dot may lie."""
    rows = funnel_of(45, 50)
    curves = standardised.curves(rows)

    assert curves["expected"].min() < rows["expected"].min()
    assert curves["expected"].max() > rows["expected"].max()
    assert (curves["outer_upper"] >= curves["upper"]).all()


def test_a_region_without_population_is_named(rows, context):
    """Without its populations, Yunnan's deaths are known and it stands in the strip."""
    context = context[context["region"].ne("yunnan") | ~context["indicator"].str.contains("popul")]
    every = years.series(rows, context)
    levels = years.levels(rows, context, "deaths", first_year=2020)
    drawn = standardised.funnel(levels, rates.expected(levels, every, context, "deaths"))
    found = standardised.without_population(every, rows, drawn, context, "deaths")

    assert drawn["region"].unique().tolist() == ["nantong", "chuxiong"]
    assert found["region"].tolist() == ["yunnan"]
    assert "人口" in found["reason_zh"].iloc[0]


def test_a_part_has_no_expectation():
    """The national count of a whole says nothing about a part of it."""
    around = national()
    rows = frame(row(), row(value=3, breakdown="hazard:flood"))
    found = standardised.expected(rows, years.series(rows, around), around)

    assert found["id"].tolist() == rows.loc[rows["breakdown"].eq(""), "id"].tolist()
    assert found["value"].tolist() == pytest.approx([45])


@pytest.mark.parametrize(
    ("counts", "zh", "en"),
    [
        ((45, 40), "2个年度都在95%界限之内", "both years within the 95% limits"),
        ((60, 45), "1个在95%上限之上，没有越过", "1 above the 95% limit, none beyond"),
        ((31, 20), "2个年度都在95%下限之下，1个越过", "both years below the 95% limit, 1 beyond"),
    ],
)
def test_the_finding_says_on_which_side_and_how_far(counts, zh, en):
    """It counts years and limits, and calls nothing better or worse."""
    told = findings.funnel(funnel_of(*counts))

    assert zh in told.zh
    assert en in told.en
