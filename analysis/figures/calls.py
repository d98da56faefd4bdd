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
from typing import TypedDict, Unpack

import pandas as pd
from matplotlib.axes import Axes

from analysis import charts
from analysis.charts import Figure, Pages, style
from analysis.comparability import apart, families, findings, profiles, rules, standing
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError, WordError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Mark, Scale, Status
from analysis.statistics import (
    attainment,
    benchmarks,
    gaps,
    percents,
    policies,
    rates,
    summaries,
    years,
)
from analysis.statistics import parts as wholes
from analysis.statistics.spread import Placement
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import source

LANGUAGE = "REGIONAL_SAFETY_LANGUAGE"
LINES = 11  # of a table on a slide
BREAK_YEAR = 2018  # first year drawn where breaks of a series are marked
FIRST_YEAR = 2020  # first year of trends: earlier definitions are wider
OUTCOMES = ("deaths", "accidents")
_PLURALS = {"family": "families"}


class Options(TypedDict, total=False):
    """The options of every call."""

    rows: pd.DataFrame | None
    language: str | None
    form: str
    ax: Axes | None


def overview(*about: str, **options: Unpack[Options]) -> Figure:
    """
    Draw who the regions are, and the findings that stand.

    Parameters
    ----------
    about
        Codes or names of regions, themes or indicators that the findings are to be about.
    """
    asked = _asked(options)
    draw = partial(
        charts.overview,
        profiles.reporting(asked.tables, asked.rows),
        standing.frame(standing.standing(asked.tables, about, rows=asked.rows)),
        title=findings.overview(asked.rows),
    )
    return asked.figure(draw, "overview")


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
    partly = years.to_date(asked.rows, asked.context, indicator, first_year=first_year)
    changed = years.changes_of(asked.rows, asked.context, indicator, first_year=first_year)
    stated = changed[changed["mark"].ne(Mark.EXACT)]
    rows = pd.concat([counts, partly, stated], ignore_index=True)
    shown = set(rows["region"])
    draw = partial(
        charts.trend,
        verdict=findings.latest_change(changed),
        refused=gaps.regions(asked.rows, indicator, shown, asked.absences),
        expected=rates.expected(counts, asked.series, asked.context, indicator),
    )
    title = findings.trend(counts, stated, changed)
    return asked.pages(draw, rows, title, f"trend-{indicator}")


def vintages(*indicators: str, **options: Unpack[Options]) -> Figure:
    """
    Draw first prints beside the bases that the next year's percentages imply.

    Parameters
    ----------
    indicators
        Codes or names; deaths and accidents if none is given.
    """
    asked = _asked(options)
    codes = [asked.code("indicator", name) for name in indicators or OUTCOMES]
    rows, published = percents.vintages(asked.rows, asked.context, codes)
    draw = partial(charts.vintages, rows, title=findings.vintages(rows), published=published)
    return asked.figure(draw, "vintages")


def percent_meanings(*indicators: str, **options: Unpack[Options]) -> Figure:
    """
    Draw the whole numbers that fit the percentages of regions without yearly counts.

    Parameters
    ----------
    indicators
        Codes or names; accidents and deaths if none is given.
    """
    asked = _asked(options)
    codes = [asked.code("indicator", name) for name in indicators or OUTCOMES]
    meanings = percents.meanings(asked.rows, asked.context, codes)
    shown = {region for meaning in meanings for region in meaning.rows["region"]}
    refused = gaps.regions(asked.rows, codes[0], shown, asked.absences)
    draw = partial(
        charts.percent_meanings,
        meanings,
        title=findings.percent_meanings(meanings),
        refused=findings.counted(refused, asked.series, codes[0]),
    )
    return asked.figure(draw, "percent-meanings")


def year_to_date(
    indicator: str = "deaths", *, year: int | None = None, **options: Unpack[Options]
) -> Figure:
    """
    Draw the cumulative counts of *indicator* in the months of two years, and their changes.

    Parameters
    ----------
    indicator
        A code or a name.
    year
        The later of the two years; the last one of the reports if not given.
    """
    asked = _asked(options)
    indicator = asked.code("indicator", indicator)
    rows = percents.months(asked.rows, asked.context, indicator, year or asked.last_year)
    draw = partial(
        charts.year_to_date,
        rows,
        title=findings.year_to_date(rows),
        refused=gaps.regions(asked.rows, indicator, set(rows["region"]), asked.absences),
    )
    return asked.figure(draw, f"year-to-date-{indicator}")


