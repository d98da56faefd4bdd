"""One point a peer region, from small tables whose right answer is plain."""

import pandas as pd
import pytest

from analysis.statistics import peers

RATES = {2022: 2.0, 2023: 2.0, 2024: 1.0}
SHARES = {0.5: 0.4}


def line(adcode, indicator, value, start, end, **more):
    """One row of the table of peers."""
    row = {
        "adcode": adcode,
        "name_zh": adcode,
        "name_en": adcode,
        "level": "prefecture",
        "indicator": indicator,
        "breakdown": "",
        "period_start": pd.Timestamp(start),
        "period_end": pd.Timestamp(end),
        "measure": "level",
        "value": float(value),
        "scope": "with_road",
        "vintage": "first",
        "title": f"{start} to {end}",
    }
    return row | more


def year(adcode, deaths, number, **more):
    """Deaths of a whole year."""
    return line(adcode, "deaths", deaths, f"{number}-01-01", f"{number}-12-31", **more)


def people(adcode, count, number, **more):
    """Residents at the end of a year."""
    day = f"{number}-12-31"
    return line(adcode, "resident_population_year_end", count, day, day, **more)


def points(*rows, **more):
    """The points of a few rows."""
    return peers.points(pd.DataFrame(rows), RATES, SHARES, **more)


def test_a_region_is_one_point_with_its_expected_count():
    """Two per 100,000 of a million are 20."""
    answer = points(year("420100", 30, 2023), people("420100", 1_000_000, 2022))
    assert answer[["observed", "expected", "population_year"]].to_numpy().tolist() == [
        [30, 20, 2022]
    ]


def test_the_longest_period_is_taken_then_the_latest():
    """A year before a half, and of two years the later."""
    half = line("420100", "deaths", 9, "2024-01-01", "2024-06-30")
    rows = [half, year("420100", 30, 2023), year("420100", 40, 2022)]
    answer = points(*rows, people("420100", 1_000_000, 2023))
    assert answer["observed"].tolist() == [30]


def test_a_half_year_is_expected_to_hold_the_share_of_its_first_prints():
    """January to June: 181 days of 365 hold a little less than the 40 % of half the days."""
    half = line("420100", "deaths", 9, "2023-01-01", "2023-06-30")
    answer = points(half, people("420100", 1_000_000, 2023))
    assert answer["expected"].item() == pytest.approx(20 * 0.4 * (181 / 365) / 0.5)
    assert points(half, people("420100", 1_000_000, 2023), shortest=0.6).empty


def test_of_two_scopes_of_a_year_the_preferred_is_taken():
    """The scope that the outside rate has: commercial road transport only."""
    both = [
        year("450200", 378, 2023, scope="with_road"),
        year("450200", 188, 2023, scope="commercial_road"),
    ]
    answer = points(*both, people("450200", 4_000_000, 2023))
    assert answer[["observed", "scope"]].to_numpy().tolist() == [[188, "commercial_road"]]


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "all_road"},
        {"scope": "without_road"},
        {"level": "province"},
        {"vintage": "base"},
        {"measure": "change_pct"},
        {"breakdown": "sector:road_traffic"},
        {"indicator": "accidents"},
        {"period_start": pd.Timestamp("2023-02-01")},
        {"period_start": pd.Timestamp("2022-01-01")},
        {"period_end": pd.Timestamp("2023-05-31")},
    ],
)
def test_what_is_no_first_print_of_all_deaths_is_no_point(change):
    """Other scopes, levels, vintages, measures, parts, indicators and periods stay out."""
    row = year("420100", 30, 2023) | change
    assert points(row, people("420100", 1_000_000, 2023)).empty


def test_a_population_too_far_away_is_no_denominator():
    """Two years at most, unless asked; of two populations the nearer."""
    rows = [year("420100", 30, 2023), people("420100", 1_000_000, 2020)]
    assert points(*rows).empty
    assert points(*rows, farthest=3)["population_year"].tolist() == [2020]
    near = points(*rows, people("420100", 2_000_000, 2024), farthest=3)
    assert near["population"].tolist() == [2_000_000]


def test_a_year_without_an_outside_rate_is_no_point():
    """No rate of the outside region, no expectation."""
    assert points(year("420100", 30, 2019), people("420100", 1_000_000, 2020)).empty


def test_the_part_of_road_transport_stands_beside_the_count():
    """From the same print; missing where it has none."""
    rows = [
        year("420100", 77, 2023),
        year("420100", 53, 2023, breakdown="sector:road_traffic"),
        people("420100", 13_000_000, 2023),
        year("340100", 5, 2023),
        people("340100", 1_000_000, 2023),
    ]
    answer = points(*rows)
    assert answer["adcode"].tolist() == ["340100", "420100"]
    assert answer["road"].isna().tolist() == [True, False]
    assert answer["road"].iloc[1] == 53
