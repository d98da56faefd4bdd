"""
How sure one can be of a count, a share or a ratio: exact intervals.

Knows numbers only: no frame, no region, no words for a reader and no rounding. Everything is
vectorised and broadcasts; scalars give scalars. ``level`` is the two-sided confidence unless a
function says otherwise. A missing number (NaN) gives a missing interval, never a zero. Every
function raises ``ValueError`` for impossible input, as ``limits`` says; what else one refuses, it
says itself.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from analysis.language.vocabulary import Method

from . import limits
from .limits import Floats, Interval

# scipy.stats offers the same quantiles by name, but takes four times as long to import.
from .special import special


class RateRatio(NamedTuple):
    """One rate over another (1 is no difference), with its limits."""

    ratio: Floats
    lower: Floats
    upper: Floats
    method: Method


# Indicators of casualties: several of one accident count as several.
CLUSTERED = ("deaths", "injuries", "disaster_deaths")


class Clustering(NamedTuple):
    """The least and the most that deaths can have been clustered inside their accidents."""

    narrowest: Interval
    widest: Interval
    least_inflation: Floats  # of the variance, over that of independent deaths
    most_inflation: Floats


def poisson(count: ArrayLike, *, level: float = 0.95) -> Interval:
    """
    Exact central interval for the expected number behind a count of events.

    Source: Garwood 1936, Biometrika 28:437-442.

    Parameters
    ----------
    count
        Events observed; any shape.
    level
        Two-sided confidence; each tail holds at most half of the rest.

    Returns
    -------
    Interval
        In events, the shape of *count*; lower is 0 where *count* is 0.

    Examples
    --------
    >>> lower, upper, _ = poisson([0, 10])
    >>> lower.round(3), upper.round(3)
    (array([0.   , 4.795]), array([ 3.689, 18.39 ]))
    """
    events = limits.counts(count)
    lower, upper = _gamma_limits(events, events, np.ones_like(events), limits.tail(level))
    return limits.interval(lower, upper, Method.EXACT_POISSON)


def poisson_upper(count: ArrayLike, *, level: float = 0.95) -> Interval:
    """
    Exact one-sided interval: how large the expected number may still be.

    Takes and returns what :func:`poisson` does, but all the doubt is on the upper side
    (*level* is one-sided) and lower is 0. No event in a year leaves up to 3.0 expected ones:
    the rule of three, Hanley & Lippman-Hand 1983, JAMA 249:1743-1745.

    Examples
    --------
    >>> f"{poisson_upper(0).upper:.3f}"
    '2.996'
    """
    events = limits.counts(count)
    _, upper = _gamma_limits(events, events, np.ones_like(events), 2 * limits.tail(level))
    return limits.interval(0 * upper, upper, Method.EXACT_POISSON_UPPER)


def byar(count: ArrayLike, *, level: float = 0.95) -> Interval:
    """
    Byar's approximation to :func:`poisson`, as other publishers print it; for cross-checks.

    Takes and returns what :func:`poisson` does. At 95 % it is within 0.2 % of the exact limits
    from 10 events on. Source: Breslow & Day 1987, IARC Scientific Publications 82, p. 69.

    Examples
    --------
    >>> lower, upper, _ = byar(10)
    >>> f"{lower:.3f} {upper:.3f}"
    '4.787 18.391'
    """
    events = limits.counts(count)
    z = -special.ndtri(limits.tail(level))
    lower = np.where(events == 0, 0.0, _byar_limit(np.maximum(events, 1), -z))
    return limits.interval(lower, _byar_limit(events + 1, z), Method.BYAR)


def part_of_whole(count: ArrayLike, total: ArrayLike) -> Interval:
    """
    Return the 95 % interval of a share by the method that figures use.

    Every share that is drawn, tested or printed comes from here: another method is chosen here.
    """
    return share(count, total, method="exact")


def share(
    count: ArrayLike,
    total: ArrayLike,
    *,
    level: float = 0.95,
    method: Literal["exact", "wilson"] = "exact",
) -> Interval:
    """
    Interval for the share of *total* that *count* is a sample of.

    Source: Clopper & Pearson 1934, Biometrika 26:404-413; Wilson 1927, JASA 22:209-212.

    Parameters
    ----------
    count, total
        Cases, and all that could have been one; broadcast together.
    level
        Two-sided confidence.
    method
        ``"exact"`` never covers less than *level*; ``"wilson"`` does so on average only, and
        is narrower.

    Returns
    -------
    Interval
        Fractions of 1; 0 of 0 may be anything from 0 to 1.

    Raises
    ------
    ValueError
        If *count* exceeds *total*, or *method* is another word.

    Examples
    --------
    >>> lower, upper, _ = share(0, [10, 100])
    >>> upper.round(3)
    array([0.308, 0.036])
    """
    cases = limits.counts(count)
    others = limits.counts(total) - cases
    limits.refuse(others < 0, -others, "a count may not exceed its total, but does so by")
    if method == "exact":
        ends = _clopper_pearson(cases, others, limits.tail(level))
        return limits.interval(*ends, Method.CLOPPER_PEARSON)
    if method == "wilson":
        return limits.interval(*_wilson(cases, others, limits.tail(level)), Method.WILSON)
    message = f"method must be 'exact' or 'wilson', got {method!r}"
    raise ValueError(message)


def rate_ratio(
    count: ArrayLike,
    exposure: ArrayLike,
    other_count: ArrayLike,
    other_exposure: ArrayLike,
    *,
    level: float = 0.95,
) -> RateRatio:
    """
    Ratio of the rate count/exposure to the rate other_count/other_exposure.

    Source: Przyborowski & Wilenski 1940, Biometrika 31:313-323: given the sum, one count is
    binomial.

    Parameters
    ----------
    count, other_count
        Events of the two independent groups or years.
    exposure, other_exposure
        What the events arose from (years, people), positive, in one unit for both.
    level
        Two-sided confidence. The limits exclude 1 exactly where ``tests.poisson_p`` is below
        ``1 - level``.

    Returns
    -------
    RateRatio
        The broadcast shape. The other count 0 gives an infinite ratio and upper limit; both 0
        give a missing ratio between 0 and infinity.

    Examples
    --------
    >>> ratio, lower, upper, _ = rate_ratio(42, 1, 45, 1)
    >>> f"{ratio:.2f} ({lower:.2f}-{upper:.2f})"
    '0.93 (0.60-1.45)'
    """
    ours, theirs, tail = limits.counts(count), limits.counts(other_count), limits.tail(level)
    scale = limits.exposures(other_exposure) / limits.exposures(exposure)
    low, high = _clopper_pearson(ours, theirs, tail)
    # One minus the above, but with all its digits where that is next to nothing.
    other_low, other_high = _clopper_pearson(theirs, ours, tail)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, lower, upper = ours / theirs, low / other_high, high / other_low
    return RateRatio(
        (ratio * scale)[()], (lower * scale)[()], (upper * scale)[()], Method.EXACT_CONDITIONAL
    )


def compound_poisson(
    deaths: ArrayLike, *, accidents: ArrayLike = 1, level: float = 0.95
) -> Interval:
    """
    Interval for the expected total of deaths that come several to an accident.

    Parameters
    ----------
    deaths
        Deaths in one accident; the last axis is summed over.
    accidents
        How many accidents had that many deaths, so that a histogram will do.
    level
        Two-sided confidence.

    Returns
    -------
    Interval
        In deaths, the shape of *deaths* without its last axis. Exactly :func:`poisson` when each
        accident has one death, and n times it when each has n.

    Notes
    -----
    The variance is the sum of squared deaths: Kegler 2007, Epidemiol Perspect Innov 4:1. His
    normal limits are replaced by gamma limits, which suit small and skewed sums: Fay & Feuer 1997,
    Stat Med 16:791-801, for weighted sums of Poisson counts, the weight here being the deaths of
    an accident. Severities that did not occur are taken not to exist, so that where disasters are
    rare and accidents few it may cover less than *level*.

    Examples
    --------
    >>> lower, upper, _ = compound_poisson([1, 2], accidents=[39, 3])
    >>> f"{lower:.1f}-{upper:.1f}"
    '32.1-62.6'
    """
    given = limits.counts(deaths), limits.counts(accidents)
    killed, times = np.broadcast_arrays(*np.atleast_1d(*given))
    total, squares = (killed * times).sum(axis=-1), (killed**2 * times).sum(axis=-1)
    worst = np.where(times > 0, killed, 0).max(axis=-1, initial=1)
    ends = _gamma_limits(total, squares, worst, limits.tail(level))
    return limits.interval(*ends, Method.COMPOUND_POISSON)


def compound_poisson_bounds(
    accidents: ArrayLike, deaths: ArrayLike, *, largest: ArrayLike = np.nan, level: float = 0.95
) -> Clustering:
    """
    Bounds of :func:`compound_poisson` when only the totals are known.

    Each accident killed at least one; the further deaths are spread as evenly as can be
    (narrowest), or heaped into as few accidents as can be (widest).

    Parameters
    ----------
    accidents, deaths
        Fatal accidents, and the deaths in them; broadcast together.
    largest
        The most deaths one accident can have had, if known: 2 where a report rules out accidents
        with three or more. NaN sets no limit.
    level
        Two-sided confidence.

    Returns
    -------
    Clustering
        Intervals in deaths; inflations of the variance as factors, missing where nobody died.

    Raises
    ------
    ValueError
        If there are fewer deaths than accidents, or more than *largest* in each.

    Examples
    --------
    >>> bounds = compound_poisson_bounds(42, 45)
    >>> f"{bounds.least_inflation:.3f} {bounds.most_inflation:.3f}"
    '1.133 1.267'
    """
    given = limits.counts(accidents), limits.counts(deaths), limits.counts(largest)
    events, killed, most = np.broadcast_arrays(*given)
    most = np.fmin(most, killed)
    limits.refuse(killed < events, killed, "each accident needs a death, but the deaths are only")
    limits.refuse(killed > events * most, killed, "the accidents cannot have had so many deaths:")
    further, tail = killed - events, limits.tail(level)
    with np.errstate(invalid="ignore"):
        narrowest, least = _clustered(events, further, *_even(events, further), tail)
        widest, greatest = _clustered(events, further, *_heaped(most, further), tail)
    return Clustering(narrowest, widest, least, greatest)


def _gamma_limits(
    total: Floats, variance: Floats, step: Floats, tail: float
) -> tuple[Floats, Floats]:
    """Limits of Fay & Feuer for a sum that grows by at most *step*; Garwood's when all agree."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = variance / total
        lower = ratio * special.gammaincinv(total / ratio, tail)
    ratio = (variance + step**2) / (total + step)
    upper = ratio * special.gammainccinv((total + step) / ratio, tail)
    return np.where(total == 0, 0.0, lower), upper


