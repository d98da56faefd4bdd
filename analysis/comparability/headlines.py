"""
The one careful sentence over a figure of instruments, of commitments or of one region.

It counts what the figure shows, claims no more, and names no winner; ``findings`` does the same
for figures that compare numbers.
"""

import pandas as pd

from analysis.language import phrases, remarks, values
from analysis.language.values import Text
from analysis.language.vocabulary import Mark, Promise, Standing


def instruments(rows: pd.DataFrame) -> Text:
    """How many of the instruments several reports share, and how many stand in one alone."""
    counts = _reports_of_each(rows)
    total, several, own = len(counts), int(counts.ge(3).sum()), int(counts.eq(1).sum())
    return Text(
        f"{total}项举措中，{several}项见于三份以上的报告，{own}项只见于一份",
        f"Of {total} instruments, {several} appear in three or more reports, {own} in only one",
    )


def _reports_of_each(rows: pd.DataFrame) -> "pd.Series[int]":
    """In how many reports each instrument appears; those in none are left out."""
    known = rows[rows["status"].ne(Standing.NOT_MENTIONED)]
    return known.groupby("indicator")["region"].nunique()


def instruments_page(rows: pd.DataFrame, themes: pd.DataFrame) -> Text:
    """Which themes a page of instruments is about, and in how many reports they appear."""
    counts = _reports_of_each(rows)
    shown = themes[themes["theme"].isin(rows["theme"])]
    names = [Text(zh, en) for zh, en in shown[["name_zh", "name_en"]].itertuples(index=False)]
    span = names[0] if len(names) == 1 else Text("{a}至{b}", "{a} to {b}")
    about = span.format(a=names[0], b=Text(names[-1].zh, values.lowered(names[-1].en)))
    kinds = (
        (Text("{count}项见于三份以上的报告", "{count} in three or more reports"), counts.ge(3)),
        (Text("{count}项见于两份报告", "{count} in two reports"), counts.eq(2)),
        (Text("{count}项只见于一份报告", "{count} in one report only"), counts.eq(1)),
    )
    parts = [words.format(count=int(which.sum())) for words, which in kinds if which.any()]
    told = values.joined(parts, zh="，", en=", ")
    if len(parts) > 1:
        told = Text("", f"{len(counts)} instruments, ") + told
    else:  # “16 in one report only” says of what
        name = "instrument" if len(counts) == 1 else "instruments"
        told = Text(told.zh, told.en.replace(" in ", f" {name} in ", 1))
    return Text(f"{about.zh}的举措：{told.zh}", f"{about.en}: {told.en}")


def commitments(rows: pd.DataFrame) -> Text:
    """How many of the commitments could be checked later."""
    total, checkable = len(rows), int(rows["status"].ne(Promise.WORDS).sum())
    return Text(
        f"{total}项工作安排中，{checkable}项有数值或期限，其余只有文字",
        f"Of {total} commitments, {checkable} carry a number or a date; the rest are words",
    )


def promises(checkable: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """How many commitments of each region could be checked later; the same on every page."""
    counts = checkable.groupby("region", sort=False).size()
    each = [
        Text(
            f"{row['region_zh']}{counts[row['region']]}项",
            f"{row['region_en']} {counts[row['region']]}",
        )
        for row in checkable.drop_duplicates("region").to_dict("records")
    ]
    told = values.joined(each, zh="、", en=", ")
    said = Text(
        f"能查验的工作安排：{told.zh or '无'}", f"Checkable commitments: {told.en or 'none'}"
    )
    return said + values.page(number, pages)


def profile(mine: pd.DataFrame, changed: pd.DataFrame, beside: pd.DataFrame) -> Text:
    """What can be said of one region's outcomes, and how much of it beside others."""
    first = mine.iloc[0]
    region = Text(first["region_zh"], first["region_en"])
    count = beside["indicator"].nunique() if len(beside) else 0
    comparable = Text(f"{count}项指标可与他地并列", f"{count} indicators comparable")
    if not count:
        comparable = Text("没有指标可与他地并列", "nothing comparable")
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
            return Text(
                f"{total}项可数的变化都在偶然波动之内",
                f"{total} counted changes, all within chance",
            )
        return Text(
            f"{total}项可数的变化中，{beyond}项超出偶然波动",
            f"{total} counted changes, {beyond} beyond chance",
        )
    for mark, told in _KINDS_OF_EVIDENCE:
        if outcomes["mark"].eq(mark).any():
            return told
    return Text("没有事故与灾害的结果", "no result for accidents or disasters")


_KINDS_OF_EVIDENCE = (
    (Mark.EXACT, Text("事故与灾害有数量，没有上年可比", "counts without a year before")),
    (Mark.PERCENT_ONLY, Text("事故与死亡只报百分比", "accidents and deaths in percent only")),
    (Mark.DIRECTION_ONLY, Text("事故与死亡只报升降方向", "accidents and deaths by direction only")),
    (Mark.ZERO, Text("只写明哪些事故为零", "only zeros are stated")),
    (Mark.TARGET, Text("事故与死亡只有目标", "targets only for accidents and deaths")),
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
