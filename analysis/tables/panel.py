"""
The tables as Parquet files, for thousands of regions under the same contract.

``observations.parquet`` has the columns of the contract and ``region``, in the order of the
indicators; ``report`` may be left out where region and last day name the report.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import WordError
from analysis.language.messages import say
from analysis.language.vocabulary import Level

from . import contract, parquet
from .load import Tables, by_region
from .parquet import FILE, LINKED
from .populations import populations
from .schema import TABLES

SMALL = ("reports", "regions", "indicators", "breakdowns", "units", "themes", "context")


def is_panel(folder: Path) -> bool:
    """Return whether the tables of *folder* are a panel."""
    return (folder / FILE).exists()


@dataclass(frozen=True, eq=False)
class Panel:
    """
    The tables of a folder of Parquet files; each is read and checked on first use.

    ``rows`` and :meth:`of` are observations: the columns of the contract and ``region``, text as
    categories in the order of the tables that they refer to.
    """

    folder: Path

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Read a small table."""
        if name not in SMALL:
            raise AttributeError(name)
        frame = parquet.table(self.folder, name)
        self.__dict__[name] = frame
        return frame

    @cached_property
    def named_regions(self) -> pd.DataFrame:
        """The regions in their order, with the names that rows in full have."""
        names = {"name_zh": "region_zh", "name_en": "region_en"}
        orders = {level.value: level.order for level in Level}
        above = dict(zip(self.regions["adcode"], self.regions["parent"], strict=True))
        return self.regions.rename(columns=names).assign(
            level_order=self.regions["level"].map(orders).astype("int64"),
            ancestors=_chains(self.regions["parent"], above),
        )

    @cached_property
    def named_indicators(self) -> pd.DataFrame:
        """The indicators in their order, with the names that rows in full have."""
        names = {"name_zh": "indicator_zh", "name_en": "indicator_en"}
        kept = ["theme", "quantity", "nature", "better", "denominator"]
        named: pd.DataFrame = self.indicators[[*names, *kept]].rename(columns=names)
        return named

    @cached_property
    def unit_names(self) -> pd.DataFrame:
        """The English plural and singular of each unit in its order."""
        names = {"name_en": "unit_en", "one": "unit_one"}
        known = self.units.set_index("unit")[[*names]].reindex(self.lists["unit"])
        named: pd.DataFrame = known.fillna("").rename(columns=names)
        return named

    @cached_property
    def populations(self) -> pd.DataFrame:
        """The best published population of each region and year."""
        rows = self.context.merge(self.regions[["region", "adcode"]], on="adcode", validate="m:1")
        ends = pd.to_datetime(rows["period"].str.slice(11))
        return populations(rows.assign(period_end=ends))

    @cached_property
    def reporters(self) -> pd.DataFrame:
        """Each reporting region by its code: its names and latest report."""
        reports = by_region(self.reports).sort_values("period_end")
        latest = reports.drop_duplicates("region", keep="last")
        names = ["region", "region_zh", "region_en", "level_order", "adcode"]
        latest = latest[["region", "report", "publisher", "title", "kind"]]
        named = latest.merge(self.named_regions[names], on="region")
        return named.set_index("region", drop=False)

    @cached_property
    def lists(self) -> dict[str, "pd.Index[str]"]:
        """The words of each column that refers to a table, in the order of the codes."""
        lists = {name: pd.Index(getattr(self, table)[name]) for name, table in LINKED.items()}
        return lists | {"unit": lists["unit"].append(pd.Index([""], dtype="str"))}

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every observation; `TableError` if any breaks the contract."""
        return self._read(None)

    def of(self, indicator: str) -> pd.DataFrame:
        """
        The observations of one indicator, without reading the others.

        Raises
        ------
        WordError
            For an indicator that the panel does not have.
        """
        codes = list(self.indicators["indicator"])
        if indicator not in codes:
            raise WordError(say("word.indicator"), indicator, codes)
        if "rows" in self.__dict__:
            return only(self.rows, indicator)
        return self._read(indicator)

    def tables(self, regions: Iterable[str], rows: pd.DataFrame | None = None) -> Tables:
        """The ordinary tables of some *regions*, with *rows* of this panel for observations."""
        kept = self.regions["region"].isin(list(regions))
        frames: dict[str, Any] = {name: contract.empty(name) for name in TABLES}
        frames["mentions"] = frames["mentions"].assign(region="", file="")
        frames["observations"] = frames["observations"].assign(region="", file="")
        frames |= {name: getattr(self, name) for name in SMALL}
        about = by_region(self.reports)["region"].isin(self.regions["region"][kept])
        frames["reports"] = self.reports[about.groupby(level=0).any()]
        frames["context"] = self.context[self.context["adcode"].isin(self.regions["adcode"][kept])]
        if rows is not None:
            frames["observations"] = _plain(rows[rows["region"].isin(self.regions["region"][kept])])
        return Tables(folder=self.folder, **frames)

    @cached_property
    def _reports(self) -> parquet.Reports:
        return parquet.Reports(self.reports, self.lists["region"])

    def _read(self, indicator: str | None) -> pd.DataFrame:
        rows = parquet.observations(self.folder, self.lists, self._reports, indicator)
        rows.attrs["tables"] = str(self.folder)
        return rows


def only(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """Return the rows of *indicator* among observations of a panel."""
    column = rows["indicator"]
    code = column.cat.categories.get_indexer(pd.Index([indicator]))[0]
    places = np.flatnonzero(column.cat.codes.to_numpy() == code)
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return rows.iloc[places[0] : places[-1] + 1]  # a view, which copies nothing
    return rows.take(places)


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Return observations with text columns, as ``tables`` reads them."""
    columns = list(TABLES["observations"].columns)
    texts = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    kinds: dict[Any, str] = dict.fromkeys(texts, "str") | {"start": "int64", "end": "int64"}
    plain = rows[[*dict.fromkeys([*columns, "region"])]].astype(kinds)
    return plain.assign(file=plain["report"])  # each report is an original of its own


def _chains(parents: "pd.Series[str]", above: Mapping[str, str]) -> "pd.Series[str]":
    """Return the adcodes above each region, nearest first, separated by blanks."""
    chain, step = parents, parents
    for _ in range(len(Level)):
        step = step.map(above).fillna("")
        chain = (chain + " " + step).str.rstrip()
    return chain
