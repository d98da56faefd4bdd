"""
The Parquet files of a panel, read and checked or written by DuckDB.

DuckDB sees the files of one folder, loads no extension and uses no network. Observations are read
as codes of their words, so that millions of rows take a few bytes a cell.
"""

import glob
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from duckdb import DuckDBPyConnection

from analysis.errors import Fault, TableError
from analysis.language.vocabulary import Comparator, Measure, Status

from . import contract
from .load import by_region

FILE = "observations.parquet"
MOST_ROWS = 100_000_000
LINKED = {"region": "regions", "indicator": "indicators", "unit": "units", "report": "reports"}
_CLOSED = {"status": Status, "measure": Measure, "comparator": Comparator}
_OPEN = ("breakdown", "printed", "evidence", "note")
_DAYS = ("period_start", "period_end")
_LEAST = {"start": 0, "end": 1}
_KEY = ("report", "region", "breakdown", *_DAYS, "status", "measure")  # of one indicator
# The SQL type of each column, and the types in a file that are read as it.
_TYPES = dict.fromkeys((*LINKED, *_CLOSED, *_OPEN), "VARCHAR") | dict.fromkeys(_DAYS, "DATE")
_TYPES |= {"value": "DOUBLE"} | dict.fromkeys(_LEAST, "INTEGER")
_INTEGERS = {f"{sign}{kind}" for sign in ("", "u") for kind in ("tinyint", "smallint", "bigint")}
_INTEGERS |= {"integer", "uinteger"}
_READ_AS = {
    "VARCHAR": {"varchar"},
    "DATE": {"date", "timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"},
    "DOUBLE": {"float", "double", "decimal", *_INTEGERS},
    "INTEGER": _INTEGERS,
}
_SETTINGS: dict[str, Any] = {
    "memory_limit": "1GB",
    "temp_directory": "",  # what exceeds the memory is an error, not a file
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a name in a query is never a variable of Python
}
_FORMAT = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
_SQL = {"M": "TIMESTAMP", "f": "DOUBLE", "i": "BIGINT", "O": "VARCHAR"}  # of kinds of NumPy types
_VECTORS = 250  # of 2,048 rows, fetched at a time
_NAMED = 3  # rows named of a fault that many rows share
_REPAIR = "correct it and write the panel again"


def table(folder: Path, name: str) -> pd.DataFrame:
    """
    Read a small table and check it against its contract.

    Raises
    ------
    TableError
        If it cannot be read or breaks its contract.
    """
    with _opened(folder, f"{name}.parquet") as file:
        frame = file.select("*").df()
    frame = frame.astype({column: "str" for column in frame if frame[column].dtype == object})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    whole = {column: "float64" for column in frame if frame[column].dtype.kind in "iu"}
    faults = contract.faults(file.name, frame.astype(whole), name)
    if faults:
        raise TableError(faults)
    return frame


def observations(
    folder: Path,
    lists: Mapping[str, "pd.Index[str]"],
    reports: pd.DataFrame,
    indicator: str | None = None,
) -> pd.DataFrame:
    """
    Read the observations, or those of one indicator, and check them against the contract.

    Parameters
    ----------
    folder
        The folder of the panel.
    lists
        The words of each column that refers to a table, in the table's order.
    reports
        ``report``, ``region`` and ``period_end``, for a file without the column ``report``.
    indicator
        The code of the indicator; every one if not given.

    Returns
    -------
    pandas.DataFrame
        The columns of the contract and ``region``; text as categories.

    Raises
    ------
    TableError
        If the file cannot be read or breaks the contract.
    """
    closed = {name: pd.Index([str(word) for word in words]) for name, words in _CLOSED.items()}
    with _opened(folder, FILE, indicator) as file:
        file.check_columns()
        words = {**lists, **closed, **{name: file.words(name) for name in _OPEN}}
        cells = file.cells(words, _Reports(reports, lists["region"]))
        file.check_rows(cells, lists["indicator"])
    del cells["key"]
    for name, known in words.items():
        kind: pd.CategoricalDtype = pd.CategoricalDtype(known)
        cells[name] = pd.Categorical.from_codes(cells[name], dtype=kind, validate=False)
    return pd.DataFrame(cells, copy=False)


