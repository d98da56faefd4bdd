"""
The pandas accessor ``rows.safety``: rates, changes, comparisons, expected counts, parts, totals.

Each method calls the function that charts and commands use, with the tables that the rows came
from. Importing the module registers the accessor.
"""

from html import escape
from typing import Any

import numpy as np
import pandas as pd

from analysis import project
from analysis.comparability import families, many, standing, totals
from analysis.comparability.displays import Told
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError
from analysis.figures.source import behind, code_of, load, subject_of
from analysis.language.messages import say
from analysis.statistics import benchmarks, rates, wholes, years
from analysis.tables.frames import ADDED, plain, typed
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import explain

__all__ = ["Safety", "load"]
MOST = 500_000  # rows of a panel that `rate` and `change` accept

Row = dict[Any, Any]


@pd.api.extensions.register_dataframe_accessor("safety")
class Safety:
    """
    Rates, changes, comparisons, expected counts, parts, totals and explanations of rows.

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

    def __dir__(self) -> list[str]:
        """Return what completion offers."""
        return ["change", "compare", "expected", "parts", "rate", "total", "why"]

    def __repr__(self) -> str:
        return f"{self._about()}: {', '.join(f'.{name}()' for name in dir(self))}"

    def _repr_html_(self) -> str:
        methods = ", ".join(f"<code>.{name}()</code>" for name in dir(self))
        return f"<p>{escape(self._about())}: {methods}</p>"

    def rate(self, *, per: int = rates.PER) -> pd.DataFrame:
        """
        Add marks, exact limits and the rate for every *per* people.

        Returns
        -------
        pandas.DataFrame
            The rows with ``mark``, ``lower``, ``upper``, ``method``, ``rate``, ``rate_lower``,
            ``rate_upper`` and the population of the rate; NaN where there is none.
        """
        return self._tagged(self._rated(per))

    def _rated(self, per: int = rates.PER) -> pd.DataFrame:
        """Return the rows of :meth:`rate` as plain text columns."""
        context = self._tables().context_rows
        rows = rates.limits(rates.marks(self._plain()))
        return rates.rates(rows, rates.marks(context), per=per)

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
            return families.comparable(self._rated(), subject_of(subject, tables), tables)
        indicator = code_of("indicator", subject, source.indicators)
        present = np.zeros(len(source.regions), dtype=bool)
        present[self._rows["region"].cat.codes] = True
        regions = source.regions["region"][present]
        return many.comparable(source, self._rows, indicator, regions=list(regions))

    def expected(self, indicator: str = "deaths") -> pd.DataFrame:
        """
        Return the counts over those expected at the rates of the nation and of the province.

        Returns
        -------
        pandas.DataFrame
            For each region and year, and for its years together (``pooled``), ``value``,
            ``expected``, ``of`` (whose rate), ``ratio`` with ``lower`` and ``upper``.

        Raises
        ------
        UsageError
            For an indicator without yearly counts of the nation.
        """
        tables = self._tables()
        code = code_of("indicator", indicator, tables.indicators)
        rows, context = (rates.marks(frame) for frame in (self._plain(), tables.context_rows))
        every, regions = years.series(rows, context), set(rows["region"])
        nation = benchmarks.yearly_rates(every, context, code)
        if nation.empty:
            raise UsageError(say("error.no_national", indicator=code))
        first_year = standing.FIRST_YEAR
        return self._tagged(
            benchmarks.ratios(every, context, code, regions, first_year=first_year, nation=nation)
        )

    def parts(self, indicator: str = "deaths") -> pd.DataFrame:
        """
        Return the parts of each printed whole of *indicator* that add up to it.

        Returns
        -------
        pandas.DataFrame
            One row a part with ``part_zh``, ``part_en``, ``whole`` and ``share`` (percent).
        """
        tables = self._tables()
        code = code_of("indicator", indicator, tables.indicators)
        rows, context = (rates.marks(frame) for frame in (self._plain(), tables.context_rows))
        return self._tagged(wholes.composition(rows, context, code, tables.breakdowns))

    def total(self) -> float:
        """
        Return the sum of the values, where they may be added.

        ``rows.groupby(...)["value"].sum()`` also adds parts to their whole, percentages to counts
        and plans to results.

        Raises
        ------
        UsageError
            For rows that may not be added, with the reason.

        Examples
        --------
        >>> import analysis as rs
        >>> rows = rs.load().rows
        >>> deaths = rows[rows["indicator"].eq("deaths") & rows["region"].eq("chuxiong")]
        >>> deaths[deaths["measure"].eq("level")].safety.total()
        45.0
        """
        return totals.total(self._plain())

    def why(
        self,
        region: str,
        indicator: str,
        period: str | int | None = None,
        *,
        language: str | None = None,
        every: bool = False,
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
            ``zh`` or ``en``; by default that of ``REGIONAL_SAFETY_LANGUAGE``, else ``zh``.
        every
            Whether all figures of other publications are explained, not only the first.
        """
        language, source = project.language(language), self._source()
        tables = _around(source, region, indicator) if isinstance(source, Panel) else source
        originals = source.folder / "originals"
        options: dict[str, Any] = {"originals": originals, "every": every}
        text = explain.explain(tables, region, indicator, period, language=language, **options)
        return Told(text)

    def _about(self) -> str:
        columns = self._rows[["region", "indicator"]]
        counts = columns.astype("str").nunique()
        return (
            f"{len(self._rows):,} figures of {counts['indicator']:,} indicators "
            f"in {counts['region']:,} regions"
        )

    def _is_coded(self) -> bool:
        """Return whether the rows are those of a panel, with codes instead of names."""
        return "region_en" not in self._rows

    def _plain(self) -> pd.DataFrame:
        """Return the rows with names and without the columns that earlier calls added."""
        source = self._source()
        if not isinstance(source, Panel) or not self._is_coded():
            return plain(self._rows.drop(columns=list(ADDED["safety.rate"]), errors="ignore"))
        if len(self._rows) > MOST:
            raise UsageError(say("error.many_rows", rows=f"{len(self._rows):,}"))
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
        """Return *rows* with the types and the tables of those that they were computed from."""
        source = self._source()
        if not isinstance(source, Panel):
            rows = typed(rows, source)
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
