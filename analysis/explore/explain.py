"""
Explain a figure: its source, its interval, and what it may be compared with, or why it is absent.

Limits, judgements and reasons are the same as in charts.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import files
from analysis.comparability import families, position, rules, standing
from analysis.errors import UsageError
from analysis.language import numbers, values
from analysis.language.messages import label, say
from analysis.language.publishers import publisher
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Basis,
    Language,
    Measure,
    Method,
    Reliability,
    Scale,
)
from analysis.statistics import gaps, precision, rates, years
from analysis.tables import descriptor
from analysis.tables.load import Tables

from . import words

_STOPS = "。；;!！?？\n"

Row = dict[Any, Any]


def explain(
    tables: Tables,
    region: str,
    indicator: str,
    period: str | int | None = None,
    *,
    language: str = "zh",
    originals: Path | None = None,
) -> str:
    """
    Explain a figure: its change and level, what it may be compared with, and its source.

    Parameters
    ----------
    tables
        The tables, loaded.
    region, indicator
        Their codes, or their Chinese or English names, or a Chinese synonym of the indicator.
    period
        A year (``2024``) or the period's first and last day (``2023-01-01/2023-11-30``); every
        period of the reports if not given. For a period that no report of the region has, the
        figures of other publications are explained.
    language
        ``zh`` or ``en``.
    originals
        The folder of the original reports, from which the whole sentence is quoted.

    Returns
    -------
    str
        One paragraph per row, or the reason why the region has none.

    Raises
    ------
    WordError
        For an unknown name, naming the nearest ones.
    UsageError
        For a name that several regions or indicators share, or a period without a figure, with the
        years that have one.
    """
    region, indicator = words.pair(region, indicator, tables, language)
    rows = rates.rates(rates.limits(tables.rows), tables.context_rows)
    same = _of(rows, indicator)
    reported, others = same[same["region"].eq(region)], same[same["region"].ne(region)]
    elsewhere = _elsewhere(tables.context_rows, region, indicator)
    if region not in tables.first_reports and elsewhere.empty:
        return words.without_report(region, tables)[language]
    chosen, external = _of_period(reported, elsewhere, period)
    if chosen.empty and external.empty and not reported.empty:
        both = pd.concat([reported, elsewhere])
        wrong = say("explain.no_period", period=str(period), years=words.years(both))
        raise UsageError(wrong[language])
    explanation = _Explanation(tables, rows, originals)
    paragraphs = [explanation.row(row) for row in chosen.to_dict("records")]
    paragraphs += [explanation.elsewhere(row) for row in external.to_dict("records")]
    if not paragraphs:
        paragraphs = [explanation.gap(region, indicator, others, elsewhere)]
    first = list(paragraphs[0])
    figures = (tables.rows, tables.context_rows)
    levels = years.series(*(rates.marks(_of(frame, indicator)) for frame in figures))
    verdict = [
        *_changes(levels, pd.concat([chosen, external])),
        *_placed(levels, tables, region, indicator),
    ]
    lead = [say("explain.verdict_line", verdict=text) for text in verdict]
    first[1:1] = [*lead, *explanation.comparisons(chosen.to_dict("records"))]
    first = [*descriptor.doubts(tables.folder), *first]
    texts = [[line[language] for line in lines] for lines in [first, *paragraphs[1:]]]
    return "\n\n".join("\n".join(lines) for lines in texts)


def _of(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return rows[rows["indicator"].eq(indicator)]


def _changes(levels: pd.DataFrame, chosen: pd.DataFrame) -> Iterator[Text]:
    """Yield the counted change from the year before to each period of *chosen*."""
    key = ["region", "indicator", "breakdown", "period_end"]
    known = set(chosen[key].itertuples(index=False, name=None))
    own = levels[levels["region"].isin(chosen["region"])]
    for row in years.counted_changes(own).to_dict("records"):
        if tuple(row[name] for name in key) in known:
            yield values.change(row)


def _placed(levels: pd.DataFrame, tables: Tables, region: str, indicator: str) -> list[Text]:
    """Return where the counts of *region* lie against nation, province and peers."""
    if indicator not in standing.PLACED or region not in tables.first_reports:
        return []
    context = tables.context_rows
    placements = standing.placements(levels, context, tables.peers, indicator, {region})
    return [position.placement(one) for one in placements]


def _elsewhere(context: pd.DataFrame, region: str, indicator: str) -> pd.DataFrame:
    """Return the rows of other publications: years before months, levels before changes."""
    rows = context[context["region"].eq(region) & context["indicator"].eq(indicator)]
    days = rows["period_start"] - rows["period_end"]
    order = rows.assign(days=days, measure=rows["measure"].map(list(Measure).index))
    order = order.sort_values(["breakdown", "days", "measure"], kind="stable")
    return rates.rates(rates.limits(rows.loc[order.index]), context)


def _of_period(
    reported: pd.DataFrame, elsewhere: pd.DataFrame, period: str | int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the reported rows of *period*, or if there are none those of other publications."""
    if period is None:
        return reported, elsewhere.iloc[:0]
    period = str(period).strip().removesuffix("年")
    chosen = reported[_within(reported, period)]
    external = elsewhere[_within(elsewhere, period)] if chosen.empty else elsewhere.iloc[:0]
    return chosen, external


