"""
The contracts: the columns of every table and of the frames that are made from them.

Reads no file and imports no library of checks: ``contract`` makes a pandera schema of a table when
a file is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

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
REGIONS = rf"{CODE}(?:\+{CODE})*"
REPORT = rf"{CODE}-[0-9]{{4}}(?:_[a-z0-9]+)?"
ADCODE = r"[0-9]{6}"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
BREAKDOWN = r"(?:[a-z_]+:[a-z0-9_]+(?:\+[a-z_]+:[a-z0-9_]+)*)?"
KINDS = r"(?:report|plan|progress)(?:\+(?:report|plan|progress))*"
OFFSETS = r"[0-9]+(?: [0-9]+)*"
EVIDENCE_LENGTH = 40


TEXT, NUMBER, TIME = "str", "float64", "datetime64[ns]"


@dataclass(frozen=True, slots=True)
class Column:
    """
    The contract of a column.

    Parameters
    ----------
    dtype
        ``TEXT``, ``NUMBER`` or ``TIME``.
    nullable
        Whether a number or a day may be missing. Text is never missing; it may be empty.
    check
        The name of the check of pandera that each cell passes; none if empty.
    bounds
        The arguments of the check.
    """

    dtype: str
    nullable: bool = False
    check: str = ""
    bounds: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether its numbers are whole: offsets and lengths."""
        return self.dtype == NUMBER and bool(self.check)


_TEXT, _NUMBER, _TIME = Column(TEXT), Column(NUMBER), Column(TIME)
_MAYBE_TIME = Column(TIME, nullable=True)


def _word(words: type[Word], *, blank: bool = False) -> Column:
    known = [word.value for word in words] + ([""] if blank else [])
    return Column(TEXT, check="isin", bounds={"allowed_values": known})


def _like(pattern: str) -> Column:
    return Column(TEXT, check="str_matches", bounds={"pattern": rf"^(?:{pattern})$"})


def _filled(longest: int = 4_000) -> Column:
    return _of_length(1, longest)


def _phrase(shortest: int = 1) -> Column:
    return _of_length(shortest, EVIDENCE_LENGTH)


def _of_length(shortest: int, longest: int) -> Column:
    bounds = {"min_value": shortest, "max_value": longest}
    return Column(TEXT, check="str_length", bounds=bounds)


def _least(least: int, *, nullable: bool = False) -> Column:
    return Column(NUMBER, nullable, "greater_than_or_equal_to", {"min_value": least})


class Table:
    """The columns of a table, each a class attribute; a file has exactly these, in any order."""

    columns: ClassVar[dict[str, Column]]

    def __init_subclass__(cls) -> None:
        """Collect the columns in their order."""
        cls.columns = {name: cell for name, cell in vars(cls).items() if isinstance(cell, Column)}


class Reports(Table):
    """One row a report; ``sha256`` and ``characters`` are of the original's file."""

    report = _like(REPORT)
    region = _like(REGIONS)
    title = _filled()
    publisher = _filled()
    published = _MAYBE_TIME
    period_start = _TIME
    period_end = _TIME
    kind = _like(KINDS)
    sha256 = _like(r"[0-9a-f]{64}")
    characters = _least(1)
    note = _TEXT


class Regions(Table):
    """One row a region that any table names; ``parent`` is an adcode, empty for the country."""

    region = _like(CODE)
    adcode = _like(ADCODE)
    name_zh = _filled()
    name_en = _filled()
    level = _word(Level)
    parent = _like(rf"(?:{ADCODE})?")


class Indicators(Table):
    """One row an indicator, named and defined in both languages."""

    indicator = _like(CODE)
    name_zh = _filled()
    name_en = _filled()
    theme = _like(CODE)
    unit = _filled()
    quantity = _word(Quantity)
    nature = _word(Nature)
    better = _word(Better)
    denominator = _word(Denominator, blank=True)
    definition_zh = _filled()
    definition_en = _filled()


class Synonyms(Table):
    """One row another wording of an indicator, by which a new report's figures are suggested."""

    indicator = _like(CODE)
    synonym = _filled()


class Breakdowns(Table):
    """One row a part that a figure may be about, such as ``sector:agriculture``."""

    breakdown = _like(r"[a-z_]+:[a-z0-9_]+")
    dimension = _like(CODE)
    name_zh = _filled()
    name_en = _filled()


class Units(Table):
    """One row a unit: its English plural and singular, and the quantities it can measure."""

    unit = _filled()
    name_en = _TEXT
    one = _TEXT
    quantities = _filled()


class Themes(Table):
    """One row a theme that groups indicators, instruments or commitments."""

    theme = _like(CODE)
    name_zh = _filled()
    name_en = _filled()


class Observations(Table):
    """One row a value that a report states, with its offsets in the original."""

    report = _like(REPORT)
    region = _like(rf"(?:{CODE})?")
    indicator = _like(CODE)
    breakdown = _like(BREAKDOWN)
    period_start = _MAYBE_TIME
    period_end = _MAYBE_TIME
    status = _word(Status)
    measure = _word(Measure)
    comparator = _word(Comparator)
    value = _NUMBER
    unit = _TEXT
    printed = _phrase()
    start = _least(0)
    end = _least(1)
    evidence = _phrase()
    note = _TEXT


