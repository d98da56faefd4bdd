"""
Facts that a report states without a numeral: nothing happened, all was done, it went down.

Each is a phrase with the number it means: 0, 100, or a direction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.language.vocabulary import Measure

from .layout import Sentence

_THING = r"(?:事故|火灾|火情|伤亡|死亡|亡人事件|亡人|险情|溃坝|疫情|事件|案件)"
_NONE = re.compile(
    rf"(?:(?:均|也|继续|实现|保持|确保)?(?:未再?|没有|不)(?:发生|接报|出现|发现|造成)|(?<![有从并万全])无)"
    rf"(?P<thing>[^,。;、:!?\n\d()“”]{{0,22}}?{_THING}(?:[^,。;、:!?\n\d()]{{0,8}}?(?:事故|火灾|事件))?)(?!的|隐患|风险|责任|教训|单位|企业|苗头)"
)
_AVOID = re.compile(r"杜绝(?P<thing>(?:[迟谎瞒漏误]报、?)+(?:现象|行为|问题)?)")
_SUBJECTS = (
    r"(?P<subjects>(?:[\u4e00-\u9fff]{2,14}、){0,3}[\u4e00-\u9fff]{0,12}?"
    r"(?:起数|人数|事故|损失|次数|死亡|受伤|亡人|火灾))"
)
_TREND = re.compile(
    rf"{_SUBJECTS}"
    r"(?:(?:继续|持续|均|同比|环比|较上年|较去年|分别|实现|保持|双|呈|逐年|大幅|明显|显著|稳步|有所|全面|总体|“|”)*)"
    r"(?P<way>下降|减少|降低|上升|增加|增长|持平|双下降|双降)(?!到|至|为|了?\d|[约近超]|[\u4e00-\u9fff]{0,4}\d)"
)
_FULL = re.compile(
    r"实现(?P<what>[^,。;、\n“”]{0,16}全覆盖)"
    r"|(?P<work>全覆盖式?(?:开展|进行|的)?[^,。;、\n“”]{0,12}?(?:检查|督导|培训|排查|巡查))(?!组)"
    r"|(?:全部|均)已?(?:按[期时])?(?:完成|进行|实现)?"
    r"(?P<done>(?:整改|治理|销号|闭环)(?:处置|验收|到位|完毕|销号|完成)?)(?=[,。;、\n]|$)"
)
_LEAD = re.compile(
    r"(?:其中|即|实现|确保|力争|全[省市州县区国]|[我本][省市州县区])+(?=[\u4e00-\u9fff]{3})"
)
_WAYS = {"下降": -1, "减少": -1, "降低": -1, "双下降": -1, "双降": -1, "持平": 0}
_WISH = re.compile(r"确保|力争|努力|坚决|争取|目标|逐年|杜绝")


@dataclass(frozen=True, slots=True)
class Fact:
    """A phrase, the number it means, and its subject."""

    start: int
    end: int
    value: int
    measure: Measure
    subject: str
    reason: str
    unit: str = ""
    kind: str = ""
    wish: bool = False


def find(text: str, sentence: Sentence, taken: list[tuple[int, int]]) -> Iterator[Fact]:
    """
    Yield the facts of a sentence of folded *text* outside the figures at *taken*.

    >>> from .layout import sections, sentences
    >>> text = "火灾起数、死亡人数同比均下降,未发生较大及以上事故。"
    >>> (sentence,) = sentences(text, sections(text, year=2024))
    >>> [(f.subject, f.value, str(f.measure)) for f in find(text, sentence, [])]
    [('火灾起数', -1, 'direction'), ('死亡人数', -1, 'direction'), ('较大及以上事故', 0, 'level')]
    """
    for fact in (*_trends(text, sentence), *_absences(text, sentence), *_wholes(text, sentence)):
        if not any(start < fact.end and fact.start < end for start, end in taken):
            yield fact


def _absences(text: str, sentence: Sentence) -> Iterator[Fact]:
    for pattern in (_NONE, _AVOID):
        for match in pattern.finditer(text, sentence.start, sentence.end):
            wish = pattern is _AVOID or bool(
                _WISH.search(text, max(sentence.start, match.start() - 8), match.start() + 2)
            )
            yield Fact(
                match.start(),
                match.end(),
                0,
                Measure.LEVEL,
                match["thing"],
                "以“无”表述的零",
                wish=wish,
            )


def _trends(text: str, sentence: Sentence) -> Iterator[Fact]:
    for match in _TREND.finditer(text, sentence.start, sentence.end):
        lead = _LEAD.match(match["subjects"])
        start = match.start() + (lead.end() if lead else 0)
        said = text[match.start() : match.end()]
        behind = text[match.end() : match.end() + 12]
        if re.match(r"[^,。;\u4e00-\u9fff]*\d", behind) or not _compared(said):
            continue
        wish = bool(_WISH.search(text, max(sentence.start, match.start() - 8), match.end()))
        for subject in text[start : match.end("subjects")].split("、"):
            yield Fact(
                start,
                match.end(),
                _WAYS.get(match["way"], 1),
                Measure.DIRECTION,
                subject,
                "只有方向",
                wish=wish,
            )


def _compared(said: str) -> bool:
    return bool(re.search(r"同比|环比|较上年|较去年|分别|逐年|双|均|持续|继续|实现", said))


def _wholes(text: str, sentence: Sentence) -> Iterator[Fact]:
    for match in _FULL.finditer(text, sentence.start, sentence.end):
        subject = match["what"] or match["work"] or f"隐患{match['done']}率"
        yield Fact(
            match.start(),
            match.end(),
            100,
            Measure.LEVEL,
            subject,
            "以“全”表述的百分之百",
            unit="%",
            kind="share",
        )
