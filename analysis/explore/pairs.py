"""What regions may be compared on: two, one with each other, or all; and why not on the rest."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import Any, NamedTuple

import pandas as pd

from analysis.comparability import families, profiles
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Verdict
from analysis.rows import as_records
from analysis.statistics import rates
from analysis.tables import descriptor
from analysis.tables.load import Tables

from . import explain, words

Row = dict[Any, Any]


class _Pair(NamedTuple):
    """The comparison of two regions on one subject, and which of them report it."""

    result: Comparison
    reporting: frozenset[str]

    @property
    def compared(self) -> bool:
        """Whether both regions are kept."""
        return self.result.verdict is not Verdict.NOT_COMPARABLE


def compare(
    tables: Tables,
    one: str | None = None,
    other: str | None = None,
    indicator: str | None = None,
    *,
    language: str = "zh",
) -> str:
    """
    Return what two regions, one region and each other, or all regions may be compared on.

    Parameters
    ----------
    tables
        The tables, loaded.
    one, other
        The codes or names of two regions; every other region if only one is given, all of them
        if none is. *other* may also be an indicator.
    indicator
        The code, name or synonym of an indicator; everything that either reports if not given.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        The number of comparable subjects; each with its verdict, figures, scopes and cautions;
        then the subjects that cannot be compared, with the reasons. For one region, each comparable
        subject with the regions and verdicts, and the number of other subjects by reason. For
        all regions, how many indicators they share, and each comparable subject with its regions.

    Raises
    ------
    WordError
        For an unknown name, naming the nearest ones.
    UsageError
        For one region twice.
    """
    if one is None:
        lines = [*descriptor.doubts(tables.folder), *_shared(tables)]
        return "\n".join(line[language] for line in lines)
    if other is not None and indicator is None and words.is_indicator(other, tables):
        other, indicator = None, other
    codes = [words.region(word, tables) for word in (one, other) if word is not None]
    silent = [code for code in dict.fromkeys(codes) if code not in tables.first_reports]
    if silent:
        return "\n".join(words.without_report(code, tables)[language] for code in silent)
    if len(codes) > len(set(codes)):
        raise UsageError(say("pairs.same", region=words.name(codes[0], tables)))
    subject = None if indicator is None else words.indicator(indicator, tables)
    rows = tables.rows[tables.rows["region"].eq(codes[0])]
    members = tables.family_members[[*families.KEY, "family"]]
    own = {*rows["indicator"], *members.merge(rows[families.KEY])["family"]}
    if other is None and subject and subject not in {*explain.LISTS, *own}:
        return explain.explain(tables, codes[0], subject, language=language)
    if subject in explain.LISTS:
        answers = [explain.LISTS[subject](tables, code) for code in codes]
    else:
        answers = [
            _lines(tables, codes, subject) if other else _overview(tables, codes[0], subject)
        ]
    lines = [*descriptor.doubts(tables.folder), *chain.from_iterable(answers)]
    return "\n".join(line[language] for line in lines)


def _lines(tables: Tables, codes: list[str], indicator: str | None) -> Iterator[Text]:
    words_of = {"one": words.name(codes[0], tables), "other": words.name(codes[1], tables)}
    rows = rates.rated(tables)
    every = _pairs(rows[rows["region"].isin(codes)], tables, codes, indicator)
    compared = [pair for pair in every if pair.compared]
    refused = [pair for pair in every if not pair.compared and len(pair.reporting) == len(codes)]
    single = [pair for pair in every if len(pair.reporting) < len(codes)]
    counts = {"count": len(compared), "refused": len(refused), "single": len(single)}
    yield say("pairs.summary", **words_of, **counts)
    for pair in compared:
        yield from _compared(pair.result)
    for pair in refused + (single if indicator else []):
        yield from _refused(pair.result)


def _overview(tables: Tables, region: str, indicator: str | None) -> Iterator[Text]:
    """Yield what *region* may be compared on with each other, and why not on the rest."""
    rows = rates.rated(tables)
    own = rows[rows["region"].eq(region)]
    beside = dict[Text, dict[Text, list[Text]]]()  # subject, verdict, regions
    alone = dict[Text, Text]()  # subject, reason
    figures = families.members(rows, tables.families["family"], tables)
    for other, both in explain.pairs(rows, region):
        for pair in _pairs(both, tables, [region, other["region"]], indicator, figures):
            if pair.compared:
                verdicts = beside.setdefault(pair.result.name, {})
                verdicts.setdefault(label(pair.result.verdict), []).append(explain.place(other))
            elif region in pair.reporting:
                alone.setdefault(pair.result.name, _obstacle(pair, region))
    for code, group in own.groupby("indicator", sort=False):
        name = Text(*group[["indicator_zh", "indicator_en"]].iloc[0])
        if indicator in {None, code} and not families.about(own, str(code), tables):
            alone.setdefault(name, say("pairs.nobody_else"))
    name = explain.place(own.iloc[0].to_dict())
    yield say("pairs.overview", region=name, code=region, count=len(beside))
    yield from (_others(subject, verdicts) for subject, verdicts in beside.items())
    reasons = Counter(reason for subject, reason in alone.items() if subject not in beside)
    if reasons:
        yield say("pairs.nobody", count=reasons.total())
    for reason, count in reasons.most_common():
        yield say("pairs.reason", count=count, reason=reason)


def _shared(tables: Tables) -> Iterator[Text]:
    """Yield how many indicators the regions share, and each comparable subject with its regions."""
    rows = rates.rated(tables)
    regions = rows.groupby("indicator", observed=True)["region"].nunique()
    codes = list(tables.indicators["indicator"])
    compared = families.compared(rows, tables, codes)
    every = rows["region"].nunique()
    numbers = [
        say("pairs.reported_by", regions=count, count=int(regions.eq(count).sum()))
        for count in range(every, 1, -1)
    ]
    counts = {"count": len(compared), "compared": sum(map(bool, compared.values()))}
    yield say(
        "pairs.shared", regions=every, **counts, numbers=Text.joined(numbers, zh="、", en=", ")
    )
    most = regions.index[regions.eq(regions.max())]
    names = Text.joined([words.name(code, tables) for code in most], zh="、", en="; ")
    yield say("pairs.most", regions=int(regions.max()), names=names)
    results = [one for one in profiles.compared(rows, codes, tables) if len(one.rows) > 1]
    yield say("pairs.questions", count=len(results))
    for result in sorted(results, key=lambda one: -one.rows["region"].nunique()):
        places = dict.fromkeys(map(explain.place, as_records(result.rows)))
        named = Text.joined(places, zh="、", en=", ")
        yield say("pairs.others", name=result.name, regions=named)


def _others(subject: Text, verdicts: dict[Text, list[Text]]) -> Text:
    """Return the regions that are compared on *subject*, by verdict."""
    listed = [
        say("pairs.with_verdict", regions=Text.joined(regions, zh="、", en=", "), verdict=verdict)
        for verdict, regions in verdicts.items()
    ]
    return say("pairs.others", name=subject, regions=Text.joined(listed))


def _obstacle(pair: _Pair, region: str) -> Text:
    """Return the reason why *region*, else the other region, is refused."""
    if len(pair.reporting) < 2:
        return say("pairs.nobody_else")
    refused = as_records(pair.result.refused)
    own = next((row for row in refused if row["region"] == region), None)
    if own is not None:
        return explain.reason_kind(own)
    return say("pairs.elsewhere", reason=explain.reason_kind(refused[0]))


def _pairs(
    rows: pd.DataFrame,
    tables: Tables,
    codes: list[str],
    indicator: str | None,
    figures: pd.DataFrame | None = None,
) -> list[_Pair]:
    """Compare the *rows* of two regions; *figures* are those of families, if at hand."""
    if indicator is None:
        subjects = families.subjects(rows, tables, list(rows["indicator"].unique()))
    else:
        subjects = _declared(rows, indicator, tables) or [indicator]
    known = set(rows["indicator"]) | set(tables.families["family"])
    reported = [subject for subject in subjects if subject in known]
    compared = families.comparisons(rows, reported, tables, figures)
    results = dict(zip(reported, compared, strict=True))
    for subject in set(subjects) - known:
        results[subject] = families.comparable(rows.iloc[:0], subject, tables)
    return [_pair(results[subject], codes) for subject in subjects]


def _declared(rows: pd.DataFrame, indicator: str, tables: Tables) -> list[str]:
    """Return the families with a figure of *indicator*, and itself if its whole is in none."""
    members = tables.family_members
    own = set(members.loc[members["indicator"].eq(indicator), "family"])
    declared = [code for code in tables.families["family"] if code in own]
    return declared if families.about(rows, indicator, tables) else [indicator, *declared]


def _pair(result: Comparison, codes: list[str]) -> _Pair:
    kept = set(result.rows["region"])
    figures = result.refused[result.refused["id"].ne("")] if "id" in result.refused else None
    reporting = kept | (set() if figures is None else set(figures["region"]))
    return _Pair(result, frozenset(reporting & {*codes}))


def _compared(result: Comparison) -> Iterator[Text]:
    yield say("pairs.subject", name=result.name, verdict=label(result.verdict))
    for row in as_records(result.rows):
        yield say("explain.line", text=explain.scoped(row))
    yield from (say("explain.caution", caution=one) for one in result.cautions)


def _refused(result: Comparison) -> Iterator[Text]:
    yield say("pairs.subject", name=result.name, verdict=label(result.verdict))
    for row in as_records(result.rows):
        yield say("explain.line", text=explain.scoped(row))
    for row in as_records(result.refused):
        refusal = say("explain.silent", region=explain.place(row), reason=explain.reason(row))
        yield say("explain.line", text=refusal)
