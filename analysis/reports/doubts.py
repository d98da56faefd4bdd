"""What a reviewer should look at again: the id of a message and the values that fill it."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Base


class Doubt(NamedTuple):
    """
    A reason to look at a figure again: the message ``doubt.<id>`` and its values.

    >>> Doubt("same_indicator", {"start": 12}).text["en"]
    'the same indicator as at 12: give them different breakdowns'
    """

    id: str
    values: Mapping[str, Any] = MappingProxyType({})

    @property
    def text(self) -> Text:
        """The wording in both languages."""
        return say(f"doubt.{self.id}", **self.values)


BASES = {  # of a change from anything but the year before
    Base.MONTH_BEFORE: Doubt("base_month"),
    Base.MEAN: Doubt("base_mean"),
    Base.PLAN: Doubt("base_plan"),
    Base.OTHER: Doubt("base_other"),
}


def worded(doubts: Iterable[Doubt], language: str) -> list[str]:
    """Return the wording of each doubt in *language*."""
    return [doubt.text[language] for doubt in doubts]
