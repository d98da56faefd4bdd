"""
A new indicator for what the catalogue does not know: a code, a name and a unit to start from.

A person who accepts it may change all three; none of them is used before that.
"""

import re
from functools import cache
from typing import NamedTuple

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
_KINDS = {
    "元": "金额",
    "%": "占比",
    "‰": "比率",
    "公里": "长度",
    "米": "长度",
    "公顷": "面积",
    "亩": "面积",
    "平方米": "面积",
    "平方公里": "面积",
    "小时": "时长",
    "分钟": "时长",
    "秒": "时长",
    "天": "时长",
    "人次": "人次",
    "毫米": "",
}


class Proposal(NamedTuple):
    """The code, the Chinese name and the unit that a new indicator could have."""

    code: str
    name: str
    unit: str


def proposal(phrase: str, unit: str, start: int) -> Proposal:
    """
    A new indicator for the noun phrase before a figure of *unit* at *start* of the text.

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
    kind = "" if _SAID.search(bare) else _KINDS.get(unit, "数")
    return Proposal(_code(bare) or f"new_at_{start}", f"{bare}{kind}", unit)


def _code(phrase: str) -> str:
    """The words of *phrase* that the glossary knows, in English, each once."""
    words = dict.fromkeys(_glossary()[match[0]] for match in _words().finditer(phrase))
    return "_".join(list(words)[-_LONGEST_CODE:])


@cache
def _glossary() -> dict[str, str]:
    return {row[0]: row[1] for row in lexicon.rows("glossary")}


@cache
def _words() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(_glossary(), key=len, reverse=True))))
