"""
What a numeral is: a date, a label, a figure of another place, or a figure of the region.

The rules are the table ``rules.csv``, tried from the top; the first that fits decides and says
why.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Role
from analysis.tables.numerals import Numeral

from . import lexicon
from .doubts import Doubt
from .layout import Enclosures, Span
from .quantities import LONGEST, Quantity

_LEFT, _RIGHT = 30, 34
_CN = "[零〇一二三四五六七八九十百两]"
_SHORT_QUOTE = 24


class Judgement(NamedTuple):
    """The role of a numeral, why, and what a person should look at twice."""

    role: Role
    reason: str
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A numeral in its text: the window shows it between ⟦ and ⟧, with a line break before."""

    text: str
    numeral: Numeral
    quantity: Quantity
    window: str
    quote: Span | None
    title: Span | None

    @property
    def arabic(self) -> bool:
        """Whether the numeral is written in digits."""
        return self.numeral.raw[0].isdigit()


def place(text: str, numeral: Numeral, quantity: Quantity, enclosures: Enclosures) -> Place:
    """Look at *numeral* where it stands in folded *text*."""
    start, end, raw = numeral
    left = text[max(0, start - _LEFT) : start]
    window = f"{'' if start > _LEFT else chr(10)}{left}⟦{raw[:40]}⟧{text[end : end + _RIGHT]}"
    quote = enclosures.at(start, end, "“")
    return Place(text, numeral, quantity, window, quote, enclosures.at(start, end, "《"))


class _Rule(NamedTuple):
    stage: str
    role: Role
    reason: str
    pattern: re.Pattern[str]


_DIMENSION = (
    r"(?:米|公里|千米|吨|立方米|平方米|层|[℃度]|毫米|厘米|公斤|千克|升|兆帕|千伏|座(?=客|以)|轴|kg"
    r"|[Mk]Pa|万吨|周岁|岁|节|小时)"
)
_SHORTHANDS = {
    "<cn>": _CN,
    "<to>": r"[ ]*(?:[-—–~～至到]+|[、,和与及])[ ]*",
    "<dimension>": _DIMENSION,
}
_BEFORE_QUOTES = ("page", "numbering", "date", "name", "limit")


@cache
def _rules(*stages: str) -> tuple[_Rule, ...]:
    """The rules of ``rules.csv`` for these stages, in the order of the file."""
    rules = []
    for stage, role, reason, pattern in lexicon.rows("rules"):
        for short, written in _SHORTHANDS.items():
            pattern = pattern.replace(short, written)  # noqa: PLW2901
        if stage in stages:
            rules.append(_Rule(stage, Role(role), reason, re.compile(pattern)))
    return tuple(rules)


_EVENT = re.compile(
    r"(?:发生|接报|召开|组织|开展|举办|举行|查处|处置|立案|关闭|取缔|约谈|建成|成立|新建|新增|组建|死亡|受伤"
    r"|伤亡|造成|每[年月周季日天]度?|每半年|至少|不少于|不低于|各|共|了|完成|进行|为期|评选|查办|移送|淘汰|命名"
    r"|获评|表彰|编制|出台|印发|制定|修订|配备|购置|投入|发放|排查|整改)[\u4e00-\u9fff]{0,4}$"
)
_RANK = re.compile(
    r"(?:荣获|获得?|取得|夺得|斩获|位居|位列|排名|名列|居|列|排在?|团体|总分)[\u4e00-\u9fff“”、]{0,14}?第⟦[一二三四五六七八九十\d]+⟧(?:名|位|(?=[,。;、)]))"
    r"|第⟦[一二三四五六七八九十\d]+⟧[名位](?=[,。;、)]|[上下提]升|降)"
    r"|(?:提升|上升|前移|前进|下降|后移)(?:了)?⟦[一二三四五六七八九十\d]+⟧(?:个)?(?:名次|位次?(?=[,。;、)]))"
)
_ZERO = re.compile(
    r"⟦零⟧(?:死亡|事故|伤亡|发生|火灾|亡人|[”\"](?:控制|目标|死亡|事故|发生|状态)|控制)|(?:为|均为|保持|实现)⟦[零0]⟧(?=[,。;、]|$)"
)
_FORMULA_HEAD = re.compile(r"[^,。;、]{0,16}?(?:预案|方案框架|方案体系|总体方案)")


