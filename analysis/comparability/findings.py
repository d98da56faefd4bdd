"""
The one sentence that a figure may claim, chosen by the fields of what its rows show.

Nothing is computed here: ``statistics.summaries`` decides, the catalogue of messages words it. A
sentence claims nothing that chance explains, and names no winner.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.language import numbers, values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Mark, Standing, Use
from analysis.statistics import summaries
from analysis.statistics.summaries import Change, Extremes, Largest, Latest

from .rules import Comparison


def comparison(result: Comparison) -> Text:
    """Return what the comparable figures of an indicator show together."""
    rows, name = result.rows, result.name
    if rows.empty:
        return say("finding.none_comparable", name=name)
    if len(rows) == 1 and result.barred:
        return say("finding.barred", name=name, barred=result.barred + 1)
    if len(rows) == 1:
        return say("finding.one_region", name=name, region=_region(rows.iloc[0]))
    counted = rows["mark"].eq(Mark.EXACT) & rows["method"].ne("")
    if result.scale == "rate" and counted.all():
        return _extremes(name, summaries.extremes(rows))
    return _side_by_side(name, rows, result.scale)


def side_by_side(rows: pd.DataFrame) -> Text:
    """Return what the family of *rows* that most regions answer shows."""
    if rows.empty:
        return say("finding.all_apart")
    headline = summaries.headline(rows)
    first, answers = headline.iloc[0], summaries.answers(headline)
    return say(
        f"finding.answers_{answers.kind}",
        name=Text(first["family_zh"], first["family_en"]),
        count=answers.regions,
        low=_amount(answers.low),
        high=_amount(answers.high, unit=True),
        parts=Text.joined(map(values.part, answers.parts), zh="、", en=", "),
    )


def _amount(row: dict[Any, Any], *, unit: bool = False) -> Text:
    """Return the amount of one region, as printed unless it is a sum or a ratio."""
    if row["use"] == Use.RATIO:
        ratio = f"{row['ratio']:.1f}"
        return Text(ratio, ratio)
    total = numbers.exact(row["total"])
    en = values.printed(row | {"value": row["total"]}).en if unit else total
    if row["total"] != row["value"]:
        return Text(f"{total}{row['unit']}", en)
    return Text(values.printed(row).zh, en)


def apart(rows: pd.DataFrame) -> Text:
    """Return why the figures of one indicator are not set side by side."""
    first = rows.iloc[0]
    reason = Text(first["reason_zh"], first["reason_en"])
    return say("finding.apart", name=_name(rows), reason=reason)


def not_comparable(comparable: Mapping[str, bool]) -> Text:
    """Return how many of the indicators that several reports share cannot be compared."""
    total = len(comparable)
    count = total - sum(comparable.values())
    return say("finding.not_comparable", count=count, total=total)


def _name(rows: pd.DataFrame) -> Text:
    if "indicator_zh" not in rows or rows.empty:
        return Text("", "")
    first = rows.iloc[0]
    return Text(str(first["indicator_zh"]), str(first["indicator_en"]))


def _region(row: Any) -> Text:
    return Text(row["region_zh"], row["region_en"])


def _side_by_side(name: Text, rows: pd.DataFrame, scale: str) -> Text:
    shown = rows.assign(value=rows["rate"]) if scale == "rate" else rows
    amounts = (_region(r) + Text("", " ") + values.value(r) for r in shown.to_dict("records"))
    listed = Text.joined(amounts, zh="，", en=", ")
    if scale == "rate":
        return say("finding.rates", name=name, rates=listed)
    return say("finding.amounts", name=name, amounts=listed)


def _extremes(name: Text, found: Extremes) -> Text:
    if not found.differ:
        return say("finding.no_difference", name=name)
    return say(
        "finding.difference",
        name=name,
        per=say("finding.per_person_and_day" if found.by_day else "finding.per_person"),
        more=_region(found.more),
        less=_region(found.less),
        ratio=numbers.ratio(found.ratio),
        span=f"{numbers.ratio(found.lower)}–{numbers.ratio(found.upper)}",
    )


def trend(rows: pd.DataFrame, stated: pd.DataFrame, changes: pd.DataFrame) -> Text:
    """Return what the latest counted change of each region shows, or that none was counted."""
    every = rows if len(rows) else stated
    if every.empty:
        return say("finding.no_years")
    name, latest = _name(every), summaries.latest(changes)
    if latest.only:
        return _change(name, latest.only)
    if latest.regions:
        return _latest(name, latest)
    return say("finding.not_tested" if len(rows) else "finding.no_counts", name=name)


def _change(name: Text, change: Change) -> Text:
    row = change.row
    words = {
        "region": _region(row),
        "year": row["period_end"].year,
        "name": values.lowered(name),
        "change": say("finding.fall" if change.falls else "finding.rise"),
        "value": numbers.exact(float(row["value"])),
        "before": numbers.exact(float(row["before"])),
    }
    if change.same:
        return say("finding.same_as_before", **words)
    return say("finding.change_beyond" if change.beyond else "finding.change_within", **words)


def _latest(name: Text, latest: Latest) -> Text:
    if not latest.beyond:
        return say("finding.latest_within", name=name, count=latest.regions)
    return say("finding.latest", name=name, count=latest.regions, beyond=latest.beyond)


def coverage(comparable: Mapping[str, bool]) -> Text:
    """Return how many of the indicators that several reports share can be compared."""
    return say("finding.coverage", count=sum(comparable.values()), total=len(comparable))


def reading(changes: pd.DataFrame) -> Text:
    """Return every counted change as a sentence, the latest first."""
    if changes.empty:
        return say("finding.no_change_chosen")
    counted = changes[changes["mark"].eq(Mark.EXACT)].sort_values("period_end", ascending=False)
    if counted.empty:
        return say("finding.directions_only")
    return Text.joined(counted_changes(counted), zh="。\n", en=".\n") + Text("。", ".")


def counted_changes(counted: pd.DataFrame) -> list[Text]:
    """Return each counted change as a sentence."""
    return [values.change(row) for row in counted.to_dict("records")]


def year_on_year(changes: pd.DataFrame) -> Text:
    """Return how many counted changes are beyond chance, and which regions published no counts."""
    if changes.empty:
        return say("note.nothing_changed")
    summary = summaries.changes(changes)
    if not summary.total:
        return say("finding.changes_without_counts")
    regions = _places(summary.counted)
    text = say("finding.changes_within", regions=regions, count=summary.total)
    if summary.beyond:
        total, beyond = summary.total, summary.beyond
        text = say("finding.changes_beyond", regions=regions, total=total, count=beyond)
    if summary.uncounted.empty:
        return text
    return text + say("finding.others_without_counts", others=_places(summary.uncounted))


def _places(rows: pd.DataFrame) -> Text:
    """Return the regions of *rows* by name, each once; their number where they are many."""
    once = rows.drop_duplicates("region").to_dict("records")
    if len(once) > values.CROWD:
        return say("finding.regions", count=len(once))
    return Text.joined(map(_region, once), zh="、", en=" and ")


def funnel(rows: pd.DataFrame) -> Text:
    """Return how many counts lie outside the limits around an outside rate, and on which side."""
    if rows.empty:
        return say("note.nothing_expected")
    first, placed = rows.iloc[0], summaries.placed(rows)
    about = say(
        "finding.against_expected",
        where=_places(rows),
        span=values.years(rows["period_end"]),
        name=values.lowered(_name(rows)),
        of=Text(first["of_zh"], first["of_en"]),
    )
    total, sides = placed.total, {"above": placed.above, "below": placed.below}
    if not any(sides.values()):
        return about + say("finding.every_year_within", years=_years(total))
    outer = say("finding.beyond_outer", far=say("finding.far", count=placed.far))
    if not placed.far:
        outer = say("finding.none_beyond_outer")
    for side, count in sides.items():
        if count == total:
            return about + say(f"finding.every_year_{side}", years=_years(total)) + outer
    counted = [say(f"finding.{side}", count=count) for side, count in sides.items() if count]
    of = say("finding.of_counts" if total > values.CROWD else "finding.of_years", count=total)
    return about + of + Text.joined(counted, zh="、", en=", ") + outer


def _years(total: int) -> Text:
    few = {1: say("finding.one_year"), 2: say("finding.both_years")}
    return few.get(total) or say("finding.all_years", count=total)


def closed_loop(shares: pd.DataFrame) -> Text:
    """Return the range of the shares rectified, and the regions that they can be computed for."""
    if shares.empty:
        return say("note.nothing_closed")
    low, high = (numbers.percent(shares["share"].agg(end)) for end in ("min", "max"))
    span = Text(low, low) if low == high else say("finding.from_to", low=low, high=high)
    regions = shares["region"].nunique()
    where = say("finding.only_regions_give", count=regions, regions=_places(shares))
    return say("finding.closed_loop", where=where, count=len(shares), span=span)


def composition(parts: pd.DataFrame) -> Text:
    """Return the largest part of each whole, with the next one where chance may explain it."""
    if parts.empty:
        return say("note.nothing_to_take_apart")
    each = [_largest(summaries.largest(g)) for _, g in parts.groupby("whole_id", sort=False)]
    name = _name(parts)
    return say(
        "finding.composition",
        where=_places(parts),
        name=Text(name.zh, name.en.lower()),
        largest=Text.joined(each),
    )


def _largest(largest: Largest) -> Text:
    top, of = _part(largest.top), largest.top
    if of["whole_zh"]:
        whole = Text(str(of["whole_zh"]), str(of["whole_en"]))
        top = say("finding.part_of", whole=values.lowered(whole), part=top)
    if largest.apart:
        return top
    return say("finding.two_parts", first=top, second=_part(largest.second))


def _part(row: dict[Any, Any]) -> Text:
    part = values.lowered(Text(row["part_zh"], row["part_en"]))
    return say("finding.part", part=part, share=numbers.percent(row["share"]))


def targets(judged: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """Return how many targets were met, how many not, and of how many nothing is known."""
    return _targets(judged) + values.page(number, pages)


def _targets(judged: pd.DataFrame) -> Text:
    if judged.empty:
        return say("note.nothing_aimed")
    outcomes = summaries.outcomes(judged)
    if not outcomes.judged:
        return say("finding.targets_without_result", count=outcomes.total)
    return say(
        "finding.targets",
        count=outcomes.total,
        met=outcomes.met,
        missed=outcomes.missed,
        unsure=outcomes.unsure,
    )


def instruments(rows: pd.DataFrame) -> Text:
    """Return how many instruments several reports share, and how many appear in one only."""
    counts = summaries.instruments(rows)
    return say("finding.instruments", total=counts.total, several=counts.three, own=counts.one)


def instruments_page(rows: pd.DataFrame, themes: pd.DataFrame) -> Text:
    """Return the themes of a page of instruments, and in how many reports these appear."""
    counts = summaries.instruments(rows)
    kinds = {"three_reports": counts.three, "two_reports": counts.two, "one_report": counts.one}
    some = {name: count for name, count in kinds.items() if count}
    about = _themes(themes[themes["theme"].isin(rows["theme"])])
    if len(some) == 1:
        name = next(iter(some))
        return say(f"finding.instruments_all_in_{name}", about=about, count=counts.total)
    each = [say(f"finding.instruments_in_{name}", count=count) for name, count in some.items()]
    shared = Text.joined(each, zh="，", en=", ")
    return say("finding.instruments_page", about=about, count=counts.total, shared=shared)


def _themes(shown: pd.DataFrame) -> Text:
    names = [Text(zh, en) for zh, en in shown[["name_zh", "name_en"]].itertuples(index=False)]
    if len(names) == 1:
        return names[0]
    return say("finding.from_to", low=names[0], high=values.lowered(names[-1]))


def commitments(rows: pd.DataFrame) -> Text:
    """Return how many of the commitments could be checked later."""
    return say("finding.commitments", total=len(rows), checkable=summaries.checkable(rows))


def promises(checkable: pd.DataFrame, *, number: int = 1, pages: int = 1) -> Text:
    """Return how many commitments of each region could be checked later; equal on every page."""
    counts = checkable.groupby("region", sort=False).size()
    each = [
        say("finding.region_count", region=_region(row), count=counts[row["region"]])
        for row in checkable.drop_duplicates("region").to_dict("records")
    ]
    listed = Text.joined(each, zh="、", en=", ") or say("alt.none")
    return say("finding.checkable", listed=listed) + values.page(number, pages)


def profile(mine: pd.DataFrame, changed: pd.DataFrame, beside: pd.DataFrame) -> Text:
    """Return the evidence on outcomes of one region, and how many of its indicators compare."""
    count = beside["indicator"].nunique() if len(beside) else 0
    return say(
        "finding.profile",
        region=_region(mine.iloc[0]),
        outcomes=_outcomes(mine[mine["outcome"].notna()], changed),
        comparable=say("finding.comparable", count=count) if count else say("finding.nothing"),
    )


def _outcomes(outcomes: pd.DataFrame, changed: pd.DataFrame) -> Text:
    """Return what the counted changes show, else the strongest kind of evidence."""
    if len(changed):
        beyond = summaries.beyond_chance(changed)
        if not beyond:
            return say("finding.counted_within", count=len(changed))
        return say("finding.counted_beyond", count=len(changed), beyond=beyond)
    mark = summaries.evidence(outcomes)
    return say(f"finding.evidence_{mark}") if mark else say("finding.no_evidence")


def policies(standings: pd.DataFrame, commitments: pd.DataFrame, region: str) -> Text:
    """Return how many instruments and commitments the report of *region* names."""
    known = standings["region"].eq(region) & standings["status"].ne(Standing.NOT_MENTIONED)
    planned = commitments["region"].eq(region)
    counts = {"instruments": int(known.sum()), "commitments": int(planned.sum())}
    return say("note.policy_counts", **counts)
