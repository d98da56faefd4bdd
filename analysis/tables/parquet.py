"""
The Parquet files of a panel, read and checked or written by DuckDB.

DuckDB sees the files of one folder, loads no extension and uses no network. Observations are read
as codes of their words, so that millions of rows take a few bytes a cell.
"""

import glob
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from analysis.errors import Fault, TableError
from analysis.language.messages import advice, say
from analysis.language.text import Text
from analysis.language.vocabulary import Comparator, Measure, Status

from . import contract
from .load import by_region

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = "observations.parquet"
MOST_ROWS = 100_000_000
LINKED = {"region": "regions", "indicator": "indicators", "unit": "units", "report": "reports"}
_CLOSED = {"status": Status, "measure": Measure, "comparator": Comparator}
_OPEN = ("breakdown", "printed", "evidence", "note")
_DAYS = ("period_start", "period_end")
_LEAST = {"start": 0, "end": 1}
_KEY = ("report", "region", "breakdown", *_DAYS, "status", "measure")  # of one indicator
_TYPES = dict.fromkeys(("report", "region", "indicator", *_OPEN, *_CLOSED, "unit"), "VARCHAR")
_TYPES |= {**dict.fromkeys(_DAYS, "DATE"), "value": "DOUBLE", **dict.fromkeys(_LEAST, "INTEGER")}
_INTEGER = "u?(tiny|small|big)?int(eger)?"
_READ_AS = {  # the types of a file that are read as each of these
    "VARCHAR": "varchar",
    "DATE": "date|timestamp(_s|_ms|_ns)?",
    "DOUBLE": f"float|double|decimal|{_INTEGER}",
    "INTEGER": _INTEGER,
}
_SETTINGS: dict[str, Any] = {
    "threads": 1,
    "memory_limit": "1GB",
    "temp_directory": "",  # what exceeds the memory is an error, not a file
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,  # a name in a query is never a variable of Python
}
_FORMAT = "FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880"
_SQL = {"M": "TIMESTAMP", "f": "DOUBLE", "i": "BIGINT", "O": "VARCHAR"}  # by kind of NumPy type
_VECTORS = 64  # of 2,048 rows, fetched at a time
_SLICE = 1_000_000  # rows that get their report at a time
_SHOWN = 3  # rows of a fault that many rows share


def table(folder: Path, name: str) -> pd.DataFrame:
    """
    Read a small table and check it against its contract.

    Raises
    ------
    TableError
        If it cannot be read or breaks its contract.
    """
    with _opened(folder, f"{name}.parquet") as file:
        file.count()
        cells = file.select("*")
        texts = [name for name, kind, *_ in cells.description if kind.id == "varchar"]
        frame = cells.df().astype(dict.fromkeys(texts, "str"))
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="line")
    whole = {column: "float64" for column in frame if frame[column].dtype.kind in "iu"}
    faults = contract.faults(file.name, frame.astype(whole), name)
    if faults:
        raise TableError(faults)
    return frame


def observations(
    folder: Path,
    lists: Mapping[str, "pd.Index[str]"],
    reports: "Reports",
    indicator: str | None = None,
) -> pd.DataFrame:
    """
    Read the observations, or those of one indicator, and check them against the contract.

    Text is returned as categories: of a column that refers to a table those of *lists*. *reports*
    are for a file without the column ``report``.

    Raises
    ------
    TableError
        If the file cannot be read or breaks the contract.
    """
    closed = {name: pd.Index([str(word) for word in words]) for name, words in _CLOSED.items()}
    with _opened(folder, FILE, indicator, threads=1 if indicator else 2) as file:
        file.check_columns()
        words = {**lists, **closed, **file.words()}
        cells = file.cells(words, reports)
        file.check_rows(cells, lists["indicator"])
    for name, known in words.items():
        kind: pd.CategoricalDtype = pd.CategoricalDtype(known)
        cells[name] = pd.Categorical.from_codes(cells[name], dtype=kind, validate=False)
    return pd.DataFrame({name: cells[name] for name in _TYPES}, copy=False)


