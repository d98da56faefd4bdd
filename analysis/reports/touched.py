"""
Find the characters beside a figure that its reading did not use.

A digit, sign, scale word, 几, 余, 成 or unit mark that touches a figure belongs to it; a figure
that was read without it may be false.
"""

import re
from collections.abc import Iterator

from . import lexicon
from .doubts import Doubt
from .quantities import Quantity

_REACH = 8
_CHINESE = "零〇一二三四五六七八九十百千万亿两几"
_END = r"(?=[,，。;；、)）的\s]|$)"
_BEFORE = tuple(
    map(
        re.compile,
        (
            rf"(?P<sign>[{_CHINESE}\d]+)$",
            r"(?P<sign>\d[ '’`´])$",
            r"(?:^|[^-−–—~\dA-Za-z])(?P<sign>[-−–+±↓↑▲▼△▽≈≥≤<>])[ ]?$",
            r"(?P<sign>零下|[为达是约]负|负)$",
            r"\d[%％‰]?[ ]?(?P<sign>[-−–—~～/+])[ ]?$",
            r"(?P<sign>[OoIlSBZ|\ufffd])$",
            r"(?P<sign>\d\n)[ ]?$",
        ),
    )
)
_AFTER = tuple(
    map(
        re.compile,
        (
            rf"[ ]?(?P<sign>[余多来几]?[十百千万亿]+)(?:[元人户起吨件家次]|{_END})",
            rf"(?P<sign>[余多几成半许]){_END}",
            r"[ ]?(?P<sign>[%％‰℃°²³½㎡㎢\ufffd])",
            rf"(?P<sign>[OoIlSBZ])(?=[\d{_CHINESE}]|[起人次户家件座处项场份台支个])",
        ),
    )
)
_ODD = re.compile(r"(?<![cdkm]m)(?<!\dm)[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻①-⑳\ufffd]+")
_PARTED = re.compile(r"(?P<sign>\d+)[角分厘米吨秒小千]|(?P<half>半)(?![年月天日小])")
_WHOLE = {"count", "people", "share"}  # 事故12起3人: the next figure is another one
_LETTER = re.compile(r"[OoIl|](?=\d)|(?<=\d)[OoIl|]")


def doubts(text: str, folded: str, read: Quantity) -> Iterator[Doubt]:
    """
    Yield a doubt for each character beside the figure *read* that it does not use.

    Parameters
    ----------
    text, folded
        The text of the report, as it is and folded.
    read
        The figure.

    Examples
    --------
    >>> from analysis.tables.numerals import find
    >>> from .quantities import quantity
    >>> def signs(text):
    ...     read = [quantity(text, numeral) for numeral in find(text)]
    ...     return [doubt.values["sign"] for q in read for doubt in doubts(text, text, q)]
    >>> signs("检查企业1 2家"), signs("火灾≥5起"), signs("检查企业1234家,死亡3人")
    (['1'], ['≥'], [])
    """
    ahead = folded[max(0, read.first - _REACH) : read.first]
    behind = folded[read.last : read.last + _REACH]
    for pattern in _BEFORE:
        match = pattern.search(ahead)
        if match is None or _range(match["sign"], read):
            continue
        if not _idiom(folded, read.first - len(ahead) + match.start("sign"), read.first):
            yield _doubt(match["sign"])
    yield from (_doubt(match["sign"]) for p in _AFTER if (match := p.match(behind)))
    parted = _PARTED.match(behind) if read.unit and read.kind not in _WHOLE else None
    if parted:
        yield _doubt(parted[0])
    for odd in _ODD.finditer(text, max(0, read.first - 1), read.last + 1):
        yield _doubt(odd[0])


def letters(text: str, read: Quantity) -> tuple[Doubt, ...]:
    """Return a doubt for a letter that a digit was taken for, as in 1O人."""
    match = _LETTER.search(text[max(0, read.start - 1) : read.end + 1])
    return (_doubt(match[0]),) if match else ()


def _doubt(sign: str) -> Doubt:
    return Doubt("touched", {"sign": " ".join(sign.split())})


def _idiom(folded: str, start: int, end: int) -> bool:
    """Whether the numeral before the figure is part of a word, as in 统一30家."""
    return not folded[end - 1].isdigit() and bool(lexicon.in_idiom(folded, start, end))


def _range(sign: str, read: Quantity) -> bool:
    """Whether a dash before the figure is that of a range, which was read."""
    ranged = {"range_end", "range_start"}
    return sign in "-−–—~～" and any(doubt.id in ranged for doubt in read.doubts)
