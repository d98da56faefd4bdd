"""
The part of an indicator that a figure is about: a sector, a hazard, an audience, a campaign.

A part is named in the words of the figure, at the start of its sentence (危险化学品领域检查企业,
查处隐患), in its row of a table, or in the heading. ``parts.csv`` has the words for each part,
``dimensions.csv`` the kinds of parts that the indicators of a theme have.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from . import lexicon

Spellings = tuple[tuple[str, str], ...]  # forms of names, with the codes of their parts

_REMEMBERED = 2_048
_WHOLE = re.compile(
    r"(?:^|[,;。:])(?:全[省市县区州盟旗镇乡国]|各类|累计|总计|合计|[我本][省市县区州])"
)
_OF_ALL = frozenset({"campaign", "programme"})  # 开展百日攻坚行动,全县检查企业
_CARRIED = _OF_ALL | {"level", "hazard", "sector", "body", "audience"}
_DETAILS = frozenset({"kind", "level", "grade"})  # 二级 beside another thing is no part of it
_LEAD = re.compile(
    r"[”\"]?(?:安全(?:生产)?|应急|企业|作业|经营|生产|使用)?"
    r"(?:领域|方面|行业|灾害|企业|业|期间|专项|[:,。]|发生|事故|共|活动|整治|检查|宣传|\d+起[,、])"
)
_NO_DOCUMENT = re.compile(r"(?![^,。;]{0,6}(?:方案|规划|计划)|[”\"]?等)")
_REST = re.compile(r"其中|企业|行业|领域|事故|[、,和及与]")
_JOINT = re.compile(r"(?:[、和及与]|以及)$")
_COUNTED = re.compile(r"[\u4e00-\u9fff]{0,4}\d")
_OTHERS = re.compile(r"等|[、和及与][\u4e00-\u9fff、和及与]{2,16}等")  # 风雹、强对流等
_OPENING = 3  # characters before a part at the start of a sentence
_NUMBER = re.compile(r"^[ \u3000]*[(]?[一二三四五六七八九十\d]{1,3}[)、.][ ]*")
_TITLE = re.compile(r"^[\u4e00-\u9fff]{0,10}20\d\d年(?:度|上半年|前三季度)?")
_INSPECTED = re.compile(r"(?:检查|排查|抽查)[^,。;:]{0,4}$")
_CLOSED = re.compile(r"\([^()]*\)")
_CAMPAIGN = re.compile(
    r"(?:“[^“”]{2,20}”(?:专项)?(?:整治|执法|检查|治理|排查|宣传)?"
    r"(?:行动|活动|攻坚战?|大检查|专项(?:整治|检查|执法))|“[^“”]{2,18}(?:行动|攻坚战?|大检查)”)"
    r"(?!方案|计划|实施|工作方案|领导小组|办公室)"
)
_CAUSE = re.compile(
    r"(?:^|[,、;:])([\u4e00-\u9fff]{2,8})(?:引发|引起|导致)(?:的)?(?:火灾|事故)?$"
    r"|(机械伤害|高处坠落|物体打击|车辆伤害|起重伤害|触电|坍塌|淹溺|灼烫|中毒和?窒息|冒顶片帮|透水)"
    r"(?:事故)?(?:死亡)?$"
)
_HEADING = 22  # characters of a heading that name its section


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((part, re.compile(pattern)) for part, pattern in lexicon.rows("parts"))


@cache
def _dimensions(theme: str, *, inherited: bool = False) -> frozenset[str]:
    """Return the dimensions of a theme, or those whose parts apply to the figures after them."""
    rows = {row[0]: row[1:] for row in lexicon.rows("dimensions")}
    return frozenset(rows[theme][inherited].split()) if theme in rows else frozenset()


@cache
def _patterns_of(dimensions: frozenset[str]) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return dimension, part and pattern of each part of *dimensions*."""
    split = ((part.partition(":")[0], part, pattern) for part, pattern in _patterns())
    return tuple(row for row in split if row[0] in dimensions)


@lru_cache(maxsize=_REMEMBERED)
def _named(words: str, dimensions: frozenset[str]) -> dict[str, tuple[str, int, int]]:
    """
    Return the part of each of *dimensions* named last in *words*, with its place.

    >>> _named("工贸领域检查企业", frozenset({"sector", "campaign"}))
    {'sector': ('sector:industry_and_trade', 0, 2)}
    """
    parts: dict[str, tuple[str, int, int]] = {}
    for dimension, part, pattern in _patterns_of(dimensions):
        for match in pattern.finditer(words):
            before = parts.get(dimension)
            longer = before is None or match.end() > before[2] or _wider(match, before)
            if longer and match.end() > match.start():
                parts[dimension] = part, match.start(), match.end()
    return parts


def _wider(match: re.Match[str], before: tuple[str, int, int]) -> bool:
    return match.end() == before[2] and match.start() < before[1]


