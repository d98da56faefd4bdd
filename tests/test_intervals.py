"""
Intervals and verdicts against printed tables, slow exact sums and exact coverage.

The tables in ``expected/`` were solved by bisection on the sums below, which share no code with
the module: decimals of thirty digits, term by term. Each printed limit is certified here: the
tail at the last printed digit too low and too high must enclose the tail that is asked for.
"""

import csv
import math
from collections.abc import Iterator
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson

from analysis import intervals

EXPECTED = Path(__file__).parent / "expected"
PRINTED = 1e-9  # ten digits are printed
DIGITS = 30
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.998)

steady = settings(derandomize=True, deadline=None, max_examples=60)
counts = st.integers(0, 5_000)
levels = st.floats(0.05, 0.9999)
exposures = st.floats(0.01, 1e6)


def rows(name: str) -> list[dict[str, str]]:
    """Read a table of expected values, numbers still as printed."""
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, field: str) -> np.ndarray:
    """One column of a table of expected values as numbers."""
    return np.array([float(row[field]) for row in rows(name)])


def grouped(name: str) -> Iterator[tuple[float, np.ndarray]]:
    """Levels of a table, each with the mask of its rows."""
    level = column(name, "level")
    for one in np.unique(level):
        yield float(one), level == one


def log_factorial(n: int) -> Decimal:
    """Natural logarithm of n!, exact up to 1000, by Stirling's series above."""
    if n <= 1000:
        return Decimal(math.factorial(n)).ln()
    x, twice_pi = Decimal(n), Decimal("6.283185307179586476925286766559005768")
    series = 1 / (12 * x) - 1 / (360 * x**3) + 1 / (1260 * x**5)
    return x * x.ln() - x + (twice_pi * x).ln() / 2 + series


def summed(term: Decimal, step: int, last: int, factor) -> Decimal:
    """Add falling terms from the largest on, until they no longer count."""
    total = Decimal(0)
    while True:
        total += term
        if step == last or term < total * Decimal("1e-20"):
            return total
        term *= factor(step)
        step += 1 if last > step else -1


def poisson_at_most(count: int, mean: Decimal) -> Decimal:
    """P(X <= count) for a mean above the count."""
    if mean == 0:
        return Decimal(1)
    first = (count * mean.ln() - mean - log_factorial(count)).exp()
    return summed(first, count, 0, lambda k: k / mean)


def poisson_at_least(count: int, mean: Decimal) -> Decimal:
    """P(X >= count) for a mean below the count."""
    if mean == 0 or count == 0:
        return Decimal(count == 0)
    first = (count * mean.ln() - mean - log_factorial(count)).exp()
    return summed(first, count, 10**9, lambda k: mean / (k + 1))


def binomial_at_least(count: int, total: int, chance: Decimal) -> Decimal:
    """P(X >= count) for a chance below count/total."""
    if chance == 0 or count == 0:
        return Decimal(count == 0)
    odds = chance / (1 - chance)
    choose = log_factorial(total) - log_factorial(count) - log_factorial(total - count)
    first = (choose + count * chance.ln() + (total - count) * (1 - chance).ln()).exp()
    return summed(first, count, total, lambda k: odds * (total - k) / (k + 1))


def encloses(tail, printed: str, asked: Decimal) -> bool:
    """Whether the tail crosses what is asked within the last printed digit."""
    limit = Decimal(printed)
    last = Decimal(1).scaleb(limit.adjusted() - 9)
    low, high = sorted((tail(limit - last), tail(limit + last)))
    return low < asked < high


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


def agrees(value: float, printed: float) -> bool:
    """Whether a value rounds to what is printed, within one unit of its last digit."""
    decimals = -Decimal(str(printed)).as_tuple().exponent
    return abs(value - printed) <= 0.5 * 10**-decimals + 1e-12


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


@pytest.mark.parametrize(
    ("now", "before", "printed", "p"),
    [(42, 45, (0.93, 0.60, 1.45), 0.83), (45, 51, (0.88, 0.58, 1.34), 0.61)],
)
def test_the_example_years_are_no_change(now, before, printed, p):
    """The ratios that the notes print: -6.7 % and -11.8 % are within chance."""
    assert all(map(agrees, intervals.rate_ratio(now, 1, before, 1)[:3], printed))
    assert agrees(intervals.poisson_p(now, 1, before, 1), p)


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


