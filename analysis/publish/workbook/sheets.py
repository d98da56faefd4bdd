"""
What the sheets of the workbook hold: columns, lines, shorthand and notes, as plain cells.

It reads records and gives cells; how they look and where they link is for ``workbook``.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from analysis.language import labels
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Method, Status
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
    UNEQUAL: say("sheets.more.unequal"),
    "[≥]": say("sheets.more.none"),
    "[≤]": say("sheets.more.none_2"),
    "[≈]": say("sheets.more.none_3"),
    ELSEWHERE: say("sheets.more.elsewhere"),
    REBUILT: say("sheets.more.rebuilt"),
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
    known = {letter: label(Gap(gap)) for gap, letter in GAPS.items()} | _MORE
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


_OF_COUNTS = {Method.EXACT_POISSON, Method.EXACT_POISSON_ROUNDED}


def _count_limit(name: str) -> Callable[[Row, str], Any]:
    """A limit only where it is one of the count: others are of a ratio or a share."""

    def cell(row: Row, _: str) -> Any:
        return row.get(name) if row.get("method") in _OF_COUNTS else None

    return cell


def _method(row: Row, language: str) -> str:
    code = str(row.get("method", ""))
    return label(Method(code))[language] if code in set(Method) else code


REGION = Column(say("sheets.region.region"), lambda row, lang: labels.region(row)[lang], width=12)
INDICATOR = Column(say("sheets.indicator.indicator"), _word("indicator"), width=34)
PART = Column(say("sheets.part.of_which"), _word("breakdown"), width=24)
PERIOD = Column(say("sheets.period.period"), lambda row, lang: labels.period(row)[lang], width=18)
VALUE = Column(say("sheets.value.value"), _amount, "number", 16, linked=True)
UNIT = Column(
    say("sheets.unit.unit"), lambda row, lang: row.get("unit" if lang == "zh" else "unit_en")
)
SHORT = Column(say("sheets.short.shorthand"), lambda row, _: shorthand(row), width=11)
LOWER = Column(say("sheets.lower.lower"), _count_limit("lower"), "decimal", 12)
UPPER = Column(say("sheets.upper.upper"), _count_limit("upper"), "decimal", 12)
METHOD = Column(say("sheets.method.method_interval"), _method, width=30)
REASON = Column(say("sheets.reason.why_none"), _word("reason"), width=40)
CHANGE = Column(say("sheets.change.change"), _change, "decimal", 12, linked=True)
DIRECTION = Column(say("sheets.direction.direction"), _direction, width=10, linked=True)
RATE = Column(say("sheets.rate.per_people"), _plain("rate"), "decimal", 14)
RATE_LOWER = Column(say("sheets.rate_lower.rate_lower"), _plain("rate_lower"), "decimal", 14)
RATE_UPPER = Column(say("sheets.rate_upper.rate_upper"), _plain("rate_upper"), "decimal", 14)
BEFORE = Column(say("sheets.before.year_before"), _plain("before"), "number", 12)
RATIO = Column(say("sheets.ratio.ratio_year_before"), _plain("ratio"), "ratio", 14)
RATIO_LOWER = Column(say("sheets.ratio_lower.ratio_lower"), _plain("lower"), "ratio", 12)
RATIO_UPPER = Column(say("sheets.ratio_upper.ratio_upper"), _plain("upper"), "ratio", 12)
SEEN_LOW = Column(say("sheets.seen_low.fall_shows_below"), _plain("at_most"), "number", 14)
SEEN_HIGH = Column(say("sheets.seen_high.rise_shows"), _plain("at_least"), "number", 14)
CASES = Column(say("sheets.cases.rectified"), _plain("cases"), "number", 12)
TOTAL = Column(say("sheets.total.found"), _plain("total"), "number", 12)
SHARE = Column(say("sheets.share.share"), _plain("share"), "decimal", 12)
SHARE_LOWER = Column(say("sheets.share_lower.share_lower"), _plain("lower"), "decimal", 12)
SHARE_UPPER = Column(say("sheets.share_upper.share_upper"), _plain("upper"), "decimal", 12)
EXPECTED = Column(say("sheets.expected.expected_national_rate"), _plain("expected"), "decimal", 18)
LIMIT_LOW = Column(say("sheets.limit_low.chance_lower"), _plain("lower"), "number", 14)
LIMIT_HIGH = Column(say("sheets.limit_high.chance_upper"), _plain("upper"), "number", 14)
STATUS = Column(say("sheets.status.kind"), lambda row, lang: _status(row)[lang], width=10)
PRINTED = Column(say("sheets.printed.printed"), _plain("printed"), width=18)

_HEAD = (INDICATOR, PART, REGION, PERIOD)
_TAIL = (SHORT, REASON)


def _status(row: Row) -> Text:

    return label(Status(row["status"])) if "status" in row else Text("", "")


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
        say("sheets.families.comparison"),
        say("sheets.families.one_indicator_each_region"),
        say("sheets.families.regions_left_out_last"),
        (*_HEAD, VALUE, UNIT, CHANGE, DIRECTION, LOWER, UPPER, RATE, RATE_LOWER, RATE_UPPER,
         STATUS, METHOD, *_TAIL),
    ),
    Family(
        ("not-comparable",),
        say("sheets.families.comparable"),
        say("sheets.families.figures_several_regions_do"),
        say("sheets.families.z_does_compare_last"),
        (*_HEAD, STATUS, VALUE, UNIT, CHANGE, DIRECTION, PRINTED, *_TAIL),
    ),
    Family(
        ("trend-",),
        say("sheets.families.trend"),
        say("sheets.families.yearly_counts_changes_without"),
        say("sheets.families.fewer_than_five_points"),
        (*_HEAD, VALUE, UNIT, CHANGE, DIRECTION, LOWER, UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("year-on-year",),
        say("sheets.families.year_year"),
        say("sheets.families.year_over_year_before"),
        say("sheets.families.interval_holds_within_chance"),
        (*_HEAD, VALUE, BEFORE, UNIT, RATIO, RATIO_LOWER, RATIO_UPPER, SEEN_LOW, SEEN_HIGH, CHANGE,
         DIRECTION, METHOD, *_TAIL),
    ),
    Family(
        ("funnel-",),
        say("sheets.families.against_nation"),
        say("sheets.families.counts_beside_national_rate"),
        say("sheets.families.limits_chance_does_targets"),
        (*_HEAD, VALUE, UNIT, EXPECTED, LIMIT_LOW, LIMIT_HIGH, *_TAIL),
    ),
    Family(
        ("closed-loop",),
        say("sheets.families.rectified"),
        say("sheets.families.found_rectified"),
        say("sheets.families.campaigns_differ_scope_do"),
        (*_HEAD, VALUE, CASES, TOTAL, SHARE, SHARE_LOWER, SHARE_UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("composition-",),
        say("sheets.families.composition"),
        say("sheets.families.whole_made"),
        say("sheets.families.share_says_nothing_about"),
        (*_HEAD, VALUE, UNIT, SHARE, SHARE_LOWER, SHARE_UPPER, METHOD, *_TAIL),
    ),
    Family(
        ("targets-",),
        say("sheets.families.targets"),
        say("sheets.families.targets_set_reports"),
        say("sheets.families.targets_results_two_things"),
        (*_HEAD, STATUS, VALUE, UNIT, DIRECTION, *_TAIL),
    ),
    Family(
        ("coverage-themes", "coverage-"),
        say("sheets.families.all_figures"),
        say("sheets.families.every_figure_reports"),
        say("sheets.families.one_line_figure_each"),
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
    Column(say("sheets.evidence.id"), _plain("id"), width=34),
    Column(say("sheets.evidence.reading"), lambda row, lang: labels.reading(row)[lang], width=60),
    PRINTED,
    Column(say("sheets.evidence.phrase"), _plain("evidence"), width=46),
    Column(say("sheets.evidence.report"), _plain("report"), width=16),
    Column(say("sheets.evidence.character"), lambda row, _: _place(row, "start"), "number", 12),
    Column(say("sheets.evidence.character_2"), lambda row, _: _place(row, "end"), "number", 12),
    Column(say("sheets.evidence.publisher"), _plain("publisher"), width=24),
    Column(say("sheets.evidence.title"), _plain("title"), width=46),
    Column(say("sheets.evidence.published"), _plain("published"), width=12),
    Column(say("sheets.evidence.note"), _plain("note"), width=40),
    Column(say("sheets.evidence.address"), _plain("url"), width=40),
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
