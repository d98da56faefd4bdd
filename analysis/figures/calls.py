"""
One call for each kind of figure: from rows to a drawn figure with its words and reasons.

Every call takes ``rows`` (of ``load().rows``, filtered or not; all rows of the project if not
given), ``language`` (``zh`` or ``en``; that of the environment variable
``REGIONAL_SAFETY_LANGUAGE``, else Chinese), ``form`` (``slide``, ``page``, half a sheet, or
``a4``, the width of the text of a page),
``title`` (plain text instead of the finding) and ``ax``, axes of ``plt.subplots`` whose place the
figure takes. It returns a figure, or :class:`~analysis.charts.Pages` of figures, that shows itself
in a notebook and has ``save()``.
"""

from collections.abc import Iterable
from functools import partial
from typing import Unpack

import pandas as pd

from analysis.charts import Figure, Pages
from analysis.charts.changes import changes as draw_changes
from analysis.charts.commitments import commitments as draw_commitments
from analysis.charts.coverage import coverage as draw_coverage
from analysis.charts.expected import expected as draw_expected
from analysis.charts.instruments import instruments as draw_instruments
from analysis.charts.not_comparable import not_comparable as draw_not_comparable
from analysis.charts.open_hazards import open_hazards as draw_open_hazards
from analysis.charts.overview import overview as draw_overview
from analysis.charts.parts import parts as draw_parts
from analysis.charts.peers import peers as draw_peers
from analysis.charts.percent_meanings import percent_meanings as draw_percent_meanings
from analysis.charts.profile import Block, Statement
from analysis.charts.profile import profile as draw_profile
from analysis.charts.targets import targets as draw_targets
from analysis.charts.trend import trend as draw_trend
from analysis.charts.vintages import vintages as draw_vintages
from analysis.charts.year_to_date import year_to_date as draw_year_to_date
from analysis.comparability import (
    apart,
    families,
    findings,
    percentages,
    position,
    profiles,
    standing,
)
from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.language.vocabulary import Mark, Scale
from analysis.statistics import (
    attainment,
    benchmarks,
    gaps,
    percents,
    policies,
    rates,
    spread,
    summaries,
    wholes,
    years,
)
from analysis.statistics.spread import NATION

from . import panels, source
from .inputs import Inputs, whole
from .request import MOST_REGIONS, Options, check_year, on_one_scale, request

BREAK_YEAR = 2018  # first year drawn where breaks of a series are marked
OUTCOMES = ("deaths", "accidents")
FINDINGS = 4  # for which the overview has room in both languages


