"""Compare the tables with the hashes in their descriptor. It loads without pandas."""

import json
from pathlib import Path

from analysis import files
from analysis.project import SUFFIXES

FILE = "datapackage.json"


def are_described(folder: Path) -> bool:
    """Return whether each table of *folder* has its hash in the descriptor, and no other exists."""
    try:
        resources = json.loads(files.text(folder / FILE))["resources"]
        hashes = {one["path"]: one.get("hash") for one in resources}
    except (ValueError, LookupError, TypeError, AttributeError, OSError):
        return False  # `check` says what is wrong with it
    paths = {path for pattern in ("*", "*/*") for path in folder.glob(pattern)}
    present = {
        path.relative_to(folder).as_posix(): path for path in paths if path.suffix in SUFFIXES
    }
    return hashes.keys() == present.keys() and all(
        hashes[name] == f"sha256:{files.digest(files.read(path.resolve()) or b'')}"
        for name, path in present.items()
    )
