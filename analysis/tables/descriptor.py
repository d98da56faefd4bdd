"""
The Data Package descriptor of the tables: written by a command, compared by every check.

``data/datapackage.json`` says what each file is, and its rows and hash; a file that was cut or
altered still parses, so only this can tell. It judges no cell; contracts and rules do.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from analysis import files, validation
from analysis.errors import Fault, TableError
from analysis.language.messages import advice, say
from analysis.language.text import Text

from . import folders
from .schema import BY_REGION, KEYS, LINKS, SEVERAL, TABLES, TEXT, UNLINKED, Column, meaning

if TYPE_CHECKING:
    import pandas as pd  # imported when tables are read: those that are as described are not

    from .load import Tables

FILE = "datapackage.json"
PROFILES = "https://datapackage.org/profiles/2.0"
_MEDIA = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_TYPES = {"float64": "number", "datetime64[ns]": "date"}

_FIRST_FAULTS = 3  # of doubts
_CONSEQUENCES = "identities.csv"

Record = dict[str, Any]


def describe(folder: Path, selections: "Callable[[Tables], Record]") -> None:
    """
    Write the descriptor of the tables in *folder*; the same tables give the same bytes.

    Parameters
    ----------
    selections
        What a parameter of a notebook may choose from, such as ``families.selections``.

    Raises
    ------
    TableError
        When the tables break their contract: what is wrong is not described.
    """
    from . import checks
    from .load import survey

    found = survey(folder)
    faults = {*found.faults, *checks.check(found.tables)}
    if faults:
        raise TableError(faults)
    record = described(found.tables, selections(found.tables))
    data = json.dumps(record, ensure_ascii=False, indent=2).encode() + b"\n"
    files.write(folder / FILE, data)


def described(tables: "Tables", selections: Record) -> Record:
    """Return the descriptor of *tables* as :func:`describe` writes it."""
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "regional-safety",
        "title": "Regional safety indicators from emergency-management reports",
        "description": "Every figure of the reports with the place in the original it stands at, "
        "and its definition. 各地应急管理工作报告中的全部数字、出处与定义。",
        "licenses": [
            {
                "name": "MIT",
                "title": "MIT License",
                "path": "https://opensource.org/license/mit",
            }
        ],
        "sources": _report_sources(tables.reports),
        "resources": _resources(tables),
        "selections": selections,
        "files": tables.originals,
    }


class _Resource(TypedDict):
    """A table in the descriptor."""

    path: str
    hash: NotRequired[str]
    rows: NotRequired[int]
    bytes: NotRequired[int]


class _Descriptor(TypedDict):
    """The descriptor, as far as it is compared."""

    resources: list[_Resource]


def compare(folder: Path) -> list[Fault]:
    """Every table of *folder* whose rows or hash are not the descriptor's, and what changed."""
    try:
        record = validation.parsed(files.text(folder / FILE).encode(), _Descriptor)
        known = {resource["path"]: resource for resource in record["resources"]}
    except ValueError as error:
        problem = str(error)[:80]
        return [Fault(FILE, 0, "", problem, *advice("descriptor"))]
    try:
        present = {_path(folder, path): path for path in folders.files(folder).values()}
    except TableError as error:
        return error.faults
    faults = [
        Fault(FILE, 0, "", name, *advice("described_missing")) for name in set(known) - set(present)
    ]
    for name, path in present.items():
        faults += _difference(name, path, known.get(name))
    return sorted(faults)


def doubts(folder: Path) -> list[Text]:
    """
    Return what a reader of changed tables must know: their first faults, else the files changed.

    Faults of identities come last: they follow from those of the figures.

    It is empty where every file is as described, as only tables without a fault are described, and
    where there is no descriptor.
    """
    changed = _changed(folder)
    if not changed:
        return []
    found = _found(folder)
    if not found:
        names = ", ".join(dict.fromkeys(fault.file for fault in changed))
        return [say("tables.changed", files=names)]
    first = [say("tables.fault", fault=fault.text) for fault in found[:_FIRST_FAULTS]]
    return [say("tables.faults", count=len(found)), *first]


def faults(folder: Path) -> list[Fault]:
    """Return the faults of tables that are not as described, consequences last."""
    return _found(folder) if _changed(folder) else []


def _found(folder: Path) -> list[Fault]:
    from . import checks
    from .load import survey

    found = survey(folder)
    every = sorted({*found.faults, *checks.check(found.tables)})
    return sorted(every, key=lambda fault: fault.file == _CONSEQUENCES)


def _changed(folder: Path) -> list[Fault]:
    return compare(folder) if (folder / FILE).is_file() else []


def _difference(name: str, path: Path, known: Mapping[str, Any] | None) -> Iterator[Fault]:
    if known is None:
        yield Fault(name, 0, "", say("found.new_table"), *advice("not_described"))
        return
    data = files.read(path.resolve())
    if data is None:
        yield Fault(name, 0, "", say("found.no_file"), *advice("plain_file"))
        return
    if known.get("hash") == _hash(data):
        return
    before, now = known.get("rows"), _rows(path)
    words = advice("described_content")
    if before != now:
        words = advice("described_rows", rows=before)
    elif known.get("bytes") != len(data):
        words = advice("described_bytes", bytes=known.get("bytes"))
    yield Fault(name, 0, "", say("found.size", rows=now, bytes=len(data)), *words)


