"""
Counts implied by printed percentages, and changes of a base between two publications.

Whole numbers are compared exactly, without floating point. Every result carries the assumptions
that it rests on as fields.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.language.vocabulary import Measure, Vintage
from analysis.rows import as_records

from .special import special

MOST = 100_000  # chains that one search lists at most
SERIES = ["region", "indicator", "breakdown"]
PERIOD = [*SERIES, "span", "year"]
_DECIMALS = r"\d\.(\d+)"
VINTAGES = [
    *("period_start", "period_end", "first", "first_rounding"),
    *("base_low", "base_high", "basis", "reading", "gap_low", "gap_high", "moved"),
    *("later", "published", "firsts_low", "firsts_high", "part_year"),
]


class Reading(StrEnum):
    """How a printed percentage relates to the exact one."""

    ROUNDED = "rounded"  # to the nearest last digit; a tie may go either way
    CUT_OFF = "cut_off"  # further digits dropped, towards zero
    EITHER = "either"
    OVER_CURRENT = "over_current"  # the difference divided by the later count: a slip
    NEITHER = "neither"


class Finding(StrEnum):
    """What a search for the counts behind percentages ended with."""

    UNIQUE = "unique"
    SEVERAL = "several"
    NONE = "none"  # no whole numbers up to the bound fit
    CONTRADICTED = "contradicted"  # some fit, none within the known counts


class Basis(StrEnum):
    """What a base of an earlier period was computed from."""

    DIFFERENCE = "difference"
    PERCENT = "percent"
    ROW = "row"  # a row of vintage "base"


class Moved(StrEnum):
    """How a base differs from the first print of the same period."""

    RAISED = "raised"
    LOWERED = "lowered"
    UNCHANGED = "unchanged"  # the ranges overlap
    UNKNOWN = "unknown"


class Percent(NamedTuple):
    """A printed change in percent, *units* steps of its last digit."""

    units: int
    decimals: int


class Range(NamedTuple):
    """Whole numbers from *low* to *high*, both included."""

    low: int
    high: int


class Chain(NamedTuple):
    """Counts of consecutive periods, and how each printed change between them fits."""

    counts: tuple[int, ...]
    readings: tuple[Reading, ...]
    agrees: bool  # every known count is met


class CountsBehind(NamedTuple):
    """All chains of whole numbers that fit, with the assumptions of the search."""

    chains: tuple[Chain, ...]
    bound: int  # no count above it was tried
    reading: Reading
    known: dict[int, Range]  # by position in the chain
    unrevised: bool = True  # each count is the base of the next change

    @property
    def agreeing(self) -> tuple[Chain, ...]:
        """The chains that meet every known count."""
        return tuple(chain for chain in self.chains if chain.agrees)

    @property
    def finding(self) -> Finding:
        """Whether one chain, several or none fit."""
        if not self.chains:
            return Finding.NONE
        if not self.agreeing:
            return Finding.CONTRADICTED
        return Finding.UNIQUE if len(self.agreeing) == 1 else Finding.SEVERAL

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Smallest and largest count at each position, within the bound; empty if none agree."""
        columns = zip(*(chain.counts for chain in self.agreeing), strict=True)
        return tuple(Range(min(counts), max(counts)) for counts in columns)


class ImpliedBase(NamedTuple):
    """The whole numbers that a later print allows for its base, with the assumptions."""

    low: int
    high: int
    basis: Basis
    reading: Reading  # of the percentage
    half: int  # half the last printed digit of the count

    @property
    def possible(self) -> bool:
        """Whether any whole number fits."""
        return self.low <= self.high


class WholePeriod(NamedTuple):
    """Range of the count of a whole period after a part of it, with the assumptions."""

    low: int
    high: int
    elapsed: float  # share of the period that was counted
    level: float  # one-sided; the rest is Poisson at the same rate


class _Window(NamedTuple):
    """Bounds of ``scale * now / before``; an open bound is itself outside."""

    scale: int
    low: int
    high: int
    open_low: bool
    open_high: bool


