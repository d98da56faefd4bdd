"""
Observed against expected counts, and how far regions spread around the expectation.

The expected counts come from an outside rate, that of the nation or of a province. What regions
differ by beyond chance is estimated from many peers; a handful of regions cannot tell it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from analysis.language.vocabulary import Method

from . import limits
from .limits import Floats, Interval
from .special import special

Row = dict[Any, Any]
NATION = "china"  # the region whose rate is the first reference
BEYOND = 0.998  # two-sided level of the limits beyond which a ratio is no chance
FEWEST_REGIONS = 6  # chance alone moves the dispersion of five between 0.17 and 2.57 (95 %)


class Scale(StrEnum):
    """Scale on which ratios are compared."""

    LOG = "log"
    ROOT = "root"  # square root; defined for a count of zero


class Ratio(NamedTuple):
    """Observed over expected counts (1 is as expected), with limits."""

    observed: Floats
    expected: Floats
    ratio: Floats
    lower: Floats
    upper: Floats
    inflation: float  # of the variance, over that of independent events
    method: Method


class Spread(NamedTuple):
    """Dispersion of the ratios of a set of regions, on one scale."""

    regions: int
    scale: Scale
    mean: float  # ratio: the random-effects mean, back on the scale of ratios
    dispersion: float  # mean squared z, winsorised; 1 is chance alone
    tau: float  # standard deviation between regions, in units of the scale
    winsorised: float  # share of z pulled in at each end
    outside: int = 0  # regions outside the 95 % limits of chance and spread

    def prediction(self, *, level: float = 0.95) -> tuple[float, float]:
        """Range of ratios within which a further region's lies, chance in its count left aside."""
        z = -float(special.ndtri(limits.tail(level)))
        middle = float(_onto(np.asarray(self.mean), self.scale))
        ends = middle + self.tau * np.array([-z, z])
        low, high = _back(ends, self.scale)
        return float(low), float(high)


@dataclass(frozen=True)
class Placement:
    """Where the count of a region lies against its nation, its province and its peers."""

    row: Row  # against the nation, pooled where there are three years
    yearly: pd.DataFrame  # the rows of its years against the province, else against the nation
    province: Row | None  # the same count against the province, where its count is known
    spread: Spread | None  # of the peers, where there are enough
    low: float  # usual ratios at this expected count: 95 % limits of chance and spread
    high: float

    @property
    def as_province(self) -> bool:
        """Whether the count is compatible with the rate of the province."""
        return self.province is not None and bool(_includes_one(self.province))

    @property
    def as_nation(self) -> bool:
        """Whether the count is compatible with the rate of the nation."""
        return bool(_includes_one(self.row))

    @property
    def as_peers(self) -> bool:
        """Whether the ratio lies in the usual range of peers."""
        return self.low <= float(self.row["ratio"]) <= self.high

    @property
    def by_chance(self) -> bool:
        """Whether chance alone can explain the ratio to the nation: it lies within the limits."""
        limits = funnel(self.row["expected"], level=BEYOND)
        return bool(limits.lower <= self.row["ratio"] <= limits.upper)


def _includes_one(row: Row) -> bool:
    """Whether the wider of the intervals of a ratio includes 1."""
    wide = pd.notna(row["wide_lower"])
    stem: str = "wide_" if wide else ""
    return bool(row[f"{stem}lower"] <= 1 <= row[f"{stem}upper"])


def expected_counts(
    population: ArrayLike, rate: ArrayLike, *, per: float = 100_000, share: ArrayLike = 1.0
) -> Floats:
    """
    Counts that populations would have at an outside rate.

    Parameters
    ----------
    population
        People; any shape.
    rate
        Events a year per *per* people.
    per
        People that the rate is for.
    share
        Share of the outside region's events of the year that fell into the period, for a period
        that is part of a year; first prints hold less than the days would suggest.

    Returns
    -------
    numpy.ndarray
        Events in the period, the broadcast shape; missing stays missing.

    Raises
    ------
    ValueError
        If a population is not positive, a rate is negative or a share lies outside (0, 1].

    Examples
    --------
    >>> f"{expected_counts(2_342_000, 1.5069):.1f}"
    '35.3'
    """
    people, part = limits.exposures(population), limits.exposures(share)
    limits.refuse(part > 1, part, "a share of the year is at most 1, got")
    count: Floats = people * limits.amounts(rate) / per * part
    return count


def share_of_year(elapsed: ArrayLike, known: Mapping[float, float]) -> Floats:
    """
    Return the share of the events of a year that fall in a period from 1 January.

    Parameters
    ----------
    elapsed
        Share of the days of the year that the period covers, in (0, 1]; any shape.
    known
        Share of the events by share of the days, such as 0.17 after a quarter, strictly between
        0 and 1; a straight line between them, from nothing to the whole.

    Raises
    ------
    ValueError
        If a share is out of range or the known shares fall.

    Examples
    --------
    >>> share_of_year([0.5, 0.625, 1], {0.25: 0.17, 0.5: 0.43, 0.75: 0.68})
    array([0.43 , 0.555, 1.   ])
    """
    days = limits.exposures(elapsed)
    limits.refuse(days > 1, days, "a share of the days is at most 1, got")
    points = [(0.0, 0.0), *sorted(known.items()), (1.0, 1.0)]
    if any(
        later <= earlier for pair in pairwise(points) for earlier, later in zip(*pair, strict=True)
    ):
        message = f"known shares rise with the days, between 0 and 1, got {dict(known)}"
        raise ValueError(message)
    share: Floats = np.interp(days, *np.transpose(points))
    return share