def _rows(path: Path) -> int | str:
    from . import csv_file

    try:
        return len(csv_file.table(path))
    except TableError:
        return "unreadable"


def _hash(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def _path(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _report_sources(reports: "pd.DataFrame") -> list[Record]:
    names = reports[["publisher", "title"]].itertuples(index=False, name=None)
    return [{"title": f"{publisher}《{title}》"} for publisher, title in names]


def _sources(rows: "pd.DataFrame") -> list[Record]:
    found: dict[tuple[str, str], Record] = {}
    for publisher, title, url in zip(rows["publisher"], rows["title"], rows["url"], strict=True):
        source = {"title": f"{publisher}《{title}》"} | ({"path": url} if url else {})
        found.setdefault((source["title"], url), source)
    return [found[key] for key in sorted(found)]


def _frame(tables: "Tables", resource: str) -> "pd.DataFrame":
    name, _, original = resource.partition("-")
    frame: pd.DataFrame = getattr(tables, name)
    return frame[tables.original_of(name).eq(original)] if name in BY_REGION else frame


def _resources(tables: "Tables") -> list[Record]:
    return [_resource(tables, name, path) for name, path in folders.files(tables.folder).items()]


def _resource(tables: "Tables", name: str, path: Path) -> Record:
    table, _, original = name.partition("/")
    data = path.read_bytes()
    suffix = path.suffix[1:]
    record = {
        "name": name.replace("/", "-"),
        "type": "table",
        "title": str(TABLES[table].__doc__).strip(),
        "path": _path(tables.folder, path),
        "format": suffix,
        "mediatype": _MEDIA[suffix],
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": _hash(data),
        "rows": len(_frame(tables, name.replace("/", "-"))),
        "schema": _schema(table),
    }
    if table in BY_REGION:
        mine = tables.original_of("reports").eq(original)
        record["sources"] = _report_sources(tables.reports[mine])
    if table in ("context", "peers"):
        record["sources"] = _sources(getattr(tables, table))
    return record


def _schema(table: str) -> Record:
    columns = TABLES[table].columns
    # A key must have a value, and an empty breakdown is one: it stands for the whole.
    blank_key = "breakdown" in KEYS[table] and table != "breakdowns"
    fields = [_field(table, name, contract) for name, contract in columns.items()]
    links = [_link(table, name) for name in columns if name in LINKS]
    record: Record = {
        "$schema": f"{PROFILES}/tableschema.json",
        "fields": fields,
        **_key(table),
        "foreignKeys": [link for link in links if link],
        "missingValues": [] if blank_key else [""],
    }
    return {key: value for key, value in record.items() if key != "foreignKeys" or value}


def _key(table: str) -> Record:
    """The key of a table: a primary key may have no empty field, a unique key may."""
    columns = TABLES[table].columns
    if any(columns[name].nullable for name in KEYS[table]):
        return {"uniqueKeys": [KEYS[table]]}
    return {"primaryKey": KEYS[table]}


def _link(table: str, column: str) -> Record | None:
    target, key = LINKS[column]
    if (table, column) == (target, key) or (table, column) in UNLINKED:
        return None
    if SEVERAL & {column, f"{table}.{column}"}:
        return None
    reference: Record = {"fields": [key]}
    if target != table:
        reference["resource"] = target
    return {"fields": [column], "reference": reference}


def _field(table: str, name: str, contract: Column) -> Record:
    title, description = meaning(table, name)
    kind = "integer" if contract.whole else _TYPES.get(contract.dtype, "string")
    constraints: Record = {} if _may_be_blank(contract) else {"required": True}
    constraints |= _constraint(contract.check, contract.bounds)
    field: Record = {"name": name, "type": kind, "title": title, "description": description}
    if kind == "date" and contract.nullable:
        field["missingValues"] = [""]
    return field | ({"constraints": constraints} if constraints else {})


def _may_be_blank(contract: Column) -> bool:
    """Whether a contract takes an empty cell: free text without a length, or by its check."""
    bounds = contract.bounds
    match contract.check:
        case "isin":
            return "" in bounds["allowed_values"]
        case "str_matches":
            return re.match(bounds["pattern"], "") is not None
        case "str_length":
            return not bounds["min_value"]
    return contract.nullable or contract.dtype == TEXT


def _constraint(check: str, words: Mapping[str, Any]) -> Record:
    """Return one check of a contract as a constraint of Table Schema."""
    match check:
        case "isin":
            return {"enum": [str(word) for word in words["allowed_values"]]}
        case "str_matches":
            return {"pattern": words["pattern"].removeprefix("^(?:").removesuffix(")$")}
        case "str_length":
            return {"minLength": words["min_value"], "maxLength": words["max_value"]}
        case "greater_than_or_equal_to":
            return {"minimum": words["min_value"]}
    return {}
