"""
The role of a numeral, and the status of a figure: actual, planned or demanded.

The role of a numeral (a date, a label, a figure of another region, a figure of this one) is
decided by the first matching rule of ``rules.csv``; the status of a figure by its section and the
words before it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Measure, Role, Status
from analysis.tables.numerals import Numeral

from . import lexicon
from .doubts import Doubt
from .layout import Enclosures, Mood, Sentence, Span
from .periods import last
from .quantities import LONGEST, Quantity
from .relations import Figure
from .setting import Setting

_LEFT, _RIGHT = 30, 34
_CN = "[零〇一二三四五六七八九十百两]"
_SHORT_QUOTE = 24


class Reason(StrEnum):
    """Reasons that the reader depends on, as in the column ``reason`` of mentions."""

    DATE_NAME = "日期名称"
    FORMULA = "体系公式中的个数"
    RANK = "名次"
    TABLE = "表中数字"
    TABLE_NAME = "表中名称或年份"
    ZERO = "以零表述"


class Judgement(NamedTuple):
    """The role of a numeral, its reason and doubts."""

    role: Role
    reason: str
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A numeral in its text; in ``window`` it is between ⟦ and ⟧, with a line break before."""

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
    """Return *numeral* with its surroundings in folded *text*."""
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
    """Return the rules of ``rules.csv`` for these stages, in the order of the file."""
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
_FORMULA_HEAD = re.compile(r"[^,。;、]{0,16}?预案")


def judge(at: Place) -> Judgement:
    """Return the role of a numeral, before its status is known."""
    if len(at.numeral.raw) > LONGEST:
        return Judgement(Role.LABEL, "过长的数字串")
    if _ZERO.search(at.window):
        return Judgement(Role.OBSERVATION, Reason.ZERO)
    ranked = _RANK.search(at.window)
    if ranked:
        return Judgement(Role.OBSERVATION, Reason.RANK)
    if _formula(at):
        return Judgement(Role.OBSERVATION, Reason.FORMULA, (Doubt("formula_parts_unnamed"),))
    if at.quantity.counter == "分之":  # 百分之一 is no idiom
        return _enclosed(at) or _figure(at)
    judgement = _first(_rules(*_BEFORE_QUOTES), at.window)
    return judgement or _enclosed(at) or _idiom(at) or _figure(at)


def _first(rules: tuple[_Rule, ...], window: str) -> Judgement | None:
    for rule in rules:
        if rule.pattern.search(window):
            return Judgement(rule.role, rule.reason)
    return None


def _formula(at: Place) -> bool:
    """Whether a numeral is part of a formula such as “1+49”预案体系; “1+N” is none."""
    if at.quote is None or not at.arabic:
        return False
    inner = at.text[at.quote.start : at.quote.end]
    behind = at.text[at.quote.end + 1 : at.quote.end + 24]
    return bool(re.fullmatch(r"\d+(?:[ ]?[+＋ ][ ]?\d+)+", inner) and _FORMULA_HEAD.match(behind))


def _enclosed(at: Place) -> Judgement | None:
    """Return a label for a numeral in a title or short quote, or None."""
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
    """Return the role of a numeral without a rule: a figure with a counter, else a label."""
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
    """Return the role of a figure in Chinese numerals; a single digit needs an event nearby."""
    raw, read = at.numeral.raw, at.quantity
    if read.counter == "大" or (read.implied and len(raw) == 1):
        return Judgement(Role.LABEL, "概括用语")
    before = at.text[max(0, read.first - 12) : read.first]
    if raw == "一" and read.counter != "分之" and not _EVENT.search(before):
        return Judgement(Role.LABEL, "“一”，冠词或习语")
    return Judgement(Role.OBSERVATION, "数量", (Doubt("chinese_numerals"),))


_LASTING = re.compile(
    r"(?:为期|持续|历时|连续|累计|缩短|压缩|提前|平均|用时|延长"
    r"|工作日(?:为|共|共计|合计)?|坚持|实行|落实|执行|保障|超过|长达|达|开放|运行|停[产工业]|耗时|时长|时间|日数|天数|周期)"
    r"[\u4e00-\u9fff]{0,3}[ ]?$"
)
_SHORTENED = re.compile(
    r"(?:个?小时|分钟|天|个?工作日|个月|年|秒)(?:缩短|压缩|提速|延长|提升|减少|增加|降低?)[到至为]"
)
_WATCH = re.compile(
    r"^小时(?:[\u4e00-\u9fff]{0,6}(?:值班|值守|在岗|备勤|应急|监测|监控|带班|轮|不间断|全天候|待命))"
)


