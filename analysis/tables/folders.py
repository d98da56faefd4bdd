"""The files of the tables in a folder, found without reading them."""

from pathlib import Path

from analysis.errors import Fault, TableError
from analysis.language.messages import advice, say

from .schema import BY_REGION, TABLES

SUFFIXES = (".csv", ".xlsx")


def files(folder: Path) -> dict[str, Path]:
    """
    The file of every table by its name, such as ``observations/anhui``.

    Raises
    ------
    TableError
        When a table is missing or stands there twice.
    """
    found, faults = places(folder)
    if faults:
        raise TableError(faults)
    return found


def places(folder: Path) -> tuple[dict[str, Path], list[Fault]]:
    """Return the file of every table by its name, and the tables that have none or several."""
    names = [name for name in TABLES if name not in BY_REGION]
    for name in BY_REGION:
        stems = {path.stem for s in SUFFIXES for path in (folder / name).glob(f"*{s}")}
        names += [f"{name}/{stem}" for stem in sorted(stems) if not stem.startswith(("~", "."))]
    faults: list[Fault] = []
    found = {name: path for name in names if (path := _one(folder, name, faults)) is not None}
    return found, faults


def _one(folder: Path, name: str, faults: list[Fault]) -> Path | None:
    """The one file of a table; in a workbook that is open, the last changes may be unsaved."""
    paths = [p for s in SUFFIXES if (p := folder / f"{name}{s}").exists()]
    lock = folder / f"{name}.xlsx"
    lock = lock.with_name(f"~${lock.name}")
    if lock.exists():
        faults.append(Fault(name, 0, "", lock.name, *advice("open_in_excel", lock=lock.name)))
    if len(paths) == 1:
        return paths[0]
    near = paths or sorted((folder / name).parent.glob(f"{Path(name).name}.*"))
    found = ", ".join(path.name for path in near) or say("found.nothing")
    faults.append(Fault(name, 0, "", found, *advice("one_file")))
    return None
