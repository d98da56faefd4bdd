"""Reads a drawing back: its words and where they stand, its marks and the rows behind them."""

from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text

TOUCH = 0.2  # of a line's height: less is the empty room above and below the letters


def words(picture):
    """Every text that is drawn, with its box in pixels."""
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    silent = _silent_labels(picture)
    return [
        (text.get_text(), Text.get_window_extent(text, renderer))
        for text in picture.findobj(Text)
        if text.get_visible() and text.get_text().strip() and id(text) not in silent
    ]


def _silent_labels(picture):
    """Labels of ticks beyond the ends of an axis, which matplotlib keeps but does not draw."""
    silent = set()
    for axes in picture.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks()):
                if not low <= tick.get_loc() <= high:
                    silent |= {id(tick.label1), id(tick.label2)}
    return silent


def said(picture):
    """The words of a drawing, in one string."""
    return "\n".join(text for text, _ in words(picture))


def outside(picture, margin=0):
    """Texts that reach beyond the page, or into its margin of so many inches."""
    page, edge = picture.bbox, margin * picture.dpi
    return [
        text
        for text, box in words(picture)
        if box.x0 < page.x0 + edge - 1
        or box.x1 > page.x1 - edge + 1
        or box.y0 < page.y0 - 1
        or box.y1 > page.y1 + 1
    ]


def overlapping(picture):
    """Pairs of texts that cover each other."""
    return [
        (one, other)
        for (one, first), (other, second) in combinations(words(picture), 2)
        if _cover(first, second)
    ]


def _cover(first, second):
    wide = min(first.x1, second.x1) - max(first.x0, second.x0)
    high = min(first.y1, second.y1) - max(first.y0, second.y0)
    return wide > 1 and high > TOUCH * min(first.height, second.height)


def struck(picture):
    """Texts that a mark or an arrow covers."""
    renderer = FigureCanvasAgg(picture).get_renderer()
    texts = words(picture)
    boxes = [(gid, mark.get_window_extent(renderer)) for gid, mark in marks(picture).items()]
    return [(gid, text) for gid, box in boxes for text, place in texts if _cover(box, place)]


def marks(picture):
    """Every mark by its gid; an arrow is its shaft, a sign of letters its text."""
    found = {}
    for artist in picture.findobj():
        gid = artist.get_gid() or ""
        if gid.startswith("mark-"):
            bare = isinstance(artist, Annotation) and not artist.get_text()
            found[gid] = artist.arrow_patch if bare else artist
    return found


def by_gid(picture, start):
    """The artists whose gid begins with *start*."""
    return [a for a in picture.findobj() if (a.get_gid() or "").startswith(start)]


def ids(picture):
    """The ids of the rows that have a mark."""
    return {gid.removeprefix("mark-") for gid in marks(picture)}
