"""Counts beside expected ones, and one point a peer region; small tables have plain answers."""

import numpy as np
import pandas as pd
import pytest

from analysis.comparability import position
from analysis.statistics import benchmarks, spread, summaries, years

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
        "publisher": "",
        "url": "",
        "evidence": "",
        "reliability": "official",
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
    return benchmarks.points(pd.DataFrame(rows), RATES, SHARES, **more)


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


@pytest.fixture(scope="module")
def every(rows, context):
    """The series of all regions."""
    return years.series(rows, context)


@pytest.fixture(scope="module")
def known(every, context, data):
    """The peers of the project."""
    nation = benchmarks.yearly_rates(every, context, "deaths")
    return benchmarks.peers(nation, context, data.peers, "deaths")


@pytest.fixture(scope="module")
def pairs(every, rows, context):
    """The deaths of the project over those expected."""
    return benchmarks.ratios(every, context, "deaths", set(rows["region"]), first_year=2020)


def test_the_spread_of_peers_is_that_of_the_first_analysis(known):
    """
    Prefectures with half a year or more and a population within five years.

    A first analysis with further populations had 26 of them, a variance ratio of 12 and a tau of
    0.43; 12 with nine tenths of a year, 10.5 and 0.36. A ratio of 1.42 lies inside the spread.
    """
    answer = benchmarks.spread_of(known)

    assert len(known) == answer.regions == 11
    assert 9 < answer.dispersion < 13
    assert 0.34 < answer.tau < 0.43
    limit = spread.funnel(known["expected"])
    assert ((known["ratio"] < limit.lower) | (known["ratio"] > limit.upper)).sum() == 6
    usual = spread.adjusted_funnel(known["expected"], answer)
    assert ((known["ratio"] < usual.lower) | (known["ratio"] > usual.upper)).sum() == 2


def test_three_years_of_chuxiong_are_pooled_at_the_national_rate(pairs):
    """149 deaths against 105.3 expected: 1.42 (1.20-1.66), and 2.23, 2.18, 1.93 per 100,000."""
    mine = pairs[pairs["region"].eq("chuxiong")]
    (pooled,) = mine[mine["pooled"] & mine["of"].eq("china")].to_dict("records")

    assert pooled["value"] == 149
    assert f"{pooled['expected']:.1f}" == "105.3"
    ratio = [f"{pooled[name]:.2f}" for name in ("ratio", "lower", "upper")]
    assert ratio == ["1.42", "1.20", "1.66"]
    assert (pooled["period_start"].year, pooled["period_end"].year) == (2022, 2024)
    assert pooled["wide_lower"] < pooled["lower"] < pooled["upper"] < pooled["wide_upper"]
    yearly = mine[mine["of"].eq("yunnan") & ~mine["pooled"]]
    assert yearly["rate"].round(2).tolist() == [2.23, 2.18, 1.93]
    assert yearly["of_rate"].round(2).tolist() == [2.46, 2.20, 1.97]


def test_a_province_is_expected_at_the_national_rate_only(pairs):
    """Yunnan is added beside Chuxiong; nobody is expected at their own rate."""
    assert set(pairs.loc[pairs["region"].eq("yunnan"), "of"]) == {"china"}
    assert set(pairs.loc[pairs["region"].eq("nantong"), "of"]) == {"china"}
    assert pairs["region"].unique().tolist() == ["yunnan", "nantong", "chuxiong"]


def test_a_year_without_a_national_count_follows_from_the_published_change(every, context):
    """27,412 deaths of 2020 less 5.9 % over 1,412.6 million people: 1.826 per 100,000."""
    rates = benchmarks.yearly_rates(every, context, "deaths")
    (row,) = rates[rates["period_end"].dt.year.eq(2021)].to_dict("records")

    assert row["chained"]
    assert row["of_rate"] == pytest.approx(27_412 * (1 - 0.059) / 1_412_600_000 * 100_000)
    assert rates["chained"].sum() == 1


def test_years_on_either_side_of_a_break_are_never_pooled(every, rows, context):
    """Nantong's 336 deaths of 2018 have another scope than its 136 and 74."""
    wide = benchmarks.ratios(every, context, "deaths", set(rows["region"]), first_year=2017)
    mine = wide[wide["region"].eq("nantong")]

    assert mine["value"].tolist() == [336, 136, 74]
    assert mine["segment"].gt(0).tolist() == [True, False, False]
    assert not mine["pooled"].any()


