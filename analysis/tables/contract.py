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
from analysis.language.messages import advice, say
from analysis.language.text import Text

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

_MEANINGS = {"level": "remedy.county"}


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

    Cells that have *passed* before are not compared with the schema again, if no column is
    missing.
    """
    label = f"{path.parent.name}/{path.name}" if name in BY_REGION else path.name
    try:
        sheet = csv_file.read(path, label, ALIASES)
    except TableError as error:
        return Held(_typed_whole(empty(name), name), error.faults, [])
    faults, repairs = list(sheet.faults), list(sheet.repairs)
    frame = _frame(sheet, name, faults, repairs)
    complete = set(TABLES[name].columns) <= set(frame.columns)
    found: dict[tuple[int, str], Fault] = {(f.line, f.column): f for f in faults}
    for fault in (
        *(() if passed and complete else _contract_faults(sheet.label, frame, schema(name))),
        *_key_faults(sheet.label, frame, name),
    ):
        found.setdefault((fault.line, fault.column), fault)
    bad = {line for line, _ in found if line}
    sound = frame if complete else empty(name)
    if bad:
        sound = sound[~sound.index.isin(bad)]
    placed = [replace(f, column=sheet.column(f.column, f.line)) for f in found.values()]
    return Held(_typed_whole(sound[list(TABLES[name].columns)], name), placed, repairs)


def empty(name: str) -> pd.DataFrame:
    """The table *name* without a line, its columns typed."""
    columns = TABLES[name].columns
    index = pd.Index([], name="line", dtype="int64")
    typed = {column: pd.Series(dtype=columns[column].dtype, index=index) for column in columns}
    return pd.DataFrame(typed)


def _typed_whole(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return *frame* with its whole numbers as integers; `astype` of all columns is slower."""
    whole = {}
    for column, contract in TABLES[name].columns.items():
        if column in frame and contract.whole and not contract.nullable:
            whole[column] = frame[column].astype("int64")
    return frame.assign(**whole) if whole else frame


def _frame(
    sheet: csv_file.Sheet, name: str, faults: list[Fault], repairs: list[Fault]
) -> pd.DataFrame:
    """Convert the cells to their types; a cell of another type becomes missing and a fault."""
    typed = {}
    for column, contract in TABLES[name].columns.items():
        if column not in sheet.cells:
            continue
        cells = printed = sheet.cells[column]
        coded, nullable = _coded(contract), contract.nullable
        if column in KEYS[name] and not coded:
            cells = _composed(cells)
        read = columns.typed(cells, contract.dtype, coded=coded, nullable=nullable)
        if read.cells is not printed:
            typed[column] = read.cells
        for line, words in read.wrong.items():
            faults.append(Fault(sheet.label, line, column, repr(cells[line]), *words))
        for line, text in read.repaired.items():
            spot, words = sheet.column(column, line), advice("other_form", text=text)
            repairs.append(Fault(sheet.label, line, spot, repr(cells[line]), *words))
    return sheet.cells.assign(**typed)


def _composed(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Return *cells* in Unicode normal form C, so that keys that look alike are alike."""
    if "".join(cells).isascii():
        return cells
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
        remedy = (
            say("remedy.rename", name=near[0])
            if near
            else say("remedy.keep_only", names=", ".join(columns))
        )
        return Fault(label, 1, cell, repr(cell), say("fault.no_column_of_table"), remedy)
    if check == "column_in_dataframe":
        missing = say("found.no_column")
        return Fault(label, 1, cell, missing, *advice("missing_column", column=cell))
    rule, remedy = _broken(check, cell, str(case.column))
    line = 0 if pd.isna(case.index) else int(case.index)  # a column of another type has no line
    return Fault(label, line, str(case.column), repr(cell), rule, remedy)


_FORMS = {  # by a piece of the pattern, the most special first
    r"[0-9a-f]{64}": "form.sha256",
    rf"{DAY}/": "form.period",
    r"https?": "form.address",
    r"\+[a-z_]+:": "form.parts",
    r"[a-z_]+:": "form.part",
    r"report|plan": "form.kinds",
    r"-[0-9]{4}": "form.report",
    r"[a-z]+-[0-9]+": "form.numbered_code",
    ADCODE: "form.adcode",
    r" [0-9]+": "form.places",
    r"\+[a-z]": "form.codes",
    CODE: "form.code",
}


def _form(check: str) -> tuple[Text, Text]:
    """Return in words which form a pattern asks for."""
    form = next((form for piece, form in _FORMS.items() if piece in check), "")
    remedy = say("remedy.write", value=say(form)) if form else say("remedy.form")
    return say("fault.form"), remedy


def _broken(check: str, cell: str, column: str) -> tuple[Text, Text]:
    """Return the rule and the remedy for pandera's name of a check."""
    if check.startswith("isin("):
        words = [word for word in check[6:-2].replace("'", "").split(", ") if word]
        rule = say("fault.choice", words=", ".join(words))
        return rule, _choice(cell, words, _MEANINGS.get(column, ""))
    if check.startswith("str_matches("):
        return _form(check)
    if check.startswith("str_length("):
        longest = int(check[11:-1].split(", ")[1])
        empty = cell in {"", "''"}
        return advice("empty") if empty else advice("too_long", longest=f"{longest:,}")
    if check.startswith("dtype("):
        return advice("other_type")
    return advice("empty_cell") if check == "not_nullable" else advice("check", check=check)


def _choice(cell: str, words: list[str], meaning: str) -> Text:
    """
    What to write instead of *cell*: the word it is near to, or one of all.

    >>> _choice("provinc", ["country", "province"], "").en
    'write province'
    >>> _choice("", ["country", "province"], "").en
    'write one of country, province'
    """
    # A near word is not meant where a right word is spelt like a wrong one: county, country.
    near = [] if meaning else get_close_matches(cell, words, n=1)
    if near:
        return say("remedy.write", value=near[0])
    remedy = say("remedy.write_one", words=", ".join(words))
    return remedy + say(meaning) if meaning else remedy


def _key_faults(label: str, frame: pd.DataFrame, name: str) -> Iterator[Fault]:
    yield from _doubled(label, frame, KEYS[name], "doubled_key")
    for column in UNIQUE.get(name, ()):
        yield from _doubled(label, frame, [column], "doubled_code")
    for column in NAMES & {*frame.columns}:
        odd = [code for code in frame[column].unique() if not _is_portable(code)]
        for line, cell in frame.loc[frame[column].isin(odd), column].items() if odd else ():
            words = advice("file_name", longest=LONGEST_CODE)
            yield Fault(label, int(str(line)), column, repr(cell[:40]), *words)


def _is_portable(code: Any) -> bool:
    """Return whether a code can be the name of a file; an empty cell is judged elsewhere."""
    return not isinstance(code, str) or not code or (is_plain(code) and len(code) <= LONGEST_CODE)


def _doubled(label: str, frame: pd.DataFrame, key: list[str], fault: str) -> Iterator[Fault]:
    if not set(key) <= set(frame.columns):
        return
    doubled = frame.duplicated(key, keep=False)
    for line, row in frame.loc[doubled, key].iterrows() if doubled.any() else ():
        found = ", ".join(str(cell) for cell in row if str(cell))
        yield Fault(label, int(str(line)), key[-1], found, *advice(fault))
