"""
The one sentence that a figure may claim, chosen by the fields of what its rows show.

Nothing is computed here: ``statistics.summaries`` decides, the catalogue of messages words it. A
sentence claims nothing that chance explains, and names no winner.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from analysis.language import aims, numbers, values
from analysis.language.labels import region
from analysis.language.messages import catalogue, say
from analysis.language.text import Text
from analysis.language.vocabulary import (
    Answer,
    Mark,
    Pairing,
    Promise,
    Quantity,
    Status,
    Use,
)
from analysis.rows import as_records
from analysis.statistics import precision, summaries
from analysis.statistics.spread import Placement
from analysis.statistics.summaries import Change, Extremes, Latest, Meaning, Published
from analysis.statistics.wholes import Against

from . import position
from .rules import Comparison

NAMED = 2  # parts in a title


def comparison(result: Comparison) -> Text:
    """Return what the comparable figures of an indicator show together."""
    rows, name = result.rows, result.name
    if rows.empty:
        return say("finding.none_comparable", name=name)
    if len(rows) == 1 and result.barred:
        return say("finding.barred", name=name, barred=result.barred + 1)
    if len(rows) == 1:
        first = rows.iloc[0].to_dict()
        short = values.short(first)
        name = Text(short.zh, short.en[:1].upper() + short.en[1:])
        return say("finding.one_region", name=name, region=region(first))
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
    name = Text(first["family_zh"], first["family_en"])
    if answers.kind is Answer.AMOUNTS and answers.regions > len(answers.ends):
        ends = sorted(answers.ends, key=lambda row: float(row["total"]))
        words = dict(zip(("low", "high"), map(_answer, ends), strict=True))
        words |= dict(zip(("least", "most"), map(region, ends), strict=True))
        return say("finding.range_of_regions", name=name, **words)
    each = [region(row) + Text("", " ") + _answer(row) for row in answers.ends]
    if answers.kind is Answer.GRADES:
        each = [_graded(rows) for rows in answers.graded]
    return say(
        f"finding.answers_{answers.kind}",
        name=name,
        count=answers.regions,
        amount=_answer(answers.ends[0]),
        amounts=Text.joined(each, zh="、", en=", "),
    )


def _graded(rows: Sequence[Mapping[Any, Any]]) -> Text:
    """Return the grade that *rows* have, and their regions."""
    regions = Text.joined(map(region, rows), zh="、", en=", ")
    return say("finding.graded", regions=regions, part=values.part(rows[0]))


def _answer(row: dict[Any, Any]) -> Text:
    """Return the number of one region: as printed, or a sum, a ratio or a rate."""
    if row["use"] == Use.RATIO:
        return Text(*[f"{row['ratio']:.1f}"] * 2)
    if row["use"] == Use.RATE:
        return values.numeral(precision.as_value(row))
    if row["total"] != row["value"]:
        return Text(f"{row['total']:.0f}", numbers.exact(row["total"]))
    whole = row["quantity"] == Quantity.MONEY or row["unit"] == "%"
    return values.value(row) if whole else values.numeral(row)


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


def _side_by_side(name: Text, rows: pd.DataFrame, scale: str) -> Text:
    rate = scale == "rate"
    order = rows.sort_values("rate" if rate else "value") if len(rows) > values.CROWD else rows
    records = as_records(order)
    shown = [precision.as_value(row) for row in records] if rate else records
    if len(rows) > values.CROWD:
        low, high = map(values.value, (shown[0], shown[-1]))
        name = say("finding.per_people", name=name) if rate else name
        return say("finding.range", name=name, count=len(rows), low=low, high=high)
    amount = values.numeral if rate else values.value
    amounts = (region(row) + Text("", " ") + amount(row) for row in shown)
    listed = Text.joined(amounts, zh="、", en=", ")
    kind = Answer.RATES if rate else Answer.AMOUNTS
    return say(f"finding.answers_{kind}", name=name, amounts=listed)


def _extremes(name: Text, found: Extremes) -> Text:
    if not found.differ:
        return say("finding.no_difference", name=name)
    return say(
        "finding.difference",
        name=name,
        per=say("finding.per_person"),
        more=region(found.more),
        less=region(found.less),
        ratio=numbers.ratio(found.ratio),
        span=f"{numbers.ratio(found.lower)}–{numbers.ratio(found.upper)}",
    )


def trend(rows: pd.DataFrame, stated: pd.DataFrame, changes: pd.DataFrame) -> Text:
    """Return what the latest counted change of each region shows, or that none was counted."""
    every = rows if len(rows) else stated
    if every.empty:
        return say("finding.no_years")
    name, latest = values.short(every.iloc[0].to_dict()), summaries.latest(changes)
    other = summaries.percent_beside(stated, latest.only)
    if latest.only and other:
        return _change_beside(name, latest.only, other)
    if latest.only:
        return _change(name, latest.only)
    name = Text(name.zh, name.en[:1].upper() + name.en[1:])
    if latest.regions:
        return _latest(name, latest)
    return say("finding.not_tested" if len(rows) else "finding.no_counts", name=name)


def _change(name: Text, change: Change) -> Text:
    row = change.row
    counts = {key: numbers.exact(float(row[key])) for key in ("value", "before")}
    message = "finding.change_beyond" if change.beyond else "finding.change_within"
    return say(message, region=region(row), name=name, **counts)


def _change_beside(name: Text, change: Change, other: dict[Any, Any]) -> Text:
    """Return the counts of one region, and the percentage that the report of another prints."""
    counts = {key: numbers.exact(float(change.row[key])) for key in ("value", "before")}
    fall = _way({**other, "value": other["percent"]})
    words = {"region": region(change.row), "other": region(other), "change": fall}
    name = Text(name.zh, name.en[:1].upper() + name.en[1:])
    return say("finding.change_beside", name=name, **words, **counts)


def latest_change(changes: pd.DataFrame) -> Text:
    """Return the latest change of the one counted region, and at which counts it could be seen."""
    latest = summaries.latest(changes)
    if not latest.only:
        return Text("", "")
    row = latest.only.row
    ends = {"ratio": "ratio", "low": "lower", "high": "upper"}
    ratios = {name: numbers.ratio(float(row[column])) for name, column in ends.items()}
    words = {"region": region(row), "year": row["period_end"].year} | ratios
    message = "finding.detectable" if latest.only.beyond else "finding.too_few"
    return say(message, counts=values.detectable(row), **words)


def _latest(name: Text, latest: Latest) -> Text:
    if not latest.beyond:
        return say("finding.latest_within", name=name, count=latest.regions)
    return say("finding.latest", name=name, count=latest.regions, beyond=latest.beyond)


def coverage(comparable: Mapping[str, object]) -> Text:
    """Return how many of the indicators that several reports share can be compared."""
    return say("finding.coverage", count=sum(map(bool, comparable.values())), total=len(comparable))


def compared(cells: pd.DataFrame, total: int) -> Text:
    """Return how many of *total* shared indicators compare, and where most and fewest do."""
    inside = cells[cells["pairing"].eq(Pairing.INSIDE)] if len(cells) else cells
    if inside.empty:
        return say("note.nothing_here")
    ends = summaries.reported(inside)
    words = {"most": region(ends.most), "more": ends.count, "least": region(ends.least)}
    count = inside["indicator"].nunique()
    return say("finding.compared", total=total, count=count, fewer=ends.fewest, **words)


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
    return [values.change(row) for row in as_records(counted)]


def changes(rows: pd.DataFrame, total: int) -> Text:
    """Return how many of the *total* regions, and which around them, report a fall or a rise."""
    span = summaries.published(rows)
    if span is None:
        return say("note.nothing_changed")
    year, name = span.low["period_end"].year, values.short(span.low)
    if span.kind is not Answer.MIXED and span.regions > 1 and not span.certain:
        return _uncertain(span, name)
    if span.kind is not Answer.MIXED and span.regions + len(span.wider) > 1:
        regions = say("finding.of_regions", count=span.regions, total=total)
        if span.wider:
            wider = Text.joined(map(region, span.wider), zh="、", en=", ")
            regions = say("finding.wider_too", wider=wider, regions=regions)
        return say(f"finding.published_{span.kind}", regions=regions, name=name)
    low, high = (numbers.signed_percent(row["percent"]) for row in (span.low, span.high))
    if low == high:
        place = region(span.low)
        return say("finding.published_change", year=year, name=name, place=place, low=low)
    places = {"least": region(span.low), "most": region(span.high)}
    return say("finding.published_changes", year=year, name=name, low=low, high=high, **places)


def _uncertain(span: Published, name: Text) -> Text:
    """Return the ends of the changes that regions published, none of which counts show."""
    low, high = map(numbers.exact, sorted(map(abs, span.own)))
    name = Text(name.zh, name.en[:1].upper() + name.en[1:])
    words = {"name": name, "low": low, "high": high, "count": span.regions}
    return say(f"finding.published_{span.kind}_uncertain", **words)


def year_to_date(rows: pd.DataFrame) -> Text:
    """Return the change of the first months and of the last ones of one region."""
    paired = rows[rows["before"].notna()] if len(rows) else rows
    if paired.empty:
        return say("note.nothing_changed")
    first = paired[paired["region"].eq(paired["region"].iloc[0])]
    start, end = first.iloc[0].to_dict(), first.iloc[-1].to_dict()
    each = [_so_far(row) for row in (start, end)]
    name = values.short(start)
    return say("finding.year_to_date", region=region(start), name=name, start=each[0], end=each[1])


def vintages(rows: pd.DataFrame) -> Text:
    """Return the published change that its base moves the most, and that of first prints."""
    row = summaries.furthest(rows)
    if row is None:
        return say("vintages.none")
    words = {"region": region(row), "name": values.short(row)}
    if row["percent"] < 0 and row["firsts"] < 0:
        fall = f"{numbers.exact(-row['percent'])}%", f"{-row['firsts']:.1f}%"
        if row["firsts"] > row["percent"] / 2:
            months = values.months(row["period_end"])
            return say("finding.vintages_base", published=fall[0], months=months, **words)
        return say("finding.vintages_fall", published=fall[0], firsts=fall[1], **words)
    changes = numbers.signed_percent(row["percent"]), numbers.computed_percent(row["firsts"])
    return say("finding.vintages", published=changes[0], firsts=changes[1], **words)


def percent_meanings(meanings: Sequence[Meaning]) -> Text:
    """Return the least count that the first chain implies, or the count that contradicts it."""
    for meaning in meanings:
        if meaning.contradicted:
            return _contradicted(meaning)
        if meaning.smallest:
            row = meaning.rows.iloc[-1].to_dict()
            words = {"name": values.short(row), "low": meaning.least, "year": meaning.years[-1]}
            return say("finding.at_least", region=region(row), **words)
    return say("percent_meanings.nothing")


def counted(refused: pd.DataFrame, series: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return *refused* with the reason that a region has counts, so that none are inferred."""
    known = series[series["indicator"].eq(indicator) & series["breakdown"].eq("")]["region"]
    reason = say("percent_meanings.counted")
    own = refused["region"].isin(known)
    return refused.assign(
        reason_zh=refused["reason_zh"].mask(own, reason.zh),
        reason_en=refused["reason_en"].mask(own, reason.en),
    )