def test_p_value_is_twice_the_smaller_tail():
    """Against exact fractions, equal exposures and one to three."""
    for ours, theirs in [(0, 0), (0, 3), (3, 0), (1, 1), (2, 9), (14, 5), (7, 21), (30, 30)]:
        for time in (1, 3):
            half = Fraction(time, time + 1)
            terms = [
                math.comb(ours + theirs, k) * half**k * (1 - half) ** (ours + theirs - k)
                for k in range(ours + theirs + 1)
            ]
            exact = min(1, 2 * min(sum(terms[: ours + 1]), sum(terms[ours:])))
            assert intervals.poisson_p(ours, time, theirs, 1) == pytest.approx(float(exact))


@pytest.mark.parametrize("level", LEVELS)
def test_interval_p_value_and_detectable_change_never_disagree(level):
    """Three ways to one verdict, on every pair of counts up to 80."""
    ours, theirs = np.mgrid[:80, :80]
    p = intervals.poisson_p(ours, 1, theirs, 1)
    _, lower, upper, _ = intervals.rate_ratio(ours, 1, theirs, 1, level=level)
    at_most, at_least = intervals.detectable_change(theirs, level=level)
    # A tail of exactly one in 2^n touches the level of 0.5, and rounding may take either side.
    clear = np.abs(p - (1 - level)) > 1e-12

    apart = (lower > 1) | (upper < 1)

    np.testing.assert_array_equal(apart[clear], (p < 1 - level)[clear])
    np.testing.assert_array_equal(apart[clear], ((ours <= at_most) | (ours >= at_least))[clear])


@pytest.mark.parametrize(
    ("before", "at_most", "at_least"),
    [
        (5, math.nan, 15),
        (10, 2, 23),
        (20, 8, 36),
        (45, 27, 67),
        (51, 32, 74),
        (100, 73, 131),
        (300, 252, 351),
    ],
)
def test_detectable_change_is_the_printed_one(before, at_most, at_least):
    """The table of the notes: after 5 events not even none at all would be a change."""
    change = intervals.detectable_change(before)

    assert change == pytest.approx((at_most, at_least), nan_ok=True)
    assert change.method == "exact-conditional"


def test_detectable_change_agrees_with_a_walk_through_exact_fractions():
    """For each count up to 40, step away until the exact tail is below 2.5 %."""

    def tail(few: int, many: int) -> Fraction:
        return Fraction(sum(math.comb(few + many, k) for k in range(few + 1)), 2 ** (few + many))

    asked = Fraction(25, 1000)
    before = np.arange(41)
    at_most, at_least = intervals.detectable_change(before)

    for last in before.tolist():
        below = [now for now in range(last) if tail(now, last) < asked]
        above = next(now for now in range(last, 200) if tail(last, now) < asked)
        assert at_least[last] == above
        assert at_most[last] == max(below) if below else np.isnan(at_most[last])


def test_detectable_change_takes_a_whole_column_of_any_size():
    """Ten thousand counts at once, up to a million."""
    before = np.linspace(6, 1_000_000, 10_000).round()

    at_most, at_least = intervals.detectable_change(before)

    assert np.all(at_most < before)
    assert np.all(before < at_least)
    np.testing.assert_allclose((at_least - before)[-1], 1.96 * math.sqrt(2e6), rtol=0.01)


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


def partitions(total: int, parts: int, most: int) -> Iterator[list[int]]:
    """All ways to share deaths out to accidents, at least one and at most so many each."""
    if parts == 0:
        yield from [[]] if total == 0 else []
        return
    for first in range(min(most, total), 0, -1):
        for rest in partitions(total - first, parts - 1, first):
            yield [first, *rest]


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


@pytest.mark.parametrize(("level", "lower", "upper"), [(0.95, 32, 59), (0.998, 26, 67)])
def test_funnel_limits_are_the_printed_ones(level, lower, upper):
    """Around an expected 45, as the notes print them."""
    assert intervals.funnel(45, level=level) == (lower, upper, "exact-funnel")