def ratio(
    observed: ArrayLike, expected: ArrayLike, *, level: float = 0.95, inflation: float = 1.0
) -> Ratio:
    """
    Ratio of observed to expected counts, with exact or widened limits.

    Parameters
    ----------
    observed, expected
        Events; the expected ones positive. Broadcast together.
    level
        Two-sided confidence.
    inflation
        Variance over that of independent events, 1 or more: deaths that come several to an
        accident have 1.13 to 1.27 where few accidents kill two or three.

    Returns
    -------
    Ratio
        Lower is 0 where *observed* is. Exact Poisson limits (Garwood 1936, Biometrika 28:437-442)
        at an inflation of 1; else gamma limits of events that come *inflation* at a time (Fay &
        Feuer 1997, Stat Med 16:791-801). The expected count is taken as known.

    Raises
    ------
    ValueError
        If a count is impossible or *inflation* is below 1.

    Examples
    --------
    >>> plain, wide = ratio(149, 105.3), ratio(149, 105.3, inflation=1.27)
    >>> f"{plain.ratio:.2f} ({plain.lower:.2f}-{plain.upper:.2f})"
    '1.42 (1.20-1.66)'
    >>> f"{wide.lower:.2f}-{wide.upper:.2f}"
    '1.17-1.70'
    """
    events, mean = np.broadcast_arrays(limits.counts(observed), limits.exposures(expected))
    if inflation < 1:
        message = f"an inflation is 1 or more, got {inflation}"
        raise ValueError(message)
    tail = limits.tail(level)
    steps = events / inflation
    lower = np.where(events == 0, 0.0, special.gammaincinv(np.maximum(steps, 1e-300), tail))
    upper = special.gammainccinv(steps + 1, tail)
    method = Method.EXACT_POISSON if inflation == 1 else Method.COMPOUND_POISSON
    low, high, _ = limits.interval(inflation * lower / mean, inflation * upper / mean, method)
    return Ratio(events[()], mean[()], (events / mean)[()], low, high, inflation, method)


def pooled(
    observed: ArrayLike, expected: ArrayLike, *, level: float = 0.95, inflation: float = 1.0
) -> Ratio:
    """
    :func:`ratio` of the sums over the last axis, such as the years of one region.

    A missing count in any year makes the sum missing.

    Examples
    --------
    >>> three = pooled([53, 51, 45], [35.4, 35.3, 32.4])
    >>> f"{three.observed:.0f} of {three.expected:.1f}: {three.ratio:.2f}"
    '149 of 103.1: 1.45'
    """
    events, mean = np.broadcast_arrays(limits.counts(observed), limits.exposures(expected))
    return ratio(events.sum(axis=-1), mean.sum(axis=-1), level=level, inflation=inflation)


def estimate(
    observed: ArrayLike,
    expected: ArrayLike,
    *,
    winsorise: float = 0.1,
    scale: Scale | None = None,
) -> Spread:
    """
    Estimate by how much regions spread around the expectation beyond chance.

    Parameters
    ----------
    observed, expected
        One count a region, none missing, one dimension; the expected ones positive. The regions
        that are to be judged stay out.
    winsorise
        Share of the z-scores pulled in to the quantile at each end, so that outliers do not
        define what is usual.
    scale
        ``LOG``: y = ln(O/E) with standard error 1/sqrt(E). ``ROOT``: y = sqrt(O/E) with
        1/(2 sqrt(E)). The logarithm unless a count is zero.

    Returns
    -------
    Spread
        With z the standardised difference of y from its target and w = 1/s²: the dispersion is
        the mean squared z after winsorising, and tau² is (n * dispersion - (n - 1)) /
        (sum(w) - sum(w²)/sum(w)), at least 0.

    Raises
    ------
    ValueError
        If there are fewer than six regions, a count is missing or zero on the log scale, or
        *winsorise* lies outside [0, 0.5).

    Notes
    -----
    Source: Spiegelhalter 2005, Stat Med 24:1185-1202, doi 10.1002/sim.1970; Spiegelhalter,
    Sherlaw-Johnson, Bardsley, Blunt, Wood & Grigg 2012, JRSS A 175:1-47,
    doi 10.1111/j.1467-985X.2011.01010.x; the additive variance after DerSimonian & Laird 1986,
    Control Clin Trials 7:177-188, doi 10.1016/0197-2456(86)90046-2.

    Examples
    --------
    >>> peers = estimate([50, 200] * 6, [100] * 12)
    >>> f"{peers.dispersion:.0f} {peers.tau:.2f} {peers.mean:.2f}"
    '48 0.72 1.00'
    """
    events, mean = limits.known(limits.counts(observed)), limits.known(limits.exposures(expected))
    _refuse_few(events, mean, winsorise)
    scale = scale or (Scale.ROOT if np.any(events == 0) else Scale.LOG)
    if scale == Scale.LOG:
        limits.refuse(events == 0, events, "the log scale has no place for a count of")
    difference = _onto(events / mean, scale) - _onto(np.ones(()), scale)
    weight = (1.0 if scale == Scale.LOG else 4.0) * mean
    dispersion = _dispersion(difference * np.sqrt(weight), winsorise)
    variance = _between(dispersion, weight)
    shrunk = 1 / (1 / weight + variance)
    centre = np.asarray(np.average(difference, weights=shrunk)) + _onto(np.ones(()), scale)
    middle = float(_back(centre, scale))
    found = Spread(events.size, scale, middle, dispersion, variance**0.5, winsorise)
    usual, ratios = adjusted_funnel(mean, found), events / mean
    return found._replace(outside=int(((ratios < usual.lower) | (ratios > usual.upper)).sum()))


