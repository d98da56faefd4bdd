"""
The contracts: the columns of every table and of the frames that are made from them.

It reads no file and computes nothing; ``tables`` holds files to these contracts.
"""

from typing import Any

import pandera.pandas as pa
from pandera.typing import Series

from analysis.language.vocabulary import (
    Absence,
    Basis,
    Better,
    Closure,
    Comparator,
    Denominator,
    Level,
    Measure,
    Membership,
    Nature,
    Quantity,
    Relation,
    Reliability,
    Role,
    Scope,
    Standing,
    Status,
    Use,
    Vintage,
    Word,
)

CODE = r"[a-z][a-z0-9_]*"
REPORT = rf"{CODE}-[0-9]{{4}}(?:_[a-z0-9]+)?"
ADCODE = r"[0-9]{6}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
BREAKDOWN = r"(?:[a-z_]+:[a-z0-9_]+(?:\+[a-z_]+:[a-z0-9_]+)*)?"
KINDS = r"(?:report|plan|progress)(?:\+(?:report|plan|progress))*"
OFFSETS = r"[0-9]+(?: [0-9]+)*"
EVIDENCE_LENGTH = 40


def _word(words: type[Word], *, blank: bool = False) -> Any:
    return pa.Field(isin=[word.value for word in words] + ([""] if blank else []))


def _like(pattern: str) -> Any:
    return pa.Field(str_matches=rf"^(?:{pattern})$")


def _filled(longest: int = 4_000) -> Any:
    return pa.Field(str_length={"min_value": 1, "max_value": longest})


def _phrase(shortest: int = 1) -> Any:
    return pa.Field(str_length={"min_value": shortest, "max_value": EVIDENCE_LENGTH})


class Table(pa.DataFrameModel):
    """What every table shares: exactly its columns, in any order."""

    class Config:
        strict = True


class Reports(Table):
    """One row a report; ``sha256`` and ``characters`` are of the original's file."""

    report: Series[str] = _like(REPORT)
    region: Series[str] = _like(CODE)
    title: Series[str] = _filled()
    publisher: Series[str] = _filled()
    published: Series[pa.DateTime] = pa.Field(nullable=True)
    period_start: Series[pa.DateTime]
    period_end: Series[pa.DateTime]
    kind: Series[str] = _like(KINDS)
    sha256: Series[str] = _like(r"[0-9a-f]{64}")
    characters: Series[float] = pa.Field(gt=0)
    note: Series[str]