@pytest.mark.parametrize("level", LEVELS)
def test_funnel_limits_are_the_last_counts_within(level):
    """One step beyond either limit lies in a tail that the slow sum finds small enough."""
    expected = [0.0, 0.1, 0.7, 1.0, 3.3, 10.0, 45.0, 300.5, 12_345.6]
    asked = Decimal(str((1 - level) / 2))
    lower, upper, _ = intervals.funnel(expected, level=level)
    limits = zip(expected, lower.astype(int).tolist(), upper.astype(int).tolist(), strict=True)

    with localcontext(prec=DIGITS):
        for mean, low, high in limits:
            exact = Decimal(str(mean))
            below = poisson_at_most(low - 1, exact) if low else Decimal(0)
            assert below < asked <= poisson_at_most(low, exact) + Decimal("1e-15")
            assert poisson_at_least(high + 1, exact) <= asked
            assert high == 0 or poisson_at_least(high, exact) > asked


def test_funnel_keeps_at_least_its_level():
    """Chance alone stays within as often as promised, for any expected number."""
    expected = np.linspace(0.05, 200, 4000)
    for level in LEVELS:
        lower, upper, _ = intervals.funnel(expected, level=level)
        within = stats.poisson.cdf(upper, expected) - stats.poisson.cdf(lower - 1, expected)
        assert within.min() >= level - 1e-9


def test_funnel_with_overdispersion_is_the_funnel_of_a_wider_level():
    """Spiegelhalter's multiplicative form: the normal quantile times the root of the factor."""
    normal = NormalDist()
    for factor in (1.5, 2.0, 4.0):
        tail = normal.cdf(normal.inv_cdf(0.025) * math.sqrt(factor))
        wider = intervals.funnel([3, 45, 800], dispersion=factor)
        assert wider.method == "exact-funnel-overdispersed"
        np.testing.assert_array_equal(wider.lower, stats.poisson.ppf(tail, [3, 45, 800]))
        np.testing.assert_array_equal(wider.upper, stats.poisson.isf(tail, [3, 45, 800]))
        assert wider.upper[2] - 800 == pytest.approx(1.96 * math.sqrt(800 * factor), rel=0.05)


def test_funnel_refuses_less_than_poisson_dispersion():
    """Limits narrower than chance would make signals out of nothing."""
    with pytest.raises(ValueError, match=r"dispersion is 1 or more, got 0\.5"):
        intervals.funnel(45, dispersion=0.5)


def test_funnel_survives_absurd_dispersion():
    """A tail too small for a float ends in wide limits, not in an endless search."""
    lower, upper, _ = intervals.funnel(45, level=0.998, dispersion=1000)

    assert lower == 0
    assert 45 < upper < 10_000


def test_process_limits_of_a_series_worked_by_hand():
    """Moving ranges 2, 1, 2, 1 have mean 1.5; 2.66 times that is 3.99 on either side."""
    limits = intervals.xmr([10, 12, 11, 13, 12])

    assert limits[:4] == pytest.approx((11.6, 1.5, 7.61, 15.59))
    assert limits.method == "xmr"


@pytest.mark.parametrize(
    "values", [[1, 2, 3, 4], [1, 2, 3, math.nan, 5], [1, 2, 3, math.inf, 5], np.ones((5, 5)), 7]
)
def test_process_limits_refuse_short_and_broken_series(values):
    """Four points, a gap, or two series at once."""
    with pytest.raises(ValueError, match="limits"):
        intervals.xmr(values)


PUBLISHED_P = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


def test_false_discovery_rejects_the_four_of_the_published_example():
    """Benjamini and Hochberg 1995, section 4: 4 of 15 stand at 5 %, 9 would untouched."""
    found, _ = answer = intervals.false_discovery(PUBLISHED_P)

    assert found.tolist() == [True] * 4 + [False] * 11
    assert answer.tests == 15
    assert answer.method == "benjamini-hochberg"


def test_false_discovery_agrees_with_two_libraries():
    """In any order and shape, ties among them."""
    p = np.random.default_rng(7).beta(0.3, 1, size=(6, 10)).round(3)

    found, adjusted = intervals.false_discovery(p, rate=0.1)

    theirs = multipletests(p.ravel(), alpha=0.1, method="fdr_bh")
    np.testing.assert_array_equal(found.ravel(), theirs[0])
    np.testing.assert_allclose(adjusted.ravel(), theirs[1])
    np.testing.assert_allclose(adjusted.ravel(), stats.false_discovery_control(p.ravel()))


