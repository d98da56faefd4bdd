"""
Row groups of a Parquet file of observations as codes of their words, every fault told.

Each distinct word is held to the contract once, whatever the number of rows; two threads read.
"""

import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.errors import Fault, TableError
from analysis.language.vocabulary import Comparator, Measure, Status

from .schema import KEYS, TABLES

FILE = "observations.parquet"
MOST_ROWS = 100_000_000
LINKED = {"region": "regions", "indicator": "indicators", "unit": "units", "report": "reports"}
CLOSED = {"status": Status, "measure": Measure, "comparator": Comparator}
OPEN = ("breakdown", "printed", "evidence", "note")
DAYS = ("period_start", "period_end")
NUMBERS = {"value": "float64", "start": "int32", "end": "int32"}
COLUMNS = ("region", "indicator", *OPEN, *CLOSED, "unit", *DAYS, *NUMBERS)
_KEY = ("indicator", "report", "region", "breakdown", *DAYS, "status", "measure")
_MEND = "mend it and write the panel again"
_SECONDS = 86_400  # of a day
_THREADS = 2
_TOLD = 3  # rows named of a fault that many rows share


class _Closed:
    """The codes of a column whose words are known beforehand; -1 for any other word."""

    def __init__(self, words: "pd.Index[str]") -> None:
        self.words = words
        self.dtype = np.min_scalar_type(-max(len(words), 1))
        self._set = pa.array(words, pa.string())

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
        self.words: pd.Index[str] = pd.Index([], dtype="str")
        self._heard: dict[int, pa.Array] = {}

    def of(self, group: int, column: pa.DictionaryArray) -> Any:
        """The code of each cell within its row group."""
        self._heard[group] = column.dictionary.cast(pa.string())
        return 0 if len(column.dictionary) == 1 else _indices(column)

    def settle(self, codes: Any, places: Mapping[int, slice]) -> None:
        """Give every row group's words their place in the one list."""
        if not self._heard:
            return
        heard = dict(sorted(self._heard.items()))  # whichever thread was first
        every = pa.concat_arrays(list(heard.values())).dictionary_encode()
        self.words = pd.Index(every.dictionary.to_pylist(), dtype="str")
        settled, begin = every.indices.to_numpy(), 0
        for group, words in heard.items():
            own = settled[begin : begin + len(words)]
            begin += len(words)
            part = codes[places[group]]
            part[:] = own[0] if len(own) == 1 else own[part]


def _indices(column: pa.DictionaryArray) -> Any:
    return column.indices.to_numpy(zero_copy_only=False)


