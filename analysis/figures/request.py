"""The arguments of a call: checked options, and the rows, tables and names behind them."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TypedDict

import pandas as pd
from matplotlib.axes import Axes

from analysis import charts
from analysis.charts import Figure, Pages, style
from analysis.comparability import apart, findings, rules
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError, WordError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Status
from analysis.statistics import (
    benchmarks,
    rates,
    years,
)
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import source

LANGUAGE = "REGIONAL_SAFETY_LANGUAGE"
FIRST_YEAR = 2020  # first year of trends: earlier definitions are wider
_PLURALS = {"family": "families"}


class Options(TypedDict, total=False):
    """The options of every call."""

    rows: pd.DataFrame | None
    language: str | None
    form: str
    ax: Axes | None


@dataclass(frozen=True)
class Request:
    """The arguments of a call: its rows, their tables, and the drawing options."""

    tables: Tables
    rows: pd.DataFrame
    context: pd.DataFrame
    regions: frozenset[str]
    language: Language
    form: str
    ax: Axes | None

    @cached_property
    def rated(self) -> pd.DataFrame:
        """The rows with their limits and rates."""
        return rates.rates(rates.limits(self.rows), self.context)

    @property
    def absences(self) -> pd.DataFrame:
        """The indicators that a report comes near to, without a figure."""
        return self.tables.absence_rows

    def named(self, indicator: str) -> pd.DataFrame:
        """Return the names of *indicator* as columns of rows."""
        named = self.tables.indicators
        names = {"name_zh": "indicator_zh", "name_en": "indicator_en"}
        return named[named["indicator"].eq(indicator)][["indicator", *names]].rename(columns=names)

    def pairs(self, indicator: str) -> pd.DataFrame:
        """Return the counts of the regions over those expected, of today's scope."""
        regions = set(self.rows["region"])
        return benchmarks.ratios(
            self.series, self.context, indicator, regions, first_year=FIRST_YEAR
        )

    def peers(self, indicator: str) -> pd.DataFrame:
        """Return one point a peer region."""
        return benchmarks.peers(self.series, self.context, self.tables.peers, indicator)

    @cached_property
    def series(self) -> pd.DataFrame:
        """All known yearly levels."""
        return years.series(self.rows, self.context)

    @property
    def last_year(self) -> int:
        """The last year in which a reported period ends."""
        actual = self.rows[self.rows["status"].eq(Status.ACTUAL)]
        return int(actual["period_end"].max().year)

    def code(self, kind: str, word: str) -> str:
        """Return the code of a region, an indicator or a theme given by code or name."""
        named: pd.DataFrame = getattr(self.tables, _PLURALS.get(kind, f"{kind}s"))
        if kind == "region":
            named = named[named["region"].isin(self.rows["region"])]
        return source.code_of(kind, word, named)

    def codes(self, kind: str) -> list[str]:
        """Return every code of a family, an indicator or a theme, in the order of its table."""
        named: pd.DataFrame = getattr(self.tables, _PLURALS.get(kind, f"{kind}s"))
        return list(named[kind])

    def side_by_side(self, rows: pd.DataFrame, refused: pd.DataFrame, name: str) -> Pages:
        """Return the table of the families of *rows*, on as few pages as needed."""
        divisors = self.rated[self.rated["id"].isin(set(rows["divisor_id"].dropna()))]
        own = refused[refused["family"].isin(rows["family"])]
        draw = partial(charts.side_by_side, refused=own, divisors=divisors)
        title = findings.side_by_side(rows)
        return self.pages(draw, rows, title, f"comparison-{name}", by="family")

    def on_one_scale(self, result: Comparison) -> Callable[..., Figure]:
        """Return what draws the rows of *result* on one scale; raise an error for no two rows."""
        benchmark = rules.benchmark(self.context, result)
        if len(result.rows) < 2 and benchmark is None:
            reason = apart.figures(self.rated, self.tables, result.indicator)["reason_en"].iloc[0]
            raise UsageError(f"{result.indicator} cannot be compared ({reason}): see 3_comparison")
        return partial(
            charts.comparison,
            result.rows,
            title=findings.comparison(result),
            refused=result.refused,
            cautions=result.cautions,
            benchmarks=benchmark,
            scale=result.scale,
        )

    def of_regions(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of *frame* for the regions of the given rows."""
        return frame[frame["region"].isin(self.regions)]

    def figure(self, draw: Callable[..., Figure], name: str) -> Figure:
        """Return the figure drawn by *draw*, with *name* and the language as its name."""
        with style.house_style():
            figure = draw(language=self.language, form=self.form, ax=self.ax)
        return replace(figure, name=f"{name}-{self.language}")

    def pages(
        self,
        draw: Callable[..., Figure],
        rows: pd.DataFrame,
        title: Text,
        name: str,
        *,
        by: str = "region",
        first: str = "",
    ) -> Pages:
        """Return *rows* as several figures; *first* ends the name of the first one."""
        draw = partial(draw, language=self.language, form=self.form, ax=self.ax)
        with style.house_style():
            if self.ax is None:
                figures: Iterable[Figure] = charts.on_pages(draw, rows, title=title, by=by)
            else:  # axes are replaced once, so rows for more pages raise an error
                figures = [draw(rows, title=title)]
        return Pages(
            replace(figure, name=f"{name}{f'-{n}' if n > 1 else first}-{self.language}")
            for n, figure in enumerate(figures, 1)
        )


def request(options: Options) -> Request:
    """Check the options of a call, and load the tables if no rows are given."""
    known = Options.__annotations__
    for name in options:
        if name not in known:
            raise WordError(say("word.option"), name, known)
    form = options.get("form", "slide")
    if form not in style.SIZES:
        raise WordError(say("word.form"), form, style.SIZES)
    language = Language(options.get("language") or os.environ.get(LANGUAGE) or Language.ZH)
    given = options.get("rows")
    tables = source.behind(pd.DataFrame() if given is None else given)
    if isinstance(tables, Panel):
        raise UsageError("a panel has more regions than a figure shows: give rows of some tables")
    rows = rates.marks(tables.rows if given is None else _tidy(given, tables))
    regions = frozenset((tables.regions if given is None else rows)["region"])
    context = rates.marks(tables.context_rows)
    return Request(tables, rows, context, regions, language, form, options.get("ax"))


def _tidy(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return *rows* without columns added by earlier calls; raise an error for other tables."""
    missing = [str(name) for name in tables.rows if name not in rows]
    if missing:
        raise UsageError(f"rows: give rows of load().rows; missing: {', '.join(missing[:5])}")
    strange = set(rows["region"]) - set(tables.regions["region"])
    if strange:
        raise UsageError(f"rows: {', '.join(sorted(strange)[:5])} not among the loaded regions")
    return rows[list(tables.rows)]