def _byar_limit(events: Floats, z: float) -> Floats:
    """Wilson and Hilferty's cube, cut off where it would fall below zero."""
    root = np.maximum(1 - 1 / (9 * events) + z / (3 * np.sqrt(events)), 0)
    limit: Floats = events * root**3
    return limit


def _clopper_pearson(cases: Floats, others: Floats, tail: float) -> tuple[Floats, Floats]:
    """Exact limits of the share of *cases* among cases and others."""
    missing = 0 * (cases + others)  # keeps NaN where the closed ends would hide it
    lower = special.betaincinv(np.maximum(cases, 1), others + 1, tail)
    upper = special.betainccinv(cases + 1, np.maximum(others, 1), tail)
    return np.where(cases == 0, missing, lower), np.where(others == 0, 1 + missing, upper)


def _wilson(cases: Floats, others: Floats, tail: float) -> tuple[Floats, Floats]:
    """Score limits of the share of *cases* among cases and others."""
    total, square = cases + others, special.ndtri(tail) ** 2
    spread = np.sqrt(square * (cases * others / np.maximum(total, 1) + square / 4))
    middle, missing = cases + square / 2, 0 * total
    lower, upper = (middle - spread) / (total + square), (middle + spread) / (total + square)
    return np.where(cases == 0, missing, lower), np.where(others == 0, 1 + missing, upper)


def _even(accidents: Floats, further: Floats) -> tuple[Floats, Floats]:
    """Sum of squares and maximum of the further deaths when spread evenly."""
    each, rest = np.divmod(further, np.maximum(accidents, 1))
    return accidents * each**2 + rest * (2 * each + 1), each + (rest > 0)


def _heaped(most: Floats, further: Floats) -> tuple[Floats, Floats]:
    """Sum of squares and maximum of the further deaths when heaped into few accidents."""
    room = np.maximum(most - 1, 1)
    full, rest = np.divmod(further, room)
    return full * room**2 + rest**2, np.minimum(room, further)


def _clustered(
    accidents: Floats, further: Floats, squares: Floats, most: Floats, tail: float
) -> tuple[Interval, Floats]:
    """Interval and inflation where the further deaths have this sum of squares and maximum."""
    deaths, variance = accidents + further, accidents + 2 * further + squares
    ends = _gamma_limits(deaths, variance, 1 + most, tail)
    return limits.interval(*ends, Method.COMPOUND_POISSON), variance / deaths
