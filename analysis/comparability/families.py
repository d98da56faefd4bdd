"""
Comparison families: questions that several reports answer with figures cut differently.

A person declared which figure of a report answers a question (``family_members.csv``) and what a
reader must know (``families.csv``). Without a declaration, only the whole of an indicator is
compared, by ``rules``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from analysis.language import numbers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Gap,
    Level,
    Measure,
    Membership,
    Pairing,
    Scale,
    Status,
    Use,
)
from analysis.rows import as_records
from analysis.statistics import gaps, rates
from analysis.statistics.benchmarks import ROAD
from analysis.tables.load import Tables

from . import rules
from .rules import Comparison, Row

KEY = ["report", "indicator", "breakdown", "measure"]  # of an observation
PLACE = ["region", "indicator"]
_RATES = ["rate", "rate_lower", "rate_upper"]  # of figures that are never for a person
# The themes of one page.
_GROUPS = {
    "outcomes": ("outcomes", "disaster_losses", "relief", "insurance"),
    "hazards": ("hazards", "industry"),
    "enforcement": ("enforcement",),
    "duties": ("responsibility", "policy", "training", "publicity", "drills", "grassroots"),
    "readiness": ("plans", "warning", "response", "forces", "supplies", "funding"),
}
_TEXTS = {"name_zh": "family_zh", "name_en": "family_en"}


class Declared(NamedTuple):
    """What people declared about the figures of the reports."""

    families: pd.DataFrame
    family_members: pd.DataFrame
    absence_rows: pd.DataFrame
    context_rows: pd.DataFrame


Declares = Tables | Declared


def comparable(rows: pd.DataFrame, subject: str, declared: Declares) -> Comparison:
    """
    Return the comparable figures of an indicator, a family or a theme, and the refused ones.

    Parameters
    ----------
    rows
        The rows of all reports with rates; every region in them appears, kept or refused.
    subject
        The code of a family, of a theme with families, or of an indicator. An indicator with
        figures in families is compared by them, unless a whole is reported outside of them.
    declared
        The tables that the rows came from.
    """
    return comparisons(rows, [subject], declared)[0]


def comparisons(
    rows: pd.DataFrame,
    subjects: Iterable[str],
    declared: Declares,
    figures: pd.DataFrame | None = None,
) -> list[Comparison]:
    """
    Return what :func:`comparable` returns for each of *subjects*.

    *figures* are the :func:`members` of all families in *rows*, or in rows of more regions.
    """
    codes = {subject: about(rows, subject, declared) for subject in subjects}
    every = {code for each in codes.values() for code in each}
    if figures is None:
        figures = members(rows, every, declared) if every else rows.iloc[:0]
    else:
        figures = figures[figures["region"].isin(rows["region"].unique())]
    regions = gaps.reporting(rows[[*gaps.REPORT, "kind"]])
    return [
        _answered_by(figures, own, _Asked(rows, subject, regions, declared))
        if own
        else _compared_whole(_Asked(rows, subject, regions, declared))
        for subject, own in codes.items()
    ]


class _Asked(NamedTuple):
    """A subject, and the rows and regions in which it is looked for."""

    rows: pd.DataFrame
    subject: str
    regions: list[Row]
    declared: Declares


def _compared_whole(asked: _Asked) -> Comparison:
    rows, subject, regions, declared = asked
    whole = rules.comparable(rows, subject, declared.absence_rows, regions)
    notes = _without_road(whole.rows, declared.context_rows)
    return replace(whole, cautions=(*whole.cautions, *notes))


def _answered_by(figures: pd.DataFrame, codes: list[str], asked: _Asked) -> Comparison:
    result = _listed(figures, codes, asked)
    if len(codes) > 1 or not result.rows["use"].eq(Use.RATE).all():
        return replace(result, indicator=asked.subject)
    refused = as_records(result.refused)
    rated = rules.settle(codes[0], result.name, result.rows, refused)
    return replace(rated, cautions=(*result.cautions, *rated.cautions))


def _without_road(rows: pd.DataFrame, context: pd.DataFrame) -> Iterator[Text]:
    """Yield for each death rate of *rows* the rate without road traffic, where that is printed."""
    deaths = rows[rows["indicator"].eq("deaths") & rows["rate"].notna()]
    if deaths.empty:
        return
    key = ["region", "indicator", "period_start", "period_end"]
    roads = context[context["breakdown"].eq(ROAD) & results(context)]
    both = deaths.merge(roads[[*key, "value"]], on=key, suffixes=("", "_road"))
    for row in as_records(both):
        rate = (row["value"] - row["value_road"]) / row["population"] * rates.PER
        yield say(
            "note.without_road",
            region=Text(row["region_zh"], row["region_en"]),
            road=numbers.exact(row["value_road"]),
            total=numbers.exact(row["value"]),
            share=numbers.percent(100 * row["value_road"] / row["value"]),
            rate=Text(numbers.number(rate, "zh"), numbers.number(rate, "en")),
        )


def listing(rows: pd.DataFrame, codes: Sequence[str], declared: Declares) -> Comparison:
    """Return the figures of the families *codes* side by side, on no common scale."""
    regions = gaps.reporting(rows[[*gaps.REPORT, "kind"]])
    figures = members(rows, codes, declared)
    return _listed(figures, codes, _Asked(rows, "", regions, declared))


def _listed(figures: pd.DataFrame, codes: Sequence[str], asked: _Asked) -> Comparison:
    figures = figures[figures["family"].isin(codes)].reset_index(drop=True)
    named = asked.declared.families.set_index("family").loc[list(codes)]
    cautions = [Text(zh, en) for zh, en in named[["caution_zh", "caution_en"]].to_numpy()]
    names = [Text(zh, en) for zh, en in named[["name_zh", "name_en"]].to_numpy()]
    name = Text.joined(names, zh="；", en="; ")
    figures[_RATES] = figures[_RATES].where(figures["use"].eq(Use.RATE))  # others: for no person
    refused = _refused(figures, codes, asked)
    return Comparison("", name, figures, refused, tuple(cautions), Scale.NONE)


def about(rows: pd.DataFrame, subject: str, declared: Declares) -> list[str]:
    """Return the families that *subject* is compared by, in their order; none for a whole."""
    families, members = declared.families, declared.family_members
    if subject in set(families["family"]):
        return [subject]
    if subject in set(families["theme"]):
        return list(families.loc[families["theme"].eq(subject), "family"])
    level = members["measure"].eq(Measure.LEVEL) & members["role"].ne(Membership.DENOMINATOR)
    own = members[members["indicator"].eq(subject) & level]
    if _has_whole(rows, subject):
        own = own[own["breakdown"].eq("")]
    return [code for code in families["family"] if code in set(own["family"])]


def _has_whole(rows: pd.DataFrame, indicator: str) -> bool:
    whole = rows["indicator"].eq(indicator) & rows["breakdown"].eq("")
    return bool((whole & results(rows)).any())


def results(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows are amounts of what happened."""
    return rows["measure"].eq(Measure.LEVEL) & rows["status"].eq(Status.ACTUAL)


