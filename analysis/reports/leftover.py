"""
Find the words of a figure that its indicator and its part do not explain.

They may name a part that the reader does not know: 电气故障引发431起. The words that name no part
anywhere are in ``fillers.csv``.
"""

import re
from collections.abc import Iterable
from functools import cache

from . import breakdowns, lexicon
from .suggestions import Catalogue, Suggestion

FEWEST = 2  # characters left that may be a name
_NAMES = re.compile(r"[^\u4e00-\u9fff]+")


def leftover(words: str, named: Suggestion, part: str, known: Catalogue) -> str:
    """
    Return the characters of *words* that neither the indicator *named* nor *part* explains.

    >>> from .suggestions import Indicator
    >>> known = Catalogue({"fires": Indicator("fires", "火灾起数", "起", "count", "flow")})
    >>> named = Suggestion("fires", "起", 5.0, "fire")
    >>> leftover("全市共发生火灾", named, "", known), leftover("电气故障引发", named, "", known)
    ('', '电气故障')
    """
    spans = [*_spans(words, known.terms(named)), *breakdowns.spans(words, part)]
    left = list(words)
    for start, end in spans:
        left[start:end] = "|" * (end - start)
    return _NAMES.sub("", _fillers().sub("|", "".join(left)))


def _spans(words: str, terms: Iterable[str]) -> Iterable[tuple[int, int]]:
    return [m.span() for term in terms for m in re.finditer(re.escape(term), words)]


@cache
def _fillers() -> re.Pattern[str]:
    words = sorted((row[0] for row in lexicon.rows("fillers")), key=len, reverse=True)
    return re.compile("|".join(words))
