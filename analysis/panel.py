"""
A panel: the tables as Parquet, columnar, for thousands of regions under the same contract.

``observations.parquet`` has the columns of the contract and ``region``; each indicator lies whole
in one row group, and ``report`` may be left out where region and year name the report. A row is
read as codes of its words, so that millions of rows take a few bytes a cell. It computes no
figure; ``columnar`` compares.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from . import contracts, derive
from .errors import Fault, TableError, WordError
from .schema import TABLES
from .tables import Tables
from .words import Comparator, Level, Measure, Status

SMALL = ("reports", "regions", "indicators", "breakdowns", "units", "themes", "context")
FILE = "observations.parquet"
MEND = "mend it and write the panel again"
MOST_ROWS = 100_000_000
_WORDS = {"status": Status, "measure": Measure, "comparator": Comparator}
_LINKED = {"region": "regions", "indicator": "indicators", "unit": "units", "report": "reports"}
_OPEN = ("breakdown", "printed", "evidence", "note")
_DAYS = ("period_start", "period_end")
_FULL_DAYS = dict.fromkeys(_DAYS, "datetime64[us]")
_NUMBERS = {"value": "float64", "start": "int32", "end": "int32"}
COLUMNS = ("region", "indicator", *_OPEN, *_WORDS, "unit", *_DAYS, *_NUMBERS)
_KEY = ("region", "breakdown", *_DAYS, "status", "measure")
_SECONDS = 86_400  # of a day
_THREADS = 2
_TOLD = 3  # rows named of a fault that many rows share


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
    def populations(self) -> tuple[pd.DataFrame, Any]:
        """The best published population of each region and year, and their sorted keys."""
        regions = self.regions[["region", "adcode"]]
        rows = self.context.merge(regions, on="adcode", validate="m:1")
        ends = pd.to_datetime(rows["period"].str.slice(11))
        known = derive.populations(rows.assign(period_end=ends))
        keys = key(
            pd.Index(regions["region"]).get_indexer(known["region"]), known["population_year"]
        )
        order = np.argsort(keys, kind="stable")
        return known.take(order).reset_index(drop=True), keys.to_numpy()[order]

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every observation; `TableError` with the faults if any breaks the contract."""
        return self._tagged(_Reading(self).whole())

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
        return self._tagged(_Reading(self).part(indicator))

    def tables(self, rows: pd.DataFrame) -> Tables:
        """The ordinary tables with *rows* of this panel for their observations."""
        kept = set(rows["region"].cat.remove_unused_categories().cat.categories)
        codes = self.regions.set_index("region")["adcode"].reindex(sorted(kept))
        columns = list(TABLES["observations"].to_schema().columns)
        plain = rows[[*columns, "region"]].astype({"start": "int64", "end": "int64"})
        texts = [name for name in plain if isinstance(plain[name].dtype, pd.CategoricalDtype)]
        kinds: dict[Any, str] = dict.fromkeys(texts, "str") | _FULL_DAYS
        frames: dict[str, Any] = {name: contracts.empty(name) for name in TABLES}
        frames["mentions"] = frames["mentions"].assign(region="", file="")
        frames |= {name: getattr(self, name) for name in SMALL}
        frames["reports"] = self.reports[self.reports["region"].isin(kept)]
        frames["context"] = self.context[self.context["adcode"].isin(set(codes))]
        frames["observations"] = plain.astype(kinds).assign(file=FILE)
        return Tables(folder=self.folder, **frames)

    def _tagged(self, rows: pd.DataFrame) -> pd.DataFrame:
        rows.attrs["tables"] = str(self.folder)
        return rows


