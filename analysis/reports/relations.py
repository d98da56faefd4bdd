"""
Relate the figures of one sentence: levels, changes, their subjects, parts in brackets.

A list such as 起数、死亡人数同比分别下降8.4%、12.7% is matched in order.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from analysis.language.vocabulary import Comparator, Measure

from .doubts import Doubt
from .layout import Enclosures, Sentence, after_last
from .quantities import Quantity

_UP, _DOWN = 1, -1
_FALLS = "下降 减少 降低 下滑 回落 缩减 压减 压缩 缩短 缩小 下调 节约 节省 降幅 减幅 少 减 降 低"
_RISES = "上升 增加 增长 提高 提升 上涨 上调 扩大 延长 增幅 升幅 增速 多 增 升 高"
_WORDS = dict.fromkeys(_FALLS.split(), _DOWN) | dict.fromkeys(_RISES.split(), _UP)
_FILL = r"(?:了|约|近|超|超过|达|达到|为|幅度|幅度为|幅度达|的)*[ ]*[\"“]?"
_CHANGE = re.compile(rf"(?P<word>{'|'.join(_WORDS)})(?:幅)?{_FILL}$")
_FEWER = re.compile(rf"(?P<word>[少多])(?:发生|接报|死亡|受伤|亡){_FILL}$")
_BELOW = re.compile(r"(?P<word>[高低])于[^,。;\d]{1,12}$")
_MOVED = re.compile(r"(?:下降|降低|回落|下滑|上升|增长)了?$|(?:增加|提高)了$")
_OWN_SIGN = re.compile(r"同比|环比|[较比][^,。;]{0,8}$")
_EASED = re.compile(r"(?P<word>压缩|压减|缩短|减少|降低|节约|节省)[\u4e00-\u9fff]{2,8}[ ]*$")
_REACHED = re.compile(
    r"(?:下降|减少|降低|上升|增加|增长|提高|提升|升|降|缩短|压缩|扩大)(?:至|到|为)[ ]*$"
)
_BASE = re.compile(
    r"同比|环比|[较比与][^,。;]{0,8}?(?:去年|上年|上一年|前年|同期|年初|往年|上月|上季|年|时期|[”\"]|上个?[^,。;]{1,4}期)"
)
_LIST = re.compile(r"[、和及与,]?[ ]*$")
_EMPTY = re.compile(
    r"[与较比][^,。;、]{0,14}?(?:相比|均值|平均[值数]?|同期|上年|去年|水平)+末?"
    r"|[与较比]上个?[^,。;、]{1,4}[期季]|[与较比](?:20\d\d年|\d{1,2}月份?|上月|上季度?|常年|历年|上年|去年)末?(?:同期)?|[与较比][“\"]?十[一二三四五]五[”\"]?(?:时期|期间)?|[年月]均|同比|环比|分别|[第前]?[一二三四1-4]季度|其中|均|各(?![类级地部])|双双|实现|较(?:去年|上年|20\d\d年)(?:同期)?|比(?:去年|上年)(?:同期)?|与(?:去年|上年)同期相比"
    r"|(?:全面|全部|整体|总体|持续|继续|同步|全线)(?:下降|上升|减少|增加|实现)*"
    r"|[,、;:。()(\s“”\"]|[降增减升]幅|[双两三四]?[下双]降|[二两三四五六]项(?:主要|控制)?指[数标]|不[低少高]于|不超过|控制在|力争|确保|又|也|并|且|和|及|与|共|累计|幅度|已|约|近|超|达到?|为"
)
TERRITORIES = "市、区|[市区州场]|街道|社区|管委会"  # in brackets they belong to the noun before
_TERRITORY = re.compile(rf"[(](?:{TERRITORIES})[)]")
_NOUN = re.compile(r"[\u4e00-\u9fff]")
_NO_NOUN = re.compile(r"全?[国省市州县区]|[^,。;]*持平")
_JOINT = re.compile(r"[、和及与]|以及")
_SAME = re.compile(r"(?:[、和及与,]持平)+")
_NEXT = re.compile(
    r"(?P<same>(?:[、和及与,]持平)*)"
    rf"(?:[、和及与,][ ]*|[、和及与][ ]*(?:{'|'.join(_WORDS)})(?:了|约|近)?[ ]*)"
)
_NEXT_OF_LIST = re.compile(
    rf"[、和及与,][ ]*|(?:[和及与]|以及)[ ]*(?:{'|'.join(_WORDS)})(?:了|约|近)?[ ]*"
)
_STRONG = re.compile(r"[,;:。()!?\n]")
_LISTED = (Doubt("dealt_over_list"),)
_BASE_REACH = 200  # a base of comparison serves the clauses up to the full stop
_VERB = 14  # characters after 分别 that say what all figures of a list count
_MEMORY = 16  # parents are no further back, which keeps the time linear
_COUNTED = "减少 下降 降低 回落 下滑 上升 增加 增长 提高 少 多 高 低 减 压减 缩短 压缩"
_COUNT_CHANGE = frozenset(_COUNTED.split())


@dataclass(slots=True, eq=False)
class Figure:
    """A quantity of a sentence with its measure, sign, own words and parent figure."""

    quantity: Quantity
    near: str  # the words right before it
    gap: str  # everything since the figure before
    far: str  # earlier words since the figure before
    post: str  # the words right behind it
    measure: Measure = Measure.LEVEL
    sign: int = 1
    dealt: dict[int, str] = field(default_factory=dict)  # the nouns of later changes, by place
    subject: str = ""  # what a change is a change of
    stride: int = 1  # how far back the change of the same thing stands in a list of changes
    parent: "Figure | None" = None  # the figure whose part or continuation this is
    bracketed: bool = False
    part: bool = False  # 其中 says that it is a part of its parent
    attached: bool = False  # nothing divides the words before it from the figure before
    doubts: tuple[Doubt, ...] = ()

    @property
    def value(self) -> Decimal | None:
        """The value with its sign."""
        value = self.quantity.value
        sign = self.quantity.sign or self.sign
        return None if value is None else value * sign


def figures(
    text: str, sentence: Sentence, found: list[Quantity], enclosures: Enclosures
) -> list[Figure]:
    """
    Relate the quantities *found* in one sentence of folded *text*.

    >>> from .layout import sections, sentences
    >>> from .quantities import quantity
    >>> from analysis.tables.numerals import find
    >>> text = "事故起数、死亡人数同比分别下降8.4%、12.7%"
    >>> (sentence,) = sentences(text, sections(text, year=2024))
    >>> read = [quantity(text, numeral) for numeral in find(text)]
    >>> [(f.subject, str(f.value), str(f.measure))
    ...  for f in figures(text, sentence, read, Enclosures(text))]
    [('事故起数', '-8.4', 'change_pct'), ('死亡人数', '-12.7', 'change_pct')]
    """
    related: list[Figure] = []
    for index, read in enumerate(found):
        recent, following = related[-_MEMORY:], found[index + 1 : index + _MEMORY]
        figure = _placed(text, sentence, read, following, recent, enclosures)
        _measure(text, sentence, figure, recent)
        _named_in_order(text, figure, following, recent)
        related.append(figure)
        if figure.measure is not Measure.LEVEL:
            _subject(text, figure, [*recent, figure], following)
    return related


def _placed(
    text: str,
    sentence: Sentence,
    read: Quantity,
    following: list[Quantity],
    earlier: list[Figure],
    enclosures: Enclosures,
) -> Figure:
    bracket = enclosures.at(read.start, read.end, "(")
    inside = bracket is not None and bracket.start > sentence.start
    begin = bracket.start if inside and bracket else sentence.start
    outer = [f for f in earlier if f.quantity.last <= begin] if inside else earlier
    parent = outer[-1] if outer else None
    while not inside and parent is not None and parent.bracketed:
        parent = parent.parent
    part = None if inside else _part_of(text, sentence, read, earlier)
    parent = part or parent
    if inside and parent is None:  # 超过10人的有:东山镇(14人)
        begin = sentence.start
    left = max([begin, *(f.quantity.last for f in earlier if f.quantity.last <= read.first)])
    before = text[left : read.first]
    cut = max((m.end() for m in _STRONG.finditer(before)), default=0)
    attached = cut == 0 and left > begin and bool(_NOUN.match(before))
    joint = _JOINT.search(before) if attached else None
    cut = joint.end() if joint else cut
    behind = _behind(text, sentence, read, following)
    return Figure(
        read,
        before[cut:],
        before,
        before[:cut],
        behind,
        parent=parent,
        bracketed=inside,
        attached=attached and joint is None,
        part=part is not None,
    )


def _part_of(text: str, sentence: Sentence, read: Quantity, earlier: list[Figure]) -> Figure | None:
    """Return the figure before 其中 that *read* is a part of, or None."""
    word = text.rfind("其中", sentence.start, read.first)
    wholes = [figure for figure in earlier if figure.quantity.last <= word and not figure.bracketed]
    listed = word >= 0 and not re.search(r",[^、]{9,}$", text[word : read.first])
    return wholes[-1] if wholes and listed else None


def _behind(text: str, sentence: Sentence, read: Quantity, following: list[Quantity]) -> str:
    nearest = [other.first for other in following[:1] if other.first >= read.last]
    stop = min([sentence.end, read.last + 24, *nearest])
    said = _TERRITORY.sub("", text[read.last : stop])
    return re.split(r"[,。;、:!?\n(]", said, maxsplit=1)[0]


def _named_in_order(
    text: str, figure: Figure, following: list[Quantity], earlier: list[Figure]
) -> None:
    """Give each level of a list its noun: 负责人、从业人员分别为12人、30人."""
    last = earlier[-1] if earlier else None
    if last is not None and figure.quantity.start in last.dealt:
        figure.dealt, figure.near = last.dealt, last.dealt[figure.quantity.start]
        return
    nouns, _, rest = figure.near.rpartition("分别")
    named = [noun for noun in re.split(r"[、和及与]", figure.far[-40:] + nouns) if noun]
    places = _places(text, figure.quantity, following)
    if (
        figure.measure is Measure.LEVEL
        and nouns
        and len(named) >= len(places) > 1
        and len(rest) <= _VERB
    ):
        own = [f"{noun}{rest}" for noun in named[-len(places) :]]
        figure.near = own[0]
        figure.dealt = dict(zip(places[1:], own[1:], strict=True))


def _measure(text: str, sentence: Sentence, figure: Figure, earlier: list[Figure]) -> None:
    """Set measure and sign from the word before the figure, or from its list."""
    before = text[max(sentence.start, figure.quantity.first - 16) : figure.quantity.first]
    near = figure.near[-16:]
    word = _CHANGE.search(near) or _FEWER.search(near)
    word = word or (figure.quantity.unit == "%" and _EASED.search(near)) or None
    word = word or (figure.quantity.unit == "百分点" and _BELOW.search(near)) or None
    if _REACHED.search(before):
        return
    relative = (
        figure.quantity.unit in {"%", "‰", "百分点", "倍"} and figure.quantity.kind != "money"
    )
    if word is None and figure.quantity.sign and (relative or _signed(figure)):
        _changed(figure, relative=relative)
        return
    if word and (relative or _compared(text, sentence, figure, word, earlier)):
        _changed(figure, relative=relative)
        figure.sign = _WORDS[word["word"]]
        if figure.quantity.unit == "倍":
            figure.quantity = _in_percent(figure.quantity)
        return
    last = earlier[-1] if earlier else None
    joined = last is not None and _LIST.fullmatch(figure.near) and not _STRONG.search(figure.far)
    if joined and last and last.measure is not Measure.LEVEL and _alike(last, figure):
        figure.measure, figure.sign = last.measure, last.sign
        _same_bound(figure, last)
    elif relative and word is None and re.search(r"[增降减升]幅[^\d]{0,4}$", near):
        figure.measure = Measure.CHANGE_PCT
        figure.sign = _UP if "增幅" in near or "升幅" in near else _DOWN


def _changed(figure: Figure, *, relative: bool) -> None:
    points = figure.quantity.unit == "百分点"
    figure.measure = Measure.CHANGE_PCT if relative and not points else Measure.CHANGE_ABS


def _signed(figure: Figure) -> bool:
    """Whether the sign before a count makes it a change: 同比-5起, but not -12.5℃."""
    measured = figure.quantity.kind in {"count", "people", "money"}
    return measured and (figure.bracketed or bool(_OWN_SIGN.search(figure.near)))


def _in_percent(read: Quantity) -> Quantity:
    """Convert times to percent: 增长1.3倍 is a change of 130%."""
    value = None if read.value is None else read.value * 100
    return read._replace(value=value, unit="%", doubts=(*read.doubts, Doubt("times_as_percent")))


def _same_bound(figure: Figure, last: Figure) -> None:
    """Copy the bound of the first of a list to the rest: 分别不低于10%、8%."""
    led = last.quantity.first < last.quantity.start and "分别" in last.near
    if led and figure.quantity.comparator is Comparator.EXACT:
        figure.quantity = figure.quantity._replace(comparator=last.quantity.comparator)


def _alike(last: Figure, figure: Figure) -> bool:
    first, second = last.quantity.unit, figure.quantity.unit
    return (first in {"%", "百分点"}) == (second in {"%", "百分点"})


def _compared(
    text: str, sentence: Sentence, figure: Figure, word: re.Match[str], earlier: list[Figure]
) -> bool:
    """Whether a count is a change: 减少3起 is; 增加10个班次 needs a base of comparison."""
    if word.re is _FEWER or _MOVED.search(figure.near):
        return True
    if figure.near[: word.start()].endswith("新") or word["word"] not in _COUNT_CHANGE:
        return False
    begin = after_last(text, sentence.start, "。\n")
    said = text[max(begin, sentence.start - _BASE_REACH) : figure.quantity.first]
    changed = any(other.measure is not Measure.LEVEL for other in earlier[-2:])
    return bool(_BASE.search(said)) or changed or word["word"] == "减少"


def _subject(text: str, figure: Figure, earlier: list[Figure], following: list[Quantity]) -> None:
    """Set the subject of a change: a listed noun, the figure before, or by order in a list."""
    last = earlier[-2] if len(earlier) > 1 else None
    if last is not None and figure.quantity.start in last.dealt:
        figure.dealt, figure.parent = last.dealt, None
        figure.subject, figure.doubts = last.dealt[figure.quantity.start], _LISTED
        return
    nouns, places = _nouns(figure), _places(text, figure.quantity, following)
    if nouns:
        _deal(figure, nouns, places, "、")
        if len(places) == 1 and sum(noun.endswith("数") for noun in nouns) > 1:
            figure.doubts = (Doubt("one_for_several"),)
    elif last is None:  # 事故起数和死亡人数双下降,降幅分别为10%、8%
        before = _EMPTY.sub("、", figure.far[-40:]).split("、")
        _deal(figure, [noun for noun in before if noun], places, "")
    elif last.measure is Measure.LEVEL or (last.parent and not figure.gap):  # 减少2起3人
        _dealt(figure, earlier, len(places))
    else:
        _continued(figure, last, earlier, len(places))


def _deal(figure: Figure, nouns: list[str], places: list[int], joint: str) -> None:
    """Assign each change of a list its noun; a single change has all of them."""
    size = len(places)
    if len(nouns) >= size > 1:
        named = nouns[-size:]
        figure.subject, figure.parent = named[0], None
        figure.dealt = dict(zip(places[1:], named[1:], strict=True))
    else:
        figure.subject = joint.join(nouns) if joint else "".join(nouns)[-16:]
        figure.parent = None


def _places(text: str, read: Quantity, following: list[Quantity]) -> list[int]:
    """Return the offsets of a list of changes: 8.4%、持平、上升12.7% are three."""
    places, last = [read.start], read.last
    for other in following:
        gap = _NEXT.fullmatch(text[last : other.first])
        if gap is None:
            break
        places += [-1 - len(places)] * gap["same"].count("平") + [other.start]
        last = other.last
    rest = _SAME.match(text, last)
    return places + [-1 - len(places)] * (rest[0].count("平") if rest else 0)


def _dealt(figure: Figure, earlier: list[Figure], size: int) -> None:
    """Assign changes to the levels before, in order: 事故42起、死亡45人,同比分别下降5%、6%."""
    counted = [f for f in earlier[:-1] if f.measure is Measure.LEVEL]
    levels = [f for f in counted if not f.bracketed] or counted
    alike = [f for f in levels if f.quantity.unit == figure.quantity.unit]
    figure.parent = levels[-size] if len(levels) >= size else levels[-1]
    if size == 1 and alike and figure.measure is Measure.CHANGE_ABS:
        figure.parent = alike[-1]  # 9起、死亡7人,同比减少2起3人


def _continued(figure: Figure, last: Figure, earlier: list[Figure], size: int) -> None:
    """Assign the next change of a list, or another change of the same subject."""
    same = _NEXT.fullmatch(figure.gap)
    if not (_NEXT_OF_LIST.fullmatch(figure.gap) or (same and same["same"])):
        figure.stride = size if len(earlier) > size > 1 else 1
        last = earlier[-1 - figure.stride]
        figure.subject, figure.parent = last.subject, last.parent
        return
    if last.stride > 1 and len(earlier) > last.stride:
        figure.stride = last.stride
        twin = earlier[-1 - figure.stride]
        figure.subject, figure.parent, figure.doubts = twin.subject, twin.parent, _LISTED
        return
    run, skipped = [last], same["same"].count("平") if same else 0
    for change in reversed(earlier[:-2]):
        if (
            not (_LIST.fullmatch(run[-1].near) or _NEXT_OF_LIST.fullmatch(run[-1].gap))
            or change.measure is Measure.LEVEL
        ):
            break
        run.append(change)
    figure.doubts = _LISTED
    if run[-1].parent is not None:
        _next_level(figure, run[-1].parent, earlier, len(run) + skipped)


def _nouns(figure: Figure) -> list[str]:
    """Return the nouns before the word of change, without region and words of comparison."""
    own = _EMPTY.sub("、", _BELOW.sub("", _CHANGE.sub("", figure.near))).split("、")
    return [noun for noun in own if noun and not _NO_NOUN.fullmatch(noun)]


def _next_level(figure: Figure, first: Figure, earlier: list[Figure], place: int) -> None:
    levels = [f for f in earlier if f.measure is Measure.LEVEL and not f.bracketed]
    index = levels.index(first) + place if first in levels else -1
    figure.parent = levels[index] if 0 <= index < len(levels) else first