def overview(*about: str, **options: Unpack[Options]) -> Figure:
    """
    Draw a page of the regions and the main findings.

    Parameters
    ----------
    about
        Codes or names of regions, themes or indicators.
    """
    asked = request(options)
    data = asked.data
    rows = None if data is whole(data.tables) else data.rows
    draw = partial(
        draw_overview,
        profiles.reporting(data.tables, data.rows),
        standing.frame(standing.standing(data.tables, about, rows=rows, most=FINDINGS)),
        summaries.strongest(data.rows, OUTCOMES[0]),
        title=findings.overview(data.rows),
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
    asked = request(options)
    data = asked.data
    if not subject:
        every = families.listing(data.rated, data.codes("family"), data.tables)
        groups = families.groups(every.rows)
        pages = [asked.side_by_side(rows, every.refused, name) for name, rows in groups.items()]
        return Pages(figure for page in pages for figure in page)
    subject = source.subject_of(subject, data.tables)
    result = families.comparable(data.rated, subject, data.tables)
    if result.scale == Scale.NONE:
        return asked.side_by_side(result.rows, result.refused, subject)
    draw, title = on_one_scale(data, result), findings.comparison(result)
    return asked.pages(draw, result.rows, title, f"comparison-{subject}")


def not_comparable(**options: Unpack[Options]) -> Pages:
    """List the indicators that several regions report but that cannot be compared, and why."""
    asked = request(options)
    data = asked.data
    comparable = {code: bool(ids) for code, ids in data.compared.items()}
    rows = apart.not_comparable(data.rated, data.tables, comparable)
    title = findings.not_comparable(comparable)
    return asked.pages(draw_not_comparable, rows, title, "not-comparable", by="indicator")


def trend(
    indicator: str, *, first_year: int = standing.FIRST_YEAR, **options: Unpack[Options]
) -> Pages:
    """
    Draw the yearly counts of *indicator* in each region, and beside them changes without counts.

    Parameters
    ----------
    indicator
        A code or a name.
    first_year
        The first year drawn.

    Notes
    -----
    Of a panel of more than ``MOST_REGIONS`` regions, the rates of each province are drawn.
    """
    check_year("first_year", first_year)
    wide = panels.national(options)
    if wide and wide.regions > MOST_REGIONS:
        return Pages([panels.multiples(wide, indicator, first_year)])
    asked = request(options)
    data = asked.data
    indicator = data.code("indicator", indicator)
    chosen = data.rows, data.context, indicator
    counts = rates.limits(years.levels(*chosen, first_year=first_year, every=data.series))
    partly = years.to_date(*chosen, first_year=first_year, every=data.series)
    changed = years.changes_of(*chosen, first_year=first_year, every=data.changes)
    stated = changed[changed["mark"].ne(Mark.EXACT)]
    rows = pd.concat([counts, partly, stated], ignore_index=True)
    rated = data.rated_series
    own = rated[rated["id"].isin(counts["id"])]
    draw = partial(
        draw_trend,
        verdict=findings.latest_change(changed),
        doubt=percentages.contradiction(_meanings(data, partly["region"], indicator)),
        refused=data.without(indicator, set(rows["region"])),
        expected=rates.expected(own, rated, data.context, indicator),
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
    asked = request(options)
    data = asked.data
    codes = data.indicators(indicators or OUTCOMES)
    rows, published = percents.vintages(data.rows, data.context, codes)
    draw = partial(draw_vintages, rows, title=findings.vintages(rows), published=published)
    return asked.figure(draw, "vintages")


def percent_meanings(*indicators: str, **options: Unpack[Options]) -> Figure:
    """
    Draw the whole numbers that fit the percentages of regions without yearly counts.

    Parameters
    ----------
    indicators
        Codes or names; accidents and deaths if none is given.
    """
    asked = request(options)
    data = asked.data
    codes = data.indicators(indicators or OUTCOMES)
    meanings = percents.meanings(data.rows, data.context, codes)
    meanings = summaries.soundest_first(meanings, codes)
    shown = {region for meaning in meanings for region in meaning.rows["region"]}
    refused = data.without(codes[0], shown)
    draw = partial(
        draw_percent_meanings,
        meanings,
        title=findings.percent_meanings(meanings),
        refused=findings.counted(refused, data.series, codes[0]),
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
    if year is not None:
        check_year("year", year)
    asked = request(options)
    data = asked.data
    indicator = data.code("indicator", indicator)
    rows = percents.months(data.rows, data.context, indicator, year or data.last_year)
    draw = partial(
        draw_year_to_date,
        rows,
        title=findings.year_to_date(rows),
        refused=data.without(indicator, set(rows["region"])),
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
    if year is not None:
        check_year("year", year)
    asked = request(options)
    data = asked.data
    codes = data.indicators(indicators or OUTCOMES)
    year = year or data.last_year
    rows = percents.of_year(data.rows, data.context, codes, year)
    draw = partial(
        draw_changes,
        rows,
        title=findings.changes(rows, data.rows["region"].nunique()),
        refused=data.without(codes[0], set(rows["region"])),
    )
    return asked.figure(draw, f"changes-{year}")


def expected(*indicators: str, first_year: int = BREAK_YEAR, **options: Unpack[Options]) -> Figure:
    """
    Draw counts over those expected at the rate of the nation and of the province.

    Parameters
    ----------
    indicators
        Codes or names; deaths if none is given.
    first_year
        The first year drawn.

    Raises
    ------
    UsageError
        For an indicator that does not compare between regions, or has no national count, from
        which nothing can be expected.
    """
    check_year("first_year", first_year)
    asked = request(options)
    data = asked.data
    codes = data.indicators(indicators or standing.PLACED)
    every, regions = data.series, set(data.rows["region"])
    for code in codes:
        if code in rates.COUNTED_DIFFERENTLY:
            raise _not_placed(code)
        if benchmarks.yearly_rates(every, data.context, code).empty:
            raise UsageError(say("error.no_national", indicator=code))
    pairs = pd.concat(
        [
            benchmarks.ratios(every, data.context, code, regions, first_year=first_year)
            for code in codes
        ],
        ignore_index=True,
    )
    placements = data.placements(codes[0])
    unplaced = benchmarks.without_expectation(every, data.rows, pairs, data.context, codes[0])
    shown = {*pairs["region"], *unplaced["region"]}
    silent = data.without(codes[0], shown)
    placement = next(iter(placements), None)
    draw = partial(
        draw_expected,
        benchmarks.usual(pairs, placement),
        title=position.expected(placement),
        refused=pd.concat([silent, position.unplaced(unplaced)], ignore_index=True),
        placement=placement,
        about=position.expected_about(placement),
    )
    behind = data.behind(pairs, data.peers(codes[0]))
    return asked.figure(draw, f"expected-{'-'.join(codes)}", behind)


def peers(indicator: str = "deaths", **options: Unpack[Options]) -> Figure:
    """
    Draw the regions among prefectures whose bureau published a count, as ratios to the nation.

    Parameters
    ----------
    indicator
        A code or a name; of deaths only, because bureaus count different accidents.

    Raises
    ------
    UsageError
        For an indicator that does not compare between regions.
    """
    if wide := panels.national(options):
        return panels.funnel(wide, indicator)
    asked = request(options)
    data = asked.data
    indicator = data.code("indicator", indicator)
    if indicator not in standing.PLACED:
        raise _not_placed(indicator)
    points, pairs = data.peers(indicator), data.pairs(indicator)
    spread_of_peers = benchmarks.spread_of(points)
    placements = summaries.placements(pairs, spread_of_peers)
    others = benchmarks.road_shares(data.tables.peer_rows, indicator, benchmarks.PRINT)
    known = benchmarks.road_shares(data.context, indicator, ["adcode", *rates.PERIOD])
    own = position.named(benchmarks.own(pairs, known))
    shown = position.named(known[known["region"].isin(own["region"])])
    draw = partial(
        draw_peers,
        points,
        own,
        title=position.peers(placements, points),
        about=position.peers_about(placements, points),
        limits=panels.limits(spread_of_peers, pd.concat([points, own])["expected"]),
        roads=pd.concat([shown, others[others["level"].eq("prefecture")]], ignore_index=True),
    )
    behind = data.behind(pairs[pairs["of"].eq(NATION)], points)
    return asked.figure(draw, f"peers-{indicator}", behind)


def ranked(indicator: str = "deaths", **options: Unpack[Options]) -> Figure:
    """
    Draw the ratio of each region of a panel to the nation as its interval, lowest first.

    Parameters
    ----------
    indicator
        A code or a name.

    Raises
    ------
    UsageError
        For rows of ordinary tables, or fewer than ``FEWEST_REGIONS`` regions.
    """
    return panels.ranked(panels.only(options, "ranked"), indicator)


def tiles(indicator: str = "deaths", **options: Unpack[Options]) -> Figure:
    """
    Draw a tile for each province near its place on the map, with its ratio to the nation.

    Parameters
    ----------
    indicator
        A code or a name.

    Raises
    ------
    UsageError
        For rows of ordinary tables, or fewer than ``FEWEST_REGIONS`` regions.
    """
    return panels.tiles(panels.only(options, "tiles"), indicator)


def open_hazards(**options: Unpack[Options]) -> Figure:
    """Draw how many of the hazards and violations found were rectified, and how many are open."""
    asked = request(options)
    data = asked.data
    closed = wholes.most_open(rates.shares(data.rows))
    refused = wholes.unclosed(data.rows, set(closed["region"]), data.absences)
    draw = partial(draw_open_hazards, closed, title=findings.open_hazards(closed), refused=refused)
    found = data.rows[data.rows["id"].isin(closed["total_id"])]
    return asked.figure(draw, "open-hazards", found.assign(behind=True))


def parts(indicator: str, **options: Unpack[Options]) -> Figure:
    """
    Draw the parts of the printed totals of *indicator*, beside the shares of the province.

    Parameters
    ----------
    indicator
        A code or a name.
    """
    asked = request(options)
    data = asked.data
    indicator = data.code("indicator", indicator)
    pieces = wholes.composition(data.rows, data.context, indicator, data.tables.breakdowns)
    wider = wholes.wider(pieces, data.context)
    draw = partial(
        draw_parts,
        pieces,
        title=findings.parts(pieces),
        refused=wholes.whole_only(data.rows, indicator, set(pieces["region"]), data.absences),
        wider=wider,
        tested=findings.against(wholes.against(pieces, wider)),
    )
    return asked.figure(draw, f"parts-{indicator}")


def targets(**options: Unpack[Options]) -> Pages:
    """List each target of the reports with when it is due and its result."""
    asked = request(options)
    data = asked.data
    judged = attainment.judged(data.rows)
    refused = attainment.without_target(data.rows, judged)
    draw = partial(draw_targets, refused=refused, about=findings.most_targets(judged))
    # By the origin, which is one for all: parts of the rows, as even as can be.
    return asked.pages(draw, judged, findings.targets(judged), "targets", by="origin", first="-1")


def instruments(theme: str = "", **options: Unpack[Options]) -> Pages:
    """
    Draw which reports mention which system, mechanism or programme, on two pages.

    Parameters
    ----------
    theme
        A code or a name; all instruments if not given.
    """
    asked = request(options)
    data = asked.data
    theme = data.code("theme", theme) if theme else ""
    every = data.of_regions(policies.standings(data.tables))
    rows = every[every["theme"].eq(theme)] if theme else every
    absent = data.of_regions(policies.unlisted(data.tables, every))
    ordered = policies.ordered(rows, data.tables.themes)
    patterns = policies.patterns(ordered)
    often = patterns["reports"].ge(policies.SEVERAL)
    draw = partial(draw_instruments, absent=absent)
    fewer = partial(
        draw,
        about=str(summaries.instruments(patterns).most["region"]),
        contained=policies.containment(patterns),
    )
    name = f"instruments-{theme}" if theme else "instruments"
    title, of_one = findings.instruments(patterns), findings.instruments_of_one(patterns)
    first = asked.pages(draw, patterns[often], title, f"{name}-1", by="pattern")
    second = asked.pages(fewer, patterns[~often], of_one, f"{name}-2", by="pattern")
    return Pages([*first, *second])


def commitments(**options: Unpack[Options]) -> Pages:
    """Draw the commitments of each region with a number or a date, by their deadline."""
    asked = request(options)
    data = asked.data
    rows = data.of_regions(policies.commitments(data.tables))
    checkable = rows[rows["region"].isin(policies.checkable(rows)["region"])]
    absent = policies.worded(rows)
    groups = checkable.groupby("region", sort=False)
    pages = {str(region): group for region, group in groups}
    if pages:  # a page of one region leaves out no other
        absent = absent.iloc[:0]
    return Pages(
        asked.figure(
            partial(draw_commitments, page, title=findings.commitments(page), absent=absent),
            f"commitments-{region}",
        )
        for region, page in (pages or {"none": checkable}).items()
    )


def coverage(**options: Unpack[Options]) -> Figure:
    """Draw the figures of each report for the indicators that reports share."""
    asked = request(options)
    data = asked.data
    compared = data.compared
    rows = families.cells(data.rows, data.tables, compared)
    draw = partial(
        draw_coverage,
        rows,
        title=findings.compared(rows, len(compared)),
        indicators=list(compared),
        density=summaries.density(data.rows, data.tables.reports),
        gaps=gaps.cells(data.rows, list(compared), data.absences),
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
    asked = request(options)
    data = asked.data
    region = data.code("region", region)
    codes = list(data.tables.indicators["indicator"])
    own = profiles.of(data.rated, region, data.tables.themes, codes)
    changed = profiles.changed(data.changes, region)
    outcomes = profiles.outcomes(own, changed, data.series, data.context)
    placed = profiles.placed(data.placements("deaths", {region}), own)
    beside = profiles.beside(data.comparisons, region)
    unsaid = profiles.unsaid(data.comparisons, region)
    tally = summaries.tally(families.cells(data.rated, data.tables, data.compared))
    promised = profiles.promised(data.tables, region)
    lists = profiles.lists(data.tables, own, promised, beside, tally[tally.index == region])
    draw = partial(
        draw_profile,
        pd.concat([own, beside], ignore_index=True).drop_duplicates("id"),
        title=findings.profile(outcomes, own.iloc[0].to_dict(), placed, promised),
        outcomes=outcomes,
        statement=_statement(placed) if placed else _contradicted(data, outcomes),
        blocks=[Block(*each) for each in lists],
        unsaid=unsaid,
    )
    return asked.figure(draw, f"profile-{region}", _behind(data, region) if placed else None)


def _meanings(data: Inputs, regions: Iterable[str], indicator: str) -> list[summaries.Meaning]:
    """Return the chains of percentages of *regions*, and the counts that fit them."""
    own = data.rows[data.rows["region"].isin(set(regions))]
    return percents.meanings(own, data.context, [indicator])


def _behind(data: Inputs, region: str) -> pd.DataFrame:
    """Return the rows from which the expected deaths of a region and of its peers follow."""
    pairs = data.pairs(standing.PLACED[0])
    return data.behind(pairs[pairs["region"].eq(region)], data.peers(standing.PLACED[0]))


def _not_placed(indicator: str) -> UsageError:
    words = {"indicator": indicator, "other": standing.PLACED[0]}
    return UsageError(say("error.not_placed", **words))


def _statement(placed: spread.Placement) -> Statement:
    text, source = position.placement(placed), position.placement_source(placed)
    return Statement(text, pd.DataFrame([placed.row]), source)


def _contradicted(data: Inputs, outcomes: pd.DataFrame) -> Statement | None:
    """Return what a count of a part of the year contradicts among *outcomes* of one region."""
    partly = outcomes[outcomes["origin"].eq("context")]
    for code in partly["indicator"].unique():
        meanings = _meanings(data, partly["region"], code)
        if text := percentages.contradiction(meanings):
            return Statement(text, meanings[0].rows.iloc[:0])
    return None