@contextmanager
def _opened(
    folder: Path, name: str, indicator: str | None = None, *, threads: int = 1
) -> "Iterator[_File]":
    """Open a file; what DuckDB finds wrong with it is a `TableError`."""
    import duckdb

    folder = folder.absolute()
    with _database(folder).cursor() as connection:
        # With a buffer of 1 MB one of two threads waits for the other.
        connection.execute("SET streaming_buffer_size = '32MB'; SET enable_progress_bar = false")
        connection.execute(f"SET GLOBAL threads = {threads}")
        try:
            yield _File(connection, folder / name, indicator)
        except duckdb.Error as error:
            found = str(error).partition("\n")[0]
            fault = Fault(name, 0, "", found, *advice("unreadable_table"))
            raise TableError([fault]) from error
        finally:
            connection.execute("SET GLOBAL threads = 1")  # a process with more cannot fork


@lru_cache(maxsize=2)
def _database(folder: Path) -> "DuckDBPyConnection":
    """Return a database in memory that reads the files of *folder* and no others."""
    connection = _connected()
    allowed = [str(folder), glob.escape(str(folder))]
    connection.execute("SET allowed_directories = $1", [allowed])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET GLOBAL parquet_metadata_cache = true")
    return connection


def _connected() -> "DuckDBPyConnection":
    import duckdb

    connection = duckdb.connect(config=_SETTINGS)
    connection.execute("SET enable_progress_bar = false")
    return connection


class _Column(NamedTuple):
    """How a column is read."""

    select: str  # its cells as numbers
    sound: str  # the condition that each cell meets
    rule: Text  # what is wrong with another
    dtype: Any


def _columns(words: Mapping[str, "pd.Index[str]"]) -> dict[str, _Column]:
    """Return how each column is read, text as codes of *words*."""
    columns = {}
    for name, known in words.items():
        code, dtype = f"TRY_CAST({name} AS {name}_word)", np.min_scalar_type(-max(len(known), 1))
        select, sound = f"enum_code({code})", f"{code} IS NOT NULL"
        if name in _OPEN:  # of 100,000 words, a hash is found in a third of the time of a cast
            select, sound = f"hash({name})", f"{name} IS NOT NULL"
        columns[name] = _Column(select, sound, say("fault.unlisted"), dtype)
    for name in _DAYS:
        time, day = f"TRY_CAST({name} AS TIMESTAMP)", f"TRY_CAST({name} AS DATE)"
        sound = f"isfinite({time}) AND {time} = {day}"
        columns[name] = _Column(f"epoch_us({day})", sound, say("fault.day"), "datetime64[us]")
    number = "TRY_CAST(value AS DOUBLE)"
    rule = say("fault.not_a_number")
    columns["value"] = _Column(number, f"isfinite({number})", rule, "float64")
    for name, least in _LEAST.items():
        sound = f'"{name}" BETWEEN {least} AND {2**31 - 1}'
        rule = say("fault.out_of_range", least=least)
        columns[name] = _Column(f'TRY_CAST("{name}" AS INTEGER)', sound, rule, "int32")
    return columns


