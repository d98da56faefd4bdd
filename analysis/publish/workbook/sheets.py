"""
What the sheets of the workbook hold: columns, lines, shorthand and notes, as plain cells.

It reads records and gives cells; how they look and where they link is for ``workbook``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.language import labels, phrases
from analysis.language.values import Text
from analysis.language.vocabulary import Gap, Mark
from analysis.publish import content, plots

Record = Mapping[str, Any]
Row = Mapping[str, Any]


class Column(NamedTuple):
    """One column of a table: its head, its cell from a row, how numbers are written."""

    head: Text
    cell: Callable[[Row, str], Any]
    look: str = "text"  # text, number, decimal, ratio, percent
    width: int = 14
    linked: bool = False  # its number leads to the sentence


@dataclass(slots=True)
class Sheet:
    """One table: its name on the tab, title, columns and lines."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: list[tuple[str, Row]] = field(default_factory=list)  # the figure, and the row


# One letter in square brackets for each kind of gap or doubt, explained on the notes sheet.
GAPS = {
    Gap.NOT_REPORTED: "[x]",
    Gap.PERCENT_ONLY: "[p]",
    Gap.DIRECTION_ONLY: "[d]",
    Gap.TARGET_ONLY: "[t]",
    Gap.PLAN_ONLY: "[n]",
    Gap.PLAN_REPORT: "[r]",
    Gap.PART_ONLY: "[w]",
}
UNEQUAL = "[z]"
MARKS = {
    Mark.AT_LEAST: "[≥]",
    Mark.AT_MOST: "[≤]",
    Mark.ABOUT: "[≈]",
    Mark.TARGET: "[t]",
    Mark.PLAN: "[n]",
    Mark.PERCENT_ONLY: "[p]",
    Mark.DIRECTION_ONLY: "[d]",
}
ELSEWHERE, REBUILT = "[o]", "[k]"
_MORE = {
    UNEQUAL: Text("有数字，但口径不同，不能并列", "reported, but not comparable; see the reason"),
    "[≥]": Text("下限（余、多）", "at least: a lower bound (余, 多)"),
    "[≤]": Text("上限（近、不足）", "at most: an upper bound (近, 不足)"),
    "[≈]": Text("约数", "approximate"),
    ELSEWHERE: Text("取自其他出版物", "from another publication"),
    REBUILT: Text("由公布的变化反推", "calculated back from a published change"),
}


def shorthand(row: Row) -> str:
    """
    The letters that stand beside a value, or in its place.

    >>> shorthand({"mark": "at_least", "origin": "context"}), shorthand({"rule": "not_reported"})
    ('[≥] [o]', '[x]')
    """
    if "rule" in row:
        return GAPS.get(row["rule"], UNEQUAL) if row["rule"] in set(Gap) else UNEQUAL
    found = [UNEQUAL] if row.get("unequal") else []
    found += [MARKS.get(Mark(row.get("mark", Mark.EXACT)), "")]
    found += [ELSEWHERE] if row.get("origin") == "context" else []
    found += [REBUILT] if row.get("basis") in {"derived", "rebuilt"} else []
    return " ".join(letter for letter in found if letter)


def explained(language: str) -> list[tuple[str, str]]:
    """Every shorthand with its meaning."""
    known = {letter: phrases.GAPS[gap] for gap, letter in GAPS.items()} | _MORE
    return [(letter, text[language]) for letter, text in known.items()]


def _word(name: str) -> Callable[[Row, str], Any]:
    return lambda row, language: labels.legible(row.get(f"{name}_{language}", "") or "", 300)


def _plain(name: str) -> Callable[[Row, str], Any]:
    return lambda row, _: row.get(name)


def _amount(row: Row, _: str) -> Any:
    return row.get("value") if row.get("measure", "level") == "level" else None


def _change(row: Row, _: str) -> Any:
    if "percent" in row:
        return row["percent"]
    return row.get("value") if row.get("measure") == "change_pct" else None


def _direction(row: Row, _: str) -> Any:
    if row.get("mark") != Mark.DIRECTION_ONLY:
        return None
    return "↓" if row.get("direction", row.get("value", 0)) < 0 else "↑"


def _count_limit(name: str) -> Callable[[Row, str], Any]:
    """A limit only where it is one of the count: others are of a ratio or a share."""

    def cell(row: Row, _: str) -> Any:
        return row.get(name) if str(row.get("method", "")).startswith("exact-c") and not str(
            row.get("method", "")
        ).startswith("exact-conditional") else None  # fmt: skip

    return cell


def _method(row: Row, language: str) -> str:
    text = phrases.METHODS.get(str(row.get("method", "")))
    return text[language] if text else str(row.get("method", ""))