def changes(*indicators: str, year: int | None = None, **options: Unpack[Options]) -> Figure:
    """
    Draw the changes of one year, published and computed, in the regions and those around them.

    Parameters
    ----------
    indicators
        Codes or names; deaths and accidents if none is given.
    year
        The later year of the changes; the last one of the reports if not given.
    """
    asked = _asked(options)
    codes = [asked.code("indicator", name) for name in indicators or OUTCOMES]
    year = year or asked.last_year
    rows = percents.of_year(asked.rows, asked.context, codes, year)
    draw = partial(
        charts.changes,
        rows,
        title=findings.changes(rows),
        refused=gaps.regions(asked.rows, codes[0], set(rows["region"]), asked.absences),
    )
    return asked.figure(draw, f"changes-{year}")


def expected(*indicators: str, first_year: int = BREAK_YEAR, **options: Unpack[Options]) -> Figure:
    """
    Draw counts over those expected at the rate of the nation and of the province.

    Parameters
    ----------
    indicators
        Codes or names; deaths and accidents if none is given.
    first_year
        The first year drawn.
    """
    asked = _asked(options)
    codes = [asked.code("indicator", name) for name in indicators or OUTCOMES]
    every, regions = asked.series, set(asked.rows["region"])
    pairs = pd.concat(
        [
            benchmarks.ratios(every, asked.context, code, regions, first_year=first_year)
            for code in codes
        ],
        ignore_index=True,
    )
    placements = standing.placements(asked.tables, codes[0], asked.rows)
    unplaced = benchmarks.without_expectation(every, asked.rows, pairs, asked.context, codes[0])
    shown = {*pairs["region"], *unplaced["region"]}
    silent = gaps.regions(asked.rows, codes[0], shown, asked.absences)
    placement = next(iter(placements), None)
    draw = partial(
        charts.expected,
        pairs,
        title=findings.expected(placement),
        refused=pd.concat([silent, findings.unplaced(unplaced)], ignore_index=True),
        placement=placement,
    )
    return asked.figure(draw, f"expected-{'-'.join(codes)}")


def peers(indicator: str = "deaths", **options: Unpack[Options]) -> Figure:
    """
    Draw the regions among prefectures whose bureau published a count, as ratios to the nation.

    Parameters
    ----------
    indicator
        A code or a name.
    """
    asked = _asked(options)
    indicator = asked.code("indicator", indicator)
    points, pairs = asked.peers(indicator), asked.pairs(indicator)
    placements = summaries.placements(pairs, benchmarks.spread_of(points))
    others = benchmarks.road_shares(asked.tables.peers, indicator, benchmarks.PRINT)
    known = benchmarks.road_shares(asked.context, indicator, ["adcode", *rates.PERIOD])
    own = findings.named(benchmarks.own(pairs, known))
    mine = findings.named(known[known["region"].isin(own["region"])])
    expected = [*points["expected"], *own["expected"]]
    draw = partial(
        charts.peers,
        points.merge(asked.named(indicator), on="indicator"),
        own,
        title=findings.peers(placements, points),
        subtitle=findings.peers_about(placements),
        limits=benchmarks.limits(
            benchmarks.spread_of(points), min(expected) * 0.7, max(expected) * 1.4
        ),
        roads=pd.concat([mine, others[others["level"].eq("prefecture")]], ignore_index=True),
    )
    return asked.figure(draw, f"peers-{indicator}")


def open_hazards(**options: Unpack[Options]) -> Figure:
    """Draw how many of the hazards and violations found were rectified, and how many are open."""
    asked = _asked(options)
    closed = wholes.most_open(rates.shares(asked.rows))
    refused = wholes.unclosed(asked.rows, set(closed["region"]), asked.absences)
    draw = partial(
        charts.open_hazards, closed, title=findings.open_hazards(closed), refused=refused
    )
    return asked.figure(draw, "open-hazards")


def parts(indicator: str, **options: Unpack[Options]) -> Figure:
    """
    Draw the parts of the printed totals of *indicator*, beside the shares of the province.

    Parameters
    ----------
    indicator
        A code or a name.
    """
    asked = _asked(options)
    indicator = asked.code("indicator", indicator)
    pieces = wholes.composition(asked.rows, asked.context, indicator, asked.tables.breakdowns)
    wider = wholes.wider(pieces, asked.context)
    draw = partial(
        charts.parts,
        pieces,
        title=findings.parts(pieces),
        refused=wholes.whole_only(asked.rows, indicator, set(pieces["region"]), asked.absences),
        wider=wider,
        tested=findings.against(wholes.against(pieces, wider)),
    )
    return asked.figure(draw, f"parts-{indicator}")


