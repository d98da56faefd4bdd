"""
One figure told in full: its row, its sentence, what it may be compared with, or why it is absent.

It computes nothing of its own; limits, judgements and reasons are those that charts use.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.comparability import rules
from analysis.errors import UsageError, WordError
from analysis.language import numbers, values
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Basis, Gap, Language, Measure, Method, Reliability, Verdict
from analysis.statistics import gaps, rates
from analysis.tables.load import Tables

_VERDICTS = {
    Verdict.COMPARABLE: say("explain.verdicts.comparable"),
    Verdict.WITH_CAUTION: say("explain.verdicts.with_caution"),
    Verdict.NOT_COMPARABLE: say("explain.verdicts.not_comparable"),
}
_RELIABILITY = {
    Reliability.OFFICIAL: say("explain.reliability.official"),
    Reliability.REPRINT: say("explain.reliability.reprint"),
}
_MOST_NEAR = 8  # names that hold what was written
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
    Tell where a figure comes from and what it may be compared with.

    Parameters
    ----------
    tables
        The tables, loaded.
    region, indicator
        Their codes, or their Chinese or English names; the region must have a report.
    period
        A year (``2024``) or the period's first and last day (``2023-01-01/2023-11-30``); every
        period of the reports if not given. For a period that no report of the region tells, the
        figures of other publications are told.
    language
        ``zh`` or ``en``.
    originals
        Where the originals lie; with them, the whole sentence is quoted.

    Returns
    -------
    str
        One paragraph a row, or the reason why the region has none.

    Raises
    ------
    WordError
        For a name or period that is not known, naming the nearest ones.
    UsageError
        For a name that several share.
    """
    regions = tables.regions[tables.regions["region"].isin(tables.reports["region"])]
    region = code_of("region", region, regions)
    indicator = code_of("indicator", indicator, tables.indicators)
    rows = rates.rates(rates.limits(tables.rows), tables.context_rows)
    same = rows[rows["indicator"].eq(indicator)]
    reported, others = same[same["region"].eq(region)], same[same["region"].ne(region)]
    elsewhere = _elsewhere(tables.context_rows, region, indicator)
    mine, beyond = _of_period(reported, elsewhere, None if period is None else str(period))
    text = _Told(tables, language, originals)
    told = [text.row(row, others) for row in mine.to_dict("records")]
    told += [text.elsewhere(row) for row in beyond.to_dict("records")]
    if not told:
        told = [text.gap(region, indicator, rows, others)]
    return "\n\n".join("\n".join(lines) for lines in told)


def code_of(kind: str, word: str, named: pd.DataFrame) -> str:
    """
    The code that *word* is, or the code of what has *word* as its Chinese or English name.

    Parameters
    ----------
    kind
        The column of codes, ``region`` or ``indicator``.
    word
        What someone wrote; a name must be whole, in small or capital letters.
    named
        The regions or the indicators, with their names.

    Raises
    ------
    WordError
        For a word that names none, with the nearest codes and names.
    UsageError
        For a name that several share, with their codes.

    Examples
    --------
    >>> named = pd.DataFrame({"region": ["east"], "name_zh": ["东区"], "name_en": ["East"]})
    >>> code_of("region", "东区", named), code_of("region", "EAST", named)
    ('east', 'east')
    """
    codes: list[str] = list(named[kind].astype("str"))
    if word in codes:
        return word
    columns = named[[kind, "name_zh", "name_en"]].astype("str")
    names: dict[str, str] = dict(zip(codes, columns["name_zh"], strict=True))
    folded = columns.apply(lambda column: column.str.casefold())
    spelt = dict(zip(codes, folded.itertuples(index=False, name=None), strict=True))
    said = word.strip().casefold()
    meant: list[str] = [code for code, spellings in spelt.items() if said in spellings]
    if len(meant) > 1:
        raise UsageError(f"{word!r} names several: give the code, one of {', '.join(meant)}")
    if not meant:
        near = [f"{code} ({names[code]})" for code in _near(said, spelt)]
        raise WordError(kind, word, codes, near)
    return meant[0]


def _near(said: str, spelt: dict[str, tuple[Any, ...]]) -> list[str]:
    """The codes with *said* inside a spelling, the shortest first; else those spelt alike."""
    holding = {
        code: min(len(name) for name in names if said in name)
        for code, names in spelt.items()
        if said and any(said in name for name in names)
    }
    if holding:
        return sorted(holding, key=lambda code: holding[code])[:_MOST_NEAR]
    codes = {name: code for code, names in spelt.items() for name in names}
    alike = get_close_matches(said, codes, n=3, cutoff=0.5)
    return list(dict.fromkeys(codes[name] for name in alike))


