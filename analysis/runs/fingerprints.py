"""
The content of files as short marks: equal marks mean equal content, whatever the clock says.

It reads bytes and compares nothing; ``plan`` decides what a difference means.
"""

import csv
import io
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.files import canonical, digest, read

SUFFIXES = (".csv", ".xlsx", ".parquet")


def suffixed(folder: Path) -> list[Path]:
    """The table files in *folder* and the folders right below it, in order."""
    return sorted(
        path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.suffix in SUFFIXES
    )


class Fingerprints:
    """The marks of files, each file read once however many jobs ask."""

    def __init__(self) -> None:
        # Bound per instance: a later run must read the files anew.
        self.file = cache(self._file)
        self.notebook = cache(self._notebook)
        self._groups = cache(self._grouped)

    def _file(self, path: Path) -> str:
        """The mark of a whole file, ``""`` where there is none."""
        data = read(path.resolve())
        return "" if data is None else digest(data)

    def _notebook(self, path: Path) -> str:
        """The mark of what a notebook runs: its cells, tags and kernel, not its outputs."""
        whole = json.loads(path.read_bytes())
        cells = [
            [cell["cell_type"], "".join(cell["source"]), cell["metadata"].get("tags", [])]
            for cell in whole["cells"]
        ]
        kernel = whole["metadata"].get("kernelspec", {}).get("name", "")
        return digest(canonical([cells, kernel]))

    def lines(self, path: Path, column: str = "", value: str = "") -> str:
        """
        The mark of the lines of a CSV table with *value* in *column*, or of the whole file.

        Another line may come, go or move without changing it. A file that is no plain CSV table
        with that column is taken whole: too much is remade then, never too little.
        """
        groups = self._groups(path, column) if column and path.suffix == ".csv" else None
        return self.file(path) if groups is None else groups.get(value, groups[None])

    def _grouped(self, path: Path, column: str) -> dict[str | None, str] | None:
        """The mark of the lines under each value of *column*; None stands for no line at all."""
        try:
            header, *body = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
            place = header.index(column)
            groups: dict[str, list[list[str]]] = {}
            for row in body:
                groups.setdefault(row[place], []).append(row)
        except (OSError, ValueError, IndexError, csv.Error):
            return None
        marks: dict[str | None, str] = {None: digest(canonical([header]))}
        return marks | {value: digest(canonical([header, *rows])) for value, rows in groups.items()}

    @staticmethod
    def column(path: Path, name: str) -> Iterator[str]:
        """The cells of one column of a CSV table; nothing where there is no such column."""
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                yield from (row[name] for row in csv.DictReader(file) if row.get(name))
        except (OSError, ValueError, KeyError, csv.Error):
            return  # what is wrong with the table is for its check to say

    def sources(self, package: Path, beside: Path) -> str:
        """The mark of every source file of the package and every module beside the notebooks."""
        files = [
            (path.relative_to(package).as_posix(), path)
            for path in package.rglob("*")
            if path.is_file() and path.suffix != ".pyc"
        ]
        files += [(f"notebooks/{path.name}", path) for path in beside.glob("*.py")]
        return digest(canonical(sorted((name, self.file(path)) for name, path in files)))
