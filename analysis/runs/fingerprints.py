"""Content hashes of input files, independent of modification times."""

import csv
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.errors import UsageError
from analysis.files import canonical, checksum, digest, text

from . import parameters

SUFFIXES = (".csv", ".xlsx", ".parquet")


def suffixed(folder: Path) -> list[Path]:
    """Return the table files in *folder* and its direct subfolders, sorted."""
    return sorted(
        path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.suffix in SUFFIXES
    )


class Fingerprints:
    """Content hashes of files; each file is read once per instance."""

    def __init__(self) -> None:
        self.file = cache(checksum)
        self.notebook = cache(self._notebook)
        self._groups = cache(self._grouped)

    def _notebook(self, path: Path) -> str:
        """Return the hash of the cells, tags and kernel of a notebook, without its outputs."""
        try:
            of = parameters.notebook(path)
        except UsageError:
            return ""  # moved or damaged since the plan was read
        cells = [[cell["cell_type"], cell["source"], cell["tags"]] for cell in of.cells]
        return digest(canonical([cells, of.kernel]))

    def lines(self, path: Path, column: str = "", value: str = "") -> str:
        """
        Return the hash of the lines of a CSV table with *value* in *column*, or of the whole file.

        Other lines do not change it. A file that is not a CSV table with that column is hashed
        whole, so that too much is rebuilt rather than too little.
        """
        groups = self._groups(path, column) if column and path.suffix == ".csv" else None
        return self.file(path) if groups is None else groups.get(value, groups[None])

    def _grouped(self, path: Path, column: str) -> dict[str | None, str] | None:
        """Return the hash of the lines of each value of *column*, and of no line as None."""
        try:
            header, *body = csv.reader(io.StringIO(text(path), newline=""))
            index = header.index(column)
            groups: dict[str, list[list[str]]] = {}
            for row in body:
                groups.setdefault(row[index], []).append(row)
        except (ValueError, IndexError, csv.Error):
            return None
        empty: dict[str | None, str] = {None: digest(canonical([header]))}
        return empty | {value: digest(canonical([header, *rows])) for value, rows in groups.items()}

    @staticmethod
    def column(path: Path, name: str) -> Iterator[str]:
        """Yield the cells of one column of a CSV table; nothing if there is no such column."""
        try:
            reader = csv.DictReader(io.StringIO(text(path), newline=""))
            yield from (row[name] for row in reader if row.get(name))
        except (ValueError, csv.Error):
            return  # reported by the check of the tables

    def sources(self, package: Path, beside: Path) -> str:
        """Return the hash of all source files of the package and modules beside the notebooks."""
        files = [
            (path.relative_to(package).as_posix(), path)
            for path in package.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        ]
        files += [(f"notebooks/{path.name}", path) for path in beside.glob("*.py")]
        return digest(canonical(sorted((name, self.file(path)) for name, path in files)))
