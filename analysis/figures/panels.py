"""Figures of the regions of a panel, which may be thousands: unnamed, or summed by province."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd

from analysis.charts import Figure
from analysis.charts.multiples import multiples as draw_multiples
from analysis.charts.peers import peers as draw_peers
from analysis.charts.ranked import ranked as draw_ranked
from analysis.charts.tiles import tiles as draw_tiles
from analysis.comparability import many
from analysis.errors import UsageError
from analysis.language import publishers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.statistics import benchmarks, spread
from analysis.tables.panel import Panel

from . import source
from .request import Canvas, Options, canvas

FEWEST_REGIONS = 30  # in figures of regions unnamed


@dataclass(frozen=True)
class National(Canvas):
    """The arguments of a call on rows of a panel, which may have thousands of regions."""

    panel: Panel
    rows: pd.DataFrame

    @property
    def regions(self) -> int:
        """How many regions have rows."""
        return int(self.rows["region"].cat.codes.nunique())

    def pairs(self, indicator: str, since: int = 0) -> pd.DataFrame:
        """Return the yearly counts over those expected at the rate of the nation."""
        code = source.code_of("indicator", indicator, self.panel.indicators)
        rows = self.rows[self.rows["period_end"].dt.year.ge(since)]
        return many.ratios(self.panel, rows, code)

    def latest(self, indicator: str, fewest: int = FEWEST_REGIONS) -> pd.DataFrame:
        """Return the same of the last year; raise an error for less than the *fewest* regions."""
        rows = self.pairs(indicator, since=self.rows["period_end"].max().year)
        if len(rows) < fewest:
            raise UsageError(say("panel.too_few", count=len(rows), fewest=fewest))
        return rows


def national(options: Options) -> National | None:
    """Return the arguments of a call on rows of a panel; None for rows of ordinary tables."""
    drawing, rows = canvas(options), options.get("rows")
    panel = None if rows is None else source.behind(rows)
    if rows is None or not isinstance(panel, Panel) or "region_en" in rows:
        return None
    return National(**vars(drawing), panel=panel, rows=rows)


def only(options: Options, kind: str) -> National:
    """Return the arguments of a call that draws rows of a panel only."""
    asked = national(options)
    if asked is None:
        raise UsageError(say("panel.only", kind=kind))
    return asked


def multiples(asked: National, indicator: str, first_year: int) -> Figure:
    """Draw the yearly rates of each province in a panel of its own."""
    pairs = asked.pairs(indicator, since=first_year)
    rows = many.provinces(asked.panel, pairs)
    title, origin = many.multiples(rows), publishers.source_note(pairs)
    draw = partial(draw_multiples, rows, title=title, source=origin)
    return asked.figure(draw, f"trend-{indicator}")


def funnel(asked: National, indicator: str) -> Figure:
    """Draw the ratio of each region to the nation against its expected count."""
    rows = asked.latest(indicator, fewest=spread.FEWEST_REGIONS)
    rows = rows.assign(scope="", rough=False, road=float("nan"), named=None)
    draw = partial(
        draw_peers,
        rows,
        rows.iloc[:0],
        title=many.ranked(rows),
        about=[many.unnamed(rows)],
        limits=limits(benchmarks.spread_of(rows), rows["expected"]),
        roads=rows.iloc[:0],
    )
    return asked.figure(draw, f"peers-{indicator}")


def limits(known: spread.Spread | None, expected: "pd.Series[float]") -> pd.DataFrame:
    """Return the limits of a funnel that reaches a little beyond the *expected* counts."""
    return benchmarks.limits(known, expected.min() * 0.7, expected.max() * 1.4)


def ranked(asked: National, indicator: str) -> Figure:
    """Draw the ratio of each region to the nation as its interval."""
    rows = asked.latest(indicator)
    draw = _over_nation(draw_ranked, rows, rows, title=many.ranked(rows))
    return asked.figure(draw, f"ranked-{indicator}")


def tiles(asked: National, indicator: str) -> Figure:
    """Draw the ratio of each province to the nation as a tile."""
    pairs = asked.latest(indicator)
    rows = many.provinces(asked.panel, pairs)
    draw = _over_nation(draw_tiles, rows, pairs, title=many.tiles(rows))
    return asked.figure(draw, f"tiles-{indicator}")


def _over_nation(
    draw: Callable[..., Figure], rows: pd.DataFrame, pairs: pd.DataFrame, title: Text
) -> Callable[..., Figure]:
    """Return *draw* with *rows* of ratios to the nation, made of *pairs*, and their texts."""
    about, origin = many.unnamed(rows), publishers.source_note(pairs)
    return partial(draw, rows, title=title, about=about, source=origin)
