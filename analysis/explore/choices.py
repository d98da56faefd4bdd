"""
What can be asked of one indicator, and why the rest cannot: choices with reasons, and answers.

It knows no widget; ``explore`` shows what it says. A choice is offered exactly where its answer
shows more than an empty page.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import pandas as pd

from analysis import charts
from analysis.charts import Picture, style
from analysis.comparability import findings, rules
from analysis.comparability.rules import Comparison
from analysis.errors import WordError
from analysis.language import values as wording
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Gap, Mark, Measure
from analysis.statistics import gaps as absence
from analysis.statistics import rates
from analysis.statistics import years as annual
from analysis.tables.load import Tables

from . import explain

APART, ALL, YEARS, CHINA = "apart", "all", "years", "china"
FIRST_YEAR = 2020  # of a trend; older definitions are wider
_BESIDE = {
    APART: say("choices.beside.apart"),
    ALL: say("choices.beside.all"),
    YEARS: say("choices.beside.years"),
    CHINA: say("choices.beside.china"),
}
_NO_REPORT = say("choices.no_report")
_NOT_THEN = say("choices.not_then")
_NO_NATION = say("choices.no_nation")
_ALONE = say("choices.alone")


class Option(NamedTuple):
    """One thing that may be chosen, or may not, and then why."""

    value: str
    name: Text
    reason: Text | None = None

    @property
    def refusal(self) -> Text | None:
        """The option and why it cannot be chosen; None if it can."""
        return None if self.reason is None else self.name + say("choices.text") + self.reason


class Question(NamedTuple):
    """What is asked: a figure, and what to hold it against; empty is anything."""

    indicator: str
    region: str = ""
    period: str = ""
    beside: str = ""


class Answer(NamedTuple):
    """What is shown: a figure, the sentence it allows, the rows behind it and their evidence."""

    picture: Picture
    reading: Text
    rows: pd.DataFrame


class _Years(NamedTuple):
    """Of an indicator: yearly levels, changes, and every known level with those of the country."""

    levels: pd.DataFrame
    changes: pd.DataFrame
    series: pd.DataFrame


class Questions:
    """
    The questions that some tables can answer.

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
        # A region without a figure of the indicator asked for is told about all the same.
        places = self._rows.sort_values("report", kind="stable")
        self._places = places.drop_duplicates("region", keep="last").assign(indicator="")
        # Bound per instance: other tables have other answers.
        self._of, self._about = cache(self._rows_of), cache(self._rows_about)
        self._years_of = cache(self._known_years)
        self._compared = cache(self._set_side_by_side)
        self._listed, self._bar = cache(self._list), cache(self._barred)

    def themes(self) -> list[Option]:
        """The themes that any report has a figure of."""
        used = set(self._rows["theme"])
        themes = self.data.themes[["theme", "name_zh", "name_en"]].itertuples(index=False)
        return [Option(code, Text(zh, en)) for code, zh, en in themes if code in used]

    def indicators(self, theme: str = "") -> list[Option]:
        """The indicators of a theme, or all; those of more reports are no different."""
        reported = set(self._rows["indicator"])
        columns = ["indicator", "name_zh", "name_en", "theme"]
        return [
            Option(code, Text(zh, en), None if code in reported else _NO_REPORT)
            for code, zh, en, own in self.data.indicators[columns].itertuples(index=False)
            if not theme or own == theme
        ]

    def regions(self, indicator: str) -> list[Option]:
        """Every reporting region; one without any figure of *indicator* with the reason."""
        have = set(self._of(indicator)["region"])
        gaps = absence.regions(self._about(indicator), indicator, have).set_index("region")
        options = []
        for row in absence.reporting(self._places):
            region, name = row["region"], Text(row["region_zh"], row["region_en"])
            reason = None if region in have else _reason(gaps, region)
            options.append(Option(region, name, reason))
        return options

    def periods(self, indicator: str, region: str) -> list[Option]:
        """Every period that any report has of *indicator*, the latest first."""
        rows = self._of(indicator)
        mine = rows[rows["region"].eq(region)]
        own, first = set(mine["code"]), mine.iloc[0]
        name = Text(first["region_zh"], first["region_en"])
        spans = rows.sort_values(["period_end", "period_start"], ascending=False)
        return [
            Option(
                row["code"],
                wording.period(row["period_start"], row["period_end"]),
                None if row["code"] in own else _NOT_THEN.format(region=name),
            )
            for row in spans.drop_duplicates("code").to_dict("records")
        ]

    def besides(self, indicator: str, region: str, period: str) -> list[Option]:
        """What the figure may be held against: its own years, all regions, or one of them."""
        return [
            Option(beside, name, self._bar(indicator, region, period, beside))
            for beside, name in self._companions(indicator, region).items()
        ]

    def _companions(self, indicator: str, region: str) -> dict[str, Text]:
        """All that the figure of a region could be held against, with its name."""
        others = {one.value: one.name for one in self._listed(indicator) if one.value != region}
        last = {APART: _BESIDE[APART]}
        return {name: _BESIDE[name] for name in (YEARS, ALL, CHINA)} | others | last

    def _barred(self, indicator: str, region: str, period: str, beside: str) -> Text | None:
        """Why a figure may not be held against *beside*; None if it may."""
        if beside == APART:
            return None
        if beside == YEARS:
            return self._no_years(indicator, region)
        if beside == CHINA:
            return self._no_nation(indicator, region, period)
        silent = {one.value: one.reason for one in self._listed(indicator)}
        return silent.get(beside) or self._no_company(indicator, region, period, beside)

    def settled(self, wish: Question) -> Question:
        """
        The question nearest to *wish*: each part as wished if it can be chosen, else the first.

        Raises
        ------
        WordError
            For an indicator, region, period or comparison that is not known at all.
        """
        found = self.nearest(wish)
        for part, asked, settled in zip(wish._fields, wish, found, strict=True):
            values = [option.value for option in self.options(part, found)] if settled else [""]
            if asked and asked not in values:
                raise WordError(part, asked, values)
        return found

    def nearest(self, wish: Question) -> Question:
        """As :meth:`settled`; a word that is not known for the words before it may be anything."""
        found = Question("")
        for part in ("indicator", "region", "period"):
            free = [one.value for one in self.options(part, found) if one.reason is None]
            if not free:
                return found  # no region has a figure, so nothing more can be asked
            asked = getattr(wish, part)
            found = found._replace(**{part: asked if asked in free else free[0]})
        # What is wished comes first: judging every other one takes longer than drawing it.
        every = self._companions(found.indicator, found.region)
        first = [wish.beside] if wish.beside in every else []
        indicator, region, period, _ = found
        allowed = (c for c in [*first, *every] if self._bar(indicator, region, period, c) is None)
        return found._replace(beside=next(allowed))

    def refused(self, wish: Question) -> Text | None:
        """Why *wish* cannot be asked as it stands; an empty part of it may be anything."""
        settled = self.settled(wish)
        for part, asked, found in zip(wish._fields, wish, settled, strict=True):
            if asked not in {"", found}:
                options = self.options(part, settled)
                return next(one.refusal for one in options if one.value == asked)
        return None

    def options(self, part: str, question: Question) -> list[Option]:
        """What may be chosen for one *part* of a question, given the parts before it."""
        return self._listed(*question[: Question._fields.index(part)])

    def _list(self, *before: str) -> list[Option]:
        lists: list[Callable[..., list[Option]]]
        lists = [self.indicators, self.regions, self.periods, self.besides]
        return lists[len(before)](*before)

    def answer(self, question: Question, language: str) -> Answer:
        """Draw and read out what *question* asks."""
        indicator, region, period, beside = question
        with style.house_style():
            if beside == YEARS:
                picture, reading = self._drawn_years(indicator, region, language)
            elif beside == APART:
                picture, reading = self._drawn_apart(indicator, language)
            else:
                found = self._compared(indicator, region, period, beside)
                picture, reading = _drawn_together(found, self._context, language)
        return Answer(picture, reading, picture.rows)

    def why(self, question: Question, language: str) -> str:
        """Where the figure comes from and what it may be compared with, in full."""
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
        """The rows of an indicator, and of every region one that says who reports."""
        return pd.concat([self._of(indicator), self._places])

    def _set_side_by_side(
        self, indicator: str, region: str, period: str, beside: str
    ) -> Comparison:
        """The figure of a region and period beside those of all, or of one other region."""
        rows = self._about(indicator)
        mine = rows["region"].eq(region) & rows["indicator"].eq(indicator)
        kept = rows[~mine | rows["code"].eq(period)]
        if beside != ALL:
            kept = kept[kept["region"].isin([region, beside])]
        return rules.comparable(kept, indicator)

    def _no_company(self, indicator: str, region: str, period: str, beside: str) -> Text | None:
        """Why the figure cannot stand beside others, or beside one; None if it can."""
        found = self._compared(indicator, region, period, beside)
        shown = set(found.rows["region"])
        if len(shown) > 1 and region in shown:
            return None
        reasons = found.refused.set_index("region")
        for code in (beside, region):
            if code in reasons.index and (beside != ALL or code == region):
                return _reason(reasons, code)
        return _ALONE

    def _no_nation(self, indicator: str, region: str, period: str) -> Text | None:
        """Why the rate of the country cannot stand beside the figure; None if it can."""
        if not _only(self._context, indicator)["region"].eq(CHINA).any():
            return _NO_NATION
        found = self._compared(indicator, region, period, CHINA)
        return None if rules.benchmark(self._context, found) is not None else _NO_NATION

    def _no_years(self, indicator: str, region: str) -> Text | None:
        """Why a region has no trend; None if it has one."""
        if self._may_have_years(indicator, region):
            years = self._own_years(indicator, region)
            if len(years.levels) or len(years.changes):
                return None
        return label(Gap.ONE_PERIOD)

    def _may_have_years(self, indicator: str, region: str) -> bool:
        """Whether there is anything but levels of one year: a quick look before a slow one."""
        every = pd.concat([_only(self._rows, indicator), _only(self._context, indicator)])
        own = every[every["region"].eq(region)]
        several = len(own["period_end"].dt.year.unique()) > 1
        return several or bool(own["measure"].ne(Measure.LEVEL).any())

    def _own_years(self, indicator: str, region: str) -> "_Years":
        """The yearly counts of a region, two or more, and the changes between them."""
        levels, changes, series = self._years_of(indicator)
        mine = [frame[frame["region"].eq(region)] for frame in (levels, changes)]
        return _Years(mine[0], mine[1], series)

    def _known_years(self, indicator: str) -> "_Years":
        rows, context = (_only(frame, indicator) for frame in (self._marked, self._context))
        levels = annual.levels(rows, context, indicator, first_year=FIRST_YEAR)
        changes = annual.changes_of(rows, context, indicator, first_year=FIRST_YEAR)
        return _Years(levels, changes, annual.series(rows, context))

    def _drawn_years(self, indicator: str, region: str, language: str) -> tuple[Picture, Text]:
        levels, changes, series = self._own_years(indicator, region)
        years, stated = rates.limits(levels), changes[changes["mark"].ne(Mark.EXACT)]
        picture = charts.trend(
            years,
            title=findings.trend(years, stated, changes),
            language=language,
            stated=stated,
            refused=absence.frame([]),
            expected=rates.expected(years, series, self._context, indicator),
        )
        return picture, findings.reading(changes)

    def _drawn_apart(self, indicator: str, language: str) -> tuple[Picture, Text]:
        rows = self._about(indicator)
        each = rules.apart(rows, rules.comparable(rows, indicator))
        title, silent = findings.apart(each), absence.cells(rows, [indicator])
        return charts.not_comparable(each, title=title, language=language, refused=silent), title