def printed_percent(printed: str | float) -> Percent:
    """
    Digits of a change in percent as printed.

    Parameters
    ----------
    printed
        A text such as ``"-27.0%"``, whose trailing zero counts, or a number, whose does not.

    Raises
    ------
    ValueError
        If it is no finite number or below -100.

    Examples
    --------
    >>> printed_percent("-27.0%"), printed_percent(-27.0)
    (Percent(units=-270, decimals=1), Percent(units=-27, decimals=0))
    """
    text = printed if isinstance(printed, str) else f"{printed:.12g}"
    try:
        number = Decimal(text.strip().rstrip("%％").replace("−", "-"))
        decimals = max(0, -int(number.as_tuple().exponent))
    except (InvalidOperation, ValueError):
        message = f"expected a percentage such as '-9.2', got {printed!r}"
        raise ValueError(message) from None
    if number < -100:
        message = f"a count cannot fall by more than 100 %, got {printed!r}"
        raise ValueError(message)
    return Percent(int(number.scaleb(decimals)), decimals)


def reading_of(before: int, now: int, printed: str | float) -> Reading:
    """
    How a printed change fits two counts.

    Parameters
    ----------
    before, now
        Counts of the earlier and the later period.
    printed
        Change from *before* to *now* in percent, as printed.

    Returns
    -------
    Reading
        ``EITHER`` where rounding and cutting off give the same digits; ``NEITHER`` also where
        *before* is 0.

    Examples
    --------
    >>> reading_of(54, 49, "-9.25").value, reading_of(45, 39, "-15.38").value
    ('cut_off', 'over_current')
    """
    change = printed_percent(printed)
    for kind in (Reading.ROUNDED, Reading.CUT_OFF):
        if before and now in _after(before, _window(change, kind)):
            other = now in _after(before, _window(change, Reading.CUT_OFF))
            return Reading.EITHER if other and kind == Reading.ROUNDED else kind
    reverse = _window(Percent(-change.units, change.decimals), Reading.ROUNDED)
    return Reading.OVER_CURRENT if now and before in _after(now, reverse) else Reading.NEITHER


def counts_behind(
    changes: Sequence[str | float],
    *,
    bound: int = 200,
    reading: Reading = Reading.EITHER,
    known: Mapping[int, tuple[int, int]] | None = None,
) -> CountsBehind:
    """
    All whole numbers up to *bound* that fit a chain of printed percentages.

    Parameters
    ----------
    changes
        Printed changes in percent of consecutive periods, in time order.
    bound
        The largest count to try, at every position.
    reading
        ``ROUNDED``, ``CUT_OFF`` or ``EITHER``, for every change.
    known
        Least and greatest count by position, 0 being the base of the first change. It removes no
        chain; it decides which ``agrees``.

    Returns
    -------
    CountsBehind
        The chains in ascending order, complete for the bound, on the assumption that no count was
        revised before it became a base.

    Raises
    ------
    ValueError
        If there is no change, a percentage cannot be read, a position is not in the chain, or
        more than 100,000 chains fit.

    Examples
    --------
    >>> answer = counts_behind(["-13.33", "-9.2"], reading=Reading.ROUNDED, known={2: (68, 75)})
    >>> [chain.counts for chain in answer.chains], answer.finding.value
    ([(75, 65, 59), (150, 130, 118)], 'contradicted')
    """
    ranges = {position: Range(*limits) for position, limits in (known or {}).items()}
    _check(changes, bound, reading, ranges)
    counts: list[tuple[int, ...]] = [(base,) for base in range(1, bound + 1)]
    for printed in changes:
        counts = _extended(counts, _window(printed_percent(printed), reading), bound)
    chains = tuple(_chain(numbers, changes, ranges) for numbers in counts)
    return CountsBehind(chains, bound, reading, ranges)


