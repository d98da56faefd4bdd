"""Where the project stands and where a drawn figure goes; it reads no table."""

import os
from pathlib import Path

from .errors import UsageError

OUTPUT = "REGIONAL_SAFETY_OUTPUT"  # set by the runner: the stage folder of the running job
FORMATS = "REGIONAL_SAFETY_FORMATS"  # set by the runner: what the plan asks of the running job
KNOWN_FORMATS = ("svg", "png", "pdf")
SUFFIXES = (".csv", ".xlsx", ".parquet")


def home(start: Path | None = None) -> Path:
    """
    The project folder: the nearest one from *start* upward that holds ``data/indicators``.

    Raises
    ------
    UsageError
        When no folder above *start* (the working folder if not given) holds the tables.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if any((folder / "data" / f"indicators{suffix}").exists() for suffix in SUFFIXES):
            return folder
    raise UsageError(f"no data/indicators.csv at or above {here}: run this inside the project")


def output() -> Path:
    """The folder that figures are written to: the job's stage, or ``figures/by_hand``."""
    folder = Path(os.environ[OUTPUT]) if OUTPUT in os.environ else home() / "figures" / "by_hand"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def formats() -> tuple[str, ...]:
    """The formats that figures are written in: those of the plan, or SVG and PNG."""
    return tuple((os.environ.get(FORMATS) or "svg,png").split(","))
