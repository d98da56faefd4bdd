"""
Intervals against printed tables, slow exact sums and exact coverage.

The tables in ``expected/`` were solved by bisection on the sums of ``slow_sums``. Each printed
limit is certified here: the tail at the last printed digit too low and too high must enclose the
tail that is asked for.
"""

import math
from collections.abc import Iterator
from decimal import Decimal, localcontext
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from slow_sums import (
    DIGITS,
    LEVELS,
    PRINTED,
    agrees,
    binomial_at_least,
    column,
    counts,
    encloses,
    grouped,
    levels,
    poisson_at_least,
    poisson_at_most,
    rows,
    steady,
)
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from analysis.statistics import intervals


def partitions(total: int, parts: int, most: int) -> Iterator[list[int]]:
    """All ways to share deaths out to accidents, at least one and at most so many each."""
    if parts == 0:
        yield from [[]] if total == 0 else []
        return
    for first in range(min(most, total), 0, -1):
        for rest in partitions(total - first, parts - 1, first):
            yield [first, *rest]


@pytest.mark.parametrize("name", ["poisson_limits", "share_limits", "rate_ratio_limits"])
def test_the_expected_tables_are_long_enough_to_mean_something(name):
    """Each table has dozens of rows, zeros and a million among them; together over 300."""
    assert len(rows(name)) > 60
    assert {0, 1_000_000} <= set(column(name, "count"))


def test_printed_poisson_limits_leave_the_asked_tails():
    """Every lower and upper limit of the table is certified by summing Poisson terms."""
    with localcontext(prec=DIGITS):
        for row in rows("poisson_limits"):
            count, asked = int(row["count"]), (1 - Decimal(row["level"])) / 2
            assert encloses(lambda mean, k=count: poisson_at_most(k, mean), row["upper"], asked)
            if count:
                assert encloses(
                    lambda mean, k=count: poisson_at_least(k, mean), row["lower"], asked
                )


def test_printed_shares_leave_the_asked_tails():
    """Every open limit of the table is certified by summing binomial terms."""
    with localcontext(prec=DIGITS):
        for row in rows("share_limits"):
            count, total = int(row["count"]), int(row["total"])
            asked = (1 - Decimal(row["level"])) / 2
            if count:
                assert encloses(
                    lambda p, k=count, n=total: binomial_at_least(k, n, p), row["lower"], asked
                )
            if count < total:
                assert encloses(
                    lambda p, k=count, n=total: binomial_at_least(n - k, n, 1 - p),
                    row["upper"],
                    asked,
                )


def test_printed_ratios_leave_the_asked_tails():
    """Every positive, finite limit of the table is certified through the conditional share."""
    with localcontext(prec=DIGITS):
        for row in rows("rate_ratio_limits"):
            count, other = int(row["count"]), int(row["other_count"])
            scale = Decimal(row["exposure"]) / Decimal(row["other_exposure"])
            asked = (1 - Decimal(row["level"])) / 2

            def ours(ratio, k=count, m=other, s=scale):
                return binomial_at_least(k, k + m, ratio * s / (1 + ratio * s))

            def theirs(ratio, k=count, m=other, s=scale):
                return binomial_at_least(m, k + m, 1 / (1 + ratio * s))

            assert not count or encloses(ours, row["lower"], asked)
            assert not other or encloses(theirs, row["upper"], asked)


def test_poisson_agrees_with_the_slow_sums():
    """All 150 rows, from no event to a million, to the ten digits printed."""
    for level, here in grouped("poisson_limits"):
        lower, upper, method = intervals.poisson(
            column("poisson_limits", "count")[here], level=level
        )
        assert method == "exact-c"
        np.testing.assert_allclose(lower, column("poisson_limits", "lower")[here], rtol=PRINTED)
        np.testing.assert_allclose(upper, column("poisson_limits", "upper")[here], rtol=PRINTED)