def test_missing_tests_stay_out_of_the_family():
    """A gap is no test: the others are judged as if it were not in the list."""
    p = np.array([0.01, math.nan, 0.03, 0.04, math.nan])

    found, adjusted = answer = intervals.false_discovery(p)

    there = ~np.isnan(p)
    assert answer.tests == 3
    assert not found[~there].any()
    assert np.isnan(adjusted[~there]).all()
    np.testing.assert_array_equal(adjusted[there], intervals.false_discovery(p[there]).adjusted)


@pytest.mark.parametrize("nothing", [[], [math.nan]])
def test_an_empty_family_finds_nothing(nothing):
    """No test, no discovery, no warning."""
    answer = intervals.false_discovery(nothing)

    assert not answer.found.any()
    assert answer.tests == 0


@pytest.mark.parametrize(("count", "percent"), [(7, 166), (10, 136), (45, 61)])
def test_relative_width_is_the_printed_one(count, percent):
    """The widths behind the NCHS rule, in percent of the count."""
    lower, upper, _ = intervals.poisson(count)

    assert agrees(100 * (upper - lower) / count, percent)


def test_reliability_follows_the_rule_of_the_nchs():
    """Fewer than ten events are few; wide is what exceeds 160 % at the level asked for."""
    assert intervals.reliability([0, 9, 10, 45]).tolist() == [
        "few_events", "few_events", "reliable", "reliable",
    ]  # fmt: skip
    assert intervals.reliability([9, 10, 45], level=0.998).tolist() == [
        "few_events", "wide", "reliable",
    ]  # fmt: skip
    assert set(intervals.Reliability) == {"reliable", "few_events", "wide"}


@pytest.mark.parametrize(
    ("count", "target", "verdict"),
    [
        (0, 0, "met"),
        (1, 0, "missed"),
        (45, 0, "missed"),
        (0, 0.001, "cannot_tell"),
        (0, 3.7, "met"),
        (0, 3.6, "cannot_tell"),
        (45, 32, "missed"),
        (45, 33, "cannot_tell"),
        (45, 60, "cannot_tell"),
        (45, 61, "met"),
    ],
)
def test_a_target_is_judged_by_the_whole_interval(count, target, verdict):
    """45 events leave 32.8 to 60.2; a zero target is met or missed, never in doubt."""
    assert intervals.target_verdict(count, target) == intervals.Verdict(verdict)


def test_a_target_is_judged_as_the_exact_test_would():
    """Missed where so many, met where so few, would be rare if the target held."""
    with localcontext(prec=DIGITS):
        for count in range(30):
            for target in (0.5, 4, 9.25, 20):
                mean, tail = Decimal(str(target)), Decimal("0.025")
                few = count < target and poisson_at_most(count, mean) < tail
                many = count > target and poisson_at_least(count, mean) < tail
                expected = "met" if few else "missed" if many else "cannot_tell"
                assert intervals.target_verdict(count, target) == expected


@pytest.mark.parametrize(
    "judge", [intervals.reliability, lambda count: intervals.target_verdict(count, 5)]
)
def test_nothing_is_not_judged(judge):
    """A missing count has neither a reliability nor a verdict."""
    with pytest.raises(ValueError, match="missing"):
        judge([3, math.nan])


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
@given(counts, st.tuples(levels, levels))
def test_a_higher_level_holds_the_lower_one(count, pair):
    """More certainty is never a narrower interval, whatever the method."""
    less, more = sorted(pair)
    for function in (
        intervals.poisson,
        intervals.byar,
        intervals.compound_poisson,
        intervals.funnel,
        lambda n, level: intervals.share(n, 2 * n, level=level),
        lambda n, level: intervals.share(n, 2 * n, level=level, method="wilson"),
        lambda n, level: intervals.rate_ratio(n, 1, n + 3, 1, level=level)[1:],
    ):
        inner, outer = function(count, level=less), function(count, level=more)
        assert outer[0] <= inner[0] * (1 + 1e-9)
        assert inner[1] <= outer[1] * (1 + 1e-9)


