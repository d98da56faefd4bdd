"""
The rows of the page of one region: its outcomes, its neighbours and its gaps.

It chooses among figures that ``rates`` and ``annual`` made and ``rules`` judged; it makes none.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from analysis.errors import WordError
from analysis.language.messages import label, say
from analysis.language.vocabulary import Gap, Level, Mark, Measure, Scale, Status
from analysis.statistics import gaps, policies, rates, summaries, wholes
from analysis.statistics.spread import Placement
from analysis.tables.load import Tables
from analysis.tables.populations import populations

from . import families, findings
from .families import Declares
from .rules import Comparison

ALONE = "alone"  # the rule of a figure that no other region reports in the same way
_STATED = (Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY, Mark.TARGET, Mark.PLAN)

OUTCOME_THEMES = ("outcomes", "disaster_losses")


def reporting(tables: Tables, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return what the latest report of each region in *rows* is.

    Returns
    -------
    pandas.DataFrame
        One row a region in house order: the columns of ``reports`` and ``regions``, the names of
        the parent (``parent_zh``, ``parent_en``), ``population`` with its year nearest to the
        period, ``figures`` (how many rows it has in the report), ``id`` and ``origin``.
    """
    reports = tables.regional_reports
    reports = reports[reports["region"].isin(rows["region"])]
    latest = reports.sort_values("period_end").drop_duplicates("region", keep="last")
    names = tables.regions[["adcode", "name_zh", "name_en"]]
    above = names.rename(
        columns={"adcode": "parent", "name_zh": "parent_zh", "name_en": "parent_en"}
    )
    named = tables.regions.merge(above, on="parent", how="left").rename(
        columns={"name_zh": "region_zh", "name_en": "region_en"}
    )
    known = rates.per_person(
        latest.merge(named, on="region").assign(
            value=0.0, lower=0.0, upper=0.0, denominator="", measure="", status=""
        ),
        populations(tables.context_rows),
    )
    texts = {name: known[name].fillna("") for name in ("parent_zh", "parent_en")}
    levels = [Level(level).order for level in known["level"]]
    own = rows.groupby(["region", "report"], observed=True).size().to_dict()
    found = known.assign(
        figures=[own.get(pair, 0) for pair in zip(known["region"], known["report"], strict=True)],
        id="overview-" + known["region"],
        level_order=levels,
        origin="report",
        **texts,
    )
    return found.sort_values(["level_order", "adcode"], ignore_index=True)


def of(
    rows: pd.DataFrame, region: str, themes: pd.DataFrame, indicators: Sequence[str]
) -> pd.DataFrame:
    """
    Return the rows of the latest report of *region*, in the order of *themes*.

    Parameters
    ----------
    rows
        The rows of all reports, with ``mark``, ``lower`` and ``upper``.
    themes
        ``theme``, ``name_zh`` and ``name_en`` in the order to show.
    indicators
        The codes of outcomes in the order to show.

    Returns
    -------
    pandas.DataFrame
        With ``theme_zh``, ``theme_en`` and ``outcome``: the place among the accidents and losses
        to show (counts of events, changes, zeros, others), missing for all other rows.

    Raises
    ------
    WordError
        When no report is about *region*.
    """
    if region not in set(rows["region"]):
        raise WordError(say("word.region"), region, sorted(set(rows["region"])))
    places = themes.rename(columns={"name_zh": "theme_zh", "name_en": "theme_en"})
    named = places[["theme", "theme_zh", "theme_en"]]
    own = rows[rows["region"].eq(region)]
    results = own[own["status"].eq(Status.ACTUAL)]
    latest = (results if len(results) else own).sort_values("period_end")["report"].iloc[-1]
    mine = named.merge(own[own["report"].eq(latest)], on="theme", validate="1:m")
    order = {code: place for place, code in enumerate(_outcomes(mine, indicators)["id"])}
    return mine.assign(outcome=mine["id"].map(order))


