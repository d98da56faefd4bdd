"""
The truth that intervals and verdicts are held to: printed tables and slow exact sums.

The sums share no code with the package: decimals of thirty digits, term by term.
"""

import csv
import math
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

EXPECTED = Path(__file__).parent / "expected"
PRINTED = 1e-9  # ten digits are printed
DIGITS = 30
LEVELS = (0.5, 0.8, 0.9, 0.95, 0.99, 0.998)

steady = settings(deadline=None, max_examples=60)
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


def agrees(value: float, printed: float) -> bool:
    """Whether a value rounds to what is printed, within one unit of its last digit."""
    decimals = -Decimal(str(printed)).as_tuple().exponent
    return abs(value - printed) <= 0.5 * 10**-decimals + 1e-12
