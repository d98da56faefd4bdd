"""
How alike the words around a figure and the name and definition of each indicator are.

Where no synonym of the table stands in a text, the pairs of neighbouring characters that it
shares with a definition still speak: the cosine of both, rare pairs weighing more.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import log

import numpy as np
import numpy.typing as npt

_DEFINITION = 0.4  # a pair of the definition speaks less than one of the name
_HEARD = 0.4  # words further off than this say nothing of a figure
_REMEMBERED = 2_048
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")

Vector = npt.NDArray[np.float64]


def pairs(text: str) -> set[str]:
    """
    The pairs of neighbouring characters of *text*.

    >>> sorted(pairs("隐患 整改率"))
    ['改率', '整改', '隐患']
    """
    runs = _CHINESE.findall(text)
    return {run[place : place + 2] for run in runs for place in range(len(run) - 1)}


class Descriptions:
    """
    Names and definitions, ready to be compared with the words around a figure.

    Examples
    --------
    >>> known = Descriptions([("受灾人口", "自然灾害中受灾的人员"), ("罚款金额", "行政处罚的罚款")])
    >>> [round(float(likeness), 2) for likeness in known.likeness([("全市受灾", 1.0)])[0]]
    [0.48, 0.0]
    """

    def __init__(self, texts: Sequence[tuple[str, str]]) -> None:
        documents = [
            dict.fromkeys(pairs(definition), _DEFINITION) | dict.fromkeys(pairs(name), 1.0)
            for name, definition in texts
        ]
        spread = Counter(pair for document in documents for pair in sorted(document))
        self._places = {pair: place for place, pair in enumerate(spread)}
        self._pairs = list(spread)
        self._rarity = np.array([log(1 + len(texts) / count) for count in spread.values()])
        self._rows = np.zeros((len(spread), len(texts)))
        for column, document in enumerate(documents):
            for pair, weight in document.items():
                place = self._places[pair]
                self._rows[place, column] = weight * self._rarity[place]
        self._known = lru_cache(maxsize=_REMEMBERED)(self._known_pairs)
        self._rows /= np.maximum(np.sqrt((self._rows**2).sum(axis=0)), 1e-9)

    def likeness(self, words: Iterable[tuple[str, float]]) -> tuple[Vector, list[str]]:
        """The likeness of each description to the *words*, and the pairs they were told by."""
        heard: dict[int, float] = {}
        for text, weight in words:
            if weight < _HEARD:
                continue
            for place in self._known(text):
                if heard.get(place, 0) < weight:
                    heard[place] = weight
        if not heard:
            return np.zeros(self._rows.shape[1]), []
        places = np.fromiter(heard, dtype=int)
        weights = np.fromiter(heard.values(), dtype=float) * self._rarity[places]
        found: Vector = weights @ self._rows[places] / np.sqrt((weights**2).sum())
        return found, [self._pairs[place] for place in places]

    def _known_pairs(self, text: str) -> tuple[int, ...]:
        """Which known pairs *text* has; neighbouring figures share their words."""
        found = (self._places.get(text[start : start + 2]) for start in range(len(text) - 1))
        return tuple(sorted({place for place in found if place is not None}))

    def shared(self, column: int, heard: Iterable[str]) -> str:
        """The two rarest pairs of *heard* that the description in *column* has."""
        own = [pair for pair in heard if self._rows[self._places[pair], column]]
        return "+".join(sorted(own, key=lambda pair: -self._rarity[self._places[pair]])[:2])