def funnel(expected: ArrayLike, *, level: float = 0.95) -> Interval:
    """
    Limits of the ratio that chance alone keeps within, around a ratio of 1.

    Parameters
    ----------
    expected
        Events, positive; any shape.
    level
        Two-sided; 0.95 and 0.998 are the usual two.

    Returns
    -------
    Interval
        Ratios: the Poisson limits of a count of *expected*, from quantiles of chi-square with 2E
        and 2(E + 1) degrees of freedom, over *expected*.

    Notes
    -----
    Source: Spiegelhalter 2005, Stat Med 24:1185-1202, doi 10.1002/sim.1970.

    Examples
    --------
    >>> lower, upper, _ = funnel(100)
    >>> f"{lower:.3f} {upper:.3f}"
    '0.814 1.216'
    """
    mean, tail = limits.exposures(expected), limits.tail(level)
    lower = special.gammaincinv(mean, tail) / mean
    return limits.interval(lower, special.gammainccinv(mean + 1, tail) / mean, Method.FUNNEL)


def adjusted_funnel(expected: ArrayLike, spread: Spread, *, level: float = 0.95) -> Interval:
    """
    Limits of the ratio that chance and the spread of regions keep within, around a ratio of 1.

    Parameters
    ----------
    expected
        Events, positive; any shape.
    spread
        From :func:`estimate`.
    level
        Two-sided; 0.95 and 0.998 are the usual two.

    Returns
    -------
    Interval
        Ratios: exp(±z sqrt(1/E + tau²)) on the log scale, (1 ± z sqrt(1/(4E) + tau²))² on that of
        the root, cut off at 0.

    Notes
    -----
    Source: Spiegelhalter 2005, Stat Med 24:1185-1202, doi 10.1002/sim.1970.

    Examples
    --------
    >>> usual = Spread(26, Scale.LOG, 0.91, 12.0, 0.43, 0.1)
    >>> lower, upper, _ = adjusted_funnel(100, usual)
    >>> f"{lower:.2f} {upper:.2f}"
    '0.42 2.38'
    """
    mean, z = limits.exposures(expected), -special.ndtri(limits.tail(level))
    own = 1 / mean if spread.scale == Scale.LOG else 1 / (4 * mean)
    reach = z * np.sqrt(own + spread.tau**2)
    middle = _onto(np.ones(()), spread.scale)
    low, high = _back(middle - reach, spread.scale), _back(middle + reach, spread.scale)
    return limits.interval(low, high, Method.FUNNEL_ADDITIVE)


def _onto(ratios: Floats, scale: Scale) -> Floats:
    return np.log(ratios) if scale == Scale.LOG else np.sqrt(ratios)


def _back(values: Floats, scale: Scale) -> Floats:
    return np.exp(values) if scale == Scale.LOG else np.maximum(values, 0) ** 2


def _dispersion(z: Floats, winsorise: float) -> float:
    """Mean squared z, the outermost pulled in to the quantiles."""
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    return float(np.mean(np.clip(z, low, high) ** 2))


def _between(dispersion: float, weight: Floats) -> float:
    """Variance between regions that explains a dispersion; 0 where chance explains it."""
    excess = weight.size * dispersion - (weight.size - 1)
    total = weight.sum()
    return max(0.0, float(excess / (total - (weight**2).sum() / total)))


def _refuse_few(events: Floats, mean: Floats, winsorise: float) -> None:
    if events.ndim != 1 or events.shape != mean.shape:
        message = f"expected one count a region, got shapes {events.shape} and {mean.shape}"
        raise ValueError(message)
    if events.size < FEWEST_REGIONS:
        message = f"a spread needs {FEWEST_REGIONS} regions or more, got {events.size}"
        raise ValueError(message)
    if not 0 <= winsorise < 0.5:
        message = f"a share to winsorise lies in [0, 0.5), got {winsorise}"
        raise ValueError(message)