def test_share_agrees_with_the_slow_sums():
    """All rows, from 0 of 1 to a million of a million, to the ten digits printed."""
    for level, here in grouped("share_limits"):
        cases, total = column("share_limits", "count"), column("share_limits", "total")
        lower, upper, method = intervals.share(cases[here], total[here], level=level)
        assert method == "clopper-pearson"
        np.testing.assert_allclose(lower, column("share_limits", "lower")[here], rtol=PRINTED)
        np.testing.assert_allclose(upper, column("share_limits", "upper")[here], rtol=PRINTED)


def test_rate_ratio_agrees_with_the_slow_sums():
    """All rows, zeros and unequal exposures among them, to the ten digits printed."""
    subject = ("count", "exposure", "other_count", "other_exposure")
    for level, here in grouped("rate_ratio_limits"):
        given_ = [column("rate_ratio_limits", field)[here] for field in subject]
        _, lower, upper, method = intervals.rate_ratio(*given_, level=level)
        assert method == "exact-conditional"
        np.testing.assert_allclose(lower, column("rate_ratio_limits", "lower")[here], rtol=PRINTED)
        np.testing.assert_allclose(upper, column("rate_ratio_limits", "upper")[here], rtol=PRINTED)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [
        (0, 0.0, 3.689),
        (1, 0.0253, 5.572),
        (2, 0.2422, 7.225),
        (3, 0.6187, 8.767),
        (10, 4.795, 18.39),
        (20, 12.217, 30.888),
        (42, 30.3, 56.8),
        (45, 32.8, 60.2),
        (50, 37.11, 65.92),
        (51, 38.0, 67.1),
        (100, 81.36, 121.63),
    ],
)
def test_poisson_agrees_with_the_printed_tables(count, lower, upper):
    """Garwood's limits as textbooks and the reports of this project print them."""
    limits = intervals.poisson(count)

    assert agrees(limits.lower, lower)
    assert agrees(limits.upper, upper)


@pytest.mark.parametrize("level", LEVELS)
def test_poisson_agrees_with_statsmodels(level):
    """The method has statsmodels' name for it, so it has to be the same."""
    many = np.arange(200)

    lower, upper, method = intervals.poisson(many, level=level)

    theirs = confint_poisson(many, 1, method=str(method), alpha=1 - level)
    np.testing.assert_allclose((lower, upper), theirs, rtol=1e-12)


@pytest.mark.parametrize(("count", "upper"), [(0, 2.996), (1, 4.744), (45, 57.7)])
def test_one_sided_limit_is_the_printed_one(count, upper):
    """No event leaves 3.0 expected ones (rule of three); 45 leave 57.7."""
    limits = intervals.poisson_upper(count)

    assert agrees(limits.upper, upper)
    assert limits.lower == 0
    assert limits.method == "exact-upper"


@pytest.mark.parametrize("level", LEVELS)
def test_one_sided_limit_is_the_two_sided_one_with_twice_the_doubt(level):
    """All of the doubt lies above, so 95 % one-sided is 90 % two-sided."""
    many = np.arange(100)

    one = intervals.poisson_upper(many, level=(1 + level) / 2).upper

    np.testing.assert_allclose(one, intervals.poisson(many, level=level).upper, rtol=1e-12)


def test_byar_is_near_the_exact_limits_from_ten_events_on():
    """OHID's guide: within 0.2 %, and not for fewer events."""
    exact, quick = intervals.poisson(np.arange(10, 2000)), intervals.byar(np.arange(10, 2000))

    np.testing.assert_allclose(quick.lower, exact.lower, rtol=0.002)
    np.testing.assert_allclose(quick.upper, exact.upper, rtol=0.002)
    assert quick.lower[0] < exact.lower[0] < 10 < exact.upper[0] < quick.upper[0]
    assert quick.method == "byar"


def test_byar_has_a_floor_at_zero():
    """No events, or few at a high level, give no negative limit."""
    assert intervals.byar(0).lower == 0
    assert intervals.byar(1, level=0.9999).lower == 0