def _elsewhere(context: pd.DataFrame, region: str, indicator: str) -> pd.DataFrame:
    """What other publications say: a year before its months, an amount before its change."""
    mine = context[context["region"].eq(region) & context["indicator"].eq(indicator)]
    days = mine["period_start"] - mine["period_end"]
    order = mine.assign(days=days, measure=mine["measure"].map(list(Measure).index))
    order = order.sort_values(["breakdown", "days", "measure"], kind="stable")
    return rates.rates(rates.limits(mine.loc[order.index]), context)


def _of_period(
    reported: pd.DataFrame, elsewhere: pd.DataFrame, period: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    The rows of *period*: those of reports, and if there are none those of other publications.

    A region without any row has none of any period.
    """
    if period is None:
        return reported, elsewhere.iloc[:0]
    mine = reported[_within(reported, period)]
    beyond = elsewhere[_within(elsewhere, period)] if mine.empty else elsewhere.iloc[:0]
    if mine.empty and beyond.empty and not reported.empty:
        known = [word for rows in (reported, elsewhere) for word in (*_years(rows), *_spans(rows))]
        raise WordError("period", period, dict.fromkeys(known))
    return mine, beyond


def _within(rows: pd.DataFrame, period: str) -> "pd.Series[bool]":
    return _spans(rows).eq(period) | _years(rows).eq(period)


def _years(rows: pd.DataFrame) -> "pd.Series[str]":
    years: pd.Series[str] = rows["period_end"].dt.strftime("%Y")
    return years


def _spans(rows: pd.DataFrame) -> "pd.Series[str]":
    """The first and the last day, with a slash between."""
    first, last = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    spans: pd.Series[str] = first + "/" + last
    return spans


class _Told:
    """The lines of an explanation in one language."""

    def __init__(self, tables: Tables, language: str, originals: Path | None) -> None:
        self._tables, self._originals = tables, originals
        self._language = Language(language)

    def _say(self, zh: str, en: str) -> str:
        return Text(zh, en)[self._language]

    def row(self, row: Row, others: pd.DataFrame) -> Iterator[str]:
        """The figure, where it stands, how sure it is, and what stands beside it."""
        yield self._heading(row)
        yield self._say(f"  原文：“{row['evidence']}”", f"  printed: “{row['evidence']}”")
        yield from self._sentence(row)
        place = f"{row['start']}–{row['end']}"
        source = f"{row['publisher']}《{row['title']}》"
        yield self._say(
            f"  出处：{source}（{row['report']}），第{place}字符，印作“{row['printed']}”",
            f"  source: {source} ({row['report']}), characters {place}, as “{row['printed']}”",
        )
        yield from self._sureness(row)
        if row["note"]:
            yield self._say(f"  备注：{row['note']}", f"  note: {row['note']}")
        yield from self._beside(row, others)

    def elsewhere(self, row: Row) -> Iterator[str]:
        """A figure of another publication: what it says, where, and how sure it is."""
        yield self._heading(row)
        phrase = row["evidence"]
        if row["basis"] == Basis.DERIVED:
            yield self._say(f"  由此推算：“{phrase}”", f"  calculated back from: “{phrase}”")
        else:
            yield self._say(f"  原文：“{phrase}”", f"  printed: “{phrase}”")
        source = f"{row['publisher']}《{row['title']}》"
        read = _RELIABILITY[row["reliability"]][self._language]
        file = self._tables.file("context")
        yield self._say(
            f"  出处：{source}，{read}；其他出版物，不在所列报告之内（{file}）",
            f"  source: {source}, {read}; another publication, not one of the reports ({file})",
        )
        if row["url"]:
            yield f"  {row['url']}"
        yield from self._sureness(row)
        if row["note"]:
            yield self._say(f"  备注：{row['note']}", f"  note: {row['note']}")

    def _heading(self, row: Row) -> str:
        name = (self._region(row), self._name(row), self._part(row), self._period(row))
        what = values.what(row)[self._language]
        return " · ".join(filter(None, name)) + self._say(f"：{what}", f": {what}")

    def gap(
        self, region: str, indicator: str, rows: pd.DataFrame, others: pd.DataFrame
    ) -> Iterator[str]:
        """Why there is no figure, and who has one."""
        names = self._tables.regions.set_index("region").loc[region]
        titles = self._tables.indicators.set_index("indicator").loc[indicator]
        kind = self._tables.reports.set_index("region").loc[[region], "kind"].iloc[-1]
        found, _ = gaps.gap(rows.iloc[:0], str(kind))
        reason = label(Gap(found))[self._language]
        name = self._say(str(names["name_zh"]), str(names["name_en"]))
        title = self._say(str(titles["name_zh"]), str(titles["name_en"]))
        yield self._say(f"{name} · {title}：无数字：{reason}", f"{name} · {title}: none: {reason}")
        for other in rules.best(others).to_dict("records"):
            yield f"  {self._brief(other)}"

    def _region(self, row: Row) -> str:
        return self._say(row["region_zh"], row["region_en"])

    def _name(self, row: Row) -> str:
        return self._say(row["indicator_zh"], row["indicator_en"])

    def _part(self, row: Row) -> str:
        return values.part(row)[self._language]

    def _period(self, row: Row) -> str:
        return values.time_of(row)[self._language]

    def _brief(self, row: Row) -> str:
        """Another region's figure in a few words."""
        part = self._part(row)
        what = values.what(row)[self._language]
        return f"{self._region(row)} {self._period(row)}{f' [{part}]' if part else ''} {what}"

    def _sentence(self, row: Row) -> Iterator[str]:
        """The whole sentence, where the original is at hand."""
        if self._originals is None:
            return
        try:
            name = self._tables.originals[row["report"]]
            data = (self._originals / f"{name}.txt").read_bytes()
        except OSError:
            return
        sentence = sentence_at(data.decode("utf-8", "replace"), row["start"], row["end"])
        yield self._say(f"  全句：{sentence}", f"  sentence: {sentence}")

    def _sureness(self, row: Row) -> Iterator[str]:
        if pd.notna(row["lower"]):
            span = numbers.interval(row["lower"], row["upper"], self._language)
            method = label(Method(row["method"]))[self._language]
            yield self._say(f"  区间：{span}，{method}", f"  interval: {span}, {method}")
        if pd.notna(row["rate"]):
            yield self._rate(row)

    def _rate(self, row: Row) -> str:
        lower, upper = row["rate_lower"], row["rate_upper"]
        rate = numbers.estimate(row["rate"], lower, upper, self._language)
        kind = say(f"population_kind.{row['population_kind']}")
        people = numbers.exact(row["population"])
        year = int(row["population_year"])
        return self._say(
            f"  每10万人：{rate}，按{year}年{kind.zh}{people}人（{row['population_publisher']}）",
            f"  per 100,000 people: {rate}, by the {year} {kind.en} of {people}",
        )

    def _beside(self, row: Row, others: pd.DataFrame) -> Iterator[str]:
        """Each other region's nearest figure with the verdict and its reasons, or its silence."""
        order = others.sort_values(["level_order", "adcode"], kind="stable")
        for _, group in order.groupby(["level_order", "adcode"], sort=False):
            records: list[Row] = group.to_dict("records")
            judged = [(rules.judge(row, other), other) for other in records]
            words, other = min(judged, key=lambda pair: _strictness(pair[0]))
            yield f"  ↔ {self._brief(other)}: {self._verdict(words)}"
        shown = {row["region"], *others["region"]}
        silent = gaps.regions(self._tables.rows, row["indicator"], shown)
        for region in silent.to_dict("records"):
            name = self._say(region["region_zh"], region["region_en"])
            yield f"  × {name}: {self._say(region['reason_zh'], region['reason_en'])}"

    def _verdict(self, words: list[rules.Judgement]) -> str:
        """The verdict, with the reasons that lead to it and no lesser ones."""
        verdict = rules.overall(words)
        reason = Text.joined(word.reason for word in words if word.verdict is verdict)
        told = _VERDICTS[verdict][self._language]
        return f"{told}: {reason[self._language]}" if reason.zh else told


def _strictness(words: list[rules.Judgement]) -> tuple[int, int]:
    return list(Verdict).index(rules.overall(words)), len(words)


def sentence_at(text: str, start: int, end: int) -> str:
    """
    The sentence of *text* around the characters *start* to *end*.

    >>> sentence_at("一是安全。共发生事故42起,死亡45人。二是", 9, 11)
    '共发生事故42起,死亡45人。'
    """
    first = max(text.rfind(stop, 0, start) for stop in _STOPS) + 1
    ends = [place for stop in _STOPS if (place := text.find(stop, end)) != -1]
    return text[first : min(ends, default=len(text)) + 1].strip()
