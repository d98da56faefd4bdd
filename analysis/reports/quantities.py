"""
Parse the figure around a numeral: its value, unit and comparator.

Whether the figure is one of the region is decided in ``roles``.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import NamedTuple

from analysis.language.vocabulary import Comparator
from analysis.tables import numerals
from analysis.tables.numerals import Numeral

from . import lexicon
from .doubts import Doubt
from .lexicon import Counter

LONGEST = 30  # no printed figure has more digits; a longer run is noise
_REACH = 16
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
_LOOSE = {
    Comparator.AT_LEAST: "超过 超 逾 突破 至少 不少于 不低于 不小于 最少 高于 大于 多于 多达 "
    "高达 上 数 好几 几 以上 及以上 之多 余 多 开外",
    Comparator.AT_MOST: "将近 接近 近 不足 不到 未满 不满 不超过 不高于 不多于 不大于 少于 低于 "
    "小于 最多 至多 以内 以下 及以下 之内 内",
    Comparator.ABOUT: "约为 大约 大概 约 来 左右 上下 前后 许",
}
_NOT = ("不", "不得", "不能", "不应", "不可", "不准", "未", "没有")
_NEGATED = {
    negation + word: kind
    for kind, words in (
        (Comparator.AT_MOST, "超过 超 突破 逾 高于 多于 大于"),
        (Comparator.AT_LEAST, "少于 低于 小于"),
    )
    for word in words.split()
    for negation in _NOT
}
_COMPARATORS = {word: kind for kind, words in _LOOSE.items() for word in words.split()} | _NEGATED
_BEFORE = (
    "超过|超|逾|突破|至少|不少于|不低于|不小于|最少|高于|大于|多于|多达|高达|"
    "好几|将近|接近|近|不足|不到|未满|不满|不超过|不高于|不多于|不大于|少于|低于|小于|最多|至多"
    "|约为|大约|大概|约"
)
_LEAD = re.compile(rf"(?P<word>{_BEFORE}|{'|'.join(_NEGATED)})[ ]?$")
_LEAD_OF_ROUND = re.compile(r"(?P<word>[上数几])$")  # 上百, 数十: only before a bare round numeral
_BOUND = re.compile(
    r"(?P<word>至少|不少于|不低于|最少(?!时)|不超过|不多于|最多(?!时)|至多)(?P<verb>[^\d,。;:、()“”]{1,6})$"
)
_CAP = re.compile(r"(?P<word>控制在|压减到|压降到|稳定在|保持在)[ ]?$")
_TAIL = r"(?P<tail>以上|及以上|以内|之内|内(?![部容蒙外涝河燃地])|以下|及以下|左右|上下|之多|开外)?"
_SOLE_TAIL = re.compile(_TAIL)
_SUM = (
    r"[ ]?(?P<first>[余多来几])?[ ]?(?:(?P<piece>个)(?P<third>[余多来几])?(?=[万亿]))?"
    r"(?P<scale>万亿|千万|百万|十万|亿|万|千(?![米克瓦伏帕赫])|百)?"
    r"(?P<second>[余多来])?"
)
_MIXED = re.compile(
    r"\d+(?:\.\d+)?(?:[十百千万亿]+\d+(?:\.\d+)?)+(?![年月日号时点.:%\d])(?:[十百万亿]|千(?![米克瓦伏帕卡]))*"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)|([十百千万亿])")
_FRACTION = re.compile(
    rf"(?P<over>{numerals.NUMERAL.pattern})分之(?P<up>{numerals.NUMERAL.pattern})"
    r"(?:点(?P<rest>[零〇一二三四五六七八九]+))?"
)
_REST = re.compile(r"(?:,\d{3})+(?:\.\d+)?(?!\d)|\.\d+(?![.\d])")
_POINT = re.compile(r"点([零〇一二三四五六七八九]+)")
_MEASURED = re.compile(
    r"(?P<unit>起|人|次|户|家|件|座|处|项|场|份|台|支|个)数量?(?:分别|均|共|合计|累计|总计|已)?"
    r"(?:为|是|达到|达|:|有|突破|超过?|逾|约|近)*[ ]?$"
)
_RATE = re.compile(
    r"(?:10万人?)?[^,。;\d]{0,24}(?:率|指数|系数)(?:(?:[由从为:]|达到?)?\d+\.\d+)?,?(?:分别|均)?"
    r"(?:为|是|达到|达|下降|上升|降低|提高|降|升|至|到|由|从|低于|高于|不超过|不高于|控制在?|控制?指标|目标值?"
    r"|同比|环比|[比较](?:上年|去年|上一年)(?:同期)?|:)*[ ]?$"
)
_PEOPLE_RATE = re.compile(
    r"(?P<base>亿元|百万吨|十万人?|10万人?|万车)[^,。;]{0,24}(?:死亡|亡人)(?:人数|率)?(?:为|是|:)?$"
)
_BASE_OF_RATE = re.compile(r"亿元|百万吨|十万人?|10万人?|万车|万人")
_RATES = {
    "亿元": "人/亿元",
    "百万吨": "人/百万吨",
    "万车": "人/万车",
    "十万": "人/10万人",
    "10万": "人/10万人",
    "十万人": "人/10万人",
    "10万人": "人/10万人",
}
_TENTH = re.compile(r"[成](?![立员功果为效都就品本熟长型])")
_DIGIT = "[一二两三四五六七八九]"
_PAIR = re.compile(
    rf"(?P<head>.*[十百千万亿])?(?P<low>{_DIGIT})(?P<high>{_DIGIT})(?P<scale>[十百千万亿]*)"
)
_TWICE = re.compile(rf"(?P<low>{_DIGIT}?十{_DIGIT})(?P<high>{_DIGIT}?十{_DIGIT})")
_SIGN = re.compile(
    r"(?P<sign>[−↓↑▼▲▽△]|(?:(?<=[比速幅化为达至到,、(:\s率数温])|^)[-–+])[ ]?$|(?P<below>零下)$"
)
_FALLS = "-–−↓▼▽"


class Quantity(NamedTuple):
    """A numeral with its scale, counter and bounds; positions are offsets of the text."""

    start: int
    end: int
    raw: str
    value: Decimal | None
    counter: str = ""
    unit: str = ""
    kind: str = ""
    comparator: Comparator = Comparator.EXACT
    first: int = 0  # where the printed figure starts, with 近 or 约
    last: int = 0  # where it ends, with its counter and 以上
    scale: str = ""
    sign: int = 0  # as printed before the figure: -12.5%, ↑3起
    inside: bool = False  # a digit or scale word of the figure before
    implied: bool = False
    doubts: tuple[Doubt, ...] = ()

    @property
    def arabic(self) -> bool:
        """Whether the figure is printed in digits."""
        return self.raw[0].isdigit()


@cache
def _after() -> re.Pattern[str]:
    return re.compile(
        rf"{_SUM}[ ]?(?:(?P<counter>{lexicon.alternatives('counters')})"
        rf"|(?=(?P<noun>{lexicon.alternatives('nouns')}))"
        rf"|(?=(?P<far>[\u4e00-\u9fff]{{1,8}}?(?:群众|人员|人口))))?{_TAIL}"
    )


def quantity(text: str, numeral: Numeral) -> Quantity:
    """
    Parse the figure around *numeral* of folded *text*.

    Examples
    --------
    >>> from analysis.tables.numerals import find
    >>> def read(text):
    ...     return [(q.value, q.unit, str(q.comparator), text[q.first : q.last])
    ...             for q in (quantity(text, n) for n in find(text)) if q.value is not None]
    >>> read("损失3120.45万元")
    [(Decimal('31204500.00'), '元', '=', '3120.45万元')]
    >>> read("近90万人,1260余件,至少2次")[:3]
    [(Decimal('900000'), '人', '<=', '近90万人'), (Decimal('1260'), '件', '>=', '1260余件'),
     (Decimal('2'), '次', '>=', '至少2次')]
    """
    number, doubts = _spoken(numeral.raw)
    read = Quantity(*numeral, number, first=numeral.start, last=numeral.end, doubts=doubts)
    if number is None or len(numeral.raw) > LONGEST:
        return read._replace(value=None)
    whole = _fraction(text, read)
    if whole is not None:
        tail = _SOLE_TAIL.match(text, whole.last)
        last = tail.end() if tail else whole.last
        return _bounded(text, whole._replace(last=last), (tail and tail["tail"]) or "")
    ahead = text[numeral.end : numeral.end + _REACH]
    point = (_REST if read.arabic else _POINT).match(ahead)
    if point:
        number = _lengthened(numeral.raw, point, number)
        ahead = ahead[point.end() :]
    shift = numeral.end + (point.end() if point else 0)
    mixed = _MIXED.match(text, numeral.start, numeral.end + _REACH) if read.arabic else None
    if mixed:  # 3亿2500万 and 13万2 are one figure
        number, shift = _mixed(mixed[0]), mixed.end()
        ahead = text[shift : shift + _REACH]
    match = _after().match(ahead)
    return _as_rate(
        text, _bounded(text, *_counted(text, read._replace(value=number), match, shift))
    )


def _spoken(raw: str) -> tuple[Decimal | None, tuple[Doubt, ...]]:
    """
    Return the number that *raw* writes, of an approximation such as 七八 or 三四十 its middle.

    >>> _spoken("三四十")[0], _spoken("十七八")[0], _spoken("十七十八")[0], _spoken("二〇二三")[0]
    (Decimal('35'), Decimal('17.5'), Decimal('17.5'), Decimal('2023'))
    """
    pair = _PAIR.fullmatch(raw) or _TWICE.fullmatch(raw)
    if pair:
        words = pair.groupdict("")
        ends = [
            words.get("head", "") + words[end] + words.get("scale", "") for end in ("low", "high")
        ]
        low, high = map(_number, ends)
        if low and high and low < high <= 2 * low:
            between = {"low": f"{low:f}", "high": f"{high:f}"}
            return (low + high) / 2, (Doubt("about_so_many", between),)
    return _number(raw), ()


def _mixed(raw: str) -> Decimal:
    """
    Return the number of digits mixed with scale words.

    >>> [str(_mixed(raw)) for raw in ("3亿2500万", "13万2", "1百23", "3千5百万")]
    ['325000000', '132000', '123', '35000000']
    """
    total, section, number, largest, scale = Decimal(0), Decimal(0), Decimal(0), 0, 1
    parts = _PART.findall(raw)
    for digits, word in parts:
        size = _SCALES.get(word, 0)
        if digits:
            number = Decimal(digits)
        elif size < _SCALES["万"]:
            section, number = section + number * size, Decimal(0)
        elif size > largest:
            total, section, number = (total + section + number) * size, Decimal(0), Decimal(0)
            largest = size
        else:
            total, section, number = total + (section + number) * size, Decimal(0), Decimal(0)
        scale = size or scale
    short = len(parts[-1][0]) == 1
    return total + section + number * (scale // 10 if short else 1)


def _lengthened(raw: str, rest: re.Match[str], number: Decimal) -> Decimal:
    """Return the number with the digits after full-width punctuation or 点."""
    if raw[0].isdigit():
        return _number(raw + rest[0]) or number
    return number + (_number(rest[1]) or Decimal(0)) / Decimal(10) ** len(rest[1])


def _number(raw: str) -> Decimal | None:
    if len(raw) > LONGEST:
        return None
    try:
        return numerals.value(raw)
    except (ValueError, InvalidOperation):
        return None


def times(number: Decimal, scale: str) -> Decimal:
    """
    Multiply *number* by the scale words behind it.

    >>> times(Decimal(3), "千万")
    Decimal('30000000')
    """
    for character in scale:
        number *= _SCALES[character]
    return number


def _fraction(text: str, read: Quantity) -> Quantity | None:
    """Parse 百分之九十五 or 三分之二: the numeral is the upper number of the phrase."""
    left = max(0, read.start - 8)
    for match in _FRACTION.finditer(text, left, read.end + 8):
        if match.start("up") == read.start:
            over, upper = _number(match["over"]), _number(match["up"])
            if not over or upper is None:
                return None
            if match["rest"]:
                upper += _number(match["rest"]) / Decimal(10) ** len(match["rest"])  # type: ignore[operator]
            unit, share = ("‰", upper) if over == 1000 else ("%", upper)
            doubts: tuple[Doubt, ...] = ()
            if over not in {100, 1000}:
                share, doubts = round(100 * upper / over, 4), (Doubt("fraction_as_percent"),)
            return read._replace(
                value=share,
                counter="分之",
                unit=unit,
                kind="share",
                first=match.start(),
                last=match.end(),
                doubts=doubts,
            )
    return None


def _counted(
    text: str, read: Quantity, match: re.Match[str] | None, shift: int
) -> tuple[Quantity, str]:
    """Return the figure with its scale and counter, and the word for a bound behind it."""
    if match is None or read.value is None:
        return read, ""
    scale = match["scale"] or ""
    value = times(read.value, scale)
    vague = match["first"] or match["second"] or match["third"] or ""
    last = shift + match.end(match.lastgroup or 0)
    read = read._replace(value=value, scale=scale, last=last)
    tenth = _TENTH.match(text, shift + (match.end("scale") if match["scale"] else 0))
    if tenth and value <= 10:
        tail = _SOLE_TAIL.match(text, tenth.end())
        return read._replace(
            value=value * 10,
            counter="成",
            unit="%",
            kind="share",
            last=tail.end() if tail else tenth.end(),
            doubts=(Doubt("tenths_as_percent"),),
        ), (tail and tail["tail"]) or vague
    return _with_counter(text, read, match, shift), match["tail"] or vague


def _with_counter(text: str, read: Quantity, match: re.Match[str], shift: int) -> Quantity:
    counter, implied = None, False
    if match["counter"]:
        counter = lexicon.counters()[match["counter"]]
    elif match["noun"] or match["far"]:
        counter, implied = lexicon.nouns().get(match["noun"] or "人员"), True
    else:
        counter, implied = _measured(text, read), True
        if match["piece"]:  # 3.5个亿
            counter, implied = lexicon.counters()["元"], False
    if counter is None:
        end = shift + max(match.end("scale"), match.end("second"), match.end("first"), 0)
        return read._replace(last=max(read.end, end))
    if counter.counter == "张" and text.endswith(("床", "桌", "椅"), 0, read.start):
        counter = lexicon.counters()["件"]._replace(counter="张")
    last = shift + (match.end("tail") if match["tail"] else _reach(match))
    return read._replace(
        counter=counter.counter,
        unit=counter.unit,
        kind=counter.quantity,
        implied=implied,
        last=last,
    )


def _reach(match: re.Match[str]) -> int:
    """Return the end of the figure: of its counter, or of a short noun such as 县市."""
    if match["counter"]:
        return match.end("counter")
    short = len(match["noun"] or "") <= 3 and match["noun"]
    ends = [match.end("first"), match.end("scale"), match.end("second"), 0]
    return match.end("noun") if short and not match["scale"] else max(ends)


def _as_rate(text: str, read: Quantity) -> Quantity:
    """
    Return a figure of people as the rate that the words before it make it.

    >>> from analysis.tables.numerals import find
    >>> text = "道路交通事故万车死亡人数1.21人"
    >>> [quantity(text, numeral).unit for numeral in find(text) if "." in numeral.raw]
    ['人/万车']
    """
    rate = _PEOPLE_RATE.search(text, max(0, read.first - 40), read.first)
    if rate is None or read.unit != "人" or "." not in read.raw or read.scale:
        return read
    return read._replace(unit=_RATES[rate["base"]], kind="rate")


def _measured(text: str, read: Quantity) -> Counter | None:
    """Return the counter in the noun before the figure, as in 事故起数42."""
    noun = _MEASURED.search(text, max(0, read.start - 12), read.start)
    if noun:
        return lexicon.counters()[noun["unit"]]
    rates = _RATE.finditer(text, max(0, read.start - 30), read.start) if "." in read.raw else ()
    bases = [_BASE_OF_RATE.search(rate[0]) for rate in rates]
    return (
        Counter("", _RATES.get(bases[0][0] if bases[0] else "", "比率"), "rate") if bases else None
    )


def _bounded(text: str, read: Quantity, vague: str) -> Quantity:
    """Set the comparator from 近, 约, 至少 before the figure or 余, 以上 behind it."""
    before = text[max(0, read.first - 14) : read.first]
    lead = _LEAD.search(before) or _BOUND.search(before) or _CAP.search(before)
    if not lead and read.raw[0] in "十百千万":
        lead = _LEAD_OF_ROUND.search(before)
    word = vague or (lead["word"] if lead else "")
    comparator = _COMPARATORS.get(word, Comparator.EXACT)
    if lead and lead.re is _CAP:
        comparator = Comparator.AT_MOST if vague in {"以内", "以下", "之内", ""} else comparator
        comparator = comparator if lead["word"] == "控制在" or vague else Comparator.EXACT
    elif lead:
        if vague not in _COMPARATORS or vague in "余多来":
            comparator = _COMPARATORS.get(lead["word"], comparator)
        read = read._replace(first=read.first - len(before) + lead.start("word"))
    if any(doubt.id == "about_so_many" for doubt in read.doubts):
        comparator = Comparator.ABOUT
    return _signed(text, read._replace(comparator=comparator))


def _signed(text: str, read: Quantity) -> Quantity:
    """
    Set the sign printed before the figure.

    >>> from analysis.tables.numerals import find
    >>> text = "同比-12.5%(↓3起),1-8月"
    >>> [quantity(text, numeral).sign for numeral in find(text)]
    [-1, -1, 0, 0]
    """
    before = text[max(0, read.first - 4) : read.first]
    mark = _SIGN.search(before)
    if not mark or not read.arabic:
        return read
    falls = mark["below"] or mark["sign"] in _FALLS
    size = len(before) - mark.start()
    return read._replace(sign=-1 if falls else 1, first=read.first - size)


_GAP = re.compile(r"[ '’\u2009]")
_GROUPS = re.compile(r"\d{1,3}")
_GROUP = re.compile(r"\d{3}(?:\.\d+)?$")
_TO = re.compile(r"[ ]?(?:[-—–~～]+|[至到])[ ]?")
_AND = re.compile(r"[ ]?[、，和及与][ ]?")
_FROM = re.compile(r"[从由自][^,。;]{0,12}$")


def joined(text: str, listed: list[Numeral]) -> list[Quantity]:
    """
    Parse the numerals *listed*; items of a list or range share their counter.

    >>> text = "每站3—5人"
    >>> [(q.unit, str(q.comparator)) for q in joined(text, [*numerals.find(text)])]
    [('人', '>='), ('人', '<=')]
    """
    alone = _single(text, [quantity(text, numeral) for numeral in listed])
    read_backwards: list[Quantity] = []
    for index in range(len(alone) - 1, -1, -1):  # a counter stands behind its list
        read = alone[index]
        if index and _range(text, alone[index - 1], read):
            read = _ended(read)
        elif read_backwards:
            read = _shared(text, read, read_backwards[-1])
        read_backwards.append(read)
    return read_backwards[::-1]


def _single(text: str, listed: list[Quantity]) -> list[Quantity]:
    """
    Mark the numerals inside the figure before them; join groups of digits that a blank divides.

    >>> text = "检查1 234家,培训13万2人次"
    >>> [str(q.value) for q in _single(text, [quantity(text, n) for n in numerals.find(text)])
    ...  if not q.inside]
    ['1234', '132000']
    """
    read: list[Quantity] = []
    last = 0
    for figure in listed:
        before = read[-1] if read else None
        if figure.start < last:
            figure = figure._replace(inside=True)  # noqa: PLW2901
        elif before and _grouped(text, before, figure):
            number = _number(before.raw + figure.raw)
            value = number and times(number, figure.scale)
            read[-1] = before._replace(inside=True)
            doubts = (*figure.doubts, Doubt("digits_divided"))
            figure = figure._replace(value=value, first=before.first, doubts=doubts)  # noqa: PLW2901
        last = max(last, figure.last)
        read.append(figure)
    return read


def _grouped(text: str, before: Quantity, figure: Quantity) -> bool:
    """Whether two figures are the groups of one: 1 234家, but not columns of a table."""
    gap = text[before.end : figure.start]
    return (
        _GAP.fullmatch(gap) is not None
        and not before.unit
        and bool(figure.unit)
        and _GROUPS.fullmatch(before.raw) is not None
        and _GROUP.match(figure.raw) is not None
        and not text[: before.start].endswith((" ", "\n", "第"))
    )


def _ended(read: Quantity) -> Quantity:
    """Return the end of a range as an upper bound."""
    if read.comparator is not Comparator.EXACT or not read.unit:
        return read
    return read._replace(comparator=Comparator.AT_MOST, doubts=(*read.doubts, Doubt("range_end")))


def _range(text: str, first: Quantity, last: Quantity) -> bool:
    """Whether two figures are a range such as 3—5人, and not a change such as 由10人到15人."""
    gap = text[first.last : last.first] if first.last <= last.first else ""
    alike = first.unit in {"", last.unit} and first.value is not None and first.arabic
    return (
        alike
        and bool(_TO.fullmatch(gap))
        and not _FROM.search(text[max(0, first.first - 16) : first.first])
    )


def _shared(text: str, read: Quantity, other: Quantity) -> Quantity:
    """Return a bare figure with the counter of the next one in its list or range: 3、5人."""
    if not other.unit or not (other.arabic and read.arabic) or read.value is None:
        return read
    if _range(text, read, other):
        at_least, doubt = Comparator.AT_LEAST, Doubt("range_start")
        comparator = at_least if read.comparator is Comparator.EXACT else read.comparator
    elif _AND.fullmatch(text[read.last : other.first]) and (
        not read.unit or (read.counter == "个" and other.unit == "百分点")
    ):
        comparator, doubt = read.comparator, Doubt("counter_later")
    else:
        return read
    return read._replace(
        value=_at_scale(read, other),
        unit=other.unit,
        kind=other.kind,
        counter=read.counter if read.unit else other.counter,
        comparator=comparator,
        doubts=(*read.doubts, doubt),
    )


def _at_scale(read: Quantity, other: Quantity) -> Decimal | None:
    """Return the value in the scale of the figure that it shares its counter with: 2至3万人."""
    last = other.value and other.value / times(Decimal(1), other.scale)
    shared = not read.scale and read.value is not None and last is not None and read.value <= last
    return times(read.value, other.scale) if shared and read.value is not None else read.value
