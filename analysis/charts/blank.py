"""A page for a figure that has nothing to draw: it says so, and why of each region."""

import pandas as pd
from matplotlib.axes import Axes

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text

from . import style
from .comparison import left_out
from .page import Caption, Page, Picture


def blank(
    rows: pd.DataFrame,
    *,
    title: Text,
    language: str,
    refused: pd.DataFrame,
    form: str,
    ax: Axes | None,
) -> Picture:
    """Say *title*, and in the strip why each region is left out; *rows* are the empty rows."""
    caption = Caption(
        title=title,
        subtitle=say("blank.caption.each_report_gives_stands"),
        source=values.source_note(refused.assign(origin="report")),
        alt=say("blank.caption.figure_holds_number", title=title),
        left_out=left_out(refused),
    )
    page = Page(caption, language, form=form, ax=ax)
    room = page.room
    page.text(
        room.left,
        room.bottom + room.height * 0.6,
        say("note.nothing_here")[language],
        page.size.subtitle,
        color=style.GREY,
    )
    page.picture.rows, page.picture.refused = rows, refused
    return page.picture
