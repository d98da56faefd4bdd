"""
The corpus of tables that people and attackers hand in, made file by file.

Each case is a file of the table ``commitments`` with one thing wrong, and what must come of it:
``read`` (nothing is wrong), ``repaired`` (read as the plain table, and told) or ``refused`` (told,
with the words given). ``python tests/hostile.py FOLDER`` writes them for other readers to try.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import hostile_csv
import hostile_xlsx
from hostile_csv import Case


def cases() -> Iterator[Case]:
    """Every case of the corpus."""
    yield from hostile_csv.cases()
    yield from hostile_xlsx.cases()


if __name__ == "__main__":
    for case in cases():
        (Path(sys.argv[1]) / case.file).write_bytes(case.data)