def _outcomes(mine: pd.DataFrame, indicators: Sequence[str]) -> pd.DataFrame:
    """Levels, and changes or targets without a level; a part only where no whole is given."""
    events = mine[mine["theme"].isin(OUTCOME_THEMES)]
    shown = events[events["measure"].eq(Measure.LEVEL) | events["mark"].isin(_STATED)]
    whole = shown["breakdown"].eq("")
    wholes = whole.groupby([shown[name] for name in ("indicator", "status")]).transform("any")
    kept = _in_order(shown[whole | ~wholes], indicators)
    rank = kept["mark"].map({Mark.ZERO: 2} | dict.fromkeys(_STATED, 1))
    rank = rank.fillna(kept["lower"].isna() * 3)
    return kept.assign(rank=rank).sort_values("rank", kind="stable")


def _in_order(rows: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    """Return the rows of the indicators *codes*, in that order."""
    positions = rows["indicator"].map({code: at for at, code in enumerate(codes)})
    kept = rows.assign(_place=positions)[positions.notna()]
    order = ["_place", "level_order", "adcode"]
    return kept.sort_values(order, kind="stable", ignore_index=True).drop(columns="_place")


def outcomes(
    own: pd.DataFrame, changes: pd.DataFrame, every: pd.DataFrame, context: pd.DataFrame
) -> pd.DataFrame:
    """
    Return the accidents and losses of a region with the year before and the expected count.

    Parameters
    ----------
    own
        From :func:`of`.
    changes
        From :func:`changed`.
    every
        The series of all regions (``years.series``).
    context
        The rows of other publications, for populations and counts of a part of the year.

    Returns
    -------
    pandas.DataFrame
        The rows of the region's report in the order to show, and after them counts of a part of
        its year from *context*; with ``before``, ``at_most``, ``at_least`` (the counts at which a
        change would show) and ``expected`` (at the national rate).
    """
    rows = own[own["outcome"].notna()].sort_values("outcome", ignore_index=True)
    rows = pd.concat([rows, _part_year(rows, context)], ignore_index=True)
    columns = ["before", "at_most", "at_least"]
    before = changes.set_index("indicator")[columns]
    events = rows["measure"].eq(Measure.LEVEL) & rows["method"].fillna("").ne("")
    wanted = {
        str(code): rates.expected(rows[rows["indicator"].eq(code)], every, context, str(code))
        for code in rows.loc[events, "indicator"].unique()
    }
    expected = {code: frame["value"].iloc[0] for code, frame in wanted.items() if len(frame)}
    whole = rows["indicator"].where(rows["origin"].eq("report"))
    known = {name: whole.map(before[name]) for name in columns}
    return rows.assign(**known, expected=whole.map(expected).astype("float64"))


def _part_year(rows: pd.DataFrame, context: pd.DataFrame) -> pd.DataFrame:
    """Return the latest count of a part of the year for outcomes whose own row has no count."""
    bare = rows[rows["mark"].isin(_STATED[:2])]
    same = context["region"].isin(bare["region"]) & context["indicator"].isin(bare["indicator"])
    same &= context["breakdown"].eq("") & context["measure"].eq(Measure.LEVEL)
    same &= context["period_end"].dt.year.isin(bare["period_end"].dt.year)
    ordered: pd.DataFrame = context[same].sort_values("period_end")
    return ordered.drop_duplicates("indicator", keep="last").assign(method="")


def changed(changes: pd.DataFrame, region: str) -> pd.DataFrame:
    """The counted changes of *region* in the last year that has any, from its own report."""
    own = changes["region"].eq(region) & changes["origin"].eq("report")
    counted = changes[own & changes["mark"].eq(Mark.EXACT)]
    return counted[counted["period_end"].eq(counted["period_end"].max())].reset_index(drop=True)


def compared(rows: pd.DataFrame, indicators: Sequence[str], declared: Declares) -> list[Comparison]:
    """Return a comparison for each family, and for each shared one of *indicators* outside."""
    subjects = families.subjects(rows, declared, indicators)
    return families.comparisons(rows, subjects, declared)


def beside(comparisons: Sequence[Comparison], region: str) -> pd.DataFrame:
    """
    Return the figures comparable with one of *region*, indicator by indicator.

    Returns
    -------
    pandas.DataFrame
        The rows kept by each comparison, with ``scale``; ``cautions`` holds a tuple of
        texts.
    """
    chosen = [c for c in comparisons if len(c.rows) > 1 and region in set(c.rows["region"])]
    found = [_scaled(comparison) for comparison in chosen]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame()


def _scaled(comparison: Comparison) -> pd.DataFrame:
    """Return the rows of a comparison with its scale; a family counts as one indicator."""
    rows = comparison.rows
    return rows.assign(
        indicator=comparison.indicator,
        indicator_zh=comparison.name.zh,
        indicator_en=comparison.name.en,
        scale=str(Scale.RATE if comparison.scale == Scale.RATE else Scale.VALUE),
        cautions=pd.Series([comparison.cautions] * len(rows), index=rows.index, dtype=object),
    )


def unsaid(comparisons: Sequence[Comparison], region: str) -> pd.DataFrame:
    """
    The shared indicators on which *region* cannot be compared, each with the reason.

    Returns
    -------
    pandas.DataFrame
        One row an indicator: the region, ``indicator`` and its names, ``rule``, ``reason_zh``,
        ``reason_en``; where the region has a figure that no other matches, the rule is ``alone``.
    """
    found = []
    for comparison in comparisons:
        refused = comparison.refused[comparison.refused["region"].eq(region)]
        alone = comparison.rows[comparison.rows["region"].eq(region)]
        if len(comparison.rows) > 1 and len(alone):
            continue
        name = {"indicator_zh": comparison.name.zh, "indicator_en": comparison.name.en}
        if len(alone):
            reason = say("note.barred") if comparison.barred else say("note.alone")
            refused = gaps.frame([gaps.refusal(alone.iloc[0].to_dict(), ALONE, reason)])
        found.append(_general(refused).assign(indicator=comparison.indicator, **name))
    empty = gaps.frame([]).assign(indicator_zh="", indicator_en="")
    return pd.concat(found, ignore_index=True) if found else empty


def _general(refused: pd.DataFrame) -> pd.DataFrame:
    """The reason without the figure that illustrates it, so that equal reasons read alike."""
    told = [label(Gap(rule)) if rule in set(Gap) else None for rule in refused["rule"].astype(str)]
    return refused.assign(
        reason_zh=[t.zh if t else r for t, r in zip(told, refused["reason_zh"], strict=True)],
        reason_en=[t.en if t else r for t, r in zip(told, refused["reason_en"], strict=True)],
    )


def placed(placements: Iterable[Placement], own: pd.DataFrame) -> Placement | None:
    """Return which of *placements* is that of a region up to the year of its rows *own*."""
    region, last = own["region"].iloc[0], own["period_end"].max().year
    same = (one for one in placements if one.row["region"] == region)
    return next((one for one in same if one.row["until"] >= last - 1), None)


def promised(tables: Tables, region: str) -> pd.DataFrame:
    """Return the commitments of *region*."""
    rows = policies.commitments(tables)
    return rows[rows["region"].eq(region)]


def lists(
    tables: Tables,
    own: pd.DataFrame,
    commitments: pd.DataFrame,
    beside: pd.DataFrame,
    shared: pd.DataFrame,
) -> list[tuple[Any, ...]]:
    """
    Return what is open in the region of *own*, promised, and comparable.

    Each is a heading, its lines, the last line, and of what is promised how many can be checked.
    *shared* has its row of ``summaries.tally``, or none.
    """
    closed = wholes.most_open(rates.shares(own))
    refused = wholes.unclosed(own, set(closed["region"]), tables.absence_rows, every=True)
    plan = bool(own["kind"].eq("plan").all())
    promised = findings.promised_lines(commitments, by_theme=plan)
    pair = (summaries.checkable(commitments), len(commitments)) if len(commitments) else None
    return [
        (say("profile.open_heading"), findings.open_lines(closed, refused), None),
        (findings.promised_heading(commitments), *promised, pair),
        (say("profile.comparable_heading"), *findings.comparable_lines(beside, shared)),
    ]