def implied_base(
    count: int,
    *,
    percent: str | float | None = None,
    difference: int | None = None,
    half: int = 0,
    reading: Reading = Reading.ROUNDED,
) -> ImpliedBase:
    """
    Range of the earlier count that a later count and its printed change imply.

    Parameters
    ----------
    count
        The later count.
    percent
        Its change in percent, as printed; or
    difference
        its change as a number.
    half
        Half the last printed digit of a rounded count: 50 for 2.18万.
    reading
        Of the percentage: ``ROUNDED``, ``CUT_OFF`` or ``EITHER``.

    Returns
    -------
    ImpliedBase
        In events; ``possible`` is false where no whole number fits.

    Raises
    ------
    ValueError
        Unless exactly one of *percent* and *difference* is given, and where the fall may be
        100 %, which fits any base.

    Examples
    --------
    >>> base = implied_base(3415, percent="-29.5")
    >>> base.low, base.high
    (4841, 4847)
    >>> implied_base(515, difference=-179).low
    694
    """
    low, high = max(count - half, 0), count + half
    if percent is not None and difference is None:
        ends = _before(Range(low, high), _window(printed_percent(percent), reading))
        return ImpliedBase(*ends, Basis.PERCENT, reading, half)
    if difference is not None and percent is None:
        ends = Range(max(low - difference, 0), high - difference)
        return ImpliedBase(*ends, Basis.DIFFERENCE, reading, half)
    message = "give either the percentage or the difference"
    raise ValueError(message)


def whole_period(count: int, elapsed: float, *, level: float = 0.998) -> WholePeriod:
    """
    Range that the count of a whole period can have after *count* events in a part of it.

    A range to detect contradictions with, not an estimate: a part is never scaled up.

    Parameters
    ----------
    count
        Events in the part.
    elapsed
        Share of the period that the part covers, above 0 and at most 1.
    level
        Probability that the upper end is not exceeded.

    Returns
    -------
    WholePeriod
        From *count* to the exact one-sided prediction limit. Given the sum, the rest is binomial:
        Przyborowski & Wilenski 1940, Biometrika 31:313-323.

    Raises
    ------
    ValueError
        If *elapsed* or *level* is out of range.

    Examples
    --------
    >>> whole_period(68, 359 / 366)[:2]
    (68, 74)
    """
    if not (0 < elapsed <= 1 and 0 < level < 1):
        message = f"elapsed and level are shares, got {elapsed} and {level}"
        raise ValueError(message)
    rest = 0
    while elapsed < 1 and special.betainc(rest + 1, count + 1, 1 - elapsed) >= 1 - level:
        rest += 1
    return WholePeriod(count, count + rest, elapsed, level)


def vintages(rows: pd.DataFrame, *, reading: Reading = Reading.ROUNDED) -> pd.DataFrame:
    """
    Set the base that a later print implies, and its published change, beside the first print.

    Parameters
    ----------
    rows
        ``region``, ``indicator``, ``breakdown``, ``period_start``, ``period_end``, ``measure``
        (``level``, ``change_pct``, ``change_abs``) and ``value``; optional ``vintage`` (``first``
        where missing, or ``base``), ``rounding`` (half the last printed digit of a level, 0 where
        missing) and ``printed`` (for the decimals of a percentage; else those of the number).
        Periods of one year.
    reading
        Of the percentages.

    Returns
    -------
    pandas.DataFrame
        One row for each level with a printed change whose base has a first print: the series and
        the period of the base; ``first`` with ``first_rounding``; ``base_low`` and ``base_high``,
        computed from a difference, a percentage or a row of vintage ``base``, in that order, as
        ``basis`` says, and ``reading``; ``gap_low`` and ``gap_high``, base over first in percent;
        ``moved``; ``later``, the count of the next year; ``published`` (percent);
        ``firsts_low`` and ``firsts_high``, the change between first prints in percent;
        ``part_year``. Missing where nothing can be computed.

    Raises
    ------
    ValueError
        If a series has two values of one measure and vintage for a period.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "region": "china", "indicator": "accidents", "breakdown": "",
    ...     "period_start": pd.to_datetime(["2024-01-01", "2025-01-01", "2025-01-01"]),
    ...     "period_end": pd.to_datetime(["2024-03-31", "2025-03-31", "2025-03-31"]),
    ...     "measure": ["level", "level", "change_pct"], "value": [3570, 3415, -29.5]})
    >>> row = vintages(rows).iloc[0]
    >>> int(row.base_low), int(row.base_high), row.moved, f"{row.firsts_low:.1f}"
    (4841, 4847, 'raised', '-4.3')
    """
    spans = _spans(rows)
    _refuse_doubled(spans)
    level = spans["measure"].eq(Measure.LEVEL)
    first = spans[level & spans["vintage"].eq(Vintage.FIRST)]
    pairs = first.merge(_named(first, "later", years=-1), on=PERIOD)
    for name in (Measure.CHANGE_ABS, Measure.CHANGE_PCT):
        changes = _named(spans[spans["measure"].eq(name)], name, years=-1)
        pairs = pairs.merge(changes, on=PERIOD, how="left")
    base = _named(spans[level & spans["vintage"].eq(Vintage.BASE)], "base")
    return _compared(pairs.merge(base, on=PERIOD, how="left"), reading)


