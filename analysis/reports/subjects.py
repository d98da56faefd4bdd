"""
What figures of accidents, fires and disasters are about: the event named last before them.

The number of events, the dead, the injured and the loss have an indicator for each kind of event;
``subjects.csv`` gives the words for each kind and these indicators.
"""

import re
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Measure

from . import lexicon
from .layout import after_last
from .relations import Figure

_SLOTS = ("count", "deaths", "injuries", "loss")
_NOT_THERE = re.compile(
    r"(?:未|没有|无|杜绝|遏制|防范|预防|避免|防止|化解)[^,。;、]{0,10}$"  # nothing happened
)
_GRADED = {"larger", "larger_and_above", "serious", "serious_and_major"}
_OF_FOREST = {
    "fire": "forest_fire",
    "larger_fire": "larger_forest_fire",
    "serious_fire": "serious_forest_fire",
}
_REACH = 400  # characters that an event is looked for in
_DEAD = re.compile(r"死亡(?!率|失踪|和失踪)|亡人|遇难|罹难|身亡|丧生|(?<![死伤])亡(?!羊|率)|死$")
_HURT = re.compile(r"受伤|伤者|负伤|重伤|轻伤|(?<![杀损创])伤(?:人|$)")
_LOST = re.compile(r"损失")
_EVENTS = re.compile(r"起数|发生|接报|事故|火灾|起火|火情")
_PERIOD = re.compile(r"而|\d{4}年|(?:去年|上年|今年)?同期|去年|上年|[为是各共]|分别|其中|持平|均")
_CONTENT = re.compile(r"[\u4e00-\u9fff]")
_NAME = 14  # characters of the name of a sector, a region or a cause, with the words behind
_HANDLED = re.compile(
    r"整治|清理|处罚|违规|违法|办理|受理(?![^,。;]{0,4}事故)|纠正|处置|处理(?!的$)|扑灭|应对|查处|调查|结案|挂牌|督办|通报|警示|立案|参与|救援"
)


class Event(NamedTuple):
    """An event named in a text."""

    end: int
    subject: str
    words: str


@cache
def _pattern() -> re.Pattern[str]:
    groups = (f"(?P<{row[0]}>{row[1]})" for row in lexicon.rows("subjects"))
    return re.compile("|".join(groups))


@cache
def indicators() -> dict[str, dict[str, str]]:
    """Return the indicator of each slot of each subject."""
    return {row[0]: dict(zip(_SLOTS, row[2:], strict=True)) for row in lexicon.rows("subjects")}


@cache
def generic() -> frozenset[str]:
    """Return the indicators that the event decides."""
    return frozenset(code for slots in indicators().values() for code in slots.values() if code)


class Events:
    """The events named in folded text, searchable by the figure behind them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: list[Event] = []
        for match in _pattern().finditer(text):
            if not _NOT_THERE.search(text, max(0, match.start() - 16), match.start()):
                self._events.append(Event(match.end(), self._subject(match), match[0]))
        self._ends = [event.end for event in self._events]

    def _subject(self, match: re.Match[str]) -> str:
        """Return the subject of an event; the fires in a bracket are those named before it."""
        subject = str(match.lastgroup)
        before = self._events[-1] if self._events else None
        if before is None or before.subject != "forest_fire" or subject not in _OF_FOREST:
            return subject
        between = self._text[before.end : match.start()]
        return (
            _OF_FOREST[subject] if re.fullmatch(r"[^。;()]{0,8}\([^。;()]*", between) else subject
        )

    def before(self, position: int, *, table: bool = False, near: bool = False) -> str:
        """
        Return the subject of the last event before *position*, or ''.

        It is in the same paragraph, else in the one before; *near*, only in the same clauses
        between semicolons; for a *table*, anywhere near.
        """
        line = 0 if table else after_last(self._text, position, "\n")
        sentence = max(line, after_last(self._text, position, "。;") - 1)
        for index in range(bisect_right(self._ends, position) - 1, -1, -1):
            event = self._events[index]
            if event.end <= max(sentence if near else line, position - _REACH):
                break
            if event.subject not in _GRADED or event.end > sentence:
                return event.subject
        return "" if table or near or not line else self.before(line - 1, table=True)


def named(words: str) -> str:
    """
    Return the subject of the last event in *words*, or ''.

    >>> named("城乡火灾起数"), named("较大及以上事故"), named("死亡人数")
    ('fire', 'larger_and_above', '')
    """
    return next((str(match.lastgroup) for match in [*_pattern().finditer(words)][-1:]), "")


def first_named(words: str) -> str:
    """
    Return the subject of the first event in *words*, or ''.

    >>> first_named("自然灾害亡人事故")
    'disaster'
    """
    match = _pattern().search(words)
    return str(match.lastgroup) if match else ""


def unnamed(words: str) -> bool:
    """Whether *words* only name a period: 去年同期为."""
    return not _CONTENT.search(_PERIOD.sub("", words))


def slot(figure: Figure, unit: str) -> str:
    """
    Return what a figure in *unit* counts of an event: count, deaths, injuries or loss.

    *unit* is that of the figure, or of the level that it is a change of.
    """
    words = figure.subject.split("、")[0] or figure.near[-12:] + figure.post.split(",")[-1][:6]
    if not figure.subject and not re.search(r"[\u4e00-\u9fff]{2}|[死亡伤]", words):
        words = figure.far[-24:]
    if _HANDLED.search(words):
        return ""
    if words in {"人数", "伤亡人数"}:
        return "deaths"
    bare = unnamed(words)
    if bare and figure.measure is Measure.LEVEL and unit == "起":
        return "count"
    if bare and unit == "人" and figure.parent and figure.parent.quantity.unit == "起":
        return "deaths"
    if _LOST.search(words) and unit in {"元", ""}:
        return "loss"
    if unit in {"人", ""} and _DEAD.search(words):
        return "deaths"
    if unit in {"人", ""} and _HURT.search(words):
        return "injuries"
    if unit == "起" and figure.measure is Measure.LEVEL and len(words.strip()) <= _NAME:
        return "count"
    return "count" if not unit and _EVENTS.search(words) else ""


def of_quota(before: str) -> str:
    """Return the slot of a quota from the words *before* it: 死亡人数占全年控制指标(98人)."""
    words = re.findall(r"死亡|亡人|起数|事故", before[-40:])
    return ("count" if words[-1] in {"起数", "事故"} else "deaths") if words else ""


def of_direction(subject: str) -> str:
    """Return the slot of what rose or fell, by its name."""
    slots = [slot for word, slot in _NAMES.items() if word in subject]
    return slots[0] if slots else ""


_NAMES = {
    "死亡": "deaths",
    "亡人": "deaths",
    "受伤": "injuries",
    "损失": "loss",
    "起数": "count",
    "事故": "count",
}


def of_zero(thing: str) -> str:
    """
    Return the slot of what did not happen.

    >>> of_zero("因灾亡人事件"), of_zero("较大森林火灾"), of_zero("人员伤亡")
    ('deaths', 'count', '')
    """
    if re.search(r"亡人|死亡|遇难", thing):
        return "deaths"
    return "count" if re.search(r"(?:事故|火灾|火情)$", thing) else ""
