"""Join lines that the width of a page broke, in prose and inside numbers."""

import re
from functools import cache

from . import lexicon

_WRAPPED = 0.7  # a line this full, of the widest, was broken by the page and not by its writer
OPENS = re.compile(
    r"[ \u3000]*(?:[一二三四五六七八九十]+、"
    r"|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、．]|第.{1,3}[章节])"
)
_NUMBER = re.compile(r"[\d.,%\s]*")
_HEADS = re.compile(  # 一、2024年工作完成情况
    r"[ \u3000]*[一二三四五六七八九十]+、[^，。；,;：:]{0,30}"
    r"(?:情况|总结|成效|打算|安排|问题|不足|计划|做法|措施|重点|工作|任务)$"
)
_AROUND = 200  # characters of the two lines that say whether they are prose
_ENDS = re.compile(r"[。！？；：:;!?]$")
_LINE_END = r"(?:\r\n|[\n\r\x85\u2028\u2029])"
_GAP = rf"[ \u3000]*{_LINE_END}[ \u3000]*"
_PROSE = re.compile(r"[，。；,;][^\n]|[，。；;]$")
_TABLE = re.compile(r"[\t|]|\S[ \u3000]{2,}\S")
_BLANKED = re.compile(r"(?<=[\u4e00-\u9fff])( ?)(\d(?: \d)+)(?= ?[\u4e00-\u9fff%])")


@cache
def _broken() -> re.Pattern[str]:
    """
    Return the pattern of a number broken over two lines.

    Such as 企业12 and 34家次; 98. and 5%; 3.2 and 亿元; 一万二 and 千人次; 企业, 12 and 家.
    """
    counters = lexicon.alternatives("counters")
    unit = rf"(?:[%％‰℃]|[余多]?[十百千万亿]{{0,3}}[余多]?(?:{counters}))"
    digits, words = r"\d[\d.,]{0,30}", "零〇一二三四五六七八九两"
    rest = rf"[{words}十百千万亿]{{0,20}}"
    return re.compile(
        rf"(?P<before>[^\d\s.,]{digits}){_GAP}"
        rf"(?=(?!\d+[.、．](?!\d)|\d{{1,2}}月){digits}{unit}|{unit})"
        rf"|(?P<spelled>[{words}]){_GAP}(?=[十百千万亿]{rest}{unit})"
        rf"|(?P<scaled>[十百千万亿]){_GAP}(?=[{words}][十百千万亿]{rest}{unit})"
        rf"|(?P<noun>[\u4e00-\u9fff]){_GAP}"
        rf"(?P<number>{digits}[%％]?){_GAP}(?={unit}(?:[，,。；;、)）]|$))"
    )


def joined(text: str) -> tuple[str, int]:
    r"""
    Return *text* without the line breaks inside numbers, and their count.

    Lines of tables and numbered items are kept; so is a list without any punctuation.

    >>> joined("共检查企业12\n34家次,整改率98.\n5%。\n死亡\n3\n人。\n1\n2\n")
    ('共检查企业1234家次,整改率98.5%。\n死亡3人。\n1\n2\n', 4)
    >>> joined("检查企业12\n3家企业停产\n")
    ('检查企业12\n3家企业停产\n', 0)
    """
    count = 0

    def join(match: re.Match[str]) -> str:
        nonlocal count
        ahead = re.split(_LINE_END, text[max(0, match.start() - _AROUND) : match.start()])[-1]
        behind = re.split(_LINE_END, text[match.end() : match.end() + _AROUND], maxsplit=1)[0]
        lines = f"{ahead}{match[0]}{behind}"
        if _TABLE.search(lines) or not _PROSE.search(lines):
            return match[0]
        count += 1 + (match["number"] is not None)
        return re.sub(r"\s", "", match[0])

    return _broken().sub(join, text), count


def closed(text: str) -> tuple[str, int]:
    """
    Return *text* without the blanks that a page set between single digits, and their count.

    >>> closed("检查企业 1 2 3 4 家次,死亡 3 人,甲 12 34 家")
    ('检查企业 1234 家次,死亡 3 人,甲 12 34 家', 3)
    """
    blanks = sum(match[2].count(" ") for match in _BLANKED.finditer(text))
    return _BLANKED.sub(lambda match: match[1] + match[2].replace(" ", ""), text), blanks


def unwrapped(lines: list[str]) -> str:
    r"""
    Join lines that the width of a page broke.

    >>> unwrapped(["全市应急管理系统共检查企业一万二", "千家,整改隐患。", "一、工作", "好。"])
    '全市应急管理系统共检查企业一万二千家,整改隐患。\n一、工作\n好。'
    """
    widest = max((len(line) for line in lines if "\t" not in line), default=0)
    whole: list[str] = []
    before = ""
    for line in lines:
        full = len(before) >= _WRAPPED * widest and "\t" not in before + line
        full = full and not _NUMBER.fullmatch(before) and not _HEADS.match(before)
        if whole and full and not _ENDS.search(before) and not OPENS.match(line):
            whole[-1] += line
        else:
            whole.append(line)
        before = line
    return "\n".join(whole)