class Mentions(Table):
    """One row a numeral of the original, with what it is and why."""

    start = _least(0)
    end = _least(1)
    raw = _filled()
    role = _word(Role)
    reason = _filled()


class Context(Table):
    """One row a figure of another publication; never mixed with report rows."""

    adcode = _like(ADCODE)
    period = _like(rf"{DAY}/{DAY}")
    indicator = _like(CODE)
    breakdown = _like(BREAKDOWN)
    measure = _word(Measure)
    value = _NUMBER
    unit = _TEXT
    basis = _word(Basis)
    publisher = _filled()
    title = _filled()
    url = _like(r"(?:https?://\S+)?")
    reliability = _word(Reliability)
    evidence = _phrase(0)
    note = _TEXT
    vintage = _word(Vintage)


class Breaks(Table):
    """One row a change of scope in a series, across which no figures are compared."""

    adcode = _like(ADCODE)
    indicator = _like(CODE)
    last = _TIME
    first = _TIME
    note_zh = _filled()
    note_en = _filled()


class Peers(Table):
    """One row an outcome or a population of a region outside the table of regions."""

    adcode = _like(ADCODE)
    name_zh = _filled()
    name_en = _filled()
    level = _word(Level)
    indicator = _like(CODE)
    breakdown = _like(BREAKDOWN)
    period_start = _TIME
    period_end = _TIME
    measure = _word(Measure)
    value = _NUMBER
    unit = _filled()
    scope = _word(Scope, blank=True)
    scope_zh = _TEXT
    vintage = _word(Vintage)
    basis = _word(Basis)
    publisher = _filled()
    title = _filled()
    url = _like(r"(?:https?://\S+)?")
    reliability = _word(Reliability)
    evidence = _phrase(0)
    note = _TEXT


class Instruments(Table):
    """One row a system, mechanism or programme, defined in our own words."""

    instrument = _like(CODE)
    name_zh = _filled()
    name_en = _filled()
    theme = _like(CODE)
    definition_zh = _filled()
    definition_en = _filled()


class InstrumentStatus(Table):
    """One row an instrument and region; evidence and offsets unless it is not mentioned."""

    instrument = _like(CODE)
    region = _like(CODE)
    status = _word(Standing)
    evidence = _phrase(0)
    start = _least(0, nullable=True)
    end = _least(1, nullable=True)
    note = _TEXT


class Commitments(Table):
    """One row a planned measure that could be checked later."""

    commitment = _like(r"[a-z]+-[0-9]+")
    region = _like(CODE)
    report = _like(REPORT)
    section = _filled()
    theme = _like(CODE)
    target_value = Column(NUMBER, nullable=True)
    target_unit = _TEXT
    comparator = _word(Comparator, blank=True)
    deadline = _MAYBE_TIME
    label_zh = _filled(24)
    label_en = _filled(60)
    start = _least(0)
    end = _least(1)
    evidence = _phrase()


class Identities(Table):
    """One row an arithmetic relation between numerals, named by their offsets."""

    identity = _like(r"[a-z0-9_-]+")
    report = _like(REPORT)
    kind = _word(Relation)
    whole = _least(0)
    parts = _like(OFFSETS)
    verdict = _word(Closure)
    note = _TEXT


class Families(Table):
    """One row a question that reports answer with figures cut differently."""

    family = _like(CODE)
    name_zh = _filled()
    name_en = _filled()
    question_zh = _filled()
    question_en = _filled()
    unit = _filled()
    theme = _like(CODE)
    use = _word(Use)
    caution_zh = _filled()
    caution_en = _filled()


class FamilyMembers(Table):
    """One row a figure of a comparison family; several parts of a report are added up."""

    family = _like(CODE)
    report = _like(REPORT)
    indicator = _like(CODE)
    breakdown = _like(BREAKDOWN)
    measure = _word(Measure)
    role = _word(Membership)
    scope_zh = _filled()
    scope_en = _filled()


class Absences(Table):
    """One row an indicator that a report has no figure of, though it comes near the subject."""

    report = _like(REPORT)
    indicator = _like(CODE)
    kind = _word(Absence)
    evidence = _phrase()
    start = _least(0)
    end = _least(1)
    elsewhere = _like(rf"(?:{CODE})?")


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
        "region",
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
# Columns, or columns of one table (``reports.region``), whose cells may be empty or name several,
# as no foreign key of the descriptor can.
SEVERAL = {"breakdown", "reports.region", "observations.region"}
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
    "synonym": (
        "别名",
        "Words that must be near a figure, one after ! must not; English: for questions.",
    ),
    "breakdown": (
        "分项",
        "Part that the value is about; empty for the whole, several joined by +.",
    ),
    "dimension": ("维度", "What the parts divide the whole by."),
    "units.name_en": ("英文复数", "Name in English, in the plural; empty where none is printed."),
    "one": ("英文单数", "Name in English of one of it; empty where none is printed."),
    "quantities": ("可度量的量", "Quantities that the unit can measure, separated by blanks."),
    "status": ("状态", "Whether the figure happened, must be reached, or is intended."),
    "reports.region": ("涉及地区", "Code of the region; several are joined by +."),
    "observations.region": ("所属地区", "Code of the region; empty for that of the file."),
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
    "commitment": ("工作安排", "Code of the planned measure."),
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
