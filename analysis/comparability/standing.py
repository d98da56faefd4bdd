"""
List of the main findings, which overview, deck, report and explanations share.

Each finding has a title that fits a slide, one text with its evidence, the numbers in them, and
what it is about. Nothing is computed here: ``statistics`` does, ``findings`` words most.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import pandas as pd

from analysis.errors import WordError
from analysis.language import labels, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Language,
    Mark,
    Measure,
    Membership,
    Promise,
    Standing,
    Status,
    Use,
)
from analysis.rows import as_records
from analysis.statistics import attainment, benchmarks, policies, rates, summaries, wholes, years
from analysis.statistics.spread import Placement
from analysis.tables.load import Tables

from . import families, findings, position

FIRST_YEAR = 2020  # earlier definitions are wider
PLACED = ("deaths",)  # accident counts differ in which accidents they count
OUTCOMES = ("deaths", "accidents")
MOST = 5  # findings at once
Row = dict[Any, Any]
_NOTHING = Text("", "")


@dataclass(frozen=True)
class Finding:
    """
    A true sentence about one region or several, with its numbers.

    Parameters
    ----------
    id
        The kind of finding and what it is about, the same from run to run.
    title
        The finding in a few words.
    sentence
        The finding with its evidence; complete sentences.
    source
        Whose publications it rests on beside the reports of its regions; empty for none.
    subtitle
        The subtitle of its figure, where that depends on the finding.
    values
        The numbers of title and sentence, by name.
    regions, theme, indicator
        The codes of what it is about.
    figure
        The name of the figure that shows it, without the language; "" where none does.
    """

    id: str
    title: Text
    sentence: Text
    regions: tuple[str, ...]
    theme: str
    indicator: str
    figure: str
    source: Text = _NOTHING
    subtitle: Text = _NOTHING
    values: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def kind(self) -> str:
        """The kind of finding, the first word of the id."""
        return self.id.partition(":")[0]

    def fits(self, about: Mapping[str, frozenset[str]]) -> bool:
        """Return whether the finding is about one of the codes of every kind in *about*."""
        own = {"region": {*self.regions}, "theme": {self.theme}, "indicator": {self.indicator}}
        return all(not codes or own[kind] & codes for kind, codes in about.items())


def standing(
    tables: Tables,
    about: Sequence[str] = (),
    *,
    rows: pd.DataFrame | None = None,
    most: int = MOST,
) -> list[Finding]:
    """
    Return the main findings, outcomes first.

    Parameters
    ----------
    tables
        The tables, loaded.
    about
        Codes or names of regions, themes or indicators; of several of one kind any, of several
        kinds each must fit.
    rows
        The rows of the reports of interest; those of all if not given.
    most
        The number of findings at most: first one of each kind, then further ones.

    Raises
    ------
    WordError
        For a word that names no region with a report, no theme and no indicator.
    """
    wanted = _wanted(tables, about)
    every = _whole(tables) if rows is None else _every(tables, rows)
    fitting = [finding for finding in every if finding.fits(wanted)]
    turns = Counter[str]()
    ranked = []
    for finding in fitting:
        ranked.append((turns[finding.kind], finding.id))
        turns[finding.kind] += 1
    chosen = {name for _, name in sorted(ranked, key=lambda pair: pair[0])[:most]}
    return [finding for finding in fitting if finding.id in chosen]


def frame(listed: Sequence[Finding]) -> pd.DataFrame:
    """Return findings as rows of a figure: ``id``, ``indicator``, and texts in both languages."""
    columns = ["id", "indicator"]
    columns += [f"{text}_{each}" for text in ("title", "sentence", "source") for each in Language]
    return pd.DataFrame(
        [
            (
                one.id,
                one.indicator,
                *(
                    text[each]
                    for text in (one.title, one.sentence, one.source)
                    for each in Language
                ),
            )
            for one in listed
        ],
        columns=columns,
    )


def _wanted(tables: Tables, about: Sequence[str]) -> dict[str, frozenset[str]]:
    """Return the codes that the words of *about* name, by kind."""
    regions = tables.regions[tables.regions["region"].isin(tables.first_reports)]
    named = {"region": regions, "theme": tables.themes, "indicator": tables.indicators}
    wanted: dict[str, set[str]] = {kind: set() for kind in named}
    for word in about:
        kinds = [kind for kind, frame in named.items() if _code(word, kind, frame)]
        if not kinds:
            known = [code for kind, frame in named.items() for code in frame[kind]]
            raise WordError(say("word.subject"), word, known)
        wanted[kinds[0]].add(_code(word, kinds[0], named[kinds[0]]))
    return {kind: frozenset(codes) for kind, codes in wanted.items()}


def _code(word: str, kind: str, frame: pd.DataFrame) -> str:
    names = frame[[kind, "name_zh", "name_en"]].astype("str")
    same = names.apply(lambda column: column.str.casefold().eq(word.strip().casefold()))
    codes = names.loc[same.any(axis=1), kind]
    return str(codes.iloc[0]) if len(codes) else ""


@lru_cache(maxsize=2)
def _whole(tables: Tables) -> tuple[Finding, ...]:
    """Return every finding of all rows of *tables*; computed once for the same tables."""
    return tuple(_every(tables, tables.rows))


def _every(tables: Tables, rows: pd.DataFrame) -> Iterator[Finding]:
    marked = rates.marks(rows)
    context = rates.marks(tables.context_rows)
    yield from _placed(tables, marked)
    yield from _changed(marked, context)
    yield from _stated(marked)
    yield from _without_results(marked)
    yield from _open(marked)
    yield from _families(tables, marked)
    yield from _parts(tables, marked, context)
    yield from _targets(marked)
    yield from _promised(tables, marked)
    yield from _instruments(tables, marked)
    yield from _compared(tables, rates.rates(rates.limits(marked), context))


def placements(
    every: pd.DataFrame,
    context: pd.DataFrame,
    peers: pd.DataFrame,
    indicator: str,
    regions: Collection[str],
) -> list[Placement]:
    """
    Return where *regions* lie against nation, province and peers.

    Parameters
    ----------
    every
        The series of all regions (``years.series``), at least of the indicator.
    context, peers
        The rows of other publications, and the table of peers.
    """
    nation = benchmarks.yearly_rates(every, context, indicator)
    pairs = benchmarks.ratios(
        every, context, indicator, regions, first_year=FIRST_YEAR, nation=nation
    )
    points = benchmarks.peers(nation, context, peers, indicator)
    return summaries.placements(pairs, benchmarks.spread_of(points))


def _placed(tables: Tables, rows: pd.DataFrame) -> Iterator[Finding]:
    context, regions = rates.marks(tables.context_rows), set(rows["region"])
    every = years.series(rows, context)
    for placement in placements(every, context, tables.peer_rows, PLACED[0], regions):
        row = placement.row
        names = ("value", "expected", "ratio", "lower", "upper")
        amounts = {name: float(row[name]) for name in names}
        amounts |= {"low": placement.low, "high": placement.high}
        if placement.province:
            amounts["province_ratio"] = float(placement.province["ratio"])
        yield Finding(
            f"placement:{row['region']}:{row['indicator']}",
            position.expected(placement),
            position.placement(placement),
            figure="expected-deaths",
            source=position.placement_source(placement),
            subtitle=position.expected_about(placement),
            values=MappingProxyType(amounts),
            **_about(row),
        )


def _about(row: Row) -> dict[str, Any]:
    return {
        "regions": (row["region"],),
        "theme": str(row["theme"]),
        "indicator": str(row["indicator"]),
    }


def _changed(rows: pd.DataFrame, context: pd.DataFrame) -> Iterator[Finding]:
    """Yield the latest counted change of each region and outcome."""
    for code in OUTCOMES:
        changes = years.changes_of(rows, context, code, first_year=FIRST_YEAR)
        for region, group in changes.groupby("region", sort=False):
            change = summaries.latest(group).only
            if change is None:
                continue
            amounts = {name: float(change.row[name]) for name in ("value", "before", "ratio")}
            amounts |= {"lower": float(change.row["lower"]), "upper": float(change.row["upper"])}
            yield Finding(
                f"change:{region}:{code}",
                findings.trend(group, group.iloc[:0], group),
                values.change(change.row) + Text("。", "."),
                figure=f"trend-{code}",
                values=MappingProxyType(amounts),
                **_about(change.row),
            )


def _stated(rows: pd.DataFrame) -> Iterator[Finding]:
    """Yield what each report without counts of deaths and accidents prints, percentages first."""
    whole = rows[rows["indicator"].isin(OUTCOMES) & rows["breakdown"].eq("")]
    last = rows.loc[rows["status"].eq(Status.ACTUAL), "period_end"].max().year
    groups = [group for _, group in whole.groupby("region", sort=False)]
    for group in sorted(groups, key=lambda group: not group["mark"].eq(Mark.PERCENT_ONLY).any()):
        shown = group[group["mark"].isin([Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY])]
        if shown.empty or group["measure"].eq(Measure.LEVEL).any():
            continue
        records = as_records(shown)
        listed = Text.joined(
            (values.short(row) + Text("", " ") + values.what(row) for row in records),
            zh="、",
            en=", ",
        )
        words = {"region": labels.region(records[0]), "listed": listed}
        year = records[0]["period_end"].year
        percent = shown["mark"].eq(Mark.PERCENT_ONLY).any()
        yield Finding(
            f"stated:{records[0]['region']}",
            say("sentence.stated", **words),
            say(
                f"sentence.stated_{'percent' if percent else 'direction'}",
                **words,
                year=year,
            ),
            figure=f"changes-{last}" if year == last else f"profile-{records[0]['region']}",
            values=MappingProxyType(
                {str(row["indicator"]): float(row["value"]) for row in records if percent}
            ),
            **_about(records[0]) | {"indicator": "deaths"},
        )


def _without_results(rows: pd.DataFrame) -> Iterator[Finding]:
    """Yield the reports without any result for deaths and accidents: plans, and targets only."""
    for _, group in rows.groupby("region", sort=False):
        row = group.sort_values("period_end").iloc[-1].to_dict()
        whole = group[group["indicator"].isin(OUTCOMES) & group["breakdown"].eq("")]
        if whole["status"].eq(Status.ACTUAL).any():
            continue
        kind = "plan" if row["kind"] == "plan" else "targets" if len(whole) else "nothing"
        words = {"region": labels.region(row), "report": findings.report(row), "count": len(group)}
        yield Finding(
            f"stated:{row['region']}",
            findings.without_results(kind, row),
            say(f"sentence.without_{kind}", **words),
            regions=(row["region"],),
            theme="outcomes",
            indicator="deaths",
            figure=f"profile-{row['region']}",
            values=MappingProxyType({"figures": len(group)}),
        )


def _open(rows: pd.DataFrame) -> Iterator[Finding]:
    """Yield the campaigns in which fewer cases were rectified than found."""
    shares = wholes.most_open(rates.shares(rows))
    for row in as_records(shares[shares["open"].gt(0)]):
        one = pd.DataFrame([row])
        amounts = {name: float(row[name]) for name in ("cases", "total", "open", "share")}
        yield Finding(
            f"open:{row['region']}:{row['loop']}",
            findings.open_hazards(one),
            say(
                "sentence.open_late" if row["on_time"] else "sentence.open",
                region=labels.region(row),
                **findings.loop_words(row),
            ),
            figure="open-hazards",
            values=MappingProxyType(amounts),
            **_about(row) | {"indicator": str(row["loop"])},
        )


def _families(tables: Tables, rows: pd.DataFrame) -> Iterator[Finding]:
    """Yield the questions that three regions or more answer with a number, with their scopes."""
    members = families.members(rows, tables.families["family"], tables)
    groups = families.groups(members)
    group = {family: name for name, answers in groups.items() for family in answers["family"]}
    amounts = members[members["measure"].eq(Measure.LEVEL) & members["value"].gt(0)]
    amounts = amounts[amounts["role"].eq(Membership.MEMBER)]
    # A number of parks of another grade is no amount of the same thing.
    amounts = amounts[amounts["use"].ne(Use.GRADE)]
    spans = amounts.groupby("family")["value"].agg(lambda each: each.max() / each.min())
    order = tables.families.assign(span=tables.families["family"].map(spans))
    for family in as_records(order.sort_values("span", ascending=False)):
        answers = amounts[amounts["family"].eq(family["family"])]
        if answers["region"].nunique() < 3 or answers["region"].duplicated().any():
            continue
        records = as_records(answers.sort_values(["level_order", "adcode"]))
        listed = Text.joined(
            labels.region(row)
            + Text("", " ")
            + values.value(row)
            + Text.aside(Text(row["scope_zh"], row["scope_en"]))
            for row in records
        )
        yield Finding(
            f"family:{family['family']}",
            findings.side_by_side(answers),
            say(
                "sentence.family_scopes",
                listed=listed,
                caution=Text(family["caution_zh"], family["caution_en"]),
            ),
            regions=tuple(row["region"] for row in records),
            theme=str(family["theme"]),
            indicator=str(records[0]["indicator"]),
            figure=f"comparison-{group[family['family']]}",
            values=MappingProxyType({row["region"]: float(row["value"]) for row in records}),
        )


def _parts(tables: Tables, rows: pd.DataFrame, context: pd.DataFrame) -> Iterator[Finding]:
    """Yield the few parts that make most of a whole of deaths or accidents."""
    for code in OUTCOMES:
        pieces = wholes.composition(rows, context, code, tables.breakdowns)
        for _, group in pieces.groupby("whole_id", sort=False):
            first = summaries.most(group)
            listed = Text.joined(
                (
                    Text(row["part_zh"], f"{row['part_en'].lower()} ") + values.value(row)
                    for row in first.parts
                ),
                zh="、",
                en=", ",
            )
            yield Finding(
                f"parts:{first.whole['region']}:{code}",
                findings.parts(group),
                say("sentence.parts", region=labels.region(first.whole), listed=listed),
                figure=f"parts-{code}",
                values=MappingProxyType(
                    {"value": first.value, "whole": float(first.whole["whole"])}
                ),
                **_about(first.whole),
            )


def _targets(rows: pd.DataFrame) -> Iterator[Finding]:
    """Yield how many of the targets of each region were not due yet."""
    judged = attainment.judged(rows)
    for region, group in judged.groupby("region", sort=False):
        outcomes = summaries.outcomes(group)
        counts = {"count": outcomes.total, "waiting": outcomes.waiting}
        words = {"region": labels.region(group.iloc[0].to_dict())} | counts
        yield Finding(
            f"targets:{region}",
            say("sentence.targets_title", **words),
            say("sentence.targets", **words),
            regions=(str(region),),
            theme="",
            indicator="",
            figure="targets",
            subtitle=say("targets.subtitle"),
            values=MappingProxyType(counts),
        )


def _promised(tables: Tables, rows: pd.DataFrame) -> Iterator[Finding]:
    promised = policies.commitments(tables)
    for region, group in promised[promised["region"].isin(rows["region"])].groupby(
        "region", sort=False
    ):
        words = int(group["status"].eq(Promise.WORDS).sum())
        yield Finding(
            f"commitments:{region}",
            findings.commitments(group),
            say(
                "sentence.commitments",
                region=labels.region(group.iloc[0].to_dict()),
                count=words,
                total=len(group),
            ),
            regions=(str(region),),
            theme="",
            indicator="",
            figure=f"commitments-{region}",
            values=MappingProxyType({"total": len(group), "words": words}),
        )


def _instruments(tables: Tables, rows: pd.DataFrame) -> Iterator[Finding]:
    standings = policies.standings(tables)
    known = standings[standings["status"].ne(Standing.NOT_MENTIONED)]
    known = known[known["region"].isin(rows["region"])]
    reports = known.groupby("indicator")["region"].nunique()
    for region, group in known.groupby("region", sort=False):
        own = group["indicator"].drop_duplicates()
        alone = int(own.map(reports).eq(1).sum())
        words = {
            "region": labels.region(group.iloc[0].to_dict()),
            "count": alone,
            "total": len(own),
        }
        yield Finding(
            f"instruments:{region}",
            say("sentence.instruments", **words),
            say("sentence.instruments_shared", **words, shared=len(own) - alone),
            regions=(str(region),),
            theme="",
            indicator="",
            figure="instruments-2",  # those of one or two reports
            values=MappingProxyType({"total": len(own), "alone": alone}),
        )


def _compared(tables: Tables, rated: pd.DataFrame) -> Iterator[Finding]:
    """Yield how many of the indicators that several reports give can be compared."""
    comparable = families.shared(rated, tables, list(tables.indicators["indicator"]))
    if not comparable:
        return
    counts = {"count": sum(comparable.values()), "total": len(comparable)}
    yield Finding(
        "coverage:all",
        findings.coverage(comparable),
        say("sentence.compared", **counts),
        regions=tuple(rated["region"].drop_duplicates()),
        theme="",
        indicator="",
        figure="coverage",
        values=MappingProxyType(counts),
    )
