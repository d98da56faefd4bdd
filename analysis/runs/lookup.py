"""The values that the tables allow for parameters of certain names, read as plain text."""

import csv
import io
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from analysis import files, validation
from analysis.errors import UsageError
from analysis.language.messages import say
from analysis.project import SUFFIXES
from analysis.rows import as_records

# A parameter of this name must be a value of this column of this table; a region must be one of
# the selection ``regions`` of the descriptor.
_KEYS = {
    "family": ("families", "family"),
    "indicator": ("indicators", "indicator"),
    "instrument": ("instruments", "instrument"),
    "report": ("reports", "report"),
    "theme": ("themes", "theme"),
}


class Described(TypedDict):
    """Regions and files listed in the descriptor."""

    selections: NotRequired[dict[str, list[validation.Scalar]]]
    files: NotRequired[dict[str, str]]


class Words:
    """The tables in a folder by name, and the values that parameters of certain names may have."""

    def __init__(self, data: Path) -> None:
        self.tables = {
            path.relative_to(data).with_suffix("").as_posix(): path
            for path in table_files(data)
            if not path.name.startswith(("~", "."))
        }
        self.selections = described(data, "selections")
        self._rows = cache(self._read)

    def of(self, name: str) -> list[str]:
        """Return the values that a parameter *name* may have; an empty list if it may have any."""
        if name == "region":
            return [str(region) for region in self.selections.get("regions", [])]
        if name == "subject":
            return [*self._subjects()]
        return self._column(*_KEYS[name]) if name in _KEYS else []

    def _subjects(self) -> Iterator[str]:
        """Yield the codes and names of families, themes and indicators."""
        for column in ("", "name_zh", "name_en"):
            for kind in ("family", "theme", "indicator"):
                table, key = _KEYS[kind]
                yield from self._column(table, column or key)

    def _column(self, table: str, column: str) -> list[str]:
        """Return the cells of a column that are not empty; none if there is no such column."""
        return [row[column] for row in self._rows(table) if row.get(column)]

    def _read(self, table: str) -> list[dict[str, str]]:
        """Return the rows of a table; a CSV table is read without pandas."""
        path = self.tables.get(table)
        if path is None or path.suffix not in {".csv", ".xlsx"}:
            return []
        if path.suffix == ".csv":
            return _lines(path)
        from analysis.tables import csv_file

        return as_records(csv_file.table(path))


def table_files(folder: Path) -> list[Path]:
    """Return the table files in *folder* and its direct subfolders, sorted."""
    return sorted(
        path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.suffix in SUFFIXES
    )


def _lines(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV table; none of a table that cannot be read."""
    try:
        return list(csv.DictReader(io.StringIO(files.text(path), newline="")))
    except (ValueError, csv.Error):
        return []  # reported by the check of the tables


def described(data: Path, part: str) -> dict[str, Any]:
    """
    Return *part* of the descriptor in the folder *data*, {} without a descriptor or that part.

    Raises
    ------
    UsageError
        If the descriptor is damaged.
    """
    path = data / "datapackage.json"
    if not os.path.lexists(path):
        return {}
    try:
        whole: dict[str, Any] = {**validation.parsed(files.text(path).encode(), Described)}
    except ValueError as error:
        raise UsageError(say("plan.descriptor_damaged", path=path, error=error)) from error
    return dict(whole.get(part, {}))
