"""
Two limits with the method that found them, and the numbers that limits may be asked about.

What ``intervals`` and ``verdicts`` share: every number is checked here, once. Missing stays NaN; a
negative, infinite or fractional count, an exposure that is not positive and a level outside (0, 1)
raise ``ValueError``.
"""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


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
    FUNNEL_ADDITIVE = "funnel-additive-variance"
    XMR = "xmr"
    BENJAMINI_HOCHBERG = "benjamini-hochberg"


class Interval(NamedTuple):
    """Two limits in the unit of the subject, and how they were found."""

    lower: Floats
    upper: Floats
    method: Method


def interval(lower: Floats, upper: Floats, method: Method) -> Interval:
    """Name the method; an array without a dimension becomes a plain number."""
    return Interval(lower[()], upper[()], method)


def tail(level: float) -> float:
    """Probability left to each side."""
    if not 0 < level < 1:
        message = f"a level lies strictly between 0 and 1, got {level}"
        raise ValueError(message)
    return (1 - level) / 2


def counts(value: ArrayLike) -> Floats:
    """Whole numbers from zero up; missing stays NaN."""
    found = amounts(value)
    refuse(found > np.floor(found), found, "counts are whole, got")
    return found


def exposures(value: ArrayLike) -> Floats:
    """Positive numbers; missing stays NaN."""
    found = amounts(value)
    refuse(found == 0, found, "an exposure is positive, got")
    return found


def amounts(value: ArrayLike) -> Floats:
    """Finite numbers from zero up; missing stays NaN."""
    found = np.asarray(value, dtype=float)
    refuse((found < 0) | np.isinf(found), found, "expected finite numbers from 0 up, got")
    return found


def known(found: Floats) -> Floats:
    """Numbers none of which is missing: a verdict on nothing is no verdict."""
    refuse(np.isnan(found), found, "a missing number cannot be judged; leave it out:")
    return found


def refuse(wrong: NDArray[np.bool_], values: Floats, complaint: str) -> None:
    """Stop at the first value that is wrong."""
    if np.any(wrong):
        message = f"{complaint} {values[wrong].flat[0]:g}"
        raise ValueError(message)