@contextmanager
def _opened(folder: Path, name: str, indicator: str | None = None) -> "Iterator[_File]":
    """Open a file on a connection that reads *folder* and nothing else."""
    path = folder.absolute() / name
    with _connected(threads=2) as connection:
        connection.execute("SET parquet_metadata_cache = true")
        allowed = [str(path.parent), glob.escape(str(path.parent))]
        connection.execute("SET allowed_directories = $1", [allowed])
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        try:
            yield _File(connection, path, indicator)
        except duckdb.Error as error:
            found = str(error).partition("\n")[0]
            fault = Fault(name, 0, "", found, "not a readable table", _REPAIR)
            raise TableError([fault]) from error


@contextmanager
def _connected(threads: int) -> Iterator[DuckDBPyConnection]:
    """Open a database in memory; its name or path is never looked up outside this process."""
    with duckdb.connect(config=_SETTINGS | {"threads": threads}) as connection:
        connection.execute("SET enable_progress_bar = false")
        yield connection


class _File:
    """A Parquet file, or its rows of one indicator."""

    def __init__(self, connection: DuckDBPyConnection, path: Path, indicator: str | None) -> None:
        self.name, self._connection = path.name, connection
        self._names: list[str] = []
        self._faults: list[Fault] = []
        self._rows, self._given = "true", {"path": glob.escape(str(path))}
        if self._count() > MOST_ROWS:
            self._fault(0, "", f"{self._count()} rows", "too many rows")
            raise TableError(self._faults)
        if indicator is not None:
            self._rows, self._given["indicator"] = "indicator = $indicator", indicator

    def select(
        self, columns: str, where: str = "true", rest: str = "", **given: str
    ) -> DuckDBPyConnection:
        """Query the rows; *given* are the parameters of the query."""
        query = f"FROM read_parquet($path, hive_partitioning = false) SELECT {columns}"
        query += f" WHERE {self._rows} AND ({where}) {rest}"
        return self._connection.execute(query, self._given | given)

    def _count(self) -> int:
        ((rows,),) = self.select("count(*)").fetchall()
        return int(rows)

    def _fault(self, line: int, column: str, found: str, rule: str) -> None:
        self._faults.append(Fault(self.name, line, column, found, rule, _REPAIR))

    def _stop(self) -> None:
        if self._faults:
            raise TableError(self._faults)

    def check_columns(self) -> None:
        """Raise `TableError` for columns that are missing, unknown or of another type."""
        types = {name: kind for name, kind, *_ in self.select("*", rest="LIMIT 0").description}
        self._names = [*types]
        for name in _TYPES.keys() - types.keys() - {"report"}:
            self._fault(0, name, "no such column", "a missing column")
        for name, kind in types.items():
            if name not in _TYPES:
                self._fault(0, name, repr(name), "not a column of this table")
            elif kind.id not in _READ_AS[_TYPES[name]]:
                self._fault(0, name, str(kind), f"not of type {_TYPES[name]}")
        self._stop()

    def words(self, name: str) -> "pd.Index[str]":
        """Return the distinct words of a column, in order and checked against the contract."""
        columns = f"{name} AS word, min(file_row_number) + 1 AS line"
        rows = self.select(columns, f"{name} IS NOT NULL", "GROUP BY 1 ORDER BY 1").fetchnumpy()
        words: pd.Index[str] = pd.Index(rows["word"], dtype="str", name=name)
        cells = words.to_series(index=pd.Index(rows["line"]))
        self._faults += contract.cell_faults(self.name, cells, "observations")
        return words

    def cells(self, words: Mapping[str, "pd.Index[str]"], reports: "_Reports") -> dict[str, Any]:
        """
        Return the columns, text as codes of *words*, and ``key``, a hash of the key of each row.

        Raises
        ------
        TableError
            With the first cells that break each rule.
        """
        coded = [name for name in words if name in self._names]
        for name in coded:
            self._connection.register("words", pd.DataFrame({"word": words[name]}))
            self._connection.execute(f"CREATE TYPE {name}_word AS ENUM (FROM words)")
        rules, size = _rules(coded), self._count()
        cells = {name: np.empty(size, kind) for name, kind in _kinds(words).items()}
        begin, chunks = 0, self.select(self._columns(coded, rules))
        while len(chunk := chunks.fetch_df_chunk(_VECTORS)):
            if chunk["broken"].any():
                self._find(rules)
                break
            rows = slice(begin, begin := begin + len(chunk))
            for name in (*self._names, "key"):
                cells[name][rows] = chunk[name]
            if "report" not in self._names:
                cells["report"][rows] = reports.of(cells["region"][rows], cells["period_end"][rows])
        self._stop()
        return cells

    def _columns(self, coded: Iterable[str], rules: Mapping[str, tuple[str, str]]) -> str:
        """Return what to select: codes, numbers, the hash of the key, and if a rule is broken."""
        codes = [f"enum_code(TRY_CAST({name} AS {name}_word)) AS {name}" for name in coded]
        others = [(name, kind) for name, kind in _TYPES.items() if kind != "VARCHAR"]
        numbers = [f'TRY_CAST("{name}" AS {kind}) AS "{name}"' for name, kind in others]
        key = f"hash({self._key()}) AS key"
        sound = " AND ".join(condition for condition, _ in rules.values())
        return ", ".join([*codes, *numbers, key, f"({sound}) IS NOT TRUE AS broken"])

    def _key(self) -> str:
        return ", ".join(name for name in _KEY if name in self._names)

    def _find(self, rules: Mapping[str, tuple[str, str]]) -> None:
        """Note the first cells that break each of *rules*."""
        for name, (condition, rule) in rules.items():
            columns = f'file_row_number + 1 AS line, CAST("{name}" AS VARCHAR)'
            where, rest = f"({condition}) IS NOT TRUE", f"ORDER BY line LIMIT {_NAMED}"
            for line, cell in self.select(columns, where, rest).fetchall():
                found, broken = ("null", "an empty cell") if cell is None else (repr(cell), rule)
                self._fault(line, name, found, broken)

    def check_rows(self, cells: Mapping[str, Any], indicators: "pd.Index[str]") -> None:
        """Raise `TableError` for rows without a report, out of order, or with a doubled key."""
        for place in np.flatnonzero(cells["report"] < 0)[:_NAMED].tolist():
            columns = "file_row_number + 1, concat(region, ' ', period_end)"
            ((line, found),) = self.select(columns, rest=f"LIMIT 1 OFFSET {place}").fetchall()
            self._fault(line, "report", found, "no report of this region ends on this day")
        codes = cells["indicator"]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        for place in starts[pd.Series(codes[starts]).duplicated()][:_NAMED].tolist():
            rule = "in two places: sort the rows by indicator"
            self._fault(place + 1, "indicator", indicators[codes[place]], rule)
        self._stop()
        for place, keys in zip(starts, np.split(cells["key"], starts[1:]), strict=False):
            keys.sort()
            if (keys[1:] == keys[:-1]).any():
                self._find_doubled(indicators[codes[place]])
        self._stop()

    def _find_doubled(self, indicator: str) -> None:
        """Note rows of *indicator* with the key of an earlier row; equal hashes may differ."""
        window = f"PARTITION BY {self._key()} ORDER BY file_row_number"
        rest = f"QUALIFY row_number() OVER ({window}) > 1 ORDER BY line LIMIT {_NAMED}"
        columns, where = "file_row_number + 1 AS line", "indicator = $of"
        for (line,) in self.select(columns, where, rest, of=indicator).fetchall():
            self._fault(line, "region", f"row {line}", "a doubled key")