def _contradicted(meaning: Meaning) -> Text:
    row = meaning.partly.iloc[0].to_dict()
    amount = _amount(row["value"], row)
    return say("finding.contradicted", region=region(row), name=values.short(row), amount=amount)


def _so_far(row: dict[Any, Any]) -> Text:
    percent = numbers.computed_percent(row["percent"])
    return say("finding.so_far", percent=percent, months=values.months(row["period_end"]))


def overview(rows: pd.DataFrame) -> Text:
    """Return how many of the reports in *rows* count deaths."""
    counted = summaries.amounts(rows)
    counted = counted[counted["indicator"].eq("deaths") & counted["breakdown"].eq("")]
    once = counted.drop_duplicates("region")
    reports = rows["report"].nunique()
    if len(once) != 1:
        return say("finding.overview", count=len(once), reports=reports)
    row = once.iloc[0].to_dict()
    words = {"region": region(row), "year": row["period_end"].year}
    value = values.counted(row, "value")
    return say("finding.overview_one", reports=reports, value=value, **words)


def open_hazards(shares: pd.DataFrame) -> Text:
    """Return how many of the cases found were rectified, where the difference is largest."""
    if shares.empty:
        return say("finding.no_loop")
    row = summaries.still_open(shares).row
    message = "finding.open_late" if row["on_time"] else "finding.open_hazards"
    message = message if row["open"] else "finding.all_rectified"
    return say(message, region=region(row), **loop_words(row))


