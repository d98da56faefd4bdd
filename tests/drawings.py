"""Reads a drawing back: its words and where they stand, its marks and the rows behind them."""

from functools import cached_property
from itertools import combinations

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text

from analysis.charts import style
from analysis.charts.page import MARGIN
from analysis.language.vocabulary import Scale

NOTHING = pd.DataFrame()
TOUCH = 0.2  # of a line's height: less is the empty room above and below the letters


class Drawing:
    """A figure as a reader meets it: texts and marks with their boxes in pixels."""

    def __init__(self, figure):
        self.figure, self.picture = figure, figure.plot
        self.renderer = FigureCanvasAgg(figure.page).get_renderer()
        with style.house_style():
            figure.page.draw_without_rendering()

    @cached_property
    def words(self):
        """Every text that is drawn, with its box."""
        silent = self._silent_labels()
        return [
            (text.get_text(), Text.get_window_extent(text, self.renderer))
            for text in self.picture.findobj(Text)
            if text.get_visible() and text.get_text().strip() and id(text) not in silent
        ]

    def _silent_labels(self):
        """Labels of ticks beyond the ends of an axis, which matplotlib keeps but does not draw."""
        silent = set()
        for axes in self.picture.axes:
            for axis in (axes.xaxis, axes.yaxis):
                low, high = sorted(axis.get_view_interval())
                for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                    if not axes.axison or not low <= tick.get_loc() <= high:
                        silent |= {id(tick.label1), id(tick.label2)}
        return silent

    @property
    def said(self):
        """The words in one string."""
        return "\n".join(text for text, _ in self.words)

    @property
    def outside(self):
        """Texts that reach beyond the page, or into its margins at the sides."""
        page = self.picture.bbox
        edge = 0.8 * MARGIN * self.picture.get_figwidth() / style.SLIDE.width * self.picture.dpi
        return [
            text
            for text, box in self.words
            if box.x0 < page.x0 + edge
            or box.x1 > page.x1 - edge
            or box.y0 < page.y0
            or box.y1 > page.y1
        ]

    @property
    def overlapping(self):
        """Pairs of texts that cover each other."""
        return [
            (one, other)
            for (one, first), (other, second) in combinations(self.words, 2)
            if _cover(first, second)
        ]

    @property
    def struck(self):
        """Texts that a mark or an arrow covers."""
        marks = self.marks.values()
        boxes = [mark.get_window_extent(self.renderer) for mark in marks if not said(mark)]
        return [text for box in boxes for text, place in self.words if _cover(box, place)]

    @cached_property
    def marks(self):
        """Every mark by the id of its row; an arrow is its shaft, a sign of letters its text."""
        return {
            artist.get_gid().removeprefix("mark-"): _shaft(artist) for artist in self.named("mark-")
        }

    def named(self, start):
        """The artists whose gid begins with *start*."""
        return [a for a in self.picture.findobj() if (a.get_gid() or "").startswith(start)]

    @property
    def faults(self):
        """All that is wrong with the layout; nothing, in a good one."""
        found = {name: getattr(self, name) for name in ("outside", "overlapping", "struck")}
        return {name: texts for name, texts in found.items() if texts}


def bare(page, rows=NOTHING):
    """The figure of a page that a test has laid out itself."""
    return page.figure("trend", Scale.NONE, rows, NOTHING)


def said(artist):
    """The words of an artist, none for a dot or an arrow."""
    return artist.get_text() if isinstance(artist, Text) else ""


def _shaft(artist):
    bare = isinstance(artist, Annotation) and not artist.get_text()
    return artist.arrow_patch if bare else artist


def _cover(first, second):
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    high = min(first.y1, second.y1) - max(first.y0, second.y0)
    return wide > 1 and high > TOUCH * min(first.height, second.height)
