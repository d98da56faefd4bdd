"""
The parts that a figure may be about, guessed by the names of those the tables know.

A guess is only ever offered: a person chooses it, or another, or none.
"""

import re
from collections.abc import Mapping
from functools import cache

_QUOTED = re.compile(r"“([^”]{2,})”")
_BRACKETED = re.compile(r"[（(]([^）)]*)[）)]")
_KIND = re.compile(r"(?:级|专项整治|专项检查|整治|行动|治理)$")
MOST = 4  # offered for one figure


def guessed(near: str, sentence: str, known: Mapping[str, str]) -> list[str]:
    """
    The codes of *known* parts (code to Chinese name) that the words may name, the likeliest first.

    Parameters
    ----------
    near
        The noun phrase of the figure and the words before it.
    sentence
        All that stands before the figure in its sentence; a name there weighs less.

    Examples
    --------
    >>> known = {"kind:general": "总体预案", "level:township": "乡镇(街道)级", "grade:c": "C级"}
    >>> guessed("总体预案", "乡镇修订总体预案", known)
    ['kind:general', 'level:township', 'kind:general+level:township']
    """
    weights = {code: _weight(near, f"{sentence}\n{near}", name) for code, name in known.items()}
    found = sorted(filter(weights.get, known), key=lambda code: weights[code], reverse=True)
    return [*found[: MOST - 1], *_pair(found)][:MOST]


def _weight(near: str, words: str, name: str) -> tuple[bool, int, int] | tuple[()]:
    """Whether a form of *name* is near, how long it is, and where it stands; () for none."""
    forms = [form for form in _forms(name) if form in words]
    return max(((form in near, len(form), words.rfind(form)) for form in forms), default=())


@cache
def _forms(name: str) -> frozenset[str]:
    """The ways in which a sentence may write *name*: whole, its core, or one of its words."""
    bare = _BRACKETED.sub("", name)
    forms = {name, bare, *_QUOTED.findall(name), *_BRACKETED.findall(name)}
    forms |= set(re.split(r"[、和及与]", bare))
    forms |= {_KIND.sub("", form) for form in forms}
    return frozenset(form for form in forms if len(form) > 1)


def _pair(found: list[str]) -> list[str]:
    """The two likeliest together, if they are of two dimensions."""
    dimensions = {code.partition(":")[0] for code in found[:2]}
    return ["+".join(sorted(found[:2]))] if len(dimensions) > 1 else []