def targets(**options: Unpack[Options]) -> Pages:
    """List each target of the reports with when it is due and its result."""
    asked = _asked(options)
    judged = attainment.judged(asked.rows)
    pages = policies.evenly(judged, LINES)
    refused = attainment.without_target(asked.rows, judged)
    title = findings.targets(judged)
    return Pages(
        asked.figure(
            partial(
                charts.targets, page, title=title + values.page(n, len(pages)), refused=refused
            ),
            f"targets-{n}",
        )
        for n, page in enumerate(pages, 1)
    )


def instruments(theme: str = "", **options: Unpack[Options]) -> Pages:
    """
    Draw which reports mention which system, mechanism or programme, on two pages.

    Parameters
    ----------
    theme
        A code or a name; all instruments if not given.
    """
    asked = _asked(options)
    theme = asked.code("theme", theme) if theme else ""
    every = asked.of_regions(policies.standings(asked.tables))
    rows = every[every["theme"].eq(theme)] if theme else every
    absent = asked.of_regions(policies.unlisted(asked.tables, every))
    ordered = policies.ordered(rows, asked.tables.themes, asked.language)
    patterns = policies.patterns(ordered)
    often = patterns["reports"].ge(policies.SEVERAL)
    draw = partial(charts.instruments, absent=absent)
    first = partial(draw, patterns[often], title=findings.instruments(patterns))
    second = partial(
        draw,
        patterns[~often],
        title=findings.instruments_of_one(patterns),
        contained=policies.containment(patterns),
    )
    name = f"instruments-{theme}" if theme else "instruments"
    return Pages([asked.figure(first, f"{name}-1"), asked.figure(second, f"{name}-2")])


def commitments(**options: Unpack[Options]) -> Pages:
    """Draw the commitments of each region with a number or a date, by their deadline."""
    asked = _asked(options)
    rows = asked.of_regions(policies.commitments(asked.tables))
    checkable = rows[rows["region"].isin(policies.checkable(rows)["region"])]
    absent = policies.worded(rows)
    groups = checkable.groupby("region", sort=False)
    pages = {str(region): group for region, group in groups} or {"none": checkable}
    return Pages(
        asked.figure(
            partial(charts.commitments, page, title=findings.commitments(page), absent=absent),
            f"commitments-{region}",
        )
        for region, page in pages.items()
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
    Draw one page on *region*: outcomes against the nation, what is open, promised, comparable.

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
    outcomes = profiles.outcomes(own, changed, asked.series, asked.context)
    placed = asked.placed(region, own)
    compared = profiles.compared(asked.rated, codes, asked.tables)
    beside, unsaid = profiles.beside(compared, region), profiles.unsaid(compared, region)
    draw = partial(
        charts.profile,
        pd.concat([own, beside], ignore_index=True).drop_duplicates("id"),
        title=findings.profile(outcomes, own.iloc[0].to_dict(), placed),
        outcomes=outcomes,
        statement=_statement(placed) if placed else None,
        blocks=asked.blocks(region, beside, len(unsaid)),
        unsaid=unsaid,
    )
    return asked.figure(draw, f"profile-{region}")


def _statement(placed: Placement) -> charts.Statement:
    return charts.Statement(findings.placement(placed), pd.DataFrame([placed.row]))


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

    def placed(self, region: str, own: pd.DataFrame) -> Placement | None:
        """Return the placement of the deaths of *region* up to the year of its rows *own*."""
        last = own["period_end"].max().year
        found = (
            one
            for one in standing.placements(self.tables, "deaths", self.rows)
            if one.row["region"] == region
        )
        return next((one for one in found if one.row["until"] >= last - 1), None)

    def blocks(self, region: str, beside: pd.DataFrame, unsaid: int) -> list[charts.Block]:
        """Return what is open in *region*, promised, and comparable, as lists of sentences."""
        closed = wholes.most_open(rates.shares(self.rows))
        refused = wholes.unclosed(self.rows, set(closed["region"]), self.absences)
        opened, refused, promised = (
            frame[frame["region"].eq(region)]
            for frame in (closed, refused, policies.commitments(self.tables))
        )
        lists = {
            "open": findings.open_lines(opened, refused),
            "promised": findings.promised_lines(promised),
            "comparable": findings.comparable_lines(beside, unsaid),
        }
        return [
            charts.Block(say(f"profile.{name}_heading"), lines) for name, lines in lists.items()
        ]

    @property
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
    """Return *rows* without columns added by earlier calls; raise an error for other tables."""
    missing = [str(name) for name in tables.rows if name not in rows]
    if missing:
        raise UsageError(f"rows: give rows of load().rows; missing: {', '.join(missing[:5])}")
    strange = set(rows["region"]) - set(tables.regions["region"])
    if strange:
        raise UsageError(f"rows: {', '.join(sorted(strange)[:5])} not among the loaded regions")
    return rows[list(tables.rows)]