@pytest.mark.parametrize(
    ("cases", "total", "exact", "wilson"),
    [
        (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
        (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1684), (0.0, 0.1611)),
        (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
    ],
)
def test_share_agrees_with_newcombe(cases, total, exact, wilson):
    """Table I of Newcombe 1998, Stat Med 17:857-872."""
    found = (
        *intervals.share(cases, total)[:2],
        *intervals.share(cases, total, method="wilson")[:2],
    )

    assert all(map(agrees, found, (*exact, *wilson)))


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("ours", "theirs"), [("exact", "beta"), ("wilson", "wilson")])
def test_share_agrees_with_statsmodels(ours, theirs, level):
    """Every count of every total up to 25."""
    cases, total = np.array([(k, n) for n in range(1, 26) for k in range(n + 1)]).T

    limits = intervals.share(cases, total, level=level, method=ours)

    expected = proportion_confint(cases, total, alpha=1 - level, method=theirs)
    np.testing.assert_allclose(limits[:2], expected, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("level", LEVELS)
def test_share_agrees_with_scipy(level):
    """A second library, one case at a time, large totals among them."""
    for cases, total in [(0, 1), (3, 9), (45, 96), (999, 1000), (12_345, 1_000_000)]:
        theirs = stats.binomtest(cases, total).proportion_ci(level, method="exact")
        np.testing.assert_allclose(intervals.share(cases, total, level=level)[:2], theirs)


def test_wilson_limits_solve_the_score_equation():
    """At each limit the share seen lies exactly z standard errors away."""
    z = NormalDist().inv_cdf(0.975)
    cases = np.arange(1, 40)

    for limit in intervals.share(cases, 40, method="wilson")[:2]:
        error = np.sqrt(limit * (1 - limit) / 40)
        np.testing.assert_allclose(np.abs(cases / 40 - limit), z * error, rtol=1e-9)


@pytest.mark.parametrize("method", ["exact", "wilson"])
def test_a_share_of_nothing_may_be_anything(method):
    """0 of 0 is from 0 to 1, without a warning; all and none close their end exactly."""
    lower, upper, _ = intervals.share([0, 0, 7], [0, 7, 7], method=method)

    assert list(lower[:2]) == [0, 0]
    assert upper[0] == upper[2] == 1
    assert 0 < upper[1] == pytest.approx(1 - lower[2])


def test_rate_ratio_agrees_with_the_example_of_r():
    """The documented example of R's poisson.test: 11 in 800 against 21 in 3011."""
    found = intervals.rate_ratio(11, 800, 21, 3011)[:3]

    assert found == pytest.approx((1.971488, 0.8584264, 4.2772659), rel=1e-6)


def test_rate_ratio_holds_at_zero_counts():
    """0 against 3, 3 against 0, and 0 against 0: never a false certainty, never a warning."""
    ratio, lower, upper, _ = intervals.rate_ratio([0, 3, 0], 1, [3, 0, 0], 1)

    assert (ratio[0], lower[0]) == (0, 0)
    assert (ratio[1], upper[1]) == (math.inf, math.inf)
    assert math.isnan(ratio[2])
    assert (lower[2], upper[2]) == (0, math.inf)
    # 0.025 = p^3 for the share of three events in three, so the odds are known in closed form.
    share = 0.025 ** (1 / 3)
    assert upper[0] == pytest.approx((1 - share) / share)
    assert lower[1] == pytest.approx(share / (1 - share))


def test_compound_poisson_is_the_plain_one_when_each_accident_has_one_death():
    """And n times the plain one when each has n."""
    for each in (1, 2, 7):
        lower, upper, method = intervals.compound_poisson([each], accidents=[[0], [12], [45]])
        plain = intervals.poisson([0, 12, 45])
        scale = np.array([1, each, each])  # without an accident no severity is known
        np.testing.assert_allclose(lower, plain.lower * scale, rtol=1e-12)
        np.testing.assert_allclose(upper, plain.upper * scale, rtol=1e-12)
        assert method == "compound-poisson-gamma"


def test_compound_poisson_agrees_with_chi_square_quantiles():
    """Fay and Feuer's formula as they print it, for 39 single and three double accidents."""
    deaths, variance, worst = 45, 39 + 3 * 4, 2
    lower = variance / (2 * deaths) * stats.chi2.ppf(0.025, 2 * deaths**2 / variance)
    upper_variance, upper_deaths = variance + worst**2, deaths + worst
    upper = (
        upper_variance
        / (2 * upper_deaths)
        * stats.chi2.ppf(0.975, 2 * upper_deaths**2 / upper_variance)
    )

    found = intervals.compound_poisson([1, 2], accidents=[39, 3])

    assert found[:2] == pytest.approx((lower, upper))
    assert found[0] < intervals.poisson(45).lower
    assert found[1] > intervals.poisson(45).upper


def test_compound_poisson_reads_a_list_and_a_histogram_alike():
    """Accident by accident or severity by severity; empty bins change nothing."""
    one_by_one = intervals.compound_poisson([1, 1, 4, 2, 1])
    counted = intervals.compound_poisson([1, 2, 4, 30], accidents=[3, 1, 1, 0])

    assert one_by_one == counted
    assert intervals.compound_poisson([]) == (0, intervals.poisson(0).upper, one_by_one.method)


def test_compound_poisson_covers_where_the_plain_interval_does_not():
    """
    Accidents with one death and with three, every outcome weighed by its probability.

    From fifteen accidents on: with seven, one year in seven shows no accident with three deaths,
    and an interval that knows of none cannot allow for them.
    """
    ones, threes = np.mgrid[:110, :60]
    seen = np.stack([ones, threes], axis=-1)
    compound = intervals.compound_poisson([1, 3], accidents=seen)
    plain = intervals.poisson(ones + 3 * threes)
    covered = {"compound": [], "plain": []}
    for one, three in [(10, 5), (20, 8), (40, 20), (60, 25)]:
        weight = stats.poisson.pmf(ones, one) * stats.poisson.pmf(threes, three)
        for name, limits in (("compound", compound), ("plain", plain)):
            inside = (limits.lower <= one + 3 * three) & (one + 3 * three <= limits.upper)
            covered[name].append(weight[inside].sum())

    assert min(covered["compound"]) > 0.95
    assert max(covered["plain"]) < 0.9


def test_clustering_bounds_are_the_printed_ones():
    """45 deaths in 42 fatal accidents: 13 % (three with two) to 27 % (one with four)."""
    bounds = intervals.compound_poisson_bounds(42, 45)

    assert agrees(bounds.least_inflation, 1.13)
    assert agrees(bounds.most_inflation, 1.27)
    assert bounds.narrowest == intervals.compound_poisson([1, 2], accidents=[39, 3])
    assert bounds.widest == intervals.compound_poisson([1, 4], accidents=[41, 1])


@pytest.mark.parametrize("largest", [math.nan, 3, 5])
def test_clustering_bounds_hold_every_way_the_deaths_can_have_fallen(largest):
    """All partitions of up to 14 deaths into up to 6 accidents; both bounds are reached."""
    for parts in range(1, 7):
        for total in range(parts, 15 if math.isnan(largest) else parts * int(largest) + 1):
            most = total if math.isnan(largest) else int(largest)
            bounds = intervals.compound_poisson_bounds(parts, total, largest=largest)
            ways = [intervals.compound_poisson(way) for way in partitions(total, parts, most)]
            assert bounds.widest.lower == pytest.approx(min(way.lower for way in ways))
            assert bounds.narrowest.lower == pytest.approx(max(way.lower for way in ways))
            assert bounds.narrowest.upper == pytest.approx(min(way.upper for way in ways))
            assert bounds.widest.upper == pytest.approx(max(way.upper for way in ways))


def test_clustering_is_known_when_no_accident_had_more_than_two():
    """A report that rules out three or more deaths leaves one way only."""
    bounds = intervals.compound_poisson_bounds([42, 0], [45, 0], largest=2)

    assert bounds.narrowest.lower[0] == bounds.widest.lower[0]
    assert bounds.narrowest.upper[1] == bounds.widest.upper[1] == intervals.poisson(0).upper
    assert bounds.least_inflation[0] == bounds.most_inflation[0]
    assert np.isnan(bounds.most_inflation[1])


@pytest.mark.parametrize(
    ("accidents", "deaths", "largest"), [(42, 41, math.nan), (0, 1, math.nan), (2, 7, 3)]
)
def test_clustering_refuses_totals_that_cannot_be(accidents, deaths, largest):
    """Fewer deaths than fatal accidents, deaths without one, more than each can have had."""
    with pytest.raises(ValueError, match="deaths"):
        intervals.compound_poisson_bounds(accidents, deaths, largest=largest)


@pytest.mark.parametrize(("count", "percent"), [(7, 166), (10, 136), (45, 61)])
def test_relative_width_is_the_printed_one(count, percent):
    """The widths behind the NCHS rule, in percent of the count."""
    lower, upper, _ = intervals.poisson(count)

    assert agrees(100 * (upper - lower) / count, percent)


@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
def test_poisson_covers_at_least_its_level(level):
    """Summed over every outcome, and each tail by itself."""
    seen = np.arange(200)
    lower, upper, _ = intervals.poisson(seen, level=level)
    true = np.concatenate([np.linspace(0.01, 5, 500), np.linspace(5, 90, 500)])[:, None]
    weight = stats.poisson.pmf(seen, true)

    assert (weight * (lower > true)).sum(axis=1).max() <= (1 - level) / 2 + 1e-9
    assert (weight * (upper < true)).sum(axis=1).max() <= (1 - level) / 2 + 1e-9


@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
@pytest.mark.parametrize("total", [1, 2, 5, 10, 30, 100])
def test_exact_share_covers_at_least_its_level(total, level):
    """Summed over every outcome, and each tail by itself."""
    seen = np.arange(total + 1)
    lower, upper, _ = intervals.share(seen, total, level=level)
    true = np.linspace(0, 1, 1001)[:, None]
    weight = stats.binom.pmf(seen, total, true)

    assert (weight * (lower > true)).sum(axis=1).max() <= (1 - level) / 2 + 1e-9
    assert (weight * (upper < true)).sum(axis=1).max() <= (1 - level) / 2 + 1e-9


@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
def test_rate_ratio_covers_at_least_its_level(level):
    """Summed over every pair of outcomes, with unequal exposures."""
    ours, theirs = np.mgrid[:110, :110]
    _, lower, upper, _ = intervals.rate_ratio(ours, 2, theirs, 0.5, level=level)
    means = [0.1, 0.5, 1, 2, 3.5, 5, 8, 13, 20, 32, 45, 60]
    pmf = stats.poisson.pmf(np.arange(110), np.array(means)[:, None])
    for mean, ours_weight in zip(means, pmf, strict=True):
        for other, theirs_weight in zip(means, pmf, strict=True):
            weight = np.outer(ours_weight, theirs_weight)
            true = (mean / 2) / (other / 0.5)
            assert weight[lower > true].sum() <= (1 - level) / 2 + 1e-9
            assert weight[upper < true].sum() <= (1 - level) / 2 + 1e-9


@steady
@given(counts, levels)
def test_limits_rise_with_the_count(count, level):
    """One more event never lowers a limit."""
    for function in (intervals.poisson, intervals.poisson_upper, intervals.byar):
        lower, upper, _ = function([count, count + 1], level=level)
        assert lower[0] <= lower[1]
        assert upper[0] < upper[1]


@steady
@given(counts, counts, levels, st.sampled_from(["exact", "wilson"]))
def test_the_rest_has_the_complementary_share(cases, others, level, method):
    """What is not a case is one minus the cases, limits and all."""
    lower, upper, _ = intervals.share(cases, cases + others, level=level, method=method)
    other_lower, other_upper, _ = intervals.share(
        others, cases + others, level=level, method=method
    )

    assert lower == pytest.approx(1 - other_upper, abs=1e-12)
    assert upper == pytest.approx(1 - other_lower, abs=1e-12)
