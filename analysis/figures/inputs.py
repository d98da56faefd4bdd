"""The rows of a call with their tables, and what several figures compute from them."""

from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache

import pandas as pd

from analysis.comparability import families, profiles, standing
from analysis.comparability.rules import Comparison
from analysis.language.vocabulary import Status
from analysis.statistics import benchmarks, gaps, rates, years
from analysis.statistics.spread import Placement
from analysis.tables.load import Tables

from . import source

_PLURALS = {"family": "families"}


class Inputs:
    """
    Rows with their tables.

    What is computed from them is kept: callers must not change the frames.

    Parameters
    ----------
    tables
        The tables of the rows.
    rows
        The tidy rows with ``mark``, some or all of ``tables.rows``.
    regions
        The codes of the regions shown; those of *rows* if not given.
    """

    def __init__(
        self, tables: Tables, rows: pd.DataFrame, regions: Iterable[str] | None = None
    ) -> None:
        self.tables, self.rows = tables, rows
        self.regions = frozenset(rows["region"] if regions is None else regions)

    @cached_property
    def context(self) -> pd.DataFrame:
        """The figures of other publications with ``mark``."""
        return rates.marks(self.tables.context_rows)

    @cached_property
    def rated(self) -> pd.DataFrame:
        """The rows with their limits and rates."""
        return rates.rates(rates.limits(self.rows), self.context)

    @cached_property
    def series(self) -> pd.DataFrame:
        """All known yearly levels."""
        return years.series(self.rows, self.context)

    @cached_property
    def rated_series(self) -> pd.DataFrame:
        """The yearly levels with their limits and rates."""
        return rates.rates(rates.limits(self.series), self.context)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """All known changes from one year to the next."""
        return years.changes(self.rows, self.context, self.series)

    @cached_property
    def compared(self) -> dict[str, frozenset[str]]:
        """The figures of each shared indicator that are compared (``families.compared``)."""
        return families.compared(self.rated, self.tables, self.codes("indicator"))

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """A comparison for each family and each shared indicator outside of families."""
        return profiles.compared(self.rated, self.codes("indicator"), self.tables)

    @property
    def absences(self) -> pd.DataFrame:
        """The indicators that a report comes near to, without a figure."""
        return self.tables.absence_rows

    def behind(self, pairs: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
        """Return the *points* of peers, and what they and the ratios *pairs* are computed from."""
        if pairs.empty:
            return pairs
        people = benchmarks.people(points, self.tables.peer_rows)
        people = people.merge(self.named(*people["indicator"]), on="indicator")
        counts = rates.marks(benchmarks.behind(pairs, points, self.series, self.context))
        return pd.concat([points, counts, people], ignore_index=True).assign(behind=True)

    def named(self, *indicators: str) -> pd.DataFrame:
        """Return the names of *indicators* as columns of rows."""
        names = {"name_zh": "indicator_zh", "name_en": "indicator_en"}
        named = self.tables.indicators[["indicator", *names]].rename(columns=names)
        return named[named["indicator"].isin(indicators)]

    def pairs(self, indicator: str) -> pd.DataFrame:
        """Return the counts of the regions over those expected, of today's scope."""
        regions = set(self.rows["region"])
        return benchmarks.ratios(
            self.series, self.context, indicator, regions, first_year=standing.FIRST_YEAR
        )

    def peers(self, indicator: str) -> pd.DataFrame:
        """Return one point a peer region, with the names of the indicator."""
        nation = benchmarks.yearly_rates(self.series, self.context, indicator)
        points = benchmarks.peers(nation, self.context, self.tables.peer_rows, indicator)
        return points.merge(self.named(indicator), on="indicator")

    def placements(self, indicator: str, regions: Collection[str] | None = None) -> list[Placement]:
        """Return where *regions*, by default those of the rows, lie against nation and peers."""
        chosen = set(self.rows["region"]) if regions is None else regions
        return standing.placements(
            self.series, self.context, self.tables.peer_rows, indicator, chosen
        )

    @property
    def last_year(self) -> int:
        """The last year in which a reported period ends."""
        actual = self.rows[self.rows["status"].eq(Status.ACTUAL)]
        return int(actual["period_end"].max().year)

    def code(self, kind: str, word: str) -> str:
        """Return the code of a region, an indicator or a theme given by code or name."""
        named = self._names(kind)
        if kind == "region":
            named = named[named["region"].isin(self.rows["region"])]
        return source.code_of(kind, word, named)

    def codes(self, kind: str) -> list[str]:
        """Return every code of a family, an indicator or a theme, in the order of its table."""
        return list(self._names(kind)[kind])

    def _names(self, kind: str) -> pd.DataFrame:
        named: pd.DataFrame = getattr(self.tables, _PLURALS.get(kind, f"{kind}s"))
        return named

    def indicators(self, words: Iterable[str]) -> list[str]:
        """Return the code of each indicator given by code or name."""
        return [self.code("indicator", word) for word in words]

    def without(self, indicator: str, shown: set[str]) -> pd.DataFrame:
        """Return the reporting regions that are not *shown*, and why they have no *indicator*."""
        return gaps.regions(self.rows, indicator, shown, self.absences)

    def of_regions(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of *frame* for the regions shown."""
        return frame[frame["region"].isin(self.regions)]


@lru_cache(maxsize=2)
def whole(tables: Tables) -> Inputs:
    """Return all rows of *tables*; the same object for the same tables."""
    return Inputs(tables, rates.marks(tables.rows), tables.regions["region"])


def warm_up() -> None:
    """
    Compute what most figures need from the tables of the project around the working folder.

    Jobs that are forked afterwards find it computed.
    """
    every = whole(source.behind(pd.DataFrame()))
    _ = every.rated, every.rated_series, every.changes, every.compared
