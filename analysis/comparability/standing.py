"""The findings that stand: one list, which overview, briefs and explanations read."""

import pandas as pd

from analysis.statistics import benchmarks, summaries, years
from analysis.statistics.rates import marks
from analysis.statistics.summaries import Placement
from analysis.tables.load import Tables

FIRST_YEAR = 2020  # earlier definitions are wider
PLACED = ("deaths",)  # accident counts differ in which accidents they count


def placements(tables: Tables, indicator: str, rows: pd.DataFrame) -> list[Placement]:
    """Return where the regions of *rows* lie against nation, province and peers."""
    context = marks(tables.context_rows)
    every, regions = years.series(rows, context), set(rows["region"])
    pairs = benchmarks.ratios(every, context, indicator, regions, first_year=FIRST_YEAR)
    points = benchmarks.peers(every, context, tables.peers, indicator)
    return summaries.placements(pairs, benchmarks.spread_of(points))