REGION = Column(Text("地区", "Region"), lambda row, lang: labels.region(row)[lang], width=12)
INDICATOR = Column(Text("指标", "Indicator"), _word("indicator"), width=34)
PART = Column(Text("其中", "Of which"), _word("breakdown"), width=24)
PERIOD = Column(Text("期间", "Period"), lambda row, lang: labels.period(row)[lang], width=18)
VALUE = Column(Text("数值", "Value"), _amount, "number", 16, linked=True)
UNIT = Column(
    Text("单位", "Unit"), lambda row, lang: row.get("unit" if lang == "zh" else "unit_en")
)
SHORT = Column(Text("缩写", "Shorthand"), lambda row, _: shorthand(row), width=11)
LOWER = Column(Text("95%下限", "Lower 95%"), _count_limit("lower"), "decimal", 12)
UPPER = Column(Text("95%上限", "Upper 95%"), _count_limit("upper"), "decimal", 12)
METHOD = Column(Text("区间方法", "Method of the interval"), _method, width=30)
REASON = Column(Text("没有数字的原因", "Why there is none"), _word("reason"), width=40)
CHANGE = Column(Text("变化（%）", "Change (%)"), _change, "decimal", 12, linked=True)
DIRECTION = Column(Text("方向", "Direction"), _direction, width=10, linked=True)
RATE = Column(Text("每10万人", "Per 100,000 people"), _plain("rate"), "decimal", 14)
RATE_LOWER = Column(Text("每10万人下限", "Rate, lower 95%"), _plain("rate_lower"), "decimal", 14)
RATE_UPPER = Column(Text("每10万人上限", "Rate, upper 95%"), _plain("rate_upper"), "decimal", 14)
BEFORE = Column(Text("上年", "Year before"), _plain("before"), "number", 12)
RATIO = Column(Text("与上年之比", "Ratio to the year before"), _plain("ratio"), "ratio", 14)
RATIO_LOWER = Column(Text("比值下限", "Ratio, lower 95%"), _plain("lower"), "ratio", 12)
RATIO_UPPER = Column(Text("比值上限", "Ratio, upper 95%"), _plain("upper"), "ratio", 12)
SEEN_LOW = Column(
    Text("看得出下降须≤", "A fall shows at or below"), _plain("at_most"), "number", 14
)
SEEN_HIGH = Column(Text("看得出上升须≥", "A rise shows from"), _plain("at_least"), "number", 14)
CASES = Column(Text("已整改", "Rectified"), _plain("cases"), "number", 12)
TOTAL = Column(Text("发现", "Found"), _plain("total"), "number", 12)
SHARE = Column(Text("份额（%）", "Share (%)"), _plain("share"), "decimal", 12)
SHARE_LOWER = Column(Text("份额下限", "Share, lower 95%"), _plain("lower"), "decimal", 12)
SHARE_UPPER = Column(Text("份额上限", "Share, upper 95%"), _plain("upper"), "decimal", 12)
EXPECTED = Column(
    Text("按全国水平应有", "Expected at the national rate"), _plain("expected"), "decimal", 18
)
LIMIT_LOW = Column(Text("偶然波动下限", "Chance, lower 95%"), _plain("lower"), "number", 14)
LIMIT_HIGH = Column(Text("偶然波动上限", "Chance, upper 95%"), _plain("upper"), "number", 14)
STATUS = Column(Text("性质", "Kind"), lambda row, lang: _status(row)[lang], width=10)
PRINTED = Column(Text("原文数字", "As printed"), _plain("printed"), width=18)

_HEAD = (INDICATOR, PART, REGION, PERIOD)
_TAIL = (SHORT, REASON)


def _status(row: Row) -> Text:
    from analysis.language import values

    return values.STATUSES[row["status"]] if "status" in row else Text("", "")


class Family(NamedTuple):
    """The sheet that figures of one kind share."""

    begins: tuple[str, ...]
    tab: Text
    title: Text
    about: Text
    columns: tuple[Column, ...]


