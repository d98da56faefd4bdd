"""
The explorer's questions: the available options with reasons for the others, and the answers.

An option is available exactly if its figure is not an empty page.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pandas as pd

from analysis.charts import Figure, style
from analysis.charts.comparison import comparison as draw_comparison
from analysis.charts.not_comparable import not_comparable as draw_not_comparable
from analysis.charts.side_by_side import side_by_side as draw_side_by_side
from analysis.charts.trend import trend as draw_trend
from analysis.comparability import apart, families, findings, rules, standing
from analysis.comparability.rules import Comparison
from analysis.errors import WordError
from analysis.language import values as wording
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Measure, Scale
from analysis.rows import as_records
from analysis.statistics import dates, rates
from analysis.statistics import gaps as absence
from analysis.statistics import years as annual
from analysis.tables.load import Tables

from . import explain

APART, ALL, YEARS, CHINA = "apart", "all", "years", "china"
_BESIDE = {
    APART: "choices.beside.apart",
    ALL: "choices.beside.all",
    YEARS: "choices.beside.years",
    CHINA: "choices.beside.china",
}


class Option(NamedTuple):
    """An option, and the reason if it is unavailable."""

    value: str
    name: Text
    reason: Text | None = None

    @property
    def refusal(self) -> Text | None:
        """Return the name of an unavailable option with the reason; None if it is available."""
        return None if self.reason is None else self.name + say("choices.summary") + self.reason


class Question(NamedTuple):
    """A figure, and what to compare it with; an empty part matches any option."""

    indicator: str
    region: str = ""
    period: str = ""
    beside: str = ""


class Answer(NamedTuple):
    """A figure, its reading in words, and its rows."""

    figure: Figure
    reading: Text
    rows: pd.DataFrame


class _Years(NamedTuple):
    """Yearly levels and changes of an indicator, and all known levels including the country's."""

    levels: pd.DataFrame
    changes: pd.DataFrame
    series: pd.DataFrame


