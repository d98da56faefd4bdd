"""
Where the marks of a picture lie on its page, read from the drawing itself.

It measures and draws nothing. Whoever shows the picture later can lay a link over each mark, or
draw the same points anew.
"""

import math
from collections.abc import Iterator
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Annotation

_PLACES = 5
_QUIET = ("interval-", "gap")  # drawn with a mark, or for a row that is not there


def name_arrows(picture: Figure) -> None:
    """Hand the id of an arrow without words to its shaft: a writer names no empty words."""
    for note in picture.findobj(Annotation):
        if isinstance(note, Annotation) and note.arrow_patch and not note.get_text():
            note.arrow_patch.set_gid(note.get_gid())
            note.set_gid(None)


def marks(picture: Figure) -> list[dict[str, Any]]:
    """
    Every mark of a drawn picture: the row's ``id``, its ``box`` and, for a point, ``at``.

    Returns
    -------
    list of dict
        ``box`` is left, top, width, height as fractions of the page, ``at`` is x, y in the units
        of the axes, ``panel`` the place of the axes among those of the picture.
    """
    canvas: Any = FigureCanvasAgg(picture)
    renderer = canvas.get_renderer()
    panels = {id(axes): place for place, axes in enumerate(picture.axes)}
    found = []
    for artist in _marks(picture, renderer):
        entry: dict[str, Any] = {"id": _gid(artist).partition("-")[2]}
        entry["box"] = _box(picture, artist, renderer)
        entry["panel"] = panels.get(id(artist.axes), -1)
        if isinstance(artist, Line2D):
            entry["at"] = [ends[0] for ends in _points(artist)]
        found.append(entry)
    return found


def lines(picture: Figure) -> list[dict[str, Any]]:
    """Every named line that is no mark: a benchmark, a limit, what a wider rate would give."""
    panels = {id(axes): place for place, axes in enumerate(picture.axes)}
    found = []
    for line in picture.findobj(Line2D):
        name = _gid(line)
        if isinstance(line, Line2D) and name and not name.startswith(("mark-", *_QUIET)):
            x, y = _points(line)
            found.append({"name": name, "panel": panels.get(id(line.axes), -1), "x": x, "y": y})
    return found


def _points(line: Line2D) -> list[list[float | None]]:
    data: Any = line.get_data(orig=False)
    return [[_rounded(number) for number in numbers] for numbers in data]


def _gid(artist: Artist) -> str:
    return str(artist.get_gid() or "")


def _marks(picture: Figure, renderer: Any) -> Iterator[Artist]:
    """The artists that carry the id of a row; the shaft of an arrow is no child of its figure."""
    for found in picture.findobj():
        shaft = None
        if isinstance(found, Annotation) and found.arrow_patch is not None:
            found.update_positions(renderer)  # it stands where a drawing of any resolution put it
            shaft = found.arrow_patch
        for artist in (found, shaft):
            if artist is not None and _gid(artist).startswith("mark-"):
                yield artist


def _box(picture: Figure, artist: Artist, renderer: Any) -> list[float | None]:
    extent = artist.get_window_extent(renderer)
    wide, high = picture.bbox.width, picture.bbox.height
    left, top = extent.x0 / wide, 1 - extent.y1 / high
    return [_rounded(n) for n in (left, top, extent.width / wide, extent.height / high)]


def _rounded(number: Any) -> float | None:
    """A number that JSON can hold: what has no place on the page has none here."""
    return round(float(number), _PLACES) if math.isfinite(float(number)) else None
