"""Rows on as few pages as hold them: what one page cannot show legibly is drawn on several."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.errors import CrowdedError
from analysis.language import values
from analysis.language.text import Text

from .figure import Figure


class Pages(tuple[Any, ...]):
    """Figures of one question, a page each; in a notebook, every one is shown."""

    __slots__ = ()

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(*self)

    def save(self, *, formats: Sequence[str] = ()) -> "Pages":
        """Write every figure with its record, and return their pictures to show."""
        return Pages(figure.save(formats=formats) for figure in self)


def on_pages(
    draw: Callable[..., Figure], rows: pd.DataFrame, *, title: Text, by: str = "region"
) -> Pages:
    """
    Draw *rows* on as few pages as hold them, the title saying which page it is.

    Parameters
    ----------
    draw
        A chart, called with a part of the rows and ``title``; its other words are bound already.
    rows
        Tidy rows; those that share *by* stay on one page, unless they alone are too many for it:
        then they are spread evenly over as few pages as hold them.

    Raises
    ------
    CrowdedError
        When one row alone does not fit.
    """
    try:
        return Pages([draw(rows, title=title)])
    except CrowdedError:
        pages = _filled(draw, rows, title + values.page(9, 9), by)
    return Pages(
        draw(page, title=title + values.page(number, len(pages)))
        for number, page in enumerate(pages, 1)
    )


def _filled(
    draw: Callable[..., Figure], rows: pd.DataFrame, title: Text, by: str
) -> list[pd.DataFrame]:
    """Page after page, each with as many whole groups as it holds."""
    pages: list[pd.DataFrame] = []
    for _, group in rows.groupby(by, sort=False):
        both = pd.concat([*pages[-1:], group])
        if pages and _fits(draw, both, title):
            pages[-1] = both
        else:
            pages += _spread(draw, group, title)
    return pages


def _spread(draw: Callable[..., Figure], group: pd.DataFrame, title: Text) -> list[pd.DataFrame]:
    """One group, on as few even pages as hold it."""
    for count in range(1, len(group) + 1):
        parts = [group.iloc[place] for place in np.array_split(np.arange(len(group)), count)]
        if all(_fits(draw, part, title) for part in parts):
            break
    return parts


def _fits(draw: Callable[..., Figure], rows: pd.DataFrame, title: Text) -> bool:
    try:
        draw(rows, title=title)
    except CrowdedError:
        return False
    return True
