"""
The layout of a report: folded characters, lines, sections, sentences, quotes and brackets.

Every position is an offset into the original text.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache

from analysis.tables.numerals import NUMERAL

_LONGEST_SENTENCE = 1_200
_LONGEST_PARAGRAPH = 4_000
_STOP = re.compile(r"[。;!?\n]")
_FULL_COMMA = "，"
LINE_END = re.compile("\n|\r(?!\n)|[\x0b\x0c\x85\u2028\u2029]")
_UNIT_POWER = {"²": "2", "³": "3"}
_RAISED = re.compile(r"(?<=m)[²³]|(?<=[\d%‰])[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻①-⑳]+")
_HYPHENS = "‐‑‒−﹣"
_SIMPLE = {"萬": "万", "億": "亿"}
_GROUP = re.compile(r"(?<!\d)(?<!\d,)\d{1,3}(?:,\d{3})+(?!\d)")


class Mood(Enum):
    """Whether a section reports what was done or plans what is to be done."""

    REPORT = auto()
    PLAN = auto()


@cache
def _folded(character: str) -> str:
    """
    Return the NFKC form of a character if it is one character and no new numeral.

    Traditional scale words are simplified.

    >>> _folded("３"), _folded("％"), _folded("①"), _folded("㎡"), _folded("，")
    ('3', '%', '①', '㎡', ',')
    """
    folded = _SIMPLE.get(character) or unicodedata.normalize("NFKC", character)
    if folded in _HYPHENS:
        return "-"
    if len(folded) != 1:
        return character
    if NUMERAL.match(folded) and not NUMERAL.match(character):
        return character
    return " " if folded == "\t" else folded


def fold(text: str) -> str:
    r"""
    Normalise *text* character by character, so that offsets stay the same.

    Every line end becomes a line feed. A full-width comma between digits separates a list and
    stays, unless it groups thousands. The mark of a note behind a number becomes blank.

    >>> fold("９０．８万起，３，０００人，5，6起")
    '90.8万起,3,000人,5，6起'
    >>> fold("12³起,30km²"), fold("一\r二")
    ('12 起,30km2', '一\n二')
    """
    folded = "".join(map(_folded, LINE_END.sub("\n", text)))
    folded = _RAISED.sub(_lowered, folded)
    if _FULL_COMMA not in text:
        return folded
    grouped = {place for m in _GROUP.finditer(folded) for place in range(m.start(), m.end())}
    return "".join(
        original if original == _FULL_COMMA and _between_digits(folded, place, grouped) else new
        for place, (original, new) in enumerate(zip(text, folded, strict=True))
    )


def _lowered(raised: re.Match[str]) -> str:
    """Return the power of a unit as a digit, and blanks for the mark of a note."""
    powered = raised.string[raised.start() - 1] == "m"
    return _UNIT_POWER[raised[0]] if powered else " " * len(raised[0])


def _between_digits(text: str, place: int, grouped: set[int]) -> bool:
    around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    return place not in grouped and len(around) == 2 and around.isdigit()


def after_last(text: str, position: int, marks: str) -> int:
    """
    Return the offset behind the last of *marks* before *position*, at most a paragraph back.

    >>> after_last("一。二;三", 4, "。;"), after_last("一二", 2, "。")
    (4, 0)
    """
    first = max(0, position - _LONGEST_PARAGRAPH)
    return max(first, *(text.rfind(mark, first, position) + 1 for mark in marks))


@dataclass(frozen=True, slots=True)
class Section:
    """The text under one heading, with the mood that it inherits."""

    start: int
    heading: str
    mood: Mood


_NUMBERED = re.compile(
    r"[ \u3000]*(?:"
    r"(?P<one>第?[一二三四五六七八九十]{1,3}[、.章部]分?)"
    r"|(?P<two>[(][一二三四五六七八九十]{1,3}[)])"
    r"|(?P<three>\d{1,2}[.、](?!\d)|[(]\d{1,2}[)])"
    r")"
)
_LATER_ON = r"下一步|下步|下一阶段|下阶段|接下来|今后|明年|来年|展望|打算"
_PLANNING = re.compile(
    rf"{_LATER_ON}|(?:工作|任务|重点|年度?|季度|半年|主要)(?:工作|任务)?(?:设想|思路|安排|计划|部署|要点|谋划|要求)"
    r"(?=[和及与、:。)]|如下|$)"
)
_BRACKETED = re.compile(r"[ \u3000]*【(?P<name>[^【】]{2,16})】")
_DONE = re.compile(
    r"情况|总结|成效|做法|回顾|进展|成绩|完成|落实|问题|不足|短板|困难|亮点|主要工作$|概况"
)
_DONE_BELOW = re.compile(r"(?:情况|总结|成效|回顾|进展)$")
_PLAIN_HEADING = 30
_OPENING = re.compile(
    r"[ \u3000]*(?:展望(?=[“\"]?[十未20])|下一步|下步|下一阶段|下阶段|接下来|今后|明年|来年"
    r"|20\d\d年[,]?(?=[^,。;]{0,12}[,]?[^,。;]{0,8}(?:将|拟|计划|打算|着力|重点)))[,]?"
)
_LATER = re.compile(r"(?<=[。;!:])[ ]*(?:下一步|下步|下一阶段|下阶段|接下来)[,有怎的]")


def mood_of(heading: str, year: int, level: int = 0) -> Mood | None:
    """
    Return the mood of a heading, None if that of the heading above applies.

    Below the first level headings name tasks, and only plain words change the mood.

    >>> mood_of("二、2024年重点工作安排", 2023), mood_of("二、2024年工作完成情况", 2024)
    (<Mood.PLAN: 2>, <Mood.REPORT: 1>)
    >>> mood_of("(二)完成全部整改", 2024, level=1)
    """
    if level:
        if re.search(_LATER_ON, heading):
            return Mood.PLAN
        return Mood.REPORT if _DONE_BELOW.search(heading) else None
    years = [int(found) for found in re.findall(r"(?:19|20)\d\d", heading)]
    if _PLANNING.search(heading) and not _DONE.search(heading):
        return Mood.PLAN
    if years and min(years) > year and "工作报告" not in heading:  # it looks back first
        return Mood.PLAN
    if _DONE.search(heading) or years:
        return Mood.REPORT
    return None


def sections(text: str, *, year: int, mood: Mood = Mood.REPORT) -> list[Section]:
    r"""
    Return the sections of folded *text* for a report on *year*, the first one at offset 0.

    >>> text = "一、情况\n好。\n二、下步打算\n干。"
    >>> [(section.heading, section.mood.name) for section in sections(text, year=2024)]
    [('', 'REPORT'), ('一、情况', 'REPORT'), ('二、下步打算', 'PLAN')]
    """
    moods = [mood, mood, mood, mood]
    found = [Section(0, "", mood)]
    for start, line in _lines(text):
        heading, level = _heading(line)
        if level < 0:
            found += _turned(start, line, found[-1])
            continue
        told = mood_of(heading, year, level)
        moods[level:] = [told or moods[level - 1 if level else 0]] * (len(moods) - level)
        if level == 0 and told is None:
            moods[0:] = [mood] * len(moods)
        found.append(Section(start, heading, moods[level]))
        found += _turned(start, line, found[-1])
    return found


def _turned(start: int, line: str, around: Section) -> list[Section]:
    """Return the planning section that 下一步 starts inside a paragraph, and the one after it."""
    turn = _LATER.search(line)
    if turn is None or around.mood is Mood.PLAN:
        return []
    end = start + len(line)
    return [Section(start + turn.start(), "", Mood.PLAN), replace(around, start=end)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _heading(line: str) -> tuple[str, int]:
    """Return the heading at the start of *line* and its level, -1 without a heading."""
    bracketed = _BRACKETED.match(line)
    if bracketed:
        return bracketed["name"], 1
    numbered = _NUMBERED.match(line)
    first = re.split(r"[。;:]", line[:120].strip(), maxsplit=1)[0]
    if numbered:
        level = ("one", "two", "three").index(str(numbered.lastgroup))
        return first, level
    bare = line.strip()
    if 2 < len(bare) <= _PLAIN_HEADING and not re.search(r"[。;,!?:、]$", bare):
        return (bare, 0) if _PLANNING.search(bare) or _DONE.search(bare) else ("", -1)
    if _OPENING.match(line):
        return re.split(r"[。;:]", line[:60].strip())[0], 0
    return "", -1


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the folded text with its section."""

    start: int
    end: int
    section: Section


