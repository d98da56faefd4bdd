"""
Find figures in decks, workbooks and text documents, with the provenance of each.

A chart has its provenance in its embedded workbook and a picture in its own file, so that both keep
it when they are pasted into another document.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from analysis import validation
from analysis.errors import AnalysisError
from analysis.language.messages import say

from . import office, provenance
from .provenance import Provenance

Found = tuple[str, Provenance, tuple[tuple[str, str], ...]]


def read(path: Path, data: bytes) -> Iterator[Found]:
    """Yield place, provenance and marks of every figure in a deck, workbook or text document."""
    parts = office.parts(data, path.name)
    if "ppt/presentation.xml" in parts:
        yield from _deck(path, data, parts)
    elif _SHEETS in parts or _PAGES in parts:
        yield from embedded(parts)
    else:
        raise AnalysisError(say("office.other_program", name=path.name))


_SHEETS, _PAGES = "xl/workbook.xml", "word/document.xml"


def marks(carried: Provenance) -> tuple[tuple[str, str], ...]:
    """Return the marks listed in a provenance, or one for each of its rows."""
    listed = carried.get("marks")
    if isinstance(listed, list):
        return tuple((str(mark), str(row)) for mark, row in listed)
    return tuple((f"mark-{row['id']}", row["id"]) for row in carried["rows"])


def stores(parts: Mapping[str, bytes]) -> dict[str, Provenance]:
    """Return the provenances stored in a package, by figure name."""
    text = office.stored(parts)
    if not text:
        return {}
    try:
        stored = validation.parsed(text.encode("utf-8", "surrogatepass"), dict[str, object])
        return {name: provenance.parsed(json.dumps(carried)) for name, carried in stored.items()}
    except ValueError as error:
        raise AnalysisError(say("provenance.damaged", error=error)) from error


def embedded(parts: Mapping[str, bytes]) -> Iterator[Found]:
    """Yield what :func:`read` does for a workbook or text document."""
    for name, carried in stores(parts).items():
        yield name, carried, marks(carried)
    for name in sorted(parts):
        if "/media/" in name and parts[name].startswith(_PNG):
            pictured = provenance.read(parts[name])
            if pictured is not None:
                yield name.rpartition("/")[2], pictured, marks(pictured)


_PNG = b"\x89PNG"


def _deck(path: Path, data: bytes, parts: Mapping[str, bytes]) -> list[Found]:
    with office.damage_reported(path.name):
        return list(_slides(office.presentation(data), stores(parts)))


def _slides(presentation: Any, by_name: Mapping[str, Provenance]) -> Iterator[Found]:
    for number, slide in enumerate(presentation.slides, 1):
        seen = set()
        for shape in walk(slide.shapes):
            stored = carried(shape)
            if stored is not None:
                seen.add(stored["figure"])
                yield f"slide {number}", stored, marks(stored)
        for shape in walk(slide.shapes):  # figures without chart or picture
            name = mark(shape).figure
            if name in by_name and name not in seen:
                seen.add(name)
                yield f"slide {number}", by_name[name], marks(by_name[name])


class Mark(NamedTuple):
    """The mark of a shape: its figure, its part of it, and the hash of the part as written."""

    figure: str = ""
    part: str = ""
    state: str = ""


def owned(name: str) -> tuple[str, str]:
    """
    Return figure and part from the name of a shape; empty strings for other shapes.

    >>> owned("rs:trend-deaths-zh:chart"), owned("Title 1")
    (('trend-deaths-zh', 'chart'), ('', ''))
    """
    pieces = name.split(":")
    return (pieces[1], pieces[2]) if len(pieces) in {3, 4} and pieces[0] == "rs" else ("", "")


def mark(shape: Any) -> Mark:
    """
    Return the mark of a shape, from the title of its alternative text, else from its name.

    Office copies that title with the shape; LibreOffice drops it and keeps some names.
    """
    title = str(properties(shape).get("title", ""))
    figure, part = owned(title)
    return Mark(figure, part, title.rpartition(":")[2]) if figure else Mark(*owned(shape.name))


def put_mark(shape: Any, figure: str, part: str, state: str) -> None:
    """Write a mark into the title of the alternative text of a shape."""
    properties(shape).set("title", f"rs:{figure}:{part}:{state}")


def properties(shape: Any) -> Any:
    """Return the element with id, name and alternative text of a shape."""
    return shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001


def walk(shapes: Any) -> Iterator[Any]:
    """Yield every shape, also those in groups."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from walk(shape.shapes)
        else:
            yield shape


def carried(shape: Any) -> Provenance | None:
    """Return the provenance stored in a chart or picture, or None."""
    if getattr(shape, "has_chart", False):
        blob = workbook(shape)
        stored = stores(office.parts(blob, "an embedded workbook")) if blob else {}
        return next(iter(stored.values()), None)
    blob = image(shape)
    if blob is None or not blob.startswith(_PNG):
        return None
    return provenance.read(blob)


def workbook(shape: Any) -> bytes | None:
    """Return the workbook embedded in a chart; None if it is linked, missing or damaged."""
    try:
        return bytes(shape.chart.part.chart_workbook.xlsx_part.blob)
    except (AttributeError, ValueError, KeyError):
        return None


def image(shape: Any) -> bytes | None:
    """Return the file of a picture; None for other shapes, and for linked pictures."""
    try:
        return bytes(shape.image.blob)
    except (AttributeError, ValueError, KeyError):
        return None