FAMILIES = (
    Family(
        ("comparison-",),
        Text("并列", "Comparison"),
        Text("各地同一指标的数字", "One indicator in each region"),
        Text("未列入的地区，原因见末列", "regions left out: the last column says why"),
        (*_HEAD, VALUE, UNIT, CHANGE, DIRECTION, LOWER, UPPER, RATE, RATE_LOWER, RATE_UPPER,
         STATUS, METHOD, *_TAIL),
    ),
    Family(
        ("not-comparable",),
        Text("未列入比较", "Not comparable"),
        Text("多地报告、但不能并列的数字", "Figures of several regions that do not compare"),
        Text("[z] 为不可比，原因见末列", "[z] does not compare; the last column says why"),
        (*_HEAD, STATUS, VALUE, UNIT, CHANGE, DIRECTION, PRINTED, *_TAIL),
    ),
    Family(
        ("trend-",),
        Text("年度", "Trend"),
        Text("逐年数字与只公布了百分比的变化", "Yearly counts, and changes without counts"),
        Text("少于5点不谈趋势", "fewer than five points: no trend is claimed"),
        (*_HEAD, VALUE, UNIT, CHANGE, DIRECTION, LOWER, UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("year-on-year",),
        Text("同比", "Year on year"),
        Text("本年与上年之比", "This year over the year before"),
        Text("区间含1，就在偶然波动之内", "an interval that holds 1 is within chance"),
        (*_HEAD, VALUE, BEFORE, UNIT, RATIO, RATIO_LOWER, RATIO_UPPER, SEEN_LOW, SEEN_HIGH, CHANGE,
         DIRECTION, METHOD, *_TAIL),
    ),
    Family(
        ("funnel-",),
        Text("对照全国", "Against the nation"),
        Text("与按全国人均水平应有的数量相比", "Counts beside what the national rate would give"),
        Text("界限为偶然波动的范围，不是目标", "limits are what chance does, not targets"),
        (*_HEAD, VALUE, UNIT, EXPECTED, LIMIT_LOW, LIMIT_HIGH, *_TAIL),
    ),
    Family(
        ("closed-loop",),
        Text("整改", "Rectified"),
        Text("发现的问题整改了多少", "From found to rectified"),
        Text("各行动范围不同，不宜互比", "campaigns differ in scope and do not compare"),
        (*_HEAD, VALUE, CASES, TOTAL, SHARE, SHARE_LOWER, SHARE_UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("composition-",),
        Text("构成", "Composition"),
        Text("总数由哪些部分组成", "What a whole is made of"),
        Text("份额不说明风险高低", "a share says nothing about risk"),
        (*_HEAD, VALUE, UNIT, SHARE, SHARE_LOWER, SHARE_UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("targets-",),
        Text("目标", "Targets"),
        Text("报告写下的目标", "Targets set in the reports"),
        Text("目标与实绩是两回事", "targets and results are two things"),
        (*_HEAD, STATUS, VALUE, UNIT, DIRECTION, *_TAIL),
    ),
    Family(
        ("coverage-themes", "coverage-"),
        Text("全部数字", "All figures"),
        Text("各报告的全部数字", "Every figure of the reports"),
        Text("一行一个数字，均有原句", "one line a figure, each with its sentence"),
        (*_HEAD, STATUS, VALUE, UNIT, CHANGE, DIRECTION, PRINTED, SHORT),
    ),
)  # fmt: skip


def sheets(records: Sequence[Record], language: str) -> list[Sheet]:
    """One sheet a kind of figure, with the lines of all figures of that kind, gaps included."""
    made = [_sheet(family, records, language) for family in FAMILIES]
    return [sheet for sheet in made if sheet.rows]


def _sheet(family: Family, records: Sequence[Record], language: str) -> Sheet:
    made = Sheet(
        family.tab[language], family.title[language], family.about[language], family.columns
    )
    seen = set()
    for record in records:
        if not str(record["name"]).startswith(family.begins):
            continue
        for row in _lines(record):
            key = (row.get("id"), row.get("region"), row.get("indicator"), row.get("rule"))
            if key not in seen:
                seen.add(key)
                made.rows.append((record["name"], row))
    return made


def _lines(record: Record) -> Iterator[Row]:
    """The rows of a figure, then its gaps under the indicator that they are about."""
    name, title = str(record["name"]), labels.both(record["title"])
    scale = plots.on_scale(record)
    # A comparison whose marks share no scale: a figure of an earlier version.
    apart = name.startswith("not-comparable") or (name.startswith("comparison-") and not scale)
    for row in record["rows"]:
        plain = {key: cell for key, cell in row.items() if not key.startswith("rate")}
        kept = row if scale == "rate" else plain
        yield {**kept, "unequal": True} if apart else kept
    if name.startswith(("coverage-", "not-comparable")):
        return
    first: Row = next(iter(record["rows"]), {})
    about = {name: first[name] for name in ("indicator_zh", "indicator_en") if name in first}
    if not about:
        about = {
            "indicator_zh": title.zh.partition("：")[0],
            "indicator_en": title.en.partition(":")[0],
        }
    for gap in record["refused"]:
        yield {**gap, "indicator_zh": about.get("indicator_zh"),
               "indicator_en": about.get("indicator_en"), "start": -1}  # fmt: skip


EVIDENCE = (
    Column(Text("编号", "Id"), _plain("id"), width=34),
    Column(Text("读数", "Reading"), lambda row, lang: labels.reading(row)[lang], width=60),
    PRINTED,
    Column(Text("原句", "Phrase"), _plain("evidence"), width=46),
    Column(Text("报告", "Report"), _plain("report"), width=16),
    Column(Text("起始字符", "From character"), lambda row, _: _place(row, "start"), "number", 12),
    Column(Text("结束字符", "To character"), lambda row, _: _place(row, "end"), "number", 12),
    Column(Text("发布者", "Publisher"), _plain("publisher"), width=24),
    Column(Text("标题", "Title"), _plain("title"), width=46),
    Column(Text("发布日期", "Published"), _plain("published"), width=12),
    Column(Text("备注", "Note"), _plain("note"), width=40),
    Column(Text("网址", "Address"), _plain("url"), width=40),
)


def _place(row: Row, name: str) -> Any:
    place = row.get(name, -1)
    return place if place >= 0 else None


def charted(records: Iterable[Record], language: str) -> Iterator[tuple[Record, plots.Plot]]:
    """The figures that have a native chart, with it."""
    for record in records:
        plot = plots.plot(record, language) if content.worth_a_slide(record) else None
        if plot is not None:
            yield record, plot
