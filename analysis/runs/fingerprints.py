"""Content hashes of input files, independent of modification times."""

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.files import canonical, digest, read

SUFFIXES = (".csv", ".xlsx", ".parquet")


def suffixed(folder: Path) -> list[Path]:
    """Return the table files in *folder* and its direct subfolders, sorted."""
    return sorted(
        path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.suffix in SUFFIXES
    )


class Fingerprints:
    """Content hashes of files; each file is read once per instance."""

    def __init__(self) -> None:
        self.file = cache(self._file)
        self.notebook = cache(self._notebook)
        self._groups = cache(self._grouped)

    def _file(self, path: Path) -> str:
        """Return the hash of a file, ``""`` if there is none."""
        data = read(path.resolve())
        return "" if data is None else digest(data)

    def _notebook(self, path: Path) -> str:
        """Return the hash of the cells, tags and kernel of a notebook, without its outputs."""
        whole = json.loads(path.read_bytes())
        cells = [
            [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
            for cell in whole["cells"]
        ]
        kernel = whole["metadata"].get("kernelspec", {}).get("name", "")
        return digest(canonical([cells, kernel]))

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
            header, *body = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
            index = header.index(column)
            groups: dict[str, list[list[str]]] = {}
            for row in body:
                groups.setdefault(row[index], []).append(row)
        except (OSError, ValueError, IndexError, csv.Error):
            return None
        empty: dict[str | None, str] = {None: digest(canonical([header]))}
        return empty | {value: digest(canonical([header, *rows])) for value, rows in groups.items()}

    @staticmethod
    def column(path: Path, name: str) -> Iterator[str]:
        """Yield the cells of one column of a CSV table; nothing if there is no such column."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from (row[name] for row in csv.DictReader(file) if row.get(name))
        except (OSError, ValueError, KeyError, csv.Error):
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
