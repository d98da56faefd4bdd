"""
Find the tables of rows, and the codes of names given by a caller.

Loaded rows carry the folder of their tables, from which a call on rows finds populations, years and
names.
"""

import os
import warnings
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import project
from analysis.errors import UsageError, WordError
from analysis.language.messages import message_language, say
from analysis.language.text import Text
from analysis.tables import descriptor, panel
from analysis.tables import load as tables
from analysis.tables.frames import Frames, framed
from analysis.tables.load import Tables
from analysis.tables.panel import Panel

_MOST_NEAR = 8  # suggested names that contain the given one
FROM = "tables"  # the attribute of a frame that names the folder of its tables


def load(folder: Path | str | None = None) -> Frames | Panel:
    """
    Read the tables.

    Parameters
    ----------
    folder
        The folder of the tables; by default ``data/`` of the project around the working folder.
        A folder of Parquet files (``regional-safety simulate``) is read as a panel, each part
        on first use.

    Returns
    -------
    Frames or Panel
        ``.rows`` is a tidy frame of all figures, with the accessor ``rows.safety``;
        ``.columns()`` describes its columns.

    Raises
    ------
    TableError
        With every fault in any table.
    UsageError
        If there is no such folder.

    Warns
    -----
    UserWarning
        If the tables have changed since they were described: the faults of ``check``, else the
        files that changed.

    Examples
    --------
    >>> import analysis as rs
    >>> rows = rs.load().rows
    >>> rows[rows["indicator"].eq("deaths") & rows["measure"].eq("level")]["value"].tolist()
    [45.0]
    """
    source = Path(folder) if folder is not None else project.home() / "data"
    if not source.is_dir():
        raise UsageError(say("error.no_tables", folder=source))
    if panel.is_panel(source):
        return Panel(source)
    loaded = framed(_cached(source, _stamp(source)))
    warn_of_changes(source, stacklevel=3)
    for frame in (loaded.rows, loaded.context_rows):
        frame.attrs[FROM] = str(source)
    return loaded


def warn_of_changes(folder: Path, *, stacklevel: int = 2) -> None:
    """Warn if the tables of *folder* have changed since they were described."""
    if doubts := descriptor.doubts(folder):
        language = message_language()
        warnings.warn("\n".join(line[language] for line in doubts), stacklevel=stacklevel)


def warning(folder: Path) -> Text:
    """Return that the tables of *folder* fail their check; empty in a run, which checked them."""
    if project.OUTPUT in os.environ or not _is_faulty(folder, _stamp(folder)):
        return Text("", "")
    return say("save.faulty")


@lru_cache(maxsize=2)
def _is_faulty(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> bool:
    del stamp
    return bool(descriptor.faults(folder))


def behind(rows: pd.DataFrame) -> Tables | Panel:
    """Return the tables of *rows*; those of the project if a merge lost the attribute."""
    folder = Path(rows.attrs.get(FROM) or project.home() / "data")
    read = _opened if panel.is_panel(folder) else _cached
    return read(folder, _stamp(folder))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return the names, times and sizes of the tables of *folder*, the key of the cache."""
    files = sorted(folder.glob("[!.]*.*")) + sorted(folder.glob("observations/*.*"))
    stats = ((file.name, file.stat()) for file in files)
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


@lru_cache(maxsize=2)
def _cached(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Tables:
    """Return the tables of *folder*, read again when *stamp* changes; for internal use only."""
    del stamp
    return tables.load(folder)


@lru_cache(maxsize=2)
def _opened(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Panel:
    """Return the panel in *folder*, opened again when *stamp* changes."""
    del stamp
    return Panel(folder)


def code_of(kind: str, word: str, named: pd.DataFrame) -> str:
    """
    Return the code *word*, or the code whose Chinese or English name is *word*.

    Parameters
    ----------
    kind
        The column of codes, ``region`` or ``indicator``.
    word
        A code or a complete name; case does not matter in a name.
    named
        The regions or the indicators, with their names.

    Raises
    ------
    WordError
        If nothing has that code or name; the message names the nearest ones.
    UsageError
        If several have that name, with their codes; or if *word* is no text.

    Examples
    --------
    >>> named = pd.DataFrame({"region": ["east"], "name_zh": ["东区"], "name_en": ["East"]})
    >>> code_of("region", "东区", named), code_of("region", "EAST", named)
    ('east', 'east')
    """
    if not isinstance(word, str):
        raise UsageError(say("error.no_word", kind=kind, type=type(word).__name__))
    codes: list[str] = list(named[kind].astype("str"))
    if word in codes:
        return word
    columns = named[[kind, "name_zh", "name_en"]].astype("str")
    folded = columns.apply(lambda column: column.str.casefold())
    spelt = dict(zip(codes, folded.itertuples(index=False, name=None), strict=True))
    wanted = word.strip().casefold()
    matching: list[str] = [code for code, spellings in spelt.items() if wanted in spellings]
    if len(matching) > 1:
        raise several(word, kind, matching, named)
    if not matching:
        raise WordError(say(f"word.{kind}"), word, codes, _named(kind, _near(wanted, spelt), named))
    return matching[0]


def several(word: str, kind: str, codes: Iterable[str], named: pd.DataFrame) -> UsageError:
    """Return the error of a word that is a name of several *codes*."""
    listed = Text.joined(_named(kind, codes, named), zh=", ", en=", ")
    return UsageError(say("error.several", word=word, codes=listed))


def _named(kind: str, codes: Iterable[str], named: pd.DataFrame) -> list[Text]:
    """Return each of *codes* with its name in brackets."""
    names = named.astype("str").set_index(kind)[["name_zh", "name_en"]]
    return [Text(*(f"{code} ({name})" for name in names.loc[code])) for code in codes]


def subject_of(word: str, named: Tables) -> str:
    """Return the code of the family, theme or indicator that *word* is the code or name of."""
    for kind, frame in (("family", named.families), ("theme", named.themes)):
        try:
            return code_of(kind, word, frame)
        except WordError:
            continue
    return code_of("indicator", word, named.indicators)


def _near(word: str, spelt: dict[str, tuple[Any, ...]]) -> list[str]:
    """Return the codes with a spelling that contains *word*, shortest first; else similar ones."""
    containing = {
        code: min(len(name) for name in names if word in name)
        for code, names in spelt.items()
        if word and any(word in name for name in names)
    }
    if containing:
        return sorted(containing, key=lambda code: containing[code])[:_MOST_NEAR]
    codes = {name: code for code, names in spelt.items() for name in names}
    similar = get_close_matches(word, codes, n=3, cutoff=0.5)
    return list(dict.fromkeys(codes[name] for name in similar))
