"""
The word lists that reading needs: counters, counted nouns, idioms and places.

They are CSV files beside this module; a new word is a new row.
"""

import csv
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple


class Counter(NamedTuple):
    """A counter as printed, its unit and its quantity."""

    counter: str
    unit: str
    quantity: str


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the rows of the CSV file *name* beside this module, without its header."""
    text = (files(__package__) / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(map(tuple, csv.reader(text.splitlines()[1:])))


@cache
def counters() -> dict[str, Counter]:
    """Return every counter by its printed form."""
    return {row[0]: Counter(*row) for row in rows("counters")}


@cache
def nouns() -> dict[str, Counter]:
    """Return the nouns that may follow a numeral without a counter, with the implied unit."""
    return {row[0]: Counter(*row) for row in rows("nouns")}


@cache
def quantities() -> dict[str, str]:
    """Return the quantity of each unit of a counter."""
    return {counter.unit: counter.quantity for counter in counters().values()}


@cache
def places() -> dict[str, str]:
    """Return the province of each province and prefecture by short name."""
    return {row[0]: row[1] for row in rows("places")}


@cache
def idioms() -> frozenset[str]:
    """Return the words in which a numeral counts nothing."""
    return frozenset(row[0] for row in rows("idioms"))


@cache
def alternatives(name: str) -> str:
    """
    Return the words of one list as a regular expression, longest first: 个百分点 before 个.

    >>> import re
    >>> re.match(alternatives("counters"), "个百分点")[0]
    '个百分点'
    """
    words: dict[str, Counter] = {"counters": counters, "nouns": nouns}[name]()
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


@cache
def _longest() -> int:
    return max(map(len, idioms()))


def in_idiom(text: str, start: int, end: int) -> str:
    """
    Return the idiom of *text* around the numeral at *start*, or ''.

    >>> in_idiom("进一步压实责任", 1, 2), in_idiom("发生一起事故", 2, 3)
    ('进一步', '')
    """
    for size in range(_longest(), end - start - 1, -1):
        for first in range(max(0, end - size), start + 1):
            word = text[first : first + size]
            if word in idioms():
                return word
    return ""
