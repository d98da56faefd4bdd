"""
Contents of the sheets of the workbook: columns, lines, shorthand and notes, as plain cells.

Reads records and returns cells; ``book`` formats and links them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.charts.figure import Kind
from analysis.charts.kinds import KINDS, kind_of
from analysis.charts.native import Plot
from analysis.language import labels
from analysis.language.messages import label, say
from analysis.language.publishers import publisher
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Method, Scale, Status
from analysis.publish import content

Record = Mapping[str, Any]
Row = Mapping[str, Any]


class Column(NamedTuple):
    """One column of a table: its head, its cell from a row, its number format."""

    head: Text
    cell: Callable[[Row, str], Any]
    look: str = "text"  # text, number, decimal, ratio, percent
    width: int = 14
    linked: bool = False  # whether its numbers link to their evidence


@dataclass(slots=True)
class Sheet:
    """One table: its name in both languages, its tab name, title, columns and lines."""

    code: str
    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: list[tuple[str, Row]] = field(default_factory=list)  # the figure, and the row


# One letter in square brackets for each kind of gap or doubt, explained on the notes sheet.
GAPS = {
    Gap.NOT_REPORTED: "[x]",
    Gap.UNSEARCHED: "[u]",
    Gap.NO_FIGURE: "[f]",
    Gap.MENTIONED: "[m]",
    Gap.TOLD_ELSEWHERE: "[e]",
    Gap.IMPLIED_ZERO: "[0]",
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
    UNEQUAL: say("sheet.more.unequal"),
    "[≥]": say("sheet.more.at_least"),
    "[≤]": say("sheet.more.at_most"),
    "[≈]": say("sheet.more.about"),
    ELSEWHERE: say("sheet.more.elsewhere"),
    REBUILT: say("sheet.more.rebuilt"),
}


def shorthand(row: Row) -> str:
    """
    Return the shorthand letters beside a value, or in place of one.

    >>> shorthand({"mark": "at_least", "origin": "context"}), shorthand({"rule": "not_reported"})
    ('[≥] [o]', '[x]')
    """
    if "rule" in row:
        return GAPS.get(row["rule"], UNEQUAL) if row["rule"] in set(Gap) else UNEQUAL
    letters = [UNEQUAL] if row.get("unequal") else []
    letters += [MARKS.get(Mark(row.get("mark", Mark.EXACT)), "")]
    letters += [ELSEWHERE] if row.get("origin") == "context" else []
    letters += [REBUILT] if row.get("basis") in {"derived", "rebuilt"} else []
    return " ".join(letter for letter in letters if letter)


def explained(language: str) -> list[tuple[str, str]]:
    """Return every shorthand with its meaning."""
    known = {letter: label(Gap(gap)) for gap, letter in GAPS.items()} | _MORE
    return [(letter, text[language]) for letter, text in known.items()]


def _word(name: str) -> Callable[[Row, str], Any]:
    return lambda row, language: labels.legible(row.get(f"{name}_{language}", "") or "", 300)


def _plain(name: str) -> Callable[[Row, str], Any]:
    return lambda row, _: row.get(name)


def _publisher(row: Row, language: str) -> str:
    return publisher(labels.legible(row.get("publisher", "")))[language]


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


_OF_COUNTS = {Method.EXACT_POISSON, Method.EXACT_POISSON_ROUNDED}


def _count_limit(name: str) -> Callable[[Row, str], Any]:
    """Return a cell function for the limit of a count; limits of ratios and shares are left out."""

    def cell(row: Row, _: str) -> Any:
        return row.get(name) if row.get("method") in _OF_COUNTS else None

    return cell


def _method(row: Row, language: str) -> str:
    code = str(row.get("method", ""))
    return label(Method(code))[language] if code in set(Method) else code


REGION = Column(say("sheet.region"), lambda row, lang: labels.region(row)[lang], width=12)
INDICATOR = Column(say("sheet.indicator"), _word("indicator"), width=34)
PART = Column(say("sheet.part"), _word("breakdown"), width=24)
PERIOD = Column(say("sheet.period"), lambda row, lang: labels.period(row)[lang], width=18)
VALUE = Column(say("sheet.value"), _amount, "number", 16, linked=True)
UNIT = Column(say("sheet.unit"), lambda row, lang: row.get("unit" if lang == "zh" else "unit_en"))
SHORT = Column(say("sheet.short"), lambda row, _: shorthand(row), width=11)
LOWER = Column(say("sheet.lower"), _count_limit("lower"), "decimal", 12)
UPPER = Column(say("sheet.upper"), _count_limit("upper"), "decimal", 12)
METHOD = Column(say("sheet.method"), _method, width=30)
REASON = Column(say("sheet.reason"), _word("reason"), width=40)
CHANGE = Column(say("sheet.change"), _change, "decimal", 12, linked=True)
DIRECTION = Column(say("sheet.direction"), _direction, width=10, linked=True)
RATE = Column(say("sheet.rate"), _plain("rate"), "ratio", 14)
RATE_LOWER = Column(say("sheet.rate_lower"), _plain("rate_lower"), "ratio", 14)
RATE_UPPER = Column(say("sheet.rate_upper"), _plain("rate_upper"), "ratio", 14)
BEFORE = Column(say("sheet.before"), _plain("before"), "number", 12)
RATIO = Column(say("sheet.ratio"), _plain("ratio"), "ratio", 14)
TIMES = Column(say("sheet.times"), _plain("ratio"), "ratio", 14)
RATIO_LOWER = Column(say("sheet.ratio_lower"), _plain("lower"), "ratio", 12)
RATIO_UPPER = Column(say("sheet.ratio_upper"), _plain("upper"), "ratio", 12)
SEEN_LOW = Column(say("sheet.seen_low"), _plain("at_most"), "number", 14)
SEEN_HIGH = Column(say("sheet.seen_high"), _plain("at_least"), "number", 14)
CASES = Column(say("sheet.cases"), _plain("cases"), "number", 12)
TOTAL = Column(say("sheet.total"), _plain("total"), "number", 12)
SHARE = Column(say("sheet.share"), _plain("share"), "decimal", 12)
SHARE_LOWER = Column(say("sheet.share_lower"), _plain("lower"), "decimal", 12)
SHARE_UPPER = Column(say("sheet.share_upper"), _plain("upper"), "decimal", 12)
EXPECTED = Column(say("sheet.expected"), _plain("expected"), "decimal", 18)
LIMIT_LOW = Column(say("sheet.limit_low"), _plain("lower"), "number", 14)
LIMIT_HIGH = Column(say("sheet.limit_high"), _plain("upper"), "number", 14)
STATUS = Column(say("sheet.status"), lambda row, lang: _status(row)[lang], width=10)
PRINTED = Column(say("sheet.printed"), _plain("printed"), width=18)

_HEAD = (INDICATOR, PART, REGION, PERIOD)


def _code(name: str, head: str, width: int) -> Column:
    """Return a column of codes or ISO dates, with the same head in both languages."""
    return Column(Text(head, head), _plain(name), width=width)


CODES = (
    _code("region", "region_code", 12),
    _code("indicator", "indicator_code", 22),
    _code("breakdown", "breakdown_code", 22),
    _code("period_start", "period_start", 13),
    _code("period_end", "period_end", 13),
)
ID = _code("id", "row_id", 34)


def _status(row: Row) -> Text:

    return label(Status(row["status"])) if "status" in row else Text("", "")


_RATES = {"rate", "rate_lower", "rate_upper"}  # only for figures that show rates
COLUMNS = {
    "region": REGION,
    "indicator": INDICATOR,
    "part": PART,
    "period": PERIOD,
    "value": VALUE,
    "unit": UNIT,
    "shorthand": SHORT,
    "lower": LOWER,
    "upper": UPPER,
    "method": METHOD,
    "reason": REASON,
    "change": CHANGE,
    "direction": DIRECTION,
    "rate": RATE,
    "rate_lower": RATE_LOWER,
    "rate_upper": RATE_UPPER,
    "before": BEFORE,
    "ratio": RATIO,
    "times": TIMES,
    "ratio_lower": RATIO_LOWER,
    "ratio_upper": RATIO_UPPER,
    "seen_low": SEEN_LOW,
    "seen_high": SEEN_HIGH,
    "cases": CASES,
    "total": TOTAL,
    "share": SHARE,
    "share_lower": SHARE_LOWER,
    "share_upper": SHARE_UPPER,
    "expected": EXPECTED,
    "limit_low": LIMIT_LOW,
    "limit_high": LIMIT_HIGH,
    "status": STATUS,
    "printed": PRINTED,
}


def sheets(records: Sequence[Record], language: str) -> list[Sheet]:
    """Return one sheet per kind of figure, with the rows of all its figures, gaps included."""
    filled = [_sheet(kind, records, language) for kind in KINDS.values() if kind.columns]
    return [sheet for sheet in filled if sheet.rows]


def _sheet(kind: Kind, records: Sequence[Record], language: str) -> Sheet:
    columns = (*_HEAD, *(COLUMNS[name] for name in kind.columns), *CODES, ID)
    tab, title, note = (say(f"kind.{kind.name}.{part}") for part in ("tab", "sheet", "about"))
    sheet = Sheet(kind.name, tab[language], title[language], note[language], columns)
    seen = set()
    for record in records:
        if kind_of(record) is not kind:
            continue
        for row in _lines(record, kind):
            key = (row.get("id"), row.get("region"), row.get("indicator"), row.get("rule"))
            if key not in seen:
                seen.add(key)
                sheet.rows.append((record["name"], row))
    return sheet


def _lines(record: Record, kind: Kind) -> Iterator[Row]:
    """Yield the rows of a figure, then its gaps with the indicator they belong to."""
    for row in record["rows"]:
        plain = {key: cell for key, cell in row.items() if key not in _RATES}
        kept = row if record["scale"] == Scale.RATE else plain
        yield {**kept, "unequal": True} if kind.apart else kept
    if kind.apart or "reason" not in kind.columns:
        return
    for gap in record["refused"]:
        yield {**gap, **_asked(gap, record), "start": -1}


def _asked(gap: Row, record: Record) -> Row:
    """Return the indicator that a gap is about, else the subject of its figure in words."""
    rows = {row.get("indicator"): row for row in record["rows"]}
    own = rows.get(gap.get("indicator")) or (next(iter(rows.values())) if len(rows) == 1 else {})
    names = ("indicator", "indicator_zh", "indicator_en")
    asked = {name: own[name] for name in names if name in own}
    return asked or {f"indicator_{language}": text for language, text in record["about"].items()}


EVIDENCE = (
    ID,
    Column(say("sheet.evidence.reading"), lambda row, lang: labels.reading(row)[lang], width=60),
    PRINTED,
    Column(say("sheet.evidence.phrase"), _plain("evidence"), width=46),
    Column(say("sheet.evidence.report"), _plain("report"), width=16),
    Column(say("sheet.evidence.character"), lambda row, _: _place(row, "start"), "number", 12),
    Column(say("sheet.evidence.last_character"), lambda row, _: _place(row, "end"), "number", 12),
    Column(say("sheet.evidence.publisher"), _publisher, width=24),
    Column(say("sheet.evidence.title"), _plain("title"), width=46),
    Column(say("sheet.evidence.published"), _plain("published"), width=12),
    Column(say("sheet.evidence.note"), lambda row, lang: labels.note(row)[lang], width=40),
    Column(say("sheet.evidence.address"), _plain("url"), width=40),
    *CODES,
)


def _place(row: Row, name: str) -> Any:
    offset = row.get(name, -1)
    return offset if offset >= 0 else None


def charted(records: Iterable[Record], language: str) -> Iterator[tuple[Record, Plot]]:
    """Yield the figures that have a native chart, each with its chart."""
    for record in records:
        plot = kind_of(record).native(record, language) if content.worth_a_slide(record) else None
        if plot is not None:
            yield record, plot