def only(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The observations of *indicator* among *rows* of a panel, found by its code."""
    column = rows["indicator"]
    code = column.cat.categories.get_indexer(pd.Index([indicator]))[0]
    places = np.flatnonzero(column.cat.codes.to_numpy() == code)
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return rows.iloc[places[0] : places[-1] + 1]
    return rows.take(places)


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
    faults = list(
        _breaches(TABLES[name].to_schema(), frame.astype(dict.fromkeys(whole, "float64")))
    )
    if faults:
        raise TableError(replace(fault, file=f"{name}.parquet") for fault in faults)
    return frame


class _Closed:
    """The codes of a column whose words are known beforehand; -1 for any other word."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        self.dtype = np.min_scalar_type(-max(len(self.words), 1))
        self._set = pa.array(self.words, pa.string())

    def of(self, group: int, column: pa.DictionaryArray) -> Any:
        """The code of each cell."""
        del group
        found = pc.index_in(column.dictionary.cast(pa.string()), value_set=self._set)
        places = found.fill_null(-1).to_numpy(zero_copy_only=False).astype(self.dtype)
        return places[0] if len(places) == 1 else places[_indices(column)]

    def settle(self, codes: Any, places: Mapping[int, slice]) -> None:
        """Nothing is left to do."""


class _Open:
    """The codes of a column of free words: each row group's own at first, then one list."""

    dtype = np.dtype("int32")

    def __init__(self) -> None:
        self.words: list[str] = []
        self._heard: dict[int, pa.Array] = {}

    def of(self, group: int, column: pa.DictionaryArray) -> Any:
        """The code of each cell within its row group."""
        self._heard[group] = column.dictionary.cast(pa.string())
        return 0 if len(column.dictionary) == 1 else _indices(column)

    def settle(self, codes: Any, places: Mapping[int, slice]) -> None:
        """Give every row group's words their place in the one list."""
        if not self._heard:
            return
        every = pa.concat_arrays(list(self._heard.values())).dictionary_encode()
        self.words = every.dictionary.to_pylist()
        settled, begin = every.indices.to_numpy(), 0
        for group, words in self._heard.items():
            own = settled[begin : begin + len(words)]
            begin += len(words)
            part = codes[places[group]]
            part[:] = own[0] if len(own) == 1 else own[part]


def _indices(column: pa.DictionaryArray) -> Any:
    return column.indices.to_numpy(zero_copy_only=False)


class _Reading:
    """One reading of a panel's observations: row groups to codes, every fault kept."""

    def __init__(self, panel: Panel) -> None:
        self._panel, self._path = panel, panel.folder / FILE
        self._file = pq.ParquetFile(self._path, memory_map=True)
        self._about = self._file.metadata
        self._names = list(self._file.schema_arrow.names)
        self._faults: list[Fault] = []
        self._local = threading.local()
        self._refuse_other_columns()
        closed = {name: [word.value for word in words] for name, words in _WORDS.items()}
        closed |= {name: list(getattr(panel, table)[name]) for name, table in _LINKED.items()}
        closed["unit"].append("")  # a direction has none
        self._codes: dict[str, _Closed | _Open] = {n: _Closed(words) for n, words in closed.items()}
        self._codes |= {name: _Open() for name in _OPEN}
        self._derived = None if "report" in self._names else _Reports(panel)

    def whole(self) -> pd.DataFrame:
        """Every row group, read by two threads at once."""
        return self._read(range(self._about.num_row_groups))

    def part(self, indicator: str) -> pd.DataFrame:
        """The rows of one indicator, from the row groups that may hold it."""
        return only(self._read(self._groups(indicator)), indicator)

    def _groups(self, indicator: str) -> list[int]:
        place = self._names.index("indicator")
        found = []
        for group in range(self._about.num_row_groups):
            said = self._about.row_group(group).column(place).statistics
            known = said is not None and said.has_min_max
            if not known or said.min <= indicator <= said.max:
                found.append(group)
        return found

    def _refuse_other_columns(self) -> None:
        missing = set(COLUMNS) - set(self._names)
        extra = set(self._names) - {*COLUMNS, "report"}
        for name in missing:
            self._note(0, name, "no such column", "a missing column")
        for name in extra:
            self._note(0, name, repr(name), "not a column of this table")
        if self._about.num_rows > MOST_ROWS:
            self._note(0, "", f"{self._about.num_rows} rows", "too many rows")
        self._stop()

    def _note(self, line: int, column: str, found: str, rule: str) -> None:
        self._faults.append(Fault(FILE, line, column, found, rule, MEND))

    def _stop(self) -> None:
        if self._faults:
            raise TableError(set(self._faults))

    def _read(self, groups: Iterable[int]) -> pd.DataFrame:
        wanted = list(groups)
        sizes = [self._about.row_group(group).num_rows for group in wanted]
        ends = [int(end) for end in np.cumsum(sizes)]
        spans = (slice(end - size, end) for end, size in zip(ends, sizes, strict=True))
        places = dict(zip(wanted, spans, strict=True))
        cells = self._room(sum(sizes))
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(lambda group: self._fill(cells, group, places[group]), wanted))
        for name, codes in self._codes.items():
            codes.settle(cells[name], places)
        self._hold_words()
        self._hold_order(cells["indicator"], places.values())
        self._stop()
        return self._frame(cells)

    def _room(self, size: int) -> dict[str, Any]:
        """Empty columns of *size* rows."""
        cells = {name: np.empty(size, codes.dtype) for name, codes in self._codes.items()}
        cells |= {name: np.empty(size, kind) for name, kind in _NUMBERS.items()}
        return cells | {name: np.empty(size, "datetime64[s]") for name in _DAYS}

    def _fill(self, cells: dict[str, Any], group: int, place: slice) -> None:
        """One row group into its place; checked while it is at hand."""
        if not hasattr(self._local, "file"):
            file = pq.ParquetFile(self._path, metadata=self._about, memory_map=True)
            self._local.file = file
        read = self._local.file.read_row_group(group, use_threads=False)
        days = {}
        for name in self._names:
            column = read.column(name).combine_chunks()
            if column.null_count:
                self._note(place.start + 1, name, "null", "an empty cell")
                return
            if name in _DAYS:
                days[name] = column.cast(pa.date32()).view(pa.int32()).to_numpy()
                seconds = days[name].astype("int64") * _SECONDS
                cells[name][place] = seconds.view("datetime64[s]")
            elif name in self._codes:
                cells[name][place] = self._codes[name].of(group, _coded(column))
            else:
                cells[name][place] = column.to_numpy()
        part = {name: column[place] for name, column in cells.items()} | days
        if self._derived:
            part["report"][:] = self._derived.of(part["region"], days["period_end"])
        self._hold(part, place.start)
        self._refuse_doubles(part, place.start)

    def _hold(self, part: dict[str, Any], start: int) -> None:
        """Numbers within their bounds, and words that the lists have."""
        if not np.isfinite(part["value"]).all():
            self._tell(start, "value", ~np.isfinite(part["value"]), "not a number")
        low = {"start": 0, "end": 1} | dict.fromkeys((*_LINKED, *_WORDS), 0)
        for name, least in low.items():
            if part[name].min(initial=least) < least:
                rule = f"below {least}" if name in _NUMBERS else "not in the list it refers to"
                self._tell(start, name, part[name] < least, rule)

    def _tell(self, start: int, name: str, bad: Any, rule: str) -> None:
        for place in np.flatnonzero(bad)[:_TOLD]:
            self._note(start + int(place) + 1, name, "another value", rule)

    def _refuse_doubles(self, part: dict[str, Any], start: int) -> None:
        """One row a report, indicator, part, period, status and measure."""
        key = np.zeros(len(part["value"]), dtype="int64")
        for name in ("indicator", "report", *_KEY):
            key = _mixed(key, part[name])
        if (np.diff(key) > 0).all():
            return
        order = np.argsort(key, kind="stable")
        again = np.flatnonzero(np.diff(key[order]) == 0)
        for place in order[again + 1][:_TOLD]:
            line = start + int(place) + 1
            self._note(line, "region", f"row {line}", "a doubled key")

    def _hold_words(self) -> None:
        """Each distinct word against the very checks of the contract."""
        contract = TABLES["observations"].to_schema().columns
        for name in _OPEN:
            words = pd.DataFrame({name: pd.Series(self._codes[name].words, dtype="str")})
            found = (replace(fault, line=0) for fault in _breaches(contract[name], words))
            self._faults += found

    def _hold_order(self, codes: Any, places: Iterable[slice]) -> None:
        """An indicator that begins twice could not be read alone."""
        seen: set[int] = set()
        for place in places:
            part = codes[place]
            for begin in np.flatnonzero(np.diff(part, prepend=part[:1] - 1)):
                code = int(part[begin])
                if code in seen:
                    rule = "in two places: sort the rows by indicator"
                    name = self._codes["indicator"].words[code]
                    self._note(place.start + int(begin) + 1, "indicator", name, rule)
                seen.add(code)

    def _frame(self, cells: dict[str, Any]) -> pd.DataFrame:
        columns = {
            name: _categories(cells[name], self._codes[name].words)
            if name in self._codes
            else cells[name]
            for name in ("report", *COLUMNS)
        }
        return pd.DataFrame(columns, copy=False)


