"""
One call for each kind of figure: from rows to a drawn figure with its words and reasons.

Every call takes ``rows`` (of ``load().rows``, filtered or not; all rows of the project if not
given), ``language`` (``zh`` or ``en``; that of the environment variable
``REGIONAL_SAFETY_LANGUAGE``, else Chinese), ``form`` (``slide`` or ``page``, half a sheet) and
``ax``, axes of ``plt.subplots`` whose place the figure takes. It returns a figure, or
:class:`~analysis.charts.Pages` of figures, that shows itself in a notebook and has ``save()``.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypedDict, Unpack

import pandas as pd
from matplotlib.axes import Axes

from analysis import charts
from analysis.charts import Figure, Pages, style
from analysis.comparability import apart, families, findings, profiles, rules
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError, WordError
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Mark, Scale
from analysis.statistics import (
    attainment,
    gaps,
    parts,
    policies,
    rates,
    standardised,
    summaries,
    years,
)
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import source

LANGUAGE = "REGIONAL_SAFETY_LANGUAGE"
FIRST_YEAR = 2020  # first year of trends: earlier definitions are wider
OUTCOMES = ("accidents", "deaths", "injuries")
_PLURALS = {"family": "families"}


class Options(TypedDict, total=False):
    """The options of every call."""

    rows: pd.DataFrame | None
    language: str | None
    form: str
    ax: Axes | None


def comparison(subject: str = "", **options: Unpack[Options]) -> Pages:
    """
    Draw what may be compared between regions.

    Parameters
    ----------
    subject
        The code or name of a family (``campaign_major_hazards``), of a theme (``outcomes``) or of
        an indicator (``deaths``); a page for each group of themes if not given. Families are a
        table of figures with their scopes; an indicator or a family of rates is drawn on one
        scale.

    Raises
    ------
    UsageError
        For an unknown subject, or an indicator of which nothing may be compared, with the reason.
    """
    asked = _asked(options)
    if not subject:
        every = families.listing(asked.rated, asked.codes("family"), asked.tables)
        groups = families.groups(every.rows)
        pages = [asked.side_by_side(rows, every.refused, name) for name, rows in groups.items()]
        return Pages(figure for page in pages for figure in page)
    subject = source.subject_of(subject, asked.tables)
    result = families.comparable(asked.rated, subject, asked.tables)
    if result.scale == Scale.NONE:
        return asked.side_by_side(result.rows, result.refused, subject)
    return Pages([asked.figure(asked.on_one_scale(result), f"comparison-{subject}")])


def not_comparable(**options: Unpack[Options]) -> Pages:
    """List the indicators that several regions report but that cannot be compared, and why."""
    asked = _asked(options)
    comparable = families.shared(asked.rated, asked.tables, asked.codes("indicator"))
    rows = apart.not_comparable(asked.rated, asked.tables, comparable)
    title = findings.not_comparable(comparable)
    return asked.pages(charts.not_comparable, rows, title, "not-comparable", by="indicator")


def trend(indicator: str, *, first_year: int = FIRST_YEAR, **options: Unpack[Options]) -> Pages:
    """
    Draw the yearly counts of *indicator* in each region, and beside them changes without counts.

    Parameters
    ----------
    indicator
        A code or a name.
    first_year
        The first year drawn.
    """
    asked = _asked(options)
    indicator = asked.code("indicator", indicator)
    levels = years.levels(asked.rows, asked.context, indicator, first_year=first_year)
    counts = rates.limits(levels)
    changed = years.changes_of(asked.rows, asked.context, indicator, first_year=first_year)
    stated = changed[changed["mark"].ne(Mark.EXACT)]
    shown = {*counts["region"], *stated["region"]}
    draw = partial(
        charts.trend,
        stated=stated,
        refused=gaps.regions(asked.rows, indicator, shown, asked.absences),
        expected=rates.expected(counts, asked.series, asked.context, indicator),
    )
    title = findings.trend(counts, stated, changed)
    return asked.pages(draw, counts, title, f"trend-{indicator}")


def changes(*indicators: str, first_year: int = 2022, **options: Unpack[Options]) -> Pages:
    """
    Draw the changes of *indicators* from one year to the next, tested together.

    Parameters
    ----------
    indicators
        Codes or names; accidents, deaths and injuries if none is given.
    first_year
        The first year drawn.
    """
    asked = _asked(options)
    codes = [asked.code("indicator", name) for name in indicators or OUTCOMES]
    every = years.changes(asked.rows, asked.context)
    tested = standardised.family(every, asked.rows, codes, first_year=first_year)
    draw = partial(
        charts.year_on_year,
        national=standardised.changes(every, tested),
        refused=gaps.regions(asked.rows, codes[0], set(tested["region"]), asked.absences),
        tested=tested,
    )
    title = findings.year_on_year(tested)
    return asked.pages(draw, tested, title, "year-on-year", first="-1")


def funnel(indicator: str, *, first_year: int = FIRST_YEAR, **options: Unpack[Options]) -> Figure:
    """
    Draw the counts of *indicator* against those expected from the national rate.

    Parameters
    ----------
    indicator
        A code or a name.
    first_year
        The first year drawn.
    """
    asked = _asked(options)
    indicator = asked.code("indicator", indicator)
    levels = years.levels(asked.rows, asked.context, indicator, first_year=first_year)
    expected = rates.expected(levels, asked.series, asked.context, indicator)
    counts = standardised.funnel(levels, expected)
    unplaced = standardised.without_population(
        asked.series, asked.rows, counts, asked.context, indicator
    )
    shown = {*counts["region"], *unplaced["region"]}
    silent = gaps.regions(asked.rows, indicator, shown, asked.absences)
    draw = partial(
        charts.funnel,
        counts,
        title=findings.funnel(counts),
        limits=standardised.curves(counts),
        refused=pd.concat([silent, unplaced], ignore_index=True),
    )
    return asked.figure(draw, f"funnel-{indicator}")


def shares(indicator: str | None = None, **options: Unpack[Options]) -> Pages:
    """
    Draw the parts of the printed totals of *indicator*, or the share rectified of what was found.

    Parameters
    ----------
    indicator
        A code or a name; without one, what was found and rectified is drawn.
    """
    asked = _asked(options)
    if indicator is None:
        closed = rates.shares(asked.rows)
        refused = parts.unclosed(asked.rows, set(closed["region"]), asked.absences)
        draw = partial(charts.closed_loop, refused=refused)
        return asked.pages(draw, closed, findings.closed_loop(closed), "closed-loop", first="-1")
    indicator = asked.code("indicator", indicator)
    pieces = parts.composition(asked.rows, asked.context, indicator, asked.tables.breakdowns)
    refused = parts.whole_only(asked.rows, indicator, set(pieces["region"]), asked.absences)
    draw = partial(charts.composition, refused=refused)
    title = findings.composition(pieces)
    return asked.pages(draw, pieces, title, f"composition-{indicator}", first="-1")


def targets(*, per_page: int = 11, **options: Unpack[Options]) -> Pages:
    """
    Draw each target of the reports with its result.

    Parameters
    ----------
    per_page
        Targets on one page at most.
    """
    asked = _asked(options)
    judged = attainment.judged(asked.rows)
    starts = range(0, max(len(judged), 1), _at_least_one(per_page))
    pages = [judged.iloc[start : start + per_page] for start in starts]
    return Pages(
        asked.figure(
            partial(
                charts.targets,
                page,
                title=findings.targets(judged, number=number, pages=len(pages)),
                refused=attainment.without_target(asked.rows, page, judged),
            ),
            f"targets-{number}",
        )
        for number, page in enumerate(pages, 1)
    )


def instruments(theme: str = "", *, per_page: int = 20, **options: Unpack[Options]) -> Pages:
    """
    Draw which region has which system, mechanism or programme.

    Parameters
    ----------
    theme
        A code or a name; all instruments, by the number of reports, if not given.
    per_page
        Instruments on one page at most.
    """
    asked = _asked(options)
    themes = asked.tables.themes
    theme = asked.code("theme", theme) if theme else ""
    rows = asked.of_regions(policies.standings(asked.tables))
    absent = asked.of_regions(policies.unlisted(asked.tables, rows))
    # Pages have the same instruments in both languages, each sorted by its own names.
    pages = {
        f"instruments-{name}-{number}": page
        for name, group in policies.groups(rows, theme).items()
        for number, page in enumerate(
            policies.pages(policies.ordered(group, themes, Language.ZH), per_page), 1
        )
    }
    return Pages(
        asked.figure(
            partial(
                charts.instruments,
                policies.ordered(page, themes, asked.language),
                title=findings.instruments_page(page, themes),
                themes=themes,
                absent=absent,
            ),
            name,
        )
        for name, page in pages.items()
    )


def commitments(*, per_page: int = 8, **options: Unpack[Options]) -> Pages:
    """
    List the commitments with a number or a deadline, which can be checked later.

    Parameters
    ----------
    per_page
        Commitments on one page at most.
    """
    asked = _asked(options)
    rows = asked.of_regions(policies.commitments(asked.tables))
    checkable = policies.checkable(rows)
    pages = policies.pages(checkable, _at_least_one(per_page)) or [checkable]
    return Pages(
        asked.figure(
            partial(
                charts.promises,
                page,
                title=findings.promises(checkable, number=number, pages=len(pages)),
                absent=policies.worded(rows),
            ),
            f"commitments-checkable-{number}",
        )
        for number, page in enumerate(pages, 1)
    )


def coverage(**options: Unpack[Options]) -> Figure:
    """Draw the figures of each report for the indicators that reports share."""
    asked = _asked(options)
    comparable = families.shared(asked.rated, asked.tables, asked.codes("indicator"))
    rows = families.each(asked.rows, asked.tables)
    draw = partial(
        charts.coverage,
        rows[rows["indicator"].isin(comparable)],
        title=findings.coverage(comparable),
        comparable=comparable,
        themes=asked.tables.themes,
        density=summaries.density(asked.rows, asked.tables.reports),
        gaps=gaps.cells(asked.rows, list(comparable), asked.absences),
    )
    return asked.figure(draw, "coverage")


def profile(region: str, **options: Unpack[Options]) -> Figure:
    """
    Draw one page on *region*: what it reports, its outcomes, what compares and what does not.

    Parameters
    ----------
    region
        The code or name of a region with a report.
    """
    asked = _asked(options)
    region = asked.code("region", region)
    codes = list(asked.tables.indicators["indicator"])
    own = profiles.of(asked.rated, region, asked.tables.themes, codes)
    changed = profiles.changed(years.changes(asked.rows, asked.context), region)
    compared = profiles.compared(asked.rated, codes, asked.tables)
    beside = profiles.beside(compared, region)
    standings, promised = policies.standings(asked.tables), policies.commitments(asked.tables)
    draw = partial(
        charts.profile,
        own,
        title=findings.profile(own, changed, beside),
        beside=beside,
        unsaid=profiles.unsaid(compared, region),
        sentences=findings.counted_changes(changed),
        aside=findings.policies(standings, promised, region),
    )
    return asked.figure(draw, f"profile-{region}")


@dataclass(frozen=True)
class _Asked:
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

    @property
    def series(self) -> pd.DataFrame:
        """All known yearly levels."""
        return years.series(self.rows, self.context)

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
            raise UsageError(
                f"{result.indicator} cannot be compared ({reason}): see 3_comparison"
            )
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


def _asked(options: Options) -> _Asked:
    """Check the options of a call, and load the tables if no rows are given."""
    known = Options.__annotations__
    for name in options:
        if name not in known:
            raise WordError("option", name, known)
    form = options.get("form", "slide")
    if form not in style.SIZES:
        raise WordError("form", form, style.SIZES)
    language = Language(options.get("language") or os.environ.get(LANGUAGE) or Language.ZH)
    given = options.get("rows")
    tables = source.behind(pd.DataFrame() if given is None else given)
    if isinstance(tables, Panel):
        raise UsageError("a panel has more regions than a figure shows: give rows of some tables")
    rows = rates.marks(tables.rows if given is None else _tidy(given, tables))
    regions = frozenset((tables.regions if given is None else rows)["region"])
    context = rates.marks(tables.context_rows)
    return _Asked(tables, rows, context, regions, language, form, options.get("ax"))


def _tidy(rows: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Return *rows* without columns added by earlier calls; raise an error for rows of other tables."""
    missing = [str(name) for name in tables.rows if name not in rows]
    if missing:
        raise UsageError(f"rows: give rows of load().rows; missing: {', '.join(missing[:5])}")
    strange = set(rows["region"]) - set(tables.regions["region"])
    if strange:
        raise UsageError(f"rows: {', '.join(sorted(strange)[:5])} not among the loaded regions")
    return rows[list(tables.rows)]


def _at_least_one(per_page: int) -> int:
    if per_page < 1:
        raise UsageError(f"per_page={per_page}: give 1 or more")
    return per_page
