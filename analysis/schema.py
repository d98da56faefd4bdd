"""
The contracts: the columns of every table and of the frames that are made from them.

It reads no file and computes nothing; ``tables`` holds files to these contracts.
"""

from typing import Any

import pandera.pandas as pa
from pandera.typing import Series

from .words import (
    Basis,
    Better,
    Closure,
    Comparator,
    Denominator,
    Level,
    Measure,
    Nature,
    Quantity,
    Relation,
    Reliability,
    Role,
    Standing,
    Status,
    Word,
)

CODE = r"[a-z][a-z0-9_]*"
REPORT = r"[a-z]+-\d{4}"
ADCODE = r"\d{6}"
BREAKDOWN = r"(?:[a-z_]+:[a-z0-9_]+(?:\+[a-z_]+:[a-z0-9_]+)*)?"
KINDS = r"(?:report|plan|progress)(?:\+(?:report|plan|progress))*"
OFFSETS = r"\d+(?: \d+)*"
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


class Breakdowns(Table):
    """One row a part that a figure may be about, such as ``sector:agriculture``."""

    breakdown: Series[str] = _like(r"[a-z_]+:[a-z0-9_]+")
    dimension: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()


class Units(Table):
    """One row a unit: its English form and the quantities it can measure."""

    unit: Series[str] = _filled()
    name_en: Series[str]
    quantities: Series[str] = _filled()


class Themes(Table):
    """One row a theme that groups indicators, instruments or commitments."""

    theme: Series[str] = _like(CODE)
    name_zh: Series[str] = _filled()
    name_en: Series[str] = _filled()


class Observations(Table):
    """One row a value that a report states, with the place in the original it stands at."""

    report: Series[str] = _like(REPORT)
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    period_start: Series[pa.DateTime]
    period_end: Series[pa.DateTime]
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
    period: Series[str] = _like(r"\d{4}-\d{2}-\d{2}/\d{4}-\d{2}-\d{2}")
    indicator: Series[str] = _like(CODE)
    breakdown: Series[str] = _like(BREAKDOWN)
    measure: Series[str] = _word(Measure)
    value: Series[float]
    unit: Series[str] = _filled()
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

    commitment: Series[str] = _like(r"[a-z]+-\d+")
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


TABLES: dict[str, type[Table]] = {
    "reports": Reports,
    "regions": Regions,
    "indicators": Indicators,
    "breakdowns": Breakdowns,
    "units": Units,
    "themes": Themes,
    "observations": Observations,
    "mentions": Mentions,
    "context": Context,
    "instruments": Instruments,
    "instrument_status": InstrumentStatus,
    "commitments": Commitments,
    "identities": Identities,
}
BY_REGION = ("observations", "mentions")
KEYS: dict[str, list[str]] = {
    "reports": ["report"],
    "regions": ["region"],
    "indicators": ["indicator"],
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
    "instruments": ["instrument"],
    "instrument_status": ["instrument", "region"],
    "commitments": ["commitment"],
    "identities": ["identity", "report"],
}
