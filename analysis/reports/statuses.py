"""
Whether a figure is the region's own, and whether it happened, is planned or is demanded.

It goes by the section a figure stands in and by the words before it.
"""

import re

from analysis.language.vocabulary import Status

from . import lexicon
from .doubts import Doubt
from .layout import Mood, Sentence
from .periods import last
from .relations import Figure
from .setting import Setting

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


def elsewhere(before: str, after: str, told: Setting) -> bool:
    """
    Whether what stands *before* a numeral places it outside the region of the report.

    >>> from datetime import date
    >>> told = Setting(("鞍山",), 2, date(2023, 1, 1), date(2023, 12, 31))
    >>> elsewhere("吸取阜新“", "·27”煤矿事故教训", told), elsewhere("全市发生事故", "起", told)
    (True, False)
    """
    clause = re.split(r"[。;]|教训", before)[-1]
    if _LESSON.search(clause) or "教训" in after:
        named = clause[max(0, len(clause) - 40) :]
        if any(name in named for name in told.names):
            return False
        if _AWAY.search(named) or any(place in named for place in lexicon.places()):
            return True
    if _STRANGE.search(clause):
        return True
    wider = last(_WIDER, clause)
    if wider is None or re.search(r"[,;]", clause[wider.end() :]):
        return False
    rank = re.search(
        r"第|位居|排名|居|占|评|获|表彰|被|列|推广|首批|竞赛|大赛|先进",
        clause[max(0, wider.start(1) - 8) :],
    )
    return _WIDER_LEVEL.get(wider[1], 9) < told.level and not rank


_LEAST = r"至少|不(?:[得能应可])?[少低小]于"
_DEMAND = re.compile(
    rf"{_LEAST}|不(?:[得能应可])?(?:超过|突破|高于)|力争|确保|争取达到|争取实现|控制在|届时"
    r"|目标(?:为|是|值)|要求达到|须达|必须达"
)
_HARD = re.compile(
    rf"(?:每|各|全年|年内|要求|应|须|必须|今年)[^。;]{{0,24}}(?:{_LEAST})|力争|届时"
    r"|到20\d\d年[末底]?[^。;]{0,20}(?:达|实现|建成)|确保[^,。;]{0,20}$|目标(?:为|是|值)"
    r"|不[得能应可](?:[少低]于|超过|突破|高于)|不突破|必须达到|控制在[^,。;]{0,10}(?:以内|之内|以下)"
)
_AIM = re.compile(r"(?<!按)目标:?$")
_ACHIEVE = re.compile(
    r"(?:完成|建成|新建|建设|培训|召开|投资|每[年月周季日]度?|每半年|半年|创建|打造|新增|实现|达到?|组织|开展|举办|更新|改造|整治|关闭|退出|淘汰|培育|组建|配备|建立|下降|降低|压减|提高|提升|检查|演练|增加|发放|制作|争取|安装|覆盖)[^,。;:\d]{0,16}$"
)
_NOW = re.compile(r"目前|现有|已[经有建完]|现已|截至|(?<![较比与同])(?:去年|上年)")
_WILL = re.compile(
    r"(?:^|[,。;:])[^,。;:]{0,6}?(?:下一步|下步|明年|今后|将(?=[于在由对把力继新完建开组实加进再着])|拟(?=[于在新建投]|对)|(?<![按照])计划(?=[于在到用投新建]|检查)|预计)"
)


def status(
    text: str, sentence: Sentence, figure: Figure, told: Setting
) -> tuple[Status, tuple[Doubt, ...]]:
    """
    Tell whether a figure happened, is intended or is demanded.

    The section decides first, then the words before the figure; the second part of the result
    holds what a person should look at twice.
    """
    q = figure.quantity
    before = text[sentence.start : q.first]
    clause = re.split(r"[,;:。]", before)[-1]
    span = text[q.first : q.last]
    near = clause + span
    if _NOW.search(figure.near):
        return Status.ACTUAL, ()
    planned = sentence.section.mood is Mood.PLAN or bool(_WILL.search(before[-60:]))
    years = [int(year) for year in re.findall(r"(20\d\d)年", before)]
    planned = planned or bool(years and years[-1] > told.end.year)
    if not planned:
        hard = _HARD.search(before[-60:] + span) or _AIM.search(before) or _limited(text, figure)
        return (Status.TARGET, (Doubt("demanded_in_report"),)) if hard else (Status.ACTUAL, ())
    if q.value == 0 or _DEMAND.search(near) or re.search(r"以上|以内|不少于|至少|以下", span):
        return Status.TARGET, ()
    if q.kind == "share" or (_ACHIEVE.search(clause) and not figure.post.startswith("的")):
        return Status.TARGET, (Doubt("planned_as_target"),)
    return Status.PLAN, ()


def _limited(text: str, figure: Figure) -> bool:
    after = text[figure.quantity.end : figure.quantity.end + 8]
    return bool(re.match(r"(?:个)?(?:小时|分钟|天|工作日|个工作日)(?:以|之)?内", after))