def judge(at: Place) -> Judgement:
    """The role of one numeral as far as it can be told before its status is known."""
    if len(at.numeral.raw) > LONGEST:
        return Judgement(Role.LABEL, "过长的数字串")
    if _ZERO.search(at.window):
        return Judgement(Role.OBSERVATION, "以零表述")
    ranked = _RANK.search(at.window)
    if ranked:
        return Judgement(Role.OBSERVATION, "名次")
    if _formula(at):
        return Judgement(Role.OBSERVATION, "体系公式中的个数", (Doubt("formula_parts_unnamed"),))
    if at.quantity.counter == "分之":  # 百分之一 is no idiom
        return _enclosed(at) or _figure(at)
    found = _first(_rules(*_BEFORE_QUOTES), at.window)
    return found or _enclosed(at) or _idiom(at) or _figure(at)


def _first(rules: tuple[_Rule, ...], window: str) -> Judgement | None:
    for rule in rules:
        if rule.pattern.search(window):
            return Judgement(rule.role, rule.reason)
    return None


def _formula(at: Place) -> bool:
    """“1+49”预案体系: both numbers count plans; “1+N” and bare slogans count nothing known."""
    if at.quote is None or not at.arabic:
        return False
    inner = at.text[at.quote.start : at.quote.end]
    behind = at.text[at.quote.end + 1 : at.quote.end + 24]
    return bool(re.fullmatch(r"\d+(?:[ ]?[+＋ ][ ]?\d+)+", inner) and _FORMULA_HEAD.match(behind))


def _enclosed(at: Place) -> Judgement | None:
    """Numerals in titles and short quotes name something; they do not count it."""
    if at.title:
        return Judgement(Role.LABEL, "文件或作品名称")
    if at.quote and at.quote.end - at.quote.start <= _SHORT_QUOTE:
        return Judgement(Role.LABEL, "引号内的名称或口号")
    return None


def _idiom(at: Place) -> Judgement | None:
    if at.arabic:
        return None
    word = lexicon.in_idiom(at.text, at.numeral.start, at.numeral.end)
    return Judgement(Role.LABEL, f"“{word}”，习语或名称") if word else None


def _figure(at: Place) -> Judgement:
    """A numeral that no rule explains: a figure if it has a counter, else a label."""
    counted = _first(_rules("counted"), at.window)
    if counted:
        return counted
    read = at.quantity
    if not read.unit or read.value is None:
        return Judgement(Role.LABEL, "没有单位的数字", (Doubt("no_unit"),) if at.arabic else ())
    if read.kind == "duration":
        return _duration(at)
    if at.arabic:
        return Judgement(Role.OBSERVATION, "数量")
    return _spelled(at)


def _spelled(at: Place) -> Judgement:
    """A figure in Chinese numerals: a single digit counts only beside an event or a demand."""
    raw, read = at.numeral.raw, at.quantity
    doubt = (Doubt("chinese_numerals"),)
    if read.counter == "大" or (read.implied and len(raw) == 1):
        return Judgement(Role.LABEL, "概括用语")
    if len(raw) > 1 or raw in "百千" or read.last - read.end > len(read.counter):
        return Judgement(Role.OBSERVATION, "数量", doubt)
    before = at.text[max(0, read.first - 12) : read.first]
    if raw == "一" and read.counter != "分之" and not _EVENT.search(before):
        return Judgement(Role.LABEL, "“一”，冠词或习语")
    return Judgement(Role.OBSERVATION, "数量", doubt)


_LASTING = re.compile(
    r"(?:为期|持续|历时|连续|累计|缩短|压缩|提前|平均|用时|延长"
    r"|坚持|实行|落实|执行|保障|超过|长达|达|开放|运行|停[产工业]|耗时|时长|时间|日数|天数|周期)"
    r"[\u4e00-\u9fff]{0,3}[ ]?$"
)
_SHORTENED = re.compile(
    r"(?:个?小时|分钟|天|个?工作日|个月|年|秒)(?:缩短|压缩|提速|延长|提升|减少|增加|降低?)[到至为]"
)
_WATCH = re.compile(
    r"^小时(?:[\u4e00-\u9fff]{0,6}(?:值班|值守|在岗|备勤|应急|监测|监控|带班|轮|不间断|全天候|待命))"
)


def _duration(at: Place) -> Judgement:
    """A time is a figure where it is how long something lasts, not where it is a limit."""
    before = at.text[max(0, at.quantity.first - 10) : at.quantity.first]
    after = at.text[at.numeral.end : at.numeral.end + 14].lstrip()
    if _WATCH.match(after) or _LASTING.search(before) or _SHORTENED.match(after):
        return Judgement(Role.OBSERVATION, "时长")
    if re.match(r"(?:个)?(?:小时|分钟|天|工作日|个工作日)(?:以|之)?内", after):
        return Judgement(Role.OBSERVATION, "时限", (Doubt("time_limit"),))
    return Judgement(Role.DATE if "年" in after[:2] else Role.LABEL, "时间长度或时限")
