"""
The tables under ``data/``: read, held to their contracts and joined into tidy frames.

It computes no figure; ``derive`` does.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.errors

from . import project, reading
from .errors import Fault, TableError
from .schema import BY_REGION, KEYS, TABLES
from .words import Level

SUFFIXES = (".csv", ".xlsx")
_NUMBER = r"-?\d+(?:\.\d+)?"
_DATE = r"\d{4}-\d{2}-\d{2}"
_WHOLE = ("start", "end", "characters", "whole")


@dataclass(frozen=True, eq=False)
class Tables:
    """Every table as a frame that keeps its contract; the index is the line in its file."""

    folder: Path
    reports: pd.DataFrame
    regions: pd.DataFrame
    indicators: pd.DataFrame
    breakdowns: pd.DataFrame
    units: pd.DataFrame
    themes: pd.DataFrame
    observations: pd.DataFrame
    mentions: pd.DataFrame
    context: pd.DataFrame
    instruments: pd.DataFrame
    instrument_status: pd.DataFrame
    commitments: pd.DataFrame
    identities: pd.DataFrame

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Every reported value with the names of its region, indicator, parts and source."""
        reports = self.reports[["report", "region", "title", "publisher", "published", "kind"]]
        rows = self.observations.drop(columns="region").merge(reports, on="report", validate="m:1")
        return self._named(rows.assign(origin="report", url="", basis="printed"))

    @cached_property
    def context_rows(self) -> pd.DataFrame:
        """The figures of other publications in the same columns as :attr:`rows`."""
        regions = self.regions[["region", "adcode"]]
        context = self.context.merge(regions, on="adcode", validate="m:1")
        starts, ends = (context["period"].str.split("/").str[i] for i in (0, 1))
        rows = context.drop(columns=["adcode", "period"]).assign(
            report="",
            period_start=pd.to_datetime(starts),
            period_end=pd.to_datetime(ends),
            status="actual",
            comparator="=",
            printed="",
            start=-1,
            end=-1,
            published=pd.to_datetime(""),
            kind="",
            origin="context",
        )
        return self._named(rows)

    def _ancestors(self) -> dict[str, str]:
        """The adcodes above each region, nearest first, separated by blanks."""
        parents = dict(self.regions[["adcode", "parent"]].itertuples(index=False, name=None))
        chains = {}
        for adcode in parents:
            chain, above = [], parents[adcode]
            while above and above not in chain:
                chain.append(above)
                above = parents.get(above, "")
            chains[adcode] = " ".join(chain)
        return chains

    def _named(self, rows: pd.DataFrame) -> pd.DataFrame:
        regions = self.regions[["region", "adcode", "level", "parent", "name_zh", "name_en"]]
        indicators = self.indicators.drop(columns=["unit", "definition_zh", "definition_en"])
        units = self.units.set_index("unit")["name_en"]
        parts = self.breakdowns.set_index("breakdown")
        named = rows.merge(
            regions.rename(columns={"name_zh": "region_zh", "name_en": "region_en"}),
            on="region",
            validate="m:1",
        ).merge(
            indicators.rename(columns={"name_zh": "indicator_zh", "name_en": "indicator_en"}),
            on="indicator",
            validate="m:1",
        )
        named = named.assign(
            unit_en=named["unit"].map(units).fillna(""),
            breakdown_zh=[_parts(code, parts["name_zh"], "、") for code in named["breakdown"]],
            breakdown_en=[_parts(code, parts["name_en"], ", ") for code in named["breakdown"]],
            level_order=[Level(level).order for level in named["level"]],
            ancestors=named["adcode"].map(self._ancestors()),
            id=_ids(named),
        )
        order = ["level_order", "adcode", "indicator", "breakdown", "period_end", "start"]
        return named.sort_values(order, kind="stable", ignore_index=True)


def _ids(rows: pd.DataFrame) -> list[str]:
    """A short name for each row that stays the same when other rows come and go."""
    key = ["region", "report", "publisher", "title", "start", *KEYS["observations"][1:]]
    return [
        f"{cells[0]}-{cells[5]}-{sha256('|'.join(map(str, cells)).encode()).hexdigest()[:8]}"
        for cells in rows[key].itertuples(index=False, name=None)
    ]


def _parts(code: str, names: "pd.Series[str]", glue: str) -> str:
    return glue.join(str(names.get(part, part)) for part in code.split("+") if part)


def load(folder: Path | str | None = None) -> Tables:
    """
    Read every table of *folder*, or of ``data/`` of the project around the working folder.

    Raises
    ------
    TableError
        With every fault of form or contract in any table.
    """
    place = Path(folder) if folder is not None else project.home() / "data"
    frames: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name in TABLES:
        frames[name] = _gathered(place, name, faults)
    if faults:
        raise TableError(faults)
    return Tables(folder=place, **frames)


def files(folder: Path) -> dict[str, Path]:
    """
    The file of every table by its name, such as ``observations/anhui``.

    Raises
    ------
    TableError
        When a table is missing or stands there twice.
    """
    names = [name for name in TABLES if name not in BY_REGION]
    for name in BY_REGION:
        stems = {path.stem for s in SUFFIXES for path in (folder / name).glob(f"*{s}")}
        names += [f"{name}/{stem}" for stem in sorted(stems) if not stem.startswith(("~", "."))]
    faults: list[Fault] = []
    found = {name: _one(folder, name, faults) for name in names}
    if faults:
        raise TableError(faults)
    return found


