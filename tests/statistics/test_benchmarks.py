"""One point a peer region, from small tables whose right answer is plain."""

import pandas as pd
import pytest

from analysis.statistics import benchmarks as peers
from analysis.statistics import spread

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


# Deaths and year-end population of the nation, in the year of each; 2021 from its printed change.
NATION = {
    2019: (29_519, 1_400_050_000),
    2020: (27_412, 1_411_780_000),
    2021: (27_412 * (1 - 0.059), 1_412_600_000),
    2022: (22_290, 1_411_750_000),
    2023: (21_242, 1_409_670_000),
    2024: (19_600, 1_408_280_000),
    2025: (18_261, 1_408_280_000),
}


def test_the_spread_of_peers_is_that_of_the_first_analysis(data):
    """
    Prefectures with half a year or more and a population within five years.

    A first analysis with further populations had 26 of them, a variance ratio of 12 and a tau of
    0.43; 12 with nine tenths of a year, 10.5 and 0.36. A ratio of 1.42 lies inside the spread.
    """
    rates = {year: 100_000 * deaths / people for year, (deaths, people) in NATION.items()}
    shares = {1 / 4: 3359 / 19_600, 1 / 2: 8507 / 19_600, 3 / 4: 13_412 / 19_600}
    found = peers.points(data.peers, rates, shares, farthest=5)
    answer = spread.estimate(found["observed"], found["expected"])
    low, high = answer.prediction()

    assert len(found) == answer.regions == 9
    assert 10 < answer.dispersion < 13
    assert 0.36 < answer.tau < 0.43
    assert low < 1.42 < high
    limit = spread.funnel(found["expected"])
    ratio = found["observed"] / found["expected"]
    assert ((ratio < limit.lower) | (ratio > limit.upper)).sum() == 4
    usual = spread.adjusted_funnel(found["expected"], answer)
    assert ((ratio < usual.lower) | (ratio > usual.upper)).sum() == 1


def test_no_peer_is_a_region_of_ours(data):
    """Their figures are in the context, and do not enter the spread that they are judged by."""
    assert not set(data.peers["adcode"]) & set(data.regions["adcode"])


def test_the_road_part_of_a_peer_is_within_its_count(data):
    """Hengyang has 5 of 44 on the road, Qingyuan 95 of 111."""
    rows = data.peers[data.peers["indicator"].eq("deaths") & data.peers["measure"].eq("level")]
    road = rows[rows["breakdown"].eq(peers.ROAD)]
    whole = rows[rows["breakdown"].eq("") & rows["vintage"].eq("first")]
    pairs = road.merge(whole, on=peers.PRINT, suffixes=("_road", ""))
    assert len(pairs) == len(road) > 10
    assert (pairs["value_road"] <= pairs["value"]).all()
    share = pairs.set_index("name_en")["value_road"] / pairs.set_index("name_en")["value"]
    assert (round(share["Hengyang"], 2), round(share["Qingyuan"], 2)) == (0.11, 0.86)