def loop_words(row: Mapping[Any, Any]) -> dict[str, Text]:
    """Return what was found, the three counts of ``values.loop_counts`` and the printed rate."""
    counts = dict(zip(("total", "cases", "open"), values.loop_counts(row), strict=True))
    what = say(f"loop.{row['loop']}")
    rate = row["rate_printed"]
    counts["printed"] = say("open.printed", rate=rate) if rate else Text("", "")
    return {"what": what, "part": values.part_or_all(row), "rate": Text(rate, rate), **counts}


def parts(pieces: pd.DataFrame) -> Text:
    """Return the few parts that make most of the first whole."""
    if pieces.empty:
        return say("finding.no_parts")
    first = summaries.most(pieces[pieces["whole_id"].eq(pieces.iloc[0]["whole_id"])])
    words: dict[str, Any] = {"region": region(first.whole), "name": values.short(first.whole)}
    if len(first.parts) == 1:
        part = _short_part(first.parts[0])
        return say("finding.one_part", part=part, share=numbers.percent(first.share), **words)
    words |= {"value": _amount(first.value, first.whole)}
    words |= {"whole": _amount(first.whole["whole"], first.whole)}
    if len(first.parts) > NAMED:
        return say("finding.most_parts", parts=len(first.parts), **words)
    names = Text.joined(map(_short_part, first.parts), zh="、", en=" and ")
    return say("finding.two_parts", parts=names, **words)


