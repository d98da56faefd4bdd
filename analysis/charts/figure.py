"""A figure as a value: its kind, rows, texts and drawing."""

import base64
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.figure import Figure as Plot
from matplotlib.figure import SubFigure

from analysis.language import values
from analysis.language.messages import say
from analysis.language.text import Text
from analysis.language.vocabulary import Language, Scale
from analysis.rows import as_records

from . import png, style
from .native import Plot as Native
from .native import Table

# The page under docs/ that a figure points to.
METHOD_PAGES = {Language.ZH: "method.zh.md", Language.EN: "method.en.md"}
SIGNATURE = "signature"  # the gid of the words in the corner of a page
LONGEST_ALT = 250  # characters
Box = tuple[float, float, float, float]


NOTHING = Text("", "")
# Metadata left out because it would differ from run to run.
_METADATA: dict[str, dict[str, None]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
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
    """All texts of a page around its plot, in both languages."""

    title: Text
    subtitle: Text
    source: Text
    alt: Text
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[Text, ...] = ()
    axis: Text = NOTHING  # what the axis measures, where the marks have one
    spoken: Text = NOTHING  # what to say after the title; the subtitle if empty

    def lines(self, language: Language) -> list[str]:
        """Return the texts that explain the plot: subtitle, regions left out, notes, source."""
        left_out = (
            say("page.region", regions=name, reason=reason) for _, name, reason in self.left_out
        )
        texts = [self.subtitle, *left_out, *self.notes, self.source]
        return [text[language] for text in texts if text]


@dataclass(frozen=True, eq=False)
class Figure:
    """
    A drawn figure with its rows and its texts.

    Parameters
    ----------
    kind
        A key of ``KINDS``.
    name
        The name of its files, without extension.
    scale
        The quantity on the axis of the marks; ``none`` if they have no axis.
    rows
        The rows drawn, as a frame.
    refusals
        The regions left out, each with its reason.
    beside
        Rows drawn beside *rows*: of wider regions, or the results of targets; and, with a column
        ``behind``, those from which numbers of the figure are computed.
    plot
        The drawing; a part of another figure if ``ax`` was given.
    room
        The box of the plot: left, top, width and height as shares of the page.
    warning
        What a saved page says of its tables beside its fingerprint: that they fail their check.
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
    warning: Text = field(default=NOTHING, repr=False)

    @property
    def page(self) -> Plot:
        """The whole page: the drawing, or the figure it is a part of."""
        return self.plot.get_figure(root=True)

    def _repr_png_(self) -> bytes:
        """Return the figure as PNG for a notebook, independent of matplotlib settings."""
        return self.drawn("png", dpi=100)

    def _ipython_display_(self) -> None:
        """Show the picture in a notebook: a click on a mark, its sentence; below, the caption."""
        from IPython.display import HTML, display

        from analysis.figures.sentences import html

        alt, picture = self.caption.alt[self.language], self._repr_png_()
        forms = {"text/html": html(self, picture), "text/plain": alt}
        forms["image/png"] = base64.b64encode(picture).decode()
        size = {"width": self.page.get_figwidth() * 72, "alt": alt}
        display(forms, metadata={"image/png": size}, raw=True)
        lines = (escape(line) for line in self.caption.lines(self.language))
        display(HTML("<small>" + "<br>".join(lines) + "</small>"))

    def drawn(self, form: str, dpi: float = style.DPI) -> bytes:
        """
        Return the figure as a file in *form* (``svg``, ``png`` or ``pdf``).

        *dpi* is the number of pixels an inch of a PNG.
        """
        buffer = io.BytesIO()
        # Saving reads the salt of SVG ids and the font, so the style must be active here too.
        with style.house_style():
            if form == "png":
                self.page.savefig(buffer, format="raw", dpi=dpi)
                width, height = (int(inches * dpi) for inches in self.page.get_size_inches())
                return png.encoded(buffer.getvalue(), width, height, dpi)
            self.page.savefig(buffer, format=form, metadata=_METADATA[form])
        return buffer.getvalue()

    def sign(self, stamp: str) -> None:
        """Write *stamp*, which identifies the figure, after the pointer to the method."""
        for words in self.plot.texts:
            if words.get_gid() == SIGNATURE:
                words.set_text(signature(self.language, stamp))

    def save(self, *, formats: Sequence[str] = (), mark: str = "") -> Any:
        """
        Write the figure and its record, and return its picture; see ``figures.save``.

        Parameters
        ----------
        formats
            Of ``svg``, ``png``, ``pdf``; by default those of the plan.
        mark
            ``qr`` for a small QR code of the fingerprint in a corner.
        """
        from analysis.figures.record import save

        return save(self, formats=formats, mark=mark)


@dataclass(frozen=True, slots=True)
class Kind:
    """
    Properties shared by all figures of one kind.

    The texts of a kind are messages: ``kind.<name>`` is its title; ``.tab``, ``.sheet`` and
    ``.about`` are the texts of its sheet in the workbook.

    Parameters
    ----------
    name
        The key of ``KINDS``.
    order
        Its position in a briefing.
    columns
        The columns of its sheet after the period, by their names in ``workbook.tabs``; none
        without a sheet. The sheet lists refusals too where one of them is ``reason``.
    native
        Function that makes a native chart from the record of a figure, or returns None if only
        the picture can show it.
    table
        Function that makes the table beside the chart of a slide, or returns None.
    listed
        Whether its figures are lists, which slides show as this table.
    compares
        Whether its rows of different regions may be compared: two regions make a slide.
    apart
        Whether its rows are those that may not be compared, each with its reason.
    gaps
        Whether its refusals are regions without a comparable figure.
    dense
        Whether its text is too small for a slide of a brief, as of an index of all rows.
    """

    name: str
    order: int
    columns: tuple[str, ...] = ()
    native: Callable[[Record, str], Native | None] = _none
    table: Callable[[Record, str], Table | None] = _none
    listed: bool = False
    compares: bool = False
    apart: bool = False
    gaps: bool = False
    dense: bool = False

    @property
    def title(self) -> Text:
        """The name of the kind, for readers."""
        return say(f"kind.{self.name}")


def signature(language: Language, *stamps: str) -> str:
    """Return the words in the corner of a page: a pointer to the method page, and the *stamps*."""
    pointer = say("page.method")
    words = " · ".join([pointer[language], *stamps])
    style.require_glyphs(words)
    return words


def applicable(conditions: Mapping[str, Any]) -> tuple[Text, ...]:
    """Return the notes, given by message id, whose condition is true, in their order."""
    return tuple(say(note) for note, applies in conditions.items() if applies)


def missing(refused: pd.DataFrame) -> Text:
    """Return the names of the regions without a mark, of a crowd how many, or that none is."""
    if len(refused) > values.CROWD:
        return say("comparison.regions", count=len(refused))
    names = [Text(r["region_zh"], r["region_en"]) for r in as_records(refused)]
    return Text.joined(names, zh="、", en=", ") or say("alt.none")


def described(message: str, shown: Sequence[Text], **words: Text) -> Text:
    """
    Return a text alternative: the *message*, with as many of *shown* as its length allows.

    Parameters
    ----------
    message
        The id of a message with ``shown`` in braces.
    shown
        What is drawn, the most important first; the rest is counted.
    """
    for count in range(len(shown), -1, -1):
        listed = Text.joined(shown[:count], zh="、", en=", ")
        if count < len(shown):
            listed += say("alt.more", count=len(shown) - count)
        text = say(message, shown=listed, **words)
        if max(len(text.zh), len(text.en)) <= LONGEST_ALT:
            break
    return text