def _within(rows: pd.DataFrame, period: str) -> "pd.Series[bool]":
    return _spans(rows).eq(period) | _years(rows).eq(period)


def _years(rows: pd.DataFrame) -> "pd.Series[str]":
    years: pd.Series[str] = rows["period_end"].dt.strftime("%Y")
    return years


def _spans(rows: pd.DataFrame) -> "pd.Series[str]":
    """Return the first and the last day of each row's period, with a slash between."""
    first, last = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    spans: pd.Series[str] = first + "/" + last
    return spans


class _Explanation:
    """The lines of an explanation."""

    def __init__(self, tables: Tables, rows: pd.DataFrame, originals: Path | None) -> None:
        self._tables, self._rows, self._originals = tables, rows, originals

    def row(self, row: Row) -> Iterator[Text]:
        """Yield the lines of a reported figure: source, interval, note."""
        yield _heading(row)
        yield say("explain.printed", evidence=row["evidence"])
        yield from self._sentence(row)
        yield say("explain.source", **_only(row, *_SOURCE, "report", "start", "end", "printed"))
        yield from _uncertainty(row)
        yield from _note(row)

    def elsewhere(self, row: Row) -> Iterator[Text]:
        """Yield the lines of a figure of another publication."""
        yield _heading(row)
        evidence = row["evidence"]
        if row["basis"] == Basis.DERIVED:
            yield say("explain.calculated_back", evidence=evidence)
        else:
            yield say("explain.printed", evidence=evidence)
        reading = label(Reliability(row["reliability"]))
        file = self._tables.file("context")
        yield say("explain.other_source", **_only(row, *_SOURCE), reading=reading, file=file)
        if row["url"]:
            yield say("explain.url", url=row["url"])
        yield from _uncertainty(row)
        yield from _note(row)

    def gap(
        self, region: str, indicator: str, others: pd.DataFrame, elsewhere: pd.DataFrame
    ) -> Iterator[Text]:
        """Yield the reason why there is no figure, and the figures of others."""
        titles = self._tables.indicators.set_index("indicator").loc[indicator]
        title = Text(str(titles["name_zh"]), str(titles["name_en"]))
        names = self._tables.regions.set_index("region").loc[region]
        name = Text(str(names["name_zh"]), str(names["name_en"]))
        reports = self._tables.regional_reports.set_index("region")
        absence = None
        if region in reports.index:
            report = reports.loc[[region]].iloc[-1]
            near = gaps.by_report(self._tables.absence_rows, indicator)
            absence = near.get(report["report"], gaps.UNSEARCHED)
            missing = gaps.silence(report["kind"], absence)
            yield say("explain.no_figure", region=name, indicator=title, reason=missing.text)
        else:
            yield say("explore.no_report", region=name)
        if absence and "evidence" in absence:
            yield say("explain.printed", evidence=absence["evidence"])
            yield from self._sentence(absence)
        if len(elsewhere):
            yield say("explain.years_elsewhere", indicator=title, years=words.years(elsewhere))
        for other in families.each(others, self._tables).to_dict("records"):
            yield say("explain.other_region", figure=brief(other))

    def _sentence(self, row: Row) -> Iterator[Text]:
        """Yield the whole sentence, if the original is available."""
        if self._originals is None:
            return
        name = self._tables.originals[row["report"]]
        data = files.read((self._originals / f"{name}.txt").resolve())
        if data is None:
            return
        sentence = sentence_at(data.decode("utf-8", "replace"), row["start"], row["end"])
        yield say("explain.sentence", sentence=sentence)

    def comparisons(self, rows: list[Row]) -> Iterator[Text]:
        """Yield what the figures *rows* are compared with, each other region on one line."""
        named = dict[Text, None]()
        cautions = dict[Text, None]()
        regions = dict[str, dict[Text, None]]()
        subjects = [self._subjects(row) for row in rows]
        every = list(dict.fromkeys(chain.from_iterable(subjects)))
        compared = families.comparisons(self._rows, every, self._tables)
        results = dict(zip(every, compared, strict=True))
        for row, own in zip(rows, subjects, strict=True):
            for result in (results[subject] for subject in own):
                if "family" in result.rows:
                    named[say("explain.family", name=result.name)] = None
                if "family" in result.rows or row["id"] in set(result.rows["id"]):
                    cautions |= dict.fromkeys(result.cautions)
                for region, line in _compared(row, result):
                    regions.setdefault(region, {})[line] = None
        yield from named
        for lines in regions.values():
            yield say("explain.other_region", figure=Text.joined(lines, zh="；", en="; "))
        yield from (say("explain.caution", caution=one) for one in cautions)

    def _subjects(self, row: Row) -> list[str]:
        """Return the families that a figure is in, or its indicator."""
        members = self._tables.family_members
        key = [members[name].eq(row[name]) for name in families.KEY]
        own = members.loc[key[0] & key[1] & key[2] & key[3], "family"]
        every = families.about(self._rows, row["indicator"], self._tables)
        return list(dict.fromkeys(own)) or every or [row["indicator"]]


