"""The page of a figure without rows: a message and the reasons."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import publishers
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Scale

from .comparison import left_out
from .figure import Caption, Figure
from .page import Page


def blank(
    kind: str,
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str,
    ax: Axes | None,
) -> Figure:
    """Return a page with *title* and the regions left out; *rows* is an empty frame."""
    caption = Caption(
        title=title,
        subtitle=say("blank.caption.each_report_gives_stands"),
        source=publishers.source_note(refused.assign(origin="report")),
        alt=say("blank.caption.figure_holds_number", title=title),
        left_out=left_out(refused),
    )
    page = Page(caption, language, form=form, ax=ax)
    page.empty()
    return page.figure(kind, Scale.NONE, rows, refused)
