"""
Rules that decide which figures may be compared, with cautions and reasons for refusal.

It ranks nothing and draws nothing; every refusal is a row with a reason in both languages.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import WordError
from analysis.language import values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Comparator,
    Measure,
    Nature,
    Quantity,
    Reliability,
    Rule,
    Status,
    Verdict,
)
from analysis.rows import as_records
from analysis.statistics import gaps, rates
from analysis.tables.populations import POPULATIONS

from . import displays

Row = dict[Any, Any]  # of the tidy frame

FARTHEST_YEARS = 1  # figures further apart than this are not compared
MOST_CAUTIONS = 2  # of one pair; more of them weigh as much as a refusal
_CHANGES = (Measure.CHANGE_PCT, Measure.DIRECTION)
RELATIVE = (Quantity.SHARE, Quantity.RATE, Quantity.DURATION)
# The columns that rules look at: those that may differ between regions, and the others.
_TRAITS = ["period_start", "period_end", "level", "unit", "comparator", "nature", "quantity"]
_TRAITS += ["denominator", "reliability"]
_JUDGED = [*_TRAITS, "indicator", "theme", "measure", "status"]
_JUDGED += ["breakdown", "breakdown_zh", "breakdown_en", "region_zh", "region_en", "adcode"]
_JUDGED += ["ancestors", "rate"]
_POPULATION = [f"population_{part}" for part in ("distance", "kind", "reliability", "year")]


class Judgement(NamedTuple):
    """The verdict of one rule on a pair of figures."""

    verdict: Verdict
    rule: Rule
    reason: Text


@dataclass(frozen=True, slots=True, eq=False)  # it holds frames, which have no single ==
class Comparison:
    """
    Figures that may be compared, and every region that may not, with the reason.

    ``rows`` are in the order of level and adcode; ``refused`` has ``region``, ``rule``,
    ``reason_zh``, ``reason_en`` and the figure refused, if any; ``cautions`` hold for the rows
    kept; ``scale`` is ``rate`` (per 100 000 people) or ``value``.
    """

    indicator: str
    name: Text
    rows: pd.DataFrame
    refused: pd.DataFrame
    cautions: tuple[Text, ...]
    scale: str

    @property
    def verdict(self) -> Verdict:
        """Whether figures of two or more regions are kept, and without caution."""
        if self.rows["region"].nunique() < 2:
            return Verdict.NOT_COMPARABLE
        return Verdict.WITH_CAUTION if self.cautions else Verdict.COMPARABLE

    @property
    def barred(self) -> int:
        """How many regions have such a figure, which a rule keeps from standing beside."""
        return int(self.refused["rule"].isin([*Rule]).sum())

    def __repr__(self) -> str:
        return self._shown().text()

    def _repr_html_(self) -> str:
        return self._shown().html()

    def _shown(self) -> displays.Compared:
        return displays.Compared(self.name, self.rows, self.refused, self.cautions, self.scale)


def judge(one: Row, other: Row) -> list[Judgement]:
    """
    Apply every rule to a pair of rows; an empty list is a comparison without caution.

    Both are rows of the tidy frame (``Tables.rows``) as dictionaries. More than
    :data:`MOST_CAUTIONS` cautions are followed by a refusal that lists them.
    """
    words = [word for rule in _RULES for word in rule(one, other)]
    strained = [word.reason for word in words if word.verdict is Verdict.WITH_CAUTION]
    if len(strained) == len(words) > MOST_CAUTIONS:
        words.append(_refusal(Rule.CAUTIONS, cautions=Text.joined(strained)))
    return words


def overall(judgements: list[Judgement]) -> Verdict:
    """The strictest word of *judgements*."""
    words = {word.verdict for word in judgements}
    for verdict in (Verdict.NOT_COMPARABLE, Verdict.WITH_CAUTION):
        if verdict in words:
            return verdict
    return Verdict.COMPARABLE


def _refusal(rule: Rule, **detail: object) -> Judgement:
    return Judgement(Verdict.NOT_COMPARABLE, rule, label(Rule(rule)).format(**detail))


def _caution(rule: Rule, **detail: object) -> Judgement:
    return Judgement(Verdict.WITH_CAUTION, rule, label(Rule(rule)).format(**detail))


def _same_thing(one: Row, other: Row) -> Iterator[Judgement]:
    if one["indicator"] != other["indicator"]:
        yield _refusal(Rule.INDICATOR)
    elif one["measure"] != other["measure"]:
        yield _refusal(Rule.MEASURE)
    elif one["unit"] != other["unit"]:
        yield _refusal(Rule.UNIT)
    if one["status"] != other["status"]:
        yield _refusal(Rule.STATUS)


def _same_coverage(one: Row, other: Row) -> Iterator[Judgement]:
    if one["breakdown"] != other["breakdown"]:
        parts = [_part(row) for row in (one, other)]
        detail = Text(f"{parts[0].zh}／{parts[1].zh}", f"{parts[0].en} / {parts[1].en}")
        yield _refusal(Rule.COVERAGE, detail=detail)


def _part(row: Row) -> Text:
    """What part of the indicator a row is about."""
    if not row["breakdown"]:
        return say("value.whole_indicator")
    return say("value.part_only", breakdown=Text(row["breakdown_zh"], row["breakdown_en"]))


def _same_counting(one: Row, other: Row) -> Iterator[Judgement]:
    same = one["indicator"] == other["indicator"] and one["measure"] == other["measure"]
    if same and one["measure"] == Measure.LEVEL and one["indicator"] in rates.COUNTED_DIFFERENTLY:
        yield _refusal(Rule.COUNTING)


def _independent(one: Row, other: Row) -> Iterator[Judgement]:
    for inner, outer in ((one, other), (other, one)):
        if outer["adcode"] in inner["ancestors"].split():
            yield _refusal(Rule.PART_OF_WHOLE, inner=_region(inner), outer=_region(outer))


def _region(row: Row) -> Text:
    return Text(row["region_zh"], row["region_en"])


def _same_time(one: Row, other: Row) -> Iterator[Judgement]:
    years = abs(one["period_end"].year - other["period_end"].year)
    if years > FARTHEST_YEARS:
        yield _refusal(Rule.YEAR, years=years)
    elif years:
        yield _caution(Rule.YEAR, years=years)
    if one["nature"] == Nature.FLOW and abs(_days(one) - _days(other)) > 1:
        spans = [values.period(row["period_start"], row["period_end"]) for row in (one, other)]
        detail = Text(f"{spans[0].zh}／{spans[1].zh}", f"{spans[0].en} / {spans[1].en}")
        events = _counts_events(one) and _counts_events(other)
        yield (_refusal if events else _caution)(Rule.LENGTH, detail=detail)


def _counts_events(row: Row) -> bool:
    """Whether a figure is a level of what happens to people, which needs time and population."""
    return row["theme"] in rates.EVENT_THEMES and row["measure"] == Measure.LEVEL


def _days(row: Row) -> int:
    """Days of a period; a leap day makes no other length."""
    return int((row["period_end"] - row["period_start"]).days)


def _same_scale(one: Row, other: Row) -> Iterator[Judgement]:
    if one["measure"] != other["measure"]:
        return
    if one["measure"] in _CHANGES:
        yield _caution(Rule.DIRECTION)
        return
    relative = _relative(one) and _relative(other)
    unknown = [row for row in (one, other) if _lacks_population(row)]
    if unknown:
        yield _refusal(Rule.POPULATION, region=_region(unknown[0]))
    elif one["level"] != other["level"]:
        yield _caution(Rule.LEVEL) if relative else _refusal(Rule.LEVEL)
    elif not relative:
        yield _caution(Rule.SIZE)


def _lacks_population(row: Row) -> bool:
    """Whether a count of events has no population near enough to be divided by."""
    return _counts_events(row) and bool(row["denominator"]) and not _relative(row)


def _relative(row: Row) -> bool:
    """Whether a figure is, or can be made, independent of the size of its region."""
    if row["quantity"] in RELATIVE:
        return True
    return bool(row["denominator"]) and bool(pd.notna(row.get("rate", 0)))


def _bounds(one: Row, other: Row) -> Iterator[Judgement]:
    if {one["comparator"], other["comparator"]} != {str(Comparator.EXACT)}:
        yield _caution(Rule.BOUND)


def _reprints(one: Row, other: Row) -> Iterator[Judgement]:
    if Reliability.REPRINT in {one.get("reliability"), other.get("reliability")}:
        yield _caution(Rule.REPRINT)


_RULES = (
    *(_same_thing, _same_coverage, _same_counting, _independent),
    *(_same_time, _same_scale, _bounds, _reprints),
)


def pairs(rows: pd.DataFrame) -> pd.DataFrame:
    """
    The comparability matrix: every pair of figures of one indicator from two regions.

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``indicator``, ``one`` and ``other`` (positions in *rows*), the regions,
        ``verdict``, ``rules`` (codes, comma-separated), ``reason_zh`` and ``reason_en``.
    """
    found = []
    for indicator, group in rows.reset_index(drop=True).groupby("indicator", sort=True):
        records = group.to_dict("index")
        for (i, one), (j, other) in combinations(records.items(), 2):
            if one["region"] == other["region"]:
                continue
            words = judge(one, other)
            reason = Text.joined(word.reason for word in words)
            rules = ",".join(word.rule for word in words)
            regions, verdict = (one["region"], other["region"]), str(overall(words))
            found.append((indicator, i, j, *regions, verdict, rules, reason.zh, reason.en))
    columns = ["indicator", "one", "other", "region", "other_region", "verdict", "rules"]
    return pd.DataFrame(found, columns=[*columns, "reason_zh", "reason_en"])


def comparable(
    rows: pd.DataFrame,
    indicator: str,
    absences: pd.DataFrame,
    reporting: Sequence[Row] | None = None,
) -> Comparison:
    """
    Return the comparable figures of the whole of *indicator* and the refused ones.

    Where every region reports one and the same part, that part is compared. No part stands for a
    region unless it is declared: ``families`` compares those.

    Parameters
    ----------
    rows
        The rows of all reports with rates (:func:`analysis.statistics.rates.rates`); the regions
        in it are those that must appear, kept or refused.
    indicator
        The code of the indicator.
    absences
        ``Tables.absence_rows``, for the reasons of regions without a figure.
    reporting
        The regions of *rows* (``gaps.reporting``), where the caller knows them.

    Raises
    ------
    WordError
        When there are rows and none has the indicator; it names the nearest ones.
    """
    mine = rows[rows["indicator"].eq(indicator)]
    if len(rows) and mine.empty:
        raise WordError(say("word.indicator"), indicator, sorted(set(rows["indicator"])))
    part, latest = candidates(mine)
    if reporting is None:
        reporting = gaps.reporting(rows[[*gaps.REPORT, "kind"]])
    present = set(latest["region"])
    away = [region for region in reporting if region["region"] not in present]
    near = gaps.by_report(absences, indicator)
    return settle(indicator, _name(mine, indicator), latest, absent(away, mine, part, near))


def candidates(rows: pd.DataFrame) -> tuple[str | None, pd.DataFrame]:
    """
    Return the part of an indicator that can be compared, and each region's latest level of it.

    It is the whole (``""``), or the only part; None where there are several parts and no whole.
    *rows* are those of one indicator; text columns may be categorical.
    """
    level = rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)
    levels = rows.loc[level, ["breakdown", "region", "period_end"]]
    part = _common(levels)
    chosen = levels.iloc[:0] if part is None else levels[levels["breakdown"].eq(part)]
    levels = chosen.sort_values("period_end", kind="stable")
    latest = levels.drop_duplicates("region", keep="last").sort_index()
    return part, rows.loc[latest.index]


def absent(
    regions: Iterable[Row], rows: pd.DataFrame, part: str | None, near: Mapping[str, Row | None]
) -> list[dict[str, Any]]:
    """
    Return a refusal of each of *regions*, with what it has in *rows* beside levels of *part*.

    *near* are the absences of the indicator by report (:func:`analysis.statistics.gaps.by_report`).
    """
    own = gaps.by_region(rows)
    return [gaps.explained(row, own.get(row["region"], []), near, part) for row in regions]


def settle(indicator: str, name: Text, latest: pd.DataFrame, absent: list[Row]) -> Comparison:
    """
    Compare the figures of one part of an indicator, one a region.

    Rows are kept in turn: those of the most frequent year first, of these the ones of the usual
    level, in the order of adcodes. A row that a rule forbids beside one already kept is refused.

    Parameters
    ----------
    indicator, name
        The code of the indicator and its name.
    latest
        The rows of :func:`candidates` in full, with their rates.
    absent
        The refusals of :func:`absent`.
    """
    latest = latest.reset_index(drop=True)
    kinds = _Kinds.of(latest)
    kept, bars = _kept(latest, kinds)
    records = _records(latest, chain.from_iterable(bars))
    refused = [_barred(records[one], records[other]) for one, other in bars]
    order = latest.loc[kept, ["level_order", "adcode"]]
    places = order.sort_values([*order]).index.to_numpy()
    rows = latest.take(places).reset_index(drop=True)
    words = kinds.judged(kinds.codes[places])
    scale = "rate" if len(rows) and rows["rate"].notna().all() else "value"
    said = cautions(words, rows, scale)
    return Comparison(indicator, name, rows, gaps.frame(refused + absent), said, scale)


def benchmark(context: pd.DataFrame, result: Comparison) -> pd.DataFrame | None:
    """Return the rate of a wider region that may be compared with *result*, or None."""
    return rates.benchmark(context, result.rows) if result.scale == "rate" else None


def _name(mine: pd.DataFrame, indicator: str) -> Text:
    if mine.empty:
        return Text(indicator, indicator)
    first = mine.iloc[0]
    return Text(str(first["indicator_zh"]), str(first["indicator_en"]))


def _common(levels: pd.DataFrame) -> str | None:
    """Return the whole, the only part where nothing else is reported, or None."""
    parts = levels["breakdown"].unique()
    if len(parts) == 1 or "" in parts:
        return "" if "" in parts else str(parts[0])
    return None if len(parts) else ""


class _Kinds(NamedTuple):
    """Groups of rows that every rule treats alike, save which region lies inside which."""

    codes: Any  # the kind of each row
    records: list[Row]  # one row of each kind

    @classmethod
    def of(cls, rows: pd.DataFrame) -> "_Kinds":
        """Group *rows* by the columns that rules look at."""
        codes: Any = rows["rate"].notna().to_numpy(dtype="int64")
        for name in _TRAITS:
            if name in rows:
                own, words = pd.factorize(rows[name], use_na_sentinel=False)
                codes = pd.factorize(codes * len(words) + own)[0]
        firsts = np.unique(codes, return_index=True)[1]
        return cls(codes, as_records(rows.filter(_JUDGED).take(firsts)))

    def forbid(self, one: int, other: int) -> bool:
        """Return whether a rule forbids comparing rows of the kinds *one* and *other*."""
        words = judge(self.records[one], self.records[other])
        return any(
            word.verdict is Verdict.NOT_COMPARABLE and word.rule is not Rule.PART_OF_WHOLE
            for word in words
        )

    def judged(self, codes: Any) -> list[Judgement]:
        """Judge the first pair of each two kinds among rows of the kinds *codes*."""
        places = {kind: np.flatnonzero(codes == kind) for kind in np.unique(codes)}
        pairs = [
            (rows[0], others[others > rows[0]][0], kind, other)
            for kind, rows in places.items()
            for other, others in places.items()
            if others[-1] > rows[0]
        ]
        words = (judge(self.records[one], self.records[other]) for *_, one, other in sorted(pairs))
        return [word for group in words for word in group]


def _in_turn(latest: pd.DataFrame, kinds: _Kinds) -> pd.DataFrame:
    """Return the regions of *latest* in the order in which rows are kept or refused."""
    year, level = latest["period_end"].dt.year, latest["level_order"]
    relative = np.array([_relative(row) for row in kinds.records], dtype=bool)[kinds.codes]
    far, odd = (year - year.mode().max()).abs(), level.ne(_usual_level(level, relative))
    rows = latest[["adcode", "ancestors"]].assign(far=far, odd=odd, kind=kinds.codes)
    return rows.sort_values(["far", "odd", "adcode"])


def _kept(latest: pd.DataFrame, kinds: _Kinds) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the places of the rows kept, and each row refused after the first that forbids it."""
    forbids, firsts = cache(kinds.forbid), dict[int, int]()
    own, above = dict[str, int](), dict[str, int]()  # the first row kept of, and inside, a region
    kept: list[int] = []  # the place of each row kept, which is known by its turn
    bars = []
    rows = _in_turn(latest, kinds)
    cells = (rows[name].tolist() for name in ("kind", "adcode", "ancestors"))
    for place, kind, adcode, ancestors in zip(rows.index.tolist(), *cells, strict=True):
        outer = ancestors.split()
        barring = [turn for other, turn in firsts.items() if forbids(other, kind)]
        barring += [own[region] for region in outer if region in own]
        barring += [above[adcode]] if adcode in above else []
        if barring:
            bars.append((kept[min(barring)], place))
            continue
        firsts.setdefault(kind, len(kept))
        own.setdefault(adcode, len(kept))
        for region in outer:
            above.setdefault(region, len(kept))
        kept.append(place)
    return kept, bars