def _short_part(row: dict[Any, Any]) -> Text:
    """Return the name of the part of a row for a title: a short one if there is one."""
    code = str(row["piece"]).rpartition(":")[2]
    return catalogue().get(f"short.{code}") or values.lowered(Text(row["part_zh"], row["part_en"]))


def _amount(amount: float, row: dict[Any, Any]) -> Text:
    """Return an amount, in Chinese with its unit, in English without."""
    return Text(values.computed(row, amount).zh, numbers.exact(amount))


def against(pairs: Sequence[Against]) -> Text | None:
    """Return the part whose share is least like the province's, and how sure the difference is."""
    if not pairs:
        return None
    pair = min(pairs, key=lambda pair: pair.p_value)
    other = pair.wider
    words = {
        "part": Text(pair.part["part_zh"], pair.part["part_en"]),
        "own": values.period(pair.part["period_start"], pair.part["period_end"]),
        "value": numbers.exact(pair.part["value"]),
        "whole": numbers.exact(pair.part["whole"]),
        "of": Text(other["region_zh"], other["region_en"]),
        "when": values.period(other["period_start"], other["period_end"]),
        "count": numbers.exact(other["value"]),
        "total": numbers.exact(other["whole"]),
        "share": numbers.percent(other["share"]),
        "p": f"{pair.p_value:.2g}",
        "comparisons": len(pairs),
    }
    return say("finding.against" if pair.differ else "finding.against_too_few", **words)


