"""
What number a printed figure states: 两成, 三分之二, ９９．１％ and 1亿2000万 as well as 26211.63万.

It reads characters around one numeral; whether a row says the same is for ``checks`` and
``originals``.
"""

import re
from contextlib import suppress
from decimal import Decimal
from unicodedata import normalize

from . import numerals

_FULL_WIDTH_POINT = re.compile(r"．(\d+)")
_TENTHS = re.compile(r"成(?![立员果为功本品都长])([一二三四五六七八九半]?)")
_BELOW = re.compile(r"分之([一二三四五六七八九十]+|\d+)")
_ABOVE = re.compile(r"([二三四五六七八九十]+|\d+)分之$")
_MORE = re.compile(r"([万亿]+)[零又]?(\d+(?:\.\d+)?)([百千]?)(?=万)")
_SCALE = re.compile(r"[余多]?[万亿]*[余多]?")
_TIMES = {"": 1, "百": 100, "千": 1000}
_PLACES = 6  # decimals that a fraction in percent may be rounded to


def numbers(text: str, start: int, end: int) -> set[Decimal]:
    """
    The numbers that the numeral ``text[start:end]`` may state: one, but for a rounded fraction.

    Raises
    ------
    ValueError
        When the numeral is no single number, such as 2024.5.21.

    Examples
    --------
    >>> numbers("下降两成", 2, 3), numbers("９９．１％", 0, 2), numbers("1亿2000万元", 0, 1)
    ({Decimal('20')}, {Decimal('99.1')}, {Decimal('120000000')})
    >>> Decimal("66.67") in numbers("三分之二", 3, 4), numbers("百分之九十八", 3, 6)
    (True, {Decimal('98')})
    """
    raw, before, after = text[start:end], text[:start], text[end:]
    if point := _FULL_WIDTH_POINT.match(after):
        raw, after = normalize("NFKC", raw + point[0]), after[point.end() :]
    if tenths := _TENTHS.match(after):
        return {numerals.value(raw) * 10 + _half(tenths[1])}
    if below := _BELOW.match(after):
        return _share(numerals.value(below[1]), numerals.value(raw))
    if (above := _ABOVE.search(before)) and above[1] not in {"百", "千", "万"}:
        return _share(numerals.value(raw), numerals.value(above[1]))
    more = _MORE.match(after)
    if more is None:
        return {numerals.scaled(raw, after)}
    rest = numerals.scaled(more[2], after[more.end() :]) * _TIMES[more[3]]
    return {numerals.scaled(raw, more[1]) + rest}


def states(printed: str, length: int, value: float) -> bool:
    """
    Return whether *printed* may state *value*, where its numeral is *length* characters long.

    A phrase without such a numeral states 0, 1 or 100 (无…, one thing, 全部).

    >>> states("26211.63万元", 8, 262116300), states("26211.63万元", 8, 26211.63)
    (True, False)
    >>> states("下降9.2%", 3, -9.2), states("无重大火灾事故", 7, 0)
    (True, True)
    """
    found = set()
    for numeral in numerals.find(printed):
        if numeral.end - numeral.start == length:
            with suppress(ValueError):
                found |= numbers(printed, numeral.start, numeral.end)
    return abs(value) in {float(number) for number in found or (0, 1, 100)}


def within(phrase: str, value: float, unit: str) -> str:
    """
    The part of a phrase that prints a value: numeral, 万 or 亿, and the unit that follows.

    An empty text where no numeral of the phrase states the value.

    Examples
    --------
    >>> within("各类事故2.18万起、死亡1.96万人", 19600, "人"), within("下降8.7%、7%", -7, "%")
    ('1.96万人', '7%')
    >>> within("未接报较大及以上事故", 0, "起")
    ''
    """
    for numeral in numerals.find(phrase):
        with suppress(ValueError):
            if Decimal(repr(abs(value))) in numbers(phrase, numeral.start, numeral.end):
                scale = _SCALE.match(phrase, numeral.end)
                end = scale.end() if scale else numeral.end
                return phrase[numeral.start : end] + unit * phrase.startswith(unit, end)
    return ""


def _half(digit: str) -> Decimal:
    """The digit behind 成: 九成五 is 95 %, and so is 九成半."""
    return Decimal(5) if digit == "半" else numerals.value(digit) if digit else Decimal(0)


def _share(part: Decimal, whole: Decimal) -> set[Decimal]:
    """A fraction in percent, exact or rounded to any number of places."""
    if not whole or part > whole:
        return {part}
    share = 100 * part / whole
    return {round(share, places) for places in range(_PLACES + 1)}
