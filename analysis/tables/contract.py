"""
Validation of one table file: a typed frame of its valid lines, and every fault by line.

It sees one file at a time; what must hold between tables is for ``checks``.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from analysis.errors import Fault, TableError
from analysis.files import is_plain

from . import cells as columns
from . import csv_file
from .schema import (
    ADCODE,
    ALIASES,
    BY_REGION,
    CODE,
    DAY,
    KEYS,
    LONGEST_CODE,
    NAMES,
    TABLES,
    TIME,
    UNIQUE,
    Column,
)

if TYPE_CHECKING:
    from pandera.pandas import DataFrameSchema

_MEANINGS = {"level": "; a county or county-level city (县、县级市) is district"}


@cache
def schema(name: str) -> "DataFrameSchema":
    """Return the contract of table *name* as a schema of pandera, which takes 0.4 s to import."""
    import pandera.pandas as pa

    types = {TIME: pa.DateTime}
    columns = {
        key: pa.Column(
            types.get(column.dtype, column.dtype),
            [getattr(pa.Check, column.check)(**column.bounds)] if column.check else None,
            nullable=column.nullable,
        )
        for key, column in TABLES[name].columns.items()
    }
    return pa.DataFrameSchema(columns, strict=True, name=name)


class Held(NamedTuple):
    """The valid lines of one file, typed, with its faults and repairs."""

    frame: pd.DataFrame
    faults: list[Fault]
    repairs: list[Fault]


def held(path: Path, name: str, *, passed: bool = False) -> Held:
    """
    Read the file *path* and validate it against the contract of table *name*.

    Cells that have *passed* before are not compared with the schema again.
    """
    label = f"{path.parent.name}/{path.name}" if name in BY_REGION else path.name
    try:
        sheet = csv_file.read(path, label, ALIASES)
    except TableError as error:
        return Held(_typed_whole(empty(name), name), error.faults, [])
    faults, repairs = list(sheet.faults), list(sheet.repairs)
    frame = _frame(sheet, name, faults, repairs)
    found: dict[tuple[int, str], Fault] = {(f.line, f.column): f for f in faults}
    for fault in (
        *(() if passed else _contract_faults(sheet.label, frame, schema(name))),
        *_key_faults(sheet.label, frame, name),
    ):
        found.setdefault((fault.line, fault.column), fault)
    bad = {line for line, _ in found if line}
    sound = frame[~frame.index.isin(bad)] if _complete(frame, name) else empty(name)
    told = [replace(f, column=sheet.column(f.column, f.line)) for f in found.values()]
    return Held(_typed_whole(sound[list(TABLES[name].columns)], name), told, repairs)


def _complete(frame: pd.DataFrame, name: str) -> bool:
    return set(TABLES[name].columns) <= set(frame.columns)


def empty(name: str) -> pd.DataFrame:
    """The table *name* without a line, its columns typed."""
    columns = TABLES[name].columns
    index = pd.Index([], name="line", dtype="int64")
    typed = {column: pd.Series(dtype=columns[column].dtype, index=index) for column in columns}
    return pd.DataFrame(typed)


def _typed_whole(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    contract = TABLES[name].columns
    whole = [c for c in contract if c in frame and contract[c].whole and not contract[c].nullable]
    return frame.astype(dict.fromkeys(whole, "int64"))


def _frame(
    sheet: csv_file.Sheet, name: str, faults: list[Fault], repairs: list[Fault]
) -> pd.DataFrame:
    """Convert the cells to their types; a cell of another type becomes missing and a fault."""
    frame = sheet.cells.copy()
    for column, contract in TABLES[name].columns.items():
        if column not in frame:
            continue
        cells = sheet.cells[column]
        coded, nullable = _coded(contract), contract.nullable
        if column in KEYS[name] and not coded:
            cells = sheet.cells[column] = _composed(cells)
        read = columns.typed(cells, contract.dtype, coded=coded, nullable=nullable)
        frame[column] = read.cells
        for line, (rule, mend) in read.wrong.items():
            faults.append(Fault(sheet.label, line, column, repr(cells[line]), rule, mend))
        for line, text in read.repaired.items():
            rule, spot = "written in another form", sheet.column(column, line)
            fault = Fault(sheet.label, line, spot, repr(cells[line]), rule, f"read as {text}")
            repairs.append(fault)
    return frame


def _composed(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Return *cells* in Unicode normal form C, so that keys that look alike are alike."""
    return cells.map(lambda cell: unicodedata.normalize("NFC", cell))


def _coded(contract: Column) -> bool:
    """Return whether a text column contains codes or words, not prose or a web address."""
    address = "https" in str(contract.bounds.get("pattern", ""))
    return contract.check in {"isin", "str_matches"} and not address


def faults(label: str, frame: pd.DataFrame, name: str) -> list[Fault]:
    """
    Return what breaks the contract of table *name*: columns, each distinct cell, doubled keys.

    The index of *frame* is the line.
    """
    found = [*_contract_faults(label, frame.iloc[:0], schema(name))]  # columns and their types
    for column in TABLES[name].columns.keys() - {fault.column for fault in found}:
        found += cell_faults(label, frame[column].drop_duplicates(), name)
    return [*found, *_key_faults(label, frame, name)]


