"""The region that the clause of a figure names, and the base of a change."""

import re

from analysis.language.vocabulary import Base

from .periods import last
from .setting import Setting

_REGION = re.compile(
    r"(?:^|[,、;:。是\s(]|其中[,:]?|分(?:区域|地区|县区|县市)看[,:]?)"
    r"(?P<name>[\u4e00-\u9fff]{1,6}?(?:自治[县州旗]|[市县镇乡州旗区]|街道))"
    r"(?=发生|事故|死亡|共|起|检查|造成|接报|累计|受灾|火灾|查处|排查|整改|开展|连续|[仅有:,]|\(?$|\d)"
)
_NOT_NAME = re.compile(
    r"[景园发地社小辖城灾矿林库校厂街郊片牧湖护能业]区$|(?:^|[的部远困深林灾])山区$|[各等两三全占我本该每与对向赴和及]|乡镇|县市|城市"
    r"|超市|县区|部门|市级|上市|门市|农村|都市|集市|[级年月日]"
)
_WIDER = re.compile(r"全国|全省|全市|全州|全自治区|全区|全县")
_BASES = (
    (Base.MEAN, r"均值|平均值?(?:水平)?|年均水平|多年同期|常年同期|常年"),
    (Base.MONTH_BEFORE, r"环比|[较比与]上个?月|[较比与]上个?季度?|[较比与]\d{1,2}月份?"),
    (
        Base.PLAN,
        r"[较比与][^,。;]{0,6}(?:目标|计划|指标|任务)|[低高]于[^,。;]{0,6}(?:目标|计划|指标)",
    ),
    (
        Base.OTHER,
        r"[较比与](?:20\d\d|19\d\d)年|[较比与][“\"]?十[一二三四五]五|[较比与](?:年初|前年|峰值|高峰)",
    ),
    (Base.YEAR_BEFORE, r"同比|[较比与][^,。;]{0,3}(?:去年|上年|上一年)|去年同期|上年同期"),
)
_BASE = re.compile("|".join(f"(?P<{base}>{pattern})" for base, pattern in _BASES))
_YEAR = re.compile(r"(20\d\d)年")


def smaller_region(lead: str, setting: Setting) -> str:
    """
    Return the region inside that of the report which the words before a figure name, or ''.

    >>> from datetime import date
    >>> county = Setting(("青山",), 3, date(2024, 1, 1), date(2024, 12, 31))
    >>> smaller_region("分区域看,东山镇事故", county), smaller_region("青山县发生事故", county)
    ('东山镇', '')
    """
    named = last(_REGION, lead)
    if named is None or _NOT_NAME.search(named["name"]):
        return ""
    own = any(named["name"].startswith(name) for name in setting.names)
    inner: tuple[str, ...] = ("镇", "乡", "街道")
    if any(name.endswith(("州", "盟", "地区")) for name in setting.full):
        inner += ("市", "县")  # 楚雄市 of 楚雄州
    if (own and not named["name"].endswith(inner)) or _WIDER.search(lead, named.end()):
        return ""
    return named["name"]


def only_region(words: str) -> bool:
    """
    Whether the last of *words* name a region inside another and nothing else.

    >>> only_region("江州区"), only_region("居前列的是汉阳县"), only_region("检查江州区企业")
    (True, True, False)
    """
    named = _REGION.search(words)
    bare = named is not None and named.end("name") >= len(words.rstrip("仅有"))
    return bare and named is not None and not _NOT_NAME.search(named["name"])


def wider_region(before: str) -> str:
    """Return the word for the larger region that a figure is about: 全国, 全省."""
    named = last(_WIDER, before)
    return named[0] if named else ""


def base_of(before: str, year: int) -> Base:
    """
    Return what a change is a change from, by the words *before* it in a report on *year*.

    >>> str(base_of("事故起数比2019年下降", 2024)), str(base_of("环比分别上升", 2024))
    ('other', 'month_before')
    """
    named = last(_BASE, before)
    if named is None:
        return Base.YEAR_BEFORE
    base = Base(str(named.lastgroup))
    years = _YEAR.search(named[0])
    return Base.YEAR_BEFORE if years and int(years[1]) == year - 1 else base
