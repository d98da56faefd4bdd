"""The options that several commands share, the project's folder, and where outputs may be."""

import math
import os
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from analysis import project as folders
from analysis.errors import UsageError
from analysis.language.messages import LANGUAGE as SETTING
from analysis.language.messages import locale_language, say
from analysis.language.text import Text

from . import translation


class _Seconds(click.FloatRange):
    """A number of seconds; unlike a range of numbers, it refuses "nan"."""

    name = "seconds"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number, or fail."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            text = say("cli.no_seconds", value=value)
            self.fail(translation.in_language(text), param, ctx)
        return number


class _PlainFile(click.Path):
    """The path of a file; a pipe or a device, which may have no end, is refused."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path, or fail."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.exists() and not (path.is_file() or path.is_dir()):
            text = say("cli.no_plain_file", path=str(value))
            self.fail(translation.in_language(text), param, ctx)
        return path


class _Words(click.ParamType):  # type: ignore[type-arg]  # click 8.1 takes no argument
    """A command, split into words as a shell does; no shell runs it."""

    name = "command"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words, or fail."""
        try:
            words = tuple(shlex.split(value))
        except ValueError:
            words = ()
        if not words:
            text = say("cli.no_command", value=value)
            self.fail(translation.in_language(text), param, ctx)
        return words


FILE = _PlainFile(path_type=Path)
EXISTING = _PlainFile(path_type=Path, exists=True, dir_okay=False)
EXISTING_PATH = _PlainFile(path_type=Path, exists=True)
WORDS = _Words()
SECONDS = _Seconds(0, 7 * 24 * 3600)
PROJECT = click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Project folder. By default the one around the working folder.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Write JSON only.")
LANGUAGE = click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    envvar=SETTING,
    default=locale_language,
    show_default=f"{SETTING}, else the locale",
    help="Language of the output.",
)
DOCUMENT_LANGUAGE = click.option(
    "--language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the document.",
)
ORIGINALS = click.option(
    "--originals",
    type=click.Path(path_type=Path),
    help="Folder of <region>.txt or <report>.txt files. By default data/originals.",
)
OUTPUT = click.option(
    "--output",
    type=_PlainFile(path_type=Path, dir_okay=False),
    help="File to write. By default under figures/briefing.",
)
DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Write nothing; print what would be written."
)


def root(project: Path | None) -> Path:
    """Return *project*, or the nearest folder upward with ``plan.toml``."""
    from analysis.runs import plan

    return project.resolve() if project else plan.home().root


def data(project: Path | None) -> Path:
    """Return the folder of the tables."""
    return (project.resolve() if project else folders.home()) / "data"


def doubts(tables: Path) -> list[Text]:
    """Return what a reader of changed tables must know; unchanged tables take little time."""
    from analysis.tables import descriptor

    return descriptor.doubts(tables)


def refuse_unfit(output: Path, tables: Path, suffixes: Sequence[str] = ()) -> None:
    """Raise an error for an output in *tables*, in no folder, or without one of *suffixes*."""
    if tables.resolve() in (output.resolve(), *output.resolve().parents):
        raise UsageError(say("compile.among_tables", path=output))
    if suffixes and output.suffix.lower() not in suffixes:
        listed = Text.joined([Text(word, word) for word in suffixes], zh=" 或 ", en=" or ")
        raise UsageError(say("cli.suffix", path=output, suffix=listed))
    if not output.parent.is_dir():
        raise UsageError(say("cli.no_folder", folder=output.parent))