def cell_faults(label: str, cells: "pd.Series[Any]", name: str) -> list[Fault]:
    """Return which *cells* of a column break the contract of table *name*."""
    contract = schema(name).columns[str(cells.name)]
    filled = contract.nullable or not cells.hasnans
    if filled and all(check(cells).check_passed for check in contract.checks):
        return []
    own = schema(name).select_columns([str(cells.name)])
    return [*_contract_faults(label, cells.to_frame(), own)]


def _contract_faults(label: str, frame: pd.DataFrame, schema: "DataFrameSchema") -> Iterator[Fault]:
    import pandera.errors

    try:
        schema.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as error:
        for case in error.failure_cases.itertuples():
            yield _contract_fault(label, case, list(schema.columns))


def _contract_fault(label: str, case: Any, columns: list[str]) -> Fault:
    check, cell = str(case.check), str(case.failure_case)
    if check == "column_in_schema":
        near = get_close_matches(cell, columns, n=1)
        mend = f"rename it to {near[0]}" if near else f"keep only {', '.join(columns)}"
        return Fault(label, 1, cell, repr(cell), "not a column of this table", mend)
    if check == "column_in_dataframe":
        return Fault(label, 1, cell, "no such column", "a missing column", f"add {cell}")
    rule, mend = _told(check, cell, str(case.column))
    line = 0 if pd.isna(case.index) else int(case.index)  # a column of another type has no line
    return Fault(label, line, str(case.column), repr(cell), rule, mend)


_FORMS = {  # by a piece of the pattern, the most special first
    r"[0-9a-f]{64}": "the SHA-256 of the original: 64 of the digits 0-9 and a-f",
    rf"{DAY}/": "a period such as 2024-01-01/2024-12-31",
    r"https?": "a web address that begins with https://",
    r"\+[a-z_]+:": "parts such as sector:roads, several joined by +",
    r"[a-z_]+:": "a part such as sector:roads",
    r"report|plan": "report, plan or progress, several joined by +",
    r"-[0-9]{4}": "a report such as chuxiong-2024",
    r"[a-z]+-[0-9]+": "a code such as chuxiong-12",
    ADCODE: "six digits",
    r" [0-9]+": "places in the text, such as 12 40",
    r"\+[a-z]": "codes such as anshan, several joined by +",
    CODE: "a code of small letters, digits and _ that begins with a letter",
}


def _form(check: str) -> tuple[str, str]:
    """Return in words which form a pattern asks for."""
    words = next((words for piece, words in _FORMS.items() if piece in check), "")
    return "not of the form that this column has", f"write {words}" if words else "correct it"


def _told(check: str, cell: str, column: str) -> tuple[str, str]:
    """Pandera's name of a check as a rule and what to do about it."""
    if check.startswith("isin("):
        words = [word for word in check[6:-2].replace("'", "").split(", ") if word]
        return f"not one of {', '.join(words)}", _choice(cell, words, _MEANINGS.get(column, ""))
    if check.startswith("str_matches("):
        return _form(check)
    if check.startswith("str_length("):
        longest = int(check[11:-1].split(", ")[1])
        empty = cell in {"", "''"}
        return (
            ("empty", "fill it in")
            if empty
            else (f"longer than {longest:,} characters", "shorten it")
        )
    if check.startswith("dtype("):
        return "a column of another type", "write the column as the data dictionary says"
    if check == "not_nullable":
        return "an empty cell", "fill it in"
    return f"breaks {check}", "correct the value"


def _choice(cell: str, words: list[str], meaning: str) -> str:
    """
    What to write instead of *cell*: the word it is near to, or one of all.

    >>> _choice("provinc", ["country", "province"], ""), _choice("", ["country", "province"], "")
    ('write province', 'write one of country, province')
    """
    # A near word is not meant where a right word is spelt like a wrong one: county, country.
    near = [] if meaning else get_close_matches(cell, words, n=1)
    return f"write {near[0]}" if near else f"write one of {', '.join(words)}{meaning}"


def _key_faults(label: str, frame: pd.DataFrame, name: str) -> Iterator[Fault]:
    yield from _doubled(label, frame, KEYS[name], "keep one, or tell them apart by breakdown")
    for column in UNIQUE.get(name, ()):
        yield from _doubled(label, frame, [column], "give each its own code")
    for column in NAMES & {*frame.columns}:
        odd = [code for code in frame[column].unique() if not _is_portable(code)]
        for line, cell in frame.loc[frame[column].isin(odd), column].items() if odd else ():
            rule = "a code that cannot be the name of a file on every system"
            mend = f"choose another, of at most {LONGEST_CODE} letters"
            yield Fault(label, int(str(line)), column, repr(cell[:40]), rule, mend)


def _is_portable(code: Any) -> bool:
    """Return whether a code can be the name of a file; an empty cell is judged elsewhere."""
    return not isinstance(code, str) or not code or (is_plain(code) and len(code) <= LONGEST_CODE)


def _doubled(label: str, frame: pd.DataFrame, key: list[str], mend: str) -> Iterator[Fault]:
    if not set(key) <= set(frame.columns):
        return
    for line, row in frame.loc[frame.duplicated(key, keep=False), key].iterrows():
        found = ", ".join(str(cell) for cell in row if str(cell))
        yield Fault(label, int(str(line)), key[-1], found, "a doubled key", mend)
