"""
The arithmetic that the reports state, decided from the printed numbers and their precision.

It names an identity's numbers by their places, so a wrong offset shows as a wrong sum.
"""

import math
from decimal import Decimal
from typing import Any, NamedTuple

import pandas as pd

from analysis.language.vocabulary import Closure, Relation

from . import numerals
from .load import Tables


class _Figure(NamedTuple):
    """A printed number and half of the last place it is printed to (0 for a plain count)."""

    value: Decimal
    slack: Decimal


def decided(tables: Tables) -> pd.DataFrame:
    """
    Return the identities with the result of checking the printed numbers of each.

    Returns
    -------
    pandas.DataFrame
        The identities with ``original``, ``formula`` (as written out), ``gap`` (left minus right,
        in the unit of the whole) and ``decided`` (a word of ``Closure``, or why it cannot be).
    """
    written = _written(tables)
    frame = tables.identities.assign(original=tables.original_of("identities"))
    results = [_decide(row, written) for _, row in frame.iterrows()]
    columns = pd.DataFrame(results, columns=["formula", "gap", "decided"], index=frame.index)
    return frame.join(columns)


def _written(tables: Tables) -> dict[tuple[str, int], _Figure]:
    """The number at each place of each original, in base units."""
    rows = tables.observations[["start", "value"]].assign(of=tables.original_of("observations"))
    values = {
        (original, start): Decimal(repr(value))
        for start, value, original in rows.itertuples(index=False, name=None)
    }
    mentions = tables.mentions[["start", "raw"]].assign(of=tables.original_of("mentions"))
    figures = {
        (original, start): _figure(raw, values.get((original, start)))
        for start, raw, original in mentions.itertuples(index=False, name=None)
    }
    return {place: figure for place, figure in figures.items() if figure is not None}


def _figure(raw: str, value: Decimal | None) -> _Figure | None:
    """The number that *raw* writes; None for a numeral that is none, such as 2024.5.21."""
    try:
        number = numerals.value(raw)
    except ValueError:
        return None
    base = number if value is None else value
    scale = abs(base / number) if number else Decimal(1)
    decimals = len(raw.partition(".")[2])
    exact = scale == 1 and not decimals
    return _Figure(base, Decimal(0) if exact else scale.scaleb(-decimals) / 2)


def _decide(
    row: "pd.Series[Any]", written: dict[tuple[str, int], _Figure]
) -> tuple[str, float, str]:
    places = [int(row["whole"]), *map(int, str(row["parts"]).split())]
    missing = [place for place in places if (row["original"], place) not in written]
    if missing:
        return "", math.nan, f"no numeral at {missing[0]}"
    whole, *parts = (written[row["original"], place] for place in places)
    kind = Relation(str(row["kind"]))
    if kind is not Relation.SUM and len(parts) != 2:
        return "", math.nan, f"{kind} of {len(parts)} numbers"
    try:
        formula, result, slack = _arithmetic(kind, whole, parts)
    except ArithmeticError:
        return "", math.nan, "a division by zero"
    gap = abs(whole.value) - abs(result)
    return formula, float(gap), str(_closure(gap, slack))


def _closure(gap: Decimal, slack: Decimal) -> Closure:
    if gap == 0:
        return Closure.EXACT
    return Closure.WITHIN_ROUNDING if abs(gap) <= slack else Closure.DOES_NOT_CLOSE


def _arithmetic(
    kind: Relation, whole: _Figure, parts: list[_Figure]
) -> tuple[str, Decimal, Decimal]:
    """The relation written out, what its right side gives, and what rounding may explain."""
    end = _plain(whole.value)
    slack = sum((part.slack for part in parts), whole.slack)
    values = [part.value for part in parts]
    if kind is Relation.SUM:
        return f"{' + '.join(map(_plain, values))} = {end}", sum(values, Decimal(0)), slack
    first, second = values
    if kind is Relation.DIFFERENCE:
        return f"{_plain(first)} − {_plain(second)} = {end}", first - second, slack
    if kind is Relation.SHARE:
        return f"{_plain(first)} ÷ {_plain(second)} = {end}%", 100 * first / second, whole.slack
    before = first - second
    change = 100 * second / before
    return f"{_plain(second)} ÷ {_plain(before)} = {end}%", change, whole.slack


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
