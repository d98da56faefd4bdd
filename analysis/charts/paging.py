"""Rows on as few pages as hold them: what one page cannot show legibly is drawn on several."""

from collections.abc import Callable
from itertools import pairwise

import pandas as pd

from analysis import wording
from analysis.errors import CrowdedError
from analysis.wording import Text

from .page import Picture


def on_pages(
    draw: Callable[..., Picture], rows: pd.DataFrame, *, title: Text, by: str = "region"
) -> list[Picture]:
    """
    Draw *rows* on as few pages as hold them, the title saying which page it is.

    Parameters
    ----------
    draw
        A chart, called with a part of the rows and ``title``; its other words are bound already.
    rows
        Tidy rows; those that share *by* stay on one page.

    Raises
    ------
    CrowdedError
        When the rows of one group alone do not fit.
    """
    groups = [group for _, group in rows.groupby(by, sort=False)] or [rows]
    for pages in range(1, len(groups) + 1):
        ends = [round(len(groups) * page / pages) for page in range(pages + 1)]
        parts = [pd.concat(groups[start:end]) for start, end in pairwise(ends)]
        try:
            return [
                draw(part, title=title + wording.page(number, pages))
                for number, part in enumerate(parts, 1)
            ]
        except CrowdedError:
            if pages == len(groups):
                raise
    return []