@steady
@given(counts, levels)
def test_an_interval_holds_what_was_seen(count, level):
    """The count, its share and its ratio lie within their own limits."""
    for function in (intervals.poisson, intervals.compound_poisson):
        assert function(count, level=level).lower <= count <= function(count, level=level).upper
    for method in ("exact", "wilson"):
        lower, upper, _ = intervals.share(count, count + 7, level=level, method=method)
        assert lower <= count / (count + 7) <= upper
    ratio, lower, upper, _ = intervals.rate_ratio(count, 2, 11, 3, level=level)
    assert lower <= ratio <= upper
    lower, upper, _ = intervals.funnel(count, level=level)
    assert lower <= count <= upper


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


@steady
@given(counts, exposures, counts, exposures, levels)
def test_swapping_the_two_sides_gives_the_reciprocal(ours, time, theirs, other_time, level):
    """Limits trade places and turn over; the p-value stays."""
    there = intervals.rate_ratio(ours, time, theirs, other_time, level=level)
    back = intervals.rate_ratio(theirs, other_time, ours, time, level=level)

    with np.errstate(divide="ignore"):
        turned = 1 / back.ratio, 1 / back.upper, 1 / back.lower
    np.testing.assert_allclose(there[:3], turned, rtol=1e-9)
    assert intervals.poisson_p(ours, time, theirs, other_time) == pytest.approx(
        intervals.poisson_p(theirs, other_time, ours, time)
    )


@steady
@given(counts, counts, st.tuples(exposures, exposures), st.floats(1e-3, 1e3), levels)
def test_the_unit_of_exposure_does_not_matter(ours, theirs, times, unit, level):
    """People or thousands of people: the same ratio, the same p-value."""
    plain = (ours, times[0], theirs, times[1])
    scaled = (ours, times[0] * unit, theirs, times[1] * unit)

    np.testing.assert_allclose(
        intervals.rate_ratio(*plain, level=level)[:3],
        intervals.rate_ratio(*scaled, level=level)[:3],
        rtol=1e-9,
    )
    assert intervals.poisson_p(*plain) == pytest.approx(intervals.poisson_p(*scaled), abs=1e-12)


@steady
@given(counts, levels)
def test_each_method_says_its_name(count, level):
    """A number never travels without the method that made it."""
    for answer in (
        intervals.poisson(count, level=level),
        intervals.share(count, count, level=level),
        intervals.rate_ratio(count, 1, count, 1, level=level),
        intervals.detectable_change(count, level=level),
        intervals.funnel(count, level=level),
    ):
        assert answer.method in set(intervals.Method)


@steady
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_adjusted_p_values_keep_their_order_and_never_shrink(p, rate):
    """A smaller p-value never ends behind a larger one."""
    found, adjusted = intervals.false_discovery(p, rate=rate)
    order = np.argsort(p)

    assert np.all(adjusted >= np.array(p) * (1 - 1e-12))
    assert all(before <= after for before, after in pairwise(adjusted[order]))
    np.testing.assert_array_equal(found, adjusted <= rate)


@steady
@given(st.floats(0, 1e5), levels, st.floats(1, 50))
def test_overdispersion_only_widens_the_funnel(expected, level, factor):
    """Sensitivity never turns noise into a signal."""
    plain = intervals.funnel(expected, level=level)
    wider = intervals.funnel(expected, level=level, dispersion=factor)

    assert wider.lower <= plain.lower
    assert plain.upper <= wider.upper


def test_scalars_give_scalars_and_arrays_keep_their_shape():
    """Like a numpy function: one number in, one number out; otherwise broadcast."""
    grid = np.arange(12).reshape(3, 4)

    assert isinstance(intervals.poisson(3).lower, float)
    assert intervals.poisson(grid).upper.shape == (3, 4)
    assert intervals.share(grid[:, :1], [20, 30]).lower.shape == (3, 2)
    assert intervals.rate_ratio(grid, 1, 5, [1, 2, 3, 4]).ratio.shape == (3, 4)
    assert intervals.poisson_p(grid, 1, 5, 1).shape == (3, 4)
    assert intervals.detectable_change(grid).at_most.shape == (3, 4)
    assert intervals.compound_poisson(grid).lower.shape == (3,)
    assert intervals.compound_poisson_bounds(grid, grid + 2 * (grid > 0)).widest[0].shape == (3, 4)
    assert intervals.funnel(grid, dispersion=[[1], [2], [3]]).lower.shape == (3, 4)
    assert intervals.reliability(grid).shape == intervals.target_verdict(grid, 3).shape == (3, 4)