class _File:
    """A Parquet file, or its rows of one indicator."""

    def __init__(self, connection: "DuckDBPyConnection", path: Path, indicator: str | None) -> None:
        self.name, self._connection = path.name, connection
        self._names: list[str] = []
        self._faults: list[Fault] = []
        self._hashes: dict[str, pd.Index[int]] = {}  # of the words of free text
        self._whole, self._given = indicator is None, {"path": glob.escape(str(path))}
        if indicator is not None:
            self._given["indicator"] = indicator

    def select(
        self, columns: str, where: str = "true", rest: str = "", **given: str
    ) -> "DuckDBPyConnection":
        """Query the rows; *given* are the parameters of the query."""
        query = f"{self._query(columns, where)} {rest}"
        return self._connection.execute(query, self._given | given)

    def _query(self, columns: str, where: str) -> str:
        rows = "true" if self._whole else "indicator = $indicator"
        source = "FROM read_parquet($path, hive_partitioning = false)"
        return f"{source} SELECT {columns} WHERE {rows} AND ({where})"

    def count(self, sound: str = "true") -> tuple[int, int]:
        """Return the number of rows, if it is within the limit, and of those not *sound*."""
        columns = f"count(*), count(*) FILTER (({sound}) IS NOT TRUE)"
        ((rows, broken),) = self.select(columns).fetchall()
        if rows > MOST_ROWS:
            self._fault(0, "", say("found.rows", rows=rows), say("fault.too_many_rows"))
            self._stop()
        return rows, broken

    def _fault(self, line: int, column: str, found: str | Text, rule: Text) -> None:
        remedy = say("remedy.unreadable_table")
        self._faults.append(Fault(self.name, line, column, found, rule, remedy))

    def _stop(self) -> None:
        if self._faults:
            raise TableError(self._faults)

    def check_columns(self) -> None:
        """Raise `TableError` for columns that are missing, unknown or of another type."""
        types = {name: kind for name, kind, *_ in self.select("*", rest="LIMIT 0").description}
        self._names = [*types]
        for name in _TYPES.keys() - types.keys() - {"report"}:
            self._fault(0, name, say("found.no_column"), say("fault.missing_column"))
        for name, kind in types.items():
            if name not in _TYPES:
                self._fault(0, name, repr(name), say("fault.no_column_of_table"))
            elif not re.fullmatch(_READ_AS[_TYPES[name]], kind.id):
                self._fault(0, name, str(kind), say("fault.type", type=_TYPES[name]))
        self._stop()

    def words(self) -> dict[str, "pd.Index[str]"]:
        """Return the words of each column of free text in order, checked against the contract."""
        names, words = ", ".join(_OPEN), dict[str, "pd.Index[str]"]()
        columns = f"coalesce({names}) AS word, hash(word) AS hash, min(file_row_number) + 1 AS line"
        sets = ", ".join(f"({name})" for name in _OPEN)
        rest = f"GROUP BY GROUPING SETS ({sets}) HAVING word IS NOT NULL ORDER BY word"
        rows = self.select(f"grouping({names}) AS others, {columns}", rest=rest).fetchnumpy()
        for place, name in enumerate(reversed(_OPEN)):
            own = rows["others"] == 2 ** len(_OPEN) - 1 - 2**place  # a bit for each other column
            words[name] = pd.Index(rows["word"][own], dtype="str", name=name)
            self._hashes[name] = pd.Index(rows["hash"][own])
            if not self._hashes[name].is_unique:
                self._fault(0, name, say("found.same_hash"), say("fault.same_hash"))
            cells = words[name].to_series(index=pd.Index(rows["line"][own]))
            self._faults += contract.cell_faults(self.name, cells, "observations")
        return words

    def cells(self, words: Mapping[str, "pd.Index[str]"], reports: "Reports") -> dict[str, Any]:
        """Return the columns, text as codes of *words*, and a hash of the key of each row."""
        columns = _columns(words)
        own = {name: column for name, column in columns.items() if name in self._names}
        self._make_types(words)
        size = self._check(own)
        key = _Column(f"hash({self._key()})", "true", Text("", ""), "uint64")
        columns, own = columns | {"key": key}, own | {"key": key}
        cells = {name: np.empty(size, column.dtype) for name, column in columns.items()}
        # One column at a time: all at once take more time and memory for 11 million rows.
        for names in [[name] for name in own] if self._whole else [[*own]]:
            self._fill(cells, {name: own[name] for name in names})
        if "report" not in own:
            for begin in range(0, size, _SLICE):
                rows = slice(begin, begin + _SLICE)
                cells["report"][rows] = reports.of(cells["region"][rows], cells["period_end"][rows])
        return cells

    def _make_types(self, words: Mapping[str, "pd.Index[str]"]) -> None:
        """Make an enumeration of the words of each column that is no free text."""
        for name in (words.keys() & self._names) - self._hashes.keys():
            query = f"CREATE TEMP TYPE {name}_word AS ENUM (SELECT unnest($words))"
            self._connection.execute(query, {"words": words[name].tolist()})

    def _fill(self, cells: Mapping[str, Any], columns: Mapping[str, _Column]) -> None:
        """Read *columns* into *cells*."""
        selects = ", ".join(f'{column.select} AS "{name}"' for name, column in columns.items())
        begin, chunks = 0, self.select(selects)
        while len(chunk := chunks.fetch_df_chunk(_VECTORS)):
            rows = slice(begin, begin := begin + len(chunk))
            for name in columns:
                hashes, part = self._hashes.get(name), chunk[name].array
                cells[name][rows] = part if hashes is None else hashes.get_indexer(pd.Index(part))

    def _check(self, columns: Mapping[str, _Column]) -> int:
        """Return the number of rows; note the first cells of each column that break its rule."""
        size, broken = self.count(" AND ".join(f"({column.sound})" for column in columns.values()))
        for name, (_, sound, rule, _) in columns.items() if broken else ():
            cells = f'file_row_number + 1 AS line, CAST("{name}" AS VARCHAR)'
            where, rest = f"({sound}) IS NOT TRUE", f"ORDER BY line LIMIT {_SHOWN}"
            for line, cell in self.select(cells, where, rest).fetchall():
                empty = ("null", say("fault.empty_cell"))
                self._fault(line, name, *(empty if cell is None else (repr(cell), rule)))
        self._stop()
        return size

    def _key(self) -> str:
        return ", ".join(name for name in _KEY if name in self._names)

    def check_rows(self, cells: Mapping[str, Any], indicators: "pd.Index[str]") -> None:
        """Raise `TableError` for rows without a report, out of order, or with a doubled key."""
        for place in np.flatnonzero(cells["report"] < 0)[:_SHOWN].tolist():
            columns = "file_row_number + 1, concat(region, ' ', period_end)"
            ((line, found),) = self.select(columns, rest=f"LIMIT 1 OFFSET {place}").fetchall()
            self._fault(line, "report", found, say("fault.no_such_report"))
        codes = cells["indicator"]
        starts = np.flatnonzero(np.diff(codes, prepend=codes[:1] - 1))
        for place in starts[pd.Series(codes[starts]).duplicated()][:_SHOWN].tolist():
            rule = say("fault.unsorted")
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
        rest = f"QUALIFY row_number() OVER ({window}) > 1 ORDER BY line LIMIT {_SHOWN}"
        columns, where = "file_row_number + 1 AS line", "indicator = $of"
        for (line,) in self.select(columns, where, rest, of=indicator).fetchall():
            self._fault(line, "region", say("found.row", line=line), say("fault.doubled_key"))


