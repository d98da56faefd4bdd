"""The subject of a publication, from words: a region, a theme or an indicator."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from analysis.errors import WordError
from analysis.tables.load import Tables


class Subject(NamedTuple):
    """Codes of regions and of indicators; empty sets stand for all."""

    regions: frozenset[str]
    indicators: frozenset[str]


def subject(words: Iterable[str], tables: Tables) -> Subject:
    """
    Return what *words* name: codes or names, in Chinese or English.

    Raises
    ------
    WordError
        For a word that names no region, theme or indicator.
    """
    regions: set[str] = set()
    indicators: set[str] = set()
    for word in words:
        region = _codes(tables.regions, "region", word)
        theme = _codes(tables.themes, "theme", word)
        known = _codes(tables.indicators, "indicator", word)
        themed = tables.indicators.loc[tables.indicators["theme"].isin(theme), "indicator"]
        if not {*region, *theme, *known}:
            raise WordError("region, theme or indicator", word, dict.fromkeys(_names(tables)))
        regions |= {*region}
        indicators |= {*known, *themed}
    return Subject(frozenset(regions), frozenset(indicators))


def _codes(frame: pd.DataFrame, column: str, word: str) -> list[str]:
    """Return the codes of a table with this code or name."""
    folded = word.casefold().strip()
    named = frame[[column, "name_zh", "name_en"]].astype(str)
    hits = named.apply(lambda cells: cells.str.casefold().eq(folded)).any(axis=1)
    return [str(code) for code in frame.loc[hits, column]]


def _names(tables: Tables) -> Iterator[str]:
    """Yield every code, then every name, that a word can be."""
    frames = (
        (tables.regions, "region"),
        (tables.themes, "theme"),
        (tables.indicators, "indicator"),
    )
    for position in range(3):
        for frame, code in frames:
            yield from map(str, frame[(code, "name_zh", "name_en")[position]])
