"""
Explain a figure: its source, its interval, and what it may be compared with, or why it is absent.

Limits, judgements and reasons are the same as in charts.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import files
from analysis.comparability import (
    families,
    findings,
    percentages,
    position,
    profiles,
    rules,
    standing,
)
from analysis.errors import UsageError
from analysis.language import labels, numbers, values
from analysis.language.messages import label, say
from analysis.language.publishers import publisher
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Basis,
    Gap,
    Language,
    Measure,
    Method,
    Reliability,
    Use,
    Verdict,
)
from analysis.rows import as_records
from analysis.statistics import gaps, percents, precision, rates, wholes, years
from analysis.tables import descriptor, printed
from analysis.tables.load import Tables

from . import words

FIGURES = 4  # of other publications that are explained unless all are asked for
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
    every: bool = False,
) -> str:
    """
    Explain a figure: its change and level, what it may be compared with, and its source.

    Parameters
    ----------
    tables
        The tables, loaded.
    region, indicator
        Their codes, or their Chinese or English names, or a Chinese synonym of the indicator; in
        its place may be a family, of which the figures of the region are explained.
    period
        A year (``2024``) or the period's first and last day (``2023-01-01/2023-11-30``); every
        period of the reports if not given. For a period that no report of the region has, the
        figures of other publications are explained.
    language
        ``zh`` or ``en``.
    originals
        The folder of the original reports, from which the whole sentence is quoted.
    every
        Whether all figures of other publications are explained, not only the first.

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
    region, indicator = words.pair(region, indicator, tables)
    if indicator in LISTS:
        answer: Iterable[Text] = [words.without_report(region, tables)]
        if region in tables.first_reports:
            answer = LISTS[indicator](tables, region, period)
        lines = [*descriptor.doubts(tables.folder), *answer]
        return "\n".join(line[language] for line in lines)
    rows = rates.rated(tables)
    is_family = words.is_family(indicator, tables)
    same = _members(rows, indicator, tables) if is_family else _of(rows, [indicator])
    codes = list(same["indicator"].unique()) if is_family else [indicator]
    reported, others = same[same["region"].eq(region)], same[same["region"].ne(region)]
    elsewhere = _elsewhere(tables.context_rows, region, indicator)
    if region not in tables.first_reports and elsewhere.empty:
        return words.without_report(region, tables)[language]
    chosen, external = _of_period(_wholes_first(reported), elsewhere, period)
    if chosen.empty and external.empty and not reported.empty:
        both = pd.concat([reported, elsewhere])
        asked = {"region": words.name(region, tables), "indicator": words.name(indicator, tables)}
        told = {"period": str(period), "years": words.years(both)}
        raise UsageError(say("explain.no_period", **asked, **told))
    explanation = _Explanation(tables, rows, originals)
    paragraphs = [explanation.row(row) for row in as_records(chosen)]
    shown = external if every else external.head(FIGURES)
    paragraphs += [explanation.elsewhere(row) for row in as_records(shown)]
    if more := len(external) - len(shown):
        paragraphs.append(iter([say("explain.more", count=more)]))
    if not paragraphs:
        paragraphs = [
            explanation.unanswered(region, indicator)
            if is_family
            else explanation.gap(region, indicator, others, elsewhere)
        ]
    first = list(paragraphs[0])
    marked = [rates.marks(_of(frame, codes)) for frame in (tables.rows, tables.context_rows)]
    own_rows, own_context = (frame[frame["region"].eq(region)] for frame in marked)
    levels = years.series(*marked)
    verdict = [
        *_changes(levels, pd.concat([chosen, external])),
        *_placed(levels, tables, region, indicator),
        *_open(tables.rows, chosen),
        *_implied(own_rows, own_context, period),
    ]
    lead = [say("explain.line", text=text) for text in verdict]
    first[1:1] = [*lead, *explanation.comparisons(as_records(chosen), [indicator] * is_family)]
    first = [*descriptor.doubts(tables.folder), *first]
    texts = [[line[language] for line in lines] for lines in [first, *paragraphs[1:]]]
    return "\n\n".join("\n".join(lines) for lines in texts)


