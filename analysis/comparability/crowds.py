"""What figures of the regions of a panel may claim: counts and ranges, no region by name."""

import pandas as pd

from analysis.language import numbers
from analysis.language.messages import say
from analysis.language.text import Text


def ranked(rows: pd.DataFrame) -> Text:
    """Return how many intervals of *rows* include the national rate."""
    inside = rows["lower"].le(1) & rows["upper"].ge(1)
    return say("finding.ranked", inside=int(inside.sum()), count=len(rows))


def unnamed(rows: pd.DataFrame) -> Text:
    """Return the indicator and the year of *rows*, whose ratios to the nation are drawn."""
    first = rows.iloc[0]
    name = Text(first["indicator_zh"], first["indicator_en"])
    return say("ranked.subtitle", name=name, year=first["period_end"].year)


def tiles(rows: pd.DataFrame) -> Text:
    """Return the lowest and the highest ratio of a province."""
    ends = {"low": rows["ratio"].min(), "high": rows["ratio"].max()}
    ratios = {name: numbers.ratio(end) for name, end in ends.items()}
    return say("finding.tiles", count=len(rows), **ratios)


def multiples(rows: pd.DataFrame) -> Text:
    """Return the lowest and the highest rate of a province in the last year."""
    last = rows[rows["period_end"].eq(rows["period_end"].max())]
    ends = {"low": last["rate"].min(), "high": last["rate"].max()}
    rates = {name: numbers.ratio(end) for name, end in ends.items()}
    return say("finding.multiples", count=len(last), year=last["period_end"].iloc[0].year, **rates)
