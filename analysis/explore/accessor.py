"""
The pandas accessor ``rows.safety`` with ``rate()``, ``change()``, ``compare()`` and ``why()``.

Each method calls the function that charts and commands use, with the tables that the rows came
from. Importing the module registers the accessor.
"""

from typing import Any

import numpy as np
import pandas as pd

from analysis.comparability import families, many
from analysis.comparability.displays import Told
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError
from analysis.figures.source import behind, code_of, load, subject_of
from analysis.statistics import rates, years
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import explain

__all__ = ["Safety", "load"]
MOST = 500_000  # rows of a panel that `rate` and `change` accept
_ADDED = ["mark", "lower", "upper", "method", "rounding", "rate", "rate_lower", "rate_upper"]
_ADDED += ["population", "population_year", "population_distance", "population_kind"]
_ADDED += ["population_reliability", "population_publisher"]

Row = dict[Any, Any]


@pd.api.extensions.register_dataframe_accessor("safety")
class Safety:
    """
    Rates, changes, comparisons and explanations of rows of figures.

    Examples
    --------
    >>> import analysis as rs
    >>> rows = rs.load().rows
    >>> rows.safety.compare("drills_held").rows["region"].tolist()
    ['nantong', 'chuxiong']
    """

    def __init__(self, rows: pd.DataFrame) -> None:
        if not {"region", "indicator", "value", "measure"} <= set(rows):
            raise AttributeError("rows.safety needs rows of analysis.load(), with their columns")
        self._rows = rows

    def rate(self, *, per: int = rates.PER) -> pd.DataFrame:
        """
        Add marks, exact limits and the rate for every *per* people.

        Returns
        -------
        pandas.DataFrame
            The rows with ``mark``, ``lower``, ``upper``, ``method``, ``rate``, ``rate_lower``,
            ``rate_upper`` and the population of the rate; NaN where there is none.
        """
        context = self._tables().context_rows
        rows = rates.limits(rates.marks(self._plain()))
        return self._tagged(rates.rates(rows, rates.marks(context), per=per))

    def change(self) -> pd.DataFrame:
        """
        Return the changes between successive years, from counts or as published.

        Years missing from the rows come from other publications, and from the year before as
        printed in reports.

        Returns
        -------
        pandas.DataFrame
            For each change of events ``before``, ``value``, ``ratio`` with ``lower`` and
            ``upper``, and ``at_most``, ``at_least``: the counts from which a change would have
            been detected.
        """
        context, rows = self._tables().context_rows, rates.marks(self._plain())
        changes = years.changes(rows, rates.marks(context))
        for column in ("region", "indicator", "breakdown"):
            changes = changes[changes[column].isin(rows[column])]
        return self._tagged(changes.reset_index(drop=True))

    def compare(self, subject: str) -> Comparison:
        """
        Return the comparable figures of *subject*, and why the others are refused.

        Every region of the rows appears, kept or refused. *subject* is the code or name of a
        family, a theme or an indicator; of a panel, of an indicator.

        Raises
        ------
        WordError
            For an unknown indicator, naming the nearest ones.
        """
        source = self._source()
        if not isinstance(source, Panel) or not self._is_coded():
            tables = self._tables()
            return families.comparable(self.rate(), subject_of(subject, tables), tables)
        indicator = code_of("indicator", subject, source.indicators)
        present = np.zeros(len(source.regions), dtype=bool)
        present[self._rows["region"].cat.codes] = True
        regions = source.regions["region"][present]
        return many.comparable(source, self._rows, indicator, regions=list(regions))

    def why(
        self, region: str, indicator: str, period: str | int | None = None, *, language: str = "zh"
    ) -> Told:
        """
        Where a figure comes from and what it may be compared with, or why there is none.

        Parameters
        ----------
        region, indicator
            Their codes, or their Chinese or English names.
        period
            A year, or first and last day with a slash between; every period of the reports if not
            given. For a period that only other publications have, their figures are explained.
        language
            ``zh`` or ``en``.
        """
        source = self._source()
        tables = _around(source, region, indicator) if isinstance(source, Panel) else source
        originals = source.folder / "originals"
        text = explain.explain(
            tables, region, indicator, period, language=language, originals=originals
        )
        return Told(text)

    def _is_coded(self) -> bool:
        """Return whether the rows are those of a panel, with codes instead of names."""
        return "region_en" not in self._rows

    def _plain(self) -> pd.DataFrame:
        """Return the rows with names and without the columns that earlier calls added."""
        source = self._source()
        if not isinstance(source, Panel) or not self._is_coded():
            return self._rows.drop(columns=_ADDED, errors="ignore")
        if len(self._rows) > MOST:
            raise UsageError(
                f"{len(self._rows):,} rows at once: ask one indicator, "
                "as in data.of('deaths').safety.rate()"
            )
        order = ["level_order", "adcode", "indicator", "breakdown", "period_end", "start"]
        rows = many.tidy(source, self._rows)
        return rows.sort_values(order, kind="stable", ignore_index=True)

    def _tables(self) -> Tables:
        source = self._source()
        if not isinstance(source, Panel):
            return source
        return source.tables(self._rows["region"].astype("str").unique())

    def _source(self) -> Tables | Panel:
        return behind(self._rows)

    def _tagged(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.pipe(_with, dict(self._rows.attrs))


def _with(rows: pd.DataFrame, attributes: dict[Any, Any]) -> pd.DataFrame:
    rows.attrs = attributes
    return rows


def _around(source: Panel, region: str, indicator: str) -> Tables:
    """Return the tables of one indicator, for a region of a panel and its siblings."""
    reporting = source.regions["region"].isin(source.reporters.index)
    region = code_of("region", region, source.regions[reporting])
    indicator = code_of("indicator", indicator, source.indicators)
    parents = source.regions.set_index("region")["parent"]
    siblings = parents.index[parents.eq(parents[region])]
    return source.tables(siblings, source.of(indicator))