def _drawn_together(
    found: Comparison, context: pd.DataFrame, language: str
) -> tuple[Picture, Text]:
    title = findings.comparison(found)
    picture = charts.comparison(
        found.rows,
        title=title,
        language=language,
        refused=found.refused,
        cautions=found.cautions,
        benchmarks=rules.benchmark(context, found),
        scale=found.scale,
    )
    return picture, title


def _only(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    return rows[rows["indicator"].eq(indicator)]


def codes(rows: pd.DataFrame) -> "pd.Series[str]":
    """
    The period of each row as a word: its year, or its first and last day.

    >>> days = {"period_start": ["2024-01-01", "2023-01-01"], "period_end": ["2024-12-31"] * 2}
    >>> codes(pd.DataFrame(days, dtype="datetime64[us]")).tolist()
    ['2024', '2023-01-01_2024-12-31']
    """
    start, end = (rows[name].dt.strftime("%Y-%m-%d") for name in ("period_start", "period_end"))
    year = rows["period_end"].dt.strftime("%Y")
    found: pd.Series[str] = year.where(rates.whole_year(rows), start + "_" + end)
    return found


def _reason(refused: pd.DataFrame, region: str) -> Text:
    row = refused.loc[[region]].iloc[0]
    return Text(str(row["reason_zh"]), str(row["reason_en"]))
