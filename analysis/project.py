"""The project folder, and the folder and formats of figures."""

import os
from pathlib import Path

from .errors import UsageError
from .language.messages import LANGUAGE, say

OUTPUT = "REGIONAL_SAFETY_OUTPUT"  # set by the runner: the staging folder of the running job
FORMATS = "REGIONAL_SAFETY_FORMATS"  # set by the runner: the formats in the plan
KNOWN_FORMATS = ("svg", "png", "pdf")
SUFFIXES = (".csv", ".xlsx", ".parquet")
# Between collections of garbage: by default these take a seventh of an answer's time.
OBJECTS = 100_000
FIRST_YEAR, LAST_YEAR = 1990, 2100  # years that a figure may be asked for


def home(start: Path | None = None) -> Path:
    """
    Return the nearest folder from *start* upward with a table ``data/indicators``.

    Raises
    ------
    UsageError
        If no folder from *start* (by default the working folder) upward has one.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if any((folder / "data" / f"indicators{suffix}").exists() for suffix in SUFFIXES):
            return folder
    raise UsageError(say("error.no_project", file="data/indicators.csv", folder=here))


def language(given: str | None = None, *, default: str = "zh") -> str:
    """Return the language *given*, else that of the environment, else the *default*."""
    return given or os.environ.get(LANGUAGE) or default


def output() -> Path:
    """
    Return the folder of figures: the staging folder of the job, or ``figures/by_hand``.

    Raises
    ------
    UsageError
        If the folder cannot be made.
    """
    folder = Path(os.environ[OUTPUT]) if OUTPUT in os.environ else home() / "figures" / "by_hand"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        cause = {"error": error.strerror, "variable": OUTPUT}
        raise UsageError(say("error.no_folder", folder=folder, **cause)) from error
    return folder


def formats() -> tuple[str, ...]:
    """Return the formats of figures: those in the plan, or SVG and PNG."""
    return tuple((os.environ.get(FORMATS) or "svg,png").split(","))