def _wholes_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of each report with wholes before parts, these in the order of the report."""
    parts = rows.assign(breakdown=rows["breakdown"].ne(""))
    return rows.loc[parts.sort_values(["report", "breakdown", "start"]).index]


def _of(rows: pd.DataFrame, indicators: list[str]) -> pd.DataFrame:
    return rows[rows["indicator"].isin(indicators)]


def _members(rows: pd.DataFrame, family: str, tables: Tables) -> pd.DataFrame:
    figures = families.members(rows, [family], tables)
    return rows[rows["id"].isin(figures["id"])]


def _changes(levels: pd.DataFrame, chosen: pd.DataFrame) -> Iterator[Text]:
    """Yield the counted change from the year before to each period of *chosen*."""
    key = ["region", "indicator", "breakdown", "period_end"]
    known = set(chosen[key].itertuples(index=False, name=None))
    own = levels[levels["region"].isin(chosen["region"])]
    for row in as_records(years.counted_changes(own)):
        if tuple(row[name] for name in key) in known:
            yield values.change(row)


def _implied(rows: pd.DataFrame, context: pd.DataFrame, period: str | int | None) -> Iterator[Text]:
    """Yield which counts the percentages imply that a region without counts published."""
    for meaning in percents.meanings(rows, context, rows["indicator"].unique().tolist()):
        if period is None or _year(period) in map(str, meaning.years):
            yield percentages.sentence(meaning)


def _open(rows: pd.DataFrame, chosen: pd.DataFrame) -> list[Text]:
    """Return how many of the hazards or violations *chosen* were rectified."""
    if not chosen["indicator"].isin([*wholes.FOUND, *wholes.RECTIFIED, *wholes.RATES]).any():
        return []
    shares = wholes.most_open(rates.shares(rows))
    own = shares[shares["id"].isin(chosen["id"]) | shares["total_id"].isin(chosen["id"])]
    return findings.open_lines(own, gaps.frame([]))


def still_open(tables: Tables, region: str, period: str | int | None = None) -> Iterator[Text]:
    """Yield how many of the hazards and violations found in *region* were rectified."""
    rows = tables.rows[tables.rows["region"].eq(region)]
    shares = wholes.most_open(rates.shares(rows))
    if period is not None:
        shares = shares[_within(shares, _year(period))]
    refused = wholes.unclosed(rows, set(shares["region"]), tables.absence_rows, every=True)
    name = place(rows.iloc[0].to_dict())
    yield say("explain.open", region=name, heading=say("profile.open_heading"))
    for text in findings.open_lines(shares, refused):
        yield say("explain.line", text=text)
    ids = list(shares.loc[shares["open"].gt(0), ["total_id", "id"]].to_numpy().ravel())
    if shares.empty:
        ids = list(wholes.unpaired(rows)["id"])
    for row in as_records(rows.set_index("id", drop=False).loc[ids]):
        yield say("explain.printed", evidence=row["evidence"])
        yield _reference(row)
    yield say("explain.caution", caution=say("kind.open_hazards.about"))


def planned(tables: Tables, region: str, period: str | int | None = None) -> Iterator[Text]:
    """Yield the planned work of *region* that has a number or a date, and how much has none."""
    if period is not None:
        raise UsageError(say("explain.planned_period", period=str(period)))
    rows = profiles.promised(tables, region)
    name = words.name(region, tables)
    yield say("explain.open", region=name, heading=findings.promised_heading(rows))
    lines, last = findings.promised_lines(rows, by_theme=True)
    yield from (say("explain.line", text=text) for text in (*lines, *filter(None, [last])))
    yield say("explain.caution", caution=say("note.promise"))


# What answers a subject that is no indicator.
LISTS = {words.OPEN: still_open, words.PLANNED: planned}


def _placed(levels: pd.DataFrame, tables: Tables, region: str, indicator: str) -> list[Text]:
    """Return where the counts of *region* lie against nation, province and peers."""
    if indicator not in standing.PLACED or region not in tables.first_reports:
        return []
    context = tables.context_rows
    placements = standing.placements(levels, context, tables.peer_rows, indicator, {region})
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
    for within in (_within, _during):
        chosen, external = (frame[within(frame, _year(period))] for frame in (reported, elsewhere))
        if len(chosen) or len(external):
            break
    return chosen, external if chosen.empty else elsewhere.iloc[:0]


def _year(period: str | int) -> str:
    return str(period).strip().removesuffix("年")


def _within(rows: pd.DataFrame, period: str) -> "pd.Series[bool]":
    return _spans(rows).eq(period) | _years(rows).eq(period)


def _during(rows: pd.DataFrame, year: str) -> "pd.Series[bool]":
    """Return which rows are of a longer period that *year* is in."""
    number = int(year) if year.isdecimal() else 0
    inside: pd.Series[bool] = rows["period_start"].dt.year.le(number)
    inside &= rows["period_end"].dt.year.ge(number)
    return inside


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
        is_as_printed = printed.states(row["printed"], row["end"] - row["start"], row["value"])
        yield _heading(row if is_as_printed else {**row, "printed": ""})
        yield say("explain.printed", evidence=row["evidence"])
        yield from self._sentence(row)
        yield _reference(row)
        uses = self._tables.families.set_index("family")["use"]
        is_rate = all(uses.get(code, Use.RATE) == Use.RATE for code in self._subjects(row))
        yield from _uncertainty(row if is_rate else {**row, "rate": None})
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
        yield say("explain.other_source", **_source(row), reading=reading, file=file)
        if row["url"]:
            yield say("explain.url", url=row["url"])
        yield from _uncertainty(row)
        yield from _note(row)

    def gap(
        self, region: str, indicator: str, others: pd.DataFrame, elsewhere: pd.DataFrame
    ) -> Iterator[Text]:
        """Yield the reason why there is no figure, and the figures of others."""
        title, name = words.name(indicator, self._tables), words.name(region, self._tables)
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
        for other in as_records(families.each(others, self._tables)):
            yield say("explain.line", text=brief(other))

    def unanswered(self, region: str, family: str) -> Iterator[Text]:
        """Yield why a region has no figure of a family, and the figures of others."""
        result = families.comparable(self._rows, family, self._tables)
        refused = _of_region(result.refused, {"region": region})
        name, why = words.name(region, self._tables), _listed(map(reason, refused))
        yield say("explain.no_figure", region=name, indicator=result.name, reason=why)
        yield from (say("explain.line", text=scoped(row)) for row in as_records(result.rows))

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

    def comparisons(self, rows: list[Row], asked: Iterable[str] = ()) -> Iterator[Text]:
        """
        Yield what the figures *rows* are compared with, each other region on one line.

        By the families *asked*, or if there are none by those that the figures are in.
        """
        if not rows:
            return
        ids = {row["id"] for row in rows}
        subjects = list(asked) or list(
            dict.fromkeys(chain.from_iterable(map(self._subjects, rows)))
        )
        named, cautions = dict[Text, None](), dict[Text, None]()
        lines = []
        figures = families.members(self._rows, self._tables.families["family"], self._tables)
        for other, pair in pairs(self._rows, rows[0]["region"]):
            results = families.comparisons(pair, subjects, self._tables, figures)
            named |= dict.fromkeys(one.name for one in results if "family" in one.rows)
            about = [one for one in results if "family" in one.rows or ids & {*one.rows["id"]}]
            cautions |= dict.fromkeys(chain.from_iterable(one.cautions for one in about))
            lines.append(_beside(other, results, ids))
        yield from (say("explain.family", name=name) for name in named)
        yield from (say("explain.line", text=line) for line in lines)
        yield from (say("explain.caution", caution=one) for one in cautions)

    def _subjects(self, row: Row) -> list[str]:
        """Return the families that a figure is in, or its indicator."""
        members = self._tables.family_members
        key = [members[name].eq(row[name]) for name in families.KEY]
        own = list(members.loc[key[0] & key[1] & key[2] & key[3], "family"].unique())
        every = families.about(self._rows, row["indicator"], self._tables)
        return own or every or [row["indicator"]]


def pairs(rows: pd.DataFrame, region: str) -> Iterator[tuple[Row, pd.DataFrame]]:
    """Yield each other reporting region, in house order, with its rows and those of *region*."""
    for other in gaps.reporting(rows):
        if other["region"] != region:
            yield other, rows[rows["region"].isin([region, other["region"]])]


def _beside(other: Row, results: list[rules.Comparison], ids: set[str]) -> Text:
    """Return the figures of the region *other* that are compared with *ids*, or why none is."""
    refused = [one for one in results if one.verdict is Verdict.NOT_COMPARABLE]
    figures = [
        say("explain.figure", figure=scoped(row), verdict=label(one.verdict))
        if ids & {*one.rows["id"]}
        else scoped(row)  # compared with another part of the region's indicator
        for one in results
        if one not in refused
        for row in _of_region(one.rows, other)
    ]
    rows = [row for one in refused for row in _of_region(one.refused, other)]
    if figures:
        line, kinds = say("explain.compared", figures=_listed(figures)), map(reason_kind, rows)
        return line + say("explain.not_compared", reasons=_listed(kinds)) if rows else line
    reasons = [*map(reason, rows), *chain.from_iterable(_own(one, other) for one in refused)]
    return say("explain.silent", region=place(other), reason=_listed(reasons))


def _own(result: rules.Comparison, other: Row) -> Iterator[Text]:
    """Yield why the figure of *other* is kept alone."""
    if _of_region(result.rows, other):
        for row in as_records(result.refused):
            if row["region"] != other["region"]:
                yield say("explain.figure", figure=place(row), verdict=reason(row))


def _of_region(frame: pd.DataFrame, region: Row) -> list[Row]:
    return as_records(frame[frame["region"].eq(region["region"])])


def _listed(texts: Iterable[Text]) -> Text:
    """Join *texts*, each once."""
    return Text.joined(dict.fromkeys(texts), zh="；", en="; ")


def reason(refused: Row) -> Text:
    """Return why a figure or a region is refused."""
    return Text(refused["reason_zh"], refused["reason_en"])


def reason_kind(refused: Row) -> Text:
    """Return the reason of a refusal without the figure that there is instead."""
    return label(Gap(refused["rule"])) if refused["rule"] in set(Gap) else reason(refused)


def _reference(row: Row) -> Text:
    """Return the report of a figure and its place in it."""
    place = {name: row[name] for name in ("report", "start", "end", "printed")}
    return say("explain.source", **_source(row), **place)


def _source(row: Row) -> Row:
    return {"publisher": publisher(row["publisher"]), "title": row["title"]}


def _heading(row: Row) -> Text:
    part, period = values.part(row), values.time_of(row)
    name = Text(row["indicator_zh"], row["indicator_en"])
    parts = [text for text in (place(row), name, part, period) if text.zh]
    return say(
        "explain.heading", name=Text.joined(parts, zh=" · ", en=" · "), what=values.what(row)
    )


def place(row: Row) -> Text:
    """Return the name of the region of a row."""
    return Text(row["region_zh"], row["region_en"])


def brief(row: Row) -> Text:
    """Return a figure in a few words: region, period, part and value."""
    part, period = values.part(row), values.time_of(row)
    words = [place(row), period, *([Text(f"[{part.zh}]", f"[{part.en}]")] if part.zh else [])]
    return Text.joined([*words, values.what(row)], zh=" ", en=" ")


def scoped(row: Row) -> Text:
    """Return a figure in a few words, with its scope if a family declares one."""
    return brief(row) + Text(row.get("scope_zh", ""), row.get("scope_en", "")).aside()


def _note(row: Row) -> Iterator[Text]:
    if row["note"]:
        yield say("explain.note", note=labels.note(row))


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


def sentence_at(text: str, start: int, end: int) -> str:
    """
    Return the sentence of *text* around the characters *start* to *end*.

    >>> sentence_at("一是安全。共发生事故42起,死亡45人。二是", 9, 11)
    '共发生事故42起,死亡45人。'
    """
    first = max(text.rfind(stop, 0, start) for stop in _STOPS) + 1
    ends = [index for stop in _STOPS if (index := text.find(stop, end)) != -1]
    return text[first : min(ends, default=len(text)) + 1].strip()