def targets(judged: pd.DataFrame) -> Text:
    """Return how many targets were met, or, if none could be judged, why."""
    if judged.empty:
        return say("note.nothing_aimed")
    outcomes = summaries.outcomes(judged)
    if outcomes.judged:
        return say("finding.targets", total=outcomes.total, met=outcomes.met)
    if outcomes.waiting == outcomes.total:
        return say("finding.targets_not_due", count=outcomes.total)
    if outcomes.all_open:
        return say("finding.targets_undated", count=outcomes.undated, total=outcomes.total)
    return say("finding.targets_waiting", count=outcomes.total, waiting=outcomes.waiting)


def most_targets(judged: pd.DataFrame) -> Text:
    """Return which region sets most targets, and that none was due where the title does not."""
    if judged.empty:
        return say("targets.subtitle")
    outcomes = summaries.outcomes(judged)
    words = {"region": region(outcomes.most), "total": outcomes.total, "count": outcomes.count}
    most = say("finding.targets_most", **words)
    return say("finding.targets_none_due", most=most) if outcomes.all_open else most


def instruments(patterns: pd.DataFrame) -> Text:
    """Return how many instruments all reports mention."""
    counts = summaries.instruments(patterns)
    words = {"count": counts.every, "total": counts.total, "reports": counts.reports}
    return say("finding.instruments", **words)


def instruments_of_one(patterns: pd.DataFrame) -> Text:
    """Return the report with most instruments, and how many of these are in no other."""
    counts = summaries.instruments(patterns)
    words = {"region": region(counts.most), "count": counts.own, "alone": counts.alone}
    return say("finding.instruments_of_one", total=counts.total, **words)


def commitments(rows: pd.DataFrame) -> Text:
    """Return how many commitments of a region name a number or a date."""
    if rows.empty:
        return say("note.nothing_checkable")
    counts = {"count": summaries.checkable(rows), "total": len(rows)}
    return say("finding.commitments", region=region(rows.iloc[0].to_dict()), **counts)


def profile(
    outcomes: pd.DataFrame, row: dict[Any, Any], placed: Placement | None, promised: pd.DataFrame
) -> Text:
    """
    Return the title of a region: its level, else the main figures on accidents of its report.

    For a report without such figures it is what the targets ask for if that is one thing, else how
    many of the commitments *promised* can be checked.
    """
    if placed:
        return position.expected(placed)
    results = outcomes[outcomes["status"].eq(Status.ACTUAL)] if len(outcomes) else outcomes
    asked = dict.fromkeys(map(aims.aim, as_records(outcomes)))
    if results.empty and len(asked) == 1:
        names = Text.joined(map(values.short, as_records(outcomes)), zh="、", en=" and ")
        return say("finding.aimed", region=region(row), names=names, aim=next(iter(asked)))
    if results.empty:
        plan = row["kind"] == "plan"
        if promised.empty:
            return without_results(
                "plan" if plan else "targets" if len(outcomes) else "nothing", row
            )
        counts = {"count": summaries.checkable(promised), "total": len(promised)}
        message = "finding.promised_plan" if plan else "finding.promised"
        return say(message, region=region(row), **counts)
    stated = results[results["mark"].isin([Mark.PERCENT_ONLY, Mark.DIRECTION_ONLY])]
    first = as_records((stated if len(stated) else results).head(2))
    if len(stated) and stated["mark"].eq(Mark.DIRECTION_ONLY).all():  # a zero is the only number
        first += as_records(results[results["mark"].eq(Mark.ZERO)].head(1))
    each = (values.short(row) + Text("", " ") + _way(row) for row in first)
    return say("finding.profile", region=region(row), outcomes=Text.joined(each, zh="、", en=", "))


def without_results(kind: str, row: dict[Any, Any]) -> Text:
    """Return that the report of *row*, of a kind, has no results."""
    return say(f"finding.profile_{kind}", region=region(row), report=report(row))


def report(row: dict[Any, Any]) -> Text:
    """Return which report *row* is from, by its year."""
    return Text(*(values.report_period(row["report"], language) for language in ("zh", "en")))