def members(rows: pd.DataFrame, codes: Iterable[str], declared: Declares) -> pd.DataFrame:
    """
    Return the figures of the families *codes*.

    Returns
    -------
    pandas.DataFrame
        The rows that are members or parts, in the order of families, levels and adcodes, with the
        texts of their family, ``use``, ``role``, ``scope_zh``, ``scope_en``; ``used`` of
        ``parts`` figures of the region's indicator; ``divisor_id``, ``divisor`` and ``ratio``
        where the family is a ratio.
    """
    every = declared.family_members
    chosen = every[every["family"].isin(list(codes))]
    named = declared.families.drop(columns="unit").rename(columns={"theme": "family_theme"})
    named = named.rename(columns=_TEXTS)
    positions = {code: order for order, code in enumerate(declared.families["family"])}
    keyed = rows[[*KEY, "level_order", "adcode", "start"]].assign(_row=range(len(rows)))
    joined = keyed.merge(chosen, on=KEY).merge(named, on="family", validate="m:1")
    joined = joined.assign(_place=joined["family"].map(positions))
    joined = joined.sort_values(["_place", "level_order", "adcode", "start"], kind="stable")
    own = rows.take(joined["_row"].to_numpy()).reset_index(drop=True)
    about = joined.drop(columns=[*keyed, "_place"]).reset_index(drop=True)
    full = pd.concat([own, about], axis=1)
    divisors = full["role"].eq(Membership.DENOMINATOR)
    return _counted(_divided(full[~divisors], full[divisors]), rows)