def part_of(
    name: str,
    theme: str,
    *,
    own: str,
    lead: str = "",
    opening: str = "",
    headings: tuple[str, ...] = (),
    known: Spellings = (),
) -> str:
    """
    Return the breakdown of a figure, '' for the whole.

    Parameters
    ----------
    name, theme
        The Chinese name of the indicator and its theme.
    own
        The words of the figure.
    lead
        The sentence before them.
    opening
        The same with the clauses before a semicolon, which may name a campaign for all.
    headings
        The topic of the paragraph and the heading of the section, the nearest first.
    known
        Further parts by the forms of their names, such as the campaigns of the tables.

    Examples
    --------
    >>> part_of("发现隐患数", "hazards", own="查处隐患", lead="工贸领域检查企业620家,")
    'sector:industry_and_trade'
    >>> part_of("发现隐患数", "hazards", own="查处隐患", headings=("(一)工贸行业",))
    'sector:industry_and_trade'
    """
    every = _named(own, _dimensions(theme))
    listed = {d for d, named in every.items() if _listed(own, d, *named)}
    parts = {d: part for d, (part, _, _) in every.items() if d not in listed}
    for code in _spelled(own, name, _dimensions(theme) - listed, known):
        parts.setdefault(code.partition(":")[0], code)
    dimensions = _dimensions(theme, inherited=True) - listed
    of_all = dimensions & _OF_ALL
    inherited = _inherited(lead, of_all if _WHOLE.match(own.lstrip()) else dimensions)
    campaigns = _inherited(opening, of_all)
    for more in (inherited, campaigns, *(_of_heading(words, dimensions) for words in headings)):
        for dimension, part in more.items():
            parts.setdefault(dimension, part)
    kept = {part for part in parts.values() if not _implied(part, name)}
    return "+".join(sorted(kept))


def _listed(own: str, dimension: str, part: str, start: int, end: int) -> bool:
    """Whether the part at *start* is one of several for one figure: 负责人、从业人员培训3人."""
    if dimension == "body" and _several(own, dimension):  # 县委常委会、县政府常务会研究21次
        return True
    joint = _JOINT.search(own, 0, start)
    before = _named(own[: joint.start()], frozenset({dimension})) if joint else {}
    code, _, last = before.get(dimension, (part, 0, 0))
    beside = joint is not None and last == joint.start() and code != part
    return beside or bool(_OTHERS.match(own, end))


def merged(part: str, whole: str) -> str:
    """
    Return a breakdown with the level and the campaign of the breakdown of its *whole*.

    >>> merged("kind:general", "kind:special+level:county")
    'kind:general+level:county'
    """
    codes = {c.partition(":")[0]: c for c in whole.split("+")}
    codes = {d: code for d, code in codes.items() if d in _OF_ALL | {"level"}}
    codes |= {c.partition(":")[0]: c for c in part.split("+") if c}
    return "+".join(sorted(codes.values()))


def carried(part: str, theme: str) -> str:
    """
    Return the parts of a breakdown that hold for the next figure in a list, of another *theme*.

    >>> carried("kind:general+level:county", "forces")
    'level:county'
    """
    codes = (c for c in part.split("+") if c.partition(":")[0] in _CARRIED & _dimensions(theme))
    return "+".join(codes)


def _inherited(lead: str, dimensions: frozenset[str]) -> dict[str, str]:
    """Return the parts of *dimensions* that a start of a sentence names for the figures behind."""
    if not dimensions:
        return {}
    bare = _CLOSED.sub(lambda match: " " * len(match[0]), lead)
    resets = [match.end() for match in _WHOLE.finditer(bare)]
    return {
        dimension: part
        for dimension, (part, start, end) in _named(bare, dimensions).items()
        if (
            _follows(dimension).match(bare, end) or start < _OPENING or _inspected(bare, start, end)
        )
        and (dimension in _OF_ALL or end > max(resets, default=0))
        and not _several(bare[max(bare.rfind(":", 0, start) + 1, *resets, 0) :], dimension)
    }


def _inspected(words: str, start: int, end: int) -> bool:
    """Whether the part at *start* is what an inspection counted: 检查煤矿318矿次,查出隐患."""
    return bool(_INSPECTED.search(words, 0, start) and _COUNTED.match(words, end))


def _follows(dimension: str) -> re.Pattern[str]:
    """Return the pattern of the text between a part and the figures after it that it applies to."""
    return _NO_DOCUMENT if dimension in _OF_ALL else _LEAD


def _several(words: str, dimension: str) -> bool:
    """Whether *words* name several parts of a dimension, so that none of them applies."""
    patterns = (pattern for part, pattern in _patterns() if part.startswith(f"{dimension}:"))
    spans = {match.span() for pattern in patterns for match in pattern.finditer(words)}
    return len({span for span in spans if not _inside(span, spans)}) > 1


def _inside(span: tuple[int, int], others: set[tuple[int, int]]) -> bool:
    return any(o != span and o[0] <= span[0] and span[1] <= o[1] for o in others)


def _implied(part: str, name: str) -> bool:
    """Whether the *name* of an indicator has the part already."""
    bare = re.sub(r"\([^)]*\)", "", name)
    return any(pattern.search(bare) for code, pattern in _patterns() if code == part)


