"""Observed against expected, against statsmodels, scipy's quantiles and simulated regions."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.rates import confint_poisson

from analysis.language.vocabulary import Method
from analysis.statistics import intervals, spread
from analysis.statistics.spread import Scale, Spread

DATA = Path(__file__).parents[2] / "data"

PAIRS = st.lists(st.tuples(st.integers(2, 400), st.integers(2, 9)), min_size=4, max_size=12)


def balanced(pairs):
    """Counts whose weighted mean log ratio is 0: k times and a k-th of one expectation."""
    expected = [k * n for n, k in pairs for _ in range(2)]
    observed = [count for n, k in pairs for count in (k * k * n, n)]
    return np.array(observed), np.array(expected)


def chuxiong(indicator, year, *, adcode="532300"):
    """One level of a year, of the whole region, as the tables print it."""
    with (DATA / "context.csv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["adcode"] == adcode]
    values = [
        float(row["value"])
        for row in rows
        if (row["indicator"], row["breakdown"], row["measure"]) == (indicator, "", "level")
        and row["period"].endswith(f"{year}-12-31")
        and row["period"][:10] in (f"{year}-01-01", f"{year}-12-31")
    ]
    assert len(values) == 1, (indicator, year, adcode, values)
    return values[0]


@given(st.integers(0, 400), st.floats(0.5, 400))
@settings(max_examples=60, deadline=None)
def test_the_limits_of_a_ratio_are_those_of_statsmodels(observed, expected):
    """Exact Poisson limits of the count over the expectation."""
    answer = spread.ratio(observed, expected)
    low, high = confint_poisson(observed, 1, method="exact-c")
    assert answer.lower == pytest.approx(low / expected, abs=1e-12)
    assert answer.upper == pytest.approx(high / expected)
    assert answer.ratio == pytest.approx(observed / expected)
    assert answer.method == Method.EXACT_POISSON


@given(st.integers(0, 60), st.integers(2, 5))
@settings(max_examples=40, deadline=None)
def test_events_that_come_in_groups_have_the_limits_of_the_groups(groups, size):
    """Deaths that come two to an accident: twice the limits of the accidents."""
    answer = spread.ratio(groups * size, 10.0, inflation=size)
    plain = intervals.poisson(groups)
    assert answer.lower == pytest.approx(size * plain.lower / 10, abs=1e-12)
    assert answer.upper == pytest.approx(size * plain.upper / 10)
    assert answer.method == Method.COMPOUND_POISSON


@given(st.integers(0, 300), st.floats(1.001, 2))
@settings(max_examples=60, deadline=None)
def test_clustered_limits_are_wider(observed, inflation):
    """On both sides, the further the more the events are clustered."""
    plain = spread.ratio(observed, 100.0)
    wide = spread.ratio(observed, 100.0, inflation=inflation)
    assert wide.lower <= plain.lower
    assert wide.upper > plain.upper


def test_the_years_are_summed_before_the_ratio():
    """One ratio a region; a missing year leaves none."""
    answer = spread.pooled([[53, 51, 45], [1, 2, np.nan]], [[40, 30, 30], [1, 1, 1]])
    assert answer.observed[0] == 149
    assert answer.ratio[0] == pytest.approx(1.49)
    assert np.isnan([answer.ratio[1], answer.lower[1], answer.upper[1]]).all()


@pytest.mark.parametrize(
    ("observed", "expected", "more", "message"),
    [
        (-1, 1, {}, "from 0 up"),
        (1.5, 1, {}, "counts are whole"),
        (1, 0, {}, "exposure is positive"),
        (1, 1, {"inflation": 0.9}, "inflation is 1 or more, got 0.9"),
        (1, 1, {"level": 1}, "strictly between 0 and 1"),
    ],
)
def test_an_impossible_ratio_is_refused(observed, expected, more, message):
    """Counts below 0 or in fractions, no expectation, too small a variance, no level."""
    with pytest.raises(ValueError, match=message):
        spread.ratio(observed, expected, **more)


@given(PAIRS)
@settings(max_examples=60, deadline=None)
def test_without_winsorising_tau_is_that_of_dersimonian_and_laird(pairs):
    """Around a weighted mean ratio of 1 statsmodels computes the same variance and mean."""
    observed, expected = balanced(pairs)
    answer = spread.estimate(observed, expected, winsorise=0)
    effects = combine_effects(np.log(observed / expected), 1 / expected, method_re="chi2")
    assert answer.tau**2 == pytest.approx(max(effects.tau2, 0), abs=1e-9)
    assert answer.dispersion == pytest.approx(effects.q / len(observed))
    assert np.log(answer.mean) == pytest.approx(0, abs=1e-9)


# Trials of BCG vaccine: cases and others among the vaccinated and the controls (Colditz et al.
# 1994, JAMA 271:698-702, doi 10.1001/jama.1994.03510330076038).
BCG = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]  # fmt: skip
# Trials of aspirin: deaths and others with aspirin and with a placebo (Fleiss 1993, Stat Methods
# Med Res 2:121-145, doi 10.1177/096228029300200202).
ASPIRIN = [
    (49, 566, 67, 557), (44, 714, 64, 707), (102, 730, 126, 724), (32, 285, 38, 271),
    (85, 725, 52, 354), (246, 2021, 219, 2038), (1570, 7017, 1720, 6880),
]  # fmt: skip


def effects_of(trials, *, odds):
    """The logarithms of odds ratios or of risk ratios, with their variances."""
    a, b, c, d = np.array(trials, dtype=float).T
    if odds:
        return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
    return np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)


@pytest.mark.parametrize(
    ("trials", "odds", "q", "tau2", "mean"),
    [(BCG, False, 152.2330, 0.3088, -0.7141), (ASPIRIN, True, 9.95, 0.0096, None)],
)
def test_tau_is_that_of_published_examples(trials, odds, q, tau2, mean, monkeypatch):
    """As the R packages metafor (BCG) and meta (aspirin) print them for this method."""
    effects, variances = effects_of(trials, odds=odds)
    middle = np.average(effects, weights=1 / variances)
    monkeypatch.setattr(spread.limits, "counts", np.asarray)  # ratios of trials are no counts
    observed = np.exp(effects - middle) / variances
    answer = spread.estimate(observed, 1 / variances, winsorise=0, scale=spread.Scale.LOG)

    assert answer.dispersion * len(trials) == pytest.approx(q, abs=0.005)
    assert answer.tau**2 == pytest.approx(tau2, abs=0.00005)
    if mean:
        assert np.log(answer.mean) + middle == pytest.approx(mean, abs=0.00005)


@given(st.lists(st.tuples(st.integers(1, 90), st.integers(5, 90)), min_size=6, max_size=30))
@settings(max_examples=60, deadline=None)
def test_the_mean_weighs_regions_by_chance_and_spread(pairs):
    """The mean of statsmodels when the variance between regions is added to each."""
    observed, expected = (np.array(column) for column in zip(*pairs, strict=True))
    answer = spread.estimate(observed, expected)
    effects = combine_effects(np.log(observed / expected), 1 / expected + answer.tau**2)
    assert np.log(answer.mean) == pytest.approx(effects.mean_effect_fe, abs=1e-9)


def test_chance_alone_has_no_spread():
    """Poisson counts around their expectations: a dispersion near 1 and a tau near 0."""
    random = np.random.default_rng(20250101)
    expected = random.uniform(20, 400, size=400)
    answer = spread.estimate(random.poisson(expected), expected, winsorise=0)
    assert answer.dispersion == pytest.approx(1, abs=0.2)
    assert answer.tau < 0.05


@pytest.mark.parametrize("scale", [Scale.LOG, Scale.ROOT])
def test_a_spread_that_was_simulated_is_found_again(scale):
    """Log-normal ratios with a standard deviation of 0.4; half of it on the scale of the root."""
    random = np.random.default_rng(7)
    expected = random.uniform(50, 400, size=3000)
    observed = random.poisson(expected * np.exp(random.normal(0, 0.4, size=3000)))
    answer = spread.estimate(observed, expected, winsorise=0, scale=scale)
    assert answer.tau == pytest.approx(0.4 if scale == Scale.LOG else 0.2, rel=0.12)
    z = 1.96 * 0.4
    ends = np.exp([-z, z]) if scale == Scale.LOG else [(1 - z / 2) ** 2, (1 + z / 2) ** 2]
    assert answer.prediction() == pytest.approx(ends, rel=0.12)


def test_winsorising_keeps_an_outlier_from_defining_the_usual():
    """One region of twenty at ten times the expectation."""
    observed = [100] * 19 + [1000]
    expected = [100] * 20
    assert spread.estimate(observed, expected).tau == 0
    assert spread.estimate(observed, expected, winsorise=0).tau > 0.4


def test_a_count_of_zero_is_compared_on_the_root_scale():
    """The root is defined there, the logarithm is not; the answer says which was taken."""
    observed, expected = [0, 3, 9, 4, 5, 6, 2, 8], [5] * 8
    answer = spread.estimate(observed, expected)
    assert answer.scale == Scale.ROOT
    assert spread.estimate(observed[1:], expected[1:]).scale == Scale.LOG
    with pytest.raises(ValueError, match="no place for a count of 0"):
        spread.estimate(observed, expected, scale=Scale.LOG)


@pytest.mark.parametrize(
    ("observed", "expected", "winsorise", "message"),
    [
        ([1] * 5, [1] * 5, 0.1, "needs 6 regions or more, got 5"),
        ([1] * 6, [1] * 7, 0.1, "one count a region"),
        ([1] * 6, [1] * 6, 0.5, "lies in"),
        ([1] * 5 + [np.nan], [1] * 6, 0.1, "leave it out"),
    ],
)
def test_a_spread_of_too_little_is_refused(observed, expected, winsorise, message):
    """Few regions, unequal lengths, everything winsorised, a missing count."""
    with pytest.raises(ValueError, match=message):
        spread.estimate(observed, expected, winsorise=winsorise)


@given(st.floats(0.5, 500), st.sampled_from([0.95, 0.998]))
@settings(max_examples=60, deadline=None)
def test_the_plain_funnel_has_the_quantiles_of_chi_square(expected, level):
    """chi2(a/2, 2E)/2E and chi2(1 - a/2, 2E + 2)/2E."""
    answer = spread.funnel(expected, level=level)
    tail = (1 - level) / 2
    assert answer.lower == pytest.approx(stats.chi2.ppf(tail, 2 * expected) / 2 / expected)
    assert answer.upper == pytest.approx(stats.chi2.isf(tail, 2 * expected + 2) / 2 / expected)


def test_the_adjusted_funnel_widens_with_the_spread():
    """Without a spread it is the normal limit of the log ratio; a large E leaves only tau."""
    none, wide = (Spread(26, Scale.LOG, 1.0, 1.0, tau, 0.1) for tau in (0.0, 0.43))
    plain = spread.adjusted_funnel(100, none, level=0.998)
    assert (plain.lower, plain.upper) == pytest.approx((np.exp(-0.309), np.exp(0.309)), rel=1e-3)
    far = spread.adjusted_funnel(1e9, wide)
    assert (far.lower, far.upper) == pytest.approx((np.exp(-0.843), np.exp(0.843)), rel=1e-3)
    root = spread.adjusted_funnel([1, 100], Spread(26, Scale.ROOT, 1.0, 1.0, 0.2, 0.1))
    assert root.lower[0] == 0
    assert root.upper[1] == pytest.approx((1 + 1.96 * np.sqrt(1 / 400 + 0.04)) ** 2, rel=1e-3)


def test_the_prediction_range_is_around_the_mean():
    """A tau of 0.43 around 0.91: 0.39 to 2.1."""
    low, high = Spread(26, Scale.LOG, 0.91, 12.0, 0.43, 0.1).prediction()
    assert (low, high) == pytest.approx((0.392, 2.114), abs=0.001)


def test_expected_counts_are_scaled_by_the_share_of_the_year():
    """2.18 per 100,000 of 2.342 million, and the part of it to the middle of the year."""
    assert spread.expected_counts(2_342_000, 2.18) == pytest.approx(51.06, abs=0.01)
    half = spread.expected_counts(2_342_000, 2.18, share=0.43)
    assert half == pytest.approx(0.43 * 51.06, abs=0.01)
    with pytest.raises(ValueError, match="at most 1"):
        spread.expected_counts(1, 1, share=1.2)


def test_the_share_of_a_year_follows_the_first_prints_of_the_nation():
    """17, 43 and 68 % after three, six and nine months, a line between them."""
    known = {0.25: 0.17, 0.5: 0.43, 0.75: 0.68}
    assert spread.share_of_year([0.25, 0.375, 0.875, 1], known) == pytest.approx(
        [0.17, 0.30, 0.84, 1]
    )
    with pytest.raises(ValueError, match="rise with the days"):
        spread.share_of_year(0.5, {0.25: 0.5, 0.5: 0.4})
    with pytest.raises(ValueError, match="rise with the days"):
        spread.share_of_year(0.5, {1.0: 1.0})
    with pytest.raises(ValueError, match="at most 1"):
        spread.share_of_year(1.5, known)


def test_chuxiong_2022_to_2024_pooled_from_the_tables():
    """149 deaths against 105.3 at the national rate: 1.42 (1.20-1.66)."""
    years = (2022, 2023, 2024)
    deaths = [chuxiong("deaths", year) for year in years]
    people = [chuxiong("resident_population_annual_mean", 2022)]
    people += [chuxiong("resident_population_year_end", year) for year in years[1:]]
    nation = [
        100_000
        * chuxiong("deaths", year, adcode="100000")
        / chuxiong("population_year_end", year, adcode="100000")
        for year in years
    ]
    answer = spread.pooled(deaths, spread.expected_counts(people, nation))
    assert answer.observed == 149
    assert f"{answer.expected:.1f}" == "105.3"
    assert f"{answer.ratio:.2f} ({answer.lower:.2f}-{answer.upper:.2f})" == "1.42 (1.20-1.66)"
    clustered = spread.pooled(deaths, spread.expected_counts(people, nation), inflation=1.27)
    assert clustered.lower > 1
    rates = [100_000 * count / number for count, number in zip(deaths, people, strict=True)]
    assert [f"{rate:.2f}" for rate in rates] == ["2.23", "2.18", "1.93"]


def test_chuxiongs_level_is_that_of_its_province():
    """2.46, 2.20 and 1.97 per 100,000 in Yunnan against 2.23, 2.18 and 1.93."""
    years = (2022, 2023, 2024)
    rates = [
        100_000
        * chuxiong("deaths", year, adcode="530000")
        / chuxiong("resident_population_year_end", year, adcode="530000")
        for year in years
    ]
    assert [f"{rate:.2f}" for rate in rates] == ["2.46", "2.20", "1.97"]
    people = [chuxiong("resident_population_annual_mean", 2022)]
    people += [chuxiong("resident_population_year_end", year) for year in years[1:]]
    deaths = [chuxiong("deaths", year) for year in years]
    answer = spread.pooled(deaths, spread.expected_counts(people, rates))
    assert answer.lower < 1 < answer.upper