def _one(folder: Path, name: str, faults: list[Fault]) -> Path:
    paths = [p for s in SUFFIXES if (p := folder / f"{name}{s}").exists()]
    if len(paths) != 1:
        found = " and ".join(path.name for path in paths) or "nothing"
        mend = "keep exactly one of .csv and .xlsx"
        faults.append(Fault(name, 0, "", found, "one file a table", mend))
        return folder / f"{name}.csv"
    return paths[0]


def _gathered(folder: Path, name: str, faults: list[Fault]) -> pd.DataFrame:
    try:
        places = files(folder)
    except TableError as error:
        faults += [fault for fault in error.faults if fault not in faults]
        return pd.DataFrame()
    if name not in BY_REGION:
        return _held(places[name], name, faults)
    parts = {p: path for p, path in places.items() if p.startswith(f"{name}/")}
    frames = [
        _held(path, name, faults).assign(region=part.split("/")[1], file=path.name)
        for part, path in parts.items()
    ]
    return pd.concat(frames) if frames else pd.DataFrame(columns=[*KEYS[name], "region", "file"])


def _held(path: Path, name: str, faults: list[Fault]) -> pd.DataFrame:
    """Read one file and hold it to the contract of table *name*, adding what breaks it."""
    label = f"{path.parent.name}/{path.name}" if name in BY_REGION else path.name
    try:
        cells = reading.table(path)
    except TableError as error:
        faults += error.faults
        return pd.DataFrame()
    columns = TABLES[name].to_schema().columns
    found: dict[tuple[int, str], Fault] = {}
    typed = cells.copy()
    for column, contract in columns.items():
        if column in typed:
            typed[column] = _typed(label, cells[column], contract, found)
    for fault in (*_contract_faults(label, typed, name), *_key_faults(label, typed, name)):
        found.setdefault((fault.line, fault.column), fault)
    if found:
        faults += found.values()
        return pd.DataFrame()
    whole = [c for c in _WHOLE if c in typed and not columns[c].nullable]
    return typed.astype(dict.fromkeys(whole, "int64"))


def _typed(label: str, cells: "pd.Series[Any]", contract: Any, found: dict[Any, Fault]) -> Any:
    kind, pattern, mend = str(contract.dtype), "", ""
    if kind.startswith("float"):
        pattern, mend = _NUMBER, "write a plain decimal number without separators"
    elif kind.startswith("datetime"):
        pattern, mend = _DATE, "write the date as YYYY-MM-DD"
    if not pattern:
        return cells
    filled = cells.where(cells.ne("") | (not contract.nullable), None)
    wrong = filled.notna() & ~filled.fillna("").str.fullmatch(pattern)
    typed = (
        pd.to_numeric(filled.mask(wrong), errors="coerce").astype("float64")
        if pattern is _NUMBER
        else pd.to_datetime(filled.mask(wrong), format="%Y-%m-%d", errors="coerce")
    )
    wrong |= filled.notna() & typed.isna()
    for line, cell in cells[wrong].items():
        rule = "not a number" if pattern is _NUMBER else "not a date"
        fault = Fault(label, int(str(line)), str(cells.name), repr(cell), rule, mend)
        found[fault.line, fault.column] = fault
    return typed


def _contract_faults(label: str, frame: pd.DataFrame, name: str) -> Iterator[Fault]:
    try:
        TABLES[name].validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        for case in error.failure_cases.itertuples():
            yield _contract_fault(label, case, list(TABLES[name].to_schema().columns))


def _contract_fault(label: str, case: Any, columns: list[str]) -> Fault:
    check, cell = str(case.check), str(case.failure_case)
    if check == "column_in_schema":
        near = get_close_matches(cell, columns, n=1)
        mend = f"rename it to {near[0]}" if near else f"keep only {', '.join(columns)}"
        return Fault(label, 1, cell, repr(cell), "not a column of this table", mend)
    if check == "column_in_dataframe":
        return Fault(label, 1, cell, "no such column", "a missing column", f"add {cell}")
    rule, mend = _told(check, cell)
    return Fault(label, int(case.index), str(case.column), repr(cell), rule, mend)


def _told(check: str, cell: str) -> tuple[str, str]:
    """Pandera's name of a check as a rule and what to do about it."""
    if check.startswith("isin("):
        words = [word for word in check[6:-2].replace("'", "").split(", ") if word]
        near = get_close_matches(cell, words, n=1)
        return f"not one of {', '.join(words)}", f"write {near[0] if near else words[0]}"
    if check.startswith("str_matches("):
        return f"not of the form {check[13:-2]}", "write it in that form"
    if check.startswith("str_length("):
        return f"length outside {check[11:-1]}", "shorten it, or fill it in"
    if check == "not_nullable":
        return "an empty cell", "fill it in"
    return f"breaks {check}", "correct the value"


def _key_faults(label: str, frame: pd.DataFrame, name: str) -> Iterator[Fault]:
    key = KEYS[name]
    if not set(key) <= set(frame.columns):
        return
    for line, row in frame.loc[frame.duplicated(key, keep=False), key].iterrows():
        found = ", ".join(str(cell) for cell in row if str(cell))
        mend = "keep one, or tell them apart by breakdown"
        yield Fault(label, int(str(line)), key[-1], found, "a doubled key", mend)
