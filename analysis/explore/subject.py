"""The subject of a publication, from words: a region, a theme or an indicator."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from analysis.errors import WordError
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.tables.load import Tables


class Subject(NamedTuple):
    """Codes of regions and of indicators; an empty set means all."""

    regions: frozenset[str]
    indicators: frozenset[str]
    names: tuple[Text, ...] = ()
    words: tuple[str, ...] = ()


def subject(words: Iterable[str], tables: Tables) -> Subject:
    """
    Return what *words* name: codes or names, in Chinese or English.

    Raises
    ------
    WordError
        For a word that names no region, theme or indicator.
    """
    words = tuple(words)
    regions: set[str] = set()
    indicators: set[str] = set()
    names: list[Text] = []
    for word in words:
        hits = [_hits(frame, word) for frame in _frames(tables).values()]
        region, theme, known = ([str(code) for code in frame.iloc[:, 0]] for frame in hits)
        themed = tables.indicators.loc[tables.indicators["theme"].isin(theme), "indicator"]
        if not {*region, *theme, *known}:
            raise WordError(say("word.subject"), word, dict.fromkeys(_names(tables)))
        regions |= {*region}
        indicators |= {*known, *themed}
        first = next(frame.iloc[0] for frame in hits if len(frame))
        names.append(Text(str(first["name_zh"]), str(first["name_en"])))
    return Subject(frozenset(regions), frozenset(indicators), tuple(names), words)


def _frames(tables: Tables) -> dict[str, pd.DataFrame]:
    """Return the tables of what a word can be, each with its code and names."""
    frames = {"region": tables.regions, "theme": tables.themes, "indicator": tables.indicators}
    return {code: frame[[code, "name_zh", "name_en"]] for code, frame in frames.items()}


def _hits(frame: pd.DataFrame, word: str) -> pd.DataFrame:
    """Return the lines of a table with this code or name."""
    folded = word.casefold().strip()
    equal = frame.astype(str).apply(lambda cells: cells.str.casefold().eq(folded))
    hits: pd.DataFrame = frame.loc[equal.any(axis=1)]
    return hits


def _names(tables: Tables) -> Iterator[str]:
    """Yield every code, then every name, that a word can be."""
    for position in range(3):
        for frame in _frames(tables).values():
            yield from map(str, frame.iloc[:, position])
