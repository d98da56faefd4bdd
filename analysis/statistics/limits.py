"""
Two limits with the method that found them, and the numbers that limits may be asked about.

What ``intervals`` and ``verdicts`` share: every number is checked here, once. Missing stays NaN; a
negative, infinite or fractional count, an exposure that is not positive and a level outside (0, 1)
raise ``ValueError``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.language.vocabulary import Method

Floats = NDArray[np.float64]


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