def _duration(at: Place) -> Judgement:
    """Return the role of a time: a figure if it is a duration, not if it is a limit."""
    before = at.text[max(0, at.quantity.first - 10) : at.quantity.first]
    after = at.text[at.numeral.end : at.numeral.end + 14].lstrip()
    if _WATCH.match(after):
        return Judgement(Role.LABEL, "时间长度或时限")
    if _LASTING.search(before) or _SHORTENED.match(after):
        return Judgement(Role.OBSERVATION, "时长")
    if re.match(r"(?:个)?(?:小时|分钟|天|工作日|个工作日)(?:以|之)?内", after):
        return Judgement(Role.OBSERVATION, "时限", (Doubt("time_limit"),))
    return Judgement(Role.DATE if "年" in after[:2] else Role.LABEL, "时间长度或时限")


_LESSON = re.compile(r"吸取|汲取|教训|反思|警示|举一反三|借鉴|通报")
_AWAY = re.compile(r"省内外|国内外|外省|省外|外地|其他省|其他地区|兄弟")
_STRANGE = re.compile(
    r"(?:外[省市县]|邻[省市县]|国外|境外)[^。;我本全]{0,30}"
    r"(?:事故|火灾|爆炸|灾害|坍塌|中毒)[^。;我本全]{0,12}$"
)
_WIDER = re.compile(
    r"(?:^|[,。;:、])[^,。;:、]{0,6}?(全国|全球|世界|全省|全市|全州|全自治区|全区)(?!.*[我本]省?市?)"
)
_WIDER_LEVEL = {"全国": 0, "全球": 0, "世界": 0, "全省": 1, "全自治区": 1, "全市": 2, "全州": 2}


def elsewhere(before: str, after: str, setting: Setting) -> bool:
    """
    Whether the words *before* a numeral place it outside the region of the report.

    >>> from datetime import date
    >>> setting = Setting(("鞍山",), 2, date(2023, 1, 1), date(2023, 12, 31))
    >>> elsewhere("吸取阜新“", "·27”煤矿事故教训", setting)
    True
    >>> elsewhere("全市发生事故", "起", setting)
    False
    """
    clause = re.split(r"[。;]|教训", before)[-1]
    if _LESSON.search(clause) or "教训" in after:
        named = clause[max(0, len(clause) - 40) :]
        if any(name in named for name in setting.names):
            return False
        if _AWAY.search(named) or any(place in named for place in lexicon.places()):
            return True
    if _STRANGE.search(clause):
        return True
    wider = last(_WIDER, clause)
    if wider is None or re.search(r"[,;]", clause[wider.end() :]):
        return False
    rank = re.search(
        r"第|位居|排名|居|占|评|获|表彰|被|列|推广|首批|竞赛|大赛|先进|创建|示范|试点|命名",
        clause[max(0, wider.start(1) - 8) :],
    )
    return _WIDER_LEVEL.get(wider[1], 9) < setting.level and not rank


