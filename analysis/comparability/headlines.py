"""
The one careful sentence over a figure of instruments, of commitments or of one region.

It counts what the figure shows, claims no more, and names no winner; ``findings`` does the same
for figures that compare numbers.
"""

import pandas as pd

from analysis.language import phrases, remarks, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Promise, Standing


def instruments(rows: pd.DataFrame) -> Text:
    """How many of the instruments several reports share, and how many stand in one alone."""
    counts = _reports_of_each(rows)
    total, several, own = len(counts), int(counts.ge(3).sum()), int(counts.eq(1).sum())
    return say("headlines.instruments_appear_three_more", total=total, several=several, own=own)


def _reports_of_each(rows: pd.DataFrame) -> "pd.Series[int]":
    """In how many reports each instrument appears; those in none are left out."""
    known = rows[rows["status"].ne(Standing.NOT_MENTIONED)]
    return known.groupby("indicator")["region"].nunique()


def instruments_page(rows: pd.DataFrame, themes: pd.DataFrame) -> Text:
    """Which themes a page of instruments is about, and in how many reports they appear."""
    counts = _reports_of_each(rows)
    shown = themes[themes["theme"].isin(rows["theme"])]
    names = [Text(zh, en) for zh, en in shown[["name_zh", "name_en"]].itertuples(index=False)]
    span = names[0] if len(names) == 1 else say("headlines.span.to")
    about = span.format(a=names[0], b=Text(names[-1].zh, values.lowered(names[-1].en)))
    kinds = (
        (say("headlines.kinds.three_more_reports"), counts.ge(3)),
        (say("headlines.kinds.two_reports"), counts.eq(2)),
        (say("headlines.kinds.one_report_only"), counts.eq(1)),
    )
    parts = [words.format(count=int(which.sum())) for words, which in kinds if which.any()]
    told = Text.joined(parts, zh="，", en=", ")
    if len(parts) > 1:
        told = say("headlines.told.instruments", count=len(counts)) + told
    else:  # “16 in one report only” says of what
        name = "instrument" if len(counts) == 1 else "instruments"
        told = Text(told.zh, told.en.replace(" in ", f" {name} in ", 1))
    return say("headlines.text", about=about, told=told)


def commitments(rows: pd.DataFrame) -> Text:
    """How many of the commitments could be checked later."""
    total, checkable = len(rows), int(rows["status"].ne(Promise.WORDS).sum())
    return say("headlines.commitments_carry_number_date", total=total, checkable=checkable)


def promises(checkable: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """How many commitments of each region could be checked later; the same on every page."""
    counts = checkable.groupby("region", sort=False).size()
    each = [
        say(
            "headlines.each.x",
            region=Text(row["region_zh"], row["region_en"]),
            region_2=counts[row["region"]],
        )
        for row in checkable.drop_duplicates("region").to_dict("records")
    ]
    told = Text.joined(each, zh="、", en=", ")
    said = say("headlines.said", told=told.zh or "无", told_2=told.en or "none")
    return said + values.page(number, pages)


def profile(mine: pd.DataFrame, changed: pd.DataFrame, beside: pd.DataFrame) -> Text:
    """What can be said of one region's outcomes, and how much of it beside others."""
    first = mine.iloc[0]
    region = Text(first["region_zh"], first["region_en"])
    count = beside["indicator"].nunique() if len(beside) else 0
    comparable = say("headlines.comparable", count=count)
    if not count:
        comparable = say("headlines.profile.nothing_comparable")
    said = _outcomes(mine[mine["outcome"].notna()], changed)
    return Text(
        f"{region.zh}：{said.zh}，{comparable.zh}", f"{region.en}: {said.en}; {comparable.en}"
    )


def _outcomes(outcomes: pd.DataFrame, changed: pd.DataFrame) -> Text:
    """The strongest kind of evidence among *outcomes*, and what the counted changes show."""
    if len(changed):
        total = len(changed)
        beyond = remarks.beyond_chance(changed)
        if not beyond:
            return say("headlines.counted_changes_all_within", total=total)
        return say("headlines.counted_changes_beyond_chance", total=total, beyond=beyond)
    for mark, told in _KINDS_OF_EVIDENCE:
        if outcomes["mark"].eq(mark).any():
            return told
    return say("headlines.result_accidents_disasters")


_KINDS_OF_EVIDENCE = (
    (Mark.EXACT, say("headlines.kinds_of_evidence.counts_without_year_before")),
    (Mark.PERCENT_ONLY, say("headlines.kinds_of_evidence.accidents_deaths_percent_only")),
    (Mark.DIRECTION_ONLY, say("headlines.kinds_of_evidence.accidents_deaths_direction_only")),
    (Mark.ZERO, say("headlines.kinds_of_evidence.only_zeros_stated")),
    (Mark.TARGET, say("headlines.kinds_of_evidence.targets_only_accidents_deaths")),
)


def policies(standings: pd.DataFrame, commitments: pd.DataFrame, region: str) -> Text:
    """How many instruments and commitments the report of *region* names."""
    known = standings["region"].eq(region) & standings["status"].ne(Standing.NOT_MENTIONED)
    planned = commitments["region"].eq(region)
    counts = {"instruments": int(known.sum()), "commitments": int(planned.sum())}
    return phrases.POLICY_COUNTS.format(**counts)


def changes(changed: pd.DataFrame) -> list[Text]:
    """Every counted change of one region, read out."""
    return [values.change(row) for row in changed.to_dict("records")]
