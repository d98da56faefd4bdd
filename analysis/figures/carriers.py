"""
Decks, workbooks and texts as carriers: the figures found in one, each with what it stands on.

It reads only; a chart carries its provenance in its embedded workbook and a picture in itself, so
that both keep it when they are pasted into another file.
"""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError

from . import office, provenance
from .provenance import Provenance

Found = tuple[str, Provenance, tuple[tuple[str, str], ...]]


def read(path: Path, data: bytes) -> Iterator[Found]:
    """Every figure of ours in a deck, a workbook or a text: its place, provenance and marks."""
    found = office.parts(data, path.name)
    if "ppt/presentation.xml" in found:
        yield from _deck(path, data, found)
    elif _SHEETS in found or _PAGES in found:
        yield from _workbook(found)
        yield from _pictures(found)
    else:
        raise AnalysisError(f"{path.name} is no deck, workbook or text of an office program")


_SHEETS, _PAGES = "xl/workbook.xml", "word/document.xml"


def marks(carried: Provenance) -> tuple[tuple[str, str], ...]:
    """The marks that a provenance names, or one for each of its rows."""
    given = carried.get("marks")
    if isinstance(given, list):
        return tuple((str(place), str(row)) for place, row in given)
    return tuple((f"mark-{row['id']}", row["id"]) for row in carried["rows"])


def stores(found: Mapping[str, bytes]) -> dict[str, Provenance]:
    """The provenances that a package holds for its own figures, by name."""
    text = office.stored(found)
    if not text:
        return {}
    try:
        held = json.loads(text)
        return {str(name): provenance.parsed(json.dumps(one)) for name, one in held.items()}
    except (ValueError, AttributeError) as error:
        raise AnalysisError("the provenance in this file is damaged") from error


def _workbook(found: Mapping[str, bytes]) -> Iterator[Found]:
    for name, carried in stores(found).items():
        yield name, carried, marks(carried)


def _pictures(found: Mapping[str, bytes]) -> Iterator[Found]:
    """The pictures of ours that were pasted among cells or words."""
    for name in sorted(found):
        if "/media/" in name and found[name].startswith(_PNG):
            carried = provenance.read(found[name])
            if carried is not None:
                yield name.rpartition("/")[2], carried, marks(carried)


_PNG = b"\x89PNG"


def _deck(path: Path, data: bytes, found: Mapping[str, bytes]) -> list[Found]:
    from pptx import Presentation

    with office.damage_told(path.name):
        return list(_slides(Presentation(io.BytesIO(data)), stores(found)))


def _slides(made: Any, held: Mapping[str, Provenance]) -> Iterator[Found]:
    for number, slide in enumerate(made.slides, 1):
        seen = set()
        for shape in _shapes(slide.shapes):
            carried = _carried(shape)
            if carried is not None:
                seen.add(carried["figure"])
                yield f"slide {number}", carried, marks(carried)
        for shape in _shapes(slide.shapes):  # what has no chart: a table, or words alone
            name = owned(shape.name)[0]
            if name in held and name not in seen:
                seen.add(name)
                yield f"slide {number}", held[name], marks(held[name])


def owned(name: str) -> tuple[str, str]:
    """
    The figure and the part that the name of a shape of ours means; empty for others.

    >>> owned("rs:trend-deaths-zh:chart"), owned("Title 1")
    (('trend-deaths-zh', 'chart'), ('', ''))
    """
    pieces = name.split(":")
    return (pieces[1], pieces[2]) if len(pieces) == 3 and pieces[0] == "rs" else ("", "")


def _shapes(shapes: Any) -> Iterator[Any]:
    for shape in shapes:
        if shape.shape_type is not None and shape.shape_type == 6:  # a group
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _carried(shape: Any) -> Provenance | None:
    """What a chart or a picture carries in itself."""
    if getattr(shape, "has_chart", False):
        part = shape.chart.part.chart_workbook.xlsx_part
        held = stores(office.parts(part.blob, "an embedded workbook")) if part else {}
        return next(iter(held.values()), None)
    blob = _image(shape)
    if blob is None or not blob.startswith(_PNG):
        return None
    return provenance.read(blob)


def _image(shape: Any) -> bytes | None:
    try:
        return bytes(shape.image.blob)
    except (AttributeError, ValueError, KeyError):  # no picture, or one that is only linked
        return None