def _rules(coded: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the condition that each cell of a column meets, and what is wrong with another."""
    linked = "not in the list it refers to"
    rules = {name: (f"TRY_CAST({name} AS {name}_word) IS NOT NULL", linked) for name in coded}
    for name in _DAYS:
        moment = f"CAST({name} AS TIMESTAMP)"
        rules[name] = (f"isfinite({moment}) AND {moment} = CAST({name} AS DATE)", "not a day")
    rules["value"] = ("isfinite(CAST(value AS DOUBLE))", "not a number")
    for name, least in _LEAST.items():
        rule = f"below {least}, or too large"
        rules[name] = (f'"{name}" BETWEEN {least} AND {np.iinfo("int32").max}', rule)
    return rules


def _kinds(words: Mapping[str, "pd.Index[str]"]) -> dict[str, Any]:
    """Return the type of the array of each column."""
    types = {"VARCHAR": "", "DATE": "datetime64[us]", "DOUBLE": "float64", "INTEGER": "int32"}
    kinds: dict[str, Any] = {name: types[kind] for name, kind in _TYPES.items()}
    codes = {name: np.min_scalar_type(-max(len(known), 1)) for name, known in words.items()}
    return {**kinds, **codes, "key": "uint64"}


class _Reports:
    """The reports by region and last day, for rows that do not name theirs."""

    def __init__(self, reports: pd.DataFrame, regions: "pd.Index[str]") -> None:
        reports = by_region(reports.assign(code=np.arange(len(reports))))
        places = pd.Index(regions.get_indexer(pd.Index(reports["region"])), name="region")
        rows = pd.MultiIndex.from_arrays([places, reports["period_end"]])
        codes = pd.Series(reports["code"].to_numpy(), rows)
        codes = codes[~rows.duplicated(keep=False)]  # two reports of one day name neither
        table = codes.unstack().reindex(range(len(regions))).fillna(-1)
        self._ends = np.append(table.columns.to_numpy(), np.datetime64("NaT"))
        self._codes = np.pad(table.to_numpy(dtype="int32"), ((0, 0), (0, 1)), constant_values=-1)

    def of(self, region: Any, end: Any) -> Any:
        """Return the code of the report of each region and last day, -1 if there is none."""
        column = np.searchsorted(self._ends, end)
        return np.where(self._ends[column] == end, self._codes[region, column], -1)


def write(folder: Path, tables: Mapping[str, pd.DataFrame], pieces: Iterable[pd.DataFrame]) -> Path:
    """
    Write a panel: the small *tables*, and the observations in *pieces*, one an indicator.

    Returns
    -------
    pathlib.Path
        The file with the observations.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # With one thread the same rows give the same bytes.
    with TemporaryDirectory(prefix=".", dir=folder) as name, _connected(threads=1) as connection:
        work, parts = Path(name), list[str]()
        for table_name, frame in tables.items():
            kinds = {str(column): _SQL[frame[column].dtype.kind] for column in frame}
            _copy(connection, frame, kinds, work / f"{table_name}.parquet")
        for piece in pieces:
            kinds = {column: kind for column, kind in _TYPES.items() if column in piece}
            parts.append(str(work / f"{len(parts)}.piece"))
            _copy(connection, piece, kinds, Path(parts[-1]))
        whole = {"parts": parts, "path": str(work / FILE)}
        connection.execute(f"COPY (FROM read_parquet($parts)) TO $path ({_FORMAT})", whole)
        for path in work.glob("*.parquet"):
            path.replace(folder / path.name)
    return folder / FILE


def _copy(
    connection: DuckDBPyConnection, frame: pd.DataFrame, kinds: Mapping[str, str], path: Path
) -> None:
    """Write *frame* to *path*, its columns as SQL types."""
    connection.register("frame", frame)
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items())
    query = f"COPY (FROM frame SELECT {columns}) TO $path ({_FORMAT})"
    connection.execute(query, {"path": str(path)})