class Reading:
    """
    One reading of a file of observations.

    Parameters
    ----------
    path
        The Parquet file.
    lists
        The words of each column that refers to a table, in the table's order.
    reports
        ``report``, ``region`` and ``period_end``, for a file that does not name the report.
    """

    def __init__(
        self, path: Path, lists: Mapping[str, "pd.Index[str]"], reports: pd.DataFrame
    ) -> None:
        self._path = path
        self._file = pq.ParquetFile(path, memory_map=True)
        self._about = self._file.metadata
        self._names = list(self._file.schema_arrow.names)
        self._faults: list[Fault] = []
        self._local = threading.local()
        self._refuse_other_columns()
        closed = {name: pd.Index([str(word) for word in words]) for name, words in CLOSED.items()}
        self._codes: dict[str, _Closed | _Open] = {
            name: _Closed(words) for name, words in (closed | dict(lists)).items()
        }
        self._codes |= {name: _Open() for name in OPEN}
        given = "report" in self._names
        self._derived = None if given else _Reports(reports, lists["region"])

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
        self._faults.append(Fault(FILE, line, column, found, rule, _MEND))

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
        cells |= {name: np.empty(size, kind) for name, kind in NUMBERS.items()}
        return cells | {name: np.empty(size, "datetime64[s]") for name in DAYS}

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
            if name in DAYS:
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
        low = {"start": 0, "end": 1} | dict.fromkeys((*LINKED, *CLOSED), 0)
        for name, least in low.items():
            if part[name].min(initial=least) < least:
                rule = f"below {least}" if name in NUMBERS else "not in the list it refers to"
                self._tell(start, name, part[name] < least, rule)

    def _tell(self, start: int, name: str, bad: Any, rule: str) -> None:
        for place in np.flatnonzero(bad)[:_TOLD]:
            self._note(start + int(place) + 1, name, "another value", rule)

    def _refuse_doubles(self, part: dict[str, Any], start: int) -> None:
        """One row a report, indicator, part, period, status and measure."""
        key = np.zeros(len(part["value"]), dtype="int64")
        for name in _KEY:
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
        for name in OPEN:
            words = pd.DataFrame({name: pd.Series(self._codes[name].words, dtype="str")})
            found = _cell_breaches("observations", contract[name], words)
            self._faults += (replace(fault, line=0) for fault in found)

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

    def __init__(self, reports: pd.DataFrame, regions: "pd.Index[str]") -> None:
        days = reports["period_end"].to_numpy().astype("datetime64[D]").view("int64")
        self._first, self._last = (int(end) for end in (days.min(), days.max()))
        self._table = np.full((len(regions), self._last - self._first + 1), -1, "int32")
        own = regions.get_indexer(pd.Index(reports["region"]))
        self._table[own, days - self._first] = np.arange(len(reports))

    def of(self, region: Any, day: Any) -> Any:
        """The place of the report of each *region* whose period ends on *day*; -1 if none does."""
        inside = np.clip(day, self._first, self._last)
        return np.where(inside == day, self._table[region, inside - self._first], -1)


def _categories(codes: Any, words: "pd.Index[str]") -> pd.Categorical:
    kind: pd.CategoricalDtype = pd.CategoricalDtype(words)
    return pd.Categorical.from_codes(codes, dtype=kind, validate=False)


def _mixed(key: Any, part: Any) -> Any:
    """One number for two: the parts of a key as the digits of a number."""
    low, high = int(part.min(initial=0)), int(part.max(initial=0))
    return key * (high - low + 1) + (part.astype("int64") - low)


def _coded(column: Any) -> Any:
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def breaches(table: str, frame: pd.DataFrame) -> Iterator[Fault]:
    """
    What of *frame* breaks the contract of *table*: its columns, each distinct cell, its key.

    The index is the line that a fault names.
    """
    contract = TABLES[table].to_schema().columns
    for name in set(frame) ^ set(contract):
        rule = "a missing column" if name in contract else "not a column of this table"
        yield Fault(f"{table}.parquet", 0, str(name), repr(name), rule, _MEND)
    for name in set(frame) & set(contract):
        yield from _cell_breaches(table, contract[name], frame[[name]].drop_duplicates())
    if set(KEYS[table]) <= set(frame):
        for line in frame.index[frame.duplicated(KEYS[table])][:_TOLD]:
            found = ", ".join(str(frame.loc[line, name]) for name in KEYS[table])
            yield Fault(f"{table}.parquet", line, KEYS[table][-1], found, "a doubled key", _MEND)


def _cell_breaches(table: str, contract: Any, cells: pd.DataFrame) -> Iterator[Fault]:
    import pandera.errors

    try:
        contract.validate(cells, lazy=True)
    except pandera.errors.SchemaErrors as error:
        for case in error.failure_cases.to_dict("records"):
            line = 0 if pd.isna(case["index"]) else int(case["index"])
            found, rule = repr(str(case["failure_case"])), f"breaks {case['check']}"
            yield Fault(f"{table}.parquet", line, contract.name, found, rule, _MEND)


def only(rows: pd.DataFrame, indicator: str) -> pd.DataFrame:
    """The observations of *indicator* among *rows* of a panel, found by its code."""
    column = rows["indicator"]
    code = column.cat.categories.get_indexer(pd.Index([indicator]))[0]
    places = np.flatnonzero(column.cat.codes.to_numpy() == code)
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return rows.iloc[places[0] : places[-1] + 1]
    return rows.take(places)
