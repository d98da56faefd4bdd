"""A figure as a value: what it shows, what it says, and its drawing."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure as Plot
from matplotlib.figure import SubFigure

from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Scale

from . import style
from .native import Plot as Native
from .native import Table

# The page under docs/ that a figure points to.
METHOD_PAGES = {Language.ZH: "method.zh.md", Language.EN: "method.en.md"}
SIGNATURE = "signature"  # the gid of the last line of a page
Box = tuple[float, float, float, float]


NOTHING = Text("", "")
Record = Mapping[str, Any]


def _none(_record: Record, _language: str) -> None:
    """Return None: figures of this kind have no such rendering."""


class LeftOut(NamedTuple):
    """A region that the plot cannot show, and why."""

    region: str
    name: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class Caption:
    """Everything a page says beside its plot, in both languages."""

    title: Text
    subtitle: Text
    source: Text
    alt: Text
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Text, ...] = ()
    axis: Text = NOTHING  # what the axis measures, where the marks have one


@dataclass(frozen=True, eq=False)
class Figure:
    """
    A drawn figure with the rows it shows and the words that go with it.

    Parameters
    ----------
    kind
        A key of ``KINDS``.
    name
        The name of its files, without ending.
    scale
        What the axis of the marks measures; ``none`` where the marks have no axis.
    rows
        The rows drawn, as a frame.
    refusals
        The regions left out, each with its reason.
    beside
        Rows drawn beside *rows*: of wider regions, or the results of targets.
    plot
        The drawing; a part of another figure where ``ax`` was given.
    room
        Where the plot lies between the words: left, top, width and height as shares of the page.
    """

    kind: str
    name: str
    language: Language
    scale: Scale
    rows: pd.DataFrame = field(repr=False)
    refusals: pd.DataFrame = field(repr=False)
    beside: pd.DataFrame = field(repr=False)
    caption: Caption = field(repr=False)
    plot: Plot | SubFigure = field(repr=False)
    room: Box = field(repr=False)

    @property
    def page(self) -> Plot:
        """The whole page: the drawing, or the figure of which it is a part."""
        return self.plot.get_figure(root=True)

    def _repr_png_(self) -> bytes:
        """Draw the figure for a notebook, whatever the settings of matplotlib are there."""
        return self.drawn("png", dpi=100)

    def drawn(self, form: str, **options: Any) -> bytes:
        """Return the figure as a file in *form* (``svg``, ``png`` or ``pdf``)."""
        buffer = io.BytesIO()
        # The salt of SVG ids and the font are read while saving, so the style is needed here too.
        with style.house_style():
            self.page.savefig(buffer, format=form, **options)
        return buffer.getvalue()

    def sign(self, stamp: str) -> None:
        """Write *stamp*, by which the figure is found again, after the pointer to the method."""
        for words in self.plot.texts:
            if words.get_gid() == SIGNATURE:
                words.set_text(signature(self.language, stamp))

    def save(self, *, formats: Sequence[str] = ()) -> Any:
        """
        Write the figure and its record, and return its picture to show; see ``figures.save``.

        Parameters
        ----------
        formats
            Of ``svg``, ``png``, ``pdf``; those that the plan asks for if none is given.
        """
        from analysis.figures.record import save

        return save(self, formats=formats)


@dataclass(frozen=True, slots=True)
class Kind:
    """
    What the figures of one kind share.

    The texts of a kind are messages: ``kind.<name>`` is its title; ``.tab``, ``.sheet`` and
    ``.about`` are the words of its sheet in the workbook.

    Parameters
    ----------
    name
        The key of ``KINDS``.
    order
        Its place in a briefing.
    columns
        The columns of its sheet after the period, by their names in ``workbook.sheets``; none
        without a sheet. The sheet lists refusals too where one of them is ``reason``.
    native
        Makes the chart of Office from the record of a figure; None where only its picture can
        show it.
    table
        Makes the table that a slide has beside the chart; None without one.
    compares
        Whether its rows of different regions may be compared: two regions make a slide.
    apart
        Whether its rows are those that may not be compared, each with its reason.
    gaps
        Whether its refusals are regions without a comparable figure.
    """

    name: str
    order: int
    columns: tuple[str, ...] = ()
    native: Callable[[Record, str], Native | None] = _none
    table: Callable[[Record, str], Table | None] = _none
    compares: bool = False
    apart: bool = False
    gaps: bool = False

    @property
    def title(self) -> Text:
        """The name of the kind for a reader."""
        return say(f"kind.{self.name}")


def signature(language: Language, *stamps: str) -> str:
    """Return the last line of a page: where the method is explained, and the *stamps*."""
    pointer = say("page.method", page=METHOD_PAGES[language])
    words = " · ".join([pointer[language], *stamps])
    style.require_glyphs(words)
    return words