class Questions:
    """
    The questions that the tables can answer.

    Examples
    --------
    >>> from analysis.tables import load
    >>> asked = Questions(load.load())
    >>> asked.settled(Question("deaths", "chuxiong", "", ""))
    Question(indicator='deaths', region='chuxiong', period='2024', beside='years')
    >>> [option.value for option in asked.regions("injuries") if option.reason is None]
    ['chuxiong']
    """

    def __init__(self, data: Tables) -> None:
        self.data = data
        self._context = rates.marks(data.context_rows)
        self._marked = rates.marks(data.rows)
        rows = rates.rates(rates.limits(self._marked), self._context)
        self._rows = rows.assign(code=codes(rows))
        # One row of each region, so that regions without a figure appear with a reason.
        regions = self._rows.sort_values("report", kind="stable")
        self._regions = regions.drop_duplicates("region", keep="last").assign(indicator="")
        # Cached per instance, because other tables have other answers.
        self._of, self._about = cache(self._rows_of), cache(self._rows_about)
        self._years_of = cache(self._known_years)
        self._compared = cache(self._set_side_by_side)
        self._answering = cache(lambda: set(families.answering(self._rows, data)["id"]))
        self._listed, self._bar = cache(self._list), cache(self._barred)

    def themes(self) -> list[Option]:
        """Return the themes with a reported figure."""
        used = set(self._rows["theme"])
        themes = self.data.themes[["theme", "name_zh", "name_en"]].itertuples(index=False)
        return [Option(code, Text(zh, en)) for code, zh, en in themes if code in used]

    def indicators(self, theme: str = "") -> list[Option]:
        """Return the indicators of a theme, or all."""
        reported = set(self._rows["indicator"])
        columns = ["indicator", "name_zh", "name_en", "theme"]
        return [
            Option(code, Text(zh, en), None if code in reported else say("choices.no_report"))
            for code, zh, en, own in self.data.indicators[columns].itertuples(index=False)
            if not theme or own == theme
        ]

    def name(self, indicator: str) -> Text:
        """Return the name of an indicator."""
        names = self.data.indicators.set_index("indicator")[["name_zh", "name_en"]]
        return Text(*map(str, names.loc[indicator]))

    def regions(self, indicator: str) -> list[Option]:
        """Return all reporting regions; one without a figure of *indicator* is unavailable."""
        present = set(self._of(indicator)["region"])
        gaps = absence.regions(self._about(indicator), indicator, present, self.data.absence_rows)
        options = []
        for row in absence.reporting(self._regions):
            region, name = row["region"], Text(row["region_zh"], row["region_en"])
            reason = None if region in present else _reason(gaps.set_index("region"), region)
            options.append(Option(region, name, reason))
        return options

    def periods(self, indicator: str, region: str) -> list[Option]:
        """Return the periods of *indicator* in any report, latest first."""
        rows = self._of(indicator)
        own_rows = rows[rows["region"].eq(region)]
        own, first = set(own_rows["code"]), own_rows.iloc[0]
        name = Text(first["region_zh"], first["region_en"])
        spans = rows.sort_values(["period_end", "period_start"], ascending=False)
        return [
            Option(
                row["code"],
                wording.period(row["period_start"], row["period_end"]),
                None if row["code"] in own else say("choices.not_then", region=name),
            )
            for row in as_records(spans.drop_duplicates("code"))
        ]

    def besides(self, indicator: str, region: str, period: str) -> list[Option]:
        """Return the options of comparison: years, all regions, the country, one region."""
        return [
            Option(beside, name, self._bar(indicator, region, period, beside))
            for beside, name in self._companions(indicator, region).items()
        ]

    def _companions(self, indicator: str, region: str) -> dict[str, Text]:
        """Return the codes and names of everything that a figure could be compared with."""
        others = {one.value: one.name for one in self._listed(indicator) if one.value != region}
        names = {code: say(message) for code, message in _BESIDE.items()}
        return {code: names[code] for code in (YEARS, ALL, CHINA)} | others | {APART: names[APART]}

    def _barred(self, indicator: str, region: str, period: str, beside: str) -> Text | None:
        """Return why a figure cannot be compared with *beside*, or None."""
        if beside == APART:
            return None
        if beside == YEARS:
            return self._no_years(indicator, region)
        if beside == CHINA:
            return self._no_nation(indicator, region, period)
        silent = {one.value: one.reason for one in self._listed(indicator)}
        return silent.get(beside) or self._no_company(indicator, region, period, beside)

    def settled(self, request: Question) -> Question:
        """
        Return the nearest answerable question: each part as requested, else the first available.

        Raises
        ------
        WordError
            For an unknown indicator, region, period or comparison.
        """
        question = self.nearest(request)
        for part, asked, settled in zip(request._fields, request, question, strict=True):
            values = [option.value for option in self.options(part, question)] if settled else [""]
            if asked and asked not in values:
                raise WordError(say(f"word.{part}"), asked, values)
        return question

    def nearest(self, request: Question) -> Question:
        """Return the nearest answerable question, replacing unknown words too."""
        question = Question("")
        for part in ("indicator", "region", "period"):
            available = [one.value for one in self.options(part, question) if one.reason is None]
            if not available:
                return question  # no region has a figure
            asked = getattr(request, part)
            question = question._replace(**{part: asked if asked in available else available[0]})
        # The requested one first, because judging all others takes longer than drawing it.
        every = self._companions(question.indicator, question.region)
        first = [request.beside] if request.beside in every else []
        indicator, region, period, _ = question
        allowed = (c for c in [*first, *every] if self._bar(indicator, region, period, c) is None)
        return question._replace(beside=next(allowed))

    def refused(self, request: Question) -> Text | None:
        """Return why *request* cannot be answered unchanged, or None."""
        settled = self.settled(request)
        for part, asked, available in zip(request._fields, request, settled, strict=True):
            if asked not in {"", available}:
                options = self.options(part, settled)
                return next(one.refusal for one in options if one.value == asked)
        return None

    def options(self, part: str, question: Question) -> list[Option]:
        """Return the options for *part* of a question, given the parts before it."""
        return self._listed(*question[: Question._fields.index(part)])

    def _list(self, *before: str) -> list[Option]:
        lists: list[Callable[..., list[Option]]]
        lists = [self.indicators, self.regions, self.periods, self.besides]
        return lists[len(before)](*before)

    def answer(self, question: Question, language: str) -> Answer:
        """Draw the figure of *question* and return it with its reading."""
        indicator, region, period, beside = question
        with style.house_style():
            if beside == YEARS:
                figure, reading = self._drawn_years(indicator, region, language)
            elif beside == APART:
                figure, reading = self._drawn_apart(indicator, language)
            else:
                comparison = self._compared(indicator, region, period, beside)
                figure, reading = _drawn_together(comparison, self._context, language)
        return Answer(figure, reading, figure.rows)

    def why(self, question: Question, language: str) -> str:
        """Explain where the figure comes from and what it may be compared with."""
        return explain.explain(
            self.data,
            question.region,
            question.indicator,
            question.period.replace("_", "/"),
            language=language,
            originals=self.data.folder / "originals",
        )

    def _rows_of(self, indicator: str) -> pd.DataFrame:
        return _only(self._rows, indicator)

    def _rows_about(self, indicator: str) -> pd.DataFrame:
        """Return the rows of an indicator and its families, and one row of each region."""
        codes = families.about(self._rows, indicator, self.data)
        members = self.data.family_members
        related = {indicator, *members.loc[members["family"].isin(codes), "indicator"]}
        return pd.concat([self._rows[self._rows["indicator"].isin(related)], self._regions])

    def _set_side_by_side(
        self, indicator: str, region: str, period: str, beside: str
    ) -> Comparison:
        """Compare the figure of a region and period with those of all, or of one other region."""
        rows = self._about(indicator)
        own = rows["region"].eq(region) & rows["indicator"].eq(indicator)
        kept = rows[~own | rows["code"].eq(period)]
        if beside != ALL:
            kept = kept[kept["region"].isin([region, beside])]
        return families.comparable(kept, indicator, self.data)

    def _no_company(self, indicator: str, region: str, period: str, beside: str) -> Text | None:
        """Return why the figure cannot be compared with other regions, or with one, or None."""
        comparison = self._compared(indicator, region, period, beside)
        shown = set(comparison.rows["region"])
        if len(shown) > 1 and region in shown:
            return None
        reasons = comparison.refused.set_index("region")
        for code in (beside, region):
            if code in reasons.index and (beside != ALL or code == region):
                return _reason(reasons, code)
        return say("choices.alone")

    def _no_nation(self, indicator: str, region: str, period: str) -> Text | None:
        """Return why the figure cannot be compared with the country's rate, or None."""
        if not _only(self._context, indicator)["region"].eq(CHINA).any():
            return say("choices.no_nation")
        comparison = self._compared(indicator, region, period, CHINA)
        available = rules.benchmark(self._context, comparison) is not None
        return None if available else say("choices.no_nation")

    def _no_years(self, indicator: str, region: str) -> Text | None:
        """Return why a region has no trend, or None."""
        if self._may_have_years(indicator, region):
            years = self._own_years(indicator, region)
            if len(years.levels) or len(years.changes):
                return None
        return label(Gap.ONE_PERIOD)

    def _may_have_years(self, indicator: str, region: str) -> bool:
        """Return whether a region may have a trend: a fast check before a slow one."""
        every = pd.concat([_only(self._rows, indicator), _only(self._context, indicator)])
        own = every[every["region"].eq(region)]
        several_years = len(own["period_end"].dt.year.unique()) > 1
        return several_years or bool(own["measure"].ne(Measure.LEVEL).any())

    def _own_years(self, indicator: str, region: str) -> "_Years":
        """Return the yearly levels of a region, the changes between them, and all known levels."""
        levels, changes, series = self._years_of(indicator)
        own_levels, own_changes = (frame[frame["region"].eq(region)] for frame in (levels, changes))
        return _Years(own_levels, own_changes, series)

    def _known_years(self, indicator: str) -> "_Years":
        rows, context = (_only(frame, indicator) for frame in (self._marked, self._context))
        levels = annual.levels(rows, context, indicator, first_year=standing.FIRST_YEAR)
        changes = annual.changes_of(rows, context, indicator, first_year=standing.FIRST_YEAR)
        return _Years(levels, changes, annual.series(rows, context))

    def _drawn_years(self, indicator: str, region: str, language: str) -> tuple[Figure, Text]:
        levels, changes, series = self._own_years(indicator, region)
        years, stated = rates.limits(levels), changes[changes["mark"].ne(Mark.EXACT)]
        figure = draw_trend(
            pd.concat([years, stated], ignore_index=True),
            title=findings.trend(years, stated, changes),
            verdict=findings.latest_change(changes),
            language=language,
            refused=absence.frame([]),
            expected=rates.expected(years, series, self._context, indicator),
        )
        return figure, findings.reading(changes)

    def _drawn_apart(self, indicator: str, language: str) -> tuple[Figure, Text]:
        each = apart.figures(self._about(indicator), self.data, indicator)
        each = each.assign(elsewhere=each["id"].isin(self._answering()))
        title = findings.apart(each)
        return draw_not_comparable(each, title=title, language=language), title


