"""
Positions of marks and lines on the page, read from a drawn figure.

With them a link can be placed over each mark, or the same points drawn again.
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
_QUIET = ("interval-", "gap")  # parts of marks, or placeholders of missing rows


def name_arrows(picture: Figure) -> None:
    """Move the id of an arrow without text to its shaft, since empty text is not written."""
    for note in picture.findobj(Annotation):
        if isinstance(note, Annotation) and note.arrow_patch and not note.get_text():
            note.arrow_patch.set_gid(note.get_gid())
            note.set_gid(None)


def marks(picture: Figure) -> list[dict[str, Any]]:
    """
    Return every mark of a drawn picture: the row's ``id``, its ``box`` and, for a point, ``at``.

    Returns
    -------
    list of dict
        ``box`` is left, top, width, height as fractions of the page, ``at`` is x, y in the units
        of the axes, ``panel`` the index of the axes in the picture.
    """
    canvas: Any = FigureCanvasAgg(picture)
    renderer = canvas.get_renderer()
    panels = {id(axes): index for index, axes in enumerate(picture.axes)}
    entries = []
    for artist in _marks(picture, renderer):
        entry: dict[str, Any] = {"id": _gid(artist).partition("-")[2]}
        entry["box"] = _box(picture, artist, renderer)
        entry["panel"] = panels.get(id(artist.axes), -1)
        if isinstance(artist, Line2D):
            entry["at"] = [ends[0] for ends in _points(artist)]
        entries.append(entry)
    return entries


def lines(picture: Figure) -> list[dict[str, Any]]:
    """Return every named line that is not a mark: benchmarks, limits, expected counts."""
    panels = {id(axes): index for index, axes in enumerate(picture.axes)}
    entries = []
    for line in picture.findobj(Line2D):
        name = _gid(line)
        if isinstance(line, Line2D) and name and not name.startswith(("mark-", *_QUIET)):
            x, y = _points(line)
            entries.append({"name": name, "panel": panels.get(id(line.axes), -1), "x": x, "y": y})
    return entries


def _points(line: Line2D) -> list[list[float | None]]:
    data: Any = line.get_data(orig=False)
    return [[_rounded(number) for number in numbers] for numbers in data]


def _gid(artist: Artist) -> str:
    return str(artist.get_gid() or "")


def _marks(picture: Figure, renderer: Any) -> Iterator[Artist]:
    """Yield the artists with the id of a row, including arrow shafts, which ``findobj`` omits."""
    for element in picture.findobj():
        shaft = None
        if isinstance(element, Annotation) and element.arrow_patch is not None:
            element.update_positions(renderer)  # independent of the resolution of the last drawing
            shaft = element.arrow_patch
        for artist in (element, shaft):
            if artist is not None and _gid(artist).startswith("mark-"):
                yield artist


def _box(picture: Figure, artist: Artist, renderer: Any) -> list[float | None]:
    extent = artist.get_window_extent(renderer)
    wide, high = picture.bbox.width, picture.bbox.height
    left, top = extent.x0 / wide, 1 - extent.y1 / high
    return [_rounded(n) for n in (left, top, extent.width / wide, extent.height / high)]


def _rounded(number: Any) -> float | None:
    """Return a rounded number, or None if it is not finite and so not valid in JSON."""
    return round(float(number), _PLACES) if math.isfinite(float(number)) else None
