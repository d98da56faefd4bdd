"""
Proposals for a reviewer: a new indicator where none fits, and the breakdowns of a figure.

Neither is used until a reviewer accepts it.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Quantity

from . import lexicon

_LONGEST_CODE = 4  # words
_LONGEST_NAME = 16
_FILL = (
    r"全[省市县区州镇乡国]|[我本][省市县区州镇乡]|全年|今年|上半年|期间|各级|先后|分别|累计|合计"
    r"|总计|共计|共有|共|已|均|约|近|超过?|达到?|为|有|其中|和|及|与|并|将|的|等|各|对|由|给|向|在"
)
_HEAD = re.compile(rf"^(?:{_FILL}|[^\u4e00-\u9fff])+")
_TAIL = re.compile(rf"(?:{_FILL}|[^\u4e00-\u9fff])+$")
_SAID = re.compile(
    r"(?:数|量|率|次数?|金额|资金|经费|损失|价值|费用|产值|面积|长度|里程|距离|水位|雨量|占比|比例"
    r"|比重|时间|用时|时长|度)$"
)
_KINDS: dict[str, str] = {
    Quantity.MONEY: "金额",
    Quantity.SHARE: "占比",
    Quantity.RATE: "比率",
    Quantity.LENGTH: "长度",
    Quantity.AREA: "面积",
    Quantity.DURATION: "时长",
}
_KINDS_OF_UNITS = {"人次": "人次", "毫米": ""}


class Proposal(NamedTuple):
    """The code, the Chinese name and the unit that a new indicator could have."""

    code: str
    name: str
    unit: str


def proposal(phrase: str, unit: str, start: int) -> Proposal:
    """
    Propose an indicator for the noun phrase before a figure in *unit* at offset *start*.

    Examples
    --------
    >>> proposal("全市共新增独立式感烟探测器", "个", 9)
    Proposal(code='added_detectors', name='新增独立式感烟探测器数', unit='个')
    >>> proposal("投入抗旱资金", "元", 9)
    Proposal(code='invested_drought_relief_funds', name='投入抗旱资金', unit='元')
    >>> proposal("悠悠", "只", 9)
    Proposal(code='new_at_9', name='悠悠数', unit='只')
    """
    bare = _TAIL.sub("", _HEAD.sub("", phrase))[-_LONGEST_NAME:]
    kind = "" if _SAID.search(bare) else _kind(unit)
    return Proposal(_code(bare) or f"new_at_{start}", f"{bare}{kind}", unit)


class NewPart(NamedTuple):
    """The code and the Chinese name that a new breakdown could have."""

    code: str
    name: str


def new_part(dimension: str, name: str, start: int) -> NewPart:
    """
    Propose a part of a *dimension* with this *name*, at offset *start* of the text.

    >>> new_part("campaign", "“抗旱救灾”行动", 9), new_part("campaign", "“清风”行动", 9).code
    (NewPart(code='campaign:drought_relief', name='“抗旱救灾”行动'), 'campaign:new_at_9')
    """
    return NewPart(f"{dimension}:{_code(name) or f'new_at_{start}'}", name)


def _kind(unit: str) -> str:
    """
    Return the word at the end of a name for what *unit* measures.

    >>> _kind("公里"), _kind("人次"), _kind("头")
    ('长度', '人次', '数')
    """
    kind = _KINDS.get(lexicon.quantities().get(unit, ""), "数")
    return _KINDS_OF_UNITS.get(unit, kind)


def _code(phrase: str) -> str:
    """Return the English words of *phrase* in the glossary, each once, joined by ``_``."""
    words = dict.fromkeys(_glossary()[match[0]] for match in _words().finditer(phrase))
    return "_".join(list(words)[-_LONGEST_CODE:])


@cache
def _glossary() -> dict[str, str]:
    return {row[0]: row[1] for row in lexicon.rows("glossary")}


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_glossary(), key=len, reverse=True))))


_QUOTED = re.compile(r"“([^”]{2,})”")
_BRACKETED = re.compile(r"[（(]([^）)]*)[）)]")
_KIND = re.compile(r"(?:级|专项整治|专项检查|整治|行动|治理)$")
MOST = 4  # offered for one figure


def guessed(near: str, sentence: str, known: Mapping[str, str]) -> list[str]:
    """
    Return the codes of *known* breakdowns (code to Chinese name) in the words, best first.

    Parameters
    ----------
    near
        The noun phrase of the figure and the words before it.
    sentence
        The sentence up to the figure; a name there weighs less.

    Examples
    --------
    >>> known = {"kind:general": "总体预案", "level:township": "乡镇(街道)级", "grade:c": "C级"}
    >>> guessed("总体预案", "乡镇修订总体预案", known)
    ['kind:general', 'level:township', 'kind:general+level:township']
    """
    weights = {code: _weight(near, f"{sentence}\n{near}", name) for code, name in known.items()}
    found = sorted(filter(weights.get, known), key=lambda code: weights[code], reverse=True)
    return [*found[: MOST - 1], *_pair(found)][:MOST]


def _weight(near: str, words: str, name: str) -> tuple[bool, int, int] | tuple[()]:
    """Return whether a form of *name* is near, its length and position, or ()."""
    forms = [form for form in _forms(name) if form in words]
    return max(((form in near, len(form), words.rfind(form)) for form in forms), default=())


@cache
def _forms(name: str) -> frozenset[str]:
    """Return the forms of *name* in a sentence: whole, its core, or one of its words."""
    bare = _BRACKETED.sub("", name)
    forms = {name, bare, *_QUOTED.findall(name), *_BRACKETED.findall(name)}
    forms |= set(re.split(r"[、和及与]", bare))
    forms |= {_KIND.sub("", form) for form in forms}
    return frozenset(form for form in forms if len(form) > 1)


def _pair(found: list[str]) -> list[str]:
    """Return the two best breakdowns joined, if they have two dimensions."""
    dimensions = {code.partition(":")[0] for code in found[:2]}
    return ["+".join(sorted(found[:2]))] if len(dimensions) > 1 else []
