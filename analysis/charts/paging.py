"""Distribute rows over as few pages as needed, each legible."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CrowdedError
from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text

from .figure import Figure


class Pages(tuple[Any, ...]):
    """Figures of one call, one per page; a notebook displays all of them."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(*self)

    def save(self, *, formats: Sequence[str] = ()) -> "Pages":
        """Write every figure with its record, and return their pictures."""
        return Pages(figure.save(formats=formats) for figure in self)


def on_pages(
    draw: Callable[..., Figure], rows: pd.DataFrame, *, title: Text, by: str = "region"
) -> Pages:
    """
    Draw *rows* on as few pages as needed, with the page number in the title.

    Parameters
    ----------
    draw
        A chart function, called with a part of the rows and ``title``.
    rows
        Tidy rows. Rows with the same value of *by* stay on one page if they fit; otherwise they
        are distributed evenly over as few pages as needed.

    Raises
    ------
    CrowdedError
        If a single row does not fit.
    """
    try:
        return Pages([draw(rows, title=title)])
    except CrowdedError:
        pages = _filled(draw, rows, title + values.page(9, 9), by)
    with suppress(CrowdedError):  # the last page of as many groups as fit may be nearly empty
        return _drawn(draw, _evenly(rows, len(pages), by), title)
    return _drawn(draw, pages, title)


def _drawn(draw: Callable[..., Figure], pages: Sequence[pd.DataFrame], title: Text) -> Pages:
    return Pages(
        draw(page, title=title + values.page(number, len(pages)))
        for number, page in enumerate(pages, 1)
    )


def _evenly(rows: pd.DataFrame, count: int, by: str) -> list[pd.DataFrame]:
    """Return whole groups on *count* pages; raise an error if there are fewer groups."""
    groups = [group for _, group in rows.groupby(by, sort=False)]
    if len(groups) < count:
        raise CrowdedError(say("crowded.groups", count=len(groups), pages=count))
    parts = np.array_split(np.arange(len(groups)), count)
    return [pd.concat([groups[at] for at in part]) for part in parts]


def _filled(
    draw: Callable[..., Figure], rows: pd.DataFrame, title: Text, by: str
) -> list[pd.DataFrame]:
    """Return the rows of each page, with as many whole groups per page as fit."""
    groups = [group for _, group in rows.groupby(by, sort=False)]
    pages: list[pd.DataFrame] = []
    most = len(groups) - 1  # that may fit one page
    while groups:
        most = _most(draw, groups, title, most)
        if most:
            pages.append(pd.concat(groups[:most]))
        else:
            pages += _spread(draw, groups[0], title)
        groups = groups[max(most, 1) :]
    return pages


def _most(draw: Callable[..., Figure], groups: list[pd.DataFrame], title: Text, guess: int) -> int:
    """Return how many of the first *groups* fit one page: a search that starts at *guess*."""
    low, high = 0, len(groups) + 1  # fits, and does not
    count = min(max(guess, 1), len(groups))
    while high - low > 1:
        if _fits(draw, pd.concat(groups[:count]), title):
            low, count = count, count + 1
        else:
            high, count = count, (low + count) // 2
        count = min(max(count, low + 1), high - 1)
    return low


def _spread(draw: Callable[..., Figure], group: pd.DataFrame, title: Text) -> list[pd.DataFrame]:
    """Return the rows of one group in as few even parts as needed, one per page."""
    for count in range(1, len(group) + 1):
        parts = [
            group.iloc[positions] for positions in np.array_split(np.arange(len(group)), count)
        ]
        if all(_fits(draw, part, title) for part in parts):
            break
    return parts


def _fits(draw: Callable[..., Figure], rows: pd.DataFrame, title: Text) -> bool:
    try:
        draw(rows, title=title)
    except CrowdedError:
        return False
    return True
