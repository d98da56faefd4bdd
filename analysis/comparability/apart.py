"""Indicators that several regions report and that cannot be compared: their figures, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Apart, Rule, Status

from . import families, rules
from .families import Declares

MOST_DIMENSIONS = 2  # ways in which parts differ that a reason names


@dataclass(frozen=True, slots=True)
class Why:
    """Why the figures of one indicator cannot be compared."""

    kind: Apart
    region: Text | None = None  # the only one with a result
    dimensions: tuple[str, ...] = ()  # what the parts differ in, the most frequent first
    rule: Text | None = None  # the reason of a rule between wholes

    @property
    def text(self) -> Text:
        """The reason in words."""
        if self.kind is Apart.RULE and self.rule is not None:
            return self.rule
        names = (say(f"dimension.{key}") for key in self.dimensions[:MOST_DIMENSIONS])
        listed = Text.joined(names, zh="、", en=" and ")
        return say(f"apart.{self.kind}", region=self.region or "", dimensions=listed)


def not_comparable(
    rows: pd.DataFrame, declared: Declares, comparable: Mapping[str, bool]
) -> pd.DataFrame:
    """
    Return the figures of the indicators that cannot be compared.

    Parameters
    ----------
    comparable
        Which indicators can be compared, from ``families.shared``.

    Returns
    -------
    pandas.DataFrame
        The most telling figures of each region, in the order of indicators and regions, with
        ``reason_zh`` and ``reason_en``, the same for all rows of an indicator, and ``elsewhere``:
        whether the figure is compared with those of another indicator.
    """
    parts = [figures(rows, declared, code) for code, may in comparable.items() if not may]
    empty = rows.iloc[:0].assign(reason_zh="", reason_en="")
    every = pd.concat([empty, *parts], ignore_index=True)
    return every.assign(elsewhere=every["id"].isin(families.answering(rows, declared)["id"]))


def figures(rows: pd.DataFrame, declared: Declares, indicator: str) -> pd.DataFrame:
    """Return the most telling figures of *indicator* in each region, with why they are apart."""
    reported = rows[rows["indicator"].eq(indicator)]
    own = families.telling(reported)
    own = own.sort_values(["level_order", "adcode", "start"], kind="stable", ignore_index=True)
    reason = why(own)
    if reason.kind is Apart.RULE:
        reason = replace(reason, rule=_barred(reported, declared, indicator))
    return own.assign(reason_zh=reason.text.zh, reason_en=reason.text.en)


def why(own: pd.DataFrame) -> Why:
    """Return why the figures *own* of several regions are apart."""
    results = own[families.results(own)]
    if results.empty:
        changes = own["status"].eq(Status.ACTUAL).any()
        return Why(Apart.NO_AMOUNT if changes else Apart.NO_RESULT)
    first = results.iloc[0]
    if results["region"].eq(first["region"]).all():
        return Why(Apart.ONE_RESULT, region=Text(first["region_zh"], first["region_en"]))
    wholes = results["breakdown"].eq("")
    if wholes.all():
        return Why(Apart.RULE)
    if wholes.any():
        return Why(Apart.WHOLE_AND_PART)
    return Why(Apart.PARTS, dimensions=_differing(results))


def _barred(rows: pd.DataFrame, declared: Declares, indicator: str) -> Text:
    """Return the reasons of the rules that keep wholes apart."""
    refused = rules.comparable(rows, indicator, declared.absence_rows).refused
    barred = refused[refused["rule"].isin([*Rule])]
    pairs = barred[["reason_zh", "reason_en"]].itertuples(index=False, name=None)
    return Text.joined(Text(zh, en) for zh, en in dict.fromkeys(pairs))


def _differing(results: pd.DataFrame) -> tuple[str, ...]:
    """Return the keys of breakdowns in which no two regions have the same words."""
    parts = results.assign(part=results["breakdown"].str.split("+")).explode("part")
    keys = parts["part"].str.partition(":")[0]
    words = parts.groupby([keys.rename("key"), "region"], observed=True)["part"].agg(set)
    counts = {str(key): list(sets) for key, sets in words.groupby(level="key")}
    apart = {key: sets for key, sets in counts.items() if not _overlap(sets)}
    return tuple(sorted(apart, key=lambda key: (-len(apart[key]), key)))


def _overlap(sets: list[set[str]]) -> bool:
    return len(set().union(*sets)) < sum(map(len, sets))
