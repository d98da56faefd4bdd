"""What every interval and verdict keeps: shapes, gaps, methods and the refusing of nonsense."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_sums import counts, levels, steady

from analysis.statistics import intervals, limits, tests


@steady
@given(counts, st.tuples(levels, levels))
def test_a_higher_level_holds_the_lower_one(count, pair):
    """More certainty is never a narrower interval, whatever the method."""
    less, more = sorted(pair)
    for function in (
        intervals.poisson,
        intervals.byar,
        intervals.compound_poisson,
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


@steady
@given(counts, levels)
def test_each_method_says_its_name(count, level):
    """A number never travels without the method that made it."""
    for answer in (
        intervals.poisson(count, level=level),
        intervals.share(count, count, level=level),
        intervals.rate_ratio(count, 1, count, 1, level=level),
        tests.detectable_change(count, level=level),
    ):
        assert answer.method in set(limits.Method)


def test_scalars_give_scalars_and_arrays_keep_their_shape():
    """Like a numpy function: one number in, one number out; otherwise broadcast."""
    grid = np.arange(12).reshape(3, 4)

    assert isinstance(intervals.poisson(3).lower, float)
    assert intervals.poisson(grid).upper.shape == (3, 4)
    assert intervals.share(grid[:, :1], [20, 30]).lower.shape == (3, 2)
    assert intervals.rate_ratio(grid, 1, 5, [1, 2, 3, 4]).ratio.shape == (3, 4)
    assert tests.poisson_p(grid, 1, 5, 1).shape == (3, 4)
    assert tests.detectable_change(grid).at_most.shape == (3, 4)
    assert intervals.compound_poisson(grid).lower.shape == (3,)
    assert intervals.compound_poisson_bounds(grid, grid + 2 * (grid > 0)).widest[0].shape == (3, 4)
    assert tests.reliability(grid).shape == tests.target_verdict(grid, 3).shape == (3, 4)


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
        tests.detectable_change,
    ],
)
def test_a_missing_number_gives_a_missing_interval(answer):
    """Never zero, never a warning, and the neighbours are untouched; pandas' gaps too."""
    for gap in (np.array([math.nan, 8.0]), pd.Series([None, 8], dtype="Int64").to_numpy(float)):
        lower, upper, *_ = answer(gap)
        assert np.isnan([lower[0], upper[0]]).all()
        assert not np.isnan([lower[1], upper[1]]).any()


@pytest.mark.parametrize("wrong", [-1, 2.5, math.inf, [3, -0.1]])
@pytest.mark.parametrize(
    "function",
    [
        intervals.poisson,
        intervals.poisson_upper,
        intervals.byar,
        tests.detectable_change,
        intervals.compound_poisson,
        tests.reliability,
        lambda count: intervals.share(count, 10),
        lambda count: intervals.rate_ratio(count, 1, 2, 1),
        lambda count: intervals.rate_ratio(2, 1, count, 1),
        lambda count: tests.poisson_p(count, 1, 2, 1),
        lambda count: tests.target_verdict(count, 1),
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
        lambda level: tests.detectable_change(3, level=level),
        lambda level: intervals.compound_poisson(3, level=level),
        lambda level: intervals.compound_poisson_bounds(3, 4, level=level),
        lambda level: tests.reliability(3, level=level),
        lambda level: tests.target_verdict(3, 4, level=level),
        lambda level: tests.false_discovery([0.1], rate=level),
    ],
)
def test_impossible_levels_are_refused(function, level):
    """95 for 95 % is the likely slip; it must not pass as a number."""
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        function(level)


@pytest.mark.parametrize("exposure", [0, -1, math.inf])
def test_impossible_exposures_are_refused(exposure):
    """Nothing, less than nothing and infinity."""
    for function in (intervals.rate_ratio, tests.poisson_p):
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
        tests.false_discovery([0.5, 1.5])
    with pytest.raises(ValueError, match="from 0 up, got -2"):
        tests.target_verdict(3, -2)
