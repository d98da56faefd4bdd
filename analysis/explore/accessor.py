"""
What rows can be asked at a prompt: ``rows.safety.rate()``, ``change()``, ``compare()``, ``why()``.

As thin as can be: each method is a call of the public function that charts and commands use, with
the tables that the rows came from. Importing the module registers the accessor with pandas.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import project
from analysis.comparability import many, rules
from analysis.comparability.displays import Told
from analysis.comparability.rules import Comparison
from analysis.errors import UsageError
from analysis.statistics import rates, years
from analysis.tables import load as tables
from analysis.tables import panel
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

from . import explain

MOST = 500_000  # rows that are asked one by one; a panel is asked for one indicator
_FROM = "tables"  # the attribute of a frame that names the folder of its tables
_ADDED = ["mark", "lower", "upper", "method", "rounding", "rate", "rate_lower", "rate_upper"]
_ADDED += ["population", "population_year", "population_distance", "population_kind"]
_ADDED += ["population_reliability", "population_publisher"]

Row = dict[Any, Any]


def load(folder: Path | str | None = None) -> Tables | Panel:
    """
    Read the tables: begin here.

    Parameters
    ----------
    folder
        Where the tables lie; ``data/`` of the project around the working folder if not given.
        A folder of Parquet files (``regional-safety simulate``) is read as a panel, each part
        when it is asked for.

    Returns
    -------
    Tables or Panel
        ``.rows`` is every figure as a tidy frame, which answers ``rows.safety``.

    Raises
    ------
    TableError
        With every fault of form or contract in any table.

    Examples
    --------
    >>> import analysis as rs
    >>> rows = rs.load().rows
    >>> rows[rows["indicator"].eq("deaths") & rows["measure"].eq("level")]["value"].tolist()
    [45.0]
    """
    place = Path(folder) if folder is not None else project.home() / "data"
    if panel.is_panel(place):
        return Panel(place)
    found = tables.load(place)
    for frame in (found.rows, found.context_rows):
        frame.attrs[_FROM] = str(place)
    return found


@pd.api.extensions.register_dataframe_accessor("safety")
class Safety:
    """
    Questions to rows of figures.

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
            ``rate_upper`` and the population that was divided by; NaN where there is none.
        """
        held = self._tables()
        rows = rates.limits(rates.marks(self._plain()))
        return self._tagged(rates.rates(rows, rates.marks(held.context_rows), per=per))

    def change(self) -> pd.DataFrame:
        """
        Every change from one year to the next, counted or only stated.

        Years that the rows do not hold come from other publications and from what reports say
        of the year before.

        Returns
        -------
        pandas.DataFrame
            Of each change of events ``before``, ``value``, ``ratio`` with ``lower`` and
            ``upper``, and ``at_most``, ``at_least``: the counts from which a change could have
            been seen.
        """
        held, rows = self._tables(), rates.marks(self._plain())
        found = years.changes(rows, rates.marks(held.context_rows))
        mine = found["region"].isin(rows["region"]) & found["indicator"].isin(rows["indicator"])
        return self._tagged(found[mine].reset_index(drop=True))

    def compare(self, indicator: str) -> Comparison:
        """
        Which figures of *indicator* may stand side by side, and why the others may not.

        Every region of the rows appears, kept or refused. *indicator* is a code or a name.

        Raises
        ------
        WordError
            For an indicator that the tables do not have, naming the nearest ones.
        """
        behind = self._behind()
        indicator = explain.code_of("indicator", indicator, behind.indicators)
        if not isinstance(behind, Panel) or not self._coded():
            return rules.comparable(self.rate(), indicator)
        seen = np.zeros(len(behind.regions), dtype=bool)
        seen[self._rows["region"].cat.codes] = True
        regions = behind.regions["region"][seen]
        return many.comparable(behind, self._rows, indicator, regions=list(regions))

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
            given. A period that is only in other publications is told from them.
        language
            ``zh`` or ``en``.
        """
        behind = self._behind()
        held = _around(behind, region, indicator) if isinstance(behind, Panel) else behind
        originals = behind.folder / "originals"
        told = explain.explain(
            held, region, indicator, period, language=language, originals=originals
        )
        return Told(told)

    def _coded(self) -> bool:
        """Whether the rows are those of a panel: codes, without names."""
        return "region_en" not in self._rows

    def _plain(self) -> pd.DataFrame:
        """The rows in full, without what an earlier question added."""
        behind = self._behind()
        if not isinstance(behind, Panel) or not self._coded():
            return self._rows.drop(columns=_ADDED, errors="ignore")
        if len(self._rows) > MOST:
            raise UsageError(
                f"{len(self._rows):,} rows at once: ask one indicator, "
                "as in data.of('deaths').safety.rate()"
            )
        order = ["level_order", "adcode", "indicator", "breakdown", "period_end", "start"]
        rows = many.tidy(behind, self._rows)
        return rows.sort_values(order, kind="stable", ignore_index=True)

    def _tables(self) -> Tables:
        behind = self._behind()
        if not isinstance(behind, Panel):
            return behind
        return behind.tables(self._rows["region"].astype("str").unique())

    def _behind(self) -> Tables | Panel:
        """The tables that the rows came from; the project's if a merge has forgotten them."""
        folder = Path(self._rows.attrs.get(_FROM) or project.home() / "data")
        return _held(folder, _stamp(folder))

    def _tagged(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.pipe(_with, dict(self._rows.attrs))


def _with(rows: pd.DataFrame, attributes: dict[Any, Any]) -> pd.DataFrame:
    rows.attrs = attributes
    return rows


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a table of *folder* does."""
    files = sorted(folder.glob("*.*")) + sorted(folder.glob("observations/*.*"))
    stats = ((file.name, file.stat()) for file in files)
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=2)
def _held(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Tables | Panel:
    """The tables of *folder*, read again once *stamp* is another; never handed out."""
    del stamp
    return Panel(folder) if panel.is_panel(folder) else tables.load(folder)


def _around(behind: Panel, region: str, indicator: str) -> Tables:
    """The tables of a region of a panel and those that lie in the same one, one indicator."""
    reporting = behind.regions["region"].isin(behind.reporters.index)
    region = explain.code_of("region", region, behind.regions[reporting])
    indicator = explain.code_of("indicator", indicator, behind.indicators)
    parents = behind.regions.set_index("region")["parent"]
    near = parents.index[parents.eq(parents[region])]
    return behind.tables(near, behind.of(indicator))
