"""Changes of one year, published and computed, and the same months of two years."""

import pandas as pd
import pytest
from tidy import context, frame, row

from analysis.statistics import dates, percents

NOTHING = frame(context(year=1990)).iloc[:0]
PERCENT = {"measure": "change_pct", "unit": "%"}


def of_2024(rows, other=NOTHING):
    """The changes of 2024 by region: the mark and the percentage of each."""
    found = percents.of_year(rows, other, ["deaths"], 2024)
    return [
        (line.region, line.mark, None if pd.isna(line.percent) else round(line.percent, 1))
        for line in found.itertuples()
    ]


def test_a_published_change_stays_beside_the_computed_one():
    """45 deaths after 51 are -11.8 %, of which the exact interval is 0.58 to 1.34 times."""
    rows = frame(row(value=45), row(value=-11.8, **PERCENT))
    other = frame(context(value=51, year=2023))
    computed = percents.of_year(rows, other, ["deaths"], 2024).iloc[1]

    assert of_2024(rows, other) == [
        ("chuxiong", "percent_only", -11.8),
        ("chuxiong", "exact", -11.8),
    ]
    assert f"{computed.lower:.2f} {computed.upper:.2f}" == "0.58 1.34"
    assert (computed.at_most, computed.at_least) == (32, 74)


def test_no_change_is_computed_from_a_base_that_the_percentage_implies():
    """21,800 after a derived 24,500 is the printed -11 % once more."""
    rows = frame(row(value=30))
    other = frame(
        context("china", 21800),
        context("china", 24500, year=2023, basis="derived"),
        context("china", -11, **PERCENT),
    )

    assert of_2024(rows, other) == [("china", "percent_only", -11)]


def test_no_change_is_computed_across_a_break_of_the_series():
    """The year before lies before a declared break."""
    other = frame(context(value=90, year=2023, segment=1))

    assert of_2024(frame(row(value=45)), other) == []


def test_a_part_of_the_year_enters_only_where_nothing_can_be_computed():
    """Nantong to 24 December, and not Chuxiong, whose counts are known."""
    rows = frame(row(value=45), row("nantong", -14.3, **PERCENT))
    other = frame(
        context(value=51, year=2023),
        context(value=24, end="2024-06-30", **PERCENT),
        context("nantong", -9.3, end="2024-12-24", **PERCENT),
        context("nantong", -1.0, end="2024-06-30", **PERCENT),
    )

    assert of_2024(rows, other) == [
        ("nantong", "percent_only", -14.3),
        ("nantong", "percent_only", -9.3),
        ("chuxiong", "exact", -11.8),
    ]


def test_a_direction_enters_where_no_percentage_was_published():
    """Anhui's deaths fell, nobody knows by how much."""
    direction = row("anhui", -1, measure="direction", unit="", printed="下降")

    assert of_2024(frame(direction)) == [("anhui", "direction_only", None)]
    percent = context("anhui", -11.4, **PERCENT)
    assert of_2024(frame(direction), frame(percent)) == [("anhui", "percent_only", -11.4)]


def test_only_reporting_regions_and_those_around_them_enter():
    """Hefei is around Yaohai; it is not around Chuxiong."""
    other = frame(context("hefei", -5, **PERCENT), context("china", -7.6, **PERCENT))

    assert [region for region, *_ in of_2024(frame(row(value=45)), other)] == ["china"]


def months(*cells):
    """Cumulative deaths of Chuxiong to a day, as (year, last day, count, vintage)."""
    rows = frame(row(value=1, year=2019))
    counts = frame(
        *(
            context(value=value, year=year, end=f"{year}-{day}", vintage=vintage)
            for year, day, value, vintage in cells
        )
    )
    return percents.months(rows, counts, "deaths", 2024)


HALF = [(2023, "06-30", 21, "base"), (2024, "06-30", 26, "first")]
WHOLE = [(2023, "12-31", 51, "first"), (2024, "12-31", 45, "first")]


def test_the_same_months_of_two_years_are_compared():
    """26 after 21 to June are +24 %, 45 after 51 for the year -12 %: the sign turned."""
    found = months(*HALF, *WHOLE).dropna(subset=["percent"])

    assert found["percent"].round().tolist() == [24, -12]
    assert found["before"].tolist() == [21, 51]
    assert (found["lower"] < 1).all()
    assert (found["upper"] > 1).all()


def test_the_base_that_the_later_year_gives_is_taken_for_the_year_before():
    """A first print of 19 for the same months has another scope."""
    found = months(*HALF, *WHOLE, (2023, "06-30", 19, "first"))

    assert found["before"].dropna().tolist() == [21, 51]


def test_one_pair_of_counts_says_nothing_about_the_way_of_a_year():
    """Left out, as are months of one year only."""
    assert months(*WHOLE, (2024, "08-31", 32, "first")).empty


def test_the_tables_give_chuxiongs_half_year_and_year(rows, context):
    """Deaths +23.8 %, -13.5 % and -11.8 %; the first and the second are printed too."""
    found = percents.months(rows, context, "deaths", 2024).dropna(subset=["percent"])

    assert found["region"].unique().tolist() == ["chuxiong"]
    assert found["percent"].round(1).tolist() == [23.8, -13.5, -11.8]


@pytest.mark.parametrize("code", ["deaths", "accidents"])
def test_published_and_computed_changes_of_the_tables_agree_or_show_a_changed_base(
    code, rows, context
):
    """Only Yunnan's computed changes lie off the published ones by more than rounding."""
    found = percents.of_year(rows, context, [code], 2024)
    whole = found[dates.whole_year(found)]
    pairs = whole.pivot_table(index="region", columns="mark", values="percent", observed=True)
    gap = (pairs["exact"] - pairs["percent_only"]).abs().dropna()

    assert set(gap[gap > 0.2].index) == {"yunnan"}