def _divided(figures: pd.DataFrame, divisors: pd.DataFrame) -> pd.DataFrame:
    key = ["family", "report"]
    columns = {"id": "divisor_id", "value": "divisor", "printed": "divisor_printed"}
    below = divisors[[*key, *columns]].rename(columns=columns)
    joined = figures.merge(below, on=key, how="left", validate="m:1")
    return joined.assign(ratio=joined["value"] / joined["divisor"])


def _counted(figures: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Add how many parts the indicator has in each region, and how many of them are used."""
    key = ["region", "indicator", "measure", "status"]
    parts = rows.groupby(key, observed=True)["breakdown"].nunique().rename("parts").reset_index()
    joined = figures.merge(parts, on=key, how="left", validate="m:1")
    used = joined.groupby(["family", *key], observed=True)["id"].transform("count")
    whole = joined["breakdown"].eq("")
    return joined.assign(used=used, parts=joined["parts"].mask(whole, used))


def _refused(figures: pd.DataFrame, codes: Iterable[str], asked: _Asked) -> pd.DataFrame:
    """Return of each family the regions without a figure, and the other parts of the others."""
    parts = [
        _refused_of(code, figures[figures["family"].eq(code)], asked).assign(family=code)
        for code in codes
    ]
    return pd.concat(parts, ignore_index=True)


def _refused_of(family: str, figures: pd.DataFrame, asked: _Asked) -> pd.DataFrame:
    members = asked.declared.family_members
    answers = members[members["family"].eq(family) & members["role"].ne(Membership.DENOMINATOR)]
    indicators = list(dict.fromkeys(answers["indicator"]))
    reported = asked.rows[asked.rows["indicator"].isin(indicators)]
    near = gaps.by_report(asked.declared.absence_rows, *indicators)
    present = set(figures["region"])
    others = gaps.by_region(reported[~reported["region"].isin(present)])
    refused = [
        gaps.explained(region, others.get(region["region"], []), near, None)
        for region in asked.regions
        if region["region"] not in present
    ]
    refused += [_other_part(row) for row in as_records(_others(reported, figures))]
    return gaps.frame(refused)


def _others(rows: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return the parts of the regions' indicators that are not used."""
    key = ["region", "indicator", "measure", "status"]
    partial = figures["parts"].gt(figures["used"])
    if not partial.any():
        return rows.iloc[:0]
    several = figures.loc[partial, key].drop_duplicates()
    others = rows.merge(several, on=key)
    return others[~others["id"].isin(figures["id"])]


def _other_part(row: Row) -> Row:
    """Return the refusal of a part that is not the one compared."""
    missing = gaps.Missing(Gap.OTHER_SCOPE, row)
    return gaps.refusal(row, missing.gap, missing.text)


def groups(figures: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the figures of families by group of themes; themes of no group make the last one."""
    names = {theme: name for name, themes in _GROUPS.items() for theme in themes}
    group = figures["family_theme"].map(names).fillna(list(_GROUPS)[-1])
    return {name: _widest(figures[group.eq(name)]) for name in _GROUPS if group.eq(name).any()}


def _widest(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the families that most regions answer first."""
    regions = figures.groupby("family", sort=False)["region"].transform("nunique")
    return figures.loc[regions.sort_values(ascending=False, kind="stable").index]


def subjects(rows: pd.DataFrame, declared: Declares, indicators: Sequence[str]) -> list[str]:
    """Return what may be compared: families, and of *indicators* those outside of families."""
    members = declared.family_members
    known = set(members.merge(rows[KEY], on=KEY)["family"])
    families = [code for code in declared.families["family"] if code in known]
    regions = rows.groupby("indicator", observed=True)["region"].nunique()
    shared = [code for code in indicators if regions.get(code, 0) > 1]
    return [*families, *(code for code in shared if not about(rows, code, declared))]


def shared(rows: pd.DataFrame, declared: Declares, indicators: Sequence[str]) -> dict[str, bool]:
    """Return which of *indicators* several regions report, and whether they can be compared."""
    return {code: bool(ids) for code, ids in compared(rows, declared, indicators).items()}


def compared(
    rows: pd.DataFrame, declared: Declares, indicators: Sequence[str]
) -> dict[str, frozenset[str]]:
    """
    Return the figures of each indicator that are compared with each other.

    Returns
    -------
    dict
        For each of *indicators* that several regions report, the ``id`` of its figures in the
        family that most regions answer with it, else of its wholes that the rules allow beside
        each other; empty where no two regions compare.
    """
    regions = rows.groupby("indicator", observed=True)["region"].nunique()
    several = [code for code in indicators if regions.get(code, 0) > 1]
    answered = _answered(rows, declared)
    return {code: answered.get(code) or _wholes(rows, code, declared) for code in several}


def _used(rows: pd.DataFrame, declared: Declares) -> pd.DataFrame:
    """Return the figures that answer the question of a family, with the family."""
    members = declared.family_members
    own = members.loc[members["role"].ne(Membership.DENOMINATOR), [*KEY, "family"]]
    return own.merge(rows[[*KEY, "region", "status", "id"]], on=KEY)


def answering(rows: pd.DataFrame, declared: Declares) -> pd.DataFrame:
    """Return the figures, by ``id``, that answer a question together with another region's."""
    used = _used(rows, declared)
    return used[used.groupby("family")["region"].transform("nunique").gt(1)]


def _answered(rows: pd.DataFrame, declared: Declares) -> dict[str, frozenset[str]]:
    """Return the figures of each indicator with which several regions answer one family."""
    used = _used(rows, declared)
    regions = used.groupby(["family", "indicator"])["region"].transform("nunique")
    aims = used["status"].ne(Status.ACTUAL)
    used = used.assign(regions=regions, aims=aims)[regions.gt(1)]
    used = used.sort_values(["aims", "regions"], ascending=[True, False], kind="stable")
    first = used.groupby("indicator")["family"].transform("first")
    chosen = used[used["family"].eq(first)].groupby("indicator")["id"]
    return {str(code): frozenset(ids) for code, ids in chosen}


def _wholes(rows: pd.DataFrame, indicator: str, declared: Declares) -> frozenset[str]:
    reported = rows[rows["indicator"].eq(indicator)]
    if len(rules.candidates(reported)[1]) < 2:
        return frozenset()
    kept = rules.comparable(reported, indicator, declared.absence_rows).rows
    return frozenset(kept["id"]) if len(kept) > 1 else frozenset()


def cells(
    rows: pd.DataFrame, declared: Declares, compared: Mapping[str, frozenset[str]]
) -> pd.DataFrame:
    """
    Return one row of each region and indicator, a figure of :func:`compared` where there is one.

    Returns
    -------
    pandas.DataFrame
        The rows of :func:`each`, with ``used`` of ``parts`` figures compared; ``pairing`` is
        whether the figure is compared with others of its indicator, or with those of another
        question or indicator only.
    """
    best = each(rows[rows["indicator"].isin(compared)], declared)
    inside = rows[rows["id"].isin(frozenset().union(*compared.values()))]
    used = inside.groupby(PLACE, observed=True)["id"].count().rename("used").reset_index()
    parts = best[[*PLACE, "parts"]].merge(used, on=PLACE)
    own = inside.drop_duplicates(PLACE).merge(parts, on=PLACE)
    own = own.assign(stands=own["used"].eq(1), declared=True, pairing=str(Pairing.INSIDE))
    kept = pd.MultiIndex.from_frame(best[PLACE]).isin(pd.MultiIndex.from_frame(own[PLACE]))
    others = best[~kept]
    outside = _outside(others, rows, declared)
    words = outside.map({True: str(Pairing.OUTSIDE), False: str(Pairing.NONE)})
    full = pd.concat([own, others.assign(used=0, pairing=words)], ignore_index=True)
    return full.sort_values(["level_order", "adcode", "indicator"], ignore_index=True)


def _outside(shown: pd.DataFrame, rows: pd.DataFrame, declared: Declares) -> "pd.Series[bool]":
    """Return which of *shown*, or of the parts that it counts, answer a family of two regions."""
    used = answering(rows, declared)
    places = pd.MultiIndex.from_frame(used[PLACE])
    among = pd.MultiIndex.from_frame(shown[PLACE]).isin(places) & ~shown["stands"]
    return shown["id"].isin(used["id"]) | among


_TIERS = {measure: tier for tier, measure in enumerate(
    (Measure.LEVEL, Measure.CHANGE_PCT, Measure.DIRECTION, Measure.CHANGE_ABS)
)}  # fmt: skip


def telling(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Return the most telling figures of each region and indicator.

    Results before targets and plans, amounts before changes, each of the latest report.
    """
    status = rows["status"].map({status: order for order, status in enumerate(Status)})
    tier = rows["measure"].map(_TIERS).astype("int64") + len(_TIERS) * status.astype("int64")
    last = rows.groupby(PLACE, observed=True)["report"].transform("max")
    tier = tier.where(rows["report"].eq(last))
    best = tier.groupby([rows[name] for name in PLACE], observed=True).transform("min")
    return rows[tier.eq(best)]


def each(rows: pd.DataFrame, declared: Declares) -> pd.DataFrame:
    """
    Return one of the most telling rows of each region and indicator.

    Returns
    -------
    pandas.DataFrame
        The declared member of a family, or the whole, or the only part; of several parts of which
        none is declared, the first of the text. ``parts`` is their number; ``stands`` is whether
        the row stands for its region, and ``declared`` whether a family has a figure of the
        region's indicator.
    """
    best = telling(rows)
    member = _among(best, declared, KEY, Membership.MEMBER)
    best = best.assign(_member=member, _whole=best["breakdown"].eq(""))
    order = ["level_order", "adcode", "indicator", "_member", "_whole", "period_end", "start"]
    best = best.sort_values(order, ascending=[True, True, True, False, False, False, True])
    parts = best.groupby(PLACE, observed=True)["breakdown"].transform("nunique")
    stands = best["_member"] | best["_whole"] | parts.eq(1)
    own = _among(best, declared, KEY[:2], Membership.MEMBER, Membership.PART)
    best = best.assign(parts=parts, stands=stands, declared=own).drop_duplicates(PLACE)
    return best.drop(columns=["_member", "_whole"]).reset_index(drop=True)


def _among(
    rows: pd.DataFrame, declared: Declares, key: list[str], *roles: Membership
) -> "pd.Series[bool]":
    """Return which rows have the *key* of a figure with one of *roles* in a family."""
    members = declared.family_members
    used = members.loc[members["role"].isin(roles), key]
    keys = set(used.itertuples(index=False, name=None))
    own = rows[key].itertuples(index=False, name=None)
    return pd.Series([cells in keys for cells in own], index=rows.index, dtype=bool)


def selections(tables: Tables) -> dict[str, Any]:
    """
    Return the lists that the descriptor keeps, so that planning a run reads no table.

    Returns
    -------
    dict
        ``regions`` in house order, ``shared_indicators`` of two regions or more, and those of
        them whose figures may be compared, ``comparable_indicators``.
    """
    reporting = tables.regions[tables.regions["region"].isin(tables.first_reports)]
    order = reporting.assign(order=[Level(level).order for level in reporting["level"]])
    comparable = shared(rates.rated(tables), tables, list(tables.indicators["indicator"]))
    return {
        "regions": list(order.sort_values(["order", "adcode"])["region"]),
        "shared_indicators": list(comparable),
        "comparable_indicators": [code for code, may in comparable.items() if may],
    }
