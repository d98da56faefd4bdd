"""Changes tested together and counts held against a reference from outside."""

import pandas as pd
import pytest
from tidy import context, frame, row

from analysis.comparability import findings
from analysis.statistics import standardised, years

NO_CONTEXT = frame(context(year=2000)).iloc[:0]


def pair(now, before, **changes):
    """A region's count of 2024 with the one that the report's own difference gives for 2023."""
    change = row(value=now - before, measure="change_abs", **changes)
    return row(value=now, **changes), change


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
