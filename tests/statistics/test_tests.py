"""Verdicts against printed tables, exact fractions and the intervals they must agree with."""

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from slow_sums import (
    DIGITS,
    LEVELS,
    agrees,
    counts,
    exposures,
    levels,
    poisson_at_least,
    poisson_at_most,
    steady,
)
from statsmodels.stats.multitest import multipletests

from analysis.language.vocabulary import Outcome
from analysis.statistics import intervals, tests

PUBLISHED_P = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "before", "printed", "p"),
    [(42, 45, (0.93, 0.60, 1.45), 0.83), (45, 51, (0.88, 0.58, 1.34), 0.61)],
)
def test_the_example_years_are_no_change(now, before, printed, p):
    """The ratios that the notes print: -6.7 % and -11.8 % are within chance."""
    assert all(map(agrees, intervals.rate_ratio(now, 1, before, 1)[:3], printed))
    assert agrees(tests.poisson_p(now, 1, before, 1), p)


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
            assert tests.poisson_p(ours, time, theirs, 1) == pytest.approx(float(exact))


@pytest.mark.parametrize("level", LEVELS)
def test_interval_p_value_and_detectable_change_never_disagree(level):
    """Three ways to one verdict, on every pair of counts up to 80."""
    ours, theirs = np.mgrid[:80, :80]
    p = tests.poisson_p(ours, 1, theirs, 1)
    _, lower, upper, _ = intervals.rate_ratio(ours, 1, theirs, 1, level=level)
    at_most, at_least = tests.detectable_change(theirs, level=level)
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
    change = tests.detectable_change(before)

    assert change == pytest.approx((at_most, at_least), nan_ok=True)
    assert change.method == "exact-conditional"


def test_detectable_change_agrees_with_a_walk_through_exact_fractions():
    """For each count up to 40, step away until the exact tail is below 2.5 %."""

    def tail(few: int, many: int) -> Fraction:
        return Fraction(sum(math.comb(few + many, k) for k in range(few + 1)), 2 ** (few + many))

    asked = Fraction(25, 1000)
    before = np.arange(41)
    at_most, at_least = tests.detectable_change(before)

    for last in before.tolist():
        below = [now for now in range(last) if tail(now, last) < asked]
        above = next(now for now in range(last, 200) if tail(last, now) < asked)
        assert at_least[last] == above
        assert at_most[last] == max(below) if below else np.isnan(at_most[last])


def test_detectable_change_takes_a_whole_column_of_any_size():
    """Ten thousand counts at once, up to a million."""
    before = np.linspace(6, 1_000_000, 10_000).round()

    at_most, at_least = tests.detectable_change(before)

    assert np.all(at_most < before)
    assert np.all(before < at_least)
    np.testing.assert_allclose((at_least - before)[-1], 1.96 * math.sqrt(2e6), rtol=0.01)


def test_false_discovery_rejects_the_four_of_the_published_example():
    """Benjamini and Hochberg 1995, section 4: 4 of 15 stand at 5 %, 9 would untouched."""
    found, _ = answer = tests.false_discovery(PUBLISHED_P)

    assert found.tolist() == [True] * 4 + [False] * 11
    assert answer.tests == 15
    assert answer.method == "benjamini-hochberg"


def test_false_discovery_agrees_with_two_libraries():
    """In any order and shape, ties among them."""
    p = np.random.default_rng(7).beta(0.3, 1, size=(6, 10)).round(3)

    found, adjusted = tests.false_discovery(p, rate=0.1)

    theirs = multipletests(p.ravel(), alpha=0.1, method="fdr_bh")
    np.testing.assert_array_equal(found.ravel(), theirs[0])
    np.testing.assert_allclose(adjusted.ravel(), theirs[1])
    np.testing.assert_allclose(adjusted.ravel(), stats.false_discovery_control(p.ravel()))


def test_missing_tests_stay_out_of_the_family():
    """A gap is no test: the others are judged as if it were not in the list."""
    p = np.array([0.01, math.nan, 0.03, 0.04, math.nan])

    found, adjusted = answer = tests.false_discovery(p)

    there = ~np.isnan(p)
    assert answer.tests == 3
    assert not found[~there].any()
    assert np.isnan(adjusted[~there]).all()
    np.testing.assert_array_equal(adjusted[there], tests.false_discovery(p[there]).adjusted)


@pytest.mark.parametrize("nothing", [[], [math.nan]])
def test_an_empty_family_finds_nothing(nothing):
    """No test, no discovery, no warning."""
    answer = tests.false_discovery(nothing)

    assert not answer.found.any()
    assert answer.tests == 0


def test_reliability_follows_the_rule_of_the_nchs():
    """Fewer than ten events are few; wide is what exceeds 160 % at the level asked for."""
    assert tests.reliability([0, 9, 10, 45]).tolist() == [
        "few_events", "few_events", "reliable", "reliable",
    ]  # fmt: skip
    assert tests.reliability([9, 10, 45], level=0.998).tolist() == [
        "few_events", "wide", "reliable",
    ]  # fmt: skip
    assert set(tests.CountReliability) == {"reliable", "few_events", "wide"}


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
    assert tests.target_verdict(count, target) == Outcome(verdict)


def test_a_target_is_judged_as_the_exact_test_would():
    """Missed where so many, met where so few, would be rare if the target held."""
    with localcontext(prec=DIGITS):
        for count in range(30):
            for target in (0.5, 4, 9.25, 20):
                mean, tail = Decimal(str(target)), Decimal("0.025")
                few = count < target and poisson_at_most(count, mean) < tail
                many = count > target and poisson_at_least(count, mean) < tail
                expected = "met" if few else "missed" if many else "cannot_tell"
                assert tests.target_verdict(count, target) == expected


@pytest.mark.parametrize("judge", [tests.reliability, lambda count: tests.target_verdict(count, 5)])
def test_nothing_is_not_judged(judge):
    """A missing count has neither a reliability nor a verdict."""
    with pytest.raises(ValueError, match="missing"):
        judge([3, math.nan])


@steady
@given(counts, exposures, counts, exposures, levels)
def test_swapping_the_two_sides_gives_the_reciprocal(ours, time, theirs, other_time, level):
    """Limits trade places and turn over; the p-value stays."""
    there = intervals.rate_ratio(ours, time, theirs, other_time, level=level)
    back = intervals.rate_ratio(theirs, other_time, ours, time, level=level)

    with np.errstate(divide="ignore"):
        turned = 1 / back.ratio, 1 / back.upper, 1 / back.lower
    np.testing.assert_allclose(there[:3], turned, rtol=1e-9)
    assert tests.poisson_p(ours, time, theirs, other_time) == pytest.approx(
        tests.poisson_p(theirs, other_time, ours, time)
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
    assert tests.poisson_p(*plain) == pytest.approx(tests.poisson_p(*scaled), abs=1e-12)


@steady
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.5))
def test_adjusted_p_values_keep_their_order_and_never_shrink(p, rate):
    """A smaller p-value never ends behind a larger one."""
    found, adjusted = tests.false_discovery(p, rate=rate)
    order = np.argsort(p)

    assert np.all(adjusted >= np.array(p) * (1 - 1e-12))
    assert all(before <= after for before, after in pairwise(adjusted[order]))
    np.testing.assert_array_equal(found, adjusted <= rate)


def test_a_missing_count_has_no_p_value():
    """In place of either count."""
    assert np.isnan(tests.poisson_p([math.nan, 0], 1, [0, math.nan], 1)).all()
