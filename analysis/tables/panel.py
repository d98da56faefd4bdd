"""
A panel: the tables as Parquet, columnar, for thousands of regions under the same contract.

``observations.parquet`` has the columns of the contract and ``region``; each indicator lies whole
in one row group, and ``report`` may be left out where region and year name the report. A row is
read as codes of its words, so that millions of rows take a few bytes a cell. It computes no
figure; ``columnar`` compares.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.errors import TableError, WordError
from analysis.language.vocabulary import Level
from analysis.statistics import rates

from . import contract
from .load import Tables
from .row_groups import COLUMNS, DAYS, FILE, LINKED, NUMBERS, Reading, breaches, only
from .schema import TABLES

SMALL = ("reports", "regions", "indicators", "breakdowns", "units", "themes", "context")
_FULL_DAYS = dict.fromkeys(DAYS, "datetime64[us]")


class Places(NamedTuple):
    """What the rules of comparison look at in a region, one array a trait, in the table's order."""

    adcode: Any
    above: Any  # one column a level above, -1 where there is none
    level: Any
    counted: Any  # whether any population is known


def is_panel(folder: Path) -> bool:
    """Whether the tables of *folder* are a panel."""
    return (folder / FILE).exists()


@dataclass(frozen=True, eq=False)
class Panel:
    """
    The tables of a folder of Parquet files; each is read, and held to its contract, when asked for.

    ``rows`` and :meth:`of` give observations as codes: the columns of the contract and
    ``region``, text as categories in the order of the tables they refer to.
    """

    folder: Path

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Read a small table on first use."""
        if name not in SMALL:
            raise AttributeError(name)
        frame = _small(self.folder, name)
        self.__dict__[name] = frame
        return frame

    @cached_property
    def named_regions(self) -> pd.DataFrame:
        """The regions in their order, with what a row in full says of its region."""
        names = {"name_zh": "region_zh", "name_en": "region_en"}
        orders = {level.value: level.order for level in Level}
        above = dict(zip(self.regions["adcode"], self.regions["parent"], strict=True))
        return self.regions.rename(columns=names).assign(
            level_order=self.regions["level"].map(orders).astype("int64"),
            ancestors=_chains(self.regions["parent"], above),
        )

    @cached_property
    def named_indicators(self) -> pd.DataFrame:
        """The indicators in their order, with what a row in full says of its indicator."""
        names = {"name_zh": "indicator_zh", "name_en": "indicator_en"}
        kept = ["theme", "quantity", "nature", "better", "denominator"]
        named: pd.DataFrame = self.indicators[[*names, *kept]].rename(columns=names)
        return named

    @cached_property
    def unit_names(self) -> "pd.Index[str]":
        """The English name of each unit in its order."""
        known = self.units.set_index("unit")["name_en"].reindex(self.lists["unit"])
        names: pd.Index[str] = pd.Index(known.fillna(""), dtype="str")
        return names

    @cached_property
    def populations(self) -> tuple[pd.DataFrame, Any]:
        """The best published population of each region and year, and their sorted keys."""
        regions = self.regions[["region", "adcode"]]
        rows = self.context.merge(regions, on="adcode", validate="m:1")
        ends = pd.to_datetime(rows["period"].str.slice(11))
        known = rates.populations(rows.assign(period_end=ends))
        keys = key(
            pd.Index(regions["region"]).get_indexer(known["region"]), known["population_year"]
        )
        order = np.argsort(keys, kind="stable")
        return known.take(order).reset_index(drop=True), keys.to_numpy()[order]

    @cached_property
    def places(self) -> Places:
        """The regions as numbers, for the rules of comparison."""
        deep = len(Level)
        chains = [chain.split() for chain in self.named_regions["ancestors"]]
        above = [[*map(int, chain), *[-1] * (deep - len(chain))] for chain in chains]
        return Places(
            self.regions["adcode"].astype("int64").to_numpy(),
            np.array(above, dtype="int64").reshape(-1, deep),
            self.named_regions["level_order"].to_numpy(),
            np.isin(np.arange(len(self.regions)), self.populations[1] // key(1, 0)),
        )

    @cached_property
    def reporters(self) -> pd.DataFrame:
        """Each reporting region by its code: its names, latest report and place in the table."""
        latest = self.reports.sort_values("period_end").drop_duplicates("region", keep="last")
        names = ["region", "region_zh", "region_en", "level_order", "adcode"]
        told = latest[["region", "report", "publisher", "title", "kind"]]
        found = told.merge(self.named_regions[names], on="region")
        place = self.lists["region"].get_indexer(pd.Index(found["region"]))
        return found.assign(place=place).set_index("region", drop=False)

    @cached_property
    def lists(self) -> dict[str, "pd.Index[str]"]:
        """The words of each column that refers to a table; a code is a place among them."""
        lists = {name: pd.Index(getattr(self, table)[name]) for name, table in LINKED.items()}
        return lists | {"unit": lists["unit"].append(pd.Index([""], dtype="str"))}

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every observation; `TableError` with the faults if any breaks the contract."""
        return self._tagged(self._reading().whole())

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
            raise WordError("indicator", indicator, codes)
        if "rows" in self.__dict__:
            return only(self.rows, indicator)
        return self._tagged(self._reading().part(indicator))

    def tables(self, regions: Iterable[str], rows: pd.DataFrame | None = None) -> Tables:
        """The ordinary tables of some *regions*, with *rows* of this panel for observations."""
        kept = self.regions["region"].isin(list(regions))
        frames: dict[str, Any] = {name: contract.empty(name) for name in TABLES}
        frames["mentions"] = frames["mentions"].assign(region="", file="")
        frames["observations"] = frames["observations"].assign(region="", file="")
        frames |= {name: getattr(self, name) for name in SMALL}
        frames["reports"] = self.reports[self.reports["region"].isin(self.regions["region"][kept])]
        frames["context"] = self.context[self.context["adcode"].isin(self.regions["adcode"][kept])]
        if rows is not None:
            frames["observations"] = _plain(rows[rows["region"].isin(self.regions["region"][kept])])
        return Tables(folder=self.folder, **frames)

    def _reading(self) -> Reading:
        return Reading(self.folder / FILE, self.lists, self.reports)

    def _tagged(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows.attrs["tables"] = str(self.folder)
        return rows


def _plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Observations as text, as ``tables`` reads them."""
    columns = list(TABLES["observations"].to_schema().columns)
    texts = [name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype)]
    whole = {"start": "int64", "end": "int64"}
    kinds: dict[Any, str] = dict.fromkeys(texts, "str") | _FULL_DAYS | whole
    plain = rows[[*columns, "region"]].astype(kinds)
    return plain.assign(file=plain["report"])  # every report is a text of its own


def key(region: Any, year: Any) -> Any:
    """One sortable number for the place of a region in its table and a year."""
    return region * 10_000 + year


def _chains(parents: "pd.Series[str]", above: Mapping[str, str]) -> "pd.Series[str]":
    """The adcodes above each region, nearest first, separated by blanks."""
    chain, step = parents, parents
    for _ in range(len(Level)):
        step = step.map(above).fillna("")
        chain = (chain + " " + step).str.rstrip()
    return chain


def _small(folder: Path, name: str) -> pd.DataFrame:
    """A small table, held to its contract whole."""
    frame: pd.DataFrame = pq.read_table(folder / f"{name}.parquet").to_pandas()
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    whole = [column for column in frame if frame[column].dtype.kind == "i"]
    faults = list(breaches(name, frame.astype(dict.fromkeys(whole, "float64"))))
    if faults:
        raise TableError(faults)
    return frame


def write(folder: Path, tables: Mapping[str, pd.DataFrame], pieces: Iterable[pd.DataFrame]) -> Path:
    """
    Write a panel: *tables* but the observations, and these in *pieces*, an indicator each.

    Returns
    -------
    pathlib.Path
        The file with the observations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in SMALL:
        frame = tables[name]
        plain = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
        pq.write_table(plain, folder / f"{name}.parquet", compression="zstd")
    path = folder / FILE
    temporary = path.with_name(f".{FILE}.tmp")
    try:
        _write_pieces(temporary, pieces)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _write_pieces(path: Path, pieces: Iterable[pd.DataFrame]) -> None:
    writer = None
    try:
        for piece in pieces:
            table = _encoded(piece)
            writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
            writer.write_table(table, row_group_size=max(len(piece), 1))
    finally:
        if writer is not None:
            writer.close()


def _encoded(piece: pd.DataFrame) -> pa.Table:
    names = [name for name in ("report", *COLUMNS) if name in piece]
    table = pa.Table.from_pandas(piece[names], preserve_index=False).replace_schema_metadata()
    fields = [pa.field(name, _kind(name)) for name in names]
    return table.cast(pa.schema(fields))


def _kind(name: str) -> Any:
    if name in NUMBERS:
        return pa.from_numpy_dtype(np.dtype(NUMBERS[name]))
    return pa.date32() if name in DAYS else pa.dictionary(pa.int32(), pa.string())


def of_tables(folder: Path, data: Tables) -> Path:
    """Write ordinary tables as a panel; ``report`` is kept, since a report may look back."""
    tables = {name: getattr(data, name) for name in SMALL}
    rows = data.observations.assign(**data.periods.drop(columns="dated"))
    rows = rows.drop(columns="file").sort_values(["indicator", "region"], kind="stable")
    pieces = [piece for _, piece in rows.groupby("indicator", sort=False)]
    return write(folder, tables, pieces or [rows])