class Reports:
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
    with TemporaryDirectory(prefix=".", dir=folder) as name, _connected() as connection:
        work, parts = Path(name), list[str]()
        for table_name, frame in tables.items():
            kinds = {str(column): _SQL[frame[column].dtype.kind] for column in frame}
            _copy(connection, frame, kinds, work / f"{table_name}.parquet")
        for piece in pieces:
            kinds = {column: kind for column, kind in _TYPES.items() if column in piece}
            path = work / f"{len(parts)}.piece"
            _copy(connection, piece, kinds, path)
            parts.append(glob.escape(str(path)))
        whole = {"parts": parts, "path": str(work / FILE)}
        source = "FROM read_parquet($parts, hive_partitioning = false)"
        connection.execute(f"COPY ({source}) TO $path ({_FORMAT})", whole)
        for path in work.glob("*.parquet"):
            path.replace(folder / path.name)
    return folder / FILE


def _copy(
    connection: "DuckDBPyConnection", frame: pd.DataFrame, kinds: Mapping[str, str], path: Path
) -> None:
    """Write *frame* to *path*, its columns as SQL types."""
    connection.register("frame", frame)
    columns = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in kinds.items())
    query = f"COPY (FROM frame SELECT {columns}) TO $path ({_FORMAT})"
    connection.execute(query, {"path": str(path)})
