"""
How sure one can be of a count, a share or a change: intervals, limits and exact verdicts.

Knows numbers only: no frame, no region, no words for a reader and no rounding. Everything is
vectorised and broadcasts; scalars give scalars. ``level`` is the two-sided confidence unless a
function says otherwise. A missing number (NaN) gives a missing interval, never a zero. Every
function raises ``ValueError`` for impossible input: a negative, infinite or fractional count, an
exposure that is not positive, a level outside (0, 1); what else one refuses, it says itself.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

# scipy.stats offers the same quantiles by name, but takes four times as long to import.
from scipy import special

Floats = NDArray[np.float64]

FEWEST_EVENTS = 10  # NCHS 2023 (Vital Health Stat 2(200)): below this a rate is not shown
WIDEST = 1.6  # NCHS 2023: an interval wider than 160 % of its estimate says too little
XMR_FACTOR = 2.66  # three sigma, with sigma = mean moving range / 1.128
FEWEST_POINTS = 5  # with fewer, the limits stand on three moving ranges at most


class Method(StrEnum):
    """How an interval, a limit or a verdict was computed."""

    EXACT_POISSON = "exact-c"  # central and exact; the name statsmodels gives it
    EXACT_POISSON_UPPER = "exact-upper"
    BYAR = "byar"
    CLOPPER_PEARSON = "clopper-pearson"
    WILSON = "wilson"
    EXACT_CONDITIONAL = "exact-conditional"
    COMPOUND_POISSON = "compound-poisson-gamma"
    FUNNEL = "exact-funnel"
    FUNNEL_OVERDISPERSED = "exact-funnel-overdispersed"
    XMR = "xmr"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"


class Reliability(StrEnum):
    """How much a count can carry, by the rule of the NCHS."""

    RELIABLE = "reliable"
    FEW_EVENTS = "few_events"
    WIDE = "wide"


class Verdict(StrEnum):
    """What a count says about a target that it should not exceed."""

    MET = "met"
    MISSED = "missed"
    CANNOT_TELL = "cannot_tell"


class Interval(NamedTuple):
    """Two limits in the unit of the subject, and how they were found."""

    lower: Floats
    upper: Floats
    method: Method


class RateRatio(NamedTuple):
    """One rate over another (1 is no difference), with its limits."""

    ratio: Floats
    lower: Floats
    upper: Floats
    method: Method


class Clustering(NamedTuple):
    """The least and the most that deaths can have been clustered inside their accidents."""

    narrowest: Interval
    widest: Interval
    least_inflation: Floats  # of the variance, over that of independent deaths
    most_inflation: Floats


class DetectableChange(NamedTuple):
    """The nearest counts on either side that differ by more than chance; NaN where none can."""

    at_most: Floats
    at_least: Floats

    @property
    def method(self) -> Method:
        """The interval that decides."""
        return Method.EXACT_CONDITIONAL


class ProcessLimits(NamedTuple):
    """Natural process limits of a series, in its own unit."""

    mean: float
    moving_range: float
    lower: float
    upper: float
    method: Method


class Discoveries(NamedTuple):
    """Which tests of a family stand, and their adjusted p-values."""

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
    events = _counts(count)
    lower, upper = _gamma_limits(events, events, np.ones_like(events), _tail(level))
    return _interval(lower, upper, Method.EXACT_POISSON)


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
    events = _counts(count)
    _, upper = _gamma_limits(events, events, np.ones_like(events), 2 * _tail(level))
    return _interval(0 * upper, upper, Method.EXACT_POISSON_UPPER)


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
    events = _counts(count)
    z = -special.ndtri(_tail(level))
    lower = np.where(events == 0, 0.0, _byar_limit(np.maximum(events, 1), -z))
    return _interval(lower, _byar_limit(events + 1, z), Method.BYAR)


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
    cases = _counts(count)
    others = _counts(total) - cases
    _refuse(others < 0, -others, "a count may not exceed its total, but does so by")
    if method == "exact":
        limits = _clopper_pearson(cases, others, _tail(level))
        return _interval(*limits, Method.CLOPPER_PEARSON)
    if method == "wilson":
        return _interval(*_wilson(cases, others, _tail(level)), Method.WILSON)
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
        Two-sided confidence. The limits exclude 1 exactly where :func:`poisson_p` is below
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
    ours, theirs, tail = _counts(count), _counts(other_count), _tail(level)
    scale = _exposures(other_exposure) / _exposures(exposure)
    low, high = _clopper_pearson(ours, theirs, tail)
    # One minus the above, but with all its digits where that is next to nothing.
    other_low, other_high = _clopper_pearson(theirs, ours, tail)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, lower, upper = ours / theirs, low / other_high, high / other_low
    return RateRatio(
        (ratio * scale)[()], (lower * scale)[()], (upper * scale)[()], Method.EXACT_CONDITIONAL
    )


def poisson_p(
    count: ArrayLike, exposure: ArrayLike, other_count: ArrayLike, other_exposure: ArrayLike
) -> Floats:
    """
    Two-sided p-value that two rates are one, in agreement with :func:`rate_ratio`.

    Takes what :func:`rate_ratio` takes and gives the broadcast shape: twice the smaller tail of
    the conditional binomial, at most 1; 1 for 0 against 0. Libraries mostly sum the less likely
    outcomes instead, which can contradict a central interval (statsmodels issue 8233).

    Examples
    --------
    >>> f"{poisson_p(42, 1, 45, 1):.2f}"
    '0.83'
    """
    ours, theirs = _counts(count), _counts(other_count)
    our_time, their_time = _exposures(exposure), _exposures(other_exposure)
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
        Two-sided confidence of the :func:`rate_ratio` that has to exclude 1.

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
    before, tail = _counts(count), _tail(level)
    # Hoeffding: a count that lies further off than this has less than the tail's probability.
    far = before - 2 * np.log(tail) + 2 * np.sqrt(-np.log(tail) * before) + 1
    fewer = _first(lambda now: _at_least(before, now, 0.5) >= tail, far) - 1
    more = _first(lambda now: _at_least(now, before, 0.5) < tail, far)
    return DetectableChange(np.where(fewer < 0, np.nan, fewer)[()], more[()])


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
    killed, times = np.broadcast_arrays(*np.atleast_1d(_counts(deaths), _counts(accidents)))
    total, squares = (killed * times).sum(axis=-1), (killed**2 * times).sum(axis=-1)
    worst = np.where(times > 0, killed, 0).max(axis=-1, initial=1)
    return _interval(*_gamma_limits(total, squares, worst, _tail(level)), Method.COMPOUND_POISSON)


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
    given = _counts(accidents), _counts(deaths), _counts(largest)
    events, killed, most = np.broadcast_arrays(*given)
    most = np.fmin(most, killed)
    _refuse(killed < events, killed, "each accident needs a death, but the deaths are only")
    _refuse(killed > events * most, killed, "the accidents cannot have had so many deaths:")
    further, tail = killed - events, _tail(level)
    with np.errstate(invalid="ignore"):
        narrowest, least = _clustered(events, further, *_even(events, further), tail)
        widest, greatest = _clustered(events, further, *_heaped(most, further), tail)
    return Clustering(narrowest, widest, least, greatest)


def funnel(expected: ArrayLike, *, level: float = 0.95, dispersion: ArrayLike = 1.0) -> Interval:
    """
    Limits that chance alone keeps a count within, around an expected number.

    Source: Spiegelhalter 2005, Stat Med 24:1185-1202, for the limits and multiplicative
    overdispersion.

    Parameters
    ----------
    expected
        Events expected from an outside reference, not from the units that are judged; any shape.
    level
        Two-sided probability of staying within; each side is left by at most half of the rest.
    dispersion
        Assumed variance over that of a Poisson count, 1 or more. The normal quantile of the level
        is multiplied by its square root, and the exact limits of the widened level are taken.

    Returns
    -------
    Interval
        Whole counts; both limits are still within.

    Raises
    ------
    ValueError
        If *expected* is negative or infinite, or *dispersion* is below 1.

    Examples
    --------
    >>> lower, upper, _ = funnel([45, 45], dispersion=[1, 2])
    >>> lower, upper
    (array([32., 28.]), array([59., 65.]))
    """
    mean, factor = np.broadcast_arrays(_amounts(expected), _amounts(dispersion))
    _refuse(factor < 1, factor, "a dispersion is 1 or more, got")
    z = special.ndtri(_tail(level)) * np.sqrt(factor)
    tail, surprise = special.ndtr(z), -special.log_ndtr(z)
    # Bernstein: a count beyond this has less than the tail's probability.
    far = mean + surprise + np.sqrt(2 * surprise * mean) + 1
    lower = _first(lambda count: special.gammaincc(count + 1, mean) >= tail, far)
    upper = _first(lambda count: special.gammainc(count + 1, mean) <= tail, far)
    plain = bool(np.all(factor == 1))
    return _interval(lower, upper, Method.FUNNEL if plain else Method.FUNNEL_OVERDISPERSED)


def xmr(values: ArrayLike) -> ProcessLimits:
    """
    Natural process limits of a series in time order (the X part of an XmR chart).

    Source: Wheeler 1993, Understanding Variation.

    Parameters
    ----------
    values
        One value a period, none missing; at least five.

    Returns
    -------
    ProcessLimits
        In the unit of *values*: mean, mean moving range, mean -/+ 2.66 moving ranges. The lower
        limit may be negative even for counts.

    Raises
    ------
    ValueError
        If there are fewer than five values, or one is missing or infinite.

    Examples
    --------
    >>> limits = xmr([10, 12, 11, 13, 12])
    >>> f"{limits.mean:.1f} ({limits.lower:.2f} to {limits.upper:.2f})"
    '11.6 (7.61 to 15.59)'
    """
    series = np.asarray(values, dtype=float)
    if series.ndim != 1 or series.size < FEWEST_POINTS:
        message = f"limits need one series of {FEWEST_POINTS} points or more, got {series.shape}"
        raise ValueError(message)
    _refuse(~np.isfinite(series), series, "a series for process limits has no gaps, got")
    mean, moving = float(series.mean()), float(np.abs(np.diff(series)).mean())
    reach = XMR_FACTOR * moving
    return ProcessLimits(mean, moving, mean - reach, mean + reach, Method.XMR)


def false_discovery(p_values: ArrayLike, *, rate: float = 0.05) -> Discoveries:
    """
    Pick the tests that stand when on average at most *rate* of the picked may be false.

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
    _tail(rate)
    p = _amounts(p_values)
    _refuse(p > 1, p, "a p-value is at most 1, got")
    order = np.argsort(p, axis=None)[: np.count_nonzero(~np.isnan(p))]  # NaN sorts last
    scaled = p.flat[order] * order.size / np.arange(1, order.size + 1)
    adjusted = np.full(p.shape, np.nan)
    adjusted.flat[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return Discoveries((adjusted <= rate)[()], adjusted[()])


def reliability(count: ArrayLike, *, level: float = 0.95) -> NDArray[np.str_]:
    """
    How much a count can carry: a word of :class:`Reliability` for each.

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
    events = _known(_counts(count))
    lower, upper, _ = poisson(events, level=level)
    rules = [events < FEWEST_EVENTS, upper - lower > WIDEST * events]
    words = [Reliability.FEW_EVENTS.value, Reliability.WIDE.value]
    return np.select(rules, words, Reliability.RELIABLE.value)[()]


def target_verdict(count: ArrayLike, target: ArrayLike, *, level: float = 0.95) -> NDArray[np.str_]:
    """
    Whether a target not to be exceeded was met: a word of :class:`Verdict` for each.

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
        it. How large the risk may still be is :func:`poisson_upper`'s to say.

    Examples
    --------
    >>> target_verdict([0, 1, 45, 45], [0, 0, 50, 70])
    array(['met', 'missed', 'cannot_tell', 'met'], dtype='<U11')
    """
    events, limit = _known(_counts(count)), _known(_amounts(target))
    lower, upper, _ = poisson(events, level=level)
    rules = [(limit == 0) & (events == 0), lower > limit, upper <= limit]
    words = [Verdict.MET.value, Verdict.MISSED.value, Verdict.MET.value]
    return np.select(rules, words, Verdict.CANNOT_TELL.value)[()]


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


def _at_least(count: Floats, other: Floats, chance: Floats | float) -> Floats:
    """Binomial probability of *count* or more among count and other."""
    tail = special.betainc(np.maximum(count, 1), other + 1, chance)
    return np.where(count == 0, 1.0, tail)


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
    limits = _gamma_limits(deaths, variance, 1 + most, tail)
    return _interval(*limits, Method.COMPOUND_POISSON), variance / deaths


def _first(holds: Callable[[Floats], NDArray[np.bool_]], far: Floats) -> Floats:
    """Find the smallest whole number up to *far* where a condition that stays true holds."""
    low, high = 0 * far, np.ceil(far)
    while np.any(low < high):
        middle = np.floor((low + high) / 2)
        found = holds(middle)
        low, high = np.where(found, low, middle + 1), np.where(found, middle, high)
    return low


def _interval(lower: Floats, upper: Floats, method: Method) -> Interval:
    """Name the method; an array without a dimension becomes a plain number."""
    return Interval(lower[()], upper[()], method)


def _tail(level: float) -> float:
    """Probability left to each side."""
    if not 0 < level < 1:
        message = f"a level lies strictly between 0 and 1, got {level}"
        raise ValueError(message)
    return (1 - level) / 2


def _counts(value: ArrayLike) -> Floats:
    """Whole numbers from zero up; missing stays NaN."""
    counts = _amounts(value)
    _refuse(counts > np.floor(counts), counts, "counts are whole, got")
    return counts


def _exposures(value: ArrayLike) -> Floats:
    """Positive numbers; missing stays NaN."""
    exposures = _amounts(value)
    _refuse(exposures == 0, exposures, "an exposure is positive, got")
    return exposures


def _amounts(value: ArrayLike) -> Floats:
    """Finite numbers from zero up; missing stays NaN."""
    amounts = np.asarray(value, dtype=float)
    _refuse((amounts < 0) | np.isinf(amounts), amounts, "expected finite numbers from 0 up, got")
    return amounts


def _known(amounts: Floats) -> Floats:
    """Numbers none of which is missing: a verdict on nothing is no verdict."""
    _refuse(np.isnan(amounts), amounts, "a missing number cannot be judged; leave it out:")
    return amounts


def _refuse(wrong: NDArray[np.bool_], values: Floats, complaint: str) -> None:
    """Stop at the first value that is wrong."""
    if np.any(wrong):
        message = f"{complaint} {values[wrong].flat[0]:g}"
        raise ValueError(message)