def _compared(row: Row, result: rules.Comparison) -> Iterator[tuple[str, Text]]:
    """Yield each other region of *result* with its figure and verdict, or its reason."""
    for other in _of_others(result.rows, row):
        listed = result.scale == Scale.NONE
        verdict = _scope(other) if listed else _verdict(rules.judge(row, other))
        yield other["region"], say("explain.compared", figure=brief(other), verdict=verdict)
    for other in _of_others(result.refused, row):
        reason = Text(other["reason_zh"], other["reason_en"])
        yield other["region"], say("explain.silent", region=_region(other), reason=reason)


def _of_others(frame: pd.DataFrame, row: Row) -> list[Row]:
    """Return the rows of *frame* that are of other regions than *row*."""
    return frame[frame["region"].ne(row["region"])].to_dict("records")


def _scope(row: Row) -> Text:
    return Text(row["scope_zh"], row["scope_en"])


_SOURCE = ("publisher", "title")


def _only(row: Row, *names: str) -> Row:
    return {name: row[name] for name in names}


def _heading(row: Row) -> Text:
    part, period = values.part(row), values.time_of(row)
    name = Text(row["indicator_zh"], row["indicator_en"])
    parts = [text for text in (_region(row), name, part, period) if text.zh]
    return say(
        "explain.heading", name=Text.joined(parts, zh=" · ", en=" · "), what=values.what(row)
    )


def _region(row: Row) -> Text:
    return Text(row["region_zh"], row["region_en"])


def brief(row: Row) -> Text:
    """Return a figure in a few words: region, period, part and value."""
    part, period = values.part(row), values.time_of(row)
    words = [_region(row), period, *([Text(f"[{part.zh}]", f"[{part.en}]")] if part.zh else [])]
    return Text.joined([*words, values.what(row)], zh=" ", en=" ")


def _note(row: Row) -> Iterator[Text]:
    if row["note"]:
        yield say("explain.note", note=row["note"])


def _uncertainty(row: Row) -> Iterator[Text]:
    """Yield the interval of a count and its rate, where it has them."""
    if pd.notna(row["lower"]):
        interval = _by_language(numbers.interval, row["lower"], row["upper"])
        yield say("explain.interval", interval=interval, method=label(Method(row["method"])))
    if pd.notna(row["rate"]):
        yield _rate(row)


def _rate(row: Row) -> Text:
    return say(
        "explain.rate",
        rate=values.estimate(precision.as_value(row), row["rate_lower"], row["rate_upper"]),
        year=int(row["population_year"]),
        kind=say(f"population_kind.{row['population_kind']}"),
        people=numbers.exact(row["population"]),
        publisher=publisher(row["population_publisher"]),
    )


def _by_language(written: Callable[..., str], *figures: float) -> Text:
    return Text(written(*figures, Language.ZH), written(*figures, Language.EN))


def _verdict(judgements: list[rules.Judgement]) -> Text:
    """Return the verdict with the reasons that lead to it."""
    verdict = rules.overall(judgements)
    reason = Text.joined(one.reason for one in judgements if one.verdict is verdict)
    if not reason.zh:
        return label(verdict)
    return say("explain.verdict", verdict=label(verdict), reason=reason)


def sentence_at(text: str, start: int, end: int) -> str:
    """
    Return the sentence of *text* around the characters *start* to *end*.

    >>> sentence_at("一是安全。共发生事故42起,死亡45人。二是", 9, 11)
    '共发生事故42起,死亡45人。'
    """
    first = max(text.rfind(stop, 0, start) for stop in _STOPS) + 1
    ends = [index for stop in _STOPS if (index := text.find(stop, end)) != -1]
    return text[first : min(ends, default=len(text)) + 1].strip()
