"""
What a numeral is: a date, a label, a figure of another place, or a figure of the region.

The rules are a list, tried from the top; the first that fits decides and gives its reason.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from ..numerals import Numeral
from ..words import Role
from . import lexicon
from .phrases import Enclosures, Span
from .quantities import LONGEST, Quantity

_LEFT, _RIGHT = 30, 34
_CN = "[零〇一二三四五六七八九十百两]"
_SHORT_QUOTE = 24


class Judgement(NamedTuple):
    """The role of a numeral, why, and what a person should look at twice."""

    role: Role
    reason: str
    doubts: tuple[str, ...] = ()


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
    role: Role
    reason: str
    pattern: re.Pattern[str]


def _rules(*rows: tuple[Role, str, str]) -> tuple[_Rule, ...]:
    return tuple(_Rule(role, reason, re.compile(pattern)) for role, reason, pattern in rows)


D, L, O = Role.DATE, Role.LABEL, Role.OTHER_REGION  # noqa: E741

_NUMBERING = _rules(
    (L, "章节序号", rf"(?:^|[\n。;])[ ]*第?⟦{_CN}{{1,3}}⟧[、.](?!\d)"),
    (L, "章节序号", rf"(?:^|[\n。;:,])[ ]*[(]⟦(?:{_CN}{{1,3}}|\d{{1,2}})⟧[)]"),
    (L, "章节序号", r"(?:^|\n)[ ]*⟦\d{1,2}⟧[.、](?!\d)"),
    (L, "章节序号", r"[。;][ ]*⟦\d{1,2}⟧[.、](?=[\u4e00-\u9fff“《])"),
    (L, "条目序号", rf"⟦{_CN}{{1,2}}⟧(?:是|要|则)(?![多少大一])"),
    (L, "章节序号", rf"第⟦(?:{_CN}+|\d+)⟧[章节条款编篇页]"),
    (L, "注释编号", r"[\[【]⟦\d{1,3}⟧[\]】]"),
    (L, "页码", r"(?:^|\n)[ ]*[-—–][ ]*⟦\d{1,3}⟧[ ]*[-—–]|(?:共|第)[ ]*⟦\d{1,3}⟧[ ]*页"),
)
_SEP = r"[ ]*(?:[-—–~～至到]+|[、,和与及])[ ]*"
_DATES = _rules(
    (D, "年份", r"⟦(?:19|20)\d\d⟧[ ]*年"),
    (D, "年份", r"⟦[一二]?[九〇零][一二三四五六七八九〇零]{2}⟧年|⟦二[〇零][一二三四五六七八九〇零]{2}⟧"),
    (D, "起止年份", rf"⟦(?:19|20)\d\d⟧{_SEP}(?:19|20)?\d\d[ ]*年"),
    (D, "起止年份", r"⟦(?:19|20)\d\d⟧[ ]*[-—–~～至到/]+[ ]*(?:19|20)\d\d(?!\d)"),
    (D, "起止年份", r"(?:19|20)\d\d年?[ ]*[-—–~～至到/]+[ ]*⟦(?:(?:19|20)\d\d|\d\d(?=⟧年))⟧"),
    (D, "年月日", r"⟦(?:19|20)\d\d⟧[ ]*[-/.][ ]*\d{1,2}(?:[-/.]\d{1,2})?(?!\d)"),
    (D, "年月日", r"⟦(?:19|20)\d\d\.(?:0?[1-9]|1[0-2])(?:\.\d{1,2})?⟧(?![\d%])"),
    (D, "年月日", r"(?:19|20)\d\d[-/.](?:\d{1,2}[-/.])?⟦\d{1,2}⟧(?![.\d])"),
    (D, "时刻", r"⟦\d{1,2}⟧[ ]?[::][0-5]\d(?!\d)|\d{1,2}[::]⟦[0-5]\d⟧"),
    (D, "月份", r"⟦(?:0?[1-9]|1[0-2])⟧[ ]*月"),
    (D, "月份", r"⟦(?:[一二三四五六七八九]|十[一二]?)⟧月(?:份|底|初|末|中|上|下|[ ]*[一二三四五六七八九十\d]|[,。、至到起])"),
    (D, "起止月份", rf"⟦(?:0?[1-9]|1[0-2])⟧{_SEP}(?:0?[1-9]|1[0-2])[ ]*月"),
    (D, "起止月份", r"月份?[ ]*[-—–~～至到][ ]*⟦(?:0?[1-9]|1[0-2])⟧[ ]*月"),
    (D, "日", rf"月[ ]*⟦(?:[0-3]?\d|{_CN}{{1,3}})⟧(?:[ ]*[日号]|{_SEP}\d{{1,2}}[ ]*[日号月]|[ ]*[)】至—])"),
    (D, "日", rf"\d[ ]*日?{_SEP}⟦[0-3]?\d⟧[ ]*日(?![常均])"),
    (D, "日", r"(?<![\d达为])⟦[0-3]?\d⟧[ ]*日(?=[,、。)至—凌上下中早晚0-9]|[-—–])"),
    (D, "时刻", r"[日午晚晨][ ]*⟦[0-2]?\d⟧[ ]*[时点]|⟦[0-2]?\d⟧[ ]*时[ ]*[0-5]?\d[ ]*分|时[ ]*⟦[0-5]?\d⟧[ ]*分"),
    (D, "季度", rf"(?:第|前)?⟦(?:[1-4]|[一二三四])⟧(?:、[一二三四])*[个]?季度|⟦[一二三四]⟧、[一二三四]季度"),
    (D, "月份", r"前⟦(?:\d{1,2}|[一二两三四五六七八九十]+)⟧个?月"),
    (D, "日期名称", r"[“\"]?⟦\d{1,2}⟧[ ]?[·・•‧∙﹒⋅][ ]?\d{1,2}|\d{1,2}[ ]?[·・•‧∙﹒⋅][ ]?⟦\d{1,2}⟧"),
    (D, "日期名称", r"[“\"]⟦(?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12]\d|3[01])⟧[”\"]"),
    (L, "行动名称中的年数", r"⟦[一二两三四五六七八九十]+⟧年(?:行动|攻坚|计划|规划|目标|上台阶|大变样|整治|提升|专项|滚动|任务)"),
    (L, "规划名称", r"⟦[一二三]?十[一二三四五六七八九]?五?⟧(?:规划|时期|期间|末|[”\"])|⟦(?:八五|九五|十五|十[一二三四五]五)⟧"),
)
_NAMES = _rules(
    (L, "文号", r"[〔\[(【](?:19|20)?⟦\d{2,4}⟧[〕\])】][ ]*\d+[ ]*号|[〕\])】][ ]*第?⟦\d+⟧[ ]*号"),
    (L, "文号", r"(?:第|令|公告|通知|文件)⟦(?:\d+|[一二三四五六七八九十百]+)⟧[ ]*号(?:令|文|公告)?"),
    (L, "编号", r"⟦\d+⟧[ ]*号(?![召称角])|[Nn][Oo]\.?[ ]*⟦\d+⟧"),
    (L, "会议届次", r"⟦二?十[一二三四五六七八九]?⟧(?:大|届)|⟦[一二三四五六七八九]⟧(?:中全会|次全会|次会议精神)"),
    (L, "电话编号", r"⟦(?:110|119|120|122|12345|12350|12119|12122|96119|12379|12315|95119)⟧(?=[”\"]|报警|指挥|平台|热线|宣传|消防|电话|举报|接警|急救|政务)|(?:拨打|热线|电话)⟦\d{3,6}⟧"),
    (L, "英文或编号的一部分", r"[A-Za-z][-—./]?⟦[\d.,]+⟧|⟦[\d.,]+⟧[ ]?(?:[GM]Hz|[A-JL-Za-jln-z](?![a-z]*[Ww²2m])|MPa|kV|KV|DN|mm|版|开头)"),
    (L, "标准或频率", r"GB/?T?[ ]?⟦[\d.]+⟧|⟦[\d.]+⟧[ ]?(?:MHz|GHz|Hz|兆赫|MPa|兆帕|千伏|kV|伏)"),
    (L, "方案或体系的公式", r"⟦\d+⟧(?:[ ]?[+＋X×xN][ ]?[\dNnXx]*)*[+＋][ ]?[NnXx]|[NnXx][+＋]⟦\d+⟧"),
    (L, "等级", r"⟦[一二三四五六七八九12345678]⟧、?(?:[一二三四五六七八九]、)*(?:级|等)(?![待到于])"),
    (L, "层级", r"⟦[两二三四五六七]⟧级"),
    (L, "届次期次", rf"⟦(?:{_CN}+|\d+)⟧(?:届|期(?=工程|项目|建设|改造|规划|治理)|代|版|产业)"),
    (L, "序次", rf"第⟦(?:{_CN}+|\d+)⟧(?!名|位)"),
    (L, "分数的分母", rf"⟦{_CN}+⟧分之"),
    (L, "属前一数的位数", r"\d[余多来]?[ ]?⟦[十百千万亿]+⟧"),
    (L, "属前一数的小数", rf"{_CN}点⟦{_CN}+⟧"),
    (L, "比例", r"⟦\d+⟧[::比]\d+|\d+[::]⟦\d+⟧"),
    (L, "比率的分母", r"⟦(?:\d+|百|千|万|十万|百万|亿)⟧[万亿]?(?:人口|人|车|吨|元|名从业人员)?(?:国内|地区)?(?:生产总值|GDP)?(?:生产安全|道路交通|火灾|煤矿|事故)*死亡率"),
    (L, "比率的分母", r"(?:亿|万)元(?:GDP|国内|地区)|每⟦[百千万十]+⟧(?=[人名户])"),
    (L, "并列习语", rf"⟦[一二两三四五六七八九十]⟧[\u4e00-\u9fff]{{1,2}}[一二两三四五六七八九十][\u4e00-\u9fff]{{1,2}}(?=[”、,。]|制度|工作|机制|原则|要求)"),
    (L, "并列习语", r"⟦一⟧([\u4e00-\u9fff]{1,2})一[\u4e00-\u9fff]|(?:一|两)[\u4e00-\u9fff]{1,2}⟦[一两]⟧[\u4e00-\u9fff]"),
)
_DIMENSION = r"(?:米|公里|千米|吨|立方米|平方米|层|[℃度]|毫米|厘米|公斤|千克|升|兆帕|千伏|座(?=客|以)|轴|kg|[Mk]Pa|万吨|周岁|岁|节|小时)"
_LIMITS = _rules(
    (L, "界限", rf"⟦[\d.,]+⟧[万亿]?{_DIMENSION}(?:及)?(?:以上|以下|以内)(?:的|[\u4e00-\u9fff])"),
    (L, "界限", r"⟦[\d.,一二两三四五六七八九十百]+⟧[万亿]?(?:人|名|户|家|元)(?:\([含]\))?(?:及)?(?:以上|以下)(?:的(?!占|比)|(?:较大|重大|死亡|伤亡|事故|村|自然|宿舍|企业|单位|群死|场所|居住|集中|建筑|工程|项目|火灾|矿|地|煤|规模|从业))"),
    (L, "界限", rf"(?:[超高大低小]过?于?|达到?)⟦[\d.,]+⟧[万亿]?{_DIMENSION}(?=的|[\u4e00-\u9fff])(?!以上[,。;、])"),
    (L, "界限", r"(?:单班|入井|下井|同时作业|居住)[\u4e00-\u9fff]{0,4}超过?⟦\d+⟧人(?=[\u4e00-\u9fff])"),
    (L, "界限", r"⟦[3一]⟧人(?:\([含]\))?以上"),
    (L, "年龄", r"⟦\d{1,3}⟧(?:周?岁)"),
    (L, "分值或等级", r"⟦\d(?:\.\d)?⟧级(?:地震|大风|以上|台风|阵风|左右|强风)|里氏⟦[\d.]+⟧"),
    (L, "区间名称", r"⟦\d+⟧(?:国|省|县)道|⟦\d+⟧(?:路|线|楼|栋|室|幢)(?=[\u4e00-\u9fff]{0,3}[,。、(段])"),
)
_PAGE = _rules(
    (D, "网页发布时间", r"(?:发布|更新|发文|成文|公开|印发)?(?:时间|日期)[ ]*[::][^\n。]{0,28}⟦[\d.]+⟧"),
    (L, "网页导航", r"(?:点击|浏览|阅读|访问)(?:次数|量|数|人次)?[ ]*[::(][ ]*⟦[\d,]+⟧"),
    (L, "网页导航", r"(?:ICP备|公网安备|备案号|邮编|邮政编码|(?:电话|传真|热线|索引号|文号|QQ|标识码|主办单位|地址)(?:号码)?[ ]*[::]|版权所有)[^\n。;,]{0,22}⟦[\d.]+⟧"),
)
_COUNTED = _rules(
    (L, "概括用语", r"⟦[一二两三四五六七八九十]⟧(?:大|项|个|条|类|种|道|张|种)?(?:方面|维度|层面|环节|关键|转变|坚持|必须|严禁|不放过|聚焦|突出|强化|提升|阶段|步骤|原则|方向|要素|重点(?!企业|单位|行业)|问题|特点|抓手|到位|确保|制度|机制|规定|清单|意识|能力|体系|责任|主体|意见|办法|标准|目标|纳入|统一|结合|并重|优先|更加|着力|主题|阵地|高地|防线|关口|关系|内容|任务(?!.{0,4}\d)|人员|领域|行业|季节|时段|节点|时期|层次|渠道|角度|字|感|年来|年时间)"),
    (L, "概括用语", r"⟦\d{1,2}⟧(?:大|项|个|条|类|种)?(?:方面|维度|层面|环节|关键(?!词)|原则|指标)"),
    (L, "概括用语", r"⟦[一二两三四五六七八九十]⟧大(?![类项])"),
    (D, "年限", r"(?<!连续)(?<!为期)⟦(?:\d{1,2}|[一二两三四五六七八九十]+)⟧(?:个)?年(?:时间|来|内|期|左右|以来|以上|度|,|。|、|多|间|的)"),
)
_EVENT = re.compile(
    r"(?:发生|接报|召开|组织|开展|举办|举行|查处|处置|立案|关闭|取缔|约谈|建成|成立|新建|新增|组建|死亡|受伤"
    r"|伤亡|造成|每[年月周季日天]度?|每半年|至少|不少于|不低于|各|共|了|完成|进行|为期|评选|查办|移送|淘汰|命名"
    r"|获评|表彰|编制|出台|印发|制定|修订|配备|购置|投入|发放|排查|整改)[\u4e00-\u9fff]{0,4}$"
)
_RANK = re.compile(
    r"(?:荣获|获得?|取得|夺得|斩获|位居|位列|排名|名列|居|列|排在?|团体|总分)[\u4e00-\u9fff“”、]{0,14}?第⟦[一二三四五六七八九十\d]+⟧(?:名|位|(?=[,。;、)]))"
)
_ZERO = re.compile(
    r"⟦零⟧(?:死亡|事故|伤亡|发生|火灾|亡人|[”\"](?:控制|目标|死亡|事故|发生|状态)|控制)|(?:为|均为|保持|实现)⟦零⟧(?=[,。;、]|$)"
)
_FORMULA_HEAD = re.compile(r"[^,。;、]{0,16}?(?:预案|方案框架|方案体系|总体方案)")


def judge(at: Place) -> Judgement:
    """The role of one numeral as far as it can be told before its status is known."""
    if len(at.numeral.raw) > LONGEST:
        return Judgement(L, "过长的数字串")
    if _ZERO.search(at.window):
        return Judgement(Role.OBSERVATION, "以零表述")
    ranked = _RANK.search(at.window)
    if ranked:
        return Judgement(Role.OBSERVATION, "名次")
    if _formula(at):
        return Judgement(Role.OBSERVATION, "体系公式中的个数", ("the parts of a formula are not named",))
    for rules in (_PAGE, _NUMBERING, _DATES, _NAMES, _LIMITS):
        found = _first(rules, at.window)
        if found:
            return found
    return _enclosed(at) or _idiom(at) or _figure(at)


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
    return bool(
        re.fullmatch(r"\d+(?:[ ]?[+＋ ][ ]?\d+)+", inner) and _FORMULA_HEAD.match(behind)
    )


def _enclosed(at: Place) -> Judgement | None:
    """Numerals in titles and short quotes name something; they do not count it."""
    if at.title:
        return Judgement(L, "文件或作品名称")
    if at.quote and at.quote.end - at.quote.start <= _SHORT_QUOTE:
        return Judgement(L, "引号内的名称或口号")
    return None


def _idiom(at: Place) -> Judgement | None:
    if at.arabic:
        return None
    word = lexicon.in_idiom(at.text, at.numeral.start, at.numeral.end)
    return Judgement(L, f"“{word}”，习语或名称") if word else None


def _figure(at: Place) -> Judgement:
    """A numeral that no rule explains: a figure if it has a counter, else a label."""
    counted = _first(_COUNTED, at.window)
    if counted:
        return counted
    read = at.quantity
    if not read.unit or read.value is None:
        return Judgement(L, "没有单位的数字", ("a number without a unit",) if at.arabic else ())
    if read.kind == "duration":
        return _duration(at)
    if at.arabic:
        return Judgement(Role.OBSERVATION, "数量")
    return _spelled(at)


def _spelled(at: Place) -> Judgement:
    """A figure in Chinese numerals: one digit needs an event or a purpose, more speak for themselves."""
    raw, read = at.numeral.raw, at.quantity
    doubt = ("written in Chinese numerals",)
    if read.counter == "大" or (read.implied and len(raw) == 1):
        return Judgement(L, "概括用语")
    if len(raw) > 1 or raw in "百千" or read.last - read.end > len(read.counter):
        return Judgement(Role.OBSERVATION, "数量", doubt)
    before = at.text[max(0, read.first - 12) : read.first]
    if raw == "一" and not _EVENT.search(before):
        return Judgement(L, "“一”，冠词或习语")
    return Judgement(Role.OBSERVATION, "数量", doubt)


_LASTING = re.compile(r"(?:为期|持续|历时|连续|累计|缩短|压缩|提前|平均|用时|延长|坚持|实行|落实|执行|保障|超过|长达|达)[\u4e00-\u9fff]{0,3}[ ]?$")
_WATCH = re.compile(r"^小时(?:[\u4e00-\u9fff]{0,6}(?:值班|值守|在岗|备勤|应急|监测|监控|带班|轮|不间断|全天候|待命))")


def _duration(at: Place) -> Judgement:
    """A time is a figure where it is how long something lasts, not where it is a limit."""
    before = at.text[max(0, at.quantity.first - 10) : at.quantity.first]
    after = at.text[at.numeral.end : at.numeral.end + 14].lstrip()
    if _WATCH.match(after) or _LASTING.search(before):
        return Judgement(Role.OBSERVATION, "时长")
    if re.match(r"(?:个)?(?:小时|分钟|天|工作日|个工作日)(?:以|之)?内", after):
        return Judgement(Role.OBSERVATION, "时限", ("a time limit",))
    return Judgement(D if "年" in after[:2] else L, "时间长度或时限")