def _barred(kept: Row, row: Row) -> dict[str, Any]:
    """Return the refusal of *row* for the first rule that forbids it beside *kept*."""
    bars = [word for word in judge(kept, row) if word.verdict is Verdict.NOT_COMPARABLE]
    return gaps.refusal(row, bars[0].rule, bars[0].reason)


def _records(rows: pd.DataFrame, places: Iterable[int]) -> dict[int, Row]:
    """Return the rows at *places* as dictionaries, by place."""
    places = sorted(set(places))
    if not places:
        return {}
    return dict(zip(places, as_records(rows.take(places)), strict=True))


def _usual_level(levels: Any, relative: Any) -> int:
    """Return the most frequent of *levels*; of several, the one with most relative figures."""
    known, place = np.unique(levels, return_inverse=True)
    counts = zip(np.bincount(place), np.bincount(place, relative), known, strict=True)
    return int(max(counts, default=(0,))[-1])


def cautions(words: list[Judgement], kept: pd.DataFrame, scale: str) -> tuple[Text, ...]:
    """What strains the comparison of the rows *kept*, each reason once, in the order of rules."""
    places = {rule: place for place, rule in enumerate(Rule)}
    strained = [word for word in words if word.verdict is Verdict.WITH_CAUTION]
    strained.sort(key=lambda word: places[word.rule])
    texts = list(dict.fromkeys(word.reason for word in strained))
    if scale == "rate":
        texts += _population_notes(kept)
    return tuple(texts)


def _population_notes(kept: pd.DataFrame) -> list[Text]:
    """Return notes on populations that are not resident ones of the same year, or are reprints."""
    kept = kept[["region_zh", "region_en", *_POPULATION]]
    odd = kept["population_distance"].ne(0) | ~kept["population_kind"].isin(POPULATIONS[:2])
    odd |= kept["population_reliability"].eq(Reliability.REPRINT)
    notes = []
    for row in as_records(kept[odd]) if odd.any() else ():
        reprint = row["population_reliability"] == Reliability.REPRINT
        year = int(row["population_year"])
        kind = say(f"population_kind.{row['population_kind']}")
        note = say(
            "note.population", region=Text(row["region_zh"], row["region_en"]), year=year, kind=kind
        )
        notes.append(note + say("note.reprinted") if reprint else note)
    return notes