def _window(change: Percent, reading: Reading) -> _Window:
    """Exact bounds of the ratio; half a last digit is 1 in units of the scale."""
    scale = 200 * 10**change.decimals
    middle = scale + 2 * change.units
    cut = reading in (Reading.CUT_OFF, Reading.EITHER)
    half = int(reading in (Reading.ROUNDED, Reading.EITHER))
    below = 2 if cut and change.units <= 0 else half
    above = 2 if cut and change.units >= 0 else half
    return _Window(scale, middle - below, middle + above, below == 2, above == 2)


def _after(before: int, window: _Window) -> range:
    """Later counts that fit."""
    low = -(-(before * window.low + window.open_low) // window.scale)
    high = (before * window.high - window.open_high) // window.scale
    return range(max(low, 0), high + 1)


def _before(now: Range, window: _Window) -> Range:
    """Earlier counts that fit one of the later ones."""
    if window.low <= 0:
        message = "a fall of 100 % fits any base"
        raise ValueError(message)
    low = -(-(now.low * window.scale + window.open_high) // window.high)
    return Range(max(low, 1), (now.high * window.scale - window.open_low) // window.low)


def _extended(counts: list[tuple[int, ...]], window: _Window, bound: int) -> list[tuple[int, ...]]:
    """Every chain with every next count that fits; nothing follows a count of 0."""
    longer: list[tuple[int, ...]] = []
    for numbers in counts:
        following = _after(numbers[-1], window) if numbers[-1] else ()
        longer += [(*numbers, now) for now in following if now <= bound]
        if len(longer) > MOST:
            message = f"more than {MOST} chains fit; lower the bound of {bound}"
            raise ValueError(message)
    return longer


def _chain(
    counts: tuple[int, ...], changes: Sequence[str | float], known: Mapping[int, Range]
) -> Chain:
    pairs = zip(counts, counts[1:], changes, strict=False)
    agrees = all(limits.low <= counts[at] <= limits.high for at, limits in known.items())
    return Chain(counts, tuple(reading_of(*pair) for pair in pairs), agrees)


def _check(
    changes: Sequence[str | float], bound: int, reading: Reading, known: Mapping[int, Range]
) -> None:
    if not changes or isinstance(changes, str):
        message = f"expected a sequence of percentages, got {changes!r}"
        raise ValueError(message)
    if bound < 1:
        message = f"a bound is 1 or more, got {bound}"
        raise ValueError(message)
    if reading not in (Reading.ROUNDED, Reading.CUT_OFF, Reading.EITHER):
        message = f"reading must be 'rounded', 'cut_off' or 'either', got {reading!r}"
        raise ValueError(message)
    outside = sorted(set(known) - set(range(len(changes) + 1)))
    if outside:
        message = f"known counts have positions 0 to {len(changes)}, got {outside[0]}"
        raise ValueError(message)


def _spans(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of periods within one year, with the optional columns, ``year`` and ``span``."""
    start, end = rows["period_start"], rows["period_end"]
    printed = rows["printed"] if "printed" in rows else pd.Series("", index=rows.index)
    full = rows[[*SERIES, "period_start", "period_end", "measure", "value"]].assign(
        vintage=rows["vintage"].fillna(Vintage.FIRST) if "vintage" in rows else Vintage.FIRST,
        rounding=rows["rounding"].fillna(0.0) if "rounding" in rows else 0.0,
        decimals=printed.str.extract(_DECIMALS, expand=False).str.len(),
        year=end.dt.year,
        # The last day of February is one day, in a leap year or not.
        span=start.dt.strftime("%m-%d/") + end.dt.strftime("%m-%d").replace("02-29", "02-28"),
    )
    within: pd.DataFrame = full[start.dt.year.eq(end.dt.year)]
    return within


def _refuse_doubled(spans: pd.DataFrame) -> None:
    doubled = spans[spans.duplicated([*PERIOD, "measure", "vintage"])]
    if len(doubled):
        row = doubled.iloc[0]
        message = (
            f"two values of {row['measure']} ({row['vintage']}) for {row['region']}, "
            f"{row['indicator']} {row['breakdown']}, {row['span']} {row['year']}; keep one"
        )
        raise ValueError(message)


def _named(rows: pd.DataFrame, name: str, *, years: int = 0) -> pd.DataFrame:
    """The values as *name*, filed that many years later."""
    names = {"value": name, "rounding": f"{name}_rounding", "decimals": f"{name}_decimals"}
    return rows[[*PERIOD, *names]].rename(columns=names).assign(year=rows["year"] + years)


def _compared(pairs: pd.DataFrame, reading: Reading) -> pd.DataFrame:
    changed = pairs[["change_abs", "change_pct"]].notna().any(axis=1)
    pairs = pairs[changed].reset_index(drop=True)
    bases = [_base(row, reading) for row in as_records(pairs)]
    columns = ["base_low", "base_high", "basis"]
    pairs = pairs.join(pd.DataFrame(bases, columns=columns, index=pairs.index))
    low, high = pairs["value"] - pairs["rounding"], pairs["value"] + pairs["rounding"]
    later, half = pairs["later"], pairs["later_rounding"]
    by_number = 100 * pairs["change_abs"] / (later - pairs["change_abs"])
    result = pairs.assign(
        first=pairs["value"],
        first_rounding=pairs["rounding"],
        reading=str(reading),
        gap_low=100 * (pairs["base_low"] / high - 1),
        gap_high=100 * (pairs["base_high"] / low - 1),
        moved=_moved(pairs, low, high),
        published=pairs["change_pct"].fillna(by_number),
        firsts_low=100 * ((later - half) / high - 1),
        firsts_high=100 * ((later + half) / low - 1),
        part_year=pairs["span"].ne("01-01/12-31"),
    )
    return result[[*SERIES, *VINTAGES]]


def _base(row: Mapping[Any, Any], reading: Reading) -> tuple[float, float, str]:
    """Range and basis of the base of one row; missing where nothing implies one."""
    half = int(np.ceil(row["later_rounding"]))
    if pd.notna(row["change_abs"]):
        base = implied_base(int(row["later"]), difference=int(row["change_abs"]), half=half)
        return base.low, base.high, str(base.basis)
    if row["change_pct"] > -100:
        printed = _digits(row["change_pct"], row["change_pct_decimals"])
        base = implied_base(int(row["later"]), percent=printed, half=half, reading=reading)
        if base.possible:
            return base.low, base.high, str(base.basis)
    if pd.notna(row["base"]):
        return row["base"] - row["base_rounding"], row["base"] + row["base_rounding"], Basis.ROW
    return np.nan, np.nan, ""


def _digits(value: float, decimals: float) -> str | float:
    return value if np.isnan(decimals) else f"{value:.{int(decimals)}f}"


def _moved(pairs: pd.DataFrame, low: "pd.Series[float]", high: "pd.Series[float]") -> list[str]:
    rules = [pairs["base_low"].isna(), pairs["base_low"] > high, pairs["base_high"] < low]
    words = [str(Moved.UNKNOWN), str(Moved.RAISED), str(Moved.LOWERED)]
    return [str(word) for word in np.select(rules, words, str(Moved.UNCHANGED))]