class Regions(Table):
    """One row a region that any table names; ``parent`` is an adcode, empty for the country."""

    region: Series[str] = _like(CODE)
    adcode: Series[str] = _like(ADCODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()
    level: Series[str] = _word(Level)
    parent: Series[str] = _like(rf"(?:{ADCODE})?")


class Indicators(Table):
    """One row an indicator, named and defined in both languages."""

    indicator: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()
    theme: Series[str] = _like(CODE)
    unit: Series[str] = _filled()
    quantity: Series[str] = _word(Quantity)
    nature: Series[str] = _word(Nature)
    better: Series[str] = _word(Better)
    denominator: Series[str] = _word(Denominator, blank=True)
    definition_zh: Series[str] = _filled()
    definition_en: Series[str] = _filled()


class Synonyms(Table):
    """One row another wording of an indicator, by which a new report's figures are suggested."""

    indicator: Series[str] = _like(CODE)
    synonym: Series[str] = _filled()


class Breakdowns(Table):
    """One row a part that a figure may be about, such as ``sector:agriculture``."""

    breakdown: Series[str] = _like(r"[a-z_]+:[a-z0-9_]+")
    dimension: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()


class Units(Table):
    """One row a unit: its English plural and singular, and the quantities it can measure."""

    unit: Series[str] = _filled()
    name_en: Series[str]
    one: Series[str]
    quantities: Series[str] = _filled()


class Themes(Table):
    """One row a theme that groups indicators, instruments or commitments."""

    theme: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()


class Observations(Table):
    """One row a value that a report states, with its offsets in the original."""

    report: Series[str] = _like(REPORT)
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    period_start: Series[pa.DateTime] = pa.Field(nullable=True)
    period_end: Series[pa.DateTime] = pa.Field(nullable=True)
    status: Series[str] = _word(Status)
    measure: Series[str] = _word(Measure)
    comparator: Series[str] = _word(Comparator)
    value: Series[float]
    unit: Series[str]
    printed: Series[str] = _phrase()
    start: Series[float] = pa.Field(ge=0)
    end: Series[float] = pa.Field(gt=0)
    evidence: Series[str] = _phrase()
    note: Series[str]


class Mentions(Table):
    """One row a numeral of the original, with what it is and why."""

    start: Series[float] = pa.Field(ge=0)
    end: Series[float] = pa.Field(gt=0)
    raw: Series[str] = _filled()
    role: Series[str] = _word(Role)
    reason: Series[str] = _filled()


class Context(Table):
    """One row a figure of another publication; never mixed with report rows."""

    adcode: Series[str] = _like(ADCODE)
    period: Series[str] = _like(rf"{DAY}/{DAY}")
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    measure: Series[str] = _word(Measure)
    value: Series[float]
    unit: Series[str]
    basis: Series[str] = _word(Basis)
    publisher: Series[str] = _filled()
    title: Series[str] = _filled()
    url: Series[str] = _like(r"(?:https?://\S+)?")
    reliability: Series[str] = _word(Reliability)
    evidence: Series[str] = _phrase(0)
    note: Series[str]
    vintage: Series[str] = _word(Vintage)


class Breaks(Table):
    """One row a change of scope in a series, across which no figures are compared."""

    adcode: Series[str] = _like(ADCODE)
    indicator: Series[str] = _like(CODE)
    last: Series[pa.DateTime]
    first: Series[pa.DateTime]
    note_zh: Series[str] = _filled()
    note_en: Series[str] = _filled()


class Peers(Table):
    """One row an outcome or a population of a region outside the table of regions."""

    adcode: Series[str] = _like(ADCODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()
    level: Series[str] = _word(Level)
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    period_start: Series[pa.DateTime]
    period_end: Series[pa.DateTime]
    measure: Series[str] = _word(Measure)
    value: Series[float]
    unit: Series[str] = _filled()
    scope: Series[str] = _word(Scope, blank=True)
    scope_zh: Series[str]
    vintage: Series[str] = _word(Vintage)
    basis: Series[str] = _word(Basis)
    publisher: Series[str] = _filled()
    title: Series[str] = _filled()
    url: Series[str] = _like(r"(?:https?://\S+)?")
    reliability: Series[str] = _word(Reliability)
    evidence: Series[str] = _phrase(0)
    note: Series[str]


class Instruments(Table):
    """One row a system, mechanism or programme, defined in our own words."""

    instrument: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()
    theme: Series[str] = _like(CODE)
    definition_zh: Series[str] = _filled()
    definition_en: Series[str] = _filled()


class InstrumentStatus(Table):
    """One row an instrument and region; evidence and offsets unless it is not mentioned."""

    instrument: Series[str] = _like(CODE)
    region: Series[str] = _like(CODE)
    status: Series[str] = _word(Standing)
    evidence: Series[str] = _phrase(0)
    start: Series[float] = pa.Field(ge=0, nullable=True)
    end: Series[float] = pa.Field(gt=0, nullable=True)
    note: Series[str]


class Commitments(Table):
    """One row a planned measure that could be checked later."""

    commitment: Series[str] = _like(r"[a-z]+-[0-9]+")
    region: Series[str] = _like(CODE)
    report: Series[str] = _like(REPORT)
    section: Series[str] = _filled()
    theme: Series[str] = _like(CODE)
    target_value: Series[float] = pa.Field(nullable=True)
    target_unit: Series[str]
    comparator: Series[str] = _word(Comparator, blank=True)
    deadline: Series[pa.DateTime] = pa.Field(nullable=True)
    label_zh: Series[str] = _filled(24)
    label_en: Series[str] = _filled(60)
    start: Series[float] = pa.Field(ge=0)
    end: Series[float] = pa.Field(gt=0)
    evidence: Series[str] = _phrase()


class Identities(Table):
    """One row an arithmetic relation between numerals, named by their offsets."""

    identity: Series[str] = _like(r"[a-z0-9_-]+")
    report: Series[str] = _like(REPORT)
    kind: Series[str] = _word(Relation)
    whole: Series[float] = pa.Field(ge=0)
    parts: Series[str] = _like(OFFSETS)
    verdict: Series[str] = _word(Closure)
    note: Series[str]


class Families(Table):
    """One row a question that reports answer with figures cut differently."""

    family: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()
    question_zh: Series[str] = _filled()
    question_en: Series[str] = _filled()
    unit: Series[str] = _filled()
    theme: Series[str] = _like(CODE)
    use: Series[str] = _word(Use)
    caution_zh: Series[str] = _filled()
    caution_en: Series[str] = _filled()


class FamilyMembers(Table):
    """One row a figure of a comparison family; several parts of a report are added up."""

    family: Series[str] = _like(CODE)
    report: Series[str] = _like(REPORT)
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    measure: Series[str] = _word(Measure)
    role: Series[str] = _word(Membership)
    scope_zh: Series[str] = _filled()
    scope_en: Series[str] = _filled()


class Absences(Table):
    """One row an indicator that a report has no figure of, though it comes near the subject."""

    report: Series[str] = _like(REPORT)
    indicator: Series[str] = _like(CODE)
    kind: Series[str] = _word(Absence)
    evidence: Series[str] = _phrase()
    start: Series[float] = pa.Field(ge=0)
    end: Series[float] = pa.Field(gt=0)
    elsewhere: Series[str] = _like(rf"(?:{CODE})?")


TABLES: dict[str, type[Table]] = {
    "reports": Reports,
    "regions": Regions,
    "indicators": Indicators,
    "synonyms": Synonyms,
    "breakdowns": Breakdowns,
    "units": Units,
    "themes": Themes,
    "observations": Observations,
    "mentions": Mentions,
    "context": Context,
    "breaks": Breaks,
    "peers": Peers,
    "instruments": Instruments,
    "instrument_status": InstrumentStatus,
    "commitments": Commitments,
    "identities": Identities,
    "families": Families,
    "family_members": FamilyMembers,
    "absences": Absences,
}
BY_REGION = ("observations", "mentions")
KEYS: dict[str, list[str]] = {
    "reports": ["report"],
    "regions": ["region"],
    "indicators": ["indicator"],
    "synonyms": ["indicator", "synonym"],
    "breakdowns": ["breakdown"],
    "units": ["unit"],
    "themes": ["theme"],
    "observations": [
        "report",
        "indicator",
        "breakdown",
        "period_start",
        "period_end",
        "status",
        "measure",
    ],
    "mentions": ["start"],
    "context": ["adcode", "period", "indicator", "breakdown", "measure", "title"],
    "breaks": ["adcode", "indicator", "last"],
    "peers": [
        "adcode",
        "indicator",
        "breakdown",
        "period_start",
        "period_end",
        "measure",
        "scope",
        "title",
    ],
    "instruments": ["instrument"],
    "instrument_status": ["instrument", "region"],
    "commitments": ["commitment"],
    "identities": ["identity", "report"],
    "families": ["family"],
    "family_members": ["family", "report", "indicator", "breakdown", "measure"],
    "absences": ["report", "indicator"],
}
UNIQUE = {"regions": ["adcode"]}  # columns that are keys of their own
NAMES = {"report", "region", "indicator", "instrument"}  # codes that become names of files
LONGEST_CODE = 60
# The column that a table's column must find its words in.
LINKS: dict[str, tuple[str, str]] = {
    "report": ("reports", "report"),
    "region": ("regions", "region"),
    "adcode": ("regions", "adcode"),
    "parent": ("regions", "adcode"),
    "indicator": ("indicators", "indicator"),
    "breakdown": ("breakdowns", "breakdown"),
    "instrument": ("instruments", "instrument"),
    "theme": ("themes", "theme"),
    "family": ("families", "family"),
    "elsewhere": ("indicators", "indicator"),
}
# Columns, or columns of one table (``reports.region``), whose cells may name several joined by +,
# as no foreign key of the descriptor can.
SEVERAL = {"breakdown"}
UNLINKED = {("peers", "adcode")}  # peers are the regions that the table of regions has not

# What each column holds: its Chinese name, which a table may bear instead, and what it means.
# A name of two tables that means different things is told apart by ``table.column``.
COLUMNS: dict[str, tuple[str, str]] = {
    "report": ("报告", "Code of the report: its region and year, such as anhui-2023."),
    "region": ("地区", "Code of the region."),
    "title": ("标题", "Title as published."),
    "publisher": ("发布单位", "Who published it."),
    "published": ("发布日期", "Day of publication; empty if the text does not say."),
    "period_start": (
        "期间起",
        "First day of the period; the day itself for a stock; empty for a target without a date.",
    ),
    "period_end": ("期间止", "Last day of the period; empty for a target without a date."),
    "reports.kind": ("报告类型", "report, plan or progress; several joined by a plus sign."),
    "sha256": ("校验和", "SHA-256 of the original's file."),
    "characters": ("字符数", "Length of the original in characters."),
    "note": ("备注", "What a reader should know about the row."),
    "adcode": ("行政区划代码", "Code of the region in GB/T 2260."),
    "name_zh": ("中文名称", "Name in Chinese."),
    "name_en": ("英文名称", "Name in English."),
    "level": ("层级", "Administrative level."),
    "parent": ("上级代码", "Adcode of the region around it; empty for the country."),
    "indicator": ("指标", "Code of the indicator."),
    "theme": ("主题", "Code of the theme."),
    "unit": ("单位", "Unit of the value, in base units: no 万 and no 亿."),
    "quantity": ("量的种类", "Kind of thing that is counted or measured."),
    "nature": ("流量或存量", "Whether it adds up over a period or holds at a moment."),
    "better": ("优劣方向", "Which direction the definition itself calls better, if any."),
    "denominator": ("分母", "What it may be divided by, because both cover the same whole."),
    "definition_zh": ("中文定义", "Definition in Chinese, in our own words."),
    "definition_en": ("英文定义", "Definition in English, in our own words."),
    "synonym": ("别名", "Words that must stand by a figure; one after ! must not."),
    "breakdown": (
        "分项",
        "Part that the value is about; empty for the whole, several joined by +.",
    ),
    "dimension": ("维度", "What the parts divide the whole by."),
    "units.name_en": ("英文复数", "Name in English, in the plural; empty where none is printed."),
    "one": ("英文单数", "Name in English of one of it; empty where none is printed."),
    "quantities": ("可度量的量", "Quantities that the unit can measure, separated by blanks."),
    "status": ("状态", "Whether the figure happened, must be reached, or is intended."),
    "instrument_status.status": ("落实状态", "How far the region has the instrument."),
    "measure": ("度量", "A level, a change from the year before, or only its direction."),
    "comparator": ("比较号", "How exact the figure is: = exact, >= 余/多/至少, <= 近/不足, ~ 约."),
    "value": ("数值", "The figure in base units; a decrease is negative, a direction -1, 0 or 1."),
    "printed": ("原文写法", "The figure as printed with its unit, or the phrase that states it."),
    "start": ("起始位置", "Character of the original at which the numeral or phrase starts."),
    "end": ("结束位置", "Character of the original just behind the numeral or phrase."),
    "evidence": ("依据", "Shortest phrase that makes the figure clear, verbatim."),
    "raw": ("数字原文", "The numeral as printed."),
    "role": ("作用", "What the numeral is in the report."),
    "reason": ("理由", "Why the numeral has that role."),
    "period": ("期间", "First and last day, as an ISO 8601 interval."),
    "basis": ("来历", "Whether the figure was printed or derived from printed ones."),
    "last": ("旧口径止于", "Last day of the older scope that a figure is known of."),
    "first": ("新口径始于", "First day of the newer scope that a figure is known of."),
    "note_zh": ("中文说明", "Note in Chinese."),
    "note_en": ("英文说明", "Note in English."),
    "vintage": ("版次", "The first print of the period, or the base that a later print implies."),
    "scope": ("口径", "What the count covers, as far as its print says; empty for a population."),
    "peers.scope_zh": ("口径说明", "What the count covers, in Chinese."),
    "url": ("网址", "Where it was read."),
    "reliability": ("可靠性", "Whether it was read at its publisher or at a reprint."),
    "instrument": ("举措", "Code of the system, mechanism or programme."),
    "commitment": ("承诺", "Code of the planned measure."),
    "section": ("章节", "Section of the report."),
    "target_value": ("目标值", "Number to be reached, if one is given."),
    "target_unit": ("目标单位", "Unit of the target."),
    "deadline": ("期限", "Day by which it is due, if one is given."),
    "label_zh": ("中文短名", "Short name in Chinese, in our own words."),
    "label_en": ("英文短名", "Short name in English, in our own words."),
    "identity": ("恒等式", "Code of the relation."),
    "identities.kind": ("关系", "Arithmetic that the relation states."),
    "whole": ("总数位置", "Character at which the numeral on the left side starts."),
    "parts": ("部分位置", "Characters at which the numerals on the right side start."),
    "verdict": ("判断", "How well it closes at the printed precision."),
    "family": ("比较组", "Code of the comparison family."),
    "question_zh": ("中文问题", "The question that its figures answer, in Chinese."),
    "question_en": ("英文问题", "The question that its figures answer, in English."),
    "use": ("展示方式", "What it may be shown as: a rate, a ratio of two counts, or a listing."),
    "caution_zh": ("中文提示", "What a reader must know before comparing, in Chinese."),
    "caution_en": ("英文提示", "What a reader must know before comparing, in English."),
    "family_members.role": (
        "成员类别",
        "The figure of its report, one of several parts that add up to it, or what divides it.",
    ),
    "scope_zh": ("中文范围", "What the figure covers, in Chinese."),
    "scope_en": ("英文范围", "What the figure covers, in English."),
    "absences.kind": ("缺项类别", "How near the report comes to a figure of the indicator."),
    "elsewhere": ("另见指标", "Indicator that the report has a figure of instead."),
}
ALIASES = {zh: name.rpartition(".")[2] for name, (zh, _) in COLUMNS.items()}


def meaning(table: str, column: str) -> tuple[str, str]:
    """
    Return the Chinese name and the description of a column.

    >>> meaning("instrument_status", "status")[0], meaning("observations", "status")[0]
    ('落实状态', '状态')
    """
    return COLUMNS.get(f"{table}.{column}") or COLUMNS[column]