class _Reports:
    """The report of a region and year, where the rows do not name it."""

    def __init__(self, panel: Panel) -> None:
        reports = panel.reports
        days = reports["period_end"].to_numpy().astype("datetime64[D]").view("int64")
        own = pd.Index(panel.regions["region"]).get_indexer(reports["region"])
        self._first, self._last = (int(end) for end in (days.min(), days.max()))
        self._table = np.full((len(panel.regions), self._last - self._first + 1), -1, "int32")
        self._table[own, days - self._first] = np.arange(len(reports))

    def of(self, region: Any, day: Any) -> Any:
        """The place of the report of each *region* whose period ends on *day*; -1 if none does."""
        inside = np.clip(day, self._first, self._last)
        return np.where(inside == day, self._table[region, inside - self._first], -1)


def _categories(codes: Any, words: list[str]) -> pd.Categorical:
    kind: pd.CategoricalDtype = pd.CategoricalDtype(pd.Index(words, dtype="str"))
    return pd.Categorical.from_codes(codes, dtype=kind, validate=False)


def _mixed(key: Any, part: Any) -> Any:
    """One number for two: the parts of a key as the digits of a number."""
    low, high = int(part.min(initial=0)), int(part.max(initial=0))
    return key * (high - low + 1) + (part.astype("int64") - low)


def _coded(column: Any) -> Any:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _breaches(contract: Any, frame: pd.DataFrame) -> Iterator[Fault]:
    """What of *frame* breaks *contract*, of a table or of one of its columns."""
    import pandera.errors

    try:
        contract.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        for case in error.failure_cases.to_dict("records"):
            line = 0 if pd.isna(case["index"]) else int(case["index"])
            found, rule = repr(str(case["failure_case"])), f"breaks {case['check']}"
            yield Fault(FILE, line, str(case["column"]), found, rule, MEND)


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
    if name in _NUMBERS:
        return pa.from_numpy_dtype(np.dtype(_NUMBERS[name]))
    return pa.date32() if name in _DAYS else pa.dictionary(pa.int32(), pa.string())


def of_tables(folder: Path, data: Tables) -> Path:
    """Write ordinary tables as a panel; ``report`` is kept, since a report may look back."""
    tables = {name: getattr(data, name) for name in SMALL}
    rows = data.observations.drop(columns="file").sort_values(
        ["indicator", "region"], kind="stable"
    )
    return write(folder, tables, (piece for _, piece in rows.groupby("indicator", sort=False)))
