"""The region that a figure of a report is about."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from analysis.tables import csv_file
from analysis.tables.load import regions_covered
from analysis.tables.schema import CODE

from .layout import after_last, fold
from .setting import short

_HEAD = 400  # characters of a report in which its region is named
_HEADING = re.compile(r"[^。\n]{2,30}(?:\n|$)")
_NAMED = re.compile(rf"({CODE}?)(?:[-_ ]?(?:19|20)\d\d.*)?", re.ASCII)


def known(data: Path) -> dict[str, str]:
    """Return the Chinese name of each region in the tables by its code."""
    table = csv_file.table(data / "regions.csv")
    return dict(zip(table["region"], table["name_zh"], strict=True))


def guessed(stem: str, text: str, names: Mapping[str, str]) -> str:
    """
    Return the code of the region that a report is about, '' if nothing names one.

    The name of its file decides, such as ``qingshan-2024``, then the first region in the text.

    >>> guessed("chuxiong-2024", "", {"chuxiong": "楚雄彝族自治州"})
    'chuxiong'
    >>> guessed("report", "楚雄州2024年总结", {"chuxiong": "楚雄彝族自治州"})
    'chuxiong'
    """
    match = _NAMED.fullmatch(stem)
    if match and (match[1] in names or match[1] != stem):
        return match[1]
    head = text[:_HEAD]
    places = {code: head.find(short(name)) for code, name in names.items() if short(name)}
    named = {code: start for code, start in places.items() if start >= 0}
    return min(named, key=named.__getitem__, default="")


class Areas:
    r"""
    The regions of one report, and which of them a place of its text is about.

    >>> areas = Areas("东山市和西水市总结\n东山市事故3起。西水市事故4起。", "east+west",
    ...               {"east": "东山市", "west": "西水市"})
    >>> areas.at(15), areas.at(23)
    ('east', 'west')
    """

    def __init__(self, text: str, region: str, names: Mapping[str, str]) -> None:
        self._text = fold(text)
        self.codes = regions_covered(region)
        shorts = {code: short(names[code]) for code in self.codes if names.get(code)}
        self._codes = {name: code for code, name in shorts.items() if name}
        words = "|".join(map(re.escape, sorted(self._codes, key=len, reverse=True)))
        matches = re.finditer(words, self._text) if words else ()
        self._named = [(match.start(), self._codes[match[0]]) for match in matches]
        lines = Counter(self._line(start) for start, _ in self._named)
        self._heads = [
            (start, code)
            for start, code in self._named
            if lines[self._line(start)] == 1 and _HEADING.match(self._text, self._line(start))
        ]

    def at(self, position: int, name: str = "") -> str:
        """
        Return the code of the region at *position* of the text, '' for a report of one region.

        A *name* that the figure bears is that of the region, or stays as it is where the report
        is about another. Without one the last region named in the paragraph counts, else the one
        in the last heading that names one alone.
        """
        if name:
            return self._codes.get(short(name), name)
        if len(self.codes) == 1:
            return ""
        start, code = _last(self._named, position)
        return code if start >= self._line(position) else _last(self._heads, position)[1]

    def _line(self, position: int) -> int:
        return after_last(self._text, position, "\n")


def _last(named: list[tuple[int, str]], position: int) -> tuple[int, str]:
    """Return the last region named before *position*."""
    index = bisect_left(named, (position, ""))
    return named[index - 1] if index else (-1, "")