_LEAST = r"至少|不(?:[得能应可])?[少低小]于"
_DEMAND = re.compile(
    rf"{_LEAST}|不(?:[得能应可])?(?:超过|突破|高于)|力争|确保|争取达到|争取实现|控制在|届时"
    r"|目标(?:为|是|值)|要求达到|须达|必须达"
)
_HARD = re.compile(
    rf"(?:每|各|全年|年内|要求|应|须|必须|今年)[^。;]{{0,24}}(?:{_LEAST})|力争|届时"
    r"|到20\d\d年[末底]?[^。;]{0,20}(?:达|实现|建成)|确保[^,。;]{0,20}$|目标(?:为|是|值)"
    r"|率(?:达到)?不[少低]于|不[得能应可](?:[少低]于|超过|突破|高于)|不突破|必须达到|控制在[^,。;]{0,10}(?:以内|之内|以下)"
)
_AIM = re.compile(r"(?<!按)目标:?$")
_BELOW_AIM = re.compile(r"[高低]于[^,。;\d]*(?:目标|计划|指标)")
_ACHIEVE = re.compile(
    r"(?:完成|建成|新建|建设|培训|召开|投资|每[年月周季日]度?|每半年|半年|创建|打造|新增|实现|达到?|组织|开展|举办|更新|改造|整治|关闭|退出|淘汰|培育|组建|配备|建立|下降|降低|压减|提高|提升|检查|演练|增加|发放|制作|争取|安装|覆盖|修订|编制|储备|参演|制定|签订|评估|转移)[^,。;:\d]{0,16}$"
)
_NOW = re.compile(r"目前|现有|实际|已[经有建完]|现已|截至|(?<![较比与同])(?:去年|上年)")
_WILL = re.compile(
    r"(?:^|[,。;:])[^,。;:]{0,6}?(?:下一步|下步|明年|今后|将(?=[于在由对把力继新完建开组实加进再着])|拟(?=[于在新建投]|对)|(?<![按照成])(?<!完成年度)计划(?=[于在到用投新建]|检查)|预计|[今明]年要|要抓好的)"
)


_QUOTA = re.compile(
    r"(?:控制|考核|目标|年度|省定|市定|下达|规定)(?:指标|目标)(?:数|值)?(?:为|是|:)?[(]?$"
)
_DONE = re.compile(r"同比|环比|累计|已|截至|今年以来|完成率|[较比](?:上年|去年)")


def quota(before: str) -> bool:
    """Whether the words *before* a figure call it a quota: 控制指标(120人)."""
    return bool(_QUOTA.search(before[-16:]))


class Standing(NamedTuple):
    """The status of a figure, doubts about it, and whether the rest of its sentence shares it."""

    status: Status
    doubts: tuple[Doubt, ...] = ()
    demands: bool = False


def status(
    text: str, sentence: Sentence, figure: Figure, setting: Setting, *, ahead: bool = False
) -> Standing:
    """
    Return the status of a figure (actual, plan or target) and doubts about it.

    The section decides first, then the words before the figure. A figure is *ahead* if its period
    begins after that of the report, or if the words before it demand something.
    """
    q = figure.quantity
    before = text[sentence.start : q.first]
    clause = re.split(r"[,;:。]", before)[-1]
    span = text[q.first : q.last]
    near = clause + span
    if _NOW.search(figure.near) or (
        figure.measure is not Measure.LEVEL and _BELOW_AIM.search(clause)
    ):
        return Standing(Status.ACTUAL)
    if quota(before):
        return Standing(Status.TARGET, (Doubt("demanded_in_report"),))
    done = bool(_DONE.search(clause))
    intended = before[-60:].rpartition("实际")[2]  # 计划检查86家,实际检查93家,查处隐患412处
    planned = sentence.section.mood is Mood.PLAN or (bool(_WILL.search(intended)) and not done)
    years = [int(year) for year in re.findall(r"(20\d\d)年", before)]
    planned = planned or bool(years and years[-1] > setting.end.year)
    planned = planned or (ahead and not done)
    planned = planned or (setting.later and "今年" in before and "今年以来" not in before)
    if not planned:
        hard = _HARD.search(before[-60:] + span) or _AIM.search(before) or _limited(text, figure)
        doubts = (Doubt("demanded_in_report"),)
        return Standing(Status.TARGET, doubts, demands=True) if hard else Standing(Status.ACTUAL)
    if q.value == 0 or _DEMAND.search(near) or re.search(r"以上|以内|不少于|至少|以下", span):
        return Standing(Status.TARGET, demands=ahead)
    if q.kind == "share" or (_ACHIEVE.search(clause) and not figure.post.startswith("的")):
        return Standing(Status.TARGET, (Doubt("planned_as_target"),), demands=ahead)
    return Standing(Status.PLAN, demands=ahead)


def _limited(text: str, figure: Figure) -> bool:
    after = text[figure.quantity.end : figure.quantity.end + 8]
    return bool(re.match(r"(?:个)?(?:小时|分钟|天|工作日|个工作日)(?:以|之)?内", after))