def _drawn_together(found: Comparison, context: pd.DataFrame, language: str) -> tuple[Figure, Text]:
    if found.scale == Scale.NONE:
        title = findings.side_by_side(found.rows)
        table = draw_side_by_side(found.rows, title=title, language=language, refused=found.refused)
        return table, title
    title = findings.comparison(found)
    figure = draw_comparison(
        found.rows,
        title=title,
        language=language,
        refused=found.refused,
        cautions=found.cautions,
        benchmarks=rules.benchmark(context, found),
        scale=found.scale,
    )
    return figure, title


def _only(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return rows[rows["indicator"].eq(indicator)]


def codes(rows: pd.DataFrame) -> "pd.Series[str]":
    """
    Return the code of each row's period: its year, or its first and last day.

    >>> days = {"period_start": ["2024-01-01", "2023-01-01"], "period_end": ["2024-12-31"] * 2}
    >>> codes(pd.DataFrame(days, dtype="datetime64[us]")).tolist()
    ['2024', '2023-01-01_2024-12-31']
    """
    start, end = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    year = rows["period_end"].dt.strftime("%Y")
    named: pd.Series[str] = year.where(dates.whole_year(rows), start + "_" + end)
    return named


def _reason(refused: pd.DataFrame, region: str) -> Text:
    row = refused.loc[[region]].iloc[0]
    return Text(str(row["reason_zh"]), str(row["reason_en"]))