def _of_heading(heading: str, dimensions: frozenset[str]) -> dict[str, str]:
    """Return the parts of *dimensions* in a heading that is a name, not a sentence with figures."""
    short = _NUMBER.sub("", _TITLE.sub("", heading))
    if _TITLE.match(heading):  # of the whole text
        dimensions &= _OF_ALL
    if len(short) > _HEADING or re.search(r"[、和与]|\d(?!\d*行动)", short):
        return {}
    return {d: part for d, (part, _, _) in _named(short, dimensions).items()}


def cause(words: str, theme: str) -> str:
    """
    Return the cause of accidents that *words* end with, '' where they name none.

    >>> cause("从起因看,用火不慎引发", "outcomes"), cause("高处坠落事故", "outcomes")
    ('用火不慎', '高处坠落')
    >>> cause("道路运输事故", "outcomes"), cause("自然灾害造成", "outcomes")
    ('', '')
    """
    match = _CAUSE.search(words) if theme == "outcomes" else None
    return next(filter(None, match.groups()), "") if match else ""


def unused(name: str, theme: str, part: str, *, clause: str, opening: str) -> bool:
    """
    Whether words before a figure name a part that its breakdown *part* lacks.

    The *clause* may name what the figure is about, the *opening* of the sentence a sector.

    >>> before = "检查工贸企业5家,未停产,责令限期整改"
    >>> unused("发现隐患数", "hazards", "", clause="责令限期整改", opening=before)
    True
    >>> sector = "sector:industry_and_trade"
    >>> unused("发现隐患数", "hazards", sector, clause="责令限期整改", opening=before)
    False
    """
    lacking = _dimensions(theme) - {code.partition(":")[0] for code in part.split("+")}
    sector = _named(opening, lacking & {"sector"})
    named = [*_named(clause, lacking - _DETAILS).values(), *sector.values()]
    return any(not _implied(code, name) for code, _, _ in named)


def carried_over(part: str, own: str) -> bool:
    """
    Whether a breakdown has more than campaigns that the words of its figure do not name.

    >>> carried_over("sector:gas", "查处隐患"), carried_over("sector:gas", "燃气隐患")
    (True, False)
    """
    codes = (code for code in part.split("+") if code and not of_campaign(code))
    return any(not any(spans(own, code)) for code in codes)


def has_campaigns(theme: str) -> bool:
    """Whether the figures of a theme may be of a campaign named before them."""
    return "campaign" in _dimensions(theme, inherited=True)


def of_campaign(part: str) -> bool:
    """Whether the breakdown *part* has a campaign or a programme."""
    return bool({code.partition(":")[0] for code in part.split("+")} & _OF_ALL)


def campaign(words: str, theme: str) -> str:
    """
    Return the quoted name of the last campaign in *words*, '' where the theme has none.

    >>> campaign("在“夏季清凉”专项行动中,检查企业", "enforcement")
    '“夏季清凉”专项行动'
    >>> campaign("开展“安康杯”“青安杯”活动", "publicity"), campaign("“三合一”场所", "hazards")
    ('', '')
    """
    if not has_campaigns(theme):
        return ""
    named = [*_CAMPAIGN.finditer(words)][-1:]
    return "".join(match[0] for match in named if words[: match.start()][-1:] not in {"”", "、"})


def spans(words: str, part: str) -> Iterator[tuple[int, int]]:
    """Yield where *words* name one of the codes of the breakdown *part*."""
    codes = part.split("+")
    named = (pattern for code, pattern in _patterns() if code in codes)
    yield from (match.span() for pattern in named for match in pattern.finditer(words))


def only(words: str) -> bool:
    """
    Whether *words* are the names of parts and nothing else.

    >>> only("其中煤矿"), only("非煤矿山"), only("其中重大隐患")
    (True, True, False)
    """
    bare = words
    for _, pattern in _patterns():
        bare = pattern.sub("", bare)
    return bare != words and not _REST.sub("", bare)


def _spelled(own: str, name: str, dimensions: frozenset[str], known: Spellings) -> Iterator[str]:
    """Yield the known parts whose names are in the words of the figure."""
    codes = [code for form, code in known if form in own and form not in name]
    yield from (code for code in codes if code.partition(":")[0] in dimensions)


def spellings(names: Mapping[str, str]) -> Spellings:
    """
    Return the forms of the *names* of parts that are long enough to name nothing else.

    >>> spellings({"campaign:five": "“五个一”宣传活动", "sector:gas": "燃气"})
    (('“五个一”宣传活动', 'campaign:five'), ('五个一', 'campaign:five'))
    """
    forms: list[tuple[str, str]] = []
    for code, name in names.items():
        bare = re.sub(r"[（(][^）)]*[）)]", "", name)
        quoted = re.findall(r"“([^”]{3,})”", name)
        forms += [(form, code) for form in (bare, *quoted) if len(form) > 3 or form in quoted]
    return tuple(forms)
