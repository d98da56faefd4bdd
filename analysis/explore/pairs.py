"""What two regions may be compared on, with scopes, cautions and the reasons of refusals."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from analysis.comparability import families
from analysis.comparability.rules import Comparison
from analysis.language.messages import label, say
from analysis.language.text import Text
from analysis.language.vocabulary import Verdict
from analysis.statistics import rates
from analysis.tables import descriptor
from analysis.tables.load import Tables

from . import explain, words

Row = dict[Any, Any]


class _Pair(NamedTuple):
    """The comparison of two regions on one subject, and how many of them report it."""

    result: Comparison
    compared: bool
    reporting: int


def compare(
    tables: Tables, one: str, other: str, indicator: str | None = None, *, language: str = "zh"
) -> str:
    """
    Return what two regions may be compared on.

    Parameters
    ----------
    tables
        The tables, loaded.
    one, other
        The codes or names of two regions.
    indicator
        The code, name or synonym of an indicator; everything that either reports if not given.
    language
        ``zh`` or ``en``.

    Returns
    -------
    str
        The number of comparable subjects; each with its verdict, figures, scopes and cautions;
        then the subjects that cannot be compared, with the reasons.

    Raises
    ------
    WordError
        For an unknown name, naming the nearest ones.
    """
    codes = [words.region(word, tables, language) for word in (one, other)]
    silent = [code for code in dict.fromkeys(codes) if code not in tables.first_reports]
    if silent:
        return "\n".join(words.without_report(code, tables)[language] for code in silent)
    subject = None if indicator is None else words.indicator(indicator, tables, language)
    lines = [*descriptor.doubts(tables.folder), *_lines(tables, codes, subject)]
    return "\n".join(line[language] for line in lines)


def _lines(tables: Tables, codes: list[str], indicator: str | None) -> Iterator[Text]:
    names = tables.regions.set_index("region").loc[codes, ["name_zh", "name_en"]].to_numpy()
    words_of = dict(zip(("one", "other"), (Text(*name) for name in names), strict=True))
    if codes[0] == codes[1]:
        yield say("pairs.same", region=words_of["one"])
        return
    every = _pairs(tables, codes, indicator)
    compared = [pair for pair in every if pair.compared]
    refused = [pair for pair in every if not pair.compared and pair.reporting == len(codes)]
    single = [pair for pair in every if pair.reporting < len(codes)]
    counts = {"count": len(compared), "refused": len(refused), "single": len(single)}
    yield say("pairs.summary", **words_of, **counts)
    for pair in compared:
        yield from _compared(pair.result)
    for pair in refused + (single if indicator else []):
        yield from _refused(pair.result)


def _pairs(tables: Tables, codes: list[str], indicator: str | None) -> list[_Pair]:
    rows = rates.rates(rates.limits(tables.rows), tables.context_rows)
    rows = rows[rows["region"].isin(codes)]
    if indicator is None:
        subjects = families.subjects(rows, tables, list(rows["indicator"].unique()))
    else:
        subjects = _declared(rows, indicator, tables) or [indicator]
    known = set(rows["indicator"]) | set(tables.families["family"])
    reported = [subject for subject in subjects if subject in known]
    compared = families.comparisons(rows, reported, tables)
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
    return _Pair(result, kept >= {*codes}, len(reporting & {*codes}))


def _compared(result: Comparison) -> Iterator[Text]:
    verdict = Verdict.WITH_CAUTION if result.cautions else Verdict.COMPARABLE
    yield say("pairs.subject", name=result.name, verdict=label(verdict))
    for row in result.rows.to_dict("records"):
        yield _figure(row)
    yield from (say("explain.caution", caution=one) for one in result.cautions)


def _figure(row: Row) -> Text:
    figure = explain.brief(row)
    if "scope_zh" not in row:
        return say("pairs.figure", figure=figure)
    scope = Text(row["scope_zh"], row["scope_en"])
    return say("pairs.figure_of_scope", figure=figure, scope=scope)


def _refused(result: Comparison) -> Iterator[Text]:
    yield say("pairs.subject", name=result.name, verdict=label(Verdict.NOT_COMPARABLE))
    for row in result.rows.to_dict("records"):
        yield _figure(row)
    for row in result.refused.to_dict("records"):
        region = Text(row["region_zh"], row["region_en"])
        reason = Text(row["reason_zh"], row["reason_en"])
        refusal = say("explain.silent", region=region, reason=reason)
        yield say("explain.other_region", figure=refusal)