def test_accidents_have_no_interval_for_deaths_that_come_together(every, rows, context):
    """An accident is one event."""
    found = benchmarks.ratios(every, context, "accidents", set(rows["region"]), first_year=2020)

    assert found["wide_lower"].isna().all()
    assert found["lower"].notna().all()


def test_a_region_without_population_is_named(every, rows, context):
    """Without its populations, Chuxiong's deaths are known and there is nothing to expect."""
    bare = context[context["region"].ne("chuxiong") | ~context["indicator"].str.contains("popul")]
    found = benchmarks.ratios(every, bare, "deaths", set(rows["region"]), first_year=2020)
    left = benchmarks.without_expectation(every, rows, found, bare, "deaths")

    assert left[["region", "rule", "value"]].to_numpy().tolist() == [["chuxiong", "population", 45]]
    reason = position.unplaced(left).iloc[0]
    assert "no population of Chuxiong in data/context.csv" in reason["reason_en"]


def test_the_three_readings_of_chuxiong_are_one_text(pairs, known):
    """Nation, province and peers: the level is Yunnan's."""
    first, *_ = summaries.placements(pairs, benchmarks.spread_of(known))
    text = position.placement(first)

    assert (first.as_nation, first.as_province, first.as_peers) == (False, True, True)
    for words in ("149 against 105.3", "1.42 times (1.20–1.66)", "2.23, 2.18, 1.93", "11 prefect"):
        assert words in text.en
    assert "Chuxiong is at the level of its province, Yunnan: no verdict on Chuxiong" in text.en
    assert "楚雄与全省（云南）水平相当，不能据此评价楚雄" in text.zh
    assert position.expected(first).zh == "楚雄事故死亡率为全国1.42倍，云南相近"


def test_the_first_prints_of_a_year_hold_less_than_the_days(context):
    """In 2024 and 2025 together: 6,567, 16,586 and 26,216 of 37,861."""
    shares = benchmarks.shares_of_year(context, "deaths")

    assert [round(share, 3) for share in shares.values()] == [0.173, 0.438, 0.692]


def test_road_traffic_is_registered_in_a_tenth_to_nine_tenths_of_deaths(data):
    """Hengyang has 5 of 44 on the road, Qingyuan 95 of 111."""
    found = benchmarks.road_shares(data.peers, "deaths", benchmarks.PRINT).set_index("name_en")

    assert found.loc["Hengyang", ["road", "value"]].tolist() == [5, 44]
    assert found.loc["Qingyuan", ["road", "value"]].tolist() == [95, 111]


def test_no_peer_is_a_region_of_ours(data):
    """Their figures are in the context, and do not enter the spread that they are judged by."""
    assert not set(data.peers["adcode"]) & set(data.regions["adcode"])


def test_the_road_part_of_a_peer_is_within_its_count(data):
    """Hengyang has 5 of 44 on the road, Qingyuan 95 of 111."""
    rows = data.peers[data.peers["indicator"].eq("deaths") & data.peers["measure"].eq("level")]
    road = rows[rows["breakdown"].eq(benchmarks.ROAD)]
    whole = rows[rows["breakdown"].eq("") & rows["vintage"].eq("first")]
    pairs = road.merge(whole, on=benchmarks.PRINT, suffixes=("_road", ""))
    assert len(pairs) == len(road) > 10
    assert (pairs["value_road"] <= pairs["value"]).all()
    share = pairs.set_index("name_en")["value_road"] / pairs.set_index("name_en")["value"]
    assert (round(share["Hengyang"], 2), round(share["Qingyuan"], 2)) == (0.11, 0.86)


def test_the_range_that_is_not_winsorised_is_wider_and_leaves_fewer_outside(known):
    """DerSimonian and Laird around a ratio of 1, by hand; Qingyuan and Liuzhou are outside."""
    weight, log = known["expected"], np.log(known["ratio"])
    excess = (weight * log**2).sum() - (len(known) - 1)
    tau2 = excess / (weight.sum() - (weight**2).sum() / weight.sum())
    reach = 1.959964 * np.sqrt(1 / 105.28 + tau2)

    low, high = benchmarks.plain_limits(known, 105.28)
    assert (low, high) == pytest.approx((np.exp(-reach), np.exp(reach)), rel=1e-4)
    assert benchmarks.spread_of(known).outside == 2