def sentences(text: str, parts: list[Section]) -> Iterator[Sentence]:
    """
    Yield the sentences of folded *text*, split at full stops, semicolons and line ends.

    >>> parts = sections("甲。乙;丙", year=2024)
    >>> [(s.start, s.end) for s in sentences("甲。乙;丙", parts)]
    [(0, 2), (2, 4), (4, 5)]
    """
    starts = [part.start for part in parts]
    start = 0
    for end in (*(stop.end() for stop in _STOP.finditer(text)), len(text)):
        while start < end:
            cut = end if end - start <= _LONGEST_SENTENCE else _breath(text, start)
            yield Sentence(start, cut, parts[bisect_right(starts, start) - 1])
            start = cut


def _breath(text: str, start: int) -> int:
    """Return where to split an overlong sentence: at its last comma, else at the limit."""
    comma = text.rfind(",", start, start + _LONGEST_SENTENCE)
    return comma + 1 if comma > start else start + _LONGEST_SENTENCE


@dataclass(frozen=True, slots=True)
class Span:
    """The text between an opening and a closing mark, without the marks."""

    start: int
    end: int
    mark: str


_PAIRS = {"“": "”", "「": "」", "『": "』", "‘": "’", "《": "》", "(": ")", "〔": "〕", "【": "】"}
_CLOSERS = {closer: opener for opener, closer in _PAIRS.items()}
_LONGEST_SPAN = 400


