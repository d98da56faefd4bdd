"""Changes tested together and counts held against a reference from outside."""

import pandas as pd
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


def together(*rows, codes=("deaths",), first_year=2000):
    """The changes of *rows*, tested together."""
    found = frame(*rows)
    every = years.changes(found, NO_CONTEXT)
    return standardised.family(every, found, codes, first_year=first_year)


def test_a_family_keeps_the_printed_ratio_and_its_interval():
    """45 deaths after 51 are 0.88 (0.58-1.34), as the note on comparison prints it."""
    (change,) = together(*pair(45, 51)).to_dict("records")

    assert f"{change['ratio']:.2f} {change['lower']:.2f} {change['upper']:.2f}" == "0.88 0.58 1.34"
    assert (change["at_most"], change["at_least"]) == (32, 74)


def test_what_stands_alone_may_fall_among_many():
    """A change at p = 0.04 stands by itself and not among nineteen that are noise."""
    alone = together(*pair(30, 50))
    crowd = [
        one
        for number in range(19)
        for one in pair(50, 50, indicator=f"noise_{number}", indicator_en="Noise")
    ]
    codes = ["deaths", *(f"noise_{number}" for number in range(19))]
    among = together(*pair(30, 50), *crowd, codes=codes)

    assert alone["stands"].tolist() == [True]
    assert not among["stands"].any()


def test_changes_without_counts_are_no_tests():
    """A percentage has no p-value: it neither stands nor makes the family larger."""
    percent = row("nantong", -14.3, measure="change_pct", unit="%", printed="14.3%")
    found = together(*pair(30, 50), percent)

    assert found["stands"].tolist() == [False, True]
    assert found["adjusted"].isna().tolist() == [True, False]


def test_a_family_keeps_house_order_and_the_order_of_codes():
    """Province before prefecture, then the codes as they were asked for; never by size."""
    direction = {"measure": "direction", "unit": "", "printed": "下降"}
    accidents = {"indicator": "accidents", "indicator_en": "Accidents"}
    found = together(
        *pair(10, 90),
        *pair(50, 50, **accidents),
        row("anhui", -1, **direction),
        codes=("deaths", "accidents"),
    )

    assert found["region"].tolist() == ["anhui", "chuxiong", "chuxiong"]
    assert found["indicator"].tolist() == ["deaths", "deaths", "accidents"]


@pytest.mark.parametrize("other", [{"year": 2020}, {"breakdown": "sector:mining"}])
def test_a_family_leaves_out_earlier_years_and_parts(other):
    """Only whole indicators of the years asked for belong to a family."""
    assert together(*pair(10, 90, **other), first_year=2022).empty


def test_the_national_ratio_comes_from_counts_else_from_the_percentage():
    """2200 after 2250 are 0.978; a year with only -20 % is 0.8; a year with neither is missing."""
    country = frame(
        context("china", -20, year=2022, measure="change_pct", unit="%"),
        context("china", 2250, year=2023),
        context("china", 2200, year=2024),
    )
    every = years.changes(frame(row()), country)
    shown = pd.DataFrame(
        {
            "indicator": "deaths",
            "breakdown": "",
            "period_end": pd.to_datetime(["2021-12-31", "2022-12-31", "2024-12-31"]),
        }
    )
    found = standardised.changes(every, shown)

    assert found["ratio"].round(3).tolist() == [0.8, 0.978]


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


def test_the_finding_claims_no_change_that_is_noise():
    """A fall within chance is not said to be a fall."""
    told = findings.year_on_year(together(*pair(45, 51)))

    assert told.zh == "楚雄的1项同比变化：数量太少，难判升降"
    assert "fall" not in told.en
    assert "too few to tell" in told.en


def test_the_finding_counts_the_changes_that_stand():
    """Of two changes, the one that halved is more than chance."""
    accidents = {"indicator": "accidents", "indicator_en": "Accidents"}
    found = together(*pair(100, 200), *pair(50, 50, **accidents), codes=("deaths", "accidents"))

    assert findings.year_on_year(found).en.startswith("1 of 2 yearly changes")
