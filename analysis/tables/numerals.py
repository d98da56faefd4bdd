"""
The numerals of a Chinese text: their offsets and values.

It reads characters only; what a number means is for the tables and for ``ingest``.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

_FINANCIAL = "壹贰貳叁參肆伍陆陸柒捌玖"
NUMERAL = re.compile(
    r"\d+(?:[.,]\d+)*|[零〇一二三四五六七八九十百千万亿两萬億]+|[廿卅][一二三四五六七八九]?"
    rf"|(?:[{_FINANCIAL}]零?[拾佰仟万亿萬億]+零?)+[{_FINANCIAL}]?"
)
_BARE_SCALE = re.compile(r"[万亿萬億]+")
_SIMPLE = str.maketrans(
    dict(zip(f"{_FINANCIAL}拾佰仟萬億", "一二二三三四五六六七八九十百千万亿", strict=True))
    | {"廿": "二十", "卅": "三十"}
)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}


class Numeral(NamedTuple):
    """A run of digits or Chinese numerals with its place in the text."""

    start: int
    end: int
    raw: str


def find(text: str) -> Iterator[Numeral]:
    """
    Every numeral of *text* in order; a bare 万 or 亿 behind a digit belongs to that digit.

    >>> [numeral.raw for numeral in find("死亡45人,损失2.6万元,两降三无")]
    ['45', '2.6', '两', '三']
    """
    for match in NUMERAL.finditer(text):
        start = match.start()
        if _BARE_SCALE.fullmatch(match[0]) and start and text[start - 1].isdecimal():
            continue
        yield Numeral(start, match.end(), match[0])


def value(raw: str) -> Decimal:
    """
    The number that the numeral *raw* writes.

    Raises
    ------
    ValueError
        When *raw* is no single number: another text, a grouping that is not by thousands, or
        2024.5.21.

    Examples
    --------
    >>> value("1,052"), value("二十"), value("一千二百三十"), value("二〇二四")
    (Decimal('1052'), Decimal('20'), Decimal('1230'), Decimal('2024'))
    >>> value("叁万贰仟"), value("廿三"), value("一百六十八萬")
    (Decimal('32000'), Decimal('23'), Decimal('1680000'))
    """
    if not NUMERAL.fullmatch(raw):
        raise ValueError(raw)
    raw = raw.translate(_SIMPLE)
    if raw[0].isdecimal():
        if ("," in raw and not _GROUPED.fullmatch(raw)) or raw.count(".") > 1:
            raise ValueError(raw)
        return Decimal(raw.replace(",", ""))
    if all(character in _DIGITS for character in raw):
        return Decimal("".join(str(_DIGITS[character]) for character in raw))
    return Decimal(_chinese(raw))


def _chinese(raw: str) -> int:
    """
    The number in words: 一亿二千万 is 120 million, 一万二 is 12 000, 一万亿 is 10**12.

    >>> [_chinese(raw) for raw in ("一亿二千万", "一万二", "一万亿", "三千零五", "万")]
    [120000000, 12000, 1000000000000, 3005, 10000]
    """
    total, section, digit, largest, before = 0, 0, 0, 0, 1
    for character in raw:
        if character in _DIGITS:
            digit = _DIGITS[character]
            before = before if digit else 1  # 零 says that the next place is empty
            continue
        if character in _SMALL:
            section += (digit or 1) * _SMALL[character]
        elif _LARGE[character] > largest:  # 万亿: the larger word multiplies all before it
            total = (total + section + digit or 1) * _LARGE[character]
            largest, section = _LARGE[character], 0
        else:
            total += (section + digit or 1) * _LARGE[character]
            section = 0
        before, digit = (_SMALL | _LARGE)[character], 0
    return total + section + digit * max(before // 10, 1)


def scaled(raw: str, after: str) -> Decimal:
    """
    The number that *raw* writes together with the 万 or 亿 in the text *after* it.

    >>> scaled("26211.63", "万元,其中"), scaled("1.3", "万余人次"), scaled("30", "余万手机")
    (Decimal('262116300.00'), Decimal('13000.0'), Decimal('300000'))
    """
    number = value(raw)
    for character in after.lstrip("余多来")[:2]:
        if character not in _LARGE:
            break
        number *= _LARGE[character]
    return number