def spans(text: str) -> list[Span]:
    """
    Return every quoted, titled or bracketed span of *text*, outer before inner.

    >>> [(s.mark, "甲“一(二)三”《四》"[s.start:s.end]) for s in spans("甲“一(二)三”《四》")]
    [('“', '一(二)三'), ('(', '二'), ('《', '四')]
    """
    found: list[Span] = []
    opened: list[tuple[str, int]] = []
    straight = -1
    for match in re.finditer(r"[“”「」『』‘’《》()〔〕【】\"\n]", text):
        mark, place = match[0], match.start()
        if mark == "\n":
            opened, straight = [], -1
        elif mark == '"':
            if straight >= 0:
                found.append(Span(straight, place, "“"))
            straight = -1 if straight >= 0 else place + 1
        elif mark in _PAIRS:
            opened.append((mark, place + 1))
        else:
            _close(mark, place, opened, found)
    return sorted(found, key=lambda span: (span.start, -span.end))


def _close(mark: str, place: int, opened: list[tuple[str, int]], found: list[Span]) -> None:
    opener = _CLOSERS[mark]
    if opener in [was for was, _ in opened[-4:]]:
        while opened:
            was, start = opened.pop()
            if was == opener:
                if place - start <= _LONGEST_SPAN:
                    found.append(Span(start, place, "“" if mark in "”」』’" else opener))
                return


class Enclosures:
    """The spans of a text, searchable by position."""

    def __init__(self, text: str) -> None:
        self._spans = spans(text)
        self._starts = [span.start for span in self._spans]

    def at(self, start: int, end: int, marks: str) -> Span | None:
        """Return the innermost span of one of *marks* around *start* to *end*."""
        last = bisect_right(self._starts, start)
        for span in reversed(self._spans[max(0, last - 40) : last]):
            if span.end >= end and span.mark in marks:
                return span
        return None
