"""
Tests, limits of chance and verdicts on counts, all from exact tail probabilities.

Knows numbers only, as ``intervals`` does, and decides as its intervals do: no verdict here ever
contradicts an interval there. Impossible input raises ``ValueError``, as ``limits`` says; what
else a function refuses, it says itself.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.language.vocabulary import Method, Outcome

from . import limits
from .intervals import poisson
from .limits import Floats
from .special import special

FEWEST_EVENTS = 10  # NCHS 2023 (Vital Health Stat 2(200)): below this a rate is not shown
WIDEST = 1.6  # NCHS 2023: an interval wider than 160 % of its estimate says too little


class CountReliability(StrEnum):
    """How much a count can carry, by the rule of the NCHS."""

    RELIABLE = "reliable"
    FEW_EVENTS = "few_events"
    WIDE = "wide"


class DetectableChange(NamedTuple):
    """The nearest counts on either side that differ by more than chance; NaN where none can."""

    at_most: Floats
    at_least: Floats

    @property
    def method(self) -> Method:
        """The interval that decides."""
        return Method.EXACT_CONDITIONAL


class Discoveries(NamedTuple):
    """The discoveries of a family of tests, and adjusted p-values."""

    found: NDArray[np.bool_]
    adjusted: Floats

    @property
    def tests(self) -> int:
        """Size of the family: the p-values that were not missing."""
        return int(np.count_nonzero(~np.isnan(self.adjusted)))

    @property
    def method(self) -> Method:
        """The procedure that controls the false discovery rate."""
        return Method.BENJAMINI_HOCHBERG


def poisson_p(
    count: ArrayLike, exposure: ArrayLike, other_count: ArrayLike, other_exposure: ArrayLike
) -> Floats:
    """
    Two-sided p-value that two rates are one, in agreement with ``intervals.rate_ratio``.

    Takes what ``rate_ratio`` takes and gives the broadcast shape: twice the smaller tail of
    the conditional binomial, at most 1; 1 for 0 against 0. Libraries mostly sum the less likely
    outcomes instead, which can contradict a central interval (statsmodels issue 8233).

    Examples
    --------
    >>> f"{poisson_p(42, 1, 45, 1):.2f}"
    '0.83'
    """
    ours, theirs = limits.counts(count), limits.counts(other_count)
    our_time, their_time = limits.exposures(exposure), limits.exposures(other_exposure)
    many = _at_least(ours, theirs, our_time / (our_time + their_time))
    few = _at_least(theirs, ours, their_time / (our_time + their_time))
    p: Floats = np.minimum(2 * np.minimum(many, few), 1.0)
    return p


def detectable_change(count: ArrayLike, *, level: float = 0.95) -> DetectableChange:
    """
    Find the counts that differ from *count* by more than chance, at the same exposure.

    Parameters
    ----------
    count
        Last year's events; any shape.
    level
        Two-sided confidence of the ``intervals.rate_ratio`` that has to exclude 1.

    Returns
    -------
    DetectableChange
        In events, the shape of *count*: the largest count below and the smallest above. The
        former is NaN where even no event at all would prove nothing (5 or fewer, at 95 %).

    Examples
    --------
    >>> at_most, at_least = detectable_change([5, 45])
    >>> at_most, at_least
    (array([nan, 27.]), array([15., 67.]))
    """
    before, tail = limits.counts(count), limits.tail(level)
    # Hoeffding: a count that lies further off than this has less than the tail's probability.
    far = before - 2 * np.log(tail) + 2 * np.sqrt(-np.log(tail) * before) + 1
    fewer = _first(lambda now: _at_least(before, now, 0.5) >= tail, far) - 1
    more = _first(lambda now: _at_least(now, before, 0.5) < tail, far)
    return DetectableChange(np.where(fewer < 0, np.nan, fewer)[()], more[()])


def false_discovery(p_values: ArrayLike, *, rate: float = 0.05) -> Discoveries:
    """
    Return the discoveries of a family of tests at a false discovery rate of *rate*.

    Source: Benjamini & Hochberg 1995, JRSS B 57:289-300.

    Parameters
    ----------
    p_values
        One a test, any shape; a missing one is no test and stays out of the family.
    rate
        False discovery rate, strictly between 0 and 1.

    Returns
    -------
    Discoveries
        Both fields in the shape of *p_values*; missing is not found and stays missing.

    Raises
    ------
    ValueError
        If a p-value or *rate* is out of range.

    Examples
    --------
    >>> found, adjusted = false_discovery([0.01, 0.04, 0.03, float("nan")])
    >>> found, adjusted.round(3)
    (array([ True,  True,  True, False]), array([0.03, 0.04, 0.04,  nan]))
    """
    limits.tail(rate)
    p = limits.amounts(p_values)
    limits.refuse(p > 1, p, "a p-value is at most 1, got")
    order = np.argsort(p, axis=None)[: np.count_nonzero(~np.isnan(p))]  # NaN sorts last
    scaled = p.flat[order] * order.size / np.arange(1, order.size + 1)
    adjusted = np.full(p.shape, np.nan)
    adjusted.flat[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return Discoveries((adjusted <= rate)[()], adjusted[()])


def reliability(count: ArrayLike, *, level: float = 0.95) -> NDArray[np.str_]:
    """
    How much a count can carry: a word of :class:`CountReliability` for each.

    Source: NCHS 2023, Data Presentation Standards for Rates and Counts, Vital Health Stat
    2(200).

    Parameters
    ----------
    count
        Events, none missing; any shape.
    level
        Of the exact interval, whose width may be at most 160 % of the count.

    Returns
    -------
    array of str
        ``few_events`` below 10, else ``wide`` or ``reliable``. At 95 % no count of 10 is wide.

    Examples
    --------
    >>> reliability([7, 45])
    array(['few_events', 'reliable'], dtype='<U10')
    """
    events = limits.known(limits.counts(count))
    lower, upper, _ = poisson(events, level=level)
    rules = [events < FEWEST_EVENTS, upper - lower > WIDEST * events]
    words = [CountReliability.FEW_EVENTS.value, CountReliability.WIDE.value]
    return np.select(rules, words, CountReliability.RELIABLE.value)[()]


def target_verdict(count: ArrayLike, target: ArrayLike, *, level: float = 0.95) -> NDArray[np.str_]:
    """
    Whether a target not to be exceeded was met: a word of :class:`Outcome` for each.

    Parameters
    ----------
    count
        Events, none missing.
    target
        The most events wanted, a fraction allowed; broadcast with *count*.
    level
        Two-sided confidence of the exact interval that decides.

    Returns
    -------
    array of str
        ``met`` or ``missed`` where the whole interval lies on one side of the target, else
        ``cannot_tell``. A zero target is a fact of the year: no event has met it, one has missed
        it. How large the risk may still be is ``intervals.poisson_upper``'s to say.

    Examples
    --------
    >>> target_verdict([0, 1, 45, 45], [0, 0, 50, 70])
    array(['met', 'missed', 'cannot_tell', 'met'], dtype='<U11')
    """
    events, limit = limits.known(limits.counts(count)), limits.known(limits.amounts(target))
    lower, upper, _ = poisson(events, level=level)
    rules = [(limit == 0) & (events == 0), lower > limit, upper <= limit]
    words = [Outcome.MET.value, Outcome.MISSED.value, Outcome.MET.value]
    return np.select(rules, words, Outcome.CANNOT_TELL.value)[()]


def _at_least(count: Floats, other: Floats, chance: Floats | float) -> Floats:
    """Binomial probability of *count* or more among count and other."""
    tail = special.betainc(np.maximum(count, 1), other + 1, chance)
    return np.where(count == 0, 1.0, tail)


def _first(holds: Callable[[Floats], NDArray[np.bool_]], far: Floats) -> Floats:
    """Find the smallest whole number up to *far* that meets a monotone condition."""
    low, high = 0 * far, np.ceil(far)
    while np.any(low < high):
        middle = np.floor((low + high) / 2)
        found = holds(middle)
        low, high = np.where(found, low, middle + 1), np.where(found, middle, high)
    return low
