"""
Marks printed on figures: name and fingerprint in the text of a PDF, in metadata, in a QR code.

They are what is left of a figure after a screenshot, an export or a conversion.
"""

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

from analysis.errors import AnalysisError
from analysis.language.messages import say

from . import qr


class Printed(NamedTuple):
    """A printed mark: where it is, the name of the figure (if printed), and its fingerprint."""

    place: str
    name: str
    fingerprint: str


_STAMP = re.compile(
    r"([a-z0-9][a-z0-9_-]*-(?:zh|en))\s*[^\sA-Za-z0-9]{1,3}\s*([0-9a-f]{16})(?![0-9a-f])"
)
_CODE = re.compile(rf"{qr.HEAD}([0-9A-F]{{16}})(?![0-9A-F])")
_MOST_PAGES = 500


def marks(words: str, place: str = "") -> Iterator[Printed]:
    """
    Yield the marks in a text.

    >>> [mark.name for mark in marks("Figure trend-deaths-en · f86157e1abcd0123")]
    ['trend-deaths-en']
    """
    for match in _STAMP.finditer(words):
        yield Printed(place, match[1], match[2])
    for match in _CODE.finditer(words):
        yield Printed(place, "", match[1].lower())


def in_pdf(data: bytes) -> Iterator[Printed]:
    """Yield the marks in the text of each page of a PDF."""
    import pypdf

    try:
        pages = pypdf.PdfReader(io.BytesIO(data)).pages
        for number, page in enumerate(pages[:_MOST_PAGES], 1):
            yield from dict.fromkeys(marks(page.extract_text(), f"page {number}"))
    except (pypdf.errors.PyPdfError, ValueError, KeyError, TypeError, OSError) as error:
        raise AnalysisError(say("provenance.pdf_text", error=error)) from error


def in_picture(data: bytes) -> Iterator[Printed]:
    """Yield the marks in the metadata of a picture, and in a QR code on it if one can be read."""
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
            texts = list(_metadata(image))
            if find_spec("zxingcpp"):
                texts += _codes(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AnalysisError(say("provenance.picture", error=error)) from error
    yield from dict.fromkeys(mark for text in texts for mark in marks(text))


def _metadata(image: Any) -> Iterator[str]:
    """Yield the texts in the metadata of a picture: comments, XMP, EXIF."""
    for value in (*image.info.values(), *image.getexif().values()):
        if isinstance(value, bytes):
            yield value.decode("utf-8", "replace")
            yield value.decode("utf-16-le", "replace")  # the XP fields of Windows
        elif isinstance(value, str):
            yield value
            yield value.encode("latin-1", "ignore").decode("utf-8", "ignore")  # of EXIF


def _codes(image: Any) -> list[str]:
    import zxingcpp

    return [code.text for code in zxingcpp.read_barcodes(image.convert("L"))]