def _way(row: dict[Any, Any]) -> Text:
    """Return an outcome in a few words, of a change its direction and its size."""
    if row["mark"] == Mark.DIRECTION_ONLY:
        return values.direction(row["value"])
    if row["mark"] == Mark.PERCENT_ONLY:
        percent = f"{numbers.exact(abs(row['value']))}%"
        return say("finding.way", way=values.direction(row["value"]), percent=percent)
    return values.what(row)


def open_lines(shares: pd.DataFrame, refused: pd.DataFrame) -> list[Text]:
    """Return what of the hazards and violations found was rectified, or why it is not known."""
    if shares.empty:
        reasons = zip(refused["reason_zh"], refused["reason_en"], strict=True)
        return [Text(zh, en) for zh, en in reasons]
    left = shares[shares["open"].gt(0)]
    lines = [_open(row) for row in as_records(left)]
    closed = as_records(shares[shares["open"].eq(0)])
    names = Text.joined(map(values.part_or_all, closed), zh="；", en="; ")
    last = [say("profile.all_rectified", count=len(closed), names=names)] if closed else []
    return [*lines, *last]


def _open(row: dict[Any, Any]) -> Text:
    return say("profile.open_late" if row["on_time"] else "profile.open", **loop_words(row))


# The lines of a list, and the one that counts what is not in it.
Listed = tuple[list[Text], Text | None]


def promised_heading(rows: pd.DataFrame) -> Text:
    """Return the heading of the commitments *rows* of a region: how many can be checked."""
    counts = {"count": summaries.checkable(rows), "total": len(rows)}
    return say("profile.promised_heading", **counts)


def promised_lines(rows: pd.DataFrame, *, by_theme: bool = False) -> Listed:
    """
    Return the commitments of a region with a number or a date, and how many have none.

    *by_theme* also counts those without by theme.
    """
    known = rows[rows["status"].ne(Promise.WORDS)].sort_values("deadline", kind="stable")
    lines = [
        say(
            "profile.promised",
            name=Text(row["indicator_zh"], row["indicator_en"]),
            what=values.promised(row),
        )
        for row in as_records(known)
    ]
    words = rows[rows["status"].eq(Promise.WORDS)]
    if words.empty:
        return lines, None
    last = say("profile.in_words" if lines else "partial.words_alone", count=len(words))
    return lines, last + Text("：", ": ") + _of_themes(words) if by_theme else last


def _of_themes(words: pd.DataFrame) -> Text:
    """Return how many of the commitments *words* there are of each theme, the most first."""
    each = [
        say("commitments.of_theme", theme=values.lowered(theme), number=len(rows))
        for theme, rows in summaries.by_theme(words).items()
    ]
    return Text.joined(each, zh="、", en=", ")


def comparable_lines(beside: pd.DataFrame, shared: pd.DataFrame) -> Listed:
    """Return the figures that may be compared, a line an indicator, and the tally of the region."""
    groups = [group for _, group in beside.groupby("indicator", sort=False)] if len(beside) else []
    lines = [_compared(group) for group in groups]
    tally = [
        say("profile.shared", count=row["compared"], total=row["reported"])
        for row in as_records(shared)
    ]
    return lines, tally[0] if tally else None


def _compared(rows: pd.DataFrame) -> Text:
    rate = rows.iloc[0]["scale"] == "rate"
    each = [
        region(own.iloc[0].to_dict())
        + Text("", " ")
        + (_rate(own.iloc[0]) if rate else _answers(own))
        for _, own in rows.groupby("region", sort=False)
    ]
    figures = Text.joined(each, zh="，", en=", ")
    return say("profile.rates" if rate else "profile.figures", name=_name(rows), figures=figures)


def _rate(row: Any) -> Text:
    return values.numeral(precision.as_value(row))


def _answers(own: pd.DataFrame) -> Text:
    """Return what one region answers: a ratio, a sum of parts, or the figure as printed."""
    first = own.iloc[0].to_dict()
    if first.get("use") == Use.RATIO:
        return Text(*[f"{first['ratio']:.1f}"] * 2)
    if len(own) > 1:
        return values.summed(first, own["value"].sum())
    return values.answer(first)