@pytest.mark.parametrize(
    "answer",
    [
        intervals.poisson,
        intervals.poisson_upper,
        intervals.byar,
        lambda gap: intervals.share(gap, 9),
        lambda gap: intervals.share(0, gap),
        lambda gap: intervals.share(0, gap, method="wilson"),
        lambda gap: intervals.rate_ratio(gap, 1, 0, 1)[1:],
        lambda gap: intervals.rate_ratio(0, 1, gap, 1)[1:],
        lambda gap: intervals.rate_ratio(3, 1, 4, gap)[1:],
        lambda gap: intervals.compound_poisson(np.asarray(gap)[:, None]),
        lambda gap: intervals.compound_poisson_bounds(2, gap).widest,
        intervals.detectable_change,
        intervals.funnel,
    ],
)
def test_a_missing_number_gives_a_missing_interval(answer):
    """Never zero, never a warning, and the neighbours are untouched; pandas' gaps too."""
    for gap in (np.array([math.nan, 8.0]), pd.Series([None, 8], dtype="Int64").to_numpy(float)):
        lower, upper, *_ = answer(gap)
        assert np.isnan([lower[0], upper[0]]).all()
        assert not np.isnan([lower[1], upper[1]]).any()


def test_a_missing_count_has_no_p_value():
    """In place of either count."""
    assert np.isnan(intervals.poisson_p([math.nan, 0], 1, [0, math.nan], 1)).all()


@pytest.mark.parametrize("wrong", [-1, 2.5, math.inf, [3, -0.1]])
@pytest.mark.parametrize(
    "function",
    [
        intervals.poisson,
        intervals.poisson_upper,
        intervals.byar,
        intervals.detectable_change,
        intervals.compound_poisson,
        intervals.reliability,
        lambda count: intervals.share(count, 10),
        lambda count: intervals.rate_ratio(count, 1, 2, 1),
        lambda count: intervals.rate_ratio(2, 1, count, 1),
        lambda count: intervals.poisson_p(count, 1, 2, 1),
        lambda count: intervals.target_verdict(count, 1),
    ],
)
def test_impossible_counts_are_refused(function, wrong):
    """Negative, fractional and infinite ones, alone or in a column."""
    with pytest.raises(ValueError, match="got"):
        function(wrong)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, math.nan])
@pytest.mark.parametrize(
    "function",
    [
        lambda level: intervals.poisson(3, level=level),
        lambda level: intervals.poisson_upper(3, level=level),
        lambda level: intervals.byar(3, level=level),
        lambda level: intervals.share(3, 4, level=level),
        lambda level: intervals.rate_ratio(3, 1, 4, 1, level=level),
        lambda level: intervals.detectable_change(3, level=level),
        lambda level: intervals.compound_poisson(3, level=level),
        lambda level: intervals.compound_poisson_bounds(3, 4, level=level),
        lambda level: intervals.funnel(3, level=level),
        lambda level: intervals.reliability(3, level=level),
        lambda level: intervals.target_verdict(3, 4, level=level),
        lambda level: intervals.false_discovery([0.1], rate=level),
    ],
)
def test_impossible_levels_are_refused(function, level):
    """95 for 95 % is the likely slip; it must not pass as a number."""
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        function(level)


@pytest.mark.parametrize("exposure", [0, -1, math.inf])
def test_impossible_exposures_are_refused(exposure):
    """Nothing, less than nothing and infinity."""
    for function in (intervals.rate_ratio, intervals.poisson_p):
        with pytest.raises(ValueError, match="got"):
            function(1, exposure, 2, 1)
        with pytest.raises(ValueError, match="got"):
            function(1, 1, 2, exposure)


def test_impossible_shares_and_p_values_are_refused():
    """More cases than there are, an unknown method, a probability above one."""
    with pytest.raises(ValueError, match="exceed its total, but does so by 2"):
        intervals.share([1, 7], 5)
    with pytest.raises(ValueError, match="'exact' or 'wilson', got 'wald'"):
        intervals.share(1, 5, method="wald")
    with pytest.raises(ValueError, match=r"at most 1, got 1\.5"):
        intervals.false_discovery([0.5, 1.5])
    with pytest.raises(ValueError, match="from 0 up, got -3"):
        intervals.funnel(-3)
    with pytest.raises(ValueError, match="from 0 up, got -2"):
        intervals.target_verdict(3, -2)
