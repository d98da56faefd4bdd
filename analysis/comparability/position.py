"""
Level of a region against the nation, its province and its peers, in one statement.

Nothing is computed here: ``statistics`` does.
"""

from typing import Any

import pandas as pd

from analysis.language import numbers, values
from analysis.language.labels import indicator, region
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.rows import as_records
from analysis.statistics import benchmarks, gaps
from analysis.statistics.spread import Placement, Spread

_RATED = ("deaths", "accidents", "injuries")  # with a word for the rate of each


def expected(placement: Placement | None) -> Text:
    """Return the title of a placement: its ratio to the nation, and what explains it."""
    if placement is None:
        return say("note.nothing_expected")
    row = placement.row
    words = {
        "region": region(row),
        "rate": say(f"rate_of.{row['indicator'] if row['indicator'] in _RATED else 'other'}"),
        "ratio": numbers.ratio(row["ratio"]),
    }
    if placement.as_nation:
        return say("finding.expected_unsure", **words)
    if placement.province is None:
        return say(f"finding.expected_peers_{'in' if placement.as_peers else 'out'}", **words)
    above = placement.province
    words |= {"province": Text(above["of_zh"], above["of_en"])}
    if placement.as_province:
        return say("finding.expected_as_province", **words)
    return say("finding.expected_both", **words, second=numbers.ratio(above["ratio"]))


def expected_about(placement: Placement | None) -> Text:
    """Return the counts of a placement and the usual range of peers, as a subtitle."""
    if placement is None:
        return Text("", "")
    words = {name: values.counted(placement.row, name) for name in ("value", "expected")}
    words["span"] = values.time_of(placement.row)
    if placement.spread is None:
        return say("expected.subtitle_alone", **words)
    ends = {"low": numbers.ratio(placement.low), "high": numbers.ratio(placement.high)}
    return say("expected.subtitle", count=placement.spread.regions, **words, **ends)


def placement(placement: Placement) -> Text:
    """Return where a region lies against its nation, its province and its peers, in one text."""
    row = placement.row
    nation = say("placement.nation", **_counted(row), name=values.lowered(indicator(row)))
    texts = [nation, _of_province(placement), _of_peers(placement)]
    if row["chained"]:
        texts.append(say("placement.chained", year=row["until"]))
    return Text.joined(texts, zh="", en=" ")


def _of_province(placement: Placement) -> Text:
    above, yearly = placement.province, placement.yearly
    if above is None:
        return say("placement.no_province")
    rates = ["、".join(f"{rate:.2f}" for rate in yearly[column]) for column in ("rate", "of_rate")]
    words = _counted(above) | {
        "own": Text(rates[0], rates[0].replace("、", ", ")),
        "others": Text(rates[1], rates[1].replace("、", ", ")),
    }
    return say(f"placement.{'as' if placement.as_province else 'not_as'}_province", **words)


def _of_peers(placement: Placement) -> Text:
    if placement.spread is None:
        return say("placement.no_peers")
    words = {
        "region": region(placement.row),
        "count": placement.spread.regions,
        "outside": placement.spread.outside,
        "low": numbers.ratio(placement.low),
        "high": numbers.ratio(placement.high),
    }
    if not placement.as_peers:
        return say("placement.outside_peers", **words)
    if placement.as_province and not placement.as_nation and placement.province is not None:
        words["province"] = Text(placement.province["of_zh"], placement.province["of_en"])
        return say("placement.level_of_province", **words)
    return say("placement.within_peers", **words)


def placement_source(placement: Placement) -> Text:
    """Return whose publications a placement rests on beside the region's own."""
    above = placement.province
    places = [Text(placement.row["of_zh"], placement.row["of_en"])]
    places += [Text(above["of_zh"], above["of_en"])] if above else []
    names = Text.joined(places, zh="、", en=", ")
    count = placement.spread.regions if placement.spread else 0
    return say("source.placement" if count else "source.reference", places=names, count=count)


def _counted(row: dict[Any, Any]) -> dict[str, Any]:
    """Return the words of an observed count beside the expected one."""
    return {
        "region": region(row),
        "of": Text(row["of_zh"], row["of_en"]),
        "span": values.time_of(row),
        "value": values.counted(row, "value"),
        "expected": values.counted(row, "expected"),
        "ratio": numbers.ratio(row["ratio"]),
        "low": numbers.ratio(row["lower"]),
        "high": numbers.ratio(row["upper"]),
    }


def peers(placements: list[Placement], points: pd.DataFrame) -> Text:
    """Return whether chance or the range of peers (*points*) explains the first placement."""
    if points.empty:
        return say("note.nothing_expected")
    if not placements or placements[0].spread is None:
        low, high = (numbers.ratio(end) for end in (points["ratio"].min(), points["ratio"].max()))
        return say("finding.peers_only", count=len(points), low=low, high=high)
    first = placements[0]
    if first.by_chance:
        return expected(first)
    side = say("peers.above" if first.row["ratio"] > 1 else "peers.below")
    message = f"finding.peers_{'in' if first.as_peers else 'out'}"
    return say(message, region=region(first.row), side=side, count=len(points))


def _band(first: Placement, known: Spread, points: pd.DataFrame) -> Text:
    """Return what the usual range of peers includes, and the range that is not winsorised."""
    low, high = benchmarks.plain_limits(points, first.row["expected"])
    return say(
        "note.peers_band",
        outside=known.outside,
        count=len(points),
        low=numbers.ratio(low),
        high=numbers.ratio(high),
    )


def peers_about(placements: list[Placement], points: pd.DataFrame) -> list[Text]:
    """Return what is drawn among peers, and how the usual range of the first placement is found."""
    if not placements:
        return [say("peers.subtitle")]
    first = placements[0]
    bands = [_band(first, first.spread, points)] if first.spread else []
    return [_beside_province(first.province), *bands]


def _beside_province(above: dict[Any, Any] | None) -> Text:
    """Return the subtitle, with the ratio to the province where it is known."""
    if above is None:
        return say("peers.subtitle")
    return say(
        "peers.subtitle_province",
        region=region(above),
        span=values.time_of(above),
        province=Text(above["of_zh"], above["of_en"]),
        second=numbers.ratio(above["ratio"]),
    )


def named(rows: pd.DataFrame) -> pd.DataFrame:
    """Return *rows* with ``named``, the region and the period of each."""
    names = [region(row) + Text("", " ") + values.time_of(row) for row in as_records(rows)]
    return rows.assign(named=pd.Series(names, index=rows.index, dtype=object))


def unplaced(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the refusals of counts without an expectation (``benchmarks.without_expectation``)."""
    return gaps.frame(
        [
            gaps.refusal(
                row,
                row["rule"],
                say(f"unplaced.{row['rule']}", region=region(row), value=values.value(row)),
            )
            for row in as_records(rows)
        ]
    )
